"""Batches: what became of every single input.

HubSpot answers a batch in one of three ways: with results and errors that name their inputs, with some that name none
(or with silence), or by refusing it whole. However it answers, each input ends as confirmed, rejected or unknown, and
nothing is confirmed that HubSpot did not say.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from loanark.hubspot import models, refusals
from loanark.hubspot.errors import HubSpotError, NotFound, Rejected, Unavailable, UnknownOutcome
from loanark.hubspot.models import BatchOutcome, BatchRead, Confirmed, Contact, Outcome, Unknown
from loanark.hubspot.transport import MAX_ATTEMPTS, Effect, Transport

R = TypeVar("R")

#: Inputs per batch and contacts per list page: HubSpot's maximum. More inputs are sent in several batches.
BATCH_SIZE = 100

#: A batch that fails at HubSpot is read in smaller parts; those are not tried as long.
PART_ATTEMPTS = 2

#: Mistakes about a property itself: every row that carries it is wrong, and cutting the batch would only cost calls.
_HOPELESS_PROPERTY = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"})

#: Categories of a row's error that say nothing about the row.
_TROUBLE = frozenset({"INTERNAL_ERROR", "RATE_LIMITS", "RATE_LIMIT", "TIMEOUT", "SERVICE_UNAVAILABLE"})


@dataclass(frozen=True, slots=True)
class Row:
    """One input of a batch: our key and what is sent."""

    key: str
    body: dict[str, Any]

    @property
    def traced(self) -> dict[str, Any]:
        """With the trace id that makes HubSpot judge each row apart and name it."""
        return {**self.body, "objectWriteTraceId": self.key}

    @property
    def properties(self) -> Mapping[str, str]:
        return self.body.get("properties") or {}

    @property
    def id_property(self) -> str | None:
        return self.body.get("idProperty")

    @property
    def id(self) -> str | None:
        """What names the record to HubSpot; its e-mails and unique values know no case. None: a create."""
        id = self.body.get("id")
        return None if id is None else str(id).lower()


# Writing


def write(transport: Transport, path: str, rows: Sequence[Row], effect: Effect, lane: str) -> BatchOutcome:
    """Sends `rows` in as many batches as it takes."""
    keys = [row.key for row in rows]
    if len(set(keys)) != len(keys):
        raise ValueError("each input of a batch needs a key of its own")
    writing = _Writing(transport, path, effect, lane)
    outcomes = writing.outcomes
    try:
        for part in _parts(rows):
            writing.send(part)
    except HubSpotError as error:
        if not outcomes:
            raise
        # Part of the batch is done and must be told; the rest was not sent, which a look at it will show.
        for key in keys:
            outcomes.setdefault(key, Unknown(f"not sent: {error}"))
    return BatchOutcome({key: outcomes[key] for key in keys})


def _parts(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Batches in which no record comes twice: HubSpot does not say which of the two would win."""
    rounds: list[dict[str, Row]] = []
    for row in rows:
        name = row.key if row.id is None else row.id
        first = next((one for one in rounds if name not in one), None)
        if first is None:
            rounds.append(first := {})
        first[name] = row
    for one in rounds:
        yield from in_batches(list(one.values()))


@dataclass
class _Writing:
    """Enters the outcome of every row it sends."""

    transport: Transport
    path: str
    effect: Effect
    lane: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def send(self, rows: list[Row]) -> None:
        """A batch refused whole is cut until the culprits are alone: it was refused, so sending it again is safe."""
        if not rows:
            return
        archives = self.path.endswith("/archive")
        body = {"inputs": [row.body if archives else row.traced for row in rows]}
        try:
            answer = self.transport.call("POST", self.path, lane=self.lane, body=body, effect=self.effect)
        except UnknownOutcome as error:
            self.outcomes.update((row.key, Unknown(str(error))) for row in rows)
            return
        except Rejected as error:
            culprits = _culprits(rows, error)
            self.outcomes.update((row.key, _rejection(error)) for row in culprits)
            rest = [row for row in rows if row not in culprits]
            for part in [rest] if culprits else halves(rest):
                self.send(part)
            return
        if archives and not answer.data:
            self.outcomes.update((row.key, Confirmed(Contact(row.key, {}, archived=True))) for row in rows)
            return
        settled = settle(rows, answer.data)
        self.outcomes.update(settled)
        left = [row for row in rows if row.key not in settled]
        if left and len(rows) > 1 and _objects(answer.data.get("errors")) and self.effect is Effect.REPEATABLE:
            # Errors that name no row: sending the open ones again, apart, tells whose they are.
            for part in halves(left):
                self.send(part)
            return
        reason = f"HubSpot answered the batch (status {answer.data.get('status')}) without a word about this row"
        self.outcomes.update((row.key, Unknown(reason)) for row in left)


