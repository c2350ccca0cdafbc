"""Acme Boards after six weeks: what track, the sweeps and the drains have made of its people, day by day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import uuid4

import httpx
import psycopg

from lib import keys, limits, messages
from scripts.dashboard_pictures import resend
from scripts.dashboard_pictures.people import Deed, deeds

DAYS = 42
OWNER, ADMIN, VIEWER = (f"{name}@acme-boards.example" for name in ("mia", "jonas", "priya"))
PASSWORD = "a long enough password"
SETTINGS = {
    "website": "https://acme-boards.example/",
    "reply_to": OWNER,
    "postal_address": "Acme Boards Ltd.\n1 Sample Street\nSpringfield",
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "time_zone": "Europe/London",
}
# What becomes of mails, in turn.
FATES = (
    ("delivered", "opened", "clicked"),
    ("delivered", "opened"),
    ("delivered",),
    ("delivered", "opened"),
    ("delivered",),
    ("delivered", "opened", "clicked"),
    ("bounced",),
)
UNSUBSCRIBES = 6  # every so manieth

MAKE = "select public.create_workspace(id, 'Acme Boards', 'acme-boards', 'saas_trial') from auth.users where email = %s"
JOIN = "insert into public.members (workspace_id, user_id, role) select %s, id, %s from auth.users where email = %s"
SELL = "insert into public.plan_variants values ('1', 'starter', 'month'), ('2', 'growth', 'month')"
BUY = """
    insert into public.subscriptions (id, workspace_id, variant_id, status, renews_at, created_at, updated_at)
    values ('1', %s, '1', 'active', now() + interval '12 days', now(), now())"""
UNSUBSCRIBE = """
    insert into public.suppressions (workspace_id, address_hash, category, reason, created_at)
    select workspace_id, address_hash, 'marketing', 'unsubscribed', %s from public.messages
    where provider_message_id = %s on conflict do nothing"""
# Rows say when they were written, which was today.
FIRST_SEEN = """
    update public.contacts as c set created_at = e.at
    from (
        select i.contact_id, min(v.occurred_at) as at
        from public.events as v join public.identities as i on i.id = v.identity_id
        where v.workspace_id = %s group by 1
    ) as e
    where e.contact_id = c.id"""
NAMED_SINCE = """
    update public.identities as i set created_at = c.created_at
    from public.contacts as c where c.id = i.contact_id and c.workspace_id = %s"""
IDS = {
    "contact": """
        select s.contact_id from public.contact_states as s join public.stages as g on g.id = s.stage_id
        where s.workspace_id = %s and g.name = 'ready' order by s.score desc, s.contact_id limit 1""",
    "template": "select id from public.templates where workspace_id = %s and name = 'Ready to upgrade'",
    "automation": "select id from public.automations where workspace_id = %s and name = 'Stalled setup'",
    "mail": """
        select id from public.messages
        where workspace_id = %s and delivery = 'clicked' order by created_at desc limit 1""",
}


class AcmeBoards:
    """Fills the workspace through the product's own functions, with the time as their argument."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env, self.now = env, datetime.now(UTC)
        self.http = httpx.Client(timeout=60, trust_env=False)
        self.database = psycopg.connect(env["DATABASE_URL"], autocommit=True)
        self.tokens = {email: self.sign_up(email) for email in (OWNER, ADMIN, VIEWER)}
        [[self.id]] = self.query(MAKE, OWNER)
        self.keys = {kind: keys.generate(kind) for kind in ("publishable", "secret")}
        self.mails = 0

    def fill(self) -> dict[str, str]:
        """Lives through all the days, and answers the ids that the addresses of single things need."""
        self.open_up()
        for day, done in groupby(deeds(self.now - timedelta(minutes=3), DAYS), key=lambda deed: deed.at.date()):
            self.live(list(done))
            self.end(min(datetime.combine(day, time(21, 0), UTC), self.now))
        self.go_on()
        return {name: str(self.query(statement, self.id)[0][0]) for name, statement in IDS.items()}

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        found = self.database.execute(statement, values)
        return found.fetchall() if found.description else []

    def sign_up(self, email: str) -> str:
        headers = {"apikey": self.env["SUPABASE_PUBLISHABLE_KEY"]}
        account = {"email": email, "password": PASSWORD}
        answer = self.http.post(f"{self.env['SUPABASE_URL']}/auth/v1/signup", headers=headers, json=account)
        return str(answer.raise_for_status().json()["access_token"])

    def write(self, method: str, path: str, row: dict[str, Any], email: str = OWNER) -> None:
        """Through the Data API, so that the audit log says who did."""
        headers = {"apikey": self.env["SUPABASE_PUBLISHABLE_KEY"], "Authorization": f"Bearer {self.tokens[email]}"}
        url = f"{self.env['SUPABASE_URL']}/rest/v1/{path}"
        self.http.request(method, url, headers=headers, json=row).raise_for_status()

    def schedule(self, path: str, at: datetime | None = None) -> None:
        """What the scheduler asks for, as of then."""
        url = self.env["API_URL"] + path + (f"?now={at.isoformat().replace('+00:00', 'Z')}" if at else "")
        self.http.get(url, headers={"Authorization": f"Bearer {self.env['CRON_SECRET']}"}).raise_for_status()

    def post(self, path: str, body: dict[str, Any], token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http.post(self.env["API_URL"] + path, headers=headers, json=body).raise_for_status()

    def open_up(self) -> None:
        """Members, a plan, keys, and automations that are live."""
        for email, role in ((ADMIN, "admin"), (VIEWER, "viewer")):
            self.query(JOIN, self.id, role, email)
        self.query(SELL)
        self.query(BUY, self.id)
        for kind, key in self.keys.items():
            made = (kind, keys.key_hash(key), keys.hint(key))
            self.query("select public.create_api_key(%s, %s, %s, %s)", self.id, *made)
        self.write("PATCH", f"workspaces?id=eq.{self.id}", SETTINGS)
        self.write("PATCH", f"automations?workspace_id=eq.{self.id}", {"status": "live"}, ADMIN)

    def live(self, done: list[Deed]) -> None:
        """Sends what was done on a day, in the order in which it was, as if track had received it then."""
        for (_, trusted), batch in groupby(done, key=lambda deed: (deed.at.hour, deed.trusted)):
            sent = list(batch)
            at = sent[-1].at + timedelta(seconds=2)
            raw = [{**deed.message, "timestamp": deed.at.isoformat(), "messageId": str(uuid4())} for deed in sent]
            read = messages.read_batch(list(raw), messages.Envelope(at, limits.MAX_AGE_SECRET, at.isoformat()))
            key = keys.key_hash(self.keys["secret" if trusted else "publishable"])
            self.query("select public.track(%s, null, %s, %s)", key, json.dumps(read.rows), at)

    def end(self, at: datetime) -> None:
        """What the schedulers do at the end of a day, and what the mails of that day come to."""
        for path in ("/api/score", "/api/send-email"):
            self.schedule(path, at)
        for mail in self.http.get(f"{self.env['MAIL_URL']}/messages").json():
            self.follow_up(mail, at - timedelta(minutes=30))
        self.http.delete(f"{self.env['MAIL_URL']}/messages")

    def follow_up(self, mail: dict[str, Any], at: datetime) -> None:
        for minutes, kind in enumerate(FATES[self.mails % len(FATES)]):
            body = resend.event(kind, mail, at + timedelta(minutes=7 * minutes))
            headers = resend.signed(self.env["RESEND_WEBHOOK_SECRET"], body)
            self.http.post(
                f"{self.env['API_URL']}/api/resend-webhook", content=body, headers=headers
            ).raise_for_status()
        self.mails += 1
        if self.mails % UNSUBSCRIBES == 0:
            self.query(UNSUBSCRIBE, at, mail["id"])

    def go_on(self) -> None:
        """What comes in just now, what is refused, and what somebody is about to do."""
        for statement in (FIRST_SEEN, NAMED_SINCE):
            self.query(statement, self.id)
        self.query("update private.metering set counted_until = now() - interval '45 days'")
        while self.query("select public.meter_events(now())") == [(True,)]:
            pass  # each call counts some of the days
        self.query("select public.measure_usage(now())")
        lost = {"type": "track", "event": "Report Exported"}
        early = {"type": "track", "event": "Feature Used", "userId": "user_1049", "timestamp": "2040-01-01T00:00:00Z"}
        fine = [{"type": "track", "event": "Feature Used", "userId": f"user_{1042 + 7 * n}"} for n in range(6)]
        self.post("/api/track", {"writeKey": self.keys["publishable"], "batch": [lost, early, *fine]})
        self.draft()
        invited = {"workspace_id": str(self.id), "email": "sam@acme-boards.example", "role": "viewer"}
        self.write("POST", "invitations", invited)
        self.post("/api/export", {"workspaceId": str(self.id)}, self.tokens[OWNER])
        self.schedule("/api/export")

    def draft(self) -> None:
        """Looking at prices is to count for more, and sharing a board for something."""
        [[rules]] = self.query("select public.rules_in_force(%s)", self.id)
        prices = next(signal for signal in rules["signals"] if signal["name"] == "Prices looked at")
        prices |= {"points": 25, "cap": 50}
        rules["signals"].append({"name": "Board shared", "event": "Board Shared", "points": 8, "cap": 24})
        self.write("POST", "rule_drafts", {"workspace_id": str(self.id), "rules": rules})
