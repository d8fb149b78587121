"""What somebody has to deal with: sayings that cannot both be right, months paid twice, months nobody knows of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from nianlun.contributions.domain import PaidMonth
from nianlun.entitlements import papers
from nianlun.entitlements.domain.career import MonthState, payer_name
from nianlun.entitlements.explain import made_month
from nianlun.entitlements.gathering import Working
from nianlun.evidence import domain as rulings
from nianlun.evidence import queries as evidence
from nianlun.evidence.domain import Kind, Ruling
from nianlun.evidence.queries import ClaimLine, Contradiction
from nianlun.kernel.dates import PartialDate
from nianlun.kernel.money import ZERO, show_money
from nianlun.kernel.months import month_of, show_month, show_months_as_years
from nianlun.policy.retirement import NoSuchCategory, statutory_retirement
from nianlun.policy.tables import NotInForce
from nianlun.registry.domain import Scheme

MOST_GAPS = 3
SHORTEST_GAP = 3  # months; shorter ones are seen on the ring and make no card


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two sayings. `claim_id` and `item_id` lead to the page, where there is one."""

    value: str
    source: str
    detail: str
    original: bool | None = None
    claim_id: UUID | None = None
    item_id: UUID | None = None
    page_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A card. `word` and `state` name its sort; the effect is in months and yuan, as far as it can be told."""

    key: str
    word: str
    state: str
    title: str
    sides: tuple[Side, ...]
    suggestion: str
    effect: str
    effect_months: int
    effect_amount: Decimal
    kind: Kind | None = None
    suggested_claim: UUID | None = None
    since: int | None = None
    until: int | None = None


def clashes_of(working: Working) -> tuple[Clash, ...]:
    """Contradictions first, then double payments, units that differ, and the longest gaps, each by time."""
    return (
        *(_contradiction(working, c) for c in open_contradictions(working)),
        *_double_payments(working),
        *_rival_units(working),
        *_gaps(working),
    )


def open_contradictions(working: Working) -> list[Contradiction]:
    """Contradictions of ruled kinds that still wait for a ruling."""
    return [c for c in working.contradictions if papers.open_contradiction(c, facts=working.facts)]


def suggestion(working: Working, kind: Kind) -> Ruling | None:
    """What the rule would decide on today's settled claims; None where it leaves it to people."""
    dated = [
        evidence.as_date_claim(c) for c in working.claims if c.kind is kind and c.settled and c.earliest
    ]
    birth = working.facts.get(Kind.BIRTH_DATE)
    born = PartialDate(raw=birth.value, earliest=birth.earliest, latest=birth.latest) if birth else None
    try:
        if kind is Kind.BIRTH_DATE:
            return rulings.settle_birth_date(dated, has_personnel_file=_has_file(working))
        return rulings.settle_work_start(dated, born=born)
    except rulings.Unsettled:
        return None


def _contradiction(working: Working, found: Contradiction) -> Clash:
    ruling = suggestion(working, found.kind)
    sides = tuple(_side(value, claims) for value, claims in found.sides)
    months = _effect_months(working, found)
    disputed = working.disputes[0] if found.kind is Kind.WORK_START and working.disputes else None
    effect = ""
    if months:
        what = "视同或连续工龄" if found.kind is Kind.WORK_START else "退休时间"
        effect = f"影响{what} {show_months_as_years(months)}。"
    return Clash(
        key=f"contradiction-{found.kind.value}",
        word="矛盾",
        state="contradictory",
        title=found.kind.label,
        sides=sides,
        suggestion=(
            f"采信 {ruling.value.text}：{ruling.reason}" if ruling else _why_undecided(working, found.kind)
        ),
        effect=effect,
        effect_months=months,
        effect_amount=ZERO,
        kind=found.kind,
        suggested_claim=ruling.decisive[0] if ruling else None,
        since=disputed.since if disputed else None,
        until=disputed.until if disputed else None,
    )


