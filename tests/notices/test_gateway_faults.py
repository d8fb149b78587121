"""The real gateway program, started with each of its faults, calling back a real server: what we then hold true.

Nothing goes out twice, nothing that a receipt denies counts as delivered, and what nobody will deliver any more
waits for a person, with the next step on its page.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests import factories
from tests.notices.conftest import PATIENCE, Gateway, new_gateway
from tests.notices.test_outbox import PHONE, Work, reachable, standing, told, wait_for_result

from nianlun.notices import gateway as client
from nianlun.notices.domain import Delivery, MessageState
from nianlun.notices.models import Message, Receipt
from nianlun.notices.operations import ASK, SEND
from nianlun.registry.domain import PersonLine
from nianlun_partners.gateway.faults import FAULTS

pytestmark = pytest.mark.django_db(transaction=True)
QUEUED = (MessageState.QUEUED, Delivery.UNDER_WAY)
SENT = (MessageState.SENT, Delivery.UNDER_WAY)
DELIVERED = (MessageState.DELIVERED, Delivery.DELIVERED)
FAILED = (MessageState.FAILED, Delivery.FAILED)
CONTRADICTORY = (MessageState.FAILED, Delivery.CONTRADICTORY)

COMES_TO: dict[str, tuple[tuple[str, str], int, int]] = {
    # after the first try and the receipts that come by themselves: where it stands, taken, on the telephone
    "none": (DELIVERED, 1, 1),
    "refuse": (FAILED, 0, 0),
    "error": (DELIVERED, 1, 1),  # its receipt comes though its answer was none
    "hang": (DELIVERED, 1, 1),
    "slow": (DELIVERED, 1, 1),
    "garbage": (DELIVERED, 1, 1),
    "huge": (DELIVERED, 1, 1),
    "redirect": (QUEUED, 0, 0),
    "silent": (SENT, 1, 1),
    "lose": (FAILED, 1, 0),
    "lie": (DELIVERED, 1, 0),  # the gateway's word against nobody's: see below
    "duplicate": (DELIVERED, 1, 1),
    "contradict": (CONTRADICTORY, 1, 1),
    "stray": (DELIVERED, 1, 1),
    "forge": (SENT, 1, 1),
    "replay": (DELIVERED, 1, 1),
}


@pytest.fixture
def started(
    live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[[str], Gateway]]:
    """`started(fault)`: the program with this fault, whose receipts come to this very site."""
    monkeypatch.setattr(client, "STEP_SECONDS", 0.5)
    monkeypatch.setattr(client, "AT_MOST_SECONDS", 0.8)
    with contextlib.ExitStack() as running:

        def start(fault: str) -> Gateway:
            made = new_gateway(tmp_path, callback=f"{live_server.url}/gateway/receipts/", fault=fault)
            made.start()
            running.callback(made.end)
            settings.GATEWAY_URL, settings.GATEWAY_SECRET = made.address, made.secret
            return made

        yield start


def comes_to(message: Message, wanted: tuple[str, str]) -> tuple[str, str]:
    """Where it stands once it stands there, or at last."""
    until = time.monotonic() + PATIENCE
    while (found := standing(message)) != wanted and time.monotonic() < until:
        time.sleep(0.02)
    return found


def page_of(message: Message) -> str:
    who = factories.staff("clerk")
    factories.purpose(who, message.notice.person_id)
    clerk: Client = factories.client_of(who)
    return clerk.get(f"/notices/{message.notice_id}/").content.decode()


def test_every_fault_of_the_program_is_tried():
    assert set(COMES_TO) == set(FAULTS)


@pytest.mark.parametrize("fault", COMES_TO)
def test_whatever_the_gateway_does_it_has_the_message_once_and_we_hold_true_what_it_said(
    person: PersonLine, started: Callable[[str], Gateway], work: Work, fault: str
):
    gateway = started(fault)
    wanted, taken, shown = COMES_TO[fault]
    message = told(reachable(person))
    work()
    assert comes_to(message, wanted) == wanted
    if shown:
        gateway.arrival(message.pk)  # where no receipt tells of it, the network takes its moment
    time.sleep(0.1 if fault in {"duplicate", "contradict", "stray", "replay", "forge"} else 0)
    assert standing(message) == wanted
    work(ahead_of_time=SEND)  # a try that was planned before the receipt came
    assert (gateway.taken(), len(gateway.arrived())) == (taken, shown)
    assert standing(message) == wanted


@pytest.mark.parametrize("fault", ["lose", "contradict", "refuse"])
def test_what_did_not_arrive_says_so_and_offers_the_next_step(
    person: PersonLine, started: Callable[[str], Gateway], work: Work, fault: str
):
    started(fault)
    wanted = COMES_TO[fault][0]
    message = told(reachable(person))
    work()
    assert comes_to(message, wanted) == wanted
    page = page_of(message)
    assert wanted[1].label in page
    assert "重新发送" in page
    assert "改为书面送达" in page
    assert PHONE not in page
    listed = factories.client_of(factories.staff("clerk")).get("/notices/?show=todo").content.decode()
    assert f"/notices/{message.notice_id}/" in listed


@pytest.mark.parametrize("fault", ["silent", "forge"])
def test_without_a_receipt_that_can_be_believed_it_ends_unknown_or_by_being_asked(
    person: PersonLine, started: Callable[[str], Gateway], work: Work, fault: str
):
    gateway = started(fault)
    message = told(reachable(person))
    work()
    assert comes_to(message, SENT) == SENT
    gateway.arrival(message.pk)
    if fault == "forge":  # what it says when asked, over a connection of ours, is its word
        wait_for_result(message)
        assert standing(message) == SENT
        work(ahead_of_time=ASK)
        assert standing(message) == DELIVERED
        return
    for _ in range(6):
        work(ahead_of_time=ASK)
    assert standing(message) == (MessageState.UNKNOWN, Delivery.UNKNOWN)
    assert "没有回执" in page_of(message)
    assert "改为书面送达" in page_of(message)


def test_receipts_sent_twice_count_once(person: PersonLine, started: Callable[[str], Gateway], work: Work):
    started("duplicate")
    message = told(reachable(person))
    work()
    assert comes_to(message, DELIVERED) == DELIVERED
    time.sleep(0.2)
    assert Receipt.objects.filter(message=message).count() == 1


def test_a_lie_is_told_as_the_gateways_word_and_paper_stays_open(
    person: PersonLine, started: Callable[[str], Gateway], work: Work
):
    gateway = started("lie")
    message = told(reachable(person))
    work()
    assert comes_to(message, DELIVERED) == DELIVERED
    assert gateway.arrived() == []
    page = page_of(message)
    assert "网关称已送达" in page
    assert "还没有" in page  # seen by the person
    assert "改为书面送达" in page


def test_a_message_that_is_late_goes_out_once_under_its_key(
    person: PersonLine, started: Callable[[str], Gateway], work: Work
):
    gateway = started("slow")
    message = told(reachable(person))
    for _ in range(3):
        work(ahead_of_time=SEND)
    assert comes_to(message, DELIVERED) == DELIVERED
    assert (gateway.taken(), len(gateway.arrived())) == (1, 1)
