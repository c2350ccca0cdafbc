-- The floor that track() is measured against: what the plainest event store would do, one INSERT. Frozen: a change
-- here makes every earlier ratio meaningless.
create table floor_events (
    workspace_id uuid        not null,
    message_id   text        not null collate "C",
    user_id      text        not null collate "C",
    name         text        not null,
    properties   jsonb       not null,
    occurred_at  timestamptz not null,
    received_at  timestamptz not null default now(),

    constraint floor_events_pkey primary key (workspace_id, message_id)
);

create index floor_events_user_idx on floor_events (user_id, occurred_at);
