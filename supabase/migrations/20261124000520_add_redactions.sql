-- Why: how many sensitive values were taken out of a workspace's events before they were stored. A row for each such
-- event: a counter would be a row that all writers wait for, a column of events would cost every event.
-- Not breaking (new table). Undo: drop the table.

create table public.redactions (
    workspace_id uuid        not null,
    message_id   text        not null collate "C",
    trusted      boolean     not null,
    removed      smallint    not null,
    received_at  timestamptz not null,

    -- The event's key.
    constraint redactions_pkey primary key (workspace_id, message_id, trusted)
);

alter table public.redactions enable row level security;

grant select on public.redactions to authenticated;
grant select, insert, delete on public.redactions to service_role;

create policy "Members see how much was taken out of their events"
    on public.redactions for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));
