"""The tenants' Django app."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "loanark.tenants"
    label = "tenants"

    def ready(self) -> None:
        """A password is what was typed, white space around it included, wherever it is typed: allauth would drop it."""
        from allauth.headless.account import inputs

        for form in vars(inputs).values():
            for name, field in getattr(form, "base_fields", {}).items():
                if "password" in name:
                    field.strip = False
