"""When a person may retire, under which law, and what it still takes."""

from datetime import date

import pytest
from tests.entitlements.makers import ON, person

from nianlun.entitlements.domain.career import CareerMonths
from nianlun.entitlements.domain.retirement import retirement_view
from nianlun.kernel.dates import parse_partial_date
from nianlun.kernel.months import parse_month, show_month
from nianlun.policy.derivation import EvidenceRef, Node
from nianlun.registry.domain import Scheme, Sex

CLAIM = EvidenceRef("claim", "0190", "招收工人审批表 第 1 页 记载 1967-04-28")


def career(months: int) -> CareerMonths:
    return CareerMonths(
        first=parse_month("1984-09"), states="p" * months, kinds="a" * months, reasons=("",) * months
    )


def view(born, *, months=435, on=ON, **words):
    dated = parse_partial_date(born) if born else None
    birth = Node(id="birth_date", title="出生日期", value=born or "未认定", unit="日期", evidence=(CLAIM,))
    held = Node(id="contribution_months", title="累计缴费年限", value=str(months), unit="个月")
    return retirement_view(
        person(**words),
        born=(dated.earliest, dated.latest) if dated else None,
        birth=birth,
        career=career(months),
        contributions=held,
        on=on,
    )


def test_a_woman_cadre_of_1967_reached_the_age_before_the_delay():
    found = view("1967-04-28")
    assert (show_month(found.statutory_month), found.delay_months, found.before) == (
        "2022-04",
        0,
        found.statutory_month,
    )
    assert (found.reached, found.missing_months) == (True, 0)
    assert found.summary == "2022-04 已达到法定退休年龄，缴费年限已满。"


@pytest.mark.parametrize(
    ("born", "words", "before", "after", "minimum"),
    [
        ("1965-01", {"sex": Sex.MALE, "category": 60}, "2025-01", "2025-02", 180),
        ("1976-09", {"sex": Sex.MALE, "category": 60}, "2036-09", "2039-09", 240),
        ("1970-01-31", {"category": 55}, "2025-01", "2025-02", 180),
        ("1984-11", {"category": 50}, "2034-11", "2039-11", 240),
    ],
)
def test_the_law_before_and_after_2025_stand_side_by_side(born, words, before, after, minimum):
    found = view(born, **words)
    assert (show_month(found.before), show_month(found.statutory_month)) == (before, after)
    assert found.minimum_months == minimum
    assert parse_month(before) <= found.earliest_month <= found.statutory_month
    assert found.latest_month == found.statutory_month + 36


def test_on_a_day_before_2025_the_old_law_answers():
    found = view("1976-09", sex=Sex.MALE, category=60, on=date(2024, 6, 1))
    assert (show_month(found.statutory_month), found.delay_months) == ("2036-09", 0)


def test_months_short_of_the_minimum_are_named():
    found = view("1976-09", months=100, sex=Sex.MALE, category=60)
    assert found.missing_months == 140
    assert found.summary == "2039-09 达到法定退休年龄，缴费年限还差 11 年 8 个月。"
    assert found.derivation.find("missing_months").value == "140"


def test_without_a_ruling_on_the_birth_date_nothing_is_computed_and_the_next_step_is_told():
    found = view(None)
    assert found.statutory_month is None
    assert found.unsettled.about == "birth_date"
    assert "没有认定" in found.unsettled.sentence and found.unsettled.next_step
    assert found.derivation.value == "未定"


def test_a_birth_date_known_to_the_year_only_is_not_guessed_at():
    assert "只认定到" in view("1967").unsettled.sentence


def test_a_category_that_the_rules_do_not_know_is_left_to_people():
    assert view("1970-01", category=60).unsettled.about == "category"


def test_residents_reach_their_age_at_sixty_whatever_the_delay():
    found = view("1970-05", category=60, scheme=Scheme.RESIDENT)
    assert (show_month(found.statutory_month), found.delay_months, found.minimum_months) == (
        "2030-05",
        0,
        180,
    )
    assert any("国发〔2014〕8号" in source for source in found.sources)


def test_the_derivation_leads_from_the_month_to_the_page_and_to_each_table_row():
    tree = view("1970-01", category=55).derivation
    assert tree.find("birth_date").evidence == (CLAIM,)
    assert tree.find("contribution_months").value == "435"
    assert {row.table for row in tree.used_rows()} >= {
        "retirement_age",
        "minimum_contribution_months",
        "flexible_retirement",
    }
    assert Node.from_json(tree.to_json()) == tree
