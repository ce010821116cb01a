"""The environment, read once. A missing or bad value stops the start with one sentence that says what to set."""

import base64
import binascii
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from loanark.kit.postgres import default_data_dir

#: In a clone the built user interface lies beside the back end.
_FRONTEND = Path(__file__).parents[3] / "frontend" / "dist"

#: Bytes of a request's body. The largest that anybody has reason to send are a mapping's document, and HubSpot's
#: batches of a hundred events.
LARGEST_BODY = 2_621_440

#: Browsers that were here once over https come back by https only, for a year.
HSTS_SECONDS = 31_536_000

#: A request waits this long for a connection to the database; then it says that the database does not answer.
POOL_SECONDS = 5


class ConfigurationError(Exception):
    """The environment is not usable; the message is one sentence that says what to set."""


class NoDatabaseAddress(ConfigurationError):
    """What should be the database's address is none. It may hold a password: it is not repeated."""

    def __init__(self) -> None:
        super().__init__(
            "Set LOANARK_DATABASE_URL to postgresql://user:password@host:5432/database; special characters in user and "
            "password are written as %XX."
        )


@dataclass(frozen=True, slots=True)
class MailServer:
    """An SMTP server: `smtps` speaks TLS from the first byte, `smtp` may begin it later (`?tls=1`)."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls_from_start: bool
    tls_later: bool


@dataclass(frozen=True, slots=True)
class Config:
    database_url: str = field(repr=False)
    database_direct_url: str = field(repr=False)
    public_url: str
    hubspot_api_url: str
    hubspot_app_url: str
    hubspot_client_id: str
    hubspot_client_secret: str = field(repr=False)
    hubspot_journal: bool
    token_requests_per_minute: int
    secret_keys: tuple[str, ...] = field(repr=False)
    encryption_keys: tuple[bytes, ...] = field(repr=False)
    data_dir: Path
    frontend_dir: Path
    #: None: mail stays in the product's own mailbox, a table.
    mail_server: MailServer | None
    mail_from: str
    #: So many proxies of one's own stand before the web process; each adds the address it was asked from.
    trusted_proxies: int
    open_signup: bool
    #: The demo: mail is shown on a page and in the console, since it goes nowhere.
    demo: bool

    @property
    def oauth_available(self) -> bool:
        return bool(self.hubspot_client_id and self.hubspot_client_secret)


def load() -> Config:
    data_dir = default_data_dir()
    database_url = os.environ.get("LOANARK_DATABASE_URL", "")
    return Config(
        database_url=database_url,
        database_direct_url=os.environ.get("LOANARK_DATABASE_DIRECT_URL", "") or database_url,
        public_url=_public_url(),
        hubspot_api_url=_url("LOANARK_HUBSPOT_API_URL", "https://api.hubapi.com"),
        hubspot_app_url=_url("LOANARK_HUBSPOT_APP_URL", "https://app.hubspot.com"),
        hubspot_client_id=os.environ.get("LOANARK_HUBSPOT_CLIENT_ID", ""),
        hubspot_client_secret=os.environ.get("LOANARK_HUBSPOT_CLIENT_SECRET", ""),
        hubspot_journal=_switch("LOANARK_HUBSPOT_JOURNAL"),
        token_requests_per_minute=_number("LOANARK_TOKEN_REQUESTS_PER_MINUTE", default=600, least=1, most=999_999),
        secret_keys=keys("LOANARK_SECRET_KEYS", data_dir),
        encryption_keys=tuple(_aes_key(key) for key in keys("LOANARK_ENCRYPTION_KEYS", data_dir)),
        data_dir=data_dir,
        frontend_dir=Path(os.environ.get("LOANARK_FRONTEND_DIR", _FRONTEND)),
        mail_server=_mail_server(),
        mail_from=_mail_from(),
        trusted_proxies=_number("LOANARK_TRUSTED_PROXIES", default=0, least=0, most=10),
        open_signup=_switch("LOANARK_OPEN_SIGNUP"),
        demo=_switch("LOANARK_DEMO"),
    )


def _url(name: str, default: str) -> str:
    value = os.environ.get(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"Set {name} to a full http(s) address; it is {value!r}.")
    return value


def _public_url() -> str:
    """Passwords and customers' data cross no network in the clear."""
    url = _url("LOANARK_PUBLIC_URL", "http://127.0.0.1:8000")
    parts = urlsplit(url)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ConfigurationError(
            f"Set LOANARK_PUBLIC_URL to the https address of the proxy in front; it is {url!r}, and plain http is for "
            "this machine alone (http://127.0.0.1:8000)."
        )
    return url


