"""The cache that all processes share: it forgets nothing early, and what it reads is never run."""

import base64
import os
import pickle
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from django.core.cache import cache
from django.db import connections

from loanark.kit import sql

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def name() -> str:
    return secrets.token_hex(8)


@pytest.mark.parametrize("value", [True, None, 0, "ä\u2028", [1.5, 2], {"a": [1]}])
def test_what_is_kept_comes_back(name: str, value: Any) -> None:
    cache.set(name, value, 60)
    assert cache.get(name, "nothing") == value


def test_what_expired_is_not_there(name: str) -> None:
    cache.set(name, 1, 60)
    cache.touch(name, -1)
    assert cache.get(name, "nothing") == "nothing"
    assert not cache.touch(name, 60)
    assert cache.add(name, 2, 60)
    assert cache.get(name) == 2


def test_what_never_expires_stays(name: str) -> None:
    cache.set(name, 1, None)
    assert cache.get(name) == 1


def test_what_is_deleted_is_gone(name: str) -> None:
    cache.set(name, 1)
    assert cache.delete(name)
    assert not cache.delete(name)
    assert name not in cache


def test_of_several_at_once_one_adds(name: str) -> None:
    def add(value: int) -> bool:
        try:
            return cache.add(name, value, 60)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(add, range(12))) == [False] * 11 + [True]


def test_a_flood_of_names_makes_it_forget_nothing(name: str) -> None:
    cache.set(name, "tries", 60)
    for flood in range(700):
        cache.set(f"{name}-{flood}", flood, 60)
    assert cache.get(name) == "tries"


def test_expired_entries_go(name: str) -> None:
    for old in range(5):
        cache.set(f"{name}-{old}", old, -1)
    cache.set(name, 1, 60)
    assert sql.scalar("SELECT count(*) FROM cache WHERE expires <= now()") == 0


class Trap:
    def __init__(self, run: Callable[..., Any], *arguments: Any) -> None:
        self.run, self.arguments = run, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self.run, self.arguments


def test_a_pickle_that_somebody_wrote_by_sql_is_not_run(name: str, tmp_path: Any) -> None:
    cache.set(name, 1, 60)
    planted = base64.b64encode(pickle.dumps(Trap(os.mkdir, str(tmp_path / "run")))).decode()
    sql.execute("UPDATE cache SET value = %s WHERE cache_key = %s", [planted, cache.make_key(name)])
    with pytest.raises(orjson.JSONDecodeError):
        cache.get(name)
    assert not (tmp_path / "run").exists()
