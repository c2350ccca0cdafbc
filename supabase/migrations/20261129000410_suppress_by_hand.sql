-- Why: a founder stops all mail to an address that asked for it by other ways than our link, and may take that back; who
-- did it is shown. Nothing that the recipient or their server said is ever lifted so.
-- Not breaking (new column, policy and functions). Locks: the definition of suppressions, for a moment. Undo: drop them.

-- As an audit log names them; only of what was done by hand.
alter table public.suppressions add column suppressed_by text;

grant delete on public.suppressions to authenticated;
create policy "Owners and admins lift what was suppressed by hand"
    on public.suppressions for delete to authenticated
    using (
        reason = 'by_hand'
        and workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

-- What members ask for under their own rights compares hashes too; the key comes along with each question.
grant execute on function private.hmac_sha256(text, text) to authenticated;
grant execute on function private.hmac_key(bytea, integer) to authenticated;
-- For who has no account it answers nothing.
grant execute on function private.my_colleagues() to service_role;

-- The address that a lookup names: itself, or where its contact is mailed. Raises PT404, PT409, and PT422 for none.
create function private.address_named(p_workspace uuid, p_lookup jsonb) returns text
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        contact uuid;
        address text := p_lookup ->> 'email';
    begin
        if address is null then
            contact := private.contact_named(p_workspace, p_lookup);
            select coalesce(a.address, c.email) into address
            from public.contacts as c
            left join lateral public.mailable_address(c.id) as a on true
            where c.id = contact;
        end if;
        if address is null then
            raise sqlstate 'PT422' using message = 'not_mailable';
        end if;
        return address;
    end
    $$;
revoke all on function private.address_named(uuid, jsonb) from public;
grant execute on function private.address_named(uuid, jsonb) to authenticated, service_role;

create function private.hash_of_address(p_workspace uuid, p_address text, p_address_key text) returns text
    language sql immutable
    set search_path = ''
    as $$
        select private.hmac_sha256(p_address_key, p_workspace || ':' || p_address)
    $$;
revoke all on function private.hash_of_address(uuid, text, text) from public;
grant execute on function private.hash_of_address(uuid, text, text) to authenticated, service_role;

-- Whether a workspace mails an address, under the caller's own rights: {"address", "suppressions": [{category, reason, at, by,
-- who}]}. A category of null is all mail. `by`, and their address or the key's hint while there is one, are of what was done by
-- hand. Raises PT404, PT409, PT422, and 42501 for outsiders.
create function public.suppressions_of(p_workspace uuid, p_lookup jsonb, p_address_key text) returns jsonb
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        address text;
    begin
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            raise sqlstate '42501' using message = 'not_allowed';
        end if;
        address := private.address_named(p_workspace, p_lookup);
        return jsonb_build_object('address', address, 'suppressions', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'category', s.category, 'reason', s.reason, 'at', s.created_at,
                    'by', case s.reason when 'by_hand' then s.suppressed_by end,
                    'who', case s.reason when 'by_hand' then coalesce(c.email, k.hint) end
                ) order by s.created_at, s.category
            ), '[]')
            from public.suppressions as s
            left join private.my_colleagues() as c
                on c.workspace_id = p_workspace and s.suppressed_by = 'member:' || c.user_id
            left join public.api_keys as k on k.workspace_id = p_workspace and s.suppressed_by = 'key:' || k.id
            where s.workspace_id = p_workspace
                and s.address_hash = private.hash_of_address(p_workspace, address, p_address_key)
        ));
    end
    $$;
revoke all on function public.suppressions_of(uuid, jsonb, text) from public;
grant execute on function public.suppressions_of(uuid, jsonb, text) to authenticated, service_role;

create function public.suppressions_of_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select public.suppressions_of(private.secret_workspace(p_key_hash), p_lookup, p_address_key)
    $$;
revoke all on function public.suppressions_of_by_key(text, jsonb, text) from public;
grant execute on function public.suppressions_of_by_key(text, jsonb, text) to service_role;

-- The contact for the log, where the lookup names one alone.
create function private.only_contact(p_workspace uuid, p_lookup jsonb) returns uuid
    language sql stable
    set search_path = ''
    as $$
        select min(f.id::text)::uuid from unnest(public.find_contacts(p_workspace, p_lookup)) as f (id) having count(*) = 1
    $$;
revoke all on function private.only_contact(uuid, jsonb) from public;
grant execute on function private.only_contact(uuid, jsonb) to service_role;

