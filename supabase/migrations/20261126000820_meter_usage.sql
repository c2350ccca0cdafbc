-- Why: a quota is only fair to an owner who is told in time. What a workspace uses is measured beside ingestion, which
-- does nothing for it: a counter that every event raises would be the one row that all of a workspace's events wait for.
-- Not breaking (new tables and functions, an index; is_over_quota() asks the plan). Locks: events, while the index is
-- built; then a row of the clock per workspace, which nothing else takes. Undo: drop them, restore is_over_quota().

-- Events come in by and large in the order of received_at, so a few bytes per 32 pages find the latest.
create index events_received_idx on public.events
    using brin (received_at) with (pages_per_range = 32, autosummarize = on);

-- Per UTC month. Events as stored, whatever is erased later; contacts as last counted.
create table public.usage (
    workspace_id uuid        not null,
    month        date        not null,
    events       bigint      not null default 0,
    contacts     integer     not null default 0,
    -- Those let through before emails_until.
    emails       integer     not null default 0,
    emails_until timestamptz,
    -- Of contacts and emails; events are as of some minutes ago.
    measured_at  timestamptz,

    constraint usage_pkey primary key (workspace_id, month),
    constraint usage_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade
);

-- That the owners have been told: once a month and quota, which another plan changes.
create table public.usage_warnings (
    workspace_id uuid        not null,
    month        date        not null,
    meter        text        not null,
    percent      smallint    not null,
    used         integer     not null,
    quota        integer     not null,
    created_at   timestamptz not null,

    constraint usage_warnings_pkey primary key (workspace_id, month, meter, percent, quota),
    constraint usage_warnings_workspace_fkey
        foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint usage_warnings_meter_known check (meter in ('contacts', 'emails')),
    constraint usage_warnings_percent_known check (percent in (80, 100))
);

-- Until when events have been counted. One row.
create table private.metering (
    is_only       boolean     not null default true,
    counted_until timestamptz not null,

    constraint metering_pkey primary key (is_only),
    constraint metering_one_row check (is_only)
);
insert into private.metering (counted_until) values (now());

-- When each workspace was measured. Not a column of workspaces: publishing rules waits for that row while it holds up
-- ingestion, and counting a million contacts takes a second.
create table private.usage_clock (
    workspace_id uuid        not null,
    measured_at  timestamptz not null default '-infinity',

    constraint usage_clock_pkey primary key (workspace_id),
    constraint usage_clock_workspace_fkey
        foreign key (workspace_id) references public.workspaces (id) on delete cascade
);

create index usage_clock_measured_idx on private.usage_clock (measured_at);

alter table public.usage enable row level security;
alter table public.usage_warnings enable row level security;
alter table private.usage_clock enable row level security;
alter table private.metering enable row level security;

-- The sweep alone writes them.
grant select on public.usage, public.usage_warnings to authenticated;
grant select, insert, update, delete on public.usage, public.usage_warnings, private.usage_clock to service_role;
grant select, update on private.metering to service_role;

create policy "Members see what their workspace uses"
    on public.usage for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see what their workspace was warned of"
    on public.usage_warnings for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create function private.month_of(p_moment timestamptz) returns date
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select date_trunc('month', p_moment at time zone 'utc')::date
    $$;
revoke all on function private.month_of(timestamptz) from public;
grant execute on function private.month_of(timestamptz) to authenticated, service_role;

insert into public.usage (workspace_id, month, events)
select w.id, private.month_of(now()), count(*)
from public.events as e
join public.workspaces as w on w.id = e.workspace_id
where e.received_at >= private.month_of(now())::timestamp at time zone 'utc' and e.received_at < now()
group by w.id;

