"""How an organisation wants its sync: whose value wins at first, whether deletions follow, brakes, schedule, pause.

One row an organisation (`sync_settings`); without one the defaults hold. A worker reads it anew with each turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from loanark.connections.actions import notify, wake
from loanark.core.brakes import Limits
from loanark.core.mapping import Side
from loanark.core.plan import Policies
from loanark.core.schedule import Schedule, cron_fault
from loanark.kit import clock, sql
from loanark.kit.errors import Invalid

#: What a person may change, and how it is called in the table as well.
CHOICES = (
    "first_match",
    "deletes_in_hubspot",
    "deletes_in_loanark",
    "brake_floor",
    "brake_share",
    "brake_creates",
    "sweep_every_hours",
    "sweep_cron",
    "quiet_from",
    "quiet_until",
)

#: A number of contacts, or of hours, beyond which nobody means it.
MOST = 100_000_000
MOST_HOURS = 24 * 366


@dataclass(frozen=True, slots=True)
class Halt:
    """A person paused the sync: nothing is read from HubSpot or written there before a person resumes it.

    Not to be taken for a connection's status `paused`, which says that HubSpot is in trouble.
    """

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """One organisation's choices."""

    first_match: Side = Side.HUBSPOT
    #: What a deletion there does to the contact on the other side: `follow`, or `keep`.
    deletes_in_hubspot: str = "follow"
    deletes_in_loanark: str = "follow"
    brake_floor: int = 20
    brake_share: float = 0.005
    brake_creates: int | None = None
    sweep_every_hours: int = 24
    sweep_cron: str | None = None
    sweep_cron_since: datetime | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    halt: Halt | None = None

    @property
    def policies(self) -> Policies:
        chosen = {Side.HUBSPOT: self.deletes_in_hubspot, Side.LOANARK: self.deletes_in_loanark}
        return Policies(self.first_match, frozenset(side for side, what in chosen.items() if what == "keep"))

    @property
    def limits(self) -> Limits:
        return Limits(self.brake_floor, self.brake_share, self.brake_creates)

    @property
    def schedule(self) -> Schedule:
        return Schedule(
            self.sweep_every_hours, self.quiet_from, self.quiet_until, self.sweep_cron, self.sweep_cron_since
        )


def load() -> SyncSettings:
    """The settings in force. Call inside a tenant's scope."""
    row = sql.first(
        f"SELECT {', '.join(CHOICES)}, sweep_cron_since, halted_at, halted_by, halted_reason FROM sync_settings"
    )
    if row is None:
        return SyncSettings()
    at, by, reason = row.pop("halted_at"), row.pop("halted_by"), row.pop("halted_reason")
    return SyncSettings(
        **{**row, "first_match": Side(row["first_match"])}, halt=Halt(at, by, reason or "") if at else None
    )


def change(tenant_id: UUID, choices: Mapping[str, Any], *, by: str) -> SyncSettings:
    """Changes what `choices` names, and leaves the rest; who names a distance between comparisons, and no cron
    expression, wants none. Raises: Invalid, naming every wrong choice; then nothing was changed."""
    before = load()
    _check(choices, before)
    if choices:
        _put(tenant_id, {**choices, **_cron(choices, before), "changed_by": by})
        wake(tenant_id)
        notify(tenant_id, "overview")
    return load()


def schedule_if(choices: Mapping[str, Any]) -> Schedule:
    """The schedule there would be, were these chosen now; nothing is saved. Raises: Invalid."""
    before = load()
    _check(choices, before)
    return replace(before, **{**choices, **_cron(choices, before)}).schedule


def _check(choices: Mapping[str, Any], before: SyncSettings) -> None:
    errors = _errors(choices)
    quiet = {name: choices.get(name, getattr(before, name)) for name in ("quiet_from", "quiet_until")}
    if not errors and (quiet["quiet_from"] is None) != (quiet["quiet_until"] is None):
        errors = {name: "Quiet hours have a beginning and an end." for name in quiet if quiet[name] is None}
    if errors:
        raise Invalid("Some settings are not valid. Nothing was changed.", errors=errors)


def _cron(choices: Mapping[str, Any], before: SyncSettings) -> dict[str, Any]:
    """The expression as it is stored, and since when it holds."""
    if "sweep_cron" not in choices and "sweep_every_hours" not in choices:
        return {}
    cron = " ".join((choices.get("sweep_cron") or "").split()) or None
    if cron is not None and cron == before.sweep_cron:
        return {"sweep_cron": cron}
    return {"sweep_cron": cron, "sweep_cron_since": clock.now() if cron else None}


def _errors(choices: Mapping[str, Any]) -> dict[str, str]:
    errors = {name: "There is no such setting." for name in choices if name not in CHOICES}
    chosen = {name: value for name, value in choices.items() if name not in errors}
    for name, value in chosen.items():
        most = {"brake_floor": MOST, "brake_creates": MOST, "sweep_every_hours": MOST_HOURS}.get(name)
        if most is not None and not (value is None and name == "brake_creates") and not _within(value, most):
            errors[name] = f"Give a whole number from 0 to {most:,}."
        if name == "brake_share" and not (isinstance(value, int | float) and 0 <= value <= 1):
            errors[name] = "Give a share from 0 to 1: 0.005 is one in two hundred."
        if name.startswith("deletes_in_") and value not in ("follow", "keep"):
            errors[name] = "Choose follow or keep."
        if name == "sweep_cron" and value and (fault := cron_fault(value)):
            errors[name] = fault
        if name == "first_match" and value not in tuple(Side):
            errors[name] = "Choose hubspot or loanark."
        if name.startswith("quiet_") and value is not None and not isinstance(value, time):
            errors[name] = "Give a time of the day, such as 22:00."
    return errors


def _within(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def halt(tenant_id: UUID, *, by: str, reason: str) -> SyncSettings:
    """A person pauses the sync. Who pauses what is paused already changes nothing: the first reason stays."""
    if load().halt is None:
        _put(tenant_id, {"halted_at": clock.now(), "halted_by": by, "halted_reason": reason.strip() or None})
        _tell(tenant_id)
    return load()


def resume(tenant_id: UUID) -> SyncSettings:
    """A person lets the sync go on: whatever waits is followed, and HubSpot is polled from where it was left."""
    sql.execute(
        "UPDATE sync_settings SET halted_at = NULL, halted_by = NULL, halted_reason = NULL WHERE halted_at IS NOT NULL"
    )
    _tell(tenant_id)
    return load()


def _put(tenant_id: UUID, columns: Mapping[str, Any]) -> None:
    values = [value.value if isinstance(value, Side) else value for value in columns.values()]
    names = ", ".join(columns)
    sql.execute(
        f"""INSERT INTO sync_settings (tenant_id, {names}) VALUES (%s, {", ".join(["%s"] * len(columns))})
            ON CONFLICT (tenant_id) DO UPDATE SET changed_at = now(),
                {", ".join(f"{name} = excluded.{name}" for name in columns)}""",
        [tenant_id, *values],
    )


def _tell(tenant_id: UUID) -> None:
    wake(tenant_id)
    notify(tenant_id, "overview")
    notify(tenant_id, "runs")
