"""Every checker can fail: a healthy history passes all of them, and each broken one is named by its checker."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from loanark.core.mapping import Direction, FieldRule
from loanark.core.values import Kind
from simulation.checkers import CHECKERS, Evidence, Kin, nothing_written
from simulation.clock import BEGINNING
from simulation.record import Deed, Record, Typed, Witnessed

HERE, THERE = "11111111-1111-4111-8111-111111111111", "150000000101"


def contact(**columns: Any) -> dict[str, Any]:
    from loanark.core.fields import NAMES

    return {**dict.fromkeys(NAMES), "deleted_at": None, "lastname": "Born 1", **columns}


def change(number: int, before: dict[str, Any], after: dict[str, Any], **more: Any) -> dict[str, Any]:
    row = {"op": "updated", "cause": "sync", "side": "hubspot", "contact_id": HERE, "at": BEGINNING}
    return {**row, "id": number, "before": before, "after": after, **more}


def event(number: int, kind: str, *, ours: bool, **detail: Any) -> Witnessed:
    return Witnessed(number, kind, THERE, ours, detail, float(number))


def wrote(number: int, value: str, *, ours: bool) -> Witnessed:
    return event(number, "propertyChange", ours=ours, propertyName="city", propertyValue=value)


def healthy() -> Evidence:
    """A HubSpot user typed `city 1`, and the sync brought it to LoanArk."""
    record = Record(
        typed=[Typed("hubspot", THERE, "city", "city 1", 1, 1.0)],
        events=[
            event(0, "propertyChange", ours=False, propertyName="lastname", propertyValue="Born 1"),
            wrote(1, "city 1", ours=False),
        ],
    )
    kin = Kin()
    kin.join(f"l{HERE}", f"h{THERE}")
    return Evidence(
        record=record,
        contacts={HERE: contact(city="city 1")},
        changes=[change(1, {}, {"lastname": "Born 1", "city": "city 1"}, op="created")],
        links=[{"contact_id": HERE, "hubspot_id": THERE, "state": "live", "base": {"city": "city 1"}}],
        conflicts=[],
        rejections=[],
        runs=[{"id": 1, "kind": "sweep", "status": "succeeded", "counts": {}, "finished_at": 1, "reason": None}],
        hints=[],
        intents=[],
        untraced=[],
        holder="",
        rules={"city": FieldRule("city", "city", Kind.TEXT)},
        records={THERE: ({"lastname": "Born 1", "city": "city 1"}, False)},
        aliases={},
        most_requests=104,
        most_searches=4,
        limit=110,
        search_limit=5,
        kin=kin,
        held_by_hubspot={(THERE, "city"): {"city 1"}},
        held_by_loanark={(HERE, "city"): {"city 1"}},
    )


def test_a_healthy_history_passes_every_checker() -> None:
    assert {name: list(checker(healthy())) for name, checker in CHECKERS.items()} == {name: [] for name in CHECKERS}


def overwritten_unseen(e: Evidence) -> None:
    """`city 2` is typed between a reading and a write."""
    e.record.typed.append(Typed("hubspot", THERE, "city", "city 2", 2, 2.0))
    e.record.events += [wrote(2, "city 2", ours=False), wrote(3, "city 3", ours=True)]


def archived_unseen(e: Evidence) -> None:
    e.record.typed.append(Typed("hubspot", THERE, "city", "city 2", 2, 2.0))
    e.record.events += [wrote(2, "city 2", ours=False), event(3, "deletion", ours=True)]
    e.record.deeds.append(Deed("loanark", HERE, "deleted", 0, -2_000.0))


def overwritten_in_loanark(e: Evidence) -> None:
    e.record.typed.append(Typed("loanark", HERE, "city", "city 2", 2, 2.0))
    e.changes += [change(2, {"city": "city 1"}, {"city": "city 2"}, cause="user")]
    e.changes += [change(3, {"city": "city 2"}, {"city": "city 1"})]


def cleared_in_vain(e: Evidence) -> None:
    e.record.typed.clear()
    e.record.typed.append(Typed("loanark", HERE, "city", "", 2, 2.0))
    e.changes.append(change(2, {"city": "city 1"}, {}, cause="user"))
    e.changes.append(change(3, {}, {"city": "city 1"}))


def cleared_in_hubspot_in_vain(e: Evidence) -> None:
    e.record.typed.append(Typed("hubspot", THERE, "city", "", 2, 2.0))
    e.record.events += [wrote(2, "", ours=False), wrote(3, "city 1", ours=True)]


def cleared_in_vain_despite_another_edit(e: Evidence) -> None:
    cleared_in_vain(e)
    e.record.typed.append(Typed("hubspot", THERE, "city", "city 3", 2, 2.5))
    e.record.events.append(wrote(2, "city 3", ours=False))
    e.changes.append(change(4, {"city": "city 1"}, {"city": "city 3"}))


def linked_twice(e: Evidence) -> None:
    e.links.append({**e.links[0], "hubspot_id": "150000000102"})


def born_twice(e: Evidence) -> None:
    e.records["150000000102"] = ({"lastname": "Born 1"}, False)


def deleted_by_nobody(e: Evidence) -> None:
    e.changes.append(change(2, {}, {}, op="deleted"))


def archived_for_nobody(e: Evidence) -> None:
    e.record.events.append(event(2, "deletion", ours=True))


def risen(e: Evidence) -> None:
    e.record.deeds.append(Deed("hubspot", THERE, "deleted", 2, 5_000.0))


def different(e: Evidence) -> None:
    e.records[THERE] = ({"lastname": "Born 1", "city": "city 9"}, False)


def alone(e: Evidence) -> None:
    e.contacts["22222222-2222-4222-8222-222222222222"] = contact(lastname="Born 2")


def written_for_nothing(e: Evidence) -> None:
    e.record.events += [wrote(number, f"city {number % 2}", ours=True) for number in range(2, 12)]


def too_many_requests(e: Evidence) -> None:
    e.most_requests = 111


def too_many_searches(e: Evidence) -> None:
    e.most_searches = 6


def one_sided_base(e: Evidence) -> None:
    e.links[0]["base"] = {"city": "city 7"}


def a_base_left_behind(e: Evidence) -> None:
    e.links[0]["base"] = {}


def an_intent_left(e: Evidence) -> None:
    e.intents.append({"contact_id": HERE})


def a_hint_left(e: Evidence) -> None:
    e.hints.append({"side": "loanark", "record_id": HERE, "last_error": None})


def a_lease_left(e: Evidence) -> None:
    e.holder = "host/boot/1/1/1"


def pending_without_a_trace(e: Evidence) -> None:
    e.untraced.append({"id": HERE, "state": "pending"})


def running_for_ever(e: Evidence) -> None:
    e.runs[0]["status"] = "running"


def boasting(e: Evidence) -> None:
    e.runs[0]["counts"] = {"rejected": 1}


def a_gap(e: Evidence) -> None:
    e.changes.append(change(2, {"city": "city 0"}, {"city": "city 1"}))


def a_lie_about_now(e: Evidence) -> None:
    e.contacts[HERE]["city"] = "city 8"


def blamed(e: Evidence) -> None:
    e.record.typed.append(Typed("loanark", HERE, "city", "city 1", 2, 2.0))
    e.changes.append(change(2, {"city": "city 1"}, {"city": "city 5"}, cause="user"))


def rejected_for_nothing(e: Evidence) -> None:
    row = {"contact_id": HERE, "hubspot_id": None, "field": "city", "value": None, "resolved_at": None, "reason": "?"}
    e.rejections.append({**row, "code": "refused"})


def coerced_in_silence(e: Evidence) -> None:
    e.rules["loan_stage"] = FieldRule("loan_stage", "lifecyclestage", Kind.TEXT)
    e.record.typed.append(Typed("loanark", HERE, "loan_stage", "lead", 2, 2.0))
    e.contacts[HERE]["loan_stage"] = "lead"
    e.records[THERE] = ({**e.records[THERE][0], "lifecyclestage": "customer"}, False)


def taken_back_in_silence(e: Evidence) -> None:
    e.rules["loan_stage"] = FieldRule("loan_stage", "lifecyclestage", Kind.TEXT)
    customer, lead = {"loan_stage": "customer"}, {"loan_stage": "lead"}
    e.changes.append(change(2, {}, customer))
    e.changes.append(change(3, customer, lead, cause="user", at=BEGINNING + timedelta(seconds=2)))
    e.changes.append(change(4, lead, customer, at=BEGINNING + timedelta(seconds=4)))
    e.contacts[HERE] |= customer
    e.records[THERE][0]["lifecyclestage"] = "customer"
    e.links[0]["base"] |= customer


def a_surprise(e: Evidence) -> None:
    e.record.surprises.append("AssertionError in sync.outbound")


OTHER, OTHER_THERE = "22222222-2222-4222-8222-222222222222", "150000000102"


def with_a_member(e: Evidence) -> None:
    """Somebody else is merged into them, and still has a HubSpot contact."""
    e.contacts[OTHER] = contact(lastname="Born 2", city="city 2", deleted_at=BEGINNING, merged_into=HERE)
    e.merges.append({"other": OTHER, "survivor": HERE, "was": None, "at": BEGINNING})
    e.links.append({"contact_id": OTHER, "hubspot_id": OTHER_THERE, "state": "live", "base": {"city": "city 2"}})
    e.records[OTHER_THERE] = ({"lastname": "Born 2", "city": "city 2"}, False)
    e.kin.join(f"l{OTHER}", f"l{HERE}")
    e.changes.append(change(2, {}, {"lastname": "Born 2", "city": "city 2"}, op="created", contact_id=OTHER))


def two_in_hubspot(e: Evidence) -> None:
    with_a_member(e)


def overwritten_by_a_merge(e: Evidence) -> None:
    with_a_member(e)
    e.changes.append(change(3, {"city": "city 2"}, {"city": "city 1"}, contact_id=OTHER, cause="merge"))
    e.contacts[OTHER]["city"] = "city 1"


def kept_after_an_undo(e: Evidence) -> None:
    with_a_member(e)
    e.changes.append(change(3, {"city": "city 1"}, {"city": "city 2"}, cause="merge"))
    e.contacts[HERE]["city"] = "city 2"
    e.contacts[OTHER] |= {"deleted_at": None, "merged_into": None}
    e.merges.append({"other": OTHER, "survivor": None, "was": HERE, "at": BEGINNING})


def a_value_of_nobody(e: Evidence) -> None:
    with_a_member(e)
    e.contacts[HERE]["zip"] = "83702"


def a_member_unheard(e: Evidence) -> None:
    with_a_member(e)
    e.contacts[OTHER]["zip"] = "83702"


def dropped_by_our_merge(e: Evidence) -> None:
    e.record.typed.append(Typed("hubspot", THERE, "city", "city 2", 2, 2.0))
    merged = {"primaryObjectId": OTHER_THERE, "mergedObjectIds": [THERE], "props": {"city": "city 9"}}
    e.record.events += [
        wrote(2, "city 2", ours=False),
        Witnessed(3, "merge", "150000000103", True, merged, 3.0),
    ]


def a_double_at_once(e: Evidence) -> None:
    e.holds_back_since = 0.0
    alike = {"firstname": "Ann", "phone": "208-555-0100"}
    e.changes.append(change(2, {}, alike))
    e.changes.append(change(3, {}, alike, op="created", contact_id=OTHER, at=BEGINNING + timedelta(seconds=5)))
    e.links.append({"contact_id": OTHER, "hubspot_id": OTHER_THERE, "state": "live", "base": {}})
    e.record.deeds.append(Deed("loanark", OTHER, f"double of l{HERE}", 2, 5.0))


def held_by_nobody(e: Evidence) -> None:
    row = {"contact_id": HERE, "hubspot_id": None, "field": "", "value": None, "resolved_at": None, "reason": "?"}
    e.rejections.append({**row, "code": "possible-duplicate"})


def proposal(**columns: Any) -> dict[str, Any]:
    row = {"id": 7, "contact_id": HERE, "other_contact_id": OTHER, "other_hubspot_id": None, "holds": None}
    return {**row, "state": "open", **columns}


def holding_nobody(e: Evidence) -> None:
    e.proposals.append(proposal(holds=HERE))


def asked_again(e: Evidence) -> None:
    e.record.deeds.append(Deed("loanark", "7", "rejected", 2, 2.0))
    e.proposals += [proposal(state="rejected"), proposal(id=8)]


def merging_for_ever(e: Evidence) -> None:
    e.told_merges.append(
        {"id": 1, "contact_id": HERE, "other_contact_id": OTHER, "state": "live", "hubspot": "sending"}
    )


BROKEN: list[tuple[Callable[[Evidence], None], str]] = [
    (overwritten_unseen, "what is typed in HubSpot"),
    (archived_unseen, "what is typed in HubSpot"),
    (overwritten_in_loanark, "what is typed in LoanArk"),
    (cleared_in_vain, "what is cleared stays cleared"),
    (cleared_in_vain_despite_another_edit, "what is cleared stays cleared"),
    (cleared_in_hubspot_in_vain, "what is cleared stays cleared"),
    (linked_twice, "nobody is there twice"),
    (born_twice, "nobody is there twice"),
    (deleted_by_nobody, "nobody is deleted whom no user deleted"),
    (archived_for_nobody, "nobody is deleted whom no user deleted"),
    (risen, "nobody rises from the dead"),
    (different, "at rest both sides are the same"),
    (alone, "at rest both sides are the same"),
    (written_for_nothing, "writes are as few as the reasons for them"),
    (too_many_requests, "the quota is never exceeded"),
    (too_many_searches, "the quota is never exceeded"),
    (one_sided_base, "the base holds only what both sides held"),
    (a_base_left_behind, "what both sides hold alike is their base"),
    (an_intent_left, "nothing is left behind"),
    (a_hint_left, "nothing is left behind"),
    (a_lease_left, "nothing is left behind"),
    (pending_without_a_trace, "who is not in sync is found"),
    (running_for_ever, "runs tell the truth"),
    (boasting, "runs tell the truth"),
    (a_gap, "the history has no gaps"),
    (a_lie_about_now, "the history has no gaps"),
    (blamed, "the history names the doer"),
    (rejected_for_nothing, "only what cannot be carried over is rejected"),
    (coerced_in_silence, "what HubSpot silently did not take is told"),
    (taken_back_in_silence, "what HubSpot silently did not take is told"),
    (dropped_by_our_merge, "what is typed in HubSpot"),
    (two_in_hubspot, "one person has one HubSpot contact"),
    (overwritten_by_a_merge, "nobody is overwritten by a merge"),
    (kept_after_an_undo, "nobody is overwritten by a merge"),
    (a_value_of_nobody, "a golden record is made of its members"),
    (a_member_unheard, "a golden record is made of its members"),
    (a_double_at_once, "no double is made before a person decided"),
    (held_by_nobody, "who waits waits for a decision"),
    (holding_nobody, "who waits waits for a decision"),
    (asked_again, "nobody who was rejected is proposed again"),
    (merging_for_ever, "HubSpot's merges come to an end"),
    (a_surprise, "no turn fails by surprise"),
]


@pytest.mark.parametrize(("break_it", "sentence"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_broken_history_is_named(break_it: Callable[[Evidence], None], sentence: str) -> None:
    evidence = healthy()
    break_it(evidence)
    noticed = [name for name, checker in CHECKERS.items() if list(checker(evidence))]
    assert any(name.startswith(sentence) for name in noticed), noticed


def test_every_checker_has_a_history_that_breaks_it() -> None:
    assert all(any(name.startswith(sentence) for _, sentence in BROKEN) for name in CHECKERS)


def test_a_conflict_that_is_written_down_is_no_loss() -> None:
    evidence = healthy()
    overwritten_unseen(evidence)
    evidence.conflicts.append(
        {"contact_id": HERE, "field": "city", "hubspot": "city 2", "loanark": "city 3", "open": False}
    )
    assert not list(
        CHECKERS["what is typed in HubSpot is in force, overwritten by HubSpot's users, or written down"](evidence)
    )


def test_a_one_way_blank_may_differ_as_long_as_it_never_was_agreed_on() -> None:
    evidence = healthy()
    one_way = FieldRule("city", "city", Kind.TEXT, direction=Direction.TO_HUBSPOT)
    changed = replace(evidence, rules={"city": one_way})
    changed.contacts[HERE]["city"] = None
    sentence = "at rest both sides are the same, or something open says why"
    assert list(CHECKERS[sentence](changed))
    changed.links[0]["base"] = {}
    assert not list(CHECKERS[sentence](changed))


def test_another_pass_that_writes_is_named() -> None:
    class Simulator:
        log = [{"path": "/crm/objects/2026-09/contacts/batch/update"}]

    class World:
        record = Record(events=[wrote(0, "city 1", ours=True)])
        simulator = Simulator()

        def rows(self, query: str) -> list[int]:
            return [1]

    found = nothing_written(World(), [[2], [1], [1]], 0, 0)  # type: ignore[arg-type]
    assert len(found) == 3
