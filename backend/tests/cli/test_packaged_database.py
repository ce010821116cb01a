"""The packaged database lives as long as the programs that use it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Where a server that root starts as somebody else can reach it."""
    directory = Path(tempfile.mkdtemp(prefix="la-web-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def test_a_terminated_web_process_leaves_no_server_behind(data_dir: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOANARK_", "DJANGO_"))}
    web = subprocess.Popen(
        [sys.executable, "-m", "loanark.cli", "web", "--port", str(port)],
        stderr=subprocess.DEVNULL,
        env={**kept, "LOANARK_DATA_DIR": str(data_dir)},
    )
    until = time.monotonic() + 60
    while not _answers(f"http://127.0.0.1:{port}/health/live"):
        assert web.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    assert _servers(data_dir)
    web.send_signal(signal.SIGTERM)
    web.wait(30)
    assert _servers(data_dir) == []


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def _servers(data_dir: Path) -> list[str]:
    return subprocess.run(
        ["pgrep", "-f", f"postgres -D {data_dir}"], capture_output=True, text=True, check=False
    ).stdout.split()
