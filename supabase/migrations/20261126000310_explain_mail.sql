-- Why: "why did, or didn't, this contact get this mail?" is what a founder asks most. The answer is read from what is
-- recorded anyway: events, scores, transitions, automations, messages and what the provider reported.
-- Not breaking (new functions). Locks: none. Undo: drop them.

create function private.in_words(p_at timestamptz) returns text
    language sql stable
    set search_path = ''
    as $$
        select to_char(p_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') || ' UTC'
    $$;
revoke all on function private.in_words(timestamptz) from public;
grant execute on function private.in_words(timestamptz) to authenticated, service_role;

-- Why a message waits: the reasons of private.weigh_message() in words, any other as it is.
create function private.wait_words(p_reason text) returns text
    language sql immutable
    set search_path = ''
    as $$
        select case p_reason
            when 'frequency_cap' then 'the address has had as many marketing mails as it may get within 24 hours'
            when 'quiet_hours' then 'these are quiet hours where the contact is'
            when 'claimed_ceiling' then 'only so many addresses that nobody vouched for may get their first mail on one day'
            else p_reason
        end
    $$;
revoke all on function private.wait_words(text) from public;
grant execute on function private.wait_words(text) to authenticated, service_role;

-- Why a message was skipped: the reasons of private.recipient() and what it asks in words, any other as it is.
create function private.skip_words(p_reason text) returns text
    language sql immutable
    set search_path = ''
    as $$
        select w.words
        from (values
            ('suppressed', 'the address had unsubscribed, bounced, complained, or was suppressed by hand'),
            ('not_mailable', 'the contact had no address that may be mailed, or another one than when the mail was queued'),
            ('contact_gone', 'the contact was no longer there'),
            ('workspace_deletion_pending', 'the workspace was being deleted'),
            ('postal_address_missing', 'marketing mail has to carry the workspace''s postal address, which was not set'),
            ('quota_exceeded', 'the plan''s mails of the month, or its contacts, were used up'),
            ('automation_deleted', 'its automation had been deleted'),
            ('automation_not_live', 'its automation was no longer live'),
            ('goal_reached', 'the contact had reached the automation''s goal'),
            ('stage_left', 'the contact had left the stage'),
            ('silence_broken', 'the contact had become active again')
        ) as w (reason, words)
        where w.reason = p_reason
        union all
        select case
            when private.wait_words(p_reason) = p_reason then p_reason
            else 'it would have had to wait for more than 72 hours: ' || private.wait_words(p_reason)
        end
        limit 1
    $$;
revoke all on function private.skip_words(text) from public;
grant execute on function private.skip_words(text) to authenticated, service_role;

-- One answer: a stable code and a sentence, with a time and an inner code where there is one.
create function private.mail_answer(
    p_code text, p_sentence text, p_at timestamptz default null, p_why text default null
) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_strip_nulls(jsonb_build_object('code', p_code, 'reason', p_sentence, 'at', p_at, 'why', p_why))
    $$;
revoke all on function private.mail_answer(text, text, timestamptz, text) from public;
grant execute on function private.mail_answer(text, text, timestamptz, text) to authenticated, service_role;

-- What the provider reported, as the answer.
create function private.delivery_answer(p_event public.message_events) returns jsonb
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        at   timestamptz := p_event.occurred_at;
        at_w text := private.in_words(p_event.occurred_at);
        why  text := coalesce(
            p_event.detail ->> 'reason', nullif(concat_ws('/', p_event.detail ->> 'type', p_event.detail ->> 'subType'), '')
        );
    begin
        return case p_event.kind
            when 'sent' then private.mail_answer('sent', format('It went out on %s.', at_w), at)
            when 'delayed' then private.mail_answer(
                'delayed', format('It went out, but could not be delivered yet on %s; the provider goes on trying.', at_w), at
            )
            when 'delivered' then private.mail_answer('delivered', format('It was delivered on %s.', at_w), at)
            when 'opened' then private.mail_answer('opened', format('It was opened on %s.', at_w), at)
            when 'clicked' then private.mail_answer('clicked', format('A link in it was clicked on %s.', at_w), at)
            when 'failed' then private.mail_answer(
                'delivery_failed',
                format('The provider took it, but did not send it (%s): %s.', at_w, coalesce(why, 'it did not say why')), at, why
            )
            when 'bounced' then private.mail_answer(
                'bounced', format('It bounced on %s: %s.', at_w, coalesce(why, 'the provider did not say why')), at, why
            )
            else private.mail_answer(
                'complained', format('It was delivered, and called spam by its recipient on %s.', at_w), at
            )
        end;
    end
    $$;
revoke all on function private.delivery_answer(public.message_events) from public;
grant execute on function private.delivery_answer(public.message_events) to authenticated, service_role;

-- How far a message got, as the answer.
create function private.message_answer(p_message public.messages, p_now timestamptz) returns jsonb
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        event public.message_events;
        why   text := p_message.reason;
        due   text := private.in_words(p_message.send_at);
    begin
        select * into event from public.message_events as e
        where e.workspace_id = p_message.workspace_id and e.message_id = p_message.id and e.kind = p_message.delivery
        order by e.occurred_at
        limit 1;
        return case
            when event.svix_id is not null then private.delivery_answer(event)
            when p_message.status in ('claimed', 'sending') and p_message.claimed_until >= p_now
                then private.mail_answer('sending', 'It is being sent right now.')
            when p_message.status = 'sending' and why is not null then private.mail_answer(
                'retrying', format('The provider could not take it yet (%s); it is tried again from %s on.', why, due),
                p_message.send_at, why
            )
            when p_message.status in ('queued', 'claimed', 'sending') and p_message.send_at > p_now
                then private.mail_answer(
                    'waiting', format('It is queued, and waits until %s%s.', due, ', because ' || private.wait_words(why)),
                    p_message.send_at, why
                )
            when p_message.status in ('queued', 'claimed', 'sending') then private.mail_answer(
                'queued', format('It is queued, and due since %s: it goes out with the next run.', due), p_message.send_at
            )
            when p_message.status = 'skipped'
                then private.mail_answer('skipped', format('It was not sent: %s.', private.skip_words(why)), null, why)
            when p_message.status = 'failed'
                then private.mail_answer('failed', format('It could not be sent: %s.', why), null, why)
            when p_message.status = 'unknown' then private.mail_answer(
                'unknown',
                format('Whether it went out is not known (%s). It is not sent again, because that could make it two.', why),
                p_message.first_attempt_at, why
            )
            when p_message.status = 'sent' then private.mail_answer(
                'sent', format('It went out on %s; nothing was reported of it since.', private.in_words(p_message.sent_at)),
                p_message.sent_at
            )
            else private.mail_answer(p_message.status, format('It is %s.', p_message.status), null, why)
        end;
    end
    $$;
revoke all on function private.message_answer(public.messages, timestamptz) from public;
grant execute on function private.message_answer(public.messages, timestamptz) to authenticated, service_role;

-- The answer where what the automation waits for has not happened.
create function private.not_yet_answer(p_contact uuid, p_automation public.automations, p_stage public.stages) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select case
            when p_automation.event is not null then private.mail_answer(
                'not_triggered', format('There was no event %s of it yet that the automation counts.', p_automation.event)
            )
            when p_automation.silence_days is not null then private.mail_answer(
                'not_triggered',
                format('It has not been silent for %s days%s.', p_automation.silence_days,
                    ': its last event was on ' || private.in_words(s.last_event_at))
            )
            else private.mail_answer(
            'not_entered',
            format(
                'It has not entered %s yet: it is in %s with a score of %s, and %s.',
                p_stage.name, coalesce(g.name, 'no stage'), s.score,
                case
                    when p_stage.position is null then 'the rules no longer have that stage'
                    when p_stage.threshold is not null then 'the stage begins at ' || p_stage.threshold
                    when p_stage.silence_days is not null
                        then format('the stage begins after %s days without an event', p_stage.silence_days)
                    else 'the stage begins with the event ' || coalesce(n.event, '?')
                end
            )
        ) end
        from public.contact_states as s
        left join public.stages as g on g.id = s.stage_id
        left join public.signals as n on n.workspace_id = p_stage.workspace_id and n.number = p_stage.signal
        where s.contact_id = p_contact
    $$;
revoke all on function private.not_yet_answer(uuid, public.automations, public.stages) from public;
grant execute on function private.not_yet_answer(uuid, public.automations, public.stages) to authenticated, service_role;

-- When what the automation waits for happened last, as far as it was known by p_until: the entry into the stage, the
-- receipt of the event, the day of the silence. Null: not yet.
create function private.triggered_at(
    p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_until timestamptz
) returns timestamptz
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return case
            when p_automation.event is not null then (
                select max(e.received_at) from public.events as e
                where e.workspace_id = p_automation.workspace_id and e.identity_id = any (p_identities)
                    and e.type in ('track', 'page', 'screen') and e.name = p_automation.event
                    and private.meets(p_automation.trusted_only, p_automation.condition, e.trusted, e.properties)
                    and e.received_at <= p_until
            )
            when p_automation.silence_days is not null then (
                select d.day from public.contact_states as s
                cross join lateral (
                    select ((s.last_event_at at time zone 'utc')::date + p_automation.silence_days)::timestamp
                        at time zone 'utc' as day
                ) as d
                where s.contact_id = any (p_identities) and d.day <= p_until
            )
            else p_entry.created_at
        end;
    end
    $$;
revoke all on function private.triggered_at(uuid[], public.automations, public.transitions, timestamptz) from public;
grant execute on function private.triggered_at(uuid[], public.automations, public.transitions, timestamptz)
    to authenticated, service_role;

-- How long before an entry the contact had left the stage, if within 7 days, as private.is_entry() decided then.
create function private.away_before(p_entry public.transitions) returns interval
    language sql stable
    set search_path = ''
    as $$
        select p_entry.created_at - max(t.created_at)
        from public.transitions as t
        where t.workspace_id = p_entry.workspace_id and t.contact_id = p_entry.contact_id
            and t.from_stage_id = p_entry.to_stage_id and t.created_at < p_entry.created_at
            and t.created_at > p_entry.created_at - interval '7 days'
    $$;
revoke all on function private.away_before(public.transitions) from public;
grant execute on function private.away_before(public.transitions) to authenticated, service_role;

-- Why an automation has no message to a contact: every reason that holds, the decisive one first.
create function private.unsent_answers(
    p_contact uuid, p_automation public.automations, p_stage public.stages, p_entry public.transitions, p_at timestamptz
) returns jsonb
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        at_w  text     := private.in_words(p_at);
        away  interval := private.away_before(p_entry);
        found jsonb[]  := '{}';
    begin
        if p_at is null then
            found := found || private.not_yet_answer(p_contact, p_automation, p_stage);
        end if;
        if p_automation.status <> 'live' then
            found := found || private.mail_answer(
                'automation_' || p_automation.status,
                format('The automation is %s, and mails nobody.',
                    case p_automation.status when 'draft' then 'a draft' else p_automation.status end)
            );
        end if;
        if p_automation.created_at > p_at then
            found := found || private.mail_answer(
                'before_automation', format('What it waits for happened on %s, before there was the automation.', at_w), p_at
            );
        end if;
        if away is not null then
            found := found || private.mail_answer(
                'not_an_entry',
                format('It came back to %s on %s, and had left the stage %s days before: within 7 days that is no entry.',
                    p_stage.name, at_w, (extract(epoch from away) / 86400)::numeric(4, 1)),
                p_at
            );
        end if;
        if found = '{}' then
            found := found || private.mail_answer(
                'not_decided',
                format('What it waits for happened on %s, and no mail followed: %s', at_w, case
                    when p_automation.event is not null
                        then 'the automation was not live then, or the event was more than a day late.'
                    else 'the automation was not live then, or it was over again before the day was settled.'
                end),
                p_at
            );
        end if;
        return to_jsonb(found);
    end
    $$;
revoke all on function private.unsent_answers(uuid, public.automations, public.stages, public.transitions, timestamptz)
    from public;
grant execute on function private.unsent_answers(uuid, public.automations, public.stages, public.transitions, timestamptz)
    to authenticated, service_role;

-- What is recorded on the way to the mail, from the message that moved the score to what became of the email.
create function private.mail_chain(
    p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_message public.messages,
    p_received timestamptz
) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            -- What came in the request that moved the contact, or that the automation waited for; at most 5, the latest first.
            'events', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'type', e.type, 'event', e.name, 'messageId', e.message_id, 'at', e.occurred_at
                ) order by e.occurred_at desc)
                from (
                    select e.type, e.name, e.message_id, e.occurred_at
                    from public.events as e
                    where e.workspace_id = p_automation.workspace_id and e.identity_id = any (p_identities)
                        and e.received_at = p_received
                    order by e.occurred_at desc
                    limit 5
                ) as e
            ), '[]'),
            'score', p_entry.score,
            'transition', case when p_entry.id is not null then jsonb_build_object(
                'from', (select name from public.stages where id = p_entry.from_stage_id),
                'to', (select name from public.stages where id = p_entry.to_stage_id),
                'cause', p_entry.cause, 'at', p_entry.created_at
            ) end,
            'automation', case when p_automation.id is not null then jsonb_build_object(
                'id', p_automation.id, 'name', p_automation.name, 'status', p_automation.status,
                'stage', (select name from public.stages where id = p_automation.entering_stage_id),
                'event', p_automation.event, 'silenceDays', p_automation.silence_days,
                'delayMinutes', p_automation.delay_minutes
            ) end,
            'message', case when p_message.id is not null then jsonb_build_object(
                'id', p_message.id, 'status', p_message.status, 'reason', p_message.reason,
                'category', p_message.category, 'attempts', p_message.attempts, 'delivery', p_message.delivery,
                'queuedAt', p_message.created_at, 'sendAt', p_message.send_at, 'sentAt', p_message.sent_at
            ) end,
            'delivery', coalesce((
                select jsonb_agg(jsonb_build_object('kind', e.kind, 'at', e.occurred_at, 'detail', e.detail)
                    order by e.occurred_at, e.svix_id)
                from public.message_events as e
                where e.workspace_id = p_message.workspace_id and e.message_id = p_message.id
            ), '[]')
        )
    $$;
