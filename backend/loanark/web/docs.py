"""The page behind every problem's `type`: what its code means, what is safe, what to do.

The text is `docs/problems.md`, which this package holds as a link in a clone, and as a copy when it is installed.
"""

import re
from functools import lru_cache
from html import escape
from importlib.resources import files

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;"
    "padding:0 1rem}h3{font-family:ui-monospace,monospace;font-size:1.05rem;margin:2rem 0 .25rem}"
    "h3:target{outline:2px solid;outline-offset:.4rem}a{color:inherit}code{font-size:.95em}"
)

_HEADING = re.compile(r"(#{1,3}) (.+)")
#: What a paragraph may hold; everything else is text.
_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\[([^\]]+)\]\((#[\w-]+)\)"), r'<a href="\2">\1</a>'),
)


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """Every problem code, each under a heading whose id is the code."""
    return HttpResponse(_page())


def text() -> str:
    """The document as written."""
    return files("loanark.web").joinpath("problems.md").read_text(encoding="utf-8")


@lru_cache
def _page() -> str:
    return document("Problems", "\n".join(_block(block) for block in text().strip().split("\n\n")))


def document(title: str, body: str) -> str:
    """A page that needs nothing but itself."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return (
        f'<!doctype html><html lang="en"><head>{head}<title>{title} · LoanArk CRM Sync</title>'
        f'<style>{_STYLE}</style></head><body><p><a href="/">LoanArk CRM Sync</a></p>{body}</body></html>'
    )


def _block(block: str) -> str:
    if match := _HEADING.fullmatch(block):
        level, title = len(match[1]), match[2]
        return f'<h{level} id="{_anchor(title)}">{escape(title)}</h{level}>'
    return f"<p>{_inline(' '.join(block.splitlines()))}</p>"


def _inline(words: str) -> str:
    html = escape(words, quote=False)
    for pattern, replacement in _INLINE:
        html = pattern.sub(replacement, html)
    return html


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
