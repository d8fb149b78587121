"""One business from the counter to the archive, each step by somebody else."""

import re
from collections.abc import Callable

import pytest
from tests import factories
from tests.journeys.browser import DESK, PHONE, Visitor
from tests.journeys.system import System
from tests.journeys.test_looks import picture

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
NAME = "乔念慈"


def take_in(clerk: Visitor) -> str:
    """Somebody comes to the counter to be registered; the case's number."""
    clerk.go("/cases/")
    clerk.click("main a:has-text('受理业务')")
    clerk.page.fill("#q", "参保人员登记")
    clerk.click("main button:has-text('查找')")
    clerk.click("main a:has-text('参保人员登记')")
    clerk.page.fill("#d-name", NAME)
    clerk.page.fill("#d-identity_number", "13060619900101")
    clerk.page.select_option("#d-scheme", "flexible")
    clerk.page.select_option("#d-category", "60")
    clerk.click("button:has-text('下一步：核对')")
    assert "请填写“从哪个月开始参保”" in clerk.text
    assert clerk.page.input_value("#d-name") == NAME  # nothing is lost
    clerk.page.fill("#d-identity_number", factories.identity_number())
    clerk.page.fill("#d-first_month", "2026-03")
    clerk.click("button:has-text('下一步：核对')")
    picture(clerk, "case_check")
    clerk.click("tr:has-text('从哪个月开始参保') button:has-text('改')")
    assert clerk.page.input_value("#d-first_month") == "2026-03"
    clerk.click("button:has-text('下一步：核对')")
    clerk.click("button.main:has-text('收件，取业务编号')")
    return clerk.path.strip("/").split("/")[1]


def test_a_registration_goes_from_the_counter_through_two_pairs_of_hands_to_the_archive(
    visit: Visit, system: System
):
    clerk = visit("李敏", size=DESK, forgive=("422", "403"))
    number = take_in(clerk)
    for paper in ("登记表", "居民身份证"):
        assert paper in clerk.page.inner_text("#take h2")
        clerk.click("#take button:has-text('已验原件')")
    assert "要交的材料收齐了" in clerk.text
    picture(clerk, "case_papers")
    clerk.click("#accept button:has-text('受理')")
    assert "已受理，开始计时" in clerk.text
    clerk.click("#pass button:has-text('初审通过')")
    assert "请在意见里写明怎样核实的" in clerk.text  # the system has hints that want a word
    clerk.page.fill("#pass-text", "公安人口库核对一致，本人到场")
    clerk.click("#pass button:has-text('初审通过')")
    assert "初审完成，已交下一步" in clerk.text

    reviewer = visit("陈静", size=DESK)
    reviewer.go("/cases/")
    reviewer.page.fill("#q", number)
    reviewer.click("main button:has-text('查找')")
    assert reviewer.path == f"/cases/{number}/"  # a full number opens the case
    reviewer.click("main nav a:has-text('审核')")
    assert "公安人口库核对一致，本人到场" in reviewer.text
    reviewer.click("#pass button:has-text('复核通过')")
    assert "已办结" in reviewer.text
    assert re.search(r"个人编号 \d+", reviewer.text)
    picture(reviewer, "case_ended")

    system.wait_for(
        "SELECT 1 FROM cases_slip s JOIN cases_case c ON c.id = s.case_id"
        " WHERE c.number = %s AND s.kind = 'conclusion'",
        number,
        what="the paper that says it is done",
    )
    clerk.go(f"/cases/{number}/slips/")
    clerk.page.click("li:has-text('办结单') summary")
    clerk.page.fill("li:has-text('办结单') input[name=receipt]", NAME)
    clerk.page.select_option("li:has-text('办结单') select[name=way]", "in_person")
    clerk.click("li:has-text('办结单') button:has-text('登记送达')")
    assert "当面送达" in clerk.text
    picture(clerk, "case_slips")
    clerk.go(f"/cases/{number}/reads/")
    assert "陈静" in clerk.text

    system.wait_for(
        "SELECT 1 FROM cases_filing f JOIN cases_case c ON c.id = f.case_id WHERE c.number = %s",
        number,
        what="the reading file of the case",
    )
    archivist = visit("王海", size=DESK)
    archivist.go(f"/filing/{number}/")
    archivist.click("button.main:has-text('归档')")
    assert f"{number} 已归档，档号" in archivist.text
    archivist.go(f"/cases/{number}/")
    assert "已归档" in archivist.text
    archivist.click("main a:has-text('看归档的件')")
    archivist.state_purpose("核对刚归档的业务")  # the case is filed: it is no work in hand any more
    assert archivist.path.startswith("/items/")
    assert NAME in archivist.text

    leader = visit("周岭", size=DESK)
    leader.go("/cases/overview/")
    assert "谁交给谁" in leader.text
    assert "李敏" in leader.text
    picture(leader, "case_overview")
    leader.go("/cases/calendar/?year=2026")
    assert leader.page.locator("table.month").count() == 12
    picture(leader, "case_calendar")


def test_the_pages_of_cases_fit_a_phone_and_stand_without_scripts(visit: Visit):
    phone = visit("李敏", size=PHONE, scripts=False)
    phone.go("/cases/?pile=all")
    picture(phone, "cases_phone")
    first = phone.page.get_attribute("td.code a", "href")
    for tab in ("", "materials/", "check/", "review/", "history/", "slips/", "reads/"):
        phone.go(f"{first}{tab}")
    phone.go("/cases/new/")
    phone.go("/cases/new/retirement/")
