-- Why: whoever looks at a workspace sees its plan, what it uses, and what was said about it, from one source.
-- Not breaking (new function). Locks: none. Undo: drop the function.

grant execute on function private.is_over_quota(public.workspaces, timestamptz) to authenticated;

-- Under the caller's own rights; null for a workspace that they may not see. {plan: {name, messagesPerMinute, members},
-- subscription: {id, plan, interval, status, served, pauseMode, trialEndsAt, renewsAt, endsAt, payment} | null,
-- usage: {month, measuredAt, events, contacts: {used, quota}, emails: {used, quota}}, marketingPaused,
-- warnings: [{meter, percent, used, quota, at}]}. The limit of messages is
-- per key; a quota of null is none.
create function public.billing(p_workspace uuid, p_now timestamptz default now()) returns jsonb
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
            'usage', (
                select jsonb_build_object(
                    'month', private.month_of(p_now), 'measuredAt', u.measured_at, 'events', coalesce(u.events, 0)
                ) || jsonb_object_agg(q.meter, jsonb_build_object('quota', q.quota, 'used', case q.meter
                    when 'emails' then private.mails_of_month(w.id, p_now)
                    else coalesce(private.contacts_counted(w.id), 0)
                end))
                from private.quotas(w.id, p_now) as q
            ),
            'marketingPaused', private.is_over_quota(w, p_now),
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
        where w.id = p_workspace
    $$;
revoke all on function public.billing(uuid, timestamptz) from public;
grant execute on function public.billing(uuid, timestamptz) to authenticated, service_role;
