"""Which seed shows that each broken rule is noticed (see `mutations`): found by `./run simulate --mutations`."""

CAUGHT: dict[str, int] = {}

#: Rules whose breach no story shows, and which test elsewhere does.
KNOWN_TO_ESCAPE: dict[str, str] = {}
