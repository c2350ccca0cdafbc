-- Why: owners and admins read who did what, with names instead of ids.
-- Not breaking (new function). Locks: none. Undo: drop it.

-- A page of the audit log, the latest first: {"entries": [{id, actor, who, action, contactId, detail, at}], "next": {at, id} or
-- null}. `who` is the member's address or the key's hint, while there is one. Null for viewers and outsiders.
-- p_after: from `next`.
create function public.list_audit(p_workspace uuid, p_after jsonb default null) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off' -- right for a table of any size, and statistics may be old
    as $$
    declare
        page     constant integer := 50;
        after_at constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_id constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        found    jsonb;
    begin
        -- Row-level security alone would look at each row before it told the others nothing.
        if not exists (
            select from public.members as m
            where m.workspace_id = p_workspace and m.user_id = auth.uid() and m.role in ('owner', 'admin')
        ) then
            return null;
        end if;
        select jsonb_agg(
            jsonb_build_object(
                'id', l.id, 'actor', l.actor, 'action', l.action, 'contactId', l.contact_id, 'detail', l.detail, 'at', l.at,
                'who', coalesce(c.email, k.hint)
            ) order by l.at desc, l.id desc
        ) into found
        from (
            select * from public.audit_log as l
            where l.workspace_id = p_workspace and l.at <= after_at and (l.at, l.id) < (after_at, after_id)
            order by l.at desc, l.id desc
            limit page
        ) as l
        left join private.my_colleagues() as c on c.workspace_id = p_workspace and l.actor = 'member:' || c.user_id
        left join public.api_keys as k on k.workspace_id = p_workspace and l.actor = 'key:' || k.id;
        return jsonb_build_object(
            'entries', coalesce(found, '[]'),
            'next', case when jsonb_array_length(found) = page then jsonb_build_object(
                'at', found -> -1 -> 'at', 'id', found -> -1 -> 'id'
            ) end
        );
    end
    $$;
revoke all on function public.list_audit(uuid, jsonb) from public;
grant execute on function public.list_audit(uuid, jsonb) to authenticated;
