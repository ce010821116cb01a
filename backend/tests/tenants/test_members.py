"""Members: their roles, their leaving, support for a while; and an administrator always stays."""

import threading
from typing import Any

import psycopg
import pytest
from organisations import Browser, Organisation, make_organisation, signed_in
from psycopg.errors import CheckViolation, RestrictViolation

from loanark.kit.errors import NotFound
from loanark.tenants import members
from loanark.tenants.actions import end_supporter, make_supporter
from loanark.tenants.models import Role, User


def person(organisation: Organisation, role: Role) -> tuple[str, int]:
    email = organisation.person(role)
    return email, User.objects.get(email=email).pk


def me(organisation: Organisation) -> int:
    return int(organisation.admin.call("GET", "/api/session").json()["user"]["id"])


def roles(organisation: Organisation) -> dict[int, str]:
    return {row["id"]: row["role"] for row in organisation.get("members")}


def test_every_member_is_listed_with_role_and_address(organisation: Organisation) -> None:
    email, user_id = person(organisation, Role.AUDITOR)
    row = next(row for row in organisation.get("members") if row["id"] == user_id)
    assert (row["email"], row["name"], row["role"], row["support_until"]) == (email, email, "auditor", None)
    assert len(organisation.get("members")) == 2


def test_a_changed_role_counts_from_the_next_request_on(organisation: Organisation) -> None:
    email, user_id = person(organisation, Role.AUDITOR)
    browser = signed_in(email)
    body = {"values": {"firstname": "Ada"}}
    assert browser.call("POST", organisation.path("contacts"), body).status_code == 403
    changed = organisation.call("PATCH", f"members/{user_id}", {"role": "loan_officer"})
    assert (changed.status_code, changed.json()["role"]) == (200, "loan_officer")
    assert browser.call("POST", organisation.path("contacts"), body).status_code == 201


def test_a_removed_member_is_an_outsider_at_the_next_request(organisation: Organisation) -> None:
    email, user_id = person(organisation, Role.SALES_MANAGER)
    browser = signed_in(email)
    assert browser.call("GET", organisation.path("contacts")).status_code == 200
    assert organisation.call("DELETE", f"members/{user_id}").status_code == 204
    assert browser.call("GET", organisation.path("contacts")).status_code == 404
    assert user_id not in roles(organisation)


def test_a_member_leaves_by_themselves(organisation: Organisation) -> None:
    email, user_id = person(organisation, Role.AUDITOR)
    assert signed_in(email).call("DELETE", organisation.path("membership")).status_code == 204
    assert user_id not in roles(organisation)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "membership", None),
        ("DELETE", "members/{me}", None),
        ("PATCH", "members/{me}", {"role": "sales_manager"}),
    ],
)
def test_the_last_administrator_stays(organisation: Organisation, method: str, path: str, body: Any) -> None:
    person(organisation, Role.SALES_MANAGER)
    answer = organisation.call(method, path.format(me=me(organisation)), body)
    assert (answer.status_code, answer.json()["code"]) == (409, "last-administrator")
    assert roles(organisation)[me(organisation)] == "administrator"


def test_an_administrator_leaves_once_there_is_another(organisation: Organisation) -> None:
    email, user_id = person(organisation, Role.AUDITOR)
    assert organisation.call("PATCH", f"members/{user_id}", {"role": "administrator"}).status_code == 200
    assert organisation.call("DELETE", "membership").status_code == 204
    assert signed_in(email).call("DELETE", organisation.path("membership")).json()["code"] == "last-administrator"


