-- Why: a list that somebody looks at every day has a name, for all members.
-- Not breaking (a new table). Locks: none. Undo: drop the table and the function.

create table public.saved_views (
    workspace_id uuid        not null,
    id           uuid        not null default gen_random_uuid(),
    name         text        not null,
    -- As the dashboard's list of contacts writes its filters into its URL; it is read as filters and nothing else.
    query        text        not null,
    created_by   uuid        default auth.uid(),
    created_at   timestamptz not null default now(),

    constraint saved_views_pkey primary key (workspace_id, id),
    constraint saved_views_name_key unique (workspace_id, name),
    constraint saved_views_query_key unique (workspace_id, query),
    constraint saved_views_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint saved_views_name_length check (char_length(name) between 1 and 60 and name ~ '\S'),
    constraint saved_views_query_length check (octet_length(query) between 1 and 2000),
    -- A view outlives whoever it might name; of what names people, an address is what can be told.
    constraint saved_views_no_address check (query !~* '@|%40')
);

alter table public.saved_views enable row level security;

grant select, insert (workspace_id, name, query), update (name, query), delete on public.saved_views to authenticated;
grant select, insert, update, delete on public.saved_views to service_role;

create policy "Members see their workspace's saved views"
    on public.saved_views for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Owners and admins save views"
    on public.saved_views for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Owners and admins change saved views"
    on public.saved_views for update to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Owners and admins delete saved views"
    on public.saved_views for delete to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

-- After the row is there, since only then row-level security has decided whether it may be. One at a time, so that two at
-- once can't pass the limit.
create function private.limit_saved_views() returns trigger
    language plpgsql
    set search_path = ''
    as $$
    begin
        perform pg_advisory_xact_lock(hashtextextended('saved_views ' || new.workspace_id, 0));
        if 50 < (select count(*) from public.saved_views as v where v.workspace_id = new.workspace_id) then
            raise sqlstate 'PT429' using
                message = 'too_many_views', detail = 'There are 50 saved views. Delete one first.';
        end if;
        return null;
    end
    $$;
revoke all on function private.limit_saved_views() from public;

create trigger saved_views_limit after insert on public.saved_views
    for each row execute function private.limit_saved_views();
create trigger saved_views_audit after insert or update or delete on public.saved_views
    for each row execute function private.audit_change();

comment on table public.saved_views is
    'Saved views: filters of the list of contacts, under a name; kept until they are deleted or the workspace is';
comment on column public.saved_views.workspace_id is
    'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.saved_views.id is 'nobody: id of the view; finds the row';
comment on column public.saved_views.name is 'owner: what it is called; shown to members';
comment on column public.saved_views.query is
    'end user: the filters, which may name values of traits but no address; the list is narrowed by them';
comment on column public.saved_views.created_by is 'owner: id of the member who saved it; says who did it';
comment on column public.saved_views.created_at is 'owner: when it was saved; orders the views';
