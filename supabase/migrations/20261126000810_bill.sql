-- Why: Lemon Squeezy's webhooks come late, twice, out of order or never. Each says what a subscription was at a moment of
-- Lemon Squeezy's clock, so a row keeps the latest of what it was told; and a sweep through its API makes up for the rest.
-- Not breaking (new functions, a table). Locks: the subscription's row. Undo: drop them.

-- Of states of one second, the one that is further on in a subscription's life counts as the later, until the API says.
create function private.progress_of(p_status text) returns integer
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select array_position(
            array['on_trial', 'active', 'paused', 'past_due', 'unpaid', 'cancelled', 'expired'], p_status
        )
    $$;
revoke all on function private.progress_of(text) from public;
grant execute on function private.progress_of(text) to service_role;

-- What Lemon Squeezy says of a subscription, as lib/billing.py reads it, in the form of the row; without workspace.
create function private.subscription_of(p_said jsonb) returns public.subscriptions
    language sql stable
    set search_path = ''
    as $$
        select s from jsonb_populate_record(null::public.subscriptions, jsonb_build_object(
            'id', p_said ->> 'id', 'variant_id', p_said ->> 'variantId', 'status', p_said ->> 'status',
            'pause_mode', p_said ->> 'pauseMode', 'trial_ends_at', p_said ->> 'trialEndsAt',
            'renews_at', p_said ->> 'renewsAt', 'ends_at', p_said ->> 'endsAt',
            'created_at', p_said ->> 'createdAt', 'updated_at', p_said ->> 'updatedAt'
        )) as s
    $$;
revoke all on function private.subscription_of(jsonb) from public;
grant execute on function private.subscription_of(jsonb) to service_role;

-- Adds a subscription of a workspace. Returns whether it did: not when it is known, nor when there is no such workspace,
-- be it no more or because the checkout's data were forged.
create function private.add_subscription(p_workspace uuid, p_said public.subscriptions, p_is_guessed boolean) returns boolean
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.subscriptions
            (id, workspace_id, variant_id, status, pause_mode, trial_ends_at, renews_at, ends_at, created_at, updated_at,
             is_guessed)
        select
            p_said.id, w.id, p_said.variant_id, p_said.status, p_said.pause_mode, p_said.trial_ends_at,
            p_said.renews_at, p_said.ends_at, p_said.created_at, p_said.updated_at, p_is_guessed
        from public.workspaces as w
        where w.id = p_workspace
        on conflict on constraint subscriptions_pkey do nothing;
        if not found then
            return false;
        end if;
        update public.workspaces set is_billed = true where id = p_workspace and not is_billed;
        return true;
    end
    $$;
revoke all on function private.add_subscription(uuid, public.subscriptions, boolean) from public;
grant execute on function private.add_subscription(uuid, public.subscriptions, boolean) to service_role;

-- Gives a subscription whose workspace was guessed to the one that a webhook is signed for.
create function private.correct_guess(p_subscription text, p_workspace uuid) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        update public.subscriptions as s
        set workspace_id = w.id, is_guessed = false
        from public.workspaces as w
        where w.id = p_workspace and s.id = p_subscription and s.is_guessed;
        if found then
            update public.payments set workspace_id = p_workspace where subscription_id = p_subscription;
            update public.workspaces set is_billed = true where id = p_workspace and not is_billed;
        end if;
    end
    $$;
revoke all on function private.correct_guess(text, uuid) from public;
grant execute on function private.correct_guess(text, uuid) to service_role;

-- Whether what is said is later than what is known. Of one second, what the API said when it was asked after we were told
-- (p_asked_at; null for a webhook) is; else what is further on in a subscription's life.
create function private.is_later(p_said public.subscriptions, p_known public.subscriptions, p_asked_at timestamptz)
    returns boolean
    language sql immutable
    set search_path = ''
    as $$
        select case
            when p_said.updated_at <> p_known.updated_at then p_said.updated_at > p_known.updated_at
            when p_asked_at > p_known.told_at then true
            else private.progress_of(p_said.status) > private.progress_of(p_known.status)
        end
    $$;
revoke all on function private.is_later(public.subscriptions, public.subscriptions, timestamptz) from public;
grant execute on function private.is_later(public.subscriptions, public.subscriptions, timestamptz) to service_role;

