-- Why: rules change what mails go out, so they are tried before they are in force. A draft is counted back, then
-- previewed contact by contact, then published as a whole, or discarded.
--   counting → previewing → previewed → published, or discarded; any change to its rules begins again.
-- Not breaking (new tables and functions). Locks: to write a draft with new signals, and to publish, the structure lock,
-- alone, for a moment. Undo: drop them.

create table public.rule_drafts (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    -- As in private.compiled(), without what can be completed.
    rules        jsonb       not null,
    -- With the signals and stages that there are for it.
    completed    jsonb,
    status       text        not null default 'counting',
    -- What an owner or admin wants to become of it.
    decision     text,
    -- As of which UTC day the preview says what it says.
    previewed_on date,
    -- How far the current step got, in contacts by id.
    done_to      uuid,
    done         integer     not null default 0,
    total        integer,
    created_by   uuid        default auth.uid(),
    created_at   timestamptz not null default now(),
    changed_at   timestamptz not null default now(),
    decided_at   timestamptz,

    constraint rule_drafts_pkey primary key (id),
    constraint rule_drafts_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint rule_drafts_status_known
        check (status in ('counting', 'previewing', 'previewed', 'published', 'discarded')),
    constraint rule_drafts_decision_known check (decision in ('publish', 'discard'))
);

create index rule_drafts_workspace_idx on public.rule_drafts (workspace_id, created_at);
create index rule_drafts_open_idx on public.rule_drafts (changed_at) where status in ('counting', 'previewing');

-- Who would move from where to where, with a few of them by id. Ids, because names would outlive an erasure here.
create table public.rule_draft_moves (
    draft_id      uuid    not null,
    workspace_id  uuid    not null,
    from_stage_id uuid    not null,
    to_stage_id   uuid    not null,
    contacts      integer not null,
    examples      uuid[]  not null,

    constraint rule_draft_moves_pkey primary key (draft_id, from_stage_id, to_stage_id),
    constraint rule_draft_moves_draft_fkey foreign key (draft_id) references public.rule_drafts (id) on delete cascade
);

create index rule_draft_moves_workspace_idx on public.rule_draft_moves (workspace_id);

-- How many mails would follow, and how many of them to somebody who may be mailed.
create table public.rule_draft_mails (
    draft_id      uuid    not null,
    workspace_id  uuid    not null,
    automation_id uuid    not null,
    mails         integer not null,
    mailable      integer not null,

    constraint rule_draft_mails_pkey primary key (draft_id, automation_id),
    constraint rule_draft_mails_draft_fkey foreign key (draft_id) references public.rule_drafts (id) on delete cascade
);

create index rule_draft_mails_workspace_idx on public.rule_draft_mails (workspace_id);

alter table public.rule_drafts enable row level security;
alter table public.rule_draft_moves enable row level security;
alter table public.rule_draft_mails enable row level security;

grant select on public.rule_drafts, public.rule_draft_moves, public.rule_draft_mails to authenticated;
-- Status and progress are the worker's.
grant insert (workspace_id, rules), update (rules, decision) on public.rule_drafts to authenticated;
grant select, insert, update, delete
    on public.rule_drafts, public.rule_draft_moves, public.rule_draft_mails to service_role;

create policy "Members see their workspace's drafts of rules"
    on public.rule_drafts for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Owners and admins draft rules"
    on public.rule_drafts for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Owners and admins change, publish and discard drafts"
    on public.rule_drafts for update to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Members see who would move"
    on public.rule_draft_moves for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see how many mails would follow"
    on public.rule_draft_mails for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

-- Raises PT422, with what is wrong as [{pointer, expected}].
create function private.refuse_wrong_rules(p_document jsonb) returns void
    language plpgsql
    set search_path = ''
    as $$
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
revoke all on function private.refuse_wrong_rules(jsonb) from public;
grant execute on function private.refuse_wrong_rules(jsonb) to service_role;

-- Raises PT422: an automation that enters on a stage, or ends at it, would lose it.
create function private.refuse_lost_stages(p_workspace uuid, p_document jsonb) returns void
    language plpgsql
    set search_path = ''
    as $$
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
revoke all on function private.refuse_lost_stages(uuid, jsonb) from public;
grant execute on function private.refuse_lost_stages(uuid, jsonb) to service_role;

-- The signals that a document names and that are still to be counted back.
create function private.uncounted_signals(p_workspace uuid, p_document jsonb) returns smallint[]
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.uncounted_signals(uuid, jsonb) from public;
grant execute on function private.uncounted_signals(uuid, jsonb) to service_role;

-- Signals that neither the rules in force nor an open draft name are counted no longer.
create function private.drop_unused_signals(p_workspace uuid) returns void
    language plpgsql
    set search_path = ''
    as $$
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
revoke all on function private.drop_unused_signals(uuid) from public;
grant execute on function private.drop_unused_signals(uuid) to service_role;

-- What a draft is to be computed by. Its version is none that a contact can have.
create function private.compiled_draft(p_draft public.rule_drafts) returns private.compiled_rules
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return private.compiled(p_draft.workspace_id, -1, p_draft.completed);
    end
    $$;
revoke all on function private.compiled_draft(public.rule_drafts) from public;
grant execute on function private.compiled_draft(public.rule_drafts) to service_role;

-- Completes the rules of a draft, and has ingestion count from now on what is new in them.
create function private.begin_draft(p_draft public.rule_drafts) returns void
    language plpgsql
    set search_path = ''
    as $$
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
revoke all on function private.begin_draft(public.rule_drafts) from public;
grant execute on function private.begin_draft(public.rule_drafts) to service_role;

-- Other drafts are previewed again: they say who would move from rules that are no longer in force.
create function private.publish_draft(p_draft public.rule_drafts) returns void
    language plpgsql
    set search_path = ''
    as $$
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
revoke all on function private.publish_draft(public.rule_drafts) from public;
grant execute on function private.publish_draft(public.rule_drafts) to service_role;

-- Security definer, because no member may write rules; whether this one may is the policies' decision, which has been
-- made when the row is there. Nobody can call it but by writing a draft that the policies let them write.
create function private.handle_draft() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
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
revoke all on function private.handle_draft() from public;

create trigger rule_drafts_handle after insert or update of rules, decision on public.rule_drafts
    for each row execute function private.handle_draft();
