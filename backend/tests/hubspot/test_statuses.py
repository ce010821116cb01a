"""Every status HubSpot documents, and its neighbours: which error it becomes, and how often the call is made."""

from typing import Any

import httpx2
import pytest
from scripted import Scripted, answer, batch, contact, html

from loanark.hubspot.errors import (
    AccountMoving,
    AlreadyExists,
    DailyLimitReached,
    HubSpotError,
    Invalid,
    NotFound,
    NotHubSpot,
    RateLimited,
    Reaction,
    ReconnectNeeded,
    Unauthorized,
    Unavailable,
)
from loanark.hubspot.models import Create
from loanark.hubspot.statuses import STATUSES, Means, means
from loanark.hubspot.transport import MAX_ATTEMPTS

#: Status: the error it ends in, its reaction, and the requests of one call that meets nothing else.
TABLE: dict[int, tuple[type[HubSpotError], Reaction, int]] = {
    400: (Invalid, Reaction.REJECT, 1),
    401: (ReconnectNeeded, Reaction.TELL, 2),
    403: (Unauthorized, Reaction.TELL, 1),
    404: (NotFound, Reaction.FIND, 1),
    405: (Invalid, Reaction.REJECT, 1),
    408: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    409: (AlreadyExists, Reaction.REJECT, 1),
    410: (Invalid, Reaction.REJECT, 1),
    413: (Invalid, Reaction.REJECT, 1),
    414: (Invalid, Reaction.REJECT, 1),
    415: (Invalid, Reaction.REJECT, 1),
    421: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    422: (Invalid, Reaction.REJECT, 1),
    423: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    425: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    429: (RateLimited, Reaction.RETRY, 4),
    477: (AccountMoving, Reaction.RETRY, 1),
    500: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    502: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    503: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    504: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    520: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    521: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    522: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    523: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    524: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    525: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    526: (Unavailable, Reaction.RETRY, MAX_ATTEMPTS),
    300: (NotHubSpot, Reaction.TELL, 1),
    301: (NotHubSpot, Reaction.TELL, 1),
    302: (NotHubSpot, Reaction.TELL, 1),
    304: (NotHubSpot, Reaction.TELL, 1),
    307: (NotHubSpot, Reaction.TELL, 1),
    308: (NotHubSpot, Reaction.TELL, 1),
}

#: What its status alone says, whatever the body is: the page of a proxy, or nothing at all.
BY_STATUS_ALONE = sorted(status for status in TABLE if status in {408, 414, 421, 423, 425, 429, 477} or status >= 500)

#: After these a create may have been done, so it is not sent again.
MAYBE_DONE = {408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526}
NOT_DONE_AND_REPEATED = {401, 421, 423, 425, 429}


def get(hubspot: Scripted) -> HubSpotError:
    with pytest.raises(HubSpotError) as caught:
        hubspot.client.get_contact("1", [], lane="poll")
    return caught.value


def test_the_table_here_leaves_out_no_status_of_the_clients() -> None:
    assert STATUSES.keys() <= TABLE.keys()


@pytest.mark.parametrize("status", TABLE)
def test_a_status_becomes_its_error(status: int) -> None:
    kind, reaction, requests = TABLE[status]
    hubspot = Scripted(answer({"message": "because"}, status))
    error = get(hubspot)
    assert (type(error), error.reaction, len(hubspot.requests)) == (kind, reaction, requests)


