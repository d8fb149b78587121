"""`nianlun person add`: registering one insured person; the identity number is read from standard input."""

import argparse
import getpass
import json
import sys
from typing import Any

from nianlun.registry.domain import Category, NotRegistrable, Scheme


def add_parser(subparsers: Any) -> None:
    """Offer `person add`."""
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
