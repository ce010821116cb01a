"""What people decide about duplicates."""

from collections.abc import Sequence

from loanark.duplicates.schemas import DecidedOut, MergeIn, MergeManyIn, MergeManyOut, MergeOut
from loanark.tenants.access import Scope


def merge(scope: Scope, asked: MergeIn) -> list[MergeOut]:
    raise NotImplementedError


def merge_many(scope: Scope, asked: MergeManyIn) -> MergeManyOut:
    raise NotImplementedError


def reject(scope: Scope, pairs: Sequence[int]) -> DecidedOut:
    raise NotImplementedError


def reopen(scope: Scope, pairs: Sequence[int]) -> DecidedOut:
    raise NotImplementedError


def undo(scope: Scope, merge_id: int) -> MergeOut:
    raise NotImplementedError


def merge_in_hubspot(scope: Scope, merge_id: int) -> MergeOut:
    raise NotImplementedError
