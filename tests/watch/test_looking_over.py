"""The pass over the journal: what it finds, that it asks once, and how it catches up."""

from datetime import UTC, datetime, timedelta

import pytest
from tests import factories

from nianlun.access.domain import NotVisible
from nianlun.journal import queries as journal
from nianlun.registry import changing
from nianlun.registry.operations import NUMBER_REVEALED as REVEALED
from nianlun.watch import alarms, listed, looking_over, office_days, queries
from nianlun.watch.domain.readings import GLASS_BROKEN
from nianlun.watch.models import HourTally, Listed, Pass, Usual

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
NUMBER = "11010519491231002X"


def kinds(officer) -> list[str]:
    return sorted(line.kind.value for line in alarms.alarms(officer))


@pytest.fixture
def officer(viewer):
    return viewer("security_officer", name="秦芳")


def test_what_one_reading_does_not_show_is_found_in_the_next_pass_and_asked_once(
    viewer, officer, agency, elsewhere, read, now
):
    clerk = viewer("clerk", name="赵强")
    famous = factories.person(agency, name="明星一", number=NUMBER)
    dead, own = factories.person(agency, name="周某"), factories.person(agency, name="吴某")
    far = factories.person(elsewhere, name="郑某")
    factories.registry.link_login(by=None, account_id=clerk.account_id, person_id=own.id, at=now)
    listed.enlist(officer, number=NUMBER, reason="本市知名演员", at=now)
    changing.record_death(
        by=None, person_id=dead.id, died_on=now.date(), correcting=False, case_number="130606-1", at=now
    )
    for line in (famous, dead, far, own):
        read(clerk, line.id, at=now)
    assert looking_over.look_over(at=now + MINUTE) == 4
    assert kinds(officer) == ["close", "deceased", "elsewhere", "well_known"]
    assert looking_over.look_over(at=now + 2 * MINUTE) == 0
    read(clerk, famous.id, at=now + 3 * MINUTE)
    assert looking_over.look_over(at=now + 4 * MINUTE) == 0
    (again,) = [line for line in alarms.alarms(officer) if line.kind.value == "well_known"]
    assert len(again.evidence) == 2  # the open question was brought along


def test_a_settled_question_is_asked_again_in_the_next_hour_and_not_in_the_same(
    viewer, officer, agency, read, now
):
    clerk = viewer("clerk")
    famous = factories.person(agency, number=NUMBER)
    listed.enlist(officer, number=NUMBER, reason="本市知名演员", at=now)
    read(clerk, famous.id, at=now)
    looking_over.look_over(at=now + MINUTE)
    (line,) = alarms.alarms(officer)
    alarms.settle(officer, line.id, verdict="explained", note="本人来窗口办退休", at=now)
    read(clerk, famous.id, at=now + 5 * MINUTE)
    assert looking_over.look_over(at=now + 6 * MINUTE) == 0
    read(clerk, famous.id, at=now + 65 * MINUTE)
    assert looking_over.look_over(at=now + 66 * MINUTE) == 1


def test_refused_attempts_broken_glass_unmasking_and_the_evening_are_found(
    viewer, officer, agency, elsewhere, read, now
):
    clerk, leader, reviewer = viewer("clerk"), viewer("leader"), viewer("reviewer")
    for _ in range(3):
        read(
            clerk,
            factories.person(elsewhere).id,
            at=now,
            action="access.page_refused",
            outcome="refused",
            rows=0,
        )
    read(leader, None, at=now, action=GLASS_BROKEN, rows=0)
    person = factories.person(agency)
    for _ in range(21):
        read(reviewer, person.id, at=now, action=REVEALED)
    read(viewer("clerk"), person.id, at=now + timedelta(hours=9))  # 19:00 in Beijing
    assert looking_over.look_over(at=now + MINUTE) == 3
    assert kinds(officer) == ["elsewhere", "glass", "unmasking"]
    assert looking_over.look_over(at=now + timedelta(hours=9, minutes=1)) == 1
    assert "off_hours" in kinds(officer)


def test_a_pass_that_was_away_catches_up(viewer, officer, agency, read, now):
    famous = factories.person(agency, number=NUMBER)
    listed.enlist(officer, number=NUMBER, reason="本市知名演员", at=now)
    looking_over.look_over(at=now)
    clerk = viewer("clerk")
    read(clerk, famous.id, at=now + 30 * MINUTE)
    read(clerk, famous.id, at=now + 200 * MINUTE)
    assert looking_over.look_over(at=now + 300 * MINUTE) == 2


