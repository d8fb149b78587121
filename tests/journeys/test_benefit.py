"""How much a month: from the person page to the steps, a supposition and the paper; and the same on the phone."""

import io
import re
from collections.abc import Callable

import pypdfium2
import pytest
from tests.journeys.browser import DESK, PHONE, SMALL_DESK, Visitor
from tests.journeys.system import System
from tests.journeys.test_looks import picture
from tests.journeys.test_on_the_phone import SMALL_LETTERS, SMALL_TARGETS, insured

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
PURPOSE = "退休待遇核定前核对档案"


def open_benefit(visitor: Visitor, person_id: str) -> None:
    visitor.go(f"/people/{person_id}/")
    visitor.state_purpose(PURPOSE)
    visitor.click("dd a:has-text('看金额、算法和假设')")
    assert visitor.path == f"/people/{person_id}/benefit/"


def first_page(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        return re.sub(r"\s", "", document[0].get_textpage().get_text_range())


@pytest.mark.parametrize("scripts", [True, False])
def test_a_clerk_reads_the_amount_supposes_another_base_and_takes_the_paper(
    visit: Visit, system: System, scripts: bool
):
    clerk = visit("李敏", scripts=scripts)
    person = system.city["persons"]["zhou"]
    open_benefit(clerk, person)
    assert re.search(r"每月能领\s*[\d,]+\.\d\d 元", clerk.text)
    clerk.page.click("table.amounts a:has-text('基础养老金')")
    assert re.search(r"#step-\d+$", clerk.page.url)
    clerk.page.fill("#base", "9000")
    clerk.click("button:has-text('试算')")
    assert "假设计发基数为每月 9000 元" in clerk.text
    assert re.search(r"合计\s+[\d,.]+\s+[\d,.]+\s+多 [\d,.]+", clerk.text)
    picture(clerk, f"benefit-supposed-{scripts}")
    clerk.page.fill("#more", "一年")
    clerk.click("button:has-text('试算')")
    assert "再缴费应写月数" in clerk.text
    form = clerk.fetch(f"/people/{person}/benefit/form.pdf")
    assert form.status == 200
    assert "退休人员基本养老金计发表" in first_page(form.body())


@pytest.mark.parametrize("size", [DESK, SMALL_DESK, PHONE])
@pytest.mark.parametrize("look", ["light", "dark", "elder", "contrast"])
def test_no_window_and_no_look_makes_it_scroll_sideways_with_everything_unfolded(
    visit: Visit, system: System, size, look: str
):
    clerk = visit("李敏", size=size, look=look)
    open_benefit(clerk, system.city["persons"]["zhou"])
    picture(clerk, f"benefit-{look}-{size[0]}")
    clerk.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    clerk.look()


@pytest.mark.parametrize("look", ["light", "elder"])
def test_on_the_phone_the_insured_person_reads_it_and_keeps_the_paper(
    visit: Visit, system: System, look: str
):
    phone = insured(visit, look=look)
    phone.go("/my/dates/")
    phone.click(".big-actions a:has-text('看每月能领多少')")
    assert re.search(r"每月大约\s*[\d,]+\.\d\d\s*元", phone.text)
    picture(phone, f"phone-benefit-{look}")
    if look == "elder":
        assert phone.page.evaluate(SMALL_LETTERS) == []
        assert phone.page.evaluate(SMALL_TARGETS) == []
    phone.click("a:has-text('怎么算出来的')")
    assert "一步一步" in phone.text
    picture(phone, f"phone-benefit-why-{look}")
    paper = phone.fetch("/my/benefit/explanation.pdf")
    assert "待遇推算说明" in first_page(paper.body())


@pytest.mark.parametrize(
    "username", ["canbao02", "canbao03", "canbao04", "canbao05", "canbao06", "canbao07"]
)
def test_every_kind_of_life_gets_an_amount_or_is_told_what_is_missing(
    visit: Visit, system: System, username: str
):
    phone = insured(visit, username=username)
    phone.go("/my/benefit/")
    assert "每月大约" in phone.text or "现在还算不出每月多少钱" in phone.text
    assert "None" not in phone.text and "{{" not in phone.text
