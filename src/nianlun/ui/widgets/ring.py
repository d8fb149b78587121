"""The ring of a career: one ring a year, one cell a month, from the inside out, January at the top, clockwise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import asin, cos, pi, sin

from nianlun.kernel.months import Period, show_month
from nianlun.ui.widgets.evidence import Evidence

SMALL = 140
"""Pixels below which cells have no seams and every eighth year a pale circle."""

_MONTH = pi / 6
_WIDEST = 14.0  # a ring no thicker than this: a career of two years stays a small disc
_PILL = (34.0, 15.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RingMonth:
    """One month of a career. `label` says in words what bears it out; empty takes the state's own word."""

    month: int
    state: str
    label: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RingCell:
    """A drawn cell: months `since` up to `until`, of one year, between two radii and two angles (radians)."""

    path: str
    state: Evidence
    title: str
    href: str | None
    since: int
    until: int
    radii: tuple[float, float]
    angles: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RingText:
    """A word on the drawing and the plate behind it; `x` and `y` are the middle of the plate."""

    text: str
    x: float
    y: float
    width: float = 0
    height: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RingSpan:
    """A line of the table that says the same as the drawing: months of one state and one label in a row."""

    period: Period
    state: Evidence
    label: str
    href: str | None

    @property
    def text(self) -> str:
        first, last = show_month(self.period.since), show_month(self.period.until - 1)
        return first if first == last else f"{first} 至 {last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Everything the macro `ring` draws. All lengths in pixels of a square of `size`."""

    size: float
    middle: float
    title: str
    description: str
    cells: tuple[RingCell, ...]
    circles: tuple[float, ...]
    year_labels: tuple[RingText, ...]
    month_labels: tuple[RingText, ...]
    core: float
    big: str
    big_unit: str
    small: str
    spans: tuple[RingSpan, ...]
    is_small: bool
    legend: tuple[Evidence, ...]