@pytest.mark.parametrize("status", BY_STATUS_ALONE)
@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"[]", b'{"mess', b"null"], ids=repr)
def test_such_a_status_needs_no_body(status: int, body: bytes) -> None:
    assert type(get(Scripted(httpx2.Response(status, content=body)))) is TABLE[status][0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_a_page_that_refuses_is_not_hubspots_refusal(status: int) -> None:
    assert type(get(Scripted(html(status)))) is NotHubSpot


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_a_refusal_without_a_body_is_one(status: int) -> None:
    assert type(get(Scripted(httpx2.Response(status)))) is TABLE[status][0]


@pytest.mark.parametrize("status", sorted(MAYBE_DONE))
def test_a_create_is_not_sent_again_where_it_may_have_been_done(status: int) -> None:
    hubspot = Scripted(answer({}, status), batch([contact("1", "a")]))
    outcome = hubspot.client.batch_create([Create("a", {"email": "a@example.com"})], lane="edit")
    assert (list(outcome.unknown), len(hubspot.requests)) == (["a"], 1)


@pytest.mark.parametrize("status", sorted(NOT_DONE_AND_REPEATED))
def test_a_create_is_sent_again_where_it_was_surely_not_done(status: int) -> None:
    hubspot = Scripted(answer({}, status), batch([contact("1", "a")]))
    outcome = hubspot.client.batch_create([Create("a", {"email": "a@example.com"})], lane="edit")
    assert (list(outcome.confirmed), len(hubspot.requests)) == (["a"], 2)


@pytest.mark.parametrize(
    ("status", "meaning"), [(200, Means.DONE), (207, Means.DONE), (204, Means.DONE), (599, Means.FAILED)]
)
def test_a_status_that_is_not_listed_goes_by_its_hundred(status: int, meaning: Means) -> None:
    assert means(status) is meaning


# 414


def test_too_long_an_address_is_told_from_too_many_identities() -> None:
    long = get(Scripted(answer({"message": "URI Too Long"}, 414)))
    assert "fewer properties" in str(long)
    full = get(Scripted(answer({"message": "Cannot have more than 250 identities on a profile"}, 414)))
    assert "keep them apart" in str(full)


# 429, as HubSpot and others word it

TEN, ONE = (10.0, "general"), (1.0, "general")


@pytest.mark.parametrize(
    ("document", "pause"),
    [
        ({"policyName": "TEN_SECONDLY_ROLLING", "errorType": "RATE_LIMIT"}, TEN),
        ({"policyName": "SECONDLY", "message": "You have reached your daily limit."}, ONE),
        ({"message": "You have reached your ten_secondly_rolling limit.", "category": "RATE_LIMITS"}, TEN),
        ({"message": "You have reached your secondly limit."}, ONE),
        ({"groupName": "publicapi:private_app-api-calls-ten-secondly:1:2"}, TEN),
        ({"category": "RATE_LIMITS"}, TEN),
        ({"errorType": "RATE_LIMIT"}, TEN),
        ({}, TEN),
    ],
)
def test_a_429_is_told_by_its_policy_then_by_its_words(document: dict[str, str], pause: tuple[float, str]) -> None:
    hubspot = Scripted(answer(document, 429), answer(contact("1")))
    hubspot.client.get_contact("1", [], lane="poll")
    assert (hubspot.gate.paused, hubspot.slept) == ([pause], [])


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"X_HubSpot_RateLimit_Remaining": "0", "X_HubSpot_RateLimit_Secondly_Remaining": "0"}, TEN),
        ({"X_HubSpot_RateLimit_Remaining": "40", "X_HubSpot_RateLimit_Secondly_Remaining": "0"}, ONE),
        ({"X_HubSpot_RateLimit_Remaining": "40"}, TEN),
        ({"X_HubSpot_RateLimit_Remaining": "what?"}, TEN),
    ],
)
def test_a_429_without_words_is_told_by_what_is_left(headers: dict[str, str], pause: tuple[float, str]) -> None:
    hubspot = Scripted(answer(None, 429, **headers), answer(contact("1")))
    hubspot.client.get_contact("1", [], lane="poll")
    assert hubspot.gate.paused == [pause]


