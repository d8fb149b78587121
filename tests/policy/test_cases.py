"""Every published worked example, to the fen; where we differ, the case names our figure and says why.

A case is a file `tests/cases/KIND/ID.toml`; adding one needs no other line of code.
"""

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from nianlun.policy.assess import KINDS, assess
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.case_file import (
    EXAMPLES,
    Outcome,
    case_files,
    read_case_file,
    read_text,
    show,
    work_out,
)
from nianlun.policy.cases import BadCase
from nianlun.policy.tables import NotInForce

CASES = Path(__file__).parents[1] / "cases"
FILES = [path.relative_to(CASES).as_posix() for path in case_files(CASES)]

CASE = """
kind = "payout_months"
title = "60 岁 9 个月"
[inputs]
age = [60, 9]
"""


def worked(more: str) -> Outcome:
    return work_out(CASE + more, name="here")


def findings(more: str) -> list[str]:
    outcome = worked(more)
    assert outcome.refused == ""
    return [line.finding for line in outcome.lines if line.finding]


@pytest.mark.parametrize("name", FILES)
def test_a_worked_example_comes_out_as_published_or_as_explained(name: str):
    outcome = work_out(read_text(CASES / name), name=name)
    assert outcome.refused == ""
    assert [f"{line.label}: {line.finding}" for line in outcome.lines if line.finding] == []
    if outcome.kind == "enterprise_benefit" and outcome.found is not None:
        assert sum(outcome.found.amounts.values()) == outcome.found.total


@pytest.mark.parametrize("name", FILES)
def test_a_worked_example_names_its_source_and_lies_with_its_kind(name: str):
    file = read_case_file(read_text(CASES / name))
    assert file.case.kind in KINDS
    assert Path(name).parent.as_posix() == file.case.kind
    assert file.source["name"]
    assert file.source["confidence"] in ("S-P", "S-G", "S-C", "I", "M")
    assert file.published, "nothing is compared"


def test_every_worked_example_of_the_collection_is_kept():
    ids = {Path(name).stem for name in FILES}
    assert len(ids) == len(FILES)
    assert ids >= {f"WE-{number:02}" for number in range(1, 27)}
    assert ids >= {f"HEB-WE-{number:02}" for number in range(1, 6)}


@pytest.mark.parametrize(
    ("more", "finding"),
    [
        ("[published]\npayout_months = 133.8", ""),
        ('[published]\npayout_months = "133.80"', ""),
        ("[published]\npayout_months = 133.7", "没有说明"),
        (
            '[published]\npayout_months = 133.7\n[differs]\npayout_months = {ours = 133.8, reason = "舍去"}',
            "",
        ),
        (
            '[published]\npayout_months = 133.7\n[differs]\npayout_months = {ours = 133.9, reason = "舍去"}',
            "现在算得 133.8",
        ),
        (
            '[published]\npayout_months = 133.8\n[differs]\npayout_months = {ours = 133.8, reason = "舍去"}',
            "应当删去",
        ),
        ("[published]\ntotal = 1", "没有这一项"),
        ("[published]\ntotal = 0", "没有这一项"),
        ('[published]\n[differs]\npayout_months = {ours = 133.8, reason = "舍去"}', "却没有这一项"),
    ],
)
def test_a_difference_is_a_finding_unless_it_is_explained_and_true(more: str, finding: str):
    found = findings(more)
    assert len(found) == (1 if finding else 0)
    assert all(finding in one for one in found)


def test_the_difference_is_ours_less_published():
    (line,) = worked("[published]\npayout_months = 133.7").lines
    assert (line.published, line.ours, line.difference) == ("133.7", "133.8", "+0.1")
    assert line.label == "计发月数"


def test_lists_and_pairs_are_shown_as_answers_write_them():
    assert show([3, 6, 9]) == "3、6、9"
    assert show([["55y0m", "2024-12"], ["55y1m", "2025-02"]]) == "55y0m 2024-12、55y1m 2025-02"


def test_a_case_may_ask_as_of_a_day():
    benefit = CASE.replace("age = [60, 9]", 'age = [60, 9]\nbenefit_date = "2026-01"')
    assert work_out(benefit, name="here").refused == ""
    before = work_out(benefit + "[as_of]\nlaw = 1997-12-31", name="here")
    assert "没有 1997-12-31 有效的规定" in before.refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind = ", "不是合格的 TOML"),
        ('kind = "payout_months"', "要有 kind（种类）和 [inputs]"),
        ('kind = "no_such_kind"\n[inputs]\n', "没有“no_such_kind”这种案例"),
        (CASE + "[published]\n[differs]\npayout_months = 1", "[differs] 的 payout_months 应写成"),
        (CASE.replace("age", "ages"), "缺少"),
        (CASE + "[as_of]\nday = 2025-01-01", "[as_of] 里只能有"),
        (CASE + '[as_of]\nlaw = "2025"', "不加引号"),
        ('published = 3\nkind = "payout_months"\n[inputs]\nage = [60, 9]', "应写成一组 [published]"),
    ],
)
def test_what_cannot_be_read_or_answered_is_an_outcome_with_a_sentence(text: str, said: str):
    outcome = work_out(text, name="here")
    assert said in outcome.refused
    assert not outcome.kept
    assert outcome.lines == ()


def test_a_file_that_is_no_text_is_refused(tmp_path: Path):
    (tmp_path / "page.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadCase, match="不是 UTF-8"):
        read_text(tmp_path / "page.toml")
    with pytest.raises(BadCase, match="没有文件"):
        read_text(tmp_path / "missing.toml")
    (tmp_path / "long.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(BadCase, match="超过 1 MB"):
        read_text(tmp_path / "long.toml")


ODD = [
    None, True, 0, -1, 1, 2025, Decimal("0.005"), Decimal("1e9"), Decimal("NaN"), 10**30, 1.5, "", "河北", "male",
    "2025-13", "9999-12", "half_up:9", "exact", "x" * 500, date(1, 1, 1), date(9999, 12, 31),
    datetime(2025, 1, 1, tzinfo=UTC),
    [], [1, 2], [None], [{}], [{"year": 2023}], [{"a": []}], {}, {"a": 1}, {"2023": 1},
]  # fmt: skip


@pytest.mark.parametrize("path", list(case_files(EXAMPLES)), ids=lambda path: path.stem)
def test_no_value_of_any_input_does_more_than_be_refused(path: Path):
    case = read_case_file(read_text(path)).case
    for name in (*case.inputs, "region", "province", "scheme", "birth", "benefit_date", "rounding"):
        for odd in ODD:
            with suppress(BadCase, CannotAssess, NotInForce):
                assess(case.kind, {**case.inputs, name: odd})
