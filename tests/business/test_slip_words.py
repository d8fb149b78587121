"""Papers speak to whom they are for, and tell nobody that he applied for what an agency or an authority did."""

from datetime import date

import pytest

from nianlun.cases import slip_content, type_files
from nianlun.cases.domain.applicants import Applicant, applying
from nianlun.cases.domain.types import About, SlipKind
from nianlun.cases.slip_content import SlipFacts, Subject

DAY = date(2026, 11, 24)
TYPES = list(type_files.all_types())
EVERY = [(one, kind) for one in TYPES for kind in SlipKind]


def words(case_type, kind, *, by_system=False, **more) -> str:
    facts = SlipFacts(
        type=case_type,
        applicant=applying(case_type.applicant, opened_by_system=by_system),
        number="YL-2026-1",
        agency="保定市莲池区养老保险经办处",
        subject=Subject(name="周桂兰"),
        received_on=DAY,
        accepted_on=DAY,
        decided_on=DAY,
        due_on=None,
        text="理由写在这里",
        **more,
    )
    made = slip_content.content(kind, facts, number="文〔2026〕1 号")
    return made.opening + "".join(text for _, text in made.sections)


@pytest.mark.parametrize(("case_type", "kind"), EVERY, ids=lambda one: getattr(one, "code", str(one)))
def test_nobody_reads_that_he_applied_for_what_others_did(case_type, kind):
    said = words(case_type, kind, by_applicant=False)
    opening = said.partition("。")[0]
    if case_type.applicant is Applicant.PERSON:
        assert "您" in opening and "单位" not in opening
    elif case_type.applicant is Applicant.EMPLOYER:
        assert "你单位" in opening and "您" not in opening
    elif case_type.applicant is Applicant.AGENCY:
        assert "本机构" in opening and "申请" not in opening.replace(case_type.name, "")
    else:
        assert "贵单位" in opening and "您" not in opening


@pytest.mark.parametrize(("case_type", "kind"), EVERY, ids=lambda one: getattr(one, "code", str(one)))
def test_what_the_system_opened_nobody_applied_for(case_type, kind):
    said = words(case_type, kind, by_system=True)
    assert "申请" not in said.partition("。")[0].replace(case_type.name, "")
    assert "本机构" in said


def test_every_kind_of_applicant_occurs():
    assert {one.applicant for one in TYPES} == set(Applicant)
    assert {(one.applicant, one.about) for one in TYPES} >= {
        (Applicant.AGENCY, About.EMPLOYER),
        (Applicant.AGENCY, About.PERSON),
    }


def test_an_appeal_says_where_to_and_a_year_without_calendar_hides_no_paper():
    retirement = next(one for one in TYPES if one.code == "retirement")
    assert "行政复议法 第二十四条" in words(retirement, SlipKind.REFUSAL)
    said = words(retirement, SlipKind.CONCLUSION, no_calendar=True)
    assert "工作日安排尚未登记" in said and "实际用时 " not in said


RETAINED = {
    "1": {"SB01-01", "SB01-02"},
    "2": {"SB01-01", "SB01-02"},
    "3": {"SB01-02"},
    "4": {"SB02-01", "SB02-03", "SB02-05"},
    "5": {"SB01-03"},
    "6": {"SB01-99"},
    "7": {"SB01-07"},
    "8": {"SB03-01"},
    "9": {"SB03-01"},
    "9a": {"SB03-10"},
    "10": {"SB03-01"},
    "11": {"SB03-02", "SB03-06", "SB03-08"},
    "12": {"SB01-06", "SB03-03"},
    "13": {"SB03-02"},
    "14": {"SB03-04"},
    "15": {"SB03-05"},
    "16": {"SB01-05"},
    "17": {"SB09-01"},
}
"""Where the files of each business process belong, by the table of records made from them."""


@pytest.mark.parametrize("case_type", TYPES, ids=lambda one: one.code)
def test_the_files_of_a_kind_are_kept_under_the_item_of_its_process(case_type):
    assert case_type.retention_item in RETAINED[case_type.process]
