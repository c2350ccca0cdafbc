-- Why: contacts, scores and stages are derived; these functions derive them from what is kept per identity.
-- Not breaking (new functions). Locks: the rows of the given contacts, which the caller has locked in id
-- order. Undo: drop the functions.

create type private.stage_change as (
    contact_id    uuid,
    from_stage_id uuid,
    to_stage_id   uuid,
    score         smallint
);

-- Writes the log and, in the same transaction, the mails that follow from it.
create function private.record_transitions(
    p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamptz
) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.transitions (workspace_id, contact_id, from_stage_id, to_stage_id, cause, score, created_at)
        select p_workspace, c.contact_id, c.from_stage_id, c.to_stage_id, p_cause, c.score, p_now
        from unnest(p_changes) as c;

        insert into public.messages
            (workspace_id, contact_id, automation_id, occurrence, template_id, category, send_at, created_at)
        select p_workspace, c.contact_id, a.id, 'once', t.id, t.category, p_now, p_now
        from unnest(p_changes) as c
        join public.automations as a
            on a.workspace_id = p_workspace and a.entering_stage_id = c.to_stage_id and a.status = 'live'
        join public.templates as t on t.id = a.template_id
        -- A person who was mailed under an identity that has joined this contact since has had it.
        where not exists (
            select from public.identities as i
            join public.messages as m on m.workspace_id = p_workspace and m.contact_id = i.id
            where i.contact_id = c.contact_id and m.automation_id = a.id and m.status <> 'skipped'
        )
        on conflict on constraint messages_occurrence_key do nothing;
    end
    $$;
revoke all on function private.record_transitions(uuid, private.stage_change[], text, timestamptz) from public;
grant execute on function private.record_transitions(uuid, private.stage_change[], text, timestamptz) to service_role;

-- Pinned stages come first once they exist; then the latest stage event, silence, and the score.
create function private.stage_of(
    p_rules private.compiled_rules, p_score integer, p_event_stage uuid, p_last_event_at timestamptz, p_today date
) returns uuid
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
    begin
        -- width_bucket() counts the thresholds reached; position 0 is outside the array, hence null.
        return coalesce(
            p_event_stage,
            (p_rules).silence_stages[
                width_bucket(p_today - (p_last_event_at at time zone 'utc')::date, (p_rules).silence_days::integer[])
            ],
            (p_rules).score_stages[width_bucket(p_score, (p_rules).thresholds::integer[])]
        );
    end
    $$;
revoke all on function private.stage_of(private.compiled_rules, integer, uuid, timestamptz, date) from public;
grant execute on function private.stage_of(private.compiled_rules, integer, uuid, timestamptz, date) to service_role;

-- What a call adds to one contact: when its newest event occurred, and per signal the sum of count times decay
-- as of today. All null for a contact that is only to be looked at again.
create type private.gain as (
    contact_id uuid,
    seen_at    timestamptz,
    signals    smallint[],
    weights    numeric[]
);

-- Per rule, in the compiled order, a contact's sum of count times decay on p_today, from its counts.
create function private.sum_counts(p_rules private.compiled_rules, p_contact uuid, p_today date) returns numeric[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            select array_agg(coalesce(w.weight, 0) order by r.position)
            from unnest(p_rules.rule_signals) with ordinality as r (signal, position)
            left join (
                select c.signal, sum(c.count * f.factor) as weight
                from public.identities as i
                join public.signal_counts as c
                    on c.workspace_id = i.workspace_id and c.identity_id = i.id and c.day <= p_today
                join private.decay_factors as f
                    on f.half_life_days = p_rules.half_life_days and f.age = p_today - c.day
                where i.contact_id = p_contact
                group by c.signal
            ) as w on w.signal = r.signal
        );
    end
    $$;
revoke all on function private.sum_counts(private.compiled_rules, uuid, date) from public;
grant execute on function private.sum_counts(private.compiled_rules, uuid, date) to service_role;

-- Moves score and stage of the contacts to p_now. Sums that are of today and of these rules only grow by the
-- gains; all others are taken from the counts, which hold the gains already.
create function private.update_scores(
    p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_cause text, p_now timestamptz
) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        today   date := (p_now at time zone 'utc')::date;
        changes private.stage_change[];
    begin
        with summed as (
            select
                s.contact_id, s.stage_id as from_stage_id, s.event_stage_id, s.fit,
                greatest(s.last_event_at, g.seen_at) as last_event_at,
                case
                    when s.sums_on <> today or s.rules_version <> p_rules.version
                        then private.sum_counts(p_rules, s.contact_id, today)
                    when g.signals is null then s.sums
                    else array(
                        select r.sum + coalesce(g.weights[array_position(g.signals, r.signal)], 0)
                        from unnest(s.sums, p_rules.rule_signals) as r (sum, signal)
                    )
                end as sums
            from unnest(p_gains) as g
            join public.contact_states as s on s.contact_id = g.contact_id
        ),
        scored as (
            select
                n.*,
                round(least(100, greatest(0, n.fit + (
                    select coalesce(sum(least(r.cap, greatest(-r.cap, r.points * r.sum))), 0)
                    from unnest(n.sums, p_rules.rule_points, p_rules.rule_caps) as r (sum, points, cap)
                ))))::smallint as score
            from summed as n
            offset 0
        ),
        moved as (
            update public.contact_states as s
            set
                score = n.score,
                stage_id = private.stage_of(p_rules, n.score, n.event_stage_id, n.last_event_at, today),
                last_event_at = n.last_event_at,
                sums = coalesce(n.sums, '{}'),
                sums_on = today,
                rules_version = p_rules.version
            from scored as n
            where s.contact_id = n.contact_id
            returning s.contact_id, n.from_stage_id, s.stage_id as to_stage_id, s.score
        )
        select array_agg(row(contact_id, from_stage_id, to_stage_id, score)::private.stage_change)
        into changes
        from moved
        where from_stage_id is distinct from to_stage_id;

        if changes is not null then
            perform private.record_transitions(p_workspace, changes, p_cause, p_now);
        end if;
    end
    $$;
