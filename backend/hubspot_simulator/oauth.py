"""Tokens: the install page, the token endpoint, introspection, revocation.

HubSpot docs "working with OAuth": authorization code once, access tokens for 30 minutes, the same refresh token
back on each refresh, errors as 400 with ``error``, ``error_description``, ``status`` and ``message``. Under a dated
version secrets come in a form body only. The app's own token (client credentials) serves the webhooks journal.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response, json_response, redirect
from hubspot_simulator.token_info import USER_ID, Describer

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

LIFETIME_S = 1800
CODE_LIFETIME_MS = 60_000
REQUIRED_SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
)
OPTIONAL_SCOPES = (
    "crm.schemas.contacts.write",
    "crm.objects.owners.read",
    "crm.export",
    "crm.import",
    "crm.objects.contacts.sensitive.read",
    "crm.objects.contacts.sensitive.write",
)
# Docs (webhooks journal): what a token of the app itself may ask for, and nothing else.
JOURNAL_SCOPES = (
    "developer.webhooks_journal.read",
    "developer.webhooks_journal.subscriptions.read",
    "developer.webhooks_journal.subscriptions.write",
    "developer.webhooks_journal.snapshots.read",
    "developer.webhooks_journal.snapshots.write",
)
FORM_TYPE = "application/x-www-form-urlencoded"


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, status: str, error: str, description: str) -> None:
        super().__init__(description)
        self.document = {
            "status": status,
            "message": description,
            "error": error,
            "error_description": description,
        }


@dataclass(slots=True)
class Install:
    """One account that connected the app."""

    portal_id: int
    refresh_token: str
    scopes: list[str]
    revoked: bool = False
    since: int = 0


@dataclass(slots=True)
class Access:
    """A bearer token."""

    token: str
    portal_id: int
    scopes: list[str]
    expires: int = 0  # 0: never
    static: bool = False
    app: bool = False  # the app's own token (client credentials): belongs to no account

    @property
    def kind(self) -> str:
        return "app" if self.app else "static" if self.static else "oauth"


@dataclass(slots=True)
class Code:
    """An authorization code: good once, for a short time."""

    portal_id: int
    redirect_uri: str
    scopes: list[str]
    expires: int
    challenge: str = ""
    challenge_method: str = ""


class Authority:
    """Knows the app, its installs and every token."""

    def __init__(self, simulator: Simulator, client_id: str, client_secret: str) -> None:
        self._simulator = simulator
        self.client_id = client_id
        self.client_secret = client_secret
        self.installs: dict[str, Install] = {}
        self.tokens: dict[str, Access] = {}
        self.codes: dict[str, Code] = {}
        self.rotate_refresh_tokens = False
        self._describe = Describer(client_id, simulator.app_id)

    def restore_state(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "install":
            self.installs[data["refresh_token"]] = Install(**data)
        elif not self.tokens.get(data["token"], Access("", 0, [])).static:
            self.tokens[data["token"]] = Access(**data)

    # ---- who is calling -----------------------------------------------------------------------------

    def bearer(self, request: Request) -> Access | None:
        """The token a request carries, if it is one of ours, expired or not."""
        return self.tokens.get(_bearer(request))

    def authenticate(self, request: Request, now: int, *, app: bool = False) -> Access:
        """The token a request carries: of an account, or (``app``) of the app itself."""
        if not _bearer(request):
            raise errors.no_credentials()
        access = self.bearer(request)
        if access is None:
            # Captured: a garbage token counts as expired since 1970.
            raise errors.expired_token(f"{now // 86_400_000} day(s)", iso(0))
        if access.expires and access.expires <= now:
            late = (now - access.expires) // 1000
            raise errors.expired_token(f"{late} second(s)", iso(access.expires))
        if access.app != app:
            raise errors.wrong_kind_of_token()
        return access

    def expire_all(self, portal_id: int | None = None) -> int:
        """Make access tokens of OAuth installs expire now."""
        now = self._simulator.clock.now_ms()
        hit = [t for t in self.tokens.values() if not t.static and portal_id in (None, t.portal_id)]
        for access in hit:
            access.expires = min(access.expires, now)
            self._save_token(access)
        return len(hit)

    def uninstall(self, portal_id: int) -> int:
        """Refresh tokens stop working; issued access tokens live on until they expire (docs: OAuth)."""
        hit = self._living(portal_id)
        for install in hit:
            install.revoked = True
            self._save_install(install)
        if hit:
            self._simulator.journal.app_changed("APP_UNINSTALL", portal_id)
        return len(hit)

    def granted(self, portal_id: int) -> set[str]:
        """The scopes an account gave the app; none where it is not installed."""
        if not self.is_installed(portal_id):
            return set()
        static = (t for t in self.tokens.values() if t.static and t.portal_id == portal_id)
        return {scope for holder in self._living(portal_id) or static for scope in holder.scopes}

    def is_installed(self, portal_id: int) -> bool:
        """Whether an account has the app. Where nobody ever installed it, the static token stands for that."""
        installs = [i for i in list(self.installs.values()) if i.portal_id == portal_id]  # webhooks ask from a thread
        return not installs or any(not i.revoked for i in installs)

    def _living(self, portal_id: int) -> list[Install]:
        return [i for i in self.installs.values() if i.portal_id == portal_id and not i.revoked]

    def _save_install(self, install: Install) -> None:
        self._simulator.persist("install", 0, asdict(install))

    def _save_token(self, access: Access) -> None:
        self._simulator.persist("token", 0, asdict(access))

    # ---- the install page ---------------------------------------------------------------------------

    def read_authorization(self, params: dict[str, str]) -> tuple[list[str], list[str], str]:
        """Requested and optional scopes, and why the install page refuses (empty when it does not)."""
        requested = params.get("scope", "").split()
        optional = params.get("optional_scope", "").split()
        known = {*REQUIRED_SCOPES, *OPTIONAL_SCOPES}
        missing = [s for s in REQUIRED_SCOPES if s not in requested and s not in optional]
        unknown = [s for s in (*requested, *optional) if s not in known]
        problem = ""
        if params.get("client_id") != self.client_id:
            problem = "We couldn't find an app with this client_id."
        elif not may_lead_back(params.get("redirect_uri", "")):
            problem = "The redirect_uri must be https, except for localhost."
        elif unknown:
            problem = "The app does not have these scopes configured: " + ", ".join(unknown)
        elif missing:
            problem = "The requested scopes must include all required scopes of the app: " + ", ".join(missing)
        return requested, optional, problem

    def grant(self, params: dict[str, str], portal_id: int) -> Response:
        """A person clicked "Connect app": back to the app with a code."""
        requested, optional, problem = self.read_authorization(params)
        portal = self._simulator.portals.get(portal_id)
        if problem or portal is None:
            return json_response({"status": "error", "message": problem or "unknown account"}, 400)
        # Optional scopes that the account's tier lacks are dropped without a word.
        scopes = [*requested, *(s for s in optional if s not in portal.unavailable_scopes)]
        code = self._simulator.new_secret("code")
        self.codes[code] = Code(
            portal_id,
            params["redirect_uri"],
            list(dict.fromkeys(scopes)),
            self._simulator.clock.now_ms() + CODE_LIFETIME_MS,
            params.get("code_challenge", ""),
            params.get("code_challenge_method", ""),
        )
        return redirect(_with(params, {"code": code}))

    def deny(self, params: dict[str, str]) -> Response:
        _, _, problem = self.read_authorization(params)
        if problem:
            return json_response({"status": "error", "message": problem}, 400)
        told = {"error": "access_denied", "error_description": "The user denied the request"}
        return redirect(_with(params, told))

    # ---- endpoints ----------------------------------------------------------------------------------

    def endpoint(self, request: Request, version: str, rest: tuple[str, ...]) -> Response:
        """Raises: ApiError, for unknown paths, unknown legacy tokens and bodies that are no form."""
        try:
            if version == "v1":
                return self._v1(request, rest)
            if version == "v2":
                return self._v2(request, rest)
            return self._dated(request, rest)
        except OAuthError as refusal:
            return json_response(refusal.document, 400)

    def _dated(self, request: Request, rest: tuple[str, ...]) -> Response:
        if request.method != "POST" or rest not in (("token",), ("token", "introspect"), ("token", "revoke")):
            raise errors.not_found()
        form = read_form(request)
        if rest == ("token",):
            return json_response(self._token(form))
        self._check_client(form)
        if rest == ("token", "introspect"):
            return json_response(self._introspect(form.get("token", ""), form.get("token_type_hint", "")))
        self._revoke(form.get("token", ""))
        return Response(200)  # whether or not the token was known (live reports)

    def _v1(self, request: Request, rest: tuple[str, ...]) -> Response:
        """Legacy: secrets may come in the query string, tokens in the path."""
        match request.method, rest:
            case "POST", ("token",):
                if request.body:
                    return json_response(self._token(read_form(request)))
                return json_response(self._token({name: values[-1] for name, values in request.params().items()}))
            case "GET", ("access-tokens", token):
                access = self._valid(token)
                if access is not None:
                    return json_response(self._describe.legacy_access(access, self._simulator.clock.now_ms()))
            case "GET", ("refresh-tokens", token):
                install = self.installs.get(token)
                if install is not None and not install.revoked:
                    return json_response(self._describe.legacy_refresh(install))
            case "DELETE", ("refresh-tokens", token) if self._revoke(token):
                return Response(204)
        raise errors.not_found()

    def _v2(self, request: Request, rest: tuple[str, ...]) -> Response:
        """Docs (legacy private apps): a static token tells about itself."""
        if request.method != "POST" or rest != ("private-apps", "get", "access-token-info"):
            raise errors.not_found()
        token = request.json().get("tokenKey")
        if not isinstance(token, str) or not token:
            raise errors.validation("tokenKey is required")
        access = self.tokens.get(token)
        if access is None or not access.static:
            raise errors.not_found()
        return json_response(self._describe.private_app(access))

    def _check_client(self, form: dict[str, str]) -> None:
        if form.get("client_id") != self.client_id:
            raise OAuthError("BAD_CLIENT_ID", "invalid_client", "missing or unknown client id")
        if form.get("client_secret") != self.client_secret:
            raise OAuthError("BAD_CLIENT_SECRET", "invalid_client", "missing or invalid client secret")

    def _token(self, form: dict[str, str]) -> dict[str, Any]:
        grant_type = form.get("grant_type", "")
        if grant_type not in ("authorization_code", "refresh_token", "client_credentials"):
            raise OAuthError("BAD_GRANT_TYPE", "unsupported_grant_type", "missing or unknown grant type")
        self._check_client(form)
        if grant_type == "authorization_code":
            return self._exchange(form)
        if grant_type == "client_credentials":
            return self._issue_to_app(form.get("scope", "").split())
        return self._refresh(form.get("refresh_token", ""))

    def _exchange(self, form: dict[str, str]) -> dict[str, Any]:
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or code.expires <= self._simulator.clock.now_ms():
            raise OAuthError("BAD_AUTH_CODE", "invalid_grant", "missing or unknown auth code")
        if form.get("redirect_uri") != code.redirect_uri:
            raise OAuthError("BAD_REDIRECT_URI", "invalid_grant", "redirect uri does not match")
        if code.challenge and _challenge(form.get("code_verifier", ""), code) != code.challenge:
            raise OAuthError("BAD_CODE_VERIFIER", "invalid_grant", "code verifier does not match")
        first = not self._living(code.portal_id)
        now = self._simulator.clock.now_ms()
        install = Install(code.portal_id, self._simulator.new_secret("refresh"), code.scopes, since=now)
        self.installs[install.refresh_token] = install
        self._save_install(install)
        if first:
            self._simulator.journal.app_changed("APP_INSTALL", install.portal_id)
        return self._issue(install)

    def _refresh(self, token: str) -> dict[str, Any]:
        install = self.installs.get(token)
        if install is None or install.revoked:
            raise OAuthError("BAD_REFRESH_TOKEN", "invalid_grant", "refresh token is invalid, expired or revoked")
        if self.rotate_refresh_tokens:
            install.revoked = True
            self._save_install(install)
            secret = self._simulator.new_secret("refresh")
            install = Install(install.portal_id, secret, install.scopes, since=install.since)
            self.installs[install.refresh_token] = install
            self._save_install(install)
        return self._issue(install)

    def _issue(self, install: Install) -> dict[str, Any]:
        access = self._new_access(install.portal_id, install.scopes)
        return {
            "token_type": "bearer",
            "token_use": "access_token",
            "access_token": access.token,
            "refresh_token": install.refresh_token,
            "expires_in": LIFETIME_S,
            "hub_id": install.portal_id,
            "user_id": USER_ID,
            "scopes": install.scopes,
        }

    def _issue_to_app(self, scopes: list[str]) -> dict[str, Any]:
        """A token of the app itself: no refresh token, no account (docs: webhooks journal)."""
        if not scopes or any(scope not in JOURNAL_SCOPES for scope in scopes):
            raise OAuthError("BAD_SCOPES", "invalid_scope", "missing or unknown scopes")
        access = self._new_access(0, list(dict.fromkeys(scopes)), app=True)
        return {
            "token_type": "bearer",
            "token_use": "client_credentials",
            "access_token": access.token,
            "expires_in": LIFETIME_S,
            "scopes": access.scopes,
        }

    def _new_access(self, portal_id: int, scopes: list[str], *, app: bool = False) -> Access:
        expires = self._simulator.clock.now_ms() + LIFETIME_S * 1000
        access = Access(self._simulator.new_secret("access"), portal_id, scopes, expires, app=app)
        self.tokens[access.token] = access
        self._save_token(access)
        return access

    # ---- about tokens -------------------------------------------------------------------------------

    def _introspect(self, token: str, hint: str) -> dict[str, Any]:
        """A hint is taken at its word; without one both kinds are looked through (live reports: field ``token``)."""
        install, access = self.installs.get(token), self._valid(token)
        if install is not None and not install.revoked and hint in ("", "refresh_token"):
            return self._describe.refresh(install)
        if access is not None and hint in ("", "access_token"):
            return self._describe.access(access, self._simulator.clock.now_ms())
        return {"active": False}

    def _valid(self, token: str) -> Access | None:
        """A living access token of OAuth. Static ones are none (docs: legacy private apps)."""
        access = self.tokens.get(token)
        if access is None or access.static or access.expires <= self._simulator.clock.now_ms():
            return None
        return access

    def _revoke(self, token: str) -> bool:
        """Only refresh tokens can be revoked; issued access tokens live on (docs: OAuth). False: no such token."""
        install = self.installs.get(token)
        if install is None:
            return False
        install.revoked = True
        self._save_install(install)
        return True


def read_form(request: Request) -> dict[str, str]:
    """Raises: ApiError, for a body that does not say it is a form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise ApiError(415, "Unsupported Media Type")
    return request.form()


def _bearer(request: Request) -> str:
    """The token as it was sent; empty without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _challenge(verifier: str, code: Code) -> str:
    if code.challenge_method.upper() != "S256":
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def may_lead_back(address: str) -> bool:
    """HTTPS, or HTTP to this machine (docs: app configuration), and nothing that would end a header."""
    try:
        uri = urlsplit(address)
        local = uri.hostname in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        return False
    return (uri.scheme == "https" or (uri.scheme == "http" and local)) and address.isprintable()


def _with(params: dict[str, str], more: dict[str, str]) -> str:
    """The redirect address with what the app is told; ``state`` comes back unchanged."""
    if "state" in params:
        more = {**more, "state": params["state"]}
    uri = params["redirect_uri"]
    return uri + ("&" if "?" in uri else "?") + urlencode(more)
