"""The database of a simulation: a server without disk syncs, whose time is the story's.

PostgreSQL's own functions of time and chance are shadowed by those of a schema that comes first in the search path.
Column defaults were resolved when the tables were made, so they are rewritten to the same functions.
"""

import base64
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from loanark.kit.postgres import EmbeddedPostgres

CLIENT_ID, CLIENT_SECRET = "simulated-client", "simulated-secret"
#: HubSpot sends browsers back to https only, except for localhost.
PUBLIC_URL = "http://localhost"

TEMPLATE = "simulation"

#: A crash of the server is not part of a story (PostgreSQL's own durability is not what is proved here).
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "track_activities": "off",
    "track_counts": "off",
    "update_process_title": "off",
}

_SHADOWS = """
CREATE SCHEMA simulation;
CREATE SEQUENCE simulation.ids;
CREATE FUNCTION simulation.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('simulation.now', true), '')::timestamptz, pg_catalog.clock_timestamp())
$$;
CREATE FUNCTION simulation.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT simulation.clock_timestamp()';
CREATE FUNCTION simulation.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT simulation.clock_timestamp()';
CREATE FUNCTION simulation.gen_random_uuid() RETURNS uuid LANGUAGE sql VOLATILE
    AS $$SELECT md5('simulated ' || nextval('simulation.ids'))::uuid$$;
CREATE TABLE simulation.merges (
    id bigint GENERATED ALWAYS AS IDENTITY, other uuid, survivor uuid, was uuid, at timestamptz
);
CREATE FUNCTION simulation.note_merge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO simulation.merges (other, survivor, was, at)
    VALUES (NEW.id, NEW.merged_into, OLD.merged_into, simulation.clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER simulation_notes_merges AFTER UPDATE ON public.contacts FOR EACH ROW
    WHEN (OLD.merged_into IS DISTINCT FROM NEW.merged_into) EXECUTE FUNCTION simulation.note_merge();
GRANT SELECT ON simulation.merges TO PUBLIC;
GRANT USAGE ON SCHEMA simulation TO PUBLIC;
GRANT USAGE ON SEQUENCE simulation.ids TO PUBLIC;
"""
_SHADOWED = re.compile(r"(?<![\w.])(?:pg_catalog\.)?(clock_timestamp|statement_timestamp|now|gen_random_uuid)\(\)")


@contextmanager
def server() -> Iterator[EmbeddedPostgres]:
    """A server of our own, thrown away at the end."""
    with tempfile.TemporaryDirectory(prefix="la-sim-") as directory:
        Path(directory).chmod(0o755)
        postgres = EmbeddedPostgres(Path(directory))
        postgres.ensure_running()
        try:
            with psycopg.connect(postgres.superuser_url, autocommit=True) as admin:
                for name, value in _SETTINGS.items():
                    admin.execute(f"ALTER SYSTEM SET {name} = '{value}'")
                admin.execute("SELECT pg_reload_conf()")
            yield postgres
        finally:
            postgres.stop()


def url_of(postgres: EmbeddedPostgres, name: str) -> str:
    return postgres.url.replace("/loanark?", f"/{name}?")


def configure(url: str) -> None:
    """Django on this database: one lasting connection, no pool."""
    os.environ.update(
        LOANARK_DATABASE_URL=url,
        LOANARK_SECRET_KEYS="only for simulations",  # noqa: S106
        LOANARK_ENCRYPTION_KEYS=base64.b64encode(b"0" * 32).decode(),
        LOANARK_PUBLIC_URL=PUBLIC_URL,
        LOANARK_HUBSPOT_API_URL="http://hubspot.simulated",
        LOANARK_HUBSPOT_APP_URL="http://hubspot.simulated",
        LOANARK_HUBSPOT_CLIENT_ID=CLIENT_ID,
        LOANARK_HUBSPOT_CLIENT_SECRET=CLIENT_SECRET,
        DJANGO_SETTINGS_MODULE="loanark.web.settings",
    )
    import django
    from django.conf import settings

    database = settings.DATABASES["default"]
    options = database["OPTIONS"]
    assert isinstance(options, dict)
    database["OPTIONS"] = {name: value for name, value in options.items() if name != "pool"}
    database.update(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=False)
    # Hashing a password well takes a third of a second; nobody signs in here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()


def make_template(postgres: EmbeddedPostgres) -> None:
    """The migrated database that every job copies."""
    from django.core.management import call_command
    from django.db import connections

    with psycopg.connect(postgres.superuser_url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{TEMPLATE}" OWNER loanark')
    configure(url_of(postgres, TEMPLATE))
    call_command("migrate", verbosity=0)
    connections.close_all()
    with psycopg.connect(postgres.superuser_url.replace("/postgres?", f"/{TEMPLATE}?"), autocommit=True) as admin:
        admin.execute(_SHADOWS)
        found = admin.execute(
            """SELECT d.adrelid::regclass::text, a.attname, pg_get_expr(d.adbin, d.adrelid)
               FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
               JOIN pg_class c ON c.oid = d.adrelid
               WHERE c.relnamespace = 'public'::regnamespace AND a.attgenerated = ''"""
        ).fetchall()
        for table, column, expression in found:
            shadowed = _SHADOWED.sub(r"simulation.\1()", expression)
            if "CURRENT_TIMESTAMP" in shadowed:
                shadowed = shadowed.replace("CURRENT_TIMESTAMP", "simulation.now()")
            if shadowed != expression:
                admin.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET DEFAULT {shadowed}')


def make_job(postgres: EmbeddedPostgres, number: int) -> str:
    """A database for one job; returns its URL. What a database is set to is not copied with it."""
    name = f"job_{number}"
    with psycopg.connect(postgres.superuser_url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" OWNER loanark TEMPLATE "{TEMPLATE}"')
        admin.execute(f'ALTER DATABASE "{name}" SET search_path = simulation, public, pg_catalog')
    return url_of(postgres, name)


def superuser_url(url: str) -> str:
    """The same database as the superuser, who may end connections and empty tables."""
    return re.sub(r"//[^@/]*@", "//postgres@", url)
