"""The role of web and workers, and the tables everybody shares."""

from django.db import migrations

from loanark.kit.rls import create_app_role, shared_table, tenant_table


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        create_app_role(),
        shared_table("tenants", "SELECT"),
        shared_table("users", "SELECT"),
        tenant_table("memberships"),
        # Signing in asks for a person's memberships before any tenant is chosen.
        migrations.RunSQL(
            """
            CREATE POLICY memberships_own ON memberships FOR SELECT
                USING (user_id = nullif(current_setting('loanark.user_id', true), '')::bigint);
            CREATE FUNCTION organisations_of(person bigint, OUT slug text, OUT name text, OUT role text)
            RETURNS SETOF record LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM set_config('loanark.user_id', person::text, true);
                RETURN QUERY SELECT t.slug::text, t.name::text, m.role::text
                    FROM memberships m JOIN tenants t ON t.id = m.tenant_id
                    WHERE m.user_id = person ORDER BY t.name;
            END $$;
            CREATE TABLE cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
            CREATE INDEX cache_expires_idx ON cache (expires);
            """,
            "DROP TABLE cache",
        ),
    ]
