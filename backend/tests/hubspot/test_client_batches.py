"""Writing in batches: what became of every single row."""

from typing import Any

import httpx2
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Scripted, answer, batch, contact

from loanark.hubspot.client import BATCH_SIZE
from loanark.hubspot.errors import DailyLimitReached, Unavailable
from loanark.hubspot.models import Confirmed, Create, Rejected, Unknown, Update, Upsert

DAILY = {"status": "error", "message": "You have reached your daily limit.", "policyName": "DAILY"}
CONFLICT = {"status": "error", "message": "Contact already exists. Existing ID: 123", "category": "CONFLICT"}
INVALID = {
    "status": "error",
    "message": 'Property values were not valid: [{"isValid":false,"message":"Email address x is invalid",'
    '"error":"INVALID_EMAIL","name":"email","portalId":1}]',
    "category": "VALIDATION_ERROR",
}


def upserts(*keys: str, **properties: str) -> list[Upsert]:
    return [Upsert(key, key, "loanark_id", properties or {"firstname": "Ann"}) for key in keys]


def updates(*ids: str) -> list[Update]:
    return [Update(f"k{id}", id, {"firstname": "Ann"}) for id in ids]


def creates(*keys: str) -> list[Create]:
    return [Create(key, {"email": f"{key}@example.com"}) for key in keys]


# Rows judged one by one


def test_each_row_is_sent_with_a_trace_id_and_confirmed_by_it() -> None:
    hubspot = Scripted(batch([contact("2", "b"), {**contact("1", "a"), "new": True}]))
    outcome = hubspot.client.batch_upsert(upserts("a", "b"), lane="edit")
    assert {key: (row.contact.id, row.new) for key, row in outcome.confirmed.items()} == {
        "a": ("1", True),
        "b": ("2", False),
    }
    assert hubspot.body()["inputs"][0] == {
        "id": "a",
        "idProperty": "loanark_id",
        "properties": {"firstname": "Ann"},
        "objectWriteTraceId": "a",
    }


def test_a_row_that_an_error_names_is_rejected_and_the_others_are_not() -> None:
    error = {**INVALID, "context": {"objectWriteTraceId": ["b"]}}
    outcome = Scripted(batch([contact("1", "a")], [error])).client.batch_upsert(upserts("a", "b"), lane="edit")
    assert isinstance(outcome["a"], Confirmed)
    assert outcome["b"] == Rejected(
        "Email address x is invalid", {"email": "Email address x is invalid"}, "VALIDATION_ERROR"
    )


def test_one_error_may_reject_several_rows() -> None:
    error = {**INVALID, "context": {"objectWriteTraceId": ["a", "b"]}}
    outcome = Scripted(batch([], [error])).client.batch_upsert(upserts("a", "b"), lane="edit")
    assert set(outcome.rejected) == {"a", "b"}


def test_a_taken_email_names_the_contact_that_has_it() -> None:
    error = {**CONFLICT, "context": {"objectWriteTraceId": ["a"]}}
    outcome = Scripted(batch([], [error])).client.batch_create(creates("a", "b"), lane="edit")
    assert outcome.rejected["a"].existing_id == "123"


def test_results_without_trace_ids_are_recognised_by_their_ids_in_any_order() -> None:
    outcome = Scripted(batch([contact("2"), contact("1")])).client.batch_update(updates("1", "2"), lane="edit")
    assert {key: row.contact.id for key, row in outcome.confirmed.items()} == {"k1": "1", "k2": "2"}


def test_results_without_trace_ids_are_recognised_by_the_unique_property() -> None:
    results = [contact("71", loanark_id="B"), contact("70", loanark_id="a")]
    outcome = Scripted(batch(results)).client.batch_upsert(upserts("a", "b"), lane="edit")
    assert {key: row.contact.id for key, row in outcome.confirmed.items()} == {"a": "70", "b": "71"}


def test_results_that_cannot_be_recognised_leave_their_rows_unknown() -> None:
    outcome = Scripted(batch([contact("1"), contact("2")])).client.batch_create(creates("a", "b"), lane="edit")
    assert set(outcome.unknown) == {"a", "b"}


@pytest.mark.parametrize("status", ["COMPLETE", "CANCELED", "PENDING"])
def test_a_row_without_a_word_is_unknown(status: str) -> None:
    outcome = Scripted(batch([contact("1", "k1")], status=status)).client.batch_update(updates("1", "2"), lane="edit")
    assert (set(outcome.confirmed), set(outcome.unknown)) == ({"k1"}, {"k2"})


def test_a_207_with_neither_results_nor_errors_leaves_everything_unknown() -> None:
    assert set(Scripted(batch([], [])).client.batch_update(updates("1", "2"), lane="edit").unknown) == {"k1", "k2"}


def test_a_single_error_without_a_name_belongs_to_the_single_row_left() -> None:
    outcome = Scripted(batch([contact("1", "k1")], [INVALID])).client.batch_update(updates("1", "2"), lane="edit")
    assert set(outcome.rejected) == {"k2"}


