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
    "account_closing": "账户注销",
    "account_refund": "退还个人账户",
    "all": "全口径",
    "bashang": "坝上地区",
    "benefit_stop_notice": "停发待遇告知",
    "city_nonprivate_alone": "全市非私营（市本级）",
    "city_nonprivate_whole": "全市非私营（全市）",
    "city_nonprivate_with_dingzhou": "全市非私营（含定州）",
    "city_nonprivate_without_dingzhou": "全市非私营（不含定州）",
    "city_private_without_dingzhou": "全市私营（不含定州）",
    "city_staff": "全市在岗职工",
    "civil_servant": "公务员",
    "continue_paying": "延长缴费",
    "contribution_certificate": "参保缴费凭证",
    "death_grant": "遗属待遇",
    "dependants": "供养亲属",
    "early": "提前退休",
    "employee_and_resident": "职工与居民之间",
    "employee_registration_by_employer": "单位办理职工登记",
    "employer_change": "单位变更登记",
    "employer_registration_review": "单位登记审核",
    "enterprise": "企业职工",
    "enterprise_all": "企业离退休人员",
    "enterprise_employee": "企业职工个人",
    "enterprise_employer": "企业单位",
    "enterprise_former_sector": "原行业统筹企业",
    "enterprise_retired": "企业退休人员",
    "female_50": "女 50 岁",
    "female_55": "女 55 岁",
    "flexible": "灵活就业",
    "flexible_self": "灵活就业本人",
    "full_time_study": "脱产学习",
    "government_institution": "机关事业",
    "government_institution_employee": "机关事业个人",
    "government_institution_employer": "机关事业单位",
    "high_altitude_or_heavy": "高空、特别繁重体力",
    "income_undetermined": "工资无法确定",
    "institution": "事业单位",
    "intellectuals": "知识分子",
    "late": "延迟退休",
    "long_leave": "长期请假",
    "lowland_female": "一般地区女",
    "lowland_male": "一般地区男",
    "male_60": "男 60 岁",
    "nonprivate": "城镇非私营",
    "nonprivate_staff": "城镇非私营在岗",
    "occupational_annuity_employee": "职业年金个人",
    "occupational_annuity_employer": "职业年金单位",
    "one_child": "独生子女",
    "one_child_fixed": "独生子女定额",
    "one_off_payment": "一次性支付",
    "pension_application": "申领养老金",
    "person_registration": "个人参保登记",
    "plateau": "高海拔地区",
    "plateau_1": "高原一类",
    "plateau_2": "高原二类",
    "plateau_3": "高原三类",
    "portability_step": "转移接续各步",
    "private": "城镇私营",
    "registration_change": "登记变更",
    "resident": "城乡居民",
    "social_security_card": "社会保障卡",
    "special_work_female": "特殊工种女",
    "special_work_male": "特殊工种男",
    "staff": "在岗职工",
    "switch_to_resident": "转入居民养老保险",
    "toxic_or_harmful": "有毒有害",
    "two_places": "两地之间",
    "underground_or_hot": "井下、高温",
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
