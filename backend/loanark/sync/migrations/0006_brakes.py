"""Brakes, what they hold, and what passed them within the hour."""

import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models import F, Q

from loanark.kit.rls import tenant_table

NOW = django.db.models.functions.datetime.Now


def key(*names: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(
        "tenant_id", *names, blank=True, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [("sync", "0005_witness")]

    operations = [
        migrations.CreateModel(
            name="Brake",
            fields=[
                ("pk", key("id")),
                ("tenant_id", models.UUIDField()),
                ("id", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("side", models.TextField()),
                ("state", models.TextField(db_default="held", default="held")),
                ("allowed", models.IntegerField()),
                ("since", models.DateTimeField(db_default=NOW())),
                ("decided_by", models.TextField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "brakes",
                "indexes": [
                    models.Index(F("tenant_id"), models.OrderBy(F("id"), descending=True), name="brakes_recent_idx")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("state", "held")), fields=("tenant_id", "kind", "side"), name="brakes_one_held_key"
                    ),
                    models.CheckConstraint(
                        condition=Q(("kind__in", ["delete", "clear", "create"])), name="brakes_kind_check"
                    ),
                    models.CheckConstraint(condition=Q(("side__in", ["hubspot", "loanark"])), name="brakes_side_check"),
                    models.CheckConstraint(
                        condition=Q(("state__in", ["held", "approved", "rejected", "over"])), name="brakes_state_check"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldOperation",
            fields=[
                ("pk", key("id")),
                ("tenant_id", models.UUIDField()),
                ("id", models.BigIntegerField()),
                ("brake_id", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("side", models.TextField()),
                ("record", models.TextField()),
                ("contact_id", models.UUIDField(null=True)),
                ("hubspot_id", models.TextField(null=True)),
                ("link_id", models.BigIntegerField(null=True)),
                ("field", models.TextField(db_default="", default="")),
                ("before", models.TextField(null=True)),
                ("name", models.TextField(db_default="", default="")),
                ("reason", models.TextField()),
                ("run_id", models.BigIntegerField(null=True)),
                ("state", models.TextField(db_default="held", default="held")),
                ("at", models.DateTimeField(db_default=NOW())),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "held_operations",
                "indexes": [models.Index(fields=["tenant_id", "brake_id", "id"], name="held_operations_brake_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("state__in", ["held", "approved", "rejected"])),
                        fields=("tenant_id", "record", "kind", "side", "field"),
                        name="held_operations_open_key",
                    ),
                    models.CheckConstraint(
                        condition=Q(("state__in", ["held", "approved", "rejected", "done", "gone"])),
                        name="held_operations_state_check",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BrakeUse",
            fields=[
                ("pk", key("kind", "side", "record")),
                ("tenant_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("side", models.TextField()),
                ("record", models.TextField()),
                ("at", models.DateTimeField(db_default=NOW())),
            ],
            options={"db_table": "brake_uses"},
        ),
        tenant_table("brakes", identity=True),
        tenant_table("held_operations", identity=True),
        tenant_table("brake_uses"),
    ]