@pytest.mark.parametrize(
    ("document", "headers"),
    [
        ({"policyName": "DAILY"}, {}),
        ({"message": "You have reached your daily limit."}, {}),
        ({"category": "RATE_LIMITS", "groupName": "publicapi:api-calls-daily:1"}, {}),
        ({}, {"X_HubSpot_RateLimit_Daily_Remaining": "0"}),
    ],
)
def test_the_daily_limit_is_never_waited_for(document: dict[str, str], headers: dict[str, str]) -> None:
    hubspot = Scripted(answer(document, 429, **headers))
    error = get(hubspot)
    assert (type(error), len(hubspot.requests), hubspot.gate.paused) == (DailyLimitReached, 1, [])


# Retry-After


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "3"}, 3.0),
        ({"Retry_After": " 3.5 "}, 3.5),
        ({"Retry_After": "Sun, 22 Nov 2026 12:00:20 GMT", "Date": "Sun, 22 Nov 2026 12:00:00 GMT"}, 20.0),
        ({"Retry_After": "Sunday, 22-Nov-26 12:00:20 GMT", "Date": "Sun, 22 Nov 2026 12:00:00 GMT"}, 20.0),
    ],
)
def test_a_wait_that_is_named_is_obeyed(headers: dict[str, str], seconds: float) -> None:
    hubspot = Scripted(answer({}, 429, **headers), answer(contact("1")))
    hubspot.client.get_contact("1", [], lane="poll")
    assert hubspot.gate.paused == [(seconds, "general")]


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "soon", "nan", "inf", "Sun, 22 Nov 2020 12:00:00 GMT", "Sun, 99 Nov 2026 12:00:00 GMT"]
)
def test_a_wait_that_makes_no_sense_is_none(text: str) -> None:
    hubspot = Scripted(answer({}, 429, Retry_After=text), answer(contact("1")))
    hubspot.client.get_contact("1", [], lane="poll")
    assert hubspot.gate.paused == [TEN]


def test_a_date_counts_by_our_clock_when_the_answer_has_none() -> None:
    assert get(Scripted(answer({}, 477, Retry_After="Thu, 01 Jan 2099 00:00:00 GMT"))).retry_after == 86_400  # type: ignore[attr-defined]


def test_a_longer_wait_than_a_call_may_take_is_told_at_once() -> None:
    hubspot = Scripted(answer({}, 503, Retry_After="300"))
    error = get(hubspot)
    assert isinstance(error, Unavailable)
    assert (error.retry_after, hubspot.slept, len(hubspot.requests)) == (300.0, [], 1)


def test_a_failing_server_that_names_its_wait_is_given_it_and_a_little_more() -> None:
    hubspot = Scripted(answer({}, 503, Retry_After="5"), answer(contact("1")))
    hubspot.client.get_contact("1", [], lane="poll")
    assert hubspot.slept == [6.0]


@pytest.mark.parametrize(
    ("named", "seconds"), [("7200", 7200.0), ("86400", 86_400.0), ("999999999", 86_400.0), ("", 3600.0)]
)
def test_a_moving_account_is_left_alone_for_a_day_at_most(named: str, seconds: float) -> None:
    error = get(Scripted(answer({}, 477, Retry_After=named)))
    assert isinstance(error, AccountMoving)
    assert error.retry_after == seconds


@pytest.mark.parametrize("status", [522, 525, 526])
def test_trouble_of_the_connection_is_told_as_such(status: int) -> None:
    assert "certificates" in str(get(Scripted(answer({}, status))))


# Full jitter


@pytest.mark.parametrize(("luck", "waits"), [(0.0, [0.0] * 5), (0.5, [0.5, 1.0, 2.0, 4.0, 8.0])])
def test_waits_are_spread_over_their_whole_length(luck: float, waits: list[float]) -> None:
    hubspot = Scripted(answer({}, 503))
    hubspot.luck = luck
    get(hubspot)
    assert hubspot.slept == waits


def test_a_429_is_told_to_the_gate_each_time_also_when_the_call_gives_up() -> None:
    hubspot = Scripted(answer({}, 429))
    error: Any = get(hubspot)
    assert [seconds for seconds, _ in hubspot.gate.paused] == [10.0, 20.0, 30.0, 40.0]
    assert error.retry_after == 40.0
