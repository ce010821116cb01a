"""Tokens (HubSpot docs: working with OAuth; manage OAuth tokens for v1)."""

from __future__ import annotations

from dataclasses import replace

from hubspot_simulator.description.operation import FORM, Area, Operation
from hubspot_simulator.description.schema import (
    FLAG,
    INT32,
    INT64,
    TEXT,
    Schema,
    asked,
    choice,
    listed,
    maybe,
    record,
    ref,
)

LIFETIME_S = 1800
_PAIR: dict[str, Schema] = {"client_id": maybe(TEXT), "client_secret": maybe(TEXT)}
# Who a token belongs to. The app's own belongs to no account, so it has no user and no domain.
_HOLDER: dict[str, Schema] = {
    "token": TEXT,
    "hub_id": INT32,
    "user_id": INT32,
    "user": maybe(TEXT),
    "hub_domain": maybe(TEXT),
    "scopes": listed(TEXT),
}
_ACCESS: dict[str, Schema] = {
    "app_id": INT32,
    "expires_in": INT64,
    "is_private_distribution": FLAG,
    "signed_access_token": ref("SignedAccessToken"),
}
_KNOWN: dict[str, Schema] = {"active": {"const": True}, "token_type": choice("bearer"), "client_id": TEXT}
_TOKENS: dict[str, Schema] = {
    "TokenForm": asked(
        grant_type=maybe(choice("authorization_code", "refresh_token", "client_credentials")),
        **_PAIR,
        code=maybe(TEXT),
        redirect_uri=maybe(TEXT),
        code_verifier=maybe(TEXT),
        refresh_token=maybe(TEXT),
        scope=maybe(TEXT),
    ),
    "AccountToken": record(
        token_type=choice("bearer"),
        token_use=choice("access_token"),
        access_token=TEXT,
        refresh_token=TEXT,
        expires_in={"type": "integer", "const": LIFETIME_S},
        hub_id=INT32,
        user_id=INT32,
        scopes=listed(TEXT),
    ),
    # The app's own token: no account, nothing to refresh it with.
    "AppToken": record(
        token_type=choice("bearer"),
        token_use=choice("client_credentials"),
        access_token=TEXT,
        expires_in={"type": "integer", "const": LIFETIME_S},
        scopes=listed(TEXT),
    ),
    "Token": {"oneOf": [ref("AccountToken"), ref("AppToken")]},
    "TokenRefusal": record(
        status=choice(
            "BAD_GRANT_TYPE", "BAD_CLIENT_ID", "BAD_CLIENT_SECRET", "BAD_AUTH_CODE", "BAD_REDIRECT_URI",
            "BAD_CODE_VERIFIER", "BAD_REFRESH_TOKEN", "BAD_HUB", "BAD_SCOPES",
        ),
        message=TEXT,
        error=choice("invalid_grant", "invalid_client", "invalid_scope", "unsupported_grant_type", "access_denied"),
        error_description=TEXT,
    ),
    "SignedAccessToken": record(
        appId=INT32,
        appInstallId=TEXT,
        audience=TEXT,
        expiresAt=INT64,
        hubId=INT32,
        hublet=TEXT,
        installingUserId=INT32,
        isPrivateDistribution=FLAG,
        isServiceAccount=FLAG,
        isUserLevel=FLAG,
        newSignature=TEXT,
        scopeToScopeGroupPks=TEXT,
        scopes=TEXT,
        signature=TEXT,
        trialScopeToScopeGroupPks=TEXT,
        trialScopes=TEXT,
        userId=INT32,
    ),
}  # fmt: skip
_DATED: dict[str, Schema] = {
    "TokenToLookAt": asked(**_PAIR, token=maybe(TEXT), token_type_hint=maybe(TEXT)),
    "AccessTokenInfo": record(**_KNOWN, **_HOLDER, **_ACCESS, token_use=choice("access_token")),
    "RefreshTokenInfo": record(**_KNOWN, **_HOLDER, app_id=INT32, token_use=choice("refresh_token")),
    "UnknownToken": record(active={"const": False}),
    "TokenInfo": {"oneOf": [ref("AccessTokenInfo"), ref("RefreshTokenInfo"), ref("UnknownToken")]},
}
_V1: dict[str, Schema] = {
    "LegacyAccessTokenInfo": record(**_HOLDER, **_ACCESS, token_type=choice("access")),
    "LegacyRefreshTokenInfo": record(**_HOLDER, client_id=TEXT, token_type=choice("refresh")),
}
_V2: dict[str, Schema] = {
    "PrivateAppToken": asked(tokenKey=TEXT),
    "PrivateAppTokenInfo": record(userId=INT32, hubId=INT32, appId=INT32, scopes=listed(TEXT)),
}
_REFUSES = ("400", "404", "414", "415", "5XX")
_GET_TOKEN = Operation("getToken", "POST", "/token", "A token for a code or for a refresh token",
                       {200: "Token", 400: "TokenRefusal"}, takes="TokenForm", takes_media=FORM)  # fmt: skip
_DATED_OPERATIONS = (
    _GET_TOKEN,
    Operation("introspectToken", "POST", "/token/introspect", "What a token is",
              {200: "TokenInfo", 400: "TokenRefusal"}, takes="TokenToLookAt", takes_media=FORM),
    Operation("revokeToken", "POST", "/token/revoke", "End a refresh token", {200: "", 400: "TokenRefusal"},
              takes="TokenToLookAt", takes_media=FORM),
)  # fmt: skip
_V1_OPERATIONS = (
    replace(_GET_TOKEN, id="getLegacyToken"),
    Operation("getAccessToken", "GET", "/access-tokens/{token}", "What an access token is",
              {200: "LegacyAccessTokenInfo"}),
    Operation("getRefreshToken", "GET", "/refresh-tokens/{token}", "What a refresh token is",
              {200: "LegacyRefreshTokenInfo"}),
    Operation("deleteRefreshToken", "DELETE", "/refresh-tokens/{token}", "End a refresh token", {204: ""}),
)  # fmt: skip
_V2_OPERATIONS = (
    Operation("getPrivateAppToken", "POST", "/private-apps/get/access-token-info", "What a static token is",
              {200: "PrivateAppTokenInfo"}, takes="PrivateAppToken"),
)  # fmt: skip


def areas(version: str) -> list[Area]:
    """v1 is as old as v3 of the other APIs; v2 has what concerns private apps."""
    newer = Area("OAuth", f"/oauth/{version}", _DATED_OPERATIONS, _TOKENS | _DATED, refuses=_REFUSES)
    if version != "v3":
        return [newer]
    return [
        newer,
        Area("OAuth", "/oauth/v1", _V1_OPERATIONS, _V1, refuses=_REFUSES),
        Area("OAuth", "/oauth/v2", _V2_OPERATIONS, _V2, refuses=_REFUSES),
    ]
