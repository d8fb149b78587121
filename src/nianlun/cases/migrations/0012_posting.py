"""A posting is a move of a case."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0011_payout'),
    ]

    operations = [
        migrations.AlterField(
            model_name='action',
            name='move',
            field=models.CharField(choices=[('open', '收件'), ('accept', '受理'), ('reject', '提出不予受理'), ('ask', '要求补正'), ('supply', '补齐材料'), ('suspend', '中止'), ('resume', '恢复办理'), ('pass', '通过'), ('return', '退回'), ('refuse', '不予批准'), ('withdraw', '撤销'), ('confirm', '同意'), ('deny', '不同意'), ('pay', '支付'), ('pay_failed', '支付不成'), ('account', '登记新账户'), ('material', '收取材料'), ('opinion', '会审意见'), ('posting', '公示'), ('hearing', '提请会审'), ('hearing_closed', '会审结束'), ('take', '领取'), ('hand_over', '转交'), ('file', '归档'), ('correct', '更正立案'), ('details', '补录内容'), ('deliver', '送达')], max_length=16, verbose_name='动作'),
        ),
    ]
