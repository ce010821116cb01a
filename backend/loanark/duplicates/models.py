"""Tables of duplicates: how contacts are found by each other, what is proposed, and what was merged."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Key(models.Model):
    """Something that a contact shares with whoever is worth comparing to it (`core.duplicates.keys`)."""

    pk = models.CompositePrimaryKey("tenant_id", "key", "contact_id")
    tenant_id = models.UUIDField()
    key = models.BigIntegerField()
    contact_id = models.UUIDField()

    class Meta:
        db_table = "duplicate_keys"
        indexes: ClassVar = [models.Index(fields=["tenant_id", "contact_id"], name="duplicate_keys_contact_idx")]


class Frequency(models.Model):
    """How often a name or place occurs in the book: `kind` first, last, zip or city. Rare ones are not kept."""

    pk = models.CompositePrimaryKey("tenant_id", "kind", "value")
    tenant_id = models.UUIDField()
    kind = models.TextField()
    value = models.TextField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "duplicate_frequencies"


class Waiting(models.Model):
    """A contact that is new or was changed where it is compared: looked for among the others next."""

    pk = models.CompositePrimaryKey("tenant_id", "contact_id")
    tenant_id = models.UUIDField()
    contact_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "duplicate_waiting"


class Scan(models.Model):
    """A search of the whole book: how far it came, and what it found."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    #: running | done | cancelled
    status = models.TextField(default="running", db_default="running")
    #: keys: every contact's keys and names are written down; pairs: each is compared with whoever shares a key.
    phase = models.TextField(default="keys", db_default="keys")
    #: The last contact of the phase that is done.
    cursor = models.UUIDField(null=True)
    done = models.BigIntegerField(default=0, db_default=0)
    total = models.BigIntegerField(default=0, db_default=0)
    found = models.BigIntegerField(default=0, db_default=0)
    by = models.TextField()
    started_at = models.DateTimeField(db_default=Now())
    progress_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "duplicate_scans"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id"], condition=Q(status="running"), name="duplicate_scans_running_key"
            ),
            models.CheckConstraint(
                name="duplicate_scans_status_check", condition=Q(status__in=["running", "done", "cancelled"])
            ),
            models.CheckConstraint(name="duplicate_scans_phase_check", condition=Q(phase__in=["keys", "pairs"])),
        ]


