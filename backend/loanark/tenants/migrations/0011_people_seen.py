"""Web and workers see people of the organisation they are in, and of them no password."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0010_access")]

    operations = [
        migrations.RunSQL(
            """
            REVOKE SELECT ON users FROM loanark_app;
            GRANT SELECT (id, email, name, is_active, is_staff) ON users TO loanark_app;
            -- The owner, who signs people in before an organisation is known, is not bound by it.
            ALTER TABLE users ENABLE ROW LEVEL SECURITY;
            CREATE POLICY users_seen ON users FOR SELECT USING (
                id = (SELECT nullif(current_setting('loanark.user_id', true), '')::bigint)
                -- People of the vendor: an administrator lets them in by their address.
                OR is_staff AND (SELECT nullif(current_setting('loanark.tenant_id', true), '')) IS NOT NULL
                OR EXISTS (SELECT FROM memberships m WHERE m.user_id = users.id
                           AND m.tenant_id = (SELECT nullif(current_setting('loanark.tenant_id', true), '')::uuid))
            );
            """,
            migrations.RunSQL.noop,
        )
    ]
