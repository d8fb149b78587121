"""The kinds of business as their files define them, and what is refused in a file."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from nianlun.archives.retention import NoSuchClass, retention_item, retention_items
from nianlun.cases import calendars, type_files
from nianlun.cases.domain.calendar import Calendar
from nianlun.cases.domain.type_reading import read_definition, read_type
from nianlun.cases.domain.type_rules import check_together
from nianlun.cases.domain.types import CaseType, NotInForce, Risk, Step, TypeBroken

FOLDER = Path(type_files.__file__).parent / "types"
TEXT = (FOLDER / "retirement.toml").read_text(encoding="utf-8")
TODAY = date(2026, 11, 23)


def read(old: str = "", new: str = "") -> CaseType:
    assert old in TEXT
    return read_type(TEXT.replace(old, new), where="retirement.toml")


def test_retirement_is_of_high_risk_and_decided_within_twenty_working_days():
    retirement = type_files.case_type("retirement", TODAY)
    assert retirement.risk is Risk.HIGH
    assert retirement.steps == (Step.FIRST_REVIEW, Step.SECOND_REVIEW, Step.APPROVAL)
    assert retirement.limit is not None
    assert (retirement.limit.days, retirement.limit.source) == (20, "社会保险经办条例 第十八条")
    assert (retirement.retention_item, retirement.retention) == ("SB03-01", "D100")


@pytest.mark.parametrize("one", type_files.all_types(), ids=lambda one: f"{one.code}-{one.since}")
def test_what_a_case_remembers_is_the_whole_definition(one: CaseType):
    assert read_definition(one.definition) == one
    assert type_files.case_type_by_digest(one.code, one.digest) is one


@pytest.mark.django_db
def test_a_definition_that_nobody_kept_is_not_replaced_by_another():
    with pytest.raises(NotInForce, match="没有找到“retirement”立案时的定义"):
        type_files.case_type_by_digest("retirement", "0" * 16)


def test_who_retires_before_2025_is_not_asked_about_flexible_retirement():
    before, after = (
        type_files.case_type("retirement", day) for day in (date(2024, 12, 31), date(2025, 1, 1))
    )
    assert [one.field("manner") is None for one in (before, after)] == [True, False]
    assert before.digest != after.digest


def test_illness_is_answered_by_retirement_until_2024_and_by_the_allowance_from_2025():
    def codes(day: date) -> set[str]:
        return {one.code for one in type_files.case_types(day)} & {
            "incapacity_retirement",
            "sickness_allowance",
        }

    assert codes(date(2024, 12, 31)) == {"incapacity_retirement"}
    assert codes(date(2025, 1, 1)) == {"sickness_allowance"}


def test_the_agency_handles_its_whole_business():
    processes = {one.process for one in type_files.case_types(TODAY)}
    assert processes == {*(str(number) for number in range(1, 18)), "9a"}
    assert len(type_files.case_types(TODAY)) >= 30


@pytest.mark.parametrize("one", type_files.case_types(TODAY), ids=lambda one: one.code)
def test_money_only_leaves_after_three_persons_have_looked(one: CaseType):
    if Step.PAYMENT in one.steps:
        assert one.risk is Risk.HIGH
        assert len(one.steps) == 4


def test_a_unit_is_registered_within_fifteen_days_whatever_holiday_comes():
    limit = type_files.case_type("employer_registration", TODAY).limit
    assert limit is not None
    calendar = Calendar(calendars.shipped())
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(3 * 365 - 20)]
    longest = max((calendar.add_working_days(day, limit.days) - day).days for day in days)
    assert longest <= 15  # 社会保险法 第五十七条


def test_another_wording_is_another_definition():
    assert read().digest != read("本人人事档案", "本人的人事档案").digest


def test_a_business_is_only_handled_from_its_first_day():
    with pytest.raises(NotInForce, match="“退休审核”自 2023-12-01 起办理，2023-11-30 还没有开办。"):
        type_files.case_type("retirement", date(2023, 11, 30))
    with pytest.raises(NotInForce, match="“因病提前退休审批”办到 2025-01-01 前为止，2025-01-01 已经停办。"):
        type_files.case_type("incapacity_retirement", date(2025, 1, 1))
    with pytest.raises(NotInForce, match="没有“retire”这类业务"):
        type_files.case_type("retire", TODAY)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('code = "retirement"', 'code = "Retirement"', "code “Retirement”只能用小写字母"),
        ('name = "退休审核"\n', "", "缺少 name"),
        ('name = "退休审核"', 'name = " "', "name 是空的"),
        ("hearing = true", "hearings = true", "不认识 hearings"),
        ("since = 2025-01-01", 'since = "2025-01-01"', "since 应是日期"),
        ("since = 2025-01-01", "since = 2025-01-01\nuntil = 2025-01-01", "不晚于 since"),
        (
            '"first_review", "second_review", "approval"',
            '"first_review", "approval"',
            "risk 是 high，steps",
        ),
        ('"second_review", "approval"', '"approval", "second_review"', "steps 要按"),
        ('["first_review", ', "[", "steps 要从 first_review"),
        ('risk = "high"', 'risk = "ordinary"', "high_risk_reason"),
        ('risk = "high"', 'risk = "highest"', "risk “highest”不认识"),
        ('"SB03-01"', '"SB03-77"', "保管期限表里没有 SB03-77"),
        ("（{number}）", "（{nummer}）", "nummer"),
        ("days = 20", "days = 0", "limit 应是 1 到 250"),
        ('confidence = "S-P"\nstatutory', 'confidence = "sure"\nstatutory', "confidence “sure”不认识"),
        ('acceptance = "', 'receipt = "', "slips “receipt”不认识"),
        ('substitutes = ["promise"]\npromise_days = 10', 'substitutes = ["promise"]', "promise_days"),
        (
            'no_substitute = "代理权要有本人书面授权。"\n',
            "",
            "requirement agent：substitutes 和 no_substitute",
        ),
        ('legal_basis = "民法典 第一百六十五条"\n', "", "缺少 legal_basis"),
        ('manner = ["later"]', 'manner = ["latest"]', "when 只能看选项或是否"),
        ('manner = ["later"]', 'mode = ["later"]', "mode 不是这类业务的申报项"),
        ('code = "later_agreement"', 'code = "early_notice"', "early_notice 写了两次"),
        ('kind = "flag"', 'kind = "choice"', "kind 是 choice 的要有 choices"),
        ("[limit]", "[limit", "不是合格的 TOML"),
    ],
)
def test_a_broken_file_is_refused_with_its_name_and_the_key(old: str, new: str, sentence: str):
    with pytest.raises(TypeBroken, match=sentence) as refused:
        read(old, new)
    assert str(refused.value).startswith("retirement.toml：")


def test_payment_without_approval_is_refused():
    text = TEXT.replace('risk = "high"\n', 'risk = "ordinary"\n').replace(
        '"second_review", "approval"]', '"second_review", "payment"]'
    )
    text = "\n".join(line for line in text.splitlines() if not line.startswith("high_risk_reason"))
    with pytest.raises(TypeBroken, match="没有审批不能支付"):
        read_type(text, where="retirement.toml")


def test_a_business_says_its_term_or_why_there_is_none():
    with pytest.raises(TypeBroken, match="limit 和 no_limit"):
        read("hearing = true", 'hearing = true\nno_limit = "不由申请发起"')


def test_definitions_of_one_business_follow_without_gap_or_overlap():
    first = read("since = 2025-01-01", "since = 2025-01-01\nuntil = 2027-01-01")
    check_together([first, read("since = 2025-01-01", "since = 2027-01-01")])
    for since in ("2026-12-31", "2027-01-02"):
        with pytest.raises(TypeBroken, match=f"请把前一份的 until 写成 {since}"):
            check_together([first, read("since = 2025-01-01", f"since = {since}")])
    with pytest.raises(TypeBroken, match="没有写 until"):
        check_together([read(), read("since = 2025-01-01", "since = 2027-01-01")])


def test_two_businesses_never_share_a_name():
    with pytest.raises(TypeBroken, match="name “退休审核”与 retirement 相同"):
        check_together([read(), read('code = "retirement"', 'code = "retirement_of_others"')])


def test_a_paper_for_those_who_retire_early_is_asked_of_them_alone():
    paper = type_files.case_type("retirement", TODAY).requirement("early_notice")
    assert paper is not None
    assert [paper.needed({"manner": how}) for how in ("earlier", "later", "")] == [True, False, False]


def test_a_paper_on_a_condition_that_only_a_person_can_judge_is_left_to_the_clerk():
    paper = type_files.case_type("retirement", TODAY).requirement("post_evidence")
    assert paper is not None
    assert paper.needed({}) is None


def test_terms_that_nobody_has_read_in_the_text_wait_for_a_confirmation():
    assert not retention_item("SB01-01").needs_confirmation
    assert [
        row.code
        for row in retention_items().values()
        if not row.regulation_term and not row.needs_confirmation
    ] == []
    with pytest.raises(NoSuchClass, match="保管期限表里没有 SB12-01"):
        retention_item("SB12-01")
