"""Where one contact stands, and what proves it: the first thing that applies, in the order a person would want it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from loanark.connections import queries as connections
from loanark.connections import settings
from loanark.connections.models import Connection
from loanark.contacts import erasure
from loanark.contacts import queries as contacts
from loanark.contacts.schemas import ChangeOut, ContactOut
from loanark.core.mapping import Side
from loanark.kit import sql
from loanark.sync import runs, worker
from loanark.sync.brakes import SIDES
from loanark.sync.hints import Lane
from loanark.sync.models import Run
from loanark.sync.monitor_schemas import Explanation, Fact, LookOut

#: Reasons to refuse something that pass without anybody's doing (see `contacts.queries`, what to do about each).
HEALS = frozenset({"internal"})

#: Who waits for a look, as the sentence goes on after "waits: ".
_SOURCES = {
    Lane.PERSON: "somebody asked for a look",
    Lane.WEBHOOK: "HubSpot told of a change",
    Lane.EDIT: "it was changed in LoanArk",
    Lane.POLL: "HubSpot listed it as changed",
    Lane.SWEEP: "a full comparison came by it",
    Lane.BACKFILL: "the first load came by it",
}

_OPS = {"created": "Created", "updated": "Changed", "deleted": "Deleted", "restored": "Restored"}


class Standing:
    """One contact, and everything that is known of where it stands."""

    def __init__(self, contact: ContactOut, events: Sequence[ChangeOut]) -> None:
        """`events`: its last changes, newest first."""
        self.contact = contact
        self.events = events
        self.name = contact.name
        self.hint = _hint(contact.id, contact.hubspot_id)

    def explained(self) -> Explanation:
        """The first that applies."""
        told = (
            self._erasing()
            or self._deleted()
            or self._conflict()
            or self._held()
            or self._refused()
            or self._stopped()
            or self._unlinked()
            or self._sending()
            or self._waiting()
            or self._in_sync()
        )
        return told.model_copy(update={"facts": [*told.facts, *self._seen()]})

    def _erasing(self) -> Explanation | None:
        row = sql.first("SELECT asked_by, asked_at, last_error FROM erasures WHERE contact_id = %s", [self.contact.id])
        if row is None:
            return None
        return Explanation(
            level="heals",
            sentence=f"{self.name} is being erased for privacy, in HubSpot first and then here.",
            detail=row["last_error"],
            since=row["asked_at"],
            facts=[Fact(label="Ordered by", value=row["asked_by"], at=row["asked_at"])],
            action="wait",
        )

    def _deleted(self) -> Explanation | None:
        if self.contact.deleted_at is None:
            return None
        erased = self.contact.id in erasure.erased([self.contact.id])
        gone = next((event for event in self.events if event.op == "deleted"), None)
        link = sql.first(
            """SELECT hubspot_id, state, closed_at, closed_reason FROM contact_links WHERE contact_id = %s
               ORDER BY id DESC LIMIT 1""",
            [self.contact.id],
        )
        if erased:
            buried = sql.first(
                "SELECT evidence, at FROM contact_tombstones WHERE side = 'loanark' AND record_id = %s",
                [str(self.contact.id)],
            )
            evidence = [Fact(label="Evidence", value=buried["evidence"], at=buried["at"])] if buried else []
            sentence = "This person was erased for privacy. Nothing of them is left on either side."
            return Explanation(level="none", sentence=sentence, since=self.contact.deleted_at, facts=evidence)
        where = SIDES[gone.side] if gone else "LoanArk"
        by = f" by {gone.actor}" if gone and gone.actor else ""
        sentence = f"{self.name} was deleted{by} in {where}."
        facts = [Fact(label="Evidence", value=gone.reason, at=gone.at)] if gone and gone.reason else []
        detail = "It can be restored; the sync brings it back in HubSpot too."
        if link and link["state"] == "live":
            detail = "HubSpot still has it: it is archived there with the next look. " + detail
        elif link:
            facts.append(Fact(label="HubSpot", value=link["closed_reason"] or "not linked", at=link["closed_at"]))
        return Explanation(
            level="none",
            sentence=sentence,
            detail=detail,
            since=self.contact.deleted_at,
            facts=facts,
            action="restore",
        )

    def _conflict(self) -> Explanation | None:
        if not self.contact.conflicts:
            return None
        fields = self.contact.conflicts
        facts = [
            Fact(
                label=one.label,
                value=f"HubSpot {_quoted(one.hubspot)}, LoanArk {_quoted(one.loanark)}, before {_quoted(one.base)}",
                at=one.at,
            )
            for one in fields
        ]
        return Explanation(
            level="needs_you",
            sentence=f"Both sides changed {_listed([one.label for one in fields])} of {self.name} differently.",
            detail="Neither value is lost. A person decides which one both sides get; other fields go on.",
            since=min(one.at for one in fields),
            facts=facts,
            action="decide_conflict",
        )

    def _held(self) -> Explanation | None:
        found = sql.rows(
            """SELECT o.kind, o.side, o.field, o.reason, o.at, b.allowed FROM held_operations o JOIN brakes b
                   ON b.tenant_id = o.tenant_id AND b.id = o.brake_id
               WHERE o.record = ANY(%s) AND o.state = 'held' ORDER BY o.id""",
            [[str(self.contact.id), *([self.contact.hubspot_id] if self.contact.hubspot_id else [])]],
        )
        if not found:
            return None
        first = found[0]
        what = {"delete": "deleting it", "clear": "clearing a value", "create": "creating it"}[first["kind"]]
        return Explanation(
            level="needs_you",
            sentence=f"A brake holds {what} in {SIDES[Side(first['side'])]}: nothing is done before a person decides.",
            detail=f"More than {first['allowed']:,} of the kind were due within an hour.",
            since=first["at"],
            facts=[Fact(label="Held", value=row["reason"], at=row["at"]) for row in found],
            action="decide_held",
        )

    def _refused(self) -> Explanation | None:
        if not self.contact.rejections:
            return None
        codes = sql.rows(
            "SELECT code FROM contact_rejections WHERE contact_id = %s AND resolved_at IS NULL", [self.contact.id]
        )
        heals = all(row["code"] in HEALS for row in codes)
        refused = self.contact.rejections
        whole = next((one for one in refused if one.field is None), None)
        what = "the contact" if whole else _listed([one.label or one.field or "" for one in refused])
        facts = [
            Fact(label=one.label or "The contact", value=with_attempts(one.reason, one.attempts), at=one.at)
            for one in refused
        ]
        return Explanation(
            level="heals" if heals else "needs_you",
            sentence=f"{SIDES[refused[0].side]} did not take {what} of {self.name}."
            if not whole
            else f"{SIDES[whole.side]} did not take {self.name}.",
            detail=(whole or refused[0]).fix,
            since=min(one.at for one in refused),
            facts=facts,
            action="wait" if heals else "mend_value",
        )

    def _stopped(self) -> Explanation | None:
        """The sync as a whole stands still, and this contact waits with it."""
        if not self._is_behind():
            return None
        return standstill(f"{self.name} waits", self._waits_since(), self._why_hinted())

    def _unlinked(self) -> Explanation | None:
        if self.contact.hubspot_id is not None:
            return None
        link = sql.first(
            """SELECT hubspot_id, closed_at, closed_reason FROM contact_links
               WHERE contact_id = %s ORDER BY id DESC LIMIT 1""",
            [self.contact.id],
        )
        if self.hint is not None:
            return Explanation(
                level="heals",
                sentence=f"{self.name} is not in HubSpot yet: it waits to be created there.",
                detail=self._next_look(),
                since=self.hint["created_at"],
                facts=self._why_hinted(),
                action="look",
            )
        if link:
            return Explanation(
                level="none",
                sentence=f"{self.name} is in LoanArk only: its link to HubSpot ended.",
                detail="Look now to have both sides compared again.",
                since=link["closed_at"],
                facts=[
                    Fact(label="HubSpot id", value=link["hubspot_id"]),
                    Fact(label="Why", value=link["closed_reason"], at=link["closed_at"]),
                ],
                action="look",
            )
        return Explanation(
            level="none",
            sentence=f"{self.name} is in LoanArk only, and nothing waits that would create it in HubSpot.",
            detail="Look now: the sync then creates it, or says why not.",
            since=self.contact.created_at,
            action="look",
        )

    def _sending(self) -> Explanation | None:
        row = sql.first("SELECT action, created_at FROM intents WHERE contact_id = %s", [self.contact.id])
        if row is None:
            return None
        return Explanation(
            level="heals",
            sentence=f"A write of {self.name} to HubSpot is on its way; its answer has not come yet.",
            detail="Without an answer the contact is read back before anything is sent again.",
            since=row["created_at"],
            action="wait",
        )

    def _waiting(self) -> Explanation | None:
        if not self._is_behind():
            return None
        return Explanation(
            level="heals",
            sentence=f"{self.name} waits for a look: {self._source()}.",
            detail=self._next_look(),
            since=self._waits_since(),
            facts=self._why_hinted(),
            action="look",
        )

    def _in_sync(self) -> Explanation:
        resting = connections.resting()
        detail = None
        if resting:
            names = _listed([field for field, _ in resting])
            detail = f"Not compared, until somebody mends the mapping: {names}."
        return Explanation(
            level="in_sync",
            sentence=f"{self.name} is in sync: both sides hold the same values.",
            detail=detail,
            since=self._agreed_at(),
            action="look",
        )

    def _seen(self) -> Iterator[Fact]:
        """What proves it, whatever stands above."""
        if self.contact.hubspot_id:
            yield Fact(label="HubSpot id", value=self.contact.hubspot_id)
        if self.contact.hubspot_seen_at:
            yield Fact(label="HubSpot read", value="as it is there", at=self.contact.hubspot_seen_at)
        if self.events:
            last = self.events[0]
            yield Fact(label="LoanArk changed", value=_told(last), at=last.at)

    def _is_behind(self) -> bool:
        return self.hint is not None or self.contact.sync.state in ("pending", "not_linked")

    def _waits_since(self) -> datetime:
        return self.hint["created_at"] if self.hint else self.contact.updated_at

    def _source(self) -> str:
        return _SOURCES[Lane(self.hint["lane"])] if self.hint else "it was changed in LoanArk"

    def _next_look(self) -> str:
        if not worker.alive():
            return "No worker is alive: it goes on when one runs."
        if self.hint and self.hint["attempts"]:
            return "The last look failed. It is tried again by itself, each time a little later."
        return "It goes on by itself, usually within seconds."

    def _why_hinted(self) -> list[Fact]:
        if self.hint is None:
            return []
        facts = [Fact(label="Waits because", value=self._source(), at=self.hint["created_at"])]
        if self.hint["last_error"]:
            tries = f" (tried {self.hint['attempts']:,} times)" if self.hint["attempts"] > 1 else ""
            facts.append(Fact(label="Last look", value=f"{self.hint['last_error']}{tries}"))
            facts.append(Fact(label="Next look", value="by itself", at=self.hint["not_before"]))
        return facts

    def _agreed_at(self) -> datetime | None:
        """Since when both sides hold the same: the last change or the link, whichever came later."""
        linked = sql.scalar(
            "SELECT created_at FROM contact_links WHERE contact_id = %s AND state = 'live'", [self.contact.id]
        )
        return max(filter(None, [linked, self.events[0].at if self.events else None]), default=None)


def _hint(contact_id: UUID, hubspot_id: str | None) -> sql.Row | None:
    """The most urgent reason to look at a contact, by either of its ids."""
    return sql.first(
        """SELECT side, source, lane, attempts, not_before, created_at, last_error FROM hints
           WHERE (side = 'loanark' AND record_id = %s) OR (side = 'hubspot' AND record_id = %s)
           ORDER BY lane, created_at LIMIT 1""",
        [str(contact_id), hubspot_id or ""],
    )


def standstill(waits: str, since: datetime | None, facts: list[Fact]) -> Explanation | None:
    """Why nothing moves at all just now, if nothing does."""
    connection = connections.connection()
    account = Connection.objects.first()
    if account is None or connection.status == "not_connected":
        return Explanation(
            level="needs_you",
            sentence=f"{waits}: HubSpot is not connected.",
            detail="Connect it on the page Connection; what changed meanwhile is caught up.",
            since=since,
            facts=facts,
            action="connect",
        )
    if halt := settings.load().halt:
        return Explanation(
            level="needs_you",
            sentence=f"{waits}: {halt.by} paused the sync.",
            detail=halt.reason or "Changes on both sides are kept and go on when somebody resumes it.",
            since=since,
            facts=[Fact(label="Paused", value=f"by {halt.by}", at=halt.at), *facts],
            action="resume",
        )
    if connection.status == "reconnect_needed" or (connection.problem and connection.status != "connected"):
        problem = connection.problem
        trouble = problem.title[0].lower() + problem.title[1:] if problem else "HubSpot is in trouble"
        needs = connection.status == "reconnect_needed"
        return Explanation(
            level="needs_you" if needs else "heals",
            sentence=f"{waits}: {trouble}.",
            detail=f"{problem.detail} {problem.fix}" if problem else None,
            since=since,
            facts=facts,
            action="connect" if needs else "wait",
        )
    if account.approved_at is None:
        preview = Run.objects.filter(kind="preview", status__in=["running", "waiting"]).order_by("-id").first()
        return Explanation(
            level="needs_you",
            sentence=f"{waits}: nothing flows before a person approves the first run.",
            detail="Look through its preview, then approve it.",
            since=since,
            facts=facts,
            action="approve_run",
            run_id=preview.id if preview else None,
        )
    if account.backfilled_at is None and (run := runs.latest()):
        of = f" of {run.total:,}" if run.total else ""
        return Explanation(
            level="heals",
            sentence=f"{waits} for the end of the first load ({run.done:,}{of} contacts so far).",
            detail="Until all of HubSpot was read, nobody can know that it is not there already.",
            since=since,
            facts=facts,
            action="wait",
            run_id=run.id,
        )
    return None


def look(contact_id: UUID) -> LookOut:
    """Whether a contact waits for a look, and what keeps it waiting. Raises: NotFound."""
    contacts.refuse_unseen(contact_id)
    hint = sql.first(
        "SELECT created_at, attempts, last_error FROM hints WHERE side = 'loanark' AND record_id = %s",
        [str(contact_id)],
    )
    if hint is None:
        return LookOut(waits=False)
    stopped = standstill("It waits", hint["created_at"], [])
    return LookOut(
        waits=True,
        since=hint["created_at"],
        attempts=hint["attempts"],
        last_error=hint["last_error"],
        stopped=stopped.sentence if stopped else None if worker.alive() else "It waits: no worker is alive.",
    )


def with_attempts(reason: str, attempts: int) -> str:
    return f"{reason} (tried {attempts:,} times)" if attempts > 1 else reason


def _told(event: ChangeOut) -> str:
    what = _listed([field.label for field in event.fields]) if event.op == "updated" else ""
    by = f" by {event.actor}" if event.actor else ""
    return f"{_OPS[event.op]}{': ' if what else ''}{what}{by}"


def _quoted(value: str | None) -> str:
    return f"“{value}”" if value else "empty"


def _listed(names: Sequence[str]) -> str:
    """ "City", "City and State", "City, State and 2 more"."""
    if len(names) <= 1:
        return "".join(names)
    if len(names) <= 3:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[:2])} and {len(names) - 2} more"