def test_full_hours_are_counted_once_and_give_the_mean_of_the_post(viewer, agency, crowd, read):
    first = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    clerk, other, people = viewer("clerk"), viewer("clerk"), crowd(6)
    for person_id in people:
        read(clerk, person_id, at=first + 5 * MINUTE)
    for person_id in people[:2]:
        read(other, person_id, at=first + 65 * MINUTE)
        read(other, person_id, at=first + 66 * MINUTE)
    Pass.objects.create(name="hours", until=first)
    looking_over.look_over(at=first + 90 * MINUTE)
    assert list(HourTally.objects.values_list("persons", flat=True)) == [
        6
    ]  # the hour that is not over waits
    looking_over.look_over(at=first + 150 * MINUTE)
    looking_over.look_over(at=first + 151 * MINUTE)
    assert sorted(HourTally.objects.values_list("persons", flat=True)) == [2, 6]
    usual = Usual.objects.get(pk="clerk")
    assert (usual.mean, usual.hours) == (4.0, 2)
    assert Pass.objects.get(pk="hours").until == first + timedelta(hours=2)


def test_the_list_keeps_number_and_reason_sealed_and_shows_a_mask(officer, now):
    listed.enlist(officer, number=NUMBER, reason="本市知名演员", at=now)
    (line,) = listed.listed(officer)
    assert line.masked_number.startswith("1101") and NUMBER not in line.masked_number
    assert line.reason == "本市知名演员"
    row = Listed.objects.get()
    assert NUMBER.encode() not in bytes(row.number_sealed)
    assert "演员".encode() not in bytes(row.reason_sealed)
    for number, word in ((NUMBER, "已经在名单上"), ("110105194912310021", "校验码")):
        with pytest.raises(listed.Refused, match=word):
            listed.enlist(officer, number=number, reason="本市知名演员", at=now)
    listed.delist(officer, line.id, at=now)
    with pytest.raises(NotVisible):
        listed.delist(officer, line.id, at=now)


def test_everyone_an_account_saw_is_told_also_when_it_is_switched_off(viewer, agency, crowd, read, now):
    clerk, people = viewer("clerk"), crowd(3)
    for number, person_id in enumerate([people[0], people[1], people[0]]):
        read(clerk, person_id, at=now + number * MINUTE)
    read(clerk, people[2], at=now, action="access.purpose_stated")  # stated, never opened
    read(clerk, None, at=now, action="desk.list_seen", rows=50)
    read(viewer("clerk"), people[2], at=now)
    factories.Account.objects.filter(pk=clerk.account_id).update(is_active=False)
    username = factories.Account.objects.get(pk=clerk.account_id).username
    found = queries.seen_by(username, since=now - MINUTE, until=now + 10 * MINUTE)
    assert [(p.person_id, p.times) for p in found.persons] == [(people[0], 2), (people[1], 1)]
    assert found.rows == 50
    with pytest.raises(NotVisible):
        queries.seen_by_in_scope(viewer("auditor", scope="130102"), username, since=now, until=now + MINUTE)
    assert journal.persons_seen(clerk.account_id, since=now + MINUTE, until=now + 2 * MINUTE) != []


@pytest.mark.parametrize(
    ("local", "asked"),
    [
        ("2026-10-01T10:00", True),  # National Day, a Thursday
        ("2026-10-10T10:00", False),  # a Saturday worked for it
        ("2026-10-17T10:00", True),  # a Saturday like others
        ("2026-10-12T10:00", False),
    ],
)
def test_a_holiday_is_out_of_hours_and_a_saturday_worked_for_it_is_not(
    viewer, officer, agency, read, local, asked
):
    at = datetime.fromisoformat(f"{local}+08:00")
    read(viewer("clerk"), factories.person(agency).id, at=at)
    looking_over.look_over(at=at + MINUTE)
    assert ("off_hours" in kinds(officer)) is asked


def test_of_a_year_without_arrangement_the_weekday_decides_and_the_page_says_so(
    officer, agency, client_of, monkeypatch
):
    monday = datetime.fromisoformat("2045-10-02T10:00+08:00").date()
    assert office_days.is_working_day(monday)
    assert not office_days.is_working_day(monday - timedelta(days=1))
    assert office_days.is_guessed(monday)
    page = client_of(officer).get("/watch/").content.decode()
    assert "先按周一至周五算" not in page
    monkeypatch.setattr(office_days, "told_working_day", [lambda day: None])
    page = client_of(officer).get("/watch/").content.decode()
    assert "年的工作日历" in page
    assert "先按周一至周五算" in page


def test_an_alarm_is_told_to_the_auditor_of_its_agency_and_to_no_other(viewer, officer, agency, read, now):
    read(viewer("clerk"), factories.person(agency).id, at=now + timedelta(hours=9))
    looking_over.look_over(at=now + timedelta(hours=9, minutes=1))
    assert journal.entries(scope=agency.division, action="watch.alarm_raised")
    assert not journal.entries(scope="130102", action="watch.alarm_raised")
