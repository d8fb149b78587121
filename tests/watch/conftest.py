"""Many persons at once, and readings as the pages write them."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from tests import factories

from nianlun.journal import operations as journal
from nianlun.kernel.identifiers import uuid7
from nianlun.kernel.identity import IdentityNumber
from nianlun.registry import operations as registry
from nianlun.registry.domain import NewPerson, Scheme

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"


@pytest.fixture
def crowd(agency) -> Callable[[int], list[UUID]]:
    """`crowd(121)` registers so many persons whose names and numbers have nothing in common."""

    def make(count: int) -> list[UUID]:
        persons = [
            NewPerson(
                name=f"{SURNAMES[n % 20]}{chr(0x4E00 + 3 * n)}",
                identity_number=IdentityNumber.parse(
                    factories.identity_number(born=date(1970, 1, 1 + n % 28))
                ),
                scheme=Scheme.ENTERPRISE,
                category=60,
                agency_id=agency.id,
                personal_number=f"C{7 * n:06d}",
                sex=None,
                is_sample=False,
                id=uuid7(),
            )
            for n in range(count)
        ]
        return registry.register_persons(persons, by=None, at=factories.START)

    return make


@pytest.fixture
def read() -> Callable[..., int]:
    """`read(viewer, person_id, at=…)` is what a page leaves in the journal; the number of the entry."""
    from nianlun.desk.seeing import PERSON_SEEN

    def make(viewer, person_id, *, at, action: str = PERSON_SEEN, outcome: str = "done", **said) -> int:
        said = {"purpose": "核对档案", "rows": 1, "details": {"what": "权益年轮"}, **said}
        return journal.record(action, by=viewer, person_id=person_id, outcome=outcome, at=at, **said)

    return make
