"""Papers of going and coming between units: the fields and back, transfer, contract, lay-off, the end."""

from datetime import date, timedelta

from nianlun.archives.domain import DocumentKind as K
from nianlun.sample import wording
from nianlun.sample.clerk import Clerk
from nianlun.sample.paper import Entry, Paper, Seal, plain
from nianlun.sample.people import Spell


def _day(day: date | None, fallback: int) -> date:
    return day or date(fallback // 12, fallback % 12 + 1, 1)


def sent_down(clerk: Clerk, spell: Spell) -> Paper:
    """知识青年上山下乡登记表."""
    made = _day(spell.first_day, spell.since)
    place = wording.unit_name(clerk.unit(spell.employer), year=made.year)
    school = f"保定市第{clerk.rng.randint(3, 24)}中学"
    return clerk.paper(
        K.SENT_DOWN, made=made, unit=place,
        entries={
            "填表日期": clerk.made_on(made), "姓名": clerk.name(made), "性别": clerk.sex(),
            "出生年月": clerk.birth(made, first=True), "民族": plain(clerk.person.nation),
            "家庭出身": plain(clerk.rng.choice(("工人", "职员", "贫农"))), "毕业学校": plain(school),
            "文化程度": plain(clerk.person.education), "家庭住址": clerk.address(made),
            "家长单位": plain(clerk.rng.choice(("市搪瓷一厂", "市粮食局", "铁路机务段", "市二棉"))),
            "下乡地点": Entry(text=place, name="unit", value=place),
            "下乡时间": Entry(text=wording.usual(made), name="work_start", value=made.isoformat()),
            "学校意见": plain("自愿上山下乡，同意。"), "学校日期": plain(wording.short(made - timedelta(days=20))),
            "审批意见": plain("批准下乡插队落户。"), "审批日期": plain(wording.short(made - timedelta(days=5))),
        },
        seals=(
            Seal(slot="学校章", shape="box", text=f"{school}\n革命委员会"),
            Seal(slot="审批章", shape="round", text="保定市革命委员会", under="知青办公室"),
        ),
    )  # fmt: skip


def return_to_city(clerk: Clerk, spell: Spell, new: Spell) -> Paper:
    """知识青年回城招工登记表."""
    made, began = _day(spell.last_day, spell.until), _day(spell.first_day, spell.since)
    unit = clerk.unit(new.employer)
    commune = clerk.unit(spell.employer).name
    # Revolutionary committees ended with the law of 1979-07.
    committee = "革命委员会" if made < date(1979, 9, 1) else "管理委员会"
    office = ("保定市革命委员会", "劳动局") if made < date(1979, 9, 1) else ("保定市劳动局", "招工专用章")
    return clerk.paper(
        K.RETURN_TO_CITY, made=made, unit=unit.name,
        entries={
            "填表日期": clerk.made_on(made), "姓名": clerk.name(made), "性别": clerk.sex(),
            "出生年月": clerk.birth(made), "文化程度": plain(clerk.person.education),
            "下乡时间": Entry(text=wording.usual_month(began), name="work_start", value=wording.iso_month(began)),
            "下乡地点": plain(commune), "招工单位": clerk.unit_entry(unit, made),
            "工种": clerk.post(new.post), "表现": plain("劳动积极，团结群众，表现良好。"),
            "公社意见": plain("同意招工。"), "公社日期": plain(wording.short(made - timedelta(days=15))),
            "审批意见": plain("同意回城，分配到厂。"), "审批日期": plain(wording.short(made)),
        },
        seals=(
            Seal(slot="公社章", shape="round", text=f"{commune}{committee}"),
            Seal(slot="审批章", shape="round", text=office[0], under=office[1]),
        ),
    )  # fmt: skip


def transfer(clerk: Clerk, old: Spell, new: Spell) -> Paper:
    """职工调动通知书: a letter, not a table."""
    made = _day(new.first_day, new.since) - timedelta(days=8)
    before, after = clerk.unit(old.employer), clerk.unit(new.employer)
    office = wording.labour_office(after.division, year=made.year)
    age = made.year - clerk.person.birth_date.year
    return clerk.paper(
        K.TRANSFER_ORDER, made=made, unit=after.name,
        entries={
            "编号": plain(f"劳调字第{clerk.rng.randint(12, 480)}号"),
            "抬头": clerk.unit_entry(after, made), "姓名": clerk.name(made), "性别": clerk.sex(),
            "年龄": plain(str(age)), "原单位": plain(wording.unit_name(before, year=made.year)),
            "工种": clerk.post(new.post), "报到期限": plain(wording.usual(made + timedelta(days=15))),
            "工资": plain(f"{clerk.rng.randint(46, 320)}.00元"), "填表日期": clerk.made_on(made),
        },
        seals=(Seal(slot="签发章", shape="round", text=office, under="调配专用章"),),
    )  # fmt: skip


def contract(clerk: Clerk, spell: Spell) -> Paper:
    """劳动合同书: cover and the page with the blanks."""
    unit = clerk.unit(spell.employer)
    made = _day(spell.first_day, spell.since)
    until = date(made.year + clerk.rng.choice((1, 3, 3, 5)), made.month, 1) - timedelta(days=1)
    return clerk.paper(
        K.LABOUR_CONTRACT, made=made, unit=unit.name, pages=2,
        title=K.LABOUR_CONTRACT.about.titles[0],
        entries={
            "编号": plain(f"{made.year}{clerk.rng.randint(1, 999):04d}"), "甲方": clerk.unit_entry(unit, made),
            "乙方": clerk.name(made), "签订日期": clerk.made_on(made), "乙方性别": clerk.sex(),
            "证件号码": clerk.number(made), "住址": clerk.address(made),
            "合同起": plain(wording.usual(made)), "合同止": plain(wording.usual(until)),
            "岗位": clerk.post(spell.post), "工资": plain(f"{max(300, (made.year - 1990) * 110)}元"),
            "乙方签字": plain(clerk.person.name), "落款日期": plain(wording.usual(made)),
        },
        seals=(
            Seal(slot="甲方章", shape="round", text=wording.unit_name(unit, year=made.year), under="合同专用章"),
            Seal(slot="鉴证章", shape="box",
                 text=f"{wording.labour_office(unit.division, year=made.year)}\n劳动合同鉴证"),
        ),
    )  # fmt: skip


def statement(clerk: Clerk, spell: Spell, *, since: int, until: int) -> Paper:
    """A unit's certificate written years later, because the books are empty for some months."""
    unit = clerk.unit(spell.employer)
    made = date(
        min(until // 12 + 4, clerk.city.as_of.year - 1), clerk.rng.randint(3, 11), clerk.rng.randint(3, 26)
    )
    span = f"{since // 12}年{since % 12 + 1}月至{(until - 1) // 12}年{(until - 1) % 12 + 1}月"
    return clerk.paper(
        K.STATEMENT, made=made, unit=unit.name, title=clerk.rng.choice(K.STATEMENT.about.titles),
        entries={
            "抬头": plain(wording.insurance_office(year=made.year)), "姓名": clerk.name(made), "性别": clerk.sex(),
            "证件号码": clerk.number(made), "起止": plain(span), "工种": clerk.post(spell.post),
            "缘由": plain(clerk.rng.choice(("因企业困难未缴养老保险费", "因漏报未能缴费"))),
            "单位": clerk.unit_entry(unit, made), "填表日期": clerk.made_on(made),
        },
        seals=(Seal(slot="单位章", shape="round", text=wording.unit_name(unit, year=made.year)),),
    )  # fmt: skip


def termination(clerk: Clerk, spell: Spell) -> Paper:
    """解除劳动关系证明书."""
    unit = clerk.unit(spell.employer)
    made = _day(spell.last_day, spell.until)
    years, months = divmod(spell.until - spell.since, 12)
    ended = Entry(text=wording.usual(made), name="ended_on", value=made.isoformat())
    return clerk.paper(
        K.TERMINATION, made=made, unit=unit.name,
        entries={
            "编号": plain(f"解字〔{made.year}〕第{clerk.rng.randint(3, 260)}号"), "单位": clerk.unit_entry(unit, made),
            "姓名": clerk.name(made), "性别": clerk.sex(), "证件号码": clerk.number(made),
            "参加工作时间": clerk.start(made), "岗位": clerk.post(spell.post),
            "本单位年限": plain(f"{years}年{months}个月"), "解除日期": ended,
            "解除原因": plain(spell.end_reason or clerk.rng.choice(("合同期满", "协商一致解除", "企业改制"))),
            "填表日期": clerk.made_on(made),
        },
        seals=(Seal(slot="单位章", shape="round", text=wording.unit_name(unit, year=made.year)),),
    )  # fmt: skip


def laid_off(clerk: Clerk, spell: Spell, *, copy: bool) -> Paper:
    """职工下岗证明; the hero's survives only as a copy."""
    unit = clerk.unit(spell.employer)
    made = _day(spell.last_day, spell.until)
    ended = Entry(text=wording.usual_month(made), name="ended_on", value=wording.iso_month(made))
    return clerk.paper(
        K.LAID_OFF, made=made, unit=unit.name, copy=copy,
        entries={
            "编号": plain(f"下岗字第{clerk.rng.randint(11, 920)}号"), "姓名": clerk.name(made), "性别": clerk.sex(),
            "年龄": plain(f"{made.year - clerk.person.birth_date.year}岁"), "工种": clerk.post(spell.post),
            "参加工作时间": clerk.start(made), "单位": clerk.unit_entry(unit, made), "下岗时间": ended,
            "下岗原因": plain("企业停产压锭，富余人员下岗。" if "棉" in unit.name else "企业停产，富余人员下岗。"),
            "填表日期": clerk.made_on(made),
        },
        seals=(Seal(slot="单位章", shape="round", text=wording.unit_name(unit, year=made.year)),),
    )  # fmt: skip
