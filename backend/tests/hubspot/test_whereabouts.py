"""Where contacts are that no listing shows: never told from a read that failed."""

from dataclasses import dataclass, field
from typing import Any

import httpx2
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import READ_AT, Scripted, answer, batch, contact

from loanark.hubspot.errors import DailyLimitReached, Gone, Merged, NotFound, RateLimited, UnknownOutcome
from loanark.hubspot.whereabouts import Archived, Here
from loanark.hubspot.whereabouts import Gone as GoneThere
from loanark.hubspot.whereabouts import Merged as MergedThere

NOT_FOUND = {"category": "OBJECT_NOT_FOUND", "message": "Could not get some CONTACT objects"}
ABSENT = {"status": "error", "message": "resource not found"}


@dataclass
class Portal:
    """What HubSpot holds: live ids, archived ids, and old ids with the id they were merged into."""

    live: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    merged: dict[str, str] = field(default_factory=dict)
    #: Ids that cannot be read just now, by status.
    broken: dict[str, int] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        held = self.archived if request.url.params["archived"] == "true" else self.live
        if request.url.path.endswith("/batch/read"):
            ids = [row["id"] for row in orjson.loads(request.content)["inputs"]]
            self.reads.append(f"batch of {len(ids)}")
            absent = [id for id in ids if id not in held]
            found = [self._contact(id) for id in ids if id in held]
            return batch(found, [{**NOT_FOUND, "context": {"ids": absent}}] if absent else None)
        id = request.url.path.rpartition("/")[2]
        self.reads.append(id)
        if id in self.broken:
            return answer({"message": "not now"}, self.broken[id])
        id = self.merged.get(id, id)
        return answer(self._contact(id)) if id in held else answer(ABSENT, 404)

    def _contact(self, id: str) -> dict[str, Any]:
        row = contact(id)
        if id in self.archived:
            row |= {"archived": True, "archivedAt": "2026-11-01T00:00:00Z"}
        return row

    def truth(self, id: str) -> object:
        """What is to be told of an id that can be read."""
        if id in self.merged and self.merged[id] in self.live | self.archived:
            return ("merged", self.merged[id])
        return "here" if id in self.live else "archived" if id in self.archived else "gone"


def told(place: object) -> object:
    match place:
        case Here():
            return "here"
        case MergedThere():
            return ("merged", place.into)
        case Archived():
            return "archived"
        case GoneThere():
            return "gone"
    raise AssertionError(place)


def test_each_is_told_apart_with_as_few_reads_as_possible() -> None:
    portal = Portal(live={"1", "9"}, archived={"2"}, merged={"3": "9"})
    sightings = Scripted(handler=portal).client.whereabouts(["1", "2", "3", "4"], lane="sweep")
    assert {id: told(place) for id, place in sightings.found.items()} == {
        "1": "here",
        "2": "archived",
        "3": ("merged", "9"),
        "4": "gone",
    }
    assert portal.reads == ["batch of 4", "batch of 3", "3", "4", "4"]
    assert (sightings.failed, sightings.read_at) == ({}, READ_AT)


def test_an_archived_contact_tells_since_when() -> None:
    place = Scripted(handler=Portal(archived={"2"})).client.whereabouts(["2"], lane="sweep").found["2"]
    assert isinstance(place, Archived)
    assert place.at is not None
    assert place.at.isoformat() == "2026-11-01T00:00:00+00:00"


def test_a_contact_merged_into_one_that_was_archived_then_is_no_deletion_of_its_own() -> None:
    sightings = Scripted(handler=Portal(archived={"9"}, merged={"3": "9"})).client.whereabouts(["3"], lane="sweep")
    assert told(sightings.found["3"]) == ("merged", "9")


@given(
    places=st.lists(st.sampled_from(["live", "archived", "merged", "merged, archived", "gone"]), max_size=12),
    broken=st.sets(st.integers(0, 11)),
    status=st.sampled_from([400, 500, 504]),
)
def test_every_id_is_told_rightly_or_not_at_all(places: list[str], broken: set[int], status: int) -> None:
    ids = [str(number) for number in range(100, 100 + len(places))]
    portal = Portal(live={"900"}, archived={"901"})
    for id, place in zip(ids, places, strict=True):
        if place.startswith("merged"):
            portal.merged[id] = "901" if place.endswith("archived") else "900"
        elif place in ("live", "archived"):
            {"live": portal.live, "archived": portal.archived}[place].add(id)
    portal.broken = {id: status for number, id in enumerate(ids) if number in broken}
    sightings = Scripted(handler=portal).client.whereabouts(ids, lane="sweep")
    assert sorted([*sightings.found, *sightings.failed]) == ids
    assert {id: told(place) for id, place in sightings.found.items()} == {
        id: portal.truth(id) for id in sightings.found
    }


