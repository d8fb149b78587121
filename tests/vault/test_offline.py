"""The key on offline media only: closed everywhere, brought back only by the key that opens the object."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests import factories
from vault_corpus import ITEM, NOON, OTHER

from nianlun.access.domain import Refused
from nianlun.jobs import operations as jobs
from nianlun.jobs.registry import handlers
from nianlun.journal.models import Entry
from nianlun.vault import copies, key_folder, operations, queries, sealing, settling
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy
from nianlun.vault.models import StoredObject
from nianlun.vault.ocfl import Damaged
from nianlun.vault.ocfl.beside import offline_file
from nianlun.vault.presence import Offline
from nianlun.vault.stores import open_store

pytestmark = pytest.mark.django_db(transaction=True)
MEDIUM = "B001-2026-003A"
THIRD = "urn:uuid:0190b2b4-0000-7000-8000-000000000003"


@pytest.fixture(autouse=True)
def vault_with_a_copy(settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.VAULT_COPIES = {"offsite": str(tmp_path / "offsite")}
    settings.PRIVATE = tmp_path / "private"
    settings.VAULT_KEYS = tmp_path / "vault-keys.json"
    ClassKeys.create(settings.VAULT_KEYS)


@pytest.fixture
def keeper():
    return factories.staff("keeper")


def store(files, *, secrecy=Secrecy.WORK_SECRET):
    operations.store(ITEM, files, by=None, message="入库", at=NOON, secrecy=secrecy)
    copies.fill("offsite", at=NOON)


def work(*, at=NOON):
    """Do every job that is due about keys; how many there were."""
    done = 0
    while job := jobs.lease(kinds=[settling.SETTLE], holder="test", at=at):
        handlers()[settling.SETTLE](job, at)
        done += 1
    return done


def offsite(tmp_path):
    return open_store(tmp_path / "offsite", create=False)


def keys(tmp_path):
    return [key_folder.read(s, ITEM) is not None for s in (queries.root(), offsite(tmp_path))]


def test_an_object_taken_offline_is_closed_at_every_location(keeper, tmp_path):
    store({"a": b"1"})
    data_key = operations.key_for_media(ITEM)
    operations.take_offline(ITEM, medium=MEDIUM, by=keeper, at=NOON)
    with pytest.raises(Offline):
        queries.open_file(ITEM, "a")
    assert {p.location for p in settling.pending()} == {"primary", "offsite"}
    assert work() == 2
    assert (keys(tmp_path), settling.pending()) == ([False, False], [])
    assert MEDIUM in queries.absence(ITEM)
    mark = json.loads(offsite(tmp_path).read_extra(offline_file(ITEM)))
    assert (mark["object"], mark["medium"]) == (ITEM, MEDIUM)
    for store_ in (queries.root(), offsite(tmp_path)):
        assert [f for f in store_.verify(ITEM) if f.is_damage] == []
    with pytest.raises(Offline, match=MEDIUM):
        store({"a": b"2"})
    with pytest.raises(Offline):
        operations.key_for_media(ITEM)

    operations.bring_back(ITEM, data_key, by=keeper, at=NOON + timedelta(days=1))
    with queries.open_file(ITEM, "a") as stream:
        assert stream.read() == b"1"
    work(at=NOON + timedelta(days=1))
    assert keys(tmp_path) == [True, True]
    assert offsite(tmp_path).read_extra(offline_file(ITEM)) is None
    assert queries.absence(ITEM) == ""
    said = Entry.objects.filter(action__in=["vault.object_taken_offline", "vault.object_brought_back"])
    assert said.count() == 2


def test_that_an_object_is_offline_is_said_while_the_primary_location_is_away(keeper, tmp_path):
    store({"a": b"1"})
    operations.take_offline(ITEM, medium=MEDIUM, by=keeper, at=NOON)
    work()
    assert MEDIUM in queries.absence(ITEM)
    (tmp_path / "vault").rename(tmp_path / "unmounted")
    (tmp_path / "vault").write_text("a file where the folder should be")
    assert "离线介质台账" in queries.absence(ITEM)
    with pytest.raises(Offline):
        queries.open_file(ITEM, "a")


def test_a_wrong_key_brings_nothing_back(keeper, tmp_path):
    store({"a": b"1"})
    operations.take_offline(ITEM, medium=MEDIUM, by=keeper, at=NOON)
    work()
    with pytest.raises(Damaged):
        operations.bring_back(ITEM, bytes(32), by=keeper, at=NOON)
    assert (StoredObject.objects.get().state, keys(tmp_path)) == ("offline", [False, False])


def test_what_is_not_sealed_cannot_go_offline_and_what_is_online_cannot_come_back(keeper):
    store({"a": b"1"}, secrecy=Secrecy.INTERNAL)
    with pytest.raises(sealing.NotSealed):
        operations.take_offline(ITEM, medium=MEDIUM, by=keeper, at=NOON)
    with pytest.raises(sealing.NotOffline):
        operations.bring_back(ITEM, bytes(32), by=keeper, at=NOON)


def test_only_a_keeper_moves_keys():
    store({"a": b"1"})
    with pytest.raises(Refused):
        operations.take_offline(ITEM, medium=MEDIUM, by=factories.staff("archivist"), at=NOON)


def test_a_location_that_does_not_answer_is_listed_and_follows_when_it_is_back(keeper, tmp_path):
    store({"a": b"1"})
    (tmp_path / "offsite").rename(tmp_path / "unplugged")
    operations.take_offline(ITEM, medium=MEDIUM, by=keeper, at=NOON)
    assert work() == 2
    (left,) = settling.pending(ITEM)
    assert (left.location, left.since) == ("offsite", NOON)
    assert "档案库" in left.problem
    assert work(at=NOON + timedelta(minutes=2)) == 1
    (tmp_path / "unplugged").rename(tmp_path / "offsite")
    assert work(at=NOON + timedelta(hours=1)) == 1
    assert (settling.pending(), keys(tmp_path)) == ([], [False, False])


def test_who_comes_back_before_a_late_location_heard_of_it_stays_online_there(keeper, tmp_path):
    store({"a": b"1"})
    data_key = operations.key_for_media(ITEM)
    operations.take_offline(ITEM, medium=MEDIUM, by=keeper, at=NOON)
    operations.bring_back(ITEM, data_key, by=keeper, at=NOON + timedelta(seconds=1))
    work(at=NOON + timedelta(seconds=2))
    assert keys(tmp_path) == [True, True]


def test_a_key_left_by_a_return_that_failed_or_by_a_store_that_never_was_is_swept(keeper, tmp_path):
    store({"a": b"1"})
    data_key = operations.key_for_media(ITEM)
    operations.take_offline(ITEM, medium=MEDIUM, by=keeper, at=NOON)
    work()
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.bring_back(ITEM, data_key, by=keeper, at=NOON)
        raise RuntimeError("a later step of the caller failed")
    never = key_folder.WrappedKey.wrap(
        bytes(32), object_id=OTHER, secrecy=Secrecy.WORK_SECRET, keys=sealing.class_keys()
    )
    key_folder.place(queries.root(), never)
    operations.store(THIRD, {"a": b"3"}, by=None, message="入库", at=NOON, secrecy=Secrecy.WORK_SECRET)
    operations.sweep(by=None, at=NOON)
    assert [found.key.object_id for found in key_folder.every(queries.root())] == [THIRD]
    assert Entry.objects.get(action="vault.stray_keys_swept").details["count"] == 2
    with pytest.raises(Offline):
        queries.open_file(ITEM, "a")


class Killed(BaseException):
    pass


def in_a_thread(work):
    """Run it beside us, with a connection of its own, to its end."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_a_sweep_takes_no_key_whose_object_is_just_being_stored(monkeypatch):
    put = type(queries.root()).put

    def swept_before(self, *arguments, **named):
        in_a_thread(lambda: operations.sweep(by=None, at=NOON))
        put(self, *arguments, **named)
        raise Killed  # before anything could be mended

    monkeypatch.setattr(type(queries.root()), "put", swept_before)
    with pytest.raises(Killed):
        operations.store(ITEM, {"a": b"1"}, by=None, message="入库", at=NOON, secrecy=Secrecy.WORK_SECRET)
    monkeypatch.undo()
    assert queries.orphans() == [ITEM]
    operations.store(ITEM, {"a": b"1"}, by=None, message="入库", at=NOON, secrecy=Secrecy.WORK_SECRET)
    with queries.open_file(ITEM, "a") as stream:
        assert stream.read() == b"1"


