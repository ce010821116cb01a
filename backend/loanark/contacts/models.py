"""Tables of the local truth. Rules that matter are constraints and triggers in the database (see the migrations)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now


class Contact(models.Model):
    """A contact as LoanArk holds it. Other programs may write this table by SQL: triggers notice whoever wrote."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.UUIDField(default=uuid.uuid4)

    email = models.TextField(null=True)
    firstname = models.TextField(null=True)
    lastname = models.TextField(null=True)
    phone = models.TextField(null=True)
    mobilephone = models.TextField(null=True)
    company = models.TextField(null=True)
    address = models.TextField(null=True)
    city = models.TextField(null=True)
    state = models.TextField(null=True)
    zip = models.TextField(null=True)
    owner = models.TextField(null=True)

    email_verification_status = models.TextField(null=True)
    client_type_vip_status = models.TextField(null=True)
    client_type_prospects = models.TextField(null=True)

    loan_officer = models.TextField(null=True)
    nmls_id = models.TextField(null=True)
    loan_number = models.TextField(null=True)
    loan_purpose = models.TextField(null=True)
    loan_stage = models.TextField(null=True)
    loan_amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    interest_rate = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    application_date = models.DateField(null=True)
    expected_closing_date = models.DateField(null=True)
    closing_date = models.DateField(null=True)
    credit_band = models.TextField(null=True)
    consent_to_contact = models.BooleanField(null=True)

    #: Values of the fields the organisation defined (`connections.models.CustomField`), texts by name; blanks absent.
    custom = models.JSONField(default=dict)

    created_side = models.TextField(default="loanark", db_default="loanark")
    version = models.BigIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)
    #: The contact that lives on in the place of this one (`loanark.duplicates`), which is then deleted as well.
    merged_into = models.UUIDField(null=True)

    class Meta:
        db_table = "contacts"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="contacts_created_side_check", condition=Q(created_side__in=["hubspot", "loanark"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("tenant_id"), F("updated_at").desc(), F("id").desc(), name="contacts_updated_idx"),
            models.Index(F("tenant_id"), F("created_at").desc(), F("id").desc(), name="contacts_created_idx"),
        ]


class Link(models.Model):
    """One LoanArk contact and one HubSpot contact that are the same person, with what both last agreed on."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    contact_id = models.UUIDField()
    hubspot_id = models.TextField()
    state = models.TextField(default="live", db_default="live")
    generation = models.IntegerField(default=1, db_default=1)
    #: Canonical values last agreed on, by field; a blank field is absent.
    base = models.JSONField(default=dict)
    #: Raw mapped values last seen in HubSpot, by field (what the HubSpot column of the screens shows).
    remote = models.JSONField(default=dict)
    #: Digest of the canonical values last seen in HubSpot, under the mapping's version.
    remote_hash = models.TextField(default="", db_default="")
    #: HubSpot's lastmodifieddate when last seen: a poll skips what it already knows.
    remote_modified = models.DateTimeField(null=True)
    #: The contact's version when both sides last agreed.
    local_version = models.BigIntegerField(default=0, db_default=0)
    #: When the remote values were read or written, by the database's clock: an older reading never counts.
    read_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.TextField(null=True)

    class Meta:
        db_table = "contact_links"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "contact_id"], condition=Q(state="live"), name="contact_links_live_contact_key"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "hubspot_id"], condition=Q(state="live"), name="contact_links_live_hubspot_key"
            ),
            models.CheckConstraint(name="contact_links_state_check", condition=Q(state__in=["live", "closed"])),
            models.CheckConstraint(
                name="contact_links_closed_check", condition=Q(state="live") | Q(closed_reason__isnull=False)
            ),
            models.CheckConstraint(name="contact_links_hubspot_id_check", condition=Q(hubspot_id__regex=r"^[0-9]+$")),
        ]


class Alias(models.Model):
    """A HubSpot id that was merged away, and the id that lives on in its place."""

    pk = models.CompositePrimaryKey("tenant_id", "hubspot_id")
    tenant_id = models.UUIDField()
    hubspot_id = models.TextField()
    survivor_id = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "contact_aliases"


class Tombstone(models.Model):
    """A contact known to be deleted on a side, and on what evidence."""

    pk = models.CompositePrimaryKey("tenant_id", "side", "record_id")
    tenant_id = models.UUIDField()
    side = models.TextField()
    record_id = models.TextField()
    evidence = models.TextField()
    at = models.DateTimeField(db_default=Now())
    #: Erased for privacy: nothing of the person is kept but the keyed hash of the e-mail.
    erased_at = models.DateTimeField(null=True)
    email_hash = models.TextField(null=True)

    class Meta:
        db_table = "contact_tombstones"
        indexes: ClassVar = [
            models.Index(
                fields=["tenant_id", "record_id"],
                condition=Q(erased_at__isnull=False),
                name="contact_tombstones_erased_idx",
            )
        ]


class Erasure(models.Model):
    """A contact that is to be erased on both sides, by somebody's order. The row stays until it is done."""

    pk = models.CompositePrimaryKey("tenant_id", "contact_id")
    tenant_id = models.UUIDField()
    contact_id = models.UUIDField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField(db_default=Now())
    attempts = models.IntegerField(default=0, db_default=0)
    last_error = models.TextField(null=True)

    class Meta:
        db_table = "erasures"


