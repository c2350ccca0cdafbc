-- Why: a document of rules becomes the rules in force. Stages keep their ids, because automations and the log refer to
-- them; signals keep their numbers, because counts do.
-- Not breaking (new functions). Locks: the structure lock, alone. Undo: drop the functions.

-- The number of the signal that an entry defines, which is new when nothing of the kind is counted yet.
create function private.signal_number(p_workspace uuid, p_kind text, p_entry jsonb) returns smallint
    language plpgsql
    set search_path = ''
    as $$
    declare
        defined public.signals;
        known   smallint;
    begin
        defined.event := p_entry ->> 'event';
        defined.condition := nullif(p_entry -> 'condition', 'null');
        defined.trusted_only := coalesce((p_entry -> 'trustedOnly')::boolean, false);
        select s.number into known from public.signals as s
        where s.workspace_id = p_workspace and s.kind = p_kind and s.event = defined.event
            and s.trusted_only = defined.trusted_only and s.condition is not distinct from defined.condition;
        if found then
            return known;
        end if;
        insert into public.signals (workspace_id, number, kind, event, condition, trusted_only)
        select p_workspace, coalesce(max(s.number), 0) + 1, p_kind, defined.event, defined.condition, defined.trusted_only
        from public.signals as s
        where s.workspace_id = p_workspace
        returning number into known;
        return known;
    end
    $$;
revoke all on function private.signal_number(uuid, text, jsonb) from public;
grant execute on function private.signal_number(uuid, text, jsonb) to service_role;

-- A valid document with everything in it that may be left out: the numbers of its signals, which are made where they
-- are new, and the ids of its stages: the one given, else that of the stage of the same name, else a new one.
create function private.completed_rules(p_workspace uuid, p_document jsonb) returns jsonb
    language sql
    set search_path = ''
    as $$
        select jsonb_build_object(
            'halfLifeDays', p_document -> 'halfLifeDays',
            'fit', p_document -> 'fit',
            'signals', (
                select coalesce(jsonb_agg(
                    '{"trustedOnly": false, "cap": 100}' || e.entry
                    || jsonb_build_object('signal', private.signal_number(p_workspace, 'count', e.entry))
                    order by e.place
                ), '[]')
                from private.entries(p_document, 'signals') as e
            ),
            'stages', (
                select coalesce(jsonb_agg(
                    e.entry || jsonb_build_object('id', coalesce(given.id, named.id, gen_random_uuid()))
                    || case when e.entry ? 'event'
                        then jsonb_build_object('signal', private.signal_number(p_workspace, 'last', e.entry)) else '{}'
                    end
                    order by e.place
                ), '[]')
                from private.entries(p_document, 'stages') as e
                left join public.stages as given
                    on given.workspace_id = p_workspace and given.id = (e.entry ->> 'id')::uuid
                left join public.stages as named
                    on named.workspace_id = p_workspace and named.name = e.entry ->> 'name'
                    and not exists (
                        select from private.entries(p_document, 'stages') as other
                        where other.entry ->> 'id' = named.id::text
                    )
            )
        )
    $$;
revoke all on function private.completed_rules(uuid, jsonb) from public;
grant execute on function private.completed_rules(uuid, jsonb) to service_role;

create function private.write_stages(p_workspace uuid, p_stages jsonb) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        update public.stages as g
        set position = null, signal = null
        where g.workspace_id = p_workspace
            and not p_stages @> jsonb_build_array(jsonb_build_object('id', g.id));
        insert into public.stages as known (id, workspace_id, name, position, threshold, signal, silence_days)
        select g.id, p_workspace, g.name, g.position, g.score, g.signal, g.days
        from rows from (
            jsonb_to_recordset(p_stages)
                as (id uuid, name text, score smallint, signal smallint, "silenceDays" smallint)
        ) with ordinality as g (id, name, score, signal, days, position)
        on conflict on constraint stages_pkey do update
            set name = excluded.name, position = excluded.position, threshold = excluded.threshold,
                signal = excluded.signal, silence_days = excluded.silence_days
            where known.workspace_id = p_workspace;
    end
    $$;
revoke all on function private.write_stages(uuid, jsonb) from public;
grant execute on function private.write_stages(uuid, jsonb) to service_role;

-- Puts a completed document in force, from one event to the next. Contacts follow when they are looked at, or re-scored.
create function private.apply_rules(p_workspace uuid, p_document jsonb) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        perform private.lock_structure(p_workspace, true);
        update public.workspaces
        set half_life_days = (p_document -> 'halfLifeDays')::smallint, rules_version = rules_version + 1
        where id = p_workspace;
        perform private.write_stages(p_workspace, p_document -> 'stages');

        delete from public.score_rules where workspace_id = p_workspace;
        insert into public.score_rules (workspace_id, name, signal, points, cap)
        select p_workspace, r.name, r.signal, r.points, r.cap
        from jsonb_to_recordset(p_document -> 'signals')
            as r (name text, signal smallint, points numeric, cap numeric);

        delete from public.fit_rules where workspace_id = p_workspace;
        insert into public.fit_rules (workspace_id, trait, operator, operand, points)
        select p_workspace, f.trait, f.operator, f.operand, f.points
        from jsonb_to_recordset(p_document -> 'fit') as f (trait text, operator text, operand jsonb, points numeric);

        perform private.compile_rules(p_workspace);
    end
    $$;
revoke all on function private.apply_rules(uuid, jsonb) from public;
grant execute on function private.apply_rules(uuid, jsonb) to service_role;
