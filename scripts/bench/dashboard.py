"""What the dashboard asks of a workspace beside its list of contacts: lists, each of which is a page, and numbers."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.bench.publishing import NOW, Connection, one
from scripts.bench.workload import TODAY

# The function, and by name the statement that finds an argument.
Call = tuple[str, Mapping[str, str]]

SOMEBODY = "select id from public.contacts limit 1"
AT = f"select '{NOW}'"
# A tenth of all contacts were first seen then.
MONTH = {"p_from": f"select timestamptz '{TODAY}T00:00Z' - interval '30 days'", "p_to": f"select '{TODAY}T00:00Z'"}
WEEK = f"select timestamptz '{NOW}' - interval '7 days'"
# Where a page in the middle of the month begins.
HALFWAY = f"""
    select jsonb_build_object(
        'at', timestamptz '{TODAY}T00:00Z' - interval '15 days', 'id', '00000000-0000-0000-0000-000000000000', 'key', ''
    )
    """


def stage(name: str) -> str:
    """A statement that finds a stage."""
    return f"select id from public.stages where name = '{name}'"


LISTS: dict[str, Call] = {
    "an address": ("search_contacts", {"p_text": "select email from public.contacts limit 1"}),
    "how many begin": ("search_contacts", {"p_text": "select 'user-1'"}),
    "how nobody begins": ("search_contacts", {"p_text": "select 'zz'"}),
    "one contact": ("show_contact", {"p_contact": SOMEBODY}),
    "one contact's past": ("contact_timeline", {"p_contact": SOMEBODY}),
    "why that score": ("explain_score", {"p_contact": SOMEBODY, "p_on": f"select '{TODAY}'"}),
    "why that mail": ("explain_mail", {"p_message": "select id from public.messages where status = 'sent' limit 1"}),
    "what came in": ("recent_messages", {}),
    "what came in at the busiest": ("recent_messages", {"p_now": f"select '{TODAY}T00:00Z'"}),
    "the setup": ("setup_progress", {}),
    "who came": ("list_cohort", MONTH),
    "who came, further on": ("list_cohort", {**MONTH, "p_after": HALFWAY}),
    "who got far": ("list_cohort", {**MONTH, "p_reached": stage("customer")}),
    "who is there now": ("list_cohort", {**MONTH, "p_now_in": stage("engaged")}),
    "where nobody is": ("list_cohort", {**MONTH, "p_now_in": stage("churned")}),
    "who signed up": ("list_entries", {**MONTH, "p_stage": stage("signed_up")}),
    "who signed up, further on": ("list_entries", {**MONTH, "p_stage": stage("signed_up"), "p_after": HALFWAY}),
    "who went quiet": ("list_entries", {**MONTH, "p_stage": stage("at_risk"), "p_from": "select '-infinity'"}),
    "whom to write to": ("people_to_write_to", {"p_now": AT}),
    "mails": ("list_messages", {"p_now": AT}),
    "mails, further on": ("list_messages", {"p_now": AT, "p_after": HALFWAY}),
    "mails that were not sent": ("list_messages", {"p_now": AT, "p_status": "select 'skipped'"}),
    "mails that wait": ("list_messages", {"p_now": AT, "p_status": "select 'queued'"}),
    "whom not to mail": ("list_suppressions", {}),
    "whom not to mail, further on": ("list_suppressions", {"p_after": HALFWAY}),
    "who did what": ("list_audit", {}),
    "who did what, further on": ("list_audit", {"p_after": HALFWAY}),
}
NUMBERS: dict[str, Call] = {
    "the funnel of a month": ("cohort_funnel", {**MONTH, "p_now": AT}),
    "entries by day": ("stage_entries", {**MONTH, "p_stage": stage("signed_up")}),
    "time in stages": ("time_in_stages", MONTH),
    "what changed in a week": ("changes_since", {"p_since": WEEK, "p_now": AT}),
    "the plan": ("billing", {"p_now": AT}),
    "what is broken": ("troubles", {"p_now": AT}),
}


def statement(db: Connection, call: Call) -> str:
    """The statement of a call, with `{workspace}` in it. Finding its arguments may read whole tables."""
    function, found = call
    literals = {key: one(db, f"select quote_literal(({query})::text)") for key, query in found.items()}
    arguments = [f"{key} => {literal}".replace("{", "{{").replace("}", "}}") for key, literal in literals.items()]
    if not function.startswith("explain_"):  # an id that is somebody's says which workspace
        arguments.insert(0, "p_workspace => '{workspace}'")
    return f"select public.{function}({', '.join(arguments)})"
