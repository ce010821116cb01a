"""Who is proposed to be the same person: at ingest, anew after changes, and never again once somebody said no."""

import threading
from typing import Any

from book import ann, check, decide, link, pairs, proposals, waiting
from organisations import Organisation

from loanark.duplicates import finder
from loanark.duplicates import proposals as kept


def test_a_contact_entered_twice_is_proposed_once(lender: Organisation) -> None:
    one = lender.contact(**ann())
    two = lender.contact(**ann(phone=None, firstname="Anne"))
    bob = lender.contact(firstname="Bob", lastname="Marmann", email="bob@example.com")
    found = check(lender, one, two, bob)
    (proposal,) = proposals(lender)
    assert found == {one: [proposal["id"]], two: [proposal["id"]], bob: []}
    assert pairs(lender) == {frozenset((one, two))}
    assert (proposal["kind"], proposal["group_id"], proposal["holds"]) == ("email", proposal["id"], None)
    assert check(lender, two) == {two: [proposal["id"]]}
    assert proposals(lender)[0]["at"] == proposal["at"]


def test_who_is_there_already_is_found_by_whoever_comes(lender: Organisation) -> None:
    one = lender.contact(**ann())
    assert check(lender, one) == {one: []}
    two = lender.contact(**ann(email="ANN.Holmberg@example.com"))
    assert len(check(lender, two)[two]) == 1
    assert check(lender, one)[one] == check(lender, two)[two]


def test_new_and_changed_contacts_wait_and_are_caught_up_with(lender: Organisation) -> None:
    one, two = lender.contact(**ann()), lender.contact(**ann())
    assert waiting(lender) == {one, two}
    with lender.scope():
        assert finder.catch_up(1) == 1
        assert finder.catch_up(10) == 1
        assert finder.catch_up(10) == 0
    assert (waiting(lender), len(proposals(lender))) == (set(), 1)
    lender.execute("UPDATE contacts SET company = 'Acme' WHERE id = %s", one)
    assert waiting(lender) == set(), "nobody is compared by it"
    lender.execute("UPDATE contacts SET email = 'x@example.com' WHERE id = %s", one)
    assert waiting(lender) == {one}


def test_a_pair_that_was_rejected_is_never_proposed_again(lender: Organisation) -> None:
    one, two = lender.contact(**ann()), lender.contact(**ann())
    (found,) = check(lender, one)[one] or check(lender, two)[two]
    assert decide(lender, [found]) == [found]
    assert decide(lender, [found]) == []
    lender.execute("UPDATE contacts SET phone = '208-555-0111'")
    assert check(lender, one, two) == {one: [], two: []}
    assert [row["state"] for row in lender.rows("SELECT state FROM duplicate_proposals")] == ["rejected"]
    with lender.scope():
        assert kept.reopen([found]) == [found]
    assert check(lender, one) == {one: [found]}


def test_what_does_not_hold_any_more_is_gone_and_comes_back_when_it_does(lender: Organisation) -> None:
    one, two = lender.contact(**ann()), lender.contact(**ann())
    (found,) = check(lender, one, two)[two]
    with lender.scope():
        finder.hold([found], str(two))
    lender.execute(
        """UPDATE contacts SET firstname = 'Carl', lastname = 'Voss', email = 'c@example.com', phone = NULL,
           address = NULL, zip = NULL WHERE id = %s""",
        two,
    )
    assert check(lender, two) == {two: []}
    (gone,) = proposals(lender, "gone")
    assert (gone["id"], gone["holds"]) == (found, None)
    lender.execute(
        """UPDATE contacts SET firstname = 'Ann', lastname = 'Holmberg', email = 'ann.holmberg@example.com'
           WHERE id = %s""",
        two,
    )
    assert check(lender, two) == {two: [found]}
    assert proposals(lender)[0]["group_id"] == found


def test_a_deleted_or_merged_contact_has_no_keys_and_no_open_proposals(lender: Organisation) -> None:
    one, two, three = (lender.contact(**ann()) for _ in range(3))
    assert len(check(lender, one, two, three)[one]) == 2
    lender.execute("UPDATE contacts SET deleted_at = now() WHERE id = %s", two)
    lender.execute("UPDATE contacts SET deleted_at = now(), merged_into = %s WHERE id = %s", one, three)
    assert check(lender, two, three) == {two: [], three: []}
    assert lender.scalar("SELECT count(DISTINCT contact_id) FROM duplicate_keys") == 1
    assert (len(proposals(lender)), len(proposals(lender, "gone"))) == (0, 3)
    lender.execute("DELETE FROM contacts WHERE id = %s", one)
    assert check(lender, one) == {one: []}
    assert lender.scalar("SELECT count(*) FROM duplicate_keys") == 0


