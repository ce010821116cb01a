"""The chain of everything that is done."""

from pathlib import Path

import django.db.models.functions.datetime
from django.db import migrations, models

from loanark.kit.rls import tenant_table

CHAIN_SQL = Path(__file__).with_name("0001_chain.sql").read_text()


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenants", "0002_app_role")]

    operations = [
        migrations.CreateModel(
            name="AuditAnchor",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("signature", models.TextField()),
            ],
            options={
                "db_table": "audit_anchors",
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("id", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("kind", models.TextField()),
                ("actor", models.TextField()),
                ("via", models.TextField()),
                ("address", models.TextField(db_default="", default="")),
                ("subject", models.TextField(db_default="", default="")),
                ("contact_id", models.UUIDField(null=True)),
                ("detail", models.JSONField()),
                ("salt", models.UUIDField(null=True)),
                ("digest", models.BinaryField()),
                ("changes", models.IntegerField(null=True)),
                ("changes_digest", models.BinaryField(null=True)),
                ("seq", models.BigIntegerField(null=True)),
                ("previous", models.BinaryField(null=True)),
                ("hash", models.BinaryField(null=True)),
            ],
            options={
                "db_table": "audit_events",
                "indexes": [
                    models.Index(
                        models.F("tenant_id"),
                        models.F("contact_id"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="audit_events_contact_idx",
                    ),
                    models.Index(
                        models.F("tenant_id"),
                        models.F("kind"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="audit_events_kind_idx",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("tenant_id", "seq"), name="audit_events_seq_key")],
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("tenant_id", models.UUIDField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(db_default=0, default=0)),
                ("hash", models.BinaryField()),
                ("pruned_seq", models.BigIntegerField(db_default=0, default=0)),
                ("pruned_hash", models.BinaryField()),
                ("keep_days", models.IntegerField(null=True)),
            ],
            options={
                "db_table": "audit_heads",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("keep_days__gte", 365)), name="audit_heads_keep_days_check"
                    )
                ],
            },
        ),
        tenant_table("audit_events", identity=True),
        tenant_table("audit_heads"),
        tenant_table("audit_anchors"),
        migrations.RunSQL(CHAIN_SQL, migrations.RunSQL.noop),
    ]
