"""Evidence of deletions, ranked: HubSpot told of it; it is in the recycle bin; two complete sweeps missed it.

An event is never believed by itself, nor is an absence: the id is read in any case. What the bin holds is deleted.
What HubSpot does not know at all may also be its mistake of a moment: that counts together with an event, or when two
complete sweeps missed it. A failed read is no evidence of anything.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from loanark.contacts import erasure
from loanark.kit import sql

#: HubSpot says of a privacy deletion that it may take 30 days; nothing told is waited for longer.
KEEP_DAYS = 30

#: An erasure that HubSpot told of and has not carried out is looked at again this often, in seconds.
LOOK_AGAIN_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be thought of an id that is not where it was."""

    evidence: str
    #: Enough to act on; without it, the next sweeps tell.
    enough: bool
    #: Erased for privacy.
    erased: bool = False


def told(hubspot_ids: Collection[str], *, privacy: bool, by: str) -> None:
    """HubSpot told of deletions. `by`: webhook or journal."""
    if hubspot_ids:
        sql.execute(
            """INSERT INTO told_deletions AS t (hubspot_id, privacy, by, look_at)
               SELECT id, %s, %s, now() + make_interval(secs => %s) FROM unnest(%s::text[]) AS id ORDER BY id
               ON CONFLICT (tenant_id, hubspot_id) DO UPDATE
               SET privacy = t.privacy OR excluded.privacy, by = excluded.by, at = now(), look_at = excluded.look_at""",
            [privacy, by, LOOK_AGAIN_SECONDS, sql.texts(sorted(set(hubspot_ids)))],
        )


def missed(run_id: int, hubspot_ids: Collection[str]) -> None:
    """A complete sweep ended, and missed these. What an earlier one missed and this one saw is forgotten."""
    absent = sql.texts(sorted(set(hubspot_ids)))
    sql.execute("DELETE FROM absences WHERE NOT hubspot_id = ANY(%s::text[])", [absent])
    sql.execute(
        """INSERT INTO absences AS a (hubspot_id, first_run, last_run)
           SELECT id, %s, %s FROM unnest(%s::text[]) AS id ORDER BY id
           ON CONFLICT (tenant_id, hubspot_id) DO UPDATE
           SET first_run = coalesce(a.first_run, excluded.first_run), last_run = excluded.last_run""",
        [run_id, run_id, absent],
    )


def reappeared(hubspot_ids: Collection[str]) -> None:
    """These were seen alive: absences are over, and so is a deletion told of some time before."""
    if hubspot_ids:
        alive = sql.texts(hubspot_ids)
        sql.execute(
            """WITH back AS (DELETE FROM absences WHERE hubspot_id = ANY(%s::text[]))
               DELETE FROM told_deletions
               WHERE hubspot_id = ANY(%s::text[]) AND NOT privacy AND at < now() - interval '1 minute'""",
            [alive, alive],
        )


def weigh(gone: Collection[str], archived: Collection[str]) -> dict[str, Verdict]:
    """What to think of ids that HubSpot does not know, and of those in its recycle bin."""
    ids = sql.texts([*gone, *archived])
    events = {
        row["hubspot_id"]: row
        for row in sql.rows(
            "SELECT hubspot_id, privacy, by FROM told_deletions WHERE hubspot_id = ANY(%s::text[])", [ids]
        )
    }
    absences = {
        row["hubspot_id"]: row
        for row in sql.rows(
            """SELECT hubspot_id, first_run, last_run FROM absences
               WHERE hubspot_id = ANY(%s::text[]) AND first_run < last_run""",
            [ids],
        )
    }
    verdicts = {id: _of_archived(events.get(id)) for id in archived}
    return verdicts | {id: _of_gone(events.get(id), absences.get(id)) for id in gone}


def _of_archived(event: sql.Row | None) -> Verdict:
    """A privacy deletion leaves nothing in the bin: until it does, this is a deletion."""
    return Verdict("archived in HubSpot" + (f", which told of it ({event['by']})" if event else ""), enough=True)


