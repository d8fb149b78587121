"""`nianlun vault`: is everything still there, byte for byte, wherever it lies? And what to do where it is not."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from nianlun.vault import key_commands, rebuild_command
from nianlun.vault.ocfl.check_object import verify_object
from nianlun.vault.ocfl.check_root import RootReport, is_root, verify_root
from nianlun.vault.ocfl.faults import StorageError
from nianlun.vault.ocfl.findings import Finding
from nianlun.vault.stores import open_tree

SOUND, DAMAGED, UNUSABLE = 0, 1, 2


class _PathNeedsNoDatabase(argparse.Action):
    """With a path the command looks at that folder or bucket alone, on any machine."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,
    ) -> None:
        if values is not None:
            namespace.path, namespace.needs_database = values, False


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    vault = subparsers.add_parser("vault", help="档案库：核对、副本、恢复")
    actions = vault.add_subparsers(required=True, metavar="动作", dest="action")
    _add_verify(actions)
    status_parser = actions.add_parser("status", help="各存放处有多少、谁没有跟上、为什么")
    status_parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    status_parser.set_defaults(run=status, needs_database=True)
    copy_parser = actions.add_parser("copy", help="把没有跟上的副本补齐，可中断，再运行接着补")
    copy_parser.add_argument("--to", default="", metavar="存放处", help="只补这一处；不写则补每一处")
    copy_parser.add_argument("--pace", type=int, metavar="MB/秒", help="最快每秒多少 MB")
    copy_parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    copy_parser.set_defaults(run=copy, needs_database=True)
    restore_parser = actions.add_parser("restore", help="用完好的一份恢复损坏的一份")
    restore_parser.add_argument("incident", type=UUID, metavar="事故编号", help="见 nianlun vault status")
    restore_parser.add_argument(
        "--as", dest="account", required=True, metavar="账号", help="以哪个账号恢复"
    )
    restore_parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    restore_parser.set_defaults(run=restore, needs_database=True)
    sweep_parser = actions.add_parser("sweep", help="清理中断的存入留下的临时文件")
    sweep_parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    sweep_parser.set_defaults(run=sweep, needs_database=True)
    key_commands.add_to(actions)
    rebuild_command.add_to(actions)
    _add_verify(subparsers)  # the older name


def _add_verify(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "verify",
        help="逐字节核对档案库，损坏时指出是哪个对象、哪个文件",
        description="逐字节核对档案库。完好退出码为 0，有损坏为 1，没有可核对的为 2。",
    )
    parser.add_argument(
        "path",
        nargs="?",
        action=_PathNeedsNoDatabase,
        metavar="路径",
        help="一个 OCFL 对象或存储根的文件夹，或 s3:// 地址；不写则核对本系统的档案库及其数据库记录",
    )
    parser.add_argument("--location", default="", metavar="存放处", help="核对这一处；不写则核对主本")
    parser.add_argument("--sm3", action="store_true", help="连 SM3 也重算，约慢一倍")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    parser.add_argument(
        "--sweep", action="store_true", help="核对前清理中断的存入留下的临时文件（只对本系统的库）"
    )
    parser.set_defaults(run=verify, needs_database=True)


def verify(args: argparse.Namespace) -> int:
    """Check what was named; findings on stdout, progress on stderr, 0 sound, 1 damaged, 2 nothing to check."""
    progress = _Progress()
    try:
        report = _verify_path(args, progress) if args.path else _verify_ours(args, progress)
    except (StorageError, _Nothing) as fault:
        sys.stderr.write(f"{fault}\n")
        return UNUSABLE
    if args.json:
        found = [{"object": f.object, "code": f.code, "message": f.message} for f in report.findings]
        _write({"sound": report.sound, "objects": report.objects, "findings": found})
    else:
        for finding in report.findings:
            sys.stdout.write(f"{finding.object}\t{finding.code}\t{finding.message}\n")
        sys.stderr.write(_summary(report) + "\n")
    return SOUND if report.sound else DAMAGED


def status(args: argparse.Namespace) -> int:
    """Every location with what it lacks, open incidents, and what is missing; 1 if anything is behind or missing.

    Records kept with the objects that are behind are told, but are no fault: they follow within a minute.
    """
    from nianlun.vault import holdings, incidents, keeping, queries  # noqa: PLC0415  only once Django is set up

    places, opened = holdings.places(), incidents.incidents(only_open=True, limit=1000)
    kept_behind = keeping.count_behind()
    try:
        missing = queries.missing()
    except StorageError as fault:
        sys.stderr.write(f"{fault}\n")
        return UNUSABLE
    if args.json:
        _write(
            {
                "locations": [
                    {
                        "name": place.name,
                        "address": place.url,
                        "configured": place.configured,
                        "objects": place.objects,
                        "behind": place.behind,
                        "damaged": place.damaged,
                        "never_checked": place.never_checked,
                        "problem": place.problem,
                    }
                    for place in places
                ],
                "incidents": [
                    {"id": str(one.id), "object": one.object_id, "location": one.location} for one in opened
                ],
                "kept_records_behind": kept_behind,
                "missing": missing,
            }
        )
    else:
        for place in places:
            what = "已不在设置里" if not place.configured else f"缺 {place.behind}，损坏 {place.damaged}"
            why = f"，{place.problem}" if place.problem else ""
            sys.stdout.write(
                f"{place.name}\t{place.objects} 个对象，{what}，从未核对 {place.never_checked}{why}\n"
            )
        for one in opened:
            sys.stdout.write(f"待处置\t{one.id}\t{one.location}\t{one.object_id}\n")
        for object_id in missing:
            sys.stdout.write(f"主本里没有\t{object_id}\n")
        sys.stdout.write(f"随件记录\t{kept_behind} 个等待补写\n")
    behind = any(place.behind for place in places if place.configured)
    return DAMAGED if opened or behind or missing else SOUND


