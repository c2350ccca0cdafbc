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
	outer_key bytea
);

-- Name: stage_change; Type: TYPE; Schema: private; Owner: -

CREATE TYPE private.stage_change AS (
	contact_id uuid,
	from_stage_id uuid,
	to_stage_id uuid,
	score smallint
);

-- Name: add_default_rules(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.add_default_rules(p_workspace uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        insert into public.signals (workspace_id, number, name, event)
        select p_workspace, d.number, d.event, d.event
        from (values
            (1, 'Page Viewed'), (2, 'Feature Used'), (3, 'Project Created'),
            (4, 'Invite Sent'), (5, 'Pricing Viewed'), (6, 'Upgrade Clicked')
        ) as d (number, event);

        insert into public.score_rules (workspace_id, signal, points, cap)
        select p_workspace, d.signal, d.points, d.cap
        from (values
            (1, 1, 10), (2, 5, 30), (3, 10, 30), (4, 10, 20), (5, 15, 30), (6, 25, 50)
        ) as d (signal, points, cap);

        insert into public.stages (workspace_id, position, name, threshold, event, silence_days)
        select p_workspace, d.position, d.name, d.threshold, d.event, d.silence_days
        from (values
            (1, 'signed_up', 0, null, null),
            (2, 'activated', 20, null, null),
            (3, 'engaged', 40, null, null),
            (4, 'ready', 70, null, null),
            (5, 'customer', null, 'Subscription Started', null),
            (6, 'at_risk', null, null, 14),
            (7, 'churned', null, 'Subscription Cancelled', null)
        ) as d (position, name, threshold, event, silence_days);
    end
    $$;

-- Name: add_ready_automation(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.add_ready_automation(p_workspace uuid) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        with template as (
            insert into public.templates (workspace_id, name, category, subject, html)
            values (
                p_workspace,
                'Ready to upgrade',
                'marketing',
                'You are getting a lot out of {{ product.name }}',
                '<p>Hi {{ contact.name | default: "there" }},</p>'
                '<p>you have been busy in {{ product.name }} lately, and it looks like you are about to outgrow '
                'your current plan.</p>'
                '<p>Reply to this email if you would like help choosing the next one. A person reads it.</p>'
                '<p>{{ product.name }}</p>'
            )
            returning id
        )
        insert into public.automations (workspace_id, name, entering_stage_id, template_id, status)
        select p_workspace, 'Ready to upgrade', s.id, template.id, 'live'
        from template, public.stages as s
        where s.workspace_id = p_workspace and s.name = 'ready'
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
        update public.identities set pinned_to_id = private.pin_for(new) where id = new.identity_id;
        touched := array(select distinct id from unnest(private.move_identity(new.identity_id)) as id order by id);
        perform private.lock_contacts(new.workspace_id, touched);
        perform private.regroup_contacts(new.workspace_id, touched);

        select * into strict rules from private.compiled_rules where workspace_id = new.workspace_id;
        perform private.update_scores(
            new.workspace_id, rules,
            array(select row(id, null, null, null)::private.gain from unnest(touched) as id), 'hand', new.moved_at
        );
        return null;
    exception when sqlstate 'PT450' then
        raise sqlstate 'PT412' using message = 'too_many_identities';
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
            w.require_verification, w.redact, w.deletion_requested_at, s.inner_key, s.outer_key
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
        end if;
        return row(
            found_key.workspace_id, found_key.id, found_key.kind = 'secret', found_key.require_verification,
            found_key.redact, found_key.rate_multiplier, found_key.inner_key, found_key.outer_key
        );
    end
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

-- Name: compile_rules(uuid); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.compile_rules(p_workspace uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        delete from private.compiled_rules where workspace_id = p_workspace;
        insert into private.compiled_rules
        select
            w.id, w.rules_version, w.half_life_days,
            s.signals, s.events, s.conditions, s.trusted,
            r.signals, r.points, r.caps,
            exists (select from public.fit_rules as f where f.workspace_id = w.id),
            g.score_stages, g.thresholds, g.event_stages, g.events, g.trusted, g.silence_stages, g.silence_days
        from
            public.workspaces as w,
            lateral (
                select
                    coalesce(array_agg(number order by number), '{}') as signals,
                    coalesce(array_agg(event order by number), '{}') as events,
                    coalesce(array_agg(condition order by number), '{}') as conditions,
                    coalesce(array_agg(trusted_only order by number), '{}') as trusted
                from public.signals where workspace_id = w.id
            ) as s,
            lateral (
                select
                    coalesce(array_agg(signal order by signal), '{}') as signals,
                    coalesce(array_agg(points order by signal), '{}') as points,
                    coalesce(array_agg(cap order by signal), '{}') as caps
                from public.score_rules where workspace_id = w.id
            ) as r,
            lateral (
                select
                    coalesce(array_agg(id order by threshold, position) filter (where threshold is not null), '{}') as score_stages,
                    coalesce(array_agg(threshold order by threshold, position) filter (where threshold is not null), '{}') as thresholds,
                    coalesce(array_agg(id order by position) filter (where event is not null), '{}') as event_stages,
                    coalesce(array_agg(event order by position) filter (where event is not null), '{}') as events,
                    coalesce(array_agg(trusted_only order by position) filter (where event is not null), '{}') as trusted,
                    coalesce(array_agg(id order by silence_days) filter (where silence_days is not null), '{}') as silence_stages,
                    coalesce(array_agg(silence_days order by silence_days) filter (where silence_days is not null), '{}') as silence_days
                from public.stages where workspace_id = w.id
            ) as g
        where w.id = p_workspace;
        perform private.fill_decay_factors(half_life_days) from public.workspaces where id = p_workspace;
    end
    $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

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
    has_fit boolean NOT NULL,
    score_stages uuid[] NOT NULL,
    thresholds smallint[] NOT NULL,
    event_stages uuid[] NOT NULL,
    stage_events text[] NOT NULL,
    stage_trusted boolean[] NOT NULL,
    silence_stages uuid[] NOT NULL,
    silence_days smallint[] NOT NULL
);

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

-- Name: decay(integer, smallint); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.decay(p_age integer, p_half_life_days smallint) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select round(power(2::numeric, (-p_age::numeric(40, 30) / p_half_life_days)::numeric(40, 30)), 12)
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

-- Name: fill_decay_factors(smallint); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.fill_decay_factors(p_half_life_days smallint) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        insert into private.decay_factors (half_life_days, age, factor)
        select p_half_life_days, age, private.decay(age, p_half_life_days)
        -- 2^-41 rounds to zero.
        from generate_series(0, 41 * p_half_life_days) as age
        where private.decay(age, p_half_life_days) > 0
        on conflict do nothing
    $$;

-- Name: fit_matches(text, jsonb, jsonb); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select coalesce(
            case p_operator
                when 'exists' then p_trait is not null
                when 'equals' then p_trait = p_operand
                when 'in' then p_operand @> p_trait
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

-- Name: give_up_on_stale_messages(timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.give_up_on_stale_messages(p_now timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update public.messages
        set status = 'unknown', reason = 'outcome_unknown', claim = null, claimed_until = null
        where id in (
            select id from public.messages
            where status = 'sending' and first_attempt_at < p_now - interval '23 hours'
                and (claimed_until is null or claimed_until < p_now)
            for update skip locked
        )
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

-- Name: identity_rank(text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.identity_rank(p_kind text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
        select array_position(array['anonymousId', 'email', 'userId'], p_kind)
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

-- Name: merge_stage_events(uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.merge_stage_events(p_contacts uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        update public.contact_states as s
        set event_stage_id = (
            select e.stage_id
            from public.identities as i
            join public.stage_events as e on e.identity_id = i.id
            where i.contact_id = s.contact_id
            order by e.trusted desc, e.occurred_at desc, e.message_id desc
            limit 1
        )
        where s.contact_id = any (p_contacts);
    end
    $$;

-- Name: merge_traits(uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.merge_traits(p_workspace uuid, p_contacts uuid[]) RETURNS void
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
        set fit = coalesce((
            select sum(r.points) from public.fit_rules as r
            where r.workspace_id = p_workspace and private.fit_matches(r.operator, u.traits -> r.trait, r.operand)
        ), 0)
        from updated as u
        where s.contact_id = u.id;
    end
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

-- Name: identity_moves; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.identity_moves (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    contact_id uuid,
    moved_by uuid DEFAULT auth.uid(),
    moved_at timestamp with time zone DEFAULT now() NOT NULL
);

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
    CONSTRAINT messages_automation_has_occurrence CHECK (((automation_id IS NULL) = (occurrence IS NULL))),
    CONSTRAINT messages_category_known CHECK ((category = ANY (ARRAY['transactional'::text, 'marketing'::text]))),
    CONSTRAINT messages_skip_has_reason CHECK (((status <> 'skipped'::text) OR (reason IS NOT NULL))),
    CONSTRAINT messages_status_known CHECK ((status = ANY (ARRAY['queued'::text, 'claimed'::text, 'sending'::text, 'sent'::text, 'skipped'::text, 'failed'::text, 'unknown'::text])))
);

-- Name: recipient(public.messages, text); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.recipient(p_message public.messages, p_address_key text) RETURNS TABLE(address text, traits jsonb, skip_reason text)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select
            c.email,
            c.traits,
            case
                when w.deletion_requested_at is not null then 'workspace_deletion_pending'
                when c.id is null then 'contact_gone'
                when c.email is null or not c.email_trusted
                    or c.email <> coalesce((p_message).to_address, c.email) then 'not_mailable'
                when exists (
                    select from public.suppressions as s
                    where s.workspace_id = w.id
                        and s.address_hash = private.hmac_sha256(p_address_key, w.id || ':' || c.email)
                        and coalesce(s.category, (p_message).category) = (p_message).category
                ) then 'suppressed'
                when (p_message).category = 'marketing' and w.postal_address is null then 'postal_address_missing'
            end
        from public.workspaces as w
        -- Whoever queued the message may have named any contact: only one of its own workspace is ever read.
        left join public.identities as i on i.id = (p_message).contact_id and i.workspace_id = w.id
        left join public.contacts as c on c.id = i.contact_id
        where w.id = (p_message).workspace_id
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
        insert into public.transitions (workspace_id, contact_id, from_stage_id, to_stage_id, cause, score, created_at)
        select p_workspace, c.contact_id, c.from_stage_id, c.to_stage_id, p_cause, c.score, p_now
        from unnest(p_changes) as c;

        insert into public.messages
            (workspace_id, contact_id, automation_id, occurrence, template_id, category, send_at, created_at)
        select p_workspace, c.contact_id, a.id, 'once', t.id, t.category, p_now, p_now
        from unnest(p_changes) as c
        join public.automations as a
            on a.workspace_id = p_workspace and a.entering_stage_id = c.to_stage_id and a.status = 'live'
        join public.templates as t on t.id = a.template_id
        -- A person who was mailed under an identity that has joined this contact since has had it.
        where not exists (
            select from public.identities as i
            join public.messages as m on m.workspace_id = p_workspace and m.contact_id = i.id
            where i.contact_id = c.contact_id and m.automation_id = a.id and m.status <> 'skipped'
        )
        on conflict on constraint messages_occurrence_key do nothing;
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

-- Name: regroup_contacts(uuid, uuid[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.regroup_contacts(p_workspace uuid, p_contacts uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        delete from public.contact_states as s
        where s.contact_id = any (p_contacts)
            and not exists (select from public.identities as i where i.contact_id = s.contact_id);
        delete from public.contacts as c
        where c.id = any (p_contacts)
            and not exists (select from public.identities as i where i.contact_id = c.id);
        update public.contact_states as s
        set sums_on = '-infinity', last_event_at = (
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
        perform private.merge_traits(p_workspace, p_contacts);
        perform private.merge_stage_events(p_contacts);
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

-- Name: resolve_new(uuid, private.message[], boolean); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.resolve_new(p_workspace uuid, INOUT p_messages private.message[], p_structural boolean, OUT resolved private.resolution[], OUT touched uuid[], OUT rejected jsonb) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        message private.message;
    begin
        touched := '{}';
        rejected := '[]';
        p_messages := private.drop_duplicates(p_workspace, p_messages);
        foreach message in array p_messages loop
            continue when not p_structural or cardinality(message.kinds) = 1;
            begin
                touched := touched || private.link_identities(p_workspace, message);
            exception when sqlstate 'PT450' then
                rejected := rejected || private.rejection(message, 'too_many_identities');
                p_messages := array(select m from unnest(p_messages) as m where m.index <> message.index);
            end;
        end loop;
        perform private.ensure_identities(p_workspace, p_messages);
        resolved := private.resolve_messages(p_workspace, p_messages);
    end
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

-- Name: stage_of(private.compiled_rules, integer, uuid, timestamp with time zone, date); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.stage_of(p_rules private.compiled_rules, p_score integer, p_event_stage uuid, p_last_event_at timestamp with time zone, p_today date) RETURNS uuid
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO ''
    AS $$
    begin
        -- width_bucket() counts the thresholds reached; position 0 is outside the array, hence null.
        return coalesce(
            p_event_stage,
            (p_rules).silence_stages[
                width_bucket(p_today - (p_last_event_at at time zone 'utc')::date, (p_rules).silence_days::integer[])
            ],
            (p_rules).score_stages[width_bucket(p_score, (p_rules).thresholds::integer[])]
        );
    end
    $$;

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

-- Name: track_many(private.sender, private.compiled_rules, private.message[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.track_many(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamp with time zone) RETURNS jsonb
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
        is_redacted boolean;
        structural  boolean;
        rejected    jsonb := '[]';
    begin
        select
            bool_or(m.traits is not null), bool_or(m.name = any (p_rules.stage_events)), bool_or(m.redactions > 0),
            bool_or(cardinality(m.kinds) > 1)
        into has_traits, has_stages, is_redacted, structural
        from unnest(p_messages) as m;
        structural := structural and private.changes_structure(workspace, p_messages);
        perform private.lock_structure(workspace, structural);
        resolved := private.resolve_messages(workspace, messages);
        if structural or cardinality(resolved) < cardinality(messages) then
            select n.p_messages, n.resolved, n.touched, n.rejected into messages, resolved, touched, rejected
            from private.resolve_new(workspace, messages, structural) as n;
        end if;
        contacts := array(
            select contact_id from unnest(resolved) union select id from unnest(touched) as id order by 1
        );
        perform private.lock_contacts(workspace, contacts);
        if cardinality(touched) > 0 then
            perform private.regroup_contacts(workspace, touched);
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
            perform private.merge_traits(workspace, array(
                select distinct r.contact_id
                from unnest(messages) as m
                join unnest(resolved) as r on r.index = m.index
                where m.traits is not null
            ));
        end if;
        if has_stages then
            perform private.write_stage_events(workspace, p_rules, messages, resolved);
            perform private.merge_stage_events(contacts);
        end if;
        if cardinality(gains) < cardinality(contacts) then
            gains := gains || array(
                select row(id, null, null, null)::private.gain from unnest(contacts) as id
                where id not in (select contact_id from unnest(gains))
            );
        end if;
        perform private.update_scores(workspace, p_rules, gains, 'message', p_now);

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
        has_traits boolean;
        refused    jsonb;
        result     jsonb;
        was_new    boolean;
    begin
        select * into strict rules from private.compiled_rules where workspace_id = p_sender.workspace_id;
        blank.trusted := p_sender.trusted;

        if jsonb_array_length(p_messages) = 1 then
            message := private.weighed(p_sender, jsonb_populate_record(blank, p_messages -> 0));
            if private.refusal(p_sender, message) is null then
                was_new := private.track_one(p_sender, rules, message, p_now);
                if was_new is not null then
                    return jsonb_build_object('accepted', was_new::integer, 'rejected', '[]'::jsonb);
                end if;
            end if;
        end if;

        select
            coalesce(array_agg(m.message) filter (where r.code is null), '{}'),
            coalesce(jsonb_agg(private.rejection(m.message, r.code)) filter (where r.code is not null), '[]'),
            bool_or((m.message).traits is not null)
        into admitted, refused, has_traits
        from (
            select case when m.user_hash is null then m else private.weighed(p_sender, m) end as message
            from jsonb_populate_recordset(blank, p_messages) as m
            offset 0
        ) as m
        cross join lateral (select private.refusal(p_sender, m.message) as code) as r;

        if cardinality(admitted) = 0 then
            return jsonb_build_object('accepted', 0, 'rejected', refused);
        end if;
        if has_traits then
            result := private.track_traits(p_sender, rules, admitted, p_now);
        else
            result := private.track_many(p_sender, rules, admitted, p_now);
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
        counted   smallint[];
        added     numeric := 0;
        points    numeric;
        to_stage  uuid;
        to_score  smallint;
    begin
        if p_message.type not in ('track', 'page', 'screen')
            or p_message.traits is not null
            or p_message.redactions > 0
            or p_message.name = any (p_rules.stage_events)
        then
            return null;
        end if;
        -- What is settled stays so. One identity changes no structure, so this never asks for more than a shared lock.
        if cardinality(p_message.kinds) > 1 then
            if private.changes_structure(p_sender.workspace_id, array[p_message]) then
                return null;
            end if;
            lower_ids := ((private.resolve_messages(p_sender.workspace_id, array[p_message]))[1]).lower_ids;
        end if;
        perform pg_advisory_xact_lock_shared(hashtextextended(p_sender.workspace_id::text, 0));
        select i.id as identity_id, s.* into state
        from public.identities as i
        join public.contact_states as s on s.contact_id = i.contact_id
        where i.workspace_id = p_sender.workspace_id and i.kind = p_message.kinds[1] and i.value = p_message.values[1]
        for no key update of s;
        if not found then
            return null;
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

        if p_message.name = any (p_rules.signal_events) then
            with counts as (
                insert into public.signal_counts as c (workspace_id, identity_id, day, signal, count)
                select p_sender.workspace_id, state.identity_id, day, s.signal, 1
                from unnest(p_rules.signals, p_rules.signal_events, p_rules.signal_conditions, p_rules.signal_trusted)
                    as s (signal, event, condition, trusted_only)
                where s.event = p_message.name and (p_message.trusted or not s.trusted_only)
                    and (s.condition is null or p_message.properties @> s.condition)
                on conflict on constraint signal_counts_pkey do update set count = c.count + 1
                returning c.signal
            )
            select array_agg(signal) into counted from counts;
        end if;

        if state.sums_on <> today or state.rules_version <> p_rules.version then
            perform private.update_scores(
                p_sender.workspace_id, p_rules,
                array[row(state.contact_id, p_message.occurred_at, null, null)::private.gain], 'message', p_now
            );
            return true;
        end if;

        -- A day that has not begun yet counts from its beginning.
        if day <= today then
            added := case when day = today then 1 else private.decay(today - day, p_rules.half_life_days) end;
        end if;
        select
            array_agg(s.new_sum order by s.position),
            sum(least(s.cap, greatest(-s.cap, s.points * s.new_sum)))
        into state.sums, points
        from (
            select r.position, r.points, r.cap, r.sum + case when r.signal = any (counted) then added else 0 end as new_sum
            from unnest(state.sums, p_rules.rule_signals, p_rules.rule_points, p_rules.rule_caps)
                with ordinality as r (sum, signal, points, cap, position)
        ) as s;
        to_score := round(least(100, greatest(0, coalesce(points, 0) + state.fit)));
        state.last_event_at := greatest(state.last_event_at, p_message.occurred_at);
        to_stage := private.stage_of(p_rules, to_score, state.event_stage_id, state.last_event_at, today);

        update public.contact_states
        set sums = coalesce(state.sums, '{}'), score = to_score, stage_id = to_stage, last_event_at = state.last_event_at
        where contact_id = state.contact_id;
        if to_stage is distinct from state.stage_id then
            perform private.record_transitions(
                p_sender.workspace_id,
                array[row(state.contact_id, state.stage_id, to_stage, to_score)::private.stage_change],
                'message', p_now
            );
        end if;
        return true;
    end
    $$;

-- Name: track_traits(private.sender, private.compiled_rules, private.message[], timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.track_traits(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        overflowing text;
        result      jsonb;
    begin
        -- What is undone gives its locks back; this one has to be kept, since it is never upgraded.
        perform private.lock_structure(
            p_sender.workspace_id, private.changes_structure(p_sender.workspace_id, p_messages)
        );
        begin
            return private.track_many(p_sender, p_rules, p_messages, p_now);
        exception when sqlstate 'PT451' then
            get stacked diagnostics overflowing = pg_exception_detail;
        end;
        result := private.track_traits(
            p_sender, p_rules,
            array(select m from unnest(p_messages) as m where m.index <> all (overflowing::integer[])), p_now
        );
        return result || jsonb_build_object('rejected', (result -> 'rejected') || (
            select jsonb_agg(private.rejection(m, 'too_many_traits'))
            from unnest(p_messages) as m
            where m.index = any (overflowing::integer[])
        ));
    end
    $$;

-- Name: update_scores(uuid, private.compiled_rules, private.gain[], text, timestamp with time zone); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.update_scores(p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_cause text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        today   date := (p_now at time zone 'utc')::date;
        changes private.stage_change[];
    begin
        with summed as (
            select
                s.contact_id, s.stage_id as from_stage_id, s.event_stage_id, s.fit,
                greatest(s.last_event_at, g.seen_at) as last_event_at,
                case
                    when s.sums_on <> today or s.rules_version <> p_rules.version
                        then private.sum_counts(p_rules, s.contact_id, today)
                    when g.signals is null then s.sums
                    else array(
                        select r.sum + coalesce(g.weights[array_position(g.signals, r.signal)], 0)
                        from unnest(s.sums, p_rules.rule_signals) as r (sum, signal)
                    )
                end as sums
            from unnest(p_gains) as g
            join public.contact_states as s on s.contact_id = g.contact_id
        ),
        scored as (
            select
                n.*,
                round(least(100, greatest(0, n.fit + (
                    select coalesce(sum(least(r.cap, greatest(-r.cap, r.points * r.sum))), 0)
                    from unnest(n.sums, p_rules.rule_points, p_rules.rule_caps) as r (sum, points, cap)
                ))))::smallint as score
            from summed as n
            offset 0
        ),
        moved as (
            update public.contact_states as s
            set
                score = n.score,
                stage_id = private.stage_of(p_rules, n.score, n.event_stage_id, n.last_event_at, today),
                last_event_at = n.last_event_at,
                sums = coalesce(n.sums, '{}'),
                sums_on = today,
                rules_version = p_rules.version
            from scored as n
            where s.contact_id = n.contact_id
            returning s.contact_id, n.from_stage_id, s.stage_id as to_stage_id, s.score
        )
        select array_agg(row(contact_id, from_stage_id, to_stage_id, score)::private.stage_change)
        into changes
        from moved
        where from_stage_id is distinct from to_stage_id;

        if changes is not null then
            perform private.record_transitions(p_workspace, changes, p_cause, p_now);
        end if;
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

-- Name: write_stage_events(uuid, private.compiled_rules, private.message[], private.resolution[]); Type: FUNCTION; Schema: private; Owner: -

CREATE FUNCTION private.write_stage_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    begin
        insert into public.stage_events as known
            (workspace_id, identity_id, stage_id, trusted, occurred_at, message_id)
        select distinct on (r.identity_id)
            p_workspace, r.identity_id, s.stage_id, m.trusted, m.occurred_at, m.message_id
        from unnest(p_messages) as m
        join unnest(p_resolved) as r on r.index = m.index
        join unnest((p_rules).event_stages, (p_rules).stage_events, (p_rules).stage_trusted)
            as s (stage_id, event, trusted_only)
            on s.event = m.name and (m.trusted or not s.trusted_only)
        where m.type in ('track', 'page', 'screen')
        order by r.identity_id, m.trusted desc, m.occurred_at desc, m.message_id desc
        on conflict on constraint stage_events_pkey do update
            set stage_id = excluded.stage_id, trusted = excluded.trusted,
                occurred_at = excluded.occurred_at, message_id = excluded.message_id
            where (excluded.trusted, excluded.occurred_at, excluded.message_id)
                > (known.trusted, known.occurred_at, known.message_id);
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

-- Name: claim_messages(integer, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.claim_messages(p_limit integer, p_address_key text, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        claimed public.messages[];
        answer  jsonb;
    begin
        perform private.give_up_on_stale_messages(p_now);
        with due as (
            select id from public.messages
            where status in ('queued', 'claimed', 'sending') and send_at <= p_now
                and (claimed_until is null or claimed_until < p_now)
            order by send_at
            limit p_limit
            for update skip locked
        ),
        taken as (
            update public.messages as m
            set
                status = case m.status when 'queued' then 'claimed' else m.status end,
                claim = gen_random_uuid(),
                claimed_until = p_now + interval '2 minutes',
                attempts = m.attempts + 1
            from due
            where m.id = due.id
            returning m.*
        )
        select array_agg(t::public.messages order by t.send_at) into claimed from taken as t;

        update public.messages as m
        set status = 'skipped', reason = r.skip_reason, claim = null, claimed_until = null
        from unnest(claimed) as c
        cross join lateral private.recipient(c, p_address_key) as r
        where m.id = c.id and r.skip_reason is not null;

        select coalesce(jsonb_agg(jsonb_build_object(
            'id', c.id, 'claim', c.claim, 'attempts', c.attempts, 'category', c.category, 'variables', c.variables,
            'to', r.address, 'contact', r.traits,
            'workspace', jsonb_build_object(
                'id', w.id, 'name', w.name, 'slug', w.slug, 'replyTo', w.reply_to, 'postalAddress', w.postal_address
            ),
            -- What an earlier attempt stored goes out unchanged, or the provider would refuse its key.
            'rendered', c.status = 'sending',
            'from', c.from_address,
            'subject', coalesce(c.subject, t.subject), 'html', coalesce(c.html, t.html), 'text', c.plain_text
        ) order by c.send_at), '[]')
        into answer
        from unnest(claimed) as c
        join public.workspaces as w on w.id = c.workspace_id
        left join public.templates as t on t.workspace_id = c.workspace_id and t.id = c.template_id
        cross join lateral private.recipient(c, p_address_key) as r
        where r.skip_reason is null;
        return answer;
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

-- Name: create_workspace(uuid, text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.create_workspace(p_owner uuid, p_name text, p_slug text) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        workspace uuid;
    begin
        insert into public.workspaces (name, slug) values (p_name, p_slug) returning id into workspace;
        insert into public.members (workspace_id, user_id, role) values (workspace, p_owner, 'owner');
        perform private.add_default_rules(workspace);
        perform private.add_ready_automation(workspace);
        perform private.compile_rules(workspace);
        return workspace;
    end
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

-- Name: health(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.health(p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_build_object(
            'overdueDeletions', (
                select count(*) from public.workspaces where deletion_requested_at < p_now - interval '30 days'
            ),
            'outboxOldestSeconds', coalesce((
                select extract(epoch from p_now - min(send_at))::bigint from public.messages
                where status in ('queued', 'claimed', 'sending') and send_at <= p_now
            ), 0)
        )
    $$;

-- Name: queue_message(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.queue_message(p_workspace uuid, p_message jsonb) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO ''
    AS $$
    declare
        contacts uuid[] := public.find_contacts(p_workspace, p_message -> 'to');
        address  text;
        template public.templates;
        queued   public.messages;
    begin
        if cardinality(contacts) = 0 then
            raise sqlstate 'PT404' using message = 'contact_unknown';
        elsif cardinality(contacts) > 1 then
            raise sqlstate 'PT409' using message = 'ambiguous', detail = to_jsonb(contacts)::text;
        end if;
        select c.email into address from public.contacts as c where c.id = contacts[1] and c.email_trusted;
        if address is null or address <> coalesce(p_message -> 'to' ->> 'email', address) then
            raise sqlstate 'PT422' using message = 'not_mailable';
        end if;
        if p_message ? 'template' then
            select * into template from public.templates as t
            where t.workspace_id = p_workspace and t.name = p_message ->> 'template';
            if not found then
                raise sqlstate 'PT410' using message = 'template_unknown';
            end if;
        end if;

        insert into public.messages
            (workspace_id, contact_id, idempotency_key, template_id, variables, category, to_address,
             subject, html, plain_text, send_at)
        values
            (p_workspace, contacts[1], p_message ->> 'idempotencyKey', template.id,
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

-- Name: score(uuid, jsonb, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select jsonb_agg(
            case cardinality(f.contacts)
                when 0 then 'null'
                when 1 then public.explain_score(f.contacts[1], (p_now at time zone 'utc')::date)
                else jsonb_build_object('ambiguous', to_jsonb(f.contacts))
            end
            order by l.position
        )
        from jsonb_array_elements(p_lookups) with ordinality as l (lookup, position)
        cross join lateral (select public.find_contacts(p_workspace, l.lookup) as contacts) as f
    $$;

-- Name: score_by_key(text, jsonb, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.score_by_key(p_key_hash text, p_lookups jsonb, p_now timestamp with time zone DEFAULT now()) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select public.score(private.secret_workspace(p_key_hash), p_lookups, p_now)
    $$;

-- Name: score_parts(uuid, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.score_parts(p_contact uuid, p_on date) RETURNS TABLE(source jsonb, points numeric, is_fit boolean)
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select
            jsonb_build_object('signal', s.name, 'count', d.count, 'lastOn', d.last_on),
            least(r.cap, greatest(-r.cap, r.points * d.weight)),
            false
        from public.contacts as c
        join public.workspaces as w on w.id = c.workspace_id
        join public.score_rules as r on r.workspace_id = c.workspace_id
        join public.signals as s on s.workspace_id = r.workspace_id and s.number = r.signal
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

-- Name: stage_on(uuid, integer, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.stage_on(p_contact uuid, p_score integer, p_on date) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ''
    AS $$
        select g.name
        from public.contact_states as s
        join public.stages as g on g.workspace_id = s.workspace_id
        where s.contact_id = p_contact and (
            g.id = s.event_stage_id
            or g.silence_days <= p_on - (s.last_event_at at time zone 'utc')::date
            or g.threshold <= p_score
        )
        -- A stage event beats silence, silence beats the score.
        order by g.id = s.event_stage_id desc nulls last, g.silence_days desc nulls last, g.threshold desc
        limit 1
    $$;

-- Name: start_message(uuid, uuid, jsonb, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.start_message(p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamp with time zone DEFAULT now()) RETURNS boolean
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        update public.messages as m
        set
            status = case when r.skip_reason is null then 'sending' else 'skipped' end,
            reason = r.skip_reason,
            to_address = p_rendered ->> 'to',
            from_address = p_rendered ->> 'from',
            subject = p_rendered ->> 'subject',
            html = p_rendered ->> 'html',
            plain_text = p_rendered ->> 'text',
            first_attempt_at = coalesce(m.first_attempt_at, p_now)
        from public.messages as before
        cross join lateral private.recipient(before, p_address_key) as r
        where m.id = p_id and before.id = p_id and m.claim = p_claim and m.status in ('claimed', 'sending')
        returning m.status = 'sending'
    $$;

-- Name: track(text, text, jsonb, timestamp with time zone, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.track(p_key_hash text, p_origin text, p_messages jsonb, p_now timestamp with time zone DEFAULT now(), p_rejected jsonb DEFAULT '[]'::jsonb) RETURNS jsonb
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

-- Name: unsubscribe(uuid, text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.unsubscribe(p_workspace uuid, p_address_hash text, p_category text) RETURNS void
    LANGUAGE sql
    SET search_path TO ''
    AS $$
        insert into public.suppressions (workspace_id, address_hash, category, reason)
        select w.id, p_address_hash, p_category, 'unsubscribed' from public.workspaces as w where w.id = p_workspace
        on conflict on constraint suppressions_key do nothing
    $$;

-- Name: api_key_hashes; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.api_key_hashes (
    key_hash text NOT NULL,
    api_key_id uuid NOT NULL,
    CONSTRAINT api_key_hashes_sha256 CHECK ((key_hash ~ '^[0-9a-f]{64}$'::text))
);

-- Name: decay_factors; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.decay_factors (
    half_life_days smallint NOT NULL,
    age smallint NOT NULL,
    factor numeric(13,12) NOT NULL
);

-- Name: identity_secrets; Type: TABLE; Schema: private; Owner: -

CREATE TABLE private.identity_secrets (
    workspace_id uuid NOT NULL,
    inner_key bytea NOT NULL,
    outer_key bytea NOT NULL,
    CONSTRAINT identity_secrets_block_length CHECK (((length(inner_key) = 64) AND (length(outer_key) = 64)))
);

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

-- Name: automations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.automations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    entering_stage_id uuid NOT NULL,
    template_id uuid NOT NULL,
    status text DEFAULT 'draft'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT automations_status_known CHECK ((status = ANY (ARRAY['draft'::text, 'live'::text, 'paused'::text])))
);

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
    rules_version integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='75');

-- Name: contacts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.contacts (
    id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    traits jsonb DEFAULT '{}'::jsonb NOT NULL,
    email text COLLATE pg_catalog."C",
    email_trusted boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

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

-- Name: identity_links; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.identity_links (
    workspace_id uuid NOT NULL,
    lower_id uuid NOT NULL,
    higher_id uuid NOT NULL,
    trusted boolean NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    message_id text NOT NULL COLLATE pg_catalog."C"
);

-- Name: members; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.members (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT members_role_known CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'viewer'::text])))
);

-- Name: redactions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.redactions (
    workspace_id uuid NOT NULL,
    message_id text NOT NULL COLLATE pg_catalog."C",
    trusted boolean NOT NULL,
    removed smallint NOT NULL,
    received_at timestamp with time zone NOT NULL
);

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

-- Name: score_rules; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.score_rules (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    signal smallint NOT NULL,
    points numeric(7,2) NOT NULL,
    cap numeric(7,2) NOT NULL,
    CONSTRAINT score_rules_cap_positive CHECK ((cap > (0)::numeric))
);

-- Name: signal_counts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.signal_counts (
    workspace_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    day date NOT NULL,
    signal smallint NOT NULL,
    count integer NOT NULL
)
WITH (fillfactor='85');

-- Name: signals; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.signals (
    workspace_id uuid NOT NULL,
    number smallint NOT NULL,
    name text NOT NULL,
    event text NOT NULL,
    condition jsonb,
    trusted_only boolean DEFAULT false NOT NULL,
    CONSTRAINT signals_condition_object CHECK ((jsonb_typeof(condition) = 'object'::text))
);

-- Name: stage_events; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.stage_events (
    workspace_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    stage_id uuid NOT NULL,
    trusted boolean NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    message_id text NOT NULL COLLATE pg_catalog."C"
);

-- Name: stages; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.stages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    name text NOT NULL,
    "position" smallint NOT NULL,
    threshold smallint,
    event text,
    silence_days smallint,
    trusted_only boolean DEFAULT false NOT NULL,
    CONSTRAINT stages_one_way_in CHECK ((num_nonnulls(threshold, event, silence_days) = 1)),
    CONSTRAINT stages_silence_positive CHECK ((silence_days > 0)),
    CONSTRAINT stages_threshold_range CHECK (((threshold >= 0) AND (threshold <= 100)))
);

-- Name: suppressions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.suppressions (
    workspace_id uuid NOT NULL,
    address_hash text NOT NULL COLLATE pg_catalog."C",
    category text,
    reason text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT suppressions_category_known CHECK ((category = ANY (ARRAY['transactional'::text, 'marketing'::text]))),
    CONSTRAINT suppressions_reason_known CHECK ((reason = ANY (ARRAY['unsubscribed'::text, 'bounced'::text, 'complained'::text, 'erased'::text, 'by_hand'::text])))
);

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

-- Name: traits; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.traits (
    workspace_id uuid NOT NULL,
    identity_id uuid NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    value jsonb,
    trusted boolean NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    message_id text NOT NULL COLLATE pg_catalog."C"
);

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
    CONSTRAINT transitions_cause_known CHECK ((cause = ANY (ARRAY['message'::text, 'decay'::text, 'silence'::text, 'rules'::text, 'hand'::text])))
);

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
    CONSTRAINT workspaces_half_life_range CHECK (((half_life_days >= 1) AND (half_life_days <= 365))),
    CONSTRAINT workspaces_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT workspaces_rate_multiplier_range CHECK (((rate_multiplier >= 1) AND (rate_multiplier <= 1000))),
    CONSTRAINT workspaces_redact_known CHECK ((redact = ANY (ARRAY['redact'::text, 'reject'::text, 'off'::text]))),
    CONSTRAINT workspaces_slug_format CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'::text))
);

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

-- Name: api_key_hashes api_key_hashes_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.api_key_hashes
    ADD CONSTRAINT api_key_hashes_pkey PRIMARY KEY (key_hash);

-- Name: compiled_rules compiled_rules_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.compiled_rules
    ADD CONSTRAINT compiled_rules_pkey PRIMARY KEY (workspace_id);

-- Name: decay_factors decay_factors_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.decay_factors
    ADD CONSTRAINT decay_factors_pkey PRIMARY KEY (half_life_days, age) INCLUDE (factor);

-- Name: identity_secrets identity_secrets_pkey; Type: CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.identity_secrets
    ADD CONSTRAINT identity_secrets_pkey PRIMARY KEY (workspace_id);

-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

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

-- Name: members members_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (workspace_id, user_id);

-- Name: messages messages_idempotency_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_idempotency_key UNIQUE (workspace_id, idempotency_key);

-- Name: messages messages_occurrence_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_occurrence_key UNIQUE (workspace_id, automation_id, contact_id, occurrence);

-- Name: messages messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);

-- Name: redactions redactions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.redactions
    ADD CONSTRAINT redactions_pkey PRIMARY KEY (workspace_id, message_id, trusted);

-- Name: rejections rejections_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.rejections
    ADD CONSTRAINT rejections_pkey PRIMARY KEY (id);

-- Name: score_rules score_rules_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.score_rules
    ADD CONSTRAINT score_rules_pkey PRIMARY KEY (id);

-- Name: score_rules score_rules_signal_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.score_rules
    ADD CONSTRAINT score_rules_signal_key UNIQUE (workspace_id, signal);

-- Name: signal_counts signal_counts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signal_counts
    ADD CONSTRAINT signal_counts_pkey PRIMARY KEY (workspace_id, identity_id, signal, day);

-- Name: signals signals_name_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signals
    ADD CONSTRAINT signals_name_key UNIQUE (workspace_id, name);

-- Name: signals signals_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signals
    ADD CONSTRAINT signals_pkey PRIMARY KEY (workspace_id, number);

-- Name: stage_events stage_events_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stage_events
    ADD CONSTRAINT stage_events_pkey PRIMARY KEY (identity_id);

-- Name: stages stages_name_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_name_key UNIQUE (workspace_id, name);

-- Name: stages stages_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_pkey PRIMARY KEY (id);

-- Name: stages stages_position_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_position_key UNIQUE (workspace_id, "position");

-- Name: stages stages_workspace_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_workspace_id_key UNIQUE (workspace_id, id);

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

-- Name: workspaces workspaces_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.workspaces
    ADD CONSTRAINT workspaces_pkey PRIMARY KEY (id);

-- Name: workspaces workspaces_slug_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.workspaces
    ADD CONSTRAINT workspaces_slug_key UNIQUE (slug);

-- Name: api_key_hashes_api_key_idx; Type: INDEX; Schema: private; Owner: -

CREATE INDEX api_key_hashes_api_key_idx ON private.api_key_hashes USING btree (api_key_id);

-- Name: api_keys_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX api_keys_workspace_idx ON public.api_keys USING btree (workspace_id);

-- Name: automations_stage_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX automations_stage_idx ON public.automations USING btree (workspace_id, entering_stage_id);

-- Name: automations_template_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX automations_template_idx ON public.automations USING btree (workspace_id, template_id);

-- Name: contact_states_workspace_stage_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contact_states_workspace_stage_idx ON public.contact_states USING btree (workspace_id, stage_id);

-- Name: contacts_workspace_email_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contacts_workspace_email_idx ON public.contacts USING btree (workspace_id, email);

-- Name: events_identity_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_identity_idx ON ONLY public.events USING btree (identity_id, occurred_at);

-- Name: events_0_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_0_identity_id_occurred_at_idx ON public.events_0 USING btree (identity_id, occurred_at);

-- Name: events_10_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_10_identity_id_occurred_at_idx ON public.events_10 USING btree (identity_id, occurred_at);

-- Name: events_11_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_11_identity_id_occurred_at_idx ON public.events_11 USING btree (identity_id, occurred_at);

-- Name: events_12_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_12_identity_id_occurred_at_idx ON public.events_12 USING btree (identity_id, occurred_at);

-- Name: events_13_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_13_identity_id_occurred_at_idx ON public.events_13 USING btree (identity_id, occurred_at);

-- Name: events_14_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_14_identity_id_occurred_at_idx ON public.events_14 USING btree (identity_id, occurred_at);

-- Name: events_15_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_15_identity_id_occurred_at_idx ON public.events_15 USING btree (identity_id, occurred_at);

-- Name: events_1_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_1_identity_id_occurred_at_idx ON public.events_1 USING btree (identity_id, occurred_at);

-- Name: events_2_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_2_identity_id_occurred_at_idx ON public.events_2 USING btree (identity_id, occurred_at);

-- Name: events_3_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_3_identity_id_occurred_at_idx ON public.events_3 USING btree (identity_id, occurred_at);

-- Name: events_4_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_4_identity_id_occurred_at_idx ON public.events_4 USING btree (identity_id, occurred_at);

-- Name: events_5_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_5_identity_id_occurred_at_idx ON public.events_5 USING btree (identity_id, occurred_at);

-- Name: events_6_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_6_identity_id_occurred_at_idx ON public.events_6 USING btree (identity_id, occurred_at);

-- Name: events_7_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_7_identity_id_occurred_at_idx ON public.events_7 USING btree (identity_id, occurred_at);

-- Name: events_8_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_8_identity_id_occurred_at_idx ON public.events_8 USING btree (identity_id, occurred_at);

-- Name: events_9_identity_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX events_9_identity_id_occurred_at_idx ON public.events_9 USING btree (identity_id, occurred_at);

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

-- Name: members_user_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX members_user_idx ON public.members USING btree (user_id);

-- Name: messages_contact_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_contact_idx ON public.messages USING btree (workspace_id, contact_id, created_at);

-- Name: messages_due_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_due_idx ON public.messages USING btree (send_at) WHERE (status = ANY (ARRAY['queued'::text, 'claimed'::text, 'sending'::text]));

-- Name: messages_template_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_template_idx ON public.messages USING btree (workspace_id, template_id);

-- Name: rejections_received_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rejections_received_idx ON public.rejections USING btree (received_at);

-- Name: rejections_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX rejections_workspace_idx ON public.rejections USING btree (workspace_id, received_at DESC);

-- Name: stage_events_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX stage_events_workspace_idx ON public.stage_events USING btree (workspace_id);

-- Name: traits_workspace_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX traits_workspace_idx ON public.traits USING btree (workspace_id);

-- Name: transitions_contact_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transitions_contact_idx ON public.transitions USING btree (workspace_id, contact_id, created_at);

-- Name: events_0_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_0_identity_id_occurred_at_idx;

-- Name: events_0_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_0_pkey;

-- Name: events_10_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_10_identity_id_occurred_at_idx;

-- Name: events_10_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_10_pkey;

-- Name: events_11_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_11_identity_id_occurred_at_idx;

-- Name: events_11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_11_pkey;

-- Name: events_12_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_12_identity_id_occurred_at_idx;

-- Name: events_12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_12_pkey;

-- Name: events_13_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_13_identity_id_occurred_at_idx;

-- Name: events_13_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_13_pkey;

-- Name: events_14_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_14_identity_id_occurred_at_idx;

-- Name: events_14_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_14_pkey;

-- Name: events_15_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_15_identity_id_occurred_at_idx;

-- Name: events_15_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_15_pkey;

-- Name: events_1_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_1_identity_id_occurred_at_idx;

-- Name: events_1_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_1_pkey;

-- Name: events_2_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_2_identity_id_occurred_at_idx;

-- Name: events_2_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_2_pkey;

-- Name: events_3_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_3_identity_id_occurred_at_idx;

-- Name: events_3_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_3_pkey;

-- Name: events_4_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_4_identity_id_occurred_at_idx;

-- Name: events_4_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_4_pkey;

-- Name: events_5_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_5_identity_id_occurred_at_idx;

-- Name: events_5_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_5_pkey;

-- Name: events_6_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_6_identity_id_occurred_at_idx;

-- Name: events_6_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_6_pkey;

-- Name: events_7_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_7_identity_id_occurred_at_idx;

-- Name: events_7_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_7_pkey;

-- Name: events_8_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_8_identity_id_occurred_at_idx;

-- Name: events_8_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_8_pkey;

-- Name: events_9_identity_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_identity_idx ATTACH PARTITION public.events_9_identity_id_occurred_at_idx;

-- Name: events_9_pkey; Type: INDEX ATTACH; Schema: public; Owner: -

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_9_pkey;

-- Name: identity_moves identity_moves_apply; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER identity_moves_apply AFTER INSERT ON public.identity_moves FOR EACH ROW EXECUTE FUNCTION private.apply_move();

-- Name: api_key_hashes api_key_hashes_api_key_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.api_key_hashes
    ADD CONSTRAINT api_key_hashes_api_key_fkey FOREIGN KEY (api_key_id) REFERENCES public.api_keys(id) ON DELETE CASCADE;

-- Name: compiled_rules compiled_rules_workspace_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.compiled_rules
    ADD CONSTRAINT compiled_rules_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: identity_secrets identity_secrets_workspace_fkey; Type: FK CONSTRAINT; Schema: private; Owner: -

ALTER TABLE ONLY private.identity_secrets
    ADD CONSTRAINT identity_secrets_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: api_keys api_keys_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: automations automations_stage_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.automations
    ADD CONSTRAINT automations_stage_fkey FOREIGN KEY (workspace_id, entering_stage_id) REFERENCES public.stages(workspace_id, id) ON DELETE CASCADE;

-- Name: automations automations_template_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.automations
    ADD CONSTRAINT automations_template_fkey FOREIGN KEY (workspace_id, template_id) REFERENCES public.templates(workspace_id, id);

-- Name: fit_rules fit_rules_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.fit_rules
    ADD CONSTRAINT fit_rules_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: members members_user_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_user_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE;

-- Name: members members_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: messages messages_template_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_template_fkey FOREIGN KEY (workspace_id, template_id) REFERENCES public.templates(workspace_id, id) ON DELETE SET NULL (template_id);

-- Name: score_rules score_rules_signal_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.score_rules
    ADD CONSTRAINT score_rules_signal_fkey FOREIGN KEY (workspace_id, signal) REFERENCES public.signals(workspace_id, number) ON DELETE CASCADE;

-- Name: signals signals_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signals
    ADD CONSTRAINT signals_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: stages stages_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.stages
    ADD CONSTRAINT stages_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: suppressions suppressions_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: templates templates_workspace_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.templates
    ADD CONSTRAINT templates_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;

-- Name: api_key_hashes; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.api_key_hashes ENABLE ROW LEVEL SECURITY;

-- Name: compiled_rules; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.compiled_rules ENABLE ROW LEVEL SECURITY;

-- Name: decay_factors; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.decay_factors ENABLE ROW LEVEL SECURITY;

-- Name: identity_secrets; Type: ROW SECURITY; Schema: private; Owner: -

ALTER TABLE private.identity_secrets ENABLE ROW LEVEL SECURITY;

-- Name: members A user sees their own memberships; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "A user sees their own memberships" ON public.members FOR SELECT TO authenticated USING ((user_id = ( SELECT auth.uid() AS uid)));

-- Name: identity_links Members see how identities were linked; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how identities were linked" ON public.identity_links FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: redactions Members see how much was taken out of their events; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how much was taken out of their events" ON public.redactions FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: signal_counts Members see how often signals were counted; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see how often signals were counted" ON public.signal_counts FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

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

-- Name: events Members see their workspace's events; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's events" ON public.events FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

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

-- Name: templates Members see their workspace's templates; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see their workspace's templates" ON public.templates FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: rejections Members see what was refused in the last 24 hours; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see what was refused in the last 24 hours" ON public.rejections FOR SELECT TO authenticated USING (((received_at > (now() - '24:00:00'::interval)) AND (workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid))))));

-- Name: identity_moves Members see which identities were moved; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see which identities were moved" ON public.identity_moves FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: suppressions Members see whom not to mail; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Members see whom not to mail" ON public.suppressions FOR SELECT TO authenticated USING ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE (members.user_id = ( SELECT auth.uid() AS uid)))));

-- Name: identity_moves Owners and admins move identities; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins move identities" ON public.identity_moves FOR INSERT TO authenticated WITH CHECK ((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))));

-- Name: messages Owners and admins queue messages; Type: POLICY; Schema: public; Owner: -

CREATE POLICY "Owners and admins queue messages" ON public.messages FOR INSERT TO authenticated WITH CHECK (((workspace_id IN ( SELECT members.workspace_id
   FROM public.members
  WHERE ((members.user_id = ( SELECT auth.uid() AS uid)) AND (members.role = ANY (ARRAY['owner'::text, 'admin'::text]))))) AND (EXISTS ( SELECT
   FROM public.identities i
  WHERE ((i.id = messages.contact_id) AND (i.workspace_id = messages.workspace_id))))));

-- Name: api_keys; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

-- Name: automations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.automations ENABLE ROW LEVEL SECURITY;

-- Name: contact_states; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.contact_states ENABLE ROW LEVEL SECURITY;

-- Name: contacts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.contacts ENABLE ROW LEVEL SECURITY;

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

-- Name: fit_rules; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.fit_rules ENABLE ROW LEVEL SECURITY;

-- Name: identities; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.identities ENABLE ROW LEVEL SECURITY;

-- Name: identity_links; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.identity_links ENABLE ROW LEVEL SECURITY;

-- Name: identity_moves; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.identity_moves ENABLE ROW LEVEL SECURITY;

-- Name: members; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.members ENABLE ROW LEVEL SECURITY;

-- Name: messages; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;

-- Name: redactions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.redactions ENABLE ROW LEVEL SECURITY;

-- Name: rejections; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.rejections ENABLE ROW LEVEL SECURITY;

-- Name: score_rules; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.score_rules ENABLE ROW LEVEL SECURITY;

-- Name: signal_counts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.signal_counts ENABLE ROW LEVEL SECURITY;

-- Name: signals; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.signals ENABLE ROW LEVEL SECURITY;

-- Name: stage_events; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.stage_events ENABLE ROW LEVEL SECURITY;

-- Name: stages; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.stages ENABLE ROW LEVEL SECURITY;

-- Name: suppressions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.suppressions ENABLE ROW LEVEL SECURITY;

-- Name: templates; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.templates ENABLE ROW LEVEL SECURITY;

-- Name: traits; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.traits ENABLE ROW LEVEL SECURITY;

-- Name: transitions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.transitions ENABLE ROW LEVEL SECURITY;

-- Name: workspaces; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.workspaces ENABLE ROW LEVEL SECURITY;

-- Name: SCHEMA private; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA private TO service_role;
GRANT USAGE ON SCHEMA private TO authenticated;

-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA public TO anon;
GRANT USAGE ON SCHEMA public TO authenticated;
GRANT USAGE ON SCHEMA public TO service_role;

-- Name: FUNCTION add_default_rules(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.add_default_rules(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.add_default_rules(p_workspace uuid) TO service_role;

-- Name: FUNCTION add_ready_automation(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.add_ready_automation(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.add_ready_automation(p_workspace uuid) TO service_role;

-- Name: FUNCTION apply_move(); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.apply_move() FROM PUBLIC;

-- Name: FUNCTION authenticate(p_key_hash text, p_origin text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.authenticate(p_key_hash text, p_origin text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.authenticate(p_key_hash text, p_origin text) TO service_role;

-- Name: FUNCTION changes_structure(p_workspace uuid, p_messages private.message[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.changes_structure(p_workspace uuid, p_messages private.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.changes_structure(p_workspace uuid, p_messages private.message[]) TO service_role;

-- Name: FUNCTION compile_rules(p_workspace uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.compile_rules(p_workspace uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.compile_rules(p_workspace uuid) TO service_role;

-- Name: TABLE identities; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.identities TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identities TO service_role;

-- Name: FUNCTION contact_by_messages(p_identity public.identities); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.contact_by_messages(p_identity public.identities) FROM PUBLIC;
GRANT ALL ON FUNCTION private.contact_by_messages(p_identity public.identities) TO service_role;

-- Name: TABLE compiled_rules; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.compiled_rules TO service_role;

-- Name: FUNCTION count_signals(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_today date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.count_signals(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_today date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.count_signals(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[], p_today date) TO service_role;

-- Name: FUNCTION decay(p_age integer, p_half_life_days smallint); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.decay(p_age integer, p_half_life_days smallint) FROM PUBLIC;
GRANT ALL ON FUNCTION private.decay(p_age integer, p_half_life_days smallint) TO service_role;
GRANT ALL ON FUNCTION private.decay(p_age integer, p_half_life_days smallint) TO authenticated;

-- Name: FUNCTION drop_duplicates(p_workspace uuid, p_messages private.message[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.drop_duplicates(p_workspace uuid, p_messages private.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.drop_duplicates(p_workspace uuid, p_messages private.message[]) TO service_role;

-- Name: FUNCTION ensure_identities(p_workspace uuid, p_messages private.message[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.ensure_identities(p_workspace uuid, p_messages private.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.ensure_identities(p_workspace uuid, p_messages private.message[]) TO service_role;

-- Name: FUNCTION fill_decay_factors(p_half_life_days smallint); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.fill_decay_factors(p_half_life_days smallint) FROM PUBLIC;
GRANT ALL ON FUNCTION private.fill_decay_factors(p_half_life_days smallint) TO service_role;

-- Name: FUNCTION fit_matches(p_operator text, p_trait jsonb, p_operand jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) TO service_role;
GRANT ALL ON FUNCTION private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) TO authenticated;

-- Name: FUNCTION give_up_on_stale_messages(p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.give_up_on_stale_messages(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.give_up_on_stale_messages(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION has_room_by_trust(p_identity uuid, p_contact uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.has_room_by_trust(p_identity uuid, p_contact uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.has_room_by_trust(p_identity uuid, p_contact uuid) TO service_role;

-- Name: FUNCTION hmac_key(p_secret bytea, p_pad integer); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.hmac_key(p_secret bytea, p_pad integer) FROM PUBLIC;
GRANT ALL ON FUNCTION private.hmac_key(p_secret bytea, p_pad integer) TO service_role;

-- Name: FUNCTION hmac_sha256(p_key text, p_message text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.hmac_sha256(p_key text, p_message text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.hmac_sha256(p_key text, p_message text) TO service_role;

-- Name: FUNCTION identity_rank(p_kind text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.identity_rank(p_kind text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.identity_rank(p_kind text) TO service_role;

-- Name: FUNCTION joined_by_trust(p_identity public.identities); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.joined_by_trust(p_identity public.identities) FROM PUBLIC;
GRANT ALL ON FUNCTION private.joined_by_trust(p_identity public.identities) TO service_role;

-- Name: FUNCTION link_identities(p_workspace uuid, p_message private.message); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.link_identities(p_workspace uuid, p_message private.message) FROM PUBLIC;
GRANT ALL ON FUNCTION private.link_identities(p_workspace uuid, p_message private.message) TO service_role;

-- Name: FUNCTION lock_contacts(p_workspace uuid, p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.lock_contacts(p_workspace uuid, p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.lock_contacts(p_workspace uuid, p_contacts uuid[]) TO service_role;

-- Name: FUNCTION lock_structure(p_workspace uuid, p_change boolean); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.lock_structure(p_workspace uuid, p_change boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION private.lock_structure(p_workspace uuid, p_change boolean) TO service_role;

-- Name: FUNCTION merge_stage_events(p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.merge_stage_events(p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.merge_stage_events(p_contacts uuid[]) TO service_role;

-- Name: FUNCTION merge_traits(p_workspace uuid, p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.merge_traits(p_workspace uuid, p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.merge_traits(p_workspace uuid, p_contacts uuid[]) TO service_role;

-- Name: FUNCTION move_identity(p_identity uuid); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.move_identity(p_identity uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION private.move_identity(p_identity uuid) TO service_role;

-- Name: FUNCTION overflowing_traits(p_messages private.message[], p_resolved private.resolution[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.overflowing_traits(p_messages private.message[], p_resolved private.resolution[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.overflowing_traits(p_messages private.message[], p_resolved private.resolution[]) TO service_role;

-- Name: FUNCTION owner_of(p_identity public.identities); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.owner_of(p_identity public.identities) FROM PUBLIC;
GRANT ALL ON FUNCTION private.owner_of(p_identity public.identities) TO service_role;

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

-- Name: FUNCTION recipient(p_message public.messages, p_address_key text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.recipient(p_message public.messages, p_address_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.recipient(p_message public.messages, p_address_key text) TO service_role;

-- Name: FUNCTION record_rejections(p_workspace uuid, p_api_key uuid, p_rejected jsonb, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.record_rejections(p_workspace uuid, p_api_key uuid, p_rejected jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.record_rejections(p_workspace uuid, p_api_key uuid, p_rejected jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION record_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.record_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.record_transitions(p_workspace uuid, p_changes private.stage_change[], p_cause text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION refusal(p_sender private.sender, p_message private.message); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.refusal(p_sender private.sender, p_message private.message) FROM PUBLIC;
GRANT ALL ON FUNCTION private.refusal(p_sender private.sender, p_message private.message) TO service_role;

-- Name: FUNCTION regroup_contacts(p_workspace uuid, p_contacts uuid[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.regroup_contacts(p_workspace uuid, p_contacts uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.regroup_contacts(p_workspace uuid, p_contacts uuid[]) TO service_role;

-- Name: FUNCTION rejection(p_message private.message, p_code text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.rejection(p_message private.message, p_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.rejection(p_message private.message, p_code text) TO service_role;

-- Name: FUNCTION resolve_messages(p_workspace uuid, p_messages private.message[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.resolve_messages(p_workspace uuid, p_messages private.message[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.resolve_messages(p_workspace uuid, p_messages private.message[]) TO service_role;

-- Name: FUNCTION resolve_new(p_workspace uuid, INOUT p_messages private.message[], p_structural boolean, OUT resolved private.resolution[], OUT touched uuid[], OUT rejected jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.resolve_new(p_workspace uuid, INOUT p_messages private.message[], p_structural boolean, OUT resolved private.resolution[], OUT touched uuid[], OUT rejected jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.resolve_new(p_workspace uuid, INOUT p_messages private.message[], p_structural boolean, OUT resolved private.resolution[], OUT touched uuid[], OUT rejected jsonb) TO service_role;

-- Name: FUNCTION secret_workspace(p_key_hash text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.secret_workspace(p_key_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.secret_workspace(p_key_hash text) TO service_role;

-- Name: FUNCTION stage_of(p_rules private.compiled_rules, p_score integer, p_event_stage uuid, p_last_event_at timestamp with time zone, p_today date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.stage_of(p_rules private.compiled_rules, p_score integer, p_event_stage uuid, p_last_event_at timestamp with time zone, p_today date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.stage_of(p_rules private.compiled_rules, p_score integer, p_event_stage uuid, p_last_event_at timestamp with time zone, p_today date) TO service_role;

-- Name: FUNCTION store_events(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.store_events(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.store_events(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION sum_counts(p_rules private.compiled_rules, p_contact uuid, p_today date); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.sum_counts(p_rules private.compiled_rules, p_contact uuid, p_today date) FROM PUBLIC;
GRANT ALL ON FUNCTION private.sum_counts(p_rules private.compiled_rules, p_contact uuid, p_today date) TO service_role;

-- Name: FUNCTION track_many(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.track_many(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.track_many(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION track_messages(p_sender private.sender, p_messages jsonb, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.track_messages(p_sender private.sender, p_messages jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.track_messages(p_sender private.sender, p_messages jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION track_one(p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.track_one(p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.track_one(p_sender private.sender, p_rules private.compiled_rules, p_message private.message, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION track_traits(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.track_traits(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.track_traits(p_sender private.sender, p_rules private.compiled_rules, p_messages private.message[], p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION update_scores(p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_cause text, p_now timestamp with time zone); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.update_scores(p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_cause text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION private.update_scores(p_workspace uuid, p_rules private.compiled_rules, p_gains private.gain[], p_cause text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION vouches(p_sender private.sender, p_user_id text, p_user_hash text); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.vouches(p_sender private.sender, p_user_id text, p_user_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION private.vouches(p_sender private.sender, p_user_id text, p_user_hash text) TO service_role;

-- Name: FUNCTION weighed(p_sender private.sender, p_message private.message); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.weighed(p_sender private.sender, p_message private.message) FROM PUBLIC;
GRANT ALL ON FUNCTION private.weighed(p_sender private.sender, p_message private.message) TO service_role;

-- Name: FUNCTION with_originals(p_messages jsonb); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.with_originals(p_messages jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION private.with_originals(p_messages jsonb) TO service_role;

-- Name: FUNCTION write_stage_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.write_stage_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.write_stage_events(p_workspace uuid, p_rules private.compiled_rules, p_messages private.message[], p_resolved private.resolution[]) TO service_role;

-- Name: FUNCTION write_traits(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[]); Type: ACL; Schema: private; Owner: -

REVOKE ALL ON FUNCTION private.write_traits(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[]) FROM PUBLIC;
GRANT ALL ON FUNCTION private.write_traits(p_workspace uuid, p_messages private.message[], p_resolved private.resolution[]) TO service_role;

-- Name: FUNCTION claim_messages(p_limit integer, p_address_key text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.claim_messages(p_limit integer, p_address_key text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_messages(p_limit integer, p_address_key text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION create_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.create_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_api_key(p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[]) TO service_role;

-- Name: FUNCTION create_workspace(p_owner uuid, p_name text, p_slug text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.create_workspace(p_owner uuid, p_name text, p_slug text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_workspace(p_owner uuid, p_name text, p_slug text) TO service_role;

-- Name: FUNCTION explain_score(p_contact uuid, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.explain_score(p_contact uuid, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.explain_score(p_contact uuid, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.explain_score(p_contact uuid, p_on date) TO service_role;

-- Name: FUNCTION find_contacts(p_workspace uuid, p_lookup jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.find_contacts(p_workspace uuid, p_lookup jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_contacts(p_workspace uuid, p_lookup jsonb) TO authenticated;
GRANT ALL ON FUNCTION public.find_contacts(p_workspace uuid, p_lookup jsonb) TO service_role;

-- Name: FUNCTION finish_message(p_id uuid, p_claim uuid, p_status text, p_provider text, p_provider_message_id text, p_reason text, p_retry_at timestamp with time zone, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.finish_message(p_id uuid, p_claim uuid, p_status text, p_provider text, p_provider_message_id text, p_reason text, p_retry_at timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_message(p_id uuid, p_claim uuid, p_status text, p_provider text, p_provider_message_id text, p_reason text, p_retry_at timestamp with time zone, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION health(p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.health(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.health(p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION queue_message(p_workspace uuid, p_message jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.queue_message(p_workspace uuid, p_message jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.queue_message(p_workspace uuid, p_message jsonb) TO authenticated;
GRANT ALL ON FUNCTION public.queue_message(p_workspace uuid, p_message jsonb) TO service_role;

-- Name: FUNCTION queue_message_by_key(p_key_hash text, p_message jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.queue_message_by_key(p_key_hash text, p_message jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.queue_message_by_key(p_key_hash text, p_message jsonb) TO service_role;

-- Name: FUNCTION score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone) TO authenticated;
GRANT ALL ON FUNCTION public.score(p_workspace uuid, p_lookups jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION score_by_key(p_key_hash text, p_lookups jsonb, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.score_by_key(p_key_hash text, p_lookups jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.score_by_key(p_key_hash text, p_lookups jsonb, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION score_parts(p_contact uuid, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.score_parts(p_contact uuid, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.score_parts(p_contact uuid, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.score_parts(p_contact uuid, p_on date) TO service_role;

-- Name: FUNCTION set_identity_secret(p_workspace uuid, p_secret text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.set_identity_secret(p_workspace uuid, p_secret text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_identity_secret(p_workspace uuid, p_secret text) TO service_role;

-- Name: FUNCTION stage_on(p_contact uuid, p_score integer, p_on date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.stage_on(p_contact uuid, p_score integer, p_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.stage_on(p_contact uuid, p_score integer, p_on date) TO authenticated;
GRANT ALL ON FUNCTION public.stage_on(p_contact uuid, p_score integer, p_on date) TO service_role;

-- Name: FUNCTION start_message(p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.start_message(p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.start_message(p_id uuid, p_claim uuid, p_rendered jsonb, p_address_key text, p_now timestamp with time zone) TO service_role;

-- Name: FUNCTION track(p_key_hash text, p_origin text, p_messages jsonb, p_now timestamp with time zone, p_rejected jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.track(p_key_hash text, p_origin text, p_messages jsonb, p_now timestamp with time zone, p_rejected jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.track(p_key_hash text, p_origin text, p_messages jsonb, p_now timestamp with time zone, p_rejected jsonb) TO service_role;

-- Name: FUNCTION unsubscribe(p_workspace uuid, p_address_hash text, p_category text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.unsubscribe(p_workspace uuid, p_address_hash text, p_category text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.unsubscribe(p_workspace uuid, p_address_hash text, p_category text) TO service_role;

-- Name: TABLE api_key_hashes; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.api_key_hashes TO service_role;

-- Name: TABLE decay_factors; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.decay_factors TO service_role;

-- Name: TABLE identity_secrets; Type: ACL; Schema: private; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE private.identity_secrets TO service_role;

-- Name: TABLE api_keys; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.api_keys TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_keys TO service_role;

-- Name: TABLE automations; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.automations TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.automations TO service_role;

-- Name: TABLE contact_states; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.contact_states TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contact_states TO service_role;

-- Name: TABLE contacts; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.contacts TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.contacts TO service_role;

-- Name: TABLE events; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.events TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.events TO service_role;

-- Name: TABLE fit_rules; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.fit_rules TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.fit_rules TO service_role;

-- Name: TABLE identity_links; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.identity_links TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identity_links TO service_role;

-- Name: TABLE members; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.members TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.members TO service_role;

-- Name: TABLE redactions; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.redactions TO authenticated;
GRANT SELECT,INSERT,DELETE ON TABLE public.redactions TO service_role;

-- Name: TABLE rejections; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.rejections TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rejections TO service_role;

-- Name: TABLE score_rules; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.score_rules TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.score_rules TO service_role;

-- Name: TABLE signal_counts; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.signal_counts TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.signal_counts TO service_role;

-- Name: TABLE signals; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.signals TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.signals TO service_role;

-- Name: TABLE stage_events; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.stage_events TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stage_events TO service_role;

-- Name: TABLE stages; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.stages TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.stages TO service_role;

-- Name: TABLE suppressions; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.suppressions TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.suppressions TO service_role;

-- Name: TABLE templates; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.templates TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.templates TO service_role;

-- Name: TABLE traits; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.traits TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.traits TO service_role;

-- Name: TABLE transitions; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.transitions TO authenticated;
GRANT SELECT,INSERT,DELETE ON TABLE public.transitions TO service_role;

-- Name: TABLE workspaces; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.workspaces TO authenticated;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.workspaces TO service_role;
