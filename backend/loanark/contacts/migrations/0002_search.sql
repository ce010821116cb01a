-- Search as people type: any three letters of a name, e-mail, company or phone. A trigram index would only cost here:
-- LIKE is not leakproof, so under row-level security PostgreSQL reads the organisation's rows anyway.
ALTER TABLE contacts ADD COLUMN search text GENERATED ALWAYS AS (
    lower(
        coalesce(firstname, '') || ' ' || coalesce(lastname, '') || ' ' || coalesce(email, '') || ' ' ||
        coalesce(company, '') || ' ' || coalesce(phone, '') || ' ' || coalesce(mobilephone, '')
    )
) STORED;

-- What is looked up or ordered by has a column of its own: under row-level security PostgreSQL uses an index only for
-- conditions made of leakproof functions, and lower() is not one; comparing texts is.
ALTER TABLE contacts
    ADD COLUMN email_key text COLLATE "C" GENERATED ALWAYS AS (lower(btrim(email))) STORED,
    ADD COLUMN lastname_key text COLLATE "C" GENERATED ALWAYS AS (lower(coalesce(lastname, ''))) STORED;
CREATE INDEX contacts_email_idx ON contacts (tenant_id, email_key);
CREATE INDEX contacts_lastname_idx ON contacts (tenant_id, lastname_key, id);
CREATE INDEX contacts_deleted_idx ON contacts (tenant_id, deleted_at) WHERE deleted_at IS NOT NULL;
