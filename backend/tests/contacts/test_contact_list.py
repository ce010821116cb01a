"""The list of contacts over HTTP: pages, search, filters, facets."""

import itertools
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from organisations import CONNECTED, Organisation, make_organisation

from loanark.contacts import filtering

SORTS = ["-updated_at", "updated_at", "-created_at", "created_at", "lastname", "-lastname"]
PEOPLE = [
    # e-mail, first name, last name, company, phone, state, VIP status
    ("ada@lovelace.example.com", "Ada", "Lovelace", "Analytical Engines", "(702) 555-0101", "NV", "Tier 1"),
    ("al.turing@bletchley.example.com", "Alan", "Turing", "Bletchley Park", "+1 702-555-0102", "CA", "Tier 1"),
    ("grace@hopper.example.com", "Grace", "Hopper", "US Navy", "7025550103", "NV", "Tier 2"),
    ("100%@discount.example.com", "Percy", "Cent", "100% Loans", None, "AZ", None),
    ("under_score@x.example.com", "Uma", "Under_Score", "Snake_Case Inc", None, None, None),
    ("underXscore@x.example.com", "Una", "Underscore", None, None, None, ""),
    (None, "Zoë", "Ångström", "Łódź Lending", None, "CA", "Tier 2"),
    (None, None, "O'Brien", None, None, None, None),
    ("back\\slash@x.example.com", "Back", "Slash", None, None, "AZ", None),
    (None, "Nameless", None, None, None, None, None),
]


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    """Ten people: linked and not, in conflict, refused, waiting, deleted; from both sides."""
    made = make_organisation()
    made.insert("connections", tenant_id=made.id, **CONNECTED)
    columns = ("email", "firstname", "lastname", "company", "phone", "state", "client_type_vip_status")
    ids = [
        made.contact(**dict(zip(columns, person, strict=True)), created_side=("hubspot", "loanark")[number % 2])
        for number, person in enumerate(PEOPLE)
    ]
    made.execute("DELETE FROM hints")
    for number, contact in enumerate(ids[:7]):
        made.insert(
            "contact_links", contact_id=contact, hubspot_id=str(100 + number), base="{}", remote="{}", local_version=1
        )
    made.insert("contact_conflicts", contact_id=ids[0], field="city", policy="ask", open=True)
    made.insert("contact_rejections", contact_id=ids[1], field="phone", side="hubspot", code="refused", reason="No.")
    made.insert("hints", side="hubspot", record_id="102", source="webhook", lane=1)
    made.insert("hints", side="loanark", record_id=str(ids[3]), source="edit", lane=2)
    made.execute("UPDATE contact_links SET local_version = 0 WHERE contact_id = %s", ids[4])
    made.execute("SELECT set_config('loanark.origin', 'sync', true)")
    gone = made.contact(firstname="Gone", lastname="Away")
    made.execute("UPDATE contacts SET deleted_at = now() WHERE id = %s", gone)
    made.execute("DELETE FROM hints WHERE record_id = %s", str(gone))
    made.execute("DELETE FROM hints WHERE side = 'loanark' AND record_id <> %s", str(ids[3]))
    return made


def names(page: Any) -> set[str]:
    return {row["firstname"] or row["lastname"] for row in page["items"]}


def walk(lender: Organisation, *, limit: int, **query: Any) -> list[str]:
    """The ids of all pages, in order."""
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = lender.get("contacts", limit=limit, **query, **cursor)
        assert len(page["items"]) <= limit
        seen += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            return seen
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 3, 10])
def test_pages_visit_each_contact_once(lender: Organisation, sort: str, limit: int) -> None:
    whole = [row["id"] for row in lender.get("contacts", limit=200, sort=sort)["items"]]
    assert walk(lender, limit=limit, sort=sort) == whole
    assert len(set(whole)) == len(PEOPLE)


