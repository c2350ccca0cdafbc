-- Why: what a sender may do hangs on its key. The hash stays in private, the rest is for the dashboard.
-- Not breaking (new tables). Undo: drop the tables.

create table public.api_keys (
    id              uuid        not null default gen_random_uuid(),
    workspace_id    uuid        not null,
    kind            text        not null,
    hint            text        not null,
    origins         text[],
    -- On top of the plan's, for a key that imports or serves a whole backend.
    rate_multiplier smallint    not null default 1,
    created_at      timestamptz not null default now(),
    revoked_at      timestamptz,

    constraint api_keys_pkey primary key (id),
    constraint api_keys_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint api_keys_kind_known check (kind in ('publishable', 'secret')),
    constraint api_keys_rate_multiplier_range check (rate_multiplier between 1 and 1000),
    -- A browser is never to hold a secret key, so an origin list on one would promise what is refused anyway.
    constraint api_keys_origins_publishable check (kind = 'publishable' or origins is null)
);

create index api_keys_workspace_idx on public.api_keys (workspace_id);

create table private.api_key_hashes (
    key_hash   text not null,
    api_key_id uuid not null,

    constraint api_key_hashes_pkey primary key (key_hash),
    constraint api_key_hashes_api_key_fkey foreign key (api_key_id) references public.api_keys (id) on delete cascade,
    constraint api_key_hashes_sha256 check (key_hash ~ '^[0-9a-f]{64}$')
);

create index api_key_hashes_api_key_idx on private.api_key_hashes (api_key_id);

alter table public.api_keys enable row level security;
alter table private.api_key_hashes enable row level security;

grant select on public.api_keys to authenticated;
grant select, insert, update, delete on public.api_keys, private.api_key_hashes to service_role;

-- No policy lets a member write: keys are made and revoked by service_role's functions only.
create policy "Members see their workspace's keys"
    on public.api_keys for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));
