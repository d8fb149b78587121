"""An assessment comes into force through a case that is being decided, and says which."""

import django.db.models.deletion
from django.db import migrations, models

THROUGH = """
CREATE FUNCTION nianlun_assessment_through_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'proposed' OR NEW.case_id IS NOT NULL THEN
            RAISE EXCEPTION '待遇核定要先提出，再经业务审批生效' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.case_id IS DISTINCT FROM OLD.case_id AND NEW.state <> 'in_force' THEN
        RAISE EXCEPTION '待遇核定所依据的业务不能改' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'in_force' AND (OLD.state <> 'in_force' OR NEW.case_id IS DISTINCT FROM OLD.case_id) THEN
        PERFORM 1 FROM cases_case
        WHERE id = NEW.case_id AND person_id = NEW.person_id AND state = 'approval' AND high_risk;
        IF NOT FOUND THEN
            RAISE EXCEPTION '待遇核定只能由这个人的、正在审批的业务使其生效' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entitlements_assessment_through_case BEFORE INSERT OR UPDATE ON entitlements_assessmentrecord
    FOR EACH ROW EXECUTE FUNCTION nianlun_assessment_through_case();
"""

UNDO = """
DROP TRIGGER entitlements_assessment_through_case ON entitlements_assessmentrecord;
DROP FUNCTION nianlun_assessment_through_case();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_one_numbering'),
        ('entitlements', '0002_assessments'),
    ]

    operations = [
        migrations.AddField(
            model_name='assessmentrecord',
            name='case',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case', verbose_name='业务'),
        ),
        migrations.AlterField(
            model_name='assessmentrecord',
            name='decided_at',
            field=models.DateTimeField(null=True, verbose_name='决定时间'),
        ),
        migrations.AlterField(
            model_name='assessmentrecord',
            name='decided_by_name',
            field=models.CharField(blank=True, max_length=100, verbose_name='决定人'),
        ),
        migrations.AlterField(
            model_name='assessmentrecord',
            name='state',
            field=models.CharField(choices=[('proposed', '待审批'), ('in_force', '已核定'), ('returned', '已退回'), ('superseded', '已由新的核定代替')], default='proposed', max_length=12, verbose_name='状态'),
        ),
        migrations.RunSQL(sql=THROUGH, reverse_sql=UNDO),
    ]
