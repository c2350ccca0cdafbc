"""Messages of the Segment spec: what becomes of a good one, and the code and pointer that each bad one gets."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lib import limits
from lib.errors import ApiError, Invalid
from lib.messages import Envelope, read_batch, read_message, type_of_route, unpack

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENVELOPE = Envelope(NOW, limits.MAX_AGE_PUBLISHABLE)
GOOD = {"type": "track", "event": "Feature Used", "userId": "u1"}


def row(envelope: Envelope = ENVELOPE, **fields: object) -> dict[str, Any]:
    return read_message({**GOOD, **fields}, envelope)


def fault(raw: object, envelope: Envelope = ENVELOPE) -> tuple[str, str]:
    """The code and the pointer that a message is refused with."""
    with pytest.raises(Invalid) as refused:
        read_message(raw, envelope)
    return refused.value.code, refused.value.pointer


def refused(**fields: object) -> tuple[str, str]:
    return fault({**GOOD, **fields})


def nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def sized(size: int) -> dict[str, object]:
    """A message of that many bytes of JSON."""
    bare = len(json.dumps({**GOOD, "properties": {"a": ""}}, separators=(",", ":")))
    return {**GOOD, "properties": {"a": "x" * (size - bare)}}


def test_a_message_becomes_a_row() -> None:
    message = row(anonymousId="a1", messageId="m1", properties={"plan": "pro"}, context={"locale": "en"})
    assert (message["type"], message["name"], message["message_id"]) == ("track", "Feature Used", "m1")
    assert (message["kinds"], message["values"]) == (["userId", "anonymousId"], ["u1", "a1"])
    assert (message["properties"], message["context"], message["traits"]) == ({"plan": "pro"}, {"locale": "en"}, None)
    assert message["occurred_at"] == NOW.isoformat()


def test_a_missing_message_id_is_generated() -> None:
    ids = {row()["message_id"], row(messageId=None)["message_id"], row(messageId="")["message_id"]}
    assert len(ids) == 3
    assert all(len(made) == 36 for made in ids)


@pytest.mark.parametrize("raw", [None, 1, "track", [], [GOOD], True])
def test_a_message_is_an_object(raw: object) -> None:
    assert fault(raw) == ("message_not_object", "")


# Types and names


@pytest.mark.parametrize("kind", [None, "", "tracks", "Track", 1, ["track"], {"a": 1}])
def test_an_unknown_type_is_refused(kind: object) -> None:
    assert refused(type=kind) == ("type_unknown", "/type")


def test_a_route_names_the_type_of_messages_that_do_not() -> None:
    page = Envelope(NOW, limits.MAX_AGE_PUBLISHABLE, default_type="page")
    assert read_message({"userId": "u1"}, page)["name"] == "Page Viewed"
    assert read_message(GOOD, page)["type"] == "track"


@pytest.mark.parametrize(
    ("segment", "kind"),
    [("t", "track"), ("identify", "identify"), ("p", "page"), ("s", "screen"), ("g", "group"), ("a", "alias")]
    + [(other, None) for other in ("b", "batch", "import", "", None, "x")],
)
def test_a_route_stands_for_a_type(segment: str | None, kind: str | None) -> None:
    assert type_of_route(segment) == kind


@pytest.mark.parametrize("event", ["x", "x" * 200, "é" * 200, "😀" * 200])
def test_an_event_name_may_have_200_characters(event: str) -> None:
    assert row(event=event)["name"] == event


@pytest.mark.parametrize("event", [None, "", "x" * 201, 5, ["x"], {}])
def test_an_event_without_a_usable_name_is_refused(event: object) -> None:
    assert refused(event=event) == ("event_invalid", "/event")


@pytest.mark.parametrize(("kind", "name"), [("page", "Page Viewed"), ("screen", "Screen Viewed")])
def test_pages_and_screens_are_events_that_keep_their_name(kind: str, name: str) -> None:
    message = row(type=kind, event=None, name="Pricing", properties={"url": "https://x.co/pricing"})
    assert message["name"] == name
    assert message["properties"] == {"url": "https://x.co/pricing", "name": "Pricing"}


def test_a_pages_own_property_beats_its_name() -> None:
    assert row(type="page", name="Pricing", properties={"name": "Plans"})["properties"] == {"name": "Plans"}


@pytest.mark.parametrize("kind", ["identify", "alias"])
def test_other_types_are_named_after_themselves(kind: str) -> None:
    assert row(type=kind, event="Feature Used")["name"] == kind


def test_the_traits_of_identify_are_what_it_says_of_the_contact() -> None:
    message = row(type="identify", traits={"plan": "pro", "old": None})
    assert message["traits"] == message["properties"] == {"plan": "pro", "old": None}


def test_a_group_becomes_the_contacts_company() -> None:
    message = row(type="group", groupId=7, traits={"plan": "pro"})
    assert message["name"] == "group"
    assert message["traits"] == {"company": {"id": "7", "plan": "pro"}}
    assert message["properties"] == {"plan": "pro", "groupId": "7"}


def test_a_companys_id_is_the_groupid_whatever_its_traits_say() -> None:
    message = row(type="group", groupId="g1", traits={"id": "other", "groupId": "another"})
    assert message["traits"] == {"company": {"id": "g1"}}
    assert message["properties"] == {"id": "other", "groupId": "g1"}


def test_what_an_identify_writes_is_all_in_its_properties_and_its_contexts_traits() -> None:
    traits, context = {"plan": "pro", "email": "typed@x.co"}, {"traits": {"city": "Rome"}}
    message = row(type="identify", email="Ann@X.co", groupId=7, traits=traits, context=context)
    assert message["properties"] == {"plan": "pro", "email": "ann@x.co"}
    assert message["context"] == {"traits": {"city": "Rome"}, "groupId": "7"}
    assert message["traits"] == {"city": "Rome", "plan": "pro", "email": "ann@x.co"}


@pytest.mark.parametrize("key", ["ip", "IP", "client_ip"])
def test_the_clients_address_is_not_kept(key: str) -> None:
    assert row(context={key: "203.0.113.9", "locale": "en"})["context"] == {"locale": "en"}


def test_identify_takes_traits_from_the_context_too_as_rudderstack_sends_them() -> None:
    message = row(type="identify", traits={"plan": "pro"}, context={"traits": {"plan": "free", "email": "Ann@x.co"}})
    assert message["traits"] == {"plan": "pro", "email": "ann@x.co"}
    assert message["kinds"] == ["userId", "email"]


def test_a_traits_name_may_have_255_characters() -> None:
    assert row(type="identify", traits={"é" * 255: 1})["traits"] == {"é" * 255: 1}
    assert refused(type="identify", traits={"é" * 256: 1}) == ("trait_name_too_long", "/traits")


# Identities


@pytest.mark.parametrize("name", ["userId", "anonymousId", "messageId", "userHash", "groupId", "previousId"])
@pytest.mark.parametrize("value", ["x" * 256, True, 1.5, ["x"], {}, 10**255])
def test_an_id_that_is_too_long_or_no_string_is_refused(name: str, value: object) -> None:
    kind = {"groupId": "group", "previousId": "alias"}.get(name, "track")
    assert refused(type=kind, **{name: value}) == ("id_invalid", f"/{name}")


def test_an_id_may_have_255_characters() -> None:
    longest = "é" * 255
    message = row(userId=longest, anonymousId=longest, messageId=longest)
    assert (message["values"], message["message_id"]) == ([longest, longest], longest)


def test_a_number_counts_as_its_digits() -> None:
    message = row(userId=42, anonymousId=0, messageId=-7)
    assert (message["values"], message["message_id"]) == (["42", "0"], "-7")


@pytest.mark.parametrize("nobody", [{}, {"userId": None}, {"userId": "", "anonymousId": ""}])
def test_somebody_must_be_named(nobody: Mapping[str, object]) -> None:
    assert fault({"type": "track", "event": "x", **nobody}) == ("identity_missing", "")


def test_identities_are_ranked_user_then_email_then_anonymous() -> None:
    message = row(anonymousId="a1", email="Ann@Example.com")
    assert message["kinds"] == ["userId", "email", "anonymousId"]
    assert message["values"] == ["u1", "ann@example.com", "a1"]


def test_an_alias_names_who_somebody_was_before() -> None:
    message = row(type="alias", previousId="a0")
    assert (message["kinds"], message["values"]) == (["userId", "anonymousId"], ["u1", "a0"])
    assert row(type="alias", previousId="a0", anonymousId="a0")["values"] == ["u1", "a0"]


# Email


@pytest.mark.parametrize("address", ["ann@example.com", "ANN@Example.COM", "Ann@example.com"])
def test_an_email_has_one_spelling(address: str) -> None:
    message = row(type="identify", userId=None, traits={"email": address})
    assert (message["kinds"], message["values"]) == (["email"], ["ann@example.com"])
    assert message["traits"] == {"email": "ann@example.com"}


@pytest.mark.parametrize("address", ["", "ann", "ann@", "@example.com", "a@b@c.com", "a b@c.com", 5, ["a@b.co"]])
def test_what_is_no_email_is_refused_where_it_stands(address: object) -> None:
    assert refused(email=address) == ("email_invalid", "/email")
    assert refused(type="identify", traits={"email": address}) == ("email_invalid", "/traits/email")


def test_an_email_given_twice_is_the_one_outside_the_traits() -> None:
    message = row(type="identify", email="a@example.com", traits={"email": "b@example.com"})
    assert message["traits"] == {"email": "a@example.com"}


def test_removing_the_email_is_no_wrong_email() -> None:
    assert row(type="identify", traits={"email": None})["traits"] == {"email": None}


# Shape and size


@pytest.mark.parametrize(("kind", "name"), [("track", "properties"), ("track", "context"), ("identify", "traits")])
@pytest.mark.parametrize("value", [[], "x", 1, False])
def test_properties_context_and_traits_are_objects(kind: str, name: str, value: object) -> None:
    assert refused(type=kind, **{name: value}) == ("object_expected", f"/{name}")


def test_an_object_may_have_255_keys() -> None:
    full = {str(n): n for n in range(255)}
    assert row(properties=full)["properties"] == full
    assert refused(properties=full | {"one": 1}) == ("too_many_keys", "/properties")
    assert refused(context={"a": [full | {"one": 1}]}) == ("too_many_keys", "/context/a/0")


def test_objects_may_be_nested_8_levels_deep() -> None:
    assert row(properties=nested(8))["properties"] == nested(8)
    assert refused(properties=nested(9)) == ("too_deep", "/properties" + "/a" * 8)


def test_arrays_count_as_levels_too() -> None:
    assert row(properties={"a": [[[[[[[1]]]]]]]})["type"] == "track"
    assert refused(properties={"a": [[[[[[[[]]]]]]]]}) == ("too_deep", "/properties/a" + "/0" * 7)


def test_very_deep_nesting_is_refused_like_any_other() -> None:
    assert refused(properties=nested(900))[0] == "too_deep"


def test_a_message_may_have_32_kib() -> None:
    assert read_message(sized(32 * 1024), ENVELOPE)["type"] == "track"
    assert fault(sized(32 * 1024 + 1)) == ("message_too_large", "")


def test_size_is_counted_in_bytes() -> None:
    assert refused(properties={"a": "é" * (16 * 1024)}) == ("message_too_large", "")


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "a\udc00b"])
def test_what_postgres_can_not_store_is_refused(text: str) -> None:
    assert refused(event=text) == ("character_not_storable", "/event")
    assert refused(properties={"a": {"b": [1, text]}}) == ("character_not_storable", "/properties/a/b/1")
    assert refused(context={text: 1}) == ("character_not_storable", "/context")


def test_a_pair_of_surrogates_in_json_is_one_character() -> None:
    assert row(event=json.loads('"\\ud83d\\ude00"'))["name"] == "😀"


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "Infinity", "-Infinity"])
def test_a_number_must_be_finite(number: str) -> None:
    properties = json.loads(f'{{"a": [{number}]}}')
    assert refused(properties=properties) == ("number_not_finite", "/properties/a/0")


@pytest.mark.parametrize("number", ["0", "-1.5", "1e308", "123456789012345678901234567890"])
def test_other_numbers_stay_as_they_are(number: str) -> None:
    assert row(properties={"a": json.loads(number)})["properties"] == {"a": json.loads(number)}


def test_a_pointer_is_escaped() -> None:
    assert refused(properties={"a/b": {"c~d": "\0"}}) == ("character_not_storable", "/properties/a~1b/c~0d")


# Privacy


def test_the_clients_address_is_dropped() -> None:
    assert row(context={"ip": "203.0.113.9", "locale": "en"})["context"] == {"locale": "en"}


def test_queries_are_dropped_but_for_utm() -> None:
    url = "https://x.co/p?token=secret&utm_source=ad&email=a@b.co&utm_campaign=a%20b#reset=1"
    kept = "https://x.co/p?utm_source=ad&utm_campaign=a+b"
    addresses = ("url", "referrer", "tab_url", "initial_referrer")
    page = {**dict.fromkeys(addresses, url), "search": "?q=name&utm_term=t", "title": "Q?A"}
    clean = {**dict.fromkeys(addresses, kept), "search": "?utm_term=t", "title": "Q?A"}
    assert row(type="page", properties=page)["properties"] == clean
    assert row(context={"page": page})["context"] == {"page": clean}


# Time


def occurred(timestamp: object, sent_at: object = None, **fields: object) -> str:
    envelope = Envelope(NOW, limits.MAX_AGE_PUBLISHABLE, sent_at)
    return str(row(envelope, timestamp=timestamp, **fields)["occurred_at"])


def ahead(**delta: float) -> str:
    return (NOW + timedelta(**delta)).isoformat()


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-11-24T11:00:00Z",
        "2026-11-24T11:00:00.000Z",
        "2026-11-24T16:30:00+05:30",
        "2026-11-24 11:00:00Z",
        "2026-11-24T11:00:00",
        1795518000000,
        1795518000000.0,
    ],
)
def test_a_time_is_rfc_3339_or_milliseconds(timestamp: object) -> None:
    assert occurred(timestamp) == "2026-11-24T11:00:00+00:00"


@pytest.mark.parametrize(
    "timestamp", ["yesterday", "2026-13-01T00:00:00Z", True, [], {}, 1e300, "0001-01-01T00:00+23:59"]
)
def test_what_is_no_time_is_refused(timestamp: object) -> None:
    assert refused(timestamp=timestamp) == ("timestamp_invalid", "/timestamp")
    assert refused(timestamp=ahead(), sentAt=timestamp) == ("timestamp_invalid", "/sentAt")


def test_a_clock_that_is_5_minutes_off_is_believed() -> None:
    assert occurred(ahead(minutes=-5), sent_at=ahead(minutes=-5)) == ahead(minutes=-5)
    assert occurred(ahead(minutes=5), sent_at=ahead(minutes=5)) == ahead(minutes=5)


@pytest.mark.parametrize(
    "off", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1), timedelta(days=400)]
)
def test_a_clock_that_is_further_off_is_corrected_by_the_difference(off: timedelta) -> None:
    sent, happened = NOW + off, NOW + off - timedelta(seconds=30)
    assert occurred(happened.isoformat(), sent_at=sent.isoformat()) == ahead(seconds=-30)


def test_a_messages_own_sent_at_beats_its_batchs() -> None:
    assert occurred(ahead(hours=-2), sent_at=ahead(hours=-1), sentAt=ahead(hours=-2)) == ahead()


def test_more_than_5_minutes_ahead_is_refused() -> None:
    assert occurred(ahead(minutes=5)) == ahead(minutes=5)
    assert refused(timestamp=ahead(minutes=5, seconds=1)) == ("timestamp_in_future", "/timestamp")


@pytest.mark.parametrize(("max_age", "days"), [(limits.MAX_AGE_PUBLISHABLE, 30), (limits.MAX_AGE_SECRET, 5 * 365 + 1)])
def test_how_far_back_a_message_may_lie_depends_on_its_key(max_age: timedelta, days: int) -> None:
    envelope = Envelope(NOW, max_age)
    assert row(envelope, timestamp=ahead(days=-days))["occurred_at"] == ahead(days=-days)
    assert fault({**GOOD, "timestamp": ahead(days=-days, seconds=-1)}, envelope) == ("timestamp_too_old", "/timestamp")


def test_a_correction_past_the_end_of_time_is_refused() -> None:
    message = {**GOOD, "timestamp": "9999-12-31T23:59:59Z", "sentAt": "2000-01-01T00:00:00Z"}
    assert fault(message) == ("timestamp_invalid", "/timestamp")


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_time_without_a_timestamp_is_the_time_of_receipt(nothing: object) -> None:
    assert occurred(nothing, sent_at=ahead(days=-400)) == ahead()


def test_zero_is_a_time_long_ago() -> None:
    assert refused(timestamp=0) == ("timestamp_too_old", "/timestamp")


def test_the_original_timestamp_of_older_sdks_counts() -> None:
    assert occurred(None, originalTimestamp=ahead(hours=-1)) == ahead(hours=-1)


# Batches


def test_a_body_without_a_batch_is_a_message() -> None:
    assert unpack(GOOD) == [GOOD]


@pytest.mark.parametrize("size", [1, 100])
def test_a_batch_holds_1_to_100_messages(size: int) -> None:
    assert len(unpack({"batch": [GOOD] * size})) == size


@pytest.mark.parametrize("batch", [[], [GOOD] * 101, GOOD, None, "x"])
def test_other_batches_are_refused(batch: object) -> None:
    with pytest.raises(ApiError) as refused:
        unpack({"batch": batch})
    assert refused.value.status == 422
    assert refused.value.extra["errors"] == [
        {"pointer": "/batch", "code": "batch_invalid", "detail": "batch must be an array of 1 to 100 messages."}
    ]


@pytest.mark.parametrize("body", [None, [], [GOOD], "x", 1])
def test_a_body_is_an_object(body: object) -> None:
    with pytest.raises(ApiError) as refused:
        unpack(body)
    assert refused.value.extra["errors"] == [
        {"pointer": "", "code": "message_not_object", "detail": "A message is a JSON object."}
    ]


def test_a_batch_keeps_the_good_and_names_the_bad() -> None:
    batch = read_batch([GOOD, {**GOOD, "event": "", "messageId": "m1"}, 5, {**GOOD, "messageId": "m3"}], ENVELOPE)
    assert [kept["index"] for kept in batch.rows] == [0, 3]
    assert [(bad["index"], bad["messageId"], bad["code"], bad["pointer"]) for bad in batch.rejected] == [
        (1, "m1", "event_invalid", "/event"),
        (2, None, "message_not_object", ""),
    ]


def test_a_batch_says_which_ids_it_generated() -> None:
    batch = read_batch([GOOD, {**GOOD, "messageId": "m1"}], ENVELOPE)
    assert batch.generated == [{"index": 0, "messageId": batch.rows[0]["message_id"]}]


def test_a_refusal_repeats_nothing_of_what_was_sent() -> None:
    batch = read_batch([{**GOOD, "email": "ann at home", "properties": {"password": "hunter2"}}], ENVELOPE)
    assert "ann" not in str(batch.rejected)
    assert "hunter2" not in str(batch.rejected)
