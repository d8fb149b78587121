"""Putting a whole copy in place of a damaged one: once, from one that is whole now, the damaged one kept."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from tests import factories
from vault_corpus import ITEM, NOON, OTHER

from nianlun.access.domain import NotVisible, Refused
from nianlun.jobs import operations as jobs
from nianlun.jobs.registry import handlers
from nianlun.journal.models import Entry
from nianlun.kernel.identifiers import uuid7
from nianlun.vault import checking, copies, incidents, locations, operations, queries, restoring, settling
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy
from nianlun.vault.models import ObjectCopy, StoredFile
from nianlun.vault.ocfl.beside import key_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def object_with_a_copy(settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.VAULT_COPIES = {"offsite": str(tmp_path / "offsite")}
    operations.store(ITEM, {"a": b"1"}, by=None, message="入库", at=NOON)
    operations.store(ITEM, {"b": b"2"}, by=None, message="补充", at=NOON)
    copies.fill("offsite", at=NOON)


@pytest.fixture
def keeper(db):
    return factories.staff("keeper", name="石磊")


def store_at(location):
    return locations.open_for_reading(location)


def damage(location, *, byte=b"x"):
    (page,) = store_at(location).folder_of(ITEM).glob("v1/content/*a*")
    page.write_bytes(byte)
    return page


def settle(*, at):
    while job := jobs.lease(kinds=[settling.SETTLE], holder="test", at=at):
        handlers()[job.kind](job, at)


def found_damaged(location="primary"):
    checking.verify(None, location=location, at=NOON)
    [incident] = incidents.incidents(only_open=True)
    return incident


@pytest.mark.parametrize(("broken", "whole"), [("primary", "offsite"), ("offsite", "primary")])
def test_a_damaged_copy_is_restored_from_the_other(broken, whole, keeper):
    damage(broken)
    done = restoring.restore(found_damaged(broken).id, by=keeper, at=NOON)
    assert (done.is_open, done.restored_from, done.restored_by) == (False, whole, "石磊")
    assert store_at(broken).verify(ITEM) == []
    copy = ObjectCopy.objects.get(location=broken)
    assert (copy.version, copy.sound, copy.checked_at) == (2, True, NOON)
    assert checking.verify(None, location=broken, at=NOON).sound
    assert Entry.objects.filter(action="vault.restored", about_id=ITEM).count() == 1


def test_the_damaged_original_is_kept_as_it_was_found(keeper, tmp_path):
    damage("primary", byte="被改过".encode())
    done = restoring.restore(found_damaged().id, by=keeper, at=NOON)
    (kept,) = (tmp_path / done.kept_at).glob("v1/content/*a*")
    assert kept.read_bytes() == "被改过".encode()


def test_a_missing_object_is_restored_too(keeper, tmp_path):
    store_at("primary").folder_of(ITEM).rename(tmp_path / "aside")
    assert restoring.restore(found_damaged().id, by=keeper, at=NOON).restored_from == "offsite"
    with queries.open_file(ITEM, "a") as stream:
        assert stream.read() == b"1"


def test_where_nothing_is_whole_nothing_is_done_and_where_else_to_look_is_said(keeper, monkeypatch):
    damage("primary")
    incident = found_damaged()
    page = damage("offsite")
    monkeypatch.setattr(restoring, "restore_sources", [lambda object_id: "介质 B013-2026-001-A 上有。"])
    with pytest.raises(restoring.NothingWhole, match=r"offsite：.*B013-2026-001-A"):
        restoring.restore(incident.id, by=keeper, at=NOON)
    assert page.read_bytes() == b"x"
    assert incidents.open_count() == 1


def test_a_copy_that_is_behind_is_no_source(keeper):
    operations.store(ITEM, {"c": b"3"}, by=None, message="再补", at=NOON)
    damage("primary")
    with pytest.raises(restoring.NothingWhole, match="只到第 2 版，共 3 版"):
        restoring.restore(found_damaged().id, by=keeper, at=NOON)


def test_a_copy_whole_in_itself_but_unlike_the_rows_is_no_source(keeper):
    damage("primary")
    incident = found_damaged()
    StoredFile.objects.filter(logical_path="a").update(sm3="0" * 64)
    with pytest.raises(restoring.NothingWhole, match="与记录的摘要不符"):
        restoring.restore(incident.id, by=keeper, at=NOON)


def test_a_disk_that_was_only_away_needs_no_other_copy(keeper, tmp_path):
    folder = store_at("primary").folder_of(ITEM)
    folder.rename(tmp_path / "aside")
    incident = found_damaged()
    (tmp_path / "aside").rename(folder)
    done = restoring.restore(incident.id, by=keeper, at=NOON)
    assert (done.restored_from, done.kept_at) == (incidents.BY_ITSELF, "")


def test_a_second_press_finds_it_done(keeper):
    damage("primary")
    incident = found_damaged()
    restoring.restore(incident.id, by=keeper, at=NOON)
    with pytest.raises(Refused, match="石磊"):
        restoring.restore(incident.id, by=keeper, at=NOON)
    assert Entry.objects.filter(action="vault.restored").count() == 1


def test_who_may_not_and_what_is_not_there(keeper):
    damage("primary")
    incident = found_damaged()
    for role in ("auditor", "clerk", "leader"):
        with pytest.raises(Refused):
            restoring.restore(incident.id, by=factories.staff(role), at=NOON)
    with pytest.raises(NotVisible):
        restoring.restore(uuid7(), by=keeper, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_archivists_at_the_same_moment_restore_it_once():
    damage("primary")
    incident = found_damaged()
    people = [factories.staff("archivist", name=name) for name in ("王海", "赵琳")]
    outcomes = []
    start = threading.Barrier(2)

    def press(who):
        try:
            start.wait()
            restoring.restore(incident.id, by=who, at=NOON)
            outcomes.append("restored")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[who]) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "restored"]
    assert Entry.objects.filter(action="vault.restored").count() == 1


def test_killed_before_its_end_the_repeated_call_tells_what_the_first_one_did(
    keeper, tmp_path, monkeypatch
):
    damage("primary", byte="被改过".encode())
    incident = found_damaged()

    class Killed(BaseException):
        pass

    def kill(*args, **named):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(restoring, "_close", kill)
        restoring.restore(incident.id, by=keeper, at=NOON)
    assert store_at("primary").verify(ITEM) == []
    done = restoring.restore(incident.id, by=keeper, at=NOON)
    assert done.restored_from == "offsite"
    (kept,) = (tmp_path / done.kept_at).glob("v1/content/*a*")
    assert kept.read_bytes() == "被改过".encode()


def test_a_restore_that_failed_takes_no_credit_when_the_disk_comes_back(keeper, tmp_path):
    folder = store_at("primary").folder_of(ITEM)
    folder.rename(tmp_path / "away")
    incident = found_damaged()
    damage("offsite")
    with pytest.raises(restoring.NothingWhole):
        restoring.restore(incident.id, by=keeper, at=NOON)
    (tmp_path / "away").rename(folder)
    done = restoring.restore(incident.id, by=keeper, at=NOON)
    assert (done.restored_from, done.kept_at) == (incidents.BY_ITSELF, "")


def test_a_restored_object_whose_key_is_offline_stays_without_it(keeper, tmp_path, settings):
    settings.VAULT_KEYS = tmp_path / "vault-keys.json"
    ClassKeys.create(settings.VAULT_KEYS)
    operations.store(OTHER, {"a": b"1"}, by=None, message="入库", at=NOON, secrecy=Secrecy.WORK_SECRET)
    copies.fill("offsite", at=NOON)
    (tmp_path / "offsite").rename(tmp_path / "unplugged")
    operations.take_offline(OTHER, medium="B013-2026-001-A", by=keeper, at=NOON)
    settle(at=NOON)
    (page,) = store_at("primary").folder_of(OTHER).glob("v1/content/*a*")
    page.write_bytes(b"x")
    incident = found_damaged()
    (tmp_path / "unplugged").rename(tmp_path / "offsite")  # with the key, which nobody has taken away yet
    assert restoring.restore(incident.id, by=keeper, at=NOON).restored_from == "offsite"
    assert store_at("primary").read_extra(key_file(OTHER)) is None
    settle(at=NOON + timedelta(days=1))
    assert [store_at(name).read_extra(key_file(OTHER)) for name in ("primary", "offsite")] == [None, None]
    assert "B013-2026-001-A" in queries.absence(OTHER)


def test_from_a_store_that_is_no_location(keeper, tmp_path):
    damage("primary")
    incident = found_damaged()
    done = restoring.restore_from(
        incident.id, good=store_at("offsite"), source="介质 B013-2026-001-A", by=keeper, at=NOON
    )
    assert done.restored_from == "介质 B013-2026-001-A"
    assert checking.verify(None, at=NOON).sound
