"""The supervisor, with real processes: restarts, order of stopping, and what happens when it is killed itself."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loanark.kit import supervisor as module
from loanark.kit.supervisor import Supervisor

BACKEND = Path(module.__file__).parents[2]


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", textwrap.dedent(code)]


SLEEPER = python("import time; time.sleep(60)")
#: Says when it was asked to stop, then stops.
POLITE = python(
    """
    import signal, sys, time
    def stop(*_):
        print("was asked to stop"); sys.exit(0)
    signal.signal(signal.SIGTERM, stop)
    print("ready")
    time.sleep(60)
    """
)
STUBBORN = python(
    """
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready")
    time.sleep(60)
    """
)


def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def meanwhile(supervisor: Supervisor, script: Callable[[], None]) -> Iterator[None]:
    """Run the supervisor here, in the main thread, and a script beside it; then stop it."""
    failures: list[BaseException] = []

    def play() -> None:
        try:
            script()
        except BaseException as failure:  # noqa: BLE001  (re-raised in the main thread below)
            failures.append(failure)
        finally:
            supervisor.stop()

    thread = threading.Thread(target=play)
    thread.start()
    supervisor.run()
    thread.join()
    if failures:
        raise failures[0]
    yield


def test_a_child_that_is_killed_runs_again_and_this_is_said_in_a_sentence() -> None:
    output = io.StringIO()
    supervisor = Supervisor(output=output)
    child = supervisor.start("web", SLEEPER)
    first = child.pid
    assert first

    def script() -> None:
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: child.pid not in (None, first))

    with meanwhile(supervisor, script):
        assert "web ended: killed by SIGKILL. It is started again in 0.5 s." in output.getvalue()
        assert child.pid is None, "and it is stopped with the rest in the end"


def test_a_child_that_keeps_ending_is_started_ever_more_slowly_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.2)
    output = io.StringIO()
    supervisor = Supervisor(output=output)
    child = supervisor.start("web", ["/bin/sh", "-c", "exit 3"])
    child.pause = 0.05

    with meanwhile(supervisor, lambda: wait_for(lambda: output.getvalue().count("exit code 3") >= 4)):
        pauses = [line.rsplit(" in ", 1)[1] for line in output.getvalue().splitlines() if "ended" in line]
        assert pauses[:4] == ["0.05 s.", "0.1 s.", "0.2 s.", "0.2 s."]


def test_a_child_that_ran_well_for_a_while_begins_with_the_short_pause_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROVED_AFTER", 0.0)
    output = io.StringIO()
    supervisor = Supervisor(output=output)
    child = supervisor.start("web", ["/bin/sh", "-c", "exit 0"])
    child.pause = 5.0
    with meanwhile(supervisor, lambda: wait_for(lambda: "ended" in output.getvalue())):
        assert "again in 0.5 s" in output.getvalue()


def test_each_line_of_a_child_appears_under_its_name() -> None:
    output = io.StringIO()
    supervisor = Supervisor(output=output)
    supervisor.start("web", ["/bin/sh", "-c", "echo one; echo two >&2; printf 'no end of line'; sleep 60"])
    supervisor.start("worker", ["/bin/sh", "-c", "printf '\\377\\n'; sleep 60"])
    with meanwhile(supervisor, lambda: wait_for(lambda: "two" in output.getvalue() and "worker" in output.getvalue())):
        lines = output.getvalue().splitlines()
        assert "web       | one" in lines
        assert "web       | two" in lines
        assert "web       | no end of line" in lines
        assert "worker    | \N{REPLACEMENT CHARACTER}" in lines


def test_a_child_gets_the_environment_it_was_given_and_no_terminal() -> None:
    output = io.StringIO()
    supervisor = Supervisor(output=output)
    code = 'echo "$COLOUR"; cat; echo input ended; sleep 60'
    supervisor.start("web", ["/bin/sh", "-c", code], {"COLOUR": "blue", "PATH": os.environ["PATH"]})
    with meanwhile(supervisor, lambda: wait_for(lambda: "input ended" in output.getvalue())):
        assert "| blue" in output.getvalue()


def test_a_program_that_does_not_exist_is_an_error_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        Supervisor().start("web", ["/no/such/program"])


def test_a_program_that_disappears_is_tried_again_until_it_is_back(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho started\n")
    program.chmod(0o755)
    output = io.StringIO()
    supervisor = Supervisor(output=output)
    supervisor.start("web", [str(program)])

    def script() -> None:
        wait_for(lambda: "started" in output.getvalue())
        hidden = program.rename(tmp_path / "hidden")
        wait_for(lambda: "web cannot be started: No such file or directory." in output.getvalue())
        hidden.rename(program)
        wait_for(lambda: output.getvalue().count("| started") >= 2)

    with meanwhile(supervisor, script):
        pass


def test_children_that_do_not_stop_are_killed_when_the_time_is_up() -> None:
    output = io.StringIO()
    supervisor = Supervisor(output=output, stop_seconds=0.5)
    child = supervisor.start("web", STUBBORN)
    with meanwhile(supervisor, lambda: wait_for(lambda: "ready" in output.getvalue())):
        assert child.pid is None
        assert "web has not stopped by itself and is killed." in output.getvalue()


def test_what_a_child_leaves_behind_is_killed_before_it_is_started_again() -> None:
    output = io.StringIO()
    supervisor = Supervisor(output=output)
    child = supervisor.start("web", ["/bin/sh", "-c", "sleep 60 & echo $!; wait"])

    def left_behind() -> list[int]:
        said = [line.rsplit(" ", 1)[1] for line in output.getvalue().splitlines() if line.startswith("web")]
        return [int(word) for word in said if word.isdigit()]

    def script() -> None:
        wait_for(left_behind)
        assert child.pid
        os.kill(child.pid, signal.SIGKILL)
        wait_for(lambda: not is_alive(left_behind()[0]))
        wait_for(lambda: len(left_behind()) == 2)

    with meanwhile(supervisor, script):
        # A killed process is gone a moment after it was killed, by the time its group takes notice.
        wait_for(lambda: not any(map(is_alive, left_behind())))


def test_the_callback_is_called_again_and_again_whatever_it_raises() -> None:
    output = io.StringIO()
    calls: list[float] = []

    def tick() -> None:
        calls.append(time.monotonic())
        if 2 <= len(calls) <= 4:
            raise RuntimeError("The database is away.")

    supervisor = Supervisor(tick=tick, tick_seconds=0.02, output=output)
    with meanwhile(supervisor, lambda: wait_for(lambda: len(calls) >= 6)):
        assert output.getvalue().count("The database is away.") == 1, "said once, not at every call"
        assert output.getvalue().count("The trouble reported above is over.") == 1


def test_a_callback_that_takes_long_does_not_delay_a_restart() -> None:
    output = io.StringIO()
    release = threading.Event()
    supervisor = Supervisor(tick=lambda: release.wait(20), tick_seconds=0.01, output=output)
    child = supervisor.start("web", SLEEPER)
    first = child.pid
    assert first

    def script() -> None:
        time.sleep(0.1)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: child.pid not in (None, first), seconds=5)
        release.set()

    with meanwhile(supervisor, script):
        pass


# ── A supervisor in a process of its own, for signals and kills ─────────────────────────────────────────────────────

PROGRAM = """
import sys
from loanark.kit.supervisor import Supervisor
supervisor = Supervisor(stop_seconds=float(sys.argv[1]))
for name, code in zip(sys.argv[2::2], sys.argv[3::2]):
    child = supervisor.start(name, [sys.executable, "-u", "-c", code])
    print(name, child.pid, flush=True)
