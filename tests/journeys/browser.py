"""Somebody at a browser. What a browser complains of is collected and ends the journey."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.journeys.system import PATIENCE, System

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, SMALL_DESK, PHONE = (1440, 900), (1366, 768), (390, 844)


class Visitor:
    """One person's browser. Use `visitor(...)`, which looks at the complaints when the journey ends."""

    def __init__(self, system: System, context: Any) -> None:
        self.system, self.context = system, context
        self.complaints: list[str] = []
        self.clicks = 0
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)  # milliseconds
        self.page.on("console", lambda m: self._complain(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("response", self._look_at)

    def go(self, path: str) -> None:
        self.page.goto(self.system.address + path)
        self.look()

    def click(self, selector: str) -> None:
        """Press something that leads to another page."""
        self.clicks += 1
        with self.page.expect_navigation():
            self.page.click(selector)
        self.look()

    def look(self) -> None:
        """Nothing is wider than the window."""
        self.page.wait_for_load_state("load")
        wide, room = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if wide > room:
            self._complain(f"{self.path} is {wide} wide in a window of {room}")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        """What stands on the page."""
        return str(self.page.inner_text("body"))

    def fetch(self, path: str, **form: str) -> Any:
        """Ask without looking; with `form` a form is sent, with the token the browser's own pages carry."""
        if not form:
            return self.context.request.get(self.system.address + path, max_redirects=0)
        return self.send(path, form)

    def send(self, path: str, form: dict[str, str]) -> Any:
        sent = {"csrfmiddlewaretoken": self._token(), **form}
        return self.context.request.post(
            self.system.address + path, form=sent, max_redirects=0, headers={"Referer": self.system.address}
        )

    def upload(self, path: str, files: list[tuple[str, bytes]]) -> Any:
        """Send files as a form does that has no scripts."""
        boundary = "journeys-boundary"
        parts = [("csrfmiddlewaretoken", None, self._token().encode())]
        parts += [("files", name, data) for name, data in files]
        body = b""
        for field, name, data in parts:
            shown = f'; filename="{name}"' if name is not None else ""
            body += (
                f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"{shown}\r\n\r\n'.encode()
            )
            body += data + b"\r\n"
        kind = f"multipart/form-data; boundary={boundary}"
        return self.context.request.post(
            self.system.address + path, data=body + f"--{boundary}--\r\n".encode(), max_redirects=0,
            headers={"Content-Type": kind, "Referer": self.system.address}, timeout=PATIENCE * 500,
        )  # fmt: skip

    def sign_in(self, username: str) -> None:
        """Type name and password."""
        self.go("/sign-in/")
        self.page.fill("#username", username)
        self.page.fill("#password", self.system.password(username))
        self.click("main button")
        self.prove()

    def become(self, name: str) -> None:
        """Enter as a persona of the demo, with a click for each of the two steps; needs no script."""
        self.go("/personas/")
        row = self.page.locator("tr", has=self.page.locator("th", has_text=name))
        with self.page.expect_navigation():
            row.locator("button").click()
        self.look()
        self.prove()

    def prove(self) -> None:
        """Let the demo's authenticator answer, where the second factor is asked."""
        if self.path in ("/sign-in/second/", "/step-up/"):
            self.click("main button[name='second_factor.demo']")

    def state_purpose(self, purpose: str) -> None:
        """Answer the question why the file is opened, where it is asked."""
        if "/purpose/" in self.path:
            self.page.fill("#purpose", purpose)
            self.click("main button.main")

    def _token(self) -> str:
        cookies = {c["name"]: c["value"] for c in self.context.cookies()}
        return str(cookies.get("csrftoken", ""))

    def _complain(self, what: str) -> None:
        self.complaints.append(what)

    def _look_at(self, response: Any) -> None:
        if response.status >= 500:
            self._complain(f"{response.status} {response.url}")
        kind = response.headers.get("content-type", "")
        if kind.startswith("text/html") and response.status != 302:
            policy = response.headers.get("content-security-policy", "")
            if not all(part in policy for part in ("default-src 'self'", "object-src 'none'")) or (
                "unsafe" in policy
            ):
                self._complain(f"policy of {response.url}: {policy!r}")


@contextmanager
def visitor(
    browser: Any,
    system: System,
    *,
    size: tuple[int, int] = SMALL_DESK,
    look: str = "light",
    scripts: bool = True,
    forgive: tuple[str, ...] = (),
) -> Iterator[Visitor]:
    """A browser window of a size and a look; at its end nothing may have been complained of but what is forgiven."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", java_script_enabled=scripts
    )
    context.add_cookies([{"name": "look", "value": look, "url": system.address}])
    made = Visitor(system, context)
    yield made
    context.close()
    left = [one for one in made.complaints if not any(word in one for word in forgive)]
    assert not left, "\n".join(left)