@pytest.mark.parametrize("sort", SORTS)
def test_pages_visit_each_contact_once_while_others_write(database: str, sort: str) -> None:
    lender = make_organisation()
    there = {str(lender.contact(lastname=f"Name {n % 4}", firstname=str(n))) for n in range(12)}
    lender.execute("UPDATE contacts SET created_at = date_trunc('hour', now())")  # ties, broken by the id
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for number in itertools.count():
        page = lender.get("contacts", limit=3, sort=sort, **cursor)
        seen += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None or number > 20:
            break
        lender.contact(lastname=f"Name {number % 4}", firstname="new", created_side="loanark")
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == len(set(seen)), "nobody twice"
    assert there <= set(seen), "nobody left out"


def test_names_are_sorted_without_regard_to_case(lender: Organisation) -> None:
    rows = lender.get("contacts", sort="lastname")["items"]
    keys = [(row["lastname"] or "").lower() for row in rows]
    assert keys == lender_sorted(lender, keys)
    assert [row["id"] for row in lender.get("contacts", sort="-lastname")["items"]] == [row["id"] for row in rows][::-1]


def lender_sorted(lender: Organisation, keys: list[str]) -> list[str]:
    return [row["k"] for row in lender.rows('SELECT k FROM unnest(%s::text[]) AS k ORDER BY k COLLATE "C"', keys)]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", None),
        ("   ", None),
        ("a", {"Ada", "Alan"}),  # the beginning of an e-mail or last name
        ("lo", {"Ada"}),
        ("LO", {"Ada"}),
        ("gra", {"Grace"}),
        ("ovela", {"Ada"}),
        ("LOVELACE", {"Ada"}),
        ("ada lovelace", {"Ada"}),
        ("lovelace ada", {"Ada"}),
        ("ada turing", set()),
        ("zoë", {"Zoë"}),
        ("ÅNG", {"Zoë"}),
        ("łódź", {"Zoë"}),
        ("555-01", {"Ada", "Alan"}),
        ("o'b", {"O'Brien"}),
        ("100%", {"Percy"}),
        ("%", set()),
        ("_", set()),
        ("%%%", set()),
        ("___", set()),
        ("0%", set()),
        ("er_s", {"Uma"}),
        ("snake_case", {"Uma"}),
        ("back\\s", {"Back"}),
        ("\\", set()),
        ("\\\\\\", set()),
        ("'; DROP TABLE contacts; --", set()),
    ],
)
@pytest.mark.parametrize("most", [filtering.MOST_FOUND, 0], ids=["looked up", "walked"])
def test_search(
    monkeypatch: pytest.MonkeyPatch, lender: Organisation, search: str, found: set[str] | None, most: int
) -> None:
    """The same is found where words are rare and looked up, and where they are so frequent that the list is walked."""
    monkeypatch.setattr(filtering, "MOST_FOUND", most)
    page = lender.get("contacts", search=search)
    assert names(page) == (found if found is not None else {person[1] or person[2] for person in PEOPLE})
    assert page["total"] == len(page["items"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sync=conflict", {"Ada"}),
        ("sync=failing", {"Alan"}),
        ("sync=pending", {"Grace", "Percy", "Uma"}),
        ("sync=not_linked", {"O'Brien", "Back", "Nameless"}),
        ("sync=in_sync", {"Una", "Zoë"}),
        ("sync=conflict&sync=failing", {"Ada", "Alan"}),
        ("state=NV", {"Ada", "Grace"}),
        ("state=NV&state=CA", {"Ada", "Grace", "Alan", "Zoë"}),
        ("state=", {"Uma", "Una", "O'Brien", "Nameless"}),
        ("client_type_vip_status=Tier%201&state=NV", {"Ada"}),
        ("client_type_vip_status=", {"Percy", "Uma", "Una", "O'Brien", "Back", "Nameless"}),
        ("email_verification_status=valid", set()),
        ("client_type_prospects=x", set()),
        ("created_side=hubspot&state=NV", {"Ada", "Grace"}),
        ("created_side=loanark&state=NV", set()),
        ("deleted=true", {"Gone"}),
        ("deleted=true&sync=deleted", {"Gone"}),
        ("sync=deleted", set()),
        ("search=love&sync=conflict&state=NV&created_side=hubspot", {"Ada"}),
    ],
)
def test_filters(lender: Organisation, query: str, found: set[str]) -> None:
    answer = lender.call("GET", f"contacts?{query}")
    assert names(answer.json()) == found
    assert answer.json()["total"] == len(found)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=NV",
        "state=NV&state=CA",
        "search=under",
        "sync=in_sync&sync=failing",
        "created_side=hubspot",
        "deleted=true",
    ],
)
def test_each_facet_counts_what_choosing_its_value_would_show(lender: Organisation, query: str) -> None:
    """A facet's count is the total of the list with that value chosen instead of the facet's present choice."""
    for facet in lender.call("GET", f"contacts/facets?{query}").json():
        others = "&".join(part for part in query.split("&") if part and not part.startswith(facet["name"] + "="))
        values = facet["values"]
        for value in values:
            chosen = f"{others}&{facet['name']}={quote(value['value'])}"
            assert lender.call("GET", f"contacts?{chosen}").json()["total"] == value["count"], (facet["name"], value)
        assert sum(value["count"] for value in values) == lender.call("GET", f"contacts?{others}").json()["total"]


