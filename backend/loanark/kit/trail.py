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


def audited(table: str, kind: str, subject: str, columns: Sequence[str], *, secret: Sequence[str] = ()) -> RunSQL:
    """For migrations: every change of these columns is in the audit log, whoever wrote it.

    Kinds are `<kind>.added`, `.changed` and `.removed`; `subject` is the column that names the row. Of `secret` ones it
    is only told that they changed.
    """
    arguments = ", ".join(f"'{part}'" for part in (kind, subject, ",".join([*columns, *secret]), ",".join(secret)))
    return RunSQL(
        f"""CREATE TRIGGER "{table}_audit" AFTER INSERT OR UPDATE OR DELETE ON "{table}"
            FOR EACH ROW EXECUTE FUNCTION audit_row({arguments})""",
        f'DROP TRIGGER "{table}_audit" ON "{table}"',
    )
