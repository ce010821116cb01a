"""The words of the trouble page: what each lever does, and what a client then meets."""

from __future__ import annotations

from typing import NamedTuple


class Told(NamedTuple):
    """A name a person understands, and what a client meets."""

    name: str
    meets: str


FAULTS = {
    "error": Told("Answer with an error", "The status you choose, and HubSpot’s error body."),
    "reset": Told("Close the connection", "No answer at all: the client cannot know whether it took effect."),
    "timeout": Told("Work too long", "Nothing for a hundred seconds, then 524. Most clients have given up by then."),
    "slow": Told("Answer slowly", "The right answer, in pieces, over some seconds."),
    "truncated": Told("Break off the answer", "The connection closes in the middle of the body."),
    "garbled": Told("Spoil the answer", "A whole answer whose JSON ends in the middle."),
    "page": Told(
        "Answer with a web page", "The status you choose, and HTML where JSON was due, as from a proxy in between."
    ),
    "throttle": Told("Begin a burst of 429", "From that request on everything is refused with 429 for some seconds."),
    "outage": Told("Begin an outage", "From that request on everything is answered with 503 for some seconds."),
    "expire": Told("Let tokens expire", "401 for every access token there was; a new one works."),
    "revoke": Told("Remove the app", "401, and then no new token: the app has to be connected again."),
}
EFFECTS = (
    ("", "As is usual for it"),
    ("before", "Without effect"),
    ("after", "After it took effect"),
)

# Shares of requests, events and index updates, by the names of the flag ``--trouble``.
STORMS: dict[str, tuple[Told, dict[str, float]]] = {
    "drizzle": (
        Told("Drizzle", "One request in fifty meets something. Nobody should notice."),
        {"error-before": 0.01, "slow": 0.005, "reset-before": 0.005, "webhook-duplicate": 0.05},
    ),
    "bad": (
        Told("A bad day", "One request in eight fails or breaks off; webhooks get lost, doubled and late."),
        {
            "error-before": 0.03,
            "error-after": 0.02,
            "reset-before": 0.01,
            "reset-after": 0.01,
            "slow": 0.02,
            "truncated": 0.01,
            "garbled": 0.01,
            "page-before": 0.01,
            "throttle": 0.005,
            "webhook-loss": 0.05,
            "webhook-duplicate": 0.1,
            "webhook-late": 0.1,
            "search-stale": 0.1,
        },
    ),
    "worst": (
        Told("The worst day", "Two requests in five fail, outages and expired tokens among them."),
        {
            "error-before": 0.1,
            "error-after": 0.08,
            "reset-before": 0.04,
            "reset-after": 0.04,
            "slow": 0.04,
            "truncated": 0.03,
            "garbled": 0.03,
            "page-before": 0.02,
            "throttle": 0.01,
            "outage": 0.003,
            "expire": 0.005,
            "webhook-loss": 0.2,
            "webhook-duplicate": 0.3,
            "webhook-late": 0.3,
            "search-stale": 0.3,
        },
    ),
}
RATES = {
    "error-before": "Error, without effect",
    "error-after": "Error, after the effect",
    "reset-before": "Connection closed, without effect",
    "reset-after": "Connection closed, after the effect",
    "timeout": "Worked too long",
    "slow": "Slow",
    "truncated": "Broken off",
    "garbled": "Spoilt",
    "page-before": "Web page, without effect",
    "page-after": "Web page, after the effect",
    "throttle": "Burst of 429",
    "outage": "Outage",
    "expire": "Tokens expire",
    "revoke": "App removed",
    "webhook-loss": "Webhook event lost",
    "webhook-duplicate": "Webhook event doubled",
    "webhook-late": "Webhook event late",
    "search-stale": "Search shows old values",
}

ACTS = {
    "": "Anything",
    "edit": "Edit a contact",
    "create": "Create a contact",
    "archive": "Delete a contact",
    "restore": "Restore a contact",
    "merge": "Merge two contacts",
    "erase": "Delete a contact for privacy",
}
DRIFTS = {
    "": "Any change",
    "option_added": "An option is added",
    "option_removed": "An option is removed",
    "option_relabelled": "An option gets another label",
    "archived": "A property is archived",
    "unarchived": "An archived property comes back",
    "read_only": "A property becomes read-only, or writable again",
    "type": "A property gets another type",
}

# Switches of an account: what is undecided about HubSpot, and what its administrator or tier decides.
RULES = {
    "identity_required": Told("A new contact needs an identity", "E-mail, first name or last name; else 400."),
    "same_value_touches": Told(
        "The same value again counts as a change", "Writing what is there already moves the last modified date."
    ),
    "null_values": Told("A null value", "What null does in a write. Only an empty text surely clears."),
    "lifecycle_back_refused": Told(
        "A step back of the lifecycle stage is refused", "400; switched off, it is ignored without a word."
    ),
    "replaced_email_stays": Told(
        "A replaced e-mail stays taken", "It becomes an additional address, and nobody else can have it."
    ),
    "conflict_names_holder": Told("A conflict names the holder", "409 has “Existing ID” in its text; off, it has not."),
    "email_upsert_all_or_nothing": Told(
        "An upsert by e-mail is all or nothing", "One bad row refuses the whole batch of a hundred."
    ),
    "batch_update_by_id_only": Told("A batch update takes record IDs only", "Other keys in idProperty are refused."),
    "batch_read_follows_merges": Told(
        "A batch read follows merges", "Old IDs answer with the survivor; off, they are missing."
    ),
    "missing_rows_untold": Told(
        "A batch may say nothing of missing rows", "207 with neither a result nor an error for them."
    ),
    "merge_keeps_primary_id": Told("A merge keeps the primary’s ID", "Off, the merged record has a new one."),
    "merged_value_finds_survivor": Told(
        "A unique value lost in a merge finds the survivor", "Off, the value is free again."
    ),
    "search_body_capped": Told(
        "The whole body of a search counts", "More than 3,000 characters are 400; off, only its text counts."
    ),
    "heavy_writes": Told(
        "Writes that lock a record", "So many writes to one record within a second lock it (423); 0 is never."
    ),
    "max_custom_properties": Told("Custom properties at most", "One more is refused."),
}
NULLS = {"ignored": "does nothing", "clears": "clears the value", "refused": "is refused"}
# Kept on the page of each property.
ELSEWHERE = frozenset({"required", "conditional"})
