-- Why: a timeline says what changed, not that something was said. What held before is looked up for what a page shows.
-- Not breaking (the timeline answers more). Locks: none. Undo: the function before, and drop the new ones.

-- The last of each key's writes by identify or group, of one trust level, before a place of the identities' timeline:
-- {key: {value, trusted, at, id}}, without a key that there is no write of, and {"unseen": true} for one that none of the last
-- 10,000 writes.
create function private.writes_before(
    p_workspace uuid, p_identities uuid[], p_keys text[], p_trusted boolean, p_at timestamptz, p_key text
) returns jsonb
    language plpgsql stable
    set search_path = ''
    set enable_seqscan = 'off'
    as $$
    declare
        missing  text[] := p_keys;
        found    jsonb := '{}';
        left_to  integer := 10000;
        chunk    integer := 100;
        place_at timestamptz := p_at;
        -- After every messageId.
        place_id text collate "C" := repeat(chr(1114111), 256);
        here     record;
    begin
        -- Backwards, further each time: most keys are written by every identify.
        while cardinality(missing) > 0 and chunk > 0 loop
            with said as materialized (
                select e.*
                from unnest(p_identities) as i (id)
                cross join lateral (
                    select
                        case
                            when e.type = 'group' or e.properties ?| missing or e.context -> 'traits' ?| missing
                                then private.traits_said(e.type, e.properties, e.context)
                        end as traits,
                        e.occurred_at, e.message_id
                    from public.events as e
                    where e.workspace_id = p_workspace and e.identity_id = i.id and e.trusted = p_trusted
                        and e.type in ('identify', 'group')
                        and (e.occurred_at, e.message_id) < (place_at, place_id)
                        and (e.occurred_at < p_at or 'e' || e.message_id || e.trusted < p_key collate "C")
                    order by e.occurred_at desc, e.message_id desc
                    limit chunk
                ) as e
                order by e.occurred_at desc, e.message_id desc
                limit chunk
            ),
            written as (
                select distinct on (t.key) t.key, t.value, s.occurred_at, s.message_id
                from said as s
                cross join lateral jsonb_each(s.traits) as t
                where s.traits is not null and t.key = any (missing)
                order by t.key, s.occurred_at desc, s.message_id desc
            )
            select
                count(*) as rows,
                min(s.occurred_at) as last_at,
                (
                    select l.message_id from said as l order by l.occurred_at, l.message_id limit 1
                ) as last_id,
                (
                    select jsonb_object_agg(w.key, jsonb_build_object(
                        'value', w.value, 'trusted', p_trusted, 'at', w.occurred_at, 'id', w.message_id
                    ))
                    from written as w
                ) as written
            into here
            from said as s;
            found := found || coalesce(here.written, '{}');
            missing := array(select key from unnest(missing) as key where not found ? key);
            if here.rows < chunk then
                return found;
            end if;
            left_to := left_to - chunk;
            chunk := least(chunk * 10, left_to);
            place_at := here.last_at;
            place_id := here.last_id;
        end loop;
        return found || (
            select coalesce(jsonb_object_agg(key, '{"unseen": true}'::jsonb), '{}') from unnest(missing) as key
        );
    end
    $$;
revoke all on function private.writes_before(uuid, uuid[], text[], boolean, timestamptz, text) from public;
grant execute on function private.writes_before(uuid, uuid[], text[], boolean, timestamptz, text) to authenticated;

-- The same of the address that any other event names, where that is later than p_known, an identify's: {"email": …}, or {}. It
-- looks at the last 2,000 events of each identity.
create function private.address_before(
    p_workspace uuid, p_identities uuid[], p_known jsonb, p_trusted boolean, p_at timestamptz, p_key text
) returns jsonb
    language plpgsql stable
    set search_path = ''
    set enable_seqscan = 'off'
    as $$
    declare
        look      constant integer := 2000;
        addresses constant uuid[] := private.addresses_named(p_workspace, p_identities);
        known_at  constant timestamptz := coalesce((p_known ->> 'at')::timestamptz, '-infinity');
        known_id  constant text collate "C" := coalesce(p_known ->> 'id', '');
        answer    jsonb;
        is_cut    boolean;
    begin
        -- Whoever has only ever named one address can't have written another.
        if cardinality(addresses) = 0 or cardinality(addresses) = 1 and p_known -> 'value' = (
            select to_jsonb(a.value) from public.identities as a where a.id = addresses[1]
        ) then
            return '{}';
        end if;
        with latest as materialized (
            select e.*
            from unnest(p_identities) as i (id)
            cross join lateral (
                select e.identity_id, e.lower_ids, e.type, e.trusted, e.occurred_at, e.message_id
                from public.events as e
                where e.workspace_id = p_workspace and e.identity_id = i.id and e.occurred_at between known_at and p_at
                    and (e.occurred_at < p_at or 'e' || e.message_id || e.trusted < p_key collate "C")
                order by e.occurred_at desc
                limit look
            ) as e
        )
        select
            (
                select jsonb_build_object('value', a.value, 'trusted', l.trusted, 'at', l.occurred_at, 'id', l.message_id)
                from latest as l
                join public.identities as a on a.id = any (addresses) and (a.id = l.identity_id or a.id = any (l.lower_ids))
                where l.trusted = p_trusted and l.type <> 'identify' and (l.occurred_at, l.message_id) > (known_at, known_id)
                order by l.occurred_at desc, l.message_id desc
                limit 1
            ),
            exists (select from latest as l group by l.identity_id having count(*) = look)
        into answer, is_cut;
        return case
            when answer is not null then jsonb_build_object('email', answer)
            when is_cut then '{"email": {"unseen": true}}'
            else '{}'
        end;
    end
    $$;
