"""Own contacts only: to a loan officer the contacts of others are not there, whatever they ask, and by whatever way."""

import re
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from doors import TENANTS
from organisations import CONNECTED, Browser, Organisation, fenced_tables, make_organisation, signed_in
from psycopg import sql as compose
from psycopg.errors import InsufficientPrivilege

from loanark.kit import sql
from loanark.tenants.access import OWN_CONTACTS_ROLE
from loanark.tenants.models import Role, User

#: Found nowhere in what the officer is shown.
SECRET = "Xanthippe"


@dataclass
class Branch:
    """An organisation in which a loan officer sees their own contacts only: one of two, each with one of everything."""

    organisation: Organisation
    officer: Browser
    email: str
    mine: str
    others: str
    ids: dict[str, dict[str, str]]

    def get(self, path: str, **query: Any) -> Any:
        answer = self.officer.client.get(self.organisation.path(path), query_params=query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.officer.call(method, self.organisation.path(path), body)


def make_branch() -> Branch:
    organisation = make_organisation()
    email = organisation.person(Role.LOAN_OFFICER)
    organisation.insert(
        "connections", tenant_id=organisation.id, hubspot_total=7_654_321, counted_at="now()", **CONNECTED
    )
    mine = organisation.contact(firstname="Mine", email="mine@x.example", owner=f"  {email.upper()} ", state="CA")
    others = organisation.contact(
        firstname=SECRET, email="xanthippe@x.example", owner="bob@x.example", state=SECRET, city=SECRET
    )
    ids = {}
    for contact, name, number in ((mine, "Mine", "1"), (others, SECRET, "2")):
        ids[str(contact)] = _one_of_everything(organisation, contact, name, number)
    assert organisation.call("PATCH", "organisation", {"own_contacts_only": True}).status_code == 200
    return Branch(organisation, signed_in(email), email, str(mine), str(others), ids)


def _one_of_everything(organisation: Organisation, contact: Any, name: str, number: str) -> dict[str, str]:
    run = organisation.scalar(
        """INSERT INTO runs (kind, status, trigger, counts, findings)
           VALUES ('sweep', 'succeeded', 'x', '{}', '{}') RETURNING id"""
    )
    brake = organisation.scalar(
        """INSERT INTO brakes (kind, side, allowed, state) VALUES ('delete', 'hubspot', 20, 'approved')
           RETURNING id"""
    )
    for statement in (
        "INSERT INTO contact_links (contact_id, hubspot_id, base, remote) VALUES (%(c)s, %(n)s, '{}', %(j)s)",
        "INSERT INTO hints (side, record_id, source, lane) VALUES ('hubspot', %(n)s, 'x', 5)",
        "INSERT INTO intents (contact_id, action, properties) VALUES (%(c)s, 'update', %(j)s)",
        "INSERT INTO witnesses (id, contact_id, action, written) VALUES (%(n)s, %(c)s, 'update', %(j)s)",
        "INSERT INTO erasures (contact_id, asked_by, not_before) VALUES (%(c)s, %(w)s, now() + interval '9 days')",
        "INSERT INTO contact_aliases (hubspot_id, survivor_id) VALUES ('9' || %(n)s, %(n)s)",
        "INSERT INTO contact_tombstones (side, record_id, evidence) VALUES ('loanark', %(c)s::text, %(w)s)",
        "INSERT INTO told_deletions (hubspot_id, by) VALUES (%(n)s, 'webhook')",
        "INSERT INTO absences (hubspot_id) VALUES (%(n)s)",
        "INSERT INTO webhook_deliveries (id, events) VALUES (%(n)s, %(j)s)",
        "INSERT INTO webhook_events (event) VALUES (%(w)s)",
        """INSERT INTO hubspot_edits (hubspot_id, property, at, source, ours)
           VALUES (%(n)s, 'city', now(), %(w)s, false)""",
        "INSERT INTO audit_anchors (seq, hash, signature) VALUES (%(n)s::bigint, '', %(w)s)",
        """INSERT INTO hubspot_requests (lane, method, path, ms, attempt, request)
           VALUES ('poll', 'GET', '/x', 1, 1, %(j)s)""",
        "INSERT INTO brake_uses (kind, side, record) VALUES ('delete', 'hubspot', %(w)s)",
        """INSERT INTO planned (run_id, seq, record, contact_id, action, reason, operations, digest)
           VALUES (%(r)s, 1, %(n)s, %(c)s, 'update', %(w)s, '[]', '')""",
        "INSERT INTO duplicate_keys (key, contact_id) VALUES (%(n)s, %(c)s)",
        "INSERT INTO duplicate_waiting (contact_id) VALUES (%(c)s) ON CONFLICT DO NOTHING",
        "INSERT INTO golden_records (contact_id, own, golden, edited) VALUES (%(c)s, %(j)s, %(j)s, '{}')",
        "INSERT INTO duplicate_frequencies (kind, value, count) VALUES ('first', %(w)s, 3)",
        "INSERT INTO duplicate_scans (by, status) VALUES (%(w)s, 'done')",
        """INSERT INTO held_operations (brake_id, kind, side, record, contact_id, name, reason)
           VALUES (%(b)s, 'delete', 'hubspot', %(n)s, %(c)s, %(w)s, 'x')""",
    ):
        with organisation.scope():
            sql.execute(
                statement,
                {"c": contact, "n": number, "w": name, "j": f'{{"firstname": "{name}"}}', "r": run, "b": brake},
            )
    return {
        **_duplicates(organisation, contact, number),
        "contact_id": str(contact),
        "run_id": str(run),
        "group": str(brake),
        "event_id": str(
            organisation.scalar("SELECT max(event_id) FROM contact_changes WHERE contact_id = %s", contact)
        ),
        "change_id": str(organisation.scalar("SELECT max(id) FROM contact_changes WHERE contact_id = %s", contact)),
        "conflict_id": str(
            organisation.scalar(
                """INSERT INTO contact_conflicts (contact_id, field, hubspot, loanark, policy, open)
                   VALUES (%s, 'firstname', 'V', %s, 'ask', true) RETURNING id""",
                contact,
                name,
            )
        ),
        "rejection_id": str(
            organisation.scalar(
                """INSERT INTO contact_rejections (contact_id, field, side, code, value, reason)
                   VALUES (%s, 'email', 'hubspot', 'refused', %s, 'no') RETURNING id""",
                contact,
                name,
            )
        ),
    }


def _duplicates(organisation: Organisation, contact: Any, number: str) -> dict[str, str]:
    """What may be the same person in HubSpot, and what was merged into this contact; their ids."""
    proposal = organisation.scalar(
        """INSERT INTO duplicate_proposals (contact_id, other_hubspot_id, other_values, group_id, posterior, certain,
               kind, parts) VALUES (%s, %s, '{}', 0, 9, false, 'name', '{}') RETURNING id""",
        contact,
        number,
    )
    organisation.execute("UPDATE duplicate_proposals SET group_id = id WHERE id = %s", proposal)
    merge = organisation.scalar(
        """INSERT INTO duplicate_merges (contact_id, other_contact_id, how, by, parts, chosen, hubspot, left_behind)
           VALUES (%s, gen_random_uuid(), 'person', 'x', '{}', '{}', 'none', '[]') RETURNING id""",
        contact,
    )
    scan = organisation.scalar("SELECT max(id) FROM duplicate_scans")
    return {"group_id": str(proposal), "merge_id": str(merge), "scan_id": str(scan)}


@pytest.fixture(scope="module")
def branch(database: str) -> Branch:
    return make_branch()


OTHER_IDS = {
    "view_id": "0",
    "name": "firstname",
    "field": "firstname",
    "version": "1",
    "other": "1",
    "user_id": "0",
    "request_id": "1",
}
TOKEN = "5d7c1f3e-5f0a-4c8e-9a1d-000000000001"
CONTACTS = [
    operation
    for operation in TENANTS
    if {"contact_id", "conflict_id", "rejection_id", "run_id", "group"} & set(re.findall(r"\{(\w+)\}", operation.path))
]


def test_the_list_its_total_and_its_search_are_of_ones_own(branch: Branch) -> None:
    page = branch.get("contacts")
    assert [row["id"] for row in page["items"]] == [branch.mine]
    assert (page["total"], page["total_is_estimate"]) == (1, False)
    assert branch.get("contacts", search="xanth")["total"] == 0
    assert branch.get("contacts", search="x.example")["total"] == 1
    assert branch.get("contacts", sync="conflict")["total"] == 1


def test_filters_count_ones_own_only(branch: Branch) -> None:
    facets = branch.get("contacts/facets")
    assert SECRET not in str(facets)
    for facet in facets:
        assert sum(value["count"] for value in facet["values"]) == 1, facet


def test_the_dashboard_tells_of_ones_own_only(branch: Branch) -> None:
    seen = branch.get("overview")
    text = str(seen)
    assert SECRET not in text
    assert "7654321" not in text and "7,654,321" not in text
    assert seen["balance"] is None and seen["run"] is None
    assert {need["kind"]: need["count"] for need in seen["needs_you"]} == {"conflict": 1, "rejection": 1}
    assert seen["pending"]["hubspot"] == 1
    assert seen["pending"]["loanark"] == 1
    assert sum(hour["loanark"] for hour in seen["activity"]) == 1
    assert [row["id"] for row in seen["recent"]["loanark"]] == [branch.mine]


@pytest.mark.parametrize(
    "operation", [one for one in TENANTS if not one.changes and one.name != "live"], ids=lambda one: one.name
)
def test_nothing_that_is_read_shows_the_contacts_of_others(branch: Branch, operation: Any) -> None:
    ids = {**OTHER_IDS, "token_id": TOKEN, **branch.ids[branch.others]}
    answer = branch.officer.call("GET", operation.address(branch.organisation.slug, ids))
    assert answer.status_code in (200, 403, 404)
    shown = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
    assert SECRET.lower() not in shown.lower()
    assert branch.others not in shown


@pytest.mark.parametrize("operation", CONTACTS, ids=lambda operation: operation.name)
def test_the_contacts_of_others_and_what_is_of_them_are_not_there(branch: Branch, operation: Any) -> None:
    ids = {**OTHER_IDS, **branch.ids[branch.others]}
    before = branch.organisation.rows("SELECT contacts::text FROM contacts ORDER BY id")
    answer = branch.officer.call(operation.method, operation.address(branch.organisation.slug, ids), operation.body)
    assert answer.status_code in ((404,) if not operation.changes else (403, 404)), answer.content
    assert branch.organisation.rows("SELECT contacts::text FROM contacts ORDER BY id") == before


def test_retrying_everything_is_about_ones_own(branch: Branch) -> None:
    assert branch.call("POST", "rejections/retry", {}).json() == {"contacts": 1}


def test_asking_where_a_record_stands_finds_ones_own_only(branch: Branch) -> None:
    for question in (SECRET, "xanthippe@x.example", branch.others, "2"):
        found = branch.get("explain", q=question)
        assert (found["candidates"], found["absent"][0][:22]) == ([], "You see your own conta")
    assert [one["contact_id"] for one in branch.get("explain", q="mine@x.example")["candidates"]] == [branch.mine]


def test_the_session_says_so(branch: Branch) -> None:
    mine = branch.officer.call("GET", "/api/session").json()["organisations"][0]
    assert mine["own_contacts"] is True
    assert branch.organisation.admin.call("GET", "/api/session").json()["organisations"][0]["own_contacts"] is False


def test_ones_own_contacts_are_worked_on_as_ever(database: str) -> None:
    branch = make_branch()
    path, ids = f"contacts/{branch.mine}", branch.ids[branch.mine]
    seen = branch.get(path)
    assert (len(seen["conflicts"]), len(seen["rejections"])) == (1, 1)
    assert branch.get(f"{path}/timeline")["items"]
    assert branch.call("PATCH", path, {"values": {"city": "Reno"}}).status_code == 200
    change = branch.get(f"{path}/timeline")["items"][0]
    assert (change["fields"][0]["after"], change["actor"]) == ("Reno", branch.email)
    assert branch.call("POST", f"{path}/changes/{change['id']}/undo").status_code == 200
    assert branch.call("POST", f"conflicts/{ids['conflict_id']}/resolve", {"winner": "hubspot"}).status_code == 200
    assert branch.call("POST", f"rejections/{ids['rejection_id']}/retry").status_code == 202
    assert branch.call("DELETE", path).status_code == 204
    assert branch.get("contacts", deleted="true")["total"] == 1
    assert branch.call("POST", f"{path}/restore").status_code == 200
    assert branch.call("POST", f"{path}/resync").status_code == 202
    version = branch.organisation.scalar(
        "SELECT version FROM hints WHERE side = 'loanark' AND record_id = %s", branch.mine
    )
    assert version > 3, "each edit left its hint"


def test_a_new_contact_is_ones_own(database: str) -> None:
    branch = make_branch()
    made = branch.call("POST", "contacts", {"values": {"firstname": "Ada"}})
    assert made.status_code == 201
    assert branch.get(f"contacts/{made.json()['id']}")["name"] == "Ada"
    owner = branch.organisation.scalar("SELECT owner FROM contacts WHERE firstname = 'Ada'")
    assert owner == branch.email


def test_where_hubspot_keeps_the_owners_one_becomes_loan_officer_or_owner_by_ones_id(database: str) -> None:
    branch = make_branch()
    branch.organisation.execute(
        "INSERT INTO field_mappings (field, property_name) VALUES ('owner', 'hubspot_owner_id')"
    )
    branch.organisation.execute("UPDATE connections SET properties = %s", OWNER_PROPERTY)
    body = {"values": {"firstname": "Ada"}}
    assert branch.call("POST", "contacts", body).status_code == 201
    row = branch.organisation.rows("SELECT owner, loan_officer FROM contacts WHERE firstname = 'Ada'")[0]
    assert (row["owner"], row["loan_officer"]) == (None, branch.email)
    user_id = User.objects.get(email=branch.email).pk
    branch.organisation.call("PATCH", f"members/{user_id}", {"owner_key": "61044712"})
    made = branch.call("POST", "contacts", body).json()
    assert branch.organisation.scalar("SELECT owner FROM contacts WHERE id = %s", made["id"]) == "61044712"
    assert branch.call("GET", f"contacts/{branch.mine}").status_code == 404, "the key replaces the e-mail address"


OWNER_PROPERTY = """[{"name": "hubspot_owner_id", "label": "Owner", "type": "enumeration", "field_type": "select",
    "options": []}]"""


@pytest.mark.parametrize("owner", ["bob@x.example", None, ""])
def test_a_contact_is_not_given_away_unseen(branch: Branch, owner: str | None) -> None:
    answer = branch.call("PATCH", f"contacts/{branch.mine}", {"values": {"owner": owner}})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "manager" in answer.json()["detail"]
    refused = branch.call("POST", "contacts", {"values": {"firstname": "A", "owner": "bob@x.example"}})
    if refused.status_code == 201:
        assert branch.get(f"contacts/{refused.json()['id']}"), "it is theirs as loan officer"


def test_undoing_what_made_a_contact_ones_own_is_refused_and_breaks_nothing(database: str) -> None:
    branch = make_branch()
    contact = branch.organisation.contact(firstname="Given", owner="bob@x.example")
    branch.organisation.execute("UPDATE contacts SET owner = %s WHERE id = %s", branch.email, contact)
    change = branch.get(f"contacts/{contact}/timeline")["items"][0]
    answer = branch.call("POST", f"contacts/{contact}/changes/{change['id']}/undo")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert branch.get(f"contacts/{contact}")


def test_what_changes_hands_in_hubspot_changes_hands_here(database: str) -> None:
    branch = make_branch()
    branch.organisation.execute("UPDATE contacts SET owner = 'bob@x.example' WHERE id = %s", branch.mine)
    assert branch.call("GET", f"contacts/{branch.mine}").status_code == 404
    branch.organisation.execute("UPDATE contacts SET loan_officer = %s WHERE id = %s", branch.email, branch.others)
    assert branch.call("GET", f"contacts/{branch.others}").status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LOAN_OFFICER])
