-- Why: an export is read in pages. Which tables and columns there are, and in which order their rows are read, comes from
-- the catalog. Not breaking (new functions). Locks: none. Undo: drop the functions.

-- How the rows of each table of a workspace are read: a key that is unique, never changes and has an index that begins
-- with the workspace, so that a page costs as much at the end as at the start.
--   via         null, or 'identities' or 'contacts': the table whose order is followed, where the rows have no such index
--   via_column  the column that names the row there
--   via_key     the columns of its order
--   key         the columns that follow, of the table itself
create function private.export_orders() returns table (
    relid oid, via text, via_column text, via_key text[], key text[]
)
    language sql stable
    set search_path = ''
    as $$
        with indexes as (
            select
                i.indrelid, i.indexrelid, i.indisprimary, i.indisunique, i.indnullsnotdistinct,
                array_agg(a.attname::text order by k.position) as names,
                bool_and(a.attnotnull) as is_filled,
                -- Of whom a row is and since when never changes.
                bool_and(
                    a.attname in ('workspace_id', 'id', 'contact_id', 'identity_id') or a.atttypid = 'timestamptz'::regtype
                ) as is_fixed
            from pg_catalog.pg_index as i
            cross join lateral unnest(i.indkey) with ordinality as k (attnum, position)
            join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
            where i.indpred is null and i.indexprs is null and i.indimmediate and k.position <= i.indnkeyatts
            group by i.indrelid, i.indexrelid, i.indisprimary, i.indisunique, i.indnullsnotdistinct
        ),
        ranked as (
            select
                i.*, p.names as primary_names,
                case
                    when i.names[1] = 'workspace_id' and cardinality(i.names) > 1 and i.indisunique
                        and (i.is_filled or i.indnullsnotdistinct) and 'name' <> all (i.names) then 1
                    when i.indisprimary and i.names[1] in ('identity_id', 'lower_id', 'contact_id') then 2
                    when i.names[1] = 'workspace_id' and i.is_filled and i.is_fixed and p.names <> '{workspace_id}' then 3
                    when i.indisprimary then 4
                end as rank
            from indexes as i
            left join indexes as p on p.indrelid = i.indrelid and p.indisprimary
        )
        select distinct on (r.indrelid)
            r.indrelid,
            case when r.rank = 2 then case r.names[1] when 'contact_id' then 'contacts' else 'identities' end end,
            case when r.rank = 2 then r.names[1] end,
            case when r.rank = 2 then case r.names[1] when 'contact_id' then '{id}'::text[] else '{kind,value}' end end,
            case r.rank
                when 1 then r.names[2:]
                when 2 then r.names[2:]
                when 3 then r.names[2:] || array(
                    select name from unnest(r.primary_names) with ordinality as u (name, position)
                    where name <> all (r.names) order by position
                )
                else r.names
            end
        from ranked as r
        where r.rank is not null
        order by r.indrelid, r.rank, r.indisprimary desc, cardinality(r.names) desc, r.names
    $$;
revoke all on function private.export_orders() from public;
grant execute on function private.export_orders() to service_role;

-- Whether a row is about the contact whose identities are $3 and the hashes of whose addresses $4, in workspace $1; null for
-- a table that says nothing of contacts.
create function private.export_of_contact(p_table text, p_columns jsonb) returns text
    language sql immutable
    set search_path = ''
    as $$
        select case p_table
            when 'identities' then 't.id = any ($3)'
            when 'contacts' then 't.id = any ($3)'
            when 'suppressions' then 't.address_hash = any ($4)'
            when 'message_events' then
                't.message_id = any (array(select m.id from public.messages as m'
                || ' where m.workspace_id = $1 and m.contact_id = any ($3)))'
            when 'redactions' then
                '(t.message_id, t.trusted) in (select e.message_id, e.trusted from public.events as e'
                || ' where e.workspace_id = $1 and e.identity_id = any ($3))'
            else (
                select string_agg(format('t.%I = any ($3)', c.name), ' or ')
                from jsonb_to_recordset(p_columns) as c (name text)
                where c.name in ('identity_id', 'lower_id', 'higher_id', 'contact_id')
            )
        end
    $$;
revoke all on function private.export_of_contact(text, jsonb) from public;
grant execute on function private.export_of_contact(text, jsonb) to service_role;

