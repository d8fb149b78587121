"""How long an item is kept: the law's terms, counted from the year after the record was formed."""

from datetime import date

import pytest

from nianlun.archives.domain import kept_until


@pytest.mark.parametrize(
    ("retention", "formed_on", "until"),
    [
        ("D10", date(1995, 3, 1), date(2006, 1, 1)),
        ("D10", date(1995, 12, 31), date(2006, 1, 1)),
        ("D30", date(1995, 1, 1), date(2026, 1, 1)),
        ("D100", date(1979, 8, 21), date(2080, 1, 1)),
        ("Y", date(1979, 8, 21), None),
        ("", date(1979, 8, 21), None),
        ("长期", date(1979, 8, 21), None),
        ("D99999", date(1979, 8, 21), None),
    ],
)
def test_a_term_runs_from_the_next_new_year_and_what_cannot_be_read_is_kept(retention, formed_on, until):
    assert kept_until(retention, formed_on=formed_on) == until
