-- An erased person leaves no value behind. The erasure itself is a change like any other, and the history trigger would
-- write down what it took away: what is told to be an erasure is written without values.
CREATE FUNCTION contact_changes_hold_no_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.before := '{}';
    NEW.after := '{}';
    RETURN NEW;
END $$;

CREATE TRIGGER contact_changes_hold_no_erased BEFORE INSERT ON contact_changes
    FOR EACH ROW WHEN (NEW.cause = 'erasure') EXECUTE FUNCTION contact_changes_hold_no_erased();
