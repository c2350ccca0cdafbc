-- Why: everything held of an end user goes when the founder, or a member for them, says so: severed and out of sight in
-- one transaction, with what is left of it removed in chunks within minutes.
-- Not breaking (new functions). Locks: the workspace's structure lock, alone, then the contacts in id order, then their
-- messages. Undo: drop the functions.

create function private.added_counts(p_counts jsonb, p_more jsonb) returns jsonb
    language sql immutable
    set search_path = ''
    as $$
        select p_counts || coalesce(jsonb_object_agg(m.key, coalesce((p_counts ->> m.key)::bigint, 0) + m.value::bigint), '{}')
        from jsonb_each_text(p_more) as m
        where m.value <> '0'
    $$;
revoke all on function private.added_counts(jsonb, jsonb) from public;
grant execute on function private.added_counts(jsonb, jsonb) to service_role;

-- All rows of those identities but their events. A contact's id is one of its identities'. Returns {table: rows}.
create function private.delete_of_identities(p_workspace uuid, p_identities uuid[]) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        counts jsonb := '{}';
        place  record;
        gone   integer;
    begin
        for place in
            select * from (values
                ('message_events', 'message_id in (
                    select id from public.messages where workspace_id = $1 and contact_id = any ($2)
                )'),
                ('messages', 'contact_id = any ($2)'),
                ('transitions', 'contact_id = any ($2)'),
                ('score_history', 'contact_id = any ($2)'),
                ('stage_pins', 'contact_id = any ($2)'),
                ('stage_events', 'identity_id = any ($2)'),
                ('signal_counts', 'identity_id = any ($2)'),
                ('traits', 'identity_id = any ($2)'),
                ('identity_moves', 'identity_id = any ($2) or contact_id = any ($2)'),
                ('identity_links', 'lower_id = any ($2) or higher_id = any ($2)'),
                ('contact_states', 'contact_id = any ($2)'),
                ('contacts', 'id = any ($2)'),
                ('identities', 'id = any ($2)')
            ) as p (name, condition)
        loop
            execute format('delete from public.%I where workspace_id = $1 and (%s)', place.name, place.condition)
                using p_workspace, p_identities;
            get diagnostics gone = row_count;
            counts := private.added_counts(counts, jsonb_build_object(place.name, gone));
        end loop;
        update public.rule_draft_moves as m
        set examples = array(select e from unnest(m.examples) as e where e <> all (p_identities))
        where m.workspace_id = p_workspace and m.examples && p_identities;
        return counts;
    end
    $$;
revoke all on function private.delete_of_identities(uuid, uuid[]) from public;
grant execute on function private.delete_of_identities(uuid, uuid[]) to service_role;

-- Every address that is known of them.
create function private.addresses_of(p_workspace uuid, p_contact uuid, p_identities uuid[]) returns text[]
    language sql stable
    set search_path = ''
    as $$
        select coalesce(array_agg(distinct a.address), '{}')
        from (
            select i.value as address from public.identities as i where i.id = any (p_identities) and i.kind = 'email'
            union all
            select c.email from public.contacts as c where c.id = p_contact
            union all
            select t.value #>> '{}' from public.traits as t where t.identity_id = any (p_identities) and t.key = 'email'
            union all
            select m.to_address from public.messages as m
            where m.workspace_id = p_workspace and m.contact_id = any (p_identities)
        ) as a
        where a.address is not null
    $$;
revoke all on function private.addresses_of(uuid, uuid, uuid[]) from public;
grant execute on function private.addresses_of(uuid, uuid, uuid[]) to service_role;

-- Leaves tombstones for the identities, and for addresses that are nobody's identity: a correction's, say. Returns their
-- hashes.
create function private.bury(
    p_workspace uuid, p_identities uuid[], p_addresses text[], p_key text, p_until timestamptz
) returns text[]
    language sql
    set search_path = ''
    as $$
        with named as (
            select i.kind, i.value from public.identities as i where i.id = any (p_identities)
            union all
            select 'email', address from unnest(p_addresses) as address
            where not exists (
                select from public.identities as i
                where i.workspace_id = p_workspace and i.kind = 'email' and i.value = address
            )
        ),
        buried as (
            insert into private.tombstones as t (workspace_id, hash, expires_at)
            select p_workspace, private.tombstone(p_key, p_workspace, n.kind, n.value), p_until
            from named as n
            on conflict on constraint tombstones_pkey do update
                set expires_at = greatest(t.expires_at, excluded.expires_at)
            returning t.hash
        )
        select coalesce(array_agg(hash order by hash), '{}') from buried
    $$;
