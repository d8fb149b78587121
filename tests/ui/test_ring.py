"""The ring: one ring a year, one cell a month, nothing over anything else."""

from itertools import pairwise
from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.months import month
from nianlun.ui.widgets.evidence import Evidence
from nianlun.ui.widgets.ring import Ring, RingMonth, ring

STATES = [state.value for state in Evidence]


@st.composite
def careers(draw: st.DrawFn) -> list[RingMonth]:
    """Months from few starts and lengths, with holes, in any order."""
    since = draw(st.sampled_from([month(1968, 1), month(1984, 9), month(1999, 12)]))
    count = draw(st.sampled_from([0, 1, 11, 13, 40, 540]))
    hole = draw(st.sampled_from([2, 7, 1000]))
    state = draw(st.sampled_from(STATES))
    made = [
        RingMonth(month=since + index, state=state if index % 5 else "gap", href="/x")
        for index in range(count)
        if (index + 1) % hole
    ]
    return draw(st.sampled_from([made, made[::-1]]))


def overlap(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return first[0] < second[1] - 1e-9 and second[0] < first[1] - 1e-9


@given(careers())
def test_every_month_has_one_cell_and_no_cell_covers_another(months: list[RingMonth]):
    drawn = ring(months, counted=len(months))
    assert sorted(cell.since for cell in drawn.cells) == sorted(one.month for one in months)
    by_year: dict[int, list[tuple[float, float]]] = {}
    radii: dict[int, tuple[float, float]] = {}
    for cell in drawn.cells:
        year = cell.since // 12
        assert not any(overlap(cell.angles, other) for other in by_year.get(year, []))
        by_year.setdefault(year, []).append(cell.angles)
        radii[year] = cell.radii
    ordered = [radii[year] for year in sorted(radii)]
    assert all(inner[1] <= outer[0] + 1e-9 for inner, outer in pairwise(ordered))


@given(careers(), st.sampled_from([118, 400]))
def test_everything_lies_inside_the_drawing(months: list[RingMonth], size: int):
    drawn = ring(months, counted=len(months), size=size)
    assert drawn.size <= size + 1e-6
    assert all(cell.radii[1] <= drawn.middle for cell in drawn.cells)
    for word in (*drawn.year_labels, *drawn.month_labels):
        assert word.width / 2 <= word.x <= drawn.size - word.width / 2
        assert word.height / 2 <= word.y <= drawn.size - word.height / 2


@given(careers())
def test_plates_of_years_keep_clear_of_one_another_and_of_the_centre(months: list[RingMonth]):
    drawn = ring(months, counted=0)
    ys = sorted(word.y for word in drawn.year_labels)
    assert all(lower - upper >= 15 for upper, lower in pairwise(ys))
    assert all(word.y + word.height / 2 <= drawn.middle - drawn.core + 6 for word in drawn.year_labels)


@given(careers())
def test_the_table_says_the_same_as_the_drawing(months: list[RingMonth]):
    drawn = ring(months, counted=0)
    told = {at: span.state for span in drawn.spans for at in span.period}
    assert told == {cell.since: cell.state for cell in drawn.cells}


@given(careers())
def test_a_small_ring_draws_the_same_months_in_fewer_pieces(months: list[RingMonth]):
    small, large = ring(months, counted=0, size=118), ring(months, counted=0)
    assert covered(small) == covered(large)
    assert len(small.cells) <= len(large.cells)
    assert not small.year_labels


def covered(drawn: Ring) -> dict[int, Evidence]:
    return {at: cell.state for cell in drawn.cells for at in range(cell.since, cell.until)}


def test_january_is_at_the_top_and_months_go_clockwise():
    january, april = ring(
        [RingMonth(month=month(2000, n), state="proved") for n in (1, 4)], counted=2
    ).cells
    assert january.angles == (0, pi / 6)
    middle = sum(april.angles) / 2
    assert sin(middle) > 0.9 and abs(cos(middle)) < 0.3  # to the right


def test_the_centre_says_years_and_months_and_months_alone_in_the_first_year():
    told = [
        (r.big, r.big_unit, r.small)
        for r in (ring([], counted=435), ring([], counted=24), ring([], counted=8))
    ]
    assert told == [("36", "年", "3 个月"), ("2", "年", ""), ("8", "个月", "")]


def test_each_cell_has_a_name():
    (cell,) = ring([RingMonth(month=month(1998, 7), state="gap")], counted=0).cells
    assert cell.title == "1998 年 7 月：缺口"


def test_a_month_that_comes_twice_and_a_strange_state_are_refused():
    with pytest.raises(ValueError, match="twice"):
        ring([RingMonth(month=1, state="gap"), RingMonth(month=1, state="proved")], counted=0)
    with pytest.raises(ValueError, match="green"):
        ring([RingMonth(month=1, state="green")], counted=0)


def test_a_whole_year_of_one_state_is_a_closed_ring_when_small():
    (cell,) = ring(
        [RingMonth(month=month(2000, 1) + n, state="proved") for n in range(12)], counted=12, size=118
    ).cells
    assert cell.path.count("Z") == 2 and "nan" not in cell.path
