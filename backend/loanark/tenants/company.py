"""Company sign-in: whose provider vouches for whom.

An organisation names an OpenID Connect provider and the e-mail domains it speaks for. What such a provider says is good
for this organisation only: it never signs in somebody who belongs to another one as well, since the other one never
agreed to trust it. A domain belongs to one organisation, and is claimed by an administrator whose own address is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import requests
from django.conf import settings

from loanark.kit import sql
from loanark.kit.errors import Invalid, LoanArkError, NotFound
from loanark.tenants.access import Scope, tenant_scope
from loanark.tenants.actions import admit, admitting, find_person, make_person
from loanark.tenants.keys import keyring
from loanark.tenants.models import Role, User

#: A provider that has not answered by then does not.
SECONDS = 5.0

#: Where everybody has a mailbox: nobody's company.
PUBLIC_DOMAINS = frozenset(
    {"aol.com", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com"}
    | {"icloud.com", "live.com", "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com", "proton.me"}
    | {"protonmail.com", "qq.com", "web.de", "yahoo.com", "yandex.ru", "zoho.com"}
)


class NoCompanySignIn(NotFound):
    code = "no-company-sign-in"
    title = "No company sign-in for this address"


class ProviderUnusable(LoanArkError):
    code = "provider-unusable"
    status = 502
    title = "The company's sign-in does not answer as it should"


class Refused(Exception):
    """The provider vouches for somebody, and still they do not come in. `code` says why; the page explains it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation's provider, as signing in needs it."""

    tenant_id: UUID
    slug: str
    name: str
    issuer: str
    client_id: str
    sealed_secret: str
    required: bool
    first_time_role: Role | None
    domains: tuple[str, ...]

    @property
    def secret(self) -> str:
        """Raises: SecretError."""
        return keyring().open(self.sealed_secret, _context(self.tenant_id)) if self.sealed_secret else ""

    def speaks_for(self, email: str) -> bool:
        return _domain(email) in self.domains


@dataclass(frozen=True, slots=True)
class Choices:
    """What an administrator sets. An empty secret keeps the one there is."""

    issuer: str
    client_id: str
    secret: str
    domains: tuple[str, ...]
    required: bool
    first_time_role: Role | None


# ── Signing in ──────────────────────────────────────────────────────────────────────────────────────────────────────


def of_address(email: str) -> Company:
    """Whose members have addresses like this one. Raises: NoCompanySignIn."""
    tenant_id = sql.scalar("SELECT tenant_id FROM company_domains WHERE domain = %s", [_domain(email)])
    slug = sql.scalar("SELECT slug FROM tenants WHERE id = %s", [tenant_id])
    if not slug:
        raise NoCompanySignIn("No company has its sign-in set up for this address. Sign in with your password.")
    return of_organisation(str(slug))


def of_organisation(slug: str) -> Company:
    """Raises: NoCompanySignIn."""
    tenant_id = sql.scalar("SELECT id FROM tenants WHERE slug = %s", [slug])
    if tenant_id:
        with tenant_scope(tenant_id):
            if found := load():
                return found
    raise NoCompanySignIn("This organisation has no company sign-in any more. Sign in with your password.")


def demanded_of(person: User) -> Company | None:
    """The company with which somebody must sign in, instead of with a password.

    Not who belongs to several organisations, whom no company's provider signs in. Not administrators: a provider that
    broke would lock everybody out.
    """
    try:
        company = of_address(person.email)
    except NoCompanySignIn:
        return None
    belongs = sql.rows("SELECT slug, role FROM organisations_of(%s)", [person.pk])
    only_here = [row["slug"] for row in belongs] == [company.slug]
    return company if company.required and only_here and belongs[0]["role"] != Role.ADMINISTRATOR else None


def let_in(company: Company, email: str, name: str, known: User | None) -> User:
    """The person for whom the provider vouches: `known` from before, found by address, or made. Raises: Refused."""
    if not company.speaks_for(email):
        raise Refused("company-domain", f"The provider may not speak for {email}.")
    with admitting(company.tenant_id):
        person = known or find_person(email)
        belongs = sql.rows("SELECT slug FROM organisations_of(%s)", [person.pk]) if person else []
        if any(row["slug"] != company.slug for row in belongs):
            raise Refused("company-several", "Who belongs to several organisations signs in with a password.")
        if person and belongs:
            return person
        invited = sql.scalar(
            """UPDATE invitations SET accepted_at = now() WHERE email = %s AND accepted_at IS NULL
               AND revoked_at IS NULL AND expires_at > now() RETURNING role""",
            [email],
        )
        # Whoever was here before and is no member now was removed: only an invitation brings them back.
        role = Role(invited) if invited else company.first_time_role if not person else None
        if role is None:
            raise Refused("company-not-invited", f"{email} is no member and is not invited.")
        person = person or make_person(email, name=name[:200])
        admit(company.tenant_id, person, role)
    return person


# ── Setting it up ───────────────────────────────────────────────────────────────────────────────────────────────────


def load() -> Company | None:
    """Within an organisation's transaction: its provider, if it has one."""
    found = sql.first(
        """SELECT c.tenant_id, t.slug, t.name, c.issuer, c.client_id, c.client_secret, c.required, c.first_time_role
           FROM company_sign_in c JOIN tenants t ON t.id = c.tenant_id"""
    )
    if not found:
        return None
    domains = sql.rows("SELECT domain FROM company_domains WHERE tenant_id = %s ORDER BY domain", [found["tenant_id"]])
    return Company(
        tenant_id=found["tenant_id"],
        slug=found["slug"],
        name=found["name"],
        issuer=found["issuer"],
        client_id=found["client_id"],
        sealed_secret=found["client_secret"],
        required=found["required"],
        first_time_role=Role(found["first_time_role"]) if found["first_time_role"] else None,
        domains=tuple(row["domain"] for row in domains),
    )


