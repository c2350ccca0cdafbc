-- Why: the list of contacts is narrowed by traits, compared as fit rules do, and by how often somebody did what rules count.
-- Breaking: list_contacts() has four more parameters; who names them is not concerned. Locks: none.
-- Undo: drop the functions and types, make list_contacts() of 20261128000200 anew, and fit_matches() with its search_path.

-- As before, but without a search_path of its own, so that the planner puts its body in place of the call: a list asks it for
-- each contact it looks at, ingestion for each rule.
create or replace function private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) returns boolean
    language sql immutable parallel safe
    as $$
        select coalesce(
            case p_operator
                when 'exists' then p_trait is not null
                when 'equals' then p_trait = p_operand
                when 'in' then jsonb_typeof(p_trait) <> 'array' and p_operand @> p_trait
                when 'contains' then case jsonb_typeof(p_trait)
                    when 'string' then strpos(lower(p_trait #>> '{}'), lower(p_operand #>> '{}')) > 0
                    when 'array' then p_trait @> p_operand
                end
                when 'between' then case jsonb_typeof(p_trait)
                    when 'number' then
                        (p_trait)::numeric >= coalesce((p_operand ->> 0)::numeric, '-infinity')
                        and (p_trait)::numeric <= coalesce((p_operand ->> 1)::numeric, 'infinity')
                end
            end,
            false
        )
    $$;
grant execute on function private.is_operand(text, jsonb), private.is_text(jsonb, integer) to authenticated;
grant execute on function private.is_number(jsonb, numeric, numeric, integer) to authenticated;

-- What a contact must be like, or with is_not must not: a trait, compared as a fit rule compares it ...
create type private.trait_filter as (trait text, operator text, operand jsonb, is_not boolean);
-- ... and a signal, counted so many times at the least since a UTC day.
create type private.signal_filter as (signal smallint, least integer, since date, is_not boolean);

-- Raises PT422 where one is not what list_contacts() takes.
create function private.trait_filters(p_filters jsonb) returns private.trait_filter[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        if exists (
            select from jsonb_array_elements(p_filters) as f
            where not private.is_text(f -> 'trait', 255) or not private.is_operand(f ->> 'operator', f -> 'operand')
        ) then
            raise sqlstate 'PT422' using message = 'filter_invalid', detail = 'A filter by a trait is not as it should be.';
        end if;
        return array(
            select row(f ->> 'trait', f ->> 'operator', f -> 'operand', coalesce((f -> 'not')::boolean, false))::private.trait_filter
            from jsonb_array_elements(p_filters) as f
        );
    exception when data_exception then
        raise sqlstate 'PT422' using message = 'filter_invalid', detail = 'A filter by a trait is not as it should be.';
    end
    $$;
revoke all on function private.trait_filters(jsonb) from public;
grant execute on function private.trait_filters(jsonb) to authenticated;

create function private.signal_filters(p_filters jsonb, p_today date) returns private.signal_filter[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        if exists (
            select from jsonb_array_elements(p_filters) as f
            where not private.is_number(f -> 'signal', 1, 32767, 0) or not private.is_number(f -> 'least', 1, 1000, 0)
                or (f ? 'days' and not private.is_number(f -> 'days', 1, 3650, 0))
        ) then
            raise sqlstate 'PT422' using message = 'filter_invalid', detail = 'A filter by a signal is not as it should be.';
        end if;
        return array(
            select row(
                (f -> 'signal')::smallint, (f -> 'least')::integer,
                coalesce(p_today - (f -> 'days')::integer + 1, (f ->> 'since')::date, '-infinity'),
                coalesce((f -> 'not')::boolean, false)
            )::private.signal_filter
            from jsonb_array_elements(p_filters) as f
        );
    exception when data_exception then
        raise sqlstate 'PT422' using message = 'filter_invalid', detail = 'A filter by a signal is not as it should be.';
    end
    $$;
revoke all on function private.signal_filters(jsonb, date) from public;
grant execute on function private.signal_filters(jsonb, date) to authenticated;

-- Who may have a trait as one filter wants it, or null where more than p_most rows say so. Nobody is missing: whoever has it
-- has an identity for which it was sent.
create function private.few_with_trait(p_workspace uuid, p_filter private.trait_filter, p_most integer) returns uuid[]
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        trait   constant text := p_filter.trait;
        -- Null: any value may do.
        texts   constant text[] := case p_filter.operator
            when 'equals' then array[private.scalar_text(p_filter.operand)]
            when 'in' then array(select private.scalar_text(v) from jsonb_array_elements(p_filter.operand) as v)
        end;
        senders uuid[];
    begin
        senders := array(
            select n.identity_id
            from (
                (
                    select t.identity_id from public.traits as t
                    where t.workspace_id = p_workspace and t.key = trait and (texts is null or t.value_text = any (texts))
                    limit p_most + 1
                )
                union all
                -- A member of an object.
                (
                    select t.identity_id from public.traits as t
                    where t.workspace_id = p_workspace and t.key = nullif(split_part(trait, '.', 1), trait)
                    limit p_most + 1
                )
            ) as n
            limit p_most + 1
        );
        if cardinality(senders) > p_most then
            return null;
        end if;
        return array(select distinct i.contact_id from public.identities as i where i.id = any (senders));
    end
    $$;
revoke all on function private.few_with_trait(uuid, private.trait_filter, integer) from public;
grant execute on function private.few_with_trait(uuid, private.trait_filter, integer) to authenticated;

-- By one of the filters, those who may be meant where these are few; null where by none of them.
create function private.few_with_traits(p_workspace uuid, p_traits private.trait_filter[], p_most integer) returns uuid[]
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        one   private.trait_filter;
        found uuid[];
    begin
        foreach one in array p_traits loop
            if not one.is_not then
                found := private.few_with_trait(p_workspace, one, p_most);
                exit when found is not null;
            end if;
        end loop;
        return found;
    end
    $$;
revoke all on function private.few_with_traits(uuid, private.trait_filter[], integer) from public;
grant execute on function private.few_with_traits(uuid, private.trait_filter[], integer) to authenticated;

-- A place in a list, which runs down by score and, where scores are equal, up by id.
create type private.place as (score integer, id uuid);

-- {"score", "id"} as a place in a list of the scores from p_least to p_most: its beginning where there is none, or one before it.
create function private.place_in_list(p_place jsonb, p_least integer, p_most integer) returns private.place
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select row(
            least(greatest(coalesce((p_place ->> 'score')::integer, 101), p_least), p_most + 1),
            case
                when (p_place ->> 'score')::integer between p_least and p_most then (p_place ->> 'id')::uuid
                else 'ffffffff-ffff-ffff-ffff-ffffffffffff'
            end
        )::private.place
    $$;
revoke all on function private.place_in_list(jsonb, integer, integer) from public;
grant execute on function private.place_in_list(jsonb, integer, integer) to authenticated;

-- The first p_look contacts of a list behind one place and up to another, without those of p_shown: of all, or of p_few.
create function private.contacts_between(
    p_workspace uuid, p_few uuid[], p_stage uuid, p_from private.place, p_to private.place, p_shown uuid[], p_look integer
) returns table (contact_id uuid, score smallint, last_event_at timestamptz)
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan' -- or a stage that was not asked for would keep the index from being used
    set enable_seqscan = 'off' -- right for a table of any size, and statistics may be old
    as $$
    begin
        if p_few is not null then
            return query
                select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                where s.contact_id = any (p_few) and s.contact_id <> all (p_shown)
                    and (p_stage is null or s.stage_id = p_stage)
                    and (s.score < p_from.score or (s.score = p_from.score and s.contact_id > p_from.id))
                    and (s.score > p_to.score or (s.score = p_to.score and s.contact_id <= p_to.id))
                order by s.score desc, s.contact_id
                limit p_look;
            return;
        end if;
        -- Three ranges of the index, since a row comparison runs one way: what is left of the first score, the scores between,
        -- and what there is of the last.
        return query
            select n.contact_id, n.score, n.last_event_at
            from (
                (
                    select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                    where s.workspace_id = p_workspace and (p_stage is null or s.stage_id = p_stage)
                        and s.contact_id <> all (p_shown)
                        and s.score = p_from.score and s.contact_id > p_from.id
                        and s.contact_id <= case
                            when p_to.score = p_from.score then p_to.id else 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                        end
                    order by s.contact_id limit p_look
                )
                union all
                (
                    select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                    where s.workspace_id = p_workspace and (p_stage is null or s.stage_id = p_stage)
                        and s.contact_id <> all (p_shown)
                        and s.score < p_from.score and s.score > p_to.score
                    order by s.score desc, s.contact_id limit p_look
                )
                union all
                (
                    select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                    where s.workspace_id = p_workspace and (p_stage is null or s.stage_id = p_stage)
                        and s.contact_id <> all (p_shown)
                        and s.score = p_to.score and p_to.score < p_from.score and s.contact_id <= p_to.id
                    order by s.contact_id limit p_look
                )
            ) as n
            order by n.score desc, n.contact_id
            limit p_look;
    end
    $$;
revoke all on function private.contacts_between(uuid, uuid[], uuid, private.place, private.place, uuid[], integer) from public;
grant execute on function private.contacts_between(
    uuid, uuid[], uuid, private.place, private.place, uuid[], integer
) to authenticated;

-- The places in p_contacts of the first p_page who are as the filters want; nulls in it are passed over. It stops there, so the
-- conditions are sub-selects that the planner can't turn into joins. They don't name the workspace again, or statistics of when
-- it was small would make the planner read all of it for each contact.
create function private.first_matching(
    p_workspace uuid, p_contacts uuid[], p_traits private.trait_filter[], p_signals private.signal_filter[], p_page integer
) returns bigint[]
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan' -- so that filters which are not asked for cost nothing
    set enable_seqscan = 'off'
    set enable_hashjoin = 'off'
    set enable_mergejoin = 'off'
    as $$
    begin
        return array(
            select c.place
            from unnest(p_contacts) with ordinality as c (id, place)
            where c.id is not null
                and (p_traits = '{}' or (
                    select bool_and(private.fit_matches(f.operator, f.value, f.operand) <> f.is_not)
                    from public.contacts as k
                    cross join lateral (
                        select
                            a.operator, a.operand, a.is_not,
                            nullif(coalesce(k.traits -> a.trait, k.traits #> string_to_array(a.trait, '.')), 'null') as value
                        from unnest(p_traits) as a
                        offset 0
                    ) as f
                    where k.id = c.id
                ))
                and (p_signals = '{}' or (
                    select bool_and((d.times >= f.least) <> f.is_not)
                    from unnest(p_signals) as f
                    cross join lateral (
                        -- Each row counts one at least, so no more of them are needed.
                        select coalesce(sum(n.count), 0) as times
                        from (
                            select s.count from public.identities as i
                            join public.signal_counts as s
                                on s.workspace_id = p_workspace and s.identity_id = i.id
                                and s.signal = f.signal and s.day >= f.since
                            where i.contact_id = c.id
                            limit f.least
                        ) as n
                    ) as d
                ))
            order by c.place
            limit p_page
        );
    end
    $$;
revoke all on function private.first_matching(uuid, uuid[], private.trait_filter[], private.signal_filter[], integer) from public;
grant execute on function private.first_matching(uuid, uuid[], private.trait_filter[], private.signal_filter[], integer) to authenticated;

drop function public.list_contacts(uuid, uuid, integer, integer, timestamptz, timestamptz, jsonb, timestamptz);

-- A page of the contacts of a workspace, the highest score first:
-- {"contacts": contact_rows(), "above", "looked", "begun", "next", "ended"}.
-- Nothing that it is filtered by but stage and score has an index in that order, since that would cost every event; so only so
-- many are looked at for a page, which may then be short. `next` is where to go on, and null where nobody is left. Where few have
-- a trait that is asked for, these are looked at and nobody else.
-- Scores move while somebody turns pages. So that each contact comes once, a page leaves out whom the pages before have shown,
-- and begins with those who stand above its place and are not among them: `above` counts them. As many as a page looks at are
-- looked at for that; `begun` is where to go on with it, and null where these were all. `ended`: nobody is left but these.
-- p_traits: [{trait, operator, operand, not}], with the operators of fit rules; "company.size" is a member of an object.
-- p_signals: [{signal, least, days | since, not}]: the number of a signal, and how many times it happened at the least, in the
-- last so many UTC days or since one.
-- p_after: {"score", "id"}, from `next`.
-- p_begun: where the pages began that were shown: p_after of the first of them, or {} for the top; or `begun`. Null looks for
-- nobody above.
-- p_shown: the contacts that were on them, 2,000 at the most.
create function public.list_contacts(
    p_workspace uuid, p_stage uuid default null, p_least integer default 0, p_most integer default 100,
    p_seen_from timestamptz default null, p_seen_to timestamptz default null,
    p_traits jsonb default '[]', p_signals jsonb default '[]',
    p_after jsonb default null, p_begun jsonb default null, p_shown uuid[] default '{}', p_now timestamptz default now()
) returns jsonb
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        page       constant integer := 50;
        look       integer;
        after      constant private.place := private.place_in_list(p_after, p_least, p_most);
        bottom     constant private.place := row(p_least, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        traits     private.trait_filter[];
        signals    private.signal_filter[];
        few        uuid[];
        above      integer;
        looked     uuid[];
        scores     smallint[];
        candidates uuid[];
        found      bigint[];
        upto       bigint;
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        traits := private.trait_filters(p_traits);
        signals := private.signal_filters(p_signals, (p_now at time zone 'utc')::date);
        if cardinality(traits) > 10 or cardinality(signals) > 10
            or p_shown is null or cardinality(p_shown) > 2000 or array_position(p_shown, null) is not null
        then
            raise sqlstate 'PT422' using
                message = 'filter_invalid',
                detail = 'A list takes at most 10 filters by traits and 10 by signals, and leaves out 2,000 contacts.';
        end if;
        -- As many as can be looked at within 20 ms, three times over, or once and a half where those above are looked at too.
        look := case
            when cardinality(traits) > 0 or cardinality(signals) > 0
                then 1500 / (1 + 1.5 * cardinality(traits) + 2 * cardinality(signals))
            when coalesce(p_seen_from, p_seen_to) is not null then 2000
            else page
        end;
        few := private.few_with_traits(p_workspace, traits, look);
        look := case when few is null then look else cardinality(few) + 1 end;
        select
            count(*) filter (where n.is_above), array_agg(n.contact_id order by n.score desc, n.contact_id),
            array_agg(n.score order by n.score desc, n.contact_id),
            array_agg(
                case
                    when (p_seen_from is null or n.last_event_at >= p_seen_from)
                        and (p_seen_to is null or n.last_event_at < p_seen_to) then n.contact_id
                end
                order by n.score desc, n.contact_id
            )
        into above, looked, scores, candidates
        from (
            select true as is_above, a.* from private.contacts_between(
                p_workspace, few, p_stage, private.place_in_list(p_begun, p_least, p_most), after, p_shown, look
            ) as a
            where p_begun is not null
            union all
            select false, b.* from private.contacts_between(p_workspace, few, p_stage, after, bottom, p_shown, look) as b
        ) as n;
        found := private.first_matching(p_workspace, candidates, traits, signals, page);
        upto := case cardinality(found) when page then found[page] else cardinality(looked) end;
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, array(select looked[f] from unnest(found) as f), p_now),
            'above', (select count(*) from unnest(found) as f where f <= above),
            'looked', greatest(upto - above, 0),
            'begun', case when above = look then jsonb_build_object('score', scores[above], 'id', looked[above]) end,
            'next', case
                when cardinality(looked) - above = look or upto < cardinality(looked)
                    or (above = look and cardinality(found) = page)
                    then jsonb_build_object('score', scores[upto], 'id', looked[upto])
                when above = look then to_jsonb(bottom)
            end,
            'ended', looked is null or (cardinality(looked) - above < look and upto = cardinality(looked))
        );
    end
    $$;
revoke all on function public.list_contacts(
    uuid, uuid, integer, integer, timestamptz, timestamptz, jsonb, jsonb, jsonb, jsonb, uuid[], timestamptz
) from public;
grant execute on function public.list_contacts(
    uuid, uuid, integer, integer, timestamptz, timestamptz, jsonb, jsonb, jsonb, jsonb, uuid[], timestamptz
) to authenticated;
