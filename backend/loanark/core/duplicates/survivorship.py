"""Whose value survives where contacts are one person: the golden record, field by field. Pure.

Nothing is overwritten: each contact keeps its own record, and the golden one is computed from them all, so that it can
be computed anew when one of them leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Rule(StrEnum):
    """How the value of a field is chosen among several. Whatever the rule, empty never wins over full."""

    TRUSTED = "trusted"
    NEWEST = "newest"
    HUBSPOT = "hubspot"
    LOANARK = "loanark"
    STRICTER = "stricter"
    SURVIVOR = "survivor"


class Origin(StrEnum):
    """Who set a value."""

    PERSON = "person"
    LOAN_SYSTEM = "loan_system"
    HUBSPOT = "hubspot"


DEFAULT = Rule.TRUSTED
#: A consent that was withdrawn once does not come back by a merge. An address belongs to one HubSpot contact only: the
#: other one's is free to be taken when HubSpot has merged the two, and is kept there as an additional one by then.
DEFAULTS: Mapping[str, Rule] = {"consent_to_contact": Rule.STRICTER, "email": Rule.SURVIVOR}

#: Who is trusted more comes first.
_TRUST = (Origin.PERSON, Origin.LOAN_SYSTEM, Origin.HUBSPOT)
_TRUST_WORDS = {
    Origin.PERSON: "set by a person",
    Origin.LOAN_SYSTEM: "set by the loan system",
    Origin.HUBSPOT: "set in HubSpot",
}
#: Texts that say no.
_NO = frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A value as one contact holds it: its text, who set it, and when, as far as it is known."""

    text: str
    origin: Origin = Origin.LOAN_SYSTEM
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One of the contacts. A field without an entry is blank."""

    key: str
    entries: Mapping[str, Entry]
    #: When its values were edited since it lives on for the others: only what is newer may take their place.
    edited: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survivor:
    """The value of the golden record, whose it is, and why."""

    text: str | None
    key: str
    why: str


def golden(
    members: Sequence[Member], rules: Mapping[str, Rule], chosen: Mapping[str, str] | None = None
) -> dict[str, Survivor]:
    """The golden record of `members`, the one that lives on first. `chosen`: whose value a person wants, by field."""
    chosen = chosen or {}
    names = {name for member in members for name in (*member.entries, *member.edited)}
    return {name: _survivor(name, members, rules, chosen.get(name)) for name in sorted(names)}


def rule_of(name: str, rules: Mapping[str, Rule]) -> Rule:
    """The rule in force for a field."""
    return rules.get(name) or DEFAULTS.get(name, DEFAULT)


def _survivor(name: str, members: Sequence[Member], rules: Mapping[str, Rule], chosen: str | None) -> Survivor:
    first = members[0]
    since = first.edited.get(name)
    rivals = [one for one in members if one is first or since is None or _is_newer(one.entries.get(name), since)]
    if len(rivals) == 1 and since:
        entry = first.entries.get(name)
        return Survivor(entry.text if entry else None, first.key, "edited since the merge")
    if chosen and (mine := next((one for one in rivals if one.key == chosen), None)):
        entry = mine.entries.get(name)
        return Survivor(entry.text if entry else None, mine.key, "chosen by a person")
    full = [(one.key, entry) for one in rivals if (entry := one.entries.get(name))]
    if not full:
        return Survivor(None, first.key, "blank everywhere")
    if len({entry.text for _, entry in full}) == 1:
        key, entry = full[0]
        return Survivor(entry.text, key, "the same everywhere" if len(full) == len(members) else "the only one")
    return _chosen_by(rule_of(name, rules), full)


def _chosen_by(rule: Rule, full: Sequence[tuple[str, Entry]]) -> Survivor:
    if rule is Rule.STRICTER:
        for key, entry in full:
            if entry.text.strip().lower() in _NO:
                return Survivor(entry.text, key, "a no outweighs a yes")
    best_key, best = full[0]
    for key, entry in full[1:]:
        if _rank(rule, entry) > _rank(rule, best):
            best_key, best = key, entry
    others = [entry for key, entry in full if key != best_key]
    return Survivor(best.text, best_key, _why(rule, best, others))


def _rank(rule: Rule, entry: Entry) -> tuple[int, float]:
    """The higher wins; of equals the earlier member does, the one that lives on first of all."""
    at = entry.at.timestamp() if entry.at else float("-inf")
    match rule:
        case Rule.TRUSTED | Rule.STRICTER:
            return -_TRUST.index(entry.origin), at
        case Rule.HUBSPOT:
            return int(entry.origin is Origin.HUBSPOT), at
        case Rule.LOANARK:
            return int(entry.origin is not Origin.HUBSPOT), at
        case Rule.NEWEST:
            return 0, at
        case Rule.SURVIVOR:
            return 0, 0.0


def _why(rule: Rule, best: Entry, others: Sequence[Entry]) -> str:
    weight = _rank(rule, best)
    if all(_rank(rule, other)[0] < weight[0] for other in others):
        return _TRUST_WORDS[best.origin] if rule in (Rule.TRUSTED, Rule.STRICTER) else f"{rule.value} comes first"
    if all(_rank(rule, other) < weight for other in others):
        return "the newest"
    return "of the one that lives on"


def _is_newer(entry: Entry | None, since: datetime) -> bool:
    return entry is not None and entry.at is not None and entry.at > since
