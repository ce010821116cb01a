"""The command line: `loanark COMMAND`. Modules are imported when their command runs, so that --help is quick."""

import importlib
import sys
import threading
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """Knows where each command lives, and loads it when it is asked for."""

    places: ClassVar[dict[str, str]] = {
        "demo": "stack:demo",
        "up": "stack:up",
        "web": "services:web",
        "worker": "services:worker",
        "migrate": "services:migrate",
        "doctor": "doctor:doctor",
        "tenant": "organisations:tenant",
        "support": "support:support",
        "connect": "organisations:connect",
        "sync": "syncing:sync",
        "status": "syncing:status",
        "runs": "runs:runs",
        "plan": "runs:plan",
        "cancel": "runs:cancel",
        "undo": "undo:undo",
        "resync": "syncing:resync",
        "retry": "syncing:retry",
        "contacts": "contacts:contacts",
        "duplicates": "duplicates:duplicates",
        "mapping": "mapping:mapping",
        "fields": "fields:fields",
        "settings": "settings:settings",
        "pause": "settings:pause",
        "resume": "settings:resume",
        "held": "held:held",
        "audit": "audit:audit",
        "rotate-keys": "keys:rotate_keys",
        "bench": "bench:bench",
    }

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.places)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.places:
            return None
        module, attribute = self.places[name].split(":")
        command: click.Command = getattr(importlib.import_module(f"loanark.cli.{module}"), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """LoanArk CRM Sync: a company's contacts, the same in its own PostgreSQL and in HubSpot.

    Exit codes: 0 done; 1 failed, with one sentence on stderr; 2 wrong usage; 3 waits for approval; 4 partly done.
    """
    from loanark.cli.output import tell_uncaught

    sys.excepthook = tell_uncaught
    threading.excepthook = lambda said: tell_uncaught(
        said.exc_type, said.exc_value or said.exc_type(), said.exc_traceback
    )
