"""To whom an account's contacts are assigned, by name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0013_cron")]

    operations = [
        migrations.AddField("connection", "owners", models.JSONField(db_default=[], default=list)),
    ]
