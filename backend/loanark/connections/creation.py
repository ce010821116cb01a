"""The properties LoanArk makes in HubSpot when a person agrees to each by name: its group, its id, the loan set."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from loanark.connections.fields import catalogue
from loanark.connections.rules import KEY_PROPERTY
from loanark.core.fields import Field
from loanark.core.values import Kind
from loanark.hubspot.client import Client
from loanark.hubspot.errors import AlreadyExists, MissingScopes, Rejected
from loanark.hubspot.models import Option, Property
from loanark.kit import clock

GROUP, GROUP_LABEL = "loanark", "LoanArk"
#: The group that every account has.
HUBSPOTS_GROUP = "contactinformation"

#: What HubSpot must have granted to let us make properties.
SCOPE = "crm.schemas.contacts.write"

#: Properties that LoanArk may make carry its name; HubSpot's own are never made.
PREFIX = "loanark_"

#: A new property can be read 250 to 700 ms after it was made (HubSpot API facts, properties).
READABLE_WITHIN_SECONDS = 5.0

#: HubSpot's type and field type by LoanArk's kind.
_TYPES: Mapping[Kind, tuple[str, str]] = {
    Kind.TEXT: ("string", "text"),
    Kind.EMAIL: ("string", "text"),
    Kind.PHONE: ("string", "phonenumber"),
    Kind.DECIMAL: ("number", "number"),
    Kind.BOOLEAN: ("bool", "booleancheckbox"),
    Kind.DATE: ("date", "date"),
    Kind.INSTANT: ("datetime", "date"),
    Kind.ENUM: ("enumeration", "select"),
    Kind.ENUM_SET: ("enumeration", "checkbox"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A property that LoanArk would make."""

    name: str
    label: str
    type: str
    field_type: str
    description: str
    field: str | None = None
    options: tuple[Option, ...] = ()
    unique: bool = False


KEY = Wanted(
    KEY_PROPERTY,
    "LoanArk id",
    "string",
    "text",
    "The id of this contact in LoanArk. Written by LoanArk CRM Sync; please leave it alone.",
    unique=True,
)


def wanted(field: Field) -> Wanted:
    """The property that holds a field. A field whose values are free text here is free text there as well."""
    kind, field_type = _TYPES[field.kind]
    options = tuple(Option(option.label, option.value) for option in field.options)
    if field.kind is Kind.BOOLEAN:
        options = (Option("Yes", "true"), Option("No", "false"))
    name = field.hubspot if field.hubspot.startswith(PREFIX) else f"{PREFIX}{field.hubspot}"
    described = f"LoanArk's field {field.label}, kept the same by LoanArk CRM Sync."
    return Wanted(name, field.label, kind, field_type, described, field.name, options)


def missing(properties: Collection[str], mapped: Collection[str]) -> list[Wanted]:
    """What LoanArk would make: its id, and a property for each field of the loan set or of the organisation's own that
    meets none."""
    fields = [
        field
        for field in catalogue().values()
        if field.name not in mapped and field.hubspot not in properties
        if field.custom or field.hubspot.startswith(PREFIX)
    ]
    return [one for one in (KEY, *map(wanted, fields)) if one.name not in properties]


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one property: made, there already, or refused with a reason."""

    name: str
    outcome: str
    reason: str | None = None


def make(client: Client, chosen: Iterable[Wanted], *, lane: str) -> list[Made]:
    """Makes the group and the properties, one after the other. What HubSpot refuses is told, and the rest goes on."""
    results: list[Made] = []
    group: str | None = None
    no_right: MissingScopes | None = None
    for one in chosen:
        try:
            if no_right:
                raise no_right
            group = group or _group(client, lane)
            make_one(client, one, group, lane=lane)
            results.append(Made(one.name, "made"))
        except AlreadyExists:
            results.append(Made(one.name, "there"))
        except MissingScopes as error:
            no_right = error
            scopes = ", ".join(error.scopes) or SCOPE
            reason = (
                f"HubSpot did not grant {scopes}, which making properties takes. Nothing was made. Connect again and "
                "grant it, or make the property by hand in HubSpot."
            )
            results.append(Made(one.name, "refused", reason))
        except Rejected as error:
            results.append(Made(one.name, "refused", error.reason))
    return results


def make_one(client: Client, one: Wanted, group: str, *, lane: str) -> Property:
    """Raises: AlreadyExists, MissingScopes, Rejected."""
    return client.create_property(
        one.name,
        one.label,
        one.type,
        one.field_type,
        group,
        options=one.options,
        has_unique_value=one.unique,
        description=one.description,
        lane=lane,
    )


def _group(client: Client, lane: str) -> str:
    """A group of our own to show them in, or the one that every account has. Raises: MissingScopes."""
    try:
        client.create_property_group(GROUP, GROUP_LABEL, lane=lane)
    except AlreadyExists:
        pass
    except Rejected:
        return HUBSPOTS_GROUP
    return GROUP


def read_until_seen(client: Client, names: Collection[str], *, lane: str) -> list[Property]:
    """The account's properties, as soon as it shows these (or after a while, without them)."""
    until = clock.monotonic() + READABLE_WITHIN_SECONDS
    while True:
        properties = client.properties(lane=lane)
        if {prop.name for prop in properties}.issuperset(names) or clock.monotonic() > until:
            return properties
        clock.sleep(0.2)
