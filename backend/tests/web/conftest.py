"""These tests import models: Django is set up before they are collected."""

import threading
import time
from collections.abc import Iterator

import django
import pytest
import uvicorn

django.setup()

from organisations import Organisation, make_organisation  # noqa: E402


@pytest.fixture
def organisation(database: str) -> Organisation:
    """An organisation of the test's own, its administrator signed in."""
    return make_organisation()


@pytest.fixture(scope="module")
def port(database: str) -> Iterator[int]:
    """A real server, as `loanark web` runs it, on a port of its own."""
    from loanark.web.asgi import SERVER, application

    server = uvicorn.Server(uvicorn.Config(application, port=0, **SERVER))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    server.force_exit = True
    thread.join(10)
