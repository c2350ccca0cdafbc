-- Why: a score is a pure function of daily counts, traits, rules and the date; these are its inputs, the
-- state derived from them, and the record of every stage change.
-- Not breaking (new tables). Undo: drop the tables.

create table public.signals (
    workspace_id uuid     not null,
    number       smallint not null,
    name         text     not null,
    event        text     not null,
    -- Counts only events whose properties contain this.
    condition    jsonb,
    -- Leaves out what only a publishable key said, which anyone can say.
    trusted_only boolean  not null default false,

    constraint signals_pkey primary key (workspace_id, number),
    constraint signals_name_key unique (workspace_id, name),
    constraint signals_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint signals_condition_object check (jsonb_typeof(condition) = 'object')
);

-- Exact, order-free and additive: one integer per identity, signal and UTC day.
create table public.signal_counts (
    workspace_id uuid     not null,
    identity_id  uuid     not null,
    day          date     not null,
    signal       smallint not null,
    count        integer  not null,

    -- By workspace first, so that its deletion needs no second index, which every event would pay for. Nor is there a
    -- check constraint, whose parsing every event would pay for: track() alone writes here.
    constraint signal_counts_pkey primary key (workspace_id, identity_id, signal, day)
) with (fillfactor = 85);

create table public.score_rules (
    id           uuid          not null default gen_random_uuid(),
    workspace_id uuid          not null,
    signal       smallint      not null,
    points       numeric(7, 2) not null,
    cap          numeric(7, 2) not null,

    constraint score_rules_pkey primary key (id),
    constraint score_rules_signal_key unique (workspace_id, signal),
    constraint score_rules_signal_fkey
        foreign key (workspace_id, signal) references public.signals (workspace_id, number) on delete cascade,
    constraint score_rules_cap_positive check (cap > 0)
);

create table public.fit_rules (
    id           uuid          not null default gen_random_uuid(),
    workspace_id uuid          not null,
    trait        text          not null,
    operator     text          not null,
    operand      jsonb,
    points       numeric(7, 2) not null,

    constraint fit_rules_pkey primary key (id),
    constraint fit_rules_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint fit_rules_operator_known check (operator in ('equals', 'in', 'contains', 'exists', 'between'))
);

create index fit_rules_workspace_idx on public.fit_rules (workspace_id);

-- A stage is reached by score, by an event (then it sticks until a later stage event), or by silence.
create table public.stages (
    id           uuid     not null default gen_random_uuid(),
    workspace_id uuid     not null,
    name         text     not null,
    position     smallint not null,
    threshold    smallint,
    event        text,
    silence_days smallint,
    -- The event must come from a secret key or with a valid userHash.
    trusted_only boolean  not null default false,

    constraint stages_pkey primary key (id),
    constraint stages_name_key unique (workspace_id, name),
    -- Lets an automation refer to a stage of its own workspace only.
    constraint stages_workspace_id_key unique (workspace_id, id),
    constraint stages_position_key unique (workspace_id, position),
    constraint stages_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint stages_one_way_in check (num_nonnulls(threshold, event, silence_days) = 1),
    constraint stages_threshold_range check (threshold between 0 and 100),
    constraint stages_silence_positive check (silence_days > 0)
);

-- Per identity its last stage event in the total order.
create table public.stage_events (
    workspace_id uuid        not null,
    identity_id  uuid        not null,
    stage_id     uuid        not null,
    trusted      boolean     not null,
    occurred_at  timestamptz not null,
    message_id   text        not null collate "C",

    constraint stage_events_pkey primary key (identity_id)
);

create index stage_events_workspace_idx on public.stage_events (workspace_id);

-- Derived, one hot row per contact, apart from the traits so that an event rewrites little.
create table public.contact_states (
    contact_id     uuid           not null,
    workspace_id   uuid           not null,
    score          smallint       not null default 0,
    stage_id       uuid,
    fit            numeric(12, 2) not null default 0,
    last_event_at  timestamptz,
    -- Set by the latest stage event; null where score and silence decide.
    event_stage_id uuid,
    -- Per rule, in the compiled order: sum of count times decay as of sums_on.
    sums           numeric[]      not null default '{}',
    sums_on        date           not null default '-infinity',
    rules_version  integer        not null default 0,

    constraint contact_states_pkey primary key (contact_id)
) with (fillfactor = 75);

create index contact_states_workspace_stage_idx on public.contact_states (workspace_id, stage_id);

-- A log: what was known at the time, never decided again.
create table public.transitions (
    id            uuid        not null default gen_random_uuid(),
    workspace_id  uuid        not null,
    contact_id    uuid        not null,
    from_stage_id uuid,
    to_stage_id   uuid        not null,
    cause         text        not null,
    score         smallint    not null,
    created_at    timestamptz not null default now(),

    constraint transitions_pkey primary key (id),
    constraint transitions_cause_known check (cause in ('message', 'decay', 'silence', 'rules', 'hand'))
);

create index transitions_contact_idx on public.transitions (workspace_id, contact_id, created_at);

-- A workspace's rules as ingestion needs them: one row, one lookup. Written by private.compile_rules().
create table private.compiled_rules (
    workspace_id      uuid       not null,
    version           integer    not null,
    half_life_days    smallint   not null,
    signals           smallint[] not null,
    signal_events     text[]     not null,
    signal_conditions jsonb[]    not null,
    signal_trusted    boolean[]  not null,
    rule_signals      smallint[] not null,
    rule_points       numeric[]  not null,
    rule_caps         numeric[]  not null,
    has_fit           boolean    not null,
    -- Ascending by threshold.
    score_stages      uuid[]     not null,
    thresholds        smallint[] not null,
    event_stages      uuid[]     not null,
    stage_events      text[]     not null,
    stage_trusted     boolean[]  not null,
    -- Ascending by days.
    silence_stages    uuid[]     not null,
    silence_days      smallint[] not null,

    constraint compiled_rules_pkey primary key (workspace_id),
    constraint compiled_rules_workspace_fkey
        foreign key (workspace_id) references public.workspaces (id) on delete cascade
);

