"""Reading proposals."""

from loanark.duplicates.merges import merges, preview
from loanark.duplicates.models import Scan
from loanark.duplicates.schemas import DuplicateSummary, Group, GroupFilters, GroupPage, ScanOut

__all__ = ["group", "merges", "page", "preview", "scan_out", "summary"]


def page(filters: GroupFilters, *, cursor: str | None, limit: int) -> GroupPage:
    raise NotImplementedError


def group(group_id: int) -> Group:
    raise NotImplementedError


def summary() -> DuplicateSummary:
    raise NotImplementedError


def scan_out(scan: Scan) -> ScanOut:
    return ScanOut.model_validate(scan)
