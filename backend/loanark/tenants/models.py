"""People, organisations, and who belongs where with which role."""

import uuid
from enum import StrEnum
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now


class Role(StrEnum):
    """What a member may see and do in an organisation."""

    LOAN_OFFICER = "loan_officer"
    SALES_MANAGER = "sales_manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def by_email(self, email: str) -> "User | None":
        """Addresses are one whatever their case."""
        return self.filter(email=email.strip().lower()).first()


class User(AbstractUser):
    """A person, known by e-mail address; may belong to several organisations."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        db_table = "users"


class Tenant(models.Model):
    """An organisation. Every row of its data carries its id, and no other organisation can see it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    #: Loan officers see and edit only the contacts that are theirs (see `Membership.owner_key`).
    own_contacts_only = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "tenants"
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="tenants_name_key")]


class Membership(models.Model):
    """A person's place in an organisation."""

    pk = models.CompositePrimaryKey("tenant_id", "user_id")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    #: What contacts of this person hold as owner or loan officer; null: the person's e-mail address.
    owner_key = models.TextField(null=True)
    #: Somebody of the vendor, let in by an administrator until then.
    support_until = models.DateTimeField(null=True)
    #: Who let them in.
    support_by = models.TextField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "memberships"


class ApiToken(models.Model):
    """A personal API token: one person's, in one organisation. Its text is shown once; only its hash is kept."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.UUIDField(default=uuid.uuid4)
    user_id = models.BigIntegerField()
    name = models.TextField()
    #: SHA-256: the text has 256 random bits, so nothing slower is needed.
    hash = models.BinaryField()
    #: The text's last four characters, by which its owner knows it again.
    ending = models.TextField()
    scopes = ArrayField(models.TextField())
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "api_tokens"
        indexes: ClassVar = [models.Index(fields=["hash"], name="api_tokens_hash_idx")]


class ApiTokenUse(models.Model):
    """When a token was used last, and how often in the running minute. Of its own, so that tokens hold still."""

    pk = models.CompositePrimaryKey("tenant_id", "token_id")
    tenant_id = models.UUIDField()
    token_id = models.UUIDField()
    last_used_at = models.DateTimeField()
    last_used_from = models.TextField()
    minute_began_at = models.DateTimeField()
    requests = models.IntegerField()

    class Meta:
        db_table = "api_token_uses"


class Invitation(models.Model):
    """Somebody is asked to join, by a link that was mailed; the link's token is kept as its digest only."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    email = models.TextField()
    role = models.TextField()
    token_digest = models.TextField()
    invited_by = models.TextField()
    invited_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitations"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitations_one_open_key",
            ),
            models.UniqueConstraint(fields=["tenant_id", "token_digest"], name="invitations_token_key"),
        ]


class SignInRules(models.Model):
    """What an organisation asks of its members when they sign in. Without a row: nothing beyond the password."""

    tenant_id = models.UUIDField(primary_key=True)
    second_factor_required = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "sign_in_rules"


class CompanySignIn(models.Model):
    """An organisation's OpenID Connect provider. The secret is sealed."""

    tenant_id = models.UUIDField(primary_key=True)
    issuer = models.TextField()
    client_id = models.TextField()
    client_secret = models.TextField()
    required = models.BooleanField(default=False, db_default=False)
    first_time_role = models.TextField(null=True)

    class Meta:
        db_table = "company_sign_in"


class CompanyDomain(models.Model):
    """Whose members have addresses of a domain. Read before the organisation is known, so it is not fenced."""

    domain = models.TextField(primary_key=True)
    tenant_id = models.UUIDField()

    class Meta:
        db_table = "company_domains"
