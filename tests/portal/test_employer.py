"""An employer sees its own people now, and of each the months it paid itself (S2.7)."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests import factories

from nianlun.contributions import of_employer
from nianlun.contributions import queries as contributions
from nianlun.contributions.domain import BOOKED_LATE, is_employed
from nianlun.journal import queries as journal
from nianlun.kernel.months import month_of, show_month
from nianlun.portal.employer import months_in_words
from nianlun.registry import employer_logins
from nianlun.registry.domain import NotRegistrable


def this_month() -> int:
    return month_of(timezone.localdate())


def pay(person, unit, *, since: str = "", until: int = 1) -> None:
    """Pay up to `until` months from now, one year long unless it is said from when."""
    last = this_month() + until
    factories.pay(person.id, employer_id=unit, since=since or show_month(last - 12), until=show_month(last))


@pytest.fixture
def mill(agency):
    return factories.employer("保定市第二棉纺厂", at_agency=agency)


@pytest.fixture
def works(agency):
    return factories.employer("保定市红旗机械厂", at_agency=agency)


@pytest.fixture
def window(client_of, mill):
    """The mill's browser."""
    return client_of(factories.employer_account(mill))


def text(answer) -> str:
    return str(answer.content.decode())


def test_its_own_people_are_listed_and_nobody_elses(window, mill, works, agency):
    ours, theirs = factories.person(agency, name="魏红梅"), factories.person(agency, name="高建国")
    pay(ours, mill)
    pay(theirs, works)
    page = text(window.get(reverse("portal:employer")))
    assert "魏红梅" in page
    assert "高建国" not in page
    assert "在职 1 人" in page


def test_who_left_for_another_unit_is_listed_there_and_no_longer_here(
    window, client_of, mill, works, agency
):
    person = factories.person(agency, name="魏红梅")
    pay(person, mill, until=-1)
    assert "魏红梅" in text(window.get(reverse("portal:employer")))
    pay(person, works, since=show_month(this_month() - 1))
    assert "魏红梅" not in text(window.get(reverse("portal:employer")))
    assert window.get(reverse("portal:employee", args=[person.id])).status_code == 404
    other = client_of(factories.employer_account(works, name="郑丽"))
    assert "魏红梅" in text(other.get(reverse("portal:employer")))


def test_a_month_at_another_unit_shows_nowhere(window, mill, works, agency):
    person = factories.person(agency, name="魏红梅", number=(number := factories.identity_number()))
    factories.pay(person.id, employer_id=works, since="1994-01", until="2011-07")
    pay(person, mill, since="2011-07")
    page = text(window.get(reverse("portal:employee", args=[person.id])))
    assert "2011-07 至" in page
    assert "7 至 12 月" in page
    assert "2010" not in page
    assert "红旗机械厂" not in page
    assert number not in page
    assert person.masked_identity_number in page


def test_what_was_taken_back_is_no_contribution(window, viewer, mill, agency, now):
    person = factories.person(agency, name="魏红梅")
    pay(person, mill)
    ids = [line.id for line in contributions.postings(person.id)]
    factories.take_back(person.id, ids, clerk=viewer("clerk"), reviewer=viewer("reviewer"), at=now)
    assert "魏红梅" not in text(window.get(reverse("portal:employer")))
    assert window.get(reverse("portal:employee", args=[person.id])).status_code == 404


def test_the_person_sees_that_the_employer_looked(window, mill, agency):
    person = factories.person(agency, name="魏红梅")
    pay(person, mill)
    window.get(reverse("portal:employee", args=[person.id]))
    [seen] = journal.reads_of_person(person.id)
    assert (seen.agency_name, seen.role_label) == ("保定市第二棉纺厂", "参保单位")
    assert seen.what == "查看在保定市第二棉纺厂期间的缴费，12 个月"


