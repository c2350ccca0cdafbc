-- Why: whoever has a trait that few have is found at once, and a member who filters is offered the traits there are.
-- Breaking while it runs: adding the column rewrites `traits` under an exclusive lock (about a minute a million rows).
-- Undo: make traits_workspace_idx anew, drop the functions and the column.

-- A string, a number or a boolean as text, cut: what is equal as jsonb is equal so. Null for lists and objects. It has no
-- search_path of its own, so that the planner can put its body in place of the call: each trait that is written has it.
create function private.scalar_text(p_value jsonb) returns text
    language sql immutable parallel safe
    as $$
        select case jsonb_typeof(p_value)
            when 'string' then left(p_value #>> '{}', 100)
            when 'number' then left(trim_scale(p_value::numeric)::text, 100)
            when 'boolean' then p_value #>> '{}'
        end
    $$;
revoke all on function private.scalar_text(jsonb) from public;
grant execute on function private.scalar_text(jsonb) to authenticated, service_role;

-- A column, because under row-level security no index on an expression of jsonb is used: its operators may leak.
alter table public.traits
    add column value_text text collate "C" generated always as (private.scalar_text(value)) stored;

-- Instead of one by workspace alone, so that a write has as many indexes to tell as before.
create index traits_value_idx on public.traits (workspace_id, key, value_text);
drop index public.traits_workspace_idx;

comment on column public.traits.value_text is 'end user: the beginning of value; finds the contacts that have it';

insert into private.export_exclusions (table_name, column_name, reason) values ('traits', 'value_text', 'the beginning of value');

-- The names of the traits that contacts of a workspace have, in order: {"names": [name], "more"}, 500 at most. Of an object
-- its members' too, one level down ("company.size"), as far as the first 20 contacts have them. Null for outsiders.
create function public.trait_names(p_workspace uuid) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        most    constant integer := 500;
        names   text[];
        members text[];
    begin
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        -- From each name to the next by the index, however many contacts have it.
        with recursive known as (
            (
                select t.key, 1 as place from public.traits as t
                where t.workspace_id = p_workspace order by t.key limit 1
            )
            union all
            select n.key, k.place + 1
            from known as k
            cross join lateral (
                select t.key from public.traits as t
                where t.workspace_id = p_workspace and t.key > k.key order by t.key limit 1
            ) as n
            where k.place <= most
        )
        select array_agg(k.key order by k.place) into names from known as k;
        members := array(
            select distinct n.name || '.' || m.member
            from unnest(names[1:most]) as n (name)
            cross join lateral (
                select t.value from public.traits as t
                where t.workspace_id = p_workspace and t.key = n.name and t.value_text is null limit 20
            ) as o
            cross join lateral jsonb_object_keys(case jsonb_typeof(o.value) when 'object' then o.value else '{}' end) as m (member)
            limit most
        );
        return jsonb_build_object(
            'names', (
                select coalesce(jsonb_agg(n.name order by n.name collate "C"), '[]')
                from unnest(names[1:most] || members) as n (name)
            ),
            'more', coalesce(cardinality(names) > most, false)
        );
    end
    $$;
revoke all on function public.trait_names(uuid) from public;
grant execute on function public.trait_names(uuid) to authenticated;

-- Values that contacts of a workspace have of a trait, as suggestions: [value], the first 50 in order, none that is a list or
-- an object. Null for outsiders.
create function public.trait_values(p_workspace uuid, p_trait text) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    begin
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        return (
            with recursive known as (
                (
                    select t.value_text, t.value, 1 as place from public.traits as t
                    where t.workspace_id = p_workspace and t.key = p_trait and t.value_text is not null
                    order by t.value_text limit 1
                )
                union all
                select n.value_text, n.value, k.place + 1
                from known as k
                cross join lateral (
                    select t.value_text, t.value from public.traits as t
                    where t.workspace_id = p_workspace and t.key = p_trait and t.value_text > k.value_text
                    order by t.value_text limit 1
                ) as n
                where k.place < 50
            )
            select coalesce(jsonb_agg(k.value order by k.place), '[]') from known as k
        );
    end
    $$;
revoke all on function public.trait_values(uuid, text) from public;
grant execute on function public.trait_values(uuid, text) to authenticated;
