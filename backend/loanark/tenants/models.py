"""People, organisations, and who belongs where with which role."""

import uuid
from enum import StrEnum
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
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
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "memberships"


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
