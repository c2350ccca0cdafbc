-- Why: who saves or removes a workspace's SMTP server is in its audit log too. That goes by our own rights, under which the
-- trigger sees no member, so the one who asked is named.
-- Not breaking: without p_actor, as before. Locks: none. Undo: the functions before.

drop function public.save_smtp(uuid, jsonb, text);

-- Settings replace the ones before and are not verified, whatever those were: {host, port, username, from, fromName}
-- and the encrypted password. Returns them as they are shown. p_actor: who saves them, as an audit log names them.
create function public.save_smtp(p_workspace uuid, p_smtp jsonb, p_password text, p_actor text default null) returns jsonb
    language plpgsql
    set search_path = ''
    as $$
    declare
        before public.smtp_settings;
        saved  public.smtp_settings;
    begin
        select * into before from public.smtp_settings as s where s.workspace_id = p_workspace for update;
        insert into public.smtp_settings (workspace_id, host, port, username, from_address, from_name)
        values (
            p_workspace, p_smtp ->> 'host', (p_smtp ->> 'port')::integer, p_smtp ->> 'username', p_smtp ->> 'from',
            p_smtp ->> 'fromName'
        )
        on conflict on constraint smtp_settings_pkey do update set
            host = excluded.host, port = excluded.port, username = excluded.username,
            from_address = excluded.from_address, from_name = excluded.from_name, revision = excluded.revision,
            verified_at = null, last_error = null, last_error_at = null, updated_at = excluded.updated_at
        returning * into saved;
        insert into private.smtp_passwords (workspace_id, password) values (p_workspace, p_password)
        on conflict on constraint smtp_passwords_pkey do update set password = excluded.password;
        if p_actor is not null then
            perform private.audit(
                p_workspace, 'smtp_settings.' || case when before.workspace_id is null then 'insert' else 'update' end,
                null, p_actor, jsonb_build_object('columns', array(
                    select name from (values
                        ('host', before.host is distinct from saved.host),
                        ('port', before.port is distinct from saved.port),
                        ('username', before.username is distinct from saved.username),
                        ('from_address', before.from_address is distinct from saved.from_address),
                        ('from_name', before.from_name is distinct from saved.from_name),
                        -- Given anew each time, and encrypted so that nobody here can tell it from the one before.
                        ('password', true)
                    ) as c (name, is_new)
                    where is_new
                ))
            );
        end if;
        return private.smtp_shown(p_workspace);
    end
    $$;
revoke all on function public.save_smtp(uuid, jsonb, text, text) from public;
grant execute on function public.save_smtp(uuid, jsonb, text, text) to service_role;

drop function public.remove_smtp(uuid);

create function public.remove_smtp(p_workspace uuid, p_actor text default null) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        delete from public.smtp_settings where workspace_id = p_workspace;
        if found and p_actor is not null then
            perform private.audit(p_workspace, 'smtp_settings.delete', null, p_actor);
        end if;
    end
    $$;
revoke all on function public.remove_smtp(uuid, text) from public;
grant execute on function public.remove_smtp(uuid, text) to service_role;
