"""Erasure for privacy: of a person nothing is left but that they were erased, when, and on what evidence.

History stays as rows without values. What is kept of an e-mail is a keyed hash: it tells that an address is the erased
one to whoever knows the address and this installation's secret, and to nobody else.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from loanark.connections.actions import notify, wake_workers
from loanark.kit import sql
from loanark.kit.errors import NotFound, Stale

#: What stands in the place of every reason and evidence that might hold a value.
REASON = "erased for privacy"

#: Changes of contacts are written down without values then, and leave no hints.
_SILENTLY = {"loanark.cause": "erasure", "loanark.reason": REASON, "loanark.origin": "sync"}

#: What a contact's row keeps. Any other column, also one added later, is a value of the person.
BOOKKEEPING = frozenset({"tenant_id", "id", "created_side", "version", "created_at", "updated_at", "deleted_at"})

#: Tables about contacts whose rows stay, without values. In every other one with a column that names a contact, also
#: one added later, the person's rows are deleted: intents, evidence, whatever was planned or held.
KEPT = frozenset(
    {"audit_events", "contact_changes", "contact_links", "contact_conflicts", "contact_rejections", "contact_aliases"}
)

DONE = "Erased: no value of this person is left in LoanArk, and none that it knows of in HubSpot."
ORDERED = (
    "Ordered. The sync erases this person in HubSpot and then here, before anything else; while HubSpot is not "
    "connected or does not answer, the order waits."
)


def ask(tenant_id: UUID, contact_id: UUID, *, by: str) -> bool:
    """Orders that a contact be erased in HubSpot and here. Returns whether it is done already.

    One that never was in HubSpot is erased at once; any other by the sync, before everything else, and the order stays
    until that is done. Call inside a tenant's scope. Raises: NotFound.
    """
    if not sql.first("SELECT id FROM contacts WHERE id = %s FOR NO KEY UPDATE", [contact_id]):
        raise NotFound("There is no such contact in this organisation.")
    if erased([contact_id]):
        return True
    if not sql.scalar("SELECT EXISTS (SELECT FROM contact_links WHERE contact_id = %s)", [contact_id]) and not (
        sql.scalar("SELECT EXISTS (SELECT FROM intents WHERE contact_id = %s)", [contact_id])
    ):
        erase({contact_id: f"asked for by {by}; it never was in HubSpot"})
        notify(tenant_id, "contacts")
        return True
    order([contact_id, *merged_into([contact_id])], by=by)
    wake_workers(tenant_id)
    notify(tenant_id, "contacts")
    return False


def order(contact_ids: Collection[UUID], *, by: str) -> None:
    """Writes down that these are to be erased on both sides."""
    if contact_ids:
        sql.execute(
            """INSERT INTO erasures (contact_id, asked_by) SELECT id, %s FROM unnest(%s::uuid[]) AS id
               ON CONFLICT DO NOTHING""",
            [by, sql.texts(contact_ids)],
        )


def merged_into(contact_ids: Collection[UUID]) -> list[UUID]:
    """The contacts that live on in these, also where the row of one of these is gone: they are the same person."""
    found = sql.rows(
        """SELECT contact_members(current_setting('loanark.tenant_id')::uuid, id) AS id FROM unnest(%s::uuid[]) AS id
           ORDER BY 1""",
        [sql.texts(contact_ids)],
    )
    return [row["id"] for row in found]


def _left_behind(contacts: Mapping[UUID, str]) -> dict[UUID, str]:
    """Who lives on in contacts that are about to be erased, and goes with them. Of those that HubSpot still has a
    contact of, the erasure is ordered: it begins there."""
    by = {other: evidence for id, evidence in contacts.items() for other in merged_into([id])}
    found = sql.rows(
        "SELECT contact_id FROM contact_links WHERE contact_id = ANY(%s::uuid[]) AND state = 'live'", [sql.texts(by)]
    )
    linked = {row["contact_id"] for row in found} - contacts.keys()
    order(linked, by="an erasure of the contact it was merged into")
    return {id: evidence for id, evidence in by.items() if id not in linked}


def erased(contact_ids: Collection[UUID]) -> set[UUID]:
    """Those of some contacts that were erased."""
    found = sql.rows(
        """SELECT record_id FROM contact_tombstones
           WHERE side = 'loanark' AND erased_at IS NOT NULL AND record_id = ANY(%s::text[])""",
        [sql.texts(contact_ids)],
    )
    return {UUID(row["record_id"]) for row in found}


def refuse_erased(contact_id: UUID) -> None:
    """Raises: Stale, for a contact that was erased: there is nothing to bring back."""
    if erased([contact_id]):
        raise Stale(
            "This person was erased for privacy: no value is left to restore, and nothing was changed. If they come "
            "back, make a new contact."
        )


def erase(
    contacts: Mapping[UUID, str],
    hubspot_ids: Mapping[UUID, Collection[str]] | None = None,
    strangers: Mapping[str, str] | None = None,
) -> None:
    """Erases contacts everywhere in LoanArk, each on its evidence. Call inside a tenant's scope.

    `hubspot_ids`: more HubSpot ids of theirs than their links tell. `strangers`: HubSpot contacts that LoanArk never
    held, and the evidence.
    """
    strangers = strangers or {}
    if not contacts and not strangers:
        return
    contacts = {**_left_behind(contacts), **contacts}
    ids = sorted(contacts)
    remote = {contact_id: set((hubspot_ids or {}).get(contact_id, ())) for contact_id in ids}
    for row in sql.rows(
        "SELECT contact_id, hubspot_id FROM contact_links WHERE contact_id = ANY(%s::uuid[])", [sql.texts(ids)]
    ):
        remote[row["contact_id"]].add(row["hubspot_id"])
    remote_ids = sorted({*strangers, *(id for found in remote.values() for id in found)})
    known = {contact_id: _known(contact_id, remote[contact_id]) for contact_id in ids}
    with sql.marked(_SILENTLY):
        _empty_contacts(ids)
        _empty_records(ids, remote_ids)
        _delete_rows(ids, remote_ids)
        _forget_samples(known.values())
    for contact_id, evidence in contacts.items():
        hash = next((email_hash(email) for email in known[contact_id].emails), None)
        _bury("loanark", str(contact_id), evidence, hash)
        for hubspot_id in remote[contact_id]:
            _bury("hubspot", hubspot_id, evidence, hash)
    for hubspot_id, evidence in strangers.items():
        _bury("hubspot", hubspot_id, evidence, None)


def email_hash(email: str) -> str:
    """What may be kept of an address: `v1.<key id>.<HMAC-SHA256 under the installation's newest secret key>`."""
    key = settings.CONFIG.secret_keys[0].encode()
    name = hashlib.sha256(b"email-hash" + key).hexdigest()[:8]
    tenant = sql.scalar("SELECT current_setting('loanark.tenant_id', true)")
    message = f"erased/{tenant}/{email.strip().lower()}".encode()
    return f"v1.{name}.{hmac.new(key, message, hashlib.sha256).hexdigest()}"


class _Known:
    """What LoanArk holds of a person by which a text elsewhere is known to be about them."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        held = list(documents)
        self.emails = list(dict.fromkeys(str(row["email"]).strip().lower() for row in held if row.get("email")))
        first = {str(row["firstname"]) for row in held if row.get("firstname")}
        last = {str(row["lastname"]) for row in held if row.get("lastname")}
        self.names = {" ".join(part for part in (one, other) if part) for one in {*first, ""} for other in {*last, ""}}
        self.names.discard("")

    def is_about(self, sample: Mapping[str, Any]) -> bool:
        email = str(sample.get("email") or "").strip().lower()
        return email in self.emails if email else sample.get("name") in self.names


