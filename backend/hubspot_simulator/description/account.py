"""Owners, the account's details, its daily usage, and the app's way out (HubSpot docs: owners guide, account
information, app uninstall)."""

from __future__ import annotations

from hubspot_simulator.description.common import READS, account_area, crm
from hubspot_simulator.description.operation import Area, Operation
from hubspot_simulator.description.schema import (
    CURSOR,
    DIGITS,
    FLAG,
    INT32,
    INT64,
    MOMENT,
    TEXT,
    Schema,
    choice,
    listed,
    maybe,
    record,
    ref,
    whole,
)

OWNERS: dict[str, Schema] = {
    "Owner": record(
        id=DIGITS,
        email=TEXT,
        type=choice("PERSON"),
        firstName=TEXT,
        lastName=TEXT,
        userId=maybe(INT32),
        userIdIncludingInactive=INT32,
        createdAt=MOMENT,
        updatedAt=MOMENT,
        archived=FLAG,
        teams=listed(record(id=TEXT, name=TEXT, primary=FLAG)),
    ),
    "OwnerPage": record(results=listed(ref("Owner"), 500), paging=maybe(ref("Paging"))),
}
DETAILS: dict[str, Schema] = {
    "AccountDetails": record(
        portalId=INT32,
        accountType=choice("STANDARD", "DEVELOPER_TEST", "SANDBOX", "APP_DEVELOPER"),
        timeZone=TEXT,
        companyCurrency=TEXT,
        additionalCurrencies=listed(TEXT),
        utcOffset={"type": "string", "pattern": "^[+-][0-9]{2}:[0-9]{2}$"},
        utcOffsetMilliseconds=INT64,
        uiDomain=TEXT,
        dataHostingLocation=TEXT,
    ),
    "DailyUsage": record(
        results=listed(
            record(
                name=choice("private-apps-api-calls-daily"),
                usageLimit=INT32,
                currentUsage=INT32,
                collectedAt=MOMENT,
                fetchStatus=choice("SUCCESS"),
                resetsAt=MOMENT,
            )
        )
    ),
}
OWNERS_READ = "crm.objects.owners.read"
WHO = {"idProperty": choice("id", "userId"), "archived": FLAG}


def areas(version: str) -> list[Area]:
    return [
        account_area(
            "Owners",
            crm("owners", version),
            (
                Operation("listOwners", "GET", "", "A page of owners", {200: "OwnerPage"}, scope=OWNERS_READ,
                          query={"limit": whole(1, 500), "after": CURSOR, "email": TEXT, "archived": FLAG},
                          refuses=READS),
                Operation("getOwner", "GET", "/{ownerId}", "One owner", {200: "Owner"}, scope=OWNERS_READ, query=WHO,
                          refuses=READS),
            ),
            OWNERS,
            parts={"ownerId": INT32},
        ),
        account_area(
            "Account",
            f"/account-info/{version}",
            (
                Operation("getAccount", "GET", "/details", "Which account a token opens", {200: "AccountDetails"},
                          scope="oauth"),
                Operation("getDailyUsage", "GET", "/api-usage/daily/private-apps", "Calls of the day by private apps",
                          {200: "DailyUsage"}, scope="oauth"),
            ),
            DETAILS,
        ),
        account_area(
            "Uninstall",
            f"/appinstalls/{version}",
            (
                Operation("uninstall", "DELETE", "/external-install", "Leave the account", {204: ""}, scope="oauth"),
            ),
            {},
        ),
    ]  # fmt: skip
