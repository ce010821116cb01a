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


NOTHING = "nothing"

#: (what the history says, newest first; what our write of V over B covered)
CASES: dict[str, tuple[list[str], str | None]] = {
    "nothing came between": (["V*", "B"], NOTHING),
    "somebody typed X before our write": (["V*", "X", "B"], "X"),
    "somebody typed twice": (["V*", "Y", "X", "B"], "Y"),
    "somebody cleared it": (["V*", "", "B"], None),
    "somebody typed ours, and another program before them": (["V*", "V", "X", "B"], NOTHING),
    "somebody typed X and took it back": (["V*", "B", "X", "B"], NOTHING),
    "somebody typed after our write": (["Y", "V*", "B"], NOTHING),
    "both before and after": (["Y", "V*", "X", "B"], "X"),
    "another program wrote before us": (["V*", "X*", "B"], "X"),
    "our write never came": (["X", "B"], NOTHING),
    "our write changed nothing: they typed the same": (["V", "B"], NOTHING),
    "they typed ours again after another": (["V", "Y", "V*", "X", "B"], "X"),
    "the history does not reach back to what we read": (["V*", "X"], "X"),
    "nobody wrote at all": (["B"], NOTHING),
    "there is no history": ([], NOTHING),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_write_covered(case: str) -> None:
    entries, lost = CASES[case]
    assert text(covered(Written(asked="V", before="B", base="B"), history(*entries), None)) == lost


def test_entries_older_than_our_reading_were_seen() -> None:
    """Where what we read is not among them (another form, a cut history) the revision tells where our reading was."""
    entries = history("V*", "X") + history("old", "older", first=-5)
    assert text(covered(Written(asked="V", before="B", base="B"), entries, READ_AT)) == "X"


def test_over_a_blank_that_was_never_filled() -> None:
    assert text(covered(Written(asked="V", before=None, base=None), history("V*", "X"), None)) == "X"


def text(entry: Entry | None) -> str | None:
    if entry is None:
        return NOTHING
    assert isinstance(entry.value, Value)
    return entry.value.canonical
