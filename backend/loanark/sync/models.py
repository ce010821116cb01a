"""State of the sync itself: hints, intents, runs, and who is at work."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Hint(models.Model):
    """A reason to look at a record. One row a record, however many reasons: a burst collapses."""

    pk = models.CompositePrimaryKey("tenant_id", "side", "record_id")
    tenant_id = models.UUIDField()
    side = models.TextField()
    record_id = models.TextField()
    source = models.TextField()
    #: Lower goes first: person 0, webhook 1, edit 2, poll 3, sweep 4, backfill 5.
    lane = models.SmallIntegerField()
    #: Grows with every new reason: a hint is cleared only if nothing newer arrived meanwhile.
    version = models.BigIntegerField(default=1, db_default=1)
    attempts = models.IntegerField(default=0, db_default=0)
    not_before = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    last_error = models.TextField(null=True)

    class Meta:
        db_table = "hints"
        indexes: ClassVar = [models.Index(fields=["tenant_id", "lane", "not_before"], name="hints_due_idx")]


class Intent(models.Model):
    """A write to HubSpot that is decided but not yet known to have happened. Written before it is sent."""

    pk = models.CompositePrimaryKey("tenant_id", "contact_id")
    tenant_id = models.UUIDField()
    contact_id = models.UUIDField()
    hubspot_id = models.TextField(null=True)
    #: create | update | archive
    action = models.TextField()
    #: Wire values to send, by HubSpot property.
    properties = models.JSONField(default=dict)
    run_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "intents"


class Run(models.Model):
    """One bounded execution with its counts. It ends `succeeded` only when nothing was left behind."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    kind = models.TextField()
    status = models.TextField()
    phase = models.TextField(default="queued", db_default="queued")
    trigger = models.TextField()
    approved_by = models.TextField(null=True)
    preview_id = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict)
    #: What a preview found: totals, notices, samples.
    findings = models.JSONField(default=dict)
    #: Where the next page starts: the run goes on from here after a crash.
    cursor = models.TextField(null=True)
    done = models.IntegerField(default=0, db_default=0)
    total = models.IntegerField(null=True)
    reason = models.TextField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_progress_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "runs"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id"], condition=Q(status__in=["running", "held"]), name="runs_one_active_key"
            ),
            models.CheckConstraint(name="runs_kind_check", condition=Q(kind__in=["preview", "backfill", "sweep"])),
            models.CheckConstraint(
                name="runs_status_check",
                condition=Q(status__in=["running", "waiting", "succeeded", "partial", "failed", "cancelled", "held"]),
            ),
        ]
        indexes: ClassVar = [models.Index(F("tenant_id"), F("id").desc(), name="runs_recent_idx")]


class Lease(models.Model):
    """Who may write to an organisation's HubSpot account now. A holder that stops renewing is taken over."""

    tenant_id = models.UUIDField(primary_key=True)
    holder = models.TextField(default="", db_default="")
    fence = models.BigIntegerField(default=0, db_default=0)
    expires_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "leases"


class WebhookDelivery(models.Model):
    """A batch of webhook events as it arrived: proof of what HubSpot told us and when."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    received_at = models.DateTimeField(db_default=Now())
    events = models.JSONField()

    class Meta:
        db_table = "webhook_deliveries"


class WorkerBeat(models.Model):
    """When a worker process last gave a sign of life. Not a tenant's row: workers serve every organisation."""

    worker = models.TextField(primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "worker_beats"
