"""The shape of a request or an answer, without what it says of anybody: for a log that people read.

Names of properties, ids, times and statuses stay. Every other text is masked, whatever it is: a value, a token or a
message that repeats one. So there is nothing in it that would have to be forgotten.
"""

import re
from itertools import islice
from typing import Any
from urllib.parse import unquote

#: What stands in the place of a text.
MASKED = "•••"

#: Of a list so many items are shown, of an object so many names.
ITEMS, NAMES = 2, 60
DEPTH = 8

#: Whose texts are HubSpot's own words and never somebody's.
_WORDS = """
    after archivedAt category code completedAt correlationId createdAt direction idProperty in operator propertyName
    properties propertiesWithHistory requestedAt sorts startedAt status subCategory timestamp updatedAt
"""
_PLAIN = frozenset(_WORDS.split())
_ID = re.compile(r"[0-9]{1,20}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: How such words look: anything else under one of those names is masked after all.
_WORD = re.compile(r"[\w.:/+-]{1,80}")
_STEP = re.compile(r"[a-z][a-z0-9_-]*|v[0-9]|20[0-9]{2}-[0-9]{2}")


def template(path: str) -> str:
    """A path with `{id}` in the place of everything that names a record."""
    steps = [step if _STEP.fullmatch(step) else "{id}" for step in unquote(path).split("/") if step]
    return "/" + "/".join(steps)


def records(path: str, body: Any) -> list[str]:
    """The ids that a request names, of either side; addresses by which it names somebody are none."""
    inputs = body.get("inputs") if isinstance(body, dict) else None
    named = [one.get("id") for one in inputs if isinstance(one, dict)] if isinstance(inputs, list) else []
    named += [step for step in path.split("/") if step.isdigit()]
    return [one for one in named if isinstance(one, str) and _ID.fullmatch(one)]


def outline(document: Any, *, name: str = "", depth: int = 0) -> Any:
    """The shape of a JSON document."""
    if depth > DEPTH:
        return MASKED
    if isinstance(document, dict):
        if name == "properties" and not any(isinstance(value, dict | list) for value in document.values()):
            return _of_properties(document)
        # What else stands under names of properties: their histories.
        inner = "" if name in ("properties", "propertiesWithHistory") else None
        shown = {
            str(key): outline(value, name=str(key) if inner is None else inner, depth=depth + 1)
            for key, value in list(document.items())[:NAMES]
        }
        return shown if len(document) <= NAMES else {**shown, "…": f"{len(document) - NAMES} more"}
    if isinstance(document, list):
        plain = name in ("properties", "propertiesWithHistory")
        most = NAMES if plain else ITEMS
        items = [outline(item, name=name, depth=depth + 1) for item in document[:most]]
        return items if len(document) <= most else [*items, f"… {len(document) - most} more"]
    if isinstance(document, str):
        return document if _may_be_shown(name, document) else MASKED
    # Numbers are counts and limits, unless they are a property's value.
    return MASKED if isinstance(document, float | int) and not isinstance(document, bool) and not name else document


def _of_properties(values: dict[str, Any]) -> dict[str, Any]:
    """Which properties a contact has, and which are empty: most of what is ever outlined."""
    shown = {str(key): values[key] and MASKED for key in islice(values, NAMES)}
    return shown if len(values) <= NAMES else {**shown, "…": f"{len(values) - NAMES} more"}


def _may_be_shown(name: str, text: str) -> bool:
    if not text:
        return True
    if name == "id":
        return _ID.fullmatch(text) is not None
    return name in _PLAIN and _WORD.fullmatch(text) is not None
