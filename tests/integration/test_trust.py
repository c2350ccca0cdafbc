"""The publishable key is public: what somebody who has it can't do."""

import hashlib
import hmac

import pytest

from tests.conftest import Session, put_in_force, rules_of
from tests.integration.conftest import Api, bearer, errors, event, problem

VICTIM = "victim"


def vouched(api: Api, user_id: str) -> str:
    return hmac.new(api.workspace.identity_secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def address(api: Api) -> str:
    """The victim's address, set by the founder's server."""
    return api.person(VICTIM, plan="pro")


def traits(api: Api, user_id: str = VICTIM) -> dict[str, object]:
    statement = """select c.traits from public.contacts as c join public.identities as i on i.contact_id = c.id
                   where i.workspace_id = %s and i.kind = 'userId' and i.value = %s"""
    found: dict[str, object] = api.db.execute(statement, (api.workspace.id, user_id)).fetchall()[0][0]
    return found


def test_a_claim_changes_no_trusted_trait(api: Api, address: str) -> None:
    claim = {"userId": VICTIM, "traits": {"plan": "free", "email": "evil@example.com", "city": "X"}}
    assert api.public("/api/identify", claim).status_code == 200
    assert traits(api) == {"plan": "pro", "email": address, "city": "X"}


def test_a_claim_removes_no_trusted_trait(api: Api, address: str) -> None:
    api.public("/api/identify", {"userId": VICTIM, "traits": {"plan": None}})
    assert traits(api)["plan"] == "pro"


def test_a_claim_ends_no_trusted_stage(api: Api, address: str) -> None:
    api.track(event(event="Subscription Started", userId=VICTIM))
    api.public("/api/track", event(event="Subscription Cancelled", userId=VICTIM))
    assert api.score(userId=VICTIM)["stage"] == "customer"


def test_a_stage_that_requires_trust_is_not_reached_by_a_claim(api: Api) -> None:
    require_trust(api, "stages", "Subscription Started")
    api.public("/api/track", event(event="Subscription Started"))
    assert api.score(userId="u1")["stage"] == "signed_up"
    api.public("/api/track", event(event="Subscription Started", userHash=vouched(api, "u1")))
    assert api.score(userId="u1")["stage"] == "customer"


def test_a_signal_that_requires_trust_counts_no_claim(api: Api) -> None:
    require_trust(api, "signals", "Feature Used")
    api.public("/api/track", event())
    api.public("/api/track", {"batch": [event(), event(event="Page Viewed")]})
    assert api.score(userId="u1")["score"] == 1
    api.track(event())
    assert api.score(userId="u1")["score"] == 6


def require_trust(api: Api, of: str, event_name: str) -> None:
    rules = rules_of(api.db, api.workspace)
    rules[of] = [entry | {"trustedOnly": entry.get("event") == event_name} for entry in rules[of]]
    put_in_force(api.db, api.workspace, rules)


def test_no_claim_joins_two_users(api: Api, address: str) -> None:
    api.track(event(userId="other", anonymousId="a1"))
    for shared in ({"anonymousId": "a1"}, {"email": address}):
        api.public("/api/track", event(userId=VICTIM, **shared))
        api.public("/api/track", event(userId="other", **shared))
    assert api.score(userId=VICTIM)["contactId"] != api.score(userId="other")["contactId"]


def test_a_claim_takes_no_identity_that_a_server_gave(api: Api) -> None:
    before_it = "2026-11-20T00:00:00Z"
    api.track(event(userId=VICTIM, anonymousId="a1"))
    api.public("/api/track", event(userId="thief", anonymousId="a1", timestamp=before_it))
    assert api.score(anonymousId="a1")["contactId"] == api.score(userId=VICTIM)["contactId"]


def test_a_claim_made_before_the_server_spoke_gives_way_to_it(api: Api) -> None:
    api.public("/api/track", event(userId="thief", email="v@example.com"))
    api.track(event(userId=VICTIM, email="v@example.com"))
    users = "select contact_id from public.identities where workspace_id = %s and value in ('v@example.com', %s)"
    assert len(set(api.db.execute(users, (api.workspace.id, VICTIM)).fetchall())) == 1


def test_an_alias_is_refused(api: Api, address: str) -> None:
    alias = {"type": "alias", "userId": "thief", "previousId": VICTIM, "messageId": "m1"}
    assert errors(api.public("/api/track", alias)) == [("/type", "verification_required")]


@pytest.mark.parametrize("hash_of", ["another", ""])
def test_a_hash_of_somebody_else_is_refused(api: Api, hash_of: str) -> None:
    claim = event(userId=VICTIM, userHash=vouched(api, hash_of))
    assert errors(api.public("/api/track", claim)) == [("/userHash", "user_hash_invalid")]


@pytest.mark.parametrize("kind", ["track", "page", "screen", "identify", "group"])
def test_where_verification_is_required_no_type_names_a_user_without_its_hash(api: Api, kind: str) -> None:
    api.set(require_verification=True)
    claim = {"type": kind, "event": "x", "groupId": "g", "userId": VICTIM}
    assert errors(api.public("/api/track", claim)) == [("/userId", "verification_required")]
    assert api.public("/api/track", claim | {"userHash": vouched(api, VICTIM)}).status_code == 200
    assert api.public("/api/track", {**claim, "userId": None, "anonymousId": "a1"}).status_code == 200


def test_no_messageid_of_a_servers_is_used_up(api: Api) -> None:
    api.public("/api/track", event(messageId="order-1"))
    assert api.track(event(messageId="order-1"))["accepted"] == 1


def test_no_mail_goes_to_an_address_that_was_only_claimed(api: Api) -> None:
    api.public("/api/identify", {"userId": "u1", "email": "claimed@example.com"})
    body = {"to": {"userId": "u1"}, "subject": "x", "text": "x", "category": "transactional"}
    problem(api.secret("/api/send-email", body), "not_mailable")


def test_no_mail_goes_to_a_claimed_address_in_place_of_the_vouched_one(api: Api, address: str) -> None:
    api.public("/api/identify", {"userId": VICTIM, "email": "evil@example.com"})
    body = {"to": {"userId": VICTIM}, "subject": "x", "text": "x", "category": "transactional"}
    queued = api.secret("/api/send-email", body).json()
    assert api.message(queued["messageId"])["to_address"] == address
    problem(api.secret("/api/send-email", body | {"to": {"email": "evil@example.com"}}), "not_mailable")


def test_a_claim_brings_no_other_vouched_address_in_place_of_a_users(api: Api, address: str) -> None:
    api.secret("/api/identify", {"email": "subscriber@example.com"})
    api.public("/api/identify", {"userId": VICTIM, "email": "subscriber@example.com"})
    body = {"to": {"userId": VICTIM}, "subject": "x", "text": "x", "category": "transactional"}
    queued = api.secret("/api/send-email", body).json()
    assert api.message(queued["messageId"])["to_address"] == address


def test_claims_use_up_no_trait_and_no_identity_that_a_server_has_yet_to_say(api: Api) -> None:
    api.public("/api/identify", {"userId": VICTIM, "traits": {f"t{n}": n for n in range(255)}})
    api.public("/api/track", {"batch": [event(userId=VICTIM, anonymousId=f"a{n}") for n in range(49)]})
    said = {"userId": VICTIM, "anonymousId": "theirs", "email": "v@example.com", "traits": {"plan": "pro"}}
    assert api.secret("/api/identify", said).status_code == 200
    assert (traits(api)["plan"], traits(api)["email"]) == ("pro", "v@example.com")
    assert errors(api.public("/api/identify", {"userId": VICTIM, "traits": {"x": 1}})) == [
        ("/traits", "too_many_traits")
    ]
    assert errors(api.public("/api/track", event(userId=VICTIM, anonymousId="a50"))) == [("", "too_many_identities")]


def test_a_claim_makes_no_address_ambiguous_that_a_server_gave(api: Api, address: str) -> None:
    api.public("/api/track", event(userId="mallory", email=address))
    assert api.score(email=address)["contactId"] == api.score(userId=VICTIM)["contactId"]


def test_no_score_and_no_contact_is_read(api: Api, address: str) -> None:
    for path, body in (("/api/score", {"userId": VICTIM}), ("/api/send-email", {"to": {"userId": VICTIM}})):
        problem(api.public(path, body), "secret_key_required")


def test_one_address_leaves_half_the_limit_to_all_others(api: Api) -> None:
    flood = {"batch": [event(userId=f"u{n}") for n in range(60)]}
    assert [api.public("/api/track", flood).status_code for _ in range(3)] == [200, 200, 429]
    server = api.http.post("/api/track", json=event(), headers=bearer(api.workspace.secret_key))
    assert server.headers["RateLimit"].startswith('"messages";r=239')


def test_anonymous_visitors_are_no_identified_contacts(api: Api, bob: Session) -> None:
    api.public("/api/track", {"batch": [event(userId=None, anonymousId=f"a{n}") for n in range(50)]})
    identified = {"workspace_id": f"eq.{api.workspace.id}", "kind": "in.(userId,email)", "owner_id": "is.null"}
    assert bob.rest.get("/identities", params=identified).json() == []
