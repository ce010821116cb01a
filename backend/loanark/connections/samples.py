"""What a rule would make of contacts as they are now, before anybody decides to have it. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from loanark.connections import mapping
from loanark.connections.fields import catalogue
from loanark.connections.models import Connection
from loanark.connections.rules import Choice, choices, kind_under, wrong
from loanark.connections.schemas import SampleRow, SampleSide
from loanark.core.fields import NAMES, display_name, raw_text
from loanark.core.mapping import FieldRule
from loanark.core.transforms import Untranslatable
from loanark.core.translate import held, incoming
from loanark.core.values import Unreadable
from loanark.hubspot.client import Client
from loanark.hubspot.models import Contact
from loanark.kit import sql
from loanark.kit.errors import Invalid


@dataclass(frozen=True, slots=True)
class Ours:
    """A LoanArk contact and the HubSpot contact it is linked to."""

    id: str
    hubspot_id: str | None
    columns: dict[str, Any]


def rule_of(connection: Connection, stored: Mapping[str, Any]) -> FieldRule:
    """The rule as it would be in force. Raises: Invalid, naming what is wrong. Within a tenant's scope."""
    found, errors = choices([stored])
    fields, properties = catalogue(), mapping.properties_of(connection)
    errors |= wrong(found, fields, properties, {}) if not errors else {}
    if errors:
        raise Invalid("The rule cannot be so. Nothing was tried.", errors=errors)
    return _rule(connection, found[0])


def _rule(connection: Connection, one: Choice) -> FieldRule:
    prop, field = mapping.properties_of(connection)[one.property_name], mapping.field_of(one.field, catalogue())
    kind = kind_under(field, prop, one.transform) if field else None
    assert kind is not None
    return FieldRule(
        one.field,
        one.property_name,
        kind,
        one.direction,
        one.policy,
        one.blank_may_overwrite,
        read_only=prop.calculated or prop.read_only,
        transform=one.transform,
    )


def some_contacts(count: int) -> list[Ours]:
    """The contacts that changed last, linked ones first. Within a tenant's scope."""
    found = sql.rows(
        f"""SELECT c.id::text AS id, l.hubspot_id, c.custom::text AS custom, {", ".join("c." + name for name in NAMES)}
            FROM contacts c
            LEFT JOIN contact_links l ON l.tenant_id = c.tenant_id AND l.contact_id = c.id AND l.state = 'live'
            WHERE c.deleted_at IS NULL ORDER BY l.hubspot_id IS NULL, c.updated_at DESC, c.id LIMIT %s""",
        [count],
    )
    return [
        Ours(
            row["id"],
            row["hubspot_id"],
            {**{name: row[name] for name in NAMES}, **orjson.loads(row["custom"])},
        )
        for row in found
    ]


def read(client: Client, rule: FieldRule, contacts: Sequence[Ours], count: int) -> list[Contact]:
    """These contacts in HubSpot; where none is linked yet, the first that HubSpot lists."""
    wanted = [rule.property_name, "firstname", "lastname", "email"]
    ids = [one.hubspot_id for one in contacts if one.hubspot_id]
    if ids:
        return list(client.batch_read(ids, wanted, lane="person").contacts.values())
    return client.list_contacts(wanted, limit=count, lane="person").results


def tell(rule: FieldRule, contacts: Sequence[Ours], seen: Sequence[Contact]) -> list[SampleRow]:
    """Both values of each contact, and what either would be on the other side."""
    theirs = {one.id: one for one in seen}
    rows = [_row(rule, one, theirs.pop(one.hubspot_id or "", None)) for one in contacts]
    return [*rows, *(_row(rule, None, contact) for contact in theirs.values())]


def _row(rule: FieldRule, ours: Ours | None, theirs: Contact | None) -> SampleRow:
    columns = ours.columns if ours else {}
    properties = theirs.properties if theirs else {}
    local = held(rule, lambda name: raw_text(columns.get(name)))
    remote = incoming(rule, properties.get(rule.property_name))
    parts = [columns.get(name) or properties.get(name) for name in ("firstname", "lastname", "email")]
    there = properties.get(rule.property_name)
    return SampleRow(
        contact_id=ours.id if ours else None,
        hubspot_id=theirs.id if theirs else None,
        name=display_name(*parts),
        hubspot=_side(there, remote, remote.raw) if theirs else None,
        loanark=_side(local.raw, local, _sent(rule, local)) if ours and rule.writes_hubspot else None,
        same=ours is not None and theirs is not None and local == remote,
    )


def _side(raw: str | None, value: Any, becomes: str | None) -> SampleSide:
    if isinstance(value, Unreadable):
        return SampleSide(value=raw, becomes=None, reason=f"It {value.reason}.")
    return SampleSide(value=raw, becomes=becomes or None, reason=None)


def _sent(rule: FieldRule, value: Any) -> str | None:
    if isinstance(value, Unreadable):
        return None
    try:
        return mapping.outgoing(rule, value)
    except Untranslatable:
        return None
