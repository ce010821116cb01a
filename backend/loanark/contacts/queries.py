"""Reading contacts for screens and scripts. Keyset pages only: nothing slows with depth or size."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from loanark.connections import mapping as mappings
from loanark.connections.fields import catalogue
from loanark.connections.fields import labels as labels_of
from loanark.connections.models import Connection
from loanark.contacts.filtering import OWN, Count, Selected, count, search, select, standings
from loanark.contacts.schemas import (
    AlikeOut,
    ChangeFilters,
    ChangeOut,
    ChangePage,
    ChosenContacts,
    ConflictField,
    ConflictFilters,
    ConflictOut,
    ConflictPage,
    ConflictSummary,
    ContactFilters,
    ContactOut,
    ContactPage,
    ContactRow,
    Facet,
    FacetName,
    FacetValue,
    FieldChange,
    FieldOut,
    OptionOut,
    RejectionGroup,
    RejectionOut,
    RejectionPage,
    Selection,
)
from loanark.contacts.standing import FROM, REASON, STATE, badge
from loanark.contacts.standing import NAMES as NAMES_OF_STATES
from loanark.core.fields import Field, display_name, raw_text
from loanark.core.fields import Option as FieldOption
from loanark.core.mapping import FieldRule, Side
from loanark.core.translate import held
from loanark.core.values import Kind, Unreadable, read
from loanark.hubspot.models import Option, Property
from loanark.kit import sql
from loanark.kit.cursors import bad_cursor, numbered
from loanark.kit.errors import Invalid, NotFound

_ROW_FIELDS = (
    "email, firstname, lastname, phone, company, city, state, owner, email_verification_status, "
    "client_type_vip_status, client_type_prospects, created_at, updated_at, created_side, version"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which fields of each contact are asked for beside those every row has, and of which side."""

    fields: Sequence[Field] = ()
    side: Side = Side.LOANARK

    @property
    def read_from(self) -> str:
        """The part of a SELECT that holds them, as JSON."""
        if not self.fields:
            return "NULL"
        if self.side is Side.HUBSPOT:
            return "l.remote"
        own = "".join(f", '{field.name}', c.{field.name}::text" for field in self.fields if not field.custom)
        # A function takes a hundred arguments: fifty names with their values.
        return f"c.custom || jsonb_build_object({own[2:]})"

    def values(self, held: str | None) -> dict[str, str | None]:
        """The texts by name of what `read_from` read."""
        texts = orjson.loads(held) if held else {}
        return {field.name: texts.get(field.name) for field in self.fields}


def every_column(side: Side = Side.LOANARK) -> Columns:
    """All fields, custom ones last."""
    return Columns(list(catalogue().values()), side)


def columns(names: Sequence[str], side: Side) -> Columns:
    """The columns that somebody asks for. Raises: Invalid."""
    if not names:
        return Columns()
    known = catalogue()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Invalid(f"There is no field {unknown[0]!r}.", errors={"fields": f"There is no field {unknown[0]!r}."})
    return Columns([known[name] for name in dict.fromkeys(names)], side)


class _Sort(NamedTuple):
    column: str
    type: str
    descending: bool


_SORTS = {
    "-updated_at": _Sort("c.updated_at", "timestamptz", True),
    "updated_at": _Sort("c.updated_at", "timestamptz", False),
    "-created_at": _Sort("c.created_at", "timestamptz", True),
    "created_at": _Sort("c.created_at", "timestamptz", False),
    "lastname": _Sort("c.lastname_key", "text", False),
    "-lastname": _Sort("c.lastname_key", "text", True),
}


def page(
    filters: ContactFilters,
    *,
    sort: str,
    cursor: str | None,
    limit: int,
    own: str | None = None,
    columns: Columns | None = None,
) -> ContactPage:
    """One page, and how many contacts the filters leave. `own`: only of those whose owner or loan officer that is."""
    chosen = select(filters, own)
    found = _slice(chosen, sort=sort, cursor=cursor, limit=limit + 1, columns=columns or Columns())
    following = _cursor(found[limit - 1]) if len(found) > limit else None
    total = count(filters, own, chosen)
    rows = [_row(row) for row in found[:limit]]
    return ContactPage(items=rows, next_cursor=following, total=total.number, total_is_estimate=total.estimated)


