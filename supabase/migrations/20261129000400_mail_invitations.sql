-- Why: who is invited hears of it by mail, once, and our domain mails no stranger more than is decent: so many a day per
-- workspace, per inviter and per address, decided right before the provider is called.
-- Not breaking but for a drain of the version before, which can't render an invitation. Locks: invitations and notices, while
-- columns are added; then a notice's row, and among mails of invitations one lock. Undo: the functions before, drop the rest.

-- Until when it can be accepted; it goes some days later (forget_what_has_lapsed).
alter table public.invitations add column expires_at timestamptz not null default now() + interval '14 days';
create index invitations_expires_idx on public.invitations (expires_at);

-- Nothing that a mail provider reads as a name, a list or a comment, or one address would have many spellings to count.
-- Rows from before stay: they are not mailed.
alter table public.invitations
    drop constraint invitations_email_format,
    add constraint invitations_email_format check (
        email ~ '^[^][@\s<>(),;:"\\]+@[^][@\s<>(),;:"\\]+$' and email = lower(email) and char_length(email) < 255
    ) not valid;

drop policy "Who is invited accepts" on public.invitations;
create policy "Who is invited accepts, while it holds"
    on public.invitations for update to authenticated
    using (status = 'open' and expires_at > now() and email = lower((select auth.jwt()) ->> 'email'))
    with check (status = 'accepted');

-- A notice goes to an owner's account, or to who is invited: its address is the invitation's, and with that it goes.
alter table private.notices
    alter column user_id drop not null,
    add column invitation_id uuid,
    -- Why it did not go, or what the provider said.
    add column reason text,
    add column sent_at timestamptz,
    add constraint notices_invitation_fkey
        foreign key (invitation_id) references public.invitations (id) on delete cascade,
    add constraint notices_to_one check (num_nonnulls(user_id, invitation_id) = 1),
    drop constraint notices_status_known,
    add constraint notices_status_known check (status in ('queued', 'sent', 'failed', 'unknown', 'skipped'));
create unique index notices_invitation_key on private.notices (invitation_id) where invitation_id is not null;

-- What has become of the mail; the rest of a row, and the rows of owners, nobody signed in reads.
grant select (workspace_id, invitation_id, status, reason, sent_at, send_at) on private.notices to authenticated;
create policy "Members see what became of mail to whom they invited"
    on private.notices for select to authenticated
    using (
        invitation_id is not null
        and workspace_id in (select workspace_id from public.members where user_id = (select auth.uid()))
    );

-- Mails to invited people of the last day, also of invitations that have been taken back, to count. No foreign keys: a lock
-- on the workspace's row would be one more to wait for before each mail.
create table private.invitation_mails (
    -- The notice's.
    id           uuid        not null,
    workspace_id uuid        not null,
    invited_by   uuid        not null,
    -- HMAC-SHA256 of the address alone, with the key outside Postgres: the same in every workspace.
    address_hash text        not null collate "C",
    at           timestamptz not null,

    constraint invitation_mails_pkey primary key (id)
);

create index invitation_mails_at_idx on private.invitation_mails (at);

alter table private.invitation_mails enable row level security;
grant select, insert, delete on private.invitation_mails to service_role;

-- As before, within what the plan allows with the invitations that hold; and queues the mail in the same transaction.
-- Security definer, because nobody signed in may write members or count them, or write notices; whether this row may be there
-- is the policies' decision, which has been made by now.
create or replace function private.apply_invitation() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
    declare
        most  integer := (private.entitlements(new.workspace_id, now())).members;
        taken integer;
    begin
        perform from public.workspaces as w where w.id = new.workspace_id for no key update;
        if exists (
            select from public.workspaces as w where w.id = new.workspace_id and w.deletion_requested_at is not null
        ) then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending', detail = 'This workspace is being deleted.';
        end if;
        select count(*) into taken from public.members as m where m.workspace_id = new.workspace_id;
        if tg_op = 'INSERT' then
            taken := taken - 1 + (
                select count(*) from public.invitations as i
                where i.workspace_id = new.workspace_id and i.status = 'open' and i.expires_at > now()
            );
        end if;
        if taken >= most then
            raise sqlstate 'PT402' using message = 'members_limit',
                detail = format('The plan allows %s members, open invitations included.', most);
        end if;
        if new.status = 'accepted' then
            insert into public.members (workspace_id, user_id, role) values (new.workspace_id, auth.uid(), new.role)
            on conflict on constraint members_pkey do nothing;
            delete from public.invitations as i where i.id = new.id;
        else
            insert into private.notices (workspace_id, invitation_id, kind, variables, send_at)
            values (
                new.workspace_id, new.id, 'invitation', jsonb_build_object('role', new.role, 'until', new.expires_at), now()
            );
        end if;
        return null;
    end
    $$;

