"""The properties a new portal has: HubSpot's own, and those of a lender."""

from __future__ import annotations

from hubspot_simulator.model import Option, Property

GROUPS = {
    "contactinformation": "Contact information",
    "emailinformation": "Email information",
    "contact_activity": "Contact activity",
    "conversioninformation": "Conversion information",
    "lending": "Lending",
}

_TEXT = (
    ("firstname", "First Name"),
    ("lastname", "Last Name"),
    ("salutation", "Salutation"),
    ("company", "Company Name"),
    ("jobtitle", "Job Title"),
    ("address", "Street Address"),
    ("city", "City"),
    ("state", "State/Region"),
    ("zip", "Postal Code"),
    ("country", "Country/Region"),
    ("website", "Website URL"),
    ("fax", "Fax Number"),
    ("date_of_birth", "Date of birth"),
    ("message", "Message"),
    ("industry", "Industry"),
    ("annualrevenue", "Annual Revenue"),
)
_READ_ONLY = (
    ("hs_object_id", "Record ID", "number"),
    ("createdate", "Create Date", "datetime"),
    ("lastmodifieddate", "Last Modified Date", "datetime"),
    ("hs_additional_emails", "Additional email addresses", "string"),
    ("hs_all_contact_vids", "All vids for a contact", "string"),
    ("hs_merged_object_ids", "Merged record IDs", "string"),
    ("hs_calculated_merged_vids", "Merged vids with timestamps", "string"),
    ("hs_email_domain", "Email Domain", "string"),
    ("hs_full_name_or_email", "Full name or email", "string"),
    ("hs_is_contact", "Is a contact", "bool"),
    ("hs_is_unworked", "Contact unworked", "bool"),
    ("hs_object_source", "Record creation source", "string"),
    ("hs_object_source_id", "Record creation source ID", "string"),
    ("hs_pipeline", "Pipeline", "string"),
    ("hs_searchable_calculated_phone_number", "Calculated phone without country code", "string"),
    ("notes_last_updated", "Last Activity Date", "datetime"),
    ("num_notes", "Number of Sales Activities", "number"),
)
STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
# Option lists that drifted over the years: current spellings, and hidden older ones still found on records.
VERIFICATION = (
    ("valid", "Valid", False),
    ("invalid", "Invalid", False),
    ("unverified", "Unverified", False),
    ("catch_all", "Catch-all", False),
    ("unknown", "Unknown", False),
    ("Valid", "Valid (old import)", True),
    ("accept_all", "Accept All", True),
    ("Not Verified", "Not Verified", True),
)
VIP = (
    ("VIP", "VIP", False),
    ("VIP - Past Client", "VIP - Past Client", False),
    ("VIP - Referral Partner", "VIP - Referral Partner", False),
    ("VIP - Realtor", "VIP - Realtor", False),
    ("vip_past_client", "VIP Past Client (2019)", True),
    ("V.I.P.", "V.I.P.", True),
)
PROSPECTS = (
    ("New Lead", "New Lead", False),
    ("Pre-Approved", "Pre-Approved", False),
    ("Refinance", "Refinance", False),
    ("First-Time Buyer", "First-Time Buyer", False),
    ("Investor", "Investor", False),
    ("VA Eligible", "VA Eligible", False),
    ("Refi", "Refi (old)", True),
    ("first_time_home_buyer", "First Time Home Buyer (old)", True),
)


def options(rows: tuple[tuple[str, str, bool], ...]) -> list[Option]:
    return [Option(value, label, hidden, order) for order, (value, label, hidden) in enumerate(rows)]


def _shown(rows: tuple[tuple[str, str], ...]) -> list[Option]:
    return options(tuple((value, label, False) for value, label in rows))


def standard() -> dict[str, Property]:
    """HubSpot's own contact properties, as many as a contact sync meets."""
    found = [Property(name, label) for name, label in _TEXT]
    found += [
        Property("email", "Email", group="emailinformation"),
        Property("phone", "Phone Number", "string", "phonenumber"),
        Property("mobilephone", "Mobile Phone Number", "string", "phonenumber"),
        Property("hubspot_owner_id", "Contact owner", "enumeration", "select", external_options=True),
        Property("lifecyclestage", "Lifecycle Stage", "enumeration", "radio", options=_shown(STAGES)),
        Property(
            "hs_lead_status",
            "Lead Status",
            "enumeration",
            "radio",
            options=_shown((("NEW", "New"), ("OPEN", "Open"), ("IN_PROGRESS", "In Progress"))),
        ),
        Property(
            "hs_marketable_status", "Marketing contact status", "enumeration", "select",
            options=_shown((("true", "Marketing contact"), ("false", "Non-marketing contact"))),
            read_only=True,
        ),
    ]  # fmt: skip
    found += [
        Property(name, label, kind, "booleancheckbox" if kind == "bool" else "text", read_only=True)
        for name, label, kind in _READ_ONLY
    ]
    properties = {prop.name: prop for prop in found}
    # createdate can be written to back-date a record (HubSpot API facts: values).
    properties["createdate"].read_only = False
    for name in ("hs_email_domain", "hs_searchable_calculated_phone_number", "hs_full_name_or_email"):
        properties[name].calculated = True
    for prop in properties.values():
        if prop.type == "bool":
            prop.options = _shown((("true", "True"), ("false", "False")))
        if prop.type in ("datetime", "number"):
            prop.field_type = "date" if prop.type == "datetime" else "number"
    return properties


def lending() -> dict[str, Property]:
    """What this lender added to its portal."""
    found = [
        Property("email_verification_status", "Email Verification Status", "enumeration", "select",
                 options=options(VERIFICATION)),
        Property("client_type_vip_status", "Client Type: VIP Status", "enumeration", "select",
                 options=options(VIP)),
        Property("client_type_prospects", "Client Type: Prospects", "enumeration", "checkbox",
                 options=options(PROSPECTS)),
        Property("preapproval_amount", "Pre-approval Amount", "number", "number"),
        Property("next_review_date", "Next Review Date", "date", "date"),
        Property("do_not_call", "Do Not Call", "bool", "booleancheckbox",
                 options=_shown((("true", "Yes"), ("false", "No")))),
    ]  # fmt: skip
    for prop in found:
        prop.group = "lending"
        prop.defined_by_hubspot = False
    return {prop.name: prop for prop in found}
