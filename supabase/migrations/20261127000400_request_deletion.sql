-- Why: an owner may have their workspace deleted, and has a week to think again. Until then nothing is gone, but nothing
-- moves either: keys refuse, no product mail leaves, and the subscription ends.
-- Not breaking (new tables and functions; health() counts by what is due). Locks: the workspace's row. Undo: drop them.

-- The request and, once it is done, the receipt: what was asked when by whom, and how many rows went from which table.
-- No foreign keys: it outlives the workspace, and holds nothing of its end users.
create table public.deletion_requests (
    id            uuid        not null default gen_random_uuid(),
    workspace_id  uuid        not null,
    -- As in audit_log.
    requested_by  text        not null,
    -- When the request reached us, from when on 30 days count; earlier than requested_at where it came by mail.
    received_at   timestamptz not null,
    requested_at  timestamptz not null,
    purge_after   timestamptz not null,
    due_by        timestamptz not null,
    cancelled_at  timestamptz,
    cancelled_by  text,
    purging_since timestamptz,
    -- When all was gone but the workspace's own row and its members.
    emptied_at    timestamptz,
    finished_at   timestamptz,
    -- Owners who have not got the receipt yet: [{"to", "name", "triedAt"}], their address, what the workspace
    -- was called, and when Resend was first asked to tell them.
    untold        jsonb       not null default '[]',
    -- Rows that are gone, by table.
    counts        jsonb       not null default '{}',
    -- When the receipt was put beside the database, where a restored backup does not undo it.
    stored_at     timestamptz,

    constraint deletion_requests_pkey primary key (id),
    constraint deletion_requests_ended_once check (num_nonnulls(cancelled_at, finished_at) <= 1)
);

create unique index deletion_requests_open_key on public.deletion_requests (workspace_id)
    where cancelled_at is null and finished_at is null;
create index deletion_requests_workspace_idx on public.deletion_requests (workspace_id, requested_at desc);

-- What Lemon Squeezy is to be told. In time for the grace: what ends within it could not be resumed, so its cancellation
-- waits until nobody can think again.
create table private.subscription_orders (
    subscription_id text        not null,
    workspace_id    uuid        not null,
    -- cancel, or resume what this has cancelled.
    wish            text        not null,
    due_at          timestamptz not null,
    done_at         timestamptz,
    -- When Lemon Squeezy was first told to cancel it: what we have not cancelled is not ours to resume.
    cancelled_at    timestamptz,

    constraint subscription_orders_pkey primary key (subscription_id),
    constraint subscription_orders_wish_known check (wish in ('cancel', 'resume'))
);

create index subscription_orders_workspace_idx on private.subscription_orders (workspace_id);
create index subscription_orders_due_idx on private.subscription_orders (due_at) where done_at is null;

insert into private.export_exclusions (table_name, column_name, reason) values
    ('deletion_requests', 'untold', 'filled when the workspace is gone');

alter table public.deletion_requests enable row level security;
alter table private.subscription_orders enable row level security;

grant select on public.deletion_requests to authenticated;
grant select, insert, update, delete on public.deletion_requests to service_role;
grant select, insert, update, delete on private.subscription_orders to service_role;

-- Nobody signed in writes it: only an owner may ask, and only by functions that check the name.
create policy "Members see whether their workspace is being deleted"
    on public.deletion_requests for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

-- Who may have the workspace deleted, or keep it: an owner, also while that is pending. Returns them as an audit log
-- names them.
create function public.workspace_owner(p_workspace uuid) returns text
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        if not exists (
            select from public.members
            where workspace_id = p_workspace and user_id = (select auth.uid()) and role = 'owner'
        ) then
            raise sqlstate '42501' using message = 'not_allowed';
        end if;
        return 'member:' || (select auth.uid());
    end
    $$;
revoke all on function public.workspace_owner(uuid) from public;
grant execute on function public.workspace_owner(uuid) to authenticated, service_role;

-- Tells every owner, each once.
create function private.notify_owners(p_workspace uuid, p_kind text, p_variables jsonb, p_now timestamptz) returns void
    language sql
    set search_path = ''
    as $$
        insert into private.notices (workspace_id, user_id, kind, variables, send_at)
        select m.workspace_id, m.user_id, p_kind, p_variables || jsonb_build_object('owner', m.user_id), p_now
        from public.members as m
        where m.workspace_id = p_workspace and m.role = 'owner'
    $$;
revoke all on function private.notify_owners(uuid, text, jsonb, timestamptz) from public;
grant execute on function private.notify_owners(uuid, text, jsonb, timestamptz) to service_role;

