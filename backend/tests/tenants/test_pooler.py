"""Behind a transaction pooler, Debian's pgbouncer: two organisations take turns on one connection to the server.

Whatever one transaction set must be gone in the next, which is somebody else's.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import psycopg
import pytest
from organisations import Organisation, fenced_tables, make_organisation
from psycopg.errors import InsufficientPrivilege

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

#: The product's own scopes, by two threads at once.
TWO_THREADS = """
import json, sys, threading
import django
django.setup()
from django.db import connections
from loanark.kit import sql
from loanark.tenants.access import tenant_scope

seen = []

def work(tenant):
    for _ in range(40):
        with tenant_scope(tenant):
            row = sql.first("SELECT pg_backend_pid() AS server, count(*) AS rows, "
                            "count(*) FILTER (WHERE tenant_id <> %s) AS others FROM contacts", [tenant])
        row["bare"] = sql.scalar("SELECT count(*) FROM contacts")
        row["tenant"] = tenant
        seen.append(row)
    connections.close_all()

threads = [threading.Thread(target=work, args=[tenant]) for tenant in sys.argv[1:]]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(seen, default=str))
"""


@pytest.fixture(scope="module")
def pooled(database: str) -> Iterator[str]:
    """The database's address through a pooler with one connection to the server."""
    if PGBOUNCER is None:
        told = "pgbouncer is not here: install it (apt-get install pgbouncer), so that the fences are tried behind it."
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    parts = urlsplit(database)
    host = parse_qs(parts.query)["host"][0]
    with tempfile.TemporaryDirectory(prefix="la-pool-") as place:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        configuration = Path(place, "pgbouncer.ini")
        configuration.write_text(
            f"""[databases]
pooled = host={host} port=5432 dbname={parts.path.lstrip("/")} user=loanark
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
ignore_startup_parameters = extra_float_digits,options
"""
        )
        # Started by root it would refuse: it works as whoever may enter the server's directory.
        owner = Path(host).stat()
        if os.geteuid() == 0:
            for path in (Path(place), configuration):
                os.chown(path, owner.st_uid, owner.st_gid)
        identity: dict[str, Any] = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
        pooler = subprocess.Popen([PGBOUNCER, "-q", str(configuration)], cwd=place, **identity)
        url = f"postgresql://loanark@127.0.0.1:{port}/pooled"
        try:
            _wait_for(url, pooler)
            yield url
        finally:
            pooler.terminate()
            pooler.wait(10)


def _wait_for(url: str, pooler: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(url, autocommit=True).close()
            return
        except psycopg.OperationalError:
            assert pooler.poll() is None, "pgbouncer ended"
            assert time.monotonic() < until, "pgbouncer does not answer"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def two(database: str) -> tuple[Organisation, Organisation]:
    made = make_organisation(), make_organisation()
    for organisation in made:
        organisation.contact(firstname=organisation.slug)
    return made


def begin(connection: psycopg.Connection[Any], organisation: Organisation | None) -> int:
    """A transaction as the product begins them; returns the server's process."""
    connection.execute("SELECT set_config('role', 'loanark_app', true)")
    if organisation:
        connection.execute("SELECT set_config('loanark.tenant_id', %s, true)", [str(organisation.id)])
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row
    return int(row[0])


def test_two_organisations_take_turns_on_one_server_connection_and_see_their_own(
    pooled: str, two: tuple[Organisation, Organisation]
) -> None:
    clients = [psycopg.connect(pooled, prepare_threshold=None) for _ in two]
    servers = set()
    for turn in range(20):
        which = turn % 2
        servers.add(begin(clients[which], two[which]))
        seen = clients[which].execute("SELECT firstname FROM contacts").fetchall()
        assert seen == [(two[which].slug,)]
        (clients[which].commit if turn % 3 else clients[which].rollback)()
    assert len(servers) == 1, "one connection to the server for both"
    for client in clients:
        client.close()


def test_what_a_transaction_set_is_gone_in_the_next_of_somebody_else(
    pooled: str, database: str, two: tuple[Organisation, Organisation]
) -> None:
    one, other = (psycopg.connect(pooled, prepare_threshold=None) for _ in two)
    server = begin(one, two[0])
    one.execute("SELECT set_config('loanark.own_contacts', 'x', true), set_config('loanark.user_id', '1', true)")
    one.commit()
    assert begin(other, None) == server
    settings = ("tenant_id", "own_contacts", "user_id", "actor", "token_hash")
    for name in settings:
        row = other.execute("SELECT current_setting(%s, true)", [f"loanark.{name}"]).fetchone()
        assert row is not None
        assert not row[0]
    for table in fenced_tables(other):
        assert other.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,), table
    other.commit()
    one.close()
    other.close()


def test_rows_of_the_other_organisation_are_not_written_either(
    pooled: str, two: tuple[Organisation, Organisation]
) -> None:
    one, other = (psycopg.connect(pooled, prepare_threshold=None) for _ in two)
    for client, mine, theirs in ((one, *two), (other, *reversed(two))):
        begin(client, mine)
        for statement in (
            "UPDATE contacts SET city = 'x' WHERE tenant_id = %s",
            "DELETE FROM contacts WHERE tenant_id = %s",
        ):
            assert client.execute(statement, [theirs.id]).rowcount == 0
        with pytest.raises(InsufficientPrivilege):
            client.execute("INSERT INTO contacts (tenant_id, firstname) VALUES (%s, 'x')", [theirs.id])
        client.rollback()
        client.close()


def test_the_products_own_scopes_hold_with_two_threads_on_one_server_connection(
    pooled: str, two: tuple[Organisation, Organisation]
) -> None:
    environment = {**os.environ, "LOANARK_DATABASE_URL": pooled, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", TWO_THREADS, *(str(one.id) for one in two)],
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    seen = json.loads(done.stdout)
    assert len(seen) == 80
    assert {(row["rows"], row["others"], row["bare"]) for row in seen} == {(1, 0, 0)}
    assert len({row["server"] for row in seen}) == 1


def test_a_program_of_one_organisation_works_around_the_pooler_not_through_it(
    database: str, two: tuple[Organisation, Organisation]
) -> None:
    """The address printed for SQL programs sets the organisation for the session: it is the direct one."""
    setting = quote(f"-c loanark.tenant_id={two[0].id}")
    with psycopg.connect(f"{database}&options={setting}") as program:
        assert program.execute("SELECT firstname FROM contacts").fetchall() == [(two[0].slug,)]
