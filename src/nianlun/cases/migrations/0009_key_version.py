"""Which key an application is sealed with: as the sealed value itself says in its second to fifth byte."""

from django.db import migrations, models

READ = """
UPDATE cases_case SET key_version = (get_byte(details_sealed, 1) << 24) | (get_byte(details_sealed, 2) << 16)
    | (get_byte(details_sealed, 3) << 8) | get_byte(details_sealed, 4)
WHERE length(details_sealed) >= 5
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_three_hands")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="key_version",
            field=models.PositiveIntegerField(default=0, verbose_name="密钥版本"),
            preserve_default=False,
        ),
        migrations.RunSQL(READ, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["key_version", "id"], name="case_key_version"),
        ),
    ]
