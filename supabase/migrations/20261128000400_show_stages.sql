-- Why: how far people get, how long it takes and when, and for each such number the list of those it counts.
-- Not breaking (new indexes and functions). Locks: the indexes keep writers waiting while they are made; make them
-- `concurrently` beforehand on a big table. Undo: drop the functions, then the indexes.

create index contacts_created_idx on public.contacts (workspace_id, created_at desc, id desc);
create index transitions_entered_idx on public.transitions (workspace_id, to_stage_id, created_at desc, id desc) include (contact_id);

-- The funnel: the stages that a score reaches, ascending, then those that an event leads to, up to the first of silence.
-- What is listed after that one, such as having left, is no step of it.
create function public.funnel_stages(p_workspace uuid) returns table (stage_id uuid, place bigint)
    language sql stable
    set search_path = ''
    as $$
        select g.id, row_number() over (order by g.threshold, g.position)
        from public.stages as g
        where g.workspace_id = p_workspace and g.position is not null and g.silence_days is null
            and (g.threshold is not null or g.position < coalesce(
                (
                    select min(q.position) from public.stages as q
                    where q.workspace_id = p_workspace and q.silence_days is not null
                ),
                32767
            ))
    $$;
revoke all on function public.funnel_stages(uuid) from public;
grant execute on function public.funnel_stages(uuid) to authenticated;

-- Whoever has been in one of these has got as far as that stage: itself, and in the funnel all later ones, since who climbs
-- fast skips some. A score of 0 is everybody's.
create function public.stages_as_far_as(p_workspace uuid, p_stage uuid) returns uuid[]
    language sql stable
    set search_path = ''
    as $$
        with funnel as materialized (select * from public.funnel_stages(p_workspace))
        select array(
            select g.id
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
create function public.cohort_funnel(
    p_workspace uuid, p_from timestamptz, p_to timestamptz, p_now timestamptz default now()
) returns jsonb
    language sql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
        with cohort as materialized (
            select c.id, s.stage_id
            from public.contacts as c
            join public.contact_states as s on s.contact_id = c.id
            where c.workspace_id = p_workspace and c.created_at >= p_from and c.created_at < p_to
        ),
        been as materialized (
            select c.id, array_agg(distinct t.to_stage_id) || c.stage_id as stages
            from cohort as c
            left join public.identities as i on i.contact_id = c.id
            left join public.transitions as t on t.workspace_id = p_workspace and t.contact_id = i.id
            group by c.id, c.stage_id
        ),
        -- Few sets of stages stand for many people.
        sets as materialized (select b.stages, count(*) as contacts from been as b group by b.stages),
        steps as materialized (
            select g.id, g.name, g.position, f.place, public.stages_as_far_as(p_workspace, g.id) as far
            from public.stages as g
            left join public.funnel_stages(p_workspace) as f on f.stage_id = g.id
            where g.workspace_id = p_workspace and g.position is not null
        )
        select jsonb_build_object(
            'contacts', (select count(*) from cohort),
            'stages', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', g.id, 'name', g.name, 'isStep', g.place is not null,
                        'reached', (select coalesce(sum(s.contacts), 0) from sets as s where s.stages && g.far),
                        'now', (select count(*) from cohort as c where c.stage_id = g.id)
                    )
                    order by g.place, g.position
                ), '[]')
                from steps as g
            ),
            'asOf', p_now
        )
    $$;
revoke all on function public.cohort_funnel(uuid, timestamptz, timestamptz, timestamptz) from public;
grant execute on function public.cohort_funnel(uuid, timestamptz, timestamptz, timestamptz) to authenticated;

