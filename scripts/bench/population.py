"""A workspace of many contacts and events, written as rows: what track() would have left, at a tenth of its time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.cluster import Cluster
from scripts.bench.workload import CONTEXT, FIRST_CONTACT, PROPERTIES, TODAY

PRODUCT = "product"
WRITERS = 4
NAMES = ("Feature Used", "Page Viewed", "Project Created", "Feature Used", "Report Opened", "Pricing Viewed")
FIRST = f"'user-' || ({FIRST_CONTACT} + n)"
PLAN = "case when n % 10000 = 7 then 'partner' when n % 10 = 1 then 'pro' else 'free' end"


@dataclass(frozen=True)
class Population:
    """How many. The first `lagging` contacts stand as of yesterday and are due today, the rest as of today."""

    contacts: int
    events: int
    lagging: int = 0


def populate(postgres: Cluster, database: str, population: Population, folder: Path) -> None:
    """A copy of the product, its workspace filled with that population: by each writer a share of every table."""
    postgres.execute("postgres", "-c", f"create database {database} template {PRODUCT}")
    fill(postgres, database, workspace_of(postgres, database), population, folder)


def fill(postgres: Cluster, database: str, workspace: str, population: Population, folder: Path) -> None:
    """Fills that workspace, of however many there are."""
    script = folder / "populate.sql"
    for statement in (identities, events, counts, states):
        script.write_text(statement(workspace, population))
        postgres.pgbench(database, script, clients=WRITERS, transactions=1, settings={"work_mem": "256MB"})
    postgres.execute(database, "-c", "vacuum analyze")


def workspace_of(postgres: Cluster, database: str) -> str:
    """The id of the one workspace there is."""
    return postgres.execute(database, "-c", "select id from public.workspaces").strip()


def seen(population: Population) -> str:
    """When the contact n was first seen: within 300 days, so that a tenth of all are of the last 30."""
    share = f"n * 7919::bigint % {population.contacts} * interval '300 days' / {population.contacts}"
    return f"timestamptz '{TODAY}T00:00Z' - {share}"


def identities(workspace: str, population: Population) -> str:
    """Users who said what their address is, and on which plan they are: few of them are partners."""
    return f"""
        with users as materialized (
            select gen_random_uuid() as id, {FIRST} as value, {seen(population)} as seen, n
            from generate_series(0, {population.contacts - 1}) as n
            where n % {WRITERS} = :client_id
        ),
        named as (
            insert into public.identities (id, workspace_id, kind, value, contact_id, created_at)
            select id, '{workspace}', 'userId', value, id, seen from users
        ),
        described as (
            insert into public.traits (workspace_id, identity_id, key, value, trusted, occurred_at, message_id)
            select '{workspace}', u.id, t.key, t.value, true, '{TODAY}T00:00Z', u.value
            from users as u
            cross join lateral (values
                ('email', to_jsonb(u.value || '@example.com')), ('plan', to_jsonb({PLAN}))
            ) as t (key, value)
        )
        insert into public.contacts (id, workspace_id, traits, email, email_trusted, created_at)
        select
            id, '{workspace}', jsonb_build_object('email', value || '@example.com', 'plan', {PLAN}),
            value || '@example.com', true, seen
        from users;
        """


def events(workspace: str, population: Population) -> str:
    """Each contact's, spread over four weeks before today; who does what when depends on both numbers. They are written
    in the order in which they came in.
    """
    names = ", ".join(f"'{name}'" for name in NAMES)
    return f"""
        insert into public.events
            (workspace_id, trusted, message_id, identity_id, type, name, occurred_at, received_at, properties, context)
        select
            '{workspace}', true, md5(e::text) || e, i.id, 'track',
            (array[{names}])[1 + (n + e / {population.contacts}) % {len(NAMES)}],
            at, timestamptz '{TODAY}T00:00Z' - ({population.events} - e) * interval '28 days' / {population.events},
            '{json.dumps(PROPERTIES)}', '{json.dumps(CONTEXT)}'
        from generate_series(:client_id, {population.events - 1}, {WRITERS}) as e
        cross join lateral (
            select
                e * 7919::bigint % {population.contacts} as n,
                timestamptz '{TODAY}T00:00Z' - interval '1 second' - e % 86000 * interval '1 second'
                    - (e / {population.contacts} * 3 + e * 7919::bigint % {population.contacts}) % 28 * interval '1 day'
                    as at
            offset 0
        ) as d
        join public.identities as i
            on i.workspace_id = '{workspace}' and i.kind = 'userId' and i.value = {FIRST};
        """


def counts(workspace: str, population: Population) -> str:
    """What the default rules count of them."""
    return f"""
        insert into public.signal_counts (workspace_id, identity_id, signal, day, count)
        select e.workspace_id, e.identity_id, s.number, (e.occurred_at at time zone 'utc')::date, count(*)
        from public.events as e
        join public.signals as s on s.workspace_id = e.workspace_id and s.kind = 'count' and s.event = e.name
        where e.workspace_id = '{workspace}' and uuid_hash(e.identity_id) & {WRITERS - 1} = :client_id
        group by 1, 2, 3, 4;
        """


def states(workspace: str, population: Population) -> str:
    """Score, stage and what follows from them, by the function that track() asks too."""
    return f"""
        insert into public.contact_states
            (contact_id, workspace_id, score, stage_id, due_on, changed_on, last_event_at, sums, sums_on, rules_version)
        select
            c.id, c.workspace_id, (c.here).score, (c.here).stage_id, (c.here).due_on, c.day, c.seen_at, c.sums, c.day,
            c.version
        from (
            select c.*, private.standing(c.rules, c.sums, 0, null, null, c.seen_at, c.day) as here
            from (
                select c.*, private.sum_counts(c.rules, c.id, c.day) as sums
                from (
                    select
                        i.id, r.workspace_id, r as rules, r.version,
                        (select max(e.occurred_at) from public.events as e where e.identity_id = i.id) as seen_at,
                        date '{TODAY}' - (n < {population.lagging})::integer as day
                    from generate_series(:client_id, {population.contacts - 1}, {WRITERS}) as n
                    join private.compiled_rules as r on r.workspace_id = '{workspace}'
                    join public.identities as i
                        on i.workspace_id = r.workspace_id and i.kind = 'userId' and i.value = {FIRST}
                    offset 0
                ) as c
                offset 0
            ) as c
            offset 0
        ) as c;
        """
