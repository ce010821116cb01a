"""Sign-ins and changes of an account, in the audit log of every organisation that the person belongs to."""

from loanark.kit import sql, trail
from loanark.tenants.access import tenant_scope
from loanark.tenants.models import User


def note(user: User, kind: str, **detail: object) -> None:
    """Writes down what somebody did to their own account, or tried to: in a request, which tells from where
    (`access.on_behalf`), and not within a transaction."""
    for row in sql.rows("SELECT id FROM organisations_of(%s)", [user.pk]):
        with tenant_scope(row["id"], actor=user.email):
            trail.note(kind, user.email, detail=detail)
