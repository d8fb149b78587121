"""Filling another post for a time: for a colleague on leave, or in an emergency."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests import factories

from nianlun.access import reliefs
from nianlun.access.domain import NotVisible, Refused, Right, Role
from nianlun.access.domain.grants import NotGrantable
from nianlun.access.domain.standing_in import GLASS_LASTS, GlassState
from nianlun.access.models import Account, Glass, Grant, Substitution
from nianlun.access.operations import emergencies, granting, identify, set_active, substitutes
from nianlun.access.queries import still, viewer_of
from nianlun.journal import operations as journal
from nianlun.journal.models import Entry

pytestmark = pytest.mark.django_db
WHY = "年休假，回乡探亲"
URGENT = "系统切换当晚复核人失联，待遇发放文件须在零点前复核"


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def name(absent, substitute, at, *, since=0, days=5, reason=WHY) -> int:
    first = timezone.localdate(at) + timedelta(days=since)
    return substitutes.name_substitute(
        absent,
        substitute_id=substitute.account_id,
        since=first,
        until=first + timedelta(days=days),
        reason=reason,
        at=at,
    )


def test_a_substitute_has_the_post_beside_the_own_once_a_leader_agrees_and_only_for_the_time(viewer, at):
    clerk, reviewer, leader = (
        viewer("clerk", name="李敏"),
        viewer("reviewer", name="陈静"),
        viewer("leader"),
    )
    number = name(clerk, reviewer, at)
    assert viewer_of(reviewer.account_id).standing_in == frozenset()
    substitutes.decide_substitute(leader, number, agreed=True, at=at)
    account = Account.objects.get(pk=reviewer.account_id)
    fills = account.viewer(at=at)
    assert (fills.standing_in, fills.name) == ({Role.CLERK}, "陈静（代李敏）")
    assert fills.may(Right.CASE_ACCEPT)
    assert fills.may(Right.CASE_CONFIRM)
    assert account.viewer(at=at + timedelta(days=5)).standing_in == frozenset()
    substitutes.end_substitute(clerk, number, at=at)
    assert viewer_of(reviewer.account_id).standing_in == frozenset()


def test_what_a_substitute_does_is_journaled_with_both_names(viewer, at):
    clerk, reviewer = viewer("clerk", name="李敏"), viewer("reviewer", name="陈静")
    substitutes.decide_substitute(viewer("leader"), name(clerk, reviewer, at), agreed=True, at=at)
    with transaction.atomic():
        journal.record("access.purpose_stated", by=still(reviewer), at=at)
    assert Entry.objects.latest("id").name == "陈静（代李敏）"


@pytest.mark.parametrize(
    ("role", "days", "told"),
    [("finance", 5, "同一类岗位"), ("reviewer", 31, "最长 30 天"), ("reviewer", 0, "起止日期")],
)
def test_a_substitute_is_of_the_own_family_for_thirty_days_at_most(viewer, at, role, days, told):
    with pytest.raises(NotGrantable, match=told):
        name(viewer("clerk"), viewer(role), at, days=days)


def test_officers_do_not_stand_in_for_each_other(viewer, at):
    with pytest.raises(NotGrantable, match="三员"):
        name(viewer("auditor"), viewer("security_officer"), at)


def test_nobody_of_another_scope_nor_the_own_second_account_stands_in(viewer, at):
    clerk, twin = viewer("clerk"), viewer("reviewer")
    with pytest.raises(NotVisible):
        name(clerk, factories.staff("reviewer", scope="1306"), at)
    holder = Account.objects.get(pk=clerk.account_id).holder
    identify({twin.account_id}, holder=holder, at=at)
    with pytest.raises(NotGrantable, match="您自己"):
        name(clerk, twin, at)


def test_a_leader_decides_once_and_not_about_the_own_leave(viewer, at):
    leader, other = viewer("leader"), viewer("leader")
    number = name(leader, viewer("reviewer"), at)
    with pytest.raises(Refused, match="另一位领导"):
        substitutes.decide_substitute(leader, number, agreed=True, at=at)
    with pytest.raises(NotGrantable, match="理由"):
        substitutes.decide_substitute(other, number, agreed=False, at=at)
    substitutes.decide_substitute(other, number, agreed=False, reason="月底不宜休假", at=at)
    with pytest.raises(Refused, match="已经办过"):
        substitutes.decide_substitute(other, number, agreed=True, at=at)
    with pytest.raises(NotVisible):
        substitutes.decide_substitute(factories.staff("leader", scope="130102"), number, agreed=True, at=at)


def test_one_substitute_at_a_time(viewer, at):
    clerk = viewer("clerk")
    name(clerk, viewer("reviewer"), at)
    with pytest.raises(NotGrantable, match="已经有代班"):
        name(clerk, viewer("reviewer"), at, since=3)
    name(clerk, viewer("reviewer"), at, since=5)


def test_when_the_absent_one_loses_the_post_nobody_fills_it(viewer, at):
    clerk, reviewer = viewer("clerk"), viewer("reviewer")
    number = name(clerk, reviewer, at)
    substitutes.decide_substitute(viewer("leader"), number, agreed=True, at=at)
    Grant.objects.filter(account_id=clerk.account_id).update(until=at - timedelta(days=1))
    assert viewer_of(reviewer.account_id).standing_in == frozenset()
    Grant.objects.filter(account_id=clerk.account_id).update(until=factories.FAR)
    grant = Grant.objects.get(account_id=clerk.account_id)
    granting.end(viewer("security_officer"), grant.pk, reason="调离岗位", at=at)
    assert viewer_of(reviewer.account_id).standing_in == frozenset()
    assert Substitution.objects.get(pk=number).ended_at == at


def test_the_database_keeps_a_substitution_in_its_bounds(viewer, at):
    clerk, reviewer = viewer("clerk"), viewer("reviewer")
    row = {"role": "clerk", "reason": WHY, "asked_at": at, "since": at}
    for absent, substitute, days in ((clerk, reviewer, 31), (clerk, clerk, 3)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Substitution.objects.create(
                absent_id=absent.account_id,
                substitute_id=substitute.account_id,
                until=at + timedelta(days=days),
                **row,
            )


@pytest.fixture
def broken(viewer, at):
    """A reviewer who fills the leader's post in an emergency that internal control opened."""
    reviewer, control = viewer("reviewer", name="陈静"), viewer("internal_control")
    number = emergencies.ask_glass(reviewer, role=Role.LEADER, reason=URGENT, at=at)
    emergencies.decide_glass(control, number, agreed=True, at=at)
    return reviewer, control, number


