"""Objects and their rows: together, or findable and mendable (S8.1)."""

import shutil
import signal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vault_corpus import ITEM, NOON, OTHER, in_a_child, put

from nianlun.journal.models import Entry
from nianlun.vault import checking, operations, queries, runs
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy
from nianlun.vault.models import FixityRun, Incident, ObjectCopy, StoredFile, StoredObject
from nianlun.vault.ocfl import BadName, Damaged, NotStored, StorageRoot
from nianlun.vault.ocfl.faults import Unreachable

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
PDF = b"%PDF-1.7\n"


@pytest.fixture(autouse=True)
def vault_of_its_own(settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"


def store(files, *, object_id=ITEM, replace=False):
    return operations.store(object_id, files, by=None, message="入库", at=NOON, replace_state=replace)


def sound(object_id):
    return ObjectCopy.objects.get(object__object_id=object_id, location="primary").sound


def rows():
    fields = ("object__object_id", "logical_path", "version", "until_version")
    return list(StoredFile.objects.order_by(*fields).values_list(*fields))


def journaled(action):
    return Entry.objects.filter(action=action).count()


def test_what_was_stored_is_listed_and_can_be_opened():
    line = store({"1.png": PNG, "原件.pdf": PDF})
    assert [(f.logical_path, f.version, f.size, f.media_type) for f in line.files] == [
        ("1.png", 1, 28, "image/png"),
        ("原件.pdf", 1, 9, "application/pdf"),
    ]
    assert (line.versions, sound(ITEM), line.stored_at) == (1, None, NOON)
    with queries.open_file(ITEM, "原件.pdf") as stream:
        assert stream.read() == PDF
    assert queries.objects_holding(line.files[0].sha512) == [ITEM]
    assert journaled("vault.object_stored") == 1


def test_the_same_call_again_changes_nothing_and_journals_nothing():
    first, again = store({"1.png": PNG}), store({"1.png": PNG})
    assert first == again
    assert rows() == [(ITEM, "1.png", 1, None)]
    assert journaled("vault.object_stored") == 1


def test_each_version_is_listed_as_it_was():
    store({"a": b"1", "b": b"2"})
    store({"a": b"changed"})
    store({"b": b"2"}, replace=True)
    assert [[f.logical_path for f in queries.files(ITEM, version=v)] for v in (1, 2, 3, 4)] == [
        ["a", "b"],
        ["a", "b"],
        ["b"],
        [],
    ]
    assert [f.logical_path for f in queries.files(ITEM)] == ["b"]
    with queries.open_file(ITEM, "a", version=2) as stream:
        assert stream.read() == b"changed"
    with pytest.raises(NotStored):
        queries.open_file(ITEM, "a")


def test_a_refused_name_leaves_no_row_and_no_entry():
    with pytest.raises(BadName):
        store({"../x": b"1"})
    assert (rows(), queries.orphans(), journaled("vault.object_stored")) == ([], [], 0)


def test_a_transaction_that_fails_leaves_an_orphan_which_the_same_call_adopts():
    with pytest.raises(RuntimeError, match="later step"), transaction.atomic():
        store({"a": b"1"})
        raise RuntimeError("a later step of the caller failed")
    assert (rows(), queries.orphans(), queries.missing()) == ([], [ITEM], [])
    with pytest.raises(NotStored):
        queries.open_file(ITEM, "a")
    assert store({"a": b"1"}).versions == 1
    assert (rows(), queries.orphans()) == ([(ITEM, "a", 1, None)], [])
    assert journaled("vault.object_stored") == 1


def test_versions_nobody_told_of_are_adopted_with_the_next():
    store({"a": b"1"})
    with pytest.raises(RuntimeError), transaction.atomic():
        store({"a": b"2"})
        raise RuntimeError
    assert store({"a": b"3"}).versions == 3
    assert rows() == [(ITEM, "a", 1, 2), (ITEM, "a", 2, 3), (ITEM, "a", 3, None)]


def test_an_object_taken_from_the_disk_is_missing():
    store({"a": b"1"})
    folder = queries.root().folder_of(ITEM)
    folder.rename(folder.with_name("aside"))
    assert queries.missing() == [ITEM]
    report = checking.verify(ITEM, at=NOON)
    assert [(f.object, f.code) for f in report.findings] == [(ITEM, "NE010")]
    assert sound(ITEM) is False


def test_a_disk_older_than_the_rows_takes_no_new_version():
    store({"a": b"1"})
    StoredObject.objects.update(versions=2)
    ObjectCopy.objects.update(version=2)
    with pytest.raises(Damaged, match="从备份恢复"):
        store({"a": b"1"})
    assert [f.code for f in checking.verify(None, at=NOON).findings] == ["NE012"]


def test_nothing_is_put_in_the_place_of_an_object_that_was_lost():
    store({"original.pdf": PDF})
    shutil.rmtree(queries.root().folder_of(ITEM))
    for _ in range(2):
        with pytest.raises(Damaged, match="从别的存放处恢复"):
            store({"record.json": b"{}"})
    assert not queries.root().holds(ITEM)
    assert rows() == [(ITEM, "original.pdf", 1, None)]


@pytest.mark.parametrize("secrecy", [Secrecy.INTERNAL, Secrecy.WORK_SECRET])
def test_nothing_is_added_to_another_object_of_as_many_versions(settings, tmp_path, secrecy):
    settings.VAULT_KEYS = tmp_path / "keys.json"
    ClassKeys.create(settings.VAULT_KEYS)
    operations.store(ITEM, {"a": b"1"}, by=None, message="入库", at=NOON, secrecy=secrecy)
    StoredFile.objects.update(sha512="0" * 128)
    with pytest.raises(Damaged, match="与记录的摘要不符"):
        store({"b": b"2"})
    assert queries.root().inventory(ITEM).number == 1


def test_a_vault_is_not_begun_anew_where_its_disk_is_not_mounted(tmp_path):
    store({"a": b"1"})
    (tmp_path / "vault").rename(tmp_path / "unmounted")
    (tmp_path / "vault").mkdir()  # what is left of a mount point
    for attempt in (
        lambda: store({"a": b"2"}, object_id=OTHER),
        lambda: queries.open_file(ITEM, "a"),
        lambda: operations.sweep(by=None, at=NOON),
        queries.missing,
    ):
        with pytest.raises(Unreachable, match="磁盘是否挂上"):
            attempt()
    assert list((tmp_path / "vault").iterdir()) == []
    assert StoredObject.objects.count() == 1


def test_a_parser_is_given_the_version_that_was_committed():
    store({"a": b"committed"})
    with pytest.raises(RuntimeError), transaction.atomic():
        store({"a": b"rolled back"})
        raise RuntimeError
    with queries.reading_path(ITEM, "a") as path:
        assert path.read_bytes() == b"committed"


def test_a_sound_vault_is_noted_as_sound():
    store({"a": b"1"})
    store({"a": b"2"})
    store({"b": b"1"}, object_id=OTHER)
    report = checking.verify(None, at=NOON)
    assert (report.sound, report.objects, report.findings) == (True, 2, ())
    assert set(ObjectCopy.objects.values_list("sound", "checked_at")) == {(True, NOON)}
    assert journaled("vault.verified") == 1


def test_one_flipped_byte_is_named_noted_and_journaled():
    store({"a": b"1"})
    store({"正本.png": PNG}, object_id=OTHER)
    path = queries.root().path_of(OTHER, "正本.png")
    path.write_bytes(PNG[:-1] + b"\x01")
    report = checking.verify(None, at=NOON)
    (finding,) = report.findings
    assert (finding.object, finding.code, report.sound) == (OTHER, "E092", False)
    assert "正本.png" in finding.message
    assert (sound(ITEM), sound(OTHER)) == (True, False)
    assert Entry.objects.get(action="vault.damage_found").about_id == OTHER


@pytest.mark.parametrize(
    "change", [{"sha512": "0" * 128}, {"sm3": "0" * 64}, {"size": 7}, {"logical_path": "b"}]
)
def test_a_row_changed_behind_the_system_is_found(change):
    store({"a": b"1"})
    StoredFile.objects.update(**change)
    assert [(f.object, f.code) for f in checking.verify(None, at=NOON).findings] == [(ITEM, "NE011")]


def test_an_object_rewritten_with_a_consistent_inventory_is_found_by_its_rows(tmp_path):
    store({"a": b"1"})
    other = StorageRoot(tmp_path / "forged")
    put(other, {"a": b"forged"})
    ours = queries.root().folder_of(ITEM)
    ours.rename(tmp_path / "aside")
    other.folder_of(ITEM).rename(ours)
    assert "NE011" in {f.code for f in checking.verify(None, at=NOON).findings}


def test_a_mark_of_destruction_that_the_rows_know_nothing_of_is_damage():
    from nianlun.vault.ocfl.beside import destroyed_file

    store({"a": b"1"})
    queries.root().write_extra(destroyed_file(ITEM), b"{}")
    assert (ITEM, "NE013") in {(f.object, f.code) for f in checking.verify(None, at=NOON).findings}
    assert (ITEM, "NE013") in {(f.object, f.code) for f in checking.verify(ITEM, at=NOON).findings}


def test_orphans_are_told_but_are_no_damage():
    with pytest.raises(RuntimeError), transaction.atomic():
        store({"a": b"1"})
        raise RuntimeError
    report = checking.verify(None, at=NOON)
    assert report.sound
    assert [(f.object, f.code) for f in report.findings] == [(ITEM, "NW010")]


def test_an_object_nobody_knows_cannot_be_checked():
    with pytest.raises(NotStored):
        checking.verify(ITEM, at=NOON)


def test_a_truncated_file_is_not_handed_out():
    store({"a": b"1234"})
    queries.root().path_of(ITEM, "a").write_bytes(b"123")
    with pytest.raises(Damaged, match="大小不对"):
        queries.open_file(ITEM, "a")


def test_listing_costs_the_same_however_many_files(django_assert_num_queries):
    store({str(n): b"%d" % n for n in range(30)})
    with django_assert_num_queries(1):
        assert len(queries.files(ITEM)) == 30


def test_a_check_from_the_command_line_is_on_record():
    store({"a": b"1"})
    queries.root().path_of(ITEM, "a").write_bytes(b"2")
    checking.verify(None, at=NOON)
    [run] = runs.latest()
    assert (run.requested_by, run.objects_read, run.damaged, run.sound) == ("命令行", 1, 1, False)
    assert [(f.object, f.code) for f in run.findings] == [(ITEM, "E092")]
    assert queries.object_count() == 1


states = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from([b"1", b"2"]), min_size=1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.tuples(states, st.booleans(), st.booleans()), min_size=1, max_size=4))
def test_rows_always_end_up_telling_what_lies_on_the_disk(calls, settings, tmp_path_factory):
    settings.VAULT_ROOT = tmp_path_factory.mktemp("v") / "vault"
    with transaction.atomic():
        for files, replace, fails in calls:
            try:
                with transaction.atomic():
                    store(files, replace=replace)
                    if fails:
                        raise RuntimeError
            except RuntimeError:
                pass
        vault = queries.root()
        last = vault.version(ITEM)
        store({path: vault.path_of(ITEM, path) for path in last.files})
        for number in range(1, last.number + 1):
            on_disk = {path: f.sha512 for path, f in vault.version(ITEM, number).files.items()}
            assert {f.logical_path: f.sha512 for f in queries.files(ITEM, version=number)} == on_disk
        assert checking.verify(None, at=NOON).findings == ()
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_between_bytes_and_commit_the_item_is_stored_exactly_once(tmp_path, settings):
    files = {"a": b"1" * 100, "b": b"2"}

    def write(vault, last):
        def work(steps):
            settings.VAULT_ROOT = vault
            queries.root()
            connection.ensure_connection()
            steps.step()
            with connection.execute_wrapper(lambda run, *said: (steps.step(), run(*said))[1]):
                with transaction.atomic():
                    store(files)
                    steps.step()
                steps.step()

        connection.close()  # a connection must not be shared with the forked process
        return in_a_child(work, last=last)

    def empty():
        for table in (Incident, FixityRun, ObjectCopy, StoredFile, StoredObject):
            table.objects.all().delete()

    code, total = write(tmp_path / "whole", 0)
    assert code == 0
    states = set()
    for last in range(1, total + 1):
        empty()
        settings.VAULT_ROOT = tmp_path / f"killed{last}"
        assert write(settings.VAULT_ROOT, last)[0] == -signal.SIGKILL
        report = checking.verify(None, at=NOON)
        assert report.sound, report.findings
        states.add((len(queries.orphans()), StoredObject.objects.count()))
        assert queries.missing() == []
        store(files)
        assert rows() == [(ITEM, "a", 1, None), (ITEM, "b", 1, None)]
        assert checking.verify(None, at=NOON).findings == ()
    empty()
    assert states == {
        (0, 0),
        (1, 0),
        (0, 1),
    }  # before the bytes, between bytes and commit, after the commit
