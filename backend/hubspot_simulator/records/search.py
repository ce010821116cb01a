"""The search index: a second, slower picture of the contacts.

HubSpot docs "search the CRM": eventually consistent, at most 10,000 rows for one query, pages of up to 200,
offset paging, five filter groups of six filters, one sort, archived records never appear.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import orjson

from hubspot_simulator import errors
from hubspot_simulator.clock import iso, parse_instant
from hubspot_simulator.model import Contact, Property, Props, Source, read_number
from hubspot_simulator.records.computed import VIRTUAL

if TYPE_CHECKING:
    from hubspot_simulator.records.portal import Portal

MAX_ROWS = 10_000
MAX_LIMIT = 200
MAX_GROUPS = 5
MAX_FILTERS_IN_GROUP = 6
MAX_FILTERS = 18
MAX_BODY = 3_000
CACHED_QUERIES = 8
TEXT_PROPERTIES = (
    "firstname",
    "lastname",
    "email",
    "phone",
    "hs_additional_emails",
    "fax",
    "mobilephone",
    "company",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of one contact: maybe not its newest state."""

    id: int
    props: Props
    created: int
    updated: int
    origin: Source

    def contact(self) -> Contact:
        """The record as the index sees it."""
        return Contact(self.id, self.props, self.created, self.updated, self.origin)


Test = Callable[[Entry], bool]


@dataclass(slots=True)
class SearchTrouble:
    """How much worse than its lag the index is. Reports: up to half a minute is common; some rows come back with
    older values than those they were found by, and one change is seen before an earlier one.
    """

    jitter_ms: int = 0
    stale_rate: float = 0.0
    stale_ms: int = 30_000
    seed: int = 1
    _chance: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"search-{self.seed}")  # noqa: S311  repeatable on purpose

    def lag_ms(self, least: int) -> int:
        return least + (self._chance.randrange(self.jitter_ms + 1) if self.jitter_ms else 0)

    def strikes(self) -> bool:
        return self.stale_rate > 0 and self._chance.random() < self.stale_rate


class SearchIndex:
    """Hears of every change at once and shows it only after the lag."""

    def __init__(self, portal: Portal, lag_ms: int) -> None:
        self._portal = portal
        self.lag_ms = lag_ms
        self._entries: dict[int, Entry] = {}
        self.trouble = SearchTrouble()
        # When it is due, in which order it came, whose it is, and what the record then looks like (None: gone).
        self._waiting: list[tuple[int, int, int, Entry | None]] = []
        self._newest: dict[int, int] = {}
        self._number = 0
        self._results: dict[bytes, list[int]] = {}

    def fill(self) -> None:
        """Take everything as it is now."""
        contacts = self._portal.contacts
        self._entries = {i: _entry(contacts[i]) for i in self._portal.live}
        self._waiting.clear()
        self._results.clear()

    def heard(self, contact: Contact, now: int) -> None:
        if contact.archived:
            self.lost(contact.id, now)
            return
        entry, lag = _entry(contact), self.trouble.lag_ms(self.lag_ms)
        if self.trouble.strikes():
            # The row is found by its new time, and shows its old values for a while.
            self._catch_up(now)
            known = self._entries.get(contact.id, entry)
            self._expect(now + lag, contact.id, replace(entry, props=known.props))
            lag += self.trouble.stale_ms
        self._expect(now + lag, contact.id, entry)

    def lost(self, contact_id: int, now: int) -> None:
        self._expect(now + self.trouble.lag_ms(self.lag_ms), contact_id, None)

    def _expect(self, due: int, contact_id: int, entry: Entry | None) -> None:
        self._number += 1
        heappush(self._waiting, (due, self._number, contact_id, entry))

    def _catch_up(self, now: int) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, number, contact_id, entry = heappop(self._waiting)
            if self._newest.get(contact_id, 0) > number:
                continue  # overtaken by a later state of the same record
            self._newest[contact_id] = number
            self._results.clear()
            if entry is None:
                self._entries.pop(contact_id, None)
            else:
                self._entries[contact_id] = entry

    def run(self, query: dict[str, Any], now: int) -> tuple[list[int], int, Callable[[int], Entry]]:
        """Ids of one page, how many match in all, and the rows as the index sees them."""
        self._catch_up(now)
        question = {k: query.get(k) for k in ("filterGroups", "filters", "sorts", "query")}
        key = orjson.dumps(question, option=orjson.OPT_SORT_KEYS)
        ids = self._results.get(key)
        if ids is None:
            ids = self._match(query)
            if len(self._results) >= CACHED_QUERIES:
                self._results.pop(next(iter(self._results)))
            self._results[key] = ids
        offset, limit = _page_bounds(query)
        return ids[offset : offset + limit], len(ids), self._entries.__getitem__

    def _match(self, query: dict[str, Any]) -> list[int]:
        return self._asker(query)(self._entries.values())

    def selection(self, query: dict[str, Any]) -> Callable[[], list[int]]:
        """For exports: a question checked now, to be asked of the live records later, without lag and without cap."""
        ask, portal = self._asker(query), self._portal
        return lambda: ask(_entry(portal.contacts[i]) for i in portal.live)

    def _asker(self, query: dict[str, Any]) -> Callable[[Iterable[Entry]], list[int]]:
        test, arrange = self._build(query), self._arrangement(query.get("sorts") or [])

        def ask(entries: Iterable[Entry]) -> list[int]:
            found = [entry for entry in entries if test(entry)]
            arrange(found)
            return [entry.id for entry in found]

        return ask

    # ---- the question -------------------------------------------------------------------------------

    def _build(self, query: dict[str, Any]) -> Test:
        groups = query.get("filterGroups") or []
        if query.get("filters"):
            groups = [*groups, {"filters": query["filters"]}]
        _check_counts(groups)
        alternatives = [[self._filter(f) for f in group.get("filters") or []] for group in groups]
        words = str(query.get("query") or "").lower().split()

        def test(entry: Entry) -> bool:
            if words and not _has_words(entry, words):
                return False
            return not alternatives or any(all(t(entry) for t in tests) for tests in alternatives)

        return test

    def _filter(self, spec: dict[str, Any]) -> Test:
        name = str(spec.get("propertyName", ""))
        prop = self._portal.properties.get(name)
        if prop is None or prop.archived:
            raise errors.validation(f'Property "{name}" does not exist', propertyName=[name])
        return make_test(prop, str(spec.get("operator", "")), spec)

    def _arrangement(self, sorts: list[Any]) -> Callable[[list[Entry]], None]:
        """How to put rows in order, in place."""
        if len(sorts) > 1:
            raise errors.validation("Only one sort is allowed")
        if not sorts:
            return _oldest_first
        name, descending = _sort_spec(sorts[0])
        prop = self._portal.properties.get(name)
        if prop is None or prop.archived:
            if isinstance(sorts[0], str):  # a connector has long sent the bare word "ascending", and is answered
                return _oldest_first
            raise errors.validation(f'Property "{name}" does not exist', propertyName=[name])
        rank = _sort_key(prop)

        def arrange(found: list[Entry]) -> None:
            found.sort(key=lambda e: e.id)
            present = [e for e in found if read(e, name) is not None]
            absent = [e for e in found if read(e, name) is None]
            present.sort(key=lambda e: rank(read(e, name) or ""), reverse=descending)
            found[:] = present + absent

        return arrange


