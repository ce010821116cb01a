"""The first lock: every operation of the API, tried by those it is not for. New operations are walked by themselves."""

import re

import pytest
from doors import EVERY, ROWS, TENANTS, Operation, Victim, make_victim
from organisations import Browser, make_organisation, signed_in

from loanark.tenants.models import Role, User
from loanark.web.api import api

#: What each role may not do; whatever changes something is forbidden to auditors.
FOR_MANAGERS = {
    "start_run", "approve_run", "cancel_run", "approve_held", "reject_held", "pause_sync", "resume_sync",
    "undo_run", "undo_changes", "merge_duplicates", "merge_many_duplicates", "reject_duplicates", "reopen_duplicates",
    "undo_merge", "merge_in_hubspot", "start_duplicate_scan", "cancel_duplicate_scan",
}  # fmt: skip
FOR_ADMINISTRATORS = {
    "erase_contact", "authorize", "connect_static", "check", "disconnect", "change_sync_settings",
    "define_field", "change_field", "archive_field", "change_duplicate_settings",
}  # fmt: skip

#: The mapping is changed by administrators only.
FOR_ADMINISTRATORS |= {
    "put_mapping",
    "map_field",
    "change_mapped_field",
    "unmap_field",
    "restore_mapping_version",
    "import_mapping",
    "preview_mapping",
    "sample_mapping",
    "refresh_mapping",
    "create_properties",
}

#: So are the organisation and its members.
FOR_ADMINISTRATORS |= {"change_organisation", "change_member", "remove_member", "let_support_in"}

FOR_ADMINISTRATORS |= {"set_audit_retention"}

#: Administrators and auditors only, reading included.
FOR_AUDITORS = {
    "list_audit_events", "list_audit_changes", "list_audit_facets", "get_audit_state", "verify_audit", "export_audit",
    "get_audit_retention",
}  # fmt: skip

#: Everybody's but loan officers', reading included.
NOT_FOR_OFFICERS = {"list_requests", "get_request", "get_answer_times"}

#: What everybody may change: what is their own. And what only reads, though it asks with a body.
FOR_EVERYBODY = {"leave_organisation", "make_token", "revoke_token", "make_view", "change_view", "delete_view"}
FOR_EVERYBODY |= {"export_chosen_contacts", "preview_merge"}


FOR_ADMINISTRATORS |= {"invite", "resend_invitation", "revoke_invitation", "change_sign_in_rules"}
FOR_ADMINISTRATORS |= {"set_company_sign_in", "remove_company_sign_in"}

#: Open to anybody: whoever holds the secret in the address, or wants to sign in.
FOR_ANYBODY = {"get_invitation", "accept_invitation", "begin_company_sign_in"}


named = pytest.mark.parametrize("operation", TENANTS, ids=lambda operation: operation.name)


@pytest.fixture(scope="module")
def victim(database: str) -> Victim:
    return make_victim()


@pytest.fixture(scope="module")
def outsider(database: str) -> Browser:
    return make_organisation().admin


@pytest.fixture(scope="module")
def anonymous(database: str) -> Browser:
    return Browser()


def test_the_walk_knows_an_id_for_every_parameter(victim: Victim) -> None:
    parameters = {name for operation in EVERY for name in re.findall(r"\{(\w+)\}", operation.path)}
    assert parameters - set(victim.ids) == {"tenant"}


@named
def test_an_outsider_gets_404_and_changes_nothing(victim: Victim, outsider: Browser, operation: Operation) -> None:
    before = victim.everything()
    answer = victim.try_(operation, outsider)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "vera" not in answer.content.decode().lower()
    assert victim.everything() == before


@pytest.mark.parametrize("operation", ROWS, ids=lambda operation: operation.name)
def test_ids_of_others_lead_nowhere_in_ones_own_organisation(victim: Victim, operation: Operation) -> None:
    """The address of one's own organisation with the id of somebody else's row."""
    own = make_organisation()
    before = victim.everything()
    answer = own.admin.call(operation.method, operation.address(own.slug, victim.ids), operation.body)
    assert answer.status_code == 404
    assert victim.everything() == before


@named
def test_an_organisation_that_does_not_exist_looks_like_one_of_others(
    victim: Victim, outsider: Browser, operation: Operation
) -> None:
    there = victim.try_(operation, outsider)
    nowhere = outsider.call(operation.method, operation.address("no-such-lender", victim.ids), operation.body)
    assert (nowhere.status_code, nowhere.json()) == (there.status_code, there.json())


