"""The pages of rosters: upload, see, hand in; a reviewer looks and books, once."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests import factories
from tests.contributions.test_import import HEADING, MILL, NUMBER, row
from tests.contributions.test_workbook import workbook

from nianlun.contributions import command, queries, waiting
from nianlun.contributions.models import Posting, RosterImport
from nianlun.registry import operations as registry

PAGE, CONFIRM = "/contributions/import/", "/contributions/import/confirm/"
REVIEW = "/contributions/review/"


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


def test_the_clerk_hands_in_what_was_shown_and_a_reviewer_books_it(zhou, browser, viewer, client_of):
    assert "上传名册" in browser.get(PAGE).content.decode()
    shown = upload(browser, row("1998-01"), row("1998-02")).content.decode()
    assert "2 行将新增" in shown and "周桂兰" in shown and NUMBER not in shown
    done = browser.post(CONFIRM, follow=True).content.decode()
    assert "已提交 2 行" in done and "待复核" in done
    assert not Posting.objects.exists()
    assert "没有等待提交的名册" in browser.post(CONFIRM, follow=True).content.decode()

    reviewer = client_of(viewer("reviewer"))
    assert "缴费复核" in reviewer.get("/desk/").content.decode()
    listed = reviewer.get(REVIEW).content.decode()
    address = re.search(r"/contributions/rosters/[0-9a-f-]+/", listed)[0]
    page = reviewer.get(address).content.decode()
    assert "复核入账" in page and "周桂兰" in page and NUMBER not in page
    assert "新增 4 条缴费记录" in reviewer.post(f"{address}book/", follow=True).content.decode()
    assert queries.total_months(zhou.id) == 2
    assert "已经办过了" in reviewer.post(f"{address}book/", follow=True).content.decode()
    after = browser.get(address).content.decode()
    assert "已入账" in after and "周桂兰" not in after


def test_the_clerk_reads_why_it_came_back_and_withdraws_another(zhou, browser, viewer, client_of):
    reviewer = client_of(viewer("reviewer"))
    upload(browser, row("1998-01"))
    browser.post(CONFIRM)
    first = RosterImport.objects.get()
    address = f"/contributions/rosters/{first.pk}/"
    assert (
        "至少四个字" in reviewer.post(f"{address}return/", {"reason": "错"}, follow=True).content.decode()
    )
    reviewer.post(f"{address}return/", {"reason": "基数与申报表不符"})
    assert "基数与申报表不符" in browser.get(PAGE).content.decode()
    upload(browser, row("1998-02"))
    browser.post(CONFIRM)
    second = RosterImport.objects.exclude(pk=first.pk).get()
    assert "撤回" in browser.get(f"/contributions/rosters/{second.pk}/").content.decode()
    done = browser.post(f"/contributions/rosters/{second.pk}/withdraw/", follow=True)
    assert "没有入账" in done.content.decode()


def test_nobody_else_finds_the_roster(zhou, browser, viewer, client_of):
    upload(browser, row())
    browser.post(CONFIRM)
    address = f"/contributions/rosters/{RosterImport.objects.get().pk}/"
    for who in (viewer("clerk"), viewer("leader"), viewer("reviewer", scope="130102")):
        assert client_of(who).get(address).status_code == 404


def test_a_page_of_a_long_roster_comes_by_its_number(zhou, browser, viewer, client_of):
    upload(browser, *[row(f"{year}-{month:02d}") for year in range(1988, 1998) for month in range(1, 13)])
    browser.post(CONFIRM)
    address = f"/contributions/rosters/{RosterImport.objects.get().pk}/"
    reviewer = client_of(viewer("reviewer"))
    assert "1997-12" not in reviewer.get(address).content.decode()
    for asked in ("2", "99", "-1", "x", "9" * 30):
        assert reviewer.get(address, {"page": asked}).status_code == 200
    assert "1997-12" in reviewer.get(address, {"page": "2"}).content.decode()


def test_a_posting_is_taken_back_from_its_page_by_two(zhou, browser, viewer, client_of, now):
    clerk, second = viewer("clerk"), viewer("reviewer")
    factories.book_roster(workbook(HEADING, row()), clerk=viewer("clerk"), reviewer=second, at=now)
    asking, reviewing = client_of(clerk), client_of(second)
    factories.purpose(clerk, zhou.id)
    ids = [str(one) for one in queries.paid_months(zhou.id)[0].postings]
    page = f"/people/{zhou.id}/postings/{ids[0]}/"
    assert "申请冲销" in asking.get(page).content.decode()
    refused = asking.post(f"{page}reverse/", {"posting": ids, "reason": "错"}, follow=True)
    assert "至少四个字" in refused.content.decode()
    proposed = asking.post(f"{page}reverse/", {"posting": ids, "reason": "名册录错了月份"}, follow=True)
    assert "等另一位同事复核" in proposed.content.decode()
    assert "在等复核" in asking.get(page).content.decode()
    listed = reviewing.get(REVIEW).content.decode()
    address = re.search(r"/reversals/[0-9a-f-]+/", listed)[0]
    assert "确认冲销" in reviewing.get(address).content.decode()
    done = reviewing.post(f"{address}decide/", {"decision": "confirm"}, follow=True).content.decode()
    assert "已冲销 2 条" in done
    assert queries.paid_months(zhou.id) == []
    assert reviewing.post(f"{address}decide/", {"decision": "x"}).status_code == 404


def test_a_form_sent_without_a_purpose_waits_for_it_and_is_then_done(zhou, viewer, client_of, now):  # S3.1
    factories.book_roster(
        workbook(HEADING, row()), clerk=viewer("clerk"), reviewer=viewer("reviewer"), at=now
    )
    client = client_of(viewer("clerk"))
    ids = [str(one) for one in queries.paid_months(zhou.id)[0].postings]
    address = f"/people/{zhou.id}/postings/{ids[0]}/reverse/"
    asked = client.post(address, {"posting": ids, "reason": "名册录错了月份"})
    assert (asked.status_code, "刚才所填都在" in asked.content.decode()) == (403, True)
    carried = dict.fromkeys(["kept:"], "1") | {"kept:posting": ids, "kept:reason": "名册录错了月份"}
    shown = client.post(
        f"/people/{zhou.id}/purpose/", {"purpose": "核对缴费明细", "next": address, **carried}
    )
    assert "接着办" in shown.content.decode() and "名册录错了月份" in shown.content.decode()
    assert ids[1] in shown.content.decode()
    client.post(address, {"posting": ids, "reason": "名册录错了月份"})
    assert queries.reversal_of_person(zhou.id).reason == "名册录错了月份"


def test_rows_with_problems_are_listed_and_left_out_only_on_demand(zhou, browser):
    shown = upload(browser, row("1998-01"), row("1998-02", name="周桂英")).content.decode()
    assert "1 行有问题" in shown and "周桂英" in shown
    assert browser.post(CONFIRM).status_code == 409
    assert not RosterImport.objects.exists()
    assert "1 行有问题的没有提交" in browser.post(CONFIRM, {"skip": "1"}, follow=True).content.decode()
    assert RosterImport.objects.get().refused_rows == 1


def test_a_dropped_roster_leaves_neither_rows_nor_bytes(zhou, browser):
    upload(browser, row())
    key = browser.session["contributions.roster"]["key"]
    assert "没有提交" in browser.post(CONFIRM, {"drop": "1"}, follow=True).content.decode()
    assert not RosterImport.objects.exists()
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


def test_the_command_hands_in_prints_json_and_says_in_its_status_how_it_went(zhou, tmp_path, capsys):
    import argparse
    import json

    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    good.write_bytes(workbook(HEADING, row()))
    bad.write_bytes(workbook(HEADING, row(name="周桂英")))
    clerk = "gao.ming"
    factories.staff("clerk", username=clerk)

    def run(*words):
        args = parser.parse_args(["contributions", "import", *words, "--json"])
        status = args.run(args)
        return status, json.loads(capsys.readouterr().out or "{}")

    assert run(str(good), "--check")[1]["import_id"] is None
    assert run(str(good))[0] == 2
    status, printed = run(str(good), "--as", clerk)
    assert (status, printed["new_rows"], printed["problems"]) == (0, 1, [])
    assert printed["import_id"] and not Posting.objects.exists()
    assert run(str(good), "--as", clerk)[0] == 2
    status, printed = run(str(bad), "--as", clerk)
    assert (status, printed["problems"][0]["row"]) == (1, 2)
    assert run(str(tmp_path / "none.xlsx"))[0] == 2
    assert run(str(good), "--as", "nobody")[0] == 2
