"""When HubSpot or the network says no: what is repeated, how long it waits, and what is told."""

from datetime import datetime
from typing import Any

import httpx2
import pytest
from scripted import READ_AT, Scripted, answer, contact, html

from loanark.hubspot.client import MAX_ATTEMPTS, MAX_WAIT, Client
from loanark.hubspot.errors import (
    AlreadyExists,
    DailyLimitReached,
    HubSpotError,
    Invalid,
    MissingScopes,
    NotFound,
    NotHubSpot,
    ReconnectNeeded,
    TokenExpired,
    Unauthorized,
    Unavailable,
    UnknownOutcome,
)

EXPIRED = {
    "status": "error",
    "message": "The OAuth token used to make this call expired 12 second(s) ago.",
    "category": "EXPIRED_AUTHENTICATION",
}
OK = answer(contact("1"))


def get(hubspot: Scripted) -> str:
    return hubspot.client.get_contact("1", [], lane="poll").id


# Tokens


def test_an_expired_token_is_refreshed_once_and_the_call_repeated() -> None:
    hubspot = Scripted(answer(EXPIRED, 401), OK)
    assert get(hubspot) == "1"
    assert hubspot.tokens_asked == [False, True]
    assert [request.headers["authorization"] for request in hubspot.requests] == ["Bearer token-0", "Bearer token-1"]


def test_a_token_that_stays_expired_is_not_refreshed_for_ever() -> None:
    hubspot = Scripted(answer(EXPIRED, 401))
    with pytest.raises(TokenExpired):
        get(hubspot)
    assert len(hubspot.requests) == 2


def test_a_create_is_repeated_after_an_expired_token_because_nothing_was_done() -> None:
    hubspot = Scripted(answer(EXPIRED, 401), answer({"name": "g", "label": "G"}, 201))
    hubspot.client.create_property_group("g", "G", lane="person")
    assert len(hubspot.requests) == 2


def test_credentials_that_hubspot_does_not_know_need_a_person() -> None:
    document = {"message": "Authentication credentials not found.", "category": "INVALID_AUTHENTICATION"}
    hubspot = Scripted(answer(document, 401))
    with pytest.raises(ReconnectNeeded, match="Connect HubSpot again"):
        get(hubspot)
    assert hubspot.tokens_asked == [False, True]


@pytest.mark.parametrize(
    "given", [answer({"message": "nope"}, 401), answer(None, 401), html(401)], ids=["text", "empty", "page"]
)
def test_whatever_a_401_says_the_token_is_refreshed_once(given: httpx2.Response) -> None:
    hubspot = Scripted(given, OK)
    assert get(hubspot) == "1"
    assert hubspot.tokens_asked == [False, True]


@pytest.mark.parametrize(("given", "error"), [(answer(EXPIRED, 401), TokenExpired), (html(401), NotHubSpot)])
def test_a_token_that_cannot_be_renewed_is_not_tried_again(given: httpx2.Response, error: type[HubSpotError]) -> None:
    requests: list[httpx2.Request] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return given

    client = Client(base_url="https://api.hubapi.com", token=lambda _: "pat", transport=httpx2.MockTransport(refuse))
    with pytest.raises(error):
        client.get_contact("1", [], lane="poll")
    assert len(requests) == 1


def test_a_refresh_is_no_reason_to_wait_longer() -> None:
    hubspot = Scripted(answer(EXPIRED, 401), answer({}, 429), OK)
    assert get(hubspot) == "1"
    assert hubspot.gate.paused == [(10.0, "general")]


def test_missing_scopes_are_named() -> None:
    document = {
        "message": "This app hasn't been granted all required scopes to make this call.",
        "category": "MISSING_SCOPES",
        "errors": [{"message": "m", "context": {"requiredGranularScopes": ["crm.objects.owners.read"]}}],
    }
    with pytest.raises(MissingScopes, match=r"crm\.objects\.owners\.read") as caught:
        Scripted(answer(document, 403)).client.owners(lane="person")
    assert caught.value.scopes == ("crm.objects.owners.read",)


def test_another_403_is_a_plain_prohibition() -> None:
    with pytest.raises(Unauthorized) as caught:
        get(Scripted(answer({"message": "no"}, 403)))
    assert type(caught.value) is Unauthorized


# Too many calls


def test_a_429_of_search_pauses_search_only() -> None:
    hubspot = Scripted(answer({}, 429), answer({"total": 0, "results": []}))
    hubspot.client.count_contacts(lane="poll")
    assert hubspot.gate.paused == [(1.0, "search")]