def test_two_administrators_who_remove_each_other_at_once_leave_one(organisation: Organisation) -> None:
    email, other = person(organisation, Role.ADMINISTRATOR)
    browsers = {other: organisation.admin, me(organisation): signed_in(email)}
    for _ in range(5):
        together = threading.Barrier(2)
        answers: list[int] = []

        def remove(user_id: int, together: threading.Barrier = together, answers: list[int] = answers) -> None:
            from django.db import connections

            together.wait()
            answers.append(browsers[user_id].call("DELETE", organisation.path(f"members/{user_id}")).status_code)
            connections.close_all()

        threads = [threading.Thread(target=remove, args=[user_id]) for user_id in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        left = organisation.scalar("SELECT count(*) FROM memberships WHERE role = 'administrator'")
        assert left == 1, answers
        assert answers.count(204) == 1 and set(answers) <= {204, 404, 409}
        organisation.execute(
            """INSERT INTO memberships (user_id, role, created_at) SELECT unnest(%s::bigint[]), 'administrator', now()
               ON CONFLICT DO NOTHING""",
            list(browsers),
        )


def test_sql_cannot_leave_an_organisation_without_an_administrator(organisation: Organisation, database: str) -> None:
    for statement in ("DELETE FROM memberships", "UPDATE memberships SET role = 'auditor'"):
        with psycopg.connect(database, autocommit=True) as program:
            program.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(organisation.id)])
            with pytest.raises(RestrictViolation):
                program.execute(statement)
    with psycopg.connect(database) as program:
        program.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        program.execute("SELECT set_config('loanark.tenant_id', %s, true)", [str(organisation.id)])
        program.execute("UPDATE memberships SET role = 'administrator'")
        with pytest.raises(RestrictViolation):
            program.commit()


def test_two_transactions_of_sql_at_once_leave_one_administrator(organisation: Organisation, database: str) -> None:
    _, other = person(organisation, Role.ADMINISTRATOR)
    with psycopg.connect(database) as one, psycopg.connect(database) as two:
        for program, user_id in ((one, other), (two, me(organisation))):
            program.execute("SELECT set_config('loanark.tenant_id', %s, true)", [str(organisation.id)])
            program.execute("DELETE FROM memberships WHERE user_id = %s", [user_id])
        one.commit()
        with pytest.raises(RestrictViolation):
            two.commit()


def test_an_administrator_is_replaced_within_one_transaction(organisation: Organisation) -> None:
    """The rule holds at the end: in between there may be none."""
    _, other = person(organisation, Role.AUDITOR)
    with organisation.scope():
        from loanark.kit import sql

        sql.execute("UPDATE memberships SET role = 'auditor' WHERE role = 'administrator'")
        sql.execute("UPDATE memberships SET role = 'administrator' WHERE user_id = %s", [other])
    assert roles(organisation) == {me(organisation): "auditor", other: "administrator"}


def test_an_organisation_is_renamed_and_keeps_its_address(organisation: Organisation) -> None:
    answer = organisation.call("PATCH", "organisation", {"name": f"Renamed {organisation.slug}"})
    assert (answer.status_code, answer.json()["slug"]) == (200, organisation.slug)
    assert organisation.get("organisation")["name"] == f"Renamed {organisation.slug}"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "{taken}"])
def test_a_name_must_be_one_and_not_anothers(organisation: Organisation, name: str) -> None:
    taken = make_organisation().get("organisation")["name"].upper()
    answer = organisation.call("PATCH", "organisation", {"name": name.format(taken=taken)})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["name"])


# ── Support ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def supporter() -> str:
    """Somebody of the vendor, in no organisation."""
    email = f"support-{make_organisation().slug}@vendor.example"
    make_supporter(email, password="correct horse battery")
    return email


def let_in(organisation: Organisation, email: str, **terms: Any) -> Any:
    return organisation.call("POST", "support", {"email": email, "role": "auditor", "hours": 24, **terms})


def test_support_sees_nothing_before_it_is_let_in_and_only_reads_as_auditor(organisation: Organisation) -> None:
    email = supporter()
    browser = signed_in(email)
    assert browser.call("GET", organisation.path("contacts")).status_code == 404
    made = let_in(organisation, email)
    assert made.status_code == 201
    assert made.json()["support_until"]
    assert made.json()["support_by"] == organisation.admin.call("GET", "/api/session").json()["user"]["email"]
    assert browser.call("GET", organisation.path("contacts")).status_code == 200
    assert browser.call("POST", organisation.path("contacts"), {"values": {"firstname": "A"}}).status_code == 403
    assert browser.call("GET", "/api/session").json()["organisations"][0]["support_until"]
    assert email in [row["email"] for row in organisation.get("members") if row["support_until"]]


def test_supports_access_ends_by_itself(organisation: Organisation) -> None:
    email = supporter()
    browser = signed_in(email)
    let_in(organisation, email, role="sales_manager")
    organisation.execute("UPDATE memberships SET support_until = now() WHERE support_until IS NOT NULL")
    assert browser.call("GET", organisation.path("contacts")).status_code == 404
    assert browser.call("GET", "/api/session").json()["organisations"] == []
    assert email not in [row["email"] for row in organisation.get("members")]
    assert let_in(organisation, email).status_code == 201, "and can be granted anew"
    assert browser.call("GET", organisation.path("contacts")).status_code == 200