revoke all on function private.update_scores(uuid, private.compiled_rules, private.gain[], text, timestamptz) from public;
grant execute on function private.update_scores(uuid, private.compiled_rules, private.gain[], text, timestamptz) to service_role;

create function private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) returns boolean
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select coalesce(
            case p_operator
                when 'exists' then p_trait is not null
                when 'equals' then p_trait = p_operand
                when 'in' then p_operand @> p_trait
                when 'contains' then case jsonb_typeof(p_trait)
                    when 'string' then strpos(lower(p_trait #>> '{}'), lower(p_operand #>> '{}')) > 0
                    when 'array' then p_trait @> p_operand
                end
                when 'between' then case jsonb_typeof(p_trait)
                    when 'number' then
                        (p_trait)::numeric >= coalesce((p_operand ->> 0)::numeric, '-infinity')
                        and (p_trait)::numeric <= coalesce((p_operand ->> 1)::numeric, 'infinity')
                end
            end,
            false
        )
    $$;
revoke all on function private.fit_matches(text, jsonb, jsonb) from public;
grant execute on function private.fit_matches(text, jsonb, jsonb) to service_role;

-- Per key the last write among all of a contact's identities, trusted ones before claimed ones. The address to mail is
-- rather one that was given to an identity which the contact has by trust: whoever is vouched for as a subscriber could
-- else claim to be a user, and get the user's mail.
create function private.merge_traits(p_workspace uuid, p_contacts uuid[]) returns void
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
        set fit = coalesce((
            select sum(r.points) from public.fit_rules as r
            where r.workspace_id = p_workspace and private.fit_matches(r.operator, u.traits -> r.trait, r.operand)
        ), 0)
        from updated as u
        where s.contact_id = u.id;
    end
    $$;
revoke all on function private.merge_traits(uuid, uuid[]) from public;
grant execute on function private.merge_traits(uuid, uuid[]) to service_role;

create function private.merge_stage_events(p_contacts uuid[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        update public.contact_states as s
        set event_stage_id = (
            select e.stage_id
            from public.identities as i
            join public.stage_events as e on e.identity_id = i.id
            where i.contact_id = s.contact_id
            order by e.trusted desc, e.occurred_at desc, e.message_id desc
            limit 1
        )
        where s.contact_id = any (p_contacts);
    end
    $$;
revoke all on function private.merge_stage_events(uuid[]) from public;
grant execute on function private.merge_stage_events(uuid[]) to service_role;

-- Locks the contacts in id order, making those first that are new.
create function private.lock_contacts(p_workspace uuid, p_contacts uuid[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        locked integer;
    begin
        perform from public.contact_states where contact_id = any (p_contacts) order by contact_id for no key update;
        get diagnostics locked = row_count;
        if locked = cardinality(p_contacts) then
            return;
        end if;
        -- As old as its top identity: a contact that comes back after a move is the one it was.
        insert into public.contacts (id, workspace_id, created_at)
        select i.id, p_workspace, i.created_at from public.identities as i where i.id = any (p_contacts)
        order by i.id
        on conflict on constraint contacts_pkey do nothing;
        insert into public.contact_states (contact_id, workspace_id)
        select c, p_workspace from unnest(p_contacts) as c
        order by c
        on conflict on constraint contact_states_pkey do nothing;
        perform from public.contact_states where contact_id = any (p_contacts) order by contact_id for no key update;
    end
    $$;
revoke all on function private.lock_contacts(uuid, uuid[]) from public;
grant execute on function private.lock_contacts(uuid, uuid[]) to service_role;

-- After identities moved: contacts left without one go, and what is not summed per identity is read anew.
create function private.regroup_contacts(p_workspace uuid, p_contacts uuid[]) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        delete from public.contact_states as s
        where s.contact_id = any (p_contacts)
            and not exists (select from public.identities as i where i.contact_id = s.contact_id);
        delete from public.contacts as c
        where c.id = any (p_contacts)
            and not exists (select from public.identities as i where i.contact_id = c.id);
        update public.contact_states as s
        set sums_on = '-infinity', last_event_at = (
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
        perform private.merge_traits(p_workspace, p_contacts);
        perform private.merge_stage_events(p_contacts);
    end
    $$;
revoke all on function private.regroup_contacts(uuid, uuid[]) from public;
grant execute on function private.regroup_contacts(uuid, uuid[]) to service_role;
