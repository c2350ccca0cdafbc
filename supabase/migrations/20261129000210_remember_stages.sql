-- Why: people are counted by reading one index, 100,000 of them in a few hundredths of a second. For that a contact says which
-- stages it has ever been in, and each entry of a stage when the contact had entered it the time before, so that whoever comes
-- twice is one person, and so are two identities that have joined.
-- Breaking while it runs: contacts is rewritten, about a minute a million rows, and the indexes keep writers waiting while they
-- are made. Undo: the functions and indexes before, then drop the columns.
-- Locks of the functions: as before; contacts and transitions are written under the lock of the contact's state.

-- Both change when the stage does and not when the score does, unlike the contact's state: each of its indexes costs every
-- event that moves a score.
alter table public.contacts
    add column stage_id uuid,
    add column stages_been smallint[] not null default '{}';
alter table public.transitions
    -- Entries are mostly added, so this costs little and keeps the index enough to count by.
    set (autovacuum_vacuum_insert_scale_factor = 0.02),
    add column previous_at timestamptz;

comment on column public.contacts.stage_id is 'end user: stage that it is in, as its state says; counts people by it';
comment on column public.contacts.stages_been is
    'end user: numbers of the stages that it has ever been in; counts how far people get';
comment on column public.transitions.previous_at is
    'end user: when the contact, as it is now, had entered the same stage the time before; counts people rather than entries';