-- Whether whoever a row is about is still there: what an erased contact leaves behind waits for its purge without an
-- identity. Look-ups by key and not joins, since a page must not become a scan. Of what was done the log goes on telling.
create function private.export_of_present(p_table text, p_columns jsonb) returns text
    language sql immutable
    set search_path = ''
    as $$
        select case p_table
            when 'audit_log' then 'true'
            when 'erasures' then 'true'
            when 'contacts' then '(select true from public.identities as i where i.id = t.id)'
            when 'message_events' then
                '(select true from public.messages as m join public.identities as i on i.id = m.contact_id'
                || ' where m.id = t.message_id and m.workspace_id = $1)'
            when 'redactions' then
                '(select true from public.events as e join public.identities as i on i.id = e.identity_id'
                || ' where e.workspace_id = $1 and e.message_id = t.message_id and e.trusted = t.trusted)'
            else coalesce((
                select string_agg(
                    format('(t.%1$I is null or (select true from public.identities as i where i.id = t.%1$I))', c.name),
                    ' and '
                )
                from jsonb_to_recordset(p_columns) as c (name text)
                where c.name in ('identity_id', 'lower_id', 'higher_id', 'contact_id')
            ), 'true')
        end
    $$;
revoke all on function private.export_of_present(text, jsonb) from public;
grant execute on function private.export_of_present(text, jsonb) to service_role;

-- [{table, columns: [{name, type}], via, viaColumn, viaKey, key}], by name: every table that belongs to workspaces, but for
-- what private.export_exclusions names. Of one contact those that say whose a row is.
create function private.export_plan(p_of_contact boolean default false) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        with columns as (
            select
                c.oid, c.relname::text as table_name, a.attnum, a.attname::text as name,
                format_type(a.atttypid, null) as type
            from pg_catalog.pg_class as c
            join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        ),
        kept as (
            select * from columns as c
            where not exists (
                select from private.export_exclusions as x
                where x.table_name = c.table_name and x.column_name in ('', c.name)
            )
            union all
            -- Who they are is in auth.users, which is not a tenant's.
            select oid, table_name, 32767, 'email', 'text' from columns
            where table_name = 'members' and name = 'user_id'
        )
        select jsonb_agg(
            jsonb_build_object(
                'table', t.table_name, 'columns', t.columns,
                'via', o.via, 'viaColumn', o.via_column, 'viaKey', coalesce(o.via_key, '{}'), 'key', o.key
            ) order by t.table_name
        )
        from (
            select
                k.oid, k.table_name,
                jsonb_agg(jsonb_build_object('name', k.name, 'type', k.type) order by k.attnum) as columns
            from kept as k
            group by k.oid, k.table_name
        ) as t
        join private.export_orders() as o on o.relid = t.oid
        where (t.table_name = 'workspaces' or t.columns @> '[{"name": "workspace_id"}]')
            and (not p_of_contact or private.export_of_contact(t.table_name, t.columns) is not null)
    $$;
revoke all on function private.export_plan(boolean) from public;
grant execute on function private.export_plan(boolean) to service_role;

