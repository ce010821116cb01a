"""HubSpot's own Python client finds in the simulator the HubSpot that it was made for (v3, OAuth v1)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import urllib3
import uvicorn
from hubspot import HubSpot
from hubspot.crm import contacts as crm
from hubspot.crm import properties as schema
from hubspot.crm.contacts.exceptions import (
    ApiException,
    ForbiddenException,
    NotFoundException,
    ServiceException,
    UnauthorizedException,
)
from hubspot.oauth.exceptions import ApiException as OAuthException

from hubspot_simulator.limits import Limit
from hubspot_simulator.server import Application, listen

from .conftest import Door, Hub, Make
from .test_access import BACK, click

Serve = Callable[[Hub], HubSpot]


@pytest.fixture(autouse=True)
def _urllib3_as_the_client_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """urllib3 2.6 took away two methods that the client calls (its issue 446)."""
    monkeypatch.setattr(urllib3.HTTPResponse, "getheaders", lambda answer: answer.headers, raising=False)
    monkeypatch.setattr(
        urllib3.HTTPResponse, "getheader", lambda answer, name, default=None: answer.headers.get(name, default),
        raising=False,
    )  # fmt: skip


DOOR = Door()


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A server on a port of this machine."""
    listener = listen("127.0.0.1", 0)
    listener.listen()  # who comes before the server is ready waits
    server = uvicorn.Server(uvicorn.Config(DOOR, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def serve(host: str) -> Serve:
    """The official client of a simulator, with its static token."""

    def open_door(hub: Hub) -> HubSpot:
        DOOR.application = Application(hub.simulator)
        return HubSpot(access_token=hub.simulator.static_token(), host=host)

    return open_door


@pytest.fixture
def client(hub: Hub, serve: Serve) -> HubSpot:
    return serve(hub)


def new(**properties: str) -> crm.SimplePublicObjectInputForCreate:
    return crm.SimplePublicObjectInputForCreate(properties=properties)


def create(client: HubSpot, **properties: str) -> str:
    return str(client.crm.contacts.basic_api.create(new(**properties)).id)


def read_back(client: HubSpot, contact: str, name: str) -> Any:
    return client.crm.contacts.basic_api.get_by_id(contact, properties=[name]).properties[name]


# Tokens


def test_it_gets_and_refreshes_tokens_and_looks_at_them(hub: Hub, client: HubSpot) -> None:
    authority, oauth = hub.simulator.authority, client.oauth
    pair = {"client_id": authority.client_id, "client_secret": authority.client_secret}
    code = click(hub)["code"][0]
    first = oauth.tokens_api.create(grant_type="authorization_code", code=code, redirect_uri=BACK, **pair)
    assert (first.token_type, first.expires_in) == ("bearer", 1800)
    second = oauth.tokens_api.create(grant_type="refresh_token", refresh_token=first.refresh_token, **pair)
    assert second.refresh_token == first.refresh_token
    client.access_token = second.access_token
    assert len(client.crm.contacts.basic_api.get_page(limit=3).results) == 3
    assert oauth.access_tokens_api.get(second.access_token).hub_id == hub.portal.id
    assert oauth.refresh_tokens_api.get(first.refresh_token).client_id == authority.client_id
    oauth.refresh_tokens_api.archive(first.refresh_token)
    with pytest.raises(OAuthException) as refused:
        oauth.tokens_api.create(grant_type="refresh_token", refresh_token=first.refresh_token, **pair)
    assert (refused.value.status, json.loads(refused.value.body)["status"]) == (400, "BAD_REFRESH_TOKEN")


# One contact


def test_it_follows_a_contact_through_its_life(client: HubSpot) -> None:
    api = client.crm.contacts.basic_api
    made = api.create(new(email="ada@x.example.com", firstname="Ada"))
    assert isinstance(made.created_at, datetime)
    api.update(made.id, crm.SimplePublicObjectInput(properties={"firstname": "Grace"}))
    found = api.get_by_id("ada@x.example.com", id_property="email", properties=["firstname", "phone"],
                          properties_with_history=["firstname"])  # fmt: skip
    assert (found.id, found.properties["firstname"], found.properties["phone"]) == (made.id, "Grace", None)
    assert [revision.value for revision in found.properties_with_history["firstname"]] == ["Grace", "Ada"]
    api.archive(made.id)
    assert api.get_by_id(made.id, archived=True).archived_at >= made.created_at
    with pytest.raises(NotFoundException):
        api.get_by_id(made.id)


def test_it_merges_into_a_new_contact(client: HubSpot) -> None:
    one, two = create(client, firstname="Ada"), create(client, lastname="Lovelace")
    pair = crm.PublicMergeInput(primary_object_id=one, object_id_to_merge=two)
    merged = client.crm.contacts.basic_api.merge(pair)
    assert merged.id not in (one, two)
    assert read_back(client, two, "lastname") == "Lovelace"
    assert client.crm.contacts.basic_api.get_by_id(one).id == merged.id


def test_it_deletes_for_good(client: HubSpot) -> None:
    gone = create(client, email="gone@x.example.com")
    client.crm.contacts.basic_api.purge(crm.PublicGdprDeleteInput(object_id="gone@x.example.com", id_property="email"))
    for archived in (False, True):
        with pytest.raises(NotFoundException):
            client.crm.contacts.basic_api.get_by_id(gone, archived=archived)


# Many contacts


def test_it_gathers_all_pages(make: Make, serve: Serve) -> None:
    client = serve(make(contacts=230))
    ids = [int(row.id) for row in client.crm.contacts.get_all(properties=["email"])]
    assert len(ids) == 230
    assert ids == sorted(set(ids))


def test_it_creates_a_batch_and_learns_of_its_bad_row(client: HubSpot) -> None:
    rows = [
        crm.SimplePublicObjectBatchInputForCreate(properties={"email": email}, object_write_trace_id=email)
        for email in ("good@x.example.com", "bad")
    ]
    made = client.crm.contacts.batch_api.create(crm.BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows))
    assert isinstance(made, crm.BatchResponseSimplePublicObjectWithErrors)
    assert [row.properties["email"] for row in made.results] == ["good@x.example.com"]
    assert made.results[0].object_write_trace_id == "good@x.example.com"
    assert [problem.context["objectWriteTraceId"] for problem in made.errors] == [["bad"]]
    assert made.errors[0].errors[0].code == "INVALID_EMAIL"


def test_it_reads_a_batch_and_learns_what_is_missing(client: HubSpot) -> None:
    one = create(client, firstname="Ada")

    def read(*ids: str) -> Any:
        rows = [crm.SimplePublicObjectId(id=i) for i in ids]
        wanted = crm.BatchReadInputSimplePublicObjectId(
            inputs=rows, properties=["firstname"], properties_with_history=["firstname"]
        )
        return client.crm.contacts.batch_api.read(wanted)

    assert [row.properties["firstname"] for row in read(one).results] == ["Ada"]
    partial = read(one, "999999999")
    assert (len(partial.results), partial.num_errors) == (1, 1)
    assert partial.errors[0].context["ids"] == ["999999999"]


def test_it_updates_and_archives_a_batch(client: HubSpot) -> None:
    api, ids = client.crm.contacts.batch_api, [create(client, firstname=name) for name in ("Ada", "Grace")]
    rows = [crm.SimplePublicObjectBatchInput(id=i, properties={"city": "Waco"}) for i in ids]
    changed = api.update(crm.BatchInputSimplePublicObjectBatchInput(inputs=rows))
    assert sorted(row.id for row in changed.results) == sorted(ids)
    assert [read_back(client, i, "city") for i in ids] == ["Waco", "Waco"]
    api.archive(crm.BatchInputSimplePublicObjectId(inputs=[crm.SimplePublicObjectId(id=i) for i in ids]))
    with pytest.raises(NotFoundException):
        client.crm.contacts.basic_api.get_by_id(ids[0])


def test_it_upserts_by_a_unique_property_and_is_told_what_is_new(hub: Hub, client: HubSpot) -> None:
    key = schema.PropertyCreate(name="own_key", label="Own key", type="string", field_type="text",
                                group_name="contactinformation", has_unique_value=True)  # fmt: skip
    client.crm.properties.core_api.create("contacts", key)
    hub.clock.advance(hub.portal.property_lag_ms)

    def upsert(*keys: str) -> list[bool]:
        rows = [
            crm.SimplePublicObjectBatchInputUpsert(
                id=key, id_property="own_key", properties={"firstname": "Ada", "own_key": key}
            )
            for key in keys
        ]
        done = client.crm.contacts.batch_api.upsert(crm.BatchInputSimplePublicObjectBatchInputUpsert(inputs=rows))
        return [row.new for row in done.results]

    assert upsert("A") == [True]
    assert upsert("A", "B") == [False, True]


def test_it_searches(hub: Hub, client: HubSpot) -> None:
    for city in ("Austin", "Waco", "Reno"):
        create(client, firstname="Unusual", city=city)
    hub.clock.advance(hub.portal.index.lag_ms)
    named = crm.Filter(property_name="firstname", operator="EQ", value="unusual")
    request = crm.PublicObjectSearchRequest(
        filter_groups=[crm.FilterGroup(filters=[named])], sorts=["-city"], properties=["city"], limit=2, after="0"
    )
    found = client.crm.contacts.search_api.do_search(request)
    assert (found.total, [row.properties["city"] for row in found.results]) == (3, ["Waco", "Reno"])
    request.after = found.paging.next.after
    last = client.crm.contacts.search_api.do_search(request)
    assert [row.properties["city"] for row in last.results] == ["Austin"]
    assert last.paging is None


# Definitions and owners


def test_it_manages_a_property(hub: Hub, client: HubSpot) -> None:
    api = client.crm.properties.core_api
    bank = schema.PropertyCreate(
        name="bank",
        label="Bank",
        type="enumeration",
        field_type="select",
        group_name="lending",
        options=[schema.OptionInput(label="First", value="first", display_order=0, hidden=False)],
    )
    assert api.create("contacts", bank).options[0].value == "first"
    hub.clock.advance(hub.portal.property_lag_ms)
    assert api.update("contacts", "bank", schema.PropertyUpdate(label="Their bank")).label == "Their bank"
    assert api.get_by_name("contacts", "bank").modification_metadata.archivable is True
    assert "bank" in [row.name for row in api.get_all("contacts").results]
    api.archive("contacts", "bank")
    assert "bank" in [row.name for row in api.get_all("contacts", archived=True).results]


def test_it_manages_batches_of_properties(hub: Hub, client: HubSpot) -> None:
    api = client.crm.properties.batch_api
    rows = [
        schema.PropertyCreate(name=name, label=name, type="string", field_type="text", group_name="lending")
        for name in ("bank", "branch")
    ]
    assert len(api.create("contacts", schema.BatchInputPropertyCreate(inputs=rows)).results) == 2
    hub.clock.advance(hub.portal.property_lag_ms)
    names = [schema.PropertyName(name=name) for name in ("bank", "nowhere")]
    wanted = schema.BatchReadInputPropertyName(inputs=names, archived=False)
    partial = api.read("contacts", wanted)
    assert ([row.name for row in partial.results], partial.num_errors) == (["bank"], 1)
    api.archive("contacts", schema.BatchInputPropertyName(inputs=names))
    assert [row.name for row in api.read("contacts", wanted).results] == []


def test_it_manages_groups_of_properties(client: HubSpot) -> None:
    api = client.crm.properties.groups_api
    api.create("contacts", schema.PropertyGroupCreate(name="extra", label="Extra", display_order=7))
    api.update("contacts", "extra", schema.PropertyGroupUpdate(label="More"))
    found = api.get_by_name("contacts", "extra")
    assert (found.label, found.display_order) == ("More", 7)
    api.archive("contacts", "extra")
    assert "extra" not in [group.name for group in api.get_all("contacts").results]


def test_it_pages_through_owners(hub: Hub, client: HubSpot) -> None:
    api = client.crm.owners.owners_api
    first = api.get_page(limit=20)
    rest = api.get_page(limit=20, after=first.paging.next.after)
    assert {int(owner.id) for owner in first.results + rest.results} == set(hub.portal.owners)
    one = first.results[0]
    assert [owner.id for owner in api.get_page(email=one.email).results] == [one.id]
    assert api.get_by_id(int(one.id)).email == one.email
    assert api.get_by_id(one.user_id, id_property="userId").id == one.id


# Refusals


def test_a_conflict_names_the_holder(client: HubSpot) -> None:
    held = create(client, email="ada@x.example.com")
    with pytest.raises(ApiException) as refused:
        create(client, email="ada@x.example.com")
    assert refused.value.status == 409
    assert json.loads(refused.value.body)["message"] == f"Contact already exists. Existing ID: {held}"


def test_a_limit_is_an_error_and_is_not_waited_for(make: Make, serve: Serve) -> None:
    client = serve(make(limit=Limit(1)))
    client.crm.contacts.basic_api.get_page()
    with pytest.raises(ApiException) as refused:
        client.crm.contacts.basic_api.get_page()
    assert refused.value.status == 429
    assert refused.value.headers["X-HubSpot-RateLimit-Remaining"] == "0"


def test_bad_credentials_and_scopes_and_trouble_have_errors_of_their_own(hub: Hub, client: HubSpot) -> None:
    api = client.crm.contacts.basic_api
    hub.user("PUT", "settings", static_scopes=["oauth"])
    with pytest.raises(ForbiddenException):
        api.get_page()
    hub.user("POST", "faults", status=503)
    with pytest.raises(ServiceException):
        api.get_page()
    client.access_token = "garbage"
    with pytest.raises(UnauthorizedException):
        client.crm.contacts.basic_api.get_page()
