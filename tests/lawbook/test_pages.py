"""The library's pages: who is let in, what a form does, and what a wrong one is told."""

import io
import re
import zipfile
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from tests.lawbook.conftest import REASON, base_of_2026
from tests.lawbook.test_incoming import packed

from nianlun.access.domain import RIGHTS, Right, Role
from nianlun.lawbook import operations, queries
from nianlun.lawbook.domain import State
from nianlun.lawbook.models import Draft
from nianlun.policy.lawbook import shipped

pytestmark = pytest.mark.django_db
PATH = "130000/pension_base.toml"
READING = ("overview", "regions", "editions", "drafts")
FORM = {
    "table": "pension_base",
    "group": "",
    "value": "7600",
    "since": "2026-01-01",
    "source": "冀人社字某号",
    "confidence": "S-P",
}


def addresses(draft_id) -> dict[str, str]:
    """Every address of the library by name, with something that is there."""
    arguments = {"name": "pension_base", "region": "130000", "number": 1, "draft_id": draft_id}
    found = {}
    for pattern in get_resolver().url_patterns:
        for route in getattr(pattern, "url_patterns", ()):
            if getattr(pattern, "app_name", "") == "lawbook":
                names = re.findall(r"<\w+:(\w+)>", str(route.pattern))
                found[route.name] = reverse(
                    f"lawbook:{route.name}", args=[arguments[name] for name in names]
                )
    return found


def text_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def browser(officer, client_of):
    return client_of(officer)


@pytest.mark.parametrize("role", list(Role))
def test_each_page_opens_for_its_right_and_looks_missing_to_all_others(role, opened, viewer, client_of):
    draft_id = opened(base_of_2026())
    client = client_of(viewer(role.value, scope="" if role is Role.INSURED else "13"))
    for name, address in addresses(draft_id).items():
        needed = next(
            r.callback.access_rule
            for p in get_resolver().url_patterns
            if getattr(p, "app_name", "") == "lawbook"
            for r in p.url_patterns
            if r.name == name
        )
        answered = [client.get(address).status_code, client.post(address).status_code]
        if needed not in RIGHTS[role]:
            assert answered == [404, 404], name
        else:
            assert answered != [404, 404] or name in ("value", "file"), (
                name
            )  # those are the proposer's alone
    assert len(addresses(draft_id)) == 14


def test_who_is_not_signed_in_is_sent_to_sign_in(opened, client):
    for address in addresses(opened()).values():
        assert client.get(address).status_code == 302


def test_staff_reads_tables_and_neither_scanners_nor_insured_persons_do():
    without = {role for role in Role if Right.POLICY_READ not in RIGHTS[role]}
    assert without == {Role.SCANNER, Role.EMPLOYER, Role.INSURED, Role.PROGRAM}


def test_the_overview_says_what_counts_that_day_there_and_what_is_missing_and_why(browser):
    page = text_of(browser.get("/policy/", {"on": "2025-06-01", "region": "130000", "topic": "计发"}))
    assert "基本养老金计发基数" in page and "7410" in page and "元/月" in page and "转载" in page
    district = {"on": "2025-06-01", "region": "130606", "topic": "计发"}
    assert "7410" in text_of(browser.get("/policy/", district))
    before = text_of(browser.get("/policy/", {"on": "2015-06-01", "region": "130000", "topic": "计发"}))
    assert "没有找到这一年的计发基数" in before and "没有数值" in before
    memory = text_of(browser.get("/policy/", {"on": "2026-06-01", "topic": "账户"}))
    assert "凭记忆，须核对" in memory


def test_a_day_or_region_that_is_none_is_said_and_today_s_is_shown(browser):
    for query in ({"on": "2026-13-01"}, {"on": "0001-01-01"}, {"region": "999999"}, {"on": "昨天"}):
        page = browser.get("/policy/", query)
        assert page.status_code == 200 and "有 1 处需要改" in text_of(page)
    assert browser.get("/policy/", {"page": "9" * 9, "topic": "<b>"}).status_code == 200


def test_long_lists_come_in_pages(browser):
    first = text_of(browser.get("/policy/", {"region": "130000"}))
    assert "第 1 /" in first and 'rel="next"' in first
    assert text_of(browser.get("/policy/", {"region": "130000", "page": "2"})) != first
    narrowed = text_of(browser.get("/policy/tables/pension_base/", {"region": "130000"}))
    assert "2063" in narrowed and "没有找到这一年的计发基数" in narrowed and "第 1 /" not in narrowed
    assert browser.get("/policy/tables/no_such_table/").status_code == 404
    assert browser.get("/policy/editions/99999999999/").status_code == 404


