"""The archivist's day: a stack of scans goes in, is read, examined by one person and confirmed by another."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.journeys.browser import DESK, Visitor, visitor
from tests.journeys.small_city import DPI, PERSONS, SEED
from tests.journeys.system import PATIENCE, System

from nianlun.sample.city import build_city
from nianlun.sample.inbox import inbox_papers
from nianlun.sample.truth import render_paper

pytestmark = pytest.mark.browser

OWNER, KIND = "刘贵芳", "laid_off"
Visit = Callable[..., Visitor]


def page_image() -> bytes:
    """A paper of the sample city, scanned clean."""
    papers = {paper.kind.value: paper for paper in inbox_papers(build_city(seed=SEED, persons=PERSONS))}
    return render_paper(papers[KIND], dpi=DPI, damage=0)[0].jpeg


def drop(page: Any, files: dict[str, bytes]) -> None:
    """Let files fall on the field, as from a file manager."""
    packed = [[name, base64.b64encode(data).decode()] for name, data in files.items()]
    data = page.evaluate_handle(
        """files => { const held = new DataTransfer();
        for (const [name, text] of files) {
          const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
          held.items.add(new File([bytes], name, { type: "image/jpeg" }));
        }
        return held; }""",
        packed,
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": data})


def wait_for(page: Any, selector: str, **more: Any) -> Any:
    found = page.locator(selector, **more).first
    found.wait_for(timeout=PATIENCE * 1000)
    return found


@pytest.fixture(scope="module")
def archivist(browser: Any, system: System) -> Iterator[Visitor]:
    """王海, signed in with a typed password."""
    with visitor(browser, system, size=DESK) as made:
        made.sign_in("wanghai")
        yield made


@pytest.fixture(scope="module")
def told(archivist: Visitor) -> str:
    """What the archivist is told when three files have been dropped onto a new batch."""
    archivist.go("/batches/")
    archivist.page.fill("#title", "下岗材料")
    archivist.page.fill("#person", OWNER)
    archivist.click("button.main:has-text('开批次')")
    drop(archivist.page, {"下岗证明.jpg": page_image(), "空.jpg": b"", "说明.jpg": "这不是图片。".encode()})
    wait_for(archivist.page, "output", has_text="已选 3 个文件")
    batch = archivist.path
    with archivist.page.expect_response("**/files/"):
        archivist.page.click("button.main:has-text('收下')")
    archivist.page.wait_for_timeout(1500)  # the page finds its way by itself
    assert archivist.path == batch
    return archivist.text


@pytest.fixture(scope="module")
def desk(archivist: Visitor, told: str) -> str:
    """The review desk of the good file, once it is read; its address."""
    row = archivist.page.locator("#progress tr", has_text="下岗证明")
    row.locator(".chip", has_text="已识读").wait_for(timeout=PATIENCE * 1000)
    assert "1 / 1" in row.inner_text()
    with archivist.page.expect_navigation():
        row.locator("a").click()
    archivist.look()
    return archivist.path


@pytest.fixture(scope="module")
def submitted(archivist: Visitor, desk: str) -> str:
    """The same desk after every claim has been examined by keys and the pointer, and submitted."""
    page = archivist.page
    archivist.go(desk)
    wait_for(page, ".claim[open]")
    decide(page, "Enter")
    rewrite(page, "unit", "保定市印刷第三厂")
    redraw(page, "name")
    choose(page, "post")
    decide(page, "u")
    while page.locator(".claim:not([data-examined])").count():
        choose_one(page, page.locator(".claim:not([data-examined])").first)
        decide(page, "Enter")
    archivist.click("[data-submit]")
    return desk


LABELS = {"unit": "工作单位", "name": "姓名", "post": "工种职务"}


def choose(page: Any, kind: str) -> str:
    return choose_one(
        page, page.locator(".claim", has=page.locator(f".claim-label:has-text('{LABELS[kind]}')")).first
    )


def choose_one(page: Any, claim: Any) -> str:
    if claim.get_attribute("open") is None:
        claim.locator("summary").click()
    return str(claim.get_attribute("data-claim"))


def decide(page: Any, key: str) -> None:
    """Press a key on the open claim and wait until the server has answered."""
    number = page.locator(".claim[open]").get_attribute("data-claim")
    page.locator(".claim[open] summary").focus()
    page.keyboard.press(key)
    wait_for(page, f".claim[data-claim='{number}'][data-examined]", has_text="")


def rewrite(page: Any, kind: str, value: str) -> None:
    number = choose(page, kind)
    page.locator(".claim[open] summary").focus()
    page.keyboard.press("e")
    page.keyboard.type(value)
    page.keyboard.press("Enter")
    wait_for(page, f".claim[data-claim='{number}'][data-state=rewritten]")


def redraw(page: Any, kind: str) -> None:
    """Push the box a little to the right; accepting it is then a rewriting."""
    number = choose(page, kind)
    box = page.locator(".region.selected polygon").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 5, steps=4)
    page.mouse.up()
    page.locator(".claim[open] summary").focus()
    page.keyboard.press("Enter")
    wait_for(page, f".claim[data-claim='{number}'][data-state=rewritten]")


def test_after_dropping_files_one_is_told_what_became_of_them(told: str):
    assert "下岗证明.jpg" in told


def test_an_empty_file_is_refused_as_empty(archivist: Visitor, told: str, desk: str):
    archivist.go(batch_of(archivist))
    assert "文件是空的（0 字节）" in told + archivist.text


def test_a_text_that_calls_itself_a_picture_is_refused(archivist: Visitor, desk: str):
    archivist.go(batch_of(archivist))
    assert "文件内容是纯文本，不在可收的格式之内" in archivist.page.inner_text("#progress")


def batch_of(archivist: Visitor) -> str:
    archivist.go("/batches/")
    return str(archivist.page.locator("main a", has_text="下岗材料").first.get_attribute("href"))


def test_each_deed_on_the_desk_leaves_its_trace(system: System, submitted: str):
    item = submitted.rstrip("/").rsplit("/", 1)[-1]
    claims = {
        kind: (state, value, machine, polygon != drawn)
        for kind, state, value, machine, polygon, drawn in system.rows(
            "SELECT kind, state, value, machine_value, polygon, drawn FROM evidence_claim WHERE item_id = %s",
            item,
        )
    }
    assert claims["document_kind"][0] == "accepted"
    assert claims["unit"][:2] == ("rewritten", "保定市印刷第三厂")
    assert claims["post"][:2] == ("unreadable", "")
    state, value, machine, moved = claims["name"]
    assert (state, value, moved) == ("rewritten", machine, True)


def test_who_examined_cannot_confirm(archivist: Visitor, submitted: str):
    archivist.go(submitted)
    assert archivist.page.locator("button:has-text('复核确认')").count() == 0
    assert archivist.fetch(f"{submitted}conclude/", step="confirm").status == 403


def test_a_second_person_confirms_and_the_machine_reading_stays_beside(
    visit: Visit, submitted: str, system: System
):
    reviewer = visit("陈静", size=DESK)
    reviewer.go("/review/")
    item = submitted.rstrip("/").rsplit("/", 1)[-1]
    reviewer.click(f"main a[href='{submitted}']")
    reviewer.click("button:has-text('复核确认')")
    reviewer.go(f"/items/{item}/")
    reviewer.state_purpose("复核下岗材料之后查看")
    row = reviewer.page.locator("tr", has_text="保定市印刷第三厂")
    assert "已确认" in row.inner_text() and "识别为" in row.inner_text()
    states = {
        state for (state,) in system.rows("SELECT state FROM evidence_claim WHERE item_id = %s", item)
    }
    assert states == {"confirmed", "set_aside"}


def test_signing_in_by_persona_and_by_password_leads_to_the_same_desk(visit: Visit, archivist: Visitor):
    archivist.go("/")
    persona = visit("王海")
    assert persona.path == archivist.path == "/desk/"


def test_one_claim_can_be_reviewed_and_the_item_submitted_without_scripts(visit: Visit, system: System):
    bare = visit("赵琳", scripts=False)
    item = system.item("bare")
    bare.page.goto(f"{system.address}/review/{item}/")
    for _ in range(system.rows("SELECT count(*) FROM evidence_claim WHERE item_id = %s", item)[0][0]):
        claim = bare.page.locator(".claim:not([data-examined])").first
        if claim.get_attribute("open") is None:
            claim.locator("summary").click()
        with bare.page.expect_navigation():
            claim.locator("button:has-text('认可')").click()
    assert bare.page.locator(".claim:not([data-examined])").count() == 0
    with bare.page.expect_navigation():
        bare.page.click("button:has-text('提交复核')")
    assert "已提交，等另一位同事复核" in bare.page.inner_text("body")
    assert system.rows("SELECT state FROM evidence_examination WHERE item_id = %s", item) == [
        ("submitted",)
    ]
