"""Telling somebody something: once, to the right person, in words that may go out."""

import pytest
from django.db import IntegrityError, connection, transaction
from tests import factories

from nianlun.access.domain import NotVisible, Refused, Role
from nianlun.kernel.identifiers import uuid7
from nianlun.notices import operations, queries
from nianlun.notices.domain import Delivery, NotSendable, declare_kind
from nianlun.registry import queries as registry

SUPPLEMENT = declare_kind(
    "tests.supplement", "补正通知", sms="您办理的业务需要补正：{title}。请登录查看。", statutory=True
)
INSIDE = declare_kind("tests.inside", "办理进度")


def told(
    person, *, key="case-1:supplement", kind=INSIDE, title="请补交劳动合同", text="还缺劳动合同。", at
):
    return operations.send(
        person_id=person.id,
        kind=kind,
        title=title,
        text=text,
        about="转移接续",
        about_id="ZY-2026-0001",
        division=person.division,
        key=key,
        at=at,
    )


def test_the_person_finds_the_notice_and_reading_it_is_noted_once(person, now):
    own = factories.insured(person)
    notice_id = told(person, at=now)
    (line,) = queries.of_person(own, person.id)
    assert (line.title, line.read_at, line.delivery) == ("请补交劳动合同", None, Delivery.INSIDE)
    assert queries.unread_count(own) == 1
    operations.mark_read(own, notice_id, at=now)
    operations.mark_read(own, notice_id, at=now.replace(hour=9))
    line = queries.notice_of_person(own, person.id, notice_id)
    assert (line.read_at, line.delivery) == (now, Delivery.READ)
    assert queries.unread_count(own) == 0


def test_the_same_key_tells_once(person, now):
    first = told(person, at=now)
    assert told(person, at=now) == first
    assert len(queries.of_person(factories.insured(person), person.id)) == 1


def test_a_key_is_not_taken_for_two_people(person, agency, now):
    told(person, at=now)
    with pytest.raises(NotSendable, match="另一个人"):
        told(factories.person(agency, name="李娜"), at=now)


def test_what_is_rolled_back_was_never_said(person, now):
    with pytest.raises(RuntimeError), transaction.atomic():
        told(person, at=now)
        raise RuntimeError
    assert queries.unread_count(factories.insured(person)) == 0


def test_another_person_neither_finds_it_nor_marks_it(person, agency, now):
    notice_id = told(person, at=now)
    stranger = factories.insured(factories.person(agency, name="李娜"))
    with pytest.raises(NotVisible):
        queries.of_person(stranger, person.id)
    with pytest.raises(NotVisible):
        operations.mark_read(stranger, notice_id, at=now)


def test_staff_see_the_notices_of_people_in_their_scope_only(person, viewer, now):
    told(person, at=now)
    assert len(queries.of_person(viewer("clerk"), person.id)) == 1
    with pytest.raises(NotVisible):
        queries.of_person(viewer("clerk", scope="130102"), person.id)
    with pytest.raises(Refused):
        queries.of_person(viewer("finance"), person.id)


@pytest.mark.parametrize(
    ("title", "text", "says"),
    [
        ("", "有话", "标题"),
        ("字" * 61, "有话", "61 个"),
        ("标题", "字" * 2001, "2001 个"),
        ("标题\n第二行", "有话", "控制字符"),
        ("标题\u202e反写", "有话", "控制字符"),
        ("标题", "前\x00后", "控制字符"),
        ("标题", "证件号 130606196604281234 有误", "身份证号"),
    ],
)
def test_words_that_may_not_go_out_are_refused_in_a_sentence(person, now, title, text, says):
    with pytest.raises(NotSendable, match=says):
        told(person, title=title, text=text, at=now)


def test_a_long_case_number_is_no_identity_number(person, now):
    told(person, text="办件编号 202611230000000123。\n请于 15 日内补正。", at=now)


def test_an_amount_goes_out_only_by_a_kind_that_allows_it(person, now):
    with pytest.raises(NotSendable, match="金额"):
        told(person, kind=SUPPLEMENT, title="请退回 3,200.00 元", at=now)
    told(person, kind=INSIDE, title="请退回 3,200.00 元", at=now)


def test_a_kind_nobody_declared_cannot_be_sent(person, now):
    with pytest.raises(NotSendable, match="没有"):
        told(person, kind="tests.never_declared", at=now)


def test_a_template_names_nothing_but_title_and_kind():
    with pytest.raises(ValueError, match="identity_number"):
        declare_kind("tests.bad", "坏的", sms="{title}{identity_number}")
    with pytest.raises(ValueError, match="already declared"):
        declare_kind("tests.inside", "另一个名字")


def test_a_post_is_told_once_where_its_scope_covers_the_division(viewer, now):
    here, city, away = (viewer("leader", scope=s) for s in ("130606", "1306", "130102"))
    extra = viewer("clerk")
    call = {
        "account_ids": [extra.account_id],
        "role": Role.LEADER,
        "division": "130606",
        "kind": INSIDE,
        "title": "有一件等您审批",
        "text": "请在今天处理。",
        "key": "case-1:approve",
        "at": now,
    }
    assert operations.tell_staff(**call) == 3
    assert operations.tell_staff(**call) == 0
    assert [queries.unread_count(v) for v in (here, city, away, extra)] == [1, 1, 0, 1]
    (line,) = queries.of_account(here)
    operations.mark_staff_read(here, line.id, at=now)
    assert queries.unread_count(here) == 0
    with pytest.raises(NotVisible):
        operations.mark_staff_read(city, line.id, at=now)


def test_the_database_keeps_no_notice_that_says_nothing(person, now):
    notice_id = told(person, at=now)
    with (
        pytest.raises(IntegrityError, match="notice_says_something"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE notices_notice SET text = '' WHERE id = %s", [notice_id])


def test_unknown_people_are_told_nothing(person, now):
    known = registry.system_person(person.id)
    with pytest.raises(NotVisible):
        operations.send(
            person_id=uuid7(),
            kind=INSIDE,
            title="无人",
            text="无人",
            about="",
            about_id="",
            division=known.division,
            key="nobody",
            at=now,
        )
