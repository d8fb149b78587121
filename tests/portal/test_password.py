"""Insured persons and employers change their own password; whoever else sits in their account is out (S1.6)."""

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from tests import factories

from nianlun.access.domain import Viewer
from nianlun.access.models import Account
from nianlun.access.own_password import CHANGED, DIFFER
from nianlun.journal.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "Feng-Dian-7-Huanghun"
WHO = ["insured", "employer"]
HOME = {"insured": "/my/", "employer": "/employer/"}
PAGE = {"insured": "/my/password/", "employer": "/employer/password/"}


def signed_in(who: str) -> tuple[Viewer, Client]:
    """Somebody of the public with a password, by the door they use."""
    viewer = (
        factories.insured(factories.person(name="周桂兰", sex="female"))
        if who == "insured"
        else factories.employer_account(factories.employer())
    )
    account = Account.objects.get(pk=viewer.account_id)
    account.set_password(factories.PASSWORD)
    account.save()
    return viewer, entered(viewer)


def entered(viewer: Viewer, *, password: str = factories.PASSWORD) -> Client:
    browser = Client()
    login = Account.objects.get(pk=viewer.account_id).username
    assert browser.post("/sign-in/", {"username": login, "password": password}).status_code == 302
    return browser


def change(browser: Client, who: str, *, old: str = factories.PASSWORD, new: str = NEW, again: str = ""):
    return browser.post(PAGE[who], {"old": old, "new": new, "again": again or new}, follow=True)


@pytest.mark.parametrize("who", WHO)
def test_with_the_present_one_a_new_one_is_set_and_every_other_session_ends(who):
    viewer, here = signed_in(who)
    there, before = entered(viewer), here.session.session_key
    assert PAGE[who] in here.get(HOME[who]).content.decode()
    done = change(here, who)
    assert CHANGED in done.content.decode()
    assert here.session.session_key != before
    assert here.get(HOME[who]).status_code == 200
    assert there.get(HOME[who]).status_code == 302
    assert check_password(NEW, Account.objects.get(pk=viewer.account_id).password)
    assert Entry.objects.filter(account_id=viewer.account_id, action="access.password_changed").count() == 1
    entered(viewer, password=NEW)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"old": "not-this-one"}, "原口令不对"),
        ({"again": "Feng-Dian-7-Qingchen"}, DIFFER),
        ({"new": "shebao2024"}, "容易被猜到"),
        ({"new": factories.PASSWORD}, "与原口令相同"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(who, sent, told):
    viewer, here = signed_in(who)
    there = entered(viewer)
    answer = change(here, who, **sent)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert there.get(HOME[who]).status_code == 200
    assert check_password(factories.PASSWORD, Account.objects.get(pk=viewer.account_id).password)


def test_a_password_made_of_the_own_identity_number_is_refused():  # S1.2
    number = factories.identity_number(sex="female")
    viewer = factories.insured(factories.person(name="周桂兰", sex="female", number=number))
    account = Account.objects.get(pk=viewer.account_id)
    account.set_password(factories.PASSWORD)
    account.save()
    answer = change(entered(viewer), "insured", new=f"Feng-{number[6:14]}-Dian")
    assert "不能有本人的姓名、证件号" in answer.content.decode()


def test_wrong_present_passwords_lock_the_account_like_those_at_the_door():  # S1.4
    viewer, here = signed_in("insured")
    for _ in range(5):
        change(here, "insured", old="not-this-one")
    assert "锁定" in change(here, "insured").content.decode()
    assert check_password(factories.PASSWORD, Account.objects.get(pk=viewer.account_id).password)


def test_neither_page_is_for_the_other_nor_for_staff():
    _, phone = signed_in("insured")
    _, desk = signed_in("employer")
    clerk = factories.client_of(factories.staff("clerk"))
    assert {phone.get(PAGE["employer"]).status_code, desk.get(PAGE["insured"]).status_code} <= {403, 404}
    assert {clerk.get(page).status_code for page in PAGE.values()} <= {403, 404}


def test_before_signing_in_one_finds_the_inquiry_and_the_verification():
    page = Client().get("/sign-in/").content.decode()
    for address in ("/inquiry/", "/verify/"):
        assert f'href="{address}"' in page
        assert Client().get(address).status_code == 200
