"""Contributions are booked and taken back by two people; the database refuses what one did alone (S2.5)."""
import django.db.models.deletion
import nianlun.kernel.identifiers
from django.conf import settings
from django.db import migrations, models


# Before two people were asked for one booked alone. No page or command took postings back then.
ALONE = """
UPDATE contributions_rosterimport r SET state = 'alone',
    division = COALESCE((SELECT scope FROM access_account a WHERE a.id = r.by_id), '')
"""

GUARDS = """
CREATE FUNCTION nianlun_roster_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting' AND (NEW.state, NEW.by_id, NEW.decided_by_id, NEW.decided_at, NEW.sha512, NEW.rows)
        IS DISTINCT FROM (OLD.state, OLD.by_id, OLD.decided_by_id, OLD.decided_at, OLD.sha512, OLD.rows) THEN
        RAISE EXCEPTION '缴费名册已经办过，不能再改' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.by_id, NEW.sha512, NEW.vault_object) IS DISTINCT FROM (OLD.by_id, OLD.sha512, OLD.vault_object)
        OR NEW.state = 'alone' AND OLD.state <> 'alone' THEN
        RAISE EXCEPTION '缴费名册由谁提交、是哪一份，不能改' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contributions_roster_decided BEFORE UPDATE ON contributions_rosterimport
    FOR EACH ROW EXECUTE FUNCTION nianlun_roster_decided();

CREATE FUNCTION nianlun_reversal_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'waiting' OR (NEW.by_id, NEW.person_id, NEW.postings, NEW.reason)
        IS DISTINCT FROM (OLD.by_id, OLD.person_id, OLD.postings, OLD.reason) THEN
        RAISE EXCEPTION '冲销申请提出后不能改，办过后不能再办' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contributions_reversal_decided BEFORE UPDATE ON contributions_reversal
    FOR EACH ROW EXECUTE FUNCTION nianlun_reversal_decided();

CREATE FUNCTION nianlun_posting_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.roster_id IS NOT NULL THEN
        PERFORM 1 FROM contributions_rosterimport WHERE id = NEW.roster_id AND state IN ('booked', 'alone');
        IF NOT FOUND THEN
            RAISE EXCEPTION '名册要经另一人复核才能入账' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.reverses_id IS NOT NULL THEN
        PERFORM 1 FROM contributions_reversal
        WHERE id = NEW.reversal_id AND state = 'confirmed' AND person_id = NEW.person_id
            AND postings @> to_jsonb(NEW.reverses_id::text);
        IF NOT FOUND THEN
            RAISE EXCEPTION '冲销要经另一人复核才能入账' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contributions_posting_by_two BEFORE INSERT ON contributions_posting
    FOR EACH ROW WHEN (NEW.roster_id IS NOT NULL OR NEW.reverses_id IS NOT NULL)
    EXECUTE FUNCTION nianlun_posting_by_two();
"""

UNDO = """
DROP TRIGGER contributions_posting_by_two ON contributions_posting;
DROP TRIGGER contributions_reversal_decided ON contributions_reversal;
DROP TRIGGER contributions_roster_decided ON contributions_rosterimport;
DROP FUNCTION nianlun_posting_by_two();
DROP FUNCTION nianlun_reversal_decided();
DROP FUNCTION nianlun_roster_decided();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('contributions', '0002_employers'),
        ('registry', '0005_changes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reversal',
            fields=[
                ('id', models.UUIDField(default=nianlun.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('division', models.CharField(max_length=12, verbose_name='辖区')),
                ('postings', models.JSONField(verbose_name='缴费记录')),
                ('reason', models.CharField(max_length=300, verbose_name='冲销理由')),
                ('by_device', models.CharField(blank=True, max_length=64, verbose_name='提交的机器')),
                ('at', models.DateTimeField(verbose_name='提交时间')),
                ('state', models.CharField(choices=[('waiting', '待复核'), ('confirmed', '已冲销'), ('returned', '已退回'), ('withdrawn', '已撤回')], default='waiting', max_length=12, verbose_name='状态')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='复核时间')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='退回理由')),
            ],
            options={
                'verbose_name': '冲销申请',
            },
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='by_device',
            field=models.CharField(blank=True, max_length=64, verbose_name='提交的机器'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='decided_at',
            field=models.DateTimeField(null=True, verbose_name='复核时间'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='division',
            field=models.CharField(blank=True, max_length=12, verbose_name='辖区'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='employer_part',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='新增单位缴费'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='left_out',
            field=models.JSONField(default=list, verbose_name='没有提交的行'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='personal',
            field=models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='新增个人缴费'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='persons',
            field=models.PositiveIntegerField(default=0, verbose_name='人数'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='退回理由'),
        ),
        migrations.AddField(
            model_name='rosterimport',
            name='state',
            field=models.CharField(choices=[('waiting', '待复核'), ('booked', '已入账'), ('returned', '已退回'), ('withdrawn', '已撤回'), ('alone', '由一人入账')], default='waiting', max_length=12, verbose_name='状态'),
        ),
        migrations.AlterField(
            model_name='rosterimport',
            name='at',
            field=models.DateTimeField(verbose_name='提交时间'),
        ),
        migrations.RunSQL(sql=ALONE, reverse_sql=migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='rosterimport',
            index=models.Index(fields=['state', '-at'], name='roster_import_by_state'),
        ),
        migrations.AddConstraint(
            model_name='rosterimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(('decided_by__isnull', True), ('state', 'alone')), models.Q(('decided_at__isnull', False), ('decided_by', models.F('by')), ('state', 'withdrawn')), models.Q(('decided_at__isnull', False), ('state__in', ['booked', 'returned']), ('by__isnull', False), ('decided_by__isnull', False), models.Q(('decided_by', models.F('by')), _negated=True)), _connector='OR'), name='roster_import_by_two_people'),
        ),
        migrations.AddConstraint(
            model_name='rosterimport',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('sha512',), name='roster_import_waits_once'),
        ),
        migrations.AddField(
            model_name='reversal',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人'),
        ),
        migrations.AddField(
            model_name='reversal',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人'),
        ),
        migrations.AddField(
            model_name='reversal',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.person'),
        ),
        migrations.AddField(
            model_name='posting',
            name='reversal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contributions.reversal'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', 'roster'), _negated=True), ('roster__isnull', False), _connector='OR'), name='posting_names_its_roster'),
        ),
        migrations.AddIndex(
            model_name='reversal',
            index=models.Index(fields=['state', '-at'], name='reversal_by_state'),
        ),
        migrations.AddConstraint(
            model_name='reversal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(('decided_at__isnull', False), ('decided_by', models.F('by')), ('state', 'withdrawn')), models.Q(('decided_at__isnull', False), ('state__in', ['confirmed', 'returned']), ('by__isnull', False), ('decided_by__isnull', False), models.Q(('decided_by', models.F('by')), _negated=True)), _connector='OR'), name='reversal_by_two_people'),
        ),
        migrations.AddConstraint(
            model_name='reversal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('person',), name='reversal_one_waiting'),
        ),
        migrations.RunSQL(sql=GUARDS, reverse_sql=UNDO),
    ]
