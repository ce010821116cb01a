"""The other half of the fixed stories (see `test_seeds.py`), and that a seed is the same story each time."""

import pytest
from stories import simulate

BLOCKS = [(31, 15), (46, 15)]


@pytest.mark.parametrize(("first", "count"), BLOCKS, ids=lambda value: str(value))
def test_no_story_violates_a_checker(first: int, count: int) -> None:
    told = simulate("--seeds", str(count), "--from", str(first), "--jobs", "1")
    assert told.returncode == 0, told.stdout[-8_000:] + told.stderr[-2_000:]
    assert "none violates a checker" in told.stdout


def test_the_same_seed_is_the_same_story() -> None:
    """With a story before it and without, in another database and another process: the same trace to the last line."""
    alone = simulate("--seeds", "1", "--from", "62", "--jobs", "1", "--trace").stdout
    after_another = simulate("--seeds", "2", "--from", "61", "--jobs", "1", "--trace").stdout
    digest = next(line for line in alone.splitlines() if line.startswith("seed 62: trace "))
    assert digest in after_another.splitlines()
    assert len(alone.splitlines()) > 100
