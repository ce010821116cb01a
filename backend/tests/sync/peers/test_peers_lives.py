"""Histories that broke other syncs: how contacts come into being, change their e-mail, merge, and go.

Each test names the product and the public report, and the rule of ours that it was seen to fail without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from world import World


def lives_of(world: World, contact_id: UUID) -> list[str]:
    """What the contact went through as a whole, its edits left out."""
    return [change["op"] for change in world.changes(contact_id) if change["op"] != "updated"]


# Deleted


def test_a_row_deleted_while_hubspot_edits_it_is_decided_once(world: World) -> None:
    """Heroku Connect: the edit revives the row for a while, then the deletion is sent, and the edit is lost with it.
    https://devcenter.heroku.com/articles/heroku-connect-rapid-multiple-updates-issues

    Without "a deletion never destroys an edit" this fails.
    """
    id, contact_id = world.pair()
    world.delete(contact_id)
    world.hubspot.edit(id, city="Boise")
    world.deliver_webhooks()
    world.settle()
    world.settle()
    assert lives_of(world, contact_id) == ["created", "deleted", "restored"], "decided once, and for good"
    assert (world.contact(id)["id"], world.local(contact_id)["city"]) == (contact_id, "Boise")
    world.assert_balanced()


def test_a_row_edited_and_then_deleted_is_not_revived_by_the_echo_of_the_edit(world: World) -> None:
    """Heroku Connect, as a user saw it: updated, then deleted; the update's echo brings the row back for a while.
    http://kevinkinnett.com/pages/15

    Without the base that moves with the confirmed write this fails: our own edit counts as one of HubSpot's.
    """
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    with world.meanwhile("loanark.sync.outbound._finish", lambda: world.delete(contact_id)):
        world.turn()
    world.deliver_webhooks()
    world.settle()
    world.deliver_webhooks()
    world.settle()
    assert lives_of(world, contact_id) == ["created", "deleted"]
    assert world.hubspot.portal.contacts[int(id)].archived
    world.assert_balanced()


def test_a_row_inserted_and_deleted_before_it_was_sent_leaves_nothing(world: World) -> None:
    """Heroku Connect, merged writes: insert and delete become one write, and the record remains.
    https://devcenter.heroku.com/articles/heroku-connect-rapid-multiple-updates-issues

    Without reading the row as it is now (a deleted row taken for a live one) this fails.
    """
    soft, hard = world.insert(firstname="Ann"), world.insert(firstname="Bob")
    world.delete(soft)
    world.sql("DELETE FROM contacts WHERE id = %s", hard)
    world.settle()
    assert len(world.hubspot) == 0
    assert world.live() == []
    assert world.hubspot.writes() == []
    world.assert_balanced()


def test_a_row_deleted_while_it_is_being_made_does_not_remain(world: World) -> None:
    """Heroku Connect, merged writes: the insert is on its way when the row goes, and the record comes back.
    https://devcenter.heroku.com/articles/heroku-connect-rapid-multiple-updates-issues

    Without the base of an unfinished create (what we made is what both agreed on) this fails.
    """
    contact_id = world.insert(firstname="Ann")
    with world.killed_at("loanark.sync.outbound._finish"):
        world.turn()
    assert len(world.hubspot) == 1
    world.delete(contact_id)
    world.deliver_webhooks()
    world.settle()
    assert len(world.hubspot) == 0
    assert lives_of(world, contact_id) == ["created", "deleted"]
    world.assert_balanced()


def test_contacts_deleted_on_both_sides_are_not_brought_back(world: World) -> None:
    """CiviCRM's Mailchimp extension: contacts in the trash were synchronised again, and reappeared.
    https://github.com/veda-consulting-company/uk.co.vedaconsulting.mailchimp/issues/140

    Without "deleted on both sides is over" this fails.
    """
    id, contact_id = world.pair()
    world.delete(contact_id)
    world.hubspot.archive(id)
    world.settle()
    world.sweep()
    world.deliver_webhooks()
    world.settle()
    assert (len(world.hubspot), world.live()) == (0, [])
    assert lives_of(world, contact_id) == ["created", "deleted"]
    world.assert_balanced()


def test_an_archived_contact_is_noticed_although_no_search_shows_it(world: World) -> None:
    """Airbyte: archiving does not touch the time of change, and search leaves archived records out.
    https://github.com/airbytehq/airbyte/issues/19838 https://github.com/airbytehq/airbyte/issues/35017

    Without reading the archived listing this fails.
    """
    id, contact_id = world.pair()
    world.hubspot.simulator.webhooks.settings.drop_next = 1000
    world.hubspot.archive(id)
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None
    world.assert_balanced()


def test_a_contact_with_an_unreadable_value_can_be_deleted(world: World) -> None:
    """A row that comes back at every deletion: no public report found.

    What nobody could read since both sides last met is no edit: only one made afterwards outlives the deletion.
    """
    id, contact_id = world.pair()
    world.hubspot.force(id, loanark_loan_amount="about 200k")
    world.settle()
    world.delete(contact_id)
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None
    assert world.hubspot.portal.contacts[int(id)].archived


def test_a_contact_with_a_refused_value_can_be_deleted_in_hubspot(world: World) -> None:
    """A contact that is made again at every deletion: no public report found.

    A refused value that was told before the deletion is no edit since: it must not make the contact again each time.
    """
    id, contact_id = world.pair(client_type_vip_status="VIP")
    world.sql("UPDATE contacts SET client_type_vip_status = 'Platinum' WHERE id = %s", contact_id)
    world.settle()
    world.hubspot.archive(id)
    world.settle()
    assert len(world.hubspot) == 0
    assert world.local(contact_id)["deleted_at"] is not None


def test_a_person_erased_for_privacy_in_hubspot_is_in_loanark_no_more(world: World) -> None:
    """Mautic: what is deleted in HubSpot stays in Mautic, "issues with GDPR" included.
    https://github.com/mautic/mautic/issues/9430

    Without erasing the values (an ordinary deletion, which keeps them to be restored) this fails.
    """
    id, contact_id = world.pair(city="Secretville", phone="208-555-0199")
    world.edit(contact_id, company="Secret Works")
    world.settle()
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.deliver_webhooks()
    world.settle()
    world.sweep()
    world.settle()
    assert world.live() == []
    tables = (
        "contacts",
        "contact_changes",
        "contact_links",
        "contact_conflicts",
        "contact_rejections",
        "hints",
        "intents",
    )
    kept = [table for table in tables for row in world.rows(f"SELECT * FROM {table}") if "Secret" in str(row)]
    assert kept == []
    world.assert_at_rest()


# Failed fetches


@pytest.mark.parametrize("trouble", ["error", "reset", "truncated", "garbled", "page"])
def test_a_failed_fetch_is_no_deletion(world: World, trouble: str) -> None:
    """Nango: to find deletions, records were cleared before a sync that then failed.
    https://github.com/NangoHQ/nango/issues/1132

    Without "a failed read is never evidence" (what could not be read taken for gone) this fails.
    """
    ids = [world.pair(email=f"p{number}@example.com")[1] for number in range(3)]
    for path in ("/contacts", "/batch/read"):
        world.hubspot.user("POST", "faults", path=path, kind=trouble, count=40)
        world.sql("INSERT INTO hints (side, record_id, source, lane) SELECT 'hubspot', hubspot_id, 'test', 1 "
                  "FROM contact_links ON CONFLICT DO NOTHING")  # fmt: skip
        world.poll_is_due()
        for _ in range(4):
            world.time_passes()
            world.turn()
        world.hubspot.user("DELETE", "faults")
    assert {row["id"] for row in world.live()} == set(ids)
    world.settle()
    world.sweep()
    assert {row["id"] for row in world.live()} == set(ids)
    world.assert_balanced()


def test_a_listing_that_is_empty_for_once_deletes_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nango: records were deleted before the sync had ended well.
    https://github.com/NangoHQ/nango/pull/1133

    Without asking for each absent id singly (absence taken for deletion) this fails.
    """
    from loanark.hubspot.contacts import Contacts
    from loanark.hubspot.models import Page

    kept = {world.pair(email=f"p{number}@example.com")[1] for number in range(3)}
    listed = Contacts.list_contacts

    def empty(self: Contacts, *args: object, **options: object) -> Page:
        page = listed(self, *args, **options)  # type: ignore[arg-type]
        return Page([], None, page.read_at)

    with monkeypatch.context() as patch:
        patch.setattr(Contacts, "list_contacts", empty)
        world.sweep()
    assert {row["id"] for row in world.live()} == kept
    assert world.run("sweep")["status"] in ("succeeded", "partial")
    world.assert_balanced()


