"""Originals that survive: an archivist finds a flipped byte and mends it; two people destroy what may be destroyed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journeys.browser import DESK, PHONE, Visitor
from tests.journeys.small_vault import object_id
from tests.journeys.system import PATIENCE, System

from nianlun.kernel.digests import digest_bytes

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
AUTHORITY = "销毁清册 2026-03，市人社局备案 41 号"


@pytest.fixture
def damaged(system: System) -> tuple[str, Path, bytes]:
    """An object of which one bit of one file at the primary location is not as it was; the file and its bytes."""
    [(found, sha512)] = system.rows(
        "SELECT o.object_id, f.sha512 FROM vault_storedobject o JOIN vault_storedfile f ON f.object_id = o.id "
        "JOIN vault_objectcopy c ON c.object_id = o.id AND c.location = 'offsite' AND c.version = o.versions "
        "WHERE f.version = 1 AND f.logical_path = 'original.jpg' AND o.key_version IS NULL AND o.state = 'online' "
        "ORDER BY o.id LIMIT 1"
    )
    [file] = (system.var / "vault").glob(f"*/*/*/*{found.rpartition(':')[2]}/v1/content/*.jpg")
    whole = file.read_bytes()
    assert digest_bytes(whole).sha512 == sha512
    file.write_bytes(whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:])
    return found, file, whole


def check(archivist: Visitor, location: str, *, ends_with: str) -> None:
    """Start a check of a location and follow it on the page until it has ended."""
    archivist.go("/vault/checks/")
    archivist.click(f"main tr:has-text('{location}') button:has-text('开始')")
    assert "/vault/checks/" in archivist.path
    archivist.page.wait_for_selector(f"text={ends_with}", timeout=PATIENCE * 1000)


def test_a_flipped_bit_is_found_named_and_mended_from_the_other_copy(
    visit: Visit, system: System, damaged: tuple[str, Path, bytes]
):
    name, file, whole = damaged
    archivist = visit("王海", size=DESK)
    check(archivist, "主库", ends_with="这次发现的损坏")
    assert archivist.page.locator("button:has-text('暂停')").count() == 0
    assert "发现 1 个损坏" in archivist.text and name in archivist.text
    archivist.go("/vault/")
    assert "待处置的事故" in archivist.text
    archivist.click(f"main a:has-text('{name}')")
    assert "original.jpg" in archivist.text and "异地副本" in archivist.text
    incident = archivist.path
    archivist.click("button:has-text('用完好的一份恢复')")
    assert "已从异地副本恢复，并重新核对过，完好" in archivist.text
    assert file.read_bytes() == whole
    [(kept,)] = system.rows("SELECT kept_at FROM vault_incident WHERE restored_from = 'offsite'")
    assert kept and kept in archivist.text  # what was damaged is kept as it was found
    assert archivist.fetch(f"{incident}restore/", sure="yes").status == 302  # a second click finds it done
    check(archivist, "主库", ends_with="没有发现问题")
    told = system.rows(
        "SELECT action, count(*) FROM journal_entry WHERE about_id = %s AND action IN "
        "('vault.damage_found', 'vault.restored') GROUP BY 1 ORDER BY 1",
        name,
    )
    assert told == [("vault.damage_found", 1), ("vault.restored", 1)]
    auditor = visit("钱明")
    auditor.go("/journal/?name=王海")
    assert f"用 offsite 的完好一份恢复 primary 的 {name}" in auditor.text


def test_what_is_destroyed_by_two_people_is_reported_destroyed_and_not_damaged(
    visit: Visit, system: System
):
    item = system.city["kept"]["outlived"]
    name = object_id(item)
    archivist, leader = visit("王海", forgive=("410",)), visit("周岭")
    page = f"/vault/objects/{name}/"
    archivist.go(page)
    archivist.page.click("summary:has-text('提出销毁')")
    archivist.page.fill("#authority", AUTHORITY)
    archivist.click("button:has-text('提出销毁')")
    assert "等另一位有权批准的同事处理" in archivist.text
    [(asked,)] = system.rows("SELECT id FROM vault_destruction WHERE authority = %s", AUTHORITY)
    decision = f"/vault/destructions/{asked}/decide/"
    assert (
        archivist.fetch(decision, decision="approve", sure="yes").status == 404
    )  # who asks does not approve
    assert (
        leader.fetch(f"/vault/destroy/{name}/", authority=AUTHORITY).status == 404
    )  # nor the other way round
    leader.go("/vault/")
    leader.click(f"main a:has-text('{name}')")
    leader.click("button:has-text('批准销毁')")
    assert "请先勾选" in leader.text
    assert system.rows("SELECT state FROM vault_storedobject WHERE object_id = %s", name) == [("online",)]
    leader.page.check("input[name=sure]")
    leader.click("button:has-text('批准销毁')")
    assert "已批准销毁" in leader.text and "周岭 处理于" in leader.text
    system.wait_for(
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM jobs_job WHERE kind LIKE 'vault.settle%%' AND state <> 'done')",
        what="clearing away what was destroyed",
    )
    left = [
        path
        for place in ("vault", "vault-offsite")
        for path in (system.var / place).rglob(f"*{item}/v1/**/*.jpg")
    ]
    assert left == []
    archivist.go(f"/items/{item}/")
    assert "销毁" in archivist.text
    assert archivist.fetch(f"/items/{item}/original/").status == 410
    for location in ("primary", "offsite"):
        checked = system.run("vault", "verify", "--location", location, "--json")
        report = json.loads(checked.stdout)
        assert (checked.returncode, report["sound"]) == (0, True), checked.stdout
        assert [f["code"] for f in report["findings"] if f["object"] == name] == ["NW002"], report
    told = system.rows(
        "SELECT action FROM journal_entry WHERE about_id = %s AND action LIKE 'vault.%%destr%%'", name
    )
    assert {action for (action,) in told} == {"vault.destruction_proposed", "vault.object_destroyed"}


@pytest.mark.parametrize(("look", "size"), [("light", DESK), ("light", PHONE), ("elder", PHONE)])
def test_the_vaults_pages_fit_their_window(visit: Visit, system: System, look: str, size: tuple[int, int]):
    keeper = visit("石磊", size=size, look=look)
    [(run,)] = system.rows("SELECT id FROM vault_fixityrun LIMIT 1")
    of_item = f"/vault/objects/{object_id(system.city['kept']['secret one'])}/"
    [(incident,)] = system.rows("SELECT id FROM vault_incident WHERE state = 'restored' LIMIT 1")
    of_vault = ("", "objects/", "checks/", f"checks/{run}/", "incidents/?all=1", f"incidents/{incident}/")
    for path in of_vault:
        keeper.go(f"/vault/{path}")
    for path in (of_item, "/media/", "/media/new/", "/media/due/"):
        keeper.go(path)