def test_the_cost_of_a_page_does_not_grow_with_what_it_lists(
    browser, opened, approved, django_assert_max_num_queries
):
    approved()
    for _ in range(12):
        opened(base_of_2026(value=7700))
    draft_id = Draft.objects.filter(state="open").first().pk
    for name in (*READING, "table", "edition", "draft", "value", "file", "begin"):
        browser.get(addresses(draft_id)[name])
        with django_assert_max_num_queries(13):
            assert browser.get(addresses(draft_id)[name]).status_code == 200, name


def test_an_export_is_a_zip_that_an_import_takes_back_unchanged(browser, officer):
    first = browser.get("/policy/regions/130000/export/")
    assert first["Content-Disposition"] == 'attachment; filename="policy-130000.zip"'
    assert first.content == browser.get("/policy/regions/130000/export/").content
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == shipped().of_region(
            "130000"
        )
    sent = {"title": "原样导入", "reason": REASON, "region": "", "key": str(uuid4())}
    again = browser.post(
        "/policy/drafts/import/", sent | {"files": SimpleUploadedFile("x.zip", first.content)}, follow=True
    )
    assert "没有差异，没有建草案" in text_of(again)
    assert browser.get("/policy/regions/..%2F..%2Fetc/export/").status_code == 404
    assert browser.get("/policy/regions/659999/export/").status_code == 404


def test_an_import_makes_one_draft_however_often_it_is_sent_and_a_bad_one_none(browser):
    changed = shipped().files[PATH].replace("value = 7410", "value = 7411")
    sent = {"title": "改 2025 年基数", "reason": REASON, "region": "", "key": str(uuid4())}
    for _ in range(2):
        page = browser.post(
            "/policy/drafts/import/",
            sent | {"files": SimpleUploadedFile("x.zip", packed((PATH, changed)))},
            follow=True,
        )
    assert "7411" in text_of(page) and Draft.objects.count() == 1
    refused = browser.post(
        "/policy/drafts/import/",
        sent | {"files": SimpleUploadedFile("x.zip", packed(("../x.toml", changed))), "key": str(uuid4())},
        follow=True,
    )
    assert "六位行政区划代码" in text_of(refused) and Draft.objects.count() == 1
    from nianlun.journal.models import Entry

    assert Entry.objects.filter(action="lawbook.import_refused", outcome="refused").count() == 1  # S4.7


def test_a_value_typed_into_the_form_shows_as_a_difference(browser, opened):
    draft_id = opened()
    address = reverse("lawbook:value", args=[draft_id])
    assert "先选一张表" in text_of(browser.get(address))
    form = text_of(browser.get(address, {"table": "pension_base"}))
    assert "7410" in form and "最近的数值" in form
    shown = text_of(browser.post(address, FORM, follow=True))
    assert "7600" in shown and "新增" in shown and "追溯" in shown and "算例" in shown


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"since": ""}, "请填起用日"),
        ({"since": "2026-02-30"}, "起用日应写成"),
        ({"value": ""}, "请填数值"),
        ({"value": "七千六"}, "这张表的数值是数字"),
        ({"value": "1e99"}, "数字太大"),
        ({"source": " "}, "请写出处"),
        ({"confidence": "A"}, "请选可信度"),
        ({"region": "x"}, "六位行政区划代码"),
        ({"region": "310000"}, "不在这份草案的地区"),
        ({"since": "2031-01-01"}, "没有写明缺漏的原因"),
        ({"until": "2025-01-01"}, "止日应在起用日之后"),
        ({"since": "0001-01-01"}, "不合情理"),
    ],
)
def test_a_wrong_field_is_told_and_what_was_typed_stays(browser, opened, wrong, told):
    page = browser.post(
        reverse("lawbook:value", args=[opened()]), FORM | {"note": "保留这句话"} | wrong, follow=True
    )
    assert page.status_code == 422
    assert told in text_of(page) and "保留这句话" in text_of(page)


