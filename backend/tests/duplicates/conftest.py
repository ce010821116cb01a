"""These tests import models: Django is set up before they are collected."""

import django
import pytest

django.setup()

from organisations import Organisation, make_organisation  # noqa: E402


@pytest.fixture
def lender(database: str) -> Organisation:
    """An organisation of the test's own."""
    return make_organisation()
