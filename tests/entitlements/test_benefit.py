"""A working life becomes a case of the policy; every figure leads back to what proves it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.entitlements.makers import fact, paid, paper, person
from tests.factories import START

from nianlun.archives.domain import DocumentKind
from nianlun.entitlements.benefit import HOLDINGS_ONLY, benefit_view
from nianlun.entitlements.gathering import Working, judge
from nianlun.entitlements.wish import Wish, believed
from nianlun.evidence.domain import Kind
from nianlun.kernel.months import parse_month
from nianlun.policy.lawbook import LawBook, shipped
from nianlun.registry.domain import Scheme, Sex

RETIRED_ON = date(2026, 11, 23)


def local_book() -> LawBook:
    """The shipped tables with what is not known of Hebei before 2016, as an agency would load its own."""
    rates = _file("account_interest_rates")
    for year in range(1996, 2016):
        rates += _span(since=f"{year}-01-01", value="0.0225")
    ratio = _file("personal_account_ratio")
    ratio += _span(since="1996-01-01", value="0.11") + 'until = 1998-01-01\ngroup = "enterprise"\n'
    for year in range(2009, 2027):
        rates += _span(since=f"{year}-01-01", value="0.0200") + 'group = "resident"\n'
    method = _file("interest_method") + _span(since="1996-01-01", value='"monthly_product"')
    return shipped().amended(
        {
            "130000/account_interest_rates.toml": rates,
            "130000/personal_account_ratio.toml": ratio,
            "130000/interest_method.toml": method,
        }
    )


def _file(name: str) -> str:
    """The head of a shipped table, for a file of the region's own."""
    table = shipped().table(name)
    head = {key: getattr(table, key) for key in ("title", "unit", "keyed_by", "topic", "lasts")}
    return "".join(f'{key} = "{value}"\n' for key, value in head.items())


def _span(*, since: str, value: str) -> str:
    return f'\n[[span]]\nsince = {since}\nvalue = {value}\nsource = "测试用"\nconfidence = "M"\n'


def working_life(*, on: date = RETIRED_ON, start: str = "1984-09-01", **changes) -> Working:
    """Born 1965-03, hired in 1984, paid from 1993 to retirement in 2025."""
    hiring = paper(
        DocumentKind.HIRING_APPROVAL,
        made="1984-09",
        work_start=start,
        birth_date="1965-03-20",
        unit="保定市第二棉纺厂",
    )
    facts = {
        Kind.BIRTH_DATE: fact(
            Kind.BIRTH_DATE, "1965-03-20", decisive=[c for c in hiring if c.kind is Kind.BIRTH_DATE]
        ),
        Kind.WORK_START: fact(
            Kind.WORK_START, start, decisive=[c for c in hiring if c.kind is Kind.WORK_START]
        ),
    }
    given = {
        "claims": tuple(hiring),
        "facts": facts,
        "resume": (),
        "paid": tuple(paid("1993-01", "2025-05")),
        "on": on,
        "deep": True,
        "book": local_book(),
    }
    who = changes.pop("who", person(sex=Sex.MALE, category=60))
    return judge(who, **{**given, **changes})


def test_a_man_of_1965_gets_basic_account_and_transitional_pension_and_their_sum():
    view = benefit_view(working_life(), book=local_book(), wish=Wish())
    assert view.refusal == ""
    answer = view.assessment
    assert view.month == parse_month("2025-04")
    assert set(answer.amounts) == {"basic", "account", "transitional"}
    assert answer.total == sum(answer.amounts.values())
    assert answer.figures["pension_base"] == "7410"
    # 1984-09 to 1992-12 deemed, 36 paid before the account: 136 months are 11.33 years; in all 488 are 40.67
    assert (answer.figures["years"], answer.figures["transitional_years"]) == ("40.67", "11.33")
    assert "参保日期没有记载，平均缴费工资指数从 1984 年算起。" in view.assumptions
    assert answer.confidence == "M"  # the rates were written from memory, and that travels


def test_the_amount_leads_down_to_pages_and_postings():
    answer = benefit_view(working_life(), book=local_book(), wish=Wish()).assessment
    leaves = {ref.kind for node in answer.derivation.walk() for ref in node.evidence}
    assert {"claim", "posting"} <= leaves
    assert answer.derivation.find("birth_date").value == "1965-03-20"
    assert answer.derivation.find("deemed_months").value == "100"
    before = answer.derivation.find("months_before_account")
    assert (before.value, before.find("paid_before_account").value) == ("136", "36")
    assert [node.id for node in before.find("paid_before_account").inputs] == [
        "paid_1993",
        "paid_1994",
        "paid_1995",
    ]
    credit = answer.derivation.find("credit_2003")
    assert len(credit.evidence) == 12
    assert answer.derivation.find("base_2003").evidence


def test_work_begun_after_the_middle_of_the_month_counts_half_a_month_in_hebei():
    whole = benefit_view(working_life(start="1984-09-04"), book=local_book(), wish=Wish())
    half = benefit_view(working_life(start="1984-09-17"), book=local_book(), wish=Wish())
    assert whole.inputs["deemed_months"] - half.inputs["deemed_months"] == Decimal("0.5")


