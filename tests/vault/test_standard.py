"""We keep to OCFL as others understand it: their examples, and their validator on what we write."""

import json
import os
import re
from pathlib import Path

import pytest
from ocfl.layout import Layout as TheirLayout
from ocfl.layout_registry import add_layout
from ocfl.storage_root import StorageRoot as TheirRoot
from ocfl.validator import Validator
from vault_corpus import ITEM, put

from nianlun.vault.ocfl import StorageRoot
from nianlun.vault.ocfl.beside import key_file
from nianlun.vault.ocfl.check_object import verify_object
from nianlun.vault.ocfl.folder_store import FolderStore
from nianlun.vault.ocfl.layout import HASHED, HASHED_WITH_ID, Layout
from nianlun.vault.ocfl.transfer import copy_object, restore_object

SHARED = Path(os.environ.get("NIANLUN_CORPUS") or Path(__file__).parents[3] / "shared" / "data")
FIXTURES = SHARED / "preservation" / "ocfl-fixtures"
OBJECTS = sorted(FIXTURES.glob("1.[01]/*-objects/*"))
missing = pytest.mark.skipif(
    not OBJECTS, reason="no OCFL fixtures: put the shared test data at ../shared/data or set NIANLUN_CORPUS"
)


@missing
@pytest.mark.parametrize("path", OBJECTS, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_every_published_example_is_judged_as_its_name_says(path):
    findings = verify_object(path)
    damaged = any(f.is_damage for f in findings)
    assert damaged == (path.parent.name == "bad-objects"), findings
    assert set(re.findall(r"[EW]\d{3}", path.name)) <= {f.code for f in findings}


@missing
def test_good_examples_are_accepted_without_a_word():
    assert [f for path in FIXTURES.glob("1.[01]/good-objects/*") for f in verify_object(path)] == []


class Hashed(TheirLayout):
    """Tells ocfl-py, which lacks layout 0004, that the name is a real one; where objects lie it finds by itself."""

    NAME = HASHED

    def read_layout_params(self, root_fs=None, params_required=False):
        with root_fs.open(f"extensions/{HASHED}/config.json") as config:
            assert json.load(config)["extensionName"] == HASHED


@pytest.mark.parametrize("extension", [HASHED, HASHED_WITH_ID])
def test_an_independent_validator_accepts_a_root_we_wrote(tmp_path, extension):
    root = StorageRoot(tmp_path / "vault", layout=Layout(extension=extension))
    for number in range(5):
        put(root, {"正本/第 1 页.tif": b"%d" % number, "100%.txt": b"same"}, object_id=f"urn:x:{number}")
    put(root, {"b": b"new"}, object_id="urn:x:1")
    put(root, {"b": b"new"}, object_id="urn:x:2", replace=True)
    put(root, {"b": b"newer"}, object_id="urn:x:2", replace=True)
    put(root, {"b": b"new"}, object_id="urn:x:2", replace=True)
    add_layout(HASHED, Hashed)
    theirs = TheirRoot(root=str(root.path))
    assert theirs.validate(log_warnings=True)
    assert (theirs.num_objects, theirs.good_objects, theirs.errors) == (5, 5, [])


def test_an_independent_validator_accepts_a_copy_that_was_made_and_mended(tmp_path):
    primary, copy = FolderStore(tmp_path / "vault"), FolderStore(tmp_path / "offsite")
    put(primary, {"正本/第 1 页.tif": b"page"})
    copy_object(ITEM, source=primary, target=copy)
    put(primary, {"b": b"new"})
    copy_object(ITEM, source=primary, target=copy)
    copy.write_extra(key_file(ITEM), b"{}")
    copy.path_of(ITEM, "b").write_bytes(b"rotten")
    restore_object(ITEM, good=primary, damaged=copy)
    theirs = TheirRoot(root=str(copy.path))
    assert theirs.validate(log_warnings=True)
    assert (theirs.num_objects, theirs.good_objects, theirs.errors) == (1, 1, [])


def test_an_independent_validator_has_not_even_advice_for_our_objects(tmp_path):
    root = StorageRoot(tmp_path / "vault")
    put(root, {"a": b"1"})
    put(root, {"a": b"2"})
    validator = Validator(log_warnings=True)
    assert validator.validate_object(str(root.folder_of(ITEM)))
    assert str(validator) == ""