drop trigger invitations_apply on public.invitations;
create trigger invitations_apply after insert or update of status on public.invitations
    for each row execute function private.apply_invitation();

-- As before, but for those that hold no more.
create or replace function private.my_invitations() returns jsonb
    language sql stable security definer
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(
            jsonb_build_object('id', i.id, 'workspace', w.id, 'name', w.name, 'role', i.role) order by i.created_at
        ), '[]')
        from public.invitations as i
        join public.workspaces as w on w.id = i.workspace_id
        where i.email = lower(auth.jwt() ->> 'email') and i.status = 'open' and i.expires_at > now()
    $$;

-- Whom a workspace has invited: [{id, email, role, by, createdAt, expiresAt, mail}]. `by` is the inviter's address while they
-- are a member. `mail` says what became of it, {status, reason, at}: queued, sent, failed, unknown (it may have gone) or
-- skipped; null for invitations from before they were mailed. Null for outsiders.
create function public.list_invitations(p_workspace uuid) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'id', i.id, 'email', i.email, 'role', i.role, 'by', c.email, 'createdAt', i.created_at,
                    'expiresAt', i.expires_at,
                    'mail', case when n.invitation_id is not null then jsonb_build_object(
                        'status', n.status, 'reason', n.reason, 'at', coalesce(n.sent_at, n.send_at)
                    ) end
                ) order by i.created_at, i.id
            ), '[]')
            from public.invitations as i
            left join private.notices as n on n.workspace_id = p_workspace and n.invitation_id = i.id
            left join private.my_colleagues() as c on c.workspace_id = p_workspace and c.user_id = i.invited_by
            where i.workspace_id = p_workspace and i.status = 'open'
        )
        from public.workspaces as w
        where w.id = p_workspace
    $$;
revoke all on function public.list_invitations(uuid) from public;
grant execute on function public.list_invitations(uuid) to authenticated;

-- Invites once more, for another two weeks and with another mail, under the caller's own rights. Raises 42501 for who is no
-- owner, and whatever an invitation may raise.
create function public.invite_again(p_workspace uuid, p_invitation uuid) returns void
    language plpgsql
    set search_path = ''
    as $$
    declare
        before public.invitations;
    begin
        delete from public.invitations as i where i.workspace_id = p_workspace and i.id = p_invitation and i.status = 'open'
        returning * into before;
        if before.id is null then
            raise sqlstate '42501' using message = 'not_allowed';
        end if;
        insert into public.invitations (workspace_id, email, role) values (p_workspace, before.email, before.role);
    end
    $$;
revoke all on function public.invite_again(uuid, uuid) from public;
grant execute on function public.invite_again(uuid, uuid) to authenticated;

-- Why a notice must not go, null when it may: who is no longer an owner must not hear of the workspace, nor invite others to
-- it; one that is being deleted asks nobody to upgrade or to join; and an invitation may have run out.
create function private.notice_refusal(p_notice private.notices, p_now timestamptz) returns text
    language sql stable
    set search_path = ''
    as $$
        select case
            when w.deletion_requested_at is not null and (p_notice).kind in ('usage', 'invitation')
                then 'workspace_deletion_pending'
            when not exists (
                select from public.members as o
                where o.workspace_id = w.id and o.user_id = coalesce((p_notice).user_id, i.invited_by) and o.role = 'owner'
            ) then 'no_owner'
            when i.expires_at <= p_now then 'lapsed'
        end
        from public.workspaces as w
        left join public.invitations as i on i.id = (p_notice).invitation_id
        where w.id = (p_notice).workspace_id
    $$;
revoke all on function private.notice_refusal(private.notices, timestamptz) from public;
grant execute on function private.notice_refusal(private.notices, timestamptz) to service_role;

