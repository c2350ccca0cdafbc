-- Why: most requests are one event of somebody known. A handful of single-row statements costs a third less than
-- the set-based path of track_many().
-- Not breaking (new function). Locks: as track(). Undo: drop the function.

-- The fast path: one event of identities that are all known and linked. Adds to the day's sums instead of
-- summing again. Returns true when stored, false for a duplicate, null when the message needs the full path.
create function private.track_one(
    p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamptz
) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    declare
        today     date := (p_now at time zone 'utc')::date;
        day       date := (p_message.occurred_at at time zone 'utc')::date;
        lower_ids uuid[];
        state     record;
        counted   smallint[];
        added     numeric := 0;
        points    numeric;
        to_stage  uuid;
        to_score  smallint;
    begin
        if p_message.type not in ('track', 'page', 'screen')
            or p_message.traits is not null
            or p_message.redactions > 0
            or p_message.name = any (p_rules.stage_events)
        then
            return null;
        end if;
        -- What is settled stays so. One identity changes no structure, so this never asks for more than a shared lock.
        if cardinality(p_message.kinds) > 1 then
            if private.changes_structure(p_sender.workspace_id, array[p_message]) then
                return null;
            end if;
            lower_ids := ((private.resolve_messages(p_sender.workspace_id, array[p_message]))[1]).lower_ids;
        end if;
        perform pg_advisory_xact_lock_shared(hashtextextended(p_sender.workspace_id::text, 0));
        select i.id as identity_id, s.* into state
        from public.identities as i
        join public.contact_states as s on s.contact_id = i.contact_id
        where i.workspace_id = p_sender.workspace_id and i.kind = p_message.kinds[1] and i.value = p_message.values[1]
        for no key update of s;
        if not found then
            return null;
        end if;

        insert into public.events
            (workspace_id, trusted, message_id, identity_id, lower_ids, type, name,
             occurred_at, received_at, properties, context)
        values
            (p_sender.workspace_id, p_message.trusted, p_message.message_id,
             state.identity_id, lower_ids, p_message.type, p_message.name,
             p_message.occurred_at, p_now, p_message.properties, p_message.context)
        on conflict do nothing;
        if not found then
            return false;
        end if;

        if p_message.name = any (p_rules.signal_events) then
            with counts as (
                insert into public.signal_counts as c (workspace_id, identity_id, day, signal, count)
                select p_sender.workspace_id, state.identity_id, day, s.signal, 1
                from unnest(p_rules.signals, p_rules.signal_events, p_rules.signal_conditions, p_rules.signal_trusted)
                    as s (signal, event, condition, trusted_only)
                where s.event = p_message.name and (p_message.trusted or not s.trusted_only)
                    and (s.condition is null or p_message.properties @> s.condition)
                on conflict on constraint signal_counts_pkey do update set count = c.count + 1
                returning c.signal
            )
            select array_agg(signal) into counted from counts;
        end if;

        if state.sums_on <> today or state.rules_version <> p_rules.version then
            perform private.update_scores(
                p_sender.workspace_id, p_rules,
                array[row(state.contact_id, p_message.occurred_at, null, null)::private.gain], 'message', p_now
            );
            return true;
        end if;

        -- A day that has not begun yet counts from its beginning.
        if day <= today then
            added := case when day = today then 1 else private.decay(today - day, p_rules.half_life_days) end;
        end if;
        select
            array_agg(s.new_sum order by s.position),
            sum(least(s.cap, greatest(-s.cap, s.points * s.new_sum)))
        into state.sums, points
        from (
            select r.position, r.points, r.cap, r.sum + case when r.signal = any (counted) then added else 0 end as new_sum
            from unnest(state.sums, p_rules.rule_signals, p_rules.rule_points, p_rules.rule_caps)
                with ordinality as r (sum, signal, points, cap, position)
        ) as s;
        to_score := round(least(100, greatest(0, coalesce(points, 0) + state.fit)));
        state.last_event_at := greatest(state.last_event_at, p_message.occurred_at);
        to_stage := private.stage_of(p_rules, to_score, state.event_stage_id, state.last_event_at, today);

        update public.contact_states
        set sums = coalesce(state.sums, '{}'), score = to_score, stage_id = to_stage, last_event_at = state.last_event_at
        where contact_id = state.contact_id;
        if to_stage is distinct from state.stage_id then
            perform private.record_transitions(
                p_sender.workspace_id,
                array[row(state.contact_id, state.stage_id, to_stage, to_score)::private.stage_change],
                'message', p_now
            );
        end if;
        return true;
    end
    $$;
revoke all on function private.track_one(private.sender, private.compiled_rules, private.message, timestamptz) from public;
grant execute on function private.track_one(private.sender, private.compiled_rules, private.message, timestamptz) to service_role;
