"""Who is signed in, and where they belong."""

from django.http import HttpRequest
from ninja import Router

from loanark.kit import sql
from loanark.tenants.models import User
from loanark.tenants.schemas import Organisation, Person, Session

router = Router(tags=["session"])


@router.get("/session", response=Session)
def get_session(request: HttpRequest) -> Session:
    """The signed-in person and their organisations."""
    user = request.user
    assert isinstance(user, User)  # whoever is signed in, by the API's own authentication
    found = sql.rows("SELECT slug, name, role FROM organisations_of(%s)", [user.pk])
    return Session(
        user=Person(id=user.pk, email=user.email, name=user.name or user.email),
        organisations=[Organisation(**row) for row in found],
    )
