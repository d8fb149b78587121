"""Passwords changed, forgotten and released by two; locks ended by an officer (S1.2, S1.4, S1.5)."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from tests import factories

from nianlun.access import operations, queries
from nianlun.access.domain import NotVisible, Refused, Role
from nianlun.access.domain.grants import Step
from nianlun.access.models import Account, Attempt, PasswordRequest
from nianlun.access.operations import SignInFailed, WeakPassword, changing_password, granting
from nianlun.journal.models import Entry
from nianlun.registry import kin_declaring
from nianlun.registry.domain import Relation

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
OLD, NEW = factories.PASSWORD, "Shiqiao-Bei-De-Yu-4"


@pytest.fixture
def lijing():
    return factories.staff("clerk", username="lijing", name="李静", password=OLD)


def asked(lijing, *, at):
    operations.ask_for_password(username="lijing", address="10.1.2.3", at=at)
    return PasswordRequest.objects.get(account_id=lijing.account_id, closed_at=None).pk


def without_token(response) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", response.content.decode())


def test_asking_for_a_password_is_answered_the_same_of_every_account(lijing):  # S1.5
    gone = factories.staff("clerk", username="gone", password=OLD)
    Account.objects.filter(pk=gone.account_id).update(is_active=False)
    factories.staff("insured", username="canbao", scope="", agency_name="", password=OLD)
    answers = []
    for username in ("lijing", "lijing", "nobody", "gone", "canbao", "x" * 300):
        answers.append(Client().post("/sign-in/forgotten/", {"username": username}))
    assert {answer.status_code for answer in answers} == {200}
    assert len({without_token(answer) for answer in answers}) == 1
    assert PasswordRequest.objects.count() == 1
    assert Entry.objects.filter(action="access.password_asked").count() == 1


def test_two_officers_release_a_code_that_sets_a_password_once(lijing, viewer):
    at = timezone.now()
    system, security = viewer("system_officer"), viewer("security_officer")
    browser = factories.client_of(lijing)
    number = asked(lijing, at=at)
    with pytest.raises(Refused, match="还没有核实"):
        operations.release_password_code(security, number, at=at)
    first = operations.check_password_request(system, number, factors_too=False, at=at)
    second = operations.release_password_code(security, number, at=at)
    code = first + second
    kept = PasswordRequest.objects.get()
    assert second.replace("-", "").encode() not in bytes(kept.code_digest) + bytes(kept.half_digest)
    with pytest.raises(Refused, match="已经发放"):
        operations.release_password_code(security, number, at=at)

    def use(code: str, new: str = NEW, at=at) -> None:
        operations.set_forgotten_password(username="LiJing", code=code, new=new, address="", at=at)

    with pytest.raises(WeakPassword):
        use(code, "shebao2024")
    for alone in (
        first,
        second,
        first + first,
        second + second,
        second + first,
    ):  # neither officer can alone
        with pytest.raises(SignInFailed):
            use(alone)
        Attempt.objects.all().delete()
    use(code.lower())
    with pytest.raises(SignInFailed):
        use(code)
    assert browser.get("/reading/").status_code == 302  # whoever was in is out
    assert (
        operations.sign_in(username="lijing", password=NEW, address="", at=at).account_id
        == lijing.account_id
    )
    with pytest.raises(SignInFailed):
        operations.sign_in(username="lijing", password=OLD, address="", at=at)


def test_a_code_is_good_for_half_an_hour_and_a_request_for_a_day(lijing, viewer, now):
    system, security = viewer("system_officer"), viewer("security_officer")
    number = asked(lijing, at=now)
    first = operations.check_password_request(system, number, factors_too=False, at=now)
    code = first + operations.release_password_code(security, number, at=now)
    late = now + timedelta(minutes=30)
    with pytest.raises(SignInFailed, match="过期"):
        operations.set_forgotten_password(username="lijing", code=code, new=NEW, address="", at=late)
    again = first + operations.release_password_code(security, number, at=late)
    assert again != code
    with pytest.raises(NotVisible):
        operations.release_password_code(security, number, at=now + timedelta(days=1))
    assert asked(lijing, at=now + timedelta(days=1)) != number


def test_a_lost_telephone_is_set_up_anew_where_the_officers_say_so(lijing, viewer):
    at = timezone.now()
    factories.authenticator(lijing)
    operations.make_recovery_codes(lijing, at=at)
    number = asked(lijing, at=at)
    code = operations.check_password_request(viewer("system_officer"), number, factors_too=True, at=at)
    code += operations.release_password_code(viewer("security_officer"), number, at=at)
    operations.set_forgotten_password(username="lijing", code=code, new=NEW, address="", at=at)
    assert not queries.has_factor(lijing.account_id)
    assert queries.recovery_codes_left(lijing) == 0
    entered = Client().post("/sign-in/", {"username": "lijing", "password": NEW})
    assert entered["Location"].startswith("/sign-in/set-up/")


def test_an_account_with_a_new_second_factor_gives_nobody_power_for_a_day(viewer):
    at = timezone.now()
    leader = factories.staff("leader", username="wangju", password=OLD)
    factories.authenticator(leader)
    clerk = viewer("clerk")
    asked_for = granting.ask(
        viewer("clerk"),
        account_id=clerk.account_id,
        username="",
        name="",
        agency_name="",
        role=Role.REVIEWER,
        scope="130606",
        until=timezone.localdate(at) + timedelta(days=30),
        reason="岗位调整需要",
        at=at,
    )
    granting.sign(viewer("internal_control"), asked_for, step=Step.REVIEWED, agreed=True, at=at)
    operations.ask_for_password(username="wangju", address="", at=at)
    number = PasswordRequest.objects.get().pk
    code = operations.check_password_request(viewer("system_officer"), number, factors_too=True, at=at)
    code += operations.release_password_code(viewer("security_officer"), number, at=at)
    operations.set_forgotten_password(username="wangju", code=code, new=NEW, address="", at=at)
    with pytest.raises(Refused, match="24 小时内不能"):
        granting.sign(leader, asked_for, step=Step.APPROVED, agreed=True, at=at + timedelta(hours=23))
    granting.sign(leader, asked_for, step=Step.APPROVED, agreed=True, at=at + timedelta(hours=24))


def test_nobody_takes_both_steps_or_helps_oneself(lijing, viewer):
    at = timezone.now()
    system, security = viewer("system_officer"), viewer("security_officer")
    number = asked(lijing, at=at)
    operations.check_password_request(system, number, factors_too=False, at=at)
    Account.objects.filter(pk=security.account_id).update(
        holder=Account.objects.get(pk=system.account_id).holder
    )
    with pytest.raises(Refused, match="同一个人"):
        operations.release_password_code(security, number, at=at)
    own = factories.staff("system_officer", username="guoan")
    operations.ask_for_password(username="guoan", address="", at=at)
    mine = PasswordRequest.objects.get(account_id=own.account_id).pk
    with pytest.raises(Refused, match="同一个人"):
        operations.check_password_request(own, mine, factors_too=False, at=at)


def test_the_database_itself_wants_two_hands(lijing, viewer):
    at, system = timezone.now(), viewer("system_officer")
    rows = PasswordRequest.objects.filter(pk=asked(lijing, at=at))
    both = {"released_by": system.account_id, "code_digest": b"x" * 32, "good_until": at}
    for change in (
        both,
        {**both, "checked_by": system.account_id, "checked_at": at},
        {"checked_by": lijing.account_id, "checked_at": at},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_requests_of_another_scope_are_not_there(lijing, viewer):
    at, number = timezone.now(), asked(lijing, at=timezone.now())
    far = factories.staff("system_officer", scope="130102")
    assert queries.password_requests(far, at=at) == []
    with pytest.raises(NotVisible):
        operations.check_password_request(far, number, factors_too=False, at=at)


def half(page) -> str:
    return re.search(r"<code class=\"big\">([2-9A-Z]{4}-[2-9A-Z]{4})<", page.content.decode())[1]


def test_the_pages_walk_the_two_steps_and_show_the_code_once(lijing, viewer):
    Client().post("/sign-in/forgotten/", {"username": "lijing"})
    system, security = (
        factories.client_of(viewer(post)) for post in ("system_officer", "security_officer")
    )
    number = PasswordRequest.objects.get().pk
    assert "已当面或电话核实" in system.get("/staff/passwords/").content.decode()
    first = half(system.post(f"/staff/passwords/{number}/check/", {"factors_too": "yes"}))
    offered = security.get("/staff/passwords/").content.decode()
    assert "发放后半重设码" in offered
    assert first not in offered
    second = half(security.post(f"/staff/passwords/{number}/release/"))
    assert second not in security.get("/staff/passwords/").content.decode()
    code = f"{first} {second}"
    sent = Client().post(
        "/sign-in/new-password/", {"username": "lijing", "code": code, "new": NEW, "again": NEW}
    )
    assert sent["Location"] == "/sign-in/"


def test_the_own_password_is_changed_with_the_old_one_and_others_are_out(lijing):
    here, there = factories.client_of(lijing), factories.client_of(lijing)
    before = here.session.session_key
    form = {"old": OLD, "new": NEW, "again": NEW}
    for wrong, sentence in (
        ({"old": "x"}, "原口令不对"),
        ({"again": "y"}, "不一样"),
        ({"new": "李静-Tulv-Hai-9", "again": "李静-Tulv-Hai-9"}, "本人的姓名"),
        ({"new": OLD, "again": OLD}, "与原口令相同"),
    ):
        answer = here.post("/me/password/", {**form, **wrong})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert here.post("/me/password/", form)["Location"] == "/me/"
    assert here.session.session_key != before  # S1.6
    assert here.get("/reading/").status_code == 200
    assert "口令改过" in there.get("/reading/", follow=True).content.decode()


def test_no_password_is_made_of_the_own_identity_number(lijing):  # S1.2
    account = Account.objects.get(pk=lijing.account_id)
    assert changing_password.weakness(account, "Tulv-660428-Hai") is None
    kin_declaring.declare_kin(
        lijing,
        relation=Relation.SELF,
        name="李静",
        identity_number=factories.identity_number(),
        at=timezone.now(),
    )
    assert "证件号" in changing_password.weakness(account, "Tulv-660428-Hai")


def test_guessing_the_old_password_locks_the_account(lijing):
    client = factories.client_of(lijing)
    for _ in range(5):
        client.post("/me/password/", {"old": "x", "new": NEW, "again": NEW})
    answer = client.post("/me/password/", {"old": OLD, "new": NEW, "again": NEW})
    assert "锁定" in answer.content.decode()


def test_an_officer_ends_a_lock_and_a_lock_that_is_not_there_is_none_to_end(lijing, viewer, now):
    officer = viewer("system_officer")
    for _ in range(5):
        with pytest.raises(SignInFailed):
            operations.sign_in(username="lijing", password="wrong", address="", at=now)
    assert queries.locked_until(lijing.account_id, at=now) == now + timedelta(minutes=15)
    operations.unlock(officer, account_id=lijing.account_id, at=now + timedelta(minutes=1))
    at = now + timedelta(minutes=2)
    assert operations.sign_in(username="lijing", password=OLD, address="", at=at)
    with pytest.raises(Refused, match="没有锁定"):
        operations.unlock(officer, account_id=lijing.account_id, at=at)
