"""The directed story, by its seed, that shows of each broken rule that it is noticed.

Written by `./run simulate --mutations --keep`.
"""

CAUGHT: dict[str, int] = {
    "polls do not overlap": 1,
    "event values are trusted": 1,
    "hints are cleared unseen": 2,
    "a page is walked by time alone": 2,
    "only the first search is read": 1,
    "absence is deletion": 1,
    "a failed read is deletion": 1,
    "merges are not followed": 1,
    "the digest is deaf": 1,
    "old readings count": 1,
    "no intent before the effect": 1,
    "intents are not picked up": 1,
    "the cursor moves first": 1,
    "the base does not move": 1,
    "the base moves too early": 1,
    "a conflict moves the base": 1,
    "losers are forgotten": 1,
    "late conflicts are not looked for": 1,
    "a deletion beats an edit": 1,
    "creates have no key": 1,
    "unknown outcomes are forgotten": 2,
    "all rows count as done": 1,
    "the refused is sent for ever": 1,
    "blank is sent as null": 1,
    "answers are not compared": 1,
    "own writes look foreign": 1,
    "nobody needs a lease": 1,
    "the budget is ignored": 1,
    "HubSpot merges unseen edits": 1,
    "HubSpot merges unheard": 1,
    "doubles are made at once": 1,
    "an undo leaves the golden record": 1,
}
