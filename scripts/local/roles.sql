-- What a Supabase project has before its first migration and Lite does not create.
do $$
begin
    create role anon nologin noinherit;
    create role authenticated nologin noinherit;
    create role service_role nologin noinherit bypassrls;
exception when duplicate_object then null;
end
$$;
grant usage on schema public to anon, authenticated, service_role;
create schema if not exists extensions;
create schema if not exists auth;
grant usage on schema auth to anon, authenticated, service_role;
