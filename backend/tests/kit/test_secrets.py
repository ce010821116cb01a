"""Secrets at rest: they open where they belong, with any configured key, and nowhere else."""

import pytest

from loanark.kit.secrets import Keyring, SecretError

OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))


def test_what_is_sealed_opens_and_cannot_be_read() -> None:
    sealed = Keyring([NEW]).seal("pat-na1-ünïcode", "place")
    assert "pat-na1" not in sealed
    assert Keyring([NEW]).open(sealed, "place") == "pat-na1-ünïcode"


def test_the_same_secret_never_looks_the_same() -> None:
    ring = Keyring([NEW])
    assert ring.seal("x", "place") != ring.seal("x", "place")


def test_rotation_the_newest_seals_and_every_one_opens() -> None:
    before, during = Keyring([OLD]), Keyring([NEW, OLD])
    assert during.open(before.seal("x", "place"), "place") == "x"
    assert Keyring([NEW]).open(during.seal("x", "place"), "place") == "x"


def test_a_missing_key_is_told_with_its_remedy() -> None:
    with pytest.raises(SecretError, match="LOANARK_ENCRYPTION_KEYS"):
        Keyring([OTHER]).open(Keyring([OLD]).seal("x", "place"), "place")


def test_a_secret_does_not_open_in_another_place() -> None:
    ring = Keyring([NEW])
    with pytest.raises(SecretError, match="another place"):
        ring.open(ring.seal("x", "connection/a/access_token"), "connection/b/access_token")


@pytest.mark.parametrize("damage", ["", "v1", "v1.x", "plain text", "v2.{}.{}", "v1.{}.AAAA", "v1.{}.!!!"])
def test_a_damaged_secret_is_an_error_of_its_own(damage: str) -> None:
    ring = Keyring([NEW])
    _, key, payload = ring.seal("x", "place").split(".")
    with pytest.raises(SecretError):
        ring.open(damage.format(key, payload), "place")


def test_every_flipped_character_is_noticed() -> None:
    ring = Keyring([NEW])
    sealed = ring.seal("secret", "place")
    start = sealed.rindex(".") + 1
    for at in range(start, len(sealed) - 4):
        flipped = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        with pytest.raises(SecretError):
            ring.open(flipped, "place")
