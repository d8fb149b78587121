"""The journal only grows, and whoever changes it behind the system's back is found out (S6.1, S6.2)."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from nianlun.journal import domain, operations, queries
from nianlun.journal.models import Entry, Link, Pending

DEED = domain.declare("tests.deed", "做了 {about}")
CHAIN = 31066282612683118  # the advisory lock of whoever extends the chain
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def deed(about: str, **more) -> None:
    with transaction.atomic():
        operations.record(DEED, by=None, about=about, at=AT, **more)


def entry(about: str) -> Entry:
    return Entry.objects.get(about=about)


@contextmanager
def behind_the_back():
    """What a database administrator can do: no trigger, no foreign key."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


@pytest.mark.django_db(transaction=True)
def test_an_entry_needs_the_transaction_of_its_deed():  # S3.2
    with pytest.raises(domain.OutsideTransaction):
        operations.record(DEED, by=None, at=AT)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_an_action_nobody_declared_is_not_recorded():
    with pytest.raises(domain.UndeclaredAction):
        operations.record("tests.never_declared", by=None, at=AT)


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_with_the_deed_that_was_undone():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        operations.record(DEED, by=None, about="undone", at=AT)
        raise ZeroDivisionError
    deed("done")
    assert list(Entry.objects.values_list("about", flat=True)) == ["done"]
    assert queries.verify_chain().sound


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("journal_entry", "UPDATE journal_entry SET purpose = purpose"),
        ("journal_entry", "DELETE FROM journal_entry"),
        ("journal_entry", "TRUNCATE journal_entry CASCADE"),
        ("journal_link", "UPDATE journal_link SET digest = digest"),
        ("journal_link", "DELETE FROM journal_link"),
        ("journal_link", "TRUNCATE journal_link"),
        (
            "journal_pending",
            "TRUNCATE journal_pending",
        ),  # a list to work off, but never to be emptied at a stroke
    ],
)
def test_no_entry_can_be_changed_or_removed(table, statement):  # S6.2
    with transaction.atomic():
        operations.record(DEED, by=None, at=AT)
    operations.extend_chain()
    operations.record(DEED, by=None, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_keep_all")
        with pytest.raises(IntegrityError, match="只增不改"), transaction.atomic():
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_entries_are_linked_right_after_their_commit():
    for about in "abc":
        deed(about)
    assert list(Link.objects.order_by("position").values_list("entry__about", flat=True)) == ["a", "b", "c"]
    assert not Pending.objects.exists()
    report = queries.verify_chain()
    assert (report.sound, report.linked, report.pending) == (True, 3, 0)
    assert report.head == queries.chain_head()


@pytest.mark.django_db(transaction=True)
def test_what_was_not_linked_in_time_is_linked_later():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [CHAIN])

    def other_session() -> None:
        deed("while another session links")
        connection.close()

    thread = threading.Thread(target=other_session)
    thread.start()
    thread.join()
    assert Pending.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [CHAIN])
    deed("next")
    assert not Pending.objects.exists()
    assert queries.verify_chain().linked == 2


@pytest.mark.django_db(transaction=True)
def test_four_writers_at_once_leave_one_whole_chain():
    def write(writer: int) -> None:
        for number in range(10):
            deed(f"{writer}-{number}")
        connection.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    operations.extend_chain()
    report = queries.verify_chain()
    assert (report.sound, report.linked, report.pending) == (True, 40, 0)


@pytest.fixture
def chain(transactional_db: None) -> queries.Head:
    """Five linked entries a to e, and one that waits; the head as it would be noted elsewhere."""
    for about in "abcde":
        deed(about, details={"value": about})
    with behind_the_back() as cursor:
        cursor.execute("SELECT 1")
    return queries.chain_head()


def forge_content(cursor) -> None:
    cursor.execute("UPDATE journal_entry SET purpose = '改过的事由' WHERE about = 'c'")


def forge_content_and_digest(cursor) -> None:
    forged = entry("c")
    forged.purpose = "改过的事由"
    cursor.execute(
        "UPDATE journal_entry SET purpose = %s, digest = %s WHERE about = 'c'",
        [forged.purpose, forged.content().digest()],
    )


