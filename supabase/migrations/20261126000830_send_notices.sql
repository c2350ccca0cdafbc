-- Why: our own mail to owners goes out once too, though the drain may stop anywhere.
-- Not breaking (new functions). Locks: the notices taken, skipping locked ones. Undo: drop the functions.

-- Security definer, because Supabase lets service_role read no accounts; this is all that our own mail needs of one.
create function private.address_of_user(p_user uuid) returns text
    language sql stable security definer
    set search_path = ''
    as $$
        select u.email from auth.users as u where u.id = p_user
    $$;
revoke all on function private.address_of_user(uuid) from public;
grant execute on function private.address_of_user(uuid) to service_role;

-- Takes up to p_limit due notices for two minutes: [{id, claim, to, kind, variables, workspace, attempts}]. What Resend may
-- have seen 23 hours ago is not sent again, because it would not know that it has.
create function public.claim_notices(p_limit integer, p_now timestamptz default now()) returns jsonb
    language sql
    set search_path = ''
    as $$
        update private.notices set status = 'unknown', claim = null
        where status = 'queued' and first_attempt_at < p_now - interval '23 hours';
        with due as (
            select n.id from private.notices as n
            where n.status = 'queued' and n.send_at <= p_now and coalesce(n.claimed_until, '-infinity') < p_now
            order by n.send_at
            limit p_limit
            for update skip locked
        ),
        taken as (
            update private.notices as n
            set
                claim = gen_random_uuid(), claimed_until = p_now + interval '2 minutes', attempts = n.attempts + 1,
                first_attempt_at = coalesce(n.first_attempt_at, p_now)
            from due as d
            where n.id = d.id
            returning n.*
        )
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', t.id, 'claim', t.claim, 'to', private.address_of_user(t.user_id), 'kind', t.kind, 'variables', t.variables,
            'workspace', jsonb_build_object('id', w.id, 'name', w.name), 'attempts', t.attempts
        ) order by t.send_at), '[]')
        from taken as t
        join public.workspaces as w on w.id = t.workspace_id
    $$;
revoke all on function public.claim_notices(integer, timestamptz) from public;
grant execute on function public.claim_notices(integer, timestamptz) to service_role;

-- p_status: sent, failed, unknown, or queued for another attempt at p_send_at.
create function public.finish_notice(p_id uuid, p_claim uuid, p_status text, p_send_at timestamptz default null) returns void
    language sql
    set search_path = ''
    as $$
        update private.notices
        set status = p_status, send_at = coalesce(p_send_at, send_at), claim = null, claimed_until = null
        where id = p_id and claim = p_claim
    $$;
revoke all on function public.finish_notice(uuid, uuid, text, timestamptz) from public;
grant execute on function public.finish_notice(uuid, uuid, text, timestamptz) to service_role;
