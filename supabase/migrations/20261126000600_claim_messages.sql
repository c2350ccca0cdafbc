-- Why: the drain's steps as they are with all that mail has learnt: workspaces take turns, what has to wait is held back,
-- and each message goes by its workspace's own server or by Resend.
-- Not breaking (functions for functions, a column that is null; the drain of the version before stops at once, since the claim's answer has
-- another form). Locks: messages, skipping locked ones; then those that 20261126000100_hold_mail_back.sql names. Undo: the
-- functions before.

-- What the first attempt said, since a provider refuses its key for any other mail.
alter table public.messages add column reply_to text;

-- The workspaces that have something to send. By leaps through the index, since one may have very many messages.
create function private.workspaces_with_mail() returns setof uuid
    language sql stable
    set search_path = ''
    as $$
        with recursive found as (
            (
                select m.workspace_id from public.messages as m
                where m.status in ('queued', 'claimed', 'sending')
                order by m.workspace_id
                limit 1
            )
            union all
            select (
                select m.workspace_id from public.messages as m
                where m.status in ('queued', 'claimed', 'sending') and m.workspace_id > f.workspace_id
                order by m.workspace_id
                limit 1
            )
            from found as f
            where f.workspace_id is not null
        )
        select f.workspace_id from found as f where f.workspace_id is not null
    $$;
revoke all on function private.workspaces_with_mail() from public;
grant execute on function private.workspaces_with_mail() to service_role;

-- Takes up to p_limit due messages for two minutes: of every workspace its first before any workspace's second.
create function private.take_messages(p_limit integer, p_now timestamptz) returns public.messages[]
    language plpgsql
    set search_path = ''
    as $$
    declare
        taken public.messages[];
    begin
        with due as (
            select d.id, d.send_at, row_number() over (partition by w.id order by d.send_at) as turn
            from private.workspaces_with_mail() as w (id)
            cross join lateral (
                select m.id, m.send_at from public.messages as m
                where m.workspace_id = w.id and m.status in ('queued', 'claimed', 'sending') and m.send_at <= p_now
                    and (m.claimed_until is null or m.claimed_until < p_now)
                    -- Begun by SMTP and not finished: it is given up on, never sent again.
                    and (m.status <> 'sending' or m.claim is null or m.provider is distinct from 'smtp')
                order by m.send_at
                limit p_limit
                for update skip locked
            ) as d
        ),
        chosen as (
            select id from due order by turn, send_at limit p_limit
        ),
        claimed as (
            update public.messages as m
            set
                -- By SMTP, `sending` with a claim says that the server may have seen this very attempt.
                status = case when m.status = 'sending' and m.provider is distinct from 'smtp' then 'sending' else 'claimed' end,
                claim = gen_random_uuid(),
                claimed_until = p_now + interval '2 minutes',
                attempts = m.attempts + 1
            from chosen as c
            where m.id = c.id
            returning m.*
        )
        select array_agg(c::public.messages order by c.send_at) into taken from claimed as c;
        return coalesce(taken, '{}');
    end
    $$;
revoke all on function private.take_messages(integer, timestamptz) from public;
grant execute on function private.take_messages(integer, timestamptz) to service_role;

-- A message with all that rendering and sending need, as it goes to an address with a contact's traits: {id, claim, to,
-- contact, workspace, provider, smtp, …}.
create function private.renderable(p_message public.messages, p_address text, p_traits jsonb) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'id', (p_message).id, 'claim', (p_message).claim, 'attempts', (p_message).attempts,
            'category', (p_message).category, 'variables', (p_message).variables,
            'to', p_address, 'contact', p_traits,
            'workspace', jsonb_build_object(
                'id', w.id, 'name', w.name, 'slug', w.slug, 'replyTo', w.reply_to, 'postalAddress', w.postal_address,
                'website', w.website
            ),
            -- What an earlier attempt stored goes out unchanged, or the provider would refuse its key.
            'rendered', (p_message).first_attempt_at is not null,
            'from', (p_message).from_address, 'replyTo', (p_message).reply_to,
            'subject', coalesce((p_message).subject, t.subject), 'html', coalesce((p_message).html, t.html),
            'text', (p_message).plain_text,
            'provider', carrier.provider, 'smtp', carrier.smtp
        )
        from public.workspaces as w
        left join public.templates as t on t.workspace_id = w.id and t.id = (p_message).template_id
        cross join lateral private.carrier(p_message) as carrier
        where w.id = (p_message).workspace_id
    $$;
