"""What every benchmark stands on: a simulated HubSpot as a process of its own, a fresh database, and a stopwatch."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from loanark.cli import boot


@contextmanager
def database() -> Iterator[None]:
    """A database of the benchmark's own; whoever needs HubSpot's address sets it before."""
    with tempfile.TemporaryDirectory(prefix="la-bench-") as directory:
        Path(directory).chmod(0o755)
        os.environ["LOANARK_DATA_DIR"] = directory
        yield


def open_database() -> None:
    """Start it, or use it with the environment as it is now."""
    boot.django()
    from django.conf import settings

    from loanark.web.config import load

    settings.CONFIG = load()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that passed, and those for which this process had a processor."""
    began, cpu_began = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - cpu_began


def processor_seconds(pid: int) -> float:
    """For which another process had a processor, since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def hubspot(contacts: int, limit: str) -> Iterator[tuple[dict[str, Any], int]]:
    """What the simulator announces, and its process."""
    argv = [sys.executable, "-m", "hubspot_simulator", "--contacts", str(contacts), "--limit", limit]
    simulator = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        assert simulator.stdout
        yield orjson.loads(simulator.stdout.readline()), simulator.pid
    finally:
        simulator.send_signal(signal.SIGTERM)
        simulator.wait(10)
