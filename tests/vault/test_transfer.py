"""An object in two places: bringing the copy up to date, and a good one in place of a damaged one."""

import io
import shutil
import signal
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from vault_corpus import ITEM, OTHER, Steps, contents, in_a_child, page_of, put

from nianlun.vault import key_folder
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy
from nianlun.vault.key_folder import WrappedKey
from nianlun.vault.ocfl import Busy, Damaged, NotStored, staging
from nianlun.vault.ocfl.beside import destroyed_file, key_file, offline_file
from nianlun.vault.ocfl.check_root import verify_root
from nianlun.vault.ocfl.faults import Ahead, OtherHistory, Withdrawn
from nianlun.vault.ocfl.folder_store import FolderStore
from nianlun.vault.ocfl.transfer import copy_object, restore_object

FIRST = {"正本/1.tif": b"page one", "空.txt": b""}


@pytest.fixture
def primary(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path / "primary")
    put(store, FIRST)
    return store


@pytest.fixture
def copy(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "offsite")


def files_of(store: FolderStore, object_id: str = ITEM) -> dict[str, bytes]:
    folder = store.folder_of(object_id)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_copy_is_the_same_to_the_last_byte(primary, copy):
    copy_object(ITEM, source=primary, target=copy)
    assert files_of(copy) == files_of(primary)
    assert verify_root(copy.path).findings == ()


def test_a_copy_that_is_behind_gets_only_what_it_lacks(primary, copy):
    copy_object(ITEM, source=primary, target=copy)
    page = page_of(copy, "正本/1.tif")
    inode = page.stat().st_ino
    put(primary, {"正本/2.tif": b"page two"})
    put(primary, {"正本/1.tif": b"page one, corrected"})
    copy_object(ITEM, source=primary, target=copy)
    assert files_of(copy) == files_of(primary)
    assert copy.path_of(ITEM, "正本/1.tif", 1).stat().st_ino == inode
    assert verify_root(copy.path).findings == ()


def test_copying_again_changes_nothing(primary, copy):
    copy_object(ITEM, source=primary, target=copy)
    before = copy.folder_of(ITEM).stat().st_ino
    copy_object(ITEM, source=primary, target=copy)
    assert copy.folder_of(ITEM).stat().st_ino == before


def test_a_copy_with_versions_that_the_source_lacks_is_left_alone(primary, copy):
    copy_object(ITEM, source=primary, target=copy)
    put(copy, {"b": b"2"})
    with pytest.raises(Ahead, match="有 2 版，来源只有 1 版"):
        copy_object(ITEM, source=primary, target=copy)
    assert copy.inventory(ITEM).number == 2


def test_a_copy_with_another_past_is_left_alone(primary, copy):
    put(copy, {"正本/1.tif": b"another page"})
    put(primary, {"b": b"2"})
    with pytest.raises(OtherHistory, match="版本历史不同"):
        copy_object(ITEM, source=primary, target=copy)
    assert contents(copy) == {"正本/1.tif": b"another page"}


@pytest.mark.parametrize(
    "name", ["v1/content/00001.tif", "v1/inventory.json", "inventory.json", "v1/inventory.json.sha512"]
)
def test_a_damaged_object_is_never_copied(primary, copy, name):
    file = primary.folder_of(ITEM) / name
    data = bytearray(file.read_bytes())
    data[3] ^= 1
    file.write_bytes(data)
    with pytest.raises(Damaged):
        copy_object(ITEM, source=primary, target=copy)
    assert not copy.holds(ITEM)
    assert copy.leftovers() == []


def test_a_damaged_copy_is_not_built_upon(primary, copy):
    copy_object(ITEM, source=primary, target=copy)
    (copy.folder_of(ITEM) / "inventory.json").write_bytes(b"{}")
    put(primary, {"b": b"2"})
    with pytest.raises(Damaged):
        copy_object(ITEM, source=primary, target=copy)


def test_what_is_not_there_cannot_be_copied(primary, copy):
    with pytest.raises(NotStored):
        copy_object(OTHER, source=primary, target=copy)


def test_a_writer_at_the_copy_is_not_disturbed(primary, copy):
    with (
        staging.claim(copy.path, object_id=ITEM, place=copy.folder_of(ITEM)),
        pytest.raises(Busy, match="稍后重试"),
    ):
        copy_object(ITEM, source=primary, target=copy)


@pytest.fixture
def keys(tmp_path: Path) -> ClassKeys:
    return ClassKeys.create(tmp_path / "vault-keys.json")


def wrapped(keys: ClassKeys, *, data_key: bytes = bytes(32)) -> WrappedKey:
    return WrappedKey.wrap(data_key, object_id=ITEM, secrecy=Secrecy.WORK_SECRET, keys=keys)


def flipped(key: bytes) -> bytes:
    """The key file with one hex digit of the key another: still a key file to whoever only reads it."""
    head, middle, tail = key.partition(b'"wrapped": "')
    return head + middle + (b"0" if tail[:1] != b"0" else b"1") + tail[1:]


