"""Secrets at rest: AES-256-GCM, keys named by id, every ciphertext bound to the place it belongs to.

A stored secret reads `v1.<key id>.<base64 of nonce and ciphertext>`. The context (for example
`connection/<tenant>/access_token`) is authenticated with it: a ciphertext copied to another row does not open.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class SecretError(Exception):
    """A stored secret does not open: its key is not among the configured ones, or it was moved or damaged."""


class Keyring:
    """The newest key seals and signs; every key opens and verifies."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_key_id(key): key for key in keys}
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._newest = _key_id(keys[0])

    def seal(self, secret: str, context: str) -> str:
        nonce = os.urandom(12)
        sealed = self._ciphers[self._newest].encrypt(nonce, secret.encode(), context.encode())
        return f"v1.{self._newest}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, stored: str, context: str) -> str:
        """Raises: SecretError."""
        try:
            version, key_id, payload = stored.split(".", 2)
            data = base64.urlsafe_b64decode(payload)
            if version != "v1":
                raise ValueError(version)
            return self._ciphers[key_id].decrypt(data[:12], data[12:], context.encode()).decode()
        except KeyError:
            raise SecretError(
                "A stored secret was sealed with a key that is not configured. Nothing is lost: add the old key back "
                "to LOANARK_ENCRYPTION_KEYS (after the newest), or connect HubSpot again."
            ) from None
        except (ValueError, InvalidTag):
            raise SecretError(
                "A stored secret is damaged or belongs to another place. Connect HubSpot again."
            ) from None

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return self._newest

    def reseal(self, stored: str, context: str) -> str:
        """The same secret under the newest key; as it is, when it was sealed with that. Raises: SecretError."""
        if not stored or stored.split(".", 2)[1:2] == [self._newest]:
            return stored
        return self.seal(self.open(stored, context), context)

    def sign(self, message: bytes, context: str) -> str:
        """`v1.<key id>.<HMAC-SHA256>`, under a key of its own for this context."""
        return f"v1.{self._newest}.{_mac(self._keys[self._newest], message, context)}"

    def verifies(self, message: bytes, context: str, signature: str) -> bool | None:
        """Whether a signature is of this message; None when its key is not among the configured ones."""
        version, _, rest = signature.partition(".")
        key_id, _, mac = rest.partition(".")
        if version != "v1" or not mac:
            return False
        key = self._keys.get(key_id)
        return None if key is None else hmac.compare_digest(mac, _mac(key, message, context))


def _mac(key: bytes, message: bytes, context: str) -> str:
    own = hmac.digest(key, f"sign/{context}".encode(), "sha256")
    return hmac.digest(own, message, "sha256").hex()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]