revoke all on function private.renderable(public.messages, text, jsonb) from public;
grant execute on function private.renderable(public.messages, text, jsonb) to service_role;

-- Claims up to p_limit due messages for two minutes. Those that may not go now are postponed or skipped. Returns {taken,
-- messages}: how many there were, and those that may go, each as private.renderable() has it.
create or replace function public.claim_messages(p_limit integer, p_address_key text, p_now timestamptz default now())
    returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        taken   public.messages[];
        message public.messages;
        answer  jsonb;
    begin
        perform private.give_up_on_stale_messages(p_now);
        taken := private.take_messages(p_limit, p_now);
        perform pg_advisory_xact_lock(hashtextextended(w.id::text, 2))
        from (
            select w.id from public.workspaces as w
            where w.mail_claimed and w.id in (select m.workspace_id from unnest(taken) as m)
            order by w.id
        ) as w;
        for message in
            select m.* from unnest(taken) as m
            -- By address, so that two claims that meet at several don't wait for each other.
            order by (select private.hmac_sha256(p_address_key, m.workspace_id || ':' || r.address)
                      from private.recipient(m, p_address_key) as r), m.send_at, m.created_at
        loop
            perform private.admit_message(message, p_address_key, p_now);
        end loop;

        select jsonb_build_object('taken', cardinality(taken), 'messages', coalesce(
            jsonb_agg(private.renderable(c, r.address, r.traits) order by c.send_at), '[]'
        ))
        into answer
        from unnest(taken) as k
        join public.messages as c on c.id = k.id and c.claim = k.claim
        cross join lateral private.recipient(c, p_address_key) as r;
        return answer;
    end
    $$;

-- The last look before the provider is called: stores the rendered message, and by whom it goes ("provider" in
-- p_rendered), and says whether it may go.
create or replace function public.start_message(
    p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamptz default now()
) returns boolean
    language sql
    set search_path = ''
    as $$
        update public.messages as m
        set
            status = case
                when r.skip_reason is null then 'sending'
                -- Resend may have had it from an earlier attempt.
                when m.status = 'sending' then 'unknown'
                else 'skipped'
            end,
            counted_at = case when r.skip_reason is null or m.status = 'sending' then m.counted_at end,
            reason = r.skip_reason,
            to_address = p_rendered ->> 'to',
            from_address = p_rendered ->> 'from',
            reply_to = p_rendered ->> 'replyTo',
            subject = p_rendered ->> 'subject',
            html = p_rendered ->> 'html',
            plain_text = p_rendered ->> 'text',
            provider = coalesce(m.provider, p_rendered ->> 'provider'),
            first_attempt_at = coalesce(m.first_attempt_at, case when r.skip_reason is null then p_now end)
        from public.messages as before
        cross join lateral private.recipient(before, p_address_key) as r
        where m.id = p_id and before.id = p_id and m.claim = p_claim and m.status in ('claimed', 'sending')
        returning m.status = 'sending'
    $$;

-- The recipient's server, or the founder's for it, says that there is no such address: the message has failed, and the
-- workspace mails that address no more.
create function public.bounce_message(
    p_id uuid, p_claim uuid, p_provider text, p_reason text, p_address_hash text, p_now timestamptz default now()
) returns boolean
    language sql
    set search_path = ''
    as $$
        select private.suppress(m.workspace_id, p_address_hash, 'bounced', p_now) from public.messages as m where m.id = p_id;
        select public.finish_message(p_id, p_claim, 'failed', p_provider, null, p_reason, null, p_now)
    $$;
revoke all on function public.bounce_message(uuid, uuid, text, text, text, timestamptz) from public;
grant execute on function public.bounce_message(uuid, uuid, text, text, text, timestamptz) to service_role;
