"""Installing the app in a portal and keeping its tokens fresh; the app's own token.

One request each, never repeated here: whoever calls holds the connection's row lock and decides. Tokens are secrets:
they travel in bodies, and no message or repr shows them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx2

from loanark.hubspot import refusals
from loanark.hubspot.errors import (
    HubSpotError,
    Invalid,
    Misconfigured,
    NotHubSpot,
    ReconnectNeeded,
    Unavailable,
)
from loanark.hubspot.reply import Reply, without
from loanark.hubspot.statuses import Means, means
from loanark.hubspot.transport import API_VERSION, trust

T = TypeVar("T")

#: The least a two-way contact sync needs.
SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
)
#: To make the key property by ourselves, and to show owners by name; without them an admin makes the one by hand.
OPTIONAL_SCOPES = ("crm.schemas.contacts.write", "crm.objects.owners.read")

#: How long an access token lives, in seconds, when its answer does not say (docs: OAuth).
LIFETIME = 1800

_TIMEOUT = httpx2.Timeout(20.0, connect=10.0)
#: What of a form nobody else may know.
_SECRET = ("client_secret", "refresh_token", "code", "token")
#: Statuses that say nothing about the credentials.
_PASSING = frozenset({Means.FAILED, Means.LIMITED, Means.LOCKED, Means.MOVING, Means.NOT_TAKEN})


@dataclass(frozen=True, slots=True)
class Tokens:
    """What HubSpot grants. Always store both tokens as they came: it may rotate the refresh token."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    #: Seconds until the access token ends.
    expires_in: int
    hub_id: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AppToken:
    """The token of the app itself, for the journal. There is no refresh token: ask for another one."""

    access_token: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class Introspection:
    """What a token is worth right now."""

    active: bool
    hub_id: str = ""
    user: str = ""
    app_id: str = ""
    scopes: tuple[str, ...] = ()
    expires_in: int = 0


def authorize_url(
    app_url: str,
    client_id: str,
    redirect_uri: str,
    scopes: Sequence[str],
    optional_scopes: Sequence[str],
    state: str,
) -> str:
    """Where to send the person who connects. `app_url` is normally https://app.hubspot.com."""
    query = {"client_id": client_id, "redirect_uri": redirect_uri, "scope": " ".join(scopes), "state": state}
    if optional_scopes:
        query["optional_scope"] = " ".join(optional_scopes)
    return f"{app_url.rstrip('/')}/oauth/authorize?{urlencode(query)}"


def exchange_code(
    *,
    base_url: str,
    client_id: str,
    client_secret: str,
    code: str,
    redirect_uri: str,
    transport: httpx2.BaseTransport | None = None,
) -> Tokens:
    """Trades the code of the redirect, once and soon, for tokens."""
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "client_secret": client_secret,
        "redirect_uri": redirect_uri,
        "code": code,
    }
    tokens = _tokens(_post(base_url, "token", form, transport), base_url)
    if tokens.scopes and tokens.hub_id:
        return tokens
    # Both may be missing from the answer; what was granted must be known.
    app = {"base_url": base_url, "client_id": client_id, "client_secret": client_secret}
    try:
        seen = introspect(**app, token=tokens.access_token, transport=transport)
    except HubSpotError:
        return tokens
    return replace(tokens, hub_id=tokens.hub_id or seen.hub_id, scopes=tokens.scopes or seen.scopes)


