-- Why: the one function behind ingestion. 2xx means committed: event, counts, traits, identities, score,
-- stage, transition and outbox row are one transaction.
-- Not breaking (new functions). Undo: drop the functions.
-- Locks, always in this order, so that no two calls can wait for each other:
--   1. the workspace's structure lock (shared; exclusive when identities change hands)
--   2. new identities, by kind and value
--   3. contact_states, by contact id
--   4. events, by message id        5. signal_counts, by identity, signal, day

-- What is answered of a message that is not stored, and kept for the founder's debugger.
create function private.rejection(p_message private.message, p_code text) returns jsonb
    language sql immutable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'index', p_message.index,
            'messageId', p_message.message_id,
            'code', p_code,
            'pointer', case p_code
                when 'user_hash_invalid' then '/userHash'
                when 'verification_required' then case p_message.type when 'alias' then '/type' else '/userId' end
                when 'sensitive_data' then coalesce(p_message.sensitive_at, '')
                when 'too_many_traits' then '/traits'
                else ''
            end
        )
    $$;
revoke all on function private.rejection(private.message, text) from public;
grant execute on function private.rejection(private.message, text) to service_role;

-- What the guard took out, put back: for a workspace that has turned it off.
create function private.with_originals(p_messages jsonb) returns jsonb
    language sql immutable
    set search_path = ''
    as $$
        select jsonb_agg(
            (m - 'originals' - 'redactions') || coalesce(m -> 'originals', '{}')
            order by position
        )
        from jsonb_array_elements(p_messages) with ordinality as e (m, position)
    $$;
revoke all on function private.with_originals(jsonb) from public;
grant execute on function private.with_originals(jsonb) to service_role;

-- Finds every message's identities, creating and linking what is new. Duplicates go first, because a message
-- that is not stored must not leave an identity or a link behind. Returns, beside the resolutions, the messages
-- that remain, the contacts whose identities changed, and the rejections.
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
                rejected := rejected || private.rejection(message, 'too_many_identities');
                p_messages := array(select m from unnest(p_messages) as m where m.index <> message.index);
            end;
        end loop;
        perform private.ensure_identities(p_workspace, p_messages);
        resolved := private.resolve_messages(p_workspace, p_messages);
    end
    $$;
revoke all on function private.resolve_new(uuid, private.message[], boolean) from public;
grant execute on function private.resolve_new(uuid, private.message[], boolean) to service_role;

-- The full path: any messages of any identities, as sets. Raises PT451, with their indexes, when some would give their
-- contact too many traits. Returns {"accepted": n, "rejected": [private.rejection]}.
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
        has_traits  boolean;
        has_stages  boolean;
        is_redacted boolean;
        structural  boolean;
        rejected    jsonb := '[]';
    begin
        select
            bool_or(m.traits is not null), bool_or(m.name = any (p_rules.stage_events)), bool_or(m.redactions > 0),
            bool_or(cardinality(m.kinds) > 1)
        into has_traits, has_stages, is_redacted, structural
        from unnest(p_messages) as m;
        structural := structural and private.changes_structure(workspace, p_messages);
        perform private.lock_structure(workspace, structural);
        resolved := private.resolve_messages(workspace, messages);
        if structural or cardinality(resolved) < cardinality(messages) then
            select n.p_messages, n.resolved, n.touched, n.rejected into messages, resolved, touched, rejected
            from private.resolve_new(workspace, messages, structural) as n;
        end if;
        contacts := array(
            select contact_id from unnest(resolved) union select id from unnest(touched) as id order by 1
        );
        perform private.lock_contacts(workspace, contacts);
        if cardinality(touched) > 0 then
            perform private.regroup_contacts(workspace, touched);
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
            perform private.merge_traits(workspace, array(
                select distinct r.contact_id
                from unnest(messages) as m
                join unnest(resolved) as r on r.index = m.index
                where m.traits is not null
            ));
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
        perform private.update_scores(workspace, p_rules, gains, 'message', p_now);

        return jsonb_build_object('accepted', cardinality(stored), 'rejected', rejected);
    end
    $$;
revoke all on function private.track_many(private.sender, private.compiled_rules, private.message[], timestamptz) from public;
grant execute on function private.track_many(private.sender, private.compiled_rules, private.message[], timestamptz) to service_role;

