"""Stored plans: what a preview found, contact by contact, and what became of it when the approved run came by.

A stored plan is never carried out blindly: the run reads both sides afresh and plans afresh. It then notes at each
stored row whether what it did is what was shown.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from loanark.connections import fields
from loanark.core.fields import display_name
from loanark.core.mapping import Side
from loanark.core.plan import Action, Conflict, FieldOperation, MoveBase, Plan, Reject, Write
from loanark.core.plan_json import operations_to_json, plan_from_json
from loanark.core.values import Value
from loanark.kit import sql
from loanark.kit.cursors import numbered
from loanark.kit.errors import NotFound
from loanark.sync.apply import Effects
from loanark.sync.brakes import Judgement
from loanark.sync.look import Case, Seen
from loanark.sync.models import Run
from loanark.sync.schemas import OperationOut, PlannedOut, PlanPage, PlanTotal


@dataclass(frozen=True, slots=True)
class Row:
    """One contact's plan, on its way into the table."""

    contact_id: UUID | None
    hubspot_id: str | None
    plan: Plan
    state: str = "planned"
    outcome: str | None = None


def rows_of(cases: Iterable[Case]) -> list[Row]:
    """The cases in which anything would happen."""
    return [Row(case.contact_id, case.hubspot_id, case.plan) for case in cases if not case.plan.empty]


def store(run_id: int, rows: Sequence[Row], *, first: int) -> None:
    """Stores plans under the numbers from `first` on, in one statement. One stored before stays as it is."""
    if not rows:
        return
    stored = []
    for seq, row in enumerate(rows, start=first):
        operations, digest = _packed(row.plan)
        stored.append(
            {
                "seq": seq,
                "record": row.hubspot_id or str(row.contact_id),
                "contact_id": row.contact_id,
                "hubspot_id": row.hubspot_id,
                "action": row.plan.action.value,
                "side": row.plan.side.value if row.plan.side else None,
                "reason": row.plan.reason,
                "operations": orjson.Fragment(operations),
                "digest": digest,
                "state": row.state,
                "outcome": row.outcome,
            }
        )
    sql.execute(
        """INSERT INTO planned (run_id, seq, record, contact_id, hubspot_id, action, side, reason, operations, digest,
                                state, outcome)
           SELECT %s, * FROM jsonb_to_recordset(%s::jsonb) AS r (
               seq int, record text, contact_id uuid, hubspot_id text, action text, side text, reason text,
               operations jsonb, digest text, state text, outcome text)
           ON CONFLICT (tenant_id, run_id, record) DO NOTHING""",
        [run_id, orjson.dumps(stored).decode()],
    )


def _packed(plan: Plan) -> tuple[bytes, str]:
    operations = orjson.dumps(operations_to_json(plan))
    head = f"{plan.action.value} {plan.side.value if plan.side else ''} {plan.reason} ".encode()
    return operations, hashlib.blake2b(head + operations, digest_size=12).hexdigest()


def digest(plan: Plan) -> str:
    """Equal for equal plans, reasons included."""
    return _packed(plan)[1]


# Settling: what became of each row when the approved run came by


class Settling:
    """What an approved run tells the stored rows of its preview."""

    def __init__(self, preview_id: int) -> None:
        self._preview_id = preview_id

    def looked(self, cases: Sequence[Case], effects: Effects, unchanged: Sequence[Seen], held: Judgement) -> None:
        """Within transaction A: what is decided, page by page. One statement, and one more if anything differs."""
        sent = {intent.contact_id for intent in effects.intents}
        digests: dict[str, str] = {one.hubspot_id: "" for one in unchanged}
        said_of: dict[str, Callable[[], str]] = {}
        waits: dict[str, str] = {}
        for case in cases:
            plan, records = case.plan, _records(case)
            made_in_hubspot = plan.action in (Action.CREATE, Action.RESTORE) and plan.side is Side.HUBSPOT
            if held.holds(case) or (held.touches(case) and plan.empty):
                waits.update(dict.fromkeys(records, HELD))
            elif not (case.undecided or (made_in_hubspot and case.contact_id not in sent)):
                more = f" {HELD}" if held.touches(case) else ""
                digests.update(dict.fromkeys(records, "" if plan.empty else digest(plan)))
                said_of.update(dict.fromkeys(records, partial(_said_with, plan, more)))
        self._settle(digests, said_of)
        self._explain(waits)

    def _settle(self, digests: Mapping[str, str], said_of: Mapping[str, Callable[[], str]]) -> None:
        if not digests:
            return
        settled = sql.rows(
            """UPDATE planned p SET state = CASE WHEN p.digest = d.digest THEN 'done' WHEN d.digest = '' THEN 'unneeded'
                                                 ELSE 'changed' END
               FROM unnest(%s::text[], %s::text[]) AS d (record, digest)
               WHERE p.run_id = %s AND p.record = d.record AND p.state = 'planned'
               RETURNING p.record, p.state""",
            [sql.texts(digests), sql.texts(digests.values()), self._preview_id],
        )
        self._explain({row["record"]: said_of[row["record"]]() for row in settled if row["state"] == "changed"})

    def met(self, proposals: Sequence[tuple[UUID, str]]) -> None:
        """Contacts that should have been made in HubSpot and were found there."""
        found = {
            str(contact_id): f"HubSpot has its contact {hubspot_id} with this e-mail already."
            for contact_id, hubspot_id in proposals
        }
        self._explain(found, state="changed")

    def _explain(self, outcomes: Mapping[str, str], *, state: str | None = None) -> None:
        if outcomes:
            sql.execute(
                """UPDATE planned p SET outcome = d.outcome, state = coalesce(%s, p.state)
                   FROM unnest(%s::text[], %s::text[]) AS d (record, outcome)
                   WHERE p.run_id = %s AND p.record = d.record""",
                [state, list(outcomes), list(outcomes.values()), self._preview_id],
            )