-- Keeps the later of what a subscription was and what is said of it now. Whose it is changes only from a guess to what is
-- signed. p_asked_at: when the API was asked; null for a webhook. Returns applied, stale or unknown.
create function private.apply_subscription(p_workspace uuid, p_said public.subscriptions, p_asked_at timestamptz) returns text
    language plpgsql
    set search_path = ''
    as $$
    declare
        known public.subscriptions;
    begin
        if private.add_subscription(p_workspace, p_said, p_asked_at is not null) then
            return 'applied';
        end if;
        select * into known from public.subscriptions as s where s.id = p_said.id for update;
        if not found then
            return 'unknown';
        end if;
        if p_asked_at is null then
            perform private.correct_guess(known.id, p_workspace);
        end if;
        if not private.is_later(p_said, known, p_asked_at) then
            return 'stale';
        end if;
        update public.subscriptions as s
        set
            variant_id = p_said.variant_id, status = p_said.status, pause_mode = p_said.pause_mode,
            trial_ends_at = p_said.trial_ends_at, renews_at = p_said.renews_at, ends_at = p_said.ends_at,
            created_at = p_said.created_at, updated_at = p_said.updated_at, told_at = clock_timestamp()
        where s.id = p_said.id;
        return 'applied';
    end
    $$;
revoke all on function private.apply_subscription(uuid, public.subscriptions, timestamptz) from public;
grant execute on function private.apply_subscription(uuid, public.subscriptions, timestamptz) to service_role;

-- A webhook of a subscription. p_workspace: whom the checkout's signed data name; null when they name nobody.
create function public.record_subscription(p_subscription jsonb, p_workspace uuid) returns text
    language sql
    set search_path = ''
    as $$
        select private.apply_subscription(p_workspace, private.subscription_of(p_subscription), null)
    $$;
revoke all on function public.record_subscription(jsonb, uuid) from public;
grant execute on function public.record_subscription(jsonb, uuid) to service_role;

-- A webhook of an invoice: {subscriptionId, status: paid | failed, updatedAt}. It changes no access, which follows from the
-- subscription's own status; the dashboard says it. Returns applied, stale or unknown.
create function public.record_payment(p_payment jsonb, p_workspace uuid) returns text
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := coalesce(
            (select s.workspace_id from public.subscriptions as s where s.id = p_payment ->> 'subscriptionId'),
            (select w.id from public.workspaces as w where w.id = p_workspace)
        );
    begin
        if workspace is null then
            return 'unknown';
        end if;
        insert into public.payments as known (subscription_id, workspace_id, status, updated_at)
        values (
            p_payment ->> 'subscriptionId', workspace, p_payment ->> 'status', (p_payment ->> 'updatedAt')::timestamptz
        )
        on conflict on constraint payments_pkey do update
            set workspace_id = excluded.workspace_id, status = excluded.status, updated_at = excluded.updated_at
            -- Of one second, the success: it ends the attempts.
            where (known.updated_at, known.status = 'paid') < (excluded.updated_at, excluded.status = 'paid');
        return case when found then 'applied' else 'stale' end;
    end
    $$;
revoke all on function public.record_payment(jsonb, uuid) from public;
grant execute on function public.record_payment(jsonb, uuid) to service_role;

-- The workspace whose checkout a subscription came from, when no webhook has said so: its owner opened one for that variant
-- in the week before, and paid under the account's address. A guess; null when that is nobody, or could be two.
create function private.workspace_of_checkout(p_said public.subscriptions, p_address_hash text) returns uuid
    language sql stable
    set search_path = ''
    as $$
        select case when count(distinct c.workspace_id) = 1 then (array_agg(c.workspace_id))[1] end
        from private.checkouts as c
        where c.variant_id = p_said.variant_id and c.address_hash = p_address_hash
            and p_said.created_at between c.opened_at - interval '1 minute' and c.opened_at + interval '7 days'
            and not exists (
                select from public.subscriptions as s
                where s.workspace_id = c.workspace_id and s.created_at >= c.opened_at - interval '1 minute'
            )
    $$;
revoke all on function private.workspace_of_checkout(public.subscriptions, text) from public;
grant execute on function private.workspace_of_checkout(public.subscriptions, text) to service_role;

create function public.open_checkout(
    p_workspace uuid, p_variant_id text, p_address_hash text, p_now timestamptz default now()
) returns void
    language sql
    set search_path = ''
    as $$
        delete from private.checkouts where opened_at < p_now - interval '30 days';
        insert into private.checkouts (workspace_id, variant_id, address_hash, opened_at)
        values (p_workspace, p_variant_id, p_address_hash, p_now)
        on conflict on constraint checkouts_pkey do nothing
    $$;
revoke all on function public.open_checkout(uuid, text, text, timestamptz) from public;
grant execute on function public.open_checkout(uuid, text, text, timestamptz) to service_role;

-- How far the sweep through Lemon Squeezy's API has got. One row.
create table private.reconciliation (
    is_only       boolean     not null default true,
    page          integer     not null default 1,
    claim         uuid,
    claimed_until timestamptz,
    -- As Lemon Squeezy has asked.
    rests_until   timestamptz,

    constraint reconciliation_pkey primary key (is_only),
    constraint reconciliation_one_row check (is_only)
);