def settle(rows: Sequence[Row], data: Mapping[str, Any]) -> dict[str, Outcome]:
    """The outcomes that the answer to a batch states, by key."""
    by_key = {row.key: row for row in rows}
    said: defaultdict[str, list[Outcome]] = defaultdict(list)
    for result in _objects(data.get("results")):
        row = _row_of(result, by_key)
        if row:
            said[row.key].append(_result(result, row))
    loose: list[Outcome] = []
    for error in _objects(data.get("errors")):
        keys = _blamed(error, rows)
        for key in keys or ():
            said[key].append(_failure(error))
        if keys is None:
            loose.append(_failure(error))
    settled = {key: _agreed(outcomes) for key, outcomes in said.items()}
    left = [row.key for row in rows if row.key not in settled]
    if len(left) == 1 and loose and (len(loose) == 1 or len(rows) == 1):
        settled[left[0]] = _agreed(loose)
    return settled


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _row_of(result: dict[str, Any], by_key: Mapping[str, Row]) -> Row | None:
    """Which input a result belongs to: by its trace id, else by what identifies the input. Never by position."""
    traces = refusals.texts(result.get("objectWriteTraceId"))
    if traces:
        return by_key.get(traces[0])
    properties = result.get("properties")
    echoed = properties if isinstance(properties, dict) else {}
    for row in by_key.values():
        held = echoed.get(row.id_property) if row.id_property else result.get("id")
        if row.id is not None and held is not None and str(held).lower() == row.id:
            return row
    (alone, *others) = by_key.values()
    # The answer to a single row needs no name, unless it names another record.
    nameless = alone.id is None or (alone.id_property is not None and not echoed.get(alone.id_property))
    return alone if nameless and not others else None


def _result(result: dict[str, Any], row: Row) -> Outcome:
    try:
        contact = models.contact(result)
    except (KeyError, TypeError, AttributeError, ValueError):
        return Unknown("HubSpot answered this row with something that is no contact")
    if row.id is not None and row.id_property is None and contact.id != row.id:
        return Unknown(f"HubSpot answered this row with another contact ({contact.id})")
    return Confirmed(contact, bool(result.get("new")))


def _failure(error: dict[str, Any]) -> Outcome:
    category = str(error.get("category") or error.get("errorType") or "")
    if category in _TROUBLE:
        return Unknown(str(error.get("message") or category))
    return _rejection(refusals.refusal(400, error))


def _blamed(error: dict[str, Any], rows: Sequence[Row]) -> list[str] | None:
    """The keys of the rows that an error names; None when it names nobody at all."""
    traces = refusals.named(error, "objectWriteTraceId")
    if traces:
        return [row.key for row in rows if row.key in traces]
    ids = {id.lower() for name in ("ids", "id") for id in refusals.named(error, name)}
    return [row.key for row in rows if row.id in ids] if ids else None


def _agreed(outcomes: Sequence[Outcome]) -> Outcome:
    """What several statements about one row come to. Contradictions leave it open."""
    first = outcomes[0]
    if all(isinstance(one, models.Rejected) for one in outcomes):
        refused = [one for one in outcomes if isinstance(one, models.Rejected)]
        return models.Rejected(
            "; ".join(dict.fromkeys(one.reason for one in refused)),
            {name: reason for one in refused for name, reason in one.properties.items()},
            refused[0].category,
            next((one.existing_id for one in refused if one.existing_id), None),
        )
    if all(isinstance(one, Confirmed) and one == first for one in outcomes):
        return first
    told = next((one for one in outcomes if isinstance(one, Unknown)), None)
    return told or Unknown("HubSpot answered this row in several ways that do not agree")


def _culprits(rows: Sequence[Row], error: Rejected) -> list[Row]:
    """The rows that a refusal of the whole batch blames; none when it must be cut to find out."""
    if len(rows) == 1:
        return list(rows)
    ids = {id.lower() for id in error.ids}
    blamed = [row for row in rows if row.key in error.trace_ids or (row.id in ids)]
    if not blamed and error.codes and _HOPELESS_PROPERTY.issuperset(error.codes):
        blamed = [row for row in rows if row.properties.keys() & error.properties.keys()]
    return blamed


def _rejection(error: Rejected) -> models.Rejected:
    return models.Rejected(error.reason, error.properties, error.category, error.existing_id)


# Reading


