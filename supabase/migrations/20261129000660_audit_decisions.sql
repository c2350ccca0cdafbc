-- Why: the audit log says that rules were published, or a draft discarded, and not how far its preview was meanwhile.
-- Not breaking (an entry's detail has one more member). Locks: none. Undo: the function before.

-- As before, and what was decided on a draft of rules. Security definer, because members may log less than that by themselves.
create or replace function private.audit_change() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
    declare
        after     jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
        before    jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
        said      jsonb := coalesce(after, before);
        workspace uuid := coalesce(said ->> 'workspace_id', said ->> 'id');
        changed   text[];
    begin
        if auth.uid() is null and tg_table_name not in ('members', 'api_keys') then
            return null;
        end if;
        changed := array(
            select key from jsonb_each(after)
            where value is distinct from before -> key
                and key not in ('updated_at', 'verified_at', 'last_error', 'last_error_at', 'revision')
                -- The rest of a draft is how far its preview is.
                and (tg_table_name <> 'rule_drafts' or key in ('rules', 'decision'))
            order by key
        );
        if (tg_op = 'UPDATE' and changed = '{}') or exists (
            select from public.deletion_requests as r
            where r.workspace_id = workspace and r.purging_since is not null
        ) then
            return null;
        end if;
        perform private.audit(
            workspace, tg_table_name || '.' || lower(tg_op), (said ->> 'contact_id')::uuid, null,
            jsonb_strip_nulls(jsonb_build_object(
                'id', said -> 'id', 'user', said -> 'user_id', 'role', said -> 'role',
                'columns', case tg_op when 'UPDATE' then to_jsonb(changed) end,
                'decision', case when 'decision' = any (changed) then said -> 'decision' end
            ))
        );
        return null;
    end
    $$;
