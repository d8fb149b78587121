"""The running system and a browser, for journeys through both."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.journeys.browser import CHROMIUM, FLAGS, Visitor, visitor
from tests.journeys.system import System, installation


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The sample city at its smallest, web server and worker running."""
    with installation("city") as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Of the module, not the session: while it is open its event loop keeps Django's database from other tests."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: scripts/install-browser installs one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def visit(browser: Any, system: System) -> Iterator[Callable[..., Visitor]]:
    """`visit()` is somebody's browser, `visit("李敏")` one in which that persona is signed in."""
    with ExitStack() as windows:

        def come(persona: str = "", **options: Any) -> Visitor:
            made = windows.enter_context(visitor(browser, system, **options))
            if persona:
                made.become(persona)
            return made

        yield come
