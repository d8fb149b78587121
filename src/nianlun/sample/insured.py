"""Papers outside the personnel file: the pension booklet, cards, enrolment forms, wage sheets."""

from datetime import date, timedelta

from nianlun.archives.domain import DocumentKind as K
from nianlun.kernel.months import month
from nianlun.sample import wording
from nianlun.sample.clerk import Clerk
from nianlun.sample.names import full_name
from nianlun.sample.paper import Entry, Paper, Seal, plain
from nianlun.sample.pay import mean_wage
from nianlun.sample.people import Spell

BOOK_ROWS = 8
SHEET_ROWS = 12


def contribution_book(clerk: Clerk, spell: Spell) -> Paper:
    """A page of 职工养老保险手册: eight years of payments, one line a year."""
    unit = clerk.unit(spell.employer)
    began = max(spell.since // 12, 1993)
    years = range(began, min(began + BOOK_ROWS, spell.until // 12 + 1))
    made = date(began, 6, clerk.rng.randint(4, 26))
    rows: dict[str, Entry] = {}
    for place, year in enumerate(years, start=1):
        paid = [
            c for c in clerk.person.contributions if c.month // 12 == year and c.payer == spell.employer
        ]
        rows[f"年度{place}"] = plain(str(year))
        rows[f"月数{place}"] = plain(str(len(paid)) if paid else "—")
        rows[f"基数{place}"] = plain(str(paid[-1].base) if paid else "")
        rows[f"个人{place}"] = plain(str(sum(c.own_part for c in paid)) if paid else "")
        rows[f"单位{place}"] = plain(str(sum(c.unit_part for c in paid)) if paid else "")
    return clerk.paper(
        K.CONTRIBUTION_BOOK, made=made, unit=unit.name,
        entries={
            "手册编号": plain(f"保劳险{clerk.rng.randint(10000, 99999)}"), "姓名": clerk.name(made),
            "性别": clerk.sex(), "证件号码": clerk.number(made), "单位": clerk.unit_entry(unit, made),
            "参加工作时间": clerk.start(made), "建册日期": clerk.made_on(made), **rows,
        },
        seals=(Seal(slot="经办章", shape="round", text=wording.insurance_office(year=made.year), under="手册专用章"),),
    )  # fmt: skip


def identity_card(clerk: Clerk, *, year: int) -> Paper:
    """A copy of both sides of the second-generation card."""
    person = clerk.person
    made = date(year, clerk.rng.randint(1, 12), clerk.rng.randint(1, 28))
    issued = date(min(year, max(2006, person.birth_date.year + 26)), clerk.rng.randint(1, 12), 12)
    born = person.birth_date
    office = clerk.police(issued)
    until = f"{issued.year + 20}.{issued:%m.%d}" if born.year > 1960 else "长期"
    return clerk.paper(
        K.IDENTITY_CARD, made=made, unit=office, hand="print", copy=True,
        title=K.IDENTITY_CARD.about.titles[1],
        entries={
            "姓名": Entry(text=person.name, name="name", value=person.name), "性别": clerk.sex(),
            "民族": plain(person.nation),
            "出生": Entry(text=wording.usual(born), name="birth_date", value=born.isoformat()),
            "住址": clerk.address(issued),
            "公民身份号码": Entry(text=person.identity_number, name="identity_number", value=person.identity_number),
            "签发机关": plain(office),
            "有效期限": plain(f"{issued:%Y.%m.%d}-{until}"),
        },
        seals=(),
    )  # fmt: skip


def household_page(clerk: Clerk, *, year: int) -> Paper:
    """常住人口登记卡, a leaf of the household book."""
    person = clerk.person
    made = date(year, clerk.rng.randint(1, 12), clerk.rng.randint(1, 28))
    born = person.birth_date
    return clerk.paper(
        K.HOUSEHOLD_PAGE, made=made, unit="公安派出所", hand="print",
        entries={
            "姓名": Entry(text=person.name, name="name", value=person.name),
            "与户主关系": plain(clerk.rng.choice(("户主", "妻", "夫", "子", "女"))), "性别": clerk.sex(),
            "出生地": plain(person.native_place), "民族": plain(person.nation), "籍贯": clerk.native_place(),
            "出生日期": Entry(text=wording.usual(born), name="birth_date", value=born.isoformat()),
            "证件号码": Entry(text=person.identity_number, name="identity_number", value=person.identity_number),
            "文化程度": plain(person.education), "婚姻状况": plain("有配偶"), "服务处所": plain(""),
            "住址": clerk.address(made),
            "登记日期": Entry(text=wording.usual(made), name="recorded_on", value=made.isoformat()),
        },
        seals=(Seal(slot="户口章", shape="round", text=clerk.police(made), under="户口专用章"),),
    )  # fmt: skip


def enrolment(clerk: Clerk, spell: Spell) -> Paper:
    """社会保险参保登记表: by the employer, or by the person alone."""
    unit = clerk.unit(spell.employer) if spell.employer else None
    first = max(spell.since, month(1998, 1))
    made = date(first // 12, first % 12 + 1, clerk.rng.randint(5, 25))
    office = wording.insurance_office(year=made.year)
    own = "灵活就业人员"
    return clerk.paper(
        K.ENROLMENT, made=made, unit=unit.name if unit else office,
        entries={
            "单位": clerk.unit_entry(unit, made) if unit else Entry(text=own, name="unit", value=own),
            "单位编号": plain(unit.code if unit else "—"), "姓名": clerk.name(made), "性别": clerk.sex(),
            "证件号码": clerk.number(made) if made.year < 2000 else Entry(
                text=clerk.person.identity_number, name="identity_number", value=clerk.person.identity_number),
            "民族": plain(clerk.person.nation), "户口性质": plain(clerk.rng.choice(("城镇", "农村"))),
            "文化程度": plain(clerk.person.education), "参加工作时间": clerk.start(made),
            "参保时间": plain(f"{made.year}年{made.month}月"), "用工形式": plain("合同制" if unit else "个人参保"),
            "岗位": clerk.post(spell.post), "住址": clerk.address(made), "填报人": plain(clerk.person.name),
            "填表日期": clerk.made_on(made), "审核意见": plain("经审核，准予登记。"),
            "审核日期": plain(wording.usual(made + timedelta(days=3))),
        },
        seals=(
            *((Seal(slot="单位章", shape="round", text=wording.unit_name(unit, year=made.year)),) if unit else ()),
            Seal(slot="经办章", shape="round", text=office, under="业务专用章"),
        ),
    )  # fmt: skip


def resident_enrolment(clerk: Clerk) -> Paper:
    """城乡居民基本养老保险参保登记表."""
    person = clerk.person
    year = max(2010, person.birth_date.year + 20)
    made = date(year, clerk.rng.randint(7, 12), clerk.rng.randint(2, 27))
    born = person.birth_date
    return clerk.paper(
        K.RESIDENT_ENROLMENT, made=made, unit="乡镇劳动保障事务所",
        entries={
            "姓名": Entry(text=person.name, name="name", value=person.name), "性别": clerk.sex(),
            "民族": plain(person.nation),
            "出生日期": Entry(text=wording.usual(born), name="birth_date", value=born.isoformat()),
            "证件号码": Entry(text=person.identity_number, name="identity_number", value=person.identity_number),
            "户籍地址": clerk.address(made), "居住地址": plain("同上"), "户口性质": plain("农业"),
            "参保时间": plain(f"{year}年{made.month}月"),
            "缴费档次": plain(clerk.rng.choice(("100元", "200元", "500元"))),
            "特殊群体": plain("无"), "本人签字": plain(person.name),
            "村意见": plain("情况属实。"), "填表日期": Entry(
                text=wording.usual(made), name="recorded_on", value=made.isoformat()),
            "审核意见": plain("同意参保。"), "审核日期": plain(wording.usual(made + timedelta(days=6))),
        },
        seals=(
            Seal(slot="村章", shape="round", text=f"{clerk.rng.choice(('柳林庄', '石门村', '南河头'))}村民委员会"),
            Seal(slot="乡镇章", shape="round", text="乡镇劳动保障事务所", under="业务专用章"),
        ),
    )  # fmt: skip


def wage_sheet(clerk: Clerk, spell: Spell, *, year: int) -> Paper:
    """A month of 职工工资发放表: the person among workmates."""
    unit = clerk.unit(spell.employer)
    rng = clerk.rng
    made = date(year, rng.randint(1, 12), 10)
    own_row = rng.randint(2, SHEET_ROWS - 2)
    entries: dict[str, Entry] = {
        "单位": clerk.unit_entry(unit, made),
        "年月": Entry(text=wording.usual_month(made), name="recorded_on", value=wording.iso_month(made)),
        "车间": plain(rng.choice(("一车间", "二车间", "机修车间", "前纺车间", "成品车间"))),
    }
    for row in range(1, SHEET_ROWS + 1):
        mate = plain(full_name(rng, sex=rng.choice(("male", "female")), year=rng.randint(1945, 1970)))
        shares = ((0.55, 1.0), (0.1, 0.3), (0.02, 0.07))
        wage, extra, off = (round(mean_wage(year) * rng.uniform(*share)) for share in shares)
        entries[f"姓名{row}"] = clerk.name(made) if row == own_row else mate
        entries[f"工种{row}"] = clerk.post(spell.post) if row == own_row else plain(rng.choice(unit.posts))
        sums = (wage, extra, off, wage + extra - off)
        for label, amount in zip(("基本", "奖金", "扣款", "实发"), sums, strict=True):
            entries[f"{label}{row}"] = plain(f"{amount}.00")
    return clerk.paper(
        K.WAGE_SHEET, made=made, unit=unit.name, entries={**entries, "制表": plain("王秀敏"), "审核": plain("赵振山")},
        seals=(Seal(slot="财务章", shape="box", text=f"{unit.short}\n财务专用章"),),
    )  # fmt: skip
