"""What a run changed is found by its number; what was asked of HubSpot is about everybody's contacts."""

from importlib import import_module

from django.db import migrations, models

from loanark.kit.rls import narrowed

ROLE = import_module("loanark.contacts.migrations.0010_own_contacts").ROLE


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0011_edits"),
        ("contacts", "0010_own_contacts"),
        ("connections", "0012_requests"),
    ]

    operations = [
        migrations.AddField("run", "requests", models.IntegerField(db_default=0, default=0)),
        migrations.RunSQL(
            """CREATE INDEX contact_changes_run_idx ON contact_changes (tenant_id, run_id, id)
               WHERE run_id IS NOT NULL""",
            migrations.RunSQL.noop,
        ),
        narrowed("hubspot_requests", ROLE, "false"),
    ]
