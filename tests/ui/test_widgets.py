"""Coverage, year rows, page regions and the review desk as values."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.kernel.months import month
from nianlun.ui import styleguide
from nianlun.ui.review_form import Decision, DecisionKind, NotADecision, read_decision
from nianlun.ui.widgets.coverage import CoverageRow, coverage
from nianlun.ui.widgets.evidence import Evidence
from nianlun.ui.widgets.review import ClaimState
from nianlun.ui.widgets.ring import RingMonth
from nianlun.ui.widgets.viewer import PageRegion, crop, page_view
from nianlun.ui.widgets.years import year_rows

counts = st.lists(st.sampled_from([0, 1, 3, 280]), min_size=1, max_size=5)
shares = st.sampled_from([0.0, 0.1, 0.5, 0.98, 1.0])


@given(counts)
def test_shares_add_up_to_a_hundred_percent_to_the_tenth(months: list[int]):
    bar = coverage([CoverageRow(state=state, months=n) for state, n in zip(Evidence, months, strict=False)])
    tenths = sum(round(float(line.share.rstrip("%")) * 10) for line in bar.lines)
    assert tenths == (1000 if sum(months) else 0)
    ends = [segment.since + segment.width for segment in bar.segments]
    starts = [segment.since for segment in bar.segments]
    assert all(abs(end - start) < 0.01 for end, start in zip(ends, starts[1:], strict=False))
    assert not ends or abs(ends[-1] - 100) < 0.01


def test_a_count_below_zero_is_refused():
    with pytest.raises(ValueError, match="below zero"):
        coverage([CoverageRow(state="gap", months=-1)])


def test_a_year_has_twelve_slots_and_months_that_are_not_there_stay_blank():
    months = [RingMonth(month=month(2022, n), state="proved") for n in (1, 2)]
    (row,) = year_rows(months, paid={2022: "4,212.40 元"})
    assert [slot.state for slot in row.slots] == ["proved"] * 2 + ["pending"] * 10
    assert (row.paid, row.sentence) == ("4,212.40 元", "2022 年：互证 2 个月")
    assert [slot.x for slot in row.slots] == sorted({slot.x for slot in row.slots})


def test_years_come_newest_first_and_none_is_left_out():
    months = [RingMonth(month=month(1998, 1), state="gap"), RingMonth(month=month(2001, 1), state="proved")]
    assert [row.year for row in year_rows(months)] == [2001, 2000, 1999, 1998]


@given(shares, shares)
def test_the_badge_of_a_region_stays_on_the_page(x: float, y: float):
    box = [[0, 0], [x, 0], [x, y], [0, y]]
    view = page_view(
        url="/p", width=1000, height=1400, title="t", regions=[PageRegion(number=1, polygon=box, label="l")]
    )
    (region,) = view.regions
    assert view.badge <= region.badge_x <= 1000 - view.badge
    assert view.badge <= region.badge_y <= 1400 - view.badge


@given(
    st.sampled_from([0.0, 0.2, 0.9]), st.sampled_from([0.02, 0.1, 0.7]), st.sampled_from([0.01, 0.1, 0.8])
)
def test_the_enlarged_piece_holds_the_whole_region(left: float, wide: float, high: float):
    box = [[left, 0.1], [left + wide, 0.1], [left + wide, 0.1 + high], [left, 0.1 + high]]
    piece = crop(box, url="/p", width=1000, height=1400)
    x, y, width, height = (float(number) for number in piece.view_box.split())
    assert x <= left * 1000 and y <= 140
    assert x + width >= min(1, left + wide) * 1000 and y + height >= min(1, 0.1 + high) * 1400
    assert 56 <= piece.shown_height <= 190


def test_the_desk_opens_the_first_claim_not_examined_and_counts_the_rest():
    desk = styleguide.desk()
    assert [row.claim.number for row in desk.rows if row.open] == [3]
    assert (desk.examined, desk.left, desk.can_submit) == (4, 2, False)
    assert [region.selected for region in desk.view.regions].index(True) == 2


def test_only_what_a_person_decided_counts_as_examined():
    assert {state for state in ClaimState if state.is_examined} == {
        ClaimState.ACCEPTED,
        ClaimState.REWRITTEN,
        ClaimState.UNREADABLE,
    }


def test_accepting_as_read_is_an_acceptance():
    sent = {"decision": "accept", "value": "1984-09-01", "candidate": "1984-09-01", "polygon": ""}
    assert read_decision(sent, current="1984-09-01") == Decision(
        kind=DecisionKind.ACCEPT, value="1984-09-01", polygon=None
    )


def test_accepting_another_candidate_or_a_redrawn_region_is_a_rewriting():
    other = read_decision({"decision": "accept", "candidate": "1984-07-01"}, current="1984-09-01")
    assert (other.kind, other.value) == (DecisionKind.REWRITE, "1984-07-01")
    corners = [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]]
    moved = read_decision({"decision": "accept", "polygon": json.dumps(corners)}, current="甲")
    assert (moved.kind, moved.value, moved.polygon) == (
        DecisionKind.REWRITE,
        "甲",
        ((0.1, 0.1), (0.2, 0.1), (0.2, 0.2)),
    )


def test_what_is_written_prevails_over_a_candidate():
    sent = {"decision": "rewrite", "value": " 1985-03 ", "candidate": "1984-07-01"}
    assert read_decision(sent, current="1984-09-01").value == "1985-03"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"decision": "delete"},
        {"decision": "rewrite", "value": "  "},
        {"decision": "accept", "polygon": "[[0,0],[2,0],[1,1]]"},
        {"decision": "accept", "polygon": "[[0,0],[NaN,0],[1,1]]"},
        {"decision": "accept", "polygon": "[1,2"},
        {"decision": "accept", "polygon": "7"},
        {"decision": "accept", "polygon": '[["a",0],[1,0],[1,1]]'},
    ],
)
def test_a_form_that_cannot_be_understood_gets_a_sentence(sent: dict[str, str]):
    with pytest.raises(NotADecision, match="请"):
        read_decision(sent, current="")