-- A page of those whom a number of the funnel counts, who came last first: {"contacts": contact_rows(), "looked", "next"}.
-- p_reached: who have got as far as that stage; p_now_in: who are in it. At most 500 are looked at for a page, which may
-- then be short. p_after: from `next`.
create function public.list_cohort(
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
        look     constant integer := 500;
        far      constant uuid[] := public.stages_as_far_as(p_workspace, p_reached);
        after_at constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_id constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        looked   uuid[];
        times    timestamptz[];
        found    integer[];
        upto     integer;
    begin
        select array_agg(c.id order by c.created_at desc, c.id desc), array_agg(c.created_at order by c.created_at desc, c.id desc)
        into looked, times
        from (
            select c.id, c.created_at from public.contacts as c
            where c.workspace_id = p_workspace and c.created_at >= p_from and c.created_at < p_to
                and c.created_at <= after_at and (c.created_at, c.id) < (after_at, after_id)
            order by c.created_at desc, c.id desc
            limit look
        ) as c;
        found := array(
            select l.place
            from unnest(looked) with ordinality as l (id, place)
            join public.contact_states as s on s.contact_id = l.id
            where (p_now_in is null or s.stage_id = p_now_in)
                and (
                    p_reached is null or s.stage_id = any (far)
                    or exists (
                        select from public.identities as i
                        join public.transitions as t on t.workspace_id = p_workspace and t.contact_id = i.id
                        where i.contact_id = l.id and t.to_stage_id = any (far)
                    )
                )
            order by l.place
            limit page
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
revoke all on function public.list_cohort(uuid, timestamptz, timestamptz, uuid, uuid, jsonb, timestamptz) from public;
grant execute on function public.list_cohort(uuid, timestamptz, timestamptz, uuid, uuid, jsonb, timestamptz) to authenticated;

-- How many people entered that stage, by UTC day: [{day, contacts}], days without any left out.
create function public.stage_entries(p_workspace uuid, p_stage uuid, p_from timestamptz, p_to timestamptz) returns jsonb
    language sql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
        select coalesce(jsonb_agg(jsonb_build_object('day', d.day, 'contacts', d.contacts) order by d.day), '[]')
        from (
            select (t.created_at at time zone 'utc')::date as day, count(distinct i.contact_id) as contacts
            from public.transitions as t
            join public.identities as i on i.id = t.contact_id
            where t.workspace_id = p_workspace and t.to_stage_id = p_stage
                and t.created_at >= p_from and t.created_at < p_to
            group by 1
        ) as d
    $$;
revoke all on function public.stage_entries(uuid, uuid, timestamptz, timestamptz) from public;
grant execute on function public.stage_entries(uuid, uuid, timestamptz, timestamptz) to authenticated;

-- A page of those who entered that stage then, the last first: {"contacts": contact_rows(), "looked", "next"}; each once,
-- whatever identities have joined since. p_after: from `next`.
create function public.list_entries(
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
        last_at  timestamptz;
        last_id  uuid;
    begin
        select array_agg(e.contact_id order by e.created_at desc, e.id desc), min(e.created_at),
            (array_agg(e.id order by e.created_at, e.id))[1]
        into found, last_at, last_id
        from (
            select i.contact_id, t.created_at, t.id
            from public.transitions as t
            join public.identities as i on i.id = t.contact_id
            where t.workspace_id = p_workspace and t.to_stage_id = p_stage and t.created_at >= p_from and t.created_at < p_to
                and t.created_at <= after_at and (t.created_at, t.id) < (after_at, after_id)
                and not exists (
                    select from public.identities as j
                    join public.transitions as later on later.workspace_id = p_workspace and later.contact_id = j.id
                    where j.contact_id = i.contact_id and later.to_stage_id = p_stage
                        and later.created_at >= t.created_at and later.created_at < p_to
                        and (later.created_at, later.id) > (t.created_at, t.id)
                )
            order by t.created_at desc, t.id desc
            limit page
        ) as e;
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, found, p_now),
            'looked', coalesce(cardinality(found), 0),
            'next', case when cardinality(found) = page then jsonb_build_object('at', last_at, 'id', last_id) end
        );
    end
    $$;
revoke all on function public.list_entries(uuid, uuid, timestamptz, timestamptz, jsonb, timestamptz) from public;
grant execute on function public.list_entries(uuid, uuid, timestamptz, timestamptz, jsonb, timestamptz) to authenticated;

-- How long people stay: [{id, name, entered, halfLeftAfter}]. entered: people who entered it then; halfLeftAfter: seconds
-- after which half of the entries had left it, null while fewer have. It looks at the last 1,000 entries.
create function public.time_in_stages(p_workspace uuid, p_from timestamptz, p_to timestamptz) returns jsonb
    language sql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'id', g.id, 'name', g.name,
                'entered', (
                    select count(distinct i.contact_id)
                    from public.transitions as t
                    join public.identities as i on i.id = t.contact_id
                    where t.workspace_id = p_workspace and t.to_stage_id = g.id
                        and t.created_at >= p_from and t.created_at < p_to
                ),
                'halfLeftAfter', stay.half
            )
            order by f.place, g.position
        ), '[]')
        from public.stages as g
        left join public.funnel_stages(p_workspace) as f on f.stage_id = g.id
        cross join lateral (
            select nullif(
                percentile_disc(0.5) within group (order by coalesce(extract(epoch from e.left_at - e.created_at), 'infinity')),
                'infinity'
            ) as half
            from (
                select t.created_at, (
                    select min(next.created_at)
                    from public.identities as i
                    join public.identities as j on j.contact_id = i.contact_id
                    join public.transitions as next on next.workspace_id = p_workspace and next.contact_id = j.id
                    where i.id = t.contact_id and next.from_stage_id = g.id and next.created_at >= t.created_at
                ) as left_at
                from public.transitions as t
                where t.workspace_id = p_workspace and t.to_stage_id = g.id
                    and t.created_at >= p_from and t.created_at < p_to
                order by t.created_at desc, t.id desc
                limit 1000
            ) as e
        ) as stay
        where g.workspace_id = p_workspace and g.position is not null
    $$;
revoke all on function public.time_in_stages(uuid, timestamptz, timestamptz) from public;
grant execute on function public.time_in_stages(uuid, timestamptz, timestamptz) to authenticated;