def test_a_whole_file_is_replaced_or_its_fault_told_with_the_text_kept(browser, opened):
    draft_id = opened()
    address = reverse("lawbook:file", args=[draft_id])
    assert "value = 7410" in text_of(browser.get(address, {"path": PATH}))
    good = shipped().files[PATH].replace("7410", "7412").replace("\n", "\r\n")
    assert "7412" in text_of(browser.post(address, {"path": PATH, "text": good}, follow=True))
    for path, text, told in (
        (PATH, "title = ", "有 1 处需要改"),
        ("../../etc/passwd", good, "不是政策表的路径"),
        ("310000/pension_base.toml", good, "不属于这份草案的地区"),
        (PATH, good + "#" * 600_000, "超过"),
    ):
        page = browser.post(address, {"path": path, "text": text})
        assert page.status_code == 422 and told in text_of(page)
        assert text[:8] in text_of(page)
    dropped = browser.post(
        reverse("lawbook:step", args=[draft_id]), {"step": "drop", "path": PATH}, follow=True
    )
    assert "还没有改动" in text_of(dropped)


def test_through_the_pages_from_submitting_to_the_edition(browser, reviewer, client_of, officer, opened):
    draft_id = opened(base_of_2026())
    step, decide = (reverse(f"lawbook:{name}", args=[draft_id]) for name in ("step", "decide"))
    other = client_of(reviewer)
    missing = browser.post(step, {"step": "submit"})
    assert missing.status_code == 422 and "追溯的理由" in text_of(missing)
    assert "待批准" in text_of(
        browser.post(step, {"step": "submit", "retroactive_reason": REASON}, follow=True)
    )
    assert browser.post(decide, {"decision": "approve"}).status_code == 404
    assert other.post(decide, {"decision": "shred"}).status_code == 404
    blank = other.post(decide, {"decision": "return", "reason": ""})
    assert blank.status_code == 422 and "退回的理由" in text_of(blank)
    page = text_of(other.post(decide, {"decision": "approve"}, follow=True))
    assert "第 2 版从现在起生效" in page and "已批准" in page
    assert "7600" in text_of(other.get("/policy/editions/2/"))
    assert queries.draft(officer, draft_id).line.state is State.APPROVED
    assert browser.post(step, {"step": "withdraw"}).status_code == 422
    assert browser.post(step, {"step": "dance"}).status_code == 404


def test_only_the_proposer_sees_the_forms_and_only_the_reviewer_the_decision(
    browser, reviewer, viewer, client_of, officer, opened, now
):
    draft_id = opened(base_of_2026())
    address = reverse("lawbook:draft", args=[draft_id])
    colleague = client_of(viewer("policy_officer", scope="13"))
    assert "提交批准" in text_of(browser.get(address))
    assert "提交批准" not in text_of(colleague.get(address))
    assert colleague.get(reverse("lawbook:value", args=[draft_id])).status_code == 404
    operations.submit(officer, draft_id, retroactive_reason=REASON, at=now)
    assert "批准，从现在起生效" in text_of(client_of(reviewer).get(address))
    assert "批准，从现在起生效" not in text_of(browser.get(address))
    assert "看影响谁" in text_of(browser.get(address))
    assert "看影响谁" not in text_of(client_of(viewer("clerk")).get(address))
    city = client_of(viewer("policy_reviewer", scope="1306"))
    assert "批准，从现在起生效" not in text_of(city.get(address))
    assert city.post(reverse("lawbook:decide", args=[draft_id]), {"decision": "approve"}).status_code == 403


def test_what_somebody_typed_is_text_on_every_page(browser, officer, reviewer, opened, now):
    evil = "<script>alert(1)</script>"
    draft_id = operations.open_draft(
        officer, title=f"题{evil}", reason=f"理由{evil}", region="130000", at=now
    )
    operations.put_value(
        officer,
        draft_id,
        table="pension_base",
        new=base_of_2026(source=evil, note=evil),
        at=now,
    )
    for name, address in addresses(draft_id).items():
        if name not in ("export", "step", "decide", "import"):
            assert "<script>alert" not in text_of(browser.get(address, {"path": PATH})), name


def test_the_navigation_leads_to_the_library_and_counts_what_waits(
    browser, viewer, client_of, officer, reviewer, opened, now
):
    assert 'href="/policy/"' in text_of(browser.get("/desk/"))
    operations.submit(officer, opened(base_of_2026()), retroactive_reason=REASON, at=now)
    assert "件待办" in text_of(client_of(reviewer).get("/desk/"))
    assert "件待办" not in text_of(browser.get("/desk/"))
    assert queries.count_waiting(viewer("policy_reviewer", scope="1306")) == 0
    assert 'href="/policy/"' not in text_of(client_of(viewer("scanner")).get("/desk/"))
