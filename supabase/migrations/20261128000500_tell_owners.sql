-- Why: every screen says while a workspace waits for its deletion or a payment has failed, without asking twice; and Billing
-- shows what can be bought.
-- Not breaking (more members in an answer, and a new function). Locks: none. Undo: restore my_workspaces(), drop offers().

-- The caller's workspaces, and those that wait for them: {"workspaces": [{id, name, slug, role, createdAt,
-- deletionRequestedAt, purgeAfter, payment}], "invitations": [{id, workspace, name, role}]}. purgeAfter: until when the deletion
-- can be cancelled. payment: "past_due" or "unpaid", where the last subscription is that.
create or replace function public.my_workspaces() returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'workspaces', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', w.id, 'name', w.name, 'slug', w.slug, 'role', m.role, 'createdAt', w.created_at,
                        'deletionRequestedAt', w.deletion_requested_at, 'purgeAfter', d.purge_after,
                        'payment', case when s.status in ('past_due', 'unpaid') then s.status end
                    ) order by w.name, w.id
                ), '[]')
                from public.members as m
                join public.workspaces as w on w.id = m.workspace_id
                left join public.deletion_requests as d
                    on d.workspace_id = w.id and d.cancelled_at is null and d.finished_at is null
                left join lateral (
                    select n.status from public.subscriptions as n
                    where n.workspace_id = w.id
                    order by n.created_at desc
                    limit 1
                ) as s on true
                where m.user_id = auth.uid()
            ),
            'invitations', private.my_invitations()
        )
    $$;

-- The plans, the smallest first: [{name, messagesPerMinute, contacts, emails, members, intervals}]; the intervals are those at
-- which it is sold. Null for outsiders.
create function public.offers(p_workspace uuid) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_agg(
            jsonb_build_object(
                'name', p.name, 'messagesPerMinute', 240 * p.rate_multiplier, 'contacts', p.contacts, 'emails', p.emails,
                'members', p.members, 'intervals', to_jsonb(array(
                    select distinct v.interval from public.plan_variants as v
                    where v.plan = p.name and v.is_sold order by v.interval
                ))
            ) order by p.position
        )
        from public.workspaces as w
        cross join public.plans as p
        where w.id = p_workspace
    $$;
revoke all on function public.offers(uuid) from public;
grant execute on function public.offers(uuid) to authenticated;
