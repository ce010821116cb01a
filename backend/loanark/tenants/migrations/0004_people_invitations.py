"""Invitations: one open one per address and organisation, found by the digest of the link's token."""

from django.db import migrations, models
from django.db.models.functions import Now

from loanark.kit.rls import tenant_table


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_people_and_mail")]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("id", models.BigIntegerField()),
                ("email", models.TextField()),
                ("role", models.TextField()),
                ("token_digest", models.TextField()),
                ("invited_by", models.TextField()),
                ("invited_at", models.DateTimeField(db_default=Now())),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "invitations",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["tenant_id", "email"],
                        condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                        name="invitations_one_open_key",
                    ),
                    models.UniqueConstraint(fields=["tenant_id", "token_digest"], name="invitations_token_key"),
                ],
            },
        ),
        tenant_table("invitations", identity=True),
    ]