def _oldest_first(found: list[Entry]) -> None:
    found.sort(key=lambda e: (e.created, e.id))


def _entry(contact: Contact) -> Entry:
    return Entry(contact.id, contact.props, contact.created, contact.updated, contact.origin)


def read(entry: Entry, name: str) -> str | None:
    if name == "hs_object_id":
        return str(entry.id)
    if name == "createdate":
        return str(entry.created)
    if name == "lastmodifieddate":
        return str(entry.updated)
    if name in VIRTUAL:
        return VIRTUAL[name](entry.contact())
    return entry.props.get(name)


def _page_bounds(query: dict[str, Any]) -> tuple[int, int]:
    text = str(query.get("limit", 10))
    limit = int(text) if text.isdigit() else 0
    if not 1 <= limit <= MAX_LIMIT:
        raise errors.validation(f"limit must be between 1 and {MAX_LIMIT}")
    offset = read_number(str(query.get("after") or "0"))
    if offset is None:
        raise errors.validation("after must be a number")
    if offset + limit > MAX_ROWS:
        raise errors.validation(f"There was a problem with the request. Paging past {MAX_ROWS} is not possible.")
    return offset, limit


def _check_counts(groups: list[Any]) -> None:
    sizes = [len(group.get("filters") or []) for group in groups]
    if len(groups) > MAX_GROUPS:
        raise errors.validation(f"At most {MAX_GROUPS} filterGroups are allowed")
    if max(sizes, default=0) > MAX_FILTERS_IN_GROUP or sum(sizes) > MAX_FILTERS:
        raise errors.validation(
            f"At most {MAX_FILTERS_IN_GROUP} filters in a group and {MAX_FILTERS} in all are allowed"
        )


def _sort_spec(spec: Any) -> tuple[str, bool]:
    """Objects as the guide shows them; plain names as the interface description says."""
    if isinstance(spec, str):
        return spec.removeprefix("-"), spec.startswith("-")
    direction = spec.get("direction", "ASCENDING")
    if direction not in ("ASCENDING", "DESCENDING"):
        raise errors.validation(f"direction must be ASCENDING or DESCENDING, not {direction}")
    return str(spec.get("propertyName", "")), direction == "DESCENDING"


def _sort_key(prop: Property) -> Callable[[str], Any]:
    if prop.type in ("number", "datetime", "date"):
        return lambda text: number(prop, text) or 0.0
    return lambda text: text.lower()


