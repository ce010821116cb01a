"""Fields that an organisation defines for itself."""

from pathlib import Path

import django.db.models.functions.datetime
from django.db import migrations, models

from loanark.kit.rls import tenant_table

CUSTOM_FIELDS_SQL = Path(__file__).with_name("0006_custom_fields.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("connections", "0005_sync_settings")]

    operations = [
        migrations.CreateModel(
            name="CustomField",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("name", models.TextField()),
                ("label", models.TextField()),
                ("kind", models.TextField(db_default="text", default="text")),
                ("options", models.JSONField(default=list)),
                ("position", models.IntegerField(db_default=0, default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("created_by", models.TextField(db_default="", default="")),
                ("archived_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "custom_fields",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^[a-z][a-z0-9_]{0,49}$")), name="custom_fields_name_check"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "text",
                                    "email",
                                    "phone",
                                    "decimal",
                                    "boolean",
                                    "date",
                                    "instant",
                                    "enum",
                                    "enum_set",
                                ],
                            )
                        ),
                        name="custom_fields_kind_check",
                    ),
                ],
            },
        ),
        tenant_table("custom_fields"),
        migrations.RunSQL(CUSTOM_FIELDS_SQL, migrations.RunSQL.noop),
    ]
