"""Fields that an organisation defines: their definitions, and their values by API, by SQL, in history and export."""

import secrets
from typing import Any

import orjson
import psycopg
import pytest
from click.testing import CliRunner
from django.conf import settings
from organisations import CONNECTED, Organisation, make_organisation
from psycopg.errors import CheckViolation, InsufficientPrivilege

from loanark.cli import main
from loanark.connections import definitions
from loanark.connections.fields import catalogue
from loanark.contacts import exports, queries
from loanark.contacts.schemas import ContactFilters, MatchingContacts
from loanark.core.fields import BY_NAME, NAMES
from loanark.core.values import Kind
from loanark.tenants.models import Role


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    """With a field of every kind."""
    made = make_organisation()
    define(made, "fico", label="FICO score", kind="decimal")
    define(made, "nickname", label="Nickname")
    define(made, "work_email", label="E-mail at work", kind="email")
    define(made, "pager", kind="phone")
    define(made, "veteran", label="Veteran", kind="boolean")
    define(made, "review_date", label="Next review", kind="date")
    define(made, "last_call", label="Last call", kind="instant")
    define(made, "tier", label="Tier", kind="enum", options=[{"value": "gold", "label": "Gold"}, {"value": "tin"}])
    define(made, "hobbies", label="Hobbies", kind="enum_set", options=[{"value": "golf"}, {"value": "chess"}])
    return made


def define(lender: Organisation, name: str, **more: Any) -> Any:
    answer = lender.call("POST", "fields", {"name": name, **more})
    assert answer.status_code == 201, answer.content
    return answer.json()


def create(lender: Organisation, **values: Any) -> Any:
    answer = lender.call("POST", "contacts", {"values": {"firstname": "Ada", **values}})
    assert answer.status_code == 201, answer.content
    return answer.json()


def edit(lender: Organisation, contact: Any, **values: Any) -> Any:
    return lender.call("PATCH", f"contacts/{contact['id']}", {"values": values})


def custom_of(contact: Any) -> dict[str, str]:
    return {row["name"]: row["loanark"] for row in contact["fields"] if row["custom"] and row["loanark"] is not None}


def field_of(contact: Any, name: str) -> Any:
    return next(row for row in contact["fields"] if row["name"] == name)


def plain_sql(lender: Organisation, statement: str, *params: Any) -> int:
    """Another program, which knows nothing of causes."""
    options = f"-c loanark.tenant_id={lender.id} -c role=loanark_app"
    with psycopg.connect(settings.CONFIG.database_url, options=options, application_name="import.py") as connection:
        return connection.execute(statement, params).rowcount


def write(lender: Organisation, contact: Any, custom: str) -> int:
    return plain_sql(lender, "UPDATE contacts SET custom = custom || %s::jsonb WHERE id = %s", custom, contact["id"])


# Definitions


def test_the_list_shows_loanarks_fields_then_the_organisations(lender: Organisation) -> None:
    fields = lender.get("fields")
    assert [field["name"] for field in fields][: len(NAMES)] == list(NAMES)
    own = [field for field in fields if field["custom"]]
    assert [field["name"] for field in own][:3] == ["fico", "nickname", "work_email"]
    assert {field["kind"] for field in own} == {kind.value for kind in Kind}
    assert (own[0]["label"], own[0]["group"], own[0]["archived_at"]) == ("FICO score", "Custom", None)
    assert own[0]["created_by"].startswith("admin-")
    assert fields[0]["created_by"] is None


