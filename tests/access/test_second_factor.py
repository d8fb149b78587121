"""The second factor: nobody of staff gets in without, and a proof counts once (S1.3, S1.4)."""

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests import factories

from nianlun.access import keys, operations, queries
from nianlun.access.domain import FactorKind, Refused
from nianlun.access.models import Account, Authenticator, RecoveryCode
from nianlun.access.operations import Proof, SignInFailed
from nianlun.config.command import parser
from nianlun.journal.models import Entry
from nianlun.kernel.cipher import Keyring, SealBroken

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
RIGHT = factories.PASSWORD


@pytest.fixture
def lijing():
    return factories.staff("clerk", username="lijing", name="李静", password=RIGHT)


def give_password(client: Client, password: str = RIGHT, onward: str = "/anyone/"):
    return client.post("/sign-in/", {"username": "lijing", "password": password, "next": onward})


def give_code(client: Client, code: str):
    return client.post("/sign-in/second/", {"second_factor.code": code, "next": "/anyone/"})


def who_is_in(client: Client) -> str:
    return client.get("/anyone/").content.decode()


def test_the_insured_get_in_by_password_alone():
    who = factories.staff("insured", scope="", agency_name="", username="lijing", password=RIGHT)
    client = Client()
    assert give_password(client)["Location"] == "/anyone/"
    assert who_is_in(client) == who.name


def test_the_first_password_leads_to_setting_up_and_nowhere_else(lijing):
    client = Client()
    sent = give_password(client)
    assert sent["Location"] == "/sign-in/set-up/?next=%2Fanyone%2F"
    assert who_is_in(client) == "没有登录"
    assert client.get("/reading/").status_code == 302
    assert client.get("/me/").status_code == 302
    assert client.get("/sign-in/second/").status_code == 302
    text = client.get(sent["Location"]).content.decode()
    secret = re.search(r"密钥 <code>([A-Z2-7 ]+)</code>", text)[1].replace(" ", "")
    wrong = client.post("/sign-in/set-up/", {"code": "000000"})
    assert (wrong.status_code, who_is_in(client)) == (422, "没有登录")
    assert secret in wrong.content.decode().replace(" ", "")  # the code on the telephone stays good
    done = client.post("/sign-in/set-up/", {"code": factories.code(secret), "next": "/anyone/"})
    codes = re.findall(r"<li><code>([\w-]+)</code>", done.content.decode())
    assert len(codes) == 10
    assert who_is_in(client) == "李静"
    assert secret.encode() not in bytes(Authenticator.objects.get().secret_sealed)
    kept = b"".join(bytes(row.digest) for row in RecoveryCode.objects.all())
    assert not any(code.replace("-", "").encode() in kept for code in codes)


def test_between_the_steps_no_page_opens_and_it_lasts_five_minutes(lijing):
    secret, client = factories.authenticator(lijing), Client()
    give_password(client)
    for page in ("/reading/", "/desk/", "/me/", "/step-up/"):
        assert client.get(page)["Location"].startswith("/sign-in/")
    session = client.session
    session["halfway"] = session["halfway"] | {"at": session["halfway"]["at"] - 300}
    session.save()
    late = give_code(client, factories.code(secret))
    assert late["Location"].startswith("/sign-in/?next")
    assert who_is_in(client) == "没有登录"


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"password": "argon2$other"}], ids=["switched off", "new password"]
)
def test_what_changes_of_the_account_between_the_steps_ends_them(lijing, change):
    secret, client = factories.authenticator(lijing), Client()
    give_password(client)
    Account.objects.filter(pk=lijing.account_id).update(**change)
    assert give_code(client, factories.code(secret))["Location"].startswith("/sign-in/?next")
    assert who_is_in(client) == "没有登录"


def test_the_state_between_the_steps_belongs_to_one_account(lijing):
    other = factories.staff("reviewer", name="陈静")
    theirs, client = factories.authenticator(other), Client()
    factories.authenticator(lijing)
    give_password(client)
    assert give_code(client, factories.code(theirs)).status_code == 403
    assert who_is_in(client) == "没有登录"


def test_wrong_codes_lock_like_wrong_passwords_and_a_right_password_does_not_forgive_them(lijing):  # S1.4
    secret, client = factories.authenticator(lijing), Client()
    for _ in range(2):
        give_password(client)
        assert give_code(client, "000000").status_code == 403
    other = Client()
    for _ in range(3):
        give_password(other, "wrong")
    assert "锁定 15 分钟。请稍后" in give_password(Client()).content.decode()
    locked = give_code(client, factories.code(secret))
    assert locked.status_code == 403
    assert "锁定" in locked.content.decode()
    assert who_is_in(client) == "没有登录"


def test_a_code_counts_once(lijing):
    secret, at = factories.authenticator(lijing), timezone.now()
    proof = Proof(code=factories.code(secret, at=at))
    assert operations.prove(lijing.account_id, proof=proof, address="", at=at) is FactorKind.AUTHENTICATOR
    with pytest.raises(SignInFailed, match="用过"):
        operations.prove(lijing.account_id, proof=proof, address="", at=at + timedelta(seconds=1))
    earlier = Proof(code=factories.code(secret, at=at - timedelta(seconds=30)))
    with pytest.raises(SignInFailed):
        operations.prove(lijing.account_id, proof=earlier, address="", at=at + timedelta(seconds=2))


