"""However a server answers a batch, every input is accounted for, and nothing is taken for done that was not said."""

from collections import Counter
from typing import Any

import httpx2
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Scripted, answer, batch, contact

from loanark.hubspot.models import BatchOutcome, Confirmed, Create, Rejected, Unknown, Update, Upsert

VERBS = ("create", "update", "upsert")

#: What a server may do with one row of a batch it takes.
FATES = (
    "done", "done, unnamed", "done, without an id", "done, as another", "done twice", "done and refused", "refused",
    "refused with others", "refused, unnamed", "failed inside", "passed over",
)  # fmt: skip


class Whimsical:
    """A server that takes, refuses and loses batches as chance has it, and remembers what it said about each row."""

    def __init__(self, data: st.DataObject, verb: str) -> None:
        self._draw = data.draw
        self._verb = verb
        self.done: set[str] = set()
        self.refused: set[str] = set()
        self.contradicted: set[str] = set()
        self.taken: Counter[str] = Counter()
        self.again_after_taken: set[str] = set()
        self._put_off = 2

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        rows = orjson.loads(request.content)["inputs"]
        keys = [row["objectWriteTraceId"] for row in rows]
        self.again_after_taken |= {key for key in keys if self.taken[key]}
        how = self._draw(st.sampled_from(["taken", "taken", "taken", "refused", "put off", "lost", "failed"]))
        if how == "refused":
            return self._refuse(keys)
        if how == "put off" and self._put_off:
            self._put_off -= 1
            return answer({"policyName": "TEN_SECONDLY_ROLLING"}, 429)
        self.taken.update(keys)
        if how in ("lost", "put off"):
            raise httpx2.ReadError("connection reset")
        if how == "failed":
            return answer({}, self._draw(st.sampled_from([500, 502, 504, 524])))
        return self._take(rows)

    def _refuse(self, keys: list[str]) -> httpx2.Response:
        named = self._draw(st.lists(st.sampled_from(keys), unique=True)) if self._draw(st.booleans()) else []
        self.refused |= set(named or keys)
        context = {"context": {"objectWriteTraceId": named}} if named else {}
        return answer({"message": "no", **context}, self._draw(st.sampled_from([400, 404, 409])))

    def _take(self, rows: list[dict[str, Any]]) -> httpx2.Response:
        results: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        together: list[str] = []
        for row in rows:
            key = row["objectWriteTraceId"]
            fate = self._draw(st.sampled_from(FATES))
            self._say(fate, key, row, results, errors, together)
        if together:
            errors.append({"message": "no", "context": {"objectWriteTraceId": together}})
        for _ in range(self._draw(st.integers(0, 1))):
            results.append(contact("999999", "somebody-else"))
            errors.append({"message": "no", "context": {"objectWriteTraceId": ["somebody-else"]}})
        status = self._draw(st.sampled_from(["COMPLETE", "PENDING", "CANCELED", None]))
        document = {
            "results": self._draw(st.permutations(results)),
            "errors": self._draw(st.permutations(errors)),
            "status": status,
        }
        return answer(document, self._draw(st.sampled_from([200, 207])))

    def _say(
        self,
        fate: str,
        key: str,
        row: dict[str, Any],
        results: list[dict[str, Any]],
        errors: list[dict[str, Any]],
        together: list[str],
    ) -> None:
        id = row["id"] if self._verb == "update" else f"7{key}"
        echo = {"key": key} if self._verb == "upsert" else {}
        refusal = {"message": "no", "context": {"objectWriteTraceId": [key]}}
        self.contradicted.discard(key)
        match fate:
            case "done":
                results.append(contact(id, key, **echo))
                self.done.add(key)
            case "done, unnamed":
                results.append(contact(id, None, **echo))
                self.done.add(key)
            case "done, without an id":
                results.append({"objectWriteTraceId": key, "properties": {}})
            case "done, as another":
                results.append(contact("999998", key if self._verb == "update" else "nobody"))
            case "done twice":
                results += [contact(id, key), contact("999997", key)]
                self.contradicted.add(key)
            case "done and refused":
                results.append(contact(id, key))
                errors.append(refusal)
                self.contradicted.add(key)
            case "refused":
                errors.append(refusal)
                self.refused.add(key)
            case "refused with others":
                together.append(key)
                self.refused.add(key)
            case "refused, unnamed":
                errors.append({"message": "no"})
                self.refused.add(key)
            case "failed inside":
                errors.append({**refusal, "category": "INTERNAL_ERROR"})


