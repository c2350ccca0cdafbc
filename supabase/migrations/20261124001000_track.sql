-- Why: the one function behind ingestion. 2xx means committed: event, counts, traits, identities, score,
-- stage, transition and outbox row are one transaction.
-- Not breaking (new functions). Undo: drop the functions.
-- Locks, always in this order, so that no two calls can wait for each other:
--   1. the workspace's structure lock (shared; exclusive when identities change hands)
--   2. new identities, by kind and value
--   3. contact_states, by contact id
--   4. events, by message id        5. signal_counts, by identity, signal, day

-- Errors that leave a function are our own SQLSTATEs; the API maps them, nobody reads the message text:
--   PT401 unknown or revoked key   PT403 origin not allowed   PT423 workspace is being deleted
--   PT404 no such contact          PT410 no such template     PT409 ambiguous email
--   PT450 too many identities
--   PT422 not mailable

create type private.sender as (
    workspace_id         uuid,
    trusted              boolean,
    require_verification boolean,
    inner_key            bytea,
    outer_key            bytea
);

-- Whom a key belongs to and what it may do.
create function private.authenticate(p_key_hash text, p_origin text) returns private.sender
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        found_key record;
    begin
        select k.workspace_id, k.kind, k.origins, w.require_verification, w.deletion_requested_at, s.inner_key, s.outer_key
        into found_key
        from private.api_key_hashes as h
        join public.api_keys as k on k.id = h.api_key_id
        join public.workspaces as w on w.id = k.workspace_id
        left join private.identity_secrets as s on s.workspace_id = k.workspace_id
        where h.key_hash = p_key_hash and k.revoked_at is null;
        if not found then
            raise sqlstate 'PT401' using message = 'unknown_key';
        elsif found_key.deletion_requested_at is not null then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending';
        elsif found_key.origins is not null and coalesce(p_origin, '') <> all (found_key.origins) then
            raise sqlstate 'PT403' using message = 'origin_not_allowed';
        end if;
        return row(
            found_key.workspace_id, found_key.kind = 'secret', found_key.require_verification,
            found_key.inner_key, found_key.outer_key
        );
    end
    $$;
revoke all on function private.authenticate(text, text) from public;
grant execute on function private.authenticate(text, text) to service_role;

-- HMAC-SHA256 of the userId (RFC 2104). Digests are compared, so the time it takes tells nothing of either.
create function private.vouches(p_sender private.sender, p_user_id text, p_user_hash text) returns boolean
    language plpgsql immutable
    set search_path = ''
    as $$
    begin
        return (
            select coalesce(
                sha256(convert_to(lower(p_user_hash), 'UTF8')) = sha256(convert_to(encode(
                    sha256((p_sender).outer_key || sha256((p_sender).inner_key || convert_to(p_user_id, 'UTF8'))), 'hex'
                ), 'UTF8')),
                false
            )
        );
    end
    $$;
revoke all on function private.vouches(private.sender, text, text) from public;
grant execute on function private.vouches(private.sender, text, text) to service_role;

-- These two have no search_path of their own, so that the planner can put their bodies in place of the calls:
-- they are asked once per message. All names in them are qualified.
create function private.is_trusted(p_sender private.sender, p_message private.message) returns boolean
    language sql immutable
    as $$
        select (p_sender).trusted or (
            (p_message).user_hash is not null
            and (p_message).kinds[1] = 'userId'
            and private.vouches(p_sender, (p_message).values[1], (p_message).user_hash)
        )
    $$;
revoke all on function private.is_trusted(private.sender, private.message) from public;
grant execute on function private.is_trusted(private.sender, private.message) to service_role;

-- Why the sender may not say this, or null when they may.
create function private.refusal(p_sender private.sender, p_message private.message) returns text
    language sql immutable
    as $$
        select case
            when (p_message).trusted then null
            when (p_message).user_hash is not null then 'user_hash_invalid'
            when (p_message).type = 'alias' then 'verification_required'
            when (p_sender).require_verification and (p_message).kinds[1] = 'userId' then 'verification_required'
        end
    $$;
