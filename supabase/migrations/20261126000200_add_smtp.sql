-- Why: the founder's own domain is written from by the founder's own SMTP server, once a test mail has gone through it.
-- What the dashboard shows is apart from the password, which is encrypted outside Postgres and which no member reads.
-- Not breaking (new tables and functions). Undo: drop the functions, then the tables.

create table public.smtp_settings (
    workspace_id  uuid        not null,
    host          text        not null,
    port          integer     not null,
    username      text        not null,
    from_address  text        not null,
    -- Null: the workspace's name.
    from_name     text,
    -- Another one after every change, so that the outcome of a test is recorded for what was tested.
    revision      uuid        not null default gen_random_uuid(),
    -- Null: nothing is sent through it but a test.
    verified_at   timestamptz,
    last_error    text,
    last_error_at timestamptz,
    updated_at    timestamptz not null default now(),

    constraint smtp_settings_pkey primary key (workspace_id),
    constraint smtp_settings_workspace_fkey
        foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint smtp_settings_port_range check (port between 1 and 65535),
    constraint smtp_settings_size check (
        char_length(host) <= 253 and char_length(username) <= 255
        and char_length(from_address) <= 254 and char_length(from_name) <= 100
    )
);

create table private.smtp_passwords (
    workspace_id uuid not null,
    -- lib/encryption.py's: the key's id, a colon, base64. Bound to this workspace.
    password     text not null,

    constraint smtp_passwords_pkey primary key (workspace_id),
    constraint smtp_passwords_settings_fkey
        foreign key (workspace_id) references public.smtp_settings (workspace_id) on delete cascade
);

alter table public.smtp_settings enable row level security;
alter table private.smtp_passwords enable row level security;

grant select on public.smtp_settings to authenticated;
grant select, insert, update, delete on public.smtp_settings, private.smtp_passwords to service_role;

-- Viewers have no use for it. Nobody signed in writes: /api/settings does, which has the key of the password.
create policy "Owners and admins see their workspace's SMTP settings"
    on public.smtp_settings for select to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

-- Asked under a member's own rights before service_role changes settings for them: the account's email of an owner or
-- admin. Raises 42501 for anybody else, and for an account without an address; PT423 when the workspace is being deleted.
create function public.settings_admin(p_workspace uuid) returns text
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        if auth.jwt() ->> 'email' is null or not exists (
            select from public.members
            where workspace_id = p_workspace and user_id = (select auth.uid()) and role in ('owner', 'admin')
        ) then
            raise sqlstate '42501' using message = 'not_allowed';
        end if;
        if exists (select from public.workspaces where id = p_workspace and deletion_requested_at is not null) then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending';
        end if;
        return auth.jwt() ->> 'email';
    end
    $$;
revoke all on function public.settings_admin(uuid) from public;
grant execute on function public.settings_admin(uuid) to authenticated;

-- The settings as /api/settings answers with them; null when there are none.
create function private.smtp_shown(p_workspace uuid) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'host', s.host, 'port', s.port, 'username', s.username, 'from', s.from_address, 'fromName', s.from_name,
            'verifiedAt', s.verified_at, 'lastError', s.last_error
        )
        from public.smtp_settings as s where s.workspace_id = p_workspace
    $$;
revoke all on function private.smtp_shown(uuid) from public;
grant execute on function private.smtp_shown(uuid) to service_role;

-- Settings replace the ones before and are not verified, whatever those were: {host, port, username, from, fromName}
-- and the encrypted password. Returns them as they are shown.
create function public.save_smtp(p_workspace uuid, p_smtp jsonb, p_password text) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.smtp_settings (workspace_id, host, port, username, from_address, from_name)
        values (
            p_workspace, p_smtp ->> 'host', (p_smtp ->> 'port')::integer, p_smtp ->> 'username', p_smtp ->> 'from',
            p_smtp ->> 'fromName'
        )
        on conflict on constraint smtp_settings_pkey do update set
            host = excluded.host, port = excluded.port, username = excluded.username,
            from_address = excluded.from_address, from_name = excluded.from_name, revision = excluded.revision,
            verified_at = null, last_error = null, last_error_at = null, updated_at = excluded.updated_at;
        insert into private.smtp_passwords (workspace_id, password) values (p_workspace, p_password)
        on conflict on constraint smtp_passwords_pkey do update set password = excluded.password;
        return private.smtp_shown(p_workspace);
    end
    $$;
revoke all on function public.save_smtp(uuid, jsonb, text) from public;
grant execute on function public.save_smtp(uuid, jsonb, text) to service_role;

create function public.remove_smtp(p_workspace uuid) returns void
    language sql
    set search_path = ''
    as $$
        delete from public.smtp_settings where workspace_id = p_workspace
    $$;
revoke all on function public.remove_smtp(uuid) from public;
grant execute on function public.remove_smtp(uuid) to service_role;

-- What it takes to send through the workspace's own server, verified or not: {host, port, username, password
-- (encrypted), from, fromName, revision}; null without settings.
create function public.smtp_server(p_workspace uuid) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'host', s.host, 'port', s.port, 'username', s.username, 'password', p.password,
            'from', s.from_address, 'fromName', coalesce(s.from_name, w.name), 'revision', s.revision
        )
        from public.smtp_settings as s
        join private.smtp_passwords as p on p.workspace_id = s.workspace_id
        join public.workspaces as w on w.id = s.workspace_id
        where s.workspace_id = p_workspace
    $$;
revoke all on function public.smtp_server(uuid) from public;
grant execute on function public.smtp_server(uuid) to service_role;

-- What came of sending through settings of that revision: verified (p_error null), or a code to show. Returns the
-- settings as they are shown, which have been changed meanwhile when verifiedAt is still null.
create function public.record_smtp_outcome(
    p_workspace uuid, p_revision uuid, p_error text default null, p_now timestamptz default now()
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    begin
        update public.smtp_settings
        set
            -- A server that fails today was the right one all the same: mail waits for it.
            verified_at = case when p_error is null then p_now else verified_at end,
            last_error = p_error,
            last_error_at = case when p_error is not null then p_now end
        where workspace_id = p_workspace and revision = p_revision;
        return private.smtp_shown(p_workspace);
    end
    $$;
revoke all on function public.record_smtp_outcome(uuid, uuid, text, timestamptz) from public;
grant execute on function public.record_smtp_outcome(uuid, uuid, text, timestamptz) to service_role;

-- What lib/encryption.py has encrypted, of workspaces after that one: [{purpose, workspaceId, value}], by workspace.
create function public.encrypted_values(p_after uuid, p_limit integer) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select coalesce(jsonb_agg(
            jsonb_build_object('purpose', 'smtp', 'workspaceId', page.workspace_id, 'value', page.password)
            order by page.workspace_id
        ), '[]')
        from (
            select workspace_id, password from private.smtp_passwords
            where workspace_id > p_after
            order by workspace_id
            limit p_limit
        ) as page
    $$;
revoke all on function public.encrypted_values(uuid, integer) from public;
grant execute on function public.encrypted_values(uuid, integer) to service_role;

-- The same secret under another key; false when it has been replaced meanwhile.
create function public.replace_encrypted_value(p_workspace uuid, p_before text, p_after text) returns boolean
    language sql
    set search_path = ''
    as $$
        with replaced as (
            update private.smtp_passwords set password = p_after
            where workspace_id = p_workspace and password = p_before
            returning 1
        )
        select exists (select from replaced)
    $$;
revoke all on function public.replace_encrypted_value(uuid, text, text) from public;
grant execute on function public.replace_encrypted_value(uuid, text, text) to service_role;
