"""How people sign in, as far as django-allauth asks us: who may sign up, what is mailed, what is suspicious.

allauth does the rest: passwords, sessions, second factors, limits. Its settings are in `loanark.web.settings`.
"""

import re
import threading
from collections.abc import Mapping
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse

from loanark.kit import clock, sql
from loanark.tenants import company, mails, sign_in_log
from loanark.tenants.actions import find_person
from loanark.tenants.models import User

log = structlog.get_logger()

#: Notices of what is in the audit log by itself: a sign-in, and tries that failed.
NOTED_OTHERWISE = ("loanark/new_sign_in", "loanark/many_attempts")

#: A person is told of guessing at most this often: a notice per guess would be a nuisance of its own.
TELL_OF_GUESSING_EVERY_SECONDS = 3600


class People(DefaultAccountAdapter):  # type: ignore[misc]
    """Members come by invitation; signing up by oneself is off unless `LOANARK_OPEN_SIGNUP` says otherwise."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.CONFIG.open_signup)

    def add_message(self, *args: Any, **details: Any) -> None:
        """Pages say what happened by themselves."""

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """What somebody waits for: that it could not be sent is told."""
        mails.compose(template_prefix, email, context).send()

    def send_notification_mail(
        self, template_prefix: str, user: User, context: Mapping[str, Any] | None = None, email: str | None = None
    ) -> None:
        """What nobody waits for: it neither holds an answer back nor spoils it, and its time tells nothing."""
        send_quietly(mails.compose(template_prefix, user.email, {**(context or {}), **_who(self, self.request)}))
        if template_prefix not in NOTED_OTHERWISE:
            kind = template_prefix.rpartition("/")[2].replace("_", "-")
            sign_in_log.note(user, f"account.{kind}")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses too many tries for one account, and tells its owner."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            email = str(credentials.get("email", ""))
            self._tell_of_guessing(request, email)
            if user := find_person(email):
                sign_in_log.note(user, "sign-in.throttled")
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """A right password is not enough where the company's sign-in is demanded. Only its owner is told so."""
        user: User | None = super().authenticate(request, **credentials)
        if user and (demanded := company.demanded_of(user)):
            raise ValidationError(
                f"{demanded.name} has its members sign in with the company. Use that button, with your e-mail address.",
                code="company-only",
            )
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password for somebody who is there. Of others nobody could be told."""
        super().authentication_failed(request, **credentials)
        if user := find_person(str(credentials.get("email", ""))):
            sign_in_log.note(user, "sign-in.failed")

    def logout(self, request: HttpRequest) -> None:
        """Signs out."""
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            sign_in_log.note(user, "sign-in.ended")

    def pre_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse | None:
        """A passkey is no way around the company's sign-in either."""
        by_company = "sociallogin" in (details.get("signal_kwargs") or {})
        if not by_company and company.demanded_of(user):
            return HttpResponse(status=403)
        answer: HttpResponse | None = super().pre_login(request, user, **details)
        return answer

    def send_password_reset_mail(self, user: User, email: str, context: Mapping[str, Any]) -> None:
        """Where a password would not sign in, none is set."""
        if demanded := company.demanded_of(user):
            self.send_mail("loanark/company_only", email, {"organisation": demanded.name})
        else:
            self.send_mail("account/email/password_reset_key", email, context)

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        """After every way of signing in: a place not seen before is told."""
        response: HttpResponse = super().post_login(request, user, **details)
        methods = [str(record["method"]) for record in get_authentication_records(request, user)]
        sign_in_log.note(user, "sign-in.succeeded", methods=methods)
        if _is_new_place(user, self.get_client_ip(request), self.get_http_user_agent(request)):
            self.request = request
            self.send_notification_mail("loanark/new_sign_in", user)
        return response

    def _tell_of_guessing(self, request: HttpRequest, email: str) -> None:
        user = find_person(email)
        if user and cache.add(f"told-of-guessing:{user.pk}", True, TELL_OF_GUESSING_EVERY_SECONDS):
            self.request = request
            self.send_notification_mail("loanark/many_attempts", user)


def send_quietly(message: EmailMessage) -> None:
    """Sends beside the request; a failure is logged. A mailbox of our own is as quick as any other row."""

    def send() -> None:
        try:
            message.send()
        except OSError as error:  # every error of smtplib is one
            log.warning("a mail was not sent", subject=message.subject, error=type(error).__name__)

    if settings.CONFIG.mail_server:
        threading.Thread(target=send, name="mail").start()
    else:
        send()


def _who(adapter: DefaultAccountAdapter, request: HttpRequest) -> dict[str, Any]:
    return {
        "timestamp": clock.now(),
        "ip": adapter.get_client_ip(request),
        "user_agent": adapter.get_http_user_agent(request)[:200],
    }


def _is_new_place(user: User, address: str, browser: str) -> bool:
    """Whether device or network are new, for somebody who was here before. Remembers both, for a year.

    A network is the first three quarters of an address, a device its browser's name without version numbers: neither a
    new address by the same provider nor an update is news.
    """
    network = re.sub(r"[.:][0-9a-fA-F]*$", "", address)
    places = [("network", network), ("device", re.sub(r"[\d.]+", "", browser)[:200])]
    known = sql.rows("SELECT kind, name FROM sign_in_places WHERE user_id = %s", [user.pk])
    for kind, name in places:
        sql.execute(
            """INSERT INTO sign_in_places (user_id, kind, name) VALUES (%s, %s, %s)
               ON CONFLICT (user_id, kind, name) DO UPDATE SET seen_at = now()""",
            [user.pk, kind, name],
        )
    sql.execute("DELETE FROM sign_in_places WHERE user_id = %s AND seen_at < now() - interval '1 year'", [user.pk])
    return bool(known) and any({"kind": kind, "name": name} not in known for kind, name in places)
