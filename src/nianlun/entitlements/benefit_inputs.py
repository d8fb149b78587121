"""What a working life puts into a case of the policy: months, bases, credits, each with what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from nianlun.contributions.domain import EMPLOYEE_SCHEMES, PaidMonth
from nianlun.entitlements.account_tree import AccountBalance, account_balance
from nianlun.entitlements.domain import rules
from nianlun.entitlements.domain.career import MonthKind
from nianlun.entitlements.gathering import Working
from nianlun.entitlements.wish import Wish
from nianlun.evidence.domain import Kind
from nianlun.kernel.months import Month, last_day, month_of, show_month
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.base_values import pension_base
from nianlun.policy.derivation import EvidenceRef, Node
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import NotInForce
from nianlun.registry.domain import Scheme


@dataclass(slots=True)
class Made:
    """A case in the making: inputs, what they rest on, the trees that explain them, and what was assumed."""

    inputs: dict[str, Any] = field(default_factory=dict)
    trees: dict[str, Node] = field(default_factory=dict)
    evidence: dict[str, tuple[EvidenceRef, ...]] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)
    index_years: list[tuple[int, Decimal, bool]] = field(default_factory=list)
    provisional: bool = False


def employee_inputs(
    working: Working, *, month: Month, region: str, book: LawBook, wish: Wish, made: Made
) -> None:
    """Months, index years and account of an employee scheme. Raises `CannotAssess` and `NotInForce`."""
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
    if not government:
        _say_first_year(month=month, region=region, book=book, made=made)
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


def _base(*, month: Month, region: str, book: LawBook, wish: Wish, made: Made) -> None:
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


def _index(working: Working, *, until: Month, deemed_too: bool, made: Made) -> None:
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


def _say_first_year(*, month: Month, region: str, book: LawBook, made: Made) -> None:
    """Where a region counts index years from the day of joining, which nobody recorded, say what was taken."""
    try:
        span = book.on("index_rules", last_day(month), region=region)
    except NotInForce:
        return
    counted = [year for year, _, _ in made.index_years]
    if span.has("counted_from") and counted and made.index_years[0][2]:
        made.assumptions.append(f"参保日期没有记载，平均缴费工资指数从 {counted[0]} 年算起。")


def resident_inputs(working: Working, *, month: Month, made: Made) -> None:
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
