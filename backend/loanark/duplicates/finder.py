"""Finding contacts that may be one person."""

from collections.abc import Collection, Mapping
from uuid import UUID


def check_contacts(contact_ids: Collection[UUID]) -> dict[UUID, list[int]]:
    return {}


def check_strangers(values: Mapping[str, Mapping[str, str]], *, unlinked_only: bool) -> dict[str, list[int]]:
    return {}


def hold(ids: Collection[int], key: str) -> None:
    pass


def catch_up(limit: int) -> int:
    return 0


def propose_as_told(pairs: Collection[tuple[UUID, UUID]]) -> None:
    pass
