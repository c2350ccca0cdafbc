-- Why: the list of contacts answers at once, with a million of them too: by score, by stage, and by what somebody types.
-- Breaking while it runs: adding the column rewrites `contacts` under an exclusive lock (about a minute a million rows), and the
-- index on contact_states keeps writers waiting as long; make that one `concurrently` beforehand on a big table.
-- Undo: drop the functions, the indexes and the column.

-- What a founder types to find somebody. A column, because under row-level security no index on an expression of jsonb is
-- used: its operators may leak.
alter table public.contacts add column search_name text collate "C" generated always as (
    left(lower(btrim(coalesce(
        traits ->> 'name', coalesce(traits ->> 'firstName', '') || ' ' || coalesce(traits ->> 'lastName', '')
    ))), 100)
) stored;

create index contacts_search_name_idx on public.contacts (workspace_id, search_name);
create index contact_states_stage_idx on public.contact_states (workspace_id, stage_id, score desc, contact_id);

comment on column public.contacts.search_name is 'end user: their name in small letters; finds them when a member types it';

-- Contacts as lists show them, in the order given: [{id, score, stage, lastSeen, name, email, identity: {kind, value}, asOf}].
-- asOf: the UTC day that score and stage are of.
create function public.contact_rows(p_workspace uuid, p_contacts uuid[], p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'id', c.id, 'score', s.score, 'stage', g.name, 'lastSeen', s.last_event_at, 'email', c.email,
                'name', coalesce(
                    c.traits ->> 'name',
                    nullif(concat_ws(' ', c.traits ->> 'firstName', c.traits ->> 'lastName'), '')
                ),
                'identity', jsonb_build_object('kind', i.kind, 'value', i.value),
                'asOf', least((p_now at time zone 'utc')::date, s.due_on - 1)
            )
            order by asked.place
        ), '[]')
        from unnest(p_contacts) with ordinality as asked (id, place)
        join public.contacts as c on c.id = asked.id and c.workspace_id = p_workspace
        join public.contact_states as s on s.contact_id = c.id
        left join public.identities as i on i.id = c.id
        left join public.stages as g on g.id = s.stage_id
    $$;
revoke all on function public.contact_rows(uuid, uuid[], timestamptz) from public;
grant execute on function public.contact_rows(uuid, uuid[], timestamptz) to authenticated;

-- A page of the contacts of a workspace, the highest score first: {"contacts": contact_rows(), "looked", "next"}. Where
-- somebody was last seen has no index, since that would cost every event; so at most 2,000 are looked at for a page, which may
-- then be short. `next` is where to go on, and null at the end. Each contact comes once, whatever its score does meanwhile
-- but move across the place where a page ended.
-- p_after: {"score", "id"}, from `next`.
create function public.list_contacts(
    p_workspace uuid, p_stage uuid default null, p_least integer default 0, p_most integer default 100,
    p_seen_from timestamptz default null, p_seen_to timestamptz default null, p_after jsonb default null,
    p_now timestamptz default now()
) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan' -- or a stage that was not asked for would keep the index from being used
    set enable_seqscan = 'off' -- right for a table of any size, and statistics may be old
    as $$
    declare
        page        constant integer := 50;
        look        constant integer := case when coalesce(p_seen_from, p_seen_to) is null then page else 2000 end;
        after_score constant smallint := least(coalesce((p_after ->> 'score')::integer, 101), p_most + 1);
        after_id    constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        looked      uuid[];
        scores      smallint[];
        matches     boolean[];
        found       integer[];
        upto        integer;
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        -- Two ranges of the index, since it runs down by score and up by id, and a row comparison runs one way.
        if p_stage is null then
            select array_agg(o.contact_id), array_agg(o.score), array_agg(o.matches) into looked, scores, matches
            from (
                select
                    n.contact_id, n.score,
                    (p_seen_from is null or n.last_event_at >= p_seen_from)
                    and (p_seen_to is null or n.last_event_at < p_seen_to) as matches
                from (
                    (
                        select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                        where s.workspace_id = p_workspace and s.score = after_score and s.contact_id > after_id
                        order by s.contact_id limit look
                    )
                    union all
                    (
                        select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                        where s.workspace_id = p_workspace and s.score < after_score and s.score >= p_least
                        order by s.score desc, s.contact_id limit look
                    )
                ) as n
                order by n.score desc, n.contact_id
                limit look
            ) as o;
        else
            select array_agg(o.contact_id), array_agg(o.score), array_agg(o.matches) into looked, scores, matches
            from (
                select
                    n.contact_id, n.score,
                    (p_seen_from is null or n.last_event_at >= p_seen_from)
                    and (p_seen_to is null or n.last_event_at < p_seen_to) as matches
                from (
                    (
                        select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                        where s.workspace_id = p_workspace and s.stage_id = p_stage
                            and s.score = after_score and s.contact_id > after_id
                        order by s.contact_id limit look
                    )
                    union all
                    (
                        select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                        where s.workspace_id = p_workspace and s.stage_id = p_stage
                            and s.score < after_score and s.score >= p_least
                        order by s.score desc, s.contact_id limit look
                    )
                ) as n
                order by n.score desc, n.contact_id
                limit look
            ) as o;
        end if;
        found := array(
            select m.place from unnest(matches) with ordinality as m (matches, place)
            where m.matches order by m.place limit page
        );
        upto := case cardinality(found) when page then found[page] else cardinality(looked) end;
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, array(select looked[f] from unnest(found) as f), p_now),
            'looked', coalesce(upto, 0),
            'next', case
                when cardinality(looked) = look or upto < cardinality(looked)
                    then jsonb_build_object('score', scores[upto], 'id', looked[upto])
            end
        );
    end
    $$;
