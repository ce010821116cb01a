"""Which entries of a property's history did our write cover before anybody saw them?"""

from datetime import UTC, datetime, timedelta

import pytest

from loanark.core.late import Entry, Written, covered
from loanark.core.values import Value

READ_AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


def history(*entries: str, first: int = 1) -> list[Entry]:
    """Newest first, a second apart, the oldest a second after our reading; "V*" was written by a program."""
    count = len(entries)
    return [
        Entry(
            Value(entry.rstrip("*") or None, entry.rstrip("*")),
            READ_AT + timedelta(seconds=first + count - 1 - place),
            entry.endswith("*"),
        )
        for place, entry in enumerate(entries)
    ]


#: (what the history says, newest first; what our write of V over B covered)
CASES: dict[str, tuple[list[str], list[str | None]]] = {
    "nothing came between": (["V*", "B"], []),
    "somebody typed X before our write": (["V*", "X", "B"], ["X"]),
    "somebody typed twice": (["V*", "Y", "X", "B"], ["Y"]),
    "somebody cleared it": (["V*", "", "B"], [None]),
    "somebody typed ours, and another program before them": (["V*", "V", "X", "B"], []),
    "somebody typed X and took it back": (["V*", "B", "X", "B"], []),
    "somebody typed after our write": (["Y", "V*", "B"], []),
    "both before and after": (["Y", "V*", "X", "B"], ["X"]),
    "another program wrote before us": (["V*", "X*", "B"], ["X"]),
    "our write was sent again over X, after it had covered Y": (["V*", "X", "V*", "Y", "B"], ["X", "Y"]),
    "our write never came": (["X", "B"], []),
    "our write changed nothing: they typed the same": (["V", "B"], []),
    "they typed ours again after another": (["V", "Y", "V*", "X", "B"], ["X"]),
    "the history does not reach back to what we read": (["V*", "X"], ["X"]),
    "nobody wrote at all": (["B"], []),
    "there is no history": ([], []),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_write_covered(case: str) -> None:
    entries, lost = CASES[case]
    assert texts(covered(Written(asked="V", before="B", base="B"), history(*entries), None)) == lost


def test_entries_older_than_our_reading_were_seen() -> None:
    """Where what we read is not among them (another form, a cut history) the revision tells where our reading was."""
    entries = history("V*", "X") + history("old", "older", first=-5)
    assert texts(covered(Written(asked="V", before="B", base="B"), entries, READ_AT)) == ["X"]


def test_what_came_back_to_what_we_had_read_is_no_reading() -> None:
    """Typed X, covered by our first write; put back to B, which our second write had read and covered too."""
    entries = history("V*", "B", "V*", "X")
    put_back = entries[1].at
    written = Written(asked="V", before="B", base="B")
    assert texts(covered(written, entries, READ_AT, later=[put_back])) == ["X"]
    assert texts(covered(written, entries, put_back)) == []
    assert texts(covered(written, entries, READ_AT)) == ["B", "X"], "the same write sent again had read nothing"


def test_somebody_who_typed_and_put_it_back_before_our_write_lost_nothing() -> None:
    written = Written(asked="V", before="B", base="B")
    assert texts(covered(written, history("V*", "B", "X"), READ_AT)) == []
    assert texts(covered(written, history("V*", "B", "V*"), READ_AT)) == ["B"], "after our first write it was an edit"


def test_over_a_blank_that_was_never_filled() -> None:
    assert texts(covered(Written(asked="V", before=None, base=None), history("V*", "X"), None)) == ["X"]


@pytest.mark.parametrize("typed", ["X", ""])
def test_a_create_that_was_sent_again(typed: str) -> None:
    created = Written(asked="V", before=None, base=None, known=False)
    assert texts(covered(created, history("V*", typed, "V*"), None)) == [typed or None]
    assert texts(covered(created, history("V*", "V*"), None)) == []


def test_of_a_create_that_was_found_later_what_came_after_was_seen() -> None:
    created = Written(asked="V", before=None, base=None, known=False)
    entries = history("V*", "Y", "V*", "X", "V*")
    found_at = entries[2].at
    assert texts(covered(created, entries, None, found_at)) == ["X"]


def texts(entries: list[Entry]) -> list[str | None]:
    return [entry.value.canonical for entry in entries if isinstance(entry.value, Value)]
