"""The pension base: published, by the region's rule from the average wage, or the last one ahead of its publication."""

import pytest

from nianlun.kernel.months import parse_month
from nianlun.policy.base_values import base_figure, pension_base
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.lawbook import law_book, shipped
from nianlun.policy.tables import NotInForce

HEBEI = "130606"


def base_of(month, region=HEBEI):
    base = pension_base(shipped(), parse_month(month), region=region)
    return base, base_figure(ExplainedSheet(), base)


def test_a_published_base_is_its_row():
    base, figure = base_of("2025-06")
    assert (figure.digits, base.provisional, base.note) == ("7410", False, "")


@pytest.mark.parametrize(("month", "yuan"), [("2003-05", "747"), ("2009-05", "2063")])
def test_where_the_notice_was_seen_it_says_what_the_rule_would_give(month, yuan):
    """747 and 2063 as published; 8959 / 12 = 746.58 and 24756 / 12 = 2063 by the rule."""
    assert base_of(month)[1].digits == yuan
    files = {path: text for path, text in shipped().files.items() if path != "130000/pension_base.toml"}
    base = pension_base(law_book(files), parse_month(month), region=HEBEI)
    assert base_figure(ExplainedSheet(), base).digits == yuan


def test_a_year_without_a_notice_takes_the_average_wage_of_the_year_before_and_says_that_it_is_inferred():
    base, figure = base_of("2016-10")
    assert figure.digits == "4367"  # 4367.42 a month in 2015
    assert "推定" in base.note
    assert {row.confidence for row in figure.node.used_rows()} == {"S-C", "I"}


def test_before_the_years_own_is_out_the_last_one_stands_in_once_and_no_longer():
    base, figure = base_of("2026-08")
    assert (figure.digits, base.provisional) == ("7410", True)
    with pytest.raises(NotInForce, match="没有 2027-08 的计发基数"):
        base_of("2027-08")


def test_another_province_has_no_such_rule():
    with pytest.raises(NotInForce):
        base_of("2016-10", region="510100")


def test_an_edition_from_before_the_rule_was_kept_still_answers_by_the_rules_it_had():
    files = {path: text for path, text in shipped().files.items() if "pension_base_rule" not in path}
    old = law_book(files)
    assert pension_base(old, parse_month("2025-06"), region=HEBEI).span.number() == 7410
    with pytest.raises(NotInForce):
        pension_base(old, parse_month("2016-10"), region=HEBEI)
