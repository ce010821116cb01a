"""Sessions and mails as they were stored until now, in the clear, go: people sign in once more, and ask for a link again.

From here on a session is kept by a digest of its token (`loanark.web.sessions`), and a mail's text is sealed
(`loanark.web.mailbox`). What the cache counted under names in the clear goes as well.
"""

from django.db import migrations

from loanark.kit.rls import APP_ROLE


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0012_audited"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            "DELETE FROM usersessions_usersession; DELETE FROM django_session; DELETE FROM mailbox; DELETE FROM cache;",
            migrations.RunSQL.noop,
        ),
        # A mail's text is sealed for its row, whose number is therefore asked for before the row is made.
        migrations.RunSQL(f"GRANT USAGE ON SEQUENCE mailbox_id_seq TO {APP_ROLE}", migrations.RunSQL.noop),
    ]
