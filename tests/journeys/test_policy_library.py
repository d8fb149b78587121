"""The policy officer's day: a notice comes in, its value is typed, another person approves, and it counts."""

from collections.abc import Callable

import pytest
from tests.journeys.browser import DESK, PHONE, SMALL_DESK, Visitor
from tests.journeys.system import System

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_value_typed_by_one_person_counts_when_another_has_approved_it(visit: Visit, scripts: bool):
    """Twice: the second value corrects the first, and without scripts."""
    value = "7600" if scripts else "7655"
    officer = visit("韩雪", size=DESK, scripts=scripts, forgive=("422",))
    reviewer = visit("沈岩", size=DESK, scripts=scripts)
    reader = visit("李敏", size=DESK, scripts=scripts)
    reader.go("/policy/?on=2026-06-01&region=130000&topic=计发")
    assert value not in reader.text
    officer.go("/policy/")
    officer.click("main a:has-text('修订草案')")
    officer.click("a:has-text('起草修订')")
    officer.page.fill("#title", f"2026 年计发基数 {value}")
    officer.page.fill("#reason", "省里公布了 2026 年的计发基数。")
    officer.page.select_option("#region", "130000")
    officer.click("button:has-text('建草案')")
    officer.click("a:has-text('填入数值')")
    officer.page.select_option("#table", "pension_base")
    officer.click("button:has-text('下一步')")
    officer.page.fill("#value", value)
    officer.page.fill("#since", "2026-01-01")
    officer.page.fill("#source", "冀人社字〔2026〕某号")
    officer.page.select_option("#confidence", "S-P")
    officer.click("button:has-text('填入草案')")
    difference = officer.page.locator("main tr", has_text="基本养老金计发基数").first.inner_text()
    assert value in difference and "2026-01-01" in difference
    assert "政策表装得起来" in officer.text
    officer.page.fill("#retroactive_reason", "文件自 2026 年 1 月起执行。")
    officer.click("button:has-text('提交批准')")
    assert "待批准" in officer.text
    draft = officer.path
    assert officer.fetch(f"{draft}decide/", decision="approve").status == 404
    reviewer.go("/policy/drafts/?state=submitted")
    reviewer.click(f"main a[href='{draft}']")
    assert value in reviewer.text
    reviewer.click("button:has-text('批准，从现在起生效')")
    assert "从现在起生效" in reviewer.text
    reader.go("/policy/?on=2026-06-01&region=130606&topic=计发")
    row = reader.page.locator("main tr", has_text="基本养老金计发基数").first.inner_text()
    assert value in row
    reader.go("/policy/tables/pension_base/?region=130000")
    assert value in reader.text and "冀人社字〔2026〕某号" in reader.text
    reader.go("/policy/editions/")
    assert f"2026 年计发基数 {value}" in reader.text and "沈岩" in reader.text


@pytest.mark.parametrize(
    ("look", "size"), [("light", SMALL_DESK), ("dark", PHONE), ("elder", SMALL_DESK), ("elder", PHONE)]
)
def test_no_page_of_the_library_scrolls_sideways_or_complains(
    visit: Visit, system: System, size: tuple[int, int], look: str
):
    officer = visit("韩雪", size=size, look=look)
    officer.go("/policy/drafts/?state=open")
    officer.click("main a:has-text('2026 年计发基数和 2027 年缴费基数上下限（拟）')")
    draft = officer.path
    for path in (
        "/policy/",
        "/policy/?on=2015-01-01&region=130000&page=2",
        "/policy/tables/enterprise_formula/",
        "/policy/regions/",
        "/policy/editions/",
        "/policy/editions/2/",
        "/policy/drafts/",
        "/policy/drafts/new/",
        draft,
        f"{draft}value/",
        f"{draft}value/?table=contribution_base_bounds",
        f"{draft}file/?path=130000/pension_base.toml",
    ):
        officer.go(path)
