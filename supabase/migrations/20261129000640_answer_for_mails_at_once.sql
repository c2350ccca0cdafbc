-- Why: a page of the log spent most of its time on what a mail's answer doesn't say: reports of mail that has none, and when it
-- was due. And a template that can't be rendered is told as that.
-- Not breaking. Locks: none. Undo: the function before.

-- How far a message got, as the answer.
create or replace function private.message_answer(p_message public.messages, p_now timestamptz) returns jsonb
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        event public.message_events;
        why   text := p_message.reason;
        due   text;
    begin
        if p_message.delivery is not null then
            select * into event from public.message_events as e
            where e.workspace_id = p_message.workspace_id and e.message_id = p_message.id and e.kind = p_message.delivery
            order by e.occurred_at
            limit 1;
        end if;
        if p_message.status in ('queued', 'claimed', 'sending') then
            due := private.in_words(p_message.send_at);
        end if;
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
            when p_message.status = 'failed' and starts_with(why, 'template_') then private.mail_answer(
                'failed', format('Its template could not be rendered (%s).', substr(why, length('template_') + 1)), null, why
            )
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