-- Adds the events of the next quarter of an hour, or of a tenth of the time that it is behind. No call that stores events takes a minute, so
-- what was received before the last one is all there. Returns whether there is more to count.
create function public.meter_events(p_now timestamptz default now()) returns boolean
    language plpgsql
    set search_path = ''
    -- The statistics of a table that only grows think little of its newest rows.
    set enable_seqscan = 'off'
    as $$
    declare
        begins timestamptz;
        ends   timestamptz;
    begin
        select m.counted_until into begins from private.metering as m for update skip locked;
        ends := least(
            begins + greatest(interval '15 minutes', (p_now - begins) / 10), p_now - interval '1 minute'
        );
        -- Somebody else is at it, or it is too soon.
        if begins is null or ends <= begins then
            return false;
        end if;
        insert into public.usage as u (workspace_id, month, events)
        select w.id, e.month, e.events
        from (
            select workspace_id, private.month_of(received_at) as month, count(*) as events
            from public.events
            where received_at >= begins and received_at < ends
            group by 1, 2
        ) as e
        join public.workspaces as w on w.id = e.workspace_id
        order by w.id, e.month
        on conflict on constraint usage_pkey do update set events = u.events + excluded.events;
        update private.metering set counted_until = ends;
        return ends < p_now - interval '1 minute';
    end
    $$;
revoke all on function public.meter_events(timestamptz) from public;
grant execute on function public.meter_events(timestamptz) to service_role;

-- The quotas that hold for a workspace, per meter; null for none.
create function private.quotas(p_workspace uuid, p_now timestamptz) returns table (meter text, quota integer)
    language sql stable
    set search_path = ''
    as $$
        select q.meter, q.quota
        from public.workspaces as w
        cross join lateral private.entitlements(w.id, p_now) as plan
        cross join lateral (values
            ('contacts', plan.contacts), ('emails', coalesce(w.monthly_emails, plan.emails))
        ) as q (meter, quota)
        where w.id = p_workspace
    $$;
revoke all on function private.quotas(uuid, timestamptz) from public;
grant execute on function private.quotas(uuid, timestamptz) to authenticated, service_role;

-- The month's mails: those that were there when last measured, and those since.
create function private.mails_of_month(p_workspace uuid, p_now timestamptz) returns integer
    language sql stable
    set search_path = ''
    as $$
        select coalesce(known.emails, 0) + (
            select count(*)::integer from public.messages as m
            where m.workspace_id = p_workspace
                and m.counted_at >= coalesce(known.emails_until, private.month_of(p_now)::timestamp at time zone 'utc')
        )
        from (select) as one
        left join public.usage as known
            on known.workspace_id = p_workspace and known.month = private.month_of(p_now)
    $$;
revoke all on function private.mails_of_month(uuid, timestamptz) from public;
grant execute on function private.mails_of_month(uuid, timestamptz) to authenticated, service_role;

-- Tells the owners once a month and quota that a meter has come to 80 % of its quota, and once that it is used up; of both at once
-- only the latter.
create function private.warn_owners(p_workspace uuid, p_now timestamptz) returns void
    language sql
    set search_path = ''
    as $$
        with reached as (
            select q.meter, level.percent, m.used, q.quota
            from public.usage as u
            cross join lateral (values
                ('contacts', u.contacts), ('emails', private.mails_of_month(p_workspace, p_now))
            ) as m (meter, used)
            join private.quotas(p_workspace, p_now) as q on q.meter = m.meter
            cross join (values (80), (100)) as level (percent)
            where u.workspace_id = p_workspace and u.month = private.month_of(p_now)
                and m.used * 100::bigint >= q.quota * level.percent::bigint
        ),
        told as (
            insert into public.usage_warnings (workspace_id, month, meter, percent, used, quota, created_at)
            select p_workspace, private.month_of(p_now), meter, percent, used, quota, p_now from reached
            on conflict on constraint usage_warnings_pkey do nothing
            returning meter, percent, used, quota
        )
        insert into private.notices (workspace_id, user_id, kind, variables, send_at)
        select
            p_workspace, o.user_id, 'usage',
            jsonb_build_object('meter', t.meter, 'percent', t.percent, 'used', t.used, 'quota', t.quota), p_now
        from (select distinct on (meter) * from told order by meter, percent desc) as t
        cross join public.members as o
        where o.workspace_id = p_workspace and o.role = 'owner'
    $$;
