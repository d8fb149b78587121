"""A passkey in a real browser, made by a virtual authenticator, and then used at the door (S1.3)."""

import re

import pytest
from tests import factories
from tests.journeys.browser import CHROMIUM, FLAGS

from nianlun.access import queries
from nianlun.access.models import Passkey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: scripts/install-browser installs one"
)
def test_a_passkey_is_made_at_the_first_sign_in_and_opens_the_door_afterwards(live_server, monkeypatch):
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps an event loop while it is open
    lijing = factories.staff("clerk", username="lijing", name="李静", password=factories.PASSWORD)
    home = re.sub(r"//[^:]+:", "//localhost:", live_server.url)  # no key is made for a bare address
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(locale="zh-CN").new_page()
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        holder = devices.send(
            "WebAuthn.addVirtualAuthenticator",
            {"options": {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True,
                         "isUserVerified": True, "automaticPresenceSimulation": True}},
        )["authenticatorId"]  # fmt: skip

        def give_password() -> None:
            page.goto(f"{home}/sign-in/?next=/me/")
            page.fill("#username", "lijing")
            page.fill("#password", factories.PASSWORD)
            page.click("main button")

        give_password()
        page.fill("#name", "蓝色小钥匙")
        page.click("text=改用通行密钥")
        page.click("text=我已保存，继续")
        assert "蓝色小钥匙" in page.inner_text("main")
        page.click("header button:has-text('退出')")

        give_password()
        page.click("text=用通行密钥")
        page.wait_for_url("**/me/")
        assert Passkey.objects.get().sign_count > 0
        page.click("header button:has-text('退出')")

        devices.send("WebAuthn.setUserVerified", {"authenticatorId": holder, "isUserVerified": False})
        devices.send("WebAuthn.clearCredentials", {"authenticatorId": holder})
        give_password()
        page.click("text=用通行密钥")
        page.wait_for_selector("text=浏览器没有完成通行密钥")  # another key is no key
        page.goto(f"{home}/me/")
        assert "/sign-in/" in page.url
        browser.close()
    assert [line.kind for line in queries.factors(lijing)] == ["passkey"]
