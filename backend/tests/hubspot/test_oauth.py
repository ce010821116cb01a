"""Installing the app, refreshing, and the words with which HubSpot ends a connection."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from scripted import answer, html

from loanark.hubspot import oauth
from loanark.hubspot.errors import HubSpotError, Invalid, Misconfigured, NotHubSpot, ReconnectNeeded, Unavailable

GRANTED = {
    "access_token": "access-1",
    "refresh_token": "refresh-1",
    "expires_in": 1800,
    "token_type": "bearer",
    "hub_id": 62515,
    "scopes": ["oauth", "crm.objects.contacts.read"],
}
APP = {"base_url": "https://api.hubapi.com/", "client_id": "id", "client_secret": "secret"}


class Endpoint:
    """HubSpot's token endpoint with one answer."""

    def __init__(self, given: httpx2.Response | Exception) -> None:
        self.given = given
        self.request: httpx2.Request | None = None
        self.transport = httpx2.MockTransport(self._handle)

    @property
    def path(self) -> str:
        assert self.request
        return self.request.url.path

    @property
    def form(self) -> dict[str, str]:
        assert self.request
        return {name: values[0] for name, values in parse_qs(self.request.content.decode()).items()}

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.request = request
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


def refresh(given: httpx2.Response | Exception) -> oauth.Tokens:
    return oauth.refresh(**APP, refresh_token="refresh-0", transport=Endpoint(given).transport)


def test_the_person_who_connects_is_sent_to_hubspot_with_what_the_app_asks() -> None:
    url = oauth.authorize_url(
        "https://app.hubspot.com/", "id", "https://x.example.com/cb?a=1", oauth.SCOPES, oauth.OPTIONAL_SCOPES, "st&te"
    )
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://app.hubspot.com/oauth/authorize"
    assert parse_qs(parts.query) == {
        "client_id": ["id"],
        "redirect_uri": ["https://x.example.com/cb?a=1"],
        "scope": ["oauth crm.objects.contacts.read crm.objects.contacts.write crm.schemas.contacts.read"],
        "optional_scope": ["crm.schemas.contacts.write crm.objects.owners.read"],
        "state": ["st&te"],
    }


def test_a_code_is_traded_for_tokens() -> None:
    endpoint = Endpoint(answer(GRANTED))
    tokens = oauth.exchange_code(
        **APP, code="code-1", redirect_uri="https://x.example.com/cb", transport=endpoint.transport
    )
    assert tokens == oauth.Tokens("access-1", "refresh-1", 1800, "62515", ("oauth", "crm.objects.contacts.read"))
    assert endpoint.path == "/oauth/2026-09/token"
    assert endpoint.form == {
        "grant_type": "authorization_code",
        "client_id": "id",
        "client_secret": "secret",
        "code": "code-1",
        "redirect_uri": "https://x.example.com/cb",
    }


def test_secrets_travel_in_the_body_only() -> None:
    endpoint = Endpoint(answer(GRANTED))
    oauth.refresh(**APP, refresh_token="refresh-0", transport=endpoint.transport)
    assert endpoint.request
    assert endpoint.request.url.query == b""
    assert endpoint.form["client_secret"] == "secret"


def test_a_rotated_refresh_token_is_the_one_to_keep() -> None:
    assert refresh(answer({**GRANTED, "refresh_token": "refresh-2"})).refresh_token == "refresh-2"


def test_without_a_new_refresh_token_the_old_one_is_kept() -> None:
    granted = {name: value for name, value in GRANTED.items() if name != "refresh_token"}
    assert refresh(answer(granted)).refresh_token == "refresh-0"


def test_tokens_do_not_show_themselves() -> None:
    shown = repr(refresh(answer(GRANTED)))
    assert "access-1" not in shown
    assert "refresh-1" not in shown


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        ("BAD_REFRESH_TOKEN", "invalid_grant", ReconnectNeeded),
        ("BAD_HUB", "access_denied", ReconnectNeeded),
        ("BAD_AUTH_CODE", "invalid_grant", Invalid),
        ("BAD_CLIENT_ID", "invalid_client", Misconfigured),
        ("BAD_CLIENT_SECRET", "invalid_client", Misconfigured),
        ("BAD_REDIRECT_URI", "invalid_request", Misconfigured),
        ("BAD_SCOPES", "invalid_scope", Misconfigured),
        ("SOMETHING_NEW", "invalid_request", Misconfigured),
        ("", "invalid_grant", ReconnectNeeded),
    ],
)
def test_only_the_end_of_the_grant_ends_the_connection(status: str, error: str, expected: type[HubSpotError]) -> None:
    document = {"status": status, "error": error, "error_description": "why", "message": "why"}
    with pytest.raises(expected, match="why") as caught:
        refresh(answer(document, 400))
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    "given",
    [
        answer({"message": "slow down"}, 429),
        answer({"message": "oops"}, 500),
        html(502),
        answer({}, 408),
        answer({}, 477),
        answer({}, 524),
        httpx2.Response(200, content=b'{"access_token":"acc', headers={"content-type": "application/json"}),
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("slow"),
    ],
    ids=["429", "500", "html 502", "408", "477", "524", "breaks off", "no connection", "time-out"],
)
def test_trouble_that_passes_never_ends_the_connection(given: httpx2.Response | Exception) -> None:
    with pytest.raises(Unavailable, match="connection is kept"):
        refresh(given)