def test_a_client_without_a_gate_sleeps_by_itself() -> None:
    slept: list[float] = []
    answers = iter([answer({"policyName": "SECONDLY"}, 429), OK])
    client = Client(
        base_url="https://api.hubapi.com",
        token=lambda _: "t",
        transport=httpx2.MockTransport(lambda _: next(answers)),
        sleep=slept.append,
    )
    with client:
        client.get_contact("1", [], lane="poll")
    assert slept == [1.0]


# Trouble that passes


@pytest.mark.parametrize(
    "error",
    [httpx2.ConnectError("refused"), httpx2.ReadTimeout("slow"), httpx2.ReadError("reset")],
    ids=lambda e: str(e),
)
def test_a_read_outlasts_a_failing_network(error: Exception) -> None:
    assert get(Scripted(error, OK)) == "1"


def test_a_read_outlasts_an_answer_that_breaks_off() -> None:
    broken = httpx2.Response(200, content=b'{"id":"1","prop', headers={"content-type": "application/json"})
    assert get(Scripted(broken, OK)) == "1"


def test_a_read_gives_up_after_a_bounded_number_of_ever_longer_waits() -> None:
    hubspot = Scripted(answer({"message": "oops"}, 503))
    with pytest.raises(Unavailable, match="status 503"):
        get(hubspot)
    assert hubspot.slept == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert len(hubspot.requests) == MAX_ATTEMPTS
    assert sum(hubspot.slept) <= MAX_WAIT


def test_a_locked_record_is_waited_for_at_least_two_seconds() -> None:
    hubspot = Scripted(answer({"message": "locked"}, 423), OK)
    get(hubspot)
    assert hubspot.slept == [3.0]


def test_every_attempt_asks_for_its_turn_and_its_token() -> None:
    hubspot = Scripted(answer({}, 503), OK)
    get(hubspot)
    assert (len(hubspot.gate.acquired), hubspot.tokens_asked) == (2, [False, False])


def test_a_single_write_whose_answer_is_lost_says_that_it_may_have_happened() -> None:
    with pytest.raises(UnknownOutcome, match="may have happened"):
        Scripted(httpx2.ReadTimeout("slow")).client.create_property_group("g", "G", lane="person")


@pytest.mark.parametrize(
    "later",
    [
        answer({"message": "no", "category": "INVALID_AUTHENTICATION"}, 401),
        answer({"message": "no"}, 403),
        answer({"policyName": "DAILY"}, 429),
        answer({}, 477),
        html(200),
        httpx2.ConnectError("refused"),
    ],
    ids=["401", "403", "daily limit", "moving", "page", "no connection"],
)
def test_what_comes_after_a_lost_answer_does_not_make_the_write_undone(later: Any) -> None:
    hubspot = Scripted(httpx2.ReadTimeout("slow"), later)
    with pytest.raises(UnknownOutcome, match="may have happened"):
        hubspot.client.create_property_group("g", "G", lane="person")


def test_a_write_taken_by_something_unreadable_may_have_happened() -> None:
    with pytest.raises(UnknownOutcome):
        Scripted(html(200)).client.create_property_group("g", "G", lane="person")
    with pytest.raises(UnknownOutcome):
        Scripted(answer({"hello": "world"}, 201)).client.create_property("a", "A", "string", "text", "g", lane="person")


def test_trouble_at_the_gate_after_a_lost_answer_does_not_hide_it() -> None:
    hubspot = Scripted(httpx2.ReadTimeout("slow"))

    def refuse(lane: str, bucket: str) -> datetime:
        if hubspot.requests:
            raise DailyLimitReached("kept for others")
        return READ_AT

    hubspot.gate.acquire = refuse  # type: ignore[method-assign]
    with pytest.raises(UnknownOutcome, match="kept for others"):
        hubspot.client.create_property_group("g", "G", lane="person")


# Not HubSpot


@pytest.mark.parametrize(
    "strange",
    [
        html(200),
        html(404),
        html(403),
        httpx2.Response(302, headers={"location": "https://login.example.com"}, content=b"<html>"),
        answer([1, 2]),
        answer("hello"),
    ],
    ids=["html", "html 404", "html 403", "redirect", "list", "text"],
)
def test_an_answer_that_is_not_hubspots_names_the_address(strange: httpx2.Response) -> None:
    hubspot = Scripted(strange)
    with pytest.raises(NotHubSpot, match=r"https://api\.hubapi\.com .*Check that"):
        get(hubspot)
    assert len(hubspot.requests) == 1


