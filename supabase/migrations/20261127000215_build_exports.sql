-- Why: builders read a page in some milliseconds, and may be killed at any point.
-- Not breaking (new functions). Locks: a builder holds that of its export's row. Undo: drop the functions.

-- The contact's identities, also when it has joined another since; null for no contact.
create function private.identities_of(p_workspace uuid, p_contact uuid) returns uuid[]
    language sql stable
    set search_path = ''
    as $$
        select array_agg(i.id)
        from public.identities as named
        join public.identities as i on i.contact_id = named.contact_id
        where named.id = p_contact and named.workspace_id = p_workspace
    $$;
revoke all on function private.identities_of(uuid, uuid) from public;
grant execute on function private.identities_of(uuid, uuid) to service_role;

-- Some rows of one table of the plan: {rows: [[cell as text, …], …], after}, at most so many and little more than so many
-- bytes; after is where to go on, null at the end of the table. Null when this builder shall stop: its export was withdrawn,
-- or another has it now.
-- p_hashes: of the contact's addresses, whose key is not in Postgres.
create function public.export_page(
    p_export uuid, p_claim uuid, p_table text, p_after jsonb, p_hashes jsonb, p_rows integer, p_bytes integer
) returns json
    language plpgsql stable
    set search_path = ''
    set timezone = 'UTC'
    set datestyle = 'ISO'
    -- A page must follow the index, whatever the statistics say.
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set enable_sort = off
    as $$
    declare
        asked record;
        start text[] := array(select jsonb_array_elements_text(p_after));
        last  text[];
        cells text;
        key   text[];
        lines text[] := '{}';
        size  bigint := 0;
    begin
        select e.workspace_id, e.contact_id, read.value as read into asked
        from public.exports as e
        join private.export_builds as b on b.export_id = e.id and b.claim = p_claim
        cross join lateral jsonb_array_elements(b.plan) as read
        where e.id = p_export and e.status = 'building' and read.value ->> 'table' = p_table;
        if not found then
            return null;
        end if;
        if asked.contact_id is null then
            last := private.export_end(asked.workspace_id, asked.read, start, 10 * p_rows);
        end if;
        for cells, key in execute private.export_query(asked.read, asked.contact_id is not null, cardinality(start))
            using
                asked.workspace_id,
                start,
                private.identities_of(asked.workspace_id, asked.contact_id),
                array(select jsonb_array_elements_text(p_hashes)),
                p_rows,
                last
        loop
            lines := lines || cells;
            size := size + octet_length(cells);
            exit when size >= p_bytes;
        end loop;
        return format(
            '{"rows":[%s],"after":%s}', array_to_string(lines, ','),
            case
                when cardinality(lines) = p_rows or size >= p_bytes then to_json(key)::text
                else coalesce(to_json(last)::text, 'null')
            end
        );
    end
    $$;
revoke all on function public.export_page(uuid, uuid, text, jsonb, jsonb, integer, integer) from public;
grant execute on function public.export_page(uuid, uuid, text, jsonb, jsonb, integer, integer) to service_role;

-- Two minutes to build one part, longer than any function lives: {exportId, workspaceId, contactId, claim, asOf, plan, cursor,
-- files, counts, addresses} of the export to work on, null when there is none. Of several the one whose workspace was served
-- longest ago. addresses: those of the contact, whose hashes are wanted.
create function public.claim_export(p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        claimed public.exports;
        build   private.export_builds;
    begin
        select e.* into claimed
        from public.exports as e
        join private.export_builds as b on b.export_id = e.id
        where e.status in ('queued', 'building') and coalesce(b.claimed_until, '-infinity') < p_now
        order by (
            select max(o.worked_at)
            from public.exports as n
            join private.export_builds as o on o.export_id = n.id
            where n.workspace_id = e.workspace_id
        ) nulls first, b.worked_at nulls first, e.requested_at, e.id
        limit 1
        for update of e, b skip locked;
        if not found then
            return null;
        end if;
        update public.exports set status = 'building', as_of = coalesce(as_of, p_now)
        where id = claimed.id
        returning * into claimed;
        update private.export_builds
        set
            claim = gen_random_uuid(), claimed_until = p_now + interval '2 minutes', worked_at = clock_timestamp(),
            plan = coalesce(plan, private.export_plan(claimed.contact_id is not null))
        where export_id = claimed.id
        returning * into build;
        return jsonb_build_object(
            'exportId', claimed.id, 'workspaceId', claimed.workspace_id, 'contactId', claimed.contact_id,
            'claim', build.claim, 'asOf', claimed.as_of, 'plan', build.plan, 'cursor', build.cursor,
            'files', build.files, 'counts', claimed.counts,
            'addresses', (
                select coalesce(jsonb_agg(value), '[]') from public.identities
                where id = any (private.identities_of(claimed.workspace_id, claimed.contact_id)) and kind = 'email'
            )
        );
    end
    $$;
revoke all on function public.claim_export(timestamptz) from public;
grant execute on function public.claim_export(timestamptz) to service_role;

-- Keeps what a builder has uploaded, and where the next one goes on; a null cursor: nowhere, it is complete. p_files is all
-- of them, so saying it twice is the same. False when its export was withdrawn meanwhile or another builder has it now: then
-- nothing is kept, and the builder deletes what it has uploaded.
create function public.record_export(
    p_export uuid, p_claim uuid, p_files jsonb, p_counts jsonb, p_cursor jsonb, p_now timestamptz default now()
) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    begin
        update public.exports as e
        set
            counts = p_counts,
            parts = (select coalesce(max((f.value ->> 'part')::integer), 0) from jsonb_array_elements(p_files) as f),
            bytes = (select coalesce(sum((f.value ->> 'bytes')::bigint), 0) from jsonb_array_elements(p_files) as f),
            status = case when p_cursor is null then 'complete' else 'building' end,
            finished_at = case when p_cursor is null then p_now end,
            expires_at = case when p_cursor is null then p_now + interval '24 hours' end
        from private.export_builds as b
        where e.id = p_export and e.status in ('building', 'complete') and b.export_id = e.id and b.claim = p_claim;
        if not found then
            return false;
        end if;
        update private.export_builds set files = p_files, cursor = p_cursor, claimed_until = null
        where export_id = p_export;
        return true;
    end
    $$;
revoke all on function public.record_export(uuid, uuid, jsonb, jsonb, jsonb, timestamptz) from public;
grant execute on function public.record_export(uuid, uuid, jsonb, jsonb, jsonb, timestamptz) to service_role;