def send(hubspot: Scripted, verb: str, keys: list[str]) -> BatchOutcome:
    client = hubspot.client
    if verb == "create":
        return client.batch_create([Create(key, {"email": f"{key}@example.com"}) for key in keys], lane="edit")
    if verb == "update":
        return client.batch_update([Update(key, f"5{key}", {"city": "Boise"}) for key in keys], lane="edit")
    return client.batch_upsert([Upsert(key, key, "key", {"city": "Boise"}) for key in keys], lane="edit")


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=60)
@given(size=st.integers(1, 7), data=st.data())
def test_every_input_ends_as_one_of_three_and_only_as_what_was_said(verb: str, size: int, data: st.DataObject) -> None:
    keys = [str(number) for number in range(size)]
    server = Whimsical(data, verb)
    outcome = send(Scripted(handler=server), verb, keys)
    assert list(outcome.outcomes) == keys
    assert set(outcome.confirmed) | set(outcome.rejected) | set(outcome.unknown) == set(keys)
    assert set(outcome.confirmed) <= server.done
    assert set(outcome.rejected) <= server.refused
    assert server.contradicted <= set(outcome.unknown)


@settings(max_examples=150)
@given(size=st.integers(1, 7), data=st.data())
def test_a_create_that_may_have_been_taken_is_never_sent_again(size: int, data: st.DataObject) -> None:
    server = Whimsical(data, "create")
    send(Scripted(handler=server), "create", [str(number) for number in range(size)])
    assert server.again_after_taken == set()


@given(
    order=st.permutations(range(6)),
    named=st.lists(st.booleans(), min_size=6, max_size=6),
    verb=st.sampled_from(["update", "upsert"]),
)
def test_the_order_of_results_and_who_names_them_make_no_difference(
    order: list[int], named: list[bool], verb: str
) -> None:
    results = [contact(f"5{n}", str(n) if named[n] else None, key=str(n)) for n in order]
    outcome = send(Scripted(batch(results)), verb, [str(n) for n in range(6)])
    assert {key: row.contact.id for key, row in outcome.confirmed.items()} == {str(n): f"5{n}" for n in range(6)}


# Single cases that the above has in it


def test_a_row_that_is_done_and_refused_at_once_is_unknown() -> None:
    error = {"message": "no", "context": {"objectWriteTraceId": ["1"]}}
    assert set(send(Scripted(batch([contact("51", "1")], [error])), "update", ["1"]).unknown) == {"1"}


def test_two_records_for_one_row_leave_it_unknown() -> None:
    results = [contact("7", "a"), contact("8", "a")]
    assert set(send(Scripted(batch(results)), "create", ["a"]).unknown) == {"a"}


def test_the_same_result_told_twice_confirms_it() -> None:
    assert set(send(Scripted(batch([contact("7", "a"), contact("7", "a")])), "create", ["a"]).confirmed) == {"a"}


def test_an_update_answered_with_another_record_is_unknown() -> None:
    outcome = send(Scripted(batch([contact("99", "1")])), "update", ["1"])["1"]
    assert isinstance(outcome, Unknown)
    assert "99" in outcome.reason


@pytest.mark.parametrize("id", [None, "", {}, True, 1.5])
def test_a_result_without_an_id_confirms_nothing_and_harms_no_other(id: object) -> None:
    results = [{"objectWriteTraceId": "1", "id": id, "properties": {}}, contact("52", "2")]
    outcome = send(Scripted(batch(results)), "update", ["1", "2"])
    assert (set(outcome.unknown), set(outcome.confirmed)) == ({"1"}, {"2"})


def test_several_errors_about_one_row_are_told_together() -> None:
    errors = [
        {"message": word, "errors": [{"message": word, "context": {"propertyName": [word]}}],
         "context": {"objectWriteTraceId": ["1"]}}
        for word in ("email", "phone")
    ]  # fmt: skip
    outcome = send(Scripted(batch([], errors)), "update", ["1"])["1"]
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, set(outcome.properties)) == ("email; phone", {"email", "phone"})


@pytest.mark.parametrize("category", ["INTERNAL_ERROR", "RATE_LIMITS"])
def test_trouble_inside_a_batch_is_no_refusal_of_the_row(category: str) -> None:
    error = {"message": "later", "category": category, "context": {"objectWriteTraceId": ["1"]}}
    assert send(Scripted(batch([], [error])), "update", ["1"])["1"] == Unknown("later")


