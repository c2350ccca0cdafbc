-- Why: what was refused, and why, for 24 hours: the founder's live debugger. It names keys, codes and places, never
-- what was sent.
-- Not breaking (new table). Undo: drop the table.

create table public.rejections (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    api_key_id   uuid        not null,
    message_id   text        collate "C",
    code         text        not null,
    pointer      text        not null,
    received_at  timestamptz not null,

    constraint rejections_pkey primary key (id)
);

create index rejections_workspace_idx on public.rejections (workspace_id, received_at desc);
create index rejections_received_idx on public.rejections (received_at);

alter table public.rejections enable row level security;

grant select on public.rejections to authenticated;
grant select, insert, update, delete on public.rejections to service_role;

-- A row that is past its day is out of sight at once, whenever it is deleted.
create policy "Members see what was refused in the last 24 hours"
    on public.rejections for select to authenticated
    using (
        received_at > now() - interval '24 hours'
        and workspace_id in (select workspace_id from public.members where user_id = (select auth.uid()))
    );

-- Every insert pays for twice as many old rows, of whichever workspace, so that no sweep is needed and none piles up.
-- p_rejected: [{messageId, code, pointer}].
create function private.record_rejections(
    p_workspace uuid, p_api_key uuid, p_rejected jsonb, p_now timestamptz
) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.rejections (workspace_id, api_key_id, message_id, code, pointer, received_at)
        select
            p_workspace, p_api_key,
            -- It may be what is sensitive.
            case when r ->> 'code' <> 'sensitive_data' then left(r ->> 'messageId', 255) end,
            r ->> 'code', left(r ->> 'pointer', 255), p_now
        from jsonb_array_elements(p_rejected) as r;

        delete from public.rejections
        where id in (
            select id from public.rejections
            where received_at <= p_now - interval '24 hours'
            order by received_at
            limit 2 * jsonb_array_length(p_rejected)
            for update skip locked
        );
    end
    $$;
revoke all on function private.record_rejections(uuid, uuid, jsonb, timestamptz) from public;
grant execute on function private.record_rejections(uuid, uuid, jsonb, timestamptz) to service_role;
