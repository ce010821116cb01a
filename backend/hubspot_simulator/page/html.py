"""Small pieces of HTML shared by the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that is already safe."""

    text: str

    def __str__(self) -> str:
        return self.text


EMPTY = Html("")


def html(template: str, **values: object) -> Html:
    """Fill ``{name}`` places; anything that is not ``Html`` is escaped."""
    return Html(template.format(**{name: safe(value) for name, value in values.items()}))


def safe(value: object) -> str:
    if isinstance(value, Html):
        return value.text
    return "" if value is None else escape(str(value))


def join(parts: Iterable[Html]) -> Html:
    return Html("".join(part.text for part in parts))


def flag(name: str, is_on: object) -> Html:
    """An attribute that is there or not: ``checked``, ``selected``, ``disabled``."""
    return Html(f" {name}" if is_on else "")


def link(path: str, /, **query: object) -> str:
    """An address. Lists repeat their name; what is empty is left out."""
    given = {name: value for name, value in query.items() if value not in ("", None, 0, [])}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def options(rows: Iterable[tuple[object, str]], chosen: object) -> Html:
    """Of a select: values, labels, and which one is chosen."""
    return join(
        html('<option value="{value}"{mark}>{label}</option>', value=value, label=label,
             mark=flag("selected", str(value) == str(chosen)))
        for value, label in rows
    )  # fmt: skip


TABLE = """<div class="scroll"><table id="{name}" class="{kind}" aria-label="{label}">
<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"""


def table(name: str, label: str, heads: Iterable[str | Html], rows: Html, kind: str = "") -> Html:
    """A table that scrolls in itself where it is too wide. ``heads`` are texts, or whole cells as `head` makes them."""
    cells = join(one if isinstance(one, Html) else head(one) for one in heads)
    return html(TABLE, name=name, label=label, kind=kind, heads=cells, rows=rows)


def head(text: str, kind: str = "") -> Html:
    return html('<th class="{kind}">{text}</th>', kind=kind, text=text) if kind else html("<th>{text}</th>", text=text)


def nothing(text: str, columns: int) -> Html:
    """The only row of an empty table."""
    return html('<tr><td colspan="{columns}" class="wrap">{text}</td></tr>', columns=columns, text=text)


def hidden(name: str, values: Iterable[object]) -> Html:
    return join(html('<input type="hidden" name="{name}" value="{value}">', name=name, value=v) for v in values)


def notice(text: str, *, problem: bool = False, more: Html = EMPTY) -> Html:
    """What a person is told about what just happened; nothing when there is nothing to tell."""
    if not text:
        return EMPTY
    if problem:
        return html('<div class="said problem" role="alert" id="problem">{text}{more}</div>', text=text, more=more)
    return html('<div class="said" role="status" id="note">{text}{more}</div>', text=text, more=more)
