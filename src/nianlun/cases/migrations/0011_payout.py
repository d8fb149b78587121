"""When a case was granted: once, and from then on it is only paid, into another account where the first fails."""

from django.conf import settings
from django.db import migrations, models


# Whatever was granted before this column said so was granted with the last step that was passed.
GRANTED = """
UPDATE cases_case c SET granted_at = coalesce(
    (SELECT max(a.at) FROM cases_action a WHERE a.case_id = c.id AND a.move = 'pass'),
    c.concluded_at, c.state_since)
WHERE c.outcome = 'granted' OR c.state = 'payment';
"""
# A grant happens once, and nothing takes it back: its effect has run.
ONCE = """
CREATE FUNCTION nianlun_case_granted_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '批准只有一次，不能改：%', NEW.number USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER cases_case_granted_once BEFORE UPDATE OF granted_at ON cases_case
    FOR EACH ROW WHEN (OLD.granted_at IS NOT NULL AND NEW.granted_at IS DISTINCT FROM OLD.granted_at)
    EXECUTE FUNCTION nianlun_case_granted_once();
"""
NOT_ONCE = """
DROP TRIGGER cases_case_granted_once ON cases_case;
DROP FUNCTION nianlun_case_granted_once();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_one_correction'),
        ('registry', '0005_changes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='granted_at',
            field=models.DateTimeField(null=True, verbose_name='批准时间'),
        ),
        migrations.RunSQL(sql=GRANTED, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql=ONCE, reverse_sql=NOT_ONCE),
        migrations.AlterField(
            model_name='action',
            name='move',
            field=models.CharField(choices=[('open', '收件'), ('accept', '受理'), ('reject', '提出不予受理'), ('ask', '要求补正'), ('supply', '补齐材料'), ('suspend', '中止'), ('resume', '恢复办理'), ('pass', '通过'), ('return', '退回'), ('refuse', '不予批准'), ('withdraw', '撤销'), ('confirm', '同意'), ('deny', '不同意'), ('pay', '支付'), ('pay_failed', '支付不成'), ('account', '登记新账户'), ('material', '收取材料'), ('opinion', '会审意见'), ('hearing', '提请会审'), ('hearing_closed', '会审结束'), ('take', '领取'), ('hand_over', '转交'), ('file', '归档'), ('correct', '更正立案'), ('details', '补录内容'), ('deliver', '送达')], max_length=16, verbose_name='动作'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'payment'), _negated=True), models.Q(('outcome', 'granted'), _negated=True)), ('granted_at__isnull', False), _connector='OR'), name='case_paid_was_granted'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('granted_at__isnull', True), models.Q(('outcome__in', ['', 'granted']), ('state__in', ['payment', 'second_review', 'concluded', 'filed'])), models.Q(('resumes', 'second_review'), ('state', 'supplement')), _connector='OR'), name='case_granted_is_only_paid'),
        ),
    ]
