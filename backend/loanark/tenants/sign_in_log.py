"""Sign-ins and changes of an account, in the audit log of every organisation that the person belongs to."""

from django.http import HttpRequest

from loanark.kit import sql, trail
from loanark.tenants.access import tenant_scope
from loanark.tenants.models import User


def note(request: HttpRequest, user: User, kind: str, **detail: object) -> None:
    """Writes down what somebody did to their own account, or tried to. Not within a transaction."""
    for row in sql.rows("SELECT id FROM organisations_of(%s)", [user.pk]):
        with tenant_scope(row["id"], actor=user.email, via="browser", address=request.META.get("REMOTE_ADDR", "")):
            trail.note(kind, user.email, detail=detail)
