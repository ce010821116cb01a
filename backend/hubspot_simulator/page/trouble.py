"""One page of levers: everything that can go wrong with HubSpot, on purpose."""

from __future__ import annotations

from urllib.parse import parse_qs

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response, redirect
from hubspot_simulator.page import lever_forms as forms
from hubspot_simulator.page.frame import View, way_back
from hubspot_simulator.page.html import EMPTY, Html, html, join, link, notice
from hubspot_simulator.page.lever_acts import ACTS

BODY = """
<h1>Trouble</h1>
<p class="lead">Pull a lever and watch what the app makes of it. Each says what an app then meets.</p>
{message}
<div class="with-contents">
<nav class="contents" aria-label="On this page">{contents}</nav>
<div class="levers">{now}{sections}</div>
</div>
"""
NOW = """<section id="now" class="now"><h2>Just now</h2>{what}</section>"""
SECTION = """<section id="{name}"><h2>{title}</h2><p class="hint">{about}</p>{note}{levers}</section>"""
SECTIONS = (
    ("storm", "A whole day", "At random, the same for the same seed, until it is stopped.", forms.storm),
    ("faults", "The next requests", "What you choose happens to the next requests that fit.", forms.faults),
    ("hubspot", "HubSpot and its account", "What happens to every request.", forms.hubspot),
    ("search", "Speed and search", "Right answers, but slow ones, or from an older picture.", forms.search),
    ("webhooks", "Webhooks", "What becomes of events on their way to the app.", forms.webhooks),
    ("journal", "Webhooks journal", "What becomes of the files an app can read in place of webhooks.", forms.journal),
    ("someone", "Someone else", "Others work in the account: people, bulk jobs, administrators.", forms.someone),
    ("clock", "The clock", "Tokens end, deleted records go for good, and retries come due.", forms.clock),
    ("rules", "Rules", "Where HubSpot’s documentation leaves a question open, or the account decides.", forms.rules),
)


def show(view: View, error: ApiError | None = None) -> Response:
    """What was done is said beside the lever that did it; what was refused, on top."""
    said = notice(error.message, problem=True) if error else view.note()
    place = "" if error else view.param("at")
    contents = join(html('<a href="#{name}">{title}</a>', name=name, title=title) for name, title, _, _ in SECTIONS)
    sections = join(
        html(SECTION, name=name, title=title, about=about, note=said if name == place else EMPTY, levers=levers(view))
        for name, title, about, levers in SECTIONS
    )
    message = EMPTY if any(name == place for name, _, _, _ in SECTIONS) else said
    body = html(BODY, message=message, contents=contents, now=_now(view), sections=sections)
    return view.page("Trouble", body, current="trouble", status=error.status if error else 200)


def _now(view: View) -> Html:
    ongoing = view.simulator.trouble.going_on()
    if not ongoing:
        return html(NOW, what=Html("<p>All is calm.</p>"))
    several = len(view.simulator.portals) > 1
    told = join(
        html("<li>{says}{where}</li>", says=one.says,
             where=f" (account {one.portal_id})" if several and one.portal_id else "")
        for one in ongoing
    )  # fmt: skip
    return html(NOW, what=html('<ul id="ongoing">{told}</ul>', told=told))


def pull(view: View, lever: str) -> Response | None:
    """Act, and say what was done; ``None`` when there is no such lever."""
    found = ACTS.get(lever)
    if found is None:
        return None
    section, act = found
    try:
        said = act(view)
    except ApiError as error:
        return show(view, error)
    return view.done(f"/trouble#{section}", said, at=section)


def stop(view: View) -> Response:
    """All of it, from any page, and back to that page."""
    view.act("DELETE", "trouble")
    path, _, query = way_back(view.text("back")).partition("?")
    return redirect(link(path, **parse_qs(query), note=view.notes.keep("All trouble is stopped.")))
