"""How a case stands against its term, in the words of its pages."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.business.counter import Counter, accepted

from nianlun.cases import calendars, queries
from nianlun.desk import case_clock

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("later", "said"),
    [(0, "今天到期"), (1, "已超期"), (2, "已超期"), (3, "已超 1 个工作日"), (7, "已超 5 个工作日")],
)
def test_a_case_is_overdue_by_working_days(agency, person, later: int, said: str):
    """A Friday is the last day; the Saturday after it no working day has been lost yet."""
    counter = Counter()
    line = queries.case(counter.clerk, accepted(counter, "social_security_card", person_id=person.id)).line
    friday = next(
        day for day in (line.due_on + timedelta(days=n) for n in range(7)) if day.isoweekday() == 5
    )
    words = case_clock.words(
        replace(line, due_on=friday), on=friday + timedelta(days=later), calendar=calendars.calendar()
    )
    assert words.text == said
