"""The storage root and the key files are enough: the database made again equals the one that was lost."""

import base64
import json
import shutil
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
import small_archive
from django.core.management import call_command
from django.test import override_settings
from small_archive import dump

from nianlun.access.domain import Role
from nianlun.access.models import Account
from nianlun.access.operations import add_account
from nianlun.archives.models import CodeSequence, Item
from nianlun.evidence.models import Considered, Fact, Ruling
from nianlun.jobs.models import Job
from nianlun.journal.checkpoint_files import CheckpointFiles
from nianlun.journal.models import Entry
from nianlun.vault import keeping, queries, rebuilding
from nianlun.vault.models import ObjectCopy, StoredObject
from nianlun.vault.ocfl import StorageRoot
from nianlun.vault.rebuilding import InUse, rebuild

pytestmark = pytest.mark.django_db(transaction=True)
LATER = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


class Lost(NamedTuple):
    """An archive whose database is gone: its stores, the names of its items, and what its rows were."""

    places: Any
    objects: dict[str, str]
    rows: dict[str, list[dict[str, Any]]]
    accounts: dict[int, str]

    def damage(self, name):
        """Flip a bit of an original at the primary location."""
        path = StorageRoot(self.places / "vault").path_of(self.objects[name], "original.jpg")
        raw = bytearray(path.read_bytes())
        raw[-1] ^= 1
        path.write_bytes(raw)


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker, tmp_path_factory):
    """The archive is made once; every test gets copies of its stores and an empty database."""
    places = tmp_path_factory.mktemp("filled")
    copies = {"offsite": str(places / "offsite")}
    with django_db_blocker.unblock(), override_settings(VAULT_ROOT=places / "vault", VAULT_COPIES=copies):
        try:
            items = small_archive.fill()
            accounts = dict(Account.objects.values_list("pk", "name"))
            yield Lost(places, {n: f"urn:nianlun:item:{i}" for n, i in items.items()}, dump(), accounts)
        finally:
            lose_the_database()


@pytest.fixture
def lost(filled, settings, tmp_path):
    lose_the_database()
    shutil.copytree(filled.places, tmp_path / "stores")
    settings.VAULT_ROOT = tmp_path / "stores" / "vault"
    settings.VAULT_COPIES = {"offsite": str(tmp_path / "stores" / "offsite")}
    return filled._replace(places=tmp_path / "stores")


def lose_the_database():
    call_command("flush", interactive=False, verbosity=0)


def test_what_was_filed_examined_and_ruled_comes_back_as_it_was(lost):
    report = rebuild(at=LATER)
    assert report.unreadable == ()
    assert report.counts == {
        "objects": 6, "items": 5, "persons": 2, "claims": 6, "rulings": 3, "facts": 3, "postings": 6, "cases": 0,
    }  # fmt: skip
    assert dump() == lost.rows


def test_the_copy_alone_is_enough_and_the_primary_location_is_filled_again(lost):
    shutil.rmtree(lost.places / "vault")
    assert rebuild(source=str(lost.places / "offsite"), at=LATER).unreadable == ()
    assert dump() == lost.rows
    hired = lost.objects["hired"]
    with queries.open_file(hired, "original.jpg") as stream:
        assert stream.read() == b"\xff\xd8" + hired.removeprefix("urn:nianlun:item:").encode()


def test_a_rebuild_of_the_rebuilt_writes_nothing_and_gives_the_same(lost):
    rebuild(at=LATER)
    assert keeping.count_behind() == 0
    for name, files in keeping.files_of(lost.objects.values()).items():
        for path, content in files.items():
            with queries.open_file(name, path) as stream:
                assert stream.read() == content
    rebuild(at=LATER)
    assert dump() == lost.rows
    lose_the_database()
    rebuild(at=LATER)
    assert dump() == lost.rows


def test_a_damaged_object_is_named_and_what_rests_on_others_still_comes(lost):
    lost.damage("card")
    (left_out,) = rebuild(at=LATER).unreadable
    assert left_out.object_id == lost.objects["card"] and "original.jpg" in left_out.reason
    there = {"hired", "earlier", "complaint", "public"}
    assert set(Item.objects.values_list("vault_object", flat=True)) == {lost.objects[n] for n in there}
    assert Ruling.objects.count() == 3 and Fact.objects.count() == 3
    assert not Considered.objects.filter(claim__item__vault_object=lost.objects["card"]).exists()


def test_numbers_that_a_lost_item_may_have_held_are_never_given_again(lost):
    lost.damage("earlier")  # the last one of its volume
    rebuild(at=LATER)
    after = dict(CodeSequence.objects.values_list("prefix", "last"))
    before = {row["prefix"]: row["last"] for row in lost.rows["archives.CodeSequence"]}
    assert all(after[prefix] >= last for prefix, last in before.items())


def test_what_one_store_lacks_the_other_brings_and_nothing_comes_twice(lost):
    lost.damage("card")
    rebuild(at=LATER)
    shutil.rmtree(StorageRoot(lost.places / "vault").folder_of(lost.objects["card"]))
    assert rebuild(source=str(lost.places / "offsite"), at=LATER).unreadable == ()
    assert dump() == lost.rows


