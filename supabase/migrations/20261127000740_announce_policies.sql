-- Why: a policy that changes is announced to every owner, once each, though the command that does it may stop anywhere, be
-- run again or run twice at once. Who is told is decided in one transaction, with the words, when it is first announced.
-- Not breaking (new tables and functions). Locks: the announcements taken, skipping locked ones. Undo: drop them.

create table private.policies (
    policy_date  date        not null,
    changes      text        not null,
    announced_at timestamptz not null,

    constraint policies_pkey primary key (policy_date),
    constraint policies_changes_length check (char_length(changes) between 1 and 10000)
);

comment on table private.policies is 'Announced policies: which policy was announced, with what words; kept until the deployment ends';
comment on column private.policies.policy_date is 'nobody: date of the policy; it is announced once';
comment on column private.policies.changes is 'nobody: what changed, as owners were told; every attempt sends the same';
comment on column private.policies.announced_at is 'nobody: when it was announced; who became an owner later is not told';

-- One mail to one owner, however many workspaces they own: the row's id is the provider's idempotency key.
create table private.announcements (
    id               uuid        not null default gen_random_uuid(),
    policy_date      date        not null,
    user_id          uuid        not null,
    status           text        not null default 'queued',
    reason           text,
    send_at          timestamptz not null,
    attempts         smallint    not null default 0,
    claim            uuid,
    claimed_until    timestamptz,
    -- When Resend may first have taken it; null as long as it surely has not.
    first_attempt_at timestamptz,

    constraint announcements_pkey primary key (id),
    constraint announcements_owner_key unique (policy_date, user_id),
    constraint announcements_policy_fkey foreign key (policy_date) references private.policies (policy_date),
    constraint announcements_user_fkey foreign key (user_id) references auth.users (id) on delete cascade,
    constraint announcements_status_known check (status in ('queued', 'sent', 'failed', 'unknown'))
);

create index announcements_user_idx on private.announcements (user_id);
create index announcements_due_idx on private.announcements (policy_date, send_at) where status = 'queued';

comment on table private.announcements is
    'Announcements: mail from us to each owner about a changed policy; kept until the account is deleted';
comment on column private.announcements.id is 'nobody: id of the announcement; the provider sends it once by it';
comment on column private.announcements.policy_date is 'owner: date of the policy; an owner is told once of each';
comment on column private.announcements.user_id is 'owner: account of the owner it goes to; the mail is sent to its address';
comment on column private.announcements.status is 'owner: whether it is queued, sent, failed or unknown; it goes out once';
comment on column private.announcements.reason is 'owner: code of the last failure; the operator sees why somebody was not told';
comment on column private.announcements.send_at is 'nobody: when it is to go out; it goes out then';
comment on column private.announcements.attempts is 'nobody: how often it was tried; pauses grow with it';
comment on column private.announcements.claim is 'nobody: which run works on it; no two runs send it';
comment on column private.announcements.claimed_until is 'nobody: how long that run may take; another one takes over after a crash';
comment on column private.announcements.first_attempt_at is
    'nobody: when the provider may first have taken it; it is not repeated once the provider may have forgotten it';

alter table private.policies enable row level security;
alter table private.announcements enable row level security;
grant select, insert on private.policies to service_role;
grant select, insert, update, delete on private.announcements to service_role;

-- How a policy's announcement stands: {changes, owners, queued, sent, failed, unknown, nextInSeconds, lastPolicy}.
-- Before it is announced changes is null, and owners are those there are now: of workspaces whose deletion was asked for too.
create function public.announcement_status(p_policy_date date, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'changes', (select p.changes from private.policies as p where p.policy_date = p_policy_date),
            'lastPolicy', (select max(p.policy_date) from private.policies as p),
            'owners', case
                when exists (select from private.policies as p where p.policy_date = p_policy_date) then count(*)
                else (select count(distinct m.user_id) from public.members as m where m.role = 'owner')
            end,
            'queued', count(*) filter (where a.status = 'queued'),
            'sent', count(*) filter (where a.status = 'sent'),
            'failed', count(*) filter (where a.status = 'failed'),
            'unknown', count(*) filter (where a.status = 'unknown'),
            'nextInSeconds', greatest(0, extract(epoch from
                min(greatest(a.send_at, coalesce(a.claimed_until, '-infinity'))) filter (where a.status = 'queued') - p_now
            ))
        )
        from private.announcements as a
        where a.policy_date = p_policy_date
    $$;
