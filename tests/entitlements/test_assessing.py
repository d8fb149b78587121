"""An assessment is proposed by one, put into force by a case, never edited, and computed anew to the byte."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests import factories
from tests.business.counter import Counter, accepted, passed
from tests.entitlements.approving import approved
from tests.entitlements.makers import MILL
from tests.entitlements.test_benefit import local_book

from nianlun.access.domain import NotVisible, Refused
from nianlun.archives.domain import DocumentKind
from nianlun.cases import gathering, type_files
from nianlun.cases import queries as cases
from nianlun.cases.models import Case
from nianlun.entitlements import assessing, deciding, impact
from nianlun.entitlements.assessing import NotAssessable
from nianlun.entitlements.models import AssessmentRecord
from nianlun.entitlements.wish import Wish
from nianlun.evidence import rulings
from nianlun.evidence.domain import Kind
from nianlun.jobs.registry import handlers
from nianlun.jobs.worker import Worker
from nianlun.journal.models import Entry
from nianlun.kernel.identifiers import uuid7
from nianlun.kernel.months import parse_month
from nianlun.lawbook import operations as lawbook
from nianlun.lawbook import queries as lawbook_queries
from nianlun.registry import kin_declaring
from nianlun.registry import operations as registry
from nianlun.registry.domain import Relation

CHANGED = ("account_interest_rates", "personal_account_ratio", "interest_method")


def amend(viewer, now, files, *, title="河北记账利率"):
    """Bring files of Hebei into force by a draft of one person and the approval of another."""
    officer, reviewer = viewer("policy_officer", scope="13"), viewer("policy_reviewer", scope="13")
    draft = lawbook.open_draft(
        officer, title=title, reason="补上本省公布的数值，供核定使用", region="130000", at=now
    )
    for path, text in files.items():
        lawbook.put_file(officer, draft, path=path, text=text, at=now)
    lawbook.submit(officer, draft, retroactive_reason="以前没有录入本省的数值，现补录", at=now)
    lawbook.approve(reviewer, draft, at=now)
    return draft


@pytest.fixture
def local_law(viewer, now, db):
    files = local_book().files
    amend(viewer, now, {f"130000/{name}.toml": files[f"130000/{name}.toml"] for name in CHANGED})


@pytest.fixture
def retired(person, agency, file_paper, settle, viewer, now, local_law):
    """Born 1966-04, hired 1984-09, paid 1993-01 to 2026-08: reached the age in 2026-08."""
    settle(file_paper(birth_date="1966-04-28", work_start="1984-09-01", unit=MILL, made="1984-08-29"))
    mill = registry.register_employer(by=None, name=MILL, agency_id=agency.id, at=now)
    factories.pay(person.id, employer_id=mill, since="1993-01", until="2026-09", at=now)
    clerk, reviewer = viewer("clerk"), viewer("reviewer")
    for kind in (Kind.BIRTH_DATE, Kind.WORK_START):
        ruling = rulings.propose_by_rule(person.id, kind=kind, by=clerk, at=now)
        rulings.confirm_ruling(ruling, by=reviewer, at=now)
    return person


def test_a_case_of_three_hands_puts_an_assessment_into_force_and_it_replays_to_the_byte(
    retired, viewer, now
):
    clerk = viewer("clerk")
    record_id = assessing.propose(retired.id, wish=Wish(), by=clerk, at=now)
    case_id = approved(retired.id, at=now)
    line = assessing.record(clerk, record_id)
    assert (line.state, line.month, line.provisional) == ("in_force", parse_month("2026-08"), True)
    case = cases.case(clerk, case_id)
    assert (line.case_id, len(case.duties)) == (case_id, 3)
    assert "2026-08 起每月" in case.effect_said
    [entry] = Entry.objects.filter(action="entitlements.assessment_confirmed")
    assert entry.details["case"] == case.line.number
    assert line.total == sum(Decimal(amount) for amount in line.answer["amounts"].values())
    assert (
        "参保日期没有记载，平均缴费工资指数从 1984 年算起。" in line.answer["notes"]
    )  # what was assumed is signed too
    assert assessing.replay(record_id, by=viewer("auditor", scope="13"), at=now).equal


def test_it_replays_under_the_law_of_its_day_after_the_law_has_changed(retired, viewer, now):
    record_id = assessing.propose(retired.id, wish=Wish(), by=viewer("clerk"), at=now)
    before = lawbook_queries.current().digest
    rates = local_book().files["130000/account_interest_rates.toml"].replace("0.0225", "0.0500")
    amend(viewer, now, {"130000/account_interest_rates.toml": rates}, title="更正记账利率")
    assert lawbook_queries.current().digest != before
    assert assessing.replay(record_id, by=None, at=now).equal
    first = approved(retired.id, at=now)
    again = assessing.propose(retired.id, wish=Wish(), by=viewer("clerk"), at=now)
    old, new = assessing.record(viewer("clerk"), record_id), assessing.record(viewer("clerk"), again)
    assert new.total > old.total
    assert new.edition != old.edition
    second = approved(retired.id, at=now, code="benefit_recalculation")
    states = [assessing.record(viewer("clerk"), one) for one in (record_id, again)]
    assert [(one.state, one.case_id) for one in states] == [("superseded", first), ("in_force", second)]


def test_a_forged_record_is_found_by_the_replay(retired, viewer, now):
    record_id = assessing.propose(retired.id, wish=Wish(), by=viewer("clerk"), at=now)
    row = AssessmentRecord.objects.get(pk=record_id)
    grounds = json.loads(row.grounds)
    grounds["inputs"]["account_balance"] = "999999.99"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # as the owner of the database could
        cursor.execute(
            "UPDATE entitlements_assessmentrecord SET grounds = %s WHERE id = %s",
            [assessing.canonical(grounds), record_id],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert not assessing.replay(record_id, by=None, at=now).equal


def test_the_database_refuses_one_person_for_both_steps_and_any_edit(retired, viewer, now):
    clerk = viewer("clerk")
    record_id = assessing.propose(retired.id, wish=Wish(), by=clerk, at=now)
    rows = AssessmentRecord.objects.filter(pk=record_id)
    for change in ({"total": Decimal("9999.00")}, {"grounds": "{}"}, {"answer": "{}"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="returned", decided_by=clerk.account_id, decided_at=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_the_database_lets_none_into_force_but_by_a_case_about_the_person_under_approval(
    retired, agency, viewer, now
):
    rows = AssessmentRecord.objects.filter(
        pk=assessing.propose(retired.id, wish=Wish(), by=viewer("clerk"), at=now)
    )
    decided = {"state": "in_force", "decided_by": viewer("reviewer").account_id, "decided_at": now}
    counter = Counter(at=now)
    early = accepted(counter, "benefit_assessment", person_id=retired.id)
    strange = accepted(counter, "benefit_assessment", person_id=factories.person(agency).id)
    Case.objects.filter(pk=strange).update(state="approval")
    for case_id in (None, early, strange):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**decided, case_id=case_id)
    made = rows.get()
    made.pk = uuid7()
    made.state, made.decided_by_id, made.decided_at = "in_force", viewer("reviewer").account_id, now
    with pytest.raises(DatabaseError), transaction.atomic():
        made.save(force_insert=True)


def test_a_second_proposal_waits_and_a_second_person_can_only_send_it_back(retired, viewer, now):
    clerk, reviewer = viewer("clerk"), viewer("reviewer")
    record_id = assessing.propose(retired.id, wish=Wish(), by=clerk, at=now)
    with pytest.raises(NotAssessable, match="已有一件核定等待审批"):
        assessing.propose(retired.id, wish=Wish(), by=clerk, at=now)
    with pytest.raises(Refused):
        deciding.send_back(record_id, reason="缺一份材料", by=clerk, at=now)
    with pytest.raises(NotAssessable, match="请写明退回理由"):
        deciding.send_back(record_id, reason=" ", by=reviewer, at=now)
    deciding.send_back(record_id, reason="缺一份材料", by=reviewer, at=now)
    with pytest.raises(NotAssessable, match="已退回"):
        deciding.send_back(record_id, reason="缺一份材料", by=viewer("reviewer"), at=now)
    assert assessing.waiting_of(retired.id) is None


def test_a_case_whose_assessment_was_sent_back_meanwhile_is_not_granted(retired, viewer, now):
    record_id = assessing.propose(retired.id, wish=Wish(), by=viewer("clerk"), at=now)
    counter = Counter(at=now)
    case_id = accepted(counter, "benefit_assessment", person_id=retired.id)
    passed(counter, case_id, "clerk", "reviewer")
    deciding.send_back(record_id, reason="缺一份材料", by=viewer("reviewer"), at=now)
    with pytest.raises(Refused, match="还没有提出待遇核定"):
        passed(counter, case_id, "leader")
    assert cases.case(counter.clerk, case_id).line.state.value == "approval"


def test_who_proposed_and_the_spouse_decide_nothing_and_a_case_of_another_kind_neither(
    retired, viewer, now
):
    clerk, leader = viewer("clerk"), viewer("leader")
    assessing.propose(retired.id, wish=Wish(), by=clerk, at=now)
    number = factories.identity_number()
    for who, relation in ((clerk, Relation.SELF), (leader, Relation.SPOUSE)):
        kin_declaring.declare_kin(who, relation=relation, name="某人", identity_number=number, at=now)
    counter = Counter(at=now, staff={"leader": replace(leader, device="device-of-leader")})
    case_id = accepted(counter, "benefit_assessment", person_id=retired.id)
    passed(counter, case_id, "clerk", "reviewer")
    with pytest.raises(Refused, match="配偶或近亲属"):
        passed(counter, case_id, "leader")
    facts = gathering.facts(Case.objects.get(pk=case_id))
    other = replace(facts, type=type_files.case_type("retirement", now.date()))
    with pytest.raises(NotAssessable, match="不能使待遇核定生效"):
        deciding.put_into_force(other, by=viewer("reviewer"), at=now)


def test_what_nobody_has_ruled_on_is_never_put_on_record(retired, viewer, now, file_paper, settle):
    settle(file_paper(DocumentKind.CADRE_RESUME, made="1990-01-01", work_start="1983-06-01"))
    with pytest.raises(NotAssessable, match="参加工作时间各材料说法不同"):
        assessing.propose(retired.id, wish=Wish(), by=viewer("clerk"), at=now)


def test_a_supposition_is_never_put_on_record(retired, viewer, now):
    for wish in (Wish(more_months=12), Wish(base_value=Decimal("9000")), Wish(region="370000")):
        with pytest.raises(NotAssessable, match="假设"):
            assessing.propose(retired.id, wish=wish, by=viewer("clerk"), at=now)


def test_out_of_scope_looks_like_not_there(retired, viewer, now):
    record_id = assessing.propose(retired.id, wish=Wish(), by=viewer("clerk"), at=now)
    stranger = viewer("reviewer", scope="130102")
    with pytest.raises(NotVisible):
        assessing.record(stranger, record_id)
    with pytest.raises(NotVisible):
        deciding.send_back(record_id, reason="缺一份材料", by=stranger, at=now)
    assert assessing.waiting(stranger) == []
    auditor = viewer("auditor", scope="130102")
    assert assessing.latest(auditor) == []
    with pytest.raises(NotVisible):
        assessing.replay(record_id, by=auditor, at=now)
    assert [line.id for line in assessing.latest(viewer("auditor", scope="1306"))] == [record_id]


def test_the_impact_of_a_draft_names_who_changes_and_by_how_much(retired, viewer, now, transactional_db):
    officer = viewer("policy_officer", scope="13")
    draft = lawbook.open_draft(
        officer, title="更正记账利率", reason="试看影响，暂不提交", region="130000", at=now
    )
    rates = local_book().files["130000/account_interest_rates.toml"].replace("0.0225", "0.0500")
    lawbook.put_file(officer, draft, path="130000/account_interest_rates.toml", text=rates, at=now)
    impact.request(draft, by=officer, at=now)
    impact.request(draft, by=officer, at=now)  # the same question is counted once
    Worker(handlers()).run(until_empty=True)
    found = impact.of_draft(officer, draft)
    assert (found.finished, found.persons) == (True, 1)
    (line,) = found.lines
    assert line.name == retired.name
    assert line.difference == line.after - line.before == found.difference > 0


def test_nobody_changes_under_a_draft_that_touches_nothing_of_theirs(retired, now):
    book = lawbook_queries.current()
    assert impact.compare(retired, before=book, after=book, at=now) is None


def test_only_who_may_see_impact_may_ask_for_it(retired, viewer, now):
    officer = viewer("policy_officer", scope="13")
    draft = lawbook.open_draft(
        officer, title="一份还没有内容的草案", reason="看谁能问影响", region="130000", at=now
    )
    with pytest.raises(Refused):
        impact.request(draft, by=viewer("clerk"), at=now)
