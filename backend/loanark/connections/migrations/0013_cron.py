"""Complete comparisons at the times of a cron expression; the audit log tells of it."""

from django.db import migrations, models
from django.db.models import Q

from loanark.kit.trail import audited

SETTINGS = [
    "first_match", "deletes_in_hubspot", "deletes_in_loanark", "brake_floor", "brake_share", "brake_creates",
    "sweep_every_hours", "sweep_cron", "quiet_from", "quiet_until", "halted_at", "halted_by", "halted_reason",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("connections", "0012_requests")]

    operations = [
        migrations.AddField("syncsettings", "sweep_cron", models.TextField(null=True)),
        migrations.AddField("syncsettings", "sweep_cron_since", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "syncsettings",
            models.CheckConstraint(
                name="sync_settings_cron_check",
                condition=Q(sweep_cron__isnull=True, sweep_cron_since__isnull=True)
                | Q(sweep_cron__isnull=False, sweep_cron_since__isnull=False),
            ),
        ),
        migrations.RunSQL("DROP TRIGGER sync_settings_audit ON sync_settings"),
        audited("sync_settings", "sync-settings", "tenant_id", SETTINGS),
    ]
