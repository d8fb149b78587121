"""Person page, review desk and phone page in the five looks of interface.md §9.

With NIANLUN_SCREENSHOTS naming a folder, pictures are put there for people to look at.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journeys.browser import DESK, PHONE, SMALL_DESK, Visitor
from tests.journeys.system import System

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
LOOKS = {
    "1440x900": {"size": DESK, "look": "light"},
    "1366x768": {"size": SMALL_DESK, "look": "light"},
    "390x844": {"size": PHONE, "look": "light"},
    "dark": {"size": DESK, "look": "dark"},
    "elder": {"size": DESK, "look": "elder"},
}


def picture(visitor: Visitor, name: str, *, whole: bool = True) -> None:
    """Put a picture of the page where the environment says."""
    if folder := os.environ.get("NIANLUN_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        visitor.page.wait_for_load_state("networkidle")
        visitor.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=whole)


@pytest.mark.parametrize("look", LOOKS)
def test_the_staffs_pages_show_themselves(visit: Visit, system: System, look: str):
    clerk = visit("李敏", **LOOKS[look])
    clerk.go(f"/people/{system.city['persons']['zhou']}/")
    clerk.state_purpose("退休待遇核定前核对档案")
    assert clerk.page.locator(".figures").is_visible() and clerk.page.locator("svg").count() > 2
    picture(clerk, f"person-{look}")
    clerk.go(f"/review/{system.item('shown')}/")
    assert clerk.fetch(str(clerk.page.locator(".page image").get_attribute("href"))).status == 200
    assert clerk.page.locator(".claim[open]").is_visible()
    picture(clerk, f"review-{look}", whole=False)


@pytest.mark.parametrize("look", LOOKS)
def test_the_insured_persons_page_shows_itself(visit: Visit, system: System, look: str):
    phone = visit("周桂兰", **(LOOKS[look] | ({"size": PHONE} if look in ("dark", "elder") else {})))
    assert phone.path == "/my/"
    picture(phone, f"phone-{look}")
    for page in ("dates", "reads"):
        phone.go(f"/my/{page}/")
        picture(phone, f"phone-{page}-{look}")


def test_letters_have_contrast_in_light_and_dark(visit: Visit, system: System):
    """interface.md §2: text at 5:1 or better on its ground, in words the browser itself computes."""
    for look in ("light", "dark"):
        clerk = visit("李敏", look=look)
        clerk.go(f"/people/{system.city['persons']['zhou']}/")
        clerk.state_purpose("退休待遇核定前核对档案")
        faint = clerk.page.evaluate(FAINT)
        assert faint == [], look


FAINT = """() => {
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let one = element; one; one = one.parentElement) {
      const [r, g, b, a = 1] = rgb(getComputedStyle(one).backgroundColor);
      if (a === 1 && r !== undefined) return [r, g, b];
      if (a > 0) return null;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim()) continue;
    if (parent.closest("svg, script, [disabled], [aria-hidden=true], .unseen, .skip")) continue;
    if (!parent.checkVisibility() || !parent.getBoundingClientRect().width) continue;
    const under = ground(parent);
    if (!under) continue;
    const [a, b] = [light(rgb(getComputedStyle(parent).color)), light(under)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.95) found.add(`${words.currentNode.textContent.trim().slice(0, 16)}: ${ratio.toFixed(2)}`);
  }
  return [...found];
}"""
