"""`nianlun cases`: what a business needs and which days are worked, on the command line."""

import json
from pathlib import Path

import pytest
from tests import factories
from tests.business.test_calendar import LONGER_HOLIDAY, NEXT_YEAR

from nianlun.access.domain import NotVisible, Refused
from nianlun.access.models import Account
from nianlun.cases import queries
from nianlun.cases.domain.flow import State
from nianlun.config.command import parser


@pytest.fixture
def run(capsys):
    def call(*words):
        args = parser().parse_args(["cases", *map(str, words)])
        status = args.run(args)
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def test_the_kinds_of_business_of_a_day_are_listed(run):
    status, out, err = run("types", "--on", "2024-12-31")
    lines = {line.split("\t")[0]: line for line in out.splitlines()}
    assert (status, "incapacity_retirement" in lines, "sickness_allowance" in lines) == (0, True, False)
    assert lines["retirement"] == "retirement\t退休审核\t高风险\t初审→复核→审批\t20 个工作日"
    assert f"2024-12-31 办理 {len(lines)} 类业务。" in err


def test_the_definitions_come_as_json_with_the_law_behind_each_paper(run):
    _, out, _ = run("types", "--on", "2026-11-23", "--json")
    [retirement] = [one for one in json.loads(out) if one["code"] == "retirement"]
    assert all(paper["legal_basis"] for paper in retirement["requirement"])
    assert len(retirement["digest"]) == 16


@pytest.mark.django_db
def test_a_year_is_imported_and_shown(run, tmp_path: Path):
    file, officer = tmp_path / "2027.toml", factories.staff("policy_officer")
    login = Account.objects.get(pk=officer.account_id).username
    assert run("calendar", "2027")[0::2] == (
        1,
        "还没有 2027 年的工作日历。请先导入国务院办公厅的放假安排。\n",
    )
    file.write_text(NEXT_YEAR, encoding="utf-8")
    status, out, _ = run("import-calendar", file, "--as", login, "--json")
    assert (status, json.loads(out)) == (0, {"year": 2027, "changed": True, "moved": []})
    assert run("import-calendar", file, "--as", login)[0] == 1
    status, out, _ = run("calendar")
    assert [line.split("\t")[0] for line in out.splitlines()] == ["2024", "2025", "2026", "2027"]
    _, out, _ = run("calendar", "2027")
    assert "2027-02-14\t班\t春节" in out.splitlines()


@pytest.mark.django_db
def test_a_year_in_use_is_not_replaced_without_a_reason(run, tmp_path: Path):
    file, officer = tmp_path / "2026.toml", factories.staff("policy_officer")
    login = Account.objects.get(pk=officer.account_id).username
    file.write_text(LONGER_HOLIDAY, encoding="utf-8")
    with pytest.raises(Refused, match="请写明更换的理由"):
        run("import-calendar", file, "--as", login)
    assert run("import-calendar", file, "--as", login, "--reason", "另发补充通知")[0] == 0
    assert run("import-calendar", tmp_path / "none.toml", "--as", login)[0] == 2


@pytest.mark.django_db
def test_the_system_opens_a_case_once_a_day_for_somebody_to_look_at(run, agency):
    clerk, person = factories.staff("clerk"), factories.person(agency)
    found = ("open", "account_correction", "--person", person.id, "--reason", "对账发现少记 2 个月。")
    status, number, _ = run(*found)
    assert (status, run(*found)[1]) == (0, number)
    view = queries.case(clerk, queries.case_numbered(clerk, number))
    [opened] = view.actions
    assert (view.line.state, opened.account_id, opened.text) == (State.RECEIVED, None, found[-1])


@pytest.mark.django_db
def test_the_system_opens_no_case_that_is_not_its_to_open_nor_about_nobody(run, agency):
    person = factories.person(agency)
    with pytest.raises(Refused, match="不能是系统发起"):
        run("open", "retirement", "--person", person.id, "--reason", "到了年龄。")
    with pytest.raises(NotVisible):
        run("open", "inspection", "--employer", "91130600MA00000000", "--reason", "举报线索。")
