-- Why: who may get mail. An address that somebody vouched for; where a founder chooses so, also the first one that was
-- ever claimed; and only while an automation's reason for it holds.
-- Not breaking (functions for functions). Locks: none. Undo: the functions before.

-- The address at which a contact may be mailed, null for none, and whether it was only claimed. Under the caller's own
-- rights. Who claims an address after another was seen changes nothing, and neither does who claims one that was removed
-- by somebody trusted.
create function public.mailable_address(p_contact uuid) returns table (address text, is_claimed boolean)
    language sql stable
    set search_path = ''
    as $$
        select
            case
                when c.email_trusted then c.email
                when w.mail_claimed and not exists (
                    select from public.identities as i
                    join public.traits as t on t.identity_id = i.id and t.key = 'email' and t.trusted
                    where i.contact_id = c.id
                ) then (
                    select i.value from public.identities as i
                    where i.contact_id = c.id and i.kind = 'email'
                    order by i.created_at, i.id
                    limit 1
                )
            end,
            not c.email_trusted
        from public.contacts as c
        join public.workspaces as w on w.id = c.workspace_id
        where c.id = p_contact
    $$;
revoke all on function public.mailable_address(uuid) from public;
grant execute on function public.mailable_address(uuid) to authenticated, service_role;

drop function private.recipient(public.messages, text);

-- Where a message may go now, or why it may not. The contact is the one its identity belongs to today.
create function private.recipient(p_message public.messages, p_address_key text)
    returns table (address text, is_claimed boolean, traits jsonb, skip_reason text)
    language sql stable
    set search_path = ''
    as $$
        select
            a.address,
            a.is_claimed,
            c.traits,
            case
                when w.deletion_requested_at is not null then 'workspace_deletion_pending'
                when c.id is null then 'contact_gone'
                when a.address is null or a.address <> coalesce((p_message).to_address, a.address) then 'not_mailable'
                when exists (
                    select from public.suppressions as s
                    where s.workspace_id = w.id
                        and s.address_hash = private.hmac_sha256(p_address_key, w.id || ':' || a.address)
                        and coalesce(s.category, (p_message).category) = (p_message).category
                ) then 'suppressed'
                when (p_message).category = 'marketing' and w.postal_address is null then 'postal_address_missing'
                else private.automation_refusal(p_message, c.id)
            end
        from public.workspaces as w
        -- Whoever queued the message may have named any contact: only one of its own workspace is ever read.
        left join public.identities as i on i.id = (p_message).contact_id and i.workspace_id = w.id
        left join public.contacts as c on c.id = i.contact_id
        left join lateral public.mailable_address(c.id) as a on true
        where w.id = (p_message).workspace_id
    $$;
revoke all on function private.recipient(public.messages, text) from public;
grant execute on function private.recipient(public.messages, text) to service_role;

-- The one contact that a lookup names. Raises PT404 and PT409.
create function private.contact_named(p_workspace uuid, p_lookup jsonb) returns uuid
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        contacts uuid[] := public.find_contacts(p_workspace, p_lookup);
    begin
        if cardinality(contacts) = 0 then
            raise sqlstate 'PT404' using message = 'contact_unknown';
        elsif cardinality(contacts) > 1 then
            raise sqlstate 'PT409' using message = 'ambiguous', detail = to_jsonb(contacts)::text;
        end if;
        return contacts[1];
    end
    $$;
revoke all on function private.contact_named(uuid, jsonb) from public;
grant execute on function private.contact_named(uuid, jsonb) to authenticated, service_role;

-- Null for no name. Raises PT410.
create function private.template_named(p_workspace uuid, p_name text) returns public.templates
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        template public.templates;
    begin
        select * into template from public.templates as t where t.workspace_id = p_workspace and t.name = p_name;
        if not found and p_name is not null then
            raise sqlstate 'PT410' using message = 'template_unknown';
        end if;
        return template;
    end
    $$;
revoke all on function private.template_named(uuid, text) from public;
grant execute on function private.template_named(uuid, text) to authenticated, service_role;

-- As before, to whatever address the contact may be mailed at.
create or replace function public.queue_message(p_workspace uuid, p_message jsonb) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        contact  uuid := private.contact_named(p_workspace, p_message -> 'to');
        address  text;
        template public.templates;
        queued   public.messages;
    begin
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
