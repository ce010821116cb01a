"""These tests import models: Django is set up before they are collected."""

from collections.abc import Iterator

import django
import pytest

django.setup()

from organisations import Organisation, make_organisation  # noqa: E402
from portal import Portal, simulated  # noqa: E402


@pytest.fixture
def organisation(database: str) -> Organisation:
    """An organisation of the test's own, its administrator signed in."""
    return make_organisation()


@pytest.fixture
def portal(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A simulated HubSpot that the product speaks to."""
    with simulated(monkeypatch) as made:
        yield made
