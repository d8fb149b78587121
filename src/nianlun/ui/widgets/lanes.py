"""The lanes of a career: units, rulings, documents, policy, over one axis of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from nianlun.ui.widgets import placing
from nianlun.ui.widgets.lettering import shorten, text_width

WIDTH = 1128
LEFT, RIGHT = 92, 64  # names of the lanes; room for the last label
BAR, BAR_GAP = 28, 6
PIN_ROW, POLICY_ROW = 18, 18
PIN_ROWS, POLICY_ROWS = 8, 4
LABEL, SMALL_LABEL = 13, 12  # sizes of letters in pixels
_LANE_GAP = 12
_AXIS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSegment:
    """Months `since` up to `until` of a lane. `state` is `unit` or a state of evidence; `label` stands in the bar."""

    since: int
    until: int
    label: str
    state: str = "unit"
    title: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePin:
    """A document made in `month`; an original has a filled head, a copy a hollow one."""

    month: int
    label: str
    original: bool
    title: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneMark:
    """A contradiction over the rulings, or a day on which policy changed."""

    month: int
    label: str
    title: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSegment:
    """A bar with what of its label fits."""

    x: float
    y: float
    width: float
    label: str
    state: str
    title: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPin:
    """A pin or a policy line: its stem from `top` to `bottom`, and its label right of the foot."""

    x: float
    top: float
    bottom: float
    label: str
    label_x: float
    label_y: float
    filled: bool
    title: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneName:
    """The name of a lane at the left."""

    text: str
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A year of the axis."""

    x: float
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """Everything the macro `lanes` draws, in pixels of a drawing `width` by `height`."""

    width: int
    height: float
    foot: float
    names: tuple[LaneName, ...]
    ticks: tuple[Tick, ...]
    segments: tuple[DrawnSegment, ...]
    pins: tuple[DrawnPin, ...]
    policies: tuple[DrawnPin, ...]
    marks: tuple[DrawnPin, ...]
    end_x: float | None
    end_label: str


