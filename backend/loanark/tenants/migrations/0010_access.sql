-- Who may be what. Support is let in for a week at most, and never as administrator.
ALTER TABLE memberships
    ADD CONSTRAINT memberships_role_check CHECK (role IN ('loan_officer', 'sales_manager', 'administrator', 'auditor')),
    ADD CONSTRAINT memberships_owner_key_check CHECK (btrim(owner_key) <> ''),
    ADD CONSTRAINT memberships_support_check CHECK (
        support_until IS NULL OR support_by IS NOT NULL AND role IN ('auditor', 'sales_manager')
            AND support_until <= created_at + interval '7 days'
    );

-- An organisation keeps an administrator, whoever writes. Two that take away each other's rights at once come here one
-- after the other: the second sees what the first did. Deferred, so that one statement after the other can swap roles,
-- and an organisation can go as a whole.
CREATE FUNCTION memberships_keep_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') = 'repeatable read' THEN
        RAISE EXCEPTION 'administrators change in transactions that are READ COMMITTED or SERIALIZABLE'
            USING ERRCODE = 'restrict_violation', HINT = 'In this one the other''s change would not be seen.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('administrators of ' || OLD.tenant_id, 0));
    IF EXISTS (SELECT FROM tenants WHERE id = OLD.tenant_id)
        AND NOT EXISTS (SELECT FROM memberships WHERE tenant_id = OLD.tenant_id AND role = 'administrator')
    THEN
        RAISE EXCEPTION 'an organisation keeps an administrator: nothing was changed'
            USING ERRCODE = 'restrict_violation', HINT = 'Make somebody else administrator first.';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER memberships_keep_administrator AFTER UPDATE OR DELETE ON memberships
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.role = 'administrator')
    EXECUTE FUNCTION memberships_keep_administrator();

-- Open pages hear of it at once: whoever is no member any more hears nothing else.
CREATE FUNCTION memberships_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('loanark_live', json_build_object(
        'tenant', CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END, 'kind', 'members')::text);
    RETURN NULL;
END $$;
CREATE TRIGGER memberships_tell AFTER INSERT OR UPDATE OR DELETE ON memberships
    FOR EACH ROW EXECUTE FUNCTION memberships_tell();

CREATE FUNCTION tenants_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('loanark_live', json_build_object('tenant', NEW.id, 'kind', 'organisation')::text);
    RETURN NULL;
END $$;
CREATE TRIGGER tenants_tell AFTER UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION tenants_tell();

-- Support's access ends by itself: from then on the membership is not there for them.
DROP POLICY memberships_own ON memberships;
CREATE POLICY memberships_own ON memberships FOR SELECT USING (
    user_id = nullif(current_setting('loanark.user_id', true), '')::bigint
    AND (support_until IS NULL OR support_until > now())
);

DROP FUNCTION organisations_of(bigint);
CREATE FUNCTION organisations_of(
    person bigint, OUT id uuid, OUT slug text, OUT name text, OUT role text, OUT own_contacts boolean,
    OUT support_until timestamptz
) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('loanark.user_id', person::text, true);
    RETURN QUERY SELECT t.id, t.slug::text, t.name::text, m.role::text,
                        t.own_contacts_only AND m.role = 'loan_officer', m.support_until
        FROM memberships m JOIN tenants t ON t.id = m.tenant_id
        WHERE m.user_id = person AND (m.support_until IS NULL OR m.support_until > now()) ORDER BY t.name;
END $$;

-- Web and workers see the organisation they are in, and a person the ones they belong to; they rename their own only.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenants_seen ON tenants FOR SELECT USING (
    id = (SELECT nullif(current_setting('loanark.tenant_id', true), '')::uuid)
    OR EXISTS (SELECT FROM memberships m WHERE m.tenant_id = tenants.id
               AND m.user_id = (SELECT nullif(current_setting('loanark.user_id', true), '')::bigint))
);
CREATE POLICY tenants_changed ON tenants FOR UPDATE USING (
    id = (SELECT nullif(current_setting('loanark.tenant_id', true), '')::uuid)
);
GRANT UPDATE (name, own_contacts_only) ON tenants TO loanark_app;

