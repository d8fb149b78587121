"""The old form of checks goes, once what it held has moved."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("vault", "0003_checks_by_location")]

    operations = [
        migrations.RemoveConstraint("storedobject", "stored_object_sound_as_of_a_check"),
        migrations.RemoveField("storedobject", "checked_at"),
        migrations.RemoveField("storedobject", "sound"),
        migrations.DeleteModel("Check"),
    ]
