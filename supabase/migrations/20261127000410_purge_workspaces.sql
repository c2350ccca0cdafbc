-- Why: when the grace is over, all of a workspace goes: in chunks that nobody waits for, by whichever sweep comes next,
-- and with a proof at the end that nothing is left.
-- Not breaking (new functions). Locks: rows of that workspace alone, skipping those that somebody holds; at the very end
-- its structure lock, alone, and its row. Undo: drop the functions.

-- Every table that holds rows of workspaces, those that refer to others of them before these; a new table is one of them
-- by its column workspace_id. What stays is not: the request and the audit log; nor what goes in the last transaction; nor
-- what Lemon Squeezy has still to be told, or it would go on taking money for what is gone.
-- Scores go first: the sweep of scores then finds no contact of whom half is gone. What triggers compile of automations
-- goes last, when there are none.
create function private.tenant_tables() returns table (name regclass, place integer)
    language sql stable
    set search_path = ''
    as $$
        with recursive tenant as (
            select c.oid
            from pg_catalog.pg_class as c
            join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
            where c.relkind in ('r', 'p') and not c.relispartition
                and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
                and c.oid <> all (array[
                    'public.deletion_requests', 'public.audit_log', 'public.members', 'private.subscription_orders'
                ]::regclass[])
        ),
        deep as (
            select t.oid, 0 as place from tenant as t
            union
            select r.confrelid, d.place + 1
            from deep as d
            join pg_catalog.pg_constraint as r on r.conrelid = d.oid and r.contype = 'f' and r.confrelid <> r.conrelid
            join tenant as t on t.oid = r.confrelid
            where d.place < 20
        )
        select
            d.oid::regclass,
            case d.oid
                when 'public.contact_states'::regclass then -1
                when 'private.compiled_rules'::regclass then 20
                else max(d.place)
            end
        from deep as d
        group by d.oid
    $$;
revoke all on function private.tenant_tables() from public;
grant execute on function private.tenant_tables() to service_role;

-- Deletes up to p_limit rows of a workspace from a table, but none that somebody has locked. Returns how many. Of a table
-- in partitions they are all in one, so their places are good for all of it.
-- Security definer, because locking a row takes the right to change it, which nobody has of logs.
create function private.purge_rows(p_table regclass, p_workspace uuid, p_limit integer) returns integer
    language plpgsql security definer
    set search_path = ''
    as $$
    declare
        gone integer;
    begin
        execute format(
            'delete from %1$s where workspace_id = $1 and ctid = any (array(
                select ctid from %1$s where workspace_id = $1 limit $2 for update skip locked
            ))', p_table
        ) using p_workspace, p_limit;
        get diagnostics gone = row_count;
        return gone;
    end
    $$;
revoke all on function private.purge_rows(regclass, uuid, integer) from public;
grant execute on function private.purge_rows(regclass, uuid, integer) to service_role;

-- The tables that still hold rows of a workspace, in the order in which they are emptied.
create function private.tables_left(p_workspace uuid) returns regclass[]
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        one     record;
        is_left boolean;
        found   regclass[] := '{}';
    begin
        for one in select t.name from private.tenant_tables() as t order by t.place, t.name::text loop
            execute format('select exists (select from %s where workspace_id = $1)', one.name)
                into is_left using p_workspace;
            if is_left then
                found := found || one.name;
            end if;
        end loop;
        return found;
    end
    $$;
revoke all on function private.tables_left(uuid) from public;
grant execute on function private.tables_left(uuid) to service_role;

-- The next rows, at most p_limit, of the workspace that is due first and that nobody else is at. What Lemon Squeezy has
-- to be told comes before, as long as there is time. Returns whether there was anything to do.
create function public.purge_workspaces(p_limit integer, p_now timestamptz default now()) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    declare
        request public.deletion_requests;
        target  regclass;
        gone    integer;
        total   integer := 0;
    begin
        select * into request from public.deletion_requests as r
        where r.cancelled_at is null and r.emptied_at is null and r.purge_after <= p_now
            and (r.due_by - interval '3 days' < p_now or not exists (
                select from private.subscription_orders as o where o.workspace_id = r.workspace_id and o.done_at is null
            ))
        order by r.due_by
        limit 1
        for update skip locked;
        if not found then
            return false;
        end if;
        if request.purging_since is null then
            -- What was bought, or resumed by hand, during the grace.
            perform private.order_cancellations(request.workspace_id, p_now, p_now);
            if request.due_by - interval '3 days' >= p_now and exists (
                select from private.subscription_orders where workspace_id = request.workspace_id and done_at is null
            ) then
                return true;
            end if;
            -- Nobody works for it any more.
            update public.rescores set finished_at = p_now
            where workspace_id = request.workspace_id and finished_at is null;
            update public.rule_drafts set status = 'discarded'
            where workspace_id = request.workspace_id and status in ('counting', 'previewing', 'previewed');
            perform private.withdraw_exports(request.workspace_id);
        end if;
        foreach target in array private.tables_left(request.workspace_id) loop
            gone := private.purge_rows(target, request.workspace_id, p_limit - total);
            total := total + gone;
            request.counts := private.added_counts(
                request.counts, jsonb_build_object(split_part(target::text, '.', 2), gone)
            );
            exit when total >= p_limit;
        end loop;
        update public.deletion_requests
        set
            counts = request.counts, purging_since = coalesce(purging_since, p_now),
            emptied_at = case when target is null then p_now end
        where id = request.id;
        return true;
    end
    $$;
