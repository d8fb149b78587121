"""Who may not: other people's files, other roles' pages, nobody at all; and what auditor and officer do see."""

from collections.abc import Callable

import pytest
from tests.journeys.browser import Visitor
from tests.journeys.system import PATIENCE, System

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
NOWHERE = "019b76da-0000-7000-8000-000000000000"

OF_PERSON = (
    "/people/{person}/",
    "/people/{person}/why/statutory_month/",
    "/people/{person}/months/all/",
    "/people/{person}/postings/{posting}/",
    "/people/{person}/reads/",
    "/people/{person}/rulings/birth_date/",
    "/rulings/{ruling}/",
    "/items/{item}/",
    "/items/{item}/pages/1/",
    "/items/{item}/original/",
    "/review/{item}/",
)
DEEDS = (
    "/people/{person}/identity/",
    "/people/{person}/rulings/birth_date/",
    "/review/{item}/conclude/",
    "/review/{item}/attribute/",
    "/review/claims/{claim}/",
    "/review/pages/{page}/claims/",
)


def things_of(system: System, person: str) -> dict[str, str]:
    """One of each thing that belongs to a person."""

    def one(statement: str) -> str:
        return str(system.rows(statement, person)[0][0])

    return {
        "person": person,
        "item": one("SELECT id FROM archives_item WHERE person_id = %s LIMIT 1"),
        "claim": one("SELECT id FROM evidence_claim WHERE person_id = %s LIMIT 1"),
        "page": one("SELECT page_id FROM evidence_claim WHERE person_id = %s LIMIT 1"),
        "posting": one("SELECT id FROM contributions_posting WHERE person_id = %s LIMIT 1"),
        "ruling": one("SELECT id FROM evidence_ruling WHERE person_id = %s LIMIT 1"),
    }


@pytest.fixture(scope="module")
def foreign(system: System) -> dict[str, str]:
    """Somebody of 竞秀区 and all that is kept of him; 孙伟 of 莲池区 may see none of it."""
    return things_of(system, system.city["persons"]["delayed"])


def test_another_districts_person_is_not_there(visit: Visit, foreign: dict[str, str]):
    clerk = visit("孙伟", forgive=("404",))
    clerk.fetch(f"/people/{foreign['person']}/purpose/", purpose="参保人来访查询缴费年限")
    answers = {path: clerk.fetch(path.format(**foreign)).status for path in OF_PERSON}
    assert answers == dict.fromkeys(OF_PERSON, 404)
    deeds = {
        path: clerk.fetch(path.format(**foreign), decision="accept", step="submit").status for path in DEEDS
    }
    assert deeds == dict.fromkeys(DEEDS, 404)
    clerk.go("/search/?q=张伟")
    assert "没有找到" in clerk.text
    clerk.go(f"/people/{foreign['person']}/")
    assert "张伟" not in clerk.text


def test_foreign_and_unknown_claims_are_answered_alike(visit: Visit, foreign: dict[str, str]):
    clerk = visit("孙伟")
    assert (
        clerk.fetch(f"/claims/{NOWHERE}/").status
        == clerk.fetch(f"/claims/{foreign['claim']}/").status
        == 404
    )


def test_what_does_not_exist_is_answered_like_what_may_not_be_seen(visit: Visit):
    clerk = visit("李敏")
    nothing = dict.fromkeys(("person", "item", "claim", "page", "posting", "ruling"), NOWHERE)
    paths = [*OF_PERSON, f"/batches/{NOWHERE}/", f"/claims/{NOWHERE}/"]
    assert {path: clerk.fetch(path.format(**nothing)).status for path in paths} == dict.fromkeys(paths, 404)
    deeds = [*DEEDS, f"/batches/{NOWHERE}/files/", f"/rulings/{NOWHERE}/decide/"]
    assert {
        path: clerk.fetch(path.format(**nothing), decision="accept", step="submit").status for path in deeds
    } == dict.fromkeys(deeds, 404)