@pytest.mark.parametrize("behind", [["hired"], ["card"], ["earlier"], ["hired", "card"]])
def test_of_two_items_that_tell_of_a_ruling_the_one_that_knows_more_counts(lost, behind):
    """The system died before the new ruling was written with every item that it considered."""
    root = StorageRoot(lost.places / "vault")
    for name in behind:
        then = {"evidence.json": evidence_before_the_second_ruling(root, lost.objects[name])}
        author = {"author_name": "年轮系统", "author_address": "urn:nianlun:system"}
        root.put(lost.objects[name], then, message="旧的一版", at=LATER, **author)
    assert rebuild(at=LATER).unreadable == ()
    told = dump()
    for table in ("evidence.Ruling", "evidence.Considered", "evidence.Fact"):
        assert told[table] == lost.rows[table], table


def evidence_before_the_second_ruling(root, name):
    head = root.inventory(name).number
    for number in range(head, 0, -1):
        with root.open(name, "evidence.json", number) as stream:
            raw = stream.read()
        states = [r["state"] for r in json.loads(raw)["rulings"] if r["kind"] == "birth_date"]
        if states in ([], ["in_force"]):
            return raw
    raise AssertionError(f"{name} never told of the first ruling alone")


def test_a_rebuild_cut_off_goes_on_where_it_stopped(lost, monkeypatch):
    restore, left = rebuilding._restore_content, iter(range(7))

    def dies(*args, **words):
        if next(left, None) is None:
            raise KeyboardInterrupt
        restore(*args, **words)

    monkeypatch.setattr(rebuilding, "_restore_content", dies)
    with pytest.raises(KeyboardInterrupt):
        rebuild(at=LATER)
    assert 0 < StoredObject.objects.count() < 6
    monkeypatch.undo()
    assert rebuild(at=LATER).unreadable == ()
    assert dump() == lost.rows


def test_a_trial_leaves_the_database_empty(lost):
    for source in ("", str(lost.places / "offsite")):
        report = rebuild(source=source, at=LATER, dry_run=True)
        assert report.counts["items"] == 5 and report.unreadable == ()
        assert not StoredObject.objects.exists() and not Entry.objects.exists()


def test_a_database_in_use_is_left_alone(lost):
    account("wanghai")
    with pytest.raises(InUse, match="没有动它"):
        rebuild(at=LATER)
    assert not StoredObject.objects.exists()


def test_once_people_work_with_it_again_nothing_more_is_rebuilt(lost):
    rebuild(at=LATER)
    account("wanghai")
    with pytest.raises(InUse):
        rebuild(at=LATER)


def test_sealed_objects_without_their_class_key_are_listed_with_their_class(lost, settings, tmp_path):
    settings.VAULT_KEYS = tmp_path / "lost.json"
    (left_out,) = rebuild(at=LATER).unreadable
    assert (left_out.object_id, left_out.secrecy) == (lost.objects["complaint"], "工作秘密")
    assert "密钥" in left_out.reason


def test_people_come_back_as_names_that_cannot_sign_in_and_numbers_are_not_given_again(lost):
    rebuild(at=LATER)
    rows = list(Account.objects.all())
    assert {row.pk: row.name for row in rows} == lost.accounts
    assert not any(row.is_active or row.has_usable_password() or row.scope for row in rows)
    assert account("wanghai") > max(lost.accounts)


def test_the_new_journal_begins_with_the_rebuild_and_what_follows_is_worked_out_again(lost):
    rebuild(at=LATER)
    entries = list(Entry.objects.order_by("pk").values_list("action", flat=True))
    assert entries == ["vault.rebuild_begun", "vault.rebuilt"]
    assert "没有找到它的检查点" in Entry.objects.earliest("pk").details["log"]
    assert Job.objects.filter(kind="evidence.person_changed", state="waiting").count() == 2
    small_archive.work()
    assert not Job.objects.filter(state="failed").exists()
    assert set(ObjectCopy.objects.values_list("location", "problem")) == {("primary", ""), ("offsite", "")}


def test_the_first_entry_names_where_the_lost_log_stood(lost, settings, tmp_path):
    settings.CHECKPOINTS = tmp_path / "checkpoints"
    root = base64.b64encode(bytes(range(32))).decode()
    note = f"nianlun.example/journal\n421\n{root}\n\n— nianlun.example/journal AAAA\n"
    CheckpointFiles(settings.CHECKPOINTS).append(note, day=LATER.date())
    rebuild(at=LATER)
    told = Entry.objects.earliest("pk").details["log"]
    assert "nianlun.example/journal 第 421 条" in told and bytes(range(32)).hex() in told


def test_no_identity_number_lies_in_plain_in_the_files_kept(lost):
    number = small_archive.NUMBER.encode()
    assert [p for p in (lost.places / "vault").rglob("*.json") if number in p.read_bytes()] == []


def test_a_record_that_is_no_record_is_named(lost):
    """Such as one that somebody wrote by hand and stored as a proper version."""
    StorageRoot(lost.places / "vault").put(
        lost.objects["public"],
        {"record.json": json.dumps({"format": "nianlun-record/1"}).encode()},
        message="手工",
        author_name="某人",
        author_address="urn:x:1",
        at=LATER,
    )
    (left_out,) = rebuild(at=LATER).unreadable
    assert left_out.object_id == lost.objects["public"] and "record.json" in left_out.reason
    assert not StoredObject.objects.filter(object_id=left_out.object_id).exists()


def account(username):
    return add_account(
        by=None,
        username=username,
        name="王海",
        role=Role.ARCHIVIST,
        scope="13",
        agency_name="",
        password=None,
        until=LATER.replace(year=2126),  # not before the test is run
        at=LATER,
    )
