"""Copies at further locations: they follow, they say why they do not, and they catch up."""

import dataclasses
import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest
from tests import factories
from vault_corpus import ITEM, NOON, OTHER

from nianlun.access.domain import Refused
from nianlun.jobs import operations as jobs
from nianlun.jobs import queries as queued
from nianlun.jobs.registry import handlers
from nianlun.vault import (
    copies,
    destroying,
    destruction_rules,
    holdings,
    locations,
    operations,
    queries,
    settling,
)
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy
from nianlun.vault.models import ObjectCopy
from nianlun.vault.ocfl.beside import destroyed_file, key_file
from nianlun.vault.ocfl.faults import NoSpace
from nianlun.vault.ocfl.folder_store import FolderStore

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_locations(settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.VAULT_COPIES = {"offsite": str(tmp_path / "offsite")}


def store(files, *, object_id=ITEM):
    return operations.store(object_id, files, by=None, message="入库", at=NOON)


def work(*, at=NOON, times=20):
    """Do the jobs that are due; how many there were."""
    for done in range(times):
        job = jobs.lease(kinds=[copies.COPY_OBJECT, copies.CATCH_UP], holder="test", at=at)
        if job is None:
            return done
        handlers()[job.kind](job, at)
    raise AssertionError("the jobs never end")


def copy_at(location="offsite", object_id=ITEM):
    return ObjectCopy.objects.get(object__object_id=object_id, location=location)


def place(name="offsite"):
    return next(line for line in holdings.places() if line.name == name)


def sound(location="offsite"):
    return locations.open_for_reading(location).verify(ITEM) == []


def test_a_copy_follows_the_primary_version_by_version():
    store({"a": b"1"})
    assert (copy_at("primary").version, copy_at().version, place().behind) == (1, 0, 1)
    assert work() == 1
    assert (copy_at().version, copy_at().written_at, place().behind) == (1, NOON, 0)
    store({"a": b"2"})
    assert place().behind == 1
    work()
    assert copy_at().version == 2
    assert sound()
    with locations.open_for_reading("offsite").open(ITEM, "a") as stream:
        assert stream.read() == b"2"


def test_the_same_content_again_queues_nothing():
    store({"a": b"1"})
    work()
    store({"a": b"1"})
    assert work() == 0


def test_a_location_that_is_away_is_behind_and_says_why_until_it_is_back(tmp_path):
    store({"a": b"1"})
    work()
    (tmp_path / "offsite").rename(tmp_path / "unmounted")
    (tmp_path / "offsite").mkdir()  # what an unmounted disk leaves
    store({"b": b"2"}, object_id=OTHER)
    assert work() == 1
    assert "磁盘是否挂上" in copy_at(object_id=OTHER).problem
    assert "磁盘是否挂上" in place().problem
    assert list((tmp_path / "offsite").iterdir()) == []
    later = NOON + copies.PAUSES[0]
    assert work(at=later) == 1  # tried again, in vain
    assert work(at=later) == 0  # and not at once again
    shutil.rmtree(tmp_path / "offsite")
    (tmp_path / "unmounted").rename(tmp_path / "offsite")
    assert work(at=later + copies.PAUSES[-1]) == 1
    assert (copy_at(object_id=OTHER).version, copy_at(object_id=OTHER).problem) == (1, "")
    assert (place().behind, place().problem) == (0, "")
    assert queued.unfinished() == []


def test_an_object_damaged_at_the_primary_is_not_copied_and_does_not_stop_the_others():
    with copies.in_bulk(at=NOON):
        store({"a": b"1"})
        store({"b": b"2"}, object_id=OTHER)
    (page,) = queries.root().folder_of(ITEM).glob("v1/content/*a*")
    page.write_bytes(b"x")
    work()
    assert copy_at().version == 0
    assert ITEM in copy_at().problem
    assert copy_at(object_id=OTHER).version == 1
    assert queued.unfinished(kind_prefix=copies.CATCH_UP)[0].due_at == NOON + copies.PAUSES[0]


@pytest.fixture
def destroy(monkeypatch):
    """Asked for, approved and settled at every location."""
    monkeypatch.setattr(destruction_rules, "_guards", [])
    people = factories.staff("archivist"), factories.staff("leader")

    def done():
        asked = destroying.propose(ITEM, "销毁清册 1 号", by=people[0], at=NOON)
        destroying.decide(asked, approve=True, by=people[1], at=NOON)
        settle()

    return done


def settle(*, at=NOON):
    while job := jobs.lease(kinds=[settling.SETTLE], holder="test", at=at):
        handlers()[job.kind](job, at)


def test_what_was_destroyed_while_it_was_on_its_way_does_not_arrive(destroy, monkeypatch):
    store({"a": b"1"})
    pk, receive = copy_at().object_id, FolderStore.receive

    def late(self, shipment, *, before):
        sent = {path: list(shipment.chunks(path)) for path in shipment.files}
        destroy()
        place = SimpleNamespace(chunks=lambda path: iter(sent[path]))
        receive(self, dataclasses.replace(shipment, source=place), before=before)

    monkeypatch.setattr(FolderStore, "receive", late)
    arrival = copies.bring_up(pk, "offsite")  # killed before anybody could note it
    assert "已依法销毁" in arrival.problem
    offsite = locations.open_for_reading("offsite")
    assert not offsite.holds(ITEM)
    assert offsite.read_extra(destroyed_file(ITEM)) is not None


def test_a_key_that_arrived_without_its_object_is_taken_away(destroy, settings, tmp_path, monkeypatch):
    settings.VAULT_KEYS = tmp_path / "vault-keys.json"
    ClassKeys.create(settings.VAULT_KEYS)
    operations.store(ITEM, {"a": b"1"}, by=None, message="入库", at=NOON, secrecy=Secrecy.WORK_SECRET)
    key = locations.open_for_reading("primary").read_extra(key_file(ITEM))

    def offsite_key():
        return locations.open_for_reading("offsite").read_extra(key_file(ITEM))

    def carried_and_refused(name, *, target, **others):
        destroy()
        target.write_extra(key_file(name), key)
        raise NoSpace("磁盘已满。")

    monkeypatch.setattr(copies, "copy_object", carried_and_refused)
    arrival = copies.bring_up(copy_at().object_id, "offsite")
    assert (arrival.problem, offsite_key()) == ("磁盘已满。", key)
    copies.note([arrival], at=NOON + timedelta(seconds=1))
    settle(at=NOON + timedelta(seconds=1))
    assert offsite_key() is None


def test_what_is_stored_in_bulk_follows_in_one_job_for_each_location():
    with copies.in_bulk(at=NOON):
        for number in range(5):
            store({"a": b"%d" % number}, object_id=f"urn:nianlun:item:{number}")
    assert [line.kind for line in queued.unfinished()] == [copies.CATCH_UP]
    work()
    assert place().behind == 0


def test_many_objects_catch_up_in_slices(monkeypatch):
    monkeypatch.setattr(copies, "SLICE_OBJECTS", 2)
    with copies.in_bulk(at=NOON):
        for number in range(5):
            store({"a": b"%d" % number}, object_id=f"urn:nianlun:item:{number}")
    assert work() == 3
    assert place().behind == 0


def test_a_location_added_later_is_filled_and_can_be_interrupted(settings, tmp_path, monkeypatch):
    for number in range(5):
        store({"a": b"%d" % number}, object_id=f"urn:nianlun:item:{number}")
    settings.VAULT_COPIES = {"second": str(tmp_path / "second")}
    monkeypatch.setattr(copies, "SLICE_OBJECTS", 2)
    assert place("second").behind == 5

    class Killed(BaseException):
        pass

    def interrupt(done, total):
        raise Killed

    with pytest.raises(Killed):
        copies.fill("second", at=NOON, each=interrupt)
    assert place("second").behind == 3
    told = []
    assert copies.fill("second", at=NOON, each=lambda done, total: told.append((done, total))) == []
    assert (place("second").behind, told[-1]) == (0, (3, 3))


def test_a_location_taken_from_the_settings_stays_on_record(settings):
    store({"a": b"1"})
    work()
    settings.VAULT_COPIES = {}
    assert (place().configured, place().objects) == (False, 1)
    store({"a": b"2"})
    assert work() == 0
    assert copy_at().version == 1


def test_a_location_nobody_has_set_up_is_refused():
    keeper = factories.staff("keeper")
    with pytest.raises(locations.NotConfigured, match="NIANLUN_VAULT_COPIES"):
        copies.request_catch_up("moon", by=keeper, at=NOON)
    with pytest.raises(Refused):
        copies.request_catch_up("offsite", by=factories.staff("clerk"), at=NOON)


def test_who_does_not_want_to_wait_has_it_tried_now(tmp_path):
    (tmp_path / "offsite").write_text("a file where the folder should be")
    store({"a": b"1"})
    work()
    (tmp_path / "offsite").unlink()
    copies.request_catch_up("offsite", by=factories.staff("keeper"), at=NOON + timedelta(seconds=1))
    work(at=NOON + timedelta(seconds=1))
    assert copy_at().version == 1


def test_an_address_shows_no_secrets(settings):
    settings.VAULT_COPIES = {"bucket": "s3://key:secret@bucket/prefix?endpoint=http://10.0.0.1&token=x"}
    assert locations.location("bucket").shown == "s3://bucket/prefix"
