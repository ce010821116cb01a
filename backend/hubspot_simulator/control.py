"""The control API under ``/_control/``: act as the HubSpot user, look inside, cause trouble.

JSON in, JSON out, no credentials: for a machine of one's own only.
"""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.description import VERSIONS, describe, find
from hubspot_simulator.disorder.faults import Storm
from hubspot_simulator.disorder.someone import BULK
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response, json_response
from hubspot_simulator.limits import Limit
from hubspot_simulator.model import USER, Contact, read_number
from hubspot_simulator.records import contacts, properties
from hubspot_simulator.records.contacts import Call
from hubspot_simulator.records.portal import Portal

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator


class Control:
    """Routes of the control API."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def handle(self, request: Request) -> Response:
        try:
            document = self._dispatch(request)
        except ApiError as error:
            return json_response(error.body(), error.status)
        except (KeyError, TypeError, ValueError) as error:
            return json_response({"status": "error", "message": f"{type(error).__name__}: {error}"}, 400)
        return document if isinstance(document, Response) else json_response(document)

    def do(self, method: str, path: str, /, **body: Any) -> Any:
        """The same for the pages, in the same process: a document in place of a response. Raises: ApiError."""
        place, _, query = path.partition("?")
        request = Request(method, f"/_control/{place}", query, body=orjson.dumps(body) if body else b"")
        try:
            document = self._dispatch(replace(request, wanted=find(method, request.path)))
        except (KeyError, TypeError, ValueError) as error:
            raise ApiError(400, str(error)) from error
        if isinstance(document, Response):
            return orjson.loads(document.body) if document.body else {}
        return document

    def _dispatch(self, request: Request) -> Any:
        parts = tuple(part for part in request.path.split("/") if part)[1:]
        simulator = self._simulator
        if request.wanted is None:  # what is not described is not there
            raise errors.not_found()
        request.check_params()
        body = request.json() if request.body else {}
        match request.method, parts:
            case "GET", ("openapi.json",):
                return describe(request.param("version") or VERSIONS[0])
            case "GET", ("status",):
                return self.status()
            case "GET", ("requests",):
                return self.requests(int(request.param("limit", "100")))
            case "DELETE", ("requests",):
                return self.forget_requests()
            case "PUT", ("settings",):
                return self.change_settings(body)
            case "GET" | "PUT", ("webhooks",):
                return self.webhooks(body)
            case "GET" | "PUT", ("journal",):
                return simulator.journal.control(body)
            case "GET", ("deliveries",):
                return {"deliveries": list(simulator.webhooks.deliveries)[::-1]}
            case "GET" | "POST" | "DELETE", ("faults",):
                return self.faults(request.method, body)
            case "GET" | "PUT" | "DELETE", ("trouble",):
                return self.trouble(request.method, body)
            case "POST", ("clock", "advance"):
                self._simulator.clock.advance(int(body["ms"]))
                return {"now": iso(self._simulator.clock.now_ms())}
            case "POST", ("lock",):
                portal = self.portal(body)
                portal.locked_until = simulator.clock.now_ms() + seconds(body, 2)
                return {"locked_until": iso(portal.locked_until)}
            case "POST", ("move",):
                portal = self.portal(body)
                portal.moving_until = simulator.clock.now_ms() + seconds(body, 2)
                return {"moving_until": iso(portal.moving_until)}
            case "POST", ("tokens", "expire"):
                return {"expired": self._simulator.authority.expire_all(body.get("portal_id"))}
            case "POST", ("installs", "revoke"):
                portal = self.portal(body)
                return {"revoked": self._simulator.authority.uninstall(portal.id)}
            case _, ("contacts", *rest):
                return self.contacts(request, tuple(rest), body)
            case "GET" | "POST", ("someone",):
                return self.someone(request.method, body)
            case "POST", ("merge",):
                return self.merge(body)
            case "POST", ("bulk-edit",):
                return self.edit_together(body)
            case _, ("properties", *rest):
                return self.properties(request, tuple(rest))
        raise errors.not_found()

    def portal(self, body: dict[str, Any]) -> Portal:
        portal_id = body.get("portal_id")
        return self._simulator.portals[int(portal_id)] if portal_id else self._simulator.first_portal()

    # ---- looking ------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        simulator = self._simulator
        return {
            "now": iso(simulator.clock.now_ms()),
            "base_url": simulator.base_url,
            "limit": str(simulator.limit) if simulator.limit else "none",
            "latency_ms": simulator.latency_ms,
            "exports": dataclasses.asdict(simulator.exports.pace),
            "rules": {p.id: dataclasses.asdict(p.rules) for p in simulator.portals.values()},
            "portals": [self.portal_status(portal) for portal in simulator.portals.values()],
            "statuses": simulator.statuses,
            "webhooks": self.webhooks({}),
        }

    def portal_status(self, portal: Portal) -> dict[str, Any]:

        def count(name: str) -> int:
            return sum(name in portal.contacts[i].props for i in portal.live)

        return {
            "portal_id": portal.id,
            "contacts": len(portal.live),
            "archived": len(portal.archived),
            "merged_away": len(portal.aliases),
            "vip": count("client_type_vip_status"),
            "prospects": count("client_type_prospects"),
            "installs": sum(
                i.portal_id == portal.id and not i.revoked for i in self._simulator.authority.installs.values()
            ),
            "search_lag_ms": portal.index.lag_ms,
            **self.maxima(portal),
        }

    def maxima(self, portal: Portal) -> dict[str, int]:
        """The most requests there were in any rolling window, refused ones included."""
        return {
            "max_requests_in_window": portal.meter.most_arrivals(),
            "max_searches_in_second": portal.meter.search_arrivals.maximum,
        }

    def requests(self, limit: int) -> dict[str, Any]:
        simulator = self._simulator
        rows = list(simulator.log)[-limit:][::-1]
        return {
            "total": sum(simulator.statuses.values()),
            "statuses": simulator.statuses,
            "portals": {portal.id: self.maxima(portal) for portal in simulator.portals.values()},
            "requests": [{**row, "at": iso(row["at"]), "at_ms": row["at"]} for row in rows],
        }

    def forget_requests(self) -> dict[str, Any]:
        self._simulator.log.clear()
        self._simulator.statuses.clear()
        for portal in self._simulator.portals.values():
            portal.meter.forget()
        return {}

    # ---- settings and faults ------------------------------------------------------------------------

    def change_settings(self, body: dict[str, Any]) -> dict[str, Any]:
        """``limit``, ``search_limit``, ``daily_limit``, ``latency_ms``, ``search_lag_ms``, ``property_lag_ms``,
        ``properties_in_use``, ``rotate_refresh_tokens``, ``unavailable_scopes``, ``static_scopes``, ``rules``,
        ``exports``, ``search``.
        """
        simulator, portal = self._simulator, self.portal(body)
        if "limit" in body:
            simulator.limit = Limit.parse(str(body["limit"]))
        simulator.search_per_second = int(body.get("search_limit", simulator.search_per_second))
        simulator.daily_limit = int(body.get("daily_limit", simulator.daily_limit))
        simulator.latency_ms = int(body.get("latency_ms", simulator.latency_ms))
        portal.index.lag_ms = int(body.get("search_lag_ms", portal.index.lag_ms))
        if "rotate_refresh_tokens" in body:
            simulator.authority.rotate_refresh_tokens = bool(body["rotate_refresh_tokens"])
        if "unavailable_scopes" in body:
            portal.unavailable_scopes = frozenset(body["unavailable_scopes"])
        if "properties_in_use" in body:
            portal.in_use = set(body["properties_in_use"])
        portal.property_lag_ms = int(body.get("property_lag_ms", portal.property_lag_ms))
        if "static_scopes" in body:
            simulator.authority.tokens[simulator.static_token(portal.id)].scopes = list(body["static_scopes"])
        for name, value in (body.get("rules") or {}).items():
            if name not in portal.rules.__slots__:
                raise ValueError(f"unknown rule {name}")
            setattr(portal.rules, name, value)
        for name, value in (body.get("exports") or {}).items():
            if name not in simulator.exports.pace.__slots__:
                raise ValueError(f"unknown setting of exports {name}")
            setattr(simulator.exports.pace, name, value)
        for name, value in (body.get("search") or {}).items():
            if name not in ("jitter_ms", "stale_rate", "stale_ms"):
                raise ValueError(f"unknown setting of search {name}")
            setattr(portal.index.trouble, name, value)
        return self.status()

    def webhooks(self, body: dict[str, Any]) -> dict[str, Any]:
        hooks = self._simulator.webhooks
        if body:
            hooks.configure(**body)
        return hooks.document()

    def faults(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """``{"outage_seconds": 5}``, ``{"throttle_seconds": 5}``, a fault, or
        ``{"storm": {"rates": {"error-before": 0.01}, "seed": 1}}``.
        """
        faults = self._simulator.faults
        if method == "DELETE":
            faults.clear()
        elif "outage_seconds" in body:
            faults.outage_until = self._simulator.clock.now_ms() + seconds(body, 0, "outage_seconds")
        elif "throttle_seconds" in body:
            faults.throttled_until = self._simulator.clock.now_ms() + seconds(body, 0, "throttle_seconds")
        elif "storm" in body:
            faults.storm = Storm(**body["storm"])
        elif method == "POST":
            faults.add(body)
        return {
            "faults": [dataclasses.asdict(fault) for fault in faults.waiting],
            "storm": {"rates": faults.storm.rates, "seed": faults.storm.seed},
            "outage_until": iso(faults.outage_until) if faults.outage_until else None,
        }

    def trouble(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """``{"rates": {"error-after": 0.01, "webhook-loss": 0.1}}``, with the kinds of the flag ``--trouble``: a new
        storm in place of the old one, and what is named of webhooks and search. DELETE stops all trouble there is.
        """
        simulator = self._simulator
        if method == "DELETE":
            simulator.trouble.stop()
        elif method == "PUT":
            simulator.cause({name: float(rate) for name, rate in body["rates"].items()})
        return {"on": [dataclasses.asdict(one) for one in simulator.trouble.going_on()]}

    def someone(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """``{"acts": 10, "kind": "merge"}`` now, ``{"per_minute": 30}`` from now on, or
        ``{"bulk_edit": 12000, "properties": {…}}`` in one millisecond, or ``{"drift": "option_removed"}``.
        """
        someone, portal = self._simulator.someone, self.portal(body)
        did: list[dict[str, Any]] = []
        if "per_minute" in body:
            someone.work(float(body["per_minute"]))
        if "bulk_edit" in body:
            told = someone.bulk_edit(portal, int(body["bulk_edit"]), body.get("properties"))
            did.append({"kind": "bulk_edit", **(told or {})})
        if "drift" in body:
            did.append({"kind": "drift", **(someone.drift(portal, str(body["drift"])) or {})})
        did += [someone.act(portal, str(body.get("kind", ""))) for _ in range(int(body.get("acts", 0)))]
        return {"did": did, "done": someone.done, "per_minute": someone.per_minute}

    # ---- acting as the HubSpot user -----------------------------------------------------------------

    def contacts(self, request: Request, rest: tuple[str, ...], body: dict[str, Any]) -> Any:
        portal = self.portal(body or {"portal_id": request.param("portal_id")})
        match request.method, rest:
            case "POST", ():
                return self.create(portal, body)
            case "GET", (key,):
                return self.full(portal, self.any_contact(portal, key))
            case "PATCH", (key,):
                return self.edit(portal, key, body)
            case "POST", (key, "archive"):
                portal.archive(self.live_contact(portal, key), USER)
                return {}
            case "POST", (key, "restore"):
                contact = self.any_contact(portal, key)
                if contact.archived:
                    portal.restore(contact, USER)
                return self.full(portal, contact)
            case "POST", (key, "privacy-delete"):
                portal.erase(self.any_contact(portal, key), USER)
                return {}
        raise errors.not_found()

    def create(self, portal: Portal, body: dict[str, Any]) -> Response:
        draft = portal.draft(body["properties"], current=None, dated=True)
        return json_response(self.full(portal, portal.create(draft, USER)), 201)

    def edit(self, portal: Portal, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """``{"properties": {...}, "unchecked": true}`` stores values no rule would let in."""
        contact = self.live_contact(portal, key)
        if body.get("unchecked"):
            portal.force(contact, {name: str(value) for name, value in body["properties"].items()}, USER)
        else:
            draft = portal.draft(body["properties"], current=contact, dated=True)
            portal.update(contact, draft, USER)
        return self.full(portal, contact)

    def merge(self, body: dict[str, Any]) -> dict[str, Any]:
        portal = self.portal(body)
        primary = self.live_contact(portal, str(body["primary"]))
        secondary = self.live_contact(portal, str(body["secondary"]))
        if primary is secondary:
            raise errors.validation("Cannot merge a record with itself")
        return self.full(portal, portal.merge(primary, secondary, USER))

    def edit_together(self, body: dict[str, Any]) -> dict[str, Any]:
        """The same values for many records, as a bulk edit on HubSpot's pages: refused as a whole, or done at once."""
        portal, values = self.portal(body), body["properties"]
        several = [self.live_contact(portal, str(key)) for key in body["ids"]]
        keys = [name for name in values if portal.is_key(name)]
        if keys:
            raise errors.validation(f"{', '.join(keys)}: every record needs a value of its own", propertyName=keys)
        for contact in several:
            portal.draft(values, current=contact, dated=False)
        portal.update_together(several, values, BULK)
        return {"edited": len(several)}

    def full(self, portal: Portal, contact: Contact) -> dict[str, Any]:
        names = sorted({*contact.props, "createdate", "lastmodifieddate", "hs_object_id"})
        past = portal.history(contact, sorted({*contact.props, *(contact.history or {})}))
        return portal.document(contact, names) | {"propertiesWithHistory": past}

    def live_contact(self, portal: Portal, key: str) -> Contact:
        contact_id = read_number(key)
        found = portal.find_by("email", key) if contact_id is None else portal.find(contact_id)
        if found is None:
            raise errors.not_found(category=True)
        return found

    def any_contact(self, portal: Portal, key: str) -> Contact:
        contact_id = read_number(key)
        archived = None if contact_id is None else portal.find(contact_id, archived=True)
        return archived or self.live_contact(portal, key)

    def properties(self, request: Request, rest: tuple[str, ...]) -> Response:
        """The properties API as the administrator: same paths and bodies, no credentials."""
        found = properties.route(request.method, ("contacts", *rest))
        if found is None:
            raise errors.not_found()
        portal = self.portal({"portal_id": request.param("portal_id")})
        return found[1](contacts.Call(request, portal, "2026-09", USER))


def seconds(body: dict[str, Any], default: float, name: str = "seconds") -> int:
    """A number of seconds in a body, as milliseconds."""
    return int(float(body.get(name, default)) * 1000)


__all__ = ["Call", "Control"]
