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


class Witness(models.Model):
    """What HubSpot held, as far as we knew, when a write to it was decided. Kept until its history was asked."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    contact_id = models.UUIDField()
    hubspot_id = models.TextField(null=True)
    #: create | update | archive
    action = models.TextField()
    #: By LoanArk field: the canonical values asked for, there before, and agreed on before.
    written = models.JSONField()
    #: The HubSpot contact's revision when it was read.
    since = models.DateTimeField(null=True)
    #: Of a create whose answer was lost: the revision in which its contact was found.
    until = models.DateTimeField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "witnesses"
        indexes: ClassVar = [models.Index(fields=["tenant_id", "hubspot_id"], name="witnesses_hubspot_idx")]


#: Runs that read HubSpot's listing, or what it would tell.
OVER_THE_LISTING = ["preview", "backfill", "sweep"]


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
    #: Sent to HubSpot for it.
    requests = models.IntegerField(default=0, db_default=0)
    reason = models.TextField(null=True)
    #: A bulk edit, or the undo of one: it goes beside the others, and needs no HubSpot.
    beside = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_progress_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "runs"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id"],
                condition=Q(status__in=["running", "held"], beside=False),
                name="runs_one_active_key",
            ),
            models.CheckConstraint(
                name="runs_kind_check", condition=Q(kind__in=["preview", "backfill", "sweep", "undo", "edit"])
            ),
            models.CheckConstraint(
                name="runs_beside_check",
                condition=Q(kind="edit", beside=True) | Q(kind="undo") | Q(beside=False, kind__in=OVER_THE_LISTING),
            ),
            models.CheckConstraint(
                name="runs_status_check",
                condition=Q(status__in=["running", "waiting", "succeeded", "partial", "failed", "cancelled", "held"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("tenant_id"), F("id").desc(), name="runs_recent_idx"),
            models.Index(
                fields=["tenant_id", "id"], condition=Q(status="running", beside=True), name="runs_beside_idx"
            ),
        ]


class Planned(models.Model):
    """What a preview found would happen to a contact, or what an undo would put back; then what became of it."""

    pk = models.CompositePrimaryKey("tenant_id", "run_id", "seq")
    tenant_id = models.UUIDField()
    #: The preview, or the undo itself.
    run_id = models.BigIntegerField()
    seq = models.IntegerField()
    #: What the row is found by: the HubSpot id, else the LoanArk id.
    record = models.TextField()
    contact_id = models.UUIDField(null=True)
    hubspot_id = models.TextField(null=True)
    action = models.TextField()
    side = models.TextField(null=True)
    reason = models.TextField()
    #: See `core.plan_json`.
    operations = models.JSONField()
    #: Of the whole plan: tells whether the one carried out is the one shown.
    digest = models.TextField()
    state = models.TextField(default="planned", db_default="planned")
    outcome = models.TextField(null=True)

    class Meta:
        db_table = "planned"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant_id", "run_id", "record"], name="planned_record_key"),
            models.CheckConstraint(
                name="planned_state_check",
                condition=Q(state__in=["planned", "done", "changed", "unneeded", "skipped", "failed"]),
            ),
        ]


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
        indexes: ClassVar = [models.Index(fields=["tenant_id", "received_at"], name="webhook_deliveries_at_idx")]


class WebhookEvent(models.Model):
    """An event that was stored: told again, it is known."""

    pk = models.CompositePrimaryKey("tenant_id", "event")
    tenant_id = models.UUIDField()
    event = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "webhook_events"
        indexes: ClassVar = [models.Index(fields=["tenant_id", "at"], name="webhook_events_at_idx")]


class HubSpotEdit(models.Model):
    """The newest edit of a HubSpot contact's property that a webhook told of: when, and by what. No value."""

    pk = models.CompositePrimaryKey("tenant_id", "hubspot_id", "property")
    tenant_id = models.UUIDField()
    hubspot_id = models.TextField()
    property = models.TextField()
    at = models.DateTimeField()
    #: HubSpot's name for it, such as CRM_UI; empty: it did not say.
    source = models.TextField()
    user_id = models.TextField(null=True)
    #: Whether it was this app that wrote.
    ours = models.BooleanField()

    class Meta:
        db_table = "hubspot_edits"


class ToldDeletion(models.Model):
    """A deletion that HubSpot told of by an event: evidence, once a reading agrees. Never enough by itself."""

    pk = models.CompositePrimaryKey("tenant_id", "hubspot_id")
    tenant_id = models.UUIDField()
    hubspot_id = models.TextField()
    #: Erased for privacy.
    privacy = models.BooleanField(default=False, db_default=False)
    #: webhook | journal
    by = models.TextField()
    at = models.DateTimeField(db_default=Now())
    #: HubSpot takes its time to erase: the id is looked at again then.
    look_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "told_deletions"