revoke all on function private.refusal(private.sender, private.message) from public;
grant execute on function private.refusal(private.sender, private.message) to service_role;

-- The fast path: one event of identities that are all known and linked. Adds to the day's sums instead of
-- summing again. Returns true when stored, false for a duplicate, null when the message needs the full path.
create function private.track_one(
    p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamptz
) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    declare
        today    date := (p_now at time zone 'utc')::date;
        day      date := (p_message.occurred_at at time zone 'utc')::date;
        named    uuid[];
        counted  smallint[];
        state    public.contact_states;
        added    numeric := 0;
        points   numeric;
        to_stage uuid;
        to_score smallint;
    begin
        if p_message.type not in ('track', 'page', 'screen')
            or p_message.traits is not null
            or p_message.name = any (p_rules.stage_events)
        then
            return null;
        end if;
        select array_agg(i.id order by n.rank) into named
        from unnest(p_message.kinds, p_message.values) with ordinality as n (kind, value, rank)
        join public.identities as i
            on i.workspace_id = p_sender.workspace_id and i.kind = n.kind and i.value = n.value;
        if cardinality(named) is distinct from cardinality(p_message.kinds)
            or cardinality(named) > 1 and private.changes_structure(p_sender.workspace_id, array[p_message])
        then
            return null;
        end if;

        perform pg_advisory_xact_lock_shared(hashtextextended(p_sender.workspace_id::text, 0));
        select s.* into state
        from public.identities as i
        join public.contact_states as s on s.contact_id = i.contact_id
        where i.id = named[1]
        for no key update of s;

        insert into public.events
            (workspace_id, trusted, message_id, identity_id, lower_ids, type, name,
             occurred_at, received_at, properties, context)
        values
            (p_sender.workspace_id, p_message.trusted, p_message.message_id, named[1], nullif(named[2:], '{}'),
             p_message.type, p_message.name, p_message.occurred_at, p_now, p_message.properties, p_message.context)
        on conflict on constraint events_pkey do nothing;
        if not found then
            return false;
        end if;

        counted := (
            select array_agg(s.signal)
            from unnest(p_rules.signals, p_rules.signal_events, p_rules.signal_conditions)
                as s (signal, event, condition)
            where s.event = p_message.name and (s.condition is null or p_message.properties @> s.condition)
        );
        if counted is not null then
            insert into public.signal_counts as c (workspace_id, identity_id, day, signal, count)
            select p_sender.workspace_id, named[1], day, signal, 1 from unnest(counted) as signal
            on conflict on constraint signal_counts_pkey do update set count = c.count + 1;
        end if;

        if state.sums_on <> today or state.rules_version <> p_rules.version then
            perform private.update_scores(
                p_sender.workspace_id, p_rules,
                array[row(state.contact_id, p_message.occurred_at, null, null)::private.gain], p_now
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
            where not exists (
                select from public.events as e
                where e.workspace_id = p_workspace and e.message_id = m.message_id and e.trusted = m.trusted
            )
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
        indexes integer[];
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
            on conflict on constraint events_pkey do nothing
            returning message_id, trusted
        )
        select coalesce(array_agg(first.index), '{}') into indexes
        from (
            select min(m.index) as index
            from unnest(p_messages) as m
            join stored as s on s.message_id = m.message_id and s.trusted = m.trusted
            group by m.message_id, m.trusted
        ) as first;
        return indexes;
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
            left join unnest(p_rules.signals, p_rules.signal_events, p_rules.signal_conditions)
                as s (signal, event, condition)
                on s.event = m.name and (s.condition is null or m.properties @> s.condition)
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
        join unnest((p_rules).event_stages, (p_rules).stage_events) as s (stage_id, event) on s.event = m.name
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