def newest(side: Side, limit: int, own: str | None = None) -> list[ContactRow]:
    """The contacts created last on a side."""
    chosen = select(ContactFilters(created_side=[side]), own)
    found = _slice(chosen, sort="-created_at", cursor=None, limit=limit, columns=Columns())
    return [_row(row) for row in found]


def _slice(chosen: Selected, *, sort: str, cursor: str | None, limit: int, columns: Columns) -> list[sql.Row]:
    order = _SORTS[sort]
    after, after_params = "", []
    if cursor:
        key, last_id = _open_cursor(cursor, order)
        after = f" AND ({order.column}, c.id) {'<' if order.descending else '>'} (%s::{order.type}, %s::uuid)"
        after_params = [key, last_id]
    way = "DESC" if order.descending else "ASC"
    found = sql.rows(
        f"""SELECT c.id, l.hubspot_id, {", ".join("c." + name.strip() for name in _ROW_FIELDS.split(","))},
                   {columns.read_from} AS held, {order.column}::text AS sort_key,
                   {STATE} AS sync_state, {REASON} AS sync_reason
            FROM {FROM} WHERE {chosen.where}{after} ORDER BY {order.column} {way}, c.id {way} LIMIT %s""",
        [*chosen.params, *after_params, limit],
    )
    for row in found:
        row["values"] = columns.values(row.pop("held"))
    return found


def _row(row: dict[str, Any]) -> ContactRow:
    sync = badge(row.pop("sync_state"), row.pop("sync_reason"))
    row.pop("sort_key")
    return ContactRow(**row, sync=sync)


def selected(selection: Selection, own: str | None) -> tuple[str, list[Any]]:
    """What somebody chose, as a part of a statement: `FROM … WHERE …` over contacts `c`. `own`: as in `page`."""
    chosen = _chosen(selection, own)
    return f"FROM {chosen.tables} WHERE {chosen.where}", chosen.params


def _chosen(selection: Selection, own: str | None) -> Selected:
    if isinstance(selection, ChosenContacts):
        where, params = "c.id = ANY(%s::uuid[])", [sql.texts(selection.ids)]
        if own is not None:
            where, params = f"{where} AND {OWN}", [*params, own, own]
        return Selected(where, params)
    chosen = select(selection.filters, own)
    if not selection.except_:
        return chosen
    where, params = f"{chosen.where} AND c.id <> ALL(%s::uuid[])", [*chosen.params, sql.texts(selection.except_)]
    return replace(chosen, where=where, params=params)


_FACETS: Mapping[FacetName, str] = {
    "email_verification_status": "E-mail verification",
    "client_type_vip_status": "VIP status",
    "client_type_prospects": "Prospects",
    "state": "State",
    "owner": "Owner",
    "created_side": "Created in",
}
#: A facet shows this many values, the most frequent first.
FACET_VALUES = 60


def facets(filters: ContactFilters, own: str | None = None, names: Sequence[FacetName] = ()) -> list[Facet]:
    """Values with their counts, each under the other filters: of all filters, or the named. `own`: as in `page`."""
    wanted: Sequence[FacetName] = names or ["sync", *_FACETS]
    labels = {**_option_labels(), "created_side": {"hubspot": "HubSpot", "loanark": "LoanArk"}}
    found = {"sync": _sync_facet(filters, own)} if "sync" in wanted else {}
    for name, (counts, estimated) in _facet_counts(filters, own, [name for name in wanted if name != "sync"]).items():
        frequent = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES]
        values = [
            FacetValue(value=value, label=labels.get(name, {}).get(value, value).strip() or "(blank)", count=count)
            for value, count in frequent
        ]
        found[name] = Facet(name=name, label=_FACETS[name], values=values, is_estimate=estimated)
    return [found[name] for name in wanted]


