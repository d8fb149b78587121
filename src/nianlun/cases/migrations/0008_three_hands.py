"""A high-risk case is granted by three hands, whatever the program above does (经办条例 第三十七条)."""

from django.db import migrations

HANDS = """
CREATE OR REPLACE FUNCTION nianlun_case_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    needed int := CASE WHEN NEW.high_risk AND NEW.outcome = 'granted' THEN 3 ELSE 2 END;
BEGIN
    IF (SELECT count(DISTINCT account_id) FROM cases_duty WHERE case_id = NEW.id) < needed THEN
        RAISE EXCEPTION '办结需要 % 人以上经手：%', needed, NEW.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION nianlun_case_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(DISTINCT account_id) FROM cases_duty WHERE case_id = NEW.id) < 2 THEN
        RAISE EXCEPTION '办结需要两人以上经手：%', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_replaced_again")]
    operations = [migrations.RunSQL(sql=HANDS, reverse_sql=BEFORE)]
