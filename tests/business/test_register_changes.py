"""What granted changes do to the register: deaths, identities, names and ends of units; and what they refuse."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests import factories
from tests.business.counter import Counter, details_for, give_all, opened, passed, version_of

from nianlun.access.domain import Refused, Right
from nianlun.cases import gathering, queries
from nianlun.cases.checks import check_named
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.flow import State
from nianlun.cases.models import Case
from nianlun.cases.operations import deciding, door, opening
from nianlun.journal import operations as journal
from nianlun.journal.models import Entry
from nianlun.kernel.cipher import Keyring
from nianlun.kernel.identifiers import uuid7
from nianlun.registry import changing, changing_units, keeping, keys, kin, kin_declaring
from nianlun.registry import operations as operations_of_registry
from nianlun.registry import queries as registry
from nianlun.registry.changing_units import UnitChange
from nianlun.registry.domain import Relation
from nianlun.registry.models import Employer, FormerIdentity, FormerUnit, Person
from nianlun.watch import alarms, looking_over

pytestmark = pytest.mark.django_db
DEATH = ("clerk", "reviewer", "leader")


@pytest.fixture
def counter(monkeypatch):
    """The papers are others' subject; what the register finds is asked for by name."""
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    return Counter()


def granted(counter, code, *, hands=DEATH, person_id=None, employer_id=None, **details):
    case_id = opening.open_case(
        code,
        by=counter.clerk,
        details=details_for(code, **details),
        request_key=uuid7(),
        person_id=person_id,
        employer_id=employer_id,
        at=counter.tick(),
    )
    return decided(counter, case_id, hands=hands)


def decided(counter, case_id, *, hands=DEATH):
    give_all(counter, case_id)
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    passed(counter, case_id, *hands)
    return case_id


def corrected(counter, case_id, *, hands=DEATH, **details):
    """A correction of a granted case, filled in anew; one that is still to be paid is paid first."""
    if queries.case(counter.clerk, case_id).line.state is State.PAYMENT:
        version = version_of(counter, case_id)
        deciding.pay(case_id, by=counter.finance, version=version, voucher="0042", at=counter.tick())
    again = opening.open_correction(
        case_id, by=counter.clerk, request_key=uuid7(), reason="原来登记错了", at=counter.tick()
    )
    filled = {**queries.case(counter.clerk, again).details, **details}
    version = version_of(counter, again)
    door.complete_details(again, by=counter.clerk, version=version, details=filled, at=counter.tick())
    return decided(counter, again, hands=hands)


def said(counter, case_id) -> str:
    return queries.case(counter.clerk, case_id).effect_said


def found(counter, case_id, check) -> list[str]:
    facts: CaseFacts = gathering.facts(Case.objects.get(pk=case_id))
    return [one.sentence for one in check_named(check)(facts, on=counter.at.date())]


def told(action):
    return [entry.details for entry in Entry.objects.filter(action=action).order_by("pk")]


# Deaths


def test_a_granted_death_case_records_the_day_and_reading_the_dead_raises_the_alarm(counter):  # S3.4
    person = factories.person(name="周桂兰", sex="female")
    case_id = granted(counter, "death_benefits", person_id=person.id, died_on="2026-02-11")
    assert registry.system_person(person.id).died_on == date(2026, 2, 11)
    assert "2026-02-11" in said(counter, case_id)
    [entry] = told("registry.death_recorded")
    assert (entry["after"], entry["case"]) == (
        "2026-02-11",
        queries.case(counter.clerk, case_id).line.number,
    )
    counter.tick(hours=3)  # the handling of the case itself is past
    looking_over.look_over(at=counter.tick())
    officer, curious = counter.security_officer, factories.staff("clerk", name="吴某")
    known = {line.id for line in alarms.alarms(officer)}
    with transaction.atomic():
        journal.record(
            operations_of_registry.NUMBER_REVEALED,
            by=curious,
            person_id=person.id,
            rows=1,
            at=counter.tick(),
        )
    looking_over.look_over(at=counter.tick())
    raised = [line for line in alarms.alarms(officer) if line.id not in known]
    assert [(line.kind.value, line.name) for line in raised] == [("deceased", "吴某")]


