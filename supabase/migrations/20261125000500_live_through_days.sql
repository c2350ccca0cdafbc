-- Why: scores and stages that move by themselves: by what happens, by the days that pass, by rules and by hand. Each
-- way ends in update_scores(), and each change of stage in record_transitions().
-- Not breaking (functions for functions). Locks: the rows of the given contacts, which the caller has locked in id
-- order. Undo: the functions before.

drop function private.update_scores(uuid, private.compiled_rules, private.gain[], text, timestamptz);
drop function private.regroup_contacts(uuid, uuid[]);
drop function private.merge_traits(uuid, uuid[]);
drop function private.merge_stage_events(uuid[]);

create function private.log_transitions(
    p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamptz
) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.transitions (workspace_id, contact_id, from_stage_id, to_stage_id, cause, score, created_at)
        select p_workspace, c.contact_id, c.from_stage_id, c.to_stage_id, p_cause, c.score, p_now
        from unnest(p_changes) as c;
    end
    $$;
revoke all on function private.log_transitions(uuid, private.stage_change[], text, timestamptz) from public;
grant execute on function private.log_transitions(uuid, private.stage_change[], text, timestamptz) to service_role;

-- Writes the log and, in the same transaction, the mails that follow from it.
create or replace function private.record_transitions(
    p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamptz
) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        if cardinality(p_changes) > 0 then
            -- The mails first: what is logged now is no earlier stay.
            perform private.queue_mails(
                p_workspace, array(select m from private.mails_for(p_workspace, p_changes, p_now) as m), p_now
            );
            perform private.log_transitions(p_workspace, p_changes, p_cause, p_now);
        end if;
    end
    $$;

-- Contacts that gained nothing and are only to be looked at again.
create function private.no_gains(p_contacts uuid[]) returns private.gain[]
    language plpgsql immutable
    set search_path = ''
    as $$
    begin
        return array(select row(id, null, null, null)::private.gain from unnest(p_contacts) as id);
    end
    $$;
revoke all on function private.no_gains(uuid[]) from public;
grant execute on function private.no_gains(uuid[]) to service_role;

-- Moves score and stage of the contacts to p_now, and returns the changes of stage, for the caller to record. Sums that
-- are of that day and of these rules only grow by the gains; all others are taken from the counts, which hold the gains
-- already. A state never goes back to an earlier day.
create function private.update_scores(
    p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_now timestamptz
) returns private.stage_change[]
    language plpgsql
    set search_path = ''
    as $$
    declare
        changes private.stage_change[];
    begin
        with dated as (
            select s as was, g, greatest(s.sums_on, (p_now at time zone 'utc')::date) as day
            from unnest(p_gains) as g
            join public.contact_states as s on s.contact_id = g.contact_id
        ),
        summed as (
            select
                d.was, d.day, greatest((d.was).last_event_at, (d.g).seen_at) as last_event_at,
                case
                    when (d.was).sums_on <> d.day or (d.was).rules_version <> p_rules.version
                        or d.day <> (p_now at time zone 'utc')::date
                        then private.sum_counts(p_rules, (d.was).contact_id, d.day)
                    when (d.g).signals is null then (d.was).sums
                    else array(
                        select r.sum + coalesce((d.g).weights[array_position((d.g).signals, r.signal)], 0)
                        from unnest((d.was).sums, p_rules.rule_signals) as r (sum, signal)
                    )
                end as sums
            from dated as d
        ),
        stood as (
            select n.*, private.standing(
                p_rules, n.sums, (n.was).fit, (n.was).pinned_stage_id, (n.was).event_stage_id, n.last_event_at, n.day,
                case when (n.was).due_on > n.day then (n.was).due_on else 'infinity' end
            ) as here
            from summed as n
            offset 0
        ),
        kept as (
            insert into public.score_history (workspace_id, contact_id, day, score, stage_id)
            select p_workspace, (n.was).contact_id, (n.was).changed_on, (n.was).score, (n.was).stage_id
            from stood as n
            where (n.was).changed_on < n.day and (n.was).stage_id is not null
                and ((n.was).score, (n.was).stage_id) is distinct from ((n.here).score, (n.here).stage_id)
            on conflict on constraint score_history_pkey do update
                set score = excluded.score, stage_id = excluded.stage_id
        ),
        moved as (
            update public.contact_states as s
            set
                score = (n.here).score,
                stage_id = (n.here).stage_id,
                due_on = (n.here).due_on,
                changed_on = case
                    when (s.score, s.stage_id) is distinct from ((n.here).score, (n.here).stage_id) then n.day
                    else s.changed_on
                end,
                last_event_at = n.last_event_at,
                sums = coalesce(n.sums, '{}'),
                sums_on = n.day,
                rules_version = p_rules.version
            from stood as n
            where s.contact_id = (n.was).contact_id
            returning s.contact_id, (n.was).stage_id as from_stage_id, s.stage_id as to_stage_id, s.score
        )
        select array_agg(row(contact_id, from_stage_id, to_stage_id, score)::private.stage_change)
        into changes
        from moved
        where from_stage_id is distinct from to_stage_id;
        return coalesce(changes, '{}');
    end
    $$;
