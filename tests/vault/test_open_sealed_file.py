"""The bytes outlive the software: one page of Python and a published package open them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from vault_corpus import ITEM, NOON

from nianlun.kernel.envelope import CHUNK
from nianlun.vault import key_folder, operations, queries
from nianlun.vault.class_keys import ClassKeys
from nianlun.vault.domain import Secrecy

pytestmark = pytest.mark.django_db
PROGRAM = Path(__file__).parents[2] / "docs" / "open_sealed_file.py"


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"])
def sealed(request, settings, tmp_path):
    """An object of three chunks and an empty file, and how to call the program on one of its files."""
    settings.VAULT_CIPHER = request.param
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.VAULT_KEYS = tmp_path / "vault-keys.json"
    ClassKeys.create(settings.VAULT_KEYS)
    files = {"original.pdf": b"%PDF-1.7\n" + bytes(2 * CHUNK), "empty": b""}
    operations.store(ITEM, files, by=None, message="入库", at=NOON, secrecy=Secrecy.WORK_SECRET)
    key_file = settings.VAULT_ROOT / "extensions" / key_folder.path_of(ITEM)

    def call(name, *, called=None):
        path = queries.root().path_of(ITEM, name)
        arguments = [settings.VAULT_KEYS, key_file, path, called or name]
        return subprocess.run([sys.executable, "-I", PROGRAM, *arguments], capture_output=True, check=False)

    return files, call


def test_it_gives_back_the_original_bytes(sealed):
    files, call = sealed
    for name, content in files.items():
        done = call(name)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == content


def test_it_refuses_what_is_not_that_file_of_that_object(sealed):
    _, call = sealed
    assert call("original.pdf", called="empty").returncode == 1
    path = queries.root().path_of(ITEM, "original.pdf")
    path.write_bytes(path.read_bytes()[: CHUNK + 28])  # the first chunk alone
    done = call("original.pdf")
    assert done.returncode == 1
    assert "打不开" in done.stderr.decode()


def test_it_stands_on_a_published_package_alone_and_fits_on_a_page():
    lines = PROGRAM.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 80
    modules = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse("\n".join(lines)))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert modules == {"json", "sys", "pathlib", "cryptography"}
