"""The application's database role reads the journal and adds to it; everything else is refused (S6.2)."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from tests.journal.logs import AT, deed

from nianlun.config.database_rights import as_owner, grant
from nianlun.journal import operations, queries

pytestmark = pytest.mark.django_db(transaction=True)
APPLICATION = "nianlun"


@contextlib.contextmanager
def working_as(role: str) -> Iterator[None]:
    """Have this process's connection be of another role, as the web server's is."""
    before = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = role
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = before


@pytest.fixture
def application() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [APPLICATION]
        )
        if cursor.fetchone() is None:
            pytest.skip(f"the database has no second role {APPLICATION}: not the embedded one")
    grant(APPLICATION)
    yield APPLICATION
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(sql.Identifier(APPLICATION))
        )


def test_the_application_records_sequences_verifies_and_hands_out_receipts(application):
    with working_as(application):
        number = deed("张三")
        assert operations.sequence(at=AT) == 1
        assert queries.verify_log().faults == []
        assert queries.receipt(number).entry_id == number
        assert queries.log_status().pending == 0


REFUSED = [
    f"{statement} {table}{rest}"
    for table in ("journal_entry", "journal_leaf", "journal_tile", "journal_checkpoint", "journal_cosignature",
                  "journal_timestamp", "journal_pending")
    for statement, rest in (
        ("DELETE FROM", ""),
        ("TRUNCATE", " CASCADE"),
        ("ALTER TABLE", " DISABLE TRIGGER ALL"),
        ("ALTER TABLE", " ADD COLUMN more integer"),
        ("DROP TABLE", " CASCADE"),
    )
] + [
    "UPDATE journal_entry SET purpose = '改'",
    "UPDATE journal_leaf SET position = 7",
    "UPDATE journal_tile SET hashes = ''",
    "UPDATE journal_checkpoint SET note = ''",
    "UPDATE journal_cosignature SET line = ''",
    "UPDATE journal_pending SET entry_id = 7",
    "INSERT INTO journal_leaf VALUES (9, 9, '')",
    "INSERT INTO journal_tile VALUES (0, 9, '')",
    "INSERT INTO journal_pending VALUES (9)",
    "DROP TRIGGER journal_entry_keep ON journal_entry",
    "DROP TRIGGER journal_entry_wait ON journal_entry",
    "DROP FUNCTION nianlun_journal_keep() CASCADE",
    "CREATE OR REPLACE FUNCTION nianlun_journal_wait() RETURNS trigger LANGUAGE sql AS ''",
    "CREATE TABLE public.mine (n integer)",
    "SET session_replication_role = replica",
    "SET ROLE nianlun_owner",
    "DELETE FROM django_migrations",
]  # fmt: skip


def test_whatever_would_change_or_remove_is_refused_to_the_application(application):
    number = deed("张三")
    operations.sequence(at=AT)
    done: list[str] = []
    with working_as(application), psycopg.connect(**plain()) as link:
        for statement in REFUSED:
            try:
                with link.transaction(force_rollback=True):
                    link.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                continue
            done.append(statement)
    assert done == []
    assert queries.inclusion(number).position == 0


def test_the_application_cannot_place_what_no_entry_says_nor_empty_without_a_decision(application):
    number = deed("张三")
    operations.sequence(at=AT)
    with working_as(application), psycopg.connect(**plain(), autocommit=True) as link:
        for statement in (
            f"SELECT nianlun_journal_place(0, ARRAY[{number}])",
            f"SELECT nianlun_journal_place(1, ARRAY[{number + 1000}])",
            "SELECT nianlun_journal_place(1, '{}')",
            f"SELECT nianlun_journal_empty({number})",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation):
                link.execute(statement)
    assert queries.verify_log().sound


def plain() -> dict[str, Any]:
    parameters = connection.get_connection_params()
    return {
        name: parameters[name]
        for name in ("dbname", "user", "host", "port", "password")
        if name in parameters
    }


def test_migrations_work_as_the_owner_where_the_site_names_one(settings):
    own = connection.settings_dict
    settings.OWNER_URL = f"postgresql://another_owner@/{own['NAME']}?host={own['HOST']}"
    user = own["USER"]
    with as_owner() as application:
        assert (application, connection.settings_dict["USER"]) == (user, "another_owner")
    assert connection.settings_dict["USER"] == user
    settings.OWNER_URL = ""
    with as_owner() as application:
        assert application == ""
