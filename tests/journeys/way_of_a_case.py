"""The steps of one business as people take them: at the counter, in review, at the till, in the archive."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.journeys.browser import Visitor
from tests.journeys.system import System

from nianlun.cases.domain.facts import How
from nianlun.cases.domain.types import CaseType, Field, FieldKind, Requirement, SlipKind, Step, Substitute

WORD = "逐项对照过，与系统记录一致"
VERIFIED = "与公安人口库、税务明细核对一致，本人到场"
NOTES = {
    How.SHARED_DATA: "公安人口库，姓名和证件号一致",
    How.NOT_NEEDED: "本人亲自来办，不涉及这一项",
}
SAID = {How.COPY_KEPT: "上传并留复印件"}


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who comes and what is applied for; `about` is what the clerk types to find the person or the unit."""

    about: str
    answers: Mapping[str, str]


@dataclass(kw_only=True)
class Copies:
    """A scan to hand in, and how papers are shown in turn, so that every way the law gives is taken by somebody."""

    scan: tuple[str, bytes]
    turns: dict[How, int] = field(default_factory=dict)

    def way(self, paper: Requirement, *, needed: bool | None) -> How:
        """The way least often taken of those this paper may be shown in."""
        ways = [How.ORIGINAL_SEEN, How.COPY_KEPT]
        if Substitute.SHARED_DATA in paper.substitutes:
            ways.append(How.SHARED_DATA)
        if Substitute.PROMISE in paper.substitutes:
            ways.append(How.PROMISED)
        if needed is None:
            ways.append(How.NOT_NEEDED)
        chosen = min(ways, key=lambda way: self.turns.get(way, 0))
        self.turns[chosen] = self.turns.get(chosen, 0) + 1
        return chosen


def take_in(clerk: Visitor, kind: CaseType, applicant: Applicant) -> str:
    """Find the kind of business, choose whom it is about, fill in the form, look over it; the case's number."""
    clerk.go("/cases/")
    clerk.click("main a:has-text('受理业务')")
    clerk.page.fill("#q", kind.name)
    clerk.click("main button:has-text('查找')")
    clerk.click(f"main .kinds a[href$='/{kind.code}/']")
    if clerk.page.locator("#about").count():
        clerk.page.fill("#about", applicant.about)
    for asked in kind.fields:
        fill(clerk, asked, applicant.answers.get(asked.code, ""))
    clerk.click("button:has-text('下一步：核对')")
    clerk.click("button.main:has-text('收件，取业务编号')")
    found = re.search(r"已收件，业务编号 (\S+?)。", clerk.text)
    assert found, clerk.text
    return found[1]


def fill(visitor: Visitor, asked: Field, answer: str) -> None:
    """Answer one field of the form of an application."""
    place = f"#d-{asked.code}"
    if asked.kind is FieldKind.CHOICE:
        visitor.page.select_option(place, answer)
    elif asked.kind is FieldKind.FLAG:
        visitor.page.set_checked(place, answer == "yes")
    else:
        visitor.page.fill(place, answer)


def bring_papers(clerk: Visitor, kind: CaseType, answers: Mapping[str, str], copies: Copies) -> None:
    """Enter every paper the application needs, or that a person has to judge whether it does."""
    for paper in kind.requirements:
        needed = paper.needed(answers)
        if needed is not False:
            show(clerk, paper, copies.way(paper, needed=needed), scan=copies.scan)
    if kind.requirements:
        assert "要交的材料收齐了" in clerk.text, clerk.text


def show(clerk: Visitor, paper: Requirement, how: How, *, scan: tuple[str, bytes]) -> None:
    """Enter how one paper was shown; the page asks for the next that is missing, others are chosen from the list."""
    asked = clerk.page.locator(f"#take input[name=requirement][value={paper.code}]")
    if not asked.count():
        clerk.click(f"a[href='?take={paper.code}#take']")
    if how in NOTES:
        clerk.page.fill("#take #note", NOTES[how])
    if how is How.COPY_KEPT:
        name, content = scan
        clerk.page.set_input_files(
            "#take input[type=file]", {"name": name, "mimeType": "image/jpeg", "buffer": content}
        )
    clerk.click(f"#take button:has-text('{SAID.get(how, how.label)}')")
    assert f"已收取“{paper.name}”" in clerk.text, clerk.text


def open_numbered(visitor: Visitor, number: str) -> None:
    """Type a case's number where cases are looked for; a whole number opens the case."""
    visitor.go("/cases/")
    visitor.page.fill("#q", number)
    visitor.click("main button:has-text('查找')")
    assert visitor.path == f"/cases/{number}/", visitor.path


def accept(clerk: Visitor, number: str) -> None:
    """Take the case on; from now the clock runs."""
    clerk.click("#accept button:has-text('受理')")
    assert f"{number}：已受理" in clerk.text, clerk.text


