"""What administrators do to the fields of their own: define, rename, add options, archive, bring back.

A field's name and kind stay for good, as values are stored under the one in the form of the other. Nothing is ever
thrown away: an archived field keeps its values and its history, and takes its name with it.
"""

import re
from collections.abc import Sequence

import orjson

from loanark.connections import mapping
from loanark.connections.actions import notify, wake
from loanark.connections.drift import evict_worker
from loanark.core.fields import CHOSEN_KINDS, Option
from loanark.core.transforms import FULL_NAME
from loanark.core.values import Kind
from loanark.kit import sql
from loanark.kit.errors import Invalid, NotFound
from loanark.tenants.access import Scope

#: Every look at a contact reads all its fields, and every screen shows them: more than this is another table.
MAX_FIELDS = 200
#: People choose from a list; a longer one is a text with suggestions.
MAX_OPTIONS = 500
MAX_LABEL = 100
MAX_OPTION = 200

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}", re.ASCII)

#: Names that stand among the columns in exports and in the mapping, and are none.
_RESERVED = frozenset({"hubspot_id", FULL_NAME})


def define(scope: Scope, name: str, label: str, kind: Kind, options: Sequence[Option] = ()) -> None:
    """Adds a field. Raises: Invalid, naming every wrong part."""
    label, options = label.strip() or name, _tidy(options)
    errors = {"name": _wrong_name(name), "label": _wrong_label(label), "options": _wrong_options(kind, options)}
    _refuse(errors)
    _refuse_too_many()
    sql.execute(
        """INSERT INTO custom_fields (name, label, kind, options, created_by, position)
           SELECT %s, %s, %s, %s::jsonb, %s, coalesce(max(position), 0) + 1 FROM custom_fields""",
        [name, label, kind.value, _json(options), scope.actor],
    )
    _tell(scope)


def change(scope: Scope, name: str, *, label: str | None = None, add_options: Sequence[Option] = ()) -> None:
    """Renames a field, or gives it more options; one that is there already takes the new label.

    Raises: Invalid, NotFound.
    """
    row = _lock(name)
    errors: dict[str, str | None] = {}
    options = _tidy([Option(**option) for option in orjson.loads(row["options"])])
    if label is not None:
        errors["label"] = _wrong_label(label.strip())
    if add_options:
        added = _tidy(add_options)
        named = {option.value: option for option in (*options, *added)}
        options = tuple(named.values())
        doubled = len({option.value for option in added}) < len(added)
        errors["options"] = "An option is named twice." if doubled else _wrong_options(Kind(row["kind"]), options)
    _refuse(errors)
    sql.execute(
        "UPDATE custom_fields SET label = coalesce(%s, label), options = %s::jsonb WHERE name = %s",
        [label.strip() if label is not None else None, _json(options), name],
    )
    _tell(scope)


def archive(scope: Scope, name: str) -> None:
    """Puts a field away: it is neither shown nor mapped any more; values and history stay. Raises: NotFound."""
    if _lock(name)["archived_at"] is None:
        sql.execute("UPDATE custom_fields SET archived_at = clock_timestamp() WHERE name = %s", [name])
        _remap(scope, name, "archived")


def bring_back(scope: Scope, name: str) -> None:
    """Makes an archived field one like the others again, with the values it had. Raises: Invalid, NotFound.

    Where it is mapped, every contact is compared anew: what changed meanwhile on either side meets now.
    """
    if _lock(name)["archived_at"] is not None:
        _refuse_too_many()
        sql.execute("UPDATE custom_fields SET archived_at = NULL WHERE name = %s", [name])
        _remap(scope, name, "brought back")


def _remap(scope: Scope, name: str, what: str) -> None:
    if sql.scalar("SELECT EXISTS (SELECT FROM field_mappings WHERE field = %s)", [name]):
        mapping.new_version(scope.tenant_id, by=scope.actor, note=f"the field {name} was {what}")
        evict_worker(scope.tenant_id)
        wake(scope.tenant_id)
    _tell(scope)


def _lock(name: str) -> sql.Row:
    row = sql.first(
        "SELECT name, kind, options, archived_at FROM custom_fields WHERE name = %s FOR NO KEY UPDATE", [name]
    )
    if row is None:
        raise NotFound("There is no such custom field in this organisation. LoanArk's own fields cannot be changed.")
    return row


def _wrong_name(name: str) -> str | None:
    if not _NAME.fullmatch(name):
        return "Begin with a small letter; then small letters a to z, digits and underscores, 50 in all."
    taken = sql.scalar(
        """SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'contacts'::regclass AND attname = %s
                          AND NOT attisdropped)""",
        [name],
    )
    if taken or name in _RESERVED:
        return "LoanArk uses this name itself."
    row = sql.first("SELECT archived_at FROM custom_fields WHERE name = %s", [name])
    if row is None:
        return None
    if row["archived_at"]:
        return "There is an archived field of this name, with its values: bring it back, or choose another name."
    return "There is a field of this name already."


def _wrong_label(label: str) -> str | None:
    if not label:
        return "Give it a label."
    if len(label) > MAX_LABEL:
        return f"It is longer than {MAX_LABEL} characters."
    return "It contains a NUL character." if "\0" in label else None


def _wrong_options(kind: Kind, options: Sequence[Option]) -> str | None:
    if kind not in CHOSEN_KINDS:
        return "Only fields of the kinds enum and enum_set have options." if options else None
    if not options:
        return "Give at least one option to choose from."
    if len(options) > MAX_OPTIONS:
        return f"There are more than {MAX_OPTIONS} options."
    if len({option.value for option in options}) < len(options):
        return "An option is named twice."
    for option in options:
        if not option.value or len(option.value) > MAX_OPTION or len(option.label) > MAX_OPTION:
            return f"An option takes 1 to {MAX_OPTION} characters."
        if ";" in option.value or "\0" in option.value + option.label:
            return "An option's value contains no semicolon (it separates several values) and no NUL."
    return None


def _tidy(options: Sequence[Option]) -> tuple[Option, ...]:
    values = [(option.value.strip(), option.label.strip()) for option in options]
    return tuple(Option(value, label or value) for value, label in values)


def _refuse(errors: dict[str, str | None]) -> None:
    found = {name: reason for name, reason in errors.items() if reason}
    if found:
        raise Invalid("The field cannot be so. Nothing was saved.", errors=found)


def _refuse_too_many() -> None:
    # Serialised, so that two administrators together do not pass the limit either.
    sql.execute(
        "SELECT pg_advisory_xact_lock(hashtext('custom fields'), hashtext(current_setting('loanark.tenant_id')))"
    )
    if sql.scalar("SELECT count(*) FROM custom_fields WHERE archived_at IS NULL") >= MAX_FIELDS:
        raise Invalid(
            f"An organisation has at most {MAX_FIELDS} custom fields: every look at a contact reads them all. Nothing "
            "was saved. Archive one that is not used any more.",
            errors={"name": f"There are {MAX_FIELDS} custom fields already."},
        )


def _json(options: Sequence[Option]) -> str:
    return orjson.dumps([option._asdict() for option in options]).decode()


def _tell(scope: Scope) -> None:
    """Open screens show other fields now, and another mapping."""
    notify(scope.tenant_id, "contacts")
    notify(scope.tenant_id, "connection")
