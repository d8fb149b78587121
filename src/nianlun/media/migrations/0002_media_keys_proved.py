from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0001_media_sets")]

    operations = [
        migrations.AddField(
            model_name="mediaset",
            name="keys_proved_at",
            field=models.DateTimeField(null=True, verbose_name="核对过密钥的时间"),
        ),
    ]