def emptied(key: bytes) -> bytes:
    return bytes(len(key))


def moved_here(key: bytes) -> bytes:
    return key.replace(ITEM.encode(), OTHER.encode())


def test_the_key_arrives_before_the_object_and_the_offline_mark_with_it(primary, copy, keys, monkeypatch):
    first = wrapped(keys)
    key_folder.place(primary, first)
    primary.write_extra(offline_file(ITEM), b"{}")
    seen = []
    honest = FolderStore.receive

    def watching(self, shipment, *, before):
        seen.append(key_folder.read(self, ITEM))
        honest(self, shipment, before=before)

    monkeypatch.setattr(FolderStore, "receive", watching)
    copy_object(ITEM, source=primary, target=copy)
    assert seen == [first]
    assert copy.read_extra(offline_file(ITEM)) == b"{}"
    newer = keys.rotated(Secrecy.WORK_SECRET)
    key_folder.place(primary, wrapped(newer))
    copy_object(ITEM, source=primary, target=copy)
    assert (
        key_folder.read(copy, ITEM) == first
    )  # whether the newer one opens cannot be seen without class keys
    copy_object(ITEM, source=primary, target=copy, class_keys=newer)
    assert key_folder.read(copy, ITEM) == key_folder.read(primary, ITEM) != first


@pytest.mark.parametrize("rot", [flipped, emptied, moved_here])
def test_a_rotten_key_never_takes_the_place_of_a_good_one(primary, copy, keys, rot):
    good = wrapped(keys)
    for store in (primary, copy):
        key_folder.place(store, good)
    primary.write_extra(key_file(ITEM), rot(good.to_bytes()))
    with pytest.raises(Damaged, match="密钥"):
        copy_object(ITEM, source=primary, target=copy, class_keys=keys)
    with pytest.raises(Damaged, match="密钥"):
        restore_object(ITEM, good=primary, damaged=copy, class_keys=keys)
    with suppress(Damaged):
        copy_object(ITEM, source=primary, target=copy)
    assert key_folder.read(copy, ITEM) == good


@pytest.mark.parametrize("rot", [flipped, emptied, moved_here])
def test_a_good_key_takes_the_place_of_a_rotten_one(primary, copy, keys, rot):
    good = wrapped(keys)
    copy_object(ITEM, source=primary, target=copy)
    key_folder.place(copy, good)
    primary.write_extra(key_file(ITEM), rot(good.to_bytes()))
    restore_object(ITEM, good=copy, damaged=primary, class_keys=keys)
    assert key_folder.read(primary, ITEM) == good


def test_an_older_key_never_takes_the_place_of_a_newer_one(primary, copy, keys):
    newer = keys.rotated(Secrecy.WORK_SECRET)
    copy_object(ITEM, source=primary, target=copy)
    key_folder.place(copy, wrapped(keys))
    key_folder.place(primary, wrapped(newer))
    restore_object(ITEM, good=copy, damaged=primary, class_keys=newer)
    assert key_folder.read(primary, ITEM).class_key == 2


def test_a_key_wrapped_anew_while_it_travels_arrives_anew(primary, copy, keys, monkeypatch):
    newer = keys.rotated(Secrecy.WORK_SECRET)
    key_folder.place(primary, wrapped(keys))
    honest = key_folder.place

    def slow(store, key):
        honest(primary, wrapped(newer))
        monkeypatch.setattr(key_folder, "place", honest)
        honest(store, key)

    monkeypatch.setattr(key_folder, "place", slow)
    copy_object(ITEM, source=primary, target=copy, class_keys=newer)
    assert key_folder.read(copy, ITEM) == key_folder.read(primary, ITEM)


def test_a_key_that_only_the_copy_still_has_is_kept(primary, copy):
    copy.write_extra(key_file(ITEM), b"wrapped")
    copy_object(ITEM, source=primary, target=copy)
    assert copy.read_extra(key_file(ITEM)) == b"wrapped"


def test_of_a_destroyed_object_only_the_mark_arrives_and_the_key_goes(primary, copy):
    copy.write_extra(key_file(ITEM), b"wrapped")
    primary.write_extra(destroyed_file(ITEM), b"{}")
    copy_object(ITEM, source=primary, target=copy)
    assert copy.read_extra(destroyed_file(ITEM)) == b"{}"
    assert copy.read_extra(key_file(ITEM)) is None
    assert not copy.holds(ITEM)


def test_what_was_destroyed_is_not_brought_back_from_a_copy(primary, copy):
    copy_object(ITEM, source=primary, target=copy)
    primary.write_extra(destroyed_file(ITEM), b"{}")
    shutil.rmtree(primary.folder_of(ITEM))
    with pytest.raises(Withdrawn, match="已依法销毁"):
        copy_object(ITEM, source=copy, target=primary)
    with pytest.raises(Withdrawn):
        restore_object(ITEM, good=copy, damaged=primary)
    assert not primary.holds(ITEM)


