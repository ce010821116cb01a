"""Stories played by several processes at once, each with a database of its own, on one server."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Queue
from typing import IO

from simulation import database

BACKEND = Path(__file__).parents[1]

#: So many last lines of a failed story's trace are shown.
LAST_LINES = 30

#: So many plays a failing story is shrunk by.
PLAYS = 80

#: What is said of a story whose process died. Nobody noticed anything then.
ENDED = "the job ended by itself"


@dataclass(slots=True)
class Task:
    """What a job is to do."""

    seed: int
    steps: int
    mutation: str = ""
    #: The mutation whose directed stories are played.
    focus: str = ""
    #: Only these steps; None for all.
    only: list[int] | None = None
    without: list[str] = field(default_factory=list)
    shrink: bool = False
    trace: bool = False


@dataclass(slots=True)
class Result:
    """What a job says of a story."""

    task: Task
    digest: str
    seconds: float
    #: (checker, evidence)
    violations: list[tuple[str, str]]
    coverage: dict[str, int]
    trace: list[str]
    replay: str = ""

    @property
    def good(self) -> bool:
        return not self.violations

    @property
    def checkers(self) -> list[str]:
        return sorted({checker for checker, _ in self.violations})


@contextmanager
def at_work(count: int) -> Iterator["Jobs"]:
    """A server and its jobs; all of them end with the context."""
    with database.server() as postgres:
        database.make_template(postgres)
        jobs = Jobs([database.make_job(postgres, number) for number in range(count)])
        try:
            yield jobs
        finally:
            jobs.end()


class Jobs:
    """Processes that play one story at a time each."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._processes = [_start(url) for url in urls]

    def play(self, tasks: Sequence[Task], told: Callable[[Result], bool]) -> None:
        """Plays all tasks; `told` hears of each as it ends, and says whether to go on."""
        waiting: Queue[Task] = Queue()
        for task in tasks:
            waiting.put(task)
        ended: Queue[Result | None] = Queue()
        going = threading.Event()
        going.set()
        threads = [
            threading.Thread(target=_feed, args=(process, waiting, ended, going), daemon=True)
            for process in self._processes
        ]
        for thread in threads:
            thread.start()
        left = len(threads)
        while left:
            result = ended.get()
            if result is None:
                left -= 1
            elif going.is_set() and not told(result):
                going.clear()
        for thread in threads:
            thread.join()

    def end(self) -> None:
        for process in self._processes:
            process.terminate()
            process.wait()


def _start(url: str) -> "subprocess.Popen[str]":
    # A fixed hash seed: the order of a set of texts must not differ between two runs of a seed.
    env = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(BACKEND)}
    command = [sys.executable, "-m", "simulation.jobs", url]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)  # noqa: S603


def _feed(
    process: "subprocess.Popen[str]",
    waiting: "Queue[Task]",
    ended: "Queue[Result | None]",
    going: threading.Event,
) -> None:
    assert process.stdin and process.stdout
    while going.is_set() and not waiting.empty():
        task = waiting.get()
        line = ""
        with suppress(BrokenPipeError):  # it ended since the task before
            process.stdin.write(json.dumps(asdict(task)) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        if not line:
            text = (ENDED, f"with {process.wait()}; its error is on standard error")
            ended.put(Result(task, "", 0.0, [text], {}, []))
            break
        ended.put(_read(line))
    ended.put(None)


def _read(line: str) -> Result:
    told = json.loads(line)
    violations = [(checker, evidence) for checker, evidence in told["violations"]]
    return Result(**{**told, "task": Task(**told["task"]), "violations": violations})


# ── In a job ────────────────────────────────────────────────────────────────────────────────────────────────────────


def main(url: str) -> None:
    """Plays what is asked on standard input, a line each; answers on standard output, a line each."""
    import logging

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    database.configure(url)
    answers = sys.stdout
    with redirect_stdout(sys.stderr):
        for line in sys.stdin:
            _answer(answers, perform(Task(**json.loads(line)), url))


def _answer(answers: IO[str], result: Result) -> None:
    answers.write(json.dumps(asdict(result)) + "\n")
    answers.flush()


def perform(task: Task, url: str) -> Result:
    """Plays one story, and shrinks it if it fails and that is asked."""
    import time

    from simulation import mutations
    from simulation.play import Outcome, play
    from simulation.shrink import replay_command, shrink
    from simulation.story import Story, write

    began = time.monotonic()
    focus = mutations.MUTATIONS[task.focus].focus if task.focus else None
    story = write(task.seed, steps=task.steps, focus=focus)
    story = story if task.only is None else story.only(task.only)
    story = story.leaving_out(frozenset(task.without)) if task.without else story

    def played(story: Story) -> Outcome:
        with mutations.broken(task.mutation):
            return play(story, url, hasty=bool(task.mutation))

    outcome = played(story)
    digest, coverage = outcome.record.digest(), outcome.record.coverage
    replay = ""
    if not outcome.good:
        if task.shrink:
            outcome = shrink(outcome, played, plays=PLAYS)
        replay = replay_command(outcome.story, steps=task.steps, focus=task.focus, mutation=task.mutation)
    trace = outcome.record.trace if task.trace else outcome.record.trace[-LAST_LINES:] if not outcome.good else []
    violations = [(violation.checker, violation.evidence) for violation in outcome.violations]
    return Result(task, digest, time.monotonic() - began, violations, dict(coverage), trace, replay)


if __name__ == "__main__":
    main(sys.argv[1])
