"""The second lock: PostgreSQL itself shows and takes only the rows of the transaction's organisation.

Every table with a tenant_id is found in the catalogue, so a new one is tested from the day it is made.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection as django_connection
from organisations import UNFENCED, Organisation, fenced_tables, make_organisation
from psycopg import sql as compose
from psycopg.errors import FeatureNotSupported, InsufficientPrivilege, RaiseException

from loanark.kit import sql
from loanark.kit.rls import APP_ROLE
from loanark.tenants.access import tenant_scope

#: What a row needs beyond "anything of the column's type", by column.
FITTING = {
    "auth": "oauth",
    "created_side": "loanark",
    "direction": "both",
    "hubspot_id": "77",
    "kind": "sweep",
    "policy": "ask",
    "portal_id": "77",
    "winner": "loanark",
}
FITTING_IN = {
    ("connections", "status"): "connected",
    ("runs", "status"): "succeeded",
    ("contact_links", "state"): "live",
    ("brakes", "kind"): "delete",
    ("brakes", "side"): "hubspot",
    ("duplicate_merges", "how"): "person",
    ("duplicate_merges", "hubspot"): "none",
}
#: Columns that may be null, where a constraint does not let all of them be.
NEEDED_TOO = {"duplicate_proposals": {"other_hubspot_id": "77"}}
BY_TYPE = {
    "uuid": "5d7c1f3e-5f0a-4c8e-9a1d-000000000001",
    "text": "x",
    "character varying": "x",
    "integer": 1,
    "bigint": 1,
    "smallint": 1,
    "boolean": True,
    "double precision": 1.0,
    "jsonb": "{}",
    "timestamp with time zone": "2026-01-01T00:00:00Z",
    "bytea": b"0" * 32,
    "ARRAY": ["x"],
}


#: Given to no other contact: a word that many have, in whichever organisation, is not looked up.
RARE_NAME = "Zenobia"

#: Nobody's to change or delete, whoever's rows they are.
ONLY_ADDED_TO = {"audit_anchors", "audit_events", "audit_heads", "contact_changes"}


@dataclass
class Two:
    """Two organisations, each with a row in every table."""

    a: Organisation
    b: Organisation
    url: str

    def as_app(self, tenant: UUID | None = None) -> psycopg.Connection[Any]:
        return self._connect(tenant, role=APP_ROLE)

    def as_owner(self, tenant: UUID | None = None) -> psycopg.Connection[Any]:
        return self._connect(tenant)

    def _connect(self, tenant: UUID | None, role: str = "") -> psycopg.Connection[Any]:
        connection = psycopg.connect(self.url, autocommit=True)
        if role:
            connection.execute(f"SET ROLE {role}")
        if tenant:
            connection.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(tenant)])
        return connection


@pytest.fixture(scope="module")
def two(database: str) -> Two:
    made = Two(make_organisation(), make_organisation(), database)
    for organisation in (made.a, made.b):
        organisation.contact(firstname=RARE_NAME)  # with its history, and its event in the audit log
        token = organisation.scalar(
            """INSERT INTO api_tokens (user_id, name, hash, ending, scopes, expires_at)
               SELECT user_id, 'one', sha256(tenant_id::text::bytea), 'ends', '{contacts:read}',
                      now() + interval '1 day'
               FROM memberships RETURNING id"""
        )
        organisation.insert(
            "api_token_uses",
            token_id=token,
            last_used_at="2026-01-01",
            last_used_from="::1",
            minute_began_at="2026-01-01",
            requests=1,
        )
        with made.as_app(organisation.id) as connection:
            for table in fenced_tables(connection):
                if not _count(connection, table):
                    _insert(connection, table, organisation.id)
                assert _count(connection, table) >= 1, table
    return made


@pytest.fixture(scope="module")
def tables(two: Two) -> list[str]:
    with two.as_owner() as connection:
        return fenced_tables(connection)


def _insert(connection: psycopg.Connection[Any], table: str, tenant_id: UUID) -> None:
    columns = connection.execute(
        """SELECT column_name, data_type FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name = %s AND column_name <> 'tenant_id' AND is_generated = 'NEVER'
           AND is_identity = 'NO' AND is_nullable = 'NO' AND column_default IS NULL""",
        [table],
    ).fetchall()
    values: dict[str, Any] = {"tenant_id": tenant_id, **NEEDED_TOO.get(table, {})}
    for name, type_name in columns:
        values[name] = FITTING_IN.get((table, name), FITTING.get(name, BY_TYPE[type_name]))
    connection.execute(
        compose.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            compose.Identifier(table),
            compose.SQL(", ").join(map(compose.Identifier, values)),
            compose.SQL(", ").join([compose.Placeholder()] * len(values)),
        ),
        list(values.values()),
    )


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(compose.SQL("SELECT count(*) FROM {}").format(compose.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def test_there_are_tables_to_test(tables: list[str]) -> None:
    assert {"contacts", "contact_links", "contact_changes", "connections", "hints", "runs", "memberships"} <= set(
        tables
    )


def test_every_table_with_a_tenant_has_forced_row_security_and_a_policy_both_ways(two: Two) -> None:
    with two.as_owner() as connection:
        bare = connection.execute(
            """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
               WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
               AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
                   SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*' AND p.polpermissive
                   AND pg_get_expr(p.polqual, c.oid) LIKE '%loanark.tenant_id%'
                   AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%loanark.tenant_id%'))"""
        ).fetchall()
    assert {name for (name,) in bare} == set(UNFENCED)


