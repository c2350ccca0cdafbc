-- Why: rules change, and what is counted must not change with them. A signal is now what it counts and nothing else;
-- its name and points are the score rule's. A stage that an event leads to has a signal too, of which the last
-- occurrence is kept instead of a count, so that a stage can be tried out before it is there.
-- Breaking: signals.name, stages.event, stages.trusted_only and stage_events.stage_id are gone. Locks: closes these
-- tables, all small but stage_events, which is rewritten. Undo: none but a restore.

alter table public.score_rules add column name text;
update public.score_rules as r
set name = s.name
from public.signals as s
where s.workspace_id = r.workspace_id and s.number = r.signal;
alter table public.score_rules
    alter column name set not null,
    add constraint score_rules_name_key unique (workspace_id, name),
    drop constraint score_rules_signal_fkey,
    add constraint score_rules_signal_fkey
        foreign key (workspace_id, signal) references public.signals (workspace_id, number);

alter table public.signals
    drop constraint signals_name_key,
    drop column name,
    -- count: per UTC day. last: its last occurrence in the total order (for stages).
    add column kind text not null default 'count',
    -- Whether the events from before it was defined have been counted back.
    add column counted_back boolean not null default true,
    add constraint signals_kind_known check (kind in ('count', 'last')),
    add constraint signals_definition_key
        unique nulls not distinct (workspace_id, kind, event, trusted_only, condition);
alter table public.signals
    alter column kind drop default,
    alter column counted_back set default false;

insert into public.signals (workspace_id, number, kind, event, trusted_only)
select
    g.workspace_id,
    (select coalesce(max(s.number), 0) from public.signals as s where s.workspace_id = g.workspace_id)
        + row_number() over (partition by g.workspace_id order by g.event, g.trusted_only),
    'last', g.event, g.trusted_only
from (select distinct workspace_id, event, trusted_only from public.stages where event is not null) as g;

alter table public.stages add column signal smallint;
update public.stages as g
set signal = s.number
from public.signals as s
where s.workspace_id = g.workspace_id and s.kind = 'last' and s.event = g.event and s.trusted_only = g.trusted_only;
alter table public.stages
    drop constraint stages_one_way_in,
    drop column event,
    drop column trusted_only,
    -- Null for a stage that the rules no longer have: transitions and the history still name it.
    alter column position drop not null,
    -- Checked when a statement ends, so that one can swap names and positions.
    drop constraint stages_position_key,
    add constraint stages_position_key unique (workspace_id, position) deferrable initially immediate,
    drop constraint stages_name_key,
    add constraint stages_name_key unique (workspace_id, name) deferrable initially immediate,
    add constraint stages_one_way_in check (position is null or num_nonnulls(threshold, signal, silence_days) = 1),
    add constraint stages_signal_fkey
        foreign key (workspace_id, signal) references public.signals (workspace_id, number);
create index stages_signal_idx on public.stages (workspace_id, signal);

-- From here on: per identity and signal its last occurrence in the total order.
alter table public.stage_events add column signal smallint;
update public.stage_events as e
set signal = g.signal
from public.stages as g
where g.id = e.stage_id;
alter table public.stage_events
    drop constraint stage_events_pkey,
    drop column stage_id,
    add constraint stage_events_pkey primary key (identity_id, signal);

-- Whether a signal, or an automation on an event, takes an event of its name. It has no search_path of its own, so that
-- the planner can put its body in place of the call: ingestion asks it for every event.
create function private.meets(p_trusted_only boolean, p_condition jsonb, p_trusted boolean, p_properties jsonb) returns boolean
    language sql immutable parallel safe
    as $$
        select (p_trusted or not p_trusted_only) and (p_condition is null or p_properties @> p_condition)
    $$;
revoke all on function private.meets(boolean, jsonb, boolean, jsonb) from public;
grant execute on function private.meets(boolean, jsonb, boolean, jsonb) to authenticated, service_role;
