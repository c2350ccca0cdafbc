-- Why: who moves an identity sees beforehand what becomes of both contacts, and afterwards which identities were moved by hand.
-- Not breaking (a new function; an answer with one more member). Locks: as a move's, for as long as a preview takes. Undo: drop
-- preview_move(), restore show_contact() from *_show_contacts.sql.

create function private.row_before_and_after(p_contact uuid, p_before jsonb, p_after jsonb) returns jsonb
    language sql immutable
    set search_path = ''
    as $$
        select jsonb_build_object(
            'id', p_contact,
            'before', jsonb_path_query_first(p_before, '$[*] ? (@.id == $id)', jsonb_build_object('id', p_contact)),
            'after', jsonb_path_query_first(p_after, '$[*] ? (@.id == $id)', jsonb_build_object('id', p_contact))
        )
    $$;
revoke all on function private.row_before_and_after(uuid, jsonb, jsonb) from public;
grant execute on function private.row_before_and_after(uuid, jsonb, jsonb) to authenticated;

-- What would come of moving an identity to that contact (null: to whom the messages say): {"events": how many go with it, of
-- 10,000 at most, "mails": how many it queues, "from", "to": {"id", "before", "after"}}, each of contact_rows(), and null where
-- there is no such contact then. The move is made and taken back, so what is shown is what happens, and nothing is left of it.
create function public.preview_move(p_workspace uuid, p_identity uuid, p_contact uuid) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
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

revoke all on function public.preview_move(uuid, uuid, uuid) from public;
grant execute on function public.preview_move(uuid, uuid, uuid) to authenticated;

-- A contact by its id, or by one that it had before it joined another: contact_rows()' columns and {"traits", "emailTrusted",
-- "createdAt", "pinned", "identities": [{id, kind, value, since, isMoved}], "why": explain_score()}. isMoved: it is here by
-- hand. Null for nobody.
create or replace function public.show_contact(p_workspace uuid, p_contact uuid, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    set enable_seqscan = 'off' -- right for a table of any size, and statistics may be old
    as $$
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