revoke all on function public.announcement_status(date, timestamptz) from public;
grant execute on function public.announcement_status(date, timestamptz) to service_role;

-- Decides who is told of a policy, and with what words, if that has not been decided yet; then answers as
-- announcement_status(). Whom it could not be sent to is tried again: a mail that was refused has surely not gone out.
create function public.announce_policy(p_policy_date date, p_changes text, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    begin
        -- Of two at once the second waits here for the first one's commit.
        insert into private.policies (policy_date, changes, announced_at)
        values (p_policy_date, p_changes, p_now)
        on conflict on constraint policies_pkey do nothing;
        if found then
            insert into private.announcements (policy_date, user_id, send_at)
            select distinct p_policy_date, m.user_id, p_now from public.members as m where m.role = 'owner';
        else
            update private.announcements
            set status = 'queued', send_at = p_now
            where policy_date = p_policy_date and status = 'failed';
        end if;
        return public.announcement_status(p_policy_date, p_now);
    end
    $$;
revoke all on function public.announce_policy(date, text, timestamptz) from public;
grant execute on function public.announce_policy(date, text, timestamptz) to service_role;

-- Takes one due announcement for two minutes: {id, claim, to, attempts}, or null when none is due. Who owns nothing any more
-- is not told. What Resend may have taken 23 hours ago is not sent again, because it would not know that it has.
create function public.claim_announcement(p_policy_date date, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        taken private.announcements;
    begin
        loop
            select a.* into taken
            from private.announcements as a
            where a.policy_date = p_policy_date and a.status = 'queued' and a.send_at <= p_now
                and coalesce(a.claimed_until, '-infinity') < p_now
            order by a.send_at
            limit 1
            for update skip locked;
            if not found then
                return null;
            elsif not exists (select from public.members as m where m.user_id = taken.user_id and m.role = 'owner') then
                delete from private.announcements where id = taken.id;
            elsif taken.first_attempt_at < p_now - interval '23 hours' then
                update private.announcements set status = 'unknown', claim = null, claimed_until = null where id = taken.id;
            else
                exit;
            end if;
        end loop;
        update private.announcements
        set
            claim = gen_random_uuid(), claimed_until = p_now + interval '2 minutes', attempts = attempts + 1,
            first_attempt_at = coalesce(first_attempt_at, p_now)
        where id = taken.id
        returning * into taken;
        return jsonb_build_object(
            'id', taken.id, 'claim', taken.claim, 'to', private.address_of_user(taken.user_id), 'attempts', taken.attempts
        );
    end
    $$;
revoke all on function public.claim_announcement(date, timestamptz) from public;
grant execute on function public.claim_announcement(date, timestamptz) to service_role;

-- p_status: sent, failed, unknown, or queued for another attempt in p_pause seconds. p_refused: this attempt has surely sent
-- nothing, so unless an earlier one may have, the 23 hours have not begun. That is so when this claim began them.
create function public.finish_announcement(
    p_id uuid, p_claim uuid, p_status text, p_reason text, p_pause double precision, p_refused boolean,
    p_now timestamptz default now()
) returns void
    language sql
    set search_path = ''
    as $$
        update private.announcements
        set
            status = p_status, reason = p_reason, claim = null, claimed_until = null,
            send_at = case when p_status = 'queued' then p_now + make_interval(secs => p_pause) else send_at end,
            first_attempt_at = case
                when not p_refused or first_attempt_at < claimed_until - interval '2 minutes' then first_attempt_at
            end
        where id = p_id and claim = p_claim
    $$;
revoke all on function public.finish_announcement(uuid, uuid, text, text, double precision, boolean, timestamptz) from public;
grant execute on function public.finish_announcement(uuid, uuid, text, text, double precision, boolean, timestamptz)
    to service_role;