def test_an_error_about_an_id_rejects_that_row() -> None:
    error = {"category": "OBJECT_NOT_FOUND", "message": "no such contact", "context": {"ids": ["2"]}}
    outcome = Scripted(batch([contact("1", "k1")], [error])).client.batch_update(updates("1", "2"), lane="edit")
    assert outcome["k2"] == Rejected("no such contact", category="OBJECT_NOT_FOUND")


def test_a_normalised_value_is_told() -> None:
    context = {"propertyName": ["day"], "rawValue": ["1"], "normalizedValue": ["2"]}
    row = {
        **contact("1", "a"),
        "warnings": [{"category": "PROPERTY_VALUE_NORMALIZED", "message": "m", "context": context}],
    }
    outcome = Scripted(batch([row])).client.batch_upsert(upserts("a"), lane="edit")
    warning = outcome.confirmed["a"].contact.warnings[0]
    assert (warning.property_name, warning.sent, warning.stored) == ("day", "1", "2")


# Batches refused whole


def refusing(bad: set[str], status: int = 400, document: dict[str, Any] | None = None) -> Any:
    """A HubSpot that refuses a batch whole when one of `bad` is in it, and does not say which."""

    def handler(request: httpx2.Request) -> httpx2.Response:
        inputs = orjson.loads(request.content)["inputs"]
        keys = [row.get("objectWriteTraceId") or row["id"] for row in inputs]
        if bad & set(keys):
            return answer(document or INVALID, status)
        if request.url.path.endswith("/archive"):
            return answer(None, 204)
        return batch([contact(key, key) for key in keys])

    return handler


def test_a_batch_refused_whole_is_cut_until_the_culprit_is_alone() -> None:
    hubspot = Scripted(handler=refusing({"c"}))
    outcome = hubspot.client.batch_upsert(upserts("a", "b", "c", "d"), lane="edit")
    assert (set(outcome.confirmed), set(outcome.rejected)) == ({"a", "b", "d"}, {"c"})
    assert hubspot.inputs() == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"], ["c"], ["d"]]


@given(st.integers(1, 30), st.sets(st.integers(0, 29)), st.sampled_from([400, 404, 409]))
def test_exactly_the_culprits_are_rejected_whoever_and_however_many_they_are(
    size: int, culprits: set[int], status: int
) -> None:
    keys = [f"key-{n}" for n in range(size)]
    bad = {f"key-{n}" for n in culprits} & set(keys)
    outcome = Scripted(handler=refusing(bad, status)).client.batch_create(creates(*keys), lane="edit")
    assert list(outcome.outcomes) == keys
    assert (set(outcome.rejected), set(outcome.confirmed)) == (bad, set(keys) - bad)


def test_a_refusal_that_names_rows_costs_no_cutting() -> None:
    named = {**INVALID, "context": {"objectWriteTraceId": ["c"]}}
    hubspot = Scripted(handler=refusing({"c"}, document=named))
    hubspot.client.batch_upsert(upserts("a", "b", "c", "d"), lane="edit")
    assert hubspot.inputs() == [["a", "b", "c", "d"], ["a", "b", "d"]]


def test_an_unknown_property_rejects_every_row_that_has_it_at_once() -> None:
    refusal = {
        "message": 'Property "nope" does not exist',
        "category": "VALIDATION_ERROR",
        "errors": [{"message": 'Property "nope" does not exist', "code": "PROPERTY_DOESNT_EXIST"}],
    }
    hubspot = Scripted(handler=refusing({"b", "c"}, document=refusal))
    rows = [*upserts("a"), *upserts("b", "c", nope="1")]
    outcome = hubspot.client.batch_upsert(rows, lane="edit")
    assert (set(outcome.rejected), hubspot.inputs()) == ({"b", "c"}, [["a", "b", "c"], ["a"]])
    assert outcome.rejected["b"].properties == {"nope": 'Property "nope" does not exist'}


def test_a_taken_email_in_a_refused_batch_still_names_its_holder() -> None:
    outcome = Scripted(handler=refusing({"b"}, 409, CONFLICT)).client.batch_create(creates("a", "b"), lane="edit")
    assert (outcome.rejected["b"].existing_id, outcome.rejected["b"].category) == ("123", "CONFLICT")


def test_archived_contacts_are_confirmed_by_an_empty_answer() -> None:
    hubspot = Scripted(answer(None, 204))
    outcome = hubspot.client.batch_archive(["1", "2"], lane="edit")
    assert set(outcome.confirmed) == {"1", "2"}
    assert hubspot.body() == {"inputs": [{"id": "1"}, {"id": "2"}]}


def test_an_id_that_cannot_be_archived_does_not_stop_the_others() -> None:
    outcome = Scripted(handler=refusing({"2"}, 404, {"message": "resource not found"})).client.batch_archive(
        ["1", "2", "3"], lane="edit"
    )
    assert (set(outcome.confirmed), set(outcome.rejected)) == ({"1", "3"}, {"2"})