def take_step(visitor: Visitor, number: str, *, word: str = WORD) -> None:
    """Pass the step that is next, with a word of how it was looked at."""
    open_numbered(visitor, number)
    visitor.page.fill("#pass-text", word)
    visitor.click("#pass button.main")
    assert visitor.page.locator(".message.success").count(), visitor.text


def hear(chair: Visitor, members: Mapping[str, Visitor], number: str) -> None:
    """Call colleagues to a hearing, let each say what they think, and close it."""
    open_numbered(chair, number)
    chair.page.click("details:has(#hearing) > summary")
    chair.page.fill("#hearing-text", "材料先后不一，按最先形成的一份认定是否妥当")
    for name in members:
        chair.page.check(f"#hearing label:has-text('{name}') input")
    chair.click("#hearing button")
    for member in members.values():
        member.go("/cases/")
        member.click(f"main a:has-text('{number}')")
        member.page.fill("#opinion-text", "同意，最先形成的材料没有涂改")
        member.click("#opinion button[value=yes]")
    open_numbered(chair, number)
    chair.page.fill("#close-hearing-text", "一致同意按最先形成的材料办理")
    chair.click("#close-hearing button")


def pay(treasurer: Visitor, number: str, *, voucher: str) -> None:
    """Enter the voucher of the payment; that concludes the case."""
    open_numbered(treasurer, number)
    treasurer.page.fill("#pay-voucher", voucher)
    treasurer.click("#pay button")
    assert "已办结" in treasurer.text or "待归档" in treasurer.text, treasurer.text


def post_in_public(clerk: Visitor, system: System, number: str) -> None:
    """Enter a posting of more than a week; the days it took are taken off the day the case came in."""
    system.change(
        "UPDATE cases_case SET received_at = received_at - interval '12 days',"
        " accepted_at = accepted_at - interval '12 days' WHERE number = %s",
        number,
    )
    today = datetime.now(tz=UTC).date()
    open_numbered(clerk, number)
    clerk.page.click("details:has(#posting) > summary")
    clerk.page.fill("#posting-place", "本机构门户网站和单位公告栏")
    clerk.page.fill("#posting-since", (today - timedelta(days=11)).isoformat())
    clerk.page.fill("#posting-until", (today - timedelta(days=1)).isoformat())
    clerk.page.fill("#posting-text", "没有收到异议")
    clerk.click("#posting button")
    assert clerk.page.locator(".message.success").count(), clerk.text


def decide(number: str, kind: CaseType, staff: Callable[[str], Visitor], system: System) -> None:
    """Every separate step of the kind of business, each by another person, with a hearing where one may be held."""
    take_step(staff("李敏"), number, word=VERIFIED)
    if kind.posting_days and kind.posting_when is None:
        post_in_public(staff("李敏"), system, number)
    if kind.hearing:
        hear(staff("陈静"), {name: staff(name) for name in ("刘芳", "孟青")}, number)
    take_step(staff("陈静"), number)
    if Step.APPROVAL in kind.steps:
        take_step(staff("周岭"), number)
    if Step.PAYMENT in kind.steps:
        pay(staff("金燕"), number, voucher=f"付 {number[-6:]}")


def deliver(clerk: Visitor, system: System, number: str, *, to: str) -> None:
    """Hand over the paper that says it is done."""
    title = SlipKind.CONCLUSION.label
    system.wait_for(
        "SELECT 1 FROM cases_slip s JOIN cases_case c ON c.id = s.case_id"
        " WHERE c.number = %s AND s.kind = 'conclusion'",
        number,
        what="the paper that says it is done",
    )
    open_numbered(clerk, number)
    clerk.click("main nav a:has-text('文书')")
    slip = clerk.page.locator("li.slip", has_text=title)
    paper = clerk.fetch(str(slip.locator("a").get_attribute("href")))
    assert paper.status == 200 and paper.body().startswith(b"%PDF")
    slip.locator("summary").click()
    slip.locator("input[name=receipt]").fill(to)
    slip.locator("select[name=way]").select_option("in_person")
    clerk.click(f"li.slip:has-text('{title}') button:has-text('登记送达')")
    assert "送达已登记" in clerk.text


def file(archivist: Visitor, system: System, number: str) -> None:
    """File the ended case from its own page, and open the item it became."""
    system.wait_for(
        "SELECT 1 FROM cases_filing f JOIN cases_case c ON c.id = f.case_id WHERE c.number = %s",
        number,
        what="the reading file of the case",
    )
    open_numbered(archivist, number)
    archivist.click("main a:has-text('去归档')")
    archivist.click("button.main:has-text('归档')")
    assert f"{number} 已归档，档号" in archivist.text, archivist.text
    open_numbered(archivist, number)
    assert "已归档" in archivist.text
    archivist.click("main a:has-text('看归档的件')")
    archivist.state_purpose("核对刚归档的业务")
    assert archivist.path.startswith("/items/"), archivist.path