def test_a_second_survivor_applies_with_the_same_day_and_another_day_is_refused(counter):
    person = factories.person()
    granted(counter, "death_benefits", person_id=person.id, died_on="2026-02-11")
    same = granted(counter, "death_benefits", person_id=person.id, died_on="2026-02-11")
    assert "没有改动" in said(counter, same)
    assert len(told("registry.death_recorded")) == 1
    with pytest.raises(Refused, match="已经登记的死亡日期是 2026-02-11"):
        granted(counter, "death_benefits", person_id=person.id, died_on="2026-02-12")
    assert registry.system_person(person.id).died_on == date(2026, 2, 11)
    assert Case.objects.latest("received_at").state == State.APPROVAL.value


def test_a_correction_replaces_the_day_or_brings_the_person_back_and_the_journal_keeps_both(counter):
    person = factories.person()
    first = granted(counter, "death_benefits", person_id=person.id, died_on="2026-02-11")
    second = corrected(counter, first, died_on="2026-02-10")
    assert registry.system_person(person.id).died_on == date(2026, 2, 10)
    third = corrected(counter, second, cause="alive", died_on="")
    assert registry.system_person(person.id).died_on is None
    assert "在世" in said(counter, third)
    assert [(one["before"], one["after"]) for one in told("registry.death_corrected")] == [
        ("2026-02-11", "2026-02-10"),
        ("2026-02-10", "在世"),
    ]


@pytest.mark.parametrize(
    ("details", "sentence"),
    [
        ({"died_on": "2026-12-01"}, "还没有到"),
        ({"died_on": "1960-01-01"}, "早于证件号码上的出生日期"),
        ({"cause": "alive"}, "只有更正业务才能撤销"),
    ],
)
def test_a_day_of_death_that_cannot_be_is_found_before_and_refused_at_the_grant(counter, details, sentence):
    person = factories.person(born=date(1966, 4, 28))
    case_id = opened(counter, "death_benefits", person_id=person.id, **details)
    [finding] = found(counter, case_id, "registry.death_recordable")
    assert sentence in finding
    with pytest.raises(Refused, match=sentence):
        decided(counter, case_id)
    assert registry.system_person(person.id).died_on is None


def test_the_database_takes_no_death_after_the_day_it_was_recorded(counter):
    person = factories.person()
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.id).update(
            died_on=date(2026, 3, 5), death_recorded_on=date(2026, 3, 4)
        )


# Identities


def test_after_a_change_of_name_and_of_number_the_person_is_found_by_all_of_them(counter):
    old, new = (factories.identity_number(sex="female") for _ in range(2))
    person = factories.person(name="王小花", sex="female", number=old)
    named = granted(counter, "identity_change", person_id=person.id, item="name", new_name="王晓华")
    granted(counter, "identity_change", person_id=person.id, item="number", new_number=new)
    for text in ("王小花", "王晓华", old, new):
        assert [line.id for line in registry.search_persons(counter.clerk, text)] == [person.id], text
    line = registry.system_person(person.id)
    assert (line.name, line.masked_identity_number[-4:]) == ("王晓华", new[-4:])
    assert registry.names_of_person(person.id) == ["王小花"]
    assert "王小花" in said(counter, named)
    whole = str(told("registry.identity_changed")) + str(Entry.objects.values_list("details", flat=True))
    assert old not in whole
    assert new not in whole


def test_a_number_written_down_wrongly_is_nobodys_and_free_for_its_owner(counter):
    wrong, right = factories.identity_number(), factories.identity_number()
    person = factories.person(number=wrong)
    granted(counter, "identity_change", person_id=person.id, item="number", why="wrong", new_number=right)
    assert registry.find_by_identity_number(counter.clerk, wrong) is None
    owner = factories.person(name="真主", number=wrong)
    assert registry.find_by_identity_number(counter.clerk, wrong).id == owner.id


