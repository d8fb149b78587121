"""Values of policy tables as a derivation quotes them, put into words where tables write codes."""

import re

from nianlun.policy.lawbook import shipped
from nianlun.policy.rounding import rounding

_PART = re.compile(r"(?P<name>\w+)=(?P<value>\[[^\]]*\]|\{[^}]*\}|[^,]+)")
_NAMES = {
    "years": "缴费年限",
    "transitional_years": "建账前年限",
    "index": "平均缴费工资指数",
    "indexed_wage": "指数化月平均缴费工资",
    "items": "各项金额",
    "total": "合计",
    "first_base": "基础养老金的基数",
    "index_base": "指数化工资的基数",
    "transitional_base": "过渡性养老金的基数",
    "transitional_scope": "建账前年限包括",
    "low_index_floor": "低指数界限",
    "low_index_digits": "低指数系数",
    "transitional_index_floor": "过渡性养老金的最低指数",
    "average": "平均办法",
    "partial_year": "不足一年的年份",
    "retirement_year": "退休当年",
    "gap_year": "整年没有缴费的年份",
    "before_1993": "1993 年以前的指数",
    "floor_1993_1995": "1993 至 1995 年的最低指数",
    "deemed": "视同缴费年份的指数",
    "counted_from": "从何时起算",
    "monthly": "每月",
    "annual": "每年",
    "all": "不分年龄",
    "age_months": "年龄（月）",
    "minimum_months": "最低缴费月数",
}
_VALUES = {
    "exact": "不取整",
    "province": "全省一个基数",
    "city": "本市基数",
    "deemed_and_paid": "视同和建账前实际缴费的年限",
    "yearly_mean": "按年平均",
    "counts_as_one": "算一年",
    "counts_as_zero": "按零计入",
    "excluded": "不计",
    "left_out": "不计",
    "insured_year": "参保当年",
    "same_year": "同年平均工资",
    "previous_year": "上年平均工资",
    "last_published": "按最近公布的预发",
    "monthly_product": "按月积数",
    "annual_calculation": "按年计算",
    "floor_age": "按周岁取整查表",
    "interpolate_1dp": "按月插值，取一位小数",
    "all": "全部就业人员",
    "staff": "在岗职工",
}


def table_title(name: str) -> str:
    """The Chinese title of a policy table; a name that no shipped table bears stands for itself."""
    table = shipped().tables.get(name)
    return table.title if table else name


def row_value(text: str) -> str:
    """The quoted value in words; whatever has no word stays as the table writes it."""
    if "=" not in text:
        return _word(text)
    parts = [(one["name"], one["value"].strip()) for one in _PART.finditer(text)]
    return "；".join(f"{_name(name)}：{_value(name, value)}" for name, value in parts) or text


def _name(name: str) -> str:
    return _NAMES.get(name, name)


def _value(name: str, value: str) -> str:
    if name == "transitional_scope" and value == "deemed":
        return "视同缴费年限"
    return _word(value)


def _word(value: str) -> str:
    try:
        found = rounding(value)
    except ValueError:
        return _VALUES.get(value, value)
    return found.words("") if found else _VALUES["exact"]
