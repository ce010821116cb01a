"""What a mapping may be: one choice a field, as a person makes, stores and exports it, and what is wrong with it. Pure.

A choice says what somebody wants; `core.mapping.FieldRule` is what comes of it in an account with these properties.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loanark.core import transforms
from loanark.core.fields import Field
from loanark.core.mapping import Direction, Policy
from loanark.core.transforms import DateFromInstant, JoinName, OptionMap, SplitName, Transform, Way
from loanark.core.values import Kind
from loanark.hubspot.models import MERGED_IDS, Property
from loanark.hubspot.wire import kind_of

#: HubSpot property that carries LoanArk's contact id: unique, so that a repeated create finds the first one.
KEY_PROPERTY = "loanark_id"

#: Given and family name in one: no column, only written to HubSpot.
FULL_NAME = Field(transforms.FULL_NAME, "Full name", Kind.TEXT, "Person", "", typed=False)

#: Kinds of properties whose values are keys that an option map may translate.
_KEYS = frozenset({Kind.ENUM, Kind.ENUM_SET, Kind.BOOLEAN, Kind.TEXT})


@dataclass(frozen=True, slots=True)
class Choice:
    """How one field is mapped, as chosen."""

    field: str
    property_name: str
    direction: Direction = Direction.BOTH
    policy: Policy = Policy.HUBSPOT
    blank_may_overwrite: bool = True
    transform: Transform | None = None

    @property
    def shares_property(self) -> bool:
        """Whether other fields may be parts of the same property."""
        return isinstance(self.transform, SplitName)

    @property
    def writes_hubspot(self) -> bool:
        way = self.transform.way if self.transform else Way.BOTH
        return self.direction is not Direction.TO_LOANARK and way is not Way.TO_LOANARK

    def to_json(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "property": self.property_name,
            "direction": self.direction.value,
            "policy": self.policy.value,
            "blank_may_overwrite": self.blank_may_overwrite,
            "transform": transforms.to_json(self.transform),
        }


_PARTS = frozenset({"field", "property", "direction", "policy", "blank_may_overwrite", "transform", "paused"})


def blank_by_default(direction: Direction) -> bool:
    """Whether a blank clears the other side, when nobody says. A field that one side decides alone is first filled by
    that side, and a blank there shall not empty what the other side holds already."""
    return direction is Direction.BOTH


def choice(stored: Mapping[str, Any]) -> Choice:
    """Reads one choice. Raises: ValueError, saying what is wrong."""
    unknown = sorted(set(map(str, stored)) - _PARTS)
    if unknown:
        raise ValueError(f"there is no such thing as {', '.join(unknown)} in a rule")
    for name in ("field", "property"):
        if not isinstance(stored.get(name), str) or not stored[name].strip():
            raise ValueError(f"a rule needs {name}")
    direction = Direction(stored.get("direction") or Direction.BOTH)
    blank = stored.get("blank_may_overwrite")
    if blank is not None and not isinstance(blank, bool):
        raise ValueError("blank_may_overwrite is neither true nor false")
    return Choice(
        stored["field"].strip(),
        stored["property"].strip(),
        direction,
        Policy(stored.get("policy") or Policy.HUBSPOT),
        blank_by_default(direction) if blank is None else blank,
        transforms.from_json(stored.get("transform")),
    )


def choices(stored: Iterable[Mapping[str, Any]]) -> tuple[list[Choice], dict[str, str]]:
    """Reads several; those that cannot be read are told by field."""
    found: list[Choice] = []
    errors: dict[str, str] = {}
    for place, row in enumerate(stored):
        name = str(row.get("field") or f"rules.{place}") if isinstance(row, Mapping) else f"rules.{place}"
        try:
            if not isinstance(row, Mapping):
                raise ValueError("a rule is an object with field and property")
            found.append(choice(row))
        except ValueError as error:
            errors[name] = f"{str(error)[:1].upper()}{str(error)[1:]}."
    return found, errors


def compatible_kind(field: Field, prop: Property) -> Kind | None:
    """How the field's and the property's values compare; None when they cannot meet."""
    kind = kind_of(prop.type, prop.field_type)
    if field.typed:
        return field.kind if kind in (field.kind, Kind.TEXT) else None
    if field.kind in (Kind.EMAIL, Kind.PHONE) and kind in (Kind.TEXT, Kind.PHONE, Kind.EMAIL):
        return field.kind
    return kind


def kind_under(field: Field, prop: Property, transform: Transform | None) -> Kind | None:
    """The same under a transform, which may bring kinds together that do not meet by themselves."""
    theirs = kind_of(prop.type, prop.field_type)
    match transform:
        case None:
            return compatible_kind(field, prop)
        case DateFromInstant():
            return Kind.DATE if field.kind is Kind.DATE and theirs is Kind.INSTANT else None
        case OptionMap():
            if theirs not in _KEYS or field.kind not in _KEYS:
                return None
            return Kind.ENUM_SET if Kind.ENUM_SET in (theirs, field.kind) else Kind.ENUM
        case _:
            kind = compatible_kind(field, prop)
            return kind if kind in transform.kinds else None


def option_keys(prop: Property) -> frozenset[str] | None:
    """The keys an enumeration takes; None for other properties, and where HubSpot keeps the list elsewhere (owners)."""
    if prop.external_options or not prop.options:
        return None
    return frozenset(option.value for option in prop.options)


def wrong(
    wanted: Sequence[Choice],
    fields: Mapping[str, Field],
    properties: Mapping[str, Property],
    known: Mapping[str, Choice],
) -> dict[str, str]:
    """What is wrong with a mapping, by `field` or `field.part`. What is `known`, as it is now, may stay: it rests."""
    errors: dict[str, str] = {}
    taken: dict[str, str] = {}
    seen: set[str] = set()
    for one in wanted:
        if one.field in seen:
            errors[one.field] = "The field is mapped twice."
            continue
        seen.add(one.field)
        other = taken.setdefault(one.property_name, one.field) if not one.shares_property else one.field
        if other != one.field:
            errors[f"{one.field}.property"] = f"{one.property_name} is mapped to the field {other} already."
        elif known.get(one.field) != one:
            errors.update(_wrong_one(one, fields, properties))
    return errors


def _wrong_one(one: Choice, fields: Mapping[str, Field], properties: Mapping[str, Property]) -> dict[str, str]:
    joined = isinstance(one.transform, JoinName)
    field = FULL_NAME if joined and one.field == FULL_NAME.name else fields.get(one.field)
    if field is None:
        return {one.field: "There is no such field."}
    if joined and field is not FULL_NAME:
        return {f"{one.field}.transform": f"join_name makes the field {FULL_NAME.name}, and only that."}
    if one.property_name in (KEY_PROPERTY, MERGED_IDS):
        return {
            f"{one.field}.property": f"{one.property_name} is what LoanArk knows contacts by. It is mapped to no field."
        }
    prop = properties.get(one.property_name)
    if prop is None:
        return {f"{one.field}.property": f"The HubSpot account has no property {one.property_name}."}
    kind = kind_under(field, prop, one.transform)
    if kind is None:
        part, reason = _why_not(field, prop, one.transform)
        return {f"{one.field}.{part}": reason}
    errors = {}
    if wrong_way := _wrong_direction(one, prop):
        errors[f"{one.field}.direction"] = wrong_way
    if one.policy is Policy.UNION and kind is not Kind.ENUM_SET:
        errors[f"{one.field}.policy"] = "Only several choices can be united: take another policy."
    if wrong_map := _wrong_map(one, field, prop):
        errors[f"{one.field}.transform"] = wrong_map
    return errors


def _why_not(field: Field, prop: Property, transform: Transform | None) -> tuple[str, str]:
    if transform is None:
        return "property", f"The HubSpot property {prop.name} is of type {prop.type}, which cannot hold a {field.kind}."
    return "transform", f"{transform.name} does not go between a {field.kind} and a property of type {prop.type}."


def _wrong_direction(one: Choice, prop: Property) -> str | None:
    way = one.transform.way if one.transform else Way.BOTH
    if way is not Way.BOTH and one.direction.value != way.value:
        assert one.transform is not None
        return f"{one.transform.name} goes one way only: take {way.value}."
    if (prop.read_only or prop.calculated) and one.direction is Direction.TO_HUBSPOT:
        return f"HubSpot does not let {prop.name} be written: take to_loanark."
    return None


def _wrong_map(one: Choice, field: Field, prop: Property) -> str | None:
    if not isinstance(one.transform, OptionMap):
        return None
    theirs, ours = option_keys(prop), frozenset(option.value for option in field.options)
    if field.kind is Kind.BOOLEAN:
        ours = frozenset({"true", "false"})
    if theirs is not None and (unknown := sorted(set(one.transform.map.values()) - theirs)):
        return f"The HubSpot property {prop.name} has no option {', '.join(unknown)}."
    if ours and (unknown := sorted(set(one.transform.map) - ours)):
        return f"The field has no option {', '.join(unknown)}."
    return None


@dataclass(frozen=True, slots=True)
class Difference:
    """What one field was and became; None: it was not mapped."""

    field: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def differences(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """Fields that two stored versions map differently, or of which one rests and the other does not."""
    old, new = ({row["field"]: dict(row) for row in rows} for rows in (before, after))
    return [
        Difference(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def meets_anew(before: Choice | None, after: Choice) -> bool:
    """Whether the base says nothing any more: it is of another property, or of values in other terms."""
    return before is None or before.property_name != after.property_name or before.transform != after.transform