def ring(months: Sequence[RingMonth], *, counted: int, size: float = 400, title: str = "权益年轮") -> Ring:
    """Draw the months given; months left out are not drawn. `counted` is the number of months in the centre.

    Raises ValueError when a month comes twice or a state is unknown.
    """
    ordered = sorted(months, key=lambda one: one.month)
    if len({one.month for one in ordered}) != len(ordered):
        raise ValueError("a month stands twice in one ring")
    states = {one.month: Evidence(one.state) for one in ordered}
    small = size < SMALL
    core = size * (0.085 if small else 0.115)
    margin = 2.0 if small else 16.0
    first = ordered[0].month // 12 if ordered else 0
    rings = ordered[-1].month // 12 - first + 1 if ordered else 0
    width = min((size / 2 - margin - core) / rings, size * _WIDEST / 400) if rings else 0.0
    outer = core + rings * width
    drawn = 2 * (outer + margin)
    frame = _Frame(middle=drawn / 2, core=core, width=width, first=first, seam=0 if small else 0.5)
    cells = tuple(frame.cells(ordered, states=states, merged=small))
    big, big_unit, rest = _centre(counted)
    spans = tuple(_spans(ordered, states=states))
    return Ring(
        size=round(drawn, 1),
        middle=round(drawn / 2, 2),
        title=title,
        description=_describe(spans),
        cells=cells,
        circles=tuple(frame.circles(rings, every=8 if small else _label_step(width))),
        year_labels=() if small else tuple(frame.year_labels(rings)),
        month_labels=() if small or not rings else tuple(_month_labels(drawn / 2, outer + 8)),
        core=round(core - (1 if small else 4), 2),
        big="" if small else big,
        big_unit=big_unit,
        small="" if small else rest,
        spans=spans,
        is_small=small,
        legend=tuple(state for state in Evidence if state in states.values()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    middle: float
    core: float
    width: float
    first: int
    seam: float  # half the seam between cells

    def cells(
        self, months: Sequence[RingMonth], *, states: dict[int, Evidence], merged: bool
    ) -> Iterator[RingCell]:
        for run in _runs(months, states=states) if merged else ([one] for one in months):
            year, since, until = run[0].month // 12, run[0].month % 12, run[-1].month % 12 + 1
            inner = self.core + (year - self.first) * self.width
            radii = (inner + 0.6 * self.seam, inner + self.width - 0.6 * self.seam)
            if merged:  # neighbours overlap by a hair, or the paper shines through between them
                radii = (inner, inner + self.width + 0.15)
            state = states[run[0].month]
            words = run[0].label or state.label
            yield RingCell(
                path=self._path(radii, (since * _MONTH, until * _MONTH)),
                state=state,
                title=f"{year} 年 {since + 1} 月：{words}",
                href=run[0].href,
                since=run[0].month,
                until=run[-1].month + 1,
                radii=radii,
                angles=(since * _MONTH, until * _MONTH),
            )

    def _path(self, radii: tuple[float, float], angles: tuple[float, float]) -> str:
        inner, outer = radii
        if angles[1] - angles[0] > 2 * pi - 1e-9:
            return self._whole(inner, outer)
        wide = 1 if angles[1] - angles[0] > pi else 0
        back, ahead = (asin(min(1.0, self.seam / radius)) for radius in (inner, outer))
        a, b = self._point(outer, angles[0] + ahead), self._point(outer, angles[1] - ahead)
        c, d = self._point(inner, angles[1] - back), self._point(inner, angles[0] + back)
        return f"M{a}A{outer:.1f} {outer:.1f} 0 {wide} 1 {b}L{c}A{inner:.1f} {inner:.1f} 0 {wide} 0 {d}Z"

    def _whole(self, inner: float, outer: float) -> str:
        def circle(radius: float, turn: int) -> str:
            top, bottom = self._point(radius, 0), self._point(radius, pi)
            arc = f"A{radius:.1f} {radius:.1f} 0 1 {turn} "
            return f"M{top}{arc}{bottom}{arc}{top}Z"

        return circle(outer, 1) + circle(inner, 0)

    def _point(self, radius: float, angle: float) -> str:
        return f"{self.middle + radius * sin(angle):.1f} {self.middle - radius * cos(angle):.1f}"

    def circles(self, rings: int, *, every: int) -> Iterator[float]:
        for index in range(1, rings):
            if (self.first + index) % every == 0:
                yield round(self.core + index * self.width, 2)

    def year_labels(self, rings: int) -> Iterator[RingText]:
        step = _label_step(self.width)
        for index in range(rings):
            year = self.first + index
            if year % step == 0 and index * self.width >= 6:
                radius = self.core + (index + 0.5) * self.width
                yield RingText(
                    text=str(year),
                    x=round(self.middle, 1),
                    y=round(self.middle - radius, 1),
                    width=_PILL[0],
                    height=_PILL[1],
                )


def _label_step(width: float) -> int:
    """Years between two labels, so that their plates keep clear of one another."""
    return next((step for step in (2, 5, 10, 20) if step * width >= _PILL[1] + 4), 20)


def _month_labels(middle: float, radius: float) -> Iterator[RingText]:
    for number in (3, 6, 9, 12):
        angle = (number - 0.5) * _MONTH
        yield RingText(
            text=str(number),
            x=round(middle + radius * sin(angle), 1),
            y=round(middle - radius * cos(angle), 1),
        )


def _runs(months: Sequence[RingMonth], *, states: dict[int, Evidence]) -> Iterator[list[RingMonth]]:
    """Months of one year, one after the other, of one state."""
    for _, run in groupby(
        enumerate(months), key=lambda at: (at[1].month - at[0], at[1].month // 12, states[at[1].month])
    ):
        yield [one for _, one in run]


def _spans(months: Sequence[RingMonth], *, states: dict[int, Evidence]) -> Iterator[RingSpan]:
    def same(at: tuple[int, RingMonth]) -> tuple[int, Evidence, str]:
        return at[1].month - at[0], states[at[1].month], at[1].label

    for (_, state, label), run in groupby(enumerate(months), key=same):
        part = [one for _, one in run]
        yield RingSpan(
            period=Period(part[0].month, part[-1].month + 1), state=state, label=label, href=part[0].href
        )


def _describe(spans: Sequence[RingSpan]) -> str:
    counts = {state: sum(span.period.months for span in spans if span.state == state) for state in Evidence}
    return (
        "，".join(f"{state.label} {count} 个月" for state, count in counts.items() if count) or "还没有月份"
    )


def _centre(counted: int) -> tuple[str, str, str]:
    years, rest = divmod(counted, 12)
    if not years:
        return str(rest), "个月", ""
    return str(years), "年", f"{rest} 个月" if rest else ""