# Made twice


@pytest.mark.parametrize("kind", ["timeout", "reset", "truncated"])
def test_a_create_whose_success_was_not_reported_makes_nobody_twice(world: World, kind: str) -> None:
    """Code.org to Pardot: the insert worked and the answer never came; sending it again would make duplicates.
    https://github.com/code-dot-org/code-dot-org/pull/13918

    Without the upsert by `loanark_id` (each attempt under a key of its own) this fails.
    """
    made = [world.insert(firstname="Ann", lastname=str(number)) for number in range(3)]
    world.hubspot.user("POST", "faults", path="/batch/upsert", kind=kind, when="after", count=8)
    for _ in range(3):
        world.time_passes()
        world.turn()
    world.hubspot.user("DELETE", "faults")
    world.settle()
    assert len(world.hubspot) == len(world.live()) == 3
    assert len({world.hubspot_id(contact_id) for contact_id in made}) == 3
    world.assert_balanced()


def test_a_new_contact_read_back_before_it_is_linked_is_not_made_in_loanark_again(world: World) -> None:
    """Heroku Connect: the reader meets the new record before the writer has noted its id, and makes a second row.
    https://devcenter.heroku.com/articles/heroku-connect-duplicate-record-issues

    Without matching by the id that LoanArk left in HubSpot this fails.
    """
    contact_id = world.insert(firstname="Ann")
    with world.killed_at("loanark.sync.outbound._finish"):
        world.turn()
    world.deliver_webhooks()
    world.sql("DELETE FROM hints WHERE side = 'loanark'")
    world.sql("DELETE FROM intents")
    world.settle()
    assert [row["id"] for row in world.live()] == [contact_id]
    assert len(world.hubspot) == 1
    world.assert_balanced()


