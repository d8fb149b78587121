"""`nianlun staff add`: the first account of an installation, made on the server by whoever runs it."""

import argparse
import getpass
import json
import sys
from datetime import UTC, datetime

from nianlun.access.domain import Role


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Offer `staff add`."""
    staff = subparsers.add_parser("staff", help="工作人员账号")
    actions = staff.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    add = actions.add_parser("add", help="新建账号；口令从标准输入读，不进命令行和日志")
    add.add_argument("username", metavar="账号", help="登录用的账号名，小写字母和数字")
    add.add_argument("--name", required=True, help="姓名")
    add.add_argument(
        "--role",
        required=True,
        choices=[role.value for role in Role if role is not Role.INSURED],
        help="岗位："
        + "，".join(f"{role.value} {role.label}" for role in Role if role is not Role.INSURED),
    )
    add.add_argument("--scope", required=True, help="辖区：行政区划代码的前几位，如 13 为全省")
    add.add_argument("--agency", required=True, help="机构名称")
    add.add_argument("--json", action="store_true", help="以 JSON 报告")
    add.set_defaults(run=add_staff, needs_database=True)


def add_staff(args: argparse.Namespace) -> int:
    """Make the account. A refused password or login becomes its sentence and status 2."""
    from nianlun.access import operations  # noqa: PLC0415  needs the models, so Django set up

    if not args.scope.isdigit() or not args.scope.isascii():
        raise BadScope("辖区应为行政区划代码的前几位数字，例如 130606。")
    password = getpass.getpass("口令：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    account_id = operations.add_account(
        by=None,
        username=args.username,
        name=args.name,
        role=Role(args.role),
        scope=args.scope,
        agency_name=args.agency,
        password=password,
        at=datetime.now(UTC),
    )
    if args.json:
        print(json.dumps({"id": account_id, "username": args.username.strip().lower(), "role": args.role}))
    else:
        print(f"已新建账号 {args.username}（{Role(args.role).label}）。")
    return 0


class BadScope(ValueError):
    """The scope is no prefix of a division code."""
