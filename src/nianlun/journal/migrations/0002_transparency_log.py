"""The chain of links becomes a transparency log; every entry there is waits to be given its place in it."""

import django.db.models.deletion
from django.db import migrations, models

from nianlun.journal.migrations._sql_0002 import AGAIN, EMPTY, GROW, KEEP, PLACE, QUEUE, UNDO, UNLINK, WAIT


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.RunSQL(sql=UNLINK, reverse_sql=AGAIN),
        migrations.DeleteModel(name="Link"),
        migrations.AddField(
            model_name="entry",
            name="salt",
            field=models.BinaryField(db_default=b"", default=b"", max_length=16, verbose_name="盐"),
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="位置")),
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="leaf",
                        to="journal.entry",
                    ),
                ),
                ("hash", models.BinaryField(max_length=32, verbose_name="叶摘要")),
            ],
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(verbose_name="层")),
                ("index", models.BigIntegerField(verbose_name="序号")),
                ("hashes", models.BinaryField(max_length=8192, verbose_name="摘要")),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="条数")),
                ("root", models.BinaryField(max_length=32, verbose_name="根")),
                ("at", models.DateTimeField(db_index=True, verbose_name="签署时间")),
                ("origin", models.CharField(max_length=200, verbose_name="日志名")),
                ("note", models.TextField(verbose_name="签名文")),
            ],
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("witness", models.CharField(max_length=200, verbose_name="见证方")),
                ("at", models.DateTimeField(verbose_name="联署时间")),
                ("line", models.TextField(verbose_name="签名行")),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cosignatures",
                        to="journal.checkpoint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("witness", "checkpoint"), name="journal_one_cosignature_each"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="TimeStamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间戳的时间")),
                ("response", models.BinaryField(verbose_name="时间戳")),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_stamps",
                        to="journal.checkpoint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Condition",
            fields=[
                (
                    "name",
                    models.CharField(max_length=250, primary_key=True, serialize=False, verbose_name="谁"),
                ),
                ("problem", models.TextField(blank=True, verbose_name="问题")),
                ("since", models.DateTimeField(verbose_name="从何时起")),
                ("seen_at", models.DateTimeField(verbose_name="最近一次")),
            ],
        ),
        migrations.RunSQL(sql=[KEEP, GROW, WAIT, PLACE, EMPTY, QUEUE], reverse_sql=UNDO),
    ]
