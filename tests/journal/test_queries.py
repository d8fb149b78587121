"""The journal as people read it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests import factories

from nianlun.journal import domain, operations, queries

pytestmark = pytest.mark.django_db
LOOKED = domain.declare("tests.looked", "查看了 {about}")
T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOMEBODY, ANOTHER = UUID(int=1), UUID(int=2)


def look(by, minute: int, person_id: UUID = SOMEBODY, **more) -> None:
    operations.record(
        LOOKED, by=by, about="档案", person_id=person_id, at=T0 + timedelta(minutes=minute), **more
    )


def minutes(lines) -> list[int]:
    return [int((line.at - T0).total_seconds() // 60) for line in lines]


def test_an_auditor_reads_what_happened_in_the_own_scope_and_what_the_system_did(viewer):
    near, far = viewer("clerk"), viewer("clerk", scope="130102")
    look(near, 1)
    look(far, 2)
    look(None, 3)
    look(None, 4, division="130606")
    look(None, 5, division="130102")
    assert minutes(queries.entries(scope="130606", action=LOOKED)) == [4, 3, 1]
    assert minutes(queries.entries(scope="13", action=LOOKED)) == [5, 4, 3, 2, 1]
    foreign = queries.entries(scope="130102", action=LOOKED)[0]
    assert queries.entry(foreign.id, scope="130606") is None
    assert queries.entries(scope="") == []


def test_entries_are_narrowed_by_action_person_account_name_outcome_and_period(viewer):
    clerk, other = viewer("clerk", name="李静"), viewer("clerk", name="王芳")
    look(clerk, 1)
    look(other, 2, ANOTHER)
    look(clerk, 3, outcome="refused")

    def found(**filters):
        return minutes(queries.entries(scope="13", action=LOOKED, **filters))

    assert found(person_id=ANOTHER) == [2]
    assert found(account_id=clerk.account_id) == [3, 1]
    assert found(name="王芳") == [2]
    assert found(outcome="refused") == [3]
    assert found(since=T0 + timedelta(minutes=2), until=T0 + timedelta(minutes=3)) == [2]
    assert queries.entries(scope="13", action="tests.once") == []


def test_paging_shows_every_entry_once_even_those_of_one_instant(viewer):
    clerk = viewer("clerk")
    for minute in (1, 1, 1, 2, 2, 3):
        look(clerk, minute)
    seen, before = [], ""
    while page := queries.entries(scope="13", action=LOOKED, before=before, limit=2):
        seen += page
        before = page[-1].cursor
    assert minutes(seen) == [3, 2, 2, 1, 1, 1]
    assert len({line.id for line in seen}) == 6


@pytest.mark.parametrize(
    "cursor", ["x", "2026-01-01~1", "~", "2026-01-01T00:00:00+00:00~-4", f"{T0.isoformat()}~{10**30}"]
)
def test_a_cursor_nobody_gave_out_is_the_first_page(viewer, cursor):
    look(viewer("clerk"), 1)
    assert minutes(queries.entries(scope="13", action=LOOKED, before=cursor)) == [1]


def test_a_person_sees_who_looked_why_and_at_what(viewer):  # S3.3
    clerk = viewer("clerk", name="李静")
    look(clerk, 1, purpose="退休待遇核定前核对档案")
    look(clerk, 2, ANOTHER)
    look(clerk, 3, outcome="refused")
    look(None, 4)
    (line,) = queries.reads_of_person(SOMEBODY)
    assert (line.at, line.name, line.role_label, line.agency_name) == (
        T0 + timedelta(minutes=1),
        "李静",
        "经办",
        clerk.agency_name,
    )
    assert (line.what, line.purpose) == ("查看了 档案", "退休待遇核定前核对档案")


def test_own_looking_pushes_nobody_out_of_sight(viewer):
    clerk, self = viewer("clerk", name="李静"), viewer("insured", name="周桂兰")
    look(clerk, 1)
    for minute in range(2, 6):
        look(self, minute)
    assert [line.name for line in queries.reads_of_person(SOMEBODY, limit=2)] == ["周桂兰", "周桂兰"]
    seen = queries.reads_of_person(SOMEBODY, limit=2, but_of=self.account_id)
    assert [line.name for line in seen] == ["李静"]


def test_what_was_true_then_stays_readable_when_the_account_changes(viewer):
    from nianlun.access.models import Account

    clerk = viewer("clerk", name="李静")
    look(clerk, 1)
    Account.objects.filter(pk=clerk.account_id).update(name="改名", role="leader")
    assert [line.name for line in queries.reads_of_person(SOMEBODY)] == ["李静"]


def test_no_list_costs_more_queries_when_it_grows(viewer, django_assert_num_queries):
    clerk = viewer("clerk")
    for minute in range(30):
        look(clerk, minute)
    with django_assert_num_queries(1):
        queries.entries(scope="13")
    with django_assert_num_queries(1):
        queries.reads_of_person(SOMEBODY)


def test_what_the_insured_do_themselves_is_seen_by_the_auditor_of_their_agency_alone(agency, elsewhere):
    mine, others = factories.person(agency), factories.person(elsewhere)
    for line in (mine, others):
        own = factories.insured(line)
        look(own, 1, line.id)
        operations.record(LOOKED, by=own, at=T0)  # about nobody, as signing in is
    found = [line for line in queries.entries(scope="130606", action=LOOKED) if line.account_id]
    assert [(line.role_label, line.person_id) for line in found] == [("参保人", mine.id), ("参保人", None)]
    assert all(queries.entry(line.id, scope="130606") for line in found)
    assert not any(queries.entry(line.id, scope="130102") for line in found)
    assert queries.entries(scope="") == []
