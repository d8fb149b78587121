"""What the insured person reads about the own pension, and that it is the own one only."""

import re

import pytest
from django.urls import reverse
from tests import factories
from tests.desk.test_benefit import book as book
from tests.desk.test_benefit import pensioner as pensioner
from tests.desk.test_benefit import person as person
from tests.desk.test_benefit import words
from tests.entitlements.test_form import texts
from tests.evidence.conftest import file_paper as file_paper
from tests.evidence.conftest import settle as settle

from nianlun.journal import queries as journal

pytestmark = pytest.mark.django_db
ADDRESSES = ("portal:benefit", "portal:benefit-why", "portal:benefit-explanation")


@pytest.fixture
def phone(client_of, pensioner):
    return client_of(factories.insured(pensioner))


def said(client, name="portal:benefit", **query) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return words(answer.content.decode())


def test_the_amount_and_its_parts_are_told_in_plain_words_and_leave_a_trace(phone, pensioner):
    page = said(phone)
    assert re.search(r"按现在的材料，每月大约 [\d,]+\.\d\d 元", page)
    for sentence in ("缴费年头越长、工资越高", "您个人账户里的钱", "补您建立个人账户以前的工龄"):
        assert sentence in page
    assert "本人查看每月能领多少" in [line.what for line in journal.reads_of_person(pensioner.id)]


def test_the_steps_are_those_of_the_staff_without_tables_and_papers(phone):
    page = phone.get(reverse("portal:benefit-why")).content.decode()
    assert "基础养老金" in page and "所依数值有凭记忆的，须核对" in page
    assert "用到的政策数值" not in page and "材料依据" not in page
    assert "/policy/" not in page and "/claims/" not in page and "/people/" not in page


def test_the_paper_can_be_kept(phone):
    answer = phone.get(reverse("portal:benefit-explanation"))
    assert answer["Content-Type"] == "application/pdf"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "待遇推算说明" in texts(answer.content)[0]


def test_another_month_within_the_range_is_reckoned_and_one_outside_explained(phone):
    page = said(phone, retire="2026-04")
    assert re.search(r"如果 2026-04 退休 每月大约 [\d,]+\.\d\d 元 比现在每月[多少] [\d,.]+ 元", page)
    assert "假设 2026-04 退休。" in page
    assert "最晚可延迟到" in said(phone, retire="2031-01")


@pytest.mark.parametrize("typed", ["明年", "9999-01", "2026-13", "２０２６-０１"])
def test_a_month_wrongly_written_is_told_and_kept(phone, typed):
    page = phone.get(reverse("portal:benefit"), {"retire": typed}).content.decode()
    assert "有 1 处需要改" in page
    assert f'value="{typed}"' in page
    assert 'id="supposed"' not in page


def test_what_is_missing_is_said_in_plain_words_and_nothing_is_printed(client_of, person):
    phone = client_of(factories.insured(person))
    page = said(phone)
    assert "现在还算不出每月多少钱" in page and "出生日期还没有认定" in page and "12333" in page
    for name in ("portal:benefit-why", "portal:benefit-explanation"):
        assert phone.get(reverse(name))["Location"] == reverse("portal:benefit")


def test_everybody_sees_the_own_pension_and_staff_none(client_of, agency, viewer, pensioner, phone):
    other = client_of(factories.insured(factories.person(agency, name="李四")))
    assert "现在还算不出" in said(other)
    assert "现在还算不出" not in said(phone)
    nobody = client_of(factories.staff("insured", scope="", agency_name="", name="没有登记"))
    clerk = client_of(viewer("clerk"))
    for name in ADDRESSES:
        assert nobody.get(reverse(name)).status_code == 404
        assert clerk.get(reverse(name)).status_code == 404