alter table private.reconciliation enable row level security;
grant select, update on private.reconciliation to service_role;
insert into private.reconciliation default values;

-- Takes the sweep for a minute: {claim, page, askedAt}, the page to go on with, and the time before it is asked for. Null
-- when somebody else is at it or it has to rest.
create function public.claim_reconciliation(p_now timestamptz default now()) returns jsonb
    language sql
    set search_path = ''
    as $$
        update private.reconciliation as r
        set claim = gen_random_uuid(), claimed_until = p_now + interval '1 minute'
        where coalesce(r.claimed_until, '-infinity') < p_now and coalesce(r.rests_until, '-infinity') <= p_now
        returning jsonb_build_object('claim', r.claim, 'page', r.page, 'askedAt', clock_timestamp())
    $$;
revoke all on function public.claim_reconciliation(timestamptz) from public;
grant execute on function public.claim_reconciliation(timestamptz) to service_role;

-- A page of Lemon Squeezy's list, and which one comes next; none after the last, with which the next sweep begins anew.
-- p_asked_at: what claim_reconciliation(), or this function for the page before, returned as askedAt. Returns how many of
-- them were {applied, stale, unknown}, and askedAt; null when somebody else has the claim, and then changes nothing.
create function public.reconcile_page(
    p_claim uuid, p_subscriptions jsonb, p_next integer, p_asked_at timestamptz, p_now timestamptz default now()
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    begin
        update private.reconciliation as r
        set
            page = coalesce(p_next, 1),
            claimed_until = case when p_next is not null then p_now + interval '1 minute' end
        where r.claim = p_claim;
        if not found then
            return null;
        end if;
        return (
            with results as (
                select private.apply_subscription(
                    private.workspace_of_checkout(said, s.value ->> 'addressHash'), said, p_asked_at
                ) as result
                from (
                    select value from jsonb_array_elements(p_subscriptions) as e (value)
                    order by value ->> 'id' collate "C"
                ) as s
                cross join lateral private.subscription_of(s.value) as said
            )
            select jsonb_build_object(
                'applied', count(*) filter (where result = 'applied'),
                'stale', count(*) filter (where result = 'stale'),
                'unknown', count(*) filter (where result = 'unknown'),
                'askedAt', clock_timestamp()
            )
            from results
        );
    end
    $$;
revoke all on function public.reconcile_page(uuid, jsonb, integer, timestamptz, timestamptz) from public;
grant execute on function public.reconcile_page(uuid, jsonb, integer, timestamptz, timestamptz) to service_role;

-- Lets go of the sweep until then.
create function public.rest_reconciliation(p_claim uuid, p_until timestamptz) returns void
    language sql
    set search_path = ''
    as $$
        update private.reconciliation set rests_until = p_until, claimed_until = null where claim = p_claim
    $$;
revoke all on function public.rest_reconciliation(uuid, timestamptz) from public;
grant execute on function public.rest_reconciliation(uuid, timestamptz) to service_role;

-- Asked under a member's own rights: the account's email of an owner. Raises 42501 for anybody else, PT423 when the
-- workspace is being deleted.
create function public.billing_owner(p_workspace uuid) returns text
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        if not exists (
            select from public.members
            where workspace_id = p_workspace and user_id = (select auth.uid()) and role = 'owner'
        ) then
            raise sqlstate '42501' using message = 'not_allowed';
        end if;
        return public.settings_admin(p_workspace);
    end
    $$;
revoke all on function public.billing_owner(uuid) from public;
grant execute on function public.billing_owner(uuid) to authenticated;

-- What can be bought for a workspace: {"variantId", "subscriptionId", "hadOne"}; the variant of that plan and interval, null
-- when it is not for sale; the newest subscription that is served or may be again, null when there is none; and whether
-- there ever was one, since a trial comes once.
create function public.purchase(
    p_workspace uuid, p_plan text, p_interval text, p_now timestamptz default now()
) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'variantId', (
                select v.variant_id from public.plan_variants as v
                where v.plan = p_plan and v.interval = p_interval and v.is_sold
            ),
            'subscriptionId', (
                select s.id from public.subscriptions as s
                where s.workspace_id = p_workspace and s.status <> 'expired'
                    and not (s.status = 'cancelled' and coalesce(s.ends_at <= p_now, false))
                order by s.created_at desc
                limit 1
            ),
            'hadOne', exists (select from public.subscriptions as s where s.workspace_id = p_workspace)
        )
    $$;
revoke all on function public.purchase(uuid, text, text, timestamptz) from public;
grant execute on function public.purchase(uuid, text, text, timestamptz) to service_role;
