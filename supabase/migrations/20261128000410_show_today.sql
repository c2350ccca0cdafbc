-- Why: what a founder looks at once a day: whom to write to and why, what has changed, and what is broken.
-- Not breaking (new functions). Locks: none. Undo: drop them.

-- The three signals or traits that speak most for a contact, as score_parts() names them. In floating point, a tenth of the time
-- of exact decimals, since nothing is added up here: the points only say what comes first.
create function public.weightiest_reasons(p_workspace uuid, p_contact uuid, p_on date)
    returns table (reason jsonb, points double precision)
    language sql stable
    set search_path = ''
    as $$
        select m.reason, m.points
        from (
            select
                jsonb_build_object('signal', r.name, 'count', sum(n.count), 'lastOn', max(n.day)) as reason,
                least(r.cap, r.points * sum(n.count * power(2::double precision, (n.day - p_on)::double precision / w.half_life_days)))
                    as points
            from public.workspaces as w
            join public.identities as i on i.contact_id = p_contact
            join public.signal_counts as n on n.workspace_id = p_workspace and n.identity_id = i.id and n.day <= p_on
            join public.score_rules as r on r.workspace_id = p_workspace and r.signal = n.signal
            where w.id = p_workspace
            group by r.id, r.name, r.cap, r.points
            union all
            select jsonb_build_object('trait', f.trait, 'operator', f.operator), f.points
            from public.contacts as c
            join public.fit_rules as f on f.workspace_id = p_workspace
            where c.id = p_contact and private.fit_matches(f.operator, c.traits -> f.trait, f.operand)
        ) as m
        where m.points > 0
        order by m.points desc
        limit 3
    $$;
revoke all on function public.weightiest_reasons(uuid, uuid, date) from public;
grant execute on function public.weightiest_reasons(uuid, uuid, date) to authenticated;

-- The next ten to write to, the highest score first: contact_rows(), each with "lastMail", when one was last sent to them, and
-- "reasons", as weightiest_reasons(). Who is in a stage that a score above 0 reaches, was seen in
-- the last 14 days, has an address, and is not known to want no mail. Of each stage the first 100 are looked at.
create function public.people_to_write_to(p_workspace uuid, p_now timestamptz default now()) returns jsonb
    language plpgsql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
    declare
        found uuid[];
    begin
        found := array(
            select s.contact_id
            from public.stages as g
            cross join lateral (
                select * from public.contact_states as s
                where s.workspace_id = p_workspace and s.stage_id = g.id
                order by s.score desc, s.contact_id
                limit 100
            ) as s
            join public.contacts as c on c.id = s.contact_id
            where g.workspace_id = p_workspace and g.position is not null and g.threshold > 0
                and s.last_event_at > p_now - interval '14 days' and c.email is not null
                and not exists (
                    select from public.messages as m
                    join public.suppressions as x on x.workspace_id = p_workspace and x.address_hash = m.address_hash
                    where m.workspace_id = p_workspace and m.contact_id = s.contact_id
                )
            order by s.score desc, s.contact_id
            limit 10
        );
        return (
            select coalesce(jsonb_agg(
                r.entry || jsonb_build_object(
                    'lastMail', (
                        select max(m.sent_at) from public.messages as m
                        where m.workspace_id = p_workspace and m.contact_id = (r.entry ->> 'id')::uuid
                    ),
                    'reasons', (
                        select coalesce(jsonb_agg(p.reason order by p.points desc), '[]')
                        from public.weightiest_reasons(p_workspace, (r.entry ->> 'id')::uuid, (r.entry ->> 'asOf')::date) as p
                    )
                )
                order by r.place
            ), '[]')
            from jsonb_array_elements(public.contact_rows(p_workspace, found, p_now)) with ordinality as r (entry, place)
        );
    end
    $$;
revoke all on function public.people_to_write_to(uuid, timestamptz) from public;
grant execute on function public.people_to_write_to(uuid, timestamptz) to authenticated;