def _is_loopback(host: str) -> bool:
    """RFC 6761 keeps `localhost` and what ends in it on the machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _mail_server() -> MailServer | None:
    value = os.environ.get("LOANARK_MAIL_URL", "")
    if not value:
        return None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    query = dict(parse_qsl(parts.query))
    later = query.pop("tls", "0")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or query or later not in ("0", "1"):
        # The value holds a password: it is not repeated.
        raise ConfigurationError(
            "Set LOANARK_MAIL_URL to smtp://user:password@host:587?tls=1 or smtps://user:password@host; special "
            "characters in user and password are written as %XX."
        )
    from_start = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=port or (465 if from_start else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls_from_start=from_start,
        tls_later=later == "1" and not from_start,
    )


def _mail_from() -> str:
    value = os.environ.get("LOANARK_MAIL_FROM", "LoanArk CRM Sync <loanark@localhost>")
    if "@" not in parseaddr(value)[1] or "\n" in value:
        raise ConfigurationError(
            f"Set LOANARK_MAIL_FROM to the sender's address, like LoanArk <crm@lender.example>; it is {value!r}."
        )
    return value


def _number(name: str, *, default: int, least: int, most: int) -> int:
    value = os.environ.get(name, "") or str(default)
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise ConfigurationError(f"Set {name} to a whole number from {least} to {most}; it is {value!r}.")
    return int(value)


def _switch(name: str) -> bool:
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise ConfigurationError(f"Set {name} to 1 or 0; it is {value!r}.")
    return value == "1"


def keys(name: str, data_dir: Path) -> tuple[str, ...]:
    """Comma-separated keys, newest first. Beside an embedded database they are made on first use and kept there."""
    if given := tuple(key.strip() for key in os.environ.get(name, "").split(",") if key.strip()):
        return given
    if os.environ.get("LOANARK_DATABASE_URL"):
        raise ConfigurationError(
            f"Set {name} to a random key (for example from `openssl rand -base64 32`): with your own database, "
            "keys must outlive this machine, so none is made up."
        )
    return (_kept_key(data_dir / f"{name.lower()}.key"),)


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip() or _rewrite(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(key := _new_key())
    return key


def _rewrite(path: Path) -> str:
    """A start killed between creating the file and writing it left it empty: nothing was encrypted with it yet."""
    path.write_text(key := _new_key())
    return key


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _aes_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise ConfigurationError("Set LOANARK_ENCRYPTION_KEYS to base64 keys of 32 bytes (`openssl rand -base64 32`).")
    return key


def secrets_of_environment() -> Iterator[str]:
    """The secrets among the variables, well-formed or not: logs and messages are searched for them."""
    for name in ("LOANARK_SECRET_KEYS", "LOANARK_ENCRYPTION_KEYS"):
        yield from (key.strip() for key in os.environ.get(name, "").split(","))
    yield os.environ.get("LOANARK_HUBSPOT_CLIENT_SECRET", "")
    for name in ("LOANARK_DATABASE_URL", "LOANARK_DATABASE_DIRECT_URL", "LOANARK_MAIL_URL"):
        value = os.environ.get(name, "")
        who = value.partition("://")[2].rpartition("@")[0]
        password = who.partition(":")[2] or dict(parse_qsl(value.partition("?")[2])).get("password", "")
        yield from (password, unquote(password))


def without_password(url: str) -> str:
    """A database's address as it may be shown: who has the password gives it by PGPASSWORD or ~/.pgpass."""
    address, _, query = url.partition("?")
    scheme, _, rest = address.partition("://")
    authority, slash, database = rest.partition("/")
    who, at, where = authority.rpartition("@")
    kept = "&".join(part for part in query.split("&") if not part.startswith("password="))
    return f"{scheme}://{who.partition(':')[0]}{at}{where}{slash}{database}" + (f"?{kept}" if kept else "")


def django_database(url: str) -> dict[str, object]:
    """Django's settings for a `postgresql://` URL, query options included."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("postgresql", "postgres"):
        raise NoDatabaseAddress
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": query.pop("port", "") or str(port or ""),
        "OPTIONS": {**query, "pool": {"min_size": 0, "max_size": 12, "timeout": POOL_SECONDS}},
        # A connection that died with the database is noticed when it is taken from the pool, not by a failed request.
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
