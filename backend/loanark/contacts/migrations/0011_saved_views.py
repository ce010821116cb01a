"""Saved views of the list of contacts. Shared ones are everybody's: what becomes of them is in the audit log."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower

from loanark.kit.rls import tenant_table

#: A trigger's condition may look at the row before and after only where there is one; so each way has its own.
AUDITED = "".join(
    f"""CREATE TRIGGER saved_views_audit_{way.lower()} AFTER {way} ON saved_views FOR EACH ROW WHEN ({shared})
        EXECUTE FUNCTION audit_row('view', 'name', 'name,shared,by', '');"""
    for way, shared in (("INSERT", "NEW.shared"), ("UPDATE", "OLD.shared OR NEW.shared"), ("DELETE", "OLD.shared"))
)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0010_own_contacts"), ("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("id", models.BigIntegerField()),
                ("user_id", models.BigIntegerField()),
                ("by", models.TextField()),
                ("name", models.TextField()),
                ("shared", models.BooleanField(db_default=False, default=False)),
                ("state", models.JSONField()),
            ],
            options={
                "db_table": "saved_views",
                "constraints": [
                    models.UniqueConstraint(
                        F("tenant_id"),
                        F("user_id"),
                        Lower("name"),
                        condition=Q(("shared", False)),
                        name="saved_views_private_key",
                    ),
                    models.UniqueConstraint(
                        F("tenant_id"), Lower("name"), condition=Q(("shared", True)), name="saved_views_shared_key"
                    ),
                ],
            },
        ),
        tenant_table("saved_views", identity=True),
        migrations.RunSQL(AUDITED, migrations.RunSQL.noop),
    ]
