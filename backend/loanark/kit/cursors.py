"""Cursors of lists that are paged by the number of the last row seen."""

from loanark.kit.errors import Invalid

#: PostgreSQL's bigint.
_LARGEST = 2**63 - 1


def numbered(cursor: str | None) -> int | None:
    """The number to go on below; None on the first page. Raises: Invalid."""
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or int(cursor) > _LARGEST:
        raise bad_cursor()
    return int(cursor)


def bad_cursor() -> Invalid:
    return Invalid(
        "The cursor is not one this list gave. Nothing is lost: start again without one.", errors={"cursor": "unknown"}
    )
