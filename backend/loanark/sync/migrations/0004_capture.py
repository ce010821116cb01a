"""What is kept of how changes are learnt: events told once, evidence of deletions, the state of polls, the journal."""

import django.db.models.functions.datetime
from django.db import migrations, models

from loanark.kit.rls import shared_table, tenant_table

NOW = django.db.models.functions.datetime.Now()


def _key(*columns: str) -> tuple[str, models.CompositePrimaryKey]:
    return "pk", models.CompositePrimaryKey(*columns, blank=True, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("sync", "0003_operations")]

    operations = [
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                _key("tenant_id", "event"),
                ("tenant_id", models.UUIDField()),
                ("event", models.TextField()),
                ("at", models.DateTimeField(db_default=NOW)),
            ],
            options={
                "db_table": "webhook_events",
                "indexes": [models.Index(fields=["tenant_id", "at"], name="webhook_events_at_idx")],
            },
        ),
        migrations.AddIndex(
            "webhookdelivery", models.Index(fields=["tenant_id", "received_at"], name="webhook_deliveries_at_idx")
        ),
        migrations.CreateModel(
            name="ToldDeletion",
            fields=[
                _key("tenant_id", "hubspot_id"),
                ("tenant_id", models.UUIDField()),
                ("hubspot_id", models.TextField()),
                ("privacy", models.BooleanField(db_default=False, default=False)),
                ("by", models.TextField()),
                ("at", models.DateTimeField(db_default=NOW)),
                ("look_at", models.DateTimeField(db_default=NOW)),
            ],
            options={"db_table": "told_deletions"},
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                _key("tenant_id", "hubspot_id"),
                ("tenant_id", models.UUIDField()),
                ("hubspot_id", models.TextField()),
                ("first_run", models.BigIntegerField(null=True)),
                ("last_run", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField(db_default=NOW)),
            ],
            options={"db_table": "absences"},
        ),
        migrations.CreateModel(
            name="PollState",
            fields=[
                ("tenant_id", models.UUIDField(primary_key=True, serialize=False)),
                ("search_retry_at", models.DateTimeField(null=True)),
                ("search_problem", models.TextField(null=True)),
                ("listed_after", models.TextField(null=True)),
                ("sweep_owed", models.TextField(null=True)),
            ],
            options={"db_table": "poll_states"},
        ),
        migrations.CreateModel(
            name="JournalReader",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("holder", models.TextField(db_default="", default="")),
                ("expires_at", models.DateTimeField(db_default=NOW)),
                ("position", models.TextField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(null=True)),
            ],
            options={"db_table": "journal_reader"},
        ),
        tenant_table("webhook_events"),
        tenant_table("told_deletions"),
        tenant_table("absences"),
        tenant_table("poll_states"),
        shared_table("journal_reader"),
    ]
