"""What people do to contacts. Every write leaves its history and its hint by the database's own triggers."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import orjson
from email_validator import EmailNotValidError, validate_email

from loanark.connections import mapping as mappings
from loanark.connections.actions import notify, wake_workers
from loanark.connections.fields import catalogue
from loanark.connections.models import Connection
from loanark.contacts.erasure import refuse_erased
from loanark.contacts.models import Contact
from loanark.core.edit import HOLDERS, is_own
from loanark.core.fields import BY_NAME, Field, stored_text
from loanark.core.mapping import FieldRule, Side
from loanark.core.values import Kind, Unreadable, Value, keys_of, read
from loanark.kit import sql
from loanark.kit.errors import Invalid, NotFound, Stale
from loanark.tenants.access import Scope

#: The hint lane of a person who waits (see `sync.hints.Lane`, which this layer cannot import).
PERSON_LANE = 0
#: That of an edit.
EDIT_LANE = 2


def create(scope: Scope, values: Mapping[str, str | None]) -> UUID:
    """Makes a contact. Raises: Invalid."""
    texts = _as_own(scope, checked(values))
    if not any(texts.get(name) for name in ("email", "firstname", "lastname")):
        raise Invalid(
            "A contact needs an e-mail or a name. Nothing was saved.", errors={"email": "Give an e-mail or a name."}
        )
    names = [name for name in texts if name in BY_NAME]
    custom = {name: text for name, text in texts.items() if name not in BY_NAME and text is not None}
    return UUID(
        str(
            sql.scalar(
                f"""INSERT INTO contacts ({", ".join(["tenant_id", "custom", *names])})
                    VALUES ({", ".join(["%s", "%s::jsonb", *["%s"] * len(names)])}) RETURNING id""",
                [scope.tenant_id, orjson.dumps(custom).decode(), *(texts[name] for name in names)],
            )
        )
    )


def edit(scope: Scope, contact_id: UUID, values: Mapping[str, str | None], *, version: int | None = None) -> None:
    """Changes fields. Raises: Invalid, NotFound, Stale when somebody changed it since the person looked."""
    texts = checked(values)
    row = _lock(contact_id)
    if row.deleted_at is not None:
        raise Stale("This contact is deleted. Restore it first; nothing was saved.")
    if version is not None and row.version != version:
        raise Stale("Somebody changed this contact since you opened it. Look at it again; nothing was saved.")
    _refuse_giving_away(scope, {"owner": row.owner, "loan_officer": row.loan_officer, **texts})
    put(contact_id, texts)


def refuse_giving_away(scope: Scope, contact_id: UUID, texts: Mapping[str, str | None]) -> None:
    """Raises: Invalid, where somebody who sees only their own would not see the contact after that change."""
    row = _lock(contact_id)
    _refuse_giving_away(scope, {"owner": row.owner, "loan_officer": row.loan_officer, **texts})


def _as_own(scope: Scope, texts: dict[str, str | None]) -> dict[str, str | None]:
    """A new contact of somebody who sees only their own is theirs. For an owner, HubSpot takes ids of its owners."""
    if scope.own_contacts is None:
        return texts
    if not is_own(scope.own_contacts, texts):
        by_id = "owner" in rules_in_force() and not scope.own_contacts.isdigit()
        texts = {"loan_officer" if by_id else "owner": scope.own_contacts, **texts}
    _refuse_giving_away(scope, texts)
    return texts


def _refuse_giving_away(scope: Scope, texts: Mapping[str, str | None]) -> None:
    if not is_own(scope.own_contacts, texts):
        named = {name: "You would not see the contact any more." for name in HOLDERS if name in texts}
        raise Invalid("Only a manager gives a contact to somebody else. Nothing was saved.", errors=named)


def put(contact_id: UUID, texts: Mapping[str, str | None]) -> None:
    """Writes texts that were checked, or were there before, to fields of a contact, custom ones included."""
    names = [name for name in texts if name in BY_NAME]
    custom = {name: text for name, text in texts.items() if name not in BY_NAME}
    assignments = [f"{name} = %s" for name in names]
    params: list[object] = [texts[name] for name in names]
    if custom:
        assignments.append("custom = jsonb_strip_nulls(custom || %s::jsonb)")
        params.append(orjson.dumps(custom).decode())
    if assignments:
        sql.execute(f"UPDATE contacts SET {', '.join(assignments)} WHERE id = %s", [*params, contact_id])


def delete(scope: Scope, contact_id: UUID) -> None:
    """Deletes a contact so that it can be restored. Raises: NotFound."""
    _lock(contact_id)
    sql.execute("UPDATE contacts SET deleted_at = now() WHERE id = %s AND deleted_at IS NULL", [contact_id])


def restore(scope: Scope, contact_id: UUID) -> None:
    """Brings a deleted contact back. Raises: NotFound; Stale for one erased for privacy, or merged into another."""
    if _lock(contact_id).merged_into:
        raise Stale("This contact was merged into another one. Take the merge back instead; nothing was changed.")
    refuse_erased(contact_id)
    sql.execute("UPDATE contacts SET deleted_at = NULL WHERE id = %s AND deleted_at IS NOT NULL", [contact_id])


def resync(scope: Scope, contact_id: UUID) -> None:
    """Asks the sync to look at a contact before anything else. Raises: NotFound."""
    _lock(contact_id)
    _hint(scope, str(contact_id), "resync")


def retry(scope: Scope, rejection_id: int) -> None:
    """Asks the sync to try a rejected value or contact again. Raises: NotFound."""
    row = sql.first(
        "SELECT contact_id, hubspot_id FROM contact_rejections WHERE id = %s AND resolved_at IS NULL", [rejection_id]
    )
    if row is None:
        raise NotFound("There is no such open rejection in this organisation.")
    if row["contact_id"]:
        _hint(scope, str(row["contact_id"]), "retry")
    else:
        _hint(scope, row["hubspot_id"], "retry", side=Side.HUBSPOT)


def retry_all(
    scope: Scope,
    *,
    code: str | None = None,
    contact_id: UUID | None = None,
    run_id: int | None = None,
    reason: str | None = None,
) -> int:
    """Asks the sync to try every rejected value or contact again: all, or a code's, a contact's, a run's.

    Returns of how many contacts. All at once wait behind people and HubSpot's events; those asked for by name do not.
    """
    chosen = {"code": code, "contact_id": contact_id, "run_id": run_id, "reason": reason}
    named = {name: value for name, value in chosen.items() if value is not None}
    where = " AND ".join(["resolved_at IS NULL", *(f"{name} = %s" for name in named)])
    lane = PERSON_LANE if named else EDIT_LANE
    left = sql.execute(
        f"""INSERT INTO hints AS h (side, record_id, source, lane)
           SELECT DISTINCT CASE WHEN contact_id IS NULL THEN 'hubspot' ELSE 'loanark' END,
                  coalesce(contact_id::text, hubspot_id), 'retry', %s FROM contact_rejections
           WHERE {where} ORDER BY 1, 2
           ON CONFLICT (tenant_id, side, record_id) DO UPDATE
           SET version = h.version + 1, lane = least(h.lane, excluded.lane), attempts = 0, not_before = now()""",
        [lane, *named.values()],
    )
    wake_workers(scope.tenant_id)
    notify(scope.tenant_id, "contacts")
    return left


def rules_in_force() -> dict[str, FieldRule]:
    """The mapping by field; empty before anything is connected."""
    connection = Connection.objects.first()
    return {rule.field: rule for rule in mappings.load(connection).rules} if connection else {}


def _text(field: Field, value: Value) -> str | None:
    """What to store for a value of a field."""
    return stored_text(field.kind, value) if field.typed else value.raw


def checked(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """The values as they are stored. Raises: Invalid, naming every wrong field."""
    errors: dict[str, str] = {}
    texts: dict[str, str | None] = {}
    fields = catalogue()
    for name, raw in values.items():
        field = fields.get(name)
        if field is None:
            errors[name] = "There is no such field."
            continue
        value = read(field.kind, raw)
        if isinstance(value, Unreadable):
            errors[name] = f"{field.label} {value.reason}."
        elif value.blank:
            texts[name] = None
        elif problem := _email_problem(field, value.raw) or _option_problem(field, value):
            errors[name] = problem
        else:
            texts[name] = _text(field, value)
    if errors:
        raise Invalid("Some values are not valid. Nothing was saved.", errors=errors)
    return texts


def _option_problem(field: Field, value: Value) -> str | None:
    if not field.options:
        return None
    chosen = keys_of(value.canonical) if field.kind is Kind.ENUM_SET else {value.canonical}
    unknown = sorted(key for key in chosen - {option.value for option in field.options} if key)
    return f"{field.label} has no option {unknown[0]!r}." if unknown else None


def _email_problem(field: Field, raw: str | None) -> str | None:
    if field.kind is not Kind.EMAIL or not raw:
        return None
    try:
        validate_email(raw.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        return str(error)
    return None


def _lock(contact_id: UUID) -> Contact:
    row = Contact.objects.select_for_update(no_key=True).filter(id=contact_id).first()
    if row is None:
        raise NotFound("There is no such contact in this organisation.")
    return row


def leave_hints(side: Side, record_ids: Iterable[object], *, source: str, lane: int) -> None:
    """Has the sync look at these, afresh: what was tried before does not put them off."""
    sql.execute(
        """INSERT INTO hints AS h (side, record_id, source, lane)
           SELECT DISTINCT %s, unnest(%s::text[]), %s, %s ORDER BY 2
           ON CONFLICT (tenant_id, side, record_id) DO UPDATE
           SET version = h.version + 1, lane = least(h.lane, excluded.lane), attempts = 0, not_before = now()""",
        [side.value, sql.texts(record_ids), source, lane],
    )


def _hint(scope: Scope, record_id: str, source: str, side: Side = Side.LOANARK) -> None:
    leave_hints(side, [record_id], source=source, lane=PERSON_LANE)
    wake_workers(scope.tenant_id)
    notify(scope.tenant_id, "contacts")