revoke all on function public.purge_workspaces(integer, timestamptz) from public;
grant execute on function public.purge_workspaces(integer, timestamptz) to service_role;

-- What is empty and waits for its end: [{"requestId", "workspaceId"}].
create function public.emptied_deletions() returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(jsonb_build_object('requestId', r.id, 'workspaceId', r.workspace_id) order by r.due_by), '[]')
        from public.deletion_requests as r
        where r.emptied_at is not null and r.finished_at is null
    $$;
revoke all on function public.emptied_deletions() from public;
grant execute on function public.emptied_deletions() to service_role;

-- Deletes the accounts that belong to no workspace any more. Security definer, because Supabase lets service_role write no
-- accounts. Each is locked first, so that who is just becoming a member of another workspace is seen as one.
create function private.delete_lone_accounts(p_users uuid[]) returns integer
    language plpgsql security definer
    set search_path = ''
    as $$
    declare
        lone uuid[];
    begin
        perform from auth.users where id = any (p_users) order by id for update;
        lone := array(
            select id from unnest(p_users) as id
            where not exists (select from public.members as m where m.user_id = id)
        );
        -- Supabase's own log of sign-ins, which names their addresses, and sign-ins under way; no foreign key leads there.
        delete from auth.audit_log_entries where payload ->> 'actor_id' = any (lone::text[]);
        delete from auth.flow_state where user_id = any (lone);
        delete from auth.users where id = any (lone);
        return cardinality(lone);
    end
    $$;
revoke all on function private.delete_lone_accounts(uuid[]) from public;
grant execute on function private.delete_lone_accounts(uuid[]) to service_role;

create function private.deletion_receipt(p_request public.deletion_requests) returns jsonb
    language sql immutable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'requestId', p_request.id, 'workspaceId', p_request.workspace_id, 'receivedAt', p_request.received_at,
            'finishedAt', p_request.finished_at, 'counts', p_request.counts
        )
    $$;
revoke all on function private.deletion_receipt(public.deletion_requests) from public;
grant execute on function private.deletion_receipt(public.deletion_requests) to service_role;

