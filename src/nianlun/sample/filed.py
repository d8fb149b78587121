"""The papers of a personnel file: hiring, grading, wages, army, fields, transfer, contract, leaving."""

from datetime import date, timedelta

from nianlun.archives.domain import DocumentKind as K
from nianlun.sample import wording
from nianlun.sample.clerk import Clerk
from nianlun.sample.paper import Entry, Paper, Seal, plain
from nianlun.sample.people import Flaw, Spell

_GRADES = ("二级", "三级", "四级", "五级", "六级", "七级")
# Monthly pay of the grades, yuan: until the reform of 1985, after it, and after that of 1993.
_GRADE_PAY = {
    1956: (39, 46, 54, 63, 73, 86),
    1985: (58, 66, 75, 85, 96, 108),
    1993: (175, 198, 224, 252, 283, 318),
}


def _day(day: date | None, fallback: int) -> date:
    return day or date(fallback // 12, fallback % 12 + 1, 1)


def _pay(step: int, year: int) -> int:
    return _GRADE_PAY[max(since for since in _GRADE_PAY if since <= year)][step]


def _grade(step: int, year: int) -> str:
    """A wage grade as printed, "四级 54.00元"."""
    return f"{_GRADES[step]} {_pay(step, year)}.00元"


def _schooling(clerk: Clerk, until: date) -> tuple[str, str, str]:
    """Three lines of a young life: primary school, middle school, waiting for work."""
    born = clerk.person.birth_date.year
    place = clerk.rng.choice(("城关", "和平路", "红星", "永安", "柳林"))
    leaving = min(born + 16, until.year - 1)
    return (
        f"{born + 8}.9—{born + 13}.7　{place}小学上学",
        f"{born + 13}.9—{leaving}.7　市第{clerk.rng.randint(3, 24)}中学上学",
        f"{leaving}.8—{until.year}.{until.month}　在家待业",
    )


def hiring(clerk: Clerk, spell: Spell, *, first: bool) -> Paper:
    """招收工人审批表: the entry that settles birth date and work start."""
    unit = clerk.unit(spell.employer)
    made = _day(spell.first_day, spell.since)
    approved, asked = made - timedelta(days=3), made - timedelta(days=12)
    form = "固定工" if spell.status == "固定工" else "劳动合同制工人"
    lines = _schooling(clerk, made)
    if not first:
        before = clerk.person.spells[0]
        what = "应征入伍服役" if before.kind == "army" else "下乡插队"
        lines = (
            *lines[:2],
            f"{wording.dotted_month(before.since)}—{wording.dotted_month(before.until)}　{what}",
        )
    start = Entry(
        text=wording.usual(made) + "起", name="work_start" if first else None, value=made.isoformat()
    )
    post = clerk.post(spell.post)
    return clerk.paper(
        K.HIRING_APPROVAL, made=made, unit=unit.name,
        entries={
            "单位": clerk.unit_entry(unit, made), "填表日期": clerk.made_on(made), "姓名": clerk.name(made),
            "性别": clerk.sex(), "民族": plain(clerk.person.nation), "出生年月": clerk.birth(made, first=first),
            "文化程度": plain(clerk.person.education), "籍贯": clerk.native_place(), "工种": post,
            "录用时间": start, "简历1": plain(lines[0]), "简历2": plain(lines[1]), "简历3": plain(lines[2]),
            "单位意见": Entry(text=f"同意录用为{form}，试用六个月。", name="employment_kind", value=form),
            "单位意见日期": plain(wording.short(asked)), "审批意见": plain("同意招收。"),
            "审批日期": plain(wording.short(approved)),
        },
        seals=(
            Seal(slot="单位章", shape="box", text=f"{unit.short}\n劳动工资科"),
            Seal(slot="审批章", shape="round", text=wording.labour_office(unit.division, year=made.year),
                 under="招工专用章"),
        ),
    )  # fmt: skip


def registration(clerk: Clerk, spell: Spell, *, second: bool) -> Paper:
    """职工登记表, filled in by the person on the day of hiring or some years later."""
    unit = clerk.unit(spell.employer)
    made = _day(spell.first_day, spell.since)
    if not second:
        made = date(
            min(made.year + clerk.rng.randint(2, 6), spell.until // 12), clerk.rng.randint(1, 12), 12
        )
    lines = _schooling(clerk, _day(spell.first_day, spell.since))
    kin = clerk.rng.choice(("父亲　工人", "父亲　农民", "母亲　家务", "爱人　工人"))
    return clerk.paper(
        K.WORKER_REGISTRATION, made=made, unit=unit.name,
        entries={
            "单位": clerk.unit_entry(unit, made), "填表日期": clerk.made_on(made), "姓名": clerk.name(made),
            "性别": clerk.sex(), "出生年月": clerk.birth(made, second=second),
            "民族": plain(clerk.person.nation), "籍贯": clerk.native_place(), "家庭出身": plain(clerk.rng.choice(
                ("贫农", "工人", "中农", "职员"))), "本人成份": plain(clerk.rng.choice(("学生", "工人"))),
            "文化程度": plain(clerk.person.education), "参加工作时间": clerk.start(made, own_words=not second),
            "工种": clerk.post(spell.post), "家庭住址": clerk.address(made), "经历1": plain(lines[0]),
            "经历2": plain(lines[1]),
            "经历3": plain(f"{wording.dotted_month(spell.since)}—现在　{unit.short}　{spell.post}"),
            "家庭成员": plain(kin), "审查意见": plain("情况属实。"),
        },
        seals=(Seal(slot="单位章", shape="round", text=wording.unit_name(unit, year=made.year), under="劳资科"),),
    )  # fmt: skip


def grading(clerk: Clerk, spell: Spell) -> Paper:
    """学徒转正定级审批表, three years after hiring; the flaw puts the effect before the approval."""
    unit = clerk.unit(spell.employer)
    began = _day(spell.first_day, spell.since)
    made = date(began.year + 3, began.month, 20)
    effect = date(made.year, made.month, 1)
    if Flaw.RETROACTIVE_GRADING in clerk.flaws:
        made = date(made.year + 1, (made.month + 3) % 12 + 1, 20)
    return clerk.paper(
        K.GRADING_APPROVAL, made=made, unit=unit.name,
        entries={
            "单位": clerk.unit_entry(unit, made), "填表日期": clerk.made_on(made), "姓名": clerk.name(made),
            "性别": clerk.sex(), "出生年月": clerk.birth(made), "参加工作时间": clerk.start(made),
            "工种": clerk.post(spell.post), "学徒期限": plain("三年"),
            "现行工资": plain("学徒三年 26.00元"), "定级工资": plain(_grade(clerk.rng.randint(0, 1), made.year)),
            "执行时间": plain(f"自{wording.usual_month(effect)}起执行"),
            "鉴定": plain("学习期满，能独立操作，考试合格。"), "单位意见": plain("同意转正定级。"),
            "单位意见日期": plain(wording.short(made - timedelta(days=6))), "审批意见": plain("同意。"),
            "审批日期": plain(wording.short(made)),
        },
        seals=(
            Seal(slot="单位章", shape="round", text=wording.unit_name(unit, year=made.year), under="劳资科"),
            Seal(slot="审批章", shape="round", text=wording.labour_office(unit.division, year=made.year),
                 under="工资专用章"),
        ),
    )  # fmt: skip


def wage_change(clerk: Clerk, spell: Spell, *, year: int) -> Paper:
    """职工工资变动审批表 of one of the general wage rounds."""
    unit = clerk.unit(spell.employer)
    made = date(year, clerk.rng.choice((3, 7, 10, 12)), clerk.rng.randint(3, 27))
    step = clerk.rng.randint(0, 4)
    reason = "根据国发〔1985〕6号文件套改" if 1985 <= year < 1989 else "根据省政府调整企业职工工资的通知"
    return clerk.paper(
        K.WAGE_CHANGE, made=made, unit=unit.name,
        entries={
            "单位": clerk.unit_entry(unit, made), "填表日期": clerk.made_on(made), "姓名": clerk.name(made),
            "性别": clerk.sex(), "出生年月": clerk.birth(made), "参加工作时间": clerk.start(made),
            "职务工种": clerk.post(spell.post), "现行工资": plain(_grade(step, year)),
            "调整后工资": plain(_grade(step + 1, year)),
            "月增资额": plain(f"{_pay(step + 1, year) - _pay(step, year)}.00元"),
            "执行时间": plain(f"{year}年{clerk.rng.choice((1, 7))}月"), "调资依据": plain(reason),
            "单位意见": plain("经群众评议，同意调整。"), "单位意见日期": plain(wording.short(made)),
            "审批意见": plain("同意。"), "审批日期": plain(wording.short(made + timedelta(days=9))),
        },
        seals=(
            Seal(slot="单位章", shape="round", text=wording.unit_name(unit, year=year), under="劳资科"),
            Seal(slot="审批章", shape="box", text=f"{wording.labour_office(unit.division, year=year)}\n工资审核专用"),
        ),
    )  # fmt: skip


def resume(clerk: Clerk, spell: Spell, *, year: int) -> Paper:
    """干部履历表, two pages, in the person's own words."""
    unit = clerk.unit(spell.employer)
    made = date(year, clerk.rng.randint(2, 11), clerk.rng.randint(2, 27))
    start = clerk.start(made, own_words=True)
    career = [s for s in clerk.person.spells if s.since < made.year * 12 + made.month]
    lines = {}
    for place, one in enumerate(career[:6], start=1):
        since = (
            start.value.replace("-0", ".").replace("-", ".")
            if place == 1
            else wording.dotted_month(one.since)
        )
        where = (
            wording.unit_name(clerk.unit(one.employer), year=one.since // 12)
            if one.employer
            else "灵活就业"
        )
        until = "现在" if one is career[-1] else wording.dotted_month(one.until - 1)
        lines[f"起止{place}"] = plain(f"{since}—{until}")
        lines[f"经历{place}"] = plain(f"{where}　{one.post}")
        lines[f"证明人{place}"] = plain(
            clerk.rng.choice(("李国栋", "王秀敏", "赵振华", "陈爱荣", "孙立新"))
        )
    return clerk.paper(
        K.CADRE_RESUME, made=made, unit=unit.name, pages=2, hand="hand",
        entries={
            "姓名": clerk.name(made), "曾用名": plain("无"), "性别": clerk.sex(), "出生年月": clerk.birth(made),
            "民族": plain(clerk.person.nation), "籍贯": clerk.native_place(), "参加工作时间": start,
            "政治面貌": plain(clerk.rng.choice(("群众", "中共党员", "群众"))),
            "文化程度": plain(clerk.person.education), "健康状况": plain("健康"),
            "现任职务": clerk.post(spell.post), "工作单位": clerk.unit_entry(unit, made),
            "家庭住址": clerk.address(made), "爱人情况": plain("爱人在本市工作，政治清楚。"), **lines,
            "本人签名": plain(clerk.person.name), "填表日期": clerk.made_on(made), "审查意见": plain("与档案核对。"),
        },
        seals=(Seal(slot="单位章", shape="round", text=wording.unit_name(unit, year=year), under="人事专用章"),),
    )  # fmt: skip


def enlistment(clerk: Clerk, spell: Spell) -> Paper:
    """应征公民入伍登记表, approved by the people's armed forces department."""
    made = _day(spell.first_day, spell.since)
    office = clerk.place(made) + "人民武装部"
    return clerk.paper(
        K.ENLISTMENT, made=made, unit=clerk.unit(spell.employer).name,
        entries={
            "填表日期": clerk.made_on(made), "姓名": clerk.name(made), "性别": clerk.sex(),
            "出生年月": clerk.birth(made, first=True), "民族": plain(clerk.person.nation),
            "籍贯": clerk.native_place(), "文化程度": plain(clerk.person.education),
            "家庭出身": plain(clerk.rng.choice(("贫农", "工人", "中农"))), "家庭住址": clerk.address(made),
            "体检结论": plain("合格，身高一米七" + clerk.rng.choice("〇一二三四五")), "政审意见": plain("政审合格。"),
            "入伍时间": Entry(text=wording.usual(made), name="work_start", value=made.isoformat()),
            "部队": clerk.unit_entry(clerk.unit(spell.employer), made), "批准意见": plain("批准入伍。"),
            "批准日期": plain(wording.short(made)),
        },
        seals=(Seal(slot="批准章", shape="round", text=office, under="征兵专用章"),),
    )  # fmt: skip


def demobilisation(clerk: Clerk, spell: Spell) -> Paper:
    """退伍军人登记表, made by the troop on leaving and sealed again by the receiving office."""
    began, made = _day(spell.first_day, spell.since), _day(spell.last_day, spell.until)
    unit = clerk.unit(spell.employer)
    return clerk.paper(
        K.DEMOBILISATION, made=made, unit=unit.name,
        entries={
            "部队": clerk.unit_entry(unit, made), "填表日期": clerk.made_on(made), "姓名": clerk.name(made),
            "性别": clerk.sex(), "出生年月": clerk.birth(made), "民族": plain(clerk.person.nation),
            "籍贯": clerk.native_place(), "文化程度": plain(clerk.person.education),
            "入伍时间": Entry(text=wording.usual_month(began), name="work_start", value=wording.iso_month(began)),
            "退伍时间": Entry(text=wording.usual_month(made), name="ended_on", value=wording.iso_month(made)),
            "职务": clerk.post(clerk.rng.choice(("战士", "班长", "副班长", "驾驶员"))),
            "奖励": plain(clerk.rng.choice(("无", "营嘉奖一次", "连嘉奖二次", "三等功一次"))),
            "部队意见": plain("服役期满，准予退出现役。"), "部队日期": plain(wording.short(made)),
            "安置意见": plain("同意接收，由市统一安置。"),
            "安置日期": plain(wording.short(made + timedelta(days=18))),
        },
        seals=(
            Seal(slot="部队章", shape="round", text=unit.name.removeprefix("中国人民解放军"), under="司令部"),
            Seal(slot="安置章", shape="round", text="保定市退伍军人安置办公室"),
        ),
    )  # fmt: skip
