"""The log cannot be changed unnoticed: whatever the owner of the database does by hand, verification says where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from conftest import Owner
    from organisations import Organisation

    from loanark.audit.chain import Finding, Report


def verify(organisation: Organisation, **options: Any) -> Report:
    from loanark.audit.chain import verify

    with organisation.scope():
        return verify(organisation.id, **options)


def sign(organisation: Organisation) -> None:
    from loanark.audit import anchors

    with organisation.scope():
        anchors.drop(organisation.id, every_seconds=0)


def found(organisation: Organisation) -> list[tuple[str, str]]:
    return [(finding.what, finding.place) for finding in verify(organisation).findings]


def places(findings: list[Finding]) -> list[str]:
    return [finding.place for finding in findings]


@pytest.fixture
def ann(organisation: Organisation) -> UUID:
    """A contact with a history of three statements, each an event."""
    ann = organisation.contact(email="ann@example.com", firstname="Ann")
    organisation.execute("UPDATE contacts SET firstname = 'Anna' WHERE id = %s", ann)
    organisation.execute("UPDATE contacts SET city = 'Boise' WHERE id = %s", ann)
    return ann


@pytest.fixture
def last(organisation: Organisation, ann: UUID) -> int:
    return int(organisation.scalar("SELECT max(seq) FROM audit_events"))


def test_a_log_that_grows_while_it_is_verified_is_whole(
    organisation: Organisation, last: int, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loanark.audit import chain

    for check in ("_numbers", "_links", "_hashes", "_details", "_changes", "_beginning", "_end", "_triggers"):
        checked = getattr(chain, check)

        def grown(*args: Any, checked: Any = checked) -> Any:
            owner("INSERT INTO contacts (email) VALUES (gen_random_uuid() || '@example.com')")
            return checked(*args)

        monkeypatch.setattr(chain, check, grown)
    assert found(organisation) == []
    monkeypatch.undo()
    assert verify(organisation).last == last + 8


def test_what_happened_is_a_chain_without_gaps(organisation: Organisation, last: int) -> None:
    report = verify(organisation)
    assert report.intact
    assert (report.first, report.last, report.events, report.changes) == (1, last, last, 3)


def test_an_empty_log_is_whole(organisation: Organisation, owner: Owner) -> None:
    owner("DELETE FROM audit_events")
    owner("DELETE FROM audit_heads")
    assert verify(organisation).intact


@pytest.mark.parametrize(
    "edit",
    [
        "actor = 'nobody'", "address = '10.0.0.1'", "via = 'browser'", "kind = 'x.y'", "subject = 'x'",
        "at = at + interval '1 second'", "contact_id = gen_random_uuid()", "changes = changes + 1", "id = id + 100000",
    ],
)  # fmt: skip
def test_an_edited_event_is_told_with_its_place(organisation: Organisation, owner: Owner, last: int, edit: str) -> None:
    assert owner(f"UPDATE audit_events SET {edit} WHERE seq = %s", last - 1) == 1
    assert ("changed", f"event {last - 1}") in found(organisation)


def test_an_edited_detail_is_told_with_its_place(organisation: Organisation, owner: Owner) -> None:
    note(organisation, "settings.changed", after={"limit": 20})
    (seq,) = column(organisation, "SELECT seq FROM audit_events WHERE kind = 'settings.changed'")
    owner("""UPDATE audit_events SET detail = '{"after": {"limit": 5000}}' WHERE seq = %s""", seq)
    assert found(organisation) == [("changed", f"event {seq}")]


def test_a_detail_that_was_emptied_though_nobody_was_erased_is_told(organisation: Organisation, owner: Owner) -> None:
    note(organisation, "settings.changed", after={"limit": 20})
    (seq,) = column(organisation, "SELECT seq FROM audit_events WHERE kind = 'settings.changed'")
    owner("UPDATE audit_events SET detail = '{}', salt = NULL WHERE seq = %s", seq)
    assert found(organisation) == [("changed", f"event {seq}")]


def test_a_deleted_event_is_told_with_its_place(organisation: Organisation, owner: Owner, last: int) -> None:
    owner("DELETE FROM audit_events WHERE seq = %s", last - 1)
    assert ("missing", f"event {last - 1}") in found(organisation)


def test_the_last_event_is_missed_as_well(organisation: Organisation, owner: Owner, last: int) -> None:
    owner("DELETE FROM audit_events WHERE seq = %s", last)
    assert ("missing", f"event {last}") in found(organisation)


def test_the_first_events_are_missed_as_well(organisation: Organisation, owner: Owner, last: int) -> None:
    owner("DELETE FROM audit_events WHERE seq <= 2")
    assert ("missing", "events 1 to 2") in found(organisation)


def test_a_beginning_cut_as_if_by_the_retention_policy_is_told(
    organisation: Organisation, owner: Owner, last: int
) -> None:
    owner("UPDATE audit_heads SET pruned_seq = 2, pruned_hash = (SELECT hash FROM audit_events WHERE seq = 2)")
    owner("DELETE FROM contact_changes WHERE event_id IN (SELECT id FROM audit_events WHERE seq <= 2)")
    owner("DELETE FROM audit_events WHERE seq <= 2")
    assert found(organisation) == [("missing", "events 1 to 2")]


def test_a_log_cut_at_its_end_with_its_head_is_told_once_it_was_signed(
    organisation: Organisation, owner: Owner, last: int
) -> None:
    sign(organisation)
    cut(owner, last - 1)
    assert found(organisation) == [("cut", f"events {last} to {last}")]


def test_a_log_cut_at_its_end_with_its_head_is_told_by_a_place_noted_elsewhere(
    organisation: Organisation, owner: Owner, last: int
) -> None:
    noted = verify(organisation)
    cut(owner, last - 1)
    assert verify(organisation).intact, "nothing in the database can tell"
    report = verify(organisation, head=(noted.last, noted.hash))
    assert [finding.what for finding in report.findings] == ["cut"]


def test_a_log_written_anew_with_good_hashes_is_told_once_it_was_signed(
    organisation: Organisation, owner: Owner, last: int
) -> None:
    sign(organisation)
    owner("UPDATE audit_events SET actor = 'nobody' WHERE seq = 2")
    for seq in range(2, last + 1):
        owner(
            "UPDATE audit_events e SET previous = p.hash FROM audit_events p WHERE e.seq = %s AND p.seq = e.seq - 1",
            seq,
        )
        owner("UPDATE audit_events e SET hash = audit_hash(e, seq, previous) WHERE seq = %s", seq)
    owner("UPDATE audit_heads SET hash = (SELECT hash FROM audit_events WHERE seq = %s)", last)
    assert found(organisation) == [("changed", f"event {last}")]


def test_a_signature_made_up_is_told(organisation: Organisation, owner: Owner, last: int) -> None:
    sign(organisation)
    owner("UPDATE audit_anchors SET hash = '\\x00'")
    assert found(organisation) == [("signature", f"event {last}")]


def test_an_edited_value_of_a_contacts_history_is_told_with_its_row(
    organisation: Organisation, owner: Owner, ann: UUID
) -> None:
    (change,) = column(organisation, "SELECT id FROM contact_changes WHERE after ? 'city'")
    owner("""UPDATE contact_changes SET after = '{"city": "Nampa"}' WHERE id = %s""", change)
    assert found(organisation) == [("changed", f"change {change}")]


@pytest.mark.parametrize("edit", ["actor = 'nobody'", "at = now()", "cause = 'sync'", "op = 'created'", "run_id = 7"])
def test_who_what_and_when_of_a_contacts_history_cannot_be_edited(
    organisation: Organisation, owner: Owner, ann: UUID, edit: str
) -> None:
    (change,) = column(organisation, "SELECT id FROM contact_changes WHERE after ? 'city'")
    owner(f"UPDATE contact_changes SET {edit} WHERE id = %s", change)
    assert found(organisation) == [("changed", f"change {change}")]


def test_a_deleted_row_of_a_contacts_history_is_told(organisation: Organisation, owner: Owner, last: int) -> None:
    owner("DELETE FROM contact_changes WHERE after ? 'city'")
    assert found(organisation) == [("missing", f"event {last}")]


def test_an_inserted_row_of_a_contacts_history_is_told(organisation: Organisation, owner: Owner, ann: UUID) -> None:
    owner(
        """INSERT INTO contact_changes (tenant_id, event_id, contact_id, op, side, cause, before, after, digest)
           SELECT tenant_id, 99999999, contact_id, op, side, cause, before, '{"city": "X"}', digest FROM contact_changes
           WHERE after ? 'city'"""
    )
    assert [what for what, _ in found(organisation)] == ["inserted"]


def test_an_event_put_in_past_the_seal_is_told(organisation: Organisation, owner: Owner, ann: UUID) -> None:
    owner(
        """ALTER TABLE audit_events DISABLE TRIGGER audit_events_seal;
           INSERT INTO audit_events (kind, actor, via, detail) VALUES ('x.y', 'x', 'x', '{}')"""
    )
    try:
        assert [what for what, _ in found(organisation)] == ["unsealed", "unguarded"]
    finally:
        owner("ALTER TABLE audit_events ENABLE TRIGGER audit_events_seal")


def test_a_bulk_update_is_one_event(organisation: Organisation, ann: UUID) -> None:
    organisation.contact(email="bob@example.com")
    before = organisation.scalar("SELECT max(seq) FROM audit_events")
    organisation.execute("UPDATE contacts SET company = 'Acme'")
    assert organisation.rows("SELECT kind, changes FROM audit_events WHERE seq > %s", before) == [
        {"kind": "contacts.changed", "changes": 2}
    ]
    assert verify(organisation).intact


def test_erasing_a_person_takes_their_values_and_the_chain_still_holds(organisation: Organisation, ann: UUID) -> None:
    note(organisation, "conflict.decided", contact_id=ann, after={"city": "Boise"})
    answer = organisation.call("POST", f"contacts/{ann}/erase")
    assert answer.status_code == 202, answer.content
    assert verify(organisation).intact
    everything = organisation.scalar(
        """SELECT (SELECT string_agg(e::text, ' ') FROM audit_events e)
                  || (SELECT string_agg(c::text, ' ') FROM contact_changes c)"""
    )
    assert "Boise" not in everything
    assert "ann@example.com" not in everything


def test_values_taken_away_in_the_name_of_an_erasure_that_was_not_are_told(
    organisation: Organisation, owner: Owner, ann: UUID
) -> None:
    (change,) = column(organisation, "SELECT id FROM contact_changes WHERE after ? 'city'")
    owner("UPDATE contact_changes SET before = '{}', after = '{}', salt = NULL WHERE id = %s", change)
    assert found(organisation) == [("changed", f"change {change}")]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_events (kind, actor, via, detail) VALUES ('x.y', 'x', 'x', '{}')",
        "UPDATE audit_events SET actor = 'nobody'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "UPDATE audit_heads SET seq = 0",
        "DELETE FROM audit_heads",
        "UPDATE audit_anchors SET signature = ''",
        "DELETE FROM audit_anchors",
        "UPDATE contact_changes SET actor = 'nobody'",
        "DELETE FROM contact_changes",
        "TRUNCATE contact_changes",
        "ALTER TABLE audit_events DISABLE TRIGGER ALL",
    ],
)
def test_the_application_can_only_add(organisation: Organisation, ann: UUID, statement: str) -> None:
    from django.db import Error

    with pytest.raises(Error) as refused:
        organisation.execute(statement)
    assert "permission denied" in str(refused.value) or "must be owner" in str(refused.value)


def test_two_transactions_at_once_are_sealed_one_after_the_other(
    organisation: Organisation, database_url: str, ann: UUID
) -> None:
    edit = "UPDATE contacts SET zip = %s WHERE id = %s"
    bob = organisation.contact(email="bob@example.com")
    with psycopg.connect(database_url) as one, psycopg.connect(database_url) as other:
        for connection, contact_id in ((one, ann), (other, bob)):
            connection.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(organisation.id)])
            connection.commit()
            connection.execute(edit, ["83702", contact_id])
        other.commit()
        one.commit()
    assert verify(organisation).intact


def note(organisation: Organisation, kind: str, *, contact_id: UUID | None = None, **detail: Any) -> None:
    from loanark.kit import trail

    with organisation.scope():
        trail.note(kind, contact_id=contact_id, detail=detail)


def cut(owner: Owner, seq: int) -> None:
    """Takes everything after a place away, the head's memory of it included."""
    owner("DELETE FROM contact_changes WHERE event_id IN (SELECT id FROM audit_events WHERE seq > %s)", seq)
    owner("DELETE FROM audit_events WHERE seq > %s", seq)
    owner("UPDATE audit_heads SET (seq, hash) = (SELECT seq, hash FROM audit_events WHERE seq = %s)", seq)


def column(organisation: Organisation, statement: str) -> list[Any]:
    return [next(iter(row.values())) for row in organisation.rows(statement)]
