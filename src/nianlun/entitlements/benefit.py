"""What a person's pension is: a working life turned into a case of the policy, assessed, and tied to its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from nianlun.contributions.domain import EMPLOYEE_SCHEMES, PaidMonth
from nianlun.entitlements.account_tree import AccountBalance, account_balance
from nianlun.entitlements.domain import rules
from nianlun.entitlements.domain.career import MonthKind
from nianlun.entitlements.gathering import Working
from nianlun.entitlements.wish import Wish
from nianlun.evidence.domain import Kind
from nianlun.kernel.months import Month, last_day, month_of, parse_month, show_month
from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment, CannotAssess
from nianlun.policy.base_values import pension_base
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


@dataclass(slots=True)
class _Made:
    """A case in the making: inputs, what they rest on, the trees that explain them, and what was assumed."""

    inputs: dict[str, Any] = field(default_factory=dict)
    trees: dict[str, Node] = field(default_factory=dict)
    evidence: dict[str, tuple[EvidenceRef, ...]] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)
    index_years: list[tuple[int, Decimal, bool]] = field(default_factory=list)
    provisional: bool = False


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
    made = _Made()
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
    working: Working, *, kind: str, month: Month, book: LawBook, wish: Wish, made: _Made, estimate: bool
) -> Assessment:
    region = wish.region or (working.person.division + "000000")[:6]
    made.inputs |= {"region": region, "sex": working.person.sex.value, "benefit_date": show_month(month)}
    if (fact := working.facts.get(Kind.BIRTH_DATE)) is not None:
        made.inputs["birth"] = show_month(month_of(fact.earliest))
        made.trees["age_months"] = working.birth
    if estimate:
        made.assumptions.append(HOLDINGS_ONLY)
    if working.person.scheme is Scheme.RESIDENT:
        _resident_inputs(working, month=month, made=made)
    else:
        _employee_inputs(working, month=month, region=region, book=book, wish=wish, made=made)
    answer = assess(kind, made.inputs, book=book, evidence=made.evidence)
    return replace(
        answer,
        derivation=grafted(answer.derivation, made.trees),
        provisional=answer.provisional or made.provisional,
    )


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


def _employee_inputs(
    working: Working, *, month: Month, region: str, book: LawBook, wish: Wish, made: _Made
) -> None:
    government = working.person.scheme is Scheme.GOVERNMENT_INSTITUTION
    start = _account_start(working, region=region, book=book)
    career, until = working.career, min(month + 1, working.career.until)
    paid = [
        career.first + at
        for at, kind in enumerate(career.kinds)
        if kind == MonthKind.PAID and career.first + at < until
    ]
    deemed = Decimal(career.deemed_months) - _half_month(working, region=region, book=book)
    before, after = sum(m < start for m in paid), sum(m >= start for m in paid) + wish.more_months
    if government and before:
        raise CannotAssess(
            f"2014 年 10 月以前有 {before} 个月在企业缴费，须先办转移接续，再按机关事业单位计算。",
            missing=("转移接续",),
        )
    made.inputs["deemed_months"] = deemed
    if government:
        made.inputs["paid_months"] = after
        made.trees["deemed_years_months"] = _node(working.contribution, "deemed_months")
    else:
        made.inputs |= {"pre_account_paid_months": before, "post_account_paid_months": after}
        made.trees["transitional_years_months"] = _before_account(
            working.contribution, deemed=deemed, paid=before, start=start
        )
    made.trees["years_months"] = working.contribution
    _base(month=month, region=region, book=book, wish=wish, made=made)
    _index(working, until=until, deemed_too=not government, made=made)
    held: AccountBalance = account_balance(
        working.paid,
        group=working.person.scheme.value,
        since=start,
        until=until,
        region=region,
        book=book,
    )
    made.inputs["account_balance"] = held.balance
    made.trees["account_balance"] = held.node
    made.provisional = made.provisional or held.provisional


def _before_account(contribution: Node, *, deemed: Decimal, paid: int, start: Month) -> Node:
    """The months before the account began: deemed ones down to papers, paid ones down to postings."""
    years = [node for node in _node(contribution, "paid_months").inputs if _year_of(node) < start // 12]
    own = Node(
        id="paid_before_account",
        title="建账以前的实际缴费月数",
        value=str(paid),
        unit="个月",
        rule=f"{show_month(start)} 以前有缴费记录的月份",
        inputs=tuple(years),
    )
    return Node(
        id="months_before_account",
        title="建账以前的月数",
        value=str(deemed + paid),
        unit="个月",
        rule="视同缴费月数加建账以前的实际缴费月数",
        formula=f"{deemed} + {paid} = {deemed + paid}",
        inputs=(_node(contribution, "deemed_months"), own),
    )


def _year_of(node: Node) -> int:
    year = node.id.rpartition("_")[2]
    return int(year) if year.isdigit() else 0


def _account_start(working: Working, *, region: str, book: LawBook) -> Month:
    span = rules.account_start(book, scheme=working.person.scheme, division=region, on=working.on)
    return rules.start_month(span)


def _half_month(working: Working, *, region: str, book: LawBook) -> Decimal:
    """Half a month where work began in the second half of a deemed month and the region counts so."""
    start = working.facts.get(Kind.WORK_START)
    if start is None or start.earliest != start.latest or not working.career.deemed_months:
        return Decimal(0)
    try:
        span = book.on("half_month", working.on, region=region)
    except NotInForce:
        return Decimal(0)
    begins = working.career.first == month_of(start.earliest)
    return Decimal("0.5") if begins and start.earliest.day > span.number("after_day") else Decimal(0)


def _base(*, month: Month, region: str, book: LawBook, wish: Wish, made: _Made) -> None:
    """The pension base: assumed, looked up by the policy itself, or for a month to come the last one published."""
    if wish.base_value is not None:
        made.inputs["pension_base"] = wish.base_value
        return
    try:
        pension_base(book, month, region=region)
    except NotInForce:
        spans = [s for s in book.table("pension_base").spans if s.region == f"{region[:2]}0000"]
        last = max(spans, key=lambda s: s.since, default=None)
        if last is None or last_day(month) < last.since:
            raise
        made.inputs["pension_base"] = last.decimal()
        made.assumptions.append(
            f"{month // 12} 年的计发基数还没有公布，按 {last.since.year} 年的 {last.value} 元试算。"
        )


def _index(working: Working, *, until: Month, deemed_too: bool, made: _Made) -> None:
    """The base of each year as the mean over its paid months; years of deemed service alone are marked so."""
    career = working.career
    months: dict[int, Decimal] = {}
    for one in working.paid:
        if one.counts_as_employee and one.month < until:
            months[one.month] = max(months.get(one.month, Decimal(0)), one.base)
    years: dict[int, list[Decimal]] = {}
    for month, base in months.items():
        years.setdefault(month // 12, []).append(base)
    deemed = {
        (career.first + at) // 12 for at, kind in enumerate(career.kinds) if kind == MonthKind.DEEMED
    } - set(years)
    rows = [(year, _mean(bases), False) for year, bases in years.items()]
    rows += [(year, Decimal(0), True) for year in deemed if deemed_too]
    made.index_years = sorted(rows)
    made.inputs["yearly_bases"] = [
        {"year": year, "base": base, "deemed": is_deemed} for year, base, is_deemed in made.index_years
    ]
    made.evidence |= {f"base_{year}": _postings(working.paid, year) for year in years}


def _resident_inputs(working: Working, *, month: Month, made: _Made) -> None:
    """What was paid into the account each year, by the person and as subsidy; years without payment are zero."""
    years: dict[int, dict[str, Any]] = {}
    for one in working.paid:
        if one.scheme is Scheme.RESIDENT and one.month <= month:
            empty = {"year": one.month // 12, "individual": Decimal(0), "subsidy": Decimal(0)}
            row = years.setdefault(one.month // 12, empty)
            row["individual"] += one.personal
            row["subsidy"] += one.employer_part
    if not years:
        raise CannotAssess("没有缴费记录，不能计算个人账户。请核对缴费。", missing=("缴费记录",))
    for year in range(min(years), max(years) + 1):
        years.setdefault(year, {"year": year, "individual": Decimal(0), "subsidy": Decimal(0)})
    made.inputs["payments"] = [years[year] for year in sorted(years)]
    made.evidence |= {
        f"individual_{year}": _postings(working.paid, year, schemes=frozenset({Scheme.RESIDENT}))
        for year in years
    }


def _postings(
    paid: Sequence[PaidMonth], year: int, *, schemes: frozenset[Scheme] = EMPLOYEE_SCHEMES
) -> tuple[EvidenceRef, ...]:
    """The postings of a year, one for each payment."""
    found = {
        one.postings[0]: f"{show_month(one.month)} 基数 {one.base} 元"
        for one in reversed(paid)
        if one.month // 12 == year and one.scheme in schemes and one.postings
    }
    return tuple(EvidenceRef("posting", str(key), label) for key, label in reversed(found.items()))


def _mean(bases: Sequence[Decimal]) -> Decimal:
    return (sum(bases, Decimal(0)) / len(bases)).quantize(Decimal("0.01"))


def _node(tree: Node, node_id: str) -> Node:
    try:
        return tree.find(node_id)
    except KeyError:
        return tree


def grafted(node: Node, trees: Mapping[str, Node]) -> Node:
    """The derivation with the trees put under the inputs that they explain."""
    inputs = tuple(grafted(inner, trees) for inner in node.inputs)
    own = trees.get(node.id)
    return replace(node, inputs=(*inputs, own) if own is not None else inputs)
