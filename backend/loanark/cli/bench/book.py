"""A made-up book of contacts of any size, written straight into the tables: what lists are measured on."""

from typing import Any
from uuid import UUID

import psycopg

#: So many rows are written by one statement: a million at once would hold every generated value in memory.
ROWS_AT_ONCE = 50_000

_FIRST = (
    "Ada Ahmed Aisha Alan Alice Amara Ana Andre Angela Arjun Beatriz Ben Carla Carlos Chen Chloe Clara Daniel Dana "
    "David Diego Elena Elijah Emma Eric Fatima Felix Grace Hana Hector Ines Isaac Ivan Jade James Jin Joao Joe John "
    "Julia Kai Karen Kofi Lars Leah Leo Lina Lucas Maria Marta Max Maya Mei Mia Nadia Nina Noah Olga Omar Paul Priya "
    "Rosa Ruth Sam Sara Sean Sofia Tariq Tessa Theo Uma Vera Victor Wei Yara Yusuf Zoe"
)
#: A last name is a beginning and an ending: 900 of them, about as many as a real book's frequent ones.
_BEGINNINGS = (
    "Al Ander Bar Beck Ber Black Bran Car Cho Cor Dan Del Dun Ever Fer Gar Gold Har Hern Holm Jack John Kel Ken Lind "
    "Mar Mit Mor Nor Oli Pet Ram Rob San Schu Stein Tor Var Wal Whit"
)
_ENDINGS = (
    "bach berg by dahl den der es ez field ford hart ing ison land ley man mann mas nes nez per sen son ton ura wood"
)
_CITIES = (
    "Austin Boise Boston Chicago Dallas Denver Fresno Houston Laredo Miami Mobile Omaha Phoenix Reno Salem Tampa Tucson"
)
_STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA"
)

#: Chosen by hashes of the row's number, so that a book is the same each time and no column follows another.
_CONTACTS = """
    INSERT INTO contacts (tenant_id, email, firstname, lastname, phone, company, city, state, owner,
                          email_verification_status, client_type_vip_status, client_type_prospects, loan_number,
                          loan_amount, created_side, created_at, updated_at, deleted_at)
    SELECT %(tenant)s, lower(firstname || '.' || lastname || n || '@' || mailer), firstname, lastname,
           '+1512' || lpad((n %% 10000000)::text, 7, '0'),
           CASE WHEN h5 %% 3 = 0 THEN lastname || ' ' || (ARRAY['Lending', 'Homes', 'Group'])[1 + h4 %% 3] END,
           city, state, 'officer' || h2 %% 24 || '@lender.example',
           (ARRAY['valid', 'valid', 'valid', 'invalid', 'unknown'])[1 + h3 %% 5],
           CASE WHEN h4 %% 20 = 0 THEN 'vip' END, (ARRAY['cold', 'warm', 'hot'])[1 + h5 %% 4],
           'LN-' || lpad(n::text, 8, '0'), 50000 + h1 %% 900000,
           CASE WHEN h3 %% 10 = 0 THEN 'loanark' ELSE 'hubspot' END,
           now() - make_interval(mins => (10 + h5 %% 1000000)::int),
           now() - make_interval(secs => (60 + n * 7 %% 20000000)::int),
           CASE WHEN h2 %% 100 = 0 THEN now() - interval '9 days' END
    FROM (SELECT n, h1, h2, h3, h4, h5, (%(first)s::text[])[1 + h1 %% cardinality(%(first)s::text[])] AS firstname,
                 (%(beginnings)s::text[])[1 + h2 %% cardinality(%(beginnings)s::text[])]
                 || (%(endings)s::text[])[1 + h3 %% cardinality(%(endings)s::text[])] AS lastname,
                 (%(cities)s::text[])[1 + h4 %% cardinality(%(cities)s::text[])] AS city,
                 (%(states)s::text[])[1 + h5 %% cardinality(%(states)s::text[])] AS state,
                 (ARRAY['mail.example', 'post.example', 'inbox.example'])[1 + h1 %% 3] AS mailer
          FROM generate_series(%(start)s::int, %(stop)s::int) AS n,
               LATERAL (SELECT abs(hashint4(n)::bigint) AS h1, abs(hashint4(n + 100000000)::bigint) AS h2,
                               abs(hashint4(n + 200000000)::bigint) AS h3, abs(hashint4(n + 300000000)::bigint) AS h4,
                               abs(hashint4(n + 400000000)::bigint) AS h5) AS hashes) AS drawn
"""
#: Linked and in sync, but for 1 in 200 that HubSpot does not have any more.
_LINKS = """
    INSERT INTO contact_links (tenant_id, id, contact_id, hubspot_id, base, remote, local_version, state, closed_reason)
    SELECT tenant_id, nextval(pg_get_serial_sequence('contact_links', 'id')), id,
           (500000000 + row_number() OVER ())::text, known, known, version,
           CASE WHEN gone THEN 'closed' ELSE 'live' END, CASE WHEN gone THEN 'deleted in HubSpot' END
    FROM (SELECT *, hashtext(id::text) %% 200 = 1 AS gone,
                 jsonb_strip_nulls(jsonb_build_object('email', email, 'firstname', firstname, 'lastname', lastname,
                                                      'phone', phone, 'city', city, 'state', state)) AS known
          FROM contacts WHERE tenant_id = %(tenant)s) AS linked
"""
#: 1 in 500 waits for a look.
_HINTS = """
    INSERT INTO hints (tenant_id, side, record_id, source, lane)
    SELECT tenant_id, 'loanark', id::text, 'edit', 2 FROM contacts
    WHERE tenant_id = %(tenant)s AND hashtext(id::text) %% 500 = 3
"""
_CONFLICTS = """
    INSERT INTO contact_conflicts (tenant_id, contact_id, field, base, hubspot, loanark, policy, open)
    SELECT tenant_id, id, 'city', city, 'Reno', city, 'ask', true FROM contacts
    WHERE tenant_id = %(tenant)s AND hashtext(id::text) %% 5000 = 7
"""
_REJECTIONS = """
    INSERT INTO contact_rejections (tenant_id, contact_id, field, side, code, reason)
    SELECT tenant_id, id, 'client_type_vip_status', 'hubspot', 'option-unknown', 'HubSpot has no such option.'
    FROM contacts WHERE tenant_id = %(tenant)s AND hashtext(id::text) %% 2000 = 9
"""


