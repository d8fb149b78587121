"""Sample values for every widget, so that each can be looked at in all its states. Invented persons only."""

from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace

from django.templatetags.static import static

from nianlun.kernel.months import month
from nianlun.ui.shell import Crumb, Duty, NavigationGroup, NavigationLink, Tab
from nianlun.ui.styleguide_benefit import sample_assessment
from nianlun.ui.widgets.contradiction import ContradictionCard, Saying
from nianlun.ui.widgets.coverage import CoverageRow, coverage
from nianlun.ui.widgets.evidence import Evidence
from nianlun.ui.widgets.explanation import explanation
from nianlun.ui.widgets.lanes import LaneMark, LanePin, Lanes, LaneSegment, lanes
from nianlun.ui.widgets.review import (
    Candidate,
    Check,
    Claim,
    ClaimState,
    PageImage,
    ReviewDesk,
    ReviewDocument,
    Thumbnail,
    review_desk,
)
from nianlun.ui.widgets.ring import RingMonth, ring
from nianlun.ui.widgets.years import year_rows

PARTS = {"": "ui/styleguide.html", "person": "ui/styleguide_person.html", "review": "ui/review.html"} | {
    "benefit": "ui/styleguide_benefit.html",
    "phone": "ui/styleguide_phone.html",
    "elder": "ui/styleguide_elder.html",
}
"""Value of `?part=` and the template that shows it."""

_SPELLS = (
    (1984, 9, Evidence.CONTRADICTORY, "两份材料的参加工作时间不同"),
    (1985, 3, Evidence.SINGLE, "只见履历表"),
    (1987, 1, Evidence.PROVED, "转正定级表与工资台账相合"),
    (1993, 1, Evidence.RECORDED, "账户记录，单位名册佐证"),
    (1996, 1, Evidence.PROVED, "养老保险手册与账户相合"),
    (1998, 7, Evidence.GAP, "缺口"),
    (1999, 12, Evidence.RECORDED, "账户记录，单位名册佐证"),
    (2003, 6, Evidence.PROVED, "缴费单据与账户相合"),
    (2008, 3, Evidence.CONTRADICTORY, "同一月份两处到账"),
    (2008, 6, Evidence.RECORDED, "账户记录，单位名册佐证"),
    (2011, 9, Evidence.SINGLE, "只见一份复印件"),
    (2012, 4, Evidence.PROVED, "劳动合同与账户相合"),
)
_END = month(2022, 5)


def career() -> list[RingMonth]:
    """A career of 452 months with all five states."""
    starts = [month(year, number) for year, number, _, _ in _SPELLS]
    return [
        RingMonth(month=at, state=state, label=words, href="#lanes")
        for (_, _, state, words), since, until in zip(_SPELLS, starts, [*starts[1:], _END], strict=True)
        for at in range(since, until)
    ]


def samples(part: str = "") -> dict[str, object]:
    """The context of the template that `PARTS` names for this part."""
    return shell() | {
        "parts": list(PARTS),
        "ring_large": ring(career(), counted=435),
        "ring_young": ring(career()[-30:], counted=30),
        "ring_small": ring(career(), counted=435, size=118),
        "ring_empty": ring([], counted=0, size=200),
        "bar": _bar(),
        "bar_empty": coverage([CoverageRow(state=state, months=0) for state in Evidence]),
        "drawing": _lanes(),
        "cards": _cards(),
        "tree": _tree(),
        "shown": explanation(sample_assessment()),
        "between": (Decimal(1800), Decimal(2100)),
        "ground": lambda piece: f"#{piece.id}",
        "rows": year_rows([one for one in career() if one.month >= month(2018, 1)], paid=_PAID),
        "old_rows": year_rows(
            [one for one in career() if month(1998, 1) <= one.month < month(2000, 1)], paid=_PAID
        ),
        "tasks": _tasks(),
        "faults": [("number", "身份证号应为 18 位，现在是 17 位"), ("since", "起始年月不能晚于终止年月")],
        "page_link": lambda page: f"?page={page}",
        "review": desk(),
        "states": list(Evidence),
        "tabs": [
            Tab(label=label, url=f"#{icon}", icon=icon, active=icon == "search")
            for label, icon in (("查询", "search"), ("缴费", "card"), ("办事", "paper"), ("我的", "person"))
        ],
        "back_url": "#back" if part == "phone" else "",
    }


