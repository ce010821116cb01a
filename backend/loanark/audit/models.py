"""Tables of the audit log. They are written by functions in the database only (`migrations/0001_chain.sql`)."""

from typing import ClassVar

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

NEWEST_FIRST = (F("at").desc(), F("id").desc())


class AuditEvent(models.Model):
    """Something somebody did. Sealed into the organisation's chain when its transaction commits."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())
    #: noun.verb, as in member.removed (see docs/audit.md)
    kind = models.TextField()
    #: Who: a person's e-mail address, a program's name, or the sync.
    actor = models.TextField()
    #: How: browser | token <name> | command line | sync | sql
    via = models.TextField()
    #: From where: an IP address; empty for what happens in this house.
    address = models.TextField(default="", db_default="")
    #: What it was done to, in words that last: an e-mail address, a field's name, a number.
    subject = models.TextField(default="", db_default="")
    contact_id = models.UUIDField(null=True)
    #: {"before": {…}, "after": {…}, …}. Emptied when the contact is erased for privacy; `digest` stays.
    detail = models.JSONField()
    #: Makes the digest of what has few possible values unguessable; goes with the values it salts.
    salt = models.UUIDField(null=True)
    digest = models.BinaryField()
    #: How many rows of contact_changes belong to it, and their digest.
    changes = models.IntegerField(null=True)
    changes_digest = models.BinaryField(null=True)
    #: Its place in the chain, the hash of the event before, and its own.
    seq = models.BigIntegerField(null=True)
    previous = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        db_table = "audit_events"
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant_id", "seq"], name="audit_events_seq_key")]
        indexes: ClassVar = [
            # People read it newest first: all of it, of one person, of one kind, in one way, of one contact.
            models.Index(F("tenant_id"), *NEWEST_FIRST, name="audit_events_at_idx"),
            *(
                models.Index(F("tenant_id"), F(name), *NEWEST_FIRST, name=f"audit_events_by_{name}_idx")
                for name in ("actor", "kind", "via", "contact_id")
            ),
        ]


class AuditHead(models.Model):
    """The end of an organisation's chain, and where it begins after what the retention policy took away."""

    tenant_id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField(default=0, db_default=0)
    hash = models.BinaryField()
    pruned_seq = models.BigIntegerField(default=0, db_default=0)
    pruned_hash = models.BinaryField()
    #: Events are kept this long; null: for ever.
    keep_days = models.IntegerField(null=True)

    class Meta:
        db_table = "audit_heads"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(keep_days__gte=365), name="audit_heads_keep_days_check")
        ]


class AuditAnchor(models.Model):
    """The chain's end at a moment, signed with a key that is not in the database: who owns the database can compute
    hashes anew, but not this."""

    pk = models.CompositePrimaryKey("tenant_id", "seq")
    tenant_id = models.UUIDField()
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    at = models.DateTimeField(db_default=Now())
    signature = models.TextField()

    class Meta:
        db_table = "audit_anchors"
