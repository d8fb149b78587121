"""Every kind of business in force, from the counter to the filed item, each step by somebody else in a real browser.

NIANLUN_LONG=1 walks them all, in one installation and one browser; it takes some twelve minutes, and `-s` shows the
seconds and the clicks of each. The usual run walks one kind: see `test_cases.py`.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from tests import factories
from tests.journeys.browser import DESK, Visitor, visitor
from tests.journeys.small_city import PERSONS, SEED
from tests.journeys.system import System, installation
from tests.journeys.test_assessments import ready_for_assessment
from tests.journeys.way_of_a_case import (
    Applicant,
    Copies,
    accept,
    bring_papers,
    decide,
    deliver,
    file,
    take_in,
)

from nianlun.cases.domain.types import About, CaseType, Field, FieldKind
from nianlun.cases.type_files import case_types
from nianlun.kernel.months import show_month
from nianlun.sample.city import build_city
from nianlun.sample.papers import all_papers
from nianlun.sample.truth import render_paper

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("NIANLUN_LONG"), reason="walks for long: NIANLUN_LONG=1 runs it"),
]
BEIJING = timezone(timedelta(hours=8))
KINDS = case_types(datetime.now(tz=BEIJING).date())  # the kinds of the day on which it is walked
PURPOSE = "退休待遇核定前核对档案"
PLAIN = {
    "name": "乔念慈",
    "person_name": "乔念安",
    "employer": "保定市第二棉纺厂",
    "phone": "15400000188",
    "unit_name": "保定市恒通样本机械有限公司",
    "credit_code": "91130606MA0000058D",
    "legal_person": "吴样本",
    "contact": "经办人 吴样本 15400000177",
    "organ": "保定市莲池区人民法院",
    "letter": "〔2026〕保莲法协查 12 号",
    "officers": "张样本 0613020、李样本 0613021",
    "from_agency": "石家庄市社会保险中心",
    "to_agency": "石家庄市社会保险中心",
    "file_kept_by": "保定市人力资源服务中心",
    "bank": "中国银行保定分行",
    "account_tail": "0188",
    "account": "本人社会保障卡，尾号 0188",
    "certificate": "冀劳鉴〔2026〕第 0188 号",
    "certified_by": "保定市劳动能力鉴定委员会",
    "applicant": "周样本",
    "document": "冀人社发〔2026〕18 号",
    "list_name": "纺织行业 细纱挡车工",
    "new_name": "乔念平",
    "new_number": "",  # the name is what changes
}
BY_KIND = {
    FieldKind.DAY: "2026-03-02",
    FieldKind.MONTH: "2026-03",
    FieldKind.YUAN: "1200.00",
    FieldKind.COUNT: "12",
    FieldKind.FLAG: "",
    FieldKind.LONG_TEXT: "对账时发现与本人留存的凭证不一致，已逐月核对。",
    FieldKind.TEXT: "见所附材料",
}
CHOSEN = {("relation_ending", "why"): "abroad"}  # who lacks years may end it too, this person lacks none


class Walk:
    """One installation, one browser, each persona signed in once; and what it took to walk each kind."""

    def __init__(self, system: System, come: Callable[[str], Visitor]) -> None:
        self.system = system
        self._come = come
        self._there: dict[str, Visitor] = {}
        self.told: list[str] = []
        scan = render_paper(all_papers(build_city(seed=SEED, persons=PERSONS))[0], dpi=75, damage=0)[0]
        self.copies = Copies(scan=("材料.jpg", scan.jpeg))
        self.pensioner = ""

    def staff(self, name: str) -> Visitor:
        if name not in self._there:
            self._there[name] = self._come(name)
        return self._there[name]

    @property
    def clicks(self) -> int:
        return sum(one.clicks for one in self._there.values())

    def complaints(self) -> list[str]:
        """What browsers complained of since it was asked last."""
        found = [f"{name}: {what}" for name, one in self._there.items() for what in one.complaints]
        for one in self._there.values():
            one.complaints.clear()
        return found


@pytest.fixture(scope="module")
def walk(browser: Any) -> Iterator[Walk]:
    with installation("city", called="every_business") as system, ExitStack() as windows:
        made = Walk(
            system,
            lambda name: _entered(windows.enter_context(visitor(browser, system, size=DESK)), name),
        )
        yield made
        sys.stdout.write("\n".join(["", *made.told, ""]))


def _entered(window: Visitor, name: str) -> Visitor:
    window.become(name)
    return window


@pytest.mark.parametrize("kind", KINDS, ids=[kind.code for kind in KINDS])
def test_it_goes_from_the_counter_to_the_archive(walk: Walk, kind: CaseType):
    began, clicks = time.monotonic(), walk.clicks
    clerk = walk.staff("李敏")
    applicant = Applicant(about=about(walk, kind), answers=answers(walk, kind))
    number = take_in(clerk, kind, applicant)
    bring_papers(clerk, kind, applicant.answers, walk.copies)
    accept(clerk, number)
    decide(number, kind, walk.staff, walk.system)
    deliver(clerk, walk.system, number, to="本人")
    file(walk.staff("王海"), walk.system, number)
    assert walk.complaints() == []
    walk.told.append(
        f"{time.monotonic() - began:6.1f} 秒  {walk.clicks - clicks:3d} 次点击  {kind.code}  {kind.name}"
    )


def about(walk: Walk, kind: CaseType) -> str:
    """What the clerk types to find whom it is about; what has to be proposed first is proposed on the way."""
    if kind.about is About.AGENCY or kind.effect.endswith("_registered"):
        return ""
    if kind.about is About.EMPLOYER:
        return unit(walk)
    if kind.effect == "evidence.rulings_confirmed":
        person = walk.system.city["persons"]["zhou"]
        propose_ruling(walk.staff("李敏"), person)
    elif kind.effect == "entitlements.assessment_confirmed":
        person = propose_assessment(walk)
    elif kind.code in ("retirement", "benefit_account_change", "life_certification_failed"):
        person = pensioner(walk)
    else:
        person = insured(walk)
    return str(walk.system.rows("SELECT personal_number FROM registry_person WHERE id = %s", person)[0][0])


def unit(walk: Walk) -> str:
    """An employer that has not been closed, by its name."""
    return str(
        walk.system.rows("SELECT name FROM registry_employer WHERE until IS NULL ORDER BY name LIMIT 1")[0][
            0
        ]
    )


def insured(walk: Walk) -> str:
    """Somebody who pays contributions, draws nothing, and is nobody the city tells a story about."""
    [(found,)] = walk.system.rows(
        "SELECT p.id FROM registry_person p JOIN registry_agency a ON a.id = p.agency_id"
        " WHERE a.division LIKE '1306%%' AND p.name <> '周桂兰'"
        " AND NOT EXISTS (SELECT 1 FROM entitlements_assessmentrecord r WHERE r.person_id = p.id)"
        " AND p.id::text <> %s AND EXISTS (SELECT 1 FROM contributions_posting c WHERE c.person_id = p.id)"
        " ORDER BY substring(p.personal_number from 9) DESC LIMIT 1",
        walk.pensioner,
    )
    return str(found)


def pensioner(walk: Walk) -> str:
    """Somebody of whom everything is ruled on and who has reached the age."""
    if not walk.pensioner:
        walk.pensioner, _ = ready_for_assessment(walk.staff("李敏"))
    return walk.pensioner


def propose_assessment(walk: Walk) -> str:
    """The clerk counts the pension and puts it forward, on the person's page."""
    person, clerk = pensioner(walk), walk.staff("李敏")
    clerk.go(f"/people/{person}/benefit/")
    clerk.state_purpose(PURPOSE)
    clerk.click("button:has-text('提出核定')")
    return person


