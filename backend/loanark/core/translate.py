"""Where values cross between a LoanArk field and the HubSpot property it is mapped to, by the field's rule."""

from collections.abc import Callable

from loanark.core import transforms
from loanark.core.mapping import FieldRule
from loanark.core.transforms import JoinName, Untranslatable
from loanark.core.values import BLANK, Unreadable, Value, read

#: A contact's stored text by the name of a field.
TextOf = Callable[[str], str | None]


def incoming(rule: FieldRule, raw: object) -> Value | Unreadable:
    """What HubSpot answered for the property, in LoanArk's terms. What cannot be carried over fails its field."""
    if not raw:
        return BLANK
    if not isinstance(raw, str):
        return Unreadable(repr(raw), "is not a text")
    value = read(rule.wire_kind, raw)
    if rule.transform is None or isinstance(value, Unreadable):
        return value
    return transforms.incoming(rule.kind, rule.transform, value)


def held(rule: FieldRule, text_of: TextOf) -> Value | Unreadable:
    """What LoanArk holds for the rule, as the two sides are compared.

    A value that would have to go to HubSpot and has no counterpart there is unreadable as well.
    """
    if rule.transform is None:
        return read(rule.kind, text_of(rule.field))
    if isinstance(rule.transform, JoinName):
        parts = (" ".join((text_of(name) or "").split()) for name in ("firstname", "lastname"))
        return read(rule.kind, " ".join(part for part in parts if part))
    value = read(rule.kind, text_of(rule.field))
    if isinstance(value, Unreadable):
        return value
    value = transforms.form(rule.kind, rule.transform, value)
    if rule.writes_hubspot:
        try:
            counterpart(rule, value)
        except Untranslatable as refused:
            return Unreadable(value.raw or "", str(refused))
    return value


def counterpart(rule: FieldRule, value: Value) -> Value:
    """A LoanArk value as HubSpot shall hold it. Raises: Untranslatable, saying why it has none."""
    return value if rule.transform is None else transforms.outgoing(rule.kind, rule.transform, value)
