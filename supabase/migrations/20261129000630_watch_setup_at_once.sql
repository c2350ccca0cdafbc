-- Why: among ten million events, whether there is any took seconds, because a bitmap of them all was made first; and what came
-- in last was planned four times for who has no new event.
-- Not breaking. Locks: none. Undo: reset the setting, and the function before.

alter function public.setup_progress(uuid) set enable_bitmapscan = 'off';

-- What came in last (within an hour) and what was refused last (within a day), 50 of each at most, the latest first:
-- {"events": [{messageId, name, type, trusted, receivedAt, contactId, who}], "rejections": [{id, code, pointer, messageId,
-- receivedAt, key}], "asOf"}. The time is looked through in growing pieces, so that a flood is not read to its beginning; in few,
-- since each is planned anew. No index but a coarse one orders events by when they came: every insert would pay for it.
create or replace function public.recent_messages(p_workspace uuid, p_now timestamptz default now()) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    as $$
    declare
        page   constant integer := 50;
        span   interval;
        events jsonb;
    begin
        foreach span in array array['5 seconds', '2 minutes', '1 hour']::interval[] loop
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