def test_a_field_without_a_label_is_called_by_its_name(lender: Organisation) -> None:
    assert next(field for field in lender.get("fields") if field["name"] == "pager")["label"] == "pager"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"name": "Fico"}, {"name"}),
        ({"name": "fico score"}, {"name"}),
        ({"name": "1st"}, {"name"}),
        ({"name": "x" * 51}, {"name"}),
        ({"name": "fico"}, {"name"}),
        ({"name": "email"}, {"name"}),
        ({"name": "tenant_id"}, {"name"}),
        ({"name": "email_key"}, {"name"}),
        ({"name": "custom"}, {"name"}),
        ({"name": "hubspot_id"}, {"name"}),
        ({"name": "full_name"}, {"name"}),
        ({"name": "ok", "label": "x" * 101}, {"label"}),
        ({"name": "ok", "kind": "enum"}, {"options"}),
        ({"name": "ok", "options": [{"value": "a"}]}, {"options"}),
        ({"name": "ok", "kind": "enum", "options": [{"value": "a"}, {"value": " a"}]}, {"options"}),
        ({"name": "ok", "kind": "enum_set", "options": [{"value": "a;b"}]}, {"options"}),
        ({"name": "ok", "kind": "enum", "options": [{"value": " "}]}, {"options"}),
        ({"name": "ok", "kind": "enum", "options": [{"value": str(n)} for n in range(501)]}, {"options"}),
        ({"name": "No", "label": "x" * 101, "kind": "enum"}, {"name", "label", "options"}),
    ],
)
def test_a_wrong_definition_is_refused_part_by_part(lender: Organisation, body: Any, wrong: set[str]) -> None:
    before = lender.get("fields")
    answer = lender.call("POST", "fields", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.content
    assert set(answer.json()["errors"]) == wrong
    assert lender.get("fields") == before


def test_a_field_is_renamed_and_gets_more_options(lender: Organisation) -> None:
    define(lender, "channel", kind="enum", options=[{"value": "web"}])
    body = {"label": "Came by", "add_options": [{"value": "phone"}, {"value": "web", "label": "The web"}]}
    changed = lender.call("PATCH", "fields/channel", body).json()
    assert changed["label"] == "Came by"
    assert changed["options"] == [{"value": "web", "label": "The web"}, {"value": "phone", "label": "phone"}]
    for wrong in ({"label": " "}, {"add_options": [{"value": "a"}, {"value": "a"}]}, {"add_options": [{"value": ""}]}):
        assert lender.call("PATCH", "fields/channel", wrong).status_code == 422
    assert lender.call("PATCH", "fields/nickname", {"add_options": [{"value": "a"}]}).status_code == 422


@pytest.mark.parametrize("name", ["email", "nowhere"])
def test_only_the_organisations_own_fields_can_be_changed(lender: Organisation, name: str) -> None:
    assert lender.call("PATCH", f"fields/{name}", {"label": "Mine"}).status_code == 404
    assert lender.call("DELETE", f"fields/{name}").status_code == 404


def test_administrators_define_and_everybody_sees(lender: Organisation) -> None:
    for role in Role:
        browser = lender.member(role)
        assert browser.call("GET", lender.path("fields")).status_code == 200
        answer = browser.call("POST", lender.path("fields"), {"name": f"by_{role.value}"})
        assert answer.status_code == (201 if role is Role.ADMINISTRATOR else 403)


def test_there_are_at_most_so_many_and_archived_ones_do_not_count(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions, "MAX_FIELDS", 2)
    define(organisation, "one")
    define(organisation, "two")
    refused = organisation.call("POST", "fields", {"name": "three"})
    assert refused.status_code == 422
    assert "at most 2" in refused.json()["detail"]
    assert organisation.call("DELETE", "fields/one").status_code == 204
    define(organisation, "three")
    assert organisation.call("PATCH", "fields/one", {"archived": False}).status_code == 422


def test_the_database_itself_takes_no_name_of_a_column_and_no_other_kind(lender: Organisation) -> None:
    for statement in (
        "INSERT INTO custom_fields (name, label) VALUES ('email', 'x')",
        "INSERT INTO custom_fields (name, label) VALUES ('Loud', 'x')",
        "INSERT INTO custom_fields (name, label, kind) VALUES ('x', 'x', 'colour')",
        "INSERT INTO custom_fields (name, label, kind) VALUES ('x', 'x', 'enum')",
    ):
        with pytest.raises(CheckViolation):
            plain_sql(lender, statement)
    with pytest.raises(psycopg.errors.RaiseException, match="keeps its name"):
        plain_sql(lender, "UPDATE custom_fields SET kind = 'text' WHERE name = 'fico'")


# Values


VALUES = {
    "fico": ("720.50", "720.50"),
    "nickname": (" Ace ", " Ace "),
    "work_email": ("Ada@Work.example", "Ada@Work.example"),
    "pager": ("(702) 555-0100", "(702) 555-0100"),
    "veteran": ("True", "true"),
    "review_date": ("2026-02-28", "2026-02-28"),
    "last_call": ("2026-02-28T10:00:00+02:00", "2026-02-28T08:00:00.000Z"),
    "tier": ("gold", "gold"),
    "hobbies": ("chess;golf", "chess;golf"),
}


def test_a_contact_is_made_with_custom_values_of_every_kind(lender: Organisation) -> None:
    made = create(lender, **{name: given for name, (given, _) in VALUES.items()})
    assert custom_of(made) == {name: stored for name, (_, stored) in VALUES.items()}
    assert lender.get(f"contacts/{made['id']}") == made
    names = [field["name"] for field in made["fields"]]
    assert names[: len(NAMES)] == list(NAMES)
    tier = field_of(made, "tier")
    assert (tier["label"], tier["kind"], tier["group"], tier["state"]) == ("Tier", "enum", "Custom", "unmapped")
    assert tier["options"] == [{"value": "gold", "label": "Gold"}, {"value": "tin", "label": "tin"}]
    assert not field_of(made, "email")["custom"]


def test_custom_values_are_edited_and_cleared_beside_columns(lender: Organisation) -> None:
    made = create(lender, fico="700", nickname="Ace", city="Reno")
    edited = edit(lender, made, fico="720", nickname=None, city="Boise").json()
    assert custom_of(edited) == {"fico": "720"}
    assert field_of(edited, "city")["loanark"] == "Boise"
    assert edited["version"] == made["version"] + 1
    assert edit(lender, made, fico="720", nickname="").json()["version"] == edited["version"]


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("fico", "high", "FICO score is not a number."),
        ("work_email", "nobody", "@-sign"),
        ("veteran", "perhaps", "neither true nor false"),
        ("review_date", "2026-02-30", "not a date"),
        ("last_call", "yesterday", "not a moment"),
        ("tier", "glod", "Tier has no option 'glod'."),
        ("hobbies", "golf;goff", "Hobbies has no option 'goff'."),
        ("nickname", "x" * 70_000, "longer"),
        ("shoe_size", "40", "There is no such field."),
    ],
)
def test_a_wrong_custom_value_is_named_and_nothing_is_saved(
    lender: Organisation, name: str, value: str, why: str
) -> None:
    made = create(lender)
    answer = edit(lender, made, city="Boise", **{name: value})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [name]
    assert why in answer.json()["errors"][name]
    assert lender.get(f"contacts/{made['id']}") == made


