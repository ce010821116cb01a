"""Whether the audit log is whole: every finding says what is wrong and where.

Each check is one query that computes everything anew from the rows, with PostgreSQL's own functions only: whoever can
change rows by hand could change our functions as well. What a check compares it reads in that one query: between two of
them the log may grow, and lose what is too old.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from loanark.audit import anchors
from loanark.kit import sql

#: So many findings of one kind are told; the rest is counted.
TOLD = 50


#: Gone; not as written; put in; put in past the seal; cut off at the end; signed by somebody else; not watched.
What = Literal["missing", "changed", "inserted", "unsealed", "cut", "signature", "unguarded"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written."""

    what: What
    #: Where: `event 17`, `change 4711`.
    place: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found in one organisation's log."""

    #: The first and the last place of the chain that are there; both 0 for an empty log.
    first: int
    last: int
    hash: str
    events: int
    changes: int
    #: Up to which place the log is vouched for by signatures.
    anchored: int
    findings: Sequence[Finding]

    @property
    def intact(self) -> bool:
        return not self.findings


def verify(tenant_id: UUID, *, head: tuple[int, str] | None = None) -> Report:
    """Checks the whole log. Call inside the tenant's scope, as the database's owner or the application's role.

    `head`: a place and its hash that were noted outside of the database earlier.
    """
    end = sql.first("SELECT seq, hash, pruned_seq FROM audit_heads")
    seq, hash, pruned = (end["seq"], bytes(end["hash"]), end["pruned_seq"]) if end else (0, b"", 0)
    counted = sql.first(
        "SELECT count(*) AS events, (SELECT count(*) FROM contact_changes) AS changes FROM audit_events"
    )
    assert counted
    findings = [
        *_numbers(),
        *_links(),
        *_hashes(),
        *_details(),
        *_changes(),
        *_beginning(),
        *_end(),
        *_triggers(),
    ]
    anchored, doubts = _signatures(tenant_id, seq, head)
    first = pruned + 1 if seq > pruned else 0
    counts = counted["events"], counted["changes"]
    return Report(first, seq, hash.hex(), *counts, anchored, (*findings, *doubts))


def _numbers() -> Iterator[Finding]:
    """Every place of the chain is taken."""
    gaps = sql.rows(
        """SELECT lost.first, lost.last FROM audit_heads h CROSS JOIN LATERAL (
               SELECT coalesce(lag(seq) OVER (ORDER BY seq), h.pruned_seq) + 1 AS first, seq - 1 AS last
               FROM audit_events WHERE seq IS NOT NULL
               UNION ALL SELECT coalesce(max(seq), h.pruned_seq) + 1, h.seq FROM audit_events
           ) lost WHERE lost.first <= lost.last ORDER BY 1 LIMIT %s""",
        [TOLD],
    )
    for gap in gaps:
        one = gap["first"] == gap["last"]
        place = f"event {gap['first']}" if one else f"events {gap['first']} to {gap['last']}"
        yield Finding(
            "missing", place, "It was in the log and is gone." if one else "They were in the log and are gone."
        )
    for row in sql.rows("SELECT id, kind, at FROM audit_events WHERE seq IS NULL ORDER BY id LIMIT %s", [TOLD]):
        yield Finding("unsealed", f"row {row['id']}", f"{row['kind']} of {_when(row['at'])} was put in past the seal.")


def _links() -> Iterator[Finding]:
    """Every event holds the hash of the one before."""
    torn = sql.rows(
        """SELECT seq, kind, at FROM (
               SELECT seq, kind, at, previous, lag(hash) OVER (ORDER BY seq) AS before,
                      lag(seq) OVER (ORDER BY seq) AS nth
               FROM audit_events WHERE seq IS NOT NULL
           ) e WHERE nth = seq - 1 AND previous IS DISTINCT FROM before ORDER BY seq LIMIT %s""",
        [TOLD],
    )
    for row in torn:
        yield Finding(
            "changed", f"event {row['seq'] - 1}", f"The event after it ({_name(row)}) holds another hash for it."
        )


