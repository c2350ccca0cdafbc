-- Why: owners bring in colleagues, change what they may do, and let them go, within what the plan allows.
-- Not breaking (new tables, functions and policies). Locks: the workspace's row while its members change, so that two at once
-- can't pass the plan's limit or leave no owner. Undo: drop them.

create table public.invitations (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    email        text        not null collate "C",
    role         text        not null,
    status       text        not null default 'open',
    invited_by   uuid        not null default auth.uid(),
    created_at   timestamptz not null default now(),

    constraint invitations_pkey primary key (id),
    constraint invitations_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint invitations_email_key unique (workspace_id, email),
    constraint invitations_email_format check (email ~ '^[^@\s]+@[^@\s]+$' and email = lower(email) and char_length(email) < 255),
    constraint invitations_role_known check (role in ('owner', 'admin', 'viewer')),
    constraint invitations_status_known check (status in ('open', 'accepted'))
);

create index invitations_email_idx on public.invitations (email);

alter table public.invitations enable row level security;

grant select, delete on public.invitations to authenticated;
grant insert (workspace_id, email, role) on public.invitations to authenticated;
grant update (status) on public.invitations to authenticated;
grant select, delete on public.invitations to service_role;

-- An address is whose it is: Supabase Auth has it confirmed before anybody signs in with it (docs/deploy.md).
create policy "Members see invitations, and so does who is invited"
    on public.invitations for select to authenticated
    using (
        email = lower((select auth.jwt()) ->> 'email')
        or workspace_id in (select workspace_id from public.members where user_id = (select auth.uid()))
    );

create policy "Owners invite"
    on public.invitations for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members where user_id = (select auth.uid()) and role = 'owner'
        )
    );

create policy "Who is invited accepts"
    on public.invitations for update to authenticated
    using (status = 'open' and email = lower((select auth.jwt()) ->> 'email'))
    with check (status = 'accepted');

create policy "Owners take invitations back, and who is invited declines"
    on public.invitations for delete to authenticated
    using (
        email = lower((select auth.jwt()) ->> 'email')
        or workspace_id in (
            select workspace_id from public.members where user_id = (select auth.uid()) and role = 'owner'
        )
    );

-- Raises PT402 when the plan allows no further member, open invitations included, and PT423 while the workspace is being
-- deleted. An accepted invitation makes a member.
-- Security definer, because nobody signed in may write members or count them; whether this row may be there is the policies'
-- decision, which has been made by now.
create function private.apply_invitation() returns trigger
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
                where i.workspace_id = new.workspace_id and i.status = 'open'
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
        end if;
        return null;
    end
    $$;
revoke all on function private.apply_invitation() from public;

create trigger invitations_apply after insert or update on public.invitations
    for each row execute function private.apply_invitation();
create trigger invitations_audit after insert or delete on public.invitations
    for each row execute function private.audit_change();

create table public.member_changes (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    user_id      uuid        not null,
    -- Null to take the member out.
    role         text,
    changed_by   uuid        not null default auth.uid(),
    created_at   timestamptz not null default now(),

    constraint member_changes_pkey primary key (id),
    constraint member_changes_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint member_changes_role_known check (role in ('owner', 'admin', 'viewer'))
);

create index member_changes_workspace_idx on public.member_changes (workspace_id, created_at);

alter table public.member_changes enable row level security;

grant select on public.member_changes to authenticated;
grant insert (workspace_id, user_id, role) on public.member_changes to authenticated;
grant select, delete on public.member_changes to service_role;

-- The rows are the log: nobody changes or removes one.
create policy "Members see who changed what of whom"
    on public.member_changes for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Owners change members, and everybody may leave"
    on public.member_changes for insert to authenticated
    with check (
        changed_by = (select auth.uid())
        and workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid())
                and (role = 'owner' or (member_changes.user_id = (select auth.uid()) and member_changes.role is null))
        )
    );

-- Raises PT404 for who is no member, and PT459 for what would leave the workspace without an owner.
-- Security definer, as above.
create function private.apply_member_change() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
    begin
        perform from public.workspaces as w where w.id = new.workspace_id for no key update;
        if not exists (
            select from public.members as m where m.workspace_id = new.workspace_id and m.user_id = new.user_id
        ) then
            raise sqlstate 'PT404' using message = 'member_unknown', detail = 'They are no member of this workspace.';
        end if;
        if new.role is distinct from 'owner' and not exists (
            select from public.members as m
            where m.workspace_id = new.workspace_id and m.user_id <> new.user_id and m.role = 'owner'
        ) then
            raise sqlstate 'PT459' using message = 'last_owner',
                detail = 'A workspace needs an owner: make somebody else one first.';
        end if;
        if new.role is null then
            delete from public.members as m where m.workspace_id = new.workspace_id and m.user_id = new.user_id;
        else
            update public.members as m set role = new.role
            where m.workspace_id = new.workspace_id and m.user_id = new.user_id;
        end if;
        return null;
    end
    $$;
