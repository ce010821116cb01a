"""A contact that waits already waits anew; proposals are found by either of the two, strangers by their HubSpot id."""

from pathlib import Path

from django.db import migrations, models

WAITING_SQL = Path(__file__).with_name("0003_waiting.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("duplicates", "0002_fences")]

    operations = [
        migrations.RunSQL(WAITING_SQL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "proposal", models.Index(fields=["tenant_id", "contact_id"], name="duplicate_proposals_one_idx")
        ),
        migrations.AddIndex(
            "proposal",
            models.Index(
                fields=["tenant_id", "other_hubspot_id"],
                condition=models.Q(other_hubspot_id__isnull=False),
                name="duplicate_proposals_strangers",
            ),
        ),
    ]