def _facet_counts(
    filters: ContactFilters, own: str | None, names: Sequence[FacetName]
) -> dict[FacetName, tuple[dict[str, int], bool]]:
    """Counts by value. Facets that nobody chose from share their condition, and so one reading of the contacts."""
    chosen = [name for name in names if getattr(filters, name)]
    result: dict[FacetName, tuple[dict[str, int], bool]] = {}
    for together in [[name] for name in chosen] + [[name for name in names if name not in chosen]]:
        if not together:
            continue
        selection = select(filters, own, leave_out=together[0])
        counts, estimated = selection.groups([f"coalesce(c.{name}, '')" for name in together])
        result |= {name: (each, estimated) for name, each in zip(together, counts, strict=True)}
    return result


def _sync_facet(filters: ContactFilters, own: str | None) -> Facet:
    counts, estimated = standings(select(filters, own, leave_out="sync"))
    values = [
        FacetValue(value=state, label=label, count=counts.get(state, 0))
        for state, label in NAMES_OF_STATES.items()
        if state != "deleted" or filters.deleted
    ]
    return Facet(name="sync", label="Sync", values=values, is_estimate=estimated)


def _option_labels() -> dict[str, dict[str, str]]:
    rules, properties = _rules()
    return {
        name: {option.value: option.label for option in properties[rule.property_name].options}
        for name, rule in rules.items()
    }


def _rules() -> tuple[dict[str, FieldRule], dict[str, Property]]:
    connection = Connection.objects.first()
    if connection is None:
        return {}, {}
    return {rule.field: rule for rule in mappings.load(connection).rules}, mappings.properties_of(connection)


