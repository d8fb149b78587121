"""The bar of evidence: all months of a career, by how well they are borne out."""

from collections.abc import Sequence
from dataclasses import dataclass

from nianlun.ui.widgets.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """Months of one state; empty `name` and `explanation` take the state's own words."""

    state: str
    months: int
    name: str = ""
    explanation: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLine:
    """A line of the table; `share` reads "61.9%", and all shares of a table add up to 100.0%."""

    state: Evidence
    name: str
    explanation: str
    months: int
    share: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageSegment:
    """A piece of the bar, in percent of its length."""

    state: Evidence
    since: float
    width: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Everything the macro `coverage` draws."""

    total: int
    segments: tuple[CoverageSegment, ...]
    cuts: tuple[float, ...]
    lines: tuple[CoverageLine, ...]
    title: str


def coverage(rows: Sequence[CoverageRow]) -> Coverage:
    """The bar and the table of these rows, in the order given. Raises ValueError for a negative count."""
    if any(row.months < 0 for row in rows):
        raise ValueError("a count of months is below zero")
    total = sum(row.months for row in rows)
    lines = tuple(
        CoverageLine(
            state=Evidence(row.state),
            name=row.name or Evidence(row.state).label,
            explanation=row.explanation or Evidence(row.state).explanation,
            months=row.months,
            share=f"{tenths / 10:.1f}%",
            href=row.href,
        )
        for row, tenths in zip(rows, _tenths([row.months for row in rows]), strict=True)
    )
    segments, reached = [], 0
    for line in lines:
        if line.months:
            segments.append(
                CoverageSegment(
                    state=line.state,
                    since=round(100 * reached / total, 3),
                    width=round(100 * line.months / total, 3),
                    title=f"{line.name} {line.months} 个月，{line.share}",
                )
            )
            reached += line.months
    return Coverage(
        total=total,
        segments=tuple(segments),
        cuts=tuple(segment.since for segment in segments[1:]),
        lines=lines,
        title="，".join(segment.title for segment in segments) or "还没有月份",
    )


def _tenths(counts: Sequence[int]) -> list[int]:
    """Shares in tenths of a percent that add up to 1000: the largest remainders are rounded up."""
    total = sum(counts)
    if not total:
        return [0 for _ in counts]
    floors = [1000 * count // total for count in counts]
    rests = sorted(range(len(counts)), key=lambda at: (-(1000 * counts[at] % total), at))
    for at in rests[: 1000 - sum(floors)]:
        floors[at] += 1
    return floors
