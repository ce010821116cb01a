"""Who changed which value in HubSpot last, as its webhooks told."""

from importlib import import_module

from django.db import migrations, models

from loanark.kit.rls import narrowed, tenant_table

ROLE = import_module("loanark.contacts.migrations.0010_own_contacts").ROLE
KEY = models.CompositePrimaryKey(
    "tenant_id", "hubspot_id", "property", blank=True, editable=False, primary_key=True, serialize=False
)
OF_OWN_LINK = """EXISTS (SELECT FROM contact_links l
    WHERE l.tenant_id = hubspot_edits.tenant_id AND l.hubspot_id = hubspot_edits.hubspot_id)"""


class Migration(migrations.Migration):
    dependencies = [("sync", "0013_travels"), ("contacts", "0010_own_contacts")]

    operations = [
        migrations.CreateModel(
            name="HubSpotEdit",
            fields=[
                ("pk", KEY),
                ("tenant_id", models.UUIDField()),
                ("hubspot_id", models.TextField()),
                ("property", models.TextField()),
                ("at", models.DateTimeField()),
                ("source", models.TextField()),
                ("user_id", models.TextField(null=True)),
                ("ours", models.BooleanField()),
            ],
            options={"db_table": "hubspot_edits"},
        ),
        tenant_table("hubspot_edits"),
        narrowed("hubspot_edits", ROLE, OF_OWN_LINK),
    ]