def lanes(
    *,
    since: int,
    until: int,
    units: Sequence[LaneSegment],
    rulings: Sequence[LaneSegment],
    documents: Sequence[LanePin],
    policies: Sequence[LaneMark] = (),
    contradictions: Sequence[LaneMark] = (),
    end: int | None = None,
    end_label: str = "",
) -> Lanes:
    """Draw months `since` up to `until`; what lies outside is cut at the edge. Raises ValueError for an empty span.

    Bars that overlap in time take rows of their own; labels are cut rather than let collide, and what was cut
    stays whole in the title.
    """
    if since >= until:
        raise ValueError("a career needs at least one month")
    scale = _Scale(since=since, until=until)
    unit_bars, top = _bars(units, scale=scale, top=_AXIS + 8)
    unit_name = LaneName(text="工作单位", y=_AXIS + 8 + 19)
    ruling_top = top + _LANE_GAP
    ruling_bars, top = _bars(rulings, scale=scale, top=ruling_top)
    pin_top = top + _LANE_GAP + 8
    pins, rows = _pins(documents, scale=scale, top=pin_top)
    policy_top = pin_top + 14 + rows * PIN_ROW + _LANE_GAP
    lines, policy_rows = _policies(policies, scale=scale, top=policy_top)
    foot = policy_top + max(policy_rows, 1) * POLICY_ROW + (22 if end_label else 6)
    return Lanes(
        width=WIDTH,
        height=foot + 4,
        foot=foot,
        names=(
            unit_name,
            LaneName(text="认定结果", y=ruling_top + 19),
            LaneName(text="档案材料", y=pin_top + 5),
            LaneName(text="政策节点", y=policy_top + 12),
        ),
        ticks=tuple(scale.ticks()),
        segments=(*unit_bars, *ruling_bars),
        pins=pins,
        policies=lines,
        marks=tuple(
            DrawnPin(
                x=scale.x(mark.month),
                top=ruling_top - 11,
                bottom=ruling_top - 2,
                label="",
                label_x=0,
                label_y=0,
                filled=True,
                title=mark.title or mark.label,
                href=mark.href,
            )
            for mark in contradictions
        ),
        end_x=scale.x(end) if end is not None else None,
        end_label=end_label,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    since: int
    until: int

    @property
    def month(self) -> float:
        return (WIDTH - LEFT - RIGHT) / (self.until - self.since)

    def x(self, month: float) -> float:
        inside = min(max(month, self.since), self.until)
        return round(LEFT + (inside - self.since) * self.month, 1)

    def ticks(self) -> list[Tick]:
        step = next((years for years in (1, 2, 5, 10) if years * 12 * self.month >= 44), 20)
        first = ceil(self.since / 12 / step) * step
        return [
            Tick(x=self.x(year * 12), year=year) for year in range(first, (self.until - 1) // 12 + 1, step)
        ]


def _bars(
    segments: Sequence[LaneSegment], *, scale: _Scale, top: float
) -> tuple[list[DrawnSegment], float]:
    shown = sorted(
        (
            one
            for one in segments
            if one.since < one.until and one.until > scale.since and one.since < scale.until
        ),
        key=lambda one: (one.since, -one.until),
    )
    rows = placing.rows_of([(one.since, one.until) for one in shown])
    drawn = []
    for one, row in zip(shown, rows, strict=True):
        x, end = scale.x(one.since), scale.x(one.until)
        width = max(3.0, end - x - 1.5)
        drawn.append(
            DrawnSegment(
                x=x,
                y=top + row * (BAR + BAR_GAP),
                width=round(width, 1),
                label=shorten(one.label, size=LABEL, width=width - 16),
                state=one.state,
                title=one.title or one.label,
                href=one.href,
            )
        )
    count = max(rows, default=0) + 1
    return drawn, top + count * BAR + (count - 1) * BAR_GAP


def _pins(documents: Sequence[LanePin], *, scale: _Scale, top: float) -> tuple[tuple[DrawnPin, ...], int]:
    ordered = sorted(documents, key=lambda one: one.month)
    xs = [scale.x(one.month) for one in ordered]
    labels = [
        shorten(one.label, size=SMALL_LABEL, width=min(150, WIDTH - x - 10))
        for one, x in zip(ordered, xs, strict=True)
    ]
    widths = [text_width(label, size=SMALL_LABEL) + 9 if label else 0 for label in labels]
    rows = placing.stairs(xs, widths, most=PIN_ROWS)
    drawn = []
    for one, x, label, row in zip(ordered, xs, labels, rows, strict=True):
        shown = row is not None and bool(label)
        foot = top + 14 + (row or 0) * PIN_ROW if shown else top
        drawn.append(
            DrawnPin(
                x=x,
                top=top,
                bottom=foot,
                label=label if shown else "",
                label_x=x + 6,
                label_y=foot,
                filled=one.original,
                title=one.title or one.label,
                href=one.href,
            )
        )
    return tuple(drawn), max((row for row in rows if row is not None), default=0) + 1


def _policies(
    policies: Sequence[LaneMark], *, scale: _Scale, top: float
) -> tuple[tuple[DrawnPin, ...], int]:
    ordered = sorted(
        (one for one in policies if scale.since <= one.month < scale.until), key=lambda one: one.month
    )
    xs = [scale.x(one.month) for one in ordered]
    labels = [
        shorten(one.label, size=SMALL_LABEL, width=min(190, WIDTH - x - 10))
        for one, x in zip(ordered, xs, strict=True)
    ]
    widths = [text_width(label, size=SMALL_LABEL) + 9 if label else 0 for label in labels]
    rows = placing.stairs(xs, widths, most=POLICY_ROWS)
    drawn = []
    for one, x, label, row in zip(ordered, xs, labels, rows, strict=True):
        foot = top + 12 + (row or 0) * POLICY_ROW
        drawn.append(
            DrawnPin(
                x=x,
                top=_AXIS,
                bottom=foot,
                label=label if row is not None else "",
                label_x=x + 6,
                label_y=foot,
                filled=False,
                title=one.title or one.label,
                href=one.href,
            )
        )
    return tuple(drawn), max((row for row in rows if row is not None), default=-1) + 1
