"""Each month of a working life has one state and one reason."""

import random
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from nianlun.entitlements.domain.career import (
    CareerMonths,
    Dispute,
    MonthKind,
    MonthState,
    Spell,
    career_months,
    deemed_boundary,
)
from nianlun.entitlements.domain.units import unit_groups
from nianlun.kernel.months import parse_month

MILL, SHOP = "济南第二棉纺厂", "恒丰服装"


@dataclass(frozen=True)
class Paid:
    month: int
    employer_name: str = MILL
    scheme: str = "enterprise"


def spell(since, until, *, unit=MILL, grade="A", source="hiring", original=True, title="招收工人审批表"):
    return Spell(
        since=parse_month(since),
        until=parse_month(until) if until else None,
        unit=unit,
        grade=grade,
        title=title,
        is_original=original,
        source=source,
    )


def paid(since, until, **words):
    return [Paid(month, **words) for month in range(parse_month(since), parse_month(until))]


def career(*, paid=(), spells=(), deemed_until="1996-01", upto="2000-01", **words) -> CareerMonths:
    return career_months(
        paid=paid,
        spells=spells,
        deemed_until=parse_month(deemed_until),
        upto=parse_month(upto),
        **words,
    )


def at(found: CareerMonths, month: str) -> tuple[MonthState, MonthKind, str]:
    index = parse_month(month) - found.first
    return MonthState(found.states[index]), MonthKind(found.kinds[index]), found.reasons[index]


def test_a_sealed_original_proves_deemed_service_before_the_account_began():
    found = career(spells=[spell("1984-09", "1996-01")])
    assert at(found, "1990-05") == (
        MonthState.PROVED,
        MonthKind.DEEMED,
        "招收工人审批表原件证明，建账前视同缴费",
    )
    assert found.deemed_months == parse_month("1996-01") - parse_month("1984-09")
    assert at(found, "1996-01")[0] is MonthState.GAP


def test_paper_and_account_of_the_same_unit_prove_each_other():
    found = career(paid=paid("1996-01", "1998-07"), spells=[spell("1984-09", None)])
    assert at(found, "1997-03") == (MonthState.PROVED, MonthKind.PAID, "账户有缴费，并有招收工人审批表为证")
    assert at(found, "1998-07")[0] is MonthState.GAP  # the old hiring form does not prove what came after


def test_a_paper_of_another_unit_does_not_prove_what_this_employer_paid():
    found = career(
        paid=paid("1997-01", "1997-03", employer_name=SHOP), spells=[spell("1984-09", "1999-01")]
    )
    assert at(found, "1997-01") == (
        MonthState.RECORDED,
        MonthKind.PAID,
        "账户由恒丰服装缴费，材料所写单位是济南第二棉纺厂",
    )


def test_the_account_with_the_roster_of_the_unit_is_recorded():
    found = career(paid=paid("1997-01", "1997-03"))
    assert found.states.startswith("rrgg")
    assert "名册佐证" in found.reasons[0]


def test_a_resume_or_a_lone_copy_is_a_single_source():
    resume = spell("1984-09", "1985-01", grade="C", title="干部履历表")
    copy = spell("1985-01", "1985-06", original=False, source="copy")
    found = career(spells=[resume, copy])
    assert at(found, "1984-10")[0] is MonthState.SINGLE
    assert at(found, "1985-02") == (MonthState.SINGLE, MonthKind.DEEMED, "只见招收工人审批表复印件")
    assert found.doubtful_months == 9


def test_two_independent_papers_of_the_unit_prove_each_other():
    papers = [
        spell("1984-09", "1985-09", grade="B", source=source, title=source)
        for source in ("工资表", "定级表")
    ]
    assert at(career(spells=papers), "1985-01")[0] is MonthState.PROVED
    twice = [papers[0], replace(papers[1], source=papers[0].source)]
    assert at(career(spells=twice), "1985-01")[0] is MonthState.SINGLE


def test_service_without_payment_after_the_account_began_is_known_but_does_not_count():
    found = career(spells=[spell("1997-01", "1998-01")])
    assert at(found, "1997-06") == (
        MonthState.SINGLE,
        MonthKind.SERVICE,
        "招收工人审批表写明在职，账户没有缴费",
    )
    assert found.contribution_months == 0


def test_a_month_paid_at_two_units_is_contradictory_and_counts_once():
    both = [*paid("1997-01", "1997-04"), *paid("1997-02", "1997-03", employer_name="", scheme="flexible")]
    found = career(paid=both)
    assert at(found, "1997-02") == (
        MonthState.CONTRADICTORY,
        MonthKind.PAID,
        "同一月份两处缴费：济南第二棉纺厂、灵活就业",
    )
    assert found.paid_months == 3


def test_resident_months_are_known_but_are_no_employee_contribution_months():
    found = career(paid=paid("1997-01", "1998-01", employer_name="", scheme="resident"))
    assert (found.paid_months, found.states) == (0, "r" * 12 + "g" * 24)