# Lost answers

LOST = [
    httpx2.ReadTimeout("timed out"),
    httpx2.ReadError("connection reset"),
    httpx2.RemoteProtocolError("peer closed"),
    answer({"message": "bad gateway"}, 502),
    answer({"message": "timeout"}, 504),
    httpx2.Response(200, content=b'{"status":"COMP', headers={"content-type": "application/json"}),
]


def lost_ids(lost: object) -> str:
    return type(lost).__name__ if isinstance(lost, Exception) else f"status {getattr(lost, 'status_code', '')}"


@pytest.mark.parametrize("lost", LOST, ids=lost_ids)
def test_a_create_whose_answer_is_lost_is_unknown_and_never_repeated(lost: Any) -> None:
    hubspot = Scripted(lost)
    outcome = hubspot.client.batch_create(creates("a", "b"), lane="edit")
    assert (set(outcome.unknown), len(hubspot.requests)) == ({"a", "b"}, 1)


@pytest.mark.parametrize("lost", LOST, ids=lost_ids)
@pytest.mark.parametrize("verb", ["update", "upsert"])
def test_an_update_or_upsert_whose_answer_is_lost_is_repeated(verb: str, lost: Any) -> None:
    hubspot = Scripted(lost, batch([contact("1", "k1")]))
    client = hubspot.client
    rows = [Upsert("k1", "x", "loanark_id", {})] if verb == "upsert" else [Update("k1", "1", {})]
    send: Any = client.batch_upsert if verb == "upsert" else client.batch_update
    assert (set(send(rows, lane="edit").confirmed), len(hubspot.requests)) == ({"k1"}, 2)


def test_an_upsert_whose_answers_are_all_lost_is_unknown() -> None:
    outcome = Scripted(httpx2.ReadTimeout("timed out")).client.batch_upsert(upserts("a"), lane="edit")
    assert isinstance(outcome["a"], Unknown)


def test_an_upsert_that_was_lost_and_then_forbidden_is_unknown() -> None:
    hubspot = Scripted(httpx2.ReadTimeout("timed out"), answer(DAILY, 429))
    assert isinstance(hubspot.client.batch_upsert(upserts("a"), lane="edit")["a"], Unknown)


def test_a_batch_that_never_reached_hubspot_is_unavailable_and_nothing_is_unknown() -> None:
    with pytest.raises(Unavailable, match="could not be reached"):
        Scripted(httpx2.ConnectError("refused")).client.batch_create(creates("a"), lane="edit")


def test_a_create_that_hubspot_put_off_is_repeated() -> None:
    hubspot = Scripted(answer({"policyName": "TEN_SECONDLY_ROLLING"}, 429), batch([contact("1", "a")]))
    assert set(hubspot.client.batch_create(creates("a"), lane="edit").confirmed) == {"a"}


def test_a_daily_limit_before_anything_was_sent_is_an_error() -> None:
    with pytest.raises(DailyLimitReached):
        Scripted(answer(DAILY, 429)).client.batch_upsert(upserts("a"), lane="edit")


def test_a_daily_limit_amid_a_batch_does_not_hide_what_was_done() -> None:
    hubspot = Scripted(answer(INVALID, 400), batch([contact("1", "a")]), answer(DAILY, 429))
    outcome = hubspot.client.batch_upsert(upserts("a", "b"), lane="edit")
    assert isinstance(outcome["a"], Confirmed)
    assert isinstance(outcome["b"], Unknown)
    assert "not sent" in outcome["b"].reason


# What is refused before it is sent


def test_two_rows_with_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="a key of its own"):
        Scripted(batch([])).client.batch_upsert(upserts("a", "a"), lane="edit")


def test_an_empty_batch_sends_nothing() -> None:
    hubspot = Scripted(batch([]))
    assert hubspot.client.batch_upsert([], lane="edit").outcomes == {}
    assert hubspot.requests == []


def test_an_unreadable_answer_to_a_write_leaves_its_rows_unknown() -> None:
    client = Scripted(answer({"results": [{"name": "Ann"}]})).client
    outcomes = client.batch_update([Update("a", "1", {"city": "Boise"})], lane="edit").outcomes
    assert isinstance(outcomes["a"], Unknown)


def test_more_than_a_batch_is_sent_in_several_and_what_was_not_sent_is_unknown() -> None:
    ids = [str(number) for number in range(2 * BATCH_SIZE + 1)]
    first = batch([contact(id, trace=f"k{id}") for id in ids[:BATCH_SIZE]])
    outcomes = Scripted(first, answer(DAILY, 429)).client.batch_update(updates(*ids), lane="edit").outcomes
    confirmed = [key for key, outcome in outcomes.items() if isinstance(outcome, Confirmed)]
    assert confirmed == [f"k{id}" for id in ids[:BATCH_SIZE]]
    assert all(isinstance(outcomes[f"k{id}"], Unknown) for id in ids[BATCH_SIZE:])