-- The last transaction: when nothing is left but the workspace's row and its members, these go too, and the receipt is
-- complete. Returns the receipt, or null where something has come meanwhile: it goes first.
create function public.finish_deletion(p_request uuid, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        request public.deletion_requests;
        home    public.workspaces;
        users   uuid[];
        orders  integer;
    begin
        select * into request from public.deletion_requests
        where id = p_request and emptied_at is not null and finished_at is null
        for update;
        if not found then
            return null;
        end if;
        -- Whoever writes for this workspace holds it: nothing comes between the last look and the end.
        perform private.lock_structure(request.workspace_id, true);
        select * into home from public.workspaces where id = request.workspace_id for update;
        if private.tables_left(request.workspace_id) <> '{}' then
            update public.deletion_requests set emptied_at = null where id = p_request;
            return null;
        end if;

        request.untold := (
            select coalesce(jsonb_agg(jsonb_build_object('to', private.address_of_user(m.user_id), 'name', home.name)), '[]')
            from public.members as m
            where m.workspace_id = home.id and m.role = 'owner' and private.address_of_user(m.user_id) is not null
        );
        users := array(select user_id from public.members where workspace_id = home.id order by user_id);
        delete from private.subscription_orders where workspace_id = home.id and done_at is not null;
        get diagnostics orders = row_count;
        delete from public.workspaces where id = home.id;
        request.counts := private.added_counts(request.counts, jsonb_build_object(
            'workspaces', 1, 'members', cardinality(users), 'accounts', private.delete_lone_accounts(users),
            'subscription_orders', orders
        ));
        update public.deletion_requests
        set counts = request.counts, untold = request.untold, finished_at = p_now
        where id = p_request
        returning * into request;
        perform private.audit(request.workspace_id, 'workspace.deleted', null, 'system', request.counts);
        return private.deletion_receipt(request);
    end
    $$;
revoke all on function public.finish_deletion(uuid, timestamptz) from public;
grant execute on function public.finish_deletion(uuid, timestamptz) to service_role;

-- Who is still to be told that their workspace is gone: [{"requestId", "receivedAt", "counts", "to", "name", …}]. For 23
-- hours from when Resend may first have taken the mail: later it would not know whether it has. And for a week at most.
create function public.untold_owners(p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    begin
        update public.deletion_requests as r
        set untold = (
            select coalesce(jsonb_agg(owner), '[]') from jsonb_array_elements(r.untold) as owner
            where r.finished_at > p_now - interval '7 days'
                and coalesce((owner ->> 'triedAt')::timestamptz, p_now) > p_now - interval '23 hours'
        )
        where r.untold <> '[]';
        return (
            select coalesce(jsonb_agg(private.deletion_receipt(r) || owner), '[]')
            from public.deletion_requests as r
            cross join jsonb_array_elements(r.untold) as owner
            where r.untold <> '[]'
        );
    end
    $$;
revoke all on function public.untold_owners(timestamptz) from public;
grant execute on function public.untold_owners(timestamptz) to service_role;

-- Resend is being asked to tell an owner, as of p_at; null once it has surely not taken the mail.
create function public.owner_tried(p_request uuid, p_address text, p_at timestamptz) returns void
    language sql
    set search_path = ''
    as $$
        update public.deletion_requests as r
        set untold = (
            select jsonb_agg(case
                when owner ->> 'to' <> p_address then owner
                when p_at is null then owner - 'triedAt'
                else jsonb_build_object('triedAt', p_at) || owner
            end)
            from jsonb_array_elements(r.untold) as owner
        )
        where r.id = p_request and r.untold <> '[]'
    $$;
revoke all on function public.owner_tried(uuid, text, timestamptz) from public;
grant execute on function public.owner_tried(uuid, text, timestamptz) to service_role;

create function public.owner_told(p_request uuid, p_address text) returns void
    language sql
    set search_path = ''
    as $$
        update public.deletion_requests as r
        set untold = (
            select coalesce(jsonb_agg(owner), '[]') from jsonb_array_elements(r.untold) as owner
            where owner ->> 'to' <> p_address
        )
        where r.id = p_request
    $$;
revoke all on function public.owner_told(uuid, text) from public;
grant execute on function public.owner_told(uuid, text) to service_role;

-- Receipts that are not yet beside the database, and those of the last day, whose exports are looked for once more.
create function public.recent_deletions(p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(private.deletion_receipt(r) || jsonb_build_object('stored', r.stored_at is not null)), '[]')
        from public.deletion_requests as r
        where r.finished_at is not null and (r.stored_at is null or r.finished_at > p_now - interval '1 day')
    $$;
revoke all on function public.recent_deletions(timestamptz) from public;
grant execute on function public.recent_deletions(timestamptz) to service_role;

create function public.deletion_stored(p_request uuid, p_now timestamptz default now()) returns void
    language sql
    set search_path = ''
    as $$
        update public.deletion_requests set stored_at = p_now where id = p_request
    $$;
revoke all on function public.deletion_stored(uuid, timestamptz) from public;
grant execute on function public.deletion_stored(uuid, timestamptz) to service_role;

-- Deletes up to p_limit rows of a table for which a condition on $1, a time, holds. Returns whether more may be left.
create function private.forget(p_table regclass, p_condition text, p_limit integer, p_now timestamptz) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    declare
        gone integer;
    begin
        execute format(
            'delete from %1$s where ctid = any (array(select ctid from %1$s where %2$s limit $2))', p_table, p_condition
        ) using p_now, p_limit;
        get diagnostics gone = row_count;
        return gone = p_limit;
    end
    $$;
revoke all on function private.forget(regclass, text, integer, timestamptz) from public;
grant execute on function private.forget(regclass, text, integer, timestamptz) to service_role;

-- What has served its time: tombstones that were not for ever, the debugger's refusals, checkouts nobody paid at; and
-- after three years, in which somebody might still ask, the audit log and requests that have ended. At most p_limit rows
-- of each; returns whether more may be left.
create function public.forget_what_has_lapsed(p_limit integer, p_now timestamptz default now()) returns boolean
    language sql
    set search_path = ''
    as $$
        select bool_or(private.forget(f.name, f.condition, p_limit, p_now))
        from (values
            ('private.tombstones'::regclass, 'expires_at <= $1'),
            ('public.rejections', 'received_at <= $1 - interval ''24 hours'''),
            ('private.checkouts', 'opened_at <= $1 - interval ''30 days'''),
            ('public.audit_log', 'at <= $1 - interval ''3 years'''),
            ('public.deletion_requests', 'coalesce(finished_at, cancelled_at) <= $1 - interval ''3 years''')
        ) as f (name, condition)
    $$;
revoke all on function public.forget_what_has_lapsed(integer, timestamptz) from public;
grant execute on function public.forget_what_has_lapsed(integer, timestamptz) to service_role;
