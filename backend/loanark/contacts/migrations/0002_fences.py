"""Tenant fences, search, and the triggers that notice every change whoever wrote it."""

from pathlib import Path

from django.db import migrations

from loanark.kit.rls import tenant_table

HISTORY_SQL = Path(__file__).with_name("0002_history.sql").read_text()
SEARCH_SQL = Path(__file__).with_name("0002_search.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial"), ("tenants", "0002_app_role")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE contacts
                ALTER COLUMN id SET DEFAULT gen_random_uuid(),
                -- Of any size and scale: a rounded number would look like an edit.
                ALTER COLUMN loan_amount TYPE numeric,
                ALTER COLUMN interest_rate TYPE numeric;
            ALTER TABLE contact_links ADD COLUMN hubspot_number bigint
                GENERATED ALWAYS AS (hubspot_id::bigint) STORED;
            CREATE INDEX contact_links_number_idx ON contact_links (tenant_id, hubspot_number) WHERE state = 'live';
            CREATE INDEX contact_links_closed_idx ON contact_links (tenant_id, hubspot_id) WHERE state = 'closed';
            """,
            migrations.RunSQL.noop,
        ),
        tenant_table("contacts"),
        tenant_table("contact_links", identity=True),
        tenant_table("contact_aliases"),
        tenant_table("contact_tombstones"),
        tenant_table("contact_changes", identity=True),
        tenant_table("contact_conflicts", identity=True),
        tenant_table("contact_rejections", identity=True),
        migrations.RunSQL(SEARCH_SQL, migrations.RunSQL.noop),
        migrations.RunSQL(HISTORY_SQL, migrations.RunSQL.noop),
    ]
