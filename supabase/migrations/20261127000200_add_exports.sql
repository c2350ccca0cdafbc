-- Why: an owner takes all of a workspace's data along, or all about one contact. Here is who asked, and how far it is.
-- Not breaking (new tables). Locks: none. Undo: drop the tables and functions; objects under exports/ stay until deleted.

create table public.exports (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    -- Null: the whole workspace.
    contact_id   uuid,
    -- As in audit_log.
    requested_by text        not null,
    status       text        not null default 'queued',
    requested_at timestamptz not null default now(),
    -- When reading began: what was there then is in it, what came later may be.
    as_of        timestamptz,
    -- {table: rows read so far}.
    counts       jsonb       not null default '{}',
    parts        integer     not null default 0,
    -- Of all its files.
    bytes        bigint      not null default 0,
    finished_at  timestamptz,
    -- When its objects go.
    expires_at   timestamptz,
    -- When they were gone.
    cleaned_at   timestamptz,

    constraint exports_pkey primary key (id),
    constraint exports_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade,
    constraint exports_status_known check (
        status in ('queued', 'building', 'complete', 'withdrawn', 'expired', 'failed')
    ),
    constraint exports_complete_ends check (status <> 'complete' or (finished_at is not null and expires_at is not null))
);

-- One at a time; whoever asks again gets this one.
create unique index exports_open_key on public.exports (workspace_id, contact_id) nulls not distinct
    where status in ('queued', 'building');
create index exports_workspace_idx on public.exports (workspace_id, requested_at);
create index exports_uncleaned_idx on public.exports (requested_at) where cleaned_at is null;

alter table public.exports enable row level security;

grant select on public.exports to authenticated;
grant select, insert, update, delete on public.exports to service_role;

-- Written by our own functions alone.
create policy "Owners see what was exported"
    on public.exports for select to authenticated
    using (
        workspace_id in (
            select workspace_id from public.members where user_id = (select auth.uid()) and role = 'owner'
        )
    );

-- What the builder needs to go on after a crash. The cursor holds the key of the last row read, which may be an address,
-- so it goes when the export ends.
create table private.export_builds (
    export_id     uuid  not null,
    -- As private.export_plan() gave it when reading began, so that a migration meanwhile changes nothing.
    plan          jsonb,
    -- {table, after}: where to go on; null at the start.
    cursor        jsonb,
    -- [{name, folder, bytes, sha256, rows, tables}] of what is uploaded, the manifest last.
    files         jsonb not null default '[]',
    claim         uuid,
    claimed_until timestamptz,
    worked_at     timestamptz,

    constraint export_builds_pkey primary key (export_id),
    constraint export_builds_export_fkey foreign key (export_id) references public.exports (id) on delete cascade
);

alter table private.export_builds enable row level security;
grant select, insert, update, delete on private.export_builds to service_role;

-- What is in no export. Whatever a migration adds to public is, unless a row here says why not.
create table private.export_exclusions (
    table_name  text not null,
    -- Empty: all of the table.
    column_name text not null default '',
    reason      text not null,

    constraint export_exclusions_pkey primary key (table_name, column_name)
);

alter table private.export_exclusions enable row level security;
grant select on private.export_exclusions to service_role;

insert into private.export_exclusions (table_name, column_name, reason) values
    ('exports', '', 'exports themselves; the audit log has who asked for one'),
    ('rescore_requests', '', 'progress of a computation'),
    ('rescores', '', 'progress of a computation'),
    ('rule_draft_mails', '', 'a preview, computed again whenever it is asked for'),
    ('rule_draft_moves', '', 'a preview, computed again whenever it is asked for'),
    ('rule_drafts', 'done_to', 'progress of a computation'),
    ('rule_drafts', 'done', 'progress of a computation'),
    ('rule_drafts', 'total', 'progress of a computation'),
    ('contact_states', 'sums', 'sums of signal_counts'),
    ('contact_states', 'sums_on', 'sums of signal_counts'),
    ('contact_states', 'rules_version', 'progress of a computation'),
    ('contact_states', 'due_on', 'when the sweep looks next'),
    ('messages', 'claim', 'which run of the drain is at work'),
    ('messages', 'claimed_until', 'which run of the drain is at work'),
    ('smtp_settings', 'revision', 'tells two saves apart while a test is under way'),
    ('subscriptions', 'told_at', 'orders what Lemon Squeezy says'),
    ('usage', 'emails_until', 'progress of a computation');

