"""What happened in each month of a working life, and how well it is known.

The five states, from best to worst known, are those the reader sees as colours and patterns. A month is
judged for itself from what covers it, so that neither the order of the papers nor the way periods are cut
matters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple, Protocol

from nianlun.entitlements.domain.units import unit_groups

GOOD_GRADES = frozenset({"A", "B"})  # made at the event: by a competent body, or by the unit
WEIGHED_GRADES = frozenset({"A", "B", "C"})  # a later statement (D, E) cannot make a paper doubtful
NO_EMPLOYER_SCHEMES = frozenset({"flexible", "resident"})


class MonthState(StrEnum):
    """How well a month is known; the value is its one character in a stored career."""

    PROVED = "p"  # paper and account agree, or a sealed original proves deemed service
    RECORDED = "r"  # the account and the employer's roster, no paper
    SINGLE = "s"  # one source only
    CONTRADICTORY = "c"  # two sources that cannot both be right
    GAP = "g"  # nothing known

    @property
    def label(self) -> str:
        return _STATE_WORDS[self][0]

    @property
    def explanation(self) -> str:
        return _STATE_WORDS[self][1]


_STATE_WORDS = {
    MonthState.PROVED: ("档案原件与账户互证", "招工表、合同等原件与账户逐月相合；建账前以盖章原件为证"),
    MonthState.RECORDED: ("账户记录，单位名册佐证", "缺个人档案原件"),
    MonthState.SINGLE: ("仅一处来源", "只见履历表或只见一份复印件，或有材料而账户没有缴费"),
    MonthState.CONTRADICTORY: ("互相矛盾", "两处说法不同，待裁定"),
    MonthState.GAP: ("缺口", "无缴费、无证明"),
}


class MonthKind(StrEnum):
    """What a month counts as."""

    PAID = "a"  # actual contribution (实际缴费)
    DEEMED = "d"  # service before contributions began (视同缴费)
    SERVICE = "u"  # service that paper states, when contributions were due and are not there
    NONE = "-"


class PaidMonth(Protocol):
    """What is read of a paid month; the contributions component's value of this name fits."""

    @property
    def month(self) -> int: ...
    @property
    def scheme(self) -> str: ...
    @property
    def employer_name(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Spell:
    """A period of employment as one paper states it; `until` None where the paper names no end."""

    since: int
    until: int | None
    unit: str
    grade: str  # A to E
    title: str  # of the document
    is_original: bool
    source: str  # id of the archival item; two spells of one item are one source
    contradicted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Dispute:
    """Months about which papers differ and nobody has ruled, half-open."""

    since: int
    until: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class CareerMonths:
    """The months from `first` on: one character of state and of kind each, and the reason in words."""

    first: int
    states: str
    kinds: str
    reasons: tuple[str, ...]

    @property
    def until(self) -> int:
        return self.first + len(self.states)

    @cached_property
    def counts(self) -> dict[MonthState, int]:
        """Months in each state; they sum to the span."""
        return {state: self.states.count(state.value) for state in MonthState}

    @cached_property
    def paid_months(self) -> int:
        return self.kinds.count(MonthKind.PAID)

    @cached_property
    def deemed_months(self) -> int:
        return self.kinds.count(MonthKind.DEEMED)

    @property
    def contribution_months(self) -> int:
        """Actual and deemed months together; a month paid twice counts once."""
        return self.paid_months + self.deemed_months

    @cached_property
    def doubtful_months(self) -> int:
        """Counted months that rest on one source or on a contradiction."""
        doubtful = {MonthState.SINGLE.value, MonthState.CONTRADICTORY.value}
        counted = {MonthKind.PAID.value, MonthKind.DEEMED.value}
        return sum(s in doubtful and k in counted for s, k in zip(self.states, self.kinds, strict=True))

    def state_runs(self) -> list["Run"]:
        """Stretches of one state and kind, in order of time."""
        return _runs(self.first, zip(self.states, self.kinds, strict=True))


class Run(NamedTuple):
    """Months `since` to before `until`, all of one state and kind."""

    since: int
    until: int
    state: MonthState
    kind: MonthKind


def _runs(first: int, pairs: Iterable[tuple[str, str]]) -> list[Run]:
    runs, at = [], first
    for (state, kind), group in groupby(pairs):
        length = sum(1 for _ in group)
        runs.append(Run(at, at + length, MonthState(state), MonthKind(kind)))
        at += length
    return runs


class _Covered(NamedTuple):
    """Everything known about one month; equal months get equal answers."""

    payers: tuple[tuple[str, str], ...]  # (scheme, employer name)
    papers: tuple[Spell, ...]
    dispute: str
    deemed: bool
    rival_units: tuple[str, ...]


def career_months(
    *,
    paid: Sequence[PaidMonth],
    spells: Sequence[Spell],
    deemed_until: int,
    upto: int,
    disputes: Sequence[Dispute] = (),
    counting: frozenset[str] = frozenset({"enterprise", "flexible", "government_institution"}),
    not_before: int | None = None,
) -> CareerMonths:
    """Judge every month from the first that anything is known of up to, not including, `upto`.

    Service before `deemed_until` is deemed contribution time; from then on only payment counts. `counting`
    names the schemes whose months count. `not_before` is the work start ruled on: papers that claim earlier
    service have lost. An unknown career has no months.
    """
    closed = _closed(spells, paid=paid, deemed_until=deemed_until, upto=upto, not_before=not_before)
    payers: dict[int, set[tuple[str, str]]] = {}
    for one in paid:
        payers.setdefault(one.month, set()).add((one.scheme, one.employer_name))
    starts = [*payers, *(s.since for s in closed), *(d.since for d in disputes)]
    first = min(starts, default=upto)
    if first >= upto:
        return CareerMonths(first=upto, states="", kinds="", reasons=())
    groups = unit_groups(
        {s.unit for s in closed} | {unit for found in payers.values() for _, unit in found}
    )
    papers = _by_month(closed, first=first, until=upto)
    judged: dict[_Covered, tuple[MonthState, MonthKind, str]] = {}
    answers = []
    for month in range(first, upto):
        covered = _Covered(
            payers=tuple(sorted(payers.get(month, ()))),
            papers=papers[month - first] if month < deemed_until else _of_units(papers[month - first]),
            dispute=next((d.reason for d in sorted(disputes) if d.since <= month < d.until), ""),
            deemed=month < deemed_until,
            rival_units=_rivals(papers, month - first, groups) if month < deemed_until else (),
        )
        answer = judged.get(covered)
        if answer is None:
            answer = judged[covered] = _judge(covered, groups=groups, counting=counting)
        answers.append(answer)
    return CareerMonths(
        first=first,
        states="".join(state.value for state, _, _ in answers),
        kinds="".join(kind.value for _, kind, _ in answers),
        reasons=tuple(reason for _, _, reason in answers),
    )


def deemed_boundary(*, paid: Sequence[PaidMonth], account_start: int, scheme: str) -> int:
    """The first month in which service alone no longer counts.

    Where the first own contribution came before the account start, months from it on count only if paid
    (forms of Hebei show first payments between 1987 and 1993). Government and institutions stay with the
    day of their reform, whatever was paid elsewhere before. Residents have no deemed service.
    """
    if scheme == "resident":
        return 0
    if scheme == "government_institution":
        return account_start
    return min([account_start, *(p.month for p in paid if p.scheme != "resident")])


def _closed(
    spells: Sequence[Spell],
    *,
    paid: Sequence[PaidMonth],
    deemed_until: int,
    upto: int,
    not_before: int | None,
) -> list[Spell]:
    """Spells with an end each. A paper that names none speaks for its unit until the next unit begins, and
    after contributions began only as long as that unit goes on paying."""
    groups = unit_groups({s.unit for s in spells} | {p.employer_name for p in paid})
    closed = []
    for spell in set(spells):
        until = spell.until
        if until is None:
            own = groups[spell.unit]
            last_paid = max((p.month for p in paid if groups[p.employer_name] == own), default=spell.since)
            until = max(deemed_until, last_paid + 1, spell.since + 1)
            nexts = [s.since for s in spells if s.since > spell.since and groups[s.unit] not in {own, ""}]
            # An order to move is made before the move: the old unit may pay for that month and the next.
            until = min([until, *(max(m, min(last_paid + 1, m + 2)) for m in nexts)])
        since = spell.since if not_before is None else max(spell.since, not_before)
        until = min(until, upto)
        if since < until:
            closed.append(replace(spell, since=since, until=until))
    return sorted(closed)


def _by_month(spells: Sequence[Spell], *, first: int, until: int) -> list[tuple[Spell, ...]]:
    """For each month the papers that cover it, without their periods and without repetition."""
    cuts = sorted(
        {first, until} | {c for s in spells for c in (s.since, s.until or until) if first < c < until}
    )
    months: list[tuple[Spell, ...]] = []
    for since, end in pairwise(cuts):
        covering = {
            replace(s, since=0, until=None) for s in spells if s.since <= since < (s.until or until)
        }
        months.extend([tuple(sorted(covering, key=_strength))] * (end - since))
    return months


def _of_units(papers: tuple[Spell, ...]) -> tuple[Spell, ...]:
    """Papers that name a unit. One that knows only when work began says nothing of a month that must be paid."""
    return papers if all(p.unit for p in papers) else tuple(p for p in papers if p.unit)


def _strength(spell: Spell) -> tuple[str, bool, str, str, str, bool]:
    return (spell.grade, not spell.is_original, spell.title, spell.unit, spell.source, spell.contradicted)


def _rivals(papers: Sequence[tuple[Spell, ...]], index: int, groups: dict[str, str]) -> tuple[str, ...]:
    """Units that papers name beside each other for one month; a change of unit within it is none."""

    def units(at: int) -> set[str]:
        if not 0 <= at < len(papers):
            return set()
        return {g for s in papers[at] if s.grade in WEIGHED_GRADES and (g := groups[s.unit])}

    here = units(index)
    if len(here) < 2:
        return ()
    before, after = units(index - 1), units(index + 1)
    leaving, coming = here - after, here - before
    rivals = {
        unit
        for unit in here
        for other in here - {unit}
        if not ((unit in leaving and other in coming) or (other in leaving and unit in coming))
    }
    return tuple(sorted(rivals))


def _judge(
    covered: _Covered, *, groups: dict[str, str], counting: frozenset[str]
) -> tuple[MonthState, MonthKind, str]:
    if any(scheme in counting for scheme, _ in covered.payers):
        kind = MonthKind.PAID
    elif covered.papers or covered.dispute:
        kind = MonthKind.DEEMED if covered.deemed else MonthKind.SERVICE
    else:
        kind = MonthKind.NONE
    contradiction = _contradiction(covered)
    if contradiction:
        return MonthState.CONTRADICTORY, kind, contradiction
    if covered.payers:
        state, reason = _judge_paid(covered, groups=groups)
    elif covered.papers:
        state, reason = _judge_service(covered)
    else:
        state, reason = MonthState.GAP, "没有缴费，也没有在岗材料"
    return state, kind, reason


def _contradiction(covered: _Covered) -> str:
    if len(covered.payers) > 1:
        return "同一月份两处缴费：" + "、".join(payer_name(scheme, unit) for scheme, unit in covered.payers)
    if covered.dispute:
        return covered.dispute
    if covered.rival_units:
        return "材料所写单位不同：" + "、".join(covered.rival_units)
    if any(paper.contradicted for paper in covered.papers):
        return "材料之间说法不同"
    return ""


def payer_name(scheme: str, unit: str) -> str:
    """Who paid, in words: the employer, or the way of paying where there is none."""
    return unit or {"flexible": "灵活就业", "resident": "城乡居民"}.get(scheme, "单位不详")


def _judge_paid(covered: _Covered, *, groups: dict[str, str]) -> tuple[MonthState, str]:
    scheme, unit = covered.payers[0]
    good = [p for p in covered.papers if p.grade in GOOD_GRADES]
    matching = [p for p in good if not groups[p.unit] or not groups[unit] or groups[p.unit] == groups[unit]]
    if matching and scheme not in NO_EMPLOYER_SCHEMES:
        return MonthState.PROVED, f"账户有缴费，并有{matching[0].title}为证"
    if unit and good:
        return MonthState.RECORDED, f"账户由{unit}缴费，材料所写单位是{good[0].unit}"
    if unit:
        return MonthState.RECORDED, f"账户有缴费，{unit}名册佐证，缺个人档案原件"
    if scheme in NO_EMPLOYER_SCHEMES:
        return MonthState.RECORDED, f"{payer_name(scheme, '')}缴费记录"
    return MonthState.SINGLE, "只有账户记录，没有单位名册"


def _judge_service(covered: _Covered) -> tuple[MonthState, str]:
    best = covered.papers[0]
    if not covered.deemed:
        return MonthState.SINGLE, f"{best.title}写明在职，账户没有缴费"
    if best.grade == "A" and any(p.is_original for p in covered.papers if p.grade == "A"):
        return MonthState.PROVED, f"{best.title}原件证明，建账前视同缴费"
    good = [p for p in covered.papers if p.grade in GOOD_GRADES]
    if len({p.source for p in good}) > 1:
        return MonthState.PROVED, f"{good[0].title}与{good[-1].title}互证，建账前视同缴费"
    copy = "" if best.is_original else "复印件"
    return MonthState.SINGLE, f"只见{best.title}{copy}"
