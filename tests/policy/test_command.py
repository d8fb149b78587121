"""`nianlun policy retirement` as typed at a prompt."""

import argparse
import json

import pytest

from nianlun.policy import command


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