-- The numbers of all that a contact's identities have been in, whosever they were then, and of the one that it is in.
create function private.stages_of(p_workspace uuid, p_contact uuid) returns smallint[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return array(
            select g.number
            from public.identities as i
            join public.transitions as t on t.workspace_id = p_workspace and t.contact_id = i.id
            join public.stages as g on g.id = t.to_stage_id
            where i.contact_id = p_contact
            union
            select g.number
            from public.contact_states as s
            join public.stages as g on g.id = s.stage_id
            where s.contact_id = p_contact
            order by 1
        );
    end
    $$;
revoke all on function private.stages_of(uuid, uuid) from public;
grant execute on function private.stages_of(uuid, uuid) to service_role;

update public.contacts as c
set stage_id = s.stage_id, stages_been = private.stages_of(c.workspace_id, c.id)
from public.contact_states as s
where s.contact_id = c.id;

update public.transitions as t
set previous_at = n.previous_at
from (
    select t.id, lag(t.created_at) over (partition by i.contact_id, t.to_stage_id order by t.created_at, t.id) as previous_at
    from public.transitions as t
    join public.identities as i on i.id = t.contact_id
) as n
where t.id = n.id and n.previous_at is not null;

drop index public.contacts_created_idx;
create index contacts_created_idx on public.contacts (workspace_id, created_at desc, id desc) include (stage_id, stages_been);
drop index public.transitions_entered_idx;
create index transitions_entered_idx on public.transitions (workspace_id, to_stage_id, created_at desc, id desc)
    include (contact_id, previous_at);

-- The log stays what it was; this alone follows who is who.
grant update (previous_at) on public.transitions to service_role;

-- Says anew of each entry of these contacts when the one before it was.
create function private.order_entries(p_workspace uuid, p_contacts uuid[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        update public.transitions as t
        set previous_at = n.previous_at
        from (
            select t.id, lag(t.created_at) over (partition by i.contact_id, t.to_stage_id order by t.created_at, t.id) as previous_at
            from public.identities as i
            join public.transitions as t on t.workspace_id = p_workspace and t.contact_id = i.id
            where i.contact_id = any (p_contacts)
        ) as n
        where t.id = n.id and t.previous_at is distinct from n.previous_at;
    end
    $$;
revoke all on function private.order_entries(uuid, uuid[]) from public;
grant execute on function private.order_entries(uuid, uuid[]) to service_role;

-- As before, and the contact notes the stage.
create or replace function private.log_transitions(
    p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamptz
) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        overtaken uuid[];
    begin
        with changes as (
            select n.*, g.number, c.stages_been, g.number = any (c.stages_been) as is_again
            from unnest(p_changes) as n
            join public.stages as g on g.id = n.to_stage_id
            left join public.contacts as c on c.id = n.contact_id
        ),
        noted as (
            update public.contacts as c
            set
                stage_id = n.to_stage_id,
                stages_been = case
                    when n.is_again then n.stages_been
                    else array(select s from unnest(n.stages_been || n.number) as s order by s)
                end
            from changes as n
            where c.id = n.contact_id
        ),
        logged as (
            insert into public.transitions
                (workspace_id, contact_id, from_stage_id, to_stage_id, cause, score, created_at, previous_at)
            select
                p_workspace, n.contact_id, n.from_stage_id, n.to_stage_id, p_cause, n.score, p_now,
                case when n.is_again then (
                    select max(last.created_at)
                    from public.identities as i
                    cross join lateral (
                        select t.created_at from public.transitions as t
                        where t.workspace_id = p_workspace and t.contact_id = i.id and t.to_stage_id = n.to_stage_id
                        order by t.created_at desc
                        limit 1
                    ) as last
                    where i.contact_id = n.contact_id
                ) end
            from changes as n
            returning contact_id, previous_at
        )
        select array_agg(contact_id) filter (where previous_at > p_now) into overtaken from logged;
        -- Of two calls at once the one that began first may end last.
        if overtaken is not null then
            perform private.order_entries(p_workspace, overtaken);
        end if;
    end
    $$;

-- As before; the stages that a contact has been in, and when, are those of whom it consists now.
create or replace function private.regroup_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        uncounted smallint[] := array(
            select s.number from public.signals as s
            where s.workspace_id = p_workspace and (
                not s.counted_back or exists (
                    select from public.rescores as r
                    where r.workspace_id = p_workspace and r.recount and r.finished_at is null
                )
            )
        );
    begin
        -- Counting back goes from contact to contact. It would miss what moves from one ahead of it to one behind it.
        if cardinality(uncounted) > 0 then
            perform private.count_back(p_workspace, p_contacts, uncounted);
        end if;
        with gone as (
            delete from public.contact_states as s
            where s.contact_id = any (p_contacts)
                and not exists (select from public.identities as i where i.contact_id = s.contact_id)
            returning s.*
        )
        insert into public.score_history (workspace_id, contact_id, day, score, stage_id)
        select workspace_id, contact_id, changed_on, score, stage_id from gone where stage_id is not null
        on conflict on constraint score_history_pkey do update
            set score = excluded.score, stage_id = excluded.stage_id;
        delete from public.contacts as c
        where c.id = any (p_contacts)
            and not exists (select from public.identities as i where i.contact_id = c.id);
        update public.contact_states as s
        set
            -- None of these rules': its sums are made anew.
            rules_version = -1,
            event_stage_id = private.event_stage_of(p_rules, s.contact_id),
            pinned_stage_id = private.pinned_stage_of(p_rules, s.contact_id),
            last_event_at = (
                select max(newest.occurred_at)
                from public.identities as i
                cross join lateral (
                    select e.occurred_at from public.events as e
                    where e.workspace_id = p_workspace and e.identity_id = i.id and e.type in ('track', 'page', 'screen')
                    order by e.occurred_at desc
                    limit 1
                ) as newest
                where i.contact_id = s.contact_id
            )
        where s.contact_id = any (p_contacts);
        perform private.merge_traits(p_rules, p_contacts);
        update public.contacts as c
        set stage_id = n.stage_id, stages_been = n.stages_been
        from (
            select s.contact_id, s.stage_id, private.stages_of(p_workspace, s.contact_id) as stages_been
            from public.contact_states as s
            where s.contact_id = any (p_contacts)
            offset 0
        ) as n
        where c.id = n.contact_id and (c.stage_id, c.stages_been) is distinct from (n.stage_id, n.stages_been);
        perform private.order_entries(p_workspace, p_contacts);
    end
    $$;

-- As before, and whether contacts say what their states and the log say.
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
        left join public.contacts as c on c.id = s.contact_id
        where s.contact_id = any (p_contacts)
            and (c.stage_id, c.stages_been) is distinct from (s.stage_id, private.stages_of(p_workspace, s.contact_id))
    $$;