def number(prop: Property, text: str) -> float | None:
    """A value of an ordered type as a number."""
    if prop.type in ("date", "datetime"):
        return parse_instant(text)
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return None


def make_test(prop: Property, operator: str, spec: dict[str, Any]) -> Test:
    """One filter as a function. Case does not matter, except for enumerations."""
    name = prop.name
    if operator == "HAS_PROPERTY":
        return lambda e: read(e, name) is not None
    if operator == "NOT_HAS_PROPERTY":
        return lambda e: read(e, name) is None
    if operator in ("IN", "NOT_IN"):
        return _membership(prop, operator, spec.get("values"))
    if operator == "BETWEEN":
        return _between(prop, _operand(spec, "value"), _operand(spec, "highValue"))
    value = _operand(spec, "value")
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _token(prop, value, negate=operator.startswith("NOT"))
    if operator in ("EQ", "NEQ"):
        return _equality(prop, value, negate=operator == "NEQ")
    if operator in ("LT", "LTE", "GT", "GTE"):
        return _ordering(prop, operator, value)
    raise errors.validation(f"{operator} is not a valid operator")


def _operand(spec: dict[str, Any], key: str) -> str:
    value = spec.get(key)
    if value is None:
        raise errors.validation(f"{key} is required for operator {spec.get('operator')}")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fold(prop: Property, text: str) -> str:
    return text if prop.type == "enumeration" else text.lower()


def _members(prop: Property, entry: Entry) -> list[str]:
    """All values a record answers to: each choice of a multi-select, each address of a contact."""
    text, several = read(entry, prop.name), prop.multiple or prop.name == "hs_additional_emails"
    found = [] if text is None else [_fold(prop, part) for part in (text.split(";") if several else [text])]
    if prop.name == "email" and "hs_additional_emails" in entry.props:
        found.extend(entry.props["hs_additional_emails"].lower().split(";"))
    return found


def _membership(prop: Property, operator: str, raw: Any) -> Test:
    if not isinstance(raw, list) or not raw:
        raise errors.validation(f"values is required for operator {operator}")
    if prop.type in ("number", "date", "datetime"):
        numbers = {number(prop, str(v)) for v in raw}

        def holds(entry: Entry) -> bool:
            text = read(entry, prop.name)
            return text is not None and number(prop, text) in numbers
    else:
        wanted = {str(v) for v in raw}  # given in lower case for texts (docs: search); others match nothing

        def holds(entry: Entry) -> bool:
            return any(m in wanted for m in _members(prop, entry))

    return holds if operator == "IN" else lambda e: not holds(e)


def _equality(prop: Property, value: str, *, negate: bool) -> Test:
    return _membership(prop, "NOT_IN" if negate else "IN", [_fold(prop, value)])


def _ordering(prop: Property, operator: str, value: str) -> Test:
    compare: dict[str, Callable[[Any, Any], bool]] = {
        "LT": lambda a, b: a < b,
        "LTE": lambda a, b: a <= b,
        "GT": lambda a, b: a > b,
        "GTE": lambda a, b: a >= b,
    }
    holds = compare[operator]
    name = prop.name
    if prop.type in ("number", "date", "datetime"):
        bound = number(prop, value)
        if bound is None:
            raise errors.validation(f"{value} is not a valid value for {name}")
        if name == "lastmodifieddate":
            return lambda e: holds(e.updated, bound)
        if name == "hs_object_id":
            return lambda e: holds(e.id, bound)

        def test(entry: Entry) -> bool:
            text = read(entry, name)
            held = None if text is None else number(prop, text)
            return held is not None and holds(held, bound)

        return test
    folded = value.lower()
    return lambda e: (text := read(e, name)) is not None and holds(text.lower(), folded)


def _between(prop: Property, low: str, high: str) -> Test:
    above, below = _ordering(prop, "GTE", low), _ordering(prop, "LTE", high)
    return lambda e: above(e) and below(e)


def _token(prop: Property, value: str, *, negate: bool) -> Test:
    """Whole words; ``*`` stands for anything."""
    pattern = re.compile(r"(?:^|[^\w])" + re.escape(value.lower()).replace(r"\*", r"\S*") + r"(?:$|[^\w])", re.UNICODE)

    def holds(entry: Entry) -> bool:
        return any(pattern.search(member.lower()) for member in _members(prop, entry))

    return (lambda e: not holds(e)) if negate else holds


def _has_words(entry: Entry, words: list[str]) -> bool:
    text = " ".join(entry.props.get(name, "") for name in TEXT_PROPERTIES).lower()
    digits = re.sub(r"\D", "", entry.props.get("phone", "") + " " + entry.props.get("mobilephone", ""))
    return all(word in text or (word.isdigit() and word in digits) for word in words)


def stamp(entry: Entry) -> tuple[str, str]:
    return iso(entry.created), iso(entry.updated)
