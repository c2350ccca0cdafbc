"""Alice's workspace, over the Data API: Bob reads it, Charlie and anonymous callers see and do nothing.

Tables and functions come from the catalog, so that a new one is covered before anyone thinks of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest

from lib import keys
from tests.conftest import Connection, Session, Workspace, sign_up
from tests.database import reading
from tests.database.histories import NOW
from tests.database.model import Message

# Each name with the smallest value that PostgREST takes for an argument of that type.
PLAUSIBLE = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "jsonb": "{}",
    "integer": "1",
    "double precision": "1",
    "boolean": "true",
    "date": "2026-01-01",
    "timestamp with time zone": "2026-01-01T00:00:00Z",
    "text[]": "{}",
    "uuid[]": "{}",
}
# Not of any workspace; readable by the members of any, and by nobody writable.
SHARED = {"plan_variants", "plans", "rule_templates"}
# Of no use to viewers.
FOR_ADMINS = {"audit_log", "erasures", "exports", "smtp_settings"}


@pytest.fixture
def anonymous(env: Mapping[str, str]) -> Iterator[httpx.Client]:
    headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    with httpx.Client(base_url=f"{env['SUPABASE_URL']}/rest/v1", headers=headers, timeout=30) as client:
        yield client


def tables(db: Connection, schema: str = "public") -> list[str]:
    """Partitions too: they could be asked for by their own names."""
    found = db.execute(
        "select relname from pg_class where relnamespace = %s::regnamespace and relkind in ('r', 'p', 'v', 'm')",
        (schema,),
    )
    return sorted(name for (name,) in found.fetchall())


def functions(db: Connection) -> list[tuple[str, dict[str, str]]]:
    """Every function of public, with a plausible value for each argument it needs."""
    found = db.execute(
        """select p.proname, p.proargnames, array(select format_type(t, null) from unnest(p.proargtypes) as t)
           from pg_proc as p where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'"""
    )
    return [
        (name, {argument: PLAUSIBLE.get(kind, "x") for argument, kind in zip(names or [], kinds, strict=False)})
        for name, names, kinds in found.fetchall()
    ]