revoke all on function private.address_before(uuid, uuid[], jsonb, boolean, timestamptz, text) from public;
grant execute on function private.address_before(uuid, uuid[], jsonb, boolean, timestamptz, text) to authenticated;

-- What decides each of these traits before a place of the identities' timeline, as writes_before().
create function private.traits_before(
    p_workspace uuid, p_identities uuid[], p_keys text[], p_at timestamptz, p_key text
) returns jsonb
    language plpgsql stable
    set search_path = ''
    set enable_seqscan = 'off'
    as $$
    declare
        found jsonb := '{}';
        level boolean;
        kept  record;
    begin
        -- Any trusted write outranks all claims.
        foreach level in array array[true, false] loop
            -- The last write of all is kept: it says where there is none, and may be early enough itself.
            with last_writes as (
                select distinct on (t.key)
                    t.*, t.trusted = level and (t.occurred_at, 'e' || t.message_id || t.trusted) < (p_at, p_key collate "C") as is_it
                from public.traits as t
                where t.identity_id = any (p_identities) and t.key = any (p_keys) and not found ? t.key
                order by t.key, t.trusted desc, t.occurred_at desc, t.message_id desc
            )
            select
                jsonb_object_agg(w.key, jsonb_build_object(
                    'value', w.value, 'trusted', w.trusted, 'at', w.occurred_at, 'id', w.message_id
                )) filter (where w.is_it) as found,
                array_agg(w.key) filter (where not w.is_it and (w.trusted or not level)) as missing
            into kept
            from last_writes as w;
            found := found || coalesce(kept.found, '{}')
                || private.writes_before(p_workspace, p_identities, coalesce(kept.missing, '{}'), level, p_at, p_key);
            if 'email' = any (kept.missing) and not coalesce(found -> 'email' ? 'unseen', false) then
                found := found
                    || private.address_before(p_workspace, p_identities, found -> 'email', level, p_at, p_key);
            end if;
        end loop;
        return found;
    end
    $$;
revoke all on function private.traits_before(uuid, uuid[], text[], timestamptz, text) from public;
grant execute on function private.traits_before(uuid, uuid[], text[], timestamptz, text) to authenticated;

-- Whether one write of a trait goes before another.
create function private.outranks(p_write jsonb, p_other jsonb) returns boolean
    language plpgsql immutable
    set search_path = ''
    as $$
    begin
        return (
            (p_write ->> 'trusted')::boolean, (p_write ->> 'at')::timestamptz, (p_write ->> 'id') collate "C"
        ) > (
            (p_other ->> 'trusted')::boolean, (p_other ->> 'at')::timestamptz, (p_other ->> 'id') collate "C"
        );
    end
    $$;
revoke all on function private.outranks(jsonb, jsonb) from public;
grant execute on function private.outranks(jsonb, jsonb) to authenticated;

-- A member of an object where there is something to say: null and never set are the same to whoever reads it.
create function private.if_set(p_name text, p_value jsonb) returns jsonb
    language plpgsql immutable
    set search_path = ''
    as $$
    begin
        return case when coalesce(p_value, 'null') = 'null' then '{}' else jsonb_build_object(p_name, p_value) end;
    end
    $$;
revoke all on function private.if_set(text, jsonb) from public;
grant execute on function private.if_set(text, jsonb) to authenticated;

