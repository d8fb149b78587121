"""The invented units of the sample city: mills that closed, firms that came after, agencies that keep books."""

from nianlun.kernel.credit_codes import check_character, organisation_check_character
from nianlun.sample.people import Agency, Employer

CITY = "保定市"
CITY_DIVISION = "130600"

AGENCIES = (
    Agency(division="130600", name="保定市社会保险中心"),
    Agency(division="130602", name="竞秀区社会保险所"),
    Agency(division="130606", name="莲池区社会保险所"),
    Agency(division="130607", name="满城区社会保险所"),
    Agency(division="130608", name="清苑区社会保险所"),
    Agency(division="130609", name="徐水区社会保险所"),
    Agency(division="130626", name="定兴县社会保险所"),
    Agency(division="130628", name="高阳县社会保险所"),
    Agency(division="130630", name="涞源县社会保险所"),
    Agency(division="130633", name="易县社会保险所"),
)

# Division today -> the codes that identity numbers of people born there carry, by year of first issue.
# Districts were renamed in 2015; counties carried 1324xx until 1994.
NUMBER_PREFIXES: dict[str, tuple[tuple[int, str], ...]] = {
    "130602": ((1900, "130602"),),
    "130606": ((1900, "130603"), (2015, "130606")),
    "130607": ((1900, "132422"), (1995, "130621"), (2015, "130607")),
    "130608": ((1900, "132431"), (1995, "130622"), (2015, "130608")),
    "130609": ((1900, "132423"), (1995, "130625"), (2015, "130609")),
    "130626": ((1900, "132425"), (1995, "130626")),
    "130628": ((1900, "132432"), (1995, "130628")),
    "130630": ((1900, "132424"), (1995, "130630")),
    "130633": ((1900, "132421"), (1995, "130633")),
}
# How a place was called on papers before and after the renaming of 2015.
OLD_NAMES = {
    "130602": "保定市新市区",
    "130606": "保定市北市区",
    "130607": "河北满城",
    "130608": "河北清苑",
    "130609": "河北徐水",
    "130626": "河北定兴",
    "130628": "河北高阳",
    "130630": "河北涞源",
    "130633": "河北易县",
}
NEW_NAMES = {
    "130602": "保定市竞秀区",
    "130606": "保定市莲池区",
    "130607": "保定市满城区",
    "130608": "保定市清苑区",
    "130609": "保定市徐水区",
    "130626": "定兴县",
    "130628": "高阳县",
    "130630": "涞源县",
    "130633": "易县",
}
OLD_DISTRICTS = {
    "130602": "保定市新市区",
    "130606": "保定市北市区",
    "130607": "满城县",
    "130608": "清苑县",
    "130609": "徐水县",
}
STREETS = (
    "槐荫街",
    "纺织北路",
    "青石桥街",
    "永安里",
    "东风胡同",
    "裕民路",
    "河沿街",
    "红星小区",
    "建工里",
    "柳树巷",
)
VILLAGES = (
    "柳林庄",
    "南河头",
    "石门村",
    "大王店村",
    "东坡里",
    "杨树营",
    "北辛店",
    "西沟村",
    "白塔铺",
    "小寨村",
)

SPINNING = ("挡车工", "细纱工", "保全工", "落纱工", "修机工", "验布工")
METAL = ("车工", "钳工", "铣工", "电工", "铸造工", "检验工")
CHEMISTRY = ("反应工", "分析工", "包装工", "仪表工", "锅炉工")
SEWING = ("缝纫工", "裁剪工", "整烫工", "检验员", "车间主任")
TRADE = ("营业员", "保管员", "会计", "司机", "保洁员", "保安员")


def credit_code(*, division: str, number: int) -> str:
    """A unified credit code with right check characters (GB 32100) on an organisation code of mostly zeros.

    No such code is given out: real organisation codes of new units begin with MA and run far beyond.
    """
    body = f"MA00{number:04d}"
    first17 = f"91{division}{body}{organisation_check_character(body)}"
    return first17 + check_character(first17)