def test_facets_say_what_a_person_reads(lender: Organisation) -> None:
    facets = {facet["name"]: facet for facet in lender.call("GET", "contacts/facets").json()}
    assert facets["sync"]["label"] == "Sync"
    assert {value["value"]: value["label"] for value in facets["created_side"]["values"]} == {
        "hubspot": "HubSpot",
        "loanark": "LoanArk",
    }
    assert ("", "(blank)") in {(value["value"], value["label"]) for value in facets["state"]["values"]}


def test_badges_say_why(lender: Organisation) -> None:
    badges = {row["firstname"]: row["sync"] for row in lender.get("contacts")["items"]}
    assert badges["Alan"] == {"state": "failing", "reason": "No."}
    assert badges["Ada"]["reason"] == "Both sides changed a field; a person decides."
    assert badges["Nameless"]["reason"] == "Not in HubSpot yet."
    assert badges["Zoë"] == {"state": "in_sync", "reason": None}


def queries_of(lender: Organisation, path: str) -> int:
    lender.call("GET", path)
    assert lender.call("GET", path).status_code == 200  # once a minute a request notes where the session is used
    with CaptureQueriesContext(connection) as captured:
        assert lender.call("GET", path).status_code == 200
    return len(captured)


#: Who is it (session, person), may they (settings, membership, settings, second factor), around it BEGIN and COMMIT.
DOOR = 8


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("contacts", 3),
        ("contacts?search=love", 4),
        ("contacts/facets", 8),
        ("conflicts", 7),
        ("rejections", 2),
        ("runs", 1),
    ],
)
def test_the_number_of_queries_of_a_list_is_fixed(lender: Organisation, path: str, queries: int) -> None:
    first = queries_of(lender, path)
    assert first <= DOOR + queries
    with lender.scope(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO contacts (firstname, created_side) SELECT 'More', 'loanark' FROM generate_series(1, 5);
               INSERT INTO contact_conflicts (contact_id, field, policy, open)
               SELECT id, 'zip', 'ask', true FROM contacts WHERE firstname = 'More';
               INSERT INTO contact_rejections (contact_id, field, side, code, reason)
               SELECT id, 'zip', 'hubspot', 'refused', 'No.' FROM contacts WHERE firstname = 'More';
               INSERT INTO runs (kind, status, trigger, counts, findings)
               SELECT 'preview', 'cancelled', 'x', '{}', '{}' FROM generate_series(1, 5)"""
        )
    try:
        assert queries_of(lender, path) == first, "five rows more, no query more"
    finally:
        with lender.scope(), connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM contact_conflicts WHERE field = 'zip';
                   DELETE FROM contact_rejections WHERE field = 'zip';
                   DELETE FROM contacts WHERE firstname = 'More'; DELETE FROM hints WHERE source = 'edit' AND NOT EXISTS
                   (SELECT FROM contacts WHERE id::text = record_id); DELETE FROM runs"""
            )
