"""What in an account's hour calls for a question; the rules alone."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.watch.domain import limits as limiting
from nianlun.watch.domain.limits import BadLimits, Limits, NotInForce, alarming
from nianlun.watch.domain.readings import GLASS_BROKEN, Reading, Seen
from nianlun.watch.domain.rules import Kind, findings, is_office_time
from nianlun.watch.limit_file import limits_on

REVEALED = "registry.identity_number_revealed"
MONDAY_TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Beijing
LIMITS = limits_on(date(2026, 11, 23))
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"


def somebody(number: int) -> UUID:
    return UUID(int=number)


def reading(number: int, *, entry: int = 0, at: datetime = MONDAY_TEN, **given_) -> Reading:
    said = {
        "entry_id": entry or number,
        "at": at,
        "account_id": 7,
        "scope": "130606",
        "action": "desk.person_seen",
        "person_id": somebody(number),
        "purpose": "退休待遇核定前核对档案",
        "rows": 1,
        "done": True,
        "details": {},
    }
    return Reading(**{**said, **given_})


def seen(number: int, **given_) -> Seen:
    """Persons of different names, whose 个人编号 leave gaps."""
    said = {
        "name": SURNAMES[number % 20] + f"某{number}",
        "division": "130606",
        "personal_number": f"P{number * 7}",
    }
    return Seen(**{**said, **given_})


def kinds(readings, *, facts=None, most: int = 60) -> dict[Kind, int]:
    known = {r.person_id: seen(r.person_id.int) for r in readings if r.person_id} | (facts or {})
    return {f.kind: f.count for f in findings(readings, facts=known, limits=LIMITS, most_persons=most)}


def test_a_day_like_any_other_raises_nothing():
    assert kinds([reading(n) for n in range(1, 41)]) == {}


def test_sixty_persons_are_let_pass_and_the_sixty_first_is_asked_about():
    assert Kind.MANY not in kinds([reading(n) for n in range(1, 61)])
    assert kinds([reading(n) for n in range(1, 62)]) == {Kind.MANY: 61}


def test_the_same_person_a_hundred_times_is_one_person():
    assert kinds([reading(1, entry=n) for n in range(1, 101)]) == {}


@pytest.mark.parametrize(
    ("mean", "hours", "most"),
    [(4.0, 200, 20), (2.0, 200, 15), (30.0, 200, 60), (4.0, 39, 60), (0.0, 0, 60)],
    ids=["five times the mean", "never below fifteen", "never above sixty", "too few hours", "nobody yet"],
)
def test_the_usual_hour_of_the_post_sets_the_limit_once_there_are_hours_enough(mean, hours, most):
    assert alarming(LIMITS, mean=mean, hours=hours) == most


def test_three_namesakes_in_one_hour_are_asked_about():
    namesakes = {somebody(n): seen(n, name="王强") for n in (1, 2, 3)}
    assert kinds([reading(n) for n in (1, 2, 3, 4)], facts=namesakes) == {Kind.SAME_NAME: 3}
    namesakes.pop(somebody(3))
    assert kinds([reading(n) for n in (1, 2, 3, 4)], facts=namesakes) == {}


def test_a_family_is_asked_about_and_a_common_surname_among_many_is_not():
    family = {somebody(n): seen(n, name=f"欧某{n}") for n in range(1, 9)}
    assert kinds([reading(n) for n in range(1, 9)], facts=family) == {Kind.SAME_NAME: 8}
    assert kinds([reading(n) for n in range(1, 30)], facts=family) == {}


@pytest.mark.parametrize(
    ("trait", "kind"),
    [("well_known", Kind.WELL_KNOWN), ("deceased", Kind.DECEASED), ("close", Kind.CLOSE)],
)
def test_one_look_at_a_person_of_note_is_enough(trait, kind):
    assert kinds([reading(1), reading(2)], facts={somebody(1): seen(1, **{trait: True})}) == {kind: 1}


def test_a_person_of_another_division_is_asked_about_when_seen_and_when_sought_in_vain_three_times():
    far = {somebody(n): seen(n, division="130102") for n in (1, 2, 3)}
    assert kinds([reading(1)], facts=far) == {Kind.ELSEWHERE: 1}
    refused = {"action": "access.page_refused", "done": False}
    assert kinds([reading(n, **refused) for n in (1, 2)], facts=far) == {}
    assert kinds([reading(n, **refused) for n in (1, 2, 3)], facts=far) == {Kind.ELSEWHERE: 3}


@pytest.mark.parametrize(
    ("local", "office"),
    [
        ("2026-11-23T08:00", True),
        ("2026-11-23T17:59", True),
        ("2026-11-23T18:00", False),
        ("2026-11-23T07:59", False),
        ("2026-11-22T10:00", False),
    ],
    ids=["eight", "before six", "six", "before eight", "Sunday"],
)
def test_offices_are_open_monday_to_friday_from_eight_to_six_in_beijing(local, office):
    at = datetime.fromisoformat(f"{local}+08:00")
    assert is_office_time(at, limits=LIMITS) is office
    assert (Kind.OFF_HOURS in kinds([reading(1, at=at)])) is not office


def test_numbers_in_sequence_are_found_in_whatever_order_they_were_opened():
    row = {somebody(n): seen(n, personal_number=f"P00{n + 10}") for n in range(1, 7)}
    assert kinds([reading(n) for n in (4, 1, 6, 2, 5, 3)], facts=row) == {Kind.IN_SEQUENCE: 6}
    row[somebody(4)] = seen(4, personal_number="P0099")
    assert kinds([reading(n) for n in (4, 1, 6, 2, 5, 3)], facts=row) == {}


def test_archival_codes_in_sequence_are_asked_about_unless_the_examination_brought_them():
    def item(number: int, purpose: str) -> Reading:
        code = f"B013-YW-D-{number:04d}"
        return reading(1, entry=number, details={"code": code}, purpose=purpose.format(code=code))

    assert kinds([item(n, "核对档案") for n in range(1, 7)]) == {Kind.IN_SEQUENCE: 6}
    assert kinds([item(n, "审核 {code}") for n in range(1, 7)]) == {}


def test_more_than_twenty_numbers_shown_and_more_than_two_thousand_rows_are_asked_about():
    shown = [reading(1, entry=n, action=REVEALED) for n in range(1, 22)]
    assert kinds(shown) == {Kind.UNMASKING: 21}
    assert kinds(shown[1:]) == {}
    lists = [reading(1, entry=n, action="desk.list_seen", person_id=None, rows=50) for n in range(1, 42)]
    assert kinds(lists) == {Kind.LISTS: 2050}
    assert kinds(lists[1:]) == {}


def test_broken_glass_is_always_asked_about():
    assert kinds([reading(1, action=GLASS_BROKEN, person_id=None, rows=0)]) == {Kind.GLASS: 1}


PERSONS = {
    somebody(1): seen(1, name="王强", personal_number="P1"),
    somebody(2): seen(2, name="王强", personal_number="P2", well_known=True),
    somebody(3): seen(3, name="王强", personal_number="P3"),
    somebody(4): seen(4, division="130102"),
}


@given(
    st.lists(
        st.builds(
            lambda number, entry, minutes, done: reading(
                number, entry=entry, at=MONDAY_TEN + timedelta(minutes=minutes), done=done
            ),
            st.integers(1, 5),
            st.integers(1, 9),
            st.sampled_from([0, 30, 600]),
            st.booleans(),
        ),
        max_size=8,
        unique_by=lambda r: r.entry_id,
    )
)
def test_the_order_never_matters_and_every_finding_rests_on_what_was_read(readings):
    found = findings(readings, facts=PERSONS, limits=LIMITS, most_persons=2)
    again = findings(readings[::-1], facts=PERSONS, limits=LIMITS, most_persons=2)
    assert found == again
    ids = {r.entry_id for r in readings}
    assert all(finding.evidence and ids.issuperset(finding.evidence) for finding in found)
    assert len({finding.kind for finding in found}) == len(found)


def span(**given_) -> dict[str, object]:
    said = {name: getattr(LIMITS, name) for name in Limits.__dataclass_fields__}
    return {**said, **given_}


def test_limits_hold_from_their_day_and_are_never_guessed_before():
    spans = limiting.read_spans({"span": [span(), span(since=date(2027, 1, 1), alarm_persons=50)]})
    assert limiting.limits_on(date(2026, 12, 31), spans=spans).alarm_persons == 60
    assert limiting.limits_on(date(2027, 1, 1), spans=spans).alarm_persons == 50
    with pytest.raises(NotInForce, match="2019-12-31"):
        limiting.limits_on(date(2019, 12, 31), spans=spans)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"span": [span(alarm_persons=0)]},
        {"span": [span(alarm_persons=121)]},
        {"span": [span(surprise=1)]},
        {"span": [span(), span()]},
        {"span": [span(since="2020-01-01")]},
        {"span": [span(office_until=8)]},
    ],
)
def test_a_file_of_limits_that_contradicts_itself_is_refused(content):
    with pytest.raises(BadLimits):
        limiting.read_spans(content)
