"""A post is given by four persons in four steps, for a term, and taken away by one (S2.4)."""

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import factories

from nianlun.access import ledger
from nianlun.access.domain import NotVisible, Refused, Right, Role, Viewer
from nianlun.access.domain.grants import NotGrantable, Standing, Step
from nianlun.access.models import Account, Grant, Signature
from nianlun.access.operations import LoginTaken, granting, identify
from nianlun.access.queries import viewer_named, viewer_of
from nianlun.journal.models import Entry
from nianlun.registry import kin_declaring
from nianlun.registry.domain import Relation

pytestmark = pytest.mark.django_db
WHY = "新收一批档案，窗口人手不够"


@dataclass
class Hands:
    """One person for each step, by the roles that take it."""

    asks: Viewer
    reviews: Viewer
    approves: Viewer
    gives: Viewer

    def of(self, step: Step) -> Viewer:
        return dict(zip(Step, (self.asks, self.reviews, self.approves, self.gives), strict=True))[step]


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def hands(viewer) -> Hands:
    return Hands(*(viewer(role) for role in ("clerk", "internal_control", "leader", "security_officer")))


def ask(by: Viewer, at, *, account=None, role="reviewer", scope="130606", until=None, **more) -> int:
    fields = {"username": "", "name": "", "agency_name": ""} | more
    return granting.ask(
        by,
        account_id=account.account_id if account else None,
        role=Role(role),
        scope=scope,
        until=until or timezone.localdate(at) + timedelta(days=365),
        reason=fields.pop("reason", WHY),
        at=at,
        **fields,
    )


def sign(hands: Hands, number: int, *steps: Step, at) -> None:
    for step in steps or list(Step)[1:]:
        granting.sign(hands.of(step), number, step=step, agreed=True, at=at)


def test_four_hands_move_a_clerk_to_the_post_of_reviewer(viewer, hands, at):
    clerk = viewer("clerk")
    number = ask(hands.asks, at, account=clerk)
    sign(hands, number, Step.REVIEWED, Step.APPROVED, at=at)
    assert viewer_of(clerk.account_id).role is Role.CLERK
    sign(hands, number, Step.GIVEN, at=at)
    now_is = viewer_of(clerk.account_id)
    assert (now_is.role, now_is.lapsed) == (Role.REVIEWER, False)
    line = ledger.request(clerk, number, at=at)
    assert line.standing is Standing.GIVEN
    assert [hand.name for hand in line.hands] == [hands.of(step).name for step in Step]
    told = Entry.objects.filter(action__startswith="access.grant_").order_by("pk")
    assert [entry.action.removeprefix("access.grant_") for entry in told] == [
        "asked",
        "signed",
        "signed",
        "signed",
        "given",
    ]


def test_a_new_account_comes_with_its_post_and_without_a_password(hands, at):
    number = ask(
        hands.asks, at, role="clerk", username="GaoFei", name="高飞", agency_name="莲池区社会保险所"
    )
    sign(hands, number, at=at)
    made = viewer_named("gaofei")
    assert (made.role, made.name, made.lapsed) == (Role.CLERK, "高飞", False)
    assert not Account.objects.get(username="gaofei").has_usable_password()


def test_no_step_is_taken_before_its_turn_twice_or_by_the_wrong_post(viewer, hands, at):
    number = ask(hands.asks, at, account=viewer("clerk"))
    for step in (Step.APPROVED, Step.GIVEN):
        with pytest.raises(Refused, match="等待内控审核"):
            sign(hands, number, step, at=at)
    with pytest.raises(Refused, match="不能审核权限申请"):
        granting.sign(hands.approves, number, step=Step.REVIEWED, agreed=True, at=at)
    sign(hands, number, Step.REVIEWED, at=at)
    with pytest.raises(Refused, match="等待领导核准"):
        sign(hands, number, Step.REVIEWED, at=at)
    assert Signature.objects.filter(request_id=number, step=Step.REVIEWED).count() == 1


def test_one_natural_person_is_one_hand_whatever_accounts_it_has(viewer, hands, at):
    number = ask(leader := viewer("leader"), at, account=viewer("clerk"))
    sign(hands, number, Step.REVIEWED, at=at)
    with pytest.raises(Refused, match="四个人"):
        granting.sign(leader, number, step=Step.APPROVED, agreed=True, at=at)
    other = viewer("leader")
    identify({leader.account_id, other.account_id}, holder=factories_holder(leader), at=at)
    with pytest.raises(Refused, match="四个人"):
        granting.sign(other, number, step=Step.APPROVED, agreed=True, at=at)
    sign(hands, number, Step.APPROVED, Step.GIVEN, at=at)


