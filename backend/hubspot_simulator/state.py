"""Persistence: a journal of record states that survives a kill.

One line per answered request, written before the answer: a JSON array of ``[kind, portal, state]``. A line is
whole or it is not there, so a request is kept whole or not at all. A torn last line is dropped at start, where
the journal is also compacted to the last state of each thing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

Entry = tuple[str, int, Any]
KEYS = {
    "contact": "id",
    "gone": "id",
    "property": "name",
    "property gone": "name",
    "blocked": "email",
    "group": "name",
    "token": "token",
    "install": "refresh_token",
    "webhook subscription": "id",
    "journal subscription": "id",
}


class StateMismatch(Exception):
    """The directory was made with other flags."""


class Store:
    """The files of one simulator."""

    def __init__(self, directory: Path, fingerprint: dict[str, Any]) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # among its files are tokens
        self._path = directory / "journal.jsonl"
        self._check(directory / "flags.json", fingerprint)
        self.entries = compact(list(self._read()))
        self._rewrite()
        self._file = self._path.open("ab", buffering=0)

    @staticmethod
    def _check(path: Path, fingerprint: dict[str, Any]) -> None:
        text = orjson.dumps(fingerprint, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
        if not path.exists():
            path.write_bytes(text)
        elif path.read_bytes() != text:
            raise StateMismatch(
                f"{path.parent} belongs to a simulator started with {path.read_text()}; "
                "use the same flags or another directory"
            )

    def _read(self) -> Iterator[Entry]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    return  # torn by a kill: its request was never answered
                try:
                    transaction = orjson.loads(line)
                except orjson.JSONDecodeError:
                    return
                yield from transaction

    def _rewrite(self) -> None:
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            for entry in self.entries:
                file.write(orjson.dumps([entry]) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def write(self, transaction: list[Entry]) -> None:
        self._file.write(orjson.dumps(transaction) + b"\n")

    def close(self) -> None:
        self._file.close()


def compact(entries: list[Entry]) -> list[Entry]:
    """Keep the last state of each thing, in the order of those last states."""
    last: dict[tuple[str, int, str], Entry] = {}
    for kind, portal_id, state in entries:
        name = str(state[KEYS[kind]]) if kind in KEYS else ""
        # What is gone replaces its former state.
        key = ({"gone": "contact", "property gone": "property"}.get(kind, kind), portal_id, name)
        last.pop(key, None)
        last[key] = (kind, portal_id, state)
    return list(last.values())