-- The query of one page: in each row the cells as a JSON array of text, null where there is nothing, and the key as text[].
-- p_known: of how many of its columns the key to go on after is, the first ones; 0 at the start.
-- $1 workspace, $2 the key to go on after, $3 and $4 the contact's identities and address hashes, $5 how many rows, $6 how
-- far to go in the other table whose order is followed, null: to its end.
create function private.export_query(p_read jsonb, p_of_contact boolean, p_known integer) returns text
    language sql stable
    set search_path = ''
    as $$
        with named as (
            select 'd' as alias, v.name, v.position, p_read ->> 'via' as table_name
            from jsonb_array_elements_text(p_read -> 'viaKey') with ordinality as v (name, position)
            union all
            select 't', v.name, v.position + jsonb_array_length(p_read -> 'viaKey'), p_read ->> 'table'
            from jsonb_array_elements_text(p_read -> 'key') with ordinality as v (name, position)
        ),
        keys as (
            select
                n.position, n.alias,
                case
                    when a.attnotnull then format('%s.%I', n.alias, n.name)
                    else format('coalesce(%s.%I, %L)', n.alias, n.name, '')
                end as value,
                format('$2[%s]::%s', n.position, format_type(a.atttypid, null)) as after
            from named as n
            join pg_catalog.pg_attribute as a
                on a.attrelid = format('public.%I', n.table_name)::regclass and a.attname = n.name
        ),
        cells as (
            select string_agg(
                case
                    when p_read ->> 'table' = 'members' and c.value ->> 'name' = 'email'
                        then 'private.address_of_user(t.user_id)'
                    when c.value ->> 'type' = 'timestamp with time zone'
                        then format('to_json(t.%I) #>> ''{}''', c.value ->> 'name')
                    when c.value ->> 'type' like '%[]' then format('to_json(t.%I)::text', c.value ->> 'name')
                    else format('t.%I::text', c.value ->> 'name')
                end, ', ' order by c.position
            ) as list
            from jsonb_array_elements(p_read -> 'columns') with ordinality as c (value, position)
        ),
        parts as (
            select
                string_agg(k.value, ', ' order by k.position) as key,
                string_agg(k.value || '::text', ', ' order by k.position) as key_text,
                string_agg(k.value, ', ' order by k.position) filter (where k.position <= p_known) as known,
                string_agg(k.after, ', ' order by k.position) filter (where k.position <= p_known) as after,
                string_agg(k.value, ', ' order by k.position) filter (where k.alias = 'd') as via_key,
                string_agg(k.after, ', ' order by k.position) filter (where k.alias = 'd' and p_known > 0) as via_after,
                string_agg(replace(k.after, '$2', '$6'), ', ' order by k.position) filter (where k.alias = 'd') as via_end,
                case p_read ->> 'table' when 'workspaces' then 't.id = $1' else 't.workspace_id = $1' end as owned
            from keys as k
        )
        select
            'select to_json(array[' || c.list || '])::text, array[' || p.key_text || '] from '
            || case
                -- The contact's rows are found first, by their own indexes, and only then put in order.
                when p_of_contact then format(
                    '(select t.* from public.%I as t where %s and (%s) offset 0) as t', p_read ->> 'table', p.owned,
                    private.export_of_contact(p_read ->> 'table', p_read -> 'columns')
                ) || case
                    when p_read ->> 'via' is null then ''
                    else format(' join public.%I as d on d.id = t.%I', p_read ->> 'via', p_read ->> 'viaColumn')
                end
                when p_read ->> 'via' is null then format('public.%I as t', p_read ->> 'table')
                -- Row by row of the other table, in its order: left to itself, Postgres may fetch all and sort.
                else format(
                    '(select d.* from public.%I as d where d.workspace_id = $1%s and ($6 is null or (%s) <= (%s))'
                    || ' order by %s offset 0) as d'
                    || ' cross join lateral (select t.* from public.%I as t where t.%I = d.id offset 0) as t',
                    p_read ->> 'via',
                    ' and (' || p.via_key || ') >= (' || p.via_after || ')',
                    p.via_key, p.via_end, p.via_key, p_read ->> 'table', p_read ->> 'viaColumn'
                )
            end
            || ' where ' || p.owned || ' and ' || private.export_of_present(p_read ->> 'table', p_read -> 'columns')
            || coalesce(' and (' || p.known || ') > (' || p.after || ')', '')
            || ' order by ' || p.key || ' limit $5'
        from parts as p
        cross join cells as c
    $$;
revoke all on function private.export_query(jsonb, boolean, integer) from public;
grant execute on function private.export_query(jsonb, boolean, integer) to service_role;

-- How far a page goes in the table whose order it follows: a million visitors without a trait must not make one page of the
-- traits. The key of the row that is so many further on, null when there are fewer.
create function private.export_end(p_workspace uuid, p_read jsonb, p_after text[], p_rows integer) returns text[]
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        last text[];
    begin
        if p_read ->> 'via' = 'identities' then
            select array[d.kind, d.value] into last
            from public.identities as d
            where d.workspace_id = p_workspace
                and (d.kind, d.value) > (coalesce(p_after[1], ''), coalesce(p_after[2], ''))
            order by d.kind, d.value
            offset p_rows limit 1;
        elsif p_read ->> 'via' = 'contacts' then
            select array[d.id::text] into last
            from public.contacts as d
            where d.workspace_id = p_workspace
                and d.id > coalesce(p_after[1]::uuid, '00000000-0000-0000-0000-000000000000')
            order by d.id
            offset p_rows limit 1;
        end if;
        return last;
    end
    $$;
revoke all on function private.export_end(uuid, jsonb, text[], integer) from public;
grant execute on function private.export_end(uuid, jsonb, text[], integer) to service_role;