-- Ends what is paid for: now if it can still be resumed on the grace's last day, else when that is over. What was about to
-- be resumed is cancelled after all, and so is what has come to life since Lemon Squeezy was told.
create function private.order_cancellations(p_workspace uuid, p_purge_after timestamptz, p_now timestamptz) returns void
    language sql
    set search_path = ''
    as $$
        update private.subscription_orders set wish = 'cancel', due_at = p_now
        where workspace_id = p_workspace and wish = 'resume';
        insert into private.subscription_orders as o (subscription_id, workspace_id, wish, due_at)
        select
            s.id, s.workspace_id, 'cancel',
            case when coalesce(s.renews_at, s.trial_ends_at, s.ends_at) > p_purge_after then p_now else p_purge_after end
        from public.subscriptions as s
        where s.workspace_id = p_workspace and s.status not in ('cancelled', 'expired')
        on conflict on constraint subscription_orders_pkey do update set due_at = excluded.due_at, done_at = null
            where o.done_at < (select s.told_at from public.subscriptions as s where s.id = o.subscription_id)
    $$;
revoke all on function private.order_cancellations(uuid, timestamptz, timestamptz) from public;
grant execute on function private.order_cancellations(uuid, timestamptz, timestamptz) to service_role;

-- As a client gets it.
create function private.deletion_answer(p_request public.deletion_requests) returns jsonb
    language sql immutable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'requestId', p_request.id, 'purgeAfter', p_request.purge_after, 'dueBy', p_request.due_by,
            'status', case
                when p_request.cancelled_at is not null then 'cancelled'
                when p_request.finished_at is not null then 'finished'
                when p_request.purging_since is not null then 'purging'
                else 'pending'
            end
        )
    $$;
revoke all on function private.deletion_answer(public.deletion_requests) from public;
grant execute on function private.deletion_answer(public.deletion_requests) to service_role;

-- What two names that look alike have in common: no spaces but between words, and composed letters.
create function private.as_typed(p_name text) returns text
    language sql immutable
    set search_path = ''
    as $$
        select btrim(regexp_replace(normalize(p_name, nfc), '\s+', ' ', 'g'))
    $$;
revoke all on function private.as_typed(text) from public;
grant execute on function private.as_typed(text) to service_role;

