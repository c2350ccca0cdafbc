-- Why: whoever signs up makes their workspace themselves. What they may write is a row that says what they want.
-- Breaking for callers of create_workspace() by position of a fifth argument: there is none yet. Locks: none. Undo: drop the
-- table and its function, and restore create_workspace().

drop function public.create_workspace(uuid, text, text, text);

-- p_rules: the kind of a template of rules. p_id: the workspace's, a new one unless it is given.
create function public.create_workspace(
    p_owner uuid, p_name text, p_slug text, p_rules text default 'default', p_id uuid default null
) returns uuid
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := coalesce(p_id, gen_random_uuid());
        rules     jsonb;
    begin
        select t.rules into strict rules from public.rule_templates as t where t.kind = p_rules;
        insert into public.workspaces (id, name, slug) values (workspace, p_name, p_slug);
        insert into public.members (workspace_id, user_id, role) values (workspace, p_owner, 'owner');
        perform private.begin_with_rules(workspace, rules);
        perform private.add_starter_mail(workspace);
        return workspace;
    end
    $$;
revoke all on function public.create_workspace(uuid, text, text, text, uuid) from public;
grant execute on function public.create_workspace(uuid, text, text, text, uuid) to service_role;

create table public.workspace_requests (
    workspace_id uuid        not null,
    requested_by uuid        not null default auth.uid(),
    name         text        not null,
    slug         text        not null,
    -- Of a template of rules.
    kind         text        not null default 'default',
    created_at   timestamptz not null default now(),

    -- No foreign key: the request is there before its workspace.
    constraint workspace_requests_pkey primary key (workspace_id),
    constraint workspace_requests_kind_fkey foreign key (kind) references public.rule_templates (kind)
);

create index workspace_requests_requested_by_idx on public.workspace_requests (requested_by, created_at);
create index workspace_requests_kind_idx on public.workspace_requests (kind);

alter table public.workspace_requests enable row level security;

grant select on public.workspace_requests to authenticated;
grant insert (workspace_id, name, slug, kind) on public.workspace_requests to authenticated;
grant select, delete on public.workspace_requests to service_role;

-- Nobody changes or takes back a request: what it asked for is there.
create policy "Members see how their workspace began"
    on public.workspace_requests for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Whoever is signed in may ask for a workspace"
    on public.workspace_requests for insert to authenticated
    with check (requested_by = (select auth.uid()));

-- Makes the workspace that was asked for. Raises PT429 for more than 20 a day and account.
-- Security definer, because nobody signed in may write workspaces, members or rules; whether this one may ask is the
-- policy's decision, which has been made when the row is there.
create function private.found_workspace() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
    begin
        if 20 < (
            select count(*) from public.workspace_requests as r
            where r.requested_by = new.requested_by and r.created_at > now() - interval '1 day'
        ) then
            raise sqlstate 'PT429' using message = 'too_many_workspaces',
                detail = 'You have made 20 workspaces today. Make the next one tomorrow.';
        end if;
        perform public.create_workspace(new.requested_by, new.name, new.slug, new.kind, new.workspace_id);
        return null;
    end
    $$;
revoke all on function private.found_workspace() from public;

create trigger workspace_requests_found after insert on public.workspace_requests
    for each row execute function private.found_workspace();

comment on table public.workspace_requests is
    'Requests for workspaces: who made which workspace; kept until the workspace is deleted';
comment on column public.workspace_requests.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.workspace_requests.requested_by is 'owner: the account that made it; shows who answers for it';
comment on column public.workspace_requests.name is 'owner: the name it began with; names the workspace';
comment on column public.workspace_requests.slug is 'owner: the short name it began with; names the workspace''s address';
comment on column public.workspace_requests.kind is 'nobody: the kind of product; chooses the rules to start with';
comment on column public.workspace_requests.created_at is 'owner: when it was asked for; limits how many somebody makes';