def test_support_whose_time_is_over_is_taken_out_and_nobody_else(organisation: Organisation) -> None:
    person(organisation, Role.AUDITOR)
    user_id = let_in(organisation, supporter()).json()["id"]
    with organisation.scope():
        assert members.clear_ended_support() == 0
    organisation.execute("UPDATE memberships SET support_until = now() WHERE support_until IS NOT NULL")
    with organisation.scope():
        assert members.clear_ended_support() == 1
    left = organisation.rows("SELECT user_id FROM memberships")
    assert user_id not in [row["user_id"] for row in left]
    assert len(left) == 2


def test_row_level_security_itself_hides_a_grant_that_is_over(organisation: Organisation, database: str) -> None:
    email = supporter()
    let_in(organisation, email)
    with psycopg.connect(database, autocommit=True) as program:
        program.execute("SET ROLE loanark_app")
        user_id = User.objects.get(email=email).pk
        program.execute("SELECT set_config('loanark.user_id', %s, false)", [str(user_id)])
        assert program.execute("SELECT count(*) FROM memberships").fetchone() == (1,)
        organisation.execute("UPDATE memberships SET support_until = now() WHERE support_until IS NOT NULL")
        assert program.execute("SELECT count(*) FROM memberships").fetchone() == (0,)


def test_support_is_sent_away_at_once(organisation: Organisation) -> None:
    email = supporter()
    browser = signed_in(email)
    user_id = let_in(organisation, email).json()["id"]
    assert organisation.call("DELETE", f"members/{user_id}").status_code == 204
    assert browser.call("GET", organisation.path("contacts")).status_code == 404


@pytest.mark.parametrize(
    ("terms", "wrong"),
    [
        ({"role": "administrator"}, "role"),
        ({"role": "loan_officer"}, "role"),
        ({"hours": 0}, "hours"),
        ({"hours": 169}, "hours"),
        ({"email": "nobody@vendor.example"}, "email"),
    ],
)
def test_support_has_no_other_terms(organisation: Organisation, terms: dict[str, Any], wrong: str) -> None:
    answer = organisation.call("POST", "support", {"email": supporter(), "role": "auditor", "hours": 24, **terms})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [wrong])


def test_only_the_vendors_people_are_support_and_no_member_becomes_support(organisation: Organisation) -> None:
    stranger = make_organisation().person(Role.AUDITOR)
    assert let_in(organisation, stranger).json()["errors"] == {"email": "This is nobody of the vendor's support."}
    email, user_id = person(organisation, Role.AUDITOR)
    User.objects.filter(pk=user_id).update(is_staff=True)
    assert let_in(organisation, email).status_code == 409
    assert organisation.call("PATCH", f"members/{user_id}", {"role": "loan_officer"}).status_code == 200


def test_supports_role_and_end_cannot_be_stretched(organisation: Organisation) -> None:
    user_id = let_in(organisation, supporter()).json()["id"]
    assert organisation.call("PATCH", f"members/{user_id}", {"role": "administrator"}).status_code == 422
    for change in ("role = 'administrator'", "support_until = now() + interval '8 days'"):
        with pytest.raises(Exception) as refused:  # noqa: PT011  Django's wrapper; the cause is what matters
            organisation.execute(f"UPDATE memberships SET {change} WHERE user_id = %s", user_id)
        assert isinstance(refused.value.__cause__, CheckViolation)


def test_a_person_of_support_is_made_and_ended_by_command(organisation: Organisation) -> None:
    email = f"vera@{organisation.slug}.vendor.example"
    user, password = make_supporter(email.upper())
    assert password
    browser = Browser()
    assert browser.sign_in(user.email, password).status_code == 200
    assert browser.call("GET", "/api/session").json()["organisations"] == []
    let_in(organisation, email)
    assert browser.call("GET", organisation.path("contacts")).status_code == 200
    assert end_supporter(email) == 1
    assert browser.call("GET", organisation.path("contacts")).status_code == 404
    assert let_in(organisation, email).status_code == 422
    with pytest.raises(NotFound):
        end_supporter(email)
