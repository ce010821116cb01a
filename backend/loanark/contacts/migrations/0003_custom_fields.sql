-- Values of custom fields: {"name": "text", …}, a blank field absent. Other programs write them by SQL:
--     UPDATE contacts SET custom = custom || '{"fico": "720"}' WHERE …      null, or custom - 'fico', clears
ALTER TABLE contacts
    ALTER COLUMN custom SET DEFAULT '{}',
    ADD CONSTRAINT contacts_custom_check CHECK (
        jsonb_typeof(custom) = 'object' AND NOT jsonb_path_exists(custom, 'strict $.* ? (@.type() != "string")')
    );

-- A contact's fields as JSON: without bookkeeping, blanks left out, custom fields under their own names.
CREATE OR REPLACE FUNCTION contact_fields(contact contacts) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(
        to_jsonb(contact)
            - ARRAY['tenant_id', 'id', 'version', 'created_at', 'updated_at', 'deleted_at', 'created_side', 'search',
                    'email_key', 'lastname_key', 'custom']
    ) || contact.custom
$$;

-- Whether a text of the right form is a moment that there is: no 30th of February. Entering a block that catches errors
-- costs, so only dates and instants come here.
CREATE FUNCTION custom_moment_exists(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM value::timestamptz;
    RETURN true;
EXCEPTION WHEN data_exception THEN
    RETURN false;
END $$;

-- Whether a text is in the form in which values of a kind are stored.
CREATE FUNCTION custom_text_fits(kind text, value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind
        WHEN 'decimal' THEN value ~ '^-?[0-9]+(\.[0-9]+)?$'
        WHEN 'boolean' THEN value IN ('true', 'false')
        WHEN 'date' THEN value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND custom_moment_exists(value)
        WHEN 'instant' THEN
            value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$'
            AND custom_moment_exists(value)
        ELSE true
    END
$$;

-- A write of custom fields must name fields that there are, or a typing error of another program would write to
-- nowhere. A plain program is held to all of a definition; whoever gives another cause has read it (a person's edit),
-- or carries what was there already: the sync takes what HubSpot holds, and undoing brings back what was.
CREATE FUNCTION contacts_admit_custom() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    plain boolean := coalesce(nullif(current_setting('loanark.cause', true), ''), 'sql') = 'sql';
    before jsonb := '{}';
    wrong record;
BEGIN
    IF jsonb_typeof(NEW.custom) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'contacts.custom must be an object of texts, as in {"fico": "720"}'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        before := OLD.custom;
    END IF;
    NEW.custom := jsonb_strip_nulls(NEW.custom);
    SELECT v.key, v.value #>> '{}' AS text, jsonb_typeof(v.value) AS type, f.name, f.kind, f.archived_at
    INTO wrong
    FROM jsonb_each(NEW.custom) v
    LEFT JOIN custom_fields f ON f.tenant_id = NEW.tenant_id AND f.name = v.key
    WHERE before -> v.key IS DISTINCT FROM v.value
    AND (
        f.name IS NULL OR jsonb_typeof(v.value) <> 'string' OR NOT custom_text_fits(f.kind, v.value #>> '{}')
        OR plain AND (
            f.archived_at IS NOT NULL
            OR f.kind = 'enum' AND btrim(v.value #>> '{}') <> ''
                AND NOT f.options @> jsonb_build_array(jsonb_build_object('value', btrim(v.value #>> '{}')))
            OR f.kind = 'enum_set' AND EXISTS (
                SELECT FROM unnest(string_to_array(v.value #>> '{}', ';')) AS k (key) WHERE btrim(k.key) <> ''
                AND NOT f.options @> jsonb_build_array(jsonb_build_object('value', btrim(k.key))))
        )
    )
    LIMIT 1;
    IF NOT FOUND OR NEW.tenant_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF wrong.name IS NULL THEN
        RAISE EXCEPTION 'there is no custom field "%": nothing was written', wrong.key
            USING ERRCODE = 'check_violation', HINT = 'loanark fields list shows those there are, and defines another.';
    ELSIF wrong.type <> 'string' THEN
        RAISE EXCEPTION 'the custom field "%" was given a % where a text belongs: nothing was written', wrong.key, wrong.type
            USING ERRCODE = 'check_violation', HINT = 'Every value is a text, as in {"fico": "720"}.';
    ELSIF wrong.archived_at IS NOT NULL AND plain THEN
        RAISE EXCEPTION 'the custom field "%" is archived: nothing was written', wrong.key
            USING ERRCODE = 'check_violation', HINT = 'An administrator can bring it back.';
    ELSIF NOT custom_text_fits(wrong.kind, wrong.text) THEN
        RAISE EXCEPTION 'the custom field "%" holds values of the kind %, and "%" is none: nothing was written',
            wrong.key, wrong.kind, left(wrong.text, 100) USING ERRCODE = 'check_violation';
    END IF;
    RAISE EXCEPTION 'the custom field "%" has no option "%": nothing was written', wrong.key, left(wrong.text, 100)
        USING ERRCODE = 'check_violation', HINT = 'An administrator can add options.';
END $$;

-- Before contacts_before_write (triggers go by their names), which compares what is left of the nulls. Contacts without
-- custom fields cost nothing here.
CREATE TRIGGER contacts_admit_custom_insert BEFORE INSERT ON contacts
    FOR EACH ROW WHEN (NEW.custom IS DISTINCT FROM '{}') EXECUTE FUNCTION contacts_admit_custom();
CREATE TRIGGER contacts_admit_custom_update BEFORE UPDATE ON contacts
    FOR EACH ROW WHEN (NEW.custom IS DISTINCT FROM OLD.custom) EXECUTE FUNCTION contacts_admit_custom();
