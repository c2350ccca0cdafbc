"""The import's reading, columns, ids, batches, pace and progress, and what it makes of answers."""

import csv
import gzip
import io
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.import_events import sending
from scripts.import_events.columns import Column, read_header, typed
from scripts.import_events.entries import Entry, batches, content_id, entry, sendable
from scripts.import_events.faults import Fault, Stop
from scripts.import_events.pace import Pace
from scripts.import_events.progress import Progress, Records, resumable, write_rejects
from scripts.import_events.reading import RECORD_BYTES, Position, Record, Source
from scripts.import_events.report import duration, summary
from scripts.import_events.sending import Outcome, Sender, retry_after
from tests.proofs import examples

HEADER = "event,userId,properties.note\n"


def records(path: Path, at: Position | None = None) -> list[Record]:
    with closing(Source(path)) as source:
        return list(source.records(at or Position()))


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults(found: list[Record]) -> list[tuple[int, str | None]]:
    return [(record.line, record.fault and record.fault.code) for record in found]


def test_each_line_is_a_message(tmp_path: Path) -> None:
    found = records(written(tmp_path / "a.jsonl", '\ufeff{"event": "Ä"}\r\n\n{"event": "B"}'))
    assert [(record.line, record.message) for record in found] == [(1, {"event": "Ä"}), (3, {"event": "B"})]


def test_a_line_that_holds_no_message_is_named(tmp_path: Path) -> None:
    lines = [b'{"event": "A"}', b"{", b'{"event": NaN}', b'{"event": "\xe4"}', b"[" * 100_000, b"{}"]
    found = records(written(tmp_path / "a.jsonl", b"\n".join(lines)))
    malformed = "json_malformed"
    assert faults(found) == [(1, None), (2, malformed), (3, malformed), (4, "not_utf8"), (5, malformed), (6, None)]


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    long = b'{"event": "' + b"x" * 3 * RECORD_BYTES + b'"}\n'
    found = records(written(tmp_path / "a.jsonl", b"{}\n" + long + b"{}\n"))
    assert faults(found) == [(1, None), (2, "message_too_large"), (3, None)]


def test_a_row_is_a_message(tmp_path: Path) -> None:
    header = "\ufefftype;userId;timestamp;properties;properties.plan;context.page.path;traits.zip:text\n"
    row = 'page;7;1760000000000;"{""a"": [1], ""plan"": 2}";pro;/x;12345\n'
    [found] = records(written(tmp_path / "a.csv", header + row))
    assert found.message == {
        "type": "page", "userId": "7", "timestamp": 1760000000000, "properties": {"a": [1], "plan": "pro"},
        "context": {"page": {"path": "/x"}}, "traits": {"zip": "12345"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("42", 42), ("-1.5", -1.5), ("0", 0), ("0.10", 0.1), ("true", True), ("false", False),
        ("007", "007"), ("+4930", "+4930"), ("1e5", "1e5"), ("1.", "1."), (".5", ".5"), ("True", "True"), (" 1", " 1"),
        ("null", "null"), ("NaN", "NaN"), ("٣", "٣"), ("1,5", "1,5"), ("9" * 15, 10**15 - 1), ("9" * 16, "9" * 16),
    ],
)  # fmt: skip
def test_only_what_is_plainly_a_number_or_boolean_becomes_one(cell: str, value: object) -> None:
    assert (typed(cell), type(typed(cell))) == (value, type(value))


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        (["event", "user_id"], "did you mean userId?"),
        (["plan"], "columns such as properties.plan"),
        (["properties."], "unknown"),
        (["event.name"], "unknown"),
        (["userId", "userId "], "userId 2 times"),
        (["properties.a", "properties.a.b"], "both properties.a and properties.a.b"),
        ([], "no header"),
    ],
)
def test_a_header_that_would_lose_data_is_no_header(header: list[str], advice: str) -> None:
    with pytest.raises(Stop, match=advice.replace("?", r"\?").replace(".", r"\.")):
        read_header(header)


