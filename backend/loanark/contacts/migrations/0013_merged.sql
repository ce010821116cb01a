-- A contact that is merged into another one keeps its row as it is, hidden like a deleted one: `merged_into` names the
-- contact that lives on in its place. Its HubSpot contact, while it has one of its own, still syncs with this row.
ALTER TABLE contacts ADD COLUMN merged_into uuid;
ALTER TABLE contacts ADD CONSTRAINT contacts_merged_check
    CHECK (merged_into IS NULL OR (deleted_at IS NOT NULL AND merged_into <> id));
CREATE INDEX contacts_merged_idx ON contacts (tenant_id, merged_into) WHERE merged_into IS NOT NULL;

-- As before (0003_custom_fields.sql): `merged_into` is no field of a person.
CREATE OR REPLACE FUNCTION contact_fields(contact contacts) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(
        to_jsonb(contact)
            - ARRAY['tenant_id', 'id', 'version', 'created_at', 'updated_at', 'deleted_at', 'created_side', 'search',
                    'email_key', 'lastname_key', 'custom', 'merged_into']
    ) || contact.custom
$$;

-- As before (0002_history.sql). Who comes back to life by an edit in HubSpot is a contact of their own again; a person
-- or a program takes the merge back instead, so that nobody is restored beside themselves.
CREATE OR REPLACE FUNCTION contacts_before_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tenant_id <> OLD.tenant_id OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'a contact keeps its id and its organisation';
    END IF;
    IF NEW.merged_into IS NOT NULL AND NEW.deleted_at IS NULL THEN
        IF current_setting('loanark.origin', true) IS DISTINCT FROM 'sync' THEN
            RAISE EXCEPTION 'the contact is merged into %: nothing was written', NEW.merged_into
                USING ERRCODE = 'check_violation', HINT = 'Undo the merge to have it back.';
        END IF;
        NEW.merged_into := NULL;
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

-- Who lives on for a contact: itself, where it is merged into nobody. Null: there is no such contact any more.
CREATE FUNCTION contact_root(of_tenant uuid, of_id uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up AS (
        SELECT id, merged_into FROM contacts WHERE tenant_id = of_tenant AND id = of_id
        UNION ALL
        SELECT c.id, c.merged_into FROM up JOIN contacts c ON c.tenant_id = of_tenant AND c.id = up.merged_into
    )
    SELECT id FROM up WHERE merged_into IS NULL
$$;

-- The contacts that are merged into one, and into these, and so on.
CREATE FUNCTION contact_members(of_tenant uuid, of_id uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE down AS (
        SELECT id FROM contacts WHERE tenant_id = of_tenant AND merged_into = of_id
        UNION ALL
        SELECT c.id FROM down JOIN contacts c ON c.tenant_id = of_tenant AND c.merged_into = down.id
    )
    SELECT id FROM down
$$;

-- Whether a person is gone: for a merged contact, whether the one that lives on in its place is.
CREATE FUNCTION contact_is_gone(of_tenant uuid, of_id uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up AS (
        SELECT id, merged_into, deleted_at FROM contacts WHERE tenant_id = of_tenant AND id = of_id
        UNION ALL
        SELECT c.id, c.merged_into, c.deleted_at FROM up JOIN contacts c ON c.tenant_id = of_tenant AND c.id = up.merged_into
    )
    SELECT coalesce(bool_and(deleted_at IS NOT NULL) FILTER (WHERE merged_into IS NULL), true) FROM up
$$;
