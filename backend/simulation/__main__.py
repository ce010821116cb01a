# ruff: noqa: T201  (a command prints)
"""`./run simulate`: plays stories, says what they met, and of a failing one the smallest replay."""

import argparse
import signal
import sys
import time
from collections import Counter

from simulation import jobs, report
from simulation.jobs import Result, Task
from simulation.mutations import MUTATIONS

STEPS = 40


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 when a story violates a checker (with --mutations: when a broken rule is not noticed)."""
    options = _parse(arguments)
    # So that a stop by signal also ends the server and the jobs.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.mutations is not None:
        return report.mutation_table(
            options.mutations, steps=options.steps, processes=options.jobs, seeds=options.seeds, keep=options.keep
        )
    tasks = [
        Task(
            seed,
            options.steps,
            mutation=options.mutation,
            focus=options.focus,
            only=_numbers(options.only),
            without=options.without.split(",") if options.without else [],
            shrink=options.minimal,
            trace=options.trace,
        )
        for seed in range(options.first, options.first + options.seeds)
    ]
    return play(tasks, count=min(options.jobs, len(tasks)), keep_going=options.keep_going, keep=options.keep)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many stories (default: 100)")
    parser.add_argument("--from", type=int, default=1, dest="first", metavar="SEED", help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps of a story (default: {STEPS})")
    parser.add_argument("--trace", action="store_true", help="print all that happens, and a digest of it")
    parser.add_argument("--minimal", action="store_true", help="shrink failing stories (up to a few minutes each)")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the fifth failing story")
    parser.add_argument("--keep", action="store_true", help="write what was found into docs/proof.md")
    parser.add_argument("--only", default="", metavar="STEPS", help="only these steps, as a replay says")
    parser.add_argument("--without", default="", metavar="KINDS", help="without these kinds of trouble")
    parser.add_argument("--focus", choices=MUTATIONS, default="", metavar="NAME", help="stories about this broken rule")
    parser.add_argument(
        "--mutation", choices=MUTATIONS, default="", metavar="NAME", help="with this rule of the engine broken"
    )
    parser.add_argument("--mutations", nargs="*", metavar="NAME", help="break each rule, and say who notices")
    return parser.parse_args(arguments)


def _numbers(text: str) -> list[int] | None:
    if not text:
        return None
    return [] if text == "none" else [int(number) for number in text.split(",")]


#: After so many failing stories the rest would tell little more.
ENOUGH = 5


def play(tasks: list[Task], *, count: int, keep_going: bool, keep: bool) -> int:
    """Plays the tasks, and tells."""
    began = time.monotonic()
    coverage: Counter[str] = Counter()
    results: list[Result] = []

    def told(result: Result) -> bool:
        results.append(result)
        coverage.update(result.coverage)
        if result.task.trace:
            print("\n".join(result.trace))
            print(f"seed {result.task.seed}: trace {result.digest}")
        if not result.good:
            print(report.failure(result), flush=True)
        failed = sum(not one.good for one in results)
        if len(results) % 20 == 0 or len(results) == len(tasks):
            print(report.progress(results, len(tasks), time.monotonic() - began), file=sys.stderr, flush=True)
        return keep_going or failed < ENOUGH

    with jobs.at_work(count) as workers:
        began = time.monotonic()
        workers.play(tasks, told)
    seconds = time.monotonic() - began
    if len(results) > 1:
        print(report.coverage_table(coverage, len(results)))
    print(report.summary(results, seconds))
    if keep:
        report.keep_coverage(coverage, results)
    return 0 if all(result.good for result in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
