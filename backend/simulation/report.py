# ruff: noqa: T201  (a command prints)
"""What the command says: progress, coverage, failures, and the table of broken rules."""

import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from simulation import jobs
from simulation.jobs import Result, Task
from simulation.mutations import MUTATIONS
from simulation.seeds import CAUGHT

PROOF = Path(__file__).parents[2] / "docs" / "proof.md"
SEEDS = Path(__file__).with_name("seeds.py")

#: The groups of the coverage table: what a name begins with, and the heading.
GROUPS = (
    ("act: ", "Acts of users and programs"),
    ("not now: ", "Acts that could not be done just then"),
    ("step: ", "Steps"),
    ("fault: ", "Faults on the way"),
    ("dies ", "Deaths of a worker"),
    ("is cut off ", "Database connections cut"),
    ("hangs ", "Workers that hung"),
    ("place: ", "Where a worker was struck"),
    ("turn: ", "Turns"),
    ("webhook answered ", "Answers to webhooks"),
    ("", "Other"),
)

#: A coverage table shows so many places at which workers were struck, the most frequent first.
PLACES = 40


def progress(results: Sequence[Result], total: int, seconds: float) -> str:
    failed = sum(not result.good for result in results)
    rate = 60 * len(results) / max(seconds, 0.001)
    return f"{len(results)} of {total} stories, {failed} failed, {rate:.0f} a minute"


def failure(result: Result) -> str:
    lines = [f"\nseed {result.task.seed} FAILED"]
    for checker in result.checkers:
        lines.append(f"  {checker}")
        evidence = [text for name, text in result.violations if name == checker]
        lines += [f"    - {text[:400]}" for text in evidence[:5]]
        if len(evidence) > 5:
            lines.append(f"    - and {len(evidence) - 5} more")
    if not result.task.trace:
        lines += ["  the last lines of the trace:", *(f"    {line[:200]}" for line in result.trace)]
    lines.append(f"  replay: {result.replay}")
    return "\n".join(lines)


def coverage_table(coverage: Counter[str], stories: int) -> str:
    lines = [f"\nWhat really happened in {stories} stories:"]
    left = dict(coverage)
    for start, heading in GROUPS:
        rows = {name.removeprefix(start): left.pop(name) for name in list(left) if name.startswith(start)}
        if not rows:
            continue
        lines.append(f"\n{heading}")
        ordered = sorted(rows.items(), key=lambda row: (-row[1], row[0]))
        if start == "place: ":
            lines.append(f"  {len(ordered)} different places")
            ordered = ordered[:PLACES]
        lines += [f"  {count:8,}  {name}" for name, count in ordered]
    return "\n".join(lines)


def summary(results: Sequence[Result], seconds: float) -> str:
    failed = [result.task.seed for result in results if not result.good]
    rate = 60 * len(results) / max(seconds, 0.001)
    verdict = f"{len(failed)} failed: {', '.join(map(str, failed))}" if failed else "none violates a checker"
    return f"\n{len(results)} stories in {seconds:.0f} s ({rate:.0f} a minute): {verdict}"


def keep_coverage(coverage: Counter[str], results: Sequence[Result]) -> None:
    """Writes the coverage of these stories, and how many they were, into docs/proof.md."""
    first, last = (pick(result.task.seed for result in results) for pick in (min, max))
    failed = sum(not result.good for result in results)
    _write_block("coverage", f"```\n{coverage_table(coverage, len(results)).strip()}\n```")
    _write_block("stories", f"{len(results):,} stories, seeds {first} to {last}: {failed} of them violated a checker.")


def mutation_table(names: Sequence[str], *, steps: int, processes: int, seeds: int, keep: bool) -> int:
    """Breaks each rule, plays until a checker notices, and prints who did. The known seed of each goes first."""
    unknown = [name for name in names if name not in MUTATIONS]
    if unknown:
        print(f"There is no mutation {unknown[0]!r}. There are: {', '.join(MUTATIONS)}.")
        return 2
    caught: dict[str, int] = {}
    lines = ["| Rule, and its breach | Who notices | Seed |", "|---|---|---|"]
    print("\n".join(lines), flush=True)
    with jobs.at_work(processes) as workers:
        for name in names or MUTATIONS:
            found = _first_noticed(workers, name, steps, seeds)
            if found:
                caught[name] = found.task.seed
            who = "; ".join(found.checkers) if found else "**nobody**"
            lines.append(f"| {MUTATIONS[name].rule}: *{name}* | {who} | {caught.get(name, '')} |")
            print(lines[-1], flush=True)
    wanted = len(names or MUTATIONS)
    print(f"\n{len(caught)} of {wanted} broken rules are noticed.")
    if keep:
        _keep_seeds({name: seed for name in MUTATIONS if (seed := {**CAUGHT, **caught}.get(name))})
    if keep and not names:
        _write_block("mutations", "\n".join(lines))
    return 0 if len(caught) == wanted else 1


def _keep_seeds(caught: dict[str, int]) -> None:
    text = SEEDS.read_text()
    rows = "".join(f'    "{name}": {seed},\n' for name, seed in caught.items())
    SEEDS.write_text(re.sub(r"CAUGHT: dict\[str, int\] = \{[^}]*\}", f"CAUGHT: dict[str, int] = {{\n{rows}}}", text))


def _write_block(name: str, text: str) -> None:
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = PROOF.read_text().partition(start)
    _, _, after = rest.partition(end)
    PROOF.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}")


def _first_noticed(workers: jobs.Jobs, name: str, steps: int, seeds: int) -> Result | None:
    """The first directed story that fails with the rule broken, and only then."""
    known = [CAUGHT[name]] if name in CAUGHT else []
    order = list(dict.fromkeys([*known, *range(1, seeds + 1)]))
    while order:
        found = _first_failure(workers, [Task(seed, steps, mutation=name, focus=name) for seed in order])
        if found is None:
            return None
        whole = _first_failure(workers, [Task(found.task.seed, steps, focus=name)])
        if whole is None:
            return found
        print(f"It fails with the rule whole as well:{failure(whole)}", file=sys.stderr, flush=True)
        order.remove(found.task.seed)
    return None


def _first_failure(workers: jobs.Jobs, tasks: Sequence[Task]) -> Result | None:
    found: list[Result] = []

    def told(result: Result) -> bool:
        found.extend([] if result.good else [result])
        return result.good

    workers.play(tasks, told)
    if found and jobs.ENDED in found[0].checkers:
        raise RuntimeError(f"A process of the simulation died: {failure(found[0])}")
    return found[0] if found else None
