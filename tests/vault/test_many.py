"""Many objects at once: each stands for itself, and all come back in their order."""

from pathlib import Path

import pytest
from vault_corpus import ITEM, OTHER, contents, submission

from nianlun.vault.ocfl import BadName, Busy, StorageRoot
from nianlun.vault.ocfl.check_root import verify_root


@pytest.fixture
def root(tmp_path: Path) -> StorageRoot:
    return StorageRoot(tmp_path / "vault")


def test_many_at_once_come_back_in_their_order(root):
    scans = [submission(f"urn:x:{n}", {"1.tif": b"%d" % n * (40 - n) * 1000}) for n in range(40)]
    assert [v.object_id for v in root.put_many(scans, threads=3)] == [s.object_id for s in scans]
    assert [v.added for v in root.put_many(scans)] == [False] * 40
    assert sorted(root.object_ids()) == sorted(s.object_id for s in scans)
    assert verify_root(root.path).findings == ()


def test_one_bad_object_among_many_does_not_take_back_the_others(root):
    scans = [
        submission(ITEM, {"a": b"1"}),
        submission("urn:x:bad", {"../a": b"1"}),
        submission(OTHER, {"a": b"2"}),
    ]
    stored = root.put_many(scans, threads=1)
    assert next(stored).object_id == ITEM
    with pytest.raises(BadName):
        next(stored)
    assert ITEM in list(root.object_ids())
    assert [v.object_id for v in root.put_many([scans[0], scans[2]])] == [ITEM, OTHER]
    assert verify_root(root.path).findings == ()


def test_two_threads_that_store_one_object_make_a_version_each_or_step_back(root):
    scans = [submission(ITEM, {f"{n}.tif": b"%d" % n}) for n in range(12)]
    for _ in range(100):
        try:
            for _ in root.put_many(list(scans), threads=4):
                scans.pop(0)
        except Busy:
            continue
        break
    assert contents(root) == {f"{n}.tif": b"%d" % n for n in range(12)}
    assert verify_root(root.path).findings == ()
