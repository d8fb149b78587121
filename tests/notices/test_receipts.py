"""The gateway's receipts: believed when signed, once, and never where they contradict each other."""

import json
import secrets
import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.notices.test_outbox import reachable, standing, told

from nianlun.notices import operations, queries
from nianlun.notices.domain import Delivery, MessageState, Said, after_receipt
from nianlun.notices.domain import standing as notice_standing
from nianlun.notices.gateway import Accepted
from nianlun.notices.models import Message, Receipt
from nianlun.registry.domain import PersonLine
from nianlun_partners.gateway.signing import signed

SECRET = secrets.token_hex(20)
PATH = "/gateway/receipts/"


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.GATEWAY_URL, settings.GATEWAY_SECRET = "http://127.0.0.1:9", SECRET


@pytest.fixture
def message(person: PersonLine) -> Message:
    """One that the gateway has taken as g-1."""
    made = told(reachable(person))
    operations.conclude_try(made.pk, number=0, answer=Accepted("g-1"), at=timezone.now())
    return made


def report(message: Message, said: str = "delivered", *, receipt: str = "r-1", **other: str) -> bytes:
    content = {"receipt": receipt, "id": "g-1", "key": str(message.pk), "state": said, "reason": ""}
    return json.dumps(content | other).encode()


def call(body: bytes, *, secret: str = SECRET, path: str = PATH, ago: float = 0) -> Any:
    headers = signed(secret.encode(), method="POST", path=path, body=body, now=time.time() - ago)
    return Client().post(PATH, body, content_type="application/json", headers=headers)


def test_a_signed_receipt_is_believed(message: Message):
    answer = call(report(message))
    assert (answer.status_code, answer.json()) == (200, {"verdict": "taken"})
    assert standing(message) == (MessageState.DELIVERED, Delivery.DELIVERED)


def test_the_very_same_call_is_refused_and_the_same_receipt_counts_once(message: Message):
    assert [call(report(message)).status_code for _ in range(2)] == [200, 409]
    again = call(report(message), ago=2)  # signed anew: another call, the same receipt
    assert again.json() == {"verdict": "known"}
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"secret": "another"}, 401),
        ({"path": "/somewhere/else/"}, 401),
        ({"ago": 400}, 401),
        ({"ago": -400}, 401),
    ],
)
def test_what_is_not_signed_for_here_and_now_moves_nothing(
    message: Message, wrong: dict[str, Any], status: int
):
    assert call(report(message), **wrong).status_code == status
    assert standing(message)[0] == MessageState.SENT


def test_a_call_without_signature_or_gateway_is_refused(message: Message, settings: Any):
    assert Client().post(PATH, report(message), content_type="application/json").status_code == 401
    settings.GATEWAY_URL = ""
    assert call(report(message)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"7",
        b"{}",
        b"\xff\xfe",
        b'{"id": null}',
        b"[" * 5000,
        b'{"state": "delivered", "key": 1}',
    ],
)
def test_what_cannot_be_read_is_a_bad_request_and_no_fault(db: None, body: bytes):
    assert call(body).status_code == 400


def test_a_long_call_is_not_read(db: None):
    assert call(b" " * 20_000).status_code == 413


@pytest.mark.parametrize(
    "other", [{"key": "8f14e45f-ceea-4672-a0f5-6d9b3b9a5c11"}, {"key": "no-key"}, {"id": "g-2"}]
)
def test_a_receipt_on_nothing_of_ours_is_kept_and_moves_nothing(message: Message, other: dict[str, str]):
    assert call(report(message, **other)).status_code == 404
    assert standing(message)[0] == MessageState.SENT
    assert queries.stray_receipts(since=message.queued_at) == 1


@pytest.mark.parametrize("order", [("delivered", "failed"), ("failed", "delivered")])
def test_receipts_that_contradict_each_other_are_shown_as_that(message: Message, order: tuple[str, str]):
    for number, said in enumerate(order):
        assert call(report(message, said, receipt=f"r-{number}")).status_code == 200
    assert standing(message) == (MessageState.FAILED, Delivery.CONTRADICTORY)
    assert message.contradictory


def test_a_receipt_that_overtakes_the_gateways_answer_is_not_lost(person: PersonLine):
    message = told(reachable(person))
    assert call(report(message)).status_code == 200
    operations.conclude_try(message.pk, number=0, answer=Accepted("g-1"), at=timezone.now())
    assert standing(message) == (MessageState.DELIVERED, Delivery.DELIVERED)


def test_a_gateway_that_repeats_the_number_in_its_reason_does_not_bring_it_onto_the_page(message: Message):
    call(report(message, "failed", reason="13812345678 空号，见 wang@example.com"))
    standing(message)
    assert message.problem == "•••• 空号，见 •••"


said = st.lists(st.sampled_from(list(Said)), max_size=5)


@given(said)
def test_no_order_of_receipts_turns_a_failure_into_a_delivery(heard):
    state, twisted, failed = MessageState.SENT, False, False
    for each in heard:
        state, twisted = (
            (outcome := after_receipt(state, contradictory=twisted, said=each)).state,
            outcome.contradictory,
        )
        failed |= each is Said.FAILED
        assert not (failed and state is MessageState.DELIVERED)
    assert twisted == ({Said.DELIVERED, Said.FAILED} <= set(heard))


states = st.tuples(
    st.sampled_from(["sms", "email"]),
    st.integers(1, 2),
    st.sampled_from(list(MessageState)),
    st.just(False),
)


@given(st.lists(states, max_size=4, unique_by=lambda m: m[:2]))
def test_a_notice_is_delivered_only_if_a_latest_message_is_and_paper_outweighs_all(messages):
    latest = {c: (n, s) for c, n, s, _ in sorted(messages)}
    found = notice_standing(messages, read=False, served=False)
    assert (found is Delivery.DELIVERED) == any(s is MessageState.DELIVERED for _, s in latest.values())
    assert notice_standing(messages, read=True, served=True) is Delivery.SERVED
    assert notice_standing(messages[::-1], read=False, served=False) is found
