-- Why: who opens the link in a mail about a deletion learns at once that it has lapsed, not after pressing its button.
-- Not breaking (new function). Locks: none. Undo: drop it.

-- Raises what cancel_deletion_by_link() would: PT456 when there is nothing to cancel, PT457 when the grace is over.
create function public.check_deletion_link(p_request uuid, p_owner uuid, p_now timestamptz default now()) returns void
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        request public.deletion_requests;
    begin
        select r.* into request
        from public.deletion_requests as asked
        join public.deletion_requests as r on r.workspace_id = asked.workspace_id
        join public.members as o on o.workspace_id = r.workspace_id and o.user_id = p_owner and o.role = 'owner'
        where asked.id = p_request
        order by r.requested_at desc
        limit 1;
        if request.id is distinct from p_request then
            raise sqlstate 'PT456' using message = 'deletion_unknown';
        elsif request.cancelled_at is null and (request.purging_since is not null or request.purge_after <= p_now) then
            raise sqlstate 'PT457' using message = 'deletion_grace_over';
        end if;
    end
    $$;
revoke all on function public.check_deletion_link(uuid, uuid, timestamptz) from public;
grant execute on function public.check_deletion_link(uuid, uuid, timestamptz) to service_role;
