-- Why: the log of mails and the list of suppressions answer at once, with millions of rows too.
-- Not breaking (new indexes and functions). Locks: building the indexes keeps writers of `messages` and `suppressions` waiting;
-- make them `concurrently` beforehand on big tables. Undo: drop them.

create index messages_status_idx on public.messages (workspace_id, status, created_at, id);
create index suppressions_created_idx on public.suppressions (workspace_id, created_at);

-- A page of a workspace's mails, the latest first: {"messages": [{id, contactId, who, to, subject, template, automation,
-- category, status, delivery, createdAt, sendAt, sentAt, answer}], "next": {at, id} or null}. `answer` is how far it got or why it
-- did not go, as explain_mail() says it: {code, reason, at?, why?}.
-- Null for outsiders. p_status: only those; "queued" includes what is being sent. p_after: from `next`.
create function public.list_messages(
    p_workspace uuid, p_status text default null, p_after jsonb default null, p_now timestamptz default now()
) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off' -- right for a table of any size, and statistics may be old
    as $$
    declare
        page     constant integer := 50;
        after_at constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_id constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        statuses constant text[] := case
            when p_status = 'queued' then array['queued', 'claimed', 'sending']
            when p_status is null then array['queued', 'claimed', 'sending', 'sent', 'skipped', 'failed', 'unknown']
            else array[p_status]
        end;
        found    public.messages[];
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        -- A page of each status, by one index, and of these the latest.
        select array_agg(m.message order by m.created_at desc, m.id desc) into found
        from (
            select n.*
            from unnest(statuses) as s (status)
            cross join lateral (
                select m as message, m.created_at, m.id from public.messages as m
                where m.workspace_id = p_workspace and m.status = s.status and (m.created_at, m.id) < (after_at, after_id)
                order by m.created_at desc, m.id desc
                limit page
            ) as n
            order by n.created_at desc, n.id desc
            limit page
        ) as m;
        return jsonb_build_object(
            'messages', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', m.id, 'contactId', i.contact_id, 'to', m.to_address, 'subject', m.subject, 'template', t.name,
                        'automation', a.name, 'category', m.category, 'status', m.status, 'delivery', m.delivery,
                        'createdAt', m.created_at, 'sendAt', m.send_at, 'sentAt', m.sent_at,
                        'who', coalesce(c.traits ->> 'name', c.email, i.value),
                        'answer', private.message_answer(m, p_now)
                    ) order by m.created_at desc, m.id desc
                ), '[]')
                from unnest(found) as m
                left join public.templates as t on t.id = m.template_id
                left join public.automations as a on a.id = m.automation_id
                left join public.identities as i on i.id = m.contact_id
                left join public.contacts as c on c.id = i.contact_id
            ),
            'next', case when cardinality(found) = page then jsonb_build_object(
                'at', found[page].created_at, 'id', found[page].id
            ) end
        );
    end
    $$;
revoke all on function public.list_messages(uuid, text, jsonb, timestamptz) from public;
grant execute on function public.list_messages(uuid, text, jsonb, timestamptz) to authenticated;

-- A page of whom a workspace does not mail, the latest first: {"suppressions": [{key, hash, to, contactId, category, reason, at}],
-- "next": {at, key} or null}. An address is kept as a hash; `to` and `contactId` are those of the last mail to it that
-- is still there. A category of null is both.
-- Null for outsiders. p_after: from `next`.
create function public.list_suppressions(p_workspace uuid, p_after jsonb default null) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        page      constant integer := 50;
        after_at  constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_key constant text collate "C" := coalesce(p_after ->> 'key', '');
        found     jsonb;
    begin
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        select jsonb_agg(
            jsonb_build_object(
                'key', s.key, 'hash', s.address_hash, 'to', m.to_address, 'contactId', i.contact_id,
                'category', s.category, 'reason', s.reason, 'at', s.created_at
            ) order by s.created_at desc, s.key desc
        ) into found
        from (
            select s.*, s.address_hash || coalesce(s.category, '') as key
            from public.suppressions as s
            where s.workspace_id = p_workspace and s.created_at <= after_at
                and (s.created_at, s.address_hash || coalesce(s.category, '')) < (after_at, after_key)
            order by s.created_at desc, s.address_hash || coalesce(s.category, '') desc
            limit page
        ) as s
        left join lateral (
            select n.to_address, n.contact_id from public.messages as n
            where n.workspace_id = p_workspace and n.address_hash = s.address_hash and n.counted_at is not null
            order by n.counted_at desc
            limit 1
        ) as m on true
        left join public.identities as i on i.id = m.contact_id;
        return jsonb_build_object(
            'suppressions', coalesce(found, '[]'),
            'next', case when jsonb_array_length(found) = page then jsonb_build_object(
                'at', found -> -1 -> 'at', 'key', found -> -1 -> 'key'
            ) end
        );
    end
    $$;
revoke all on function public.list_suppressions(uuid, jsonb) from public;
grant execute on function public.list_suppressions(uuid, jsonb) to authenticated;