def test_a_row_that_holds_no_message_is_named(tmp_path: Path) -> None:
    rows = [b"A,u1,fine", b"A,u1", b'A,u1,"a"b', b"A,u1,\xe4", b'A,u1,"two\nlines"', b"A,u1,fine", b'A,u1,"open', b"A"]
    found = records(written(tmp_path / "a.csv", HEADER.encode() + b"\n".join(rows)))
    bad = "csv_malformed"
    assert faults(found) == [(2, None), (3, bad), (4, bad), (5, "not_utf8"), (6, None), (8, None), (9, bad)]
    assert cast(Fault, found[-1].fault).detail.endswith("(the row goes to line 10).")


def test_a_pointer_is_written_as_rfc_6901_says(tmp_path: Path) -> None:
    [found] = records(written(tmp_path / "a.csv", 'event,properties,properties.a/~.b\nA,"{""a/~"": 1}",2\n'))
    assert found.fault is not None
    assert found.fault.pointer == "/properties/a~1~0"


def test_a_row_whose_objects_contradict_is_named(tmp_path: Path) -> None:
    header = "event,userId,properties,properties.a.b\n"
    rows = 'A,u1,{},1\nA,u1,[],\nA,u1,{,\nA,u1,"{""a"": 1}",2\n'
    found = records(written(tmp_path / "a.csv", header + rows))
    named = [record.fault and record.fault[:2] for record in found]
    expected = (
        ("object_expected", "/properties"),
        ("json_malformed", "/properties"),
        ("object_expected", "/properties/a"),
    )
    assert named == [None, *expected]


@pytest.mark.parametrize("breaks", ["\n", ""])
def test_a_row_that_is_too_long_is_passed_over(tmp_path: Path, breaks: str) -> None:
    long = f'A,u1,"{("x" * 100 + breaks) * (3 * RECORD_BYTES // 100)}"\n'
    found = records(written(tmp_path / "a.csv", f"{HEADER}A,u1,x\n{long}A,u1,x\n"))
    assert [code for _, code in faults(found)] == [None, "message_too_large", None]
    assert found[2].line == 4 + long.count("\n") - 1


CELLS = st.text(st.sampled_from('a",;\n\rä🎉0.'), max_size=8)


@examples(100)
@given(rows=st.lists(CELLS, max_size=8), packed=st.booleans())
def test_reading_goes_on_after_any_record(tmp_path: Path, rows: list[str], packed: bool) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("event", "userId", "properties.note:text"), *(("A", "u1", note) for note in rows)])
    content = text.getvalue().encode()
    path = written(tmp_path / ("a.csv.gz" if packed else "a.csv"), gzip.compress(content) if packed else content)
    whole = records(path)
    notes = [cast(dict[str, dict[str, str]], record.message).get("properties", {}).get("note", "") for record in whole]
    assert notes == rows
    for index, record in enumerate(whole):
        assert records(path, record.end) == whole[index + 1 :]
        assert record.line == 2 + content[: whole[index - 1].end.offset].count(b"\n") - 1 if index else record.line == 2


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=r"must end with \.jsonl, \.ndjson or \.csv"):
        Source(written(tmp_path / "a.json", "[]"))


def test_the_same_content_has_the_same_id() -> None:
    first = sendable({"event": "A", "userId": "u1", "sentAt": "2020-01-01"})
    assert first == {"event": "A", "userId": "u1", "messageId": content_id({"userId": "u1", "event": "A"})}
    assert sendable({"event": "A", "userId": "u1", "messageId": ""}) == first
    assert sendable({"event": "B", "userId": "u1"})["messageId"] != first["messageId"]
    assert sendable({"messageId": "mine"}) == {"messageId": "mine"}


def record(message: object, line: int = 1) -> Record:
    return Record(line, Position(line * 10, line + 1), message)


