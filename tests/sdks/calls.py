"""What the SDKs are made to say, and what must have become of it."""

from typing import Any

from lib.ratelimit import LIMIT_BUCKETS
from tests.integration.conftest import Api
from tests.integration.test_ratelimit import counters, fill
from tests.sdks.wire import Wire

Call = tuple[str, dict[str, Any]]

# One of each kind. What u1 did before signing in is a1's.
EVERY_KIND: list[Call] = [
    ("track", {"anonymousId": "a1", "event": "Pricing Viewed", "properties": {"plan": "pro"}}),
    ("identify", {"userId": "u1", "traits": {"email": "Ann@Example.com", "plan": "pro"}}),
    ("page", {"userId": "u1", "name": "Home", "properties": {"url": "https://example.com/?token=1"}}),
    ("screen", {"userId": "u1", "name": "Inbox"}),
    ("group", {"userId": "u1", "groupId": "g1", "traits": {"name": "Acme"}}),
    ("alias", {"userId": "u1", "previousId": "a1"}),
]
# More than any SDK puts into one batch, within a minute's limit.
MANY: list[Call] = [("track", {"userId": "u1", "event": "Feature Used", "properties": {"n": n}}) for n in range(150)]
FEW: list[Call] = MANY[:3]


def stored(api: Api, column: str) -> list[Any]:
    """That column of every event of the workspace, sorted."""
    statement = f"select {column} from public.events where workspace_id = %s order by 1"
    return [row[0] for row in api.db.execute(statement.encode(), (api.workspace.id,))]


def traits(api: Api) -> dict[str, Any]:
    """Those of u1."""
    statement = "select traits from public.contacts where id = %s"
    found: dict[str, Any] = api.db.execute(statement, (api.score(userId="u1")["contactId"],)).fetchall()[0][0]
    return found


def assert_stored_once(api: Api, wire: Wire, calls: list[Call]) -> None:
    """Each call is stored once, however often it was sent, and none was refused."""
    assert stored(api, "type") == sorted(kind for kind, _ in calls)
    assert wire.rejected == []


def assert_every_kind_took_effect(api: Api) -> None:
    assert {"Page Viewed", "Screen Viewed", "Pricing Viewed"} < set(stored(api, "name"))
    assert {"url": "https://example.com/", "name": "Home"} in stored(api, "properties")
    company = {"id": "g1", "name": "Acme"}
    assert traits(api) == {"email": "ann@example.com", "plan": "pro", "company": company}
    assert api.score(anonymousId="a1") == api.score(userId="u1")
    assert "Pricing Viewed" in [part["signal"] for part in api.score(userId="u1")["breakdown"]]


def use_up_the_minute(api: Api) -> None:
    """Leaves the secret key nothing, for one second or two more."""
    [name] = counters(api.workspace, "secret")
    fill(name, {LIMIT_BUCKETS - 2: 240})
