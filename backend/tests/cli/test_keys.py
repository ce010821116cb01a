"""Keys are changed while everything runs: afterwards the old key opens nothing that matters, and is not needed."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from organisations import Organisation

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.fixture
def organisation(database: str) -> Organisation:
    from organisations import make_organisation

    return make_organisation()


def test_secrets_are_sealed_anew_and_open_without_the_old_key(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from allauth.mfa.models import Authenticator
    from organisations import CONNECTED

    from loanark.connections import credentials
    from loanark.tenants import authenticators
    from loanark.tenants.models import User

    use_keys(monkeypatch, OLD)
    token = credentials.seal(organisation.id, "access_token", "hubspot token")
    organisation.insert("connections", tenant_id=organisation.id, **{**CONNECTED, "access_token": token})
    person = User.objects.create_user(f"anna@{organisation.slug}.example")
    seal = authenticators.SecondFactors().encrypt
    Authenticator.objects.create(user=person, type="totp", data={"secret": seal("JBSWY3DPEHPK3PXP")})

    use_keys(monkeypatch, NEW, OLD)
    with organisation.scope():
        assert credentials.reseal(organisation.id) == 1
        assert credentials.reseal(organisation.id) == 0, "there is nothing left to do"
    done, _ = authenticators.reseal()
    assert done >= 1

    use_keys(monkeypatch, NEW)
    stored = organisation.scalar("SELECT access_token FROM connections")
    assert credentials.unseal(organisation.id, "access_token", stored) == "hubspot token"
    sealed = Authenticator.objects.get(user=person).data["secret"]
    assert authenticators.SecondFactors().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


def test_a_secret_whose_key_is_gone_is_told_and_left_as_it_is(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from organisations import CONNECTED

    from loanark.connections import credentials
    from loanark.connections.problems import SecretLost

    use_keys(monkeypatch, OLD)
    token = credentials.seal(organisation.id, "access_token", "hubspot token")
    organisation.insert("connections", tenant_id=organisation.id, **{**CONNECTED, "access_token": token})
    use_keys(monkeypatch, NEW)
    with pytest.raises(SecretLost), organisation.scope():
        credentials.reseal(organisation.id)
    assert organisation.scalar("SELECT access_token FROM connections") == token


def use_keys(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    """The environment's keys, newest first."""
    from django.conf import settings

    from loanark.web.config import load

    monkeypatch.setitem(os.environ, "LOANARK_ENCRYPTION_KEYS", ",".join(keys))
    monkeypatch.setattr(settings, "CONFIG", load())
