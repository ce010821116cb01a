"""Second factors as they are kept: secrets sealed, keys bound to the public address.

Codes, passkeys and recovery codes themselves are django-allauth's. Its hook for sealing knows the secret but not whose
it is, so the context names the kind only: a ciphertext of another kind does not open here, nor one of these there.
"""

from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

from loanark.kit import sql
from loanark.kit.errors import Invalid
from loanark.kit.secrets import SecretError
from loanark.tenants.keys import keyring

log = structlog.get_logger()

_CONTEXT = "person/second-factor"


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks us about second factors."""

    def encrypt(self, text: str) -> str:
        """Seals a TOTP key or the seed of recovery codes."""
        return keyring().seal(text, _CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        """Opens it. A key that is not configured any more is no wrong code: the person is told so."""
        if not encrypted_text.startswith("v1."):
            return encrypted_text  # made before secrets were sealed
        try:
            return keyring().open(encrypted_text, _CONTEXT)
        except SecretError as error:
            log.error("a second factor does not open", error=str(error))
            raise ValidationError(
                "This cannot be checked just now: the server lacks the key it was stored with. Use a passkey, or ask "
                "whoever runs the server to put the old key back into LOANARK_ENCRYPTION_KEYS."
            ) from error

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the public address, whatever address a request pretends to come to."""
        return {"id": urlsplit(settings.CONFIG.public_url).hostname or "", "name": "LoanArk CRM Sync"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """For a passkey that nobody named."""
        return f"Passkey {1 + sql.scalar('SELECT count(*) FROM mfa_authenticator WHERE user_id = %s', [user.pk])}"


def reseal() -> tuple[int, list[str]]:
    """Seals everybody's second factors with the newest key. Returns how many were not, and whose do not open.

    Nobody is held up: one that changes meanwhile was sealed with the newest key anyway.
    """
    ring, done, lost = keyring(), 0, []
    for row in sql.rows(
        """SELECT a.id, a.data::text AS data, u.email FROM mfa_authenticator a JOIN users u ON u.id = a.user_id
           WHERE a.type IN ('totp', 'recovery_codes') ORDER BY a.id"""
    ):
        data = orjson.loads(row["data"])
        sealed = {name: text for name, text in data.items() if isinstance(text, str) and text.startswith("v1.")}
        try:
            fresh = {name: ring.reseal(text, _CONTEXT) for name, text in sealed.items()}
        except SecretError:
            lost.append(row["email"])
            continue
        if fresh != sealed:
            done += sql.execute(
                "UPDATE mfa_authenticator SET data = %s::jsonb WHERE id = %s AND data = %s::jsonb",
                [orjson.dumps({**data, **fresh}).decode(), row["id"], row["data"]],
            )
    return done, lost


def drawn(address: str) -> str:
    """An authenticator app's key as a QR code (SVG). Raises: Invalid."""
    if not address.startswith("otpauth://totp/") or len(address) > 500:
        raise Invalid("Only the key of an authenticator app is drawn.", errors={"address": "is no otpauth address"})
    code = QRCode(border=2, image_factory=SvgPathImage)
    code.add_data(address)
    return str(code.make_image().to_string(encoding="unicode"))
