"""The most sensitive objects: unreadable on the disk, checked without a key, read through the vault as ever."""

import hashlib
import io
import json
import signal
import stat
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from vault_corpus import ITEM, NOON, OTHER, in_a_child

from nianlun.kernel.cipher import KeyMissing
from nianlun.vault import key_folder, operations, private, queries, sealing
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy
from nianlun.vault.models import ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl import BadName, Damaged
from nianlun.vault.ocfl.check_root import verify_root

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + "职工工资变动审批表".encode() * 3


@pytest.fixture(autouse=True)
def vault_of_its_own(settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.PRIVATE = tmp_path / "private"
    settings.VAULT_KEYS = tmp_path / "vault-keys.json"
    ClassKeys.create(settings.VAULT_KEYS)


def store(files, *, object_id=ITEM, replace=False, secrecy=Secrecy.WORK_SECRET):
    return operations.store(
        object_id, files, by=None, message="入库", at=NOON, replace_state=replace, secrecy=secrecy
    )


def read(name, *, object_id=ITEM, version=None):
    with queries.open_file(object_id, name, version=version) as stream:
        return stream.read()


def bytes_on_disk(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_a_work_secret_is_read_through_the_vault_and_nowhere_else(settings, cipher):
    settings.VAULT_CIPHER = cipher
    line = store({"original.pdf": PDF})
    (file,) = line.files
    assert (file.sha512, file.size) == (hashlib.sha512(PDF).hexdigest(), len(PDF))
    assert file.media_type == "application/pdf"
    assert read("original.pdf") == PDF
    assert PDF[9:40] not in bytes_on_disk(settings.VAULT_ROOT)
    assert (settings.VAULT_ROOT, queries.is_sealed(ITEM)) == (queries.root().path, True)


def test_a_validator_without_keys_finds_the_object_whole(settings):
    store({"original.pdf": PDF})
    settings.VAULT_KEYS.unlink()
    assert verify_root(settings.VAULT_ROOT).findings == ()


def test_other_classes_lie_as_they_are(settings):
    store({"a": PDF}, secrecy=Secrecy.INTERNAL)
    assert PDF in bytes_on_disk(settings.VAULT_ROOT)
    assert not queries.is_sealed(ITEM)
    settings.VAULT_SEALED = {"internal", "work_secret"}
    store({"a": PDF}, object_id=OTHER, secrecy=Secrecy.INTERNAL)
    assert queries.is_sealed(OTHER)


def test_the_same_content_again_adds_nothing_and_a_change_adds_one_version():
    store({"a": b"1", "b": b"2"})
    assert store({"a": b"1"}).versions == 1
    assert store({"a": io.BytesIO(b"1"), "b": b"2"}, replace=True).versions == 1
    assert store({"a": b"changed"}).versions == 2
    assert store({"b": b"2"}, replace=True).versions == 3
    assert [f.logical_path for f in queries.files(ITEM)] == ["b"]
    assert (read("a", version=1), read("a", version=2), read("b")) == (b"1", b"changed", b"2")


def test_later_versions_keep_the_class_whatever_the_caller_says(settings):
    store({"a": b"1"})
    store({"record.json": PDF}, secrecy=Secrecy.PUBLIC)
    assert StoredObject.objects.get().secrecy == "work_secret"
    assert PDF not in bytes_on_disk(settings.VAULT_ROOT)


def test_an_object_that_lies_open_is_not_taken_for_sealed():
    with pytest.raises(RuntimeError), transaction.atomic():
        store({"a": PDF}, secrecy=Secrecy.INTERNAL)
        raise RuntimeError
    with pytest.raises(sealing.Unsealed, match="没有加密"):
        store({"a": PDF})
    assert StoredObject.objects.count() == 0


def test_an_orphan_is_adopted_as_what_it_was_stored_as():
    with pytest.raises(RuntimeError), transaction.atomic():
        store({"a": PDF})
        raise RuntimeError
    assert queries.orphans() == [ITEM]
    store({"a": PDF}, secrecy=Secrecy.INTERNAL)
    row = StoredObject.objects.get()
    assert (row.versions, row.secrecy, row.key_version) == (1, "work_secret", 1)
    assert read("a") == PDF


def test_a_source_that_changes_while_it_is_stored_is_refused():
    class Moving(io.BytesIO):
        def seek(self, at, whence=0, /):
            self.getbuffer()[0] += 1
            return super().seek(at, whence)

    with pytest.raises(sealing.Changed, match="没有存入"):
        store({"a": Moving(b"1234")})
    assert (queries.orphans(), StoredObject.objects.count()) == ([], 0)


def test_the_reserved_name_and_no_file_at_all_are_refused():
    for files in ({}, {"manifest-plain.json": b"1"}):
        with pytest.raises(BadName):
            store(files)


@pytest.mark.parametrize("place", range(0, 60, 7))
def test_a_flipped_byte_never_comes_out_as_content(place):
    store({"a": PDF})
    path = queries.root().path_of(ITEM, "a")
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(Damaged):
        read("a")


def test_one_objects_file_cannot_stand_in_for_anothers():
    store({"a": b"11", "b": b"22"})
    store({"a": b"33"}, object_id=OTHER)
    root = queries.root()
    root.path_of(ITEM, "a").write_bytes(root.path_of(ITEM, "b").read_bytes())
    with pytest.raises(Damaged):
        read("a")
    moved = root.read_extra(key_folder.path_of(OTHER))
    root.write_extra(key_folder.path_of(ITEM), moved)
    with pytest.raises(Damaged, match="密钥文件"):
        read("b")


def test_without_the_class_keys_nothing_opens_and_the_sentence_says_what_is_missing(settings):
    store({"a": b"1"})
    settings.VAULT_KEYS.unlink()
    with pytest.raises(KeyMissing, match="从保管处恢复"):
        read("a")


def test_without_its_key_file_an_object_says_so():
    store({"a": b"1"})
    key_folder.remove(queries.root(), ITEM)
    with pytest.raises(Damaged, match="密钥文件不见了"):
        read("a")


def test_a_parser_gets_a_private_file_that_is_gone_afterwards(settings):
    store({"original.pdf": PDF})
    with queries.reading_path(ITEM, "original.pdf") as path:
        assert (path.read_bytes(), path.suffix, path.parent) == (PDF, ".pdf", settings.PRIVATE)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        second = path.with_name("linked")
        second.hardlink_to(path)
    assert not path.exists()
    assert second.read_bytes() == bytes(len(PDF))  # overwritten, not only unlinked
    store({"a": PDF}, object_id=OTHER, secrecy=Secrecy.INTERNAL)
    with queries.reading_path(OTHER, "a") as path:
        assert path == queries.root().path_of(OTHER, "a")


def test_what_a_killed_parser_left_is_swept_and_a_working_one_is_left_alone(settings, tmp_path):
    def work(steps):
        with private.private_file(io.BytesIO(PDF), suffix=".pdf"):
            steps.step()

    assert in_a_child(work, last=1)[0] == -signal.SIGKILL
    assert [p.read_bytes() for p in settings.PRIVATE.iterdir()] == [PDF]
    with private.private_file(io.BytesIO(b"1"), suffix="") as mine:
        assert list(settings.PRIVATE.iterdir()) == [mine]
        assert private.sweep() == 0
    assert list(settings.PRIVATE.iterdir()) == []


def test_two_first_writers_of_one_object_agree_on_its_key():
    root = queries.root()
    keys = sealing.class_keys()
    wrapped = [
        key_folder.WrappedKey.wrap(bytes([n]) * 32, object_id=ITEM, secrecy=Secrecy.WORK_SECRET, keys=keys)
        for n in (1, 2)
    ]
    placed = [key_folder.place_first(root, each) for each in wrapped]
    assert placed == [wrapped[0], wrapped[0]]


def test_a_key_file_tells_a_stranger_only_which_class_key_is_needed(settings):
    store({"a": b"1"})
    content = json.loads(queries.root().read_extra(key_folder.path_of(ITEM)))
    assert (content["object"], content["class"], content["class_key"]) == (ITEM, "work_secret", 1)
    assert sealing.data_key(queries.root(), ITEM).hex() not in json.dumps(content)


states = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from([b"", b"1", b"2"]), min_size=1)


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.tuples(states, st.booleans()), min_size=1, max_size=4))
def test_a_sealed_object_has_the_same_versions_as_one_that_is_not(calls, settings, tmp_path_factory):
    settings.VAULT_ROOT = tmp_path_factory.mktemp("v") / "vault"
    with transaction.atomic():
        for files, replace in calls:
            sealed = store(files, replace=replace)
            plain = store(files, object_id=OTHER, replace=replace, secrecy=Secrecy.PUBLIC)
            assert sealed.versions == plain.versions
        fields = ("logical_path", "version", "until_version", "sha512", "sm3", "size", "media_type")
        of = [
            list(StoredFile.objects.filter(object__object_id=i).order_by(*fields).values_list(*fields))
            for i in (ITEM, OTHER)
        ]
        assert of[0] == of[1]
        for path, number, *_ in of[0]:
            assert read(path, version=number) == read(path, object_id=OTHER, version=number)
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_the_object_is_readable_or_named_and_no_key_is_lost(tmp_path, settings):
    def write(vault, last):
        def work(steps):
            settings.VAULT_ROOT = vault
            queries.root()
            connection.ensure_connection()
            steps.count_disk()
            store({"a": b"1" * 100})

        connection.close()  # a connection must not be shared with the forked process
        return in_a_child(work, last=last)

    code, total = write(tmp_path / "whole", 0)
    assert code == 0
    for last in range(1, total + 1, 3):
        ObjectCopy.objects.all().delete()
        StoredFile.objects.all().delete()
        StoredObject.objects.all().delete()
        settings.VAULT_ROOT = tmp_path / f"killed{last}"
        assert write(settings.VAULT_ROOT, last)[0] == -signal.SIGKILL
        root = queries.root()
        assert [f.code for f in verify_root(root.path).findings if f.is_damage] == []
        for object_id in root.object_ids():
            assert sealing.contents(root, object_id, key=sealing.data_key(root, object_id))
        store({"a": b"1" * 100})
        assert read("a") == b"1" * 100


def test_the_folder_for_private_files_is_nobody_elses(settings):
    private.sweep()
    assert stat.S_IMODE(Path(settings.PRIVATE).stat().st_mode) == 0o700