-- What has happened since then: {"from", "to", "contacts", "stages": [{name, contacts}], "mails", "published"}. stages: how many
-- people entered each; mails: were sent; published: sets of rules. Each number is of that time, so its list stays as long.
create function public.changes_since(p_workspace uuid, p_since timestamptz, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
        select jsonb_build_object(
            'from', p_since, 'to', p_now,
            'contacts', (
                select count(*) from public.contacts as c
                join public.contact_states as s on s.contact_id = c.id
                where c.workspace_id = p_workspace and c.created_at >= p_since and c.created_at < p_now
            ),
            'stages', (
                select coalesce(jsonb_agg(jsonb_build_object('name', g.name, 'contacts', e.contacts) order by g.position), '[]')
                from public.stages as g
                cross join lateral (
                    select count(distinct i.contact_id) as contacts
                    from public.transitions as t
                    join public.identities as i on i.id = t.contact_id
                    where t.workspace_id = p_workspace and t.to_stage_id = g.id
                        and t.created_at >= p_since and t.created_at < p_now
                ) as e
                where g.workspace_id = p_workspace and g.position is not null and e.contacts > 0
            ),
            'mails', (
                select count(*) from public.messages as m
                where m.workspace_id = p_workspace and m.counted_at >= p_since and m.counted_at < p_now and m.status = 'sent'
            ),
            'published', (
                select count(*) from public.rule_drafts as d
                where d.workspace_id = p_workspace and d.status = 'published' and d.decided_at >= p_since and d.decided_at < p_now
            )
        )
    $$;
revoke all on function public.changes_since(uuid, timestamptz, timestamptz) from public;
grant execute on function public.changes_since(uuid, timestamptz, timestamptz) to authenticated;

-- What needs somebody: {"smtp": {host, error, at} | null, "rejections": [{code, count}] of 24 hours, of at most 10,000,
-- "mails": {looked, failed, unknown, bounced, complained} of the last 1,000 in 7 days, "lacksAddress": whether marketing mail is
-- live without the postal address it needs, "usage", "marketingPaused": as billing() says}. Null for outsiders. smtp is for
-- owners and admins, as its table is.
create function public.troubles(p_workspace uuid, p_now timestamptz default now()) returns jsonb
    language sql stable
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
    set enable_seqscan = 'off'
    as $$
        select jsonb_build_object(
            'smtp', (
                select jsonb_build_object('host', s.host, 'error', s.last_error, 'at', s.last_error_at)
                from public.smtp_settings as s
                where s.workspace_id = p_workspace and s.last_error is not null
            ),
            'rejections', (
                select coalesce(jsonb_agg(jsonb_build_object('code', r.code, 'count', r.count) order by r.count desc, r.code), '[]')
                from (
                    select n.code, count(*) as count
                    from (
                        select r.code from public.rejections as r
                        where r.workspace_id = p_workspace and r.received_at > p_now - interval '24 hours'
                        order by r.received_at desc
                        limit 10000
                    ) as n
                    group by n.code
                ) as r
            ),
            'mails', (
                select jsonb_build_object(
                    'looked', count(*), 'failed', count(*) filter (where m.status = 'failed'),
                    'unknown', count(*) filter (where m.status = 'unknown'),
                    'bounced', count(*) filter (where m.delivery = 'bounced'),
                    'complained', count(*) filter (where m.delivery = 'complained')
                )
                from (
                    select m.status, m.delivery from public.messages as m
                    where m.workspace_id = p_workspace and m.counted_at > p_now - interval '7 days'
                    order by m.counted_at desc
                    limit 1000
                ) as m
            ),
            'lacksAddress', w.postal_address is null and exists (
                select from public.automations as a
                join public.templates as t on t.id = a.template_id
                where a.workspace_id = p_workspace and a.status = 'live' and t.category = 'marketing'
            ),
            'usage', b.billing -> 'usage', 'marketingPaused', b.billing -> 'marketingPaused'
        )
        from public.workspaces as w
        cross join lateral (select public.billing(w.id, p_now) as billing offset 0) as b
        where w.id = p_workspace
    $$;
revoke all on function public.troubles(uuid, timestamptz) from public;
grant execute on function public.troubles(uuid, timestamptz) to authenticated;
