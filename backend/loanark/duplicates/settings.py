"""How an organisation wants duplicates treated. One row (`duplicate_settings`); without one the defaults hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from loanark.connections.actions import notify, wake_workers
from loanark.connections.fields import catalogue
from loanark.core.duplicates.survivorship import Rule
from loanark.kit import sql
from loanark.kit.errors import Invalid

#: Nobody means to wait longer before HubSpot merges as well.
LONGEST_WAIT_HOURS = 24 * 90


@dataclass(frozen=True, slots=True)
class DuplicateSettings:
    """One organisation's choices."""

    #: A new contact that may be somebody who is there already waits for a decision before its counterpart is made.
    at_ingest: bool = True
    #: What the strict gate lets through is merged without a person.
    automatic: bool = False
    #: Two contacts that somebody merges in HubSpot are merged here as well; else a person decides it.
    follow_hubspot: bool = False
    #: HubSpot merges the two as well after so many hours; None: when a person says so.
    hubspot_wait_hours: int | None = 24
    #: Whose value survives, by field; other fields go by `core.duplicates.survivorship.DEFAULT`.
    rules: Mapping[str, Rule] = field(default_factory=dict)


def load() -> DuplicateSettings:
    """The settings in force. Call inside a tenant's scope."""
    row = sql.first(
        """SELECT at_ingest, automatic, follow_hubspot, hubspot_wait_hours, rules::text AS rules
           FROM duplicate_settings"""
    )
    if row is None:
        return DuplicateSettings()
    rules = {name: Rule(rule) for name, rule in orjson.loads(row["rules"]).items()}
    return DuplicateSettings(**{**row, "rules": rules})


def change(tenant_id: UUID, choices: Mapping[str, Any], *, by: str) -> DuplicateSettings:
    """Changes what `choices` names, and leaves the rest. Raises: Invalid; then nothing was changed."""
    _check(choices)
    if choices:
        values = {**choices, "changed_by": by}
        if "rules" in values:
            rules = {name: str(rule) for name, rule in values["rules"].items()}
            values["rules"] = orjson.dumps(rules).decode()
        names = list(values)
        sql.execute(
            f"""INSERT INTO duplicate_settings ({", ".join(["tenant_id", *names])})
                VALUES ({", ".join(["%s"] * (len(names) + 1))})
                ON CONFLICT (tenant_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in names)},
                    changed_at = now()""",
            [tenant_id, *values.values()],
        )
        wake_workers(tenant_id)
        notify(tenant_id, "duplicates")
    return load()


def _check(choices: Mapping[str, Any]) -> None:
    errors = {}
    hours = choices.get("hubspot_wait_hours")
    if hours is not None and not 0 <= hours <= LONGEST_WAIT_HOURS:
        errors["hubspot_wait_hours"] = f"Give 0 to {LONGEST_WAIT_HOURS:,} hours, or none to wait for a person."
    if unknown := sorted(choices.get("rules", {}).keys() - catalogue().keys()):
        errors["rules"] = f"There is no field {unknown[0]!r}."
    if errors:
        raise Invalid("Some choices are not valid. Nothing was changed.", errors=errors)
