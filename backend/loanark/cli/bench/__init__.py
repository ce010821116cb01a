"""Benchmarks: figures with the command that repeats them, on this machine, against a simulated HubSpot."""

import click

from loanark.cli.bench.backfill import backfill
from loanark.cli.bench.budget import budget
from loanark.cli.bench.duplicates import duplicates
from loanark.cli.bench.latency import latency
from loanark.cli.bench.screens import screens
from loanark.cli.bench.simulator import simulator


@click.group()
def bench() -> None:
    """Measure, and print a table."""


bench.add_command(backfill)
bench.add_command(budget)
bench.add_command(duplicates)
bench.add_command(latency)
bench.add_command(screens)
bench.add_command(simulator)
