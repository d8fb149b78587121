"""Persons: found by those who may see them, kept sealed, and never registered twice."""

import io
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories

from nianlun.access.domain import NotVisible, Refused, Role
from nianlun.journal.models import Entry
from nianlun.kernel import cipher
from nianlun.kernel.grams import normalised
from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber
from nianlun.registry import operations, queries
from nianlun.registry.domain import AlreadyRegistered, NewPerson, NotRegistrable, Scheme
from nianlun.registry.models import Person

pytestmark = pytest.mark.django_db


def names(lines) -> list[str]:
    return [line.name for line in lines]


def test_a_name_of_two_characters_is_found(agency, viewer):
    for name in ("张伟", "张伟民", "伟张", "张大伟", "小张伟"):
        factories.person(agency, name=name)
    clerk = viewer("clerk")
    assert sorted(names(queries.search_persons(clerk, "张伟"))) == ["小张伟", "张伟", "张伟民"]
    assert len(queries.search_persons(clerk, "伟")) == 5
    assert names(queries.search_persons(clerk, " 张　伟 民 ")) == ["张伟民"]
    factories.person(agency, name="伟张伟")
    assert queries.search_persons(clerk, "张伟张") == []  # all its pairs are there, the text is not


@pytest.mark.parametrize(
    "text", ["", "  ", "%", "_", "'", "\\", "\x00", "&", "张'伟", "a | b", "!张", "😀", "张" * 500]
)
def test_no_question_makes_a_fault_and_none_without_letters_finds_all(agency, viewer, text):  # S7.3, S7.5
    factories.person(agency, name="李四")
    assert queries.search_persons(viewer("clerk"), text) == []
    assert queries.search_employers(viewer("clerk"), text) == []
    assert queries.find_by_personal_number(viewer("clerk"), text) is None


few = st.text(alphabet="张伟Ab ·'\\", max_size=4)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(few, min_size=1, max_size=4), few)
def test_search_finds_exactly_the_names_that_contain_the_text(agency, viewer, people, text):
    kept = [name for name in people if normalised(name)]
    with transaction.atomic():
        for name in kept:
            factories.person(agency, name=name)
        found = names(queries.search_persons(viewer("clerk"), text))
        transaction.set_rollback(True)
    wanted = normalised(text)
    expected = [" ".join(name.split()) for name in kept if wanted and wanted in normalised(name)]
    assert sorted(found) == sorted(expected)


def test_what_lies_in_another_scope_never_appears(agency, elsewhere, viewer):  # S2.2
    near, far = factories.person(agency, name="张伟"), factories.person(elsewhere, name="张伟")
    clerk, number = viewer("clerk"), factories.identity_number()
    hidden = factories.person(elsewhere, name="赵六", number=number)
    assert [line.id for line in queries.search_persons(clerk, "张伟")] == [near.id]
    assert [line.id for line in queries.list_persons(clerk)] == [near.id]
    assert queries.count_persons(clerk) == 1
    assert set(queries.persons(clerk, [near.id, far.id])) == {near.id}
    assert queries.visible_ids(clerk, [near.id, far.id]) == {near.id}
    assert queries.find_by_identity_number(clerk, number) is None
    assert queries.find_by_personal_number(clerk, hidden.personal_number) is None
    with pytest.raises(NotVisible):
        queries.person(clerk, far.id)
    factories.purpose(clerk, far.id)
    with pytest.raises(NotVisible):
        operations.reveal_identity_number(clerk, person_id=far.id, at=factories.START)


def test_an_empty_scope_sees_nobody_and_a_province_everybody_in_it(agency, elsewhere, viewer):
    factories.person(agency, name="张伟")
    factories.person(elsewhere, name="张伟")
    assert queries.search_persons(viewer("clerk", scope=""), "张伟") == []
    assert len(queries.search_persons(viewer("clerk", scope="13"), "张伟")) == 2


@pytest.mark.parametrize("role", [Role.SCANNER, Role.SYSTEM_OFFICER, Role.SECURITY_OFFICER, Role.AUDITOR])
def test_roles_without_the_right_see_nobody_even_in_their_scope(agency, viewer, role):  # S2.6
    line = factories.person(agency, name="张伟")
    someone = viewer(role)
    assert queries.search_persons(someone, "张伟") == []
    assert queries.persons(someone, [line.id]) == {}
    with pytest.raises(NotVisible):
        queries.person(someone, line.id)