def test_no_other_policy_lets_rows_of_other_tenants_through(two: Two) -> None:
    """Permissive policies add up. The three more there are, all for reading only, show people their own memberships,
    whoever has a token that token, and the role of search the contacts."""
    with two.as_owner() as connection:
        more = connection.execute(
            """SELECT p.polname, p.polcmd FROM pg_policy p JOIN pg_attribute a
                   ON a.attrelid = p.polrelid AND a.attname = 'tenant_id'
               WHERE p.polpermissive AND p.polname <> (p.polrelid::regclass::text || '_tenant') ORDER BY 1"""
        ).fetchall()
    assert more == [("api_tokens_shown", "r"), ("contacts_search", "r"), ("memberships_own", "r")]


def test_the_role_of_search_is_nobodys_and_reads_three_columns(two: Two) -> None:
    with two.as_owner() as connection:
        members = connection.execute(
            """SELECT m.member::regrole::text FROM pg_auth_members m
               WHERE m.roleid = 'loanark_search'::regrole AND (m.inherit_option OR m.set_option)"""
            if connection.info.server_version >= 160000
            else "SELECT member::regrole::text FROM pg_auth_members WHERE roleid = 'loanark_search'::regrole"
        ).fetchall()
        reads = connection.execute(
            """SELECT table_name, column_name, privilege_type FROM information_schema.column_privileges
               WHERE grantee = 'loanark_search' ORDER BY column_name"""
        ).fetchall()
    assert members == []
    assert reads == [("contacts", name, "SELECT") for name in ("id", "search", "tenant_id")]


def test_search_finds_nothing_of_another_tenant(two: Two) -> None:
    words = [f"%{RARE_NAME.lower()}%"]
    with two.as_app(two.a.id) as connection:
        own = connection.execute("SELECT contacts_matching(%s, 5000)", [words]).fetchone()
        seen = connection.execute("SELECT id FROM contacts WHERE search LIKE %s", words).fetchall()
    with two.as_app(None) as connection:
        nobodys = connection.execute("SELECT contacts_matching(%s, 5000)", [words]).fetchone()
    assert own is not None and own[0] and sorted(own[0]) == sorted(id for (id,) in seen)
    assert nobodys == ([],)


def test_the_role_of_web_and_workers_owns_nothing_and_cannot_pass_the_fences(two: Two) -> None:
    with two.as_owner() as connection:
        row = connection.execute(
            """SELECT rolsuper, rolbypassrls, rolcanlogin, (SELECT count(*) FROM pg_class WHERE relowner = r.oid)
               FROM pg_roles r WHERE rolname = %s""",
            [APP_ROLE],
        ).fetchone()
    assert row == (False, False, False, 0)


@pytest.mark.parametrize("role", ["as_app", "as_owner"])
def test_without_a_tenant_nothing_is_seen(two: Two, tables: list[str], role: str) -> None:
    with getattr(two, role)() as connection:
        assert {table: _count(connection, table) for table in tables} == dict.fromkeys(tables, 0)


@pytest.mark.parametrize("role", ["as_app", "as_owner"])
def test_without_a_tenant_nothing_is_taken(two: Two, tables: list[str], role: str) -> None:
    with getattr(two, role)() as connection:
        for table in tables:
            with pytest.raises(InsufficientPrivilege):
                _insert(connection, table, two.b.id)


