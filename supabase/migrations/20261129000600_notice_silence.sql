-- Why: an install that has gone silent looks like a quiet day until somebody says since when.
-- Not breaking (a column that old code leaves alone, new functions). Locks: usage, for an instant. Undo: drop the function, restore
-- meter_events() from *_meter_usage.sql, drop the column.

alter table public.usage add column last_event_at timestamptz;

comment on column public.usage.last_event_at is
    'owner: when the last event of the month came, as counted; tells that an install has gone silent';

create or replace function public.meter_events(p_now timestamptz default now()) returns boolean
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
        insert into public.usage as u (workspace_id, month, events, last_event_at)
        select w.id, e.month, e.events, e.last_at
        from (
            select
                workspace_id, private.month_of(received_at) as month, count(*) as events, max(received_at) as last_at
            from public.events
            where received_at >= begins and received_at < ends
            group by 1, 2
        ) as e
        join public.workspaces as w on w.id = e.workspace_id
        order by w.id, e.month
        on conflict on constraint usage_pkey do update
            set events = u.events + excluded.events, last_event_at = excluded.last_event_at;
        update private.metering set counted_until = ends;
        return ends < p_now - interval '1 minute';
    end
    $$;

-- Whether events come: {"any": whether one ever has, "silent": none has for a day, "lastAt": when the last one came that has
-- been counted}. The meter knows of most workspaces that they are not silent; of the others the events of a day are looked for.
create function public.event_silence(p_workspace uuid, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    set enable_seqscan = 'off' -- right for a table of any size, and statistics may be old
    as $$
        select jsonb_build_object(
            'any', known.any,
            'silent', known.any and coalesce(counted.last_at < p_now - interval '24 hours', true) and not exists (
                select from public.events as e
                where e.workspace_id = p_workspace and e.received_at > p_now - interval '24 hours'
            ),
            'lastAt', counted.last_at
        )
        from (
            select max(u.last_event_at) as last_at from public.usage as u where u.workspace_id = p_workspace
        ) as counted
        cross join lateral (
            select counted.last_at is not null or exists (
                select from public.events as e where e.workspace_id = p_workspace
            ) as any
        ) as known
    $$;
revoke all on function public.event_silence(uuid, timestamptz) from public;
grant execute on function public.event_silence(uuid, timestamptz) to authenticated;
