"""One person decides, another confirms; what the machine read stays visible."""

import pytest
from django.db import IntegrityError, transaction
from tests import factories

from nianlun.archives import queries as archives
from nianlun.archives.domain import DocumentKind
from nianlun.evidence import operations, queries, queue
from nianlun.evidence.domain import Kind
from nianlun.evidence.models import Claim, Examination
from nianlun.evidence.operations import NotAllowedNow, SamePerson
from nianlun.evidence.values import NotAValue
from nianlun.jobs import queries as jobs

pytestmark = pytest.mark.django_db


def only(item_id, kind=Kind.BIRTH_DATE):
    return next(c for c in queries.claims_of_item(item_id) if c.kind is kind)


def test_two_people_make_a_claim_settled(file_paper, settle, viewer):
    item_id = file_paper(birth_date="1967-04-28", name="张伟")
    settle(item_id)
    assert {c.state for c in queries.claims_of_item(item_id)} == {"confirmed"}
    assert queue.examination(viewer("leader"), item_id).state == "confirmed"


def test_the_first_person_cannot_be_the_second(file_paper, viewer, now):
    item_id = file_paper(birth_date="1967-04-28")
    both = viewer("reviewer")
    operations.decide(only(item_id).id, by=both, choice="accept", at=now)
    operations.submit(item_id, by=both, at=now)
    with pytest.raises(SamePerson):
        operations.confirm(item_id, by=both, at=now)


def test_whoever_decided_one_claim_cannot_confirm_what_a_colleague_submitted(file_paper, viewer, now):
    item_id = file_paper(birth_date="1967-04-28")
    decider, submitter = viewer("reviewer"), viewer("clerk")
    operations.decide(only(item_id).id, by=decider, choice="accept", at=now)
    operations.submit(item_id, by=submitter, at=now)
    with pytest.raises(SamePerson):
        operations.confirm(item_id, by=decider, at=now)


