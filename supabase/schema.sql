-- Generated from the migrations by `make schema`. Change the database by a new migration, never here.
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

-- Name: private; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA private;

-- Name: public; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA public;

-- Name: SCHEMA public; Type: COMMENT; Schema: -; Owner: -

COMMENT ON SCHEMA public IS 'standard public schema';

-- Name: gain; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.gain AS (
	contact_id uuid,
	seen_at timestamp with time zone,
	signals smallint[],
	weights numeric[]
);

-- Name: mail_decision; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.mail_decision AS (
	contact_id uuid,
	automation_id uuid,
	occurrence text
);

-- Name: message; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.message AS (
	index integer,
	type text,
	name text,
	kinds text[],
	"values" text[],
	user_hash text,
	occurred_at timestamp with time zone,
	message_id text COLLATE pg_catalog."C",
	properties jsonb,
	context jsonb,
	traits jsonb,
	redactions smallint,
	sensitive_at text,
	sensitive_id boolean,
	trusted boolean
);

-- Name: payment; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.payment AS (
	contact_id uuid,
	paid_at timestamp with time zone
);

-- Name: place; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.place AS (
	score integer,
	id uuid
);

-- Name: resolution; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.resolution AS (
	index integer,
	identity_id uuid,
	lower_ids uuid[],
	contact_id uuid
);

-- Name: sender; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.sender AS (
	workspace_id uuid,
	api_key_id uuid,
	trusted boolean,
	require_verification boolean,
	redact text,
	rate_multiplier integer,
	inner_key bytea,
	outer_key bytea,
	tombstone_key text
);

-- Name: signal_filter; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.signal_filter AS (
	signal smallint,
	"least" integer,
	since date,
	is_not boolean
);

-- Name: stage_change; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.stage_change AS (
	contact_id uuid,
	from_stage_id uuid,
	to_stage_id uuid,
	score smallint
);

-- Name: standing; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.standing AS (
	score smallint,
	stage_id uuid,
	due_on date
);

-- Name: trait_filter; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.trait_filter AS (
	trait text,
	operator text,
	operand jsonb,
	is_not boolean
);

-- Name: verdict; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.verdict AS (
	skip_reason text,
	wait_until timestamp with time zone,
	wait_reason text,
	first_claimed boolean
);

-- Name: accept_rescore_request(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.accept_rescore_request() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    begin
        perform private.begin_rescore(new.workspace_id, true, new.requested_at);
        return null;
    end
    $$;

-- Name: account_of_address(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.account_of_address(p_email text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
        select u.id from auth.users as u where lower(u.email) = lower(p_email)
    $$;

-- Name: actor_of_key(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.actor_of_key(p_key_hash text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select 'key:' || (private.authenticate(p_key_hash, null)).api_key_id
    $$;

-- Name: add_starter_mail(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.add_starter_mail(p_workspace uuid) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        with made as (
            insert into public.templates (workspace_id, name, category, subject, html)
            select p_workspace, t.name, t.category, t.subject, btrim(t.html, E'\n') from private.starter_templates() as t
            returning id, name
        )
        insert into public.automations
            (workspace_id, name, entering_stage_id, event, delay_minutes, template_id, status)
        select p_workspace, made.name, s.id, a.event, a.delay_minutes, made.id, a.status
        from (values
            ('Welcome', 'signed_up', null, 0, 'draft'),
            -- Who is still in the first stage then has not got far.
            ('Stalled setup', 'signed_up', null, 3 * 24 * 60, 'draft'),
            ('Ready to upgrade', 'ready', null, 0, 'live'),
            ('Trial ending', null, 'Trial Ending', 0, 'draft'),
            ('Win-back', 'at_risk', null, 0, 'draft')
        ) as a (name, stage, event, delay_minutes, status)
        join made on made.name = a.name
        left join public.stages as s on s.workspace_id = p_workspace and s.name = a.stage
        where num_nonnulls(s.id, a.event) = 1
    $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

-- Name: subscriptions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.subscriptions (
    id text NOT NULL,
    workspace_id uuid NOT NULL,
    variant_id text NOT NULL,
    status text NOT NULL,
    pause_mode text,
    trial_ends_at timestamp with time zone,
    renews_at timestamp with time zone,
    ends_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    is_guessed boolean DEFAULT false NOT NULL,
    CONSTRAINT subscriptions_pause_known CHECK ((pause_mode = ANY (ARRAY['void'::text, 'free'::text]))),
    CONSTRAINT subscriptions_status_known CHECK ((status = ANY (ARRAY['on_trial'::text, 'active'::text, 'paused'::text, 'past_due'::text, 'unpaid'::text, 'cancelled'::text, 'expired'::text])))
);

-- Name: TABLE subscriptions; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.subscriptions IS 'Subscriptions: what you have bought, without names, addresses or cards, which Lemon Squeezy keeps; kept until the workspace is deleted';

-- Name: COLUMN subscriptions.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.id IS 'owner: Lemon Squeezy''s id of the subscription; its reports are matched by it';

-- Name: COLUMN subscriptions.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN subscriptions.variant_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.variant_id IS 'owner: what was bought; says which plan it is';

-- Name: COLUMN subscriptions.status; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.status IS 'owner: whether it runs, is paused, cancelled or unpaid; says what the workspace may use';

-- Name: COLUMN subscriptions.pause_mode; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.pause_mode IS 'owner: whether a paused one may be used meanwhile; says what the workspace may use';

-- Name: COLUMN subscriptions.trial_ends_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.trial_ends_at IS 'owner: when its trial ends; shown to owners';

-- Name: COLUMN subscriptions.renews_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.renews_at IS 'owner: when it is paid next; shown to owners';

-- Name: COLUMN subscriptions.ends_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.ends_at IS 'owner: when it ends; says until when the plan counts';

-- Name: COLUMN subscriptions.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.created_at IS 'owner: when it was bought; shown to owners';

-- Name: COLUMN subscriptions.updated_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.updated_at IS 'owner: when Lemon Squeezy last changed it; nothing older is applied';

-- Name: COLUMN subscriptions.told_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.told_at IS 'nobody: when we were told so; decides between two reports of one second';

-- Name: COLUMN subscriptions.is_guessed; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.subscriptions.is_guessed IS 'nobody: whether the workspace was found by the buyer''s address; a signed report knows better';

-- Name: add_subscription(uuid, public.subscriptions, boolean); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.add_subscription(p_workspace uuid, p_said public.subscriptions, p_is_guessed boolean) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

-- Name: added_counts(jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.added_counts(p_counts jsonb, p_more jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select p_counts || coalesce(jsonb_object_agg(m.key, coalesce((p_counts ->> m.key)::bigint, 0) + m.value::bigint), '{}')
        from jsonb_each_text(p_more) as m
        where m.value <> '0'
    $$;

-- Name: address_before(uuid, uuid[], jsonb, boolean, timestamp with time zone, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.address_before(p_workspace uuid, p_identities uuid[], p_known jsonb, p_trusted boolean, p_at timestamp with time zone, p_key text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    AS $$
    declare
        look      constant integer := 2000;
        addresses constant uuid[] := private.addresses_named(p_workspace, p_identities);
        known_at  constant timestamptz := coalesce((p_known ->> 'at')::timestamptz, '-infinity');
        known_id  constant text collate "C" := coalesce(p_known ->> 'id', '');
        answer    jsonb;
        is_cut    boolean;
    begin
        -- Whoever has only ever named one address can't have written another.
        if cardinality(addresses) = 0 or cardinality(addresses) = 1 and p_known -> 'value' = (
            select to_jsonb(a.value) from public.identities as a where a.id = addresses[1]
        ) then
            return '{}';
        end if;
        with latest as materialized (
            select e.*
            from unnest(p_identities) as i (id)
            cross join lateral (
                select e.identity_id, e.lower_ids, e.type, e.trusted, e.occurred_at, e.message_id
                from public.events as e
                where e.workspace_id = p_workspace and e.identity_id = i.id and e.occurred_at between known_at and p_at
                    and (e.occurred_at < p_at or 'e' || e.message_id || e.trusted < p_key collate "C")
                order by e.occurred_at desc
                limit look
            ) as e
        )
        select
            (
                select jsonb_build_object('value', a.value, 'trusted', l.trusted, 'at', l.occurred_at, 'id', l.message_id)
                from latest as l
                join public.identities as a on a.id = any (addresses) and (a.id = l.identity_id or a.id = any (l.lower_ids))
                where l.trusted = p_trusted and l.type <> 'identify' and (l.occurred_at, l.message_id) > (known_at, known_id)
                order by l.occurred_at desc, l.message_id desc
                limit 1
            ),
            exists (select from latest as l group by l.identity_id having count(*) = look)
        into answer, is_cut;
        return case
            when answer is not null then jsonb_build_object('email', answer)
            when is_cut then '{"email": {"unseen": true}}'
            else '{}'
        end;
    end
    $$;

-- Name: address_named(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.address_named(p_workspace uuid, p_lookup jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        contact uuid;
        address text := p_lookup ->> 'email';
    begin
        if address is null then
            contact := private.contact_named(p_workspace, p_lookup);
            select coalesce(a.address, c.email) into address
            from public.contacts as c
            left join lateral public.mailable_address(c.id) as a on true
            where c.id = contact;
        end if;
        if address is null then
            raise sqlstate 'PT422' using message = 'not_mailable';
        end if;
        return address;
    end
    $$;

-- Name: address_of_user(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.address_of_user(p_user uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
        select u.email from auth.users as u where u.id = p_user
    $$;

-- Name: addresses_named(uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.addresses_named(p_workspace uuid, p_identities uuid[]) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return array(
            select i.id from public.identities as i
            where i.workspace_id = p_workspace and i.kind = 'email' and i.id = any (
                p_identities || array(select l.lower_id from public.identity_links as l where l.higher_id = any (p_identities))
            )
        );
    end
    $$;

-- Name: addresses_of(uuid, uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.addresses_of(p_workspace uuid, p_contact uuid, p_identities uuid[]) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(array_agg(distinct a.address), '{}')
        from (
            select i.value as address from public.identities as i where i.id = any (p_identities) and i.kind = 'email'
            union all
            select c.email from public.contacts as c where c.id = p_contact
            union all
            select t.value #>> '{}' from public.traits as t where t.identity_id = any (p_identities) and t.key = 'email'
            union all
            select m.to_address from public.messages as m
            where m.workspace_id = p_workspace and m.contact_id = any (p_identities)
        ) as a
        where a.address is not null
    $$;

-- Name: messages; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.messages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    automation_id uuid,
    occurrence text,
    idempotency_key text,
    template_id uuid,
    variables jsonb DEFAULT '{}'::jsonb NOT NULL,
    category text NOT NULL,
    to_address text COLLATE pg_catalog."C",
    from_address text,
    subject text,
    html text,
    plain_text text,
    status text DEFAULT 'queued'::text NOT NULL,
    reason text,
    provider text,
    provider_message_id text,
    attempts smallint DEFAULT 0 NOT NULL,
    send_at timestamp with time zone DEFAULT now() NOT NULL,
    claim uuid,
    claimed_until timestamp with time zone,
    first_attempt_at timestamp with time zone,
    sent_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    address_hash text COLLATE pg_catalog."C",
    counted_at timestamp with time zone,
    postponed_since timestamp with time zone,
    first_claimed boolean DEFAULT false NOT NULL,
    delivery text,
    reply_to text,
    CONSTRAINT messages_automation_has_occurrence CHECK (((automation_id IS NULL) = (occurrence IS NULL))),
    CONSTRAINT messages_category_known CHECK ((category = ANY (ARRAY['transactional'::text, 'marketing'::text]))),
    CONSTRAINT messages_delivery_known CHECK ((delivery = ANY (ARRAY['sent'::text, 'delayed'::text, 'delivered'::text, 'opened'::text, 'clicked'::text, 'failed'::text, 'bounced'::text, 'complained'::text]))),
    CONSTRAINT messages_skip_has_reason CHECK (((status <> 'skipped'::text) OR (reason IS NOT NULL))),
    CONSTRAINT messages_status_known CHECK ((status = ANY (ARRAY['queued'::text, 'claimed'::text, 'sending'::text, 'sent'::text, 'skipped'::text, 'failed'::text, 'unknown'::text])))
);

-- Name: TABLE messages; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.messages IS 'Email log: each mail to an end user, from the decision to what became of it; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN messages.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.id IS 'end user: id of the message; the provider and its reports refer to it';

-- Name: COLUMN messages.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN messages.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.contact_id IS 'end user: id of the contact it is for; names whom it is for';

-- Name: COLUMN messages.automation_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.automation_id IS 'nobody: automation that decided on it; explains the mail';

-- Name: COLUMN messages.occurrence; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.occurrence IS 'end user: which time this is for the automation and the contact; a mail is decided on once';

-- Name: COLUMN messages.idempotency_key; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.idempotency_key IS 'end user: the sender''s own key for it; a repeated request queues nothing twice';

-- Name: COLUMN messages.template_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.template_id IS 'nobody: template that it is made from; the mail is made from it';

-- Name: COLUMN messages.variables; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.variables IS 'end user: values that your server gave for it; filled into the mail';

-- Name: COLUMN messages.category; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.category IS 'nobody: transactional or marketing; marketing mail obeys consent and caps';

-- Name: COLUMN messages.to_address; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.to_address IS 'end user: address it goes to; the mail is sent there';

-- Name: COLUMN messages.from_address; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.from_address IS 'owner: sender that it was sent with; every attempt sends the same';

-- Name: COLUMN messages.subject; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.subject IS 'end user: subject as it was sent; every attempt sends the same, and members see it';

-- Name: COLUMN messages.html; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.html IS 'end user: HTML text as it was sent; every attempt sends the same, and members see it';

-- Name: COLUMN messages.plain_text; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.plain_text IS 'end user: plain text as it was sent; every attempt sends the same, and members see it';

-- Name: COLUMN messages.status; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.status IS 'end user: whether it is queued, sent, skipped, failed or unknown; it goes out once, and members see it';

-- Name: COLUMN messages.reason; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.reason IS 'end user: why it was postponed, skipped or failed; explains the mail';

-- Name: COLUMN messages.provider; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.provider IS 'nobody: whether Resend or your own server took it; an attempt goes on with the provider it began with';

-- Name: COLUMN messages.provider_message_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.provider_message_id IS 'end user: the provider''s id of the mail; its reports are matched by it';

-- Name: COLUMN messages.attempts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.attempts IS 'nobody: how often it was tried; pauses grow with it, and it is given up in the end';

-- Name: COLUMN messages.send_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.send_at IS 'end user: when it is to go out; it goes out then';

-- Name: COLUMN messages.claim; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.claim IS 'nobody: which run of the drain works on it; no two runs send it';

-- Name: COLUMN messages.claimed_until; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.claimed_until IS 'nobody: how long that run may take; another one takes over after a crash';

-- Name: COLUMN messages.first_attempt_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.first_attempt_at IS 'nobody: when a provider may first have seen it; it is not repeated once the provider may have forgotten it';

-- Name: COLUMN messages.sent_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.sent_at IS 'end user: when it was sent; shown to members';

-- Name: COLUMN messages.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.created_at IS 'end user: when it was decided on; shown to members';

-- Name: COLUMN messages.address_hash; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.address_hash IS 'end user: keyed hash of the address; suppressions and caps are found by it';

-- Name: COLUMN messages.counted_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.counted_at IS 'end user: when it was let through; cap and quota count it from then on';

-- Name: COLUMN messages.postponed_since; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.postponed_since IS 'end user: when it was to go before it was postponed; it is skipped after 72 hours';

-- Name: COLUMN messages.first_claimed; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.first_claimed IS 'end user: whether it is the first mail to an address that nobody vouched for; only so many a day go out';

-- Name: COLUMN messages.delivery; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.delivery IS 'end user: what the provider last reported of it; shown to members';

-- Name: COLUMN messages.reply_to; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.messages.reply_to IS 'owner: address that answers go to; every attempt sends the same';

-- Name: admit_message(public.messages, text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.admit_message(p_message public.messages, p_address_key text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        home    public.workspaces;
        reader  record;
        hash    text;
        verdict private.verdict;
    begin
        select * into strict home from public.workspaces where id = p_message.workspace_id;
        select * into reader from private.recipient(p_message, p_address_key);
        hash := private.hmac_sha256(p_address_key, home.id || ':' || reader.address);
        verdict.skip_reason := reader.skip_reason;
        if verdict.skip_reason is null and p_message.counted_at is null then
            perform pg_advisory_xact_lock(hashtextextended(hash, 1));
            verdict := private.weigh_message(p_message, home, hash, reader.traits, reader.is_claimed, p_now);
        end if;

        if verdict.skip_reason is not null then
            update public.messages
            set
                -- What the provider may have had is not skipped, and its reader may count it.
                status = case status when 'sending' then 'unknown' else 'skipped' end,
                counted_at = case status when 'sending' then counted_at end,
                reason = verdict.skip_reason, claim = null, claimed_until = null
            where id = p_message.id;
        elsif verdict.wait_until is not null then
            update public.messages
            set
                status = 'queued', reason = verdict.wait_reason, send_at = verdict.wait_until,
                claim = null, claimed_until = null, attempts = attempts - 1,
                postponed_since = coalesce(postponed_since, send_at)
            where id = p_message.id;
        else
            update public.messages
            set
                address_hash = hash, reason = null, counted_at = coalesce(counted_at, p_now),
                first_claimed = coalesce(verdict.first_claimed, first_claimed)
            where id = p_message.id;
        end if;
    end
    $$;

-- Name: compiled_rules; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.compiled_rules (
    workspace_id uuid NOT NULL,
    version integer NOT NULL,
    half_life_days smallint NOT NULL,
    signals smallint[] NOT NULL,
    signal_events text[] NOT NULL,
    signal_conditions jsonb[] NOT NULL,
    signal_trusted boolean[] NOT NULL,
    rule_signals smallint[] NOT NULL,
    rule_points numeric[] NOT NULL,
    rule_caps numeric[] NOT NULL,
    score_stages uuid[] NOT NULL,
    thresholds integer[] NOT NULL,
    event_stages uuid[] NOT NULL,
    silence_stages uuid[] NOT NULL,
    silence_days integer[] NOT NULL,
    fit_traits text[] NOT NULL,
    fit_operators text[] NOT NULL,
    fit_operands jsonb[] NOT NULL,
    fit_points numeric[] NOT NULL,
    event_signals smallint[] NOT NULL,
    last_signals smallint[] NOT NULL,
    last_events text[] NOT NULL,
    last_conditions jsonb[] NOT NULL,
    last_trusted boolean[] NOT NULL,
    mail_automations uuid[] NOT NULL,
    mail_events text[] NOT NULL,
    mail_conditions jsonb[] NOT NULL,
    mail_trusted boolean[] NOT NULL,
    mail_silences integer[] NOT NULL
);

-- Name: TABLE compiled_rules; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.compiled_rules IS 'Compiled rules: the rules in force in the form that ingestion reads; kept until the rules are changed or the workspace is deleted';

-- Name: COLUMN compiled_rules.workspace_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN compiled_rules.version; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.version IS 'owner: version of the rules; says which scores are out of date';

-- Name: COLUMN compiled_rules.half_life_days; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.half_life_days IS 'owner: days in which points lose half; the score is computed with it';

-- Name: COLUMN compiled_rules.signals; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.signals IS 'owner: numbers of the signals that are counted; an event is matched with them';

-- Name: COLUMN compiled_rules.signal_events; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.signal_events IS 'owner: event of each of them; an event is matched with them';

-- Name: COLUMN compiled_rules.signal_conditions; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.signal_conditions IS 'owner: properties that each of them asks for; an event is matched with them';

-- Name: COLUMN compiled_rules.signal_trusted; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.signal_trusted IS 'owner: whether each of them needs a trusted event; an event is matched with them';

-- Name: COLUMN compiled_rules.rule_signals; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.rule_signals IS 'owner: signal of each score rule; the score is computed with them';

-- Name: COLUMN compiled_rules.rule_points; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.rule_points IS 'owner: points of each score rule; the score is computed with them';

-- Name: COLUMN compiled_rules.rule_caps; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.rule_caps IS 'owner: cap of each score rule; the score is computed with them';

-- Name: COLUMN compiled_rules.score_stages; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.score_stages IS 'owner: stages that a score leads to; decides stages';

-- Name: COLUMN compiled_rules.thresholds; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.thresholds IS 'owner: score of each of them; decides stages';

-- Name: COLUMN compiled_rules.event_stages; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.event_stages IS 'owner: stages that an event leads to; decides stages';

-- Name: COLUMN compiled_rules.silence_stages; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.silence_stages IS 'owner: stages that silence leads to; decides stages';

-- Name: COLUMN compiled_rules.silence_days; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.silence_days IS 'owner: days of each of them; decides stages';

-- Name: COLUMN compiled_rules.fit_traits; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.fit_traits IS 'owner: trait of each fit rule; the score is computed with them';

-- Name: COLUMN compiled_rules.fit_operators; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.fit_operators IS 'owner: operator of each fit rule; the score is computed with them';

-- Name: COLUMN compiled_rules.fit_operands; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.fit_operands IS 'owner: operand of each fit rule; the score is computed with them';

-- Name: COLUMN compiled_rules.fit_points; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.fit_points IS 'owner: points of each fit rule; the score is computed with them';

-- Name: COLUMN compiled_rules.event_signals; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.event_signals IS 'owner: signal of each stage that an event leads to; decides stages';

-- Name: COLUMN compiled_rules.last_signals; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.last_signals IS 'owner: signals of which the last occurrence is kept, drafts'' too; an event is matched with them';

-- Name: COLUMN compiled_rules.last_events; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.last_events IS 'owner: event of each of them; an event is matched with them';

-- Name: COLUMN compiled_rules.last_conditions; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.last_conditions IS 'owner: properties that each of them asks for; an event is matched with them';

-- Name: COLUMN compiled_rules.last_trusted; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.last_trusted IS 'owner: whether each of them needs a trusted event; an event is matched with them';

-- Name: COLUMN compiled_rules.mail_automations; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.mail_automations IS 'owner: live automations that an event starts; decides mails';

-- Name: COLUMN compiled_rules.mail_events; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.mail_events IS 'owner: event of each of them; an event is matched with them';

-- Name: COLUMN compiled_rules.mail_conditions; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.mail_conditions IS 'owner: properties that each of them asks for; an event is matched with them';

-- Name: COLUMN compiled_rules.mail_trusted; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.mail_trusted IS 'owner: whether each of them needs a trusted event; an event is matched with them';

-- Name: COLUMN compiled_rules.mail_silences; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.compiled_rules.mail_silences IS 'owner: days of silence that start a mail; the day a contact is due is found with them';

-- Name: age_contacts(uuid, private.compiled_rules, uuid[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.age_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        day     date;
        due     uuid[];
        changes private.stage_change[];
        entered private.stage_change[] := '{}';
        changed integer := 0;
    begin
        loop
            select min(s.due_on), array_agg(s.contact_id order by s.contact_id) into day, due
            from public.contact_states as s
            where s.contact_id = any (p_contacts)
                and s.due_on = (
                    select min(first.due_on) from public.contact_states as first where first.contact_id = any (p_contacts)
                );
            exit when day is null or day > (p_now at time zone 'utc')::date;
            changes := private.update_scores(p_workspace, p_rules, private.no_gains(due), day::timestamp at time zone 'utc');
            perform private.log_transitions(
                p_workspace, array(select c from unnest(changes) as c where c.to_stage_id = any (p_rules.silence_stages)),
                'silence', day::timestamp at time zone 'utc'
            );
            perform private.log_transitions(
                p_workspace, array(select c from unnest(changes) as c where c.to_stage_id <> all (p_rules.silence_stages)),
                'decay', day::timestamp at time zone 'utc'
            );
            entered := entered || changes;
            changed := changed + cardinality(changes);
            perform private.queue_mails(
                p_workspace, array(select m from private.mails_for_silence(p_workspace, due, day) as m), p_now
            );
        end loop;
        entered := array(
            select c from unnest(entered) as c
            join public.contact_states as s on s.contact_id = c.contact_id and s.stage_id = c.to_stage_id
        );
        perform private.queue_mails(
            p_workspace, array(select m from private.mails_for(p_workspace, entered, p_now) as m), p_now
        );
        return changed;
    end
    $$;

-- Name: apply_invitation(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.apply_invitation() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    declare
        most  integer := (private.entitlements(new.workspace_id, now())).members;
        taken integer;
    begin
        perform from public.workspaces as w where w.id = new.workspace_id for no key update;
        if exists (
            select from public.workspaces as w where w.id = new.workspace_id and w.deletion_requested_at is not null
        ) then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending', detail = 'This workspace is being deleted.';
        end if;
        select count(*) into taken from public.members as m where m.workspace_id = new.workspace_id;
        if tg_op = 'INSERT' then
            taken := taken - 1 + (
                select count(*) from public.invitations as i
                where i.workspace_id = new.workspace_id and i.status = 'open' and i.expires_at > now()
            );
        end if;
        if taken >= most then
            raise sqlstate 'PT402' using message = 'members_limit',
                detail = format('The plan allows %s members, open invitations included.', most);
        end if;
        if new.status = 'accepted' then
            insert into public.members (workspace_id, user_id, role) values (new.workspace_id, auth.uid(), new.role)
            on conflict on constraint members_pkey do nothing;
            delete from public.invitations as i where i.id = new.id;
        else
            insert into private.notices (workspace_id, invitation_id, kind, variables, send_at)
            values (
                new.workspace_id, new.id, 'invitation', jsonb_build_object('role', new.role, 'until', new.expires_at), now()
            );
        end if;
        return null;
    end
    $$;

-- Name: apply_member_change(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.apply_member_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    begin
        perform from public.workspaces as w where w.id = new.workspace_id for no key update;
        if not exists (
            select from public.members as m where m.workspace_id = new.workspace_id and m.user_id = new.user_id
        ) then
            raise sqlstate 'PT404' using message = 'member_unknown', detail = 'They are no member of this workspace.';
        end if;
        if new.role is distinct from 'owner' and not exists (
            select from public.members as m
            where m.workspace_id = new.workspace_id and m.user_id <> new.user_id and m.role = 'owner'
        ) then
            raise sqlstate 'PT459' using message = 'last_owner',
                detail = 'A workspace needs an owner: make somebody else one first.';
        end if;
        if new.role is null then
            delete from public.members as m where m.workspace_id = new.workspace_id and m.user_id = new.user_id;
        else
            update public.members as m set role = new.role
            where m.workspace_id = new.workspace_id and m.user_id = new.user_id;
        end if;
        return null;
    end
    $$;

-- Name: apply_move(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.apply_move() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    declare
        rules   private.compiled_rules;
        touched uuid[];
    begin
        perform private.lock_structure(new.workspace_id, true);
        select * into strict rules from private.compiled_rules where workspace_id = new.workspace_id;
        update public.identities set pinned_to_id = private.pin_for(new) where id = new.identity_id;
        touched := array(select distinct id from unnest(private.move_identity(new.identity_id)) as id order by id);
        perform private.lock_contacts(new.workspace_id, touched);
        perform private.regroup_contacts(new.workspace_id, rules, touched);
        perform private.record_transitions(
            new.workspace_id,
            private.update_scores(new.workspace_id, rules, private.no_gains(touched), new.moved_at), 'hand', new.moved_at
        );
        return null;
    exception when sqlstate 'PT450' then
        raise sqlstate 'PT412' using message = 'too_many_identities';
    end
    $$;

-- Name: apply_pin(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.apply_pin() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    declare
        rules   private.compiled_rules;
        contact uuid;
    begin
        perform private.lock_structure(new.workspace_id, false);
        select i.contact_id into contact from public.identities as i
        where i.id = new.contact_id and i.workspace_id = new.workspace_id;
        if not found then
            raise sqlstate 'PT404' using message = 'contact_unknown';
        end if;
        select * into strict rules from private.compiled_rules where workspace_id = new.workspace_id;
        perform private.lock_contacts(new.workspace_id, array[contact]);
        perform private.bring_up_to_date(new.workspace_id, rules, array[contact], new.pinned_at);
        update public.contact_states set pinned_stage_id = private.pinned_stage_of(rules, contact) where contact_id = contact;
        perform private.record_transitions(
            new.workspace_id,
            private.update_scores(new.workspace_id, rules, private.no_gains(array[contact]), new.pinned_at),
            'hand', new.pinned_at
        );
        return null;
    end
    $$;

-- Name: apply_rules(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.apply_rules(p_workspace uuid, p_document jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        perform private.lock_structure(p_workspace, true);
        update public.workspaces
        set half_life_days = (p_document -> 'halfLifeDays')::smallint, rules_version = rules_version + 1
        where id = p_workspace;
        perform private.write_stages(p_workspace, p_document -> 'stages');

        delete from public.score_rules where workspace_id = p_workspace;
        insert into public.score_rules (workspace_id, name, signal, points, cap)
        select p_workspace, r.name, r.signal, r.points, r.cap
        from jsonb_to_recordset(p_document -> 'signals')
            as r (name text, signal smallint, points numeric, cap numeric);

        delete from public.fit_rules where workspace_id = p_workspace;
        insert into public.fit_rules (workspace_id, trait, operator, operand, points)
        select p_workspace, f.trait, f.operator, f.operand, f.points
        from jsonb_to_recordset(p_document -> 'fit') as f (trait text, operator text, operand jsonb, points numeric);

        perform private.compile_rules(p_workspace);
    end
    $$;

-- Name: apply_subscription(uuid, public.subscriptions, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.apply_subscription(p_workspace uuid, p_said public.subscriptions, p_asked_at timestamp with time zone) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

-- Name: as_typed(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.as_typed(p_name text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select btrim(regexp_replace(normalize(p_name, nfc), '\s+', ' ', 'g'))
    $$;

-- Name: audit(uuid, text, uuid, text, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.audit(p_workspace uuid, p_action text, p_contact uuid DEFAULT NULL::uuid, p_actor text DEFAULT NULL::text, p_detail jsonb DEFAULT NULL::jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        if p_actor is null and p_detail is null then
            insert into public.audit_log (workspace_id, action, contact_id) values (p_workspace, p_action, p_contact);
        else
            insert into public.audit_log (workspace_id, action, contact_id, actor, detail)
            values (
                p_workspace, p_action, p_contact,
                coalesce(p_actor, 'member:' || auth.uid(), 'system'), coalesce(p_detail, '{}')
            );
        end if;
    end
    $$;

-- Name: audit_change(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.audit_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    declare
        after     jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
        before    jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
        said      jsonb := coalesce(after, before);
        workspace uuid := coalesce(said ->> 'workspace_id', said ->> 'id');
        changed   text[];
    begin
        if auth.uid() is null and tg_table_name not in ('members', 'api_keys') then
            return null;
        end if;
        changed := array(
            select key from jsonb_each(after)
            where value is distinct from before -> key
                and key not in ('updated_at', 'verified_at', 'last_error', 'last_error_at', 'revision')
                -- The rest of a draft is how far its preview is.
                and (tg_table_name <> 'rule_drafts' or key in ('rules', 'decision'))
            order by key
        );
        if (tg_op = 'UPDATE' and changed = '{}') or exists (
            select from public.deletion_requests as r
            where r.workspace_id = workspace and r.purging_since is not null
        ) then
            return null;
        end if;
        perform private.audit(
            workspace, tg_table_name || '.' || lower(tg_op), (said ->> 'contact_id')::uuid, null,
            jsonb_strip_nulls(jsonb_build_object(
                'id', said -> 'id', 'user', said -> 'user_id', 'role', said -> 'role',
                'columns', case tg_op when 'UPDATE' then to_jsonb(changed) end,
                'decision', case when 'decision' = any (changed) then said -> 'decision' end
            ))
        );
        return null;
    end
    $$;

-- Name: authenticate(text, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.authenticate(p_key_hash text, p_origin text) RETURNS private.sender
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
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
            found_key.redact, found_key.rate_multiplier, found_key.inner_key, found_key.outer_key, null::text
        );
    end
    $$;

-- Name: automation_refusal(public.messages, uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.automation_refusal(p_message public.messages, p_contact uuid) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select case
                when a.id is null then 'automation_deleted'
                when a.status <> 'live' then 'automation_not_live'
                when s.stage_id = a.goal_stage_id then 'goal_reached'
                when a.while_true and s.stage_id <> a.entering_stage_id then 'stage_left'
                when a.while_true and a.silence_days is not null and s.last_event_at > p_message.created_at
                    then 'silence_broken'
            end
            from (select p_message.automation_id as id where p_message.automation_id is not null) as m
            left join public.automations as a on a.id = m.id
            left join public.contact_states as s on s.contact_id = p_contact
        );
    end
    $$;

-- Name: transitions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.transitions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    from_stage_id uuid,
    to_stage_id uuid NOT NULL,
    cause text NOT NULL,
    score smallint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    previous_at timestamp with time zone,
    CONSTRAINT transitions_cause_known CHECK ((cause = ANY (ARRAY['message'::text, 'decay'::text, 'silence'::text, 'rules'::text, 'hand'::text])))
)
WITH (autovacuum_vacuum_insert_scale_factor='0.02');

-- Name: TABLE transitions; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.transitions IS 'Stage changes: each move of an end user from one stage to another; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN transitions.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.transitions.id IS 'nobody: id of the transition; mails refer to it';

-- Name: COLUMN transitions.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.transitions.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN transitions.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.transitions.contact_id IS 'end user: id of the contact; names who moved';

-- Name: COLUMN transitions.from_stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.transitions.from_stage_id IS 'end user: stage before; shown to members';

-- Name: COLUMN transitions.to_stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.transitions.to_stage_id IS 'end user: stage after; shown to members and starts mails';

-- Name: COLUMN transitions.cause; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.transitions.cause IS 'end user: whether a message, decay, silence, changed rules or a member caused it; explains the move';

-- Name: COLUMN transitions.score; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.transitions.score IS 'end user: score at that moment; explains the move';

-- Name: COLUMN transitions.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.transitions.created_at IS 'end user: when it happened; shown to members, and coming back soon starts no mail';

-- Name: COLUMN transitions.previous_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.transitions.previous_at IS 'end user: when the contact, as it is now, had entered the same stage the time before; counts people rather than entries';

-- Name: away_before(public.transitions); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.away_before(p_entry public.transitions) RETURNS interval
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select p_entry.created_at - max(t.created_at)
        from public.transitions as t
        where t.workspace_id = p_entry.workspace_id and t.contact_id = p_entry.contact_id
            and t.from_stage_id = p_entry.to_stage_id and t.created_at < p_entry.created_at
            and t.created_at > p_entry.created_at - interval '7 days'
    $$;

-- Name: rule_drafts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.rule_drafts (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    rules jsonb NOT NULL,
    completed jsonb,
    status text DEFAULT 'counting'::text NOT NULL,
    decision text,
    previewed_on date,
    done_to uuid,
    done integer DEFAULT 0 NOT NULL,
    total integer,
    created_by uuid DEFAULT auth.uid(),
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_at timestamp with time zone,
    CONSTRAINT rule_drafts_decision_known CHECK ((decision = ANY (ARRAY['publish'::text, 'discard'::text]))),
    CONSTRAINT rule_drafts_status_known CHECK ((status = ANY (ARRAY['counting'::text, 'previewing'::text, 'previewed'::text, 'published'::text, 'discarded'::text])))
);

-- Name: TABLE rule_drafts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.rule_drafts IS 'Drafts of rules: rules that you are trying out; kept until the workspace is deleted';

-- Name: COLUMN rule_drafts.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.id IS 'nobody: id of the draft; its preview refers to it';

-- Name: COLUMN rule_drafts.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN rule_drafts.rules; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.rules IS 'owner: the rules as they were written; they are previewed and published';

-- Name: COLUMN rule_drafts.completed; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.completed IS 'owner: the rules with the signals and stages that are there for them; they are counted and published';

-- Name: COLUMN rule_drafts.status; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.status IS 'nobody: how far the draft has come; shown to members';

-- Name: COLUMN rule_drafts.decision; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.decision IS 'owner: whether a member wants it published or discarded; the sweep does so';

-- Name: COLUMN rule_drafts.previewed_on; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.previewed_on IS 'nobody: UTC day as of which the preview was made; shown to members';

-- Name: COLUMN rule_drafts.done_to; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.done_to IS 'nobody: id of the last contact that is done; the sweep goes on there';

-- Name: COLUMN rule_drafts.done; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.done IS 'nobody: how many contacts are done; shows progress';

-- Name: COLUMN rule_drafts.total; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.total IS 'nobody: how many contacts there are to do; shows progress';

-- Name: COLUMN rule_drafts.created_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.created_by IS 'owner: id of the member who wrote it; says who did it';

-- Name: COLUMN rule_drafts.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.created_at IS 'owner: when it was written; shown to members';

-- Name: COLUMN rule_drafts.changed_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.changed_at IS 'owner: when it was last changed; oldest first';

-- Name: COLUMN rule_drafts.decided_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_drafts.decided_at IS 'owner: when it was published or discarded; shown to members';

-- Name: begin_draft(public.rule_drafts); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.begin_draft(p_draft public.rule_drafts) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        document jsonb;
    begin
        perform private.refuse_wrong_rules(p_draft.rules);
        -- Before ingestion has to wait: the first time that a half-life is used this takes half a second.
        perform private.fill_decay_factors((p_draft.rules -> 'halfLifeDays')::smallint);
        perform private.lock_structure(p_draft.workspace_id, true);
        document := private.completed_rules(p_draft.workspace_id, p_draft.rules);
        perform private.refuse_lost_stages(p_draft.workspace_id, document);
        perform private.compile_rules(p_draft.workspace_id);
        update public.rule_drafts
        set
            completed = document,
            status = case private.uncounted_signals(p_draft.workspace_id, document)
                when '{}' then 'previewing' else 'counting'
            end,
            previewed_on = null, done_to = null, done = 0, total = null, changed_at = now()
        where id = p_draft.id;
    end
    $$;

-- Name: begin_rescore(uuid, boolean, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.begin_rescore(p_workspace uuid, p_recount boolean, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        insert into public.rescores as known (workspace_id, recount, requested_at)
        values (p_workspace, p_recount, p_now)
        on conflict on constraint rescores_pkey do update
            set recount = excluded.recount or (known.recount and known.finished_at is null),
                requested_at = excluded.requested_at, done_to = null, done = 0, total = null, finished_at = null;
    end
    $$;

-- Name: begin_with_rules(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.begin_with_rules(p_workspace uuid, p_document jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        perform private.apply_rules(p_workspace, private.completed_rules(p_workspace, p_document));
        update public.signals set counted_back = true where workspace_id = p_workspace;
    end
    $$;

-- Name: bring_up_to_date(uuid, private.compiled_rules, uuid[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.bring_up_to_date(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        outdated uuid[];
        due      uuid[];
        changed  integer := 0;
    begin
        select
            array_agg(s.contact_id) filter (where s.rules_version <> p_rules.version),
            array_agg(s.contact_id) filter (where s.due_on <= (p_now at time zone 'utc')::date)
        into outdated, due
        from public.contact_states as s
        -- A contact without a stage is new.
        where s.contact_id = any (p_contacts) and s.stage_id is not null;
        if outdated is not null then
            changed := private.rescore_contacts(p_workspace, p_rules, outdated, p_now);
        end if;
        if due is not null then
            changed := changed + private.age_contacts(p_workspace, p_rules, due, p_now);
        end if;
        return changed;
    end
    $$;

-- Name: bury(uuid, uuid[], text[], text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.bury(p_workspace uuid, p_identities uuid[], p_addresses text[], p_key text, p_until timestamp with time zone) RETURNS text[]
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        with named as (
            select i.kind, i.value from public.identities as i where i.id = any (p_identities)
            union all
            select 'email', address from unnest(p_addresses) as address
            where not exists (
                select from public.identities as i
                where i.workspace_id = p_workspace and i.kind = 'email' and i.value = address
            )
        ),
        buried as (
            insert into private.tombstones as t (workspace_id, hash, expires_at)
            select p_workspace, private.tombstone(p_key, p_workspace, n.kind, n.value), p_until
            from named as n
            on conflict on constraint tombstones_pkey do update
                set expires_at = greatest(t.expires_at, excluded.expires_at)
            returning t.hash
        )
        select coalesce(array_agg(hash order by hash), '{}') from buried
    $$;

-- Name: workspaces; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.workspaces (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    reply_to text,
    postal_address text,
    require_verification boolean DEFAULT false NOT NULL,
    redact text DEFAULT 'redact'::text NOT NULL,
    rate_multiplier smallint DEFAULT 1 NOT NULL,
    half_life_days smallint DEFAULT 14 NOT NULL,
    rules_version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    deletion_requested_at timestamp with time zone,
    marketing_cap smallint DEFAULT 1 NOT NULL,
    quiet_from time without time zone,
    quiet_to time without time zone,
    time_zone text DEFAULT 'UTC'::text NOT NULL,
    monthly_emails integer,
    mail_claimed boolean DEFAULT false NOT NULL,
    claimed_a_day integer DEFAULT 100 NOT NULL,
    website text,
    is_billed boolean DEFAULT false NOT NULL,
    CONSTRAINT workspaces_claimed_a_day_range CHECK (((claimed_a_day >= 0) AND (claimed_a_day <= 10000))),
    CONSTRAINT workspaces_half_life_range CHECK (((half_life_days >= 1) AND (half_life_days <= 365))),
    CONSTRAINT workspaces_marketing_cap_range CHECK (((marketing_cap >= 1) AND (marketing_cap <= 100))),
    CONSTRAINT workspaces_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT workspaces_quiet_hours_whole CHECK (((quiet_from IS NULL) = (quiet_to IS NULL))),
    CONSTRAINT workspaces_rate_multiplier_range CHECK (((rate_multiplier >= 1) AND (rate_multiplier <= 1000))),
    CONSTRAINT workspaces_redact_known CHECK ((redact = ANY (ARRAY['redact'::text, 'reject'::text, 'off'::text]))),
    CONSTRAINT workspaces_slug_format CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'::text)),
    CONSTRAINT workspaces_website_address CHECK (((website ~ '^https?://[^[:space:]"<>]+$'::text) AND (char_length(website) <= 500)))
);

-- Name: TABLE workspaces; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.workspaces IS 'Workspaces: your workspace and its settings; kept until the workspace is deleted';

-- Name: COLUMN workspaces.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.id IS 'nobody: id of the workspace; everything in it refers to it';

-- Name: COLUMN workspaces.name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.name IS 'owner: name of the workspace; shown to members and named in mail to owners';

-- Name: COLUMN workspaces.slug; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.slug IS 'owner: first part of the address that its mail is sent from; every mail names its sender';

-- Name: COLUMN workspaces.reply_to; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.reply_to IS 'owner: address that answers to its mail go to; every mail carries it';

-- Name: COLUMN workspaces.postal_address; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.postal_address IS 'owner: your postal address; the law wants it in marketing mail';

-- Name: COLUMN workspaces.require_verification; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.require_verification IS 'owner: whether messages that name a userId need a userHash; keeps forged identities out';

-- Name: COLUMN workspaces.redact; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.redact IS 'owner: what becomes of card numbers and the like; ingestion obeys it';

-- Name: COLUMN workspaces.rate_multiplier; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.rate_multiplier IS 'owner: how many times the base rate limit its keys may send; ingestion obeys it';

-- Name: COLUMN workspaces.half_life_days; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.half_life_days IS 'owner: days in which points lose half; scores are computed with it';

-- Name: COLUMN workspaces.rules_version; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.rules_version IS 'owner: version of the rules in force; says which scores are out of date';

-- Name: COLUMN workspaces.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.created_at IS 'owner: when it was made; shown to members';

-- Name: COLUMN workspaces.deletion_requested_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.deletion_requested_at IS 'owner: when its deletion was asked for; keys and mail stop from then on, and the deletion is due';

-- Name: COLUMN workspaces.marketing_cap; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.marketing_cap IS 'owner: how many marketing mails one address gets in 24 hours; holds mail back';

-- Name: COLUMN workspaces.quiet_from; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.quiet_from IS 'owner: hour from which no marketing mail goes out; holds mail back';

-- Name: COLUMN workspaces.quiet_to; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.quiet_to IS 'owner: hour until which no marketing mail goes out; holds mail back';

-- Name: COLUMN workspaces.time_zone; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.time_zone IS 'owner: time zone of these hours where an end user has none; holds mail back';

-- Name: COLUMN workspaces.monthly_emails; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.monthly_emails IS 'owner: emails a month that the operator granted instead of the plan; marketing mail pauses above it';

-- Name: COLUMN workspaces.mail_claimed; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.mail_claimed IS 'owner: whether addresses that nobody vouched for get mail; decides whom mail goes to';

-- Name: COLUMN workspaces.claimed_a_day; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.claimed_a_day IS 'owner: how many such addresses may get their first mail a day; holds mail back';

-- Name: COLUMN workspaces.website; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.website IS 'owner: address of your product; mails link to it';

-- Name: COLUMN workspaces.is_billed; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspaces.is_billed IS 'owner: whether there is a subscription; ingestion looks for a plan only then';

-- Name: capped_until(public.workspaces, text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.capped_until(p_workspace public.workspaces, p_address_hash text, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select m.counted_at + interval '24 hours'
            from public.messages as m
            where m.workspace_id = p_workspace.id and m.address_hash = p_address_hash
                and m.category = 'marketing' and m.counted_at > p_now - interval '24 hours'
            order by m.counted_at desc
            offset p_workspace.marketing_cap - 1
            limit 1
        );
    end
    $$;

-- Name: carrier(public.messages); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.carrier(p_message public.messages) RETURNS TABLE(provider text, smtp jsonb)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select
            coalesce((p_message).provider, case when own.verified then 'smtp' else 'resend' end),
            case
                when own.verified and (p_message).provider is distinct from 'resend'
                    then public.smtp_server((p_message).workspace_id)
            end
        from (
            select exists (
                select from public.smtp_settings as s
                where s.workspace_id = (p_message).workspace_id and s.verified_at is not null
            ) as verified
        ) as own
    $$;

-- Name: changes_structure(uuid, private.message[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.changes_structure(p_workspace uuid, p_messages private.message[]) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select exists (
                select from unnest(p_messages) as m
                cross join generate_series(2, cardinality(m.kinds)) as n
                where not coalesce((
                    select (not l.trusted, l.occurred_at, l.message_id) <= (not m.trusted, m.occurred_at, m.message_id)
                    from public.identities as higher, public.identities as lower, public.identity_links as l
                    where higher.workspace_id = p_workspace and higher.kind = m.kinds[1] and higher.value = m.values[1]
                        and lower.workspace_id = p_workspace and lower.kind = m.kinds[n] and lower.value = m.values[n]
                        and l.lower_id = lower.id and l.higher_id = higher.id
                ), false)
            )
        );
    end
    $$;

-- Name: claimed_until(public.workspaces, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.claimed_until(p_workspace public.workspaces, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        today timestamptz := date_trunc('day', p_now at time zone 'utc') at time zone 'utc';
    begin
        if (
            select count(*) from public.messages as m
            where m.workspace_id = p_workspace.id and m.first_claimed and m.counted_at >= today
        ) >= p_workspace.claimed_a_day then
            return today + interval '24 hours';
        end if;
        return null;
    end
    $$;

-- Name: compile_automations(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.compile_automations() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := coalesce(new.workspace_id, old.workspace_id);
    begin
        -- Not there any more when the workspace itself is being deleted.
        if exists (select from public.workspaces as w where w.id = workspace) then
            -- On which day a contact is due depends on the silences that mail.
            if coalesce(new.silence_days, old.silence_days) is not null then
                perform private.begin_rescore(workspace, false, now());
            end if;
            perform private.lock_structure(workspace, true);
            perform private.compile_rules(workspace);
        end if;
        return null;
    end
    $$;

-- Name: compile_rules(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.compile_rules(p_workspace uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        delete from private.compiled_rules where workspace_id = p_workspace;
        insert into private.compiled_rules
        select (private.compiled(w.id, w.rules_version, public.rules_in_force(w.id))).*
        from public.workspaces as w
        where w.id = p_workspace;
        perform private.fill_decay_factors(half_life_days) from public.workspaces where id = p_workspace;
    end
    $$;

-- Name: compiled(uuid, integer, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.compiled(p_workspace uuid, p_version integer, p_document jsonb) RETURNS private.compiled_rules
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        rules private.compiled_rules;
    begin
        rules.workspace_id := p_workspace;
        rules.version := p_version;
        rules.half_life_days := p_document ->> 'halfLifeDays';
        select
            coalesce(array_agg(number order by number) filter (where kind = 'count'), '{}'),
            coalesce(array_agg(event order by number) filter (where kind = 'count'), '{}'),
            coalesce(array_agg(condition order by number) filter (where kind = 'count'), '{}'),
            coalesce(array_agg(trusted_only order by number) filter (where kind = 'count'), '{}'),
            coalesce(array_agg(number order by number) filter (where kind = 'last'), '{}'),
            coalesce(array_agg(event order by number) filter (where kind = 'last'), '{}'),
            coalesce(array_agg(condition order by number) filter (where kind = 'last'), '{}'),
            coalesce(array_agg(trusted_only order by number) filter (where kind = 'last'), '{}')
        into
            rules.signals, rules.signal_events, rules.signal_conditions, rules.signal_trusted,
            rules.last_signals, rules.last_events, rules.last_conditions, rules.last_trusted
        from public.signals
        where workspace_id = p_workspace;
        select
            coalesce(array_agg(signal order by signal), '{}'),
            coalesce(array_agg(points order by signal), '{}'),
            coalesce(array_agg(cap order by signal), '{}')
        into rules.rule_signals, rules.rule_points, rules.rule_caps
        from jsonb_to_recordset(p_document -> 'signals') as r (signal smallint, points numeric, cap numeric);
        select
            coalesce(array_agg(trait order by position), '{}'),
            coalesce(array_agg(operator order by position), '{}'),
            coalesce(array_agg(operand order by position), '{}'),
            coalesce(array_agg(points order by position), '{}')
        into rules.fit_traits, rules.fit_operators, rules.fit_operands, rules.fit_points
        from rows from (
            jsonb_to_recordset(p_document -> 'fit') as (trait text, operator text, operand jsonb, points numeric)
        ) with ordinality as f (trait, operator, operand, points, position);
        select
            coalesce(array_agg(id order by score) filter (where score is not null), '{}'),
            coalesce(array_agg(score order by score) filter (where score is not null), '{}'),
            coalesce(array_agg(id order by position) filter (where signal is not null), '{}'),
            coalesce(array_agg(signal order by position) filter (where signal is not null), '{}'),
            coalesce(array_agg(id order by days) filter (where days is not null), '{}'),
            coalesce(array_agg(days order by days) filter (where days is not null), '{}')
        into
            rules.score_stages, rules.thresholds, rules.event_stages, rules.event_signals,
            rules.silence_stages, rules.silence_days
        from rows from (
            jsonb_to_recordset(p_document -> 'stages')
                as (id uuid, score smallint, signal smallint, "silenceDays" smallint)
        ) with ordinality as g (id, score, signal, days, position);
        select
            coalesce(array_agg(id order by id) filter (where event is not null), '{}'),
            coalesce(array_agg(event order by id) filter (where event is not null), '{}'),
            coalesce(array_agg(condition order by id) filter (where event is not null), '{}'),
            coalesce(array_agg(trusted_only order by id) filter (where event is not null), '{}'),
            coalesce(array_agg(distinct silence_days) filter (where silence_days is not null), '{}')
        into rules.mail_automations, rules.mail_events, rules.mail_conditions, rules.mail_trusted, rules.mail_silences
        from public.automations
        where workspace_id = p_workspace and status = 'live';
        return rules;
    end
    $$;

-- Name: compiled_draft(public.rule_drafts); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.compiled_draft(p_draft public.rule_drafts) RETURNS private.compiled_rules
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return private.compiled(p_draft.workspace_id, -1, p_draft.completed);
    end
    $$;

-- Name: completed_rules(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.completed_rules(p_workspace uuid, p_document jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'halfLifeDays', p_document -> 'halfLifeDays',
            'fit', p_document -> 'fit',
            'signals', (
                select coalesce(jsonb_agg(
                    '{"trustedOnly": false, "cap": 100}' || e.entry
                    || jsonb_build_object('signal', private.signal_number(p_workspace, 'count', e.entry))
                    order by e.place
                ), '[]')
                from private.entries(p_document, 'signals') as e
            ),
            'stages', (
                select coalesce(jsonb_agg(
                    e.entry || jsonb_build_object('id', coalesce(given.id, named.id, gen_random_uuid()))
                    || case when e.entry ? 'event'
                        then jsonb_build_object('signal', private.signal_number(p_workspace, 'last', e.entry)) else '{}'
                    end
                    order by e.place
                ), '[]')
                from private.entries(p_document, 'stages') as e
                left join public.stages as given
                    on given.workspace_id = p_workspace and given.id = (e.entry ->> 'id')::uuid
                left join public.stages as named
                    on named.workspace_id = p_workspace and named.name = e.entry ->> 'name'
                    and not exists (
                        select from private.entries(p_document, 'stages') as other
                        where other.entry ->> 'id' = named.id::text
                    )
            )
        )
    $$;

-- Name: identities; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.identities (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL COLLATE pg_catalog."C",
    owner_id uuid,
    pinned_to_id uuid,
    contact_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT identities_kind_known CHECK ((kind = ANY (ARRAY['userId'::text, 'email'::text, 'anonymousId'::text]))),
    CONSTRAINT identities_user_owns_itself CHECK (((kind <> 'userId'::text) OR ((owner_id IS NULL) AND (contact_id = id)))),
    CONSTRAINT identities_value_length CHECK (((char_length(value) >= 1) AND (char_length(value) <= 255)))
);

-- Name: TABLE identities; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.identities IS 'Identities: the ids and addresses that you know an end user by; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN identities.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identities.id IS 'end user: id of the identity; what is recorded of an end user hangs on it';

-- Name: COLUMN identities.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identities.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN identities.kind; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identities.kind IS 'nobody: whether it is a userId, an email or an anonymousId; the kinds rank in that order when identities meet';

-- Name: COLUMN identities.value; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identities.value IS 'end user: the userId, email address or anonymousId itself; who sends a message is recognised by it';

-- Name: COLUMN identities.owner_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identities.owner_id IS 'end user: the identity that this one belongs to by the messages; joins what one person did under several identities';

-- Name: COLUMN identities.pinned_to_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identities.pinned_to_id IS 'end user: the identity that a member moved this one to; goes before what the messages say';

-- Name: COLUMN identities.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identities.contact_id IS 'end user: id of the contact that it belongs to now; finds the contact of an event';

-- Name: COLUMN identities.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identities.created_at IS 'end user: when the identity was first seen; shown to members';

-- Name: contact_by_messages(public.identities); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.contact_by_messages(p_identity public.identities) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        p_identity.pinned_to_id := null;
        return coalesce(
            (select i.contact_id from public.identities as i where i.id = private.owner_of(p_identity)),
            p_identity.id
        );
    end
    $$;

-- Name: contact_named(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.contact_named(p_workspace uuid, p_lookup jsonb) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        contacts uuid[] := public.find_contacts(p_workspace, p_lookup);
    begin
        if cardinality(contacts) = 0 then
            raise sqlstate 'PT404' using message = 'contact_unknown';
        elsif cardinality(contacts) > 1 then
            raise sqlstate 'PT409' using message = 'ambiguous', detail = to_jsonb(contacts)::text;
        end if;
        return contacts[1];
    end
    $$;

-- Name: contacts_between(uuid, uuid[], uuid, private.place, private.place, uuid[], integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.contacts_between(p_workspace uuid, p_few uuid[], p_stage uuid, p_from private.place, p_to private.place, p_shown uuid[], p_look integer) RETURNS TABLE(contact_id uuid, score smallint, last_event_at timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    begin
        if p_few is not null then
            return query
                select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                where s.contact_id = any (p_few) and s.contact_id <> all (p_shown)
                    and (p_stage is null or s.stage_id = p_stage)
                    and (s.score < p_from.score or (s.score = p_from.score and s.contact_id > p_from.id))
                    and (s.score > p_to.score or (s.score = p_to.score and s.contact_id <= p_to.id))
                order by s.score desc, s.contact_id
                limit p_look;
            return;
        end if;
        -- Three ranges of the index, since a row comparison runs one way: what is left of the first score, the scores between,
        -- and what there is of the last.
        return query
            select n.contact_id, n.score, n.last_event_at
            from (
                (
                    select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                    where s.workspace_id = p_workspace and (p_stage is null or s.stage_id = p_stage)
                        and s.contact_id <> all (p_shown)
                        and s.score = p_from.score and s.contact_id > p_from.id
                        and s.contact_id <= case
                            when p_to.score = p_from.score then p_to.id else 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                        end
                    order by s.contact_id limit p_look
                )
                union all
                (
                    select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                    where s.workspace_id = p_workspace and (p_stage is null or s.stage_id = p_stage)
                        and s.contact_id <> all (p_shown)
                        and s.score < p_from.score and s.score > p_to.score
                    order by s.score desc, s.contact_id limit p_look
                )
                union all
                (
                    select s.contact_id, s.score, s.last_event_at from public.contact_states as s
                    where s.workspace_id = p_workspace and (p_stage is null or s.stage_id = p_stage)
                        and s.contact_id <> all (p_shown)
                        and s.score = p_to.score and p_to.score < p_from.score and s.contact_id <= p_to.id
                    order by s.contact_id limit p_look
                )
            ) as n
            order by n.score desc, n.contact_id
            limit p_look;
    end
    $$;

-- Name: contacts_counted(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.contacts_counted(p_workspace uuid) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select u.contacts from public.usage as u
        where u.workspace_id = p_workspace and u.measured_at is not null
        order by u.month desc
        limit 1
    $$;

-- Name: correct_guess(text, uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.correct_guess(p_subscription text, p_workspace uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

-- Name: count_back(uuid, uuid[], smallint[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.count_back(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        perform private.recount_signals(p_workspace, p_contacts, p_signals);
        perform private.find_last_occurrences(p_workspace, p_contacts, p_signals);
    end
    $$;

-- Name: notices; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.notices (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    user_id uuid,
    kind text NOT NULL,
    variables jsonb NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    send_at timestamp with time zone NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    claim uuid,
    claimed_until timestamp with time zone,
    first_attempt_at timestamp with time zone,
    invitation_id uuid,
    reason text,
    sent_at timestamp with time zone,
    CONSTRAINT notices_status_known CHECK ((status = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text, 'unknown'::text, 'skipped'::text]))),
    CONSTRAINT notices_to_one CHECK ((num_nonnulls(user_id, invitation_id) = 1))
);

-- Name: TABLE notices; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.notices IS 'Notices: mail from us to owners about their workspace, and to whom they invite; kept until the owner''s account, the invitation or the workspace is deleted';

-- Name: COLUMN notices.id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.id IS 'nobody: id of the notice; the provider sends it once by it';

-- Name: COLUMN notices.workspace_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN notices.user_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.user_id IS 'owner: account of the owner it goes to; the mail is sent to its address';

-- Name: COLUMN notices.kind; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.kind IS 'owner: what it is about; the mail is made from it';

-- Name: COLUMN notices.variables; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.variables IS 'owner: figures and links that it names; the mail is made from it';

-- Name: COLUMN notices.status; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.status IS 'owner: whether it is queued, sent, failed, skipped or unknown; it goes out once';

-- Name: COLUMN notices.send_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.send_at IS 'nobody: when it is to go out; it goes out then';

-- Name: COLUMN notices.attempts; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.attempts IS 'nobody: how often it was tried; pauses grow with it';

-- Name: COLUMN notices.claim; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.claim IS 'nobody: which run works on it; no two runs send it';

-- Name: COLUMN notices.claimed_until; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.claimed_until IS 'nobody: how long that run may take; another one takes over after a crash';

-- Name: COLUMN notices.first_attempt_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.first_attempt_at IS 'nobody: when the provider may first have seen it; it is not repeated once the provider may have forgotten it';

-- Name: COLUMN notices.invitation_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.invitation_id IS 'owner: the invitation whose address it goes to; finds the address, and goes with it';

-- Name: COLUMN notices.reason; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.reason IS 'owner: why it was not sent; shown to members';

-- Name: COLUMN notices.sent_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.notices.sent_at IS 'owner: when it was sent; shown to members';

-- Name: count_invitation_mail(private.notices, text, jsonb, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.count_invitation_mail(p_notice private.notices, p_address_key text, p_limits jsonb, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        invitation public.invitations;
        address    text;
        refusal    text;
    begin
        -- One after the other, so that two at once can't both be the last one.
        perform pg_advisory_xact_lock(hashtextextended('invitation_mails', 4));
        if exists (select from private.invitation_mails as m where m.id = (p_notice).id) then
            return null;
        end if;
        select * into strict invitation from public.invitations as i where i.id = (p_notice).invitation_id;
        address := private.hmac_sha256(p_address_key, 'invitation:' || invitation.email);
        select case
            when bool_or(m.workspace_id = invitation.workspace_id and m.address_hash = address) then 'once_a_day'
            when count(*) filter (where m.address_hash = address) >= (p_limits ->> 'address')::integer then 'address_limit'
            when count(*) filter (where m.workspace_id = invitation.workspace_id) >= (p_limits ->> 'workspace')::integer
                then 'workspace_limit'
            when count(*) filter (where m.invited_by = invitation.invited_by) >= (p_limits ->> 'inviter')::integer
                then 'inviter_limit'
        end
        into refusal
        from private.invitation_mails as m
        where m.at > p_now - interval '24 hours';
        if refusal is null then
            insert into private.invitation_mails (id, workspace_id, invited_by, address_hash, at)
            values ((p_notice).id, invitation.workspace_id, invitation.invited_by, address, p_now);
        end if;
        return refusal;
    end
    $$;

-- Name: count_signals(uuid, private.compiled_rules, private.message[], private.resolution[], date); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.count_signals(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_today date) RETURNS private.gain[]
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        gains private.gain[];
    begin
        with matched as (
            select r.identity_id, r.contact_id, s.signal, d.day, count(s.signal) as count, max(m.occurred_at) as seen_at
            from unnest(p_messages) as m
            join unnest(p_resolved) as r on r.index = m.index
            cross join lateral (select (m.occurred_at at time zone 'utc')::date as day) as d
            left join unnest(
                p_rules.signals, p_rules.signal_events, p_rules.signal_conditions, p_rules.signal_trusted
            ) as s (signal, event, condition, trusted_only)
                on s.event = m.name and (m.trusted or not s.trusted_only)
                    and (s.condition is null or m.properties @> s.condition)
            where m.type in ('track', 'page', 'screen')
            group by r.identity_id, r.contact_id, s.signal, d.day
        ),
        counted as (
            insert into public.signal_counts as c (workspace_id, identity_id, day, signal, count)
            select p_workspace, m.identity_id, m.day, m.signal, m.count
            from matched as m
            where m.signal is not null
            order by m.identity_id, m.signal, m.day
            on conflict on constraint signal_counts_pkey do update set count = c.count + excluded.count
        ),
        weighted as (
            select
                m.contact_id, m.signal, max(m.seen_at) as seen_at,
                -- A day that has not begun yet counts from its beginning.
                sum(case
                    when m.day = p_today then m.count
                    when m.day < p_today then m.count * private.decay(p_today - m.day, p_rules.half_life_days)
                    else 0
                end) as weight
            from matched as m
            group by m.contact_id, m.signal
        )
        select array_agg(g.gain) into gains
        from (
            select row(
                w.contact_id, max(w.seen_at),
                array_agg(w.signal) filter (where w.signal is not null),
                array_agg(w.weight) filter (where w.signal is not null)
            )::private.gain as gain
            from weighted as w
            group by w.contact_id
        ) as g;
        return coalesce(gains, '{}');
    end
    $$;

-- Name: counts_by_events(uuid, uuid[], smallint[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.counts_by_events(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) RETURNS TABLE(identity_id uuid, signal smallint, day date, count integer)
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return query
        select i.id, s.number, (e.occurred_at at time zone 'utc')::date, count(*)::integer
        from public.identities as i
        join public.events as e on e.workspace_id = p_workspace and e.identity_id = i.id
        join public.signals as s
            on s.workspace_id = p_workspace and s.number = any (p_signals) and s.kind = 'count'
            and s.event = e.name and private.meets(s.trusted_only, s.condition, e.trusted, e.properties)
        where i.contact_id = any (p_contacts) and e.type in ('track', 'page', 'screen')
        group by 1, 2, 3;
    end
    $$;

-- Name: date_change(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.date_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        new.updated_at := now();
        return new;
    end
    $$;

-- Name: days_to_change(double precision, double precision, double precision, double precision, double precision, double precision, double precision); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.days_to_change(p_gained double precision, p_free double precision, p_uncapping double precision, p_owed double precision, p_loss double precision, p_rise double precision, p_half_life double precision) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    declare
        down float8 := 'infinity';
        up   float8 := 'infinity';
    begin
        if p_gained > p_loss then
            down := greatest(
                ln(p_gained / (p_gained - p_loss)),
                least(
                    ln(p_uncapping),
                    case when p_free > p_loss then ln(p_free / (p_free - p_loss)) else 'infinity' end
                )
            );
        end if;
        if p_owed > p_rise then
            up := ln(p_owed / (p_owed - p_rise));
        end if;
        return least(down, up) / ln(2.0::float8) * p_half_life;
    end
    $$;

-- Name: decay(integer, smallint); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.decay(p_age integer, p_half_life_days smallint) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select round(power(2::numeric, (-p_age::numeric(40, 30) / p_half_life_days)::numeric(40, 30)), 12)
    $$;

-- Name: delete_lone_accounts(uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.delete_lone_accounts(p_users uuid[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    declare
        lone uuid[];
    begin
        perform from auth.users where id = any (p_users) order by id for update;
        lone := array(
            select id from unnest(p_users) as id
            where not exists (select from public.members as m where m.user_id = id)
        );
        -- Supabase's own log of sign-ins, which names their addresses, and sign-ins under way; no foreign key leads there.
        delete from auth.audit_log_entries where payload ->> 'actor_id' = any (lone::text[]);
        delete from auth.flow_state where user_id = any (lone);
        delete from auth.users where id = any (lone);
        return cardinality(lone);
    end
    $$;

-- Name: delete_of_identities(uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.delete_of_identities(p_workspace uuid, p_identities uuid[]) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $_$
    declare
        counts jsonb := '{}';
        place  record;
        gone   integer;
    begin
        for place in
            select * from (values
                ('message_events', 'message_id in (
                    select id from public.messages where workspace_id = $1 and contact_id = any ($2)
                )'),
                ('messages', 'contact_id = any ($2)'),
                ('transitions', 'contact_id = any ($2)'),
                ('score_history', 'contact_id = any ($2)'),
                ('stage_pins', 'contact_id = any ($2)'),
                ('stage_events', 'identity_id = any ($2)'),
                ('signal_counts', 'identity_id = any ($2)'),
                ('traits', 'identity_id = any ($2)'),
                ('identity_moves', 'identity_id = any ($2) or contact_id = any ($2)'),
                ('identity_links', 'lower_id = any ($2) or higher_id = any ($2)'),
                ('contact_states', 'contact_id = any ($2)'),
                ('contacts', 'id = any ($2)'),
                ('identities', 'id = any ($2)')
            ) as p (name, condition)
        loop
            execute format('delete from public.%I where workspace_id = $1 and (%s)', place.name, place.condition)
                using p_workspace, p_identities;
            get diagnostics gone = row_count;
            counts := private.added_counts(counts, jsonb_build_object(place.name, gone));
        end loop;
        update public.rule_draft_moves as m
        set examples = array(select e from unnest(m.examples) as e where e <> all (p_identities))
        where m.workspace_id = p_workspace and m.examples && p_identities;
        return counts;
    end
    $_$;

-- Name: deletion_requests; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.deletion_requests (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    requested_by text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    purge_after timestamp with time zone NOT NULL,
    due_by timestamp with time zone NOT NULL,
    cancelled_at timestamp with time zone,
    cancelled_by text,
    purging_since timestamp with time zone,
    emptied_at timestamp with time zone,
    finished_at timestamp with time zone,
    untold jsonb DEFAULT '[]'::jsonb NOT NULL,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    stored_at timestamp with time zone,
    CONSTRAINT deletion_requests_ended_once CHECK ((num_nonnulls(cancelled_at, finished_at) <= 1))
);

-- Name: TABLE deletion_requests; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.deletion_requests IS 'Deletion requests and their receipts: that a workspace was to be deleted, and how many rows of which table went; kept until 3 years after the end, also when the workspace is gone';

-- Name: COLUMN deletion_requests.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.id IS 'nobody: number of the request and of its receipt; names it to whoever asks';

-- Name: COLUMN deletion_requests.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.workspace_id IS 'nobody: the workspace that the row belongs to; finds it and guards it';

-- Name: COLUMN deletion_requests.requested_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.requested_by IS 'owner: the owner or script that asked; shows who answers for it';

-- Name: COLUMN deletion_requests.received_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.received_at IS 'owner: when the request reached us; 30 days count from then';

-- Name: COLUMN deletion_requests.requested_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.requested_at IS 'owner: when it took effect; keys refuse from then on';

-- Name: COLUMN deletion_requests.purge_after; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.purge_after IS 'owner: until when it can be cancelled; the data goes after that';

-- Name: COLUMN deletion_requests.due_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.due_by IS 'owner: when it has to be done; what is overdue is reported';

-- Name: COLUMN deletion_requests.cancelled_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.cancelled_at IS 'owner: when it was cancelled; ends it';

-- Name: COLUMN deletion_requests.cancelled_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.cancelled_by IS 'owner: who cancelled it; shows who answers for it';

-- Name: COLUMN deletion_requests.purging_since; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.purging_since IS 'nobody: when the first rows went; nothing can be cancelled from then on';

-- Name: COLUMN deletion_requests.emptied_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.emptied_at IS 'nobody: when the last rows but the memberships had gone; these go then';

-- Name: COLUMN deletion_requests.finished_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.finished_at IS 'nobody: when nothing was left; proves the deletion';

-- Name: COLUMN deletion_requests.untold; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.untold IS 'owner: addresses of owners who have not got their receipt yet and the workspace''s name, for a week at most; mails it to them';

-- Name: COLUMN deletion_requests.counts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.counts IS 'nobody: rows that went, by table; proves the deletion';

-- Name: COLUMN deletion_requests.stored_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.deletion_requests.stored_at IS 'nobody: when a copy of the receipt was put into storage; a restored backup does not undo that';

-- Name: deletion_answer(public.deletion_requests); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.deletion_answer(p_request public.deletion_requests) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'requestId', p_request.id, 'purgeAfter', p_request.purge_after, 'dueBy', p_request.due_by,
            'status', case
                when p_request.cancelled_at is not null then 'cancelled'
                when p_request.finished_at is not null then 'finished'
                when p_request.purging_since is not null then 'purging'
                else 'pending'
            end
        )
    $$;

-- Name: deletion_receipt(public.deletion_requests); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.deletion_receipt(p_request public.deletion_requests) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'requestId', p_request.id, 'workspaceId', p_request.workspace_id, 'receivedAt', p_request.received_at,
            'finishedAt', p_request.finished_at, 'counts', p_request.counts
        )
    $$;

-- Name: message_events; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.message_events (
    workspace_id uuid NOT NULL,
    svix_id text NOT NULL COLLATE pg_catalog."C",
    message_id uuid NOT NULL,
    kind text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT message_events_kind_known CHECK ((kind = ANY (ARRAY['sent'::text, 'delayed'::text, 'delivered'::text, 'opened'::text, 'clicked'::text, 'failed'::text, 'bounced'::text, 'complained'::text])))
);

-- Name: TABLE message_events; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.message_events IS 'Delivery reports: whether a mail arrived, bounced, was called spam, opened or clicked, without IP address or browser; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN message_events.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.message_events.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN message_events.svix_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.message_events.svix_id IS 'nobody: id of the report; a report counts once';

-- Name: COLUMN message_events.message_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.message_events.message_id IS 'end user: id of the message; says which mail it is about';

-- Name: COLUMN message_events.kind; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.message_events.kind IS 'end user: what happened; shown to members, and bounces and complaints stop mail';

-- Name: COLUMN message_events.occurred_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.message_events.occurred_at IS 'end user: when it happened; reports are ordered by it';

-- Name: COLUMN message_events.detail; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.message_events.detail IS 'end user: codes of a bounce, or the clicked address without its query; explains what happened';

-- Name: delivery_answer(public.message_events); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.delivery_answer(p_event public.message_events) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        at   timestamptz := p_event.occurred_at;
        at_w text := private.in_words(p_event.occurred_at);
        why  text := coalesce(
            p_event.detail ->> 'reason', nullif(concat_ws('/', p_event.detail ->> 'type', p_event.detail ->> 'subType'), '')
        );
    begin
        return case p_event.kind
            when 'sent' then private.mail_answer('sent', format('It went out on %s.', at_w), at)
            when 'delayed' then private.mail_answer(
                'delayed', format('It went out, but could not be delivered yet on %s; the provider goes on trying.', at_w), at
            )
            when 'delivered' then private.mail_answer('delivered', format('It was delivered on %s.', at_w), at)
            when 'opened' then private.mail_answer('opened', format('It was opened on %s.', at_w), at)
            when 'clicked' then private.mail_answer('clicked', format('A link in it was clicked on %s.', at_w), at)
            when 'failed' then private.mail_answer(
                'delivery_failed',
                format('The provider took it, but did not send it (%s): %s.', at_w, coalesce(why, 'it did not say why')), at, why
            )
            when 'bounced' then private.mail_answer(
                'bounced', format('It bounced on %s: %s.', at_w, coalesce(why, 'the provider did not say why')), at, why
            )
            else private.mail_answer(
                'complained', format('It was delivered, and called spam by its recipient on %s.', at_w), at
            )
        end;
    end
    $$;

-- Name: delivery_of(text[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.delivery_of(p_kinds text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select kind
        from unnest(array['complained', 'bounced', 'failed', 'clicked', 'opened', 'delivered', 'delayed', 'sent'])
            with ordinality as o (kind, place)
        where kind = any (p_kinds)
        order by place
        limit 1
    $$;

-- Name: draft_changes(private.compiled_rules, uuid[], date); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.draft_changes(p_rules private.compiled_rules, p_contacts uuid[], p_day date) RETURNS private.stage_change[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return array(
            select row(n.contact_id, n.stage_id, (n.here).stage_id, (n.here).score)::private.stage_change
            from (
                select
                    s.contact_id, s.stage_id,
                    private.standing(
                        p_rules, private.sum_counts(p_rules, c.id, p_day), private.fit_of(p_rules, c.traits),
                        private.pinned_stage_of(p_rules, c.id), private.event_stage_of(p_rules, c.id), s.last_event_at, p_day
                    ) as here
                from public.contact_states as s
                join public.contacts as c on c.id = s.contact_id
                where s.contact_id = any (p_contacts)
                offset 0
            ) as n
            where n.stage_id is distinct from (n.here).stage_id
            order by n.contact_id
        );
    end
    $$;

-- Name: drifted_contacts(uuid, private.compiled_rules, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.drifted_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with events as (
            select c.identity_id, c.signal, c.day, c.count
            from private.counts_by_events(
                p_workspace, p_contacts,
                array(
                    select s.number from public.signals as s
                    where s.workspace_id = p_workspace and s.counted_back and s.kind = 'count'
                )
            ) as c
        ),
        kept as (
            select c.identity_id, c.signal, c.day, c.count
            from public.identities as i
            join public.signal_counts as c on c.workspace_id = p_workspace and c.identity_id = i.id
            join public.signals as s on s.workspace_id = p_workspace and s.number = c.signal and s.counted_back
            where i.contact_id = any (p_contacts)
        ),
        miscounted as (
            (select * from events except all select * from kept)
            union all
            (select * from kept except all select * from events)
        )
        select i.contact_id
        from miscounted as m
        join public.identities as i on i.id = m.identity_id
        union
        select s.contact_id
        from public.contact_states as s
        join public.contacts as c on c.id = s.contact_id
        cross join lateral private.standing(
            p_rules, private.sum_counts(p_rules, s.contact_id, s.sums_on), private.fit_of(p_rules, c.traits),
            private.pinned_stage_of(p_rules, c.id), private.event_stage_of(p_rules, c.id), s.last_event_at, s.sums_on
        ) as here
        where s.contact_id = any (p_contacts) and s.rules_version = p_rules.version
            and (s.score, s.stage_id) is distinct from (here.score, here.stage_id)
        union
        select s.contact_id
        from public.contact_states as s
        left join public.contacts as c on c.id = s.contact_id
        where s.contact_id = any (p_contacts)
            and (c.stage_id, c.stages_been) is distinct from (s.stage_id, private.stages_of(p_workspace, s.contact_id))
    $$;

-- Name: drop_duplicates(uuid, private.message[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.drop_duplicates(p_workspace uuid, p_messages private.message[]) RETURNS private.message[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select coalesce(array_agg(m::private.message order by m.index), '{}')
            from (
                select distinct on (m.message_id, m.trusted) m.*
                from unnest(p_messages) as m
                order by m.message_id, m.trusted, m.index
            ) as m
            -- A subquery, because a join may be planned as a scan of all the workspace's events.
            where (
                select true from public.events as e
                where e.workspace_id = p_workspace and e.message_id = m.message_id and e.trusted = m.trusted
            ) is null
        );
    end
    $$;

-- Name: drop_unused_signals(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.drop_unused_signals(p_workspace uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        delete from public.signals as s
        where s.workspace_id = p_workspace
            and not exists (
                select from public.score_rules as r where r.workspace_id = p_workspace and r.signal = s.number
            )
            and not exists (
                select from public.stages as g where g.workspace_id = p_workspace and g.signal = s.number
            )
            and not exists (
                select from public.rule_drafts as d
                where d.workspace_id = p_workspace and d.status not in ('published', 'discarded')
                    and (
                        d.completed -> 'signals' @> jsonb_build_array(jsonb_build_object('signal', s.number))
                        or d.completed -> 'stages' @> jsonb_build_array(jsonb_build_object('signal', s.number))
                    )
            );
    end
    $$;

-- Name: ensure_identities(uuid, private.message[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.ensure_identities(p_workspace uuid, p_messages private.message[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        insert into public.identities (id, workspace_id, kind, value, contact_id)
        select n.id, p_workspace, n.kind, n.value, n.id
        from (
            select distinct on (i.kind, i.value) gen_random_uuid() as id, i.kind, i.value
            from unnest(p_messages) as m
            cross join unnest(m.kinds, m.values) as i (kind, value)
            where (
                select known.id from public.identities as known
                where known.workspace_id = p_workspace and known.kind = i.kind and known.value = i.value
            ) is null
            order by i.kind, i.value
        ) as n
        order by n.kind, n.value
        on conflict on constraint identities_value_key do nothing;
    end
    $$;

-- Name: plans; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.plans (
    name text NOT NULL,
    "position" smallint NOT NULL,
    rate_multiplier smallint NOT NULL,
    contacts integer,
    emails integer,
    members integer,
    CONSTRAINT plans_free_is_the_base CHECK ((("position" <> 0) OR (rate_multiplier = 1))),
    CONSTRAINT plans_quotas_range CHECK (((contacts > 0) AND (emails > 0) AND (members > 0))),
    CONSTRAINT plans_rate_multiplier_range CHECK (((rate_multiplier >= 1) AND (rate_multiplier <= 1000)))
);

-- Name: TABLE plans; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.plans IS 'Plans: what can be bought, the same for everyone; kept until the operator changes it';

-- Name: COLUMN plans.name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plans.name IS 'nobody: name of the plan; subscriptions refer to it';

-- Name: COLUMN plans."position"; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plans."position" IS 'nobody: order of the plans; the higher of two counts';

-- Name: COLUMN plans.rate_multiplier; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plans.rate_multiplier IS 'nobody: how many times the base rate limit a key may send; ingestion obeys it';

-- Name: COLUMN plans.contacts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plans.contacts IS 'nobody: contacts that the plan includes; owners are warned and marketing mail pauses above it';

-- Name: COLUMN plans.emails; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plans.emails IS 'nobody: emails a month that the plan includes; owners are warned and marketing mail pauses above it';

-- Name: COLUMN plans.members; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plans.members IS 'nobody: members that the plan includes; shown to owners';

-- Name: entitlements(uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.entitlements(p_workspace uuid, p_now timestamp with time zone) RETURNS public.plans
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
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

-- Name: entries(jsonb, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.entries(p_document jsonb, p_name text) RETURNS TABLE(entry jsonb, pointer text, place bigint)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select e.entry, '/' || p_name || '/' || (e.place - 1), e.place
        from jsonb_array_elements(
            case jsonb_typeof(p_document -> p_name) when 'array' then p_document -> p_name else '[]' end
        ) with ordinality as e (entry, place)
    $$;

-- Name: erasures; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.erasures (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    is_forever boolean NOT NULL,
    tombstones text[] NOT NULL,
    addresses text[] NOT NULL,
    counts jsonb NOT NULL,
    finished_at timestamp with time zone,
    stored_at timestamp with time zone
);

-- Name: TABLE erasures; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.erasures IS 'Receipts of erasures: which contact was erased when, and how many rows of which table went; kept until the workspace is deleted';

-- Name: COLUMN erasures.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.id IS 'nobody: number of the receipt; names it to whoever asks';

-- Name: COLUMN erasures.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN erasures.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.contact_id IS 'end user: id that the contact had, which leads nowhere any more; answers whoever asks for the same erasure again';

-- Name: COLUMN erasures.requested_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.requested_by IS 'owner: the member, API key or script that asked; shows who answers for it';

-- Name: COLUMN erasures.requested_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.requested_at IS 'owner: when the contact was taken out of sight; shows that it was done in time';

-- Name: COLUMN erasures.is_forever; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.is_forever IS 'owner: whether you chose that the contact never comes back; sets how long its hashes stay';

-- Name: COLUMN erasures.tombstones; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.tombstones IS 'end user: keyed hashes of the identities and addresses, which nobody can read back; erases again what a restored backup brings back';

-- Name: COLUMN erasures.addresses; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.addresses IS 'end user: keyed hashes of the addresses, which nobody can read back; keeps them from being mailed after a backup was restored';

-- Name: COLUMN erasures.counts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.counts IS 'nobody: rows that went, by table; proves the erasure';

-- Name: COLUMN erasures.finished_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.finished_at IS 'nobody: when nothing was left; proves the erasure';

-- Name: COLUMN erasures.stored_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erasures.stored_at IS 'nobody: when a copy of the receipt was put into storage; a restored backup does not undo that';

-- Name: erase_contact(uuid, uuid, jsonb, text, boolean, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.erase_contact(p_workspace uuid, p_contact uuid, p_keys jsonb, p_actor text, p_forever boolean, p_now timestamp with time zone) RETURNS public.erasures
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        identities uuid[] := array(select id from public.identities where contact_id = p_contact order by id);
        known      text[];
        addresses  text[];
        tombstones text[];
        erasure    public.erasures;
    begin
        perform from public.messages
        where workspace_id = p_workspace and contact_id = any (identities)
        order by id
        for update;
        known := private.addresses_of(p_workspace, p_contact, identities);
        addresses := array(
            select private.hmac_sha256(p_keys ->> 'address', p_workspace || ':' || address)
            from unnest(known) as address
        );
        tombstones := private.bury(
            p_workspace, identities, known, p_keys ->> 'tombstone',
            case when p_forever then 'infinity' else p_now + interval '35 days' end
        );
        insert into public.erasures
            (workspace_id, contact_id, requested_by, requested_at, is_forever, tombstones, addresses, counts)
        values (
            p_workspace, p_contact, p_actor, p_now, p_forever, tombstones, addresses,
            private.delete_of_identities(p_workspace, identities)
        )
        returning * into erasure;
        insert into public.erased_identities (identity_id, workspace_id, erasure_id)
        select id, p_workspace, erasure.id from unnest(identities) as id;
        perform private.suppress(p_workspace, address, 'erased', p_now) from unnest(addresses) as address;
        perform private.audit(p_workspace, 'contact.erase', p_contact, p_actor);
        return erasure;
    end
    $$;

-- Name: erased_places(private.sender, private.message); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.erased_places(p_sender private.sender, p_message private.message) RETURNS integer[]
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(array_agg(n::integer), '{}')
        from unnest(p_message.kinds, p_message.values) with ordinality as i (kind, value, n)
        where private.is_erased(p_sender, i.kind, i.value)
    $$;

-- Name: event_stage_of(private.compiled_rules, uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.event_stage_of(p_rules private.compiled_rules, p_contact uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select p_rules.event_stages[array_position(p_rules.event_signals, e.signal)]
            from public.identities as i
            join public.stage_events as e on e.identity_id = i.id
            where i.contact_id = p_contact and e.signal = any (p_rules.event_signals)
            order by
                e.trusted desc, e.occurred_at desc, e.message_id desc,
                array_position(p_rules.event_signals, e.signal) desc
            limit 1
        );
    end
    $$;

-- Name: export_end(uuid, jsonb, text[], integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.export_end(p_workspace uuid, p_read jsonb, p_after text[], p_rows integer) RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        last text[];
    begin
        if p_read ->> 'via' = 'identities' then
            select array[d.kind, d.value] into last
            from public.identities as d
            where d.workspace_id = p_workspace
                and (d.kind, d.value) > (coalesce(p_after[1], ''), coalesce(p_after[2], ''))
            order by d.kind, d.value
            offset p_rows limit 1;
        elsif p_read ->> 'via' = 'contacts' then
            select array[d.id::text] into last
            from public.contacts as d
            where d.workspace_id = p_workspace
                and d.id > coalesce(p_after[1]::uuid, '00000000-0000-0000-0000-000000000000')
            order by d.id
            offset p_rows limit 1;
        end if;
        return last;
    end
    $$;

-- Name: export_of_contact(text, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.export_of_contact(p_table text, p_columns jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$
        select case p_table
            when 'identities' then 't.id = any ($3)'
            when 'contacts' then 't.id = any ($3)'
            when 'suppressions' then 't.address_hash = any ($4)'
            when 'message_events' then
                't.message_id = any (array(select m.id from public.messages as m'
                || ' where m.workspace_id = $1 and m.contact_id = any ($3)))'
            when 'redactions' then
                '(t.message_id, t.trusted) in (select e.message_id, e.trusted from public.events as e'
                || ' where e.workspace_id = $1 and e.identity_id = any ($3))'
            else (
                select string_agg(format('t.%I = any ($3)', c.name), ' or ')
                from jsonb_to_recordset(p_columns) as c (name text)
                where c.name in ('identity_id', 'lower_id', 'higher_id', 'contact_id')
            )
        end
    $_$;

-- Name: export_of_present(text, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.export_of_present(p_table text, p_columns jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$
        select case p_table
            when 'audit_log' then 'true'
            when 'erasures' then 'true'
            when 'contacts' then '(select true from public.identities as i where i.id = t.id)'
            when 'message_events' then
                '(select true from public.messages as m join public.identities as i on i.id = m.contact_id'
                || ' where m.id = t.message_id and m.workspace_id = $1)'
            when 'redactions' then
                '(select true from public.events as e join public.identities as i on i.id = e.identity_id'
                || ' where e.workspace_id = $1 and e.message_id = t.message_id and e.trusted = t.trusted)'
            else coalesce((
                select string_agg(
                    format('(t.%1$I is null or (select true from public.identities as i where i.id = t.%1$I))', c.name),
                    ' and '
                )
                from jsonb_to_recordset(p_columns) as c (name text)
                where c.name in ('identity_id', 'lower_id', 'higher_id', 'contact_id')
            ), 'true')
        end
    $_$;

-- Name: export_orders(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.export_orders() RETURNS TABLE(relid oid, via text, via_column text, via_key text[], key text[])
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with indexes as (
            select
                i.indrelid, i.indexrelid, i.indisprimary, i.indisunique, i.indnullsnotdistinct,
                array_agg(a.attname::text order by k.position) as names,
                bool_and(a.attnotnull) as is_filled,
                -- Of whom a row is and since when never changes.
                bool_and(
                    a.attname in ('workspace_id', 'id', 'contact_id', 'identity_id') or a.atttypid = 'timestamptz'::regtype
                ) as is_fixed
            from pg_catalog.pg_index as i
            cross join lateral unnest(i.indkey) with ordinality as k (attnum, position)
            join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
            where i.indpred is null and i.indexprs is null and i.indimmediate and k.position <= i.indnkeyatts
            group by i.indrelid, i.indexrelid, i.indisprimary, i.indisunique, i.indnullsnotdistinct
        ),
        ranked as (
            select
                i.*, p.names as primary_names,
                case
                    when i.names[1] = 'workspace_id' and cardinality(i.names) > 1 and i.indisunique
                        and (i.is_filled or i.indnullsnotdistinct) and 'name' <> all (i.names) then 1
                    when i.indisprimary and i.names[1] in ('identity_id', 'lower_id', 'contact_id') then 2
                    when i.names[1] = 'workspace_id' and i.is_filled and i.is_fixed and p.names <> '{workspace_id}' then 3
                    when i.indisprimary then 4
                end as rank
            from indexes as i
            left join indexes as p on p.indrelid = i.indrelid and p.indisprimary
        )
        select distinct on (r.indrelid)
            r.indrelid,
            case when r.rank = 2 then case r.names[1] when 'contact_id' then 'contacts' else 'identities' end end,
            case when r.rank = 2 then r.names[1] end,
            case when r.rank = 2 then case r.names[1] when 'contact_id' then '{id}'::text[] else '{kind,value}' end end,
            case r.rank
                when 1 then r.names[2:]
                when 2 then r.names[2:]
                when 3 then r.names[2:] || array(
                    select name from unnest(r.primary_names) with ordinality as u (name, position)
                    where name <> all (r.names) order by position
                )
                else r.names
            end
        from ranked as r
        where r.rank is not null
        order by r.indrelid, r.rank, r.indisprimary desc, cardinality(r.names) desc, r.names
    $$;

-- Name: export_plan(boolean); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.export_plan(p_of_contact boolean DEFAULT false) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with columns as (
            select
                c.oid, c.relname::text as table_name, a.attnum, a.attname::text as name,
                format_type(a.atttypid, null) as type
            from pg_catalog.pg_class as c
            join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        ),
        kept as (
            select * from columns as c
            where not exists (
                select from private.export_exclusions as x
                where x.table_name = c.table_name and x.column_name in ('', c.name)
            )
            union all
            -- Who they are is in auth.users, which is not a tenant's.
            select oid, table_name, 32767, 'email', 'text' from columns
            where table_name = 'members' and name = 'user_id'
        )
        select jsonb_agg(
            jsonb_build_object(
                'table', t.table_name, 'columns', t.columns,
                'via', o.via, 'viaColumn', o.via_column, 'viaKey', coalesce(o.via_key, '{}'), 'key', o.key
            ) order by t.table_name
        )
        from (
            select
                k.oid, k.table_name,
                jsonb_agg(jsonb_build_object('name', k.name, 'type', k.type) order by k.attnum) as columns
            from kept as k
            group by k.oid, k.table_name
        ) as t
        join private.export_orders() as o on o.relid = t.oid
        where (t.table_name = 'workspaces' or t.columns @> '[{"name": "workspace_id"}]')
            and (not p_of_contact or private.export_of_contact(t.table_name, t.columns) is not null)
    $$;

-- Name: export_query(jsonb, boolean, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.export_query(p_read jsonb, p_of_contact boolean, p_known integer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $_$
        with named as (
            select 'd' as alias, v.name, v.position, p_read ->> 'via' as table_name
            from jsonb_array_elements_text(p_read -> 'viaKey') with ordinality as v (name, position)
            union all
            select 't', v.name, v.position + jsonb_array_length(p_read -> 'viaKey'), p_read ->> 'table'
            from jsonb_array_elements_text(p_read -> 'key') with ordinality as v (name, position)
        ),
        keys as (
            select
                n.position, n.alias,
                case
                    when a.attnotnull then format('%s.%I', n.alias, n.name)
                    else format('coalesce(%s.%I, %L)', n.alias, n.name, '')
                end as value,
                format('$2[%s]::%s', n.position, format_type(a.atttypid, null)) as after
            from named as n
            join pg_catalog.pg_attribute as a
                on a.attrelid = format('public.%I', n.table_name)::regclass and a.attname = n.name
        ),
        cells as (
            select string_agg(
                case
                    when p_read ->> 'table' = 'members' and c.value ->> 'name' = 'email'
                        then 'private.address_of_user(t.user_id)'
                    when c.value ->> 'type' = 'timestamp with time zone'
                        then format('to_json(t.%I) #>> ''{}''', c.value ->> 'name')
                    when c.value ->> 'type' like '%[]' then format('to_json(t.%I)::text', c.value ->> 'name')
                    else format('t.%I::text', c.value ->> 'name')
                end, ', ' order by c.position
            ) as list
            from jsonb_array_elements(p_read -> 'columns') with ordinality as c (value, position)
        ),
        parts as (
            select
                string_agg(k.value, ', ' order by k.position) as key,
                string_agg(k.value || '::text', ', ' order by k.position) as key_text,
                string_agg(k.value, ', ' order by k.position) filter (where k.position <= p_known) as known,
                string_agg(k.after, ', ' order by k.position) filter (where k.position <= p_known) as after,
                string_agg(k.value, ', ' order by k.position) filter (where k.alias = 'd') as via_key,
                string_agg(k.after, ', ' order by k.position) filter (where k.alias = 'd' and p_known > 0) as via_after,
                string_agg(replace(k.after, '$2', '$6'), ', ' order by k.position) filter (where k.alias = 'd') as via_end,
                case p_read ->> 'table' when 'workspaces' then 't.id = $1' else 't.workspace_id = $1' end as owned
            from keys as k
        )
        select
            'select to_json(array[' || c.list || '])::text, array[' || p.key_text || '] from '
            || case
                -- The contact's rows are found first, by their own indexes, and only then put in order.
                when p_of_contact then format(
                    '(select t.* from public.%I as t where %s and (%s) offset 0) as t', p_read ->> 'table', p.owned,
                    private.export_of_contact(p_read ->> 'table', p_read -> 'columns')
                ) || case
                    when p_read ->> 'via' is null then ''
                    else format(' join public.%I as d on d.id = t.%I', p_read ->> 'via', p_read ->> 'viaColumn')
                end
                when p_read ->> 'via' is null then format('public.%I as t', p_read ->> 'table')
                -- Row by row of the other table, in its order: left to itself, Postgres may fetch all and sort.
                else format(
                    '(select d.* from public.%I as d where d.workspace_id = $1%s and ($6 is null or (%s) <= (%s))'
                    || ' order by %s offset 0) as d'
                    || ' cross join lateral (select t.* from public.%I as t where t.%I = d.id offset 0) as t',
                    p_read ->> 'via',
                    ' and (' || p.via_key || ') >= (' || p.via_after || ')',
                    p.via_key, p.via_end, p.via_key, p_read ->> 'table', p_read ->> 'viaColumn'
                )
            end
            || ' where ' || p.owned || ' and ' || private.export_of_present(p_read ->> 'table', p_read -> 'columns')
            || coalesce(' and (' || p.known || ') > (' || p.after || ')', '')
            || ' order by ' || p.key || ' limit $5'
        from parts as p
        cross join cells as c
    $_$;

-- Name: exports_at_rest(uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.exports_at_rest(p_workspace uuid, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select not exists (
            select from public.exports as e
            join private.export_builds as b on b.export_id = e.id
            where e.workspace_id = p_workspace and b.claimed_until >= p_now
        )
    $$;

-- Name: few_with_trait(uuid, private.trait_filter, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.few_with_trait(p_workspace uuid, p_filter private.trait_filter, p_most integer) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        trait   constant text := p_filter.trait;
        -- Null: any value may do.
        texts   constant text[] := case p_filter.operator
            when 'equals' then array[private.scalar_text(p_filter.operand)]
            when 'in' then array(select private.scalar_text(v) from jsonb_array_elements(p_filter.operand) as v)
        end;
        senders uuid[];
    begin
        senders := array(
            select n.identity_id
            from (
                (
                    select t.identity_id from public.traits as t
                    where t.workspace_id = p_workspace and t.key = trait and (texts is null or t.value_text = any (texts))
                    limit p_most + 1
                )
                union all
                -- A member of an object.
                (
                    select t.identity_id from public.traits as t
                    where t.workspace_id = p_workspace and t.key = nullif(split_part(trait, '.', 1), trait)
                    limit p_most + 1
                )
            ) as n
            limit p_most + 1
        );
        if cardinality(senders) > p_most then
            return null;
        end if;
        return array(select distinct i.contact_id from public.identities as i where i.id = any (senders));
    end
    $$;

-- Name: few_with_traits(uuid, private.trait_filter[], integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.few_with_traits(p_workspace uuid, p_traits private.trait_filter[], p_most integer) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        one   private.trait_filter;
        found uuid[];
    begin
        foreach one in array p_traits loop
            if not one.is_not then
                found := private.few_with_trait(p_workspace, one, p_most);
                exit when found is not null;
            end if;
        end loop;
        return found;
    end
    $$;

-- Name: fill_decay_factors(smallint); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.fill_decay_factors(p_half_life_days smallint) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        insert into private.decay_factors (half_life_days, age, factor)
        select p_half_life_days, age, private.decay(age, p_half_life_days)
        -- 2^-41 rounds to zero.
        from generate_series(0, 41 * p_half_life_days) as age
        where not exists (select from private.decay_factors where half_life_days = p_half_life_days and age = 0)
            and private.decay(age, p_half_life_days) > 0
        on conflict do nothing
    $$;

-- Name: find_last_occurrences(uuid, uuid[], smallint[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.find_last_occurrences(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        delete from public.stage_events as k
        using public.identities as i
        where i.contact_id = any (p_contacts) and k.identity_id = i.id and k.signal = any (p_signals);
        insert into public.stage_events (workspace_id, identity_id, signal, trusted, occurred_at, message_id)
        select distinct on (i.id, s.number)
            p_workspace, i.id, s.number, e.trusted, e.occurred_at, e.message_id
        from public.identities as i
        join public.events as e on e.workspace_id = p_workspace and e.identity_id = i.id
        join public.signals as s
            on s.workspace_id = p_workspace and s.number = any (p_signals) and s.kind = 'last'
            and s.event = e.name and private.meets(s.trusted_only, s.condition, e.trusted, e.properties)
        where i.contact_id = any (p_contacts) and e.type in ('track', 'page', 'screen')
        order by i.id, s.number, e.trusted desc, e.occurred_at desc, e.message_id desc;
    end
    $$;

-- Name: finish_erasure(public.erasures, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.finish_erasure(p_erasure public.erasures, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        identities uuid[] := array(
            select identity_id from public.erased_identities where erasure_id = p_erasure.id
        );
    begin
        update public.erasures
        set
            counts = private.added_counts(counts, private.delete_of_identities(workspace_id, identities)),
            finished_at = p_now
        where id = p_erasure.id;
        delete from public.erased_identities where erasure_id = p_erasure.id;
    end
    $$;

-- Name: finish_step(public.rule_drafts); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.finish_step(p_draft public.rule_drafts) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        if p_draft.status = 'counting' then
            update public.signals
            set counted_back = true
            where workspace_id = p_draft.workspace_id
                and number = any (private.uncounted_signals(p_draft.workspace_id, p_draft.completed));
        end if;
        update public.rule_drafts
        set
            status = case status when 'counting' then 'previewing' else 'previewed' end,
            done = case status when 'counting' then 0 else done end,
            done_to = null
        where id = p_draft.id;
    end
    $$;

-- Name: first_matching(uuid, uuid[], private.trait_filter[], private.signal_filter[], integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.first_matching(p_workspace uuid, p_contacts uuid[], p_traits private.trait_filter[], p_signals private.signal_filter[], p_page integer) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
    begin
        return array(
            select c.place
            from unnest(p_contacts) with ordinality as c (id, place)
            where c.id is not null
                and (p_traits = '{}' or (
                    select bool_and(private.fit_matches(f.operator, f.value, f.operand) <> f.is_not)
                    from public.contacts as k
                    cross join lateral (
                        select
                            a.operator, a.operand, a.is_not,
                            nullif(coalesce(k.traits -> a.trait, k.traits #> string_to_array(a.trait, '.')), 'null') as value
                        from unnest(p_traits) as a
                        offset 0
                    ) as f
                    where k.id = c.id
                ))
                and (p_signals = '{}' or (
                    select bool_and((d.times >= f.least) <> f.is_not)
                    from unnest(p_signals) as f
                    cross join lateral (
                        -- Each row counts one at least, so no more of them are needed.
                        select coalesce(sum(n.count), 0) as times
                        from (
                            select s.count from public.identities as i
                            join public.signal_counts as s
                                on s.workspace_id = p_workspace and s.identity_id = i.id
                                and s.signal = f.signal and s.day >= f.since
                            where i.contact_id = c.id
                            limit f.least
                        ) as n
                    ) as d
                ))
            order by c.place
            limit p_page
        );
    end
    $$;

-- Name: first_occurrence(uuid, private.compiled_rules, uuid, smallint); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.first_occurrence(p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_signal smallint) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        place constant integer := array_position(p_rules.last_signals, p_signal);
    begin
        return (
            select min(first.occurred_at)
            from public.identities as i
            cross join lateral (
                select e.occurred_at from public.events as e
                where e.workspace_id = p_workspace and e.identity_id = i.id and e.type in ('track', 'page', 'screen')
                    and e.name = p_rules.last_events[place]
                    and private.meets(
                        p_rules.last_trusted[place], p_rules.last_conditions[place], e.trusted, e.properties
                    )
                order by e.occurred_at
                limit 1
            ) as first
            where i.contact_id = p_contact and i.workspace_id = p_workspace
        );
    end
    $$;

-- Name: first_payments(uuid, private.compiled_rules, smallint, timestamp with time zone, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.first_payments(p_workspace uuid, p_rules private.compiled_rules, p_signal smallint, p_from timestamp with time zone, p_to timestamp with time zone, p_deadline timestamp with time zone, OUT payments private.payment[], OUT is_cut boolean) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        most       constant integer := 200;
        look       constant integer := 1000;
        identities uuid[];
        candidate  record;
        first_at   timestamptz;
    begin
        payments := '{}';
        identities := array(
            select e.identity_id from public.stage_events as e
            where e.workspace_id = p_workspace and e.signal = p_signal and e.occurred_at >= p_from
            order by e.occurred_at desc
            limit look
        );
        is_cut := cardinality(identities) = look;
        for candidate in
            select i.contact_id, max(e.occurred_at) as last_at
            from public.stage_events as e
            join public.identities as i on i.id = e.identity_id
            where e.identity_id = any (identities) and e.signal = p_signal
            group by i.contact_id
            order by last_at desc, i.contact_id
        loop
            -- Nobody from here on can have paid first later than those.
            if clock_timestamp() > p_deadline or cardinality(payments) > most and most < (
                select count(*) from unnest(payments) as p where p.paid_at >= candidate.last_at
            ) then
                is_cut := true;
                exit;
            end if;
            first_at := private.first_occurrence(p_workspace, p_rules, candidate.contact_id, p_signal);
            if first_at >= p_from and first_at < p_to then
                payments := payments || row(candidate.contact_id, first_at)::private.payment;
            end if;
        end loop;
        is_cut := is_cut or cardinality(payments) > most;
        payments := array(
            select p from unnest(payments) as p order by p.paid_at desc, p.contact_id limit most
        );
    end
    $$;

-- Name: fit_matches(text, jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        select coalesce(
            case p_operator
                when 'exists' then p_trait is not null
                when 'equals' then p_trait = p_operand
                when 'in' then jsonb_typeof(p_trait) <> 'array' and p_operand @> p_trait
                when 'contains' then case jsonb_typeof(p_trait)
                    when 'string' then strpos(lower(p_trait #>> '{}'), lower(p_operand #>> '{}')) > 0
                    when 'array' then p_trait @> p_operand
                end
                when 'between' then case jsonb_typeof(p_trait)
                    when 'number' then
                        (p_trait)::numeric >= coalesce((p_operand ->> 0)::numeric, '-infinity')
                        and (p_trait)::numeric <= coalesce((p_operand ->> 1)::numeric, 'infinity')
                end
            end,
            false
        )
    $$;

-- Name: fit_of(private.compiled_rules, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.fit_of(p_rules private.compiled_rules, p_traits jsonb) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    begin
        return (
            select coalesce(sum(f.points), 0)
            from unnest(p_rules.fit_traits, p_rules.fit_operators, p_rules.fit_operands, p_rules.fit_points)
                as f (trait, operator, operand, points)
            where private.fit_matches(f.operator, p_traits -> f.trait, f.operand)
        );
    end
    $$;

-- Name: fit_rule_problems(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.fit_rule_problems(p_document jsonb) RETURNS TABLE(pointer text, expected text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select e.pointer, c.expected
        from private.entries(p_document, 'fit') as e
        cross join lateral (values
            (private.is_object(e.entry, array['trait', 'operator', 'operand', 'points']),
                'an object with trait, operator, operand and points, and nothing else'),
            (private.is_text(e.entry -> 'trait', 255), 'a trait of 1 to 255 characters'),
            (private.is_operand(e.entry ->> 'operator', e.entry -> 'operand'),
                'an operator with its operand: equals or contains a string, number or boolean, in a list, exists nothing, '
                'between [low, high], one of which may be null'),
            (private.is_number(e.entry -> 'points', -1000, 1000, 2), 'points from -1000 to 1000 with at most two decimals')
        ) as c (is_met, expected)
        where not c.is_met
    $$;

-- Name: forget(regclass, text, integer, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.forget(p_table regclass, p_condition text, p_limit integer, p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $_$
    declare
        gone integer;
    begin
        execute format(
            'delete from %1$s where ctid = any (array(select ctid from %1$s where %2$s limit $2))', p_table, p_condition
        ) using p_now, p_limit;
        get diagnostics gone = row_count;
        return gone = p_limit;
    end
    $_$;

-- Name: forget_counts(uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.forget_counts(p_workspace uuid, p_contacts uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        known smallint[] := array(select s.number from public.signals as s where s.workspace_id = p_workspace);
    begin
        delete from public.signal_counts as c
        using public.identities as i
        where i.contact_id = any (p_contacts)
            and c.workspace_id = p_workspace and c.identity_id = i.id and c.signal <> all (known);
        delete from public.stage_events as k
        using public.identities as i
        where i.contact_id = any (p_contacts) and k.identity_id = i.id and k.signal <> all (known);
    end
    $$;

-- Name: found_workspace(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.found_workspace() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    begin
        if 20 < (
            select count(*) from public.workspace_requests as r
            where r.requested_by = new.requested_by and r.created_at > now() - interval '1 day'
        ) then
            raise sqlstate 'PT429' using message = 'too_many_workspaces',
                detail = 'You have made 20 workspaces today. Make the next one tomorrow.';
        end if;
        perform public.create_workspace(new.requested_by, new.name, new.slug, new.kind, new.workspace_id);
        return null;
    end
    $$;

-- Name: give_up_on_stale_messages(timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.give_up_on_stale_messages(p_now timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update public.messages as m
        set
            status = case when stale.known then 'failed' else 'unknown' end,
            reason = case when stale.known then m.reason else 'outcome_unknown' end,
            claim = null,
            claimed_until = null
        from (
            select id, provider is not distinct from 'smtp' and claim is null as known from public.messages
            where status = 'sending'
                and (claimed_until is null or claimed_until < p_now)
                and case
                    when provider is distinct from 'smtp' then first_attempt_at < p_now - interval '23 hours'
                    else claim is not null or first_attempt_at < p_now - interval '24 hours'
                end
            for update skip locked
        ) as stale
        where m.id = stale.id
    $$;

-- Name: had_mail(uuid, uuid, uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.had_mail(p_workspace uuid, p_contact uuid, p_automation uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return exists (
            select from public.identities as i
            join public.messages as m on m.workspace_id = p_workspace and m.contact_id = i.id
            where i.contact_id = p_contact and m.automation_id = p_automation
                and (m.status <> 'skipped' or m.contact_id = p_contact)
        );
    end
    $$;

-- Name: handle_draft(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.handle_draft() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $$
    begin
        if tg_op = 'INSERT' then
            perform private.begin_draft(new);
            return null;
        elsif old.status in ('published', 'discarded') then
            raise sqlstate 'PT409' using message = 'draft_closed';
        elsif new.decision is not null then
            if new.decision = 'publish' then
                if new.rules <> old.rules then
                    raise sqlstate 'PT425' using message = 'preview_pending';
                end if;
                perform private.publish_draft(new);
            end if;
            update public.rule_drafts
            set status = case new.decision when 'publish' then 'published' else 'discarded' end, decided_at = now()
            where id = new.id;
        elsif new.rules <> old.rules then
            perform private.begin_draft(new);
        end if;
        -- What the draft no longer asks for is counted no longer.
        perform private.lock_structure(new.workspace_id, true);
        perform private.drop_unused_signals(new.workspace_id);
        perform private.compile_rules(new.workspace_id);
        return null;
    end
    $$;

-- Name: has_paid(uuid, uuid, smallint); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.has_paid(p_workspace uuid, p_contact uuid, p_signal smallint) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        identities constant uuid[] := array(
            select i.id from public.identities as i where i.contact_id = p_contact and i.workspace_id = p_workspace
        );
    begin
        return exists (
            select from public.stage_events as e where e.identity_id = any (identities) and e.signal = p_signal
        );
    end
    $$;

-- Name: has_room_by_trust(uuid, uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.has_room_by_trust(p_identity uuid, p_contact uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select bool_or(i.id = p_identity) and count(*) <= 50
            from public.identities as i
            where i.contact_id = p_contact and private.joined_by_trust(i)
        );
    end
    $$;

-- Name: hash_of_address(uuid, text, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.hash_of_address(p_workspace uuid, p_address text, p_address_key text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select private.hmac_sha256(p_address_key, p_workspace || ':' || p_address)
    $$;

-- Name: hmac_key(bytea, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.hmac_key(p_secret bytea, p_pad integer) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select string_agg(
            set_byte('\x00'::bytea, 0, p_pad # case when n < length(short.key) then get_byte(short.key, n) else 0 end),
            ''::bytea order by n
        )
        from
            (select case when length(p_secret) > 64 then sha256(p_secret) else p_secret end as key) as short,
            generate_series(0, 63) as n
    $$;

-- Name: hmac_sha256(text, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.hmac_sha256(p_key text, p_message text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select encode(
            sha256(
                private.hmac_key(convert_to(p_key, 'UTF8'), x'5c'::integer)
                || sha256(private.hmac_key(convert_to(p_key, 'UTF8'), x'36'::integer) || convert_to(p_message, 'UTF8'))
            ),
            'hex'
        )
    $$;

-- Name: identities_of(uuid, uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.identities_of(p_workspace uuid, p_contact uuid) RETURNS uuid[]
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select array_agg(i.id)
        from public.identities as named
        join public.identities as i on i.contact_id = named.contact_id
        where named.id = p_contact and named.workspace_id = p_workspace
    $$;

-- Name: identity_rank(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.identity_rank(p_kind text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select array_position(array['anonymousId', 'email', 'userId'], p_kind)
    $$;

-- Name: if_set(text, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.if_set(p_name text, p_value jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
    begin
        return case when coalesce(p_value, 'null') = 'null' then '{}' else jsonb_build_object(p_name, p_value) end;
    end
    $$;

-- Name: in_words(timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.in_words(p_at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select to_char(p_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') || ' UTC'
    $$;

-- Name: is_definition(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_definition(p_entry jsonb) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    begin
        return private.is_text(p_entry -> 'event', 200)
            and coalesce(jsonb_typeof(p_entry -> 'trustedOnly'), 'boolean') = 'boolean'
            and coalesce(jsonb_typeof(p_entry -> 'condition'), 'null') in ('object', 'null')
            -- What an index can hold.
            and coalesce(octet_length(p_entry ->> 'condition'), 0) <= 1000;
    end
    $$;

-- Name: is_entry(uuid, uuid, uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_entry(p_workspace uuid, p_contact uuid, p_stage uuid, p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return not exists (
            select from public.transitions as t
            where t.workspace_id = p_workspace and t.contact_id = p_contact
                and t.created_at > p_now - interval '7 days' and t.from_stage_id = p_stage
        );
    end
    $$;

-- Name: is_erased(private.sender, text, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_erased(p_sender private.sender, p_kind text, p_value text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select not exists (
            select from public.identities as known
            where known.workspace_id = p_sender.workspace_id and known.kind = p_kind and known.value = p_value
        ) and exists (
            select from private.tombstones as t
            where t.workspace_id = p_sender.workspace_id
                and t.hash = private.tombstone(p_sender.tombstone_key, p_sender.workspace_id, p_kind, p_value)
        )
    $$;

-- Name: is_first_mail(uuid, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_first_mail(p_workspace uuid, p_address_hash text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return not exists (
            select from public.messages as m
            where m.workspace_id = p_workspace and m.address_hash = p_address_hash and m.counted_at is not null
        );
    end
    $$;

-- Name: is_later(public.subscriptions, public.subscriptions, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_later(p_said public.subscriptions, p_known public.subscriptions, p_asked_at timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select case
            when p_said.updated_at <> p_known.updated_at then p_said.updated_at > p_known.updated_at
            when p_asked_at > p_known.told_at then true
            else private.progress_of(p_said.status) > private.progress_of(p_known.status)
        end
    $$;

-- Name: is_number(jsonb, numeric, numeric, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_number(p_value jsonb, p_low numeric, p_high numeric, p_decimals integer) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    begin
        return coalesce(jsonb_typeof(p_value) = 'number', false)
            and p_value::numeric between p_low and p_high
            and scale(trim_scale(p_value::numeric)) <= p_decimals;
    end
    $$;

-- Name: is_object(jsonb, text[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_object(p_value jsonb, p_members text[]) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    begin
        -- In this order: there is nothing to take away from a value that is no object.
        return case when jsonb_typeof(p_value) = 'object' then p_value - p_members = '{}' else false end;
    end
    $$;

-- Name: is_operand(text, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_operand(p_operator text, p_operand jsonb) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    begin
        return coalesce(octet_length(p_operand::text), 0) <= 10000 and coalesce(
            case p_operator
                when 'exists' then p_operand is null
                when 'equals' then jsonb_typeof(p_operand) in ('string', 'number', 'boolean')
                when 'contains' then jsonb_typeof(p_operand) in ('string', 'number', 'boolean')
                when 'in' then jsonb_typeof(p_operand) = 'array' and jsonb_array_length(p_operand) between 1 and 100
                when 'between' then
                    jsonb_typeof(p_operand) = 'array' and jsonb_array_length(p_operand) = 2
                    and (select bool_and(jsonb_typeof(e) in ('number', 'null')) and bool_or(jsonb_typeof(e) = 'number')
                         from jsonb_array_elements(p_operand) as e)
            end,
            false
        );
    end
    $$;

-- Name: is_over_quota(public.workspaces, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_over_quota(p_workspace public.workspaces, p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (select coalesce(bool_or(m.is_over), false) from private.meters(p_workspace.id, p_now) as m);
    end
    $$;

-- Name: is_served(text, text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_served(p_status text, p_pause_mode text, p_ends_at timestamp with time zone, p_now timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select case p_status
            when 'on_trial' then true
            when 'active' then true
            when 'past_due' then true
            when 'paused' then p_pause_mode is distinct from 'void'
            when 'cancelled' then coalesce(p_ends_at > p_now, true)
            else false
        end
    $$;

-- Name: is_text(jsonb, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.is_text(p_value jsonb, p_longest integer) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    begin
        return coalesce(jsonb_typeof(p_value) = 'string', false)
            and char_length(p_value #>> '{}') <= p_longest and (p_value #>> '{}') ~ '\S';
    end
    $$;

-- Name: joined_by_trust(public.identities); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.joined_by_trust(p_identity public.identities) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return p_identity.owner_id is null or (
            (p_identity.pinned_to_id is not null or exists (
                select from public.identity_links as l
                where l.lower_id = p_identity.id and l.higher_id = p_identity.owner_id and l.trusted
            ))
            and (select private.joined_by_trust(i) from public.identities as i where i.id = p_identity.owner_id)
        );
    end
    $$;

-- Name: limit_saved_views(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.limit_saved_views() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        perform pg_advisory_xact_lock(hashtextextended('saved_views ' || new.workspace_id, 0));
        if 50 < (select count(*) from public.saved_views as v where v.workspace_id = new.workspace_id) then
            raise sqlstate 'PT429' using
                message = 'too_many_views', detail = 'There are 50 saved views. Delete one first.';
        end if;
        return null;
    end
    $$;

-- Name: link_identities(uuid, private.message); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.link_identities(p_workspace uuid, p_message private.message) RETURNS uuid[]
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        named   private.resolution;
        lower   uuid;
        touched uuid[] := '{}';
    begin
        perform private.ensure_identities(p_workspace, array[p_message]);
        named := (private.resolve_messages(p_workspace, array[p_message]))[1];
        foreach lower in array named.lower_ids loop
            insert into public.identity_links as known
                (workspace_id, lower_id, higher_id, trusted, occurred_at, message_id)
            values
                (p_workspace, lower, named.identity_id, p_message.trusted, p_message.occurred_at, p_message.message_id)
            on conflict on constraint identity_links_pkey do update
                set trusted = excluded.trusted, occurred_at = excluded.occurred_at, message_id = excluded.message_id
                where (not excluded.trusted, excluded.occurred_at, excluded.message_id)
                    < (not known.trusted, known.occurred_at, known.message_id);
            if found then
                touched := touched || private.move_identity(lower);
            end if;
        end loop;
        return touched;
    end
    $$;

-- Name: local_time(timestamp with time zone, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.local_time(p_at timestamp with time zone, p_zone text) RETURNS timestamp without time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return p_at at time zone p_zone;
    exception when invalid_parameter_value then
        return p_at at time zone 'UTC';
    end
    $$;

-- Name: lock_contacts(uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.lock_contacts(p_workspace uuid, p_contacts uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        locked integer;
    begin
        perform from public.contact_states where contact_id = any (p_contacts) order by contact_id for no key update;
        get diagnostics locked = row_count;
        if locked = cardinality(p_contacts) then
            return;
        end if;
        -- As old as its top identity: a contact that comes back after a move is the one it was.
        insert into public.contacts (id, workspace_id, created_at)
        select i.id, p_workspace, i.created_at from public.identities as i where i.id = any (p_contacts)
        order by i.id
        on conflict on constraint contacts_pkey do nothing;
        insert into public.contact_states (contact_id, workspace_id)
        select c, p_workspace from unnest(p_contacts) as c
        order by c
        on conflict on constraint contact_states_pkey do nothing;
        perform from public.contact_states where contact_id = any (p_contacts) order by contact_id for no key update;
    end
    $$;

-- Name: lock_structure(uuid, boolean); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.lock_structure(p_workspace uuid, p_change boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        if p_change then
            perform pg_advisory_xact_lock(hashtextextended(p_workspace::text, 0));
        else
            perform pg_advisory_xact_lock_shared(hashtextextended(p_workspace::text, 0));
        end if;
    end
    $$;

-- Name: log_transitions(uuid, private.stage_change[], text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.log_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        overtaken uuid[];
    begin
        with changes as (
            select n.*, g.number, c.stages_been, g.number = any (c.stages_been) as is_again
            from unnest(p_changes) as n
            join public.stages as g on g.id = n.to_stage_id
            left join public.contacts as c on c.id = n.contact_id
        ),
        noted as (
            update public.contacts as c
            set
                stage_id = n.to_stage_id,
                stages_been = case
                    when n.is_again then n.stages_been
                    else array(select s from unnest(n.stages_been || n.number) as s order by s)
                end
            from changes as n
            where c.id = n.contact_id
        ),
        logged as (
            insert into public.transitions
                (workspace_id, contact_id, from_stage_id, to_stage_id, cause, score, created_at, previous_at)
            select
                p_workspace, n.contact_id, n.from_stage_id, n.to_stage_id, p_cause, n.score, p_now,
                case when n.is_again then (
                    select max(last.created_at)
                    from public.identities as i
                    cross join lateral (
                        select t.created_at from public.transitions as t
                        where t.workspace_id = p_workspace and t.contact_id = i.id and t.to_stage_id = n.to_stage_id
                        order by t.created_at desc
                        limit 1
                    ) as last
                    where i.contact_id = n.contact_id
                ) end
            from changes as n
            returning contact_id, previous_at
        )
        select array_agg(contact_id) filter (where previous_at > p_now) into overtaken from logged;
        -- Of two calls at once the one that began first may end last.
        if overtaken is not null then
            perform private.order_entries(p_workspace, overtaken);
        end if;
    end
    $$;

-- Name: mail_answer(text, text, timestamp with time zone, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.mail_answer(p_code text, p_sentence text, p_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_why text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_strip_nulls(jsonb_build_object('code', p_code, 'reason', p_sentence, 'at', p_at, 'why', p_why))
    $$;

-- Name: automations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.automations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    entering_stage_id uuid,
    template_id uuid NOT NULL,
    status text DEFAULT 'draft'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    event text,
    condition jsonb,
    trusted_only boolean DEFAULT false NOT NULL,
    silence_days smallint,
    delay_minutes integer DEFAULT 0 NOT NULL,
    repeats boolean DEFAULT false NOT NULL,
    while_true boolean DEFAULT true NOT NULL,
    goal_stage_id uuid,
    CONSTRAINT automations_condition_object CHECK (((condition IS NULL) OR ((jsonb_typeof(condition) = 'object'::text) AND (event IS NOT NULL)))),
    CONSTRAINT automations_delay_range CHECK (((delay_minutes >= 0) AND (delay_minutes <= 129600))),
    CONSTRAINT automations_event_length CHECK (((char_length(event) >= 1) AND (char_length(event) <= 200))),
    CONSTRAINT automations_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT automations_one_trigger CHECK ((num_nonnulls(entering_stage_id, event, silence_days) = 1)),
    CONSTRAINT automations_silence_range CHECK (((silence_days >= 1) AND (silence_days <= 3650))),
    CONSTRAINT automations_status_known CHECK ((status = ANY (ARRAY['draft'::text, 'live'::text, 'paused'::text])))
);

-- Name: TABLE automations; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.automations IS 'Automations: when a mail goes out by itself; kept until you delete it or the workspace is deleted';

-- Name: COLUMN automations.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.id IS 'nobody: id of the automation; messages refer to it';

-- Name: COLUMN automations.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN automations.name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.name IS 'owner: name of the automation; shown to members';

-- Name: COLUMN automations.entering_stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.entering_stage_id IS 'owner: stage whose entering starts it; decides mails';

-- Name: COLUMN automations.template_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.template_id IS 'owner: template that it sends; the mail is made from it';

-- Name: COLUMN automations.status; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.status IS 'owner: draft, live or paused; only live ones send';

-- Name: COLUMN automations.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.created_at IS 'owner: when it was made; what happened before starts nothing';

-- Name: COLUMN automations.event; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.event IS 'owner: event that starts it; decides mails';

-- Name: COLUMN automations.condition; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.condition IS 'owner: properties that the event must have; decides mails';

-- Name: COLUMN automations.trusted_only; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.trusted_only IS 'owner: whether the event must be trusted; decides mails';

-- Name: COLUMN automations.silence_days; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.silence_days IS 'owner: days without an event that start it; decides mails';

-- Name: COLUMN automations.delay_minutes; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.delay_minutes IS 'owner: how long the mail waits; decides when it goes out';

-- Name: COLUMN automations.repeats; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.repeats IS 'owner: whether it may be sent more than once to a contact; decides mails';

-- Name: COLUMN automations.while_true; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.while_true IS 'owner: whether its reason must still hold when it is sent; decides mails';

-- Name: COLUMN automations.goal_stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.automations.goal_stage_id IS 'owner: stage whose contacts get no mail from it; decides mails';

-- Name: mail_chain(uuid[], public.automations, public.transitions, public.messages, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.mail_chain(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_message public.messages, p_received timestamp with time zone) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            -- What came in the request that moved the contact, or that the automation waited for; at most 5, the latest first.
            'events', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'type', e.type, 'event', e.name, 'messageId', e.message_id, 'at', e.occurred_at
                ) order by e.occurred_at desc)
                from (
                    select e.type, e.name, e.message_id, e.occurred_at
                    from public.events as e
                    where e.workspace_id = p_automation.workspace_id and e.identity_id = any (p_identities)
                        and e.received_at = p_received
                    order by e.occurred_at desc
                    limit 5
                ) as e
            ), '[]'),
            'score', p_entry.score,
            'transition', case when p_entry.id is not null then jsonb_build_object(
                'from', (select name from public.stages where id = p_entry.from_stage_id),
                'to', (select name from public.stages where id = p_entry.to_stage_id),
                'cause', p_entry.cause, 'at', p_entry.created_at
            ) end,
            'automation', case when p_automation.id is not null then jsonb_build_object(
                'id', p_automation.id, 'name', p_automation.name, 'status', p_automation.status,
                'stage', (select name from public.stages where id = p_automation.entering_stage_id),
                'event', p_automation.event, 'silenceDays', p_automation.silence_days,
                'delayMinutes', p_automation.delay_minutes
            ) end,
            'message', case when p_message.id is not null then jsonb_build_object(
                'id', p_message.id, 'status', p_message.status, 'reason', p_message.reason,
                'category', p_message.category, 'attempts', p_message.attempts, 'delivery', p_message.delivery,
                'queuedAt', p_message.created_at, 'sendAt', p_message.send_at, 'sentAt', p_message.sent_at
            ) end,
            'delivery', coalesce((
                select jsonb_agg(jsonb_build_object('kind', e.kind, 'at', e.occurred_at, 'detail', e.detail)
                    order by e.occurred_at, e.svix_id)
                from public.message_events as e
                where e.workspace_id = p_message.workspace_id and e.message_id = p_message.id
            ), '[]')
        )
    $$;

-- Name: mails_for(uuid, private.stage_change[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.mails_for(p_workspace uuid, p_changes private.stage_change[], p_now timestamp with time zone) RETURNS SETOF private.mail_decision
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return query
        select c.contact_id, a.id, case when a.repeats then 'entry:' || p_now else 'once' end
        from unnest(p_changes) as c
        join public.automations as a
            on a.workspace_id = p_workspace and a.entering_stage_id = c.to_stage_id and a.status = 'live'
        where (a.repeats or not private.had_mail(p_workspace, c.contact_id, a.id))
            and private.is_entry(p_workspace, c.contact_id, a.entering_stage_id, p_now);
    end
    $$;

-- Name: mails_for_events(uuid, private.compiled_rules, private.message[], private.resolution[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.mails_for_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone) RETURNS SETOF private.mail_decision
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return query
        select distinct on (r.contact_id, a.id, d.occurrence) r.contact_id, a.id, d.occurrence
        from unnest(p_messages) as m
        join unnest(p_resolved) as r on r.index = m.index
        join unnest(
            p_rules.mail_automations, p_rules.mail_events, p_rules.mail_conditions, p_rules.mail_trusted
        ) as e (automation_id, event, condition, trusted_only)
            on e.event = m.name and private.meets(e.trusted_only, e.condition, m.trusted, m.properties)
        join public.automations as a on a.id = e.automation_id
        cross join lateral (
            select case when a.repeats then 'event:' || m.message_id else 'once' end as occurrence
        ) as d
        where m.type in ('track', 'page', 'screen') and m.occurred_at > p_now - interval '24 hours'
            and (a.repeats or not private.had_mail(p_workspace, r.contact_id, a.id));
    end
    $$;

-- Name: mails_for_silence(uuid, uuid[], date); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.mails_for_silence(p_workspace uuid, p_contacts uuid[], p_day date) RETURNS SETOF private.mail_decision
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return query
        select s.contact_id, a.id, case when a.repeats then 'silence:' || d.last_day else 'once' end
        from public.contact_states as s
        cross join lateral (select (s.last_event_at at time zone 'utc')::date as last_day) as d
        join public.automations as a
            on a.workspace_id = p_workspace and a.silence_days = p_day - d.last_day and a.status = 'live'
        where s.contact_id = any (p_contacts)
            and (a.repeats or not private.had_mail(p_workspace, s.contact_id, a.id));
    end
    $$;

-- Name: mails_of_month(uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.mails_of_month(p_workspace uuid, p_now timestamp with time zone) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(
            (select u.emails from public.usage as u where u.workspace_id = p_workspace and u.month = private.month_of(p_now)), 0
        ) + (
            select count(*)::integer from public.messages as m
            where m.workspace_id = p_workspace and m.counted_at >= (
                select coalesce(
                    (
                        select u.emails_until from public.usage as u
                        where u.workspace_id = p_workspace and u.month = private.month_of(p_now)
                    ),
                    private.month_of(p_now)::timestamp at time zone 'utc'
                )
            )
        )
    $$;

-- Name: measure(uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.measure(p_workspace uuid, p_now timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        insert into public.usage as u (workspace_id, month, contacts, emails, emails_until, measured_at)
        select
            p_workspace, private.month_of(p_now),
            (
                select count(distinct i.contact_id) from public.identities as i
                where i.workspace_id = p_workspace and i.kind in ('userId', 'email')
            ),
            (
                select count(*) from public.messages as m
                where m.workspace_id = p_workspace
                    and m.counted_at >= private.month_of(p_now)::timestamp at time zone 'utc' and m.counted_at < settled
            ),
            settled, p_now
        from greatest(
            private.month_of(p_now)::timestamp at time zone 'utc', p_now - interval '3 minutes'
        ) as settled
        on conflict on constraint usage_pkey do update
            set contacts = excluded.contacts, emails = excluded.emails, emails_until = excluded.emails_until,
                measured_at = excluded.measured_at;
        update private.usage_clock set measured_at = p_now where workspace_id = p_workspace;
        select private.warn_owners(p_workspace, p_now);
    $$;

-- Name: meets(boolean, jsonb, boolean, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.meets(p_trusted_only boolean, p_condition jsonb, p_trusted boolean, p_properties jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        select (p_trusted or not p_trusted_only) and (p_condition is null or p_properties @> p_condition)
    $$;

-- Name: merge_traits(private.compiled_rules, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.merge_traits(p_rules private.compiled_rules, p_contacts uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        with winners as (
            select distinct on (i.contact_id, t.key) i.contact_id, t.key, t.value, t.trusted
            from public.identities as i
            join public.traits as t on t.identity_id = i.id
            where i.contact_id = any (p_contacts)
            order by i.contact_id, t.key, t.trusted desc, t.occurred_at desc, t.message_id desc
        ),
        addresses as (
            select distinct on (i.contact_id) i.contact_id, t.value #>> '{}' as email, t.trusted and t.value is not null as trusted
            from public.identities as i
            join public.traits as t on t.identity_id = i.id and t.key = 'email'
            where i.contact_id = any (p_contacts)
            order by
                i.contact_id, (t.trusted and private.joined_by_trust(i)) desc,
                t.trusted desc, t.occurred_at desc, t.message_id desc
        ),
        merged as (
            select
                c.contact_id,
                coalesce(jsonb_object_agg(w.key, w.value) filter (where w.value is not null), '{}') as traits
            from unnest(p_contacts) as c (contact_id)
            left join winners as w on w.contact_id = c.contact_id
            group by c.contact_id
        ),
        updated as (
            update public.contacts as c
            set traits = m.traits, email = a.email, email_trusted = coalesce(a.trusted, false)
            from merged as m
            left join addresses as a on a.contact_id = m.contact_id
            where c.id = m.contact_id
            returning c.id, c.traits
        )
        update public.contact_states as s
        set fit = private.fit_of(p_rules, u.traits)
        from updated as u
        where s.contact_id = u.id;
    end
    $$;

-- Name: message_answer(public.messages, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.message_answer(p_message public.messages, p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        event public.message_events;
        why   text := p_message.reason;
        due   text;
    begin
        if p_message.delivery is not null then
            select * into event from public.message_events as e
            where e.workspace_id = p_message.workspace_id and e.message_id = p_message.id and e.kind = p_message.delivery
            order by e.occurred_at
            limit 1;
        end if;
        if p_message.status in ('queued', 'claimed', 'sending') then
            due := private.in_words(p_message.send_at);
        end if;
        return case
            when event.svix_id is not null then private.delivery_answer(event)
            when p_message.status in ('claimed', 'sending') and p_message.claimed_until >= p_now
                then private.mail_answer('sending', 'It is being sent right now.')
            when p_message.status = 'sending' and why is not null then private.mail_answer(
                'retrying', format('The provider could not take it yet (%s); it is tried again from %s on.', why, due),
                p_message.send_at, why
            )
            when p_message.status in ('queued', 'claimed', 'sending') and p_message.send_at > p_now
                then private.mail_answer(
                    'waiting', format('It is queued, and waits until %s%s.', due, ', because ' || private.wait_words(why)),
                    p_message.send_at, why
                )
            when p_message.status in ('queued', 'claimed', 'sending') then private.mail_answer(
                'queued', format('It is queued, and due since %s: it goes out with the next run.', due), p_message.send_at
            )
            when p_message.status = 'skipped'
                then private.mail_answer('skipped', format('It was not sent: %s.', private.skip_words(why)), null, why)
            when p_message.status = 'failed' and starts_with(why, 'template_') then private.mail_answer(
                'failed', format('Its template could not be rendered (%s).', substr(why, length('template_') + 1)), null, why
            )
            when p_message.status = 'failed'
                then private.mail_answer('failed', format('It could not be sent: %s.', why), null, why)
            when p_message.status = 'unknown' then private.mail_answer(
                'unknown',
                format('Whether it went out is not known (%s). It is not sent again, because that could make it two.', why),
                p_message.first_attempt_at, why
            )
            when p_message.status = 'sent' then private.mail_answer(
                'sent', format('It went out on %s; nothing was reported of it since.', private.in_words(p_message.sent_at)),
                p_message.sent_at
            )
            else private.mail_answer(p_message.status, format('It is %s.', p_message.status), null, why)
        end;
    end
    $$;

-- Name: message_of_event(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.message_of_event(p_event jsonb) RETURNS public.messages
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        message public.messages;
    begin
        select m.* into message
        from public.messages as m
        join public.workspaces as w on w.id = m.workspace_id
        where m.id = (p_event ->> 'messageId')::uuid
        for no key update of m;
        if not found then
            select m.* into message
            from public.messages as m
            join public.workspaces as w on w.id = m.workspace_id
            where m.provider_message_id = p_event ->> 'emailId' and m.provider = 'resend'
            for no key update of m;
        end if;
        return message;
    end
    $$;

-- Name: meters(uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.meters(p_workspace uuid, p_now timestamp with time zone) RETURNS TABLE(meter text, used integer, quota integer, is_over boolean)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select
            m.meter, m.used, m.quota, coalesce(case m.meter when 'emails' then m.used >= m.quota else m.used > m.quota end, false)
        from (
            select q.meter, q.quota, case q.meter
                when 'emails' then private.mails_of_month(p_workspace, p_now)
                else coalesce(private.contacts_counted(p_workspace), 0)
            end as used
            from private.quotas(p_workspace, p_now) as q
            offset 0
        ) as m
    $$;

-- Name: month_of(timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.month_of(p_moment timestamp with time zone) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select date_trunc('month', p_moment at time zone 'utc')::date
    $$;

-- Name: move_identity(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.move_identity(p_identity uuid) RETURNS uuid[]
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        moved   public.identities;
        owner   uuid;
        contact uuid;
    begin
        select * into strict moved from public.identities where id = p_identity;
        owner := private.owner_of(moved);
        contact := coalesce((select i.contact_id from public.identities as i where i.id = owner), moved.id);

        update public.identities set owner_id = owner, contact_id = contact where id = moved.id;
        update public.identities set contact_id = contact where owner_id = moved.id;

        -- Which is more than a person has: most likely a machine that many share, or an attack.
        if (select count(*) from public.identities as i where i.contact_id = contact) > 50
            and not private.has_room_by_trust(p_identity, contact) then
            raise sqlstate 'PT450' using message = 'too_many_identities';
        end if;
        return array[moved.contact_id, contact];
    end
    $$;

-- Name: my_account(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.my_account() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
        select private.record_of_account(auth.uid())
    $$;

-- Name: my_colleagues(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.my_colleagues() RETURNS TABLE(workspace_id uuid, user_id uuid, email text, role text, created_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
        select m.workspace_id, m.user_id, u.email, m.role, m.created_at
        from public.members as mine
        join public.members as m on m.workspace_id = mine.workspace_id
        join auth.users as u on u.id = m.user_id
        where mine.user_id = auth.uid()
    $$;

-- Name: my_invitations(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.my_invitations() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(
            jsonb_build_object('id', i.id, 'workspace', w.id, 'name', w.name, 'role', i.role) order by i.created_at
        ), '[]')
        from public.invitations as i
        join public.workspaces as w on w.id = i.workspace_id
        where i.email = lower(auth.jwt() ->> 'email') and i.status = 'open' and i.expires_at > now()
    $$;

-- Name: named_payers(uuid, jsonb[], jsonb, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.named_payers(p_workspace uuid, p_payers jsonb[], p_document jsonb, p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(
            r.entry || p.entry || jsonb_build_object('stage', (
                select g.entry -> 'name' from jsonb_array_elements(p_document -> 'stages') as g (entry)
                where g.entry -> 'id' = p.entry -> 'stage'
            ))
            order by p.place
        ), '[]')
        from unnest(p_payers) with ordinality as p (entry, place)
        join jsonb_array_elements(
            public.contact_rows(p_workspace, array(select (e ->> 'id')::uuid from unnest(p_payers) as e), p_now)
        ) as r (entry) on r.entry -> 'id' = p.entry -> 'id'
    $$;

-- Name: no_gains(uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.no_gains(p_contacts uuid[]) RETURNS private.gain[]
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
    begin
        return array(select row(id, null, null, null)::private.gain from unnest(p_contacts) as id);
    end
    $$;

-- Name: stages; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.stages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    "position" smallint,
    threshold smallint,
    silence_days smallint,
    signal smallint,
    number smallint NOT NULL,
    CONSTRAINT stages_one_way_in CHECK ((("position" IS NULL) OR (num_nonnulls(threshold, signal, silence_days) = 1))),
    CONSTRAINT stages_silence_positive CHECK ((silence_days > 0)),
    CONSTRAINT stages_threshold_range CHECK (((threshold >= 0) AND (threshold <= 100)))
);

-- Name: TABLE stages; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.stages IS 'Stages: the lifecycle stages of your workspace; kept until the workspace is deleted, since past moves still name a stage that the rules no longer have';

-- Name: COLUMN stages.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stages.id IS 'nobody: id of the stage; states and transitions refer to it';

-- Name: COLUMN stages.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stages.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN stages.name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stages.name IS 'owner: name of the stage; shown to members';

-- Name: COLUMN stages."position"; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stages."position" IS 'owner: place in the order of stages, or null once the rules no longer have it; higher stages go first';

-- Name: COLUMN stages.threshold; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stages.threshold IS 'owner: score that leads to the stage; decides stages';

-- Name: COLUMN stages.silence_days; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stages.silence_days IS 'owner: days without an event that lead to the stage; decides stages';

-- Name: COLUMN stages.signal; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stages.signal IS 'owner: number of the signal that leads to the stage; decides stages';

-- Name: COLUMN stages.number; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stages.number IS 'owner: a number that the stage keeps; stands for it where stages are many';

-- Name: not_yet_answer(uuid, public.automations, public.stages); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.not_yet_answer(p_contact uuid, p_automation public.automations, p_stage public.stages) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select case
            when p_automation.event is not null then private.mail_answer(
                'not_triggered', format('There was no event %s of it yet that the automation counts.', p_automation.event)
            )
            when p_automation.silence_days is not null then private.mail_answer(
                'not_triggered',
                format('It has not been silent for %s days%s.', p_automation.silence_days,
                    ': its last event was on ' || private.in_words(s.last_event_at))
            )
            else private.mail_answer(
            'not_entered',
            format(
                'It has not entered %s yet: it is in %s with a score of %s, and %s.',
                p_stage.name, coalesce(g.name, 'no stage'), s.score,
                case
                    when p_stage.position is null then 'the rules no longer have that stage'
                    when p_stage.threshold is not null then 'the stage begins at ' || p_stage.threshold
                    when p_stage.silence_days is not null
                        then format('the stage begins after %s days without an event', p_stage.silence_days)
                    else 'the stage begins with the event ' || coalesce(n.event, '?')
                end
            )
        ) end
        from public.contact_states as s
        left join public.stages as g on g.id = s.stage_id
        left join public.signals as n on n.workspace_id = p_stage.workspace_id and n.number = p_stage.signal
        where s.contact_id = p_contact
    $$;

-- Name: note_changes(public.rule_drafts, private.stage_change[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.note_changes(p_draft public.rule_drafts, p_changes private.stage_change[], p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        insert into public.rule_draft_moves as known
            (draft_id, workspace_id, from_stage_id, to_stage_id, contacts, examples)
        select
            p_draft.id, p_draft.workspace_id, c.from_stage_id, c.to_stage_id,
            count(*), (array_agg(c.contact_id order by c.score desc))[:5]
        from unnest(p_changes) as c
        group by c.from_stage_id, c.to_stage_id
        on conflict on constraint rule_draft_moves_pkey do update
            set contacts = known.contacts + excluded.contacts, examples = (known.examples || excluded.examples)[:5];

        insert into public.rule_draft_mails as known (draft_id, workspace_id, automation_id, mails, mailable)
        select
            p_draft.id, p_draft.workspace_id, m.automation_id,
            count(*), count(a.address)
        from private.mails_for(p_draft.workspace_id, p_changes, p_now) as m
        left join lateral public.mailable_address(m.contact_id) as a on true
        group by m.automation_id
        on conflict on constraint rule_draft_mails_pkey do update
            set mails = known.mails + excluded.mails, mailable = known.mailable + excluded.mailable;
    end
    $$;

-- Name: notice_refusal(private.notices, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.notice_refusal(p_notice private.notices, p_now timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select case
            when w.deletion_requested_at is not null and (p_notice).kind in ('usage', 'invitation')
                then 'workspace_deletion_pending'
            when not exists (
                select from public.members as o
                where o.workspace_id = w.id and o.user_id = coalesce((p_notice).user_id, i.invited_by) and o.role = 'owner'
            ) then 'no_owner'
            when i.expires_at <= p_now then 'lapsed'
        end
        from public.workspaces as w
        left join public.invitations as i on i.id = (p_notice).invitation_id
        where w.id = (p_notice).workspace_id
    $$;

-- Name: notify_owners(uuid, text, jsonb, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.notify_owners(p_workspace uuid, p_kind text, p_variables jsonb, p_now timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        insert into private.notices (workspace_id, user_id, kind, variables, send_at)
        select m.workspace_id, m.user_id, p_kind, p_variables || jsonb_build_object('owner', m.user_id), p_now
        from public.members as m
        where m.workspace_id = p_workspace and m.role = 'owner'
    $$;

-- Name: one_who_did_not(uuid, smallint, uuid, timestamp with time zone, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.one_who_did_not(p_workspace uuid, p_signal smallint, p_place uuid, p_before timestamp with time zone, p_taken uuid[]) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        candidate uuid;
    begin
        for candidate in
            select c.id from public.contacts as c
            where c.workspace_id = p_workspace and c.id > p_place and c.id <> all (p_taken)
            order by c.id
            limit 200
        loop
            if not private.has_paid(p_workspace, candidate, p_signal)
                and private.was_known(p_workspace, candidate, p_before)
            then
                return candidate;
            end if;
        end loop;
        return null;
    end
    $$;

-- Name: only_contact(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.only_contact(p_workspace uuid, p_lookup jsonb) RETURNS uuid
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select min(f.id::text)::uuid from unnest(public.find_contacts(p_workspace, p_lookup)) as f (id) having count(*) = 1
    $$;

-- Name: order_cancellations(uuid, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.order_cancellations(p_workspace uuid, p_purge_after timestamp with time zone, p_now timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update private.subscription_orders set wish = 'cancel', due_at = p_now
        where workspace_id = p_workspace and wish = 'resume';
        insert into private.subscription_orders as o (subscription_id, workspace_id, wish, due_at)
        select
            s.id, s.workspace_id, 'cancel',
            case when coalesce(s.renews_at, s.trial_ends_at, s.ends_at) > p_purge_after then p_now else p_purge_after end
        from public.subscriptions as s
        where s.workspace_id = p_workspace and s.status not in ('cancelled', 'expired')
        on conflict on constraint subscription_orders_pkey do update set due_at = excluded.due_at, done_at = null
            where o.done_at < (select s.told_at from public.subscriptions as s where s.id = o.subscription_id)
    $$;

-- Name: order_entries(uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.order_entries(p_workspace uuid, p_contacts uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        update public.transitions as t
        set previous_at = n.previous_at
        from (
            select t.id, lag(t.created_at) over (partition by i.contact_id, t.to_stage_id order by t.created_at, t.id) as previous_at
            from public.identities as i
            join public.transitions as t on t.workspace_id = p_workspace and t.contact_id = i.id
            where i.contact_id = any (p_contacts)
        ) as n
        where t.id = n.id and t.previous_at is distinct from n.previous_at;
    end
    $$;

-- Name: outranks(jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.outranks(p_write jsonb, p_other jsonb) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            (p_write ->> 'trusted')::boolean, (p_write ->> 'at')::timestamptz, (p_write ->> 'id') collate "C"
        ) > (
            (p_other ->> 'trusted')::boolean, (p_other ->> 'at')::timestamptz, (p_other ->> 'id') collate "C"
        );
    end
    $$;

-- Name: overflowing_traits(private.message[], private.resolution[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.overflowing_traits(p_messages private.message[], p_resolved private.resolution[]) RETURNS integer[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            with added as (
                select distinct on (r.contact_id, m.trusted, t.key) r.contact_id, m.trusted, m.index, t.key
                from unnest(p_messages) as m
                join unnest(p_resolved) as r on r.index = m.index
                cross join jsonb_object_keys(m.traits) as t (key)
                where not exists (
                    select from public.identities as i
                    join public.traits as known on known.identity_id = i.id and known.key = t.key
                    where i.contact_id = r.contact_id and known.trusted >= m.trusted
                )
                order by r.contact_id, m.trusted, t.key, m.index
            ),
            totals as (
                select
                    a.contact_id, a.trusted, a.index,
                    sum(count(*)) over (partition by a.contact_id, a.trusted order by a.index) as added
                from added as a
                group by a.contact_id, a.trusted, a.index
            )
            select coalesce(array_agg(t.index), '{}')
            from totals as t
            where t.added + (
                select count(distinct known.key)
                from public.identities as i
                join public.traits as known on known.identity_id = i.id
                where i.contact_id = t.contact_id and known.trusted >= t.trusted
            ) > 255
        );
    end
    $$;

-- Name: owner_of(public.identities); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.owner_of(p_identity public.identities) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        if p_identity.pinned_to_id is not null then
            return nullif(p_identity.pinned_to_id, p_identity.id);
        end if;
        return (
            select l.higher_id from public.identity_links as l
            where l.lower_id = p_identity.id
            order by not l.trusted, l.occurred_at, l.message_id
            limit 1
        );
    end
    $$;

-- Name: page_of_events(uuid, uuid[], jsonb, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.page_of_events(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with next_ones as (
            select e.*
            from unnest(p_identities) as i (id)
            -- From each identity in its index's order, so that a page costs the same wherever it begins.
            cross join lateral (
                select e.* from public.events as e
                where e.workspace_id = p_workspace and e.identity_id = i.id
                    and e.occurred_at >= coalesce((p_after ->> 'at')::timestamptz, '-infinity')
                    and (p_after is null or (e.occurred_at, e.message_id, e.trusted)
                        > ((p_after ->> 'at')::timestamptz, p_after ->> 'id', (p_after ->> 'trusted')::boolean))
                order by e.occurred_at, e.message_id, e.trusted
                limit 501
            ) as e
            order by e.occurred_at, e.message_id, e.trusted
            limit 501
        ),
        shown as (
            select n.*, jsonb_build_object(
                'messageId', n.message_id, 'type', n.type, 'name', n.name, 'trusted', n.trusted,
                'timestamp', n.occurred_at, 'receivedAt', n.received_at, 'identityId', n.identity_id,
                'properties', n.properties, 'context', n.context
            ) as item
            from next_ones as n
        ),
        sized as (
            select s.*, row_number() over in_order as place, sum(octet_length(s.item::text)) over in_order as bytes
            from shown as s
            window in_order as (order by s.occurred_at, s.message_id, s.trusted)
        ),
        page as (
            select * from sized where place = 1 or (place <= 500 and bytes <= p_bytes)
        )
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(p.item order by p.place), '[]'),
            'next', case when count(*) < (select count(*) from sized) then (
                select jsonb_build_object('at', l.occurred_at, 'id', l.message_id, 'trusted', l.trusted)
                from page as l
                order by l.place desc
                limit 1
            ) end
        )
        from page as p
    $$;

-- Name: page_of_mails(uuid, uuid[], jsonb, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.page_of_mails(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with next_ones as (
            select m.* from public.messages as m
            where m.workspace_id = p_workspace and m.contact_id = any (p_identities)
                and (p_after is null or (m.created_at, m.id) > ((p_after ->> 'at')::timestamptz, (p_after ->> 'id')::uuid))
            order by m.created_at, m.id
            limit 101
        ),
        shown as (
            select n.*, jsonb_build_object(
                'messageId', n.id, 'category', n.category, 'status', n.status, 'reason', n.reason,
                'delivery', n.delivery, 'to', n.to_address, 'from', n.from_address, 'subject', n.subject,
                'html', n.html, 'text', n.plain_text, 'variables', n.variables, 'createdAt', n.created_at,
                'sentAt', n.sent_at, 'events', (
                    select coalesce(jsonb_agg(jsonb_build_object(
                        'kind', e.kind, 'at', e.occurred_at, 'detail', e.detail
                    ) order by e.occurred_at), '[]')
                    from public.message_events as e
                    where e.workspace_id = p_workspace and e.message_id = n.id
                )
            ) as item
            from next_ones as n
        ),
        sized as (
            select s.*, row_number() over in_order as place, sum(octet_length(s.item::text)) over in_order as bytes
            from shown as s
            window in_order as (order by s.created_at, s.id)
        ),
        page as (
            select * from sized where place = 1 or (place <= 100 and bytes <= p_bytes)
        )
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(p.item order by p.place), '[]'),
            'next', case when count(*) < (select count(*) from sized) then (
                select jsonb_build_object('at', l.created_at, 'id', l.id)
                from page as l
                order by l.place desc
                limit 1
            ) end
        )
        from page as p
    $$;

-- Name: page_of_record(uuid, uuid, uuid[], text, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.page_of_record(p_workspace uuid, p_contact uuid, p_identities uuid[], p_after text, p_bytes integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with sized as (
            select
                i.*,
                row_number() over in_order as n,
                sum(octet_length(i.item::text)) over in_order as bytes
            from private.record_items(p_workspace, p_contact, p_identities) as i
            where i.place collate "C" > coalesce(p_after, '')
            window in_order as (order by i.place collate "C")
        ),
        page as (
            select * from sized where n = 1 or bytes <= p_bytes
        ),
        lists as (
            select p.part, jsonb_agg(p.item order by p.item ->> 'key', p.item ->> 'timestamp', p.n) as items
            from page as p
            where p.part <> 'traits'
            group by p.part
        ),
        traits as (
            select jsonb_object_agg(e.key, e.value) as items
            from page as p
            cross join jsonb_each(p.item) as e
            where p.part = 'traits'
        )
        select jsonb_build_object(
            'parts', coalesce((select jsonb_object_agg(part, items) from lists), '{}') || coalesce((
                select jsonb_build_object('traits', items) from traits where items is not null
            ), '{}'),
            'next', case when (select count(*) from page) < (select count(*) from sized) then (
                select jsonb_build_object('id', p.place) from page as p order by p.n desc limit 1
            ) end
        )
    $$;

-- Name: paid_stages(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.paid_stages(p_document jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(g.entry order by g.place desc) filter (where g.entry ? 'signal'), '[]')
        from jsonb_array_elements(p_document -> 'stages') with ordinality as g (entry, place)
        where g.place < coalesce(
            (
                select min(q.place) from jsonb_array_elements(p_document -> 'stages') with ordinality as q (entry, place)
                where q.entry ? 'silenceDays'
            ),
            32767
        )
    $$;

-- Name: people_entered(uuid, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.people_entered(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone) RETURNS TABLE(stage_id uuid, contacts bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    begin
        return query
            select t.to_stage_id, count(*)
            from public.transitions as t
            where t.workspace_id = p_workspace
                and t.to_stage_id = any (array(
                    select g.id from public.stages as g where g.workspace_id = p_workspace and g.position is not null
                ))
                and t.created_at >= p_from and t.created_at < p_to
                and (t.previous_at is null or t.previous_at < p_from)
            group by t.to_stage_id;
    end
    $$;

-- Name: identity_moves; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.identity_moves (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    contact_id uuid,
    moved_by uuid DEFAULT auth.uid(),
    moved_at timestamp with time zone DEFAULT now() NOT NULL
);

-- Name: TABLE identity_moves; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.identity_moves IS 'Moved identities: which identity a member moved to another contact by hand; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN identity_moves.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_moves.id IS 'nobody: id of the move; names the row';

-- Name: COLUMN identity_moves.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_moves.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN identity_moves.identity_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_moves.identity_id IS 'end user: the identity that was moved; the move applies to it';

-- Name: COLUMN identity_moves.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_moves.contact_id IS 'end user: the contact it was moved to, or null to give it back; the move applies to it';

-- Name: COLUMN identity_moves.moved_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_moves.moved_by IS 'owner: id of the member who moved it; says who did it';

-- Name: COLUMN identity_moves.moved_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_moves.moved_at IS 'owner: when it was moved; the last move counts';

-- Name: pin_for(public.identity_moves); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.pin_for(p_move public.identity_moves) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        moved  public.identities;
        target public.identities;
    begin
        select * into moved from public.identities
        where id = p_move.identity_id and workspace_id = p_move.workspace_id;
        -- A contact that has joined another is found under its old id, unless that is the moved one's own.
        select top.* into target
        from public.identities as named
        join public.identities as top on top.id = case named.id when moved.id then named.id else named.contact_id end
        where named.id = p_move.contact_id and named.workspace_id = p_move.workspace_id;

        if moved.id is null or (target.id is null and p_move.contact_id is not null) then
            raise sqlstate 'PT404' using message = 'contact_unknown';
        elsif target.id <> moved.id
            and private.identity_rank(target.kind) <= private.identity_rank(moved.kind) then
            raise sqlstate 'PT412' using message = 'identity_outranks_contact';
        end if;
        return nullif(target.id, private.contact_by_messages(moved));
    end
    $$;

-- Name: pinned_stage_of(private.compiled_rules, uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.pinned_stage_of(p_rules private.compiled_rules, p_contact uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select case
                when p.stage_id = any (p_rules.score_stages || p_rules.event_stages || p_rules.silence_stages) then p.stage_id
            end
            from public.identities as i
            join public.stage_pins as p on p.contact_id = i.id
            where i.contact_id = p_contact
            order by p.pinned_at desc, p.id desc
            limit 1
        );
    end
    $$;

-- Name: place_in_list(jsonb, integer, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.place_in_list(p_place jsonb, p_least integer, p_most integer) RETURNS private.place
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select row(
            least(greatest(coalesce((p_place ->> 'score')::integer, 101), p_least), p_most + 1),
            case
                when (p_place ->> 'score')::integer between p_least and p_most then (p_place ->> 'id')::uuid
                else 'ffffffff-ffff-ffff-ffff-ffffffffffff'
            end
        )::private.place
    $$;

-- Name: preview_contacts(public.rule_drafts, uuid[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.preview_contacts(p_draft public.rule_drafts, p_contacts uuid[], p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        rules private.compiled_rules;
    begin
        if p_draft.done_to is null then
            delete from public.rule_draft_moves where draft_id = p_draft.id;
            delete from public.rule_draft_mails where draft_id = p_draft.id;
        end if;
        select * into strict rules from private.compiled_rules where workspace_id = p_draft.workspace_id;
        perform private.bring_up_to_date(p_draft.workspace_id, rules, p_contacts, p_now);
        perform private.note_changes(
            p_draft,
            private.draft_changes(private.compiled_draft(p_draft), p_contacts, (p_now at time zone 'utc')::date),
            p_now
        );
    end
    $$;

-- Name: progress_of(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.progress_of(p_status text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select array_position(
            array['on_trial', 'active', 'paused', 'past_due', 'unpaid', 'cancelled', 'expired'], p_status
        )
    $$;

-- Name: publish_draft(public.rule_drafts); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.publish_draft(p_draft public.rule_drafts) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        if p_draft.status <> 'previewed' then
            raise sqlstate 'PT425' using message = 'preview_pending';
        end if;
        perform private.refuse_lost_stages(p_draft.workspace_id, p_draft.completed);
        -- Whoever is at the re-score or at another draft is waited for before ingestion has to wait.
        perform private.begin_rescore(p_draft.workspace_id, false, now());
        update public.rule_drafts
        set status = 'previewing', previewed_on = null, done_to = null, done = 0, total = null, changed_at = now()
        where workspace_id = p_draft.workspace_id and id <> p_draft.id and status in ('previewing', 'previewed');
        perform private.apply_rules(p_draft.workspace_id, p_draft.completed);
    end
    $$;

-- Name: purge_events(uuid, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.purge_events(p_erasure uuid, p_limit integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        gone integer;
    begin
        with found as (
            select e.workspace_id, e.message_id, e.trusted
            from public.erased_identities as i
            join public.events as e on e.identity_id = i.identity_id and e.workspace_id = i.workspace_id
            where i.erasure_id = p_erasure
            limit p_limit
        ),
        cleaned as (
            delete from public.redactions as r
            using found as f
            where r.workspace_id = f.workspace_id and r.message_id = f.message_id and r.trusted = f.trusted
        )
        delete from public.events as e
        using found as f
        where e.workspace_id = f.workspace_id and e.message_id = f.message_id and e.trusted = f.trusted;
        get diagnostics gone = row_count;
        return gone;
    end
    $$;

-- Name: purge_rows(regclass, uuid, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.purge_rows(p_table regclass, p_workspace uuid, p_limit integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ''
    AS $_$
    declare
        gone integer;
    begin
        execute format(
            'delete from %1$s where workspace_id = $1 and ctid = any (array(
                select ctid from %1$s where workspace_id = $1 limit $2 for update skip locked
            ))', p_table
        ) using p_workspace, p_limit;
        get diagnostics gone = row_count;
        return gone;
    end
    $_$;

-- Name: queue_mails(uuid, private.mail_decision[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.queue_mails(p_workspace uuid, p_decisions private.mail_decision[], p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        insert into public.messages
            (workspace_id, contact_id, automation_id, occurrence, template_id, category, send_at, created_at)
        select
            p_workspace, d.contact_id, a.id, d.occurrence, t.id, t.category,
            p_now + a.delay_minutes * interval '1 minute', p_now
        from unnest(p_decisions) as d
        join public.automations as a on a.id = d.automation_id
        join public.templates as t on t.id = a.template_id
        on conflict on constraint messages_occurrence_key do nothing;
    end
    $$;

-- Name: quiet_until(public.workspaces, jsonb, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.quiet_until(p_workspace public.workspaces, p_traits jsonb, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        here    timestamp := private.local_time(p_now, coalesce(p_traits ->> 'timezone', p_workspace.time_zone));
        from_to time[] := array[p_workspace.quiet_from, p_workspace.quiet_to];
        is_late boolean;
    begin
        is_late := case
            when from_to[1] < from_to[2] then here::time >= from_to[1] and here::time < from_to[2]
            when from_to[1] > from_to[2] then here::time >= from_to[1] or here::time < from_to[2]
        end;
        if is_late is not true then
            return null;
        end if;
        -- As long from now as it is there until the next time the hours end.
        return p_now + case
            when here::time < from_to[2] then from_to[2] - here::time
            else from_to[2] - here::time + interval '24 hours'
        end;
    end
    $$;

-- Name: quotas(uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.quotas(p_workspace uuid, p_now timestamp with time zone) RETURNS TABLE(meter text, quota integer)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select q.meter, q.quota
        from public.workspaces as w
        cross join lateral private.entitlements(w.id, p_now) as plan
        cross join lateral (values
            ('contacts', plan.contacts), ('emails', coalesce(w.monthly_emails, plan.emails))
        ) as q (meter, quota)
        where w.id = p_workspace
    $$;

-- Name: raise_rejection(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.raise_rejection(p_code text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        case p_code
            when 'too_many_traits' then raise sqlstate 'PT451' using message = p_code;
            when 'too_many_identities' then raise sqlstate 'PT452' using message = p_code;
            when 'not_stored' then raise sqlstate 'PT453' using message = p_code;
            when 'sensitive_data' then raise sqlstate 'PT454' using message = p_code;
        end case;
    end
    $$;

-- Name: receipt_of(public.erasures); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.receipt_of(p_erasure public.erasures) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'erasureId', p_erasure.id, 'workspaceId', p_erasure.workspace_id, 'contactId', p_erasure.contact_id,
            'status', case when p_erasure.finished_at is null then 'purging' else 'finished' end,
            'requestedAt', p_erasure.requested_at, 'finishedAt', p_erasure.finished_at,
            'forever', p_erasure.is_forever, 'counts', p_erasure.counts
        )
    $$;

-- Name: receipts_for(uuid, jsonb, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.receipts_for(p_workspace uuid, p_lookup jsonb, p_key text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(private.receipt_of(e) order by e.requested_at), '[]')
        from jsonb_each_text(p_lookup) as l
        join public.erasures as e on case l.key
            when 'contactId' then e.contact_id = l.value::uuid
            else private.tombstone(p_key, p_workspace, l.key, l.value) = any (e.tombstones)
        end
        where e.workspace_id = p_workspace
    $$;

-- Name: recipient(public.messages, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.recipient(p_message public.messages, p_address_key text) RETURNS TABLE(address text, is_claimed boolean, traits jsonb, skip_reason text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select
            a.address,
            a.is_claimed,
            c.traits,
            case
                when w.deletion_requested_at is not null then 'workspace_deletion_pending'
                when c.id is null then 'contact_gone'
                when a.address is null or a.address <> coalesce((p_message).to_address, a.address) then 'not_mailable'
                when exists (
                    select from public.suppressions as s
                    where s.workspace_id = w.id
                        and s.address_hash = private.hmac_sha256(p_address_key, w.id || ':' || a.address)
                        and coalesce(s.category, (p_message).category) = (p_message).category
                ) then 'suppressed'
                when (p_message).category = 'marketing' and w.postal_address is null then 'postal_address_missing'
                else private.automation_refusal(p_message, c.id)
            end
        from public.workspaces as w
        -- Whoever queued the message may have named any contact: only one of its own workspace is ever read.
        left join public.identities as i on i.id = (p_message).contact_id and i.workspace_id = w.id
        left join public.contacts as c on c.id = i.contact_id
        left join lateral public.mailable_address(c.id) as a on true
        where w.id = (p_message).workspace_id
    $$;

-- Name: record_items(uuid, uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.record_items(p_workspace uuid, p_contact uuid, p_identities uuid[]) RETURNS TABLE(part text, place text, item jsonb)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select 'traits', 'traits/' || md5(e.key), jsonb_build_object(e.key, e.value)
        from public.contacts as c
        cross join jsonb_each(c.traits) as e
        where c.id = p_contact and c.workspace_id = p_workspace
        union all
        select 'links', format('links/%s/%s', l.lower_id, l.higher_id), jsonb_build_object(
            'from', l.lower_id, 'to', l.higher_id, 'trusted', l.trusted, 'timestamp', l.occurred_at,
            'messageId', l.message_id
        )
        from public.identity_links as l where l.lower_id = any (p_identities)
        union all
        select 'traitHistory', format('traitHistory/%s', md5(t.identity_id || ':' || t.key)), jsonb_build_object(
            'identityId', t.identity_id, 'key', t.key, 'value', t.value, 'trusted', t.trusted,
            'timestamp', t.occurred_at, 'messageId', t.message_id
        )
        from public.traits as t where t.identity_id = any (p_identities)
        union all
        select 'signals', format('signals/%s/%s/%s', k.day - date '1970-01-01' + 100000, n.number, k.identity_id),
            jsonb_build_object('signal', n.event, 'condition', n.condition, 'day', k.day, 'count', k.count)
        from public.signal_counts as k
        join public.signals as n on n.workspace_id = k.workspace_id and n.number = k.signal
        where k.workspace_id = p_workspace and k.identity_id = any (p_identities)
        union all
        select 'scoreHistory', format('scoreHistory/%s/%s', h.day - date '1970-01-01' + 100000, h.contact_id),
            jsonb_build_object('day', h.day, 'score', h.score, 'stage', g.name)
        from public.score_history as h
        left join public.stages as g on g.id = h.stage_id
        where h.workspace_id = p_workspace and h.contact_id = any (p_identities)
        union all
        select 'transitions',
            format('transitions/%s/%s', to_char(t.created_at at time zone 'utc', 'YYYYMMDDHH24MISSUS'), t.id),
            jsonb_build_object('from', f.name, 'to', g.name, 'cause', t.cause, 'score', t.score, 'at', t.created_at)
        from public.transitions as t
        left join public.stages as f on f.id = t.from_stage_id
        left join public.stages as g on g.id = t.to_stage_id
        where t.workspace_id = p_workspace and t.contact_id = any (p_identities)
    $$;

-- Name: record_of(uuid, uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.record_of(p_workspace uuid, p_contact uuid, p_identities uuid[]) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'contactId', c.id, 'createdAt', c.created_at, 'email', c.email, 'emailTrusted', c.email_trusted,
            'score', s.score, 'fit', s.fit, 'lastEventAt', s.last_event_at,
            'stage', (select g.name from public.stages as g where g.id = s.stage_id),
            'pinnedStage', (select g.name from public.stages as g where g.id = s.pinned_stage_id),
            'identities', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'identityId', i.id, 'kind', i.kind, 'value', i.value, 'createdAt', i.created_at
                ) order by i.created_at, i.id), '[]')
                from public.identities as i where i.id = any (p_identities)
            )
        )
        from public.contacts as c
        left join public.contact_states as s on s.contact_id = c.id
        where c.id = p_contact and c.workspace_id = p_workspace
    $$;

-- Name: record_of_account(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.record_of_account(p_user uuid) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'userId', u.id, 'email', u.email, 'createdAt', u.created_at, 'lastSignInAt', u.last_sign_in_at,
            'metadata', u.raw_user_meta_data,
            'sessions', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'since', s.created_at, 'refreshedAt', s.refreshed_at at time zone 'utc', 'browser', s.user_agent,
                    'ip', host(s.ip)
                ) order by s.created_at), '[]')
                from auth.sessions as s
                where s.user_id = u.id
            ),
            'memberships', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', w.id, 'workspace', w.name, 'role', m.role, 'since', m.created_at
                ) order by m.created_at), '[]')
                from public.members as m
                join public.workspaces as w on w.id = m.workspace_id
                where m.user_id = u.id
            ),
            'invitations', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', i.workspace_id, 'role', i.role, 'status', i.status, 'at', i.created_at,
                    'isByThem', i.invited_by = u.id
                ) order by i.created_at), '[]')
                from public.invitations as i
                where i.email = lower(u.email) or i.invited_by = u.id
            ),
            'notices', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', n.workspace_id, 'kind', n.kind, 'status', n.status, 'at', n.send_at
                ) order by n.send_at), '[]')
                from private.notices as n
                left join public.invitations as i on i.id = n.invitation_id
                where n.user_id = u.id or i.email = lower(u.email)
            ),
            'invitationMails', (
                select coalesce(jsonb_agg(jsonb_build_object('workspaceId', m.workspace_id, 'at', m.at) order by m.at), '[]')
                from private.invitation_mails as m
                where m.invited_by = u.id
            ),
            'signIns', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'action', l.payload ->> 'action', 'at', l.created_at, 'ip', l.ip_address
                ) order by l.created_at), '[]')
                from auth.audit_log_entries as l
                where l.payload ->> 'actor_id' = u.id::text
            ),
            'announcements', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'policyOf', a.policy_date, 'status', a.status, 'at', a.send_at
                ) order by a.send_at), '[]')
                from private.announcements as a
                where a.user_id = u.id
            ),
            'deeds', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', a.workspace_id, 'action', a.action, 'contactId', a.contact_id, 'detail', a.detail,
                    'at', a.at
                ) order by a.at), '[]')
                from public.audit_log as a
                where a.actor = 'member:' || u.id
            )
        )
        from auth.users as u
        where u.id = p_user
    $$;

-- Name: record_rejections(uuid, uuid, jsonb, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.record_rejections(p_workspace uuid, p_api_key uuid, p_rejected jsonb, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        insert into public.rejections (workspace_id, api_key_id, message_id, code, pointer, received_at)
        select
            p_workspace, p_api_key,
            -- It may be what is sensitive.
            case when r ->> 'code' <> 'sensitive_data' then left(r ->> 'messageId', 255) end,
            r ->> 'code', left(r ->> 'pointer', 255), p_now
        from jsonb_array_elements(p_rejected) as r;

        delete from public.rejections
        where id in (
            select id from public.rejections
            where received_at <= p_now - interval '24 hours'
            order by received_at
            limit 2 * jsonb_array_length(p_rejected)
            for update skip locked
        );
    end
    $$;

-- Name: record_transitions(uuid, private.stage_change[], text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.record_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        if cardinality(p_changes) > 0 then
            -- The mails first: what is logged now is no earlier stay.
            perform private.queue_mails(
                p_workspace, array(select m from private.mails_for(p_workspace, p_changes, p_now) as m), p_now
            );
            perform private.log_transitions(p_workspace, p_changes, p_cause, p_now);
        end if;
    end
    $$;

-- Name: recount_signals(uuid, uuid[], smallint[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.recount_signals(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        with counted as materialized (
            select * from private.counts_by_events(p_workspace, p_contacts, p_signals)
        ),
        gone as (
            delete from public.signal_counts as c
            using public.identities as i
            where i.contact_id = any (p_contacts)
                and c.workspace_id = p_workspace and c.identity_id = i.id and c.signal = any (p_signals)
                and (c.identity_id, c.signal, c.day) not in (select n.identity_id, n.signal, n.day from counted as n)
        )
        insert into public.signal_counts as c (workspace_id, identity_id, signal, day, count)
        select p_workspace, n.identity_id, n.signal, n.day, n.count
        from counted as n
        order by n.identity_id, n.signal, n.day
        on conflict on constraint signal_counts_pkey do update set count = excluded.count where c.count <> excluded.count;
    end
    $$;

-- Name: refusal(private.sender, private.message); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.refusal(p_sender private.sender, p_message private.message) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
        select case
            when (p_message).redactions > 0 and ((p_sender).redact = 'reject' or (p_message).sensitive_id)
                then 'sensitive_data'
            when (p_message).trusted then null
            when (p_message).user_hash is not null then 'user_hash_invalid'
            when (p_message).type = 'alias' then 'verification_required'
            when (p_sender).require_verification and (p_message).kinds[1] = 'userId' then 'verification_required'
        end
    $$;

-- Name: refuse_erased(private.sender, private.message[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.refuse_erased(p_sender private.sender, INOUT p_messages private.message[], OUT rejected jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        message  private.message;
        gone     integer[];
        admitted private.message[] := '{}';
    begin
        rejected := '[]';
        if not exists (select from private.tombstones where workspace_id = p_sender.workspace_id) then
            return;
        elsif p_sender.tombstone_key is null then
            raise exception 'tombstones can not be told without their key';
        end if;
        foreach message in array p_messages loop
            gone := private.erased_places(p_sender, message);
            if 1 = any (gone) or exists (
                select from unnest(gone) as n where message.kinds[n] <> 'anonymousId'
            ) then
                rejected := rejected || private.rejection(message, 'not_stored');
                continue;
            end if;
            if cardinality(gone) > 0 then
                message.values := array(
                    select value from unnest(message.values) with ordinality as v (value, n) where n <> all (gone) order by n
                );
                message.kinds := array(
                    select kind from unnest(message.kinds) with ordinality as k (kind, n) where n <> all (gone) order by n
                );
            end if;
            admitted := admitted || message;
        end loop;
        p_messages := admitted;
    end
    $$;

-- Name: refuse_lost_stages(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.refuse_lost_stages(p_workspace uuid, p_document jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        problems jsonb;
    begin
        select jsonb_agg(jsonb_build_object(
            'pointer', '/stages',
            'expected', format('the stage %s, which the automation %s names', g.name, a.name)
        )) into problems
        from public.automations as a
        join public.stages as g on g.workspace_id = a.workspace_id and g.id in (a.entering_stage_id, a.goal_stage_id)
        where a.workspace_id = p_workspace
            and not p_document -> 'stages' @> jsonb_build_array(jsonb_build_object('id', g.id));
        if problems is not null then
            raise sqlstate 'PT422' using message = 'rules_invalid', detail = problems::text;
        end if;
    end
    $$;

-- Name: refuse_wrong_rules(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.refuse_wrong_rules(p_document jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        problems jsonb;
    begin
        select jsonb_agg(jsonb_build_object('pointer', p.pointer, 'expected', p.expected) order by p.pointer) into problems
        from private.rule_problems(p_document) as p;
        if problems is not null then
            raise sqlstate 'PT422' using message = 'rules_invalid', detail = problems::text;
        end if;
    end
    $$;

-- Name: regroup_contacts(uuid, private.compiled_rules, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.regroup_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        uncounted smallint[] := array(
            select s.number from public.signals as s
            where s.workspace_id = p_workspace and (
                not s.counted_back or exists (
                    select from public.rescores as r
                    where r.workspace_id = p_workspace and r.recount and r.finished_at is null
                )
            )
        );
    begin
        -- Counting back goes from contact to contact. It would miss what moves from one ahead of it to one behind it.
        if cardinality(uncounted) > 0 then
            perform private.count_back(p_workspace, p_contacts, uncounted);
        end if;
        with gone as (
            delete from public.contact_states as s
            where s.contact_id = any (p_contacts)
                and not exists (select from public.identities as i where i.contact_id = s.contact_id)
            returning s.*
        )
        insert into public.score_history (workspace_id, contact_id, day, score, stage_id)
        select workspace_id, contact_id, changed_on, score, stage_id from gone where stage_id is not null
        on conflict on constraint score_history_pkey do update
            set score = excluded.score, stage_id = excluded.stage_id;
        delete from public.contacts as c
        where c.id = any (p_contacts)
            and not exists (select from public.identities as i where i.contact_id = c.id);
        update public.contact_states as s
        set
            -- None of these rules': its sums are made anew.
            rules_version = -1,
            event_stage_id = private.event_stage_of(p_rules, s.contact_id),
            pinned_stage_id = private.pinned_stage_of(p_rules, s.contact_id),
            last_event_at = (
                select max(newest.occurred_at)
                from public.identities as i
                cross join lateral (
                    select e.occurred_at from public.events as e
                    where e.workspace_id = p_workspace and e.identity_id = i.id and e.type in ('track', 'page', 'screen')
                    order by e.occurred_at desc
                    limit 1
                ) as newest
                where i.contact_id = s.contact_id
            )
        where s.contact_id = any (p_contacts);
        perform private.merge_traits(p_rules, p_contacts);
        update public.contacts as c
        set stage_id = n.stage_id, stages_been = n.stages_been
        from (
            select s.contact_id, s.stage_id, private.stages_of(p_workspace, s.contact_id) as stages_been
            from public.contact_states as s
            where s.contact_id = any (p_contacts)
            offset 0
        ) as n
        where c.id = n.contact_id and (c.stage_id, c.stages_been) is distinct from (n.stage_id, n.stages_been);
        perform private.order_entries(p_workspace, p_contacts);
    end
    $$;

-- Name: rejection(private.message, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.rejection(p_message private.message, p_code text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'index', p_message.index,
            'messageId', p_message.message_id,
            'code', p_code,
            'pointer', case p_code
                when 'user_hash_invalid' then '/userHash'
                when 'verification_required' then case p_message.type when 'alias' then '/type' else '/userId' end
                when 'sensitive_data' then coalesce(p_message.sensitive_at, '')
                when 'too_many_traits' then '/traits'
                else ''
            end
        )
    $$;

-- Name: renderable(public.messages, text, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.renderable(p_message public.messages, p_address text, p_traits jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'id', (p_message).id, 'claim', (p_message).claim, 'attempts', (p_message).attempts,
            'category', (p_message).category, 'variables', (p_message).variables,
            'to', p_address, 'contact', p_traits,
            'workspace', jsonb_build_object(
                'id', w.id, 'name', w.name, 'slug', w.slug, 'replyTo', w.reply_to, 'postalAddress', w.postal_address,
                'website', w.website
            ),
            -- What an earlier attempt stored goes out unchanged, or the provider would refuse its key.
            'rendered', (p_message).first_attempt_at is not null,
            'from', (p_message).from_address, 'replyTo', (p_message).reply_to,
            'subject', coalesce((p_message).subject, t.subject), 'html', coalesce((p_message).html, t.html),
            'text', (p_message).plain_text,
            'provider', carrier.provider, 'smtp', carrier.smtp
        )
        from public.workspaces as w
        left join public.templates as t on t.workspace_id = w.id and t.id = (p_message).template_id
        cross join lateral private.carrier(p_message) as carrier
        where w.id = (p_message).workspace_id
    $$;

-- Name: repetitions(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.repetitions(p_document jsonb) RETURNS TABLE(pointer text, expected text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select max(e.pointer), 'another ' || u.noun || ' than ' || min(e.pointer)
        from (values
            ('signals', 'name', array['name']), ('signals', 'definition', array['event', 'condition', 'trustedOnly']),
            ('stages', 'name', array['name']), ('stages', 'id', array['id']), ('stages', 'score', array['score']),
            ('stages', 'silence', array['silenceDays']),
            ('stages', 'definition', array['event', 'condition', 'trustedOnly'])
        ) as u (list, noun, members)
        cross join lateral private.entries(p_document, u.list) as e
        cross join lateral (
            select jsonb_object_agg(m.key, m.value) as said
            from jsonb_each(case jsonb_typeof(e.entry) when 'object' then e.entry else '{}' end) as m
            where m.key = any (u.members) and m.value not in ('null', 'false')
        ) as s
        where s.said ? u.members[1]
        group by u.list, u.noun, s.said
        having count(*) > 1
    $$;

-- Name: rescore_contacts(uuid, private.compiled_rules, uuid[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.rescore_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        changes private.stage_change[];
    begin
        -- Most contacts keep all of these, and a row that is not written twice is half the load on ingestion.
        update public.contact_states as s
        set
            fit = n.fit,
            event_stage_id = n.event_stage_id,
            pinned_stage_id = n.pinned_stage_id,
            -- None of these rules': its sums are made anew.
            rules_version = -1
        from (
            select
                c.id, private.fit_of(p_rules, c.traits) as fit, private.event_stage_of(p_rules, c.id) as event_stage_id,
                private.pinned_stage_of(p_rules, c.id) as pinned_stage_id
            from public.contacts as c
            where c.id = any (p_contacts)
            offset 0
        ) as n
        where s.contact_id = n.id and (
            s.rules_version = p_rules.version
            or (s.fit, s.event_stage_id, s.pinned_stage_id)
                is distinct from (n.fit, n.event_stage_id, n.pinned_stage_id)
        );
        changes := private.update_scores(p_workspace, p_rules, private.no_gains(p_contacts), p_now);
        perform private.record_transitions(p_workspace, changes, 'rules', p_now);
        return cardinality(changes);
    end
    $$;

-- Name: resolve_messages(uuid, private.message[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.resolve_messages(p_workspace uuid, p_messages private.message[]) RETURNS private.resolution[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select coalesce(
                array_agg(row(m.index, (m.found).id, m.lower_ids, (m.found).contact_id)::private.resolution)
                    filter (where (m.found).id is not null),
                '{}'
            )
            from (
                select
                    m.index,
                    (
                        select top from public.identities as top
                        where top.workspace_id = p_workspace and top.kind = m.kinds[1] and top.value = m.values[1]
                    ) as found,
                    case when cardinality(m.kinds) > 1 then array(
                        select (
                            select i.id from public.identities as i
                            where i.workspace_id = p_workspace and i.kind = m.kinds[n] and i.value = m.values[n]
                        )
                        from generate_series(2, cardinality(m.kinds)) as n
                        order by n
                    ) end as lower_ids
                from unnest(p_messages) as m
                offset 0
            ) as m
        );
    end
    $$;

-- Name: resolve_new(private.sender, private.message[], boolean); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.resolve_new(p_sender private.sender, INOUT p_messages private.message[], p_structural boolean, OUT resolved private.resolution[], OUT touched uuid[], OUT rejected jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := p_sender.workspace_id;
        message   private.message;
    begin
        touched := '{}';
        select r.p_messages, r.rejected into p_messages, rejected
        from private.refuse_erased(p_sender, private.drop_duplicates(workspace, p_messages)) as r;
        foreach message in array p_messages loop
            continue when not p_structural or cardinality(message.kinds) = 1;
            begin
                touched := touched || private.link_identities(workspace, message);
            exception when sqlstate 'PT450' then
                rejected := rejected || private.rejection(message, 'too_many_identities');
                p_messages := array(select m from unnest(p_messages) as m where m.index <> message.index);
            end;
        end loop;
        perform private.ensure_identities(workspace, p_messages);
        resolved := private.resolve_messages(workspace, p_messages);
    end
    $$;

-- Name: row_before_and_after(uuid, jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.row_before_and_after(p_contact uuid, p_before jsonb, p_after jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$
        select jsonb_build_object(
            'id', p_contact,
            'before', jsonb_path_query_first(p_before, '$[*] ? (@.id == $id)', jsonb_build_object('id', p_contact)),
            'after', jsonb_path_query_first(p_after, '$[*] ? (@.id == $id)', jsonb_build_object('id', p_contact))
        )
    $_$;

-- Name: rule_problems(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.rule_problems(p_document jsonb) RETURNS TABLE(pointer text, expected text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select '', 'an object with halfLifeDays, signals, fit and stages, and nothing else'
        where not private.is_object(p_document, array['halfLifeDays', 'signals', 'fit', 'stages'])
        union all
        select '/halfLifeDays', 'a whole number from 1 to 365'
        where not private.is_number(p_document -> 'halfLifeDays', 1, 365, 0)
        union all
        select '/' || l.name, 'a list of at most ' || l.longest
        from (values ('signals', 50), ('fit', 50), ('stages', 20)) as l (name, longest)
        where coalesce(jsonb_typeof(p_document -> l.name), '') <> 'array'
            or (select count(*) from private.entries(p_document, l.name)) > l.longest
        union all select * from private.score_rule_problems(p_document)
        union all select * from private.fit_rule_problems(p_document)
        union all select * from private.stage_problems(p_document)
        union all select * from private.repetitions(p_document)
    $$;

-- Name: rules_to_test(uuid, uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.rules_to_test(p_workspace uuid, p_draft uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        if p_draft is null then
            return public.rules_in_force(p_workspace);
        end if;
        return (
            select d.completed || jsonb_build_object('isCounting', d.status = 'counting') from public.rule_drafts as d
            where d.id = p_draft and d.workspace_id = p_workspace and d.status in ('counting', 'previewing', 'previewed')
        );
    end
    $$;

-- Name: scalar_text(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.scalar_text(p_value jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        select case jsonb_typeof(p_value)
            when 'string' then left(p_value #>> '{}', 100)
            when 'number' then left(trim_scale(p_value::numeric)::text, 100)
            when 'boolean' then p_value #>> '{}'
        end
    $$;

-- Name: score_rule_problems(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.score_rule_problems(p_document jsonb) RETURNS TABLE(pointer text, expected text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select e.pointer, c.expected
        from private.entries(p_document, 'signals') as e
        cross join lateral (values
            (private.is_object(
                e.entry, array['name', 'signal', 'event', 'condition', 'trustedOnly', 'points', 'cap']),
                'an object with name, event, condition, trustedOnly, points and cap, and nothing else'),
            (private.is_text(e.entry -> 'name', 100), 'a name of 1 to 100 characters'),
            (private.is_definition(e.entry),
                'an event of 1 to 200 characters, and maybe a condition, an object of at most 1,000 bytes, and trustedOnly'),
            (private.is_number(e.entry -> 'points', -1000, 1000, 2), 'points from -1000 to 1000 with at most two decimals'),
            (not e.entry ? 'cap' or private.is_number(e.entry -> 'cap', 0.01, 1000, 2),
                'a cap from 0.01 to 1000 with at most two decimals')
        ) as c (is_met, expected)
        where not c.is_met
    $$;

-- Name: secret_workspace(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.secret_workspace(p_key_hash text) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        sender private.sender := private.authenticate(p_key_hash, null);
    begin
        if not sender.trusted then
            raise sqlstate 'PT401' using message = 'secret_key_required';
        end if;
        return sender.workspace_id;
    end
    $$;

-- Name: signal_filters(jsonb, date); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.signal_filters(p_filters jsonb, p_today date) RETURNS private.signal_filter[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        if exists (
            select from jsonb_array_elements(p_filters) as f
            where not private.is_number(f -> 'signal', 1, 32767, 0) or not private.is_number(f -> 'least', 1, 1000, 0)
                or (f ? 'days' and not private.is_number(f -> 'days', 1, 3650, 0))
        ) then
            raise sqlstate 'PT422' using message = 'filter_invalid', detail = 'A filter by a signal is not as it should be.';
        end if;
        return array(
            select row(
                (f -> 'signal')::smallint, (f -> 'least')::integer,
                coalesce(p_today - (f -> 'days')::integer + 1, (f ->> 'since')::date, '-infinity'),
                coalesce((f -> 'not')::boolean, false)
            )::private.signal_filter
            from jsonb_array_elements(p_filters) as f
        );
    exception when data_exception then
        raise sqlstate 'PT422' using message = 'filter_invalid', detail = 'A filter by a signal is not as it should be.';
    end
    $$;

-- Name: signal_number(uuid, text, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.signal_number(p_workspace uuid, p_kind text, p_entry jsonb) RETURNS smallint
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        defined public.signals;
        known   smallint;
    begin
        defined.event := p_entry ->> 'event';
        defined.condition := nullif(p_entry -> 'condition', 'null');
        defined.trusted_only := coalesce((p_entry -> 'trustedOnly')::boolean, false);
        select s.number into known from public.signals as s
        where s.workspace_id = p_workspace and s.kind = p_kind and s.event = defined.event
            and s.trusted_only = defined.trusted_only and s.condition is not distinct from defined.condition;
        if found then
            return known;
        end if;
        insert into public.signals (workspace_id, number, kind, event, condition, trusted_only)
        select p_workspace, coalesce(max(s.number), 0) + 1, p_kind, defined.event, defined.condition, defined.trusted_only
        from public.signals as s
        where s.workspace_id = p_workspace
        returning number into known;
        return known;
    end
    $$;

-- Name: skip_words(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.skip_words(p_reason text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select w.words
        from (values
            ('suppressed', 'the address had unsubscribed, bounced, complained, or was suppressed by hand'),
            ('not_mailable', 'the contact had no address that may be mailed, or another one than when the mail was queued'),
            ('contact_gone', 'the contact was no longer there'),
            ('workspace_deletion_pending', 'the workspace was being deleted'),
            ('postal_address_missing', 'marketing mail has to carry the workspace''s postal address, which was not set'),
            ('quota_exceeded', 'the plan''s mails of the month, or its contacts, were used up'),
            ('automation_deleted', 'its automation had been deleted'),
            ('automation_not_live', 'its automation was no longer live'),
            ('goal_reached', 'the contact had reached the automation''s goal'),
            ('stage_left', 'the contact had left the stage'),
            ('silence_broken', 'the contact had become active again')
        ) as w (reason, words)
        where w.reason = p_reason
        union all
        select case
            when private.wait_words(p_reason) = p_reason then p_reason
            else 'it would have had to wait for more than 72 hours: ' || private.wait_words(p_reason)
        end
        limit 1
    $$;

-- Name: smtp_shown(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.smtp_shown(p_workspace uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'host', s.host, 'port', s.port, 'username', s.username, 'from', s.from_address, 'fromName', s.from_name,
            'verifiedAt', s.verified_at, 'lastError', s.last_error
        )
        from public.smtp_settings as s where s.workspace_id = p_workspace
    $$;

-- Name: stage_problems(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.stage_problems(p_document jsonb) RETURNS TABLE(pointer text, expected text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $_$
        select e.pointer, c.expected
        from private.entries(p_document, 'stages') as e
        cross join lateral (values
            (private.is_object(
                e.entry, array['name', 'id', 'score', 'silenceDays', 'signal', 'event', 'condition', 'trustedOnly']),
                'an object with name, one of score, event and silenceDays, and nothing that does not belong to it'),
            (private.is_text(e.entry -> 'name', 100), 'a name of 1 to 100 characters'),
            (num_nonnulls(e.entry -> 'score', e.entry -> 'event', e.entry -> 'silenceDays') = 1,
                'one of score, event and silenceDays'),
            (not e.entry ? 'score' or private.is_number(e.entry -> 'score', 0, 100, 0), 'a score from 0 to 100'),
            (not e.entry ? 'event' or private.is_definition(e.entry),
                'an event of 1 to 200 characters, and maybe a condition, an object of at most 1,000 bytes, and trustedOnly'),
            (not e.entry ? 'silenceDays' or private.is_number(e.entry -> 'silenceDays', 1, 3650, 0),
                'silenceDays from 1 to 3650'),
            (not e.entry ? 'id' or coalesce(
                e.entry ->> 'id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', false), 'the id of a stage, or none')
        ) as c (is_met, expected)
        where not c.is_met
        union all
        select '/stages', 'a stage that is reached by score 0, so that everybody has one'
        where not exists (
            select from private.entries(p_document, 'stages') as e where e.entry -> 'score' = '0'
        )
    $_$;

-- Name: stages_of(uuid, uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.stages_of(p_workspace uuid, p_contact uuid) RETURNS smallint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return array(
            select g.number
            from public.identities as i
            join public.transitions as t on t.workspace_id = p_workspace and t.contact_id = i.id
            join public.stages as g on g.id = t.to_stage_id
            where i.contact_id = p_contact
            union
            select g.number
            from public.contact_states as s
            join public.stages as g on g.id = s.stage_id
            where s.contact_id = p_contact
            order by 1
        );
    end
    $$;

-- Name: standing(private.compiled_rules, numeric[], numeric, uuid, uuid, timestamp with time zone, date, date); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.standing(p_rules private.compiled_rules, p_sums numeric[], p_fit numeric, p_pinned_stage uuid, p_event_stage uuid, p_last_event_at timestamp with time zone, p_day date, p_known_due date DEFAULT 'infinity'::date) RETURNS private.standing
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    declare
        here      private.standing;
        cap       numeric;
        whole     numeric;
        points    numeric;
        gained    numeric := 0;
        free      numeric := 0;
        uncapping numeric := 'infinity';
        owed      numeric := 0;
        days      float8;
        last_day  date := (p_last_event_at at time zone 'utc')::date;
        silence   integer := p_day - last_day;
    begin
        -- A loop, because starting a query costs more than it takes for as many rules as there may be.
        for i in 1 .. coalesce(cardinality(p_sums), 0) loop
            cap := p_rules.rule_caps[i];
            whole := p_rules.rule_points[i] * p_sums[i];
            if whole >= cap then
                gained := gained + cap;
                uncapping := least(uncapping, whole / cap);
            elsif whole > 0 then
                gained := gained + whole;
                free := free + whole;
            elsif whole < 0 then
                owed := owed + least(cap, -whole);
            end if;
        end loop;
        points := gained - owed + p_fit;
        here.score := round(least(100, greatest(0, points)));
        -- By hand, else by the latest stage event, else by silence, else by score. width_bucket() counts the thresholds
        -- reached; position 0 is outside the array, hence null.
        here.stage_id := coalesce(
            p_pinned_stage,
            p_event_stage,
            p_rules.silence_stages[width_bucket(silence, p_rules.silence_days)],
            p_rules.score_stages[width_bucket(here.score::integer, p_rules.thresholds)]
        );
        if p_known_due <= p_day + 1 then
            here.due_on := p_known_due;
            return here;
        end if;

        days := private.days_to_change(
            gained, free, uncapping, owed,
            case here.score when 0 then 'infinity' else points - here.score + 0.5 end,
            case here.score when 100 then 'infinity' else here.score + 0.5 - points end,
            p_rules.half_life_days
        );
        -- A thousandth of a day is far more than what the factors' rounding to 12 decimals can shift.
        here.due_on := case
            when days = 'infinity' then 'infinity'
            else p_day + greatest(1, ceil(days - 0.001)::integer)
        end;
        if last_day > p_day then
            -- What is dated tomorrow counts from tomorrow on.
            here.due_on := least(here.due_on, last_day);
        else
            here.due_on := least(
                here.due_on,
                last_day + p_rules.mail_silences[1 + width_bucket(silence, p_rules.mail_silences)],
                case when p_pinned_stage is null and p_event_stage is null then
                    last_day + p_rules.silence_days[1 + width_bucket(silence, p_rules.silence_days)]
                end
            );
        end if;
        here.due_on := least(here.due_on, p_known_due);
        return here;
    end
    $$;

-- Name: standing_on(uuid, private.compiled_rules, uuid, date); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.standing_on(p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_day date) RETURNS private.standing
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        until       constant timestamptz := (p_day + 1)::timestamp at time zone 'utc';
        identities  constant uuid[] := array(
            select i.id from public.identities as i where i.contact_id = p_contact and i.workspace_id = p_workspace
        );
        fit         numeric := 0;
        event_stage uuid;
    begin
        if cardinality(p_rules.fit_traits) > 0 then
            fit := private.fit_of(p_rules, public.traits_as_of(p_workspace, p_contact, until, p_rules.fit_traits));
        end if;
        -- Few have had any; of the others no event needs to be looked at.
        if exists (
            select from public.stage_events as e
            where e.identity_id = any (identities) and e.signal = any (p_rules.event_signals)
        ) then
            event_stage := (
                select p_rules.event_stages[array_position(p_rules.event_signals, s.signal)]
                from public.events as e
                join unnest(
                    p_rules.last_signals, p_rules.last_events, p_rules.last_conditions, p_rules.last_trusted
                ) as s (signal, event, condition, trusted_only)
                    on s.event = e.name and private.meets(s.trusted_only, s.condition, e.trusted, e.properties)
                where e.workspace_id = p_workspace and e.identity_id = any (identities)
                    and e.type in ('track', 'page', 'screen') and e.occurred_at < until
                    and s.signal = any (p_rules.event_signals)
                order by
                    e.trusted desc, e.occurred_at desc, e.message_id desc,
                    array_position(p_rules.event_signals, s.signal) desc
                limit 1
            );
        end if;
        return private.standing(
            p_rules, private.sum_counts(p_rules, p_contact, p_day), fit,
            (
                select case
                    when p.stage_id = any (p_rules.score_stages || p_rules.event_stages || p_rules.silence_stages)
                        then p.stage_id
                end
                from public.stage_pins as p
                where p.contact_id = any (identities) and p.pinned_at < until
                order by p.pinned_at desc, p.id desc
                limit 1
            ),
            event_stage,
            (
                select max(newest.occurred_at)
                from unnest(identities) as i (id)
                cross join lateral (
                    select e.occurred_at from public.events as e
                    where e.workspace_id = p_workspace and e.identity_id = i.id and e.type in ('track', 'page', 'screen')
                        and e.occurred_at < until
                    order by e.occurred_at desc
                    limit 1
                ) as newest
            ),
            p_day
        );
    end
    $$;

-- Name: starter_templates(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.starter_templates() RETURNS TABLE(name text, category text, subject text, html text)
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $_$
        values
            ('Welcome', 'marketing', 'Welcome to {{ product.name }}', $html$
<div class="preheader">Your account is ready. Here is a good first step.</div>
<h1>Welcome to {{ product.name }}</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>Thank you for signing up. Your account is ready.</p>
<p>The quickest way to find out whether {{ product.name }} is for you is to try it on something real: pick one small task
from today's list, and do it there.</p>
{% if product.url %}<p><a class="button" href="{{ product.url }}">Open {{ product.name }}</a></p>{% endif %}
{% if product.reply_to %}<p>Have a question, or got stuck? Just reply to this email. A person reads it.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
$html$),
            ('Stalled setup', 'marketing', 'Need a hand setting up {{ product.name }}?', $html$
<div class="preheader">You can pick up where you left off.</div>
{% assign link = setup_url | default: product.url %}
<h1>Shall we finish your setup?</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>You started setting up {{ product.name }}, and there is a little left to do before it can be of use to you.
{% if next_step %}The next step: <strong>{{ next_step }}</strong>.{% endif %}</p>
{% if link %}<p><a class="button" href="{{ link }}">Continue the setup</a></p>{% endif %}
{% if product.reply_to %}<p>Is something in the way? Reply and tell us what it is, and we will help you past it.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
<p class="muted">Not the right time? Then there is nothing you need to do.</p>
$html$),
            ('Ready to upgrade', 'marketing', 'You are getting a lot out of {{ product.name }}', $html$
<div class="preheader">Your plan may soon be too small for what you do.</div>
{% assign link = plans_url | default: product.url %}
<h1>Time for a bigger plan?</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>You have been busy in {{ product.name }} lately, and it looks as if you may soon outgrow your current plan. A larger one
gives you more room.</p>
{% if link %}<p><a class="button" href="{{ link }}">See the plans</a></p>{% endif %}
{% if product.reply_to %}<p>Not sure that you need one? Reply to this email, and a person will give you an honest
answer.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
$html$),
            -- About an account that the reader has, so it comes also to those who want no marketing.
            ('Trial ending', 'transactional',
             'Your {{ product.name }} trial ends {% if trial_ends %}on {{ trial_ends }}{% else %}soon{% endif %}', $html$
<div class="preheader">Choose a plan to keep working without a break.</div>
{% assign link = plans_url | default: product.url %}
<h1>Your trial ends {% if trial_ends %}on {{ trial_ends }}{% else %}soon{% endif %}</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>Your trial of {{ product.name }} is almost over. If it has been useful to you, choose a plan before it ends, and you can
carry on without a break.</p>
{% if link %}<p><a class="button" href="{{ link }}">Choose a plan</a></p>{% endif %}
{% if product.reply_to %}<p>Do you need more time, or is something missing? Reply to this email and tell us.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
$html$),
            ('Win-back', 'marketing', 'Is {{ product.name }} still useful to you?', $html$
<div class="preheader">We have not seen you for a while.</div>
<h1>We have not seen you for a while</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>It has been quiet in your {{ product.name }} account. If you have simply been busy, you can pick it up again any time.</p>
{% if product.url %}<p><a class="button" href="{{ product.url }}">Go back to {{ product.name }}</a></p>{% endif %}
{% if product.reply_to %}<p>If it did not do what you had hoped for, we would like to know why. One line in reply helps us
a lot.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
$html$)
    $_$;

-- Name: store_events(uuid, private.message[], private.resolution[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.store_events(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone) RETURNS integer[]
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        stored_ids text[];
        trusts     boolean[];
    begin
        with stored as (
            insert into public.events
                (workspace_id, trusted, message_id, identity_id, lower_ids, type, name,
                 occurred_at, received_at, properties, context)
            select
                p_workspace, m.trusted, m.message_id, r.identity_id, r.lower_ids, m.type, m.name,
                m.occurred_at, p_now, m.properties, m.context
            from unnest(p_messages) as m
            join unnest(p_resolved) as r on r.index = m.index
            order by m.message_id, m.trusted, m.index
            on conflict do nothing
            returning message_id, trusted
        )
        select array_agg(message_id), array_agg(trusted) into stored_ids, trusts from stored;

        -- Nearly always all of them.
        if cardinality(stored_ids) = cardinality(p_messages) then
            return array(select m.index from unnest(p_messages) as m);
        end if;
        return array(
            select min(m.index)
            from unnest(p_messages) as m
            join unnest(stored_ids, trusts) as s (message_id, trusted)
                on s.message_id = m.message_id and s.trusted = m.trusted
            group by m.message_id, m.trusted
        );
    end
    $$;

-- Name: subscription_of(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.subscription_of(p_said jsonb) RETURNS public.subscriptions
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select s from jsonb_populate_record(null::public.subscriptions, jsonb_build_object(
            'id', p_said ->> 'id', 'variant_id', p_said ->> 'variantId', 'status', p_said ->> 'status',
            'pause_mode', p_said ->> 'pauseMode', 'trial_ends_at', p_said ->> 'trialEndsAt',
            'renews_at', p_said ->> 'renewsAt', 'ends_at', p_said ->> 'endsAt',
            'created_at', p_said ->> 'createdAt', 'updated_at', p_said ->> 'updatedAt'
        )) as s
    $$;

-- Name: sum_counts(private.compiled_rules, uuid, date); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.sum_counts(p_rules private.compiled_rules, p_contact uuid, p_today date) RETURNS numeric[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select array_agg(coalesce(w.weight, 0) order by r.position)
            from unnest(p_rules.rule_signals) with ordinality as r (signal, position)
            left join (
                select c.signal, sum(c.count * f.factor) as weight
                from public.identities as i
                join public.signal_counts as c
                    on c.workspace_id = i.workspace_id and c.identity_id = i.id and c.day <= p_today
                join private.decay_factors as f
                    on f.half_life_days = p_rules.half_life_days and f.age = p_today - c.day
                where i.contact_id = p_contact
                group by c.signal
            ) as w on w.signal = r.signal
        );
    end
    $$;

-- Name: suppress(uuid, text, text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.suppress(p_workspace uuid, p_address_hash text, p_reason text, p_now timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        insert into public.suppressions as s (workspace_id, address_hash, category, reason, created_at)
        select w.id, p_address_hash, null, p_reason, p_now from public.workspaces as w where w.id = p_workspace
        on conflict on constraint suppressions_key do update set reason = excluded.reason
        where array_position(array['unsubscribed', 'by_hand', 'bounced', 'complained', 'erased'], s.reason)
            < array_position(array['unsubscribed', 'by_hand', 'bounced', 'complained', 'erased'], excluded.reason)
    $$;

-- Name: tables_left(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.tables_left(p_workspace uuid) RETURNS regclass[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $_$
    declare
        one     record;
        is_left boolean;
        found   regclass[] := '{}';
    begin
        for one in select t.name from private.tenant_tables() as t order by t.place, t.name::text loop
            execute format('select exists (select from %s where workspace_id = $1)', one.name)
                into is_left using p_workspace;
            if is_left then
                found := found || one.name;
            end if;
        end loop;
        return found;
    end
    $_$;

-- Name: take_contacts(uuid, uuid, integer); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.take_contacts(p_workspace uuid, p_after uuid, p_limit integer) RETURNS uuid[]
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        contacts uuid[] := array(
            select c.id from public.contacts as c
            where c.workspace_id = p_workspace and c.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
            order by c.id
            limit p_limit
        );
    begin
        perform from public.contact_states where contact_id = any (contacts) order by contact_id for no key update;
        return contacts;
    end
    $$;

-- Name: take_messages(integer, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.take_messages(p_limit integer, p_now timestamp with time zone) RETURNS public.messages[]
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        taken public.messages[];
    begin
        with due as (
            select d.id, d.send_at, row_number() over (partition by w.id order by d.send_at) as turn
            from private.workspaces_with_mail() as w (id)
            cross join lateral (
                select m.id, m.send_at from public.messages as m
                where m.workspace_id = w.id and m.status in ('queued', 'claimed', 'sending') and m.send_at <= p_now
                    and (m.claimed_until is null or m.claimed_until < p_now)
                    -- Begun by SMTP and not finished: it is given up on, never sent again.
                    and (m.status <> 'sending' or m.claim is null or m.provider is distinct from 'smtp')
                order by m.send_at
                limit p_limit
                for update skip locked
            ) as d
        ),
        chosen as (
            select id from due order by turn, send_at limit p_limit
        ),
        claimed as (
            update public.messages as m
            set
                -- By SMTP, `sending` with a claim says that the server may have seen this very attempt.
                status = case when m.status = 'sending' and m.provider is distinct from 'smtp' then 'sending' else 'claimed' end,
                claim = gen_random_uuid(),
                claimed_until = p_now + interval '2 minutes',
                attempts = m.attempts + 1
            from chosen as c
            where m.id = c.id
            returning m.*
        )
        select array_agg(c::public.messages order by c.send_at) into taken from claimed as c;
        return coalesce(taken, '{}');
    end
    $$;

-- Name: templates; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.templates (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    category text NOT NULL,
    subject text NOT NULL,
    html text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT templates_category_known CHECK ((category = ANY (ARRAY['transactional'::text, 'marketing'::text]))),
    CONSTRAINT templates_size CHECK (((char_length(subject) <= 500) AND (char_length(html) <= 200000)))
);

-- Name: TABLE templates; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.templates IS 'Templates: the mails that you write; kept until you delete it or the workspace is deleted';

-- Name: COLUMN templates.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.templates.id IS 'nobody: id of the template; automations and messages refer to it';

-- Name: COLUMN templates.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.templates.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN templates.name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.templates.name IS 'owner: name of the template; shown to members';

-- Name: COLUMN templates.category; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.templates.category IS 'owner: transactional or marketing; marketing mail obeys consent and caps';

-- Name: COLUMN templates.subject; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.templates.subject IS 'owner: subject as it was written; mails are made from it';

-- Name: COLUMN templates.html; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.templates.html IS 'owner: text as it was written; mails are made from it';

-- Name: COLUMN templates.updated_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.templates.updated_at IS 'owner: when it was last changed; shown to members';

-- Name: template_named(uuid, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.template_named(p_workspace uuid, p_name text) RETURNS public.templates
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        template public.templates;
    begin
        select * into template from public.templates as t where t.workspace_id = p_workspace and t.name = p_name;
        if not found and p_name is not null then
            raise sqlstate 'PT410' using message = 'template_unknown';
        end if;
        return template;
    end
    $$;

-- Name: tenant_tables(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.tenant_tables() RETURNS TABLE(name regclass, place integer)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with recursive tenant as (
            select c.oid
            from pg_catalog.pg_class as c
            join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
            where c.relkind in ('r', 'p') and not c.relispartition
                and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
                and c.oid <> all (array[
                    'public.deletion_requests', 'public.audit_log', 'public.members', 'private.subscription_orders'
                ]::regclass[])
        ),
        deep as (
            select t.oid, 0 as place from tenant as t
            union
            select r.confrelid, d.place + 1
            from deep as d
            join pg_catalog.pg_constraint as r on r.conrelid = d.oid and r.contype = 'f' and r.confrelid <> r.conrelid
            join tenant as t on t.oid = r.confrelid
            where d.place < 20
        )
        select
            d.oid::regclass,
            case d.oid
                when 'public.contact_states'::regclass then -1
                when 'private.compiled_rules'::regclass then 20
                else max(d.place)
            end
        from deep as d
        group by d.oid
    $$;

-- Name: tombstone(text, uuid, text, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.tombstone(p_key text, p_workspace uuid, p_kind text, p_value text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select private.hmac_sha256(p_key, p_workspace || ':' || p_kind || ':' || p_value)
    $$;

-- Name: track_many(private.sender, private.compiled_rules, private.message[], boolean, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.track_many(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean, p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace   uuid := p_sender.workspace_id;
        messages    private.message[] := p_messages;
        resolved    private.resolution[];
        gains       private.gain[];
        contacts    uuid[];
        touched     uuid[] := '{}';
        overflowing integer[];
        stored      integer[];
        has_traits  boolean;
        has_stages  boolean;
        has_mails   boolean;
        is_redacted boolean;
        rejected    jsonb := '[]';
    begin
        select
            bool_or(m.traits is not null), bool_or(m.redactions > 0),
            bool_or(m.name = any (p_rules.last_events)), bool_or(m.name = any (p_rules.mail_events))
        into has_traits, is_redacted, has_stages, has_mails
        from unnest(p_messages) as m;
        resolved := private.resolve_messages(workspace, messages);
        if p_structural or cardinality(resolved) < cardinality(messages) then
            select n.p_messages, n.resolved, n.touched, n.rejected into messages, resolved, touched, rejected
            from private.resolve_new(p_sender, messages, p_structural) as n;
        end if;
        contacts := array(
            select contact_id from unnest(resolved) union select id from unnest(touched) as id order by 1
        );
        perform private.lock_contacts(workspace, contacts);
        -- Those whose identities changed are derived anew as of now: what they were by the days is no longer known.
        perform private.bring_up_to_date(
            workspace, p_rules, array(select id from unnest(contacts) as id where id <> all (touched)), p_now
        );
        if cardinality(touched) > 0 then
            perform private.regroup_contacts(workspace, p_rules, touched);
        end if;

        if has_traits then
            overflowing := private.overflowing_traits(messages, resolved);
            if cardinality(overflowing) > 0 then
                raise sqlstate 'PT451' using message = 'too_many_traits', detail = overflowing::text;
            end if;
        end if;
        stored := private.store_events(workspace, messages, resolved, p_now);
        if cardinality(stored) < cardinality(messages) then
            messages := array(select m from unnest(messages) as m where m.index = any (stored));
        end if;

        if is_redacted then
            insert into public.redactions (workspace_id, message_id, trusted, removed, received_at)
            select workspace, m.message_id, m.trusted, m.redactions, p_now
            from unnest(messages) as m
            where m.redactions > 0;
        end if;

        gains := private.count_signals(workspace, p_rules, messages, resolved, (p_now at time zone 'utc')::date);
        if has_traits then
            perform private.write_traits(workspace, messages, resolved);
            perform private.merge_traits(p_rules, array(
                select distinct r.contact_id
                from unnest(messages) as m
                join unnest(resolved) as r on r.index = m.index
                where m.traits is not null
            ));
        end if;
        if has_stages then
            perform private.write_stage_events(workspace, p_rules, messages, resolved);
            update public.contact_states
            set event_stage_id = private.event_stage_of(p_rules, contact_id)
            where contact_id = any (contacts);
        end if;
        if cardinality(gains) < cardinality(contacts) then
            gains := gains || private.no_gains(array(
                select id from unnest(contacts) as id where id not in (select contact_id from unnest(gains))
            ));
        end if;
        perform private.record_transitions(
            workspace, private.update_scores(workspace, p_rules, gains, p_now), 'message', p_now
        );
        if has_mails then
            perform private.queue_mails(workspace, array(
                select m from private.mails_for_events(workspace, p_rules, messages, resolved, p_now) as m
            ), p_now);
        end if;

        return jsonb_build_object('accepted', cardinality(stored), 'rejected', rejected);
    end
    $$;

-- Name: track_messages(private.sender, jsonb, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.track_messages(p_sender private.sender, p_messages jsonb, p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        rules      private.compiled_rules;
        -- What a message is where it says nothing: as trusted as its sender.
        blank      private.message;
        message    private.message;
        admitted   private.message[];
        has_pairs  boolean;
        has_traits boolean;
        refused    jsonb;
        structural boolean;
        was_new    boolean;
        result     jsonb;
    begin
        blank.trusted := p_sender.trusted;
        -- For a single message, starting the query would cost more than all of this.
        if jsonb_array_length(p_messages) = 1 then
            message := private.weighed(p_sender, jsonb_populate_record(blank, p_messages -> 0));
            if private.refusal(p_sender, message) is null then
                admitted := array[message];
                refused := '[]';
                has_pairs := cardinality(message.kinds) > 1;
                has_traits := message.traits is not null;
            end if;
        end if;
        if admitted is null then
            select
                coalesce(array_agg(m.message) filter (where r.code is null), '{}'),
                coalesce(jsonb_agg(private.rejection(m.message, r.code)) filter (where r.code is not null), '[]'),
                bool_or(cardinality((m.message).kinds) > 1),
                bool_or((m.message).traits is not null)
            into admitted, refused, has_pairs, has_traits
            from (
                select case when m.user_hash is null then m else private.weighed(p_sender, m) end as message
                from jsonb_populate_recordset(blank, p_messages) as m
                offset 0
            ) as m
            cross join lateral (select private.refusal(p_sender, m.message) as code) as r;
        end if;
        if cardinality(admitted) = 0 then
            return jsonb_build_object('accepted', 0, 'rejected', refused);
        end if;

        structural := has_pairs and private.changes_structure(p_sender.workspace_id, admitted);
        perform private.lock_structure(p_sender.workspace_id, structural);
        select * into strict rules from private.compiled_rules where workspace_id = p_sender.workspace_id;

        if cardinality(admitted) = 1 and not structural then
            was_new := private.track_one(p_sender, rules, admitted[1], p_now);
        end if;
        if was_new is not null then
            result := jsonb_build_object('accepted', was_new::integer, 'rejected', '[]'::jsonb);
        elsif has_traits then
            result := private.track_traits(p_sender, rules, admitted, structural, p_now);
        else
            result := private.track_many(p_sender, rules, admitted, structural, p_now);
        end if;
        return result || jsonb_build_object('rejected', refused || (result -> 'rejected'));
    end
    $$;

-- Name: track_one(private.sender, private.compiled_rules, private.message, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.track_one(p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        today     date := (p_now at time zone 'utc')::date;
        day       date := (p_message.occurred_at at time zone 'utc')::date;
        lower_ids uuid[];
        state     record;
        position  integer;
        rule      integer;
        here      private.standing;
    begin
        if p_message.type not in ('track', 'page', 'screen')
            or p_message.traits is not null
            or p_message.redactions > 0
            or p_message.name = any (p_rules.last_events)
            or p_message.name = any (p_rules.mail_events)
        then
            return null;
        end if;
        if cardinality(p_message.kinds) > 1 then
            lower_ids := ((private.resolve_messages(p_sender.workspace_id, array[p_message]))[1]).lower_ids;
        end if;
        select i.id as identity_id, s.* into state
        from public.identities as i
        join public.contact_states as s on s.contact_id = i.contact_id
        where i.workspace_id = p_sender.workspace_id and i.kind = p_message.kinds[1] and i.value = p_message.values[1]
        for no key update of s;
        if not found or state.stage_id is null or state.rules_version <> p_rules.version then
            return null;
        end if;
        if state.due_on <= today then
            perform private.age_contacts(p_sender.workspace_id, p_rules, array[state.contact_id], p_now);
            select state.identity_id, s.* into state from public.contact_states as s where s.contact_id = state.contact_id;
        end if;
        today := greatest(today, state.sums_on);
        if state.sums_on < today then
            state.sums := coalesce(private.sum_counts(p_rules, state.contact_id, today), '{}');
        end if;

        insert into public.events
            (workspace_id, trusted, message_id, identity_id, lower_ids, type, name,
             occurred_at, received_at, properties, context)
        values
            (p_sender.workspace_id, p_message.trusted, p_message.message_id,
             state.identity_id, lower_ids, p_message.type, p_message.name,
             p_message.occurred_at, p_now, p_message.properties, p_message.context)
        on conflict do nothing;
        if not found then
            return false;
        end if;

        -- A loop, because starting a query costs more than it takes for as many signals as one event may count for.
        position := array_position(p_rules.signal_events, p_message.name);
        while position is not null loop
            if private.meets(
                p_rules.signal_trusted[position], p_rules.signal_conditions[position],
                p_message.trusted, p_message.properties
            ) then
                insert into public.signal_counts as c (workspace_id, identity_id, day, signal, count)
                values (p_sender.workspace_id, state.identity_id, day, p_rules.signals[position], 1)
                on conflict on constraint signal_counts_pkey do update set count = c.count + 1;
                rule := array_position(p_rules.rule_signals, p_rules.signals[position]);
                -- A day that has not begun yet counts from its beginning.
                if rule is not null and day <= today then
                    state.sums[rule] := state.sums[rule]
                        + case when day = today then 1 else private.decay(today - day, p_rules.half_life_days) end;
                end if;
            end if;
            position := array_position(p_rules.signal_events, p_message.name, position + 1);
        end loop;
        state.last_event_at := greatest(state.last_event_at, p_message.occurred_at);
        here := private.standing(
            p_rules, state.sums, state.fit, state.pinned_stage_id, state.event_stage_id, state.last_event_at, today,
            state.due_on
        );
        if (here.score, here.stage_id) is distinct from (state.score, state.stage_id) then
            if state.changed_on < today then
                insert into public.score_history (workspace_id, contact_id, day, score, stage_id)
                values (p_sender.workspace_id, state.contact_id, state.changed_on, state.score, state.stage_id)
                on conflict on constraint score_history_pkey do update
                    set score = excluded.score, stage_id = excluded.stage_id;
            end if;
            state.changed_on := today;
        end if;
        update public.contact_states
        set
            sums = state.sums, sums_on = today, last_event_at = state.last_event_at,
            score = here.score, stage_id = here.stage_id, due_on = here.due_on, changed_on = state.changed_on
        where contact_id = state.contact_id;
        if here.stage_id <> state.stage_id then
            perform private.record_transitions(
                p_sender.workspace_id,
                array[row(state.contact_id, state.stage_id, here.stage_id, here.score)::private.stage_change],
                'message', p_now
            );
        end if;
        return true;
    end
    $$;

-- Name: track_traits(private.sender, private.compiled_rules, private.message[], boolean, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.track_traits(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean, p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        overflowing text;
        result      jsonb;
    begin
        begin
            return private.track_many(p_sender, p_rules, p_messages, p_structural, p_now);
        exception when sqlstate 'PT451' then
            get stacked diagnostics overflowing = pg_exception_detail;
        end;
        result := private.track_traits(
            p_sender, p_rules,
            array(select m from unnest(p_messages) as m where m.index <> all (overflowing::integer[])), p_structural, p_now
        );
        return result || jsonb_build_object('rejected', (result -> 'rejected') || (
            select jsonb_agg(private.rejection(m, 'too_many_traits'))
            from unnest(p_messages) as m
            where m.index = any (overflowing::integer[])
        ));
    end
    $$;

-- Name: trait_filters(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.trait_filters(p_filters jsonb) RETURNS private.trait_filter[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        if exists (
            select from jsonb_array_elements(p_filters) as f
            where not private.is_text(f -> 'trait', 255) or not private.is_operand(f ->> 'operator', f -> 'operand')
        ) then
            raise sqlstate 'PT422' using message = 'filter_invalid', detail = 'A filter by a trait is not as it should be.';
        end if;
        return array(
            select row(f ->> 'trait', f ->> 'operator', f -> 'operand', coalesce((f -> 'not')::boolean, false))::private.trait_filter
            from jsonb_array_elements(p_filters) as f
        );
    exception when data_exception then
        raise sqlstate 'PT422' using message = 'filter_invalid', detail = 'A filter by a trait is not as it should be.';
    end
    $$;

-- Name: traits_before(uuid, uuid[], text[], timestamp with time zone, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.traits_before(p_workspace uuid, p_identities uuid[], p_keys text[], p_at timestamp with time zone, p_key text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    AS $$
    declare
        found jsonb := '{}';
        level boolean;
        kept  record;
    begin
        -- Any trusted write outranks all claims.
        foreach level in array array[true, false] loop
            -- The last write of all is kept: it says where there is none, and may be early enough itself.
            with last_writes as (
                select distinct on (t.key)
                    t.*, t.trusted = level and (t.occurred_at, 'e' || t.message_id || t.trusted) < (p_at, p_key collate "C") as is_it
                from public.traits as t
                where t.identity_id = any (p_identities) and t.key = any (p_keys) and not found ? t.key
                order by t.key, t.trusted desc, t.occurred_at desc, t.message_id desc
            )
            select
                jsonb_object_agg(w.key, jsonb_build_object(
                    'value', w.value, 'trusted', w.trusted, 'at', w.occurred_at, 'id', w.message_id
                )) filter (where w.is_it) as found,
                array_agg(w.key) filter (where not w.is_it and (w.trusted or not level)) as missing
            into kept
            from last_writes as w;
            found := found || coalesce(kept.found, '{}')
                || private.writes_before(p_workspace, p_identities, coalesce(kept.missing, '{}'), level, p_at, p_key);
            if 'email' = any (kept.missing) and not coalesce(found -> 'email' ? 'unseen', false) then
                found := found
                    || private.address_before(p_workspace, p_identities, found -> 'email', level, p_at, p_key);
            end if;
        end loop;
        return found;
    end
    $$;

-- Name: traits_said(text, jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.traits_said(p_type text, p_properties jsonb, p_context jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    begin
        if p_type = 'group' then
            return jsonb_build_object(
                'company', p_properties - 'groupId' || jsonb_build_object('id', p_properties -> 'groupId')
            );
        elsif jsonb_typeof(p_context -> 'traits') = 'object' then
            return p_context -> 'traits' || p_properties;
        end if;
        return p_properties;
    end
    $$;

-- Name: triggered_at(uuid[], public.automations, public.transitions, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.triggered_at(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_until timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return case
            when p_automation.event is not null then (
                select max(e.received_at) from public.events as e
                where e.workspace_id = p_automation.workspace_id and e.identity_id = any (p_identities)
                    and e.type in ('track', 'page', 'screen') and e.name = p_automation.event
                    and private.meets(p_automation.trusted_only, p_automation.condition, e.trusted, e.properties)
                    and e.received_at <= p_until
            )
            when p_automation.silence_days is not null then (
                select d.day from public.contact_states as s
                cross join lateral (
                    select ((s.last_event_at at time zone 'utc')::date + p_automation.silence_days)::timestamp
                        at time zone 'utc' as day
                ) as d
                where s.contact_id = any (p_identities) and d.day <= p_until
            )
            else p_entry.created_at
        end;
    end
    $$;

-- Name: uncounted_signals(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.uncounted_signals(p_workspace uuid, p_document jsonb) RETURNS smallint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        return array(
            select s.number from public.signals as s
            where s.workspace_id = p_workspace and not s.counted_back
                and (
                    p_document -> 'signals' @> jsonb_build_array(jsonb_build_object('signal', s.number))
                    or p_document -> 'stages' @> jsonb_build_array(jsonb_build_object('signal', s.number))
                )
            order by s.number
        );
    end
    $$;

-- Name: unsent_answers(uuid, public.automations, public.stages, public.transitions, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.unsent_answers(p_contact uuid, p_automation public.automations, p_stage public.stages, p_entry public.transitions, p_at timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        at_w  text     := private.in_words(p_at);
        away  interval := private.away_before(p_entry);
        found jsonb[]  := '{}';
    begin
        if p_at is null then
            found := found || private.not_yet_answer(p_contact, p_automation, p_stage);
        end if;
        if p_automation.status <> 'live' then
            found := found || private.mail_answer(
                'automation_' || p_automation.status,
                format('The automation is %s, and mails nobody.',
                    case p_automation.status when 'draft' then 'a draft' else p_automation.status end)
            );
        end if;
        if p_automation.created_at > p_at then
            found := found || private.mail_answer(
                'before_automation', format('What it waits for happened on %s, before there was the automation.', at_w), p_at
            );
        end if;
        if away is not null then
            found := found || private.mail_answer(
                'not_an_entry',
                format('It came back to %s on %s, and had left the stage %s days before: within 7 days that is no entry.',
                    p_stage.name, at_w, (extract(epoch from away) / 86400)::numeric(4, 1)),
                p_at
            );
        end if;
        if found = '{}' then
            found := found || private.mail_answer(
                'not_decided',
                format('What it waits for happened on %s, and no mail followed: %s', at_w, case
                    when p_automation.event is not null
                        then 'the automation was not live then, or the event was more than a day late.'
                    else 'the automation was not live then, or it was over again before the day was settled.'
                end),
                p_at
            );
        end if;
        return to_jsonb(found);
    end
    $$;

-- Name: update_scores(uuid, private.compiled_rules, private.gain[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.update_scores(p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_now timestamp with time zone) RETURNS private.stage_change[]
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        changes private.stage_change[];
    begin
        with dated as (
            select s as was, g, greatest(s.sums_on, (p_now at time zone 'utc')::date) as day
            from unnest(p_gains) as g
            join public.contact_states as s on s.contact_id = g.contact_id
        ),
        summed as (
            select
                d.was, d.day, greatest((d.was).last_event_at, (d.g).seen_at) as last_event_at,
                case
                    when (d.was).sums_on <> d.day or (d.was).rules_version <> p_rules.version
                        or d.day <> (p_now at time zone 'utc')::date
                        then private.sum_counts(p_rules, (d.was).contact_id, d.day)
                    when (d.g).signals is null then (d.was).sums
                    else array(
                        select r.sum + coalesce((d.g).weights[array_position((d.g).signals, r.signal)], 0)
                        from unnest((d.was).sums, p_rules.rule_signals) as r (sum, signal)
                    )
                end as sums
            from dated as d
        ),
        stood as (
            select n.*, private.standing(
                p_rules, n.sums, (n.was).fit, (n.was).pinned_stage_id, (n.was).event_stage_id, n.last_event_at, n.day,
                case when (n.was).due_on > n.day then (n.was).due_on else 'infinity' end
            ) as here
            from summed as n
            offset 0
        ),
        kept as (
            insert into public.score_history (workspace_id, contact_id, day, score, stage_id)
            select p_workspace, (n.was).contact_id, (n.was).changed_on, (n.was).score, (n.was).stage_id
            from stood as n
            where (n.was).changed_on < n.day and (n.was).stage_id is not null
                and ((n.was).score, (n.was).stage_id) is distinct from ((n.here).score, (n.here).stage_id)
            on conflict on constraint score_history_pkey do update
                set score = excluded.score, stage_id = excluded.stage_id
        ),
        moved as (
            update public.contact_states as s
            set
                score = (n.here).score,
                stage_id = (n.here).stage_id,
                due_on = (n.here).due_on,
                changed_on = case
                    when (s.score, s.stage_id) is distinct from ((n.here).score, (n.here).stage_id) then n.day
                    else s.changed_on
                end,
                last_event_at = n.last_event_at,
                sums = coalesce(n.sums, '{}'),
                sums_on = n.day,
                rules_version = p_rules.version
            from stood as n
            where s.contact_id = (n.was).contact_id
            returning s.contact_id, (n.was).stage_id as from_stage_id, s.stage_id as to_stage_id, s.score
        )
        select array_agg(row(contact_id, from_stage_id, to_stage_id, score)::private.stage_change)
        into changes
        from moved
        where from_stage_id is distinct from to_stage_id;
        return coalesce(changes, '{}');
    end
    $$;

-- Name: vouches(private.sender, text, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.vouches(p_sender private.sender, p_user_id text, p_user_hash text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
    begin
        return (
            select coalesce(
                sha256(convert_to(lower(p_user_hash), 'UTF8')) = sha256(convert_to(encode(
                    sha256((p_sender).outer_key || sha256((p_sender).inner_key || convert_to(p_user_id, 'UTF8'))), 'hex'
                ), 'UTF8')),
                false
            )
        );
    end
    $$;

-- Name: wait_words(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.wait_words(p_reason text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select case p_reason
            when 'frequency_cap' then 'the address has had as many marketing mails as it may get within 24 hours'
            when 'quiet_hours' then 'these are quiet hours where the contact is'
            when 'claimed_ceiling' then 'only so many addresses that nobody vouched for may get their first mail on one day'
            else p_reason
        end
    $$;

-- Name: warn_owners(uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.warn_owners(p_workspace uuid, p_now timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        with reached as (
            select q.meter, level.percent, m.used, q.quota
            from public.usage as u
            cross join lateral (values
                ('contacts', u.contacts), ('emails', private.mails_of_month(p_workspace, p_now))
            ) as m (meter, used)
            join private.quotas(p_workspace, p_now) as q on q.meter = m.meter
            cross join (values (80), (100)) as level (percent)
            where u.workspace_id = p_workspace and u.month = private.month_of(p_now)
                and m.used * 100::bigint >= q.quota * level.percent::bigint
        ),
        told as (
            insert into public.usage_warnings (workspace_id, month, meter, percent, used, quota, created_at)
            select p_workspace, private.month_of(p_now), meter, percent, used, quota, p_now from reached
            on conflict on constraint usage_warnings_pkey do nothing
            returning meter, percent, used, quota
        )
        insert into private.notices (workspace_id, user_id, kind, variables, send_at)
        select
            p_workspace, o.user_id, 'usage',
            jsonb_build_object('meter', t.meter, 'percent', t.percent, 'used', t.used, 'quota', t.quota), p_now
        from (select distinct on (meter) * from told order by meter, percent desc) as t
        cross join public.members as o
        where o.workspace_id = p_workspace and o.role = 'owner'
    $$;

-- Name: was_known(uuid, uuid, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.was_known(p_workspace uuid, p_contact uuid, p_before timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        identities constant uuid[] := array(
            select i.id from public.identities as i where i.contact_id = p_contact and i.workspace_id = p_workspace
        );
    begin
        return exists (
            select from public.events as e
            where e.workspace_id = p_workspace and e.identity_id = any (identities) and e.occurred_at < p_before
        );
    end
    $$;

-- Name: weigh_message(public.messages, public.workspaces, text, jsonb, boolean, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.weigh_message(p_message public.messages, p_home public.workspaces, p_hash text, p_traits jsonb, p_claimed boolean, p_now timestamp with time zone) RETURNS private.verdict
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        found private.verdict;
    begin
        found.first_claimed := p_claimed and private.is_first_mail(p_home.id, p_hash);
        if found.first_claimed then
            found.wait_reason := 'claimed_ceiling';
            found.wait_until := private.claimed_until(p_home, p_now);
        end if;
        if found.wait_until is null and p_message.category = 'marketing' then
            if private.is_over_quota(p_home, p_now) then
                found.skip_reason := 'quota_exceeded';
            end if;
            found.wait_reason := 'frequency_cap';
            found.wait_until := private.capped_until(p_home, p_hash, p_now);
            if found.wait_until is null then
                found.wait_reason := 'quiet_hours';
                found.wait_until := private.quiet_until(p_home, p_traits, p_now);
            end if;
        end if;
        if found.wait_until > coalesce(p_message.postponed_since, p_message.send_at) + interval '72 hours' then
            found.skip_reason := coalesce(found.skip_reason, found.wait_reason);
        end if;
        return found;
    end
    $$;

-- Name: weighed(private.sender, private.message); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.weighed(p_sender private.sender, p_message private.message) RETURNS private.message
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
    begin
        if p_message.user_hash is not null and p_message.kinds[1] = 'userId' then
            p_message.trusted := p_message.trusted
                or private.vouches(p_sender, p_message.values[1], p_message.user_hash);
        end if;
        return p_message;
    end
    $$;

-- Name: with_changes(jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.with_changes(p_items jsonb, p_before jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO ''
    AS $$
    declare
        held      jsonb := p_before;
        shown     jsonb[] := '{}';
        item      jsonb;
        trait     text;
        said      jsonb;
        was       jsonb;
        write     jsonb;
        changes   jsonb[];
        outranked jsonb[];
    begin
        for n in reverse jsonb_array_length(p_items) - 1 .. 0 loop
            item := p_items -> n;
            if item ? 'writes' then
                changes := '{}';
                outranked := '{}';
                write := jsonb_build_object('trusted', item -> 'trusted', 'at', item -> 'at', 'id', item -> 'writes' -> 'id');
                for trait, said in select t.key, t.value from jsonb_each(item -> 'writes' -> 'traits') as t order by t.key loop
                    was := held -> trait;
                    if was is null or was ? 'unseen' or private.outranks(write, was) then
                        held := held || jsonb_build_object(trait, write || jsonb_build_object('value', said));
                        if was ? 'unseen' then
                            changes := changes || (
                                jsonb_build_object('trait', trait, 'unseen', true) || private.if_set('to', said)
                            );
                        elsif coalesce(was -> 'value', 'null') <> said then
                            changes := changes || (
                                jsonb_build_object('trait', trait) || private.if_set('from', was -> 'value')
                                || private.if_set('to', said)
                            );
                        end if;
                    elsif was -> 'trusted' <> write -> 'trusted' and was -> 'value' <> said then
                        outranked := outranked || (
                            jsonb_build_object('trait', trait, 'claimed', said) || private.if_set('kept', was -> 'value')
                        );
                    end if;
                end loop;
                item := item - 'writes' || jsonb_build_object('changes', to_jsonb(changes), 'outranked', to_jsonb(outranked));
            end if;
            shown := item || shown;
        end loop;
        return to_jsonb(shown);
    end
    $$;

-- Name: with_originals(jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.with_originals(p_messages jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO ''
    AS $$
        select jsonb_agg(
            (m - 'originals' - 'redactions') || coalesce(m -> 'originals', '{}')
            order by position
        )
        from jsonb_array_elements(p_messages) with ordinality as e (m, position)
    $$;

-- Name: withdraw_exports(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.withdraw_exports(p_workspace uuid) RETURNS integer
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        with open as (
            select id from public.exports
            where workspace_id = p_workspace and status in ('queued', 'building', 'complete')
            order by id
            for update
        ),
        withdrawn as (
            update public.exports set status = 'withdrawn' where id in (select id from open) returning id
        ),
        forgotten as (
            update private.export_builds set cursor = null where export_id in (select id from withdrawn)
        )
        select count(*)::integer from withdrawn
    $$;

-- Name: workspace_of_checkout(public.subscriptions, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.workspace_of_checkout(p_said public.subscriptions, p_address_hash text) RETURNS uuid
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select case when count(distinct c.workspace_id) = 1 then (array_agg(c.workspace_id))[1] end
        from private.checkouts as c
        where c.variant_id = p_said.variant_id and c.address_hash = p_address_hash
            and p_said.created_at between c.opened_at - interval '1 minute' and c.opened_at + interval '7 days'
            and not exists (
                select from public.subscriptions as s
                where s.workspace_id = c.workspace_id and s.created_at >= c.opened_at - interval '1 minute'
            )
    $$;

-- Name: workspaces_with_mail(); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.workspaces_with_mail() RETURNS SETOF uuid
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with recursive found as (
            (
                select m.workspace_id from public.messages as m
                where m.status in ('queued', 'claimed', 'sending')
                order by m.workspace_id
                limit 1
            )
            union all
            select (
                select m.workspace_id from public.messages as m
                where m.status in ('queued', 'claimed', 'sending') and m.workspace_id > f.workspace_id
                order by m.workspace_id
                limit 1
            )
            from found as f
            where f.workspace_id is not null
        )
        select f.workspace_id from found as f where f.workspace_id is not null
    $$;

-- Name: write_stage_events(uuid, private.compiled_rules, private.message[], private.resolution[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.write_stage_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        insert into public.stage_events as known
            (workspace_id, identity_id, signal, trusted, occurred_at, message_id)
        select distinct on (r.identity_id, s.signal)
            p_workspace, r.identity_id, s.signal, m.trusted, m.occurred_at, m.message_id
        from unnest(p_messages) as m
        join unnest(p_resolved) as r on r.index = m.index
        join unnest(
            (p_rules).last_signals, (p_rules).last_events, (p_rules).last_conditions, (p_rules).last_trusted
        ) as s (signal, event, condition, trusted_only)
            on s.event = m.name and private.meets(s.trusted_only, s.condition, m.trusted, m.properties)
        where m.type in ('track', 'page', 'screen')
        order by r.identity_id, s.signal, m.trusted desc, m.occurred_at desc, m.message_id desc
        on conflict on constraint stage_events_pkey do update
            set trusted = excluded.trusted, occurred_at = excluded.occurred_at, message_id = excluded.message_id
            where (excluded.trusted, excluded.occurred_at, excluded.message_id)
                > (known.trusted, known.occurred_at, known.message_id);
    end
    $$;

-- Name: write_stages(uuid, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.write_stages(p_workspace uuid, p_stages jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        update public.stages as g
        set position = null, signal = null
        where g.workspace_id = p_workspace
            and not p_stages @> jsonb_build_array(jsonb_build_object('id', g.id));
        insert into public.stages as known (id, workspace_id, number, name, position, threshold, signal, silence_days)
        select
            g.id, p_workspace, most.number + count(*) filter (where k.id is null) over (order by g.position),
            g.name, g.position, g.score, g.signal, g.days
        from rows from (
            jsonb_to_recordset(p_stages)
                as (id uuid, name text, score smallint, signal smallint, "silenceDays" smallint)
        ) with ordinality as g (id, name, score, signal, days, position)
        left join public.stages as k on k.id = g.id
        cross join (select coalesce(max(s.number), 0) as number from public.stages as s where s.workspace_id = p_workspace) as most
        on conflict on constraint stages_pkey do update
            set name = excluded.name, position = excluded.position, threshold = excluded.threshold,
                signal = excluded.signal, silence_days = excluded.silence_days
            where known.workspace_id = p_workspace;
    end
    $$;

-- Name: write_traits(uuid, private.message[], private.resolution[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.write_traits(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        insert into public.traits as known
            (workspace_id, identity_id, key, value, trusted, occurred_at, message_id)
        select distinct on (r.identity_id, t.key)
            p_workspace, r.identity_id, t.key, nullif(t.value, 'null'), m.trusted, m.occurred_at, m.message_id
        from unnest(p_messages) as m
        join unnest(p_resolved) as r on r.index = m.index
        cross join jsonb_each(m.traits) as t
        order by r.identity_id, t.key, m.trusted desc, m.occurred_at desc, m.message_id desc
        on conflict on constraint traits_pkey do update
            set value = excluded.value, trusted = excluded.trusted,
                occurred_at = excluded.occurred_at, message_id = excluded.message_id
            where (excluded.trusted, excluded.occurred_at, excluded.message_id)
                > (known.trusted, known.occurred_at, known.message_id);
    end
    $$;

-- Name: writes_before(uuid, uuid[], text[], boolean, timestamp with time zone, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.writes_before(p_workspace uuid, p_identities uuid[], p_keys text[], p_trusted boolean, p_at timestamp with time zone, p_key text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    AS $$
    declare
        missing  text[] := p_keys;
        found    jsonb := '{}';
        left_to  integer := 10000;
        chunk    integer := 100;
        place_at timestamptz := p_at;
        -- After every messageId.
        place_id text collate "C" := repeat(chr(1114111), 256);
        here     record;
    begin
        -- Backwards, further each time: most keys are written by every identify.
        while cardinality(missing) > 0 and chunk > 0 loop
            with said as materialized (
                select e.*
                from unnest(p_identities) as i (id)
                cross join lateral (
                    select
                        case
                            when e.type = 'group' or e.properties ?| missing or e.context -> 'traits' ?| missing
                                then private.traits_said(e.type, e.properties, e.context)
                        end as traits,
                        e.occurred_at, e.message_id
                    from public.events as e
                    where e.workspace_id = p_workspace and e.identity_id = i.id and e.trusted = p_trusted
                        and e.type in ('identify', 'group')
                        and (e.occurred_at, e.message_id) < (place_at, place_id)
                        and (e.occurred_at < p_at or 'e' || e.message_id || e.trusted < p_key collate "C")
                    order by e.occurred_at desc, e.message_id desc
                    limit chunk
                ) as e
                order by e.occurred_at desc, e.message_id desc
                limit chunk
            ),
            written as (
                select distinct on (t.key) t.key, t.value, s.occurred_at, s.message_id
                from said as s
                cross join lateral jsonb_each(s.traits) as t
                where s.traits is not null and t.key = any (missing)
                order by t.key, s.occurred_at desc, s.message_id desc
            )
            select
                count(*) as rows,
                min(s.occurred_at) as last_at,
                (
                    select l.message_id from said as l order by l.occurred_at, l.message_id limit 1
                ) as last_id,
                (
                    select jsonb_object_agg(w.key, jsonb_build_object(
                        'value', w.value, 'trusted', p_trusted, 'at', w.occurred_at, 'id', w.message_id
                    ))
                    from written as w
                ) as written
            into here
            from said as s;
            found := found || coalesce(here.written, '{}');
            missing := array(select key from unnest(missing) as key where not found ? key);
            if here.rows < chunk then
                return found;
            end if;
            left_to := left_to - chunk;
            chunk := least(chunk * 10, left_to);
            place_at := here.last_at;
            place_id := here.last_id;
        end loop;
        return found || (
            select coalesce(jsonb_object_agg(key, '{"unseen": true}'::jsonb), '{}') from unnest(missing) as key
        );
    end
    $$;

-- Name: access_contact(uuid, jsonb, jsonb, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.access_contact(p_workspace uuid, p_lookup jsonb, p_after jsonb DEFAULT NULL::jsonb, p_actor text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        contact    uuid := private.contact_named(p_workspace, p_lookup);
        identities uuid[] := array(select id from public.identities where contact_id = contact order by id);
        -- A function may answer with 4.5 MB at most: three parts, and a mail may be larger by itself.
        bytes      constant integer := 1000000;
        answer     jsonb := '{"events": [], "mails": []}';
        held       jsonb;
        page       jsonb;
    begin
        if p_after is null or p_after ->> 'of' = 'contact' then
            page := private.page_of_record(p_workspace, contact, identities, p_after ->> 'id', bytes);
            held := jsonb_build_object('contactId', contact);
            if p_after is null then
                held := private.record_of(p_workspace, contact, identities);
                if held is null then
                    raise sqlstate 'PT404' using message = 'contact_unknown';
                end if;
                perform private.audit(p_workspace, 'contact.access', contact, p_actor);
                held := held || '{"traits": {}, "links": [], "traitHistory": [], "signals": [], "scoreHistory": [],
                    "transitions": []}';
            end if;
            answer := answer || jsonb_build_object(
                'contact', held || (page -> 'parts'), 'next', page -> 'next' || '{"of": "contact"}'
            );
            if page -> 'next' <> 'null' then
                return answer;
            end if;
            p_after := null;
        end if;
        if p_after is null or p_after ->> 'of' = 'events' then
            page := private.page_of_events(p_workspace, identities, p_after, bytes);
            answer := answer || jsonb_build_object(
                'events', page -> 'items', 'next', page -> 'next' || '{"of": "events"}'
            );
            if page -> 'next' <> 'null' then
                return answer;
            end if;
            p_after := null;
        end if;
        page := private.page_of_mails(p_workspace, identities, p_after, bytes);
        return answer || jsonb_build_object(
            'mails', page -> 'items',
            'next', case when page -> 'next' <> 'null' then page -> 'next' || '{"of": "mails"}' end
        );
    end
    $$;

-- Name: access_contact_by_key(text, jsonb, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.access_contact_by_key(p_key_hash text, p_lookup jsonb, p_after jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        return public.access_contact(
            workspace, p_lookup, p_after, private.actor_of_key(p_key_hash)
        );
    end
    $$;

-- Name: account_record(text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.account_record(p_email text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select private.record_of_account(private.account_of_address(p_email))
    $$;

-- Name: advance_draft(integer, timestamp with time zone, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.advance_draft(p_limit integer DEFAULT 100, p_now timestamp with time zone DEFAULT now(), p_draft uuid DEFAULT NULL::uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        draft    public.rule_drafts;
        contacts uuid[];
        today    date := (p_now at time zone 'utc')::date;
    begin
        select * into draft from public.rule_drafts as d
        where d.status in ('counting', 'previewing') and d.id = coalesce(p_draft, d.id)
        order by d.changed_at
        limit 1
        for update skip locked;
        if not found then
            return null;
        end if;
        -- A preview that a midnight falls into would mix two days.
        if draft.status = 'previewing' and draft.previewed_on is distinct from today then
            draft.done_to := null;
            draft.done := 0;
        end if;
        contacts := private.take_contacts(draft.workspace_id, draft.done_to, p_limit);
        if draft.status = 'counting' then
            perform private.count_back(
                draft.workspace_id, contacts, private.uncounted_signals(draft.workspace_id, draft.completed)
            );
        else
            perform private.preview_contacts(draft, contacts, p_now);
        end if;
        update public.rule_drafts as d
        set
            done_to = contacts[cardinality(contacts)],
            done = draft.done + cardinality(contacts),
            total = coalesce(d.total, (select count(*) from public.contacts as c where c.workspace_id = d.workspace_id)),
            previewed_on = case d.status when 'previewing' then today end
        where d.id = draft.id;
        if cardinality(contacts) < p_limit then
            perform private.finish_step(draft);
        end if;
        return (
            select jsonb_build_object('id', d.id, 'status', d.status, 'done', d.done, 'total', d.total)
            from public.rule_drafts as d
            where d.id = draft.id
        );
    end
    $$;

-- Name: advance_rescore(integer, timestamp with time zone, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.advance_rescore(p_limit integer DEFAULT 100, p_now timestamp with time zone DEFAULT now(), p_workspace uuid DEFAULT NULL::uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        job      public.rescores;
        rules    private.compiled_rules;
        contacts uuid[];
    begin
        select * into job from public.rescores as r
        where r.finished_at is null and r.workspace_id = coalesce(p_workspace, r.workspace_id)
        order by r.requested_at
        limit 1
        for update skip locked;
        if not found then
            return null;
        end if;
        contacts := private.take_contacts(job.workspace_id, job.done_to, p_limit);
        select * into strict rules from private.compiled_rules where workspace_id = job.workspace_id;
        if job.recount then
            perform private.count_back(job.workspace_id, contacts, rules.signals || rules.last_signals);
        end if;
        perform private.forget_counts(job.workspace_id, contacts);
        perform private.age_contacts(
            job.workspace_id, rules,
            array(
                select s.contact_id from public.contact_states as s
                where s.contact_id = any (contacts) and s.rules_version = rules.version
            ),
            p_now
        );
        perform private.rescore_contacts(job.workspace_id, rules, contacts, p_now);
        update public.rescores as r
        set
            done_to = contacts[cardinality(contacts)],
            done = r.done + cardinality(contacts),
            total = coalesce(r.total, (select count(*) from public.contacts as c where c.workspace_id = r.workspace_id)),
            finished_at = case when cardinality(contacts) < p_limit then p_now end
        where r.workspace_id = job.workspace_id;
        return public.rescore_progress(job.workspace_id) || jsonb_build_object('workspaceId', job.workspace_id);
    end
    $$;

-- Name: announce_policy(date, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.announce_policy(p_policy_date date, p_changes text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        -- Of two at once the second waits here for the first one's commit.
        insert into private.policies (policy_date, changes, announced_at)
        values (p_policy_date, p_changes, p_now)
        on conflict on constraint policies_pkey do nothing;
        if found then
            insert into private.announcements (policy_date, user_id, send_at)
            select distinct p_policy_date, m.user_id, p_now from public.members as m where m.role = 'owner';
        else
            update private.announcements
            set status = 'queued', send_at = p_now
            where policy_date = p_policy_date and status = 'failed';
        end if;
        return public.announcement_status(p_policy_date, p_now);
    end
    $$;

-- Name: announcement_status(date, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.announcement_status(p_policy_date date, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'changes', (select p.changes from private.policies as p where p.policy_date = p_policy_date),
            'lastPolicy', (select max(p.policy_date) from private.policies as p),
            'owners', case
                when exists (select from private.policies as p where p.policy_date = p_policy_date) then count(*)
                else (select count(distinct m.user_id) from public.members as m where m.role = 'owner')
            end,
            'queued', count(*) filter (where a.status = 'queued'),
            'sent', count(*) filter (where a.status = 'sent'),
            'failed', count(*) filter (where a.status = 'failed'),
            'unknown', count(*) filter (where a.status = 'unknown'),
            'nextInSeconds', greatest(0, extract(epoch from
                min(greatest(a.send_at, coalesce(a.claimed_until, '-infinity'))) filter (where a.status = 'queued') - p_now
            ))
        )
        from private.announcements as a
        where a.policy_date = p_policy_date
    $$;

-- Name: ask_to_confirm(uuid, text, text, text, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.ask_to_confirm(p_workspace uuid, p_address_hash text, p_category text, p_subject text, p_text text, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        perform private.lock_structure(p_workspace, false);
        insert into public.messages
            (workspace_id, contact_id, idempotency_key, category, to_address, subject, plain_text, send_at, created_at)
        select
            m.workspace_id, m.contact_id,
            'confirm:' || p_category || ':' || p_address_hash || ':' || (p_now at time zone 'utc')::date,
            'transactional', m.to_address, p_subject, p_text, p_now, p_now
        from public.messages as m
        where m.workspace_id = p_workspace and m.address_hash = p_address_hash and m.counted_at is not null
            and m.to_address is not null
        order by m.counted_at desc
        limit 1
        on conflict on constraint messages_idempotency_key do nothing;
    end
    $$;

-- Name: back_test(uuid, uuid, integer, uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.back_test(p_workspace uuid, p_draft uuid DEFAULT NULL::uuid, p_days integer DEFAULT 14, p_stage uuid DEFAULT NULL::uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        began        constant timestamptz := clock_timestamp();
        since        constant timestamptz := p_now - interval '90 days';
        document     constant jsonb := private.rules_to_test(p_workspace, p_draft);
        stages       constant jsonb := private.paid_stages(document);
        rules        private.compiled_rules;
        stage        jsonb := stages -> 0;
        signal       smallint;
        threshold    integer;
        payments     private.payment[];
        payment      private.payment;
        here         private.standing;
        day          date;
        until        timestamptz;
        place        uuid;
        other        uuid;
        others       uuid[] := '{}';
        payers       jsonb[] := '{}';
        named        integer := 0;
        named_others integer := 0;
        too_new      integer := 0;
        misses       integer := 0;
        is_cut       boolean;
    begin
        if p_days is null or p_days not between 1 and 90 then
            raise sqlstate 'PT422' using message = 'days_invalid', detail = 'A back-test looks 1 to 90 days before.';
        elsif document is null then
            return null;
        elsif document @> '{"isCounting": true}' then
            return '{"status": "counting"}';
        end if;
        rules := private.compiled(p_workspace, -1, document);
        threshold := rules.thresholds[cardinality(rules.thresholds)];
        stage := coalesce(
            (select s.entry from jsonb_array_elements(stages) as s (entry) where s.entry ->> 'id' = p_stage::text), stage
        );
        signal := stage ->> 'signal';
        if stage is null then
            return '{"status": "no_stage"}';
        elsif threshold = 0 then
            return '{"status": "no_score"}';
        end if;
        select f.payments, f.is_cut into payments, is_cut
        from private.first_payments(
            p_workspace, rules, signal, since, p_now, began + interval '3 seconds'
        ) as f;
        foreach payment in array payments loop
            if clock_timestamp() > began + interval '5 seconds' then
                is_cut := true;
                exit;
            end if;
            day := (payment.paid_at at time zone 'utc')::date - p_days;
            until := (day + 1)::timestamp at time zone 'utc';
            if not private.was_known(p_workspace, payment.contact_id, until) then
                too_new := too_new + 1;
                continue;
            end if;
            here := private.standing_on(p_workspace, rules, payment.contact_id, day);
            named := named + (here.score >= threshold)::integer;
            payers := payers || jsonb_build_object(
                'id', payment.contact_id, 'paidAt', payment.paid_at, 'on', day, 'score', here.score,
                'stage', here.stage_id, 'isNamed', here.score >= threshold
            );
            -- Days only become earlier, on which no more were known: who finds nobody thrice needs to look no further.
            continue when misses = 3;
            foreach place in array array[
                md5(payment.contact_id || ' one')::uuid, md5(payment.contact_id || ' other')::uuid,
                '00000000-0000-0000-0000-000000000000'
            ] loop
                other := private.one_who_did_not(p_workspace, signal, place, until, others);
                exit when other is not null;
            end loop;
            if other is null then
                misses := misses + 1;
                continue;
            end if;
            others := others || other;
            here := private.standing_on(p_workspace, rules, other, day);
            named_others := named_others + (here.score >= threshold)::integer;
        end loop;
        return jsonb_build_object(
            'status', 'tested', 'days', p_days, 'from', since, 'to', p_now,
            'stages', (
                select jsonb_agg(jsonb_build_object('id', s.entry -> 'id', 'name', s.entry -> 'name') order by s.place)
                from jsonb_array_elements(stages) with ordinality as s (entry, place)
            ),
            'stage', jsonb_build_object('id', stage -> 'id', 'name', stage -> 'name'),
            'namedFrom', (
                select jsonb_build_object('name', g.entry -> 'name', 'score', threshold)
                from jsonb_array_elements(document -> 'stages') as g (entry)
                where g.entry ->> 'id' = rules.score_stages[cardinality(rules.score_stages)]::text
            ),
            'payers', private.named_payers(p_workspace, payers, document, p_now), 'named', named, 'tooNew', too_new,
            'isCut', is_cut,
            'others', jsonb_build_object('contacts', cardinality(others), 'named', named_others)
        );
    end
    $$;

-- Name: billing(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.billing(p_workspace uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'plan', (
                select jsonb_build_object(
                    'name', p.name, 'messagesPerMinute', 240 * p.rate_multiplier, 'members', p.members
                )
                from private.entitlements(w.id, p_now) as p
            ),
            'subscription', (
                select jsonb_build_object(
                    'id', s.id, 'plan', v.plan, 'interval', v.interval, 'status', s.status,
                    'served', private.is_served(s.status, s.pause_mode, s.ends_at, p_now),
                    'pauseMode', s.pause_mode, 'trialEndsAt', s.trial_ends_at, 'renewsAt', s.renews_at,
                    'endsAt', s.ends_at,
                    -- The status is what the sweep keeps true; of a payment only webhooks tell.
                    'payment', case
                        when s.status in ('past_due', 'unpaid') then 'failed'
                        when s.status <> 'active' or y.status = 'paid' then y.status
                    end
                )
                from public.subscriptions as s
                left join public.plan_variants as v on v.variant_id = s.variant_id
                left join public.payments as y on y.subscription_id = s.id
                where s.workspace_id = w.id
                order by s.created_at desc
                limit 1
            ),
            'usage', jsonb_build_object(
                'month', private.month_of(p_now), 'measuredAt', u.measured_at, 'events', coalesce(u.events, 0)
            ) || m.used,
            'marketingPaused', m.is_over,
            'warnings', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'meter', n.meter, 'percent', n.percent, 'used', n.used, 'quota', n.quota, 'at', n.created_at
                ) order by n.created_at, n.percent)
                from public.usage_warnings as n
                where n.workspace_id = w.id and n.month = private.month_of(p_now)
            ), '[]')
        )
        from public.workspaces as w
        left join public.usage as u on u.workspace_id = w.id and u.month = private.month_of(p_now)
        cross join lateral (
            select
                jsonb_object_agg(q.meter, jsonb_build_object('quota', q.quota, 'used', q.used)) as used, bool_or(q.is_over) as is_over
            from private.meters(w.id, p_now) as q
            offset 0
        ) as m
        where w.id = p_workspace
    $$;

-- Name: billing_owner(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.billing_owner(p_workspace uuid) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
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

-- Name: bounce_message(uuid, uuid, text, text, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.bounce_message(p_id uuid, p_claim uuid, p_provider text, p_reason text, p_address_hash text, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        select private.suppress(m.workspace_id, p_address_hash, 'bounced', p_now) from public.messages as m where m.id = p_id;
        select public.finish_message(p_id, p_claim, 'failed', p_provider, null, p_reason, null, p_now)
    $$;

-- Name: buried_contacts(uuid, jsonb, text, uuid, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.buried_contacts(p_workspace uuid, p_erased jsonb, p_key text, p_after uuid, p_limit integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with page as (
            select c.id from public.contacts as c
            where c.workspace_id = p_workspace and c.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
            order by c.id
            limit p_limit
        ),
        buried as (
            select i.id, i.contact_id
            from page as p
            join public.identities as i on i.contact_id = p.id
            where i.created_at < (p_erased ->> private.tombstone(p_key, p_workspace, i.kind, i.value))::timestamptz
        )
        select jsonb_build_object(
            -- A contact is whom its top identity names.
            'contacts', (select coalesce(jsonb_agg(b.id), '[]') from buried as b where b.id = b.contact_id),
            'strays', (
                select coalesce(jsonb_agg(b.id), '[]') from buried as b
                where b.contact_id not in (select top.id from buried as top)
            ),
            'next', case when (select count(*) from page) = p_limit then (select id from page order by id desc limit 1) end
        )
    $$;

-- Name: cancel_deletion(uuid, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.cancel_deletion(p_workspace uuid, p_actor text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        request public.deletion_requests;
    begin
        perform from public.workspaces where id = p_workspace for update;
        select * into request from public.deletion_requests
        where workspace_id = p_workspace
        order by requested_at desc
        limit 1
        for update;
        if request.id is null then
            raise sqlstate 'PT456' using message = 'deletion_unknown';
        elsif request.cancelled_at is not null then
            return private.deletion_answer(request);
        elsif request.purging_since is not null or request.purge_after <= p_now then
            raise sqlstate 'PT457' using message = 'deletion_grace_over';
        end if;

        update public.deletion_requests set cancelled_at = p_now, cancelled_by = p_actor
        where id = request.id
        returning * into request;
        update public.workspaces set deletion_requested_at = null where id = p_workspace;
        delete from private.subscription_orders where workspace_id = p_workspace and cancelled_at is null;
        update private.subscription_orders set wish = 'resume', due_at = p_now, done_at = null
        where workspace_id = p_workspace;
        -- Who has not heard of it yet need not any more.
        delete from private.notices
        where workspace_id = p_workspace and kind = 'deletion_requested' and status = 'queued'
            and first_attempt_at is null;
        perform private.notify_owners(p_workspace, 'deletion_cancelled', '{}', p_now);
        perform private.audit(p_workspace, 'workspace.cancel_deletion', null, p_actor);
        return private.deletion_answer(request);
    end
    $$;

-- Name: cancel_deletion_by_link(uuid, uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.cancel_deletion_by_link(p_request uuid, p_owner uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := (select r.workspace_id from public.deletion_requests as r where r.id = p_request);
    begin
        if not exists (
            select from public.members
            where workspace_id = workspace and user_id = p_owner and role = 'owner'
        ) then
            raise sqlstate 'PT456' using message = 'deletion_unknown';
        end if;
        -- An old link must not undo a later request.
        if p_request <> (
            select r.id from public.deletion_requests as r
            where r.workspace_id = workspace
            order by r.requested_at desc
            limit 1
        ) then
            raise sqlstate 'PT456' using message = 'deletion_unknown';
        end if;
        return public.cancel_deletion(workspace, 'member:' || p_owner, p_now);
    end
    $$;

-- Name: changes_since(uuid, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.changes_since(p_workspace uuid, p_since timestamp with time zone, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        return jsonb_build_object(
            'from', p_since, 'to', p_now,
            'contacts', (
                select count(*) from public.contacts as c
                where c.workspace_id = p_workspace and c.created_at >= p_since and c.created_at < p_now
            ),
            'stages', (
                select coalesce(jsonb_agg(jsonb_build_object('name', g.name, 'contacts', e.contacts) order by g.position), '[]')
                from private.people_entered(p_workspace, p_since, p_now) as e
                join public.stages as g on g.id = e.stage_id
            ),
            'mails', (
                select count(*) from public.messages as m
                where m.workspace_id = p_workspace and m.counted_at >= p_since and m.counted_at < p_now and m.status = 'sent'
            ),
            'published', (
                select count(*) from public.rule_drafts as d
                where d.workspace_id = p_workspace and d.status = 'published' and d.decided_at >= p_since and d.decided_at < p_now
            )
        );
    end
    $$;

-- Name: check_deletion_link(uuid, uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.check_deletion_link(p_request uuid, p_owner uuid, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        request public.deletion_requests;
    begin
        select r.* into request
        from public.deletion_requests as asked
        join public.deletion_requests as r on r.workspace_id = asked.workspace_id
        join public.members as o on o.workspace_id = r.workspace_id and o.user_id = p_owner and o.role = 'owner'
        where asked.id = p_request
        order by r.requested_at desc
        limit 1;
        if request.id is distinct from p_request then
            raise sqlstate 'PT456' using message = 'deletion_unknown';
        elsif request.cancelled_at is null and (request.purging_since is not null or request.purge_after <= p_now) then
            raise sqlstate 'PT457' using message = 'deletion_grace_over';
        end if;
    end
    $$;

-- Name: check_drift(integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.check_drift(p_limit integer DEFAULT 200, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    AS $$
    declare
        today  date := (p_now at time zone 'utc')::date;
        result private.drift_checks;
    begin
        if exists (select from private.drift_checks as d where d.checked_on = today) then
            return null;
        end if;
        with first as materialized (
            select gen_random_uuid() as id
        ),
        sample as (
            -- From a random place on, and on from the beginning where the end comes first.
            (
                select s.workspace_id, s.contact_id from public.contact_states as s
                where s.contact_id >= (select id from first)
                order by s.contact_id
                limit p_limit
            )
            union all
            (
                select s.workspace_id, s.contact_id from public.contact_states as s
                where s.contact_id < (select id from first)
                order by s.contact_id
                limit p_limit
            )
            limit p_limit
        ),
        drifted as (
            select d.contact_id
            from (select workspace_id, array_agg(contact_id) as contacts from sample group by workspace_id) as w
            join private.compiled_rules as r on r.workspace_id = w.workspace_id
            cross join lateral private.drifted_contacts(w.workspace_id, r, w.contacts) as d (contact_id)
        )
        insert into private.drift_checks (checked_on, contacts, differences)
        values (today, (select count(*) from sample), (select count(*) from drifted))
        on conflict on constraint drift_checks_pkey do nothing
        returning * into result;
        return jsonb_build_object('on', result.checked_on, 'contacts', result.contacts, 'differences', result.differences);
    end
    $$;

-- Name: claim_announcement(date, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.claim_announcement(p_policy_date date, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        taken private.announcements;
    begin
        loop
            select a.* into taken
            from private.announcements as a
            where a.policy_date = p_policy_date and a.status = 'queued' and a.send_at <= p_now
                and coalesce(a.claimed_until, '-infinity') < p_now
            order by a.send_at
            limit 1
            for update skip locked;
            if not found then
                return null;
            elsif not exists (select from public.members as m where m.user_id = taken.user_id and m.role = 'owner') then
                delete from private.announcements where id = taken.id;
            elsif taken.first_attempt_at < p_now - interval '23 hours' then
                update private.announcements set status = 'unknown', claim = null, claimed_until = null where id = taken.id;
            else
                exit;
            end if;
        end loop;
        update private.announcements
        set
            claim = gen_random_uuid(), claimed_until = p_now + interval '2 minutes', attempts = attempts + 1,
            first_attempt_at = coalesce(first_attempt_at, p_now)
        where id = taken.id
        returning * into taken;
        return jsonb_build_object(
            'id', taken.id, 'claim', taken.claim, 'to', private.address_of_user(taken.user_id), 'attempts', taken.attempts
        );
    end
    $$;

-- Name: claim_export(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.claim_export(p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        claimed public.exports;
        build   private.export_builds;
    begin
        select e.* into claimed
        from public.exports as e
        join private.export_builds as b on b.export_id = e.id
        where e.status in ('queued', 'building') and coalesce(b.claimed_until, '-infinity') < p_now
        order by (
            select max(o.worked_at)
            from public.exports as n
            join private.export_builds as o on o.export_id = n.id
            where n.workspace_id = e.workspace_id
        ) nulls first, b.worked_at nulls first, e.requested_at, e.id
        limit 1
        for update of e, b skip locked;
        if not found then
            return null;
        end if;
        update public.exports set status = 'building', as_of = coalesce(as_of, p_now)
        where id = claimed.id
        returning * into claimed;
        update private.export_builds
        set
            claim = gen_random_uuid(), claimed_until = p_now + interval '2 minutes', worked_at = clock_timestamp(),
            plan = coalesce(plan, private.export_plan(claimed.contact_id is not null))
        where export_id = claimed.id
        returning * into build;
        return jsonb_build_object(
            'exportId', claimed.id, 'workspaceId', claimed.workspace_id, 'contactId', claimed.contact_id,
            'claim', build.claim, 'asOf', claimed.as_of, 'plan', build.plan, 'cursor', build.cursor,
            'files', build.files, 'counts', claimed.counts,
            'addresses', (
                select coalesce(jsonb_agg(value), '[]') from public.identities
                where id = any (private.identities_of(claimed.workspace_id, claimed.contact_id)) and kind = 'email'
            )
        );
    end
    $$;

-- Name: claim_messages(integer, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.claim_messages(p_limit integer, p_address_key text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        taken   public.messages[];
        message public.messages;
        answer  jsonb;
    begin
        perform private.give_up_on_stale_messages(p_now);
        taken := private.take_messages(p_limit, p_now);
        perform pg_advisory_xact_lock(hashtextextended(w.id::text, 2))
        from (
            select w.id from public.workspaces as w
            where w.mail_claimed and w.id in (select m.workspace_id from unnest(taken) as m)
            order by w.id
        ) as w;
        for message in
            select m.* from unnest(taken) as m
            -- By address, so that two claims that meet at several don't wait for each other.
            order by (select private.hmac_sha256(p_address_key, m.workspace_id || ':' || r.address)
                      from private.recipient(m, p_address_key) as r), m.send_at, m.created_at
        loop
            perform private.admit_message(message, p_address_key, p_now);
        end loop;

        select jsonb_build_object('taken', cardinality(taken), 'messages', coalesce(
            jsonb_agg(private.renderable(c, r.address, r.traits) order by c.send_at), '[]'
        ))
        into answer
        from unnest(taken) as k
        join public.messages as c on c.id = k.id and c.claim = k.claim
        cross join lateral private.recipient(c, p_address_key) as r;
        return answer;
    end
    $$;

-- Name: claim_notices(integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.claim_notices(p_limit integer, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        due uuid[] := array(
            select n.id from private.notices as n
            where n.status = 'queued' and n.send_at <= p_now and coalesce(n.claimed_until, '-infinity') < p_now
            order by n.send_at
            limit p_limit
            for update skip locked
        );
        answer jsonb;
    begin
        update private.notices as n
        set status = 'unknown', claim = null
        where n.id = any (due) and n.first_attempt_at < p_now - interval '23 hours';
        with taken as (
            update private.notices as n
            set claim = gen_random_uuid(), claimed_until = p_now + interval '2 minutes', attempts = n.attempts + 1
            where n.id = any (due) and n.status = 'queued'
            returning n.*
        )
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', t.id, 'claim', t.claim, 'to', coalesce(i.email, private.address_of_user(t.user_id)), 'kind', t.kind,
            'variables', t.variables || case
                when i.id is null then '{}' else jsonb_build_object('inviter', private.address_of_user(i.invited_by))
            end,
            'workspace', jsonb_build_object('id', w.id, 'name', w.name), 'attempts', t.attempts
        ) order by t.send_at), '[]')
        into answer
        from taken as t
        join public.workspaces as w on w.id = t.workspace_id
        left join public.invitations as i on i.id = t.invitation_id;
        return answer;
    end
    $$;

-- Name: claim_reconciliation(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.claim_reconciliation(p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update private.reconciliation as r
        set claim = gen_random_uuid(), claimed_until = p_now + interval '1 minute'
        where coalesce(r.claimed_until, '-infinity') < p_now and coalesce(r.rests_until, '-infinity') <= p_now
        returning jsonb_build_object('claim', r.claim, 'page', r.page, 'askedAt', clock_timestamp())
    $$;

-- Name: cohort_funnel(uuid, timestamp with time zone, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.cohort_funnel(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
        -- Few sets of stages stand for many people.
        with sets as materialized (
            select c.stage_id, c.stages_been, count(*) as contacts
            from public.contacts as c
            where c.workspace_id = p_workspace and c.created_at >= p_from and c.created_at < p_to
                -- Row-level security alone would look at each row before it told an outsider nothing.
                and exists (select from public.workspaces as w where w.id = p_workspace)
            group by c.stage_id, c.stages_been
        ),
        steps as materialized (
            select g.id, g.name, g.position, f.place, public.stages_as_far_as(p_workspace, g.id) as far
            from public.stages as g
            left join public.funnel_stages(p_workspace) as f on f.stage_id = g.id
            where g.workspace_id = p_workspace and g.position is not null
        )
        select jsonb_build_object(
            'contacts', (select coalesce(sum(s.contacts), 0) from sets as s),
            'stages', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', g.id, 'name', g.name, 'isStep', g.place is not null,
                        'reached', (select coalesce(sum(s.contacts), 0) from sets as s where s.stages_been && g.far),
                        'now', (select coalesce(sum(s.contacts), 0) from sets as s where s.stage_id = g.id)
                    )
                    order by g.place, g.position
                ), '[]')
                from steps as g
            ),
            'asOf', p_now
        )
    $$;

-- Name: contact_admin(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.contact_admin(p_workspace uuid) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        perform public.settings_admin(p_workspace);
        return 'member:' || (select auth.uid());
    end
    $$;

-- Name: contact_rows(uuid, uuid[], timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.contact_rows(p_workspace uuid, p_contacts uuid[], p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(
            jsonb_build_object(
                'id', c.id, 'score', s.score, 'stage', g.name, 'lastSeen', s.last_event_at, 'email', c.email,
                'name', coalesce(
                    c.traits ->> 'name',
                    nullif(concat_ws(' ', c.traits ->> 'firstName', c.traits ->> 'lastName'), '')
                ),
                'identity', jsonb_build_object('kind', i.kind, 'value', i.value),
                'asOf', least((p_now at time zone 'utc')::date, s.due_on - 1)
            )
            order by asked.place
        ), '[]')
        from unnest(p_contacts) with ordinality as asked (id, place)
        join public.contacts as c on c.id = asked.id and c.workspace_id = p_workspace
        join public.contact_states as s on s.contact_id = c.id
        left join public.identities as i on i.id = c.id
        left join public.stages as g on g.id = s.stage_id
    $$;

-- Name: contact_timeline(uuid, uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.contact_timeline(p_workspace uuid, p_contact uuid, p_after jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        page       constant integer := 50;
        after_at   constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_key  constant text collate "C" := coalesce(p_after ->> 'key', '');
        identities constant uuid[] := array(
            select i.id from public.identities as i where i.contact_id = p_contact and i.workspace_id = p_workspace
        );
        items      jsonb;
        next       jsonb;
        traits     text[];
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        -- Rows of one instant are told apart by their key, however many there are.
        select jsonb_agg(
            m.item || jsonb_build_object('key', m.key, 'at', m.at)
            || case when writes.traits is null then '{}' else jsonb_build_object(
                'writes', jsonb_build_object('id', (m.event).message_id, 'traits', writes.traits)
            ) end
            order by m.at desc, m.key desc
        ) into items
        from (
            select *
            from (
                (
                    select
                        (e.event).occurred_at as at, ('e' || (e.event).message_id || (e.event).trusted) collate "C" as key,
                        jsonb_build_object(
                            'kind', 'event', 'name', (e.event).name, 'type', (e.event).type, 'trusted', (e.event).trusted,
                            'properties', (e.event).properties, 'page', (e.event).context -> 'page' ->> 'url'
                        ) as item,
                        e.event
                    from unnest(identities) as i (id)
                    cross join lateral (
                        select e as event from public.events as e
                        where e.workspace_id = p_workspace and e.identity_id = i.id and e.occurred_at <= after_at
                            and (e.occurred_at, 'e' || e.message_id || e.trusted::text)
                                < (after_at, after_key)
                        order by e.occurred_at desc, 'e' || e.message_id || e.trusted::text desc
                        limit page
                    ) as e
                )
                union all
                (
                    select m.created_at, ('m' || m.id) collate "C", jsonb_build_object(
                        'kind', 'mail', 'subject', m.subject, 'template', t.name, 'status', m.status, 'reason', m.reason,
                        'delivery', m.delivery, 'sentAt', m.sent_at, 'automation', a.name
                    ), null
                    from public.messages as m
                    left join public.templates as t on t.id = m.template_id
                    left join public.automations as a on a.id = m.automation_id
                    where m.workspace_id = p_workspace and m.contact_id = any (identities)
                        and m.created_at <= after_at
                        and (m.created_at, 'm' || m.id) < (after_at, after_key)
                    order by m.created_at desc, m.id desc
                    limit page
                )
                union all
                (
                    select n.created_at, ('t' || n.id) collate "C", jsonb_build_object(
                        'kind', 'transition', 'from', f.name, 'to', g.name, 'cause', n.cause, 'score', n.score
                    ), null
                    from public.transitions as n
                    left join public.stages as f on f.id = n.from_stage_id
                    join public.stages as g on g.id = n.to_stage_id
                    where n.workspace_id = p_workspace and n.contact_id = any (identities)
                        and n.created_at <= after_at
                        and (n.created_at, 't' || n.id) < (after_at, after_key)
                    order by n.created_at desc, n.id desc
                    limit page
                )
            ) as happened
            order by happened.at desc, happened.key desc
            limit page
        ) as m
        cross join lateral (
            select case
                when (m.event).type in ('identify', 'group')
                    then private.traits_said((m.event).type, (m.event).properties, (m.event).context)
            end as traits
        ) as said
        cross join lateral (
            -- Whatever names an address writes it; an identify has it among its traits.
            select case
                when (m.event).type <> 'identify' and ((m.event).type = 'group' or a.value is not null)
                    then coalesce(said.traits, '{}') || private.if_set('email', to_jsonb(a.value))
                else said.traits
            end as traits
            from (values (true)) as one
            left join public.identities as a
                on (m.event).type <> 'identify' and a.kind = 'email'
                and a.id = any ((m.event).lower_ids || (m.event).identity_id)
            limit 1
        ) as writes;
        if jsonb_array_length(items) = page then
            next := jsonb_build_object('at', items -> -1 -> 'at', 'key', items -> -1 -> 'key');
        end if;
        traits := array(
            select distinct t.key
            from jsonb_array_elements(items) as i (item)
            cross join jsonb_object_keys(i.item -> 'writes' -> 'traits') as t (key)
        );
        items := private.with_changes(coalesce(items, '[]'), case when cardinality(traits) > 0 then private.traits_before(
            p_workspace, identities, traits, (items -> -1 ->> 'at')::timestamptz, items -> -1 ->> 'key'
        ) end);
        return jsonb_build_object('items', items, 'next', next);
    end
    $$;

-- Name: correct_contact(uuid, jsonb, jsonb, text, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.correct_contact(p_workspace uuid, p_lookup jsonb, p_message jsonb, p_tombstone_key text, p_actor text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        contact  uuid := private.contact_named(p_workspace, p_lookup);
        top      public.identities;
        sender   private.sender;
        email    text := p_message -> 'traits' ->> 'email';
        rejected jsonb;
    begin
        select * into strict top from public.identities where id = contact;
        sender.workspace_id := p_workspace;
        sender.trusted := true;
        sender.tombstone_key := p_tombstone_key;
        sender.redact := (select w.redact from public.workspaces as w where w.id = p_workspace);
        p_message := p_message || jsonb_build_object(
            'kinds', jsonb_build_array(top.kind), 'values', jsonb_build_array(top.value),
            -- A client's clock may be some minutes ahead of ours.
            'occurred_at', greatest((p_message ->> 'occurred_at')::timestamptz, (
                select max(t.occurred_at) + interval '1 microsecond'
                from public.traits as t
                join public.identities as i on i.id = t.identity_id
                where i.contact_id = contact and t.trusted and p_message -> 'traits' ? t.key
            ))
        );
        -- So that who is known by a userId is found by the right address too.
        if top.kind = 'userId' and email is not null then
            p_message := p_message || jsonb_build_object(
                'kinds', jsonb_build_array(top.kind, 'email'), 'values', jsonb_build_array(top.value, email)
            );
        end if;
        rejected := private.track_messages(
            sender,
            case sender.redact
                when 'off' then private.with_originals(jsonb_build_array(p_message))
                else jsonb_build_array(p_message)
            end,
            p_now
        ) -> 'rejected';
        if jsonb_array_length(rejected) > 0 then
            perform private.raise_rejection(rejected -> 0 ->> 'code');
        elsif email is not null and private.is_erased(sender, 'email', email) then
            perform private.raise_rejection('not_stored');
        end if;
        perform private.audit(p_workspace, 'contact.correct', contact, p_actor, jsonb_build_object(
            'traits', (select jsonb_agg(key) from jsonb_object_keys(p_message -> 'traits') as key)
        ));
        return (
            select jsonb_build_object('contactId', c.id, 'traits', c.traits, 'email', c.email)
            from public.contacts as c where c.id = contact
        );
    end
    $$;

-- Name: correct_contact_by_key(text, jsonb, jsonb, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.correct_contact_by_key(p_key_hash text, p_lookup jsonb, p_message jsonb, p_tombstone_key text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        return public.correct_contact(
            workspace, p_lookup, p_message, p_tombstone_key, private.actor_of_key(p_key_hash)
        );
    end
    $$;

-- Name: create_api_key(uuid, text, text, text, text[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.create_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[] DEFAULT NULL::text[]) RETURNS uuid
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        with made as (
            insert into public.api_keys (workspace_id, kind, hint, origins)
            values (p_workspace, p_kind, p_hint, p_origins)
            returning id
        ),
        hashed as (
            insert into private.api_key_hashes (key_hash, api_key_id) select p_key_hash, id from made
        )
        select id from made
    $$;

-- Name: create_workspace(uuid, text, text, text, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.create_workspace(p_owner uuid, p_name text, p_slug text, p_rules text DEFAULT 'default'::text, p_id uuid DEFAULT NULL::uuid) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := coalesce(p_id, gen_random_uuid());
        rules     jsonb;
    begin
        select t.rules into strict rules from public.rule_templates as t where t.kind = p_rules;
        insert into public.workspaces (id, name, slug) values (workspace, p_name, p_slug);
        insert into public.members (workspace_id, user_id, role) values (workspace, p_owner, 'owner');
        perform private.begin_with_rules(workspace, rules);
        perform private.add_starter_mail(workspace);
        return workspace;
    end
    $$;

-- Name: delete_account(text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.delete_account(p_email text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        account uuid := private.account_of_address(p_email);
        alone   uuid[];
        gone    integer;
    begin
        if account is null then
            return null;
        end if;
        -- Of two owners who go at once, the second is the last one.
        perform from public.workspaces
        where id in (select workspace_id from public.members where user_id = account)
        order by id
        for update;
        alone := array(
            select m.workspace_id from public.members as m
            where m.user_id = account and m.role = 'owner' and not exists (
                select from public.members as o
                where o.workspace_id = m.workspace_id and o.role = 'owner' and o.user_id <> account
            )
        );
        if alone <> '{}' then
            raise sqlstate 'PT459' using message = 'last_owner', detail = to_jsonb(alone)::text;
        end if;
        delete from public.members where user_id = account;
        get diagnostics gone = row_count;
        perform private.delete_lone_accounts(array[account]);
        return gone;
    end
    $$;

-- Name: deletion_stored(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.deletion_stored(p_request uuid, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update public.deletion_requests set stored_at = p_now where id = p_request
    $$;

-- Name: due_subscription_orders(integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.due_subscription_orders(p_limit integer, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(jsonb_build_object('subscriptionId', o.subscription_id, 'wish', o.wish)), '[]')
        from (
            select * from private.subscription_orders
            where done_at is null and due_at <= p_now
            order by due_at
            limit p_limit
        ) as o
    $$;

-- Name: emptied_deletions(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.emptied_deletions() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(jsonb_build_object('requestId', r.id, 'workspaceId', r.workspace_id) order by r.due_by), '[]')
        from public.deletion_requests as r
        where r.emptied_at is not null and r.finished_at is null
    $$;

-- Name: encrypted_values(uuid, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.encrypted_values(p_after uuid, p_limit integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(
            jsonb_build_object('purpose', 'smtp', 'workspaceId', page.workspace_id, 'value', page.password)
            order by page.workspace_id
        ), '[]')
        from (
            select workspace_id, password from private.smtp_passwords
            where workspace_id > p_after
            order by workspace_id
            limit p_limit
        ) as page
    $$;

-- Name: erase_contacts(uuid, jsonb, jsonb, text, boolean, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.erase_contacts(p_workspace uuid, p_lookup jsonb, p_keys jsonb, p_actor text, p_forever boolean DEFAULT false, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        contacts uuid[];
        receipts jsonb := '[]';
        contact  uuid;
    begin
        perform private.lock_structure(p_workspace, true);
        contacts := array(select id from unnest(public.find_contacts(p_workspace, p_lookup)) as id order by id);
        if cardinality(contacts) = 0 then
            receipts := private.receipts_for(p_workspace, p_lookup, p_keys ->> 'tombstone');
            if receipts = '[]' then
                raise sqlstate 'PT404' using message = 'contact_unknown';
            end if;
            return receipts;
        end if;
        perform from public.contact_states where contact_id = any (contacts) order by contact_id for update;
        foreach contact in array contacts loop
            receipts := receipts || private.receipt_of(
                private.erase_contact(p_workspace, contact, p_keys, p_actor, p_forever, p_now)
            );
        end loop;
        -- An export that is being made, or waits to be fetched, may hold them.
        perform private.withdraw_exports(p_workspace);
        return receipts;
    end
    $$;

-- Name: erase_contacts_by_key(text, jsonb, jsonb, boolean); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.erase_contacts_by_key(p_key_hash text, p_lookup jsonb, p_keys jsonb, p_forever boolean DEFAULT false) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        return public.erase_contacts(
            workspace, p_lookup, p_keys, private.actor_of_key(p_key_hash), p_forever
        );
    end
    $$;

-- Name: erasures_of(uuid[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.erasures_of(p_ids uuid[]) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(private.receipt_of(e) order by e.contact_id), '[]')
        from public.erasures as e
        where e.id = any (p_ids)
    $$;

-- Name: event_silence(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.event_silence(p_workspace uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    AS $$
        select jsonb_build_object(
            'any', known.any,
            'silent', known.any and coalesce(counted.last_at < p_now - interval '24 hours', true) and not exists (
                select from public.events as e
                where e.workspace_id = p_workspace and e.received_at > p_now - interval '24 hours'
            ),
            'lastAt', counted.last_at
        )
        from (
            select max(u.last_event_at) as last_at from public.usage as u where u.workspace_id = p_workspace
        ) as counted
        cross join lateral (
            select counted.last_at is not null or exists (
                select from public.events as e where e.workspace_id = p_workspace
            ) as any
        ) as known
    $$;

-- Name: explain_mail(uuid, uuid, uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.explain_mail(p_contact uuid DEFAULT NULL::uuid, p_automation uuid DEFAULT NULL::uuid, p_message uuid DEFAULT NULL::uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        message    public.messages;
        automation public.automations;
        named      public.identities;
        identities uuid[];
        stage      public.stages;
        entry      public.transitions;
        at         timestamptz;
        answers    jsonb;
    begin
        select * into message from public.messages where id = p_message;
        select * into automation from public.automations where id = coalesce(message.automation_id, p_automation);
        select * into named from public.identities as i
        where i.id = coalesce(message.contact_id, p_contact)
            and i.workspace_id = coalesce(message.workspace_id, automation.workspace_id);
        if message.id is null and (p_message is not null or automation.id is null or named.id is null) then
            return null;
        end if;
        identities := array(
            select i.id from public.identities as i
            where i.contact_id = named.contact_id and i.workspace_id = named.workspace_id
        );
        if message.id is null then
            select * into message from public.messages as m
            where m.workspace_id = automation.workspace_id and m.contact_id = any (identities)
                and m.automation_id = automation.id
            order by m.created_at desc, m.id
            limit 1;
        end if;
        select * into stage from public.stages as g where g.id = automation.entering_stage_id;
        select * into entry from public.transitions as t
        where t.workspace_id = stage.workspace_id and t.contact_id = any (identities) and t.to_stage_id = stage.id
            and t.created_at <= coalesce(message.created_at, 'infinity')
        order by t.created_at desc, t.id
        limit 1;

        at := private.triggered_at(identities, automation, entry, coalesce(message.created_at, p_now));

        answers := case
            when message.id is null then private.unsent_answers(named.contact_id, automation, stage, entry, at)
            when message.contact_id <> named.contact_id and p_message is null then jsonb_build_array(
                private.mail_answer(
                    'mailed_under_another_identity',
                    format(
                        'It was decided on %s under another identity (%s), which has joined this contact since: a person is mailed once.',
                        private.in_words(message.created_at),
                        (select i.kind from public.identities as i where i.id = message.contact_id)
                    ),
                    message.created_at
                ),
                private.message_answer(message, p_now)
            )
            else jsonb_build_array(private.message_answer(message, p_now))
        end;
        return (answers -> 0)
            || jsonb_build_object('also', answers - 0, 'contact', (
                select jsonb_build_object('id', s.contact_id, 'score', s.score, 'stage', g.name, 'asOf', s.sums_on)
                from public.contact_states as s
                left join public.stages as g on g.id = s.stage_id
                where s.contact_id = named.contact_id
            ))
            || private.mail_chain(
                identities, automation, entry, message,
                case when automation.event is not null or entry.cause = 'message' then at end
            );
    end
    $$;

-- Name: explain_past_score(uuid, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.explain_past_score(p_contact uuid, p_on date) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select case
            when r.score is null then e.explained
            when r.score = (e.explained ->> 'score')::integer then e.explained || jsonb_build_object('stage', g.name)
            else e.explained || jsonb_build_object(
                'score', r.score, 'stage', g.name, 'engagement', null, 'fit', null, 'breakdown', null
            )
        end
        from (select public.explain_score(p_contact, p_on) as explained) as e
        left join public.recorded_score(p_contact, p_on) as r on true
        left join public.stages as g on g.id = r.stage_id
    $$;

-- Name: explain_score(uuid, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.explain_score(p_contact uuid, p_on date) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with parts as (
            select
                source, points, is_fit, floor(points * 100) as cents,
                row_number() over (order by points * 100 - floor(points * 100) desc, source ->> 'signal') as place
            from public.score_parts(p_contact, p_on)
        ),
        totals as (
            select
                coalesce(sum(points), 0) as points,
                coalesce(sum(points) filter (where is_fit), 0) as fit,
                round(coalesce(sum(points), 0) * 100) as cents,
                round(coalesce(sum(points), 0) * 100) - coalesce(sum(cents), 0) as cents_left,
                round(least(100, greatest(0, coalesce(sum(points), 0))))::integer as score
            from parts
        )
        select jsonb_build_object(
            'contactId', p_contact,
            'score', t.score,
            'stage', public.stage_on(p_contact, t.score, p_on),
            'engagement', (t.cents / 100 - t.fit)::numeric(12, 2),
            'fit', t.fit::numeric(12, 2),
            'breakdown', coalesce((
                select jsonb_agg(
                    p.source || jsonb_build_object(
                        'points', ((p.cents + (p.place <= t.cents_left)::integer) / 100)::numeric(12, 2)
                    )
                    order by p.is_fit, p.points desc, p.source ->> 'signal'
                )
                from parts as p
            ), '[]'),
            'asOf', p_on
        )
        from totals as t
    $$;

-- Name: export_cleaned(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.export_cleaned(p_export uuid, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        with cleaned as (
            update public.exports as e set cleaned_at = p_now
            from private.export_builds as b
            where e.id = p_export and b.export_id = e.id and coalesce(b.claimed_until, '-infinity') < p_now
                and e.status in ('withdrawn', 'expired', 'failed')
            returning e.id
        )
        update private.export_builds set plan = null, files = '[]' where export_id in (select id from cleaned)
    $$;

-- Name: export_page(uuid, uuid, text, jsonb, jsonb, integer, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.export_page(p_export uuid, p_claim uuid, p_table text, p_after jsonb, p_hashes jsonb, p_rows integer, p_bytes integer) RETURNS json
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_sort TO 'off'
    AS $$
    declare
        asked record;
        start text[] := array(select jsonb_array_elements_text(p_after));
        last  text[];
        cells text;
        key   text[];
        lines text[] := '{}';
        size  bigint := 0;
    begin
        select e.workspace_id, e.contact_id, read.value as read into asked
        from public.exports as e
        join private.export_builds as b on b.export_id = e.id and b.claim = p_claim
        cross join lateral jsonb_array_elements(b.plan) as read
        where e.id = p_export and e.status = 'building' and read.value ->> 'table' = p_table;
        if not found then
            return null;
        end if;
        if asked.contact_id is null then
            last := private.export_end(asked.workspace_id, asked.read, start, 10 * p_rows);
        end if;
        for cells, key in execute private.export_query(asked.read, asked.contact_id is not null, cardinality(start))
            using
                asked.workspace_id,
                start,
                private.identities_of(asked.workspace_id, asked.contact_id),
                array(select jsonb_array_elements_text(p_hashes)),
                p_rows,
                last
        loop
            lines := lines || cells;
            size := size + octet_length(cells);
            exit when size >= p_bytes;
        end loop;
        return format(
            '{"rows":[%s],"after":%s}', array_to_string(lines, ','),
            case
                when cardinality(lines) = p_rows or size >= p_bytes then to_json(key)::text
                else coalesce(to_json(last)::text, 'null')
            end
        );
    end
    $$;

-- Name: exports_to_clean(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.exports_to_clean(p_workspace uuid DEFAULT NULL::uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        with over as (
            select id from public.exports
            where cleaned_at is null
                and case
                    when status = 'complete' then expires_at <= p_now
                    when status in ('queued', 'building') then requested_at <= p_now - interval '7 days'
                    else false
                end
            order by id
            for update
        ),
        ended as (
            update public.exports set status = case status when 'complete' then 'expired' else 'failed' end
            where id in (select id from over)
            returning id
        )
        update private.export_builds set cursor = null where export_id in (select id from ended);
        delete from public.exports where cleaned_at <= p_now - interval '30 days';
        return (
            select coalesce(jsonb_agg(jsonb_build_object('exportId', e.id, 'workspaceId', e.workspace_id)), '[]')
            from (
                select id, workspace_id from public.exports
                where cleaned_at is null and status in ('withdrawn', 'expired', 'failed')
                    and (p_workspace is null or workspace_id = p_workspace)
                order by requested_at
                limit 50
            ) as e
        );
    end
    $$;

-- Name: find_contacts(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.find_contacts(p_workspace uuid, p_lookup jsonb) RETURNS uuid[]
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with named as (
            select i.id, i.contact_id
            from jsonb_each_text(p_lookup) as l
            join public.identities as i on i.kind = l.key and i.value = l.value
            where i.workspace_id = p_workspace
            union all
            -- A contact's id is its top identity's, and stays good after that identity has joined another.
            select i.id, i.contact_id
            from public.identities as i
            where i.workspace_id = p_workspace and i.id = (p_lookup ->> 'contactId')::uuid
        )
        select coalesce(array_agg(distinct f.contact_id), '{}')
        from (
            select contact_id from named
            union all
            select higher.contact_id
            from named
            join public.identity_links as l on l.lower_id = named.id and p_lookup ? 'email'
            join public.identities as higher on higher.id = l.higher_id and higher.kind = 'userId'
            -- Where a server said whose it is, claims that it is somebody else's too do not count: anybody could make
            -- a user's email ambiguous, and so keep the server from mailing them by it.
            where l.trusted or not exists (
                select from public.identity_links as said
                join public.identities as owner on owner.id = said.higher_id and owner.kind = 'userId'
                where said.lower_id = named.id and said.trusted
            )
        ) as f
    $$;

-- Name: finish_announcement(uuid, uuid, text, text, double precision, boolean, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.finish_announcement(p_id uuid, p_claim uuid, p_status text, p_reason text, p_pause double precision, p_refused boolean, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update private.announcements
        set
            status = p_status, reason = p_reason, claim = null, claimed_until = null,
            send_at = case when p_status = 'queued' then p_now + make_interval(secs => p_pause) else send_at end,
            first_attempt_at = case
                when not p_refused or first_attempt_at < claimed_until - interval '2 minutes' then first_attempt_at
            end
        where id = p_id and claim = p_claim
    $$;

-- Name: finish_deletion(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.finish_deletion(p_request uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        request public.deletion_requests;
        home    public.workspaces;
        users   uuid[];
        orders  integer;
    begin
        select * into request from public.deletion_requests
        where id = p_request and emptied_at is not null and finished_at is null
        for update;
        if not found then
            return null;
        end if;
        -- Whoever writes for this workspace holds it: nothing comes between the last look and the end.
        perform private.lock_structure(request.workspace_id, true);
        select * into home from public.workspaces where id = request.workspace_id for update;
        if private.tables_left(request.workspace_id) <> '{}' then
            update public.deletion_requests set emptied_at = null where id = p_request;
            return null;
        end if;

        request.untold := (
            select coalesce(jsonb_agg(jsonb_build_object('to', private.address_of_user(m.user_id), 'name', home.name)), '[]')
            from public.members as m
            where m.workspace_id = home.id and m.role = 'owner' and private.address_of_user(m.user_id) is not null
        );
        users := array(select user_id from public.members where workspace_id = home.id order by user_id);
        delete from private.subscription_orders where workspace_id = home.id and done_at is not null;
        get diagnostics orders = row_count;
        delete from public.workspaces where id = home.id;
        request.counts := private.added_counts(request.counts, jsonb_build_object(
            'workspaces', 1, 'members', cardinality(users), 'accounts', private.delete_lone_accounts(users),
            'subscription_orders', orders
        ));
        update public.deletion_requests
        set counts = request.counts, untold = request.untold, finished_at = p_now
        where id = p_request
        returning * into request;
        perform private.audit(request.workspace_id, 'workspace.deleted', null, 'system', request.counts);
        return private.deletion_receipt(request);
    end
    $$;

-- Name: finish_message(uuid, uuid, text, text, text, text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.finish_message(p_id uuid, p_claim uuid, p_status text, p_provider text DEFAULT NULL::text, p_provider_message_id text DEFAULT NULL::text, p_reason text DEFAULT NULL::text, p_retry_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update public.messages
        set
            status = p_status,
            reason = p_reason,
            provider = coalesce(p_provider, provider),
            provider_message_id = coalesce(p_provider_message_id, provider_message_id),
            send_at = coalesce(p_retry_at, send_at),
            sent_at = case p_status when 'sent' then p_now end,
            claim = null,
            claimed_until = null
        where id = p_id and claim = p_claim
        returning true
    $$;

-- Name: finish_notice(uuid, uuid, text, timestamp with time zone, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.finish_notice(p_id uuid, p_claim uuid, p_status text, p_send_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_reason text DEFAULT NULL::text, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update private.notices
        set
            status = p_status, send_at = coalesce(p_send_at, send_at), reason = p_reason,
            sent_at = case when p_status = 'sent' then p_now end, claim = null, claimed_until = null
        where id = p_id and claim = p_claim
    $$;

-- Name: forget_what_has_lapsed(integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.forget_what_has_lapsed(p_limit integer, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE sql
    SET search_path TO ''
    AS $_$
        select bool_or(private.forget(f.name, f.condition, p_limit, p_now))
        from (values
            ('private.tombstones'::regclass, 'expires_at <= $1'),
            ('public.rejections', 'received_at <= $1 - interval ''24 hours'''),
            ('private.invitation_mails', 'at <= $1 - interval ''24 hours'''),
            ('public.invitations', 'expires_at <= $1 - interval ''14 days'''),
            ('private.checkouts', 'opened_at <= $1 - interval ''30 days'''),
            ('public.audit_log', 'at <= $1 - interval ''3 years'''),
            ('public.deletion_requests', 'coalesce(finished_at, cancelled_at) <= $1 - interval ''3 years''')
        ) as f (name, condition)
    $_$;

-- Name: funnel_stages(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.funnel_stages(p_workspace uuid) RETURNS TABLE(stage_id uuid, place bigint)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select g.id, row_number() over (order by g.threshold, g.position)
        from public.stages as g
        where g.workspace_id = p_workspace and g.position is not null and g.silence_days is null
            and (g.threshold is not null or g.position < coalesce(
                (
                    select min(q.position) from public.stages as q
                    where q.workspace_id = p_workspace and q.silence_days is not null
                ),
                32767
            ))
    $$;

-- Name: health(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.health(p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'overdueDeletions', (
                select count(*) from public.deletion_requests
                where cancelled_at is null and finished_at is null and due_by < p_now
            ),
            'outboxOldestSeconds', coalesce((
                select extract(epoch from p_now - min(send_at))::bigint from public.messages
                where status in ('queued', 'claimed', 'sending') and send_at <= p_now
            ), 0)
        )
    $$;

-- Name: invite_again(uuid, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.invite_again(p_workspace uuid, p_invitation uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        before public.invitations;
    begin
        delete from public.invitations as i where i.workspace_id = p_workspace and i.id = p_invitation and i.status = 'open'
        returning * into before;
        if before.id is null then
            raise sqlstate '42501' using message = 'not_allowed';
        end if;
        insert into public.invitations (workspace_id, email, role) values (p_workspace, before.email, before.role);
    end
    $$;

-- Name: lift_by_hand(uuid, jsonb, text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.lift_by_hand(p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        address text := private.address_named(p_workspace, p_lookup);
    begin
        delete from public.suppressions as s
        where s.workspace_id = p_workspace and s.reason = 'by_hand'
            and s.address_hash = private.hash_of_address(p_workspace, address, p_address_key);
        if found then
            perform private.audit(p_workspace, 'suppressions.delete', private.only_contact(p_workspace, p_lookup), p_actor);
        end if;
        return public.suppressions_of(p_workspace, p_lookup, p_address_key);
    end
    $$;

-- Name: lift_by_hand_by_key(text, jsonb, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.lift_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        select public.lift_by_hand(
            private.secret_workspace(p_key_hash), p_lookup, p_address_key, private.actor_of_key(p_key_hash)
        )
    $$;

-- Name: list_audit(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.list_audit(p_workspace uuid, p_after jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        page     constant integer := 50;
        after_at constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_id constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        found    jsonb;
    begin
        -- Row-level security alone would look at each row before it told the others nothing.
        if not exists (
            select from public.members as m
            where m.workspace_id = p_workspace and m.user_id = auth.uid() and m.role in ('owner', 'admin')
        ) then
            return null;
        end if;
        select jsonb_agg(
            jsonb_build_object(
                'id', l.id, 'actor', l.actor, 'action', l.action, 'contactId', l.contact_id, 'detail', l.detail, 'at', l.at,
                'who', coalesce(c.email, k.hint)
            ) order by l.at desc, l.id desc
        ) into found
        from (
            select * from public.audit_log as l
            where l.workspace_id = p_workspace and l.at <= after_at and (l.at, l.id) < (after_at, after_id)
            order by l.at desc, l.id desc
            limit page
        ) as l
        left join private.my_colleagues() as c on c.workspace_id = p_workspace and l.actor = 'member:' || c.user_id
        left join public.api_keys as k on k.workspace_id = p_workspace and l.actor = 'key:' || k.id;
        return jsonb_build_object(
            'entries', coalesce(found, '[]'),
            'next', case when jsonb_array_length(found) = page then jsonb_build_object(
                'at', found -> -1 -> 'at', 'id', found -> -1 -> 'id'
            ) end
        );
    end
    $$;

-- Name: list_cohort(uuid, timestamp with time zone, timestamp with time zone, uuid, uuid, jsonb, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.list_cohort(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_reached uuid DEFAULT NULL::uuid, p_now_in uuid DEFAULT NULL::uuid, p_after jsonb DEFAULT NULL::jsonb, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        page     constant integer := 50;
        look     constant integer := case when coalesce(p_reached, p_now_in) is null then page else 2000 end;
        far      constant smallint[] := public.stages_as_far_as(p_workspace, p_reached);
        after_at constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_id constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        looked   uuid[];
        times    timestamptz[];
        matches  boolean[];
        found    integer[];
        upto     integer;
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        select array_agg(c.id), array_agg(c.created_at), array_agg(c.matches) into looked, times, matches
        from (
            select
                c.id, c.created_at,
                (p_now_in is null or c.stage_id = p_now_in) and (p_reached is null or c.stages_been && far) as matches
            from public.contacts as c
            where c.workspace_id = p_workspace and c.created_at >= p_from and c.created_at < p_to
                and c.created_at <= after_at and (c.created_at, c.id) < (after_at, after_id)
            order by c.created_at desc, c.id desc
            limit look
        ) as c;
        found := array(
            select m.place from unnest(matches) with ordinality as m (matches, place)
            where m.matches order by m.place limit page
        );
        upto := case cardinality(found) when page then found[page] else cardinality(looked) end;
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, array(select looked[f] from unnest(found) as f), p_now),
            'looked', coalesce(upto, 0),
            'next', case
                when cardinality(looked) = look or upto < cardinality(looked)
                    then jsonb_build_object('at', times[upto], 'id', looked[upto])
            end
        );
    end
    $$;

-- Name: list_contacts(uuid, uuid, integer, integer, timestamp with time zone, timestamp with time zone, jsonb, jsonb, jsonb, jsonb, uuid[], timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.list_contacts(p_workspace uuid, p_stage uuid DEFAULT NULL::uuid, p_least integer DEFAULT 0, p_most integer DEFAULT 100, p_seen_from timestamp with time zone DEFAULT NULL::timestamp with time zone, p_seen_to timestamp with time zone DEFAULT NULL::timestamp with time zone, p_traits jsonb DEFAULT '[]'::jsonb, p_signals jsonb DEFAULT '[]'::jsonb, p_after jsonb DEFAULT NULL::jsonb, p_begun jsonb DEFAULT NULL::jsonb, p_shown uuid[] DEFAULT '{}'::uuid[], p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        page       constant integer := 50;
        look       integer;
        after      constant private.place := private.place_in_list(p_after, p_least, p_most);
        bottom     constant private.place := row(p_least, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        traits     private.trait_filter[];
        signals    private.signal_filter[];
        few        uuid[];
        above      integer;
        looked     uuid[];
        scores     smallint[];
        candidates uuid[];
        found      bigint[];
        upto       bigint;
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        traits := private.trait_filters(p_traits);
        signals := private.signal_filters(p_signals, (p_now at time zone 'utc')::date);
        if cardinality(traits) > 10 or cardinality(signals) > 10
            or p_shown is null or cardinality(p_shown) > 2000 or array_position(p_shown, null) is not null
        then
            raise sqlstate 'PT422' using
                message = 'filter_invalid',
                detail = 'A list takes at most 10 filters by traits and 10 by signals, and leaves out 2,000 contacts.';
        end if;
        -- As many as can be looked at within 20 ms, three times over, or once and a half where those above are looked at too.
        look := case
            when cardinality(traits) > 0 or cardinality(signals) > 0
                then 1500 / (1 + 1.5 * cardinality(traits) + 2 * cardinality(signals))
            when coalesce(p_seen_from, p_seen_to) is not null then 2000
            else page
        end;
        few := private.few_with_traits(p_workspace, traits, look);
        look := case when few is null then look else cardinality(few) + 1 end;
        select
            count(*) filter (where n.is_above), array_agg(n.contact_id order by n.score desc, n.contact_id),
            array_agg(n.score order by n.score desc, n.contact_id),
            array_agg(
                case
                    when (p_seen_from is null or n.last_event_at >= p_seen_from)
                        and (p_seen_to is null or n.last_event_at < p_seen_to) then n.contact_id
                end
                order by n.score desc, n.contact_id
            )
        into above, looked, scores, candidates
        from (
            select true as is_above, a.* from private.contacts_between(
                p_workspace, few, p_stage, private.place_in_list(p_begun, p_least, p_most), after, p_shown, look
            ) as a
            where p_begun is not null
            union all
            select false, b.* from private.contacts_between(p_workspace, few, p_stage, after, bottom, p_shown, look) as b
        ) as n;
        found := private.first_matching(p_workspace, candidates, traits, signals, page);
        upto := case cardinality(found) when page then found[page] else cardinality(looked) end;
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, array(select looked[f] from unnest(found) as f), p_now),
            'above', (select count(*) from unnest(found) as f where f <= above),
            'looked', greatest(upto - above, 0),
            'begun', case when above = look then jsonb_build_object('score', scores[above], 'id', looked[above]) end,
            'next', case
                when cardinality(looked) - above = look or upto < cardinality(looked)
                    or (above = look and cardinality(found) = page)
                    then jsonb_build_object('score', scores[upto], 'id', looked[upto])
                when above = look then to_jsonb(bottom)
            end,
            'ended', looked is null or (cardinality(looked) - above < look and upto = cardinality(looked))
        );
    end
    $$;

-- Name: list_entries(uuid, uuid, timestamp with time zone, timestamp with time zone, jsonb, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.list_entries(p_workspace uuid, p_stage uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_after jsonb DEFAULT NULL::jsonb, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        page     constant integer := 50;
        after_at constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_id constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        found    uuid[];
        times    timestamptz[];
        ids      uuid[];
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        select
            array_agg(i.contact_id order by e.created_at desc, e.id desc),
            array_agg(e.created_at order by e.created_at desc, e.id desc), array_agg(e.id order by e.created_at desc, e.id desc)
        into found, times, ids
        from (
            select t.contact_id, t.created_at, t.id
            from public.transitions as t
            where t.workspace_id = p_workspace and t.to_stage_id = p_stage and t.created_at >= p_from and t.created_at < p_to
                and t.created_at <= after_at and (t.created_at, t.id) < (after_at, after_id)
                and (t.previous_at is null or t.previous_at < p_from)
            order by t.created_at desc, t.id desc
            limit page
        ) as e
        join public.identities as i on i.id = e.contact_id;
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, found, p_now),
            'looked', coalesce(cardinality(found), 0),
            'next', case when cardinality(found) = page then jsonb_build_object('at', times[page], 'id', ids[page]) end
        );
    end
    $$;

-- Name: list_invitations(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.list_invitations(p_workspace uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'id', i.id, 'email', i.email, 'role', i.role, 'by', c.email, 'createdAt', i.created_at,
                    'expiresAt', i.expires_at,
                    'mail', case when n.invitation_id is not null then jsonb_build_object(
                        'status', n.status, 'reason', n.reason, 'at', coalesce(n.sent_at, n.send_at)
                    ) end
                ) order by i.created_at, i.id
            ), '[]')
            from public.invitations as i
            left join private.notices as n on n.workspace_id = p_workspace and n.invitation_id = i.id
            left join private.my_colleagues() as c on c.workspace_id = p_workspace and c.user_id = i.invited_by
            where i.workspace_id = p_workspace and i.status = 'open'
        )
        from public.workspaces as w
        where w.id = p_workspace
    $$;

-- Name: list_messages(uuid, text, jsonb, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.list_messages(p_workspace uuid, p_status text DEFAULT NULL::text, p_after jsonb DEFAULT NULL::jsonb, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        page     constant integer := 50;
        after_at constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_id constant uuid := coalesce((p_after ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        statuses constant text[] := case
            when p_status = 'queued' then array['queued', 'claimed', 'sending']
            when p_status is null then array['queued', 'claimed', 'sending', 'sent', 'skipped', 'failed', 'unknown']
            else array[p_status]
        end;
        found    public.messages[];
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        -- A page of each status, by one index, and of these the latest.
        select array_agg(m.message order by m.created_at desc, m.id desc) into found
        from (
            select n.*
            from unnest(statuses) as s (status)
            cross join lateral (
                select m as message, m.created_at, m.id from public.messages as m
                where m.workspace_id = p_workspace and m.status = s.status and (m.created_at, m.id) < (after_at, after_id)
                order by m.created_at desc, m.id desc
                limit page
            ) as n
            order by n.created_at desc, n.id desc
            limit page
        ) as m;
        return jsonb_build_object(
            'messages', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', m.id, 'contactId', i.contact_id, 'to', m.to_address, 'subject', m.subject, 'template', t.name,
                        'automation', a.name, 'category', m.category, 'status', m.status, 'delivery', m.delivery,
                        'createdAt', m.created_at, 'sendAt', m.send_at, 'sentAt', m.sent_at,
                        'who', coalesce(c.traits ->> 'name', c.email, i.value),
                        'answer', private.message_answer(m, p_now)
                    ) order by m.created_at desc, m.id desc
                ), '[]')
                from unnest(found) as m
                left join public.templates as t on t.id = m.template_id
                left join public.automations as a on a.id = m.automation_id
                left join public.identities as i on i.id = m.contact_id
                left join public.contacts as c on c.id = i.contact_id
            ),
            'next', case when cardinality(found) = page then jsonb_build_object(
                'at', found[page].created_at, 'id', found[page].id
            ) end
        );
    end
    $$;

-- Name: list_suppressions(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.list_suppressions(p_workspace uuid, p_after jsonb DEFAULT NULL::jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        page      constant integer := 50;
        after_at  constant timestamptz := coalesce((p_after ->> 'at')::timestamptz, 'infinity');
        after_key constant text collate "C" := coalesce(p_after ->> 'key', '');
        found     jsonb;
    begin
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        select jsonb_agg(
            jsonb_build_object(
                'key', s.key, 'hash', s.address_hash, 'to', m.to_address, 'contactId', i.contact_id,
                'category', s.category, 'reason', s.reason, 'at', s.created_at,
                'who', case s.reason when 'by_hand' then coalesce(c.email, k.hint) end
            ) order by s.created_at desc, s.key desc
        ) into found
        from (
            select s.*, s.address_hash || coalesce(s.category, '') as key
            from public.suppressions as s
            where s.workspace_id = p_workspace and s.created_at <= after_at
                and (s.created_at, s.address_hash || coalesce(s.category, '')) < (after_at, after_key)
            order by s.created_at desc, s.address_hash || coalesce(s.category, '') desc
            limit page
        ) as s
        left join lateral (
            select n.to_address, n.contact_id from public.messages as n
            where n.workspace_id = p_workspace and n.address_hash = s.address_hash and n.counted_at is not null
            order by n.counted_at desc
            limit 1
        ) as m on true
        left join public.identities as i on i.id = m.contact_id
        left join private.my_colleagues() as c on c.workspace_id = p_workspace and s.suppressed_by = 'member:' || c.user_id
        left join public.api_keys as k on k.workspace_id = p_workspace and s.suppressed_by = 'key:' || k.id;
        return jsonb_build_object(
            'suppressions', coalesce(found, '[]'),
            'next', case when jsonb_array_length(found) = page then jsonb_build_object(
                'at', found -> -1 -> 'at', 'key', found -> -1 -> 'key'
            ) end
        );
    end
    $$;

-- Name: mailable_address(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.mailable_address(p_contact uuid) RETURNS TABLE(address text, is_claimed boolean)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select
            case
                when c.email_trusted then c.email
                when w.mail_claimed and not exists (
                    select from public.identities as i
                    join public.traits as t on t.identity_id = i.id and t.key = 'email' and t.trusted
                    where i.contact_id = c.id
                ) then (
                    select i.value from public.identities as i
                    where i.contact_id = c.id and i.kind = 'email'
                    order by i.created_at, i.id
                    limit 1
                )
            end,
            not c.email_trusted
        from public.contacts as c
        join public.workspaces as w on w.id = c.workspace_id
        where c.id = p_contact
    $$;

-- Name: make_api_key(uuid, text, text, text, text[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.make_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[] DEFAULT NULL::text[]) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        made uuid;
    begin
        if 50 <= (
            select count(*) from public.api_keys as k where k.workspace_id = p_workspace and k.revoked_at is null
        ) then
            raise sqlstate 'PT429' using message = 'too_many_keys', detail = 'There are 50 keys. Revoke one first.';
        end if;
        insert into public.api_keys (workspace_id, kind, hint, origins)
        values (p_workspace, p_kind, p_hint, p_origins)
        returning id into made;
        insert into private.api_key_hashes (key_hash, api_key_id) values (p_key_hash, made);
        return made;
    end
    $$;

-- Name: measure_usage(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.measure_usage(p_now timestamp with time zone DEFAULT now()) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        ends      timestamptz := clock_timestamp() + interval '1 second';
        workspace uuid;
        measured  integer := 0;
    begin
        -- The meter writes the same rows in another order.
        perform from private.metering for share;
        insert into private.usage_clock (workspace_id)
        select w.id from public.workspaces as w
        where not exists (select from private.usage_clock as c where c.workspace_id = w.id)
        on conflict on constraint usage_clock_pkey do nothing;
        loop
            select c.workspace_id into workspace from private.usage_clock as c
            where c.measured_at <= p_now - interval '1 hour'
            order by c.measured_at
            limit 1
            for update skip locked;
            exit when not found;
            perform private.measure(workspace, p_now);
            measured := measured + 1;
            exit when clock_timestamp() > ends;
        end loop;
        return measured;
    end
    $$;

-- Name: meter_events(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.meter_events(p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    AS $$
    declare
        begins timestamptz;
        ends   timestamptz;
    begin
        select m.counted_until into begins from private.metering as m for update skip locked;
        ends := least(
            begins + greatest(interval '15 minutes', (p_now - begins) / 10), p_now - interval '1 minute'
        );
        -- Somebody else is at it, or it is too soon.
        if begins is null or ends <= begins then
            return false;
        end if;
        insert into public.usage as u (workspace_id, month, events, last_event_at)
        select w.id, e.month, e.events, e.last_at
        from (
            select
                workspace_id, private.month_of(received_at) as month, count(*) as events, max(received_at) as last_at
            from public.events
            where received_at >= begins and received_at < ends
            group by 1, 2
        ) as e
        join public.workspaces as w on w.id = e.workspace_id
        order by w.id, e.month
        on conflict on constraint usage_pkey do update
            set events = u.events + excluded.events, last_event_at = excluded.last_event_at;
        update private.metering set counted_until = ends;
        return ends < p_now - interval '1 minute';
    end
    $$;

-- Name: my_account(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.my_account() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select private.my_account()
    $$;

-- Name: my_workspaces(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.my_workspaces() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'workspaces', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', w.id, 'name', w.name, 'slug', w.slug, 'role', m.role, 'createdAt', w.created_at,
                        'deletionRequestedAt', w.deletion_requested_at, 'purgeAfter', d.purge_after,
                        'payment', case when s.status in ('past_due', 'unpaid') then s.status end
                    ) order by w.name, w.id
                ), '[]')
                from public.members as m
                join public.workspaces as w on w.id = m.workspace_id
                left join public.deletion_requests as d
                    on d.workspace_id = w.id and d.cancelled_at is null and d.finished_at is null
                left join lateral (
                    select n.status from public.subscriptions as n
                    where n.workspace_id = w.id
                    order by n.created_at desc
                    limit 1
                ) as s on true
                where m.user_id = auth.uid()
            ),
            'invitations', private.my_invitations()
        )
    $$;

-- Name: named_contacts(uuid[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.named_contacts(p_contacts uuid[]) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(
            jsonb_build_object('contactId', c.id, 'score', s.score)
            || coalesce((
                select jsonb_object_agg(i.kind, i.value) from (
                    select distinct on (i.kind) i.kind, i.value from public.identities as i
                    where i.contact_id = c.id
                    order by i.kind, i.created_at
                ) as i
            ), '{}')
            order by s.score desc, c.id
        ), '[]')
        from public.contacts as c
        join public.contact_states as s on s.contact_id = c.id
        where c.id = any (p_contacts)
    $$;

-- Name: offers(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.offers(p_workspace uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_agg(
            jsonb_build_object(
                'name', p.name, 'messagesPerMinute', 240 * p.rate_multiplier, 'contacts', p.contacts, 'emails', p.emails,
                'members', p.members, 'intervals', to_jsonb(array(
                    select distinct v.interval from public.plan_variants as v
                    where v.plan = p.name and v.is_sold order by v.interval
                ))
            ) order by p.position
        )
        from public.workspaces as w
        cross join public.plans as p
        where w.id = p_workspace
    $$;

-- Name: open_checkout(uuid, text, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.open_checkout(p_workspace uuid, p_variant_id text, p_address_hash text, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        delete from private.checkouts where opened_at < p_now - interval '30 days';
        insert into private.checkouts (workspace_id, variant_id, address_hash, opened_at)
        values (p_workspace, p_variant_id, p_address_hash, p_now)
        on conflict on constraint checkouts_pkey do nothing
    $$;

-- Name: owner_told(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.owner_told(p_request uuid, p_address text) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update public.deletion_requests as r
        set untold = (
            select coalesce(jsonb_agg(owner), '[]') from jsonb_array_elements(r.untold) as owner
            where owner ->> 'to' <> p_address
        )
        where r.id = p_request
    $$;

-- Name: owner_tried(uuid, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.owner_tried(p_request uuid, p_address text, p_at timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update public.deletion_requests as r
        set untold = (
            select jsonb_agg(case
                when owner ->> 'to' <> p_address then owner
                when p_at is null then owner - 'triedAt'
                else jsonb_build_object('triedAt', p_at) || owner
            end)
            from jsonb_array_elements(r.untold) as owner
        )
        where r.id = p_request and r.untold <> '[]'
    $$;

-- Name: people_to_write_to(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.people_to_write_to(p_workspace uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        found uuid[];
    begin
        found := array(
            select s.contact_id
            from public.stages as g
            cross join lateral (
                select * from public.contact_states as s
                where s.workspace_id = p_workspace and s.stage_id = g.id
                order by s.score desc, s.contact_id
                limit 100
            ) as s
            join public.contacts as c on c.id = s.contact_id
            where g.workspace_id = p_workspace and g.position is not null and g.threshold > 0
                and s.last_event_at > p_now - interval '14 days' and c.email is not null
                and not exists (
                    select from public.messages as m
                    join public.suppressions as x on x.workspace_id = p_workspace and x.address_hash = m.address_hash
                    where m.workspace_id = p_workspace and m.contact_id = s.contact_id
                )
            order by s.score desc, s.contact_id
            limit 10
        );
        return (
            select coalesce(jsonb_agg(
                r.entry || jsonb_build_object(
                    'lastMail', (
                        select max(m.sent_at) from public.messages as m
                        where m.workspace_id = p_workspace and m.contact_id = (r.entry ->> 'id')::uuid
                    ),
                    'reasons', (
                        select coalesce(jsonb_agg(p.reason order by p.points desc), '[]')
                        from public.weightiest_reasons(p_workspace, (r.entry ->> 'id')::uuid, (r.entry ->> 'asOf')::date) as p
                    )
                )
                order by r.place
            ), '[]')
            from jsonb_array_elements(public.contact_rows(p_workspace, found, p_now)) with ordinality as r (entry, place)
        );
    end
    $$;

-- Name: preview(uuid, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.preview(p_workspace uuid, p_draft uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'id', d.id, 'status', d.status, 'on', d.previewed_on, 'done', d.done, 'total', d.total,
            'moves', coalesce((
                select jsonb_agg(
                    jsonb_build_object(
                        'from', f.name, 'to', t.entry ->> 'name', 'contacts', m.contacts,
                        'examples', public.named_contacts(m.examples)
                    )
                    order by m.contacts desc, f.name, t.entry ->> 'name'
                )
                from public.rule_draft_moves as m
                join public.stages as f on f.id = m.from_stage_id
                join jsonb_array_elements(d.completed -> 'stages') as t (entry) on t.entry ->> 'id' = m.to_stage_id::text
                where m.draft_id = d.id
            ), '[]'),
            'mails', coalesce((
                select jsonb_agg(
                    jsonb_build_object('automation', a.name, 'mails', m.mails, 'mailable', m.mailable) order by a.name
                )
                from public.rule_draft_mails as m
                join public.automations as a on a.id = m.automation_id
                where m.draft_id = d.id
            ), '[]')
        )
        from public.rule_drafts as d
        where d.id = p_draft and d.workspace_id = p_workspace
    $$;

-- Name: preview_by_key(text, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.preview_by_key(p_key_hash text, p_draft uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select public.preview(private.secret_workspace(p_key_hash), p_draft)
    $$;

-- Name: preview_mail(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.preview_mail(p_workspace uuid, p_mail jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        contact  uuid := case when p_mail ? 'contact' then private.contact_named(p_workspace, p_mail -> 'contact') end;
        template public.templates := private.template_named(p_workspace, p_mail ->> 'template');
        message  public.messages;
    begin
        message.id := gen_random_uuid();
        message.workspace_id := p_workspace;
        message.template_id := template.id;
        message.category := coalesce(template.category, p_mail ->> 'category');
        message.variables := coalesce(p_mail -> 'variables', '{}');
        message.subject := p_mail ->> 'subject';
        message.html := p_mail ->> 'html';
        message.plain_text := p_mail ->> 'text';
        return private.renderable(
            message, p_mail ->> 'to', coalesce((select c.traits from public.contacts as c where c.id = contact), '{}')
        );
    end
    $$;

-- Name: preview_move(uuid, uuid, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.preview_move(p_workspace uuid, p_identity uuid, p_contact uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        origin constant uuid := (
            select i.contact_id from public.identities as i where i.id = p_identity and i.workspace_id = p_workspace
        );
        target uuid;
        after  jsonb;
        before jsonb;
        mails  bigint;
    begin
        begin
            insert into public.identity_moves (workspace_id, identity_id, contact_id)
            values (p_workspace, p_identity, p_contact);
            target := (select i.contact_id from public.identities as i where i.id = p_identity);
            after := public.contact_rows(p_workspace, array[origin, target]);
            -- By the stages that they enter: of this transaction, so of this instant.
            mails := (
                select count(*)
                from public.messages as m
                where m.workspace_id = p_workspace and m.contact_id in (origin, target) and m.created_at = now()
            );
            raise sqlstate 'PT299' using message = 'taken_back';
        exception when sqlstate 'PT299' then
            before := public.contact_rows(p_workspace, array[origin, target]);
        end;
        return jsonb_build_object(
            'events', (
                select count(*)
                from (
                    select from public.events as e
                    where e.workspace_id = p_workspace and e.identity_id = p_identity
                    limit 10000
                ) as e
            ),
            'mails', mails,
            'from', private.row_before_and_after(origin, before, after),
            'to', private.row_before_and_after(target, before, after)
        );
    end
    $$;

-- Name: purchase(uuid, text, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.purchase(p_workspace uuid, p_plan text, p_interval text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
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

-- Name: purge_erased(integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.purge_erased(p_limit integer, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        erasure public.erasures;
        gone    integer;
    begin
        select * into erasure from public.erasures
        where finished_at is null and stored_at is null
        order by requested_at
        limit 1
        for update skip locked;
        if not found then
            return false;
        end if;
        gone := private.purge_events(erasure.id, p_limit);
        update public.erasures set counts = private.added_counts(counts, jsonb_build_object('events', gone))
        where id = erasure.id;
        if gone < p_limit then
            perform private.finish_erasure(erasure, p_now);
        end if;
        return true;
    end
    $$;

-- Name: purge_workspaces(integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.purge_workspaces(p_limit integer, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        request public.deletion_requests;
        target  regclass;
        gone    integer;
        total   integer := 0;
    begin
        select * into request from public.deletion_requests as r
        where r.cancelled_at is null and r.emptied_at is null and r.purge_after <= p_now
            and (r.due_by - interval '3 days' < p_now or not exists (
                select from private.subscription_orders as o where o.workspace_id = r.workspace_id and o.done_at is null
            ))
        order by r.due_by
        limit 1
        for update skip locked;
        if not found then
            return false;
        end if;
        if request.purging_since is null then
            -- What was bought, or resumed by hand, during the grace.
            perform private.order_cancellations(request.workspace_id, p_now, p_now);
            if request.due_by - interval '3 days' >= p_now and exists (
                select from private.subscription_orders where workspace_id = request.workspace_id and done_at is null
            ) then
                return true;
            end if;
            -- Nobody works for it any more.
            update public.rescores set finished_at = p_now
            where workspace_id = request.workspace_id and finished_at is null;
            update public.rule_drafts set status = 'discarded'
            where workspace_id = request.workspace_id and status in ('counting', 'previewing', 'previewed');
            perform private.withdraw_exports(request.workspace_id);
        end if;
        foreach target in array private.tables_left(request.workspace_id) loop
            gone := private.purge_rows(target, request.workspace_id, p_limit - total);
            total := total + gone;
            request.counts := private.added_counts(
                request.counts, jsonb_build_object(split_part(target::text, '.', 2), gone)
            );
            exit when total >= p_limit;
        end loop;
        update public.deletion_requests
        set
            counts = request.counts, purging_since = coalesce(purging_since, p_now),
            emptied_at = case when target is null then p_now end
        where id = request.id;
        return true;
    end
    $$;

-- Name: queue_message(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.queue_message(p_workspace uuid, p_message jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        contact  uuid;
        address  text;
        template public.templates;
        queued   public.messages;
    begin
        perform private.lock_structure(p_workspace, false);
        if exists (
            select from public.workspaces where id = p_workspace and deletion_requested_at is not null
        ) then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending';
        end if;
        contact := private.contact_named(p_workspace, p_message -> 'to');
        select a.address into address from public.mailable_address(contact) as a;
        if address is null or address <> coalesce(p_message -> 'to' ->> 'email', address) then
            raise sqlstate 'PT422' using message = 'not_mailable';
        end if;
        template := private.template_named(p_workspace, p_message ->> 'template');
        insert into public.messages
            (workspace_id, contact_id, idempotency_key, template_id, variables, category, to_address,
             subject, html, plain_text, send_at)
        values
            (p_workspace, contact, p_message ->> 'idempotencyKey', template.id,
             coalesce(p_message -> 'variables', '{}'), coalesce(template.category, p_message ->> 'category'), address,
             p_message ->> 'subject', p_message ->> 'html', p_message ->> 'text',
             -- What is overdue already is no more urgent than what is due now.
             greatest((p_message ->> 'sendAt')::timestamptz, now()))
        on conflict on constraint messages_idempotency_key do nothing
        returning * into queued;
        if queued.id is null then
            select * into queued from public.messages as m
            where m.workspace_id = p_workspace and m.idempotency_key = p_message ->> 'idempotencyKey';
        end if;
        return jsonb_build_object('messageId', queued.id, 'status', queued.status);
    end
    $$;

-- Name: queue_message_by_key(text, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.queue_message_by_key(p_key_hash text, p_message jsonb) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        select public.queue_message(private.secret_workspace(p_key_hash), p_message)
    $$;

-- Name: receipt_stored(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.receipt_stored(p_erasure uuid, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update public.erasures set stored_at = p_now where id = p_erasure
    $$;

-- Name: recent_deletions(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.recent_deletions(p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(private.deletion_receipt(r) || jsonb_build_object('stored', r.stored_at is not null)), '[]')
        from public.deletion_requests as r
        where r.finished_at is not null and (r.stored_at is null or r.finished_at > p_now - interval '1 day')
    $$;

-- Name: recent_messages(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.recent_messages(p_workspace uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
    declare
        page   constant integer := 50;
        span   interval;
        events jsonb;
    begin
        foreach span in array array['5 seconds', '2 minutes', '1 hour']::interval[] loop
            select jsonb_agg(
                jsonb_build_object(
                    'messageId', e.message_id, 'name', e.name, 'type', e.type, 'trusted', e.trusted,
                    'receivedAt', e.received_at, 'contactId', i.contact_id, 'who', coalesce(c.email, i.value)
                )
                order by e.received_at desc, e.message_id
            ) into events
            from (
                select * from public.events as e
                where e.workspace_id = p_workspace and e.received_at > p_now - span
                order by e.received_at desc
                limit page
            ) as e
            left join public.identities as i on i.id = e.identity_id
            left join public.contacts as c on c.id = i.contact_id;
            exit when jsonb_array_length(events) = page;
        end loop;
        return jsonb_build_object(
            'events', coalesce(events, '[]'),
            'rejections', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'id', r.id, 'code', r.code, 'pointer', r.pointer, 'messageId', r.message_id,
                        'receivedAt', r.received_at, 'key', k.hint
                    )
                    order by r.received_at desc, r.id
                ), '[]')
                from (
                    select * from public.rejections as r
                    where r.workspace_id = p_workspace
                    order by r.received_at desc
                    limit page
                ) as r
                left join public.api_keys as k on k.id = r.api_key_id
            ),
            'asOf', p_now
        );
    end
    $$;

-- Name: recompute(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.recompute(p_workspace uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        if not exists (
            select from public.rescores as r
            where r.workspace_id = p_workspace and (r.finished_at is null or r.finished_at > p_now - interval '1 minute')
        ) then
            insert into public.rescore_requests (workspace_id) values (p_workspace);
        end if;
        return public.rescore_progress(p_workspace) || jsonb_build_object('workspaceId', p_workspace);
    end
    $$;

-- Name: recompute_by_key(text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.recompute_by_key(p_key_hash text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        select public.recompute(private.secret_workspace(p_key_hash), p_now)
    $$;

-- Name: reconcile_page(uuid, jsonb, integer, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.reconcile_page(p_claim uuid, p_subscriptions jsonb, p_next integer, p_asked_at timestamp with time zone, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

-- Name: record_export(uuid, uuid, jsonb, jsonb, jsonb, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.record_export(p_export uuid, p_claim uuid, p_files jsonb, p_counts jsonb, p_cursor jsonb, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        update public.exports as e
        set
            counts = p_counts,
            parts = (select coalesce(max((f.value ->> 'part')::integer), 0) from jsonb_array_elements(p_files) as f),
            bytes = (select coalesce(sum((f.value ->> 'bytes')::bigint), 0) from jsonb_array_elements(p_files) as f),
            status = case when p_cursor is null then 'complete' else 'building' end,
            finished_at = case when p_cursor is null then p_now end,
            expires_at = case when p_cursor is null then p_now + interval '24 hours' end
        from private.export_builds as b
        where e.id = p_export and e.status in ('building', 'complete') and b.export_id = e.id and b.claim = p_claim;
        if not found then
            return false;
        end if;
        update private.export_builds set files = p_files, cursor = p_cursor, claimed_until = null
        where export_id = p_export;
        return true;
    end
    $$;

-- Name: record_mail_event(jsonb, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.record_mail_event(p_event jsonb, p_address_key text, p_now timestamp with time zone DEFAULT now()) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        message public.messages := private.message_of_event(p_event);
        kind    text := p_event ->> 'kind';
    begin
        if message.id is null then
            return 'ignored';
        end if;
        insert into public.message_events (workspace_id, svix_id, message_id, kind, occurred_at, detail)
        values (
            message.workspace_id, p_event ->> 'svixId', message.id, kind,
            coalesce((p_event ->> 'occurredAt')::timestamptz, p_now), p_event -> 'detail'
        )
        on conflict on constraint message_events_pkey do nothing;
        if not found then
            return 'duplicate';
        end if;

        update public.messages as m
        set
            delivery = private.delivery_of(array(
                select e.kind from public.message_events as e
                where e.workspace_id = m.workspace_id and e.message_id = m.id
            )),
            -- Whatever it reports, the provider has taken the message: an answer that was lost is known now. Without a
            -- claim, what is still at work on the message can neither undo that nor send it again.
            status = 'sent',
            reason = null,
            sent_at = coalesce(m.sent_at, m.first_attempt_at),
            provider = 'resend',
            provider_message_id = coalesce(m.provider_message_id, p_event ->> 'emailId'),
            claim = null,
            claimed_until = null
        where m.id = message.id;

        if message.to_address is not null
            and (kind = 'complained' or kind = 'bounced' and lower(p_event -> 'detail' ->> 'type') = 'permanent') then
            perform private.suppress(
                message.workspace_id,
                private.hmac_sha256(p_address_key, message.workspace_id || ':' || message.to_address),
                kind, p_now
            );
        end if;
        return 'recorded';
    end
    $$;

-- Name: record_payment(jsonb, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.record_payment(p_payment jsonb, p_workspace uuid) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
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

-- Name: record_smtp_outcome(uuid, uuid, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.record_smtp_outcome(p_workspace uuid, p_revision uuid, p_error text DEFAULT NULL::text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        update public.smtp_settings
        set
            -- A server that fails today was the right one all the same: mail waits for it.
            verified_at = case when p_error is null then p_now else verified_at end,
            last_error = p_error,
            last_error_at = case when p_error is not null then p_now end
        where workspace_id = p_workspace and revision = p_revision;
        return private.smtp_shown(p_workspace);
    end
    $$;

-- Name: record_subscription(jsonb, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.record_subscription(p_subscription jsonb, p_workspace uuid) RETURNS text
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        select private.apply_subscription(p_workspace, private.subscription_of(p_subscription), null)
    $$;

-- Name: recorded_score(uuid, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.recorded_score(p_contact uuid, p_on date) RETURNS TABLE(score smallint, stage_id uuid)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select s.score, s.stage_id
        from public.contact_states as s
        where s.contact_id = p_contact and s.changed_on <= p_on and s.due_on > p_on
        union all
        (
            select h.score, h.stage_id
            from public.contact_states as s
            join public.score_history as h
                on h.workspace_id = s.workspace_id and h.contact_id = s.contact_id and h.day <= p_on
            where s.contact_id = p_contact and s.changed_on > p_on
            order by h.day desc
            limit 1
        )
    $$;

-- Name: remove_smtp(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.remove_smtp(p_workspace uuid, p_actor text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        delete from public.smtp_settings where workspace_id = p_workspace;
        if found and p_actor is not null then
            perform private.audit(p_workspace, 'smtp_settings.delete', null, p_actor);
        end if;
    end
    $$;

-- Name: replace_encrypted_value(uuid, text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.replace_encrypted_value(p_workspace uuid, p_before text, p_after text) RETURNS boolean
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        with replaced as (
            update private.smtp_passwords set password = p_after
            where workspace_id = p_workspace and password = p_before
            returning 1
        )
        select exists (select from replaced)
    $$;

-- Name: replay_deletion(jsonb, boolean, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.replay_deletion(p_receipt jsonb, p_is_dry boolean, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := (p_receipt ->> 'workspaceId')::uuid;
    begin
        perform from public.workspaces where id = workspace for update;
        if not found or p_is_dry then
            return found;
        end if;
        update public.workspaces set deletion_requested_at = p_now where id = workspace;
        insert into public.deletion_requests
            (workspace_id, requested_by, received_at, requested_at, purge_after, due_by)
        values (workspace, 'operator', (p_receipt ->> 'receivedAt')::timestamptz, p_now, p_now, p_now + interval '1 day')
        on conflict (workspace_id) where cancelled_at is null and finished_at is null
            do update set purge_after = p_now;
        return true;
    end
    $$;

-- Name: replay_receipt(jsonb, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.replay_receipt(p_receipt jsonb, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := (p_receipt ->> 'workspaceId')::uuid;
        expiry    timestamptz := case
            when (p_receipt ->> 'forever')::boolean then 'infinity'
            else (p_receipt ->> 'requestedAt')::timestamptz + interval '35 days'
        end;
    begin
        if not exists (select from public.workspaces where id = workspace) then
            return false;
        end if;
        insert into private.tombstones as t (workspace_id, hash, expires_at)
        select workspace, hash, expiry
        from jsonb_array_elements_text(p_receipt -> 'tombstones') as hash
        where expiry > p_now
        on conflict on constraint tombstones_pkey do update set expires_at = greatest(t.expires_at, excluded.expires_at);
        perform private.suppress(workspace, address, 'erased', p_now)
        from jsonb_array_elements_text(p_receipt -> 'addresses') as address;
        return true;
    end
    $$;

-- Name: request_deletion(uuid, text, text, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.request_deletion(p_workspace uuid, p_name text, p_actor text, p_received_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        home     public.workspaces;
        request  public.deletion_requests;
        received timestamptz := least(coalesce(p_received_at, p_now), p_now);
    begin
        select * into home from public.workspaces where id = p_workspace for update;
        if not found then
            raise sqlstate 'PT458' using message = 'workspace_unknown';
        elsif private.as_typed(home.name) <> private.as_typed(p_name) then
            raise sqlstate 'PT455' using message = 'name_mismatch';
        end if;
        select * into request from public.deletion_requests
        where workspace_id = p_workspace and cancelled_at is null and finished_at is null;
        if found then
            return private.deletion_answer(request);
        end if;

        insert into public.deletion_requests
            (workspace_id, requested_by, received_at, requested_at, purge_after, due_by)
        values (
            p_workspace, p_actor, received, p_now,
            -- A request that has lain about leaves less time to think again, and two days to do it in.
            greatest(p_now, least(p_now + interval '7 days', received + interval '28 days')),
            received + interval '30 days'
        )
        returning * into request;
        update public.workspaces set deletion_requested_at = p_now where id = p_workspace;
        perform private.order_cancellations(p_workspace, request.purge_after, p_now);
        perform private.notify_owners(p_workspace, 'deletion_requested', jsonb_build_object(
            'requestId', request.id, 'purgeAfter', request.purge_after, 'dueBy', request.due_by
        ), p_now);
        perform private.audit(p_workspace, 'workspace.request_deletion', null, p_actor);
        return private.deletion_answer(request);
    end
    $$;

-- Name: request_export(uuid, text, jsonb, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.request_export(p_workspace uuid, p_actor text, p_lookup jsonb DEFAULT NULL::jsonb, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        contacts  uuid[];
        requested public.exports;
    begin
        perform private.lock_structure(p_workspace, false);
        if exists (
            select from public.deletion_requests as r where r.workspace_id = p_workspace and r.purging_since is not null
        ) then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending';
        end if;
        if p_lookup is not null then
            contacts := public.find_contacts(p_workspace, p_lookup);
            if cardinality(contacts) = 0 then
                raise sqlstate 'PT404' using message = 'contact_unknown';
            elsif cardinality(contacts) > 1 then
                raise sqlstate 'PT409' using message = 'ambiguous', detail = to_jsonb(contacts)::text;
            end if;
        end if;
        -- Whoever asks at the same moment waits here, and finds the other's, unless that has ended meanwhile.
        loop
            insert into public.exports (workspace_id, contact_id, requested_by, requested_at)
            values (p_workspace, contacts[1], p_actor, p_now)
            on conflict do nothing;
            select * into requested from public.exports
            where workspace_id = p_workspace and contact_id is not distinct from contacts[1]
                and status in ('queued', 'building');
            exit when found;
        end loop;
        insert into private.export_builds (export_id) values (requested.id) on conflict do nothing;
        perform private.audit(
            p_workspace, 'export.request', requested.contact_id, p_actor,
            jsonb_build_object('exportId', requested.id)
        );
        return jsonb_build_object('exportId', requested.id, 'status', requested.status);
    end
    $$;

-- Name: request_export_by_key(text, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.request_export_by_key(p_key_hash text, p_lookup jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        return public.request_export(
            workspace, private.actor_of_key(p_key_hash), coalesce(p_lookup, '{}')
        );
    end
    $$;

-- Name: rescore_progress(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.rescore_progress(p_workspace uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(
            (
                select jsonb_build_object(
                    'status', case when r.finished_at is null then 'running' else 'done' end,
                    'done', r.done, 'total', r.total, 'requestedAt', r.requested_at, 'finishedAt', r.finished_at
                )
                from public.rescores as r
                where r.workspace_id = p_workspace
            ),
            '{"status": "none"}'
        )
    $$;

-- Name: rest_reconciliation(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.rest_reconciliation(p_claim uuid, p_until timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update private.reconciliation set rests_until = p_until, claimed_until = null where claim = p_claim
    $$;

-- Name: resubscribe(uuid, text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.resubscribe(p_workspace uuid, p_address_hash text, p_category text) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        delete from public.suppressions
        where workspace_id = p_workspace and address_hash = p_address_hash and category = p_category
            and reason = 'unsubscribed'
    $$;

-- Name: rules_in_force(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.rules_in_force(p_workspace uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'halfLifeDays', w.half_life_days,
            'signals', coalesce((
                select jsonb_agg(
                    jsonb_build_object(
                        'name', r.name, 'signal', s.number, 'event', s.event, 'trustedOnly', s.trusted_only,
                        'points', r.points, 'cap', r.cap
                    ) || case when s.condition is null then '{}' else jsonb_build_object('condition', s.condition) end
                    order by s.number
                )
                from public.score_rules as r
                join public.signals as s on s.workspace_id = r.workspace_id and s.number = r.signal
                where r.workspace_id = w.id
            ), '[]'),
            'fit', coalesce((
                select jsonb_agg(
                    jsonb_build_object('trait', f.trait, 'operator', f.operator, 'points', f.points)
                    || case when f.operand is null then '{}' else jsonb_build_object('operand', f.operand) end
                    order by f.trait, f.operator, f.operand, f.id
                )
                from public.fit_rules as f
                where f.workspace_id = w.id
            ), '[]'),
            'stages', coalesce((
                select jsonb_agg(
                    jsonb_build_object('name', g.name, 'id', g.id)
                    || case
                        when g.threshold is not null then jsonb_build_object('score', g.threshold)
                        when g.silence_days is not null then jsonb_build_object('silenceDays', g.silence_days)
                        else jsonb_build_object('signal', s.number, 'event', s.event, 'trustedOnly', s.trusted_only)
                    end
                    || case when s.condition is null then '{}' else jsonb_build_object('condition', s.condition) end
                    order by g.position
                )
                from public.stages as g
                left join public.signals as s on s.workspace_id = g.workspace_id and s.number = g.signal
                where g.workspace_id = w.id and g.position is not null
            ), '[]')
        )
        from public.workspaces as w
        where w.id = p_workspace
    $$;

-- Name: save_identity_secret(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.save_identity_secret(p_workspace uuid, p_secret text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        inner_pad bytea := private.hmac_key(convert_to(p_secret, 'UTF8'), x'36'::integer);
        outer_pad bytea := private.hmac_key(convert_to(p_secret, 'UTF8'), x'5c'::integer);
    begin
        update private.identity_secrets set inner_key = inner_pad, outer_key = outer_pad where workspace_id = p_workspace;
        if not found then
            insert into private.identity_secrets (workspace_id, inner_key, outer_key)
            values (p_workspace, inner_pad, outer_pad);
        end if;
        -- Only now, so that outsiders are told nothing but that they are.
        if char_length(p_secret) < 32 then
            raise sqlstate 'PT422' using message = 'secret_too_short', detail = 'An identity secret has 32 characters or more.';
        end if;
    end
    $$;

-- Name: save_smtp(uuid, jsonb, text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.save_smtp(p_workspace uuid, p_smtp jsonb, p_password text, p_actor text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        before public.smtp_settings;
        saved  public.smtp_settings;
    begin
        select * into before from public.smtp_settings as s where s.workspace_id = p_workspace for update;
        insert into public.smtp_settings (workspace_id, host, port, username, from_address, from_name)
        values (
            p_workspace, p_smtp ->> 'host', (p_smtp ->> 'port')::integer, p_smtp ->> 'username', p_smtp ->> 'from',
            p_smtp ->> 'fromName'
        )
        on conflict on constraint smtp_settings_pkey do update set
            host = excluded.host, port = excluded.port, username = excluded.username,
            from_address = excluded.from_address, from_name = excluded.from_name, revision = excluded.revision,
            verified_at = null, last_error = null, last_error_at = null, updated_at = excluded.updated_at
        returning * into saved;
        insert into private.smtp_passwords (workspace_id, password) values (p_workspace, p_password)
        on conflict on constraint smtp_passwords_pkey do update set password = excluded.password;
        if p_actor is not null then
            perform private.audit(
                p_workspace, 'smtp_settings.' || case when before.workspace_id is null then 'insert' else 'update' end,
                null, p_actor, jsonb_build_object('columns', array(
                    select name from (values
                        ('host', before.host is distinct from saved.host),
                        ('port', before.port is distinct from saved.port),
                        ('username', before.username is distinct from saved.username),
                        ('from_address', before.from_address is distinct from saved.from_address),
                        ('from_name', before.from_name is distinct from saved.from_name),
                        -- Given anew each time, and encrypted so that nobody here can tell it from the one before.
                        ('password', true)
                    ) as c (name, is_new)
                    where is_new
                ))
            );
        end if;
        return private.smtp_shown(p_workspace);
    end
    $$;

-- Name: score(uuid, jsonb, timestamp with time zone, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone DEFAULT now(), p_on date DEFAULT NULL::date) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_agg(
            case cardinality(f.contacts)
                when 0 then 'null'
                when 1 then case
                    when p_on < (p_now at time zone 'utc')::date then public.explain_past_score(f.contacts[1], p_on)
                    else public.explain_score(f.contacts[1], (p_now at time zone 'utc')::date)
                end
                else jsonb_build_object('ambiguous', to_jsonb(f.contacts))
            end
            order by l.position
        )
        from jsonb_array_elements(p_lookups) with ordinality as l (lookup, position)
        cross join lateral (select public.find_contacts(p_workspace, l.lookup) as contacts) as f
    $$;

-- Name: score_by_key(text, jsonb, timestamp with time zone, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.score_by_key(p_key_hash text, p_lookups jsonb, p_now timestamp with time zone DEFAULT now(), p_on date DEFAULT NULL::date) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select public.score(private.secret_workspace(p_key_hash), p_lookups, p_now, p_on)
    $$;

-- Name: score_parts(uuid, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.score_parts(p_contact uuid, p_on date) RETURNS TABLE(source jsonb, points numeric, is_fit boolean)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select
            jsonb_build_object('signal', r.name, 'count', d.count, 'lastOn', d.last_on),
            least(r.cap, greatest(-r.cap, r.points * d.weight)),
            false
        from public.contacts as c
        join public.workspaces as w on w.id = c.workspace_id
        join public.score_rules as r on r.workspace_id = c.workspace_id
        cross join lateral (
            select
                sum(n.count) as count,
                max(n.day) as last_on,
                sum(n.count * private.decay(p_on - n.day, w.half_life_days)) as weight
            from public.identities as i
            join public.signal_counts as n
                on n.workspace_id = i.workspace_id and n.identity_id = i.id and n.signal = r.signal and n.day <= p_on
            where i.contact_id = c.id
        ) as d
        where c.id = p_contact and d.count > 0
        union all
        select jsonb_build_object('trait', f.trait, 'operator', f.operator), f.points, true
        from public.contacts as c
        join public.fit_rules as f on f.workspace_id = c.workspace_id
        where c.id = p_contact and private.fit_matches(f.operator, c.traits -> f.trait, f.operand)
    $$;

-- Name: search_contacts(uuid, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.search_contacts(p_workspace uuid, p_text text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        page  constant integer := 50;
        typed constant text := left(btrim(p_text), 255);
        low   constant text := lower(typed);
        -- Sorts after all that begins so.
        top   constant text := chr(1114111);
        found uuid[];
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        if typed = '' then
            return '{"contacts": [], "more": false}';
        end if;
        found := array(
            select m.contact_id
            from (
                select i.contact_id, 0 as place, ''::text collate "C" as label from public.identities as i
                where i.workspace_id = p_workspace and i.kind = 'email' and i.value = low
                union all
                select i.contact_id, 0, '' from public.identities as i
                where i.workspace_id = p_workspace and i.kind in ('userId', 'anonymousId') and i.value = typed
                union all
                (
                    select c.id, 1, c.search_name from public.contacts as c
                    where c.workspace_id = p_workspace and c.search_name = low limit page + 1
                )
                union all
                (
                    select i.contact_id, 2, i.value from public.identities as i
                    where i.workspace_id = p_workspace and i.kind = 'email' and i.value >= low and i.value < low || top
                    order by i.value limit page + 1
                )
                union all
                (
                    select c.id, 2, c.search_name from public.contacts as c
                    where c.workspace_id = p_workspace and c.search_name >= low and c.search_name < low || top
                    order by c.search_name limit page + 1
                )
                union all
                (
                    select i.contact_id, 3, i.value from public.identities as i
                    where i.workspace_id = p_workspace and i.kind = 'userId' and i.value >= typed and i.value < typed || top
                    order by i.value limit page + 1
                )
                union all
                (
                    select i.contact_id, 4, i.value from public.identities as i
                    where i.workspace_id = p_workspace and i.kind = 'anonymousId' and i.value >= typed
                        and i.value < typed || top
                    order by i.value limit page + 1
                )
            ) as m
            group by m.contact_id
            order by min(m.place), min(m.label), m.contact_id
            limit page + 1
        );
        return jsonb_build_object(
            'contacts', public.contact_rows(p_workspace, found[1:page], p_now), 'more', cardinality(found) > page
        );
    end
    $$;

-- Name: separate_identity(uuid, uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.separate_identity(p_workspace uuid, p_identity uuid, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        insert into public.identity_moves (workspace_id, identity_id, contact_id, moved_at)
        select p_workspace, i.id, i.id, p_now from public.identities as i
        where i.id = p_identity and i.workspace_id = p_workspace and i.contact_id <> i.id
    $$;

-- Name: set_identity_secret(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.set_identity_secret(p_workspace uuid, p_secret text) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        insert into private.identity_secrets (workspace_id, inner_key, outer_key)
        values (
            p_workspace,
            private.hmac_key(convert_to(p_secret, 'UTF8'), x'36'::integer),
            private.hmac_key(convert_to(p_secret, 'UTF8'), x'5c'::integer)
        )
        on conflict on constraint identity_secrets_pkey do update
            set inner_key = excluded.inner_key, outer_key = excluded.outer_key
    $$;

-- Name: settings_admin(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.settings_admin(p_workspace uuid) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        if auth.jwt() ->> 'email' is null or not exists (
            select from public.members
            where workspace_id = p_workspace and user_id = (select auth.uid()) and role in ('owner', 'admin')
        ) then
            raise sqlstate '42501' using message = 'not_allowed';
        end if;
        if exists (select from public.workspaces where id = p_workspace and deletion_requested_at is not null) then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending';
        end if;
        return auth.jwt() ->> 'email';
    end
    $$;

-- Name: setup_progress(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.setup_progress(p_workspace uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
        select jsonb_build_object(
            'publishableKey', exists (
                select from public.api_keys as k
                where k.workspace_id = w.id and k.kind = 'publishable' and k.revoked_at is null
            ),
            'secretKey', exists (
                select from public.api_keys as k
                where k.workspace_id = w.id and k.kind = 'secret' and k.revoked_at is null
            ),
            'identitySecret', exists (select from private.identity_secrets as s where s.workspace_id = w.id),
            'event', exists (select from public.events as e where e.workspace_id = w.id),
            'user', exists (
                select from public.identities as i where i.workspace_id = w.id and i.kind = 'userId'
            ),
            'scored', exists (
                select from public.contact_states as s where s.workspace_id = w.id and s.score > 0
            ),
            'postalAddress', w.postal_address is not null
        )
        from public.workspaces as w
        where w.id = p_workspace
    $$;

-- Name: show_contact(uuid, uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.show_contact(p_workspace uuid, p_contact uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    AS $$
        select public.contact_rows(p_workspace, array[c.id], p_now) -> 0 || jsonb_build_object(
            'traits', c.traits, 'emailTrusted', c.email_trusted, 'createdAt', c.created_at,
            'pinned', s.pinned_stage_id is not null,
            'identities', (
                select jsonb_agg(
                    jsonb_build_object(
                        'id', i.id, 'kind', i.kind, 'value', i.value, 'since', i.created_at,
                        'isMoved', i.pinned_to_id is not null
                    )
                    order by i.created_at, i.id
                )
                from public.identities as i
                where i.contact_id = c.id
            ),
            'why', public.explain_score(c.id, (p_now at time zone 'utc')::date)
        )
        from public.identities as named
        join public.contacts as c on c.id = named.contact_id
        join public.contact_states as s on s.contact_id = c.id
        where named.id = p_contact and named.workspace_id = p_workspace
    $$;

-- Name: show_export(uuid, text, uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.show_export(p_workspace uuid, p_actor text, p_export uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        shown public.exports;
        build private.export_builds;
        files jsonb;
    begin
        select * into shown from public.exports where id = p_export and workspace_id = p_workspace for share;
        if not found then
            return null;
        end if;
        select * into strict build from private.export_builds where export_id = p_export;
        if shown.status = 'complete' and shown.expires_at <= p_now then
            shown.status := 'expired';
        elsif shown.status = 'complete' then
            files := build.files;
            perform private.audit(
                p_workspace, 'export.link', shown.contact_id, p_actor,
                jsonb_build_object('exportId', shown.id, 'files', jsonb_array_length(files))
            );
        end if;
        return jsonb_build_object(
            'exportId', shown.id, 'workspaceId', shown.workspace_id, 'status', shown.status, 'contactId', shown.contact_id,
            'requestedAt', shown.requested_at, 'asOf', shown.as_of, 'finishedAt', shown.finished_at,
            'expiresAt', shown.expires_at, 'files', files, 'bytes', shown.bytes,
            'progress', jsonb_build_object(
                'rows', (select coalesce(sum(value::bigint), 0) from jsonb_each_text(shown.counts)),
                'parts', shown.parts, 'table', build.cursor ->> 'table'
            )
        );
    end
    $$;

-- Name: show_export_by_key(text, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.show_export_by_key(p_key_hash text, p_export uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        if not exists (select from public.exports where id = p_export and contact_id is not null) then
            return null;
        end if;
        return public.show_export(
            workspace, private.actor_of_key(p_key_hash), p_export
        );
    end
    $$;

-- Name: smtp_server(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.smtp_server(p_workspace uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'host', s.host, 'port', s.port, 'username', s.username, 'password', p.password,
            'from', s.from_address, 'fromName', coalesce(s.from_name, w.name), 'revision', s.revision
        )
        from public.smtp_settings as s
        join private.smtp_passwords as p on p.workspace_id = s.workspace_id
        join public.workspaces as w on w.id = s.workspace_id
        where s.workspace_id = p_workspace
    $$;

-- Name: stage_entries(uuid, uuid, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.stage_entries(p_workspace uuid, p_stage uuid, p_from timestamp with time zone, p_to timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    begin
        -- Row-level security alone would look at each row before it told an outsider nothing.
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        return (
            select coalesce(jsonb_agg(jsonb_build_object('day', d.day, 'contacts', d.contacts) order by d.day), '[]')
            from (
                select (t.created_at at time zone 'utc')::date as day, count(*) as contacts
                from public.transitions as t
                where t.workspace_id = p_workspace and t.to_stage_id = p_stage
                    and t.created_at >= p_from and t.created_at < p_to
                    -- Not on the same day already.
                    and (
                        t.previous_at is null or t.previous_at < p_from
                        or t.previous_at < date_trunc('day', t.created_at, 'utc')
                    )
                group by 1
            ) as d
        );
    end
    $$;

-- Name: stage_facts(uuid, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.stage_facts(p_contact uuid, p_on date) RETURNS TABLE(pinned_stage_id uuid, event_stage_id uuid, last_day date)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select s.pinned_stage_id, s.event_stage_id, (s.last_event_at at time zone 'utc')::date
        from public.contact_states as s
        where s.contact_id = p_contact and s.sums_on <= p_on
        union all
        select
            (
                select p.stage_id
                from public.identities as i
                join public.stage_pins as p on p.contact_id = i.id
                where i.contact_id = p_contact and (p.pinned_at at time zone 'utc')::date <= p_on
                order by p.pinned_at desc, p.id desc
                limit 1
            ),
            (
                select g.id
                from public.identities as i
                join public.events as e on e.workspace_id = i.workspace_id and e.identity_id = i.id
                join public.signals as n
                    on n.workspace_id = e.workspace_id and n.kind = 'last'
                    and n.event = e.name and private.meets(n.trusted_only, n.condition, e.trusted, e.properties)
                join public.stages as g on g.workspace_id = n.workspace_id and g.signal = n.number
                where i.contact_id = p_contact and e.type in ('track', 'page', 'screen')
                    and e.occurred_at < (p_on + 1)::timestamp at time zone 'utc'
                order by e.trusted desc, e.occurred_at desc, e.message_id desc, g.position desc
                limit 1
            ),
            (
                select max((e.occurred_at at time zone 'utc')::date)
                from public.identities as i
                join public.events as e on e.workspace_id = i.workspace_id and e.identity_id = i.id
                where i.contact_id = p_contact and e.type in ('track', 'page', 'screen')
                    and e.occurred_at < (p_on + 1)::timestamp at time zone 'utc'
            )
        from public.contact_states as s
        where s.contact_id = p_contact and s.sums_on > p_on
    $$;

-- Name: stage_on(uuid, integer, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.stage_on(p_contact uuid, p_score integer, p_on date) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select g.name
        from public.contacts as c
        cross join lateral public.stage_facts(c.id, p_on) as f
        join public.stages as g on g.workspace_id = c.workspace_id and g.position is not null
        where c.id = p_contact and (
            g.id in (f.pinned_stage_id, f.event_stage_id)
            or g.silence_days <= p_on - f.last_day
            or g.threshold <= p_score
        )
        -- By hand, by the latest stage event, by silence, by score.
        order by
            g.id = f.pinned_stage_id desc nulls last, g.id = f.event_stage_id desc nulls last,
            g.silence_days desc nulls last, g.threshold desc
        limit 1
    $$;

-- Name: stages_as_far_as(uuid, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.stages_as_far_as(p_workspace uuid, p_stage uuid) RETURNS smallint[]
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        with funnel as materialized (select * from public.funnel_stages(p_workspace))
        select array(
            select g.number
            from public.stages as g
            left join funnel as step on step.stage_id = g.id
            left join funnel as asked on asked.stage_id = p_stage
            left join public.stages as named on named.workspace_id = p_workspace and named.id = p_stage
            where g.workspace_id = p_workspace and (g.id = p_stage or step.place > asked.place or named.threshold = 0)
        )
    $$;

-- Name: start_message(uuid, uuid, jsonb, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.start_message(p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update public.messages as m
        set
            status = case
                when r.skip_reason is null then 'sending'
                -- Resend may have had it from an earlier attempt.
                when m.status = 'sending' then 'unknown'
                else 'skipped'
            end,
            counted_at = case when r.skip_reason is null or m.status = 'sending' then m.counted_at end,
            reason = r.skip_reason,
            to_address = p_rendered ->> 'to',
            from_address = p_rendered ->> 'from',
            reply_to = p_rendered ->> 'replyTo',
            subject = p_rendered ->> 'subject',
            html = p_rendered ->> 'html',
            plain_text = p_rendered ->> 'text',
            provider = coalesce(m.provider, p_rendered ->> 'provider'),
            first_attempt_at = coalesce(m.first_attempt_at, case when r.skip_reason is null then p_now end)
        from public.messages as before
        cross join lateral private.recipient(before, p_address_key) as r
        where m.id = p_id and before.id = p_id and m.claim = p_claim and m.status in ('claimed', 'sending')
        returning m.status = 'sending'
    $$;

-- Name: start_notice(uuid, uuid, text, jsonb, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.start_notice(p_id uuid, p_claim uuid, p_address_key text, p_limits jsonb, p_now timestamp with time zone DEFAULT now()) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        notice  private.notices;
        refusal text;
    begin
        select * into notice from private.notices as n where n.id = p_id and n.claim = p_claim and n.status = 'queued'
        for update;
        if not found then
            return null;
        end if;
        refusal := private.notice_refusal(notice, p_now);
        if refusal is null and notice.invitation_id is not null then
            refusal := private.count_invitation_mail(notice, p_address_key, p_limits, p_now);
        end if;
        if refusal is not null and notice.user_id is not null then
            delete from private.notices as n where n.id = p_id;
        else
            update private.notices as n
            set
                first_attempt_at = coalesce(n.first_attempt_at, case when refusal is null then p_now end),
                -- The provider may have had it from an earlier attempt.
                status = case
                    when refusal is null then 'queued' when n.first_attempt_at is null then 'skipped' else 'unknown'
                end,
                reason = refusal
            where n.id = p_id;
        end if;
        return coalesce(refusal, 'started');
    end
    $$;

-- Name: subscription_order_done(text, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.subscription_order_done(p_subscription text, p_wish text, p_now timestamp with time zone DEFAULT now()) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        if p_wish = 'resume' then
            delete from private.subscription_orders where subscription_id = p_subscription and wish = 'resume';
            return;
        end if;
        delete from private.subscription_orders as o
        where o.subscription_id = p_subscription and not exists (
            select from public.workspaces as w where w.id = o.workspace_id
        );
        update private.subscription_orders set done_at = p_now, cancelled_at = coalesce(cancelled_at, p_now)
        where subscription_id = p_subscription and wish = 'cancel';
        if not found then
            insert into private.subscription_orders (subscription_id, workspace_id, wish, due_at)
            select s.id, s.workspace_id, 'resume', p_now
            from public.subscriptions as s
            join public.workspaces as w on w.id = s.workspace_id and w.deletion_requested_at is null
            where s.id = p_subscription
            on conflict on constraint subscription_orders_pkey do nothing;
        end if;
    end
    $$;

-- Name: suppress_by_hand(uuid, jsonb, text, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.suppress_by_hand(p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        address text := private.address_named(p_workspace, p_lookup);
    begin
        insert into public.suppressions (workspace_id, address_hash, category, reason, suppressed_by, created_at)
        values (
            p_workspace, private.hash_of_address(p_workspace, address, p_address_key), null, 'by_hand', p_actor, p_now
        )
        on conflict on constraint suppressions_key do nothing;
        if found then
            perform private.audit(p_workspace, 'suppressions.insert', private.only_contact(p_workspace, p_lookup), p_actor);
        end if;
        return public.suppressions_of(p_workspace, p_lookup, p_address_key);
    end
    $$;

-- Name: suppress_by_hand_by_key(text, jsonb, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.suppress_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) RETURNS jsonb
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        select public.suppress_by_hand(
            private.secret_workspace(p_key_hash), p_lookup, p_address_key, private.actor_of_key(p_key_hash)
        )
    $$;

-- Name: suppressions_of(uuid, jsonb, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.suppressions_of(p_workspace uuid, p_lookup jsonb, p_address_key text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    declare
        address text;
    begin
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            raise sqlstate '42501' using message = 'not_allowed';
        end if;
        address := private.address_named(p_workspace, p_lookup);
        return jsonb_build_object('address', address, 'suppressions', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'category', s.category, 'reason', s.reason, 'at', s.created_at,
                    'by', case s.reason when 'by_hand' then s.suppressed_by end,
                    'who', case s.reason when 'by_hand' then coalesce(c.email, k.hint) end
                ) order by s.created_at, s.category
            ), '[]')
            from public.suppressions as s
            left join private.my_colleagues() as c
                on c.workspace_id = p_workspace and s.suppressed_by = 'member:' || c.user_id
            left join public.api_keys as k on k.workspace_id = p_workspace and s.suppressed_by = 'key:' || k.id
            where s.workspace_id = p_workspace
                and s.address_hash = private.hash_of_address(p_workspace, address, p_address_key)
        ));
    end
    $$;

-- Name: suppressions_of_by_key(text, jsonb, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.suppressions_of_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select public.suppressions_of(private.secret_workspace(p_key_hash), p_lookup, p_address_key)
    $$;

-- Name: sweep_contacts(integer, timestamp with time zone, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.sweep_contacts(p_limit integer DEFAULT 100, p_now timestamp with time zone DEFAULT now(), p_workspace uuid DEFAULT NULL::uuid) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        -- Skipping what is locked, so it never waits, and the order of the index, by day first, is as good as by id.
        due   uuid[] := array(
            select s.contact_id from public.contact_states as s
            where s.due_on <= (p_now at time zone 'utc')::date
                and s.workspace_id = coalesce(p_workspace, s.workspace_id)
            order by s.due_on, s.contact_id
            limit p_limit
            for no key update skip locked
        );
        tenant record;
        rules    private.compiled_rules;
        moved    integer := 0;
    begin
        for tenant in
            select s.workspace_id as id, array_agg(s.contact_id order by s.contact_id) as contacts
            from public.contact_states as s
            where s.contact_id = any (due)
            group by s.workspace_id
            order by s.workspace_id
        loop
            select * into strict rules from private.compiled_rules where workspace_id = tenant.id;
            moved := moved + private.bring_up_to_date(tenant.id, rules, tenant.contacts, p_now);
        end loop;
        return jsonb_build_object('swept', cardinality(due), 'moved', moved);
    end
    $$;

-- Name: team(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.team(p_workspace uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'members', jsonb_agg(
                jsonb_build_object('userId', c.user_id, 'email', c.email, 'role', c.role, 'since', c.created_at)
                order by c.created_at, c.user_id
            ),
            'limit', (private.entitlements(p_workspace, now())).members
        )
        from private.my_colleagues() as c
        where c.workspace_id = p_workspace
        having count(*) > 0
    $$;

-- Name: time_in_stages(uuid, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.time_in_stages(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        stages constant uuid[] := array(
            select g.id from public.stages as g where g.workspace_id = p_workspace and g.position is not null
        );
    begin
        return (
            with stays as materialized (
                select stage.id as stage_id, extract(epoch from (
                    select min(next.created_at)
                    from public.identities as i
                    join public.identities as j on j.contact_id = i.contact_id
                    join public.transitions as next on next.workspace_id = p_workspace and next.contact_id = j.id
                    where i.id = e.contact_id and next.from_stage_id = stage.id and next.created_at >= e.created_at
                ) - e.created_at) as seconds
                from unnest(stages) as stage (id)
                cross join lateral (
                    select t.contact_id, t.created_at
                    from public.transitions as t
                    where t.workspace_id = p_workspace and t.to_stage_id = stage.id
                        and t.created_at >= p_from and t.created_at < p_to
                    order by t.created_at desc, t.id desc
                    limit 500
                ) as e
            ),
            halves as (
                select s.stage_id, nullif(
                    percentile_disc(0.5) within group (order by coalesce(s.seconds, 'infinity')), 'infinity'
                ) as half
                from stays as s
                group by s.stage_id
            )
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'id', g.id, 'name', g.name, 'entered', coalesce(e.contacts, 0), 'halfLeftAfter', h.half
                )
                order by f.place, g.position
            ), '[]')
            from public.stages as g
            left join public.funnel_stages(p_workspace) as f on f.stage_id = g.id
            left join private.people_entered(p_workspace, p_from, p_to) as e on e.stage_id = g.id
            left join halves as h on h.stage_id = g.id
            where g.workspace_id = p_workspace and g.position is not null
        );
    end
    $$;

-- Name: track(text, text, jsonb, timestamp with time zone, jsonb, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.track(p_key_hash text, p_origin text, p_messages jsonb, p_now timestamp with time zone DEFAULT now(), p_rejected jsonb DEFAULT '[]'::jsonb, p_tombstone_key text DEFAULT NULL::text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        sender   private.sender := private.authenticate(p_key_hash, p_origin);
        sent     integer := jsonb_array_length(p_messages);
        result   jsonb;
        rejected jsonb;
    begin
        sender.tombstone_key := p_tombstone_key;
        if sender.redact = 'off' and sent > 0 then
            p_messages := private.with_originals(p_messages);
        end if;
        result := private.track_messages(sender, p_messages, p_now);
        rejected := (result -> 'rejected') || p_rejected;
        if jsonb_array_length(rejected) > 0 then
            perform private.record_rejections(sender.workspace_id, sender.api_key_id, rejected, p_now);
        end if;
        return result || jsonb_build_object(
            'workspaceId', sender.workspace_id,
            'rateMultiplier', sender.rate_multiplier,
            'duplicates', sent - (result ->> 'accepted')::integer - jsonb_array_length(result -> 'rejected')
        );
    end
    $$;

-- Name: trait_names(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.trait_names(p_workspace uuid) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    declare
        most    constant integer := 500;
        names   text[];
        members text[];
    begin
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        -- From each name to the next by the index, however many contacts have it.
        with recursive known as (
            (
                select t.key, 1 as place from public.traits as t
                where t.workspace_id = p_workspace order by t.key limit 1
            )
            union all
            select n.key, k.place + 1
            from known as k
            cross join lateral (
                select t.key from public.traits as t
                where t.workspace_id = p_workspace and t.key > k.key order by t.key limit 1
            ) as n
            where k.place <= most
        )
        select array_agg(k.key order by k.place) into names from known as k;
        members := array(
            select distinct n.name || '.' || m.member
            from unnest(names[1:most]) as n (name)
            cross join lateral (
                select t.value from public.traits as t
                where t.workspace_id = p_workspace and t.key = n.name and t.value_text is null limit 20
            ) as o
            cross join lateral jsonb_object_keys(case jsonb_typeof(o.value) when 'object' then o.value else '{}' end) as m (member)
            limit most
        );
        return jsonb_build_object(
            'names', (
                select coalesce(jsonb_agg(n.name order by n.name collate "C"), '[]')
                from unnest(names[1:most] || members) as n (name)
            ),
            'more', coalesce(cardinality(names) > most, false)
        );
    end
    $$;

-- Name: trait_values(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.trait_values(p_workspace uuid, p_trait text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
    begin
        if not exists (select from public.workspaces as w where w.id = p_workspace) then
            return null;
        end if;
        return (
            with recursive known as (
                (
                    select t.value_text, t.value, 1 as place from public.traits as t
                    where t.workspace_id = p_workspace and t.key = p_trait and t.value_text is not null
                    order by t.value_text limit 1
                )
                union all
                select n.value_text, n.value, k.place + 1
                from known as k
                cross join lateral (
                    select t.value_text, t.value from public.traits as t
                    where t.workspace_id = p_workspace and t.key = p_trait and t.value_text > k.value_text
                    order by t.value_text limit 1
                ) as n
                where k.place < 50
            )
            select coalesce(jsonb_agg(k.value order by k.place), '[]') from known as k
        );
    end
    $$;

-- Name: traits_as_of(uuid, uuid, timestamp with time zone, text[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.traits_as_of(p_workspace uuid, p_contact uuid, p_before timestamp with time zone, p_keys text[] DEFAULT NULL::text[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    SET enable_seqscan TO 'off'
    AS $$
    declare
        identities constant uuid[] := array(
            select i.id from public.identities as i where i.contact_id = p_contact and i.workspace_id = p_workspace
        );
        addresses  uuid[] := '{}';
    begin
        if p_keys is null or 'email' = any (p_keys) then
            addresses := private.addresses_named(p_workspace, identities);
        end if;
        return (
            select coalesce(jsonb_object_agg(w.key, w.value) filter (where w.value <> 'null'), '{}')
            from (
                select distinct on (s.key) s.key, s.value
                from (
                    select t.key, t.value, e.trusted, e.occurred_at, e.message_id
                    from public.events as e
                    cross join lateral jsonb_each(private.traits_said(e.type, e.properties, e.context)) as t
                    where e.workspace_id = p_workspace and e.identity_id = any (identities)
                        and e.type in ('identify', 'group') and e.occurred_at < p_before
                        and (p_keys is null or t.key = any (p_keys))
                    union all
                    select 'email', to_jsonb(a.value), e.trusted, e.occurred_at, e.message_id
                    from public.events as e
                    join public.identities as a on a.id = any (addresses) and (a.id = e.identity_id or a.id = any (e.lower_ids))
                    where cardinality(addresses) > 0
                        and e.workspace_id = p_workspace and e.identity_id = any (identities)
                        and e.type <> 'identify' and e.occurred_at < p_before
                ) as s
                order by s.key, s.trusted desc, s.occurred_at desc, s.message_id desc
            ) as w
        );
    end
    $$;

-- Name: troubles(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.troubles(p_workspace uuid, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $$
        select jsonb_build_object(
            'smtp', (
                select jsonb_build_object('host', s.host, 'error', s.last_error, 'at', s.last_error_at)
                from public.smtp_settings as s
                where s.workspace_id = p_workspace and s.last_error is not null
            ),
            'rejections', (
                select coalesce(jsonb_agg(jsonb_build_object('code', r.code, 'count', r.count) order by r.count desc, r.code), '[]')
                from (
                    select n.code, count(*) as count
                    from (
                        select r.code from public.rejections as r
                        where r.workspace_id = p_workspace and r.received_at > p_now - interval '24 hours'
                        order by r.received_at desc
                        limit 10000
                    ) as n
                    group by n.code
                ) as r
            ),
            'mails', (
                select jsonb_build_object(
                    'looked', count(*), 'failed', count(*) filter (where m.status = 'failed'),
                    'unknown', count(*) filter (where m.status = 'unknown'),
                    'bounced', count(*) filter (where m.delivery = 'bounced'),
                    'complained', count(*) filter (where m.delivery = 'complained')
                )
                from (
                    select m.status, m.delivery from public.messages as m
                    where m.workspace_id = p_workspace and m.counted_at > p_now - interval '7 days'
                    order by m.counted_at desc
                    limit 1000
                ) as m
            ),
            'lacksAddress', w.postal_address is null and exists (
                select from public.automations as a
                join public.templates as t on t.id = a.template_id
                where a.workspace_id = p_workspace and a.status = 'live' and t.category = 'marketing'
            ),
            'usage', b.billing -> 'usage', 'marketingPaused', b.billing -> 'marketingPaused'
        )
        from public.workspaces as w
        cross join lateral (select public.billing(w.id, p_now) as billing offset 0) as b
        where w.id = p_workspace
    $$;

-- Name: unstored_receipts(integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.unstored_receipts(p_limit integer) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select coalesce(jsonb_agg(r.receipt), '[]')
        from (
            select private.receipt_of(e) || jsonb_build_object(
                'tombstones', e.tombstones, 'addresses', e.addresses
            ) as receipt
            from public.erasures as e
            where e.finished_at is not null and e.stored_at is null
            order by e.requested_at
            limit p_limit
        ) as r
    $$;

-- Name: unsubscribe(uuid, text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.unsubscribe(p_workspace uuid, p_address_hash text, p_category text) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        insert into public.suppressions (workspace_id, address_hash, category, reason)
        select w.id, p_address_hash, p_category, 'unsubscribed' from public.workspaces as w where w.id = p_workspace
        on conflict on constraint suppressions_key do nothing
    $$;

-- Name: untold_owners(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.untold_owners(p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        update public.deletion_requests as r
        set untold = (
            select coalesce(jsonb_agg(owner), '[]') from jsonb_array_elements(r.untold) as owner
            where r.finished_at > p_now - interval '7 days'
                and coalesce((owner ->> 'triedAt')::timestamptz, p_now) > p_now - interval '23 hours'
        )
        where r.untold <> '[]';
        return (
            select coalesce(jsonb_agg(private.deletion_receipt(r) || owner), '[]')
            from public.deletion_requests as r
            cross join jsonb_array_elements(r.untold) as owner
            where r.untold <> '[]'
        );
    end
    $$;

-- Name: weightiest_reasons(uuid, uuid, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.weightiest_reasons(p_workspace uuid, p_contact uuid, p_on date) RETURNS TABLE(reason jsonb, points double precision)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select m.reason, m.points
        from (
            select
                jsonb_build_object('signal', r.name, 'count', sum(n.count), 'lastOn', max(n.day)) as reason,
                least(r.cap, r.points * sum(n.count * power(2::double precision, (n.day - p_on)::double precision / w.half_life_days)))
                    as points
            from public.workspaces as w
            join public.identities as i on i.contact_id = p_contact
            join public.signal_counts as n on n.workspace_id = p_workspace and n.identity_id = i.id and n.day <= p_on
            join public.score_rules as r on r.workspace_id = p_workspace and r.signal = n.signal
            where w.id = p_workspace
            group by r.id, r.name, r.cap, r.points
            union all
            select jsonb_build_object('trait', f.trait, 'operator', f.operator), f.points
            from public.contacts as c
            join public.fit_rules as f on f.workspace_id = p_workspace
            where c.id = p_contact and private.fit_matches(f.operator, c.traits -> f.trait, f.operand)
        ) as m
        where m.points > 0
        order by m.points desc
        limit 3
    $$;

-- Name: workspace_owner(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.workspace_owner(p_workspace uuid) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO ''
    AS $$
    begin
        if not exists (
            select from public.members
            where workspace_id = p_workspace and user_id = (select auth.uid()) and role = 'owner'
        ) then
            raise sqlstate '42501' using message = 'not_allowed';
        end if;
        return 'member:' || (select auth.uid());
    end
    $$;

-- Name: announcements; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.announcements (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    policy_date date NOT NULL,
    user_id uuid NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    reason text,
    send_at timestamp with time zone NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    claim uuid,
    claimed_until timestamp with time zone,
    first_attempt_at timestamp with time zone,
    CONSTRAINT announcements_status_known CHECK ((status = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text, 'unknown'::text])))
);

-- Name: TABLE announcements; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.announcements IS 'Announcements: mail from us to each owner about a changed policy; kept until the account is deleted';

-- Name: COLUMN announcements.id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.id IS 'nobody: id of the announcement; the provider sends it once by it';

-- Name: COLUMN announcements.policy_date; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.policy_date IS 'owner: date of the policy; an owner is told once of each';

-- Name: COLUMN announcements.user_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.user_id IS 'owner: account of the owner it goes to; the mail is sent to its address';

-- Name: COLUMN announcements.status; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.status IS 'owner: whether it is queued, sent, failed or unknown; it goes out once';

-- Name: COLUMN announcements.reason; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.reason IS 'owner: code of the last failure; the operator sees why somebody was not told';

-- Name: COLUMN announcements.send_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.send_at IS 'nobody: when it is to go out; it goes out then';

-- Name: COLUMN announcements.attempts; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.attempts IS 'nobody: how often it was tried; pauses grow with it';

-- Name: COLUMN announcements.claim; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.claim IS 'nobody: which run works on it; no two runs send it';

-- Name: COLUMN announcements.claimed_until; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.claimed_until IS 'nobody: how long that run may take; another one takes over after a crash';

-- Name: COLUMN announcements.first_attempt_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.announcements.first_attempt_at IS 'nobody: when the provider may first have taken it; it is not repeated once the provider may have forgotten it';

-- Name: api_key_hashes; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.api_key_hashes (
    key_hash text NOT NULL,
    api_key_id uuid NOT NULL,
    CONSTRAINT api_key_hashes_sha256 CHECK ((key_hash ~ '^[0-9a-f]{64}$'::text))
);

-- Name: TABLE api_key_hashes; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.api_key_hashes IS 'Hashes of API keys: the keys themselves are not stored; kept until the workspace is deleted';

-- Name: COLUMN api_key_hashes.key_hash; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.api_key_hashes.key_hash IS 'owner: SHA-256 of the key; a key is recognised by it';

-- Name: COLUMN api_key_hashes.api_key_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.api_key_hashes.api_key_id IS 'owner: id of the key; finds what the key may do';

-- Name: checkouts; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.checkouts (
    workspace_id uuid NOT NULL,
    variant_id text NOT NULL,
    address_hash text NOT NULL,
    opened_at timestamp with time zone NOT NULL
);

-- Name: TABLE checkouts; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.checkouts IS 'Opened checkouts: that an owner went to buy a plan; kept until 30 days have passed, or the workspace is deleted';

-- Name: COLUMN checkouts.workspace_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.checkouts.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN checkouts.variant_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.checkouts.variant_id IS 'owner: what was to be bought; a subscription is matched by it';

-- Name: COLUMN checkouts.address_hash; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.checkouts.address_hash IS 'owner: keyed hash of the owner''s address; a subscription is matched by it';

-- Name: COLUMN checkouts.opened_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.checkouts.opened_at IS 'owner: when it was opened; the latest one counts';

-- Name: decay_factors; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.decay_factors (
    half_life_days smallint NOT NULL,
    age smallint NOT NULL,
    factor numeric(13,12) NOT NULL
);

-- Name: TABLE decay_factors; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.decay_factors IS 'Decay: what is left of a point after so many days; kept until a release changes it';

-- Name: COLUMN decay_factors.half_life_days; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.decay_factors.half_life_days IS 'nobody: days in which points lose half; finds the factor';

-- Name: COLUMN decay_factors.age; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.decay_factors.age IS 'nobody: days since the event; finds the factor';

-- Name: COLUMN decay_factors.factor; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.decay_factors.factor IS 'nobody: what is left of one point; the score is computed with it';

-- Name: drift_checks; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.drift_checks (
    checked_on date NOT NULL,
    contacts integer NOT NULL,
    differences integer NOT NULL,
    checked_at timestamp with time zone DEFAULT now() NOT NULL
);

-- Name: TABLE drift_checks; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.drift_checks IS 'Nightly checks: whether stored scores are what the events say; kept until the operator deletes it';

-- Name: COLUMN drift_checks.checked_on; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.drift_checks.checked_on IS 'nobody: UTC day of the check; one check a day';

-- Name: COLUMN drift_checks.contacts; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.drift_checks.contacts IS 'nobody: how many contacts were looked at; says how far to rely on it';

-- Name: COLUMN drift_checks.differences; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.drift_checks.differences IS 'nobody: how many of them differed; shows faults to the operator';

-- Name: COLUMN drift_checks.checked_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.drift_checks.checked_at IS 'nobody: when it was done; says when it was done';

-- Name: export_builds; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.export_builds (
    export_id uuid NOT NULL,
    plan jsonb,
    cursor jsonb,
    files jsonb DEFAULT '[]'::jsonb NOT NULL,
    claim uuid,
    claimed_until timestamp with time zone,
    worked_at timestamp with time zone
);

-- Name: TABLE export_builds; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.export_builds IS 'Builds of exports: where the builder of an export goes on; kept until 30 days after its files were deleted or the workspace is deleted';

-- Name: COLUMN export_builds.export_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_builds.export_id IS 'nobody: the export; finds the row';

-- Name: COLUMN export_builds.plan; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_builds.plan IS 'nobody: tables and columns that are read; keeps a migration from changing an export that is under way';

-- Name: COLUMN export_builds.cursor; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_builds.cursor IS 'end user: key of the last row that was read, such as a userId or an address, until the export ends; the next part goes on there';

-- Name: COLUMN export_builds.files; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_builds.files IS 'nobody: names, sizes and digests of what is uploaded; links and the manifest are made from it';

-- Name: COLUMN export_builds.claim; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_builds.claim IS 'nobody: which builder is at work; nobody else may record a part';

-- Name: COLUMN export_builds.claimed_until; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_builds.claimed_until IS 'nobody: until when it is; another one may take over then';

-- Name: COLUMN export_builds.worked_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_builds.worked_at IS 'nobody: when it was worked on last; gives each workspace its turn';

-- Name: export_exclusions; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.export_exclusions (
    table_name text NOT NULL,
    column_name text DEFAULT ''::text NOT NULL,
    reason text NOT NULL
);

-- Name: TABLE export_exclusions; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.export_exclusions IS 'What is in no export: tables and columns with a reason each, the same for all workspaces; kept until a migration changes it';

-- Name: COLUMN export_exclusions.table_name; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_exclusions.table_name IS 'nobody: name of a table; finds the row';

-- Name: COLUMN export_exclusions.column_name; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_exclusions.column_name IS 'nobody: name of a column, empty for the whole table; finds the row';

-- Name: COLUMN export_exclusions.reason; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.export_exclusions.reason IS 'nobody: why it is left out; tells whoever adds the next one';

-- Name: identity_secrets; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.identity_secrets (
    workspace_id uuid NOT NULL,
    inner_key bytea NOT NULL,
    outer_key bytea NOT NULL,
    CONSTRAINT identity_secrets_block_length CHECK (((length(inner_key) = 64) AND (length(outer_key) = 64)))
);

-- Name: TABLE identity_secrets; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.identity_secrets IS 'Identity secrets: what a userHash is checked with; kept until the workspace is deleted';

-- Name: COLUMN identity_secrets.workspace_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.identity_secrets.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN identity_secrets.inner_key; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.identity_secrets.inner_key IS 'owner: inner HMAC key made from the secret; a userHash is checked with it';

-- Name: COLUMN identity_secrets.outer_key; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.identity_secrets.outer_key IS 'owner: outer HMAC key made from the secret; a userHash is checked with it';

-- Name: invitation_mails; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.invitation_mails (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    invited_by uuid NOT NULL,
    address_hash text NOT NULL COLLATE pg_catalog."C",
    at timestamp with time zone NOT NULL
);

-- Name: TABLE invitation_mails; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.invitation_mails IS 'Counts of invitation mails: which workspace and owner had whom mailed on the last day, as hashes; kept until 24 hours have passed';

-- Name: COLUMN invitation_mails.id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.invitation_mails.id IS 'nobody: id of the notice; it is counted once';

-- Name: COLUMN invitation_mails.workspace_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.invitation_mails.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN invitation_mails.invited_by; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.invitation_mails.invited_by IS 'owner: account of who invited; limits how many people they have mailed';

-- Name: COLUMN invitation_mails.address_hash; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.invitation_mails.address_hash IS 'owner: keyed hash of the address, whose key is not in the database; limits how often one address is mailed';

-- Name: COLUMN invitation_mails.at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.invitation_mails.at IS 'owner: when the mail was let through; counts for a day';

-- Name: metering; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.metering (
    is_only boolean DEFAULT true NOT NULL,
    counted_until timestamp with time zone NOT NULL,
    CONSTRAINT metering_one_row CHECK (is_only)
);

-- Name: TABLE metering; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.metering IS 'Counting events: until when events have been counted into usage; kept until the deployment ends, as one row that is written over';

-- Name: COLUMN metering.is_only; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.metering.is_only IS 'nobody: always true; there is one row';

-- Name: COLUMN metering.counted_until; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.metering.counted_until IS 'nobody: until when events have been counted; the sweep goes on there';

-- Name: policies; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.policies (
    policy_date date NOT NULL,
    changes text NOT NULL,
    announced_at timestamp with time zone NOT NULL,
    CONSTRAINT policies_changes_length CHECK (((char_length(changes) >= 1) AND (char_length(changes) <= 10000)))
);

-- Name: TABLE policies; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.policies IS 'Announced policies: which policy was announced, with what words; kept until the deployment ends';

-- Name: COLUMN policies.policy_date; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.policies.policy_date IS 'nobody: date of the policy; it is announced once';

-- Name: COLUMN policies.changes; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.policies.changes IS 'nobody: what changed, as owners were told; every attempt sends the same';

-- Name: COLUMN policies.announced_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.policies.announced_at IS 'nobody: when it was announced; who became an owner later is not told';

-- Name: reconciliation; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.reconciliation (
    is_only boolean DEFAULT true NOT NULL,
    page integer DEFAULT 1 NOT NULL,
    claim uuid,
    claimed_until timestamp with time zone,
    rests_until timestamp with time zone,
    CONSTRAINT reconciliation_one_row CHECK (is_only)
);

-- Name: TABLE reconciliation; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.reconciliation IS 'Reconciliation: how far the comparison with Lemon Squeezy has come; kept until the deployment ends, as one row that is written over';

-- Name: COLUMN reconciliation.is_only; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.reconciliation.is_only IS 'nobody: always true; there is one row';

-- Name: COLUMN reconciliation.page; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.reconciliation.page IS 'nobody: page of the list that comes next; the sweep goes on there';

-- Name: COLUMN reconciliation.claim; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.reconciliation.claim IS 'nobody: which run works on it; no two runs do';

-- Name: COLUMN reconciliation.claimed_until; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.reconciliation.claimed_until IS 'nobody: how long that run may take; another one takes over after a crash';

-- Name: COLUMN reconciliation.rests_until; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.reconciliation.rests_until IS 'nobody: how long Lemon Squeezy asked to wait; it is obeyed';

-- Name: smtp_passwords; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.smtp_passwords (
    workspace_id uuid NOT NULL,
    password text NOT NULL
);

-- Name: TABLE smtp_passwords; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.smtp_passwords IS 'SMTP passwords: the password of your own mail server, encrypted with a key outside the database; kept until you remove the server or the workspace is deleted';

-- Name: COLUMN smtp_passwords.workspace_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.smtp_passwords.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN smtp_passwords.password; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.smtp_passwords.password IS 'owner: ciphertext of the password; the login needs it';

-- Name: subscription_orders; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.subscription_orders (
    subscription_id text NOT NULL,
    workspace_id uuid NOT NULL,
    wish text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    CONSTRAINT subscription_orders_wish_known CHECK ((wish = ANY (ARRAY['cancel'::text, 'resume'::text])))
);

-- Name: TABLE subscription_orders; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.subscription_orders IS 'Orders to Lemon Squeezy: subscriptions to cancel or resume because a workspace is deleted or kept; kept until the workspace is deleted and Lemon Squeezy was told, or the subscription resumed';

-- Name: COLUMN subscription_orders.subscription_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.subscription_orders.subscription_id IS 'owner: the subscription''s number at Lemon Squeezy; says which one is meant';

-- Name: COLUMN subscription_orders.workspace_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.subscription_orders.workspace_id IS 'nobody: the workspace that the row belongs to; finds it and deletes it';

-- Name: COLUMN subscription_orders.wish; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.subscription_orders.wish IS 'owner: cancel or resume; says what to ask for';

-- Name: COLUMN subscription_orders.due_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.subscription_orders.due_at IS 'nobody: when Lemon Squeezy is to be told; what could not be resumed waits until it is too late to think again';

-- Name: COLUMN subscription_orders.done_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.subscription_orders.done_at IS 'nobody: when Lemon Squeezy was told; ends the order';

-- Name: COLUMN subscription_orders.cancelled_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.subscription_orders.cancelled_at IS 'nobody: when Lemon Squeezy was first told to cancel; what was not cancelled by us is not resumed by us';

-- Name: tombstones; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.tombstones (
    workspace_id uuid NOT NULL,
    hash text NOT NULL COLLATE pg_catalog."C",
    expires_at timestamp with time zone NOT NULL
);

-- Name: TABLE tombstones; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.tombstones IS 'Tombstones: that somebody was erased, without whom; kept until 35 days have passed, or the workspace is deleted where you chose that they never come back';

-- Name: COLUMN tombstones.workspace_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.tombstones.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN tombstones.hash; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.tombstones.hash IS 'end user: keyed hash of an identity, which nobody can read back; refuses its return';

-- Name: COLUMN tombstones.expires_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.tombstones.expires_at IS 'nobody: when the tombstone goes; ends its keeping';

-- Name: usage_clock; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.usage_clock (
    workspace_id uuid NOT NULL,
    measured_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
);

-- Name: TABLE usage_clock; Type: COMMENT; Schema: private; Owner: -

COMMENT ON TABLE private.usage_clock IS 'Measuring: when a workspace''s usage was last measured; kept until the workspace is deleted';

-- Name: COLUMN usage_clock.workspace_id; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.usage_clock.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN usage_clock.measured_at; Type: COMMENT; Schema: private; Owner: -

COMMENT ON COLUMN private.usage_clock.measured_at IS 'nobody: when it was measured; the longest ago comes first';

-- Name: api_keys; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.api_keys (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    kind text NOT NULL,
    hint text NOT NULL,
    origins text[],
    rate_multiplier smallint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT api_keys_kind_known CHECK ((kind = ANY (ARRAY['publishable'::text, 'secret'::text]))),
    CONSTRAINT api_keys_origins_publishable CHECK (((kind = 'publishable'::text) OR (origins IS NULL))),
    CONSTRAINT api_keys_rate_multiplier_range CHECK (((rate_multiplier >= 1) AND (rate_multiplier <= 1000)))
);

-- Name: TABLE api_keys; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.api_keys IS 'API keys: what your site and server send with; kept until the workspace is deleted';

-- Name: COLUMN api_keys.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.api_keys.id IS 'nobody: id of the key; refused messages refer to it';

-- Name: COLUMN api_keys.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.api_keys.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN api_keys.kind; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.api_keys.kind IS 'owner: publishable or secret; says what the key may do';

-- Name: COLUMN api_keys.hint; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.api_keys.hint IS 'owner: first 7 and last 4 characters of the key; you recognise it by them';

-- Name: COLUMN api_keys.origins; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.api_keys.origins IS 'owner: sites that a publishable key works on; keeps others from using it';

-- Name: COLUMN api_keys.rate_multiplier; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.api_keys.rate_multiplier IS 'owner: how many times the base rate limit it may send; ingestion obeys it';

-- Name: COLUMN api_keys.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.api_keys.created_at IS 'owner: when it was made; shown to members';

-- Name: COLUMN api_keys.revoked_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.api_keys.revoked_at IS 'owner: when it was revoked; it is refused from then on';

-- Name: audit_log; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.audit_log (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    actor text DEFAULT COALESCE(('member:'::text || auth.uid()), 'system'::text) NOT NULL,
    action text NOT NULL,
    contact_id uuid,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT audit_log_action_format CHECK ((action ~ '^[a-z_]{1,40}\.[a-z_]{1,40}$'::text)),
    CONSTRAINT audit_log_actor_known CHECK ((actor ~ '^((member|key):[0-9a-f-]{36}|operator|system)$'::text))
);

-- Name: TABLE audit_log; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.audit_log IS 'Audit log: who did what to which workspace or contact, without what it said; kept until 3 years have passed, also when what it is about was erased';

-- Name: COLUMN audit_log.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.audit_log.id IS 'nobody: id of the row; old rows are deleted by it';

-- Name: COLUMN audit_log.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.audit_log.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN audit_log.actor; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.audit_log.actor IS 'owner: the member, API key or script that did it; shows who answers for it';

-- Name: COLUMN audit_log.action; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.audit_log.action IS 'owner: what was done to what kind of thing; shows what happened';

-- Name: COLUMN audit_log.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.audit_log.contact_id IS 'end user: id of the contact it was done to, which leads nowhere once that is erased; shows to whom it happened';

-- Name: COLUMN audit_log.detail; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.audit_log.detail IS 'owner: ids, names of columns and counts; shows what of it changed';

-- Name: COLUMN audit_log.at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.audit_log.at IS 'owner: when it was done; orders the log and ends its keeping';

-- Name: contact_states; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.contact_states (
    contact_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    score smallint DEFAULT 0 NOT NULL,
    stage_id uuid,
    fit numeric(12,2) DEFAULT 0 NOT NULL,
    last_event_at timestamp with time zone,
    event_stage_id uuid,
    sums numeric[] DEFAULT '{}'::numeric[] NOT NULL,
    sums_on date DEFAULT '-infinity'::date NOT NULL,
    rules_version integer DEFAULT 0 NOT NULL,
    due_on date DEFAULT 'infinity'::date NOT NULL,
    changed_on date DEFAULT '-infinity'::date NOT NULL,
    pinned_stage_id uuid
)
WITH (fillfactor='75');

-- Name: TABLE contact_states; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.contact_states IS 'Scores and stages: where an end user stands now; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN contact_states.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.contact_id IS 'end user: id of the contact; names whose score it is';

-- Name: COLUMN contact_states.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN contact_states.score; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.score IS 'end user: score from 0 to 100; shown to members and decides stages';

-- Name: COLUMN contact_states.stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.stage_id IS 'end user: lifecycle stage the contact is in; shown to members and starts mails';

-- Name: COLUMN contact_states.fit; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.fit IS 'end user: points from traits; part of the score';

-- Name: COLUMN contact_states.last_event_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.last_event_at IS 'end user: when the end user was last active; silence moves the stage';

-- Name: COLUMN contact_states.event_stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.event_stage_id IS 'end user: stage that the latest stage event leads to; goes before score and silence';

-- Name: COLUMN contact_states.sums; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.sums IS 'end user: decayed count of each score rule; makes the score at the next event quick';

-- Name: COLUMN contact_states.sums_on; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.sums_on IS 'nobody: UTC day as of which the sums stand; decay is applied from there';

-- Name: COLUMN contact_states.rules_version; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.rules_version IS 'nobody: version of the rules that the row was computed by; says whether to compute it anew';

-- Name: COLUMN contact_states.due_on; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.due_on IS 'nobody: UTC day on which decay or silence changes it next at the earliest; the sweep looks only at what is due';

-- Name: COLUMN contact_states.changed_on; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.changed_on IS 'end user: UTC day since which score and stage are what they are; the history begins before it';

-- Name: COLUMN contact_states.pinned_stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contact_states.pinned_stage_id IS 'end user: stage that a member pinned the contact to; goes before everything else';

-- Name: contacts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.contacts (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    traits jsonb DEFAULT '{}'::jsonb NOT NULL,
    email text COLLATE pg_catalog."C",
    email_trusted boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    search_name text GENERATED ALWAYS AS ("left"(lower(btrim(COALESCE((traits ->> 'name'::text), ((COALESCE((traits ->> 'firstName'::text), ''::text) || ' '::text) || COALESCE((traits ->> 'lastName'::text), ''::text))))), 100)) STORED COLLATE pg_catalog."C",
    stage_id uuid,
    stages_been smallint[] DEFAULT '{}'::smallint[] NOT NULL
);

-- Name: TABLE contacts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.contacts IS 'Contacts: an end user as a whole, made of identities and traits; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN contacts.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contacts.id IS 'end user: id of the contact, which is that of its highest identity; names the end user inside the product';

-- Name: COLUMN contacts.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contacts.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN contacts.traits; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contacts.traits IS 'end user: all current traits of the end user; shown to members, scored by and filled into mails';

-- Name: COLUMN contacts.email; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contacts.email IS 'end user: the end user''s email address; mail goes there, and members find the contact by it';

-- Name: COLUMN contacts.email_trusted; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contacts.email_trusted IS 'nobody: whether your server or a valid userHash set the address; other addresses get no mail unless you choose so';

-- Name: COLUMN contacts.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contacts.created_at IS 'end user: when the contact was first seen; shown to members';

-- Name: COLUMN contacts.search_name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contacts.search_name IS 'end user: their name in small letters; finds them when a member types it';

-- Name: COLUMN contacts.stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contacts.stage_id IS 'end user: stage that it is in, as its state says; counts people by it';

-- Name: COLUMN contacts.stages_been; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.contacts.stages_been IS 'end user: numbers of the stages that it has ever been in; counts how far people get';

-- Name: erased_identities; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.erased_identities (
    identity_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    erasure_id uuid NOT NULL
);

-- Name: TABLE erased_identities; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.erased_identities IS 'Identities being erased: whose events are out of sight and on their way out; kept until these are gone, which takes minutes';

-- Name: COLUMN erased_identities.identity_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erased_identities.identity_id IS 'end user: id that the identity had; hides and finds its events';

-- Name: COLUMN erased_identities.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erased_identities.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN erased_identities.erasure_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.erased_identities.erasure_id IS 'nobody: the receipt it goes with; counts what goes';

-- Name: events; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events (
    workspace_id uuid NOT NULL,
    trusted boolean NOT NULL,
    message_id text NOT NULL COLLATE pg_catalog."C",
    identity_id uuid NOT NULL,
    lower_ids uuid[],
    type text NOT NULL,
    name text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    properties jsonb NOT NULL,
    context jsonb NOT NULL
)
PARTITION BY HASH (workspace_id);

-- Name: TABLE events; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.events IS 'Events: what an end user did, as your site or server sent it, without the client''s IP address; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN events.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN events.trusted; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.trusted IS 'nobody: whether your server or a valid userHash said so; rules may require it';

-- Name: COLUMN events.message_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.message_id IS 'end user: the sender''s id of the message; a message is stored once';

-- Name: COLUMN events.identity_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.identity_id IS 'end user: the highest identity that the message names; the event belongs to that identity''s contact';

-- Name: COLUMN events.lower_ids; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.lower_ids IS 'end user: the other identities that the message names; the event stays with them when identities are moved';

-- Name: COLUMN events.type; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.type IS 'nobody: track, page, screen, identify, group or alias; the types count differently';

-- Name: COLUMN events.name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.name IS 'end user: name of the event; scores and starts mails';

-- Name: COLUMN events.occurred_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.occurred_at IS 'end user: when it happened, by the corrected clock of the sender; scores decay by it and members see it';

-- Name: COLUMN events.received_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.received_at IS 'end user: when it reached the server; use is counted by it';

-- Name: COLUMN events.properties; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.properties IS 'end user: details of the event, without card numbers and the like unless you chose otherwise; rules and mails can ask for them';

-- Name: COLUMN events.context; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.events.context IS 'end user: page address without its query, browser, language, time zone and the like, as the SDK sent them; shown to members';

-- Name: events_0; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_0 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_1; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_1 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_10; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_10 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_11; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_11 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_12; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_12 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_13; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_13 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_14; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_14 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_15; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_15 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_2; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_2 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_3; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_3 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_4; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_4 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_5; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_5 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_6; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_6 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_7; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_7 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_8; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_8 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: events_9; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.events_9 (
    workspace_id uuid CONSTRAINT events_workspace_id_not_null NOT NULL,
    trusted boolean CONSTRAINT events_trusted_not_null NOT NULL,
    message_id text CONSTRAINT events_message_id_not_null NOT NULL COLLATE pg_catalog."C",
    identity_id uuid CONSTRAINT events_identity_id_not_null NOT NULL,
    lower_ids uuid[],
    type text CONSTRAINT events_type_not_null NOT NULL,
    name text CONSTRAINT events_name_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT events_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT events_received_at_not_null NOT NULL,
    properties jsonb CONSTRAINT events_properties_not_null NOT NULL,
    context jsonb CONSTRAINT events_context_not_null NOT NULL
);

-- Name: exports; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.exports (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    contact_id uuid,
    requested_by text NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    as_of timestamp with time zone,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    parts integer DEFAULT 0 NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone,
    cleaned_at timestamp with time zone,
    CONSTRAINT exports_complete_ends CHECK (((status <> 'complete'::text) OR ((finished_at IS NOT NULL) AND (expires_at IS NOT NULL)))),
    CONSTRAINT exports_status_known CHECK ((status = ANY (ARRAY['queued'::text, 'building'::text, 'complete'::text, 'withdrawn'::text, 'expired'::text, 'failed'::text])))
);

-- Name: TABLE exports; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.exports IS 'Exports: who asked for which export, and how far it is; kept until 30 days after its files were deleted or the workspace is deleted';

-- Name: COLUMN exports.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.id IS 'nobody: id of the export; its files are stored under it';

-- Name: COLUMN exports.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN exports.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.contact_id IS 'end user: the contact whose export it is, if it is not of the whole workspace; says what to read';

-- Name: COLUMN exports.requested_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.requested_by IS 'owner: the member, API key or script that asked; tells owners who took data along';

-- Name: COLUMN exports.status; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.status IS 'owner: queued, building, complete, withdrawn, expired or failed; says whether there are links';

-- Name: COLUMN exports.requested_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.requested_at IS 'owner: when it was asked for; the oldest is built first, and given up after a week';

-- Name: COLUMN exports.as_of; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.as_of IS 'owner: when reading began; what was there then is in it';

-- Name: COLUMN exports.counts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.counts IS 'owner: rows read so far, by table; shown as progress and in the manifest';

-- Name: COLUMN exports.parts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.parts IS 'nobody: how many parts there are; shown as progress';

-- Name: COLUMN exports.bytes; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.bytes IS 'nobody: size of its files; shown to owners';

-- Name: COLUMN exports.finished_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.finished_at IS 'owner: when it was complete; shown to owners';

-- Name: COLUMN exports.expires_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.expires_at IS 'owner: when its files are deleted; no link is handed out from then on';

-- Name: COLUMN exports.cleaned_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.exports.cleaned_at IS 'nobody: when its files were gone; ends the deletion and, 30 days later, the row';

-- Name: fit_rules; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.fit_rules (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    trait text NOT NULL,
    operator text NOT NULL,
    operand jsonb,
    points numeric(7,2) NOT NULL,
    CONSTRAINT fit_rules_operator_known CHECK ((operator = ANY (ARRAY['equals'::text, 'in'::text, 'contains'::text, 'exists'::text, 'between'::text])))
);

-- Name: TABLE fit_rules; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.fit_rules IS 'Fit rules: how many points a trait gives; kept until the rules are changed or the workspace is deleted';

-- Name: COLUMN fit_rules.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.fit_rules.id IS 'nobody: id of the rule; names the rule';

-- Name: COLUMN fit_rules.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.fit_rules.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN fit_rules.trait; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.fit_rules.trait IS 'owner: name of the trait; the rule looks at it';

-- Name: COLUMN fit_rules.operator; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.fit_rules.operator IS 'owner: how the trait is compared; the rule is computed with it';

-- Name: COLUMN fit_rules.operand; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.fit_rules.operand IS 'owner: what the trait is compared with; the rule is computed with it';

-- Name: COLUMN fit_rules.points; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.fit_rules.points IS 'owner: points when it matches; the score is computed with it';

-- Name: identity_links; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.identity_links (
    workspace_id uuid NOT NULL,
    lower_id uuid NOT NULL,
    higher_id uuid NOT NULL,
    trusted boolean NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    message_id text NOT NULL COLLATE pg_catalog."C"
);

-- Name: TABLE identity_links; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.identity_links IS 'Links between identities: which two identities one message named together; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN identity_links.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_links.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN identity_links.lower_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_links.lower_id IS 'end user: the lower identity of the pair; says who is who whatever order messages come in';

-- Name: COLUMN identity_links.higher_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_links.higher_id IS 'end user: the higher identity of the pair; says who is who whatever order messages come in';

-- Name: COLUMN identity_links.trusted; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_links.trusted IS 'nobody: whether your server or a valid userHash said so; trusted links go before claimed ones';

-- Name: COLUMN identity_links.occurred_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_links.occurred_at IS 'end user: when the first message that names both happened; the first link counts';

-- Name: COLUMN identity_links.message_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.identity_links.message_id IS 'end user: messageId of the first message that names both; decides between links of one moment';

-- Name: invitations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.invitations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    email text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    invited_by uuid DEFAULT auth.uid() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '14 days'::interval) NOT NULL,
    CONSTRAINT invitations_role_known CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'viewer'::text]))),
    CONSTRAINT invitations_status_known CHECK ((status = ANY (ARRAY['open'::text, 'accepted'::text])))
);

-- Name: TABLE invitations; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.invitations IS 'Invitations: which addresses were invited to which workspace; kept until they are accepted, declined or taken back, 14 days after they ran out, or until the workspace is deleted';

-- Name: COLUMN invitations.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.invitations.id IS 'nobody: number of the invitation; names it';

-- Name: COLUMN invitations.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.invitations.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN invitations.email; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.invitations.email IS 'owner: address of the colleague who is invited; mailed once and again when an owner asks for it, and recognises them when they sign in';

-- Name: COLUMN invitations.role; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.invitations.role IS 'owner: what they will be; sets what they may do';

-- Name: COLUMN invitations.status; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.invitations.status IS 'owner: whether it was accepted; makes them a member';

-- Name: COLUMN invitations.invited_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.invitations.invited_by IS 'owner: who invited them; shows who answers for it';

-- Name: COLUMN invitations.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.invitations.created_at IS 'owner: when they were invited; orders the list';

-- Name: COLUMN invitations.expires_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.invitations.expires_at IS 'owner: until when it can be accepted; nobody joins by an old one';

-- Name: member_changes; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.member_changes (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text,
    changed_by uuid DEFAULT auth.uid() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT member_changes_role_known CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'viewer'::text])))
);

-- Name: TABLE member_changes; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.member_changes IS 'Changes of members: who gave which member another role or took them out; kept until the workspace is deleted';

-- Name: COLUMN member_changes.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.member_changes.id IS 'nobody: number of the change; names it';

-- Name: COLUMN member_changes.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.member_changes.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN member_changes.user_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.member_changes.user_id IS 'owner: the account that is meant; finds the member';

-- Name: COLUMN member_changes.role; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.member_changes.role IS 'owner: the new role, none for taken out; sets what they may do';

-- Name: COLUMN member_changes.changed_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.member_changes.changed_by IS 'owner: who changed it; shows who answers for it';

-- Name: COLUMN member_changes.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.member_changes.created_at IS 'owner: when it was changed; orders the log';

-- Name: members; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.members (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT members_role_known CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'viewer'::text])))
);

-- Name: TABLE members; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.members IS 'Members: who may use the workspace, and as what; kept until the member leaves, or the workspace or the account is deleted';

-- Name: COLUMN members.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.members.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN members.user_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.members.user_id IS 'owner: id of the account; says who may read and change what';

-- Name: COLUMN members.role; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.members.role IS 'owner: owner, admin or viewer; says who may read and change what';

-- Name: COLUMN members.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.members.created_at IS 'owner: when the member joined; shown to members';

-- Name: payments; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.payments (
    subscription_id text NOT NULL,
    workspace_id uuid NOT NULL,
    status text NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT payments_status_known CHECK ((status = ANY (ARRAY['paid'::text, 'failed'::text])))
);

-- Name: TABLE payments; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.payments IS 'Payments: whether the last payment of a subscription went through; kept until the workspace is deleted';

-- Name: COLUMN payments.subscription_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.payments.subscription_id IS 'owner: Lemon Squeezy''s id of the subscription; says which subscription it is about';

-- Name: COLUMN payments.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.payments.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN payments.status; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.payments.status IS 'owner: paid or failed; shown to owners';

-- Name: COLUMN payments.updated_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.payments.updated_at IS 'owner: when Lemon Squeezy last changed it; nothing older is applied';

-- Name: plan_variants; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.plan_variants (
    variant_id text NOT NULL,
    plan text NOT NULL,
    "interval" text NOT NULL,
    is_sold boolean DEFAULT true NOT NULL,
    CONSTRAINT plan_variants_interval_known CHECK (("interval" = ANY (ARRAY['month'::text, 'year'::text])))
);

-- Name: TABLE plan_variants; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.plan_variants IS 'Prices: which product of Lemon Squeezy is which plan, the same for everyone; kept until the operator deletes it';

-- Name: COLUMN plan_variants.variant_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plan_variants.variant_id IS 'nobody: Lemon Squeezy''s id of the product; a subscription is matched by it';

-- Name: COLUMN plan_variants.plan; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plan_variants.plan IS 'nobody: the plan that it buys; says what it includes';

-- Name: COLUMN plan_variants."interval"; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plan_variants."interval" IS 'nobody: paid by month or by year; shown to owners';

-- Name: COLUMN plan_variants.is_sold; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.plan_variants.is_sold IS 'nobody: whether it can still be bought; a checkout opens it';

-- Name: redactions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.redactions (
    workspace_id uuid NOT NULL,
    message_id text NOT NULL COLLATE pg_catalog."C",
    trusted boolean NOT NULL,
    removed smallint NOT NULL,
    received_at timestamp with time zone NOT NULL
);

-- Name: TABLE redactions; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.redactions IS 'Redactions: how many sensitive values were removed from a message before it was stored; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN redactions.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.redactions.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN redactions.message_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.redactions.message_id IS 'end user: the sender''s id of the message; names the event that values were removed from';

-- Name: COLUMN redactions.trusted; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.redactions.trusted IS 'nobody: whether your server or a valid userHash sent it; part of the event''s key';

-- Name: COLUMN redactions.removed; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.redactions.removed IS 'nobody: how many values were removed; shown to members';

-- Name: COLUMN redactions.received_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.redactions.received_at IS 'end user: when the message came; removals are shown by time';

-- Name: rejections; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.rejections (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    api_key_id uuid NOT NULL,
    message_id text COLLATE pg_catalog."C",
    code text NOT NULL,
    pointer text NOT NULL,
    received_at timestamp with time zone NOT NULL
);

-- Name: TABLE rejections; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.rejections IS 'Refused messages: that a message was refused and why, without what it held; kept until 24 hours have passed, or the workspace is deleted';

-- Name: COLUMN rejections.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rejections.id IS 'nobody: id of the row; old rows are deleted by it';

-- Name: COLUMN rejections.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rejections.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN rejections.api_key_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rejections.api_key_id IS 'owner: the API key that the message came by; shows you which integration sends it';

-- Name: COLUMN rejections.message_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rejections.message_id IS 'end user: the sender''s id of the message, unless it may be sensitive itself; you find the message on your side';

-- Name: COLUMN rejections.code; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rejections.code IS 'nobody: why it was refused; shown to members';

-- Name: COLUMN rejections.pointer; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rejections.pointer IS 'nobody: place in the message that is at fault; shown to members';

-- Name: COLUMN rejections.received_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rejections.received_at IS 'end user: when it was refused; out of sight after 24 hours';

-- Name: rescore_requests; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.rescore_requests (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    requested_by uuid DEFAULT auth.uid(),
    requested_at timestamp with time zone DEFAULT now() NOT NULL
);

-- Name: TABLE rescore_requests; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.rescore_requests IS 'Requests to re-score: who asked for scores to be computed anew; kept until the workspace is deleted';

-- Name: COLUMN rescore_requests.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescore_requests.id IS 'nobody: id of the request; names the row';

-- Name: COLUMN rescore_requests.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescore_requests.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN rescore_requests.requested_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescore_requests.requested_by IS 'owner: id of the member who asked; says who did it';

-- Name: COLUMN rescore_requests.requested_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescore_requests.requested_at IS 'owner: when it was asked for; says when it was done';

-- Name: rescores; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.rescores (
    workspace_id uuid NOT NULL,
    recount boolean NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    done_to uuid,
    done integer DEFAULT 0 NOT NULL,
    total integer,
    finished_at timestamp with time zone
);

-- Name: TABLE rescores; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.rescores IS 'Re-scoring: how far the scores of a workspace have been computed anew; kept until the workspace is deleted';

-- Name: COLUMN rescores.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescores.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN rescores.recount; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescores.recount IS 'nobody: whether events are counted again too; the sweep does so';

-- Name: COLUMN rescores.requested_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescores.requested_at IS 'owner: when it was asked for; oldest first';

-- Name: COLUMN rescores.done_to; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescores.done_to IS 'nobody: id of the last contact that is done; the sweep goes on there';

-- Name: COLUMN rescores.done; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescores.done IS 'nobody: how many contacts are done; shows progress';

-- Name: COLUMN rescores.total; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescores.total IS 'nobody: how many contacts there are to do; shows progress';

-- Name: COLUMN rescores.finished_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rescores.finished_at IS 'nobody: when it was finished; shows progress';

-- Name: rule_draft_mails; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.rule_draft_mails (
    draft_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    automation_id uuid NOT NULL,
    mails integer NOT NULL,
    mailable integer NOT NULL
);

-- Name: TABLE rule_draft_mails; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.rule_draft_mails IS 'Previews of mail: how many mails a draft would send; kept until the draft is previewed anew or the workspace deleted';

-- Name: COLUMN rule_draft_mails.draft_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_mails.draft_id IS 'nobody: id of the draft; the preview belongs to it';

-- Name: COLUMN rule_draft_mails.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_mails.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN rule_draft_mails.automation_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_mails.automation_id IS 'nobody: the automation that would send them; names the mail';

-- Name: COLUMN rule_draft_mails.mails; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_mails.mails IS 'nobody: how many mails it would decide on; shown to members before they decide';

-- Name: COLUMN rule_draft_mails.mailable; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_mails.mailable IS 'nobody: how many of them have an address to go to; shown to members before they decide';

-- Name: rule_draft_moves; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.rule_draft_moves (
    draft_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    from_stage_id uuid NOT NULL,
    to_stage_id uuid NOT NULL,
    contacts integer NOT NULL,
    examples uuid[] NOT NULL
);

-- Name: TABLE rule_draft_moves; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.rule_draft_moves IS 'Previews of moves: how many end users a draft would move between two stages, with some of them as examples; kept until the draft is previewed anew, a contact among the examples is erased or the workspace deleted';

-- Name: COLUMN rule_draft_moves.draft_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_moves.draft_id IS 'nobody: id of the draft; the preview belongs to it';

-- Name: COLUMN rule_draft_moves.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_moves.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN rule_draft_moves.from_stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_moves.from_stage_id IS 'nobody: stage before; names the move';

-- Name: COLUMN rule_draft_moves.to_stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_moves.to_stage_id IS 'nobody: stage after; names the move';

-- Name: COLUMN rule_draft_moves.contacts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_moves.contacts IS 'nobody: how many contacts would move; shown to members before they decide';

-- Name: COLUMN rule_draft_moves.examples; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_draft_moves.examples IS 'end user: ids of some of these contacts; shown to members before they decide';

-- Name: rule_templates; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.rule_templates (
    kind text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    rules jsonb NOT NULL
);

-- Name: TABLE rule_templates; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.rule_templates IS 'Rules to begin with: what a new workspace can start from, the same for everyone; kept until a release changes it';

-- Name: COLUMN rule_templates.kind; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_templates.kind IS 'nobody: kind of product; chosen when a workspace is made';

-- Name: COLUMN rule_templates.title; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_templates.title IS 'nobody: title for people; shown to owners';

-- Name: COLUMN rule_templates.description; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_templates.description IS 'nobody: what it is good for; shown to owners';

-- Name: COLUMN rule_templates.rules; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.rule_templates.rules IS 'nobody: the rules; a workspace starts with them';

-- Name: saved_views; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.saved_views (
    workspace_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    created_by uuid DEFAULT auth.uid(),
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT saved_views_name_length CHECK ((((char_length(name) >= 1) AND (char_length(name) <= 60)) AND (name ~ '\S'::text))),
    CONSTRAINT saved_views_no_address CHECK ((query !~* '@|%40'::text)),
    CONSTRAINT saved_views_query_length CHECK (((octet_length(query) >= 1) AND (octet_length(query) <= 2000)))
);

-- Name: TABLE saved_views; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.saved_views IS 'Saved views: filters of the list of contacts, under a name; kept until they are deleted or the workspace is';

-- Name: COLUMN saved_views.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.saved_views.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN saved_views.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.saved_views.id IS 'nobody: id of the view; finds the row';

-- Name: COLUMN saved_views.name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.saved_views.name IS 'owner: what it is called; shown to members';

-- Name: COLUMN saved_views.query; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.saved_views.query IS 'end user: the filters, which may name values of traits but no address; the list is narrowed by them';

-- Name: COLUMN saved_views.created_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.saved_views.created_by IS 'owner: id of the member who saved it; says who did it';

-- Name: COLUMN saved_views.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.saved_views.created_at IS 'owner: when it was saved; orders the views';

-- Name: score_history; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.score_history (
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    day date NOT NULL,
    score smallint NOT NULL,
    stage_id uuid NOT NULL
);

-- Name: TABLE score_history; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.score_history IS 'Past scores: score and stage of an end user on each day on which they changed; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN score_history.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_history.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN score_history.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_history.contact_id IS 'end user: id of the contact; names whose score it was';

-- Name: COLUMN score_history.day; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_history.day IS 'end user: first UTC day on which it was so; answers what the score was on a day';

-- Name: COLUMN score_history.score; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_history.score IS 'end user: score from then on; shown to members';

-- Name: COLUMN score_history.stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_history.stage_id IS 'end user: stage from then on; shown to members';

-- Name: score_rules; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.score_rules (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    signal smallint NOT NULL,
    points numeric(7,2) NOT NULL,
    cap numeric(7,2) NOT NULL,
    name text NOT NULL,
    CONSTRAINT score_rules_cap_positive CHECK ((cap > (0)::numeric))
);

-- Name: TABLE score_rules; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.score_rules IS 'Score rules: how many points a signal gives; kept until the rules are changed or the workspace is deleted';

-- Name: COLUMN score_rules.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_rules.id IS 'nobody: id of the rule; names the rule';

-- Name: COLUMN score_rules.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_rules.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN score_rules.signal; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_rules.signal IS 'owner: number of the signal; the rule gives points for it';

-- Name: COLUMN score_rules.points; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_rules.points IS 'owner: points for each occurrence; the score is computed with it';

-- Name: COLUMN score_rules.cap; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_rules.cap IS 'owner: most points that the rule can give or take; the score is computed with it';

-- Name: COLUMN score_rules.name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.score_rules.name IS 'owner: name of the rule; explains a score';

-- Name: signal_counts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.signal_counts (
    workspace_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    day date NOT NULL,
    signal smallint NOT NULL,
    count integer NOT NULL
)
WITH (fillfactor='85');

-- Name: TABLE signal_counts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.signal_counts IS 'Daily counts: how often an end user did what a score rule counts, per UTC day; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN signal_counts.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signal_counts.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN signal_counts.identity_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signal_counts.identity_id IS 'end user: the identity that did it; counts follow the identity when contacts join';

-- Name: COLUMN signal_counts.day; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signal_counts.day IS 'end user: UTC day on which it was done; points decay by the day';

-- Name: COLUMN signal_counts.signal; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signal_counts.signal IS 'nobody: number of the signal that is counted; finds the rules that use it';

-- Name: COLUMN signal_counts.count; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signal_counts.count IS 'end user: how often it was done on that day; the score is computed from it';

-- Name: signals; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.signals (
    workspace_id uuid NOT NULL,
    number smallint NOT NULL,
    event text NOT NULL,
    condition jsonb,
    trusted_only boolean DEFAULT false NOT NULL,
    kind text NOT NULL,
    counted_back boolean DEFAULT false NOT NULL,
    CONSTRAINT signals_condition_object CHECK ((jsonb_typeof(condition) = 'object'::text)),
    CONSTRAINT signals_kind_known CHECK ((kind = ANY (ARRAY['count'::text, 'last'::text])))
);

-- Name: TABLE signals; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.signals IS 'Signals: which events your rules count; kept until no rule uses it any more, or the workspace is deleted';

-- Name: COLUMN signals.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signals.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN signals.number; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signals.number IS 'nobody: number of the signal within the workspace; counts are stored under it';

-- Name: COLUMN signals.event; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signals.event IS 'owner: name of the event that is counted; an event is matched by it';

-- Name: COLUMN signals.condition; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signals.condition IS 'owner: properties that the event must have; an event is matched by it';

-- Name: COLUMN signals.trusted_only; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signals.trusted_only IS 'owner: whether only trusted events count; an event is matched by it';

-- Name: COLUMN signals.kind; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signals.kind IS 'nobody: whether each day is counted or the last occurrence is kept; scores need counts, stages the last one';

-- Name: COLUMN signals.counted_back; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.signals.counted_back IS 'nobody: whether the events from before have been counted; rules take effect only after that';

-- Name: smtp_settings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.smtp_settings (
    workspace_id uuid NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    username text NOT NULL,
    from_address text NOT NULL,
    from_name text,
    revision uuid DEFAULT gen_random_uuid() NOT NULL,
    verified_at timestamp with time zone,
    last_error text,
    last_error_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT smtp_settings_port_range CHECK (((port >= 1) AND (port <= 65535))),
    CONSTRAINT smtp_settings_size CHECK (((char_length(host) <= 253) AND (char_length(username) <= 255) AND (char_length(from_address) <= 254) AND (char_length(from_name) <= 100)))
);

-- Name: TABLE smtp_settings; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.smtp_settings IS 'SMTP settings: your own mail server; kept until you remove it or the workspace is deleted';

-- Name: COLUMN smtp_settings.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN smtp_settings.host; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.host IS 'owner: name of the server; mail goes through it';

-- Name: COLUMN smtp_settings.port; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.port IS 'owner: port of the server; mail goes through it';

-- Name: COLUMN smtp_settings.username; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.username IS 'owner: user name at the server; the login needs it';

-- Name: COLUMN smtp_settings.from_address; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.from_address IS 'owner: address that mail is sent from; every mail names its sender';

-- Name: COLUMN smtp_settings.from_name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.from_name IS 'owner: name beside that address; every mail names its sender';

-- Name: COLUMN smtp_settings.revision; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.revision IS 'nobody: another one after every change; a test counts for the settings that were tested';

-- Name: COLUMN smtp_settings.verified_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.verified_at IS 'owner: when a test mail went through; mail goes through it only then';

-- Name: COLUMN smtp_settings.last_error; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.last_error IS 'owner: code of the last failure; shown to owners and admins';

-- Name: COLUMN smtp_settings.last_error_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.last_error_at IS 'owner: when it last failed; shown to owners and admins';

-- Name: COLUMN smtp_settings.updated_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.smtp_settings.updated_at IS 'owner: when it was last changed; shown to owners and admins';

-- Name: stage_events; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.stage_events (
    workspace_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    trusted boolean NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    message_id text NOT NULL COLLATE pg_catalog."C",
    signal smallint NOT NULL
);

-- Name: TABLE stage_events; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.stage_events IS 'Last events for stages: when an end user last did what leads to a stage; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN stage_events.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_events.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN stage_events.identity_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_events.identity_id IS 'end user: the identity that did it; follows the identity when contacts join';

-- Name: COLUMN stage_events.trusted; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_events.trusted IS 'nobody: whether your server or a valid userHash said so; trusted events go before claimed ones';

-- Name: COLUMN stage_events.occurred_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_events.occurred_at IS 'end user: when it last happened; the latest one decides the stage';

-- Name: COLUMN stage_events.message_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_events.message_id IS 'end user: messageId of that event; decides between events of one moment';

-- Name: COLUMN stage_events.signal; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_events.signal IS 'nobody: number of the signal that leads to the stage; finds the stage';

-- Name: stage_pins; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.stage_pins (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    stage_id uuid,
    pinned_by uuid DEFAULT auth.uid(),
    pinned_at timestamp with time zone DEFAULT now() NOT NULL
);

-- Name: TABLE stage_pins; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.stage_pins IS 'Pinned stages: which stage a member put an end user into by hand; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN stage_pins.id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_pins.id IS 'nobody: id of the pin; names the row';

-- Name: COLUMN stage_pins.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_pins.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN stage_pins.contact_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_pins.contact_id IS 'end user: the identity that the contact had as its highest one then; the pin applies to it';

-- Name: COLUMN stage_pins.stage_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_pins.stage_id IS 'end user: stage that was chosen, or null to let the rules decide again; the pin applies it';

-- Name: COLUMN stage_pins.pinned_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_pins.pinned_by IS 'owner: id of the member who did it; says who did it';

-- Name: COLUMN stage_pins.pinned_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.stage_pins.pinned_at IS 'owner: when it was done; the last pin counts';

-- Name: suppressions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.suppressions (
    workspace_id uuid NOT NULL,
    address_hash text NOT NULL COLLATE pg_catalog."C",
    category text,
    reason text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    suppressed_by text,
    CONSTRAINT suppressions_category_known CHECK ((category = ANY (ARRAY['transactional'::text, 'marketing'::text]))),
    CONSTRAINT suppressions_reason_known CHECK ((reason = ANY (ARRAY['unsubscribed'::text, 'bounced'::text, 'complained'::text, 'erased'::text, 'by_hand'::text])))
);

-- Name: TABLE suppressions; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.suppressions IS 'Suppressed addresses: who must get no mail any more, as a keyed hash of the address and never the address; kept until the end user comes back by a confirmed mail, or the workspace is deleted, and an erasure does not lift it';

-- Name: COLUMN suppressions.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.suppressions.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN suppressions.address_hash; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.suppressions.address_hash IS 'end user: keyed hash of workspace and address, whose key is not in the database; mail to it is stopped, and the address can''t be read off it';

-- Name: COLUMN suppressions.category; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.suppressions.category IS 'end user: category of mail that is stopped, or null for all; decides which mail is stopped';

-- Name: COLUMN suppressions.reason; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.suppressions.reason IS 'end user: unsubscribed, bounced, complained, erased or by hand; says what may lift it';

-- Name: COLUMN suppressions.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.suppressions.created_at IS 'end user: when it began; shown to members';

-- Name: COLUMN suppressions.suppressed_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.suppressions.suppressed_by IS 'owner: id of the member or API key that suppressed it by hand; shown to members';

-- Name: traits; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.traits (
    workspace_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    value jsonb,
    trusted boolean NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    message_id text NOT NULL COLLATE pg_catalog."C",
    value_text text GENERATED ALWAYS AS (private.scalar_text(value)) STORED COLLATE pg_catalog."C"
);

-- Name: TABLE traits; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.traits IS 'Traits as they were sent: what identify and group calls say of an end user, by key; kept until the contact is erased or the workspace deleted';

-- Name: COLUMN traits.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.traits.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN traits.identity_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.traits.identity_id IS 'end user: the identity that the trait was sent for; traits follow the identity when contacts join';

-- Name: COLUMN traits.key; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.traits.key IS 'nobody: name of the trait; last write wins per name';

-- Name: COLUMN traits.value; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.traits.value IS 'end user: the trait''s value, or null once it was removed; segments, scores and fills in mails';

-- Name: COLUMN traits.trusted; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.traits.trusted IS 'nobody: whether your server or a valid userHash said so; a claim never overwrites what is trusted';

-- Name: COLUMN traits.occurred_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.traits.occurred_at IS 'end user: when the message that set it happened; last write wins';

-- Name: COLUMN traits.message_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.traits.message_id IS 'end user: messageId of the message that set it; decides between writes of one moment';

-- Name: COLUMN traits.value_text; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.traits.value_text IS 'end user: the beginning of value; finds the contacts that have it';

-- Name: usage; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.usage (
    workspace_id uuid NOT NULL,
    month date NOT NULL,
    events bigint DEFAULT 0 NOT NULL,
    contacts integer DEFAULT 0 NOT NULL,
    emails integer DEFAULT 0 NOT NULL,
    emails_until timestamp with time zone,
    measured_at timestamp with time zone,
    last_event_at timestamp with time zone
);

-- Name: TABLE usage; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.usage IS 'Usage: how many events, contacts and emails a workspace has a month; kept until the workspace is deleted';

-- Name: COLUMN usage.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN usage.month; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage.month IS 'owner: the UTC month; usage is counted by month';

-- Name: COLUMN usage.events; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage.events IS 'owner: how many events came; shown to members';

-- Name: COLUMN usage.contacts; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage.contacts IS 'owner: how many identified contacts there are; compared with the plan';

-- Name: COLUMN usage.emails; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage.emails IS 'owner: how many emails were let through; compared with the plan';

-- Name: COLUMN usage.emails_until; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage.emails_until IS 'nobody: until when emails are counted here; later ones are added to them';

-- Name: COLUMN usage.measured_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage.measured_at IS 'nobody: when contacts and emails were counted; shown to members';

-- Name: COLUMN usage.last_event_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage.last_event_at IS 'owner: when the last event of the month came, as counted; tells that an install has gone silent';

-- Name: usage_warnings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.usage_warnings (
    workspace_id uuid NOT NULL,
    month date NOT NULL,
    meter text NOT NULL,
    percent smallint NOT NULL,
    used integer NOT NULL,
    quota integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT usage_warnings_meter_known CHECK ((meter = ANY (ARRAY['contacts'::text, 'emails'::text]))),
    CONSTRAINT usage_warnings_percent_known CHECK ((percent = ANY (ARRAY[80, 100])))
);

-- Name: TABLE usage_warnings; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.usage_warnings IS 'Warnings: that a workspace has used 80 or 100 % of its plan; kept until the workspace is deleted';

-- Name: COLUMN usage_warnings.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage_warnings.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN usage_warnings.month; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage_warnings.month IS 'owner: the UTC month; one warning a month';

-- Name: COLUMN usage_warnings.meter; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage_warnings.meter IS 'owner: contacts or emails; the owner is told';

-- Name: COLUMN usage_warnings.percent; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage_warnings.percent IS 'owner: 80 or 100; the owner is told';

-- Name: COLUMN usage_warnings.used; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage_warnings.used IS 'owner: how much was used; the owner is told';

-- Name: COLUMN usage_warnings.quota; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage_warnings.quota IS 'owner: how much the plan includes; the owner is told';

-- Name: COLUMN usage_warnings.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.usage_warnings.created_at IS 'owner: when it was reached; shown to members';

-- Name: workspace_requests; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.workspace_requests (
    workspace_id uuid NOT NULL,
    requested_by uuid DEFAULT auth.uid() NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    kind text DEFAULT 'default'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

-- Name: TABLE workspace_requests; Type: COMMENT; Schema: public; Owner: -

COMMENT ON TABLE public.workspace_requests IS 'Requests for workspaces: who made which workspace; kept until the workspace is deleted';

-- Name: COLUMN workspace_requests.workspace_id; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspace_requests.workspace_id IS 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';

-- Name: COLUMN workspace_requests.requested_by; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspace_requests.requested_by IS 'owner: the account that made it; shows who answers for it';

-- Name: COLUMN workspace_requests.name; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspace_requests.name IS 'owner: the name it began with; names the workspace';

-- Name: COLUMN workspace_requests.slug; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspace_requests.slug IS 'owner: the short name it began with; names the workspace''s address';

-- Name: COLUMN workspace_requests.kind; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspace_requests.kind IS 'nobody: the kind of product; chooses the rules to start with';

-- Name: COLUMN workspace_requests.created_at; Type: COMMENT; Schema: public; Owner: -

COMMENT ON COLUMN public.workspace_requests.created_at IS 'owner: when it was asked for; limits how many somebody makes';

-- Name: events_0; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_0 FOR VALUES WITH (modulus 16, remainder 0);

-- Name: events_1; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_1 FOR VALUES WITH (modulus 16, remainder 1);

-- Name: events_10; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_10 FOR VALUES WITH (modulus 16, remainder 10);

-- Name: events_11; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_11 FOR VALUES WITH (modulus 16, remainder 11);

-- Name: events_12; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_12 FOR VALUES WITH (modulus 16, remainder 12);

-- Name: events_13; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_13 FOR VALUES WITH (modulus 16, remainder 13);

-- Name: events_14; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_14 FOR VALUES WITH (modulus 16, remainder 14);

-- Name: events_15; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_15 FOR VALUES WITH (modulus 16, remainder 15);

-- Name: events_2; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_2 FOR VALUES WITH (modulus 16, remainder 2);

-- Name: events_3; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_3 FOR VALUES WITH (modulus 16, remainder 3);

-- Name: events_4; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_4 FOR VALUES WITH (modulus 16, remainder 4);

-- Name: events_5; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_5 FOR VALUES WITH (modulus 16, remainder 5);

-- Name: events_6; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_6 FOR VALUES WITH (modulus 16, remainder 6);

-- Name: events_7; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_7 FOR VALUES WITH (modulus 16, remainder 7);

-- Name: events_8; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_8 FOR VALUES WITH (modulus 16, remainder 8);

-- Name: events_9; Type: TABLE ATTACH; Schema: public; Owner: -

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_9 FOR VALUES WITH (modulus 16, remainder 9);

-- Name: announcements announcements_owner_key; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.announcements
    ADD CONSTRAINT announcements_owner_key UNIQUE (policy_date, user_id);

-- Name: announcements announcements_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.announcements
    ADD CONSTRAINT announcements_pkey PRIMARY KEY (id);

-- Name: api_key_hashes api_key_hashes_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.api_key_hashes
    ADD CONSTRAINT api_key_hashes_pkey PRIMARY KEY (key_hash);

-- Name: checkouts checkouts_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.checkouts
    ADD CONSTRAINT checkouts_pkey PRIMARY KEY (workspace_id, variant_id, address_hash, opened_at);

-- Name: compiled_rules compiled_rules_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.compiled_rules
    ADD CONSTRAINT compiled_rules_pkey PRIMARY KEY (workspace_id);

-- Name: decay_factors decay_factors_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.decay_factors
    ADD CONSTRAINT decay_factors_pkey PRIMARY KEY (half_life_days, age) INCLUDE (factor);

-- Name: drift_checks drift_checks_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.drift_checks
    ADD CONSTRAINT drift_checks_pkey PRIMARY KEY (checked_on);

-- Name: export_builds export_builds_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.export_builds
    ADD CONSTRAINT export_builds_pkey PRIMARY KEY (export_id);

-- Name: export_exclusions export_exclusions_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.export_exclusions
    ADD CONSTRAINT export_exclusions_pkey PRIMARY KEY (table_name, column_name);

-- Name: identity_secrets identity_secrets_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.identity_secrets
    ADD CONSTRAINT identity_secrets_pkey PRIMARY KEY (workspace_id);

-- Name: invitation_mails invitation_mails_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.invitation_mails
    ADD CONSTRAINT invitation_mails_pkey PRIMARY KEY (id);

-- Name: metering metering_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.metering
    ADD CONSTRAINT metering_pkey PRIMARY KEY (is_only);

-- Name: notices notices_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (id);

-- Name: policies policies_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.policies
    ADD CONSTRAINT policies_pkey PRIMARY KEY (policy_date);

-- Name: reconciliation reconciliation_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.reconciliation
    ADD CONSTRAINT reconciliation_pkey PRIMARY KEY (is_only);

-- Name: smtp_passwords smtp_passwords_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.smtp_passwords
    ADD CONSTRAINT smtp_passwords_pkey PRIMARY KEY (workspace_id);

-- Name: subscription_orders subscription_orders_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.subscription_orders
    ADD CONSTRAINT subscription_orders_pkey PRIMARY KEY (subscription_id);

-- Name: tombstones tombstones_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (workspace_id, hash);

-- Name: usage_clock usage_clock_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.usage_clock
    ADD CONSTRAINT usage_clock_pkey PRIMARY KEY (workspace_id);

-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);

-- Name: automations automations_name_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.automations
    ADD CONSTRAINT automations_name_key UNIQUE (workspace_id, name);

-- Name: automations automations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.automations
    ADD CONSTRAINT automations_pkey PRIMARY KEY (id);

-- Name: contact_states contact_states_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.contact_states
    ADD CONSTRAINT contact_states_pkey PRIMARY KEY (contact_id);

-- Name: contacts contacts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (id);

-- Name: deletion_requests deletion_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.deletion_requests
    ADD CONSTRAINT deletion_requests_pkey PRIMARY KEY (id);

-- Name: erased_identities erased_identities_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.erased_identities
    ADD CONSTRAINT erased_identities_pkey PRIMARY KEY (identity_id);

-- Name: erasures erasures_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (id);

-- Name: events events_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_0 events_0_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_0
    ADD CONSTRAINT events_0_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_10 events_10_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_10
    ADD CONSTRAINT events_10_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_11 events_11_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_11
    ADD CONSTRAINT events_11_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_12 events_12_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_12
    ADD CONSTRAINT events_12_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_13 events_13_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_13
    ADD CONSTRAINT events_13_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_14 events_14_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_14
    ADD CONSTRAINT events_14_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_15 events_15_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_15
    ADD CONSTRAINT events_15_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_1 events_1_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_1
    ADD CONSTRAINT events_1_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_2 events_2_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_2
    ADD CONSTRAINT events_2_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_3 events_3_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_3
    ADD CONSTRAINT events_3_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_4 events_4_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_4
    ADD CONSTRAINT events_4_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_5 events_5_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_5
    ADD CONSTRAINT events_5_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_6 events_6_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_6
    ADD CONSTRAINT events_6_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_7 events_7_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_7
    ADD CONSTRAINT events_7_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_8 events_8_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_8
    ADD CONSTRAINT events_8_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: events_9 events_9_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.events_9
    ADD CONSTRAINT events_9_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: exports exports_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_pkey PRIMARY KEY (id);

-- Name: fit_rules fit_rules_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.fit_rules
    ADD CONSTRAINT fit_rules_pkey PRIMARY KEY (id);

-- Name: identities identities_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (id);

-- Name: identities identities_value_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_value_key UNIQUE (workspace_id, kind, value);

-- Name: identity_links identity_links_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.identity_links
    ADD CONSTRAINT identity_links_pkey PRIMARY KEY (lower_id, higher_id);

-- Name: identity_moves identity_moves_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.identity_moves
    ADD CONSTRAINT identity_moves_pkey PRIMARY KEY (id);

-- Name: invitations invitations_email_format; Type: CHECK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE public.invitations
    ADD CONSTRAINT invitations_email_format CHECK (((email ~ '^[^][@\s<>(),;:"\\]+@[^][@\s<>(),;:"\\]+$'::text) AND (email = lower(email)) AND (char_length(email) < 255))) NOT VALID;

-- Name: invitations invitations_email_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_email_key UNIQUE (workspace_id, email);

-- Name: invitations invitations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);

-- Name: member_changes member_changes_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.member_changes
    ADD CONSTRAINT member_changes_pkey PRIMARY KEY (id);

-- Name: members members_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (workspace_id, user_id);

-- Name: message_events message_events_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.message_events
    ADD CONSTRAINT message_events_pkey PRIMARY KEY (workspace_id, svix_id);

-- Name: messages messages_idempotency_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_idempotency_key UNIQUE (workspace_id, idempotency_key);

-- Name: messages messages_occurrence_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_occurrence_key UNIQUE (workspace_id, automation_id, contact_id, occurrence);

-- Name: messages messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);

-- Name: payments payments_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_pkey PRIMARY KEY (subscription_id);

-- Name: plan_variants plan_variants_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.plan_variants
    ADD CONSTRAINT plan_variants_pkey PRIMARY KEY (variant_id);

-- Name: plans plans_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_pkey PRIMARY KEY (name);

-- Name: plans plans_position_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_position_key UNIQUE ("position");

-- Name: redactions redactions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.redactions
    ADD CONSTRAINT redactions_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: rejections rejections_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rejections
    ADD CONSTRAINT rejections_pkey PRIMARY KEY (id);

-- Name: rescore_requests rescore_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rescore_requests
    ADD CONSTRAINT rescore_requests_pkey PRIMARY KEY (id);

-- Name: rescores rescores_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rescores
    ADD CONSTRAINT rescores_pkey PRIMARY KEY (workspace_id);

-- Name: rule_draft_mails rule_draft_mails_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rule_draft_mails
    ADD CONSTRAINT rule_draft_mails_pkey PRIMARY KEY (draft_id, automation_id);

-- Name: rule_draft_moves rule_draft_moves_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rule_draft_moves
    ADD CONSTRAINT rule_draft_moves_pkey PRIMARY KEY (draft_id, from_stage_id, to_stage_id);

-- Name: rule_drafts rule_drafts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rule_drafts
    ADD CONSTRAINT rule_drafts_pkey PRIMARY KEY (id);

-- Name: rule_templates rule_templates_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rule_templates
    ADD CONSTRAINT rule_templates_pkey PRIMARY KEY (kind);

-- Name: saved_views saved_views_name_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_name_key UNIQUE (workspace_id, name);

-- Name: saved_views saved_views_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_pkey PRIMARY KEY (workspace_id, id);

-- Name: saved_views saved_views_query_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_query_key UNIQUE (workspace_id, query);

-- Name: score_history score_history_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.score_history
    ADD CONSTRAINT score_history_pkey PRIMARY KEY (workspace_id, contact_id, day);

-- Name: score_rules score_rules_name_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.score_rules
    ADD CONSTRAINT score_rules_name_key UNIQUE (workspace_id, name);

-- Name: score_rules score_rules_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.score_rules
    ADD CONSTRAINT score_rules_pkey PRIMARY KEY (id);

-- Name: score_rules score_rules_signal_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.score_rules
    ADD CONSTRAINT score_rules_signal_key UNIQUE (workspace_id, signal);

-- Name: signal_counts signal_counts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal_counts
    ADD CONSTRAINT signal_counts_pkey PRIMARY KEY (workspace_id, identity_id, signal, day);

-- Name: signals signals_definition_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signals
    ADD CONSTRAINT signals_definition_key UNIQUE NULLS NOT DISTINCT (workspace_id, kind, event, trusted_only, condition);

-- Name: signals signals_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signals
    ADD CONSTRAINT signals_pkey PRIMARY KEY (workspace_id, number);

-- Name: smtp_settings smtp_settings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.smtp_settings
    ADD CONSTRAINT smtp_settings_pkey PRIMARY KEY (workspace_id);

-- Name: stage_events stage_events_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stage_events
    ADD CONSTRAINT stage_events_pkey PRIMARY KEY (identity_id, signal);

-- Name: stage_pins stage_pins_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stage_pins
    ADD CONSTRAINT stage_pins_pkey PRIMARY KEY (id);

-- Name: stages stages_name_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_name_key UNIQUE (workspace_id, name) DEFERRABLE;

-- Name: stages stages_number_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_number_key UNIQUE (workspace_id, number);

-- Name: stages stages_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_pkey PRIMARY KEY (id);

-- Name: stages stages_position_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_position_key UNIQUE (workspace_id, "position") DEFERRABLE;

-- Name: stages stages_workspace_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_workspace_id_key UNIQUE (workspace_id, id);

-- Name: subscriptions subscriptions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (id);

-- Name: suppressions suppressions_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_key UNIQUE NULLS NOT DISTINCT (workspace_id, address_hash, category);

-- Name: templates templates_name_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_name_key UNIQUE (workspace_id, name);

-- Name: templates templates_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_pkey PRIMARY KEY (id);

-- Name: templates templates_workspace_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_workspace_id_key UNIQUE (workspace_id, id);

-- Name: traits traits_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.traits
    ADD CONSTRAINT traits_pkey PRIMARY KEY (identity_id, key);

-- Name: transitions transitions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.transitions
    ADD CONSTRAINT transitions_pkey PRIMARY KEY (id);

-- Name: usage usage_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.usage
    ADD CONSTRAINT usage_pkey PRIMARY KEY (workspace_id, month);

-- Name: usage_warnings usage_warnings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.usage_warnings
    ADD CONSTRAINT usage_warnings_pkey PRIMARY KEY (workspace_id, month, meter, percent, quota);

-- Name: workspace_requests workspace_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.workspace_requests
    ADD CONSTRAINT workspace_requests_pkey PRIMARY KEY (workspace_id);

-- Name: workspaces workspaces_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.workspaces
    ADD CONSTRAINT workspaces_pkey PRIMARY KEY (id);

-- Name: workspaces workspaces_slug_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.workspaces
    ADD CONSTRAINT workspaces_slug_key UNIQUE (slug);

-- Name: announcements_due_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX announcements_due_idx ON private.announcements USING btree (policy_date, send_at) WHERE (status = 'queued'::text);

-- Name: announcements_user_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX announcements_user_idx ON private.announcements USING btree (user_id);

-- Name: api_key_hashes_api_key_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX api_key_hashes_api_key_idx ON private.api_key_hashes USING btree (api_key_id);

-- Name: checkouts_address_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX checkouts_address_idx ON private.checkouts USING btree (address_hash, variant_id);

-- Name: invitation_mails_at_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX invitation_mails_at_idx ON private.invitation_mails USING btree (at);

-- Name: notices_due_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX notices_due_idx ON private.notices USING btree (send_at) WHERE (status = 'queued'::text);

-- Name: notices_invitation_key; Type: INDEX; Schema: private; Owner: -

CREATE UNIQUE INDEX notices_invitation_key ON private.notices USING btree (invitation_id) WHERE (invitation_id IS NOT NULL);

-- Name: notices_user_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX notices_user_idx ON private.notices USING btree (user_id);

-- Name: notices_workspace_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX notices_workspace_idx ON private.notices USING btree (workspace_id);

-- Name: subscription_orders_due_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX subscription_orders_due_idx ON private.subscription_orders USING btree (due_at) WHERE (done_at IS NULL);

-- Name: subscription_orders_workspace_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX subscription_orders_workspace_idx ON private.subscription_orders USING btree (workspace_id);

-- Name: tombstones_expiry_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX tombstones_expiry_idx ON private.tombstones USING btree (expires_at) WHERE (expires_at < 'infinity'::timestamp with time zone);

-- Name: usage_clock_measured_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX usage_clock_measured_idx ON private.usage_clock USING btree (measured_at);

-- Name: api_keys_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX api_keys_workspace_idx ON public.api_keys USING btree (workspace_id);

-- Name: audit_log_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX audit_log_at_idx ON public.audit_log USING btree (at);

-- Name: audit_log_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX audit_log_workspace_idx ON public.audit_log USING btree (workspace_id, at DESC);

-- Name: automations_goal_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX automations_goal_idx ON public.automations USING btree (workspace_id, goal_stage_id);

-- Name: automations_stage_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX automations_stage_idx ON public.automations USING btree (workspace_id, entering_stage_id);

-- Name: automations_template_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX automations_template_idx ON public.automations USING btree (workspace_id, template_id);

-- Name: contact_states_due_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contact_states_due_idx ON public.contact_states USING btree (due_on, contact_id);

-- Name: contact_states_score_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contact_states_score_idx ON public.contact_states USING btree (workspace_id, score DESC, contact_id);

-- Name: contact_states_stage_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contact_states_stage_idx ON public.contact_states USING btree (workspace_id, stage_id, score DESC, contact_id);

-- Name: contacts_created_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contacts_created_idx ON public.contacts USING btree (workspace_id, created_at DESC, id DESC) INCLUDE (stage_id, stages_been);

-- Name: contacts_search_name_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contacts_search_name_idx ON public.contacts USING btree (workspace_id, search_name);

-- Name: contacts_workspace_email_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contacts_workspace_email_idx ON public.contacts USING btree (workspace_id, email);

-- Name: contacts_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contacts_workspace_idx ON public.contacts USING btree (workspace_id, id);

-- Name: deletion_requests_open_key; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX deletion_requests_open_key ON public.deletion_requests USING btree (workspace_id) WHERE ((cancelled_at IS NULL) AND (finished_at IS NULL));

-- Name: deletion_requests_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX deletion_requests_workspace_idx ON public.deletion_requests USING btree (workspace_id, requested_at DESC);

-- Name: erased_identities_erasure_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX erased_identities_erasure_idx ON public.erased_identities USING btree (erasure_id);

-- Name: erased_identities_known_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX erased_identities_known_idx ON public.erased_identities USING btree (workspace_id, identity_id);

-- Name: erasures_open_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX erasures_open_idx ON public.erasures USING btree (requested_at) WHERE (stored_at IS NULL);

-- Name: erasures_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX erasures_workspace_idx ON public.erasures USING btree (workspace_id, requested_at DESC);

-- Name: events_identity_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_identity_idx ON ONLY public.events USING btree (identity_id, occurred_at);

-- Name: events_0_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_0_identity_id_occurred_at_idx ON public.events_0 USING btree (identity_id, occurred_at);

-- Name: events_traits_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_traits_idx ON ONLY public.events USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_0_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_0_identity_id_trusted_occurred_at_message_id_idx ON public.events_0 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_received_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_received_idx ON ONLY public.events USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_0_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_0_received_at_idx ON public.events_0 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_10_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_10_identity_id_occurred_at_idx ON public.events_10 USING btree (identity_id, occurred_at);

-- Name: events_10_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_10_identity_id_trusted_occurred_at_message_id_idx ON public.events_10 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_10_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_10_received_at_idx ON public.events_10 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_11_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_11_identity_id_occurred_at_idx ON public.events_11 USING btree (identity_id, occurred_at);

-- Name: events_11_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_11_identity_id_trusted_occurred_at_message_id_idx ON public.events_11 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_11_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_11_received_at_idx ON public.events_11 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_12_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_12_identity_id_occurred_at_idx ON public.events_12 USING btree (identity_id, occurred_at);

-- Name: events_12_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_12_identity_id_trusted_occurred_at_message_id_idx ON public.events_12 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_12_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_12_received_at_idx ON public.events_12 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_13_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_13_identity_id_occurred_at_idx ON public.events_13 USING btree (identity_id, occurred_at);

-- Name: events_13_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_13_identity_id_trusted_occurred_at_message_id_idx ON public.events_13 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_13_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_13_received_at_idx ON public.events_13 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_14_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_14_identity_id_occurred_at_idx ON public.events_14 USING btree (identity_id, occurred_at);

-- Name: events_14_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_14_identity_id_trusted_occurred_at_message_id_idx ON public.events_14 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_14_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_14_received_at_idx ON public.events_14 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_15_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_15_identity_id_occurred_at_idx ON public.events_15 USING btree (identity_id, occurred_at);

-- Name: events_15_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_15_identity_id_trusted_occurred_at_message_id_idx ON public.events_15 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_15_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_15_received_at_idx ON public.events_15 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_1_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_1_identity_id_occurred_at_idx ON public.events_1 USING btree (identity_id, occurred_at);

-- Name: events_1_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_1_identity_id_trusted_occurred_at_message_id_idx ON public.events_1 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_1_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_1_received_at_idx ON public.events_1 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_2_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_2_identity_id_occurred_at_idx ON public.events_2 USING btree (identity_id, occurred_at);

-- Name: events_2_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_2_identity_id_trusted_occurred_at_message_id_idx ON public.events_2 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_2_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_2_received_at_idx ON public.events_2 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_3_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_3_identity_id_occurred_at_idx ON public.events_3 USING btree (identity_id, occurred_at);

-- Name: events_3_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_3_identity_id_trusted_occurred_at_message_id_idx ON public.events_3 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_3_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_3_received_at_idx ON public.events_3 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_4_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_4_identity_id_occurred_at_idx ON public.events_4 USING btree (identity_id, occurred_at);

-- Name: events_4_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_4_identity_id_trusted_occurred_at_message_id_idx ON public.events_4 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_4_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_4_received_at_idx ON public.events_4 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_5_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_5_identity_id_occurred_at_idx ON public.events_5 USING btree (identity_id, occurred_at);

-- Name: events_5_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_5_identity_id_trusted_occurred_at_message_id_idx ON public.events_5 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_5_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_5_received_at_idx ON public.events_5 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_6_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_6_identity_id_occurred_at_idx ON public.events_6 USING btree (identity_id, occurred_at);

-- Name: events_6_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_6_identity_id_trusted_occurred_at_message_id_idx ON public.events_6 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_6_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_6_received_at_idx ON public.events_6 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_7_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_7_identity_id_occurred_at_idx ON public.events_7 USING btree (identity_id, occurred_at);

-- Name: events_7_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_7_identity_id_trusted_occurred_at_message_id_idx ON public.events_7 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_7_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_7_received_at_idx ON public.events_7 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_8_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_8_identity_id_occurred_at_idx ON public.events_8 USING btree (identity_id, occurred_at);

-- Name: events_8_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_8_identity_id_trusted_occurred_at_message_id_idx ON public.events_8 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_8_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_8_received_at_idx ON public.events_8 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: events_9_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_9_identity_id_occurred_at_idx ON public.events_9 USING btree (identity_id, occurred_at);

-- Name: events_9_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_9_identity_id_trusted_occurred_at_message_id_idx ON public.events_9 USING btree (identity_id, trusted, occurred_at, message_id) WHERE (type = ANY (ARRAY['identify'::text, 'group'::text]));

-- Name: events_9_received_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_9_received_at_idx ON public.events_9 USING brin (received_at) WITH (pages_per_range='32', autosummarize='on');

-- Name: exports_open_key; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX exports_open_key ON public.exports USING btree (workspace_id, contact_id) NULLS NOT DISTINCT WHERE (status = ANY (ARRAY['queued'::text, 'building'::text]));

-- Name: exports_uncleaned_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX exports_uncleaned_idx ON public.exports USING btree (requested_at) WHERE (cleaned_at IS NULL);

-- Name: exports_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX exports_workspace_idx ON public.exports USING btree (workspace_id, requested_at);

-- Name: fit_rules_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX fit_rules_workspace_idx ON public.fit_rules USING btree (workspace_id);

-- Name: identities_contact_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX identities_contact_idx ON public.identities USING btree (contact_id);

-- Name: identities_owner_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX identities_owner_idx ON public.identities USING btree (owner_id) WHERE (owner_id IS NOT NULL);

-- Name: identity_links_higher_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX identity_links_higher_idx ON public.identity_links USING btree (higher_id);

-- Name: identity_links_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX identity_links_workspace_idx ON public.identity_links USING btree (workspace_id);

-- Name: identity_moves_identity_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX identity_moves_identity_idx ON public.identity_moves USING btree (workspace_id, identity_id, moved_at);

-- Name: invitations_email_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX invitations_email_idx ON public.invitations USING btree (email);

-- Name: invitations_expires_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX invitations_expires_idx ON public.invitations USING btree (expires_at);

-- Name: member_changes_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX member_changes_workspace_idx ON public.member_changes USING btree (workspace_id, created_at);

-- Name: members_user_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX members_user_idx ON public.members USING btree (user_id);

-- Name: message_events_message_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX message_events_message_idx ON public.message_events USING btree (workspace_id, message_id, occurred_at);

-- Name: messages_address_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_address_idx ON public.messages USING btree (workspace_id, address_hash, counted_at) WHERE (counted_at IS NOT NULL);

-- Name: messages_contact_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_contact_idx ON public.messages USING btree (workspace_id, contact_id, created_at);

-- Name: messages_counted_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_counted_idx ON public.messages USING btree (workspace_id, counted_at) INCLUDE (status) WHERE (counted_at IS NOT NULL);

-- Name: messages_due_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_due_idx ON public.messages USING btree (send_at) WHERE (status = ANY (ARRAY['queued'::text, 'claimed'::text, 'sending'::text]));

-- Name: messages_first_claimed_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_first_claimed_idx ON public.messages USING btree (workspace_id, counted_at) WHERE first_claimed;

-- Name: messages_provider_message_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_provider_message_idx ON public.messages USING btree (provider_message_id) WHERE (provider_message_id IS NOT NULL);

-- Name: messages_sending_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_sending_idx ON public.messages USING btree (first_attempt_at) WHERE (status = 'sending'::text);

-- Name: messages_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_status_idx ON public.messages USING btree (workspace_id, status, created_at, id);

-- Name: messages_template_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_template_idx ON public.messages USING btree (workspace_id, template_id);

-- Name: messages_turn_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_turn_idx ON public.messages USING btree (workspace_id, send_at) WHERE (status = ANY (ARRAY['queued'::text, 'claimed'::text, 'sending'::text]));

-- Name: payments_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX payments_workspace_idx ON public.payments USING btree (workspace_id);

-- Name: plan_variants_sold_key; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX plan_variants_sold_key ON public.plan_variants USING btree (plan, "interval") WHERE is_sold;

-- Name: rejections_received_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rejections_received_idx ON public.rejections USING btree (received_at);

-- Name: rejections_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rejections_workspace_idx ON public.rejections USING btree (workspace_id, received_at DESC);

-- Name: rescore_requests_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rescore_requests_workspace_idx ON public.rescore_requests USING btree (workspace_id, requested_at);

-- Name: rescores_open_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rescores_open_idx ON public.rescores USING btree (requested_at) WHERE (finished_at IS NULL);

-- Name: rule_draft_mails_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rule_draft_mails_workspace_idx ON public.rule_draft_mails USING btree (workspace_id);

-- Name: rule_draft_moves_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rule_draft_moves_workspace_idx ON public.rule_draft_moves USING btree (workspace_id);

-- Name: rule_drafts_open_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rule_drafts_open_idx ON public.rule_drafts USING btree (changed_at) WHERE (status = ANY (ARRAY['counting'::text, 'previewing'::text]));

-- Name: rule_drafts_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rule_drafts_workspace_idx ON public.rule_drafts USING btree (workspace_id, created_at);

-- Name: stage_events_latest_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX stage_events_latest_idx ON public.stage_events USING btree (workspace_id, signal, occurred_at);

-- Name: stage_pins_contact_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX stage_pins_contact_idx ON public.stage_pins USING btree (contact_id, pinned_at);

-- Name: stage_pins_stage_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX stage_pins_stage_idx ON public.stage_pins USING btree (workspace_id, stage_id);

-- Name: stages_signal_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX stages_signal_idx ON public.stages USING btree (workspace_id, signal);

-- Name: subscriptions_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX subscriptions_workspace_idx ON public.subscriptions USING btree (workspace_id);

-- Name: suppressions_created_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX suppressions_created_idx ON public.suppressions USING btree (workspace_id, created_at);

-- Name: traits_value_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX traits_value_idx ON public.traits USING btree (workspace_id, key, value_text);

-- Name: transitions_contact_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transitions_contact_idx ON public.transitions USING btree (workspace_id, contact_id, created_at);

-- Name: transitions_entered_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transitions_entered_idx ON public.transitions USING btree (workspace_id, to_stage_id, created_at DESC, id DESC) INCLUDE (contact_id, previous_at);

-- Name: workspace_requests_kind_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX workspace_requests_kind_idx ON public.workspace_requests USING btree (kind);

-- Name: workspace_requests_requested_by_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX workspace_requests_requested_by_idx ON public.workspace_requests USING btree (requested_by, created_at);

-- Name: events_0_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_0_identity_id_occurred_at_idx;

-- Name: events_0_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_0_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_0_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_0_pkey;

-- Name: events_0_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_0_received_at_idx;

-- Name: events_10_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_10_identity_id_occurred_at_idx;

-- Name: events_10_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_10_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_10_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_10_pkey;

-- Name: events_10_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_10_received_at_idx;

-- Name: events_11_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_11_identity_id_occurred_at_idx;

-- Name: events_11_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_11_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_11_pkey;

-- Name: events_11_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_11_received_at_idx;

-- Name: events_12_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_12_identity_id_occurred_at_idx;

-- Name: events_12_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_12_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_12_pkey;

-- Name: events_12_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_12_received_at_idx;

-- Name: events_13_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_13_identity_id_occurred_at_idx;

-- Name: events_13_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_13_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_13_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_13_pkey;

-- Name: events_13_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_13_received_at_idx;

-- Name: events_14_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_14_identity_id_occurred_at_idx;

-- Name: events_14_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_14_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_14_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_14_pkey;

-- Name: events_14_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_14_received_at_idx;

-- Name: events_15_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_15_identity_id_occurred_at_idx;

-- Name: events_15_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_15_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_15_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_15_pkey;

-- Name: events_15_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_15_received_at_idx;

-- Name: events_1_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_1_identity_id_occurred_at_idx;

-- Name: events_1_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_1_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_1_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_1_pkey;

-- Name: events_1_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_1_received_at_idx;

-- Name: events_2_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_2_identity_id_occurred_at_idx;

-- Name: events_2_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_2_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_2_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_2_pkey;

-- Name: events_2_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_2_received_at_idx;

-- Name: events_3_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_3_identity_id_occurred_at_idx;

-- Name: events_3_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_3_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_3_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_3_pkey;

-- Name: events_3_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_3_received_at_idx;

-- Name: events_4_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_4_identity_id_occurred_at_idx;

-- Name: events_4_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_4_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_4_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_4_pkey;

-- Name: events_4_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_4_received_at_idx;

-- Name: events_5_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_5_identity_id_occurred_at_idx;

-- Name: events_5_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_5_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_5_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_5_pkey;

-- Name: events_5_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_5_received_at_idx;

-- Name: events_6_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_6_identity_id_occurred_at_idx;

-- Name: events_6_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_6_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_6_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_6_pkey;

-- Name: events_6_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_6_received_at_idx;

-- Name: events_7_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_7_identity_id_occurred_at_idx;

-- Name: events_7_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_7_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_7_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_7_pkey;

-- Name: events_7_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_7_received_at_idx;

-- Name: events_8_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_8_identity_id_occurred_at_idx;

-- Name: events_8_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_8_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_8_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_8_pkey;

-- Name: events_8_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_8_received_at_idx;

-- Name: events_9_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_9_identity_id_occurred_at_idx;

-- Name: events_9_identity_id_trusted_occurred_at_message_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_traits_idx ATTACH PARTITION public.events_9_identity_id_trusted_occurred_at_message_id_idx;

-- Name: events_9_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_9_pkey;

-- Name: events_9_received_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_received_idx ATTACH PARTITION public.events_9_received_at_idx;

-- Name: api_keys api_keys_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER api_keys_audit AFTER INSERT OR DELETE OR UPDATE ON public.api_keys FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: automations automations_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER automations_audit AFTER INSERT OR DELETE OR UPDATE ON public.automations FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: automations automations_compile; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER automations_compile AFTER INSERT OR DELETE OR UPDATE ON public.automations FOR EACH ROW EXECUTE FUNCTION private.compile_automations();

-- Name: identity_moves identity_moves_apply; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER identity_moves_apply AFTER INSERT ON public.identity_moves FOR EACH ROW EXECUTE FUNCTION private.apply_move();

-- Name: identity_moves identity_moves_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER identity_moves_audit AFTER INSERT ON public.identity_moves FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: invitations invitations_apply; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER invitations_apply AFTER INSERT OR UPDATE OF status ON public.invitations FOR EACH ROW EXECUTE FUNCTION private.apply_invitation();

-- Name: invitations invitations_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER invitations_audit AFTER INSERT OR DELETE ON public.invitations FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: member_changes member_changes_apply; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER member_changes_apply AFTER INSERT ON public.member_changes FOR EACH ROW EXECUTE FUNCTION private.apply_member_change();

-- Name: members members_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER members_audit AFTER INSERT OR DELETE OR UPDATE ON public.members FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: rescore_requests rescore_requests_accept; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER rescore_requests_accept AFTER INSERT ON public.rescore_requests FOR EACH ROW EXECUTE FUNCTION private.accept_rescore_request();

-- Name: rule_drafts rule_drafts_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER rule_drafts_audit AFTER INSERT OR UPDATE ON public.rule_drafts FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: rule_drafts rule_drafts_handle; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER rule_drafts_handle AFTER INSERT OR UPDATE OF rules, decision ON public.rule_drafts FOR EACH ROW EXECUTE FUNCTION private.handle_draft();

-- Name: saved_views saved_views_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER saved_views_audit AFTER INSERT OR DELETE OR UPDATE ON public.saved_views FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: saved_views saved_views_limit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER saved_views_limit AFTER INSERT ON public.saved_views FOR EACH ROW EXECUTE FUNCTION private.limit_saved_views();

-- Name: smtp_settings smtp_settings_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER smtp_settings_audit AFTER INSERT OR DELETE OR UPDATE ON public.smtp_settings FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: stage_pins stage_pins_apply; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER stage_pins_apply AFTER INSERT ON public.stage_pins FOR EACH ROW EXECUTE FUNCTION private.apply_pin();

-- Name: stage_pins stage_pins_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER stage_pins_audit AFTER INSERT ON public.stage_pins FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: suppressions suppressions_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER suppressions_audit AFTER INSERT OR DELETE OR UPDATE ON public.suppressions FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: templates templates_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER templates_audit AFTER INSERT OR DELETE OR UPDATE ON public.templates FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: templates templates_date; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER templates_date BEFORE UPDATE OF name, category, subject, html ON public.templates FOR EACH ROW EXECUTE FUNCTION private.date_change();

-- Name: workspace_requests workspace_requests_found; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER workspace_requests_found AFTER INSERT ON public.workspace_requests FOR EACH ROW EXECUTE FUNCTION private.found_workspace();

-- Name: workspaces workspaces_audit; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER workspaces_audit AFTER UPDATE ON public.workspaces FOR EACH ROW EXECUTE FUNCTION private.audit_change();

-- Name: announcements announcements_policy_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.announcements
    ADD CONSTRAINT announcements_policy_fkey FOREIGN KEY (policy_date) REFERENCES private.policies(policy_date);

-- Name: announcements announcements_user_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.announcements
    ADD CONSTRAINT announcements_user_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

-- Name: api_key_hashes api_key_hashes_api_key_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.api_key_hashes
    ADD CONSTRAINT api_key_hashes_api_key_fkey FOREIGN KEY (api_key_id) REFERENCES public.api_keys(id) ON DELETE CASCADE;

-- Name: checkouts checkouts_workspace_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.checkouts
    ADD CONSTRAINT checkouts_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: compiled_rules compiled_rules_workspace_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.compiled_rules
    ADD CONSTRAINT compiled_rules_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: export_builds export_builds_export_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.export_builds
    ADD CONSTRAINT export_builds_export_fkey FOREIGN KEY (export_id) REFERENCES public.exports(id) ON DELETE CASCADE;

-- Name: identity_secrets identity_secrets_workspace_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.identity_secrets
    ADD CONSTRAINT identity_secrets_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: notices notices_invitation_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.notices
    ADD CONSTRAINT notices_invitation_fkey FOREIGN KEY (invitation_id) REFERENCES public.invitations(id) ON DELETE CASCADE;

-- Name: notices notices_user_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.notices
    ADD CONSTRAINT notices_user_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

-- Name: notices notices_workspace_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.notices
    ADD CONSTRAINT notices_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: smtp_passwords smtp_passwords_settings_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.smtp_passwords
    ADD CONSTRAINT smtp_passwords_settings_fkey FOREIGN KEY (workspace_id) REFERENCES public.smtp_settings(workspace_id) ON DELETE CASCADE;

-- Name: tombstones tombstones_workspace_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.tombstones
    ADD CONSTRAINT tombstones_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: usage_clock usage_clock_workspace_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.usage_clock
    ADD CONSTRAINT usage_clock_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: api_keys api_keys_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: automations automations_goal_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.automations
    ADD CONSTRAINT automations_goal_fkey FOREIGN KEY (workspace_id, goal_stage_id) REFERENCES public.stages(workspace_id, id);

-- Name: automations automations_stage_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.automations
    ADD CONSTRAINT automations_stage_fkey FOREIGN KEY (workspace_id, entering_stage_id) REFERENCES public.stages(workspace_id, id) ON DELETE CASCADE;

-- Name: automations automations_template_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.automations
    ADD CONSTRAINT automations_template_fkey FOREIGN KEY (workspace_id, template_id) REFERENCES public.templates(workspace_id, id);

-- Name: erased_identities erased_identities_erasure_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.erased_identities
    ADD CONSTRAINT erased_identities_erasure_fkey FOREIGN KEY (erasure_id) REFERENCES public.erasures(id) ON DELETE CASCADE;

-- Name: erasures erasures_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: exports exports_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: fit_rules fit_rules_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.fit_rules
    ADD CONSTRAINT fit_rules_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: invitations invitations_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: member_changes member_changes_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.member_changes
    ADD CONSTRAINT member_changes_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: members members_user_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_user_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

-- Name: members members_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: messages messages_template_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_template_fkey FOREIGN KEY (workspace_id, template_id) REFERENCES public.templates(workspace_id, id) ON DELETE SET NULL (template_id);

-- Name: payments payments_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: plan_variants plan_variants_plan_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.plan_variants
    ADD CONSTRAINT plan_variants_plan_fkey FOREIGN KEY (plan) REFERENCES public.plans(name);

-- Name: rescore_requests rescore_requests_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rescore_requests
    ADD CONSTRAINT rescore_requests_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: rescores rescores_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rescores
    ADD CONSTRAINT rescores_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: rule_draft_mails rule_draft_mails_draft_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rule_draft_mails
    ADD CONSTRAINT rule_draft_mails_draft_fkey FOREIGN KEY (draft_id) REFERENCES public.rule_drafts(id) ON DELETE CASCADE;

-- Name: rule_draft_moves rule_draft_moves_draft_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rule_draft_moves
    ADD CONSTRAINT rule_draft_moves_draft_fkey FOREIGN KEY (draft_id) REFERENCES public.rule_drafts(id) ON DELETE CASCADE;

-- Name: rule_drafts rule_drafts_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rule_drafts
    ADD CONSTRAINT rule_drafts_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: saved_views saved_views_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: score_rules score_rules_signal_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.score_rules
    ADD CONSTRAINT score_rules_signal_fkey FOREIGN KEY (workspace_id, signal) REFERENCES public.signals(workspace_id, number);

-- Name: signals signals_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signals
    ADD CONSTRAINT signals_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: smtp_settings smtp_settings_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.smtp_settings
    ADD CONSTRAINT smtp_settings_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: stage_pins stage_pins_stage_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stage_pins
    ADD CONSTRAINT stage_pins_stage_fkey FOREIGN KEY (workspace_id, stage_id) REFERENCES public.stages(workspace_id, id) ON DELETE CASCADE;

-- Name: stages stages_signal_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_signal_fkey FOREIGN KEY (workspace_id, signal) REFERENCES public.signals(workspace_id, number);

-- Name: stages stages_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: subscriptions subscriptions_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: suppressions suppressions_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: templates templates_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: usage_warnings usage_warnings_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.usage_warnings
    ADD CONSTRAINT usage_warnings_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: usage usage_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.usage
    ADD CONSTRAINT usage_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: workspace_requests workspace_requests_kind_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.workspace_requests
    ADD CONSTRAINT workspace_requests_kind_fkey FOREIGN KEY (kind) REFERENCES public.rule_templates(kind);

-- Name: decay_factors Members of any workspace see how points fade; Type: POLICY; Schema: private; Owner: -

CREATE POLICY "Members of any workspace see how points fade" ON private.decay_factors FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: notices Members see what became of mail to whom they invited; Type: POLICY; Schema: private; Owner: -

CREATE POLICY "Members see what became of mail to whom they invited" ON private.notices FOR SELECT TO authenticated USING (((invitation_id IS NOT NULL) AND (workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid))))));

-- Name: identity_secrets Members see whether there is an identity secret; Type: POLICY; Schema: private; Owner: -

CREATE POLICY "Members see whether there is an identity secret" ON private.identity_secrets FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: identity_secrets Owners change the identity secret; Type: POLICY; Schema: private; Owner: -

CREATE POLICY "Owners change the identity secret" ON private.identity_secrets FOR UPDATE TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = 'owner'::text)))));

-- Name: api_key_hashes Owners give their keys a hash; Type: POLICY; Schema: private; Owner: -

CREATE POLICY "Owners give their keys a hash" ON private.api_key_hashes FOR INSERT TO authenticated WITH CHECK ((api_key_id IN ( SELECT k.id
   FROM public.api_keys k
  WHERE (k.workspace_id IN ( SELECT members.workspace_id
           FROM public.members
          WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = 'owner'::text)))))));

-- Name: identity_secrets Owners set the identity secret; Type: POLICY; Schema: private; Owner: -

CREATE POLICY "Owners set the identity secret" ON private.identity_secrets FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = 'owner'::text)))));

-- Name: announcements; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.announcements ENABLE ROW LEVEL SECURITY;

-- Name: api_key_hashes; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.api_key_hashes ENABLE ROW LEVEL SECURITY;

-- Name: checkouts; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.checkouts ENABLE ROW LEVEL SECURITY;

-- Name: compiled_rules; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.compiled_rules ENABLE ROW LEVEL SECURITY;

-- Name: decay_factors; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.decay_factors ENABLE ROW LEVEL SECURITY;

-- Name: drift_checks; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.drift_checks ENABLE ROW LEVEL SECURITY;

-- Name: export_builds; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.export_builds ENABLE ROW LEVEL SECURITY;

-- Name: export_exclusions; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.export_exclusions ENABLE ROW LEVEL SECURITY;

-- Name: identity_secrets; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.identity_secrets ENABLE ROW LEVEL SECURITY;

-- Name: invitation_mails; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.invitation_mails ENABLE ROW LEVEL SECURITY;

-- Name: metering; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.metering ENABLE ROW LEVEL SECURITY;

-- Name: notices; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.notices ENABLE ROW LEVEL SECURITY;

-- Name: policies; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.policies ENABLE ROW LEVEL SECURITY;

-- Name: reconciliation; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.reconciliation ENABLE ROW LEVEL SECURITY;

-- Name: smtp_passwords; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.smtp_passwords ENABLE ROW LEVEL SECURITY;

-- Name: subscription_orders; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.subscription_orders ENABLE ROW LEVEL SECURITY;

-- Name: tombstones; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.tombstones ENABLE ROW LEVEL SECURITY;

-- Name: usage_clock; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.usage_clock ENABLE ROW LEVEL SECURITY;

-- Name: members A user sees their own memberships; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "A user sees their own memberships" ON public.members FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

-- Name: audit_log Members log which contacts they look at; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members log which contacts they look at" ON public.audit_log FOR INSERT TO authenticated WITH CHECK (((actor = ('member:'::text || ( SELECT auth.uid() AS uid))) AND (action = 'contact.access'::text) AND (workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))) AND (EXISTS ( SELECT
   FROM public.identities i
  WHERE ((i.id = audit_log.contact_id) AND (i.workspace_id = audit_log.workspace_id))))));

-- Name: plans Members of any workspace see the plans; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members of any workspace see the plans" ON public.plans FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: rule_templates Members of any workspace see the templates of rules; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members of any workspace see the templates of rules" ON public.rule_templates FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: plan_variants Members of any workspace see what can be bought; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members of any workspace see what can be bought" ON public.plan_variants FOR SELECT TO authenticated USING ((EXISTS ( SELECT
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: rescores Members see how far a re-score got; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how far a re-score got" ON public.rescores FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: identity_links Members see how identities were linked; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how identities were linked" ON public.identity_links FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: rule_draft_mails Members see how many mails would follow; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how many mails would follow" ON public.rule_draft_mails FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: redactions Members see how much was taken out of their events; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how much was taken out of their events" ON public.redactions FOR SELECT TO authenticated USING (((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))) AND (( SELECT (NOT (EXISTS ( SELECT
           FROM public.erased_identities)))) OR (EXISTS ( SELECT
   FROM public.events e
  WHERE ((e.workspace_id = redactions.workspace_id) AND (e.message_id = redactions.message_id) AND (e.trusted = redactions.trusted)))))));

-- Name: signal_counts Members see how often signals were counted; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how often signals were counted" ON public.signal_counts FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: workspace_requests Members see how their workspace began; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how their workspace began" ON public.workspace_requests FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: payments Members see how their workspace's payments went; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how their workspace's payments went" ON public.payments FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: invitations Members see invitations, and so does who is invited; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see invitations, and so does who is invited" ON public.invitations FOR SELECT TO authenticated USING (((email = lower((( SELECT auth.jwt() AS jwt) ->> 'email'::text))) OR (workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid))))));

-- Name: contacts Members see their contacts; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their contacts" ON public.contacts FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: identities Members see their contacts' identities; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their contacts' identities" ON public.identities FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: contact_states Members see their contacts' scores and stages; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their contacts' scores and stages" ON public.contact_states FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: stage_events Members see their contacts' stage events; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their contacts' stage events" ON public.stage_events FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: traits Members see their contacts' traits; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their contacts' traits" ON public.traits FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: transitions Members see their contacts' transitions; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their contacts' transitions" ON public.transitions FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: workspaces Members see their workspace; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace" ON public.workspaces FOR SELECT TO authenticated USING ((id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: automations Members see their workspace's automations; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's automations" ON public.automations FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: rule_drafts Members see their workspace's drafts of rules; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's drafts of rules" ON public.rule_drafts FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: events Members see their workspace's events; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's events" ON public.events FOR SELECT TO authenticated USING (((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))) AND (NOT (identity_id IN ( SELECT erased_identities.identity_id
   FROM public.erased_identities)))));

-- Name: fit_rules Members see their workspace's fit rules; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's fit rules" ON public.fit_rules FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: api_keys Members see their workspace's keys; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's keys" ON public.api_keys FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: messages Members see their workspace's messages; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's messages" ON public.messages FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: saved_views Members see their workspace's saved views; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's saved views" ON public.saved_views FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: score_rules Members see their workspace's score rules; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's score rules" ON public.score_rules FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: signals Members see their workspace's signals; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's signals" ON public.signals FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: stages Members see their workspace's stages; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's stages" ON public.stages FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: subscriptions Members see their workspace's subscriptions; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's subscriptions" ON public.subscriptions FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: templates Members see their workspace's templates; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's templates" ON public.templates FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: message_events Members see what became of their workspace's messages; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see what became of their workspace's messages" ON public.message_events FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: score_history Members see what their contacts' scores were; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see what their contacts' scores were" ON public.score_history FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: usage Members see what their workspace uses; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see what their workspace uses" ON public.usage FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: usage_warnings Members see what their workspace was warned of; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see what their workspace was warned of" ON public.usage_warnings FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: rejections Members see what was refused in the last 24 hours; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see what was refused in the last 24 hours" ON public.rejections FOR SELECT TO authenticated USING (((received_at > (now() - '24:00:00'::interval)) AND (workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid))))));

-- Name: deletion_requests Members see whether their workspace is being deleted; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see whether their workspace is being deleted" ON public.deletion_requests FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: erased_identities Members see which identities are being erased; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see which identities are being erased" ON public.erased_identities FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: identity_moves Members see which identities were moved; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see which identities were moved" ON public.identity_moves FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: rescore_requests Members see who asked for a re-score; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see who asked for a re-score" ON public.rescore_requests FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: member_changes Members see who changed what of whom; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see who changed what of whom" ON public.member_changes FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: stage_pins Members see who was pinned to which stage; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see who was pinned to which stage" ON public.stage_pins FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: rule_draft_moves Members see who would move; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see who would move" ON public.rule_draft_moves FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: suppressions Members see whom not to mail; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see whom not to mail" ON public.suppressions FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: rescore_requests Owners and admins ask for a re-score; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins ask for a re-score" ON public.rescore_requests FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: automations Owners and admins change automations; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins change automations" ON public.automations FOR UPDATE TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: saved_views Owners and admins change saved views; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins change saved views" ON public.saved_views FOR UPDATE TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: templates Owners and admins change templates; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins change templates" ON public.templates FOR UPDATE TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: workspaces Owners and admins change their workspace's settings; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins change their workspace's settings" ON public.workspaces FOR UPDATE TO authenticated USING ((id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: rule_drafts Owners and admins change, publish and discard drafts; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins change, publish and discard drafts" ON public.rule_drafts FOR UPDATE TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: automations Owners and admins delete automations; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins delete automations" ON public.automations FOR DELETE TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: saved_views Owners and admins delete saved views; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins delete saved views" ON public.saved_views FOR DELETE TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: templates Owners and admins delete templates; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins delete templates" ON public.templates FOR DELETE TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: rule_drafts Owners and admins draft rules; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins draft rules" ON public.rule_drafts FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: suppressions Owners and admins lift what was suppressed by hand; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins lift what was suppressed by hand" ON public.suppressions FOR DELETE TO authenticated USING (((reason = 'by_hand'::text) AND (workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text])))))));

-- Name: automations Owners and admins make automations; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins make automations" ON public.automations FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: identity_moves Owners and admins move identities; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins move identities" ON public.identity_moves FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: stage_pins Owners and admins pin contacts to stages in use; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins pin contacts to stages in use" ON public.stage_pins FOR INSERT TO authenticated WITH CHECK (((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))) AND ((stage_id IS NULL) OR (EXISTS ( SELECT
   FROM public.stages g
  WHERE ((g.workspace_id = stage_pins.workspace_id) AND (g.id = stage_pins.stage_id) AND (g."position" IS NOT NULL)))))));

-- Name: messages Owners and admins queue messages; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins queue messages" ON public.messages FOR INSERT TO authenticated WITH CHECK (((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))) AND (workspace_id IN ( SELECT workspaces.id
   FROM public.workspaces
  WHERE (workspaces.deletion_requested_at IS NULL))) AND (EXISTS ( SELECT
   FROM public.identities i
  WHERE ((i.id = messages.contact_id) AND (i.workspace_id = messages.workspace_id))))));

-- Name: saved_views Owners and admins save views; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins save views" ON public.saved_views FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: erasures Owners and admins see the receipts of erasures; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins see the receipts of erasures" ON public.erasures FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: smtp_settings Owners and admins see their workspace's SMTP settings; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins see their workspace's SMTP settings" ON public.smtp_settings FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: audit_log Owners and admins see what was done; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins see what was done" ON public.audit_log FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: templates Owners and admins write templates; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins write templates" ON public.templates FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: member_changes Owners change members, and everybody may leave; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners change members, and everybody may leave" ON public.member_changes FOR INSERT TO authenticated WITH CHECK (((changed_by = ( SELECT auth.uid() AS uid)) AND (workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND ((members.role = 'owner'::text) OR ((member_changes.user_id = ( SELECT auth.uid() AS uid)) AND (member_changes.role IS NULL))))))));

-- Name: invitations Owners invite; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners invite" ON public.invitations FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = 'owner'::text)))));

-- Name: api_keys Owners make keys; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners make keys" ON public.api_keys FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = 'owner'::text)))));

-- Name: api_keys Owners revoke keys and say where publishable ones may be used; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners revoke keys and say where publishable ones may be used" ON public.api_keys FOR UPDATE TO authenticated USING (((revoked_at IS NULL) AND (workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = 'owner'::text)))))) WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = 'owner'::text)))));

-- Name: exports Owners see what was exported; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners see what was exported" ON public.exports FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = 'owner'::text)))));

-- Name: invitations Owners take invitations back, and who is invited declines; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners take invitations back, and who is invited declines" ON public.invitations FOR DELETE TO authenticated USING (((email = lower((( SELECT auth.jwt() AS jwt) ->> 'email'::text))) OR (workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = 'owner'::text))))));

-- Name: invitations Who is invited accepts, while it holds; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Who is invited accepts, while it holds" ON public.invitations FOR UPDATE TO authenticated USING (((status = 'open'::text) AND (expires_at > now()) AND (email = lower((( SELECT auth.jwt() AS jwt) ->> 'email'::text))))) WITH CHECK ((status = 'accepted'::text));

-- Name: workspace_requests Whoever is signed in may ask for a workspace; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Whoever is signed in may ask for a workspace" ON public.workspace_requests FOR INSERT TO authenticated WITH CHECK ((requested_by = ( SELECT auth.uid() AS uid)));

-- Name: api_keys; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

-- Name: audit_log; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;

-- Name: automations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.automations ENABLE ROW LEVEL SECURITY;

-- Name: contact_states; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.contact_states ENABLE ROW LEVEL SECURITY;

-- Name: contacts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.contacts ENABLE ROW LEVEL SECURITY;

-- Name: deletion_requests; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.deletion_requests ENABLE ROW LEVEL SECURITY;

-- Name: erased_identities; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.erased_identities ENABLE ROW LEVEL SECURITY;

-- Name: erasures; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.erasures ENABLE ROW LEVEL SECURITY;

-- Name: events; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;

-- Name: events_0; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_0 ENABLE ROW LEVEL SECURITY;

-- Name: events_1; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_1 ENABLE ROW LEVEL SECURITY;

-- Name: events_10; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_10 ENABLE ROW LEVEL SECURITY;

-- Name: events_11; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_11 ENABLE ROW LEVEL SECURITY;

-- Name: events_12; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_12 ENABLE ROW LEVEL SECURITY;

-- Name: events_13; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_13 ENABLE ROW LEVEL SECURITY;

-- Name: events_14; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_14 ENABLE ROW LEVEL SECURITY;

-- Name: events_15; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_15 ENABLE ROW LEVEL SECURITY;

-- Name: events_2; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_2 ENABLE ROW LEVEL SECURITY;

-- Name: events_3; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_3 ENABLE ROW LEVEL SECURITY;

-- Name: events_4; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_4 ENABLE ROW LEVEL SECURITY;

-- Name: events_5; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_5 ENABLE ROW LEVEL SECURITY;

-- Name: events_6; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_6 ENABLE ROW LEVEL SECURITY;

-- Name: events_7; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_7 ENABLE ROW LEVEL SECURITY;

-- Name: events_8; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_8 ENABLE ROW LEVEL SECURITY;

-- Name: events_9; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.events_9 ENABLE ROW LEVEL SECURITY;

-- Name: exports; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.exports ENABLE ROW LEVEL SECURITY;

-- Name: fit_rules; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.fit_rules ENABLE ROW LEVEL SECURITY;

-- Name: identities; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.identities ENABLE ROW LEVEL SECURITY;

-- Name: identity_links; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.identity_links ENABLE ROW LEVEL SECURITY;

-- Name: identity_moves; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.identity_moves ENABLE ROW LEVEL SECURITY;

-- Name: invitations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

-- Name: member_changes; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.member_changes ENABLE ROW LEVEL SECURITY;

-- Name: members; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.members ENABLE ROW LEVEL SECURITY;

-- Name: message_events; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.message_events ENABLE ROW LEVEL SECURITY;

-- Name: messages; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;

-- Name: payments; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.payments ENABLE ROW LEVEL SECURITY;

-- Name: plan_variants; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.plan_variants ENABLE ROW LEVEL SECURITY;

-- Name: plans; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.plans ENABLE ROW LEVEL SECURITY;

-- Name: redactions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.redactions ENABLE ROW LEVEL SECURITY;

-- Name: rejections; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.rejections ENABLE ROW LEVEL SECURITY;

-- Name: rescore_requests; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.rescore_requests ENABLE ROW LEVEL SECURITY;

-- Name: rescores; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.rescores ENABLE ROW LEVEL SECURITY;

-- Name: rule_draft_mails; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.rule_draft_mails ENABLE ROW LEVEL SECURITY;

-- Name: rule_draft_moves; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.rule_draft_moves ENABLE ROW LEVEL SECURITY;

-- Name: rule_drafts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.rule_drafts ENABLE ROW LEVEL SECURITY;

-- Name: rule_templates; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.rule_templates ENABLE ROW LEVEL SECURITY;

-- Name: saved_views; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.saved_views ENABLE ROW LEVEL SECURITY;

-- Name: score_history; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.score_history ENABLE ROW LEVEL SECURITY;

-- Name: score_rules; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.score_rules ENABLE ROW LEVEL SECURITY;

-- Name: signal_counts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.signal_counts ENABLE ROW LEVEL SECURITY;

-- Name: signals; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.signals ENABLE ROW LEVEL SECURITY;

-- Name: smtp_settings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.smtp_settings ENABLE ROW LEVEL SECURITY;

-- Name: stage_events; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.stage_events ENABLE ROW LEVEL SECURITY;

-- Name: stage_pins; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.stage_pins ENABLE ROW LEVEL SECURITY;

-- Name: stages; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.stages ENABLE ROW LEVEL SECURITY;

-- Name: subscriptions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.subscriptions ENABLE ROW LEVEL SECURITY;

-- Name: suppressions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.suppressions ENABLE ROW LEVEL SECURITY;

-- Name: templates; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.templates ENABLE ROW LEVEL SECURITY;

-- Name: traits; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.traits ENABLE ROW LEVEL SECURITY;

-- Name: transitions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.transitions ENABLE ROW LEVEL SECURITY;

-- Name: usage; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.usage ENABLE ROW LEVEL SECURITY;

-- Name: usage_warnings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.usage_warnings ENABLE ROW LEVEL SECURITY;

-- Name: workspace_requests; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.workspace_requests ENABLE ROW LEVEL SECURITY;

-- Name: workspaces; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.workspaces ENABLE ROW LEVEL SECURITY;

-- Name: SCHEMA private; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA private TO service_role;
GRANT USAGE ON SCHEMA private TO authenticated;

-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA public TO anon;
GRANT USAGE ON SCHEMA public TO authenticated;
GRANT USAGE ON SCHEMA public TO service_role;

-- Name: FUNCTION accept_rescore_request(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.accept_rescore_request() FROM PUBLIC;

-- Name: FUNCTION account_of_address(p_email text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.account_of_address(p_email text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.account_of_address(p_email text) TO service_role;

-- Name: FUNCTION actor_of_key(p_key_hash text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.actor_of_key(p_key_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.actor_of_key(p_key_hash text) TO service_role;

-- Name: FUNCTION add_starter_mail(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.add_starter_mail(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.add_starter_mail(p_workspace uuid) TO service_role;

-- Name: TABLE subscriptions; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.subscriptions TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.subscriptions TO service_role;

-- Name: FUNCTION add_subscription(p_workspace uuid, p_said public.subscriptions, p_is_guessed boolean); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.add_subscription(p_workspace uuid, p_said public.subscriptions, p_is_guessed boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION private.add_subscription(p_workspace uuid, p_said public.subscriptions, p_is_guessed boolean) TO service_role;

-- Name: FUNCTION added_counts(p_counts jsonb, p_more jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.added_counts(p_counts jsonb, p_more jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.added_counts(p_counts jsonb, p_more jsonb) TO service_role;

-- Name: FUNCTION address_before(p_workspace uuid, p_identities uuid[], p_known jsonb, p_trusted boolean, p_at timestamp with time zone, p_key text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.address_before(p_workspace uuid, p_identities uuid[], p_known jsonb, p_trusted boolean, p_at timestamp with time zone, p_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.address_before(p_workspace uuid, p_identities uuid[], p_known jsonb, p_trusted boolean, p_at timestamp with time zone, p_key text) TO authenticated;

-- Name: FUNCTION address_named(p_workspace uuid, p_lookup jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.address_named(p_workspace uuid, p_lookup jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.address_named(p_workspace uuid, p_lookup jsonb) TO authenticated;
GRANT ALL ON FUNCTION private.address_named(p_workspace uuid, p_lookup jsonb) TO service_role;

-- Name: FUNCTION address_of_user(p_user uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.address_of_user(p_user uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.address_of_user(p_user uuid) TO service_role;

-- Name: FUNCTION addresses_named(p_workspace uuid, p_identities uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.addresses_named(p_workspace uuid, p_identities uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.addresses_named(p_workspace uuid, p_identities uuid[]) TO authenticated;
GRANT ALL ON FUNCTION private.addresses_named(p_workspace uuid, p_identities uuid[]) TO service_role;

-- Name: FUNCTION addresses_of(p_workspace uuid, p_contact uuid, p_identities uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.addresses_of(p_workspace uuid, p_contact uuid, p_identities uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.addresses_of(p_workspace uuid, p_contact uuid, p_identities uuid[]) TO service_role;

-- Name: TABLE messages; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.messages TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.messages TO service_role;

-- Name: COLUMN messages.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.contact_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(contact_id) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.idempotency_key; Type: ACL; Schema: public; Owner: -

GRANT INSERT(idempotency_key) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.template_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(template_id) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.variables; Type: ACL; Schema: public; Owner: -

GRANT INSERT(variables) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.category; Type: ACL; Schema: public; Owner: -

GRANT INSERT(category) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.to_address; Type: ACL; Schema: public; Owner: -

GRANT INSERT(to_address) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.subject; Type: ACL; Schema: public; Owner: -

GRANT INSERT(subject) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.html; Type: ACL; Schema: public; Owner: -

GRANT INSERT(html) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.plain_text; Type: ACL; Schema: public; Owner: -

GRANT INSERT(plain_text) ON TABLE public.messages TO authenticated;

-- Name: COLUMN messages.send_at; Type: ACL; Schema: public; Owner: -

GRANT INSERT(send_at) ON TABLE public.messages TO authenticated;

-- Name: FUNCTION admit_message(p_message public.messages, p_address_key text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.admit_message(p_message public.messages, p_address_key text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.admit_message(p_message public.messages, p_address_key text, p_now timestamp with time zone) TO service_role;

-- Name: TABLE compiled_rules; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.compiled_rules TO service_role;

-- Name: FUNCTION age_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.age_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.age_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION apply_invitation(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.apply_invitation() FROM PUBLIC;

-- Name: FUNCTION apply_member_change(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.apply_member_change() FROM PUBLIC;

-- Name: FUNCTION apply_move(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.apply_move() FROM PUBLIC;

-- Name: FUNCTION apply_pin(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.apply_pin() FROM PUBLIC;

-- Name: FUNCTION apply_rules(p_workspace uuid, p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.apply_rules(p_workspace uuid, p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.apply_rules(p_workspace uuid, p_document jsonb) TO service_role;

-- Name: FUNCTION apply_subscription(p_workspace uuid, p_said public.subscriptions, p_asked_at timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.apply_subscription(p_workspace uuid, p_said public.subscriptions, p_asked_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.apply_subscription(p_workspace uuid, p_said public.subscriptions, p_asked_at timestamp with time zone) TO service_role;

-- Name: FUNCTION as_typed(p_name text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.as_typed(p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.as_typed(p_name text) TO service_role;

-- Name: FUNCTION audit(p_workspace uuid, p_action text, p_contact uuid, p_actor text, p_detail jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.audit(p_workspace uuid, p_action text, p_contact uuid, p_actor text, p_detail jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.audit(p_workspace uuid, p_action text, p_contact uuid, p_actor text, p_detail jsonb) TO authenticated;
GRANT ALL ON FUNCTION private.audit(p_workspace uuid, p_action text, p_contact uuid, p_actor text, p_detail jsonb) TO service_role;

-- Name: FUNCTION audit_change(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.audit_change() FROM PUBLIC;

-- Name: FUNCTION authenticate(p_key_hash text, p_origin text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.authenticate(p_key_hash text, p_origin text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.authenticate(p_key_hash text, p_origin text) TO service_role;

-- Name: FUNCTION automation_refusal(p_message public.messages, p_contact uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.automation_refusal(p_message public.messages, p_contact uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.automation_refusal(p_message public.messages, p_contact uuid) TO service_role;

-- Name: TABLE transitions; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.transitions TO authenticated;
GRANT SELECT,INSERT,DELETE ON TABLE public.transitions TO service_role;

-- Name: COLUMN transitions.previous_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(previous_at) ON TABLE public.transitions TO service_role;

-- Name: FUNCTION away_before(p_entry public.transitions); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.away_before(p_entry public.transitions) FROM PUBLIC;
GRANT ALL ON FUNCTION private.away_before(p_entry public.transitions) TO authenticated;
GRANT ALL ON FUNCTION private.away_before(p_entry public.transitions) TO service_role;

-- Name: TABLE rule_drafts; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.rule_drafts TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_drafts TO service_role;

-- Name: COLUMN rule_drafts.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.rule_drafts TO authenticated;

-- Name: COLUMN rule_drafts.rules; Type: ACL; Schema: public; Owner: -

GRANT INSERT(rules),UPDATE(rules) ON TABLE public.rule_drafts TO authenticated;

-- Name: COLUMN rule_drafts.decision; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(decision) ON TABLE public.rule_drafts TO authenticated;

-- Name: FUNCTION begin_draft(p_draft public.rule_drafts); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.begin_draft(p_draft public.rule_drafts) FROM PUBLIC;
GRANT ALL ON FUNCTION private.begin_draft(p_draft public.rule_drafts) TO service_role;

-- Name: FUNCTION begin_rescore(p_workspace uuid, p_recount boolean, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.begin_rescore(p_workspace uuid, p_recount boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.begin_rescore(p_workspace uuid, p_recount boolean, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION begin_with_rules(p_workspace uuid, p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.begin_with_rules(p_workspace uuid, p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.begin_with_rules(p_workspace uuid, p_document jsonb) TO service_role;

-- Name: FUNCTION bring_up_to_date(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.bring_up_to_date(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.bring_up_to_date(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION bury(p_workspace uuid, p_identities uuid[], p_addresses text[], p_key text, p_until timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.bury(p_workspace uuid, p_identities uuid[], p_addresses text[], p_key text, p_until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.bury(p_workspace uuid, p_identities uuid[], p_addresses text[], p_key text, p_until timestamp with time zone) TO service_role;

-- Name: TABLE workspaces; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.workspaces TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workspaces TO service_role;

-- Name: COLUMN workspaces.name; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(name) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.reply_to; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(reply_to) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.postal_address; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(postal_address) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.require_verification; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(require_verification) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.redact; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(redact) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.marketing_cap; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(marketing_cap) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.quiet_from; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(quiet_from) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.quiet_to; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(quiet_to) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.time_zone; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(time_zone) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.mail_claimed; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(mail_claimed) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.claimed_a_day; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(claimed_a_day) ON TABLE public.workspaces TO authenticated;

-- Name: COLUMN workspaces.website; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(website) ON TABLE public.workspaces TO authenticated;

-- Name: FUNCTION capped_until(p_workspace public.workspaces, p_address_hash text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.capped_until(p_workspace public.workspaces, p_address_hash text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.capped_until(p_workspace public.workspaces, p_address_hash text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION carrier(p_message public.messages); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.carrier(p_message public.messages) FROM PUBLIC;
GRANT ALL ON FUNCTION private.carrier(p_message public.messages) TO service_role;

-- Name: FUNCTION changes_structure(p_workspace uuid, p_messages private.message[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.changes_structure(p_workspace uuid, p_messages private.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.changes_structure(p_workspace uuid, p_messages private.message[]) TO service_role;

-- Name: FUNCTION claimed_until(p_workspace public.workspaces, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.claimed_until(p_workspace public.workspaces, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.claimed_until(p_workspace public.workspaces, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION compile_automations(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.compile_automations() FROM PUBLIC;

-- Name: FUNCTION compile_rules(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.compile_rules(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.compile_rules(p_workspace uuid) TO service_role;

-- Name: FUNCTION compiled(p_workspace uuid, p_version integer, p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.compiled(p_workspace uuid, p_version integer, p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.compiled(p_workspace uuid, p_version integer, p_document jsonb) TO service_role;
GRANT ALL ON FUNCTION private.compiled(p_workspace uuid, p_version integer, p_document jsonb) TO authenticated;

-- Name: FUNCTION compiled_draft(p_draft public.rule_drafts); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.compiled_draft(p_draft public.rule_drafts) FROM PUBLIC;
GRANT ALL ON FUNCTION private.compiled_draft(p_draft public.rule_drafts) TO service_role;

-- Name: FUNCTION completed_rules(p_workspace uuid, p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.completed_rules(p_workspace uuid, p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.completed_rules(p_workspace uuid, p_document jsonb) TO service_role;

-- Name: TABLE identities; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.identities TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identities TO service_role;

-- Name: FUNCTION contact_by_messages(p_identity public.identities); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.contact_by_messages(p_identity public.identities) FROM PUBLIC;
GRANT ALL ON FUNCTION private.contact_by_messages(p_identity public.identities) TO service_role;

-- Name: FUNCTION contact_named(p_workspace uuid, p_lookup jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.contact_named(p_workspace uuid, p_lookup jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.contact_named(p_workspace uuid, p_lookup jsonb) TO authenticated;
GRANT ALL ON FUNCTION private.contact_named(p_workspace uuid, p_lookup jsonb) TO service_role;

-- Name: FUNCTION contacts_between(p_workspace uuid, p_few uuid[], p_stage uuid, p_from private.place, p_to private.place, p_shown uuid[], p_look integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.contacts_between(p_workspace uuid, p_few uuid[], p_stage uuid, p_from private.place, p_to private.place, p_shown uuid[], p_look integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.contacts_between(p_workspace uuid, p_few uuid[], p_stage uuid, p_from private.place, p_to private.place, p_shown uuid[], p_look integer) TO authenticated;

-- Name: FUNCTION contacts_counted(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.contacts_counted(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.contacts_counted(p_workspace uuid) TO authenticated;
GRANT ALL ON FUNCTION private.contacts_counted(p_workspace uuid) TO service_role;

-- Name: FUNCTION correct_guess(p_subscription text, p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.correct_guess(p_subscription text, p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.correct_guess(p_subscription text, p_workspace uuid) TO service_role;

-- Name: FUNCTION count_back(p_workspace uuid, p_contacts uuid[], p_signals smallint[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.count_back(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.count_back(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) TO service_role;

-- Name: TABLE notices; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.notices TO service_role;

-- Name: COLUMN notices.workspace_id; Type: ACL; Schema: private; Owner: -

GRANT SELECT(workspace_id) ON TABLE private.notices TO authenticated;

-- Name: COLUMN notices.status; Type: ACL; Schema: private; Owner: -

GRANT SELECT(status) ON TABLE private.notices TO authenticated;

-- Name: COLUMN notices.send_at; Type: ACL; Schema: private; Owner: -

GRANT SELECT(send_at) ON TABLE private.notices TO authenticated;

-- Name: COLUMN notices.invitation_id; Type: ACL; Schema: private; Owner: -

GRANT SELECT(invitation_id) ON TABLE private.notices TO authenticated;

-- Name: COLUMN notices.reason; Type: ACL; Schema: private; Owner: -

GRANT SELECT(reason) ON TABLE private.notices TO authenticated;

-- Name: COLUMN notices.sent_at; Type: ACL; Schema: private; Owner: -

GRANT SELECT(sent_at) ON TABLE private.notices TO authenticated;

-- Name: FUNCTION count_invitation_mail(p_notice private.notices, p_address_key text, p_limits jsonb, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.count_invitation_mail(p_notice private.notices, p_address_key text, p_limits jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.count_invitation_mail(p_notice private.notices, p_address_key text, p_limits jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION count_signals(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_today date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.count_signals(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_today date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.count_signals(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_today date) TO service_role;

-- Name: FUNCTION counts_by_events(p_workspace uuid, p_contacts uuid[], p_signals smallint[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.counts_by_events(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.counts_by_events(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) TO service_role;

-- Name: FUNCTION date_change(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.date_change() FROM PUBLIC;

-- Name: FUNCTION days_to_change(p_gained double precision, p_free double precision, p_uncapping double precision, p_owed double precision, p_loss double precision, p_rise double precision, p_half_life double precision); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.days_to_change(p_gained double precision, p_free double precision, p_uncapping double precision, p_owed double precision, p_loss double precision, p_rise double precision, p_half_life double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION private.days_to_change(p_gained double precision, p_free double precision, p_uncapping double precision, p_owed double precision, p_loss double precision, p_rise double precision, p_half_life double precision) TO service_role;
GRANT ALL ON FUNCTION private.days_to_change(p_gained double precision, p_free double precision, p_uncapping double precision, p_owed double precision, p_loss double precision, p_rise double precision, p_half_life double precision) TO authenticated;

-- Name: FUNCTION decay(p_age integer, p_half_life_days smallint); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.decay(p_age integer, p_half_life_days smallint) FROM PUBLIC;
GRANT ALL ON FUNCTION private.decay(p_age integer, p_half_life_days smallint) TO service_role;
GRANT ALL ON FUNCTION private.decay(p_age integer, p_half_life_days smallint) TO authenticated;

-- Name: FUNCTION delete_lone_accounts(p_users uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.delete_lone_accounts(p_users uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.delete_lone_accounts(p_users uuid[]) TO service_role;

-- Name: FUNCTION delete_of_identities(p_workspace uuid, p_identities uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.delete_of_identities(p_workspace uuid, p_identities uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.delete_of_identities(p_workspace uuid, p_identities uuid[]) TO service_role;

-- Name: TABLE deletion_requests; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.deletion_requests TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.deletion_requests TO service_role;

-- Name: FUNCTION deletion_answer(p_request public.deletion_requests); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.deletion_answer(p_request public.deletion_requests) FROM PUBLIC;
GRANT ALL ON FUNCTION private.deletion_answer(p_request public.deletion_requests) TO service_role;

-- Name: FUNCTION deletion_receipt(p_request public.deletion_requests); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.deletion_receipt(p_request public.deletion_requests) FROM PUBLIC;
GRANT ALL ON FUNCTION private.deletion_receipt(p_request public.deletion_requests) TO service_role;

-- Name: TABLE message_events; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.message_events TO authenticated;
GRANT SELECT,INSERT,DELETE ON TABLE public.message_events TO service_role;

-- Name: FUNCTION delivery_answer(p_event public.message_events); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.delivery_answer(p_event public.message_events) FROM PUBLIC;
GRANT ALL ON FUNCTION private.delivery_answer(p_event public.message_events) TO authenticated;
GRANT ALL ON FUNCTION private.delivery_answer(p_event public.message_events) TO service_role;

-- Name: FUNCTION delivery_of(p_kinds text[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.delivery_of(p_kinds text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.delivery_of(p_kinds text[]) TO service_role;

-- Name: FUNCTION draft_changes(p_rules private.compiled_rules, p_contacts uuid[], p_day date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.draft_changes(p_rules private.compiled_rules, p_contacts uuid[], p_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.draft_changes(p_rules private.compiled_rules, p_contacts uuid[], p_day date) TO service_role;

-- Name: FUNCTION drifted_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.drifted_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.drifted_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]) TO service_role;

-- Name: FUNCTION drop_duplicates(p_workspace uuid, p_messages private.message[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.drop_duplicates(p_workspace uuid, p_messages private.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.drop_duplicates(p_workspace uuid, p_messages private.message[]) TO service_role;

-- Name: FUNCTION drop_unused_signals(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.drop_unused_signals(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.drop_unused_signals(p_workspace uuid) TO service_role;

-- Name: FUNCTION ensure_identities(p_workspace uuid, p_messages private.message[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.ensure_identities(p_workspace uuid, p_messages private.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ensure_identities(p_workspace uuid, p_messages private.message[]) TO service_role;

-- Name: TABLE plans; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.plans TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plans TO service_role;

-- Name: FUNCTION entitlements(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.entitlements(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.entitlements(p_workspace uuid, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.entitlements(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION entries(p_document jsonb, p_name text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.entries(p_document jsonb, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.entries(p_document jsonb, p_name text) TO service_role;

-- Name: TABLE erasures; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.erasures TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.erasures TO service_role;

-- Name: FUNCTION erase_contact(p_workspace uuid, p_contact uuid, p_keys jsonb, p_actor text, p_forever boolean, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.erase_contact(p_workspace uuid, p_contact uuid, p_keys jsonb, p_actor text, p_forever boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.erase_contact(p_workspace uuid, p_contact uuid, p_keys jsonb, p_actor text, p_forever boolean, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION erased_places(p_sender private.sender, p_message private.message); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.erased_places(p_sender private.sender, p_message private.message) FROM PUBLIC;
GRANT ALL ON FUNCTION private.erased_places(p_sender private.sender, p_message private.message) TO service_role;

-- Name: FUNCTION event_stage_of(p_rules private.compiled_rules, p_contact uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.event_stage_of(p_rules private.compiled_rules, p_contact uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.event_stage_of(p_rules private.compiled_rules, p_contact uuid) TO service_role;

-- Name: FUNCTION export_end(p_workspace uuid, p_read jsonb, p_after text[], p_rows integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.export_end(p_workspace uuid, p_read jsonb, p_after text[], p_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.export_end(p_workspace uuid, p_read jsonb, p_after text[], p_rows integer) TO service_role;

-- Name: FUNCTION export_of_contact(p_table text, p_columns jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.export_of_contact(p_table text, p_columns jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.export_of_contact(p_table text, p_columns jsonb) TO service_role;

-- Name: FUNCTION export_of_present(p_table text, p_columns jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.export_of_present(p_table text, p_columns jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.export_of_present(p_table text, p_columns jsonb) TO service_role;

-- Name: FUNCTION export_orders(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.export_orders() FROM PUBLIC;
GRANT ALL ON FUNCTION private.export_orders() TO service_role;

-- Name: FUNCTION export_plan(p_of_contact boolean); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.export_plan(p_of_contact boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION private.export_plan(p_of_contact boolean) TO service_role;

-- Name: FUNCTION export_query(p_read jsonb, p_of_contact boolean, p_known integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.export_query(p_read jsonb, p_of_contact boolean, p_known integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.export_query(p_read jsonb, p_of_contact boolean, p_known integer) TO service_role;

-- Name: FUNCTION exports_at_rest(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.exports_at_rest(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.exports_at_rest(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION few_with_trait(p_workspace uuid, p_filter private.trait_filter, p_most integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.few_with_trait(p_workspace uuid, p_filter private.trait_filter, p_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.few_with_trait(p_workspace uuid, p_filter private.trait_filter, p_most integer) TO authenticated;

-- Name: FUNCTION few_with_traits(p_workspace uuid, p_traits private.trait_filter[], p_most integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.few_with_traits(p_workspace uuid, p_traits private.trait_filter[], p_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.few_with_traits(p_workspace uuid, p_traits private.trait_filter[], p_most integer) TO authenticated;

-- Name: FUNCTION fill_decay_factors(p_half_life_days smallint); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.fill_decay_factors(p_half_life_days smallint) FROM PUBLIC;
GRANT ALL ON FUNCTION private.fill_decay_factors(p_half_life_days smallint) TO service_role;

-- Name: FUNCTION find_last_occurrences(p_workspace uuid, p_contacts uuid[], p_signals smallint[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.find_last_occurrences(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.find_last_occurrences(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) TO service_role;

-- Name: FUNCTION finish_erasure(p_erasure public.erasures, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.finish_erasure(p_erasure public.erasures, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.finish_erasure(p_erasure public.erasures, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION finish_step(p_draft public.rule_drafts); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.finish_step(p_draft public.rule_drafts) FROM PUBLIC;
GRANT ALL ON FUNCTION private.finish_step(p_draft public.rule_drafts) TO service_role;

-- Name: FUNCTION first_matching(p_workspace uuid, p_contacts uuid[], p_traits private.trait_filter[], p_signals private.signal_filter[], p_page integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.first_matching(p_workspace uuid, p_contacts uuid[], p_traits private.trait_filter[], p_signals private.signal_filter[], p_page integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.first_matching(p_workspace uuid, p_contacts uuid[], p_traits private.trait_filter[], p_signals private.signal_filter[], p_page integer) TO authenticated;

-- Name: FUNCTION first_occurrence(p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_signal smallint); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.first_occurrence(p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_signal smallint) FROM PUBLIC;
GRANT ALL ON FUNCTION private.first_occurrence(p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_signal smallint) TO authenticated;

-- Name: FUNCTION first_payments(p_workspace uuid, p_rules private.compiled_rules, p_signal smallint, p_from timestamp with time zone, p_to timestamp with time zone, p_deadline timestamp with time zone, OUT payments private.payment[], OUT is_cut boolean); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.first_payments(p_workspace uuid, p_rules private.compiled_rules, p_signal smallint, p_from timestamp with time zone, p_to timestamp with time zone, p_deadline timestamp with time zone, OUT payments private.payment[], OUT is_cut boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION private.first_payments(p_workspace uuid, p_rules private.compiled_rules, p_signal smallint, p_from timestamp with time zone, p_to timestamp with time zone, p_deadline timestamp with time zone, OUT payments private.payment[], OUT is_cut boolean) TO authenticated;

-- Name: FUNCTION fit_matches(p_operator text, p_trait jsonb, p_operand jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) TO service_role;
GRANT ALL ON FUNCTION private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) TO authenticated;

-- Name: FUNCTION fit_of(p_rules private.compiled_rules, p_traits jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.fit_of(p_rules private.compiled_rules, p_traits jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.fit_of(p_rules private.compiled_rules, p_traits jsonb) TO service_role;
GRANT ALL ON FUNCTION private.fit_of(p_rules private.compiled_rules, p_traits jsonb) TO authenticated;

-- Name: FUNCTION fit_rule_problems(p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.fit_rule_problems(p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.fit_rule_problems(p_document jsonb) TO service_role;

-- Name: FUNCTION forget(p_table regclass, p_condition text, p_limit integer, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.forget(p_table regclass, p_condition text, p_limit integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.forget(p_table regclass, p_condition text, p_limit integer, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION forget_counts(p_workspace uuid, p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.forget_counts(p_workspace uuid, p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.forget_counts(p_workspace uuid, p_contacts uuid[]) TO service_role;

-- Name: FUNCTION found_workspace(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.found_workspace() FROM PUBLIC;

-- Name: FUNCTION give_up_on_stale_messages(p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.give_up_on_stale_messages(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.give_up_on_stale_messages(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION had_mail(p_workspace uuid, p_contact uuid, p_automation uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.had_mail(p_workspace uuid, p_contact uuid, p_automation uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.had_mail(p_workspace uuid, p_contact uuid, p_automation uuid) TO service_role;

-- Name: FUNCTION handle_draft(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.handle_draft() FROM PUBLIC;

-- Name: FUNCTION has_paid(p_workspace uuid, p_contact uuid, p_signal smallint); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.has_paid(p_workspace uuid, p_contact uuid, p_signal smallint) FROM PUBLIC;
GRANT ALL ON FUNCTION private.has_paid(p_workspace uuid, p_contact uuid, p_signal smallint) TO authenticated;

-- Name: FUNCTION has_room_by_trust(p_identity uuid, p_contact uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.has_room_by_trust(p_identity uuid, p_contact uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.has_room_by_trust(p_identity uuid, p_contact uuid) TO service_role;

-- Name: FUNCTION hash_of_address(p_workspace uuid, p_address text, p_address_key text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.hash_of_address(p_workspace uuid, p_address text, p_address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.hash_of_address(p_workspace uuid, p_address text, p_address_key text) TO authenticated;
GRANT ALL ON FUNCTION private.hash_of_address(p_workspace uuid, p_address text, p_address_key text) TO service_role;

-- Name: FUNCTION hmac_key(p_secret bytea, p_pad integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.hmac_key(p_secret bytea, p_pad integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.hmac_key(p_secret bytea, p_pad integer) TO service_role;
GRANT ALL ON FUNCTION private.hmac_key(p_secret bytea, p_pad integer) TO authenticated;

-- Name: FUNCTION hmac_sha256(p_key text, p_message text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.hmac_sha256(p_key text, p_message text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.hmac_sha256(p_key text, p_message text) TO service_role;
GRANT ALL ON FUNCTION private.hmac_sha256(p_key text, p_message text) TO authenticated;

-- Name: FUNCTION identities_of(p_workspace uuid, p_contact uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.identities_of(p_workspace uuid, p_contact uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.identities_of(p_workspace uuid, p_contact uuid) TO service_role;

-- Name: FUNCTION identity_rank(p_kind text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.identity_rank(p_kind text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.identity_rank(p_kind text) TO service_role;

-- Name: FUNCTION if_set(p_name text, p_value jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.if_set(p_name text, p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.if_set(p_name text, p_value jsonb) TO authenticated;

-- Name: FUNCTION in_words(p_at timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.in_words(p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.in_words(p_at timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.in_words(p_at timestamp with time zone) TO service_role;

-- Name: FUNCTION is_definition(p_entry jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_definition(p_entry jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_definition(p_entry jsonb) TO service_role;

-- Name: FUNCTION is_entry(p_workspace uuid, p_contact uuid, p_stage uuid, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_entry(p_workspace uuid, p_contact uuid, p_stage uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_entry(p_workspace uuid, p_contact uuid, p_stage uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION is_erased(p_sender private.sender, p_kind text, p_value text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_erased(p_sender private.sender, p_kind text, p_value text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_erased(p_sender private.sender, p_kind text, p_value text) TO service_role;

-- Name: FUNCTION is_first_mail(p_workspace uuid, p_address_hash text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_first_mail(p_workspace uuid, p_address_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_first_mail(p_workspace uuid, p_address_hash text) TO service_role;

-- Name: FUNCTION is_later(p_said public.subscriptions, p_known public.subscriptions, p_asked_at timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_later(p_said public.subscriptions, p_known public.subscriptions, p_asked_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_later(p_said public.subscriptions, p_known public.subscriptions, p_asked_at timestamp with time zone) TO service_role;

-- Name: FUNCTION is_number(p_value jsonb, p_low numeric, p_high numeric, p_decimals integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_number(p_value jsonb, p_low numeric, p_high numeric, p_decimals integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_number(p_value jsonb, p_low numeric, p_high numeric, p_decimals integer) TO service_role;
GRANT ALL ON FUNCTION private.is_number(p_value jsonb, p_low numeric, p_high numeric, p_decimals integer) TO authenticated;

-- Name: FUNCTION is_object(p_value jsonb, p_members text[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_object(p_value jsonb, p_members text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_object(p_value jsonb, p_members text[]) TO service_role;

-- Name: FUNCTION is_operand(p_operator text, p_operand jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_operand(p_operator text, p_operand jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_operand(p_operator text, p_operand jsonb) TO service_role;
GRANT ALL ON FUNCTION private.is_operand(p_operator text, p_operand jsonb) TO authenticated;

-- Name: FUNCTION is_over_quota(p_workspace public.workspaces, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_over_quota(p_workspace public.workspaces, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_over_quota(p_workspace public.workspaces, p_now timestamp with time zone) TO service_role;
GRANT ALL ON FUNCTION private.is_over_quota(p_workspace public.workspaces, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION is_served(p_status text, p_pause_mode text, p_ends_at timestamp with time zone, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_served(p_status text, p_pause_mode text, p_ends_at timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_served(p_status text, p_pause_mode text, p_ends_at timestamp with time zone, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.is_served(p_status text, p_pause_mode text, p_ends_at timestamp with time zone, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION is_text(p_value jsonb, p_longest integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.is_text(p_value jsonb, p_longest integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.is_text(p_value jsonb, p_longest integer) TO service_role;
GRANT ALL ON FUNCTION private.is_text(p_value jsonb, p_longest integer) TO authenticated;

-- Name: FUNCTION joined_by_trust(p_identity public.identities); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.joined_by_trust(p_identity public.identities) FROM PUBLIC;
GRANT ALL ON FUNCTION private.joined_by_trust(p_identity public.identities) TO service_role;

-- Name: FUNCTION limit_saved_views(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.limit_saved_views() FROM PUBLIC;

-- Name: FUNCTION link_identities(p_workspace uuid, p_message private.message); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.link_identities(p_workspace uuid, p_message private.message) FROM PUBLIC;
GRANT ALL ON FUNCTION private.link_identities(p_workspace uuid, p_message private.message) TO service_role;

-- Name: FUNCTION local_time(p_at timestamp with time zone, p_zone text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.local_time(p_at timestamp with time zone, p_zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.local_time(p_at timestamp with time zone, p_zone text) TO service_role;

-- Name: FUNCTION lock_contacts(p_workspace uuid, p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.lock_contacts(p_workspace uuid, p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.lock_contacts(p_workspace uuid, p_contacts uuid[]) TO service_role;

-- Name: FUNCTION lock_structure(p_workspace uuid, p_change boolean); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.lock_structure(p_workspace uuid, p_change boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION private.lock_structure(p_workspace uuid, p_change boolean) TO service_role;
GRANT ALL ON FUNCTION private.lock_structure(p_workspace uuid, p_change boolean) TO authenticated;

-- Name: FUNCTION log_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.log_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.log_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION mail_answer(p_code text, p_sentence text, p_at timestamp with time zone, p_why text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.mail_answer(p_code text, p_sentence text, p_at timestamp with time zone, p_why text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.mail_answer(p_code text, p_sentence text, p_at timestamp with time zone, p_why text) TO authenticated;
GRANT ALL ON FUNCTION private.mail_answer(p_code text, p_sentence text, p_at timestamp with time zone, p_why text) TO service_role;

-- Name: TABLE automations; Type: ACL; Schema: public; Owner: -

GRANT SELECT,DELETE ON TABLE public.automations TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.automations TO service_role;

-- Name: COLUMN automations.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.name; Type: ACL; Schema: public; Owner: -

GRANT INSERT(name),UPDATE(name) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.entering_stage_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(entering_stage_id),UPDATE(entering_stage_id) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.template_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(template_id),UPDATE(template_id) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.status; Type: ACL; Schema: public; Owner: -

GRANT INSERT(status),UPDATE(status) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.event; Type: ACL; Schema: public; Owner: -

GRANT INSERT(event),UPDATE(event) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.condition; Type: ACL; Schema: public; Owner: -

GRANT INSERT(condition),UPDATE(condition) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.trusted_only; Type: ACL; Schema: public; Owner: -

GRANT INSERT(trusted_only),UPDATE(trusted_only) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.silence_days; Type: ACL; Schema: public; Owner: -

GRANT INSERT(silence_days),UPDATE(silence_days) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.delay_minutes; Type: ACL; Schema: public; Owner: -

GRANT INSERT(delay_minutes),UPDATE(delay_minutes) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.repeats; Type: ACL; Schema: public; Owner: -

GRANT INSERT(repeats),UPDATE(repeats) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.while_true; Type: ACL; Schema: public; Owner: -

GRANT INSERT(while_true),UPDATE(while_true) ON TABLE public.automations TO authenticated;

-- Name: COLUMN automations.goal_stage_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(goal_stage_id),UPDATE(goal_stage_id) ON TABLE public.automations TO authenticated;

-- Name: FUNCTION mail_chain(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_message public.messages, p_received timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.mail_chain(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_message public.messages, p_received timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.mail_chain(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_message public.messages, p_received timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.mail_chain(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_message public.messages, p_received timestamp with time zone) TO service_role;

-- Name: FUNCTION mails_for(p_workspace uuid, p_changes private.stage_change[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.mails_for(p_workspace uuid, p_changes private.stage_change[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.mails_for(p_workspace uuid, p_changes private.stage_change[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION mails_for_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.mails_for_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.mails_for_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION mails_for_silence(p_workspace uuid, p_contacts uuid[], p_day date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.mails_for_silence(p_workspace uuid, p_contacts uuid[], p_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.mails_for_silence(p_workspace uuid, p_contacts uuid[], p_day date) TO service_role;

-- Name: FUNCTION mails_of_month(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.mails_of_month(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.mails_of_month(p_workspace uuid, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.mails_of_month(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION measure(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.measure(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.measure(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION meets(p_trusted_only boolean, p_condition jsonb, p_trusted boolean, p_properties jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.meets(p_trusted_only boolean, p_condition jsonb, p_trusted boolean, p_properties jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.meets(p_trusted_only boolean, p_condition jsonb, p_trusted boolean, p_properties jsonb) TO authenticated;
GRANT ALL ON FUNCTION private.meets(p_trusted_only boolean, p_condition jsonb, p_trusted boolean, p_properties jsonb) TO service_role;

-- Name: FUNCTION merge_traits(p_rules private.compiled_rules, p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.merge_traits(p_rules private.compiled_rules, p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.merge_traits(p_rules private.compiled_rules, p_contacts uuid[]) TO service_role;

-- Name: FUNCTION message_answer(p_message public.messages, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.message_answer(p_message public.messages, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.message_answer(p_message public.messages, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.message_answer(p_message public.messages, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION message_of_event(p_event jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.message_of_event(p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.message_of_event(p_event jsonb) TO service_role;

-- Name: FUNCTION meters(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.meters(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.meters(p_workspace uuid, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.meters(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION month_of(p_moment timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.month_of(p_moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.month_of(p_moment timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.month_of(p_moment timestamp with time zone) TO service_role;

-- Name: FUNCTION move_identity(p_identity uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.move_identity(p_identity uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.move_identity(p_identity uuid) TO service_role;

-- Name: FUNCTION my_account(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.my_account() FROM PUBLIC;
GRANT ALL ON FUNCTION private.my_account() TO authenticated;

-- Name: FUNCTION my_colleagues(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.my_colleagues() FROM PUBLIC;
GRANT ALL ON FUNCTION private.my_colleagues() TO authenticated;
GRANT ALL ON FUNCTION private.my_colleagues() TO service_role;

-- Name: FUNCTION my_invitations(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.my_invitations() FROM PUBLIC;
GRANT ALL ON FUNCTION private.my_invitations() TO authenticated;

-- Name: FUNCTION named_payers(p_workspace uuid, p_payers jsonb[], p_document jsonb, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.named_payers(p_workspace uuid, p_payers jsonb[], p_document jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.named_payers(p_workspace uuid, p_payers jsonb[], p_document jsonb, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION no_gains(p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.no_gains(p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.no_gains(p_contacts uuid[]) TO service_role;

-- Name: TABLE stages; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.stages TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stages TO service_role;

-- Name: FUNCTION not_yet_answer(p_contact uuid, p_automation public.automations, p_stage public.stages); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.not_yet_answer(p_contact uuid, p_automation public.automations, p_stage public.stages) FROM PUBLIC;
GRANT ALL ON FUNCTION private.not_yet_answer(p_contact uuid, p_automation public.automations, p_stage public.stages) TO authenticated;
GRANT ALL ON FUNCTION private.not_yet_answer(p_contact uuid, p_automation public.automations, p_stage public.stages) TO service_role;

-- Name: FUNCTION note_changes(p_draft public.rule_drafts, p_changes private.stage_change[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.note_changes(p_draft public.rule_drafts, p_changes private.stage_change[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.note_changes(p_draft public.rule_drafts, p_changes private.stage_change[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION notice_refusal(p_notice private.notices, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.notice_refusal(p_notice private.notices, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.notice_refusal(p_notice private.notices, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION notify_owners(p_workspace uuid, p_kind text, p_variables jsonb, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.notify_owners(p_workspace uuid, p_kind text, p_variables jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.notify_owners(p_workspace uuid, p_kind text, p_variables jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION one_who_did_not(p_workspace uuid, p_signal smallint, p_place uuid, p_before timestamp with time zone, p_taken uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.one_who_did_not(p_workspace uuid, p_signal smallint, p_place uuid, p_before timestamp with time zone, p_taken uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.one_who_did_not(p_workspace uuid, p_signal smallint, p_place uuid, p_before timestamp with time zone, p_taken uuid[]) TO authenticated;

-- Name: FUNCTION only_contact(p_workspace uuid, p_lookup jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.only_contact(p_workspace uuid, p_lookup jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.only_contact(p_workspace uuid, p_lookup jsonb) TO service_role;

-- Name: FUNCTION order_cancellations(p_workspace uuid, p_purge_after timestamp with time zone, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.order_cancellations(p_workspace uuid, p_purge_after timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.order_cancellations(p_workspace uuid, p_purge_after timestamp with time zone, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION order_entries(p_workspace uuid, p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.order_entries(p_workspace uuid, p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.order_entries(p_workspace uuid, p_contacts uuid[]) TO service_role;

-- Name: FUNCTION outranks(p_write jsonb, p_other jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.outranks(p_write jsonb, p_other jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.outranks(p_write jsonb, p_other jsonb) TO authenticated;

-- Name: FUNCTION overflowing_traits(p_messages private.message[], p_resolved private.resolution[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.overflowing_traits(p_messages private.message[], p_resolved private.resolution[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.overflowing_traits(p_messages private.message[], p_resolved private.resolution[]) TO service_role;

-- Name: FUNCTION owner_of(p_identity public.identities); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.owner_of(p_identity public.identities) FROM PUBLIC;
GRANT ALL ON FUNCTION private.owner_of(p_identity public.identities) TO service_role;

-- Name: FUNCTION page_of_events(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.page_of_events(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.page_of_events(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) TO authenticated;
GRANT ALL ON FUNCTION private.page_of_events(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) TO service_role;

-- Name: FUNCTION page_of_mails(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.page_of_mails(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.page_of_mails(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) TO authenticated;
GRANT ALL ON FUNCTION private.page_of_mails(p_workspace uuid, p_identities uuid[], p_after jsonb, p_bytes integer) TO service_role;

-- Name: FUNCTION page_of_record(p_workspace uuid, p_contact uuid, p_identities uuid[], p_after text, p_bytes integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.page_of_record(p_workspace uuid, p_contact uuid, p_identities uuid[], p_after text, p_bytes integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.page_of_record(p_workspace uuid, p_contact uuid, p_identities uuid[], p_after text, p_bytes integer) TO authenticated;
GRANT ALL ON FUNCTION private.page_of_record(p_workspace uuid, p_contact uuid, p_identities uuid[], p_after text, p_bytes integer) TO service_role;

-- Name: FUNCTION paid_stages(p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.paid_stages(p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.paid_stages(p_document jsonb) TO authenticated;

-- Name: FUNCTION people_entered(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.people_entered(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.people_entered(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone) TO authenticated;

-- Name: TABLE identity_moves; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.identity_moves TO authenticated;
GRANT SELECT,INSERT,DELETE ON TABLE public.identity_moves TO service_role;

-- Name: COLUMN identity_moves.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.identity_moves TO authenticated;

-- Name: COLUMN identity_moves.identity_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(identity_id) ON TABLE public.identity_moves TO authenticated;

-- Name: COLUMN identity_moves.contact_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(contact_id) ON TABLE public.identity_moves TO authenticated;

-- Name: FUNCTION pin_for(p_move public.identity_moves); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.pin_for(p_move public.identity_moves) FROM PUBLIC;
GRANT ALL ON FUNCTION private.pin_for(p_move public.identity_moves) TO service_role;

-- Name: FUNCTION pinned_stage_of(p_rules private.compiled_rules, p_contact uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.pinned_stage_of(p_rules private.compiled_rules, p_contact uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.pinned_stage_of(p_rules private.compiled_rules, p_contact uuid) TO service_role;

-- Name: FUNCTION place_in_list(p_place jsonb, p_least integer, p_most integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.place_in_list(p_place jsonb, p_least integer, p_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.place_in_list(p_place jsonb, p_least integer, p_most integer) TO authenticated;

-- Name: FUNCTION preview_contacts(p_draft public.rule_drafts, p_contacts uuid[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.preview_contacts(p_draft public.rule_drafts, p_contacts uuid[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.preview_contacts(p_draft public.rule_drafts, p_contacts uuid[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION progress_of(p_status text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.progress_of(p_status text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.progress_of(p_status text) TO service_role;

-- Name: FUNCTION publish_draft(p_draft public.rule_drafts); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.publish_draft(p_draft public.rule_drafts) FROM PUBLIC;
GRANT ALL ON FUNCTION private.publish_draft(p_draft public.rule_drafts) TO service_role;

-- Name: FUNCTION purge_events(p_erasure uuid, p_limit integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.purge_events(p_erasure uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.purge_events(p_erasure uuid, p_limit integer) TO service_role;

-- Name: FUNCTION purge_rows(p_table regclass, p_workspace uuid, p_limit integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.purge_rows(p_table regclass, p_workspace uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.purge_rows(p_table regclass, p_workspace uuid, p_limit integer) TO service_role;

-- Name: FUNCTION queue_mails(p_workspace uuid, p_decisions private.mail_decision[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.queue_mails(p_workspace uuid, p_decisions private.mail_decision[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.queue_mails(p_workspace uuid, p_decisions private.mail_decision[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION quiet_until(p_workspace public.workspaces, p_traits jsonb, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.quiet_until(p_workspace public.workspaces, p_traits jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.quiet_until(p_workspace public.workspaces, p_traits jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION quotas(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.quotas(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.quotas(p_workspace uuid, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.quotas(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION raise_rejection(p_code text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.raise_rejection(p_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.raise_rejection(p_code text) TO service_role;

-- Name: FUNCTION receipt_of(p_erasure public.erasures); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.receipt_of(p_erasure public.erasures) FROM PUBLIC;
GRANT ALL ON FUNCTION private.receipt_of(p_erasure public.erasures) TO service_role;

-- Name: FUNCTION receipts_for(p_workspace uuid, p_lookup jsonb, p_key text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.receipts_for(p_workspace uuid, p_lookup jsonb, p_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.receipts_for(p_workspace uuid, p_lookup jsonb, p_key text) TO service_role;

-- Name: FUNCTION recipient(p_message public.messages, p_address_key text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.recipient(p_message public.messages, p_address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.recipient(p_message public.messages, p_address_key text) TO service_role;

-- Name: FUNCTION record_items(p_workspace uuid, p_contact uuid, p_identities uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.record_items(p_workspace uuid, p_contact uuid, p_identities uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.record_items(p_workspace uuid, p_contact uuid, p_identities uuid[]) TO authenticated;
GRANT ALL ON FUNCTION private.record_items(p_workspace uuid, p_contact uuid, p_identities uuid[]) TO service_role;

-- Name: FUNCTION record_of(p_workspace uuid, p_contact uuid, p_identities uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.record_of(p_workspace uuid, p_contact uuid, p_identities uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.record_of(p_workspace uuid, p_contact uuid, p_identities uuid[]) TO authenticated;
GRANT ALL ON FUNCTION private.record_of(p_workspace uuid, p_contact uuid, p_identities uuid[]) TO service_role;

-- Name: FUNCTION record_of_account(p_user uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.record_of_account(p_user uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.record_of_account(p_user uuid) TO service_role;

-- Name: FUNCTION record_rejections(p_workspace uuid, p_api_key uuid, p_rejected jsonb, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.record_rejections(p_workspace uuid, p_api_key uuid, p_rejected jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.record_rejections(p_workspace uuid, p_api_key uuid, p_rejected jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION record_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.record_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.record_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION recount_signals(p_workspace uuid, p_contacts uuid[], p_signals smallint[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.recount_signals(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.recount_signals(p_workspace uuid, p_contacts uuid[], p_signals smallint[]) TO service_role;

-- Name: FUNCTION refusal(p_sender private.sender, p_message private.message); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.refusal(p_sender private.sender, p_message private.message) FROM PUBLIC;
GRANT ALL ON FUNCTION private.refusal(p_sender private.sender, p_message private.message) TO service_role;

-- Name: FUNCTION refuse_erased(p_sender private.sender, INOUT p_messages private.message[], OUT rejected jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.refuse_erased(p_sender private.sender, INOUT p_messages private.message[], OUT rejected jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.refuse_erased(p_sender private.sender, INOUT p_messages private.message[], OUT rejected jsonb) TO service_role;

-- Name: FUNCTION refuse_lost_stages(p_workspace uuid, p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.refuse_lost_stages(p_workspace uuid, p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.refuse_lost_stages(p_workspace uuid, p_document jsonb) TO service_role;

-- Name: FUNCTION refuse_wrong_rules(p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.refuse_wrong_rules(p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.refuse_wrong_rules(p_document jsonb) TO service_role;

-- Name: FUNCTION regroup_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.regroup_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.regroup_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[]) TO service_role;

-- Name: FUNCTION rejection(p_message private.message, p_code text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.rejection(p_message private.message, p_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.rejection(p_message private.message, p_code text) TO service_role;

-- Name: FUNCTION renderable(p_message public.messages, p_address text, p_traits jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.renderable(p_message public.messages, p_address text, p_traits jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.renderable(p_message public.messages, p_address text, p_traits jsonb) TO service_role;

-- Name: FUNCTION repetitions(p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.repetitions(p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.repetitions(p_document jsonb) TO service_role;

-- Name: FUNCTION rescore_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.rescore_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.rescore_contacts(p_workspace uuid, p_rules private.compiled_rules, p_contacts uuid[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION resolve_messages(p_workspace uuid, p_messages private.message[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.resolve_messages(p_workspace uuid, p_messages private.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.resolve_messages(p_workspace uuid, p_messages private.message[]) TO service_role;

-- Name: FUNCTION resolve_new(p_sender private.sender, INOUT p_messages private.message[], p_structural boolean, OUT resolved private.resolution[], OUT touched uuid[], OUT rejected jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.resolve_new(p_sender private.sender, INOUT p_messages private.message[], p_structural boolean, OUT resolved private.resolution[], OUT touched uuid[], OUT rejected jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.resolve_new(p_sender private.sender, INOUT p_messages private.message[], p_structural boolean, OUT resolved private.resolution[], OUT touched uuid[], OUT rejected jsonb) TO service_role;

-- Name: FUNCTION row_before_and_after(p_contact uuid, p_before jsonb, p_after jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.row_before_and_after(p_contact uuid, p_before jsonb, p_after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.row_before_and_after(p_contact uuid, p_before jsonb, p_after jsonb) TO authenticated;

-- Name: FUNCTION rule_problems(p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.rule_problems(p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.rule_problems(p_document jsonb) TO service_role;

-- Name: FUNCTION rules_to_test(p_workspace uuid, p_draft uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.rules_to_test(p_workspace uuid, p_draft uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.rules_to_test(p_workspace uuid, p_draft uuid) TO authenticated;

-- Name: FUNCTION scalar_text(p_value jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.scalar_text(p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.scalar_text(p_value jsonb) TO authenticated;
GRANT ALL ON FUNCTION private.scalar_text(p_value jsonb) TO service_role;

-- Name: FUNCTION score_rule_problems(p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.score_rule_problems(p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.score_rule_problems(p_document jsonb) TO service_role;

-- Name: FUNCTION secret_workspace(p_key_hash text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.secret_workspace(p_key_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.secret_workspace(p_key_hash text) TO service_role;

-- Name: FUNCTION signal_filters(p_filters jsonb, p_today date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.signal_filters(p_filters jsonb, p_today date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.signal_filters(p_filters jsonb, p_today date) TO authenticated;

-- Name: FUNCTION signal_number(p_workspace uuid, p_kind text, p_entry jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.signal_number(p_workspace uuid, p_kind text, p_entry jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.signal_number(p_workspace uuid, p_kind text, p_entry jsonb) TO service_role;

-- Name: FUNCTION skip_words(p_reason text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.skip_words(p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.skip_words(p_reason text) TO authenticated;
GRANT ALL ON FUNCTION private.skip_words(p_reason text) TO service_role;

-- Name: FUNCTION smtp_shown(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.smtp_shown(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.smtp_shown(p_workspace uuid) TO service_role;

-- Name: FUNCTION stage_problems(p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.stage_problems(p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.stage_problems(p_document jsonb) TO service_role;

-- Name: FUNCTION stages_of(p_workspace uuid, p_contact uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.stages_of(p_workspace uuid, p_contact uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.stages_of(p_workspace uuid, p_contact uuid) TO service_role;

-- Name: FUNCTION standing(p_rules private.compiled_rules, p_sums numeric[], p_fit numeric, p_pinned_stage uuid, p_event_stage uuid, p_last_event_at timestamp with time zone, p_day date, p_known_due date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.standing(p_rules private.compiled_rules, p_sums numeric[], p_fit numeric, p_pinned_stage uuid, p_event_stage uuid, p_last_event_at timestamp with time zone, p_day date, p_known_due date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.standing(p_rules private.compiled_rules, p_sums numeric[], p_fit numeric, p_pinned_stage uuid, p_event_stage uuid, p_last_event_at timestamp with time zone, p_day date, p_known_due date) TO service_role;
GRANT ALL ON FUNCTION private.standing(p_rules private.compiled_rules, p_sums numeric[], p_fit numeric, p_pinned_stage uuid, p_event_stage uuid, p_last_event_at timestamp with time zone, p_day date, p_known_due date) TO authenticated;

-- Name: FUNCTION standing_on(p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_day date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.standing_on(p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.standing_on(p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_day date) TO authenticated;
GRANT ALL ON FUNCTION private.standing_on(p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_day date) TO service_role;

-- Name: FUNCTION starter_templates(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.starter_templates() FROM PUBLIC;
GRANT ALL ON FUNCTION private.starter_templates() TO service_role;

-- Name: FUNCTION store_events(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.store_events(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.store_events(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION subscription_of(p_said jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.subscription_of(p_said jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.subscription_of(p_said jsonb) TO service_role;

-- Name: FUNCTION sum_counts(p_rules private.compiled_rules, p_contact uuid, p_today date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.sum_counts(p_rules private.compiled_rules, p_contact uuid, p_today date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.sum_counts(p_rules private.compiled_rules, p_contact uuid, p_today date) TO service_role;
GRANT ALL ON FUNCTION private.sum_counts(p_rules private.compiled_rules, p_contact uuid, p_today date) TO authenticated;

-- Name: FUNCTION suppress(p_workspace uuid, p_address_hash text, p_reason text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.suppress(p_workspace uuid, p_address_hash text, p_reason text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.suppress(p_workspace uuid, p_address_hash text, p_reason text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION tables_left(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.tables_left(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.tables_left(p_workspace uuid) TO service_role;

-- Name: FUNCTION take_contacts(p_workspace uuid, p_after uuid, p_limit integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.take_contacts(p_workspace uuid, p_after uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.take_contacts(p_workspace uuid, p_after uuid, p_limit integer) TO service_role;

-- Name: FUNCTION take_messages(p_limit integer, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.take_messages(p_limit integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.take_messages(p_limit integer, p_now timestamp with time zone) TO service_role;

-- Name: TABLE templates; Type: ACL; Schema: public; Owner: -

GRANT SELECT,DELETE ON TABLE public.templates TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.templates TO service_role;

-- Name: COLUMN templates.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.templates TO authenticated;

-- Name: COLUMN templates.name; Type: ACL; Schema: public; Owner: -

GRANT INSERT(name),UPDATE(name) ON TABLE public.templates TO authenticated;

-- Name: COLUMN templates.category; Type: ACL; Schema: public; Owner: -

GRANT INSERT(category),UPDATE(category) ON TABLE public.templates TO authenticated;

-- Name: COLUMN templates.subject; Type: ACL; Schema: public; Owner: -

GRANT INSERT(subject),UPDATE(subject) ON TABLE public.templates TO authenticated;

-- Name: COLUMN templates.html; Type: ACL; Schema: public; Owner: -

GRANT INSERT(html),UPDATE(html) ON TABLE public.templates TO authenticated;

-- Name: FUNCTION template_named(p_workspace uuid, p_name text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.template_named(p_workspace uuid, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.template_named(p_workspace uuid, p_name text) TO authenticated;
GRANT ALL ON FUNCTION private.template_named(p_workspace uuid, p_name text) TO service_role;

-- Name: FUNCTION tenant_tables(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.tenant_tables() FROM PUBLIC;
GRANT ALL ON FUNCTION private.tenant_tables() TO service_role;

-- Name: FUNCTION tombstone(p_key text, p_workspace uuid, p_kind text, p_value text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.tombstone(p_key text, p_workspace uuid, p_kind text, p_value text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.tombstone(p_key text, p_workspace uuid, p_kind text, p_value text) TO service_role;

-- Name: FUNCTION track_many(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.track_many(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.track_many(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION track_messages(p_sender private.sender, p_messages jsonb, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.track_messages(p_sender private.sender, p_messages jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.track_messages(p_sender private.sender, p_messages jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION track_one(p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.track_one(p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.track_one(p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION track_traits(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.track_traits(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.track_traits(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_structural boolean, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION trait_filters(p_filters jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.trait_filters(p_filters jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.trait_filters(p_filters jsonb) TO authenticated;

-- Name: FUNCTION traits_before(p_workspace uuid, p_identities uuid[], p_keys text[], p_at timestamp with time zone, p_key text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.traits_before(p_workspace uuid, p_identities uuid[], p_keys text[], p_at timestamp with time zone, p_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.traits_before(p_workspace uuid, p_identities uuid[], p_keys text[], p_at timestamp with time zone, p_key text) TO authenticated;

-- Name: FUNCTION traits_said(p_type text, p_properties jsonb, p_context jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.traits_said(p_type text, p_properties jsonb, p_context jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.traits_said(p_type text, p_properties jsonb, p_context jsonb) TO authenticated;
GRANT ALL ON FUNCTION private.traits_said(p_type text, p_properties jsonb, p_context jsonb) TO service_role;

-- Name: FUNCTION triggered_at(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_until timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.triggered_at(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.triggered_at(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_until timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.triggered_at(p_identities uuid[], p_automation public.automations, p_entry public.transitions, p_until timestamp with time zone) TO service_role;

-- Name: FUNCTION uncounted_signals(p_workspace uuid, p_document jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.uncounted_signals(p_workspace uuid, p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.uncounted_signals(p_workspace uuid, p_document jsonb) TO service_role;

-- Name: FUNCTION unsent_answers(p_contact uuid, p_automation public.automations, p_stage public.stages, p_entry public.transitions, p_at timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.unsent_answers(p_contact uuid, p_automation public.automations, p_stage public.stages, p_entry public.transitions, p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.unsent_answers(p_contact uuid, p_automation public.automations, p_stage public.stages, p_entry public.transitions, p_at timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION private.unsent_answers(p_contact uuid, p_automation public.automations, p_stage public.stages, p_entry public.transitions, p_at timestamp with time zone) TO service_role;

-- Name: FUNCTION update_scores(p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.update_scores(p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.update_scores(p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION vouches(p_sender private.sender, p_user_id text, p_user_hash text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.vouches(p_sender private.sender, p_user_id text, p_user_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.vouches(p_sender private.sender, p_user_id text, p_user_hash text) TO service_role;

-- Name: FUNCTION wait_words(p_reason text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.wait_words(p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.wait_words(p_reason text) TO authenticated;
GRANT ALL ON FUNCTION private.wait_words(p_reason text) TO service_role;

-- Name: FUNCTION warn_owners(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.warn_owners(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.warn_owners(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION was_known(p_workspace uuid, p_contact uuid, p_before timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.was_known(p_workspace uuid, p_contact uuid, p_before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.was_known(p_workspace uuid, p_contact uuid, p_before timestamp with time zone) TO authenticated;

-- Name: FUNCTION weigh_message(p_message public.messages, p_home public.workspaces, p_hash text, p_traits jsonb, p_claimed boolean, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.weigh_message(p_message public.messages, p_home public.workspaces, p_hash text, p_traits jsonb, p_claimed boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.weigh_message(p_message public.messages, p_home public.workspaces, p_hash text, p_traits jsonb, p_claimed boolean, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION weighed(p_sender private.sender, p_message private.message); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.weighed(p_sender private.sender, p_message private.message) FROM PUBLIC;
GRANT ALL ON FUNCTION private.weighed(p_sender private.sender, p_message private.message) TO service_role;

-- Name: FUNCTION with_changes(p_items jsonb, p_before jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.with_changes(p_items jsonb, p_before jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.with_changes(p_items jsonb, p_before jsonb) TO authenticated;

-- Name: FUNCTION with_originals(p_messages jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.with_originals(p_messages jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.with_originals(p_messages jsonb) TO service_role;

-- Name: FUNCTION withdraw_exports(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.withdraw_exports(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.withdraw_exports(p_workspace uuid) TO service_role;

-- Name: FUNCTION workspace_of_checkout(p_said public.subscriptions, p_address_hash text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.workspace_of_checkout(p_said public.subscriptions, p_address_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.workspace_of_checkout(p_said public.subscriptions, p_address_hash text) TO service_role;

-- Name: FUNCTION workspaces_with_mail(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.workspaces_with_mail() FROM PUBLIC;
GRANT ALL ON FUNCTION private.workspaces_with_mail() TO service_role;

-- Name: FUNCTION write_stage_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.write_stage_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.write_stage_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]) TO service_role;

-- Name: FUNCTION write_stages(p_workspace uuid, p_stages jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.write_stages(p_workspace uuid, p_stages jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.write_stages(p_workspace uuid, p_stages jsonb) TO service_role;

-- Name: FUNCTION write_traits(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.write_traits(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.write_traits(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[]) TO service_role;

-- Name: FUNCTION writes_before(p_workspace uuid, p_identities uuid[], p_keys text[], p_trusted boolean, p_at timestamp with time zone, p_key text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.writes_before(p_workspace uuid, p_identities uuid[], p_keys text[], p_trusted boolean, p_at timestamp with time zone, p_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.writes_before(p_workspace uuid, p_identities uuid[], p_keys text[], p_trusted boolean, p_at timestamp with time zone, p_key text) TO authenticated;

-- Name: FUNCTION access_contact(p_workspace uuid, p_lookup jsonb, p_after jsonb, p_actor text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.access_contact(p_workspace uuid, p_lookup jsonb, p_after jsonb, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.access_contact(p_workspace uuid, p_lookup jsonb, p_after jsonb, p_actor text) TO authenticated;
GRANT ALL ON FUNCTION public.access_contact(p_workspace uuid, p_lookup jsonb, p_after jsonb, p_actor text) TO service_role;

-- Name: FUNCTION access_contact_by_key(p_key_hash text, p_lookup jsonb, p_after jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.access_contact_by_key(p_key_hash text, p_lookup jsonb, p_after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.access_contact_by_key(p_key_hash text, p_lookup jsonb, p_after jsonb) TO service_role;

-- Name: FUNCTION account_record(p_email text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.account_record(p_email text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.account_record(p_email text) TO service_role;

-- Name: FUNCTION advance_draft(p_limit integer, p_now timestamp with time zone, p_draft uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.advance_draft(p_limit integer, p_now timestamp with time zone, p_draft uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.advance_draft(p_limit integer, p_now timestamp with time zone, p_draft uuid) TO service_role;

-- Name: FUNCTION advance_rescore(p_limit integer, p_now timestamp with time zone, p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.advance_rescore(p_limit integer, p_now timestamp with time zone, p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.advance_rescore(p_limit integer, p_now timestamp with time zone, p_workspace uuid) TO service_role;

-- Name: FUNCTION announce_policy(p_policy_date date, p_changes text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.announce_policy(p_policy_date date, p_changes text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.announce_policy(p_policy_date date, p_changes text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION announcement_status(p_policy_date date, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.announcement_status(p_policy_date date, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.announcement_status(p_policy_date date, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION ask_to_confirm(p_workspace uuid, p_address_hash text, p_category text, p_subject text, p_text text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.ask_to_confirm(p_workspace uuid, p_address_hash text, p_category text, p_subject text, p_text text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ask_to_confirm(p_workspace uuid, p_address_hash text, p_category text, p_subject text, p_text text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION back_test(p_workspace uuid, p_draft uuid, p_days integer, p_stage uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.back_test(p_workspace uuid, p_draft uuid, p_days integer, p_stage uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.back_test(p_workspace uuid, p_draft uuid, p_days integer, p_stage uuid, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION billing(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.billing(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.billing(p_workspace uuid, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION public.billing(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION billing_owner(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.billing_owner(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.billing_owner(p_workspace uuid) TO authenticated;

-- Name: FUNCTION bounce_message(p_id uuid, p_claim uuid, p_provider text, p_reason text, p_address_hash text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.bounce_message(p_id uuid, p_claim uuid, p_provider text, p_reason text, p_address_hash text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.bounce_message(p_id uuid, p_claim uuid, p_provider text, p_reason text, p_address_hash text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION buried_contacts(p_workspace uuid, p_erased jsonb, p_key text, p_after uuid, p_limit integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.buried_contacts(p_workspace uuid, p_erased jsonb, p_key text, p_after uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.buried_contacts(p_workspace uuid, p_erased jsonb, p_key text, p_after uuid, p_limit integer) TO service_role;

-- Name: FUNCTION cancel_deletion(p_workspace uuid, p_actor text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.cancel_deletion(p_workspace uuid, p_actor text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cancel_deletion(p_workspace uuid, p_actor text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION cancel_deletion_by_link(p_request uuid, p_owner uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.cancel_deletion_by_link(p_request uuid, p_owner uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cancel_deletion_by_link(p_request uuid, p_owner uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION changes_since(p_workspace uuid, p_since timestamp with time zone, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.changes_since(p_workspace uuid, p_since timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.changes_since(p_workspace uuid, p_since timestamp with time zone, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION check_deletion_link(p_request uuid, p_owner uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.check_deletion_link(p_request uuid, p_owner uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.check_deletion_link(p_request uuid, p_owner uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION check_drift(p_limit integer, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.check_drift(p_limit integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.check_drift(p_limit integer, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION claim_announcement(p_policy_date date, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.claim_announcement(p_policy_date date, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_announcement(p_policy_date date, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION claim_export(p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.claim_export(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_export(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION claim_messages(p_limit integer, p_address_key text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.claim_messages(p_limit integer, p_address_key text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_messages(p_limit integer, p_address_key text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION claim_notices(p_limit integer, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.claim_notices(p_limit integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_notices(p_limit integer, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION claim_reconciliation(p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.claim_reconciliation(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_reconciliation(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION cohort_funnel(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.cohort_funnel(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cohort_funnel(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION contact_admin(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.contact_admin(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.contact_admin(p_workspace uuid) TO authenticated;
GRANT ALL ON FUNCTION public.contact_admin(p_workspace uuid) TO service_role;

-- Name: FUNCTION contact_rows(p_workspace uuid, p_contacts uuid[], p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.contact_rows(p_workspace uuid, p_contacts uuid[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.contact_rows(p_workspace uuid, p_contacts uuid[], p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION contact_timeline(p_workspace uuid, p_contact uuid, p_after jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.contact_timeline(p_workspace uuid, p_contact uuid, p_after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.contact_timeline(p_workspace uuid, p_contact uuid, p_after jsonb) TO authenticated;

-- Name: FUNCTION correct_contact(p_workspace uuid, p_lookup jsonb, p_message jsonb, p_tombstone_key text, p_actor text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.correct_contact(p_workspace uuid, p_lookup jsonb, p_message jsonb, p_tombstone_key text, p_actor text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.correct_contact(p_workspace uuid, p_lookup jsonb, p_message jsonb, p_tombstone_key text, p_actor text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION correct_contact_by_key(p_key_hash text, p_lookup jsonb, p_message jsonb, p_tombstone_key text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.correct_contact_by_key(p_key_hash text, p_lookup jsonb, p_message jsonb, p_tombstone_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.correct_contact_by_key(p_key_hash text, p_lookup jsonb, p_message jsonb, p_tombstone_key text) TO service_role;

-- Name: FUNCTION create_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.create_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[]) TO service_role;

-- Name: FUNCTION create_workspace(p_owner uuid, p_name text, p_slug text, p_rules text, p_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.create_workspace(p_owner uuid, p_name text, p_slug text, p_rules text, p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_workspace(p_owner uuid, p_name text, p_slug text, p_rules text, p_id uuid) TO service_role;

-- Name: FUNCTION delete_account(p_email text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.delete_account(p_email text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.delete_account(p_email text) TO service_role;

-- Name: FUNCTION deletion_stored(p_request uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.deletion_stored(p_request uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.deletion_stored(p_request uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION due_subscription_orders(p_limit integer, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.due_subscription_orders(p_limit integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.due_subscription_orders(p_limit integer, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION emptied_deletions(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.emptied_deletions() FROM PUBLIC;
GRANT ALL ON FUNCTION public.emptied_deletions() TO service_role;

-- Name: FUNCTION encrypted_values(p_after uuid, p_limit integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.encrypted_values(p_after uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.encrypted_values(p_after uuid, p_limit integer) TO service_role;

-- Name: FUNCTION erase_contacts(p_workspace uuid, p_lookup jsonb, p_keys jsonb, p_actor text, p_forever boolean, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.erase_contacts(p_workspace uuid, p_lookup jsonb, p_keys jsonb, p_actor text, p_forever boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_contacts(p_workspace uuid, p_lookup jsonb, p_keys jsonb, p_actor text, p_forever boolean, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION erase_contacts_by_key(p_key_hash text, p_lookup jsonb, p_keys jsonb, p_forever boolean); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.erase_contacts_by_key(p_key_hash text, p_lookup jsonb, p_keys jsonb, p_forever boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_contacts_by_key(p_key_hash text, p_lookup jsonb, p_keys jsonb, p_forever boolean) TO service_role;

-- Name: FUNCTION erasures_of(p_ids uuid[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.erasures_of(p_ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erasures_of(p_ids uuid[]) TO service_role;

-- Name: FUNCTION event_silence(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.event_silence(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.event_silence(p_workspace uuid, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION explain_mail(p_contact uuid, p_automation uuid, p_message uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.explain_mail(p_contact uuid, p_automation uuid, p_message uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.explain_mail(p_contact uuid, p_automation uuid, p_message uuid, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION public.explain_mail(p_contact uuid, p_automation uuid, p_message uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION explain_past_score(p_contact uuid, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.explain_past_score(p_contact uuid, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.explain_past_score(p_contact uuid, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.explain_past_score(p_contact uuid, p_on date) TO service_role;

-- Name: FUNCTION explain_score(p_contact uuid, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.explain_score(p_contact uuid, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.explain_score(p_contact uuid, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.explain_score(p_contact uuid, p_on date) TO service_role;

-- Name: FUNCTION export_cleaned(p_export uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.export_cleaned(p_export uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.export_cleaned(p_export uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION export_page(p_export uuid, p_claim uuid, p_table text, p_after jsonb, p_hashes jsonb, p_rows integer, p_bytes integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.export_page(p_export uuid, p_claim uuid, p_table text, p_after jsonb, p_hashes jsonb, p_rows integer, p_bytes integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.export_page(p_export uuid, p_claim uuid, p_table text, p_after jsonb, p_hashes jsonb, p_rows integer, p_bytes integer) TO service_role;

-- Name: FUNCTION exports_to_clean(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.exports_to_clean(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.exports_to_clean(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION find_contacts(p_workspace uuid, p_lookup jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.find_contacts(p_workspace uuid, p_lookup jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_contacts(p_workspace uuid, p_lookup jsonb) TO authenticated;
GRANT ALL ON FUNCTION public.find_contacts(p_workspace uuid, p_lookup jsonb) TO service_role;

-- Name: FUNCTION finish_announcement(p_id uuid, p_claim uuid, p_status text, p_reason text, p_pause double precision, p_refused boolean, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.finish_announcement(p_id uuid, p_claim uuid, p_status text, p_reason text, p_pause double precision, p_refused boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_announcement(p_id uuid, p_claim uuid, p_status text, p_reason text, p_pause double precision, p_refused boolean, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION finish_deletion(p_request uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.finish_deletion(p_request uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_deletion(p_request uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION finish_message(p_id uuid, p_claim uuid, p_status text, p_provider text, p_provider_message_id text, p_reason text, p_retry_at timestamp with time zone, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.finish_message(p_id uuid, p_claim uuid, p_status text, p_provider text, p_provider_message_id text, p_reason text, p_retry_at timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_message(p_id uuid, p_claim uuid, p_status text, p_provider text, p_provider_message_id text, p_reason text, p_retry_at timestamp with time zone, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION finish_notice(p_id uuid, p_claim uuid, p_status text, p_send_at timestamp with time zone, p_reason text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.finish_notice(p_id uuid, p_claim uuid, p_status text, p_send_at timestamp with time zone, p_reason text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_notice(p_id uuid, p_claim uuid, p_status text, p_send_at timestamp with time zone, p_reason text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION forget_what_has_lapsed(p_limit integer, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.forget_what_has_lapsed(p_limit integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.forget_what_has_lapsed(p_limit integer, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION funnel_stages(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.funnel_stages(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.funnel_stages(p_workspace uuid) TO authenticated;

-- Name: FUNCTION health(p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.health(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.health(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION invite_again(p_workspace uuid, p_invitation uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.invite_again(p_workspace uuid, p_invitation uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.invite_again(p_workspace uuid, p_invitation uuid) TO authenticated;

-- Name: FUNCTION lift_by_hand(p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.lift_by_hand(p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.lift_by_hand(p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text) TO service_role;

-- Name: FUNCTION lift_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.lift_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.lift_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) TO service_role;

-- Name: FUNCTION list_audit(p_workspace uuid, p_after jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.list_audit(p_workspace uuid, p_after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_audit(p_workspace uuid, p_after jsonb) TO authenticated;

-- Name: FUNCTION list_cohort(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_reached uuid, p_now_in uuid, p_after jsonb, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.list_cohort(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_reached uuid, p_now_in uuid, p_after jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_cohort(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_reached uuid, p_now_in uuid, p_after jsonb, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION list_contacts(p_workspace uuid, p_stage uuid, p_least integer, p_most integer, p_seen_from timestamp with time zone, p_seen_to timestamp with time zone, p_traits jsonb, p_signals jsonb, p_after jsonb, p_begun jsonb, p_shown uuid[], p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.list_contacts(p_workspace uuid, p_stage uuid, p_least integer, p_most integer, p_seen_from timestamp with time zone, p_seen_to timestamp with time zone, p_traits jsonb, p_signals jsonb, p_after jsonb, p_begun jsonb, p_shown uuid[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_contacts(p_workspace uuid, p_stage uuid, p_least integer, p_most integer, p_seen_from timestamp with time zone, p_seen_to timestamp with time zone, p_traits jsonb, p_signals jsonb, p_after jsonb, p_begun jsonb, p_shown uuid[], p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION list_entries(p_workspace uuid, p_stage uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_after jsonb, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.list_entries(p_workspace uuid, p_stage uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_after jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_entries(p_workspace uuid, p_stage uuid, p_from timestamp with time zone, p_to timestamp with time zone, p_after jsonb, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION list_invitations(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.list_invitations(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_invitations(p_workspace uuid) TO authenticated;

-- Name: FUNCTION list_messages(p_workspace uuid, p_status text, p_after jsonb, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.list_messages(p_workspace uuid, p_status text, p_after jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_messages(p_workspace uuid, p_status text, p_after jsonb, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION list_suppressions(p_workspace uuid, p_after jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.list_suppressions(p_workspace uuid, p_after jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.list_suppressions(p_workspace uuid, p_after jsonb) TO authenticated;

-- Name: FUNCTION mailable_address(p_contact uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.mailable_address(p_contact uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mailable_address(p_contact uuid) TO authenticated;
GRANT ALL ON FUNCTION public.mailable_address(p_contact uuid) TO service_role;

-- Name: FUNCTION make_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.make_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.make_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[]) TO authenticated;

-- Name: FUNCTION measure_usage(p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.measure_usage(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.measure_usage(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION meter_events(p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.meter_events(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.meter_events(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION my_account(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.my_account() FROM PUBLIC;
GRANT ALL ON FUNCTION public.my_account() TO authenticated;

-- Name: FUNCTION my_workspaces(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.my_workspaces() FROM PUBLIC;
GRANT ALL ON FUNCTION public.my_workspaces() TO authenticated;

-- Name: FUNCTION named_contacts(p_contacts uuid[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.named_contacts(p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.named_contacts(p_contacts uuid[]) TO authenticated;
GRANT ALL ON FUNCTION public.named_contacts(p_contacts uuid[]) TO service_role;

-- Name: FUNCTION offers(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.offers(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.offers(p_workspace uuid) TO authenticated;

-- Name: FUNCTION open_checkout(p_workspace uuid, p_variant_id text, p_address_hash text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.open_checkout(p_workspace uuid, p_variant_id text, p_address_hash text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.open_checkout(p_workspace uuid, p_variant_id text, p_address_hash text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION owner_told(p_request uuid, p_address text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.owner_told(p_request uuid, p_address text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.owner_told(p_request uuid, p_address text) TO service_role;

-- Name: FUNCTION owner_tried(p_request uuid, p_address text, p_at timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.owner_tried(p_request uuid, p_address text, p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.owner_tried(p_request uuid, p_address text, p_at timestamp with time zone) TO service_role;

-- Name: FUNCTION people_to_write_to(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.people_to_write_to(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_to_write_to(p_workspace uuid, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION preview(p_workspace uuid, p_draft uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.preview(p_workspace uuid, p_draft uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.preview(p_workspace uuid, p_draft uuid) TO authenticated;
GRANT ALL ON FUNCTION public.preview(p_workspace uuid, p_draft uuid) TO service_role;

-- Name: FUNCTION preview_by_key(p_key_hash text, p_draft uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.preview_by_key(p_key_hash text, p_draft uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.preview_by_key(p_key_hash text, p_draft uuid) TO service_role;

-- Name: FUNCTION preview_mail(p_workspace uuid, p_mail jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.preview_mail(p_workspace uuid, p_mail jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.preview_mail(p_workspace uuid, p_mail jsonb) TO service_role;

-- Name: FUNCTION preview_move(p_workspace uuid, p_identity uuid, p_contact uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.preview_move(p_workspace uuid, p_identity uuid, p_contact uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.preview_move(p_workspace uuid, p_identity uuid, p_contact uuid) TO authenticated;

-- Name: FUNCTION purchase(p_workspace uuid, p_plan text, p_interval text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.purchase(p_workspace uuid, p_plan text, p_interval text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purchase(p_workspace uuid, p_plan text, p_interval text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION purge_erased(p_limit integer, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.purge_erased(p_limit integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_erased(p_limit integer, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION purge_workspaces(p_limit integer, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.purge_workspaces(p_limit integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.purge_workspaces(p_limit integer, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION queue_message(p_workspace uuid, p_message jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.queue_message(p_workspace uuid, p_message jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.queue_message(p_workspace uuid, p_message jsonb) TO authenticated;
GRANT ALL ON FUNCTION public.queue_message(p_workspace uuid, p_message jsonb) TO service_role;

-- Name: FUNCTION queue_message_by_key(p_key_hash text, p_message jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.queue_message_by_key(p_key_hash text, p_message jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.queue_message_by_key(p_key_hash text, p_message jsonb) TO service_role;

-- Name: FUNCTION receipt_stored(p_erasure uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.receipt_stored(p_erasure uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.receipt_stored(p_erasure uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION recent_deletions(p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.recent_deletions(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.recent_deletions(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION recent_messages(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.recent_messages(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.recent_messages(p_workspace uuid, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION recompute(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.recompute(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.recompute(p_workspace uuid, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION public.recompute(p_workspace uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION recompute_by_key(p_key_hash text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.recompute_by_key(p_key_hash text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.recompute_by_key(p_key_hash text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION reconcile_page(p_claim uuid, p_subscriptions jsonb, p_next integer, p_asked_at timestamp with time zone, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.reconcile_page(p_claim uuid, p_subscriptions jsonb, p_next integer, p_asked_at timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.reconcile_page(p_claim uuid, p_subscriptions jsonb, p_next integer, p_asked_at timestamp with time zone, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION record_export(p_export uuid, p_claim uuid, p_files jsonb, p_counts jsonb, p_cursor jsonb, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.record_export(p_export uuid, p_claim uuid, p_files jsonb, p_counts jsonb, p_cursor jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_export(p_export uuid, p_claim uuid, p_files jsonb, p_counts jsonb, p_cursor jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION record_mail_event(p_event jsonb, p_address_key text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.record_mail_event(p_event jsonb, p_address_key text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_mail_event(p_event jsonb, p_address_key text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION record_payment(p_payment jsonb, p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.record_payment(p_payment jsonb, p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_payment(p_payment jsonb, p_workspace uuid) TO service_role;

-- Name: FUNCTION record_smtp_outcome(p_workspace uuid, p_revision uuid, p_error text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.record_smtp_outcome(p_workspace uuid, p_revision uuid, p_error text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_smtp_outcome(p_workspace uuid, p_revision uuid, p_error text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION record_subscription(p_subscription jsonb, p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.record_subscription(p_subscription jsonb, p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_subscription(p_subscription jsonb, p_workspace uuid) TO service_role;

-- Name: FUNCTION recorded_score(p_contact uuid, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.recorded_score(p_contact uuid, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.recorded_score(p_contact uuid, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.recorded_score(p_contact uuid, p_on date) TO service_role;

-- Name: FUNCTION remove_smtp(p_workspace uuid, p_actor text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.remove_smtp(p_workspace uuid, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.remove_smtp(p_workspace uuid, p_actor text) TO service_role;

-- Name: FUNCTION replace_encrypted_value(p_workspace uuid, p_before text, p_after text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.replace_encrypted_value(p_workspace uuid, p_before text, p_after text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.replace_encrypted_value(p_workspace uuid, p_before text, p_after text) TO service_role;

-- Name: FUNCTION replay_deletion(p_receipt jsonb, p_is_dry boolean, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.replay_deletion(p_receipt jsonb, p_is_dry boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.replay_deletion(p_receipt jsonb, p_is_dry boolean, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION replay_receipt(p_receipt jsonb, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.replay_receipt(p_receipt jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.replay_receipt(p_receipt jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION request_deletion(p_workspace uuid, p_name text, p_actor text, p_received_at timestamp with time zone, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.request_deletion(p_workspace uuid, p_name text, p_actor text, p_received_at timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.request_deletion(p_workspace uuid, p_name text, p_actor text, p_received_at timestamp with time zone, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION request_export(p_workspace uuid, p_actor text, p_lookup jsonb, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.request_export(p_workspace uuid, p_actor text, p_lookup jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.request_export(p_workspace uuid, p_actor text, p_lookup jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION request_export_by_key(p_key_hash text, p_lookup jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.request_export_by_key(p_key_hash text, p_lookup jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.request_export_by_key(p_key_hash text, p_lookup jsonb) TO service_role;

-- Name: FUNCTION rescore_progress(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.rescore_progress(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rescore_progress(p_workspace uuid) TO authenticated;
GRANT ALL ON FUNCTION public.rescore_progress(p_workspace uuid) TO service_role;

-- Name: FUNCTION rest_reconciliation(p_claim uuid, p_until timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.rest_reconciliation(p_claim uuid, p_until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rest_reconciliation(p_claim uuid, p_until timestamp with time zone) TO service_role;

-- Name: FUNCTION resubscribe(p_workspace uuid, p_address_hash text, p_category text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.resubscribe(p_workspace uuid, p_address_hash text, p_category text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.resubscribe(p_workspace uuid, p_address_hash text, p_category text) TO service_role;

-- Name: FUNCTION rules_in_force(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.rules_in_force(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rules_in_force(p_workspace uuid) TO authenticated;
GRANT ALL ON FUNCTION public.rules_in_force(p_workspace uuid) TO service_role;

-- Name: FUNCTION save_identity_secret(p_workspace uuid, p_secret text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.save_identity_secret(p_workspace uuid, p_secret text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.save_identity_secret(p_workspace uuid, p_secret text) TO authenticated;

-- Name: FUNCTION save_smtp(p_workspace uuid, p_smtp jsonb, p_password text, p_actor text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.save_smtp(p_workspace uuid, p_smtp jsonb, p_password text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.save_smtp(p_workspace uuid, p_smtp jsonb, p_password text, p_actor text) TO service_role;

-- Name: FUNCTION score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone, p_on date) TO service_role;

-- Name: FUNCTION score_by_key(p_key_hash text, p_lookups jsonb, p_now timestamp with time zone, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.score_by_key(p_key_hash text, p_lookups jsonb, p_now timestamp with time zone, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.score_by_key(p_key_hash text, p_lookups jsonb, p_now timestamp with time zone, p_on date) TO service_role;

-- Name: FUNCTION score_parts(p_contact uuid, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.score_parts(p_contact uuid, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.score_parts(p_contact uuid, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.score_parts(p_contact uuid, p_on date) TO service_role;

-- Name: FUNCTION search_contacts(p_workspace uuid, p_text text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.search_contacts(p_workspace uuid, p_text text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.search_contacts(p_workspace uuid, p_text text, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION separate_identity(p_workspace uuid, p_identity uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.separate_identity(p_workspace uuid, p_identity uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.separate_identity(p_workspace uuid, p_identity uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION set_identity_secret(p_workspace uuid, p_secret text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.set_identity_secret(p_workspace uuid, p_secret text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_identity_secret(p_workspace uuid, p_secret text) TO service_role;

-- Name: FUNCTION settings_admin(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.settings_admin(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.settings_admin(p_workspace uuid) TO authenticated;

-- Name: FUNCTION setup_progress(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.setup_progress(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.setup_progress(p_workspace uuid) TO authenticated;

-- Name: FUNCTION show_contact(p_workspace uuid, p_contact uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.show_contact(p_workspace uuid, p_contact uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.show_contact(p_workspace uuid, p_contact uuid, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION show_export(p_workspace uuid, p_actor text, p_export uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.show_export(p_workspace uuid, p_actor text, p_export uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.show_export(p_workspace uuid, p_actor text, p_export uuid, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION show_export_by_key(p_key_hash text, p_export uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.show_export_by_key(p_key_hash text, p_export uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.show_export_by_key(p_key_hash text, p_export uuid) TO service_role;

-- Name: FUNCTION smtp_server(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.smtp_server(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.smtp_server(p_workspace uuid) TO service_role;

-- Name: FUNCTION stage_entries(p_workspace uuid, p_stage uuid, p_from timestamp with time zone, p_to timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.stage_entries(p_workspace uuid, p_stage uuid, p_from timestamp with time zone, p_to timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.stage_entries(p_workspace uuid, p_stage uuid, p_from timestamp with time zone, p_to timestamp with time zone) TO authenticated;

-- Name: FUNCTION stage_facts(p_contact uuid, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.stage_facts(p_contact uuid, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.stage_facts(p_contact uuid, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.stage_facts(p_contact uuid, p_on date) TO service_role;

-- Name: FUNCTION stage_on(p_contact uuid, p_score integer, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.stage_on(p_contact uuid, p_score integer, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.stage_on(p_contact uuid, p_score integer, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.stage_on(p_contact uuid, p_score integer, p_on date) TO service_role;

-- Name: FUNCTION stages_as_far_as(p_workspace uuid, p_stage uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.stages_as_far_as(p_workspace uuid, p_stage uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.stages_as_far_as(p_workspace uuid, p_stage uuid) TO authenticated;

-- Name: FUNCTION start_message(p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.start_message(p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.start_message(p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION start_notice(p_id uuid, p_claim uuid, p_address_key text, p_limits jsonb, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.start_notice(p_id uuid, p_claim uuid, p_address_key text, p_limits jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.start_notice(p_id uuid, p_claim uuid, p_address_key text, p_limits jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION subscription_order_done(p_subscription text, p_wish text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.subscription_order_done(p_subscription text, p_wish text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.subscription_order_done(p_subscription text, p_wish text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION suppress_by_hand(p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.suppress_by_hand(p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.suppress_by_hand(p_workspace uuid, p_lookup jsonb, p_address_key text, p_actor text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION suppress_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.suppress_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.suppress_by_hand_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) TO service_role;

-- Name: FUNCTION suppressions_of(p_workspace uuid, p_lookup jsonb, p_address_key text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.suppressions_of(p_workspace uuid, p_lookup jsonb, p_address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.suppressions_of(p_workspace uuid, p_lookup jsonb, p_address_key text) TO authenticated;
GRANT ALL ON FUNCTION public.suppressions_of(p_workspace uuid, p_lookup jsonb, p_address_key text) TO service_role;

-- Name: FUNCTION suppressions_of_by_key(p_key_hash text, p_lookup jsonb, p_address_key text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.suppressions_of_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.suppressions_of_by_key(p_key_hash text, p_lookup jsonb, p_address_key text) TO service_role;

-- Name: FUNCTION sweep_contacts(p_limit integer, p_now timestamp with time zone, p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.sweep_contacts(p_limit integer, p_now timestamp with time zone, p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.sweep_contacts(p_limit integer, p_now timestamp with time zone, p_workspace uuid) TO service_role;

-- Name: FUNCTION team(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.team(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.team(p_workspace uuid) TO authenticated;

-- Name: FUNCTION time_in_stages(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.time_in_stages(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.time_in_stages(p_workspace uuid, p_from timestamp with time zone, p_to timestamp with time zone) TO authenticated;

-- Name: FUNCTION track(p_key_hash text, p_origin text, p_messages jsonb, p_now timestamp with time zone, p_rejected jsonb, p_tombstone_key text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.track(p_key_hash text, p_origin text, p_messages jsonb, p_now timestamp with time zone, p_rejected jsonb, p_tombstone_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.track(p_key_hash text, p_origin text, p_messages jsonb, p_now timestamp with time zone, p_rejected jsonb, p_tombstone_key text) TO service_role;

-- Name: FUNCTION trait_names(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.trait_names(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.trait_names(p_workspace uuid) TO authenticated;

-- Name: FUNCTION trait_values(p_workspace uuid, p_trait text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.trait_values(p_workspace uuid, p_trait text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.trait_values(p_workspace uuid, p_trait text) TO authenticated;

-- Name: FUNCTION traits_as_of(p_workspace uuid, p_contact uuid, p_before timestamp with time zone, p_keys text[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.traits_as_of(p_workspace uuid, p_contact uuid, p_before timestamp with time zone, p_keys text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.traits_as_of(p_workspace uuid, p_contact uuid, p_before timestamp with time zone, p_keys text[]) TO authenticated;
GRANT ALL ON FUNCTION public.traits_as_of(p_workspace uuid, p_contact uuid, p_before timestamp with time zone, p_keys text[]) TO service_role;

-- Name: FUNCTION troubles(p_workspace uuid, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.troubles(p_workspace uuid, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.troubles(p_workspace uuid, p_now timestamp with time zone) TO authenticated;

-- Name: FUNCTION unstored_receipts(p_limit integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.unstored_receipts(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.unstored_receipts(p_limit integer) TO service_role;

-- Name: FUNCTION unsubscribe(p_workspace uuid, p_address_hash text, p_category text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.unsubscribe(p_workspace uuid, p_address_hash text, p_category text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.unsubscribe(p_workspace uuid, p_address_hash text, p_category text) TO service_role;

-- Name: FUNCTION untold_owners(p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.untold_owners(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.untold_owners(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION weightiest_reasons(p_workspace uuid, p_contact uuid, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.weightiest_reasons(p_workspace uuid, p_contact uuid, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.weightiest_reasons(p_workspace uuid, p_contact uuid, p_on date) TO authenticated;

-- Name: FUNCTION workspace_owner(p_workspace uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.workspace_owner(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.workspace_owner(p_workspace uuid) TO authenticated;
GRANT ALL ON FUNCTION public.workspace_owner(p_workspace uuid) TO service_role;

-- Name: TABLE announcements; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.announcements TO service_role;

-- Name: TABLE api_key_hashes; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.api_key_hashes TO service_role;
GRANT INSERT ON TABLE private.api_key_hashes TO authenticated;

-- Name: TABLE checkouts; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.checkouts TO service_role;

-- Name: TABLE decay_factors; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.decay_factors TO service_role;
GRANT SELECT ON TABLE private.decay_factors TO authenticated;

-- Name: TABLE drift_checks; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.drift_checks TO service_role;

-- Name: TABLE export_builds; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.export_builds TO service_role;

-- Name: TABLE export_exclusions; Type: ACL; Schema: private; Owner: -

GRANT SELECT ON TABLE private.export_exclusions TO service_role;

-- Name: TABLE identity_secrets; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.identity_secrets TO service_role;
GRANT INSERT ON TABLE private.identity_secrets TO authenticated;

-- Name: COLUMN identity_secrets.workspace_id; Type: ACL; Schema: private; Owner: -

GRANT SELECT(workspace_id) ON TABLE private.identity_secrets TO authenticated;

-- Name: COLUMN identity_secrets.inner_key; Type: ACL; Schema: private; Owner: -

GRANT UPDATE(inner_key) ON TABLE private.identity_secrets TO authenticated;

-- Name: COLUMN identity_secrets.outer_key; Type: ACL; Schema: private; Owner: -

GRANT UPDATE(outer_key) ON TABLE private.identity_secrets TO authenticated;

-- Name: TABLE invitation_mails; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE private.invitation_mails TO service_role;

-- Name: TABLE metering; Type: ACL; Schema: private; Owner: -

GRANT SELECT,UPDATE ON TABLE private.metering TO service_role;

-- Name: TABLE policies; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT ON TABLE private.policies TO service_role;

-- Name: TABLE reconciliation; Type: ACL; Schema: private; Owner: -

GRANT SELECT,UPDATE ON TABLE private.reconciliation TO service_role;

-- Name: TABLE smtp_passwords; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.smtp_passwords TO service_role;

-- Name: TABLE subscription_orders; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.subscription_orders TO service_role;

-- Name: TABLE tombstones; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.tombstones TO service_role;

-- Name: TABLE usage_clock; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.usage_clock TO service_role;

-- Name: TABLE api_keys; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.api_keys TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_keys TO service_role;

-- Name: COLUMN api_keys.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.api_keys TO authenticated;

-- Name: COLUMN api_keys.kind; Type: ACL; Schema: public; Owner: -

GRANT INSERT(kind) ON TABLE public.api_keys TO authenticated;

-- Name: COLUMN api_keys.hint; Type: ACL; Schema: public; Owner: -

GRANT INSERT(hint) ON TABLE public.api_keys TO authenticated;

-- Name: COLUMN api_keys.origins; Type: ACL; Schema: public; Owner: -

GRANT INSERT(origins),UPDATE(origins) ON TABLE public.api_keys TO authenticated;

-- Name: COLUMN api_keys.revoked_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(revoked_at) ON TABLE public.api_keys TO authenticated;

-- Name: TABLE audit_log; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.audit_log TO authenticated;
GRANT SELECT,INSERT,DELETE ON TABLE public.audit_log TO service_role;

-- Name: COLUMN audit_log.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.audit_log TO authenticated;

-- Name: COLUMN audit_log.action; Type: ACL; Schema: public; Owner: -

GRANT INSERT(action) ON TABLE public.audit_log TO authenticated;

-- Name: COLUMN audit_log.contact_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(contact_id) ON TABLE public.audit_log TO authenticated;

-- Name: TABLE contact_states; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.contact_states TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contact_states TO service_role;

-- Name: TABLE contacts; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.contacts TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contacts TO service_role;

-- Name: TABLE erased_identities; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.erased_identities TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.erased_identities TO service_role;

-- Name: TABLE events; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.events TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.events TO service_role;

-- Name: TABLE exports; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.exports TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.exports TO service_role;

-- Name: TABLE fit_rules; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.fit_rules TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.fit_rules TO service_role;

-- Name: TABLE identity_links; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.identity_links TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identity_links TO service_role;

-- Name: TABLE invitations; Type: ACL; Schema: public; Owner: -

GRANT SELECT,DELETE ON TABLE public.invitations TO authenticated;
GRANT SELECT,DELETE ON TABLE public.invitations TO service_role;

-- Name: COLUMN invitations.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.invitations TO authenticated;

-- Name: COLUMN invitations.email; Type: ACL; Schema: public; Owner: -

GRANT INSERT(email) ON TABLE public.invitations TO authenticated;

-- Name: COLUMN invitations.role; Type: ACL; Schema: public; Owner: -

GRANT INSERT(role) ON TABLE public.invitations TO authenticated;

-- Name: COLUMN invitations.status; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(status) ON TABLE public.invitations TO authenticated;

-- Name: TABLE member_changes; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.member_changes TO authenticated;
GRANT SELECT,DELETE ON TABLE public.member_changes TO service_role;

-- Name: COLUMN member_changes.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.member_changes TO authenticated;

-- Name: COLUMN member_changes.user_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(user_id) ON TABLE public.member_changes TO authenticated;

-- Name: COLUMN member_changes.role; Type: ACL; Schema: public; Owner: -

GRANT INSERT(role) ON TABLE public.member_changes TO authenticated;

-- Name: TABLE members; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.members TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.members TO service_role;

-- Name: TABLE payments; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.payments TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.payments TO service_role;

-- Name: TABLE plan_variants; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.plan_variants TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plan_variants TO service_role;

-- Name: TABLE redactions; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.redactions TO authenticated;
GRANT SELECT,INSERT,DELETE ON TABLE public.redactions TO service_role;

-- Name: TABLE rejections; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.rejections TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rejections TO service_role;

-- Name: TABLE rescore_requests; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.rescore_requests TO authenticated;
GRANT SELECT,INSERT,DELETE ON TABLE public.rescore_requests TO service_role;

-- Name: COLUMN rescore_requests.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.rescore_requests TO authenticated;

-- Name: TABLE rescores; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.rescores TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rescores TO service_role;

-- Name: TABLE rule_draft_mails; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.rule_draft_mails TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_draft_mails TO service_role;

-- Name: TABLE rule_draft_moves; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.rule_draft_moves TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rule_draft_moves TO service_role;

-- Name: TABLE rule_templates; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.rule_templates TO authenticated;
GRANT SELECT ON TABLE public.rule_templates TO service_role;

-- Name: TABLE saved_views; Type: ACL; Schema: public; Owner: -

GRANT SELECT,DELETE ON TABLE public.saved_views TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.saved_views TO service_role;

-- Name: COLUMN saved_views.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.saved_views TO authenticated;

-- Name: COLUMN saved_views.name; Type: ACL; Schema: public; Owner: -

GRANT INSERT(name),UPDATE(name) ON TABLE public.saved_views TO authenticated;

-- Name: COLUMN saved_views.query; Type: ACL; Schema: public; Owner: -

GRANT INSERT(query),UPDATE(query) ON TABLE public.saved_views TO authenticated;

-- Name: TABLE score_history; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.score_history TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.score_history TO service_role;

-- Name: TABLE score_rules; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.score_rules TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.score_rules TO service_role;

-- Name: TABLE signal_counts; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.signal_counts TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.signal_counts TO service_role;

-- Name: TABLE signals; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.signals TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.signals TO service_role;

-- Name: TABLE smtp_settings; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.smtp_settings TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.smtp_settings TO service_role;

-- Name: TABLE stage_events; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.stage_events TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stage_events TO service_role;

-- Name: TABLE stage_pins; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.stage_pins TO authenticated;
GRANT SELECT,INSERT,DELETE ON TABLE public.stage_pins TO service_role;

-- Name: COLUMN stage_pins.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.stage_pins TO authenticated;

-- Name: COLUMN stage_pins.contact_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(contact_id) ON TABLE public.stage_pins TO authenticated;

-- Name: COLUMN stage_pins.stage_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(stage_id) ON TABLE public.stage_pins TO authenticated;

-- Name: TABLE suppressions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,DELETE ON TABLE public.suppressions TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.suppressions TO service_role;

-- Name: TABLE traits; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.traits TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.traits TO service_role;

-- Name: TABLE usage; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.usage TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.usage TO service_role;

-- Name: TABLE usage_warnings; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.usage_warnings TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.usage_warnings TO service_role;

-- Name: TABLE workspace_requests; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.workspace_requests TO authenticated;
GRANT SELECT,DELETE ON TABLE public.workspace_requests TO service_role;

-- Name: COLUMN workspace_requests.workspace_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(workspace_id) ON TABLE public.workspace_requests TO authenticated;

-- Name: COLUMN workspace_requests.name; Type: ACL; Schema: public; Owner: -

GRANT INSERT(name) ON TABLE public.workspace_requests TO authenticated;

-- Name: COLUMN workspace_requests.slug; Type: ACL; Schema: public; Owner: -

GRANT INSERT(slug) ON TABLE public.workspace_requests TO authenticated;

-- Name: COLUMN workspace_requests.kind; Type: ACL; Schema: public; Owner: -

GRANT INSERT(kind) ON TABLE public.workspace_requests TO authenticated;