class Absence(models.Model):
    """A linked HubSpot contact that is not where it should be. In two complete sweeps, it is evidence of a deletion."""

    pk = models.CompositePrimaryKey("tenant_id", "hubspot_id")
    tenant_id = models.UUIDField()
    hubspot_id = models.TextField()
    #: The first and the latest complete sweep that missed it; null when only a reading did.
    first_run = models.BigIntegerField(null=True)
    last_run = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "absences"


class Travel(models.Model):
    """How long one edit took to the other side. Not whose it was."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    #: When it arrived.
    at = models.DateTimeField(db_default=Now())
    #: Where it was made.
    side = models.TextField()
    ms = models.IntegerField()

    class Meta:
        db_table = "travels"
        indexes: ClassVar = [models.Index(fields=["tenant_id", "at"], name="travels_at_idx")]


class PollState(models.Model):
    """How polls get on: whether HubSpot searches at all, and how far the listing that replaces it has come."""

    tenant_id = models.UUIDField(primary_key=True)
    #: HubSpot does not search: its listing is read, and search tried again then.
    search_retry_at = models.DateTimeField(null=True)
    search_problem = models.TextField(null=True)
    listed_after = models.TextField(null=True)
    #: Why a sweep is to be started as soon as none is under way.
    sweep_owed = models.TextField(null=True)

    class Meta:
        db_table = "poll_states"


class JournalReader(models.Model):
    """Who reads the app's journal, and how far. One row: the journal belongs to the installation, to no tenant."""

    id = models.SmallIntegerField(primary_key=True)
    holder = models.TextField(default="", db_default="")
    expires_at = models.DateTimeField(db_default=Now())
    position = models.TextField(null=True)
    read_at = models.DateTimeField(null=True)
    problem = models.TextField(null=True)

    class Meta:
        db_table = "journal_reader"


class WorkerBeat(models.Model):
    """When a worker process last gave a sign of life. Not a tenant's row: workers serve every organisation."""

    worker = models.TextField(primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "worker_beats"


class Brake(models.Model):
    """One time a brake took hold: a group of operations that waits for a person as a whole."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    #: delete | clear | create
    kind = models.TextField()
    #: The side on which they would be carried out.
    side = models.TextField()
    #: held | approved | rejected | over (every one of them has cleared itself)
    state = models.TextField(default="held", db_default="held")
    #: How many an hour would have passed, then.
    allowed = models.IntegerField()
    since = models.DateTimeField(db_default=Now())
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "brakes"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "kind", "side"], condition=Q(state="held"), name="brakes_one_held_key"
            ),
            models.CheckConstraint(name="brakes_kind_check", condition=Q(kind__in=["delete", "clear", "create"])),
            models.CheckConstraint(name="brakes_side_check", condition=Q(side__in=["hubspot", "loanark"])),
            models.CheckConstraint(
                name="brakes_state_check", condition=Q(state__in=["held", "approved", "rejected", "over"])
            ),
        ]
        indexes: ClassVar = [models.Index(F("tenant_id"), F("id").desc(), name="brakes_recent_idx")]


class HeldOperation(models.Model):
    """A deletion, a clear or a create that a brake holds. Nothing of it happened, on either side."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    brake_id = models.BigIntegerField()
    kind = models.TextField()
    side = models.TextField()
    #: What it is found by: the LoanArk id, else the HubSpot id.
    record = models.TextField()
    contact_id = models.UUIDField(null=True)
    hubspot_id = models.TextField(null=True)
    #: The link it was planned for: another one later is another story.
    link_id = models.BigIntegerField(null=True)
    #: The cleared field; empty for whole contacts.
    field = models.TextField(default="", db_default="")
    before = models.TextField(null=True)
    name = models.TextField(default="", db_default="")
    reason = models.TextField()
    run_id = models.BigIntegerField(null=True)
    #: held | approved, rejected (and not carried out yet) | done | gone (not wanted any more)
    state = models.TextField(default="held", db_default="held")
    at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "held_operations"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "record", "kind", "side", "field"],
                condition=Q(state__in=["held", "approved", "rejected"]),
                name="held_operations_open_key",
            ),
            models.CheckConstraint(
                name="held_operations_state_check",
                condition=Q(state__in=["held", "approved", "rejected", "done", "gone"]),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["tenant_id", "brake_id", "id"], name="held_operations_brake_idx")]


class BrakeUse(models.Model):
    """Something the brakes count passed: one row a contact. Of interest for an hour."""

    pk = models.CompositePrimaryKey("tenant_id", "kind", "side", "record")
    tenant_id = models.UUIDField()
    kind = models.TextField()
    side = models.TextField()
    record = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "brake_uses"
