"""What a killed caller leaves in the temporary folder is taken away by the next one."""

import os
import signal
import tempfile

import pytest

from nianlun.digitization.reading import scratch
from nianlun.digitization.reading.scratch import Scratch


@pytest.fixture(autouse=True)
def temporary_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def killed_with_a_folder() -> None:
    told, teller = os.pipe()
    child = os.fork()
    if child == 0:
        held = Scratch()
        (held.path / "page.png").write_bytes(b"left")
        os.write(teller, b"made")
        signal.pause()
    os.read(told, 4)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(told)
    os.close(teller)


def test_the_folder_of_a_killed_caller_goes_with_the_next_one(tmp_path):
    killed_with_a_folder()
    (left,) = tmp_path.iterdir()
    mine = Scratch()
    assert list(tmp_path.iterdir()) == [mine.path]
    assert not left.exists()
    mine.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_and_what_others_keep_there_stay(tmp_path):
    (tmp_path / "nianlun-test-x").mkdir()
    mine = Scratch()
    killed_with_a_folder()
    assert len(scratch.sweep()) == 1
    assert mine.path.is_dir()
    assert (tmp_path / "nianlun-test-x").is_dir()
    mine.remove()


def test_a_link_by_that_name_is_not_followed(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / f"{scratch.PREFIX}x").symlink_to(tmp_path / "kept")
    assert scratch.sweep() == []
    assert (tmp_path / "kept").is_dir()
