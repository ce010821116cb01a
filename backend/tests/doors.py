"""Every operation of the API, from its OpenAPI document, and an organisation with one of everything to try them on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from organisations import CONNECTED, Browser, Organisation, make_organisation

from loanark.kit import sql
from loanark.tenants.access import tenant_scope
from loanark.tenants.models import Role, User
from loanark.web.api import api


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    body: Any

    @property
    def changes(self) -> bool:
        return self.method != "GET"

    def address(self, slug: str, ids: dict[str, str]) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: slug if match[1] == "tenant" else ids[match[1]], self.path)


def operations() -> Iterator[Operation]:
    """Every operation of the OpenAPI document, with a body its schema accepts."""
    document: Any = api.get_openapi_schema(path_prefix="/api/")
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            content = described.get("requestBody", {}).get("content", {}).get("application/json")
            body = example(content["schema"], document) if content else None
            yield Operation(described["operationId"], method.upper(), path, body)
    yield Operation("live", "GET", "/api/tenants/{tenant}/live", None)


def example(schema: Any, document: Any) -> Any:
    """The least that a schema accepts."""
    if "$ref" in schema:
        return example(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], document)
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            return {
                name: example(part, document) for name, part in schema.get("properties", {}).items() if name in wanted
            }
        case "string" if schema.get("format") == "date-time":
            return "2026-01-01T00:00:00Z"
        case "array":
            return [example(schema["items"], document)] * schema.get("minItems", 0)
        case kind:
            return {"string": "x", "integer": schema.get("minimum", 1), "number": 1.0, "boolean": True}[kind]


EVERY = [operation for operation in operations() if operation.name != "live"]
TENANTS = [operation for operation in EVERY if "{tenant}" in operation.path]
ROWS = [operation for operation in TENANTS if re.search(r"\{(?!tenant)", operation.path)]


@dataclass
class Victim:
    """An organisation with one of everything, and the ids to reach it."""

    organisation: Organisation
    ids: dict[str, str]

    def try_(self, operation: Operation, who: Browser) -> Any:
        return who.call(operation.method, operation.address(self.organisation.slug, self.ids), operation.body)

    def address(self, operation: Operation) -> str:
        return operation.address(self.organisation.slug, self.ids)

    def everything_but(self, *tables: str) -> dict[str, str]:
        return {name: digest for name, digest in self.everything().items() if name not in tables}

    def everything(self) -> dict[str, str]:
        """A digest of each table's rows, the organisation's own row included."""
        with tenant_scope(self.organisation.id):
            tables = sql.rows(
                """SELECT c.relname FROM pg_class c
                   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
                   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"""
            )
            digests = {
                row["relname"]: sql.scalar(
                    f"""SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {row["relname"]} t
                        WHERE tenant_id = %s""",
                    [self.organisation.id],
                )
                for row in tables
            }
            return {
                **digests,
                "tenants": sql.scalar("SELECT t::text FROM tenants t WHERE id = %s", [self.organisation.id]),
            }


def make_victim() -> Victim:
    """A new one. Its contact is called Vera: the name must not be in a stranger's answer."""
    organisation = make_organisation()
    contact = organisation.contact(email="vera@victim.example.com", firstname="Vera")
    organisation.execute(
        "INSERT INTO contact_links (contact_id, hubspot_id, base, remote) VALUES (%s, '9', '{}', '{}')", contact
    )
    conflict = organisation.scalar(
        """INSERT INTO contact_conflicts (contact_id, field, hubspot, loanark, policy, open)
           VALUES (%s, 'firstname', 'V', 'Vera', 'ask', true) RETURNING id""",
        contact,
    )
    rejection = organisation.scalar(
        """INSERT INTO contact_rejections (contact_id, field, side, code, reason)
           VALUES (%s, 'email', 'hubspot', 'refused', 'no') RETURNING id""",
        contact,
    )
    organisation.insert("connections", tenant_id=organisation.id, **CONNECTED)
    run = organisation.scalar(
        """INSERT INTO runs (kind, status, trigger, counts, findings)
           VALUES ('preview', 'waiting', 'x', '{}', '{}') RETURNING id"""
    )
    organisation.execute("INSERT INTO field_mappings (field, property_name) VALUES ('firstname', 'firstname')")
    organisation.execute("INSERT INTO mapping_versions (version, rules) VALUES (71, '[]'), (72, '[]')")
    group = organisation.scalar(
        "INSERT INTO brakes (kind, side, allowed) VALUES ('delete', 'hubspot', 20) RETURNING id"
    )
    organisation.execute("INSERT INTO custom_fields (name, label) VALUES ('fico', 'FICO')")
    ids = {
        "contact_id": contact,
        "conflict_id": conflict,
        "rejection_id": rejection,
        "run_id": run,
        "group": group,
        "name": "fico",
        "change_id": organisation.scalar("SELECT max(id) FROM contact_changes WHERE contact_id = %s", contact),
    }
    ids["invitation_id"] = organisation.scalar(
        """INSERT INTO invitations (email, role, token_digest, invited_by, expires_at)
           VALUES ('ivy@victim.example', 'auditor', 'digest', 'x', now() + interval '1 day') RETURNING id"""
    )
    ids["request_id"] = organisation.scalar(
        """INSERT INTO hubspot_requests (lane, method, path, status, ms, attempt)
           VALUES ('poll', 'GET', '/crm', 200, 5, 1) RETURNING id"""
    )
    ids["token"] = "no-such-token"
    ids |= {"field": "firstname", "version": 71, "other": 72}
    colleague = User.objects.get(email=organisation.person(Role.AUDITOR))
    ids["user_id"] = colleague.pk
    ids["view_id"] = organisation.scalar(
        """INSERT INTO saved_views (user_id, by, name, shared, state) VALUES (%s, 'x', 'Theirs', true, '{}')
           RETURNING id""",
        colleague.pk,
    )
    ids["group_id"] = organisation.scalar(
        """INSERT INTO duplicate_proposals (contact_id, other_hubspot_id, other_values, group_id, posterior, certain,
               kind, parts) VALUES (%s, '10', '{}', 0, 9, false, 'name', '{}') RETURNING id""",
        contact,
    )
    organisation.execute("UPDATE duplicate_proposals SET group_id = id")
    ids["scan_id"] = organisation.scalar("INSERT INTO duplicate_scans (by) VALUES ('x') RETURNING id")
    ids["merge_id"] = organisation.scalar(
        """INSERT INTO duplicate_merges (contact_id, other_contact_id, how, by, parts, chosen, hubspot, left_behind)
           VALUES (%s, gen_random_uuid(), 'person', 'x', '{}', '{}', 'none', '[]') RETURNING id""",
        contact,
    )
    ids["event_id"] = organisation.scalar("SELECT max(id) FROM audit_events")
    ids["token_id"] = organisation.scalar(
        """INSERT INTO api_tokens (user_id, name, hash, ending, scopes, expires_at)
           VALUES (%s, 'theirs', sha256('theirs'), 'eirs', '{contacts:read}', now() + interval '1 day') RETURNING id""",
        colleague.pk,
    )
    return Victim(organisation, {name: str(value) for name, value in ids.items()})
