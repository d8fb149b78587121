"""The people a visitor meets first: their lives are written out, not drawn."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nianlun.kernel.identity import Sex
from nianlun.kernel.months import month
from nianlun.sample.pay import base_of, month_paid
from nianlun.sample.people import Contribution, Spell
from nianlun.sample.places import employers

_CODES = {unit.name: unit.code for unit in employers()}
_MILL, _SEWING, _TEXTILES = (
    _CODES["保定市第二棉纺织厂"],
    _CODES["保定恒丰服装有限公司"],
    _CODES["河北冀绣家纺有限公司"],
)
_BOOKS_END = month(2026, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """What is fixed about a hero; all the rest is drawn like for anyone else."""

    role: str
    name: str
    sex: Sex
    born: date
    category: int
    life: str
    division: str
    education: str = "初中毕业"
    spells: tuple[Spell, ...] = ()


def _spell(since: int, until: int, unit: str, post: str, status: str, end: str = "", **days: date) -> Spell:
    return Spell(
        since=since,
        until=until,
        kind="work",
        employer=unit,
        post=post,
        status=status,
        end_reason=end,
        **days,
    )


ZHOU = Hero(
    role="zhou",
    name="周桂兰",
    sex="female",
    born=date(1967, 4, 28),
    category=55,
    life="apprentice",
    division="130606",
    spells=(
        _spell(
            month(1984, 9), month(1998, 7), _MILL, "挡车工", "固定工", "企业富余人员下岗",
            first_day=date(1984, 9, 1), last_day=date(1998, 6, 30),
        ),
        _spell(
            month(1999, 12), month(2008, 6), _SEWING, "缝纫工", "劳动合同制", "合同期满",
            first_day=date(1999, 12, 1), last_day=date(2008, 5, 31),
        ),
        Spell(since=month(2008, 3), until=month(2012, 4), kind="flexible", post="个体缝纫"),
        _spell(
            month(2012, 4), month(2022, 5), _TEXTILES, "车间主任", "劳动合同制", "达到法定退休年龄",
            first_day=date(2012, 4, 1), last_day=date(2022, 4, 30),
        ),
    ),
)  # fmt: skip

HEROES: tuple[Hero, ...] = (
    ZHOU,
    Hero(
        role="delayed", name="张伟", sex="male", born=date(1968, 7, 19), category=60, life="apprentice",
        division="130602", education="高中毕业",
        spells=(
            _spell(month(1986, 9), month(2001, 7), _CODES["保定市红旗机械厂"], "车工", "固定工", "企业停产下岗",
                   first_day=date(1986, 9, 1), last_day=date(2001, 6, 30)),
            _spell(month(2002, 3), _BOOKS_END, _CODES["保定北辰电气设备有限公司"], "检验工", "劳动合同制",
                   first_day=date(2002, 3, 1)),
        ),
    ),
    Hero(
        role="army", name="张援朝", sex="male", born=date(1955, 2, 11), category=60, life="army",
        division="130607",
        spells=(
            Spell(since=month(1974, 12), until=month(1979, 4), kind="army", post="战士", status="义务兵",
                  employer=_CODES["中国人民解放军五一〇八七部队"], first_day=date(1974, 12, 20),
                  last_day=date(1979, 3, 28), end_reason="服役期满退伍"),
            _spell(month(1979, 4), month(1999, 9), _CODES["保定市化工二厂"], "仪表工", "固定工",
                   first_day=date(1979, 4, 16), last_day=date(1999, 8, 31)),
            _spell(month(1999, 9), month(2015, 3), _CODES["保定长信化工有限公司"], "仪表工", "劳动合同制",
                   first_day=date(1999, 9, 1), last_day=date(2015, 2, 28)),
        ),
    ),
    Hero(
        role="sent_down", name="高玉兰", sex="female", born=date(1953, 10, 6), category=50, life="sent_down",
        division="130606",
        spells=(
            Spell(since=month(1971, 3), until=month(1975, 9), kind="sent_down", post="插队知青",
                  status="知识青年", employer=_CODES["徐水县白塔公社"], first_day=date(1971, 3, 14),
                  last_day=date(1975, 9, 6), end_reason="招工回城"),
            _spell(month(1975, 9), month(1999, 1), _CODES["保定市染织一厂"], "验布工", "固定工", "企业停产下岗",
                   first_day=date(1975, 9, 15), last_day=date(1998, 12, 31)),
            Spell(since=month(1999, 10), until=month(2003, 11), kind="flexible", post="集贸市场摊主"),
        ),
    ),
    Hero(
        role="office", name="宋文学", sex="male", born=date(1971, 12, 3), category=60, life="office",
        division="130608", education="大学本科",
        spells=(
            _spell(month(1993, 8), _BOOKS_END, _CODES["清苑区水利局"], "技术员", "干部",
                   first_day=date(1993, 8, 10)),
        ),
    ),
    Hero(role="resident", name="石春花", sex="female", born=date(1964, 3, 15), category=60, life="resident",
         division="130609", education="小学毕业"),
    Hero(role="flexible", name="马红梅", sex="female", born=date(1975, 5, 22), category=55, life="flexible",
         division="130602"),
)  # fmt: skip


def pay_of_zhou(home: str) -> list[Contribution]:
    """Her books: paid twice for 2008-03 to 2008-05 at two places, nothing from 1998-07 to 1999-11.

    The flexible base of 2008 is 2,310 yuan, so the double payment is 3 x 462.00 = 1,386.00 yuan.
    """
    ratios = {_MILL: 0.82, _SEWING: 0.7, _TEXTILES: 1.05, "": 0.72}
    found = []
    for spell in ZHOU.spells:
        for one in range(max(spell.since, month(1993, 1)), spell.until):
            base = base_of(one // 12, ratio=ratios[spell.employer])
            if not spell.employer and one // 12 == 2008:
                base = Decimal("2310.00")
            found.append(month_paid(one, payer=spell.employer, agency=home, base=base))
    return found
