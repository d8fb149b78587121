"""Important deeds ask for the second factor again, and lose nothing over it (S1.7)."""

import re
from datetime import timedelta

import pytest
from django.urls import get_resolver
from django.utils import timezone
from tests import factories
from tests.access.test_every_route import routes

from nianlun.access.models import Account, Session
from nianlun.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
LONG_AGO = timedelta(minutes=5, seconds=1)

IMPORTANT = {
    "watch/stops/<int:stop_id>/lift/",
    "exports/<uuid:export_id>/file/",
    "exports/<uuid:export_id>/decide/",
    "staff/passwords/<uuid:request_id>/check/",
    "staff/passwords/<uuid:request_id>/release/",
    "staff/passwords/<uuid:request_id>/refuse/",
    "contributions/rosters/<uuid:roster_id>/book/",
    "media/<uuid:medium_id>/open/",
    "staff/<int:account_id>/active/",
    "staff/<int:account_id>/unlock/",
    "vault/destroy/<path:object_id>/",
    "vault/destructions/<uuid:destruction_id>/decide/",
}


def test_what_cannot_be_undone_or_gives_power_asks_again():
    fresh = {
        address
        for address, pattern in routes(get_resolver("nianlun.config.urls"))
        if getattr(pattern.callback, "access_fresh", False)
    }
    assert fresh >= IMPORTANT


@pytest.fixture
def officer(viewer):
    return viewer("system_officer")


@pytest.fixture
def secret(officer):
    return factories.authenticator(officer)


@pytest.fixture
def stale(officer, secret):
    """A browser whose second factor was proven too long ago."""
    return factories.client_of(officer, proven_at=timezone.now() - LONG_AGO)


@pytest.fixture
def clerk(viewer):
    return viewer("clerk")


def is_active(clerk) -> bool:
    return Account.objects.get(pk=clerk.account_id).is_active


def test_a_form_waits_for_the_proof_and_is_then_done_without_being_filled_again(stale, secret, clerk):
    path = f"/staff/{clerk.account_id}/active/"
    asked = stale.post(path, {"active": "no", "note": ["甲", "乙<b>"]})
    assert asked.status_code == 403
    assert is_active(clerk)
    text = asked.content.decode()
    kept = re.findall(r'<input type="hidden" name="(active|note)" value="([^"]*)"', text)
    assert kept == [("active", "no"), ("note", "甲"), ("note", "乙&lt;b&gt;")]
    assert f'action="{path}"' in text
    wrong = stale.post(path, {"active": "no", "second_factor.code": "000000"})
    assert wrong.status_code == 403
    assert is_active(clerk)
    assert 'name="active" value="no"' in wrong.content.decode()
    done = stale.post(path, {"active": "no", "second_factor.code": factories.code(secret)})
    assert done.status_code == 302
    assert not is_active(clerk)
    assert Entry.objects.filter(action="access.factor_proven").count() == 1
    assert stale.post(path, {"active": "yes"}).status_code == 302  # for five minutes nothing is asked


def test_nobody_s_word_but_the_proof_opens_the_page(stale, clerk):
    path = f"/staff/{clerk.account_id}/active/"
    for sent in (
        {"second_factor.demo": "yes"},
        {"second_factor.code": ""},
        {"second_factor.passkey": "{}"},
    ):
        assert stale.post(path, {"active": "no", **sent}).status_code == 403
    assert is_active(clerk)


def test_a_page_that_is_only_looked_at_is_come_back_to(stale, secret):
    asked = stale.get("/me/recovery-codes/?a=1")
    assert asked["Location"] == "/step-up/?next=%2Fme%2Frecovery-codes%2F%3Fa%3D1"
    assert "重要操作" in stale.get(asked["Location"]).content.decode()
    sent = stale.post(asked["Location"], {"second_factor.code": factories.code(secret)})
    assert sent["Location"] == "/me/recovery-codes/?a=1"
    assert stale.get(sent["Location"]).status_code == 200


def test_a_file_cannot_wait_and_that_is_said(viewer):
    from django.core.files.uploadedfile import SimpleUploadedFile

    keeper = viewer("keeper")
    factories.authenticator(keeper)
    client = factories.client_of(keeper, proven_at=timezone.now() - LONG_AGO)
    sent = client.post(
        "/media/019b76da-0000-7000-8000-000000000000/open/",
        {"step": "inside", "identity": SimpleUploadedFile("key.txt", b"secret")},
        headers={"Referer": "http://testserver/media/"},
    )
    assert sent["Location"] == "/step-up/?next=%2Fmedia%2F"
    assert "再回来重新提交" in client.get(sent["Location"]).content.decode()


def test_wrong_proofs_before_a_deed_lock_the_account_too(stale, secret, clerk):  # S1.4
    path = f"/staff/{clerk.account_id}/active/"
    for _ in range(5):
        stale.post(path, {"active": "no", "second_factor.code": "000000"})
    locked = stale.post(path, {"active": "no", "second_factor.code": factories.code(secret)})
    assert (locked.status_code, is_active(clerk)) == (403, True)
    assert "锁定" in locked.content.decode()


def test_somebody_without_the_right_is_not_even_asked(viewer, clerk):
    other = factories.client_of(viewer("clerk"), proven_at=timezone.now() - LONG_AGO)
    assert other.post(f"/staff/{clerk.account_id}/active/", {"active": "no"}).status_code == 404


def test_a_further_factor_is_added_after_proving_one_and_the_session_gets_a_new_id(stale, secret):  # S1.6
    asked = stale.get("/me/factors/new/")
    assert asked["Location"].startswith("/step-up/")
    stale.post(asked["Location"], {"second_factor.code": factories.code(secret)})
    text = stale.get("/me/factors/new/").content.decode()
    offered = re.search(r"密钥 <code>([A-Z2-7 ]+)</code>", text)[1].replace(" ", "")
    before, row = stale.session.session_key, Session.objects.get().pk
    sent = stale.post("/me/factors/new/", {"code": factories.code(offered), "name": "新手机"})
    assert sent["Location"] == "/me/"
    assert stale.session.session_key != before
    assert Session.objects.get().pk == row  # the same session, known by another key
    page = stale.get("/me/").content.decode()
    assert "新手机" in page