-- What each event on a page changed, given what held before it. p_items: the latest first; one that writes traits has "writes",
-- {id, traits}. In its place come "changes", [{trait, from?, to?}], none where it said what was known already; "unseen" instead
-- of from where that was not found; and "outranked", [{trait, claimed, kept?}], of what a browser claimed and a server had said
-- otherwise.
create function private.with_changes(p_items jsonb, p_before jsonb) returns jsonb
    language plpgsql immutable
    set search_path = ''
    as $$
    declare
        held      jsonb := p_before;
        shown     jsonb[] := '{}';
        item      jsonb;
        trait     text;
        said      jsonb;
        was       jsonb;
        write     jsonb;
        changes   jsonb[];
        outranked jsonb[];
    begin
        for n in reverse jsonb_array_length(p_items) - 1 .. 0 loop
            item := p_items -> n;
            if item ? 'writes' then
                changes := '{}';
                outranked := '{}';
                write := jsonb_build_object('trusted', item -> 'trusted', 'at', item -> 'at', 'id', item -> 'writes' -> 'id');
                for trait, said in select t.key, t.value from jsonb_each(item -> 'writes' -> 'traits') as t order by t.key loop
                    was := held -> trait;
                    if was is null or was ? 'unseen' or private.outranks(write, was) then
                        held := held || jsonb_build_object(trait, write || jsonb_build_object('value', said));
                        if was ? 'unseen' then
                            changes := changes || (
                                jsonb_build_object('trait', trait, 'unseen', true) || private.if_set('to', said)
                            );
                        elsif coalesce(was -> 'value', 'null') <> said then
                            changes := changes || (
                                jsonb_build_object('trait', trait) || private.if_set('from', was -> 'value')
                                || private.if_set('to', said)
                            );
                        end if;
                    elsif was -> 'trusted' <> write -> 'trusted' and was -> 'value' <> said then
                        outranked := outranked || (
                            jsonb_build_object('trait', trait, 'claimed', said) || private.if_set('kept', was -> 'value')
                        );
                    end if;
                end loop;
                item := item - 'writes' || jsonb_build_object('changes', to_jsonb(changes), 'outranked', to_jsonb(outranked));
            end if;
            shown := item || shown;
        end loop;
        return to_jsonb(shown);
    end
    $$;
revoke all on function private.with_changes(jsonb, jsonb) from public;
grant execute on function private.with_changes(jsonb, jsonb) to authenticated;

-- What happened to a contact, the latest first: {"items": [{kind, key, at, …}], "next": {at, key} or null}. An event has name,
-- type, trusted and properties, and, where it names traits, what it changed (with_changes()); a mail subject (once it
-- is rendered), template, status, reason and delivery; a transition from, to, cause and score.
-- p_after: from `next`.
create or replace function public.contact_timeline(p_workspace uuid, p_contact uuid, p_after jsonb default null) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_generic_plan' -- planning takes longer than a page does
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
        next       jsonb;
        traits     text[];
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        -- Rows of one instant are told apart by their key, however many there are.
        select jsonb_agg(
            m.item || jsonb_build_object('key', m.key, 'at', m.at)
            || case when writes.traits is null then '{}' else jsonb_build_object(
                'writes', jsonb_build_object('id', (m.event).message_id, 'traits', writes.traits)
            ) end
            order by m.at desc, m.key desc
        ) into items
        from (
            select *
            from (
                (
                    select
                        (e.event).occurred_at as at, ('e' || (e.event).message_id || (e.event).trusted) collate "C" as key,
                        jsonb_build_object(
                            'kind', 'event', 'name', (e.event).name, 'type', (e.event).type, 'trusted', (e.event).trusted,
                            'properties', (e.event).properties, 'page', (e.event).context -> 'page' ->> 'url'
                        ) as item,
                        e.event
                    from unnest(identities) as i (id)
                    cross join lateral (
                        select e as event from public.events as e
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
                    ), null
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
                    ), null
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
        ) as m
        cross join lateral (
            select case
                when (m.event).type in ('identify', 'group')
                    then private.traits_said((m.event).type, (m.event).properties, (m.event).context)
            end as traits
        ) as said
        cross join lateral (
            -- Whatever names an address writes it; an identify has it among its traits.
            select case
                when (m.event).type <> 'identify' and ((m.event).type = 'group' or a.value is not null)
                    then coalesce(said.traits, '{}') || private.if_set('email', to_jsonb(a.value))
                else said.traits
            end as traits
            from (values (true)) as one
            left join public.identities as a
                on (m.event).type <> 'identify' and a.kind = 'email'
                and a.id = any ((m.event).lower_ids || (m.event).identity_id)
            limit 1
        ) as writes;
        if jsonb_array_length(items) = page then
            next := jsonb_build_object('at', items -> -1 -> 'at', 'key', items -> -1 -> 'key');
        end if;
        traits := array(
            select distinct t.key
            from jsonb_array_elements(items) as i (item)
            cross join jsonb_object_keys(i.item -> 'writes' -> 'traits') as t (key)
        );
        items := private.with_changes(coalesce(items, '[]'), case when cardinality(traits) > 0 then private.traits_before(
            p_workspace, identities, traits, (items -> -1 ->> 'at')::timestamptz, items -> -1 ->> 'key'
        ) end);
        return jsonb_build_object('items', items, 'next', next);
    end
    $$;
