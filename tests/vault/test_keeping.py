"""What is known of an item lies with it soon after it changes, in one version for many changes, and none is missed."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from tests import factories

from nianlun.jobs import operations as jobs
from nianlun.jobs.models import Job
from nianlun.jobs.registry import handlers
from nianlun.vault import keeping, operations, queries
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy
from nianlun.vault.keeping import Keeping
from nianlun.vault.models import KeptRecord, StoredObject
from nianlun.vault.record_text import NotARecord, read, written

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
NAME = "urn:example:note:1"


@pytest.fixture(autouse=True)
def note(settings, tmp_path, monkeypatch):
    """A component that keeps one word with each of its objects; the test changes the word."""
    settings.VAULT_ROOT = tmp_path / "vault"
    word = {"word": "一"}
    kept = Keeping(
        prefix="urn:example:note:",
        file_name="note.json",
        form="note/1",
        gather=lambda ids: {name: dict(word) for name in ids},
        restore=lambda content: None,
        counts=dict,
        finish=lambda at, unreadable: None,
    )
    monkeypatch.setattr(keeping, "keepings", lambda: [kept])
    return word


@pytest.fixture
def stored(db):
    files = {"original.txt": b"1", **keeping.files_of([NAME])[NAME]}
    operations.store(NAME, files, by=None, message="入库", at=NOON)


def kept_word():
    with queries.open_file(NAME, "note.json") as stream:
        return read(stream.read(), form="note/1")["word"]


def write():
    keeping.write(KeptRecord.objects.get().pk, at=NOON)


def versions():
    return StoredObject.objects.get().versions


def test_ten_changes_in_a_row_make_one_version_after_the_quiet_time(stored, note):
    for seconds in range(10):
        keeping.changed([NAME], at=NOON + timedelta(seconds=seconds))
    note["word"] = "二"
    (job,) = Job.objects.filter(kind=keeping.KEEP_RECORD)
    assert job.due_at == NOON + keeping.QUIET
    assert [b.object_id for b in keeping.behind()] == [NAME]
    write()
    assert (kept_word(), versions(), keeping.behind()) == ("二", 2, [])


def test_a_change_after_the_writing_is_written_too(stored, note):
    for word in ("二", "三"):
        keeping.changed([NAME], at=NOON)
        note["word"] = word
        write()
    assert (kept_word(), versions()) == ("三", 3)
    assert Job.objects.filter(kind=keeping.KEEP_RECORD).count() == 2


@pytest.fixture
def offline(note, settings, tmp_path, db):
    """The object with its key on a medium only; calling it brings the object back."""
    settings.VAULT_KEYS = tmp_path / "vault-keys.json"
    ClassKeys.create(settings.VAULT_KEYS)
    files = {"original.txt": b"1", **keeping.files_of([NAME])[NAME]}
    operations.store(NAME, files, by=None, message="入库", at=NOON, secrecy=Secrecy.WORK_SECRET)
    key, keeper = operations.key_for_media(NAME), factories.staff("keeper")
    operations.take_offline(NAME, medium="B013-2026-001-A", by=keeper, at=NOON)
    return lambda: operations.bring_back(NAME, key, by=keeper, at=NOON + timedelta(days=2))


def work(*, after):
    """Do the jobs that are due; how many there were."""
    done = 0
    while job := jobs.lease(kinds=[keeping.KEEP_RECORD], holder="test", at=NOON + after):
        handlers()[job.kind](job, NOON + after)
        done += 1
    return done


def test_changes_of_an_object_that_is_offline_are_written_once_it_is_back(offline, note):
    keeping.changed([NAME], at=NOON)
    assert work(after=timedelta(days=1)) == 1
    keeping.changed([NAME], at=NOON + timedelta(days=1))
    note["word"] = "二"
    assert work(after=timedelta(days=1, minutes=1)) == 1
    assert (keeping.count_behind(), versions()) == (1, 1)
    offline()
    assert work(after=timedelta(days=3)) == 1
    assert (keeping.count_behind(), kept_word(), versions()) == (0, "二", 2)
    keeping.changed([NAME], at=NOON + timedelta(days=3))
    note["word"] = "三"
    assert work(after=timedelta(days=4)) == 1
    assert (keeping.count_behind(), kept_word()) == (0, "三")


def test_a_change_after_one_that_could_not_be_written_is_tried_again(stored, note):
    keeping.changed([NAME], at=NOON)
    job = jobs.lease(kinds=[keeping.KEEP_RECORD], holder="test", at=NOON + timedelta(days=1))
    jobs.fail(job, sentence="磁盘已满", at=NOON + timedelta(days=1), for_good=True)
    keeping.changed([NAME], at=NOON + timedelta(days=1))
    note["word"] = "二"
    assert work(after=timedelta(days=2)) == 1
    assert (keeping.count_behind(), kept_word()) == (0, "二")


def test_of_what_was_destroyed_nothing_waits_to_be_written(stored):
    keeping.changed([NAME], at=NOON)
    StoredObject.objects.update(state=StoredObject.State.DESTROYED)
    assert (keeping.count_behind(), keeping.behind()) == (0, [])


def test_a_change_that_changes_nothing_kept_makes_no_version(stored):
    keeping.changed([NAME], at=NOON)
    write()
    assert (versions(), keeping.count_behind()) == (1, 0)


def test_what_is_not_stored_yet_is_kept_by_whoever_stores_it(db):
    keeping.changed([NAME], at=NOON)
    assert not KeptRecord.objects.exists() and not Job.objects.filter(kind=keeping.KEEP_RECORD).exists()


def test_what_an_older_program_stored_is_caught_up_with(db):
    operations.store(NAME, {"original.txt": b"1"}, by=None, message="入库", at=NOON)
    assert keeping.catch_up(at=NOON) == 1
    write()
    assert (kept_word(), keeping.catch_up(at=NOON)) == ("一", 0)


@pytest.mark.django_db(transaction=True)
def test_a_change_under_way_while_the_file_is_written_is_waited_for(note):
    """Were it not, the writer would count a change as written that it has not seen."""
    files = {"original.txt": b"1", **keeping.files_of([NAME])[NAME]}
    operations.store(NAME, files, by=None, message="入库", at=NOON)
    keeping.changed([NAME], at=NOON)
    begun, waits = threading.Event(), threading.Event()

    def change():
        with transaction.atomic():
            keeping.changed([NAME], at=NOON)
            begun.set()
            waits.wait(2)
            note["word"] = "改后"
        connection.close()

    changing = threading.Thread(target=change)
    changing.start()
    assert begun.wait(10)
    threading.Timer(0.3, waits.set).start()
    with transaction.atomic():
        write()
    changing.join()
    assert (kept_word(), keeping.behind()) == ("改后", [])


def test_equal_content_is_equal_bytes_whatever_order_it_came_in():
    one, other = {"format": "x/1", "b": [{"y": 1, "x": 2}], "a": None}, {"a": None, "b": [{"x": 2, "y": 1}]}
    assert written(one) == written({**other, "format": "x/1"})
    assert read(written(one), form="x/1") == one


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"format": "x/2"}', b"[" * 100_000])
def test_what_is_no_record_of_the_form_is_refused_in_a_sentence(raw):
    with pytest.raises(NotARecord):
        read(raw, form="x/1")
