-- Why: an end user may know everything that is held of them, and have it put right. The founder's server asks with its
-- secret key, a member under their own rights; what is answered is the same.
-- Not breaking (new functions). Locks: those of track() for a correction. Undo: drop the functions.

-- The next events of those identities after a place in their order, as many as fit p_bytes, one at least.
-- Returns {"items": [event], "next": {"at", "id", "trusted"} | null}.
create function private.page_of_events(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        with next_ones as (
            select e.*
            from unnest(p_identities) as i (id)
            -- From each identity in its index's order, so that a page costs the same wherever it begins.
            cross join lateral (
                select e.* from public.events as e
                where e.workspace_id = p_workspace and e.identity_id = i.id
                    and e.occurred_at >= coalesce((p_after ->> 'at')::timestamptz, '-infinity')
                    and (p_after is null or (e.occurred_at, e.message_id, e.trusted)
                        > ((p_after ->> 'at')::timestamptz, p_after ->> 'id', (p_after ->> 'trusted')::boolean))
                order by e.occurred_at, e.message_id, e.trusted
                limit 501
            ) as e
            order by e.occurred_at, e.message_id, e.trusted
            limit 501
        ),
        shown as (
            select n.*, jsonb_build_object(
                'messageId', n.message_id, 'type', n.type, 'name', n.name, 'trusted', n.trusted,
                'timestamp', n.occurred_at, 'receivedAt', n.received_at, 'identityId', n.identity_id,
                'properties', n.properties, 'context', n.context
            ) as item
            from next_ones as n
        ),
        sized as (
            select s.*, row_number() over in_order as place, sum(octet_length(s.item::text)) over in_order as bytes
            from shown as s
            window in_order as (order by s.occurred_at, s.message_id, s.trusted)
        ),
        page as (
            select * from sized where place = 1 or (place <= 500 and bytes <= p_bytes)
        )
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(p.item order by p.place), '[]'),
            'next', case when count(*) < (select count(*) from sized) then (
                select jsonb_build_object('at', l.occurred_at, 'id', l.message_id, 'trusted', l.trusted)
                from page as l
                order by l.place desc
                limit 1
            ) end
        )
        from page as p
    $$;
revoke all on function private.page_of_events(uuid, uuid[], jsonb, integer) from public;
grant execute on function private.page_of_events(uuid, uuid[], jsonb, integer) to authenticated, service_role;

-- The same of the mails to them, each with what became of it.
create function private.page_of_mails(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        with next_ones as (
            select m.* from public.messages as m
            where m.workspace_id = p_workspace and m.contact_id = any (p_identities)
                and (p_after is null or (m.created_at, m.id) > ((p_after ->> 'at')::timestamptz, (p_after ->> 'id')::uuid))
            order by m.created_at, m.id
            limit 101
        ),
        shown as (
            select n.*, jsonb_build_object(
                'messageId', n.id, 'category', n.category, 'status', n.status, 'reason', n.reason,
                'delivery', n.delivery, 'to', n.to_address, 'from', n.from_address, 'subject', n.subject,
                'html', n.html, 'text', n.plain_text, 'variables', n.variables, 'createdAt', n.created_at,
                'sentAt', n.sent_at, 'events', (
                    select coalesce(jsonb_agg(jsonb_build_object(
                        'kind', e.kind, 'at', e.occurred_at, 'detail', e.detail
                    ) order by e.occurred_at), '[]')
                    from public.message_events as e
                    where e.workspace_id = p_workspace and e.message_id = n.id
                )
            ) as item
            from next_ones as n
        ),
        sized as (
            select s.*, row_number() over in_order as place, sum(octet_length(s.item::text)) over in_order as bytes
            from shown as s
            window in_order as (order by s.created_at, s.id)
        ),
        page as (
            select * from sized where place = 1 or (place <= 100 and bytes <= p_bytes)
        )
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(p.item order by p.place), '[]'),
            'next', case when count(*) < (select count(*) from sized) then (
                select jsonb_build_object('at', l.created_at, 'id', l.id)
                from page as l
                order by l.place desc
                limit 1
            ) end
        )
        from page as p
    $$;
revoke all on function private.page_of_mails(uuid, uuid[], jsonb, integer) from public;
grant execute on function private.page_of_mails(uuid, uuid[], jsonb, integer) to authenticated, service_role;

