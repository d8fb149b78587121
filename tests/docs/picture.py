"""Takes the README's picture of the person page from a running demo.

    .venv/bin/python -m tests.docs.picture [ADDRESS]

The picture is of the sample person 周桂兰, and its letters' edges are smoothed over 256 colours so that it stays small.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "person.png"
LARGEST = 300 * 1024  # bytes
SIZE = {"width": 1366, "height": 1000}
CLERK, PERSON, PURPOSE = "李敏", "周桂兰", "退休待遇核定前核对档案"


def take(address: str) -> bytes:
    """Sign in as the demo's clerk, open the person for a purpose, and return the window as PNG."""
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport=SIZE, locale="zh-CN").new_page()
        page.goto(f"{address}/personas/")
        page.locator("tr", has_text=CLERK).get_by_role("button").click()
        page.get_by_role("button", name="用演示动态口令").click()
        page.goto(f"{address}/search/?q={PERSON}")
        page.locator("main").get_by_role("link", name=PERSON, exact=True).first.click()
        if "/purpose/" in page.url:
            page.fill("#purpose", PURPOSE)
            page.get_by_role("button", name="打开档案").click()
        page.wait_for_load_state("networkidle")
        picture = page.screenshot()
        browser.close()
    return picture


def reduced(picture: bytes) -> bytes:
    """The same picture with a palette. Rare colours must stay what they are: red means contradiction here."""
    out = io.BytesIO()
    colours = Image.open(io.BytesIO(picture)).convert("RGB")
    reduced_to = colours.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    reduced_to.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> int:
    """Write the picture; 1 when it came out too large."""
    small = reduced(take((sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")))
    if len(small) > LARGEST:
        sys.stderr.write(f"图有 {len(small)} 字节，超过 {LARGEST}。请减少颜色或缩小窗口。\n")
        return 1
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_bytes(small)
    sys.stdout.write(f"{PICTURE}：{len(small)} 字节\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
