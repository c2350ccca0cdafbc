-- Why: an install shows at once whether it works: what comes in, what is refused, and what is left to do.
-- Not breaking (new functions). Locks: none. Undo: drop them.

-- What came in last (within an hour) and what was refused last (within a day), 50 of each at most, the latest first:
-- {"events": [{messageId, name, type, trusted, receivedAt, contactId, who}], "rejections": [{id, code, pointer, messageId,
-- receivedAt, key}], "asOf"}. The time is looked through in growing pieces, so that a flood is not read to its beginning; no
-- index but a coarse one orders events by when they came, since every insert would pay for it.
create function public.recent_messages(p_workspace uuid, p_now timestamptz default now()) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    as $$
    declare
        page   constant integer := 50;
        span   interval;
        events jsonb;
    begin
        foreach span in array array['5 seconds', '1 minute', '10 minutes', '1 hour']::interval[] loop
            select jsonb_agg(
                jsonb_build_object(
                    'messageId', e.message_id, 'name', e.name, 'type', e.type, 'trusted', e.trusted,
                    'receivedAt', e.received_at, 'contactId', i.contact_id, 'who', coalesce(c.email, i.value)
                )
                order by e.received_at desc, e.message_id
            ) into events
            from (
                select * from public.events as e
                where e.workspace_id = p_workspace and e.received_at > p_now - span
                order by e.received_at desc
                limit page
            ) as e
            left join public.identities as i on i.id = e.identity_id
            left join public.contacts as c on c.id = i.contact_id;
            exit when jsonb_array_length(events) = page;
        end loop;
        return jsonb_build_object(
            'events', coalesce(events, '[]'),
            'rejections', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', r.id, 'code', r.code, 'pointer', r.pointer, 'messageId', r.message_id,
                        'receivedAt', r.received_at, 'key', k.hint
                    )
                    order by r.received_at desc, r.id
                ), '[]')
                from (
                    select * from public.rejections as r
                    where r.workspace_id = p_workspace
                    order by r.received_at desc
                    limit page
                ) as r
                left join public.api_keys as k on k.id = r.api_key_id
            ),
            'asOf', p_now
        );
    end
    $$;
revoke all on function public.recent_messages(uuid, timestamptz) from public;
grant execute on function public.recent_messages(uuid, timestamptz) to authenticated;

-- What a new workspace has done of what makes it work; null for outsiders.
create function public.setup_progress(p_workspace uuid) returns jsonb
    language sql stable
    set search_path = ''
    set enable_seqscan = 'off' -- right for a table of any size, and statistics may be old
    as $$
        select jsonb_build_object(
            'publishableKey', exists (
                select from public.api_keys as k
                where k.workspace_id = w.id and k.kind = 'publishable' and k.revoked_at is null
            ),
            'secretKey', exists (
                select from public.api_keys as k
                where k.workspace_id = w.id and k.kind = 'secret' and k.revoked_at is null
            ),
            'identitySecret', exists (select from private.identity_secrets as s where s.workspace_id = w.id),
            'event', exists (select from public.events as e where e.workspace_id = w.id),
            'user', exists (
                select from public.identities as i where i.workspace_id = w.id and i.kind = 'userId'
            ),
            'scored', exists (
                select from public.contact_states as s where s.workspace_id = w.id and s.score > 0
            ),
            'postalAddress', w.postal_address is not null
        )
        from public.workspaces as w
        where w.id = p_workspace
    $$;
revoke all on function public.setup_progress(uuid) from public;
grant execute on function public.setup_progress(uuid) to authenticated;