-- Counts a mail to who is invited, each once, or says why there have been enough of them in 24 hours. p_limits: {"workspace",
-- "inviter", "address"}; one to the same address from the same workspace is enough anyway.
create function private.count_invitation_mail(
    p_notice private.notices, p_address_key text, p_limits jsonb, p_now timestamptz
) returns text
    language plpgsql
    set search_path = ''
    as $$
    declare
        invitation public.invitations;
        address    text;
        refusal    text;
    begin
        -- One after the other, so that two at once can't both be the last one.
        perform pg_advisory_xact_lock(hashtextextended('invitation_mails', 4));
        if exists (select from private.invitation_mails as m where m.id = (p_notice).id) then
            return null;
        end if;
        select * into strict invitation from public.invitations as i where i.id = (p_notice).invitation_id;
        address := private.hmac_sha256(p_address_key, 'invitation:' || invitation.email);
        select case
            when bool_or(m.workspace_id = invitation.workspace_id and m.address_hash = address) then 'once_a_day'
            when count(*) filter (where m.address_hash = address) >= (p_limits ->> 'address')::integer then 'address_limit'
            when count(*) filter (where m.workspace_id = invitation.workspace_id) >= (p_limits ->> 'workspace')::integer
                then 'workspace_limit'
            when count(*) filter (where m.invited_by = invitation.invited_by) >= (p_limits ->> 'inviter')::integer
                then 'inviter_limit'
        end
        into refusal
        from private.invitation_mails as m
        where m.at > p_now - interval '24 hours';
        if refusal is null then
            insert into private.invitation_mails (id, workspace_id, invited_by, address_hash, at)
            values ((p_notice).id, invitation.workspace_id, invitation.invited_by, address, p_now);
        end if;
        return refusal;
    end
    $$;
revoke all on function private.count_invitation_mail(private.notices, text, jsonb, timestamptz) from public;
grant execute on function private.count_invitation_mail(private.notices, text, jsonb, timestamptz) to service_role;

-- Takes up to p_limit due notices for two minutes: [{id, claim, to, kind, variables, workspace, attempts}]. What Resend may have
-- seen 23 hours ago is not sent again, because it would not know that it has.
create or replace function public.claim_notices(p_limit integer, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        due uuid[] := array(
            select n.id from private.notices as n
            where n.status = 'queued' and n.send_at <= p_now and coalesce(n.claimed_until, '-infinity') < p_now
            order by n.send_at
            limit p_limit
            for update skip locked
        );
        answer jsonb;
    begin
        update private.notices as n
        set status = 'unknown', claim = null
        where n.id = any (due) and n.first_attempt_at < p_now - interval '23 hours';
        with taken as (
            update private.notices as n
            set claim = gen_random_uuid(), claimed_until = p_now + interval '2 minutes', attempts = n.attempts + 1
            where n.id = any (due) and n.status = 'queued'
            returning n.*
        )
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', t.id, 'claim', t.claim, 'to', coalesce(i.email, private.address_of_user(t.user_id)), 'kind', t.kind,
            'variables', t.variables || case
                when i.id is null then '{}' else jsonb_build_object('inviter', private.address_of_user(i.invited_by))
            end,
            'workspace', jsonb_build_object('id', w.id, 'name', w.name), 'attempts', t.attempts
        ) order by t.send_at), '[]')
        into answer
        from taken as t
        join public.workspaces as w on w.id = t.workspace_id
        left join public.invitations as i on i.id = t.invitation_id;
        return answer;
    end
    $$;

-- The last look before the provider is called: 'started' when a claimed notice may go, else why not; null when it is gone or
-- claimed by another. An owner's that may not go is of no interest any more and is deleted; an invitation's stays, and says
-- why. p_limits: as count_invitation_mail() has them.
create function public.start_notice(
    p_id uuid, p_claim uuid, p_address_key text, p_limits jsonb, p_now timestamptz default now()
) returns text
    language plpgsql
    set search_path = ''
    as $$
    declare
        notice  private.notices;
        refusal text;
    begin
        select * into notice from private.notices as n where n.id = p_id and n.claim = p_claim and n.status = 'queued'
        for update;
        if not found then
            return null;
        end if;
        refusal := private.notice_refusal(notice, p_now);
        if refusal is null and notice.invitation_id is not null then
            refusal := private.count_invitation_mail(notice, p_address_key, p_limits, p_now);
        end if;
        if refusal is not null and notice.user_id is not null then
            delete from private.notices as n where n.id = p_id;
        else
            update private.notices as n
            set
                first_attempt_at = coalesce(n.first_attempt_at, case when refusal is null then p_now end),
                -- The provider may have had it from an earlier attempt.
                status = case
                    when refusal is null then 'queued' when n.first_attempt_at is null then 'skipped' else 'unknown'
                end,
                reason = refusal
            where n.id = p_id;
        end if;
        return coalesce(refusal, 'started');
    end
    $$;
