-- Why: the right email, once. A message is claimed for a while, checked, rendered and stored, checked again
-- in the statement before the provider is called, then its outcome is recorded. A crash at any point leaves
-- a row that says how far it got.
-- Not breaking (new functions). Locks: rows of messages, skipping locked ones. Undo: drop the functions.

create function private.hmac_sha256(p_key text, p_message text) returns text
    language sql immutable
    set search_path = ''
    as $$
        select encode(
            sha256(
                private.hmac_key(convert_to(p_key, 'UTF8'), x'5c'::integer)
                || sha256(private.hmac_key(convert_to(p_key, 'UTF8'), x'36'::integer) || convert_to(p_message, 'UTF8'))
            ),
            'hex'
        )
    $$;
revoke all on function private.hmac_sha256(text, text) from public;
grant execute on function private.hmac_sha256(text, text) to service_role;

-- Queues one message as the caller: {to: lookup, template | subject, html, text, variables, category,
-- idempotencyKey, sendAt} → {messageId, status}. The same idempotencyKey again answers with the first one.
-- Raises PT404 (no such contact), PT410 (no such template), PT409 (ambiguous email), PT422 (not mailable).
create function public.queue_message(p_workspace uuid, p_message jsonb) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        contacts uuid[] := public.find_contacts(p_workspace, p_message -> 'to');
        address  text;
        template public.templates;
        queued   public.messages;
    begin
        if cardinality(contacts) = 0 then
            raise sqlstate 'PT404' using message = 'contact_unknown';
        elsif cardinality(contacts) > 1 then
            raise sqlstate 'PT409' using message = 'ambiguous', detail = to_jsonb(contacts)::text;
        end if;
        select c.email into address from public.contacts as c where c.id = contacts[1] and c.email_trusted;
        if address is null or address <> coalesce(p_message -> 'to' ->> 'email', address) then
            raise sqlstate 'PT422' using message = 'not_mailable';
        end if;
        if p_message ? 'template' then
            select * into template from public.templates as t
            where t.workspace_id = p_workspace and t.name = p_message ->> 'template';
            if not found then
                raise sqlstate 'PT410' using message = 'template_unknown';
            end if;
        end if;

        insert into public.messages
            (workspace_id, contact_id, idempotency_key, template_id, variables, category, to_address,
             subject, html, plain_text, send_at)
        values
            (p_workspace, contacts[1], p_message ->> 'idempotencyKey', template.id,
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
revoke all on function public.queue_message(uuid, jsonb) from public;
grant execute on function public.queue_message(uuid, jsonb) to authenticated, service_role;

create function public.queue_message_by_key(p_key_hash text, p_message jsonb) returns jsonb
    language sql
    set search_path = ''
    as $$
        select public.queue_message(private.secret_workspace(p_key_hash), p_message)
    $$;
revoke all on function public.queue_message_by_key(text, jsonb) from public;
grant execute on function public.queue_message_by_key(text, jsonb) to service_role;

-- Where a message may go now, or why it may not. The contact is the one its identity belongs to today.
create function private.recipient(p_message public.messages, p_address_key text)
    returns table (address text, traits jsonb, skip_reason text)
    language sql stable
    set search_path = ''
    as $$
        select
            c.email,
            c.traits,
            case
                when w.deletion_requested_at is not null then 'workspace_deletion_pending'
                when c.id is null then 'contact_gone'
                when c.email is null or not c.email_trusted
                    or c.email <> coalesce((p_message).to_address, c.email) then 'not_mailable'
                when exists (
                    select from public.suppressions as s
                    where s.workspace_id = w.id
                        and s.address_hash = private.hmac_sha256(p_address_key, w.id || ':' || c.email)
                        and coalesce(s.category, (p_message).category) = (p_message).category
                ) then 'suppressed'
                when (p_message).category = 'marketing' and w.postal_address is null then 'postal_address_missing'
            end
        from public.workspaces as w
        -- Whoever queued the message may have named any contact: only one of its own workspace is ever read.
        left join public.identities as i on i.id = (p_message).contact_id and i.workspace_id = w.id
        left join public.contacts as c on c.id = i.contact_id
        where w.id = (p_message).workspace_id
    $$;
revoke all on function private.recipient(public.messages, text) from public;
grant execute on function private.recipient(public.messages, text) to service_role;

-- The provider forgets an idempotency key 24 h after the first attempt: from 23 h on, sending again could
-- send twice, so what is then still open is recorded as unknown.
create function private.give_up_on_stale_messages(p_now timestamptz) returns void
    language sql
    set search_path = ''
    as $$
        update public.messages
        set status = 'unknown', reason = 'outcome_unknown', claim = null, claimed_until = null
        where id in (
            select id from public.messages
            where status = 'sending' and first_attempt_at < p_now - interval '23 hours'
                and (claimed_until is null or claimed_until < p_now)
            for update skip locked
        )
    $$;
revoke all on function private.give_up_on_stale_messages(timestamptz) from public;
grant execute on function private.give_up_on_stale_messages(timestamptz) to service_role;

-- Claims up to p_limit due messages for two minutes. Those that may not go are marked as skipped;
-- the others are returned with all that rendering needs, as {id, claim, to, contact, workspace, …}.
create function public.claim_messages(p_limit integer, p_address_key text, p_now timestamptz default now())
    returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        claimed public.messages[];
        answer  jsonb;
    begin
        perform private.give_up_on_stale_messages(p_now);
        with due as (
            select id from public.messages
            where status in ('queued', 'claimed', 'sending') and send_at <= p_now
                and (claimed_until is null or claimed_until < p_now)
            order by send_at
            limit p_limit
            for update skip locked
        ),
        taken as (
            update public.messages as m
            set
                status = case m.status when 'queued' then 'claimed' else m.status end,
                claim = gen_random_uuid(),
                claimed_until = p_now + interval '2 minutes',
                attempts = m.attempts + 1
            from due
            where m.id = due.id
            returning m.*
        )
        select array_agg(t::public.messages order by t.send_at) into claimed from taken as t;

        update public.messages as m
        set status = 'skipped', reason = r.skip_reason, claim = null, claimed_until = null
        from unnest(claimed) as c
        cross join lateral private.recipient(c, p_address_key) as r
        where m.id = c.id and r.skip_reason is not null;

        select coalesce(jsonb_agg(jsonb_build_object(
            'id', c.id, 'claim', c.claim, 'attempts', c.attempts, 'category', c.category, 'variables', c.variables,
            'to', r.address, 'contact', r.traits,
            'workspace', jsonb_build_object(
                'id', w.id, 'name', w.name, 'slug', w.slug, 'replyTo', w.reply_to, 'postalAddress', w.postal_address
            ),
            -- What an earlier attempt stored goes out unchanged, or the provider would refuse its key.
            'rendered', c.status = 'sending',
            'from', c.from_address,
            'subject', coalesce(c.subject, t.subject), 'html', coalesce(c.html, t.html), 'text', c.plain_text
        ) order by c.send_at), '[]')
        into answer
        from unnest(claimed) as c
        join public.workspaces as w on w.id = c.workspace_id
        left join public.templates as t on t.workspace_id = c.workspace_id and t.id = c.template_id
        cross join lateral private.recipient(c, p_address_key) as r
        where r.skip_reason is null;
        return answer;
    end
    $$;
revoke all on function public.claim_messages(integer, text, timestamptz) from public;
grant execute on function public.claim_messages(integer, text, timestamptz) to service_role;

-- The last look before the provider is called: stores the rendered message and says whether it may go.
create function public.start_message(
    p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamptz default now()
) returns boolean
    language sql
    set search_path = ''
    as $$
        update public.messages as m
        set
            status = case when r.skip_reason is null then 'sending' else 'skipped' end,
            reason = r.skip_reason,
            to_address = p_rendered ->> 'to',
            from_address = p_rendered ->> 'from',
            subject = p_rendered ->> 'subject',
            html = p_rendered ->> 'html',
            plain_text = p_rendered ->> 'text',
            first_attempt_at = coalesce(m.first_attempt_at, p_now)
        from public.messages as before
        cross join lateral private.recipient(before, p_address_key) as r
        where m.id = p_id and before.id = p_id and m.claim = p_claim and m.status in ('claimed', 'sending')
        returning m.status = 'sending'
    $$;
revoke all on function public.start_message(uuid, uuid, jsonb, text, timestamptz) from public;
grant execute on function public.start_message(uuid, uuid, jsonb, text, timestamptz) to service_role;

-- Records an outcome: sent, failed or unknown for good, or sending still, with the time to retry.
create function public.finish_message(
    p_id uuid, p_claim uuid, p_status text, p_provider text default null, p_provider_message_id text default null,
    p_reason text default null, p_retry_at timestamptz default null, p_now timestamptz default now()
) returns boolean
    language sql
    set search_path = ''
    as $$
        update public.messages
        set
            status = p_status,
            reason = p_reason,
            provider = coalesce(p_provider, provider),
            provider_message_id = coalesce(p_provider_message_id, provider_message_id),
            send_at = coalesce(p_retry_at, send_at),
            sent_at = case p_status when 'sent' then p_now end,
            claim = null,
            claimed_until = null
        where id = p_id and claim = p_claim
        returning true
    $$;
revoke all on function public.finish_message(uuid, uuid, text, text, text, text, timestamptz, timestamptz) from public;
grant execute on function public.finish_message(uuid, uuid, text, text, text, text, timestamptz, timestamptz) to service_role;

create function public.unsubscribe(p_workspace uuid, p_address_hash text, p_category text) returns void
    language sql
    set search_path = ''
    as $$
        insert into public.suppressions (workspace_id, address_hash, category, reason)
        select w.id, p_address_hash, p_category, 'unsubscribed' from public.workspaces as w where w.id = p_workspace
        on conflict on constraint suppressions_key do nothing
    $$;
revoke all on function public.unsubscribe(uuid, text, text) from public;
grant execute on function public.unsubscribe(uuid, text, text) to service_role;

create function public.health(p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'overdueDeletions', (
                select count(*) from public.workspaces where deletion_requested_at < p_now - interval '30 days'
            ),
            'outboxOldestSeconds', coalesce((
                select extract(epoch from p_now - min(send_at))::bigint from public.messages
                where status in ('queued', 'claimed', 'sending') and send_at <= p_now
            ), 0)
        )
    $$;
revoke all on function public.health(timestamptz) from public;
grant execute on function public.health(timestamptz) to service_role;
