"""`nianlun staff` for the founding and the last officer of an installation; `access rights`, `routes`, `tokens`."""

import argparse
import getpass
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from nianlun.access.domain import FAMILY, OFFICERS, Role
from nianlun.kernel.arguments import group

_NOT_BY_HAND = frozenset({Role.INSURED, Role.PROGRAM})
"""Roles of accounts that the program makes where they belong: with a person's record, with a token."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Offer `staff add`, `staff reset`, `access rights` and `access routes`."""
    staff = subparsers.add_parser("staff", help="工作人员账号")
    actions = staff.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    add = actions.add_parser("add", help="安装时创设账号；口令从标准输入读，不进命令行和日志")
    add.add_argument("username", metavar="账号", help="登录用的账号名，小写字母和数字")
    add.add_argument("--name", required=True, help="姓名")
    add.add_argument(
        "--role",
        required=True,
        choices=[role.value for role in Role if role not in _NOT_BY_HAND],
        help="岗位："
        + "，".join(f"{role.value} {role.label}" for role in Role if role not in _NOT_BY_HAND),
    )
    add.add_argument("--scope", required=True, help="辖区：行政区划代码的前几位，如 13 为全省")
    add.add_argument("--agency", required=True, help="机构名称")
    add.add_argument(
        "--founding",
        metavar="依据",
        default="",
        help="三员到岗以后仍在服务器上创设岗位账号的依据，如批文号；写进台账和操作日志",
    )
    add.add_argument("--json", action="store_true", help="以 JSON 报告")
    add.set_defaults(run=add_staff, needs_database=True)
    reset = actions.add_parser(
        "reset", help="给账号设新口令，并让它重新设置第二步验证；只在没有两位管理员可办时用"
    )
    reset.add_argument("username", metavar="账号", help="登录用的账号名")
    reset.add_argument("--reason", required=True, metavar="理由", help="为什么在服务器上办；写进操作日志")
    reset.set_defaults(run=reset_staff, needs_database=True)
    access = group(subparsers, "access", help_text="账号的权限和查阅")
    rights = access.add_parser("rights", help="权限台账：谁持有什么岗位，从何时到何时，经哪四个人")
    rights.add_argument("--all", action="store_true", help="连同已到期和收回的")
    rights.add_argument("--json", action="store_true", help="输出 JSON")
    rights.set_defaults(run=show_rights, needs_database=True)
    routes = access.add_parser("routes", help="每个地址和打开它要的权利")
    routes.add_argument("--json", action="store_true", help="输出 JSON")
    routes.set_defaults(run=show_routes, needs_database=True)
    pruning = access.add_parser(
        "prune", help="删去过期的会话、登录尝试和了结的口令申请；日志里的痕迹都留着"
    )
    pruning.add_argument("--json", action="store_true", help="输出 JSON")
    pruning.set_defaults(run=prune_rows, needs_database=True)
    tokens = access.add_parser("tokens", help="列出全部接口令牌；令牌本身不在系统里")
    tokens.add_argument("--json", action="store_true", help="以 JSON 报告")
    tokens.set_defaults(run=list_tokens, needs_database=True)


def add_staff(args: argparse.Namespace) -> int:
    """Make the account. What does not fit becomes its sentence and status 2."""
    from nianlun.access import ledger, operations  # noqa: PLC0415  needs the models, so Django set up

    if not args.scope.isdigit() or not args.scope.isascii():
        raise BadScope("辖区应为行政区划代码的前几位数字，例如 130606。")
    role, at = Role(args.role), datetime.now(UTC)
    if role in FAMILY and not args.founding.strip() and ledger.officers_in_office(at=at) >= OFFICERS:
        raise Founded(
            "系统管理员、安全管理员、审计员都已到岗，岗位要在“权限”里申请：申请、审核、核准、赋权四步四人。"
            "确需在服务器上创设的，用 --founding 写明依据。"
        )
    account_id = operations.add_account(
        by=None,
        username=args.username,
        name=args.name,
        role=role,
        scope=args.scope,
        agency_name=args.agency,
        password=_password(),
        founding=args.founding.strip()[:200] or operations.AT_INSTALLATION,
        at=at,
    )
    if args.json:
        print(json.dumps({"id": account_id, "username": args.username.strip().lower(), "role": args.role}))
    else:
        print(f"已新建账号 {args.username}（{role.label}）。")
    return 0