def test_the_history_tells_custom_fields_like_columns_and_by_their_labels(lender: Organisation) -> None:
    made = create(lender, fico="700")
    edit(lender, made, fico="720", city="Boise", tier="gold")
    edit(lender, made, tier=None)
    items = lender.get(f"contacts/{made['id']}/timeline")["items"]
    told = [[(row["name"], row["label"], row["before"], row["after"]) for row in item["fields"]] for item in items]
    assert told == [
        [("tier", "Tier", "gold", None)],
        [("city", "City", None, "Boise"), ("fico", "FICO score", "700", "720"), ("tier", "Tier", None, "gold")],
        [("firstname", "First name", None, "Ada"), ("fico", "FICO score", None, "700")],
    ]
    rows = lender.rows("SELECT before, after FROM contact_changes WHERE contact_id = %s ORDER BY id", made["id"])
    assert "custom" not in rows[1]["after"]


def test_another_program_writes_custom_fields_by_sql(lender: Organisation) -> None:
    made = create(lender)
    lender.execute("DELETE FROM hints")
    assert write(lender, made, '{"fico": "720", "tier": "tin"}') == 1
    seen = lender.get(f"contacts/{made['id']}")
    assert custom_of(seen) == {"fico": "720", "tier": "tin"}
    assert seen["version"] == made["version"] + 1
    change = lender.get(f"contacts/{made['id']}/timeline")["items"][0]
    assert (change["cause"], change["actor"], [row["name"] for row in change["fields"]]) == (
        "sql",
        "import.py",
        ["fico", "tier"],
    )
    assert lender.rows("SELECT record_id FROM hints") == [{"record_id": made["id"]}]


def test_null_clears_and_a_write_that_changes_nothing_is_none(lender: Organisation) -> None:
    made = create(lender, fico="720")
    for nothing in ('{"fico": "720"}', '{"tier": null}', "{}"):
        write(lender, made, nothing)
    assert lender.get(f"contacts/{made['id']}")["version"] == made["version"]
    write(lender, made, '{"fico": null}')
    seen = lender.get(f"contacts/{made['id']}")
    assert (custom_of(seen), seen["version"]) == ({}, made["version"] + 1)
    assert lender.scalar("SELECT custom FROM contacts WHERE id = %s", made["id"]) == "{}"