def checked(choices: Choices) -> Choices:
    """The choices as they are stored. Raises: Invalid; ProviderUnusable when the provider is not what it should be."""
    issuer = choices.issuer.strip().rstrip("/")
    domains = tuple(sorted({domain.strip().lower().lstrip("@") for domain in choices.domains}))
    wrong = {}
    if not _is_safe(issuer):
        wrong["issuer"] = "must be the provider's https address"
    if not choices.client_id.strip():
        wrong["client_id"] = "is missing"
    if not domains:
        wrong["domains"] = "names no domain"
    if shared := [domain for domain in domains if domain in PUBLIC_DOMAINS]:
        wrong["domains"] = f"{shared[0]} is everybody's, not a company's"
    if wrong:
        raise Invalid("The company's sign-in was not changed: correct what is marked.", errors=wrong)
    discover(issuer)
    return Choices(
        issuer, choices.client_id.strip(), choices.secret.strip(), domains, choices.required, choices.first_time_role
    )


def save(scope: Scope, choices: Choices) -> Company:
    """Sets it up or changes it. Raises: Invalid for a domain that is not the administrator's, or another's."""
    own = _domain(scope.actor)
    before = load()
    kept = set(before.domains) if before else set()
    for domain in choices.domains:
        holder = sql.scalar("SELECT tenant_id FROM company_domains WHERE domain = %s", [domain])
        if (domain not in kept and domain != own) or holder not in (None, scope.tenant_id):
            raise Invalid(
                f"{domain} was not claimed, and nothing was changed: a domain is claimed by an administrator whose own "
                "address is in it, and by one organisation.",
                errors={"domains": f"{domain} is not yours to claim"},
            )
    sealed = before.sealed_secret if before else ""
    if choices.secret:
        sealed = keyring().seal(choices.secret, _context(scope.tenant_id))
    sql.execute(
        """INSERT INTO company_sign_in (issuer, client_id, client_secret, required, first_time_role)
           VALUES (%s, %s, %s, %s, %s) ON CONFLICT (tenant_id) DO UPDATE SET issuer = excluded.issuer,
           client_id = excluded.client_id, client_secret = excluded.client_secret, required = excluded.required,
           first_time_role = excluded.first_time_role""",
        [
            choices.issuer,
            choices.client_id,
            sealed,
            choices.required,
            choices.first_time_role.value if choices.first_time_role else None,
        ],
    )
    _claim(scope.tenant_id, choices.domains)
    saved = load()
    assert saved
    return saved


def remove(scope: Scope) -> None:
    """Everybody signs in with a password again; the domains are free. Whoever came by the provider stays a member."""
    sql.execute("DELETE FROM company_sign_in")
    _claim(scope.tenant_id, ())


def discover(issuer: str) -> dict[str, str]:
    """What the provider says of itself (OpenID Connect Discovery). Raises: ProviderUnusable."""
    try:
        said = ask(f"{issuer}/.well-known/openid-configuration")
        if str(said["issuer"]).rstrip("/") != issuer:
            raise ValueError("it calls itself otherwise")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _is_safe(said[name]):
                raise ValueError(f"its {name} is no https address")
        return dict(said)
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise ProviderUnusable(
            f"{urlsplit(issuer).hostname} was asked what it offers, and did not answer as an OpenID Connect provider "
            f"does ({type(error).__name__}). Nothing was changed. Check the address, or try again later."
        ) from error


def ask(address: str) -> Any:
    """The document at a provider's address. Raises: requests.RequestException, ValueError.

    A redirect is not followed: where it leads nobody has looked at.
    """
    answer = requests.get(address, timeout=SECONDS, allow_redirects=False)
    if answer.status_code != HTTPStatus.OK:
        raise ValueError(f"status {answer.status_code}")
    return answer.json()


def callback_url(slug: str) -> str:
    """Where the provider sends people back to; it is registered there."""
    return f"{settings.CONFIG.public_url}/oauth/company/{slug}/callback"


def _claim(tenant_id: UUID, domains: Sequence[str]) -> None:
    sql.execute("DELETE FROM company_domains WHERE tenant_id = %s", [tenant_id])
    for domain in domains:
        sql.execute("INSERT INTO company_domains (domain, tenant_id) VALUES (%s, %s)", [domain, tenant_id])


def _is_safe(address: object) -> bool:
    """https; plain http only between programs of one machine, where the product itself is reached so (a trial)."""
    try:
        parts = urlsplit(str(address))
    except ValueError:  # as of `https://[`
        return False
    local = parts.hostname in ("127.0.0.1", "localhost") and not settings.CONFIG.public_url.startswith("https://")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))


def _domain(email: str) -> str:
    return email.strip().lower().rpartition("@")[2]


def _context(tenant_id: UUID) -> str:
    return f"company/{tenant_id}/client_secret"


def reseal(tenant_id: UUID) -> int:
    """Seals the provider's client secret with the newest key; returns whether it was not. Within the tenant's scope.

    Raises: SecretError.
    """
    stored = sql.scalar("SELECT client_secret FROM company_sign_in FOR NO KEY UPDATE") or ""
    fresh = keyring().reseal(stored, _context(tenant_id))
    if fresh != stored:
        sql.execute("UPDATE company_sign_in SET client_secret = %s", [fresh])
    return int(fresh != stored)
