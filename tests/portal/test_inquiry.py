"""Anybody asks by number and name; few may ask often, nobody may find out who is insured (S1.8)."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests import factories

from nianlun.journal import queries as journal
from nianlun.kernel.identity import IdentityNumber
from nianlun.portal import challenges, inquiring
from nianlun.portal.challenges import Kind
from nianlun.portal.inquiring import DocumentKind, kind_of
from nianlun.portal.models import Challenge, Inquiry

pytestmark = pytest.mark.django_db
NOBODYS = "130606196604280999"


@pytest.fixture
def number():
    return factories.identity_number()


@pytest.fixture
def zhou(agency, number):
    """Paid from 2010-01 to 2015-12 and, after a gap, in 2018."""
    line = factories.person(agency, name="周桂兰", sex="male", number=number)
    mill = factories.employer("保定市第二棉纺厂", at_agency=agency)
    factories.pay(line.id, employer_id=mill, since="2010-01", until="2016-01")
    factories.pay(line.id, employer_id=mill, since="2018-01", until="2019-01")
    return line


def question(client: Client, *, kind: Kind = Kind.DIGITS) -> Challenge:
    page = client.post(reverse("portal:inquiry"), {"step": kind.value}).content.decode()
    return Challenge.objects.get(pk=re.search(r'name="challenge" value="([^"]+)"', page)[1])


def ask(number: str, name: str, /, *, client: Client | None = None, address: str = "192.0.2.1", **more):
    """Fill the form in and answer the challenge rightly, unless something else is sent."""
    client = client or Client(REMOTE_ADDR=address)
    challenge = question(client)
    form = {
        "step": "ask",
        "kind": "resident",
        "number": number,
        "name": name,
        "challenge": str(challenge.pk),
        "asked": challenge.kind,
        "answer": challenge.answer,
    }
    return client.post(reverse("portal:inquiry"), {**form, **more})


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_number_and_name_together_are_answered_with_months_sums_and_gaps(zhou, number):
    answer = ask(number, "周桂兰")
    page = text(answer)
    assert answer.status_code == 200
    assert "7 年 0 个月" in page.replace("  ", " ")
    assert "4,656.96 元" in page  # 84 months of 55.44
    assert "2016-01 起有 24 个月空缺" in page
    assert "no-store" in answer["Cache-Control"]
    for told_too_much in ("周桂兰", number, zhou.masked_identity_number, "棉纺厂"):
        assert told_too_much not in answer.content.decode()


def test_only_the_months_that_were_asked_for_are_listed(zhou, number):
    page = ask(number, "周桂兰", since="2012-03", until="2013-02").content.decode()
    assert re.findall(r"<li><b>(\d{4})</b>", page) == ["2013", "2012"]
    assert "其中有记录 12 个月" in page


def test_the_person_sees_that_somebody_asked_and_the_page_says_so(zhou, number, viewer):
    assert "谁看过我的档案" in text(ask(number, "周桂兰"))
    [seen] = journal.reads_of_person(zhou.id)
    assert (seen.agency_name, seen.role_label) == ("公众查询", "免登录查询")
    assert seen.purpose == "凭证件号码和姓名查询"
    near, far = (journal.entries(scope=scope, action=inquiring.ANSWERED) for scope in ("130606", "130102"))
    assert [len(near), len(far)] == [1, 0]


def test_a_wrong_name_and_a_number_nobody_has_are_answered_alike(zhou, number):
    unknown = factories.identity_number()
    wrong, nothing = ask(number, "王秀英"), ask(unknown, "王秀英", address="192.0.2.2")
    assert wrong.status_code == nothing.status_code == 404
    assert abs(len(wrong.content) - len(nothing.content)) <= 40
    plain = [text(one).replace(which, "") for one, which in ((wrong, number), (nothing, unknown))]
    assert plain[0] == plain[1]
    assert journal.reads_of_person(zhou.id) == []  # who was not answered has seen nothing
    tried = journal.entries(scope="130606", action=inquiring.UNANSWERED)
    assert sorted(line.person_id == zhou.id for line in tried) == [False, True]


def test_both_ask_the_database_equally_often(zhou, number, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for asked_for in (number, factories.identity_number()):
        asked, _ = inquiring.read({"kind": "resident", "number": asked_for, "name": "王秀英"})
        with CaptureQueriesContext(connection) as made:
            assert inquiring.answer(asked, at=timezone.now()) is None
        counts.append(len(made))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_question_serves_once_whether_answered_rightly_or_not(kind):
    at = timezone.now()
    for first in (True, False):
        asked = challenges.ask(kind, at=at)
        right = Challenge.objects.get(pk=asked.id).answer
        assert challenges.answered(asked.id, right if first else "x", at=at) is first
        assert challenges.answered(asked.id, right, at=at) is False


def test_after_five_minutes_it_is_over():
    at = timezone.now()
    asked = challenges.ask(Kind.DIGITS, at=at)
    right = Challenge.objects.get(pk=asked.id).answer
    assert challenges.answered(asked.id, right, at=at + timedelta(minutes=5)) is False
    for shown in (challenges.picture, challenges.sound):
        with pytest.raises(challenges.NoChallenge):
            shown(asked.id, at=at)


def test_a_wrong_answer_looks_nothing_up_and_brings_another_question(zhou, number):
    client = Client()
    answer = ask(number, "周桂兰", client=client, answer="99999")
    assert answer.status_code == 422
    assert "验证码不对" in text(answer)
    assert journal.entries(scope="130606", action=inquiring.ANSWERED) == []
    assert not Inquiry.objects.filter(by="number").exists()
    page = answer.content.decode()
    assert f'value="{number}"' in page  # nothing typed is lost


def test_ten_inquiries_a_day_about_a_number_from_wherever_they_come(zhou, number):
    for turn in range(10):
        assert ask(number, "周桂兰", address=f"192.0.2.{turn + 1}").status_code == 200
    stopped = ask(number, "周桂兰", address="198.51.100.7")
    assert stopped.status_code == 429
    assert "24 小时内已查询 10 次" in text(stopped)
    other = factories.identity_number()
    assert ask(other, "周桂兰", address="198.51.100.7").status_code == 404
    Inquiry.objects.update(at=timezone.now() - timedelta(hours=24, minutes=1))
    assert ask(number, "周桂兰").status_code == 200


def test_a_number_nobody_has_is_limited_in_the_same_words(zhou, number):
    said = []
    for asked_for in (number, factories.identity_number()):
        for turn in range(10):
            ask(asked_for, "王秀英", address=f"192.0.2.{turn + 1}")
        stopped = ask(asked_for, "王秀英", address="198.51.100.9")
        said.append((stopped.status_code, text(stopped).replace(asked_for, "")))
    assert said[0] == said[1]


def test_thirty_an_hour_from_one_source_whatever_it_calls_itself():
    for turn in range(30):
        client = Client(
            REMOTE_ADDR="203.0.113.5", HTTP_X_FORWARDED_FOR=f"198.51.100.{turn}", HTTP_USER_AGENT=f"a{turn}"
        )
        assert ask(factories.identity_number(), "王秀英", client=client, answer="0").status_code == 422
    again = Client(REMOTE_ADDR="203.0.113.5", HTTP_X_FORWARDED_FOR="198.51.100.99", HTTP_USER_AGENT="b")
    assert ask(factories.identity_number(), "王秀英", client=again).status_code == 429
    assert ask(factories.identity_number(), "王秀英", address="203.0.113.6").status_code == 404


def test_the_counters_hold_no_number_and_no_address(zhou, number):
    ask(number, "周桂兰", address="203.0.113.5")
    kept = " ".join(str(bytes(row.digest)) for row in Inquiry.objects.all())
    assert number not in kept
    assert "203.0.113.5" not in kept
    assert Inquiry.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("number", "13060619660428", "应为 18 位"),
        ("number", "", "没有填写"),
        ("name", " ", "请填写姓名"),
        ("since", "2012", "年月应写成"),
        ("until", "1700-01", "年份应在"),
        ("kind", "passport", "请选择证件类型"),
        ("kind", "foreigner", "居民身份证的号码"),
    ],
)
def test_what_is_filled_in_wrongly_is_said_at_the_field_and_the_question_stays(
    number, field, value, sentence
):
    client = Client()
    answer = ask(number, "周桂兰", client=client, **{field: value})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert Challenge.objects.count() == 1
    assert not Inquiry.objects.exists()


def test_months_the_wrong_way_round_are_told(number):
    assert "止月早于起月" in text(ask(number, "周桂兰", since="2015-01", until="2014-12"))


@pytest.mark.parametrize("sent", ["", "x", "00000000-0000-0000-0000-000000000000", "\x00"])
def test_a_form_without_a_question_gets_one(number, sent):
    answer = ask(number, "周桂\x00兰", challenge=sent)
    assert answer.status_code == 422
    assert "验证码不对" in text(answer)


def test_the_question_can_be_seen_heard_or_read_as_a_sum():
    client = Client()
    digits = question(client)
    picture = client.get(reverse("portal:inquiry-picture", args=[digits.pk]))
    sound = client.get(reverse("portal:inquiry-sound", args=[digits.pk]))
    assert picture.content.startswith(b"\x89PNG")
    assert sound.content.startswith(b"RIFF")
    assert picture["X-Content-Type-Options"] == "nosniff"
    assert picture.content == client.get(reverse("portal:inquiry-picture", args=[digits.pk])).content
    in_words = question(client, kind=Kind.SUM)
    assert re.fullmatch(r"[一二三四五六七八九][加减][一二三四五六七八九]等于几？", in_words.text)
    assert client.get(reverse("portal:inquiry-picture", args=[in_words.pk])).status_code == 404
    missing = UUID("019b76da-0000-7000-8000-000000000000")
    assert client.get(reverse("portal:inquiry-sound", args=[missing])).status_code == 404


@pytest.mark.parametrize("written", ["12", "１２", " 12 ", "十二", "1 2"])
def test_a_sum_may_be_answered_in_any_spelling(written):
    asked = challenges.ask(Kind.SUM, at=timezone.now())
    Challenge.objects.filter(pk=asked.id).update(answer="12")
    assert challenges.answered(asked.id, written, at=timezone.now())


@pytest.mark.parametrize("written", ["十二一", "十十", "二十一二", "零十", "十零", "\x00", "١٢", "²"])
def test_what_is_no_number_is_a_wrong_answer_and_uses_the_question_up(agency, number, written):
    client = Client(raise_request_exception=False)
    challenge = question(client)
    answer = ask(number, "周桂兰", client=client, challenge=str(challenge.pk), answer=written)
    assert answer.status_code == 422
    assert "验证码不对" in text(answer)
    assert not Challenge.objects.filter(pk=challenge.pk).exists()


def test_who_chose_large_letters_gets_the_sum_at_once():
    client = Client()
    client.cookies["look"] = "elder"
    assert "等于几？" in text(client.get(reverse("portal:inquiry")))
    client.cookies["look"] = "light"
    assert "等于几？" not in text(client.get(reverse("portal:inquiry")))


def test_numbers_of_three_documents_are_told_apart():
    first17 = {
        "11010519491231002": DocumentKind.RESIDENT,
        "81000019491231002": DocumentKind.HONG_KONG_MACAO_TAIWAN,
    }
    from nianlun.kernel.identity import check_character

    for digits, kind in first17.items():
        assert kind_of(IdentityNumber(digits + check_character(digits))) is kind
