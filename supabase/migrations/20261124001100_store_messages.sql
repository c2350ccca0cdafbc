-- Why: what a set of messages leaves behind: events, daily counts, traits, stage events. One statement per table.
-- Not breaking (new functions). Locks: rows of events, signal_counts, traits and stage_events, each in a fixed
-- order, under the locks that the caller holds. Undo: drop the functions.

-- The messages not stored yet, each messageId once: its first place in the batch wins.
create function private.drop_duplicates(p_workspace uuid, p_messages private.message[]) returns private.message[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            select coalesce(array_agg(m::private.message order by m.index), '{}')
            from (
                select distinct on (m.message_id, m.trusted) m.*
                from unnest(p_messages) as m
                order by m.message_id, m.trusted, m.index
            ) as m
            -- A subquery, because a join may be planned as a scan of all the workspace's events.
            where (
                select true from public.events as e
                where e.workspace_id = p_workspace and e.message_id = m.message_id and e.trusted = m.trusted
            ) is null
        );
    end
    $$;
revoke all on function private.drop_duplicates(uuid, private.message[]) from public;
grant execute on function private.drop_duplicates(uuid, private.message[]) to service_role;

-- Returns the indexes of the messages that were new.
create function private.store_events(
    p_workspace uuid, p_messages private.message[], p_resolved private.resolution[], p_now timestamptz
) returns integer[]
    language plpgsql
    set search_path = ''
    as $$
    declare
        stored_ids text[];
        trusts     boolean[];
    begin
        with stored as (
            insert into public.events
                (workspace_id, trusted, message_id, identity_id, lower_ids, type, name,
                 occurred_at, received_at, properties, context)
            select
                p_workspace, m.trusted, m.message_id, r.identity_id, r.lower_ids, m.type, m.name,
                m.occurred_at, p_now, m.properties, m.context
            from unnest(p_messages) as m
            join unnest(p_resolved) as r on r.index = m.index
            order by m.message_id, m.trusted, m.index
            on conflict do nothing
            returning message_id, trusted
        )
        select array_agg(message_id), array_agg(trusted) into stored_ids, trusts from stored;

        -- Nearly always all of them.
        if cardinality(stored_ids) = cardinality(p_messages) then
            return array(select m.index from unnest(p_messages) as m);
        end if;
        return array(
            select min(m.index)
            from unnest(p_messages) as m
            join unnest(stored_ids, trusts) as s (message_id, trusted)
                on s.message_id = m.message_id and s.trusted = m.trusted
            group by m.message_id, m.trusted
        );
    end
    $$;
revoke all on function private.store_events(uuid, private.message[], private.resolution[], timestamptz) from public;
grant execute on function private.store_events(uuid, private.message[], private.resolution[], timestamptz) to service_role;

-- Adds the messages to the daily counts. Returns what each contact gained.
create function private.count_signals(
    p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[],
    p_today date
) returns private.gain[]
    language plpgsql
    set search_path = ''
    as $$
    declare
        gains private.gain[];
    begin
        with matched as (
            select r.identity_id, r.contact_id, s.signal, d.day, count(s.signal) as count, max(m.occurred_at) as seen_at
            from unnest(p_messages) as m
            join unnest(p_resolved) as r on r.index = m.index
            cross join lateral (select (m.occurred_at at time zone 'utc')::date as day) as d
            left join unnest(
                p_rules.signals, p_rules.signal_events, p_rules.signal_conditions, p_rules.signal_trusted
            ) as s (signal, event, condition, trusted_only)
                on s.event = m.name and (m.trusted or not s.trusted_only)
                    and (s.condition is null or m.properties @> s.condition)
            where m.type in ('track', 'page', 'screen')
            group by r.identity_id, r.contact_id, s.signal, d.day
        ),
        counted as (
            insert into public.signal_counts as c (workspace_id, identity_id, day, signal, count)
            select p_workspace, m.identity_id, m.day, m.signal, m.count
            from matched as m
            where m.signal is not null
            order by m.identity_id, m.signal, m.day
            on conflict on constraint signal_counts_pkey do update set count = c.count + excluded.count
        ),
        weighted as (
            select
                m.contact_id, m.signal, max(m.seen_at) as seen_at,
                -- A day that has not begun yet counts from its beginning.
                sum(case
                    when m.day = p_today then m.count
                    when m.day < p_today then m.count * private.decay(p_today - m.day, p_rules.half_life_days)
                    else 0
                end) as weight
            from matched as m
            group by m.contact_id, m.signal
        )
        select array_agg(g.gain) into gains
        from (
            select row(
                w.contact_id, max(w.seen_at),
                array_agg(w.signal) filter (where w.signal is not null),
                array_agg(w.weight) filter (where w.signal is not null)
            )::private.gain as gain
            from weighted as w
            group by w.contact_id
        ) as g;
        return coalesce(gains, '{}');
    end
    $$;
