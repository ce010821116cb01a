"""Values of the fields that an organisation defined: one column, checked against the definitions by trigger."""

from pathlib import Path

from django.db import migrations, models

CUSTOM_FIELDS_SQL = Path(__file__).with_name("0003_custom_fields.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_fences"), ("connections", "0006_custom_fields")]

    operations = [
        migrations.AddField(model_name="contact", name="custom", field=models.JSONField(default=dict)),
        migrations.RunSQL(CUSTOM_FIELDS_SQL, migrations.RunSQL.noop),
    ]
