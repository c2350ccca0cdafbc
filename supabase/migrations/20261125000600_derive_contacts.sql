-- Why: what is derived from identities follows the compiled rules, so that it can be derived for rules that are new.
-- Not breaking (functions for functions). Locks: as before. Undo: the functions before.

-- Per key the last write among all of a contact's identities, trusted ones before claimed ones. The address to mail is
-- rather one that was given to an identity which the contact has by trust: whoever is vouched for as a subscriber could
-- else claim to be a user, and get the user's mail.
create function private.merge_traits(p_rules private.compiled_rules, p_contacts uuid[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        with winners as (
            select distinct on (i.contact_id, t.key) i.contact_id, t.key, t.value, t.trusted
            from public.identities as i
            join public.traits as t on t.identity_id = i.id
            where i.contact_id = any (p_contacts)
            order by i.contact_id, t.key, t.trusted desc, t.occurred_at desc, t.message_id desc
        ),
        addresses as (
            select distinct on (i.contact_id) i.contact_id, t.value #>> '{}' as email, t.trusted and t.value is not null as trusted
            from public.identities as i
            join public.traits as t on t.identity_id = i.id and t.key = 'email'
            where i.contact_id = any (p_contacts)
            order by
                i.contact_id, (t.trusted and private.joined_by_trust(i)) desc,
                t.trusted desc, t.occurred_at desc, t.message_id desc
        ),
        merged as (
            select
                c.contact_id,
                coalesce(jsonb_object_agg(w.key, w.value) filter (where w.value is not null), '{}') as traits
            from unnest(p_contacts) as c (contact_id)
            left join winners as w on w.contact_id = c.contact_id
            group by c.contact_id
        ),
        updated as (
            update public.contacts as c
            set traits = m.traits, email = a.email, email_trusted = coalesce(a.trusted, false)
            from merged as m
            left join addresses as a on a.contact_id = m.contact_id
            where c.id = m.contact_id
            returning c.id, c.traits
        )
        update public.contact_states as s
        set fit = private.fit_of(p_rules, u.traits)
        from updated as u
        where s.contact_id = u.id;
    end
    $$;
revoke all on function private.merge_traits(private.compiled_rules, uuid[]) from public;
grant execute on function private.merge_traits(private.compiled_rules, uuid[]) to service_role;

-- After identities moved: contacts left without one go, and what is not summed per identity is read anew.
create function private.regroup_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        uncounted smallint[] := array(
            select s.number from public.signals as s
            where s.workspace_id = p_workspace and (
                not s.counted_back or exists (
                    select from public.rescores as r
                    where r.workspace_id = p_workspace and r.recount and r.finished_at is null
                )
            )
        );
    begin
        -- Counting back goes from contact to contact. It would miss what moves from one ahead of it to one behind it.
        if cardinality(uncounted) > 0 then
            perform private.count_back(p_workspace, p_contacts, uncounted);
        end if;
        with gone as (
            delete from public.contact_states as s
            where s.contact_id = any (p_contacts)
                and not exists (select from public.identities as i where i.contact_id = s.contact_id)
            returning s.*
        )
        insert into public.score_history (workspace_id, contact_id, day, score, stage_id)
        select workspace_id, contact_id, changed_on, score, stage_id from gone where stage_id is not null
        on conflict on constraint score_history_pkey do update
            set score = excluded.score, stage_id = excluded.stage_id;
        delete from public.contacts as c
        where c.id = any (p_contacts)
            and not exists (select from public.identities as i where i.contact_id = c.id);
        update public.contact_states as s
        set
            -- None of these rules': its sums are made anew.
            rules_version = -1,
            event_stage_id = private.event_stage_of(p_rules, s.contact_id),
            pinned_stage_id = private.pinned_stage_of(p_rules, s.contact_id),
            last_event_at = (
                select max(newest.occurred_at)
                from public.identities as i
                cross join lateral (
                    select e.occurred_at from public.events as e
                    where e.workspace_id = p_workspace and e.identity_id = i.id and e.type in ('track', 'page', 'screen')
                    order by e.occurred_at desc
                    limit 1
                ) as newest
                where i.contact_id = s.contact_id
            )
        where s.contact_id = any (p_contacts);
        perform private.merge_traits(p_rules, p_contacts);
    end
    $$;
revoke all on function private.regroup_contacts(uuid, private.compiled_rules, uuid[]) from public;
grant execute on function private.regroup_contacts(uuid, private.compiled_rules, uuid[]) to service_role;

-- Keeps the last occurrence, in the total order, of the signals that lead to stages.
create or replace function private.write_stage_events(
    p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]
) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.stage_events as known
            (workspace_id, identity_id, signal, trusted, occurred_at, message_id)
        select distinct on (r.identity_id, s.signal)
            p_workspace, r.identity_id, s.signal, m.trusted, m.occurred_at, m.message_id
        from unnest(p_messages) as m
        join unnest(p_resolved) as r on r.index = m.index
        join unnest(
            (p_rules).last_signals, (p_rules).last_events, (p_rules).last_conditions, (p_rules).last_trusted
        ) as s (signal, event, condition, trusted_only)
            on s.event = m.name and private.meets(s.trusted_only, s.condition, m.trusted, m.properties)
        where m.type in ('track', 'page', 'screen')
        order by r.identity_id, s.signal, m.trusted desc, m.occurred_at desc, m.message_id desc
        on conflict on constraint stage_events_pkey do update
            set trusted = excluded.trusted, occurred_at = excluded.occurred_at, message_id = excluded.message_id
            where (excluded.trusted, excluded.occurred_at, excluded.message_id)
                > (known.trusted, known.occurred_at, known.message_id);
    end
    $$;

-- As in the migration before, with the rules that regroup_contacts() needs now, and their new name for an update.
create or replace function private.apply_move() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
    declare
        rules   private.compiled_rules;
        touched uuid[];
    begin
        perform private.lock_structure(new.workspace_id, true);
        select * into strict rules from private.compiled_rules where workspace_id = new.workspace_id;
        update public.identities set pinned_to_id = private.pin_for(new) where id = new.identity_id;
        touched := array(select distinct id from unnest(private.move_identity(new.identity_id)) as id order by id);
        perform private.lock_contacts(new.workspace_id, touched);
        perform private.regroup_contacts(new.workspace_id, rules, touched);
        perform private.record_transitions(
            new.workspace_id,
            private.update_scores(new.workspace_id, rules, private.no_gains(touched), new.moved_at), 'hand', new.moved_at
        );
        return null;
    exception when sqlstate 'PT450' then
        raise sqlstate 'PT412' using message = 'too_many_identities';
    end
    $$;
