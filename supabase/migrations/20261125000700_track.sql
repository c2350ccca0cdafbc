-- Why: rules change while events come in. Rules are now read under the structure lock, which is taken in one place, so
-- whoever changes them under that lock knows that nobody counts by the old ones any more. And before an event counts,
-- its contact is brought up to date with the days and rules since.
-- Not breaking (functions for functions). Undo: the functions before.
-- Locks, always in this order, so that no two calls can wait for each other:
--   1. the workspace's structure lock (shared; exclusive when identities change hands or rules change)
--   2. new identities, by kind and value
--   3. contact_states, by contact id
--   4. events, by message id        5. signal_counts, by identity, signal, day

-- The fast path: one event of identities that are all known and linked. Adds to the day's sums instead of
-- summing again. Returns true when stored, false for a duplicate, null when the message needs the full path.
create or replace function private.track_one(
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
        position  integer;
        rule      integer;
        here      private.standing;
    begin
        if p_message.type not in ('track', 'page', 'screen')
            or p_message.traits is not null
            or p_message.redactions > 0
            or p_message.name = any (p_rules.last_events)
            or p_message.name = any (p_rules.mail_events)
        then
            return null;
        end if;
        if cardinality(p_message.kinds) > 1 then
            lower_ids := ((private.resolve_messages(p_sender.workspace_id, array[p_message]))[1]).lower_ids;
        end if;
        select i.id as identity_id, s.* into state
        from public.identities as i
        join public.contact_states as s on s.contact_id = i.contact_id
        where i.workspace_id = p_sender.workspace_id and i.kind = p_message.kinds[1] and i.value = p_message.values[1]
        for no key update of s;
        if not found or state.stage_id is null or state.rules_version <> p_rules.version then
            return null;
        end if;
        if state.due_on <= today then
            perform private.age_contacts(p_sender.workspace_id, p_rules, array[state.contact_id], p_now);
            select state.identity_id, s.* into state from public.contact_states as s where s.contact_id = state.contact_id;
        end if;
        today := greatest(today, state.sums_on);
        if state.sums_on < today then
            state.sums := coalesce(private.sum_counts(p_rules, state.contact_id, today), '{}');
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

        -- A loop, because starting a query costs more than it takes for as many signals as one event may count for.
        position := array_position(p_rules.signal_events, p_message.name);
        while position is not null loop
            if private.meets(
                p_rules.signal_trusted[position], p_rules.signal_conditions[position],
                p_message.trusted, p_message.properties
            ) then
                insert into public.signal_counts as c (workspace_id, identity_id, day, signal, count)
                values (p_sender.workspace_id, state.identity_id, day, p_rules.signals[position], 1)
                on conflict on constraint signal_counts_pkey do update set count = c.count + 1;
                rule := array_position(p_rules.rule_signals, p_rules.signals[position]);
                -- A day that has not begun yet counts from its beginning.
                if rule is not null and day <= today then
                    state.sums[rule] := state.sums[rule]
                        + case when day = today then 1 else private.decay(today - day, p_rules.half_life_days) end;
                end if;
            end if;
            position := array_position(p_rules.signal_events, p_message.name, position + 1);
        end loop;
        state.last_event_at := greatest(state.last_event_at, p_message.occurred_at);
        here := private.standing(
            p_rules, state.sums, state.fit, state.pinned_stage_id, state.event_stage_id, state.last_event_at, today,
            state.due_on
        );
        if (here.score, here.stage_id) is distinct from (state.score, state.stage_id) then
            if state.changed_on < today then
                insert into public.score_history (workspace_id, contact_id, day, score, stage_id)
                values (p_sender.workspace_id, state.contact_id, state.changed_on, state.score, state.stage_id)
                on conflict on constraint score_history_pkey do update
                    set score = excluded.score, stage_id = excluded.stage_id;
            end if;
            state.changed_on := today;
        end if;
        update public.contact_states
        set
            sums = state.sums, sums_on = today, last_event_at = state.last_event_at,
            score = here.score, stage_id = here.stage_id, due_on = here.due_on, changed_on = state.changed_on
        where contact_id = state.contact_id;
        if here.stage_id <> state.stage_id then
            perform private.record_transitions(
                p_sender.workspace_id,
                array[row(state.contact_id, state.stage_id, here.stage_id, here.score)::private.stage_change],
                'message', p_now
            );
        end if;
        return true;
    end
    $$;

drop function private.track_many(private.sender, private.compiled_rules, private.message[], timestamptz);
drop function private.track_traits(private.sender, private.compiled_rules, private.message[], timestamptz);

-- The full path: any messages of any identities, as sets. Raises PT451, with their indexes, when some would give their
-- contact too many traits. p_structural says that they may change who is who, and that the structure lock is held alone.
-- Returns {"accepted": n, "rejected": [private.rejection]}.
create function private.track_many(
    p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean,
    p_now timestamptz
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace   uuid := p_sender.workspace_id;
        messages    private.message[] := p_messages;
        resolved    private.resolution[];
        gains       private.gain[];
        contacts    uuid[];
        touched     uuid[] := '{}';
        overflowing integer[];
        stored      integer[];
        has_traits  boolean;
        has_stages  boolean;
        has_mails   boolean;
        is_redacted boolean;
        rejected    jsonb := '[]';
    begin
        select
            bool_or(m.traits is not null), bool_or(m.redactions > 0),
            bool_or(m.name = any (p_rules.last_events)), bool_or(m.name = any (p_rules.mail_events))
        into has_traits, is_redacted, has_stages, has_mails
        from unnest(p_messages) as m;
        resolved := private.resolve_messages(workspace, messages);
        if p_structural or cardinality(resolved) < cardinality(messages) then
            select n.p_messages, n.resolved, n.touched, n.rejected into messages, resolved, touched, rejected
            from private.resolve_new(workspace, messages, p_structural) as n;
        end if;
        contacts := array(
            select contact_id from unnest(resolved) union select id from unnest(touched) as id order by 1
        );
        perform private.lock_contacts(workspace, contacts);
        -- Those whose identities changed are derived anew as of now: what they were by the days is no longer known.
        perform private.bring_up_to_date(
            workspace, p_rules, array(select id from unnest(contacts) as id where id <> all (touched)), p_now
        );
        if cardinality(touched) > 0 then
            perform private.regroup_contacts(workspace, p_rules, touched);
        end if;

        if has_traits then
            overflowing := private.overflowing_traits(messages, resolved);
            if cardinality(overflowing) > 0 then
                raise sqlstate 'PT451' using message = 'too_many_traits', detail = overflowing::text;
            end if;
        end if;
        stored := private.store_events(workspace, messages, resolved, p_now);
        if cardinality(stored) < cardinality(messages) then
            messages := array(select m from unnest(messages) as m where m.index = any (stored));
        end if;

        if is_redacted then
            insert into public.redactions (workspace_id, message_id, trusted, removed, received_at)
            select workspace, m.message_id, m.trusted, m.redactions, p_now
            from unnest(messages) as m
            where m.redactions > 0;
        end if;

        gains := private.count_signals(workspace, p_rules, messages, resolved, (p_now at time zone 'utc')::date);
        if has_traits then
            perform private.write_traits(workspace, messages, resolved);
            perform private.merge_traits(p_rules, array(
                select distinct r.contact_id
                from unnest(messages) as m
                join unnest(resolved) as r on r.index = m.index
                where m.traits is not null
            ));
        end if;
        if has_stages then
            perform private.write_stage_events(workspace, p_rules, messages, resolved);
            update public.contact_states
            set event_stage_id = private.event_stage_of(p_rules, contact_id)
            where contact_id = any (contacts);
        end if;
        if cardinality(gains) < cardinality(contacts) then
            gains := gains || private.no_gains(array(
                select id from unnest(contacts) as id where id not in (select contact_id from unnest(gains))
            ));
        end if;
        perform private.record_transitions(
            workspace, private.update_scores(workspace, p_rules, gains, p_now), 'message', p_now
        );
        if has_mails then
            perform private.queue_mails(workspace, array(
                select m from private.mails_for_events(workspace, p_rules, messages, resolved, p_now) as m
            ), p_now);
        end if;

        return jsonb_build_object('accepted', cardinality(stored), 'rejected', rejected);
    end
    $$;
revoke all on function private.track_many(private.sender, private.compiled_rules, private.message[], boolean, timestamptz) from public;
grant execute on function private.track_many(private.sender, private.compiled_rules, private.message[], boolean, timestamptz)
    to service_role;

-- The full path for messages of which some may have to be refused for their traits. Those are known late, when their
-- identities are there and linked, so all of it is undone and the rest goes again.
create function private.track_traits(
    p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean,
    p_now timestamptz
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        overflowing text;
        result      jsonb;
    begin
        begin
            return private.track_many(p_sender, p_rules, p_messages, p_structural, p_now);
        exception when sqlstate 'PT451' then
            get stacked diagnostics overflowing = pg_exception_detail;
        end;
        result := private.track_traits(
            p_sender, p_rules,
            array(select m from unnest(p_messages) as m where m.index <> all (overflowing::integer[])), p_structural, p_now
        );
        return result || jsonb_build_object('rejected', (result -> 'rejected') || (
            select jsonb_agg(private.rejection(m, 'too_many_traits'))
            from unnest(p_messages) as m
            where m.index = any (overflowing::integer[])
        ));
    end
    $$;
revoke all on function private.track_traits(private.sender, private.compiled_rules, private.message[], boolean, timestamptz) from public;
grant execute on function private.track_traits(private.sender, private.compiled_rules, private.message[], boolean, timestamptz)
    to service_role;

-- By the fast path what can go by it, everything else by the full one.
-- Returns {"accepted": n, "rejected": [private.rejection]}.
create or replace function private.track_messages(
    p_sender private.sender, p_messages jsonb, p_now timestamptz
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        rules      private.compiled_rules;
        -- What a message is where it says nothing: as trusted as its sender.
        blank      private.message;
        message    private.message;
        admitted   private.message[];
        has_pairs  boolean;
        has_traits boolean;
        refused    jsonb;
        structural boolean;
        was_new    boolean;
        result     jsonb;
    begin
        blank.trusted := p_sender.trusted;
        -- For a single message, starting the query would cost more than all of this.
        if jsonb_array_length(p_messages) = 1 then
            message := private.weighed(p_sender, jsonb_populate_record(blank, p_messages -> 0));
            if private.refusal(p_sender, message) is null then
                admitted := array[message];
                refused := '[]';
                has_pairs := cardinality(message.kinds) > 1;
                has_traits := message.traits is not null;
            end if;
        end if;
        if admitted is null then
            select
                coalesce(array_agg(m.message) filter (where r.code is null), '{}'),
                coalesce(jsonb_agg(private.rejection(m.message, r.code)) filter (where r.code is not null), '[]'),
                bool_or(cardinality((m.message).kinds) > 1),
                bool_or((m.message).traits is not null)
            into admitted, refused, has_pairs, has_traits
            from (
                select case when m.user_hash is null then m else private.weighed(p_sender, m) end as message
                from jsonb_populate_recordset(blank, p_messages) as m
                offset 0
            ) as m
            cross join lateral (select private.refusal(p_sender, m.message) as code) as r;
        end if;
        if cardinality(admitted) = 0 then
            return jsonb_build_object('accepted', 0, 'rejected', refused);
        end if;

        structural := has_pairs and private.changes_structure(p_sender.workspace_id, admitted);
        perform private.lock_structure(p_sender.workspace_id, structural);
        select * into strict rules from private.compiled_rules where workspace_id = p_sender.workspace_id;

        if cardinality(admitted) = 1 and not structural then
            was_new := private.track_one(p_sender, rules, admitted[1], p_now);
        end if;
        if was_new is not null then
            result := jsonb_build_object('accepted', was_new::integer, 'rejected', '[]'::jsonb);
        elsif has_traits then
            result := private.track_traits(p_sender, rules, admitted, structural, p_now);
        else
            result := private.track_many(p_sender, rules, admitted, structural, p_now);
        end if;
        return result || jsonb_build_object('rejected', refused || (result -> 'rejected'));
    end
    $$;
