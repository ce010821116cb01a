"""What a command prints: for people on a terminal, or one JSON document for scripts. Progress goes to stderr."""

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
import orjson
from django.db import Error as DatabaseError

from loanark.kit.errors import LoanArkError
from loanark.kit.redaction import Redactor
from loanark.web.config import secrets_of_environment

P = ParamSpec("P")
R = TypeVar("R")

#: Exit codes: 0 done; 1 failed, with a sentence on stderr; 2 wrong usage (click's); and
WAITS_FOR_APPROVAL = 3
PARTLY_DONE = 4

#: Whom the history and runs name when a command did it.
BY = "command line"

tenant_option = click.option("--tenant", "name", required=True, help="The organisation's name or slug.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Known errors end a command with their sentence (and, with --json, as a document), never with a traceback."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except LoanArkError as error:
            fail(error.code, error.detail, as_json=bool(kwargs.get("as_json")))
        except DatabaseError as error:
            detail = f"The database does not answer as it should: {next(iter(str(error).splitlines()), '')}."
            fail("database-away", f"{detail} What was done stays done.", as_json=bool(kwargs.get("as_json")))
        except click.UsageError:
            raise
        except click.ClickException as error:
            fail("not-ready", error.message, as_json=bool(kwargs.get("as_json")))

    return run


def redacted(text: str) -> str:
    """A text without the secrets of the environment: drivers and libraries may quote what they were given."""
    return Redactor(secrets_of_environment())(text)


def tell_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The interpreter's last words, for every command and process: a traceback, without secrets."""
    sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, trace))))


def fail(code: str, detail: str, *, as_json: bool = False, exit_code: int = 1) -> NoReturn:
    detail = redacted(detail)
    if as_json:
        show({"error": {"code": code, "detail": detail}})
    click.echo(f"Error: {detail}", err=True)
    sys.exit(exit_code)


def show(document: Any) -> None:
    """One JSON document on stdout."""
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str).decode())


def note(text: str) -> None:
    """A line about what is going on, on stderr."""
    click.echo(text, err=True)
