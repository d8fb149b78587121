"""`nianlun media`: plan and write sets, read a medium on any machine, see what is due."""

import argparse
import json
import sys
from pathlib import Path

SOUND, DAMAGED = 0, 1


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    whole = subparsers.add_parser("media", help="离线介质：规划、写入、读检、到期")
    actions = whole.add_subparsers(required=True, metavar="动作", dest="action")
    plan = actions.add_parser("plan", help="把一个密级里等待的对象规划成一套介质")
    plan.add_argument("--as", dest="account", required=True, metavar="账号", help="档案保管员的账号")
    plan.add_argument("--fonds", required=True, metavar="全宗号")
    plan.add_argument(
        "--secrecy", default="work_secret", metavar="密级", help="public、internal 或 work_secret"
    )
    plan.add_argument("--kinds", default="bd_r,disk", metavar="载体", help="A、B 两份的载体，用逗号隔开")
    plan.add_argument("--json", action="store_true", help="输出 JSON")
    plan.set_defaults(run=run_plan, needs_database=True)
    write = actions.add_parser("write", help="要求写入一套介质的镜像，由后台进程写")
    write.add_argument("number", metavar="套号")
    write.add_argument("--as", dest="account", required=True, metavar="账号", help="档案保管员的账号")
    write.add_argument("--json", action="store_true", help="输出 JSON")
    write.set_defaults(run=run_write, needs_database=True)
    inspect = actions.add_parser("inspect", help="读一份介质：镜像文件、挂载的文件夹或设备；不用数据库")
    inspect.add_argument("path", type=Path, metavar="路径")
    inspect.add_argument(
        "--identity", type=Path, metavar="私钥文件", help="保管人的私钥，用来核对包里每个文件"
    )
    inspect.add_argument("--sha512", default="", metavar="摘要", help="登记的镜像 SHA-512")
    inspect.add_argument("--json", action="store_true", help="输出 JSON")
    inspect.set_defaults(run=run_inspect, needs_database=False)
    due = actions.add_parser("due", help="列出一个月内要巡检或更新的介质；有已到期的，退出码为 1")
    due.add_argument("--json", action="store_true", help="输出 JSON")
    due.set_defaults(run=run_due, needs_database=True)


def run_plan(args: argparse.Namespace) -> int:
    """Plan a set; 0, or 2 with the sentence where nothing could be planned."""
    from uuid import uuid4  # noqa: PLC0415  only here

    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.access import queries as access  # noqa: PLC0415  as above
    from nianlun.media import operations, queries  # noqa: PLC0415  as above

    who = access.viewer_named(args.account)
    first, _, second = args.kinds.partition(",")
    set_id = operations.plan(
        who,
        fonds=args.fonds,
        secrecy=args.secrecy,
        media_kinds=(first, second or first),
        token=uuid4(),
        at=timezone.now(),
        on=timezone.localdate(),
    )
    line = queries.media_set(who, set_id)
    if args.json:
        told = {
            "number": line.number,
            "secrecy": line.secrecy,
            "objects": line.objects,
            "bytes": line.object_bytes,
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(f"{line.number}\t{line.secrecy_label}\t{line.objects} 个对象\n")
    return SOUND


def run_write(args: argparse.Namespace) -> int:
    """Have a set written; 0, or 2 with the sentence."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.access import queries as access  # noqa: PLC0415  as above
    from nianlun.media import queries, writing  # noqa: PLC0415  as above

    who = access.viewer_named(args.account)
    line = queries.set_named(who, args.number)
    writing.request_write(who, line.id, at=timezone.now())
    if args.json:
        told = {"number": line.number, "images": [str(writing.image_path(one)) for one in line.media]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        for one in line.media:
            sys.stdout.write(f"{one.name}\t{writing.image_path(one)}\n")
    sys.stderr.write("已交给后台进程。写完的镜像在所列位置，没写完时那里没有文件。\n")
    return SOUND


def run_inspect(args: argparse.Namespace) -> int:
    """Read a medium; findings on stdout, 0 sound, 1 damaged, 2 where it could not be looked at."""
    from nianlun.media.imaging.faults import Unreadable  # noqa: PLC0415  a foreign library loads with it
    from nianlun.media.imaging.reading import Expected, inspect  # noqa: PLC0415  as above

    if not args.path.exists():
        raise Unreadable(f"没有 {args.path}。请给出镜像文件、挂载的文件夹或设备的路径。")
    identity = ""
    if args.identity is not None:
        try:
            identity = args.identity.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise Unreadable(f"私钥文件 {args.identity} 读不出。") from None
    report = inspect(args.path, expected=Expected(image_sha512=args.sha512.lower()), identity=identity)
    if args.json:
        told = {
            "sound": report.sound,
            "files": [{"name": one.name, "size": one.size, "sound": one.sound} for one in report.files],
            "findings": [
                {"name": fault.name, "message": fault.sentence}
                for fault in report.faults
                if not fault.notice
            ],
            "image": dict(report.image),
            "opened": report.bag is not None,
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    else:
        for one in report.files:
            sys.stdout.write(f"{one.name}\t{one.size}\t{'完好' if one.sound else '有损坏'}\n")
        for fault in report.faults:
            sys.stdout.write(f"{fault.name}\t{fault.sentence}\n")
        inside = f"，包里 {report.bag.files} 个文件" if report.bag else ""
        sys.stderr.write(f"{'完好' if report.sound else '有损坏'}：{len(report.files)} 个文件{inside}。\n")
    return SOUND if report.sound else DAMAGED


def run_due(args: argparse.Namespace) -> int:
    """What is due within a month; 1 where something is due already."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.media import queries  # noqa: PLC0415  as above

    today = timezone.localdate()
    found = queries.due_everywhere(on=today)
    overdue = [
        one for one in found if one.is_due(today) or (one.renew_by is not None and one.renew_by <= today)
    ]
    if args.json:
        told = [
            {
                "medium": one.name,
                "location": one.location,
                "next_check_on": str(one.next_check_on),
                "renew_by": str(one.renew_by),
                "overdue": one in overdue,
            }
            for one in found
        ]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    else:
        for one in found:
            sys.stdout.write(f"{one.name}\t巡检 {one.next_check_on}\t更新 {one.renew_by}\t{one.location}\n")
        sys.stderr.write(f"一个月内 {len(found)} 份，其中已到期 {len(overdue)} 份。\n")
    return DAMAGED if overdue else SOUND
