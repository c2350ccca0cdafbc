-- Why: sometimes a person knows better than the rules (a deal signed on paper). Owners and admins pin a contact to a
-- stage, and let go of it again.
-- Not breaking (new table and functions). Locks: the structure lock, shared, then the contact. Undo: drop the table and
-- the functions.

create table public.stage_pins (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    -- As everything else it hangs on an identity, the contact's top one then, and moves with it.
    contact_id   uuid        not null,
    -- Null: the rules decide again.
    stage_id     uuid,
    pinned_by    uuid        default auth.uid(),
    pinned_at    timestamptz not null default now(),

    constraint stage_pins_pkey primary key (id),
    constraint stage_pins_stage_fkey
        foreign key (workspace_id, stage_id) references public.stages (workspace_id, id) on delete cascade
);

create index stage_pins_contact_idx on public.stage_pins (contact_id, pinned_at);
create index stage_pins_stage_idx on public.stage_pins (workspace_id, stage_id);

alter table public.stage_pins enable row level security;

-- Adding a row is the pin; the log is never rewritten.
grant select, insert (workspace_id, contact_id, stage_id) on public.stage_pins to authenticated;
grant select, insert, delete on public.stage_pins to service_role;

create policy "Members see who was pinned to which stage"
    on public.stage_pins for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Owners and admins pin contacts to stages in use"
    on public.stage_pins for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
        and (
            stage_id is null
            or exists (
                select from public.stages as g
                where g.workspace_id = stage_pins.workspace_id and g.id = stage_pins.stage_id and g.position is not null
            )
        )
    );

-- What was said last of any of the contact's identities. A stage that the rules don't have holds nobody.
create function private.pinned_stage_of(p_rules private.compiled_rules, p_contact uuid) returns uuid
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.pinned_stage_of(private.compiled_rules, uuid) from public;
grant execute on function private.pinned_stage_of(private.compiled_rules, uuid) to service_role;

-- Security definer, because no member may write what is derived; whether this one may pin anybody is the policy's
-- decision, which has been made when the row is there. Nobody can call it but by adding a row.
create function private.apply_pin() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
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
revoke all on function private.apply_pin() from public;

create trigger stage_pins_apply after insert on public.stage_pins
    for each row execute function private.apply_pin();