class Change(models.Model):
    """What changed on a contact: written by trigger, once, whoever wrote. Lineage, timeline and undo read it."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    contact_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())
    op = models.TextField()
    side = models.TextField()
    cause = models.TextField()
    actor = models.TextField(null=True)
    reason = models.TextField(null=True)
    run_id = models.BigIntegerField(null=True)
    before = models.JSONField()
    after = models.JSONField()
    #: The event of the audit log it belongs to; salt and digest of before, after and reason (see `loanark.audit`).
    event_id = models.BigIntegerField()
    salt = models.UUIDField(null=True)
    digest = models.BinaryField()

    class Meta:
        db_table = "contact_changes"
        indexes: ClassVar = [
            models.Index(fields=["tenant_id", "event_id"], name="contact_changes_event_idx"),
            models.Index(F("tenant_id"), F("contact_id"), F("id").desc(), name="contact_changes_contact_idx"),
            models.Index(F("tenant_id"), F("at").desc(), name="contact_changes_at_idx"),
        ]


class Conflict(models.Model):
    """Both sides changed one field differently. The value that lost is kept here; an open one waits for a person."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    contact_id = models.UUIDField()
    field = models.TextField()
    base = models.TextField(null=True)
    hubspot = models.TextField(null=True)
    loanark = models.TextField(null=True)
    policy = models.TextField()
    winner = models.TextField(null=True)
    open = models.BooleanField()
    #: HubSpot's value was covered by our write, and found in its history only afterwards.
    late = models.BooleanField(default=False, db_default=False)
    run_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.TextField(null=True)

    class Meta:
        db_table = "contact_conflicts"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "contact_id", "field"], condition=Q(open=True), name="contact_conflicts_open_key"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["tenant_id", "contact_id"], name="contact_conflicts_contact_idx")]


class Rejection(models.Model):
    """A value (or, with an empty field, a whole contact) that could not be carried over, and why."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    contact_id = models.UUIDField(null=True)
    hubspot_id = models.TextField(null=True)
    field = models.TextField(default="", db_default="")
    #: The side that would not take the value (or that holds an unreadable one).
    side = models.TextField()
    value = models.TextField(null=True)
    code = models.TextField()
    reason = models.TextField()
    run_id = models.BigIntegerField(null=True)
    attempts = models.IntegerField(default=1, db_default=1)
    at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "contact_rejections"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "contact_id", "hubspot_id", "field"],
                condition=Q(resolved_at__isnull=True),
                nulls_distinct=False,
                name="contact_rejections_open_key",
            ),
        ]


class SavedView(models.Model):
    """How somebody wants the list of contacts: filters, sort, columns. Theirs alone, or everybody's."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    #: Whoever made it, as screens say it.
    by = models.TextField()
    name = models.TextField()
    shared = models.BooleanField(default=False, db_default=False)
    #: See `contacts.schemas.ViewState`.
    state = models.JSONField()

    class Meta:
        db_table = "saved_views"
        constraints: ClassVar = [
            models.UniqueConstraint(
                F("tenant_id"), F("user_id"), Lower("name"), condition=Q(shared=False), name="saved_views_private_key"
            ),
            models.UniqueConstraint(
                F("tenant_id"), Lower("name"), condition=Q(shared=True), name="saved_views_shared_key"
            ),
        ]
