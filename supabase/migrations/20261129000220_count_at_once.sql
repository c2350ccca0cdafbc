-- Why: the numbers of Stages and Today answer as fast as lists do: each reads one index of what it counts, and nothing per
-- person beside it.
-- Not breaking (functions for functions; stages_as_far_as() gives numbers now). Locks: none. Undo: the functions before.

drop function public.stages_as_far_as(uuid, uuid);

-- Whoever has been in one of these has got as far as that stage: itself, and in the funnel all later ones, since who climbs
-- fast skips some. A score of 0 is everybody's. Their numbers.
create function public.stages_as_far_as(p_workspace uuid, p_stage uuid) returns smallint[]
    language sql stable
    set search_path = ''
    as $$
        with funnel as materialized (select * from public.funnel_stages(p_workspace))
        select array(
            select g.number
            from public.stages as g
            left join funnel as step on step.stage_id = g.id
            left join funnel as asked on asked.stage_id = p_stage
            left join public.stages as named on named.workspace_id = p_workspace and named.id = p_stage
            where g.workspace_id = p_workspace and (g.id = p_stage or step.place > asked.place or named.threshold = 0)
        )
    $$;
revoke all on function public.stages_as_far_as(uuid, uuid) from public;
grant execute on function public.stages_as_far_as(uuid, uuid) to authenticated;

-- What became of those who have been known since then: {"contacts", "stages": [{id, name, isStep, reached, now}], "asOf"}.
-- reached: have been in it or, where it is a step of the funnel, in a later one; now: are in it.
create or replace function public.cohort_funnel(
    p_workspace uuid, p_from timestamptz, p_to timestamptz, p_now timestamptz default now()
) returns jsonb
    language sql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
        -- Few sets of stages stand for many people.
        with sets as materialized (
            select c.stage_id, c.stages_been, count(*) as contacts
            from public.contacts as c
            where c.workspace_id = p_workspace and c.created_at >= p_from and c.created_at < p_to
                -- Row-level security alone would look at each row before it told an outsider nothing.
                and exists (select from public.workspaces as w where w.id = p_workspace)
            group by c.stage_id, c.stages_been
        ),
        steps as materialized (
            select g.id, g.name, g.position, f.place, public.stages_as_far_as(p_workspace, g.id) as far
            from public.stages as g
            left join public.funnel_stages(p_workspace) as f on f.stage_id = g.id
            where g.workspace_id = p_workspace and g.position is not null
        )
        select jsonb_build_object(
            'contacts', (select coalesce(sum(s.contacts), 0) from sets as s),
            'stages', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', g.id, 'name', g.name, 'isStep', g.place is not null,
                        'reached', (select coalesce(sum(s.contacts), 0) from sets as s where s.stages_been && g.far),
                        'now', (select coalesce(sum(s.contacts), 0) from sets as s where s.stage_id = g.id)
                    )
                    order by g.place, g.position
                ), '[]')
                from steps as g
            ),
            'asOf', p_now
        )
    $$;

-- A page of those whom a number of the funnel counts, who came last first: {"contacts": contact_rows(), "looked", "next"}.
-- p_reached: who have got as far as that stage; p_now_in: who are in it. At most 2,000 are looked at for a page, which may
-- then be short. Null for outsiders. p_after: from `next`.
create or replace function public.list_cohort(
    p_workspace uuid, p_from timestamptz, p_to timestamptz, p_reached uuid default null, p_now_in uuid default null,
    p_after jsonb default null, p_now timestamptz default now()
) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        page     constant integer := 50;
        look     constant integer := case when coalesce(p_reached, p_now_in) is null then page else 2000 end;
        far      constant smallint[] := public.stages_as_far_as(p_workspace, p_reached);
        after_at constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_id constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        looked   uuid[];
        times    timestamptz[];
        matches  boolean[];
        found    integer[];
        upto     integer;
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        select array_agg(c.id), array_agg(c.created_at), array_agg(c.matches) into looked, times, matches
        from (
            select
                c.id, c.created_at,
                (p_now_in is null or c.stage_id = p_now_in) and (p_reached is null or c.stages_been && far) as matches
            from public.contacts as c
            where c.workspace_id = p_workspace and c.created_at >= p_from and c.created_at < p_to
                and c.created_at <= after_at and (c.created_at, c.id) < (after_at, after_id)
            order by c.created_at desc, c.id desc
            limit look
        ) as c;
        found := array(
            select m.place from unnest(matches) with ordinality as m (matches, place)
            where m.matches order by m.place limit page
        );
        upto := case cardinality(found) when page then found[page] else cardinality(looked) end;
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, array(select looked[f] from unnest(found) as f), p_now),
            'looked', coalesce(upto, 0),
            'next', case
                when cardinality(looked) = look or upto < cardinality(looked)
                    then jsonb_build_object('at', times[upto], 'id', looked[upto])
            end
        );
    end
    $$;

-- How many people entered that stage, by UTC day: [{day, contacts}], days without any left out. Null for outsiders.
create or replace function public.stage_entries(p_workspace uuid, p_stage uuid, p_from timestamptz, p_to timestamptz)
    returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        return (
            select coalesce(jsonb_agg(jsonb_build_object('day', d.day, 'contacts', d.contacts) order by d.day), '[]')
            from (
                select (t.created_at at time zone 'utc')::date as day, count(*) as contacts
                from public.transitions as t
                where t.workspace_id = p_workspace and t.to_stage_id = p_stage
                    and t.created_at >= p_from and t.created_at < p_to
                    -- Not on the same day already.
                    and (
                        t.previous_at is null or t.previous_at < p_from
                        or t.previous_at < date_trunc('day', t.created_at, 'utc')
                    )
                group by 1
            ) as d
        );
    end
    $$;