@pytest.mark.parametrize(
    ("custom", "why"),
    [
        ('{"ficco": "720"}', 'no custom field "ficco"'),
        ('{"fico": 720}', '"fico" was given a number where a text belongs'),
        ('{"fico": {"a": "b"}}', '"fico" was given a object'),
        ('{"fico": "high"}', '"fico" holds values of the kind decimal, and "high" is none'),
        ('{"fico": "720 "}', '"fico" holds'),
        ('{"veteran": "yes"}', '"veteran" holds values of the kind boolean'),
        ('{"review_date": "2026-02-30"}', '"review_date" holds'),
        ('{"review_date": "28.02.2026"}', '"review_date" holds'),
        ('{"last_call": "2026-02-28T25:00:00Z"}', '"last_call" holds'),
        ('{"tier": "glod"}', '"tier" has no option "glod"'),
        ('{"hobbies": "golf;goff"}', '"hobbies" has no option "golf;goff"'),
        ('["fico"]', "must be an object"),
    ],
)
def test_a_typing_error_of_another_program_is_refused_with_the_name(
    lender: Organisation, custom: str, why: str
) -> None:
    made = create(lender, fico="700")
    statement = "UPDATE contacts SET custom = %s::jsonb, city = 'Boise' WHERE id = %s"
    with pytest.raises(CheckViolation) as refused:
        plain_sql(lender, statement, custom, made["id"])
    assert why in str(refused.value)
    with pytest.raises(CheckViolation):
        plain_sql(lender, "INSERT INTO contacts (firstname, custom) VALUES ('Bob', %s::jsonb)", custom)
    assert lender.get(f"contacts/{made['id']}") == made


def test_many_rows_are_written_by_one_statement(lender: Organisation) -> None:
    last = f"Bulk {secrets.token_hex(4)}"
    plain_sql(
        lender,
        """INSERT INTO contacts (firstname, lastname, custom)
           SELECT 'No. ' || n, %s, jsonb_build_object('fico', n::text) FROM generate_series(1, 500) n""",
        last,
    )
    plain_sql(lender, """UPDATE contacts SET custom = custom || '{"tier": "gold"}' WHERE lastname = %s""", last)
    row = lender.rows(
        """SELECT count(*) AS contacts, sum((custom ->> 'fico')::int) AS sum,
                  count(*) FILTER (WHERE version = 2 AND custom ->> 'tier' = 'gold') AS gold
           FROM contacts WHERE lastname = %s""",
        last,
    )[0]
    assert row == {"contacts": 500, "sum": 125_250, "gold": 500}


def test_generated_columns_still_follow_their_sources(lender: Organisation) -> None:
    made = create(lender, email="Ada@Example.com", fico="1")
    write(lender, made, '{"fico": "2"}')
    edit(lender, made, email="Byron@Example.com")
    row = lender.rows("SELECT email_key, search, version FROM contacts WHERE id = %s", made["id"])[0]
    assert (row["email_key"], row["version"]) == ("byron@example.com", 3)
    assert "byron@example.com" in row["search"]


def test_an_export_has_custom_fields_after_the_built_in_ones(organisation: Organisation) -> None:
    define(organisation, "zeta", label="Zeta")
    define(organisation, "alpha", kind="decimal")
    define(organisation, "gone")
    create(organisation, alpha="1.50")
    create(organisation, gone="x")
    assert organisation.call("DELETE", "fields/gone").status_code == 204
    with organisation.scope():
        columns = ["id", "hubspot_id", *catalogue()]
        asked = queries.every_column()
    rows = list(exports.rows(MatchingContacts(filters=ContactFilters()), asked, organisation.scope))
    assert columns == ["id", "hubspot_id", *NAMES, "zeta", "alpha"]
    assert [list(row) for row in rows] == [columns, columns]
    assert {row["alpha"] for row in rows} == {"1.50", None}


# Archiving


def test_an_archived_field_keeps_its_values_and_comes_back_unharmed(organisation: Organisation) -> None:
    define(organisation, "fico", label="FICO score", kind="decimal")
    made = create(organisation, fico="720")
    assert organisation.call("DELETE", "fields/fico").status_code == 204
    archived = next(field for field in organisation.get("fields") if field["name"] == "fico")
    assert archived["archived_at"] is not None
    seen = organisation.get(f"contacts/{made['id']}")
    assert "fico" not in [field["name"] for field in seen["fields"]]
    assert edit(organisation, made, fico="1").status_code == 422
    with pytest.raises(CheckViolation, match='"fico" is archived'):
        write(organisation, made, '{"fico": "1"}')
    # What does not touch it goes on.
    assert edit(organisation, made, city="Boise").status_code == 200
    plain_sql(organisation, "UPDATE contacts SET custom = custom || '{}', city = 'Reno' WHERE id = %s", made["id"])
    timeline = organisation.get(f"contacts/{made['id']}/timeline")["items"]
    assert ("fico", "FICO score", "720") in [
        (field["name"], field["label"], field["after"]) for item in timeline for field in item["fields"]
    ]
    again = organisation.call("POST", "fields", {"name": "fico"})
    assert "archived field of this name" in again.json()["errors"]["name"]
    back = organisation.call("PATCH", "fields/fico", {"archived": False}).json()
    assert (back["archived_at"], back["kind"]) == (None, "decimal")
    assert custom_of(organisation.get(f"contacts/{made['id']}")) == {"fico": "720"}


