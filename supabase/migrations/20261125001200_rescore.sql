-- Why: new rules reach every contact, in chunks that end in milliseconds, while events come in. The same walk counts
-- everything again from the events when an owner asks for it.
-- Not breaking (new tables and functions). Locks: per chunk its contacts, in id order. No structure lock: identities
-- that change hands meanwhile take their contacts' locks afterwards, and derive those contacts anew. Undo: drop them.

-- The latest re-score of each workspace, and how far it got.
create table public.rescores (
    workspace_id uuid        not null,
    -- Whether the events are counted again too.
    recount      boolean     not null,
    requested_at timestamptz not null,
    -- The last contact that is done, by id.
    done_to      uuid,
    done         integer     not null default 0,
    -- Known once it has begun. Contacts that come later need no re-scoring.
    total        integer,
    finished_at  timestamptz,

    constraint rescores_pkey primary key (workspace_id),
    constraint rescores_workspace_fkey foreign key (workspace_id) references public.workspaces (id) on delete cascade
);

create index rescores_open_idx on public.rescores (requested_at) where finished_at is null;

-- Adding a row asks for a re-score.
create table public.rescore_requests (
    id           uuid        not null default gen_random_uuid(),
    workspace_id uuid        not null,
    requested_by uuid        default auth.uid(),
    requested_at timestamptz not null default now(),

    constraint rescore_requests_pkey primary key (id),
    constraint rescore_requests_workspace_fkey
        foreign key (workspace_id) references public.workspaces (id) on delete cascade
);

create index rescore_requests_workspace_idx on public.rescore_requests (workspace_id, requested_at);

alter table public.rescores enable row level security;
alter table public.rescore_requests enable row level security;

grant select on public.rescores, public.rescore_requests to authenticated;
grant insert (workspace_id) on public.rescore_requests to authenticated;
grant select, insert, update, delete on public.rescores to service_role;
grant select, insert, delete on public.rescore_requests to service_role;

-- What is done and left is the worker's to say.
create policy "Members see how far a re-score got"
    on public.rescores for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Members see who asked for a re-score"
    on public.rescore_requests for select to authenticated
    using (workspace_id in (select workspace_id from public.members where user_id = (select auth.uid())));

create policy "Owners and admins ask for a re-score"
    on public.rescore_requests for insert to authenticated
    with check (
        workspace_id in (
            select workspace_id from public.members
            where user_id = (select auth.uid()) and role in ('owner', 'admin')
        )
    );

-- Begins at the first contact again when one is under way.
create function private.begin_rescore(p_workspace uuid, p_recount boolean, p_now timestamptz) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        insert into public.rescores as known (workspace_id, recount, requested_at)
        values (p_workspace, p_recount, p_now)
        on conflict on constraint rescores_pkey do update
            set recount = excluded.recount or (known.recount and known.finished_at is null),
                requested_at = excluded.requested_at, done_to = null, done = 0, total = null, finished_at = null;
    end
    $$;
revoke all on function private.begin_rescore(uuid, boolean, timestamptz) from public;
grant execute on function private.begin_rescore(uuid, boolean, timestamptz) to service_role;

-- Security definer, because no member may write progress; whether this one may ask is the policy's decision, which has
-- been made when the row is there. Nobody can call it but by adding a row.
create function private.accept_rescore_request() returns trigger
    language plpgsql security definer
    set search_path = ''
    as $$
    begin
        perform private.begin_rescore(new.workspace_id, true, new.requested_at);
        return null;
    end
    $$;
revoke all on function private.accept_rescore_request() from public;

create trigger rescore_requests_accept after insert on public.rescore_requests
    for each row execute function private.accept_rescore_request();

-- The next contacts of a workspace by id, locked; fewer than p_limit at the end.
create function private.take_contacts(p_workspace uuid, p_after uuid, p_limit integer) returns uuid[]
    language plpgsql
    set search_path = ''
    as $$
    declare
        contacts uuid[] := array(
            select c.id from public.contacts as c
            where c.workspace_id = p_workspace and c.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
            order by c.id
            limit p_limit
        );
    begin
        perform from public.contact_states where contact_id = any (contacts) order by contact_id for no key update;
        return contacts;
    end
    $$;