def shell() -> dict[str, object]:
    """What the frame of a staff page is filled with."""
    groups: Sequence[tuple[str, Sequence[tuple[str, int]]]] = (
        ("", (("工作台", 0), ("收件与扫描", 4), ("审核", 12))),
        ("档案", (("业务档案", 0), ("文书档案", 0), ("声像档案", 0), ("设备与实物", 0))),
        ("权益", (("人员权益", 0), ("认定", 0), ("转移接续", 0), ("比对", 0))),
        ("管理", (("统计", 0), ("固化与巡检", 0), ("安全审计", 0))),
    )
    return {
        "viewer": SimpleNamespace(name="李敏", agency_name="业务窗口 · 槐荫区社保中心"),
        "navigation": [
            NavigationGroup(
                label=label,
                links=[
                    NavigationLink(label=word, url=f"#{word}", active=word == "人员权益", count=count)
                    for word, count in links
                ],
            )
            for label, links in groups
        ],
        "duties": [Duty(label="待办", count=12, url="#duties")],
        "crumbs": [
            Crumb(label="人员权益", url="#people"),
            Crumb(label="槐荫区", url="#area"),
            Crumb(label="周桂兰"),
        ],
    }


_PAID = {
    2022: "4,212.40 元",
    2021: "12,038.40 元",
    2020: "11,512.80 元",
    2019: "10,944.00 元",
    1999: "386.00 元",
}


def _bar() -> object:
    counts = {state: sum(one.state == state for one in career()) for state in Evidence}
    words = {
        Evidence.PROVED: ("档案原件与账户互证", "招工表、工资台账、缴费单据与账户逐月相合"),
        Evidence.RECORDED: ("账户记录，单位名册佐证", "缺个人档案原件"),
        Evidence.SINGLE: ("仅一处来源", "只见履历表或只见一份复印件"),
        Evidence.CONTRADICTORY: ("互相矛盾", "两处材料说法不同，待裁定"),
        Evidence.GAP: ("缺口", "无缴费、无证明"),
    }
    return coverage(
        [
            CoverageRow(
                state=state, months=count, name=words[state][0], explanation=words[state][1], href="#months"
            )
            for state, count in counts.items()
        ]
    )


def _lanes() -> Lanes:
    m = month
    return lanes(
        since=m(1984, 1),
        until=m(2023, 1),
        units=[
            LaneSegment(since=m(1984, 9), until=m(1998, 7), label="济南第二棉纺厂 · 挡车工", href="#unit1"),
            LaneSegment(since=m(1999, 12), until=m(2008, 6), label="恒丰服装 · 缝纫", href="#unit2"),
            LaneSegment(since=m(2008, 3), until=m(2012, 4), label="灵活就业", href="#unit3"),
            LaneSegment(since=m(2012, 4), until=m(2022, 5), label="山东鲁绣家纺 · 车间主任", href="#unit4"),
        ],
        rulings=[
            LaneSegment(
                since=m(1984, 9), until=m(1985, 3), label="两说", state="contradictory", href="#r1"
            ),
            LaneSegment(
                since=m(1985, 3),
                until=m(1993, 1),
                label="视同缴费 7 年 10 个月",
                state="proved",
                href="#r2",
            ),
            LaneSegment(
                since=m(1993, 1),
                until=m(1998, 7),
                label="实际缴费 5 年 6 个月",
                state="recorded",
                href="#r3",
            ),
            LaneSegment(
                since=m(1998, 7),
                until=m(1999, 12),
                label="缺口",
                state="gap",
                title="缺口 17 个月",
                href="#r4",
            ),
            LaneSegment(
                since=m(1999, 12),
                until=m(2008, 3),
                label="实际缴费 8 年 3 个月",
                state="proved",
                href="#r5",
            ),
            LaneSegment(
                since=m(2008, 3), until=m(2008, 6), label="重复", state="contradictory", href="#r6"
            ),
            LaneSegment(
                since=m(2008, 6),
                until=m(2022, 5),
                label="实际缴费 13 年 11 个月",
                state="proved",
                href="#r7",
            ),
        ],
        documents=[
            LanePin(month=m(year, number), label=label, original=original, href=f"#d{index}")
            for index, (year, number, label, original) in enumerate(_DOCUMENTS)
        ],
        policies=[
            LaneMark(month=m(1993, 1), label="本地建账起始"),
            LaneMark(month=m(1998, 1), label="统一制度"),
            LaneMark(month=m(2006, 1), label="计发办法调整"),
            LaneMark(month=m(2011, 7), label="社会保险法"),
        ],
        contradictions=[
            LaneMark(month=m(1984, 12), label="参加工作时间矛盾", href="#c1"),
            LaneMark(month=m(2008, 4), label="重复缴费", href="#c2"),
        ],
        end=m(2022, 5),
        end_label="2022-04 满 55 周岁",
    )


