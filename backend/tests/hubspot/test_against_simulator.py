"""The real client against the HubSpot simulator, in one process and on a clock that only waiting moves."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from hubspot_simulator import ManualClock, Settings, Simulator
from hubspot_simulator.limits import Limit
from hubspot_simulator.model import USER
from hubspot_simulator.transport import SimulatorTransport
from loanark.core.values import Kind, Value
from loanark.hubspot import oauth
from loanark.hubspot.client import Client
from loanark.hubspot.errors import (
    AlreadyExists,
    Invalid,
    NotFound,
    OffsetLost,
    ReconnectNeeded,
    TokenExpired,
    Unavailable,
    UnknownOutcome,
)
from loanark.hubspot.journal import EARLIEST, UNINSTALLED, App, Event
from loanark.hubspot.models import Confirmed, Contact, Create, Option, Rejected, Unknown, Update, Upsert
from loanark.hubspot.whereabouts import Archived, Gone, Here, Merged
from loanark.hubspot.wire import epoch_ms, from_wire, kind_of, to_wire

CONTACTS = 250
ALL = ("firstname", "lastname", "email", "phone", "hs_merged_object_ids")


class World:
    """A portal with invented people, and our client in it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.simulator = Simulator(Settings(contacts=CONTACTS, search_lag_ms=2_000), self.clock)
        self.portal = self.simulator.first_portal()
        self.transport = SimulatorTransport(self.simulator)
        self.client = self.connect(self.simulator.static_token())

    def connect(self, token: str) -> Client:
        return Client(
            base_url=self.simulator.base_url,
            token=lambda _: token,
            transport=self.transport,
            sleep=lambda seconds: self.clock.advance(int(seconds * 1000) + 1),
        )

    def scan(self, archived: bool = False) -> list[Contact]:
        found: list[Contact] = []
        after: str | None = None
        while True:
            page = self.client.list_contacts(ALL, after, archived=archived, lane="sweep")
            found += page.results
            after = page.after
            if after is None:
                return found

    def make_key(self) -> None:
        self.client.create_property_group("loanark", "LoanArk", lane="person")
        self.client.create_property(
            "loanark_id", "LoanArk id", "string", "text", "loanark", has_unique_value=True, lane="person"
        )


@pytest.fixture
def world() -> Iterator[World]:
    built = World()
    yield built
    built.client.close()


def upsert(key: str, **properties: str) -> Upsert:
    return Upsert(key, key, "loanark_id", properties)


def test_a_scan_sees_every_contact_once_in_the_order_of_ids(world: World) -> None:
    ids = [int(contact.id) for contact in world.scan()]
    assert ids == sorted(set(ids))
    assert len(ids) == len(world.portal.live) == world.client.count_contacts(lane="person")


def test_a_scan_outlasts_the_rate_limit(world: World) -> None:
    world.simulator.limit = Limit(2)
    assert len(world.scan()) == CONTACTS
    assert world.simulator.statuses[429] > 0


def test_a_new_contact_is_made_once_however_often_it_is_sent(world: World) -> None:
    world.make_key()
    for new in (True, False):
        outcome = world.client.batch_upsert([upsert("a", firstname="Ann", email="ann@loans.com")], lane="edit")
        assert outcome.confirmed["a"].new is new
    assert len(world.scan()) == CONTACTS + 1


def test_a_create_whose_answer_is_lost_is_found_again_by_its_key(world: World) -> None:
    world.make_key()
    world.simulator.faults.add({"status": 0, "when": "after", "path": "batch/create"})
    row = Create("a", {"loanark_id": "a", "firstname": "Ann", "email": "ann@loans.com"})
    outcome = world.client.batch_create([row], lane="edit")
    assert isinstance(outcome["a"], Unknown)
    read = world.client.batch_read(["a"], ["firstname"], id_property="loanark_id", lane="edit")
    assert read.contacts["a"].properties["firstname"] == "Ann"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", [0, 502, 504])