-- Indexes of messages that would give their contact more than 255 traits, counted in the batch's order.
create function private.overflowing_traits(
    p_messages private.message[], p_resolved private.resolution[]
) returns integer[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            with added as (
                select distinct on (r.contact_id, t.key) r.contact_id, m.index, t.key
                from unnest(p_messages) as m
                join unnest(p_resolved) as r on r.index = m.index
                cross join jsonb_object_keys(m.traits) as t (key)
                where not exists (
                    select from public.identities as i
                    join public.traits as known on known.identity_id = i.id and known.key = t.key
                    where i.contact_id = r.contact_id
                )
                order by r.contact_id, t.key, m.index
            ),
            totals as (
                select a.contact_id, a.index, sum(count(*)) over (partition by a.contact_id order by a.index) as added
                from added as a
                group by a.contact_id, a.index
            )
            select coalesce(array_agg(t.index), '{}')
            from totals as t
            where t.added + (
                select count(distinct known.key)
                from public.identities as i
                join public.traits as known on known.identity_id = i.id
                where i.contact_id = t.contact_id
            ) > 255
        );
    end
    $$;
revoke all on function private.overflowing_traits(private.message[], private.resolution[]) from public;
grant execute on function private.overflowing_traits(private.message[], private.resolution[]) to service_role;

create function private.rejections(p_indexes integer[], p_code text) returns jsonb
    language sql immutable
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(jsonb_build_object('index', i, 'code', p_code)), '[]') from unnest(p_indexes) as i
    $$;
revoke all on function private.rejections(integer[], text) from public;
grant execute on function private.rejections(integer[], text) to service_role;

-- Finds every message's identities, creating and linking what is new. Duplicates go first, because a message
-- that is not stored must not leave an identity or a link behind. Returns, beside the resolutions, the messages
-- that remain, the contacts whose identities changed, and [{index, code}] for what was refused.
create function private.resolve_new(
    p_workspace uuid, inout p_messages private.message[], p_structural boolean,
    out resolved private.resolution[], out touched uuid[], out rejected jsonb
)
    language plpgsql
    set search_path = ''
    as $$
    declare
        message private.message;
    begin
        touched := '{}';
        rejected := '[]';
        p_messages := private.drop_duplicates(p_workspace, p_messages);
        foreach message in array p_messages loop
            continue when not p_structural or cardinality(message.kinds) = 1;
            begin
                touched := touched || private.link_identities(p_workspace, message);
            exception when sqlstate 'PT450' then
                rejected := rejected || jsonb_build_object('index', message.index, 'code', 'too_many_identities');
                p_messages := array(select m from unnest(p_messages) as m where m.index <> message.index);
            end;
        end loop;
        perform private.ensure_identities(p_workspace, p_messages);
        resolved := private.resolve_messages(p_workspace, p_messages);
    end
    $$;
revoke all on function private.resolve_new(uuid, private.message[], boolean) from public;
grant execute on function private.resolve_new(uuid, private.message[], boolean) to service_role;

