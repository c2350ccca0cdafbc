-- Why: what somebody's traits were on a past day, and what each identify changed. Both follow from the events, in the order in
-- which traits are written: trusted first, then the later timestamp, then the higher messageId.
-- Not breaking (a new index and new functions). Locks: the index keeps writers waiting while it is made, as long as reading
-- all events takes. An identify that was stored before may lack the address that it gave outside its traits, or have it as it
-- was typed. Undo: drop the functions and the index.

-- What writes traits, which few events do: so the others pay nothing.
create index events_traits_idx on public.events (identity_id, trusted, occurred_at, message_id)
    where type in ('identify', 'group');

-- What an identify or a group writes, as lib/messages.py read it from the message.
create function private.traits_said(p_type text, p_properties jsonb, p_context jsonb) returns jsonb
    language plpgsql immutable parallel safe
    set search_path = ''
    as $$
    begin
        if p_type = 'group' then
            return jsonb_build_object(
                'company', p_properties - 'groupId' || jsonb_build_object('id', p_properties -> 'groupId')
            );
        elsif jsonb_typeof(p_context -> 'traits') = 'object' then
            return p_context -> 'traits' || p_properties;
        end if;
        return p_properties;
    end
    $$;
revoke all on function private.traits_said(text, jsonb, jsonb) from public;
grant execute on function private.traits_said(text, jsonb, jsonb) to authenticated, service_role;

-- The addresses that messages to these identities have named, which may be other contacts' by now.
create function private.addresses_named(p_workspace uuid, p_identities uuid[]) returns uuid[]
    language plpgsql stable
    set search_path = ''
    as $$
    begin
        return array(
            select i.id from public.identities as i
            where i.workspace_id = p_workspace and i.kind = 'email' and i.id = any (
                p_identities || array(select l.lower_id from public.identity_links as l where l.higher_id = any (p_identities))
            )
        );
    end
    $$;
revoke all on function private.addresses_named(uuid, uuid[]) from public;
grant execute on function private.addresses_named(uuid, uuid[]) to authenticated, service_role;

-- A contact's traits by what had happened before an instant, to the identities that it has now. p_keys: only these. For an
-- instant after all that has happened they are contacts.traits. Under the caller's own rights.
-- An identify has the address that it gives among its properties; whatever else names one writes it as a trait too.
create function public.traits_as_of(
    p_workspace uuid, p_contact uuid, p_before timestamptz, p_keys text[] default null
) returns jsonb
    language plpgsql stable
    set search_path = ''
    set enable_seqscan = 'off' -- right for a table of any size, and statistics may be old
    as $$
    declare
        identities constant uuid[] := array(
            select i.id from public.identities as i where i.contact_id = p_contact and i.workspace_id = p_workspace
        );
        addresses  uuid[] := '{}';
    begin
        if p_keys is null or 'email' = any (p_keys) then
            addresses := private.addresses_named(p_workspace, identities);
        end if;
        return (
            select coalesce(jsonb_object_agg(w.key, w.value) filter (where w.value <> 'null'), '{}')
            from (
                select distinct on (s.key) s.key, s.value
                from (
                    select t.key, t.value, e.trusted, e.occurred_at, e.message_id
                    from public.events as e
                    cross join lateral jsonb_each(private.traits_said(e.type, e.properties, e.context)) as t
                    where e.workspace_id = p_workspace and e.identity_id = any (identities)
                        and e.type in ('identify', 'group') and e.occurred_at < p_before
                        and (p_keys is null or t.key = any (p_keys))
                    union all
                    select 'email', to_jsonb(a.value), e.trusted, e.occurred_at, e.message_id
                    from public.events as e
                    join public.identities as a on a.id = any (addresses) and (a.id = e.identity_id or a.id = any (e.lower_ids))
                    where cardinality(addresses) > 0
                        and e.workspace_id = p_workspace and e.identity_id = any (identities)
                        and e.type <> 'identify' and e.occurred_at < p_before
                ) as s
                order by s.key, s.trusted desc, s.occurred_at desc, s.message_id desc
            ) as w
        );
    end
    $$;
revoke all on function public.traits_as_of(uuid, uuid, timestamptz, text[]) from public;
grant execute on function public.traits_as_of(uuid, uuid, timestamptz, text[]) to authenticated, service_role;
