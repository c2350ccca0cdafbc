-- Why: who has unsubscribed may change their mind. Anybody can open a link from a mail that was passed on, so only an
-- answer from the mailbox itself counts; and nothing but an unsubscription is ever lifted.
-- Not breaking (new functions). Locks: none. Undo: drop the functions.

-- Queues the mail that asks for confirmation, one a day, to the address that was mailed before. Does nothing where that
-- is not known any more.
create function public.ask_to_confirm(
    p_workspace uuid, p_address_hash text, p_category text, p_subject text, p_text text, p_now timestamptz default now()
) returns void
    language sql
    set search_path = ''
    as $$
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
        on conflict on constraint messages_idempotency_key do nothing
    $$;
revoke all on function public.ask_to_confirm(uuid, text, text, text, text, timestamptz) from public;
grant execute on function public.ask_to_confirm(uuid, text, text, text, text, timestamptz) to service_role;

create function public.resubscribe(p_workspace uuid, p_address_hash text, p_category text) returns void
    language sql
    set search_path = ''
    as $$
        delete from public.suppressions
        where workspace_id = p_workspace and address_hash = p_address_hash and category = p_category
            and reason = 'unsubscribed'
    $$;
revoke all on function public.resubscribe(uuid, text, text) from public;
grant execute on function public.resubscribe(uuid, text, text) to service_role;