@pytest.mark.parametrize(
    "operation", [op for op in EVERY if op.name not in FOR_ANYBODY], ids=lambda operation: operation.name
)
def test_without_signing_in_there_is_only_401(victim: Victim, anonymous: Browser, operation: Operation) -> None:
    before = victim.everything()
    answer = victim.try_(operation, anonymous)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
    assert victim.everything() == before


@pytest.fixture(scope="module")
def members(victim: Victim) -> dict[Role, Browser]:
    return {role: victim.organisation.member(role) for role in Role}


def _forbidden(operation: Operation) -> set[Role]:
    if operation.name in FOR_AUDITORS:
        return {Role.LOAN_OFFICER, Role.SALES_MANAGER}
    if operation.name in NOT_FOR_OFFICERS:
        return {Role.LOAN_OFFICER}
    if not operation.changes or operation.name in FOR_EVERYBODY:
        return set()
    roles = {Role.AUDITOR}
    if operation.name in FOR_MANAGERS | FOR_ADMINISTRATORS:
        roles.add(Role.LOAN_OFFICER)
    if operation.name in FOR_ADMINISTRATORS:
        roles.add(Role.SALES_MANAGER)
    return roles


@named
def test_a_role_cannot_do_what_is_not_its_business(
    victim: Victim, members: dict[Role, Browser], operation: Operation
) -> None:
    before = victim.everything()
    for role in _forbidden(operation):
        answer = victim.try_(operation, members[role])
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), role
        assert "takes the role" in answer.json()["detail"]
    assert victim.everything() == before


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("operation", [op for op in TENANTS if not op.changes], ids=lambda operation: operation.name)
def test_every_role_reads(victim: Victim, members: dict[Role, Browser], operation: Operation, role: Role) -> None:
    """What asks HubSpot gets as far as the missing token. The audit log is not for every role."""
    if role in _forbidden(operation):
        return
    answer = victim.try_(operation, members[role])
    assert answer.status_code == 200 or answer.json()["code"] == "not-connected"


def test_a_loan_officer_edits_contacts_and_a_sales_manager_runs_the_sync(
    victim: Victim, members: dict[Role, Browser]
) -> None:
    contact = victim.organisation.path(f"contacts/{victim.ids['contact_id']}")
    edited = members[Role.LOAN_OFFICER].call("PATCH", contact, {"values": {"city": "Reno"}})
    assert edited.status_code == 200
    started = members[Role.SALES_MANAGER].call("POST", victim.organisation.path("runs"), {"kind": "preview"})
    assert started.status_code == 201
    run = victim.organisation.path(f"runs/{started.json()['id']}/cancel")
    assert members[Role.SALES_MANAGER].call("POST", run).json()["status"] == "cancelled"


def test_a_person_of_two_organisations_has_a_role_in_each(database: str) -> None:
    one, other = make_organisation(), make_organisation()
    email = one.person(Role.AUDITOR)
    user = User.objects.get(email=email)
    other.execute("INSERT INTO memberships (user_id, role, created_at) VALUES (%s, 'loan_officer', now())", user.pk)
    browser = signed_in(email)
    mine = browser.call("GET", "/api/session").json()["organisations"]
    assert {row["slug"]: row["role"] for row in mine} == {one.slug: "auditor", other.slug: "loan_officer"}
    body = {"values": {"firstname": "Ada"}}
    assert browser.call("POST", one.path("contacts"), body).status_code == 403
    assert browser.call("POST", other.path("contacts"), body).status_code == 201


def test_a_member_who_left_is_an_outsider_at_once(database: str) -> None:
    organisation = make_organisation()
    member = organisation.member(Role.SALES_MANAGER)
    assert member.call("GET", organisation.path("contacts")).status_code == 200
    organisation.execute("DELETE FROM memberships WHERE role = 'sales_manager'")
    assert member.call("GET", organisation.path("contacts")).status_code == 404
    assert member.call("GET", "/api/session").json()["organisations"] == []


def test_no_route_of_the_api_is_missing_from_its_document() -> None:
    """What the document leaves out would not be walked."""
    routed = [
        operation
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    ]
    assert len(routed) == len(EVERY)
    assert all(operation.include_in_schema for operation in routed)