def copy(args: argparse.Namespace) -> int:
    """Bring one location or all up to date; 1 if something did not arrive, with the reason on stdout."""
    from nianlun.vault import copies, locations  # noqa: PLC0415  models can be imported only once Django is set up

    if args.pace is not None and args.pace < 1:
        sys.stderr.write("速度应是正整数，单位 MB/秒。\n")
        return UNUSABLE
    names = [args.to] if args.to else [each.name for each in locations.copies()]
    if not names:
        sys.stderr.write("设置里没有副本的存放处。请设 NIANLUN_VAULT_COPIES。\n")
        return UNUSABLE
    progress, failed = _Progress(), []
    for name in names:
        failed += copies.fill(name, pace=args.pace, at=datetime.now(UTC), each=progress.count)
    lines = [{"location": one.location, "object": one.object_id, "message": one.problem} for one in failed]
    if args.json:
        _write({"behind": lines})
    else:
        for line in lines:
            sys.stdout.write("{location}\t{object}\t{message}\n".format(**line))
        sys.stderr.write(f"{len(lines)} 个没有补上。\n" if lines else "副本都已跟上。\n")
    return DAMAGED if lines else SOUND


def restore(args: argparse.Namespace) -> int:
    """Restore the copy of an incident from a location where it is whole; the sentence says from where."""
    from nianlun.access import queries as access  # noqa: PLC0415  as above
    from nianlun.vault import restoring  # noqa: PLC0415  models can be imported only once Django is set up

    done = restoring.restore(args.incident, by=access.viewer_named(args.account), at=datetime.now(UTC))
    if args.json:
        _write({"object": done.object_id, "restored_from": done.restored_from, "kept_at": done.kept_at})
    else:
        kept = f"损坏的原样留在 {done.kept_at}。" if done.kept_at else ""
        sys.stdout.write(f"已从 {done.restored_from} 恢复 {done.object_id}。{kept}\n")
    return SOUND


def sweep(args: argparse.Namespace) -> int:
    """Take away what killed writers left, and say what it was."""
    taken = _sweep()
    if args.json:
        _write({"swept": [{"object": object_id, "bytes": size} for object_id, size in taken]})
    else:
        for object_id, size in taken:
            sys.stdout.write(f"{object_id}\t{size} 字节\n")
        sys.stderr.write(f"清理了 {len(taken)} 处。\n")
    return SOUND


class _Nothing(Exception):
    """What was named cannot be checked; the message says what to name instead."""


def _verify_path(args: argparse.Namespace, progress: "_Progress") -> RootReport:
    if args.path.startswith("s3://"):
        tree = open_tree(args.path)
        if not tree.look(""):
            raise _Nothing(f"{tree.name} 里什么也没有。请核对地址。")
        return verify_root(tree, sm3=args.sm3, each=progress.tick)
    path = Path(args.path)
    if not path.is_dir():
        raise _Nothing(f"{path} 不是文件夹。请给出一个 OCFL 对象或存储根的路径。")
    if is_root(path):
        return verify_root(path, sm3=args.sm3, each=progress.tick)
    return RootReport(objects=1, findings=tuple(verify_object(path, sm3=args.sm3)))


def _verify_ours(args: argparse.Namespace, progress: "_Progress") -> RootReport:
    from nianlun.vault import checking  # noqa: PLC0415  models can be imported only once Django is set up
    from nianlun.vault.domain import PRIMARY  # noqa: PLC0415  beside it

    if args.sweep:
        for object_id, size in _sweep():
            sys.stderr.write(f"已清理 {object_id}：{size} 字节\n")
    return checking.verify(
        None, location=args.location or PRIMARY, at=datetime.now(UTC), sm3=args.sm3, each=progress.tick
    )


def _sweep() -> list[tuple[str, int]]:
    from nianlun.vault import operations  # noqa: PLC0415  models can be imported only once Django is set up

    taken = operations.sweep(by=None, at=datetime.now(UTC))
    return [(leftover.object_id or leftover.where, leftover.size) for leftover in taken]


def _write(answer: object) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")


def _summary(report: RootReport) -> str:
    if report.sound:
        return f"{report.objects} 个对象完好。" + (
            f"另有 {len(report.findings)} 条提示。" if report.findings else ""
        )
    damaged = {finding.object for finding in report.findings if finding.is_damage}
    return (
        f"核对了 {report.objects} 个对象，{len(damaged)} 处有损坏。"
        "请在“档案库”的事故记录里恢复，或从备份恢复；恢复前不要改动原处。"
    )


class _Progress:
    """A line on stderr once a second, none for what is done sooner."""

    def __init__(self) -> None:
        self._count, self._said_at = 0, time.monotonic()

    def tick(self, object_id: str, found: list[Finding]) -> None:
        self._count += 1
        self._say(f"已核对 {self._count} 个对象…")

    def count(self, done: int, total: int) -> None:
        self._say(f"已补 {done} / {total} 个对象…")

    def _say(self, line: str) -> None:
        if time.monotonic() - self._said_at >= 1:
            self._said_at = time.monotonic()
            sys.stderr.write(f"{line}\n")