revoke all on function private.bury(uuid, uuid[], text[], text, timestamptz) from public;
grant execute on function private.bury(uuid, uuid[], text[], text, timestamptz) to service_role;

-- As a client gets it.
create function private.receipt_of(p_erasure public.erasures) returns jsonb
    language sql immutable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'erasureId', p_erasure.id, 'workspaceId', p_erasure.workspace_id, 'contactId', p_erasure.contact_id,
            'status', case when p_erasure.finished_at is null then 'purging' else 'finished' end,
            'requestedAt', p_erasure.requested_at, 'finishedAt', p_erasure.finished_at,
            'forever', p_erasure.is_forever, 'counts', p_erasure.counts
        )
    $$;
revoke all on function private.receipt_of(public.erasures) from public;
grant execute on function private.receipt_of(public.erasures) to service_role;

-- One contact, under locks. p_keys: {"tombstone", "address"}, the keys of the hashes that are left of it.
create function private.erase_contact(
    p_workspace uuid, p_contact uuid, p_keys jsonb, p_actor text, p_forever boolean, p_now timestamptz
) returns public.erasures
    language plpgsql
    set search_path = ''
    as $$
    declare
        identities uuid[] := array(select id from public.identities where contact_id = p_contact order by id);
        known      text[];
        addresses  text[];
        tombstones text[];
        erasure    public.erasures;
    begin
        perform from public.messages
        where workspace_id = p_workspace and contact_id = any (identities)
        order by id
        for update;
        known := private.addresses_of(p_workspace, p_contact, identities);
        addresses := array(
            select private.hmac_sha256(p_keys ->> 'address', p_workspace || ':' || address)
            from unnest(known) as address
        );
        tombstones := private.bury(
            p_workspace, identities, known, p_keys ->> 'tombstone',
            case when p_forever then 'infinity' else p_now + interval '35 days' end
        );
        insert into public.erasures
            (workspace_id, contact_id, requested_by, requested_at, is_forever, tombstones, addresses, counts)
        values (
            p_workspace, p_contact, p_actor, p_now, p_forever, tombstones, addresses,
            private.delete_of_identities(p_workspace, identities)
        )
        returning * into erasure;
        insert into public.erased_identities (identity_id, workspace_id, erasure_id)
        select id, p_workspace, erasure.id from unnest(identities) as id;
        perform private.suppress(p_workspace, address, 'erased', p_now) from unnest(addresses) as address;
        perform private.audit(p_workspace, 'contact.erase', p_contact, p_actor);
        return erasure;
    end
    $$;
revoke all on function private.erase_contact(uuid, uuid, jsonb, text, boolean, timestamptz) from public;
grant execute on function private.erase_contact(uuid, uuid, jsonb, text, boolean, timestamptz) to service_role;

-- The receipts of whom a lookup would have named, had they not been erased.
create function private.receipts_for(p_workspace uuid, p_lookup jsonb, p_key text) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(private.receipt_of(e) order by e.requested_at), '[]')
        from jsonb_each_text(p_lookup) as l
        join public.erasures as e on case l.key
            when 'contactId' then e.contact_id = l.value::uuid
            else private.tombstone(p_key, p_workspace, l.key, l.value) = any (e.tombstones)
        end
        where e.workspace_id = p_workspace
    $$;
revoke all on function private.receipts_for(uuid, jsonb, text) from public;
grant execute on function private.receipts_for(uuid, jsonb, text) to service_role;

