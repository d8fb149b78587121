"""The small files beside the objects: whole or not there, and gone for good when they go, whatever dies when."""

import errno
import os
import signal
from pathlib import Path

import pytest
from vault_corpus import ITEM, OTHER, Steps, in_a_child

from nianlun.vault.ocfl import NoSpace
from nianlun.vault.ocfl.beside import key_file
from nianlun.vault.ocfl.folder_store import FolderStore

KEY, ANOTHER = b"wrapped", b"wrapped anew"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "vault")


def keys(store: FolderStore) -> list[bytes]:
    """The bytes of everything that lies below the folder of keys, drafts included."""
    folder = store.path / "extensions" / "nianlun-keys"
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def killed_while_writing(store: FolderStore, *, step: int, create: bool = False) -> bool:
    def write(steps: Steps) -> None:
        steps.count_disk()
        store.write_extra(key_file(ITEM), ANOTHER, create=create)

    return in_a_child(write, last=step)[0] == -signal.SIGKILL


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    "takes_away", [FolderStore.sweep, lambda store: store.delete_extra(key_file(ITEM))]
)
def test_of_a_key_whose_writer_was_killed_nothing_is_left_beside_the_key_itself(store, create, takes_away):
    step = 0
    while killed_while_writing(store, step=(step := step + 1), create=create):
        takes_away(store)
        there = store.read_extra(key_file(ITEM))
        assert there in (None, ANOTHER)
        assert keys(store) == ([] if there is None else [there])
        store.delete_extra(key_file(ITEM))
    assert step > 4


def test_a_sweep_tells_what_it_took_and_leaves_a_writer_at_work_alone(store, monkeypatch):
    step = 0
    while not [key for key in keys(store) if key]:
        killed_while_writing(store, step=(step := step + 1))
    (left,) = store.sweep()
    assert (left.size, left.path.exists()) == (len(ANOTHER), False)
    honest, swept = Path.replace, []

    def sweeping(self, target):
        swept.extend(store.sweep())
        store.delete_extra(key_file(ITEM))
        return honest(self, target)

    monkeypatch.setattr(Path, "replace", sweeping)
    store.write_extra(key_file(ITEM), KEY)
    assert (swept, keys(store)) == ([], [KEY])


def test_a_disk_that_is_full_leaves_no_draft_of_a_key(store, monkeypatch):
    store.write_extra(key_file(ITEM), KEY)

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoSpace):
        store.write_extra(key_file(ITEM), ANOTHER)
    assert keys(store) == [KEY]


def test_taking_one_key_away_leaves_the_others(store):
    store.write_extra(key_file(ITEM), KEY)
    store.write_extra(key_file(OTHER), ANOTHER)
    store.delete_extra(key_file(ITEM))
    assert keys(store) == [ANOTHER]