-- Personal API tokens. They go with the membership.
ALTER TABLE api_tokens
    ALTER COLUMN id SET DEFAULT gen_random_uuid(),
    ADD CONSTRAINT api_tokens_member_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE,
    ADD CONSTRAINT api_tokens_hash_check CHECK (octet_length(hash) = 32),
    ADD CONSTRAINT api_tokens_scopes_check CHECK (cardinality(scopes) > 0),
    ADD CONSTRAINT api_tokens_expires_at_check CHECK (expires_at <= created_at + interval '366 days');
ALTER TABLE api_token_uses
    ADD CONSTRAINT api_token_uses_token_fkey FOREIGN KEY (tenant_id, token_id)
        REFERENCES api_tokens (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE api_token_uses SET (fillfactor = 50);

-- Whose a token is, is asked before the organisation is known. Whoever can name its hash has the token: the hash alone
-- opens nothing, and no other row shows.
CREATE POLICY api_tokens_shown ON api_tokens FOR SELECT USING (
    hash = decode(nullif(current_setting('loanark.token_hash', true), ''), 'hex')
);

-- Looks a token up by its hash, notes its use, and counts its requests of the minute that began with the first of them.
-- `wait`: seconds until more are allowed, or null. No row: there is no such token, or its time is over.
CREATE FUNCTION use_api_token(
    shown bytea, origin text, allowed integer,
    OUT tenant_id uuid, OUT token_id uuid, OUT user_id bigint, OUT name text, OUT scopes text[], OUT wait integer
) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
    token api_tokens;
    known api_token_uses;
    used api_token_uses;
    moment timestamptz;
BEGIN
    -- A crash may lose the last uses: no request waits for the disk.
    PERFORM set_config('synchronous_commit', 'off', true), set_config('loanark.token_hash', encode(shown, 'hex'), true);
    SELECT t.* INTO token FROM api_tokens t WHERE t.hash = shown AND t.expires_at > now();
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('loanark.tenant_id', token.tenant_id::text, true);
    moment := clock_timestamp();
    SELECT u.* INTO known FROM api_token_uses u WHERE u.tenant_id = token.tenant_id AND u.token_id = token.id;
    INSERT INTO api_token_uses AS u
        (tenant_id, token_id, last_used_at, last_used_from, minute_began_at, requests)
    VALUES (token.tenant_id, token.id, moment, origin, moment, 1)
    ON CONFLICT ON CONSTRAINT api_token_uses_pkey DO UPDATE SET
        last_used_at = greatest(u.last_used_at, moment),
        last_used_from = excluded.last_used_from,
        minute_began_at = CASE WHEN u.minute_began_at + interval '1 minute' <= moment THEN moment
                               ELSE u.minute_began_at END,
        requests = CASE WHEN u.minute_began_at + interval '1 minute' <= moment THEN 1 ELSE u.requests + 1 END
    RETURNING u.* INTO used;
    tenant_id := token.tenant_id;
    token_id := token.id;
    user_id := token.user_id;
    name := token.name;
    scopes := token.scopes;
    IF used.requests > allowed THEN
        wait := greatest(1, ceil(extract(epoch FROM used.minute_began_at + interval '1 minute' - moment)));
    END IF;
    -- The audit log hears of each hour and address in which a token is used.
    IF known IS NULL OR known.last_used_from <> origin OR known.last_used_at < moment - interval '1 hour' THEN
        PERFORM set_config('loanark.actor', (SELECT u.email FROM users u WHERE u.id = token.user_id), true),
                set_config('loanark.via', 'token ' || token.name, true), set_config('loanark.address', origin, true);
        PERFORM audit_note('token.used', token.name);
    END IF;
    RETURN NEXT;
END $$;