-- decay(age) of every half-life in use, as long as it is not zero.
create table private.decay_factors (
    half_life_days smallint        not null,
    age            smallint        not null,
    factor         numeric(13, 12) not null,

    constraint decay_factors_pkey primary key (half_life_days, age) include (factor)
);

alter table public.signals enable row level security;
alter table public.signal_counts enable row level security;
alter table public.score_rules enable row level security;
alter table public.fit_rules enable row level security;
alter table public.stages enable row level security;
alter table public.stage_events enable row level security;
alter table public.contact_states enable row level security;
alter table public.transitions enable row level security;
alter table private.compiled_rules enable row level security;
alter table private.decay_factors enable row level security;

grant select
    on public.signals, public.signal_counts, public.score_rules, public.fit_rules, public.stages,
       public.stage_events, public.contact_states, public.transitions
    to authenticated;
grant select, insert, update, delete
    on public.signals, public.signal_counts, public.score_rules, public.fit_rules, public.stages,
       public.stage_events, public.contact_states, private.compiled_rules, private.decay_factors
    to service_role;
-- Transitions are appended and, with their workspace, deleted; nobody rewrites them.
grant select, insert, delete on public.transitions to service_role;

-- Members read. Rules do not change by table writes: a change must be compiled, counted back over stored
-- events and re-scored in the same transaction, which is a function's work.
create policy "Members see their workspace's signals"
    on public.signals for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see how often signals were counted"
    on public.signal_counts for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their workspace's score rules"
    on public.score_rules for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their workspace's fit rules"
    on public.fit_rules for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their workspace's stages"
    on public.stages for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their contacts' stage events"
    on public.stage_events for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their contacts' scores and stages"
    on public.contact_states for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their contacts' transitions"
    on public.transitions for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

-- f(age) = 2^(-age / half-life), rounded to 12 decimals. The exponent carries 30 decimals because
-- power() works out no more digits than its operands have, and 16 are not enough to round 12 rightly.
create function private.decay(p_age integer, p_half_life_days smallint) returns numeric
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select round(power(2::numeric, (-p_age::numeric(40, 30) / p_half_life_days)::numeric(40, 30)), 12)
    $$;
revoke all on function private.decay(integer, smallint) from public;
grant execute on function private.decay(integer, smallint) to service_role;

create function private.fill_decay_factors(p_half_life_days smallint) returns void
    language sql
    set search_path = ''
    as $$
        insert into private.decay_factors (half_life_days, age, factor)
        select p_half_life_days, age, private.decay(age, p_half_life_days)
        -- 2^-41 rounds to zero.
        from generate_series(0, 41 * p_half_life_days) as age
        where private.decay(age, p_half_life_days) > 0
        on conflict do nothing
    $$;
revoke all on function private.fill_decay_factors(smallint) from public;
grant execute on function private.fill_decay_factors(smallint) to service_role;

-- Call it in the transaction that changes a workspace's signals, rules or stages.
create function private.compile_rules(p_workspace uuid) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        delete from private.compiled_rules where workspace_id = p_workspace;
        insert into private.compiled_rules
        select
            w.id, w.rules_version, w.half_life_days,
            s.signals, s.events, s.conditions, s.trusted,
            r.signals, r.points, r.caps,
            exists (select from public.fit_rules as f where f.workspace_id = w.id),
            g.score_stages, g.thresholds, g.event_stages, g.events, g.trusted, g.silence_stages, g.silence_days
        from
            public.workspaces as w,
            lateral (
                select
                    coalesce(array_agg(number order by number), '{}') as signals,
                    coalesce(array_agg(event order by number), '{}') as events,
                    coalesce(array_agg(condition order by number), '{}') as conditions,
                    coalesce(array_agg(trusted_only order by number), '{}') as trusted
                from public.signals where workspace_id = w.id
            ) as s,
            lateral (
                select
                    coalesce(array_agg(signal order by signal), '{}') as signals,
                    coalesce(array_agg(points order by signal), '{}') as points,
                    coalesce(array_agg(cap order by signal), '{}') as caps
                from public.score_rules where workspace_id = w.id
            ) as r,
            lateral (
                select
                    coalesce(array_agg(id order by threshold, position) filter (where threshold is not null), '{}') as score_stages,
                    coalesce(array_agg(threshold order by threshold, position) filter (where threshold is not null), '{}') as thresholds,
                    coalesce(array_agg(id order by position) filter (where event is not null), '{}') as event_stages,
                    coalesce(array_agg(event order by position) filter (where event is not null), '{}') as events,
                    coalesce(array_agg(trusted_only order by position) filter (where event is not null), '{}') as trusted,
                    coalesce(array_agg(id order by silence_days) filter (where silence_days is not null), '{}') as silence_stages,
                    coalesce(array_agg(silence_days order by silence_days) filter (where silence_days is not null), '{}') as silence_days
                from public.stages where workspace_id = w.id
            ) as g
        where w.id = p_workspace;
        perform private.fill_decay_factors(half_life_days) from public.workspaces where id = p_workspace;
    end
    $$;
revoke all on function private.compile_rules(uuid) from public;
grant execute on function private.compile_rules(uuid) to service_role;