def test_a_store_that_begins_while_the_sweep_takes_the_key_left_there_gets_a_key_of_its_own(monkeypatch):
    left = key_folder.WrappedKey.wrap(
        bytes(32), object_id=ITEM, secrecy=Secrecy.WORK_SECRET, keys=sealing.class_keys()
    )
    key_folder.place(queries.root(), left)
    holds, begun = type(queries.root()).holds, []

    def storing_meanwhile(self, object_id):
        found = holds(self, object_id)
        if object_id == ITEM and not begun:
            writer = threading.Thread(target=write)
            begun.append(writer)
            writer.start()
            writer.join(0.5)
        return found

    def write():
        try:
            operations.store(
                ITEM, {"a": b"1"}, by=None, message="入库", at=NOON, secrecy=Secrecy.WORK_SECRET
            )
        finally:
            connection.close()

    monkeypatch.setattr(type(queries.root()), "holds", storing_meanwhile)
    operations.sweep(by=None, at=NOON)
    begun[0].join()
    with queries.open_file(ITEM, "a") as stream:
        assert stream.read() == b"1"


def test_a_broken_key_file_hides_no_stray_one_and_goes_only_if_no_object_needs_it(keeper, tmp_path):
    store({"a": b"1"})
    operations.store(OTHER, {"a": b"2"}, by=None, message="入库", at=NOON, secrecy=Secrecy.WORK_SECRET)
    never = key_folder.WrappedKey.wrap(
        bytes(32), object_id=THIRD, secrecy=Secrecy.WORK_SECRET, keys=sealing.class_keys()
    )
    root = queries.root()
    key_folder.place(root, never)
    cut_off, unknown = (f"nianlun-keys/{n}/{n * 32}.json" for n in ("00", "01"))
    root.write_extra(cut_off, bytes(300))  # a removal that was killed after it had overwritten the key
    root.write_extra(unknown, b'{"format": "nianlun-key/1", "obj')
    operations.take_offline(ITEM, medium=MEDIUM, by=keeper, at=NOON)
    for name in (ITEM, OTHER):
        root.write_extra(key_folder.path_of(name), b"rot")
    operations.sweep(by=None, at=NOON)
    needed = key_folder.path_of(OTHER)
    assert {found.path for found in key_folder.every(root)} == {needed, unknown}
    swept = [set(one.details["objects"]) for one in Entry.objects.filter(action="vault.stray_keys_swept")]
    assert sorted(swept, key=len) == [
        {ITEM},
        {THIRD, cut_off, key_folder.path_of(ITEM)},
    ]  # offsite, primary
    assert set(Entry.objects.get(action="vault.broken_keys_found").details["objects"]) == {needed, unknown}