-- Erases whom a lookup names, all of them. Returns their receipts, also when it is asked for again; raises PT404.
create function public.erase_contacts(
    p_workspace uuid, p_lookup jsonb, p_keys jsonb, p_actor text, p_forever boolean default false,
    p_now timestamptz default now()
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        contacts uuid[];
        receipts jsonb := '[]';
        contact  uuid;
    begin
        perform private.lock_structure(p_workspace, true);
        contacts := array(select id from unnest(public.find_contacts(p_workspace, p_lookup)) as id order by id);
        if cardinality(contacts) = 0 then
            receipts := private.receipts_for(p_workspace, p_lookup, p_keys ->> 'tombstone');
            if receipts = '[]' then
                raise sqlstate 'PT404' using message = 'contact_unknown';
            end if;
            return receipts;
        end if;
        perform from public.contact_states where contact_id = any (contacts) order by contact_id for update;
        foreach contact in array contacts loop
            receipts := receipts || private.receipt_of(
                private.erase_contact(p_workspace, contact, p_keys, p_actor, p_forever, p_now)
            );
        end loop;
        -- An export that is being made, or waits to be fetched, may hold them.
        perform private.withdraw_exports(p_workspace);
        return receipts;
    end
    $$;
revoke all on function public.erase_contacts(uuid, jsonb, jsonb, text, boolean, timestamptz) from public;
grant execute on function public.erase_contacts(uuid, jsonb, jsonb, text, boolean, timestamptz) to service_role;

create function public.erase_contacts_by_key(
    p_key_hash text, p_lookup jsonb, p_keys jsonb, p_forever boolean default false
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        return public.erase_contacts(
            workspace, p_lookup, p_keys, private.actor_of_key(p_key_hash), p_forever
        );
    end
    $$;
revoke all on function public.erase_contacts_by_key(text, jsonb, jsonb, boolean) from public;
grant execute on function public.erase_contacts_by_key(text, jsonb, jsonb, boolean) to service_role;

-- The next events of somebody who was erased, at most p_limit. Returns how many are gone.
create function private.purge_events(p_erasure uuid, p_limit integer) returns integer
    language plpgsql
    set search_path = ''
    as $$
    declare
        gone integer;
    begin
        with found as (
            select e.workspace_id, e.message_id, e.trusted
            from public.erased_identities as i
            join public.events as e on e.identity_id = i.identity_id and e.workspace_id = i.workspace_id
            where i.erasure_id = p_erasure
            limit p_limit
        ),
        cleaned as (
            delete from public.redactions as r
            using found as f
            where r.workspace_id = f.workspace_id and r.message_id = f.message_id and r.trusted = f.trusted
        )
        delete from public.events as e
        using found as f
        where e.workspace_id = f.workspace_id and e.message_id = f.message_id and e.trusted = f.trusted;
        get diagnostics gone = row_count;
        return gone;
    end
    $$;
revoke all on function private.purge_events(uuid, integer) from public;
grant execute on function private.purge_events(uuid, integer) to service_role;

-- Ends an erasure of which no event is left. What another transaction, begun before it, has written of the contact since
-- goes too.
create function private.finish_erasure(p_erasure public.erasures, p_now timestamptz) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        identities uuid[] := array(
            select identity_id from public.erased_identities where erasure_id = p_erasure.id
        );
    begin
        update public.erasures
        set
            counts = private.added_counts(counts, private.delete_of_identities(workspace_id, identities)),
            finished_at = p_now
        where id = p_erasure.id;
        delete from public.erased_identities where erasure_id = p_erasure.id;
    end
    $$;
revoke all on function private.finish_erasure(public.erasures, timestamptz) from public;
grant execute on function private.finish_erasure(public.erasures, timestamptz) to service_role;

-- A chunk of the oldest erasure that is not finished and that nobody else is at. Returns whether more is to do.
create function public.purge_erased(p_limit integer, p_now timestamptz default now()) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    declare
        erasure public.erasures;
        gone    integer;
    begin
        select * into erasure from public.erasures
        where finished_at is null and stored_at is null
        order by requested_at
        limit 1
        for update skip locked;
        if not found then
            return false;
        end if;
        gone := private.purge_events(erasure.id, p_limit);
        update public.erasures set counts = private.added_counts(counts, jsonb_build_object('events', gone))
        where id = erasure.id;
        if gone < p_limit then
            perform private.finish_erasure(erasure, p_now);
        end if;
        return true;
    end
    $$;
revoke all on function public.purge_erased(integer, timestamptz) from public;
grant execute on function public.purge_erased(integer, timestamptz) to service_role;

-- Receipts that are finished and not yet beside the database.
create function public.unstored_receipts(p_limit integer) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(r.receipt), '[]')
        from (
            select private.receipt_of(e) || jsonb_build_object(
                'tombstones', e.tombstones, 'addresses', e.addresses
            ) as receipt
            from public.erasures as e
            where e.finished_at is not null and e.stored_at is null
            order by e.requested_at
            limit p_limit
        ) as r
    $$;
revoke all on function public.unstored_receipts(integer) from public;
grant execute on function public.unstored_receipts(integer) to service_role;

create function public.receipt_stored(p_erasure uuid, p_now timestamptz default now()) returns void
    language sql
    set search_path = ''
    as $$
        update public.erasures set stored_at = p_now where id = p_erasure
    $$;
revoke all on function public.receipt_stored(uuid, timestamptz) from public;
grant execute on function public.receipt_stored(uuid, timestamptz) to service_role;

create function public.erasures_of(p_ids uuid[]) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(private.receipt_of(e) order by e.contact_id), '[]')
        from public.erasures as e
        where e.id = any (p_ids)
    $$;
revoke all on function public.erasures_of(uuid[]) from public;
grant execute on function public.erasures_of(uuid[]) to service_role;
