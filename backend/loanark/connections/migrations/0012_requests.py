"""What was asked of HubSpot lately."""

import django.db.models.functions.datetime
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from loanark.kit.rls import tenant_table

KEY = models.CompositePrimaryKey("tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("connections", "0008_audited")]

    operations = [
        migrations.CreateModel(
            name="HubSpotRequest",
            fields=[
                ("pk", KEY),
                ("tenant_id", models.UUIDField()),
                ("id", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lane", models.TextField()),
                ("method", models.TextField()),
                ("path", models.TextField()),
                ("status", models.IntegerField(null=True)),
                ("failure", models.TextField(null=True)),
                ("ms", models.IntegerField()),
                ("attempt", models.IntegerField()),
                ("run_id", models.BigIntegerField(null=True)),
                ("records", ArrayField(models.TextField(), null=True)),
                ("correlation", models.TextField(null=True)),
                ("remaining", models.IntegerField(null=True)),
                ("daily_remaining", models.IntegerField(null=True)),
                ("request", models.JSONField(null=True)),
                ("response", models.JSONField(null=True)),
            ],
            options={"db_table": "hubspot_requests"},
        ),
        tenant_table("hubspot_requests", identity=True),
    ]
