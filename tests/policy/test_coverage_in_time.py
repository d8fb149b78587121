"""Every kind of case, moved month by month through time: an answer or a refusal by name, never a fault."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from nianlun.kernel.months import Month, first_day, month, month_of, parse_month, show_month
from nianlun.policy import assess as assessing
from nianlun.policy.assess import KINDS, assess
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.cases import read_case
from nianlun.policy.lawbook import shipped
from nianlun.policy.tables import NotInForce

EXAMPLES = Path(assessing.__file__).with_name("examples")
BOOK = shipped()
UNTIL = month(2032, 1)  # five years past the newest tables
# The input that says when, and the table whose first day is the kind's.
ASKED = {
    "account_crediting": ("periods.first", "personal_account_ratio"),
    "account_interest": ("years.year", "account_interest_rates"),
    "account_settlement": ("first_paid", "account_interest_rates"),
    "benefit_place": ("applied_on", "benefit_place"),
    "contribution": ("month", "contribution_rates"),
    "death_grant": ("year", "government_death_grant"),
    "enterprise_benefit": ("benefit_date", "enterprise_formula"),
    "enterprise_benefit_1998": ("benefit_date", "payout_months"),
    "flexible_retirement": ("chosen_month", "flexible_retirement"),
    "government_benefit": ("benefit_date", "government_transition"),
    "government_transition": ("retirement", "government_transition"),
    "heating_subsidy": ("season", "heating_subsidy"),
    "incapacity_retirement": ("retirement", "incapacity_age"),
    "late_fee": ("overdue_from", "late_fee"),
    "lump_sum_supplement": ("applied_on", "lump_sum_supplement"),
    "minimum_not_met": ("statutory_month", "minimum_contribution_months"),
    "new_old_comparison": ("retirement", "new_old_comparison"),
    "occupational_annuity": ("benefit_date", "payout_months"),
    "overlap": ("applied_on", "urban_rural_switch"),
    "payout_months": ("benefit_date", "payout_months"),
    "pension_adjustment": ("year", "pension_adjustment"),
    "pension_adjustments": ("from_year", "pension_adjustment"),
    "resident_benefit": ("benefit_date", "resident_basic_pension"),
    "resident_contribution": ("year", "resident_tiers"),
    "resident_minimum": ("scheme_start", "resident_pension_age"),
    "retirement_age": ("birth", "retirement_age"),
    "sickness_allowance": ("benefit_date", "sickness_allowance"),
    "special_work_age": ("birth", "special_work_age"),
    "survivors": ("death_month", "survivors"),
    "temporary_account": ("moved_in", "temporary_account"),
    "transfer": ("applied_on", "transfer_pool_rate"),
    "transfer_information_table": ("applied_on", "transfer_pool_rate"),
    "urban_rural_switch": ("statutory_month", "urban_rural_switch"),
}
TIMELESS = {"identity_number", "recalculation", "sickness_allowance_months", "survivors_months"}
STAYS = {"G"}  # the growth of wages since the reform of 2014 belongs to its years
AGES = {"retirement_age": 50 * 12, "special_work_age": 55 * 12}  # asked by birth, ruled by the age reached


def moved(value: object, by: int, *, name: str = "") -> object:
    """The inputs with every day, month and year in them moved by as many months, so that ages stay."""
    if isinstance(value, Mapping):
        return {
            str(moved(key, by)): inner if key in STAYS else moved(inner, by, name=str(key))
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [moved(inner, by) for inner in value]
    if isinstance(value, date):
        return first_day(month_of(value) + by)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}", value):
        return show_month(parse_month(value) + by)
    if isinstance(value, str) and re.fullmatch(r"(19|20)\d{2}", value):
        return str(int(value) + by // 12)
    if isinstance(value, int) and re.fullmatch(r"(\w+_)?year|season", name):
        return value + by // 12
    return value


def asked_month(inputs: Mapping, name: str) -> Month:
    value: object = inputs
    for part in name.split("."):
        value = value[part]  # type: ignore[index]
        value = value[0] if isinstance(value, list) else value
    if isinstance(value, date):
        return month_of(value)
    return parse_month(value) if isinstance(value, str) else month(int(str(value)), 1)


def test_every_kind_is_asked_through_time_or_knows_no_time():
    assert set(ASKED) | TIMELESS == set(KINDS)
    for kind in TIMELESS:
        case, _ = read_case((EXAMPLES / f"{kind}.toml").read_text(encoding="utf-8"))
        assert moved(case.inputs, 1200) == moved(case.inputs, 0)


@pytest.mark.parametrize("kind", ASKED)
def test_each_month_has_an_answer_or_a_refusal_by_name(kind):
    case, _ = read_case((EXAMPLES / f"{kind}.toml").read_text(encoding="utf-8"))
    name, table = ASKED[kind]
    here = asked_month(case.inputs, name)
    age = AGES.get(kind, 0)
    first = month_of(min(span.since for span in BOOK.table(table).spans))
    outcomes: Counter[str] = Counter()
    for at in range(first - 12 - age, UNTIL - age):
        try:
            found = assess(kind, moved(case.inputs, at - here), book=BOOK)  # type: ignore[arg-type]
        except (NotInForce, CannotAssess) as reason:
            assert str(reason).strip(), show_month(at)
            outcomes[type(reason).__name__] += 1
        else:
            assert found.sentence
            assert found.total is None or found.total >= 0
            outcomes["answered"] += 1
    assert outcomes["answered"]