def _hashes() -> Iterator[Finding]:
    """Every event's hash is the one of its content. The list is that of `audit_hash` in the migration."""
    wrong = sql.rows(
        """SELECT seq, kind, at FROM audit_events WHERE seq IS NOT NULL AND hash IS DISTINCT FROM
               sha256(convert_to(jsonb_build_array(
                   tenant_id, seq, encode(previous, 'hex'), id, (extract(epoch FROM at) * 1000000)::bigint, kind, actor,
                   via, address, subject, contact_id, encode(digest, 'hex'), changes, encode(changes_digest, 'hex')
               )::text, 'UTF8'))
           ORDER BY seq LIMIT %s""",
        [TOLD],
    )
    for row in wrong:
        yield Finding("changed", f"event {row['seq']}", f"{_name(row)} is not what was written.")


def _details() -> Iterator[Finding]:
    """Every event's detail is the one it was sealed with, or it was taken away with its person."""
    wrong = sql.rows(
        """SELECT seq, kind, at FROM audit_events e WHERE CASE
               WHEN salt IS NOT NULL THEN
                   digest IS DISTINCT FROM sha256(convert_to(jsonb_build_array(salt, detail)::text, 'UTF8'))
               ELSE detail <> '{}' OR NOT EXISTS (
                   SELECT FROM audit_events o WHERE o.kind = 'contact.erased' AND o.contact_id = e.contact_id
                   AND o.seq > e.seq)
               END
           ORDER BY seq LIMIT %s""",
        [TOLD],
    )
    for row in wrong:
        yield Finding("changed", f"event {row['seq']}", f"The detail of {_name(row)} is not what was written.")


def _changes() -> Iterator[Finding]:
    """The history of contacts: row by row, and each event's rows together."""
    rows = sql.rows(
        """SELECT c.id, c.contact_id, c.at FROM contact_changes c WHERE CASE
               WHEN c.salt IS NOT NULL THEN c.digest IS DISTINCT FROM
                   sha256(convert_to(jsonb_build_array(c.salt, c.before, c.after, c.reason)::text, 'UTF8'))
               ELSE c.before <> '{}' OR c.after <> '{}' OR NOT EXISTS (
                   SELECT FROM audit_events o WHERE o.kind = 'contact.erased' AND o.contact_id = c.contact_id)
               END
           ORDER BY c.id LIMIT %s""",
        [TOLD],
    )
    for row in rows:
        detail = f"A value of contact {row['contact_id']}, {_when(row['at'])}, is not what was written."
        yield Finding("changed", f"change {row['id']}", detail)
    groups = sql.rows(
        """SELECT e.seq, e.kind, e.at, e.changes AS told, f.changes AS found, f.event_id, f.ids FROM (
               SELECT event_id, count(*) AS changes, array_agg(id ORDER BY id) AS ids,
                      sha256(string_agg(sha256(convert_to(jsonb_build_array(
                          id, contact_id, (extract(epoch FROM at) * 1000000)::bigint, op, side, cause, actor, run_id,
                          encode(digest, 'hex'))::text, 'UTF8')), '' ORDER BY id)) AS digest
               FROM contact_changes GROUP BY event_id
           ) f FULL JOIN (SELECT * FROM audit_events WHERE changes IS NOT NULL) e ON e.id = f.event_id
           WHERE e.changes_digest IS DISTINCT FROM f.digest ORDER BY e.seq, f.event_id LIMIT %s""",
        [TOLD],
    )
    for group in groups:
        found, told = group["found"] or 0, group["told"]
        if told is None:
            ids = ", ".join(map(str, group["ids"][:5]))
            yield Finding("inserted", f"change {ids}", "No event of the log knows of it.")
        elif found < told:
            detail = f"{_name(group)} wrote {told} changes of contacts, and {told - found} of them are gone."
            yield Finding("missing", f"event {group['seq']}", detail)
        elif found > told:
            detail = f"{_name(group)} wrote {told} changes of contacts, and {found - told} were put in since."
            yield Finding("inserted", f"event {group['seq']}", detail)
        else:
            first, last = group["ids"][0], group["ids"][-1]
            place = f"change {first}" if first == last else f"changes {first} to {last}"
            yield Finding("changed", place, f"Who, what or when is not what event {group['seq']} wrote.")


