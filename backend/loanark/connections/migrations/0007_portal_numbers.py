"""An account's id is a number, whatever writes the row: HubSpot asks for it as one."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("connections", "0006_custom_fields")]

    operations = [
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.CheckConstraint(
                name="connections_portal_id_check", condition=Q(portal_id__regex=r"^[0-9]+$")
            ),
        ),
    ]
