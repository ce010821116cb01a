"""Each rule of the engine, broken on purpose, is noticed: by the seed that is known to show it.

`./run simulate --mutations` looks for such seeds; docs/proof.md shows which checker notices.
"""

from stories import simulate

from simulation.mutations import MUTATIONS
from simulation.seeds import CAUGHT, KNOWN_TO_ESCAPE


def test_every_broken_rule_has_a_seed_that_shows_it_or_is_said_to_escape() -> None:
    assert set(CAUGHT) | set(KNOWN_TO_ESCAPE) == set(MUTATIONS)
    assert not set(CAUGHT) & set(KNOWN_TO_ESCAPE)


def test_every_broken_rule_is_noticed() -> None:
    told = simulate("--mutations", *CAUGHT, "--seeds", "0", "--jobs", "2")
    assert told.returncode == 0, told.stdout[-6_000:] + told.stderr[-2_000:]
    assert f"{len(CAUGHT)} of {len(CAUGHT)} broken rules are noticed." in told.stdout