def test_all_rows_refused_without_names_are_asked_for_one_by_one() -> None:
    """A 207 of a server that knows no trace ids."""

    def nameless(request: httpx2.Request) -> httpx2.Response:
        rows = orjson.loads(request.content)["inputs"]
        return batch([], [{"message": "no", "category": "VALIDATION_ERROR"} for _ in rows])

    outcome = send(Scripted(handler=nameless), "upsert", ["a", "b", "c"])
    assert set(outcome.rejected) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "document", [{"results": 7}, {"results": ["x", None]}, {"errors": {"a": 1}}, {"results": None}]
)
def test_nonsense_in_place_of_lists_leaves_all_rows_unknown(document: dict[str, Any]) -> None:
    assert set(send(Scripted(answer(document)), "create", ["a", "b"]).unknown) == {"a", "b"}


@pytest.mark.parametrize("status", [200, 202])
def test_an_empty_answer_to_a_write_leaves_all_rows_unknown(status: int) -> None:
    assert set(send(Scripted(answer(None, status)), "update", ["1", "2"]).unknown) == {"1", "2"}


def test_a_row_that_cannot_be_sent_is_refused_and_the_others_are_sent() -> None:
    hubspot = Scripted(handler=lambda request: batch(
        [contact(row["id"], row["objectWriteTraceId"]) for row in orjson.loads(request.content)["inputs"]]
    ))  # fmt: skip
    rows = [Update("1", "51", {"city": "Boise"}), Update("2", "52", {"city": "half a \ud83d"})]
    outcome = hubspot.client.batch_update(rows, lane="edit")
    assert (set(outcome.confirmed), set(outcome.rejected)) == ({"1"}, {"2"})


def test_one_record_in_two_rows_is_written_twice_in_order() -> None:
    hubspot = Scripted(handler=lambda request: batch(
        [contact(row["id"], row["objectWriteTraceId"]) for row in orjson.loads(request.content)["inputs"]]
    ))  # fmt: skip
    rows = [Update("a", "5", {"city": "Boise"}), Update("b", "6", {}), Update("c", "5", {"city": "Nampa"})]
    outcome = hubspot.client.batch_update(rows, lane="edit")
    assert list(outcome.confirmed) == ["a", "b", "c"]
    assert hubspot.inputs() == [["a", "b"], ["c"]]


def test_a_refusal_that_names_records_costs_no_cutting() -> None:
    absent = {
        "category": "OBJECT_NOT_FOUND",
        "message": "Could not get some CONTACT objects",
        "context": {"ids": ["52"]},
    }
    hubspot = Scripted(answer(absent, 404), batch([contact("51", "1"), contact("53", "3")]))
    outcome = send(hubspot, "update", ["1", "2", "3"])
    assert hubspot.inputs() == [["1", "2", "3"], ["1", "3"]]
    assert outcome["2"] == Rejected("Could not get some CONTACT objects", category="OBJECT_NOT_FOUND")


def test_a_record_that_is_gone_is_told_as_such_without_a_category() -> None:
    error = {"message": "resource not found", "context": {"objectWriteTraceId": ["1"]}}
    outcome = send(Scripted(batch([], [error])), "update", ["1"])["1"]
    assert isinstance(outcome, Rejected)
    assert outcome.category == "OBJECT_NOT_FOUND"


def test_an_email_that_is_taken_is_told_as_such_without_a_category() -> None:
    error = {"message": "Contact already exists. Existing ID: 123", "context": {"objectWriteTraceId": ["a"]}}
    outcome = send(Scripted(batch([], [error])), "create", ["a"])["a"]
    assert isinstance(outcome, Rejected)
    assert (outcome.category, outcome.existing_id) == ("CONFLICT", "123")


def test_an_upsert_alone_is_confirmed_by_a_result_without_any_name() -> None:
    row = {"id": "7", "properties": {"city": "Boise"}, "new": True}
    assert isinstance(send(Scripted(batch([row])), "upsert", ["a"])["a"], Confirmed)


def test_an_upsert_alone_is_not_confirmed_by_a_result_that_names_another() -> None:
    assert isinstance(send(Scripted(batch([contact("7", key="b")])), "upsert", ["a"])["a"], Unknown)
