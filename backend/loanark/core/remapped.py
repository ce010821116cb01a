"""Planning a linked contact whose mapping changed since it was last looked at: nothing may be lost by that.

A field that was added, or whose property or transform changed, meets for the first time: its base is of another
mapping and says nothing. A value beats a blank, and of two values the first-match winner's is kept, the other in a
conflict. A field whose property was away keeps its base, but a blank in HubSpot is then no edit of anybody's.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from loanark.core.mapping import FieldRule, Mapping
from loanark.core.plan import Action, Base, Plan, Policies, Record, plan
from loanark.core.values import Value


def plan_linked(
    base: Base, read_at: datetime, local: Record | None, remote: Record | None, mapping: Mapping, policies: Policies
) -> Plan:
    """Plans a contact whose link was last read at that time."""
    if mapping.changed_at is None or read_at > mapping.changed_at:
        return plan(base, local, remote, mapping, policies)
    new = {rule.field for rule in mapping.rules if rule.since and read_at <= rule.since}
    back = [rule.field for rule in mapping.rules if rule.returned and read_at <= rule.returned]
    mapping = _sparing_blanks(mapping, back, remote)
    known = mapping.only({rule.field for rule in mapping.rules} - new)
    planned = plan(base, local, remote, known, policies)
    if planned.action is Action.RESTORE:
        return plan(base, local, remote, mapping, policies)
    if planned.action is not Action.UPDATE or not new:
        return planned
    met = plan(None, local, remote, mapping.only(new), policies)
    return replace(planned, operations=(*planned.operations, *met.operations))


def _sparing_blanks(mapping: Mapping, fields: Collection[str], remote: Record | None) -> Mapping:
    if not fields or remote is None or remote.deleted:
        return mapping

    def sparing(rule: FieldRule) -> FieldRule:
        value = remote.value(rule.field)
        spared = rule.field in fields and isinstance(value, Value) and value.blank
        return replace(rule, blank_may_overwrite=False) if spared else rule

    return replace(mapping, rules=tuple(map(sparing, mapping.rules)))
