"""Postings become months and years; what is taken back is gone."""

import random
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from nianlun.contributions.domain import (
    Part,
    PostingLine,
    Slot,
    employee_months,
    paid_months,
    posting_key,
    year_rows,
)
from nianlun.kernel.identifiers import uuid7
from nianlun.kernel.months import parse_month
from nianlun.registry.domain import Scheme

MILL, PERSON = uuid7(), uuid7()


def posting(
    month, amount="55.44", *, part=Part.PERSONAL, scheme=Scheme.ENTERPRISE, reverses=None, employer=MILL
):
    return PostingLine(
        id=uuid7(),
        month=parse_month(month) if isinstance(month, str) else month,
        scheme=scheme,
        part=part,
        amount=Decimal(amount),
        base=Decimal("1386.00"),
        employer_id=employer,
        employer_name="第二棉纺厂" if employer else "",
        source="reversal" if reverses else "roster",
        reverses_id=reverses.id if reverses else None,
    )


def back(line):
    return posting(line.month, -line.amount, part=line.part, scheme=line.scheme, reverses=line)


def test_both_parts_of_a_month_are_one_paid_month():
    (month,) = paid_months([posting("1998-01"), posting("1998-01", "277.20", part=Part.EMPLOYER)])
    assert (month.personal, month.employer_part, month.base) == (
        Decimal("55.44"),
        Decimal("277.20"),
        Decimal("1386.00"),
    )
    assert len(month.postings) == 2


def test_a_month_taken_back_is_not_paid_and_one_booked_again_is():
    wrong = posting("1998-01")
    assert paid_months([wrong, back(wrong)]) == []
    (month,) = paid_months([back(wrong), posting("1998-01", "60.00"), wrong])
    assert month.personal == Decimal("60.00")


def test_the_same_month_at_two_employers_is_two_lines_but_one_month():
    twice = paid_months([posting("1998-01"), posting("1998-01", employer=None, scheme=Scheme.FLEXIBLE)])
    assert len(twice) == 2
    assert employee_months(twice) == {parse_month("1998-01")}


def test_a_year_has_twelve_slots_and_its_sums():
    rows = year_rows(paid_months([posting("1998-01"), posting("1998-12"), posting("2001-06")]))
    assert [row.year for row in rows] == [1998, 2001]
    assert [slot is not None for slot in rows[0].slots] == [True, *[False] * 10, True]
    assert (rows[0].months, rows[0].personal) == (2, Decimal("110.88"))


def test_the_key_of_a_posting_changes_with_the_slot_and_the_round():
    slot = Slot(
        person_id=PERSON, month=23976, scheme=Scheme.ENTERPRISE, part=Part.PERSONAL, employer_id=MILL
    )
    other = Slot(
        person_id=PERSON, month=23977, scheme=Scheme.ENTERPRISE, part=Part.PERSONAL, employer_id=MILL
    )
    keys = {posting_key(slot, round_no=0), posting_key(slot, round_no=1), posting_key(other, round_no=0)}
    assert len(keys) == 3
    assert posting_key(slot, round_no=0) == posting_key(slot, round_no=0)


months = st.integers(parse_month("1998-11"), parse_month("1999-02"))
postings = st.builds(
    lambda month, part, scheme, gone: (lambda line: [line, back(line)] if gone else [line])(
        posting(month, part=part, scheme=scheme)
    ),
    months,
    st.sampled_from(Part),
    st.sampled_from([Scheme.ENTERPRISE, Scheme.FLEXIBLE, Scheme.RESIDENT]),
    st.booleans(),
)


@given(st.lists(postings, max_size=8), st.randoms())
@settings(deadline=None)
def test_the_sum_of_the_postings_is_the_account_in_any_order(groups, chance: random.Random):
    lines = [line for group in groups for line in group]
    paid = paid_months(lines)
    assert paid == paid_months(chance.sample(lines, len(lines)))
    assert sum(m.personal + m.employer_part for m in paid) == sum(line.amount for line in lines)
    rows = year_rows(paid)
    assert sum(row.personal + row.employer_part for row in rows) == sum(line.amount for line in lines)
    assert sum(row.months for row in rows) == len({m.month for m in paid})


def test_a_year_paid_at_once_is_twelve_months_and_its_money_is_counted_once():
    year = replace(posting("2015-01", "300.00", scheme=Scheme.RESIDENT, employer=None), months=12)
    paid = paid_months([year])
    assert [m.month for m in paid] == list(range(parse_month("2015-01"), parse_month("2016-01")))
    assert sum(m.personal for m in paid) == Decimal("300.00")
    assert year_rows(paid)[0].months == 12
