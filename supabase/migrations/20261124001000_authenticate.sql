-- Why: whose key it is, what it may say, and what of that is trusted.
-- Not breaking (new functions). Locks: none. Undo: drop the functions.

-- Errors that leave a function are our own SQLSTATEs; the API maps them, nobody reads the message text:
--   PT401 unknown or revoked key   PT403 origin not allowed   PT423 workspace is being deleted
--   PT404 no such contact          PT410 no such template     PT409 ambiguous email
--   PT422 not mailable             PT450 too many identities  PT412 identity can't go there

create type private.sender as (
    workspace_id         uuid,
    api_key_id           uuid,
    trusted              boolean,
    require_verification boolean,
    redact               text,
    rate_multiplier      integer,
    inner_key            bytea,
    outer_key            bytea
);

-- Whom a key belongs to and what it may do.
create function private.authenticate(p_key_hash text, p_origin text) returns private.sender
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        found_key record;
    begin
        select
            k.id, k.workspace_id, k.kind, k.origins, k.rate_multiplier::integer * w.rate_multiplier as rate_multiplier,
            w.require_verification, w.redact, w.deletion_requested_at, s.inner_key, s.outer_key
        into found_key
        from private.api_key_hashes as h
        join public.api_keys as k on k.id = h.api_key_id
        join public.workspaces as w on w.id = k.workspace_id
        left join private.identity_secrets as s on s.workspace_id = k.workspace_id
        where h.key_hash = p_key_hash and k.revoked_at is null;
        if not found then
            raise sqlstate 'PT401' using message = 'unknown_key';
        elsif found_key.deletion_requested_at is not null then
            raise sqlstate 'PT423' using message = 'workspace_deletion_pending';
        elsif found_key.origins is not null and coalesce(p_origin, '') <> all (found_key.origins) then
            raise sqlstate 'PT403' using message = 'origin_not_allowed';
        end if;
        return row(
            found_key.workspace_id, found_key.id, found_key.kind = 'secret', found_key.require_verification,
            found_key.redact, found_key.rate_multiplier, found_key.inner_key, found_key.outer_key
        );
    end
    $$;
revoke all on function private.authenticate(text, text) from public;
grant execute on function private.authenticate(text, text) to service_role;

-- HMAC-SHA256 of the userId (RFC 2104). Digests are compared, so the time it takes tells nothing of either.
create function private.vouches(p_sender private.sender, p_user_id text, p_user_hash text) returns boolean
    language plpgsql immutable
    set search_path = ''
    as $$
    begin
        return (
            select coalesce(
                sha256(convert_to(lower(p_user_hash), 'UTF8')) = sha256(convert_to(encode(
                    sha256((p_sender).outer_key || sha256((p_sender).inner_key || convert_to(p_user_id, 'UTF8'))), 'hex'
                ), 'UTF8')),
                false
            )
        );
    end
    $$;
revoke all on function private.vouches(private.sender, text, text) from public;
grant execute on function private.vouches(private.sender, text, text) to service_role;

-- The message, trusted also where its userHash vouches for the user it names.
create function private.weighed(p_sender private.sender, p_message private.message) returns private.message
    language plpgsql immutable
    set search_path = ''
    as $$
    begin
        if p_message.user_hash is not null and p_message.kinds[1] = 'userId' then
            p_message.trusted := p_message.trusted
                or private.vouches(p_sender, p_message.values[1], p_message.user_hash);
        end if;
        return p_message;
    end
    $$;
revoke all on function private.weighed(private.sender, private.message) from public;
grant execute on function private.weighed(private.sender, private.message) to service_role;

-- Why the sender may not say this, or null when they may. It has no search_path of its own, so that the planner can
-- put its body in place of the call: it is asked once per message. All names in it are qualified.
create function private.refusal(p_sender private.sender, p_message private.message) returns text
    language sql immutable
    as $$
        select case
            when (p_message).redactions > 0 and ((p_sender).redact = 'reject' or (p_message).sensitive_id)
                then 'sensitive_data'
            when (p_message).trusted then null
            when (p_message).user_hash is not null then 'user_hash_invalid'
            when (p_message).type = 'alias' then 'verification_required'
            when (p_sender).require_verification and (p_message).kinds[1] = 'userId' then 'verification_required'
        end
    $$;
revoke all on function private.refusal(private.sender, private.message) from public;
grant execute on function private.refusal(private.sender, private.message) to service_role;