revoke all on function private.apply_member_change() from public;

create trigger member_changes_apply after insert on public.member_changes
    for each row execute function private.apply_member_change();

-- Everybody who shares a workspace with the caller, in it.
-- Security definer, because members see no row of `members` but their own, on which all other policies rest, and nobody signed
-- in reads accounts. It takes no argument, so it answers of the caller alone.
create function private.my_colleagues()
    returns table (workspace_id uuid, user_id uuid, email text, role text, created_at timestamptz)
    language sql stable security definer
    set search_path = ''
    as $$
        select m.workspace_id, m.user_id, u.email, m.role, m.created_at
        from public.members as mine
        join public.members as m on m.workspace_id = mine.workspace_id
        join auth.users as u on u.id = m.user_id
        where mine.user_id = auth.uid()
    $$;
revoke all on function private.my_colleagues() from public;
grant execute on function private.my_colleagues() to authenticated;

-- The members of a workspace and how many the plan allows: {"members": [{userId, email, role, since}], "limit"}; null for
-- outsiders.
create function public.team(p_workspace uuid) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'members', jsonb_agg(
                jsonb_build_object('userId', c.user_id, 'email', c.email, 'role', c.role, 'since', c.created_at)
                order by c.created_at, c.user_id
            ),
            'limit', (private.entitlements(p_workspace, now())).members
        )
        from private.my_colleagues() as c
        where c.workspace_id = p_workspace
        having count(*) > 0
    $$;
revoke all on function public.team(uuid) from public;
grant execute on function public.team(uuid) to authenticated;

-- The caller's workspaces, and those that wait for them: {"workspaces": [{id, name, slug, role, createdAt,
-- deletionRequestedAt}], "invitations": [{id, workspace, name, role}]}.
-- Security definer, because who is invited is no member yet and may not see the workspace, but has to be told its name. It
-- takes no argument, so it answers of the caller alone.
create function private.my_invitations() returns jsonb
    language sql stable security definer
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(
            jsonb_build_object('id', i.id, 'workspace', w.id, 'name', w.name, 'role', i.role) order by i.created_at
        ), '[]')
        from public.invitations as i
        join public.workspaces as w on w.id = i.workspace_id
        where i.email = lower(auth.jwt() ->> 'email') and i.status = 'open'
    $$;
revoke all on function private.my_invitations() from public;
grant execute on function private.my_invitations() to authenticated;

create function public.my_workspaces() returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'workspaces', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', w.id, 'name', w.name, 'slug', w.slug, 'role', m.role, 'createdAt', w.created_at,
                        'deletionRequestedAt', w.deletion_requested_at
                    ) order by w.name, w.id
                ), '[]')
                from public.members as m
                join public.workspaces as w on w.id = m.workspace_id
                where m.user_id = auth.uid()
            ),
            'invitations', private.my_invitations()
        )
    $$;
revoke all on function public.my_workspaces() from public;
grant execute on function public.my_workspaces() to authenticated;

comment on table public.invitations is
    'Invitations: which addresses were invited to which workspace; kept until they are accepted, declined or taken back, or the workspace is deleted';
comment on column public.invitations.id is 'nobody: number of the invitation; names it';
comment on column public.invitations.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.invitations.email is 'owner: address of the colleague who is invited; recognises them when they sign in';
comment on column public.invitations.role is 'owner: what they will be; sets what they may do';
comment on column public.invitations.status is 'owner: whether it was accepted; makes them a member';
comment on column public.invitations.invited_by is 'owner: who invited them; shows who answers for it';
comment on column public.invitations.created_at is 'owner: when they were invited; orders the list';

comment on table public.member_changes is
    'Changes of members: who gave which member another role or took them out; kept until the workspace is deleted';
comment on column public.member_changes.id is 'nobody: number of the change; names it';
comment on column public.member_changes.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.member_changes.user_id is 'owner: the account that is meant; finds the member';
comment on column public.member_changes.role is 'owner: the new role, none for taken out; sets what they may do';
comment on column public.member_changes.changed_by is 'owner: who changed it; shows who answers for it';
comment on column public.member_changes.created_at is 'owner: when it was changed; orders the log';
