"""What the application's role may do in a database whose tables belong to another role (S6.2)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from nianlun.config.settings.base import database
from nianlun.journal import rights as journal


@contextmanager
def as_owner() -> Iterator[str]:
    """Work as the owner of the tables for a while; yields the application's role.

    Empty where the site has no separate owner (`OWNER_URL` is unset, or names the same role): then whoever gets
    hold of the application gets hold of the tables.
    """
    application = connection.settings_dict
    owner = database(settings.OWNER_URL) if settings.OWNER_URL else {}
    if not owner or owner["USER"] == application["USER"]:
        yield ""
        return
    changed = {name: owner[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")}
    before = {name: application[name] for name in changed}
    connection.close()
    application.update(changed)
    try:
        yield str(before["USER"])
    finally:
        connection.close()
        application.update(before)


def grant(role: str) -> None:
    """Let `role` read and write rows of every table, and of the journal's only what the journal allows.

    Runs after each migration, as the owner: new tables need it anew, and what was withheld before stays withheld.
    """
    name = sql.Identifier(role)
    # Whole or not at all: between the two halves the role would have every right on the journal.
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
        ):
            cursor.execute(sql.SQL(statement).format(name))
        journal.withhold(cursor, role=role)
