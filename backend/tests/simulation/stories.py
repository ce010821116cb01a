"""Runs the command of the simulation as a process."""

import subprocess
import sys
from pathlib import Path

BACKEND = Path(__file__).parents[2]


def simulate(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "simulation", *arguments]
    return subprocess.run(command, cwd=BACKEND, capture_output=True, text=True, timeout=1_800, check=False)