revoke all on function private.take_contacts(uuid, uuid, integer) from public;
grant execute on function private.take_contacts(uuid, uuid, integer) to service_role;

-- {status: none | running | done, done, total, requestedAt, finishedAt} of a workspace's re-score.
create function public.rescore_progress(p_workspace uuid) returns jsonb
    language sql stable
    set search_path = ''
    as $$
        select coalesce(
            (
                select jsonb_build_object(
                    'status', case when r.finished_at is null then 'running' else 'done' end,
                    'done', r.done, 'total', r.total, 'requestedAt', r.requested_at, 'finishedAt', r.finished_at
                )
                from public.rescores as r
                where r.workspace_id = p_workspace
            ),
            '{"status": "none"}'
        )
    $$;
revoke all on function public.rescore_progress(uuid) from public;
grant execute on function public.rescore_progress(uuid) to authenticated, service_role;

-- One chunk of the oldest re-score there is, or of that workspace's. Returns its progress; null when there is none, or
-- when somebody else is at it.
create function public.advance_rescore(
    p_limit integer default 100, p_now timestamptz default now(), p_workspace uuid default null
) returns jsonb
    language plpgsql
    set search_path = ''
    set plan_cache_mode = 'force_generic_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        job      public.rescores;
        rules    private.compiled_rules;
        contacts uuid[];
    begin
        select * into job from public.rescores as r
        where r.finished_at is null and r.workspace_id = coalesce(p_workspace, r.workspace_id)
        order by r.requested_at
        limit 1
        for update skip locked;
        if not found then
            return null;
        end if;
        contacts := private.take_contacts(job.workspace_id, job.done_to, p_limit);
        select * into strict rules from private.compiled_rules where workspace_id = job.workspace_id;
        if job.recount then
            perform private.count_back(job.workspace_id, contacts, rules.signals || rules.last_signals);
        end if;
        perform private.forget_counts(job.workspace_id, contacts);
        perform private.age_contacts(
            job.workspace_id, rules,
            array(
                select s.contact_id from public.contact_states as s
                where s.contact_id = any (contacts) and s.rules_version = rules.version
            ),
            p_now
        );
        perform private.rescore_contacts(job.workspace_id, rules, contacts, p_now);
        update public.rescores as r
        set
            done_to = contacts[cardinality(contacts)],
            done = r.done + cardinality(contacts),
            total = coalesce(r.total, (select count(*) from public.contacts as c where c.workspace_id = r.workspace_id)),
            finished_at = case when cardinality(contacts) < p_limit then p_now end
        where r.workspace_id = job.workspace_id;
        return public.rescore_progress(job.workspace_id) || jsonb_build_object('workspaceId', job.workspace_id);
    end
    $$;
revoke all on function public.advance_rescore(integer, timestamptz, uuid) from public;
grant execute on function public.advance_rescore(integer, timestamptz, uuid) to service_role;

-- Asks for a re-score, unless one is under way or has only just ended, and returns its progress.
create function public.recompute(p_workspace uuid, p_now timestamptz default now()) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    begin
        if not exists (
            select from public.rescores as r
            where r.workspace_id = p_workspace and (r.finished_at is null or r.finished_at > p_now - interval '1 minute')
        ) then
            insert into public.rescore_requests (workspace_id) values (p_workspace);
        end if;
        return public.rescore_progress(p_workspace) || jsonb_build_object('workspaceId', p_workspace);
    end
    $$;
revoke all on function public.recompute(uuid, timestamptz) from public;
grant execute on function public.recompute(uuid, timestamptz) to authenticated, service_role;

create function public.recompute_by_key(p_key_hash text, p_now timestamptz default now()) returns jsonb
    language sql
    set search_path = ''
    as $$
        select public.recompute(private.secret_workspace(p_key_hash), p_now)
    $$;
revoke all on function public.recompute_by_key(text, timestamptz) from public;
grant execute on function public.recompute_by_key(text, timestamptz) to service_role;

-- Occurrences of stage events before the latest were not kept until now.
select private.begin_rescore(id, true, now()) from public.workspaces;