def test_names_are_shown_of_those_in_sight_only(agency, elsewhere, viewer, django_assert_num_queries):
    near, far = factories.person(agency, name="张伟"), factories.person(elsewhere, name="赵六")
    clerk = viewer("clerk")
    with django_assert_num_queries(1):
        assert queries.person_names(clerk, [near.id, far.id]) == {near.id: "张伟"}
    assert queries.person_names(viewer("scanner"), [near.id]) == {}


def test_a_number_read_from_a_page_finds_its_owner_among_the_insured_of_the_division(agency, elsewhere):
    number = factories.identity_number()
    line = factories.person(agency, number=number)
    assert queries.person_with_identity_number(number, division="130606") == line.id
    assert queries.person_with_identity_number(number, division=elsewhere.division) is None
    assert queries.person_with_identity_number("13O6o6", division="13") is None


def test_an_insured_person_sees_the_own_record_and_no_other(agency):
    own, other = factories.person(agency), factories.person(agency)
    viewer = factories.insured(own)
    assert queries.own_person_id(viewer) == own.id
    assert queries.person(viewer, own.id).id == own.id
    assert set(queries.persons(viewer, [own.id, other.id])) == {own.id}
    with pytest.raises(NotVisible):
        queries.person(viewer, other.id)


def test_a_number_is_found_as_it_is_typed(agency, viewer):
    line = factories.person(agency, number="130606196604280417"[:17] + check("13060619660428041"))
    clerk = viewer("clerk")
    typed = "130606 19660428 041" + check("13060619660428041").lower()
    assert queries.find_by_identity_number(clerk, typed).id == line.id
    assert queries.find_by_identity_number(clerk, "130606660428041").id == line.id  # the old fifteen digits
    with pytest.raises(NotAnIdentityNumber, match="17 位"):
        queries.find_by_identity_number(clerk, "13060619660428041")


def check(first17: str) -> str:
    return next(c for c in "0123456789X" if valid(first17 + c))


def valid(text: str) -> bool:
    try:
        IdentityNumber.parse(text)
    except NotAnIdentityNumber:
        return False
    return True


def test_the_database_holds_no_number_in_plain_text(agency):  # S5.1
    number = factories.identity_number()
    factories.person(agency, number=number)
    dump = io.StringIO()
    with connection.cursor() as cursor:
        for table in ("registry_person", "journal_entry", "registry_personlogin"):
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                for piece in copy:
                    dump.write(bytes(piece).decode())
    text = dump.getvalue()
    assert "张伟" in text  # the dump is one
    for piece in (number, number[:17], number[6:14], number.encode().hex(), number[4:14]):
        assert piece not in text


def test_a_line_shows_the_number_masked(agency):  # S2.3
    number = factories.identity_number()
    line = factories.person(agency, number=number)
    assert line.masked_identity_number == number[:4] + "•" * 10 + number[-4:]


def test_a_sealed_number_does_not_open_in_another_row(agency):  # S5.1
    one, two = factories.person(agency), factories.person(agency)
    Person.objects.filter(pk=one.id).update(
        identity_number_sealed=Person.objects.get(pk=two.id).identity_number_sealed
    )
    with pytest.raises(cipher.SealBroken):
        queries.system_person(one.id)


def test_showing_a_number_needs_right_and_purpose_and_is_journaled(agency, viewer, now):  # S2.3
    number = factories.identity_number()
    line = factories.person(agency, number=number)
    clerk, leader = viewer("clerk"), viewer("leader")
    with pytest.raises(Refused, match="事由"):
        operations.reveal_identity_number(clerk, person_id=line.id, at=now)
    purpose = factories.purpose(clerk, line.id, at=now)
    assert operations.reveal_identity_number(clerk, person_id=line.id, at=now) == number
    entry = Entry.objects.get(action="registry.identity_number_revealed")
    assert (entry.person_id, entry.account_id, entry.purpose, entry.rows) == (
        line.id,
        clerk.account_id,
        purpose,
        1,
    )
    factories.purpose(leader, line.id, at=now)
    with pytest.raises(Refused, match="领导"):
        operations.reveal_identity_number(leader, person_id=line.id, at=now)


