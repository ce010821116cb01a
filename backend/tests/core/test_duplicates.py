"""The same person, or one of the same household: what the score says, and that it says why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanark.cli.bench.duplicates import find
from loanark.core.duplicates.groups import LARGEST, Pair, group, may_be_one
from loanark.core.duplicates.keys import keys
from loanark.core.duplicates.names import is_nickname, is_slip, soundex
from loanark.core.duplicates.person import Person, person
from loanark.core.duplicates.score import LARGE, First, Frequencies, Frequency, Score, kind, score

#: A small town: a few names are many people's.
TOWN = Frequencies(
    size=5_000,
    first=Frequency({"ann": 40, "bob": 40, "william": 30, "kate": 3}, 5_000),
    last=Frequency({"smith": 60, "holmberg": 2}, 5_000),
    zip=Frequency({"83702": 400, "83616": 20}, 5_000),
    city=Frequency({"boise": 4_000}, 5_000),
)
ANN = person(
    {
        "first": "Ann",
        "last": "Holmberg",
        "email": "ann.holmberg@example.com",
        "phone": "208-555-0107",
        "address": "12 North Oak Street, Apt 3",
        "city": "Boise",
        "zip": "83702",
        "birth": "1984-11-04",
    }
)


def weigh(one: Person, other: Person, book: Frequencies = TOWN) -> Score:
    return score(one, other, book)


def test_a_person_entered_twice_is_certain() -> None:
    found = weigh(ANN, replace(ANN, phones=(), number="", street="", unit=""))
    assert found.is_suggested
    assert found.is_certain


def test_a_slip_in_the_name_and_another_phone_are_still_the_same_person() -> None:
    found = weigh(ANN, replace(ANN, last="holmbreg", phones=("2085550199",), mailbox="", domain=""))
    assert found.is_certain
    assert 0 < found.parts["last"] < weigh(ANN, ANN).parts["last"]


def test_couples_who_share_all_but_the_first_name_are_two_people() -> None:
    bob = replace(ANN, first="bob", birth="1981-02-17")
    found = weigh(ANN, bob)
    assert found.first is First.DIFFERS
    assert found.parts["household"] < 0
    assert not found.is_suggested


def test_twins_share_all_but_the_first_name_and_are_at_most_asked_about() -> None:
    twins = weigh(ANN, replace(ANN, first="kate"))
    assert not twins.is_certain
    assert not weigh(ANN, replace(ANN, first="kate"), replace(TOWN, size=LARGE)).is_suggested
    assert twins.parts["household"] < weigh(ANN, replace(ANN, first="kate", birth="")).parts["household"]


def test_a_father_and_his_son_of_the_same_name_are_two_people() -> None:
    senior, junior = replace(ANN, suffix="sr", birth=""), replace(ANN, suffix="jr", birth="")
    assert not weigh(senior, junior).is_certain
    assert weigh(senior, junior).parts["suffix"] < 0


def test_one_office_with_one_switchboard_holds_many_people() -> None:
    one = Person(first="ann", last="smith", phones=("2085550100",), number="1", street="main st", zip="83702")
    other = replace(one, first="kate", last="holmberg")
    assert not weigh(one, other).is_suggested


def test_names_with_other_numbers_tell_two_apart() -> None:
    desk = replace(ANN, first="desk", last="boise4", birth="", number="", street="", unit="")
    other = replace(desk, last="boise5", mailbox="desk5", phones=("2085550108",))
    assert not weigh(desk, other).is_suggested
    assert weigh(desk, replace(other, last="boise")).parts["last"] > 0, "a number on one side only may be a slip"


def test_names_in_each_others_place_are_found() -> None:
    found = weigh(ANN, replace(ANN, first="holmberg", last="ann", phones=(), mailbox="", domain=""))
    assert found.is_suggested
    assert found.parts["crossed"] < 0


def test_what_contradicts_is_never_certain() -> None:
    for other in (replace(ANN, birth="1951-03-12"), replace(ANN, suffix="jr"), replace(ANN, middle="q")):
        assert not weigh(replace(ANN, middle="b"), other).is_certain


def test_a_rare_name_says_more_than_a_frequent_one() -> None:
    smiths = weigh(replace(ANN, last="smith"), replace(ANN, last="smith"))
    assert weigh(ANN, ANN).parts["last"] > smiths.parts["last"]


def test_the_same_likeness_counts_less_in_a_larger_book() -> None:
    one, other = Person(first="ann", last="holmberg", zip="83616"), Person(first="ann", last="holmberg")
    assert weigh(one, other).is_suggested
    large = replace(TOWN, size=LARGE)
    assert weigh(one, other, large).posterior < weigh(one, other).posterior
    assert not weigh(one, other, large).is_suggested


def test_spellings_and_habits_are_put_in_order() -> None:
    one = person(
        {
            "first": "Dr. María José",
            "last": "O’Brien Jr.",
            "email": "Maria.Jose+news@GoogleMail.com",
            "phone": "+1 (208) 555-0107 x12",
            "mobile": "2085550107",
            "address": "4012 W. Maple Avenue #7",
            "zip": "83702-1234",
            "birth": "1900-01-01",
        }
    )
    assert (one.first, one.middle, one.last, one.suffix) == ("maria", "jose", "obrien", "jr")
    assert one.email == "mariajose@gmail.com"
    assert one.phones == ("2085550107",)
    assert (one.number, one.street, one.unit, one.zip) == ("4012", "w maple ave", "7", "83702")
    assert one.birth == ""


@pytest.mark.parametrize("email", ["none@none.com", "N/A", "test@test.com", "no@", "@example.com", "a@b@c.com"])
def test_an_address_that_is_none_is_not_compared(email: str) -> None:
    assert person({"email": email}).email == ""


@pytest.mark.parametrize("phone", ["555-555-5555", "0000000000", "1234567890", "ext. 12", ""])
def test_a_number_that_is_none_is_not_compared(phone: str) -> None:
    assert person({"phone": phone}).phones == ()


def test_names_are_compared_as_people_mistype_and_shorten_them() -> None:
    assert is_nickname("bill", "william")
    assert is_slip("katherine", "katherin")
    assert is_slip("jonh", "john")
    assert not is_slip("al", "ai")
    assert soundex("Robert".lower()) == soundex("Rupert".lower())


def test_one_person_entered_twice_shares_a_key_whatever_is_missing() -> None:
    for other in (
        replace(ANN, mailbox="", domain="", phones=()),
        replace(ANN, birth="", zip="", phones=()),
        replace(ANN, first="holmberg", last="ann", mailbox="", domain="", phones=(), birth=""),
    ):
        assert keys(ANN) & keys(other)
    assert all(-(2**63) <= key < 2**63 for key in keys(ANN))


TEXT = st.text(alphabet="ab1 .@-#é", max_size=12)
PEOPLE = st.builds(
    lambda **values: person(values),
    **dict.fromkeys(("first", "last", "email", "phone", "address", "city", "zip"), TEXT),
    birth=st.sampled_from(["", "1984-11-04", "1984-04-11", "1985-11-04"]),
)


@given(PEOPLE, PEOPLE)
def test_the_order_of_two_people_does_not_matter(one: Person, other: Person) -> None:
    there, back = weigh(one, other), weigh(other, one)
    assert there.posterior == pytest.approx(back.posterior)
    assert (there.is_suggested, there.is_certain) == (back.is_suggested, back.is_certain)


@given(PEOPLE, PEOPLE)
def test_the_parts_and_the_prior_are_the_posterior(one: Person, other: Person) -> None:
    found = weigh(one, other)
    assert found.posterior == pytest.approx(sum(found.parts.values()) + TOWN.prior)
    assert found.is_suggested or not found.is_certain


@pytest.mark.parametrize(
    ("people", "f1", "certain"),
    [
        ("febrl1", 0.985, 0.4),
        ("febrl2", 0.975, 0.35),
        ("febrl3", 0.970, 0.35),
        ("fake1000", 0.79, 0.05),
        ("uspeople", 0.95, 0.0),
        ("contacts", 0.92, 0.40),
    ],
)
def test_labelled_people_are_found_as_well_as_promised(people: str, f1: float, certain: float) -> None:
    found = find(people)
    assert found.f1 >= f1
    assert found.certain_precision >= 0.995
    assert found.certain_recall >= certain
    if people.startswith("febrl"):
        assert found.certain_precision == 1


def test_a_number_that_one_person_alone_has_makes_certain_and_in_conflict_never_does() -> None:
    bare = person({"first": "Ann", "last": "Holmberg", "birth": "1984-11-04"}, {"ssn": "123-45-6788"})
    assert bare.identifiers == (("ssn", "123456788"),)
    assert weigh(bare, bare).is_certain
    for other, bits in (("123 45 6787", 6.0), ("987-00-1234", -8.0)):
        found = weigh(bare, replace(bare, identifiers=(("ssn", other.replace(" ", "").replace("-", "")),)))
        assert (found.parts["identifier"], found.is_certain) == (bits, False)
    assert "identifier" not in weigh(bare, replace(bare, identifiers=(("other", "123456788"),))).parts


@pytest.mark.parametrize("number", ["***-**-6788", "000-00-0000", "123456789", "n/a", "pending", ""])
def test_a_number_that_is_none_or_a_part_of_one_is_not_compared(number: str) -> None:
    assert person({}, {"ssn": number}).identifiers == ()


def test_a_loan_is_shared_by_a_household() -> None:
    ann, bob = replace(ANN, loan="ln20260042"), replace(ANN, first="bob", birth="1981-02-17", loan="ln20260042")
    assert weigh(ann, bob).posterior == pytest.approx(weigh(replace(ann, loan=""), bob).posterior)
    assert weigh(ann, replace(ann, loan="ln1")).posterior < weigh(ann, ann).posterior
    assert person({"loan": "LN 2026-0042"}).loan == "ln20260042"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"first": 9.0, "last": 12.0}, "name"),
        ({"last": 12.0, "email": 18.0, "phone": 15.0}, "email"),
        ({"last": 12.0, "email": -1.2, "address": 9.0}, "name"),
        ({"address": 16.0, "birth": 13.5}, "address"),
        ({"loan": 15.0, "email": 9.0}, "identifier"),
    ],
)
def test_what_speaks_most_for_a_pair_beside_its_names(parts: dict[str, float], expected: str) -> None:
    assert kind(parts) == expected


def test_a_group_takes_in_nobody_who_contradicts_one_of_it() -> None:
    father, son = replace(ANN, birth="1951-03-12"), ANN
    unknown = replace(ANN, birth="")
    people = {"father": father, "unknown": unknown, "son": son, "again": son}
    assert not may_be_one([father, unknown, son])
    assert may_be_one([unknown, son])
    groups = group(
        [
            Pair(1, "father", "unknown", 5.0),
            Pair(2, "unknown", "son", 9.0),
            Pair(3, "son", "again", 20.0),
            Pair(4, "unknown", "again", 8.0),
        ],
        people,
    )
    assert groups == {1: 1, 2: 2, 3: 2, 4: 2}


def test_a_group_is_no_larger_than_a_person_sees_through() -> None:
    chain = [Pair(number, f"p{number}", f"p{number + 1}", 5.0) for number in range(1, 30)]
    groups = group(chain, {})
    assert groups.keys() == {pair.id for pair in chain}
    for lowest in groups.values():
        together = [pair for pair in chain if groups[pair.id] == lowest]
        assert len({end for pair in together for end in (pair.one, pair.other)}) <= LARGEST
        assert min(pair.id for pair in together) == lowest


ENDS = st.sampled_from("abcdef")


@given(st.lists(st.tuples(ENDS, ENDS, st.floats(-3, 30)), max_size=12), st.permutations(range(12)))
def test_the_order_of_pairs_does_not_matter_to_their_groups(
    drawn: list[tuple[str, str, float]], order: list[int]
) -> None:
    pairs = [Pair(number, one, other, bits) for number, (one, other, bits) in enumerate(drawn) if one != other]
    people = {end: replace(ANN, birth=f"19{ord(end) % 2}4-11-0{ord(end) % 3 + 1}") for end in "abcdef"}
    mixed = sorted(pairs, key=lambda pair: order[pair.id])
    assert group(pairs, people) == group(mixed, people)
