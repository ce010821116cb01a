-- The audit log. An event is inserted where something happens, in the same transaction, and sealed at its commit:
--     hash = sha256(everything that must not change, and the hash of the event before)
-- Sealing takes the chain's head as the very last lock of a transaction, so that it can wait for nobody who waits for it.
--
-- Values of people (detail, and the before, after and reason of contact_changes) are in the chain by a salted digest:
-- erasing a person takes values and salt away, and the chain still holds.
--
-- Only the functions here write these tables; loanark_app may read them, and call audit_note.
CREATE FUNCTION audit_via() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('loanark.via', true), ''), 'sql')
$$;

CREATE FUNCTION audit_actor() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        nullif(current_setting('loanark.actor', true), ''),
        CASE WHEN audit_via() = 'sql' THEN coalesce(nullif(current_setting('application_name'), ''), session_user)
             ELSE audit_via() END
    )
$$;

-- What somebody says about themselves, or the connection's own end.
CREATE FUNCTION audit_address() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        nullif(current_setting('loanark.address', true), ''),
        CASE WHEN audit_via() = 'sql' THEN host(inet_client_addr()) END,
        ''
    )
$$;

CREATE FUNCTION audit_micros(moment timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM moment) * 1000000)::bigint
$$;

-- Every number of an event comes from here, so that rows of contact_changes can name their event before it is written.
CREATE FUNCTION audit_next_id() RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT nextval(pg_get_serial_sequence('audit_events', 'id')) $$;

CREATE FUNCTION audit_events_before_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.salt := gen_random_uuid();
    NEW.digest := sha256(convert_to(jsonb_build_array(NEW.salt, NEW.detail)::text, 'UTF8'));
    NEW.seq := NULL;
    NEW.previous := NULL;
    NEW.hash := NULL;
    RETURN NEW;
END $$;

CREATE TRIGGER audit_events_before_insert BEFORE INSERT ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_before_insert();

-- The same list is in audit/chain.py, which does not trust this function.
CREATE FUNCTION audit_hash(event audit_events, place bigint, before bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        event.tenant_id, place, encode(before, 'hex'), event.id, audit_micros(event.at), event.kind, event.actor,
        event.via, event.address, event.subject, event.contact_id, encode(event.digest, 'hex'), event.changes,
        encode(event.changes_digest, 'hex')
    )::text, 'UTF8'))
$$;

CREATE FUNCTION audit_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head audit_heads;
    event audit_events;
    sealed bytea;
BEGIN
    INSERT INTO audit_heads (tenant_id, hash, pruned_hash) VALUES (NEW.tenant_id, '\x', '\x') ON CONFLICT DO NOTHING;
    SELECT * INTO STRICT head FROM audit_heads WHERE tenant_id = NEW.tenant_id FOR UPDATE;
    SELECT * INTO STRICT event FROM audit_events WHERE tenant_id = NEW.tenant_id AND id = NEW.id;
    sealed := audit_hash(event, head.seq + 1, head.hash);
    UPDATE audit_events SET seq = head.seq + 1, previous = head.hash, hash = sealed
    WHERE tenant_id = NEW.tenant_id AND id = NEW.id;
    UPDATE audit_heads SET seq = head.seq + 1, hash = sealed WHERE tenant_id = NEW.tenant_id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER audit_events_seal AFTER INSERT ON audit_events
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_seal();

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only ever added to'
        USING HINT = 'Its retention policy removes what is old enough (docs/audit.md).';
END $$;

CREATE TRIGGER audit_events_refuse_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- Writes down that something was done in the organisation of this transaction.
CREATE FUNCTION audit_note(
    kind text, subject text DEFAULT '', contact_id uuid DEFAULT NULL, detail jsonb DEFAULT '{}'
) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO audit_events (id, kind, actor, via, address, subject, contact_id, detail)
    VALUES (audit_next_id(), $1, audit_actor(), audit_via(), audit_address(), $2, $3, $4)
$$;