@pytest.fixture
def filled(db: Connection, workspace: Workspace, alice: Session) -> Workspace:
    """Alice's workspace with at least one row in every tenant table, and something for sale."""
    db.execute("insert into public.plan_variants values ('11', 'starter', 'month') on conflict do nothing")
    history = [
        Message("1", True, "identify", "identify", (("userId", "u"), ("email", "u@example.com")), NOW, {"plan": "pro"}),
        *(Message(f"e{n}", True, "track", "Upgrade Clicked", (("userId", "u"),), NOW) for n in range(2)),
        *(Message(f"p{n}", True, "track", "Pricing Viewed", (("userId", "u"),), NOW) for n in range(2)),
        Message("s", True, "track", "Subscription Started", (("userId", "v"),), NOW),
    ]
    reading.track(db, workspace, history, NOW)
    for statement in (
        "insert into public.fit_rules (workspace_id, trait, operator, points) values (%s, 'plan', 'exists', 1)",
        """insert into public.smtp_settings (workspace_id, host, port, username, from_address)
           values (%s, 'smtp.example.com', 587, 'acme', 'news@acme.example')""",
        "insert into public.suppressions (workspace_id, address_hash, reason) values (%s, 'abc', 'by_hand')",
        """insert into public.redactions (workspace_id, message_id, trusted, removed, received_at)
           values (%s, '1', true, 1, now())""",
        """insert into public.rejections (workspace_id, api_key_id, code, pointer, received_at)
           values (%s, gen_random_uuid(), 'event_invalid', '/event', now())""",
        """insert into public.message_events (workspace_id, svix_id, message_id, kind, occurred_at)
           select workspace_id, id::text, id, 'delivered', now() from public.messages where workspace_id = %s""",
        """insert into public.identity_moves (workspace_id, identity_id)
           select workspace_id, id from public.identities where workspace_id = %s and kind = 'email'""",
        """insert into public.score_history (workspace_id, contact_id, day, score, stage_id)
           select workspace_id, contact_id, '2026-01-01', 0, stage_id from public.contact_states
           where workspace_id = %s""",
        """insert into public.stage_pins (workspace_id, contact_id)
           select workspace_id, contact_id from public.contact_states where workspace_id = %s""",
        "insert into public.rescore_requests (workspace_id) values (%s)",
        "insert into public.saved_views (workspace_id, name, query) values (%s, 'On pro', 'trait.plan=is:pro')",
        """insert into public.rule_drafts (workspace_id, rules)
           select id, public.rules_in_force(id) from public.workspaces where id = %s""",
        """insert into public.rule_draft_moves (draft_id, workspace_id, from_stage_id, to_stage_id, contacts, examples)
           select id, workspace_id, id, id, 1, '{}' from public.rule_drafts where workspace_id = %s""",
        """insert into public.subscriptions (id, workspace_id, variant_id, status, created_at, updated_at)
           select id, id, 'any', 'active', now(), now() from public.workspaces where id = %s""",
        """insert into public.payments (subscription_id, workspace_id, status, updated_at)
           select id, id, 'paid', now() from public.workspaces where id = %s""",
        "insert into public.usage (workspace_id, month) values (%s, '2026-11-01') on conflict do nothing",
        """insert into public.usage_warnings (workspace_id, month, meter, percent, used, quota, created_at)
           values (%s, '2026-11-01', 'emails', 80, 8, 10, now())""",
        """insert into public.rule_draft_mails (draft_id, workspace_id, automation_id, mails, mailable)
           select id, workspace_id, id, 1, 1 from public.rule_drafts where workspace_id = %s""",
        "insert into public.audit_log (workspace_id, action) values (%s, 'contact.access')",
        """insert into public.erasures
               (workspace_id, contact_id, requested_by, requested_at, is_forever, tombstones, addresses, counts)
           values (%s, gen_random_uuid(), 'operator', now(), false, '{}', '{}', '{}')""",
        """insert into public.erased_identities (workspace_id, identity_id, erasure_id)
           select workspace_id, id, id from public.erasures where workspace_id = %s""",
        """insert into public.deletion_requests
               (workspace_id, requested_by, received_at, requested_at, purge_after, due_by)
           values (%s, 'operator', now(), now(), '2999-01-01', '2999-02-01')""",
        "insert into public.exports (workspace_id, requested_by) values (%s, gen_random_uuid())",
        # Each of them asks for something; here it is the row alone that matters.
        "set session_replication_role = replica",
        """insert into public.invitations (workspace_id, email, role, invited_by)
           select id, 'i@example.com', 'viewer', id from public.workspaces where id = %s""",
        """insert into public.workspace_requests (workspace_id, requested_by, name, slug)
           select id, id, name, slug from public.workspaces where id = %s""",
        """insert into public.member_changes (workspace_id, user_id, changed_by)
           select id, id, id from public.workspaces where id = %s""",
        "reset session_replication_role",
    ):
        db.execute(statement, (workspace.id,) if "%s" in statement else ())
    return workspace


def tenant_tables(db: Connection, workspace: Workspace) -> list[str]:
    """The tables that hold a row of the workspace."""
    found = []
    for table in tables(db):
        if table in SHARED:
            continue
        column = "id" if table == "workspaces" else "workspace_id"
        if (
            db.execute(f"select from public.{table} where {column} = %s limit 1", (workspace.id,)).fetchone()
            is not None
        ):
            found.append(table)
    return found


def questions(db: Connection, workspace: Workspace) -> list[dict[str, str]]:
    """What explain_mail() can be asked of that workspace's mail."""
    found = db.execute(
        "select id, contact_id, automation_id from public.messages where workspace_id = %s", (workspace.id,)
    )
    [(message, contact, automation)] = found.fetchall()
    return [{"p_message": str(message)}, {"p_contact": str(contact), "p_automation": str(automation)}]


STAGES_AND_TODAY = (
    "funnel_stages", "stages_as_far_as", "cohort_funnel", "list_cohort", "stage_entries", "list_entries",
    "time_in_stages", "weightiest_reasons", "people_to_write_to", "changes_since", "troubles",
    "event_silence",
)  # fmt: skip


def lists(contact: UUID) -> list[tuple[str, dict[str, Any]]]:
    """What the dashboard asks of a workspace that has that contact."""
    return [
        ("list_contacts", {}),
        ("list_contacts", {"p_traits": [{"trait": "plan", "operator": "equals", "operand": "pro"}]}),
        ("list_contacts", {"p_signals": [{"signal": 1, "least": 1, "not": True}]}),
        ("trait_names", {}),
        ("trait_values", {"p_trait": "plan"}),
        ("search_contacts", {"p_text": "u"}),
        ("contact_rows", {"p_contacts": [str(contact)]}),
        ("show_contact", {"p_contact": str(contact)}),
        ("contact_timeline", {"p_contact": str(contact)}),
        ("recent_messages", {}),
        ("setup_progress", {}),
    ]


