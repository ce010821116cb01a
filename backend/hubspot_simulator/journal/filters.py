"""Filters: what a record must be like for its creations and updates to be told (docs: webhooks journal subscriptions).

The conditions of one filter must all hold; of several filters one is enough. A filter is never changed, only replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.clock import parse_instant
from hubspot_simulator.journal import fields

Lookup = Callable[[str], str]  # the value of a property now, "" when it is empty

BARE = ("IS_EMPTY", "IS_NOT_EMPTY")
LISTED = ("IN", "NOT_IN")
TEXTUAL: dict[str, Callable[[str, str], bool]] = {
    "EQ": lambda held, value: held == value,
    "N_EQ": lambda held, value: held != value,
    "CONTAINS": lambda held, value: value in held,
    "STARTS_WITH": lambda held, value: held.startswith(value),
    "ENDS_WITH": lambda held, value: held.endswith(value),
}
ORDERED: dict[str, Callable[[float, float], bool]] = {
    "GT": lambda held, value: held > value,
    "GTE": lambda held, value: held >= value,
    "LT": lambda held, value: held < value,
    "LTE": lambda held, value: held <= value,
}
OPERATORS = (*BARE, *LISTED, *TEXTUAL, *ORDERED)


@dataclass(frozen=True, slots=True)
class Condition:
    """One property compared with one value, with several or with nothing."""

    property: str
    operator: str
    value: str = ""
    values: tuple[str, ...] = ()

    def holds(self, lookup: Lookup) -> bool:
        held = lookup(self.property)
        if self.operator in BARE:
            return (held == "") is (self.operator == "IS_EMPTY")
        if self.operator in LISTED:
            return (held in self.values) is (self.operator == "IN")
        if self.operator in TEXTUAL:
            return TEXTUAL[self.operator](held, self.value)
        pair = _comparable(held, self.value)
        return pair is not None and ORDERED[self.operator](*pair)

    def wire(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "filterType": "CRM_OBJECT_PROPERTY",
            "property": self.property,
            "operator": self.operator,
        }
        if self.operator in LISTED:
            shown["values"] = list(self.values)
        elif self.operator not in BARE:
            shown["value"] = self.value
        return shown


@dataclass(frozen=True, slots=True)
class Filter:
    """Belongs to one subscription."""

    id: int
    conditions: tuple[Condition, ...]
    created: int

    def passes(self, lookup: Lookup) -> bool:
        return all(condition.holds(lookup) for condition in self.conditions)

    @classmethod
    def load(cls, state: dict[str, Any]) -> Filter:
        """From the state file."""
        conditions = (Condition(**{**row, "values": tuple(row["values"])}) for row in state["conditions"])
        return cls(state["id"], tuple(conditions), state["created"])

    def wire(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "createdAt": self.created,
            "filter": {"conditions": [condition.wire() for condition in self.conditions]},
        }


def read_conditions(body: fields.Body) -> tuple[Condition, ...]:
    """The conditions of a request to make a filter. Raises: ApiError."""
    document = body.get("filter")
    if not isinstance(document, dict):
        raise errors.validation("filter is required and must be an object")
    return tuple(_read_condition(row) for row in fields.documents(document, "conditions"))


def _read_condition(row: fields.Body) -> Condition:
    fields.choice(row, "filterType", ("CRM_OBJECT_PROPERTY",))
    name, operator = fields.text(row, "property"), fields.choice(row, "operator", OPERATORS)
    if operator in BARE:
        return Condition(name, operator)
    if operator in LISTED:
        values = fields.texts(row, "values")
        if not values:
            raise errors.validation(f"values is required for {operator}")
        return Condition(name, operator, values=tuple(values))
    return Condition(name, operator, fields.text(row, "value"))


def _comparable(held: str, value: str) -> tuple[float, float] | None:
    """Two numbers or two moments; anything else has no order."""
    try:
        return float(held), float(value)
    except ValueError:
        pass
    first, second = parse_instant(held), parse_instant(value)
    return None if first is None or second is None else (first, second)
