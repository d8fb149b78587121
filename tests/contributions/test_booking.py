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
from nianlun.contributions.models import Posting, Reversal
from nianlun.contributions.operations import NotAllowedNow
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


def test_a_month_taken_back_by_two_can_be_booked_with_the_right_amount(person, viewer, now):
    clerk, reviewer = viewer("clerk"), viewer("reviewer")
    operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
    booked = queries.paid_months(person.id)[0].postings
    reversal = operations.propose_reversal(
        clerk, person_id=person.id, postings=booked, reason="基数录错", at=now
    )
    assert len(queries.paid_months(person.id)) == 1
    assert queries.reversal_of_person(person.id).id == reversal
    assert operations.confirm_reversal(reviewer, reversal, at=now) == 2
    assert queries.paid_months(person.id) == []
    again = operations.book(lines(person, JANUARY, amount="60.00"), source=Source.TAX, by=None, at=now)
    assert again.added == 2
    assert queries.year_rows(person.id)[0].personal == Decimal("60.00")
    with pytest.raises(NotAllowedNow, match="已经办过"):
        operations.confirm_reversal(reviewer, reversal, at=now)
    with pytest.raises(NotAllowedNow, match="已经冲销过"):
        operations.propose_reversal(clerk, person_id=person.id, postings=booked, reason="基数录错", at=now)


def test_taking_back_needs_the_right_the_reason_and_the_person_in_sight(person, viewer, now):
    operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
    booked = queries.paid_months(person.id)[0].postings

    def ask(who, *, of=person, reason="基数录错"):
        return operations.propose_reversal(who, person_id=of.id, postings=booked, reason=reason, at=now)

    with pytest.raises(Refused):
        ask(viewer("leader"))
    with pytest.raises(NotVisible):
        ask(viewer("clerk", scope="130102"))
    with pytest.raises(NotAllowedNow, match="理由"):
        ask(viewer("clerk"), reason=" ")
    with pytest.raises(NotAllowedNow, match="不在此人名下"):
        ask(viewer("clerk"), of=factories.person())


def test_taking_back_takes_another_pair_of_hands_and_one_at_a_time(person, viewer, now):
    operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
    booked = queries.paid_months(person.id)[0].postings
    clerk = viewer("clerk")

    def ask():
        return operations.propose_reversal(
            clerk, person_id=person.id, postings=booked, reason="基数录错", at=now
        )

    first = ask()
    with pytest.raises(NotAllowedNow, match="先办完那一份"):
        ask()
    with pytest.raises(NotVisible):
        operations.confirm_reversal(viewer("reviewer", scope="130102"), first, at=now)
    promoted = factories.change_post(clerk, "reviewer")
    with pytest.raises(NotAllowedNow, match="另一位同事"):
        operations.confirm_reversal(promoted, first, at=now)
    with pytest.raises(IntegrityError, match="by_two_people"), transaction.atomic():
        Reversal.objects.update(state="confirmed", decided_by_id=clerk.account_id, decided_at=now)
    operations.send_reversal_back(viewer("reviewer"), first, reason="申报表上就是这个数", at=now)
    assert len(queries.paid_months(person.id)) == 1
    factories.change_post(clerk, "clerk")
    second = ask()
    operations.withdraw_reversal(clerk, second, at=now)
    assert queries.reversal_of_person(person.id) is None


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


@pytest.mark.parametrize(("confirmed", "said"), [(True, "金额相反"), (False, "另一人复核")])
def test_the_database_refuses_a_reversal_that_is_not_exact_or_not_confirmed(
    person, viewer, now, confirmed, said
):
    operations.book(lines(person, JANUARY), source=Source.TAX, by=None, at=now)
    row = Posting.objects.filter(person_id=person.id).first()
    granted = Reversal.objects.create(
        person_id=person.id,
        division=person.division,
        postings=[str(row.pk)],
        reason="基数录错",
        by_id=viewer("clerk").account_id,
        at=now,
        state="confirmed" if confirmed else "waiting",
        decided_by_id=viewer("reviewer").account_id if confirmed else None,
        decided_at=now if confirmed else None,
    )
    reversal = Posting(
        key=b"r" * 16,
        person_id=person.id,
        month=row.month,
        scheme=row.scheme,
        part=row.part,
        amount=-row.amount - (1 if confirmed else 0),
        base=-row.base,
        source="reversal",
        booked_on=row.booked_on,
        reverses=row,
        reversal=granted,
    )
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
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
