"""Personal API tokens: one person's, in one organisation, with scopes and an end. The text is shown once."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from loanark.kit import clock, sql
from loanark.kit.errors import Invalid, LoanArkError, NotFound
from loanark.tenants.access import Scope
from loanark.tenants.permissions import SCOPES, Permission

#: Tells what it is to whoever finds one, and to scanners of repositories.
PREFIX = "loanark_pat_"

LONGEST_DAYS = 366

#: So many a person has in an organisation at most.
MOST = 50


class TooManyRequests(LoanArkError):
    code = "too-many-requests"
    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, *, wait: int) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(wait)}


@dataclass(frozen=True, slots=True)
class Used:
    """A token that a request came with."""

    tenant_id: UUID
    user_id: int
    name: str
    scopes: frozenset[Permission]


def make(scope: Scope, name: str, scopes: Collection[Permission], days: int) -> tuple[UUID, str]:
    """Returns the new token's id and its text, which nobody can be shown again. Raises: Invalid."""
    errors = {}
    if not name.strip() or len(name) > 100:
        errors["name"] = "From 1 to 100 characters."
    if not 1 <= days <= LONGEST_DAYS:
        errors["expires_in_days"] = f"From 1 to {LONGEST_DAYS}."
    if not scopes:
        errors["scopes"] = "Choose at least one."
    elif beyond := sorted(set(scopes) - (scope.permissions & set(SCOPES))):
        errors["scopes"] = f"Your role, or any token, cannot have: {', '.join(beyond)}."
    if sql.scalar("SELECT count(*) FROM api_tokens WHERE user_id = %s AND expires_at > now()", [scope.user_id]) >= MOST:
        errors["name"] = f"You have {MOST} tokens already. Revoke one first."
    if errors:
        raise Invalid("No token was made.", errors=errors)
    text = PREFIX + secrets.token_urlsafe(32)
    token_id = sql.scalar(
        """INSERT INTO api_tokens (user_id, name, hash, ending, scopes, created_at, expires_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id""",
        [
            scope.user_id,
            name.strip(),
            digest(text),
            text[-4:],
            sorted(set(scopes)),
            clock.now(),
            clock.now() + timedelta(days=days),
        ],
    )
    return token_id, text


def listed(scope: Scope) -> list[sql.Row]:
    """One's own tokens, and for an administrator everybody's, the newest first."""
    return _tokens(scope, "TRUE", [])


def one(scope: Scope, token_id: UUID) -> sql.Row:
    """Raises: NotFound."""
    found = _tokens(scope, "k.id = %s", [token_id])
    if not found:
        raise NotFound("There is no such token in this organisation.")
    return found[0]


def revoke(scope: Scope, token_id: UUID) -> None:
    """Ends a token of one's own, or for an administrator anybody's. Raises: NotFound."""
    one(scope, token_id)
    sql.execute("DELETE FROM api_tokens WHERE id = %s", [token_id])


def _tokens(scope: Scope, where: str, params: list[Any]) -> list[sql.Row]:
    whose = None if Permission.MEMBERS_WRITE in scope.permissions else scope.user_id
    return sql.rows(
        f"""SELECT k.id, k.name, k.ending, k.scopes, k.created_at, k.expires_at, k.expires_at <= now() AS expired,
                   u.email AS owner, k.user_id = %s AS mine, s.last_used_at, s.last_used_from
            FROM api_tokens k JOIN users u ON u.id = k.user_id
            LEFT JOIN api_token_uses s ON s.tenant_id = k.tenant_id AND s.token_id = k.id
            WHERE (%s::bigint IS NULL OR k.user_id = %s) AND {where} ORDER BY k.created_at DESC""",
        [scope.user_id, whose, whose, *params],
    )


def use(text: str, *, origin: str, per_minute: int) -> Used | None:
    """Whose a token is; notes its use. None: there is no such token, or its time is over.

    Raises: TooManyRequests.
    """
    if not text.startswith(PREFIX):
        return None
    found = sql.first("SELECT * FROM use_api_token(%s, %s, %s)", [digest(text), origin, per_minute])
    if found is None:
        return None
    if found["wait"] is not None:
        raise TooManyRequests(
            f"This token may make {per_minute} requests a minute. Nothing was done. Try again in {found['wait']} s.",
            wait=found["wait"],
        )
    scopes = frozenset(Permission(scope) for scope in found["scopes"] if scope in SCOPES)
    return Used(found["tenant_id"], found["user_id"], found["name"], scopes)


def digest(text: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(text.encode()).digest()
