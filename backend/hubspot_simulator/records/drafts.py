"""Checking one write against the definitions, the account's rules and all other records.

HubSpot docs "properties guide", "contacts guide", "write validation enforcement" (2026-09), "error handling".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hubspot_simulator import errors
from hubspot_simulator.clock import parse_instant
from hubspot_simulator.errors import ValueProblem
from hubspot_simulator.model import Contact, Props
from hubspot_simulator.records import values
from hubspot_simulator.records.merging import addresses

if TYPE_CHECKING:
    from hubspot_simulator.records.portal import Portal

Claims = dict[tuple[str, str], int]
IDENTITY = ("email", "firstname", "lastname")


@dataclass(slots=True)
class Draft:
    """Checked values of one write, ready to be applied."""

    props: Props
    created: int | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)


def check(
    portal: Portal, raw: Mapping[str, Any], current: Contact | None, dated: bool, claims: Claims | None, owner: int
) -> Draft:
    """Raises: ApiError, naming all bad values at once."""
    draft = Draft({})
    problems: list[ValueProblem] = []
    held = current.props if current else {}
    for name, value in raw.items():
        try:
            _check_one(portal, draft, name, value, held, dated)
        except ValueProblem as problem:
            problems.append(problem)
    if problems:
        raise errors.bad_values(problems, portal.id)
    _check_rules(portal, draft, held, creating=current is None, dated=dated)
    _check_unique(portal, draft, current, claims, owner)
    if current is not None and portal.rules.replaced_email_stays:
        _keep_replaced_email(draft, held)
    return draft


def _check_one(portal: Portal, draft: Draft, name: str, raw: Any, held: Props, dated: bool) -> None:
    if not portal.is_visible(name):
        raise ValueProblem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    prop = portal.properties[name]
    if prop.read_only:
        message = f'"{name}" is a calculated property; its value cannot be set.'
        raise ValueProblem(name, "READ_ONLY_VALUE", message)
    try:
        text = values.as_text(raw)
    except TypeError:
        raise errors.invalid_json(1, 1, f"Cannot deserialize value of property {name}") from None
    if text is None and portal.rules.null_values == "ignored":
        return
    if text is None and portal.rules.null_values == "refused":
        raise errors.invalid_json(1, 1, f"Cannot deserialize null as value of property {name}")
    if not text:
        draft.props[name] = ""
        return
    checked = values.check(prop, text, held.get(name, ""), portal.owner_ids)
    if name == "email" and checked.value in portal.blocked:
        message = f"Email address {text} is blocked after a privacy deletion"
        raise ValueProblem(name, "INVALID_EMAIL", message, text)
    if name == "lifecyclestage" and values.moves_backward(held.get(name, ""), checked.value):
        if portal.rules.lifecycle_back_refused:
            raise ValueProblem(name, "INVALID_OPTION", f"lifecyclestage cannot go back to {text}", text)
        return
    if name == "createdate":
        draft.created = parse_instant(checked.value)
        return
    draft.props[name] = checked.value
    if dated and checked.normalized:
        draft.warnings.append(_normalized(name, text, checked.value))


def _normalized(name: str, raw: str, kept: str) -> dict[str, Any]:
    return {
        "category": "PROPERTY_VALUE_NORMALIZED",
        "message": f"The value of {name} was normalized",
        "context": {"propertyName": name, "rawValue": raw, "normalizedValue": kept},
    }


def _check_rules(portal: Portal, draft: Draft, held: Props, *, creating: bool, dated: bool) -> None:
    after = {**held, **draft.props}
    rules = portal.rules
    if creating and rules.identity_required and not any(after.get(name, "").strip() for name in IDENTITY):
        raise errors.validation(f"A contact needs at least one of {', '.join(IDENTITY)}.")
    if not dated:
        return
    missing = [name for name in rules.required if creating and not after.get(name)]
    if missing:
        raise errors.missing_required(missing)
    for controlling, wanted, name in rules.conditional:
        if after.get(controlling) == wanted and not after.get(name):
            raise errors.missing_conditional(name, controlling)


def _check_unique(portal: Portal, draft: Draft, current: Contact | None, claims: Claims | None, owner: int) -> None:
    own_id = current.id if current else owner
    for name, value in draft.props.items():
        if not value or not portal.is_key(name):
            continue
        holder = portal.holder(name, value)
        if holder is not None and holder != own_id:
            raise _taken(name, value, holder if portal.rules.conflict_names_holder else None)
        if claims is not None and claims.setdefault((name, unique_key(name, value)), own_id) != own_id:
            raise _taken(name, value, None)


def _taken(name: str, value: str, holder: int | None) -> errors.ApiError:
    return errors.conflict(holder) if name == "email" else errors.unique_conflict(name, value, holder)


def _keep_replaced_email(draft: Draft, held: Props) -> None:
    """The address that was the primary one goes to the additional ones, where the new one may come from."""
    new = draft.props.get("email", "")
    if not new or "email" not in held or held["email"].lower() == new:
        return
    every = dict.fromkeys(addresses(held))
    every.pop(new, None)
    draft.props["hs_additional_emails"] = ";".join(every)


def unique_key(name: str, value: str) -> str:
    return value.strip().lower() if name == "email" else value
