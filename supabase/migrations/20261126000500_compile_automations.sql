-- Why: automations are made by members, and ingestion and the sweep must know of them from the next event on. What they
-- queued goes out only while it is still right.
-- Not breaking (new trigger and functions). Locks: the structure lock, alone, for a moment. Undo: drop them.

-- Security definer, because no member may write what is compiled; whether this one may is the policies' decision, which
-- has been made when the row is there. Nobody can call it but by writing an automation.
create function private.compile_automations() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
    declare
        workspace uuid := coalesce(new.workspace_id, old.workspace_id);
    begin
        -- Not there any more when the workspace itself is being deleted.
        if exists (select from public.workspaces as w where w.id = workspace) then
            -- On which day a contact is due depends on the silences that mail.
            if coalesce(new.silence_days, old.silence_days) is not null then
                perform private.begin_rescore(workspace, false, now());
            end if;
            perform private.lock_structure(workspace, true);
            perform private.compile_rules(workspace);
        end if;
        return null;
    end
    $$;
revoke all on function private.compile_automations() from public;

create trigger automations_compile after insert or update or delete on public.automations
    for each row execute function private.compile_automations();

-- Why an automation's message is no longer wanted; null when it is, and for messages of no automation.
create function private.automation_refusal(p_message public.messages, p_contact uuid) returns text
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            select case
                when a.id is null then 'automation_deleted'
                when a.status <> 'live' then 'automation_not_live'
                when s.stage_id = a.goal_stage_id then 'goal_reached'
                when a.while_true and s.stage_id <> a.entering_stage_id then 'stage_left'
                when a.while_true and a.silence_days is not null and s.last_event_at > p_message.created_at
                    then 'silence_broken'
            end
            from (select p_message.automation_id as id where p_message.automation_id is not null) as m
            left join public.automations as a on a.id = m.id
            left join public.contact_states as s on s.contact_id = p_contact
        );
    end
    $$;
revoke all on function private.automation_refusal(public.messages, uuid) from public;
grant execute on function private.automation_refusal(public.messages, uuid) to service_role;