-- What is held of a contact beside its events and mails, and is never long.
create function private.record_of(p_workspace uuid, p_contact uuid, p_identities uuid[]) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'contactId', c.id, 'createdAt', c.created_at, 'email', c.email, 'emailTrusted', c.email_trusted,
            'score', s.score, 'fit', s.fit, 'lastEventAt', s.last_event_at,
            'stage', (select g.name from public.stages as g where g.id = s.stage_id),
            'pinnedStage', (select g.name from public.stages as g where g.id = s.pinned_stage_id),
            'identities', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'identityId', i.id, 'kind', i.kind, 'value', i.value, 'createdAt', i.created_at
                ) order by i.created_at, i.id), '[]')
                from public.identities as i where i.id = any (p_identities)
            )
        )
        from public.contacts as c
        left join public.contact_states as s on s.contact_id = c.id
        where c.id = p_contact and c.workspace_id = p_workspace
    $$;
revoke all on function private.record_of(uuid, uuid, uuid[]) from public;
grant execute on function private.record_of(uuid, uuid, uuid[]) to authenticated, service_role;

-- What of it may be long, by item; no item moves another one's place when it comes or changes.
create function private.record_items(p_workspace uuid, p_contact uuid, p_identities uuid[])
    returns table (part text, place text, item jsonb)
    language sql stable
    set search_path = ''
    as $$
        select 'traits', 'traits/' || md5(e.key), jsonb_build_object(e.key, e.value)
        from public.contacts as c
        cross join jsonb_each(c.traits) as e
        where c.id = p_contact and c.workspace_id = p_workspace
        union all
        select 'links', format('links/%s/%s', l.lower_id, l.higher_id), jsonb_build_object(
            'from', l.lower_id, 'to', l.higher_id, 'trusted', l.trusted, 'timestamp', l.occurred_at,
            'messageId', l.message_id
        )
        from public.identity_links as l where l.lower_id = any (p_identities)
        union all
        select 'traitHistory', format('traitHistory/%s', md5(t.identity_id || ':' || t.key)), jsonb_build_object(
            'identityId', t.identity_id, 'key', t.key, 'value', t.value, 'trusted', t.trusted,
            'timestamp', t.occurred_at, 'messageId', t.message_id
        )
        from public.traits as t where t.identity_id = any (p_identities)
        union all
        select 'signals', format('signals/%s/%s/%s', k.day - date '1970-01-01' + 100000, n.number, k.identity_id),
            jsonb_build_object('signal', n.event, 'condition', n.condition, 'day', k.day, 'count', k.count)
        from public.signal_counts as k
        join public.signals as n on n.workspace_id = k.workspace_id and n.number = k.signal
        where k.workspace_id = p_workspace and k.identity_id = any (p_identities)
        union all
        select 'scoreHistory', format('scoreHistory/%s/%s', h.day - date '1970-01-01' + 100000, h.contact_id),
            jsonb_build_object('day', h.day, 'score', h.score, 'stage', g.name)
        from public.score_history as h
        left join public.stages as g on g.id = h.stage_id
        where h.workspace_id = p_workspace and h.contact_id = any (p_identities)
        union all
        select 'transitions',
            format('transitions/%s/%s', to_char(t.created_at at time zone 'utc', 'YYYYMMDDHH24MISSUS'), t.id),
            jsonb_build_object('from', f.name, 'to', g.name, 'cause', t.cause, 'score', t.score, 'at', t.created_at)
        from public.transitions as t
        left join public.stages as f on f.id = t.from_stage_id
        left join public.stages as g on g.id = t.to_stage_id
        where t.workspace_id = p_workspace and t.contact_id = any (p_identities)
    $$;
revoke all on function private.record_items(uuid, uuid, uuid[]) from public;
grant execute on function private.record_items(uuid, uuid, uuid[]) to authenticated, service_role;