def test_a_message_is_checked_as_the_api_checks_it() -> None:
    fine = entry(record({"type": "track", "event": "A", "userId": "u1", "messageId": "m1", "sentAt": "2020-01-01"}))
    assert json.loads(fine.body) == {"type": "track", "event": "A", "userId": "u1", "messageId": "m1"}
    assert (fine.message_id, fine.fault, fine.dated) == ("m1", None, False)
    refused = entry(record({"type": "track", "event": "A", "userId": "u1", "timestamp": "soon"}))
    assert (refused.body, cast(Fault, refused.fault)[:2]) == (b"", ("timestamp_invalid", "/timestamp"))
    assert cast(Fault, entry(record([])).fault).code == "message_not_object"
    assert cast(Fault, entry(record({"event": "\ud800"})).fault).code == "character_not_storable"


def entries(*sizes: int) -> list[Entry]:
    """Messages of those sizes; 0 is a refused line."""
    refused = Fault("event_invalid", "/event", "x")
    return [
        Entry(line, Position(line * 10, line + 1), f"m{line}", b"x" * size, None if size else refused)
        for line, size in enumerate(sizes, 1)
    ]


def test_a_batch_is_full_by_messages_or_by_bytes() -> None:
    def sizes(given: list[Entry], most: int = 100) -> list[int]:
        return [len(batch) for batch in batches(iter(given), lambda: most)]

    assert sizes(entries(*[1] * 250)) == [100, 100, 50]
    assert sizes(entries(1, 0, 0, 1, 1), most=2) == [4, 1]
    assert sizes(entries(*[200 * 1024] * 5)) == [2, 2, 1]
    assert sizes(entries(*[0] * 2500)) == [1000, 1000, 500]


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def limit(left: int, quota: int = 240) -> dict[str, str]:
    return {"RateLimit": f'"messages";r={left};t=1', "RateLimit-Policy": f'"messages";q={quota};w=60'}


def test_the_pace_fills_the_limit_and_then_waits_for_it() -> None:
    clock = Clock()
    pace = Pace(clock)
    for left, charged in ((140, 100), (40, 100), (0, 40)):
        assert (pace.most(), pace.wait_seconds(charged)) == (charged, 0)
        pace.note(limit(left), charged)
        clock.now += 1
    assert (pace.most(), pace.wait_seconds(100)) == (100, 58)
    clock.now += 58
    assert (pace.most(), pace.wait_seconds(100)) == (100, 0)


def test_the_pace_knows_a_keys_own_limit() -> None:
    pace = Pace(Clock())
    pace.note(limit(2300, quota=2400), 100)
    assert (pace.most(), round(pace.per_minute)) == (100, 2361)
    pace.note(limit(9, quota=10), 1)
    assert (pace.most(), pace.wait_seconds(10)) == (10, 61)


def test_what_others_used_up_is_for_the_api_to_say() -> None:
    pace = Pace(Clock())
    pace.note(limit(0), 0)
    assert (pace.most(), pace.wait_seconds(100)) == (100, 0)


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after({"Retry-After": "7"}) == 7
    assert retry_after({"Retry-After": "Wed, 01 Jan 2020 00:00:00 GMT"}) == 0
    assert retry_after({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}) > 1e9
    assert retry_after({}) == retry_after({"Retry-After": "soon"}) == 0


Answer = tuple[int, dict[str, str], dict[str, object]]
REFUSED: Answer = (413, {}, {"code": "body_too_large"})
BUSY: Answer = (503, {"Retry-After": "5"}, {"code": "unavailable", "detail": "Try again.", "requestId": "r1"})


def good(accepted: int, duplicates: int = 0, *rejected: dict[str, object]) -> Answer:
    return 200, {}, {"accepted": accepted, "duplicates": duplicates, "rejected": list(rejected)}


