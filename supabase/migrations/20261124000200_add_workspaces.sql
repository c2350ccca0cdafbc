-- Why: a workspace is the tenant; members are the signed-in people who may see it.
-- Not breaking (new tables). Undo: drop the tables.

create table public.workspaces (
    id                    uuid        not null default gen_random_uuid(),
    name                  text        not null,
    slug                  text        not null,
    reply_to              text,
    postal_address        text,
    require_verification  boolean     not null default false,
    -- What becomes of card numbers and the like: stored as "[redacted]", refused with their message, or left alone.
    redact                text        not null default 'redact',
    -- The plan's: how many times the base limit of messages a minute each key may send.
    rate_multiplier       smallint    not null default 1,
    half_life_days        smallint    not null default 14,
    rules_version         integer     not null default 1,
    created_at            timestamptz not null default now(),
    deletion_requested_at timestamptz,

    constraint workspaces_pkey primary key (id),
    constraint workspaces_slug_key unique (slug),
    constraint workspaces_name_length check (char_length(name) between 1 and 100),
    -- The slug is the local part of the workspace's sender address.
    constraint workspaces_slug_format check (slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    constraint workspaces_redact_known check (redact in ('redact', 'reject', 'off')),
    constraint workspaces_rate_multiplier_range check (rate_multiplier between 1 and 1000),
    constraint workspaces_half_life_range check (half_life_days between 1 and 365)
);

create table public.members (
    workspace_id uuid        not null,
    user_id      uuid        not null,
    role         text        not null,
    created_at   timestamptz not null default now(),

    constraint members_pkey primary key (workspace_id, user_id),
    constraint members_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint members_user_fkey foreign key (user_id) references auth.users (id) on delete cascade,
    constraint members_role_known check (role in ('owner', 'admin', 'viewer'))
);

create index members_user_idx on public.members (user_id);

-- What verifies a userHash: the secret as HMAC-SHA256 pads it, so that sha256() is all it takes per message.
-- As secret as the secret itself.
create table private.identity_secrets (
    workspace_id uuid  not null,
    inner_key    bytea not null,
    outer_key    bytea not null,

    constraint identity_secrets_pkey primary key (workspace_id),
    constraint identity_secrets_workspace_fkey
        foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint identity_secrets_block_length check (length(inner_key) = 64 and length(outer_key) = 64)
);

alter table public.workspaces enable row level security;
alter table public.members enable row level security;
alter table private.identity_secrets enable row level security;

grant select on public.workspaces, public.members to authenticated;
grant select, insert, update, delete on public.workspaces, public.members, private.identity_secrets to service_role;

-- Other policies find the caller's workspaces through this one, so it must not look at members again.
-- Nobody signed in may write: members and workspaces change by service_role's functions only.
create policy "A user sees their own memberships"
    on public.members for select to authenticated
    using (user_id = (select auth.uid()));

create policy "Members see their workspace"
    on public.workspaces for select to authenticated
    using (id in (select workspace_id from public.members where user_id = (select auth.uid())));
