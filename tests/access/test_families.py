"""Four families of posts never meet in one natural person, nor do the three officers (S2.4)."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests import factories

from nianlun.access.domain import FAMILY, OFFICERS, RIGHTS, FamiliesMeet, Right, Role, keep_apart
from nianlun.access.models import Account, Grant
from nianlun.access.queries import viewer_of

APART = [
    ({Role.CLERK, Role.FINANCE}, "基金财务"),
    ({Role.LEADER, Role.KEEPER}, "数据管理"),
    ({Role.FINANCE, Role.AUDITOR}, "稽核内控"),
    ({Role.SECURITY_OFFICER, Role.AUDITOR}, "三员"),
    ({Role.SYSTEM_OFFICER, Role.AUDITOR}, "四类"),
]


@pytest.mark.parametrize(("roles", "told"), APART)
def test_posts_that_must_not_meet_are_named(roles, told):
    with pytest.raises(FamiliesMeet, match=told) as refusal:
        keep_apart(roles)
    assert all(role.label in str(refusal.value) for role in roles)


@pytest.mark.parametrize(
    "roles",
    [
        set(),
        {Role.CLERK},
        {Role.CLERK, Role.REVIEWER},
        {Role.CLERK, Role.INSURED},
        {Role.KEEPER, Role.SCANNER},
    ],
)
def test_posts_of_one_family_and_the_own_record_may_meet(roles):
    keep_apart(roles)


@given(st.sets(st.sampled_from(sorted(Role)), max_size=4))
def test_what_may_be_held_together_is_of_one_family_and_holds_one_officer_at_most(roles):
    try:
        keep_apart(roles)
    except FamiliesMeet:
        posts = roles & set(FAMILY)
        assert any(
            FAMILY[one] != FAMILY[other] or {one, other} <= OFFICERS
            for one, other in combinations(posts, 2)
        )
    else:
        assert len({FAMILY[role] for role in roles if role in FAMILY}) <= 1
        assert len(roles & OFFICERS) <= 1


def test_every_post_of_the_agency_has_its_family():
    assert set(Role) - set(FAMILY) == {Role.EMPLOYER, Role.INSURED, Role.PROGRAM}


USES = {Right.CASE_ACCEPT, Right.CASE_CONFIRM, Right.CASE_APPROVE, Right.CASE_PAY, Right.PERSON_READ}


def test_no_role_both_gives_rights_and_uses_them():  # no super-user
    steps = {Right.GRANT_ASK, Right.GRANT_REVIEW, Right.GRANT_APPROVE, Right.GRANT_GIVE}
    for role in Role:
        held = RIGHTS[role]
        assert Right.GRANT_GIVE not in held or not held & USES, role
        assert len(held & (steps - {Right.GRANT_ASK})) <= 1, role
        assert len(held) < len(Right) / 2, role


@given(st.sets(st.sampled_from(sorted(Role)), max_size=6))
def test_even_all_posts_one_person_may_hold_together_leave_the_rest_out_of_reach(roles):
    try:
        keep_apart(roles)
    except FamiliesMeet:
        return
    held = frozenset[Right]().union(*(RIGHTS[role] for role in roles))
    assert not (Right.GRANT_GIVE in held and held & USES)
    assert not {Right.GRANT_REVIEW, Right.GRANT_APPROVE} <= held
    assert not {Right.CASE_APPROVE, Right.CASE_PAY} <= held
    assert not {Right.JOURNAL_READ, Right.GRANT_GIVE} <= held


def second_account_of_the_same_person(viewer, role: str, other: str):
    first, second = viewer(role), viewer(other)
    holder = Account.objects.get(pk=first.account_id).holder
    return Grant.objects.filter(account_id=second.account_id), holder


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "other"), [("clerk", "finance"), ("auditor", "security_officer")])
def test_the_database_itself_keeps_families_apart(viewer, role, other):
    grants, holder = second_account_of_the_same_person(viewer, role, other)
    with pytest.raises(IntegrityError, match="never_meet"), transaction.atomic():
        grants.update(holder=holder)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "other"),
    [("clerk", "reviewer"), ("auditor", "internal_control"), ("keeper", "system_officer")],
)
def test_two_accounts_of_one_person_in_one_family_may_be(viewer, role, other):
    grants, holder = second_account_of_the_same_person(viewer, role, other)
    assert grants.update(holder=holder) == 1


@pytest.mark.django_db
def test_a_post_counts_from_its_first_to_its_last_instant(viewer):
    clerk = viewer("clerk")
    account = Account.objects.get(pk=clerk.account_id)
    end = factories.START + timedelta(days=10)
    Grant.objects.filter(account=account).update(until=end)
    instants = (
        factories.START,
        end - timedelta(microseconds=1),
        end,
        factories.START - timedelta(seconds=1),
    )
    assert [account.viewer(at=at).lapsed for at in instants] == [False, False, True, True]
    lapsed = account.viewer(at=end)
    assert lapsed.rights == frozenset()
    assert viewer_of(clerk.account_id).lapsed


@pytest.mark.django_db
def test_a_post_written_into_the_account_gives_nothing(viewer):
    clerk = viewer("clerk")
    for forged in ({"role": "leader"}, {"role": "clerk", "scope": "13"}):
        Account.objects.filter(pk=clerk.account_id).update(**forged)
        assert viewer_of(clerk.account_id).rights == frozenset()


@pytest.mark.django_db
def test_who_holds_no_post_any_more_is_signed_out_in_words(viewer, client_of):
    clerk = viewer("clerk")
    client = client_of(clerk)
    assert client.get("/desk/").status_code == 200
    Grant.objects.filter(account_id=clerk.account_id).update(until=factories.START + timedelta(days=1))
    answer = client.get("/desk/", follow=True)
    assert "岗位授权已到期或已收回" in answer.content.decode()
