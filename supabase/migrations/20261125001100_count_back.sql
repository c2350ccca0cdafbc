-- Why: a signal that is new must count what happened before it was there. Counted per contact, under the lock that
-- ingestion takes too, and put in place of what was there: exact while events come in, and harmless to repeat.
-- Not breaking (new functions). Locks: counts of the given contacts, which the caller has locked in id order. Undo: drop
-- the functions.

-- From the events alone, how often each of the contacts' identities did what each signal counts, per UTC day.
create function private.counts_by_events(p_workspace uuid, p_contacts uuid[], p_signals smallint[])
    returns table (identity_id uuid, signal smallint, day date, count integer)
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return query
        select i.id, s.number, (e.occurred_at at time zone 'utc')::date, count(*)::integer
        from public.identities as i
        join public.events as e on e.workspace_id = p_workspace and e.identity_id = i.id
        join public.signals as s
            on s.workspace_id = p_workspace and s.number = any (p_signals) and s.kind = 'count'
            and s.event = e.name and private.meets(s.trusted_only, s.condition, e.trusted, e.properties)
        where i.contact_id = any (p_contacts) and e.type in ('track', 'page', 'screen')
        group by 1, 2, 3;
    end
    $$;
revoke all on function private.counts_by_events(uuid, uuid[], smallint[]) from public;
grant execute on function private.counts_by_events(uuid, uuid[], smallint[]) to service_role;

create function private.recount_signals(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        with counted as materialized (
            select * from private.counts_by_events(p_workspace, p_contacts, p_signals)
        ),
        gone as (
            delete from public.signal_counts as c
            using public.identities as i
            where i.contact_id = any (p_contacts)
                and c.workspace_id = p_workspace and c.identity_id = i.id and c.signal = any (p_signals)
                and (c.identity_id, c.signal, c.day) not in (select n.identity_id, n.signal, n.day from counted as n)
        )
        insert into public.signal_counts as c (workspace_id, identity_id, signal, day, count)
        select p_workspace, n.identity_id, n.signal, n.day, n.count
        from counted as n
        order by n.identity_id, n.signal, n.day
        on conflict on constraint signal_counts_pkey do update set count = excluded.count where c.count <> excluded.count;
    end
    $$;
revoke all on function private.recount_signals(uuid, uuid[], smallint[]) from public;
grant execute on function private.recount_signals(uuid, uuid[], smallint[]) to service_role;

-- The same for the signals of which the last occurrence is kept.
create function private.find_last_occurrences(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        delete from public.stage_events as k
        using public.identities as i
        where i.contact_id = any (p_contacts) and k.identity_id = i.id and k.signal = any (p_signals);
        insert into public.stage_events (workspace_id, identity_id, signal, trusted, occurred_at, message_id)
        select distinct on (i.id, s.number)
            p_workspace, i.id, s.number, e.trusted, e.occurred_at, e.message_id
        from public.identities as i
        join public.events as e on e.workspace_id = p_workspace and e.identity_id = i.id
        join public.signals as s
            on s.workspace_id = p_workspace and s.number = any (p_signals) and s.kind = 'last'
            and s.event = e.name and private.meets(s.trusted_only, s.condition, e.trusted, e.properties)
        where i.contact_id = any (p_contacts) and e.type in ('track', 'page', 'screen')
        order by i.id, s.number, e.trusted desc, e.occurred_at desc, e.message_id desc;
    end
    $$;
revoke all on function private.find_last_occurrences(uuid, uuid[], smallint[]) from public;
grant execute on function private.find_last_occurrences(uuid, uuid[], smallint[]) to service_role;

create function private.count_back(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        perform private.recount_signals(p_workspace, p_contacts, p_signals);
        perform private.find_last_occurrences(p_workspace, p_contacts, p_signals);
    end
    $$;
revoke all on function private.count_back(uuid, uuid[], smallint[]) from public;
grant execute on function private.count_back(uuid, uuid[], smallint[]) to service_role;

-- Counts of signals that are gone. Their numbers may be given again, to signals that are then counted back.
create function private.forget_counts(p_workspace uuid, p_contacts uuid[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        known smallint[] := array(select s.number from public.signals as s where s.workspace_id = p_workspace);
    begin
        delete from public.signal_counts as c
        using public.identities as i
        where i.contact_id = any (p_contacts)
            and c.workspace_id = p_workspace and c.identity_id = i.id and c.signal <> all (known);
        delete from public.stage_events as k
        using public.identities as i
        where i.contact_id = any (p_contacts) and k.identity_id = i.id and k.signal <> all (known);
    end
    $$;
revoke all on function private.forget_counts(uuid, uuid[]) from public;
grant execute on function private.forget_counts(uuid, uuid[]) to service_role;