revoke all on function private.mail_chain(uuid[], public.automations, public.transitions, public.messages, timestamptz) from public;
grant execute on function private.mail_chain(uuid[], public.automations, public.transitions, public.messages, timestamptz)
    to authenticated, service_role;

-- Why a contact, by the id of any of its identities, did or didn't get an automation's mail; or, by p_message alone,
-- what became of that one. {code, reason, at?, why?, also: [such answers], contact, events, score, transition,
-- automation, message, delivery}; null for what the caller may not see. docs/mail.md lists the codes.
create function public.explain_mail(
    p_contact uuid default null, p_automation uuid default null, p_message uuid default null,
    p_now timestamptz default now()
) returns jsonb
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        message    public.messages;
        automation public.automations;
        named      public.identities;
        identities uuid[];
        stage      public.stages;
        entry      public.transitions;
        at         timestamptz;
        answers    jsonb;
    begin
        select * into message from public.messages where id = p_message;
        select * into automation from public.automations where id = coalesce(message.automation_id, p_automation);
        select * into named from public.identities as i
        where i.id = coalesce(message.contact_id, p_contact)
            and i.workspace_id = coalesce(message.workspace_id, automation.workspace_id);
        if message.id is null and (p_message is not null or automation.id is null or named.id is null) then
            return null;
        end if;
        identities := array(
            select i.id from public.identities as i
            where i.contact_id = named.contact_id and i.workspace_id = named.workspace_id
        );
        if message.id is null then
            select * into message from public.messages as m
            where m.workspace_id = automation.workspace_id and m.contact_id = any (identities)
                and m.automation_id = automation.id
            order by m.created_at desc, m.id
            limit 1;
        end if;
        select * into stage from public.stages as g where g.id = automation.entering_stage_id;
        select * into entry from public.transitions as t
        where t.workspace_id = stage.workspace_id and t.contact_id = any (identities) and t.to_stage_id = stage.id
            and t.created_at <= coalesce(message.created_at, 'infinity')
        order by t.created_at desc, t.id
        limit 1;

        at := private.triggered_at(identities, automation, entry, coalesce(message.created_at, p_now));

        answers := case
            when message.id is null then private.unsent_answers(named.contact_id, automation, stage, entry, at)
            when message.contact_id <> named.contact_id and p_message is null then jsonb_build_array(
                private.mail_answer(
                    'mailed_under_another_identity',
                    format(
                        'It was decided on %s under another identity (%s), which has joined this contact since: a person is mailed once.',
                        private.in_words(message.created_at),
                        (select i.kind from public.identities as i where i.id = message.contact_id)
                    ),
                    message.created_at
                ),
                private.message_answer(message, p_now)
            )
            else jsonb_build_array(private.message_answer(message, p_now))
        end;
        return (answers -> 0)
            || jsonb_build_object('also', answers - 0, 'contact', (
                select jsonb_build_object('id', s.contact_id, 'score', s.score, 'stage', g.name, 'asOf', s.sums_on)
                from public.contact_states as s
                left join public.stages as g on g.id = s.stage_id
                where s.contact_id = named.contact_id
            ))
            || private.mail_chain(
                identities, automation, entry, message,
                case when automation.event is not null or entry.cause = 'message' then at end
            );
    end
    $$;
revoke all on function public.explain_mail(uuid, uuid, uuid, timestamptz) from public;
grant execute on function public.explain_mail(uuid, uuid, uuid, timestamptz) to authenticated, service_role;
