"""The calls about contacts, each a thin method over `transport` (single requests) and `batches`."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

import httpx2

from loanark.hubspot import batches, models, whereabouts
from loanark.hubspot.batches import BATCH_SIZE, Row
from loanark.hubspot.errors import Gone, HubSpotError, Merged, NotFound, NotHubSpot, Unavailable
from loanark.hubspot.gate import Gate
from loanark.hubspot.models import (
    MERGED_IDS,
    MORE_EMAILS,
    BatchOutcome,
    BatchRead,
    Contact,
    Create,
    Found,
    Page,
    SearchPage,
    Update,
    Upsert,
)
from loanark.hubspot.transport import API_VERSION, TIMEOUT, Effect, Recorder, Transport
from loanark.hubspot.wire import parse_instant

#: Contacts per list page when their history is asked for: HubSpot refuses more.
HISTORY_PAGE = 50

#: An address of more than some 16,300 characters is refused (414). Longer lists of properties go in a batch's body.
MAX_PROPERTIES_TEXT = 12_000

_CONTACTS = f"/crm/objects/{API_VERSION}/contacts"


class Contacts:
    """One portal's contacts. Every method takes the `lane` it asks the gate with."""

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
        recorder: Recorder | None = None,
    ) -> None:
        """`token(True)` must fetch a new access token, `token(False)` may answer the one at hand."""
        self._transport = Transport(
            base_url=base_url,
            token=token,
            gate=gate,
            transport=transport,
            timeout=timeout,
            sleep=sleep,
            jitter=jitter,
            recorder=recorder,
        )
        self._call = self._transport.call

    @property
    def base_url(self) -> str:
        return self._transport.base_url

    def close(self) -> None:
        self._transport.close()

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
        with_history: Sequence[str] = (),
        lane: str,
    ) -> Page:
        """One page in the order of ids; `after` is where it starts, so a scan survives restarts and new contacts.

        With a history at most 50 contacts, whatever `limit` says.
        """
        if not _fits([*properties, *with_history]):
            return self._list_in_two_steps(properties, after, limit, archived, with_history, lane)
        params = {"limit": str(limit), "properties": ",".join(properties), "archived": _flag(archived)}
        if with_history:
            params |= {"limit": str(min(limit, HISTORY_PAGE)), "propertiesWithHistory": ",".join(with_history)}
        if after is not None:
            params["after"] = after
        answer = self._call("GET", _CONTACTS, lane=lane, params=params)
        return answer.read(lambda data: Page(_contacts(data), next_page(data), answer.read_at))

    def _list_in_two_steps(
        self,
        properties: Sequence[str],
        after: str | None,
        limit: int,
        archived: bool,
        with_history: Sequence[str],
        lane: str,
    ) -> Page:
        """The ids by list, their properties by batch. Who went away in between is left out, as if a moment later."""
        page = self.list_contacts([MERGED_IDS], after, limit, archived, lane=lane)
        if not page.results:
            return page
        ids = [contact.id for contact in page.results]
        read = self.batch_read(ids, properties, with_history, archived, lane=lane)
        if read.failed:
            raise Unavailable(f"HubSpot did not answer for {len(read.failed)} contacts of a page. It is read again.")
        return Page([read.contacts[id] for id in ids if id in read.contacts], page.after, page.read_at)

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
        asked = properties if _fits(properties) else [MERGED_IDS]
        params = {"properties": ",".join(asked), "archived": _flag(archived)}
        if id_property:
            params["idProperty"] = id_property
        contact = self._call("GET", f"{_CONTACTS}/{quote(id, safe='')}", lane=lane, params=params).read(models.contact)
        if asked is properties:
            return contact
        read = self.batch_read([contact.id], properties, archived=archived, lane=lane)
        if contact.id not in read.contacts:
            raise Unavailable(f"HubSpot answered for the contact {contact.id} once and then no more. It is read again.")
        return read.contacts[contact.id]

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
        # What names them must be in the answer.
        names = (id_property, MORE_EMAILS) if id_property == "email" else (id_property,) if id_property else ()
        body = {
            "properties": list(dict.fromkeys((*properties, *names))),
            "propertiesWithHistory": list(with_history),
        }
        return batches.read(
            self._transport,
            f"{_CONTACTS}/batch/read",
            ids,
            body,
            archived=archived,
            id_property=id_property,
            lane=lane,
        )

    def whereabouts(
        self, ids: Sequence[str], properties: Sequence[str] = (), with_history: Sequence[str] = (), *, lane: str
    ) -> whereabouts.Sightings:
        """Where contacts are that a listing did not show: here, merged, archived or gone, on evidence only."""
        return whereabouts.find(self, ids, properties, with_history, lane=lane)

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
        return SearchPage(answer.read(_total), found, answer.read(next_page), answer.read_at, contacts)

    def count_contacts(self, *, lane: str) -> int:
        """How many contacts there are, by the search index: close, not exact."""
        body = {"filterGroups": [], "properties": [], "limit": 1}
        return self._call("POST", f"{_CONTACTS}/search", lane=lane, bucket="search", body=body).read(_total)

    # Writing contacts

    def batch_create(self, inputs: Sequence[Create], *, lane: str) -> BatchOutcome:
        """Creates contacts. Not repeatable: after a lost answer the rows are unknown. Prefer `batch_upsert`."""
        rows = [Row(item.key, {"properties": dict(item.properties)}) for item in inputs]
        return self._batch("create", rows, Effect.ONCE, lane)

    def batch_update(self, inputs: Sequence[Update], *, lane: str) -> BatchOutcome:
        """Changes contacts by record id. HubSpot does not take merged-away ids here: they are rejected as not found,
        and `whereabouts` tells the survivor."""
        rows = [Row(item.key, {"id": item.id, "properties": dict(item.properties)}) for item in inputs]
        return self._batch("update", rows, Effect.REPEATABLE, lane)

    def batch_upsert(self, inputs: Sequence[Upsert], *, lane: str) -> BatchOutcome:
        """Creates or changes contacts by a unique property, so that repeating it makes no second contact."""
        rows = [
            Row(item.key, {"id": item.id, "idProperty": item.id_property, "properties": dict(item.properties)})
            for item in inputs
        ]
        return self._batch("upsert", rows, Effect.REPEATABLE, lane)

    def batch_archive(self, ids: Sequence[str], *, lane: str) -> BatchOutcome:
        """Moves contacts to HubSpot's recycle bin, from where only a person can restore them, for 90 days."""
        rows = [Row(id, {"id": id}) for id in dict.fromkeys(ids)]
        return self._batch("archive", rows, Effect.REPEATABLE, lane)

    def _batch(self, verb: str, rows: Sequence[Row], effect: Effect, lane: str) -> BatchOutcome:
        return batches.write(self._transport, f"{_CONTACTS}/batch/{verb}", rows, effect, lane)

    def merge(self, primary: str, other: str, *, lane: str) -> Contact:
        """Makes one contact of two, for good, and answers with it: it has an id of its own, to which both lead.

        Raises: Merged or Gone, when one of the two is no contact of its own any more. UnknownOutcome, when no answer
        came: `whereabouts([primary, other])` tells. Both are merged into one: it was done. Both are here: it was not,
        and may be asked for again.
        """
        body = {"primaryObjectId": primary, "objectIdToMerge": other}
        try:
            answer = self._call("POST", f"{_CONTACTS}/merge", lane=lane, body=body, effect=Effect.ONCE)
        except NotFound as error:
            raise self._explained(error, (primary, other), lane) from error
        return answer.read(models.contact)

    def _explained(self, error: NotFound, ids: Sequence[str], lane: str) -> NotFound:
        """Why one of `ids` was not found, as far as HubSpot tells."""
        try:
            found = self.whereabouts(ids, lane=lane).found
        except HubSpotError:
            return error
        for id, place in found.items():
            match place:
                case whereabouts.Merged(survivor):
                    return Merged(
                        f"The HubSpot contact {id} was merged into {survivor.id}. Nothing was changed; use that one.",
                        survivor_id=survivor.id,
                        reason=error.reason,
                        category=error.category,
                    )
                case whereabouts.Archived() | whereabouts.Gone():
                    return Gone(
                        f"The HubSpot contact {id} was deleted. Nothing was changed; out of HubSpot's recycle bin a "
                        "person can restore it for 90 days.",
                        reason=error.reason,
                        category=error.category,
                        ids=[id],
                    )
        return error

    def privacy_delete(self, id: str, id_property: str | None = None, *, lane: str) -> None:
        """Erases a contact for good, as privacy laws demand; HubSpot may take 30 days.

        With `id_property` "email" an address that no contact has is kept out from now on. Raises: NotFound, when there
        is nothing to erase (any more).
        """
        body = {"objectId": id} | ({"idProperty": id_property} if id_property else {})
        self._call("POST", f"{_CONTACTS}/gdpr-delete", lane=lane, body=body, effect=Effect.REPEATABLE)


# Reading answers


def _contacts(data: Any) -> list[Contact]:
    return [models.contact(row) for row in data["results"]]


def _total(data: Any) -> int:
    return int(data["total"])


def next_page(data: dict[str, Any]) -> str | None:
    after = ((data.get("paging") or {}).get("next") or {}).get("after")
    return None if after is None else str(after)


def _modified(contact: Contact) -> datetime:
    text = contact.properties.get("lastmodifieddate") or contact.updated
    if not text:
        raise NotHubSpot("HubSpot answered a search without the modified dates it was asked for.")
    return parse_instant(text)


# Forming requests


def _fits(properties: Sequence[str]) -> bool:
    return sum(map(len, properties)) + 3 * len(properties) <= MAX_PROPERTIES_TEXT


def _flag(value: bool) -> str:
    return "true" if value else "false"
