from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "loanark.sync"
    label = "sync"
