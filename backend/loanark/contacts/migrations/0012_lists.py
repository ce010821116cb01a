"""Lists over a million contacts: search anywhere by an index, filters by indexes, and contacts that were linked once."""

from pathlib import Path

from django.db import migrations

LISTS_SQL = Path(__file__).with_name("0012_lists.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("contacts", "0011_saved_views")]

    operations = [migrations.RunSQL(LISTS_SQL, migrations.RunSQL.noop)]
