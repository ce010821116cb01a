-- Options are a list of {"value", "label"}; only what is chosen from options has any, and then at least one.
ALTER TABLE custom_fields
    ALTER COLUMN options SET DEFAULT '[]',
    ADD CONSTRAINT custom_fields_options_check CHECK (
        jsonb_typeof(options) = 'array' AND (kind IN ('enum', 'enum_set')) = (options <> '[]')
    );

-- A custom field stands among the columns everywhere: in the history, in exports, in the mapping. It takes no name of
-- theirs. Its name and kind stay as they are, since values are stored under the one in the form of the other.
CREATE FUNCTION custom_fields_before_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.name <> OLD.name OR NEW.kind <> OLD.kind OR NEW.tenant_id <> OLD.tenant_id) THEN
        RAISE EXCEPTION 'a custom field keeps its name, its kind and its organisation'
            USING HINT = 'Define another field, and archive this one.';
    END IF;
    IF NEW.name IN ('hubspot_id', 'full_name') OR EXISTS (
        SELECT FROM pg_attribute a
        WHERE a.attrelid = 'contacts'::regclass AND a.attname = NEW.name AND NOT a.attisdropped
    ) THEN
        RAISE EXCEPTION 'a custom field cannot be called "%": contacts have a column of that name', NEW.name
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER custom_fields_before_write BEFORE INSERT OR UPDATE ON custom_fields
    FOR EACH ROW EXECUTE FUNCTION custom_fields_before_write();
