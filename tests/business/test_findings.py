"""What the system finds in an application before a person looks: papers, promises, twins, answers."""

from dataclasses import replace
from datetime import date

import pytest
from tests.business.applications import TODAY, application, shown

from nianlun.cases import checks
from nianlun.cases.domain.facts import CaseFacts, How, MaterialFacts
from nianlun.cases.domain.findings import ALWAYS, Level

COMPLETE = replace(
    application("retirement", retire_month="2026-12", manner="statutory", file_kept_by="保定市人才中心"),
    materials=(
        shown("application"),
        shown("identity", How.SHARED_DATA),
        shown("personnel_file"),
        shown("post_evidence", How.NOT_NEEDED),
        shown("agent", How.NOT_NEEDED),
    ),
)


def found(case: CaseFacts) -> list[tuple[Level, str]]:
    """What holds for every kind of business, without what components above add."""
    return [(one.level, one.sentence) for check in ALWAYS for one in check(case, on=TODAY)]


def without(code: str, *others: MaterialFacts) -> CaseFacts:
    return replace(COMPLETE, materials=(*(one for one in COMPLETE.materials if one.code != code), *others))


def test_an_application_with_every_paper_goes_on():
    assert found(COMPLETE) == []


@pytest.mark.parametrize(
    ("case", "level", "sentence"),
    [
        (without("identity"), Level.STOP, "没有收到居民身份证。请补正，或用共享数据核验代替。"),
        (without("application"), Level.STOP, "没有收到基本养老保险退休申请表。请补正。"),
        (
            without("personnel_file"),
            Level.LOOK,
            "没有收到本人人事档案（有人事档案的）。请核对是否需要。",
        ),
        (
            without("identity", shown("identity", How.COPY_KEPT)),
            Level.LOOK,
            "居民身份证要验原件，现在只有复印件。请核对原件后改记。",
        ),
        (
            without("identity", shown("identity", How.NOT_NEEDED)),
            Level.STOP,
            "居民身份证记为不需要，按规定应当收取。请收取或改正。",
        ),
        (
            without("application", shown("application", How.PROMISED, until=date(2026, 12, 1))),
            Level.STOP,
            "基本养老保险退休申请表不能用告知承诺代替：申请要由申请人自己签名或者盖章，网上申请以实人认证和电子签名为准。请收取。",
        ),
        (
            without("post_evidence", shown("post_evidence", How.PROMISED, until=date(2026, 11, 22))),
            Level.STOP,
            "承诺到 2026-11-22 为止补交的女职工岗位的劳动合同或者岗位聘用材料还没有收到。请催交或退回。",
        ),
        (
            replace(COMPLETE, others_open=("TX-2026-000009",)),
            Level.LOOK,
            "同一对象还有办理中的同类业务 TX-2026-000009。请核对是否重复申请，重复的撤销一件。",
        ),
        (
            replace(COMPLETE, details={**COMPLETE.details, "manner": " "}),
            Level.STOP,
            "没有填写退休方式。请补录。",
        ),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(case: CaseFacts, level: Level, sentence: str):
    assert found(case) == [(level, sentence)]


def test_a_promise_may_be_kept_on_its_last_day():
    assert found(without("post_evidence", shown("post_evidence", How.PROMISED, until=TODAY))) == []


def test_who_retires_early_shows_the_notice_to_the_employer():
    early = replace(COMPLETE, details={**COMPLETE.details, "manner": "earlier"})
    assert found(early) == [(Level.STOP, "没有收到弹性提前退休告知书。请补正，或用共享数据核验代替。")]


def test_a_check_that_nobody_makes_is_left_to_a_person():
    unknown = replace(COMPLETE, type=replace(COMPLETE.type, checks=("nobody.knows",)))
    [one] = checks.findings(unknown, on=TODAY)
    assert (one.stops, "nobody.knows" in one.sentence) == (False, True)


def test_two_checks_never_share_a_name():
    @checks.pre_check("tests.first")
    def first(case: CaseFacts, *, on: date) -> list:
        return []

    with pytest.raises(ValueError, match=r"two checks named tests\.first"):
        checks.pre_check("tests.first")(lambda case, *, on: [])
    del checks._checks["tests.first"]
