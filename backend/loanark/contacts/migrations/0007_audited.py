"""What people decide about contacts: in the audit log. Changes of contacts are there by their history."""

from django.db import migrations

from loanark.kit.trail import audited


class Migration(migrations.Migration):
    dependencies = [("contacts", "0006_sealed_history")]

    operations = [
        audited(
            "contact_conflicts",
            "conflict",
            "field",
            ["open", "winner", "resolved_by"],
            on="UPDATE",
            when="audit_via() <> 'sync' AND NEW.resolved_by IS NOT NULL",
        ),
        audited("erasures", "erasure", "contact_id", ["asked_by"], on="INSERT"),
    ]
