"""Who did what, how, and from where: each kind of deed is in the log, whoever did it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

if TYPE_CHECKING:
    from conftest import Owner
    from organisations import Organisation


def events(organisation: Organisation, **filters: Any) -> list[dict[str, Any]]:
    return list(organisation.get("audit", **filters)["items"])


def admin_of(organisation: Organisation) -> str:
    return str(organisation.admin.call("GET", "/api/session").json()["user"]["email"])


def test_an_edit_names_person_way_address_and_values(organisation: Organisation, owner: Owner) -> None:
    owner("INSERT INTO contacts (email, city) VALUES ('ann@example.com', 'Boise')")
    ann = organisation.scalar("SELECT id FROM contacts")
    organisation.call("PATCH", f"contacts/{ann}", {"version": 1, "values": {"city": "Nampa"}})
    edit, made = events(organisation, kind="contacts")
    assert (edit["actor"], edit["via"]) == (admin_of(organisation), "browser")
    assert edit["address"] == organisation.admin.client.defaults["REMOTE_ADDR"]
    assert [(one["before"], one["after"]) for one in edit["first_changes"]] == [({"city": "Boise"}, {"city": "Nampa"})]
    assert made["via"] == "sql"
    assert made["seq"] < edit["seq"]


def test_a_sign_in_and_one_that_failed_are_told_to_each_of_the_persons_organisations(
    organisation: Organisation,
) -> None:
    from organisations import Browser

    from loanark.tenants.models import Role

    email = organisation.person(Role.LOAN_OFFICER)
    browser = Browser()
    browser.sign_in(email, "a wrong password")
    browser.sign_in(email)
    browser.call("DELETE", "/api/auth/browser/v1/auth/session")
    told = events(organisation, kind="sign-in", actor=email)
    assert [event["kind"] for event in told] == ["sign-in.ended", "sign-in.succeeded", "sign-in.failed"]
    assert {event["address"] for event in told} == {browser.client.defaults["REMOTE_ADDR"]}


def test_a_role_that_changes_is_told_with_before_and_after(organisation: Organisation) -> None:
    from loanark.tenants.models import Role, User

    email = organisation.person(Role.LOAN_OFFICER)
    id = User.objects.get(email=email).pk
    organisation.call("PATCH", f"members/{id}", {"role": "auditor"})
    changed, added = (event for event in events(organisation, kind="member") if event["subject"] == email)
    assert (changed["kind"], changed["before"], changed["after"]) == (
        "member.changed", {"role": "loan_officer"}, {"role": "auditor"},
    )  # fmt: skip
    assert added["kind"] == "member.added"


def test_what_is_written_by_sql_is_told_as_well(organisation: Organisation, owner: Owner) -> None:
    owner("INSERT INTO sync_settings (brake_floor) VALUES (5000)")
    (event,) = events(organisation, kind="sync-settings")
    assert (event["via"], event["after"]["brake_floor"]) == ("sql", 5000)


def test_of_a_secret_it_is_only_told_that_it_changed(organisation: Organisation, owner: Owner) -> None:
    owner(
        "INSERT INTO company_sign_in (issuer, client_id, client_secret) VALUES ('https://x.example', 'c', 'canary-1')"
    )
    owner("UPDATE company_sign_in SET client_secret = 'canary-2'")
    changed, _ = events(organisation, kind="company-sign-in")
    assert (changed["before"], changed["after"]) == ({"client_secret": "(secret)"}, {"client_secret": "(secret)"})
    whole = organisation.scalar("SELECT string_agg(e::text, ' ') FROM audit_events e")
    assert "canary" not in whole


def test_what_a_request_does_in_a_transaction_of_its_own_is_told_with_its_person(organisation: Organisation) -> None:
    from organisations import CONNECTED

    organisation.insert("connections", tenant_id=organisation.id, **CONNECTED)
    assert organisation.call("DELETE", "connection").status_code in (200, 204)
    changed = events(organisation, kind="connection")[0]
    assert (changed["actor"], changed["via"]) == (admin_of(organisation), "browser")
    assert changed["address"] == organisation.admin.client.defaults["REMOTE_ADDR"]


def test_a_token_is_told_by_name_and_its_use_once_an_hour(organisation: Organisation) -> None:
    from organisations import Browser

    made = organisation.call("POST", "tokens", {"name": "nightly", "scopes": ["contacts:read"], "expires_in_days": 1})
    text = made.json()["token"]
    for _ in range(3):
        answer = Browser().client.get(
            organisation.path("contacts"), headers={"Authorization": f"Bearer {text}"}, REMOTE_ADDR="10.1.2.3"
        )
        assert answer.status_code == 200, answer.content
    assert [event["kind"] for event in events(organisation, kind="token")] == ["token.used", "token.added"]
    used = events(organisation, kind="token.used")[0]
    assert (used["actor"], used["via"], used["address"]) == (admin_of(organisation), "token nightly", "10.1.2.3")
    assert text not in organisation.scalar("SELECT string_agg(e::text, ' ') FROM audit_events e")
    assert events(organisation, via="token") == [used], "whatever the token is called"


def test_a_contacts_events_can_be_asked_for(organisation: Organisation) -> None:
    ann, _ = organisation.contact(email="ann@example.com"), organisation.contact(email="bob@example.com")
    organisation.execute("UPDATE contacts SET company = 'Acme'")
    both, made = events(organisation, contact_id=str(ann))
    assert both["changes"] == 2
    assert [one["contact_id"] for one in both["first_changes"]] == [str(ann)]
    assert made["changes"] == 1


def test_a_list_goes_on_where_a_page_ends(organisation: Organisation) -> None:
    for number in range(5):
        organisation.contact(email=f"p{number}@example.com")
    first = organisation.get("audit", kind="contacts", limit=3)
    second = organisation.get("audit", kind="contacts", limit=3, cursor=first["next_cursor"])
    seqs = [event["seq"] for event in [*first["items"], *second["items"]]]
    assert seqs == sorted(seqs, reverse=True)
    assert len(seqs) == 5
    assert second["next_cursor"] is None


def test_an_export_is_flat_and_in_the_order_of_the_chain(organisation: Organisation) -> None:
    organisation.contact(email="ann@example.com", company='=HYPERLINK("http://x")')
    answer = organisation.admin.client.get(organisation.path("audit/export"))
    rows = [orjson.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)
    (made,) = (row for row in rows if row["kind"] == "contact.created")
    assert made["after"]["email"] == "ann@example.com"
    assert rows[-1]["kind"] == "audit.exported", "taking the log along is told by the log"
    table = organisation.admin.client.get(organisation.path("audit/export"), {"format": "csv"})
    lines = b"".join(table.streaming_content).decode().splitlines()
    assert lines[0].startswith("seq,at,kind,actor")
    assert len(lines) == len(rows) + 2


def test_a_verification_over_http_finds_what_was_cut(organisation: Organisation, owner: Owner) -> None:
    organisation.contact(email="ann@example.com")
    whole = organisation.call("POST", "audit/verify").json()
    assert whole["intact"], whole
    owner("DELETE FROM audit_events WHERE seq = 2")
    broken = organisation.call("POST", "audit/verify").json()
    assert not broken["intact"]
    assert ("missing", "event 2") in [(one["what"], one["place"]) for one in broken["findings"]]


def test_only_administrators_and_auditors_read_the_log(organisation: Organisation) -> None:
    from loanark.tenants.models import Role

    for role, status in ((Role.LOAN_OFFICER, 403), (Role.SALES_MANAGER, 403), (Role.AUDITOR, 200)):
        assert organisation.member(role).call("GET", organisation.path("audit")).status_code == status


def test_what_is_old_enough_goes_and_the_log_says_so_and_is_whole(organisation: Organisation, owner: Owner) -> None:
    from loanark.audit import actions
    from loanark.audit.chain import verify

    organisation.contact(email="ann@example.com")
    with organisation.scope():
        assert actions.prune() == 0, "without a policy nothing goes"
    assert organisation.call("PUT", "audit/retention", {"keep_days": 30}).status_code == 422
    assert organisation.call("PUT", "audit/retention", {"keep_days": 365}).json() == {"keep_days": 365}
    last = organisation.scalar("SELECT max(seq) FROM audit_events")
    age(owner, last)
    with organisation.scope():
        assert actions.prune() == last
    with organisation.scope():
        report = verify(organisation.id)
    assert report.intact, report.findings
    assert report.first == last + 1
    assert events(organisation, kind="audit.pruned")[0]["more"]["events"] == last


def age(owner: Owner, last: int) -> None:
    """Makes everything up to a place two years old, as if it had been written then."""
    owner("UPDATE audit_events SET at = at - interval '2 years' WHERE seq <= %s", last)
    owner("UPDATE audit_events SET hash = audit_hash(audit_events, seq, previous) WHERE seq = 1")
    for seq in range(2, last + 1):
        owner(
            "UPDATE audit_events e SET previous = p.hash FROM audit_events p WHERE e.seq = %s AND p.seq = e.seq - 1",
            seq,
        )
        owner("UPDATE audit_events e SET hash = audit_hash(e, seq, previous) WHERE seq = %s", seq)
    owner("UPDATE audit_heads SET hash = (SELECT hash FROM audit_events WHERE seq = %s)", last)
    # One more event is young: what is pruned ends before it.
    owner("INSERT INTO contacts (email) VALUES ('young@example.com')")


def test_an_event_of_contacts_tells_whom_it_was_about_and_why(organisation: Organisation, owner: Owner) -> None:
    ann = organisation.contact(firstname="Ann", lastname="Archer")
    (made,) = events(organisation, kind="contacts")
    (change,) = made["first_changes"]
    assert (change["contact_name"], change["side"], change["cause"]) == ("Ann Archer", "loanark", "sql")
    assert not change["erased"]
    owner("SELECT audit_erase(ARRAY[%s::uuid], 'asked for')", ann)
    owner("DELETE FROM contacts WHERE id = %s", ann)
    erasure, made = events(organisation, kind=["contact", "contacts.changed"], contact_id=str(ann))[-2:]
    assert (erasure["kind"], erasure["contact_name"]) == ("contact.erased", None)
    (change,) = made["first_changes"]
    assert (change["contact_name"], change["erased"], change["after"]) == (None, True, {})


def test_text_is_found_in_names_values_people_and_details(organisation: Organisation, owner: Owner) -> None:
    organisation.contact(firstname="Ann", city="Nampa", email="ann@example.com")
    owner("INSERT INTO sync_settings (brake_floor) VALUES (54321)")
    ann = organisation.scalar("SELECT id FROM contacts")
    organisation.call("PATCH", f"contacts/{ann}", {"version": 1, "values": {"company": "100% Homes_"}})

    def found(text: str) -> list[str]:
        return [event["kind"] for event in events(organisation, text=text) if event["kind"] != "sign-in.succeeded"]

    assert found("NAMPA") == ["contacts.changed"], "a value"
    assert found("ann@example.com") == ["contacts.changed"] * 2, "whom it was about, also where that did not change"
    assert found("54321") == ["sync-settings.added"], "a detail"
    assert "contacts.changed" in found(admin_of(organisation)), "who"
    assert found("100% homes_") == ["contacts.changed"], "as typed: there are no wildcards"
    assert found("1000 homes") == []


def test_a_search_reads_some_events_at_a_time_and_says_how_far_it_came(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loanark.audit import queries

    organisation.contact(email="oldest@example.com")
    for number in range(5):
        organisation.contact(email=f"p{number}@example.com")
    monkeypatch.setattr(queries, "SEARCHED", 4)
    first = organisation.get("audit", text="oldest")
    assert first["items"] == []
    assert first["searched_to"] is not None
    pages, cursor = 1, first["next_cursor"]
    found: list[Any] = []
    while cursor:
        page = organisation.get("audit", text="oldest", cursor=cursor)
        pages, cursor, found = pages + 1, page["next_cursor"], [*found, *page["items"]]
    assert [event["first_changes"][0]["after"]["email"] for event in found] == ["oldest@example.com"]
    assert pages > 1
    assert page["searched_to"] is None, "it came to the beginning"


def test_what_was_done_to_one_thing_can_be_asked_for(organisation: Organisation) -> None:
    from loanark.tenants.models import Role

    email, _ = organisation.person(Role.AUDITOR), organisation.person(Role.AUDITOR)
    assert [event["subject"] for event in events(organisation, kind="member", subject=email)] == [email]


def test_what_there_is_to_filter_by_is_told(organisation: Organisation, owner: Owner) -> None:
    organisation.contact(email="ann@example.com")
    organisation.call("PUT", "audit/retention", {"keep_days": 400})
    facets = organisation.get("audit/facets")
    assert {"contacts.changed", "audit.retention-changed"} <= set(facets["kinds"])
    assert admin_of(organisation) in facets["actors"]
    assert len(facets["kinds"]) == len(set(facets["kinds"]))


def test_the_state_says_how_long_the_log_is_who_signed_it_and_how_it_was_verified(
    organisation: Organisation, owner: Owner
) -> None:
    from django.conf import settings

    from loanark.audit import anchors
    from loanark.kit.secrets import Keyring

    organisation.contact(email="ann@example.com")
    before = organisation.get("audit/state")
    assert (before["first"], before["signed"], before["verified"], before["keep_days"]) == (1, None, None, None)
    with organisation.scope():
        anchor = anchors.drop(organisation.id, every_seconds=0)
    assert anchor
    organisation.call("POST", "audit/verify")
    state = organisation.get("audit/state")
    newest = Keyring(settings.CONFIG.encryption_keys).newest
    assert {**state["signed"], "at": None} == {"seq": anchor.seq, "at": None, "key": newest, "holds": True}
    assert (state["verified"]["intact"], state["verified"]["actor"]) == (True, admin_of(organisation))
    assert state["last"] > anchor.seq
    owner("DELETE FROM audit_events WHERE seq = 2")
    owner("UPDATE audit_anchors SET signature = replace(signature, '.', '.') || '0'")
    organisation.call("POST", "audit/verify")
    broken = organisation.get("audit/state")
    assert broken["signed"]["holds"] is False
    assert "event 2" in broken["verified"]["places"]
    assert not broken["verified"]["intact"]


def test_an_export_keeps_to_what_was_searched_for_and_does_not_write_it_down(organisation: Organisation) -> None:
    organisation.contact(email="ann@example.com")
    organisation.contact(email="bob@example.com")
    answer = organisation.admin.client.get(organisation.path("audit/export"), {"text": "ann@example"})
    rows = [orjson.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [row["after"]["email"] for row in rows] == ["ann@example.com"]
    (told,) = events(organisation, kind="audit.exported")
    assert told["more"]["filters"]["searched"] is True
    assert "ann" not in str(told)
