-- Why: an end user can have everything erased that is held of them, and must not come back by what their browser still
-- has in store. What is left is a receipt, which names nobody.
-- Not breaking (new tables, a narrower policy on events). Locks: events, for an instant. Undo: drop them, and restore
-- the policy of 20261124000500.

-- The receipts: one for each contact that was erased. They go with their workspace, which has its own (deletion_requests).
create table public.erasures (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    contact_id   uuid        not null,
    -- As in audit_log.
    requested_by text        not null,
    requested_at timestamptz not null,
    -- Whether the founder chose that it never comes back.
    is_forever   boolean     not null,
    -- What tells the identities and the addresses again in a restored backup: their hashes, as in private.tombstones and
    -- in suppressions.
    tombstones   text[]      not null,
    addresses    text[]      not null,
    -- Rows that are gone, by table.
    counts       jsonb       not null,
    -- When nothing was left, and when the receipt was put beside the database, where a restored backup does not undo it.
    finished_at  timestamptz,
    stored_at    timestamptz,

    constraint erasures_pkey primary key (id),
    constraint erasures_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade
);

create index erasures_workspace_idx on public.erasures (workspace_id, requested_at desc);
-- What the sweep looks for.
create index erasures_open_idx on public.erasures (requested_at) where stored_at is null;

-- The identities whose events are not gone yet: nobody sees those any more.
create table public.erased_identities (
    identity_id  uuid not null,
    workspace_id uuid not null,
    erasure_id   uuid not null,

    constraint erased_identities_pkey primary key (identity_id),
    constraint erased_identities_erasure_fkey
        foreign key (erasure_id) references public.erasures (id) on delete cascade
);

create index erased_identities_erasure_idx on public.erased_identities (erasure_id);
create index erased_identities_workspace_idx on public.erased_identities (workspace_id);

-- What must not come back. The hash is an HMAC-SHA256 over workspace, kind and value under a key that Postgres does not
-- have, so nobody who reads this can tell whom it is of by trying addresses.
create table private.tombstones (
    workspace_id uuid        not null,
    hash         text        not null collate "C",
    -- When the sweep removes it; infinity where the founder chose that it never comes back.
    expires_at   timestamptz not null,

    constraint tombstones_pkey primary key (workspace_id, hash),
    constraint tombstones_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade
);

create index tombstones_expiry_idx on private.tombstones (expires_at) where expires_at < 'infinity';

alter table public.erasures enable row level security;
alter table public.erased_identities enable row level security;
alter table private.tombstones enable row level security;

grant select on public.erasures, public.erased_identities to authenticated;
grant select, insert, update, delete on public.erasures, public.erased_identities to service_role;
grant select, insert, update, delete on private.tombstones to service_role;

-- Nobody signed in writes them: a receipt that its owner could change would prove nothing.
create policy "Owners and admins see the receipts of erasures"
    on public.erasures for select to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Members see which identities are being erased"
    on public.erased_identities for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

-- An erased contact may have a hundred thousand events, which go in chunks. They are out of sight from the first moment.
drop policy "Members see their workspace's events" on public.events;
create policy "Members see their workspace's events"
    on public.events for select to authenticated
    using (
        workspace_id in (select workspace_id from public.members where user_id = (select auth.uid()))
        and identity_id not in (select identity_id from public.erased_identities)
    );

-- Nor does what was taken out of them say that there were any. While nobody is being erased, nothing is looked up.
drop policy "Members see how much was taken out of their events" on public.redactions;
create policy "Members see how much was taken out of their events"
    on public.redactions for select to authenticated
    using (
        workspace_id in (select workspace_id from public.members where user_id = (select auth.uid()))
        and (
            (select not exists (select from public.erased_identities))
            or exists (
                select from public.events as e
                where e.workspace_id = redactions.workspace_id and e.message_id = redactions.message_id
                    and e.trusted = redactions.trusted
            )
        )
    );

insert into private.export_exclusions (table_name, column_name, reason) values
    ('erased_identities', '', 'progress of a computation'),
    ('erasures', 'tombstones', 'keyed hashes, of use to us alone'),
    ('erasures', 'addresses', 'keyed hashes, of use to us alone');