-- For rows of a table: AFTER INSERT OR UPDATE OR DELETE … EXECUTE FUNCTION audit_row(kind, subject column, columns, secret
-- columns), each list separated by commas. Of a secret it is only told that it changed; a subject `user_id` is told as the
-- person's address.
CREATE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    verb text := CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END;
    watched text[] := string_to_array(TG_ARGV[2], ',');
    secret text[] := string_to_array(coalesce(TG_ARGV[3], ''), ',');
    entry jsonb := coalesce(new_row, old_row);
    before jsonb;
    after jsonb;
BEGIN
    -- A cascade may come from where no organisation is set.
    IF coalesce(current_setting('loanark.tenant_id', true), '') = '' THEN
        PERFORM set_config('loanark.tenant_id', coalesce(entry ->> 'tenant_id', entry ->> 'id'), true);
    END IF;
    SELECT jsonb_object_agg(name, CASE WHEN name = ANY(secret) THEN '"(secret)"' ELSE old_row -> name END)
               FILTER (WHERE old_row -> name <> 'null'),
           jsonb_object_agg(name, CASE WHEN name = ANY(secret) THEN '"(secret)"' ELSE new_row -> name END)
               FILTER (WHERE new_row -> name <> 'null')
    INTO before, after
    FROM unnest(watched) AS name
    WHERE old_row -> name IS DISTINCT FROM new_row -> name;
    IF TG_OP = 'UPDATE' AND before IS NULL AND after IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM audit_note(
        TG_ARGV[0] || '.' || verb,
        CASE WHEN TG_ARGV[1] = 'user_id'
             THEN coalesce((SELECT email FROM users WHERE id = (entry ->> 'user_id')::bigint), entry ->> 'user_id')
             ELSE coalesce(entry ->> TG_ARGV[1], '') END,
        (entry ->> 'contact_id')::uuid,
        jsonb_build_object('before', coalesce(before, '{}'), 'after', coalesce(after, '{}'))
    );
    RETURN NULL;
END $$;

-- Takes away what is older than the organisation's retention policy says, and writes down that it did. Without a policy
-- nothing goes. Returns how many events went.
CREATE FUNCTION audit_prune() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head audit_heads;
    last audit_events;
    gone bigint;
BEGIN
    SELECT * INTO head FROM audit_heads WHERE keep_days IS NOT NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    SELECT * INTO last FROM audit_events
    WHERE seq = (
        SELECT min(seq) - 1 FROM audit_events
        WHERE seq > head.pruned_seq AND at >= clock_timestamp() - make_interval(days => head.keep_days)
    ) AND seq > head.pruned_seq;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    DELETE FROM contact_changes WHERE event_id IN (SELECT id FROM audit_events WHERE seq <= last.seq);
    DELETE FROM audit_events WHERE seq <= last.seq;
    GET DIAGNOSTICS gone = ROW_COUNT;
    UPDATE audit_heads SET pruned_seq = last.seq, pruned_hash = last.hash WHERE tenant_id = head.tenant_id;
    PERFORM audit_note('audit.pruned', last.seq::text, NULL, jsonb_build_object(
        'events', gone, 'up_to', last.seq, 'hash', encode(last.hash, 'hex'), 'kept_days', head.keep_days
    ));
    RETURN gone;
END $$;

-- Sets how long events are kept; null: for ever.
CREATE FUNCTION audit_keep(days integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    tenant uuid := nullif(current_setting('loanark.tenant_id', true), '')::uuid;
    known integer := (SELECT keep_days FROM audit_heads WHERE tenant_id = tenant);
BEGIN
    INSERT INTO audit_heads (tenant_id, hash, pruned_hash) VALUES (tenant, '\x', '\x') ON CONFLICT DO NOTHING;
    UPDATE audit_heads SET keep_days = days WHERE tenant_id = tenant;
    PERFORM audit_note('audit.retention-changed', '', NULL, jsonb_build_object(
        'before', jsonb_build_object('keep_days', known), 'after', jsonb_build_object('keep_days', days)
    ));
END $$;

REVOKE EXECUTE ON FUNCTION audit_next_id, audit_note, audit_prune, audit_keep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_next_id, audit_note, audit_prune, audit_keep TO loanark_app;
REVOKE INSERT, UPDATE, DELETE ON audit_events, audit_heads FROM loanark_app;
REVOKE UPDATE, DELETE ON audit_anchors FROM loanark_app;
