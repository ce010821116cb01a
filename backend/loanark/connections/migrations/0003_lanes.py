"""The request budget with lanes, a reserve for people, and the account's day."""

from pathlib import Path

from django.db import migrations

LANES_SQL = Path(__file__).with_name("0003_lanes.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("connections", "0002_fences")]

    operations = [migrations.RunSQL(LANES_SQL, migrations.RunSQL.noop)]
