"""Plans are stored, and an undo is a run."""

from django.db import migrations, models

from loanark.kit.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_fences")]

    operations = [
        migrations.CreateModel(
            name="Planned",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "run_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("run_id", models.BigIntegerField()),
                ("seq", models.IntegerField()),
                ("record", models.TextField()),
                ("contact_id", models.UUIDField(null=True)),
                ("hubspot_id", models.TextField(null=True)),
                ("action", models.TextField()),
                ("side", models.TextField(null=True)),
                ("reason", models.TextField()),
                ("operations", models.JSONField()),
                ("digest", models.TextField()),
                ("state", models.TextField(db_default="planned", default="planned")),
                ("outcome", models.TextField(null=True)),
            ],
            options={
                "db_table": "planned",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "run_id", "record"), name="planned_record_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["planned", "done", "changed", "unneeded", "skipped", "failed"])
                        ),
                        name="planned_state_check",
                    ),
                ],
            },
        ),
        tenant_table("planned"),
        # Each row is written again once, when the run has come by: beside its first form, so that no index is touched.
        migrations.RunSQL("ALTER TABLE planned SET (fillfactor = 50)", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="run", name="runs_kind_check"),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["preview", "backfill", "sweep", "undo"])), name="runs_kind_check"
            ),
        ),
    ]
