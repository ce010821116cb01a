"""The pages where a person plays the HubSpot user."""

from __future__ import annotations

from .conftest import Hub


def test_the_list_shows_searches_and_pages(hub: Hub) -> None:
    contact = hub.create(firstname="<b>Zaphod</b>", lastname="Quux")
    text = hub.http.get("/", params={"q": "zaphod"}).text
    assert f"/contacts/{contact}" in text
    assert "&lt;b&gt;Zaphod" in text
    assert "<b>Zaphod" not in text
    assert "HubSpot simulator" in text


def test_a_person_creates_edits_and_clears(hub: Hub) -> None:
    made = hub.http.post(
        "/contacts/new", data={"firstname": "Ada", "phone": "512", "client_type_prospects": ["Refi", "Investor"]}
    )
    assert made.status_code == 303
    path = made.headers["location"].partition("?")[0]
    form = {"firstname": "Grace", "phone": "", "client_type_prospects": "Investor", "lifecyclestage": "lead"}
    assert hub.http.post(path, data=form).status_code == 303
    found = hub.portal.contacts[int(path.rpartition("/")[2])]
    assert found.props == {"firstname": "Grace", "client_type_prospects": "Investor", "lifecyclestage": "lead"}
    text = hub.http.get(path).text
    assert "Property history" in text
    assert "CRM_UI" in text


def test_a_refused_value_is_shown_beside_its_field(hub: Hub) -> None:
    answer = hub.http.post("/contacts/new", data={"firstname": "Ada", "email": "nonsense"})
    assert answer.status_code == 400
    assert 'id="error-email"' in answer.text
    assert 'value="nonsense"' in answer.text


def test_archive_restore_and_merge(hub: Hub) -> None:
    one, two = hub.create(firstname="One"), hub.create(firstname="Two")
    hub.http.post(f"/contacts/{one}/archive")
    assert "Restore" in hub.http.get(f"/contacts/{one}").text
    hub.http.post(f"/contacts/{one}/restore")
    merged = hub.http.post("/contacts/merge", data={"selected": [one, two]})
    assert merged.status_code == 303
    assert hub.call("GET", f"/{one}").json()["id"] in merged.headers["location"]


def test_activity_shows_requests_and_takes_a_target(hub: Hub) -> None:
    hub.call("GET", "")
    hub.http.post("/activity/webhooks", data={"target_url": "http://127.0.0.1:1/x", "enabled": "true"})
    text = hub.http.get("/activity").text
    assert "/crm/objects/2026-09/contacts" in text
    assert hub.simulator.webhooks.settings.target_url == "http://127.0.0.1:1/x"
    assert hub.http.get("/assets/style.css").status_code == 200
    assert hub.http.get("/nowhere").status_code == 404
