"""What overseers see of the agency's business, and the working-day calendar on its pages."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import factories
from tests.business.counter import NOON, accepted, passed, version_of
from tests.business.test_calendar import LONGER_HOLIDAY, NEXT_YEAR
from tests.desk.casework import words

from nianlun.access.domain import Refused
from nianlun.cases import hands, statistics
from nianlun.cases.domain.types import Step
from nianlun.cases.models import CalendarYear, Case, CloseCall
from nianlun.cases.operations import deciding, holding, pausing

pytestmark = pytest.mark.django_db

LONG_AGO, LATER = NOON - timedelta(days=30), NOON + timedelta(days=60)


def send_back(counter, case_id, reason):
    deciding.send_back(
        case_id,
        by=counter.reviewer,
        version=version_of(counter, case_id),
        to=Step.FIRST_REVIEW,
        text=reason,
        at=counter.tick(),
    )


# Who holds what, and for how long


def test_what_each_has_in_hand_is_counted_and_what_nobody_took_by_state(counter, person):
    mine, *others = [accepted(counter, "person_change", person_id=factories.person().id) for _ in range(3)]
    holding.take(mine, by=counter.clerk, version=version_of(counter, mine), at=counter.tick())
    due = Case.objects.get(pk=mine).due_on
    [in_hand, waiting] = statistics.held(counter.leader, on=due + timedelta(days=1))
    assert (in_hand.name, in_hand.cases, in_hand.overdue) == (counter.clerk.name, 1, 1)
    assert (waiting.name, waiting.state.value, waiting.cases) == ("", "first_review", len(others))


def test_a_step_takes_its_working_days_without_weekends_and_pauses(counter, person):
    case_id = accepted(counter, person_id=person.id)  # a Wednesday
    counter.tick(days=1)  # Thursday: papers are asked for
    pausing.ask_supplement(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        missing=[],
        text="补交退休申请表原件",
        at=counter.at,
    )
    counter.tick(days=6)  # Wednesday
    pausing.resume(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.at)
    counter.tick(days=2)  # Friday
    passed(counter, case_id, "clerk")
    counter.tick(days=3)  # Monday
    passed(counter, case_id, "reviewer")
    found = {one.step: one for one in statistics.taken(counter.leader, since=LONG_AGO, until=LATER)}
    assert found[Step.FIRST_REVIEW].median == Decimal(3)  # Thursday; Thursday and Friday
    assert found[Step.SECOND_REVIEW].median == Decimal(1)
    assert Step.APPROVAL not in found


def test_the_median_and_the_ninetieth_are_told_apart(counter):
    for days in (0, 1, 1, 5):
        case_id = accepted(counter, person_id=factories.person().id)
        begun = counter.at
        counter.tick(days=days)
        passed(counter, case_id, "clerk")
        counter.at = begun
    [one] = statistics.taken(counter.leader, since=LONG_AGO, until=LATER)
    assert (one.cases, one.median) == (4, Decimal(1))
    assert one.ninetieth > one.median


def test_returns_are_counted_with_their_latest_reasons(counter, person):
    case_id = accepted(counter, person_id=person.id)
    for reason in ("缺少岗位材料", "出生日期与档案不符"):
        passed(counter, case_id, "clerk")
        send_back(counter, case_id, reason)
    passed(counter, case_id, "clerk", "reviewer")
    [one] = statistics.returned(counter.leader, since=LONG_AGO, until=LATER)
    assert (one.step, one.returns, one.decisions) == (Step.SECOND_REVIEW, 2, 3)
    assert one.reasons == ("出生日期与档案不符", "缺少岗位材料")


# Who passes on to whom


def pair(cases: int, of: int) -> hands.Pair:
    return hands.Pair(
        earlier=Step.FIRST_REVIEW,
        earlier_name="李敏",
        later=Step.SECOND_REVIEW,
        later_name="陈静",
        cases=cases,
        of=of,
    )


@pytest.mark.parametrize(
    ("cases", "of", "marked"),
    [(20, 49, True), (20, 50, False), (19, 19, False), (400, 999, True), (21, 52, True)],
)
def test_a_pair_is_marked_above_two_fifths_and_from_twenty_cases_on(cases, of, marked):
    assert pair(cases, of).marked is marked


def test_pairs_are_counted_over_three_steps_and_to_the_later_ones_own_cases(counter):
    for first in ("clerk", "clerk", "clerk2"):
        case_id = accepted(counter, person_id=factories.person().id)
        passed(counter, case_id, first, "reviewer")
    passed(counter, case_id, "leader")
    found = hands.pairs(counter.leader, since=LONG_AGO, until=LATER)
    counted = {(one.earlier_name, one.later_name): (one.cases, one.of) for one in found}
    assert counted == {
        (counter.clerk.name, counter.reviewer.name): (2, 3),
        (counter.clerk2.name, counter.reviewer.name): (1, 3),
        (counter.reviewer.name, counter.leader.name): (1, 1),
        (counter.clerk2.name, counter.leader.name): (1, 1),
    }


def test_another_citys_cases_count_nowhere(counter, elsewhere, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk", "reviewer")
    CloseCall.objects.create(
        case_id=case_id,
        account_id=counter.clerk.account_id,
        step="second_review",
        sentence="不能再办",
        at=NOON,
    )
    stranger = factories.staff("leader", scope=elsewhere.division)
    assert statistics.held(stranger, on=NOON.date()) == []
    assert statistics.taken(stranger, since=LONG_AGO, until=LATER) == []
    assert hands.pairs(stranger, since=LONG_AGO, until=LATER) == []
    assert hands.close_calls(stranger, since=LONG_AGO) == []
    assert hands.where_calls_gather(stranger, since=LONG_AGO) == []
    assert len(hands.close_calls(counter.leader, since=LONG_AGO)) == 1
    with pytest.raises(Refused):
        statistics.held(counter.clerk, on=NOON.date())


def test_the_overview_costs_the_same_however_many_cases_there_are(client_of, counter):
    client, to = client_of(counter.leader), reverse("desk:case-overview")
    client.get(to)
    empty = costs(client, to)
    for _ in range(3):
        passed(counter, accepted(counter, person_id=factories.person().id), "clerk", "reviewer")
    assert costs(client, to) <= empty + 1  # the names of the pairs
    once = costs(client, to)
    passed(counter, accepted(counter, person_id=factories.person().id), "clerk", "reviewer")
    assert costs(client, to) == once


def costs(client, address) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_overview_says_what_is_not_there(client_of, counter):
    said = words(client_of(counter.leader).get(reverse("desk:case-overview") + "?days=30"))
    for sentence in ("没有在办的业务", "没有办完的步骤", "没有退回过", "没有人被挡过"):
        assert sentence in said
    assert client_of(counter.clerk).get(reverse("desk:case-overview")).status_code == 404


# The calendar


@pytest.fixture
def officer(client_of, viewer):
    return client_of(viewer("policy_officer", scope="13"))


def test_the_year_stands_as_twelve_months_with_its_source(client_of, viewer):
    answer = client_of(viewer("leader")).get(reverse("desk:case-calendar"), {"year": "2026"})
    text = answer.content.decode()
    assert text.count('class="month"') == 12
    assert 'title="2026-02-14 春节，调休上班"' in text
    assert "国办发明电" in text
    assert "导入一年" not in text
    assert (
        client_of(viewer("leader")).get(reverse("desk:case-calendar"), {"year": "1990"}).status_code == 404
    )
    assert client_of(viewer("leader")).get(reverse("desk:case-calendar-import")).status_code == 404


def test_a_new_year_is_looked_at_first_and_then_brought_in(officer):
    to = reverse("desk:case-calendar-import")
    look = officer.post(to, {"text": NEXT_YEAR, "step": "preview"})
    assert "没有在办业务的到期日会改变" in words(look)
    assert not CalendarYear.objects.exists()
    seen = re.search(r'name="seen" value="([^"]+)"', look.content.decode())[1]
    done = officer.post(to, {"text": NEXT_YEAR, "seen": seen, "step": "import"}, follow=True)
    assert "2027 年的工作日历已导入" in words(done)
    again = officer.post(to, {"text": NEXT_YEAR, "seen": seen, "step": "import"})
    assert "刚刚有人换过" in words(again)
    assert CalendarYear.objects.count() == 1


def test_replacing_a_year_shows_whose_term_moves_and_asks_why(officer, counter, person):
    counter.tick(days=16)  # a term of twenty working days now ends after the holiday
    case_id = accepted(counter, person_id=person.id)
    number, before = Case.objects.values_list("number", "due_on").get(pk=case_id)
    to = reverse("desk:case-calendar-import")
    file = SimpleUploadedFile("2026.toml", LONGER_HOLIDAY.encode("utf-8-sig"))
    look = words(officer.post(to, {"file": file, "step": "preview"}))
    assert "1 件在办业务的到期日会改变" in look
    assert f"{number} {before}" in look
    sent = {"text": LONGER_HOLIDAY, "seen": "0", "step": "import"}
    refused = officer.post(to, sent)
    assert refused.status_code == 422
    assert "请写明更换的理由" in words(refused)
    assert "国务院办公厅关于2026年部分节假日安排的通知" in refused.content.decode()
    assert Case.objects.get(pk=case_id).due_on == before
    assert officer.post(to, sent | {"reason": "国务院办公厅另发补充通知"}).status_code == 302
    assert Case.objects.get(pk=case_id).due_on > before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"\xff\xfe\x00\x00\x81", "读不"),
        (b"x" * 200_000, "太大"),
        ("日期,安排,节日\n2027-01-01,休,元旦".encode("gb18030"), "2027"),
    ],
)
def test_a_file_that_is_no_calendar_is_told_what_is_wrong(officer, content, sentence):
    file = SimpleUploadedFile("2027.csv", content)
    sent = {"file": file, "source": "国务院办公厅关于2027年部分节假日安排的通知", "step": "preview"}
    answer = officer.post(reverse("desk:case-calendar-import"), sent)
    assert answer.status_code == 422
    assert sentence in words(answer)
