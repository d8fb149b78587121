"""Whoever holds a post on the day the ledger begins holds it by a founding grant, for a year."""

from django.db import migrations

EACH_A_PERSON = "UPDATE access_account SET holder = gen_random_uuid()"
FOUND = """
INSERT INTO access_grant (account_id, holder, role, scope, since, until, founding, ended_why)
SELECT id, holder, role, scope, now(), now() + interval '1 year', '启用权限台账时的在岗人员', ''
FROM access_account WHERE role NOT IN ('insured', 'employer') AND scope <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0005_grants")]
    operations = [migrations.RunSQL(sql=[EACH_A_PERSON, FOUND], reverse_sql="DELETE FROM access_grant")]