def _known(contact_id: UUID, hubspot_ids: Collection[str]) -> _Known:
    found = sql.rows(
        """SELECT contact_fields(c)::text AS held FROM contacts c WHERE id = %s
           UNION ALL SELECT remote::text FROM contact_links
               WHERE contact_id = %s OR hubspot_id = ANY(%s::text[])
           UNION ALL (SELECT (before || after)::text FROM contact_changes WHERE contact_id = %s ORDER BY id DESC)
           UNION ALL SELECT before::text FROM contact_changes WHERE contact_id = %s""",
        [contact_id, contact_id, sql.texts(hubspot_ids), contact_id, contact_id],
    )
    return _Known(orjson.loads(row["held"]) for row in found)


def _empty_contacts(ids: Sequence[UUID]) -> None:
    columns = sql.rows(
        """SELECT attname AS name, CASE WHEN attnotnull THEN '''{}''' ELSE 'NULL' END AS nothing FROM pg_attribute
           WHERE attrelid = 'contacts'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"""
    )
    emptied = ", ".join(
        f'"{column["name"]}" = {column["nothing"]}' for column in columns if column["name"] not in BOOKKEEPING
    )
    sql.execute(
        f"""UPDATE contacts SET {emptied}, deleted_at = coalesce(deleted_at, clock_timestamp())
            WHERE id = ANY(%s::uuid[])""",
        [sql.texts(ids)],
    )