HELD = "A brake holds it until a person decides."


def _records(case: Case) -> list[str]:
    return [record for record in (case.hubspot_id, str(case.contact_id) if case.contact_id else None) if record]


def _said_with(plan: Plan, more: str) -> str:
    return said(plan) + more


def settling(run: Run) -> Settling | None:
    """For a run that carries a preview out; every other run has nothing to settle."""
    return Settling(run.preview_id) if run.preview_id else None


def closing(run: Run) -> str | None:
    """How what was done compares with what was shown, when a run ends: in one sentence, for people.

    Call within the run's last transaction: it also notes what HubSpot refused, and what the run never came by.
    """
    if not run.preview_id:
        return None
    sql.execute(
        """UPDATE planned p SET state = 'failed', outcome = x.reason FROM contact_rejections x
           WHERE p.run_id = %s AND p.contact_id = x.contact_id AND x.resolved_at IS NULL AND x.side = 'hubspot'
           AND (x.field = '' OR EXISTS (
               SELECT FROM jsonb_array_elements(p.operations) AS o
               WHERE NOT o ? 'op' AND coalesce(o ->> 'side', p.side) = 'hubspot' AND o ->> 'field' = x.field))""",
        [run.preview_id],
    )
    counts = {row["state"]: row["count"] for row in _totals(run.preview_id)}
    sql.execute(
        "UPDATE planned SET outcome = %s WHERE run_id = %s AND state = 'planned' AND outcome IS NULL",
        [f"Run {run.id} did not come by it; whatever differs is found by the next look.", run.preview_id],
    )
    words = {
        "done": "as shown",
        "changed": "otherwise, as values moved meanwhile",
        "unneeded": "not needed any more",
        "failed": "refused by HubSpot",
        "held": "held by a brake",
        "planned": "not come by",
    }
    parts = [f"{counts[state]:,} {text}" for state, text in words.items() if counts.get(state)]
    return f"Of what the preview showed: {', '.join(parts)}." if parts else None


def _totals(run_id: int) -> list[sql.Row]:
    return sql.rows(
        """SELECT CASE WHEN state = 'planned' AND outcome IS NOT NULL THEN 'held' ELSE state END AS state,
                  count(*)::int AS count FROM planned WHERE run_id = %s GROUP BY 1""",
        [run_id],
    )


def settle(run_id: int, waiting: Sequence[sql.Row], decided: Mapping[UUID, Plan]) -> Counter[str]:
    """What became of some rows (`seq`, `contact_id`, `digest`) of an undo or a bulk edit, which carry their own plan
    out: as shown, otherwise, or not at all. Returns what was done, counted."""
    counts: Counter[str] = Counter()
    settled: list[tuple[int, str, str | None]] = []
    for row in waiting:
        plan = decided.get(row["contact_id"], Plan(Action.NOTHING))
        as_shown = digest(plan) == row["digest"]
        outcome = None if as_shown else said(plan)
        if plan.action is Action.NOTHING:
            settled.append((row["seq"], "skipped" if plan.rejects else "unneeded", said(plan)))
        else:
            settled.append((row["seq"], "done" if as_shown else "changed", outcome))
        counts["skipped"] += bool(plan.rejects)
        counts["deleted"] += plan.action is Action.DELETE
        counts["created_in_loanark"] += plan.action is Action.RESTORE
        counts["updated_in_loanark"] += plan.action is Action.UPDATE
        counts["unchanged"] += plan.action is Action.NOTHING
    sql.execute(
        """UPDATE planned p SET state = d.state, outcome = d.outcome
           FROM unnest(%s::int[], %s::text[], %s::text[]) AS d (seq, state, outcome)
           WHERE p.run_id = %s AND p.seq = d.seq""",
        [*(list(column) for column in zip(*settled, strict=True)), run_id],
    )
    return counts


