"""Changing the mapping: each change is a new version, under which every contact is compared anew.

A field that is mapped anew, or whose property or transform changed, is for every contact like a first match: see
`core.remapped`. Nothing is lost or cleared by a change of the mapping itself.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
import yaml

from loanark.connections import drift, mapping
from loanark.connections.fields import catalogue
from loanark.connections.models import Connection
from loanark.connections.problems import ConnectionFailed
from loanark.connections.rules import Choice, Difference, choices, differences, kind_under, meets_anew, wrong
from loanark.connections.schemas import MappingDifference, MappingVersionOut, VersionDiff
from loanark.core.transforms import to_json
from loanark.kit import sql
from loanark.kit.errors import Invalid, NotFound, Stale

#: A mapping as a document is a few kilobytes; what is longer is something else.
MAX_DOCUMENT = 1_000_000

Change = Callable[[dict[str, Choice]], Sequence[Choice]]


def change(tenant_id: UUID, wanted: Change, *, by: str, note: str, expect: int | None = None) -> int:
    """Makes the mapping what `wanted` makes of the present one; returns the version. Within a tenant's scope.

    Raises: Invalid, naming every wrong part; Stale, when it is not the version `expect` any more; ConnectionFailed.
    """
    row = _lock(tenant_id)
    if expect is not None and expect != row.mapping_version:
        raise Stale(
            f"The mapping is version {row.mapping_version} by now, not {expect}: somebody changed it meanwhile. "
            "Nothing was saved. Look again, then decide again."
        )
    known = mapping.chosen(tenant_id)
    mapping.keep_version(tenant_id, row.mapping_version, by=mapping.BY_ITSELF, note="as it was")
    found = wanted(dict(known))
    after = {one.field: one for one in found}
    if errors := wrong(found, catalogue(), mapping.properties_of(row), known):
        raise Invalid("The mapping cannot be so. Nothing was saved; correct the named parts.", errors=errors)
    if after == known:
        return row.mapping_version
    _store(row, known, after)
    notes = drift.examine(row, mapping.properties_of(row))
    version = mapping.new_version(tenant_id, by=by, note=" ".join([note, *notes]).strip())
    drift.evict_worker(tenant_id)
    return version


def _lock(tenant_id: UUID) -> Connection:
    sql.execute("SELECT FROM connections WHERE tenant_id = %s FOR NO KEY UPDATE", [tenant_id])
    row = mapping.connection_of(tenant_id)
    if row is None:
        raise ConnectionFailed("not-connected", "No HubSpot account is connected, so there is nothing to map to.")
    return row


def _store(row: Connection, known: Mapping[str, Choice], after: Mapping[str, Choice]) -> None:
    anew = {name for name, one in after.items() if meets_anew(known.get(name), one)}
    gone = known.keys() - after.keys()
    sql.execute("DELETE FROM field_mappings WHERE field = ANY(%s)", [sorted(gone | (anew & known.keys()))])
    properties, fields = mapping.properties_of(row), catalogue()
    for name, one in after.items():
        if name in anew:
            field, prop = mapping.field_of(name, fields), properties.get(one.property_name)
            kind = kind_under(field, prop, one.transform) if field and prop else None
            _insert(one, kind.value if kind else None)
        elif one != known[name]:
            sql.execute(
                "UPDATE field_mappings SET direction = %s, policy = %s, blank_may_overwrite = %s WHERE field = %s",
                [one.direction.value, one.policy.value, one.blank_may_overwrite, name],
            )
    sql.execute(
        """UPDATE contact_conflicts SET open = false, resolved_at = now(),
                  resolved_by = 'the field is not mapped so any more'
           WHERE open AND field = ANY(%s)""",
        [sorted(gone | anew)],
    )


def _insert(one: Choice, kind: str | None) -> None:
    sql.execute(
        """INSERT INTO field_mappings (field, property_name, direction, policy, blank_may_overwrite, transform,
                                       shares_property, kind, since)
           VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, %s, clock_timestamp())""",
        [
            one.field,
            one.property_name,
            one.direction.value,
            one.policy.value,
            one.blank_may_overwrite,
            orjson.dumps(to_json(one.transform)).decode() if one.transform else None,
            one.shares_property,
            kind,
        ],
    )


def read_choices(stored: Sequence[Any]) -> list[Choice]:
    """Raises: Invalid, naming every rule that cannot be read."""
    found, errors = choices(stored)
    if errors:
        raise Invalid("The mapping is not understood. Nothing was saved; correct the named parts.", errors=errors)
    return found


def replace_all(tenant_id: UUID, stored: Sequence[Any], *, by: str, note: str, expect: int | None = None) -> int:
    """The whole mapping at once. What is not named is not mapped any more. Raises: as `change`."""
    found = read_choices(stored)
    return change(tenant_id, lambda _: found, by=by, note=note or "changed as a whole", expect=expect)


def add_field(tenant_id: UUID, stored: Mapping[str, Any], *, by: str) -> int:
    """Maps one more field. Raises: as `change`."""
    (one,) = read_choices([stored])

    def wanted(known: dict[str, Choice]) -> Sequence[Choice]:
        # Added beside what is there: if it is mapped already, that is told.
        return [*known.values(), one]

    return change(tenant_id, wanted, by=by, note=f"{one.field} mapped to {one.property_name}")


def change_field(tenant_id: UUID, name: str, changed: Mapping[str, Any], *, by: str) -> int:
    """Changes what is named of one field's rule. Raises: NotFound; as `change`."""

    def wanted(known: dict[str, Choice]) -> Sequence[Choice]:
        (one,) = read_choices([{**known[name].to_json(), **changed}])
        return list({**known, name: one}.values())

    _must_be_mapped(tenant_id, name)
    return change(tenant_id, wanted, by=by, note=f"{name} changed: {', '.join(sorted(changed)) or 'nothing'}")


