"""Policy questions over HTTP: the same answers as the commands give, refusals that programs can branch on."""

import json
import threading
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from nianlun.api import problems, reading, work
from nianlun.lawbook import operations as lawbook
from nianlun.lawbook.writing import NewValue
from nianlun.policy.assess import KINDS, assess
from nianlun.policy.in_force import in_force
from nianlun.policy.lawbook import law_book, shipped

AGE = {"kind": "payout_months", "title": "六十岁三个月", "inputs": {"age": [60, 3]}}
MAN = {"inputs": {"sex": "male", "category": 60, "born": "1968-07"}}
HAINAN = {
    "province": "海南",
    "benefit_date": "2025-02",
    "pension_base": 8131,
    "avg_index": "1.8444",
    "years": "41.9167",
    "pre_account_years": "14.75",
    "coef": "0.014",
    "account_balance": "223786.86",
    "payout_months": 139,
}


# What is answered


def test_a_case_is_answered_with_its_edition(ask):
    answer = ask("assess", AGE)
    assert answer.status == 200
    assert answer.content["figures"]["payout_months"] == "137.3"
    assert answer.content["title"] == "六十岁三个月"
    assert answer.content["edition"] == shipped().digest
    assert "derivation" not in answer.content


def test_a_pension_comes_out_to_the_fen_as_texts_with_every_step(ask):
    answer = ask("assess", {"kind": "enterprise_benefit", "inputs": HAINAN}, query="?explain=true")
    assert answer.content["amounts"]["basic"] == "4847.21"
    assert answer.content["total"] == "9554.03"
    assert answer.content["derivation"]["id"] == "total"


def test_numbers_and_texts_mean_the_same_and_no_float_comes_between(ask):
    exact = {**HAINAN, "avg_index": "1.8444"}
    as_texts = ask("assess", {"kind": "enterprise_benefit", "inputs": exact})
    body = json.dumps({"kind": "enterprise_benefit", "inputs": exact}).replace('"1.8444"', "1.8444")
    as_numbers = ask("assess", body.replace('"223786.86"', "223786.86"))
    assert as_numbers.content == as_texts.content
    direct = assess("enterprise_benefit", {**exact, "account_balance": Decimal("223786.86")})
    assert as_texts.content == {**direct.to_json(), "edition": shipped().digest}


def test_the_law_and_the_knowledge_of_a_past_day_can_be_asked_for(ask):
    now, then = ask("retirement", MAN), ask("retirement", {**MAN, "as_of": {"law": "2024-01-01"}})
    assert (now.content["statutory_month"], then.content["statutory_month"]) == ("2029-06", "2028-07")
    assert now.content["delay_months"] == 11
    refused = ask("assess", {**AGE, "as_of": {"law": "1990-01-01"}})
    assert (refused.status, refused.problem) == (409, "not-in-force")


def test_null_means_not_given(ask):
    answer = ask("assess", {**AGE, "inputs": {"age": [60, 3], "benefit_date": None}})
    assert answer.content == ask("assess", AGE).content
    one = {"2023": {"base": "5000", "months": 12}}
    deep = ask("transfer", {"inputs": {"years": {**one, "2024": None}}})
    assert deep.content == ask("transfer", {"inputs": {"years": one}}).content
    assert ask("assess", {**AGE, "inputs": {"age": [60, None]}}).problem == "bad-case"


def test_retirement_explains_itself(ask):
    answer = ask("retirement", MAN, query="?explain=1")
    assert answer.content["derivation"]["id"] == "retirement"
    assert answer.content["original_month"] == "2028-07"


@pytest.mark.parametrize("name", ["interest", "transfer"])
def test_the_short_addresses_answer_as_assess_does(ask, get, name):
    kind = {"interest": "account_interest", "transfer": "transfer"}[name]
    (body,) = (one["example"] for one in get("kinds").content["kinds"] if one["kind"] == kind)
    long = ask("assess", body)
    assert long.status == 200
    assert (
        ask(name, {part: value for part, value in body.items() if part != "kind"}).content == long.content
    )


def test_every_kind_is_listed_and_its_example_is_answered(ask, get):
    listed = get("kinds").content["kinds"]
    assert [one["kind"] for one in listed] == list(KINDS)
    for one in listed:
        if one["example"]:
            answer = ask("assess", one["example"], query="?explain=true")
            assert answer.status == 200, answer.content
            assert answer.content["kind"] == one["kind"]


def test_the_rows_of_a_day_are_those_of_the_tables(get):
    answer = get("tables?on=2025-05-01&region=130600&topic=计发")
    rows = list(in_force(shipped(), date(2025, 5, 1), region="130600", topic="计发"))
    assert answer.content["rows"] == [row.to_json() for row in rows]
    assert answer.content["on"] == "2025-05-01"
    assert any(row["absent"] is None for row in answer.content["rows"])


