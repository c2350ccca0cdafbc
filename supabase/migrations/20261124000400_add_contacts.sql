-- Why: who is who. Everything a person did hangs on an identity, never on a contact: a late link then
-- moves a person's past by changing identities.contact_id alone, and moving it back is exact.
-- Not breaking (new tables). No foreign keys on what ingestion writes: they would lock the workspace's
-- row for every new visitor; deletion goes by workspace_id. Undo: drop the tables.

create table public.identities (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    kind         text        not null,
    value        text        not null collate "C",
    -- The identity that this one belongs to: the higher one of the first message that names both.
    owner_id     uuid,
    -- Where an admin put it: the identity it belongs to whatever the messages say; its own id to stand alone.
    pinned_to_id uuid,
    -- The top of the chain of owners; a contact has the id of its top identity.
    contact_id   uuid        not null,
    created_at   timestamptz not null default now(),

    constraint identities_pkey primary key (id),
    constraint identities_value_key unique (workspace_id, kind, value),
    constraint identities_kind_known check (kind in ('userId', 'email', 'anonymousId')),
    constraint identities_value_length check (char_length(value) between 1 and 255),
    -- Two userIds are never one contact.
    constraint identities_user_owns_itself check (kind <> 'userId' or (owner_id is null and contact_id = id))
);

create index identities_contact_idx on public.identities (contact_id);
create index identities_owner_idx on public.identities (owner_id) where owner_id is not null;

-- The first message that names both, for every pair seen. The owner of an identity is the first of its
-- links in the total order (trusted first, occurred_at, message_id).
create table public.identity_links (
    workspace_id uuid        not null,
    lower_id     uuid        not null,
    higher_id    uuid        not null,
    trusted      boolean     not null,
    occurred_at  timestamptz not null,
    message_id   text        not null collate "C",

    constraint identity_links_pkey primary key (lower_id, higher_id)
);

create index identity_links_workspace_idx on public.identity_links (workspace_id);
create index identity_links_higher_idx on public.identity_links (higher_id);

-- Per identity and key the last write in the total order; a removed trait stays as a null, so that an
-- older write that comes late does not bring it back.
create table public.traits (
    workspace_id uuid        not null,
    identity_id  uuid        not null,
    key          text        not null collate "C",
    value        jsonb,
    trusted      boolean     not null,
    occurred_at  timestamptz not null,
    message_id   text        not null collate "C",

    constraint traits_pkey primary key (identity_id, key)
);

create index traits_workspace_idx on public.traits (workspace_id);

-- Derived: merged from the traits of the contact's identities.
create table public.contacts (
    id            uuid        not null,
    workspace_id  uuid        not null,
    traits        jsonb       not null default '{}',
    email         text        collate "C",
    -- Set by a secret key or with a valid userHash, hence mailable.
    email_trusted boolean     not null default false,
    created_at    timestamptz not null default now(),

    constraint contacts_pkey primary key (id)
);

create index contacts_workspace_email_idx on public.contacts (workspace_id, email);

alter table public.identities enable row level security;
alter table public.identity_links enable row level security;
alter table public.traits enable row level security;
alter table public.contacts enable row level security;

grant select on public.identities, public.identity_links, public.traits, public.contacts to authenticated;
grant select, insert, update, delete
    on public.identities, public.identity_links, public.traits, public.contacts to service_role;

-- Read only for members: what is known of a person changes by messages and service_role's functions.
create policy "Members see their contacts' identities"
    on public.identities for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see how identities were linked"
    on public.identity_links for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their contacts' traits"
    on public.traits for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their contacts"
    on public.contacts for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));
