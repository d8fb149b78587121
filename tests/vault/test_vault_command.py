"""`nianlun vault status|copy|restore|sweep|verify` as they are run in a terminal."""

import argparse
import json
import shutil

import pytest
from tests import factories
from vault_corpus import ITEM, NOON

from nianlun.vault import checking, command, incidents, keeping, locations, operations

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_locations(settings, tmp_path):
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.VAULT_COPIES = {"offsite": str(tmp_path / "offsite")}


@pytest.fixture
def run(capsys):
    def run(*arguments):
        parser = argparse.ArgumentParser()
        command.add_parser(parser.add_subparsers())
        args = parser.parse_args(["vault", *arguments])
        status = args.run(args)
        said = capsys.readouterr()
        return status, json.loads(said.out) if "--json" in arguments else said.out, said.err

    return run


@pytest.fixture
def stored():
    operations.store(ITEM, {"a": b"1"}, by=None, message="入库", at=NOON)


def damage(location):
    (page,) = locations.open_for_reading(location).folder_of(ITEM).glob("v1/content/*a*")
    page.write_bytes(b"x")


def test_status_says_which_copies_are_behind_and_copy_brings_them_up(run, stored):
    status, said, _ = run("status", "--json")
    primary, offsite = said["locations"]
    assert (status, primary["behind"], offsite["behind"], offsite["objects"]) == (1, 0, 1, 0)
    assert run("copy", "--json")[:2] == (0, {"behind": []})
    status, said, _ = run("status", "--json")
    assert (status, [place["behind"] for place in said["locations"]]) == (0, [0, 0])
    assert "offsite" in run("status")[1]


def test_status_lists_what_is_missing_and_counts_the_records_that_wait(run, stored):
    run("copy")
    keeping.changed([ITEM], at=NOON)
    status, said, _ = run("status", "--json")
    assert (status, said["missing"], said["kept_records_behind"]) == (0, [], 1)
    shutil.rmtree(locations.open_for_reading("primary").folder_of(ITEM))
    status, said, _ = run("status", "--json")
    assert (status, said["missing"]) == (1, [ITEM])
    assert f"主本里没有\t{ITEM}" in run("status")[1]


def test_copy_names_what_did_not_arrive_and_why(run, stored):
    damage("primary")
    status, said, _ = run("copy", "--to", "offsite", "--json")
    [line] = said["behind"]
    assert (status, line["object"], line["location"]) == (1, ITEM, "offsite")
    assert "摘要不符" in line["message"] or "损坏" in line["message"]


def test_copy_without_anywhere_to_copy_to(run, stored, settings):
    settings.VAULT_COPIES = {}
    status, _, said = run("copy")
    assert (status, "NIANLUN_VAULT_COPIES" in said) == (2, True)
    with pytest.raises(locations.NotConfigured):
        run("copy", "--to", "moon")


def test_verify_reads_the_location_it_is_told(run, stored):
    run("copy")
    damage("offsite")
    assert run("verify", "--json")[0] == 0
    status, said, _ = run("verify", "--location", "offsite", "--sm3", "--json")
    assert (status, said["objects"], said["sound"]) == (1, 1, False)
    assert {(f["object"], f["code"]) for f in said["findings"]} >= {(ITEM, "E092")}


def test_a_location_that_is_not_there_is_not_sound(run, stored, tmp_path):
    (tmp_path / "vault").rename(tmp_path / "unmounted")
    status, said, _ = run("verify", "--json")
    assert (status, said["sound"]) == (1, False)
    assert "磁盘是否挂上" in said["findings"][0]["message"]
    assert incidents.open_count() == 0


def test_restore_from_the_command_line_names_who_did_it(run, stored):
    run("copy")
    damage("primary")
    checking.verify(None, at=NOON)
    [incident] = incidents.incidents()
    factories.staff("keeper", name="石磊", username="shilei")
    assert str(incident.id) in run("status")[1]
    status, said, _ = run("restore", str(incident.id), "--as", "shilei", "--json")
    assert (status, said["restored_from"]) == (0, "offsite")
    assert incidents.incident(incident.id).restored_by == "石磊"
    assert run("verify", "--json")[0] == 0


def test_sweep_says_what_it_took(run, stored, tmp_path):
    from nianlun.vault.ocfl import staging

    desk = staging.folder(tmp_path / "vault") / ("0" * 64) / "draft"
    desk.mkdir(parents=True)
    (desk / "half").write_bytes(b"123")
    status, said, _ = run("sweep", "--json")
    assert (status, [line["bytes"] for line in said["swept"]]) == (0, [3])
    assert run("sweep", "--json")[1] == {"swept": []}