def contact(contact_id: UUID) -> ContactOut:
    """One contact in three columns. Raises: NotFound."""
    row = sql.first(
        f"""SELECT c.*, l.hubspot_id, l.base, l.remote, l.read_at, {STATE} AS sync_state, {REASON} AS sync_reason
            FROM {FROM} WHERE c.id = %s""",
        [contact_id],
    )
    if row is None:
        raise NotFound("There is no such contact in this organisation.")
    open_conflicts = _conflicts_of(contact_id)
    open_rejections = _rejections_of(contact_id)
    connection = Connection.objects.first()
    return ContactOut(
        id=row["id"],
        name=display_name(row["firstname"], row["lastname"], row["email"]),
        hubspot_id=row["hubspot_id"],
        hubspot_url=_hubspot_url(connection, row["hubspot_id"]),
        hubspot_seen_at=row["read_at"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        deleted_at=row["deleted_at"],
        created_side=row["created_side"],
        sync=badge(row["sync_state"], row["sync_reason"]),
        fields=list(_columns(row, open_conflicts, open_rejections)),
        conflicts=open_conflicts,
        rejections=open_rejections,
    )


def refuse_unseen(contact_id: UUID) -> None:
    """Raises: NotFound, for a contact that is not there, or not for whoever asks."""
    if not sql.scalar("SELECT EXISTS (SELECT FROM contacts WHERE id = %s)", [contact_id]):
        raise NotFound("There is no such contact in this organisation.")


def _hubspot_url(connection: Connection | None, hubspot_id: str | None) -> str | None:
    if not connection or not connection.ui_domain or not hubspot_id:
        return None
    return f"https://{connection.ui_domain}/contacts/{connection.portal_id}/record/0-1/{hubspot_id}"


def _columns(row: dict[str, Any], conflicts: list[ConflictOut], rejections: list[RejectionOut]) -> Iterator[FieldOut]:
    rules, properties = _rules()
    base = orjson.loads(row["base"] or "{}")
    remote = orjson.loads(row["remote"] or "{}")
    in_conflict = {conflict.field for conflict in conflicts}
    refused = {rejection.field: rejection.reason for rejection in rejections if rejection.field}
    custom = orjson.loads(row["custom"])
    for field in catalogue().values():
        rule = rules.get(field.name)
        prop = properties.get(rule.property_name) if rule else None
        ours = custom.get(field.name) if field.custom else raw_text(row[field.name])
        theirs = remote.get(field.name)
        state, reason = "unmapped", None
        if field.name in refused:
            state, reason = "rejected", refused[field.name]
        elif field.name in in_conflict:
            state, reason = "conflict", "Both sides changed it."
        elif rule:
            state = _difference(rule, base.get(field.name), ours, theirs) if row["hubspot_id"] else "loanark_changed"
        yield FieldOut(
            name=field.name,
            label=field.label,
            kind=rule.kind if rule else field.kind,
            group=field.group,
            custom=field.custom,
            options=[OptionOut(value=option.value, label=option.label) for option in _options(field, prop)],
            editable=not (rule and rule.source is Side.HUBSPOT),
            property=rule.property_name if rule else None,
            direction=rule.direction if rule else None,
            policy=rule.policy if rule else None,
            hubspot=theirs,
            agreed=base.get(field.name),
            loanark=ours,
            state=state,  # type: ignore[arg-type]
            reason=reason,
        )


def _options(field: Field, prop: Property | None) -> Sequence[FieldOption | Option]:
    """What people choose from: what the field itself says, else what HubSpot says."""
    return field.options or (prop.options if prop else ())


def _difference(rule: FieldRule, base: str | None, ours: str | None, theirs: str | None) -> str:
    local, remote = held(rule, lambda _: ours), read(rule.kind, theirs)
    if isinstance(local, Unreadable) or isinstance(remote, Unreadable):
        return "rejected"
    if local == remote:
        return "same"
    return "loanark_changed" if remote.canonical == base else "hubspot_changed"


def timeline(contact_id: UUID, filters: ChangeFilters, *, cursor: str | None, limit: int) -> ChangePage:
    """Changes of a contact, newest first. Raises: NotFound."""
    before = numbered(cursor)
    side, cause, field = filters.side, filters.cause, filters.field
    found = sql.rows(
        """SELECT id, at, op, side, cause, actor, reason, run_id, before, after FROM contact_changes
           WHERE contact_id = %s AND (%s::bigint IS NULL OR id < %s) AND (%s::text IS NULL OR side = %s)
           AND (%s::text IS NULL OR cause = %s) AND (%s::text IS NULL OR before ? %s OR after ? %s)
           ORDER BY id DESC LIMIT %s""",
        [contact_id, before, before, side, side, cause, cause, field, field, field, limit + 1],
    )
    if not found:
        refuse_unseen(contact_id)
    following = str(found[limit - 1]["id"]) if len(found) > limit else None
    labels = {name: field.label for name, field in catalogue(archived=True).items()}
    return ChangePage(items=[_change(row, labels) for row in found[:limit]], next_cursor=following)


def _change(row: dict[str, Any], labels: Mapping[str, str]) -> ChangeOut:
    before, after = orjson.loads(row.pop("before")), orjson.loads(row.pop("after"))
    changed = [name for name in labels if name in before or name in after]
    fields = [
        FieldChange(
            name=name,
            label=labels[name],
            before=raw_text(before.get(name)),
            after=raw_text(after.get(name)),
        )
        for name in changed
    ]
    return ChangeOut(**row, fields=fields)


#: What a person typed instead of either value: the history has it.
TYPED = """CASE WHEN k.winner = 'typed' THEN (
     SELECT h.after ->> k.field FROM contact_changes h WHERE h.tenant_id = k.tenant_id AND h.contact_id = k.contact_id
     AND h.after ? k.field AND h.at <= k.resolved_at AND h.cause = 'conflict' ORDER BY h.id DESC LIMIT 1) END"""

_CONFLICT_COLUMNS = f"""k.id, k.contact_id, k.field, k.base, k.hubspot, k.loanark, k.policy, k.open, k.late, k.at,
    CASE WHEN k.winner <> 'both' THEN k.winner END AS winner, k.resolved_at, k.resolved_by,
    c.firstname, c.lastname, c.email, l.hubspot_id, l.remote_modified AS hubspot_modified_at,
    (SELECT jsonb_build_object('at', h.at, 'actor', h.actor, 'cause', h.cause) FROM contact_changes h
     WHERE h.tenant_id = k.tenant_id AND h.contact_id = k.contact_id AND (h.before ? k.field OR h.after ? k.field)
     AND h.at < coalesce(k.resolved_at, 'infinity') ORDER BY h.id DESC LIMIT 1) AS loanark_edit,
    {TYPED} AS typed"""
_CONFLICT_FROM = """contact_conflicts k LEFT JOIN contacts c ON c.tenant_id = k.tenant_id AND c.id = k.contact_id
    LEFT JOIN contact_links l ON l.tenant_id = k.tenant_id AND l.contact_id = k.contact_id AND l.state = 'live'"""


def conflicts(filters: ConflictFilters, *, cursor: str | None, limit: int) -> ConflictPage:
    """Conflicts, newest first."""
    before = numbered(cursor)
    where, params = _conflicts_where(filters)
    found = sql.rows(
        f"""SELECT {_CONFLICT_COLUMNS} FROM {_CONFLICT_FROM} WHERE {where} AND (%s::bigint IS NULL OR k.id < %s)
            ORDER BY k.id DESC LIMIT %s""",
        [*params, before, before, limit + 1],
    )
    following = str(found[limit - 1]["id"]) if len(found) > limit else None
    total = sql.scalar(f"SELECT count(*) FROM {_CONFLICT_FROM} WHERE {where}", params)
    return ConflictPage(items=_conflict_list(found[:limit]), next_cursor=following, total=total)


def _conflicts_where(filters: ConflictFilters) -> tuple[str, list[Any]]:
    parts = ["k.open = %s"]
    params: list[Any] = [filters.open]
    for column in ("field", "late", "winner"):
        if (value := getattr(filters, column)) is not None:
            parts.append(f"k.{column} = %s")
            params.append(value)
    if filters.empty:
        parts.append(f"coalesce(k.{filters.empty.value}, '') = ''")
    if filters.older_than_days:
        parts.append("k.at < now() - make_interval(days => %s)")
        params.append(filters.older_than_days)
    for part, values in search(filters.search):
        parts.append(part)
        params += values
    return " AND ".join(parts), params


def conflict(conflict_id: int) -> ConflictOut:
    """Raises: NotFound."""
    found = _conflicts_that("k.id = %s", [conflict_id])
    if not found:
        raise NotFound("There is no such conflict in this organisation.")
    return found[0]


def _conflicts_of(contact_id: UUID) -> list[ConflictOut]:
    return _conflicts_that("k.contact_id = %s AND k.open", [contact_id])


def _conflicts_that(where: str, params: Sequence[Any]) -> list[ConflictOut]:
    return _conflict_list(
        sql.rows(f"SELECT {_CONFLICT_COLUMNS} FROM {_CONFLICT_FROM} WHERE {where} ORDER BY k.id", params)
    )


def _conflict_list(rows: Sequence[dict[str, Any]]) -> list[ConflictOut]:
    if not rows:
        return []
    fields, (rules, properties) = catalogue(archived=True), _rules()
    connection = Connection.objects.first()
    found = []
    for row in rows:
        field, rule = fields.get(row["field"]), rules.get(row["field"])
        prop = properties.get(rule.property_name) if rule else None
        name = display_name(row.pop("firstname"), row.pop("lastname"), row.pop("email"))
        edit = row.pop("loanark_edit")
        found.append(
            ConflictOut(
                **row,
                contact_name=name,
                label=field.label if field else row["field"],
                kind=rule.kind if rule else field.kind if field else Kind.TEXT,
                options=[OptionOut(value=one.value, label=one.label) for one in _options(field, prop)] if field else [],
                loanark_edit=orjson.loads(edit) if edit else None,
                hubspot_url=_hubspot_url(connection, row["hubspot_id"]),
            )
        )
    return found


def conflict_summary(actor: str) -> ConflictSummary:
    """What waits, by field, and how much of it `actor` decided today."""
    rules, _ = _rules()
    found = sql.rows(
        """SELECT field, count(*) AS count, count(*) FILTER (WHERE late) AS late FROM contact_conflicts
           WHERE open GROUP BY field ORDER BY count DESC, field"""
    )
    labels = labels_of(row["field"] for row in found)
    decided = sql.scalar(
        """SELECT count(*) FROM contact_conflicts
           WHERE NOT open AND resolved_by = %s AND resolved_at >= date_trunc('day', now(), 'UTC')""",
        [actor],
    )
    return ConflictSummary(
        open=sum(row["count"] for row in found),
        late=sum(row["late"] for row in found),
        decided_today=decided,
        fields=[
            ConflictField(
                field=row["field"],
                label=labels[row["field"]],
                count=row["count"],
                policy=rules[row["field"]].policy if row["field"] in rules else None,
            )
            for row in found
        ],
    )


#: So many of those alike are shown before they are decided together.
EXAMPLES = 8

#: Open conflicts `k` of the field of `o`; with the same pair of values.
_SAME_VALUES = "k.hubspot IS NOT DISTINCT FROM o.hubspot AND k.loanark IS NOT DISTINCT FROM o.loanark"


def alike(conflict_id: int, *, same_values: bool) -> AlikeOut:
    """Open conflicts like this one, with some examples. Raises: NotFound."""
    one = conflict(conflict_id)
    counts = sql.first(
        f"""SELECT count(*) AS same_field, count(*) FILTER (WHERE {_SAME_VALUES}) AS same_values
            FROM contact_conflicts k JOIN contact_conflicts o ON o.tenant_id = k.tenant_id AND o.field = k.field
            WHERE o.id = %s AND k.open""",
        [conflict_id],
    )
    assert counts is not None
    values = (
        " AND k.hubspot IS NOT DISTINCT FROM %s::text AND k.loanark IS NOT DISTINCT FROM %s::text"
        if same_values
        else ""
    )
    ids = sql.rows(
        f"SELECT id FROM contact_conflicts k WHERE k.open AND k.field = %s{values} ORDER BY id DESC LIMIT %s",
        [one.field, *([one.hubspot, one.loanark] if same_values else []), EXAMPLES],
    )
    examples = _conflicts_that("k.id = ANY(%s)", [[row["id"] for row in ids]])
    return AlikeOut(**counts, field=one.field, label=one.label, examples=examples[::-1])


_REJECTION_COLUMNS = """x.id, x.contact_id, coalesce(x.hubspot_id, l.hubspot_id) AS hubspot_id, x.field, x.side,
    x.value, x.code, x.reason, x.at, x.attempts, c.firstname, c.lastname, c.email"""
_REJECTION_FROM = """contact_rejections x LEFT JOIN contacts c ON c.tenant_id = x.tenant_id AND c.id = x.contact_id
    LEFT JOIN contact_links l ON l.tenant_id = x.tenant_id AND l.contact_id = x.contact_id AND l.state = 'live'"""

#: What to do about a rejection, by its code.
_FIXES: Mapping[str, str] = {
    "unreadable": "Correct the value where it is held; it is carried over by itself then.",
    "refused": "Change the value to one HubSpot takes; it is sent by itself then. Or retry if HubSpot was changed.",
    "coerced": "Change the value in LoanArk to what HubSpot stores, or change the property in HubSpot, then retry.",
    "duplicate-email": "Decide on the page Duplicates whether they are one, or give one another e-mail and retry.",
    "merged-in-hubspot": "Decide on the page Duplicates whether the two LoanArk contacts are one person.",
    "possible-duplicate": "Decide on the page Duplicates whether the two are one person.",
    "erased": "If they came back of their own will, make a new contact and delete this one.",
    "internal": "It is tried again by itself. If it stays, an administrator finds the details in the log.",
    "no-key-property": "Let LoanArk make the property, or make it in HubSpot by hand, then retry.",
}


#: How a reason is called.
_REASON_TITLES: Mapping[str, str] = {
    "unreadable": "Values that cannot be read",
    "refused": "Values HubSpot refused",
    "coerced": "Values HubSpot would change",
    "duplicate-email": "E-mail addresses that two contacts have",
    "merged-in-hubspot": "Contacts merged in HubSpot",
    "possible-duplicate": "Possible duplicates",
    "erased": "People who were erased",
    "internal": "Something went wrong inside",
    "no-key-property": "HubSpot lacks LoanArk’s key property",
}

#: What is tried again without anybody.
_HEALS = frozenset({"internal"})


def fix_of(code: str) -> str:
    """What to do about what was rejected for this reason."""
    return _FIXES[code]


def rejections(
    *,
    cursor: str | None,
    limit: int,
    run_id: int | None = None,
    code: str | None = None,
    reason: str | None = None,
) -> RejectionPage:
    """Open rejections, newest first; those of one run, of one code or for one reason only."""
    before = numbered(cursor)
    chosen = {"run_id": run_id, "code": code, "reason": reason}
    parts = ["x.resolved_at IS NULL", *(f"x.{name} = %s" for name, value in chosen.items() if value is not None)]
    where, params = " AND ".join(parts), [value for value in chosen.values() if value is not None]
    found = sql.rows(
        f"""SELECT {_REJECTION_COLUMNS} FROM {_REJECTION_FROM} WHERE {where}
            AND (%s::bigint IS NULL OR x.id < %s) ORDER BY x.id DESC LIMIT %s""",
        [*params, before, before, limit + 1],
    )
    following = str(found[limit - 1]["id"]) if len(found) > limit else None
    total = sql.scalar(f"SELECT count(*) FROM contact_rejections x WHERE {where}", params)
    return RejectionPage(items=_rejection_list(found[:limit]), next_cursor=following, total=total)


def rejection_groups() -> list[RejectionGroup]:
    """Open rejections by reason: what waits for a person first, then the largest."""
    found = sql.rows(
        """SELECT code, count(*) AS count, count(DISTINCT coalesce(contact_id::text, hubspot_id)) AS contacts
           FROM contact_rejections WHERE resolved_at IS NULL GROUP BY code"""
    )
    by_field = sql.rows(
        """SELECT code, field, count(*) AS count FROM contact_rejections WHERE resolved_at IS NULL
           GROUP BY code, field ORDER BY count DESC, field"""
    )
    labels = {"": "Whole contacts", **labels_of(row["field"] for row in by_field if row["field"])}
    groups = [
        RejectionGroup(
            **row,
            title=_REASON_TITLES[row["code"]],
            fix=_FIXES[row["code"]],
            heals=row["code"] in _HEALS,
            fields=[
                FacetValue(value=one["field"], label=labels[one["field"]], count=one["count"])
                for one in by_field
                if one["code"] == row["code"]
            ],
        )
        for row in found
    ]
    return sorted(groups, key=lambda group: (group.heals, -group.count, group.code))


def _rejections_of(contact_id: UUID) -> list[RejectionOut]:
    found = sql.rows(
        f"SELECT {_REJECTION_COLUMNS} FROM {_REJECTION_FROM} WHERE x.contact_id = %s AND x.resolved_at IS NULL "
        "ORDER BY x.id",
        [contact_id],
    )
    return _rejection_list(found)


def _rejection_list(rows: Sequence[dict[str, Any]]) -> list[RejectionOut]:
    labels = labels_of(row["field"] for row in rows if row["field"])
    return [_rejection(row, labels.get(row["field"])) for row in rows]


def _rejection(row: dict[str, Any], label: str | None) -> RejectionOut:
    name = display_name(row.pop("firstname"), row.pop("lastname"), row.pop("email"))
    field, code = row.pop("field"), row["code"]
    return RejectionOut(
        **row, field=field or None, label=label, contact_name=name, fix=_FIXES[code], heals=code in _HEALS
    )


def batch(selection: Selection, columns: Columns, *, own: str | None, after: UUID | None, limit: int) -> list[sql.Row]:
    """Some of the chosen contacts, in the order of ids: `id`, `hubspot_id`, `values`."""
    chosen = _chosen(selection, own)
    found = sql.rows(
        f"""SELECT c.id, l.hubspot_id, {columns.read_from} AS held FROM {FROM}
            WHERE {chosen.where} AND (%s::uuid IS NULL OR c.id > %s) ORDER BY c.id LIMIT %s""",
        [*chosen.params, after, after, limit],
    )
    for row in found:
        row["values"] = columns.values(row.pop("held"))
    return found


def total(selection: Selection, own: str | None = None) -> Count:
    """How many contacts are chosen, and whether that is an estimate."""
    chosen = _chosen(selection, own)
    if isinstance(selection, ChosenContacts) or selection.except_:
        return chosen.count()
    return count(selection.filters, own, chosen)


def _cursor(row: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([row["sort_key"], str(row["id"])])).decode()


def _open_cursor(cursor: str, order: "_Sort") -> tuple[str, str]:
    try:
        key, last_id = orjson.loads(base64.urlsafe_b64decode(cursor))
        if order.type == "timestamptz":
            datetime.fromisoformat(key)
        return str(key), str(UUID(last_id))
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise bad_cursor() from None