-- A page of those who entered that stage then, the last first: {"contacts": contact_rows(), "looked", "next"}; each once, where
-- it first did, whatever identities have joined since. Null for outsiders. p_after: from `next`.
create or replace function public.list_entries(
    p_workspace uuid, p_stage uuid, p_from timestamptz, p_to timestamptz, p_after jsonb default null,
    p_now timestamptz default now()
) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        page     constant integer := 50;
        after_at constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_id constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        found    uuid[];
        times    timestamptz[];
        ids      uuid[];
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        select
            array_agg(i.contact_id order by e.created_at desc, e.id desc),
            array_agg(e.created_at order by e.created_at desc, e.id desc), array_agg(e.id order by e.created_at desc, e.id desc)
        into found, times, ids
        from (
            select t.contact_id, t.created_at, t.id
            from public.transitions as t
            where t.workspace_id = p_workspace and t.to_stage_id = p_stage and t.created_at >= p_from and t.created_at < p_to
                and t.created_at <= after_at and (t.created_at, t.id) < (after_at, after_id)
                and (t.previous_at is null or t.previous_at < p_from)
            order by t.created_at desc, t.id desc
            limit page
        ) as e
        join public.identities as i on i.id = e.contact_id;
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, found, p_now),
            'looked', coalesce(cardinality(found), 0),
            'next', case when cardinality(found) = page then jsonb_build_object('at', times[page], 'id', ids[page]) end
        );
    end
    $$;

-- How many people entered each stage then, stages that nobody entered left out.
create function private.people_entered(p_workspace uuid, p_from timestamptz, p_to timestamptz)
    returns table (stage_id uuid, contacts bigint)
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    begin
        return query
            select t.to_stage_id, count(*)
            from public.transitions as t
            where t.workspace_id = p_workspace
                and t.to_stage_id = any (array(
                    select g.id from public.stages as g where g.workspace_id = p_workspace and g.position is not null
                ))
                and t.created_at >= p_from and t.created_at < p_to
                and (t.previous_at is null or t.previous_at < p_from)
            group by t.to_stage_id;
    end
    $$;
revoke all on function private.people_entered(uuid, timestamptz, timestamptz) from public;
grant execute on function private.people_entered(uuid, timestamptz, timestamptz) to authenticated;

-- How long people stay: [{id, name, entered, halfLeftAfter}]. entered: people who entered it then; halfLeftAfter: seconds
-- after which half of the entries had left it, null while fewer have. It looks at the last 500 entries.
create or replace function public.time_in_stages(p_workspace uuid, p_from timestamptz, p_to timestamptz) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        stages constant uuid[] := array(
            select g.id from public.stages as g where g.workspace_id = p_workspace and g.position is not null
        );
    begin
        return (
            with stays as materialized (
                select stage.id as stage_id, extract(epoch from (
                    select min(next.created_at)
                    from public.identities as i
                    join public.identities as j on j.contact_id = i.contact_id
                    join public.transitions as next on next.workspace_id = p_workspace and next.contact_id = j.id
                    where i.id = e.contact_id and next.from_stage_id = stage.id and next.created_at >= e.created_at
                ) - e.created_at) as seconds
                from unnest(stages) as stage (id)
                cross join lateral (
                    select t.contact_id, t.created_at
                    from public.transitions as t
                    where t.workspace_id = p_workspace and t.to_stage_id = stage.id
                        and t.created_at >= p_from and t.created_at < p_to
                    order by t.created_at desc, t.id desc
                    limit 500
                ) as e
            ),
            halves as (
                select s.stage_id, nullif(
                    percentile_disc(0.5) within group (order by coalesce(s.seconds, 'infinity')), 'infinity'
                ) as half
                from stays as s
                group by s.stage_id
            )
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'id', g.id, 'name', g.name, 'entered', coalesce(e.contacts, 0), 'halfLeftAfter', h.half
                )
                order by f.place, g.position
            ), '[]')
            from public.stages as g
            left join public.funnel_stages(p_workspace) as f on f.stage_id = g.id
            left join private.people_entered(p_workspace, p_from, p_to) as e on e.stage_id = g.id
            left join halves as h on h.stage_id = g.id
            where g.workspace_id = p_workspace and g.position is not null
        );
    end
    $$;

-- What has happened since then: {"from", "to", "contacts", "stages": [{name, contacts}], "mails", "published"}. stages: how many
-- people entered each; mails: were sent; published: sets of rules. Each number is of that time, so its list stays as long. Null for
-- outsiders.
create or replace function public.changes_since(p_workspace uuid, p_since timestamptz, p_now timestamptz default now())
    returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        return jsonb_build_object(
            'from', p_since, 'to', p_now,
            'contacts', (
                select count(*) from public.contacts as c
                where c.workspace_id = p_workspace and c.created_at >= p_since and c.created_at < p_now
            ),
            'stages', (
                select coalesce(jsonb_agg(jsonb_build_object('name', g.name, 'contacts', e.contacts) order by g.position), '[]')
                from private.people_entered(p_workspace, p_since, p_now) as e
                join public.stages as g on g.id = e.stage_id
            ),
            'mails', (
                select count(*) from public.messages as m
                where m.workspace_id = p_workspace and m.counted_at >= p_since and m.counted_at < p_now and m.status = 'sent'
            ),
            'published', (
                select count(*) from public.rule_drafts as d
                where d.workspace_id = p_workspace and d.status = 'published' and d.decided_at >= p_since and d.decided_at < p_now
            )
        );
    end
    $$;
