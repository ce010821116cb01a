"""Members, support access, personal API tokens, and the settings of an organisation."""

import uuid
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

from loanark.kit.rls import tenant_table

ACCESS_SQL = Path(__file__).with_name("0010_access.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_people_company")]

    operations = [
        migrations.AddField("tenant", "own_contacts_only", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("membership", "owner_key", models.TextField(null=True)),
        migrations.AddField("membership", "support_until", models.DateTimeField(null=True)),
        migrations.AddField("membership", "support_by", models.TextField(null=True)),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("id", models.UUIDField(default=uuid.uuid4)),
                ("user_id", models.BigIntegerField()),
                ("name", models.TextField()),
                ("hash", models.BinaryField()),
                ("ending", models.TextField()),
                ("scopes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "api_tokens",
                "indexes": [models.Index(fields=["hash"], name="api_tokens_hash_idx")],
            },
        ),
        migrations.CreateModel(
            name="ApiTokenUse",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "token_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("token_id", models.UUIDField()),
                ("last_used_at", models.DateTimeField()),
                ("last_used_from", models.TextField()),
                ("minute_began_at", models.DateTimeField()),
                ("requests", models.IntegerField()),
            ],
            options={"db_table": "api_token_uses"},
        ),
        tenant_table("api_tokens"),
        tenant_table("api_token_uses"),
        migrations.RunSQL(ACCESS_SQL, migrations.RunSQL.noop),
    ]
