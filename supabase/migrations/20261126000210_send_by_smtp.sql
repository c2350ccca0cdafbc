-- Why: a workspace with a verified SMTP server of its own sends through it, others through Resend. SMTP knows no
-- idempotency key, so what an interrupted attempt may have sent is `unknown` at once, and never sent again.
-- Not breaking: functions that run before it send nothing by SMTP. Locks: none. Undo: the functions as
-- they were before.

-- How a message goes: as its first attempt did, else through the workspace's own server if that is verified, else by
-- Resend. `smtp` is smtp_server()'s answer; null when a message that began by SMTP has no verified server any more.
create function private.carrier(p_message public.messages) returns table (provider text, smtp jsonb)
    language sql stable
    set search_path = ''
    as $$
        select
            coalesce((p_message).provider, case when own.verified then 'smtp' else 'resend' end),
            case
                when own.verified and (p_message).provider is distinct from 'resend'
                    then public.smtp_server((p_message).workspace_id)
            end
        from (
            select exists (
                select from public.smtp_settings as s
                where s.workspace_id = (p_message).workspace_id and s.verified_at is not null
            ) as verified
        ) as own
    $$;
revoke all on function private.carrier(public.messages) from public;
grant execute on function private.carrier(public.messages) to service_role;

-- Resend forgets an idempotency key 24 h after the first attempt: from 23 h on, sending again could send twice, so what
-- is then still open is recorded as unknown. By SMTP any attempt that was begun and not finished is; what was surely not
-- sent has failed 24 h after the first attempt, with the reason of the last.
create or replace function private.give_up_on_stale_messages(p_now timestamptz) returns void
    language sql
    set search_path = ''
    as $$
        update public.messages as m
        set
            status = case when stale.known then 'failed' else 'unknown' end,
            reason = case when stale.known then m.reason else 'outcome_unknown' end,
            claim = null,
            claimed_until = null
        from (
            select id, provider is not distinct from 'smtp' and claim is null as known from public.messages
            where status = 'sending'
                and (claimed_until is null or claimed_until < p_now)
                and case
                    when provider is distinct from 'smtp' then first_attempt_at < p_now - interval '23 hours'
                    else claim is not null or first_attempt_at < p_now - interval '24 hours'
                end
            for update skip locked
        ) as stale
        where m.id = stale.id
    $$;
