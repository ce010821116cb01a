"""The history is part of the audit log: sealed, only added to, and erased without breaking the chain."""

from pathlib import Path

from django.db import migrations, models

SEALED_SQL = Path(__file__).with_name("0006_sealed_history.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_witness"), ("audit", "0001_initial")]

    operations = [
        migrations.AddField("change", "event_id", models.BigIntegerField(null=True)),
        migrations.AddField("change", "salt", models.UUIDField(null=True)),
        migrations.AddField("change", "digest", models.BinaryField(null=True)),
        migrations.RunSQL(SEALED_SQL, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("change", "event_id", models.BigIntegerField()),
                migrations.AlterField("change", "digest", models.BinaryField()),
            ]
        ),
        migrations.AddIndex("change", models.Index(fields=["tenant_id", "event_id"], name="contact_changes_event_idx")),
    ]