def test_a_number_of_another_person_is_found_before_and_refused_at_the_grant(counter):
    other = factories.identity_number()
    factories.person(name="另一人", number=other)
    person = factories.person()
    case_id = opened(counter, "identity_change", person_id=person.id, item="number", new_number=other)
    [finding] = found(counter, case_id, "registry.identity_changeable")
    assert "已经登记在另一份参保登记名下" in finding
    with pytest.raises(Refused, match="已经登记在另一份"):
        decided(counter, case_id)
    assert FormerIdentity.objects.count() == 0


def test_a_change_of_sex_brings_its_retirement_age_and_a_birth_date_is_not_edited(counter):
    person = factories.person()
    with pytest.raises(Refused, match="60 岁"):
        granted(
            counter, "identity_change", person_id=person.id, item="sex", new_sex="male", new_category="50"
        )
    granted(
        counter, "identity_change", person_id=person.id, item="sex", new_sex="female", new_category="55"
    )
    line = registry.system_person(person.id)
    assert (line.sex.value, line.category) == ("female", 55)
    case_id = granted(counter, "identity_change", person_id=person.id, item="birth_date")
    assert "以认定为准" in said(counter, case_id)
    with pytest.raises(Refused, match="没有要改的"):
        granted(counter, "identity_change", person_id=person.id, item="name", new_name=line.name)


def test_a_changed_number_does_not_loosen_who_is_close_to_whom(counter):  # S2.5
    old, new = (factories.identity_number(sex="female") for _ in range(2))
    wife = factories.person(name="周妻", sex="female", number=old)
    husband, own = factories.staff("clerk", name="周某"), factories.insured(wife)
    number = factories.identity_number()
    kin_declaring.declare_kin(
        husband, relation=Relation.SELF, name="周某", identity_number=number, at=counter.tick()
    )
    kin_declaring.declare_kin(
        husband, relation=Relation.SPOUSE, name="周妻", identity_number=old, at=counter.tick()
    )
    granted(counter, "identity_change", person_id=wife.id, item="number", new_number=new)
    assert kin.persons_close_to(husband.account_id) == {wife.id}
    assert kin.are_close(husband.account_id, own.account_id)
    assert kin.are_close(own.account_id, husband.account_id)


# Units


def test_a_unit_that_changed_its_name_goes_on_to_be_found_by_the_old_one(counter):
    unit = factories.employer("保定市第二棉纺厂")
    case_id = granted(
        counter, "employer_change", hands=DEATH[:2], employer_id=unit,
        item="name", before="保定市第二棉纺厂", after="保定二棉纺织有限公司",
    )  # fmt: skip
    for text in ("保定市第二棉纺厂", "保定二棉纺织有限公司"):
        assert [line.id for line in registry.search_employers(counter.clerk, text)] == [unit]
        assert [line.id for line in registry.employers_called(counter.clerk, text)] == [unit]
    assert registry.employers_called(counter.clerk, "棉纺") == []
    assert "保定二棉纺织有限公司" in said(counter, case_id)
    [entry] = told("registry.employer_changed")
    assert entry["before"] == "保定市第二棉纺厂"


def test_what_stood_before_must_agree_and_what_the_register_does_not_hold_stays_with_the_case(counter):
    unit = factories.employer("保定市第二棉纺厂")
    with pytest.raises(Refused, match="登记的是“保定市第二棉纺厂”"):
        granted(
            counter, "employer_change", hands=DEATH[:2], employer_id=unit,
            item="name", before="保定市第一棉纺厂", after="某某公司",
        )  # fmt: skip
    code = granted(
        counter, "employer_change", hands=DEATH[:2], employer_id=unit,
        item="credit_code", before="无", after="91130606ma0000058d",
    )  # fmt: skip
    assert registry.employers([unit])[unit].credit_code == "91130606MA0000058D"
    assert "没有登记" in said(counter, code)
    moved = granted(counter, "employer_change", hands=DEATH[:2], employer_id=unit, item="address")
    assert "没有这一项" in said(counter, moved)
    assert FormerUnit.objects.count() == 1


