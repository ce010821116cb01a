"""Who may do what: the one place that decides. Doors ask for permissions; a role is a set of them.

The scopes of a personal API token are permissions too. docs/permissions.md shows this table (a test compares).
"""

from collections.abc import Mapping
from enum import StrEnum

from loanark.tenants.models import Role


class Permission(StrEnum):
    """Something a member may do in an organisation."""

    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    CONTACTS_ERASE = "contacts:erase"
    DUPLICATES_DECIDE = "duplicates:decide"
    SYNC_READ = "sync:read"
    SYNC_RUN = "sync:run"
    REQUESTS_READ = "requests:read"
    CONNECTION_READ = "connection:read"
    CONNECTION_WRITE = "connection:write"
    MAPPING_READ = "mapping:read"
    MAPPING_WRITE = "mapping:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    AUDIT_READ = "audit:read"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    MEMBERS_LEAVE = "members:leave"
    ORGANISATION_WRITE = "organisation:write"
    TOKENS_OWN = "tokens:own"


#: What each permission is for, as screens and the documentation say it.
MEANINGS: Mapping[Permission, str] = {
    Permission.CONTACTS_READ: "see contacts, their history, conflicts and rejections; export them",
    Permission.CONTACTS_WRITE: "make, edit, delete, restore and resync contacts; decide conflicts; retry",
    Permission.CONTACTS_ERASE: "erase a person for privacy, on both sides",
    Permission.DUPLICATES_DECIDE: "merge contacts and take that back; say who is nobody's duplicate",
    Permission.SYNC_READ: "see the dashboard, runs, their plans, and what the brakes hold",
    Permission.SYNC_RUN: "start, approve, cancel and undo runs; decide what is held; pause and resume",
    Permission.REQUESTS_READ: "see in outline what was asked of HubSpot lately, and what it answered",
    Permission.CONNECTION_READ: "see the state of the HubSpot connection",
    Permission.CONNECTION_WRITE: "connect, check and disconnect HubSpot",
    Permission.MAPPING_READ: "see the mapping, its versions, and the fields",
    Permission.MAPPING_WRITE: "change the mapping and the fields; make properties in HubSpot",
    Permission.SETTINGS_READ: "see the settings of the sync",
    Permission.SETTINGS_WRITE: "change brakes, deletions and schedule",
    Permission.AUDIT_READ: "see, verify and export the audit log, with what it holds of contacts",
    Permission.MEMBERS_READ: "see who belongs to the organisation or is invited, and how members sign in",
    Permission.MEMBERS_WRITE: "invite, change roles, remove members, let support in",
    Permission.MEMBERS_LEAVE: "leave the organisation",
    Permission.ORGANISATION_WRITE: "rename the organisation; own contacts only; sign-in rules; audit retention",
    Permission.TOKENS_OWN: "make and revoke personal API tokens",
}

#: Of people only: no token may have these, whoever made it.
NEVER_BY_TOKEN = frozenset(
    {
        Permission.MEMBERS_WRITE,
        Permission.MEMBERS_LEAVE,
        Permission.ORGANISATION_WRITE,
        Permission.TOKENS_OWN,
    }
)

#: What a token may be made for.
SCOPES = tuple(permission for permission in Permission if permission not in NEVER_BY_TOKEN)

_READER = frozenset(
    {
        Permission.CONTACTS_READ,
        Permission.SYNC_READ,
        Permission.CONNECTION_READ,
        Permission.MAPPING_READ,
        Permission.SETTINGS_READ,
        Permission.MEMBERS_READ,
        Permission.MEMBERS_LEAVE,
        Permission.TOKENS_OWN,
    }
)
_EDITOR = _READER | {Permission.CONTACTS_WRITE}

OF_ROLE: Mapping[Role, frozenset[Permission]] = {
    Role.LOAN_OFFICER: _EDITOR,
    Role.SALES_MANAGER: _EDITOR | {Permission.DUPLICATES_DECIDE, Permission.SYNC_RUN, Permission.REQUESTS_READ},
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.AUDITOR: _READER | {Permission.AUDIT_READ, Permission.REQUESTS_READ},
}


def roles_with(permission: Permission) -> list[Role]:
    """The roles that have a permission, by name."""
    return sorted(role for role, held in OF_ROLE.items() if permission in held)