def test_a_person_is_registered_once_even_by_another_agency(agency, elsewhere):
    number = factories.identity_number()
    factories.person(agency, number=number)
    with pytest.raises(AlreadyRegistered):
        factories.person(elsewhere, number=number)


def test_many_are_registered_whole_or_not_at_all(agency, now):
    def new(number: str) -> NewPerson:
        return NewPerson(
            name="王芳",
            identity_number=IdentityNumber.parse(number),
            scheme=Scheme.FLEXIBLE,
            category=60,
            agency_id=agency.id,
            personal_number=f"B{number[-6:]}",
        )

    first, second = factories.identity_number(), factories.identity_number()
    assert len(operations.register_persons([new(first), new(second)], by=None, at=now)) == 2
    with pytest.raises(AlreadyRegistered):
        operations.register_persons([new(factories.identity_number()), new(first)], by=None, at=now)
    assert Person.objects.count() == 2
    assert Entry.objects.get(action="registry.persons_registered").rows == 2


@pytest.mark.parametrize(
    ("sex", "category", "right"),
    [
        ("male", 60, True),
        ("male", 55, False),
        ("female", 50, True),
        ("female", 55, True),
        ("female", 60, True),
    ],
)
def test_sex_and_category_agree_in_the_rule_and_in_the_database(agency, sex, category, right):
    def both() -> None:
        line = factories.person(agency, sex=sex, born=date(1970, 1, 1))
        with transaction.atomic():
            Person.objects.filter(pk=line.id).update(category=category)

    def registered() -> None:
        factories.person(agency, sex=sex, category=category, born=date(1970, 1, 1))

    if right:
        both()
        registered()
        return
    with pytest.raises(IntegrityError):
        both()
    with pytest.raises(NotRegistrable, match="60 岁"):
        registered()


def test_a_scheme_nobody_knows_is_kept_out_by_the_database(person):
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.id).update(scheme="pyramid")


def test_a_clerk_registers_for_the_own_agency_only(agency, elsewhere, viewer, now):
    def register(by, at_agency):
        return operations.register_person(
            by=by,
            name="新人",
            identity_number=factories.identity_number(),
            scheme="enterprise",
            category=60,
            agency_id=at_agency.id,
            personal_number=factories.identity_number()[-8:],
            at=now,
        )

    assert register(viewer("clerk"), agency)
    with pytest.raises(NotVisible):
        register(viewer("clerk"), elsewhere)
    with pytest.raises(Refused):
        register(viewer("reviewer"), agency)


def test_no_list_costs_more_queries_when_it_grows(agency, viewer, django_assert_num_queries):
    ids = [factories.person(agency, name=f"张伟{number}").id for number in range(15)]
    clerk = viewer("clerk")
    for ask in (
        lambda: queries.search_persons(clerk, "张伟"),
        lambda: queries.list_persons(clerk),
        lambda: queries.persons(clerk, ids),
    ):
        with django_assert_num_queries(1):
            assert len(ask()) == 15


def test_the_list_is_paged_in_a_stable_order(agency, viewer):
    made = [factories.person(agency).id for _ in range(5)]
    clerk, seen, after = viewer("clerk"), [], None
    while page := queries.list_persons(clerk, after=after, limit=2):
        seen += [line.id for line in page]
        after = page[-1].id
    assert seen == sorted(made)
    assert queries.count_persons(clerk, up_to=3) == 4  # read as 3+


def test_a_paper_without_a_number_finds_its_owner_by_name_and_birth(agency):
    one = factories.person(agency, name="张伟", born=date(1966, 4, 28))
    factories.person(agency, name="张伟", born=date(1971, 1, 5))
    april = {"earliest": date(1966, 4, 1), "latest": date(1966, 4, 30)}
    assert queries.person_named("张伟", **april, division="1306") == one.id
    assert queries.person_named("张伟", **april, division="1301") is None
    assert queries.person_named("张玮", **april, division="1306") is None


def test_two_namesakes_of_one_birth_month_are_left_to_a_person(agency):
    for _ in range(2):
        factories.person(agency, name="张伟", born=date(1966, 4, 28))
    april = {"earliest": date(1966, 4, 1), "latest": date(1966, 4, 30)}
    assert queries.person_named("张伟", **april, division="1306") is None
