"""The log of every command and process: on stderr, through the redactor; no traceback shows the values of variables."""

import logging
import os
import sys

import structlog

from loanark.kit.redaction import Redactor
from loanark.web.config import secrets_of_environment


class _Redacting(logging.Formatter):
    """What libraries log, tracebacks included, without secrets."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def to_stderr() -> None:
    """One line an event: readable on a terminal, JSON elsewhere."""
    redact = Redactor(secrets_of_environment())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting(redact))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    plain = sys.stderr.isatty() or os.environ.get("LOANARK_LOG") == "plain"
    renderer = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if plain else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
            lambda _logger, _method, line: redact(str(line)),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
