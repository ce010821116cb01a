"""What a run changed is found by its number."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sync", "0010_own_contacts"), ("contacts", "0010_own_contacts")]

    operations = [
        migrations.RunSQL(
            """CREATE INDEX contact_changes_run_idx ON contact_changes (tenant_id, run_id, id)
               WHERE run_id IS NOT NULL""",
            migrations.RunSQL.noop,
        )
    ]
