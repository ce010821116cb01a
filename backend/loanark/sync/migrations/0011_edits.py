"""Bulk edits are runs that go beside the others. Who sees their own contacts only sees the edits they made themselves."""

from django.db import migrations, models
from django.db.models import Q

from loanark.kit.rls import narrowed

ROLE = "loanark_own_contacts"

#: Of a run that shows: the policy of `runs` holds inside.
OF_OWN_RUN = "EXISTS (SELECT FROM runs r WHERE r.tenant_id = planned.tenant_id AND r.id = planned.run_id)"
OF_OWN_CONTACT = "EXISTS (SELECT FROM contacts c WHERE c.tenant_id = planned.tenant_id AND c.id = planned.contact_id)"


class Migration(migrations.Migration):
    dependencies = [("sync", "0010_own_contacts"), ("contacts", "0011_saved_views")]

    operations = [
        migrations.AddField("Run", "beside", models.BooleanField(db_default=False, default=False)),
        migrations.RemoveConstraint("Run", "runs_one_active_key"),
        migrations.AddConstraint(
            "Run",
            models.UniqueConstraint(
                condition=Q(("beside", False), ("status__in", ["running", "held"])),
                fields=("tenant_id",),
                name="runs_one_active_key",
            ),
        ),
        migrations.RemoveConstraint("Run", "runs_kind_check"),
        migrations.AddConstraint(
            "Run",
            models.CheckConstraint(
                condition=Q(("kind__in", ["preview", "backfill", "sweep", "undo", "edit"])), name="runs_kind_check"
            ),
        ),
        migrations.AddConstraint(
            "Run",
            models.CheckConstraint(
                condition=Q(("beside", True), ("kind", "edit"))
                | Q(("kind", "undo"))
                | Q(("beside", False), ("kind__in", ["preview", "backfill", "sweep"])),
                name="runs_beside_check",
            ),
        ),
        migrations.AddIndex(
            "Run",
            models.Index(
                condition=Q(("beside", True), ("status", "running")), fields=["tenant_id", "id"], name="runs_beside_idx"
            ),
        ),
        migrations.RunSQL(
            f"DROP POLICY runs_{ROLE} ON runs; DROP POLICY planned_{ROLE} ON planned;", migrations.RunSQL.noop
        ),
        narrowed("runs", ROLE, "beside AND trigger = (SELECT nullif(current_setting('loanark.actor', true), ''))"),
        narrowed("planned", ROLE, f"{OF_OWN_RUN} AND {OF_OWN_CONTACT}"),
    ]
