"""What people do to contacts. Every write leaves its history and its hint by the database's own triggers."""

from collections.abc import Mapping
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from loanark.connections import mapping as mappings
from loanark.connections.actions import notify
from loanark.connections.models import Connection
from loanark.contacts.models import Contact
from loanark.core.fields import BY_NAME, NAMES, column_text
from loanark.core.mapping import Side
from loanark.core.values import Kind, Unreadable, read
from loanark.kit import sql
from loanark.kit.errors import Invalid, NotFound, Stale
from loanark.tenants.access import Scope

#: The hint lane of a person who waits (see `sync.hints.Lane`, which this layer cannot import).
PERSON_LANE = 0


def create(scope: Scope, values: Mapping[str, str | None]) -> UUID:
    """Makes a contact. Raises: Invalid."""
    columns = _checked(values)
    if not any(columns.get(name) for name in ("email", "firstname", "lastname")):
        raise Invalid(
            "A contact needs an e-mail or a name. Nothing was saved.", errors={"email": "Give an e-mail or a name."}
        )
    names = list(columns)
    return UUID(
        str(
            sql.scalar(
                f"""INSERT INTO contacts ({", ".join(["tenant_id", *names])})
                    VALUES ({", ".join(["%s"] * (len(names) + 1))}) RETURNING id""",
                [scope.tenant_id, *columns.values()],
            )
        )
    )


def edit(scope: Scope, contact_id: UUID, values: Mapping[str, str | None], *, version: int | None = None) -> None:
    """Changes fields. Raises: Invalid, NotFound, Stale when somebody changed it since the person looked."""
    columns = _checked(values)
    row = _lock(contact_id)
    if row.deleted_at is not None:
        raise Stale("This contact is deleted. Restore it first; nothing was saved.")
    if version is not None and row.version != version:
        raise Stale("Somebody changed this contact since you opened it. Look at it again; nothing was saved.")
    if columns:
        assignments = ", ".join(f"{name} = %s" for name in columns)
        sql.execute(f"UPDATE contacts SET {assignments} WHERE id = %s", [*columns.values(), contact_id])


def delete(scope: Scope, contact_id: UUID) -> None:
    """Deletes a contact so that it can be restored. Raises: NotFound."""
    _lock(contact_id)
    sql.execute("UPDATE contacts SET deleted_at = now() WHERE id = %s AND deleted_at IS NULL", [contact_id])


def restore(scope: Scope, contact_id: UUID) -> None:
    """Brings a deleted contact back. Raises: NotFound."""
    _lock(contact_id)
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


def resolve(scope: Scope, conflict_id: int, winner: Side) -> None:
    """Decides an open conflict. Raises: NotFound."""
    row = sql.first(
        """SELECT contact_id, field, hubspot, loanark FROM contact_conflicts WHERE id = %s AND open
           FOR NO KEY UPDATE""",
        [conflict_id],
    )
    if row is None:
        raise NotFound("There is no such open conflict in this organisation. Somebody may have decided it meanwhile.")
    contact_id, name = row["contact_id"], row["field"]
    kind = _kind(name)
    hubspot = read(kind, row["hubspot"])
    if isinstance(hubspot, Unreadable):
        raise Invalid(f"HubSpot's value cannot be taken: it {hubspot.reason}.", errors={name: hubspot.reason})
    sql.execute("SELECT set_config('loanark.cause', 'conflict', true)")
    if winner is Side.HUBSPOT:
        sql.execute(f"UPDATE contacts SET {name} = %s WHERE id = %s", [column_text(name, hubspot), contact_id])
    else:
        # HubSpot's value has been seen and overruled: from here on LoanArk's is simply the newer one.
        sql.execute(
            """UPDATE contact_links SET base = jsonb_strip_nulls(base || jsonb_build_object(%s::text, %s::text))
               WHERE contact_id = %s AND state = 'live'""",
            [name, hubspot.canonical, contact_id],
        )
    sql.execute(
        "UPDATE contact_conflicts SET open = false, winner = %s, resolved_at = now(), resolved_by = %s WHERE id = %s",
        [winner.value, scope.actor, conflict_id],
    )
    _hint(scope, str(contact_id), "conflict decided")


def _kind(name: str) -> Kind:
    connection = Connection.objects.first()
    rules = mappings.load(connection).rules if connection else ()
    return next((rule.kind for rule in rules if rule.field == name), BY_NAME[name].kind)


def _checked(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """The values as columns take them. Raises: Invalid, naming every wrong field."""
    errors: dict[str, str] = {}
    columns: dict[str, str | None] = {}
    for name, raw in values.items():
        if name not in NAMES:
            errors[name] = "There is no such field."
            continue
        value = read(BY_NAME[name].kind, raw)
        if isinstance(value, Unreadable):
            errors[name] = f"{BY_NAME[name].label} {value.reason}."
        elif value.blank:
            columns[name] = None
        elif problem := _email_problem(name, value.raw):
            errors[name] = problem
        else:
            columns[name] = column_text(name, value)
    if errors:
        raise Invalid("Some values are not valid. Nothing was saved.", errors=errors)
    return columns


def _email_problem(name: str, raw: str | None) -> str | None:
    if BY_NAME[name].kind is not Kind.EMAIL or not raw:
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


def _hint(scope: Scope, record_id: str, source: str, side: Side = Side.LOANARK) -> None:
    sql.execute(
        """INSERT INTO hints AS h (side, record_id, source, lane) VALUES (%s, %s, %s, %s)
           ON CONFLICT (tenant_id, side, record_id) DO UPDATE
           SET version = h.version + 1, lane = excluded.lane, attempts = 0, not_before = now()""",
        [side.value, record_id, source, PERSON_LANE],
    )
    sql.execute("SELECT pg_notify('loanark_work', %s::text)", [scope.tenant_id])
    notify(scope.tenant_id, "contacts")
