"""The embedded PostgreSQL, with real servers: what a fresh machine, a kill and a second process do to it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from loanark.kit import postgres
from loanark.kit.postgres import EmbeddedPostgres, PostgresError, default_data_dir

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server to another user")
on_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")


@pytest.fixture
def place() -> Iterator[Path]:
    """A short directory that every user can enter (pytest's own are 0700), removed with whatever runs in it."""
    path = Path(tempfile.mkdtemp(prefix="pg-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """A data directory with a database made once; tests copy it, since making one takes longest."""
    path = Path(tempfile.mkdtemp(prefix="pg-"))
    path.chmod(0o755)
    with EmbeddedPostgres(path):
        pass
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def database(cluster: Path, place: Path) -> Iterator[EmbeddedPostgres]:
    """A stopped server with a database."""
    subprocess.run(["cp", "-a", f"{cluster}/.", place], check=True)
    place.chmod(0o755)
    database = EmbeddedPostgres(place)
    yield database
    database.stop()


def one(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def postmaster_pid(database: EmbeddedPostgres) -> int:
    return int((database.cluster_dir / "postmaster.pid").read_text().splitlines()[0])


def kill_server(database: EmbeddedPostgres) -> None:
    pid = postmaster_pid(database)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while database.is_ready() and time.monotonic() < deadline:
        time.sleep(0.01)


def start_elsewhere(data_dir: Path) -> subprocess.Popen[str]:
    """Another process that uses the database until its stdin closes."""
    code = (
        "import sys; from pathlib import Path; from loanark.kit.postgres import EmbeddedPostgres\n"
        "d = EmbeddedPostgres(Path(sys.argv[1])); print(d.ensure_running(), flush=True); sys.stdin.read(); d.release()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


# ── A fresh machine ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_directory_becomes_a_running_database_owned_by_an_ordinary_role(place: Path) -> None:
    with EmbeddedPostgres(place / "data") as database:
        assert one(database.url, "select current_user || ' ' || current_database()") == "loanark loanark"
        assert one(database.url, "select rolsuper from pg_roles where rolname = current_user") is False
        assert one(database.url, "select rolcreaterole from pg_roles where rolname = current_user") is True
        owner = "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
        assert one(database.url, owner) == "loanark"
        assert one(database.superuser_url, "select rolsuper from pg_roles where rolname = current_user") is True


def test_the_database_is_utf8_checks_its_pages_and_waits_for_the_disk(database: EmbeddedPostgres) -> None:
    url = database.ensure_running()
    assert one(url, "show server_encoding") == "UTF8"
    assert one(url, "select lower('ÄÉŠ')") == "äéš"
    assert one(url, "show data_checksums") == "on"
    assert one(url, "show synchronous_commit") == "on"
    assert one(url, "show fsync") == "on"


def test_nothing_listens_on_the_network_and_only_the_servers_user_can_enter_the_sockets_directory(
    database: EmbeddedPostgres,
) -> None:
    assert one(database.ensure_running(), "show listen_addresses") == ""
    assert database.socket_dir.stat().st_mode & 0o077 == 0


def test_extensions_the_owner_needs_can_be_created_by_it(database: EmbeddedPostgres) -> None:
    with psycopg.connect(database.ensure_running()) as connection:
        connection.execute("create extension pg_trgm; create extension btree_gin; create extension citext")


def test_settings_in_the_callers_environment_for_another_server_change_nothing(
    database: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGHOST", "db.example.com")
    assert one(database.ensure_running(), "select 1") == 1


def test_a_killed_initdb_leaves_litter_that_the_next_start_removes(place: Path) -> None:
    litter = place / "postgres.new-killed"
    litter.mkdir()
    (litter / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(place) as database:
        assert one(database.url, "select 1") == 1
    assert not list(place.glob("postgres.new-*"))


def test_a_start_killed_between_server_and_role_is_completed(database: EmbeddedPostgres) -> None:
    database.ensure_running()
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute("drop database loanark")
        connection.execute("drop role loanark")
    assert one(EmbeddedPostgres(database.data_dir).ensure_running(), "select 1") == 1


def test_a_long_path_gets_a_short_socket_in_tmp(place: Path) -> None:
    database = EmbeddedPostgres(place / ("long" * 30))
    try:
        assert one(database.ensure_running(), "select 1") == 1
        assert len(str(database.socket_dir)) < 100
        assert database.socket_dir.stat().st_mode & 0o077 == 0
    finally:
        database.stop()
        shutil.rmtree(database.socket_dir)


def test_a_socket_directory_planted_by_somebody_else_is_not_used(place: Path) -> None:
    database = EmbeddedPostgres(place / ("long" * 30))
    planted = place / "planted"
    planted.mkdir(mode=0o700)
    database.socket_dir.symlink_to(planted)
    try:
        with pytest.raises(PostgresError, match="others could have connected"):
            database.ensure_running()
        assert not list(planted.iterdir())
    finally:
        database.socket_dir.unlink()


def test_the_users_own_settings_survive_a_restart(database: EmbeddedPostgres) -> None:
    database.ensure_running()
    with (database.cluster_dir / "postgresql.conf").open("a") as conf:
        conf.write("max_connections = 33\n")
    database.stop()
    assert one(database.ensure_running(), "show max_connections") == "33"


# ── Kills ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def committed(database: EmbeddedPostgres) -> EmbeddedPostgres:
    """A running server with 1,000 committed rows and a transaction that was never committed."""
    with psycopg.connect(database.ensure_running(), autocommit=True) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as id")
    open_one = psycopg.connect(database.url)
    open_one.execute("insert into kept select generate_series(1001, 2000)")
    return database


def test_committed_rows_are_there_after_kill_9_of_the_server_and_uncommitted_ones_are_not(
    committed: EmbeddedPostgres,
) -> None:
    kill_server(committed)
    assert one(committed.ensure_running(), "select count(*) from kept") == 1000


def test_a_server_killed_again_and_again_comes_back_each_time(committed: EmbeddedPostgres) -> None:
    for _ in range(3):
        kill_server(committed)
        assert one(committed.ensure_running(), "select count(*) from kept") == 1000


def test_it_comes_back_when_the_old_pid_belongs_to_another_process_of_the_same_user(
    committed: EmbeddedPostgres,
) -> None:
    kill_server(committed)
    user = committed._server_user.pw_uid if committed._server_user else None
    other = subprocess.Popen(["sleep", "60"], user=user, cwd="/")
    try:
        give_pid(committed, other.pid)
        started = time.monotonic()
        assert one(committed.ensure_running(), "select count(*) from kept") == 1000
        assert time.monotonic() - started < 20
        assert other.poll() is None, "the innocent process was left alone"
    finally:
        other.kill()
        other.wait()


@on_linux
def test_it_comes_back_when_the_old_server_is_a_zombie_that_nobody_reaps(committed: EmbeddedPostgres) -> None:
    kill_server(committed)
    user = committed._server_user.pw_uid if committed._server_user else None
    zombie = subprocess.Popen(["true"], user=user, cwd="/")
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)  # ended, and left unreaped
    try:
        give_pid(committed, zombie.pid)
        assert one(committed.ensure_running(), "select count(*) from kept") == 1000
    finally:
        zombie.wait()


def test_a_backend_of_the_killed_server_that_still_works_keeps_a_second_server_out(
    committed: EmbeddedPostgres,
) -> None:
    with psycopg.connect(committed.url, autocommit=True) as busy:
        backend = busy.info.backend_pid
        os.kill(backend, signal.SIGSTOP)  # it cannot notice that its server is gone
        try:
            kill_server(committed)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(postgres, "START_SECONDS", 2.0)
                with pytest.raises(PostgresError, match="shared memory"):
                    committed.ensure_running()
        finally:
            os.kill(backend, signal.SIGCONT)
    assert one(committed.ensure_running(), "select count(*) from kept") == 1000


def test_a_server_that_takes_its_time_to_begin_is_waited_for_and_not_started_twice(
    committed: EmbeddedPostgres, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = postgres._wheel_package_dir()
    assert wheel is not None
    slow = place / "slow"
    slow.mkdir()
    for source in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        subprocess.run(["cp", "-al", source, slow], check=True)
    server = slow / wheel.name / "pginstall" / "bin" / "postgres"
    server.rename(server.with_name("postgres.real"))
    server.write_text('#!/bin/sh\n[ "$1" = "-V" ] || [ "$1" = "--version" ] || sleep 1.5\nexec "$0.real" "$@"\n')
    server.chmod(0o755)
    monkeypatch.setenv("PG_BIN", str(server.parent))
    kill_server(committed)
    again = EmbeddedPostgres(committed.data_dir)
    assert one(again.ensure_running(), "select count(*) from kept") == 1000
    assert postmaster_pid(again) == one(again.superuser_url, PARENT_OF_BACKEND)
    again.stop()
    assert not again.is_ready()


#: The server, as a backend sees it in /proc.
PARENT_OF_BACKEND = "select split_part(pg_read_file('/proc/self/stat'), ' ', 4)::int"


def give_pid(database: EmbeddedPostgres, pid: int) -> None:
    path = database.cluster_dir / "postmaster.pid"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([f"{pid}\n", *lines[1:]]))


# ── Several processes ───────────────────────────────────────────────────────────────────────────────────────────────


def test_processes_that_start_at_once_on_an_empty_directory_share_one_server(place: Path) -> None:
    processes = [start_elsewhere(place / "data") for _ in range(3)]
    try:
        urls = {process.stdout.readline().strip() for process in processes if process.stdout}
        assert len(urls) == 1
        assert one(urls.pop(), "select 1") == 1
    finally:
        for process in processes:
            process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert not EmbeddedPostgres(place / "data").is_ready(), "the last one to leave stopped it"


def test_the_server_runs_on_while_another_process_uses_it(database: EmbeddedPostgres) -> None:
    other = start_elsewhere(database.data_dir)
    assert other.stdout is not None
    other.stdout.readline()
    database.ensure_running()
    database.release()
    assert database.is_ready()
    other.communicate(timeout=60)
    assert not database.is_ready()


def test_a_killed_user_does_not_keep_the_server_running_for_ever(database: EmbeddedPostgres) -> None:
    other = start_elsewhere(database.data_dir)
    assert other.stdout is not None
    other.stdout.readline()
    other.kill()
    other.communicate()
    assert database.is_ready()
    database.ensure_running()
    database.release()
    assert not database.is_ready()


def test_it_can_be_used_again_after_release(database: EmbeddedPostgres) -> None:
    database.ensure_running()
    database.release()
    database.release()
    assert one(database.ensure_running(), "select 1") == 1


# ── Root ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@as_root
def test_started_by_root_the_server_runs_as_nobody(database: EmbeddedPostgres) -> None:
    database.ensure_running()
    assert Path(f"/proc/{postmaster_pid(database)}").owner() == "nobody"


@as_root
def test_a_data_directory_nobody_can_enter_stays_closed_and_the_cluster_lives_elsewhere(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "STATE_DIR", place / "state")
    closed = place / "root"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "data") as database:
        assert one(database.url, "select 1") == 1
        assert database.cluster_dir.is_relative_to(place / "state")
    assert closed.stat().st_mode & 0o777 == 0o700
    assert EmbeddedPostgres(closed / "data").cluster_dir == database.cluster_dir, "found again"


@as_root
def test_a_database_is_found_again_or_an_error_but_never_a_new_one_when_the_directorys_mode_changes(
    database: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "STATE_DIR", database.data_dir / "state")
    database.data_dir.chmod(0o700)
    with pytest.raises(PostgresError, match="cannot enter that directory any more"):
        EmbeddedPostgres(database.data_dir).ensure_running()
    database.data_dir.chmod(0o711)
    assert one(EmbeddedPostgres(database.data_dir).ensure_running(), "select 1") == 1


@as_root
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_new_directory_can_be_passed_from_its_first_moment(place: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with EmbeddedPostgres(place / "a" / "b") as database:
            assert database.cluster_dir == place / "a" / "b" / "postgres"
    finally:
        os.umask(before)
    assert (place / "a").stat().st_mode & 0o777 == 0o711


@as_root
def test_programs_nobody_can_execute_are_copied_to_where_it_can(
    place: Path, cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = postgres._wheel_package_dir()
    assert wheel is not None
    closed = place / "root"
    closed.mkdir(mode=0o700)
    for source in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        subprocess.run(["cp", "-al", source, closed], check=True)
    monkeypatch.setattr(postgres, "STATE_DIR", place / "state")
    monkeypatch.setattr(postgres, "_wheel_package_dir", lambda: closed / wheel.name)
    for _ in range(2):
        with EmbeddedPostgres(place / "data") as database:
            assert one(database.url, "select 1") == 1
            assert database._server_bin_dir.is_relative_to(place / "state" / "binaries")
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_a_state_directory_that_others_can_write_to_is_not_trusted(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "state").mkdir()
    (place / "state").chmod(0o777)
    monkeypatch.setattr(postgres, "STATE_DIR", place / "state")
    closed = place / "root"
    closed.mkdir(mode=0o700)
    with pytest.raises(PostgresError, match="writable by root alone"):
        EmbeddedPostgres(closed).ensure_running()


@as_root
def test_an_ordinary_user_starts_it_as_itself_and_root_then_joins_without_taking_over(place: Path) -> None:
    os.chown(place, 65534, 65534)
    code = (
        "import sys; from pathlib import Path; from loanark.kit.postgres import EmbeddedPostgres\n"
        "d = EmbeddedPostgres(Path(sys.argv[1])); print(d.ensure_running(), flush=True); d.stop()"
    )
    packages = [Path(postgres.__file__).parents[2], Path(psycopg.__file__).parents[1]]
    done = subprocess.run(
        [python_for_everybody(), "-c", code, place / "data"],
        user=65534,
        group=65534,
        extra_groups=[],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, packages))},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with EmbeddedPostgres(place / "data") as database:
        assert one(database.url, "select 1") == 1
        assert Path(f"/proc/{postmaster_pid(database)}").stat().st_uid == 65534


def python_for_everybody() -> str:
    """A Python like this one that an ordinary user can execute: ours may lie in root's home."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with contextlib.suppress(OSError):
            done = subprocess.run([python, "-c", ""], user=65534, group=65534, extra_groups=[], cwd="/", check=False)
            if done.returncode == 0:
                return python
    pytest.skip("there is no Python here that an ordinary user can execute")


# ── Errors ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_server_that_cannot_start_is_reported_soon_with_the_end_of_its_log(database: EmbeddedPostgres) -> None:
    with (database.cluster_dir / "postgresql.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")
    started = time.monotonic()
    with pytest.raises(PostgresError) as caught:
        database.ensure_running()
    assert time.monotonic() - started < 10
    assert "Committed data is safe" in str(caught.value)
    assert "no_such_setting" in str(caught.value)


def test_a_directory_with_something_else_in_it_is_left_as_it_is(place: Path) -> None:
    (place / "postgres").mkdir()
    (place / "postgres" / "thesis.txt").write_text("mine")
    with pytest.raises(PostgresError, match="holds no PostgreSQL database"):
        EmbeddedPostgres(place).ensure_running()
    assert (place / "postgres" / "thesis.txt").read_text() == "mine"


def test_a_cluster_of_another_major_version_is_named_and_left_alone(place: Path) -> None:
    (place / "postgres").mkdir()
    (place / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match="made by PostgreSQL 9"):
        EmbeddedPostgres(place).ensure_running()


def test_a_pg_bin_without_programs_is_reported(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(place))
    with pytest.raises(PostgresError, match="No PostgreSQL programs were found"):
        EmbeddedPostgres(place).ensure_running()


def test_a_data_directory_that_cannot_be_made_is_reported(place: Path) -> None:
    (place / "file").write_text("")
    with pytest.raises(PostgresError, match="cannot be made"):
        EmbeddedPostgres(place / "file" / "data").ensure_running()


def test_debians_programs_serve_where_the_wheel_is_absent(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_wheel_package_dir", lambda: None)
    if not postgres._candidate_bin_dirs():
        pytest.skip("no PostgreSQL of the distribution here")
    with EmbeddedPostgres(place) as database:
        assert str(database.bin_dir).startswith("/usr/lib/postgresql/")
        assert one(database.url, "select lower('ÄÉŠ')") == "äéš"


# ── The default place ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_data_directory_is_the_configured_one_else_in_the_home(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.delenv("LOANARK_DATA_DIR", raising=False)
    assert default_data_dir() == place / ".local" / "share" / "loanark"
    monkeypatch.setenv("LOANARK_DATA_DIR", "~/elsewhere")
    assert default_data_dir() == place / "elsewhere"


@as_root
def test_roots_closed_home_is_not_used(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "root").mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(place / "root"))
    monkeypatch.delenv("LOANARK_DATA_DIR", raising=False)
    assert default_data_dir() == Path("/var/lib/loanark")
