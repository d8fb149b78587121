"""The four lanes of a career: units, what its months count as, documents, policy."""

from dataclasses import dataclass
from uuid import UUID

from nianlun.entitlements.domain.career import CareerMonths, MonthKind, MonthState, Run, payer_name
from nianlun.entitlements.domain.rules import start_month
from nianlun.entitlements.domain.units import unit_groups
from nianlun.entitlements.explain import made_month
from nianlun.entitlements.gathering import Working
from nianlun.evidence.domain import Kind
from nianlun.evidence.queries import ClaimLine
from nianlun.kernel.months import month as month_number
from nianlun.kernel.months import show_month, show_months_as_years

POLICY_NODES = (
    (month_number(1998, 1), "统一制度", "国发〔1997〕26号"),
    (month_number(2006, 1), "计发办法调整", "国发〔2005〕38号"),
    (month_number(2011, 7), "社会保险法", "社会保险法"),
    (month_number(2014, 10), "机关事业并轨", "国发〔2015〕2号"),
    (month_number(2025, 1), "渐进式延迟", "国务院关于渐进式延迟法定退休年龄的办法"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Months `since` up to `until` of a lane. `state` is "unit" or a state; `claim_id` leads to the page."""

    since: int
    until: int
    label: str
    state: str
    title: str
    claim_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A paper in the lane of documents."""

    month: int
    label: str
    is_original: bool
    item_id: UUID
    page_number: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyNode:
    """A month from which a rule changed."""

    month: int
    label: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """The four lanes between `first` and `until`; `end` is the retirement month with its words, if known."""

    first: int
    until: int
    units: tuple[Segment, ...]
    results: tuple[Segment, ...]
    pins: tuple[Pin, ...]
    policy: tuple[PolicyNode, ...]
    end: PolicyNode | None


def state_name(state: MonthState) -> str:
    """The name by which ui knows a state."""
    return state.name.lower()


def age_words(months: int) -> str:
    """An age as the form prints it: 满 55 周岁, 满 55 周岁 2 个月."""
    years, rest = divmod(months, 12)
    return f"满 {years} 周岁 {rest} 个月" if rest else f"满 {years} 周岁"


_KIND_WORDS = {
    MonthKind.PAID: "实际缴费",
    MonthKind.DEEMED: "视同缴费",
    MonthKind.SERVICE: "有材料、无缴费",
}


def lanes_of(working: Working) -> Lanes:
    """Lay a judged working life out over its months."""
    career, view = working.career, working.retirement
    first, until = career.first, career.until
    policy = [PolicyNode(month=m, label=label, article=article) for m, label, article in POLICY_NODES]
    if working.account_start is not None:
        start, begun = working.account_start, start_month(working.account_start)
        if begun not in {node.month for node in policy}:
            policy.append(PolicyNode(month=begun, label="本地建账起始", article=start.source))
    end = None
    if view.statutory_month is not None and view.age_months is not None:
        words = f"{show_month(view.statutory_month)} {age_words(view.age_months)}"
        end = PolicyNode(month=view.statutory_month, label=words, article="；".join(view.sources))
    return Lanes(
        first=first,
        until=until,
        units=_units(working) if career.states else (),
        results=tuple(_result(run, career) for run in career.state_runs()),
        pins=_pins(working),
        policy=tuple(sorted((n for n in policy if first <= n.month < until), key=lambda n: n.month)),
        end=end,
    )


def _result(run: Run, career: CareerMonths) -> Segment:
    length = show_months_as_years(run.until - run.since)
    if run.state is MonthState.GAP:
        label = f"缺口 {length}"
    elif run.state is MonthState.CONTRADICTORY:
        label = f"矛盾 {length}"
    else:
        label = f"{_KIND_WORDS.get(run.kind, '缴费')} {length}"
    reasons = dict.fromkeys(career.reasons[run.since - career.first : run.until - career.first])
    span = f"{show_month(run.since)} 至 {show_month(run.until - 1)}"
    return Segment(
        since=run.since,
        until=run.until,
        label=label,
        state=state_name(run.state),
        title=f"{span}：{'；'.join(reasons)}",
    )


def _units(working: Working) -> tuple[Segment, ...]:
    """One unit a month: who paid, else who employed by the best paper; runs of the same unit are one bar."""
    career = working.career
    names: list[str] = [""] * len(career.states)
    for spell in sorted(working.spells, key=lambda s: (s.grade, s.since, s.unit), reverse=True):
        last = min(spell.until or working.deemed_until or career.until, career.until)
        for month in range(max(spell.since, career.first), last):
            if spell.unit:
                names[month - career.first] = spell.unit
    for one in sorted(working.paid, key=lambda p: (p.month, p.employer_name, p.scheme)):
        if career.first <= one.month < career.until:
            names[one.month - career.first] = payer_name(one.scheme, one.employer_name)
    groups = unit_groups(set(names))
    posts = _posts(working)
    segments: list[Segment] = []
    start = 0
    for at in range(1, len(names) + 1):
        if at < len(names) and groups[names[at]] == groups[names[start]]:
            continue
        if names[start]:
            segments.append(_unit_segment(career.first + start, career.first + at, names[at - 1], posts))
        start = at
    return tuple(segments)


def _unit_segment(since: int, until: int, name: str, posts: dict[str, tuple[str, UUID]]) -> Segment:
    post, claim_id = posts.get(name, ("", None))
    label = f"{name} · {post}" if post else name
    span = f"{show_month(since)} 至 {show_month(until - 1)}"
    return Segment(
        since=since, until=until, label=label, state="unit", title=f"{label}，{span}", claim_id=claim_id
    )


def _posts(working: Working) -> dict[str, tuple[str, UUID]]:
    """The latest post that a paper states for each unit it names, under every name the unit goes by here."""
    posts: dict[str, tuple[str, UUID]] = {}
    by_item: dict[UUID, dict[Kind, ClaimLine]] = {}
    for claim in working.claims:
        if claim.settled and claim.kind in (Kind.UNIT, Kind.POST):
            by_item.setdefault(claim.item_id, {})[claim.kind] = claim
    for parts in by_item.values():
        unit, post = parts.get(Kind.UNIT), parts.get(Kind.POST)
        if unit is not None:
            posts[unit.value] = (post.value if post else posts.get(unit.value, ("", unit.id))[0], unit.id)
    paying = {one.employer_name for one in working.paid if one.employer_name}
    groups = unit_groups(set(posts) | paying)
    known = {groups[name]: value for name, value in posts.items() if groups[name]}
    return posts | {name: known[groups[name]] for name in paying - posts.keys() if groups[name] in known}


def _pins(working: Working) -> tuple[Pin, ...]:
    pins: dict[UUID, Pin] = {}
    for claim in working.claims:
        month = made_month(claim)
        if month is None or claim.item_id in pins:
            continue
        pins[claim.item_id] = Pin(
            month=month,
            label=claim.document_title,
            is_original=claim.is_original,
            item_id=claim.item_id,
            page_number=claim.page_number,
            title=f"{claim.document_title}，{claim.recorded_on}，{'原件' if claim.is_original else '复印件'}，"
            f"{claim.grade.label}",
        )
    return tuple(sorted(pins.values(), key=lambda p: (p.month, str(p.item_id))))
