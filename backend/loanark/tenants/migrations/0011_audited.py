"""Who belongs to an organisation, with which rights, and how they sign in: in the audit log, whoever changes it."""

from django.db import migrations

from loanark.kit.trail import audited


class Migration(migrations.Migration):
    dependencies = [("tenants", "0010_access"), ("audit", "0001_initial")]

    operations = [
        audited("tenants", "organisation", "name", ["name", "own_contacts_only"], on="UPDATE"),
        audited("memberships", "member", "user_id", ["role", "owner_key", "support_until", "support_by"]),
        audited("invitations", "invitation", "email", ["role", "expires_at", "accepted_at", "revoked_at"]),
        audited("api_tokens", "token", "name", ["user_id", "scopes", "expires_at"]),
        audited("sign_in_rules", "sign-in-rules", "tenant_id", ["second_factor_required"]),
        audited(
            "company_sign_in",
            "company-sign-in",
            "issuer",
            ["issuer", "client_id", "required", "first_time_role"],
            secret=["client_secret"],
        ),
    ]
