"""Where people are reached: confirmed by whom, sealed, masked, and nobody's own to change for another."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from tests import factories
from tests.notices.conftest import Gateway
from tests.notices.test_outbox import PHONE, reachable, told

from nianlun.access.domain import NotVisible, Refused
from nianlun.kernel.cipher import Keyring
from nianlun.notices import operations, queries
from nianlun.notices.domain import Channel, Delivery, NotAContact, NotConfirmed, masked, read_address
from nianlun.notices.models import Code, Contact, Message
from nianlun.registry.operations import also_resealed


@pytest.mark.parametrize(
    ("channel", "typed", "kept"),
    [
        (Channel.SMS, "138 1234-5678", "13812345678"),
        (Channel.SMS, "+86 13812345678", "13812345678"),
        (Channel.EMAIL, " Wang.Fang@Example.COM ", "wang.fang@example.com"),
    ],
)
def test_an_address_is_kept_in_one_form(channel, typed, kept):
    assert read_address(channel, typed) == kept


@pytest.mark.parametrize(
    ("channel", "typed"),
    [
        (Channel.SMS, "1381234567"),
        (Channel.SMS, "12812345678"),
        (Channel.SMS, "１３８１２３４５６７８"),
        (Channel.SMS, "13812345678\n13900000000"),
        (Channel.SMS, ""),
        (Channel.EMAIL, "wang@"),
        (Channel.EMAIL, "wang@example.com,li@example.com"),
        (Channel.EMAIL, "<b>@example.com"),
        (Channel.EMAIL, "a" * 90 + "@example.com"),
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(channel, typed):
    with pytest.raises(NotAContact, match="请核对"):
        read_address(channel, typed)


def test_masked_addresses_give_little_away():
    assert masked(Channel.SMS, PHONE) == "138••••5678"
    assert masked(Channel.EMAIL, "wang@example.com") == "w•••@example.com"


def test_the_database_holds_no_number_in_clear(person):
    told(reachable(person))
    with connection.cursor() as cursor:
        for table in ("notices_contact", "notices_message", "notices_notice", "journal_entry"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")  # noqa: S608  our own names
            (text,) = cursor.fetchone()
            assert PHONE not in text
            assert PHONE.encode().hex() not in text


def test_the_counter_needs_a_purpose_a_proof_and_another_persons_file(person, viewer, now):
    clerk = viewer("clerk")
    at = timezone.now()
    wanted: dict[str, Any] = {"channel": "sms", "address": PHONE, "consented": True, "at": at}
    with pytest.raises(Refused, match="事由"):
        operations.set_at_counter(clerk, person.id, proof="身份证", **wanted)
    factories.purpose(clerk, person.id, at=at)
    with pytest.raises(NotAContact, match="证件"):
        operations.set_at_counter(clerk, person.id, proof=" ", **wanted)
    with pytest.raises(NotVisible):
        operations.set_at_counter(viewer("clerk", scope="130102"), person.id, proof="身份证", **wanted)
    with pytest.raises(Refused):
        operations.set_at_counter(viewer("leader"), person.id, proof="身份证", **wanted)
    factories.registry.link_login(by=None, account_id=clerk.account_id, person_id=person.id, at=now)
    with pytest.raises(Refused, match="本人或登记亲属"):
        operations.set_at_counter(clerk, person.id, proof="身份证", **wanted)
    assert not Contact.objects.exists()


def test_the_full_number_is_shown_with_a_purpose_only_and_noted(person, viewer):
    reachable(person)
    clerk = viewer("clerk")
    with pytest.raises(Refused, match="事由"):
        operations.reveal_address(clerk, person.id, channel="sms", at=timezone.now())
    factories.purpose(clerk, person.id)
    assert operations.reveal_address(clerk, person.id, channel="sms", at=timezone.now()) == PHONE
    with pytest.raises(NotVisible):
        operations.reveal_address(clerk, person.id, channel="email", at=timezone.now())


def test_one_number_for_several_people_is_told_to_the_counter(agency, viewer):
    people = [reachable(factories.person(agency, name=name)) for name in ("王芳", "李强", "赵敏")]
    (line,) = queries.contacts(viewer("clerk"), people[0].id)
    assert line.shared_with == 2


def test_the_earlier_number_stays_on_record(person, viewer):
    reachable(person)
    reachable(person, phone="13987654321")
    lines = queries.contacts(viewer("clerk"), person.id, earlier=True)
    assert [(line.masked, line.until_at is None) for line in lines] == [
        ("139••••4321", True),
        ("138••••5678", False),
    ]


@pytest.mark.django_db(transaction=True)
class TestOwnNumber:
    """An insured person registers the own telephone with a code."""

    @pytest.fixture
    def own(self, person):
        return factories.insured(person)

    def code(self, gateway: Gateway, work: Any) -> str:
        work()
        text = gateway.arrival(Message.objects.get().pk)["text"]
        found = re.search(r"验证码 (\d{6})，", text)
        assert found, text
        return found[1]

    def test_the_code_that_arrives_confirms_the_number(self, own, person, gateway, work):
        at = timezone.now()
        operations.request_code(own, channel="sms", address=PHONE, at=at)
        number = self.code(gateway, work)
        assert bytes(Message.objects.get().content_sealed) == b""
        assert operations.confirm_code(own, channel="sms", number=number, at=at) == ""
        (line,) = queries.contacts(own, person.id)
        assert (line.masked, line.consented, line.confirmed_by.value) == ("138••••5678", True, "code")
        assert "重新要一个" in operations.confirm_code(own, channel="sms", number=number, at=at)

    def test_five_wrong_tries_void_the_code(self, own, gateway, work):
        at = timezone.now()
        operations.request_code(own, channel="sms", address=PHONE, at=at)
        number = self.code(gateway, work)
        wrong = "000000" if number != "000000" else "111111"
        answers = [operations.confirm_code(own, channel="sms", number=wrong, at=at) for _ in range(5)]
        assert "还可以试 1 次" in answers[3]
        assert "作废" in answers[4]
        assert operations.confirm_code(own, channel="sms", number=number, at=at)
        assert not Contact.objects.exists()

    def test_after_five_minutes_the_code_is_over(self, own, gateway, work):
        at = timezone.now()
        operations.request_code(own, channel="sms", address=PHONE, at=at)
        number = self.code(gateway, work)
        late = at + timedelta(minutes=5)
        assert "失效" in operations.confirm_code(own, channel="sms", number=number, at=late)
        assert not Contact.objects.exists()

    def test_a_code_that_could_not_go_out_in_time_never_does(self, own, gateway, work):
        taken = gateway.taken()
        operations.request_code(own, channel="sms", address=PHONE, at=timezone.now() - timedelta(minutes=6))
        work()
        assert gateway.taken() == taken
        assert Message.objects.get().state == "failed"

    def test_codes_are_few_for_a_person_and_for_a_number(self, own, agency, gateway):
        at = timezone.now()
        operations.request_code(own, channel="sms", address=PHONE, at=at)
        with pytest.raises(NotConfirmed, match="一分钟"):
            operations.request_code(own, channel="sms", address="13900000001", at=at)
        for number in range(1, 5):
            later = at + timedelta(minutes=2 * number)
            operations.request_code(own, channel="sms", address=PHONE, at=later)
        with pytest.raises(NotConfirmed, match="一天最多"):
            operations.request_code(own, channel="sms", address=PHONE, at=at + timedelta(hours=2))
        other = factories.insured(factories.person(agency, name="李娜"))
        with pytest.raises(NotConfirmed, match="一天最多"):
            operations.request_code(other, channel="sms", address=PHONE, at=at + timedelta(hours=2))
        assert Code.objects.filter(ended_at=None).count() == 1

    def test_without_a_gateway_the_counter_is_named(self, own):
        with pytest.raises(NotConfirmed, match="窗口"):
            operations.request_code(own, channel="sms", address=PHONE, at=timezone.now())


def test_addresses_and_messages_follow_a_change_of_keys(person, settings, tmp_path):
    path = tmp_path / "keyring.json"
    path.write_text(settings.KEYRING.read_text())
    settings.KEYRING = path
    message = told(reachable(person))
    Keyring.load(path).rotate(path)
    at = timezone.now()
    assert [reseal(at=at).left for _, reseal in also_resealed] == [0] * len(also_resealed)
    clerk = factories.staff("clerk")
    assert queries.contacts(clerk, person.id)[0].masked == "138••••5678"
    file = queries.notice_file(clerk, message.notice_id)
    assert (file.messages[0].masked_to, file.line.delivery) == ("138••••5678", Delivery.UNDER_WAY)
    assert Contact.objects.get().key_version == Message.objects.get().key_version == 2