def test_an_upsert_outlasts_a_lost_answer_and_makes_one_contact(world: World, when: str, status: int) -> None:
    world.make_key()
    world.simulator.faults.add({"status": status, "when": when, "path": "batch/upsert"})
    outcome = world.client.batch_upsert([upsert("a", firstname="Ann", email="ann@loans.com")], lane="edit")
    assert isinstance(outcome["a"], Confirmed)
    assert len(world.scan()) == CONTACTS + 1


def test_a_bad_row_does_not_harm_its_neighbours(world: World) -> None:
    world.make_key()
    taken = next(contact for contact in world.scan() if contact.properties.get("email"))
    outcome = world.client.batch_upsert(
        [
            upsert("good", firstname="Ann"),
            upsert("mail", email="not an address"),
            upsert("taken", email=taken.properties["email"] or ""),
            upsert("nope", firstname="Bea", no_such_property="1"),
        ],
        lane="edit",
    )
    assert set(outcome.confirmed) == {"good"}
    assert "email" in outcome.rejected["mail"].properties
    assert outcome.rejected["taken"].existing_id == taken.id
    assert "no_such_property" in outcome.rejected["nope"].properties


def test_a_cleared_property_is_blank_afterwards(world: World) -> None:
    one = next(contact for contact in world.scan() if contact.properties.get("phone"))
    clear = to_wire(Kind.PHONE, Value(None))
    world.client.batch_update([Update("k", one.id, {"phone": clear})], lane="edit")
    assert not world.client.get_contact(one.id, ["phone"], lane="edit").properties.get("phone")


def test_a_merged_contact_answers_singly_and_is_missing_in_batches(world: World) -> None:
    first, second = world.scan()[:2]
    find = world.portal.find
    primary, secondary = find(int(first.id)), find(int(second.id))
    assert primary
    assert secondary
    survivor = world.portal.merge(primary, secondary, USER)
    found = world.client.get_contact(first.id, ALL, lane="sweep")
    assert (found.id, set(found.merged_ids)) == (str(survivor.id), {first.id, second.id})
    read = world.client.batch_read([second.id, str(survivor.id)], ["email"], lane="sweep")
    assert str(survivor.id) in read.contacts
    outcome = world.client.batch_update([Update("k", first.id, {"firstname": "X"})], lane="edit")
    assert isinstance(outcome["k"], Rejected | Unknown)


def test_archived_contacts_are_listed_apart(world: World) -> None:
    gone = world.scan()[0]
    assert isinstance(world.client.batch_archive([gone.id], lane="edit")[gone.id], Confirmed)
    assert [contact.id for contact in world.scan(archived=True)] == [gone.id]
    with pytest.raises(NotFound):
        world.client.get_contact(gone.id, ["email"], lane="sweep")
    assert world.client.get_contact(gone.id, ["email"], archived=True, lane="sweep").archived


def test_a_change_is_found_by_search_once_the_index_caught_up(world: World) -> None:
    world.clock.advance(60_000)
    since = world.clock.now_ms()
    one = world.scan()[0]
    world.client.batch_update([Update("k", one.id, {"firstname": "Changed"})], lane="edit")
    assert world.client.search_modified(since, lane="poll").results == []
    world.clock.advance(5_000)
    (found,) = world.client.search_modified(since, lane="poll").results
    assert found.id == one.id
    assert epoch_ms(found.modified) >= since


def test_a_crowded_millisecond_is_searched_by_ids_completely(world: World) -> None:
    world.clock.advance(10_000)
    found: list[str] = []
    after = "0"
    while page := world.client.search_modified(0, after_id=after, limit=100, lane="poll").results:
        found += [hit.id for hit in page]
        after = page[-1].id
    assert found == [contact.id for contact in world.scan()]


def test_history_shows_who_wrote_a_value(world: World) -> None:
    one = world.scan()[0]
    world.client.batch_update([Update("k", one.id, {"firstname": "Ours"})], lane="edit")
    read = world.client.batch_read([one.id], ["firstname"], ["firstname"], lane="edit")
    newest = read.contacts[one.id].history["firstname"][0]
    assert (newest.value, newest.source, newest.source_id) == ("Ours", "INTEGRATION", str(world.simulator.app_id))