def test_two_rows_with_one_email_in_a_batch_hold_nobody_up(world: World) -> None:
    """Joystream: "409: Contact already exists" for the whole batch, when two of its rows have one e-mail.
    https://github.com/Joystream/youtube-synch/pull/355

    Without an outcome for every single row (one refusal counting for all) this fails.
    """
    names = [f"P{number}" for number in range(20)]
    for name in names:
        world.insert(firstname=name, email=f"{name}@example.com")
    twins = {world.insert(firstname="Twin", email=email) for email in ("twin@example.com", "Twin@Example.com")}
    world.settle()
    assert len(world.hubspot) == 21
    assert {world.hubspot[str(id)]["firstname"] for id in world.hubspot.portal.live} == {*names, "Twin"}
    (rejection,) = world.rejections()
    assert rejection["contact_id"] in twins
    assert "already" in rejection["reason"]
    world.edit(rejection["contact_id"], email="other@example.com")
    world.settle()
    assert world.rejections() == []
    assert len(world.hubspot) == 22
    world.assert_balanced()


# E-mails


@pytest.mark.parametrize("side", ["hubspot", "loanark"])
def test_a_changed_email_is_the_same_person(world: World, side: str) -> None:
    """Mautic's HubSpot plugin: the e-mail is the key, and a new e-mail makes a second contact.
    https://github.com/mautic/mautic/issues/4895 https://github.com/mautic/mautic/issues/5712

    Without links by id (contacts found by their e-mail) this fails.
    """
    id, contact_id = world.pair()
    if side == "hubspot":
        world.hubspot.edit(id, email="ann@new.example.com")
    else:
        world.edit(contact_id, email="ann@new.example.com")
    world.deliver_webhooks()
    world.settle()
    assert world.hubspot[id]["email"] == world.local(contact_id)["email"] == "ann@new.example.com"
    assert len(world.live()) == len(world.hubspot) == 1
    world.assert_balanced()


def test_an_old_email_given_to_somebody_new_does_not_mix_the_two(world: World) -> None:
    """Mautic's HubSpot plugin: the old address stays with the old record, and the next who has it becomes that person.
    https://github.com/mautic/mautic/issues/5712

    Without links by id (contacts found by their e-mail) this fails.
    """
    world.hubspot.user("PUT", "settings", rules={"replaced_email_stays": False})
    ann, ann_id = world.pair()
    world.hubspot.edit(ann, email="ann@new.example.com")
    bob = world.hubspot.create(email="ann@example.com", firstname="Bob")
    world.settle()
    assert world.contact(ann)["id"] == ann_id
    assert (world.contact(bob)["firstname"], world.contact(bob)["email"]) == ("Bob", "ann@example.com")
    assert len(world.live()) == 2
    world.assert_balanced()