def factories_holder(viewer: Viewer):
    return Account.objects.get(pk=viewer.account_id).holder


def test_nobody_has_a_hand_in_the_own_post(viewer, hands, at):
    with pytest.raises(Refused, match="四个人"):
        ask(hands.asks, at, account=hands.asks)
    for step in (Step.REVIEWED, Step.APPROVED, Step.GIVEN):
        beneficiary = hands.of(step)
        number = ask(viewer("leader"), at, account=beneficiary, role=beneficiary.role)
        for before in list(Step)[1 : list(Step).index(step)]:
            sign(hands, number, before, at=at)
        with pytest.raises(Refused, match="四个人"):
            sign(hands, number, step, at=at)


def test_the_database_itself_refuses_a_second_hand(viewer, hands, at):
    clerk = viewer("clerk")
    number = ask(hands.asks, at, account=clerk)
    row = {"request_id": number, "step": Step.REVIEWED, "agreed": True, "at": at}
    for culprit in (hands.asks, clerk):
        for account_id in (culprit.account_id, hands.reviews.account_id):
            holder = factories_holder(culprit)
            with pytest.raises(IntegrityError), transaction.atomic():
                Signature.objects.create(**row, account_id=account_id, holder=holder)


def test_each_step_can_refuse_with_a_reason_and_that_is_the_end(viewer, hands, at):
    for step in list(Step)[1:]:
        number = ask(hands.asks, at, account=viewer("clerk"))
        for before in list(Step)[1 : list(Step).index(step)]:
            sign(hands, number, before, at=at)
        with pytest.raises(NotGrantable, match="理由"):
            granting.sign(hands.of(step), number, step=step, agreed=False, reason="", at=at)
        granting.sign(hands.of(step), number, step=step, agreed=False, reason="不需要这个岗位", at=at)
        line = ledger.request(hands.asks, number, at=at)
        assert (line.standing, line.hands[-1].reason) == (Standing.REFUSED, "不需要这个岗位")
        with pytest.raises(Refused, match="已退回"):
            sign(hands, number, step, at=at)


def test_a_request_is_withdrawn_by_who_asked_and_dies_after_thirty_days(viewer, hands, at):
    number = ask(hands.asks, at, account=viewer("clerk"))
    with pytest.raises(NotVisible):
        granting.withdraw(hands.reviews, number, at=at)
    granting.withdraw(hands.asks, number, at=at)
    with pytest.raises(Refused, match="已撤回"):
        sign(hands, number, Step.REVIEWED, at=at)
    old = ask(hands.asks, at, account=viewer("clerk"))
    with pytest.raises(Refused, match="已过期"):
        sign(hands, old, Step.REVIEWED, at=at + timedelta(days=30))
    assert ledger.waiting_for(hands.reviews, at=at + timedelta(days=30)) == []


def test_out_of_scope_there_is_no_request(viewer, hands, at):
    number = ask(hands.asks, at, account=viewer("clerk"))
    far = factories.staff("internal_control", scope="130102")
    for step in (
        lambda: granting.sign(far, number, step=Step.REVIEWED, agreed=True, at=at),
        lambda: ledger.request(far, number, at=at),
        lambda: granting.sign(hands.reviews, 10**9, step=Step.REVIEWED, agreed=True, at=at),
        lambda: ask(hands.asks, at, account=factories.staff("clerk", scope="130102")),
        lambda: ask(hands.asks, at, role="clerk", scope="1306", username="x", name="x", agency_name="x"),
    ):
        with pytest.raises(NotVisible):
            step()
    assert ledger.waiting_for(far, at=at) == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"role": "insured"}, "不是经办机构的岗位"),
        ({"until": date(2020, 1, 1)}, "晚于今天"),
        ({"until": date(2200, 1, 1)}, "最长一年"),
        ({"reason": "  因 "}, "写明理由"),
        ({"username": "高飞"}, "账号名"),
        ({"name": " "}, "账号名"),
    ],
)
def test_what_cannot_be_given_is_told_when_it_is_asked_for(hands, at, asked, told):
    new = {"role": "clerk", "username": "gaofei", "name": "高飞", "agency_name": "莲池区社会保险所"}
    with pytest.raises(NotGrantable, match=told):
        ask(hands.asks, at, **(new | asked))


