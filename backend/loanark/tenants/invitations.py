"""Inviting people: a link by mail that works once, for one address, for a week.

The token in the link names the organisation and holds 24 random bytes. Only its digest is stored, so that neither the
database nor its backups let anybody in.
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from loanark.kit import clock, sql
from loanark.kit.errors import Forbidden, Invalid, LoanArkError, NotFound
from loanark.tenants import mails
from loanark.tenants.access import Scope, tenant_scope
from loanark.tenants.actions import admit, admitting, find_person, make_person
from loanark.tenants.models import Role, User

log = structlog.get_logger()

#: How long a link works.
LASTS = timedelta(days=7)

LONGEST_EMAIL, LONGEST_NAME = 254, 200

#: Neither accepted nor revoked.
_OPEN = "accepted_at IS NULL AND revoked_at IS NULL"
_COLUMNS = "id, email, role, invited_by, invited_at, expires_at, expires_at <= now() AS is_expired"


class OtherPerson(Forbidden):
    code = "other-person"
    title = "This invitation is somebody else's"


class MailNotSent(LoanArkError):
    code = "mail-not-sent"
    status = 502
    title = "The mail could not be sent"


@dataclass(frozen=True, slots=True)
class Link:
    """An open invitation, as its link shows it."""

    tenant_id: UUID
    id: int
    organisation: str
    organisation_slug: str
    inviter: str
    email: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to send once the transaction is over: the only place that ever holds the token."""

    to: str
    inviter: str
    organisation: str
    role: str
    token: str
    until: datetime


def pending() -> list[sql.Row]:
    """The organisation's invitations that wait for an answer, the newest first."""
    return sql.rows(f"SELECT {_COLUMNS} FROM invitations WHERE {_OPEN} ORDER BY invited_at DESC, id DESC")


def invite(scope: Scope, email: str, role: Role) -> tuple[sql.Row, Letter]:
    """Invites an address. An earlier invitation of it that ran out is replaced. Raises: Invalid."""
    email = _address(email)
    if sql.first("SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = %s", [email]):
        raise Invalid(f"{email} is a member already. Nothing was sent.", errors={"email": "is a member already"})
    sql.execute(
        f"UPDATE invitations SET revoked_at = now() WHERE email = %s AND {_OPEN} AND expires_at <= now()", [email]
    )
    if sql.first(f"SELECT 1 FROM invitations WHERE email = %s AND {_OPEN}", [email]):
        raise Invalid(
            f"{email} is invited already. Nothing was sent; send that invitation again instead.",
            errors={"email": "is invited already"},
        )
    token, until = _token(scope.tenant_id), clock.now() + LASTS
    made = sql.first(
        f"""INSERT INTO invitations (email, role, token_digest, invited_by, expires_at) VALUES (%s, %s, %s, %s, %s)
            RETURNING {_COLUMNS}""",
        [email, role.value, _digest(token), scope.actor, until],
    )
    assert made
    return made, _letter(scope, made, token, until)


def send_again(scope: Scope, invitation_id: int) -> tuple[sql.Row, Letter]:
    """A new link for another week; the earlier one stops working. Raises: NotFound."""
    token, until = _token(scope.tenant_id), clock.now() + LASTS
    found = sql.first(
        f"""UPDATE invitations SET token_digest = %s, expires_at = %s, invited_by = %s, invited_at = now()
            WHERE id = %s AND {_OPEN} RETURNING {_COLUMNS}""",
        [_digest(token), until, scope.actor, invitation_id],
    )
    if not found:
        raise NotFound
    return found, _letter(scope, found, token, until)


def revoke(invitation_id: int) -> None:
    """Its link stops working. Raises: NotFound."""
    if not sql.execute(f"UPDATE invitations SET revoked_at = now() WHERE id = %s AND {_OPEN}", [invitation_id]):
        raise NotFound