def test_an_email_that_somebody_had_arrives_when_it_is_free(world: World) -> None:
    """Django to HubSpot at MIT xPRO: an address that moves between two records crashes on the old mapping.
    https://github.com/mitodl/mitxpro/pull/3927

    HubSpot refuses an address that somebody has. It is told, and must be sent once the other has let go of it.
    """
    world.hubspot.user("PUT", "settings", rules={"replaced_email_stays": False})
    (ann, ann_id), (bob, bob_id) = world.pair(), world.pair(email="bob@example.com", firstname="Bob")
    world.edit(bob_id, email="ann@example.com")
    world.settle()
    (rejection,) = world.rejections(bob_id)
    assert (rejection["field"], ann in rejection["reason"]) == ("email", True)
    world.edit(ann_id, email="new@example.com")
    world.settle()
    world.sweep()
    assert (world.hubspot[ann]["email"], world.hubspot[bob]["email"]) == ("new@example.com", "ann@example.com")
    assert world.rejections() == []
    world.assert_balanced()


def test_emails_exchanged_in_one_statement_are_sent_or_told(world: World) -> None:
    """Django to HubSpot at MIT xPRO: an address that moves between two records crashes on the old mapping.
    https://github.com/mitodl/mitxpro/pull/3927

    Without an answer for every single field (the contact refused whole) this fails: their cities do not arrive.
    """
    (ann, ann_id), (bob, bob_id) = world.pair(), world.pair(email="bob@example.com", firstname="Bob")
    world.sql(
        """UPDATE contacts SET city = 'Boise',
               email = CASE firstname WHEN 'Ann' THEN 'bob@example.com' ELSE 'ann@example.com' END"""
    )
    world.settle()
    assert world.hubspot[ann]["city"] == world.hubspot[bob]["city"] == "Boise", "their other fields go on"
    assert {world.local(id)["email"] for id in (ann_id, bob_id)} == {"ann@example.com", "bob@example.com"}
    for id, contact_id in ((ann, ann_id), (bob, bob_id)):
        told = {row["field"] for row in world.rejections(contact_id)}
        assert world.hubspot[id]["email"] == world.local(contact_id)["email"] or told == {"email"}
    assert len(world.live()) == len(world.hubspot) == 2
    world.assert_at_rest()


def test_a_contact_known_by_a_secondary_email_is_the_same_person(world: World) -> None:
    """Apify: the sync did not find a contact by its additional e-mail, and each create of it failed.
    https://github.com/apify/apify-shared-js/pull/260 https://github.com/HubSpot/hubspot-api-nodejs/issues/24

    Without taking a 409 that names an existing contact for a proposal to link (an error to it) this fails.
    """
    first = world.hubspot.create(email="ann@work.example.com", firstname="Ann")
    second = world.hubspot.create(email="ann@home.example.com", firstname="Ann")
    survivor = world.hubspot.merge(first, second)
    contact_id = world.insert(email="ann@home.example.com", firstname="Ann", city="Boise")
    world.settle(polls=False)
    assert len(world.hubspot) == len(world.live()) == 1
    assert world.hubspot_id(contact_id) == survivor
    assert world.hubspot[survivor]["city"] == "Boise"
    addresses = {world.hubspot[survivor]["email"], *world.hubspot[survivor]["hs_additional_emails"].split(";")}
    assert addresses == {"ann@work.example.com", "ann@home.example.com"}, "HubSpot lost no address"
    told = {value for one in world.conflicts(contact_id) for value in (one["hubspot"], one["loanark"])}
    assert {"ann@work.example.com", "ann@home.example.com"} <= told, "nor did we, unseen"
    world.assert_balanced()