def test_without_a_day_the_rows_are_those_of_today(get):
    assert len(get("tables").content["rows"]) > 10


def test_a_table_is_given_whole_or_for_one_region(get):
    whole = get("tables/pension_base", template="tables/{name}").content
    hebei = get("tables/pension_base?region=130600", template="tables/{name}").content
    assert {one["region"] for one in hebei["spans"]} == {"130000"}
    assert len(whole["spans"]) == len(shipped().table("pension_base").spans) > len(hebei["spans"])
    assert all(isinstance(one["value"], str) for one in whole["spans"])


# Refusals


@pytest.mark.parametrize(
    ("body", "problem", "said"),
    [
        (b"", "bad-json", "没有请求体"),
        (b"{", "bad-json", "第 1 行"),
        (b"[]", "bad-json", "一个 JSON 对象"),
        (b"\xff\xfe", "bad-json", "UTF-8"),
        ('{"kind": "payout_months", "inputs": {"age": NaN}}', "bad-json", "NaN 不是数"),
        ('{"kind": "a", "kind": "b", "inputs": {}}', "bad-json", "写了两次“kind”"),
        ('{"kind": "a", "inputs": {"x": "\\ud800"}}', "bad-json", "不能显示"),
        ('{"kind": "a", "inputs": {"x": "\\u0000"}}', "bad-json", "不能显示"),
        ('{"kind": "a", "inputs": {"x": ' + "9" * 5000 + "}}", "bad-json", "太长"),
        ('{"kind": "a", "inputs": {"x": 1e-999999}}', "bad-json", "太长"),
        ("[" * 30_000, "bad-json", "太深"),
        ('{"a":' * 9 + "1" + "}" * 9, "bad-json", "太深"),
        ({"kind": "a", "inputs": {"x": list(range(4000))}}, "bad-json", "太多"),
        ({"kind": "a", "inputs": {"x": "长" * 2001}}, "bad-json", "超过 2000 字"),
        ({"kind": "a", "inputs": {"x": "长" * 70_000}}, "too-large", "64 KB"),
        ({"inputs": {}}, "bad-case", "kind：没有写"),
        ({"kind": "payout_months"}, "bad-case", "inputs：没有写"),
        ({"kind": 5, "inputs": {}}, "bad-case", "kind：应是文字"),
        ({"kind": "payout_months", "inputs": []}, "bad-case", "inputs：应是一个对象"),
        ({**AGE, "extra": 1}, "bad-case", "extra：不认识"),
        ({**AGE, "as_of": {"law": 20250101}}, "bad-case", "as_of.law：应写成 2025-03-10"),
        ({**AGE, "as_of": {"law": "2025-02-30"}}, "bad-case", "as_of.law：应写成 2025-03-10"),
        ({**AGE, "as_of": {"since": "2025-02-03"}}, "bad-case", "as_of.since：不认识"),
        ({**AGE, "title": "长" * 201}, "bad-case", "title：最多 200 个字"),
        ({"kind": "lottery", "inputs": {}}, "bad-case", "没有“lottery”这种案例"),
        ({"kind": "payout_months", "inputs": {"age": 60}}, "bad-case", "[年, 月]"),
        ({"kind": "payout_months", "inputs": {"age": [60, 3], "colour": 1}}, "bad-case", "不用这些输入"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_chinese(ask, body, problem, said):
    answer = ask("assess", body)
    assert answer.problem == problem
    assert said in answer.content["detail"]


def test_what_is_missing_is_named(ask):
    answer = ask(
        "assess", {"kind": "enterprise_benefit", "inputs": {"province": "河北", "benefit_date": "2025-01"}}
    )
    assert (answer.status, answer.problem) == (409, "cannot-assess")
    assert answer.content["missing"] == ["account_balance"]
    assert ask("retirement", {"inputs": {"sex": "male"}}).content["missing"] == ["category", "born"]


def test_sex_and_category_that_do_not_go_together_are_refused(ask):
    answer = ask("retirement", {"inputs": {**MAN["inputs"], "category": 55}})
    assert (answer.status, answer.problem) == (422, "bad-case")


@pytest.mark.parametrize(
    ("address", "template", "problem"),
    [
        ("tables?on=yesterday", "", "bad-case"),
        ("tables?region=13", "", "bad-case"),
        ("tables?region=１３００００", "", "bad-case"),
        ("tables?topic=天气", "", "bad-case"),
        ("tables/lottery", "tables/{name}", "no-such-address"),
        ("tables/pension_base?region=x", "tables/{name}", "bad-case"),
    ],
)
def test_wrong_questions_to_the_tables_are_refused(get, address, template, problem):
    assert get(address, template=template).problem == problem


@pytest.mark.django_db
def test_other_addresses_methods_and_bodies_are_problems_too(ask):
    from tests.api.conftest import held

    assert held(Client().get("/api/v1/nothing/here")).problem == "no-such-address"
    assert held(Client().post("/api/v1/policy/assessment", {})).problem == "no-such-address"
    wrong = Client().get("/api/v1/policy/assess")
    assert held(wrong).problem == "wrong-method"
    assert wrong["Allow"] == "POST"
    assert ask("assess", "kind=x", content_type="application/x-www-form-urlencoded").status == 415
    assert ask("assess", json.dumps(AGE), content_type="application/json; charset=utf-8").status == 200


@pytest.mark.django_db
def test_a_body_announced_as_too_long_is_not_read(monkeypatch):
    def read(_body):
        raise AssertionError("was read")

    monkeypatch.setattr(reading, "read_object", read)
    from tests.api.conftest import held

    response = Client().post("/api/v1/policy/assess", "x" * 70_000, content_type="application/json")
    assert held(response).problem == "too-large"


def test_an_edition_from_before_a_table_was_kept_holds_no_rule_of_that_kind(ask, monkeypatch):
    bare = law_book({path: text for path, text in shipped().files.items() if "payout_months." not in path})
    monkeypatch.setattr("nianlun.api.policy._edition", lambda: bare)
    answer = ask("assess", AGE)
    assert (answer.status, answer.problem) == (409, "not-in-force")
    assert "计发月数" in answer.content["detail"]


def test_a_rounding_that_is_none_is_the_editions_fault_too(ask, monkeypatch):
    path = "460000/enterprise_formula.toml"
    text = shipped().files[path]
    odd = shipped().amended({path: text.replace('years = "half_up:4"', 'years = "roughly"')})
    assert odd.digest != shipped().digest
    monkeypatch.setattr("nianlun.api.policy._edition", lambda: odd)
    answer = ask("assess", {"kind": "enterprise_benefit", "inputs": HAINAN})
    assert (answer.status, answer.problem) == (409, "broken-edition")


def test_a_derivation_too_long_to_write_is_refused_but_its_result_is_not(ask, monkeypatch):
    monkeypatch.setattr(work, "LONGEST_DERIVATION", 1)
    assert ask("assess", AGE).status == 200
    assert ask("assess", AGE, query="?explain=true").problem == "too-long"


def test_when_all_places_are_taken_the_next_is_told_to_come_back(ask, monkeypatch):
    monkeypatch.setattr(work, "PATIENCE_SECONDS", 0.01)
    taken = threading.BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(work, "_places", taken)
    answer = ask("assess", AGE)
    assert (answer.status, answer.problem) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    taken.release()
    assert ask("assess", AGE).status == 200
    assert ask("assess", {**AGE, "kind": "lottery"}).status == 422  # a refusal gives its place back
    assert ask("assess", AGE).status == 200


def test_a_fault_of_ours_is_no_refusal(monkeypatch, ask):
    def broken(*_args, **_kwargs):
        raise KeyError("a fault")

    monkeypatch.setattr(work, "assess_case", broken)
    with pytest.raises(KeyError):
        ask("assess", AGE)


def test_every_kind_of_refusal_has_one_name():
    names = [kind.name for kind in problems.KINDS]
    assert len(set(names)) == len(names)
    declared = {value.name for value in vars(problems).values() if isinstance(value, problems.Kind)}
    assert set(names) == declared


# Editions


def test_an_approved_change_is_answered_from_then_on_under_its_own_edition(get, viewer, now):
    officer, reviewer = viewer("policy_officer", scope="13"), viewer("policy_reviewer", scope="13")
    before = get("tables?on=2026-03-01&region=130000&topic=计发").content
    draft = lawbook.open_draft(
        officer, title="2026 年计发基数", reason="省里来文，按文件填写", region="130000", at=now
    )
    value = NewValue(since=date(2026, 1, 1), value=7654, source="某通知", confidence="S-P")
    lawbook.put_value(officer, draft, table="pension_base", new=value, at=now)
    lawbook.submit(officer, draft, retroactive_reason="省里来文，按文件填写", at=now)
    assert get("tables?on=2026-03-01&region=130000&topic=计发").content == before
    lawbook.approve(reviewer, draft, at=now)
    after = get("tables?on=2026-03-01&region=130000&topic=计发").content
    assert after["edition"] != before["edition"]
    assert "7654" in [row.get("value") for row in after["rows"] if row["table"] == "pension_base"]