-- {exportId, status} of a new export, or of the one that is not finished yet. p_lookup names a contact; null: everything.
-- Raises PT404 (no such contact), PT409 (ambiguous email), PT423 (its data is being removed).
-- The structure lock: an erasure holds it, so none can withdraw what there is and miss one that begins beside it.
create function public.request_export(
    p_workspace uuid, p_actor text, p_lookup jsonb default null, p_now timestamptz default now()
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        contacts  uuid[];
        requested public.exports;
    begin
        perform private.lock_structure(p_workspace, false);
        if exists (
            select from public.deletion_requests as r where r.workspace_id = p_workspace and r.purging_since is not null
        ) then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending';
        end if;
        if p_lookup is not null then
            contacts := public.find_contacts(p_workspace, p_lookup);
            if cardinality(contacts) = 0 then
                raise sqlstate 'PT404' using message = 'contact_unknown';
            elsif cardinality(contacts) > 1 then
                raise sqlstate 'PT409' using message = 'ambiguous', detail = to_jsonb(contacts)::text;
            end if;
        end if;
        -- Whoever asks at the same moment waits here, and finds the other's, unless that has ended meanwhile.
        loop
            insert into public.exports (workspace_id, contact_id, requested_by, requested_at)
            values (p_workspace, contacts[1], p_actor, p_now)
            on conflict do nothing;
            select * into requested from public.exports
            where workspace_id = p_workspace and contact_id is not distinct from contacts[1]
                and status in ('queued', 'building');
            exit when found;
        end loop;
        insert into private.export_builds (export_id) values (requested.id) on conflict do nothing;
        perform private.audit(
            p_workspace, 'export.request', requested.contact_id, p_actor,
            jsonb_build_object('exportId', requested.id)
        );
        return jsonb_build_object('exportId', requested.id, 'status', requested.status);
    end
    $$;
revoke all on function public.request_export(uuid, text, jsonb, timestamptz) from public;
grant execute on function public.request_export(uuid, text, jsonb, timestamptz) to service_role;

-- How far an export is, null for one that the workspace has not; once complete with its files, for which the caller makes
-- links: so that is logged here.
create function public.show_export(
    p_workspace uuid, p_actor text, p_export uuid, p_now timestamptz default now()
) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        shown public.exports;
        build private.export_builds;
        files jsonb;
    begin
        select * into shown from public.exports where id = p_export and workspace_id = p_workspace for share;
        if not found then
            return null;
        end if;
        select * into strict build from private.export_builds where export_id = p_export;
        if shown.status = 'complete' and shown.expires_at <= p_now then
            shown.status := 'expired';
        elsif shown.status = 'complete' then
            files := build.files;
            perform private.audit(
                p_workspace, 'export.link', shown.contact_id, p_actor,
                jsonb_build_object('exportId', shown.id, 'files', jsonb_array_length(files))
            );
        end if;
        return jsonb_build_object(
            'exportId', shown.id, 'workspaceId', shown.workspace_id, 'status', shown.status, 'contactId', shown.contact_id,
            'requestedAt', shown.requested_at, 'asOf', shown.as_of, 'finishedAt', shown.finished_at,
            'expiresAt', shown.expires_at, 'files', files, 'bytes', shown.bytes,
            'progress', jsonb_build_object(
                'rows', (select coalesce(sum(value::bigint), 0) from jsonb_each_text(shown.counts)),
                'parts', shown.parts, 'table', build.cursor ->> 'table'
            )
        );
    end
    $$;
revoke all on function public.show_export(uuid, text, uuid, timestamptz) from public;
grant execute on function public.show_export(uuid, text, uuid, timestamptz) to service_role;

-- A server may ask for a contact's export, and for none of the whole workspace.
create function public.request_export_by_key(p_key_hash text, p_lookup jsonb) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        return public.request_export(
            workspace, private.actor_of_key(p_key_hash), coalesce(p_lookup, '{}')
        );
    end
    $$;
revoke all on function public.request_export_by_key(text, jsonb) from public;
grant execute on function public.request_export_by_key(text, jsonb) to service_role;

create function public.show_export_by_key(p_key_hash text, p_export uuid) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid := private.secret_workspace(p_key_hash);
    begin
        if not exists (select from public.exports where id = p_export and contact_id is not null) then
            return null;
        end if;
        return public.show_export(
            workspace, private.actor_of_key(p_key_hash), p_export
        );
    end
    $$;
revoke all on function public.show_export_by_key(text, uuid) from public;
grant execute on function public.show_export_by_key(text, uuid) to service_role;

-- The ends of an export

-- No link to any export of the workspace is handed out any more, no builder finishes one, and the next sweep deletes the
-- objects. For a transaction that erases a contact, and holds the structure lock exclusively. Returns how many.
create function private.withdraw_exports(p_workspace uuid) returns integer
    language sql
    set search_path = ''
    as $$
        with open as (
            select id from public.exports
            where workspace_id = p_workspace and status in ('queued', 'building', 'complete')
            order by id
            for update
        ),
        withdrawn as (
            update public.exports set status = 'withdrawn' where id in (select id from open) returning id
        ),
        forgotten as (
            update private.export_builds set cursor = null where export_id in (select id from withdrawn)
        )
        select count(*)::integer from withdrawn
    $$;
revoke all on function private.withdraw_exports(uuid) from public;
grant execute on function private.withdraw_exports(uuid) to service_role;

-- Whether no builder can upload any more: what was withdrawn while one was at work may yet get an object or two.
create function private.exports_at_rest(p_workspace uuid, p_now timestamptz default now()) returns boolean
    language sql stable
    set search_path = ''
    as $$
        select not exists (
            select from public.exports as e
            join private.export_builds as b on b.export_id = e.id
            where e.workspace_id = p_workspace and b.claimed_until >= p_now
        )
    $$;
revoke all on function private.exports_at_rest(uuid, timestamptz) from public;
grant execute on function private.exports_at_rest(uuid, timestamptz) to service_role;

-- [{exportId, workspaceId}] of those whose objects are to go, of all workspaces or of one. Ends what is a day old, or was not
-- done within a week.
create function public.exports_to_clean(p_workspace uuid default null, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    begin
        with over as (
            select id from public.exports
            where cleaned_at is null
                and case
                    when status = 'complete' then expires_at <= p_now
                    when status in ('queued', 'building') then requested_at <= p_now - interval '7 days'
                    else false
                end
            order by id
            for update
        ),
        ended as (
            update public.exports set status = case status when 'complete' then 'expired' else 'failed' end
            where id in (select id from over)
            returning id
        )
        update private.export_builds set cursor = null where export_id in (select id from ended);
        delete from public.exports where cleaned_at <= p_now - interval '30 days';
        return (
            select coalesce(jsonb_agg(jsonb_build_object('exportId', e.id, 'workspaceId', e.workspace_id)), '[]')
            from (
                select id, workspace_id from public.exports
                where cleaned_at is null and status in ('withdrawn', 'expired', 'failed')
                    and (p_workspace is null or workspace_id = p_workspace)
                order by requested_at
                limit 50
            ) as e
        );
    end
    $$;
revoke all on function public.exports_to_clean(uuid, timestamptz) from public;
grant execute on function public.exports_to_clean(uuid, timestamptz) to service_role;

-- Its objects were deleted. That has to be said again for as long as a builder may still be uploading.
create function public.export_cleaned(p_export uuid, p_now timestamptz default now()) returns void
    language sql
    set search_path = ''
    as $$
        with cleaned as (
            update public.exports as e set cleaned_at = p_now
            from private.export_builds as b
            where e.id = p_export and b.export_id = e.id and coalesce(b.claimed_until, '-infinity') < p_now
                and e.status in ('withdrawn', 'expired', 'failed')
            returning e.id
        )
        update private.export_builds set plan = null, files = '[]' where export_id in (select id from cleaned)
    $$;
revoke all on function public.export_cleaned(uuid, timestamptz) from public;
grant execute on function public.export_cleaned(uuid, timestamptz) to service_role;