def test_others_see_everything_as_before(branch: Branch, role: Role) -> None:
    page = branch.organisation.member(role).call("GET", branch.organisation.path("contacts")).json()
    assert page["total"] >= 2


def test_without_the_setting_an_officer_sees_everything(database: str) -> None:
    branch = make_branch()
    branch.organisation.call("PATCH", "organisation", {"own_contacts_only": False})
    assert branch.get("contacts")["total"] == 2


# ── The database alone ───────────────────────────────────────────────────────────────────────────────────────────────


def as_own(branch: Branch, url: str, own: str | None) -> psycopg.Connection[Any]:
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(f"SET ROLE {OWN_CONTACTS_ROLE}")
    connection.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(branch.organisation.id)])
    if own is not None:
        connection.execute("SELECT set_config('loanark.own_contacts', %s, false)", [own])
    return connection


#: Tables of an organisation that hold nothing of a contact.
OF_NO_CONTACT = {
    "api_token_uses", "api_tokens", "company_sign_in", "connections", "custom_fields", "field_mappings",
    "duplicate_settings", "invitations", "leases", "mapping_versions", "memberships", "poll_states", "request_buckets",
    "request_usage", "saved_views", "sign_in_rules", "sync_settings", "travels",
}  # fmt: skip


def test_postgresql_shows_rows_of_ones_own_contacts_only(branch: Branch, database: str) -> None:
    """Every table of the catalogue, so that a new one is narrowed or named above."""
    with as_own(branch, database, branch.email) as connection:
        for table in fenced_tables(connection):
            if table in OF_NO_CONTACT:
                continue
            seen = connection.execute(
                compose.SQL("SELECT t::text FROM {} t").format(compose.Identifier(table))
            ).fetchall()
            everything = branch.organisation.scalar(f"SELECT count(*) FROM {table}")
            assert everything > 0, f"{table}: nothing to hide"
            assert len(seen) < everything, table
            for (row,) in seen:
                assert SECRET not in row and branch.others not in row, table


