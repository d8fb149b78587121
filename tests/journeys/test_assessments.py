"""A pension comes into force through a case of three hands, is replayed, and counted again under a draft of the law."""

import re
from collections.abc import Callable

import pytest
from tests.journeys.browser import DESK, PHONE, Visitor
from tests.journeys.system import System
from tests.journeys.test_benefit import open_benefit
from tests.journeys.test_looks import picture

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def ready_for_assessment(clerk: Visitor) -> tuple[str, str]:
    """Open the benefit of somebody whose papers are ruled on and who has reached the age."""
    clerk.go("/people/")
    links = clerk.page.eval_on_selector_all(
        "main th a[href^='/people/']",
        "found => found.map(one => [one.getAttribute('href'), one.innerText])",
    )
    for href, name in links:
        clerk.go(href)
        if clerk.page.locator("[name=purpose]").count():
            clerk.state_purpose("退休待遇核定前核对档案")
        clerk.go(f"{href}benefit/")
        if "提出核定" in clerk.text:
            return href.strip("/").split("/")[-1], name
    raise AssertionError("nobody in the city can be assessed")


def open_case(clerk: Visitor) -> str:
    """From the page of the assessment to a case with all its papers, looked over by the clerk; its number."""
    clerk.click("main a:has-text('开办待遇核定业务')")
    clerk.page.fill("#d-decision", "130602-2026-000009")
    clerk.page.fill("#d-benefit_month", "2026-09")
    clerk.page.select_option("#d-kind", "first")
    clerk.click("button:has-text('下一步：核对')")
    clerk.click("button.main:has-text('收件，取业务编号')")
    number = clerk.path.strip("/").split("/")[1]
    while clerk.page.locator("#take button:has-text('已验原件')").count():
        clerk.click("#take button:has-text('已验原件')")
    clerk.click("#accept button:has-text('受理')")
    clerk.page.fill("#pass-text", "计算表与系统核定一致")
    clerk.click("#pass button:has-text('初审通过')")
    assert "初审完成，已交下一步" in clerk.text
    return number


def test_one_proposes_a_case_of_three_puts_it_into_force_and_the_auditor_replays_it_to_the_byte(
    visit: Visit, system: System
):
    clerk = visit("李敏")
    open_benefit(clerk, system.city["persons"]["zhou"])
    assert (
        "还不能核定" in clerk.text and "提出核定" not in clerk.text
    )  # her papers differ, nobody has ruled
    person, name = ready_for_assessment(clerk)
    amount = re.search(r"每月能领\s*([\d,]+\.\d\d) 元", clerk.text)[1]
    clerk.click("button:has-text('提出核定')")
    assert "经“待遇核定”业务审批后生效" in clerk.text
    record = clerk.path
    picture(clerk, "assessment-proposed")
    assert "退回给提出人" not in clerk.text
    assert clerk.fetch(f"{record}return/", reason="缺材料").status == 404  # not a clerk's right
    open_again = clerk.fetch(f"/people/{person}/assessments/", send="1")
    assert open_again.status == 302
    clerk.go(f"/people/{person}/benefit/")
    assert "已有一件核定等待审批" in clerk.text
    clerk.go(record)
    number = open_case(clerk)

    reviewer = visit("陈静")
    reviewer.go("/desk/")
    assert "待审批的待遇核定" in reviewer.text
    reviewer.go("/assessments/")
    reviewer.click(f"main a[href='{record}']")
    assert amount in reviewer.text
    assert number in reviewer.text
    picture(reviewer, "assessment")
    assert "确认核定" not in reviewer.text
    assert reviewer.fetch(f"{record}return/", reason="").status == 302
    reviewer.go(record)
    assert "请写明退回理由" in reviewer.text
    reviewer.click(f"main a[href='/cases/{number}/']")
    reviewer.click("#pass button:has-text('复核通过')")

    leader = visit("周岭")
    leader.go(f"/cases/{number}/")
    leader.click("#pass button:has-text('审批通过')")
    assert "待遇核定生效" in leader.text
    assert reviewer.fetch(f"{record}return/", reason="晚了一步").status == 302
    reviewer.go(record)
    assert "没有改变" in reviewer.text
    clerk.go(f"/people/{person}/benefit/")
    clerk.click(f"main a[href='{record}']")  # what was decided is reached from the person
    assert "已核定" in clerk.text
    assert number in clerk.text
    auditor = visit("钱明")
    auditor.go("/assessments/replays/")
    assert name not in auditor.text
    auditor.click("button:has-text('重放')")
    assert "逐字节一致" in auditor.text
    picture(auditor, "replays")
    assert auditor.fetch(record).status == 404  # replaying needs no name


def test_the_policy_officer_sees_whom_a_draft_changes_and_by_how_much(visit: Visit, system: System):
    officer = visit("韩雪", forgive=("404",))
    officer.go("/desk/")
    officer.click("main a:has-text('2026 年计发基数和 2027 年缴费基数上下限（拟）')")
    draft = officer.path
    officer.click("a:has-text('看影响谁、影响多少')")
    assert "还没有算过" in officer.text
    officer.click("button:has-text('计算影响')")
    officer.page.wait_for_selector("text=/人中 \\d+ 人有变化/", timeout=60_000)
    assert re.search(r"10 人中 \d+ 人有变化", officer.text)
    picture(officer, "draft-impact")
    clerk = visit("李敏", forgive=("404",))
    assert clerk.fetch(f"{draft}impact/").status == 404


@pytest.mark.parametrize("look", ["light", "dark", "elder"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_pages_of_assessments_never_scroll_sideways(visit: Visit, size, look: str):
    reviewer = visit("陈静", size=size, look=look)
    reviewer.go("/assessments/")
    auditor = visit("钱明", size=size, look=look)
    auditor.go("/assessments/replays/")


@pytest.mark.parametrize("path", ["/assessments/", "/assessments/replays/", "/policy/drafts/"])
def test_the_insured_person_and_the_scanner_find_nothing_there(visit: Visit, path: str):
    for persona in ("周桂兰", "马小川"):
        assert visit(persona, forgive=("404",)).fetch(path).status == 404
