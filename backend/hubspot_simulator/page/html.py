"""Small pieces of HTML shared by the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from hubspot_simulator.http import Response


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that is already safe."""

    text: str

    def __str__(self) -> str:
        return self.text


def html(template: str, **values: object) -> Html:
    """Fill ``{name}`` places; anything that is not ``Html`` is escaped."""
    return Html(template.format(**{name: safe(value) for name, value in values.items()}))


def safe(value: object) -> str:
    if isinstance(value, Html):
        return value.text
    return "" if value is None else escape(str(value))


def join(parts: Iterable[Html]) -> Html:
    return Html("".join(part.text for part in parts))


def link(path: str, **query: object) -> str:
    given = {name: value for name, value in query.items() if value not in ("", None, 0)}
    return f"{path}?{urlencode(given)}" if given else path


LAYOUT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · HubSpot simulator</title>
<link rel="stylesheet" href="/assets/style.css">
<script src="/assets/script.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
  <a class="brand" href="{home}"><span aria-hidden="true">⬣</span> HubSpot simulator</a>
  <nav aria-label="Main">
    <a href="{home}"{contacts_current}>Contacts</a>
    <a href="{archived}"{archived_current}>Recycle bin</a>
    <a href="{activity}"{activity_current}>Activity</a>
  </nav>
  <p class="account">{company} · account {portal}</p>
</header>
<p class="notice">This is a simulator for development and training. It is not HubSpot, and its people are invented or loaded by you.</p>
<main id="main">{body}</main>
</body>
</html>
"""  # noqa: E501


def page(title: str, body: Html, *, portal_id: int, company: str, current: str = "", status: int = 200) -> Response:
    def mark(name: str) -> Html:
        return Html(' aria-current="page"' if name == current else "")

    whole = html(
        LAYOUT,
        title=title,
        body=body,
        company=company,
        portal=portal_id,
        home=link("/", portal=portal_id),
        archived=link("/", portal=portal_id, archived="true"),
        activity=link("/activity", portal=portal_id),
        contacts_current=mark("contacts"),
        archived_current=mark("archived"),
        activity_current=mark("activity"),
    )
    return Response(status, whole.text.encode(), content_type="text/html;charset=utf-8")