_DOCUMENTS = (
    (1984, 9, "招工审批表", True),
    (1987, 8, "转正定级表", True),
    (1990, 3, "调资表", True),
    (1993, 2, "养老保险手册", True),
    (1998, 3, "下岗证明", False),
    (2000, 2, "劳动合同", True),
    (2003, 8, "缴费单据", True),
    (2008, 4, "账户转移单", True),
    (2012, 4, "劳动合同", True),
    (2017, 1, "录音 · 群工访谈", True),
)


def _cards() -> list[ContradictionCard]:
    return [
        ContradictionCard(
            kind="矛盾",
            title="参加工作时间",
            sayings=[
                Saying(
                    value="1984-09",
                    source="招工审批表 第 1 页",
                    detail="盖劳动局章",
                    original=True,
                    href="#p1",
                ),
                Saying(value="1985-03", source="干部履历表 第 2 页", detail="本人填写", href="#p2"),
            ],
            suggestion="招工表形成在先且有审批章，建议采信 1984-09。",
            effect="影响视同年限 6 个月。",
            form_url="#decide",
            anchor="card-1",
        ),
        ContradictionCard(
            kind="重复",
            title="2008-03 至 2008-05",
            sayings=[
                Saying(value="单位缴费", source="济南恒丰服装", detail="账户记录"),
                Saying(value="灵活就业", source="章丘区窗口", detail="账户记录"),
            ],
            suggestion="同一月份两处到账，需保留一处，另一处退费 1,386.00 元。",
        ),
        ContradictionCard(
            kind="缺证",
            title="1998-07 至 1999-11",
            state=Evidence.SINGLE,
            sayings=[
                Saying(value="无缴费", source="账户空白", detail="17 个月"),
                Saying(value="下岗证明", source="未见存根", original=False),
            ],
            suggestion="向济南第二棉纺厂留守处调取工资台账，或由本人补充原件。",
        ),
    ]


def _node(title: str, value: str, **more: object) -> SimpleNamespace:
    blank: dict[str, object] = {
        "unit": "",
        "rule": "",
        "article": "",
        "formula": "",
        "rows": (),
        "inputs": (),
        "evidence": (),
    }
    return SimpleNamespace(title=title, value=value, **(blank | more))


def _tree() -> SimpleNamespace:
    ground = [
        SimpleNamespace(kind="claim", id="claim-2", label="招工审批表 第 1 页，第 2 条：1967年4月28日")
    ]
    born = _node(
        "出生日期",
        "1967-04-28",
        article="劳社部发〔1999〕8号 第二条",
        formula="人事档案最先记载的日期",
        evidence=ground,
    )
    row = SimpleNamespace(
        table="原法定退休年龄",
        since="1978-06-02",
        value="50",
        source="国发〔1978〕104号 第一条",
        confidence="原文",
    )
    return _node(
        "法定退休年月",
        "2022-04",
        article="国发〔1978〕104号 第一条",
        formula="出生年月加 55 年。此年月在 2025-01 以前，不延迟。",
        rows=[row],
        inputs=[born, _node("原退休年龄", "55", unit="岁", formula="女，管理岗位")],
    )


