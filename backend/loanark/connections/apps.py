from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "loanark.connections"
    label = "connections"
