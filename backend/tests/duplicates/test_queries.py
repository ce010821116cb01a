"""What a person sees of duplicates: groups with their reasons, and where the book stands."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from book import ann, check, decide, link, proposals
from organisations import Organisation

from loanark.duplicates import finder, queries, scan
from loanark.duplicates.schemas import GroupFilters, GroupPage, Preview
from loanark.kit import sql
from loanark.kit.errors import Invalid, NotFound


@pytest.fixture(autouse=True)
def previews_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a merge would come to is told elsewhere."""

    def preview(members: Sequence[str], *, survivor: str | None, chosen: Mapping[str, str]) -> Preview:
        return Preview(survivor=members[0], survivor_fixed=None, golden=[], hubspot="", warnings=[])

    monkeypatch.setattr(queries, "preview", preview)


def page(lender: Organisation, cursor: str | None = None, limit: int = 20, **filters: Any) -> GroupPage:
    with lender.scope():
        return queries.page(GroupFilters(**filters), cursor=cursor, limit=limit)


def test_a_group_has_its_members_and_why(lender: Organisation) -> None:
    one = lender.contact(**ann(state="ID"))
    two = lender.contact(**ann(firstname="Annie", lastname="Holmbreg", phone=None))
    link(lender, one, "77")
    (found,) = check(lender, one, two)[one]
    (group,) = page(lender).groups
    assert (group.id, {member.key for member in group.members}) == (found, {str(one), str(two)})
    first = next(member for member in group.members if member.id == one)
    assert (first.name, first.hubspot_id, first.values["state"], first.merged) == ("Ann Holmberg", "77", "ID", 0)
    assert first.sync and first.sync.state
    (pair,) = group.pairs
    words = {reason.what: reason.words for reason in pair.reasons}
    assert words["email"] == "the same address"
    assert words["first"] == "a short form of the other"
    assert words["last"] == "one slip of the finger"
    assert words["address"] == "the same house"
    assert "chance" in words["book"]
    assert sum(reason.bits for reason in pair.reasons) == pytest.approx(pair.posterior)
    shown = next(reason for reason in pair.reasons if reason.what == "last")
    assert {shown.one, shown.other} == {"Holmberg", "Holmbreg"}
    assert (pair.kind, pair.holds) == ("email", None)
    assert 0.5 < pair.likelihood < 1
    with lender.scope():
        assert queries.group(found).model_dump() == group.model_dump()
        with pytest.raises(NotFound):
            queries.group(found + 999)


def test_a_household_is_said_to_be_one(lender: Organisation) -> None:
    lender.execute("INSERT INTO custom_fields (name, label, kind) VALUES ('ssn', 'Social security no.', 'text')")
    one = lender.contact(**ann(firstname="Ann", custom='{"ssn": "123-45-6788"}'))
    two = lender.contact(**ann(firstname="A.", custom='{"ssn": "123-45-6787"}'))
    check(lender, one, two)
    (pair,) = page(lender).groups[0].pairs
    said = {reason.what: reason for reason in pair.reasons}
    assert "household" in said and said["household"].bits < 0 and "family" in said["household"].words
    assert (said["identifier"].label, said["identifier"].words) == ("Social security no.", "one character differs")


def test_groups_come_the_likeliest_first_page_by_page(lender: Organisation) -> None:
    for number, phone in enumerate(("208-555-0107", None, "208-555-0109")):
        for _ in range(2):
            name = ("Grace", "Oskar", "Wilma")[number]
            contact = ann(firstname=name, lastname=f"{name}sen", email=f"{name}@example.com", phone=phone, zip=None)
            check(lender, lender.contact(**{**contact, "address": None, "city": None}))
    seen, cursor = [], None
    while True:
        found = page(lender, cursor, limit=2)
        assert found.total == 3
        seen += [(group.posterior, group.id) for group in found.groups]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert len(seen) == 3
    assert seen == sorted(seen, key=lambda one: (-one[0], one[1]))
    with pytest.raises(Invalid):
        page(lender, "bm8=")