def _tasks() -> list[SimpleNamespace]:
    words = ("已办结", "已办结", "在办", "待补", "待复核", "未开始", "已退回")
    titles = ("收件", "扫描与识别", "初核", "补招工表原件", "复核", "归档", "重扫第 3 页")
    return [
        SimpleNamespace(title=title, state=word, note="还差 2 条" if word == "在办" else "", url="")
        for title, word in zip(titles, words, strict=True)
    ]


def _box(x: float, y: float, width: float, height: float) -> list[list[float]]:
    left, top, right, bottom = x / 640, y / 880, (x + width) / 640, (y + height) / 880
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def desk() -> ReviewDesk:
    """The review desk with a claim in each state."""
    image = static("ui/sample-page.svg")
    common = {"form_url": "#decide", "can_decide": True}
    rows: Sequence[tuple[str, str, list[list[float]], float, ClaimState, str]] = (
        ("姓名", "周桂兰", _box(160, 148, 110, 40), 0.99, ClaimState.ACCEPTED, "与身份证一致"),
        ("出生日期", "1967-04-28", _box(150, 202, 124, 38), 0.98, ClaimState.ACCEPTED, "识别 0.98"),
        ("参加工作时间", "1984-09-01", _box(156, 308, 230, 40), 0.71, ClaimState.WAITING, ""),
        ("工种", "挡车工", _box(350, 256, 70, 38), 0.93, ClaimState.REWRITTEN, "已改写"),
        ("用工形式", "固定工 · 试用 6 个月", _box(164, 500, 290, 30), 0.88, ClaimState.UNREADABLE, ""),
        ("审批", "济南市劳动局 1984-08-29", _box(398, 630, 124, 128), 0.4, ClaimState.DISPUTED, "印章待辨"),
    )
    claims = [
        Claim(
            number=number,
            label=label,
            value=value,
            machine_value="挡车" if label == "工种" else value,
            confidence=confidence,
            polygon=polygon,
            state=state,
            note=note,
            candidates=(
                Candidate(value="1984-09-01", confidence=0.71),
                Candidate(value="1984-07-01", confidence=0.22),
            )
            if number == 3
            else (),
            checks=(
                Check(outcome="bad", text="干部履历表写 1985-03"),
                Check(outcome="ok", text="晚于审批日 1984-08-29"),
                Check(outcome="ok", text="满 16 周岁"),
            )
            if number == 3
            else (),
            compare_url="#compare" if number == 3 else "",
            compare_label="对照履历表",
            **common,  # type: ignore[arg-type]  # two literals of the right types
        )
        for number, (label, value, polygon, confidence, state, note) in enumerate(rows, start=1)
    ]
    return review_desk(
        document=ReviewDocument(
            title="招工审批表",
            code="YW·1984·D30·0217-003",
            person_name="周桂兰",
            chips=(("原件扫描 300 dpi", "ok"), ("校验值相符", "ok")),
        ),
        page=PageImage(url=image, width=1280, height=1760),
        claims=claims,
        thumbnails=[
            Thumbnail(url=image, label=label, href="#page", current=label.startswith("1"))
            for label in ("1 · 正面", "2 · 背面", "3 · 附件")
        ],
        stage="初核 · 第 2 人复核",
        weight=(
            "形成于事发当时；由审批机关盖章；非本人填写。",
            "三项齐备，归为“强”。与它相矛盾的履历表为本人事后填写，归为“弱”。",
        ),
        previous_url="#previous",
        next_url="#next",
        return_url="#return",
        submit_url="#submit",
    )
