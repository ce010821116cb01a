"""The walk to the company's provider and back: OpenID Connect's code flow, with state, nonce and PKCE.

django-allauth walks it. What it leaves out is here: apps come from our table, the nonce is asked for and compared, the
ID token's signature is always verified, and what the provider says of a person is held against `company.let_in`.
"""

import hashlib
import hmac
import secrets
from typing import Any

import jwt
import requests
from allauth.core.internal.httpkit import add_query_params
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from loanark.kit.secrets import SecretError
from loanark.tenants import company
from loanark.tenants.company import Company, NoCompanySignIn, ProviderUnusable, Refused

#: Signed by a key that only the provider has. Never by the client's secret, never unsigned.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")

#: Clocks differ by this much at most.
LEEWAY_SECONDS = 60


class CompanyLogins(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What allauth asks us about company sign-in."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """The provider of one organisation, by its slug. All of them are nobody's business."""
        if not provider or provider == OpenIDConnectProvider.id:
            return []
        try:
            return [_app(company.of_organisation(provider))]
        except NoCompanySignIn:
            return []

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The provider's word came; whether it is enough is decided here."""
        claims = sociallogin.claims
        asked = str(sociallogin.state.get("nonce", ""))
        if not asked or not hmac.compare_digest(asked, str(claims.get("nonce", ""))):
            raise ValidationError("The answer belongs to another question.", code="company-answer")
        if claims.get("email_verified") is not True and claims.get("xms_edov") not in (True, 1, "1"):
            raise ValidationError("The provider has not verified the address.", code="company-unverified")
        ours = company.of_organisation(sociallogin.provider.sub_id)
        known = sociallogin.user if sociallogin.is_existing else None
        email = str(claims.get("email", "")).strip().lower()
        try:
            person = company.let_in(ours, email, str(claims.get("name", "")), known)
        except Refused as refused:
            raise ValidationError(refused.message, code=refused.code) from refused
        if known is None:
            sociallogin.connect(request, person)


class CompanyEndpoint(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """An organisation's provider, spoken to."""

    @property
    def openid_config(self) -> dict[str, str]:
        if not hasattr(self, "_config"):
            try:
                self._config = company.discover(self.get_provider().app.settings["server_url"])
            except ProviderUnusable as error:
                raise OAuth2Error(error.detail) from error
        return self._config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """From the public address, whatever the request says."""
        return company.callback_url(self.provider_id)

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **answer: Any) -> SocialLogin:
        """Reads who it is: from the ID token, and what that leaves out from userinfo, if it is about the same person.

        Raises: OAuth2Error.
        """
        claims = self._verified(app, str(answer["response"].get("id_token", "")))
        if not {"email", "email_verified"} <= set(claims) and "userinfo_endpoint" in self.openid_config:
            said = self._fetch_user_info(token.token)
            if said.get("sub") != claims["sub"]:
                raise OAuth2Error("userinfo is about somebody else")
            claims = {**said, **claims}
        login = self.get_provider().sociallogin_from_response(request, claims)
        login.claims = claims
        return login

    def _verified(self, app: SocialApp, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise OAuth2Error("the ID token is not signed by a key of the provider")
            keys = jwt.PyJWKSet.from_dict(company.ask(self.openid_config["jwks_uri"])).keys
            fitting = [key for key in keys if header.get("kid") in (None, key.key_id)]
            if len(fitting) != 1:
                raise OAuth2Error("no key of the provider signed the ID token")
            claims: dict[str, Any] = jwt.decode(
                token,
                fitting[0].key,
                algorithms=[header["alg"]],
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, requests.RequestException, ValueError, TypeError) as error:
            raise OAuth2Error(f"the ID token is not good: {type(error).__name__}") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != app.client_id:
            raise OAuth2Error("the ID token was made for another client")
        return claims


class CompanyProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """allauth's provider with a nonce, and accounts that end with the issuer."""

    oauth2_adapter_class = CompanyEndpoint

    def redirect(self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **more: Any) -> Any:
        nonce = secrets.token_urlsafe(24)
        params = {**more.pop("auth_params", {}), "nonce": nonce}
        return super().redirect(request, process, next_url, data, auth_params=params, nonce=nonce, **more)

    def serialize(self) -> dict[str, Any]:
        """For a sign-in that waits for its second step: which organisation's provider it was."""
        return {**super().serialize(), "id": self.sub_id}

    def extract_uid(self, data: dict[str, Any]) -> str:
        """A person at one issuer: an organisation that changes to another provider begins anew."""
        return hashlib.sha256(f"{data['iss']}\n{data['sub']}".encode()).hexdigest()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing more is kept of what the provider said."""
        return {"sub": data["sub"]}


def begin(request: HttpRequest, ours: Company, email: str, after: str) -> str:
    """The provider's address to go to; the state of the walk is in the session. Raises: ProviderUnusable."""
    try:
        provider = CompanyProvider(request, app=_app(ours))
        answer = provider.redirect(request, "login", after, auth_params={"login_hint": email}, headless=True)
    except OAuth2Error as error:
        raise ProviderUnusable(f"{error} Nothing was done. Try again later.") from error
    except SecretError as error:
        raise ProviderUnusable(
            "The provider's secret cannot be read: its key is not configured. Nothing was done. An administrator sets "
            "the secret again, or the old key is put back into LOANARK_ENCRYPTION_KEYS."
        ) from error
    return str(answer.url)


def come_back(request: HttpRequest, slug: str) -> HttpResponse:
    """From the provider: signed in, or to the sign-in page with the reason."""
    try:
        company.of_organisation(slug)
    except NoCompanySignIn:
        return HttpResponseRedirect(add_query_params("/sign-in", {"error": "company-gone"}))
    view = OAuth2CallbackView.adapter_view(CompanyEndpoint(request, slug))
    answer: HttpResponse = view(request)
    return answer


def _app(ours: Company) -> SocialApp:
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=ours.slug,
        name=ours.name,
        client_id=ours.client_id,
        secret=ours.secret,
        settings={"server_url": ours.issuer, "oauth_pkce_enabled": True},
    )