-- Stops all mail of a workspace to an address, from the statement on: a last look that comes later finds it. What is
-- suppressed for another reason stays so. Answers as suppressions_of() does; raises PT404, PT409 and PT422.
create function public.suppress_by_hand(
    p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text, p_now timestamptz default now()
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        address text := private.address_named(p_workspace, p_lookup);
    begin
        insert into public.suppressions (workspace_id, address_hash, category, reason, suppressed_by, created_at)
        values (
            p_workspace, private.hash_of_address(p_workspace, address, p_address_key), null, 'by_hand', p_actor, p_now
        )
        on conflict on constraint suppressions_key do nothing;
        if found then
            perform private.audit(p_workspace, 'suppressions.insert', private.only_contact(p_workspace, p_lookup), p_actor);
        end if;
        return public.suppressions_of(p_workspace, p_lookup, p_address_key);
    end
    $$;
revoke all on function public.suppress_by_hand(uuid, jsonb, text, text, timestamptz) from public;
grant execute on function public.suppress_by_hand(uuid, jsonb, text, text, timestamptz) to service_role;

create function public.suppress_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) returns jsonb
    language sql
    set search_path = ''
    as $$
        select public.suppress_by_hand(
            private.secret_workspace(p_key_hash), p_lookup, p_address_key, private.actor_of_key(p_key_hash)
        )
    $$;
revoke all on function public.suppress_by_hand_by_key(text, jsonb, text) from public;
grant execute on function public.suppress_by_hand_by_key(text, jsonb, text) to service_role;

-- Takes that back, and nothing else. Answers with what is left, as suppressions_of() does; raises PT404, PT409 and PT422.
create function public.lift_by_hand(p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        address text := private.address_named(p_workspace, p_lookup);
    begin
        delete from public.suppressions as s
        where s.workspace_id = p_workspace and s.reason = 'by_hand'
            and s.address_hash = private.hash_of_address(p_workspace, address, p_address_key);
        if found then
            perform private.audit(p_workspace, 'suppressions.delete', private.only_contact(p_workspace, p_lookup), p_actor);
        end if;
        return public.suppressions_of(p_workspace, p_lookup, p_address_key);
    end
    $$;
revoke all on function public.lift_by_hand(uuid, jsonb, text, text) from public;
grant execute on function public.lift_by_hand(uuid, jsonb, text, text) to service_role;

create function public.lift_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) returns jsonb
    language sql
    set search_path = ''
    as $$
        select public.lift_by_hand(
            private.secret_workspace(p_key_hash), p_lookup, p_address_key, private.actor_of_key(p_key_hash)
        )
    $$;
revoke all on function public.lift_by_hand_by_key(text, jsonb, text) from public;
grant execute on function public.lift_by_hand_by_key(text, jsonb, text) to service_role;

-- A page of whom a workspace does not mail, the latest first: {"suppressions": [{key, hash, to, contactId, category, reason, at,
-- who}], "next": {at, key} or null}. An address is kept as a hash; `to` and `contactId` are those of the last mail to it that
-- is still there. A category of null is both. `who` did it by hand: their address or the key's hint, while there is one.
-- Null for outsiders. p_after: from `next`.
create or replace function public.list_suppressions(p_workspace uuid, p_after jsonb default null) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        page      constant integer := 50;
        after_at  constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_key constant text collate "C" := coalesce(p_after ->> 'key', '');
        found     jsonb;
    begin
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        select jsonb_agg(
            jsonb_build_object(
                'key', s.key, 'hash', s.address_hash, 'to', m.to_address, 'contactId', i.contact_id,
                'category', s.category, 'reason', s.reason, 'at', s.created_at,
                'who', case s.reason when 'by_hand' then coalesce(c.email, k.hint) end
            ) order by s.created_at desc, s.key desc
        ) into found
        from (
            select s.*, s.address_hash || coalesce(s.category, '') as key
            from public.suppressions as s
            where s.workspace_id = p_workspace and s.created_at <= after_at
                and (s.created_at, s.address_hash || coalesce(s.category, '')) < (after_at, after_key)
            order by s.created_at desc, s.address_hash || coalesce(s.category, '') desc
            limit page
        ) as s
        left join lateral (
            select n.to_address, n.contact_id from public.messages as n
            where n.workspace_id = p_workspace and n.address_hash = s.address_hash and n.counted_at is not null
            order by n.counted_at desc
            limit 1
        ) as m on true
        left join public.identities as i on i.id = m.contact_id
        left join private.my_colleagues() as c on c.workspace_id = p_workspace and s.suppressed_by = 'member:' || c.user_id
        left join public.api_keys as k on k.workspace_id = p_workspace and s.suppressed_by = 'key:' || k.id;
        return jsonb_build_object(
            'suppressions', coalesce(found, '[]'),
            'next', case when jsonb_array_length(found) = page then jsonb_build_object(
                'at', found -> -1 -> 'at', 'key', found -> -1 -> 'key'
            ) end
        );
    end
    $$;

comment on column public.suppressions.suppressed_by is 'owner: id of the member or API key that suppressed it by hand; shown to members';
