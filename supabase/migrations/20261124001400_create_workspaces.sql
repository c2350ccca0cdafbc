-- Why: a new workspace works from its first event: signals, rules, stages and one live automation are there.
-- Not breaking (new functions). Undo: drop the functions.

create function private.add_default_rules(p_workspace uuid) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.signals (workspace_id, number, name, event)
        select p_workspace, d.number, d.event, d.event
        from (values
            (1, 'Page Viewed'), (2, 'Feature Used'), (3, 'Project Created'),
            (4, 'Invite Sent'), (5, 'Pricing Viewed'), (6, 'Upgrade Clicked')
        ) as d (number, event);

        insert into public.score_rules (workspace_id, signal, points, cap)
        select p_workspace, d.signal, d.points, d.cap
        from (values
            (1, 1, 10), (2, 5, 30), (3, 10, 30), (4, 10, 20), (5, 15, 30), (6, 25, 50)
        ) as d (signal, points, cap);

        insert into public.stages (workspace_id, position, name, threshold, event, silence_days)
        select p_workspace, d.position, d.name, d.threshold, d.event, d.silence_days
        from (values
            (1, 'signed_up', 0, null, null),
            (2, 'activated', 20, null, null),
            (3, 'engaged', 40, null, null),
            (4, 'ready', 70, null, null),
            (5, 'customer', null, 'Subscription Started', null),
            (6, 'at_risk', null, null, 14),
            (7, 'churned', null, 'Subscription Cancelled', null)
        ) as d (position, name, threshold, event, silence_days);
    end
    $$;
revoke all on function private.add_default_rules(uuid) from public;
grant execute on function private.add_default_rules(uuid) to service_role;

-- The one automation that is live from the start: entering "ready" sends "Ready to upgrade", once.
create function private.add_ready_automation(p_workspace uuid) returns void
    language sql
    set search_path = ''
    as $$
        with template as (
            insert into public.templates (workspace_id, name, category, subject, html)
            values (
                p_workspace,
                'Ready to upgrade',
                'marketing',
                'You are getting a lot out of {{ product.name }}',
                '<p>Hi {{ contact.name | default: "there" }},</p>'
                '<p>you have been busy in {{ product.name }} lately, and it looks like you are about to outgrow '
                'your current plan.</p>'
                '<p>Reply to this email if you would like help choosing the next one. A person reads it.</p>'
                '<p>{{ product.name }}</p>'
            )
            returning id
        )
        insert into public.automations (workspace_id, name, entering_stage_id, template_id, status)
        select p_workspace, 'Ready to upgrade', s.id, template.id, 'live'
        from template, public.stages as s
        where s.workspace_id = p_workspace and s.name = 'ready'
    $$;
revoke all on function private.add_ready_automation(uuid) from public;
grant execute on function private.add_ready_automation(uuid) to service_role;

create function public.create_workspace(p_owner uuid, p_name text, p_slug text) returns uuid
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid;
    begin
        insert into public.workspaces (name, slug) values (p_name, p_slug) returning id into workspace;
        insert into public.members (workspace_id, user_id, role) values (workspace, p_owner, 'owner');
        perform private.add_default_rules(workspace);
        perform private.add_ready_automation(workspace);
        perform private.compile_rules(workspace);
        return workspace;
    end
    $$;
revoke all on function public.create_workspace(uuid, text, text) from public;
grant execute on function public.create_workspace(uuid, text, text) to service_role;

create function public.create_api_key(
    p_workspace uuid, p_kind text, p_key_hash text, p_hint text, p_origins text[] default null
) returns uuid
    language sql
    set search_path = ''
    as $$
        with made as (
            insert into public.api_keys (workspace_id, kind, hint, origins)
            values (p_workspace, p_kind, p_hint, p_origins)
            returning id
        ),
        hashed as (
            insert into private.api_key_hashes (key_hash, api_key_id) select p_key_hash, id from made
        )
        select id from made
    $$;
revoke all on function public.create_api_key(uuid, text, text, text, text[]) from public;
grant execute on function public.create_api_key(uuid, text, text, text, text[]) to service_role;

-- The key of RFC 2104 with each of its 64 bytes xored with the pad.
create function private.hmac_key(p_secret bytea, p_pad integer) returns bytea
    language sql immutable
    set search_path = ''
    as $$
        select string_agg(
            set_byte('\x00'::bytea, 0, p_pad # case when n < length(short.key) then get_byte(short.key, n) else 0 end),
            ''::bytea order by n
        )
        from
            (select case when length(p_secret) > 64 then sha256(p_secret) else p_secret end as key) as short,
            generate_series(0, 63) as n
    $$;
revoke all on function private.hmac_key(bytea, integer) from public;
grant execute on function private.hmac_key(bytea, integer) to service_role;

create function public.set_identity_secret(p_workspace uuid, p_secret text) returns void
    language sql
    set search_path = ''
    as $$
        insert into private.identity_secrets (workspace_id, inner_key, outer_key)
        values (
            p_workspace,
            private.hmac_key(convert_to(p_secret, 'UTF8'), x'36'::integer),
            private.hmac_key(convert_to(p_secret, 'UTF8'), x'5c'::integer)
        )
        on conflict on constraint identity_secrets_pkey do update
            set inner_key = excluded.inner_key, outer_key = excluded.outer_key
    $$;
revoke all on function public.set_identity_secret(uuid, text) from public;
grant execute on function public.set_identity_secret(uuid, text) to service_role;