def _has_file(working: Working) -> bool:
    return any(c.in_personnel_file for c in working.claims)


def _why_undecided(working: Working, kind: Kind) -> str:
    dated = [
        evidence.as_date_claim(c) for c in working.claims if c.kind is kind and c.settled and c.earliest
    ]
    try:
        if kind is Kind.BIRTH_DATE:
            rulings.settle_birth_date(dated, has_personnel_file=_has_file(working))
        else:
            rulings.settle_work_start(dated, born=None)
    except rulings.Unsettled as reason:
        return f"规则不能自动裁定：{reason}。请提交会审。"
    return "请提交会审。"


def _side(value: str, claims: Sequence[ClaimLine]) -> Side:
    first = claims[0]
    made = f"{first.recorded_on}形成" if first.recorded_on else "形成日期不明"
    hand = "，本人填写" if first.written_by_the_person else ""
    more = f"，另有 {len(claims) - 1} 处同此" if len(claims) > 1 else ""
    return Side(
        value=value,
        source=f"{first.document_title} 第 {first.page_number} 页",
        detail=f"{made}{hand}{more}",
        original=first.is_original,
        claim_id=first.id,
        item_id=first.item_id,
        page_number=first.page_number,
    )


def _effect_months(working: Working, found: Contradiction) -> int:
    days = [c.earliest for _, claims in found.sides for c in claims if c.earliest]
    if found.kind is Kind.WORK_START:
        months = [month_of(day) for day in days]
    else:
        months = [m for day in days if (m := _statutory(working, day)) is not None]
    return max(months) - min(months) if months else 0


def _statutory(working: Working, born: date) -> int | None:
    person = working.person
    if person.scheme is Scheme.RESIDENT:
        return month_of(born) + 720
    try:
        return statutory_retirement(
            sex=person.sex.value, category=person.category, born=month_of(born), law=working.on
        ).statutory_month
    except (NoSuchCategory, NotInForce):
        return None


def _double_payments(working: Working) -> list[Clash]:
    by_month: dict[int, list[PaidMonth]] = {}
    for one in working.paid:
        by_month.setdefault(one.month, []).append(one)
    runs: list[tuple[int, int, tuple[tuple[Scheme, str], ...]]] = []
    for month in sorted(m for m, found in by_month.items() if len(found) > 1):
        payers = tuple((one.scheme, one.employer_name) for one in by_month[month])
        if runs and runs[-1][1] == month and runs[-1][2] == payers:
            runs[-1] = (runs[-1][0], month + 1, payers)
        else:
            runs.append((month, month + 1, payers))
    return [_double(since, until, payers, by_month=by_month) for since, until, payers in runs]


def _double(
    since: int,
    until: int,
    payers: tuple[tuple[Scheme, str], ...],
    *,
    by_month: dict[int, list[PaidMonth]],
) -> Clash:
    kept, extra = sorted(payers, key=_keeping)[0], sorted(payers, key=_keeping)[1:]
    back = [
        one for m in range(since, until) for one in by_month[m] if (one.scheme, one.employer_name) in extra
    ]
    # What an employer paid goes back to the employer; the person gets the own part.
    amount = sum((one.personal for one in back), ZERO)
    months = until - since
    if kept[0] is not extra[0][0] and Scheme.RESIDENT in {scheme for scheme, _ in extra}:
        rule = "职工与居民同月参保的，居民的个人缴费退还本人（人社部发〔2014〕17号 第七条）"
    else:
        rule = "同一月份两处到账，需保留一处"
    return Clash(
        key=f"double-{show_month(since)}",
        word="重复",
        state="contradictory",
        title=_span(since, until),
        sides=tuple(
            Side(
                value={Scheme.FLEXIBLE: "灵活就业", Scheme.RESIDENT: "城乡居民"}.get(scheme, "单位缴费"),
                source=payer_name(scheme, unit),
                detail="账户记录",
            )
            for scheme, unit in (kept, *extra)
        ),
        suggestion=f"{rule}，保留{payer_name(*kept)}一处，另一处退个人缴费 {show_money(amount)}。",
        effect=f"只计 {months} 个月，退费 {show_money(amount)}。",
        effect_months=months,
        effect_amount=amount,
        since=since,
        until=until,
    )


