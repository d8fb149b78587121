"""Sample pages in a real browser under the real content security policy: no sideways scrolling, keys that work.

Pages are drawn without a database and served from a thread; static files come from their folders.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import RequestFactory

from nianlun.ui import looks, pages

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium on this machine: scripts/install-browser installs one"
    ),
]


class Samples(BaseHTTPRequestHandler):
    """`/?part=…` draws a sample page in the look of the cookie; `/static/…` is a file."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/static/"):
            found = finders.find(parts.path.removeprefix("/static/"))
            if not isinstance(found, str):
                self.send_error(404)
                return
            with open(found, "rb") as file:  # noqa: PTH123  a plain path of the finder
                self.answer(file.read(), guess_type(found)[0] or "application/octet-stream")
            return
        request = RequestFactory().get(self.path)
        request.COOKIES[looks.COOKIE] = (self.headers.get("Cookie") or "look=light").split("=")[-1]
        request._messages = []  # type: ignore[attr-defined]
        self.answer(pages.show_styleguide(request).content, "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """A lost connection: the request arrives, and nothing ever comes back."""
        self.close_connection = True

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Samples)
    Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_address[1]}"
    made.shutdown()
    made.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@contextmanager
def opened(
    browser: Any, address: str, *, size: tuple[int, int], look: str = "light", forgive: str = "\0"
) -> Iterator[Any]:
    """The page, and an assertion at the end that it complained of nothing but what is to be forgiven."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    base = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    context.add_cookies([{"name": looks.COOKIE, "value": look, "url": base}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    assert [one for one in complaints if forgive not in one] == []
    context.close()


def chosen(page: Any) -> str | None:
    return page.evaluate("document.querySelector('.claim[open]')?.dataset.claim ?? null")


@pytest.mark.parametrize("look", ["light", "elder"])
@pytest.mark.parametrize(
    ("part", "size"),
    [
        ("", (1366, 768)),
        ("", (390, 844)),
        ("person", (1280, 720)),
        ("person", (683, 384)),  # 1366 at 200 %
        ("review", (1366, 768)),
        ("review", (390, 844)),
        ("benefit", (1366, 768)),
        ("benefit", (390, 844)),
        ("phone", (360, 740)),
        ("elder", (360, 740)),
    ],
)
def test_no_page_scrolls_sideways(browser: Any, server: str, part: str, size: tuple[int, int], look: str):
    with opened(browser, f"{server}/?part={part}", size=size, look=look) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_keys_choose_claims_and_regions_answer_to_the_pointer(browser: Any, server: str):
    with opened(browser, f"{server}/?part=review", size=(1440, 900)) as page:
        steps = [chosen(page)]
        for key in ("ArrowDown", "ArrowUp", "ArrowUp", "Tab"):
            page.keyboard.press(key)
            steps.append(chosen(page))
        assert steps == ["3", "4", "3", "2", "3"]
        page.click(".region[data-number='6'] polygon")
        assert chosen(page) == "6"
        assert page.locator(".region.selected").get_attribute("data-number") == "6"


def test_a_redrawn_region_goes_with_the_form(browser: Any, server: str):
    with opened(browser, f"{server}/?part=review", size=(1440, 900)) as page:
        box = page.locator(".region.selected polygon").bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + 10)
        page.mouse.down()
        page.mouse.move(box["x"] + 60, box["y"] + 40, steps=4)
        page.mouse.up()
        sent = page.input_value(".claim[open] [data-polygon]")
        assert sent.count("[") == 5 and chosen(page) == "3"


def test_zoom_stays_between_a_quarter_and_four_and_enhancing_is_only_shown(browser: Any, server: str):
    with opened(browser, f"{server}/?part=review", size=(1440, 900)) as page:
        for _ in range(20):
            page.keyboard.press("+")
        assert page.inner_text("[data-zoom]") == "400%"
        for _ in range(40):
            page.keyboard.press("-")
        assert page.inner_text("[data-zoom]") == "25%"
        before = page.locator(".page image").get_attribute("href")
        page.click("[data-do=enhance]")
        assert page.locator(".page.enhanced").count() == 1
        assert page.locator(".page image").get_attribute("href") == before


def test_a_lost_connection_is_said_and_nothing_else_changes(browser: Any, server: str):
    with opened(browser, f"{server}/?part=review", size=(1440, 900), forgive="ERR_EMPTY_RESPONSE") as page:
        page.keyboard.press("Enter")
        page.wait_for_selector(".message.from-script")
        assert "没有保存成功" in page.inner_text(".message.from-script")
        assert chosen(page) == "3"


def test_on_paper_the_folds_are_open_and_the_navigation_is_gone(browser: Any, server: str):
    with opened(browser, f"{server}/?part=person", size=(794, 1123)) as page:
        page.emulate_media(media="print")
        assert not page.locator("nav.side").is_visible()
        assert not page.locator(".actions").is_visible()
        fill = page.evaluate(
            "getComputedStyle(document.querySelector('.coverage .evidence.recorded')).fill"
        )
        assert "pattern-recorded" in fill
