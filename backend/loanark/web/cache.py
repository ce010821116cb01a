"""The cache that all processes share, a table: it counts tries, and remembers codes that were used.

Django's own keeps 300 entries, so that a flood of names would make it forget whose tries it counted; and it runs what
it reads, as pickles are. This one keeps what has not expired, as JSON.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from loanark.kit import sql

#: Each entry that is written takes at most so many expired ones away.
SWEPT = 10

_UPSERT = """
    INSERT INTO cache (cache_key, value, expires) VALUES (%s, %s, coalesce(to_timestamp(%s), 'infinity'))
    ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
"""


class TableCache(BaseCache):
    """Of Django's cache what Django and allauth use; values are what JSON can say."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        named = {self.make_and_validate_key(key, version): key for key in keys}
        found = sql.rows(
            "SELECT cache_key, value FROM cache WHERE cache_key = ANY(%s) AND expires > now()", [list(named)]
        )
        return {named[row["cache_key"]]: orjson.loads(row["value"]) for row in found}

    def set(
        self, key: str, value: Any, timeout: float | object | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._write(_UPSERT, key, value, timeout, version)

    def add(
        self, key: str, value: Any, timeout: float | object | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Whether it was not there: of several at once, one."""
        return self._write(f"{_UPSERT} WHERE cache.expires <= now()", key, value, timeout, version)

    def touch(self, key: str, timeout: float | object | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(
            sql.execute(
                """UPDATE cache SET expires = coalesce(to_timestamp(%s), 'infinity')
                   WHERE cache_key = %s AND expires > now()""",
                [self.get_backend_timeout(timeout), self.make_and_validate_key(key, version)],  # type: ignore[arg-type]
            )
        )

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(sql.execute("DELETE FROM cache WHERE cache_key = %s", [self.make_and_validate_key(key, version)]))

    def clear(self) -> None:
        sql.execute("DELETE FROM cache")

    def _write(self, statement: str, key: str, value: Any, timeout: Any, version: int | None) -> bool:
        sql.execute(
            """DELETE FROM cache WHERE cache_key IN (
                   SELECT cache_key FROM cache WHERE expires <= now() ORDER BY expires LIMIT %s
                   FOR UPDATE SKIP LOCKED)""",
            [SWEPT],
        )
        name = self.make_and_validate_key(key, version)
        return bool(sql.execute(statement, [name, orjson.dumps(value).decode(), self.get_backend_timeout(timeout)]))
