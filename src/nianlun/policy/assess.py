"""One function for every kind of case: plain inputs in, amount and derivation out.

from nianlun.policy.assess import assess
answer = assess("enterprise_benefit", {"province": "河北", …})
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from nianlun.policy import (
    account_case,
    account_settlement,
    adjustment_case,
    adjustment_years,
    annuity,
    comparison,
    contribution,
    death_grant,
    divisor,
    enterprise_1998,
    enterprise_case,
    government,
    government_case,
    heating,
    identity_claims,
    minimum,
    overlaps,
    resident_case,
    retirement_cases,
    sickness,
    special_work,
    survivors,
    switching,
    transfer,
    transfer_rules,
    transfer_table,
)
from nianlun.policy.assessment import Assessment
from nianlun.policy.cases import BadCase, Case
from nianlun.policy.lawbook import LawBook, shipped
from nianlun.policy.sheet import Evidence

Assess = Callable[[Case, LawBook, Evidence], Assessment]

KINDS: dict[str, tuple[str, Assess]] = {
    "account_interest": ("个人账户利息", account_case.assess_interest),
    "enterprise_benefit": ("企业职工基本养老金", enterprise_case.assess),
    "payout_months": ("个人账户养老金计发月数", divisor.assess),
    "government_benefit": ("机关事业单位基本养老金", government_case.assess),
    "government_transition": ("机关事业单位新老办法对比", government.assess_transition),
    "occupational_annuity": ("职业年金", annuity.assess),
    "sickness_allowance": ("病残津贴", sickness.assess),
    "sickness_allowance_months": ("病残津贴发放月数", sickness.assess_months),
    "survivors": ("企业职工遗属待遇", survivors.assess),
    "survivors_months": ("抚恤金月数", survivors.assess_months),
    "death_grant": ("机关事业单位一次性抚恤金", death_grant.assess),
    "retirement_age": ("法定退休年龄", retirement_cases.assess_age),
    "flexible_retirement": ("弹性退休", retirement_cases.assess_flexible),
    "account_crediting": ("个人账户记账", account_settlement.assess_crediting),
    "account_settlement": ("个人账户余额和继承", account_settlement.assess_settlement),
    "contribution": ("缴费", contribution.assess_contribution),
    "late_fee": ("滞纳金", contribution.assess_late_fee),
    "transfer": ("跨地区转移的基金", transfer.assess),
    "transfer_information_table": ("转移信息表核对", transfer_table.assess),
    "benefit_place": ("待遇领取地", transfer_rules.assess_place),
    "temporary_account": ("临时缴费账户", transfer_rules.assess_temporary),
    "lump_sum_supplement": ("一次性补缴的核对", transfer_rules.assess_supplement),
    "special_work_age": ("特殊工种退休年龄", special_work.assess),
    "incapacity_retirement": ("病退（2024 年以前）", special_work.assess_incapacity),
    "urban_rural_switch": ("城乡养老保险衔接", switching.assess),
    "overlap": ("重复参保和重复领取", overlaps.assess),
    "pension_adjustment": ("年度基本养老金调整", adjustment_case.assess),
    "pension_adjustments": ("多年基本养老金调整", adjustment_years.assess),
    "heating_subsidy": ("冬季取暖补贴", heating.assess),
    "resident_benefit": ("城乡居民养老金", resident_case.assess_benefit),
    "resident_contribution": ("城乡居民缴费", resident_case.assess_contribution),
    "resident_minimum": ("城乡居民缴费年限", resident_case.assess_minimum),
    "new_old_comparison": ("企业新老办法对比", comparison.assess),
    "enterprise_benefit_1998": ("企业职工基本养老金（1998 至 2005 年）", enterprise_1998.assess),
    "recalculation": ("预发重核", comparison.assess_recalculation),
    "identity_number": ("身份证号的记载", identity_claims.assess),
    "minimum_not_met": ("缴费年限不足时的办法", minimum.assess),
}


def assess(
    kind: str,
    inputs: Mapping[str, Any],
    *,
    title: str = "",
    book: LawBook | None = None,
    law: date | None = None,
    known: date | None = None,
    evidence: Evidence | None = None,
) -> Assessment:
    """Assess one case by an edition of the tables (None: the one shipped).

    `law` and `known` ask under the law of a past day, as far as published by a past day. `evidence` says, by the
    id of a step, what it rests on. Raises `BadCase` for inputs that are wrong, `CannotAssess` where something is
    missing or needs a person's judgement, `NotInForce` where no rule covers the case.
    """
    return assess_case(Case(kind, inputs, title=title), book=book, law=law, known=known, evidence=evidence)


def assess_case(
    case: Case,
    *,
    book: LawBook | None = None,
    law: date | None = None,
    known: date | None = None,
    evidence: Evidence | None = None,
) -> Assessment:
    """The same for a case that was read from a file."""
    if case.kind not in KINDS:
        raise BadCase(f"没有“{case.kind[:30]}”这种案例。可选：{'、'.join(KINDS)}。")
    edition = book or shipped()
    edition = edition.as_of(law=law or edition.law, known=known or edition.known)
    return KINDS[case.kind][1](case, edition, evidence or {})
