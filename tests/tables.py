"""What the test runner needs of the tables that nobody else may have."""

from django.db import connection


def let_tables_be_emptied() -> None:
    """Take the triggers away that refuse TRUNCATE, by which tables are emptied between tests."""
    with connection.cursor() as cursor:
        # Bit 32 of tgtype: fires on TRUNCATE.
        cursor.execute(
            "SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) "
            "FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 = 32"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