supervisor.run()
"""


@contextmanager
def in_a_process(stop_seconds: float, **children: list[str]) -> Iterator[tuple[subprocess.Popen[str], dict[str, int]]]:
    pairs = [word for name, argv in children.items() for word in (name, argv[-1])]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(stop_seconds), *pairs],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(BACKEND)},
    )
    assert process.stdout is not None
    try:
        pids = {name: int(pid) for name, pid in (process.stdout.readline().split() for _ in children)}
        yield process, pids
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], text: str, times: int = 1) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        times -= text in line
        if times == 0:
            return
    pytest.fail(f"{text!r} was not said")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_children_and_ends_it_well(number: signal.Signals) -> None:
    with in_a_process(10, simulator=POLITE, web=POLITE, worker=POLITE) as (process, pids):
        read_until(process, "ready", times=3)
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 0
        assert not any(map(is_alive, pids.values()))
        assert said.count("was asked to stop") == 3


def test_a_child_is_asked_to_stop_only_when_the_one_started_after_it_has_ended(tmp_path: Path) -> None:
    diary = tmp_path / "diary"

    def slow_to_stop(name: str) -> list[str]:
        return python(f"""
            import signal, sys, time
            def stop(*_):
                time.sleep(0.2); open({str(diary)!r}, "a").write("{name} "); sys.exit(0)
            signal.signal(signal.SIGTERM, stop)
            print("ready")
            time.sleep(60)
        """)

    children = {name: slow_to_stop(name) for name in ("simulator", "web", "worker")}
    with in_a_process(10, **children) as (process, _):
        read_until(process, "ready", times=3)
        process.terminate()
        process.communicate(timeout=20)
    assert diary.read_text() == "worker web simulator "


def test_a_second_interrupt_kills_at_once() -> None:
    with in_a_process(60, web=STUBBORN) as (process, pids):
        read_until(process, "ready")
        process.send_signal(signal.SIGINT)
        time.sleep(1.3)
        assert is_alive(pids["web"])
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
        assert not is_alive(pids["web"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_children_end_when_the_supervisor_is_killed() -> None:
    with in_a_process(10, web=SLEEPER, worker=SLEEPER) as (process, pids):
        assert all(map(is_alive, pids.values()))
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(is_alive, pids.values())))