-- The full path for messages of which some may have to be refused for their traits. Those are known late, when their
-- identities are there and linked, so all of it is undone and the rest goes again.
create function private.track_traits(
    p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamptz
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        overflowing text;
        result      jsonb;
    begin
        -- What is undone gives its locks back; this one has to be kept, since it is never upgraded.
        perform private.lock_structure(
            p_sender.workspace_id, private.changes_structure(p_sender.workspace_id, p_messages)
        );
        begin
            return private.track_many(p_sender, p_rules, p_messages, p_now);
        exception when sqlstate 'PT451' then
            get stacked diagnostics overflowing = pg_exception_detail;
        end;
        result := private.track_traits(
            p_sender, p_rules,
            array(select m from unnest(p_messages) as m where m.index <> all (overflowing::integer[])), p_now
        );
        return result || jsonb_build_object('rejected', (result -> 'rejected') || (
            select jsonb_agg(private.rejection(m, 'too_many_traits'))
            from unnest(p_messages) as m
            where m.index = any (overflowing::integer[])
        ));
    end
    $$;
revoke all on function private.track_traits(private.sender, private.compiled_rules, private.message[], timestamptz) from public;
grant execute on function private.track_traits(private.sender, private.compiled_rules, private.message[], timestamptz) to service_role;

-- By the fast path what can go by it, everything else by the full one.
-- Returns {"accepted": n, "rejected": [private.rejection]}.
create function private.track_messages(
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
        has_traits boolean;
        refused    jsonb;
        result     jsonb;
        was_new    boolean;
    begin
        select * into strict rules from private.compiled_rules where workspace_id = p_sender.workspace_id;
        blank.trusted := p_sender.trusted;

        if jsonb_array_length(p_messages) = 1 then
            message := private.weighed(p_sender, jsonb_populate_record(blank, p_messages -> 0));
            if private.refusal(p_sender, message) is null then
                was_new := private.track_one(p_sender, rules, message, p_now);
                if was_new is not null then
                    return jsonb_build_object('accepted', was_new::integer, 'rejected', '[]'::jsonb);
                end if;
            end if;
        end if;

        select
            coalesce(array_agg(m.message) filter (where r.code is null), '{}'),
            coalesce(jsonb_agg(private.rejection(m.message, r.code)) filter (where r.code is not null), '[]'),
            bool_or((m.message).traits is not null)
        into admitted, refused, has_traits
        from (
            select case when m.user_hash is null then m else private.weighed(p_sender, m) end as message
            from jsonb_populate_recordset(blank, p_messages) as m
            offset 0
        ) as m
        cross join lateral (select private.refusal(p_sender, m.message) as code) as r;

        if cardinality(admitted) = 0 then
            return jsonb_build_object('accepted', 0, 'rejected', refused);
        end if;
        if has_traits then
            result := private.track_traits(p_sender, rules, admitted, p_now);
        else
            result := private.track_many(p_sender, rules, admitted, p_now);
        end if;
        return result || jsonb_build_object('rejected', refused || (result -> 'rejected'));
    end
    $$;
revoke all on function private.track_messages(private.sender, jsonb, timestamptz) from public;
grant execute on function private.track_messages(private.sender, jsonb, timestamptz) to service_role;

-- p_messages: objects with the fields of private.message, validated, and what the guard took out of them as originals.
-- p_rejected: [{messageId, code, pointer}] of those that were not valid; kept for the debugger.
-- Returns {"workspaceId", "rateMultiplier", "accepted": n, "duplicates": n, "rejected": [private.rejection]};
-- raises PT401, PT403, PT423.
-- A plan may outlive the size its tables had when it was made, hence: generic, and by index.
create function public.track(
    p_key_hash text, p_origin text, p_messages jsonb, p_now timestamptz default now(), p_rejected jsonb default '[]'
) returns jsonb
    language plpgsql
    set search_path = ''
    set plan_cache_mode = 'force_generic_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        sender   private.sender := private.authenticate(p_key_hash, p_origin);
        sent     integer := jsonb_array_length(p_messages);
        result   jsonb;
        rejected jsonb;
    begin
        if sender.redact = 'off' and sent > 0 then
            p_messages := private.with_originals(p_messages);
        end if;
        result := private.track_messages(sender, p_messages, p_now);
        rejected := (result -> 'rejected') || p_rejected;
        if jsonb_array_length(rejected) > 0 then
            perform private.record_rejections(sender.workspace_id, sender.api_key_id, rejected, p_now);
        end if;
        return result || jsonb_build_object(
            'workspaceId', sender.workspace_id,
            'rateMultiplier', sender.rate_multiplier,
            'duplicates', sent - (result ->> 'accepted')::integer - jsonb_array_length(result -> 'rejected')
        );
    end
    $$;
revoke all on function public.track(text, text, jsonb, timestamptz, jsonb) from public;
grant execute on function public.track(text, text, jsonb, timestamptz, jsonb) to service_role;