# Conflicts and rejections


def test_a_conflict_about_a_custom_field_has_its_label_and_hubspots_value_can_be_taken(
    organisation: Organisation,
) -> None:
    define(organisation, "fico", label="FICO score", kind="decimal")
    made = create(organisation, fico="700")
    organisation.insert("connections", tenant_id=organisation.id, **CONNECTED)
    organisation.insert(
        "contact_conflicts", contact_id=made["id"], field="fico", hubspot="720", loanark="700", policy="ask", open=True
    )
    organisation.insert(
        "contact_rejections", contact_id=made["id"], field="fico", side="hubspot", code="refused", reason="No"
    )
    [conflict] = organisation.get("conflicts")["items"]
    assert conflict["label"] == "FICO score"
    assert [row["label"] for row in organisation.get("rejections")["items"]] == ["FICO score"]
    decided = organisation.call("POST", f"conflicts/{conflict['id']}/resolve", {"winner": "hubspot"})
    assert decided.status_code == 200, decided.content
    seen = organisation.get(f"contacts/{made['id']}")
    assert custom_of(seen) == {"fico": "720"}
    change = organisation.get(f"contacts/{made['id']}/timeline")["items"][0]
    assert (change["cause"], change["fields"][0]["label"]) == ("conflict", "FICO score")


def test_a_conflict_about_an_archived_field_waits_until_it_is_back(organisation: Organisation) -> None:
    define(organisation, "fico", kind="decimal")
    made = create(organisation, fico="700")
    organisation.insert(
        "contact_conflicts", contact_id=made["id"], field="fico", hubspot="720", loanark="700", policy="ask", open=True
    )
    organisation.call("DELETE", "fields/fico")
    [conflict] = organisation.get("conflicts")["items"]
    refused = organisation.call("POST", f"conflicts/{conflict['id']}/resolve", {"winner": "hubspot"})
    assert (refused.status_code, refused.json()["code"]) == (409, "stale")


# Other organisations


def test_another_organisation_neither_sees_nor_may_use_a_definition(
    lender: Organisation, organisation: Organisation
) -> None:
    assert [field["name"] for field in organisation.get("fields")] == list(BY_NAME)
    assert organisation.call("PATCH", "fields/fico", {"label": "Mine"}).status_code == 404
    assert organisation.call("POST", "contacts", {"values": {"firstname": "Ada", "fico": "1"}}).status_code == 422
    made = create(organisation)
    with pytest.raises(CheckViolation, match='no custom field "fico"'):
        write(organisation, made, '{"fico": "1"}')
    with pytest.raises(InsufficientPrivilege):
        plain_sql(organisation, "INSERT INTO custom_fields (tenant_id, name, label) VALUES (%s, 'x', 'x')", lender.id)
    assert plain_sql(organisation, "UPDATE custom_fields SET label = 'Mine'") == 0
    define(organisation, "fico", label="Ours", kind="text")
    assert custom_of(create(organisation, fico="high")) == {"fico": "high"}
    assert next(field for field in lender.get("fields") if field["name"] == "fico")["label"] == "FICO score"


def test_the_fields_of_loanark_alone_are_the_catalogue_of_an_organisation_without_more(
    organisation: Organisation,
) -> None:
    with organisation.scope():
        assert catalogue() is BY_NAME


# The command line


def test_fields_are_listed_added_and_archived_by_command(organisation: Organisation) -> None:
    def run(*arguments: str, code: int = 0) -> Any:
        done = CliRunner().invoke(main, ["fields", *arguments, "--tenant", organisation.slug, "--json"])
        assert done.exit_code == code, done.output
        return orjson.loads(done.stdout)

    added = run("add", "tier", "--label", "Tier", "--kind", "enum", "--option", "gold=Gold", "--option", "tin")
    assert added["options"] == [{"value": "gold", "label": "Gold"}, {"value": "tin", "label": "tin"}]
    assert added["created_by"] == "command line"
    assert run("add", "email", code=1)["error"]["code"] == "invalid"
    assert run("archive", "tier")["archived_at"] is not None
    assert run("archive", "tier", "--bring-back")["archived_at"] is None
    assert run("archive", "nowhere", code=1)["error"]["code"] == "not-found"
    listed = run("list")["fields"]
    assert [field["name"] for field in listed] == [field["name"] for field in organisation.get("fields")]
    assert listed[-1] == added
    shown = CliRunner().invoke(main, ["fields", "list", "--tenant", organisation.slug]).stdout
    assert "Tier (gold, tin)  [custom]" in shown
