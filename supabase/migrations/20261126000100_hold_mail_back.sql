-- Why: the right mail at the right moment. Marketing mail waits while its reader sleeps or has just had another, and few
-- mails a day go to addresses that nobody vouched for.
-- Not breaking (new columns with defaults, new functions). Locks: in the claim, beside the messages it takes, an advisory
-- lock per workspace that mails claimed addresses, then one per address, each in order. Undo: drop them.

alter table public.workspaces
    -- Marketing mails to one address within 24 hours, all automations together.
    add column marketing_cap  smallint not null default 1,
    -- When no marketing mail goes out, by the contact's clock, else by the workspace's. Null: any time will do.
    add column quiet_from     time,
    add column quiet_to       time,
    add column time_zone      text     not null default 'UTC',
    -- By the operator's hand; null for as many as the plan includes.
    add column monthly_emails integer,
    -- Whether addresses that visitors claimed get mail too, and how many of them may get their first one on a UTC day.
    add column mail_claimed   boolean  not null default false,
    add column claimed_a_day  integer  not null default 100,
    add constraint workspaces_claimed_a_day_range check (claimed_a_day between 0 and 10000),
    add constraint workspaces_marketing_cap_range check (marketing_cap between 1 and 100),
    add constraint workspaces_quiet_hours_whole check ((quiet_from is null) = (quiet_to is null));

-- What beside the plan's and the operator's an owner or admin decides.
grant update
    (name, reply_to, postal_address, require_verification, redact, marketing_cap, quiet_from, quiet_to, time_zone,
     mail_claimed, claimed_a_day)
    on public.workspaces to authenticated;

