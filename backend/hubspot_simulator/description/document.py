"""The whole document of one version."""

from __future__ import annotations

from functools import cache
from typing import Any

from hubspot_simulator.description import account, common, contacts, control, exports, oauth, properties, webhooks
from hubspot_simulator.description.common import VERSIONS
from hubspot_simulator.description.operation import HEADERS, Area, paths, refusals
from hubspot_simulator.description.schema import Schema

__all__ = ["VERSIONS", "all_schemas", "areas", "describe"]


@cache
def areas(version: str) -> tuple[Area, ...]:
    return (
        *oauth.areas(version),
        contacts.area(version),
        properties.area(version),
        *account.areas(version),
        *exports.areas(version),
        *webhooks.areas(version),
        control.area(),
    )


def all_schemas(version: str) -> dict[str, Schema]:
    found = dict(common.SCHEMAS)
    for area in areas(version):
        found |= area.schemas
    return dict(sorted(found.items()))


def describe(version: str) -> dict[str, Any]:
    """The document of a version of `VERSIONS`."""
    told: dict[str, dict[str, Any]] = {}
    for area in areas(version):
        told |= paths(area)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "HubSpot simulator",
            "version": version,
            "description": "What the simulator takes and gives. Pages for people are not in it.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(area.name for area in areas(version))],
        "paths": told,
        "components": {
            "schemas": all_schemas(version),
            "responses": refusals(),
            "headers": {
                name: {"description": says, "required": name not in common.OPTIONAL_HEADERS, "schema": schema}
                for name, (says, schema) in HEADERS.items()
            },
            "securitySchemes": common.security_schemes(version),
        },
    }
