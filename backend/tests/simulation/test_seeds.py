"""A fixed number of stories, in two files so that two processes share them: none violates a checker.

They are played as `./run simulate` plays them: by a process of its own with a fixed hash seed.
"""

import pytest
from stories import simulate

#: Stories of both files together take about three minutes on two cores.
BLOCKS = [(1, 15), (16, 15)]


@pytest.mark.parametrize(("first", "count"), BLOCKS, ids=lambda value: str(value))
def test_no_story_violates_a_checker(first: int, count: int) -> None:
    told = simulate("--seeds", str(count), "--from", str(first), "--jobs", "1")
    assert told.returncode == 0, told.stdout[-8_000:] + told.stderr[-2_000:]
    assert "none violates a checker" in told.stdout