-- From now on the workspace is being deleted. p_name: what its owner has typed. p_received_at: when the request came, if
-- that was earlier. Asked again, the same answer. Raises PT455 for another name, PT458 for no
-- such workspace.
create function public.request_deletion(
    p_workspace uuid, p_name text, p_actor text, p_received_at timestamptz default null, p_now timestamptz default now()
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        home     public.workspaces;
        request  public.deletion_requests;
        received timestamptz := least(coalesce(p_received_at, p_now), p_now);
    begin
        select * into home from public.workspaces where id = p_workspace for update;
        if not found then
            raise sqlstate 'PT458' using message = 'workspace_unknown';
        elsif private.as_typed(home.name) <> private.as_typed(p_name) then
            raise sqlstate 'PT455' using message = 'name_mismatch';
        end if;
        select * into request from public.deletion_requests
        where workspace_id = p_workspace and cancelled_at is null and finished_at is null;
        if found then
            return private.deletion_answer(request);
        end if;

        insert into public.deletion_requests
            (workspace_id, requested_by, received_at, requested_at, purge_after, due_by)
        values (
            p_workspace, p_actor, received, p_now,
            -- A request that has lain about leaves less time to think again, and two days to do it in.
            greatest(p_now, least(p_now + interval '7 days', received + interval '28 days')),
            received + interval '30 days'
        )
        returning * into request;
        update public.workspaces set deletion_requested_at = p_now where id = p_workspace;
        perform private.order_cancellations(p_workspace, request.purge_after, p_now);
        perform private.notify_owners(p_workspace, 'deletion_requested', jsonb_build_object(
            'requestId', request.id, 'purgeAfter', request.purge_after, 'dueBy', request.due_by
        ), p_now);
        perform private.audit(p_workspace, 'workspace.request_deletion', null, p_actor);
        return private.deletion_answer(request);
    end
    $$;
revoke all on function public.request_deletion(uuid, text, text, timestamptz, timestamptz) from public;
grant execute on function public.request_deletion(uuid, text, text, timestamptz, timestamptz) to service_role;

-- Everything as it was. Raises PT456 when there is nothing to cancel, PT457 when the grace is over.
create function public.cancel_deletion(p_workspace uuid, p_actor text, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        request public.deletion_requests;
    begin
        perform from public.workspaces where id = p_workspace for update;
        select * into request from public.deletion_requests
        where workspace_id = p_workspace
        order by requested_at desc
        limit 1
        for update;
        if request.id is null then
            raise sqlstate 'PT456' using message = 'deletion_unknown';
        elsif request.cancelled_at is not null then
            return private.deletion_answer(request);
        elsif request.purging_since is not null or request.purge_after <= p_now then
            raise sqlstate 'PT457' using message = 'deletion_grace_over';
        end if;

        update public.deletion_requests set cancelled_at = p_now, cancelled_by = p_actor
        where id = request.id
        returning * into request;
        update public.workspaces set deletion_requested_at = null where id = p_workspace;
        delete from private.subscription_orders where workspace_id = p_workspace and cancelled_at is null;
        update private.subscription_orders set wish = 'resume', due_at = p_now, done_at = null
        where workspace_id = p_workspace;
        -- Who has not heard of it yet need not any more.
        delete from private.notices
        where workspace_id = p_workspace and kind = 'deletion_requested' and status = 'queued'
            and first_attempt_at is null;
        perform private.notify_owners(p_workspace, 'deletion_cancelled', '{}', p_now);
        perform private.audit(p_workspace, 'workspace.cancel_deletion', null, p_actor);
        return private.deletion_answer(request);
    end
    $$;
revoke all on function public.cancel_deletion(uuid, text, timestamptz) from public;
grant execute on function public.cancel_deletion(uuid, text, timestamptz) to service_role;

-- The same by the link in an owner's mail, for as long as they are one.
create function public.cancel_deletion_by_link(p_request uuid, p_owner uuid, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := (select r.workspace_id from public.deletion_requests as r where r.id = p_request);
    begin
        if not exists (
            select from public.members
            where workspace_id = workspace and user_id = p_owner and role = 'owner'
        ) then
            raise sqlstate 'PT456' using message = 'deletion_unknown';
        end if;
        -- An old link must not undo a later request.
        if p_request <> (
            select r.id from public.deletion_requests as r
            where r.workspace_id = workspace
            order by r.requested_at desc
            limit 1
        ) then
            raise sqlstate 'PT456' using message = 'deletion_unknown';
        end if;
        return public.cancel_deletion(workspace, 'member:' || p_owner, p_now);
    end
    $$;
revoke all on function public.cancel_deletion_by_link(uuid, uuid, timestamptz) from public;
grant execute on function public.cancel_deletion_by_link(uuid, uuid, timestamptz) to service_role;

-- What Lemon Squeezy is to be told now: [{"subscriptionId", "wish"}].
create function public.due_subscription_orders(p_limit integer, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(jsonb_build_object('subscriptionId', o.subscription_id, 'wish', o.wish)), '[]')
        from (
            select * from private.subscription_orders
            where done_at is null and due_at <= p_now
            order by due_at
            limit p_limit
        ) as o
    $$;
revoke all on function public.due_subscription_orders(integer, timestamptz) from public;
grant execute on function public.due_subscription_orders(integer, timestamptz) to service_role;

-- Lemon Squeezy has been told. Of a workspace that is gone nothing is left to remember. Where the deletion was cancelled
-- while a cancellation was on its way, that is undone next.
create function public.subscription_order_done(p_subscription text, p_wish text, p_now timestamptz default now()) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        if p_wish = 'resume' then
            delete from private.subscription_orders where subscription_id = p_subscription and wish = 'resume';
            return;
        end if;
        delete from private.subscription_orders as o
        where o.subscription_id = p_subscription and not exists (
            select from public.workspaces as w where w.id = o.workspace_id
        );
        update private.subscription_orders set done_at = p_now, cancelled_at = coalesce(cancelled_at, p_now)
        where subscription_id = p_subscription and wish = 'cancel';
        if not found then
            insert into private.subscription_orders (subscription_id, workspace_id, wish, due_at)
            select s.id, s.workspace_id, 'resume', p_now
            from public.subscriptions as s
            join public.workspaces as w on w.id = s.workspace_id and w.deletion_requested_at is null
            where s.id = p_subscription
            on conflict on constraint subscription_orders_pkey do nothing;
        end if;
    end
    $$;
revoke all on function public.subscription_order_done(text, text, timestamptz) from public;
grant execute on function public.subscription_order_done(text, text, timestamptz) to service_role;

-- {"overdueDeletions": requests that should have been done by now, "outboxOldestSeconds": of what is due}.
create or replace function public.health(p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'overdueDeletions', (
                select count(*) from public.deletion_requests
                where cancelled_at is null and finished_at is null and due_by < p_now
            ),
            'outboxOldestSeconds', coalesce((
                select extract(epoch from p_now - min(send_at))::bigint from public.messages
                where status in ('queued', 'claimed', 'sending') and send_at <= p_now
            ), 0)
        )
    $$;