def test_a_unit_is_closed_once_and_only_a_correction_changes_the_day(counter):
    unit = factories.employer()
    first = granted(counter, "employer_deregistration", employer_id=unit, ended_on="2026-02-28")
    assert registry.employers([unit])[unit].until == date(2026, 2, 28)
    with pytest.raises(Refused, match="已经注销"):
        granted(counter, "employer_deregistration", employer_id=unit, ended_on="2026-03-01")
    corrected(counter, first, ended_on="2026-03-01")
    assert registry.employers([unit])[unit].until == date(2026, 3, 1)
    with pytest.raises(Refused, match="还没有到"):
        granted(
            counter,
            "employer_deregistration",
            employer_id=factories.employer("某厂"),
            ended_on="2027-01-01",
        )


# What is kept beside the objects


def test_of_two_tellings_the_later_state_comes_back_with_what_stood_before(counter):
    person, unit = factories.person(name="王一"), factories.employer("老厂")
    early = keeping.persons([person.id])[person.id], keeping.employers([unit])[unit]
    at = {"by": None, "case_number": "130606-2026-000001", "at": counter.at}
    changing.change_identity(person_id=person.id, change=changing.IdentityChange(name="王二"), **at)
    changing.record_death(person_id=person.id, died_on=date(2026, 2, 11), correcting=False, **at)
    changing_units.change_employer(employer_id=unit, change=UnitChange(before="老厂", name="新厂"), **at)
    late = keeping.persons([person.id])[person.id], keeping.employers([unit])[unit]
    new = {"died_on", "death_recorded_on", "revision", "former"}
    written_before = {k: v for k, v in early[0].items() if k not in new}, early[1]
    for order in ((early, late), (late, early), (written_before, late)):
        with transaction.atomic():
            for table in (FormerIdentity, FormerUnit, Person, Employer):
                table.objects.all().delete()
            for told_person, told_unit in order:
                keeping.restore_persons([told_person])
                keeping.restore_employers([told_unit])
            assert keeping.persons([person.id])[person.id] == late[0]
            assert keeping.employers([unit])[unit] == late[1]
            assert registry.names_of_person(person.id) == ["王一"]
            transaction.set_rollback(True)


def test_former_numbers_are_brought_to_a_new_key_too(counter, settings, tmp_path):
    settings.KEYRING = tmp_path / "keyring.json"
    Keyring.create(settings.KEYRING)
    old = factories.identity_number()
    person = factories.person(number=old)
    granted(
        counter,
        "identity_change",
        person_id=person.id,
        item="number",
        new_number=factories.identity_number(),
    )
    fresh = keys.keyring().rotate(settings.KEYRING)
    done = operations_of_registry.reseal(at=counter.tick())
    assert (done.done, done.left) == (2, 0)
    settings.KEYRING.write_text(Keyring(current=2, pairs={2: fresh.pairs[2]})._written())
    assert registry.find_by_identity_number(counter.clerk, old).id == person.id


def test_what_fails_after_the_effect_takes_it_back_and_the_next_attempt_does_it_once(counter, monkeypatch):
    person = factories.person()
    case_id = opened(counter, "death_benefits", person_id=person.id, died_on="2026-02-11")
    decided(counter, case_id, hands=DEATH[:2])
    assert counter.leader.may(Right.CASE_APPROVE)  # made before what is undone
    with monkeypatch.context() as broken:
        broken.setattr("nianlun.cases.announcing.announce", _fails)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            passed(counter, case_id, "leader")
    assert registry.system_person(person.id).died_on is None
    passed(counter, case_id, "leader")
    with pytest.raises(Refused):
        passed(counter, case_id, "leader")
    assert len(told("registry.death_recorded")) == 1


def _fails(*args, **kwargs):
    raise ZeroDivisionError