-- The next of these after a place, as many as fit p_bytes, one at least.
-- Returns {"parts": {part: [item], "traits": {}}, "next": {"id"} | null}.
create function private.page_of_record(
    p_workspace uuid, p_contact uuid, p_identities uuid[], p_after text, p_bytes integer
) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        with sized as (
            select
                i.*,
                row_number() over in_order as n,
                sum(octet_length(i.item::text)) over in_order as bytes
            from private.record_items(p_workspace, p_contact, p_identities) as i
            where i.place collate "C" > coalesce(p_after, '')
            window in_order as (order by i.place collate "C")
        ),
        page as (
            select * from sized where n = 1 or bytes <= p_bytes
        ),
        lists as (
            select p.part, jsonb_agg(p.item order by p.item ->> 'key', p.item ->> 'timestamp', p.n) as items
            from page as p
            where p.part <> 'traits'
            group by p.part
        ),
        traits as (
            select jsonb_object_agg(e.key, e.value) as items
            from page as p
            cross join jsonb_each(p.item) as e
            where p.part = 'traits'
        )
        select jsonb_build_object(
            'parts', coalesce((select jsonb_object_agg(part, items) from lists), '{}') || coalesce((
                select jsonb_build_object('traits', items) from traits where items is not null
            ), '{}'),
            'next', case when (select count(*) from page) < (select count(*) from sized) then (
                select jsonb_build_object('id', p.place) from page as p order by p.n desc limit 1
            ) end
        )
    $$;
revoke all on function private.page_of_record(uuid, uuid, uuid[], text, integer) from public;
grant execute on function private.page_of_record(uuid, uuid, uuid[], text, integer) to authenticated, service_role;

-- Everything we hold of the contact that a lookup names: what is held beside events and mails first, then both of these,
-- all in pages. p_after: "next" of the page before. Raises PT404 and PT409.
-- Returns {"contact", "events": [], "mails": [], "next": {"of": "contact"|"events"|"mails", …} | null}.
create function public.access_contact(
    p_workspace uuid, p_lookup jsonb, p_after jsonb default null, p_actor text default null
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        contact    uuid := private.contact_named(p_workspace, p_lookup);
        identities uuid[] := array(select id from public.identities where contact_id = contact order by id);
        -- A function may answer with 4.5 MB at most: three parts, and a mail may be larger by itself.
        bytes      constant integer := 1000000;
        answer     jsonb := '{"events": [], "mails": []}';
        held       jsonb;
        page       jsonb;
    begin
        if p_after is null or p_after ->> 'of' = 'contact' then
            page := private.page_of_record(p_workspace, contact, identities, p_after ->> 'id', bytes);
            held := jsonb_build_object('contactId', contact);
            if p_after is null then
                held := private.record_of(p_workspace, contact, identities);
                if held is null then
                    raise sqlstate 'PT404' using message = 'contact_unknown';
                end if;
                perform private.audit(p_workspace, 'contact.access', contact, p_actor);
                held := held || '{"traits": {}, "links": [], "traitHistory": [], "signals": [], "scoreHistory": [],
                    "transitions": []}';
            end if;
            answer := answer || jsonb_build_object(
                'contact', held || (page -> 'parts'), 'next', page -> 'next' || '{"of": "contact"}'
            );
            if page -> 'next' <> 'null' then
                return answer;
            end if;
            p_after := null;
        end if;
        if p_after is null or p_after ->> 'of' = 'events' then
            page := private.page_of_events(p_workspace, identities, p_after, bytes);
            answer := answer || jsonb_build_object(
                'events', page -> 'items', 'next', page -> 'next' || '{"of": "events"}'
            );
            if page -> 'next' <> 'null' then
                return answer;
            end if;
            p_after := null;
        end if;
        page := private.page_of_mails(p_workspace, identities, p_after, bytes);
        return answer || jsonb_build_object(
            'mails', page -> 'items',
            'next', case when page -> 'next' <> 'null' then page -> 'next' || '{"of": "mails"}' end
        );
    end
    $$;
revoke all on function public.access_contact(uuid, jsonb, jsonb, text) from public;
grant execute on function public.access_contact(uuid, jsonb, jsonb, text) to authenticated, service_role;

create function public.access_contact_by_key(p_key_hash text, p_lookup jsonb, p_after jsonb default null) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        return public.access_contact(
            workspace, p_lookup, p_after, private.actor_of_key(p_key_hash)
        );
    end
    $$;
revoke all on function public.access_contact_by_key(text, jsonb, jsonb) from public;
grant execute on function public.access_contact_by_key(text, jsonb, jsonb) to service_role;

