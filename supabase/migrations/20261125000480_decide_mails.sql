-- Why: which mails follow from what happens to contacts, decided once in the transaction that saw the reason; a preview
-- of rules asks the same without deciding.
-- Not breaking (new functions). Locks: rows of messages that are new. Undo: drop the functions.

-- Coming back within a week is not entering.
create function private.is_entry(p_workspace uuid, p_contact uuid, p_stage uuid, p_now timestamptz) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return not exists (
            select from public.transitions as t
            where t.workspace_id = p_workspace and t.contact_id = p_contact
                and t.created_at > p_now - interval '7 days' and t.from_stage_id = p_stage
        );
    end
    $$;
revoke all on function private.is_entry(uuid, uuid, uuid, timestamptz) from public;
grant execute on function private.is_entry(uuid, uuid, uuid, timestamptz) to service_role;

-- That this automation mails this contact, this time.
create type private.mail_decision as (
    contact_id    uuid,
    automation_id uuid,
    -- Decided once, however often it is looked at.
    occurrence    text
);

-- Of automations that mail once ever: whether the contact was mailed, under whichever of its identities.
create function private.had_mail(p_workspace uuid, p_contact uuid, p_automation uuid) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return exists (
            select from public.identities as i
            join public.messages as m on m.workspace_id = p_workspace and m.contact_id = i.id
            where i.contact_id = p_contact and m.automation_id = p_automation
                and (m.status <> 'skipped' or m.contact_id = p_contact)
        );
    end
    $$;
revoke all on function private.had_mail(uuid, uuid, uuid) from public;
grant execute on function private.had_mail(uuid, uuid, uuid) to service_role;

-- What follows from changes of stage. A preview counts it.
create function private.mails_for(p_workspace uuid, p_changes private.stage_change[], p_now timestamptz)
    returns setof private.mail_decision
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return query
        select c.contact_id, a.id, case when a.repeats then 'entry:' || p_now else 'once' end
        from unnest(p_changes) as c
        join public.automations as a
            on a.workspace_id = p_workspace and a.entering_stage_id = c.to_stage_id and a.status = 'live'
        where (a.repeats or not private.had_mail(p_workspace, c.contact_id, a.id))
            and private.is_entry(p_workspace, c.contact_id, a.entering_stage_id, p_now);
    end
    $$;
revoke all on function private.mails_for(uuid, private.stage_change[], timestamptz) from public;
grant execute on function private.mails_for(uuid, private.stage_change[], timestamptz) to service_role;

-- What follows from events. One that comes a day late or more, as in an import, is history and mails nobody.
create function private.mails_for_events(
    p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[],
    p_now timestamptz
) returns setof private.mail_decision
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return query
        select distinct on (r.contact_id, a.id, d.occurrence) r.contact_id, a.id, d.occurrence
        from unnest(p_messages) as m
        join unnest(p_resolved) as r on r.index = m.index
        join unnest(
            p_rules.mail_automations, p_rules.mail_events, p_rules.mail_conditions, p_rules.mail_trusted
        ) as e (automation_id, event, condition, trusted_only)
            on e.event = m.name and private.meets(e.trusted_only, e.condition, m.trusted, m.properties)
        join public.automations as a on a.id = e.automation_id
        cross join lateral (
            select case when a.repeats then 'event:' || m.message_id else 'once' end as occurrence
        ) as d
        where m.type in ('track', 'page', 'screen') and m.occurred_at > p_now - interval '24 hours'
            and (a.repeats or not private.had_mail(p_workspace, r.contact_id, a.id));
    end
    $$;
revoke all on function private.mails_for_events(uuid, private.compiled_rules, private.message[], private.resolution[], timestamptz)
    from public;
grant execute on function private.mails_for_events(uuid, private.compiled_rules, private.message[], private.resolution[], timestamptz)
    to service_role;

-- What follows from contacts' having been silent until a day.
create function private.mails_for_silence(p_workspace uuid, p_contacts uuid[], p_day date)
    returns setof private.mail_decision
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return query
        select s.contact_id, a.id, case when a.repeats then 'silence:' || d.last_day else 'once' end
        from public.contact_states as s
        cross join lateral (select (s.last_event_at at time zone 'utc')::date as last_day) as d
        join public.automations as a
            on a.workspace_id = p_workspace and a.silence_days = p_day - d.last_day and a.status = 'live'
        where s.contact_id = any (p_contacts)
            and (a.repeats or not private.had_mail(p_workspace, s.contact_id, a.id));
    end
    $$;
revoke all on function private.mails_for_silence(uuid, uuid[], date) from public;
grant execute on function private.mails_for_silence(uuid, uuid[], date) to service_role;

create function private.queue_mails(p_workspace uuid, p_decisions private.mail_decision[], p_now timestamptz) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.messages
            (workspace_id, contact_id, automation_id, occurrence, template_id, category, send_at, created_at)
        select
            p_workspace, d.contact_id, a.id, d.occurrence, t.id, t.category,
            p_now + a.delay_minutes * interval '1 minute', p_now
        from unnest(p_decisions) as d
        join public.automations as a on a.id = d.automation_id
        join public.templates as t on t.id = a.template_id
        on conflict on constraint messages_occurrence_key do nothing;
    end
    $$;
revoke all on function private.queue_mails(uuid, private.mail_decision[], timestamptz) from public;
grant execute on function private.queue_mails(uuid, private.mail_decision[], timestamptz) to service_role;