def test_every_value_of_the_portal_is_readable_and_writes_back_as_itself(world: World) -> None:
    kinds = {
        p.name: kind_of(p.type, p.field_type, p.name) for p in world.client.properties(lane="person") if not p.read_only
    }
    for contact in world.client.list_contacts(list(kinds), lane="sweep").results:
        for name, raw in contact.properties.items():
            value = from_wire(kinds[name], raw) if name in kinds else None
            if isinstance(value, Value):
                assert from_wire(kinds[name], to_wire(kinds[name], value)) == value


def test_a_property_that_exists_cannot_be_made_again(world: World) -> None:
    world.make_key()
    with pytest.raises(AlreadyExists):
        world.client.create_property("loanark_id", "LoanArk id", "string", "text", "loanark", lane="person")


def test_account_and_owners_can_be_read(world: World) -> None:
    assert world.client.account(lane="person").portal_id == str(world.portal.id)
    assert {owner.id for owner in world.client.owners(lane="person")} == {str(id) for id in world.portal.owner_ids}


def test_a_garbage_token_is_refused(world: World) -> None:
    with pytest.raises(TokenExpired):
        world.connect("garbage").account(lane="person")


# Where contacts went, merging, erasing


def test_a_merge_makes_one_contact_of_a_new_id_to_which_both_lead(world: World) -> None:
    first, second, third = (contact.id for contact in world.scan()[:3])
    survivor = world.client.merge(first, second, lane="person")
    assert survivor.id not in (first, second)
    where = world.client.whereabouts([first, second, third], ALL, lane="sweep").found
    assert where[first] == where[second] == Merged(world.client.get_contact(survivor.id, ALL, lane="sweep"))
    assert isinstance(where[third], Here)


@pytest.mark.parametrize(("when", "merged"), [("before", False), ("after", True)])
def test_a_merge_whose_answer_is_lost_is_found_out_by_asking(world: World, when: str, merged: bool) -> None:
    first, second = (contact.id for contact in world.scan()[:2])
    world.simulator.faults.add({"status": 0, "when": when, "path": "/merge"})
    with pytest.raises(UnknownOutcome):
        world.client.merge(first, second, lane="person")
    where = world.client.whereabouts([first, second], lane="person").found
    assert all(isinstance(place, Merged) is merged for place in where.values())
    assert len(world.scan()) == CONTACTS - merged


def test_contacts_that_left_are_told_apart(world: World) -> None:
    binned, erased, first, second, here = (contact.id for contact in world.scan()[:5])
    world.client.batch_archive([binned], lane="edit")
    world.client.privacy_delete(erased, lane="person")
    survivor = world.client.merge(first, second, lane="person").id
    world.client.batch_archive([survivor], lane="edit")
    sightings = world.client.whereabouts([binned, erased, first, here, survivor, "999999"], lane="sweep")
    assert {id: type(place) for id, place in sightings.found.items()} == {
        binned: Archived,
        erased: Gone,
        first: Merged,
        here: Here,
        survivor: Archived,
        "999999": Gone,
    }
    assert sightings.failed == {}


def test_nothing_that_failed_is_told_as_gone(world: World) -> None:
    id = world.scan()[0].id
    world.client.batch_archive([id], lane="edit")
    world.simulator.faults.add({"status": 503, "when": "before", "path": f"/contacts/{id}", "count": 100})
    world.simulator.faults.add({"status": 503, "when": "before", "path": "/batch/read", "count": 100})
    with pytest.raises(Unavailable):
        world.client.whereabouts([id], lane="sweep")


def test_a_page_with_history_is_one_that_hubspot_takes(world: World) -> None:
    page = world.client.list_contacts(["email"], with_history=["firstname"], lane="sweep")
    assert len(page.results) == 50
    assert "firstname" in page.results[0].history


# Properties


