"""What HubSpot tells about a token (docs: OAuth token endpoints, legacy OAuth v1, legacy private apps)."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hubspot_simulator.oauth import Access, Install

USER_ID = 4711
USER_EMAIL = "admin@loanark-portal.example.com"


class Describer:
    """Describes tokens of one app in the fields of the interface, no more and no fewer."""

    def __init__(self, client_id: str, app_id: int) -> None:
        self._client_id = client_id
        self._app_id = app_id

    # ---- introspection under a dated version ----------------------------------------------------------

    def access(self, access: Access, now: int) -> dict[str, Any]:
        """An access token. A token of the app itself belongs to no account: its hub and user are 0 (undocumented)."""
        return {
            **self._introspected(access.token, access.portal_id, access.scopes),
            "token_use": "access_token",  # also of the app's own: an introspection knows two uses only
            "expires_in": seconds_left(access, now),
            "is_private_distribution": False,
            "signed_access_token": self._signed(access),
        }

    def refresh(self, install: Install) -> dict[str, Any]:
        return {
            **self._introspected(install.refresh_token, install.portal_id, install.scopes),
            "token_use": "refresh_token",
        }

    def _introspected(self, token: str, portal_id: int, scopes: list[str]) -> dict[str, Any]:
        return {
            "active": True,
            "token_type": "bearer",
            "client_id": self._client_id,
            "app_id": self._app_id,
            **_holder(token, portal_id, scopes),
        }

    def _signed(self, access: Access) -> dict[str, Any]:
        """The token's content with signatures nobody can check; it is there to be overlooked."""
        user_id = USER_ID if access.portal_id else 0
        return {
            "expiresAt": access.expires,
            "scopes": " ".join(access.scopes),
            "hubId": access.portal_id,
            "userId": user_id,
            "appId": self._app_id,
            "signature": _signature("old", access.token),
            "scopeToScopeGroupPks": "",
            "newSignature": _signature("new", access.token),
            "hublet": "na1",
            "trialScopes": "",
            "trialScopeToScopeGroupPks": "",
            "isUserLevel": False,
            "installingUserId": user_id,
            "isServiceAccount": False,
            "isPrivateDistribution": False,
            "audience": "Public",
            "appInstallId": f"{self._app_id}-{access.portal_id}",
        }

    # ---- legacy ---------------------------------------------------------------------------------------

    def legacy_access(self, access: Access, now: int) -> dict[str, Any]:
        return {
            **_holder(access.token, access.portal_id, access.scopes),
            "app_id": self._app_id,
            "expires_in": seconds_left(access, now),
            "token_type": "access",
            "is_private_distribution": False,
            "signed_access_token": self._signed(access),
        }

    def legacy_refresh(self, install: Install) -> dict[str, Any]:
        return {
            **_holder(install.refresh_token, install.portal_id, install.scopes),
            "client_id": self._client_id,
            "token_type": "refresh",
        }

    def private_app(self, access: Access) -> dict[str, Any]:
        return {
            "userId": USER_ID,
            "hubId": access.portal_id,
            "appId": self._app_id,
            "scopes": access.scopes,
        }


def seconds_left(access: Access, now: int) -> int:
    return (access.expires - now) // 1000


def _holder(token: str, portal_id: int, scopes: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "token": token,
        "hub_id": portal_id,
        "user_id": USER_ID if portal_id else 0,
        "scopes": scopes,
    }
    if portal_id:
        told |= {"user": USER_EMAIL, "hub_domain": f"loanark-{portal_id}.example.com"}
    return told


def _signature(kind: str, token: str) -> str:
    return base64.b64encode(hashlib.sha256(f"{kind}-{token}".encode()).digest()).decode()