-- The full path: any messages of any identities, as sets.
-- Returns {"accepted": n, "rejected": [{index, code}]}.
create function private.track_many(
    p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamptz
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
        has_traits  boolean := exists (select from unnest(p_messages) as m where m.traits is not null);
        has_stages  boolean := exists (select from unnest(p_messages) as m where m.name = any (p_rules.stage_events));
        structural  boolean := private.changes_structure(workspace, p_messages);
        rejected    jsonb := '[]';
    begin
        perform private.lock_structure(workspace, structural);
        resolved := private.resolve_messages(workspace, messages);
        if structural or cardinality(resolved) < cardinality(messages) then
            select n.p_messages, n.resolved, n.touched, n.rejected into messages, resolved, touched, rejected
            from private.resolve_new(workspace, messages, structural) as n;
        end if;
        contacts := array(
            select contact_id from unnest(resolved) union select id from unnest(touched) as id order by 1
        );
        perform private.lock_contacts(workspace, contacts, p_now);
        if cardinality(touched) > 0 then
            perform private.regroup_contacts(workspace, touched);
        end if;

        if has_traits then
            overflowing := private.overflowing_traits(messages, resolved);
            rejected := rejected || private.rejections(overflowing, 'too_many_traits');
            messages := array(select m from unnest(messages) as m where m.index <> all (overflowing));
        end if;
        stored := private.store_events(workspace, messages, resolved, p_now);
        if cardinality(stored) < cardinality(messages) then
            messages := array(select m from unnest(messages) as m where m.index = any (stored));
        end if;

        gains := private.count_signals(workspace, p_rules, messages, resolved, (p_now at time zone 'utc')::date);
        if has_traits then
            perform private.write_traits(workspace, messages, resolved);
            perform private.merge_traits(workspace, contacts);
        end if;
        if has_stages then
            perform private.write_stage_events(workspace, p_rules, messages, resolved);
            perform private.merge_stage_events(contacts);
        end if;
        if cardinality(gains) < cardinality(contacts) then
            gains := gains || array(
                select row(id, null, null, null)::private.gain from unnest(contacts) as id
                where id not in (select contact_id from unnest(gains))
            );
        end if;
        perform private.update_scores(workspace, p_rules, gains, p_now);

        return jsonb_build_object('accepted', cardinality(stored), 'rejected', rejected);
    end
    $$;
revoke all on function private.track_many(private.sender, private.compiled_rules, private.message[], timestamptz) from public;
grant execute on function private.track_many(private.sender, private.compiled_rules, private.message[], timestamptz) to service_role;

-- p_messages: objects with the fields of private.message, validated.
-- Returns {"workspaceId", "accepted": n, "duplicates": n, "rejected": [{"index", "code"}]}; raises PT401, PT403, PT423.
-- A plan may outlive the size its tables had when it was made, hence: generic, and by index.
create function public.track(
    p_key_hash text, p_origin text, p_messages jsonb, p_now timestamptz default now()
) returns jsonb
    language plpgsql
    set search_path = ''
    set plan_cache_mode = 'force_generic_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        sender   private.sender := private.authenticate(p_key_hash, p_origin);
        rules    private.compiled_rules;
        message  private.message;
        messages private.message[];
        admitted private.message[];
        refused  jsonb;
        result   jsonb;
        was_new  boolean;
    begin
        select * into strict rules from private.compiled_rules where workspace_id = sender.workspace_id;

        if jsonb_array_length(p_messages) = 1 then
            message := jsonb_populate_record(null::private.message, p_messages -> 0);
            message.trusted := private.is_trusted(sender, message);
            if private.refusal(sender, message) is null then
                was_new := private.track_one(sender, rules, message, p_now);
                if was_new is not null then
                    return jsonb_build_object(
                        'workspaceId', sender.workspace_id,
                        'accepted', was_new::integer, 'duplicates', (not was_new)::integer, 'rejected', '[]'::jsonb
                    );
                end if;
            end if;
            messages := array[message];
        else
            messages := array(
                select row(
                    m.index, m.type, m.name, m.kinds, m.values, m.user_hash, m.occurred_at, m.message_id,
                    m.properties, m.context, m.traits, private.is_trusted(sender, m)
                )::private.message
                from jsonb_populate_recordset(null::private.message, p_messages) as m
            );
        end if;

        select
            coalesce(array_agg(m) filter (where r.code is null), '{}'),
            coalesce(jsonb_agg(jsonb_build_object('index', m.index, 'code', r.code)) filter (where r.code is not null), '[]')
        into admitted, refused
        from unnest(messages) as m
        cross join lateral (select private.refusal(sender, m) as code) as r;

        result := private.track_many(sender, rules, admitted, p_now);
        refused := refused || (result -> 'rejected');
        return jsonb_build_object(
            'workspaceId', sender.workspace_id,
            'accepted', result -> 'accepted',
            'duplicates', jsonb_array_length(p_messages) - (result ->> 'accepted')::integer - jsonb_array_length(refused),
            'rejected', refused
        );
    end
    $$;
revoke all on function public.track(text, text, jsonb, timestamptz) from public;
grant execute on function public.track(text, text, jsonb, timestamptz) to service_role;
