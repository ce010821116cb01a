"""Tenant fences, and the trigger that turns any write to contacts into a hint."""

from pathlib import Path

from django.db import migrations

from loanark.kit.rls import shared_table, tenant_table

HINTS_SQL = Path(__file__).with_name("0002_hints.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial"), ("contacts", "0002_fences"), ("connections", "0002_fences")]

    operations = [
        tenant_table("hints"),
        tenant_table("intents"),
        tenant_table("runs", identity=True),
        tenant_table("leases"),
        tenant_table("webhook_deliveries", identity=True),
        shared_table("worker_beats"),
        migrations.RunSQL(HINTS_SQL, migrations.RunSQL.noop),
    ]
