"""An entry stands and falls with its deed, and nobody changes it afterwards (S3.2, S6.2)."""

import pytest
from django.db import IntegrityError, connection, transaction
from tests.journal.logs import AT, DEED, deed, entry

from nianlun.journal import domain, operations
from nianlun.journal.models import Entry, Pending
from nianlun.kernel.receipts import entry_digest


@pytest.mark.django_db(transaction=True)
def test_an_entry_needs_the_transaction_of_its_deed():  # S3.2
    with pytest.raises(domain.OutsideTransaction):
        operations.record(DEED, by=None, at=AT)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_an_action_nobody_declared_is_not_recorded():
    with pytest.raises(domain.UndeclaredAction):
        operations.record("tests.never_declared", by=None, at=AT)


@pytest.mark.django_db
def test_an_entry_goes_with_the_deed_that_was_undone():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        operations.record(DEED, by=None, about="undone", at=AT)
        raise ZeroDivisionError
    deed("done")
    assert list(Entry.objects.values_list("about", flat=True)) == ["done"]
    assert Pending.objects.count() == 1


@pytest.mark.django_db
def test_the_digest_covers_what_is_read_back_and_a_salt_of_its_own():
    deed("a", details={"值": {"甲": [1, None, "二"], "b": True}}, purpose="核对缴费")
    deed("a", details={"值": {"甲": [1, None, "二"], "b": True}}, purpose="核对缴费")
    one, two = Entry.objects.order_by("pk")
    for row in (one, two):
        assert entry_digest(row.content().said(), salt=bytes(row.salt)) == bytes(row.digest)
    assert len(bytes(one.salt)) == domain.SALT_BYTES
    assert bytes(one.digest) != bytes(two.digest)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET purpose = purpose",
        "UPDATE journal_entry SET action = 'journal.emptied', salt = '', details = '{}', about = ''",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry CASCADE",
        "UPDATE journal_leaf SET hash = hash",
        "DELETE FROM journal_leaf",
        "TRUNCATE journal_leaf",
        "UPDATE journal_tile SET hashes = substr(hashes, 2)",
        "DELETE FROM journal_tile",
        "TRUNCATE journal_tile",
        "UPDATE journal_checkpoint SET note = note",
        "DELETE FROM journal_checkpoint",
        "TRUNCATE journal_checkpoint CASCADE",
        "TRUNCATE journal_pending",
    ],
)
def test_even_the_owner_of_the_tables_changes_and_removes_nothing(statement):  # S6.2
    number = deed("a")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO journal_leaf VALUES (0, %s, '\\x00')", [number])
        cursor.execute("INSERT INTO journal_tile VALUES (0, 0, '\\x0001')")
        cursor.execute("INSERT INTO journal_checkpoint VALUES (1, '\\x00', now(), 'log', 'note')")
        table = statement.replace("DELETE FROM", "UPDATE").split()[1]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_keep_all")
        with pytest.raises(IntegrityError, match="只增不改"), transaction.atomic():
            cursor.execute(statement)
    assert entry("a").pk == number