def test_broken_glass_gives_the_post_for_sixty_minutes(viewer, at, broken):
    reviewer, _, number = broken
    account = Account.objects.get(pk=reviewer.account_id)
    inside, after = account.viewer(at=at), account.viewer(at=at + GLASS_LASTS)
    assert (inside.standing_in, inside.glass_until) == ({Role.LEADER}, at + GLASS_LASTS)
    assert inside.may(Right.CASE_APPROVE)
    assert (after.standing_in, after.glass_until) == (frozenset(), None)
    (entry,) = Entry.objects.filter(action="access.glass_broken")
    assert (entry.account_id, entry.details["glass"]) == (reviewer.account_id, number)
    assert Entry.objects.get(action="access.glass_agreed").about_id == str(reviewer.account_id)


def test_every_request_in_an_emergency_is_journaled_and_says_so(client_of, at, broken):
    reviewer, _, _ = broken
    client = client_of(reviewer)
    page = client.get("/desk/").content.decode()
    assert "应急权限使用中" in page
    client.get("/review/")
    used = Entry.objects.filter(action="access.glass_used", account_id=reviewer.account_id).order_by("pk")
    assert [entry.outcome for entry in used] == ["emergency"] * 2


def test_an_emergency_is_opened_by_another_person_of_another_family(viewer, at):
    reviewer = viewer("reviewer")
    number = emergencies.ask_glass(reviewer, role=Role.LEADER, reason=URGENT, at=at)
    with pytest.raises(Refused, match="另一类岗位"):
        emergencies.decide_glass(viewer("leader"), number, agreed=True, at=at)
    with pytest.raises(Refused, match="不能同意应急权限"):
        emergencies.decide_glass(viewer("clerk"), number, agreed=True, at=at)
    with pytest.raises(NotVisible):
        emergencies.decide_glass(
            factories.staff("internal_control", scope="130102"), number, agreed=True, at=at
        )
    with pytest.raises(Refused, match="超过一小时"):
        emergencies.decide_glass(viewer("internal_control"), number, agreed=True, at=at + GLASS_LASTS)
    emergencies.decide_glass(viewer("security_officer"), number, agreed=True, at=at)


