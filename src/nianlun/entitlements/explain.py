"""Why a figure is what it is: derivation trees down to claims, facts and postings. Pure functions on lines."""

from collections import defaultdict
from collections.abc import Sequence

from nianlun.contributions.domain import PaidMonth
from nianlun.entitlements.domain.career import CareerMonths, MonthKind, MonthState, Run, Spell, payer_name
from nianlun.entitlements.domain.rules import start_month
from nianlun.evidence.domain import Kind
from nianlun.evidence.queries import ClaimLine, FactLine
from nianlun.kernel.money import show_money
from nianlun.kernel.months import month_of, show_month, show_months_as_years
from nianlun.policy.derivation import EvidenceRef, Node
from nianlun.policy.tables import Span
from nianlun.registry.domain import Scheme

BOTH_ENDS = "社会保险法 第十三条、第十六条"


def claim_ref(claim: ClaimLine, *, against: bool = False) -> EvidenceRef:
    """A claim as a leaf: what the page says, where, and whether it was believed."""
    word = "不采信" if against else "记载"
    label = f"{claim.document_title} 第 {claim.page_number} 页 {word} {claim.value}"
    return EvidenceRef("claim", str(claim.id), label)


def fact_node(kind: Kind, *, fact: FactLine | None, claims: Sequence[ClaimLine]) -> Node:
    """A ruled fact with the ruling, what decided it and what stood against it; or that nobody has ruled."""
    if fact is None:
        said = [c for c in claims if c.kind is kind and c.settled]
        return Node(
            id=kind.value,
            title=kind.label,
            value="未认定",
            unit="",
            rule="还没有认定" if said else "档案里还没有复核过的记载",
            evidence=tuple(claim_ref(c) for c in said),
        )
    return Node(
        id=kind.value,
        title=kind.label,
        value=fact.value,
        unit="日期",
        rule=fact.reason,
        article=fact.rule,
        formula=f"由{fact.proposed_by}提出，{fact.confirmed_by}确认",
        evidence=(
            *((EvidenceRef("fact", str(fact.id), f"{kind.label} {fact.value}"),) if fact.rule else ()),
            *((EvidenceRef("ruling", str(fact.ruling_id), f"认定依据：{fact.rule}"),) if fact.rule else ()),
            *(claim_ref(c) for c in fact.decisive),
            *(claim_ref(c, against=True) for c in fact.against),
        ),
    )


def contribution_node(
    career: CareerMonths,
    *,
    paid: Sequence[PaidMonth],
    spells: Sequence[Spell],
    claims: Sequence[ClaimLine],
    start: Span | None,
    deemed_until: int,
    counting: frozenset[Scheme],
    deep: bool,
) -> Node:
    """The contribution months: paid by year down to postings, deemed by period down to claims.

    Without `deep` the years are left out: a career has hundreds of postings, and a page that only names the sum
    need not name each.
    """
    inputs = [_paid_node(career, paid=paid if deep else (), counting=counting)]
    if career.deemed_months or start is not None:
        inputs.append(
            _deemed_node(career, spells=spells, claims=claims, start=start, deemed_until=deemed_until)
        )
    return Node(
        id="contribution_months",
        title="累计缴费年限（含视同）",
        value=str(career.contribution_months),
        unit="个月",
        rule="实际缴费月数加视同缴费月数；同一个月两处缴费只计一次",
        article=BOTH_ENDS,
        formula=(
            f"{career.paid_months} + {career.deemed_months} = {career.contribution_months}，"
            f"即 {show_months_as_years(career.contribution_months)}"
        ),
        inputs=tuple(inputs),
    )


def _paid_node(career: CareerMonths, *, paid: Sequence[PaidMonth], counting: frozenset[Scheme]) -> Node:
    counted = {career.first + at for at, kind in enumerate(career.kinds) if kind == MonthKind.PAID.value}
    by_year: dict[int, list[PaidMonth]] = defaultdict(list)
    for one in paid:
        if one.month in counted and one.scheme in counting:
            by_year[one.month // 12].append(one)
    years = tuple(_year_node(year, months=by_year[year]) for year in sorted(by_year))
    return Node(
        id="paid_months",
        title="实际缴费月数",
        value=str(career.paid_months),
        unit="个月",
        rule="有缴费记录的月份，冲销的不计",
        article="社会保险法 第十二条",
        formula=" + ".join(node.value for node in years) or "0",
        inputs=years,
    )


def _year_node(year: int, *, months: Sequence[PaidMonth]) -> Node:
    distinct = sorted({one.month for one in months})
    return Node(
        id=f"paid_{year}",
        title=f"{year} 年",
        value=str(len(distinct)),
        unit="个月",
        formula="、".join(f"{month % 12 + 1} 月" for month in distinct),
        evidence=tuple(
            EvidenceRef(
                "posting",
                str(one.postings[0]),
                f"{show_month(one.month)} {payer_name(one.scheme, one.employer_name)} 基数 {show_money(one.base)}",
            )
            for one in months
        ),
    )


def _deemed_node(
    career: CareerMonths,
    *,
    spells: Sequence[Spell],
    claims: Sequence[ClaimLine],
    start: Span | None,
    deemed_until: int,
) -> Node:
    runs = [run for run in career.state_runs() if run.kind is MonthKind.DEEMED]
    said = "首次缴费" if start is not None and deemed_until < start_month(start) else "建账"
    return Node(
        id="deemed_months",
        title="视同缴费月数",
        value=str(career.deemed_months),
        unit="个月",
        rule=f"{said}（{show_month(deemed_until)}）以前、有材料证明的连续工龄视同缴费"
        if deemed_until
        else "没有视同缴费",
        article=BOTH_ENDS,
        formula=" + ".join(str(run.until - run.since) for run in runs) or "0",
        rows=(start.row(),) if start is not None else (),
        inputs=tuple(_run_node(run, career=career, spells=spells, claims=claims) for run in runs),
    )


def _run_node(
    run: Run, *, career: CareerMonths, spells: Sequence[Spell], claims: Sequence[ClaimLine]
) -> Node:
    sources = {s.source for s in spells if s.since < run.until and (s.until is None or s.until > run.since)}
    dated = (Kind.WORK_START, Kind.ENDED_ON, Kind.EMPLOYMENT, Kind.UNIT)
    backing = [c for c in claims if c.settled and str(c.item_id) in sources and c.kind in dated]
    return Node(
        id=f"deemed_{show_month(run.since)}",
        title=f"{show_month(run.since)} 至 {show_month(run.until - 1)}",
        value=str(run.until - run.since),
        unit="个月",
        rule=career.reasons[run.since - career.first],
        formula=MonthState(run.state).label,
        evidence=tuple(claim_ref(c) for c in backing),
    )


def made_month(claim: ClaimLine) -> int | None:
    """The month in which the paper was made, as far as its date says."""
    return month_of(claim.recorded_earliest) if claim.recorded_earliest else None