_ROWS: tuple[tuple[str, str, str, str, int, int | None, tuple[str, ...]], ...] = (
    # name, short name, kind, division, founded, closed, posts
    ("保定市第二棉纺织厂", "保定二棉", "mill", "130606", 1956, 2001, SPINNING),
    ("保定恒丰服装有限公司", "恒丰服装", "private", "130606", 1999, None, SEWING),
    ("河北冀绣家纺有限公司", "冀绣家纺", "private", "130602", 2003, None, SEWING),
    ("保定市毛巾床单厂", "毛巾厂", "mill", "130602", 1958, 2000, SPINNING),
    ("保定市染织一厂", "染织一厂", "mill", "130606", 1954, 1999, SPINNING),
    ("保定市红旗机械厂", "红旗机械", "mill", "130602", 1958, 2003, METAL),
    ("保定市第一搪瓷厂", "搪瓷一厂", "mill", "130606", 1955, 1998, CHEMISTRY),
    ("保定市冀中农机修造厂", "冀中农机", "mill", "130602", 1957, 2002, METAL),
    ("保定市化工二厂", "化工二厂", "mill", "130602", 1957, 1999, CHEMISTRY),
    ("保定市东升无线电厂", "东升无线电", "mill", "130606", 1959, 2000, METAL),
    ("保定市印刷三厂", "印刷三厂", "mill", "130606", 1953, 2003, METAL),
    ("满城县第一造纸厂", "满城造纸", "mill", "130607", 1958, 2001, CHEMISTRY),
    ("清苑县水泥厂", "清苑水泥", "mill", "130608", 1959, 2002, CHEMISTRY),
    ("徐水县柳泉酒厂", "柳泉酒厂", "mill", "130609", 1952, 1998, CHEMISTRY),
    ("高阳县织染厂", "高阳织染", "mill", "130628", 1956, 2000, SPINNING),
    ("保定长信化工有限公司", "长信化工", "private", "130602", 1999, None, CHEMISTRY),
    ("保定冀中机械集团有限公司", "冀中机械", "private", "130602", 2002, None, METAL),
    (
        "保定佳禾食品有限公司",
        "佳禾食品",
        "private",
        "130602",
        2001,
        None,
        ("包装工", "质检员", "班长", "司机"),
    ),
    ("保定新远箱包有限公司", "新远箱包", "private", "130606", 1998, None, SEWING),
    ("保定北辰电气设备有限公司", "北辰电气", "private", "130602", 1996, None, METAL),
    (
        "河北中垣建筑工程有限公司",
        "中垣建筑",
        "private",
        "130606",
        1995,
        None,
        ("电工", "架子工", "资料员", "木工"),
    ),
    ("保定瑞达运输有限公司", "瑞达运输", "private", "130608", 2000, None, ("司机", "调度员", "修理工")),
    ("保定永泰超市连锁有限公司", "永泰超市", "private", "130606", 1999, None, TRADE),
    ("保定众合物业服务有限公司", "众合物业", "private", "130602", 2004, None, TRADE),
    ("徐水康宁纸制品有限公司", "康宁纸品", "private", "130609", 2002, None, CHEMISTRY),
    ("保定市第二十九中学", "二十九中", "school", "130606", 1953, None, ("教师", "教务员", "实验员")),
    ("保定市裕民路小学", "裕民路小学", "school", "130602", 1957, None, ("教师", "会计")),
    ("满城区柳林中学", "柳林中学", "school", "130607", 1964, None, ("教师", "总务员")),
    ("保定市第六人民医院", "市六院", "hospital", "130602", 1958, None, ("护士", "医师", "药剂员")),
    ("清苑区中医院", "清苑中医院", "hospital", "130608", 1975, None, ("护士", "医师")),
    ("保定市粮食管理局", "市粮食局", "office", "130602", 1952, None, ("科员", "副主任科员")),
    ("清苑区水利局", "清苑水利局", "office", "130608", 1958, None, ("科员", "技术员")),
    ("徐水区财政局", "徐水财政局", "office", "130609", 1955, None, ("科员", "会计")),
    ("中国人民解放军五一〇八七部队", "51087部队", "army", "130600", 1950, None, ("战士",)),
    ("中国人民解放军八一二六三部队", "81263部队", "army", "130600", 1951, None, ("战士",)),
    ("中国人民解放军三九五四一部队", "39541部队", "army", "130600", 1950, None, ("战士",)),
    ("满城县柳林公社", "柳林公社", "commune", "130607", 1958, 1984, ("社员",)),
    ("清苑县南河公社", "南河公社", "commune", "130608", 1958, 1984, ("社员",)),
    ("徐水县白塔公社", "白塔公社", "commune", "130609", 1958, 1984, ("社员",)),
    ("易县石门公社", "石门公社", "commune", "130633", 1958, 1984, ("社员",)),
)
_MERGED = {"保定市化工二厂": "保定长信化工有限公司", "保定市冀中农机修造厂": "保定冀中机械集团有限公司"}


def employers() -> tuple[Employer, ...]:
    """Every unit of the city, in a fixed order; the code is its place in the list."""
    codes = {row[0]: f"1306{place:04d}" for place, row in enumerate(_ROWS, start=1)}
    return tuple(
        Employer(
            code=codes[name], name=name, short=short, kind=kind, division=division, founded=founded,
            closed=closed, posts=posts, successor=codes.get(_MERGED.get(name, ""), ""),
            credit_code=credit_code(division=division, number=place)
            if kind not in ("army", "commune") and closed is None else "",
        )
        for place, (name, short, kind, division, founded, closed, posts) in enumerate(_ROWS, start=1)
    )  # fmt: skip
