"""What units, keys and groups of the tables are called. A code without a word is shown as it stands."""

from datetime import date

from nianlun.kernel import divisions
from nianlun.policy.provinces import province_name
from nianlun.policy.tables import NATION

UNITS = {
    "day": "日",
    "factor": "倍",
    "index": "指数",
    "mixed": "见各行",
    "mode": "做法",
    "month": "月",
    "rate": "比例",
    "working_day": "工作日",
    "year": "年",
    "year_of_age": "岁",
    "yuan": "元",
    "yuan_a_month": "元/月",
    "yuan_a_year": "元/年",
}
KEYS = {
    "adjusted_in": "调整的年度",
    "age_reached_on": "达到领取年龄的月份",
    "applied_on": "申请之日",
    "benefit_month": "开始领取的月份",
    "contribution_month": "缴费所属的月份",
    "contribution_year": "缴费所属的年度",
    "died_on": "死亡之日",
    "due_on": "应缴之日",
    "heating_season": "采暖季",
    "looked_up_on": "查询当日",
    "original_age_reached_on": "达到原法定退休年龄的月份",
    "retired_on": "退休之日",
    "statistical_year": "统计年度",
    "statutory_month": "达到法定退休年龄的月份",
    "year": "记账年度",
}
GROUPS = {
    "all": "全口径",
    "civil_servant": "公务员",
    "enterprise": "企业职工",
    "enterprise_all": "企业离退休人员",
    "enterprise_employee": "企业职工个人",
    "enterprise_employer": "企业单位",
    "enterprise_retired": "企业退休人员",
    "female_50": "女 50 岁",
    "female_55": "女 55 岁",
    "flexible": "灵活就业",
    "flexible_self": "灵活就业本人",
    "government_institution": "机关事业",
    "government_institution_employee": "机关事业个人",
    "government_institution_employer": "机关事业单位",
    "institution": "事业单位",
    "male_60": "男 60 岁",
    "nonprivate": "城镇非私营",
    "nonprivate_staff": "城镇非私营在岗",
    "occupational_annuity_employee": "职业年金个人",
    "occupational_annuity_employer": "职业年金单位",
    "one_child": "独生子女",
    "private": "城镇私营",
    "resident": "城乡居民",
    "special_work_female": "特殊工种女",
    "special_work_male": "特殊工种男",
    "staff": "在岗职工",
}


def unit(code: str) -> str:
    """What a table's unit is called."""
    return UNITS.get(code, code)


def keyed_by(code: str) -> str:
    """By which day a table is looked up."""
    return KEYS.get(code, code)


def group(code: str) -> str:
    """What a group is called, with its code where the file needs it."""
    return GROUPS.get(code, code)


def region(code: str, *, on: date) -> str:
    """What a folder or region is called: 全国, 河北, 河北省保定市."""
    if code in ("", NATION):
        return "全国"
    if code.endswith("0000"):
        return province_name(code)
    return divisions.full_name_on(code, on=on) or f"{province_name(code)} {code}"