def damage_page(store: FolderStore) -> None:
    page_of(store, "正本/1.tif").write_bytes(b"page onf")


def lose_object(store: FolderStore) -> None:
    shutil.rmtree(store.folder_of(ITEM))


def damage_inventory(store: FolderStore) -> None:
    (store.folder_of(ITEM) / "inventory.json").write_bytes(b"\0" * 100)


def add_a_stranger(store: FolderStore) -> None:
    (store.folder_of(ITEM) / "v1" / "content" / "Thumbs.db").write_bytes(b"x")


@pytest.mark.parametrize("damage", [damage_page, lose_object, damage_inventory, add_a_stranger])
def test_a_good_copy_takes_the_place_of_a_damaged_object_which_is_kept(primary, copy, damage):
    copy_object(ITEM, source=primary, target=copy)
    damage(primary)
    broken = files_of(primary)
    kept = restore_object(ITEM, good=copy, damaged=primary)
    assert files_of(primary) == files_of(copy)
    assert verify_root(primary.path).findings == ()
    assert bool(kept) == bool(broken)
    if kept:
        assert {
            p.relative_to(kept).as_posix(): p.read_bytes() for p in Path(kept).rglob("*") if p.is_file()
        } == broken
    damage(primary)
    again = restore_object(ITEM, good=copy, damaged=primary)
    assert again == "" or again != kept


def test_the_damaged_one_can_be_kept_where_the_caller_says(primary, copy, tmp_path):
    copy_object(ITEM, source=primary, target=copy)
    damage_page(primary)
    keep = tmp_path / "evidence" / "1"
    assert restore_object(ITEM, good=copy, damaged=primary, keep=keep) == str(keep)
    assert (keep / "v1" / "content" / "00001.tif").read_bytes() == b"page onf"


def test_nothing_is_restored_from_a_copy_that_is_damaged_too(primary, copy):
    copy_object(ITEM, source=primary, target=copy)
    damage_page(primary)
    damage_page(copy)
    before = files_of(primary)
    with pytest.raises(Damaged, match="也有损坏"):
        restore_object(ITEM, good=copy, damaged=primary)
    assert files_of(primary) == before


def test_restoring_never_loses_newer_versions(primary, copy):
    copy_object(ITEM, source=primary, target=copy)
    put(primary, {"b": b"2"})
    damage_page(primary)
    with pytest.raises(Ahead, match="会丢掉新版"):
        restore_object(ITEM, good=copy, damaged=primary)
    assert primary.inventory(ITEM).number == 2


def moved(work, folder: Path, *, last: int) -> tuple[int, int]:
    def counted(steps: Steps) -> None:
        primary, copy = FolderStore(folder / "primary"), FolderStore(folder / "offsite")
        steps.count_disk()
        work(primary, copy)

    return in_a_child(counted, last=last)


@pytest.mark.slow
@pytest.mark.parametrize("state", ["new", "behind", "damaged"])
def test_killed_at_any_step_a_transfer_leaves_the_old_or_the_new_and_can_be_repeated(tmp_path, state):
    def fresh(name: str) -> tuple[FolderStore, FolderStore]:
        primary, copy = FolderStore(tmp_path / name / "primary"), FolderStore(tmp_path / name / "offsite")
        put(primary, FIRST)
        if state != "new":
            copy_object(ITEM, source=primary, target=copy)
        if state == "behind":
            put(primary, {"正本/2.tif": b"page two"})
        if state == "damaged":
            damage_page(copy)
        return primary, copy

    def work(primary: FolderStore, copy: FolderStore) -> None:
        if state == "damaged":
            restore_object(ITEM, good=primary, damaged=copy)
        else:
            copy_object(ITEM, source=primary, target=copy)

    fresh("whole")
    code, total = moved(work, tmp_path / "whole", last=0)
    assert code == 0
    outcomes = set()
    for step in range(1, total + 1, 3):
        primary, copy = fresh(f"step{step}")
        before = files_of(copy)
        assert moved(work, tmp_path / f"step{step}", last=step)[0] == -signal.SIGKILL
        copy.sweep()
        after = files_of(copy)
        assert after in (before, files_of(primary)), step
        outcomes.add(after == before)
        if state == "damaged" and after != before:
            assert b"page onf" in {
                p.read_bytes() for p in (copy.path / "extensions").rglob("*") if p.is_file()
            }
        work(primary, copy)
        assert files_of(copy) == files_of(primary)
        assert verify_root(copy.path).findings == ()
    assert outcomes == {True, False}


def test_a_film_needs_no_more_memory_than_a_page(primary, copy):
    class Zeros(io.RawIOBase):
        left = 60 << 20

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    put(primary, {"film.mp4": Zeros()})
    tracemalloc.start()
    copy_object(ITEM, source=primary, target=copy)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert page_of(copy, "film.mp4").stat().st_size == 60 << 20
