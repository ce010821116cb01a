"""What the sync and the audit log keep, for people who may see their own contacts only (see the contacts' migration of this name).

Hints, intents and witnesses of their contacts show; what is about everybody's does not.
"""

from importlib import import_module

from django.db import migrations

from loanark.kit.rls import narrowed

_contacts = import_module("loanark.contacts.migrations.0010_own_contacts")
ROLE, OF_OWN, RECORD_OF_OWN = _contacts.ROLE, _contacts.OF_OWN, _contacts.RECORD_OF_OWN

EVERYBODYS = (
    "runs",
    "planned",
    "brakes",
    "held_operations",
    "brake_uses",
    "told_deletions",
    "absences",
    "webhook_deliveries",
    "webhook_events",
    "audit_events",
    "audit_heads",
    "audit_anchors",
)


class Migration(migrations.Migration):
    dependencies = [("sync", "0008_audited"), ("contacts", "0010_own_contacts"), ("audit", "0001_initial")]

    operations = [
        narrowed("hints", ROLE, RECORD_OF_OWN.format("hints")),
        *(narrowed(table, ROLE, OF_OWN.format(table)) for table in ("intents", "witnesses")),
        *(narrowed(table, ROLE, "false") for table in EVERYBODYS),
    ]