def partitions(db: Connection) -> set[str]:
    return {name for (name,) in db.execute("select relname from pg_class where relispartition").fetchall()}


def test_every_table_has_a_row_here_or_the_other_tests_would_prove_nothing(db: Connection, filled: Workspace) -> None:
    assert set(tables(db)) - partitions(db) - SHARED <= set(tenant_tables(db, filled))


def test_a_member_reads_every_table_of_the_workspace(db: Connection, filled: Workspace, bob: Session) -> None:
    seen = {table: bob.rest.get(f"/{table}", params={"limit": 1}).json() for table in tables(db)}
    readable = set(seen) - partitions(db) - FOR_ADMINS
    assert [table for table in readable if not (isinstance(seen[table], list) and seen[table])] == []
    assert not any(seen[table] for table in FOR_ADMINS)


def test_owners_read_what_is_for_admins(filled: Workspace, alice: Session) -> None:
    mine = {"workspace_id": f"eq.{filled.id}"}
    assert all(alice.rest.get(f"/{table}", params=mine).json() for table in FOR_ADMINS)


def test_an_outsider_sees_no_row_of_any_table(db: Connection, filled: Workspace, charlie: Session) -> None:
    for table in set(tables(db)) - SHARED - partitions(db):
        column = "id" if table == "workspaces" else "workspace_id"
        # Other tests may have made Charlie a member elsewhere.
        answer = charlie.rest.get(f"/{table}", params={column: f"eq.{filled.id}"})
        assert answer.status_code in (401, 403, 404) or answer.json() == [], table
    for table in partitions(db):
        assert charlie.rest.get(f"/{table}").status_code in (401, 403, 404), table


def test_who_is_in_no_workspace_sees_no_row_at_all(env: Mapping[str, str], db: Connection, filled: Workspace) -> None:
    nobody = sign_up(env, "dave")
    seen = {table: nobody.rest.get(f"/{table}") for table in tables(db)}
    nobody.rest.close()
    assert {table for table, answer in seen.items() if answer.status_code < 400 and answer.json() != []} == set()


def test_an_anonymous_caller_may_read_no_table(db: Connection, filled: Workspace, anonymous: httpx.Client) -> None:
    answers = {table: anonymous.get(f"/{table}").status_code for table in tables(db)}
    assert set(answers.values()) <= {401, 403, 404}, answers


def test_a_viewer_can_change_no_row_by_hand(db: Connection, filled: Workspace, bob: Session) -> None:
    for table in set(tables(db)) - SHARED:
        column = "id" if table == "workspaces" else "workspace_id"
        mine, told = {column: f"eq.{filled.id}"}, {"Prefer": "return=representation"}
        name = {"name": "x"} if table in ("workspaces", "templates", "automations") else {column: str(filled.id)}
        for answer in (
            bob.rest.delete(f"/{table}", params=mine, headers=told),
            bob.rest.patch(f"/{table}", params=mine, headers=told, json=name),
            bob.rest.post(f"/{table}", json={column: str(filled.id)}),
        ):
            # Row-level security answers a change of rows that are not there to change with those changed: none.
            changed = answer.json() if answer.status_code == 200 else []
            assert (answer.status_code, changed) in [(200, []), *((code, []) for code in (400, 401, 403, 404, 405))], (
                table
            )


def test_an_anonymous_caller_can_execute_nothing(db: Connection, anonymous: httpx.Client) -> None:
    for name, arguments in functions(db):
        assert anonymous.post(f"/rpc/{name}", json=arguments).status_code in (401, 403, 404), name


