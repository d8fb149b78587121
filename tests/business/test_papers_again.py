"""A paper that is shown again and again: each takes the place of the one before."""

import pytest
from tests import factories
from tests.business.counter import Counter, accepted, version_of

from nianlun.cases import queries
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import State
from nianlun.cases.models import Material
from nianlun.cases.operations import materials, pausing

pytestmark = pytest.mark.django_db


def test_a_paper_asked_for_four_times_is_taken_four_times_and_the_last_stands():
    counter = Counter()
    case_id = accepted(counter, person_id=factories.person().id)
    for _ in range(4):
        now = {"by": counter.clerk, "at": counter.tick()}
        pausing.ask_supplement(
            case_id, missing=["identity"], text="请补清晰的", version=version_of(counter, case_id), **now
        )
        materials.take_material(
            case_id,
            requirement="identity",
            how=How.ORIGINAL_SEEN,
            version=version_of(counter, case_id),
            **now,
        )
        pausing.resume(case_id, version=version_of(counter, case_id), **now)
    shown = list(Material.objects.filter(case_id=case_id, requirement="identity").order_by("pk"))
    assert [one.replaced_by_id for one in shown] == [one.pk for one in shown[1:]] + [None]
    view = queries.case(counter.clerk, case_id)
    assert view.line.state is State.FIRST_REVIEW
    assert [one.stands for one in view.materials if one.requirement == "identity"] == [False] * 4 + [True]