def test_filters_are_of_the_best_pair_and_of_who_waits(lender: Organisation) -> None:
    one, two, three = (lender.contact(**ann()) for _ in range(3))
    found = check(lender, one, two, three)
    best = page(lender).groups[0].posterior
    assert page(lender, least=best - 1).total == 1
    assert page(lender, least=best + 1).total == 0
    assert page(lender, kind="email").total == page(lender, certain=True).total == 1
    assert page(lender, kind="phone").total == page(lender, certain=False).total == 0
    assert page(lender, contact_id=two).total == 1
    assert page(lender, contact_id="5d7c1f3e-5f0a-4c8e-9a1d-000000000001").total == 0
    assert (page(lender, held=True).total, page(lender, held=False).total) == (0, 1)
    with lender.scope():
        finder.hold(found[three], str(three))
    assert (page(lender, held=True).total, page(lender, held=False).total) == (1, 0)
    assert {pair.holds for pair in page(lender).groups[0].pairs} == {str(three), None}


def test_somebody_who_is_in_hubspot_only_is_a_member_as_well(lender: Organisation) -> None:
    one = lender.contact(**ann())
    check(lender, one)
    with lender.scope():
        found = finder.check_strangers({"901": ann(company="Acme")}, unlinked_only=False)
        finder.hold(found["901"], "901")
    (group,) = page(lender).groups
    stranger = next(member for member in group.members if member.id is None)
    assert (stranger.key, stranger.hubspot_id, stranger.values["company"]) == ("hubspot:901", "901", "Acme")
    assert (stranger.created_side, stranger.sync, group.pairs[0].holds) == ("hubspot", None, "hubspot:901")


def test_however_many_members_a_page_is_a_handful_of_queries(lender: Organisation) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with lender.scope(), CaptureQueriesContext(connection) as caught:
            queries.page(GroupFilters(), cursor=None, limit=20)
        return len(caught)

    check(lender, *(lender.contact(**ann()) for _ in range(2)))
    few = asked()
    for name in ("Grace", "Oskar", "Wilma"):
        check(lender, *(lender.contact(**ann(firstname=name, email=f"{name}@example.com")) for _ in range(4)))
    assert asked() == few <= 8


def test_the_summary_counts_what_waits_and_what_was_decided_today(lender: Organisation) -> None:
    with lender.scope():
        assert queries.summary().scan is None
    one, two, three = (lender.contact(**ann()) for _ in range(3))
    check(lender, one, two, three)
    rows = proposals(lender)
    with lender.scope():
        finder.hold([rows[0]["id"]], str(three))
    decide(lender, [rows[1]["id"]])
    lender.contact(firstname="Zoe")
    lender.execute(
        """INSERT INTO duplicate_merges (contact_id, other_contact_id, how, "by", parts, chosen, hubspot, left_behind,
               state, undone_at, undone_by)
           VALUES (%s, %s, 'person', 'ann@x.example', '{}', '{}', 'none', '[]', 'undone', now(), 'bob@x.example'),
                  (%s, %s, 'automatic', 'LoanArk', '{}', '{}', 'none', '[]', 'live', NULL, NULL)""",
        one, two, one, three,
    )  # fmt: skip
    with lender.scope():
        scan.start(lender.id, by="ann@x.example")
        told = queries.summary()
    assert (told.open, told.held, told.certain, told.decided_today, told.waiting) == (2, 1, 2, 1, 1)
    assert told.kinds == {"email": 2}
    assert told.scan and (told.scan.status, told.scan.total) == ("running", 4)
    report = told.report
    assert (report.by_people, report.automatic, report.undone, report.undone_automatic, report.rejected) == (
        1,
        1,
        1,
        0,
        1,
    )
    assert {tally.by: (tally.merged, tally.rejected, tally.undone) for tally in report.people} == {
        "ann@x.example": (1, 1, 0),
        "bob@x.example": (0, 0, 1),
    }
    yesterday = datetime(2020, 1, 1, tzinfo=UTC)
    lender.execute("UPDATE duplicate_proposals SET decided_at = %s WHERE state = 'rejected'", yesterday)
    with lender.scope():
        assert (queries.summary().decided_today, queries.summary().report.rejected) == (0, 0)
    assert lender.scalar("SELECT count(*) FROM duplicate_proposals WHERE state = 'rejected'") == 1


def test_a_deleted_contact_is_not_shown_even_before_it_is_compared(lender: Organisation) -> None:
    one, two = lender.contact(**ann()), lender.contact(**ann())
    check(lender, one, two)
    with lender.scope():
        sql.execute("UPDATE contacts SET deleted_at = now() WHERE id = %s", [one])
    assert page(lender).groups == []
