"""One portal's CRM calls, over HTTP.

Every call waits for its turn at the gate, repeats what is safe to repeat, and ends in an answer or an error of
`loanark.hubspot.errors` that says whether anything may have happened. What is safe to repeat:

    a read                  always
    update, upsert, archive always: doing it twice leaves what doing it once leaves
    create                  only when HubSpot said that it did not do it (429, 423) or was never reached
"""

import random
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from functools import cache
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import quote

import httpx2
import orjson

from loanark.hubspot import models, refusals
from loanark.hubspot.errors import (
    AccountMoving,
    DailyLimitReached,
    HubSpotError,
    NotHubSpot,
    Rejected,
    TokenExpired,
    Transient,
    Unavailable,
    UnknownOutcome,
)
from loanark.hubspot.models import (
    Account,
    BatchOutcome,
    BatchRead,
    Confirmed,
    Contact,
    Create,
    Found,
    Option,
    Outcome,
    Owner,
    Page,
    Property,
    SearchPage,
    Unknown,
    Update,
    Upsert,
)
from loanark.hubspot.wire import parse_instant

T = TypeVar("T")
R = TypeVar("R")

#: HubSpot's interface version; each is supported for 18 months, this one until about March 2028.
API_VERSION = "2026-09"

#: Inputs per batch and contacts per list page: HubSpot's maximum. More inputs are sent in several batches.
BATCH_SIZE = 100

#: HubSpot itself gives up after 100 s (status 524), but answers in less than one; a worker should not hang on one call.
TIMEOUT = httpx2.Timeout(30.0, connect=10.0)

#: One call may wait this long in all before it gives up; its caller holds a lease that it must be able to renew.
MAX_WAIT = 60.0
#: With full jitter over 1, 2, 4, 8, 16 seconds: about 15 s on average, longer than a restart behind a load balancer.
MAX_ATTEMPTS = 6
FIRST_BACKOFF = 1.0
#: A record locked by heavy writes stays locked for two seconds (status 423).
LOCKED_WAIT = 2.0


class Gate(Protocol):
    """The portal's shared budget of calls."""

    def acquire(self, lane: str, bucket: str) -> datetime:
        """Blocks until a request may be sent; answers the database's time just before that."""

    def observe(self, *, limit: int | None, remaining: int | None, interval_ms: int | None) -> None:
        """Takes note of the budget that an answer's headers tell."""

    def throttled(self, seconds: float, bucket: str) -> None:
        """HubSpot refused a request: nobody should send one into `bucket` for so long."""


