"""A conflict may be noticed late: HubSpot's value was covered by our write before we saw it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_erasure")]

    operations = [
        migrations.AddField("conflict", "late", models.BooleanField(default=False, db_default=False)),
        migrations.AddIndex(
            "conflict", models.Index(fields=["tenant_id", "contact_id"], name="contact_conflicts_contact_idx")
        ),
    ]
