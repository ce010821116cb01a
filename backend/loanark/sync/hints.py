"""Hints: reasons to look at a record. They are the only queue there is; losing a wake-up delays, never loses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from loanark.core.mapping import Side
from loanark.kit import sql

#: Waits before a record that failed is looked at again, in seconds; the last one repeats.
BACKOFF_SECONDS = (2, 10, 30, 120, 600)


class Lane(IntEnum):
    """Who waits for it: lower goes first. The names are the request budget's lanes as well."""

    PERSON = 0
    WEBHOOK = 1
    EDIT = 2
    POLL = 3
    SWEEP = 4
    BACKFILL = 5

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def labelled(cls, label: str) -> Self:
        return cls[label.upper()]


@dataclass(frozen=True, slots=True)
class Hint:
    """One record that needs a look; `version` tells later whether something newer arrived meanwhile."""

    side: Side
    record_id: str
    source: str
    lane: Lane
    version: int

    @property
    def insistent(self) -> bool:
        """A person or an edit asks: try again what was rejected before."""
        return self.lane in (Lane.PERSON, Lane.EDIT)


def leave(side: Side, record_ids: Iterable[str], *, source: str, lane: Lane, delay_seconds: float = 0) -> int:
    """Leaves a hint per record; a record that has one already keeps one, in the better of both lanes."""
    ids = sorted(set(record_ids))
    if not ids:
        return 0
    return sql.execute(
        """INSERT INTO hints AS h (side, record_id, source, lane, not_before)
           SELECT %s, id, %s, %s, now() + make_interval(secs => %s) FROM unnest(%s::text[]) AS id
           ON CONFLICT (tenant_id, side, record_id) DO UPDATE
           SET version = h.version + 1, lane = least(h.lane, excluded.lane), source = excluded.source,
               attempts = 0, not_before = least(h.not_before, excluded.not_before)""",
        [side.value, source, int(lane), delay_seconds, ids],
    )


def put_off(side: Side, record_ids: Iterable[str], *, reason: str, lane: Lane, seconds: float) -> None:
    """Leaves hints that are followed a while later, even where one was due at once."""
    ids = sorted(set(record_ids))
    if ids:
        sql.execute(
            """INSERT INTO hints AS h (side, record_id, source, lane, not_before, last_error)
               SELECT %s, id, %s, %s, now() + make_interval(secs => %s), %s FROM unnest(%s::text[]) AS id
               ON CONFLICT (tenant_id, side, record_id) DO UPDATE
               SET not_before = excluded.not_before, last_error = excluded.last_error""",
            [side.value, reason[:200], int(lane), seconds, reason[:500], ids],
        )


def due(limit: int) -> list[Hint]:
    """The hints to follow now, the most urgent first."""
    found = sql.rows(
        """SELECT side, record_id, source, lane, version FROM hints WHERE not_before <= clock_timestamp()
           ORDER BY lane, not_before LIMIT %s""",
        [limit],
    )
    return [
        Hint(Side(row["side"]), row["record_id"], row["source"], Lane(row["lane"]), row["version"]) for row in found
    ]


def clear(hints: Iterable[Hint]) -> None:
    """Forgets hints that were followed, unless something newer arrived meanwhile."""
    done = list(hints)
    if done:
        sql.execute(
            """DELETE FROM hints h USING unnest(%s::text[], %s::text[], %s::bigint[]) AS d (side, record_id, version)
               WHERE h.side = d.side AND h.record_id = d.record_id AND h.version <= d.version""",
            [[h.side.value for h in done], [h.record_id for h in done], [h.version for h in done]],
        )


def postpone(failed: Mapping[Hint, str]) -> None:
    """Puts off hints that could not be followed, longer each time, with the reason."""
    for hint, reason in failed.items():
        sql.execute(
            """UPDATE hints SET attempts = attempts + 1, last_error = %s,
                      not_before = clock_timestamp() + make_interval(secs =>
                          (%s::float8[])[least(attempts + 1, cardinality(%s::float8[]))])
               WHERE side = %s AND record_id = %s AND version = %s""",
            [
                reason[:500],
                list(BACKOFF_SECONDS),
                list(BACKOFF_SECONDS),
                hint.side.value,
                hint.record_id,
                hint.version,
            ],
        )
