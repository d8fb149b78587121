"""Whatever people do, in whatever order: nobody completes a case alone, and none ends outside the filing queue."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.business.counter import NOON, details_for

from nianlun.access.domain import Refused, Role
from nianlun.cases import calendars, moving, type_files
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import STATE_OF, Move, Outcome, State
from nianlun.cases.domain.types import About, Step
from nianlun.cases.effects import Done
from nianlun.cases.models import Case
from nianlun.cases.operations import (
    deciding,
    door,
    materials,
    opening,
    pausing,
    payout,
    posting,
    withdrawing,
)
from nianlun.jobs.models import Job
from nianlun.kernel.identifiers import uuid7

pytestmark = pytest.mark.django_db
EVERY_POST = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER, Role.FINANCE})


def moves():
    """What may be tried on a case: by name, with a way to do it."""
    steps = list(Step)
    return {
        "accept": lambda c, **how: door.accept(c, **how),
        "reject": lambda c, **how: door.reject(c, reason="不属本机构管辖", **how),
        "agree": lambda c, **how: door.decide_rejection(c, agree=True, **how),
        "disagree": lambda c, **how: door.decide_rejection(c, agree=False, text="属本机构", **how),
        "pass": lambda c, **how: deciding.pass_on(c, text="核对无误", **how),
        "advise against": lambda c, **how: deciding.pass_on(c, text="年限不够", advice=False, **how),
        "refuse": lambda c, **how: deciding.refuse(c, text="年限不够", **how),
        "back": lambda c, **how: deciding.send_back(c, to=steps[0], text="请再核对", **how),
        "pay": lambda c, **how: deciding.pay(c, voucher="V1", **how),
        "post": lambda c, **how: posting.record_posting(
            c,
            place="本机构公告栏",
            since=timezone.localdate(how["at"]) - timedelta(days=9),
            until=timezone.localdate(how["at"]) - timedelta(days=1),
            objections="没有收到异议",
            **how,
        ),
        "fail": lambda c, **how: payout.payment_failed(c, reason="账号已销户", **how),
        "account": lambda c, **how: payout.take_account(
            c, account="王秀英，河北银行，6217000123456789", **how
        ),
        "ask": lambda c, **how: pausing.ask_supplement(c, missing=[], text="请补清晰的复印件", **how),
        "suspend": lambda c, **how: pausing.suspend(c, reason="等鉴定结论", **how),
        "resume": lambda c, **how: pausing.resume(c, **how),
        "paper": lambda c, **how: materials.take_material(
            c, requirement=first_paper(c), how=How.ORIGINAL_SEEN, **how
        ),
        "withdraw": lambda c, **how: withdrawing.withdraw(c, reason="重复立案", **how),
        "confirm": lambda c, **how: withdrawing.decide_withdrawal(c, agree=True, **how),
        "deny": lambda c, **how: withdrawing.decide_withdrawal(c, agree=False, text="不重复", **how),
    }


def first_paper(case_id):
    """The paper that is taken in again and again."""
    return moving.type_of(Case.objects.get(pk=case_id)).requirements[0].code


@pytest.fixture
def people(monkeypatch):
    """Four members of staff who hold every post there is, so that nothing but separation stands in their way."""
    monkeypatch.setattr(moving.access, "still", lambda by: by)
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    monkeypatch.setattr("nianlun.cases.effects.run", lambda name, case, *, by, at: Done(sentence="已登记"))
    return [replace(factories.staff("clerk"), standing_in=EVERY_POST, device=f"d{n}") for n in range(4)]


tried = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(list(moves())), st.sampled_from([0, 1, 5])), max_size=14
)
forward = st.lists(  # mostly straight on, so that most cases do end
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["accept", "pass", "pass", "pass", "pay", "fail", "account", "refuse"]),
        st.just(1),
    ),
    min_size=4,
    max_size=14,
)


@pytest.fixture
def waiting(people):
    """A case for each order of steps there is, with all its papers, waiting to be accepted."""
    kinds = {one.steps: one.code for one in type_files.case_types(NOON.date()) if one.about is About.PERSON}
    return [with_papers(people[0], code) for _, code in sorted(kinds.items())]


def with_papers(clerk, code):
    case_id = opening.open_case(
        code,
        by=clerk,
        details=details_for(code),
        request_key=uuid7(),
        person_id=factories.person().id,
        at=NOON,
    )
    for wanted in type_files.case_type(code, NOON.date()).requirements:
        materials.take_material(
            case_id,
            by=clerk,
            version=Case.objects.get(pk=case_id).version,
            requirement=wanted.code,
            how=How.ORIGINAL_SEEN,
            at=NOON,
        )
    return case_id


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 9), tried, forward)
def test_no_path_lets_one_person_complete_a_case_and_the_clock_never_counts_a_pause(
    people, waiting, kind, first, then
):
    with transaction.atomic():
        walk(people, waiting[kind % len(waiting)], [*first, *then])
        transaction.set_rollback(True)


def walk(people, case_id, path):
    at = NOON
    for who, what, days in path:
        at += timedelta(days=days)
        before = Case.objects.get(pk=case_id)
        try:
            moves()[what](case_id, by=people[who], version=before.version, at=at)
        except Refused:
            assert Case.objects.values().get(pk=case_id) == values_of(
                before
            )  # what is refused changes nothing
        ensure_sound(Case.objects.get(pk=case_id))


def values_of(row):
    return {name: getattr(row, name) for name in (field.attname for field in Case._meta.concrete_fields)}


def ensure_sound(row):
    duties = list(row.duties.values_list("account_id", "step"))
    assert len({account for account, _ in duties}) == len(duties)
    if row.outcome:
        assert len(duties) >= 2
        steps = {step for _, step in duties}
        if row.outcome == Outcome.GRANTED.value:
            assert steps >= {step.value for step in moving.type_of(row).steps}
            assert not row.high_risk or len(duties) >= 3
        assert Job.objects.filter(kind="cases.prepare_filing", key=str(row.pk)).count() == 1
    ensure_granted_once(row, duties)
    if row.state in (State.SUPPLEMENT.value, State.SUSPENDED.value):
        assert row.due_on is None
    elif row.due_on is not None and not row.outcome:
        assert days_counted(row) == row.limit_days


def ensure_granted_once(row, duties):
    """A grant is made once, stays, and whatever the money does passes through another's review and another's hand."""
    steps = moving.type_of(row).steps
    last = [step for step in steps if step is not Step.PAYMENT][-1]
    grants = row.actions.filter(move=Move.PASS.value, state=STATE_OF[last].value)
    granted = [one for one in grants if one.led_to in (State.PAYMENT.value, State.CONCLUDED.value)]
    granted = [one for one in granted if "payee" not in one.details]
    assert len(granted) == (row.granted_at is not None)
    if row.granted_at is not None:
        assert row.outcome in ("", Outcome.GRANTED.value)
        by = {step: {account for account, taken in duties if taken == step.value} for step in steps}
        reviewed = row.actions.filter(move=Move.PASS.value, details__has_key="payee")
        assert {one.account_id for one in reviewed} <= by[Step.SECOND_REVIEW]
        taken = row.actions.filter(move=Move.ACCOUNT.value)
        assert {one.account_id for one in taken} <= by[Step.FIRST_REVIEW]


def days_counted(row):
    """The working days of the term, counted one by one without those on which the clock stood."""
    calendar, accepted = calendars.calendar(), timezone.localdate(row.accepted_at)
    pauses = [(pause.since, pause.until) for pause in row.pauses.all()]
    days = [accepted + timedelta(days=n) for n in range(1, (row.due_on - accepted).days + 1)]
    stood = [day for day in days if any(since <= day < until for since, until in pauses)]
    return sum(calendar.is_working_day(day) for day in days if day not in stood)
