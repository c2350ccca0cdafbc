-- Why: a date alone changes scores and stages, by decay and silence. Each contact knows the day until which nothing
-- changes, so that the others cost nothing; and what a score was stays known.
-- Breaking for nobody: functions that read the new columns come later. Locks: contact_states is rewritten, and closed to
-- ingestion meanwhile (about a second per million contacts). Undo: drop the table and the columns.

alter table public.contact_states
    -- Never later than the UTC day on which decay or silence next changes score or stage.
    add column due_on          date not null default 'infinity',
    -- Since when score and stage are what they are; what they were before is in score_history.
    add column changed_on      date not null default '-infinity',
    -- By hand: goes before everything else that decides the stage.
    add column pinned_stage_id uuid;

update public.contact_states
set due_on = current_date, changed_on = case when sums_on = '-infinity' then current_date else sums_on end;

create index contact_states_due_idx on public.contact_states (due_on, contact_id);
create index contact_states_score_idx on public.contact_states (workspace_id, score desc, contact_id);
-- Nothing reads it, and whatever is indexed makes updates dearer.
drop index public.contact_states_workspace_stage_idx;
-- Walks a workspace's contacts: this table's rows stay where they are, those of contact_states don't.
create index contacts_workspace_idx on public.contacts (workspace_id, id);

-- What a contact's score and stage were, from this UTC day on until the next row's, or until contact_states.changed_on.
-- Written when they change on a later day, so that a day has one row however often they changed on it.
create table public.score_history (
    workspace_id uuid     not null,
    contact_id   uuid     not null,
    day          date     not null,
    score        smallint not null,
    stage_id     uuid     not null,

    -- By workspace first, so that its deletion needs no second index.
    constraint score_history_pkey primary key (workspace_id, contact_id, day)
);

alter table public.score_history enable row level security;

grant select on public.score_history to authenticated;
grant select, insert, update, delete on public.score_history to service_role;

create policy "Members see what their contacts' scores were"
    on public.score_history for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));
