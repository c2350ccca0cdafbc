-- Why: one contact on one page: the score with its sum, who they are, and what happened in which order.
-- Not breaking (new functions). Locks: none. Undo: drop them.

-- A contact by its id, or by one that it had before it joined another: contact_rows()' columns and {"traits", "emailTrusted",
-- "createdAt", "pinned", "identities": [{id, kind, value, since}], "why": explain_score()}. Null for nobody.
create function public.show_contact(p_workspace uuid, p_contact uuid, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    set enable_seqscan = 'off' -- right for a table of any size, and statistics may be old
    as $$
        select public.contact_rows(p_workspace, array[c.id], p_now) -> 0 || jsonb_build_object(
            'traits', c.traits, 'emailTrusted', c.email_trusted, 'createdAt', c.created_at,
            'pinned', s.pinned_stage_id is not null,
            'identities', (
                select jsonb_agg(
                    jsonb_build_object('id', i.id, 'kind', i.kind, 'value', i.value, 'since', i.created_at)
                    order by i.created_at, i.id
                )
                from public.identities as i
                where i.contact_id = c.id
            ),
            'why', public.explain_score(c.id, (p_now at time zone 'utc')::date)
        )
        from public.identities as named
        join public.contacts as c on c.id = named.contact_id
        join public.contact_states as s on s.contact_id = c.id
        where named.id = p_contact and named.workspace_id = p_workspace
    $$;
revoke all on function public.show_contact(uuid, uuid, timestamptz) from public;
grant execute on function public.show_contact(uuid, uuid, timestamptz) to authenticated;

-- What happened to a contact, the latest first: {"items": [{kind, key, at, …}], "next": {at, key} or null}. An event has name,
-- type, trusted and properties; a mail subject (once it
-- is rendered), template, status, reason and delivery; a transition from, to, cause and score.
-- p_after: from `next`.
create function public.contact_timeline(p_workspace uuid, p_contact uuid, p_after jsonb default null) returns jsonb
    language plpgsql stable
    set search_path = ''
    set enable_seqscan = 'off'
    as $$
    declare
        page       constant integer := 50;
        after_at   constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_key  constant text collate "C" := coalesce(p_after ->> 'key', '');
        identities constant uuid[] := array(
            select i.id from public.identities as i where i.contact_id = p_contact and i.workspace_id = p_workspace
        );
        items      jsonb;
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        -- Rows of one instant are told apart by their key, however many there are.
        select jsonb_agg(m.item || jsonb_build_object('key', m.key, 'at', m.at) order by m.at desc, m.key desc) into items
        from (
            select *
            from (
                (
                    select e.occurred_at as at, ('e' || e.message_id || e.trusted) collate "C" as key, jsonb_build_object(
                        'kind', 'event', 'name', e.name, 'type', e.type, 'trusted', e.trusted, 'properties', e.properties,
                        'page', e.context -> 'page' ->> 'url'
                    ) as item
                    from unnest(identities) as i (id)
                    cross join lateral (
                        select * from public.events as e
                        where e.workspace_id = p_workspace and e.identity_id = i.id and e.occurred_at <= after_at
                            and (e.occurred_at, 'e' || e.message_id || e.trusted::text)
                                < (after_at, after_key)
                        order by e.occurred_at desc, 'e' || e.message_id || e.trusted::text desc
                        limit page
                    ) as e
                )
                union all
                (
                    select m.created_at, ('m' || m.id) collate "C", jsonb_build_object(
                        'kind', 'mail', 'subject', m.subject, 'template', t.name, 'status', m.status, 'reason', m.reason,
                        'delivery', m.delivery, 'sentAt', m.sent_at, 'automation', a.name
                    )
                    from public.messages as m
                    left join public.templates as t on t.id = m.template_id
                    left join public.automations as a on a.id = m.automation_id
                    where m.workspace_id = p_workspace and m.contact_id = any (identities)
                        and m.created_at <= after_at
                        and (m.created_at, 'm' || m.id) < (after_at, after_key)
                    order by m.created_at desc, m.id desc
                    limit page
                )
                union all
                (
                    select n.created_at, ('t' || n.id) collate "C", jsonb_build_object(
                        'kind', 'transition', 'from', f.name, 'to', g.name, 'cause', n.cause, 'score', n.score
                    )
                    from public.transitions as n
                    left join public.stages as f on f.id = n.from_stage_id
                    join public.stages as g on g.id = n.to_stage_id
                    where n.workspace_id = p_workspace and n.contact_id = any (identities)
                        and n.created_at <= after_at
                        and (n.created_at, 't' || n.id) < (after_at, after_key)
                    order by n.created_at desc, n.id desc
                    limit page
                )
            ) as happened
            order by happened.at desc, happened.key desc
            limit page
        ) as m;
        return jsonb_build_object(
            'items', coalesce(items, '[]'),
            'next', case when jsonb_array_length(items) = page then jsonb_build_object(
                'at', items -> -1 -> 'at', 'key', items -> -1 -> 'key'
            ) end
        );
    end
    $$;
revoke all on function public.contact_timeline(uuid, uuid, jsonb) from public;
grant execute on function public.contact_timeline(uuid, uuid, jsonb) to authenticated;