def _of_gone(event: sql.Row | None, absence: sql.Row | None) -> Verdict:
    unknown = "HubSpot knows no such id any more"
    if event and event["privacy"]:
        return Verdict(f"HubSpot told of its privacy deletion ({event['by']}); {unknown}", enough=True, erased=True)
    if event:
        return Verdict(f"HubSpot told of its deletion ({event['by']}); {unknown}", enough=True)
    if absence:
        runs = f"runs {absence['first_run']} and {absence['last_run']}"
        return Verdict(f"absent from two complete sweeps ({runs}); {unknown}", enough=True)
    return Verdict(unknown, enough=False)


def doubt(hubspot_ids: Collection[str]) -> None:
    """Linked contacts, and strangers, that HubSpot does not know, without any other evidence: the next sweeps tell."""
    if hubspot_ids:
        sql.execute(
            """INSERT INTO absences (hubspot_id)
               SELECT hubspot_id FROM contact_links WHERE hubspot_id = ANY(%s::text[]) AND state = 'live'
               UNION SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING""",
            [sql.texts(hubspot_ids), sql.texts(strangers() & {*hubspot_ids})],
        )


def strangers() -> set[str]:
    """HubSpot contacts that LoanArk knows of and has not let in: they wait for somebody, or could not be stored."""
    found = sql.rows(
        """SELECT hubspot_id FROM contact_rejections WHERE contact_id IS NULL AND resolved_at IS NULL
           UNION SELECT other_hubspot_id FROM duplicate_proposals
           WHERE state = 'open' AND other_hubspot_id IS NOT NULL"""
    )
    return {row["hubspot_id"] for row in found}


def follow(verdicts: Mapping[str, Verdict]) -> None:
    """Privacy deletions reach further than the link: to a contact that has another HubSpot contact by now (it was
    edited while the first one was deleted), which is erased there as well, and to what could never be linked."""
    gone = {id: verdict.evidence for id, verdict in verdicts.items() if verdict.erased}
    if not gone:
        return
    elsewhere = sql.rows(
        """SELECT DISTINCT c.contact_id FROM contact_links c JOIN contact_links l
               ON l.tenant_id = c.tenant_id AND l.contact_id = c.contact_id AND l.state = 'live'
           WHERE c.hubspot_id = ANY(%s::text[]) AND c.state = 'closed' AND l.hubspot_id <> c.hubspot_id""",
        [sql.texts(gone)],
    )
    erasure.order([row["contact_id"] for row in elsewhere], by="HubSpot, where an earlier record was erased")
    strangers = sql.rows(
        """SELECT DISTINCT hubspot_id FROM contact_rejections x WHERE hubspot_id = ANY(%s::text[]) AND NOT EXISTS (
               SELECT FROM contact_links l WHERE l.tenant_id = x.tenant_id AND l.hubspot_id = x.hubspot_id)""",
        [sql.texts(gone)],
    )
    erasure.erase({}, strangers={row["hubspot_id"]: gone[row["hubspot_id"]] for row in strangers})


def due() -> list[str]:
    """Privacy deletions told of whose contacts LoanArk still holds: to be looked at again now."""
    found = sql.rows(
        """UPDATE told_deletions t SET look_at = now() + make_interval(secs => %s)
           WHERE privacy AND look_at <= now() AND EXISTS (
               SELECT FROM contact_links l WHERE l.tenant_id = t.tenant_id AND l.hubspot_id = t.hubspot_id
               AND l.closed_reason IS DISTINCT FROM %s)
           RETURNING hubspot_id""",
        [LOOK_AGAIN_SECONDS, erasure.REASON],
    )
    return [row["hubspot_id"] for row in found]


def forget_old() -> None:
    """Drops what was told long ago and never came true."""
    sql.execute("DELETE FROM told_deletions WHERE at < now() - make_interval(days => %s)", [KEEP_DAYS])
