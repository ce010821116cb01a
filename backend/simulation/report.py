# ruff: noqa: T201  (a command prints)
"""What the command says: progress, coverage, failures, and the table of broken rules."""

import re
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import count, islice
from pathlib import Path

from simulation import jobs
from simulation.jobs import Result, Task
from simulation.mutations import MUTATIONS, able
from simulation.seeds import CAUGHT, KNOWN_TO_ESCAPE
from simulation.story import write

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
    sound: dict[int, bool] = {}
    lines = ["| Rule, and its breach | Who notices | Seed |", "|---|---|---|"]
    print("\n".join(lines), flush=True)
    with jobs.at_work(processes) as workers:
        for name in names or MUTATIONS:
            found = _first_noticed(workers, name, steps, seeds, sound)
            if found:
                caught[name] = found.task.seed
            who = "; ".join(found.checkers) if found else KNOWN_TO_ESCAPE.get(name, "**nobody**")
            lines.append(f"| {MUTATIONS[name].rule}: *{name}* | {who} | {caught.get(name, '')} |")
            print(lines[-1], flush=True)
    wanted = [name for name in names or MUTATIONS if name not in KNOWN_TO_ESCAPE]
    noticed = sum(name in caught for name in wanted)
    print(f"\n{noticed} of {len(wanted)} broken rules are noticed.")
    if keep:
        _keep_seeds({name: seed for name in MUTATIONS if (seed := {**CAUGHT, **caught}.get(name))})
    if keep and not names:
        _write_block("mutations", "\n".join(lines))
    return 0 if noticed == len(wanted) else 1


def _keep_seeds(caught: dict[str, int]) -> None:
    text = SEEDS.read_text()
    rows = "".join(f'    "{name}": {seed},\n' for name, seed in caught.items())
    SEEDS.write_text(re.sub(r"CAUGHT: dict\[str, int\] = \{[^}]*\}", f"CAUGHT: dict[str, int] = {{\n{rows}}}", text))


def _write_block(name: str, text: str) -> None:
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = PROOF.read_text().partition(start)
    _, _, after = rest.partition(end)
    PROOF.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}")


def _first_noticed(workers: jobs.Jobs, name: str, steps: int, seeds: int, sound: dict[int, bool]) -> Result | None:
    """The first seed that fails with the rule broken, and only then."""
    known = [CAUGHT[name]] if name in CAUGHT else []
    fit = (seed for seed in count(1) if able(name, write(seed, steps=1)) and sound.get(seed, True))
    order = [*known, *islice(fit, seeds)]
    while order:
        found = _first_failure(workers, [Task(seed, steps, mutation=name) for seed in order])
        if found is None:
            return None
        seed = found.task.seed
        if seed not in sound:
            sound[seed] = _first_failure(workers, [Task(seed, steps)]) is None
        if sound[seed]:
            return found
        print(f"seed {seed} fails with the rule whole as well", file=sys.stderr, flush=True)
        order = [other for other in order if other != seed and sound.get(other, True)]
    return None


def _first_failure(workers: jobs.Jobs, tasks: Sequence[Task]) -> Result | None:
    found: list[Result] = []

    def told(result: Result) -> bool:
        found.extend([] if result.good else [result])
        return result.good

    workers.play(tasks, told)
    return found[0] if found else None
