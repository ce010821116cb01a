"""How an organisation wants its sync: who wins at first, whether deletions follow, brakes, schedule, pause."""

import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models import Q

from loanark.kit.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [("connections", "0004_mapping")]

    operations = [
        migrations.CreateModel(
            name="SyncSettings",
            fields=[
                ("tenant_id", models.UUIDField(primary_key=True, serialize=False)),
                ("first_match", models.TextField(db_default="hubspot", default="hubspot")),
                ("deletes_in_hubspot", models.TextField(db_default="follow", default="follow")),
                ("deletes_in_loanark", models.TextField(db_default="follow", default="follow")),
                ("brake_floor", models.IntegerField(db_default=20, default=20)),
                ("brake_share", models.FloatField(db_default=0.005, default=0.005)),
                ("brake_creates", models.IntegerField(null=True)),
                ("sweep_every_hours", models.IntegerField(db_default=24, default=24)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("halted_at", models.DateTimeField(null=True)),
                ("halted_by", models.TextField(null=True)),
                ("halted_reason", models.TextField(null=True)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_by", models.TextField(db_default="", default="")),
            ],
            options={
                "db_table": "sync_settings",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("first_match__in", ["hubspot", "loanark"])),
                        name="sync_settings_first_match_check",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            ("deletes_in_hubspot__in", ["follow", "keep"]),
                            ("deletes_in_loanark__in", ["follow", "keep"]),
                        ),
                        name="sync_settings_deletes_check",
                    ),
                    models.CheckConstraint(
                        condition=Q(("brake_floor__gte", 0), ("brake_share__gte", 0), ("brake_share__lte", 1))
                        & (Q(("brake_creates__isnull", True)) | Q(("brake_creates__gte", 0))),
                        name="sync_settings_brakes_check",
                    ),
                    models.CheckConstraint(
                        condition=Q(("sweep_every_hours__gte", 0))
                        & (
                            Q(("quiet_from__isnull", True), ("quiet_until__isnull", True))
                            | Q(("quiet_from__isnull", False), ("quiet_until__isnull", False))
                        ),
                        name="sync_settings_sweeps_check",
                    ),
                    models.CheckConstraint(
                        condition=Q(("halted_at__isnull", True)) | Q(("halted_by__isnull", False)),
                        name="sync_settings_halted_check",
                    ),
                ],
            },
        ),
        tenant_table("sync_settings"),
    ]
