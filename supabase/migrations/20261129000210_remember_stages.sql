-- Why: how far people got is counted and listed from one index, 100,000 of them in a few hundredths of a second. For that a
-- contact's state says since when it is known and which stages it has ever been in, as the log of transitions has it.
-- Breaking while it runs: contact_states is rewritten under an exclusive lock (about a minute a million rows), and the index
-- keeps writers waiting as long. Undo: restore the functions and indexes before, then drop the columns.
-- Locks of the functions: as before.

alter table public.contact_states
    add column created_at timestamptz not null default now(),
    add column stages_been smallint[] not null default '{}';

comment on column public.contact_states.created_at is 'end user: when the contact was first seen; orders and counts contacts by it';
comment on column public.contact_states.stages_been is
    'end user: numbers of the stages that it has ever been in; counts how far people get';

update public.contact_states as s
set
    created_at = c.created_at,
    stages_been = array(
        select g.number
        from public.identities as i
        join public.transitions as t on t.workspace_id = i.workspace_id and t.contact_id = i.id
        join public.stages as g on g.id = t.to_stage_id
        where i.contact_id = c.id
        union
        select g.number from public.stages as g where g.id = s.stage_id
        order by 1
    )
from public.contacts as c
where c.id = s.contact_id;

create index contact_states_created_idx
    on public.contact_states (workspace_id, created_at desc, contact_id desc) include (stage_id, stages_been);
drop index public.contacts_created_idx;

