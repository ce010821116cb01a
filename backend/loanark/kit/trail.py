"""Leaving an entry in the audit log. The log itself is in the database: see `loanark.audit`."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson
from django.db.migrations.operations import RunSQL

from loanark.kit import sql


def note(
    kind: str,
    subject: object = "",
    *,
    contact_id: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Writes down what somebody did, in the organisation and on behalf of whom the transaction was opened for."""
    sql.execute(
        "SELECT audit_note(%s, %s, %s, %s::jsonb)",
        [kind, str(subject), contact_id, orjson.dumps(detail or {}, default=str).decode()],
    )


def audited(
    table: str,
    kind: str,
    subject: str,
    columns: Sequence[str],
    *,
    secret: Sequence[str] = (),
    on: str = "INSERT OR UPDATE OR DELETE",
    when: str = "true",
) -> RunSQL:
    """For migrations: every change of these columns is in the audit log, whoever wrote it.

    Kinds are `<kind>.added`, `.changed` and `.removed`; `subject` is the column that names the row (`user_id` is told
    as the person's address). Of `secret` ones it is only told that they changed. `when`: only then.
    """
    arguments = ", ".join(f"'{part}'" for part in (kind, subject, ",".join([*columns, *secret]), ",".join(secret)))
    return RunSQL(
        f"""CREATE TRIGGER "{table}_audit" AFTER {on} ON "{table}"
            FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION audit_row({arguments})""",
        f'DROP TRIGGER "{table}_audit" ON "{table}"',
    )