revoke all on function private.update_scores(uuid, private.compiled_rules, private.gain[], timestamptz) from public;
grant execute on function private.update_scores(uuid, private.compiled_rules, private.gain[], timestamptz) to service_role;

-- What decay and silence have changed up to a day, each on the day on which it did, whether the sweep came by then or
-- not. A stage that a contact has left again meanwhile sends no mail. Returns how many stages changed.
create function private.age_contacts(
    p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamptz
) returns integer
    language plpgsql
    set search_path = ''
    as $$
    declare
        day     date;
        due     uuid[];
        changes private.stage_change[];
        entered private.stage_change[] := '{}';
        changed integer := 0;
    begin
        loop
            select min(s.due_on), array_agg(s.contact_id order by s.contact_id) into day, due
            from public.contact_states as s
            where s.contact_id = any (p_contacts)
                and s.due_on = (
                    select min(first.due_on) from public.contact_states as first where first.contact_id = any (p_contacts)
                );
            exit when day is null or day > (p_now at time zone 'utc')::date;
            changes := private.update_scores(p_workspace, p_rules, private.no_gains(due), day::timestamp at time zone 'utc');
            perform private.log_transitions(
                p_workspace, array(select c from unnest(changes) as c where c.to_stage_id = any (p_rules.silence_stages)),
                'silence', day::timestamp at time zone 'utc'
            );
            perform private.log_transitions(
                p_workspace, array(select c from unnest(changes) as c where c.to_stage_id <> all (p_rules.silence_stages)),
                'decay', day::timestamp at time zone 'utc'
            );
            entered := entered || changes;
            changed := changed + cardinality(changes);
            perform private.queue_mails(
                p_workspace, array(select m from private.mails_for_silence(p_workspace, due, day) as m), p_now
            );
        end loop;
        entered := array(
            select c from unnest(entered) as c
            join public.contact_states as s on s.contact_id = c.contact_id and s.stage_id = c.to_stage_id
        );
        perform private.queue_mails(
            p_workspace, array(select m from private.mails_for(p_workspace, entered, p_now) as m), p_now
        );
        return changed;
    end
    $$;
revoke all on function private.age_contacts(uuid, private.compiled_rules, uuid[], timestamptz) from public;
grant execute on function private.age_contacts(uuid, private.compiled_rules, uuid[], timestamptz) to service_role;

-- Takes contacts over to these rules. Returns how many stages changed.
create function private.rescore_contacts(
    p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamptz
) returns integer
    language plpgsql
    set search_path = ''
    as $$
    declare
        changes private.stage_change[];
    begin
        -- Most contacts keep all of these, and a row that is not written twice is half the load on ingestion.
        update public.contact_states as s
        set
            fit = n.fit,
            event_stage_id = n.event_stage_id,
            pinned_stage_id = n.pinned_stage_id,
            -- None of these rules': its sums are made anew.
            rules_version = -1
        from (
            select
                c.id, private.fit_of(p_rules, c.traits) as fit, private.event_stage_of(p_rules, c.id) as event_stage_id,
                private.pinned_stage_of(p_rules, c.id) as pinned_stage_id
            from public.contacts as c
            where c.id = any (p_contacts)
            offset 0
        ) as n
        where s.contact_id = n.id and (
            s.rules_version = p_rules.version
            or (s.fit, s.event_stage_id, s.pinned_stage_id)
                is distinct from (n.fit, n.event_stage_id, n.pinned_stage_id)
        );
        changes := private.update_scores(p_workspace, p_rules, private.no_gains(p_contacts), p_now);
        perform private.record_transitions(p_workspace, changes, 'rules', p_now);
        return cardinality(changes);
    end
    $$;
revoke all on function private.rescore_contacts(uuid, private.compiled_rules, uuid[], timestamptz) from public;
grant execute on function private.rescore_contacts(uuid, private.compiled_rules, uuid[], timestamptz) to service_role;

-- Before something happens to contacts: first what the days and the rules have done to them since. Returns how many
-- stages changed.
create function private.bring_up_to_date(
    p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamptz
) returns integer
    language plpgsql
    set search_path = ''
    as $$
    declare
        outdated uuid[];
        due      uuid[];
        changed  integer := 0;
    begin
        select
            array_agg(s.contact_id) filter (where s.rules_version <> p_rules.version),
            array_agg(s.contact_id) filter (where s.due_on <= (p_now at time zone 'utc')::date)
        into outdated, due
        from public.contact_states as s
        -- A contact without a stage is new.
        where s.contact_id = any (p_contacts) and s.stage_id is not null;
        if outdated is not null then
            changed := private.rescore_contacts(p_workspace, p_rules, outdated, p_now);
        end if;
        if due is not null then
            changed := changed + private.age_contacts(p_workspace, p_rules, due, p_now);
        end if;
        return changed;
    end
    $$;
revoke all on function private.bring_up_to_date(uuid, private.compiled_rules, uuid[], timestamptz) from public;
grant execute on function private.bring_up_to_date(uuid, private.compiled_rules, uuid[], timestamptz) to service_role;
