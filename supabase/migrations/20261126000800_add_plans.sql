-- Why: what a workspace may do follows from what its owner pays for. One table says what each plan includes, one keeps
-- what Lemon Squeezy last said of each subscription, and one function answers for any moment.
-- Breaking: who had no limit has Free's from the first sweep on, unless there is one by the operator's hand
-- (workspaces.monthly_emails). Locks: workspaces, for a moment. Undo: drop them, restore authenticate() and
-- is_over_quota().

create table public.plans (
    name            text     not null,
    -- Of several subscriptions the higher plan counts.
    position        smallint not null,
    -- Times the base limit of messages a minute and key.
    rate_multiplier smallint not null,
    -- Null for no limit. Contacts with a userId or an email; mails of a UTC month.
    contacts        integer,
    emails          integer,
    members         integer,

    constraint plans_pkey primary key (name),
    constraint plans_position_key unique (position),
    constraint plans_rate_multiplier_range check (rate_multiplier between 1 and 1000),
    -- Ingestion of who never paid asks no plan.
    constraint plans_free_is_the_base check (position <> 0 or rate_multiplier = 1),
    constraint plans_quotas_range check (contacts > 0 and emails > 0 and members > 0)
);

insert into public.plans (name, position, rate_multiplier, contacts, emails, members) values
    ('free', 0, 1, 2500, 10000, 2),
    ('starter', 1, 2, 25000, 50000, 5),
    ('growth', 2, 5, 250000, 500000, 25);

-- What can be bought at Lemon Squeezy, and what could be: with a new price comes a new variant, and who bought the old one
-- keeps it. The operator adds them, and takes none away.
create table public.plan_variants (
    variant_id text    not null,
    plan       text    not null,
    interval   text    not null,
    is_sold    boolean not null default true,

    constraint plan_variants_pkey primary key (variant_id),
    constraint plan_variants_plan_fkey foreign key (plan) references public.plans (name),
    constraint plan_variants_interval_known check (interval in ('month', 'year'))
);

create unique index plan_variants_sold_key on public.plan_variants (plan, interval) where is_sold;

-- The last state known of each of Lemon Squeezy's subscriptions; nothing of who pays.
create table public.subscriptions (
    id            text        not null,
    workspace_id  uuid        not null,
    variant_id    text        not null,
    status        text        not null,
    -- Of a paused one: whether it may be used meanwhile (free) or not (void).
    pause_mode    text,
    trial_ends_at timestamptz,
    renews_at     timestamptz,
    ends_at       timestamptz,
    created_at    timestamptz not null,
    -- Lemon Squeezy's clock, in whole seconds.
    updated_at    timestamptz not null,
    -- When we were told so, by our own clock.
    told_at       timestamptz not null default clock_timestamp(),
    -- Its workspace was found by the sweep, and a webhook that is signed for another knows better.
    is_guessed    boolean     not null default false,

    constraint subscriptions_pkey primary key (id),
    constraint subscriptions_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint subscriptions_status_known
        check (status in ('on_trial', 'active', 'paused', 'past_due', 'unpaid', 'cancelled', 'expired')),
    constraint subscriptions_pause_known check (pause_mode in ('void', 'free'))
);

create index subscriptions_workspace_idx on public.subscriptions (workspace_id);

-- How the latest payment of each subscription went. It may be known before the subscription is.
create table public.payments (
    subscription_id text        not null,
    workspace_id    uuid        not null,
    status          text        not null,
    updated_at      timestamptz not null,

    constraint payments_pkey primary key (subscription_id),
    constraint payments_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint payments_status_known check (status in ('paid', 'failed'))
);

create index payments_workspace_idx on public.payments (workspace_id);

-- Who was about to buy what, so that a subscription of which every webhook was lost finds its workspace.
create table private.checkouts (
    workspace_id uuid        not null,
    variant_id   text        not null,
    -- A keyed hash of the owner's address.
    address_hash text        not null,
    opened_at    timestamptz not null,

    constraint checkouts_pkey primary key (workspace_id, variant_id, address_hash, opened_at),
    constraint checkouts_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade
);

create index checkouts_address_idx on private.checkouts (address_hash, variant_id);

