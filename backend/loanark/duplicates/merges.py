"""Reading merges, and what one would come to."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from loanark.duplicates.schemas import MergePage, Preview


def preview(members: Sequence[str], *, survivor: str | None, chosen: Mapping[str, str]) -> Preview:
    raise NotImplementedError


def merges(*, contact_id: UUID | None, state: str | None, cursor: int | None, limit: int) -> MergePage:
    raise NotImplementedError
