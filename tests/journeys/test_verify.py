"""Somebody is handed a paper and asks, without signing in, whether it is ours; an auditor asks the log itself."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.journeys.browser import DESK, PHONE, Visitor, visitor
from tests.journeys.system import System
from tests.journeys.test_looks import LOOKS, picture
from tests.journeys.test_on_the_phone import SMALL_LETTERS, SMALL_TARGETS

from nianlun.ui.stamp import stamped_code

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def paper(browser: Any, system: System) -> bytes:
    """What an insured person downloads on the phone, once its issuing stands in the signed log."""
    with visitor(browser, system, size=PHONE) as phone:
        phone.sign_in("canbao01")
        content: bytes = phone.fetch("/my/benefit/explanation.pdf").body()
    assert content.startswith(b"%PDF")
    system.run("journal", "run", "--once")
    return content


def upload(reader: Visitor, name: str, content: bytes) -> None:
    reader.go("/verify/")
    reader.page.set_input_files("#file", {"name": name, "mimeType": "application/pdf", "buffer": content})
    reader.click("button:has-text('核对文件')")


def test_the_file_is_ours_and_an_altered_one_is_not(visit: Visit, paper: bytes):
    reader = visit(size=PHONE)
    upload(reader, "推算说明.pdf", paper)
    assert "一字不差" in reader.text and re.search(r"第 [\d,]+ 条，在", reader.text)
    picture(reader, "verify-file")
    upload(reader, "推算说明.pdf", paper + b"%")
    assert "内容被改过" in reader.text
    picture(reader, "verify-changed")
    upload(reader, "别的.pdf", b"%PDF-1.4")
    assert "不是我们发出的" in reader.text


@pytest.mark.parametrize("look", LOOKS)
def test_the_code_from_the_paper_tells_what_it_is(visit: Visit, paper: bytes, look: str):
    reader = visit(**(LOOKS[look] | ({"size": PHONE} if look == "elder" else {})))
    reader.go("/sign-in/")
    reader.click("a:has-text('真伪')")
    picture(reader, f"verify-{look}")
    reader.page.fill("#code", stamped_code(paper).lower().replace("-", " "))
    reader.click("button:has-text('按编号查')")
    assert reader.path == f"/verify/{stamped_code(paper)}"
    assert "现在有效" in reader.text and "周某某" in reader.text and "桂兰" not in reader.text
    picture(reader, f"verify-code-{look}")


def test_a_code_nobody_gave_out_is_told_plainly(visit: Visit, system: System):
    reader = visit(size=PHONE, forgive=("404",))
    reader.go("/verify/")
    reader.page.fill("#code", "7Q2K 9WZ4 TB1X 0F8M")
    reader.click("button:has-text('按编号查')")
    assert "没有查到这个编号的文件" in reader.text
    picture(reader, "verify-unknown")


def test_for_older_readers_letters_and_targets_are_large(visit: Visit, paper: bytes):
    reader = visit(size=PHONE, look="elder")
    for path in ("/verify/", f"/verify/{stamped_code(paper)}"):
        reader.go(path)
        assert reader.page.evaluate(SMALL_LETTERS) == [], path
        assert reader.page.evaluate(SMALL_TARGETS) == [], path


def test_the_auditor_opens_an_entry_takes_its_receipt_and_anybody_checks_it(visit: Visit, system: System):
    auditor = visit("钱明", size=DESK)
    auditor.go("/journal/")
    system.run("journal", "run", "--once")
    auditor.go("/journal/?action=journal.entries_read")
    auditor.click("table a >> nth=0")
    assert "已核对" in auditor.text and "查看操作日志" in auditor.text
    picture(auditor, "journal-entry")
    receipt = auditor.fetch(f"{auditor.path}receipt.json").body()
    reader = visit(size=PHONE)
    reader.go("/verify/")
    reader.page.set_input_files(
        "#file", {"name": "r.json", "mimeType": "application/json", "buffer": receipt}
    )
    reader.click("button:has-text('核对文件')")
    assert "回执是真的" in reader.text
    picture(reader, "verify-receipt")


def test_the_auditor_has_the_whole_log_proved(visit: Visit, system: System):
    system.run("journal", "run", "--once")
    auditor = visit("钱明", size=DESK, forgive=("422",))
    auditor.click("nav.side a:has-text('日志证明')")
    picture(auditor, "log")
    auditor.click("button:has-text('证明')")  # since yesterday, when there was no log yet
    assert "还没有检查点" in auditor.text
    auditor.click("button:has-text('核对整个日志')")
    auditor.page.wait_for_selector("#progress:has-text('结束')", timeout=60_000)
    assert "完好" in auditor.text
    picture(auditor, "log-check")
