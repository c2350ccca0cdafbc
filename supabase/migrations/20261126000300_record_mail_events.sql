-- Why: what became of a mail is told later, by the provider's webhook: in any order, twice, or before our own row says
-- that it went out. The log is append only, and what a message's row says of its delivery is a function of the log.
-- Not breaking (new table, column and functions). Locks: messages, while the column and the index are added; then a
-- message's row per webhook. Undo: drop them.

alter table public.messages
    -- Null until something is reported.
    add column delivery text,
    add constraint messages_delivery_known check (
        delivery in ('sent', 'delayed', 'delivered', 'opened', 'clicked', 'failed', 'bounced', 'complained')
    );

-- For an event that does not carry our own id.
create index messages_provider_message_idx
    on public.messages (provider_message_id) where provider_message_id is not null;

-- Without foreign keys, like messages: deletion goes by workspace, in chunks.
create table public.message_events (
    workspace_id uuid        not null,
    -- One per delivery of the webhook, the same when it comes again.
    svix_id      text        not null collate "C",
    message_id   uuid        not null,
    kind         text        not null,
    occurred_at  timestamptz not null,
    -- Codes, and a clicked link without its query: no address, IP, user agent or words of others.
    detail       jsonb       not null default '{}',

    constraint message_events_pkey primary key (workspace_id, svix_id),
    constraint message_events_kind_known check (
        kind in ('sent', 'delayed', 'delivered', 'opened', 'clicked', 'failed', 'bounced', 'complained')
    )
);

create index message_events_message_idx on public.message_events (workspace_id, message_id, occurred_at);

alter table public.message_events enable row level security;

grant select on public.message_events to authenticated;
-- Appended and, with their workspace or message, deleted; nobody rewrites them.
grant select, insert, delete on public.message_events to service_role;

create policy "Members see what became of their workspace's messages"
    on public.message_events for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

-- What a set of events says of a message: the one that weighs most, whatever the order they came in.
create function private.delivery_of(p_kinds text[]) returns text
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select kind
        from unnest(array['complained', 'bounced', 'failed', 'clicked', 'opened', 'delivered', 'delayed', 'sent'])
            with ordinality as o (kind, place)
        where kind = any (p_kinds)
        order by place
        limit 1
    $$;
revoke all on function private.delivery_of(text[]) from public;
grant execute on function private.delivery_of(text[]) to service_role;

-- Stops all mail of a workspace to an address. Of several reasons the graver one stays, whichever came first.
create function private.suppress(p_workspace uuid, p_address_hash text, p_reason text, p_now timestamptz) returns void
    language sql
    set search_path = ''
    as $$
        insert into public.suppressions as s (workspace_id, address_hash, category, reason, created_at)
        select w.id, p_address_hash, null, p_reason, p_now from public.workspaces as w where w.id = p_workspace
        on conflict on constraint suppressions_key do update set reason = excluded.reason
        where array_position(array['unsubscribed', 'by_hand', 'bounced', 'complained', 'erased'], s.reason)
            < array_position(array['unsubscribed', 'by_hand', 'bounced', 'complained', 'erased'], excluded.reason)
    $$;
revoke all on function private.suppress(uuid, text, text, timestamptz) from public;
grant execute on function private.suppress(uuid, text, text, timestamptz) to service_role;

-- The message that an event is about, locked: by our own id, which the provider repeats, else by the provider's.
create function private.message_of_event(p_event jsonb) returns public.messages
    language plpgsql
    set search_path = ''
    as $$
    declare
        message public.messages;
    begin
        select m.* into message
        from public.messages as m
        join public.workspaces as w on w.id = m.workspace_id
        where m.id = (p_event ->> 'messageId')::uuid
        for no key update of m;
        if not found then
            select m.* into message
            from public.messages as m
            join public.workspaces as w on w.id = m.workspace_id
            where m.provider_message_id = p_event ->> 'emailId' and m.provider = 'resend'
            for no key update of m;
        end if;
        return message;
    end
    $$;
revoke all on function private.message_of_event(jsonb) from public;
grant execute on function private.message_of_event(jsonb) to service_role;

-- Records one event of the provider's webhook, {svixId, messageId?, emailId?, kind, occurredAt?, detail}, with all that
-- follows from it. A hard bounce and a complaint stop all mail of the workspace to the address that the message went to.
-- Returns recorded, duplicate, or ignored (no such message).
create function public.record_mail_event(p_event jsonb, p_address_key text, p_now timestamptz default now())
    returns text
    language plpgsql
    set search_path = ''
    as $$
    declare
        message public.messages := private.message_of_event(p_event);
        kind    text := p_event ->> 'kind';
    begin
        if message.id is null then
            return 'ignored';
        end if;
        insert into public.message_events (workspace_id, svix_id, message_id, kind, occurred_at, detail)
        values (
            message.workspace_id, p_event ->> 'svixId', message.id, kind,
            coalesce((p_event ->> 'occurredAt')::timestamptz, p_now), p_event -> 'detail'
        )
        on conflict on constraint message_events_pkey do nothing;
        if not found then
            return 'duplicate';
        end if;

        update public.messages as m
        set
            delivery = private.delivery_of(array(
                select e.kind from public.message_events as e
                where e.workspace_id = m.workspace_id and e.message_id = m.id
            )),
            -- Whatever it reports, the provider has taken the message: an answer that was lost is known now. Without a
            -- claim, what is still at work on the message can neither undo that nor send it again.
            status = 'sent',
            reason = null,
            sent_at = coalesce(m.sent_at, m.first_attempt_at),
            provider = 'resend',
            provider_message_id = coalesce(m.provider_message_id, p_event ->> 'emailId'),
            claim = null,
            claimed_until = null
        where m.id = message.id;

        if message.to_address is not null
            and (kind = 'complained' or kind = 'bounced' and lower(p_event -> 'detail' ->> 'type') = 'permanent') then
            perform private.suppress(
                message.workspace_id,
                private.hmac_sha256(p_address_key, message.workspace_id || ':' || message.to_address),
                kind, p_now
            );
        end if;
        return 'recorded';
    end
    $$;
revoke all on function public.record_mail_event(jsonb, text, timestamptz) from public;
grant execute on function public.record_mail_event(jsonb, text, timestamptz) to service_role;