@pytest.mark.parametrize(
    ("own", "wanted"), [("reviewer", "finance"), ("reviewer", "reviewer"), ("leader", "auditor")]
)
def test_an_emergency_never_reaches_into_another_family(viewer, at, own, wanted):
    with pytest.raises(NotGrantable, match="同一类"):
        emergencies.ask_glass(viewer(own), role=Role(wanted), reason=URGENT, at=at)


def test_who_is_in_an_emergency_changes_no_rights(viewer, at, broken):
    reviewer, _, _ = broken
    clerk = viewer("clerk")
    number = name(clerk, viewer("clerk"), at)
    with pytest.raises(Refused, match="应急权限期间"):
        substitutes.decide_substitute(viewer_of(reviewer.account_id), number, agreed=True, at=at)
    with pytest.raises(Refused, match="应急权限期间"):
        name(reviewer, clerk, at)
    with pytest.raises(Refused, match="应急权限期间"):
        granting.ask(
            reviewer,
            account_id=clerk.account_id,
            username="",
            name="",
            agency_name="",
            role=Role.CLERK,
            scope="130606",
            until=timezone.localdate(at) + timedelta(days=30),
            reason=WHY,
            at=at,
        )


def test_afterwards_a_third_person_looks_into_it(viewer, at, broken):
    _, _, number = broken
    security = viewer("security_officer")
    with pytest.raises(Refused, match="还没有结束"):
        emergencies.review_glass(security, number, proper=True, note="逐条核对无异常", at=at)
    later = at + GLASS_LASTS
    (waiting,) = [line for line in reliefs.glasses(security, at=later) if line.may_review]
    assert (waiting.state, waiting.closed_at) == (GlassState.CLOSED, later)
    emergencies.review_glass(security, number, proper=False, note="超出所报事项查阅三人", at=later)
    assert Entry.objects.filter(action="access.glass_closed").count() == 1
    (line,) = reliefs.glasses(security, at=later)
    assert (line.state, line.proper, line.reviewed_by) == (GlassState.REVIEWED, False, security.name)
    with pytest.raises(Refused, match="已经审查"):
        emergencies.review_glass(security, number, proper=True, note="逐条核对无异常", at=later)


def test_who_opened_it_does_not_look_into_it(viewer, at):
    security = viewer("security_officer")
    number = emergencies.ask_glass(viewer("leader"), role=Role.CLERK, reason=URGENT, at=at)
    emergencies.decide_glass(security, number, agreed=True, at=at)
    with pytest.raises(Refused, match="另一位安全管理员"):
        emergencies.review_glass(
            security, number, proper=True, note="逐条核对无异常", at=at + timedelta(hours=2)
        )


def test_it_is_closed_early_by_the_one_or_the_other_and_then_is_gone(viewer, at, broken):
    reviewer, _, number = broken
    with pytest.raises(NotVisible):
        emergencies.close_glass(viewer("clerk"), number, at=at)
    emergencies.close_glass(viewer_of(reviewer.account_id), number, at=at)
    assert viewer_of(reviewer.account_id).standing_in == frozenset()
    with pytest.raises(Refused, match="已经办过"):
        emergencies.close_glass(reviewer, number, at=at)
    assert Entry.objects.filter(action="access.glass_closed").count() == 1


def test_one_emergency_at_a_time_and_a_stale_one_does_not_stand_in_the_way(viewer, at):
    leader = viewer("leader")
    emergencies.ask_glass(leader, role=Role.CLERK, reason=URGENT, at=at)
    with pytest.raises(NotGrantable, match="已有一份"):
        emergencies.ask_glass(leader, role=Role.REVIEWER, reason=URGENT, at=at)
    emergencies.ask_glass(leader, role=Role.REVIEWER, reason=URGENT, at=at + GLASS_LASTS)
    assert Glass.objects.filter(refused_at=None).count() == 1


def test_a_substitution_does_not_come_back_when_the_account_is_switched_on_again(viewer):
    at, officer = timezone.now(), viewer("system_officer")
    clerk, reviewer = viewer("clerk"), viewer("reviewer")
    today = timezone.localdate(at)
    substitutes.name_substitute(
        clerk,
        substitute_id=reviewer.account_id,
        since=today,
        until=today + timedelta(days=3),
        reason="年休假回家",
        at=at,
    )
    for active in (False, True):
        set_active(officer, account_id=reviewer.account_id, active=active, at=at)
    assert Substitution.objects.get().ended_at == at