@pytest.mark.parametrize(
    "given",
    [html(200), html(400), html(302), answer([1]), answer({"hello": "world"}), answer(None, 400)],
    ids=["html", "html 400", "redirect", "list", "no tokens", "empty"],
)
def test_what_is_not_hubspot_never_ends_the_connection(given: httpx2.Response) -> None:
    with pytest.raises(NotHubSpot, match=r"https://api\.hubapi\.com"):
        refresh(given)


@pytest.mark.parametrize(
    "changes",
    [{"access_token": None}, {"access_token": ""}, {"access_token": 7}, {"expires_in": "soon"}, {"expires_in": [1]}],
)
def test_an_answer_that_makes_no_sense_stores_nothing(changes: dict[str, object]) -> None:
    with pytest.raises(NotHubSpot, match="No token was stored"):
        refresh(answer({**GRANTED, **changes}))


@pytest.mark.parametrize("lacking", ["expires_in", "token_type", "hub_id", "scopes"])
def test_a_refresh_may_lack_all_but_the_token(lacking: str) -> None:
    tokens = refresh(answer({name: value for name, value in GRANTED.items() if name != lacking}))
    assert (tokens.access_token, tokens.expires_in) == ("access-1", 1800)


def test_scopes_may_come_as_one_text() -> None:
    granted = {name: value for name, value in GRANTED.items() if name != "scopes"}
    assert refresh(answer({**granted, "scope": "oauth crm.import"})).scopes == ("oauth", "crm.import")


def test_a_grant_that_does_not_say_what_it_grants_is_looked_into() -> None:
    seen = {"active": True, "hub_id": 62515, "scopes": ["oauth"]}
    answers = [answer({"access_token": "access-1", "refresh_token": "refresh-1"}), answer(seen)]
    asked: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        return answers[len(asked) - 1]

    tokens = oauth.exchange_code(**APP, code="c", redirect_uri="https://x", transport=httpx2.MockTransport(handler))
    assert (tokens.hub_id, tokens.scopes) == ("62515", ("oauth",))
    assert asked == ["/oauth/2026-09/token", "/oauth/2026-09/token/introspect"]


def test_a_grant_is_not_lost_because_it_cannot_be_looked_into() -> None:
    answers = [answer({"access_token": "access-1", "refresh_token": "refresh-1"}), html(502)]
    transport = httpx2.MockTransport(lambda _: answers.pop(0))
    tokens = oauth.exchange_code(**APP, code="c", redirect_uri="https://x", transport=transport)
    assert (tokens.access_token, tokens.scopes) == ("access-1", ())


def test_the_wait_that_the_sign_in_service_names_is_told() -> None:
    with pytest.raises(Unavailable) as caught:
        refresh(answer({}, 503, Retry_After="120"))
    assert caught.value.retry_after == 120.0


def test_no_message_tells_a_secret() -> None:
    strange = answer({"access_token": ["access-1"], "refresh_token": "refresh-0"})
    for given in (answer({"status": "BAD_CLIENT_SECRET"}, 400), html(200), strange, httpx2.ReadTimeout("slow")):
        with pytest.raises(HubSpotError) as caught:
            refresh(given)
        assert "secret" not in str(caught.value).replace("client secret", "").replace("BAD_CLIENT_SECRET", "")
        assert "refresh-0" not in str(caught.value)
        assert "access-1" not in str(caught.value)


def test_a_revocation_names_the_token_and_its_type() -> None:
    endpoint = Endpoint(answer(None))
    oauth.revoke(**APP, refresh_token="refresh-0", transport=endpoint.transport)
    assert endpoint.path == "/oauth/2026-09/token/revoke"
    assert (endpoint.form["token"], endpoint.form["token_type_hint"]) == ("refresh-0", "refresh_token")


def test_a_token_can_be_looked_into() -> None:
    endpoint = Endpoint(answer({"active": True, "hub_id": 62515, "user": "a@example.com", "scopes": ["oauth"]}))
    seen = oauth.introspect(**APP, token="access-1", transport=endpoint.transport)
    assert seen == oauth.Introspection(True, "62515", "a@example.com", "", ("oauth",), 0)


def test_a_revoked_token_is_not_active() -> None:
    assert not oauth.introspect(**APP, token="x", transport=Endpoint(answer({"active": False})).transport).active


@pytest.mark.parametrize("given", [answer({}), answer({"hello": "world"})], ids=["empty", "strange"])
def test_silence_about_a_token_is_no_evidence_of_its_end(given: httpx2.Response) -> None:
    with pytest.raises(NotHubSpot):
        oauth.introspect(**APP, token="x", transport=Endpoint(given).transport)