@pytest.mark.parametrize("own", [None, "", "nobody@x.example", "%", "' OR true --"])
def test_without_a_key_or_with_a_strange_one_there_is_nothing(branch: Branch, database: str, own: str | None) -> None:
    with as_own(branch, database, own) as connection:
        assert connection.execute("SELECT count(*) FROM contacts").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM contact_changes").fetchone() == (0,)


def test_sql_cannot_take_or_give_contacts_either(branch: Branch, database: str) -> None:
    with as_own(branch, database, branch.email) as connection:
        stolen = "UPDATE contacts SET owner = %s WHERE id = %s"
        assert connection.execute(stolen, [branch.email, branch.others]).rowcount == 0
        assert connection.execute("DELETE FROM contacts WHERE id = %s", [branch.others]).rowcount == 0
        with pytest.raises(InsufficientPrivilege):
            connection.execute("UPDATE contacts SET owner = 'bob' WHERE id = %s", [branch.mine])
        with pytest.raises(InsufficientPrivilege):
            connection.execute("INSERT INTO contacts (firstname, owner) VALUES ('A', 'bob')")


def test_nobody_else_has_these_policies(database: str) -> None:
    """So nobody else is slower: the plans of web and workers do not mention them; nor do those of the owner, from
    PostgreSQL 16 on (before, whoever is a member of a role inherits its policies; a condition lets the owner through).
    """
    with psycopg.connect(database, autocommit=True) as connection:
        for role in ("loanark_app", None)[: 2 if connection.info.server_version >= 160_000 else 1]:
            if role:
                connection.execute(f"SET ROLE {role}")
            plan = connection.execute("EXPLAIN (VERBOSE) SELECT * FROM contacts WHERE email_key = 'x'").fetchall()
            connection.execute("RESET ROLE")
            assert "own_contacts" not in str(plan), role
        connection.execute(f"SET ROLE {OWN_CONTACTS_ROLE}")
        plan = connection.execute("EXPLAIN (VERBOSE) SELECT * FROM contacts WHERE email_key = 'x'").fetchall()
        assert "own_contacts" in str(plan)
