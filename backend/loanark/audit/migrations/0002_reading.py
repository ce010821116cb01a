"""The log is read by people: newest first, by person, kind, way or contact, and open pages hear of what is new."""

from typing import Any

from django.db import migrations, models
from django.db.models import F

NEWEST_FIRST = (F("at").desc(), F("id").desc())

TELL_SQL = """
CREATE FUNCTION audit_events_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('loanark_live', json_build_object('tenant', NEW.tenant_id, 'kind', 'audit')::text);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_events_tell AFTER INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_events_tell();
"""


def indexed(name: str, *columns: Any) -> migrations.AddIndex:
    return migrations.AddIndex("auditevent", models.Index(F("tenant_id"), *columns, *NEWEST_FIRST, name=name))


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RemoveIndex("auditevent", "audit_events_contact_idx"),
        migrations.RemoveIndex("auditevent", "audit_events_kind_idx"),
        indexed("audit_events_at_idx"),
        indexed("audit_events_by_actor_idx", F("actor")),
        indexed("audit_events_by_kind_idx", F("kind")),
        indexed("audit_events_by_via_idx", F("via")),
        indexed("audit_events_by_contact_id_idx", F("contact_id")),
        migrations.RunSQL(TELL_SQL, migrations.RunSQL.noop),
    ]