@dataclass
class Scripted:
    """A server that gives these answers in turn, and what was waited for between the requests."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    waits: list[tuple[float, str]] = field(default_factory=list)

    def send(self, messages: list[Entry], *answers: Answer) -> Outcome:
        self.answers[:] = answers
        with sending.session("sk_00") as session:
            sender = Sender(self.url, session, lambda seconds, why: self.waits.append((seconds, why)))
            return sender.send(messages, again=False)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, document = server_side.answers.pop(0)
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server_side = Scripted(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server_side
        server.shutdown()


def test_a_batch_that_is_too_large_is_split(scripted: Scripted) -> None:
    refusal: dict[str, object] = {"index": 0, "code": "too_many_traits", "pointer": "", "detail": "x"}
    done = scripted.send(entries(1, 1, 1), REFUSED, REFUSED, good(1, 0, refusal))
    assert done.accepted == 1
    assert [(each.line, fault.code) for each, fault in done.refused] == [(1, "body_too_large"), (2, "too_many_traits")]


def test_a_busy_api_is_given_the_time_it_asks_for(scripted: Scripted) -> None:
    denied: Answer = (429, {"Retry-After": "42", **limit(0)}, {"code": "rate_limited"})
    assert scripted.send(entries(1), denied, BUSY, good(1)) == Outcome(accepted=1)
    asked = [(int(seconds), why) for seconds, why in scripted.waits if seconds]
    assert asked == [(42, ""), (5, "503 unavailable, Try again, request r1; try 2 of 10")]


def test_a_wait_has_an_end(scripted: Scripted) -> None:
    scripted.send(entries(1), (429, {"Retry-After": "86400"}, {}), good(1))
    assert max(scripted.waits)[0] < 302


def test_duplicates_after_a_lost_answer_may_be_our_own(scripted: Scripted) -> None:
    assert scripted.send(entries(1, 1), BUSY, good(0, 2)) == Outcome(duplicates=2, unsure=2)
    assert scripted.send(entries(1, 1), (429, {}, {}), good(0, 2)) == Outcome(duplicates=2)


def test_it_gives_up_after_ten_tries(scripted: Scripted) -> None:
    with pytest.raises(Stop, match="Given up after 10 tries: 503 unavailable"):
        scripted.send(entries(1), *[BUSY] * 10)
    assert 200 < sum(seconds for seconds, _ in scripted.waits) < 320


def test_it_gives_up_where_others_use_up_the_limit(scripted: Scripted) -> None:
    denied: Answer = (429, {"Retry-After": "1"}, {"code": "rate_limited"})
    with pytest.raises(Stop, match="give the import a key of its own"):
        scripted.send(entries(1), *[denied] * 10)


def test_it_tries_again_when_nobody_answers(scripted: Scripted) -> None:
    with pytest.raises(Stop, match=r"http://127.0.0.1:9 can't be reached \(ConnectionError\)"):
        Scripted("http://127.0.0.1:9", waits=scripted.waits).send(entries(1))
    assert len([why for _, why in scripted.waits if why]) == 9


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ((401, {}, {"code": "unknown_key", "detail": "Gone."}), "refuses the key in CONVERSIONCRM_SECRET_KEY"),
        ((403, {}, {"code": "workspace_deletion_pending"}), "workspace_deletion_pending"),
        ((400, {}, {"code": "json_malformed"}), "refuses the import: 400 json_malformed"),
        ((404, {}, {}), "Is --url right?"),
        ((200, {}, {"hello": "world"}), "Is --url right?"),
        ((308, {"Location": "https://www.example.com/"}, {}), "status 308 to https://www.example.com/"),
    ],
)
def test_what_no_repetition_helps_against_ends_it_at_once(scripted: Scripted, answer: Answer, advice: str) -> None:
    with pytest.raises(Stop) as stopped:
        scripted.send(entries(1), answer)
    assert advice in str(stopped.value)
    assert sum(seconds for seconds, _ in scripted.waits) == 0


@pytest.mark.parametrize("url", ["http://app.example.com", "app.example.com", "ftp://app.example.com", "https://"])
def test_a_key_travels_only_encrypted(url: str) -> None:
    with pytest.raises(Stop, match="--url must"):
        sending.checked_url(url)
    assert sending.checked_url("https://app.example.com/") == "https://app.example.com"
    assert sending.checked_url("http://localhost:3000") == "http://localhost:3000"


def test_progress_survives_and_adds_up(tmp_path: Path) -> None:
    kept = Records(tmp_path / "a.rejects.jsonl", tmp_path / "a.progress")
    progress = Progress(fingerprint="f", url="u", key="k")
    for accepted in (1, 2):
        batch = entries(1, 0, 1)
        late = Fault("too_many_traits", "", "x")
        refused = progress.add(batch, Outcome(accepted, 0, 0, [(batch[2], late)]))
        with kept.open_rejects(progress) as file:
            progress.rejects_bytes = write_rejects(file, refused)
        kept.save(progress)
        progress = cast(Progress, kept.load())
    assert (progress.read, progress.accepted, progress.refused_count) == (6, 3, 4)
    assert progress.position == Position(30, 4)
    assert len(kept.rejects_path.read_text().splitlines()) == 4


def test_rejects_after_the_last_saved_progress_are_dropped(tmp_path: Path) -> None:
    kept = Records(tmp_path / "a.rejects.jsonl")
    refused = [(each, cast(Fault, each.fault)) for each in entries(0)]
    with kept.open_rejects(Progress()) as file:
        length = write_rejects(file, refused)
        write_rejects(file, refused)
    with kept.open_rejects(Progress(rejects_bytes=length)) as file:
        assert file.tell() == length
    assert len(kept.rejects_path.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        (Progress(fingerprint="other", url="u", key="k"), "The file has changed"),
        (Progress(fingerprint="f", url="other", key="k"), "begun with --url u"),
        (Progress(fingerprint="f", url="u", key="other"), "add --key-changed"),
    ],
)
def test_two_imports_are_not_mixed_up(changed: Progress, advice: str) -> None:
    begun = Progress(fingerprint="f", url="u", key="k", read=1)
    with pytest.raises(Stop, match=advice):
        resumable(begun, Path("a.progress"), changed, key_changed=False)


def test_a_replaced_key_goes_on_and_a_wrong_first_one_is_forgotten() -> None:
    other = Progress(fingerprint="f", url="u", key="other")
    begun = Progress(fingerprint="f", url="u", key="k", read=1)
    assert resumable(begun, Path("a.progress"), other, key_changed=True).read == 1
    refused = Progress(fingerprint="f", url="u", key="k", sending=100)
    assert resumable(refused, Path("a.progress"), other, key_changed=False).key == "other"


def test_a_progress_that_is_none_is_named(tmp_path: Path) -> None:
    for content in ("", "[]", '{"refused": {}, "more": 1}'):
        with pytest.raises(Stop, match="is no progress of an import"):
            Records(tmp_path / "x", written(tmp_path / "a.progress", content)).load()


def test_the_summary_names_the_first_lines_of_each_fault() -> None:
    progress = Progress(accepted=1_000_000, duplicates=3, unsure=2)
    progress.add(entries(*[0] * 12), Outcome())
    told = summary("a.csv", progress, Path("a.csv.rejects.jsonl"), dry_run=False)
    assert "accepted      1,000,000" in told
    assert "event_invalid: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …\n" in told
    assert "up to 2 were sent by this import just before it was cut off" in told
    assert told.endswith("a.csv.rejects.jsonl")


def test_an_estimate_is_in_words_of_its_size() -> None:
    assert [duration(seconds) for seconds in (5, 300, 3600 * 2 + 1500, 3600 * 60)] == [
        "less than a minute",
        "about 5 min",
        "about 2 h 25 min",
        "about 2.5 days",
    ]


def test_a_column_points_into_the_message() -> None:
    assert Column(("properties", "a", "b"), as_text=False).pointer == "/properties/a/b"