class Proposal(models.Model):
    """Two contacts that may be one person. The other one may be in HubSpot only: then it waits to be let in."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    contact_id = models.UUIDField()
    #: The higher id of the two, if both are in LoanArk.
    other_contact_id = models.UUIDField(null=True)
    #: HubSpot's contact that is in LoanArk under no id yet, and its values by LoanArk field, as last seen.
    other_hubspot_id = models.TextField(null=True)
    other_values = models.JSONField(null=True)
    #: Open proposals that hang together have one group, the lowest id among them (`core.duplicates.groups`).
    group_id = models.BigIntegerField()
    posterior = models.FloatField()
    #: Sure enough for a merge of its own accord, where that is switched on.
    certain = models.BooleanField()
    #: What speaks for it most: email | phone | birth | address | identifier | name | hubspot (HubSpot says so).
    kind = models.TextField()
    #: Bits by what was compared (`core.duplicates.score.Score.parts`).
    parts = models.JSONField()
    #: The contact that is not carried to the other side before this is decided: its LoanArk id, or its HubSpot id.
    holds = models.TextField(null=True)
    #: Whose values a person chose when approving it, by field; for one that is in HubSpot only, until it is let in.
    chosen = models.JSONField(default=dict, db_default={})
    #: open | merged | rejected (never proposed again) | gone (they do not look alike any more, or one was deleted)
    state = models.TextField(default="open", db_default="open")
    at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)

    class Meta:
        db_table = "duplicate_proposals"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "contact_id", "other_contact_id"],
                condition=Q(other_contact_id__isnull=False),
                name="duplicate_proposals_pair_key",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "contact_id", "other_hubspot_id"],
                condition=Q(other_hubspot_id__isnull=False),
                name="duplicate_proposals_hubspot_key",
            ),
            models.CheckConstraint(
                name="duplicate_proposals_other_check",
                condition=Q(other_contact_id__isnull=False, other_hubspot_id__isnull=True)
                | Q(other_contact_id__isnull=True, other_hubspot_id__isnull=False),
            ),
            models.CheckConstraint(
                name="duplicate_proposals_order_check",
                condition=Q(other_contact_id__isnull=True) | Q(contact_id__lt=models.F("other_contact_id")),
            ),
            models.CheckConstraint(
                name="duplicate_proposals_state_check",
                condition=Q(state__in=["open", "merged", "rejected", "gone"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                models.F("tenant_id"),
                models.F("posterior").desc(),
                models.F("id"),
                condition=Q(state="open"),
                name="duplicate_proposals_open_idx",
            ),
            models.Index(fields=["tenant_id", "contact_id"], name="duplicate_proposals_one_idx"),
            models.Index(fields=["tenant_id", "other_contact_id"], name="duplicate_proposals_other_idx"),
            models.Index(fields=["tenant_id", "group_id"], name="duplicate_proposals_group_idx"),
            models.Index(
                fields=["tenant_id", "other_hubspot_id"],
                condition=Q(other_hubspot_id__isnull=False),
                name="duplicate_proposals_strangers",
            ),
        ]


class Merge(models.Model):
    """A contact that was merged into another one. Both rows stay; taking it back shows the other one again."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    #: Who lives on, and who is merged into them.
    contact_id = models.UUIDField()
    other_contact_id = models.UUIDField()
    #: live | undone
    state = models.TextField(default="live", db_default="live")
    #: person | automatic | hubspot (merged there by somebody)
    how = models.TextField()
    by = models.TextField()
    #: Nobody looked at this very pair: merged by the gate, or among many at once. The brakes count these.
    unseen = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField(db_default=Now())
    posterior = models.FloatField(null=True)
    parts = models.JSONField(default=dict, db_default={})
    #: Whose value a person chose, by field: the id of one of the two.
    chosen = models.JSONField(default=dict, db_default={})
    #: What becomes of the two HubSpot contacts: none (there are no two) | waiting (for `hubspot_due_at` or a person) |
    #: approved | sending | done | refused | remade (after an undo the other one was made again).
    hubspot = models.TextField()
    hubspot_due_at = models.DateTimeField(null=True)
    hubspot_by = models.TextField(null=True)
    hubspot_error = models.TextField(null=True)
    hubspot_id = models.TextField(null=True)
    other_hubspot_id = models.TextField(null=True)
    #: The id that HubSpot gave the two together.
    merged_hubspot_id = models.TextField(null=True)
    merged_at = models.DateTimeField(null=True)
    #: Everything that HubSpot held of the two before it merged them, with its history, by HubSpot id.
    kept = models.JSONField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(null=True)
    #: What an undo could not bring back, in words.
    left_behind = models.JSONField(default=list, db_default=[])

    class Meta:
        db_table = "duplicate_merges"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "other_contact_id"], condition=Q(state="live"), name="duplicate_merges_live_key"
            ),
            models.CheckConstraint(name="duplicate_merges_state_check", condition=Q(state__in=["live", "undone"])),
            models.CheckConstraint(
                name="duplicate_merges_how_check", condition=Q(how__in=["person", "automatic", "hubspot"])
            ),
            models.CheckConstraint(
                name="duplicate_merges_hubspot_check",
                condition=Q(hubspot__in=["none", "waiting", "approved", "sending", "done", "refused", "remade"]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant_id", "contact_id"], condition=Q(state="live"), name="duplicate_merges_contact_idx"
            ),
        ]


class GoldenRecord(models.Model):
    """Of a contact that others are merged into: what it held itself, and what was made of it and them."""

    pk = models.CompositePrimaryKey("tenant_id", "contact_id")
    tenant_id = models.UUIDField()
    contact_id = models.UUIDField()
    #: Texts by field; a blank field is absent. Edits of the contact since the merge are entered here.
    own = models.JSONField()
    #: What was computed last: where the contact holds something else, somebody edited it since.
    golden = models.JSONField()
    #: When fields were edited since the merge: only what is newer may take their place.
    edited = models.JSONField(default=dict, db_default={})

    class Meta:
        db_table = "golden_records"


class DuplicateSettings(models.Model):
    """How an organisation wants duplicates treated: see `duplicates/settings.py`. Without a row the defaults hold."""

    tenant_id = models.UUIDField(primary_key=True)
    at_ingest = models.BooleanField(default=True, db_default=True)
    automatic = models.BooleanField(default=False, db_default=False)
    follow_hubspot = models.BooleanField(default=False, db_default=False)
    hubspot_wait_hours = models.IntegerField(null=True, default=24, db_default=24)
    rules = models.JSONField(default=dict, db_default={})
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.TextField(default="", db_default="")

    class Meta:
        db_table = "duplicate_settings"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="duplicate_settings_wait_check",
                condition=Q(hubspot_wait_hours__isnull=True) | Q(hubspot_wait_hours__gte=0),
            ),
        ]
