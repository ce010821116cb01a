"""Reading merges: those that were made, and what one would come to."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from loanark.connections.fields import catalogue
from loanark.core.duplicates.survivorship import Survivor
from loanark.core.fields import display_name
from loanark.core.values import Kind, Unreadable, read
from loanark.duplicates import merging, settings
from loanark.duplicates.merging import Row
from loanark.duplicates.proposals import HUBSPOT
from loanark.duplicates.schemas import GoldenField, MergeOut, MergePage, Preview
from loanark.kit import sql
from loanark.kit.errors import Invalid, NotFound


def preview(members: Sequence[str], *, survivor: str | None, chosen: Mapping[str, str]) -> Preview:
    """What merging these would make of them. Raises: NotFound; Stale; Invalid."""
    rows = rows_of(members)
    first, fixed = lives_on(rows, survivor)
    ordered = [first, *(row for row in rows if row is not first)]
    return Preview(
        survivor=first.key,
        survivor_fixed=fixed,
        golden=_fields(merging.foresee(ordered, chosen), rows),
        hubspot=_future(rows),
        warnings=_warnings(rows),
    )


def rows_of(members: Sequence[str]) -> list[Row]:
    """The contacts that keys name. Raises: NotFound; Stale, where one can be merged with nobody; Invalid."""
    if len(set(members)) < len(members):
        raise Invalid("Each contact is named once. Nothing was changed.", errors={"members": "One is named twice."})
    ids = [_uuid(key) for key in members if not key.startswith(HUBSPOT)]
    if not ids:
        raise Invalid("One of them must be in LoanArk. Nothing was changed.", errors={"members": "All are in HubSpot."})
    known = merging.read(ids)
    merging.refuse_unfit(ids, known)
    return [_stranger(key, ids) if key.startswith(HUBSPOT) else known[_uuid(key)] for key in members]


def lives_on(rows: Sequence[Row], survivor: str | None) -> tuple[Row, str | None]:
    """Who lives on, and why it can be no other, where that is so. Raises: Invalid."""
    best, fixed = merging.survivor_of(rows)
    if survivor is None or survivor == best.key:
        return best, fixed
    wanted = next((row for row in rows if row.key == survivor), None)
    if wanted is None or fixed:
        reason = fixed or "It is none of them."
        raise Invalid(f"That contact cannot live on. {reason} Nothing was changed.", errors={"survivor": reason})
    return wanted, None


def _stranger(key: str, ids: Sequence[UUID]) -> Row:
    hubspot_id = key.removeprefix(HUBSPOT)
    found = sql.first(
        """SELECT other_values::text AS texts FROM duplicate_proposals
           WHERE other_hubspot_id = %s AND contact_id = ANY(%s::uuid[]) AND state = 'open' ORDER BY posterior DESC""",
        [hubspot_id, sql.texts(ids)],
    )
    if found is None:
        raise NotFound(f"HubSpot's contact {hubspot_id} waits for none of the others (any more). Nothing was changed.")
    return Row(None, orjson.loads(found["texts"]), hubspot_id)


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise Invalid("There is no such contact.", errors={"members": f"{key!r} names no contact."}) from None


def _fields(survivors: Mapping[str, Survivor], rows: Sequence[Row]) -> list[GoldenField]:
    """In the order in which fields are shown everywhere; what an organisation archived comes last."""
    fields = catalogue(archived=True)
    return [
        GoldenField(
            field=name,
            label=field.label,
            text=one.text,
            key=one.key,
            why=one.why,
            differs=len({_compared(field.kind, row.texts.get(name)) for row in rows}) > 1,
        )
        for name, field in fields.items()
        if (one := survivors.get(name))
    ]


def _compared(kind: Kind, text: str | None) -> str | None:
    value = read(kind, text)
    return text if isinstance(value, Unreadable) else value.canonical


def _future(rows: Sequence[Row]) -> str:
    in_hubspot = sum(row.hubspot_id is not None for row in rows)
    if in_hubspot < 2:
        return "Only one of them is in HubSpot: nothing is merged there."
    hours = settings.load().hubspot_wait_hours
    when = "when somebody says so" if hours is None else f"after {hours} hours, or at once when somebody says so"
    return (
        f"HubSpot merges its {in_hubspot} contacts {when}. Until then taking the merge back leaves no trace there; "
        "afterwards the other contact is made again, under a new id."
    )


#: Fields in which people rarely differ from themselves.
_TELLING = ("loan_number", "nmls_id")


def _warnings(rows: Sequence[Row]) -> list[str]:
    labels = catalogue()
    texts = {name: {row.texts[name].strip() for row in rows if row.texts.get(name)} for name in _TELLING}
    return [
        f"{labels[name].label}: they hold different ones. Both stay in their own records."
        for name, found in texts.items()
        if len(found) > 1
    ]


_NAME = "jsonb_build_array({0}.firstname, {0}.lastname, {0}.email)::text"

_MERGES = f"""
    SELECT m.id, m.contact_id, m.other_contact_id, m.state, m.how, m.by, m.at, m.posterior, m.hubspot, m.hubspot_due_at,
           m.hubspot_error, m.hubspot_id, m.other_hubspot_id, m.merged_hubspot_id, m.undone_at, m.undone_by,
           m.left_behind::text AS left_behind, m.kept IS NOT NULL AS is_kept,
           {_NAME.format("c")} AS name, {_NAME.format("o")} AS other_name
    FROM duplicate_merges m
    LEFT JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id
    LEFT JOIN contacts o ON o.tenant_id = m.tenant_id AND o.id = m.other_contact_id"""


def page(*, contact_id: UUID | None, state: str | None, cursor: int | None, limit: int) -> MergePage:
    """Merges, the newest first."""
    conditions: list[str] = ["true"]
    params: list[object] = []
    for condition, value in (("m.id < %s", cursor), ("m.state = %s", state)):
        if value is not None:
            conditions.append(condition)
            params.append(value)
    if contact_id is not None:
        conditions.append("(m.contact_id = %s OR m.other_contact_id = %s)")
        params += [contact_id, contact_id]
    found = sql.rows(f"{_MERGES} WHERE {' AND '.join(conditions)} ORDER BY m.id DESC LIMIT %s", [*params, limit + 1])
    shown = found[:limit]
    return MergePage(
        merges=[_told(row) for row in shown], next_cursor=str(shown[-1]["id"]) if len(found) > limit else None
    )


def by_ids(merge_ids: Sequence[int]) -> list[MergeOut]:
    """These merges, as they are now."""
    return [_told(row) for row in sql.rows(f"{_MERGES} WHERE m.id = ANY(%s) ORDER BY m.id", [list(merge_ids)])]


def one(merge_id: int) -> MergeOut:
    """Raises: NotFound."""
    found = by_ids([merge_id])
    if not found:
        raise NotFound("There is no such merge in this organisation.")
    return found[0]


def _told(row: sql.Row) -> MergeOut:
    name, other = (display_name(*orjson.loads(row[key])) for key in ("name", "other_name"))
    return MergeOut(
        **{
            **row,
            "name": name,
            "other_name": other,
            "hubspot_words": _words(row),
            "left_behind": orjson.loads(row["left_behind"]) or _would_stay_behind(row),
        }
    )


def _words(row: sql.Row) -> str:
    undone = row["state"] == "undone"
    match row["hubspot"]:
        case "none":
            return "There were no two contacts in HubSpot to merge."
        case "waiting" | "approved" | "refused" if undone:
            return "HubSpot had not merged the two: nothing had to be taken back there."
        case "waiting":
            return "HubSpot merges the two later." if row["hubspot_due_at"] else "HubSpot merges the two when asked to."
        case "approved":
            return "HubSpot merges the two next."
        case "sending":
            return "HubSpot is merging the two."
        case "refused":
            return f"HubSpot would not merge the two: {row['hubspot_error']}"
        case "done" if undone:
            return "HubSpot had merged the two: the other contact is being made again there."
        case "done":
            return f"HubSpot has merged the two, as {row['merged_hubspot_id']}."
        case _:
            return "The other contact was made again in HubSpot."


#: What HubSpot never gives back once it merged two contacts.
STAYS_BEHIND = (
    "In HubSpot the other contact is made again under a new id. What hung on the old one (notes, e-mails, calls, "
    "deals, lists, the history of its values) stays with the one that lives on.",
    "Its e-mail address stays with that one as an additional address until somebody removes it there; only then can it "
    "be given to the new contact.",
)
UNKNOWN_BEFORE = (
    "Somebody merged the two in HubSpot: what HubSpot alone held of the other contact was not kept before, and cannot "
    "be written again."
)


def _would_stay_behind(row: sql.Row) -> list[str]:
    if row["hubspot"] not in ("done", "sending", "remade"):
        return []
    return [*STAYS_BEHIND, *([] if row["is_kept"] else [UNKNOWN_BEFORE])]
