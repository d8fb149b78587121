"""Whose business a member of staff keeps away from: the own, the spouse's, the registered kin's (S2.5)."""

from datetime import date

import pytest
from tests import factories

from nianlun.access.domain import NotVisible, Refused
from nianlun.kernel.cipher import Keyring
from nianlun.registry import kin, kin_declaring, operations, queries
from nianlun.registry.domain import NotRegistrable, Relation
from nianlun.registry.models import Kin

pytestmark = pytest.mark.django_db

HUSBAND = factories.identity_number(born=date(1964, 5, 2))
WIFE = factories.identity_number(born=date(1966, 8, 9), sex="female")
STRANGER = factories.identity_number(born=date(1959, 1, 3))


def declare(viewer, relation, number, now, name="某人"):
    return kin_declaring.declare_kin(
        viewer, relation=Relation(relation), name=name, identity_number=number, at=now
    )


def test_the_own_the_spouses_and_the_kins_business_is_kept_away_from(viewer, agency, now):
    clerk = viewer("clerk")
    own, wife, stranger = (
        factories.person(agency, number=number, sex=sex)
        for number, sex in ((HUSBAND, "male"), (WIFE, "female"), (STRANGER, "male"))
    )
    assert queries.persons_close_to(clerk.account_id) == frozenset()
    operations.link_login(by=None, account_id=clerk.account_id, person_id=own.id, at=now)
    declare(clerk, "spouse", WIFE, now)
    assert queries.persons_close_to(clerk.account_id) == {own.id, wife.id}
    assert stranger.id not in queries.persons_close_to(clerk.account_id)


def test_kin_counts_before_it_is_registered_and_in_both_directions(viewer, agency, now):
    husband, wife = viewer("clerk"), viewer("reviewer")
    declare(husband, "self", HUSBAND, now)
    declare(wife, "spouse", HUSBAND, now)
    declare(wife, "self", WIFE, now)
    later = factories.person(agency, number=WIFE, sex="female")
    assert queries.persons_close_to(husband.account_id) == {later.id}
    assert kin.are_close(husband.account_id, wife.account_id)
    assert kin.are_close(wife.account_id, husband.account_id)


def test_two_accounts_of_one_person_are_one_and_share_their_kin(viewer, agency, now):
    first, second, third = viewer("clerk"), viewer("clerk"), viewer("reviewer")
    declare(first, "self", HUSBAND, now)
    declare(first, "spouse", WIFE, now)
    person = factories.person(agency, number=HUSBAND)
    operations.link_login(by=None, account_id=second.account_id, person_id=person.id, at=now)
    declare(third, "self", WIFE, now)
    assert kin.are_close(first.account_id, second.account_id)
    assert kin.are_close(second.account_id, third.account_id)
    stranger = viewer("clerk").account_id
    assert not kin.are_close(first.account_id, stranger)
    assert kin.kin_among(first.account_id, [second.account_id, stranger]) == {second.account_id}
    assert kin.kin_among(stranger, [first.account_id, second.account_id]) == set()


def test_a_declaration_counts_until_internal_control_agrees_to_its_withdrawal(viewer, agency, now):
    clerk, control = viewer("clerk"), viewer("internal_control")
    wife = factories.person(agency, number=WIFE, sex="female")
    kin_id = declare(clerk, "spouse", WIFE, now)
    with pytest.raises(NotRegistrable, match="为什么"):
        kin_declaring.ask_withdrawal(clerk, kin_id=kin_id, reason=" ", at=now)
    with pytest.raises(NotVisible):
        kin_declaring.agree_withdrawal(control, kin_id=kin_id, at=now)
    kin_declaring.ask_withdrawal(clerk, kin_id=kin_id, reason="已经离婚", at=now)
    assert queries.persons_close_to(clerk.account_id) == {wife.id}
    with pytest.raises(Refused):
        kin_declaring.agree_withdrawal(clerk, kin_id=kin_id, at=now)
    with pytest.raises(NotVisible):
        kin_declaring.agree_withdrawal(
            factories.staff("internal_control", scope="130102"), kin_id=kin_id, at=now
        )
    kin_declaring.agree_withdrawal(control, kin_id=kin_id, at=now)
    assert queries.persons_close_to(clerk.account_id) == frozenset()


def test_nobody_withdraws_what_another_declared_nor_agrees_to_the_own(viewer, now):
    clerk, other, control = viewer("clerk"), viewer("clerk"), viewer("internal_control")
    with pytest.raises(NotVisible):
        kin_declaring.ask_withdrawal(
            other, kin_id=declare(clerk, "spouse", WIFE, now), reason="写错了", at=now
        )
    own = declare(control, "spouse", STRANGER, now)
    kin_declaring.ask_withdrawal(control, kin_id=own, reason="写错了", at=now)
    with pytest.raises(Refused, match="另一位"):
        kin_declaring.agree_withdrawal(control, kin_id=own, at=now)


