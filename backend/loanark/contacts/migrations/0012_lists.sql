-- Lists over a million contacts.

-- Search anywhere in words. Under row-level security no index serves LIKE, which is not leakproof: a condition could tell of
-- rows that a policy hides. So one function looks the ids up, by a role of its own that may read nothing else, for the
-- organisation of the transaction; the query that shows them passes the fences as ever.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE INDEX contacts_search_idx ON contacts USING gin (tenant_id, search gin_trgm_ops);

DO $$ BEGIN
    CREATE ROLE loanark_search NOLOGIN NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT SELECT (tenant_id, id, search) ON contacts TO loanark_search;
CREATE POLICY contacts_search ON contacts FOR SELECT TO loanark_search USING (true);

CREATE FUNCTION contacts_matching(patterns text[], most int) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The ids of contacts whose search text is like all patterns. Null if there are more than `most`, or so many that
-- whoever walks the contacts in any order meets them soon.
DECLARE
    condition text := (SELECT string_agg(format('search LIKE %L', pattern), ' AND ') FROM unnest(patterns) AS pattern);
    -- Patterns of which one in a hundred contacts is, whosever, cost the index more than they save.
    sampled int := 2000;
    share float := (SELECT sampled / greatest(reltuples, 1) FROM pg_class WHERE oid = 'contacts'::regclass);
    often int;
    found uuid[];
BEGIN
    IF share < 0.1 THEN
        EXECUTE format('SELECT count(*) FROM contacts TABLESAMPLE SYSTEM (%s) WHERE %s', share * 100, condition) INTO often;
        IF often > sampled / 100 THEN
            RETURN NULL;
        END IF;
    END IF;
    EXECUTE format(
        'SELECT coalesce(array_agg(id), ''{}'') FROM (SELECT id FROM contacts WHERE tenant_id = %L AND %s LIMIT %s) AS few',
        nullif(current_setting('loanark.tenant_id', true), ''), condition, most + 1) INTO found;
    RETURN CASE WHEN cardinality(found) <= most THEN found END;
END $$;
REVOKE EXECUTE ON FUNCTION contacts_matching FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contacts_matching TO loanark_app;
-- The role gets the function, and whoever migrates is a member of it for that moment only: a member would see what the
-- role may. Roles are shared by a server's databases, but no lock: of two that migrate at once one tries again.
DO $$ BEGIN
    GRANT USAGE, CREATE ON SCHEMA public TO loanark_search;
    FOR try IN 1..100 LOOP
        BEGIN
            EXECUTE 'GRANT loanark_search TO ' || quote_ident(current_user);
            ALTER FUNCTION contacts_matching OWNER TO loanark_search;
            EXECUTE 'REVOKE loanark_search FROM ' || quote_ident(current_user);
            EXIT;
        EXCEPTION WHEN internal_error OR unique_violation OR object_in_use OR insufficient_privilege THEN
            IF try = 100 THEN
                RAISE;
            END IF;
            PERFORM pg_sleep(0.05);
        END;
    END LOOP;
    REVOKE CREATE ON SCHEMA public FROM loanark_search;
END $$;

-- Filters, where few contacts have a value. Walking the list in its order finds the frequent ones.
CREATE INDEX contacts_state_idx ON contacts (tenant_id, state);
CREATE INDEX contacts_vip_idx ON contacts (tenant_id, client_type_vip_status) WHERE client_type_vip_status IS NOT NULL;
CREATE INDEX contacts_prospects_idx ON contacts (tenant_id, client_type_prospects) WHERE client_type_prospects IS NOT NULL;
CREATE INDEX contacts_verification_idx ON contacts (tenant_id, email_verification_status)
    WHERE email_verification_status IS NOT NULL;

-- Contacts that have been linked: of these some are in one place only (contacts/standing.py).
CREATE INDEX contact_links_once_idx ON contact_links (tenant_id, contact_id) WHERE state = 'closed';
