-- Why: our own mail to owners goes out once too, though the drain may stop anywhere.
-- Not breaking (new table and functions). Locks: the notices taken, skipping locked ones. Undo: drop them.

-- Our own mail to owners, each sent once: the row's id is the provider's idempotency key.
create table private.notices (
    id               uuid        not null default gen_random_uuid(),
    workspace_id     uuid        not null,
    user_id          uuid        not null,
    kind             text        not null,
    variables        jsonb       not null,
    status           text        not null default 'queued',
    send_at          timestamptz not null,
    attempts         smallint    not null default 0,
    claim            uuid,
    claimed_until    timestamptz,
    first_attempt_at timestamptz,

    constraint notices_pkey primary key (id),
    constraint notices_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint notices_user_fkey foreign key (user_id) references auth.users (id) on delete cascade,
    constraint notices_status_known check (status in ('queued', 'sent', 'failed', 'unknown'))
);

create index notices_due_idx on private.notices (send_at) where status = 'queued';
create index notices_workspace_idx on private.notices (workspace_id);
create index notices_user_idx on private.notices (user_id);

alter table private.notices enable row level security;
grant select, insert, update, delete on private.notices to service_role;

-- Security definer, because Supabase lets service_role read no accounts; this is all that our own mail needs of one.
create function private.address_of_user(p_user uuid) returns text
    language sql stable security definer
    set search_path = ''
    as $$
        select u.email from auth.users as u where u.id = p_user
    $$;
revoke all on function private.address_of_user(uuid) from public;
grant execute on function private.address_of_user(uuid) to service_role;

-- Takes up to p_limit due notices for two minutes: [{id, claim, to, kind, variables, workspace, attempts}]. What is of no
-- interest any more goes: who is no longer an owner must not hear of the workspace, and one that is being deleted is not
-- asked to upgrade. What Resend may have seen 23 hours ago is not sent again, because it would not know that it has.
create function public.claim_notices(p_limit integer, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        due uuid[] := array(
            select n.id from private.notices as n
            where n.status = 'queued' and n.send_at <= p_now and coalesce(n.claimed_until, '-infinity') < p_now
            order by n.send_at
            limit p_limit
            for update skip locked
        );
        answer jsonb;
    begin
        delete from private.notices as n
        where n.id = any (due) and not exists (
            select from public.members as o
            join public.workspaces as w on w.id = o.workspace_id
            where o.workspace_id = n.workspace_id and o.user_id = n.user_id and o.role = 'owner'
                and (w.deletion_requested_at is null or n.kind <> 'usage')
        );
        update private.notices as n
        set status = 'unknown', claim = null
        where n.id = any (due) and n.first_attempt_at < p_now - interval '23 hours';
        with taken as (
            update private.notices as n
            set
                claim = gen_random_uuid(), claimed_until = p_now + interval '2 minutes', attempts = n.attempts + 1,
                first_attempt_at = coalesce(n.first_attempt_at, p_now)
            where n.id = any (due) and n.status = 'queued'
            returning n.*
        )
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', t.id, 'claim', t.claim, 'to', private.address_of_user(t.user_id), 'kind', t.kind,
            'variables', t.variables, 'workspace', jsonb_build_object('id', w.id, 'name', w.name),
            'attempts', t.attempts
        ) order by t.send_at), '[]')
        into answer
        from taken as t
        join public.workspaces as w on w.id = t.workspace_id;
        return answer;
    end
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
