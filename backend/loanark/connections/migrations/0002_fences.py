"""Tenant fences, and the request budget that all processes on all hosts share."""

from pathlib import Path

from django.db import migrations

from loanark.kit.rls import shared_table, tenant_table

BUDGET_SQL = Path(__file__).with_name("0002_budget.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("connections", "0001_initial"), ("tenants", "0002_app_role")]

    operations = [
        tenant_table("connections"),
        tenant_table("field_mappings"),
        shared_table("portal_routes"),
        shared_table("oauth_states"),
        migrations.RunSQL(BUDGET_SQL, migrations.RunSQL.noop),
        tenant_table("request_buckets"),
        tenant_table("request_usage"),
    ]
