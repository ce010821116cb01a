"""Editing many contacts alike: what one order comes to for one contact. Pure.

The result is an ordinary `Plan` for LoanArk's side, so it is previewed, stored, carried out and undone like any other.
A contact that is left alone has a plan of nothing: without a rejection it is so already, else the rejection says why.
"""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Literal

from loanark.core.mapping import Side
from loanark.core.plan import Action, FieldOperation, Plan, Reject, Write
from loanark.core.values import Kind, Unreadable, Value, read

Act = Literal["edit", "delete", "restore"]

#: Fields that say whose a contact is.
HOLDERS = ("owner", "loan_officer")

ALREADY = "it is so already"
GONE = "it is not there any more"
NOT_THEIRS = "it is somebody else's by now"
GIVEN_AWAY = "you would not see it any more: only a manager gives it to somebody else"
DELETED = "it is deleted: restore it first"
ERASED = "the person was erased for privacy, and does not come back"


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants of many contacts."""

    act: Act
    #: Of an edit: what each contact shall hold, by field.
    values: Dict[str, Value]
    kinds: Dict[str, Kind]
    #: Who sees their own contacts only: what these hold as owner or loan officer.
    own: str | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """A contact as LoanArk holds it now: raw texts of the order's fields and of its holders; blanks are absent."""

    texts: Dict[str, str]
    deleted: bool
    erased: bool = False


def carry_out(order: Order, present: Present | None, *, reason: str) -> Plan:
    """Plans what becomes of one contact. `present` None: its row is gone."""
    if present is None:
        return left_alone(GONE)
    if not is_own(order.own, present.texts):
        return left_alone(NOT_THEIRS)
    match order.act:
        case "edit":
            return _edit(order, present, reason)
        case "delete":
            return _already() if present.deleted else Plan(Action.DELETE, Side.LOANARK, (), reason)
        case "restore":
            if present.erased:
                return left_alone(ERASED)
            return Plan(Action.RESTORE, Side.LOANARK, (), reason) if present.deleted else _already()


def is_own(own: str | None, texts: Dict[str, str | None] | Dict[str, str]) -> bool:
    """Whether a contact that holds these texts shows to somebody, as the database's policy says it."""
    return own is None or own in [(texts.get(name) or "").strip(" ").lower() for name in HOLDERS]


def _edit(order: Order, present: Present, reason: str) -> Plan:
    if present.deleted:
        return left_alone(DELETED)
    writes: list[FieldOperation] = []
    for name in sorted(order.values):
        before, after = _held(order.kinds[name], present.texts.get(name)), order.values[name]
        if before != after:
            writes.append(Write(Side.LOANARK, name, before, after, reason))
    if not writes:
        return _already()
    if not is_own(order.own, {**present.texts, **{name: value.raw for name, value in order.values.items()}}):
        return left_alone(GIVEN_AWAY)
    return Plan(Action.UPDATE, Side.LOANARK, tuple(writes), reason)


def _held(kind: Kind, raw: str | None) -> Value:
    value = read(kind, raw)
    return Value(value.raw, value.raw) if isinstance(value, Unreadable) else value


def _already() -> Plan:
    return Plan(Action.NOTHING, None, (), ALREADY)


def left_alone(why: str) -> Plan:
    """A contact that stays as it is, and says why."""
    return Plan(Action.NOTHING, None, (Reject("", Side.LOANARK, "", why),), why)