def read(
    transport: Transport,
    path: str,
    ids: Sequence[str],
    body: Mapping[str, Any],
    *,
    archived: bool,
    id_property: str | None,
    lane: str,
) -> BatchRead:
    """Reads the records `ids` (or those with these values of `id_property`) in as many batches as it takes."""
    reading = _Reading(transport, path, body, archived, id_property, lane)
    asked = list(dict.fromkeys(ids))
    parts = [part for batch in in_batches(asked) for part in reading.batch(batch)]
    return BatchRead(
        {id: contact for part in parts for id, contact in part.contacts.items()},
        [id for part in parts for id in part.missing],
        min(part.read_at for part in parts),
        {id: reason for part in parts for id, reason in part.failed.items()},
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    transport: Transport
    path: str
    body: Mapping[str, Any]
    archived: bool
    id_property: str | None
    lane: str

    def batch(self, asked: Sequence[str]) -> list[BatchRead]:
        """A batch that is too much for HubSpot just now is halved (docs: error handling)."""
        try:
            return [self._once(asked, MAX_ATTEMPTS)]
        except Unavailable as error:
            if not error.reached or len(asked) == 1:
                raise
            return self._in_halves(asked, error)

    def _in_halves(self, asked: Sequence[str], error: Unavailable) -> list[BatchRead]:
        """Raises `error` when no half can be read: then it is not the batch. A record that is always too much fails
        alone, and the others are read."""
        parts: list[BatchRead] = []
        failing: list[tuple[list[str], Unavailable]] = []
        for half in halves(asked):
            try:
                parts.append(self._once(half, PART_ATTEMPTS))
            except Unavailable as again:
                failing.append((half, again))
        if not parts:
            raise error
        for half, why in failing:
            parts += self._apart(half, why, parts[0].read_at)
        return parts

    def _apart(self, asked: Sequence[str], error: Unavailable, read_at: datetime) -> list[BatchRead]:
        if len(asked) > 1:
            try:
                return self._in_halves(asked, error)
            except Unavailable:
                pass
        return [BatchRead({}, [], read_at, dict.fromkeys(asked, str(error)))]

    def _once(self, asked: Sequence[str], attempts: int) -> BatchRead:
        body = {**self.body, "inputs": [{"id": id} for id in asked]}
        if self.id_property:
            body["idProperty"] = self.id_property
        answer = self.transport.call(
            "POST",
            self.path,
            lane=self.lane,
            params={"archived": "true" if self.archived else "false"},
            body=body,
            attempts=attempts,
        )
        contacts = answer.read(lambda data: _by_asked_id(_found(data), asked, self.id_property))
        open_ids = [id for id in asked if id not in contacts]
        failed = answer.read(lambda data: _failed(_objects(data.get("errors")), open_ids))
        return BatchRead(contacts, [id for id in open_ids if id not in failed], answer.read_at, failed)


def _found(data: Any) -> list[Contact]:
    """An answer that names neither contacts nor errors is no evidence that any of them is missing."""
    rows = (data.get("results") or ()) if data.get("errors") else data["results"]
    return [models.contact(row) for row in rows]


def _by_asked_id(results: Iterable[Contact], asked: Sequence[str], id_property: str | None) -> dict[str, Contact]:
    spelled = {id.lower(): id for id in asked}
    contacts: dict[str, Contact] = {}
    aliases: dict[str, Contact] = {}
    for contact in results:
        if id_property:
            names = {value.lower() for value in _values(contact, id_property)}
        else:
            contacts[contact.id] = contact
            names = set(contact.merged_ids)
        aliases.update((spelled[name], contact) for name in names if name in spelled)
    # A record of its own goes before what another one says of its past.
    return aliases | contacts


def _values(contact: Contact, id_property: str) -> list[str]:
    """The values by which HubSpot finds a contact: by e-mail, its further addresses too (docs: contacts)."""
    more = contact.properties.get(models.MORE_EMAILS) if id_property == "email" else None
    return [contact.properties.get(id_property) or "", *(more or "").split(";")]


def _failed(errors: Iterable[dict[str, Any]], open_ids: Sequence[str]) -> dict[str, str]:
    """Ids that were not read for another reason than that there is no such record."""
    failed: dict[str, str] = {}
    absent: set[str] = set()
    for error in errors:
        told = {*refusals.named(error, "ids"), *refusals.named(error, "id")}
        reason = refusals.refusal(400, error)
        if isinstance(reason, NotFound):
            absent |= told
        else:
            failed.update((id, reason.reason) for id in open_ids if id in told or not told)
    return {id: reason for id, reason in failed.items() if id not in absent}


def in_batches(rows: Sequence[R]) -> Iterator[list[R]]:
    return (list(rows[start : start + BATCH_SIZE]) for start in range(0, len(rows), BATCH_SIZE))


def halves(rows: Sequence[R]) -> list[list[R]]:
    middle = len(rows) // 2
    return [list(part) for part in (rows[:middle], rows[middle:]) if part]
