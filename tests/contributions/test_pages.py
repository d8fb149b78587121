"""The import page: upload, see, confirm, once; nothing is booked before."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests import factories
from tests.contributions.test_import import HEADING, MILL, NUMBER, row
from tests.contributions.test_workbook import workbook

from nianlun.contributions import command, queries, waiting
from nianlun.contributions.models import Posting
from nianlun.registry import operations as registry

PAGE, CONFIRM = "/contributions/import/", "/contributions/import/confirm/"


@pytest.fixture
def zhou(agency, now):
    registry.register_employer(by=None, name=MILL, agency_id=agency.id, at=now)
    return factories.person(agency, name="周桂兰", sex="female", number=NUMBER)


@pytest.fixture
def browser(viewer, client_of):
    return client_of(viewer("clerk"))


def upload(browser, *rows, content=None):
    sent = SimpleUploadedFile("名册.xlsx", content if content is not None else workbook(HEADING, *rows))
    return browser.post(PAGE, {"roster": sent})


def test_the_clerk_sees_what_the_roster_would_do_confirms_it_and_it_is_booked(zhou, browser):
    assert "上传名册" in browser.get(PAGE).content.decode()
    shown = upload(browser, row("1998-01"), row("1998-02")).content.decode()
    assert "2 行将新增" in shown and "周桂兰" in shown and NUMBER not in shown
    assert not Posting.objects.exists()
    done = browser.post(CONFIRM, follow=True).content.decode()
    assert "新增 4 条缴费记录" in done
    assert queries.total_months(zhou.id) == 2
    assert "没有等待确认的名册" in browser.post(CONFIRM, follow=True).content.decode()


def test_rows_with_problems_are_listed_and_left_out_only_on_demand(zhou, browser):
    shown = upload(browser, row("1998-01"), row("1998-02", name="周桂英")).content.decode()
    assert "1 行有问题" in shown and "周桂英" in shown
    assert browser.post(CONFIRM).status_code == 409
    assert not Posting.objects.exists()
    assert "1 行有问题的没有导入" in browser.post(CONFIRM, {"skip": "1"}, follow=True).content.decode()
    assert queries.total_months(zhou.id) == 1


def test_a_dropped_roster_leaves_neither_rows_nor_bytes(zhou, browser):
    upload(browser, row())
    key = browser.session["contributions.roster"]["key"]
    assert "没有导入" in browser.post(CONFIRM, {"drop": "1"}, follow=True).content.decode()
    assert not Posting.objects.exists()
    assert waiting.waiting(waiting.UUID(key)) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_file_that_is_no_workbook_gets_a_sentence_and_no_fault(browser, content):
    answer = upload(browser, content=content)
    assert answer.status_code == 422
    assert "roster-fault" in answer.content.decode()


def test_posting_without_a_file_asks_for_one(browser):
    answer = browser.post(PAGE)
    assert (answer.status_code, "请选择一份" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("role", ["archivist", "leader", "auditor", "scanner"])
def test_who_may_not_import_finds_no_such_page(viewer, client_of, role):
    assert client_of(viewer(role)).get(PAGE).status_code == 404


def test_who_is_not_signed_in_is_sent_to_sign_in(client):
    assert client.get(PAGE).status_code == 302
    assert client.post(CONFIRM).status_code == 302


def test_nobody_imports_the_own_contributions(zhou, viewer, now):
    from nianlun.contributions import operations

    clerk = viewer("clerk")
    registry.link_login(by=None, account_id=clerk.account_id, person_id=zhou.id, at=now)
    outcome = operations.check_roster(clerk, content=workbook(HEADING, row()), name="名册.xlsx", at=now)
    assert "本人或近亲属" in outcome.problems[0].sentence


def test_the_command_imports_prints_json_and_says_in_its_status_how_it_went(zhou, tmp_path, capsys):
    import argparse
    import json

    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    good.write_bytes(workbook(HEADING, row()))
    bad.write_bytes(workbook(HEADING, row(name="周桂英")))

    def run(*words):
        args = parser.parse_args(["contributions", "import", *words, "--json"])
        status = args.run(args)
        return status, json.loads(capsys.readouterr().out or "{}")

    assert run(str(good), "--check")[1]["import_id"] is None
    status, printed = run(str(good))
    assert (status, printed["added"], printed["problems"]) == (0, 2, [])
    assert run(str(good))[1]["known_rows"] == 1
    status, printed = run(str(bad))
    assert (status, printed["problems"][0]["row"]) == (1, 2)
    assert run(str(tmp_path / "none.xlsx"))[0] == 2
    assert run(str(good), "--as", "nobody")[0] == 2
