"""Terms, capacities and states: the rules of the register without a database."""

from dataclasses import replace
from datetime import date

import pytest

from nianlun.media import domain
from nianlun.media.domain import MediumState, SetState

TODAY = date(2026, 11, 23)


def test_terms_come_from_the_standards_with_their_sources():
    for kind in domain.kinds().values():
        term = kind.term(TODAY)
        assert term.source
        assert term.confidence_label
        assert 0 < term.check_months <= term.renew_months
    with pytest.raises(domain.NoTerm):
        domain.kinds()["bd_r"].term(date(1990, 1, 1))


def test_a_medium_is_filled_but_never_overfilled():
    waiting = [("a", 60), ("b", 50), ("c", 30)]
    room = domain.FIXED + 2 * domain.OVERHEAD + 95
    assert domain.fill(waiting, capacity=room) == ["a", "c"]
    assert domain.fill(waiting, capacity=0) == []


def test_a_set_is_as_far_as_its_letter_furthest_behind():
    def state(*media: tuple[str, MediumState]) -> SetState:
        return domain.set_state(media, writing=False)

    planned_, verified, shelf, lent = (
        MediumState.PLANNED,
        MediumState.VERIFIED,
        MediumState.SHELVED,
        MediumState.LENT,
    )
    assert state(("A", shelf), ("B", verified)) is SetState.VERIFIED
    assert state(("A", lent), ("B", shelf)) is SetState.SHELVED
    assert state(("A", shelf), ("A", planned_), ("B", shelf)) is SetState.SHELVED
    assert state() is SetState.CLOSED


def test_the_next_reading_is_never_later_than_the_renewal():
    term = replace(domain.kinds()["tape"].term(TODAY), check_months=24)
    renew = date(2027, 1, 1)
    assert domain.next_check_on(term, checked_on=TODAY, renew_by=renew) == renew
    assert domain.months_after(date(2024, 8, 31), 6) == date(2025, 2, 28)
