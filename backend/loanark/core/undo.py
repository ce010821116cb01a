"""Undoing: what must be written so that some changes of a contact are as if they had not been made. Pure.

The changes are walked from the newest to the oldest. A field gets its `before` back where it still holds what the
change left there, canonically; whatever moved on since is left alone and listed with its reason. The result is an
ordinary `Plan` for LoanArk's side, so it is previewed, stored and carried out like any other.
"""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Literal

from loanark.core.mapping import Side
from loanark.core.plan import Action, FieldOperation, Plan, Reject, Write
from loanark.core.values import BLANK, Kind, Unreadable, Value, read

#: Raw texts by field, as the columns hold them; a blank field is absent.
Texts = Dict[str, str]


@dataclass(frozen=True, slots=True)
class Past:
    """One change that shall be undone. Later ones have higher ids."""

    id: int
    op: Literal["created", "updated", "deleted", "restored"]
    side: Side
    before: Texts
    after: Texts


@dataclass(frozen=True, slots=True)
class Present:
    """The contact as LoanArk holds it now."""

    values: Texts
    deleted: bool
    erased: bool = False
    #: It is merged into another contact: what it held is kept as it is, until the merge is taken back.
    merged: bool = False
    #: The ids of all its changes since the oldest that shall be undone.
    since: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Fields:
    """What an undo must know of fields: how their values compare, and which are not LoanArk's to decide."""

    kinds: Dict[str, Kind]
    hubspot_decides: Collection[str] = ()


def undo(changes: Sequence[Past], present: Present | None, fields: Fields, *, reason: str) -> Plan:
    """Plans the undoing of some changes of one contact. `present` None: its row is gone altogether.

    The operations are the writes, and a rejection for everything that stays as it is, with the reason.
    """
    if present and present.merged:
        return Plan(Action.NOTHING, None, (Reject("", Side.LOANARK, "", MERGED),), MERGED)
    if present and present.erased:
        return Plan(Action.NOTHING, None, (Reject("", Side.LOANARK, "", ERASED),), ERASED)
    walk = _Walk(present, fields)
    for change in sorted(changes, key=lambda change: -change.id):
        walk.back_over(change)
    return walk.plan(reason)


MADE_IN_HUBSPOT = (
    "it was made from a HubSpot contact: deleting it here would delete it there too, and it would be gone from both. "
    "Delete it in HubSpot if it should not be"
)
MERGED = "it was merged into another contact: take the merge back instead"
ERASED = "the person was erased for privacy: no value of theirs is left, and none comes back"
GONE = "its row is gone, and its values with it: erased for privacy, or deleted before its history began"


@dataclass(slots=True)
class _Walk:
    present: Present | None
    fields: Fields
    values: dict[str, str] = field(init=False)
    alive: bool = field(init=False)
    undone: set[int] = field(default_factory=set)
    refused: dict[str, Reject] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = dict(self.present.values) if self.present else {}
        self.alive = self.present is not None and not self.present.deleted

    def back_over(self, change: Past) -> None:
        match change.op:
            case "created":
                self._unmake(change)
            case "restored":
                self._delete_again(change)
            case "deleted":
                self._bring_back(change)
            case "updated":
                self._put_back(change)

    def _unmake(self, change: Past) -> None:
        if change.side is Side.HUBSPOT:
            self._refuse("", MADE_IN_HUBSPOT)
        elif self._touched(change):
            self._refuse("", "it was changed since it was made")
        elif self.alive:
            self.alive = False
            self.undone.add(change.id)

    def _delete_again(self, change: Past) -> None:
        if not self.alive:
            self._refuse("", "it was deleted since")
        elif self._touched(change):
            self._refuse("", "it was changed since it came back")
        else:
            # Nobody touched it: it holds what the change left there.
            self.alive = False
            self._set(change.before, [*change.before, *change.after])
            self.undone.add(change.id)

    def _bring_back(self, change: Past) -> None:
        if self.alive:
            self._refuse("", "it came back since")
            return
        gone = self.present is None and not self.values
        if gone and not change.before:
            self._refuse("", GONE)
            return
        self.alive = True
        if gone:
            self.values = {name: text for name, text in change.before.items() if name in self.fields.kinds}
            self.undone.add(change.id)
        else:
            self._put_back(change)

    def _put_back(self, change: Past) -> None:
        """Every field of the change, one by one."""
        whole = True
        for name in sorted({*change.before, *change.after}):
            why = self._why_not(change, name)
            if why:
                whole = False
                self._refuse(name, why)
            elif self._stands(change, name):
                self._set(change.before, [name])
        if whole:
            self.undone.add(change.id)

    def _set(self, texts: Texts, names: Collection[str]) -> None:
        for name in names:
            if name in texts:
                self.values[name] = texts[name]
            else:
                self.values.pop(name, None)

    def _why_not(self, change: Past, name: str) -> str | None:
        if name not in self.fields.kinds:
            return "the field is archived, or there is no such field any more"
        if self.present is None and not self.alive:
            return GONE
        if change.op == "updated" and not self.alive:
            return "the contact is deleted: restore it first"
        if name in self.fields.hubspot_decides:
            return "HubSpot alone decides this field: change it there"
        if self._stands(change, name) or self._holds(change.before, name):
            return None
        return "it was changed since"

    def _stands(self, change: Past, name: str) -> bool:
        return self._holds(change.after, name)

    def _holds(self, texts: Texts, name: str) -> bool:
        return self._read(name, self.values.get(name)) == self._read(name, texts.get(name))

    def _touched(self, change: Past) -> bool:
        since = self.present.since if self.present else ()
        return any(id > change.id and id not in self.undone for id in since)

    def _refuse(self, name: str, reason: str) -> None:
        # The newest reason is the one that counts: what is older is behind it.
        self.refused.setdefault(name, Reject(name, Side.LOANARK, self.values.get(name, ""), reason))

    def _read(self, name: str, raw: str | None) -> Value:
        value = read(self.fields.kinds[name], raw)
        return Value(value.raw, value.raw) if isinstance(value, Unreadable) else value

    def plan(self, reason: str) -> Plan:
        before = dict(self.present.values) if self.present else {}
        was_alive = self.present is not None and not self.present.deleted
        action = {(True, False): Action.DELETE, (False, True): Action.RESTORE}.get((was_alive, self.alive))
        writes: list[FieldOperation] = []
        # A contact that is deleted (again) keeps its values for whoever brings it back.
        for name in sorted({*before, *self.values}) if self.alive else ():
            if before.get(name) != self.values.get(name):
                old = self._read(name, before[name]) if name in before else BLANK
                writes.append(Write(Side.LOANARK, name, old, self._read(name, self.values.get(name)), reason))
        rejects = sorted(self.refused.values())
        if action is None and not writes:
            why = rejects[0].reason if rejects else "it is already as it was before"
            return Plan(Action.NOTHING, None, tuple(rejects), why)
        return Plan(action or Action.UPDATE, Side.LOANARK, (*writes, *rejects), reason)