revoke all on function private.count_signals(uuid, private.compiled_rules, private.message[], private.resolution[], date) from public;
grant execute on function private.count_signals(uuid, private.compiled_rules, private.message[], private.resolution[], date) to service_role;

create function private.write_traits(
    p_workspace uuid, p_messages private.message[], p_resolved private.resolution[]
) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.traits as known
            (workspace_id, identity_id, key, value, trusted, occurred_at, message_id)
        select distinct on (r.identity_id, t.key)
            p_workspace, r.identity_id, t.key, nullif(t.value, 'null'), m.trusted, m.occurred_at, m.message_id
        from unnest(p_messages) as m
        join unnest(p_resolved) as r on r.index = m.index
        cross join jsonb_each(m.traits) as t
        order by r.identity_id, t.key, m.trusted desc, m.occurred_at desc, m.message_id desc
        on conflict on constraint traits_pkey do update
            set value = excluded.value, trusted = excluded.trusted,
                occurred_at = excluded.occurred_at, message_id = excluded.message_id
            where (excluded.trusted, excluded.occurred_at, excluded.message_id)
                > (known.trusted, known.occurred_at, known.message_id);
    end
    $$;
revoke all on function private.write_traits(uuid, private.message[], private.resolution[]) from public;
grant execute on function private.write_traits(uuid, private.message[], private.resolution[]) to service_role;

create function private.write_stage_events(
    p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]
) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.stage_events as known
            (workspace_id, identity_id, stage_id, trusted, occurred_at, message_id)
        select distinct on (r.identity_id)
            p_workspace, r.identity_id, s.stage_id, m.trusted, m.occurred_at, m.message_id
        from unnest(p_messages) as m
        join unnest(p_resolved) as r on r.index = m.index
        join unnest((p_rules).event_stages, (p_rules).stage_events, (p_rules).stage_trusted)
            as s (stage_id, event, trusted_only)
            on s.event = m.name and (m.trusted or not s.trusted_only)
        where m.type in ('track', 'page', 'screen')
        order by r.identity_id, m.trusted desc, m.occurred_at desc, m.message_id desc
        on conflict on constraint stage_events_pkey do update
            set stage_id = excluded.stage_id, trusted = excluded.trusted,
                occurred_at = excluded.occurred_at, message_id = excluded.message_id
            where (excluded.trusted, excluded.occurred_at, excluded.message_id)
                > (known.trusted, known.occurred_at, known.message_id);
    end
    $$;
revoke all on function private.write_stage_events(uuid, private.compiled_rules, private.message[], private.resolution[]) from public;
grant execute on function private.write_stage_events(uuid, private.compiled_rules, private.message[], private.resolution[]) to service_role;

-- Indexes of messages that would give their contact more than 255 traits, counted in the batch's order. For a trusted
-- message only trusted traits count, so that claims can't use up what a server has yet to say.
create function private.overflowing_traits(
    p_messages private.message[], p_resolved private.resolution[]
) returns integer[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            with added as (
                select distinct on (r.contact_id, m.trusted, t.key) r.contact_id, m.trusted, m.index, t.key
                from unnest(p_messages) as m
                join unnest(p_resolved) as r on r.index = m.index
                cross join jsonb_object_keys(m.traits) as t (key)
                where not exists (
                    select from public.identities as i
                    join public.traits as known on known.identity_id = i.id and known.key = t.key
                    where i.contact_id = r.contact_id and known.trusted >= m.trusted
                )
                order by r.contact_id, m.trusted, t.key, m.index
            ),
            totals as (
                select
                    a.contact_id, a.trusted, a.index,
                    sum(count(*)) over (partition by a.contact_id, a.trusted order by a.index) as added
                from added as a
                group by a.contact_id, a.trusted, a.index
            )
            select coalesce(array_agg(t.index), '{}')
            from totals as t
            where t.added + (
                select count(distinct known.key)
                from public.identities as i
                join public.traits as known on known.identity_id = i.id
                where i.contact_id = t.contact_id and known.trusted >= t.trusted
            ) > 255
        );
    end
    $$;
revoke all on function private.overflowing_traits(private.message[], private.resolution[]) from public;
grant execute on function private.overflowing_traits(private.message[], private.resolution[]) to service_role;
