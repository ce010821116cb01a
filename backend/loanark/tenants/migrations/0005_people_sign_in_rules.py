"""What an organisation asks of its members when they sign in: a second factor."""

from django.db import migrations, models

from loanark.kit.rls import APP_ROLE, tenant_table


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_people_invitations"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [
        migrations.CreateModel(
            name="SignInRules",
            fields=[
                ("tenant_id", models.UUIDField(primary_key=True, serialize=False)),
                ("second_factor_required", models.BooleanField(db_default=False, default=False)),
            ],
            options={"db_table": "sign_in_rules"},
        ),
        tenant_table("sign_in_rules"),
        # Whether somebody has a second factor, not what it is.
        migrations.RunSQL(f"GRANT SELECT (user_id, type) ON mfa_authenticator TO {APP_ROLE}", migrations.RunSQL.noop),
    ]
