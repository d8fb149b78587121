"""What was granted once is not granted again; what was wrong is corrected once, by what can put it right."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from tests import factories
from tests.business.counter import Counter, details_for, give_all, opened, passed, version_of
from tests.locks import wait_until_somebody_waits_for_a_lock

from nianlun.access.domain import Refused
from nianlun.cases.domain.flow import State
from nianlun.cases.models import Case
from nianlun.cases.operations import deciding, door, opening, payout
from nianlun.kernel.identifiers import uuid7
from nianlun.registry import queries as registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter():
    return Counter()


@pytest.fixture
def person():
    found = factories.person()
    factories.pay(found.id, employer_id=factories.employer(), since="2025-01", until="2025-07")
    return found


def at_the_grant(counter, kind, person_id, **details):
    """A case that waits for its approval."""
    case_id = opened(counter, kind, person_id=person_id, **details)
    give_all(counter, case_id)
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    passed(counter, case_id, "clerk", "reviewer")
    return case_id


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        (
            "contribution_refund",
            {"since_month": "2025-02", "until_month": "2025-04"},
            {"since_month": "2025-04", "until_month": "2025-05"},
        ),
        ("death_benefits", {}, {"applicant": "另一位申领人"}),
        ("relation_ending", {"why": "abroad"}, {"why": "abroad", "amount": "1.00"}),
        ("benefit_resumption", {}, {"amount": "1.00"}),
    ],
)
def test_the_same_is_not_granted_a_second_time(counter, person, kind, first, second):
    one = at_the_grant(counter, kind, person.id, **first)
    two = at_the_grant(counter, kind, person.id, **second)  # both reviewed before either was granted
    passed(counter, one, "leader")
    number = Case.objects.get(pk=one).number
    with pytest.raises(Refused, match=rf"已准予办理 {number}.*不能再办一次"):
        passed(counter, two, "leader")
    deciding.pay(one, by=counter.finance, version=version_of(counter, one), voucher="V1", at=counter.tick())
    with pytest.raises(Refused, match=f"已准予办理 {number}"):
        at_the_grant(counter, kind, person.id, **second)


def test_what_was_granted_and_not_paid_yet_counts_as_granted(counter, person):
    one = at_the_grant(counter, "death_benefits", person.id)
    two = at_the_grant(counter, "death_benefits", person.id)
    passed(counter, one, "leader")
    payout.payment_failed(
        one, by=counter.finance, version=version_of(counter, one), reason="账号已销户", at=counter.tick()
    )
    with pytest.raises(Refused, match="已准予办理"):
        passed(counter, two, "leader")


@pytest.mark.django_db(transaction=True)
def test_two_grants_for_one_person_in_the_same_instant_come_one_after_the_other(counter, person):
    """Each leader sees a case that nobody has granted; the second waits, and then sees what the first did."""
    one = at_the_grant(counter, "relation_ending", person.id, why="abroad")
    two = at_the_grant(counter, "relation_ending", person.id, why="abroad")
    said = []

    def grant_the_other():
        try:
            passed(counter, two, "leader2")
        except Refused as reason:
            said.append(reason.sentence)
        finally:
            connection.close()

    counter.leader2  # noqa: B018  made here, where its rows are seen by both
    other = threading.Thread(target=grant_the_other)
    with transaction.atomic():
        passed(counter, one, "leader")
        other.start()
        wait_until_somebody_waits_for_a_lock()
    other.join(timeout=20)
    assert [("已准予办理" in sentence) for sentence in said] == [True]
    assert Case.objects.filter(granted_at__isnull=False).count() == 1


def test_other_months_are_another_refund(counter, person):
    one = at_the_grant(
        counter, "contribution_refund", person.id, since_month="2025-02", until_month="2025-03"
    )
    passed(counter, one, "leader")
    two = at_the_grant(
        counter, "contribution_refund", person.id, since_month="2025-04", until_month="2025-05"
    )
    passed(counter, two, "leader")
    assert Case.objects.get(pk=two).state == State.PAYMENT.value


def test_a_registration_is_not_corrected_by_registering_a_second_person(counter):
    factories.agency()
    number = factories.identity_number(sex="female")
    case_id = opening.open_case(
        "person_registration",
        by=counter.clerk,
        details=details_for(
            "person_registration", name="宋小梅", identity_number=number, scheme="enterprise", category="50"
        ),
        request_key=uuid7(),
        at=counter.tick(),
    )
    give_all(counter, case_id)
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    passed(counter, case_id, "clerk", "reviewer")
    assert registry.find_by_identity_number(counter.clerk, number) is not None
    with pytest.raises(Refused, match=r"会登记出第二个.*信息变更"):
        correct(counter, case_id)


def correct(counter, case_id, key=None):
    return opening.open_correction(
        case_id,
        by=counter.clerk,
        request_key=key or uuid7(),
        reason="核定金额有误",
        at=counter.tick(),
    )


def test_a_case_has_one_open_correction(counter, person):
    case_id = at_the_grant(counter, "death_benefits", person.id)
    passed(counter, case_id, "leader")
    deciding.pay(
        case_id, by=counter.finance, version=version_of(counter, case_id), voucher="V1", at=counter.tick()
    )
    key = uuid7()
    first = correct(counter, case_id, key)
    assert correct(counter, case_id, key) == first
    with pytest.raises(Refused, match=f"{Case.objects.get(pk=first).number} 正在办理"):
        correct(counter, case_id)
    row = Case.objects.get(pk=first)
    row.pk, row.number, row.request_key, row.item_id = uuid7(), "130606-2026-999999", uuid7(), uuid7()
    with pytest.raises(IntegrityError, match="case_one_open_correction"), transaction.atomic():
        row.save(force_insert=True)
