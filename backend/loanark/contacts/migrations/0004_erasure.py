"""Erasure for privacy: who asked, what is kept of it, and a history without the values."""

from pathlib import Path

import django.db.models.functions.datetime
from django.db import migrations, models

from loanark.kit.rls import tenant_table

ERASURE_SQL = Path(__file__).with_name("0004_erasure.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_custom_fields")]

    operations = [
        migrations.AddField("tombstone", "erased_at", models.DateTimeField(null=True)),
        migrations.AddField("tombstone", "email_hash", models.TextField(null=True)),
        migrations.AddIndex(
            "tombstone",
            models.Index(
                fields=["tenant_id", "record_id"],
                condition=models.Q(erased_at__isnull=False),
                name="contact_tombstones_erased_idx",
            ),
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "contact_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("contact_id", models.UUIDField()),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("not_before", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("attempts", models.IntegerField(db_default=0, default=0)),
                ("last_error", models.TextField(null=True)),
            ],
            options={"db_table": "erasures"},
        ),
        tenant_table("erasures"),
        migrations.RunSQL(ERASURE_SQL, migrations.RunSQL.noop),
    ]