def test_a_property_lives_from_its_making_to_its_archiving(world: World) -> None:
    world.make_key()
    world.clock.advance(1_000)
    assert world.client.property("loanark_id", lane="person").has_unique_value
    assert "LoanArk" in {group.label for group in world.client.property_groups(lane="person")}
    world.client.create_property(
        "band", "Band", "enumeration", "select", "loanark", options=[Option("Good", "good")], lane="person"
    )
    world.clock.advance(1_000)
    options = world.client.property("band", lane="person").options
    changed = world.client.update_property("band", options=[*options, Option("Poor", "poor")], lane="person")
    assert [option.value for option in changed.options] == ["good", "poor"]
    world.client.archive_property("band", lane="person")
    with pytest.raises(NotFound):
        world.client.property("band", lane="person")


def test_the_day_of_a_private_app_is_counted(world: World) -> None:
    before = world.client.daily_usage(lane="person")
    world.scan()
    after = world.client.daily_usage(lane="person")
    assert before is not None
    assert after is not None
    assert after.used > before.used


# Exports


def test_an_export_holds_what_the_listing_shows(world: World) -> None:
    export = world.client.start_export("first load", ALL, lane="backfill")
    with pytest.raises(Unavailable, match="not ready"):
        world.client.download_export(export, lane="backfill")
    world.clock.advance(10_000)
    rows = {row.pop("hs_object_id"): row for row in world.client.download_export(export, lane="backfill")}
    assert rows == {contact.id: {name: contact.properties[name] or "" for name in ALL} for contact in world.scan()}


# The journal


class Feed:
    """The simulator's journal, and our app in it."""

    def __init__(self, world: World) -> None:
        authority = world.simulator.authority
        self.app = App(
            base_url=world.simulator.base_url,
            client_id=authority.client_id,
            client_secret=authority.client_secret,
            transport=world.transport,
            sleep=lambda seconds: world.clock.advance(int(seconds * 1000) + 1),
            clock=lambda: world.clock.now_ms() / 1000,
        )
        self.world = world
        self.portal_id = str(world.portal.id)

    def read(self, position: str) -> tuple[str, list[Event]]:
        """All that is newer, and where to go on."""
        self.world.clock.advance(2_000)
        events: list[Event] = []
        while files := self.app.read_next(position, count=10):
            events += [event for file in files for event in file.events]
            position = files[-1].offset
            if len(files) < 10:
                break
        return position, events


def test_what_happens_to_contacts_is_told_in_the_journal(world: World) -> None:
    feed = Feed(world)
    feed.app.subscribe(feed.portal_id, ["firstname"])
    one, two, three = (contact.id for contact in world.scan()[:3])
    world.client.batch_update([Update("k", one, {"firstname": "Changed"})], lane="edit")
    position, events = feed.read(EARLIEST)
    assert [(event.action, event.object_id, event.portal_id) for event in events] == [("UPDATE", one, feed.portal_id)]
    world.client.batch_archive([two], lane="edit")
    survivor = world.client.merge(one, three, lane="person").id
    _, events = feed.read(position)
    assert {(event.action, event.object_id) for event in events} == {("DELETE", two), ("MERGE", survivor)}


def test_an_erasure_is_told_to_who_subscribed_to_it(world: World) -> None:
    feed = Feed(world)
    feed.app.subscribe_to_erasures(feed.portal_id)
    id = world.scan()[0].id
    world.client.privacy_delete(id, lane="person")
    _, events = feed.read(EARLIEST)
    assert [(event.action, event.object_id) for event in events] == [("GDPR_DELETE", id)]


def test_an_uninstall_is_told_in_the_journal(world: World) -> None:
    feed = Feed(world)
    feed.app.subscribe_to_lifecycle(UNINSTALLED)
    tokens, _ = install(world)
    world.connect(tokens.access_token).uninstall(lane="person")
    _, events = feed.read(EARLIEST)
    assert [(event.action, event.portal_id) for event in events] == [("APP_UNINSTALL", feed.portal_id)]


