"""One after the other where no row stands for what two are at: a form sent twice, two grants for one person.

Always taken after the case's own row, where there is one, and before any row of the registers.
"""

from django.db import connection


def in_turn(what: str) -> None:
    """Wait for whoever is at the same thing, until the end of their transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
