"""What was in HubSpot when a write to it was decided: its property history then tells what the write covered."""

import django.db.models.functions.datetime
from django.db import migrations, models

from loanark.kit.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [("sync", "0004_capture")]

    operations = [
        migrations.CreateModel(
            name="Witness",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("id", models.BigIntegerField()),
                ("contact_id", models.UUIDField()),
                ("hubspot_id", models.TextField(null=True)),
                ("action", models.TextField()),
                ("written", models.JSONField()),
                ("since", models.DateTimeField(null=True)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "witnesses",
                "indexes": [models.Index(fields=["tenant_id", "hubspot_id"], name="witnesses_hubspot_idx")],
            },
        ),
        tenant_table("witnesses", identity=True),
    ]
