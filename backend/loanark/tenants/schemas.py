"""What the API says about people and organisations."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from loanark.kit.schema import Schema
from loanark.tenants.models import Role
from loanark.tenants.permissions import Permission


class Person(Schema):
    id: int
    email: str
    name: str


class Organisation(Schema):
    slug: str
    name: str
    role: Role
    #: What this person, or this token, may do there.
    permissions: list[Permission]
    #: Whether this person sees only the contacts that are theirs.
    own_contacts: bool
    #: Of somebody of the vendor: when the access ends.
    support_until: datetime | None


class Session(Schema):
    """Who is signed in, and where they belong."""

    user: Person
    organisations: list[Organisation]


class OrganisationOut(Schema):
    """An organisation's own settings."""

    slug: str
    name: str
    #: Loan officers see and edit only contacts that are theirs.
    own_contacts_only: bool
    created_at: datetime


class OrganisationIn(Schema):
    """Only what is named changes. The address (`slug`) stays."""

    name: str | None = None
    own_contacts_only: bool | None = None


class MemberOut(Schema):
    """Who can enter the organisation."""

    id: int
    email: str
    name: str
    role: Role
    #: What contacts of this person hold as owner or loan officer; null: the e-mail address.
    owner_key: str | None
    created_at: datetime
    #: Of somebody of the vendor: until when they are let in, and by whom.
    support_until: datetime | None
    support_by: str | None


class MemberIn(Schema):
    """Only what is named changes; `owner_key` null: the e-mail address again."""

    role: Role | None = None
    owner_key: Annotated[str | None, Field(max_length=200)] = None


class SupportIn(Schema):
    """Lets somebody of the vendor in, as auditor or sales manager, for a week at most."""

    email: str
    role: Role
    hours: int


class TokenIn(Schema):
    name: str
    scopes: list[Permission]
    expires_in_days: int


class TokenOut(Schema):
    """A personal API token, without its text. `ending`: its last four characters."""

    id: UUID
    name: str
    ending: str
    scopes: list[Permission]
    owner: str
    mine: bool
    created_at: datetime
    expires_at: datetime
    expired: bool
    last_used_at: datetime | None
    last_used_from: str | None


class TokenMade(TokenOut):
    """`token` is its text: it is shown this once."""

    token: str


class InvitationIn(Schema):
    """Whom to invite, as what."""

    email: str
    role: Role


class Invitation(Schema):
    """An invitation that was neither accepted nor revoked."""

    id: int
    email: str
    role: Role
    invited_by: str
    invited_at: datetime
    expires_at: datetime
    is_expired: bool


class InvitationToAccept(Schema):
    """What the link's page says to whoever holds it."""

    organisation: str
    organisation_slug: str
    inviter: str
    email: str
    role: Role
    expires_at: datetime
    #: There is a person with this address: they sign in instead of choosing a name and a password.
    has_account: bool


class Acceptance(Schema):
    """Of a new person; one who signed in sends neither."""

    name: str = ""
    password: str = ""


class Joined(Schema):
    """Where the new member belongs now."""

    organisation_slug: str


class Drawing(Schema):
    """The `otpauth:` address to draw."""

    address: str


class Drawn(Schema):
    svg: str


class SignInRulesIn(Schema):
    second_factor_required: bool


class SignInRules(Schema):
    """What an organisation asks of its members when they sign in."""

    second_factor_required: bool
    #: These can only set one up, as long as it is required.
    members_without_second_factor: int


class CompanyBegin(Schema):
    """Whose company, and where to go afterwards."""

    email: str
    next: str = "/"


class CompanyBegun(Schema):
    url: str


class CompanySignInIn(Schema):
    """An OpenID Connect provider. An empty secret keeps the one there is."""

    issuer: str
    client_id: str
    secret: str = ""
    domains: list[str]
    required: bool = False
    #: What somebody becomes who arrives for the first time; null: only who is invited comes in.
    first_time_role: Role | None = None


class CompanySignIn(Schema):
    """How members sign in with their company."""

    is_set_up: bool
    issuer: str
    client_id: str
    has_secret: bool
    domains: list[str]
    required: bool
    first_time_role: Role | None
    #: To be registered with the provider.
    callback_url: str
