"""What a person is to receive a month, over the staff's pages: answer, what if, paper, and who may not see it."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests import factories
from tests.business.counter import Counter, opened
from tests.desk.test_pages import open_for as open_for
from tests.entitlements.test_benefit import local_book
from tests.entitlements.test_form import texts

from nianlun.archives.domain import DocumentKind
from nianlun.cases import queries as cases
from nianlun.entitlements import assessing, inquiry
from nianlun.evidence import queries as evidence
from nianlun.evidence import rulings
from nianlun.evidence.domain import Kind
from nianlun.journal import queries as journal
from nianlun.registry import operations as registry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def book(monkeypatch):
    """The edition in force knows the crediting rates of Hebei before 2016."""
    made = local_book()
    monkeypatch.setattr(inquiry.lawbook, "current", lambda at=None: made)
    return made


@pytest.fixture
def person(agency):
    """A man of 1965 who reached the statutory age in 2025."""
    return factories.person(agency, name="张建国", born=date(1965, 3, 20))


@pytest.fixture
def pensioner(person, agency, file_paper, settle, viewer, now):
    """Two papers disagree on his work start, the earlier one was ruled for; paid from 1998 to 2025."""
    settle(
        file_paper(
            made="1984-09-05", birth_date="1965-03-20", work_start="1984-09-01", unit="保定第二棉纺厂"
        )
    )
    settle(file_paper(DocumentKind.CADRE_RESUME, made="1990-01-01", work_start="1983-06-01"))
    for kind in (Kind.BIRTH_DATE, Kind.WORK_START):
        ruling = rulings.propose_by_rule(person.id, kind=kind, by=viewer("clerk"), at=now)
        rulings.confirm_ruling(ruling, by=viewer("reviewer"), at=now)
    pay(person, agency, since="1998-01", until="2025-05", now=now)
    return person


def pay(person, agency, *, since, until, now):
    mill = registry.register_employer(by=None, name="保定第二棉纺厂", agency_id=agency.id, at=now)
    factories.pay(person.id, employer_id=mill, since=since, until=until, at=now)


def page_of(client, person, **query) -> str:
    answer = client.get(reverse("desk:benefit", args=[person.id]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_amount_stands_first_with_its_parts_steps_papers_and_how_sure_it_is(open_for, pensioner):
    page = page_of(open_for(pensioner), pensioner)
    assert re.search(r"每月能领</dt><dd[^>]*><a[^>]*>[\d,]+\.\d\d 元", page)
    for part in ("基础养老金", "个人账户养老金", "过渡性养老金", "所依数值有凭记忆的，须核对"):
        assert part in page
    claim = next(c for c in evidence.claims(pensioner.id) if c.kind is Kind.BIRTH_DATE)
    assert reverse("desk:claim", args=[claim.id]) in page
    assert reverse("lawbook:table", args=["pension_base"]) in page
    [seen] = [line for line in journal.reads_of_person(pensioner.id) if "每月能领多少" in line.what]
    assert seen.purpose == "退休待遇核定前核对档案"


def test_it_asks_for_the_purpose_and_the_person_page_leads_to_it(client_of, viewer, open_for, pensioner):
    address = reverse("desk:benefit", args=[pensioner.id])
    for name in ("desk:benefit", "desk:benefit-form", "desk:benefit-explanation"):
        answer = client_of(viewer("clerk")).get(reverse(name, args=[pensioner.id]))
        assert "/purpose/" in answer["Location"]
    assert address in open_for(pensioner).get(reverse("desk:person", args=[pensioner.id])).content.decode()


def test_nobody_outside_the_scope_sees_amount_or_paper(client_of, viewer, elsewhere, pensioner):
    far = client_of(viewer("clerk", scope=elsewhere.division))
    for name in ("desk:benefit", "desk:benefit-form", "desk:benefit-explanation"):
        assert far.get(reverse(name, args=[pensioner.id])).status_code == 404
    insured = client_of(factories.insured(pensioner))
    assert insured.get(reverse("desk:benefit", args=[pensioner.id])).status_code == 404


def test_suppositions_stand_beside_what_is_with_the_difference(open_for, pensioner):
    page = page_of(open_for(pensioner), pensioner, base="8000", more="12", retire="")
    assert f'{reverse("desk:benefit-explanation", args=[pensioner.id])}?more=12&amp;base=8000"' in page
    assert re.search(r'id="find"[^>]*value=""', page)  # the search box holds searches alone
    said = words(page)
    assert "假设再缴费 1 年。" in said and "假设计发基数为每月 8000 元。" in said
    assert re.search(r"养老金计发基数 7410 8000", said)
    assert re.search(r"合计 [\d,.]+ [\d,.]+ 多 [\d,.]+", said)
    assert "假设的结果怎么算出来的" in said


def test_a_paper_that_lost_can_be_supposed_to_be_believed(open_for, pensioner):
    lost = next(c for c in evidence.claims(pensioner.id) if c.value == "1983-06-01")
    client = open_for(pensioner)
    held = next(c for c in evidence.claims(pensioner.id) if c.value == "1984-09-01")
    assert f'value="{lost.id}"' in page_of(client, pensioner)
    assert f'value="{held.id}"' not in page_of(client, pensioner)  # what is ruled for needs no supposing
    page = page_of(client, pensioner, claim=str(lost.id))
    assert f'value="{lost.id}" checked' in page
    assert "假设采信" in words(page)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("retire", "2026年", "年月应写成 1984-09 的形式"),
        ("retire", "1026-01", "退休年份应在"),
        ("more", "-3", "再缴费应写月数"),
        ("more", "900", "最多填 600 个月"),
        ("region", "139999", "请从列表里选一个省份"),
        ("base", "很多", "金额应写成"),
        ("base", "0", "计发基数应在"),
        ("claim", "11111111-1111-4111-8111-111111111111", "所选的材料不在可选之列"),
    ],
)
def test_wrong_input_is_told_at_the_head_and_at_its_field_and_kept(
    open_for, pensioner, field, typed, sentence
):
    page = page_of(open_for(pensioner), pensioner, **{field: typed})
    assert "有 1 处需要改" in page
    assert page.count(sentence) == 2
    assert 'id="compared"' not in page
    if field in ("retire", "more", "base"):
        assert f'value="{typed}"' in page


def test_a_month_outside_the_flexible_range_is_refused_beside_what_is(open_for, pensioner):
    said = words(page_of(open_for(pensioner), pensioner, retire="2030-01"))
    assert "最晚可延迟到" in said
    assert re.search(r"每月能领 [\d,]+\.\d\d 元", said)


def test_where_something_is_missing_the_page_says_what_and_prints_nothing(open_for, person):
    client = open_for(person)
    said = words(page_of(client, person))
    assert "出生日期还没有认定" in said and "还算不出金额" in said
    refused = client.get(reverse("desk:benefit-form", args=[person.id]))
    assert refused["Location"] == reverse("desk:benefit", args=[person.id])
    assert "没有表可印" in words(page_of(client, person))


def test_both_papers_are_downloads_in_a_sandbox_and_leave_their_trace(open_for, pensioner):
    client = open_for(pensioner)
    for name, word in (
        ("desk:benefit-form", "退休人员基本养老金计发表"),
        ("desk:benefit-explanation", "待遇推算说明"),
    ):
        answer = client.get(reverse(name, args=[pensioner.id]))
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer["Content-Security-Policy"]
        assert word in texts(answer.content)[0]
    whats = [line.what for line in journal.reads_of_person(pensioner.id)]
    assert {"查看待遇计发表（打印）", "查看待遇推算说明（打印）"} <= set(whats)


def test_the_form_prints_what_is_and_the_explanation_what_is_supposed(open_for, pensioner):
    client = open_for(pensioner)
    form = client.get(reverse("desk:benefit-form", args=[pensioner.id]), {"base": "8000"})
    assert "假设" not in texts(form.content)[0]
    sheet = client.get(reverse("desk:benefit-explanation", args=[pensioner.id]), {"base": "8000"})
    assert "这是试算，不是核定结果" in texts(sheet.content)[0]


def test_a_name_that_cannot_be_printed_is_told_in_words(open_for, agency, person, pensioner, monkeypatch):
    from dataclasses import replace

    gather = inquiry.gather
    monkeypatch.setattr(inquiry, "gather", lambda who, **more: gather(replace(who, name="周𪚥"), **more))
    client = open_for(pensioner)
    answer = client.get(reverse("desk:benefit-form", args=[pensioner.id]))
    assert answer.status_code == 302
    assert "字库里没有“𪚥”" in words(page_of(client, pensioner))


def test_an_amount_put_on_record_keeps_its_steps_papers_and_marks(open_for, pensioner):
    client = open_for(pensioner)
    assert "提出核定" in words(page_of(client, pensioner))
    told = client.post(reverse("desk:assessment-propose", args=[pensioner.id]))
    page = client.get(told["Location"]).content.decode()
    assert "所依数值有凭记忆的，须核对" in page and 'id="step-1"' in page
    claim = next(c for c in evidence.claims(pensioner.id) if c.kind is Kind.BIRTH_DATE)
    assert reverse("desk:claim", args=[claim.id]) in page


def test_into_force_leads_a_case_and_from_the_page_a_second_person_can_only_send_it_back(
    open_for, pensioner, agency, client_of, viewer
):
    clerk = open_for(pensioner)
    told = clerk.post(reverse("desk:assessment-propose", args=[pensioner.id]))["Location"]
    page = clerk.get(told).content.decode()
    assert f"{reverse('desk:case-new-of', args=['benefit_assessment'])}?person={pensioner.id}" in page
    reviewer = client_of(viewer("reviewer"))
    assert "还没有为这个人开办待遇核定业务" in reviewer.get(told).content.decode()
    counter = Counter(at=timezone.now())
    case_id = opened(counter, "benefit_assessment", person_id=pensioner.id)
    number = cases.case(counter.clerk, case_id).line.number
    page = reviewer.get(told).content.decode()
    assert reverse("desk:case", args=[number]) in page
    assert "确认核定" not in page
    back = f"{told}return/"
    assert clerk.post(back, {"reason": "缺材料"}).status_code == 404
    assert reviewer.post(back, {"reason": "缺材料", "decision": "confirm"}).status_code == 302
    assert [line.state_label for line in assessing.of_person(counter.clerk, pensioner.id)] == ["已退回"]


def test_the_number_of_queries_does_not_grow_with_the_career(open_for, agency, person, pensioner, now):
    client = open_for(pensioner)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            page_of(client, pensioner, base="8000")
        return len(caught)

    queries()
    before = queries()
    pay(pensioner, agency, since="1996-01", until="1998-01", now=now)
    assert queries() == before
