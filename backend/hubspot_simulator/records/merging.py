"""What becomes of the values of two records that are merged (HubSpot docs "merge functionality")."""

from __future__ import annotations

from hubspot_simulator.model import HISTORY_DEPTH, MERGE, Contact, Props, Revision
from hubspot_simulator.records import values


def addresses(props: Props) -> list[str]:
    """The primary address and the additional ones; all of them are unique across contacts."""
    found = [props["email"].lower()] if "email" in props else []
    if "hs_additional_emails" in props:
        found.extend(a.lower() for a in props["hs_additional_emails"].split(";") if a)
    return found


def merged_list(contact: Contact) -> list[str]:
    return [i for i in contact.props.get("hs_merged_object_ids", "").split(";") if i]


def combine(primary: Contact, secondary: Contact, now: int) -> Props:
    """The primary's value wins where it has one; stage and e-mails have rules of their own.

    ``hs_merged_object_ids`` is complete; ``hs_calculated_merged_vids`` knows only the last pair (reports).
    """
    props = {**secondary.props, **primary.props}
    stages = [c.props.get("lifecyclestage", "") for c in (primary, secondary)]
    furthest = max(stages, key=lambda s: values.STAGES.index(s) if s in values.STAGES else -1)
    if furthest:
        props["lifecyclestage"] = furthest
    every = dict.fromkeys([*addresses(primary.props), *addresses(secondary.props)])
    every.pop(props.get("email", "").lower(), None)
    if every:
        props["hs_additional_emails"] = ";".join(every)
    merged_ids = [*merged_list(primary), *merged_list(secondary), str(primary.id), str(secondary.id)]
    props["hs_merged_object_ids"] = ";".join(merged_ids)
    props["hs_calculated_merged_vids"] = f"{primary.id}:{now};{secondary.id}:{now}"
    return props


def joined_history(primary: Contact, secondary: Contact, props: Props, now: int) -> dict[str, list[Revision]]:
    history: dict[str, list[Revision]] = {}
    for name, value in props.items():
        past = sorted([*primary.revisions(name), *secondary.revisions(name)], key=lambda r: r.at)
        if not past or past[-1].value != value:
            past.append(Revision(now, value, MERGE))
        history[name] = past[-HISTORY_DEPTH:]
    return history