-- A set of stages and one more.
create function private.stages_with(p_stages smallint[], p_stage uuid) returns smallint[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return array(
            select n from unnest(p_stages) as n union select g.number from public.stages as g where g.id = p_stage order by 1
        );
    end
    $$;
revoke all on function private.stages_with(smallint[], uuid) from public;
grant execute on function private.stages_with(smallint[], uuid) to service_role;

-- All that its identities have been in, whosever they were then, and the one that it is in.
create function private.stages_of(p_state public.contact_states) returns smallint[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return array(
            select g.number
            from public.identities as i
            join public.transitions as t on t.workspace_id = p_state.workspace_id and t.contact_id = i.id
            join public.stages as g on g.id = t.to_stage_id
            where i.contact_id = p_state.contact_id
            union
            select g.number from public.stages as g where g.id = p_state.stage_id
            order by 1
        );
    end
    $$;
revoke all on function private.stages_of(public.contact_states) from public;
grant execute on function private.stages_of(public.contact_states) to service_role;

-- As before, with the day that the contact is known since.
create or replace function private.lock_contacts(p_workspace uuid, p_contacts uuid[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        locked integer;
    begin
        perform from public.contact_states where contact_id = any (p_contacts) order by contact_id for no key update;
        get diagnostics locked = row_count;
        if locked = cardinality(p_contacts) then
            return;
        end if;
        -- As old as its top identity: a contact that comes back after a move is the one it was.
        insert into public.contacts (id, workspace_id, created_at)
        select i.id, p_workspace, i.created_at from public.identities as i where i.id = any (p_contacts)
        order by i.id
        on conflict on constraint contacts_pkey do nothing;
        insert into public.contact_states (contact_id, workspace_id, created_at)
        select i.id, p_workspace, i.created_at from public.identities as i where i.id = any (p_contacts)
        order by i.id
        on conflict on constraint contact_states_pkey do nothing;
        perform from public.contact_states where contact_id = any (p_contacts) order by contact_id for no key update;
    end
    $$;

-- As before; a new stage joins those that it has been in, here and in update_scores().
create or replace function private.track_one(
    p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamptz
) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    declare
        today     date := (p_now at time zone 'utc')::date;
        day       date := (p_message.occurred_at at time zone 'utc')::date;
        lower_ids uuid[];
        state     record;
        position  integer;
        rule      integer;
        here      private.standing;
    begin
        if p_message.type not in ('track', 'page', 'screen')
            or p_message.traits is not null
            or p_message.redactions > 0
            or p_message.name = any (p_rules.last_events)
            or p_message.name = any (p_rules.mail_events)
        then
            return null;
        end if;
        if cardinality(p_message.kinds) > 1 then
            lower_ids := ((private.resolve_messages(p_sender.workspace_id, array[p_message]))[1]).lower_ids;
        end if;
        select i.id as identity_id, s.* into state
        from public.identities as i
        join public.contact_states as s on s.contact_id = i.contact_id
        where i.workspace_id = p_sender.workspace_id and i.kind = p_message.kinds[1] and i.value = p_message.values[1]
        for no key update of s;
        if not found or state.stage_id is null or state.rules_version <> p_rules.version then
            return null;
        end if;
        if state.due_on <= today then
            perform private.age_contacts(p_sender.workspace_id, p_rules, array[state.contact_id], p_now);
            select state.identity_id, s.* into state from public.contact_states as s where s.contact_id = state.contact_id;
        end if;
        today := greatest(today, state.sums_on);
        if state.sums_on < today then
            state.sums := coalesce(private.sum_counts(p_rules, state.contact_id, today), '{}');
        end if;

        insert into public.events
            (workspace_id, trusted, message_id, identity_id, lower_ids, type, name,
             occurred_at, received_at, properties, context)
        values
            (p_sender.workspace_id, p_message.trusted, p_message.message_id,
             state.identity_id, lower_ids, p_message.type, p_message.name,
             p_message.occurred_at, p_now, p_message.properties, p_message.context)
        on conflict do nothing;
        if not found then
            return false;
        end if;

        -- A loop, because starting a query costs more than it takes for as many signals as one event may count for.
        position := array_position(p_rules.signal_events, p_message.name);
        while position is not null loop
            if private.meets(
                p_rules.signal_trusted[position], p_rules.signal_conditions[position],
                p_message.trusted, p_message.properties
            ) then
                insert into public.signal_counts as c (workspace_id, identity_id, day, signal, count)
                values (p_sender.workspace_id, state.identity_id, day, p_rules.signals[position], 1)
                on conflict on constraint signal_counts_pkey do update set count = c.count + 1;
                rule := array_position(p_rules.rule_signals, p_rules.signals[position]);
                -- A day that has not begun yet counts from its beginning.
                if rule is not null and day <= today then
                    state.sums[rule] := state.sums[rule]
                        + case when day = today then 1 else private.decay(today - day, p_rules.half_life_days) end;
                end if;
            end if;
            position := array_position(p_rules.signal_events, p_message.name, position + 1);
        end loop;
        state.last_event_at := greatest(state.last_event_at, p_message.occurred_at);
        here := private.standing(
            p_rules, state.sums, state.fit, state.pinned_stage_id, state.event_stage_id, state.last_event_at, today,
            state.due_on
        );
        if (here.score, here.stage_id) is distinct from (state.score, state.stage_id) then
            if state.changed_on < today then
                insert into public.score_history (workspace_id, contact_id, day, score, stage_id)
                values (p_sender.workspace_id, state.contact_id, state.changed_on, state.score, state.stage_id)
                on conflict on constraint score_history_pkey do update
                    set score = excluded.score, stage_id = excluded.stage_id;
            end if;
            state.changed_on := today;
            if here.stage_id <> state.stage_id then
                state.stages_been := private.stages_with(state.stages_been, here.stage_id);
            end if;
        end if;
        update public.contact_states
        set
            sums = state.sums, sums_on = today, last_event_at = state.last_event_at,
            score = here.score, stage_id = here.stage_id, due_on = here.due_on, changed_on = state.changed_on,
            stages_been = state.stages_been
        where contact_id = state.contact_id;
        if here.stage_id <> state.stage_id then
            perform private.record_transitions(
                p_sender.workspace_id,
                array[row(state.contact_id, state.stage_id, here.stage_id, here.score)::private.stage_change],
                'message', p_now
            );
        end if;
        return true;
    end
    $$;

create or replace function private.update_scores(
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
                stages_been = case
                    when s.stage_id is distinct from (n.here).stage_id
                        then private.stages_with(s.stages_been, (n.here).stage_id)
                    else s.stages_been
                end,
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

-- As before, and whether the stages that it has been in are those of the log.
create or replace function private.drifted_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[])
    returns setof uuid
    language sql stable
    set search_path = ''
    as $$
        with events as (
            select c.identity_id, c.signal, c.day, c.count
            from private.counts_by_events(
                p_workspace, p_contacts,
                array(
                    select s.number from public.signals as s
                    where s.workspace_id = p_workspace and s.counted_back and s.kind = 'count'
                )
            ) as c
        ),
        kept as (
            select c.identity_id, c.signal, c.day, c.count
            from public.identities as i
            join public.signal_counts as c on c.workspace_id = p_workspace and c.identity_id = i.id
            join public.signals as s on s.workspace_id = p_workspace and s.number = c.signal and s.counted_back
            where i.contact_id = any (p_contacts)
        ),
        miscounted as (
            (select * from events except all select * from kept)
            union all
            (select * from kept except all select * from events)
        )
        select i.contact_id
        from miscounted as m
        join public.identities as i on i.id = m.identity_id
        union
        select s.contact_id
        from public.contact_states as s
        join public.contacts as c on c.id = s.contact_id
        cross join lateral private.standing(
            p_rules, private.sum_counts(p_rules, s.contact_id, s.sums_on), private.fit_of(p_rules, c.traits),
            private.pinned_stage_of(p_rules, c.id), private.event_stage_of(p_rules, c.id), s.last_event_at, s.sums_on
        ) as here
        where s.contact_id = any (p_contacts) and s.rules_version = p_rules.version
            and (s.score, s.stage_id) is distinct from (here.score, here.stage_id)
        union
        select s.contact_id
        from public.contact_states as s
        where s.contact_id = any (p_contacts) and s.stages_been <> private.stages_of(s)
    $$;