def test_searching_stays_among_the_own_people(window, mill, works, agency):
    for name, unit in (("魏红梅", mill), ("魏建军", mill), ("魏建国", works), ("高建国", mill)):
        pay(factories.person(agency, name=name), unit)
    page = text(window.get(reverse("portal:employer"), {"q": "魏"}))
    assert [name in page for name in ("魏红梅", "魏建军", "魏建国", "高建国")] == [True, True, False, False]
    assert "没有找到" in text(window.get(reverse("portal:employer"), {"q": "魏建国"}))


def test_a_long_list_is_leafed_through_without_a_gap(window, mill, agency, monkeypatch):
    monkeypatch.setattr("nianlun.portal.employer.PER_PAGE", 2)
    names = ["安一", "安一", "安二", "安三", "安四"]
    for name in names:
        pay(factories.person(agency, name=name), mill)
    found, address = [], reverse("portal:employer")
    while address:
        page = text(window.get(address))
        found += re.findall(r'<th scope="row"><a [^>]+>(安.)</a></th>', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"{reverse('portal:employer')}{html.unescape(more[1])}" if more else ""
    assert sorted(found) == sorted(names)


def test_the_number_of_queries_does_not_grow_with_the_staff(
    window, mill, agency, django_assert_max_num_queries
):
    for _ in range(12):
        pay(factories.person(agency), mill)
    with django_assert_max_num_queries(16):
        window.get(reverse("portal:employer"))


def test_it_begins_at_its_own_page_and_has_no_other(window):
    assert window.get("/")["Location"] == reverse("portal:employer")
    for name in ("desk:home", "desk:people", "desk:search", "portal:home"):
        assert window.get(reverse(name)).status_code == 404


def test_an_account_acts_for_one_employer_and_only_an_employers_account_does(viewer, mill, works, now):
    account = factories.employer_account(mill)
    link = employer_logins.link_employer_login
    with pytest.raises(NotRegistrable, match="另一个单位"):
        link(by=None, account_id=account.account_id, employer_id=works, at=now)
    with pytest.raises(NotRegistrable, match="不是参保单位的账号"):
        link(by=None, account_id=viewer("clerk").account_id, employer_id=mill, at=now)
    assert employer_logins.own_employer(account).id == mill


def test_an_account_not_linked_yet_sees_nothing(client_of, viewer):
    assert client_of(viewer("employer")).get(reverse("portal:employer")).status_code == 404


def test_a_whole_life_at_two_units_is_parted_between_them_without_rest(mill, works, agency):
    person = factories.person(agency)
    factories.pay(person.id, employer_id=works, since="1994-01", until="2011-07")
    factories.pay(person.id, employer_id=mill, since="2011-06", until="2012-01")
    each = [of_employer.months_paid_by(unit, person_id=person.id) for unit in (works, mill)]
    whole = contributions.paid_months(person.id)
    assert sorted(one.month for paid in each for one in paid) == sorted(one.month for one in whole)


months = st.integers(0, 6)


@given(months, months, months)
def test_nobody_is_employed_by_two_units_unless_both_paid_last_in_the_same_month(one, other, now_):
    both = is_employed(one, other, this_month=now_) and is_employed(other, one, this_month=now_)
    assert not both or one == other


@given(months, st.none() | months, months)
def test_a_later_month_of_its_own_never_takes_somebody_off_the_list(own, other, now_):
    if is_employed(own, other, this_month=now_):
        assert is_employed(own + 1, other, this_month=now_)


@pytest.mark.parametrize(("late", "employed"), [(0, True), (BOOKED_LATE, True), (BOOKED_LATE + 1, False)])
def test_who_was_not_paid_for_in_three_months_has_left(late, employed):
    assert is_employed(24_000, None, this_month=24_000 + late) is employed


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([1, 2, 3], "1 至 3 月"), ([1, 3, 4, 12], "1 月，3 至 4 月，12 月"), ([7], "7 月"), ([], "")],
)
def test_months_are_said_in_runs(numbers, words):
    assert months_in_words(numbers) == words
