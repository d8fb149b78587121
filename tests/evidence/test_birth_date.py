"""劳社部发〔1999〕8号 第二条: the first record in the personnel file prevails."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.archives.domain import Grade
from nianlun.evidence.domain import DateClaim, Ruling, Unsettled, settle_birth_date, settle_work_start
from nianlun.kernel.dates import parse_partial_date


def claim(
    number, value, made, *, filed=True, altered=False, grade=Grade.A, own_hand=False, title="招工审批表"
):
    return DateClaim(
        id=UUID(int=number),
        value=parse_partial_date(value),
        recorded_on=parse_partial_date(made) if made else None,
        in_personnel_file=filed,
        altered=altered,
        grade=grade,
        written_by_the_person=own_hand,
        title=title,
    )


def ids(*numbers):
    return tuple(UUID(int=n) for n in numbers)


def test_the_first_entry_in_the_file_beats_the_identity_card():
    ruling = settle_birth_date(
        [
            claim(1, "1959-08-04", "1986-05-01", filed=False, title="居民身份证"),
            claim(2, "1958-08-04", "1979-08-21"),
        ]
    )
    assert ruling.value.text == "1958-08-04"
    assert (ruling.decisive, ruling.against) == (ids(2), ids(1))
    assert "最先记载" in ruling.reason


def test_papers_that_agree_leave_nothing_against():
    ruling = settle_birth_date([claim(1, "1967-04-28", "1984-08-29"), claim(2, "1967-04-28", "1987-06-01")])
    assert (ruling.value.text, ruling.against) == ("1967-04-28", ())


def test_a_first_record_of_year_and_month_takes_its_day_from_a_paper_that_agrees():
    ruling = settle_birth_date(
        [claim(1, "1967-04", "1984-08-29"), claim(2, "1967-04-28", "1992-01-01", filed=False)]
    )
    assert ruling.value.text == "1967-04-28"
    assert ruling.decisive == ids(1)


def test_an_altered_first_entry_is_not_ours_to_decide():
    with pytest.raises(Unsettled, match="涂改"):
        settle_birth_date(
            [claim(1, "1958-08-04", "1979-08-21", altered=True), claim(2, "1959-08-04", "1986-05-01")]
        )


def test_two_first_entries_of_one_day_that_differ_need_a_hearing():
    with pytest.raises(Unsettled, match="互相矛盾"):
        settle_birth_date([claim(1, "1958-08-04", "1979-08-21"), claim(2, "1959-08-04", "1979-08-21")])


def test_a_first_record_dated_by_year_only_does_not_win_against_a_paper_of_that_year():
    with pytest.raises(Unsettled, match="分不清"):
        settle_birth_date([claim(1, "1958-08-04", "1979"), claim(2, "1959-08-04", "1979-08-21")])


def test_papers_outside_the_file_alone_decide_nothing():
    with pytest.raises(Unsettled, match="人事档案"):
        settle_birth_date([claim(1, "1959-08-04", "1986-05-01", filed=False)])


def test_who_never_had_a_file_is_ruled_by_the_papers_that_agree():
    papers = [claim(1, "1966-02-03", "2012-05-01", filed=False), claim(2, "1966-02-03", "", filed=False)]
    ruling = settle_birth_date(papers, has_personnel_file=False)
    assert (ruling.value.text, ruling.decisive) == ("1966-02-03", ids(1, 2))
    assert "待核" in ruling.rule


def test_without_a_file_papers_that_differ_need_a_hearing():
    papers = [claim(1, "1966-02-03", "2012-05-01", filed=False), claim(2, "1967-02-03", "", filed=False)]
    with pytest.raises(Unsettled, match="互相矛盾"):
        settle_birth_date(papers, has_personnel_file=False)


def test_a_paper_without_a_date_of_its_own_is_never_first():
    ruling = settle_birth_date([claim(1, "1957-01-01", ""), claim(2, "1958-08-04", "1979-08-21")])
    assert ruling.decisive == ids(2)
    assert ruling.against == ids(1)


def test_a_resume_of_ones_own_hand_never_decides_the_work_start():
    ruling = settle_work_start(
        [
            claim(1, "1985-03", "1984-01-01", own_hand=True, grade=Grade.C, title="干部履历表"),
            claim(2, "1984-09-01", "1984-08-29"),
        ],
        born=parse_partial_date("1967-04-28"),
    )
    assert ruling.value.text == "1984-09-01"
    assert ruling.against == ids(1)


def test_nobody_began_work_before_sixteen_without_a_hearing():
    with pytest.raises(Unsettled, match="16"):
        settle_work_start([claim(1, "1982-09", "1982-08-29")], born=parse_partial_date("1967-04-28"))


days = st.sampled_from(["1955-05-02", "1955-05", "1979-08-21"])
made = st.sampled_from(["1979-08-21", "1979-08", "1984-01-02", ""])
papers = st.lists(
    st.builds(claim, st.integers(1, 9), days, made, filed=st.booleans(), altered=st.booleans()),
    max_size=4,
    unique_by=lambda c: c.id,
)


def outcome(pages) -> Ruling | str:
    try:
        return settle_birth_date(pages)
    except Unsettled as reason:
        return str(reason)


@given(papers)
def test_the_order_of_the_pages_never_matters(pages):
    assert outcome(pages[::-1]) == outcome(pages)


@given(papers)
def test_a_ruling_rests_on_the_file_and_sorts_every_claim_that_differs_against_it(pages):
    ruling = outcome(pages)
    if isinstance(ruling, Ruling):
        by_id = {c.id: c for c in pages}
        assert ruling.decisive
        assert all(by_id[i].in_personnel_file and not by_id[i].altered for i in ruling.decisive)
        assert set(ruling.decisive).isdisjoint(ruling.against)