def test_what_more_than_sixty_share_says_nothing(lender: Organisation) -> None:
    office = [lender.contact(firstname="Ann", lastname="Holmberg", phone="208-555-0100") for _ in range(61)]
    check(lender, *office)
    assert proposals(lender) == []
    lender.execute("DELETE FROM contacts WHERE id = %s", office[0])
    check(lender, *office)
    assert len(proposals(lender)) == 60 * 59 / 2


def test_couples_who_borrow_together_are_two_people(lender: Organisation) -> None:
    shared: dict[str, Any] = {"loan_number": "LN-2026-0042", "firstname": "Bob", "email": "bob@example.com"}
    one, two = lender.contact(**ann(loan_number="ln 2026 0042")), lender.contact(**ann(**shared))
    assert check(lender, one, two) == {one: [], two: []}
    again = lender.contact(firstname="Ann", lastname="Holmberg", loan_number="LN20260042")
    (found,) = check(lender, again)[again]
    (proposal,) = proposals(lender)
    assert (proposal["id"], proposal["kind"]) == (found, "identifier")


def test_fields_of_the_organisation_identify_where_they_say_so(lender: Organisation) -> None:
    for name, label, kind in (
        ("born", "Date of birth", "date"),
        ("coborrower_dob", "Co-borrower DOB", "date"),
        ("tax", "SSN / Tax ID", "text"),
        ("agent_tin", "Agent's TIN", "text"),
    ):
        lender.execute("INSERT INTO custom_fields (name, label, kind) VALUES (%s, %s, %s)", name, label, kind)
    from loanark.duplicates.people import sources

    with lender.scope():
        assert (sources().birth, sources().identifiers) == ("born", ("tax",))
    base = {"firstname": "Ann", "lastname": "Holmberg"}
    one = lender.contact(**base, custom='{"born": "1984-11-04", "tax": "123-45-6788"}')
    two = lender.contact(**base, custom='{"born": "1984-11-04", "tax": "123 45 6788"}')
    three = lender.contact(**base, email="ann@example.com", custom='{"born": "1984-11-04", "tax": "999-45-0001"}')
    check(lender, one, two, three)
    found = {frozenset((row["contact_id"], row["other_contact_id"])): row for row in proposals(lender)}
    assert found[frozenset((one, two))]["kind"] == "identifier"
    assert found[frozenset((one, two))]["certain"]
    assert not any(row["certain"] for pair, row in found.items() if three in pair)


def test_groups_hang_together_and_come_apart(lender: Organisation) -> None:
    one, two, three = (lender.contact(**ann()) for _ in range(3))
    check(lender, one, two, three)
    rows = proposals(lender)
    assert {row["group_id"] for row in rows} == {min(row["id"] for row in rows)}
    of_three = [row["id"] for row in rows if three in (row["contact_id"], row["other_contact_id"])]
    decide(lender, of_three)
    (left,) = proposals(lender)
    assert left["group_id"] == left["id"]


def test_a_group_is_joined_as_a_whole_by_what_is_opened_again(lender: Organisation) -> None:
    chain = [
        lender.contact(firstname="Ann", lastname="Holmberg", email=email, phone=phone)
        for email, phone in (
            ("d@x.example", "208-555-0101"),
            ("d@x.example", "208-555-0102"),
            (None, "208-555-0102"),
            (None, None),
        )
    ]
    check(lender, *chain)
    rows = proposals(lender)
    assert len({row["group_id"] for row in rows}) == 1
    first = rows[0]["id"]
    decide(lender, [first])
    assert {row["group_id"] for row in proposals(lender)} == {rows[1]["id"]}
    with lender.scope():
        kept.reopen([first])
    assert {row["group_id"] for row in proposals(lender)} == {first}