def test_the_own_number_the_spouse_and_each_relative_are_declared_once(viewer, now):
    clerk = viewer("clerk")
    declare(clerk, "self", HUSBAND, now)
    for relation, number in (("self", STRANGER), ("line", HUSBAND)):
        with pytest.raises(NotRegistrable, match="已经申报"):
            declare(clerk, relation, number, now)
    declare(clerk, "line", STRANGER, now)
    assert [line.relation for line in kin.declarations(clerk.account_id)] == [Relation.SELF, Relation.LINE]


def test_a_year_is_confirmed_once_and_not_without_the_own_number(viewer, now):
    clerk = viewer("clerk")
    with pytest.raises(NotRegistrable, match="本人"):
        kin_declaring.confirm_kin(clerk, year=2026, at=now)
    declare(clerk, "self", HUSBAND, now)
    for _ in range(2):
        kin_declaring.confirm_kin(clerk, year=2026, at=now)
    assert kin.is_confirmed(clerk.account_id, year=2026)
    assert not kin.is_confirmed(clerk.account_id, year=2027)


def test_a_relatives_number_lies_sealed_and_moves_to_a_new_key(viewer, now, settings, tmp_path):
    clerk = viewer("clerk")
    settings.KEYRING = tmp_path / "keys.json"
    ring = Keyring.create(settings.KEYRING)
    declare(clerk, "spouse", WIFE, now)
    assert WIFE.encode() not in bytes(Kin.objects.get().identity_number_sealed)
    assert (
        kin.declarations(clerk.account_id)[0].masked_identity_number == f"{WIFE[:4]}••••••••••{WIFE[-4:]}"
    )
    ring.rotate(settings.KEYRING)
    assert operations.reseal(at=now) == operations.Resealed(done=1, left=0)
    assert Kin.objects.get().key_version == 2
    assert kin.declarations(clerk.account_id)[0].masked_identity_number.endswith(WIFE[-4:])


def test_kin_are_declared_confirmed_and_withdrawn_on_the_own_page(viewer, client_of):
    clerk = client_of(viewer("clerk", name="李敏"))
    own = {"relation": "self", "name": "李敏", "number": WIFE}
    for wrong, told in (
        ({"number": "123"}, "应为 18 位"),
        ({"relation": "x"}, "关系"),
        ({"name": ""}, "姓名"),
    ):
        answer = clerk.post("/me/kin/", own | wrong)
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert WIFE not in answer.content.decode()
    assert clerk.post("/me/kin/confirm/").status_code == 422
    assert clerk.post("/me/kin/", own).status_code == 302
    assert clerk.post("/me/kin/confirm/").status_code == 302
    assert "年已确认" in clerk.get("/me/kin/").content.decode()
    assert WIFE not in clerk.get("/me/kin/").content.decode()
    kin_id = Kin.objects.get().pk
    assert clerk.post(f"/me/kin/{kin_id}/withdraw/", {"reason": ""}).status_code == 422
    assert clerk.post(f"/me/kin/{kin_id}/withdraw/", {"reason": "写错了"}).status_code == 302
    control = client_of(viewer("internal_control"))
    assert "李敏" in control.get("/me/kin/").content.decode()
    assert "等您同意的撤回" not in clerk.get("/me/kin/").content.decode()
    assert control.post(f"/me/kin/{kin_id}/agree/").status_code == 302
    assert "还没有申报" in clerk.get("/me/kin/").content.decode()


def test_who_turns_out_to_be_one_person_in_two_families_is_refused(viewer, now):
    clerk, finance = viewer("clerk"), viewer("finance")
    declare(clerk, "self", HUSBAND, now)
    with pytest.raises(Refused, match="同一个人"):
        declare(finance, "self", HUSBAND, now)
    assert kin.declarations(finance.account_id) == []


def test_a_link_to_a_person_who_holds_another_familys_post_is_refused(viewer, agency, now):
    clerk, finance, third = viewer("clerk"), viewer("finance"), viewer("reviewer")
    person = factories.person(agency, number=HUSBAND)
    operations.link_login(by=None, account_id=clerk.account_id, person_id=person.id, at=now)
    operations.link_login(by=None, account_id=third.account_id, person_id=person.id, at=now)
    with pytest.raises(Refused, match="不能由一人兼任"):
        operations.link_login(by=None, account_id=finance.account_id, person_id=person.id, at=now)
