-- Why: under row-level security a condition with coalesce() in it uses no index, so the mails of all months were read for each
-- answer, and twice: for the quota and for whether it is used up. And of those sent in a week each row was fetched.
-- Not breaking (functions for functions, an index for another). Locks: the index keeps writers of messages waiting while it is
-- made; make it `concurrently` beforehand on a big table. Undo: the functions and the index before, then drop meters().

drop index public.messages_counted_idx;
create index messages_counted_idx on public.messages (workspace_id, counted_at) include (status) where counted_at is not null;

-- The month's mails: those that were there when last measured, and those since.
create or replace function private.mails_of_month(p_workspace uuid, p_now timestamptz) returns integer
    language sql stable
    set search_path = ''
    as $$
        select coalesce(
            (select u.emails from public.usage as u where u.workspace_id = p_workspace and u.month = private.month_of(p_now)), 0
        ) + (
            select count(*)::integer from public.messages as m
            where m.workspace_id = p_workspace and m.counted_at >= (
                select coalesce(
                    (
                        select u.emails_until from public.usage as u
                        where u.workspace_id = p_workspace and u.month = private.month_of(p_now)
                    ),
                    private.month_of(p_now)::timestamp at time zone 'utc'
                )
            )
        )
    $$;

-- What a workspace has used of each quota; a quota of null is none.
create function private.meters(p_workspace uuid, p_now timestamptz)
    returns table (meter text, used integer, quota integer, is_over boolean)
    language sql stable
    set search_path = ''
    as $$
        select
            m.meter, m.used, m.quota, coalesce(case m.meter when 'emails' then m.used >= m.quota else m.used > m.quota end, false)
        from (
            select q.meter, q.quota, case q.meter
                when 'emails' then private.mails_of_month(p_workspace, p_now)
                else coalesce(private.contacts_counted(p_workspace), 0)
            end as used
            from private.quotas(p_workspace, p_now) as q
            offset 0
        ) as m
    $$;
revoke all on function private.meters(uuid, timestamptz) from public;
grant execute on function private.meters(uuid, timestamptz) to authenticated, service_role;

-- Whether marketing has to pause: the month's mails are used up, or there were too many contacts when last counted.
create or replace function private.is_over_quota(p_workspace public.workspaces, p_now timestamptz) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (select coalesce(bool_or(m.is_over), false) from private.meters(p_workspace.id, p_now) as m);
    end
    $$;

-- As before, from meters().
create or replace function public.billing(p_workspace uuid, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'plan', (
                select jsonb_build_object(
                    'name', p.name, 'messagesPerMinute', 240 * p.rate_multiplier, 'members', p.members
                )
                from private.entitlements(w.id, p_now) as p
            ),
            'subscription', (
                select jsonb_build_object(
                    'id', s.id, 'plan', v.plan, 'interval', v.interval, 'status', s.status,
                    'served', private.is_served(s.status, s.pause_mode, s.ends_at, p_now),
                    'pauseMode', s.pause_mode, 'trialEndsAt', s.trial_ends_at, 'renewsAt', s.renews_at,
                    'endsAt', s.ends_at,
                    -- The status is what the sweep keeps true; of a payment only webhooks tell.
                    'payment', case
                        when s.status in ('past_due', 'unpaid') then 'failed'
                        when s.status <> 'active' or y.status = 'paid' then y.status
                    end
                )
                from public.subscriptions as s
                left join public.plan_variants as v on v.variant_id = s.variant_id
                left join public.payments as y on y.subscription_id = s.id
                where s.workspace_id = w.id
                order by s.created_at desc
                limit 1
            ),
            'usage', jsonb_build_object(
                'month', private.month_of(p_now), 'measuredAt', u.measured_at, 'events', coalesce(u.events, 0)
            ) || m.used,
            'marketingPaused', m.is_over,
            'warnings', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'meter', n.meter, 'percent', n.percent, 'used', n.used, 'quota', n.quota, 'at', n.created_at
                ) order by n.created_at, n.percent)
                from public.usage_warnings as n
                where n.workspace_id = w.id and n.month = private.month_of(p_now)
            ), '[]')
        )
        from public.workspaces as w
        left join public.usage as u on u.workspace_id = w.id and u.month = private.month_of(p_now)
        cross join lateral (
            select
                jsonb_object_agg(q.meter, jsonb_build_object('quota', q.quota, 'used', q.used)) as used, bool_or(q.is_over) as is_over
            from private.meters(w.id, p_now) as q
            offset 0
        ) as m
        where w.id = p_workspace
    $$;
