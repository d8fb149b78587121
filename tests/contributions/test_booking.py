"""Postings are added once, taken back by their exact negatives, and never changed."""

import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from tests import factories
from tests.locks import wait_until_somebody_waits_for_a_lock

from nianlun.access.domain import NotVisible, Refused
from nianlun.contributions import operations, queries
from nianlun.contributions.domain import NewPosting, Part, Source
from nianlun.contributions.models import Posting
from nianlun.jobs import queries as jobs
from nianlun.kernel.months import parse_month
from nianlun.registry import operations as registry
from nianlun.registry.domain import Scheme

JANUARY = parse_month("1998-01")


def lines(person, *months, amount="55.44", employer=None):
    return [
        NewPosting(
            person_id=person.id,
            month=month,
            scheme=Scheme.ENTERPRISE,
            part=part,
            amount=Decimal(amount) * (1 if part is Part.PERSONAL else 5),
            base=Decimal("1386.00"),
            employer_id=employer,
        )
        for month in months
        for part in Part
    ]


@pytest.fixture
def mill(agency, now):
    return registry.register_employer(by=None, name="保定市第二棉纺厂", agency_id=agency.id, at=now)


def test_booking_the_same_months_again_adds_nothing(person, mill, now):
    first = operations.book(
        lines(person, JANUARY, JANUARY + 1, employer=mill), source=Source.TAX, by=None, at=now
    )
    again = operations.book(
        lines(person, JANUARY + 1, JANUARY, employer=mill), source=Source.TAX, by=None, at=now
    )
    assert (first.added, again.added, again.known) == (4, 0, 4)
    january, _ = queries.paid_months(person.id)
    assert (january.month, january.employer_name, january.sources) == (
        JANUARY,
        "保定市第二棉纺厂",
        ("tax",),
    )
    assert (january.personal, january.employer_part) == (Decimal("55.44"), Decimal("277.20"))
    assert queries.total_months(person.id) == 2


def test_another_amount_for_a_booked_month_is_a_conflict_and_changes_nothing(person, now):
    operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
    other = operations.book(lines(person, JANUARY, amount="60.00"), source=Source.TAX, by=None, at=now)
    assert (other.added, len(other.conflicts)) == (0, 2)
    assert queries.paid_months(person.id)[0].personal == Decimal("55.44")


def test_a_month_taken_back_can_be_booked_with_the_right_amount(person, viewer, now):
    clerk = viewer("clerk")
    operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
    booked = queries.paid_months(person.id)[0].postings
    assert operations.reverse(clerk, person_id=person.id, postings=booked, reason="基数录错", at=now) == 2
    assert queries.paid_months(person.id) == []
    again = operations.book(lines(person, JANUARY, amount="60.00"), source=Source.TAX, by=None, at=now)
    assert again.added == 2
    assert queries.year_rows(person.id)[0].personal == Decimal("60.00")
    with pytest.raises(operations.NotReversible, match="已经冲销过"):
        operations.reverse(clerk, person_id=person.id, postings=booked, reason="基数录错", at=now)


def test_taking_back_needs_the_right_the_reason_and_the_person_in_sight(person, viewer, now):
    operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
    booked = queries.paid_months(person.id)[0].postings
    with pytest.raises(Refused):
        operations.reverse(
            viewer("leader"), person_id=person.id, postings=booked, reason="基数录错", at=now
        )
    with pytest.raises(NotVisible):
        stranger = viewer("clerk", scope="130102")
        operations.reverse(stranger, person_id=person.id, postings=booked, reason="基数录错", at=now)
    with pytest.raises(operations.NotReversible, match="理由"):
        operations.reverse(viewer("clerk"), person_id=person.id, postings=booked, reason=" ", at=now)
    with pytest.raises(operations.NotReversible, match="不在此人名下"):
        other = factories.person()
        operations.reverse(viewer("clerk"), person_id=other.id, postings=booked, reason="基数录错", at=now)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE contributions_posting SET amount = amount + 1", "DELETE FROM contributions_posting"],
)
def test_the_database_itself_refuses_to_change_or_delete_postings(person, now, statement):
    operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
    with (
        pytest.raises(IntegrityError, match="只增不改"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_database_refuses_a_reversal_that_is_not_the_exact_negative(person, now):
    operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
    row = Posting.objects.filter(person_id=person.id).first()
    reversal = Posting(
        key=b"r" * 16,
        person_id=person.id,
        month=row.month,
        scheme=row.scheme,
        part=row.part,
        amount=-row.amount - 1,
        base=-row.base,
        source="reversal",
        booked_on=row.booked_on,
        reverses=row,
    )
    with pytest.raises(IntegrityError, match="金额相反"), transaction.atomic():
        reversal.save(force_insert=True)


def test_booking_tells_whoever_derives_from_it_once_a_person(person, now):
    operations.book(lines(person, JANUARY, JANUARY + 1), source=Source.TAX, by=None, at=now)
    assert jobs.progress(kind_prefix=operations.PERSON_CHANGED).waiting == 1


def test_reading_the_account_takes_two_queries_however_long_it_is(
    person, mill, now, django_assert_num_queries
):
    operations.book(
        lines(person, *range(JANUARY, JANUARY + 300), employer=mill),
        source=Source.TAX,
        by=None,
        at=now,
        tell=False,
    )
    with django_assert_num_queries(2):
        assert len(queries.paid_months(person.id)) == 300


@pytest.mark.django_db(transaction=True)
def test_two_who_book_the_same_month_at_the_same_moment_book_it_once(person, now):
    booked: list[operations.Booked] = []

    def second():
        booked.append(operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now))
        connection.close()

    with transaction.atomic():
        first = operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
        other = threading.Thread(target=second)
        other.start()
        wait_until_somebody_waits_for_a_lock()
    other.join(timeout=20)
    assert (first.added, booked[0].added, booked[0].known) == (2, 0, 2)
    assert len(queries.postings(person.id)) == 2
