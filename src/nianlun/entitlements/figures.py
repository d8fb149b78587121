"""What the person page draws, as plain values. Addresses are the page's business; here stand ids."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nianlun.entitlements import clashes
from nianlun.entitlements.clashes import Clash
from nianlun.entitlements.domain.career import CareerMonths, MonthState
from nianlun.entitlements.domain.retirement import RetirementView
from nianlun.entitlements.gathering import Working
from nianlun.entitlements.lanes import Lanes, age_words, lanes_of, state_name
from nianlun.evidence.domain import Kind
from nianlun.evidence.queries import ClaimLine
from nianlun.kernel.months import show_month, show_months_as_years
from nianlun.registry.domain import PersonLine, Scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One of the four figures. `tone` is one of ui's chips; `derivation` names the tree behind it."""

    key: str
    label: str
    value: str
    tone: str
    chip: str
    derivation: str
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingCell:
    """One month of the ring; `state` is the name of a state as ui knows it."""

    month: int
    state: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLine:
    """Months of one state, with the tenth of a per cent they are of the whole."""

    state: str
    label: str
    explanation: str
    months: int
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFigures:
    """Everything the person page draws."""

    person: PersonLine
    on: date
    headlines: tuple[Headline, ...]
    career: CareerMonths
    ring: tuple[RingCell, ...]
    coverage: tuple[CoverageLine, ...]
    coverage_note: str
    lanes: Lanes
    clashes: tuple[Clash, ...]
    retirement: RetirementView


def person_figures(working: Working) -> PersonFigures:
    """Lay a judged working life out for the page."""
    career = working.career
    return PersonFigures(
        person=working.person,
        on=working.on,
        headlines=(
            _dated(working, Kind.BIRTH_DATE),
            _dated(working, Kind.WORK_START),
            _months(working),
            _age(working),
        ),
        career=career,
        ring=ring_cells(career),
        coverage=coverage_lines(career),
        coverage_note=(
            f"截至 {show_month(career.until - 1)}，共 {len(career.states)} 个月"
            if career.states
            else "还没有可画的月份"
        ),
        lanes=lanes_of(working),
        clashes=clashes.clashes_of(working),
        retirement=working.retirement,
    )


def ring_cells(career: CareerMonths) -> tuple[RingCell, ...]:
    """Every month with its state and, in words, why."""
    names = {state.value: state_name(state) for state in MonthState}
    return tuple(
        RingCell(month=career.first + at, state=names[state], label=career.reasons[at])
        for at, state in enumerate(career.states)
    )


def coverage_lines(career: CareerMonths) -> tuple[CoverageLine, ...]:
    """The five states with their months; the shares add up to 100.0 exactly, largest remainders first."""
    counts, total = career.counts, len(career.states)
    floors = {state: 1000 * count // total if total else 0 for state, count in counts.items()}
    order = list(MonthState)
    rests = sorted(order, key=lambda s: (-(1000 * counts[s] % total) if total else 0, order.index(s)))
    for state in rests[: (1000 if total else 0) - sum(floors.values())]:
        floors[state] += 1
    return tuple(
        CoverageLine(
            state=state_name(state),
            label=state.label,
            explanation=state.explanation,
            months=counts[state],
            share=Decimal(floors[state]).scaleb(-1),
        )
        for state in order
    )


def _dated(working: Working, kind: Kind) -> Headline:
    fact = working.facts.get(kind)
    said = [c for c in working.claims if c.kind is kind and c.settled]
    waiting = next((c for c in clashes.open_contradictions(working) if c.kind is kind), None)

    def line(value: str, tone: str, chip: str, next_step: str = "") -> Headline:
        return Headline(
            key=kind.value,
            label=kind.label,
            value=value,
            tone=tone,
            chip=chip,
            derivation=kind.value,
            next_step=next_step,
        )

    if waiting is not None:
        suggested = clashes.suggestion(working, kind)
        value = fact.value if fact else (suggested.value.text if suggested else "待裁定")
        chip = f"{_papers(said)} 份材料，{len(waiting.sides)} 种说法"
        return line(value, "contradictory", chip, "请裁定采信哪一份。")
    if fact is None and not said:
        return line("没有记载", "gap", "缺材料", "请先收件、审核写明它的材料。")
    if fact is None:
        suggested = clashes.suggestion(working, kind)
        shown = suggested.value.text if suggested else said[0].value
        return line(shown, "wait", f"{_papers(said)} 份材料，待认定", "请提出认定。")
    if fact.against:
        return line(fact.value, "ok", f"已裁定，{_papers(fact.against)} 份不采信")
    return line(fact.value, "ok", f"{_papers(said) or _papers(fact.decisive)} 份材料一致")


def _papers(claims: list[ClaimLine] | tuple[ClaimLine, ...]) -> int:
    return len({c.item_id for c in claims})


def _months(working: Working) -> Headline:
    career = working.career
    doubtful = career.doubtful_months
    label = "累计缴费年限（含视同）" if working.person.scheme is not Scheme.RESIDENT else "累计缴费年限"
    return Headline(
        key="contribution_months",
        label=label,
        value=show_months_as_years(career.contribution_months),
        tone="single" if doubtful else "ok",
        chip=f"{doubtful} 个月证据不足" if doubtful else "逐月有据",
        derivation="contribution_months",
    )


def _age(working: Working) -> Headline:
    view = working.retirement
    label = "达到领取年龄" if working.person.scheme is Scheme.RESIDENT else "达到法定退休年龄"
    if view.unsettled is not None or view.statutory_month is None or view.age_months is None:
        reason = view.unsettled
        return Headline(
            key="retirement",
            label=label,
            value="待定",
            tone="wait",
            chip=view.post,
            derivation="retirement",
            next_step=f"{reason.sentence}{reason.next_step}" if reason else "",
        )
    return Headline(
        key="retirement",
        label=label,
        value=show_month(view.statutory_month),
        tone="act",
        chip=f"{view.post} · {age_words(view.age_months)}",
        derivation="retirement",
    )