# Listing

_FIELDS = """p.seq, coalesce(p.contact_id, l.contact_id) AS contact_id, p.hubspot_id, p.action, p.side, p.reason,
    p.operations, p.state, p.outcome, c.firstname, c.lastname, c.email"""


def page(run_id: int, *, action: str | None, state: str | None, cursor: str | None, limit: int) -> PlanPage:
    """The plan of a run: its own, or that of the preview that it carries out. Raises: NotFound."""
    run = Run.objects.filter(id=run_id).first()
    if run is None:
        raise NotFound(f"There is no run {run_id} in this organisation.")
    plan_id = run.preview_id if run.preview_id and run.kind != "undo" else run_id
    found = sql.rows(
        f"""SELECT {_FIELDS} FROM planned p
            LEFT JOIN contact_links l ON p.contact_id IS NULL AND l.tenant_id = p.tenant_id
                AND l.hubspot_id = p.hubspot_id AND l.state = 'live'
            LEFT JOIN contacts c ON c.tenant_id = p.tenant_id AND c.id = coalesce(p.contact_id, l.contact_id)
            WHERE p.run_id = %s AND p.seq > %s AND (%s::text IS NULL OR p.action = %s)
            AND (%s::text IS NULL OR p.state = %s) ORDER BY p.seq LIMIT %s""",
        [plan_id, numbered(cursor) or 0, action, action, state, state, limit + 1],
    )
    following = str(found[limit - 1]["seq"]) if len(found) > limit else None
    totals = sql.rows(
        """SELECT action, side, state, count(*)::int AS count FROM planned WHERE run_id = %s
           GROUP BY action, side, state ORDER BY count(*) DESC""",
        [plan_id],
    )
    return PlanPage(
        run_id=plan_id,
        items=[_planned(row) for row in found[:limit]],
        next_cursor=following,
        totals=[PlanTotal(**row) for row in totals],
    )


def _planned(row: dict[str, Any]) -> PlannedOut:
    plan = plan_from_json(row["action"], row["side"], row["reason"], orjson.loads(row.pop("operations")))
    there = {name: row.pop(name) for name in ("firstname", "lastname", "email")}
    for operation in plan.operations:
        if isinstance(operation, Write) and there.get(operation.field, "") is None:
            there[operation.field] = operation.after.raw
    name = display_name(there["firstname"], there["lastname"], there["email"])
    return PlannedOut(**row, name=name, email=there["email"], operations=operations_out(plan))


def operations_out(plan: Plan) -> list[OperationOut]:
    """The operations as people read them."""
    labels = fields.labels(operation.field for operation in plan.operations)
    return [_operation_out(operation, labels[operation.field]) for operation in plan.operations]


def _operation_out(operation: FieldOperation, label: str) -> OperationOut:
    field = operation.field
    match operation:
        case Write(side, _, before, after, reason):
            return OperationOut(
                kind="write", field=field, label=label, side=side, before=before.raw, after=after.raw, reason=reason
            )
        case MoveBase(_, value):
            reason = "both sides hold the same value already"
            return OperationOut(kind="agree", field=field, label=label, after=value.raw, reason=reason)
        case Conflict(_, base, hubspot, loanark, policy, winner, merged):
            return OperationOut(
                kind="conflict",
                field=field,
                label=label,
                base=base,
                hubspot=hubspot.raw,
                loanark=loanark.raw,
                policy=policy,
                winner=winner,
                after=merged.raw if merged else None,
                reason="both sides changed it" if not operation.open else "both sides changed it; a person decides",
            )
        case Reject(_, side, raw, reason):
            return OperationOut(kind="reject", field=field, label=label, side=side, before=raw or None, reason=reason)


_SIDES = {Side.HUBSPOT: "HubSpot", Side.LOANARK: "LoanArk"}


def said(plan: Plan) -> str:
    """A plan in one sentence."""
    head = f"{plan.action.value.capitalize()}{f' in {_SIDES[plan.side]}' if plan.side else ''}"
    labels = fields.labels(operation.field for operation in plan.operations)
    parts = [part for operation in plan.operations if (part := _said(operation, labels[operation.field]))]
    why = f" ({plan.reason})" if plan.reason else ""
    return f"{head}{why}{': ' if parts else ''}{', '.join(parts)}."


def _said(operation: FieldOperation, label: str) -> str:
    match operation:
        case Write(side, _, before, after, _):
            return f"{label} {_quoted(before)} → {_quoted(after)} in {_SIDES[side]}"
        case Conflict():
            return f"{label} changed on both sides"
        case Reject(reason=reason):
            return f"{label} {reason}" if label else reason
    return ""


def _quoted(value: Value) -> str:
    raw = value.raw or ""
    return f"“{raw[:80]}{'…' if len(raw) > 80 else ''}”" if raw else "nothing"
