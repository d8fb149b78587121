"""The thirty-one provincial regions by name (GB/T 2260 codes of the first level)."""

PROVINCES = {
    "北京": "110000",
    "天津": "120000",
    "河北": "130000",
    "山西": "140000",
    "内蒙古": "150000",
    "辽宁": "210000",
    "吉林": "220000",
    "黑龙江": "230000",
    "上海": "310000",
    "江苏": "320000",
    "浙江": "330000",
    "安徽": "340000",
    "福建": "350000",
    "江西": "360000",
    "山东": "370000",
    "河南": "410000",
    "湖北": "420000",
    "湖南": "430000",
    "广东": "440000",
    "广西": "450000",
    "海南": "460000",
    "重庆": "500000",
    "四川": "510000",
    "贵州": "520000",
    "云南": "530000",
    "西藏": "540000",
    "陕西": "610000",
    "甘肃": "620000",
    "青海": "630000",
    "宁夏": "640000",
    "新疆": "650000",
}
_NAMES = {code: name for name, code in PROVINCES.items()}


def region_code(name: str) -> str:
    """The code of a province by its short or full name ("河北", "河北省", "内蒙古自治区"); empty for no province."""
    return next((code for short, code in PROVINCES.items() if name.startswith(short)), "")


def province_name(region: str) -> str:
    """The short name of the province that a code lies in; "全国" for none."""
    return _NAMES.get(f"{region[:2]}0000", "全国")
