"""How long edits took to the other side."""

from django.db import migrations, models
from django.db.models.functions import Now

from loanark.kit.rls import tenant_table

KEY = models.CompositePrimaryKey("tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("sync", "0012_monitor")]

    operations = [
        migrations.CreateModel(
            name="Travel",
            fields=[
                ("pk", KEY),
                ("tenant_id", models.UUIDField()),
                ("id", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=Now())),
                ("side", models.TextField()),
                ("ms", models.IntegerField()),
            ],
            options={
                "db_table": "travels",
                "indexes": [models.Index(fields=["tenant_id", "at"], name="travels_at_idx")],
            },
        ),
        tenant_table("travels", identity=True),
    ]