def forge_a_link_too(cursor) -> None:
    forge_content_and_digest(cursor)
    link = Link.objects.get(entry__about="c")
    digest = domain.link_digest(
        previous=bytes(link.previous),
        position=link.position,
        entry_id=link.entry_id,
        content=bytes(entry("c").digest),
    )
    cursor.execute("UPDATE journal_link SET digest = %s WHERE position = %s", [digest, link.position])


def remove_entry(cursor) -> None:
    cursor.execute("DELETE FROM journal_entry WHERE about = 'c'")


def remove_entry_and_link(cursor) -> None:
    cursor.execute("DELETE FROM journal_link WHERE entry_id = %s", [entry("c").pk])
    cursor.execute("DELETE FROM journal_entry WHERE about = 'c'")


def swap_contents(cursor) -> None:
    cursor.execute(
        "UPDATE journal_entry SET about = CASE about WHEN 'b' THEN 'c' ELSE 'b' END WHERE about IN ('b', 'c')"
    )


def swap_links(cursor) -> None:
    one, two = entry("b").pk, entry("c").pk
    cursor.execute("UPDATE journal_link SET entry_id = -1 WHERE entry_id = %s", [one])
    cursor.execute("UPDATE journal_link SET entry_id = %s WHERE entry_id = %s", [one, two])
    cursor.execute("UPDATE journal_link SET entry_id = %s WHERE entry_id = -1", [two])


def remove_link_only(cursor) -> None:
    cursor.execute("DELETE FROM journal_link WHERE entry_id = %s", [entry("c").pk])


def slip_in_an_entry(cursor) -> None:
    cursor.execute(
        "INSERT INTO journal_entry (at, role, role_label, name, agency_name, scope, action, about, about_id, purpose,"
        " rows, outcome, address, details, digest) SELECT at, role, role_label, name, agency_name, scope, action,"
        " 'slipped in', about_id, purpose, rows, outcome, address, details, digest FROM journal_entry WHERE about = 'c'"
    )


FORGERIES = [
    forge_content,
    forge_content_and_digest,
    forge_a_link_too,
    remove_entry,
    remove_entry_and_link,
    swap_contents,
    swap_links,
    remove_link_only,
    slip_in_an_entry,
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_every_forgery_is_found_and_the_entry_named(chain, forgery):  # S6.2
    assert queries.verify_chain(known_heads=[chain]).sound
    touched = {
        entry("b").pk,
        entry("c").pk,
        entry("d").pk,
        max(Entry.objects.values_list("pk", flat=True)) + 1,
    }
    with behind_the_back() as cursor:
        forgery(cursor)
    report = queries.verify_chain(known_heads=[chain])
    assert not report.sound
    assert {fault.entry_id for fault in report.faults} <= touched
    assert all(fault.sentence for fault in report.faults)


def test_cutting_off_the_end_shows_by_a_head_noted_elsewhere(chain):  # S6.2
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM journal_link WHERE position >= 4")
        cursor.execute("DELETE FROM journal_entry WHERE about IN ('d', 'e')")
    assert queries.verify_chain().sound  # the chain that is left holds in itself
    report = queries.verify_chain(known_heads=[queries.Head.parse(str(chain))])
    assert [fault.sentence for fault in report.faults] == ["链尾被截：另存的链头在第 5 条，现在只到第 3 条"]


def test_rewriting_the_whole_end_shows_by_a_head_noted_elsewhere(chain):
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM journal_link WHERE position >= 3")
        forge_content_and_digest(cursor)
        cursor.execute(
            "INSERT INTO journal_pending SELECT id FROM journal_entry WHERE about IN ('c', 'd', 'e')"
        )
    operations.extend_chain()
    assert queries.verify_chain().sound
    assert not queries.verify_chain(known_heads=[chain]).sound


def test_an_entry_removed_before_it_was_linked_leaves_its_trace(chain):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [CHAIN])

    def other_session() -> None:
        deed("waiting")
        connection.close()

    thread = threading.Thread(target=other_session)
    thread.start()
    thread.join()
    with behind_the_back() as cursor:
        cursor.execute("DELETE FROM journal_entry WHERE about = 'waiting'")
        cursor.execute("SELECT pg_advisory_unlock(%s)", [CHAIN])
    deed("next")
    report = queries.verify_chain()
    assert [fault.sentence for fault in report.faults] == ["入链之前已被删除"]
