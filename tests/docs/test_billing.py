"""docs/billing.md says of plans, statuses and events what the code does."""

import re

from scripts.local.layout import ROOT
from tests.conftest import Connection

DOCUMENT = (ROOT / "docs/billing.md").read_text()
# Every event that Lemon Squeezy documents (https://docs.lemonsqueezy.com/help/webhooks/event-types).
EVENTS = {
    "order_created", "order_refunded", "subscription_created", "subscription_updated", "subscription_cancelled",
    "subscription_resumed", "subscription_expired", "subscription_paused", "subscription_unpaused",
    "subscription_payment_success", "subscription_payment_failed", "subscription_payment_recovered",
    "subscription_payment_refunded", "license_key_created", "license_key_updated",
}  # fmt: skip


def rows(heading: str) -> dict[str, list[str]]:
    """The table under a heading: its first column, which names something, and the others."""
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `(\w+)` \|(.*)\|$", section, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in found}


def test_the_plans_are_those_of_the_table(db: Connection) -> None:
    plans = db.execute(
        "select name, 240 * rate_multiplier, contacts, emails, members from public.plans order by position"
    )
    assert {name: [int(cell.replace(",", "")) for cell in cells] for name, cells in rows("Plans").items()} == {
        name: list(numbers) for name, *numbers in plans
    }


def test_every_status_is_served_as_documented(db: Connection) -> None:
    statement = """select private.is_served(%s, 'void', now(), now()), private.is_served(%s, 'free', now(), now()),
        private.is_served(%s, null, now() + interval '1 second', now())"""
    meant = {"yes": (True,) * 3, "no: Free": (False,) * 3, "until `ends_at`, to the second": (False, False, True),
             "if `pause.mode` is `free`": (False, True, True)}  # fmt: skip
    statuses = rows("Statuses")
    known = db.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'subscriptions_status_known'"
    )
    assert set(re.findall(r"'(\w+)'", known.fetchall()[0][0])) == statuses.keys()
    for status, (used, _) in statuses.items():
        assert db.execute(statement, (status,) * 3).fetchall() == [meant[used]], status


def test_every_event_does_what_is_documented() -> None:
    from lib import billing  # reads the environment at import

    does = dict.fromkeys(billing.SUBSCRIPTIONS, "keeps the subscription's state")
    does |= {name: f"notes `{status}` on the invoice's subscription" for name, status in billing.PAYMENTS.items()}
    events = {name: said.partition(":")[0] for name, [said] in rows("Events").items()}
    assert events == {name: does.get(name, "nothing") for name in EVENTS}
