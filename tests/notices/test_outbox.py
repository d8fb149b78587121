"""From the outbox through the real gateway to the telephone and back, with everything going wrong."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone
from tests import factories
from tests.notices.conftest import PATIENCE, Gateway, new_gateway

from nianlun.access.domain import Refused
from nianlun.jobs import operations as jobs
from nianlun.jobs.models import Job
from nianlun.kernel import outgoing
from nianlun.notices import gateway as client
from nianlun.notices import operations, queries
from nianlun.notices.domain import NO_GATEWAY, Channel, Delivery, MessageState, Said, declare_kind
from nianlun.notices.models import Message, Notice
from nianlun.notices.operations import ASK, SEND
from nianlun.registry.domain import PersonLine

pytestmark = pytest.mark.django_db(transaction=True)

SUPPLEMENT = declare_kind(
    "tests.supplement", "补正通知", sms="您办理的业务需要补正：{title}。请登录查看。", statutory=True
)
PHONE = "13812345678"
Work = Callable[..., int]


def reachable(person: PersonLine, *, phone: str = PHONE) -> PersonLine:
    clerk = factories.staff("clerk")
    factories.purpose(clerk, person.id)
    operations.set_at_counter(
        clerk,
        person.id,
        channel="sms",
        address=phone,
        consented=True,
        proof="居民身份证原件，本人到场",
        at=timezone.now(),
    )
    return person


def told(person: PersonLine, *, key: str = "case-1", title: str = "请补交劳动合同") -> Message:
    notice_id = operations.send(
        person_id=person.id,
        kind=SUPPLEMENT,
        title=title,
        text="还缺 1993 年的劳动合同。",
        about="cases.case",
        about_id="ZY-2026-0001",
        division=person.division,
        key=key,
        at=timezone.now(),
    )
    return Message.objects.get(notice_id=notice_id)


def standing(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    assert message.notice_id is not None
    return message.state, Notice.objects.get(pk=message.notice_id).delivery


def wait_for_result(message: Message) -> None:
    """Until the gateway knows what came of a message."""
    message.refresh_from_db()
    until = time.monotonic() + PATIENCE
    while (report := client.ask(message.gateway_id)) is None or report.said is Said.PENDING:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_message_reaches_the_telephone_and_its_receipt_is_fetched(
    person: PersonLine, gateway: Gateway, work: Work
):
    message = told(reachable(person))
    assert PHONE.encode() not in bytes(message.content_sealed)
    work()
    assert standing(message) == (MessageState.SENT, Delivery.UNDER_WAY)
    arrived = gateway.arrival(message.pk)
    assert (arrived["to"], arrived["text"]) == (PHONE, "您办理的业务需要补正：请补交劳动合同。请登录查看。")
    work(ahead_of_time=ASK)
    assert standing(message) == (MessageState.DELIVERED, Delivery.DELIVERED)
    work(ahead_of_time=ASK)
    assert standing(message) == (MessageState.DELIVERED, Delivery.DELIVERED)


def test_nothing_goes_out_for_somebody_who_did_not_agree(person: PersonLine, gateway: Gateway, work: Work):
    clerk = factories.staff("clerk")
    reachable(person)
    factories.purpose(clerk, person.id)
    assert operations.set_consent(clerk, person.id, channel="sms", consented=False, at=timezone.now())
    operations.send(
        person_id=person.id,
        kind=SUPPLEMENT,
        title="请补交",
        text="请补交。",
        about="",
        about_id="",
        division=person.division,
        key="k",
        at=timezone.now(),
    )
    assert not Message.objects.exists()
    assert Notice.objects.get().delivery == Delivery.INSIDE


@pytest.mark.parametrize("fault", ["error", "hang", "slow", "garbage", "huge"])
def test_a_message_taken_without_a_good_answer_is_offered_again_and_sent_once(
    person: PersonLine, gateway: Gateway, work: Work, fault: str
):
    before = gateway.taken()
    message = told(reachable(person))
    gateway.misbehave(fault)
    work()
    assert standing(message) == (MessageState.QUEUED, Delivery.UNDER_WAY)
    assert message.problem
    gateway.misbehave("none")
    work(ahead_of_time=SEND)
    assert standing(message)[0] == MessageState.SENT
    assert gateway.taken() == before + 1


def test_a_redirect_is_not_followed(person: PersonLine, gateway: Gateway, work: Work):
    before = gateway.taken()
    message = told(reachable(person))
    gateway.misbehave("redirect")
    work()
    assert standing(message)[0] == MessageState.QUEUED
    assert "302" in message.problem
    assert gateway.taken() == before


def test_a_refused_message_waits_for_a_person_and_can_be_sent_again(
    person: PersonLine, gateway: Gateway, work: Work
):
    clerk = factories.staff("clerk")
    message = told(reachable(person))
    gateway.misbehave("refuse")
    work()
    assert standing(message) == (MessageState.FAILED, Delivery.FAILED)
    assert message.problem == "网关拒收：号码在黑名单里。"
    gateway.misbehave("none")
    assert operations.retry(clerk, message.notice_id, at=timezone.now()) == 1
    with pytest.raises(Refused, match="正在发送"):  # a second click
        operations.retry(clerk, message.notice_id, at=timezone.now())
    work()
    again = Message.objects.get(notice_id=message.notice_id, round=2)
    wait_for_result(again)
    work(ahead_of_time=ASK)
    assert standing(again) == (MessageState.DELIVERED, Delivery.DELIVERED)
    with pytest.raises(Refused, match="已经送达"):
        operations.retry(clerk, message.notice_id, at=timezone.now())


def test_without_a_gateway_messages_wait_and_the_first_that_gets_through_wakes_them(
    agency: Any, gateway: Gateway, work: Work, settings: Any
):
    people = [
        reachable(factories.person(agency, name=name), phone=phone)
        for name, phone in (("王芳", "13800000001"), ("李强", "13800000002"))
    ]
    url, settings.GATEWAY_URL = settings.GATEWAY_URL, ""
    first = told(people[0])
    work()
    assert (standing(first)[0], first.problem, first.due_at) == (MessageState.QUEUED, NO_GATEWAY, None)
    assert work() == 0
    settings.GATEWAY_URL = url
    second = told(people[1], key="case-2")
    work()
    assert [standing(one)[0] for one in (first, second)] == [MessageState.SENT, MessageState.SENT]


def test_what_waited_three_days_is_not_sent_late(person: PersonLine, gateway: Gateway, work: Work):
    before = gateway.taken()
    message = told(reachable(person))
    Message.objects.filter(pk=message.pk).update(queued_at=timezone.now() - timedelta(hours=73))
    work()
    assert standing(message) == (MessageState.FAILED, Delivery.FAILED)
    assert gateway.taken() == before


def test_a_wrong_secret_is_told_as_one(person: PersonLine, gateway: Gateway, work: Work, settings: Any):
    settings.GATEWAY_SECRET = "x" * 40
    message = told(reachable(person))
    work()
    assert standing(message)[0] == MessageState.QUEUED
    assert "密钥" in message.problem


def test_a_worker_killed_after_handing_over_sends_nothing_twice(
    person: PersonLine, gateway: Gateway, work: Work
):
    before = gateway.taken()
    message = told(reachable(person))
    job = jobs.lease(kinds=[SEND], holder="dies", at=timezone.now())
    assert job is not None
    outgoing = queries.outgoing(message.pk, number=0, at=timezone.now())
    assert outgoing is not None
    assert isinstance(client.hand_over(outgoing), client.Accepted)  # kill -9 here: nothing is written
    Job.objects.filter(pk=job.id).update(due_at=timezone.now())  # its lease runs out
    work()
    assert standing(message)[0] == MessageState.SENT
    assert gateway.taken() == before + 1


def test_a_worker_process_killed_while_the_gateway_has_not_answered_loses_and_doubles_nothing(
    agency: Any, gateway: Gateway, work: Work
):
    before = gateway.taken()
    for number in range(1, 4):
        who = factories.person(agency, name=f"王芳{number}")
        told(reachable(who, phone=f"1381111000{number}"), key=f"case-{number}")
    gateway.misbehave("hang")
    worker = worker_process(gateway)
    try:
        until = time.monotonic() + PATIENCE
        while gateway.taken() == before:  # the first is taken, and its answer never comes
            assert worker.poll() is None and time.monotonic() < until
            time.sleep(0.05)
    finally:
        worker.kill()
        worker.wait()
    gateway.misbehave("none")
    Job.objects.filter(state="held").update(due_at=timezone.now())  # its lease runs out
    work(ahead_of_time=SEND)
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}
    assert gateway.taken() == before + 3
    for message_id in Message.objects.values_list("pk", flat=True):
        gateway.arrival(message_id)


def worker_process(gateway: Gateway) -> subprocess.Popen[bytes]:
    """`nianlun work` as a process, on the database of this test."""
    own = connection.settings_dict
    address = f"postgresql://{own['USER']}:{own['PASSWORD']}@/{own['NAME']}?host={quote(own['HOST'])}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"{address}&port={own['PORT']}",
        "DJANGO_SETTINGS_MODULE": "nianlun.config.settings.test",
        "NIANLUN_GATEWAY_URL": gateway.address,
        "NIANLUN_GATEWAY_SECRET": gateway.secret,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "nianlun.config.command", "work"], env=environment, stderr=subprocess.DEVNULL
    )


def test_a_gateway_killed_after_its_answer_still_has_the_message(
    person: PersonLine, work: Work, settings: Any, tmp_path: Any
):
    own = new_gateway(tmp_path)
    own.start()
    try:
        settings.GATEWAY_URL, settings.GATEWAY_SECRET = own.address, own.secret
        message = told(reachable(person))
        work()
        own.arrival(message.pk)
        own.end()
        work(ahead_of_time=ASK)
        assert standing(message)[0] == MessageState.SENT
        own.start()
        work(ahead_of_time=ASK)
        assert standing(message)[0] == MessageState.DELIVERED
        assert len(own.arrived()) == own.taken() == 1
    finally:
        own.end()


def test_without_a_receipt_for_three_days_it_is_unknown(person: PersonLine, gateway: Gateway, work: Work):
    gateway.misbehave("silent")
    message = told(reachable(person))
    work()
    for _ in range(6):
        assert standing(message)[0] == MessageState.SENT
        work(ahead_of_time=ASK)
    assert standing(message) == (MessageState.UNKNOWN, Delivery.UNKNOWN)


def test_a_number_that_does_not_exist_fails_with_its_reason(
    person: PersonLine, gateway: Gateway, work: Work
):
    message = told(reachable(person, phone="13800010000"))
    work()
    wait_for_result(message)
    work(ahead_of_time=ASK)
    assert standing(message) == (MessageState.FAILED, Delivery.FAILED)
    assert message.problem == "空号"


def test_the_telephone_of_before_is_told_of_the_new_one(person: PersonLine, gateway: Gateway, work: Work):
    reachable(person)
    reachable(person, phone="13987654321")
    work()
    arrived = gateway.arrival(Message.objects.get().pk)
    assert arrived["to"] == PHONE
    assert "手机号已改为139••••4321" in arrived["text"]
    assert [c.masked for c in queries.contacts(factories.insured(person), person.id)] == ["139••••4321"]
    assert Channel.SMS.label == "短信"


def test_a_gateway_whose_name_leads_elsewhere_is_not_spoken_to(  # S7.4
    person: PersonLine, gateway: Gateway, work: Work, settings: Any, monkeypatch: Any
):
    before = gateway.taken()
    settings.GATEWAY_URL = gateway.address.replace("127.0.0.1", "gateway.example")
    monkeypatch.setitem(outgoing.checked.__kwdefaults__, "resolve", lambda host, port: ["127.0.0.1"])
    message = told(reachable(person))
    work()
    assert standing(message)[0] == MessageState.QUEUED
    assert "gateway.example 解析到 127.0.0.1，不在允许外连的网段" in message.problem
    assert gateway.taken() == before
    settings.OUTGOING = outgoing.read_networks("127.0.0.0/8")
    work(ahead_of_time=SEND)
    assert standing(message)[0] == MessageState.SENT