def test_a_contractor_s_post_lasts_as_long_as_the_contract(viewer, at):
    archivist = viewer("archivist")
    new = {"role": "scanner", "username": "waibao9", "name": "马小川", "agency_name": "冀档公司"}
    until = timezone.localdate(at) + timedelta(days=800)
    with pytest.raises(NotGrantable, match="合同编号"):
        ask(archivist, at, until=until, **new)
    assert ask(archivist, at, until=until, contract="冀档2026-07", **new)


def test_a_department_asks_for_its_own_and_a_leader_for_all(viewer, at):
    new = {"username": "gaofei", "name": "高飞", "agency_name": "莲池区社会保险所"}
    for asker in ("clerk", "archivist"):
        with pytest.raises(Refused, match="类岗位的同事或领导"):
            ask(viewer(asker), at, role="finance", **new)
    assert ask(viewer("finance"), at, role="finance", **new)
    assert ask(viewer("leader"), at, role="auditor", **new)


def test_families_are_asked_again_when_the_post_is_given(viewer, hands, at):
    clerk, second = viewer("clerk"), viewer("clerk")
    finance = viewer("finance")
    number = ask(viewer("leader"), at, account=second, role="finance")
    sign(hands, number, Step.REVIEWED, Step.APPROVED, at=at)
    identify({clerk.account_id, second.account_id}, holder=factories_holder(clerk), at=at)
    with pytest.raises(Refused, match="不能由一人兼任"):
        sign(hands, number, Step.GIVEN, at=at)
    with pytest.raises(Refused, match="同一个人"):
        identify({clerk.account_id, finance.account_id}, holder=factories_holder(clerk), at=at)
    with pytest.raises(Refused, match="不能由一人兼任"):
        ask(viewer("leader"), at, account=second, role="finance")


def test_a_login_taken_meanwhile_stops_the_giving(hands, at):
    new = {"role": "clerk", "username": "gaofei", "name": "高飞", "agency_name": "莲池区社会保险所"}
    first, second = ask(hands.asks, at, **new), ask(hands.asks, at, **new)
    sign(hands, first, at=at)
    sign(hands, second, Step.REVIEWED, Step.APPROVED, at=at)
    with pytest.raises(LoginTaken):
        sign(hands, second, Step.GIVEN, at=at)


def test_what_is_taken_away_counts_no_more_at_the_next_request(viewer, hands, client_of, at):
    clerk = viewer("clerk")
    client = client_of(clerk)
    assert client.get("/desk/").status_code == 200
    grant = Grant.objects.get(account_id=clerk.account_id)
    with pytest.raises(Refused, match="不能赋予和收回权限"):
        granting.end(hands.approves, grant.pk, reason="调离岗位", at=at)
    with pytest.raises(NotVisible):
        granting.end(
            factories.staff("security_officer", scope="130102"), grant.pk, reason="调离岗位", at=at
        )
    granting.end(hands.gives, grant.pk, reason="调离岗位", at=at)
    assert client.get("/desk/").status_code == 302
    with pytest.raises(Refused, match="已经到期或收回"):
        granting.end(hands.gives, grant.pk, reason="调离岗位", at=at)
    own = Grant.objects.get(account_id=hands.gives.account_id)
    with pytest.raises(Refused, match="自己的权限"):
        granting.end(hands.gives, own.pk, reason="调离岗位", at=at)


