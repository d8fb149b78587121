"""Who may do what, and when a login is locked: the pure rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nianlun.access.domain import (
    RIGHTS,
    NotAPurpose,
    NotVisible,
    Outcome,
    Refused,
    Right,
    Role,
    Viewer,
    authorize,
    covers,
    locked_until,
    purpose_text,
    session_ended,
)

T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def someone(role: Role, scope: str = "1306") -> Viewer:
    return Viewer(account_id=1, role=role, name="李静", agency_name="保定市社保中心", scope=scope)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("right", list(Right))
def test_a_role_may_do_what_its_rights_say_and_nothing_else(role, right):
    if right in RIGHTS[role]:
        authorize(someone(role), right)
    else:
        with pytest.raises(Refused) as refusal:
            authorize(someone(role), right)
        assert role.label in refusal.value.sentence


def test_every_right_is_held_by_somebody_and_every_code_has_its_chinese_name():
    assert {right for held in RIGHTS.values() for right in held} == set(Right)
    assert all(role.label for role in Role)
    assert all(right.label for right in Right)


def test_who_runs_the_system_sees_no_persons_and_who_audits_changes_nothing():  # S2.4
    about_persons = {
        right for right in Right if right.startswith(("person.", "item.", "ruling.", "contribution."))
    }
    for role in (Role.SYSTEM_OFFICER, Role.SECURITY_OFFICER, Role.AUDITOR, Role.SCANNER, Role.INSURED):
        assert not RIGHTS[role] & about_persons
    for role in (Role.POLICY_OFFICER, Role.POLICY_REVIEWER):  # who makes the law does not apply it
        assert not RIGHTS[role] & about_persons
    changing = {right for right in RIGHTS[Role.AUDITOR] if not right.endswith(".read")}
    assert changing == {Right.JOURNAL_PROVE}  # proving the log reads all of it and changes nothing


def test_nobody_both_proposes_and_confirms():  # S2.5
    for held in RIGHTS.values():
        assert not {Right.REVIEW_DECIDE, Right.REVIEW_CONFIRM} <= held
        assert not {Right.RULING_MAKE, Right.RULING_CONFIRM} <= held
        assert not {Right.POLICY_DRAFT, Right.POLICY_APPROVE} <= held


divisions = st.sampled_from(["13", "1306", "130606", "130602", "1301", "11"])


@given(st.sampled_from(["", "13", "1306", "130606"]), divisions)
def test_a_scope_shows_its_own_divisions_only_and_an_empty_one_shows_nothing(scope, division):
    viewer = someone(Role.CLERK, scope)
    if scope and division[: len(scope)] == scope:
        authorize(viewer, Right.PERSON_READ, scope_of=division)
    else:
        assert not covers(scope, division=division)
        with pytest.raises(NotVisible):
            authorize(viewer, Right.PERSON_READ, scope_of=division)


def failed(*minutes: float) -> list[tuple[datetime, Outcome]]:
    return [(T0 + minute * MINUTE, Outcome.FAILED) for minute in minutes]


def test_the_fifth_failure_in_a_row_locks_for_fifteen_minutes():  # S1.4
    attempts = failed(0, 1, 2, 3)
    assert locked_until(attempts, at=T0 + 4 * MINUTE) is None
    attempts += failed(4)
    assert locked_until(attempts, at=T0 + 4 * MINUTE) == T0 + 19 * MINUTE
    assert locked_until(attempts, at=T0 + 18.9 * MINUTE)
    assert locked_until(attempts, at=T0 + 19 * MINUTE) is None


def test_a_success_starts_the_count_anew_and_so_does_the_end_of_a_lock():
    attempts = [*failed(0, 1, 2, 3), (T0 + 4 * MINUTE, Outcome.SUCCEEDED), *failed(5, 6, 7, 8)]
    assert locked_until(attempts, at=T0 + 9 * MINUTE) is None
    after_a_lock = failed(0, 1, 2, 3, 4, 20, 21, 22, 23)
    assert locked_until(after_a_lock, at=T0 + 24 * MINUTE) is None
    assert locked_until(after_a_lock + failed(24), at=T0 + 24 * MINUTE)


outcomes = st.lists(st.sampled_from(list(Outcome)), max_size=14)


@given(outcomes)
def test_no_five_failures_in_a_row_ever_pass_without_a_lock(found):
    """What is let through is what `locked_until` lets through; then no run of failures is longer than five."""
    passed: list[tuple[datetime, Outcome]] = []
    for minute, outcome in enumerate(found):
        at = T0 + minute * MINUTE
        if locked_until(passed, at=at) is None:
            passed.append((at, outcome))
    in_the_last_quarter = [outcome for at, outcome in passed if at > T0 + (len(found) - 16) * MINUTE]
    run = longest = 0
    for outcome in in_the_last_quarter:
        run = run + 1 if outcome is Outcome.FAILED else 0
        longest = max(longest, run)
    assert longest <= 5


@pytest.mark.parametrize(("role", "minutes"), [(Role.CLERK, 15), (Role.INSURED, 10)])
def test_an_idle_session_ends(role, minutes):  # S1.6
    def ended(idle):
        return session_ended(role, signed_in_at=T0, seen_at=T0, at=T0 + idle * MINUTE)

    assert ended(minutes - 0.1) is None
    assert f"{minutes} 分钟" in ended(minutes)


def test_no_session_outlasts_eight_hours_however_busy():
    for minutes, over in ((479, False), (480, True)):
        at = T0 + minutes * MINUTE
        assert bool(session_ended(Role.CLERK, signed_in_at=T0, seen_at=at, at=at)) is over


@pytest.mark.parametrize("text", ["", "  ", "查", "1111111", "......", "aaaaaa", "事" * 201, "\n\n\n\n"])
def test_a_purpose_that_says_nothing_is_sent_back(text):  # S3.1
    with pytest.raises(NotAPurpose):
        purpose_text(text)


def test_a_purpose_is_kept_in_one_line():
    assert purpose_text("  退休待遇核定\n前核对档案 ") == "退休待遇核定 前核对档案"
