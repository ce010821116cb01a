"""Where mail stays when no mail server is configured (`loanark.web.mailbox`); where people signed in from before."""

from django.db import migrations

from loanark.kit.rls import shared_table


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_app_role")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE mailbox (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                recipients text NOT NULL,
                subject text NOT NULL,
                body text NOT NULL,
                sent_at timestamptz NOT NULL DEFAULT now()
            );
            CREATE TABLE sign_in_places (
                user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
                kind text NOT NULL CONSTRAINT sign_in_places_kind CHECK (kind IN ('network', 'device')),
                name text NOT NULL,
                seen_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (user_id, kind, name)
            );
            """,
            "DROP TABLE mailbox, sign_in_places",
        ),
        shared_table("mailbox"),
    ]
