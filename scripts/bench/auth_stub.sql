-- What Supabase's auth service brings to a database, as far as the migrations refer to it.
create table auth.users (
    id uuid primary key, email text, created_at timestamptz, last_sign_in_at timestamptz, raw_user_meta_data jsonb
);
create table auth.sessions (
    user_id uuid, created_at timestamptz, refreshed_at timestamp, user_agent text, ip inet
);
create table auth.audit_log_entries (
    id uuid primary key, payload json, created_at timestamptz, ip_address varchar(64) not null default ''
);
create function auth.uid() returns uuid language sql stable as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$$;
create function auth.jwt() returns jsonb language sql stable as $$
    select nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;
