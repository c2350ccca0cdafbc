-- Why: a backup that is restored has again what was erased since it was made. The receipts beside the database say what
-- that was, without saying whom.
-- Not breaking (new functions). Locks: as for an erasure. Undo: drop the functions.

-- Lays the tombstones and suppressions of a receipt again. Returns whether there is such a workspace.
create function public.replay_receipt(p_receipt jsonb, p_now timestamptz default now()) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := (p_receipt ->> 'workspaceId')::uuid;
        expiry    timestamptz := case
            when (p_receipt ->> 'forever')::boolean then 'infinity'
            else (p_receipt ->> 'requestedAt')::timestamptz + interval '35 days'
        end;
    begin
        if not exists (select from public.workspaces where id = workspace) then
            return false;
        end if;
        insert into private.tombstones as t (workspace_id, hash, expires_at)
        select workspace, hash, expiry
        from jsonb_array_elements_text(p_receipt -> 'tombstones') as hash
        where expiry > p_now
        on conflict on constraint tombstones_pkey do update set expires_at = greatest(t.expires_at, excluded.expires_at);
        perform private.suppress(workspace, address, 'erased', p_now)
        from jsonb_array_elements_text(p_receipt -> 'addresses') as address;
        return true;
    end
    $$;
revoke all on function public.replay_receipt(jsonb, timestamptz) from public;
grant execute on function public.replay_receipt(jsonb, timestamptz) to service_role;

-- Of the next p_limit contacts of a workspace, those that were erased after they had come; and the identities that were,
-- but belong here to somebody who was not, since messages that came after the backup had made them another's.
-- p_erased: {hash: when}. Returns {"contacts": [id], "strays": [id], "next": where to go on, or null}.
create function public.buried_contacts(p_workspace uuid, p_erased jsonb, p_key text, p_after uuid, p_limit integer)
    returns jsonb
    language sql stable
    set search_path = ''
    as $$
        with page as (
            select c.id from public.contacts as c
            where c.workspace_id = p_workspace and c.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
            order by c.id
            limit p_limit
        ),
        buried as (
            select i.id, i.contact_id
            from page as p
            join public.identities as i on i.contact_id = p.id
            where i.created_at < (p_erased ->> private.tombstone(p_key, p_workspace, i.kind, i.value))::timestamptz
        )
        select jsonb_build_object(
            -- A contact is whom its top identity names.
            'contacts', (select coalesce(jsonb_agg(b.id), '[]') from buried as b where b.id = b.contact_id),
            'strays', (
                select coalesce(jsonb_agg(b.id), '[]') from buried as b
                where b.contact_id not in (select top.id from buried as top)
            ),
            'next', case when (select count(*) from page) = p_limit then (select id from page order by id desc limit 1) end
        )
    $$;
revoke all on function public.buried_contacts(uuid, jsonb, text, uuid, integer) from public;
grant execute on function public.buried_contacts(uuid, jsonb, text, uuid, integer) to service_role;

-- Makes an identity a contact of its own, as a move by hand does, so that it can be erased without whom it is with.
create function public.separate_identity(p_workspace uuid, p_identity uuid, p_now timestamptz default now()) returns void
    language sql
    set search_path = ''
    as $$
        insert into public.identity_moves (workspace_id, identity_id, contact_id, moved_at)
        select p_workspace, i.id, i.id, p_now from public.identities as i
        where i.id = p_identity and i.workspace_id = p_workspace and i.contact_id <> i.id
    $$;
revoke all on function public.separate_identity(uuid, uuid, timestamptz) from public;
grant execute on function public.separate_identity(uuid, uuid, timestamptz) to service_role;

-- Deletes a workspace again, without grace: the sweep may begin at once. Returns whether there is such a workspace; with
-- p_is_dry that is all.
create function public.replay_deletion(p_receipt jsonb, p_is_dry boolean, p_now timestamptz default now()) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := (p_receipt ->> 'workspaceId')::uuid;
    begin
        perform from public.workspaces where id = workspace for update;
        if not found or p_is_dry then
            return found;
        end if;
        update public.workspaces set deletion_requested_at = p_now where id = workspace;
        insert into public.deletion_requests
            (workspace_id, requested_by, received_at, requested_at, purge_after, due_by)
        values (workspace, 'operator', (p_receipt ->> 'receivedAt')::timestamptz, p_now, p_now, p_now + interval '1 day')
        on conflict (workspace_id) where cancelled_at is null and finished_at is null
            do update set purge_after = p_now;
        return true;
    end
    $$;
revoke all on function public.replay_deletion(jsonb, boolean, timestamptz) from public;
grant execute on function public.replay_deletion(jsonb, boolean, timestamptz) to service_role;
