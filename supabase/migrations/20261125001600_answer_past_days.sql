-- Why: "what was it last Tuesday?" A past day is answered from the history, which says what was known then; a day from
-- before a contact was scored here (an import) by what today's rules make of its counts.
-- Not breaking (the functions take one more argument, which has a default). Locks: none. Undo: the functions before.

-- What each rule contributes to a contact's score on a UTC day, exactly.
create or replace function public.score_parts(p_contact uuid, p_on date)
    returns table (source jsonb, points numeric, is_fit boolean)
    language sql stable
    set search_path = ''
    as $$
        select
            jsonb_build_object('signal', r.name, 'count', d.count, 'lastOn', d.last_on),
            least(r.cap, greatest(-r.cap, r.points * d.weight)),
            false
        from public.contacts as c
        join public.workspaces as w on w.id = c.workspace_id
        join public.score_rules as r on r.workspace_id = c.workspace_id
        cross join lateral (
            select
                sum(n.count) as count,
                max(n.day) as last_on,
                sum(n.count * private.decay(p_on - n.day, w.half_life_days)) as weight
            from public.identities as i
            join public.signal_counts as n
                on n.workspace_id = i.workspace_id and n.identity_id = i.id and n.signal = r.signal and n.day <= p_on
            where i.contact_id = c.id
        ) as d
        where c.id = p_contact and d.count > 0
        union all
        select jsonb_build_object('trait', f.trait, 'operator', f.operator), f.points, true
        from public.contacts as c
        join public.fit_rules as f on f.workspace_id = c.workspace_id
        where c.id = p_contact and private.fit_matches(f.operator, c.traits -> f.trait, f.operand)
    $$;

-- What beside the score decides a contact's stage on a day: as kept, or for an earlier day from the log and the events.
create function public.stage_facts(p_contact uuid, p_on date)
    returns table (pinned_stage_id uuid, event_stage_id uuid, last_day date)
    language sql stable
    set search_path = ''
    as $$
        select s.pinned_stage_id, s.event_stage_id, (s.last_event_at at time zone 'utc')::date
        from public.contact_states as s
        where s.contact_id = p_contact and s.sums_on <= p_on
        union all
        select
            (
                select p.stage_id
                from public.identities as i
                join public.stage_pins as p on p.contact_id = i.id
                where i.contact_id = p_contact and (p.pinned_at at time zone 'utc')::date <= p_on
                order by p.pinned_at desc, p.id desc
                limit 1
            ),
            (
                select g.id
                from public.identities as i
                join public.events as e on e.workspace_id = i.workspace_id and e.identity_id = i.id
                join public.signals as n
                    on n.workspace_id = e.workspace_id and n.kind = 'last'
                    and n.event = e.name and private.meets(n.trusted_only, n.condition, e.trusted, e.properties)
                join public.stages as g on g.workspace_id = n.workspace_id and g.signal = n.number
                where i.contact_id = p_contact and e.type in ('track', 'page', 'screen')
                    and e.occurred_at < (p_on + 1)::timestamp at time zone 'utc'
                order by e.trusted desc, e.occurred_at desc, e.message_id desc, g.position desc
                limit 1
            ),
            (
                select max((e.occurred_at at time zone 'utc')::date)
                from public.identities as i
                join public.events as e on e.workspace_id = i.workspace_id and e.identity_id = i.id
                where i.contact_id = p_contact and e.type in ('track', 'page', 'screen')
                    and e.occurred_at < (p_on + 1)::timestamp at time zone 'utc'
            )
        from public.contact_states as s
        where s.contact_id = p_contact and s.sums_on > p_on
    $$;
revoke all on function public.stage_facts(uuid, date) from public;
grant execute on function public.stage_facts(uuid, date) to authenticated, service_role;

