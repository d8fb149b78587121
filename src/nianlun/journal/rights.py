"""What the application's database role may do to the journal: read, and add. The rest is the owner's (S6.2)."""

from typing import Any

from psycopg import sql

from nianlun.journal.domain import Content

_ADDED = ("journal_entry", "journal_checkpoint", "journal_cosignature", "journal_timestamp")
_SAID = (*Content.__dataclass_fields__, "salt", "digest")
"""What the application says of an entry; its number is the database's to give."""
_READ = ("journal_leaf", "journal_tile", "journal_pending")
"""Written by functions of the database alone, which place a batch whole or not at all."""
_FUNCTIONS = (
    "nianlun_journal_place(bigint, bigint[])",
    "nianlun_journal_empty(bigint)",
)


def withhold(cursor: Any, *, role: str) -> None:
    """Take from a role every right on the journal but to read it, to add to it, and to call its functions."""
    name = sql.Identifier(role)
    for table in (*_ADDED, *_READ):
        cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), name))
        right: sql.Composable = sql.SQL("SELECT, INSERT" if table in _ADDED else "SELECT")
        if table == "journal_entry":
            columns = sql.SQL(", ").join(map(sql.Identifier, _SAID))
            right = sql.SQL("SELECT, INSERT ({})").format(columns)
        cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(right, sql.Identifier(table), name))
    for function in _FUNCTIONS:
        cursor.execute(sql.SQL(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"))
        cursor.execute(sql.SQL(f"GRANT EXECUTE ON FUNCTION {function} TO {{}}").format(name))
