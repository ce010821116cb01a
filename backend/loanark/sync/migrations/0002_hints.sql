-- A write to contacts that is not the sync's own leaves a hint in the same transaction, and wakes the workers.
-- The sync marks its own transactions with loanark.origin = 'sync'.
CREATE FUNCTION contacts_leave_hints() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tenant uuid;
BEGIN
    IF current_setting('loanark.origin', true) = 'sync' THEN
        RETURN NULL;
    END IF;
    -- Ordered, so that two writers of the same contacts cannot lock each other's hints in opposite order.
    IF TG_OP = 'DELETE' THEN
        INSERT INTO hints AS h (tenant_id, side, record_id, source, lane)
        SELECT o.tenant_id, 'loanark', o.id::text, 'edit', 2 FROM old_rows o ORDER BY o.tenant_id, o.id
        ON CONFLICT (tenant_id, side, record_id) DO UPDATE
            SET version = h.version + 1, lane = least(h.lane, excluded.lane), attempts = 0, not_before = now();
        FOR tenant IN SELECT DISTINCT tenant_id FROM old_rows LOOP
            PERFORM pg_notify('loanark_work', tenant::text);
        END LOOP;
    ELSE
        INSERT INTO hints AS h (tenant_id, side, record_id, source, lane)
        SELECT n.tenant_id, 'loanark', n.id::text, 'edit', 2 FROM new_rows n ORDER BY n.tenant_id, n.id
        ON CONFLICT (tenant_id, side, record_id) DO UPDATE
            SET version = h.version + 1, lane = least(h.lane, excluded.lane), attempts = 0, not_before = now();
        FOR tenant IN SELECT DISTINCT tenant_id FROM new_rows LOOP
            PERFORM pg_notify('loanark_work', tenant::text);
        END LOOP;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_leave_insert_hints AFTER INSERT ON contacts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts_leave_hints();
CREATE TRIGGER contacts_leave_update_hints AFTER UPDATE ON contacts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts_leave_hints();
CREATE TRIGGER contacts_leave_delete_hints AFTER DELETE ON contacts
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts_leave_hints();
