-- Why: a set of stages that is kept with each contact has to be small; so stages have small numbers, as signals do.
-- Not breaking. Locks: stages, for a moment. Undo: restore write_stages(), drop the column.

-- Stages are never deleted but with their workspace, so no number is ever given twice.
alter table public.stages add column number smallint;
update public.stages as g set number = n.number
from (select id, row_number() over (partition by workspace_id order by position nulls last, id) as number from public.stages) as n
where n.id = g.id;
alter table public.stages alter column number set not null;
alter table public.stages add constraint stages_number_key unique (workspace_id, number);

comment on column public.stages.number is 'owner: a number that the stage keeps; stands for it where stages are many';

create or replace function private.write_stages(p_workspace uuid, p_stages jsonb) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        update public.stages as g
        set position = null, signal = null
        where g.workspace_id = p_workspace
            and not p_stages @> jsonb_build_array(jsonb_build_object('id', g.id));
        insert into public.stages as known (id, workspace_id, number, name, position, threshold, signal, silence_days)
        select
            g.id, p_workspace, most.number + count(*) filter (where k.id is null) over (order by g.position),
            g.name, g.position, g.score, g.signal, g.days
        from rows from (
            jsonb_to_recordset(p_stages)
                as (id uuid, name text, score smallint, signal smallint, "silenceDays" smallint)
        ) with ordinality as g (id, name, score, signal, days, position)
        left join public.stages as k on k.id = g.id
        cross join (select coalesce(max(s.number), 0) as number from public.stages as s where s.workspace_id = p_workspace) as most
        on conflict on constraint stages_pkey do update
            set name = excluded.name, position = excluded.position, threshold = excluded.threshold,
                signal = excluded.signal, silence_days = excluded.silence_days
            where known.workspace_id = p_workspace;
    end
    $$;