def test_a_secondary_email_of_somebody_else_does_not_take_their_contact(world: World) -> None:
    """MIT xPRO: a new user with the additional e-mail of a contact took that contact, and the first user had none.
    https://github.com/mitodl/mitxpro/issues/2660

    Without "a contact that is linked belongs to its link" (the newcomer linked all the same) this fails.
    """
    survivor = world.hubspot.merge(
        world.hubspot.create(email="ann@work.example.com", firstname="Ann"),
        world.hubspot.create(email="ann@home.example.com", firstname="Ann"),
    )
    world.settle()
    ann = world.contact(survivor)["id"]
    newcomer = world.insert(email="ann@home.example.com", firstname="Bob")
    world.settle()
    assert world.contact(survivor)["id"] == ann
    assert world.hubspot[survivor]["firstname"] == "Ann"
    (rejection,) = world.rejections()
    assert (rejection["contact_id"], rejection["code"]) == (newcomer, "duplicate-email")
    world.edit(newcomer, email="bob@example.com")
    world.settle()
    assert world.hubspot[world.hubspot_id(newcomer)]["firstname"] == "Bob"
    world.assert_balanced()


# Merges


@pytest.fixture(params=["merge event only", "no event at all"])
def quiet_merges(world: World, request: pytest.FixtureRequest) -> Callable[[str, str], str]:
    """Merges in HubSpot that are told by one event at most: none says that a property changed."""

    def merge(primary: str, secondary: str) -> str:
        world.hubspot.simulator.webhooks.take_due()
        survivor = world.hubspot.merge(primary, secondary)
        world.hubspot.simulator.webhooks.take_due()
        if request.param == "merge event only":
            event = {
                "portalId": world.hubspot.portal.id,
                "objectId": int(primary),
                "subscriptionType": "contact.merge",
                "primaryObjectId": int(primary),
                "mergedObjectIds": [int(secondary)],
                "newObjectId": int(survivor),
            }
            assert world.post_webhook([event]) == 204
            world.settle(polls=False)
        return survivor

    return merge


def test_a_merge_with_a_new_id_moves_the_link(world: World, quiet_merges: Callable[[str, str], str]) -> None:
    """HubSpot itself: a merge makes a record with a new id; Stitch's tap kept the old ids, Fivetran both contacts, and
    Whalesync deletes both rows, with what only they held, and makes a third.
    https://developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies
    https://github.com/singer-io/tap-hubspot/issues/49 https://github.com/fivetran/dbt_hubspot/issues/46
    https://docs.whalesync.com/previous-connectors/hubspot/merging-records

    Without following merges (the old id taken for deleted, the survivor for new) this fails.
    """
    id, contact_id = world.pair(phone="208-555-0100")
    world.edit(contact_id, loan_number="L-1")  # this account has no property for it
    world.settle()
    stranger = world.hubspot.create(firstname="Annie", city="Boise")
    survivor = quiet_merges(id, stranger)
    world.settle()
    world.sweep()
    assert survivor not in (id, stranger)
    assert world.hubspot_id(contact_id) == survivor
    assert [row["id"] for row in world.live()] == [contact_id], "nobody twice, nobody gone"
    assert lives_of(world, contact_id) == ["created"]
    assert world.local(contact_id)["loan_number"] == "L-1", "what only LoanArk held is still there"
    assert world.local(contact_id)["city"] == "Boise", "what the merge brought is there without any event"
    world.edit(contact_id, company="Acme")
    world.settle()
    assert world.hubspot[survivor]["company"] == "Acme"
    world.assert_balanced()


def test_two_linked_contacts_merged_are_neither_duplicated_nor_dropped(
    world: World, quiet_merges: Callable[[str, str], str]
) -> None:
    """Fivetran's HubSpot models: merged contacts stay as two with one e-mail, and count twice in everything.
    https://github.com/fivetran/dbt_hubspot/issues/46 https://github.com/fivetran/dbt_hubspot/issues/168

    Without following merges (the old id taken for deleted) this fails.
    """
    ann, ann_id = world.pair()
    bob, bob_id = world.pair(email="bob@example.com", firstname="Bob")
    survivor = quiet_merges(ann, bob)
    world.settle()
    world.sweep()
    assert {row["id"] for row in world.live()} == {ann_id, bob_id}, "a person decides, not the sync"
    assert len(world.hubspot) == 1
    (rejection,) = world.rejections()
    assert rejection["code"] == "merged-in-hubspot"
    assert {rejection["contact_id"], world.contact(survivor)["id"]} == {ann_id, bob_id}
    world.assert_at_rest()
