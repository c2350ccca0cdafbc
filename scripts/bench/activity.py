"""What a workspace has beside contacts and events: visitors who signed up, stages entered and left, mails and logs."""

from __future__ import annotations

from pathlib import Path

from scripts.bench.cluster import Cluster
from scripts.bench.population import FIRST, WRITERS, Population, seen, workspace_of
from scripts.bench.workload import TODAY

# Mails of the last so many days; a third of them are of this month.
MAIL_DAYS = 77
AUDITED, REJECTED = 20_000, 100_000


def add_activity(postgres: Cluster, database: str, population: Population, folder: Path) -> None:
    """By each writer a share of every table; then mails and contacts are measured, as a scheduler that comes once a day
    has it.
    """
    workspace = workspace_of(postgres, database)
    script = folder / "activity.sql"
    for statement in (visitors, transitions, stages, mails, suppressions, logs):
        script.write_text(statement(workspace, population))
        postgres.pgbench(database, script, clients=WRITERS, transactions=1, settings={"work_mem": "256MB"})
    postgres.execute(database, "-c", f"select private.measure('{workspace}', '{TODAY}T00:00Z')")
    postgres.execute(database, "-c", "vacuum analyze")


def visitors(workspace: str, population: Population) -> str:
    """Half of the users were visitors before they signed up."""
    return f"""
        with visitors as materialized (
            select gen_random_uuid() as id, i.id as user_id, i.created_at, n
            from generate_series(:client_id, {population.contacts - 1}, {WRITERS}) as n
            join public.identities as i on i.workspace_id = '{workspace}' and i.kind = 'userId' and i.value = {FIRST}
            where n / {WRITERS} % 2 = 0
        ),
        named as (
            insert into public.identities (id, workspace_id, kind, value, owner_id, contact_id, created_at)
            select id, '{workspace}', 'anonymousId', 'visitor-' || n, user_id, user_id, created_at from visitors
        )
        insert into public.identity_links (workspace_id, lower_id, higher_id, trusted, occurred_at, message_id)
        select '{workspace}', id, user_id, true, created_at, 'visitor-' || n from visitors;
        """


def transitions(workspace: str, population: Population) -> str:
    """Four of ten contacts get no further than the first stage, one in twenty pays, every other one is silent once and
    some of these twice; all end where they are. As visitors they entered the first stage.
    """
    return f"""
        insert into public.transitions (workspace_id, contact_id, from_stage_id, to_stage_id, cause, score, created_at)
        select
            '{workspace}', case when e.was is null then coalesce(v.id, e.id) else e.id end, was.id, g.id, 'message', 50,
            e.at
        from (
            select i.id, n, step.position, step.at, lag(step.position) over (partition by i.id order by step.at) as was
            from generate_series(:client_id, {population.contacts - 1}, {WRITERS}) as n
            join public.identities as i on i.workspace_id = '{workspace}' and i.kind = 'userId' and i.value = {FIRST}
            join public.contact_states as s on s.contact_id = i.id
            join public.stages as now on now.id = s.stage_id
            cross join lateral (
                with taken as (
                    select step.position, i.created_at + step.days * interval '1 day' as at
                    from (
                        values
                            (1, 0, true), (2, 1, n % 10 < 6), (3, 5, n % 10 < 4), (4, 9, n % 10 < 2),
                            (5, 12, n % 20 = 0), (6, 20, n % 2 = 1), (2, 23, n % 6 = 1), (6, 40, n % 12 = 1),
                            (7, 60, n % 40 = 0)
                    ) as step (position, days, is_taken)
                    where step.is_taken
                        and (step.days = 0 or i.created_at + step.days * interval '1 day' < '{TODAY}T00:00Z')
                )
                select * from taken
                union all
                select now.position, max(at) + interval '1 hour' from taken
            ) as step
        ) as e
        join public.stages as g on g.workspace_id = '{workspace}' and g.position = e.position
        left join public.stages as was on was.workspace_id = '{workspace}' and was.position = e.was
        left join public.identities as v
            on v.workspace_id = '{workspace}' and v.kind = 'anonymousId' and v.value = 'visitor-' || e.n
        where e.position is distinct from e.was;
        """


