"""Runs that people start, approve, cancel or undo, and what the brakes hold: in the audit log."""

from django.db import migrations

from loanark.kit.trail import audited


class Migration(migrations.Migration):
    dependencies = [("sync", "0007_witness_until"), ("audit", "0001_initial")]

    operations = [
        audited(
            "runs",
            "run",
            "id",
            ["kind", "trigger", "approved_by", "status"],
            on="INSERT OR UPDATE",
            when="audit_via() <> 'sync'",
        ),
        audited("brakes", "brake", "id", ["kind", "side", "allowed", "state", "decided_by"], on="INSERT OR UPDATE"),
    ]
