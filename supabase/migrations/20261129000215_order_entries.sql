-- Why: whoever enters a stage again is the same person, and so are two identities that have joined. An entry says when the one
-- before it was, so that people are counted and listed by looking at entries alone.
-- Not breaking (a column, functions for functions). Locks: the index keeps writers of transitions waiting while it is made; the
-- column is filled where there was an entry before. Undo: the functions and the index before, then drop the column.

alter table public.transitions
    -- Entries are only ever added, so this costs little and keeps the index enough to count by.
    set (autovacuum_vacuum_insert_scale_factor = 0.02),
    add column previous_at timestamptz;

comment on column public.transitions.previous_at is
    'end user: when the contact, as it is now, had entered the same stage the time before; counts people rather than entries';

update public.transitions as t
set previous_at = n.previous_at
from (
    select t.id, lag(t.created_at) over (partition by i.contact_id, t.to_stage_id order by t.created_at, t.id) as previous_at
    from public.transitions as t
    join public.identities as i on i.id = t.contact_id
) as n
where t.id = n.id and n.previous_at is not null;

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

create or replace function private.log_transitions(
    p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamptz
) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        overtaken uuid[];
    begin
        with logged as (
            insert into public.transitions
                (workspace_id, contact_id, from_stage_id, to_stage_id, cause, score, created_at, previous_at)
            select
                p_workspace, c.contact_id, c.from_stage_id, c.to_stage_id, p_cause, c.score, p_now,
                (
                    select max(last.created_at)
                    from public.identities as i
                    cross join lateral (
                        select t.created_at from public.transitions as t
                        where t.workspace_id = p_workspace and t.contact_id = i.id and t.to_stage_id = c.to_stage_id
                        order by t.created_at desc
                        limit 1
                    ) as last
                    where i.contact_id = c.contact_id
                )
            from unnest(p_changes) as c
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
            stages_been = private.stages_of(s),
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
        perform private.order_entries(p_workspace, p_contacts);
    end
    $$;
