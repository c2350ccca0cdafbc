-- Why: one function says what a contact's numbers lead to on a day: score, stage, and the day until which neither
-- changes by itself. Ingestion, the sweep, re-scoring and a draft's preview all ask it.
-- Not breaking (new functions). Locks: none. Undo: drop the functions.

create type private.standing as (
    score    smallint,
    stage_id uuid,
    due_on   date
);

drop function private.stage_of(private.compiled_rules, integer, uuid, timestamptz, date);

-- In days, the soonest that the score can change by decay; never too late, and exact where no rule is at its cap and
-- all points have one sign. A part that is p now is at least p * 2^(-days / half-life) then, so what points lose in n
-- days is at most gained * (1 - 2^(-n / half-life)), or, until a cap lets go, as much of what is not capped.
--   p_gained: sum of the positive parts     p_free: those of them below their cap     p_owed: sum of the negative parts
--   p_uncapping: the least (points * sum / cap) of those at their cap
--   p_loss, p_rise: how much lower or higher the sum may be for the same score
create function private.days_to_change(
    p_gained float8, p_free float8, p_uncapping float8, p_owed float8, p_loss float8, p_rise float8, p_half_life float8
) returns float8
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
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
revoke all on function private.days_to_change(float8, float8, float8, float8, float8, float8, float8) from public;
grant execute on function private.days_to_change(float8, float8, float8, float8, float8, float8, float8) to service_role;

-- p_sums: per rule, in the compiled order, the sum of count times decay as of p_day. A contact is due as well on days of
-- silence that mail.
-- p_known_due, after p_day, is when the contact is looked at anyway, and stays unless that is too late: the date is indexed,
-- so that one which changed with every event would make every update dearer.
create function private.standing(
    p_rules private.compiled_rules, p_sums numeric[], p_fit numeric, p_pinned_stage uuid, p_event_stage uuid,
    p_last_event_at timestamptz, p_day date, p_known_due date default 'infinity'
) returns private.standing
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
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
revoke all on function private.standing(private.compiled_rules, numeric[], numeric, uuid, uuid, timestamptz, date, date)
    from public;
grant execute on function private.standing(private.compiled_rules, numeric[], numeric, uuid, uuid, timestamptz, date, date)
    to service_role;

-- As before, but that a list is not in another one because its elements are.
create or replace function private.fit_matches(p_operator text, p_trait jsonb, p_operand jsonb) returns boolean
    language sql immutable parallel safe
    set search_path = ''
    as $$
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

-- The points of those fit rules that a contact's traits match.
create function private.fit_of(p_rules private.compiled_rules, p_traits jsonb) returns numeric
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
    begin
        return (
            select coalesce(sum(f.points), 0)
            from unnest(p_rules.fit_traits, p_rules.fit_operators, p_rules.fit_operands, p_rules.fit_points)
                as f (trait, operator, operand, points)
            where private.fit_matches(f.operator, p_traits -> f.trait, f.operand)
        );
    end
    $$;
revoke all on function private.fit_of(private.compiled_rules, jsonb) from public;
grant execute on function private.fit_of(private.compiled_rules, jsonb) to service_role;

-- The stage of a contact's latest stage event in the total order; of two that one message means, the later stage.
create function private.event_stage_of(p_rules private.compiled_rules, p_contact uuid) returns uuid
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.event_stage_of(private.compiled_rules, uuid) from public;
grant execute on function private.event_stage_of(private.compiled_rules, uuid) to service_role;
