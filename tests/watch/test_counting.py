"""The count in front of every person's data, the stop, and who lifts it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from nianlun.access import operations as access
from nianlun.access import stops
from nianlun.access.domain import NotVisible, QueriesStopped, Refused
from nianlun.access.models import Stop
from nianlun.kernel.identifiers import uuid7
from nianlun.watch import alarms, counting, stopping
from nianlun.watch.models import Alarm, Sighting, Usual

MINUTE = timedelta(minutes=1)


def look(viewer, count: int, *, at) -> None:
    for number in range(count):
        counting.admit(viewer, uuid7(), at=at + timedelta(seconds=number))


@pytest.mark.django_db
def test_sixty_pass_the_sixty_first_is_an_alarm_and_the_hundred_and_twenty_first_is_refused(viewer, now):
    clerk, officer = viewer("clerk", name="赵强"), viewer("security_officer")
    look(clerk, 60, at=now)
    assert alarms.count_open(officer) == 0
    look(clerk, 1, at=now + MINUTE)
    (line,) = alarms.alarms(officer)
    assert (line.kind.value, line.name, line.count) == ("many", "赵强", 61)
    look(clerk, 59, at=now + 2 * MINUTE)
    with pytest.raises(QueriesStopped, match="120"):
        counting.admit(clerk, uuid7(), at=now + 4 * MINUTE)
    assert [line.count for line in alarms.alarms(officer)] == [120]  # one alarm, brought along


@pytest.mark.django_db
def test_the_same_person_counts_once_and_an_hour_later_no_more(viewer, now):
    clerk, person_id = viewer("clerk"), uuid7()
    for minute in range(30):
        counting.admit(clerk, person_id, at=now + minute * MINUTE)
    assert Sighting.objects.count() == 1
    look(clerk, 119, at=now + 30 * MINUTE)
    with pytest.raises(QueriesStopped), transaction.atomic():
        counting.admit(clerk, uuid7(), at=now + 40 * MINUTE)
    counting.admit(clerk, uuid7(), at=now + 100 * MINUTE)
    assert counting.sweep(at=now + 300 * MINUTE) == 121


@pytest.mark.django_db
def test_the_usual_hour_of_the_post_makes_the_alarm_earlier(viewer, now):
    Usual.objects.create(role="clerk", mean=4.0, hours=200)
    clerk, officer = viewer("clerk"), viewer("security_officer")
    look(clerk, 20, at=now)
    assert alarms.count_open(officer) == 0
    look(clerk, 1, at=now + MINUTE)
    assert alarms.count_open(officer) == 1


@pytest.mark.django_db
def test_the_own_record_is_not_counted(viewer, now):
    insured = viewer("insured")
    look(insured, 130, at=now)
    assert Sighting.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_exactly_as_many_are_let_through_as_are_left(viewer, now):
    clerk = viewer("clerk")
    look(clerk, 117, at=now)

    def ask(_number: int) -> bool:
        try:
            with transaction.atomic():
                counting.admit(clerk, uuid7(), at=now + 3 * MINUTE)
        except QueriesStopped:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(ask, range(12))) == 3
    assert Sighting.objects.count() == 120


@pytest.mark.django_db
def test_a_stop_is_lifted_by_somebody_else_with_a_reason_and_the_count_begins_anew(viewer, now):
    clerk, officer = viewer("clerk", name="赵强"), viewer("security_officer", name="秦芳")
    look(clerk, 120, at=now)
    assert access.stop_queries(clerk, reason="一小时内查阅超过 120 人", at=now)
    assert not access.stop_queries(clerk, reason="一小时内查阅超过 120 人", at=now + MINUTE)
    (stop,) = stops.stops(officer)
    assert (stop.name, stops.is_stopped(clerk.account_id)) == ("赵强", True)
    with pytest.raises(Refused, match="理由"):
        stopping.resume(officer, stop.id, reason="好", at=now)
    for other in (clerk, viewer("auditor"), viewer("system_officer")):
        with pytest.raises(Refused, match="不能"):
            stopping.resume(other, stop.id, reason="集中核对退休档案", at=now)
    with pytest.raises(NotVisible):
        stopping.resume(
            viewer("security_officer", scope="130102"), stop.id, reason="集中核对退休档案", at=now
        )
    stopping.resume(officer, stop.id, reason="集中核对退休档案", at=now)
    assert not stops.is_stopped(clerk.account_id)
    with pytest.raises(Refused, match="已经由别人恢复"):
        stopping.resume(officer, stop.id, reason="集中核对退休档案", at=now)
    look(clerk, 120, at=now + MINUTE)


@pytest.mark.django_db
def test_nobody_lifts_the_own_stop_not_even_past_the_code(viewer, now):
    officer = viewer("security_officer")
    access.stop_queries(officer, reason="一小时内查阅超过 120 人", at=now)
    stop = Stop.objects.get()
    with pytest.raises(Refused, match="同一个人"):
        stopping.resume(officer, stop.pk, reason="我自己知道原因", at=now)
    with pytest.raises(IntegrityError, match="stop_not_lifted_by_its_own_account"), transaction.atomic():
        Stop.objects.update(lifted_by_id=officer.account_id, lifted_at=now, lifted_why="我自己知道原因")


@pytest.mark.django_db
def test_an_alarm_is_settled_once_by_somebody_else_with_a_word_why(viewer, now):
    clerk, officer = viewer("clerk"), viewer("security_officer", name="秦芳")
    look(clerk, 61, at=now)
    (line,) = alarms.alarms(officer)
    for verdict, note in (("explained", "好"), ("", "问过本人，集中核对")):
        with pytest.raises(Refused):
            alarms.settle(officer, line.id, verdict=verdict, note=note, at=now)
    with pytest.raises(Refused, match="不能"):
        alarms.settle(clerk, line.id, verdict="explained", note="问过本人，集中核对", at=now)
    alarms.settle(officer, line.id, verdict="explained", note="问过本人，集中核对", at=now)
    with pytest.raises(Refused, match="已由秦芳处理"):
        alarms.settle(officer, line.id, verdict="breach", note="问过本人，集中核对", at=now)
    (settled,) = alarms.alarms(officer, is_open=False)
    assert (settled.state_label, settled.note) == ("有正当业务", "问过本人，集中核对")
    with pytest.raises(IntegrityError, match="own_account"), transaction.atomic():
        Alarm.objects.update(settled_by=clerk.account_id)
