"""Two steps by two people: two accounts of one person, of spouses or of kin are no second hands (S2.4, S2.5)."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone
from tests import factories
from tests.evidence.conftest import file_paper, settle  # noqa: F401

from nianlun.access import operations as access
from nianlun.access.domain import Refused, Role
from nianlun.access.models import Account
from nianlun.access.operations import Tie, emergencies
from nianlun.access.queries import viewer_of
from nianlun.evidence import operations as evidence
from nianlun.evidence import rulings
from nianlun.evidence.domain import Kind
from nianlun.registry import kin_declaring
from nianlun.registry.domain import Relation
from nianlun.watch import exports
from nianlun.watch.models import Export

pytestmark = pytest.mark.django_db
HUSBAND = factories.identity_number(born=date(1964, 5, 2))
WIFE = factories.identity_number(born=date(1966, 8, 9), sex="female")


def one_person(first, second):
    """Two accounts of the same family of posts, which one person may hold."""
    holder = Account.objects.get(pk=first.account_id).holder
    access.identify({first.account_id, second.account_id}, holder=holder, at=timezone.now())


def spouses(first, second):
    told = ((first, "self", HUSBAND), (first, "spouse", WIFE), (second, "self", WIFE))
    for who, relation, number in told:
        kin_declaring.declare_kin(
            who, relation=Relation(relation), name="某人", identity_number=number, at=timezone.now()
        )


BOUND = pytest.mark.parametrize(
    ("bind", "named"), [(one_person, "同一个人"), (spouses, "近亲属")], ids=["one person", "spouses"]
)


def test_what_binds_two_accounts(viewer):
    clerk, mate, stranger = viewer("clerk"), viewer("reviewer"), viewer("leader")
    assert access.tie(clerk.account_id, clerk.account_id) is Tie.SAME
    assert access.tie(clerk.account_id, mate.account_id, None) is None
    spouses(clerk, mate)
    assert access.tie(clerk.account_id, stranger.account_id, mate.account_id) is Tie.KIN
    one_person(clerk, stranger)
    assert access.tie(clerk.account_id, stranger.account_id) is Tie.SAME
    assert access.same_person(stranger.account_id, clerk.account_id)


@BOUND
def test_nobody_confirms_what_the_same_hands_proposed(bind, named, file_paper, settle, person, viewer, now):  # noqa: F811
    settle(file_paper(made="1984-08-29", birth_date="1967-04-28"))
    clerk, reviewer = viewer("clerk"), viewer("reviewer")
    bind(clerk, reviewer)
    proposed = rulings.propose_by_rule(person.id, kind=Kind.BIRTH_DATE, by=clerk, at=now)
    with pytest.raises(evidence.SamePerson, match=named):
        rulings.confirm_ruling(proposed, by=reviewer, at=now)
    rulings.confirm_ruling(proposed, by=viewer("reviewer"), at=now)


@BOUND
def test_nobody_examines_twice(bind, named, file_paper, viewer, now):  # noqa: F811
    item = file_paper(made="1984-08-29", birth_date="1967-04-28")
    clerk, reviewer = viewer("clerk"), viewer("reviewer")
    bind(clerk, reviewer)
    for claim in evidence.Claim.objects.filter(item_id=item):
        evidence.decide(claim.pk, by=clerk, choice="accept", at=now)
    evidence.submit(item, by=clerk, at=now)
    with pytest.raises(evidence.SamePerson, match=named):
        evidence.confirm(item, by=reviewer, at=now)
    with pytest.raises(evidence.SamePerson, match=named):
        evidence.return_item(item, by=reviewer, reason="日期看着是 23 日", at=now)


@BOUND
def test_nobody_agrees_to_an_export_of_the_same_hands(bind, named, viewer, person):
    at, reviewer, leader = timezone.now(), viewer("reviewer"), viewer("leader")
    bind(reviewer, leader)
    asked = waiting_export(reviewer, at=at)
    with pytest.raises(Refused, match=named):
        exports.decide(leader, asked, agree=True, reason="", at=at)
    assert Export.objects.get(pk=asked).state == Export.State.WAITING


@BOUND
def test_nobody_looks_into_an_emergency_the_same_hands_agreed_to(bind, named, viewer):
    at, control, security = timezone.now(), viewer("internal_control"), viewer("security_officer")
    bind(control, security)
    reviewer = viewer("reviewer")
    glass = emergencies.ask_glass(reviewer, role=Role.LEADER, reason="系统切换当晚", at=at)
    emergencies.decide_glass(control, glass, agreed=True, at=at)
    emergencies.close_glass(viewer_of(reviewer.account_id), glass, at=at)
    with pytest.raises(Refused, match=named):
        emergencies.review_glass(security, glass, proper=True, note="自己审自己", at=at)
    emergencies.review_glass(viewer("security_officer"), glass, proper=True, note="问过本人", at=at)


def test_behind_broken_glass_nothing_is_let_go(viewer, person):
    at, reviewer = timezone.now(), viewer("reviewer")
    asked = waiting_export(viewer("reviewer"), at=at)
    glass = emergencies.ask_glass(reviewer, role=Role.LEADER, reason="系统切换当晚", at=at)
    emergencies.decide_glass(viewer("security_officer"), glass, agreed=True, at=at)
    with pytest.raises(Refused, match="应急权限期间不批准导出"):
        exports.decide(viewer_of(reviewer.account_id), asked, agree=True, reason="", at=at)


def waiting_export(who, *, at):
    asked = exports.ask(
        who,
        name="desk.people",
        filters={},
        file_format="csv",
        reason="核对本月到龄人员",
        token=uuid4(),
        at=at,
    )
    Export.objects.filter(pk=asked).update(state=Export.State.WAITING)
    return asked