def reset_staff(args: argparse.Namespace) -> int:
    """Give the account a new password and no factors. A refused password or login becomes its sentence and status 2."""
    from nianlun.access import operations  # noqa: PLC0415  needs the models, so Django set up

    username = args.username.strip().lower()
    operations.reset_account(
        username=username, password=_password(), reason=args.reason.strip()[:200], at=datetime.now(UTC)
    )
    print(f"账号 {username} 已设新口令，原来的登录都已结束。下次登录时重新设置第二步验证。")
    return 0


def _password() -> str:
    return getpass.getpass("口令：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def show_rights(args: argparse.Namespace) -> int:
    """The ledger of posts, one a line."""
    from nianlun.access import ledger  # noqa: PLC0415  needs the models, so Django set up
    from nianlun.ui import templating  # noqa: PLC0415  as above

    lines = [line for line in ledger.everything(at=datetime.now(UTC)) if args.all or line.in_force]
    if args.json:
        print(json.dumps([ledger.as_json(line) for line in lines], ensure_ascii=False, indent=1))
        return 0
    for line in lines:
        ground = "、".join(hand.name for hand in line.hands) or line.founding
        ended = f"\t{templating.day(line.ended_at)} 收回：{line.ended_why}" if line.ended_at else ""
        print(
            f"{line.username}\t{line.name}\t{line.role.label}\t{line.scope}"
            f"\t{templating.day(line.since)} 至 {templating.day_before(line.until)}\t{ground}{ended}"
        )
    sys.stderr.write(f"{len(lines)} 项\n")
    return 0


def show_routes(args: argparse.Namespace) -> int:
    """Every address with its rule; status 1 where one has none."""
    from nianlun.access import routes  # noqa: PLC0415  reads the addresses, so Django set up

    found = routes.rules()
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for route in found:
            print(f"{route['address']}\t{route['right'] or route['open'] or '没有规则'}")
        sys.stderr.write(f"{len(found)} 个地址\n")
    return 0 if all(route["right"] or route["open"] for route in found) else 1


def prune_rows(args: argparse.Namespace) -> int:
    """0 always: what is there to be deleted is."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.access import operations  # noqa: PLC0415  as above

    done = operations.prune(at=timezone.now())
    if args.json:
        sys.stdout.write(json.dumps(asdict(done)) + "\n")
    else:
        sys.stdout.write(f"会话 {done.sessions} 条，尝试 {done.attempts} 条，申请 {done.requests} 条。\n")
    return 0


def list_tokens(args: argparse.Namespace) -> int:
    """Every token with its term and its last use, those that end last first."""
    from nianlun.access import queries  # noqa: PLC0415  needs the models, so Django set up
    from nianlun.ui import templating  # noqa: PLC0415  as above

    lines = queries.all_tokens(at=datetime.now(UTC))
    for line in lines:
        used = line.used_at.isoformat() if line.used_at else ""
        scopes = [scope.value for scope in line.scopes]
        if args.json:
            told: dict[str, object] = {
                "id": str(line.id),
                "name": line.name,
                "agency": line.agency_name,
                "scope": line.scope,
            }
            told |= {"scopes": scopes, "until": line.until.isoformat(), "used_at": used}
            print(json.dumps({**told, "standing": line.standing.value}, ensure_ascii=False))
        else:
            named = f"{line.name}（{line.agency_name}）\t{'、'.join(scopes)}"
            print(f"{named}\t用到 {templating.day_before(line.until)}\t{line.standing.label}")
    sys.stderr.write(f"{len(lines)} 个令牌\n")
    return 0


class BadScope(ValueError):
    """The scope is no prefix of a division code."""


class Founded(Exception):
    """The installation stands: posts are given in four steps now."""