def test_a_month_to_come_is_an_estimate_that_names_what_it_assumes():
    view = benefit_view(working_life(on=date(2024, 6, 1)), book=local_book(), wish=Wish())
    assert view.estimate
    assert HOLDINGS_ONLY in view.assumptions


def test_before_the_rates_are_known_there_is_a_refusal_and_no_amount():
    view = benefit_view(working_life(), book=shipped(), wish=Wish())
    assert view.assessment is None
    assert "记" in view.refusal
    assert "河北" in view.refusal or "1996" in view.refusal


def test_a_wish_for_more_months_raises_the_pension_and_says_so():
    plain = benefit_view(working_life(), book=local_book(), wish=Wish())
    more = benefit_view(working_life(), book=local_book(), wish=Wish(more_months=12))
    assert more.assessment.total > plain.assessment.total
    assert "假设再缴费 1 年。" in more.assumptions


@pytest.mark.parametrize("month", ["2022-01", "2031-01"])
def test_a_month_outside_the_range_is_refused_with_the_range(month):
    view = benefit_view(working_life(), book=local_book(), wish=Wish(retire_month=parse_month(month)))
    assert view.assessment is None
    assert "最早" in view.refusal or "最晚" in view.refusal


def test_too_few_months_are_refused_with_how_many_are_missing():
    life = working_life(paid=tuple(paid("2015-01", "2020-01")), claims=(), resume=())
    view = benefit_view(life, book=local_book(), wish=Wish())
    assert view.refusal.startswith("缴费年限 60 个月，还差 120 个月")
    assert not view.lacks_law


def test_without_a_ruled_birth_date_the_refusal_says_what_to_do():
    life = working_life(facts={})
    view = benefit_view(life, book=local_book(), wish=Wish())
    assert view.month is None
    assert "出生日期还没有认定" in view.refusal


def test_a_paper_believed_changes_the_fact_and_links_no_ruling():
    life = working_life()
    later = paper(
        DocumentKind.HIRING_APPROVAL, made="1984-09", work_start="1984-03-01", unit="保定市第二棉纺厂"
    )
    claims = (*life.claims, *later)
    start = next(c for c in later if c.kind is Kind.WORK_START)
    facts = believed(life.facts, claims, wish=Wish(accepted_claims=(start.id,)), at=START)
    assert facts[Kind.WORK_START].value == "1984-03-01"
    earlier = benefit_view(working_life(claims=claims, facts=facts), book=local_book(), wish=Wish())
    plain = benefit_view(life, book=local_book(), wish=Wish())
    assert earlier.inputs["deemed_months"] == plain.inputs["deemed_months"] + 6
    assert earlier.assessment.total > plain.assessment.total


def test_a_flexible_worker_is_assessed_like_an_employee_by_own_payments():
    who = replace(person(sex=Sex.MALE, category=60), scheme=Scheme.FLEXIBLE)
    months = tuple(paid("1999-01", "2025-05", scheme=Scheme.FLEXIBLE))
    life = working_life(who=who, paid=months, claims=())
    view = benefit_view(life, book=local_book(), wish=Wish())
    assert view.refusal == ""
    assert "transitional" not in view.assessment.amounts


def test_government_staff_with_deemed_years_are_refused_with_the_range_until_the_index_is_known():
    who = replace(person(sex=Sex.MALE, category=60), scheme=Scheme.GOVERNMENT_INSTITUTION)
    life = working_life(
        who=who, paid=tuple(paid("2014-10", "2025-05", scheme=Scheme.GOVERNMENT_INSTITUTION))
    )
    view = benefit_view(life, book=local_book(), wish=Wish())
    assert view.assessment is None
    assert "视同缴费指数" in view.refusal
    assert view.lacks_law  # nothing the person could bring would help
    low, high = view.between
    assert 0 < low < high


def test_a_resident_gets_the_basic_pension_and_the_account_by_139():
    who = replace(person(sex=Sex.MALE, category=60), scheme=Scheme.RESIDENT)
    months = tuple(
        replace(one, personal=Decimal("200.00"), employer_part=Decimal("30.00"))
        if one.month % 12 == 0
        else replace(one, personal=Decimal(0), employer_part=Decimal(0))
        for one in paid("2010-01", "2025-01", scheme=Scheme.RESIDENT)
    )
    facts = {Kind.BIRTH_DATE: fact(Kind.BIRTH_DATE, "1963-05-20")}
    life = working_life(who=who, paid=months, claims=(), facts=facts)
    view = benefit_view(life, book=local_book(), wish=Wish())
    assert view.refusal == ""
    assert view.month == parse_month("2023-05")
    answer = view.assessment
    assert answer.amounts["basic"] == Decimal("133.00")
    assert answer.figures["payout_months"] == "139"
    assert answer.total == sum(answer.amounts.values())
    assert answer.derivation.find("individual_2012").evidence