def test_a_redirect_is_told_with_where_it_leads_but_not_followed() -> None:
    away = httpx2.Response(307, headers={"location": "https://elsewhere.example.com/a?token=secret"})
    hubspot = Scripted(away)
    with pytest.raises(NotHubSpot, match=r"redirect \(307\) to https://elsewhere.example.com/a,") as caught:
        get(hubspot)
    assert "secret" not in str(caught.value)
    assert [request.url.host for request in hubspot.requests] == ["api.hubapi.com"]


@pytest.mark.parametrize("address", ["ftp://example.com", "no address", ""])
def test_an_impossible_address_is_told_as_one(address: str) -> None:
    client = Client(base_url=address, token=lambda _: "t", sleep=lambda _: None)
    with pytest.raises(NotHubSpot, match="Check that"):
        client.get_contact("1", [], lane="poll")


# Refusals


def refuse(status: int, **document: Any) -> HubSpotError:
    with pytest.raises(HubSpotError) as caught:
        get(Scripted(answer(document, status)))
    return caught.value


def test_every_bad_property_is_told_with_its_reason() -> None:
    error = refuse(
        400,
        message='Property values were not valid: [{"isValid":false,"message":"a was not a valid number",'
        '"error":"INVALID_INTEGER","name":"score"}]',
        category="VALIDATION_ERROR",
        errors=[
            {"message": "Email address x is invalid", "code": "INVALID_EMAIL", "context": {"propertyName": ["email"]}}
        ],
    )
    assert isinstance(error, Invalid)
    assert error.properties == {"score": "a was not a valid number", "email": "Email address x is invalid"}
    assert error.codes == ("INVALID_EMAIL",)


def test_a_conditional_rule_names_the_missing_property() -> None:
    message = "city is required because of a conditional property rule based on [state]"
    error = refuse(
        400,
        message="The property values provided are invalid",
        category="VALIDATION_ERROR",
        errors=[
            {
                "message": message,
                "code": "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
                "context": {"propertyName": ["city"]},
            }
        ],
    )
    assert isinstance(error, Invalid)
    assert error.properties == {"city": message}


def test_a_refused_option_does_not_recite_the_whole_list() -> None:
    error = refuse(
        400,
        message="invalid",
        errors=[
            {
                "message": 'x was not one of the allowed options: [label: "A" value: "a"\n' + "..." * 500,
                "code": "INVALID_OPTION",
                "context": {"propertyName": ["band"]},
            }
        ],
    )
    assert isinstance(error, Invalid)
    assert error.properties == {"band": "x was not one of the allowed options"}


@pytest.mark.parametrize(
    ("message", "existing"),
    [
        ("Contact already exists. Existing ID: 123", "123"),
        ("Contact already exists.", None),
        ("Object with ID 7 already has that value for loanark_id.", "7"),
    ],
)
def test_a_conflict_names_the_record_in_the_way_when_hubspot_does(message: str, existing: str | None) -> None:
    error = refuse(409, message=message, category="CONFLICT")
    assert isinstance(error, AlreadyExists)
    assert error.existing_id == existing


@pytest.mark.parametrize("document", [{}, {"message": None}, {"errors": None, "context": None}, {"errors": ["x"]}])
def test_a_refusal_may_lack_every_field(document: dict[str, Any]) -> None:
    assert isinstance(refuse(400, **document), Invalid)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("resource not found", NotFound),
        ("Object not found.  objectId are usually numeric.", NotFound),
        ("Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.", NotFound),
        ("Contact already exists. Existing ID: 7", AlreadyExists),
        ("Object with ID 7 already has that value for loanark_id.", AlreadyExists),
        ('Property "contact" does not exist', Invalid),
        ('Property values were not valid: [{"message": "the record was not found"}]', Invalid),
    ],
)
def test_without_a_category_the_words_of_a_refusal_tell(words: str, expected: type[HubSpotError]) -> None:
    assert type(refuse(400, message=words)) is expected


def test_a_text_that_cannot_be_sent_is_refused_before_it_is_sent() -> None:
    hubspot = Scripted(OK)
    with pytest.raises(Invalid, match="Nothing was sent"):
        hubspot.client.create_property_group("g", "half a \ud83d", lane="person")
    assert hubspot.requests == []
