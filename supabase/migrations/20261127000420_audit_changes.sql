-- Why: whoever changes what a workspace is, who may enter it, by which keys, and what it says to people, is in its audit
-- log, by whatever way the change was made.
-- Not breaking (triggers). Locks: the tables, for an instant. Undo: drop the triggers and the function.

-- Names the columns that changed, never what is in them. Sweeps change some of these tables too; they are logged for keys
-- and members alone, which they have no reason to touch. A purge is logged as one deed.
-- Security definer, because members may log less than that by themselves.
create function private.audit_change() returns trigger
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
                'columns', case tg_op when 'UPDATE' then to_jsonb(changed) end
            ))
        );
        return null;
    end
    $$;
revoke all on function private.audit_change() from public;

create trigger workspaces_audit after update on public.workspaces
    for each row execute function private.audit_change();
create trigger members_audit after insert or update or delete on public.members
    for each row execute function private.audit_change();
create trigger api_keys_audit after insert or update or delete on public.api_keys
    for each row execute function private.audit_change();
create trigger smtp_settings_audit after insert or update or delete on public.smtp_settings
    for each row execute function private.audit_change();
create trigger templates_audit after insert or update or delete on public.templates
    for each row execute function private.audit_change();
create trigger automations_audit after insert or update or delete on public.automations
    for each row execute function private.audit_change();
create trigger suppressions_audit after insert or update or delete on public.suppressions
    for each row execute function private.audit_change();
create trigger rule_drafts_audit after insert or update on public.rule_drafts
    for each row execute function private.audit_change();
create trigger identity_moves_audit after insert on public.identity_moves
    for each row execute function private.audit_change();
create trigger stage_pins_audit after insert on public.stage_pins
    for each row execute function private.audit_change();
