"""Contacts that are merged into others."""

from pathlib import Path

from django.db import migrations, models

MERGED_SQL = Path(__file__).with_name("0013_merged.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("contacts", "0012_lists")]

    operations = [
        migrations.RunSQL(
            MERGED_SQL,
            migrations.RunSQL.noop,
            state_operations=[migrations.AddField("contact", "merged_into", models.UUIDField(null=True))],
        )
    ]
