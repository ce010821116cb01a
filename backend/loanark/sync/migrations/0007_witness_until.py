"""A create whose answer was lost is asked about what it may have covered until its contact was found."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0006_brakes")]

    operations = [
        migrations.AddField(model_name="witness", name="until", field=models.DateTimeField(null=True)),
    ]
