"""To be filled by the work that owns it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("connections", "0005_sync_settings")]

    operations = []
