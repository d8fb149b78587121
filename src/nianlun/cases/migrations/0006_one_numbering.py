"""Numbers of cases, papers and persons are counted where archival codes are: one table of sequences."""

from django.db import migrations

MOVED = """
INSERT INTO archives_codesequence (prefix, last) SELECT prefix, last FROM cases_numbersequence
ON CONFLICT (prefix) DO UPDATE SET last = greatest(archives_codesequence.last, excluded.last);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_filing"), ("archives", "0003_case_file")]
    operations = [
        migrations.RunSQL(sql=MOVED, reverse_sql=migrations.RunSQL.noop),
        migrations.DeleteModel(name="NumberSequence"),
    ]
