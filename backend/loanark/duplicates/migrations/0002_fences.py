"""Fences, own contacts, the audit log, and who is compared next."""

from importlib import import_module
from pathlib import Path

from django.db import migrations

from loanark.kit.rls import narrowed, tenant_table
from loanark.kit.trail import audited

_OWN = import_module("loanark.contacts.migrations.0010_own_contacts")
FENCES_SQL = Path(__file__).with_name("0002_fences.sql").read_text()

#: Of two contacts that both show; of one that is in HubSpot only nobody knows whose it is.
OF_OWN_PAIR = """EXISTS (SELECT FROM contacts c WHERE c.tenant_id = "{0}".tenant_id AND c.id = "{0}".contact_id)
    AND EXISTS (SELECT FROM contacts c WHERE c.tenant_id = "{0}".tenant_id AND c.id = "{0}".other_contact_id)"""


class Migration(migrations.Migration):
    dependencies = [("duplicates", "0001_initial"), ("contacts", "0013_merged"), ("audit", "0001_initial")]

    operations = [
        tenant_table("duplicate_keys"),
        tenant_table("duplicate_frequencies"),
        tenant_table("duplicate_waiting"),
        tenant_table("duplicate_scans", identity=True),
        tenant_table("duplicate_proposals", identity=True),
        tenant_table("duplicate_merges", identity=True),
        tenant_table("golden_records"),
        tenant_table("duplicate_settings"),
        *(
            narrowed(table, _OWN.ROLE, _OWN.OF_OWN.format(table))
            for table in ("duplicate_keys", "duplicate_waiting", "golden_records")
        ),
        *(
            narrowed(table, _OWN.ROLE, OF_OWN_PAIR.format(table))
            for table in ("duplicate_proposals", "duplicate_merges")
        ),
        narrowed("duplicate_frequencies", _OWN.ROLE, "false"),
        narrowed("duplicate_scans", _OWN.ROLE, "false"),
        audited(
            "duplicate_proposals",
            "duplicate",
            "id",
            ["contact_id", "other_contact_id", "other_hubspot_id", "state", "decided_by"],
            on="UPDATE",
            when="NEW.state <> OLD.state AND NEW.state <> 'gone'",
        ),
        audited(
            "duplicate_merges",
            "merge",
            "id",
            ["contact_id", "other_contact_id", "how", "by", "state", "hubspot", "hubspot_by", "undone_by"],
            on="INSERT OR UPDATE",
        ),
        audited(
            "duplicate_settings",
            "duplicate_settings",
            "tenant_id",
            ["at_ingest", "automatic", "follow_hubspot", "hubspot_wait_hours", "rules"],
        ),
        migrations.RunSQL(FENCES_SQL, migrations.RunSQL.noop),
    ]
