"""Who applies decides who may take a case back: not whom the agency or a court moves against."""

import json
from pathlib import Path

import pytest
from tests import factories
from tests.business.counter import NOON, Counter, accepted, opened, version_of

from nianlun.access.domain import NotVisible, Refused
from nianlun.cases import queries, type_files
from nianlun.cases.domain.applicants import Applicant
from nianlun.cases.domain.delivery import Way
from nianlun.cases.domain.type_reading import read_definition, read_type
from nianlun.cases.domain.types import TypeBroken
from nianlun.cases.models import Case, Slip
from nianlun.cases.operations import delivering, materials, opening, pausing, withdrawing
from nianlun.cases.operations.materials import Upload
from nianlun.kernel.identifiers import uuid7
from nianlun.notices import queries as notices

AGENCY_S = {
    *("overpayment_recovery benefit_suspension life_certification_failed inspection").split(),
    *("reconciliation_difference benefit_adjustment benefit_payment benefit_assessment").split(),
}
FILES = Path(type_files.__file__).parent / "types"


@pytest.fixture(autouse=True)
def no_checks(monkeypatch):
    """What the system finds in a case is tested where it finds it."""
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])


def ways(case_id, *, by, version, at):
    """Everything an applicant can do on the phone."""
    now = {"by": by, "version": version, "at": at}
    upload = Upload(path=Path("photo.jpg"), name="photo.jpg")
    return {
        "withdraw": lambda: withdrawing.withdraw_own(case_id, **now),
        "send": lambda: materials.send_material(case_id, requirement="any", upload=upload, **now),
        "promise": lambda: materials.promise_material(case_id, requirement="any", **now),
        "supply": lambda: pausing.supply(case_id, **now),
    }


def test_the_agency_s_own_business_and_what_authorities_ask_is_marked_as_theirs():
    def by(applicant: Applicant) -> set[str]:
        return {one.code for one in type_files.all_types() if one.applicant is applicant}

    assert by(Applicant.AGENCY) == AGENCY_S
    assert by(Applicant.AUTHORITY) == type_files.kept_from_person() == {"assisted_inquiry"}


@pytest.mark.parametrize("one", type_files.all_types(), ids=lambda one: f"{one.code}-{one.since}")
def test_a_definition_kept_before_the_key_was_there_means_the_same_applicant(one):
    content = json.loads(one.definition)
    del content["applicant"]
    assert read_definition(json.dumps(content)).applicant is one.applicant


@pytest.mark.parametrize(
    ("code", "old", "new", "sentence"),
    [
        ("retirement", 'applicant = "person"\n', "", "缺少 applicant"),
        ("retirement", 'applicant = "person"', 'applicant = "court"', "applicant “court”不认识"),
        ("retirement", 'applicant = "person"', 'applicant = "agency"', "网上只有本人申请"),
        ("inspection", 'applicant = "agency"', 'applicant = "person"', "about 也要是 person"),
    ],
)
def test_a_file_has_to_say_rightly_who_applies(code, old, new, sentence):
    text = (FILES / f"{code}.toml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(TypeBroken, match=sentence):
        read_type(text.replace(old, new), where=f"{code}.toml")


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["withdraw", "send", "promise", "supply"])
@pytest.mark.parametrize(
    ("code", "no"),
    [("overpayment_recovery", Refused), ("benefit_suspension", Refused), ("assisted_inquiry", NotVisible)],
)
def test_whom_another_s_case_is_about_can_neither_end_nor_feed_it(code, no, way):
    counter, person = Counter(), factories.person()
    case_id = opened(counter, code, person_id=person.id)
    before = version_of(counter, case_id)
    with pytest.raises(no) as refused:
        ways(case_id, by=factories.insured(person), version=before, at=counter.tick())[way]()
    if no is Refused:
        assert "是经办机构提出的，不是您申请的" in refused.value.sentence
    assert version_of(counter, case_id) == before


@pytest.mark.django_db
def test_what_the_system_began_the_person_does_not_take_back_though_others_apply_for_it():
    counter, person = Counter(), factories.person()
    case_id = opening.open_by_system(
        "transfer_out",
        agency_id=Case.objects.get(pk=opened(counter, "retirement", person_id=person.id)).agency_id,
        details={},
        request_key=uuid7(),
        person_id=person.id,
        at=counter.tick(),
        reason="转入地发来联系函",
    )
    with pytest.raises(Refused, match="系统发起的，不是您申请的，不能在这里撤回"):
        withdrawing.withdraw_own(
            case_id,
            by=factories.insured(person),
            version=version_of(counter, case_id),
            at=counter.tick(),
        )
    assert Case.objects.get(pk=case_id).state == "received"


@pytest.mark.django_db
def test_who_applied_takes_the_own_application_back():
    counter, person = Counter(), factories.person()
    case_id = opened(counter, "social_security_card", person_id=person.id)
    ways(case_id, by=factories.insured(person), version=version_of(counter, case_id), at=counter.tick())[
        "withdraw"
    ]()
    assert Case.objects.get(pk=case_id).outcome == "withdrawn"


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "told"), [("benefit_suspension", True), ("assisted_inquiry", False)])
def test_a_person_is_told_of_the_agency_s_case_and_not_of_an_authority_s(code, told):
    counter, person = Counter(), factories.person()
    own = factories.insured(person)
    case_id = accepted(counter, code, person_id=person.id)
    pausing.ask_supplement(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        missing=[queries.case(counter.clerk, case_id).type.requirements[0].code],
        text="函件看不清",
        at=counter.tick(),
    )
    withdrawing.withdraw(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        reason="重复立案",
        at=counter.tick(),
    )
    withdrawing.decide_withdrawal(
        case_id,
        by=counter.reviewer,
        version=version_of(counter, case_id),
        agree=True,
        at=counter.tick(),
    )
    assert len(notices.of_person(own, person.id)) == (4 if told else 0)
    assert [line.id for line in queries.own_cases(own)] == ([case_id] if told else [])


@pytest.mark.django_db
def test_a_paper_of_an_authority_s_case_is_neither_sent_to_the_person_nor_read_by_one():
    counter, person = Counter(), factories.person()
    case_id = accepted(counter, "assisted_inquiry", person_id=person.id)
    row = Case.objects.get(pk=case_id)
    slip = Slip.objects.create(
        case=row,
        for_action=row.actions.order_by("number").last(),
        kind="acceptance",
        number="协查〔2026〕1号",
        file_name="acceptance.pdf",
        page_count=1,
        issued_at=NOON,
        issued_by="清苑区经办机构",
    )
    with pytest.raises(Refused, match="不通知本人"):
        delivering.deliver(
            case_id,
            by=counter.clerk,
            version=version_of(counter, case_id),
            slip_id=slip.pk,
            way=Way.NOTICE,
            at=counter.tick(),
        )
    with pytest.raises(NotVisible):
        delivering.read(case_id, by=factories.insured(person), slip_id=slip.pk, at=counter.tick())
    assert notices.of_person(factories.insured(person), person.id) == []
