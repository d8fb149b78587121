"""An installation with a chain of links becomes one with a log, every entry in it; and can go back."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from tests.tables import let_tables_be_emptied

from nianlun.journal import operations, queries
from nianlun.journal.models import Leaf, Pending

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OLD = [("journal", "0001_initial")]
INSERT = (
    "INSERT INTO journal_entry (at, role, role_label, name, agency_name, scope, action, about, about_id, purpose, rows,"
    " outcome, address, details, digest) VALUES (%s, '', '', '', '', '', 'tests.deed', %s, '', '', 0, 'done', '',"
    " '{{}}', sha256(convert_to(%s, 'UTF8'))) RETURNING id"
).replace("{{}}", "{}")
SAID = (
    '["2026-11-23T02:00:00.000000+00:00",null,"","","","","","tests.deed","{}","",null,"",0,"done","",{{}}]'
)


def migrate(targets: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(targets)


@pytest.mark.django_db(transaction=True)
def test_entries_of_the_old_chain_are_sequenced_and_the_way_back_is_open():
    newest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] == "journal"]
    migrate(OLD)
    try:
        with connection.cursor() as cursor:
            for about in "abc":
                cursor.execute(INSERT, [AT, about, SAID.format(about)])
            cursor.execute("SELECT nianlun_journal_extend('\\x00', 2)")
            assert cursor.fetchone() == (2,)
        migrate(newest)
        assert Pending.objects.count() == 3
        assert operations.sequence(at=AT) == 3
        assert queries.verify_log().faults == []
        assert list(Leaf.objects.order_by("position").values_list("entry__about", flat=True)) == [
            "a",
            "b",
            "c",
        ]
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "DELETE FROM journal_leaf; DELETE FROM journal_tile; DELETE FROM journal_checkpoint"
            )
            cursor.execute("SET session_replication_role = origin")
        migrate(OLD)
        with connection.cursor() as cursor:
            cursor.execute("SELECT nianlun_journal_extend('\\x00', 10)")
            assert cursor.fetchone() == (3,)
    finally:
        migrate(newest)
        let_tables_be_emptied()
