-- Why: automations that founders make themselves: on entering a stage, on an event, on silence; at once or later; once
-- ever or each time; and only while it is still true and the goal is not reached.
-- Not breaking (what there is keeps its meaning). Locks: automations, for a moment. Undo: drop the columns and policies.

alter table public.automations
    alter column entering_stage_id drop not null,
    -- An event, maybe with properties that contain this, maybe only by trusted senders.
    add column event         text,
    add column condition     jsonb,
    add column trusted_only  boolean  not null default false,
    -- No event for so many UTC days.
    add column silence_days  smallint,
    add column delay_minutes integer  not null default 0,
    -- Each time, or once ever per contact.
    add column repeats       boolean  not null default false,
    -- At send time the contact must still be in the stage, or still be silent.
    add column while_true    boolean  not null default true,
    -- Whoever is in this stage by then gets no mail.
    add column goal_stage_id uuid,
    add constraint automations_one_trigger check (num_nonnulls(entering_stage_id, event, silence_days) = 1),
    add constraint automations_event_length check (char_length(event) between 1 and 200),
    add constraint automations_condition_object check (condition is null or (jsonb_typeof(condition) = 'object' and event is not null)),
    add constraint automations_silence_range check (silence_days between 1 and 3650),
    add constraint automations_delay_range check (delay_minutes between 0 and 129600),
    add constraint automations_name_length check (char_length(name) between 1 and 100),
    add constraint automations_goal_fkey
        foreign key (workspace_id, goal_stage_id) references public.stages (workspace_id, id);

create index automations_goal_idx on public.automations (workspace_id, goal_stage_id);

grant
    insert (workspace_id, name, template_id, status, entering_stage_id, event, condition, trusted_only, silence_days,
            delay_minutes, repeats, while_true, goal_stage_id),
    update (name, template_id, status, entering_stage_id, event, condition, trusted_only, silence_days,
            delay_minutes, repeats, while_true, goal_stage_id),
    delete
    on public.automations to authenticated;
grant insert (workspace_id, name, category, subject, html), update (name, category, subject, html), delete
    on public.templates to authenticated;

create policy "Owners and admins make automations"
    on public.automations for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Owners and admins change automations"
    on public.automations for update to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Owners and admins delete automations"
    on public.automations for delete to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Owners and admins write templates"
    on public.templates for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Owners and admins change templates"
    on public.templates for update to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create policy "Owners and admins delete templates"
    on public.templates for delete to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );
