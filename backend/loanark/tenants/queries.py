"""Reading people."""

from loanark.tenants.models import User


def active_person(user_id: int) -> User | None:
    """A person who may sign in."""
    return User.objects.filter(pk=user_id, is_active=True).first()
