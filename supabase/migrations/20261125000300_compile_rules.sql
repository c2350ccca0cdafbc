-- Why: rules that are only tried out must be computed by the same functions as those in force. So both are one JSON
-- document first, and compiled from it:
--   {"halfLifeDays": 14,
--    "signals": [{"name", "signal", "event", "condition"?, "trustedOnly", "points", "cap"}],
--    "fit": [{"trait", "operator", "operand"?, "points"}],
--    "stages": [{"name", "id", "score"} | {"name", "id", "silenceDays"}
--               | {"name", "id", "signal", "event", "condition"?, "trustedOnly"}]}
-- Breaking: private.compiled_rules has other columns. Locks: none that last. Undo: the functions before.

-- The rules in force, in the form in which a draft changes them. Under the caller's own rights.
create function public.rules_in_force(p_workspace uuid) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'halfLifeDays', w.half_life_days,
            'signals', coalesce((
                select jsonb_agg(
                    jsonb_build_object(
                        'name', r.name, 'signal', s.number, 'event', s.event, 'trustedOnly', s.trusted_only,
                        'points', r.points, 'cap', r.cap
                    ) || case when s.condition is null then '{}' else jsonb_build_object('condition', s.condition) end
                    order by s.number
                )
                from public.score_rules as r
                join public.signals as s on s.workspace_id = r.workspace_id and s.number = r.signal
                where r.workspace_id = w.id
            ), '[]'),
            'fit', coalesce((
                select jsonb_agg(
                    jsonb_build_object('trait', f.trait, 'operator', f.operator, 'points', f.points)
                    || case when f.operand is null then '{}' else jsonb_build_object('operand', f.operand) end
                    order by f.trait, f.operator, f.operand, f.id
                )
                from public.fit_rules as f
                where f.workspace_id = w.id
            ), '[]'),
            'stages', coalesce((
                select jsonb_agg(
                    jsonb_build_object('name', g.name, 'id', g.id)
                    || case
                        when g.threshold is not null then jsonb_build_object('score', g.threshold)
                        when g.silence_days is not null then jsonb_build_object('silenceDays', g.silence_days)
                        else jsonb_build_object('signal', s.number, 'event', s.event, 'trustedOnly', s.trusted_only)
                    end
                    || case when s.condition is null then '{}' else jsonb_build_object('condition', s.condition) end
                    order by g.position
                )
                from public.stages as g
                left join public.signals as s on s.workspace_id = g.workspace_id and s.number = g.signal
                where g.workspace_id = w.id and g.position is not null
            ), '[]')
        )
        from public.workspaces as w
        where w.id = p_workspace
    $$;
revoke all on function public.rules_in_force(uuid) from public;
grant execute on function public.rules_in_force(uuid) to authenticated, service_role;

drop function private.compile_rules(uuid);
truncate private.compiled_rules;
alter table private.compiled_rules
    drop column has_fit,
    drop column stage_events,
    drop column stage_trusted,
    add column fit_traits       text[]     not null,
    add column fit_operators    text[]     not null,
    add column fit_operands     jsonb[]    not null,
    add column fit_points       numeric[]  not null,
    -- What event_stages are reached by.
    add column event_signals    smallint[] not null,
    -- Every signal of which the last occurrence is kept, those of drafts too.
    add column last_signals     smallint[] not null,
    add column last_events      text[]     not null,
    add column last_conditions  jsonb[]    not null,
    add column last_trusted     boolean[]  not null,
    -- Live automations on events.
    add column mail_automations uuid[]     not null,
    add column mail_events      text[]     not null,
    add column mail_conditions  jsonb[]    not null,
    add column mail_trusted     boolean[]  not null,
    -- Days of silence on which live automations mail, ascending.
    add column mail_silences    integer[]  not null,
    -- As width_bucket() takes them.
    alter column thresholds type integer[],
    alter column silence_days type integer[];

