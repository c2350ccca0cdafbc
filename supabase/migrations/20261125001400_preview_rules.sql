-- Why: a preview is right when publishing on the same day does what it says. So it computes with the functions that
-- publishing computes with, contact by contact, in chunks, on contacts that the days have been brought to.
-- Not breaking (new functions). Locks: per chunk its contacts, in id order. Undo: drop the functions.

-- What the draft would make of contacts: a change of stage for each that would move.
create function private.draft_changes(
    p_rules private.compiled_rules, p_contacts uuid[], p_day date
) returns private.stage_change[]
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.draft_changes(private.compiled_rules, uuid[], date) from public;
grant execute on function private.draft_changes(private.compiled_rules, uuid[], date) to service_role;

create function private.note_changes(
    p_draft public.rule_drafts, p_changes private.stage_change[], p_now timestamptz
) returns void
    language plpgsql
    set search_path = ''
    as $$
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
revoke all on function private.note_changes(public.rule_drafts, private.stage_change[], timestamptz) from public;
grant execute on function private.note_changes(public.rule_drafts, private.stage_change[], timestamptz) to service_role;

create function private.preview_contacts(p_draft public.rule_drafts, p_contacts uuid[], p_now timestamptz) returns void
    language plpgsql
    set search_path = ''
    as $$
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
revoke all on function private.preview_contacts(public.rule_drafts, uuid[], timestamptz) from public;
grant execute on function private.preview_contacts(public.rule_drafts, uuid[], timestamptz) to service_role;

-- Ends the step that a draft is at.
create function private.finish_step(p_draft public.rule_drafts) returns void
    language plpgsql
    set search_path = ''
    as $$
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
revoke all on function private.finish_step(public.rule_drafts) from public;
grant execute on function private.finish_step(public.rule_drafts) to service_role;

-- One chunk of the draft that has waited longest, or of that draft. Returns {id, status, done, total}; null when there
-- is nothing to do, or when somebody else is at it.
create function public.advance_draft(
    p_limit integer default 100, p_now timestamptz default now(), p_draft uuid default null
) returns jsonb
    language plpgsql
    set search_path = ''
    set plan_cache_mode = 'force_generic_plan'
    set enable_seqscan = 'off'
    as $$
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
revoke all on function public.advance_draft(integer, timestamptz, uuid) from public;
grant execute on function public.advance_draft(integer, timestamptz, uuid) to service_role;

-- Whom a contact's id stands for, as its members may see it.
create function public.named_contacts(p_contacts uuid[]) returns jsonb
    language sql stable
    set search_path = ''
    as $$
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
revoke all on function public.named_contacts(uuid[]) from public;
grant execute on function public.named_contacts(uuid[]) to authenticated, service_role;

-- {id, status, on, done, total, moves: [{from, to, contacts, examples: [{contactId, score, userId?, …}]}],
-- mails: [{automation, mails, mailable}]} of a draft, with the names of now; null when the caller may not see it.
create function public.preview(p_workspace uuid, p_draft uuid) returns jsonb
    language sql stable
    set search_path = ''
    as $$
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
revoke all on function public.preview(uuid, uuid) from public;
grant execute on function public.preview(uuid, uuid) to authenticated, service_role;

create function public.preview_by_key(p_key_hash text, p_draft uuid) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select public.preview(private.secret_workspace(p_key_hash), p_draft)
    $$;
revoke all on function public.preview_by_key(text, uuid) from public;
grant execute on function public.preview_by_key(text, uuid) to service_role;
