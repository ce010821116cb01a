"""The mapping: transforms, fields that rest and why, and every version there was."""

import django.db.models.functions.datetime
from django.db import migrations, models

from loanark.kit.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [("connections", "0003_lanes")]

    operations = [
        migrations.AddField("fieldmapping", "transform", models.JSONField(null=True)),
        migrations.AddField("fieldmapping", "shares_property", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("fieldmapping", "kind", models.TextField(null=True)),
        migrations.AddField("fieldmapping", "since", models.DateTimeField(null=True)),
        migrations.AddField("fieldmapping", "paused", models.TextField(null=True)),
        migrations.AddField("fieldmapping", "paused_at", models.DateTimeField(null=True)),
        migrations.AddField("fieldmapping", "lost_options", models.JSONField(db_default=[], default=list)),
        migrations.AddField("fieldmapping", "away", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("fieldmapping", "returned_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("fieldmapping", "field_mappings_property_key"),
        migrations.AddConstraint(
            "fieldmapping",
            models.UniqueConstraint(
                fields=["tenant_id", "property_name"],
                condition=models.Q(shares_property=False),
                name="field_mappings_property_key",
            ),
        ),
        migrations.AddField("connection", "compared_version", models.IntegerField(db_default=1, default=1)),
        migrations.CreateModel(
            name="MappingVersion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "version", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("version", models.IntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.TextField(db_default="", default="")),
                ("note", models.TextField(db_default="", default="")),
                ("rules", models.JSONField()),
            ],
            options={"db_table": "mapping_versions"},
        ),
        tenant_table("mapping_versions"),
    ]