def client_credentials(
    *,
    base_url: str,
    client_id: str,
    client_secret: str,
    scopes: Sequence[str],
    transport: httpx2.BaseTransport | None = None,
) -> AppToken:
    """The app's own token. `Misconfigured` when HubSpot does not give it these scopes."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "scope": " ".join(scopes),
    }
    data = _post(base_url, "token", form, transport)
    return _read(lambda: AppToken(_token(data["access_token"]), int(data.get("expires_in") or LIFETIME)), base_url)


def refresh(
    *,
    base_url: str,
    client_id: str,
    client_secret: str,
    refresh_token: str,
    transport: httpx2.BaseTransport | None = None,
) -> Tokens:
    """A new access token. `ReconnectNeeded` when the app was uninstalled or revoked."""
    form = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": refresh_token,
    }
    data = _post(base_url, "token", form, transport)
    return _tokens({**data, "refresh_token": data.get("refresh_token") or refresh_token}, base_url)


def revoke(
    *,
    base_url: str,
    client_id: str,
    client_secret: str,
    refresh_token: str,
    transport: httpx2.BaseTransport | None = None,
) -> None:
    """Ends a refresh token. Access tokens already issued live on for up to 30 minutes."""
    form = {
        "client_id": client_id,
        "client_secret": client_secret,
        "token": refresh_token,
        "token_type_hint": "refresh_token",
    }
    _post(base_url, "token/revoke", form, transport)


def introspect(
    *,
    base_url: str,
    client_id: str,
    client_secret: str,
    token: str,
    transport: httpx2.BaseTransport | None = None,
) -> Introspection:
    """Whether a token still works, and for which portal."""
    form = {"client_id": client_id, "client_secret": client_secret, "token": token}
    data = _post(base_url, "token/introspect", form, transport)
    return _read(
        lambda: Introspection(
            active=data["active"] is True,
            hub_id=str(data.get("hub_id") or ""),
            user=str(data.get("user") or ""),
            app_id=str(data.get("app_id") or ""),
            scopes=_scopes(data),
            expires_in=int(data.get("expires_in") or 0),
        ),
        base_url,
    )


def _tokens(data: dict[str, Any], base_url: str) -> Tokens:
    return _read(
        lambda: Tokens(
            access_token=_token(data["access_token"]),
            refresh_token=_token(data["refresh_token"]),
            expires_in=int(data.get("expires_in") or LIFETIME),
            hub_id=str(data.get("hub_id") or ""),
            scopes=_scopes(data),
        ),
        base_url,
    )


def _token(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no token")
    return value


def _scopes(data: dict[str, Any]) -> tuple[str, ...]:
    """HubSpot sends a list; the standard has one text of them."""
    scopes = data.get("scopes") or data.get("scope") or ()
    return tuple(scopes.split() if isinstance(scopes, str) else map(str, scopes))


def _read(reading: Callable[[], T], base_url: str) -> T:
    try:
        return reading()
    except KeyError as error:
        raise _strange(base_url, f"without {error}") from None
    except (TypeError, ValueError):
        # The message of either could show a token.
        raise _strange(base_url, "with values of the wrong kind") from None


def _strange(base_url: str, how: str) -> NotHubSpot:
    return NotHubSpot(f"{base_url} answered a token request {how}. No token was stored; check the HubSpot address.")


def _post(base_url: str, path: str, form: dict[str, str], transport: httpx2.BaseTransport | None) -> dict[str, Any]:
    url = f"{base_url.rstrip('/')}/oauth/{API_VERSION}/{path}"
    try:
        with httpx2.Client(transport=transport, timeout=_TIMEOUT, verify=trust()) as client:
            response = client.post(url, data=form, headers={"Accept": "application/json"})
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        raise NotHubSpot(
            f"{base_url} is no address that can be called ({error}). Check the HubSpot address."
        ) from error
    except httpx2.RequestError as error:
        raise _unavailable(f"did not answer ({error or type(error).__name__})") from error
    meaning = means(response.status_code)
    content = response.content
    if meaning is not Means.DONE:
        content = without(content, [form[name] for name in _SECRET if name in form])
    reply = Reply(response.status_code, response.headers, content)
    if meaning in _PASSING:
        raise _unavailable(f"answered with status {reply.status}", refusals.retry_after(reply))
    if meaning is Means.DONE and reply.breaks_off:
        raise _unavailable("sent an answer that breaks off")
    if meaning is Means.DONE and isinstance(reply.document, dict):
        return reply.document
    if meaning in (Means.DONE, Means.ELSEWHERE) or not reply.said:
        raise NotHubSpot(
            f"{url} answered with {reply.description} and not as HubSpot does. Nothing was changed. "
            "Check that the HubSpot address is https://api.hubapi.com and that no proxy stands in between."
        )
    raise _refusal(reply.said)


def _unavailable(what: str, retry_after: float | None = None) -> Unavailable:
    return Unavailable(
        f"HubSpot's sign-in service {what}. The connection is kept; it is tried again by itself.",
        retry_after=retry_after,
    )


def _refusal(data: dict[str, Any]) -> HubSpotError:
    """By HubSpot's status word; only its word that the grant is gone ever costs a customer the connection."""
    status, error = str(data.get("status") or ""), str(data.get("error") or "")
    reason = str(data.get("error_description") or data.get("message") or status or error)
    if status == "BAD_AUTH_CODE":
        return Invalid(
            f"HubSpot did not accept the sign-in code ({reason}): it works once and for a short time. "
            "Nothing was changed; start connecting again.",
            reason=reason,
            category=status,
        )
    if status in {"BAD_REFRESH_TOKEN", "BAD_HUB"} or (not status and error == "invalid_grant"):
        return ReconnectNeeded(
            f"HubSpot ended this connection ({reason}): the app was uninstalled or its access revoked. "
            "Nothing is lost; connect HubSpot again and the sync goes on where it stopped."
        )
    return Misconfigured(
        f"HubSpot does not accept this app's own settings ({status or error}: {reason}). Customers stay connected; "
        "check the client id, the client secret, the redirect address and the scopes."
    )