def stages(workspace: str, population: Population) -> str:
    """What contacts and their entries say of each other, as ingestion keeps it."""
    return f"""
        update public.contacts as c
        set stage_id = s.stage_id, stages_been = private.stages_of(c.workspace_id, c.id)
        from public.contact_states as s
        where s.contact_id = c.id and c.workspace_id = '{workspace}' and uuid_hash(c.id) & {WRITERS - 1} = :client_id;
        select private.order_entries('{workspace}', array(
            select c.id from public.contacts as c
            where c.workspace_id = '{workspace}' and uuid_hash(c.id) & {WRITERS - 1} = :client_id
        ));
        """


def mails(workspace: str, population: Population) -> str:
    """As many as there are contacts, by the workspace's automation; most went out and were delivered."""
    return f"""
        with written as (
            insert into public.messages (
                workspace_id, contact_id, automation_id, occurrence, template_id, category, to_address, subject, status,
                reason, send_at, sent_at, created_at, address_hash, counted_at, delivery
            )
            select
                '{workspace}', c.id, a.id, m::text, a.template_id, 'marketing', c.email, 'Ready when you are', k.status,
                case when k.status in ('skipped', 'failed') then 'frequency_cap' end, k.at,
                case when k.status = 'sent' then k.at end, k.at, md5(c.email),
                case when k.status = 'sent' then k.at end,
                case when k.status = 'sent' then case m % 100 when 0 then 'bounced' else 'delivered' end end
            from generate_series(:client_id, {population.contacts - 1}, {WRITERS}) as m
            cross join lateral (
                select
                    m * 7919::bigint % {population.contacts} as n,
                    timestamptz '{TODAY}T12:00Z' - m * interval '{MAIL_DAYS} days' / {population.contacts} as at,
                    case
                        when m < 20 then 'queued' when m % 20 < 17 then 'sent' when m % 20 < 19 then 'skipped'
                        else 'failed'
                    end as status
                offset 0
            ) as k
            join public.identities as i
                on i.workspace_id = '{workspace}' and i.kind = 'userId' and i.value = {FIRST}
            join public.contacts as c on c.id = i.id
            cross join (select * from public.automations where workspace_id = '{workspace}' limit 1) as a
            returning id, delivery, sent_at
        )
        insert into public.message_events (workspace_id, svix_id, message_id, kind, occurred_at)
        select '{workspace}', id, id, delivery, sent_at + interval '1 minute' from written where delivery is not null;
        """


def suppressions(workspace: str, population: Population) -> str:
    """One contact in fifty wants no mail."""
    return f"""
        insert into public.suppressions (workspace_id, address_hash, category, reason, created_at)
        select '{workspace}', md5({FIRST} || '@example.com'), 'marketing', 'unsubscribed', {seen(population)}
        from generate_series(:client_id, {population.contacts - 1}, {WRITERS}) as n
        where n / {WRITERS} % 50 = 0;
        """


def logs(workspace: str, population: Population) -> str:
    """The audit log, and what was refused within a day."""
    return f"""
        insert into public.audit_log (workspace_id, actor, action, detail, at)
        select
            '{workspace}', 'member:' || m.user_id, 'contact.corrected', '{{}}',
            timestamptz '{TODAY}T12:00Z' - n * interval '1 hour'
        from generate_series(:client_id, {AUDITED - 1}, {WRITERS}) as n
        cross join public.members as m
        where m.workspace_id = '{workspace}';
        insert into public.rejections (workspace_id, api_key_id, code, pointer, received_at)
        select '{workspace}', k.id, 'identity_missing', '', timestamptz '{TODAY}T12:00Z' - n * interval '0.8 seconds'
        from generate_series(:client_id, {REJECTED - 1}, {WRITERS}) as n
        cross join public.api_keys as k
        where k.workspace_id = '{workspace}';
        """
