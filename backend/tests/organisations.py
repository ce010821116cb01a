"""Organisations, their people and their browsers, for tests that come in by the front door."""

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import psycopg
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.http import HttpResponse
from django.test import Client

from loanark.kit import sql
from loanark.tenants.access import tenant_scope
from loanark.tenants.actions import create_tenant
from loanark.tenants.models import Membership, Role, User
from loanark.web.mailbox import kept

PASSWORD = "correct horse battery"


def hash_passwords_quickly() -> None:
    """A strong hash takes half a second, for every person of every test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    get_hashers.cache_clear()


class Browser:
    """What a person's browser does: keeps cookies, and sends the CSRF token as the page does."""

    def __init__(self) -> None:
        # An address of its own: sign-ins are counted by address.
        address = ".".join(str(random.randint(1, 250)) for _ in range(4))
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False, REMOTE_ADDR=address)
        self.client.get("/")

    def sign_in(self, email: str, password: str = PASSWORD) -> HttpResponse:
        return self.call("POST", "/api/auth/browser/v1/auth/login", {"email": email, "password": password})

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        token = self.client.cookies.get("csrftoken")
        return self.client.generic(
            method,
            path,
            b"" if body is None else orjson.dumps(body),
            content_type="application/json",
            headers={"X-CSRFToken": token.value if token else "", **headers},
        )


@dataclass
class Organisation:
    """An organisation with one administrator; `api` calls below its own address."""

    id: UUID
    slug: str
    admin: Browser

    def member(self, role: Role) -> Browser:
        """The browser of a new, signed-in member."""
        return signed_in(self.person(role))

    def person(self, role: Role) -> str:
        email = f"{role.value.replace('_', '-')}-{secrets.token_hex(4)}@{self.slug}.example"
        user = User.objects.create_user(email, PASSWORD)
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
        with tenant_scope(self.id):
            Membership.objects.create(tenant_id=self.id, user=user, role=role.value)
        return email

    def path(self, path: str) -> str:
        return f"/api/tenants/{self.slug}/{path}"

    def get(self, path: str, **query: Any) -> Any:
        """As the administrator: the body of a good answer."""
        answer = self.admin.client.get(self.path(path), query_params=query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.admin.call(method, self.path(path), body)

    def scope(self) -> Any:
        return tenant_scope(self.id)

    def insert(self, table: str, **columns: Any) -> Any:
        """A row by SQL, as another program or the sync would; returns its id."""
        with tenant_scope(self.id):
            names = ", ".join(columns)
            marks = ", ".join(["%s"] * len(columns))
            return sql.scalar(f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING *", list(columns.values()))

    def contact(self, **fields: Any) -> UUID:
        """A contact that another program made."""
        with tenant_scope(self.id):
            names, marks = ", ".join(fields), ", ".join(["%s"] * len(fields))
            return UUID(
                str(sql.scalar(f"INSERT INTO contacts ({names}) VALUES ({marks}) RETURNING id", list(fields.values())))
            )

    def execute(self, statement: str, *params: Any) -> int:
        with tenant_scope(self.id):
            return sql.execute(statement, params)

    def rows(self, statement: str, *params: Any) -> list[dict[str, Any]]:
        with tenant_scope(self.id):
            return sql.rows(statement, params)

    def scalar(self, statement: str, *params: Any) -> Any:
        with tenant_scope(self.id):
            return sql.scalar(statement, params)


def signed_in(email: str) -> Browser:
    browser = Browser()
    answer = browser.sign_in(email)
    assert answer.status_code == 200, answer.content
    return browser


def mails_to(email: str) -> list[sql.Row]:
    """What the product's own mailbox holds for somebody, newest first."""
    return kept(email)


def make_organisation(name: str = "") -> Organisation:
    """A new one, with its administrator signed in."""
    hash_passwords_quickly()
    name = name or f"Lender {secrets.token_hex(4)}"
    email = f"admin-{secrets.token_hex(4)}@lender.example"
    made = create_tenant(name, admin_email=email, password=PASSWORD)
    return Organisation(made.tenant.id, made.tenant.slug, signed_in(email))


#: A connection that needs no HubSpot: for tests of screens.
CONNECTED: Mapping[str, Any] = {
    "status": "connected",
    "auth": "oauth",
    "portal_id": "1",
    "scopes": "[]",
    "properties": "[]",
}


def fenced_tables(connection: psycopg.Connection[Any]) -> list[str]:
    """Every table with a tenant_id column that is meant to be seen by its tenant only."""
    found = connection.execute(
        """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
           WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped
           ORDER BY c.relname"""
    )
    return [name for (name,) in found if name not in UNFENCED]


#: Tables with a tenant_id that row-level security does not fence, and why.
UNFENCED: Mapping[str, str] = {
    "portal_routes": "a webhook comes with a HubSpot account's number only: this tells whose it is",
    "company_domains": "somebody signs in with an e-mail address only: this tells whose provider to ask",
    "oauth_states": "a browser comes back from HubSpot with the secret state only: this tells whose it is",
}
