-- Why: who did what to which workspace or contact, also once the workspace, the contact or the actor is gone. So no
-- foreign keys, and no row holds more of a person than an id that leads nowhere after an erasure.
-- Not breaking (new table). Locks: none. Undo: drop it.

create table public.audit_log (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    -- 'member:<user id>', 'key:<API key id>', 'operator' (a script run by hand) or 'system' (a sweep).
    actor        text        not null default coalesce('member:' || auth.uid(), 'system'),
    -- What was done to what: 'contact.erase', 'export.request', 'api_keys.insert'.
    action       text        not null,
    contact_id   uuid,
    -- Names of what changed, ids and counts; never a value that says something about a person.
    detail       jsonb       not null default '{}',
    at           timestamptz not null default now(),

    constraint audit_log_pkey primary key (id),
    constraint audit_log_actor_known check (actor ~ '^((member|key):[0-9a-f-]{36}|operator|system)$'),
    constraint audit_log_action_format check (action ~ '^[a-z_]{1,40}\.[a-z_]{1,40}$')
);

create index audit_log_workspace_idx on public.audit_log (workspace_id, at desc);
-- What the sweep removes after three years.
create index audit_log_at_idx on public.audit_log (at);

alter table public.audit_log enable row level security;

-- What a function does under a member's rights is logged under them too: as theirs, as of now, without detail.
grant select on public.audit_log to authenticated;
grant insert (workspace_id, action, contact_id) on public.audit_log to authenticated;
grant select, insert, delete on public.audit_log to service_role;

-- Nobody changes a row, and only the sweep deletes one, three years later.
create policy "Owners and admins see what was done"
    on public.audit_log for select to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

-- All that functions log under a member's rights is that they looked at a contact. Whatever else a member could write here
-- would be made up, and nobody could delete it again.
create policy "Members log which contacts they look at"
    on public.audit_log for insert to authenticated
    with check (
        actor = 'member:' || (select auth.uid())
        and action = 'contact.access'
        and workspace_id in (select workspace_id from public.members where user_id = (select auth.uid()))
        and exists (
            select from public.identities as i
            where i.id = audit_log.contact_id and i.workspace_id = audit_log.workspace_id
        )
    );

-- p_actor: null for the member whose rights this runs under, or the sweep.
create function private.audit(
    p_workspace uuid, p_action text, p_contact uuid default null, p_actor text default null, p_detail jsonb default null
) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        if p_actor is null and p_detail is null then
            insert into public.audit_log (workspace_id, action, contact_id) values (p_workspace, p_action, p_contact);
        else
            insert into public.audit_log (workspace_id, action, contact_id, actor, detail)
            values (
                p_workspace, p_action, p_contact,
                coalesce(p_actor, 'member:' || auth.uid(), 'system'), coalesce(p_detail, '{}')
            );
        end if;
    end
    $$;
revoke all on function private.audit(uuid, text, uuid, text, jsonb) from public;
grant execute on function private.audit(uuid, text, uuid, text, jsonb) to authenticated, service_role;

-- An API key as the log names it. Raises PT401, PT423.
create function private.actor_of_key(p_key_hash text) returns text
    language sql stable
    set search_path = ''
    as $$
        select 'key:' || (private.authenticate(p_key_hash, null)).api_key_id
    $$;
revoke all on function private.actor_of_key(text) from public;
grant execute on function private.actor_of_key(text) to service_role;
