"""`nianlun person add`, `nianlun employer link` and `nianlun keys`: persons, employers' accounts, and the keys."""

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import Any

from nianlun.kernel.cipher import Keyring
from nianlun.registry.domain import Category, NotRegistrable, Scheme


def add_parser(subparsers: Any) -> None:
    """Offer `person add`, `employer link` and `keys`."""
    _add_keys(subparsers)
    _add_employer(subparsers)
    person = subparsers.add_parser("person", help="参保人")
    actions = person.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    add = actions.add_parser("add", help="登记参保人；公民身份号码从标准输入读，不进命令行和日志")
    add.add_argument("--name", required=True, help="姓名")
    add.add_argument("--agency", required=True, metavar="区划", help="经办机构的行政区划代码")
    add.add_argument("--number", required=True, help="个人编号")
    add.add_argument(
        "--scheme", default=Scheme.ENTERPRISE.value, choices=[s.value for s in Scheme], help="险种"
    )
    add.add_argument(
        "--category", type=int, required=True, choices=[c.value for c in Category], help="原法定退休年龄"
    )
    add.add_argument("--json", action="store_true", help="输出 JSON")
    add.set_defaults(run=run_add, needs_database=True)


def _add_keys(subparsers: Any) -> None:
    keys = subparsers.add_parser("keys", help="封存证件号的密钥")
    actions = keys.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    create = actions.add_parser("create", help="生成密钥文件，只有属主能读；已有的不覆盖")
    create.add_argument("file", metavar="文件", type=Path)
    create.set_defaults(run=run_create, needs_database=False)
    rotate = actions.add_parser("rotate", help="加一版新密钥；旧的仍留着，旧数据照样能读")
    rotate.set_defaults(run=run_rotate, needs_database=True)
    reseal = actions.add_parser("reseal", help="用新密钥重新封存登记的证件号；中断后再运行，接着做")
    reseal.add_argument("--json", action="store_true", help="输出 JSON")
    reseal.set_defaults(run=run_reseal, needs_database=True)


def _add_employer(subparsers: Any) -> None:
    employer = subparsers.add_parser("employer", help="参保单位")
    actions = employer.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    link = actions.add_parser("link", help="把岗位为 employer 的账号对应到单位")
    link.add_argument("username", metavar="账号", help="单位专管员的账号名")
    link.add_argument("--code", required=True, metavar="信用代码", help="单位的统一社会信用代码")
    link.set_defaults(run=run_link, needs_database=True)


def run_link(args: argparse.Namespace) -> int:
    """Link; what is wrong becomes its sentence and status 2."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.access import queries as access  # noqa: PLC0415  as above
    from nianlun.registry import employer_logins  # noqa: PLC0415  as above

    employer = employer_logins.employer_with_code(args.code)
    if employer is None:
        raise NotRegistrable(f"没有统一社会信用代码为 {args.code} 的单位。请核对。")
    account_id = access.viewer_named(args.username.strip().lower()).account_id
    employer_logins.link_employer_login(
        by=None, account_id=account_id, employer_id=employer.id, at=timezone.now()
    )
    sys.stdout.write(f"账号 {args.username} 已对应到 {employer.name}。\n")
    return 0


def run_create(args: argparse.Namespace) -> int:
    """Make a key file; 2 where one is there already."""
    try:
        Keyring.create(args.file)
    except FileExistsError:
        raise NotRegistrable(f"{args.file} 已经有了，没有覆盖。请换一个路径。") from None
    sys.stdout.write(f"已生成 {args.file}。请立即另存一份到保管处：丢了密钥，证件号就读不出来了。\n")
    return 0


def run_rotate(args: argparse.Namespace) -> int:
    """Add a version to the installation's key file."""
    from django.conf import settings  # noqa: PLC0415  settings exist only after Django is set up

    path = Path(settings.KEYRING)
    keyring = Keyring.load(path).rotate(path)
    sys.stdout.write(f"现在用第 {keyring.current} 版密钥。请备份密钥文件，再运行 nianlun keys reseal。\n")
    return 0


def run_reseal(args: argparse.Namespace) -> int:
    """Reseal every person's number, and what other components keep under the same keys, batch by batch."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.registry import operations  # noqa: PLC0415  as above

    done = 0
    while (batch := operations.reseal(at=timezone.now())).done:
        done += batch.done
        sys.stderr.write(f"已重新封存 {done} 人，还有 {batch.left} 人\n")
    others = 0
    for name, reseal in operations.also_resealed:
        of_kind = 0
        while (batch := reseal(at=timezone.now())).done:
            of_kind += batch.done
            sys.stderr.write(f"已重新封存{name} {of_kind} 条，还有 {batch.left} 条\n")
        others += of_kind
    sys.stdout.write(
        json.dumps({"resealed": done, "others": others}) + "\n"
        if args.json
        else f"重新封存 {done} 人、{others} 条其他内容，全部用上新密钥。\n"
    )
    return 0


def run_add(args: argparse.Namespace) -> int:
    """Register; what is wrong becomes its sentence and status 2."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.registry import operations, queries  # noqa: PLC0415  as above

    agency = next((a for a in queries.agencies(scope=args.agency) if a.division == args.agency), None)
    if agency is None:
        raise NotRegistrable(f"没有区划 {args.agency} 的经办机构。请先用 nianlun agency add 登记。")
    number = getpass.getpass("公民身份号码：") if sys.stdin.isatty() else sys.stdin.readline().strip()
    person_id = operations.register_person(
        by=None,
        name=args.name,
        identity_number=number,
        scheme=args.scheme,
        category=args.category,
        agency_id=agency.id,
        personal_number=args.number,
        at=timezone.now(),
    )
    if args.json:
        sys.stdout.write(json.dumps({"id": str(person_id)}) + "\n")
    else:
        sys.stdout.write(f"已登记 {args.name}，编号 {person_id}。\n")
    return 0