def test_an_outsider_can_execute_nothing_that_tells_or_changes_anything(
    db: Connection, filled: Workspace, charlie: Session
) -> None:
    contact = db.execute("select id from public.contacts where workspace_id = %s", (filled.id,)).fetchall()[0][0]
    lookup = {"userId": "u"}
    assert charlie.rest.post("/rpc/score", json={"p_workspace": str(filled.id), "p_lookups": [lookup]}).json() == [None]
    assert (
        charlie.rest.post("/rpc/find_contacts", json={"p_workspace": str(filled.id), "p_lookup": lookup}).json() == []
    )
    parts = charlie.rest.post("/rpc/score_parts", json={"p_contact": str(contact), "p_on": "2026-11-20"})
    assert parts.json() == []
    for question in questions(db, filled):
        assert charlie.rest.post("/rpc/explain_mail", json=question).json() is None
    assert charlie.rest.post("/rpc/named_contacts", json={"p_contacts": [str(contact)]}).json() == []
    traits = {"p_workspace": str(filled.id), "p_contact": str(contact), "p_before": "infinity"}
    assert charlie.rest.post("/rpc/traits_as_of", json=traits).json() == {}
    for name, asked in lists(contact):
        told = charlie.rest.post(f"/rpc/{name}", json={"p_workspace": str(filled.id), **asked}).json()
        assert not told or not any(told.get(part) for part in ("contacts", "items", "events", "rejections", "names")), (
            name
        )
    pages = ("offers", "list_messages", "list_suppressions", "list_audit", "list_invitations", "back_test")
    for name in ("rules_in_force", "rescore_progress", "billing", "team", *pages):
        answer = charlie.rest.post(f"/rpc/{name}", json={"p_workspace": str(filled.id)})
        assert answer.json() in (None, {"status": "none"})
    plausible = dict(functions(db))
    stages = db.execute("select id, name from public.stages where workspace_id = %s", (filled.id,)).fetchall()
    for name in STAGES_AND_TODAY:
        asked = plausible[name] | {"p_workspace": str(filled.id)}
        asked |= {"p_contact": str(contact)} if "p_contact" in asked else {}
        asked |= {"p_stage": str(stages[0][0])} if "p_stage" in asked else {}
        told = charlie.rest.post(f"/rpc/{name}", json=asked).text
        held = [str(contact), "u@example.com", *(str(part) for stage in stages for part in stage)]
        assert [part for part in held if part in told.replace(str(asked.get("p_stage")), "")] == [], name
    allowed = {
        "score", "find_contacts", "score_parts", "explain_score", "explain_past_score", "recorded_score", "stage_on",
        "stage_facts", "mailable_address", "queue_message", "named_contacts", "rules_in_force", "rescore_progress",
        "preview", "explain_mail", "billing", "my_account", "my_workspaces", "team",
        "list_contacts", "search_contacts", "trait_names", "trait_values",
        "contact_rows", "show_contact", "contact_timeline", "recent_messages",
        "setup_progress", "offers", "list_messages", "list_suppressions", "list_audit", "list_invitations",
        "traits_as_of", "back_test", *STAGES_AND_TODAY,
    }  # fmt: skip
    for name, arguments in functions(db):
        if name not in allowed:
            assert charlie.rest.post(f"/rpc/{name}", json=arguments).status_code in (401, 403, 404), name


def test_a_member_is_told_what_an_outsider_is_not(db: Connection, filled: Workspace, bob: Session) -> None:
    contact = db.execute("select id from public.contacts where workspace_id = %s", (filled.id,)).fetchall()[0][0]
    db.execute("update public.events set received_at = now() where workspace_id = %s", (filled.id,))
    tested = bob.rest.post("/rpc/back_test", json={"p_workspace": str(filled.id)}).json()
    assert tested["status"] == "tested"
    for name, asked in lists(contact):
        told = bob.rest.post(f"/rpc/{name}", json={"p_workspace": str(filled.id), **asked}).json()
        if isinstance(told, list):
            assert told, name
        else:
            assert any(told.values()), name


def test_private_tables_are_not_reachable_by_naming_their_schema(
    db: Connection, filled: Workspace, alice: Session
) -> None:
    for table in tables(db, "private"):
        answer = alice.rest.get(f"/{table}", headers={"Accept-Profile": "private"})
        assert answer.status_code in (401, 403, 404, 406), (table, answer.text)


def test_every_table_has_row_level_security(db: Connection) -> None:
    bare = db.execute(
        """select relname from pg_class
           where relnamespace in ('public'::regnamespace, 'private'::regnamespace)
               and relkind in ('r', 'p') and not relrowsecurity"""
    )
    assert bare.fetchall() == []


def test_an_admin_cannot_mail_a_contact_of_another_workspace(
    db: Connection, filled: Workspace, charlie: Session, new_workspace: Any
) -> None:
    own = new_workspace()
    db.execute("insert into public.members values (%s, %s, 'owner')", (own.id, charlie.user_id))
    contact = db.execute("select id from public.contacts where workspace_id = %s", (filled.id,)).fetchall()[0][0]
    message = {"workspace_id": str(own.id), "contact_id": str(contact), "category": "marketing", "subject": "x"}
    assert charlie.rest.post("/messages", json=message).status_code == 403


def test_keys_are_not_readable_even_by_the_owner(filled: Workspace, alice: Session) -> None:
    rows = alice.rest.get("/api_keys").json()
    assert rows and all(keys.key_hash(filled.secret_key) not in str(row) for row in rows)