def test_an_offset_of_four_days_ago_is_lost(world: World) -> None:
    feed = Feed(world)
    feed.app.subscribe(feed.portal_id, ["firstname"])
    one = world.scan()[0].id
    world.client.batch_update([Update("k", one, {"firstname": "Changed"})], lane="edit")
    position, _ = feed.read(EARLIEST)
    world.clock.advance(4 * 86_400_000)
    with pytest.raises(OffsetLost):
        feed.app.read_next(position)
    assert feed.app.read_next(EARLIEST) == []


def test_subscriptions_end_one_by_one_and_by_account(world: World) -> None:
    feed = Feed(world)
    contacts = feed.app.subscribe(feed.portal_id, ["firstname"])
    feed.app.subscribe_to_erasures(feed.portal_id)
    feed.app.unsubscribe(contacts.id)
    feed.app.unsubscribe(contacts.id)
    assert [one.type for one in feed.app.subscriptions()] == ["GDPR_PRIVACY_DELETION"]
    feed.app.unsubscribe_portal(feed.portal_id)
    assert feed.app.subscriptions() == []


# OAuth


def install(world: World) -> tuple[oauth.Tokens, dict[str, str]]:
    authority = world.simulator.authority
    app = {
        "base_url": world.simulator.base_url,
        "client_id": authority.client_id,
        "client_secret": authority.client_secret,
    }
    back = "https://sync.example.com/hubspot/callback"
    url = oauth.authorize_url(
        "https://app.hubspot.com", app["client_id"], back, oauth.SCOPES, oauth.OPTIONAL_SCOPES, "state-1"
    )
    location = dict(authority.grant(dict(parse_qsl(urlsplit(url).query)), world.portal.id).headers)["Location"]
    code = dict(parse_qsl(urlsplit(location).query))["code"]
    tokens = oauth.exchange_code(**app, code=code, redirect_uri=back, transport=world.transport)
    return tokens, app


def test_an_installed_app_reads_and_refreshes(world: World) -> None:
    tokens, app = install(world)
    assert (tokens.hub_id, set(oauth.SCOPES) <= set(tokens.scopes)) == (str(world.portal.id), True)
    world.clock.advance(1_900_000)
    renewed: list[str] = []

    def token(force_refresh: bool) -> str:
        if force_refresh:
            fresh = oauth.refresh(**app, refresh_token=tokens.refresh_token, transport=world.transport)
            renewed.append(fresh.access_token)
        return renewed[-1] if renewed else tokens.access_token

    client = Client(base_url=world.simulator.base_url, token=token, transport=world.transport)
    assert client.account(lane="person").portal_id == str(world.portal.id)
    assert len(renewed) == 1


def test_a_rotated_refresh_token_replaces_the_old_one(world: World) -> None:
    world.simulator.authority.rotate_refresh_tokens = True
    tokens, app = install(world)
    renewed = oauth.refresh(**app, refresh_token=tokens.refresh_token, transport=world.transport)
    assert renewed.refresh_token != tokens.refresh_token
    oauth.refresh(**app, refresh_token=renewed.refresh_token, transport=world.transport)


def test_an_uninstalled_app_must_be_connected_again(world: World) -> None:
    tokens, app = install(world)
    world.connect(tokens.access_token).uninstall(lane="person")
    with pytest.raises(ReconnectNeeded):
        oauth.refresh(**app, refresh_token=tokens.refresh_token, transport=world.transport)


def test_a_code_works_once(world: World) -> None:
    _, app = install(world)
    with pytest.raises(Invalid, match="start connecting again"):
        oauth.exchange_code(**app, code="used", redirect_uri="https://x.example.com", transport=world.transport)


def test_a_revoked_token_is_no_longer_active(world: World) -> None:
    tokens, app = install(world)
    assert oauth.introspect(**app, token=tokens.refresh_token, transport=world.transport).active
    oauth.revoke(**app, refresh_token=tokens.refresh_token, transport=world.transport)
    assert not oauth.introspect(**app, token=tokens.refresh_token, transport=world.transport).active