def test_a_recovery_code_is_good_once_and_new_ones_void_the_old(lijing):
    factories.authenticator(lijing)
    at = timezone.now()
    first, second, *_ = operations.make_recovery_codes(lijing, at=at)
    proof = Proof(code=first.lower())
    assert operations.prove(lijing.account_id, proof=proof, address="", at=at) is FactorKind.RECOVERY_CODE
    assert queries.recovery_codes_left(lijing) == 9
    with pytest.raises(SignInFailed):
        operations.prove(lijing.account_id, proof=proof, address="", at=at)
    operations.make_recovery_codes(lijing, at=at)
    with pytest.raises(SignInFailed):
        operations.prove(lijing.account_id, proof=Proof(code=second), address="", at=at)


def test_the_last_factor_stays_and_others_can_go(lijing):
    factories.authenticator(lijing)
    (only,) = queries.factors(lijing)
    with pytest.raises(Refused, match="最后一个"):
        operations.remove_factor(lijing, factor_id=only.id, at=timezone.now())
    factories.authenticator(lijing)
    operations.rename_factor(lijing, factor_id=only.id, name="旧手机\x00 ", at=timezone.now())
    assert queries.factors(lijing)[0].name == "旧手机"
    operations.remove_factor(lijing, factor_id=only.id, at=timezone.now())
    assert only.id not in {line.id for line in queries.factors(lijing)}
    assert Entry.objects.filter(action="access.factor_removed").count() == 1


def test_the_demo_s_answer_is_none_elsewhere(settings, lijing):
    Account.objects.filter(pk=lijing.account_id).update(persona="看看")
    factories.authenticator(lijing)
    proof, at = Proof(demo=True), timezone.now()
    with pytest.raises(SignInFailed):
        operations.prove(lijing.account_id, proof=proof, address="", at=at)
    settings.DEMO = True
    assert operations.prove(lijing.account_id, proof=proof, address="", at=at) is FactorKind.DEMO
    Account.objects.filter(pk=lijing.account_id).update(persona="")
    with pytest.raises(SignInFailed):
        operations.prove(lijing.account_id, proof=proof, address="", at=at)


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "x" * 30_000, '{"id": "AA", "rawId": "AA", "type": "public-key"}']
)
def test_whatever_a_stranger_sends_as_a_passkey_is_answered_in_words(lijing, answer):  # S7.5
    factories.authenticator(lijing)
    client = Client()
    give_password(client)
    sent = client.post("/sign-in/second/", {"second_factor.passkey": answer})
    assert sent.status_code == 403
    assert "验证没有通过" in sent.content.decode()


def test_a_secret_offered_to_one_account_is_no_secret_of_another(lijing):
    kept = keys.sealed_offer("JBSWY3DPEHPK3PXP", account_id=1)
    assert keys.unsealed_offer(kept, account_id=1) == "JBSWY3DPEHPK3PXP"
    assert "JBSW" not in kept
    with pytest.raises(SealBroken):
        keys.unsealed_offer(kept, account_id=2)


def test_secrets_outlive_the_change_of_keys(lijing, settings, tmp_path, now):  # S5.2
    settings.KEYRING = tmp_path / "keyring.json"
    Keyring.create(settings.KEYRING)
    secret = factories.authenticator(lijing)
    fresh = keys.keyring().rotate(settings.KEYRING)
    assert operations.reseal_secrets(at=now) == 1
    assert operations.reseal_secrets(at=now) == 0
    settings.KEYRING.write_text(Keyring(current=2, pairs={2: fresh.pairs[2]})._written())
    proof = Proof(code=factories.code(secret, at=now))
    assert operations.prove(lijing.account_id, proof=proof, address="", at=now) is FactorKind.AUTHENTICATOR


def test_the_server_s_keeper_gives_the_last_officer_a_way_in(lijing, monkeypatch, capsys):
    factories.authenticator(lijing)
    browser = factories.client_of(lijing)
    monkeypatch.setattr("sys.stdin", io.StringIO("Shiqiao-Bei-De-Yu-4\n"))
    args = parser().parse_args(["staff", "reset", "LiJing", "--reason", "唯一的管理员丢了手机"])
    assert args.run(args) == 0
    assert "下次登录时重新设置" in capsys.readouterr().out
    assert browser.get("/reading/").status_code == 302
    assert give_password(Client(), "Shiqiao-Bei-De-Yu-4")["Location"].startswith("/sign-in/set-up/")


def test_of_two_browsers_only_one_sets_up_the_first_factor():
    factories.staff("leader", username="lijingjing", name="李静静", password=factories.PASSWORD)
    browsers, offers = (Client(), Client()), []
    for browser in browsers:
        browser.post("/sign-in/", {"username": "lijingjing", "password": factories.PASSWORD})
        page = browser.get("/sign-in/set-up/").content.decode()
        offers.append(re.search(r"密钥 <code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", ""))
    for browser, offer in zip(browsers, offers, strict=True):
        browser.post("/sign-in/set-up/", {"code": factories.code(offer)})
    assert Authenticator.objects.filter(account__username="lijingjing").count() == 1


def test_a_key_of_nothing_but_brackets_is_no_key():
    factories.staff("leader", username="wanger", password=factories.PASSWORD)
    browser = Client()
    browser.post("/sign-in/", {"username": "wanger", "password": factories.PASSWORD})
    browser.get("/sign-in/set-up/")
    assert browser.post("/sign-in/set-up/", {"code": "", "new_key": "[" * 19000}).status_code == 422
