"""The demo's accounts: one or more of each role, each with something to try."""

import json
import os
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from nianlun.access import operations as access
from nianlun.access import queries as access_queries
from nianlun.access.domain import NotVisible, Role, Viewer, must_have_factor, new_secret
from nianlun.notices import operations as notices
from nianlun.notices.domain import Channel, ConfirmedBy
from nianlun.registry import employer_logins as employers
from nianlun.registry import operations as registry
from nianlun.sample.people import City
from nianlun.sample.seeding.people import Registered

PROVINCE, CENTRE, DISTRICT = "河北省社会保险局", "保定市社会保险中心", "莲池区社会保险所"
PROVINCE_SCOPE, CITY_SCOPE, DISTRICT_SCOPE = "13", "1306", "130606"


@dataclass(frozen=True, slots=True)
class Planned:
    """One account to be made; `hero` links an insured person, `unit` an employer."""

    username: str
    name: str
    role: Role
    text: str
    agency: str = CENTRE
    scope: str = CITY_SCOPE
    hero: str = ""
    unit: str = ""


STAFF = (
    Planned("wanghai", "王海", Role.ARCHIVIST, "收件、识读、初核：看一叠扫描件变成记载"),
    Planned("zhaolin", "赵琳", Role.ARCHIVIST, "另一位档案员，也能收件和初核"),
    Planned("shilei", "石磊", Role.KEEPER, "最敏感的档案转离线介质：规划、写入、上架、巡检"),
    Planned("limin", "李敏", Role.CLERK, "打开周桂兰，看年轮、矛盾、退休时间和每月能领多少"),
    Planned("chenjing", "陈静", Role.REVIEWER, "复核材料和认定：同一个人办不成两步"),
    Planned("liufang", "刘芳", Role.CLERK, "另一位经办：受理业务，为新同事申请权限，代班"),
    Planned("sunwei", "孙伟", Role.CLERK, "只看得到莲池区的人和档案", DISTRICT, DISTRICT_SCOPE),
    Planned("zhouling", "周岭", Role.LEADER, "查看待办与馆藏，审批业务，核准权限"),
    Planned("mengqing", "孟青", Role.LEADER, "分管领导：另一位领导申请或休假时，由她核准"),
    Planned("jinyan", "金燕", Role.FINANCE, "基金财务：支付已审批的款项，看不到档案"),
    Planned("fangzheng", "方正", Role.INTERNAL_CONTROL, "内控审核：权限申请的第二步，同意或拒绝应急权限"),
    Planned(
        "hanxue",
        "韩雪",
        Role.POLICY_OFFICER,
        "起草政策修订：填 2027 年的基数，看影响多少人、多少钱",
        PROVINCE,
        PROVINCE_SCOPE,
    ),
    Planned(
        "shenyan", "沈岩", Role.POLICY_REVIEWER, "批准或退回别人起草的政策修订", PROVINCE, PROVINCE_SCOPE
    ),
    Planned("guoan", "郭安", Role.SYSTEM_OFFICER, "账号的启用和停用、库的巡检"),
    Planned("hejian", "何坚", Role.SECURITY_OFFICER, "赋予和收回权限，处理异常提醒，审查应急"),
    Planned("xuling", "许凌", Role.SECURITY_OFFICER, "另一位安全管理员：给安全管理员赋权的人"),
    Planned("qianming", "钱明", Role.AUDITOR, "查看操作日志、下载回执、核对整个日志，重放待遇核定"),
    Planned("waibao01", "马小川", Role.SCANNER, "外包扫描员：只见分给自己的批次", "冀档数字化服务公司"),
)
INSURED = (
    ("zhou", "女，1967 年生，参加工作时间有矛盾"),
    ("delayed", "退休时间适用渐进式延迟"),
    ("army", "当过兵，军龄计入"),
    ("sent_down", "下过乡，知青工龄"),
    ("office", "机关工作人员"),
    ("resident", "城乡居民参保"),
    ("flexible", "灵活就业参保"),
)


def add_accounts(city: City, registered: Registered, *, at: datetime, folder: Path) -> None:
    """Make the accounts that are not there and write their passwords where the demo prints them from."""
    shown: list[dict[str, str]] = []
    for entry in (*STAFF, *_employers(city), *_insured(city)):
        password = secrets.token_urlsafe(9)
        try:
            _give_authenticator(access_queries.viewer_named(entry.username), at=at)
            continue
        except NotVisible:
            account_id = access.add_account(
                by=None,
                username=entry.username,
                name=entry.name,
                role=entry.role,
                scope=entry.scope,
                agency_name=entry.agency,
                password=password,
                persona=entry.text,
                founding="样本数据",
                at=at,
            )
        _give_authenticator(access_queries.viewer_of(account_id), at=at)
        if entry.hero:
            person_id = registered.persons[city.heroes[entry.hero]]
            registry.link_login(by=None, account_id=account_id, person_id=person_id, at=at)
            _add_telephone(person_id, entry.username, at=at)
        if entry.unit:
            employers.link_employer_login(
                by=None, account_id=account_id, employer_id=registered.employers[entry.unit], at=at
            )
        shown.append(
            {"role": entry.role.label, "name": entry.name, "username": entry.username, "password": password}
        )
    if shown:
        _write(folder / "accounts.json", shown)


def _employers(city: City) -> list[Planned]:
    """The employer that pays for most people at the end, so that its list is not short."""
    last = Counter(
        latest.payer
        for person in city.persons
        if (latest := max(person.contributions, key=lambda paid: paid.month, default=None)) and latest.payer
    )
    units = [unit for unit in city.employers if not unit.closed]
    unit = max(units, key=lambda unit: last[unit.code])
    text = "参保单位的专管员：只见本单位在职职工，只见本单位缴的月份"
    scope = unit.division if unit.division.startswith(CITY_SCOPE) else CITY_SCOPE
    return [Planned("danwei01", "吴洁", Role.EMPLOYER, text, unit.name, scope, unit=unit.code)]


def _add_telephone(person_id: UUID, username: str, *, at: datetime) -> None:
    """A number of a range that no operator has been given, so that it is nobody's."""
    with transaction.atomic():
        notices.set_contact(
            person_id,
            channel=Channel.SMS,
            address=f"154000001{username[-2:]}",
            consented=True,
            confirmed_by=ConfirmedBy.COUNTER,
            proof="样本数据",
            by=None,
            at=at,
        )


def _insured(city: City) -> list[Planned]:
    return [
        Planned(
            f"canbao{number:02d}", city.persons[city.heroes[hero]].name, Role.INSURED, text, "", "", hero
        )
        for number, (hero, text) in enumerate(INSURED, start=1)
        if hero in city.heroes
    ]


def _give_authenticator(who: Viewer, *, at: datetime) -> None:
    """Nobody holds a telephone in a demo, yet its staff signs in by two steps."""
    if must_have_factor(who.role) and not access_queries.has_factor(who.account_id):
        access.give_authenticator(who, secret=new_secret(), at=at)


def _write(path: Path, accounts: list[dict[str, str]]) -> None:
    """Passwords of a demo are no secret from who runs it, but from everybody else on the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(accounts, file, ensure_ascii=False, indent=1)
    draft.replace(path)
