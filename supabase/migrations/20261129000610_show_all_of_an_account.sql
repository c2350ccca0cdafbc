-- Why: what we hold of an account is also where it is signed in and has signed in, what it was invited to, whom it had us mail,
-- and what we announced to it.
-- Not breaking (the answer has more members). Locks: none. Undo: restore the function from *_answer_for_accounts.sql.

-- What we hold of an account but its password's hash and its tokens. Security definer, because nobody else may read
-- accounts.
create or replace function private.record_of_account(p_user uuid) returns jsonb
    language sql stable security definer
    set search_path = ''
    as $$
        select jsonb_build_object(
            'userId', u.id, 'email', u.email, 'createdAt', u.created_at, 'lastSignInAt', u.last_sign_in_at,
            'metadata', u.raw_user_meta_data,
            'sessions', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'since', s.created_at, 'refreshedAt', s.refreshed_at at time zone 'utc', 'browser', s.user_agent,
                    'ip', host(s.ip)
                ) order by s.created_at), '[]')
                from auth.sessions as s
                where s.user_id = u.id
            ),
            'memberships', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', w.id, 'workspace', w.name, 'role', m.role, 'since', m.created_at
                ) order by m.created_at), '[]')
                from public.members as m
                join public.workspaces as w on w.id = m.workspace_id
                where m.user_id = u.id
            ),
            'invitations', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', i.workspace_id, 'role', i.role, 'status', i.status, 'at', i.created_at,
                    'isByThem', i.invited_by = u.id
                ) order by i.created_at), '[]')
                from public.invitations as i
                where i.email = lower(u.email) or i.invited_by = u.id
            ),
            'notices', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', n.workspace_id, 'kind', n.kind, 'status', n.status, 'at', n.send_at
                ) order by n.send_at), '[]')
                from private.notices as n
                left join public.invitations as i on i.id = n.invitation_id
                where n.user_id = u.id or i.email = lower(u.email)
            ),
            'invitationMails', (
                select coalesce(jsonb_agg(jsonb_build_object('workspaceId', m.workspace_id, 'at', m.at) order by m.at), '[]')
                from private.invitation_mails as m
                where m.invited_by = u.id
            ),
            'signIns', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'action', l.payload ->> 'action', 'at', l.created_at, 'ip', l.ip_address
                ) order by l.created_at), '[]')
                from auth.audit_log_entries as l
                where l.payload ->> 'actor_id' = u.id::text
            ),
            'announcements', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'policyOf', a.policy_date, 'status', a.status, 'at', a.send_at
                ) order by a.send_at), '[]')
                from private.announcements as a
                where a.user_id = u.id
            ),
            'deeds', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'workspaceId', a.workspace_id, 'action', a.action, 'contactId', a.contact_id, 'detail', a.detail,
                    'at', a.at
                ) order by a.at), '[]')
                from public.audit_log as a
                where a.actor = 'member:' || u.id
            )
        )
        from auth.users as u
        where u.id = p_user
    $$;
