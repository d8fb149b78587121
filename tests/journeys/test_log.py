"""An auditor proves what was done: an entry with its place in the log, a receipt for elsewhere, a forger found out."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.journeys.browser import DESK, Visitor
from tests.journeys.system import PATIENCE, ROOT, System

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
PURPOSE = "退休待遇核定前核对档案"
ALTERED = PURPOSE.replace("核对", "根对")  # one byte in UTF-8: e6 a0 b8 and e6 a0 b9


@pytest.fixture(scope="module", autouse=True)
def sequenced(system: System) -> None:
    """The log signed as it goes, which other journeys do without."""
    system.start_sequencer()
    system.wait_for("SELECT 1 FROM journal_checkpoint", what="a checkpoint")


@pytest.fixture
def entry(visit: Visit, system: System) -> int:
    """What the journal says of 李敏 stating why she opens a file."""
    clerk = visit("李敏")
    person = system.city["persons"]["sent_down"]
    clerk.go(f"/people/{person}/purpose/")
    clerk.state_purpose(PURPOSE)
    clerk.go(f"/people/{person}/")
    [(found,)] = system.wait_for(
        "SELECT max(id) FROM journal_entry WHERE name = '李敏' AND purpose = %s AND person_id = %s "
        "HAVING max(id) IN (SELECT entry_id FROM journal_leaf)",
        PURPOSE,
        person,
        what="the entry's place in the log",
    )
    return int(found)


def verified(receipt: Path, *keys: str) -> int:
    """Exit status of the script that needs nothing but Python, run apart from this system."""
    known = [part for key in keys for part in ("--key", key)]
    command = [sys.executable, "-I", str(ROOT / "docs" / "verify_receipt.py"), str(receipt), *known]
    return subprocess.run(command, capture_output=True, check=False, cwd=receipt.parent).returncode


def test_a_receipt_taken_from_the_page_is_checked_without_this_software(
    visit: Visit, entry: int, tmp_path: Path
):
    auditor, anybody = visit("钱明", size=DESK), visit()
    auditor.go("/journal/?name=李敏")
    auditor.click(f"main a[href='/journal/{entry}/']")
    assert PURPOSE in auditor.text and "已核对" in auditor.text and "在第" in auditor.text
    taken = auditor.fetch(str(auditor.page.locator("a:has-text('下载回执')").get_attribute("href")))
    receipt = tmp_path / "回执.json"
    receipt.write_bytes(taken.body())
    key = next(
        line for line in anybody.fetch("/verify/keys.txt").text().splitlines() if line.count("+") >= 2
    )
    assert verified(receipt, key) == 0
    receipt.write_bytes(taken.body().replace(PURPOSE.encode(), ALTERED.encode()))
    assert receipt.read_bytes() != taken.body() and verified(receipt, key) == 1
    auditor.go("/journal/?name=钱明")
    assert f"下载操作日志第 {entry} 号的回执" in auditor.text


@contextmanager
def altered(system: System, entry: int) -> Iterator[None]:
    """One byte of an entry is another, by the hand of who owns the database; and is put right again."""
    with psycopg.connect(system.database, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # past every trigger
        change = "UPDATE journal_entry SET purpose = %s WHERE id = %s"
        assert connection.execute(change, (ALTERED, entry)).rowcount == 1
        yield
        connection.execute(change, (PURPOSE, entry))


def test_one_byte_altered_by_the_databases_owner_is_named_by_the_whole_verification(
    visit: Visit, system: System, entry: int
):
    auditor, officer = visit("钱明", size=DESK), visit("何坚")
    with altered(system, entry):
        prove(auditor, ends_with="看问题")
        auditor.click("#progress a:has-text('看问题')")
        assert auditor.page.locator(f"main tbody th:has-text('第 {entry} 号')").count() == 1
        auditor.click(f"main a[href='/journal/{entry}/']")
        assert "已核对" not in auditor.text
        officer.go("/desk/")
        assert officer.page.locator("main [role=alert]").count() == 1
        told = system.run("journal", "verify", "--json")
        assert told.returncode == 1 and str(entry) in json.dumps(json.loads(told.stdout)["faults"])
    prove(auditor, ends_with="完好")
    officer.go("/desk/")
    assert officer.page.locator("main [role=alert]").count() == 0


def prove(auditor: Visitor, *, ends_with: str) -> None:
    auditor.go("/log/")
    auditor.click("button:has-text('核对整个日志')")
    auditor.page.wait_for_selector(f"#progress >> text={ends_with}", timeout=PATIENCE * 1000)