revoke all on function public.start_notice(uuid, uuid, text, jsonb, timestamptz) from public;
grant execute on function public.start_notice(uuid, uuid, text, jsonb, timestamptz) to service_role;

drop function public.finish_notice(uuid, uuid, text, timestamptz);

-- p_status: sent, failed, unknown, or queued for another attempt at p_send_at; p_reason: what the provider said.
create function public.finish_notice(
    p_id uuid, p_claim uuid, p_status text, p_send_at timestamptz default null, p_reason text default null,
    p_now timestamptz default now()
) returns void
    language sql
    set search_path = ''
    as $$
        update private.notices
        set
            status = p_status, send_at = coalesce(p_send_at, send_at), reason = p_reason,
            sent_at = case when p_status = 'sent' then p_now end, claim = null, claimed_until = null
        where id = p_id and claim = p_claim
    $$;
revoke all on function public.finish_notice(uuid, uuid, text, timestamptz, text, timestamptz) from public;
grant execute on function public.finish_notice(uuid, uuid, text, timestamptz, text, timestamptz) to service_role;

-- As before, and: the counts of mails to who was invited after their day, invitations two weeks after they held.
create or replace function public.forget_what_has_lapsed(p_limit integer, p_now timestamptz default now()) returns boolean
    language sql
    set search_path = ''
    as $$
        select bool_or(private.forget(f.name, f.condition, p_limit, p_now))
        from (values
            ('private.tombstones'::regclass, 'expires_at <= $1'),
            ('public.rejections', 'received_at <= $1 - interval ''24 hours'''),
            ('private.invitation_mails', 'at <= $1 - interval ''24 hours'''),
            ('public.invitations', 'expires_at <= $1 - interval ''14 days'''),
            ('private.checkouts', 'opened_at <= $1 - interval ''30 days'''),
            ('public.audit_log', 'at <= $1 - interval ''3 years'''),
            ('public.deletion_requests', 'coalesce(finished_at, cancelled_at) <= $1 - interval ''3 years''')
        ) as f (name, condition)
    $$;

comment on table public.invitations is
    'Invitations: which addresses were invited to which workspace; kept until they are accepted, declined or taken back, 14 days after they ran out, or until the workspace is deleted';
comment on column public.invitations.email is 'owner: address of the colleague who is invited; mailed once and again when an owner asks for it, and recognises them when they sign in';
comment on column public.invitations.expires_at is 'owner: until when it can be accepted; nobody joins by an old one';

comment on table private.notices is
    'Notices: mail from us to owners about their workspace, and to whom they invite; kept until the owner''s account, the invitation or the workspace is deleted';
comment on column private.notices.invitation_id is 'owner: the invitation whose address it goes to; finds the address, and goes with it';
comment on column private.notices.reason is 'owner: why it was not sent; shown to members';
comment on column private.notices.sent_at is 'owner: when it was sent; shown to members';
comment on column private.notices.status is 'owner: whether it is queued, sent, failed, skipped or unknown; it goes out once';

comment on table private.invitation_mails is
    'Counts of invitation mails: which workspace and owner had whom mailed on the last day, as hashes; kept until 24 hours have passed';
comment on column private.invitation_mails.id is 'nobody: id of the notice; it is counted once';
comment on column private.invitation_mails.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column private.invitation_mails.invited_by is 'owner: account of who invited; limits how many people they have mailed';
comment on column private.invitation_mails.address_hash is 'owner: keyed hash of the address, whose key is not in the database; limits how often one address is mailed';
comment on column private.invitation_mails.at is 'owner: when the mail was let through; counts for a day';