def _empty_records(ids: Sequence[UUID], hubspot_ids: Sequence[str]) -> None:
    """Rows that stay, and lose what they hold of the person."""
    contacts, remote = sql.texts(ids), sql.texts(hubspot_ids)
    sql.execute("SELECT audit_erase(%s::uuid[], %s)", [contacts, REASON])
    sql.execute(
        """UPDATE contact_links SET base = '{}', remote = '{}', remote_hash = '', state = 'closed',
                  closed_at = coalesce(closed_at, clock_timestamp()), closed_reason = %s, read_at = clock_timestamp()
           WHERE contact_id = ANY(%s::uuid[]) OR hubspot_id = ANY(%s::text[]) AND state = 'closed'""",
        [REASON, contacts, remote],
    )
    sql.execute(
        """UPDATE contact_conflicts SET base = NULL, hubspot = NULL, loanark = NULL, open = false,
                  resolved_at = coalesce(resolved_at, now()), resolved_by = CASE WHEN open THEN %s ELSE resolved_by END
           WHERE contact_id = ANY(%s::uuid[])""",
        [REASON, contacts],
    )
    sql.execute(
        """UPDATE contact_rejections SET value = NULL, reason = %s, resolved_at = coalesce(resolved_at, now())
           WHERE contact_id = ANY(%s::uuid[]) OR hubspot_id = ANY(%s::text[])""",
        [REASON, contacts, remote],
    )


def _delete_rows(ids: Sequence[UUID], hubspot_ids: Sequence[str]) -> None:
    """Rows of every other table that names the person's contacts, and the hints about them."""
    tables = sql.rows(
        """SELECT c.relname AS name, array_agg(a.attname::text) AS columns FROM pg_class c
           JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
               AND a.attname IN ('contact_id', 'hubspot_id', 'other_contact_id', 'other_hubspot_id')
           WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
           GROUP BY 1 ORDER BY 1"""
    )
    named = {"contact_id": sql.texts(ids), "hubspot_id": sql.texts(hubspot_ids)}
    _release(named["contact_id"], named["hubspot_id"])
    named |= {f"other_{column}": texts for column, texts in named.items()}
    for table in tables:
        if table["name"] not in KEPT:
            conditions = " OR ".join(f"{column}::text = ANY(%s::text[])" for column in table["columns"])
            sql.execute(
                f'DELETE FROM "{table["name"]}" WHERE {conditions}', [named[column] for column in table["columns"]]
            )
    sql.execute(
        """DELETE FROM hints WHERE side = 'loanark' AND record_id = ANY(%s::text[])
           OR side = 'hubspot' AND record_id = ANY(%s::text[])""",
        [named["contact_id"], named["hubspot_id"]],
    )


def _release(contact_ids: str, hubspot_ids: str) -> None:
    """Who was held back because they might be one of these is looked at again: nobody decides about that any more."""
    sql.execute(
        """INSERT INTO hints AS h (side, record_id, source, lane)
           SELECT DISTINCT w.side, w.id, 'whom it resembled is erased', 2
           FROM duplicate_proposals p CROSS JOIN LATERAL (VALUES
               ('loanark', CASE WHEN p.other_hubspot_id IS NULL THEN p.holds ELSE p.contact_id::text END),
               ('hubspot', p.other_hubspot_id)) AS w (side, id)
           WHERE p.state = 'open' AND w.id IS NOT NULL AND (p.contact_id = ANY(%s::uuid[])
               OR p.other_contact_id = ANY(%s::uuid[]) OR p.other_hubspot_id = ANY(%s::text[])) ORDER BY 1, 2
           ON CONFLICT (tenant_id, side, record_id) DO UPDATE SET version = h.version + 1, not_before = now()""",
        [contact_ids, contact_ids, hubspot_ids],
    )


def _forget_samples(known: Iterable[_Known]) -> None:
    """Previews show samples by name and e-mail."""
    people = list(known)
    for run in sql.rows(
        "SELECT id, findings -> 'samples' AS samples FROM runs WHERE findings ? 'samples' FOR NO KEY UPDATE"
    ):
        samples = orjson.loads(run["samples"]) if isinstance(run["samples"], str) else run["samples"]
        left = [sample for sample in samples if not any(person.is_about(sample) for person in people)]
        if len(left) < len(samples):
            sql.execute(
                "UPDATE runs SET findings = jsonb_set(findings, '{samples}', %s::jsonb) WHERE id = %s",
                [orjson.dumps(left).decode(), run["id"]],
            )


def _bury(side: str, record_id: str, evidence: str, hash: str | None) -> None:
    sql.execute(
        """INSERT INTO contact_tombstones AS t (side, record_id, evidence, erased_at, email_hash)
           VALUES (%s, %s, %s, clock_timestamp(), %s)
           ON CONFLICT (tenant_id, side, record_id) DO UPDATE SET evidence = excluded.evidence, at = now(),
               erased_at = excluded.erased_at, email_hash = coalesce(excluded.email_hash, t.email_hash)""",
        [side, record_id, evidence, hash],
    )
