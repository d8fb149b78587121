"""Sessions: ended from anywhere, known by digests, marked with their browser (S1.6)."""

import pytest
from django.conf import settings as live_settings
from django.test import Client
from django.utils import timezone
from tests import factories

from nianlun.access import operations, queries
from nianlun.access.domain import NotVisible
from nianlun.access.models import Account, Session
from nianlun.access.sessions import DEVICE_COOKIE

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]


def enter(client: Client, username: str, secret: str):
    client.post("/sign-in/", {"username": username, "password": factories.PASSWORD})
    return client.post("/sign-in/second/", {"second_factor.code": factories.code(secret)})


def test_the_cookie_of_a_session_stands_in_no_table_of_ours(viewer, client_of):
    client = client_of(viewer("clerk"))
    assert client.session.session_key.encode() not in bytes(Session.objects.get().key_digest)


def test_one_ends_a_session_from_another_and_it_is_out_at_the_next_request(viewer, client_of):
    clerk = viewer("clerk")
    here, there = client_of(clerk), client_of(clerk)
    there_id = queries.sessions(clerk, at=timezone.now())[0].id
    assert there.get("/reading/").status_code == 200
    assert here.post(f"/me/sessions/{there_id}/end/").status_code == 302
    ended = there.get("/reading/", follow=True)
    assert "由您在另一处结束" in ended.content.decode()
    assert here.get("/reading/").status_code == 200
    assert there.get("/reading/").status_code == 302


def test_one_ends_all_others_at_once(viewer, client_of):
    clerk = viewer("clerk")
    here, *others = [client_of(clerk) for _ in range(3)]
    stranger = client_of(viewer("clerk"))
    here.post("/me/sessions/others/end/")
    assert [client.get("/reading/").status_code for client in (here, *others, stranger)] == [
        200,
        302,
        302,
        200,
    ]


def test_nobody_ends_the_session_of_another(viewer, client_of):
    clerk, other = viewer("clerk"), viewer("clerk")
    client_of(clerk)
    (line,) = queries.sessions(clerk, at=timezone.now())
    with pytest.raises(NotVisible):
        operations.end_session(other, session_id=line.id, at=timezone.now())


def test_an_account_switched_on_again_does_not_bring_its_sessions_back(viewer, client_of):
    clerk, officer = viewer("clerk"), viewer("system_officer")
    client = client_of(clerk)
    for active in (False, True):
        operations.set_active(officer, account_id=clerk.account_id, active=active, at=timezone.now())
    assert client.get("/reading/").status_code == 302


def test_a_session_is_of_no_use_with_another_account_written_into_it(viewer, client_of):
    client, other = client_of(viewer("clerk")), viewer("reviewer")
    session = client.session
    session["_auth_user_id"] = str(other.account_id)
    session.save()
    assert client.get("/reading/").status_code == 302


def test_a_session_id_that_somebody_planted_is_not_the_one_that_opens(viewer):  # fixation
    secret = factories.authenticator(
        factories.staff("clerk", username="lijing", password=factories.PASSWORD)
    )
    planted = Client()
    planted.get("/sign-in/")
    session = planted.session
    session["planted"] = 1
    session.save()
    victim = Client()
    victim.cookies[live_settings.SESSION_COOKIE_NAME] = session.session_key
    enter(victim, "lijing", secret)
    assert victim.get("/reading/").status_code == 200
    assert planted.get("/reading/").status_code == 302


def test_two_accounts_in_one_browser_have_one_device_and_another_browser_another():
    secrets = {}
    for name in ("lijing", "wangqiang"):
        who = factories.staff("clerk", username=name, password=factories.PASSWORD)
        secrets[name] = factories.authenticator(who)
    browser = Client()
    answer = enter(browser, "lijing", secrets["lijing"])
    cookie = answer.cookies[DEVICE_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    browser.post("/sign-out/")
    enter(browser, "wangqiang", secrets["wangqiang"])
    Account.objects.update(last_login=None)
    enter_elsewhere = Client()
    enter_elsewhere.cookies[DEVICE_COOKIE] = "forged"
    factories.staff("clerk", username="zhaoli", password=factories.PASSWORD)
    third = factories.authenticator(queries.viewer_named("zhaoli"))
    enter(enter_elsewhere, "zhaoli", third)
    devices = list(Session.objects.order_by("signed_in_at").values_list("device", flat=True))
    assert devices[0] == devices[1] != devices[2]
    assert cookie.value not in devices
    assert all(len(device) == 64 for device in devices)


def test_the_viewer_knows_the_device_of_the_session(viewer, client_of):
    client = client_of(viewer("clerk"))
    answer = client.get("/reading/")
    assert answer.wsgi_request.viewer.device == Session.objects.get().device