create policy "Owners and admins change their workspace's settings"
    on public.workspaces for update to authenticated
    using (
        id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

alter table public.messages
    add column address_hash    text collate "C",
    -- When it was let through, from when on it counts towards cap and quota; null while it is not.
    add column counted_at      timestamptz,
    -- When it was to go before it was first postponed.
    add column postponed_since timestamptz,
    -- The first mail ever to an address that was only claimed.
    add column first_claimed   boolean not null default false;

create index messages_address_idx on public.messages (workspace_id, address_hash, counted_at) where counted_at is not null;
create index messages_first_claimed_idx on public.messages (workspace_id, counted_at) where first_claimed;
create index messages_counted_idx on public.messages (workspace_id, counted_at) where counted_at is not null;
-- The drain's work list by workspace, so that it can take turns.
create index messages_turn_idx on public.messages (workspace_id, send_at) where status in ('queued', 'claimed', 'sending');
-- What give_up_on_stale_messages() looks for.
create index messages_sending_idx on public.messages (first_attempt_at) where status = 'sending';

-- The time somewhere; in UTC where nobody knows that zone.
create function private.local_time(p_at timestamptz, p_zone text) returns timestamp
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return p_at at time zone p_zone;
    exception when invalid_parameter_value then
        return p_at at time zone 'UTC';
    end
    $$;
revoke all on function private.local_time(timestamptz, text) from public;
grant execute on function private.local_time(timestamptz, text) to service_role;

-- When the quiet hours that p_now falls into end; null when it falls into none. The contact's zone is its trait
-- "timezone" (IANA).
create function private.quiet_until(p_workspace public.workspaces, p_traits jsonb, p_now timestamptz) returns timestamptz
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        here    timestamp := private.local_time(p_now, coalesce(p_traits ->> 'timezone', p_workspace.time_zone));
        from_to time[] := array[p_workspace.quiet_from, p_workspace.quiet_to];
        is_late boolean;
    begin
        is_late := case
            when from_to[1] < from_to[2] then here::time >= from_to[1] and here::time < from_to[2]
            when from_to[1] > from_to[2] then here::time >= from_to[1] or here::time < from_to[2]
        end;
        if is_late is not true then
            return null;
        end if;
        -- As long from now as it is there until the next time the hours end.
        return p_now + case
            when here::time < from_to[2] then from_to[2] - here::time
            else from_to[2] - here::time + interval '24 hours'
        end;
    end
    $$;
revoke all on function private.quiet_until(public.workspaces, jsonb, timestamptz) from public;
grant execute on function private.quiet_until(public.workspaces, jsonb, timestamptz) to service_role;

-- When the address may have one more marketing mail; null when it may now. The caller holds the address's lock.
create function private.capped_until(p_workspace public.workspaces, p_address_hash text, p_now timestamptz) returns timestamptz
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return (
            select m.counted_at + interval '24 hours'
            from public.messages as m
            where m.workspace_id = p_workspace.id and m.address_hash = p_address_hash
                and m.category = 'marketing' and m.counted_at > p_now - interval '24 hours'
            order by m.counted_at desc
            offset p_workspace.marketing_cap - 1
            limit 1
        );
    end
    $$;
revoke all on function private.capped_until(public.workspaces, text, timestamptz) from public;
grant execute on function private.capped_until(public.workspaces, text, timestamptz) to service_role;

-- Whether the plan's mails of this UTC month are used up.
create function private.is_over_quota(p_workspace public.workspaces, p_now timestamptz) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return p_workspace.monthly_emails is not null and (
            select count(*) >= p_workspace.monthly_emails
            from (
                select from public.messages as m
                where m.workspace_id = p_workspace.id
                    and m.counted_at >= date_trunc('month', p_now at time zone 'utc') at time zone 'utc'
                limit p_workspace.monthly_emails
            ) as counted
        );
    end
    $$;
revoke all on function private.is_over_quota(public.workspaces, timestamptz) from public;
grant execute on function private.is_over_quota(public.workspaces, timestamptz) to service_role;

-- When one more claimed address may get its first mail; null when it may now. The caller holds the workspace's lock.
create function private.claimed_until(p_workspace public.workspaces, p_now timestamptz) returns timestamptz
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        today timestamptz := date_trunc('day', p_now at time zone 'utc') at time zone 'utc';
    begin
        if (
            select count(*) from public.messages as m
            where m.workspace_id = p_workspace.id and m.first_claimed and m.counted_at >= today
        ) >= p_workspace.claimed_a_day then
            return today + interval '24 hours';
        end if;
        return null;
    end
    $$;
revoke all on function private.claimed_until(public.workspaces, timestamptz) from public;
grant execute on function private.claimed_until(public.workspaces, timestamptz) to service_role;

create function private.is_first_mail(p_workspace uuid, p_address_hash text) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return not exists (
            select from public.messages as m
            where m.workspace_id = p_workspace and m.address_hash = p_address_hash and m.counted_at is not null
        );
    end
    $$;
revoke all on function private.is_first_mail(uuid, text) from public;
grant execute on function private.is_first_mail(uuid, text) to service_role;

create type private.verdict as (
    skip_reason   text,
    wait_until    timestamptz,
    wait_reason   text,
    first_claimed boolean
);

-- Whether a message that may be sent may be sent now. The caller holds the locks of address and workspace.
create function private.weigh_message(
    p_message public.messages, p_home public.workspaces, p_hash text, p_traits jsonb, p_claimed boolean, p_now timestamptz
) returns private.verdict
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        found private.verdict;
    begin
        found.first_claimed := p_claimed and private.is_first_mail(p_home.id, p_hash);
        if found.first_claimed then
            found.wait_reason := 'claimed_ceiling';
            found.wait_until := private.claimed_until(p_home, p_now);
        end if;
        if found.wait_until is null and p_message.category = 'marketing' then
            if private.is_over_quota(p_home, p_now) then
                found.skip_reason := 'quota_exceeded';
            end if;
            found.wait_reason := 'frequency_cap';
            found.wait_until := private.capped_until(p_home, p_hash, p_now);
            if found.wait_until is null then
                found.wait_reason := 'quiet_hours';
                found.wait_until := private.quiet_until(p_home, p_traits, p_now);
            end if;
        end if;
        if found.wait_until > coalesce(p_message.postponed_since, p_message.send_at) + interval '72 hours' then
            found.skip_reason := coalesce(found.skip_reason, found.wait_reason);
        end if;
        return found;
    end
    $$;
revoke all on function private.weigh_message(public.messages, public.workspaces, text, jsonb, boolean, timestamptz) from public;
grant execute on function private.weigh_message(public.messages, public.workspaces, text, jsonb, boolean, timestamptz)
    to service_role;

-- Lets a claimed message through, postpones it, or skips it.
create function private.admit_message(p_message public.messages, p_address_key text, p_now timestamptz) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        home    public.workspaces;
        reader  record;
        hash    text;
        verdict private.verdict;
    begin
        select * into strict home from public.workspaces where id = p_message.workspace_id;
        select * into reader from private.recipient(p_message, p_address_key);
        hash := private.hmac_sha256(p_address_key, home.id || ':' || reader.address);
        verdict.skip_reason := reader.skip_reason;
        if verdict.skip_reason is null and p_message.counted_at is null then
            perform pg_advisory_xact_lock(hashtextextended(hash, 1));
            verdict := private.weigh_message(p_message, home, hash, reader.traits, reader.is_claimed, p_now);
        end if;

        if verdict.skip_reason is not null then
            update public.messages
            set
                -- What the provider may have had is not skipped, and its reader may count it.
                status = case status when 'sending' then 'unknown' else 'skipped' end,
                counted_at = case status when 'sending' then counted_at end,
                reason = verdict.skip_reason, claim = null, claimed_until = null
            where id = p_message.id;
        elsif verdict.wait_until is not null then
            update public.messages
            set
                status = 'queued', reason = verdict.wait_reason, send_at = verdict.wait_until,
                claim = null, claimed_until = null, attempts = attempts - 1,
                postponed_since = coalesce(postponed_since, send_at)
            where id = p_message.id;
        else
            update public.messages
            set
                address_hash = hash, reason = null, counted_at = coalesce(counted_at, p_now),
                first_claimed = coalesce(verdict.first_claimed, first_claimed)
            where id = p_message.id;
        end if;
    end
    $$;
revoke all on function private.admit_message(public.messages, text, timestamptz) from public;
grant execute on function private.admit_message(public.messages, text, timestamptz) to service_role;