@pytest.mark.parametrize("role", ["as_app", "as_owner"])
def test_with_a_tenant_only_its_rows_are_seen(two: Two, tables: list[str], role: str) -> None:
    with getattr(two, role)(two.a.id) as connection:
        for table in tables:
            seen = connection.execute(
                compose.SQL("SELECT DISTINCT tenant_id FROM {}").format(compose.Identifier(table))
            ).fetchall()
            assert seen == [(two.a.id,)], table


@pytest.mark.parametrize("role", ["as_app", "as_owner"])
def test_a_tenant_cannot_insert_for_another(two: Two, tables: list[str], role: str) -> None:
    with getattr(two, role)(two.a.id) as connection:
        for table in tables:
            with pytest.raises(InsufficientPrivilege):
                _insert(connection, table, two.b.id)


@pytest.mark.parametrize("role", ["as_app", "as_owner"])
def test_a_tenant_cannot_give_its_rows_to_another(two: Two, tables: list[str], role: str) -> None:
    with getattr(two, role)(two.a.id) as connection:
        for table in tables:
            with pytest.raises((InsufficientPrivilege, RaiseException)):
                connection.execute(
                    compose.SQL("UPDATE {} SET tenant_id = %s").format(compose.Identifier(table)), [two.b.id]
                )


def test_a_tenant_cannot_change_or_delete_the_rows_of_another(two: Two, tables: list[str]) -> None:
    with two.as_app(two.a.id) as connection:
        for table in tables:
            name = compose.Identifier(table)
            for statement in (
                "UPDATE {} SET tenant_id = tenant_id WHERE tenant_id = %s",
                "DELETE FROM {} WHERE tenant_id = %s",
            ):
                try:
                    assert connection.execute(compose.SQL(statement).format(name), [two.b.id]).rowcount == 0, table
                except InsufficientPrivilege:
                    assert table in ONLY_ADDED_TO, table


def test_shared_tables_that_matter_cannot_be_written_by_the_role_of_web_and_workers(two: Two) -> None:
    with two.as_app(two.a.id) as connection:
        for table in ("tenants", "users"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(f"DELETE FROM {table}")


def test_copy_neither_reads_nor_writes_for_another(two: Two, tables: list[str]) -> None:
    """COPY out shows one's own; COPY in is not possible at all under row-level security, for any organisation."""
    with two.as_app(two.a.id) as connection:
        for table in tables:
            name = compose.Identifier(table)
            with connection.cursor().copy(compose.SQL("COPY (SELECT tenant_id FROM {}) TO STDOUT").format(name)) as out:
                assert {row[0] for row in out.rows()} == {str(two.a.id)}, table
            with connection.cursor().copy(compose.SQL("COPY {} (tenant_id) TO STDOUT").format(name)) as out:
                assert {row[0] for row in out.rows()} == {str(two.a.id)}, table
            with (
                pytest.raises((FeatureNotSupported, InsufficientPrivilege)),
                connection.cursor().copy(compose.SQL("COPY {} (tenant_id) FROM STDIN").format(name)) as into,
            ):
                into.write_row([two.b.id])


def test_functions_that_work_with_their_owners_rights_are_bound_by_the_fences_too(two: Two) -> None:
    """One that was not would be a door around them: its owner could pass them, or a caller's own schema came first."""
    with two.as_owner() as connection:
        found = connection.execute(
            """SELECT p.proname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
               WHERE p.pronamespace = 'public'::regnamespace AND (p.proleakproof OR p.prosecdef AND (
                   r.rolsuper OR r.rolbypassrls
                   -- Before 16 every member of a role inherits it; a condition of its policies lets the owner through.
                   OR current_setting('server_version_num')::int >= 160000
                       AND pg_has_role(r.oid, 'loanark_own_contacts', 'USAGE')
                   OR NOT coalesce(p.proconfig, '{}') && ARRAY['search_path=public, pg_temp']))"""
        ).fetchall()
    assert found == []


def test_a_condition_that_looks_at_rows_before_the_fence_sees_none_of_others(two: Two) -> None:
    """A function that tells what it is given, as a cheap condition that the planner would like to ask first."""
    with two.as_owner() as connection:
        connection.execute(
            """CREATE OR REPLACE FUNCTION pg_temp.tell(value uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
               AS $$ BEGIN RAISE NOTICE 'saw %', value; RETURN true; END $$"""
        )
        told: list[str] = []
        connection.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
        connection.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(two.a.id)])
        connection.execute("SELECT count(*) FROM contacts WHERE pg_temp.tell(tenant_id)")
    assert told
    assert str(two.b.id) not in " ".join(told)


