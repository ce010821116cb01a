"""Bodies read field by field: of the right type, or refused with 400.

Only the fields that the guides call required are (docs: webhooks journal); the interface description asks for more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.model import read_number

Body = Mapping[str, Any]


def integer(body: Body, name: str) -> int:
    value = body.get(name)
    if type(value) is not int:
        raise errors.validation(f"{name} is required and must be a number")
    return value


def text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise errors.validation(f"{name} is required and must be text")
    return value


def choice(body: Body, name: str, allowed: tuple[str, ...]) -> str:
    value = text(body, name)
    if value not in allowed:
        raise errors.validation(f"Invalid {name}: {value}. Allowed: {', '.join(allowed)}")
    return value


def texts(body: Body, name: str) -> list[str]:
    """A list that may be missing."""
    values = [] if body.get(name) is None else body[name]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise errors.validation(f"{name} must be a list of texts")
    return list(dict.fromkeys(values))


def integers(body: Body, name: str) -> list[int]:
    """A list that may be missing."""
    values = [] if body.get(name) is None else body[name]
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        raise errors.validation(f"{name} must be a list of numbers")
    return list(dict.fromkeys(values))


def documents(body: Body, name: str) -> list[dict[str, Any]]:
    """A list with at least one entry."""
    values = body.get(name)
    if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
        raise errors.validation(f"{name} is required and must be a list of objects")
    return values


def identifier(text: str) -> int:
    """The number in a path. Raises: ApiError 404, when there is none."""
    found = read_number(text)
    if found is None:
        raise errors.not_found()
    return found
