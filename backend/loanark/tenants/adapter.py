"""How people come in: only by invitation."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: members are made by `loanark tenant create` or an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
