-- The history belongs to the audit log: each statement that changes contacts is one event of it, and its rows name that
-- event. The event holds the digest of the rows; a row holds the salted digest of its values, so that erasing a person
-- takes values and salt away and leaves the rest provable.
ALTER TABLE contact_changes NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_heads NO FORCE ROW LEVEL SECURITY;

CREATE FUNCTION contact_change_digest(salt uuid, before jsonb, after jsonb, reason text) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(jsonb_build_array(salt, before, after, reason)::text, 'UTF8'))
$$;

-- Everything of a row that stays for ever. The same list is in audit/chain.py, which does not trust this function.
CREATE FUNCTION contact_change_text(change contact_changes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_array(
        change.id, change.contact_id, audit_micros(change.at), change.op, change.side, change.cause, change.actor,
        change.run_id, encode(change.digest, 'hex')
    )::text
$$;

-- What was there before there was an audit log.
UPDATE contact_changes SET salt = gen_random_uuid();
UPDATE contact_changes SET digest = contact_change_digest(salt, before, after, reason);
INSERT INTO audit_events (tenant_id, id, kind, actor, via, detail, changes, changes_digest)
SELECT tenant_id, audit_next_id(), 'audit.begun', 'loanark migrate', 'command line', '{}', count(*),
       sha256(string_agg(sha256(convert_to(contact_change_text(c), 'UTF8')), '' ORDER BY id))
FROM contact_changes c GROUP BY tenant_id;
UPDATE contact_changes c SET event_id = e.id FROM audit_events e WHERE e.tenant_id = c.tenant_id AND e.kind = 'audit.begun';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

ALTER TABLE contact_changes
    ALTER COLUMN digest SET NOT NULL, ALTER COLUMN event_id SET NOT NULL, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_heads FORCE ROW LEVEL SECURITY;

-- The values of an erasure are never written down.
DROP TRIGGER contact_changes_hold_no_erased ON contact_changes;
DROP FUNCTION contact_changes_hold_no_erased;

CREATE FUNCTION contact_changes_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cause = 'erasure' THEN
        NEW.before := '{}';
        NEW.after := '{}';
    END IF;
    NEW.salt := gen_random_uuid();
    NEW.digest := contact_change_digest(NEW.salt, NEW.before, NEW.after, NEW.reason);
    RETURN NEW;
END $$;

CREATE TRIGGER contact_changes_seal BEFORE INSERT ON contact_changes
    FOR EACH ROW EXECUTE FUNCTION contact_changes_seal();

CREATE TRIGGER contact_changes_refuse_truncate BEFORE TRUNCATE ON contact_changes
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- One statement's rows as an event of the audit log, if there are any.
CREATE FUNCTION contact_changes_note(tenant uuid, event bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO audit_events (tenant_id, id, kind, actor, via, address, detail, changes, changes_digest)
    SELECT tenant, event, 'contacts.changed', audit_actor(), audit_via(), audit_address(), '{}', count(*),
           sha256(string_agg(sha256(convert_to(contact_change_text(c), 'UTF8')), '' ORDER BY id))
    FROM contact_changes c WHERE tenant_id = tenant AND event_id = event HAVING count(*) > 0
$$;

-- As before (0002_history.sql), and each statement is an event of the audit log.
CREATE OR REPLACE FUNCTION contacts_record_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    change_side text := coalesce(nullif(current_setting('loanark.side', true), ''), 'loanark');
    change_cause text := coalesce(nullif(current_setting('loanark.cause', true), ''), 'sql');
    change_reason text := nullif(current_setting('loanark.reason', true), '');
    change_run bigint := nullif(current_setting('loanark.run_id', true), '')::bigint;
    change_actor text := coalesce(
        nullif(current_setting('loanark.actor', true), ''),
        CASE WHEN change_cause = 'sql' THEN coalesce(nullif(current_setting('application_name'), ''), session_user) END
    );
    tenant uuid;
    event bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        FOR tenant IN SELECT DISTINCT tenant_id FROM new_rows LOOP
            event := audit_next_id();
            INSERT INTO contact_changes
                (tenant_id, event_id, contact_id, op, side, cause, actor, reason, run_id, before, after)
            SELECT n.tenant_id, event, n.id, 'created', change_side, change_cause, change_actor, change_reason,
                   change_run, '{}', contact_fields(n)
            FROM new_rows n WHERE n.tenant_id = tenant;
            PERFORM contact_changes_note(tenant, event);
            PERFORM pg_notify('loanark_live', json_build_object('tenant', tenant, 'kind', 'contacts')::text);
        END LOOP;
    ELSIF TG_OP = 'UPDATE' THEN
        FOR tenant IN SELECT DISTINCT tenant_id FROM new_rows LOOP
            event := audit_next_id();
            INSERT INTO contact_changes
                (tenant_id, event_id, contact_id, op, side, cause, actor, reason, run_id, before, after)
            SELECT d.tenant_id, event, d.id,
                   CASE WHEN d.was_deleted = d.is_deleted THEN 'updated' WHEN d.is_deleted THEN 'deleted'
                        ELSE 'restored' END,
                   change_side, change_cause, change_actor, change_reason, change_run,
                   jsonb_difference(d.new_fields, d.old_fields), jsonb_difference(d.old_fields, d.new_fields)
            FROM (
                SELECT n.tenant_id, n.id, o.deleted_at IS NOT NULL AS was_deleted,
                       n.deleted_at IS NOT NULL AS is_deleted,
                       contact_fields(o) AS old_fields, contact_fields(n) AS new_fields
                FROM new_rows n JOIN old_rows o ON o.tenant_id = n.tenant_id AND o.id = n.id
                WHERE n.tenant_id = tenant AND n.version <> o.version
            ) d
            WHERE d.old_fields <> d.new_fields OR d.was_deleted <> d.is_deleted;
            PERFORM contact_changes_note(tenant, event);
            PERFORM pg_notify('loanark_live', json_build_object('tenant', tenant, 'kind', 'contacts')::text);
        END LOOP;
    ELSE
        FOR tenant IN SELECT DISTINCT tenant_id FROM old_rows LOOP
            event := audit_next_id();
            INSERT INTO contact_changes
                (tenant_id, event_id, contact_id, op, side, cause, actor, reason, run_id, before, after)
            SELECT o.tenant_id, event, o.id, 'deleted', change_side, change_cause, change_actor, change_reason,
                   change_run, contact_fields(o), '{}'
            FROM old_rows o WHERE o.tenant_id = tenant AND o.deleted_at IS NULL;
            PERFORM contact_changes_note(tenant, event);
            PERFORM pg_notify('loanark_live', json_build_object('tenant', tenant, 'kind', 'contacts')::text);
        END LOOP;
    END IF;
    RETURN NULL;
END $$;

-- Erases people from the history and from the audit log: values, reasons and salts go, everything else stays provable.
CREATE FUNCTION audit_erase(people uuid[], why text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE contact_changes SET before = '{}', after = '{}', reason = why, salt = NULL WHERE contact_id = ANY(people);
    UPDATE audit_events SET detail = '{}', salt = NULL WHERE contact_id = ANY(people);
    SELECT audit_note('contact.erased', id::text, id) FROM unnest(people) AS id;
$$;

REVOKE EXECUTE ON FUNCTION audit_erase FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_erase TO loanark_app;
REVOKE INSERT, UPDATE, DELETE ON contact_changes FROM loanark_app;
