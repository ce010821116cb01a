"""A plan as JSON and back: what is stored, listed and compared with the plan that is carried out later.

What follows from the plan itself is left out, as a first run stores tens of thousands of them: a write's side and
reason where they are the plan's own, a blank `before`, the canonical form of a value where it is the raw one.
"""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from typing import Any, assert_never

from loanark.core.mapping import Policy, Side
from loanark.core.plan import Action, Conflict, FieldOperation, MoveBase, Plan, Reject, Write
from loanark.core.values import BLANK, Value

Json = dict[str, Any]


def operations_to_json(plan: Plan) -> list[Json]:
    """The operations of a plan, in their order."""
    return [_operation_to_json(plan, operation) for operation in plan.operations]


def plan_from_json(action: str, side: str | None, reason: str, operations: Sequence[Dict[str, Any]]) -> Plan:
    """The plan whose parts these are. Raises: KeyError, ValueError for what no plan was ever stored as."""
    bare = Plan(Action(action), Side(side) if side else None, reason=reason)
    return Plan(bare.action, bare.side, tuple([_operation_from_json(bare, one) for one in operations]), reason)


def value_to_json(value: Value) -> Any:
    """Null for a blank, a text where both forms are one, else both forms."""
    if value.raw == value.canonical:
        return value.raw
    return {"canonical": value.canonical, "raw": value.raw}


def value_from_json(stored: Any) -> Value:
    """The value, in both its forms."""
    if stored is None:
        return BLANK
    if isinstance(stored, str):
        return Value(stored, stored)
    return Value(stored["canonical"], stored["raw"])


def _operation_to_json(plan: Plan, operation: FieldOperation) -> Json:
    if isinstance(operation, Write):
        side, field, before, after, reason = operation
        stored: Json = {"field": field, "after": value_to_json(after)}
        if before.raw is not None or before.canonical is not None:
            stored["before"] = value_to_json(before)
        if side is not plan.side:
            stored["side"] = side.value
        if reason != plan.reason:
            stored["reason"] = reason
        return stored
    if isinstance(operation, MoveBase):
        return {"op": "agree", "field": operation.field, "value": value_to_json(operation.value)}
    if isinstance(operation, Conflict):
        stored = {
            "op": "conflict",
            "field": operation.field,
            "base": operation.base,
            "hubspot": value_to_json(operation.hubspot),
            "loanark": value_to_json(operation.loanark),
            "policy": operation.policy.value,
            "winner": operation.winner.value if operation.winner else None,
        }
        return stored if operation.merged is None else {**stored, "merged": value_to_json(operation.merged)}
    if isinstance(operation, Reject):
        return {
            "op": "reject",
            "field": operation.field,
            "side": operation.side.value,
            "raw": operation.raw,
            "reason": operation.reason,
        }
    assert_never(operation)


def _operation_from_json(plan: Plan, stored: Dict[str, Any]) -> FieldOperation:
    match stored.get("op"):
        case None:
            side = Side(stored["side"]) if "side" in stored else plan.side
            if side is None:
                raise ValueError("a write without a side")
            before, after = value_from_json(stored.get("before")), value_from_json(stored["after"])
            return Write(side, stored["field"], before, after, stored.get("reason", plan.reason))
        case "agree":
            return MoveBase(stored["field"], value_from_json(stored["value"]))
        case "conflict":
            return Conflict(
                stored["field"],
                stored["base"],
                value_from_json(stored["hubspot"]),
                value_from_json(stored["loanark"]),
                Policy(stored["policy"]),
                Side(stored["winner"]) if stored["winner"] else None,
                value_from_json(stored["merged"]) if "merged" in stored else None,
            )
        case "reject":
            return Reject(stored["field"], Side(stored["side"]), stored["raw"], stored["reason"])
        case other:
            raise ValueError(f"no operation is called {other!r}")
