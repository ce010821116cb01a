"""How near an account is to its limits, and the last minute as a picture."""

from __future__ import annotations

from collections import Counter

from hubspot_simulator.limits import WINDOW_MS
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, html, join

GAUGE = """<div class="gauge"><dt>{label}</dt><dd><b>{now}</b> of {limit}{most}
<svg class="meter {level}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
<rect width="100" height="6" class="room"/><rect width="{share}" height="6" class="used"/>{mark}</svg></dd></div>"""
MOST = ", at most {most}"
FIGURE = '<div class="gauge"><dt>{label}</dt><dd><b{id}>{value}</b> {more}</dd></div>'
SECONDS = 60
BAR, HEIGHT = 10, 56
LOW = 12  # requests in a second that fill the picture when there are no more
PICTURE = """<figure class="minute">
<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" aria-label="Requests of the last minute">
<rect width="{width}" height="{height}" class="ground"/>{bars}</svg>
<figcaption>The last minute, second by second: {keys}</figcaption></figure>"""
RECT = '<rect x="{x}" y="{y}" width="{w}" height="{h}" class="{kind}"/>'
KEY = '<span class="key {kind}">{count} {words}</span> '
# What becomes of a request; the words stand beside the colours.
OUTCOMES = {"well": "answered", "limited": "refused with 429", "failed": "refused otherwise or failed"}


def gauges(view: View) -> Html:
    """Requests of the window, searches of the second, the day, and webhooks."""
    simulator, meter, now = view.simulator, view.portal.meter, view.simulator.clock.now_ms()
    limit = simulator.limit
    window = limit.window_ms if limit else WINDOW_MS
    hooks = simulator.webhooks
    quota = simulator.daily_limit
    return join(
        (
            _gauge(
                f"Requests in {window / 1000:g} s",
                max((seen.count(now, window) for seen in meter.arrivals.values()), default=0),
                limit.count if limit else 0,
                meter.most_arrivals(),
                "max-window",
            ),
            _gauge(
                "Searches in 1 s",
                meter.search_arrivals.count(now, 1_000),
                simulator.search_per_second if limit else 0,
                meter.search_arrivals.maximum,
                "max-search",
            ),
            _gauge("Today, static token", quota - meter.day.remaining(now, quota), quota),
            _figure("Requests in all", f"{sum(simulator.statuses.values()):,}", "request-count"),
            _figure("Webhook events sent", f"{hooks.delivered:,}", "delivered", f"{hooks.lost:,} lost"),
            _figure("Waiting", f"{hooks.waiting():,}", "waiting", "held back" if hooks.settings.hold else ""),
            _figure("Contacts", f"{len(view.portal.live):,}", "contact-count"),
        )
    )


def _gauge(label: str, now: int, limit: int, most: int | None = None, name: str = "") -> Html:
    if most is None:
        told, mark = EMPTY, EMPTY
    else:
        value = html('<span id="{name}">{most}</span>', name=name, most=most)
        told = html(MOST, most=value)
        at = min(99.0, 100 * most / limit) if limit else 0.0
        mark = html('<rect x="{at}" width="1" height="6" class="peak"/>', at=f"{at:.1f}") if most and limit else EMPTY
    share = min(100.0, 100 * now / limit) if limit else 0.0
    level = "full" if share >= 100 else "high" if share >= 80 else "low"
    return html(GAUGE, label=label, now=f"{now:,}", limit=f"{limit:,}" if limit else "no limit", most=told,
                level=level, share=f"{share:.1f}", mark=mark)  # fmt: skip


def _figure(label: str, value: str, name: str, more: str = "") -> Html:
    return html(FIGURE, label=label, value=value, id=html(' id="{name}"', name=name), more=more)


def outcome(status: int) -> str:
    """What became of a request, in a word: also what its colour means."""
    if status == 429:
        return "limited"
    return "well" if 200 <= status < 400 else "failed"


def minute(view: View) -> Html:
    """A bar for each of the last sixty seconds."""
    now = view.simulator.clock.now_ms()
    counts: Counter[tuple[int, str]] = Counter()
    for entry in reversed(view.simulator.log.copy()):
        ago = (now - entry["at"]) // 1000
        if ago >= SECONDS:
            break
        if entry.get("portal", view.portal.id) == view.portal.id:
            counts[int(ago), outcome(entry["status"])] += 1
    totals = {kind: sum(count for (_, one), count in counts.items() if one == kind) for kind in OUTCOMES}
    tallest = max(sum(counts[ago, kind] for kind in OUTCOMES) for ago in range(SECONDS))
    bars = [bar for ago in range(SECONDS) for bar in _bars(counts, ago, HEIGHT / max(tallest, LOW))]
    keys = join(html(KEY, kind=kind, count=f"{totals[kind]:,}", words=words) for kind, words in OUTCOMES.items())
    return html(PICTURE, width=SECONDS * BAR, height=HEIGHT, bars=join(bars), keys=keys)


def _bars(counts: Counter[tuple[int, str]], ago: int, scale: float) -> list[Html]:
    """One second, its kinds on top of each other."""
    bars, top = [], float(HEIGHT)
    for kind in OUTCOMES:
        height = counts[ago, kind] * scale
        if height:
            top -= height
            left = (SECONDS - 1 - ago) * BAR + 1
            bars.append(html(RECT, kind=kind, x=left, y=f"{top:.1f}", w=BAR - 2, h=f"{height:.1f}"))
    return bars
