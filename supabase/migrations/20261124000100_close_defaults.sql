-- Why: nothing may be reachable that a migration did not grant on purpose.
-- Not breaking (first migration); takes no lock worth naming.
-- Undo: grant the defaults again, drop schema private.

-- Functions are executable by everyone unless this is revoked for every schema, not just for public.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;

-- Secrets and the inner workings of ingestion live here. PostgREST exposes public only.
create schema private;

revoke all on schema private from public;
grant usage on schema private to service_role;
