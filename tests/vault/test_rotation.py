"""New class keys, old ones retired only when nothing needs them, and copies of the keys for a rainy day."""

import dataclasses
import json
import os
import signal
import stat
import subprocess
import threading
from datetime import timedelta

import pyrage
import pytest
from django.db import connection
from vault_corpus import ITEM, NOON, OTHER, in_a_child

from nianlun.config.command import main
from nianlun.jobs import operations as jobs
from nianlun.jobs.registry import handlers
from nianlun.journal.models import Entry
from nianlun.kernel.cipher import KeyMissing
from nianlun.vault import copies, key_folder, operations, queries, rotation, sealing
from nianlun.vault.class_keys import ClassKeys, KeyInTheWay
from nianlun.vault.domain import Secrecy
from nianlun.vault.models import StoredObject
from nianlun.vault.stores import open_store

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = Secrecy.WORK_SECRET


@pytest.fixture(autouse=True)
def vault_with_a_copy(settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.VAULT_COPIES = {"offsite": str(tmp_path / "offsite")}
    settings.VAULT_KEYS = tmp_path / "vault-keys.json"
    ClassKeys.create(settings.VAULT_KEYS)


def store(*names):
    for name in names:
        operations.store(name, {"a": name.encode()}, by=None, message="入库", at=NOON, secrecy=SECRET)
    copies.fill("offsite", at=NOON)


def read(name):
    with queries.open_file(name, "a") as stream:
        return stream.read()


def versions(tmp_path):
    """Which class key version each key file of each location names."""
    return [
        sorted(found.key.class_key for found in key_folder.every(open_store(tmp_path / name, create=False)))
        for name in ("vault", "offsite")
    ]


def work(*, at=NOON):
    while job := jobs.lease(kinds=[rotation.REWRAP], holder="test", at=at):
        handlers()[rotation.REWRAP](job, at)


def needed():
    return {(one.secrecy, one.version): one.objects for one in rotation.lines() if one.secrecy is SECRET}


def test_after_a_rotation_every_key_at_every_location_is_wrapped_anew_and_the_old_one_can_go(tmp_path):
    store(ITEM, OTHER)
    sealed = queries.root().path_of(ITEM, "a").read_bytes()
    assert rotation.rotate(SECRET, at=NOON) == 2
    assert needed() == {(SECRET, 1): 2, (SECRET, 2): 0}
    with pytest.raises(KeyInTheWay, match="还有 2 个对象"):
        rotation.retire(SECRET, 1, at=NOON)
    work()
    assert versions(tmp_path) == [[2, 2], [2, 2]]
    rotation.retire(SECRET, 1, at=NOON)
    assert needed() == {(SECRET, 2): 2}
    assert (read(ITEM), read(OTHER)) == (ITEM.encode(), OTHER.encode())
    assert queries.root().path_of(ITEM, "a").read_bytes() == sealed
    told = ["vault.class_key_rotated", "vault.keys_rewrapped", "vault.class_key_retired"]
    assert [Entry.objects.filter(action=action).count() for action in told] == [1, 1, 1]


def test_what_is_stored_after_a_rotation_uses_the_new_key(tmp_path):
    rotation.rotate(SECRET, at=NOON)
    store(ITEM)
    assert (versions(tmp_path), StoredObject.objects.get().key_version) == ([[2], [2]], 2)


def test_the_key_in_use_and_one_that_is_not_there_cannot_be_retired():
    with pytest.raises(KeyInTheWay, match="现用"):
        rotation.retire(SECRET, 1, at=NOON)
    with pytest.raises(KeyMissing):
        rotation.retire(SECRET, 7, at=NOON)


def test_a_location_that_is_away_keeps_the_old_key_needed(tmp_path):
    store(ITEM)
    (tmp_path / "offsite").rename(tmp_path / "unplugged")
    rotation.rotate(SECRET, at=NOON)
    outcome = rotation.rewrap(at=NOON)
    assert (outcome.done, list(outcome.problems)) == (0, [ITEM])
    assert needed()[(SECRET, 1)] == 1
    (tmp_path / "unplugged").rename(tmp_path / "offsite")
    assert rotation.rewrap(at=NOON).done == 1
    assert versions(tmp_path) == [[2], [2]]


def test_a_key_file_the_rows_do_not_know_of_still_keeps_its_class_key(tmp_path):
    store(ITEM)
    rotation.rotate(SECRET, at=NOON)
    StoredObject.objects.update(key_version=2)
    with pytest.raises(KeyInTheWay, match=ITEM):
        rotation.retire(SECRET, 1, at=NOON)


def test_the_background_goes_on_slice_by_slice(monkeypatch, tmp_path):
    monkeypatch.setattr(rotation, "SLICE", 1)
    store(ITEM, OTHER)
    rotation.rotate(SECRET, at=NOON)
    work()
    assert versions(tmp_path) == [[2, 2], [2, 2]]
    entry = Entry.objects.get(action="vault.keys_rewrapped")
    assert (entry.details["objects"], entry.details["left"]) == (2, 0)


def test_a_key_added_while_the_key_files_are_looked_at_outlives_the_retiring_of_another(monkeypatch):
    store(ITEM)
    rotation.rotate(SECRET, at=NOON)
    rotation.rewrap(at=NOON)
    every = key_folder.every

    def rotating_meanwhile(vault):
        if sealing.class_keys().newest(SECRET) == 2:
            rotation.rotate(SECRET, at=NOON)
            rotation.rewrap(at=NOON)
        return every(vault)

    monkeypatch.setattr(key_folder, "every", rotating_meanwhile)
    rotation.retire(SECRET, 1, at=NOON)
    assert set(sealing.class_keys().keys[SECRET]) == {2, 3}
    assert read(ITEM) == ITEM.encode()


def test_of_two_who_change_the_key_file_at_once_neither_loses_the_others_key(monkeypatch, settings):
    replace, begun = ClassKeys.replace, []

    def another_rotates_meanwhile(self, path):
        if not begun:
            begun.append(threading.Thread(target=rotate_aside))
            begun[0].start()
            begun[0].join(0.5)
        replace(self, path)

    def rotate_aside():
        try:
            rotation.rotate(Secrecy.INTERNAL, at=NOON)
        finally:
            connection.close()

    monkeypatch.setattr(ClassKeys, "replace", another_rotates_meanwhile)
    rotation.rotate(SECRET, at=NOON)
    begun[0].join()
    kept = ClassKeys.load(settings.VAULT_KEYS)
    assert (kept.newest(SECRET), kept.newest(Secrecy.INTERNAL)) == (2, 2)


def test_a_copy_that_was_on_its_way_during_a_rotation_does_not_keep_the_old_key_for_ever(tmp_path):
    store(ITEM)
    late = open_store(tmp_path / "offsite", create=False)
    travelling = key_folder.read(late, ITEM)
    rotation.rotate(SECRET, at=NOON)
    rotation.rewrap(at=NOON)
    key_folder.place(late, travelling)
    assert versions(tmp_path) == [[2], [1]]
    rotation.retire(SECRET, 1, at=NOON)
    assert versions(tmp_path) == [[2], [2]]


def test_no_class_key_is_retired_while_a_key_file_cannot_tell_which_it_needs(tmp_path, capsys):
    store(ITEM, OTHER)
    rotation.rotate(SECRET, at=NOON)
    rotation.rewrap(at=NOON)
    open_store(tmp_path / "offsite", create=False).write_extra(key_folder.path_of(ITEM), bytes(300))
    assert main(["vault", "keys", "--retire", "work_secret", "1"]) == 2
    assert "已损坏" in capsys.readouterr().err


def test_a_rotten_key_at_the_primary_location_is_not_handed_on_by_a_rewrap(tmp_path):
    store(ITEM)
    rotation.rotate(SECRET, at=NOON)
    rotation.rewrap(at=NOON)
    good = key_folder.read(open_store(tmp_path / "offsite", create=False), ITEM)
    rotten = dataclasses.replace(good, wrapped=bytes(len(good.wrapped)))
    key_folder.place(queries.root(), rotten)
    StoredObject.objects.update(key_version=1)
    assert list(rotation.rewrap(at=NOON).problems) == [ITEM]
    assert key_folder.read(open_store(tmp_path / "offsite", create=False), ITEM) == good


def test_a_location_away_for_weeks_is_asked_ever_less_often_and_fills_no_journal(tmp_path):
    store(ITEM)
    (tmp_path / "offsite").rename(tmp_path / "unplugged")
    rotation.rotate(SECRET, at=NOON)
    for hours in range(0, 24 * 14, 6):
        work(at=NOON + timedelta(hours=hours))
    told = Entry.objects.filter(action="vault.keys_rewrapped")
    assert [(one.details["objects"], one.details["left"]) for one in told] == [(0, 1)]
    (tmp_path / "unplugged").rename(tmp_path / "offsite")
    work(at=NOON + timedelta(days=15))
    assert versions(tmp_path) == [[2], [2]]
    assert [(one.details["objects"], one.details["left"]) for one in told.order_by("pk")][-1] == (1, 0)


@pytest.mark.slow
def test_killed_anywhere_nothing_becomes_unreadable_and_the_next_call_finishes(tmp_path):
    store(ITEM, OTHER)
    last = 0
    while True:
        rotation.rotate(SECRET, at=NOON)
        newest = sealing.class_keys().newest(SECRET)
        last += 4

        def work_until(steps):
            connection.ensure_connection()
            steps.count_disk()
            rotation.rewrap(at=NOON)

        connection.close()  # a connection must not be shared with the forked process
        code, _ = in_a_child(work_until, last=last)
        assert (read(ITEM), read(OTHER)) == (ITEM.encode(), OTHER.encode())
        rotation.rewrap(at=NOON)
        assert versions(tmp_path) == [[newest] * 2] * 2
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert last > 8


def test_a_lost_key_file_comes_back_from_its_export(settings, tmp_path, capsys):
    store(ITEM)
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity.txt").write_text(f"# 保管人甲\n{identity}\n")
    assert main(["vault", "export-keys", "--to", str(identity.to_public())]) == 0
    (tmp_path / "export.age").write_text(capsys.readouterr().out)
    assert (
        str(identity.to_public())
        in Entry.objects.get(action="vault.class_keys_exported").details["recipients"]
    )
    settings.VAULT_KEYS.unlink()
    with pytest.raises(KeyMissing):
        read(ITEM)
    restore = [
        "vault",
        "import-keys",
        str(tmp_path / "export.age"),
        "--identity",
        str(tmp_path / "identity.txt"),
    ]
    assert main(restore) == 0
    assert "取回了 3 把密钥" in capsys.readouterr().err
    assert read(ITEM) == ITEM.encode()
    assert stat.S_IMODE(settings.VAULT_KEYS.stat().st_mode) == 0o600
    assert main(restore) == 0
    assert "没有改动" in capsys.readouterr().err


def test_an_export_opens_with_the_age_program_too(tmp_path, capsys):
    if not any(os.access(f"{folder}/age", os.X_OK) for folder in os.environ["PATH"].split(":")):
        pytest.skip("没有 age 程序")
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity.txt").write_text(f"{identity}\n")
    main(["vault", "export-keys", "--to", str(identity.to_public())])
    (tmp_path / "export.age").write_text(capsys.readouterr().out)
    opened = subprocess.run(
        ["age", "-d", "-i", str(tmp_path / "identity.txt"), str(tmp_path / "export.age")],
        capture_output=True,
        check=True,
    )
    assert ClassKeys.from_bytes(opened.stdout, name="") == sealing.class_keys()


def test_wrong_identities_foreign_keys_and_rubbish_are_refused_in_a_sentence(settings, tmp_path, capsys):
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    (tmp_path / "mine").write_text(str(mine))
    (tmp_path / "other").write_text(str(other))
    foreign = ClassKeys.create(tmp_path / "foreign-keys").to_bytes()
    (tmp_path / "foreign").write_bytes(pyrage.encrypt(foreign, [mine.to_public()]))
    (tmp_path / "rubbish").write_bytes(pyrage.encrypt(b"{}", [mine.to_public()]))
    before = settings.VAULT_KEYS.read_bytes()
    for file, identity, said in (
        ("foreign", "other", "打不开"),
        ("foreign", "mine", "两边不同"),
        ("rubbish", "mine", "内容不对"),
        ("none", "mine", "读不到"),
    ):
        arguments = ["vault", "import-keys", str(tmp_path / file), "--identity", str(tmp_path / identity)]
        assert main(arguments) == 2
        assert said in capsys.readouterr().err
    assert main(["vault", "export-keys", "--to", "age1wrong"]) == 2
    assert settings.VAULT_KEYS.read_bytes() == before


def test_the_list_of_keys_shows_what_each_is_needed_for(tmp_path, capsys):
    store(ITEM)
    assert main(["vault", "keys", "--rotate", "work_secret"]) == 0
    assert main(["vault", "rewrap"]) == 0
    capsys.readouterr()
    assert main(["vault", "keys", "--json"]) == 0
    told = [one for one in json.loads(capsys.readouterr().out) if one["class"] == "work_secret"]
    assert told == [
        {"class": "work_secret", "version": 1, "newest": False, "objects": 0},
        {"class": "work_secret", "version": 2, "newest": True, "objects": 1},
    ]
    assert main(["vault", "keys", "--retire", "work_secret", "1"]) == 0
    assert main(["vault", "keys", "--retire", "work_secret", "x"]) == 2


def test_a_new_installation_makes_its_keys_without_a_database_and_never_twice(tmp_path, capsys):
    assert main(["vault", "keys", "--create", str(tmp_path / "new.json")]) == 0
    first = (tmp_path / "new.json").read_bytes()
    assert stat.S_IMODE((tmp_path / "new.json").stat().st_mode) == 0o600
    assert main(["vault", "keys", "--create", str(tmp_path / "new.json")]) == 2
    assert (tmp_path / "new.json").read_bytes() == first


def test_a_rotation_keeps_the_mark_of_a_demo(settings):
    settings.VAULT_KEYS.write_text(
        json.dumps({"demo": True, **json.loads(settings.VAULT_KEYS.read_text())})
    )
    rotation.rotate(SECRET, at=NOON)
    assert json.loads(settings.VAULT_KEYS.read_text())["demo"] is True
