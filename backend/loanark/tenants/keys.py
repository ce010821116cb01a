"""The keys that secrets are sealed and audit logs signed with, from the environment."""

from django.conf import settings

from loanark.kit.secrets import Keyring


def keyring() -> Keyring:
    """The installation's keys, newest first (`LOANARK_ENCRYPTION_KEYS`)."""
    return Keyring(settings.CONFIG.encryption_keys)
