"""Every mail the product sends to people, word by word. No subject holds a secret, no body more than one link.

django-allauth names its mails by a template's path; the same names are used here, and ours begin with `loanark/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

_WHO = """\
When     {timestamp:%Y-%m-%d %H:%M} UTC
From     {ip}
Browser  {user_agent}
"""

_NOT_YOU = """\
If this was you, there is nothing to do. If not: set a new password ({public_url}/password/reset), then open
{public_url}/account, sign out everywhere else, and tell your administrator."""


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    body: str


def _notice(subject: str, happened: str) -> Mail:
    return Mail(subject, f"{happened}\n\n{_WHO}\n{_NOT_YOU}")


MAILS: Mapping[str, Mail] = {
    "loanark/invitation": Mail(
        "{inviter} invites you to {organisation}",
        """\
{inviter} invites you to {organisation} on LoanArk CRM Sync, as {role}.

Accept here:
{url}

The link works once, until {until:%Y-%m-%d %H:%M} UTC, and for this address only. If you do not know {inviter}, do
nothing: without the link nothing happens.""",
    ),
    "loanark/new_sign_in": _notice(
        "A sign-in from a new place", "Somebody signed in to your account from a device or a network not seen before."
    ),
    "loanark/many_attempts": _notice(
        "Many failed sign-ins to your account",
        "Somebody tried several wrong passwords for your account. Further tries are refused for some minutes, yours "
        "included.",
    ),
    "loanark/company_only": Mail(
        "Sign in with your company",
        """\
Somebody, probably you, asked for a new password. {organisation} has its members sign in with the company, so there is
no password to set here.

Sign in: {public_url}/sign-in""",
    ),
    "account/email/password_reset_key": Mail(
        "Set a new password",
        """\
Somebody, probably you, asked for a new password for your account. Set it here:
{password_reset_url}

If it was not you, do nothing: your password stays as it is.""",
    ),
    "account/email/unknown_account": Mail(
        "No account with this address",
        """\
Somebody, probably you, asked for a new password for {email} on LoanArk CRM Sync ({public_url}). There is no account
with this address. Perhaps you signed up with another one; otherwise ask your administrator to invite you.

If it was not you, do nothing.""",
    ),
    "account/email/account_already_exists": Mail(
        "You have an account already",
        """\
Somebody, probably you, tried to sign up with {email}. There is an account with this address already, and nothing was
changed. If you forgot your password, set a new one:
{password_reset_url}""",
    ),
    "account/email/email_confirmation": Mail(
        "Confirm your e-mail address",
        """\
Confirm that {email} is yours:
{activate_url}

If you did not ask for this, do nothing.""",
    ),
    "account/email/email_confirmation_signup": Mail(
        "Confirm your e-mail address",
        """\
Welcome to LoanArk CRM Sync. Confirm that {email} is yours, then sign in:
{activate_url}

If you did not sign up, do nothing.""",
    ),
    "account/email/password_changed": _notice("Your password was changed", "The password of your account was changed."),
    "account/email/password_set": _notice("A password was set", "Your account has a password now."),
    "account/email/password_reset": _notice(
        "Your password was changed", "A new password was set for your account, by a link that we had mailed to you."
    ),
    "mfa/email/totp_activated": _notice(
        "An authenticator app was added", "Signing in to your account now takes a code from an authenticator app."
    ),
    "mfa/email/totp_deactivated": _notice(
        "The authenticator app was removed", "Codes from your authenticator app are no longer asked for."
    ),
    "mfa/email/webauthn_added": _notice("A passkey was added", "Your account has a new passkey."),
    "mfa/email/webauthn_removed": _notice("A passkey was removed", "A passkey of your account was removed."),
    "mfa/email/recovery_codes_generated": _notice(
        "New recovery codes", "New recovery codes were made for your account. Earlier ones do not work any more."
    ),
    "socialaccount/email/account_connected": _notice(
        "Your company's sign-in was connected", "You can now sign in to your account with your company."
    ),
}


def compose(name: str, to: str, context: Mapping[str, Any]) -> EmailMessage:
    """One mail, ready to be sent. Line breaks in what people typed cannot add headers or links of their own lines."""
    said = {key: _one_line(value) for key, value in context.items()}
    said |= {"public_url": settings.CONFIG.public_url, "email": to}
    mail = MAILS[name]
    return EmailMessage(mail.subject.format_map(said), mail.body.format_map(said) + "\n", None, [to])


def _one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value
