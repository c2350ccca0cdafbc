-- Why: whether rules are any good is seen from the past: whom would they have named some days before they paid, and how many who
-- did not pay? By the functions that score everybody, on that day.
-- Not breaking (new functions; members may call what computes scores, under their own rights). Locks: the index keeps writers
-- of stage events waiting while it is made; make it `concurrently` beforehand on a big table. Undo: drop the functions and the
-- policy, and make stage_events_workspace_idx again.

-- Who paid last; and, by its first column, what it replaces.
create index stage_events_latest_idx on public.stage_events (workspace_id, signal, occurred_at);
drop index public.stage_events_workspace_idx;

-- Numbers that follow from a half-life alone.
grant select on private.decay_factors to authenticated;
create policy "Members of any workspace see how points fade"
    on private.decay_factors for select to authenticated
    using (exists (select from public.members where user_id = (select auth.uid())));

-- What they read they read under the caller's rights.
grant execute on function private.compiled(uuid, integer, jsonb) to authenticated;
grant execute on function private.sum_counts(private.compiled_rules, uuid, date) to authenticated;
grant execute on function private.fit_of(private.compiled_rules, jsonb) to authenticated;
grant execute on function
    private.standing(private.compiled_rules, numeric[], numeric, uuid, uuid, timestamptz, date, date) to authenticated;
grant execute on function private.days_to_change(float8, float8, float8, float8, float8, float8, float8) to authenticated;

-- What rules make of a contact on a past day, of what had happened by then to the identities that it has now. What was done by
-- hand counts from its day on too.
create function private.standing_on(
    p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_day date
) returns private.standing
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.standing_on(uuid, private.compiled_rules, uuid, date) from public;
grant execute on function private.standing_on(uuid, private.compiled_rules, uuid, date) to authenticated, service_role;

-- When a contact first did what leads to a stage; null for never.
create function private.first_occurrence(
    p_workspace uuid, p_rules private.compiled_rules, p_contact uuid, p_signal smallint
) returns timestamptz
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.first_occurrence(uuid, private.compiled_rules, uuid, smallint) from public;
grant execute on function private.first_occurrence(uuid, private.compiled_rules, uuid, smallint) to authenticated;

-- Whether anything is known of a contact from before an instant.
create function private.was_known(p_workspace uuid, p_contact uuid, p_before timestamptz) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.was_known(uuid, uuid, timestamptz) from public;
grant execute on function private.was_known(uuid, uuid, timestamptz) to authenticated;

create function private.has_paid(p_workspace uuid, p_contact uuid, p_signal smallint) returns boolean
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.has_paid(uuid, uuid, smallint) from public;
grant execute on function private.has_paid(uuid, uuid, smallint) to authenticated;

-- The first contact after a place, in the order of ids, which are random, that was known before an instant and has never paid;
-- null when there is none among the next 200. One after the other, since nearly always one of the first is it.
create function private.one_who_did_not(
    p_workspace uuid, p_signal smallint, p_place uuid, p_before timestamptz, p_taken uuid[]
) returns uuid
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.one_who_did_not(uuid, smallint, uuid, timestamptz, uuid[]) from public;
grant execute on function private.one_who_did_not(uuid, smallint, uuid, timestamptz, uuid[]) to authenticated;

create type private.payment as (
    contact_id uuid,
    paid_at    timestamptz
);

-- Whose first payment lies in that time, the latest first, of the last 1,000 identities that have paid since; 200 at most.
-- is_cut: there may be more. It stops at p_deadline.
create function private.first_payments(
    p_workspace uuid, p_rules private.compiled_rules, p_signal smallint, p_from timestamptz, p_to timestamptz,
    p_deadline timestamptz, out payments private.payment[], out is_cut boolean
)
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function
    private.first_payments(uuid, private.compiled_rules, smallint, timestamptz, timestamptz, timestamptz) from public;
grant execute on function
    private.first_payments(uuid, private.compiled_rules, smallint, timestamptz, timestamptz, timestamptz) to authenticated;

-- The stages of a document that an event leads to and that stand before the first of silence, as funnel_stages() has them: the
-- furthest first.
create function private.paid_stages(p_document jsonb) returns jsonb
    language sql immutable
    set search_path = ''
    as $$
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
revoke all on function private.paid_stages(jsonb) from public;
grant execute on function private.paid_stages(jsonb) to authenticated;

-- What a back-test goes by: the rules in force, or those of an open draft; null for who may see neither.
create function private.rules_to_test(p_workspace uuid, p_draft uuid) returns jsonb
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.rules_to_test(uuid, uuid) from public;
grant execute on function private.rules_to_test(uuid, uuid) to authenticated;

-- Payers as a list shows them: as contact_rows() has them, with score and stage of then.
create function private.named_payers(p_workspace uuid, p_payers jsonb[], p_document jsonb, p_now timestamptz) returns jsonb
    language sql stable
    set search_path = ''
    as $$
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
revoke all on function private.named_payers(uuid, jsonb[], jsonb, timestamptz) from public;
grant execute on function private.named_payers(uuid, jsonb[], jsonb, timestamptz) to authenticated;

-- Whom rules would have named so many days before they paid: whose score reached the highest stage of score on that UTC day.
-- {"status": "tested", "days", "from", "to", "stages": [{id, name}] that may mean paying, "stage": the one taken, "namedFrom":
-- {name, score}, "payers": [{contact_rows(), paidAt, on, score, stage, isNamed}], "named", "tooNew": how many were not known on
-- that day, "isCut": there may be more, "others": {contacts, named}}. Payers: whose first event of the stage lies in the last 90
-- days, the latest 200, and fewer once it has taken 5 seconds. Others: for each payer one who was known on that day and has not
-- paid until now, chosen by the ids alone, which are random.
-- Or "status" alone: "counting", the draft is being counted back; "no_stage", no event leads to a stage; "no_score", no stage is
-- reached by a score above 0. Null for outsiders. p_stage: which stage is meant, else the furthest. Writes nothing; under the
-- caller's own rights.
create function public.back_test(
    p_workspace uuid, p_draft uuid default null, p_days integer default 14, p_stage uuid default null,
    p_now timestamptz default now()
) returns jsonb
    language plpgsql stable
    set search_path = ''
    -- Planning takes longer than any of these many small questions does.
    set plan_cache_mode = 'force_generic_plan'
    set enable_seqscan = 'off'
    as $$
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
revoke all on function public.back_test(uuid, uuid, integer, uuid, timestamptz) from public;
grant execute on function public.back_test(uuid, uuid, integer, uuid, timestamptz) to authenticated;
