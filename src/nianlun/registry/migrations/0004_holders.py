"""Accounts that are linked to one person already belong to one natural person in the ledger of posts too."""

from django.db import migrations

LINKED = """
UPDATE access_account a SET holder = l.person_id FROM registry_personlogin l WHERE l.account_id = a.id;
UPDATE access_grant g SET holder = a.holder FROM access_account a
WHERE a.id = g.account_id AND g.holder <> a.holder;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_employer_logins"), ("access", "0006_founding_grants")]
    operations = [migrations.RunSQL(sql=LINKED, reverse_sql=migrations.RunSQL.noop)]