#: An account that was compared completely; nobody works for it.
_CONNECTION = """
    INSERT INTO connections (tenant_id, status, auth, portal_id, scopes, properties, approved_at, backfilled_at,
                             hubspot_total, counted_at)
    SELECT %(tenant)s, 'paused', 'static', '1', '[]', '[]', now(), now(), count(*), now() FROM contact_links
    WHERE tenant_id = %(tenant)s AND state = 'live'
"""
#: Tables whose triggers rest meanwhile.
_TABLES = ("contacts", "contact_links", "contact_conflicts", "contact_rejections", "hints", "connections")


#: People as in a lender's book: namesakes, families of one address and phone, blanks. Whoever is there twice comes
#: with another e-mail, a slip in the name, little but the e-mail, or moved away; `company` says who it is.
_PEOPLE = """
    INSERT INTO contacts (tenant_id, email, firstname, lastname, phone, address, city, zip, company, custom)
    SELECT %(tenant)s,
           CASE WHEN differs IN ('e-mail', 'moved') THEN 'new.' || n || '@inbox.example'
                WHEN h3 %% 10 > 0 THEN lower(firstname || '.' || lastname || person || '@mail.example') END,
           firstname, CASE WHEN differs = 'slip' THEN left(lastname, 2) || substr(lastname, 4) ELSE lastname END,
           CASE differs WHEN 'bare' THEN NULL WHEN 'moved' THEN '+1737' || lpad((n %% 10000000)::text, 7, '0')
                ELSE '+1512' || lpad((house %% 10000000)::text, 7, '0') END,
           CASE differs WHEN 'bare' THEN NULL WHEN 'moved' THEN n || ' New Street'
                ELSE (1 + s1 %% 4999) || ' ' || street END,
           CASE WHEN differs IN ('bare', 'moved') THEN NULL
                ELSE (%(cities)s::text[])[1 + s4 %% cardinality(%(cities)s::text[])] END,
           CASE WHEN differs IN ('bare', 'moved') THEN NULL ELSE lpad((s4 %% 20000 * 5)::text, 5, '0') END,
           person::text,
           CASE WHEN differs = 'bare' OR (differs IS NULL AND h3 %% 5 < 2) THEN '{}'
                ELSE jsonb_build_object('date_of_birth', date '1940-01-01' + (h2 %% 24000)::int) END
    FROM (SELECT *, (%(first)s::text[])[1 + h1 %% cardinality(%(first)s::text[])] AS firstname,
                 (%(beginnings)s::text[])[1 + s2 %% cardinality(%(beginnings)s::text[])]
                 || CASE WHEN s3 %% 10 < 4 THEN (%(endings)s::text[])[1 + s1 %% cardinality(%(endings)s::text[])]
                         ELSE '' END
                 || (%(endings)s::text[])[1 + s4 %% cardinality(%(endings)s::text[])] AS lastname,
                 (%(beginnings)s::text[])[1 + s1 %% cardinality(%(beginnings)s::text[])]
                 || (%(endings)s::text[])[1 + s3 %% cardinality(%(endings)s::text[])] || ' Street' AS street
          FROM (SELECT n, person, differs, person - (person %% 6 = 0)::int AS house
                FROM generate_series(%(start)s::int, %(stop)s::int) AS n, LATERAL (
                    SELECT CASE WHEN n > %(contacts)s THEN 1 + (n - %(contacts)s) * 97 %% %(contacts)s ELSE n END
                           AS person,
                           CASE WHEN n > %(contacts)s THEN (ARRAY['slip', 'e-mail', 'bare', 'moved'])[1 + n %% 4] END
                           AS differs) AS who) AS housed,
               LATERAL (SELECT abs(hashint4(person)::bigint) AS h1, abs(hashint4(person + 100000000)::bigint) AS h2,
                               abs(hashint4(person + 200000000)::bigint) AS h3,
                               abs(hashint4(house + 300000000)::bigint) AS s1,
                               abs(hashint4(house + 400000000)::bigint) AS s2,
                               abs(hashint4(house + 500000000)::bigint) AS s3,
                               abs(hashint4(house + 600000000)::bigint) AS s4) AS hashes) AS drawn
"""

