"""To be filled by the work that owns it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_erasure")]

    operations = []
