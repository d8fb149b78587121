"""Fixtures for everybody: a clock, an agency, accounts, a person. What makes them is in `tests/factories.py`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from nianlun.access.domain import Viewer
    from nianlun.registry.domain import AgencyLine, PersonLine

# A test says what is right, not how fast: on a machine with other work any example may take long.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let the test runner empty tables between tests: append-only tables refuse TRUNCATE, as they must.

    Only the test database loses these triggers; tests of the triggers themselves switch them on again.
    """
    from tests.tables import let_tables_be_emptied

    with django_db_blocker.unblock():
        let_tables_be_emptied()


@pytest.fixture
def now() -> datetime:
    """The instant at which tests happen that have no reason to name another."""
    return datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def agency(db: None) -> "AgencyLine":
    """莲池区's agency, division 130606 (Baoding, Hebei)."""
    from tests import factories

    return factories.agency("130606", "保定市莲池区养老保险经办处")


@pytest.fixture
def elsewhere(db: None) -> "AgencyLine":
    """An agency in another city: whatever belongs to it must stay out of sight."""
    from tests import factories

    return factories.agency("130102", "石家庄市长安区养老保险经办处")


@pytest.fixture
def viewer(agency: "AgencyLine") -> Callable[..., "Viewer"]:
    """`viewer("clerk")` makes an account of that role at the agency and returns it as the rules see it."""
    from tests import factories

    def make(role: str = "clerk", *, scope: str = agency.division, name: str = "") -> "Viewer":
        return factories.staff(role, scope=scope, agency_name=agency.name, name=name)

    return make


@pytest.fixture
def person(agency: "AgencyLine") -> "PersonLine":
    """One insured person of the agency."""
    from tests import factories

    return factories.person(agency)


@pytest.fixture
def client_of() -> Callable[["Viewer"], Any]:
    """`client_of(viewer)` is a browser in which that viewer is signed in."""
    from tests import factories

    return factories.client_of
