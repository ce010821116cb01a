"""Exports: tasks, files, and the traps in between (HubSpot docs: exports guide)."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest

from hubspot_simulator import sheets

from .conftest import Hub, Make

DAY_MS = 86_400_000
INTERNAL = ["NAMES", "VALUES"]


def ask(hub: Hub, version: str = "2026-09", **change: Any) -> httpx2.Response:
    body = {
        "exportType": "VIEW",
        "exportName": "All contacts",
        "format": "CSV",
        "language": "EN",
        "objectType": "CONTACT",
        "objectProperties": ["email", "firstname"],
        "exportInternalValuesOptions": INTERNAL,
        **change,
    }
    base = "/crm/v3/exports" if version == "v3" else f"/crm/exports/{version}"
    return hub.http.post(
        f"{base}/export/async", json={name: value for name, value in body.items() if value is not None}
    )


def started(hub: Hub, **change: Any) -> str:
    answer = ask(hub, **change)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def status(hub: Hub, task: str) -> dict[str, Any]:
    return dict(hub.http.get(f"/crm/exports/2026-09/export/async/tasks/{task}/status").json())


def described(hub: Hub, task: str) -> dict[str, Any]:
    return dict(hub.http.get(f"/crm/exports/2026-09/export/{task}").json())


def content(hub: Hub, task: str) -> bytes:
    """The file of a task that has had the time it needs."""
    document = status(hub, task)
    assert document["status"] == "COMPLETE", document
    return httpx2.Client(transport=hub.http._transport).get(document["result"]).content


def exported(hub: Hub, **change: Any) -> list[list[str]]:
    """Header and rows of an export that nothing disturbs."""
    task = started(hub, **change)
    hub.clock.advance(60_000)
    return list(csv.reader(io.StringIO(content(hub, task).decode("utf-8-sig"))))


def where(**view: Any) -> dict[str, Any]:
    return {"publicCrmSearchRequest": view}


def test_an_export_goes_from_pending_over_processing_to_complete(hub: Hub) -> None:
    task = started(hub)
    assert status(hub, task)["status"] == "PENDING"
    hub.clock.advance(500)
    assert status(hub, task)["status"] == "PROCESSING"
    hub.clock.advance(500)
    assert status(hub, task)["status"] == "COMPLETE"


def test_an_export_tells_its_state_and_in_the_end_its_number_of_records(hub: Hub) -> None:
    task = started(hub)
    assert described(hub, task)["exportState"] == "ENQUEUED"
    hub.clock.advance(500)
    assert described(hub, task)["exportState"] == "PROCESSING"
    assert "recordCount" not in described(hub, task)
    hub.clock.advance(500)
    told = described(hub, task)
    assert (told["exportState"], told["recordCount"], told["id"]) == ("DONE", 30, task)


def test_a_large_export_takes_its_time(hub: Hub) -> None:
    hub.user("PUT", "settings", exports={"rows_per_second": 10})
    task = started(hub)
    hub.clock.advance(500 + 2_900)
    assert status(hub, task)["status"] == "PROCESSING"
    hub.clock.advance(100)
    assert status(hub, task)["status"] == "COMPLETE"


@pytest.mark.parametrize("version", ["2026-09", "2026-03", "v3"])
def test_every_version_starts_exports(hub: Hub, version: str) -> None:
    assert ask(hub, version).status_code == 202


def test_one_export_of_an_account_runs_at_a_time(hub: Hub) -> None:
    first, second = started(hub), started(hub)
    hub.clock.advance(900)
    assert (status(hub, first)["status"], status(hub, second)["status"]) == ("PROCESSING", "PENDING")
    hub.clock.advance(200)
    assert (status(hub, first)["status"], status(hub, second)["status"]) == ("COMPLETE", "PROCESSING")


def test_the_31st_export_within_24_hours_is_refused(hub: Hub) -> None:
    assert [ask(hub).status_code for _ in range(31)] == [202] * 30 + [429]
    hub.clock.advance(DAY_MS)
    assert ask(hub).status_code == 202


def test_a_refused_request_is_no_export(hub: Hub) -> None:
    for _ in range(31):
        ask(hub, format="PDF")
    assert ask(hub).status_code == 202


def test_the_address_of_a_file_needs_no_credentials_and_ends_after_five_minutes(hub: Hub) -> None:
    task = started(hub)
    hub.clock.advance(1_000)
    url = status(hub, task)["result"]
    anonymous = httpx2.Client(transport=hub.http._transport)
    assert anonymous.get(url).status_code == 200
    hub.clock.advance(299_999)
    assert anonymous.get(url).status_code == 200
    hub.clock.advance(1)
    assert anonymous.get(url).status_code == 403


def test_each_look_at_the_status_makes_a_new_address(hub: Hub) -> None:
    task = started(hub)
    hub.clock.advance(1_000)
    assert status(hub, task)["result"] != status(hub, task)["result"]


def test_another_account_does_not_see_an_export(make: Make) -> None:
    hub = make(portals=2)
    task = started(hub)
    _, other = hub.simulator.portals
    hub.http.headers["Authorization"] = f"Bearer {hub.simulator.static_token(other)}"
    assert hub.http.get(f"/crm/exports/2026-09/export/{task}").status_code == 404


def test_an_export_wants_its_own_scope(hub: Hub) -> None:
    hub.user("PUT", "settings", static_scopes=["crm.objects.contacts.read"])
    answer = ask(hub)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.export"]


# ---- what is in the file ------------------------------------------------------------------------------


def test_without_the_options_headers_and_values_are_labels(hub: Hub) -> None:
    owner = sorted(hub.portal.owner_ids)[0]
    name = f"{hub.portal.owners[int(owner)].first} {hub.portal.owners[int(owner)].last}"
    contact = hub.create(
        firstname="Ada",
        city="Waco",
        lifecyclestage="salesqualifiedlead",
        do_not_call="true",
        client_type_prospects="Refi;Investor",
        hubspot_owner_id=owner,
        createdate="2026-01-31T18:45:12Z",
    )
    names = ["lifecyclestage", "do_not_call", "client_type_prospects", "hubspot_owner_id", "createdate"]
    only = where(filters=[{"property": "city", "operator": "EQ", "value": "Waco"}])
    header, row = exported(hub, exportInternalValuesOptions=None, objectProperties=names, **only)
    assert header == [
        "Record ID",
        "Lifecycle Stage",
        "Do Not Call",
        "Client Type: Prospects",
        "Contact owner",
        "Create Date",
    ]
    assert row == [contact, "Sales Qualified Lead", "Yes", "Refi (old);Investor", name, "2026-01-31 12:45"]


def test_with_the_options_headers_and_values_are_internal(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", city="Waco", lifecyclestage="customer", createdate="2026-01-31T18:45:12Z")
    only = where(filters=[{"property": "city", "operator": "EQ", "value": "Waco"}])
    header, row = exported(hub, objectProperties=["lifecyclestage", "createdate", "phone"], **only)
    assert header == ["hs_object_id", "lifecyclestage", "createdate", "phone"]
    assert row == [contact, "customer", "2026-01-31T18:45:12Z", ""]


def test_text_with_quotes_and_line_breaks_comes_back_whole(hub: Hub) -> None:
    text = 'She said "no",\nthen "yes"; é'
    hub.create(firstname="Ada", city="Waco", message=text)
    only = where(filters=[{"property": "city", "operator": "EQ", "value": "Waco"}])
    assert exported(hub, objectProperties=["message"], **only)[1][1] == text


def test_a_byte_order_mark_leads_the_file_until_it_is_switched_off(hub: Hub) -> None:
    task = started(hub)
    hub.user("PUT", "settings", exports={"byte_order_mark": False})
    plain = started(hub)
    hub.clock.advance(60_000)
    assert content(hub, task).startswith(b'\xef\xbb\xbf"hs_object_id"')
    assert content(hub, plain).startswith(b'"hs_object_id"')


def test_associated_objects_add_empty_columns(hub: Hub) -> None:
    header, row, *_ = exported(hub, objectProperties=["email"], associatedObjectType=["COMPANY"])
    assert len(header) == len(row) == 3
    assert row[2] == ""


def test_filters_and_one_sort_choose_the_rows(hub: Hub) -> None:
    for name in ("Ada", "Grace", "Edsger"):
        hub.create(firstname=name, city="Waco")
    view = where(
        filterGroups=[{"filters": [{"property": "city", "operator": "EQ", "value": "waco"}]}],
        sorts=[{"propertyName": "firstname", "order": "DESC"}],
    )
    assert [row[1] for row in exported(hub, objectProperties=["firstname"], **view)[1:]] == ["Grace", "Edsger", "Ada"]


def test_an_export_does_not_wait_for_the_search_index(make: Make) -> None:
    hub = make(search_lag_ms=600_000)
    hub.create(firstname="Ada", city="Waco")
    only = where(filters=[{"property": "city", "operator": "EQ", "value": "Waco"}])
    assert len(exported(hub, **only)) == 2


def test_an_export_goes_past_the_10000_rows_of_a_search(make: Make) -> None:
    hub = make(contacts=10_050)
    filters = [{"property": "hs_object_id", "operator": "HAS_PROPERTY"}]
    assert len(exported(hub, objectProperties=["email"], **where(filters=filters))) == 10_051


def test_records_are_read_one_after_the_other_while_the_account_changes(hub: Hub) -> None:
    hub.user("PUT", "settings", exports={"rows_per_second": 10})
    rows = hub.call("GET", "", params={"limit": 30}).json()["results"]
    early, archived, late = rows[0]["id"], rows[-2]["id"], rows[-1]["id"]
    task = started(hub, objectProperties=["city"])
    hub.clock.advance(500 + 1_500)  # half the rows are read
    for contact in (early, late):
        hub.call("PATCH", f"/{contact}", json={"properties": {"city": "Changed meanwhile"}})
    hub.call("DELETE", f"/{archived}")
    created = hub.create(firstname="Too late")
    hub.clock.advance(60_000)
    found = dict(list(csv.reader(io.StringIO(content(hub, task).decode("utf-8-sig")))))
    assert found[early] != "Changed meanwhile"
    assert found[late] == "Changed meanwhile"
    assert archived not in found
    assert created not in found


# ---- packing ------------------------------------------------------------------------------------------


def test_a_csv_file_over_2_mb_is_zipped(hub: Hub) -> None:
    for number in range(32):
        hub.create(firstname=f"Ada {number}", message="x" * 65_000)
    task = started(hub, objectProperties=["message"])
    hub.clock.advance(60_000)
    with zipfile.ZipFile(io.BytesIO(content(hub, task))) as archive:
        (name,) = archive.namelist()
        assert archive.getinfo(name).file_size > 2_000_000
        assert len(list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))) == 1 + 30 + 32


def test_too_many_rows_for_one_file_make_several_in_a_zip(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 20)
    task = started(hub)
    hub.clock.advance(60_000)
    with zipfile.ZipFile(io.BytesIO(content(hub, task))) as archive:
        sizes = [len(archive.read(name).decode().splitlines()) for name in archive.namelist()]
    assert sizes == [1 + 20, 1 + 10]


def test_xlsx_is_a_workbook_with_the_same_cells(hub: Hub) -> None:
    contact = hub.create(firstname="A & <B>", city="Waco", message="bell \x07")
    only = where(filters=[{"property": "city", "operator": "EQ", "value": "Waco"}])
    task = started(hub, format="XLSX", objectProperties=["firstname", "message"], **only)
    hub.clock.advance(60_000)
    with zipfile.ZipFile(io.BytesIO(content(hub, task))) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    rows = [["".join(cell.itertext()) for cell in row] for row in sheet[0]]
    assert rows == [["hs_object_id", "firstname", "message"], [contact, "A & <B>", "bell "]]


# ---- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"exportName": None},
        {"language": None},
        {"objectProperties": []},
        {"objectProperties": ["nonsense"]},
        {"objectType": "COMPANY"},
        {"format": "XLS"},
        {"format": "PDF"},
        {"exportType": "ALL"},
        {"exportInternalValuesOptions": ["LABELS"]},
        {"associatedObjectType": ["COMPANY", "DEAL", "TICKET", "CALL", "NOTE"]},
        where(filters=[{"property": "city", "operator": "EQ", "value": "x"}] * 4),
        where(filters=[{"property": "nonsense", "operator": "EQ", "value": "x"}]),
        where(filters=[{"property": "city", "operator": "SOUNDS_LIKE", "value": "x"}]),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(hub: Hub, change: dict[str, Any]) -> None:
    assert ask(hub, **change).status_code == 400


def test_the_filter_of_a_search_is_refused(hub: Hub) -> None:
    answer = ask(hub, **where(filters=[{"propertyName": "city", "operator": "EQ", "value": "x"}]))
    assert answer.status_code == 400
    assert '"property"' in answer.json()["message"]


def test_the_sort_of_a_search_is_refused(hub: Hub) -> None:
    answer = ask(hub, **where(sorts=[{"propertyName": "city", "direction": "ASCENDING"}]))
    assert answer.status_code == 400
    assert '"order"' in answer.json()["message"]


def test_there_is_no_list_to_export(hub: Hub) -> None:
    assert ask(hub, exportType="LIST").status_code == 400
    assert ask(hub, exportType="LIST", listId="7").status_code == 404
