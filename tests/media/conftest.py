"""Folders of its own for each test, and a disk that is nearly full."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"this account may not mount a small disk: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
def places(tmp_path: Path, settings) -> Iterator[Path]:
    """A vault and folders of its own for each test."""
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.MEDIA_OUT, settings.MEDIA_IN = tmp_path / "out", tmp_path / "in"
    settings.PRIVATE = tmp_path / "private"
    yield tmp_path