-- A document as arrays. What is counted is the same for every document: all of the workspace's signals; and so are the
-- live automations.
create function private.compiled(p_workspace uuid, p_version integer, p_document jsonb) returns private.compiled_rules
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        rules private.compiled_rules;
    begin
        rules.workspace_id := p_workspace;
        rules.version := p_version;
        rules.half_life_days := p_document ->> 'halfLifeDays';
        select
            coalesce(array_agg(number order by number) filter (where kind = 'count'), '{}'),
            coalesce(array_agg(event order by number) filter (where kind = 'count'), '{}'),
            coalesce(array_agg(condition order by number) filter (where kind = 'count'), '{}'),
            coalesce(array_agg(trusted_only order by number) filter (where kind = 'count'), '{}'),
            coalesce(array_agg(number order by number) filter (where kind = 'last'), '{}'),
            coalesce(array_agg(event order by number) filter (where kind = 'last'), '{}'),
            coalesce(array_agg(condition order by number) filter (where kind = 'last'), '{}'),
            coalesce(array_agg(trusted_only order by number) filter (where kind = 'last'), '{}')
        into
            rules.signals, rules.signal_events, rules.signal_conditions, rules.signal_trusted,
            rules.last_signals, rules.last_events, rules.last_conditions, rules.last_trusted
        from public.signals
        where workspace_id = p_workspace;
        select
            coalesce(array_agg(signal order by signal), '{}'),
            coalesce(array_agg(points order by signal), '{}'),
            coalesce(array_agg(cap order by signal), '{}')
        into rules.rule_signals, rules.rule_points, rules.rule_caps
        from jsonb_to_recordset(p_document -> 'signals') as r (signal smallint, points numeric, cap numeric);
        select
            coalesce(array_agg(trait order by position), '{}'),
            coalesce(array_agg(operator order by position), '{}'),
            coalesce(array_agg(operand order by position), '{}'),
            coalesce(array_agg(points order by position), '{}')
        into rules.fit_traits, rules.fit_operators, rules.fit_operands, rules.fit_points
        from rows from (
            jsonb_to_recordset(p_document -> 'fit') as (trait text, operator text, operand jsonb, points numeric)
        ) with ordinality as f (trait, operator, operand, points, position);
        select
            coalesce(array_agg(id order by score) filter (where score is not null), '{}'),
            coalesce(array_agg(score order by score) filter (where score is not null), '{}'),
            coalesce(array_agg(id order by position) filter (where signal is not null), '{}'),
            coalesce(array_agg(signal order by position) filter (where signal is not null), '{}'),
            coalesce(array_agg(id order by days) filter (where days is not null), '{}'),
            coalesce(array_agg(days order by days) filter (where days is not null), '{}')
        into
            rules.score_stages, rules.thresholds, rules.event_stages, rules.event_signals,
            rules.silence_stages, rules.silence_days
        from rows from (
            jsonb_to_recordset(p_document -> 'stages')
                as (id uuid, score smallint, signal smallint, "silenceDays" smallint)
        ) with ordinality as g (id, score, signal, days, position);
        select
            coalesce(array_agg(id order by id) filter (where event is not null), '{}'),
            coalesce(array_agg(event order by id) filter (where event is not null), '{}'),
            coalesce(array_agg(condition order by id) filter (where event is not null), '{}'),
            coalesce(array_agg(trusted_only order by id) filter (where event is not null), '{}'),
            coalesce(array_agg(distinct silence_days) filter (where silence_days is not null), '{}')
        into rules.mail_automations, rules.mail_events, rules.mail_conditions, rules.mail_trusted, rules.mail_silences
        from public.automations
        where workspace_id = p_workspace and status = 'live';
        return rules;
    end
    $$;
revoke all on function private.compiled(uuid, integer, jsonb) from public;
grant execute on function private.compiled(uuid, integer, jsonb) to service_role;

-- As before, but that what is there is not computed again: it takes half a second, and callers hold the structure lock.
create or replace function private.fill_decay_factors(p_half_life_days smallint) returns void
    language sql
    set search_path = ''
    as $$
        insert into private.decay_factors (half_life_days, age, factor)
        select p_half_life_days, age, private.decay(age, p_half_life_days)
        -- 2^-41 rounds to zero.
        from generate_series(0, 41 * p_half_life_days) as age
        where not exists (select from private.decay_factors where half_life_days = p_half_life_days and age = 0)
            and private.decay(age, p_half_life_days) > 0
        on conflict do nothing
    $$;

-- Call it in the transaction that changes a workspace's signals, rules, stages or automations, which must hold the structure lock
-- alone: whoever counts has read the rules under that lock.
create function private.compile_rules(p_workspace uuid) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        delete from private.compiled_rules where workspace_id = p_workspace;
        insert into private.compiled_rules
        select (private.compiled(w.id, w.rules_version, public.rules_in_force(w.id))).*
        from public.workspaces as w
        where w.id = p_workspace;
        perform private.fill_decay_factors(half_life_days) from public.workspaces where id = p_workspace;
    end
    $$;
revoke all on function private.compile_rules(uuid) from public;
grant execute on function private.compile_rules(uuid) to service_role;

select private.compile_rules(id) from public.workspaces;
