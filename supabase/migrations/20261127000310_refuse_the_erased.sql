-- Why: who was erased must not come back by what a browser or a server still has in store. Only who is new can be one of
-- them, since an erased identity is no identity: so messages of known people, nearly all, pay nothing for this.
-- Not breaking: functions for functions; until a deployment sends p_tombstone_key, new identities of workspaces that have
-- erased somebody are refused with an error. Locks: as before. Undo: the functions before.

-- The key of tombstones, which each request brings along.
alter type private.sender add attribute tombstone_key text;

create or replace function private.authenticate(p_key_hash text, p_origin text) returns private.sender
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        found_key record;
    begin
        select
            k.id, k.workspace_id, k.kind, k.origins, k.rate_multiplier::integer * w.rate_multiplier as rate_multiplier,
            w.require_verification, w.redact, w.deletion_requested_at, w.is_billed, s.inner_key, s.outer_key
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
        elsif found_key.is_billed then
            found_key.rate_multiplier := found_key.rate_multiplier
                * (private.entitlements(found_key.workspace_id, now())).rate_multiplier;
        end if;
        return row(
            found_key.workspace_id, found_key.id, found_key.kind = 'secret', found_key.require_verification,
            found_key.redact, found_key.rate_multiplier, found_key.inner_key, found_key.outer_key, null::text
        );
    end
    $$;

create function private.tombstone(p_key text, p_workspace uuid, p_kind text, p_value text) returns text
    language sql immutable
    set search_path = ''
    as $$
        select private.hmac_sha256(p_key, p_workspace || ':' || p_kind || ':' || p_value)
    $$;
revoke all on function private.tombstone(text, uuid, text, text) from public;
grant execute on function private.tombstone(text, uuid, text, text) to service_role;

-- Whether somebody of that name was erased. Whoever is known may be: a tombstone stands for somebody who is not there.
create function private.is_erased(p_sender private.sender, p_kind text, p_value text) returns boolean
    language sql stable
    set search_path = ''
    as $$
        select not exists (
            select from public.identities as known
            where known.workspace_id = p_sender.workspace_id and known.kind = p_kind and known.value = p_value
        ) and exists (
            select from private.tombstones as t
            where t.workspace_id = p_sender.workspace_id
                and t.hash = private.tombstone(p_sender.tombstone_key, p_sender.workspace_id, p_kind, p_value)
        )
    $$;
revoke all on function private.is_erased(private.sender, text, text) from public;
grant execute on function private.is_erased(private.sender, text, text) to service_role;

-- The places in kinds and values at which a message names somebody who was erased.
create function private.erased_places(p_sender private.sender, p_message private.message) returns integer[]
    language sql stable
    set search_path = ''
    as $$
        select coalesce(array_agg(n::integer), '{}')
        from unnest(p_message.kinds, p_message.values) with ordinality as i (kind, value, n)
        where private.is_erased(p_sender, i.kind, i.value)
    $$;
revoke all on function private.erased_places(private.sender, private.message) from public;
grant execute on function private.erased_places(private.sender, private.message) to service_role;

-- Takes out the messages of who was erased: "not_stored". Of somebody else's, who came by the same device, only the
-- device's anonymousId goes. The caller holds the structure lock, so no erasure can come between.
create function private.refuse_erased(
    p_sender private.sender, inout p_messages private.message[], out rejected jsonb
)
    language plpgsql
    set search_path = ''
    as $$
    declare
        message  private.message;
        gone     integer[];
        admitted private.message[] := '{}';
    begin
        rejected := '[]';
        if not exists (select from private.tombstones where workspace_id = p_sender.workspace_id) then
            return;
        elsif p_sender.tombstone_key is null then
            raise exception 'tombstones can not be told without their key';
        end if;
        foreach message in array p_messages loop
            gone := private.erased_places(p_sender, message);
            if 1 = any (gone) or exists (
                select from unnest(gone) as n where message.kinds[n] <> 'anonymousId'
            ) then
                rejected := rejected || private.rejection(message, 'not_stored');
                continue;
            end if;
            if cardinality(gone) > 0 then
                message.values := array(
                    select value from unnest(message.values) with ordinality as v (value, n) where n <> all (gone) order by n
                );
                message.kinds := array(
                    select kind from unnest(message.kinds) with ordinality as k (kind, n) where n <> all (gone) order by n
                );
            end if;
            admitted := admitted || message;
        end loop;
        p_messages := admitted;
    end
    $$;
revoke all on function private.refuse_erased(private.sender, private.message[]) from public;
grant execute on function private.refuse_erased(private.sender, private.message[]) to service_role;

drop function private.resolve_new(uuid, private.message[], boolean);

-- Resolves messages of which some name identities, or pairs of them, that are new. Returns them without duplicates and
-- without those that are refused, where each was found, and the contacts whose identities changed.
create function private.resolve_new(
    p_sender private.sender, inout p_messages private.message[], p_structural boolean,
    out resolved private.resolution[], out touched uuid[], out rejected jsonb
)
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := p_sender.workspace_id;
        message   private.message;
    begin
        touched := '{}';
        select r.p_messages, r.rejected into p_messages, rejected
        from private.refuse_erased(p_sender, private.drop_duplicates(workspace, p_messages)) as r;
        foreach message in array p_messages loop
            continue when not p_structural or cardinality(message.kinds) = 1;
            begin
                touched := touched || private.link_identities(workspace, message);
            exception when sqlstate 'PT450' then
                rejected := rejected || private.rejection(message, 'too_many_identities');
                p_messages := array(select m from unnest(p_messages) as m where m.index <> message.index);
            end;
        end loop;
        perform private.ensure_identities(workspace, p_messages);
        resolved := private.resolve_messages(workspace, p_messages);
    end
    $$;
revoke all on function private.resolve_new(private.sender, private.message[], boolean) from public;
grant execute on function private.resolve_new(private.sender, private.message[], boolean) to service_role;

-- The full path: any messages of any identities, as sets. Raises PT451, with their indexes, when some would give their
-- contact too many traits. p_structural says that they may change who is who, and that the structure lock is held alone.
-- Returns {"accepted": n, "rejected": [private.rejection]}.
create or replace function private.track_many(
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
            from private.resolve_new(p_sender, messages, p_structural) as n;
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

drop function public.track(text, text, jsonb, timestamptz, jsonb);

-- p_messages: objects with the fields of private.message, validated, and what the guard took out of them as originals.
-- p_rejected: [{messageId, code, pointer}] of those that were not valid; kept for the debugger.
-- p_tombstone_key: what the hashes of who was erased are made with.
-- Returns {"workspaceId", "rateMultiplier", "accepted": n, "duplicates": n, "rejected": [private.rejection]};
-- raises PT401, PT403, PT423.
-- A plan may outlive the size its tables had when it was made, hence: generic, and by index.
create function public.track(
    p_key_hash text, p_origin text, p_messages jsonb, p_now timestamptz default now(), p_rejected jsonb default '[]',
    p_tombstone_key text default null
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
        sender.tombstone_key := p_tombstone_key;
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
revoke all on function public.track(text, text, jsonb, timestamptz, jsonb, text) from public;
grant execute on function public.track(text, text, jsonb, timestamptz, jsonb, text) to service_role;
