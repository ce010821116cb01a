"""How pages say when something was and who did it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hubspot_simulator.clock import iso
from hubspot_simulator.model import Contact, Source
from hubspot_simulator.page.html import Html, html

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

# Every account's zone, "US/Central", by its lasting name.
ZONE = ZoneInfo("America/Chicago")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(ms: int) -> Html:
    """Date and time where the account is: ``Nov 26, 2026, 3:34 PM``."""
    here = local(ms)
    half = "PM" if here.hour >= 12 else "AM"
    shown = f"{MONTHS[here.month - 1]} {here.day}, {here.year}, {here.hour % 12 or 12}:{here.minute:02d} {half}"
    return html('<time datetime="{iso}">{shown}</time>', iso=iso(ms), shown=shown)


def tick(ms: int) -> Html:
    """A time of the day to the millisecond, for what happens quickly."""
    here = local(ms)
    return html('<time datetime="{iso}" class="tick">{t}<span>.{f}</span></time>', iso=iso(ms), t=f"{here:%H:%M:%S}",
                f=f"{ms % 1000:03d}")  # fmt: skip


def local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZONE)


def who(simulator: Simulator, source: Source) -> str:
    """Whoever wrote a value: a person, an app, an import, or HubSpot itself."""
    user = source.id.removeprefix("userId:")
    match source.kind:
        case "CRM_UI":
            return f"A person (user {user})"
        case "CRM_UI_BULK_ACTION":
            return f"A person, many at once (user {user})"
        case "INTEGRATION" if source.id == str(simulator.app_id):
            return f"The app {simulator.app_name}"
        case "INTEGRATION":
            return f"An app ({source.id})"
        case "IMPORT":
            return "An import"
        case "MERGE_OBJECTS":
            return "A merge"
        case _:
            return source.kind.replace("_", " ").capitalize()


def name_of(contact: Contact) -> str:
    props = contact.props
    name = f"{props.get('firstname', '')} {props.get('lastname', '')}".strip()
    return name or props.get("email") or f"Contact {contact.id}"


def counted(number: int, one: str, many: str = "") -> str:
    """``1 contact``, ``1,200 contacts``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
