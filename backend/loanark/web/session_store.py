"""Where sessions are kept: Django's table, asked only for what can be a session's key.

A cookie may spell any character, NUL included, which no database compares.
"""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions


class SessionStore(DatabaseSessions):
    """Any other key is as good as none."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and key.isascii() and key.isalnum() and len(key) >= 8
