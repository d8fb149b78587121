"""`nianlun policy …` as typed at a prompt."""

import argparse
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from nianlun.policy import assess_command, command
from nianlun.policy.assess import KINDS
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.lawbook import shipped

CASES = Path(__file__).parents[1] / "cases"
ZHANGJIAKOU = str(CASES / "enterprise_benefit" / "HEB-WE-01.toml")


def nianlun(*words: str) -> int:
    parser = argparse.ArgumentParser(prog="nianlun")
    command.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["policy", *words])
    return args.run(args)


def asked(sex: str, category: str, born: str, *more: str) -> list[str]:
    return ["retirement", "--sex", sex, "--category", category, "--born", born, *more]


def test_json_holds_exactly_the_six_keys(capsys):
    assert nianlun(*asked("male", "60", "1966-08", "--json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == [
        "statutory_month",
        "delay_months",
        "earliest_month",
        "latest_month",
        "minimum_months",
        "sources",
    ]
    assert (answer["statutory_month"], answer["delay_months"]) == ("2027-01", 5)
    assert (answer["earliest_month"], answer["latest_month"]) == ("2026-08", "2030-01")
    assert answer["minimum_months"] == 180
    assert all("国务院" in source or "社会保险法" in source for source in answer["sources"])


def test_an_explanation_adds_the_derivation(capsys):
    assert nianlun(*asked("female", "50", "1984-10", "--json", "--explain")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["derivation"]["value"] == answer["statutory_month"] == "2039-09"
    assert (answer["original_month"], answer["confidence"]) == ("2034-10", "S-C")


def test_without_json_it_answers_in_chinese(capsys):
    assert nianlun(*asked("female", "55", "1974-02", "--explain")) == 0
    said = capsys.readouterr().out
    assert "达到法定退休年龄：2030-03" in said
    assert "最低缴费年限：15 年 6 个月" in said
    assert "延迟月数：13 个月" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (asked("male", "50", "1966-08"), "应为 60 周岁"),
        (asked("female", "60", "1966-08"), "应为 50 或 55 周岁"),
        (asked("man", "60", "1966-08"), "--sex"),
        (asked("male", "sixty", "1966-08"), "--category"),
        (asked("male", "60", "1966-13"), "没有 13 月"),
        (asked("male", "60", "1966年8月"), "1984-09 的形式"),
        (asked("male", "60", "9999-01"), "不合情理"),
        (asked("male", "60", "1900-01"), "最早的规定自 1978-06-02 起"),
        (["retirement", "--sex", "male", "--category", "60"], "--born"),
        (["retirement"], "--sex"),
        ([], "policy retirement --help"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_bad_input_is_one_chinese_sentence_on_stderr_and_exit_2(words, said, form, capsys):
    assert nianlun(*words, *(form if words else [])) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


# assess


def case(folder: Path, text: str) -> str:
    path = folder / "case.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_assessment_reads_as_a_sentence_its_parts_and_what_it_rests_on(capsys):
    assert nianlun("assess", ZHANGJIAKOU) == 0
    said = capsys.readouterr().out
    assert said.startswith("2025-03 起每月 4087.86 元。")
    assert "  基础养老金      2631.71 元\n" in said
    assert "  合计            4087.86 元\n" in said
    assert "国发〔2005〕38号 第六条" in said
    assert "推算：" not in said


def test_the_explanation_gives_every_step_once_after_what_it_was_made_from(capsys):
    assert nianlun("assess", ZHANGJIAKOU, "--explain") == 0
    steps = capsys.readouterr().out.split("推算：\n")[1]
    assert "7265 × 0.7079 ≈ 5142.89" in steps
    assert "四舍五入到分" in steps
    assert "政策表：enterprise_formula（河北）2006-01-01 起" in steps
    assert (
        steps.index("指数化月平均缴费工资：")
        < steps.index("基础养老金：")
        < steps.index("基本养老金：4087.86")
    )
    assert steps.count(". 指数化月平均缴费工资：") == 1


def test_a_long_note_is_said_once_and_then_pointed_to(capsys):
    assert nianlun("kinds", "--example", "enterprise_benefit") == 0
    text = capsys.readouterr().out
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(text))
        assert nianlun("assess", "-", "--explain") == 0
    said = capsys.readouterr().out
    assert said.count("1992 年 12 月以前视同和实际缴费的年份指数都为 1") == 1
    assert "说明同第 2 步" in said


def test_amounts_are_texts_in_json(capsys):
    assert nianlun("assess", ZHANGJIAKOU, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["amounts"] == {"basic": "2631.71", "account": "575.64", "transitional": "880.51"}
    assert answer["total"] == "4087.86"
    assert "derivation" not in answer
    assert nianlun("assess", ZHANGJIAKOU, "--json", "--explain") == 0
    assert json.loads(capsys.readouterr().out)["derivation"]["value"] == "4087.86"


def test_a_case_comes_in_by_standard_input(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO('kind = "payout_months"\n[inputs]\nage = [60, 3]'))
    assert nianlun("assess", "-") == 0
    assert "计发月数为 137.3 个月。" in capsys.readouterr().out


def test_a_refusal_is_a_sentence_and_as_json_says_what_is_missing(capsys, tmp_path):
    path = case(
        tmp_path, 'kind = "enterprise_benefit"\n[inputs]\nprovince = "河北"\nbenefit_date = "2025-03"'
    )
    assert nianlun("assess", path, "--json") == 2
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert list(answer) == ["refused", "missing", "between"]
    assert answer["missing"] == ["account_balance"]
    assert answer["refused"] == err.strip()
    assert nianlun("assess", path) == 2
    assert capsys.readouterr().out == ""


def test_a_range_that_is_known_is_said_with_the_refusal(capsys):
    low, high = Decimal("3100.00"), Decimal("3200.00")
    reason = CannotAssess("要先认定。", missing=("birth",), between=(low, high))
    assert assess_command.refuse(reason, as_json=True) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["between"] == ["3100.00", "3200.00"]
    assert err == "要先认定。\n按已知的部分，在 3100.00 元到 3200.00 元之间。\n"


def test_the_law_of_another_day_is_asked_for_by_option(capsys, tmp_path):
    path = case(tmp_path, 'kind = "payout_months"\n[inputs]\nage = [60, 3]\nbenefit_date = "2025-06"')
    assert nianlun("assess", path, "--law", "2024-12-31") == 0
    assert "计发月数为 139 个月。" in capsys.readouterr().out
    assert nianlun("assess", path, "--law", "1997-01-01") == 2
    assert "没有 1997-01-01 有效的规定" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["assess", "nowhere.toml"], "没有文件“nowhere.toml”"),
        (["assess", ZHANGJIAKOU, "--law", "2025"], "--law 应写成"),
        (["assess", ZHANGJIAKOU, "--known", "soon"], "--known 应写成"),
        (["interest"], "--year"),
        (["interest", "--year", "2022"], "应写成 2022:400x12"),
        (["interest", "--year", "2022:400x12", "--method", "C"], "--method"),
        (["transfer"], "案例文件"),
        (["transfer", "--year", "2023:5000x12@0.03"], "应写成 2023:5000x12"),
        (["transfer", "--year", "2023:5000x12", "--year", "2023:1x1"], "写了两次"),
        (["transfer", "--year", "2023:5000x12", "--interest", "4%"], "应写成 2023:0.0397"),
        (["transfer", ZHANGJIAKOU, "--year", "2023:5000x12"], "只用一种"),
        (["transfer", ZHANGJIAKOU], "nianlun policy assess"),
    ],
)
def test_a_question_written_wrongly_is_answered_by_one_sentence(words, said, capsys):
    assert nianlun(*words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_every_kind_is_listed(capsys):
    assert nianlun("kinds", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in answer] == list(KINDS)
    assert nianlun("kinds") == 0
    assert "企业职工基本养老金" in capsys.readouterr().out


# interest and transfer


def test_interest_of_three_years_is_that_of_the_worked_example(capsys):
    years = ["--year", "2022:400x12@0.0612", "--year", "2023:420x12@0.0397", "--year", "2024:450x12@0.0262"]
    assert nianlun("interest", "--opening", "10000", *years, "--method", "B", "--json") == 0
    assert json.loads(capsys.readouterr().out)["figures"]["method_B_interest"] == "771.12、726.55、635.68"
    assert nianlun("interest", "--opening", "10000", *years, "--method", "A") == 0
    assert "27373.25" in capsys.readouterr().out


def test_interest_without_a_rate_takes_the_one_in_the_tables(capsys):
    assert (
        nianlun("interest", "--opening", "10000", "--year", "2022:400x12", "--method", "B", "--json") == 0
    )
    assert json.loads(capsys.readouterr().out)["figures"]["method_B_interest"] == "771.12"


def test_a_year_before_the_first_rate_is_refused(capsys):
    assert nianlun("interest", "--year", "1995:40x12", "--region", "130600") == 2
    assert "1995" in capsys.readouterr().err


def test_a_transfer_by_options_is_the_one_by_file(capsys):
    years = ["--year", "2023:5000x12", "--year", "2024:5500x12", "--year", "2025:6000x7"]
    rates = ["--interest", "2023:0.0397", "--interest", "2024:0.0262"]
    ratios = ["--account-ratio", "0.08", "--pool-rate", "0.12"]
    assert nianlun("transfer", *years, *rates, *ratios, "--json") == 0
    by_options = json.loads(capsys.readouterr().out)
    assert nianlun("transfer", str(CASES / "transfer" / "WE-19.toml"), "--json") == 0
    by_file = json.loads(capsys.readouterr().out)
    assert by_options["amounts"] == by_file["amounts"]
    assert by_file["amounts"]["pool_part"] == "20160.00"


# tables


def test_what_is_in_force_names_value_day_source_and_note(capsys):
    assert nianlun("tables", "--on", "2025-03-10", "--region", "130600", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["on"], answer["region"]) == ("2025-03-10", "130600")
    (base,) = (row for row in answer["rows"] if row["table"] == "pension_base")
    span = shipped().on("pension_base", date(2025, 3, 10), region="130600")
    assert (base["value"], base["since"], base["region"]) == (str(span.value), "2025-01-01", "130000")
    assert base["source"] == span.source
    assert base["unit"] == "yuan_a_month"


def test_a_time_without_value_is_listed_with_its_reason(capsys):
    assert nianlun("tables", "--on", "2015-03-10", "--region", "130000", "--topic", "计发") == 0
    out, err = capsys.readouterr()
    assert out.startswith("【计发】")
    assert "【缴费】" not in out
    assert "没有数值。《" in out
    assert "个没有数值" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--on", "2025-13-01"], "--on"),
        (["--region", "河北"], "六位"),
        (["--region", "13"], "六位"),
        (["--topic", "天气"], "没有主题“天气”。可选："),
    ],
)
def test_a_day_region_or_topic_that_is_none_is_refused(words, said, capsys):
    assert nianlun("tables", *words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


# check


def test_the_tables_shipped_hold_together(capsys):
    assert nianlun("check", "--json") == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert answer["digest"] == shipped().digest
    assert {"table", "region", "group", "since", "until", "reason"} == set(answer["unknown"][0])
    assert all(one["kept"] for one in answer["examples"])
    assert "0 个结果变了" in err


def own(folder: Path, name: str, text: str) -> str:
    (folder / "130000").mkdir()
    (folder / "130000" / name).write_text(text, encoding="utf-8")
    return str(folder)


def test_a_local_table_that_changes_an_example_is_found(capsys, tmp_path):
    text = shipped().files["130000/transitional_coefficient.toml"].replace("0.013", "0.014")
    assert nianlun("check", own(tmp_path, "transitional_coefficient.toml", text)) == 1
    assert "示例 enterprise_benefit 的结果变了：" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "was", "becomes"),
    [
        ("enterprise_formula.toml", 'items = "half_up:2"', ""),
        ("enterprise_formula.toml", 'items = "half_up:2"', 'items = "half_up"'),
        ("pension_base.toml", "value = 7410", 'value = "much"'),
    ],
)
def test_a_local_table_that_the_formula_cannot_use_is_found(name, was, becomes, capsys, tmp_path):
    text = shipped().files[f"130000/{name}"]
    assert was in text
    assert nianlun("check", own(tmp_path, name, text.replace(was, becomes))) == 1
    assert "示例 enterprise_benefit 的结果变了：" in capsys.readouterr().out


