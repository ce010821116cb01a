"""What an administrator, or an undecided question about HubSpot, makes stricter or milder.

One set of switches for each account, changed by the control API. Where HubSpot's behaviour is not documented, the
default is the answer that is harder on a client.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Rules:
    """Switches of one account."""

    # Docs (contacts guide): at least one of these on create; the general guide only recommends it.
    identity_required: bool = True
    # Docs (write validation, 2026-09): properties required on create.
    required: list[str] = field(default_factory=list)
    # (controlling property, its value, property then required)
    conditional: list[tuple[str, str, str]] = field(default_factory=list)

    # Unsettled: does writing the same value again move lastmodifieddate? The harsher answer is yes.
    same_value_touches: bool = True
    # Not documented: "ignored", "clears" or "refused". Ignored is harder: a client that clears so sees nothing happen.
    null_values: str = "ignored"
    # Not documented whether a step back of the lifecycle stage is refused or ignored; silence is harder.
    lifecycle_back_refused: bool = False
    # Not documented: does a replaced e-mail address stay as an additional one? Then nobody else can have it.
    replaced_email_stays: bool = True
    # Captures: a 409 names the holder in its text. Clients are told to be ready for the absence of any error field.
    conflict_names_holder: bool = True

    # Unsettled: does one bad row fail a whole upsert by e-mail? The harsher answer is yes.
    email_upsert_all_or_nothing: bool = True
    # Docs (object APIs): batch update takes record ids only, though its rows have an idProperty.
    batch_update_by_id_only: bool = True
    # Reports: batch read answers merged-away ids with the survivor. Without, they are missing.
    batch_read_follows_merges: bool = True
    # Reports: a 207 that says nothing of rows whose record does not exist, neither result nor error.
    missing_rows_untold: bool = False

    # A beta keeps the primary's id over a merge; otherwise the survivor has a new one (docs: merge functionality).
    merge_keeps_primary_id: bool = False
    # Not documented: does a unique value that a merge took away still find the survivor, or is it free again?
    merged_value_finds_survivor: bool = False

    # Contested: docs say the body of a search is capped at 3,000 characters, the interface description says so of
    # its text query only, and connectors send longer bodies. The harsher answer is the body.
    search_body_capped: bool = True

    # Docs (error handling): heavy writes lock a record for two seconds. So many writes to one record within a second
    # are heavy; 0 is never, because no number is published.
    heavy_writes: int = 0
    # Docs (properties guide): custom properties of one object; what each tier really has is not published.
    max_custom_properties: int = 1_000
