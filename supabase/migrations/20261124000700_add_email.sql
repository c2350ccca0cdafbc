-- Why: the decision to mail and its row commit together; the row is outbox and log in one.
-- Not breaking (new tables). Undo: drop the tables.

create table public.templates (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    name         text        not null,
    category     text        not null,
    subject      text        not null,
    html         text        not null,
    updated_at   timestamptz not null default now(),

    constraint templates_pkey primary key (id),
    constraint templates_name_key unique (workspace_id, name),
    -- Lets automations and messages refer to a template of their own workspace only.
    constraint templates_workspace_id_key unique (workspace_id, id),
    constraint templates_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint templates_category_known check (category in ('transactional', 'marketing')),
    constraint templates_size check (char_length(subject) <= 500 and char_length(html) <= 200000)
);

create table public.automations (
    id                uuid        not null default gen_random_uuid(),
    workspace_id      uuid        not null,
    name              text        not null,
    entering_stage_id uuid        not null,
    template_id       uuid        not null,
    status            text        not null default 'draft',
    created_at        timestamptz not null default now(),

    constraint automations_pkey primary key (id),
    constraint automations_name_key unique (workspace_id, name),
    constraint automations_template_fkey
        foreign key (workspace_id, template_id) references public.templates (workspace_id, id),
    constraint automations_stage_fkey
        foreign key (workspace_id, entering_stage_id) references public.stages (workspace_id, id) on delete cascade,
    constraint automations_status_known check (status in ('draft', 'live', 'paused'))
);

create index automations_template_idx on public.automations (workspace_id, template_id);
create index automations_stage_idx on public.automations (workspace_id, entering_stage_id);

create table public.suppressions (
    workspace_id uuid        not null,
    -- HMAC-SHA256 of workspace and address with a key outside Postgres: it outlives an erasure.
    address_hash text        not null collate "C",
    -- Null: every category. An unsubscription names its own.
    category     text,
    reason       text        not null,
    created_at   timestamptz not null default now(),

    constraint suppressions_key unique nulls not distinct (workspace_id, address_hash, category),
    constraint suppressions_workspace_fkey
        foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint suppressions_reason_known check (reason in ('unsubscribed', 'bounced', 'complained', 'erased', 'by_hand')),
    constraint suppressions_category_known check (category in ('transactional', 'marketing'))
);

-- queued → claimed → sending → sent | unknown | failed, or skipped with its reason.
create table public.messages (
    id                  uuid        not null default gen_random_uuid(),
    workspace_id        uuid        not null,
    contact_id          uuid        not null,
    automation_id       uuid,
    -- Which time this is for the automation and contact: decided once, however often it is looked at.
    occurrence          text,
    idempotency_key     text,
    template_id         uuid,
    variables           jsonb       not null default '{}',
    category            text        not null,
    to_address          text        collate "C",
    from_address        text,
    subject             text,
    html                text,
    plain_text          text,
    status              text        not null default 'queued',
    reason              text,
    provider            text,
    provider_message_id text,
    attempts            smallint    not null default 0,
    send_at             timestamptz not null default now(),
    claim               uuid,
    claimed_until       timestamptz,
    first_attempt_at    timestamptz,
    sent_at             timestamptz,
    created_at          timestamptz not null default now(),

    constraint messages_pkey primary key (id),
    constraint messages_template_fkey
        foreign key (workspace_id, template_id) references public.templates (workspace_id, id)
        on delete set null (template_id),
    constraint messages_occurrence_key unique (workspace_id, automation_id, contact_id, occurrence),
    constraint messages_idempotency_key unique (workspace_id, idempotency_key),
    constraint messages_automation_has_occurrence check ((automation_id is null) = (occurrence is null)),
    constraint messages_category_known check (category in ('transactional', 'marketing')),
    constraint messages_status_known
        check (status in ('queued', 'claimed', 'sending', 'sent', 'skipped', 'failed', 'unknown')),
    constraint messages_skip_has_reason check (status <> 'skipped' or reason is not null)
);

-- The drain's work list; finished messages leave it.
create index messages_due_idx on public.messages (send_at) where status in ('queued', 'claimed', 'sending');
create index messages_contact_idx on public.messages (workspace_id, contact_id, created_at);
create index messages_template_idx on public.messages (workspace_id, template_id);

alter table public.templates enable row level security;
alter table public.automations enable row level security;
alter table public.suppressions enable row level security;
alter table public.messages enable row level security;

grant select on public.templates, public.automations, public.suppressions, public.messages to authenticated;
-- What an admin may say of a message; status, claim and outcome are the drain's.
grant insert
    (workspace_id, contact_id, idempotency_key, template_id, variables, category, to_address, subject, html, plain_text, send_at)
    on public.messages to authenticated;
grant select, insert, update, delete
    on public.templates, public.automations, public.suppressions, public.messages to service_role;

create policy "Members see their workspace's templates"
    on public.templates for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their workspace's automations"
    on public.automations for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see whom not to mail"
    on public.suppressions for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see their workspace's messages"
    on public.messages for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

-- Whatever address is written here, the claim sends only to one that the contact is mailable at.
create policy "Owners and admins queue messages"
    on public.messages for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
        and exists (
            select from public.identities as i
            where i.id = messages.contact_id and i.workspace_id = messages.workspace_id
        )
    );
