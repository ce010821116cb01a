"""Company sign-in: an organisation's OpenID Connect provider, and whose an e-mail domain is."""

from django.db import migrations, models

from loanark.kit.rls import shared_table, tenant_table


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_people_sign_in_rules")]

    operations = [
        migrations.CreateModel(
            name="CompanySignIn",
            fields=[
                ("tenant_id", models.UUIDField(primary_key=True, serialize=False)),
                ("issuer", models.TextField()),
                ("client_id", models.TextField()),
                ("client_secret", models.TextField()),
                ("required", models.BooleanField(db_default=False, default=False)),
                ("first_time_role", models.TextField(null=True)),
            ],
            options={"db_table": "company_sign_in"},
        ),
        tenant_table("company_sign_in"),
        # Not fenced: read before the organisation is known, by the address that somebody types.
        migrations.CreateModel(
            name="CompanyDomain",
            fields=[
                ("domain", models.TextField(primary_key=True, serialize=False)),
                ("tenant_id", models.UUIDField()),
            ],
            options={"db_table": "company_domains"},
        ),
        shared_table("company_domains"),
    ]
