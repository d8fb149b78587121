"""The insured get their account at the counter, from two persons, and nobody of staff knows the password."""

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from tests import factories
from tests.locks import wait_until_somebody_waits_for_a_lock

from nianlun.access import operations as access
from nianlun.access.domain import NotVisible, Refused
from nianlun.access.models import Account
from nianlun.journal.models import Entry
from nianlun.notices.models import Notice
from nianlun.registry import changing, changing_units, employer_logins, logins
from nianlun.registry import operations as registry
from nianlun.registry.domain import NotRegistrable
from nianlun.registry.models import PersonLogin

pytestmark = pytest.mark.django_db
NEW = "Tulv-Hai-9-Xiangjiao"
HALF = re.compile(r">([0-9A-Z]{4}-[0-9A-Z]{4})<")


def opened(viewer, person, now, *, clerk=None, reviewer=None):
    first = logins.open_login(clerk or viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    second = logins.release_login(reviewer or viewer("reviewer"), person_id=person.id, at=now)
    return first.username, f"{first.half}-{second.half}"


def set_password(username, code, now, *, new=NEW):
    access.set_forgotten_password(username=username, code=code, new=new, address="127.0.0.1", at=now)


@pytest.mark.django_db(transaction=True)
def test_two_halves_at_the_counter_set_a_password_that_only_the_owner_knows(person, viewer, now):
    username, code = opened(viewer, person, now)
    assert username == person.personal_number.lower()
    with pytest.raises(access.SignInFailed):
        set_password(username, code[:9], now)
    with pytest.raises(access.WeakPassword):
        set_password(username, code, now, new=f"{username}2026")
    set_password(username, code, now)
    assert Account.objects.get(username=username).check_password(NEW)
    with pytest.raises(access.SignInFailed):  # good once
        set_password(username, code, now, new="Bieren-De-7-Kouling")
    line = logins.login_of(person.id, at=now)
    assert (line.is_active, line.request) == (True, None)


@pytest.mark.django_db(transaction=True)
def test_a_day_later_the_code_is_worth_nothing(person, viewer, now):
    username, code = opened(viewer, person, now)
    with pytest.raises(access.SignInFailed):
        set_password(username, code, now + timedelta(hours=24))


@pytest.mark.django_db(transaction=True)
def test_guessing_the_code_locks_the_account(person, viewer, now):
    username, code = opened(viewer, person, now)
    for _ in range(5):
        with pytest.raises(access.SignInFailed):
            set_password(username, "0000-0000-0000-0000", now)
    with pytest.raises(access.SignInFailed, match="锁定"):
        set_password(username, code, now)


def test_the_second_half_comes_from_other_hands(person, viewer, now):
    clerk = viewer("clerk")
    logins.open_login(replace(clerk, device="d" * 64), person_id=person.id, document_seen=True, at=now)
    promoted = factories.change_post(clerk, "reviewer")
    with pytest.raises(Refused, match="另一位同事"):
        logins.release_login(promoted, person_id=person.id, at=now)
    with pytest.raises(Refused, match="同一个浏览器"):
        logins.release_login(replace(viewer("reviewer"), device="d" * 64), person_id=person.id, at=now)
    with pytest.raises(Refused, match="不能复核并发放"):
        logins.release_login(viewer("clerk"), person_id=person.id, at=now)
    logins.release_login(viewer("reviewer"), person_id=person.id, at=now)
    with pytest.raises(Refused, match="已经发放"):
        logins.release_login(viewer("reviewer"), person_id=person.id, at=now)


def test_nobody_opens_for_oneself_or_out_of_sight(person, viewer, now):
    clerk = viewer("clerk")
    registry.link_login(by=None, account_id=clerk.account_id, person_id=person.id, at=now)
    with pytest.raises(Refused, match="本人或近亲属"):
        logins.open_login(clerk, person_id=person.id, document_seen=True, at=now)
    with pytest.raises(NotVisible):
        logins.open_login(viewer("clerk", scope="130102"), person_id=person.id, document_seen=True, at=now)
    with pytest.raises(NotRegistrable, match="核对身份证件"):
        logins.open_login(viewer("clerk"), person_id=person.id, document_seen=False, at=now)
    assert logins.login_of(person.id, at=now) is None  # the clerk's own account is another


def test_one_account_a_person_and_one_code_at_a_time(person, viewer, now):
    logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    with pytest.raises(Refused, match="在办"):
        logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    logins.void_login(viewer("reviewer"), person_id=person.id, at=now)
    again = logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    assert not again.is_new
    assert PersonLogin.objects.filter(person_id=person.id).count() == 1
    assert Entry.objects.filter(action="registry.login_reset", person_id=person.id).exists()


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_open_one_account(person, viewer, now):
    second, said = viewer("clerk"), []

    def open_too():
        try:
            logins.open_login(second, person_id=person.id, document_seen=True, at=now)
        except Refused as reason:
            said.append(str(reason))
        connection.close()

    with transaction.atomic():
        logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
        other = threading.Thread(target=open_too)
        other.start()
        wait_until_somebody_waits_for_a_lock()
    other.join(timeout=20)
    assert "在办" in said[0]
    assert PersonLogin.objects.filter(person_id=person.id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_death_switches_the_account_off_and_a_correction_lets_it_be_opened_again(person, viewer, now):
    username, code = opened(viewer, person, now)
    set_password(username, code, now)
    died = {"by": None, "person_id": person.id, "case_number": "BD-1", "at": now}
    changing.record_death(**died, died_on=now.date() - timedelta(days=3), correcting=False)
    assert not Account.objects.get(username=username).is_active
    with pytest.raises(NotRegistrable, match="死亡"):
        logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    changing.record_death(**died, died_on=None, correcting=True)
    logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    account = Account.objects.get(username=username)
    assert account.is_active and not account.check_password(NEW)


def test_the_accounts_of_a_unit_end_with_it(agency, now):
    mill = factories.employer()
    account = factories.employer_account(mill)
    changing_units.close_employer(
        by=None, employer_id=mill, ended_on=now.date() - timedelta(days=1), correcting=False,
        case_number="BD-2", at=now,
    )  # fmt: skip
    assert not Account.objects.get(pk=account.account_id).is_active
    assert employer_logins.close_employer_logins(mill, by=None, at=now) == 0


def test_an_account_follows_its_owner_to_another_place(person, viewer, now):
    line = logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    logins.void_login(viewer("reviewer"), person_id=person.id, at=now)
    Account.objects.filter(username=line.username).update(scope="130102", name="旧名")
    logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    [(waiting, _)] = logins.waiting_logins(viewer("reviewer"), at=now)
    assert waiting.id == person.id
    assert Account.objects.get(username=line.username).name == person.name


def test_an_officer_of_staff_accounts_does_not_help_the_insured(person, viewer, now, client_of):
    logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    page = client_of(viewer("security_officer")).get("/staff/passwords/").content.decode()
    assert person.name not in page and person.personal_number.lower() not in page


@pytest.mark.django_db(transaction=True)
def test_from_the_counter_to_the_own_record(person, viewer, client_of):
    clerk, reviewer = viewer("clerk"), viewer("reviewer")
    at_counter, checking = client_of(clerk), client_of(reviewer)
    factories.purpose(clerk, person.id)
    page = f"/people/{person.id}/login/"
    assert "还没有开通" in at_counter.get(page).content.decode()
    refused = at_counter.post(f"{page}open/", follow=True).content.decode()
    assert "请先核对身份证件原件" in refused
    first = HALF.search(at_counter.post(f"{page}open/", {"document": "seen"}).content.decode())[1]
    listed = checking.get("/logins/").content.decode()
    assert person.name in listed
    assert "发放后半" in checking.get(page).content.decode()
    second = HALF.search(checking.post(f"{page}release/").content.decode())[1]
    assert first not in checking.get(page).content.decode()

    phone = Client()
    username = person.personal_number
    form = {"username": username, "code": f"{first} {second}", "new": NEW, "again": NEW}
    assert phone.post("/sign-in/new-password/", form).status_code == 302
    signed_in = phone.post("/sign-in/", {"username": username, "password": NEW}, follow=True)
    assert person.name in signed_in.content.decode()
    assert Notice.objects.filter(person_id=person.id, kind="desk.login").count() == 2


def test_nobody_else_opens_releases_or_voids(person, viewer, client_of, now):
    logins.open_login(viewer("clerk"), person_id=person.id, document_seen=True, at=now)
    page = f"/people/{person.id}/login/"
    for role in ("archivist", "leader", "auditor"):
        client = client_of(viewer(role))
        assert client.post(f"{page}open/", {"document": "seen"}).status_code == 404
        assert client.post(f"{page}release/").status_code == 404
        assert client.post(f"{page}void/").status_code in (403, 404)
    assert client_of(viewer("reviewer", scope="130102")).post(f"{page}release/").status_code == 404