def test_a_broken_local_table_is_refused_with_its_place(capsys, tmp_path):
    assert nianlun("check", own(tmp_path, "pension_base.toml", "title = ")) == 2
    assert "pension_base" in capsys.readouterr().err
    assert nianlun("check", str(tmp_path / "nowhere")) == 2
    assert "地区/表名.toml" in capsys.readouterr().err


# cases


def test_all_worked_examples_are_reproduced(capsys):
    assert nianlun("cases", str(CASES)) == 0
    out, err = capsys.readouterr()
    assert "相符" in out
    assert "0 个案例不符" in err


def test_the_comparison_as_json_names_published_ours_difference_and_reason(capsys):
    assert nianlun("cases", str(CASES / "enterprise_benefit"), "--json") == 0
    found = {one["file"]: one for one in json.loads(capsys.readouterr().out)["cases"]}
    line = next(one for one in found["WE-10.toml"]["lines"] if one["component"] == "plateau_share")
    assert (line["published"], line["ours"], line["difference"]) == ("1177.79", "1177.70", "-0.09")
    assert "误印" in line["reason"]


def test_a_case_that_comes_out_otherwise_is_a_finding(capsys, tmp_path):
    case(tmp_path, 'kind = "payout_months"\n[inputs]\nage = [60, 9]\n[published]\npayout_months = 133.7')
    assert nianlun("cases", str(tmp_path)) == 1
    out, err = capsys.readouterr()
    assert "+0.1" in out
    assert "不符：" in out
    assert "1 个案例不符" in err
    (tmp_path / "case.toml").write_bytes(b"\xff")
    assert nianlun("cases", str(tmp_path), "--json") == 1
    assert "UTF-8" in json.loads(capsys.readouterr().out)["cases"][0]["refused"]


def test_a_folder_without_cases_is_refused(capsys, tmp_path):
    assert nianlun("cases", str(tmp_path)) == 2
    assert "没有案例文件" in capsys.readouterr().err


def test_a_higher_component_adds_its_question():
    parser = argparse.ArgumentParser(prog="nianlun")
    subparsers = parser.add_subparsers(required=True)
    command.add_parser(subparsers)
    command.questions(subparsers).add_parser("diff").set_defaults(run=lambda args: 7)
    args = parser.parse_args(["policy", "diff"])
    assert args.run(args) == 7
