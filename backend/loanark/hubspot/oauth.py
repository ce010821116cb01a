"""Installing the app in a portal and keeping its tokens fresh.

One request each, never repeated here: whoever calls holds the connection's row lock and decides. Tokens are secrets:
they travel in bodies, and no message or repr shows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2
import orjson

from loanark.hubspot.client import API_VERSION
from loanark.hubspot.errors import (
    HubSpotError,
    Invalid,
    Misconfigured,
    NotHubSpot,
    ReconnectNeeded,
    Unavailable,
)

#: The least a two-way contact sync needs.
SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
)
#: To make the key property by ourselves, and to show owners by name; without them an admin makes the one by hand.
OPTIONAL_SCOPES = ("crm.schemas.contacts.write", "crm.objects.owners.read")

_TIMEOUT = httpx2.Timeout(20.0, connect=10.0)


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
    return _tokens(_post(base_url, "token", form, transport), base_url)


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
    return _tokens({"refresh_token": refresh_token, **data}, base_url)


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
    return Introspection(
        active=bool(data.get("active")),
        hub_id=str(data.get("hub_id") or ""),
        user=str(data.get("user") or ""),
        app_id=str(data.get("app_id") or ""),
        scopes=tuple(data.get("scopes") or ()),
        expires_in=int(data.get("expires_in") or 0),
    )


def _tokens(data: dict[str, Any], base_url: str) -> Tokens:
    try:
        return Tokens(
            access_token=data["access_token"],
            refresh_token=data["refresh_token"],
            expires_in=int(data["expires_in"]),
            hub_id=str(data.get("hub_id") or ""),
            scopes=tuple(data.get("scopes") or ()),
        )
    except KeyError as error:
        raise NotHubSpot(
            f"{base_url} answered a token request without {error}. No token was stored; check the HubSpot address."
        ) from None


def _post(base_url: str, path: str, form: dict[str, str], transport: httpx2.BaseTransport | None) -> dict[str, Any]:
    url = f"{base_url.rstrip('/')}/oauth/{API_VERSION}/{path}"
    try:
        with httpx2.Client(transport=transport, timeout=_TIMEOUT) as client:
            response = client.post(url, data=form)
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        raise NotHubSpot(
            f"{base_url} is no address that can be called ({error}). Check the HubSpot address."
        ) from error
    except httpx2.RequestError as error:
        raise _unavailable(f"did not answer ({error or type(error).__name__})") from error
    if response.status_code == 429 or response.status_code >= 500:
        raise _unavailable(f"answered with status {response.status_code}")
    data: Any = {}
    if response.content:
        try:
            data = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            data = None
    if response.is_success and isinstance(data, dict):
        return data
    if response.is_success or response.is_redirect or not isinstance(data, dict) or not data:
        raise NotHubSpot(
            f"{url} answered with status {response.status_code} and not as HubSpot does. Nothing was changed. "
            "Check that the HubSpot address is https://api.hubapi.com and that no proxy stands in between."
        )
    raise _refusal(data)


def _unavailable(what: str) -> Unavailable:
    return Unavailable(f"HubSpot's sign-in service {what}. The connection is kept; it is tried again by itself.")


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
