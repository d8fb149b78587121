"""The database works out the tiles itself; entries have numbers above 0 and times that a calendar has."""

from datetime import UTC, datetime

from django.db import migrations, models

from nianlun.journal.migrations._sql_0004 import CLOSE, NEW_GROW, NEW_PLACE, NEW_WAIT, SIGNED, UNDO


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_issued_documents")]

    operations = [
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(condition=models.Q(("id__gt", 0)), name="journal_entry_number_counts"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("at__gt", datetime(1900, 1, 1, tzinfo=UTC)), ("at__lt", datetime(9999, 1, 1, tzinfo=UTC))
                ),
                name="journal_entry_time_is_one",
            ),
        ),
        migrations.RunSQL(sql=[NEW_WAIT, NEW_GROW, NEW_PLACE, SIGNED, CLOSE], reverse_sql=UNDO),
    ]
