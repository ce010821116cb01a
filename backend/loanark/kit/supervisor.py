"""Keeps a handful of child processes running: the whole of `loanark demo` and `loanark up` under one Ctrl-C.

    supervisor = Supervisor(tick=database.ensure_running)
    supervisor.start("web", ["loanark", "web"], env)
    supervisor.start("worker", ["loanark", "worker"], env)
    supervisor.run()          # until Ctrl-C or SIGTERM

* A child that ends is started again, after 0.5 s, then 1, 2, 4 and at most 5 s; a child that ran for a minute has
  proved itself and begins again at 0.5 s.
* Each line a child prints appears under its name, on stderr.
* Stopping asks the children (SIGTERM) in reverse order of their start, each when the one before has ended, since
  a worker finishes its page with the help of what was started before it. They have 10 s together, then are killed;
  a second Ctrl-C kills at once. What a child leaves behind in its session is killed with it.
* If the supervisor itself is killed, the kernel sends the children SIGTERM (Linux).
* Children are in sessions of their own, so Ctrl-C in the terminal reaches only the supervisor, which then stops
  them in order.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
PROVED_AFTER = 60.0

_PR_SET_PDEATHSIG = 1
_LEAST_GRACE = 1.0  # for a child whose turn comes when the time is already up
_IMPATIENT_AFTER = 1.0  # a second signal counts as such from here on; `timeout` and systemd send two in a row

# Looked up here: between fork and exec nothing may take a lock.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass
class Child:
    """One program that is to be running."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    restart_at: float | None = None
    reader: threading.Thread | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """The pid of the running process, if it runs."""
        return self.process.pid if self.process and self.process.poll() is None else None


class Supervisor:
    """Starts children, restarts them when they end, and stops them all when asked to."""

    def __init__(
        self,
        *,
        tick: Callable[[], object] | None = None,
        tick_seconds: float = 2.0,
        stop_seconds: float = 10.0,
        output: IO[str] | None = None,
    ) -> None:
        """`tick` is called every `tick_seconds` while running, in a thread of its own, so it may take its time.

        What it raises is reported and ends nothing.
        """
        self.children: list[Child] = []
        self._tick = tick
        self._tick_seconds = tick_seconds
        self._stop_seconds = stop_seconds
        self._output = output or sys.stderr
        self._write_lock = threading.Lock()
        self._stopping = threading.Event()
        self._signalled_at: float | None = None
        self._hurry = False

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None) -> Child:
        """Start a child now; `env` replaces the environment (None: ours). Raises OSError if it cannot be executed."""
        child = Child(name, list(argv), dict(env) if env is not None else None)
        self._spawn(child)
        self.children.append(child)
        return child

    def run(self) -> None:
        """Watch the children until SIGINT, SIGTERM or `stop` (from another thread), then stop them all.

        Call it in the main thread: signals are received there. The parent-death signal is tied to the thread that
        started a child, so `start` belongs into the main thread as well.
        """
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored: started by nohup
            numbers.append(signal.SIGHUP)
        previous = {number: signal.signal(number, self._on_signal) for number in numbers}
        ticker = threading.Thread(target=self._keep_ticking, daemon=True)
        ticker.start()
        try:
            while self._signalled_at is None and not self._stopping.wait(0.1):
                for child in self.children:
                    self._watch(child)
        finally:
            self._stopping.set()
            self._stop_children()
            ticker.join(timeout=self._stop_seconds)
            for number, handler in previous.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Make `run` stop the children and return."""
        self._stopping.set()

    def say(self, sentence: str) -> None:
        """Write a sentence of our own between the children's lines."""
        self._write("loanark", sentence)

    # ── Inside ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        # A plain attribute: setting an Event here could wait for a lock that this very thread holds.
        now = time.monotonic()
        if self._signalled_at is None:
            self._signalled_at = now
        elif now - self._signalled_at > _IMPATIENT_AFTER:
            self._hurry = True

    def _spawn(self, child: Child) -> None:
        supervisor_pid = os.getpid()
        child.process = subprocess.Popen(  # noqa: S603
            child.argv,
            env=child.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: _die_with(supervisor_pid),
        )
        child.started_at = time.monotonic()
        child.restart_at = None
        child.reader = threading.Thread(target=self._copy_output, args=(child.name, child.process), daemon=True)
        child.reader.start()

    def _watch(self, child: Child) -> None:
        now = time.monotonic()
        if child.restart_at is not None:
            if now >= child.restart_at:
                self._restart(child)
            return
        if child.process is None or child.process.poll() is None:
            return
        _kill_leftovers(child.process)
        if now - child.started_at >= PROVED_AFTER:
            child.pause = FIRST_PAUSE
        self.say(f"{child.name} ended: {_how(child.process.returncode)}. It is started again in {child.pause:g} s.")
        self._plan_restart(child, now)

    def _restart(self, child: Child) -> None:
        try:
            self._spawn(child)
        except OSError as error:
            self.say(f"{child.name} cannot be started: {error.strerror}. Next attempt in {child.pause:g} s.")
            self._plan_restart(child, time.monotonic())

    def _plan_restart(self, child: Child, now: float) -> None:
        child.restart_at = now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _keep_ticking(self) -> None:
        complaint = ""
        while self._tick and not self._stopping.wait(self._tick_seconds):
            before = complaint
            try:
                self._tick()
                complaint = ""
            except Exception as error:  # noqa: BLE001  (the children must outlive whatever the callback meets)
                complaint = str(error) or type(error).__name__
            if complaint and complaint != before:  # once, not every two seconds
                self.say(complaint)
            elif before and not complaint:
                self.say("The trouble reported above is over.")

    def _stop_children(self) -> None:
        deadline = time.monotonic() + self._stop_seconds
        running = [(child, child.process) for child in reversed(self.children) if child.process and child.pid]
        for child, process in running:
            process.terminate()
            deadline = max(deadline, time.monotonic() + _LEAST_GRACE)
            while process.poll() is None:
                if self._hurry or time.monotonic() > deadline:
                    self.say(f"{child.name} has not stopped by itself and is killed.")
                    process.kill()
                    process.wait()
                time.sleep(0.02)
            _kill_leftovers(process)
        for child in self.children:
            if child.reader is not None:
                child.reader.join(timeout=1)

    def _copy_output(self, name: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self._write(name, line.decode(errors="replace").rstrip("\r\n"))

    def _write(self, name: str, line: str) -> None:
        with self._write_lock, contextlib.suppress(OSError, ValueError):  # a closed terminal ends nothing
            self._output.write(f"{name:9} | {line}\n")
            self._output.flush()


def _die_with(supervisor_pid: int) -> None:
    """In the child, before it becomes its program: ask the kernel for SIGTERM when the supervisor's thread ends."""
    if _prctl is None:
        return
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != supervisor_pid:  # it ended before we asked
        os._exit(1)


def _kill_leftovers(process: subprocess.Popen[bytes]) -> None:
    """Kill what an ended child left in its session: it would hold the port, or go on working unwatched."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _how(returncode: int) -> str:
    if returncode < 0:
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(-returncode).name}"
    return f"exit code {returncode}"