def test_the_lookups_before_the_organisation_is_known_tell_of_one_person_or_token_only(two: Two) -> None:
    with two.as_app() as connection:
        assert connection.execute("SELECT * FROM organisations_of(-1)").fetchall() == []
        assert connection.execute("SELECT * FROM use_api_token('x', '', 1)").fetchall() == []
        user = two.a.scalar("SELECT user_id FROM memberships")
        seen = connection.execute("SELECT slug FROM organisations_of(%s)", [user]).fetchall()
        assert seen == [(two.a.slug,)]
        hash_ = two.a.scalar("SELECT hash FROM api_tokens")
        used = connection.execute("SELECT tenant_id FROM use_api_token(%s, '', 1)", [bytes(hash_)]).fetchall()
        assert used == [(two.a.id,)]
        for guess in (b"", b"\\x00", b"%"):
            assert connection.execute("SELECT * FROM use_api_token(%s, '', 1)", [guess]).fetchall() == []


def test_an_organisation_sees_itself_and_renames_nobody_else(two: Two) -> None:
    with two.as_app(two.a.id) as connection:
        assert connection.execute("SELECT id FROM tenants").fetchall() == [(two.a.id,)]
        assert connection.execute("UPDATE tenants SET own_contacts_only = own_contacts_only").rowcount == 1
        with pytest.raises(InsufficientPrivilege):
            connection.execute("UPDATE tenants SET slug = 'x'")
    with two.as_app() as connection:
        assert connection.execute("SELECT id FROM tenants").fetchall() == []


def test_an_organisation_sees_its_own_people_and_of_nobody_the_password(two: Two) -> None:
    with two.as_app(two.a.id) as connection:
        seen = connection.execute("SELECT id FROM users WHERE NOT is_staff").fetchall()
        members = connection.execute("SELECT user_id FROM memberships").fetchall()
        assert members
        assert sorted(seen) == sorted(members)
        with pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT password FROM users")
    with two.as_app() as connection:
        assert connection.execute("SELECT id FROM users").fetchall() == []


def test_people_see_their_own_memberships_and_no_others(two: Two) -> None:
    with two.as_app() as connection:
        user = (two.a.scalar("SELECT user_id FROM memberships LIMIT 1"),)
        connection.execute("SELECT set_config('loanark.user_id', %s, false)", [str(user[0])])
        assert connection.execute("SELECT DISTINCT user_id FROM memberships").fetchall() == [user]


def test_keys_begin_with_the_tenant(two: Two) -> None:
    """Ready to be distributed by tenant, and no unique key tells one organisation what another holds."""
    with two.as_owner() as connection:
        found = connection.execute(
            """SELECT t.relname, i.relname FROM pg_index x
               JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
               JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id'
               WHERE t.relnamespace = 'public'::regnamespace AND x.indisunique AND x.indkey[0] <> a.attnum"""
        ).fetchall()
    assert [row for row in found if row[0] not in UNFENCED] == []


def _state() -> tuple[str, str]:
    row = sql.first("SELECT current_user AS role, current_setting('loanark.tenant_id', true) AS tenant")
    assert row is not None
    return row["role"], row["tenant"] or ""


def test_nothing_of_a_scope_is_left_on_the_connection(two: Two) -> None:
    with tenant_scope(two.a.id, actor="somebody"):
        assert _state() == (APP_ROLE, str(two.a.id))
        backend = sql.scalar("SELECT pg_backend_pid()")
    assert sql.scalar("SELECT pg_backend_pid()") == backend, "the same connection is used again"
    assert _state() == ("loanark", "")
    assert not sql.scalar("SELECT current_setting('loanark.actor', true)")


def test_nothing_of_a_failed_scope_is_left_on_the_connection(two: Two) -> None:
    with pytest.raises(RuntimeError), tenant_scope(two.a.id):
        raise RuntimeError
    assert _state() == ("loanark", "")
    assert sql.scalar("SELECT count(*) FROM contacts") == 0
    django_connection.close()


def test_scopes_do_not_nest(two: Two) -> None:
    """Within another organisation's transaction its settings would be overwritten: it is an error instead."""
    with pytest.raises(RuntimeError), tenant_scope(two.a.id), tenant_scope(two.b.id):
        pass
