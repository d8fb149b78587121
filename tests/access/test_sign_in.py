"""Signing in: counted, journaled, and with one answer for every failure."""

import re
import threading
from datetime import timedelta

import pytest
from django.conf import settings as live_settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests import factories

from nianlun.access import operations, passwords
from nianlun.access.models import Account, Attempt
from nianlun.access.operations import SignInFailed
from nianlun.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
RIGHT = factories.PASSWORD
ADDRESS = "10.1.2.3"


@pytest.fixture
def lijing():
    return factories.staff("clerk", username="lijing", name="李静", password=RIGHT)


def attempt(client: Client, username: str, password: str, **headers):
    return client.post(
        "/sign-in/", {"username": username, "password": password, "next": "/anyone/"}, headers=headers
    )


def prove(client: Client, code: str, **headers):
    return client.post(
        "/sign-in/second/", {"second_factor.code": code, "next": "/anyone/"}, headers=headers
    )


def guess(username: str, password: str, *, at, address: str = ADDRESS):
    return operations.sign_in(username=username, password=password, address=address, at=at)


def test_a_right_password_and_a_right_code_open_a_new_session_and_lead_on(lijing):
    secret = factories.authenticator(lijing)
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["before"] = 1
    session.save()
    old = session.session_key
    client.cookies[live_settings.SESSION_COOKIE_NAME] = old
    response = attempt(client, " LiJing ", RIGHT)
    assert (response.status_code, response["Location"]) == (302, "/sign-in/second/?next=%2Fanyone%2F")
    between = client.session.session_key
    response = prove(client, factories.code(secret))
    assert (response.status_code, response["Location"]) == (302, "/anyone/")
    assert len({old, between, client.session.session_key}) == 3  # S1.6
    assert "before" not in client.session
    assert client.get("/anyone/").content.decode() == "李静"
    assert list(Entry.objects.filter(action="access.signed_in").values_list("name", "address")) == [
        ("李静", "127.0.0.1")
    ]


def test_every_failure_has_the_same_answer(lijing):  # S1.5
    switched_off = factories.staff("clerk", username="gone", password=RIGHT)
    Account.objects.filter(pk=switched_off.account_id).update(is_active=False)
    answers = [
        attempt(Client(), username, password)
        for username, password in (("lijing", "wrong"), ("nobody", "wrong"), ("gone", RIGHT))
    ]
    assert {answer.status_code for answer in answers} == {403}
    texts = [re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode()) for answer in answers]
    assert len(set(texts)) == 1
    assert not Entry.objects.filter(action="access.signed_in").exists()


def test_after_five_failures_the_right_password_does_not_help_until_the_lock_ends(lijing, now):  # S1.4
    for second in range(5):
        with pytest.raises(operations.SignInFailed, match="不对"):
            guess("lijing", "wrong", at=now + timedelta(seconds=second), address=f"10.0.0.{second}")
    with pytest.raises(operations.SignInFailed, match="锁定"):
        guess("lijing", RIGHT, at=now + timedelta(minutes=14), address="10.9.9.9")
    assert Entry.objects.order_by("-pk").first().action == "access.sign_in_locked"
    assert guess("lijing", RIGHT, at=now + timedelta(minutes=15, seconds=5)).account_id == lijing.account_id


def test_an_unknown_login_is_locked_like_a_known_one(now):  # S1.5
    for _ in range(5):
        with pytest.raises(operations.SignInFailed):
            guess("nobody", "wrong", at=now)
    with pytest.raises(operations.SignInFailed, match="锁定"):
        guess("nobody", "wrong", at=now)


def test_one_source_may_fail_thirty_times_in_ten_minutes(lijing, now):  # S1.4
    for number in range(30):
        with pytest.raises(operations.SignInFailed):
            guess(f"login-{number}", "wrong", at=now)
    with pytest.raises(operations.SignInFailed, match="这台机器"):
        guess("lijing", RIGHT, at=now + timedelta(minutes=9))
    assert guess("lijing", RIGHT, at=now + timedelta(minutes=9), address="10.9.9.9")
    assert guess("lijing", RIGHT, at=now + timedelta(minutes=10))


def test_another_browser_or_a_claimed_address_does_not_reset_the_count(lijing):  # S1.4
    for number in range(5):
        response = attempt(
            Client(),
            "lijing",
            "wrong",
            **{"User-Agent": f"browser {number}", "X-Forwarded-For": f"9.9.9.{number}"},
        )
        assert response.status_code == 403
    assert set(Attempt.objects.values_list("address", flat=True)) == {"127.0.0.1"}
    assert "锁定 15 分钟" in attempt(Client(), "lijing", RIGHT).content.decode()


def test_what_was_typed_as_login_is_kept_nowhere(now):
    with pytest.raises(operations.SignInFailed):
        guess("My-Secret-Pass-77", "x", at=now)
    row = Attempt.objects.get()
    assert b"secret" not in bytes(row.login_digest).lower()
    assert not Entry.objects.filter(about__icontains="secret").exists()


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("", ""),
        ("lijing", ""),
        ("\x00", "x"),
        ("a" * 10_000, "b" * 100_000),
        ("李\ud800".encode("utf-8", "replace"), "x"),
    ],
)
def test_any_input_is_answered_and_never_by_a_fault(lijing, username, password):  # S7.5
    assert attempt(Client(), username, password).status_code in {403, 422}


def test_too_many_at_once_are_told_to_come_back(lijing, monkeypatch):  # S1.1
    def full(*_args):
        raise passwords.TooBusy

    monkeypatch.setattr(passwords, "matches", full)
    response = attempt(Client(), "lijing", RIGHT)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "过几秒再试" in response.content.decode()
    assert not Attempt.objects.exists()  # the honest are not locked out for coming in a crowd


@pytest.mark.django_db(transaction=True)
def test_guesses_made_all_at_once_do_not_slip_through_the_count(now, monkeypatch):
    monkeypatch.setattr(passwords, "_room", threading.BoundedSemaphore(12))
    factories.staff("clerk", username="lijing", password=RIGHT)
    answers: list[str] = []

    def one() -> None:
        try:
            guess("lijing", "wrong", at=now)
        except operations.SignInFailed as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([answer for answer in answers if "不对" in answer]) == 5
    assert len([answer for answer in answers if "锁定 15 分钟。请稍后" in answer]) == 7


def test_signing_out_ends_the_session_on_the_server(lijing):
    client, secret = Client(), factories.authenticator(lijing)
    attempt(client, "lijing", RIGHT)
    prove(client, factories.code(secret))
    stolen = client.cookies[live_settings.SESSION_COOKIE_NAME].value
    client.post("/sign-out/")
    assert Entry.objects.order_by("-pk").first().action == "access.signed_out"
    thief = Client()
    thief.cookies[live_settings.SESSION_COOKIE_NAME] = stolen
    assert thief.get("/anyone/").content.decode() == "没有登录"


def test_forms_from_elsewhere_are_refused(lijing):  # S7.2
    client = Client(enforce_csrf_checks=True)
    response = attempt(client, "lijing", RIGHT)
    assert response.status_code == 403
    assert "没有提交成功" in response.content.decode()
    assert not Attempt.objects.exists()


def test_a_network_of_many_addresses_is_one_source():
    at, answers = timezone.now(), []
    for number in range(32):
        with pytest.raises(SignInFailed) as refused:
            operations.sign_in(
                username=f"nobody{number}", password="x", address=f"2001:db8:1:2::{number:x}", at=at
            )
        answers.append("这台机器" in str(refused.value))
    assert answers == [False] * 30 + [True] * 2