revoke all on function private.warn_owners(uuid, timestamptz) from public;
grant execute on function private.warn_owners(uuid, timestamptz) to service_role;

-- A drain lets mails through as of when it began, half a minute ago: what was let through three minutes ago is all there.
create function private.measure(p_workspace uuid, p_now timestamptz) returns void
    language sql
    set search_path = ''
    as $$
        insert into public.usage as u (workspace_id, month, contacts, emails, emails_until, measured_at)
        select
            p_workspace, private.month_of(p_now),
            (
                select count(distinct i.contact_id) from public.identities as i
                where i.workspace_id = p_workspace and i.kind in ('userId', 'email')
            ),
            (
                select count(*) from public.messages as m
                where m.workspace_id = p_workspace
                    and m.counted_at >= private.month_of(p_now)::timestamp at time zone 'utc' and m.counted_at < settled
            ),
            settled, p_now
        from greatest(
            private.month_of(p_now)::timestamp at time zone 'utc', p_now - interval '3 minutes'
        ) as settled
        on conflict on constraint usage_pkey do update
            set contacts = excluded.contacts, emails = excluded.emails, emails_until = excluded.emails_until,
                measured_at = excluded.measured_at;
        update private.usage_clock set measured_at = p_now where workspace_id = p_workspace;
        select private.warn_owners(p_workspace, p_now);
    $$;
revoke all on function private.measure(uuid, timestamptz) from public;
grant execute on function private.measure(uuid, timestamptz) to service_role;

-- Counts contacts and mails of the workspaces that were measured longest ago, each once an hour: for a second, one at
-- least. Returns how many there were.
create function public.measure_usage(p_now timestamptz default now()) returns integer
    language plpgsql
    set search_path = ''
    as $$
    declare
        ends      timestamptz := clock_timestamp() + interval '1 second';
        workspace uuid;
        measured  integer := 0;
    begin
        -- The meter writes the same rows in another order.
        perform from private.metering for share;
        insert into private.usage_clock (workspace_id)
        select w.id from public.workspaces as w
        where not exists (select from private.usage_clock as c where c.workspace_id = w.id)
        on conflict on constraint usage_clock_pkey do nothing;
        loop
            select c.workspace_id into workspace from private.usage_clock as c
            where c.measured_at <= p_now - interval '1 hour'
            order by c.measured_at
            limit 1
            for update skip locked;
            exit when not found;
            perform private.measure(workspace, p_now);
            measured := measured + 1;
            exit when clock_timestamp() > ends;
        end loop;
        return measured;
    end
    $$;
revoke all on function public.measure_usage(timestamptz) from public;
grant execute on function public.measure_usage(timestamptz) to service_role;

-- As last counted, be it in an earlier month.
create function private.contacts_counted(p_workspace uuid) returns integer
    language sql stable
    set search_path = ''
    as $$
        select u.contacts from public.usage as u
        where u.workspace_id = p_workspace and u.measured_at is not null
        order by u.month desc
        limit 1
    $$;
revoke all on function private.contacts_counted(uuid) from public;
grant execute on function private.contacts_counted(uuid) to authenticated, service_role;

-- Whether marketing has to pause: the month's mails are used up, or there were too many contacts when last counted.
create or replace function private.is_over_quota(p_workspace public.workspaces, p_now timestamptz) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            select coalesce(bool_or(case q.meter
                when 'emails' then private.mails_of_month(p_workspace.id, p_now) >= q.quota
                when 'contacts' then private.contacts_counted(p_workspace.id) > q.quota
            end), false)
            from private.quotas(p_workspace.id, p_now) as q
        );
    end
    $$;

grant execute on function private.is_over_quota(public.workspaces, timestamptz) to authenticated;