def propose_ruling(clerk: Visitor, person: str) -> None:
    """The clerk puts forward which paper is believed about the start of work."""
    clerk.go(f"/people/{person}/rulings/work_start/")
    clerk.state_purpose(PURPOSE)
    clerk.page.locator("tr", has_text="1985-03").locator("input[type=radio]").first.check()
    clerk.page.fill("#reason", "干部履历表由本人填写并经组织核对，会审采信。")
    clerk.click("button:has-text('提交会审认定')")


def answers(walk: Walk, kind: CaseType) -> dict[str, str]:
    """Something plausible for every field that has to be filled in."""
    found: dict[str, str] = {}
    for asked in kind.fields:
        if asked.required or asked.kind is FieldKind.CHOICE:
            found[asked.code] = CHOSEN.get((kind.code, asked.code)) or _answer(asked)
    if kind.code == "employer_change":  # what stood before must be what is registered
        found["before"] = unit(walk)
    return found | _months(walk, kind)


def _answer(asked: Field) -> str:
    if asked.kind is FieldKind.IDENTITY:
        return factories.identity_number()
    if asked.kind is FieldKind.CHOICE:
        return asked.choices[0][0]
    return PLAIN.get(asked.code, BY_KIND[asked.kind])


def _months(walk: Walk, kind: CaseType) -> dict[str, str]:
    """Months that the record bears out: paid ones to give back, unpaid ones to make up, the month of retiring."""
    if kind.code == "retirement":
        clerk = walk.staff("李敏")
        clerk.go(f"/people/{pensioner(walk)}/")
        clerk.state_purpose(PURPOSE)
        month = clerk.page.locator("dt:has-text('法定退休时间') + dd a").first.inner_text()
        return {"retire_month": month.strip()}
    if "contributions.months_paid" in kind.checks or "contributions.months_free" in kind.checks:
        [(first, last)] = walk.system.rows(
            "SELECT min(month), max(month) FROM contributions_posting WHERE person_id = %s", insured(walk)
        )
        wanted = last if "contributions.months_paid" in kind.checks else first - 1
        return {"since_month": show_month(wanted), "until_month": show_month(wanted)}
    return {}