def test_an_id_that_failed_in_the_batch_is_no_deletion() -> None:
    error = {"category": "INTERNAL_ERROR", "message": "try later", "context": {"ids": ["2"]}}
    hubspot = Scripted(batch([contact("1")], [error]))
    sightings = hubspot.client.whereabouts(["1", "2"], lane="sweep")
    assert (set(sightings.found), sightings.failed, len(hubspot.requests)) == ({"1"}, {"2": "try later"}, 1)


@pytest.mark.parametrize(
    ("refusal", "error"), [({"policyName": "DAILY"}, DailyLimitReached), ({"policyName": "SECONDLY"}, RateLimited)]
)
def test_a_limit_ends_the_asking(refusal: dict[str, str], error: type[Exception]) -> None:
    missing = batch([], [{**NOT_FOUND, "context": {"ids": ["1", "2"]}}])
    with pytest.raises(error):
        Scripted(missing, missing, answer(refusal, 429)).client.whereabouts(["1", "2"], lane="sweep")


def test_nobody_is_asked_about_nothing() -> None:
    hubspot = Scripted(answer({}))
    assert hubspot.client.whereabouts([], lane="sweep").found == {}
    assert hubspot.requests == []


# Merging, which needs to know


def merging(portal: Portal, merged: httpx2.Response | Exception) -> Scripted:
    def handler(request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("/merge"):
            return portal(request)
        if isinstance(merged, Exception):
            raise merged
        return merged

    return Scripted(handler=handler)


def test_a_merge_answers_with_the_contact_that_both_became() -> None:
    hubspot = merging(Portal(), answer(contact("9", hs_merged_object_ids="1;2")))
    assert hubspot.client.merge("1", "2", lane="person").id == "9"
    assert hubspot.body() == {"primaryObjectId": "1", "objectIdToMerge": "2"}


def test_a_merge_whose_answer_is_lost_is_told_and_not_repeated() -> None:
    hubspot = merging(Portal(), httpx2.ReadTimeout("slow"))
    with pytest.raises(UnknownOutcome, match="may have happened"):
        hubspot.client.merge("1", "2", lane="person")
    assert len(hubspot.requests) == 1


def test_a_merge_with_an_unreadable_answer_may_have_happened() -> None:
    with pytest.raises(UnknownOutcome):
        merging(Portal(), answer({"ok": True})).client.merge("1", "2", lane="person")


def test_a_lost_merge_is_found_out_by_asking_where_both_are() -> None:
    done = Scripted(handler=Portal(live={"9"}, merged={"1": "9", "2": "9"})).client.whereabouts(
        ["1", "2"], lane="person"
    )
    assert {told(place) for place in done.found.values()} == {("merged", "9")}
    open_ = Scripted(handler=Portal(live={"1", "2"})).client.whereabouts(["1", "2"], lane="person")
    assert {told(place) for place in open_.found.values()} == {"here"}


def test_merging_with_one_that_was_merged_away_names_its_survivor() -> None:
    hubspot = merging(Portal(live={"1", "9"}, merged={"2": "9"}), answer(ABSENT, 404))
    with pytest.raises(Merged, match="merged into 9") as caught:
        hubspot.client.merge("1", "2", lane="person")
    assert caught.value.survivor_id == "9"


@pytest.mark.parametrize("archived", [set(), {"2"}], ids=["purged", "archived"])
def test_merging_with_one_that_was_deleted_says_so(archived: set[str]) -> None:
    with pytest.raises(Gone, match="contact 2 was deleted"):
        merging(Portal(live={"1"}, archived=archived), answer(ABSENT, 404)).client.merge("1", "2", lane="person")


def test_a_merge_that_is_not_found_for_no_visible_reason_stays_so() -> None:
    with pytest.raises(NotFound) as caught:
        merging(Portal(live={"1", "2"}), answer(ABSENT, 404)).client.merge("1", "2", lane="person")
    assert type(caught.value) is NotFound


def test_why_a_merge_was_refused_is_not_guessed_when_it_cannot_be_read() -> None:
    hubspot = Scripted(answer(ABSENT, 404), answer({"message": "no"}, 403))
    with pytest.raises(NotFound) as caught:
        hubspot.client.merge("1", "2", lane="person")
    assert type(caught.value) is NotFound
