"""A passkey in software: what a phone or a security key does when a browser asks it."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

_FLAGS = AuthenticatorData.FLAG


@dataclass
class Passkey:
    """Belongs to one site: it answers as if the browser were at `origin`."""

    origin: str
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user: bytes = b""
    counter: int = 0

    def make(self, options: Any) -> Any:
        """Registers: what the browser sends back for creation options."""
        wanted = options["publicKey"]
        self.user = websafe_decode(wanted["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        kept = AttestedCredentialData.create(b"\0" * 16, self.credential_id, public)
        data = self._data(wanted["rp"]["id"], _FLAGS.AT, kept)
        client = self._client(CollectedClientData.TYPE.CREATE, wanted["challenge"])
        return self._answer(
            clientDataJSON=client, attestationObject=AttestationObject.create("none", data, {}), results={"rk": True}
        )

    def use(self, options: Any) -> Any:
        """Signs in: what the browser sends back for request options."""
        wanted = options["publicKey"]
        data = self._data(wanted["rpId"])
        client = self._client(CollectedClientData.TYPE.GET, wanted["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=self.user)

    def _data(self, site: str, more: _FLAGS | int = 0, kept: bytes = b"") -> AuthenticatorData:
        self.counter += 1
        flags = _FLAGS(_FLAGS.UP | _FLAGS.UV | more)
        return AuthenticatorData.create(hashlib.sha256(site.encode()).digest(), flags, self.counter, kept)

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, self.origin)

    def _answer(self, results: Any = None, **response: bytes) -> Any:
        return {
            "id": websafe_encode(self.credential_id),
            "rawId": websafe_encode(self.credential_id),
            "type": "public-key",
            "response": {name: websafe_encode(value) for name, value in response.items()},
            "clientExtensionResults": {"credProps": results or {}},
        }
