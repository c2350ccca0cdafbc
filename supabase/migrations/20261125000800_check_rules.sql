-- Why: members write drafts of rules themselves, so the database says what is wrong with one, and where.
-- Not breaking (new functions). Locks: none. Undo: drop the functions.

-- A number in that range with at most that many decimals.
create function private.is_number(p_value jsonb, p_low numeric, p_high numeric, p_decimals integer) returns boolean
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
    begin
        return coalesce(jsonb_typeof(p_value) = 'number', false)
            and p_value::numeric between p_low and p_high
            and scale(trim_scale(p_value::numeric)) <= p_decimals;
    end
    $$;
revoke all on function private.is_number(jsonb, numeric, numeric, integer) from public;
grant execute on function private.is_number(jsonb, numeric, numeric, integer) to service_role;

create function private.is_object(p_value jsonb, p_members text[]) returns boolean
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
    begin
        -- In this order: there is nothing to take away from a value that is no object.
        return case when jsonb_typeof(p_value) = 'object' then p_value - p_members = '{}' else false end;
    end
    $$;
revoke all on function private.is_object(jsonb, text[]) from public;
grant execute on function private.is_object(jsonb, text[]) to service_role;

-- A string of 1 to p_longest characters that are not all blank.
create function private.is_text(p_value jsonb, p_longest integer) returns boolean
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
    begin
        return coalesce(jsonb_typeof(p_value) = 'string', false)
            and char_length(p_value #>> '{}') <= p_longest and (p_value #>> '{}') ~ '\S';
    end
    $$;
revoke all on function private.is_text(jsonb, integer) from public;
grant execute on function private.is_text(jsonb, integer) to service_role;

-- What an event, and maybe its properties, must be like.
create function private.is_definition(p_entry jsonb) returns boolean
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
    begin
        return private.is_text(p_entry -> 'event', 200)
            and coalesce(jsonb_typeof(p_entry -> 'trustedOnly'), 'boolean') = 'boolean'
            and coalesce(jsonb_typeof(p_entry -> 'condition'), 'null') in ('object', 'null')
            -- What an index can hold.
            and coalesce(octet_length(p_entry ->> 'condition'), 0) <= 1000;
    end
    $$;
revoke all on function private.is_definition(jsonb) from public;
grant execute on function private.is_definition(jsonb) to service_role;

create function private.is_operand(p_operator text, p_operand jsonb) returns boolean
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
    begin
        return coalesce(octet_length(p_operand::text), 0) <= 10000 and coalesce(
            case p_operator
                when 'exists' then p_operand is null
                when 'equals' then jsonb_typeof(p_operand) in ('string', 'number', 'boolean')
                when 'contains' then jsonb_typeof(p_operand) in ('string', 'number', 'boolean')
                when 'in' then jsonb_typeof(p_operand) = 'array' and jsonb_array_length(p_operand) between 1 and 100
                when 'between' then
                    jsonb_typeof(p_operand) = 'array' and jsonb_array_length(p_operand) = 2
                    and (select bool_and(jsonb_typeof(e) in ('number', 'null')) and bool_or(jsonb_typeof(e) = 'number')
                         from jsonb_array_elements(p_operand) as e)
            end,
            false
        );
    end
    $$;
revoke all on function private.is_operand(text, jsonb) from public;
grant execute on function private.is_operand(text, jsonb) to service_role;

-- The entries of an array that must be one, each with its JSON pointer; none where it is no array.
create function private.entries(p_document jsonb, p_name text) returns table (entry jsonb, pointer text, place bigint)
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select e.entry, '/' || p_name || '/' || (e.place - 1), e.place
        from jsonb_array_elements(
            case jsonb_typeof(p_document -> p_name) when 'array' then p_document -> p_name else '[]' end
        ) with ordinality as e (entry, place)
    $$;
revoke all on function private.entries(jsonb, text) from public;
grant execute on function private.entries(jsonb, text) to service_role;

create function private.score_rule_problems(p_document jsonb) returns table (pointer text, expected text)
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select e.pointer, c.expected
        from private.entries(p_document, 'signals') as e
        cross join lateral (values
            (private.is_object(
                e.entry, array['name', 'signal', 'event', 'condition', 'trustedOnly', 'points', 'cap']),
                'an object with name, event, condition, trustedOnly, points and cap, and nothing else'),
            (private.is_text(e.entry -> 'name', 100), 'a name of 1 to 100 characters'),
            (private.is_definition(e.entry),
                'an event of 1 to 200 characters, and maybe a condition, an object of at most 1,000 bytes, and trustedOnly'),
            (private.is_number(e.entry -> 'points', -1000, 1000, 2), 'points from -1000 to 1000 with at most two decimals'),
            (not e.entry ? 'cap' or private.is_number(e.entry -> 'cap', 0.01, 1000, 2),
                'a cap from 0.01 to 1000 with at most two decimals')
        ) as c (is_met, expected)
        where not c.is_met
    $$;
revoke all on function private.score_rule_problems(jsonb) from public;
grant execute on function private.score_rule_problems(jsonb) to service_role;

create function private.fit_rule_problems(p_document jsonb) returns table (pointer text, expected text)
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select e.pointer, c.expected
        from private.entries(p_document, 'fit') as e
        cross join lateral (values
            (private.is_object(e.entry, array['trait', 'operator', 'operand', 'points']),
                'an object with trait, operator, operand and points, and nothing else'),
            (private.is_text(e.entry -> 'trait', 255), 'a trait of 1 to 255 characters'),
            (private.is_operand(e.entry ->> 'operator', e.entry -> 'operand'),
                'an operator with its operand: equals or contains a string, number or boolean, in a list, exists nothing, '
                'between [low, high], one of which may be null'),
            (private.is_number(e.entry -> 'points', -1000, 1000, 2), 'points from -1000 to 1000 with at most two decimals')
        ) as c (is_met, expected)
        where not c.is_met
    $$;
revoke all on function private.fit_rule_problems(jsonb) from public;
grant execute on function private.fit_rule_problems(jsonb) to service_role;

create function private.stage_problems(p_document jsonb) returns table (pointer text, expected text)
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select e.pointer, c.expected
        from private.entries(p_document, 'stages') as e
        cross join lateral (values
            (private.is_object(
                e.entry, array['name', 'id', 'score', 'silenceDays', 'signal', 'event', 'condition', 'trustedOnly']),
                'an object with name, one of score, event and silenceDays, and nothing that does not belong to it'),
            (private.is_text(e.entry -> 'name', 100), 'a name of 1 to 100 characters'),
            (num_nonnulls(e.entry -> 'score', e.entry -> 'event', e.entry -> 'silenceDays') = 1,
                'one of score, event and silenceDays'),
            (not e.entry ? 'score' or private.is_number(e.entry -> 'score', 0, 100, 0), 'a score from 0 to 100'),
            (not e.entry ? 'event' or private.is_definition(e.entry),
                'an event of 1 to 200 characters, and maybe a condition, an object of at most 1,000 bytes, and trustedOnly'),
            (not e.entry ? 'silenceDays' or private.is_number(e.entry -> 'silenceDays', 1, 3650, 0),
                'silenceDays from 1 to 3650'),
            (not e.entry ? 'id' or coalesce(
                e.entry ->> 'id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', false), 'the id of a stage, or none')
        ) as c (is_met, expected)
        where not c.is_met
        union all
        select '/stages', 'a stage that is reached by score 0, so that everybody has one'
        where not exists (
            select from private.entries(p_document, 'stages') as e where e.entry -> 'score' = '0'
        )
    $$;
revoke all on function private.stage_problems(jsonb) from public;
grant execute on function private.stage_problems(jsonb) to service_role;

-- Entries of which two say the same.
create function private.repetitions(p_document jsonb) returns table (pointer text, expected text)
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select max(e.pointer), 'another ' || u.noun || ' than ' || min(e.pointer)
        from (values
            ('signals', 'name', array['name']), ('signals', 'definition', array['event', 'condition', 'trustedOnly']),
            ('stages', 'name', array['name']), ('stages', 'id', array['id']), ('stages', 'score', array['score']),
            ('stages', 'silence', array['silenceDays']),
            ('stages', 'definition', array['event', 'condition', 'trustedOnly'])
        ) as u (list, noun, members)
        cross join lateral private.entries(p_document, u.list) as e
        cross join lateral (
            select jsonb_object_agg(m.key, m.value) as said
            from jsonb_each(case jsonb_typeof(e.entry) when 'object' then e.entry else '{}' end) as m
            where m.key = any (u.members) and m.value not in ('null', 'false')
        ) as s
        where s.said ? u.members[1]
        group by u.list, u.noun, s.said
        having count(*) > 1
    $$;
revoke all on function private.repetitions(jsonb) from public;
grant execute on function private.repetitions(jsonb) to service_role;

-- What is wrong with a document of rules, as JSON pointers and what is expected there instead. None when it is right.
create function private.rule_problems(p_document jsonb) returns table (pointer text, expected text)
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select '', 'an object with halfLifeDays, signals, fit and stages, and nothing else'
        where not private.is_object(p_document, array['halfLifeDays', 'signals', 'fit', 'stages'])
        union all
        select '/halfLifeDays', 'a whole number from 1 to 365'
        where not private.is_number(p_document -> 'halfLifeDays', 1, 365, 0)
        union all
        select '/' || l.name, 'a list of at most ' || l.longest
        from (values ('signals', 50), ('fit', 50), ('stages', 20)) as l (name, longest)
        where coalesce(jsonb_typeof(p_document -> l.name), '') <> 'array'
            or (select count(*) from private.entries(p_document, l.name)) > l.longest
        union all select * from private.score_rule_problems(p_document)
        union all select * from private.fit_rule_problems(p_document)
        union all select * from private.stage_problems(p_document)
        union all select * from private.repetitions(p_document)
    $$;
revoke all on function private.rule_problems(jsonb) from public;
grant execute on function private.rule_problems(jsonb) to service_role;
