"""Each rule of the engine, broken on purpose, is noticed: by the directed story that is known to show it.

`./run simulate --mutations --keep` looks for such stories; docs/proof.md shows which checker notices.
"""

import pytest
from stories import simulate

from simulation.mutations import MUTATIONS
from simulation.seeds import CAUGHT
from simulation.shrink import replay_command
from simulation.story import write


def test_every_broken_rule_has_a_seed_that_shows_it() -> None:
    assert list(CAUGHT) == list(MUTATIONS)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_directed_story_has_what_it_is_about(name: str) -> None:
    focus = MUTATIONS[name].focus
    story = write(7, steps=40, focus=focus)
    assert story == write(7, steps=40, focus=focus)
    assert story.acts == focus.acts
    assert {step.kind for step in story.steps} <= story.machinery | {"act"}
    assert all(getattr(story, setting) == value for setting, value in focus.settings.items())


def test_a_replay_says_what_a_story_is_about() -> None:
    name = "the cursor moves first"
    said = replay_command(write(7, steps=40, focus=MUTATIONS[name].focus), steps=40, focus=name, mutation=name)
    assert said.endswith(f"--from 7 --steps 40 --trace --focus '{name}' --mutation '{name}'")


def test_every_broken_rule_is_noticed() -> None:
    told = simulate("--mutations", "--seeds", "0", "--jobs", "2")
    assert told.returncode == 0, told.stdout[-6_000:] + told.stderr[-2_000:]
    assert f"{len(MUTATIONS)} of {len(MUTATIONS)} broken rules are noticed." in told.stdout