def test_the_scanner_sees_the_batches_given_to_him_and_nothing_to_search(visit: Visit, system: System):
    archivist = visit("王海")
    archivist.go("/batches/")
    archivist.page.fill("#title", "外包第三箱")
    archivist.click("button.main:has-text('开批次')")
    scanner = visit("马小川", forgive=("404",))
    scanner.go("/batches/")
    assert "待识读的扫描件" not in scanner.text
    assert "外包第三箱" not in scanner.text
    [contractor] = archivist.page.locator("#account option", has_text="马小川").all()
    archivist.page.select_option("#account", contractor.get_attribute("value"))
    archivist.click("button:has-text('分派')")
    scanner.go("/batches/")
    assert "外包第三箱" in scanner.text
    scanner.click("a:has-text('外包第三箱')")
    assert scanner.page.locator("input[type=file]").count() > 0
    [(foreign,)] = system.rows("SELECT id FROM digitization_batch WHERE title = %s", "待识读的扫描件")
    assert scanner.fetch(f"/batches/{foreign}/").status == 404
    assert scanner.fetch(f"/batches/{foreign}/files/", x="").status == 404
    for path in ("/search/?q=周桂兰", "/people/", "/review/", "/registers/business/"):
        assert scanner.fetch(path).status == 404, path
    assert scanner.page.locator("input[type=search]").count() == 0


def test_the_insured_stay_with_their_own_pages(visit: Visit, system: System):
    insured = visit()
    insured.sign_in("canbao01")
    own, other = (system.city["persons"][role] for role in ("zhou", "army"))
    for path in (
        "/desk/",
        "/people/",
        f"/people/{own}/",
        f"/people/{other}/",
        "/search/?q=周",
        "/journal/",
    ):
        assert insured.fetch(path).status == 404, path
    item = things_of(system, own)["item"]
    assert insured.fetch(f"/items/{item}/").status == 404
    assert insured.fetch(f"/items/{item}/original/").status == 404


def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back(visit: Visit, foreign: dict[str, str]):
    nobody = visit(forgive=("403",))
    for path in ("/desk/", *OF_PERSON, "/my/", "/journal/", "/vault/", "/batches/"):
        answer = nobody.fetch(path.format(**foreign))
        assert (answer.status, answer.headers["location"][:14]) == (302, "/sign-in/?next"), path
    nobody.go("/batches/")
    assert nobody.path == "/sign-in/"
    nobody.page.fill("#username", "wanghai")
    nobody.page.fill("#password", "不是这个口令")
    nobody.click("main button")
    assert nobody.path == "/sign-in/" and "王海" not in nobody.text
    nobody.page.fill("#username", "wanghai")
    nobody.page.fill("#password", nobody.system.password("wanghai"))
    nobody.click("main button")
    nobody.prove()
    assert nobody.path == "/batches/"


def test_nothing_of_a_file_is_left_in_the_browser_after_signing_out(visit: Visit, system: System):
    clerk = visit("李敏")
    path = f"/people/{system.city['persons']['zhou']}/"
    clerk.go(path)
    clerk.state_purpose("退休待遇核定前核对档案")
    clerk.click("header button:has-text('退出')")
    clerk.page.go_back()
    clerk.page.wait_for_load_state("load")
    assert "周桂兰" not in clerk.text
    assert clerk.fetch(path).status == 302


def test_the_auditor_reads_sentences(visit: Visit, foreign: dict[str, str]):
    clerk = visit("孙伟")
    clerk.fetch(f"/people/{foreign['person']}/")
    auditor = visit("钱明")
    auditor.go("/journal/?name=孙伟")
    assert "要查看参保人，被系统拒绝" in auditor.text
    assert "{" not in auditor.page.inner_text("table") and "None" not in auditor.page.inner_text("table")
    assert auditor.fetch("/people/").status == 404


def test_the_system_officer_runs_the_check_of_the_vault_and_sees_its_result(visit: Visit):
    officer = visit("郭安")
    officer.go("/vault/checks/")
    officer.click("tr:has-text('主库') button:has-text('开始')")
    officer.page.wait_for_selector("text=全部完好", timeout=PATIENCE * 1000)
    officer.go("/vault/")
    assert "全部完好" in officer.text
    assert officer.fetch("/journal/").status == 404