def send(letter: Letter) -> None:
    """Outside of any transaction: a mail server may take its time. Raises: MailNotSent."""
    context = {
        "inviter": letter.inviter,
        "organisation": letter.organisation,
        "role": letter.role,
        "url": f"{settings.CONFIG.public_url}/join/{letter.token}",
        "until": letter.until,
    }
    try:
        mails.compose("loanark/invitation", letter.to, context).send()
    except OSError as error:  # every error of smtplib is one
        log.warning("an invitation was not mailed", error=type(error).__name__)
        raise MailNotSent(
            f"The invitation of {letter.to} is kept, but the mail server did not take its mail. Have the mail settings "
            "checked, then send the invitation again."
        ) from error


def look_up(token: str) -> Link:
    """What a link leads to. Unknown, used, revoked and expired ones look the same. Raises: NotFound."""
    with tenant_scope(_tenant_of(token)):
        return _find(token)


def accept(token: str, person: User | None, *, name: str, password: str) -> tuple[User, str]:
    """Makes a member of whoever holds the link: the signed-in `person`, or a new one. Returns who, and of what.

    One transaction: of two at once the second finds the link used. Raises: NotFound, Invalid, OtherPerson.
    """
    with admitting(_tenant_of(token)):
        link = _find(token, lock="FOR NO KEY UPDATE OF i")
        member = _who_accepts(link, person, name.strip(), password)
        admit(link.tenant_id, member, link.role)
        sql.execute("UPDATE invitations SET accepted_at = now() WHERE id = %s", [link.id])
    return member, link.organisation_slug


def _who_accepts(link: Link, person: User | None, name: str, password: str) -> User:
    if person is not None:
        if person.email == link.email:
            return person
        raise OtherPerson(
            f"You are signed in as {person.email}, and the invitation is for {link.email}. Nothing was done. Sign out, "
            "then open the link again."
        )
    if find_person(link.email):
        raise OtherPerson(f"There is an account for {link.email}. Nothing was done. Sign in, then open the link again.")
    return make_person(link.email, name=name, password=_checked(link.email, name, password))


def _checked(email: str, name: str, password: str) -> str:
    wrong = {}
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = f"must have 1 to {LONGEST_NAME} characters"
    try:
        get_adapter().clean_password(password, User(email=email, name=name))
    except ValidationError as error:
        wrong["password"] = " ".join(error.messages)
    if wrong:
        raise Invalid("You have not joined yet: correct what is marked, then try again.", errors=wrong)
    return password


def _find(token: str, lock: str = "") -> Link:
    found = sql.first(
        f"""SELECT i.tenant_id, i.id, t.name AS organisation, t.slug AS organisation_slug,
                   coalesce(nullif(u.name, ''), i.invited_by) AS inviter, i.email, i.role, i.expires_at
            FROM invitations i JOIN tenants t ON t.id = i.tenant_id LEFT JOIN users u ON u.email = i.invited_by
            WHERE i.token_digest = %s AND {_OPEN} AND i.expires_at > now() {lock}""",
        [_digest(token)],
    )
    if not found:
        raise _no_such_link()
    return Link(**{**found, "role": Role(found["role"])})


def _letter(scope: Scope, invitation: sql.Row, token: str, until: datetime) -> Letter:
    inviter = sql.scalar("SELECT coalesce(nullif(name, ''), email) FROM users WHERE id = %s", [scope.user_id])
    organisation = sql.scalar("SELECT name FROM tenants WHERE id = %s", [scope.tenant_id])
    role = str(invitation["role"]).replace("_", " ")
    return Letter(invitation["email"], inviter or scope.actor, organisation, role, token, until)


def _address(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        email = ""
    if not email or len(email) > LONGEST_EMAIL:
        raise Invalid("This is no e-mail address. Nothing was sent.", errors={"email": "is no e-mail address"})
    return email


def _token(tenant_id: UUID) -> str:
    return base64.urlsafe_b64encode(tenant_id.bytes + secrets.token_bytes(24)).rstrip(b"=").decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _tenant_of(token: str) -> UUID:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return UUID(bytes=raw[:16])
    except (ValueError, binascii.Error):
        raise _no_such_link() from None


def _no_such_link() -> NotFound:
    return NotFound(
        "This invitation does not exist or does not work any more: each works once, for a week. Nothing was done. Ask "
        "whoever invited you to send it again."
    )
