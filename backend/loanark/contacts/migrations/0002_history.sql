-- Every change of a contact is written down once, by the database, whoever made it: this UI, the sync, or another
-- program using SQL. Statement-level triggers with transition tables keep bulk writes fast.
--
-- A writer may say who it is, for its transaction:
--     loanark.side    hubspot | loanark   where the change comes from (default loanark)
--     loanark.cause   user | sql | sync | conflict | merge | undo      (default sql)
--     loanark.actor, loanark.reason, loanark.run_id
CREATE FUNCTION contacts_before_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tenant_id <> OLD.tenant_id OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'a contact keeps its id and its organisation';
    END IF;
    -- Generated columns are not computed yet in a BEFORE trigger: left blank, they would make every write a change.
    NEW.search := OLD.search;
    NEW.email_key := OLD.email_key;
    NEW.lastname_key := OLD.lastname_key;
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER contacts_before_write BEFORE UPDATE ON contacts
    FOR EACH ROW EXECUTE FUNCTION contacts_before_write();

CREATE FUNCTION contacts_refuse_nobodys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'contacts.tenant_id is missing'
        USING HINT = 'Set loanark.tenant_id for the session, or give tenant_id.';
END $$;

CREATE TRIGGER contacts_refuse_nobodys BEFORE INSERT ON contacts
    FOR EACH ROW WHEN (NEW.tenant_id IS NULL) EXECUTE FUNCTION contacts_refuse_nobodys();

-- A contact's fields as JSON: without bookkeeping, blanks left out.
CREATE FUNCTION contact_fields(contact contacts) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(
        to_jsonb(contact)
            - ARRAY['tenant_id', 'id', 'version', 'created_at', 'updated_at', 'deleted_at', 'created_side', 'search',
                    'email_key', 'lastname_key']
    )
$$;

-- The entries of `new_fields` that `old_fields` does not hold alike.
CREATE FUNCTION jsonb_difference(old_fields jsonb, new_fields jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(new_fields)
    WHERE old_fields -> key IS DISTINCT FROM value
$$;

CREATE FUNCTION contacts_record_changes() RETURNS trigger LANGUAGE plpgsql AS $$
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
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO contact_changes (tenant_id, contact_id, op, side, cause, actor, reason, run_id, before, after)
        SELECT n.tenant_id, n.id, 'created', change_side, change_cause, change_actor, change_reason, change_run,
               '{}', contact_fields(n)
        FROM new_rows n;
        FOR tenant IN SELECT DISTINCT tenant_id FROM new_rows LOOP
            PERFORM pg_notify('loanark_live', json_build_object('tenant', tenant, 'kind', 'contacts')::text);
        END LOOP;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO contact_changes (tenant_id, contact_id, op, side, cause, actor, reason, run_id, before, after)
        SELECT d.tenant_id, d.id,
               CASE WHEN d.was_deleted = d.is_deleted THEN 'updated' WHEN d.is_deleted THEN 'deleted' ELSE 'restored' END,
               change_side, change_cause, change_actor, change_reason, change_run,
               jsonb_difference(d.new_fields, d.old_fields), jsonb_difference(d.old_fields, d.new_fields)
        FROM (
            SELECT n.tenant_id, n.id, o.deleted_at IS NOT NULL AS was_deleted, n.deleted_at IS NOT NULL AS is_deleted,
                   contact_fields(o) AS old_fields, contact_fields(n) AS new_fields
            FROM new_rows n JOIN old_rows o ON o.tenant_id = n.tenant_id AND o.id = n.id
            WHERE n.version <> o.version
        ) d
        WHERE d.old_fields <> d.new_fields OR d.was_deleted <> d.is_deleted;
        FOR tenant IN SELECT DISTINCT tenant_id FROM new_rows LOOP
            PERFORM pg_notify('loanark_live', json_build_object('tenant', tenant, 'kind', 'contacts')::text);
        END LOOP;
    ELSE
        INSERT INTO contact_changes (tenant_id, contact_id, op, side, cause, actor, reason, run_id, before, after)
        SELECT o.tenant_id, o.id, 'deleted', change_side, change_cause, change_actor, change_reason, change_run,
               contact_fields(o), '{}'
        FROM old_rows o WHERE o.deleted_at IS NULL;
        FOR tenant IN SELECT DISTINCT tenant_id FROM old_rows LOOP
            PERFORM pg_notify('loanark_live', json_build_object('tenant', tenant, 'kind', 'contacts')::text);
        END LOOP;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_record_inserts AFTER INSERT ON contacts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts_record_changes();
CREATE TRIGGER contacts_record_updates AFTER UPDATE ON contacts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts_record_changes();
CREATE TRIGGER contacts_record_deletes AFTER DELETE ON contacts
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts_record_changes();

CREATE FUNCTION contacts_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE would lose contacts without a trace'
        USING HINT = 'Use DELETE: it is recorded, brakes apply, and it can be undone.';
END $$;

CREATE TRIGGER contacts_refuse_truncate BEFORE TRUNCATE ON contacts
    FOR EACH STATEMENT EXECUTE FUNCTION contacts_refuse_truncate();
