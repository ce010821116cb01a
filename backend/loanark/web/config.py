"""The environment, read once. A missing or bad value stops the start with one sentence that says what to set."""

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from loanark.kit.postgres import default_data_dir

#: In a clone the built user interface lies beside the back end.
_FRONTEND = Path(__file__).parents[3] / "frontend" / "dist"


#: A request waits this long for a connection to the database; then it says that the database does not answer.
POOL_SECONDS = 5


class ConfigurationError(Exception):
    """The environment is not usable; the message is one sentence that says what to set."""


@dataclass(frozen=True, slots=True)
class Config:
    database_url: str
    database_direct_url: str
    public_url: str
    hubspot_api_url: str
    hubspot_app_url: str
    hubspot_client_id: str
    hubspot_client_secret: str
    hubspot_journal: bool
    token_requests_per_minute: int
    secret_keys: tuple[str, ...]
    encryption_keys: tuple[bytes, ...]
    data_dir: Path
    frontend_dir: Path

    @property
    def oauth_available(self) -> bool:
        return bool(self.hubspot_client_id and self.hubspot_client_secret)


def load() -> Config:
    data_dir = default_data_dir()
    database_url = os.environ.get("LOANARK_DATABASE_URL", "")
    return Config(
        database_url=database_url,
        database_direct_url=os.environ.get("LOANARK_DATABASE_DIRECT_URL", "") or database_url,
        public_url=_url("LOANARK_PUBLIC_URL", "http://127.0.0.1:8000"),
        hubspot_api_url=_url("LOANARK_HUBSPOT_API_URL", "https://api.hubapi.com"),
        hubspot_app_url=_url("LOANARK_HUBSPOT_APP_URL", "https://app.hubspot.com"),
        hubspot_client_id=os.environ.get("LOANARK_HUBSPOT_CLIENT_ID", ""),
        hubspot_client_secret=os.environ.get("LOANARK_HUBSPOT_CLIENT_SECRET", ""),
        hubspot_journal=_switch("LOANARK_HUBSPOT_JOURNAL"),
        token_requests_per_minute=_count("LOANARK_TOKEN_REQUESTS_PER_MINUTE", 600),
        secret_keys=keys("LOANARK_SECRET_KEYS", data_dir),
        encryption_keys=tuple(_aes_key(key) for key in keys("LOANARK_ENCRYPTION_KEYS", data_dir)),
        data_dir=data_dir,
        frontend_dir=Path(os.environ.get("LOANARK_FRONTEND_DIR", _FRONTEND)),
    )


def _url(name: str, default: str) -> str:
    value = os.environ.get(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"Set {name} to a full http(s) address; it is {value!r}.")
    return value


def _switch(name: str) -> bool:
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise ConfigurationError(f"Set {name} to 1 or 0; it is {value!r}.")
    return value == "1"


def _count(name: str, default: int) -> int:
    value = os.environ.get(name, "") or str(default)
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 1_000_000):
        raise ConfigurationError(f"Set {name} to a whole number from 1 to 999999; it is {value!r}.")
    return int(value)


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


def django_database(url: str) -> dict[str, object]:
    """Django's settings for a `postgresql://` URL, query options included."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ConfigurationError(
            f"Set LOANARK_DATABASE_URL to a postgresql:// address; its scheme is {parts.scheme!r}."
        )
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "OPTIONS": {**query, "pool": {"min_size": 0, "max_size": 12, "timeout": POOL_SECONDS}},
        # A connection that died with the database is noticed when it is taken from the pool, not by a failed request.
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
