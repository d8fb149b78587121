"""Destruction: two people, nothing resting on it, for good, and told apart from damage ever after (S2.5)."""

import json
import shutil
from datetime import timedelta

import pytest
from django.db import transaction
from tests import factories
from vault_corpus import ITEM, NOON, OTHER

from nianlun.access.domain import Refused
from nianlun.jobs import operations as jobs
from nianlun.jobs.registry import handlers
from nianlun.journal.models import Entry
from nianlun.vault import (
    checking,
    copies,
    destroying,
    destruction_rules,
    incidents,
    key_folder,
    operations,
    queries,
    settling,
)
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.destroying import Hindered
from nianlun.vault.domain import Secrecy
from nianlun.vault.models import Destruction, ObjectCopy, StoredObject
from nianlun.vault.ocfl import NotStored
from nianlun.vault.ocfl.beside import destroyed_file
from nianlun.vault.ocfl.check_root import verify_root
from nianlun.vault.ocfl.findings import GONE
from nianlun.vault.presence import Destroyed
from nianlun.vault.stores import open_store

pytestmark = pytest.mark.django_db(transaction=True)
AUTHORITY = "销毁清册 2026-01，市人社局备案 12 号"
CONTENT = "丧葬补助金申领表".encode() * 4


@pytest.fixture(autouse=True)
def vault_with_a_copy(settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.VAULT_COPIES = {"offsite": str(tmp_path / "offsite")}
    settings.VAULT_KEYS = tmp_path / "vault-keys.json"
    ClassKeys.create(settings.VAULT_KEYS)


@pytest.fixture
def archivist():
    return factories.staff("archivist", name="李档案")


@pytest.fixture
def leader():
    return factories.staff("leader", name="王局长")


def store(*, secrecy=Secrecy.INTERNAL, object_id=ITEM, content=CONTENT):
    operations.store(object_id, {"a.txt": content}, by=None, message="入库", at=NOON, secrecy=secrecy)
    copies.fill("offsite", at=NOON)


def work(*, at=NOON):
    while job := jobs.lease(kinds=[settling.SETTLE], holder="test", at=at):
        handlers()[settling.SETTLE](job, at)


def stores(tmp_path):
    return [open_store(tmp_path / name, create=False) for name in ("vault", "offsite")]


def bytes_below(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("secrecy", [Secrecy.INTERNAL, Secrecy.WORK_SECRET])
def test_what_two_people_destroy_is_gone_at_every_location_and_no_damage(
    archivist, leader, tmp_path, secrecy
):
    store(secrecy=secrecy)
    store(object_id=OTHER, content=b"stays")
    asked = destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    assert [line.id for line in destroying.waiting()] == [asked]
    destroying.decide(asked, approve=True, by=leader, at=NOON)
    with pytest.raises(Destroyed, match="李档案提出、王局长批准"):
        queries.open_file(ITEM, "a.txt")
    assert {p.location for p in settling.pending(ITEM)} == {"primary", "offsite"}
    work()
    assert settling.pending() == []
    for one in stores(tmp_path):
        assert key_folder.read(one, ITEM) is None
        mark = json.loads(one.read_extra(destroyed_file(ITEM)))
        assert (mark["object"], mark["authority"], mark["approved_by"]) == (ITEM, AUTHORITY, "王局长")
        assert mark["files"][0]["sha512"] == queries.files(ITEM)[0].sha512
        report = verify_root(one.path)
        assert [f for f in report.findings if f.is_damage] == []
    for location in ("primary", "offsite"):
        told_by_check = checking.verify(None, location=location, at=NOON).findings
        assert [(f.object, f.code) for f in told_by_check] == [(ITEM, GONE)]
    assert CONTENT not in bytes_below(tmp_path)
    with queries.open_file(OTHER, "a.txt") as stream:
        assert stream.read() == b"stays"
    told = Entry.objects.get(action="vault.object_destroyed")
    assert told.about_id == ITEM
    assert Destruction.objects.get().digests == mark["files"]


def test_damage_to_an_object_that_is_then_destroyed_waits_for_nobody(archivist, leader, tmp_path):
    store()
    next((tmp_path / "vault").rglob("v1/content/0*")).write_bytes(b"rot")
    checking.verify(None, at=NOON)
    asked = destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    destroying.decide(asked, approve=True, by=leader, at=NOON)
    [incident] = incidents.incidents(object_id=ITEM)
    assert (incident.is_open, incident.state_label, incident.restored_by) == (False, "对象已销毁", "王局长")
    assert Entry.objects.filter(action="vault.incident_of_destroyed", about_id=ITEM).count() == 1
    work()
    checked = ObjectCopy.objects.get(location="primary")
    later = NOON + timedelta(days=1)
    checking.verify(None, at=later)
    assert not Entry.objects.filter(action="vault.found_whole").exists()
    assert ObjectCopy.objects.get(location="primary").checked_at == checked.checked_at == NOON


def test_a_destroyed_object_takes_no_new_version_and_no_second_destruction(archivist, leader):
    store()
    asked = destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    destroying.decide(asked, approve=True, by=leader, at=NOON)
    destroying.decide(asked, approve=True, by=leader, at=NOON)
    with pytest.raises(Destroyed):
        store()
    with pytest.raises(Hindered, match="已经销毁"):
        destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    with pytest.raises(Hindered, match="已由王局长处理"):
        destroying.decide(asked, approve=False, reason="误批", by=leader, at=NOON)
    assert Entry.objects.filter(action="vault.object_destroyed").count() == 1


def test_one_person_alone_destroys_nothing(archivist, leader, monkeypatch):
    store()
    with pytest.raises(Refused):
        destroying.propose(ITEM, AUTHORITY, by=leader, at=NOON)
    asked = destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    with pytest.raises(Refused, match="不能批准销毁"):
        destroying.decide(asked, approve=True, by=archivist, at=NOON)
    monkeypatch.setattr(destroying, "authorize", lambda *_: None)
    with pytest.raises(Refused, match="两个人"):
        destroying.decide(asked, approve=True, by=archivist, at=NOON)
    assert StoredObject.objects.get().state == "online"


def test_asking_twice_is_one_request_and_a_refused_one_can_be_asked_again(archivist, leader):
    store()
    asked = destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    assert destroying.propose(ITEM, "另一份依据", by=archivist, at=NOON) == asked
    with pytest.raises(Hindered, match="理由"):
        destroying.decide(asked, approve=False, reason=" ", by=leader, at=NOON)
    destroying.decide(asked, approve=False, reason="还有诉讼", by=leader, at=NOON)
    assert destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON + timedelta(days=1)) != asked
    assert [line.state_label for line in destroying.of_object(ITEM)] == ["待批准", "不同意"]
    assert [line.reason for line in destroying.of_object(ITEM)] == ["", "还有诉讼"]


def test_without_an_authority_or_an_object_there_is_nothing_to_ask(archivist):
    store()
    for authority in ("", " \n ", "清" * 301):
        with pytest.raises(Hindered, match="销毁依据"):
            destroying.propose(ITEM, authority, by=archivist, at=NOON)
    with pytest.raises(NotStored):
        destroying.propose("urn:nianlun:item:none", AUTHORITY, by=archivist, at=NOON)


def test_what_others_rest_on_is_not_destroyed_even_if_that_came_up_after_the_request(
    archivist, leader, monkeypatch
):
    store()
    asked = destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    found = ["有 3 条主张出自这件档案。", ""]
    monkeypatch.setattr(destruction_rules, "_guards", [lambda _, *, by, on: found[0]])
    with pytest.raises(Hindered, match="3 条主张"):
        destroying.decide(asked, approve=True, by=leader, at=NOON)
    assert (StoredObject.objects.get().state, Destruction.objects.get().state) == ("online", "proposed")
    monkeypatch.setattr(destruction_rules, "_guards", [lambda _, *, by, on: found[1]])
    destroying.decide(asked, approve=True, by=leader, at=NOON)
    assert StoredObject.objects.get().state == "destroyed"


def test_a_location_that_was_away_loses_it_when_it_is_back(archivist, leader, tmp_path):
    store()
    (tmp_path / "offsite").rename(tmp_path / "unplugged")
    asked = destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    destroying.decide(asked, approve=True, by=leader, at=NOON)
    work()
    assert [p.location for p in settling.pending()] == ["offsite"]
    assert CONTENT in bytes_below(tmp_path / "unplugged")
    (tmp_path / "unplugged").rename(tmp_path / "offsite")
    work(at=NOON + timedelta(hours=2))
    assert (settling.pending(), CONTENT in bytes_below(tmp_path)) == ([], False)


def test_what_a_restore_set_aside_goes_too(archivist, leader, tmp_path):
    store()
    primary, offsite = stores(tmp_path)
    from nianlun.vault.ocfl.transfer import restore_object

    restore_object(ITEM, good=offsite, damaged=primary)
    asked = destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    destroying.decide(asked, approve=True, by=leader, at=NOON)
    work()
    assert CONTENT not in bytes_below(tmp_path)
    assert list((tmp_path / "vault" / "extensions" / "nianlun-set-aside").iterdir()) == []


def test_a_copy_that_was_under_way_while_its_object_was_destroyed_is_undone(archivist, leader, tmp_path):
    operations.store(ITEM, {"a.txt": CONTENT}, by=None, message="入库", at=NOON)
    pk = StoredObject.objects.get().pk
    arrival = copies.bring_up(pk, "offsite")
    asked = destroying.propose(ITEM, AUTHORITY, by=archivist, at=NOON)
    destroying.decide(asked, approve=True, by=leader, at=NOON)
    (tmp_path / "offsite").rename(tmp_path / "not-yet")
    open_store(tmp_path / "offsite")
    work()
    shutil.rmtree(tmp_path / "offsite")
    (tmp_path / "not-yet").rename(tmp_path / "offsite")  # the bytes arrive after the location was settled
    with transaction.atomic():
        copies.note([arrival], at=NOON + timedelta(seconds=5))
    work(at=NOON + timedelta(seconds=5))
    assert CONTENT not in bytes_below(tmp_path)
