"""`nianlun verify` as it is run in a terminal."""

import argparse
import json

import pytest
from vault_corpus import ITEM, NOON, page_of, put

from nianlun.vault import command
from nianlun.vault.ocfl import StorageRoot


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    args = parser.parse_args(["verify", *arguments])
    assert args.needs_database == (not any(not a.startswith("--") for a in arguments))
    return args.run(args)


@pytest.fixture
def root(tmp_path):
    root = StorageRoot(tmp_path / "档案 库")
    put(root, {"正本/1.tif": b"page"})
    return root


def test_a_sound_root_answers_nought(root, capsys):
    assert run(str(root.path), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"sound": True, "objects": 1, "findings": []}


def test_one_flipped_byte_answers_one_and_names_object_and_file(root, capsys):
    page_of(root, "正本/1.tif").write_bytes(b"pagf")
    assert run(str(root.path), "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["sound"] is False
    (finding,) = answer["findings"]
    assert (finding["object"], finding["code"]) == (ITEM, "E092")
    assert "正本/1.tif" in finding["message"]


def test_a_single_object_can_be_checked_too(root, capsys):
    folder = root.folder_of(ITEM)
    assert run(str(folder), "--json") == 0
    page_of(root, "正本/1.tif").unlink()
    assert run(str(folder)) == 1
    said = capsys.readouterr()
    assert ITEM in said.out and "不见了" in said.out
    assert "从备份恢复" in said.err


def test_a_folder_that_is_no_object_is_not_sound(tmp_path, capsys):
    assert run(str(tmp_path), "--json") == 1
    assert {f["code"] for f in json.loads(capsys.readouterr().out)["findings"]} >= {"E003", "E063"}


def test_a_path_that_is_not_there_is_said_plainly(tmp_path, capsys):
    assert run(str(tmp_path / "nowhere")) == 2
    assert "请给出" in capsys.readouterr().err


def test_long_checks_tell_how_far_they_are(root, capsys, monkeypatch):
    moments = iter(range(100))
    monkeypatch.setattr(command.time, "monotonic", lambda: float(next(moments)))
    assert run(str(root.path)) == 0
    assert "已核对 1 个对象…" in capsys.readouterr().err


@pytest.mark.django_db
def test_without_a_path_our_own_vault_is_held_against_the_database(settings, tmp_path, capsys):
    from nianlun.vault import operations, queries

    settings.VAULT_ROOT = tmp_path / "vault"
    assert run("--json") == 0
    operations.store(ITEM, {"a": b"1"}, by=None, message="入库", at=NOON)
    assert run("--json") == 0
    folder = queries.root().folder_of(ITEM)
    folder.rename(tmp_path / "aside")
    capsys.readouterr()
    assert run("--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert (ITEM, "NE010") in {(f["object"], f["code"]) for f in answer["findings"]}


@pytest.mark.django_db
def test_what_a_killed_writer_left_is_swept_on_request(settings, tmp_path, capsys):
    from nianlun.vault import queries
    from nianlun.vault.ocfl import staging

    settings.VAULT_ROOT = tmp_path / "vault"
    desk = staging.folder(queries.root().path) / ("0" * 64) / "draft"
    desk.mkdir(parents=True)
    (desk / "half").write_bytes(b"123")
    assert run("--json") == 0
    assert "NW001" in capsys.readouterr().out
    assert run("--sweep") == 0
    assert "3 字节" in capsys.readouterr().err
    assert not desk.parent.exists()