revoke all on function public.list_contacts(uuid, uuid, integer, integer, timestamptz, timestamptz, jsonb, timestamptz)
    from public;
grant execute on function public.list_contacts(uuid, uuid, integer, integer, timestamptz, timestamptz, jsonb, timestamptz)
    to authenticated;

-- Who is meant by a text: those who have exactly that as an identity or as their name, then those whose begins so; 50 at most,
-- as contact_rows(). "more" says whether there are others.
create function public.search_contacts(p_workspace uuid, p_text text, p_now timestamptz default now()) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        page  constant integer := 50;
        typed constant text := left(btrim(p_text), 255);
        low   constant text := lower(typed);
        -- Sorts after all that begins so.
        top   constant text := chr(1114111);
        found uuid[];
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        if typed = '' then
            return '{"contacts": [], "more": false}';
        end if;
        found := array(
            select m.contact_id
            from (
                select i.contact_id, 0 as place, ''::text collate "C" as label from public.identities as i
                where i.workspace_id = p_workspace and i.kind = 'email' and i.value = low
                union all
                select i.contact_id, 0, '' from public.identities as i
                where i.workspace_id = p_workspace and i.kind in ('userId', 'anonymousId') and i.value = typed
                union all
                (
                    select c.id, 1, c.search_name from public.contacts as c
                    where c.workspace_id = p_workspace and c.search_name = low limit page + 1
                )
                union all
                (
                    select i.contact_id, 2, i.value from public.identities as i
                    where i.workspace_id = p_workspace and i.kind = 'email' and i.value >= low and i.value < low || top
                    order by i.value limit page + 1
                )
                union all
                (
                    select c.id, 2, c.search_name from public.contacts as c
                    where c.workspace_id = p_workspace and c.search_name >= low and c.search_name < low || top
                    order by c.search_name limit page + 1
                )
                union all
                (
                    select i.contact_id, 3, i.value from public.identities as i
                    where i.workspace_id = p_workspace and i.kind = 'userId' and i.value >= typed and i.value < typed || top
                    order by i.value limit page + 1
                )
                union all
                (
                    select i.contact_id, 4, i.value from public.identities as i
                    where i.workspace_id = p_workspace and i.kind = 'anonymousId' and i.value >= typed
                        and i.value < typed || top
                    order by i.value limit page + 1
                )
            ) as m
            group by m.contact_id
            order by min(m.place), min(m.label), m.contact_id
            limit page + 1
        );
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, found[1:page], p_now), 'more', cardinality(found) > page
        );
    end
    $$;
revoke all on function public.search_contacts(uuid, text, timestamptz) from public;
grant execute on function public.search_contacts(uuid, text, timestamptz) to authenticated;
