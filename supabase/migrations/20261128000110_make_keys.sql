-- Why: owners make and revoke keys, and set the identity secret, without an operator.
-- Not breaking (new policies and functions). Locks: none. Undo: drop them.

grant insert (workspace_id, kind, hint, origins) on public.api_keys to authenticated;
grant update (origins, revoked_at) on public.api_keys to authenticated;

create policy "Owners make keys"
    on public.api_keys for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members where user_id = (select auth.uid()) and role = 'owner'
        )
    );

-- What is revoked stays so: such a row is not there to change.
create policy "Owners revoke keys and say where publishable ones may be used"
    on public.api_keys for update to authenticated
    using (
        revoked_at is null
        and workspace_id in (
            select workspace_id from public.members where user_id = (select auth.uid()) and role = 'owner'
        )
    )
    with check (
        workspace_id in (
            select workspace_id from public.members where user_id = (select auth.uid()) and role = 'owner'
        )
    );

-- Out of reach but for make_api_key(), since the Data API does not expose the schema; nobody reads a hash.
grant insert on private.api_key_hashes to authenticated;

create policy "Owners give their keys a hash"
    on private.api_key_hashes for insert to authenticated
    with check (
        api_key_id in (
            select k.id from public.api_keys as k
            where k.workspace_id in (
                select workspace_id from public.members where user_id = (select auth.uid()) and role = 'owner'
            )
        )
    );

-- A key that the owner's browser has made; the key itself is never sent. Returns its id.
create function public.make_api_key(
    p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[] default null
) returns uuid
    language plpgsql
    set search_path = ''
    as $$
    declare
        made uuid;
    begin
        if 50 <= (
            select count(*) from public.api_keys as k where k.workspace_id = p_workspace and k.revoked_at is null
        ) then
            raise sqlstate 'PT429' using message = 'too_many_keys', detail = 'There are 50 keys. Revoke one first.';
        end if;
        insert into public.api_keys (workspace_id, kind, hint, origins)
        values (p_workspace, p_kind, p_hint, p_origins)
        returning id into made;
        insert into private.api_key_hashes (key_hash, api_key_id) values (p_key_hash, made);
        return made;
    end
    $$;
revoke all on function public.make_api_key(uuid, text, text, text, text[]) from public;
grant execute on function public.make_api_key(uuid, text, text, text, text[]) to authenticated;

grant execute on function private.hmac_key(bytea, integer) to authenticated;
grant select (workspace_id) on private.identity_secrets to authenticated;
grant insert, update (inner_key, outer_key) on private.identity_secrets to authenticated;

create policy "Members see whether there is an identity secret"
    on private.identity_secrets for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Owners set the identity secret"
    on private.identity_secrets for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members where user_id = (select auth.uid()) and role = 'owner'
        )
    );

create policy "Owners change the identity secret"
    on private.identity_secrets for update to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members where user_id = (select auth.uid()) and role = 'owner'
        )
    );

-- A secret that the owner's browser has made and shows once. What was signed with the one before is not trusted any more.
create function public.save_identity_secret(p_workspace uuid, p_secret text) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        inner_pad bytea := private.hmac_key(convert_to(p_secret, 'UTF8'), x'36'::integer);
        outer_pad bytea := private.hmac_key(convert_to(p_secret, 'UTF8'), x'5c'::integer);
    begin
        update private.identity_secrets set inner_key = inner_pad, outer_key = outer_pad where workspace_id = p_workspace;
        if not found then
            insert into private.identity_secrets (workspace_id, inner_key, outer_key)
            values (p_workspace, inner_pad, outer_pad);
        end if;
        -- Only now, so that outsiders are told nothing but that they are.
        if char_length(p_secret) < 32 then
            raise sqlstate 'PT422' using message = 'secret_too_short', detail = 'An identity secret has 32 characters or more.';
        end if;
    end
    $$;
revoke all on function public.save_identity_secret(uuid, text) from public;
grant execute on function public.save_identity_secret(uuid, text) to authenticated;
