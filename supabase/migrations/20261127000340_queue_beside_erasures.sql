-- Why: what queues a mail reads whom it goes to first and writes the row then. An erasure in between would leave that row,
-- and the address in it, behind; so would the end of a workspace. Both wait now for whoever is at it.
-- Not breaking: functions for functions; a member queues nothing for a workspace that is being deleted, as no key does.
-- Locks: the workspace's structure lock, shared, until the row is there. Undo: the functions and the policy before.

grant execute on function private.lock_structure(uuid, boolean) to authenticated;

create or replace function public.queue_message(p_workspace uuid, p_message jsonb) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        contact  uuid;
        address  text;
        template public.templates;
        queued   public.messages;
    begin
        perform private.lock_structure(p_workspace, false);
        if exists (
            select from public.workspaces where id = p_workspace and deletion_requested_at is not null
        ) then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending';
        end if;
        contact := private.contact_named(p_workspace, p_message -> 'to');
        select a.address into address from public.mailable_address(contact) as a;
        if address is null or address <> coalesce(p_message -> 'to' ->> 'email', address) then
            raise sqlstate 'PT422' using message = 'not_mailable';
        end if;
        template := private.template_named(p_workspace, p_message ->> 'template');
        insert into public.messages
            (workspace_id, contact_id, idempotency_key, template_id, variables, category, to_address,
             subject, html, plain_text, send_at)
        values
            (p_workspace, contact, p_message ->> 'idempotencyKey', template.id,
             coalesce(p_message -> 'variables', '{}'), coalesce(template.category, p_message ->> 'category'), address,
             p_message ->> 'subject', p_message ->> 'html', p_message ->> 'text',
             -- What is overdue already is no more urgent than what is due now.
             greatest((p_message ->> 'sendAt')::timestamptz, now()))
        on conflict on constraint messages_idempotency_key do nothing
        returning * into queued;
        if queued.id is null then
            select * into queued from public.messages as m
            where m.workspace_id = p_workspace and m.idempotency_key = p_message ->> 'idempotencyKey';
        end if;
        return jsonb_build_object('messageId', queued.id, 'status', queued.status);
    end
    $$;

create or replace function public.ask_to_confirm(
    p_workspace uuid, p_address_hash text, p_category text, p_subject text, p_text text, p_now timestamptz default now()
) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        perform private.lock_structure(p_workspace, false);
        insert into public.messages
            (workspace_id, contact_id, idempotency_key, category, to_address, subject, plain_text, send_at, created_at)
        select
            m.workspace_id, m.contact_id,
            'confirm:' || p_category || ':' || p_address_hash || ':' || (p_now at time zone 'utc')::date,
            'transactional', m.to_address, p_subject, p_text, p_now, p_now
        from public.messages as m
        where m.workspace_id = p_workspace and m.address_hash = p_address_hash and m.counted_at is not null
            and m.to_address is not null
        order by m.counted_at desc
        limit 1
        on conflict on constraint messages_idempotency_key do nothing;
    end
    $$;

-- Also not by a row of their own.
drop policy "Owners and admins queue messages" on public.messages;
create policy "Owners and admins queue messages"
    on public.messages for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
        and workspace_id in (select id from public.workspaces where deletion_requested_at is null)
        and exists (
            select from public.identities as i
            where i.id = messages.contact_id and i.workspace_id = messages.workspace_id
        )
    );
