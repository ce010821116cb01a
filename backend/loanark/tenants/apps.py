from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "loanark.tenants"
    label = "tenants"
