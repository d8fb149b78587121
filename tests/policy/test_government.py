"""Pensions of government and institution staff: the ten years of comparison, and the new method after them."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.columns import Column, ColumnSheet
from nianlun.policy.explained import ExplainedSheet
from nianlun.policy.government import compared, old_method
from nianlun.policy.lawbook import shipped

WE_25 = {
    "A_basic_wage_2014": 3240,
    "M_ratio": Decimal("0.9"),
    "B_allowance": 1480,
    "C_increase": 300,
    "G": {"2015": Decimal("0.05"), "2016": Decimal("0.06"), "2017": Decimal("0.055")},
    "retirement": "2018-06",
    "new_method_total_incl_annuity": 6900,
    "share": Decimal("0.4"),
}
NEW = {
    "province": "河北",
    "benefit_date": "2025-03",
    "pension_base": 7265,
    "avg_index": 1,
    "paid_months": 126,
    "deemed_months": 240,
    "account_balance": 90000,
    "annuity_balance": Decimal("46210.35"),
    "payout_months": 139,
    "deemed_index": Decimal("1.2"),
    "coefficient": Decimal("0.013"),
}


def transition(**changes: object) -> Assessment:
    inputs = {name: value for name, value in (WE_25 | changes).items() if value is not None}
    return assess("government_transition", inputs)


def benefit(**changes: object) -> Assessment:
    return assess("government_benefit", {k: v for k, v in (NEW | changes).items() if v is not None})


def test_the_example_of_2018_comes_out_to_the_fen():
    found = transition()
    assert found.amounts["payable"] == Decimal("6068.47")
    assert (found.figures["growth_factor"], found.figures["old_method"]) == ("1.174215", "5514.11")


def test_the_share_of_the_year_is_in_the_table_and_from_memory():
    found = transition(share=None)
    assert found.amounts["payable"] == Decimal("6068.47")
    assert found.confidence == "M"


def test_a_new_method_below_the_old_pays_the_old():
    assert transition(new_method_total_incl_annuity=5000).total == Decimal("5514.11")


def test_the_last_quarter_of_2014_counts_as_2015():
    growth = {"2015": Decimal("0.05")}
    months = [
        transition(retirement=month, share=None, G=growth) for month in ("2014-10", "2014-12", "2015-12")
    ]
    assert {found.figures["old_method"] for found in months} == {"4696.00"}
    assert {found.figures["share"] for found in months} == {"0.10"}


@pytest.mark.parametrize(
    ("month", "share"), [("2015-12", "0.10"), ("2016-01", "0.20"), ("2024-09", "1.00")]
)
def test_the_share_rises_with_the_year(month, share):
    growth = {str(year): Decimal("0.05") for year in range(2015, 2024)}
    assert transition(retirement=month, share=None, G=growth).figures["share"] == share


def test_after_ten_years_only_the_new_method_counts():
    found = transition(retirement="2024-10", G=None, A_basic_wage_2014=None)
    assert found.total == Decimal("6900.00")
    assert "过渡期已满" in found.sentence


def test_before_the_reform_nothing_is_computed():
    with pytest.raises(CannotAssess, match="改革"):
        transition(retirement="2014-09")


def test_a_missing_year_of_growth_is_named():
    with pytest.raises(CannotAssess) as refused:
        transition(G={"2015": Decimal("0.05")})
    assert refused.value.missing == ("G.2016", "G.2017")


@pytest.mark.parametrize(
    "growth", [5, {"2013": "0.05"}, {"2014": "0.05"}, {"2015": "5"}, {"x": "0.05"}, {"2015": "NaN"}]
)
def test_growth_that_is_none_is_refused(growth):
    with pytest.raises(BadCase):
        transition(G=growth)


def test_the_new_method_adds_four_components():
    found = benefit()
    assert found.amounts == {
        "basic": Decimal("2215.83"),  # (7265 + 7265) / 2 × 30.5 × 1%
        "account": Decimal("647.48"),
        "transitional": Decimal("2266.68"),  # 7265 × 1.2 × 20 × 1.3%
        "annuity": Decimal("332.45"),
    }
    assert found.total == Decimal("5462.44")
    assert not found.provisional


def test_hebei_has_no_deemed_index_and_no_coefficient():
    with pytest.raises(CannotAssess) as refused:
        benefit(deemed_index=None, coefficient=None)
    assert refused.value.missing == ("deemed_index", "coefficient")
    with pytest.raises(CannotAssess) as refused:
        benefit(coefficient=None)
    assert refused.value.missing == ("coefficient",)


def test_a_table_that_the_agency_loads_is_used():
    folder = "130000/government"
    heads = {
        name: shipped().files[f"{folder}_{name}.toml"].split("[[absent]]")[0]
        for name in ("deemed_index", "transitional_coefficient")
    }
    span = '[[span]]\nsince = 2014-10-01\nvalue = {}\nsource = "经办机构"\nconfidence = "S-G"\n'
    book = shipped().amended(
        {
            f"{folder}_deemed_index.toml": heads["deemed_index"] + span.format('{ "正科" = 1.2 }'),
            f"{folder}_transitional_coefficient.toml": heads["transitional_coefficient"]
            + span.format("0.013"),
        }
    )
    inputs = {k: v for k, v in NEW.items() if k not in ("deemed_index", "coefficient")}
    found = assess("government_benefit", inputs | {"deemed_rank": "正科"}, book=book)
    assert found.amounts["transitional"] == Decimal("2266.68")


def test_without_service_before_the_reform_there_is_no_transitional_pension():
    found = benefit(deemed_months=0, deemed_index=None, coefficient=None)
    assert "transitional" not in found.amounts


def test_in_the_ten_years_the_new_method_alone_is_provisional():
    found = benefit(benefit_date="2018-06", pension_base=5000, paid_months=45)
    assert found.provisional
    assert "与老办法比较" in found.notes[0]


def test_in_the_ten_years_both_methods_are_compared_and_the_difference_is_due():
    old = {k: WE_25[k] for k in ("A_basic_wage_2014", "M_ratio", "B_allowance", "C_increase", "G")}
    found = benefit(
        benefit_date="2018-06",
        pension_base=5000,
        paid_months=45,
        prepaid_monthly=5000,
        prepaid_months=10,
        **old,
    )
    assert found.figures["old_method"] == "5514.11"
    assert found.total == sum(found.amounts.values()) == Decimal("5514.11")
    assert found.amounts["comparison"] > 0  # the old method is the higher one
    assert Decimal(found.figures["difference_due"]) == (found.total - 5000) * 10
    overpaid = benefit(prepaid_monthly=6000, prepaid_months=2)
    assert overpaid.figures["difference_overpaid"] == "1075.12"


def test_more_paid_months_than_passed_since_the_reform_are_refused():
    with pytest.raises(CannotAssess, match="最多 126 个月"):
        benefit(paid_months=127)


def test_the_base_of_the_table_is_said_to_be_that_of_enterprises():
    found = benefit(pension_base=None)
    assert any("与企业用同一个" in note for note in found.notes)


amounts = st.sampled_from(
    [Decimal(0), Decimal("4999.99"), Decimal(5000), Decimal("5000.01"), Decimal(8000)]
)
shares = st.sampled_from([Decimal("0.1"), Decimal("0.45"), Decimal(1)])


@given(amounts, amounts, shares)
def test_comparison_lies_between_both_methods(old, new, share):
    sheet = ExplainedSheet()
    figures = {
        name: sheet.given(name, value, title=name)
        for name, value in {"old": old, "new": new, "share": share}.items()
    }
    paid = compared(sheet, article="", **figures).value
    assert Fraction(old) <= paid <= Fraction(max(old, new)) + Fraction(1, 200)


def test_one_person_and_a_population_agree_to_the_fen():
    people = [
        (3240, 90, 1480, 300, 5, 690000),
        (2100, 85, 900, 0, 3, 250000),
        (5000, 100, 0, 1, 11, 999999),
    ]
    explained, columns = ExplainedSheet(), ColumnSheet()
    found = []
    for wage, ratio, allowance, increase, rate, new in people:
        values = [wage, Decimal(ratio) / 100, allowance, increase, Decimal(rate) / 100, Decimal(new) / 100]
        wage_, ratio_, allowance_, increase_, rate_, new_ = (
            explained.given("x", value, title="x") for value in values
        )
        old = old_method(
            explained,
            wage=wage_,
            ratio=ratio_,
            allowance=allowance_,
            increase=increase_,
            growth=[(2015, rate_)],
        )
        share = explained.given("share", Decimal("0.4"), title="x")
        found.append(compared(explained, old=old, new=new_, share=share, article="").value * 100)
    wage, ratio, allowance, increase, rate, new = (
        np.array(one, dtype=np.int64) for one in zip(*people, strict=True)
    )
    old = old_method(
        columns,
        wage=Column(wage),
        ratio=Column(ratio, 100),
        allowance=Column(allowance),
        increase=Column(increase),
        growth=[(2015, Column(rate, 100))],
    )
    share = columns.given("share", Decimal("0.4"), title="x")
    paid = compared(columns, old=old, new=Column(new, 100), share=share, article="")
    assert list(paid.array(scale=100, size=3)) == found
