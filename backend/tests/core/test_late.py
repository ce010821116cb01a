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
CASES = {
    "nothing came between": (["V*", "B"], []),
    "somebody typed X before our write": (["V*", "X", "B"], ["X"]),
    "somebody typed twice": (["V*", "Y", "X", "B"], ["Y", "X"]),
    "somebody cleared it": (["V*", "", "B"], [None]),
    "somebody typed X and took it back": (["V*", "B", "X", "B"], []),
    "somebody typed after our write": (["Y", "V*", "B"], []),
    "both before and after": (["Y", "V*", "X", "B"], ["X"]),
    "another program wrote before us": (["V*", "X*", "B"], ["X"]),
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
    found = covered(Written(asked="V", before="B", base="B"), history(*entries), None)
    assert [entry.value.canonical for entry in found if isinstance(entry.value, Value)] == lost


def test_entries_older_than_our_reading_were_seen() -> None:
    """Where what we read is not among them (another form, a cut history) the revision tells where our reading was."""
    entries = history("V*", "X") + history("old", "older", first=-5)
    found = covered(Written(asked="V", before="B", base="B"), entries, READ_AT)
    assert [entry.value.canonical for entry in found if isinstance(entry.value, Value)] == ["X"]


def test_over_a_blank_that_was_never_filled() -> None:
    found = covered(Written(asked="V", before=None, base=None), history("V*", "X"), None)
    assert [entry.value.canonical for entry in found if isinstance(entry.value, Value)] == ["X"]
