"""The connection, the mapping, the fields and the settings of the sync: in the audit log, whoever changes them."""

from django.db import migrations

from loanark.kit.trail import audited

SETTINGS = [
    "first_match", "deletes_in_hubspot", "deletes_in_loanark", "brake_floor", "brake_share", "brake_creates",
    "sweep_every_hours", "quiet_from", "quiet_until", "halted_at", "halted_by", "halted_reason",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("connections", "0007_portal_numbers"), ("audit", "0001_initial")]

    operations = [
        # Tokens are refreshed every half an hour: that is nobody's doing.
        audited(
            "connections",
            "connection",
            "portal_id",
            ["status", "auth", "portal_id", "scopes", "rate_limit_override", "approved_at", "connected_by"],
        ),
        audited(
            "field_mappings",
            "mapping",
            "field",
            ["property_name", "direction", "policy", "blank_may_overwrite", "transform", "paused", "away"],
        ),
        audited("custom_fields", "field", "name", ["label", "kind", "options", "archived_at"]),
        audited("sync_settings", "sync-settings", "tenant_id", SETTINGS),
    ]
