"""Arrays as parameters: whatever a text holds, PostgreSQL reads the same texts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from loanark.kit import sql

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12), max_size=6)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_any_texts(database: str, items: list[str]) -> None:
    assert sql.scalar("SELECT %s::text[]", [sql.texts(items)]) == items


def test_texts_that_mean_something_to_arrays(database: str) -> None:
    items = ["", "NULL", "null", "{}", "a,b", '"', "\\", '\\"', "{a}", " a ", "\n"]
    assert sql.scalar("SELECT %s::text[]", [sql.texts(items)]) == items
