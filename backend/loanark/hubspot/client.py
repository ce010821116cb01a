"""All of one portal's calls: those about contacts (see `contacts`), and everything else here."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from loanark.hubspot import exports, models
from loanark.hubspot.batches import BATCH_SIZE
from loanark.hubspot.contacts import Contacts, next_page
from loanark.hubspot.errors import Invalid, Unavailable
from loanark.hubspot.gate import Gate, Ungated
from loanark.hubspot.models import Account, DailyUsage, Option, Owner, Property, PropertyGroup
from loanark.hubspot.transport import API_VERSION, MAX_ATTEMPTS, MAX_WAIT, Effect

__all__ = ["API_VERSION", "BATCH_SIZE", "MAX_ATTEMPTS", "MAX_WAIT", "Client", "Gate", "Ungated"]

_PROPERTIES = f"/crm/properties/{API_VERSION}/contacts"
_EXPORTS = f"/crm/exports/{API_VERSION}/export"


class Client(Contacts):
    """HubSpot's CRM for one portal: its contacts, properties, exports, owners, and the account itself."""

    # Properties

    def properties(self, *, lane: str) -> list[Property]:
        """All contact properties of the portal."""
        answer = self._call("GET", _PROPERTIES, lane=lane)
        return answer.read(lambda data: [models.property_(row) for row in data["results"]])

    def property(self, name: str, *, lane: str) -> Property:
        """One contact property. Raises: NotFound. A new one can be read some 700 ms after it was made."""
        return self._call("GET", _property_path(name), lane=lane).read(models.property_)

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
            body["options"] = _options(options)
        return self._call("POST", _PROPERTIES, lane=lane, body=body, effect=Effect.REPEATABLE).read(models.property_)

    def update_property(
        self, name: str, *, label: str | None = None, options: Sequence[Option] | None = None, lane: str
    ) -> Property:
        """Changes a property's label or options. `options` replaces the whole list: begin with what there is."""
        body: dict[str, Any] = {} if label is None else {"label": label}
        if options is not None:
            body["options"] = _options(options)
        answer = self._call("PATCH", _property_path(name), lane=lane, body=body, effect=Effect.REPEATABLE)
        return answer.read(models.property_)

    def archive_property(self, name: str, *, lane: str) -> None:
        """Removes a property; making one of the same name brings it back for 90 days. Raises: Invalid, when in use."""
        self._call("DELETE", _property_path(name), lane=lane, effect=Effect.REPEATABLE)

    def property_groups(self, *, lane: str) -> list[PropertyGroup]:
        """The headings under which HubSpot shows contact properties."""
        answer = self._call("GET", f"{_PROPERTIES}/groups", lane=lane)
        return answer.read(lambda data: [models.property_group(row) for row in data["results"]])

    def create_property_group(self, name: str, label: str, *, lane: str) -> None:
        """Creates a group of properties; `AlreadyExists` if there is one of that name."""
        body = {"name": name, "label": label}
        self._call("POST", f"{_PROPERTIES}/groups", lane=lane, body=body, effect=Effect.REPEATABLE)

    # Exports

    def start_export(self, name: str, properties: Sequence[str], *, lane: str) -> str:
        """Begins an export of all contacts, and returns its id. One runs at a time, others wait for it.

        UnknownOutcome does no harm: it may be one of the account's thirty a day that nobody will read.
        """
        body = exports.request(name, properties)
        answer = self._call("POST", f"{_EXPORTS}/async", lane=lane, body=body, effect=Effect.ONCE)
        return answer.read(lambda data: str(data["id"]))

    def export_status(self, export_id: str, *, lane: str) -> exports.Status:
        """How far an export is."""
        path = f"{_EXPORTS}/async/tasks/{quote(export_id, safe='')}/status"
        return self._call("GET", path, lane=lane).read(exports.status)

    def download_export(self, export_id: str, *, lane: str) -> Iterator[dict[str, str]]:
        """The contacts of a complete export, as property name to text; `hs_object_id` is the id.

        The file is complete before the first one is yielded. Raises: Unavailable, while it is not ready; Invalid, when
        it never will be; NotHubSpot, for a file that cannot be read.
        """

        def link() -> str:
            status = self.export_status(export_id, lane=lane)
            if status.state is exports.State.CANCELED:
                raise Invalid(f"HubSpot canceled the export {export_id}. Nothing is lost; start another one.")
            if not status.link:
                raise Unavailable(f"HubSpot's export {export_id} is not ready ({status.state}). Ask again later.")
            return status.link

        return exports.rows(self._transport.download(link))

    # Owners, account

    def owners(self, *, lane: str, archived: bool = False) -> list[Owner]:
        """All users to whom contacts can be assigned, or those who could be and have left."""
        owners: list[Owner] = []
        params = {"limit": str(BATCH_SIZE), **({"archived": "true"} if archived else {})}
        while True:
            answer = self._call("GET", f"/crm/owners/{API_VERSION}", lane=lane, params=params)
            owners += answer.read(lambda data: [models.owner(row) for row in data["results"]])
            after = answer.read(next_page)
            if after is None or after == params.get("after"):
                return owners
            params["after"] = after

    def account(self, *, lane: str) -> Account:
        """The portal this token opens. Proves that the connection works."""
        return self._call("GET", f"/account-info/{API_VERSION}/details", lane=lane).read(models.account)

    def daily_usage(self, *, lane: str) -> DailyUsage | None:
        """Calls of the day by the account's private apps; None for other kinds of apps: nobody counts theirs."""
        answer = self._call("GET", f"/account-info/{API_VERSION}/api-usage/daily/private-apps", lane=lane)
        return answer.read(lambda data: models.daily_usage(data["results"]))

    def uninstall(self, *, lane: str) -> None:
        """Removes the app from the portal; HubSpot tells its admins."""
        path = f"/appinstalls/{API_VERSION}/external-install"
        self._call("DELETE", path, lane=lane, effect=Effect.REPEATABLE)


def _property_path(name: str) -> str:
    return f"{_PROPERTIES}/{quote(name, safe='')}"


def _options(options: Sequence[Option]) -> list[dict[str, Any]]:
    return [
        {
            "label": option.label,
            "value": option.value,
            "hidden": option.hidden,
            "description": option.description,
            "displayOrder": position,
        }
        for position, option in enumerate(options)
    ]
