-- Why: a score explains itself. Computed from counts, traits and rules alone, so it is also the check on
-- what ingestion keeps; under the caller's own rights, so a member's token sees a member's workspaces.
-- Not breaking (new functions). Locks: none. Undo: drop the functions.

-- Both are pure and hold nothing; members reach them only from within the functions below.
grant usage on schema private to authenticated;
grant execute on function private.decay(integer, smallint) to authenticated;
grant execute on function private.fit_matches(text, jsonb, jsonb) to authenticated;

-- The contacts that {"contactId"|"userId"|"email"|"anonymousId": value} means: none, one, or, for an email
-- that several users gave, all of those.
create function public.find_contacts(p_workspace uuid, p_lookup jsonb) returns uuid[]
    language sql stable
    set search_path = ''
    as $$
        with named as (
            select i.id, i.contact_id
            from jsonb_each_text(p_lookup) as l
            join public.identities as i on i.kind = l.key and i.value = l.value
            where i.workspace_id = p_workspace
            union all
            -- A contact's id is its top identity's, and stays good after that identity has joined another.
            select i.id, i.contact_id
            from public.identities as i
            where i.workspace_id = p_workspace and i.id = (p_lookup ->> 'contactId')::uuid
        )
        select coalesce(array_agg(distinct f.contact_id), '{}')
        from (
            select contact_id from named
            union all
            select higher.contact_id
            from named
            join public.identity_links as l on l.lower_id = named.id and p_lookup ? 'email'
            join public.identities as higher on higher.id = l.higher_id and higher.kind = 'userId'
            -- Where a server said whose it is, claims that it is somebody else's too do not count: anybody could make
            -- a user's email ambiguous, and so keep the server from mailing them by it.
            where l.trusted or not exists (
                select from public.identity_links as said
                join public.identities as owner on owner.id = said.higher_id and owner.kind = 'userId'
                where said.lower_id = named.id and said.trusted
            )
        ) as f
    $$;
revoke all on function public.find_contacts(uuid, jsonb) from public;
grant execute on function public.find_contacts(uuid, jsonb) to authenticated, service_role;

-- What each rule contributes to a contact's score on a UTC day, exactly.
create function public.score_parts(p_contact uuid, p_on date)
    returns table (source jsonb, points numeric, is_fit boolean)
    language sql stable
    set search_path = ''
    as $$
        select
            jsonb_build_object('signal', s.name, 'count', d.count, 'lastOn', d.last_on),
            least(r.cap, greatest(-r.cap, r.points * d.weight)),
            false
        from public.contacts as c
        join public.workspaces as w on w.id = c.workspace_id
        join public.score_rules as r on r.workspace_id = c.workspace_id
        join public.signals as s on s.workspace_id = r.workspace_id and s.number = r.signal
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
revoke all on function public.score_parts(uuid, date) from public;
grant execute on function public.score_parts(uuid, date) to authenticated, service_role;

create function public.stage_on(p_contact uuid, p_score integer, p_on date) returns text
    language sql stable
    set search_path = ''
    as $$
        select g.name
        from public.contact_states as s
        join public.stages as g on g.workspace_id = s.workspace_id
        where s.contact_id = p_contact and (
            g.id = s.event_stage_id
            or g.silence_days <= p_on - (s.last_event_at at time zone 'utc')::date
            or g.threshold <= p_score
        )
        -- A stage event beats silence, silence beats the score.
        order by g.id = s.event_stage_id desc nulls last, g.silence_days desc nulls last, g.threshold desc
        limit 1
    $$;
revoke all on function public.stage_on(uuid, integer, date) from public;
grant execute on function public.stage_on(uuid, integer, date) to authenticated, service_role;

-- {contactId, score, stage, engagement, fit, breakdown, asOf}. The parts carry two decimals and sum to
-- engagement + fit: cents lost to rounding down go to the largest remainders.
create function public.explain_score(p_contact uuid, p_on date) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        with parts as (
            select
                source, points, is_fit, floor(points * 100) as cents,
                row_number() over (order by points * 100 - floor(points * 100) desc, source ->> 'signal') as place
            from public.score_parts(p_contact, p_on)
        ),
        totals as (
            select
                coalesce(sum(points), 0) as points,
                coalesce(sum(points) filter (where is_fit), 0) as fit,
                round(coalesce(sum(points), 0) * 100) as cents,
                round(coalesce(sum(points), 0) * 100) - coalesce(sum(cents), 0) as cents_left,
                round(least(100, greatest(0, coalesce(sum(points), 0))))::integer as score
            from parts
        )
        select jsonb_build_object(
            'contactId', p_contact,
            'score', t.score,
            'stage', public.stage_on(p_contact, t.score, p_on),
            'engagement', (t.cents / 100 - t.fit)::numeric(12, 2),
            'fit', t.fit::numeric(12, 2),
            'breakdown', coalesce((
                select jsonb_agg(
                    p.source || jsonb_build_object(
                        'points', ((p.cents + (p.place <= t.cents_left)::integer) / 100)::numeric(12, 2)
                    )
                    order by p.is_fit, p.points desc, p.source ->> 'signal'
                )
                from parts as p
            ), '[]'),
            'asOf', p_on
        )
        from totals as t
    $$;
revoke all on function public.explain_score(uuid, date) from public;
grant execute on function public.explain_score(uuid, date) to authenticated, service_role;

-- For each lookup its explained score, null for nobody, {"ambiguous": [contact ids]} for several.
create function public.score(p_workspace uuid, p_lookups jsonb, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_agg(
            case cardinality(f.contacts)
                when 0 then 'null'
                when 1 then public.explain_score(f.contacts[1], (p_now at time zone 'utc')::date)
                else jsonb_build_object('ambiguous', to_jsonb(f.contacts))
            end
            order by l.position
        )
        from jsonb_array_elements(p_lookups) with ordinality as l (lookup, position)
        cross join lateral (select public.find_contacts(p_workspace, l.lookup) as contacts) as f
    $$;
revoke all on function public.score(uuid, jsonb, timestamptz) from public;
grant execute on function public.score(uuid, jsonb, timestamptz) to authenticated, service_role;

-- The workspace of a secret key.
create function private.secret_workspace(p_key_hash text) returns uuid
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        sender private.sender := private.authenticate(p_key_hash, null);
    begin
        if not sender.trusted then
            raise sqlstate 'PT401' using message = 'secret_key_required';
        end if;
        return sender.workspace_id;
    end
    $$;
revoke all on function private.secret_workspace(text) from public;
grant execute on function private.secret_workspace(text) to service_role;

create function public.score_by_key(p_key_hash text, p_lookups jsonb, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select public.score(private.secret_workspace(p_key_hash), p_lookups, p_now)
    $$;
revoke all on function public.score_by_key(text, jsonb, timestamptz) from public;
grant execute on function public.score_by_key(text, jsonb, timestamptz) to service_role;
