"""An organisation's connected HubSpot account and its mapping."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from loanark.core.values import Kind


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
    #: To whom contacts are assigned there, as `hubspot.models.Owner` rows.
    owners = models.JSONField(default=list, db_default=[])
    mapping_version = models.IntegerField(default=1, db_default=1)
    #: The version of the mapping under which a complete comparison was last begun.
    compared_version = models.IntegerField(default=1, db_default=1)

    class Meta:
        db_table = "connections"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="connections_status_check",
                condition=Q(status__in=["connected", "reconnect_needed", "paused", "not_connected"]),
            ),
            models.CheckConstraint(name="connections_auth_check", condition=Q(auth__in=["oauth", "static"])),
            models.CheckConstraint(name="connections_portal_id_check", condition=Q(portal_id__regex=r"^[0-9]+$")),
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


class MappingVersion(models.Model):
    """The mapping as it was from one change to the next."""

    pk = models.CompositePrimaryKey("tenant_id", "version")
    tenant_id = models.UUIDField()
    version = models.IntegerField()
    at = models.DateTimeField(db_default=Now())
    by = models.TextField(default="", db_default="")
    note = models.TextField(default="", db_default="")
    #: As `connections.rules` reads and writes them.
    rules = models.JSONField()

    class Meta:
        db_table = "mapping_versions"


class FieldMapping(models.Model):
    """One field of an organisation's mapping."""

    pk = models.CompositePrimaryKey("tenant_id", "field")
    tenant_id = models.UUIDField()
    field = models.TextField()
    property_name = models.TextField()
    direction = models.TextField(default="both", db_default="both")
    policy = models.TextField(default="hubspot", db_default="hubspot")
    blank_may_overwrite = models.BooleanField(default=True, db_default=True)
    #: As `core.transforms.to_json` writes it.
    transform = models.JSONField(null=True)
    #: Several fields may be parts of one property.
    shares_property = models.BooleanField(default=False, db_default=False)
    #: How its values compared when the property was last looked at: of another kind, the base says nothing.
    kind = models.TextField(null=True)
    #: When it was mapped so; see `core.remapped`.
    since = models.DateTimeField(null=True)
    #: Why it rests, and since when.
    paused = models.TextField(null=True)
    paused_at = models.DateTimeField(null=True)
    #: Options that HubSpot removed while LoanArk's values or the option map use them.
    lost_options = models.JSONField(default=list, db_default=[])
    #: Whether it rests because the property is gone; and when such a one last came back.
    away = models.BooleanField(default=False, db_default=False)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "field_mappings"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "property_name"],
                condition=Q(shares_property=False),
                name="field_mappings_property_key",
            ),
            models.CheckConstraint(
                name="field_mappings_direction_check", condition=Q(direction__in=["both", "to_loanark", "to_hubspot"])
            ),
            models.CheckConstraint(
                name="field_mappings_policy_check",
                condition=Q(policy__in=["hubspot", "loanark", "newest", "union", "ask"]),
            ),
        ]


class CustomField(models.Model):
    """A field of contacts that the organisation defined. Its values are entries of `contacts.custom`."""

    pk = models.CompositePrimaryKey("tenant_id", "name")
    tenant_id = models.UUIDField()
    name = models.TextField()
    label = models.TextField()
    kind = models.TextField(default="text", db_default="text")
    #: What people choose from, as {"value", "label"}: enums only.
    options = models.JSONField(default=list)
    position = models.IntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.TextField(default="", db_default="")
    #: Put away: its values and history stay.
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "custom_fields"
        constraints: ClassVar = [
            models.CheckConstraint(name="custom_fields_name_check", condition=Q(name__regex=r"^[a-z][a-z0-9_]{0,49}$")),
            models.CheckConstraint(
                name="custom_fields_kind_check", condition=Q(kind__in=[kind.value for kind in Kind])
            ),
        ]


class SyncSettings(models.Model):
    """How an organisation wants its sync: see `connections/settings.py`. Without a row the defaults hold."""

    tenant_id = models.UUIDField(primary_key=True)
    first_match = models.TextField(default="hubspot", db_default="hubspot")
    #: Whether what is deleted in HubSpot is deleted in LoanArk as well, and the other way round.
    deletes_in_hubspot = models.TextField(default="follow", db_default="follow")
    deletes_in_loanark = models.TextField(default="follow", db_default="follow")
    brake_floor = models.IntegerField(default=20, db_default=20)
    brake_share = models.FloatField(default=0.005, db_default=0.005)
    brake_creates = models.IntegerField(null=True)
    sweep_every_hours = models.IntegerField(default=24, db_default=24)
    #: A cron expression, in the time zone of the HubSpot account, as the times are that follow; and when it was chosen.
    sweep_cron = models.TextField(null=True)
    sweep_cron_since = models.DateTimeField(null=True)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    #: A person paused the sync. (`connections.status` = paused is another thing: HubSpot is in trouble.)
    halted_at = models.DateTimeField(null=True)
    halted_by = models.TextField(null=True)
    halted_reason = models.TextField(null=True)
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.TextField(default="", db_default="")

    class Meta:
        db_table = "sync_settings"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="sync_settings_first_match_check", condition=Q(first_match__in=["hubspot", "loanark"])
            ),
            models.CheckConstraint(
                name="sync_settings_deletes_check",
                condition=Q(deletes_in_hubspot__in=["follow", "keep"], deletes_in_loanark__in=["follow", "keep"]),
            ),
            models.CheckConstraint(
                name="sync_settings_brakes_check",
                condition=Q(brake_floor__gte=0, brake_share__gte=0, brake_share__lte=1)
                & (Q(brake_creates__isnull=True) | Q(brake_creates__gte=0)),
            ),
            models.CheckConstraint(
                name="sync_settings_sweeps_check",
                condition=Q(sweep_every_hours__gte=0)
                & (
                    Q(quiet_from__isnull=True, quiet_until__isnull=True)
                    | Q(quiet_from__isnull=False, quiet_until__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="sync_settings_cron_check",
                condition=Q(sweep_cron__isnull=True, sweep_cron_since__isnull=True)
                | Q(sweep_cron__isnull=False, sweep_cron_since__isnull=False),
            ),
            models.CheckConstraint(
                name="sync_settings_halted_check",
                condition=Q(halted_at__isnull=True) | Q(halted_by__isnull=False),
            ),
        ]


class HubSpotRequest(models.Model):
    """One attempt to ask HubSpot something, in outline: no value of anybody is in it, and no secret."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())
    lane = models.TextField()
    method = models.TextField()
    #: `{id}` stands for whatever names a record.
    path = models.TextField()
    #: Null: no answer came.
    status = models.IntegerField(null=True)
    failure = models.TextField(null=True)
    ms = models.IntegerField()
    attempt = models.IntegerField()
    run_id = models.BigIntegerField(null=True)
    #: The ids that the request named, of either side; null: none.
    records = ArrayField(models.TextField(), null=True)
    #: What HubSpot's own log finds it by.
    correlation = models.TextField(null=True)
    #: What its headers said is left of the window's requests, and of the day's.
    remaining = models.IntegerField(null=True)
    daily_remaining = models.IntegerField(null=True)
    request = models.JSONField(null=True)
    response = models.JSONField(null=True)

    class Meta:
        db_table = "hubspot_requests"
