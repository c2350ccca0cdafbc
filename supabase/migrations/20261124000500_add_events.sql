-- Why: a messageId is stored once per workspace and trust level, for ever, so it must be the key; a key
-- without a date rules out partitions by time. Partitions by workspace keep each index small and bound
-- what a workspace's deletion has to vacuum.
-- Not breaking (new table). Undo: drop the table.

create table public.events (
    workspace_id uuid        not null,
    trusted      boolean     not null,
    message_id   text        not null collate "C",
    -- The highest identity the message names; the event belongs to that identity's contact.
    identity_id  uuid        not null,
    -- The lower identities it names too.
    lower_ids    uuid[],
    type         text        not null,
    name         text        not null,
    occurred_at  timestamptz not null,
    received_at  timestamptz not null,
    properties   jsonb       not null,
    context      jsonb       not null,

    -- No check constraints: each costs every event its parsing, and track() alone writes here.
    -- The only unique key, so inserts need not name it in "on conflict", which costs look-ups on a partitioned table.
    constraint events_pkey primary key (workspace_id, message_id, trusted)
) partition by hash (workspace_id);

create index events_identity_idx on public.events (identity_id, occurred_at);

alter table public.events enable row level security;

grant select on public.events to authenticated;
grant select, insert, update, delete on public.events to service_role;

-- Events are facts: members read them, nobody signed in writes them.
create policy "Members see their workspace's events"
    on public.events for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

-- The parent's policies do not guard a partition that is queried by its own name: each is closed for
-- everyone (row level security without a policy, and no grant).
do $$
begin
    for part in 0..15 loop
        execute format(
            'create table public.events_%s partition of public.events for values with (modulus 16, remainder %s)',
            part, part
        );
        execute format('alter table public.events_%s enable row level security', part);
    end loop;
end
$$;
