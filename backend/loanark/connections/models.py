"""An organisation's connected HubSpot account and its mapping."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Connection(models.Model):
    """The one HubSpot account of an organisation: credentials (encrypted), health, discovered properties."""

    tenant_id = models.UUIDField(primary_key=True)
    #: connected | reconnect_needed | paused. A disconnected account keeps its row without credentials.
    status = models.TextField()
    auth = models.TextField()
    portal_id = models.TextField()
    access_token = models.TextField(default="", db_default="")
    refresh_token = models.TextField(default="", db_default="")
    token_expires_at = models.DateTimeField(null=True)
    scopes = models.JSONField(default=list)
    time_zone = models.TextField(default="UTC", db_default="UTC")
    ui_domain = models.TextField(default="", db_default="")
    problem_code = models.TextField(null=True)
    problem_detail = models.TextField(null=True)
    connected_at = models.DateTimeField(db_default=Now())
    connected_by = models.TextField(default="", db_default="")
    #: Requests a rolling ten seconds allow: set by hand, else learnt from HubSpot's headers, else the default.
    rate_limit_override = models.IntegerField(null=True)
    rate_limit_learnt = models.IntegerField(null=True)
    #: Nothing flows before a person approved the first run's preview.
    approved_at = models.DateTimeField(null=True)
    #: When a complete listing first ended: before that, no contact is made in HubSpot (it may be there already).
    backfilled_at = models.DateTimeField(null=True)
    hubspot_total = models.IntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    #: Everything modified in HubSpot before this moment has been looked at (less the overlap).
    polled_until = models.DateTimeField(null=True)
    last_poll_at = models.DateTimeField(null=True)
    last_webhook_at = models.DateTimeField(null=True)
    #: Discovered HubSpot properties, as `hubspot.models.Property` rows.
    properties = models.JSONField(default=list)
    properties_at = models.DateTimeField(null=True)
    mapping_version = models.IntegerField(default=1, db_default=1)

    class Meta:
        db_table = "connections"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="connections_status_check",
                condition=Q(status__in=["connected", "reconnect_needed", "paused", "not_connected"]),
            ),
            models.CheckConstraint(name="connections_auth_check", condition=Q(auth__in=["oauth", "static"])),
        ]


class PortalRoute(models.Model):
    """Which organisation a HubSpot account belongs to. Not a tenant's row: webhooks are routed by it."""

    portal_id = models.TextField(primary_key=True)
    tenant_id = models.UUIDField(unique=True)

    class Meta:
        db_table = "portal_routes"


class OAuthState(models.Model):
    """An authorization under way. Not a tenant's row: the browser returns with nothing but the secret state."""

    state_hash = models.TextField(primary_key=True)
    tenant_id = models.UUIDField()
    user_id = models.BigIntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "oauth_states"


class FieldMapping(models.Model):
    """One field of an organisation's mapping."""

    pk = models.CompositePrimaryKey("tenant_id", "field")
    tenant_id = models.UUIDField()
    field = models.TextField()
    property_name = models.TextField()
    direction = models.TextField(default="both", db_default="both")
    policy = models.TextField(default="hubspot", db_default="hubspot")
    blank_may_overwrite = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "field_mappings"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant_id", "property_name"], name="field_mappings_property_key"),
            models.CheckConstraint(
                name="field_mappings_direction_check", condition=Q(direction__in=["both", "to_loanark", "to_hubspot"])
            ),
            models.CheckConstraint(
                name="field_mappings_policy_check",
                condition=Q(policy__in=["hubspot", "loanark", "newest", "union", "ask"]),
            ),
        ]
