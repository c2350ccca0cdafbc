"""GET /api/health; what it says of an outage is in test_outages.py."""

import httpx


def test_health_says_that_all_is_well(http: httpx.Client) -> None:
    answer = http.get("/api/health")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["status"], told["postgres"], told["redis"]) == ("ok", "ok", "ok")
    assert (told["version"], told["overdueDeletions"]) == ("development", 0)
    assert told["outboxOldestSeconds"] >= 0


def test_health_tells_nothing_else(http: httpx.Client) -> None:
    names = {"status", "postgres", "redis", "version", "overdueDeletions", "outboxOldestSeconds"}
    assert http.get("/api/health").json().keys() == names
