-- Why: owners and members are people too: what we hold of them they can see, take along, have corrected and deleted.
-- Not breaking (new functions). Locks: none but for a deletion, of the account's row. Undo: drop the functions.

-- Everything we hold of an account but its password's hash. Security definer, because nobody else may read accounts.
create function private.record_of_account(p_user uuid) returns jsonb
    language sql stable security definer
    set search_path = ''
    as $$
        select jsonb_build_object(
            'userId', u.id, 'email', u.email, 'createdAt', u.created_at, 'lastSignInAt', u.last_sign_in_at,
            'metadata', u.raw_user_meta_data,
            'memberships', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', w.id, 'workspace', w.name, 'role', m.role, 'since', m.created_at
                ) order by m.created_at), '[]')
                from public.members as m
                join public.workspaces as w on w.id = m.workspace_id
                where m.user_id = u.id
            ),
            'notices', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', n.workspace_id, 'kind', n.kind, 'status', n.status, 'at', n.send_at
                ) order by n.send_at), '[]')
                from private.notices as n
                where n.user_id = u.id
            ),
            'deeds', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', a.workspace_id, 'action', a.action, 'contactId', a.contact_id, 'detail', a.detail,
                    'at', a.at
                ) order by a.at), '[]')
                from public.audit_log as a
                where a.actor = 'member:' || u.id
            )
        )
        from auth.users as u
        where u.id = p_user
    $$;
revoke all on function private.record_of_account(uuid) from public;
grant execute on function private.record_of_account(uuid) to service_role;

-- The caller's own. Security definer, so that it reaches the one above; whose it is, no caller can say.
create function private.my_account() returns jsonb
    language sql stable security definer
    set search_path = ''
    as $$
        select private.record_of_account(auth.uid())
    $$;
revoke all on function private.my_account() from public;
grant execute on function private.my_account() to authenticated;

create function public.my_account() returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select private.my_account()
    $$;
revoke all on function public.my_account() from public;
grant execute on function public.my_account() to authenticated;

-- Security definer, as above.
create function private.account_of_address(p_email text) returns uuid
    language sql stable security definer
    set search_path = ''
    as $$
        select u.id from auth.users as u where lower(u.email) = lower(p_email)
    $$;
revoke all on function private.account_of_address(text) from public;
grant execute on function private.account_of_address(text) to service_role;

-- The same for the operator, who was asked by mail. Null for no such account.
create function public.account_record(p_email text) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select private.record_of_account(private.account_of_address(p_email))
    $$;
revoke all on function public.account_record(text) from public;
grant execute on function public.account_record(text) to service_role;

-- Takes the account out of its workspaces and deletes it. Raises PT459 with their ids while it is the only owner of some:
-- these have to be deleted, or handed over, before. Returns how many memberships went; null for no such account.
create function public.delete_account(p_email text) returns integer
    language plpgsql
    set search_path = ''
    as $$
    declare
        account uuid := private.account_of_address(p_email);
        alone   uuid[];
        gone    integer;
    begin
        if account is null then
            return null;
        end if;
        -- Of two owners who go at once, the second is the last one.
        perform from public.workspaces
        where id in (select workspace_id from public.members where user_id = account)
        order by id
        for update;
        alone := array(
            select m.workspace_id from public.members as m
            where m.user_id = account and m.role = 'owner' and not exists (
                select from public.members as o
                where o.workspace_id = m.workspace_id and o.role = 'owner' and o.user_id <> account
            )
        );
        if alone <> '{}' then
            raise sqlstate 'PT459' using message = 'last_owner', detail = to_jsonb(alone)::text;
        end if;
        delete from public.members where user_id = account;
        get diagnostics gone = row_count;
        perform private.delete_lone_accounts(array[account]);
        return gone;
    end
    $$;
revoke all on function public.delete_account(text) from public;
grant execute on function public.delete_account(text) to service_role;
