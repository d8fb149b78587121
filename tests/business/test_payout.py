"""A payment that fails: the money goes to another account, through three hands, and nothing is granted twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests import factories
from tests.business import papers
from tests.business.counter import Counter, accepted, details_for, passed, version_of

from nianlun.access.domain import Refused, Role
from nianlun.cases import queries
from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.domain.payee import NotAnAccount, checked_account, code_of, payees, veiled
from nianlun.cases.domain.types import Step
from nianlun.cases.effects import Done
from nianlun.cases.models import Case, Slip
from nianlun.cases.operations import deciding, hearing, pausing, payout, withdrawing
from nianlun.notices.models import Notice

NEW = "王秀英，河北银行裕华支行，6217000123456789"
BACK = "银行退回，账号已销户"


@pytest.fixture
def ran(monkeypatch):
    """What each grant carried out, in a list."""
    done = []
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    monkeypatch.setattr(
        "nianlun.cases.effects.run",
        lambda name, case, *, by, at: done.append(case.number) or Done(sentence="已登记死亡"),
    )
    return done


@pytest.fixture
def counter(db, ran):
    return Counter()


@pytest.fixture
def failed(counter):
    """Death benefits granted, whose payment came back."""
    case_id = accepted(counter, "death_benefits", person_id=factories.person().id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    fail(counter, case_id)
    return case_id


def fail(counter, case_id, by="finance"):
    payout.payment_failed(
        case_id,
        by=getattr(counter, by),
        version=version_of(counter, case_id),
        reason=BACK,
        at=counter.tick(days=1),
    )


def take(counter, case_id, by="clerk", account=NEW):
    payout.take_account(
        case_id,
        by=getattr(counter, by),
        version=version_of(counter, case_id),
        account=account,
        at=counter.tick(days=3),
    )


def pay(counter, case_id, by="finance"):
    deciding.pay(
        case_id,
        by=getattr(counter, by),
        version=version_of(counter, case_id),
        voucher="V7",
        at=counter.tick(),
    )


def test_a_failed_payment_goes_to_another_account_and_the_grant_runs_once(counter, failed, ran):
    assert Case.objects.get(pk=failed).state == State.SUPPLEMENT.value
    take(counter, failed)
    assert Case.objects.get(pk=failed).state == State.SECOND_REVIEW.value
    passed(counter, failed, "reviewer")
    assert Case.objects.get(pk=failed).state == State.PAYMENT.value
    fail(counter, failed)  # the new account fails as well
    take(counter, failed, account=NEW.replace("6789", "1111"))
    passed(counter, failed, "reviewer")
    pay(counter, failed)
    row = Case.objects.get(pk=failed)
    assert (row.state, row.outcome) == (State.CONCLUDED.value, Outcome.GRANTED.value)
    assert len(ran) == 1
    assert payees(row.details) == [NEW, NEW.replace("6789", "1111")]
    assert row.details["account"] == details_for("death_benefits")["account"]  # what was applied for stands
    assert row.actions.filter(move=Move.PASS.value, state=State.APPROVAL.value).count() == 1


def test_the_account_number_lies_sealed_and_not_in_the_history(counter, failed):
    take(counter, failed)
    row = Case.objects.get(pk=failed)
    assert "6789" not in "".join(f"{one.text}{one.details}" for one in row.actions.all())
    assert b"6789" not in bytes(row.details_sealed)


def test_the_days_until_the_new_account_comes_do_not_count(counter, failed):
    row = Case.objects.get(pk=failed)
    assert row.due_on is None
    take(counter, failed)
    assert Case.objects.get(pk=failed).due_on is not None
    assert [(one.until - one.since).days for one in row.pauses.all()] == [3]


@pytest.mark.parametrize(
    ("what", "refused"),
    [
        ("withdraw", lambda c, **how: withdrawing.withdraw(c, reason="重复立案", **how)),
        ("resume", lambda c, **how: pausing.resume(c, **how)),
        ("suspend", lambda c, **how: pausing.suspend(c, reason="等鉴定结论", **how)),
        ("return", lambda c, **how: deciding.send_back(c, to=Step.FIRST_REVIEW, text="请再核对", **how)),
        ("refuse", lambda c, **how: deciding.refuse(c, text="年限不够", **how)),
        ("hearing", lambda c, **how: hearing.call_hearing(c, members=[], question="怎么办呢", **how)),
        ("against", lambda c, **how: deciding.pass_on(c, text="账户不对", advice=False, **how)),
    ],
)
@pytest.mark.parametrize("taken", [False, True])
def test_nothing_but_the_account_is_changed_meanwhile(counter, failed, what, refused, taken):
    if taken:
        take(counter, failed)
    before = Case.objects.values().get(pk=failed)
    for role in ("clerk", "reviewer", "leader"):
        with pytest.raises(Refused):
            refused(
                failed, by=getattr(counter, role), version=version_of(counter, failed), at=counter.tick()
            )
    assert Case.objects.values().get(pk=failed) == before


def test_the_granted_are_told_in_a_sentence_what_to_do(counter, failed):
    take(counter, failed)
    with pytest.raises(Refused, match="待遇已经批准，不能退回"):
        deciding.send_back(
            failed,
            by=counter.reviewer,
            version=version_of(counter, failed),
            to=Step.FIRST_REVIEW,
            text="请再核对",
            at=counter.tick(),
        )


def test_the_three_hands_stay_apart(counter, failed, monkeypatch):
    every = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER, Role.FINANCE})
    for role in ("clerk", "reviewer", "leader", "finance", "clerk2"):
        counter.staff[role] = replace(getattr(counter, role), standing_in=every)
    monkeypatch.setattr("nianlun.cases.moving.access.still", lambda by: by)
    for role in ("finance", "leader", "reviewer"):
        with pytest.raises(Refused, match="另一位同事"):
            take(counter, failed, by=role)
    take(counter, failed, by="clerk2")  # another clerk's first hand
    for role in ("clerk", "clerk2", "leader", "finance"):
        with pytest.raises(Refused, match="另一位同事"):
            passed(counter, failed, role)
    passed(counter, failed, "reviewer")
    for role in ("clerk", "clerk2", "leader", "reviewer"):
        with pytest.raises(Refused, match="另一位同事"):
            pay(counter, failed, by=role)
    pay(counter, failed)


def test_the_reviewer_may_want_yet_another_account(counter, failed):
    take(counter, failed)
    pausing.ask_supplement(
        failed,
        by=counter.reviewer,
        version=version_of(counter, failed),
        missing=[],
        text="户名不是申领人本人，请换本人账户",
        at=counter.tick(),
    )
    take(counter, failed)
    passed(counter, failed, "reviewer")
    pay(counter, failed)


def test_only_what_is_in_payment_can_fail(counter):
    case_id = accepted(counter, "death_benefits", person_id=factories.person().id)
    with pytest.raises(Refused, match="不在支付"):
        fail(counter, case_id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    with pytest.raises(Refused, match="理由"):
        payout.payment_failed(
            case_id,
            by=counter.finance,
            version=version_of(counter, case_id),
            reason="退",
            at=counter.tick(),
        )


def test_the_clerk_finds_it_on_the_worklist(counter, failed):
    on = counter.at.date() + timedelta(days=1)
    assert failed in [line.id for line in queries.worklist(counter.clerk, queries.Pile.PAUSED, on=on)]
    take(counter, failed)
    assert failed in [line.id for line in queries.worklist(counter.reviewer, queries.Pile.POOL, on=on)]


def test_the_person_is_told_what_failed_what_to_bring_and_by_when(counter, failed):
    said = Notice.objects.get(title__startswith="款没有付成").text
    assert BACK in said
    assert "2026-04-04 以前带本人身份证和银行卡" in said
    assert "不用重新申请" in said


def test_the_papers_tell_of_the_failed_payment(counter, failed):
    papers.work()
    asking = papers.said(papers.paper(Slip.objects.get(kind="supplement")))
    assert "付款没有付成" in asking
    assert BACK in asking
    take(counter, failed)
    passed(counter, failed, "reviewer")
    pay(counter, failed)
    papers.work()
    ended = papers.said(papers.paper(Slip.objects.get(kind="conclusion")))
    assert "付款经过" in ended
    assert BACK in ended
    record = papers.said(papers.stored(failed, "case.pdf"))
    assert "支付不成" in record
    assert "登记新账户" in record
    assert "6217000123456789" not in record


def test_the_database_takes_no_granted_case_back(counter, failed):
    for change in (
        {"granted_at": None},
        {"granted_at": counter.tick()},
        {"resumes": "approval"},
        {"state": "approval", "resumes": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=failed).update(**change)


@pytest.mark.parametrize(
    "text", ["", "王秀英，河北银行", "6217000123456789", "x" * 300 + "银行账户 6217000123"]
)
def test_an_account_names_holder_bank_and_number(text):
    with pytest.raises(NotAnAccount):
        checked_account(text)


@pytest.mark.parametrize("number", ["12345678", "6217000123456789", "1" * 25])
def test_the_number_of_a_new_account_is_masked_however_long(number):
    assert number not in veiled({code_of(1): f"王秀英，河北银行，{number}"})[code_of(1)]


def test_an_account_is_kept_as_it_was_given():
    assert checked_account(" 王秀英，河北银行裕华支行，6217 0001 2345 6789\n") == NEW
