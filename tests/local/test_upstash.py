"""Upstash's REST protocol, as its clients speak it."""

from uuid import uuid4

import httpx


def test_it_runs_a_command(redis: httpx.Client) -> None:
    key = f"test:{uuid4()}"
    assert redis.post("/", json=["SET", key, "väl", "EX", 10]).json() == {"result": "OK"}
    assert redis.post("/", json=["GET", key]).json() == {"result": "väl"}


def test_it_encodes_as_base64_when_asked(redis: httpx.Client) -> None:
    answer = redis.post("/", json=["ECHO", "hello"], headers={"Upstash-Encoding": "base64"})
    assert answer.json() == {"result": "aGVsbG8="}


def test_it_names_what_redis_refuses(redis: httpx.Client) -> None:
    answer = redis.post("/", json=["INCRBY", "test:x", "much"])
    assert answer.status_code == 400
    assert answer.json() == {"error": "ERR value is not an integer or out of range"}


def test_it_runs_a_script_written_for_redis_7(redis: httpx.Client) -> None:
    script = "#!lua flags=allow-key-locking\nreturn {1, KEYS[1], ARGV[1]}"
    answer = redis.post("/", json=["EVAL", script, 1, "test:key", "argument"])
    assert answer.json() == {"result": [1, "test:key", "argument"]}


def test_a_pipeline_goes_on_after_an_error(redis: httpx.Client) -> None:
    answer = redis.post("/pipeline", json=[["PING"], ["NONSENSE"], ["PING"]]).json()
    assert answer[0] == answer[2] == {"result": "PONG"}
    assert "unknown command" in answer[1]["error"]


def test_a_transaction_answers_for_each_command(redis: httpx.Client) -> None:
    key = f"test:{uuid4()}"
    answer = redis.post("/multi-exec", json=[["SET", key, 1], ["INCR", key]])
    assert answer.json() == [{"result": "OK"}, {"result": 2}]


def test_it_refuses_a_wrong_token(redis: httpx.Client) -> None:
    assert redis.post("/", json=["PING"], headers={"Authorization": "Bearer guess"}).status_code == 401