create or replace function public.stage_on(p_contact uuid, p_score integer, p_on date) returns text
    language sql stable
    set search_path = ''
    as $$
        select g.name
        from public.contacts as c
        cross join lateral public.stage_facts(c.id, p_on) as f
        join public.stages as g on g.workspace_id = c.workspace_id and g.position is not null
        where c.id = p_contact and (
            g.id in (f.pinned_stage_id, f.event_stage_id)
            or g.silence_days <= p_on - f.last_day
            or g.threshold <= p_score
        )
        -- By hand, by the latest stage event, by silence, by score.
        order by
            g.id = f.pinned_stage_id desc nulls last, g.id = f.event_stage_id desc nulls last,
            g.silence_days desc nulls last, g.threshold desc
        limit 1
    $$;

-- The score and stage that a contact had on a day, as known then. No row for a day that is not in the history.
create function public.recorded_score(p_contact uuid, p_on date) returns table (score smallint, stage_id uuid)
    language sql stable
    set search_path = ''
    as $$
        select s.score, s.stage_id
        from public.contact_states as s
        where s.contact_id = p_contact and s.changed_on <= p_on and s.due_on > p_on
        union all
        (
            select h.score, h.stage_id
            from public.contact_states as s
            join public.score_history as h
                on h.workspace_id = s.workspace_id and h.contact_id = s.contact_id and h.day <= p_on
            where s.contact_id = p_contact and s.changed_on > p_on
            order by h.day desc
            limit 1
        )
    $$;
revoke all on function public.recorded_score(uuid, date) from public;
grant execute on function public.recorded_score(uuid, date) to authenticated, service_role;

-- As explain_score(), of a past day. Where rules, traits, identities or late events have changed since what that score
-- was made of, engagement, fit and breakdown are null: they would not add up to it.
create function public.explain_past_score(p_contact uuid, p_on date) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select case
            when r.score is null then e.explained
            when r.score = (e.explained ->> 'score')::integer then e.explained || jsonb_build_object('stage', g.name)
            else e.explained || jsonb_build_object(
                'score', r.score, 'stage', g.name, 'engagement', null, 'fit', null, 'breakdown', null
            )
        end
        from (select public.explain_score(p_contact, p_on) as explained) as e
        left join public.recorded_score(p_contact, p_on) as r on true
        left join public.stages as g on g.id = r.stage_id
    $$;
revoke all on function public.explain_past_score(uuid, date) from public;
grant execute on function public.explain_past_score(uuid, date) to authenticated, service_role;

drop function public.score_by_key(text, jsonb, timestamptz);
drop function public.score(uuid, jsonb, timestamptz);

-- For each lookup its explained score, today's or that of p_on; null for nobody, {"ambiguous": [contact ids]} for several.
create function public.score(
    p_workspace uuid, p_lookups jsonb, p_now timestamptz default now(), p_on date default null
) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_agg(
            case cardinality(f.contacts)
                when 0 then 'null'
                when 1 then case
                    when p_on < (p_now at time zone 'utc')::date then public.explain_past_score(f.contacts[1], p_on)
                    else public.explain_score(f.contacts[1], (p_now at time zone 'utc')::date)
                end
                else jsonb_build_object('ambiguous', to_jsonb(f.contacts))
            end
            order by l.position
        )
        from jsonb_array_elements(p_lookups) with ordinality as l (lookup, position)
        cross join lateral (select public.find_contacts(p_workspace, l.lookup) as contacts) as f
    $$;
revoke all on function public.score(uuid, jsonb, timestamptz, date) from public;
grant execute on function public.score(uuid, jsonb, timestamptz, date) to authenticated, service_role;

create function public.score_by_key(
    p_key_hash text, p_lookups jsonb, p_now timestamptz default now(), p_on date default null
) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select public.score(private.secret_workspace(p_key_hash), p_lookups, p_now, p_on)
    $$;
revoke all on function public.score_by_key(text, jsonb, timestamptz, date) from public;
grant execute on function public.score_by_key(text, jsonb, timestamptz, date) to service_role;