def test_the_database_itself_refuses_one_person_twice(file_paper, settle):
    item_id = file_paper(birth_date="1967-04-28")
    settle(item_id)
    row = Claim.objects.get(item_id=item_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=row.pk).update(second_by=row.first_by_id)
    examination = Examination.objects.get(pk=item_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Examination.objects.filter(pk=item_id).update(confirmed_by=examination.submitted_by_id)


def test_the_machine_reading_stays_beside_the_rewriting(file_paper, viewer, now):
    item_id = file_paper(birth_date="1967-04-23")
    operations.decide(
        only(item_id).id, by=viewer("archivist"), choice="rewrite", value="1967年4月28日", at=now
    )
    claim = only(item_id)
    assert (claim.value, claim.machine_value, claim.state) == ("1967-04-28", "1967-04-23", "rewritten")


def test_a_redrawn_region_counts_as_a_rewriting(file_paper, viewer, now):
    item_id = file_paper(birth_date="1967-04-28")
    drawn = [[0.2, 0.2], [0.5, 0.2], [0.5, 0.3]]
    operations.decide(only(item_id).id, by=viewer("archivist"), choice="accept", polygon=drawn, at=now)
    claim = only(item_id)
    assert (claim.state, claim.polygon) == ("rewritten", drawn)


def test_text_that_is_no_date_is_refused_and_changes_nothing(file_paper, viewer, now):
    item_id = file_paper(birth_date="1967-04-28")
    with pytest.raises(NotAValue):
        operations.decide(only(item_id).id, by=viewer("archivist"), choice="rewrite", value="不详", at=now)
    assert only(item_id).state == "proposed"


def test_an_item_with_undecided_claims_cannot_be_submitted(file_paper, viewer, now):
    item_id = file_paper(birth_date="1967-04-28", name="张伟")
    with pytest.raises(NotAllowedNow, match="还有 2 条"):
        operations.submit(item_id, by=viewer("archivist"), at=now)


def test_a_submitted_item_is_closed_to_the_first_person(file_paper, viewer, now):
    item_id = file_paper(birth_date="1967-04-28")
    first = viewer("archivist")
    operations.decide(only(item_id).id, by=first, choice="accept", at=now)
    operations.submit(item_id, by=first, at=now)
    with pytest.raises(NotAllowedNow):
        operations.decide(only(item_id).id, by=first, choice="unreadable", at=now)


def test_a_returned_item_comes_back_with_the_reason(file_paper, viewer, now):
    item_id = file_paper(birth_date="1967-04-28")
    first = viewer("archivist")
    operations.decide(only(item_id).id, by=first, choice="accept", at=now)
    operations.submit(item_id, by=first, at=now)
    operations.return_item(item_id, by=viewer("reviewer"), reason="日期看着是 23 日", at=now)
    line = queue.examination(first, item_id)
    assert (line.state, line.reason) == ("open", "日期看着是 23 日")


def test_what_two_people_say_of_the_paper_becomes_its_description(file_paper, settle, now):
    item_id = file_paper(
        DocumentKind.OTHER,
        made="",
        document_kind="wage_change",
        recorded_on="1990年2月",
        unit="保定第二棉纺厂",
    )
    settle(item_id)
    item = archives.items([item_id])[item_id]
    assert item.document_kind is DocumentKind.WAGE_CHANGE
    assert (item.title, item.recorded_text, item.creator) == (
        "职工工资变动审批表",
        "1990-02",
        "保定第二棉纺厂",
    )


def test_confirming_tells_whoever_derives_from_the_person(file_paper, settle, person):
    settle(file_paper(birth_date="1967-04-28"))
    waiting = jobs.unfinished(kind_prefix="evidence.person_changed")
    assert [job.key.startswith(str(person.id)) for job in waiting] == [True]


def test_reading_a_page_twice_proposes_nothing_twice(file_paper, now):
    item_id = file_paper(birth_date="1967-04-28")
    page = archives.pages(item_id)[0]
    again = operations.Proposal(
        kind=Kind.NAME, value="张伟", text="张伟", polygon=[[0, 0], [1, 0], [1, 1]], confidence=1
    )
    assert operations.propose_claims(page.id, proposals=[again], engine="test 2", at=now) == 0
    assert len(queries.claims_of_item(item_id)) == 1


def test_an_identity_number_lies_sealed_and_shows_masked(file_paper, viewer, now):
    number = "11010519491231002X"
    item_id = file_paper(identity_number=number)
    row = Claim.objects.get(item_id=item_id)
    assert number not in str(vars(row))
    assert row.value == row.machine_value == "1101••••••••••002X"
    operations.decide(row.pk, by=viewer("archivist"), choice="accept", at=now)
    assert only(item_id, Kind.IDENTITY_NUMBER).state == "accepted"


def test_an_identity_number_with_a_wrong_check_digit_is_not_accepted(file_paper, viewer, now):
    item_id = file_paper(identity_number="110105194912310021")
    with pytest.raises(NotAValue, match="校验码"):
        operations.decide(
            only(item_id, Kind.IDENTITY_NUMBER).id, by=viewer("archivist"), choice="accept", at=now
        )


def test_what_the_machine_missed_can_be_added_by_hand(file_paper, viewer, now):
    item_id = file_paper(birth_date="1967-04-28")
    page = archives.pages(item_id)[0]
    region = [[0.1, 0.5], [0.3, 0.5], [0.3, 0.6], [0.1, 0.6]]
    operations.add_claim(
        page.id, by=viewer("archivist"), kind=Kind.WORK_START, value="84.9", polygon=region, at=now
    )
    added = only(item_id, Kind.WORK_START)
    assert (added.value, added.machine_value, added.number) == ("1984-09", "", 2)


def test_an_item_out_of_scope_is_not_there(file_paper, viewer):
    from nianlun.access.domain import NotVisible

    item_id = file_paper(birth_date="1967-04-28")
    with pytest.raises(NotVisible):
        queue.examination(viewer("reviewer", scope="130102"), item_id)


def test_nobody_examines_his_own_file(file_paper, viewer, person, now):
    from nianlun.registry import operations as registry

    item_id = file_paper(birth_date="1967-04-28")
    insider = viewer("archivist")
    registry.link_login(by=None, account_id=insider.account_id, person_id=person.id, at=now)
    with pytest.raises(operations.OwnCase):
        operations.decide(only(item_id).id, by=insider, choice="accept", at=now)


def test_nobody_examines_the_file_of_the_spouse(file_paper, viewer, agency, now):  # S2.5
    from nianlun.registry import kin_declaring
    from nianlun.registry.domain import Relation

    number = factories.identity_number(sex="female")
    spouse = factories.person(agency, sex="female", number=number)
    item_id = file_paper(birth_date="1967-04-28")
    operations.attribute_item(item_id, person_id=spouse.id, by=None, at=now)
    insider = viewer("archivist")
    kin_declaring.declare_kin(
        insider, relation=Relation.SPOUSE, name="王桂兰", identity_number=number, at=now
    )
    with pytest.raises(operations.OwnCase, match="近亲属"):
        operations.decide(only(item_id).id, by=insider, choice="accept", at=now)
    with pytest.raises(operations.OwnCase):
        operations.refuse_own_case(insider, spouse.id)
    operations.refuse_own_case(viewer("archivist"), spouse.id)
