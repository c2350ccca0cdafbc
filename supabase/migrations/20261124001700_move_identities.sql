-- Why: now and then the messages are wrong about who is who (a shared laptop, a support login). An admin moves an
-- identity to another contact, and back; everything derived follows, since it all hangs on identities.
-- Not breaking (new table and functions). Locks: the workspace's structure lock, exclusive, then the two contacts in
-- id order. Undo: drop the table and the functions.

create table public.identity_moves (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    identity_id  uuid        not null,
    -- Where it went; null gives it back to whom the messages say.
    contact_id   uuid,
    moved_by     uuid        default auth.uid(),
    moved_at     timestamptz not null default now(),

    constraint identity_moves_pkey primary key (id)
);

create index identity_moves_identity_idx on public.identity_moves (workspace_id, identity_id, moved_at);

alter table public.identity_moves enable row level security;

-- Adding a row is the move; the log is never rewritten.
grant select, insert (workspace_id, identity_id, contact_id) on public.identity_moves to authenticated;
grant select, insert, delete on public.identity_moves to service_role;

create policy "Members see which identities were moved"
    on public.identity_moves for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Owners and admins move identities"
    on public.identity_moves for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

create function private.identity_rank(p_kind text) returns integer
    language sql immutable parallel safe
    set search_path = ''
    as $$
        select array_position(array['anonymousId', 'email', 'userId'], p_kind)
    $$;
revoke all on function private.identity_rank(text) from public;
grant execute on function private.identity_rank(text) to service_role;

-- The top identity that an identity hangs on when nobody has moved it; its own when messages link it to nobody.
create function private.contact_by_messages(p_identity public.identities) returns uuid
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        p_identity.pinned_to_id := null;
        return coalesce(
            (select i.contact_id from public.identities as i where i.id = private.owner_of(p_identity)),
            p_identity.id
        );
    end
    $$;
revoke all on function private.contact_by_messages(public.identities) from public;
grant execute on function private.contact_by_messages(public.identities) to service_role;

-- What a move makes of identities.pinned_to_id: the top identity of the contact it goes to, or null when messages
-- put it there anyway. Only a higher identity owns a lower one, so a userId moves nowhere: two are never one contact.
create function private.pin_for(p_move public.identity_moves) returns uuid
    language plpgsql stable
    set search_path = ''
    as $$
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
revoke all on function private.pin_for(public.identity_moves) from public;
grant execute on function private.pin_for(public.identity_moves) to service_role;

-- Security definer, because no member may write what is derived; whether this one may move anything is the policy's
-- decision, which has been made when the row is there. Nobody can call it but by adding a row.
create function private.apply_move() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
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
revoke all on function private.apply_move() from public;

create trigger identity_moves_apply after insert on public.identity_moves
    for each row execute function private.apply_move();