def test_a_pair_that_contradicts_a_group_is_decided_by_itself(lender: Organisation) -> None:
    lender.execute("INSERT INTO custom_fields (name, label, kind) VALUES ('dob', 'DOB', 'date')")
    father = lender.contact(**ann(custom='{"dob": "1951-03-12"}'))
    unknown = lender.contact(**ann())
    son = lender.contact(**ann(custom='{"dob": "1984-11-04"}'))
    check(lender, father, unknown, son)
    of = {frozenset((row["contact_id"], row["other_contact_id"])): row["group_id"] for row in proposals(lender)}
    assert of[frozenset((father, unknown))] != of[frozenset((son, unknown))]


def test_a_stranger_is_compared_before_it_is_let_in(lender: Organisation) -> None:
    linked, unlinked = lender.contact(**ann()), lender.contact(**ann(phone="208-555-0111"))
    link(lender, linked, "7")
    check(lender, linked, unlinked)
    strangers = {"901": ann(company="x"), "902": {"firstname": "Zoe", "email": "zoe@example.com"}}
    with lender.scope():
        found = finder.check_strangers(strangers, unlinked_only=True)
    assert (len(found["901"]), found["902"]) == (1, [])
    (row,) = lender.rows(
        "SELECT *, other_values->>'company' AS seen FROM duplicate_proposals WHERE other_hubspot_id = '901'"
    )
    assert (row["contact_id"], row["seen"], row["other_contact_id"]) == (unlinked, "x", None)
    with lender.scope():
        assert len(finder.check_strangers(strangers, unlinked_only=False)["901"]) == 2
    with lender.scope():
        assert finder.check_strangers({"901": {"firstname": "Zoe"}}, unlinked_only=False) == {"901": []}
    gone = proposals(lender, "gone")
    assert [row["other_values"] for row in gone] == [None, None], "nothing of somebody else is kept"
    with lender.scope():
        assert len(finder.check_strangers(strangers, unlinked_only=False)["901"]) == 2
    assert len(proposals(lender)) == 3


def test_what_was_said_of_a_stranger_is_said_of_the_contact_it_becomes(lender: Organisation) -> None:
    one = lender.contact(**ann())
    check(lender, one)
    with lender.scope():
        (found,) = finder.check_strangers({"901": ann()}, unlinked_only=False)["901"]
    decide(lender, [found])
    let_in = lender.contact(**ann())
    link(lender, let_in, "901")
    with lender.scope():
        kept.let_in(["901"])
    assert check(lender, let_in) == {let_in: []}
    assert pairs(lender, "rejected") == {frozenset((one, let_in))}


def test_a_changed_contact_that_a_stranger_does_not_resemble_any_more_lets_it_go(lender: Organisation) -> None:
    one = lender.contact(**ann())
    check(lender, one)
    with lender.scope():
        (found,) = finder.check_strangers({"901": ann()}, unlinked_only=False)["901"]
    assert check(lender, one) == {one: [found]}
    lender.execute(
        "UPDATE contacts SET firstname = 'Carl', lastname = 'Voss', email = NULL, phone = NULL, address = NULL"
    )
    assert check(lender, one) == {one: []}


def test_two_at_once_miss_nothing_and_fail_at_nothing(lender: Organisation) -> None:
    ids = [lender.contact(**ann(phone=f"208-555-01{number:02}")) for number in range(12)]
    failed: list[BaseException] = []

    def work(mine: list[Any]) -> None:
        from django.db import connections

        try:
            for id in mine:
                with lender.scope():
                    finder.check_contacts([id])
        except BaseException as error:  # noqa: BLE001  told by the test
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(order,)) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(pairs(lender)) == 12 * 11 / 2
    assert waiting(lender) == set()


def test_organisations_do_not_see_each_other(lender: Organisation) -> None:
    from organisations import make_organisation

    other = make_organisation()
    here, there = lender.contact(**ann()), other.contact(**ann())
    assert check(lender, here) == {here: []}
    assert check(other, there) == {there: []}


def test_a_contact_that_is_being_changed_waits_on(lender: Organisation) -> None:
    one = lender.contact(**ann())
    changing, seen = threading.Event(), threading.Event()

    def change() -> None:
        from django.db import connections

        from loanark.kit import sql

        with lender.scope():
            sql.execute("UPDATE contacts SET lastname = 'Voss' WHERE id = %s", [one])
            changing.set()
            seen.wait(10)
        connections.close_all()

    thread = threading.Thread(target=change)
    thread.start()
    assert changing.wait(10)
    check(lender, one)
    seen.set()
    thread.join()
    assert waiting(lender) == {one}
