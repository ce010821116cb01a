"""Some servers, and proxies before them, repeat what they were sent. No message of ours repeats a credential."""

from collections.abc import Callable

import httpx2
import pytest
from scripted import Scripted

from loanark.hubspot import oauth
from loanark.hubspot.errors import HubSpotError
from loanark.hubspot.reply import REMOVED, without

SECRET = 'canary" & é'


def repeating(status: int, word: str = "") -> Callable[[httpx2.Request], httpx2.Response]:
    """Refuses everything, and repeats the request in its message."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        said = f"{dict(request.headers)} {request.content.decode()}"
        return httpx2.Response(status, json={"status": word, "message": said, "error_description": said})

    return answer


@pytest.mark.parametrize("word", ["BAD_REFRESH_TOKEN", "BAD_AUTH_CODE", "BAD_CLIENT_SECRET", ""])
def test_no_message_about_tokens_repeats_one(word: str) -> None:
    app = {"base_url": "https://api.hubapi.com", "client_id": "id", "client_secret": SECRET}
    with pytest.raises(HubSpotError) as refused:
        oauth.refresh(**app, refresh_token="refresh-1", transport=httpx2.MockTransport(repeating(400, word)))
    assert REMOVED in str(refused.value)
    assert "refresh-1" not in str(refused.value)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_no_message_about_a_call_repeats_the_token(status: int) -> None:
    with pytest.raises(HubSpotError) as refused:
        Scripted(handler=repeating(status)).client.account(lane="person")
    assert REMOVED in str(refused.value)
    assert "token-" not in str(refused.value)


@pytest.mark.parametrize(
    "written", ['canary" & é', "canary%22%20%26%20%C3%A9", "canary%22+%26+%C3%A9", 'canary\\" & é']
)
def test_a_secret_is_taken_out_however_it_is_written(written: str) -> None:
    assert without(f"before {written} after".encode(), [SECRET]) == f"before {REMOVED} after".encode()
