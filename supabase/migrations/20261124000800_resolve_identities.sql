-- Why: who is who, as a pure function of the messages: a lower identity belongs to the higher one of the
-- first message, in the total order (trusted first, occurred_at, message_id), that names both.
-- Not breaking (new functions). Locks: see private.lock_structure. Undo: drop the functions.
-- Identities are looked up in subqueries, each by its key: a join with a list of messages may be planned, while the
-- table is small, as a scan of all the workspace's identities, and the plan outlives that.

-- One validated message. kinds and values name its identities, the highest first
-- (userId, email, anonymousId); trusted is filled in by private.track_messages().
create type private.message as (
    index        integer,
    type         text,
    name         text,
    kinds        text[],
    "values"     text[],
    user_hash    text,
    occurred_at  timestamptz,
    message_id   text collate "C",
    properties   jsonb,
    context      jsonb,
    traits       jsonb,
    -- Sensitive values: how many were taken out, where the first was, and whether one is an id, which can't be
    -- taken out without making different people one.
    redactions   smallint,
    sensitive_at text,
    sensitive_id boolean,
    trusted      boolean
);

-- Where a message's identities were found: its highest, the lower ones, and the contact it belongs to.
create type private.resolution as (
    index       integer,
    identity_id uuid,
    lower_ids   uuid[],
    contact_id  uuid
);

-- True when some message names a pair whose link is not yet known at its place in the order or before.
-- What is settled stays settled, so "false" holds however long the caller then waits for a lock.
create function private.changes_structure(p_workspace uuid, p_messages private.message[]) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            select exists (
                select from unnest(p_messages) as m
                cross join generate_series(2, cardinality(m.kinds)) as n
                where not coalesce((
                    select (not l.trusted, l.occurred_at, l.message_id) <= (not m.trusted, m.occurred_at, m.message_id)
                    from public.identities as higher, public.identities as lower, public.identity_links as l
                    where higher.workspace_id = p_workspace and higher.kind = m.kinds[1] and higher.value = m.values[1]
                        and lower.workspace_id = p_workspace and lower.kind = m.kinds[n] and lower.value = m.values[n]
                        and l.lower_id = lower.id and l.higher_id = higher.id
                ), false)
            )
        );
    end
    $$;
revoke all on function private.changes_structure(uuid, private.message[]) from public;
grant execute on function private.changes_structure(uuid, private.message[]) to service_role;

-- Ownership changes exclude every other writer of the workspace; all the rest share. It is always the first
-- lock a transaction takes, so that nobody waits for it while holding a row.
create function private.lock_structure(p_workspace uuid, p_change boolean) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        if p_change then
            perform pg_advisory_xact_lock(hashtextextended(p_workspace::text, 0));
        else
            perform pg_advisory_xact_lock_shared(hashtextextended(p_workspace::text, 0));
        end if;
    end
    $$;
revoke all on function private.lock_structure(uuid, boolean) from public;
grant execute on function private.lock_structure(uuid, boolean) to service_role;

