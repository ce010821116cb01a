"""A failing story made as small as it still fails: fewer kinds of trouble, fewer steps."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulation.story import Story

if TYPE_CHECKING:
    from simulation.checkers import Violation
    from simulation.play import Outcome

Play = Callable[[Story], "Outcome"]


def shrink(outcome: "Outcome", play: Play, *, plays: int) -> "Outcome":
    """The smallest story found within so many plays that some of the same checkers still reject."""
    budget = _Budget(play, {violation.checker for violation in outcome.violations}, plays)
    best = outcome
    for name in ("meddling", *outcome.story.storm, "stale", "lag"):
        best = budget.attempt(best.story.leaving_out(frozenset({name}))) or best
    size = max(1, len(best.story.steps) // 2)
    while size:
        place = 0
        while place < len(best.story.steps) and budget.left:
            numbers = [step.number for step in best.story.steps]
            smaller = budget.attempt(best.story.only(numbers[:place] + numbers[place + size :]))
            best, place = (smaller, place) if smaller else (best, place + size)
        size //= 2
    return best


class _Budget:
    """Plays that are left, and what counts as the same failure."""

    def __init__(self, play: Play, checkers: set[str], left: int) -> None:
        self._play, self._checkers, self.left = play, checkers, left

    def attempt(self, story: Story) -> "Outcome | None":
        if not self.left:
            return None
        self.left -= 1
        outcome = self._play(story)
        return outcome if self._same(outcome.violations) else None

    def _same(self, violations: "list[Violation]") -> bool:
        return any(violation.checker in self._checkers for violation in violations)


def replay_command(story: Story, *, steps: int, focus: str = "", mutation: str = "") -> str:
    """What to type to see it again."""
    numbers = ",".join(str(step.number) for step in story.steps)
    words = [f"./run simulate --seeds 1 --from {story.seed} --steps {steps} --trace"]
    if len(story.steps) < steps:
        words.append(f"--only {numbers or 'none'}")
    if story.without:
        words.append(f"--without {','.join(sorted(story.without))}")
    if focus:
        words.append(f"--focus '{focus}'")
    if mutation:
        words.append(f"--mutation '{mutation}'")
    return " ".join(words)
