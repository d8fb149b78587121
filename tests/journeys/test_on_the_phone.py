"""The insured person with a phone: the ring, the dates, who looked; and the same for older readers."""

import re
from collections.abc import Callable

import pytest
from tests.journeys.browser import PHONE, Visitor
from tests.journeys.system import System

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
PURPOSE = "参保人来访查询缴费年限"


def insured(visit: Visit, *, look: str = "light", username: str = "canbao01") -> Visitor:
    made = visit(size=PHONE, look=look)
    made.sign_in(username)
    return made


def test_the_ring_the_dates_and_who_looked_and_why(visit: Visit, system: System):
    clerk = visit("李敏")
    clerk.go(f"/people/{system.city['persons']['zhou']}/purpose/")
    clerk.state_purpose(PURPOSE)
    phone = insured(visit)
    assert phone.path == "/my/"
    assert "周桂兰" in phone.text and re.search(r"3[56] 年 \d+ 个月", phone.text)
    assert phone.page.locator("main svg[role]").first.bounding_box()["width"] > 100
    phone.click("nav.tabs a:has-text('退休时间')")
    assert "2022-04" in phone.text
    phone.click("main a:has-text('2022-04')")
    assert "国发〔1978〕104号" in phone.text
    phone.go("/my/reads/")
    assert PURPOSE in phone.text and "李敏" not in phone.text.split(PURPOSE)[0][-40:]


def test_for_older_readers_letters_and_targets_are_large(visit: Visit, system: System):
    phone = insured(visit)
    phone.click("button:has-text('长辈版')")
    for path in ("/my/", "/my/dates/", "/my/reads/"):
        phone.go(path)
        small = phone.page.evaluate(SMALL_LETTERS)
        assert small == [], path
        assert phone.page.evaluate(SMALL_TARGETS) == [], path
    phone.go("/my/")
    assert phone.page.locator("nav.tabs").is_hidden()


# Main text: every visible word except notes, labels inside drawings and the head's switches.
SMALL_LETTERS = """() => {
  const found = new Set();
  const words = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim() || parent.closest("svg, .unseen, .note, script")) continue;
    const box = parent.getBoundingClientRect();
    if (!box.width || !box.height || !parent.checkVisibility()) continue;
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (size < 22) found.add(`${words.currentNode.textContent.trim().slice(0, 20)}: ${size}`);
  }
  return [...found];
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll("button, a.button, .big-actions a, nav a, summary, input")]
  .filter(one => one.checkVisibility() && !one.closest(".unseen, .skip, [type=hidden]"))
  .map(one => [one.textContent.trim().slice(0, 20), one.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 60 || box.height < 60))
  .map(([text, box]) => `${text}: ${box.width.toFixed(0)}×${box.height.toFixed(0)}`)"""


@pytest.mark.parametrize(
    "username", ["canbao02", "canbao03", "canbao04", "canbao05", "canbao06", "canbao07"]
)
def test_every_kind_of_life_has_its_pages(visit: Visit, system: System, username: str):
    phone = insured(visit, username=username)
    for path in ("/my/", "/my/dates/", "/my/reads/"):
        phone.go(path)
        assert "None" not in phone.text and "{{" not in phone.text