def _beginning() -> Iterator[Finding]:
    """What is not there from the beginning was taken away by the retention policy, which said so."""
    wrong = sql.first(
        """SELECT h.pruned_seq, e.seq, e.previous <> h.pruned_hash AS torn, NOT EXISTS (
                   SELECT FROM audit_events o WHERE o.kind = 'audit.pruned' AND o.subject = h.pruned_seq::text
                   AND o.detail ->> 'hash' = encode(h.pruned_hash, 'hex')) AS silent
           FROM audit_heads h LEFT JOIN audit_events e ON e.seq = h.pruned_seq + 1"""
    )
    if wrong and wrong["pruned_seq"] and wrong["silent"]:
        yield Finding(
            "missing",
            f"events 1 to {wrong['pruned_seq']}",
            "They are gone, and no event says that they were old enough.",
        )
    if wrong and wrong["torn"]:
        yield Finding(
            "changed", f"event {wrong['pruned_seq']}", "The first event that is left holds another hash for it."
        )


def _end() -> Iterator[Finding]:
    """The head is the last event."""
    last = sql.first(
        """SELECT e.seq, e.hash, coalesce(h.seq, 0) AS head_seq, h.hash AS head_hash FROM (
               SELECT seq, hash FROM audit_events WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1
           ) e LEFT JOIN audit_heads h ON true"""
    )
    if last and last["seq"] > last["head_seq"]:
        yield Finding("cut", f"event {last['seq']}", f"The head says that the log ends with event {last['head_seq']}.")
    elif last and last["seq"] == last["head_seq"] and bytes(last["hash"]) != bytes(last["head_hash"]):
        yield Finding("changed", f"event {last['seq']}", "It is the last one, and the head holds another hash for it.")


def _triggers() -> Iterator[Finding]:
    """What writes the log is switched on."""
    off = sql.rows(
        """SELECT t.tgrelid::regclass::text AS on_table, t.tgname AS name FROM pg_trigger t
           WHERE NOT t.tgisinternal AND t.tgenabled NOT IN ('O', 'A')
           AND t.tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) ORDER BY 1, 2"""
    )
    for row in off:
        yield Finding("unguarded", f"trigger {row['name']} on {row['on_table']}", "It is switched off.")


def _signatures(tenant_id: UUID, seq: int, noted: tuple[int, str] | None) -> tuple[int, list[Finding]]:
    """Places that were vouched for from outside of the database."""
    findings: list[Finding] = []
    anchored = 0
    rows = sql.rows(
        """SELECT a.seq, a.at, a.hash, a.signature, e.hash AS now, h.pruned_seq FROM audit_anchors a
           LEFT JOIN audit_events e ON e.seq = a.seq CROSS JOIN audit_heads h ORDER BY a.seq"""
    )
    for row in rows:
        signed = anchors.Anchor(row["seq"], bytes(row["hash"]))
        match anchors.holds(tenant_id, signed, row["signature"]):
            case False:
                findings.append(Finding("signature", f"event {row['seq']}", "Its signature is not ours."))
                continue
            case None:
                continue  # signed with a key that is not configured any more: it says nothing
        if row["now"] is not None and bytes(row["now"]) == signed.hash:
            anchored = row["seq"]
        elif row["now"] is not None:
            detail = f"It is not what was signed {_when(row['at'])}: the log was written anew."
            findings.append(Finding("changed", f"event {row['seq']}", detail))
        elif row["seq"] > seq:
            detail = f"It was signed {_when(row['at'])}, but the log ends with event {seq}."
            findings.append(Finding("cut", f"events {seq + 1} to {row['seq']}", detail))
    if noted:
        findings += _noted(seq, *noted)
    return anchored, findings[:TOLD]


def _noted(seq: int, place: int, hash: str) -> Iterator[Finding]:
    now = sql.scalar("SELECT encode(hash, 'hex') FROM audit_events WHERE seq = %s", [place])
    if place > seq:
        yield Finding("cut", f"events {seq + 1} to {place}", f"Event {place} was noted elsewhere; the log ends before.")
    elif now is not None and now != hash.lower():
        yield Finding("changed", f"event {place}", "It is not what was noted elsewhere: the log was written anew.")


def _name(row: sql.Row) -> str:
    return f"{row['kind']} of {_when(row['at'])}"


def _when(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
