-- Why: decay and silence move scores and stages of contacts that do nothing. The sweep takes those that are due, a
-- bounded number at a time; how often it comes changes when a stage moves, never what is recorded of it.
-- Not breaking (new functions). Locks: the due contacts that nobody else holds, in id order. Undo: drop them.

-- Brings up to p_limit due contacts, of that workspace or of all, to p_now. Returns {swept, moved}: how many they were,
-- and how many stages changed.
create function public.sweep_contacts(
    p_limit integer default 100, p_now timestamptz default now(), p_workspace uuid default null
) returns jsonb
    language plpgsql
    set search_path = ''
    set plan_cache_mode = 'force_generic_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        -- Skipping what is locked, so it never waits, and the order of the index, by day first, is as good as by id.
        due   uuid[] := array(
            select s.contact_id from public.contact_states as s
            where s.due_on <= (p_now at time zone 'utc')::date
                and s.workspace_id = coalesce(p_workspace, s.workspace_id)
            order by s.due_on, s.contact_id
            limit p_limit
            for no key update skip locked
        );
        tenant record;
        rules    private.compiled_rules;
        moved    integer := 0;
    begin
        for tenant in
            select s.workspace_id as id, array_agg(s.contact_id order by s.contact_id) as contacts
            from public.contact_states as s
            where s.contact_id = any (due)
            group by s.workspace_id
            order by s.workspace_id
        loop
            select * into strict rules from private.compiled_rules where workspace_id = tenant.id;
            moved := moved + private.bring_up_to_date(tenant.id, rules, tenant.contacts, p_now);
        end loop;
        return jsonb_build_object('swept', cardinality(due), 'moved', moved);
    end
    $$;
revoke all on function public.sweep_contacts(integer, timestamptz, uuid) from public;
grant execute on function public.sweep_contacts(integer, timestamptz, uuid) to service_role;

-- The nightly check that what is kept is what the events say. One row per night.
create table private.drift_checks (
    checked_on  date        not null,
    contacts    integer     not null,
    differences integer     not null,
    checked_at  timestamptz not null default now(),

    constraint drift_checks_pkey primary key (checked_on)
);

alter table private.drift_checks enable row level security;

grant select, insert, update, delete on private.drift_checks to service_role;

-- Of contacts of one workspace: those of which a count, the score or the stage is not what the events and rules say.
-- One statement, and so one moment: what ingestion commits meanwhile is seen wholly or not at all.
create function private.drifted_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[])
    returns setof uuid
    language sql stable
    set search_path = ''
    as $$
        with events as (
            select c.identity_id, c.signal, c.day, c.count
            from private.counts_by_events(
                p_workspace, p_contacts,
                array(
                    select s.number from public.signals as s
                    where s.workspace_id = p_workspace and s.counted_back and s.kind = 'count'
                )
            ) as c
        ),
        kept as (
            select c.identity_id, c.signal, c.day, c.count
            from public.identities as i
            join public.signal_counts as c on c.workspace_id = p_workspace and c.identity_id = i.id
            join public.signals as s on s.workspace_id = p_workspace and s.number = c.signal and s.counted_back
            where i.contact_id = any (p_contacts)
        ),
        miscounted as (
            (select * from events except all select * from kept)
            union all
            (select * from kept except all select * from events)
        )
        select i.contact_id
        from miscounted as m
        join public.identities as i on i.id = m.identity_id
        union
        select s.contact_id
        from public.contact_states as s
        join public.contacts as c on c.id = s.contact_id
        cross join lateral private.standing(
            p_rules, private.sum_counts(p_rules, s.contact_id, s.sums_on), private.fit_of(p_rules, c.traits),
            private.pinned_stage_of(p_rules, c.id), private.event_stage_of(p_rules, c.id), s.last_event_at, s.sums_on
        ) as here
        where s.contact_id = any (p_contacts) and s.rules_version = p_rules.version
            and (s.score, s.stage_id) is distinct from (here.score, here.stage_id)
    $$;
revoke all on function private.drifted_contacts(uuid, private.compiled_rules, uuid[]) from public;
grant execute on function private.drifted_contacts(uuid, private.compiled_rules, uuid[]) to service_role;

-- Once a UTC day, of a random sample of all contacts. Returns {on, contacts, differences}; null when it is done already.
create function public.check_drift(p_limit integer default 200, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    set enable_seqscan = 'off'
    as $$
    declare
        today  date := (p_now at time zone 'utc')::date;
        result private.drift_checks;
    begin
        if exists (select from private.drift_checks as d where d.checked_on = today) then
            return null;
        end if;
        with first as materialized (
            select gen_random_uuid() as id
        ),
        sample as (
            -- From a random place on, and on from the beginning where the end comes first.
            (
                select s.workspace_id, s.contact_id from public.contact_states as s
                where s.contact_id >= (select id from first)
                order by s.contact_id
                limit p_limit
            )
            union all
            (
                select s.workspace_id, s.contact_id from public.contact_states as s
                where s.contact_id < (select id from first)
                order by s.contact_id
                limit p_limit
            )
            limit p_limit
        ),
        drifted as (
            select d.contact_id
            from (select workspace_id, array_agg(contact_id) as contacts from sample group by workspace_id) as w
            join private.compiled_rules as r on r.workspace_id = w.workspace_id
            cross join lateral private.drifted_contacts(w.workspace_id, r, w.contacts) as d (contact_id)
        )
        insert into private.drift_checks (checked_on, contacts, differences)
        values (today, (select count(*) from sample), (select count(*) from drifted))
        on conflict on constraint drift_checks_pkey do nothing
        returning * into result;
        return jsonb_build_object('on', result.checked_on, 'contacts', result.contacts, 'differences', result.differences);
    end
    $$;
revoke all on function public.check_drift(integer, timestamptz) from public;
grant execute on function public.check_drift(integer, timestamptz) to service_role;