alter table public.workspaces
    -- Whether there is a subscription at all: where there is none, ingestion need not look for one.
    add column is_billed boolean not null default false;

alter table public.plans enable row level security;
alter table public.plan_variants enable row level security;
alter table public.subscriptions enable row level security;
alter table public.payments enable row level security;
alter table private.checkouts enable row level security;

-- What is sold, and who has paid, is nobody's to write who has signed in. Checkouts are the server's alone.
grant select on public.plans, public.plan_variants, public.subscriptions, public.payments to authenticated;
grant select, insert, update, delete
    on public.plans, public.plan_variants, public.subscriptions, public.payments, private.checkouts to service_role;

create policy "Members of any workspace see the plans"
    on public.plans for select to authenticated
    using (exists (select from public.members where user_id = (select auth.uid())));

create policy "Members of any workspace see what can be bought"
    on public.plan_variants for select to authenticated
    using (exists (select from public.members where user_id = (select auth.uid())));

create policy "Members see their workspace's subscriptions"
    on public.subscriptions for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see how their workspace's payments went"
    on public.payments for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

-- Whether a subscription is one to be served, to the second. What is past due keeps its access while Lemon Squeezy tries
-- again; what is cancelled has been paid until it ends.
create function private.is_served(p_status text, p_pause_mode text, p_ends_at timestamptz, p_now timestamptz) returns boolean
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select case p_status
            when 'on_trial' then true
            when 'active' then true
            when 'past_due' then true
            when 'paused' then p_pause_mode is distinct from 'void'
            when 'cancelled' then coalesce(p_ends_at > p_now, true)
            else false
        end
    $$;
revoke all on function private.is_served(text, text, timestamptz, timestamptz) from public;
grant execute on function private.is_served(text, text, timestamptz, timestamptz) to authenticated, service_role;

-- What a workspace may do at a moment: the highest plan that is paid for, else Free. Every limit of a plan is asked here.
create function private.entitlements(p_workspace uuid, p_now timestamptz) returns public.plans
    language sql stable
    set search_path = ''
    as $$
        select coalesce(
            (
                select p
                from public.subscriptions as s
                join public.plan_variants as v on v.variant_id = s.variant_id
                join public.plans as p on p.name = v.plan
                where s.workspace_id = p_workspace and private.is_served(s.status, s.pause_mode, s.ends_at, p_now)
                order by p.position desc
                limit 1
            ),
            (select p from public.plans as p order by p.position limit 1)
        )
    $$;
revoke all on function private.entitlements(uuid, timestamptz) from public;
grant execute on function private.entitlements(uuid, timestamptz) to authenticated, service_role;

-- As before, but what the plan multiplies the limit by too. A workspace that was never billed costs nothing more.
create or replace function private.authenticate(p_key_hash text, p_origin text) returns private.sender
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        found_key record;
    begin
        select
            k.id, k.workspace_id, k.kind, k.origins, k.rate_multiplier::integer * w.rate_multiplier as rate_multiplier,
            w.require_verification, w.redact, w.deletion_requested_at, w.is_billed, s.inner_key, s.outer_key
        into found_key
        from private.api_key_hashes as h
        join public.api_keys as k on k.id = h.api_key_id
        join public.workspaces as w on w.id = k.workspace_id
        left join private.identity_secrets as s on s.workspace_id = k.workspace_id
        where h.key_hash = p_key_hash and k.revoked_at is null;
        if not found then
            raise sqlstate 'PT401' using message = 'unknown_key';
        elsif found_key.deletion_requested_at is not null then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending';
        elsif found_key.origins is not null and coalesce(p_origin, '') <> all (found_key.origins) then
            raise sqlstate 'PT403' using message = 'origin_not_allowed';
        elsif found_key.is_billed then
            found_key.rate_multiplier := found_key.rate_multiplier
                * (private.entitlements(found_key.workspace_id, now())).rate_multiplier;
        end if;
        return row(
            found_key.workspace_id, found_key.id, found_key.kind = 'secret', found_key.require_verification,
            found_key.redact, found_key.rate_multiplier, found_key.inner_key, found_key.outer_key
        );
    end
    $$;