#: One more contact than this many people is one of them again.
TWINS_OF = 100


def fill_people(url: str, tenant_id: UUID, contacts: int) -> None:
    """Writes so many people into a book, of whom one in a hundred is there a second time. As the tables' owner."""
    words = {
        "first": _FIRST.split(),
        "beginnings": _BEGINNINGS.split(),
        "endings": _ENDINGS.split(),
        "cities": _CITIES.split(),
    }
    everybody = contacts + contacts // TWINS_OF
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(tenant_id)])
        database.execute(
            "INSERT INTO custom_fields (name, label, kind) VALUES ('date_of_birth', 'Date of birth', 'date')"
        )
        _triggers(database, "DISABLE")
        for start in range(1, everybody + 1, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE - 1, everybody)
            database.execute(
                _PEOPLE, {"tenant": tenant_id, "contacts": contacts, "start": start, "stop": stop, **words}
            )
        _triggers(database, "ENABLE")
        database.execute("VACUUM ANALYZE contacts")


def fill(url: str, tenant_id: UUID, contacts: int) -> None:
    """Writes `contacts` contacts of an organisation, linked to an account, some in trouble, as the tables' owner.

    No trigger runs: a history of what nobody did would only take time. For a database of the benchmark's own.
    """
    words = {
        "first": _FIRST.split(),
        "beginnings": _BEGINNINGS.split(),
        "endings": _ENDINGS.split(),
        "cities": _CITIES.split(),
        "states": _STATES.split(),
    }
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(tenant_id)])
        _triggers(database, "DISABLE")
        for start in range(1, contacts + 1, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE - 1, contacts)
            database.execute(_CONTACTS, {"tenant": tenant_id, "start": start, "stop": stop, **words})
        for statement in (_LINKS, _HINTS, _CONFLICTS, _REJECTIONS, _CONNECTION):
            database.execute(statement, {"tenant": tenant_id})
        _triggers(database, "ENABLE")
        database.execute(f"VACUUM ANALYZE {', '.join(_TABLES)}")


def _triggers(database: psycopg.Connection[Any], act: str) -> None:
    for table in _TABLES:
        database.execute(f"ALTER TABLE {table} {act} TRIGGER USER")