def test_the_ledger_tells_what_is_held_what_ends_soon_and_what_is_over(
    viewer, hands, at, django_assert_num_queries
):
    clerk = viewer("clerk")
    number = ask(hands.asks, at, account=clerk, until=timezone.localdate(at) + timedelta(days=20))
    sign(hands, number, at=at)
    auditor = viewer("auditor")
    with django_assert_num_queries(2):
        held = ledger.grants(auditor, at=at)
    assert {line.account_id for line in held} >= {clerk.account_id, hands.asks.account_id}
    (soon,) = ledger.grants(auditor, show="soon", at=at)
    assert (soon.account_id, len(soon.hands), soon.request_id) == (clerk.account_id, 4, number)
    (over,) = ledger.grants(auditor, show="over", at=at)
    assert (over.account_id, over.ended_why, over.founding) == (
        clerk.account_id,
        "由新的授权接替",
        "安装时创设",
    )
    assert ledger.grants(factories.staff("auditor", scope="130102"), role=Role.CLERK, at=at) == []
    with pytest.raises(Refused):
        ledger.grants(clerk, at=at)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_giving_one_post_one_gives_it(viewer, hands, at):
    clerk, other = viewer("clerk"), viewer("security_officer")
    number = ask(hands.asks, at, account=clerk)
    sign(hands, number, Step.REVIEWED, Step.APPROVED, at=at)
    outcomes = []

    def give(officer: Viewer) -> None:
        try:
            outcomes.append(granting.sign(officer, number, step=Step.GIVEN, agreed=True, at=at))
        except Refused as refusal:
            outcomes.append(refusal.sentence)
        finally:
            connection.close()

    both = [threading.Thread(target=give, args=[officer]) for officer in (hands.gives, other)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(20)
    assert sorted(map(str, outcomes)) == sorted(
        ["given", "这份申请现在已赋权，“系统赋权”这一步办不了。请刷新后再看。"]
    )
    assert Grant.objects.filter(account_id=clerk.account_id, ended_at=None).count() == 1


ROLES = ["clerk", "leader", "finance", "internal_control", "security_officer", "auditor"]
moves = st.tuples(
    st.integers(0, 5), st.sampled_from(["ask", "sign"]), st.integers(0, 5), st.sampled_from(ROLES)
)


@settings(max_examples=15, deadline=None)
@given(st.lists(moves, max_size=12))
def test_no_sequence_of_requests_gives_one_person_everything(made):
    """Six accounts of which any two may belong to one person ask and sign as they can."""
    with transaction.atomic():
        at = timezone.now()
        people = [factories.staff(role) for role in ROLES]
        numbers: list[int] = []
        for actor, move, target, role in made:
            try:
                with transaction.atomic():
                    who = viewer_of(people[actor].account_id)
                    if move == "ask":
                        numbers.append(ask(who, at, account=people[target], role=role))
                        continue
                    for number in numbers:
                        line = ledger.request(who, number, at=at)
                        if line.waiting_for:
                            granting.sign(who, number, step=line.waiting_for, agreed=True, at=at)
            except (Refused, NotVisible, NotGrantable):
                continue
        for each in people:
            rights = viewer_of(each.account_id).rights
            assert len(rights) < len(Right) / 2
            assert not (Right.GRANT_GIVE in rights and Right.PERSON_READ in rights)
        for number in numbers:
            signed = Signature.objects.filter(request_id=number).exclude(step="beneficiary")
            line = ledger.line_of(signed.first().request, at=at)
            assert len({hand.account_id for hand in line.hands}) == len(line.hands)
            assert line.account_id not in {hand.account_id for hand in line.hands}
        transaction.set_rollback(True)


def test_spouses_and_registered_kin_sign_nothing_for_one_another(viewer, hands, at):  # S2.5
    spouses = {"asks": factories.identity_number(), "approves": factories.identity_number(sex="female")}
    for step, number in spouses.items():
        kin_declaring.declare_kin(
            getattr(hands, step), relation=Relation.SELF, name="本人", identity_number=number, at=at
        )
    kin_declaring.declare_kin(
        hands.approves, relation=Relation.SPOUSE, name="配偶", identity_number=spouses["asks"], at=at
    )
    number = ask(hands.asks, at, account=viewer("clerk"))
    sign(hands, number, Step.REVIEWED, at=at)
    for agreed in (True, False):
        with pytest.raises(Refused, match="配偶或登记的亲属"):
            granting.sign(
                hands.approves, number, step=Step.APPROVED, agreed=agreed, reason="不需要这一项", at=at
            )
    assert Signature.objects.filter(request_id=number, step=Step.APPROVED).count() == 0
    granting.sign(viewer("leader"), number, step=Step.APPROVED, agreed=True, at=at)


def test_nobody_asks_for_a_post_for_the_spouse(viewer, hands, at):  # S2.5
    husband, clerk = factories.identity_number(), viewer("clerk")
    kin_declaring.declare_kin(
        hands.asks, relation=Relation.SPOUSE, name="配偶", identity_number=husband, at=at
    )
    assert ask(hands.asks, at, account=clerk) > 0  # nobody knows yet that it is he
    kin_declaring.declare_kin(clerk, relation=Relation.SELF, name="本人", identity_number=husband, at=at)
    with pytest.raises(Refused, match="配偶或登记的亲属"):
        ask(hands.asks, at, account=clerk)