-- Creates what is missing, each as its own contact, in one fixed order.
create function private.ensure_identities(p_workspace uuid, p_messages private.message[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.identities (id, workspace_id, kind, value, contact_id)
        select n.id, p_workspace, n.kind, n.value, n.id
        from (
            select distinct on (i.kind, i.value) gen_random_uuid() as id, i.kind, i.value
            from unnest(p_messages) as m
            cross join unnest(m.kinds, m.values) as i (kind, value)
            where (
                select known.id from public.identities as known
                where known.workspace_id = p_workspace and known.kind = i.kind and known.value = i.value
            ) is null
            order by i.kind, i.value
        ) as n
        order by n.kind, n.value
        on conflict on constraint identities_value_key do nothing;
    end
    $$;
revoke all on function private.ensure_identities(uuid, private.message[]) from public;
grant execute on function private.ensure_identities(uuid, private.message[]) to service_role;

-- Leaves out a message whose highest identity is not there yet.
create function private.resolve_messages(p_workspace uuid, p_messages private.message[]) returns private.resolution[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            select coalesce(
                array_agg(row(m.index, (m.found).id, m.lower_ids, (m.found).contact_id)::private.resolution)
                    filter (where (m.found).id is not null),
                '{}'
            )
            from (
                select
                    m.index,
                    (
                        select top from public.identities as top
                        where top.workspace_id = p_workspace and top.kind = m.kinds[1] and top.value = m.values[1]
                    ) as found,
                    case when cardinality(m.kinds) > 1 then array(
                        select (
                            select i.id from public.identities as i
                            where i.workspace_id = p_workspace and i.kind = m.kinds[n] and i.value = m.values[n]
                        )
                        from generate_series(2, cardinality(m.kinds)) as n
                        order by n
                    ) end as lower_ids
                from unnest(p_messages) as m
                offset 0
            ) as m
        );
    end
    $$;
revoke all on function private.resolve_messages(uuid, private.message[]) from public;
grant execute on function private.resolve_messages(uuid, private.message[]) to service_role;

-- Whom an identity belongs to: what an admin said, else the higher identity of its first link; null for nobody.
create function private.owner_of(p_identity public.identities) returns uuid
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        if p_identity.pinned_to_id is not null then
            return nullif(p_identity.pinned_to_id, p_identity.id);
        end if;
        return (
            select l.higher_id from public.identity_links as l
            where l.lower_id = p_identity.id
            order by not l.trusted, l.occurred_at, l.message_id
            limit 1
        );
    end
    $$;
revoke all on function private.owner_of(public.identities) from public;
grant execute on function private.owner_of(public.identities) to service_role;

-- Whether all that makes an identity its contact's was said by a trusted message or an admin.
create function private.joined_by_trust(p_identity public.identities) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return p_identity.owner_id is null or (
            (p_identity.pinned_to_id is not null or exists (
                select from public.identity_links as l
                where l.lower_id = p_identity.id and l.higher_id = p_identity.owner_id and l.trusted
            ))
            and (select private.joined_by_trust(i) from public.identities as i where i.id = p_identity.owner_id)
        );
    end
    $$;
revoke all on function private.joined_by_trust(public.identities) from public;
grant execute on function private.joined_by_trust(public.identities) to service_role;

-- Whether an identity is its contact's by trust, and one of at most 50 that are: claims must not use up what a server
-- has yet to say.
create function private.has_room_by_trust(p_identity uuid, p_contact uuid) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            select bool_or(i.id = p_identity) and count(*) <= 50
            from public.identities as i
            where i.contact_id = p_contact and private.joined_by_trust(i)
        );
    end
    $$;
revoke all on function private.has_room_by_trust(uuid, uuid) from public;
grant execute on function private.has_room_by_trust(uuid, uuid) to service_role;

-- Hands an identity, and what it owns itself, to its owner, or makes it a contact of its own.
-- Returns the contact that lost them and the one that has them now.
create function private.move_identity(p_identity uuid) returns uuid[]
    language plpgsql
    set search_path = ''
    as $$
    declare
        moved   public.identities;
        owner   uuid;
        contact uuid;
    begin
        select * into strict moved from public.identities where id = p_identity;
        owner := private.owner_of(moved);
        contact := coalesce((select i.contact_id from public.identities as i where i.id = owner), moved.id);

        update public.identities set owner_id = owner, contact_id = contact where id = moved.id;
        update public.identities set contact_id = contact where owner_id = moved.id;

        -- Which is more than a person has: most likely a machine that many share, or an attack.
        if (select count(*) from public.identities as i where i.contact_id = contact) > 50
            and not private.has_room_by_trust(p_identity, contact) then
            raise sqlstate 'PT450' using message = 'too_many_identities';
        end if;
        return array[moved.contact_id, contact];
    end
    $$;
revoke all on function private.move_identity(uuid) from public;
grant execute on function private.move_identity(uuid) to service_role;

-- Records what a message says about who is who. Returns the contacts whose identities changed.
create function private.link_identities(p_workspace uuid, p_message private.message) returns uuid[]
    language plpgsql
    set search_path = ''
    as $$
    declare
        named   private.resolution;
        lower   uuid;
        touched uuid[] := '{}';
    begin
        perform private.ensure_identities(p_workspace, array[p_message]);
        named := (private.resolve_messages(p_workspace, array[p_message]))[1];
        foreach lower in array named.lower_ids loop
            insert into public.identity_links as known
                (workspace_id, lower_id, higher_id, trusted, occurred_at, message_id)
            values
                (p_workspace, lower, named.identity_id, p_message.trusted, p_message.occurred_at, p_message.message_id)
            on conflict on constraint identity_links_pkey do update
                set trusted = excluded.trusted, occurred_at = excluded.occurred_at, message_id = excluded.message_id
                where (not excluded.trusted, excluded.occurred_at, excluded.message_id)
                    < (not known.trusted, known.occurred_at, known.message_id);
            if found then
                touched := touched || private.move_identity(lower);
            end if;
        end loop;
        return touched;
    end
    $$;
revoke all on function private.link_identities(uuid, private.message) from public;
grant execute on function private.link_identities(uuid, private.message) to service_role;