class Ungated:
    """The gate of a client that is alone with its portal: it waits only when told off."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self._sleep = sleep

    def acquire(self, lane: str, bucket: str) -> datetime:
        return datetime.now(UTC)

    def observe(self, *, limit: int | None, remaining: int | None, interval_ms: int | None) -> None:
        pass

    def throttled(self, seconds: float, bucket: str) -> None:
        self._sleep(seconds)


class Effect(Enum):
    """What repeating a request would do."""

    READ = auto()
    REPEATABLE = auto()
    ONCE = auto()


@dataclass(frozen=True, slots=True)
class _Answer:
    request: "_Request"
    base_url: str
    data: Any
    read_at: datetime

    def read(self, reading: Callable[[Any], T]) -> T:
        """What `reading` makes of the answer. Raises: NotHubSpot, for JSON that HubSpot would not answer."""
        try:
            return reading(self.data)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise NotHubSpot(
                refusals.not_hubspot(self.base_url, f"answered {self.request.path} with JSON that is not HubSpot's")
            ) from error


@dataclass(frozen=True, slots=True)
class _Again:
    """This attempt failed. `pause`: the whole portal waits at the gate, not only this call."""

    error: HubSpotError
    wait: float | None = None
    pause: bool = False
    maybe_done: bool = False


@cache
def _trust() -> ssl.SSLContext:
    """The certificates we trust, read once: that takes longer than a call."""
    return httpx2.create_ssl_context()


class Client:
    """HubSpot's CRM for one portal. Every method takes the `lane` it asks the gate with."""

    def __init__(
        self,
        *,
        base_url: str,
        token: Callable[[bool], str],
        gate: Gate | None = None,
        transport: httpx2.BaseTransport | None = None,
        timeout: httpx2.Timeout | float = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`token(True)` must fetch a new access token, `token(False)` may answer the one at hand."""
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._gate = gate or Ungated(sleep)
        self._sleep = sleep
        self._jitter = jitter
        self._http = httpx2.Client(
            base_url=self.base_url,
            transport=transport,
            verify=_trust(),
            timeout=timeout,
            headers={"Accept": "application/json", "User-Agent": "LoanArk-CRM-Sync"},
        )

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Reading contacts

    def list_contacts(
        self,
        properties: Sequence[str],
        after: str | None = None,
        limit: int = BATCH_SIZE,
        archived: bool = False,
        *,
        lane: str,
    ) -> Page:
        """One page in the order of ids; `after` is where it starts, so a scan survives restarts and new contacts."""
        params = {"limit": str(limit), "properties": ",".join(properties), "archived": _flag(archived)}
        if after is not None:
            params["after"] = after
        answer = self._call("GET", _CONTACTS, lane=lane, params=params)
        return answer.read(lambda data: Page(_contacts(data), _after(data), answer.read_at))

    def get_contact(
        self,
        id: str,
        properties: Sequence[str],
        archived: bool = False,
        *,
        id_property: str | None = None,
        lane: str,
    ) -> Contact:
        """One contact. A merged-away id answers its survivor, whose `id` differs from the one asked for."""
        params = {"properties": ",".join(properties), "archived": _flag(archived)}
        if id_property:
            params["idProperty"] = id_property
        answer = self._call("GET", f"{_CONTACTS}/{quote(id, safe='')}", lane=lane, params=params)
        return answer.read(models.contact)

    def batch_read(
        self,
        ids: Sequence[str],
        properties: Sequence[str],
        with_history: Sequence[str] = (),
        archived: bool = False,
        *,
        id_property: str | None = None,
        lane: str,
    ) -> BatchRead:
        """Contacts by id, or by the values of a unique property; more than 100 in several calls."""
        if id_property and id_property not in properties:
            properties = [*properties, id_property]
        asked = list(dict.fromkeys(ids))
        body: dict[str, Any] = {"properties": list(properties), "propertiesWithHistory": list(with_history)}
        if id_property:
            body["idProperty"] = id_property
        parts = [self._read_batch(part, body, archived, id_property, lane) for part in _batches(asked)]
        return BatchRead(
            {id: contact for part in parts for id, contact in part.contacts.items()},
            [id for part in parts for id in part.missing],
            min(part.read_at for part in parts),
            {id: reason for part in parts for id, reason in part.failed.items()},
        )

    def _read_batch(
        self, asked: Sequence[str], body: dict[str, Any], archived: bool, id_property: str | None, lane: str
    ) -> BatchRead:
        body = {**body, "inputs": [{"id": id} for id in asked]}
        params = {"archived": _flag(archived)}
        answer = self._call("POST", f"{_CONTACTS}/batch/read", lane=lane, params=params, body=body)
        contacts = answer.read(lambda data: _by_asked_id(_found(data), asked, id_property))
        open_ids = [id for id in asked if id not in contacts]
        failed = answer.read(lambda data: _failed_reads(data.get("errors") or (), open_ids))
        return BatchRead(contacts, [id for id in open_ids if id not in failed], answer.read_at, failed)

    def search_modified(
        self,
        since_ms: int,
        until_ms: int | None = None,
        after_id: str | None = None,
        properties: Sequence[str] = (),
        limit: int = 200,
        after: str | None = None,
        *,
        lane: str,
    ) -> SearchPage:
        """Contacts modified from `since_ms` on and before `until_ms`.

        Ordered by time; or, once `after_id` is given ("0" to begin), those with higher ids, ordered by id: HubSpot
        sorts by one property only, and a bulk edit gives thousands of contacts the same millisecond. `after` is an
        offset of at most 10,000.
        """
        filters = [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": str(since_ms)}]
        if until_ms is not None:
            filters.append({"propertyName": "lastmodifieddate", "operator": "LT", "value": str(until_ms)})
        order = "lastmodifieddate"
        if after_id is not None:
            filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": after_id})
            order = "hs_object_id"
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": order, "direction": "ASCENDING"}],
            "properties": list(dict.fromkeys(("lastmodifieddate", *properties))),
            "limit": limit,
        }
        if after is not None:
            body["after"] = after
        answer = self._call("POST", f"{_CONTACTS}/search", lane=lane, bucket="search", body=body)
        contacts = answer.read(_contacts)
        found = answer.read(lambda _: [Found(contact.id, _modified(contact)) for contact in contacts])
        return SearchPage(answer.read(_total), found, answer.read(_after), answer.read_at, contacts)

    def count_contacts(self, *, lane: str) -> int:
        """How many contacts there are, by the search index: close, not exact."""
        body = {"filterGroups": [], "properties": [], "limit": 1}
        return self._call("POST", f"{_CONTACTS}/search", lane=lane, bucket="search", body=body).read(_total)

    # Writing contacts

    def batch_create(self, inputs: Sequence[Create], *, lane: str) -> BatchOutcome:
        """Creates contacts. Not repeatable: after a lost answer the rows are unknown. Prefer `batch_upsert`."""
        rows = [_Row(item.key, {"properties": dict(item.properties)}) for item in inputs]
        return self._batch("create", rows, Effect.ONCE, lane)

    def batch_update(self, inputs: Sequence[Update], *, lane: str) -> BatchOutcome:
        """Changes contacts by record id. HubSpot does not take merged-away ids here."""
        rows = [_Row(item.key, {"id": item.id, "properties": dict(item.properties)}) for item in inputs]
        return self._batch("update", rows, Effect.REPEATABLE, lane)

    def batch_upsert(self, inputs: Sequence[Upsert], *, lane: str) -> BatchOutcome:
        """Creates or changes contacts by a unique property, so that repeating it makes no second contact."""
        rows = [
            _Row(item.key, {"id": item.id, "idProperty": item.id_property, "properties": dict(item.properties)})
            for item in inputs
        ]
        return self._batch("upsert", rows, Effect.REPEATABLE, lane)

    def batch_archive(self, ids: Sequence[str], *, lane: str) -> BatchOutcome:
        """Moves contacts to HubSpot's recycle bin, from where only a person can restore them, for 90 days."""
        return self._batch("archive", [_Row(id, {"id": id}) for id in ids], Effect.REPEATABLE, lane)

    # Properties, owners, account

    def properties(self, *, lane: str) -> list[Property]:
        """All contact properties of the portal."""
        answer = self._call("GET", _PROPERTIES, lane=lane)
        return answer.read(lambda data: [models.property_(row) for row in data["results"]])

    def create_property_group(self, name: str, label: str, *, lane: str) -> None:
        """Creates a group of properties; `AlreadyExists` if there is one of that name."""
        body = {"name": name, "label": label}
        self._call("POST", f"{_PROPERTIES}/groups", lane=lane, body=body, effect=Effect.REPEATABLE)

    def create_property(
        self,
        name: str,
        label: str,
        type: str,
        field_type: str,
        group_name: str,
        *,
        options: Sequence[Option] = (),
        has_unique_value: bool = False,
        description: str = "",
        lane: str,
    ) -> Property:
        """Creates a contact property; `AlreadyExists` if there is one of that name. Uniqueness is decided here only."""
        body: dict[str, Any] = {
            "name": name,
            "label": label,
            "type": type,
            "fieldType": field_type,
            "groupName": group_name,
            "hasUniqueValue": has_unique_value,
            "description": description,
        }
        if options:
            body["options"] = [
                {"label": option.label, "value": option.value, "hidden": option.hidden, "displayOrder": position}
                for position, option in enumerate(options)
            ]
        return self._call("POST", _PROPERTIES, lane=lane, body=body, effect=Effect.REPEATABLE).read(models.property_)

    def owners(self, *, lane: str) -> list[Owner]:
        """All users to whom contacts can be assigned."""
        owners: list[Owner] = []
        params = {"limit": str(BATCH_SIZE)}
        while True:
            answer = self._call("GET", f"/crm/owners/{API_VERSION}", lane=lane, params=params)
            owners += answer.read(lambda data: [models.owner(row) for row in data["results"]])
            after = answer.read(_after)
            if after is None or after == params.get("after"):
                return owners
            params["after"] = after

    def account(self, *, lane: str) -> Account:
        """The portal this token opens. Proves that the connection works."""
        return self._call("GET", f"/account-info/{API_VERSION}/details", lane=lane).read(models.account)

    def uninstall(self, *, lane: str) -> None:
        """Removes the app from the portal; HubSpot tells its admins."""
        path = f"/appinstalls/{API_VERSION}/external-install"
        self._call("DELETE", path, lane=lane, effect=Effect.REPEATABLE)

    # Batches

    def _batch(self, verb: str, rows: Sequence["_Row"], effect: Effect, lane: str) -> BatchOutcome:
        keys = [row.key for row in rows]
        if len(set(keys)) != len(keys):
            raise ValueError("each input of a batch needs a key of its own")
        outcomes: dict[str, Outcome] = {}
        try:
            for part in _batches(rows):
                self._write(verb, list(part), effect, lane, outcomes)
        except HubSpotError as error:
            if not outcomes:
                raise
            # Part of the batch is done and must be told; the rest was not sent, which a look at it will show.
            for key in keys:
                outcomes.setdefault(key, Unknown(f"not sent: {error}"))
        return BatchOutcome({key: outcomes[key] for key in keys})

    def _write(self, verb: str, rows: list["_Row"], effect: Effect, lane: str, outcomes: dict[str, Outcome]) -> None:
        """Sends `rows` and enters the outcome of each; a batch refused whole is cut until the culprits are alone."""
        if not rows:
            return
        body = {"inputs": [row.body if verb == "archive" else row.traced for row in rows]}
        try:
            answer = self._call("POST", f"{_CONTACTS}/batch/{verb}", lane=lane, body=body, effect=effect)
        except UnknownOutcome as error:
            outcomes.update((row.key, Unknown(str(error))) for row in rows)
            return
        except Rejected as error:
            culprits = _culprits(rows, error)
            outcomes.update((row.key, _rejection(error)) for row in culprits)
            rest = [row for row in rows if row not in culprits]
            parts = [rest] if culprits else _halves(rest)
            for part in parts:
                self._write(verb, part, effect, lane, outcomes)
            return
        if verb == "archive" and not answer.data:
            outcomes.update((row.key, Confirmed(Contact(row.key, {}, archived=True))) for row in rows)
            return
        try:
            settled = answer.read(lambda data: _settle(rows, data))
        except NotHubSpot as error:
            # It was accepted and may have happened: what the answer does not tell, a look at the records will.
            settled = {row.key: Unknown(str(error)) for row in rows}
        outcomes.update(settled)
        open_rows = [row for row in rows if row.key not in settled]
        if not open_rows:
            return
        if answer.data.get("errors") and effect is Effect.REPEATABLE and len(open_rows) < len(rows):
            # Errors that name no row: sending the open ones again, apart, tells whose they are.
            for part in _halves(open_rows):
                self._write(verb, part, effect, lane, outcomes)
            return
        reason = f"HubSpot answered the batch (status {answer.data.get('status')}) without a word about this row"
        outcomes.update((row.key, Unknown(reason)) for row in open_rows)

    # Requests

    def _call(
        self,
        method: str,
        path: str,
        *,
        lane: str,
        bucket: str = "general",
        params: Mapping[str, str] | None = None,
        body: object = None,
        effect: Effect = Effect.READ,
    ) -> _Answer:
        """Sends one request until it is answered, refused, or repeating it is unsafe or useless."""
        content = None if body is None else orjson.dumps(body)
        request = _Request(method, path, params, content, effect, bucket, lane)
        waited, refreshed, maybe_done = 0.0, False, False
        bearer = self._token(False)
        attempt = 0
        while True:
            attempt += 1
            try:
                result = self._attempt(request, bearer, attempt)
            except refusals.Expired as expired:
                if refreshed:
                    raise TokenExpired(str(expired)) from None
                refreshed, bearer = True, self._token(True)
                continue
            if isinstance(result, _Answer):
                return result
            maybe_done = maybe_done or result.maybe_done
            wait = self._backoff(attempt) if result.wait is None else result.wait
            hopeless = isinstance(result.error, DailyLimitReached | AccountMoving) or not isinstance(
                result.error, Transient
            )
            if (
                hopeless
                or attempt >= MAX_ATTEMPTS
                or waited + wait > MAX_WAIT
                or (maybe_done and effect is Effect.ONCE)
            ):
                if maybe_done and effect is not Effect.READ:
                    raise UnknownOutcome(
                        f"The write {method} {path} went out, and no answer came back ({result.error}). "
                        "It may have happened: read the record before writing it again."
                    )
                raise result.error
            waited += wait
            if result.pause:
                self._gate.throttled(wait, bucket)
            else:
                self._sleep(wait)
            bearer = self._token(False)

    def _attempt(self, request: "_Request", bearer: str, attempt: int) -> _Answer | _Again:
        read_at = self._gate.acquire(request.lane, request.bucket)
        headers = {"Authorization": f"Bearer {bearer}"}
        if request.content is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = self._http.request(
                request.method, request.path, params=request.params, content=request.content, headers=headers
            )
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise NotHubSpot(
                refusals.not_hubspot(self.base_url, f"is no address that can be called ({error})")
            ) from error
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as error:
            return _Again(self._unavailable(f"could not be reached ({_words(error)})"))
        except httpx2.RequestError as error:
            return _Again(self._unavailable(f"did not answer ({_words(error)})"), maybe_done=True)
        self._observe(response.headers)
        return self._classify(response, read_at, request, attempt)

    def _classify(
        self, response: httpx2.Response, read_at: datetime, request: "_Request", attempt: int
    ) -> _Answer | _Again:
        status = response.status_code
        data = _json(response)
        if status in (500, 502, 503, 504, 408) or status >= 520:
            return _Again(self._unavailable(f"answered with status {status}"), maybe_done=True)
        if data is None and response.is_success and "json" in response.headers.get("content-type", ""):
            return _Again(self._unavailable("sent an answer that breaks off"), maybe_done=True)
        if response.is_redirect:
            raise NotHubSpot(refusals.not_hubspot(self.base_url, f"answered with a redirect ({status})"))
        if not isinstance(data, dict):
            raise NotHubSpot(
                refusals.not_hubspot(self.base_url, f"answered {request.path} with {refusals.description(response)}")
            )
        if response.is_success:
            return _Answer(request, self.base_url, data, read_at)
        if status == 429:
            limited = refusals.limited(data, response, request.bucket, attempt)
            return _Again(limited, wait=limited.retry_after, pause=True)
        if status == 423:
            error = Unavailable("HubSpot has locked the record because of many writes to it. Nothing was changed.")
            return _Again(error, wait=LOCKED_WAIT + self._jitter())
        if status == 477:
            return _Again(refusals.moving(response))
        raise refusals.refusal(status, data)

    def _observe(self, headers: httpx2.Headers) -> None:
        limit = _number(headers.get("X-HubSpot-RateLimit-Max"))
        remaining = _number(headers.get("X-HubSpot-RateLimit-Remaining"))
        interval_ms = _number(headers.get("X-HubSpot-RateLimit-Interval-Milliseconds"))
        if limit is not None or remaining is not None:
            self._gate.observe(limit=limit, remaining=remaining, interval_ms=interval_ms)

    def _backoff(self, attempt: int) -> float:
        return self._jitter() * FIRST_BACKOFF * float(2 ** (attempt - 1))

    def _unavailable(self, what: str) -> Unavailable:
        return Unavailable(
            f"HubSpot ({self.base_url}) {what}. Nothing on our side is lost; the call is repeated by itself later."
        )


_CONTACTS = f"/crm/objects/{API_VERSION}/contacts"
_PROPERTIES = f"/crm/properties/{API_VERSION}/contacts"


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    params: Mapping[str, str] | None
    content: bytes | None
    effect: Effect
    bucket: str
    lane: str


@dataclass(frozen=True, slots=True)
class _Row:
    """One input of a batch: our key and what is sent."""

    key: str
    body: dict[str, Any]

    @property
    def traced(self) -> dict[str, Any]:
        """With the trace id that makes HubSpot judge each row apart and name it."""
        return {**self.body, "objectWriteTraceId": self.key}

    @property
    def properties(self) -> dict[str, str]:
        return self.body.get("properties") or {}


# Reading answers


def _json(response: httpx2.Response) -> Any:
    """The answer's JSON; {} for no content; None when it is none."""
    if not response.content:
        return {}
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return None


def _contacts(data: Any) -> list[Contact]:
    return [models.contact(row) for row in data["results"]]


def _found(data: Any) -> list[Contact]:
    """Of a batch read. An answer that names neither contacts nor errors is no evidence that any of them is missing."""
    return [models.contact(row) for row in (data.get("results") or () if data.get("errors") else data["results"])]


def _total(data: Any) -> int:
    return int(data["total"])


def _after(data: dict[str, Any]) -> str | None:
    after = ((data.get("paging") or {}).get("next") or {}).get("after")
    return None if after is None else str(after)


def _modified(contact: Contact) -> datetime:
    text = contact.properties.get("lastmodifieddate") or contact.updated
    if not text:
        raise NotHubSpot("HubSpot answered a search without the modified dates it was asked for.")
    return parse_instant(text)


def _by_asked_id(results: Iterable[Contact], asked: Sequence[str], id_property: str | None) -> dict[str, Contact]:
    contacts: dict[str, Contact] = {}
    spelled = {id.lower(): id for id in asked}
    for contact in results:
        if id_property:
            value = contact.properties.get(id_property) or ""
            contacts[spelled.get(value.lower(), value)] = contact
            continue
        contacts[contact.id] = contact
        contacts.update((id, contact) for id in contact.merged_ids if id in spelled)
    return contacts


def _failed_reads(errors: Iterable[dict[str, Any]], open_ids: Sequence[str]) -> dict[str, str]:
    failed: dict[str, str] = {}
    for error in errors:
        if error.get("category") == "OBJECT_NOT_FOUND":
            continue
        named = set(refusals.texts((error.get("context") or {}).get("ids")))
        reason = str(error.get("message") or error.get("category") or "HubSpot gave no reason")
        failed.update((id, reason) for id in open_ids if id in named or not named)
    return failed


def _settle(rows: Sequence[_Row], data: dict[str, Any]) -> dict[str, Outcome]:
    """The outcomes that the answer to a batch states, by key."""
    outcomes: dict[str, Outcome] = {}
    for result in data.get("results") or ():
        key = _key_of(result, rows)
        if key is not None:
            outcomes[key] = Confirmed(models.contact(result), bool(result.get("new")))
    by_key = {row.key: row for row in rows}
    loose: list[dict[str, Any]] = []
    for error in data.get("errors") or ():
        keys = [key for key in _blamed(error, rows) if key in by_key]
        outcomes.update((key, _rejection(refusals.refusal(400, error))) for key in keys if key not in outcomes)
        if not keys:
            loose.append(error)
    left = [row for row in rows if row.key not in outcomes]
    if len(left) == 1 and len(loose) == 1:
        outcomes[left[0].key] = _rejection(refusals.refusal(400, loose[0]))
    return outcomes


def _key_of(result: dict[str, Any], rows: Sequence[_Row]) -> str | None:
    """Which input a result belongs to: by its trace id, else by what identifies the input. Never by position."""
    trace = result.get("objectWriteTraceId")
    if trace is not None:
        return str(trace) if any(row.key == str(trace) for row in rows) else None
    if len(rows) == 1:
        return rows[0].key
    properties = result.get("properties") or {}
    for row in rows:
        name, id = row.body.get("idProperty"), row.body.get("id")
        held = properties.get(name) if name else result.get("id")
        if id is not None and held is not None and str(held).lower() == str(id).lower():
            return row.key
    return None


def _blamed(error: dict[str, Any], rows: Sequence[_Row]) -> list[str]:
    context = error.get("context") or {}
    traces = refusals.texts(context.get("objectWriteTraceId"))
    if traces:
        return traces
    ids = {*refusals.texts(context.get("ids")), *refusals.texts(context.get("id"))}
    return [row.key for row in rows if row.body.get("id") in ids]


#: Mistakes about a property itself: every row that carries it is wrong, and cutting the batch would only cost calls.
_HOPELESS_PROPERTY = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"})


def _culprits(rows: Sequence[_Row], error: Rejected) -> list[_Row]:
    """The rows that a refusal of the whole batch blames; none when it must be cut to find out."""
    if len(rows) == 1:
        return list(rows)
    named = [row for row in rows if row.key in error.trace_ids]
    if not named and error.codes and _HOPELESS_PROPERTY.issuperset(error.codes):
        named = [row for row in rows if row.properties.keys() & error.properties.keys()]
    return named


def _rejection(error: Rejected) -> models.Rejected:
    return models.Rejected(error.reason, error.properties, error.category, error.existing_id)


def _halves(rows: list[_Row]) -> list[list[_Row]]:
    middle = len(rows) // 2
    return [part for part in (rows[:middle], rows[middle:]) if part]


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _batches(rows: Sequence[R]) -> Iterator[Sequence[R]]:
    return (rows[start : start + BATCH_SIZE] for start in range(0, len(rows), BATCH_SIZE))