def remove_field(tenant_id: UUID, name: str, *, by: str) -> int:
    """Takes a field out of the mapping; both sides keep their values. Raises: NotFound."""
    _must_be_mapped(tenant_id, name)
    return change(
        tenant_id,
        lambda known: [one for one in known.values() if one.field != name],
        by=by,
        note=f"{name} taken out",
    )


def _must_be_mapped(tenant_id: UUID, name: str) -> None:
    if name not in mapping.chosen(tenant_id):
        raise NotFound(f"The field {name} is not mapped in this organisation.")


# Versions


def versions() -> list[MappingVersionOut]:
    """Every version, the newest first."""
    found = sql.rows(
        """SELECT v.version, v.at, v.by, v.note, jsonb_array_length(v.rules) AS fields,
                  v.version = (SELECT mapping_version FROM connections c WHERE c.tenant_id = v.tenant_id) AS current
           FROM mapping_versions v ORDER BY v.version DESC"""
    )
    return [MappingVersionOut(**{**row, "current": bool(row["current"])}) for row in found]


def rules_of(version: int) -> list[dict[str, Any]]:
    """The rules of a version as stored. Raises: NotFound."""
    text = sql.scalar("SELECT rules::text FROM mapping_versions WHERE version = %s", [version])
    if text is None:
        raise NotFound(f"There is no version {version} of the mapping.")
    rules: list[dict[str, Any]] = orjson.loads(text)
    return rules


def diff(version: int, other: int) -> VersionDiff:
    """What is different in `other`. Raises: NotFound."""
    found = differences(rules_of(version), rules_of(other))
    return VersionDiff(
        before=version,
        after=other,
        differences=_told(found),
    )


def _told(found: Sequence[Difference]) -> list[MappingDifference]:
    return [MappingDifference(field=one.field, before=one.before, after=one.after) for one in found]


def restore(tenant_id: UUID, version: int, *, by: str) -> int:
    """Makes an old version the newest. Raises: NotFound; as `change`, when the account does not bear it any more."""
    rules = rules_of(version)
    return replace_all(tenant_id, rules, by=by, note=f"version {version} restored")


# As a document


def to_yaml(tenant_id: UUID) -> str:
    """The mapping as a YAML document for people to read, keep and edit."""
    rows = []
    for one in mapping.chosen(tenant_id).values():
        row = one.to_json()
        if row["transform"] is None:
            del row["transform"]
        rows.append(row)
    head = "# The mapping of LoanArk's fields to HubSpot's properties. Read back by: loanark mapping import\n"
    return head + yaml.safe_dump({"rules": rows}, sort_keys=False, allow_unicode=True, width=100)


def from_yaml(tenant_id: UUID, text: str, *, by: str, note: str = "", expect: int | None = None) -> int:
    """Reads what `to_yaml` wrote, and makes it the mapping. Raises: Invalid; as `change`."""
    return replace_all(tenant_id, _rules_in(text), by=by, note=note or "imported", expect=expect)


def preview(tenant_id: UUID, text: str) -> VersionDiff:
    """What a document would map differently. Raises: Invalid, as importing it would; ConnectionFailed."""
    row, known = _lock(tenant_id), mapping.chosen(tenant_id)
    found = read_choices(_rules_in(text))
    if errors := wrong(found, catalogue(), mapping.properties_of(row), known):
        raise Invalid("The mapping cannot be so. Correct the named parts.", errors=errors)
    before, after = ([one.to_json() for one in side] for side in (known.values(), found))
    version = row.mapping_version
    return VersionDiff(before=version, after=version + 1, differences=_told(differences(before, after)))


def _rules_in(text: str) -> list[Any]:
    if len(text) > MAX_DOCUMENT:
        raise Invalid("The document is too long to be a mapping. Nothing was saved.", errors={"yaml": "too long"})
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Invalid("The document is not YAML. Nothing was saved.", errors={"yaml": _where(error)}) from None
    rules = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(rules, list):
        raise Invalid("The document is no mapping. Nothing was saved.", errors={"yaml": "It has no list `rules`."})
    return rules


def _where(error: Exception) -> str:
    """What the reader of YAML says, and the line it says it of."""
    said = str(error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    return f"{said}, line {mark.line + 1}." if mark else f"{said}."
