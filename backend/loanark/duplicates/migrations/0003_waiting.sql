-- As before (0002_fences.sql), but a contact that waits already waits anew: this locks its row, so that nobody who
-- compares it just now lets it go without having seen the change.
CREATE OR REPLACE FUNCTION contacts_await_comparison() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO duplicate_waiting (tenant_id, contact_id)
        SELECT n.tenant_id, n.id FROM new_rows n ORDER BY n.tenant_id, n.id
        ON CONFLICT (tenant_id, contact_id) DO UPDATE SET at = excluded.at;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO duplicate_waiting (tenant_id, contact_id)
        SELECT n.tenant_id, n.id FROM new_rows n JOIN old_rows o ON o.tenant_id = n.tenant_id AND o.id = n.id
        WHERE n.version <> o.version
        AND (n.email, n.firstname, n.lastname, n.phone, n.mobilephone, n.address, n.city, n.zip, n.loan_number, n.custom,
             n.deleted_at)
            IS DISTINCT FROM
            (o.email, o.firstname, o.lastname, o.phone, o.mobilephone, o.address, o.city, o.zip, o.loan_number, o.custom,
             o.deleted_at)
        ORDER BY n.tenant_id, n.id
        ON CONFLICT (tenant_id, contact_id) DO UPDATE SET at = excluded.at;
    ELSE
        INSERT INTO duplicate_waiting (tenant_id, contact_id)
        SELECT o.tenant_id, o.id FROM old_rows o ORDER BY o.tenant_id, o.id
        ON CONFLICT (tenant_id, contact_id) DO UPDATE SET at = excluded.at;
    END IF;
    RETURN NULL;
END $$;

-- A proposal that nobody grouped is a group of its own.
CREATE FUNCTION duplicate_proposals_group_themselves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.group_id := NEW.id;
    RETURN NEW;
END $$;

CREATE TRIGGER duplicate_proposals_group_themselves BEFORE INSERT ON duplicate_proposals
    FOR EACH ROW WHEN (NEW.group_id = 0) EXECUTE FUNCTION duplicate_proposals_group_themselves();
