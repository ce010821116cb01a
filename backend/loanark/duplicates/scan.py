"""Searching the whole book: in the background, a page at a time, from where it was left."""

from uuid import UUID

from loanark.duplicates.models import Scan


def start(tenant_id: UUID, *, by: str) -> Scan:
    raise NotImplementedError


def cancel(scan_id: int) -> Scan:
    raise NotImplementedError


def step(tenant_id: UUID) -> bool:
    """Carries a running scan on by a page, or compares contacts that wait. Returns whether there was anything."""
    return False
