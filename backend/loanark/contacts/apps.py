from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "loanark.contacts"
    label = "contacts"
