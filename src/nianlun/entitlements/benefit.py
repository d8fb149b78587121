"""What a person's pension is: a working life turned into a case of the policy, assessed, and tied to its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from nianlun.contributions.domain import EMPLOYEE_SCHEMES
from nianlun.entitlements.benefit_inputs import Made, employee_inputs, resident_inputs
from nianlun.entitlements.gathering import Working
from nianlun.entitlements.wish import Wish
from nianlun.evidence.domain import Kind
from nianlun.kernel.months import Month, month_of, parse_month, show_month
from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.cases import BadCase
from nianlun.policy.derivation import EvidenceRef, Node
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import NotInForce
from nianlun.registry.domain import Scheme

KINDS = {
    Scheme.ENTERPRISE: "enterprise_benefit",
    Scheme.FLEXIBLE: "enterprise_benefit",
    Scheme.GOVERNMENT_INSTITUTION: "government_benefit",
    Scheme.RESIDENT: "resident_benefit",
}
FORMULA_SINCE = parse_month("2006-01")  # 国发〔2005〕38号
HOLDINGS_ONLY = "缴费年限和个人账户按现有记录计算，不计今后的缴费和利息。"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitView:
    """The answer for one person: an assessment, or why there is none and what is missing.

    `estimate` marks a month to come, computed on the assumptions named (试算). `inputs` is the case as it could be
    written to a file, `evidence` and `trees` say what its inputs rest on; `lacks_law` that a value of the law is not
    on record, which no paper of the person could mend; `index_years` are (year, base, deemed).
    """

    kind: str
    month: Month | None
    assessment: Assessment | None
    refusal: str = ""
    lacks_law: bool = False
    missing: tuple[str, ...] = ()
    between: tuple[Decimal, Decimal] | None = None
    estimate: bool = False
    assumptions: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    index_years: tuple[tuple[int, Decimal, bool], ...] = ()
    evidence: Mapping[str, tuple[EvidenceRef, ...]] = field(default_factory=dict)
    trees: Mapping[str, Node] = field(default_factory=dict)


def benefit_view(working: Working, *, book: LawBook, wish: Wish) -> BenefitView:
    """Assess a working life gathered with the same book and wish; never raises for a person in sight."""
    kind = KINDS[working.person.scheme]
    month = wish.retire_month if wish.retire_month is not None else working.retirement.statutory_month
    if month is None:
        reason = working.retirement.unsettled
        return BenefitView(
            kind=kind,
            month=None,
            assessment=None,
            refusal=reason.sentence if reason else "还没有退休月份，不能计算待遇。",
            missing=(reason.next_step,) if reason else (),
        )
    estimate = month > month_of(working.on)
    made = Made()
    said = wish.sentences(working.claims)
    try:
        _check(working, month=month, wish=wish)
        answer = _assessed(
            working, kind=kind, month=month, book=book, wish=wish, made=made, estimate=estimate
        )
    except (CannotAssess, NotInForce, BadCase) as reason:
        return BenefitView(
            kind=kind,
            month=month,
            assessment=None,
            refusal=str(reason),
            lacks_law=isinstance(reason, NotInForce)
            or any(name.isascii() for name in getattr(reason, "missing", ())),
            missing=getattr(reason, "missing", ()),
            between=getattr(reason, "between", None),
            estimate=estimate,
            assumptions=(*said, *made.assumptions),
            inputs=made.inputs,
        )
    return BenefitView(
        kind=kind,
        month=month,
        assessment=answer,
        estimate=estimate or not wish.is_plain,
        assumptions=(*said, *made.assumptions),
        inputs=made.inputs,
        index_years=tuple(made.index_years),
        evidence=made.evidence,
        trees=made.trees,
    )


def _assessed(
    working: Working, *, kind: str, month: Month, book: LawBook, wish: Wish, made: Made, estimate: bool
) -> Assessment:
    region = wish.region or (working.person.division + "000000")[:6]
    made.inputs |= {"region": region, "sex": working.person.sex.value, "benefit_date": show_month(month)}
    if (fact := working.facts.get(Kind.BIRTH_DATE)) is not None:
        made.inputs["birth"] = show_month(month_of(fact.earliest))
        made.trees["age_months"] = working.birth
    if estimate:
        made.assumptions.append(HOLDINGS_ONLY)
    if working.person.scheme is Scheme.RESIDENT:
        resident_inputs(working, month=month, made=made)
    else:
        employee_inputs(working, month=month, region=region, book=book, wish=wish, made=made)
    answer = assess(kind, made.inputs, book=book, evidence=made.evidence)
    return tied(answer, trees=made.trees, provisional=made.provisional)


def _check(working: Working, *, month: Month, wish: Wish) -> None:
    view = working.retirement
    if wish.retire_month is not None and view.earliest_month is not None and month < view.earliest_month:
        raise CannotAssess(
            f"最早可在 {show_month(view.earliest_month)} 退休，不能算 {show_month(month)} 的待遇。",
            missing=("退休月份",),
        )
    if wish.retire_month is not None and view.latest_month is not None and month > view.latest_month:
        raise CannotAssess(
            f"最晚可延迟到 {show_month(view.latest_month)} 退休，不能算 {show_month(month)} 的待遇。",
            missing=("退休月份",),
        )
    held = working.career.contribution_months + wish.more_months
    needed = view.minimum_months
    if month < FORMULA_SINCE and working.person.scheme in EMPLOYEE_SCHEMES:
        raise CannotAssess(
            "2006 年 1 月以前退休的按当时的办法计发，以原核定表为准，系统不推算。",
            missing=("原核定表",),
        )
    if needed is not None and held < needed and month > month_of(working.on):
        raise CannotAssess(
            f"现有缴费年限 {held} 个月，到 {show_month(month)} 要满 {needed} 个月才能按月领取，"
            f"还差 {needed - held} 个月。可以填写再缴费的月数试算。",
            missing=(f"再缴费 {needed - held} 个月",),
        )
    if needed is not None and held < needed:
        resident = working.person.scheme is Scheme.RESIDENT
        ways = "可以继续缴费，或按规定补缴。" if resident else "可以延长缴费，或转入城乡居民养老保险。"
        raise CannotAssess(
            f"缴费年限 {held} 个月，还差 {needed - held} 个月才能按月领取。{ways}",
            missing=(f"再缴费 {needed - held} 个月",),
        )


def tied(answer: Assessment, *, trees: Mapping[str, Node], provisional: bool) -> Assessment:
    """The policy's answer with the trees under its inputs; provisional too where one of those inputs is."""
    return replace(
        answer,
        derivation=_grafted(answer.derivation, trees),
        provisional=answer.provisional or provisional,
    )


def _grafted(node: Node, trees: Mapping[str, Node]) -> Node:
    """The derivation with the trees put under the inputs that they explain."""
    inputs = tuple(_grafted(inner, trees) for inner in node.inputs)
    own = trees.get(node.id)
    return replace(node, inputs=(*inputs, own) if own is not None else inputs)