-- Who may act for contacts: an owner or admin. Returns them as an audit log names them.
create function public.contact_admin(p_workspace uuid) returns text
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        perform public.settings_admin(p_workspace);
        return 'member:' || (select auth.uid());
    end
    $$;
revoke all on function public.contact_admin(uuid) from public;
grant execute on function public.contact_admin(uuid) to authenticated, service_role;

create function private.raise_rejection(p_code text) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        case p_code
            when 'too_many_traits' then raise sqlstate 'PT451' using message = p_code;
            when 'too_many_identities' then raise sqlstate 'PT452' using message = p_code;
            when 'not_stored' then raise sqlstate 'PT453' using message = p_code;
            when 'sensitive_data' then raise sqlstate 'PT454' using message = p_code;
        end case;
    end
    $$;
revoke all on function private.raise_rejection(text) from public;
grant execute on function private.raise_rejection(text) to service_role;

-- Sets traits of the contact that a lookup names, as trusted as can be: nothing said before, nor claimed after, outranks
-- it. p_message: an identify with those traits, in the form of private.message; whom it names is filled in here.
-- Raises PT404, PT409, and PT451 to PT454 where a message that says so would be rejected.
-- Returns {"contactId", "traits", "email"}.
create function public.correct_contact(
    p_workspace uuid, p_lookup jsonb, p_message jsonb, p_tombstone_key text, p_actor text,
    p_now timestamptz default now()
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        contact  uuid := private.contact_named(p_workspace, p_lookup);
        top      public.identities;
        sender   private.sender;
        email    text := p_message -> 'traits' ->> 'email';
        rejected jsonb;
    begin
        select * into strict top from public.identities where id = contact;
        sender.workspace_id := p_workspace;
        sender.trusted := true;
        sender.tombstone_key := p_tombstone_key;
        sender.redact := (select w.redact from public.workspaces as w where w.id = p_workspace);
        p_message := p_message || jsonb_build_object(
            'kinds', jsonb_build_array(top.kind), 'values', jsonb_build_array(top.value),
            -- A client's clock may be some minutes ahead of ours.
            'occurred_at', greatest((p_message ->> 'occurred_at')::timestamptz, (
                select max(t.occurred_at) + interval '1 microsecond'
                from public.traits as t
                join public.identities as i on i.id = t.identity_id
                where i.contact_id = contact and t.trusted and p_message -> 'traits' ? t.key
            ))
        );
        -- So that who is known by a userId is found by the right address too.
        if top.kind = 'userId' and email is not null then
            p_message := p_message || jsonb_build_object(
                'kinds', jsonb_build_array(top.kind, 'email'), 'values', jsonb_build_array(top.value, email)
            );
        end if;
        rejected := private.track_messages(
            sender,
            case sender.redact
                when 'off' then private.with_originals(jsonb_build_array(p_message))
                else jsonb_build_array(p_message)
            end,
            p_now
        ) -> 'rejected';
        if jsonb_array_length(rejected) > 0 then
            perform private.raise_rejection(rejected -> 0 ->> 'code');
        elsif email is not null and private.is_erased(sender, 'email', email) then
            perform private.raise_rejection('not_stored');
        end if;
        perform private.audit(p_workspace, 'contact.correct', contact, p_actor, jsonb_build_object(
            'traits', (select jsonb_agg(key) from jsonb_object_keys(p_message -> 'traits') as key)
        ));
        return (
            select jsonb_build_object('contactId', c.id, 'traits', c.traits, 'email', c.email)
            from public.contacts as c where c.id = contact
        );
    end
    $$;
revoke all on function public.correct_contact(uuid, jsonb, jsonb, text, text, timestamptz) from public;
grant execute on function public.correct_contact(uuid, jsonb, jsonb, text, text, timestamptz) to service_role;

create function public.correct_contact_by_key(
    p_key_hash text, p_lookup jsonb, p_message jsonb, p_tombstone_key text
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        return public.correct_contact(
            workspace, p_lookup, p_message, p_tombstone_key, private.actor_of_key(p_key_hash)
        );
    end
    $$;
revoke all on function public.correct_contact_by_key(text, jsonb, jsonb, text) from public;
grant execute on function public.correct_contact_by_key(text, jsonb, jsonb, text) to service_role;