def test_papers_of_two_units_for_the_same_deemed_months_contradict_each_other():
    found = career(spells=[spell("1984-01", "1986-01"), spell("1985-01", "1987-01", unit=SHOP, source="b")])
    assert at(found, "1985-06")[0] is MonthState.CONTRADICTORY
    assert at(found, "1984-06")[0] is at(found, "1986-06")[0] is MonthState.PROVED


def test_the_month_of_a_change_of_unit_is_no_contradiction():
    found = career(spells=[spell("1984-01", "1985-02"), spell("1985-01", "1987-01", unit=SHOP, source="b")])
    assert at(found, "1985-01")[0] is MonthState.PROVED


def test_a_new_name_of_the_same_unit_is_no_contradiction():
    assert len(set(unit_groups({"保定市恒丰服装有限公司", "恒丰服装", "恒丰服装厂"}).values())) == 1
    assert len(set(unit_groups({MILL, SHOP}).values())) == 2


def test_months_that_differing_papers_dispute_wait_for_a_ruling():
    dispute = Dispute(
        since=parse_month("1984-09"), until=parse_month("1985-03"), reason="两份材料所写参加工作时间不同"
    )
    papers = [spell("1984-09", "1996-01"), spell("1985-03", "1996-01", grade="C", source="resume")]
    found = career(spells=papers, disputes=[dispute])
    assert found.states.startswith("cccccc" + "p")
    ruled = career(spells=papers, not_before=parse_month("1985-03"))
    assert (ruled.first, ruled.states[0]) == (parse_month("1985-03"), "p")


def test_a_person_nothing_is_known_of_has_no_months():
    assert career().states == ""
    assert career(spells=[spell("2005-01", "2006-01")]).states == ""


def test_deemed_service_ends_with_the_first_own_contribution_or_the_account_start():
    start = parse_month("1996-01")
    early, late = paid("1993-01", "1994-01"), paid("1997-03", "1997-05")
    assert deemed_boundary(paid=early, account_start=start, scheme="enterprise") == parse_month("1993-01")
    assert deemed_boundary(paid=late, account_start=start, scheme="enterprise") == start
    assert deemed_boundary(paid=[], account_start=start, scheme="flexible") == start
    reform = parse_month("2014-10")
    assert deemed_boundary(paid=late, account_start=reform, scheme="government_institution") == reform
    assert deemed_boundary(paid=early, account_start=start, scheme="resident") == 0


months = st.integers(parse_month("1995-06"), parse_month("1996-06"))
units = st.sampled_from(["", MILL, "第二棉纺厂", SHOP])
papers = st.builds(
    lambda since, length, unit, grade, source, original, open_end, flagged: Spell(
        since=since,
        until=None if open_end else since + length,
        unit=unit,
        grade=grade,
        title=f"材料{source}",
        is_original=original,
        source=source,
        contradicted=flagged,
    ),
    months,
    st.integers(1, 8),
    units,
    st.sampled_from("ABCD"),
    st.sampled_from("xy"),
    st.booleans(),
    st.booleans(),
    st.sampled_from([False, False, False, True]),
)
payments = st.builds(Paid, months, units, st.sampled_from(["enterprise", "flexible", "resident"]))
quarrels = st.builds(
    lambda since, length, reason: Dispute(since=since, until=since + length, reason=reason),
    months,
    st.integers(1, 4),
    st.sampled_from(["甲", "乙"]),
)


def judged(payments, papers, quarrels):
    return career(paid=payments, spells=papers, disputes=quarrels, upto="1997-01")


@given(
    st.lists(payments, max_size=6),
    st.lists(papers, max_size=4),
    st.lists(quarrels, max_size=2),
    st.randoms(),
)
def test_the_order_of_papers_and_payments_never_matters(payments, papers, quarrels, chance: random.Random):
    shuffled = [chance.sample(things, len(things)) for things in (payments, papers, quarrels)]
    assert judged(payments, papers, quarrels) == judged(*shuffled)


@given(st.lists(payments, max_size=4), st.lists(papers, min_size=1, max_size=3), st.integers(1, 7))
@settings(deadline=None)
def test_split_and_merged_spells_agree(payments, papers, cut):
    whole = [replace(p, until=p.until or p.since + 8) for p in papers]
    first, *others = whole
    middle = min(first.since + cut, first.until)
    halves = (
        [replace(first, until=middle), replace(first, since=middle)] if middle < first.until else [first]
    )
    assert judged(payments, [*halves, *others], []) == judged(payments, whole, [])


@given(st.lists(payments, max_size=6), st.lists(papers, max_size=4), st.lists(quarrels, max_size=2))
@settings(deadline=None)
def test_the_counts_sum_to_the_span_and_nothing_counts_twice(payments, papers, quarrels):
    found = judged(payments, papers, quarrels)
    assert sum(found.counts.values()) == len(found.states) == len(found.kinds) == len(found.reasons)
    assert found.paid_months == len({p.month for p in payments if p.scheme != "resident"})
    assert 0 <= found.doubtful_months <= found.contribution_months <= len(found.states)
    runs = found.state_runs()
    assert "".join(run.state.value * (run.until - run.since) for run in runs) == found.states