def _keeping(payer: tuple[Scheme, str]) -> tuple[int, str]:
    """Which payment to keep first: the employer's, then the person's own, then the resident scheme's."""
    order = {Scheme.FLEXIBLE: 1, Scheme.RESIDENT: 2}
    return (order.get(payer[0], 0), payer[1])


def _rival_units(working: Working) -> list[Clash]:
    career, found = working.career, []
    for run in career.state_runs():
        reason = career.reasons[run.since - career.first]
        if run.state is not MonthState.CONTRADICTORY or not reason.startswith("材料所写单位不同"):
            continue
        spells = [
            s
            for s in working.spells
            if s.since < run.until and (s.until or run.until) > run.since and s.unit
        ]
        units = list(dict.fromkeys(s.unit for s in spells))
        found.append(
            Clash(
                key=f"units-{show_month(run.since)}",
                word="矛盾",
                state="contradictory",
                title=_span(run.since, run.until),
                sides=tuple(
                    Side(
                        value=unit,
                        source=next(s.title for s in spells if s.unit == unit),
                        detail="原件" if any(s.is_original for s in spells if s.unit == unit) else "复印件",
                    )
                    for unit in units[:2]
                ),
                suggestion="调取两个单位的工资台账或调动手续，看哪一个月离开、哪一个月到岗。",
                effect=f"影响 {run.until - run.since} 个月由谁证明。",
                effect_months=run.until - run.since,
                effect_amount=ZERO,
                since=run.since,
                until=run.until,
            )
        )
    return found


def _gaps(working: Working) -> list[Clash]:
    gaps = [r for r in working.career.state_runs() if r.state is MonthState.GAP]
    longest = sorted(gaps, key=lambda r: (r.since - r.until, r.since))[:MOST_GAPS]
    return [
        _gap(working, since=run.since, until=run.until)
        for run in sorted(longest)
        if run.until - run.since >= SHORTEST_GAP
    ]


def _gap(working: Working, *, since: int, until: int) -> Clash:
    months = until - since
    made = [c for c in working.claims if (m := made_month(c)) is not None and since - 1 <= m < until]
    paper = made[0] if made else None
    known = [(p.month, payer_name(p.scheme, p.employer_name)) for p in working.paid if p.month < since]
    known += [(s.since, s.unit) for s in working.spells if s.unit and s.since < since]
    whom = f"向{max(known)[1]}或其留守、主管单位" if known else "向当时的单位"
    side = (
        Side(
            value=paper.document_title,
            source=f"{paper.recorded_on}形成",
            detail="" if paper.is_original else "未见原件",
            original=paper.is_original,
            claim_id=paper.id,
            item_id=paper.item_id,
            page_number=paper.page_number,
        )
        if paper
        else Side(value="无证明", source="档案里没有这段时间的材料", detail="")
    )
    return Clash(
        key=f"gap-{show_month(since)}",
        word="缺证",
        state="gap",
        title=_span(since, until),
        sides=(Side(value="无缴费", source="账户空白", detail=f"{months} 个月"), side),
        suggestion=f"若当时在职，{whom}调取工资台账，或由本人补充原件。",
        effect=f"有证明的，最多可增加 {show_months_as_years(months)}。"
        if until <= working.deemed_until
        else f"这 {show_months_as_years(months)}在建账以后，补缴后才计入。",
        effect_months=months,
        effect_amount=ZERO,
        since=since,
        until=until,
    )


def _span(since: int, until: int) -> str:
    return show_month(since) if until - since == 1 else f"{show_month(since)} 至 {show_month(until - 1)}"
