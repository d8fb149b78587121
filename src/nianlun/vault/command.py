"""`nianlun verify`: is everything still there, byte for byte?"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from nianlun.vault.ocfl.check_object import verify_object
from nianlun.vault.ocfl.check_root import RootReport, is_root, verify_root
from nianlun.vault.ocfl.findings import Finding

SOUND, DAMAGED, UNUSABLE = 0, 1, 2


class _PathNeedsNoDatabase(argparse.Action):
    """With a path the command looks at that folder alone, on any machine."""

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
    parser = subparsers.add_parser(
        "verify",
        help="逐字节核对档案库，损坏时指出是哪个对象、哪个文件",
        description="逐字节核对档案库。完好退出码为 0，有损坏为 1。",
    )
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        action=_PathNeedsNoDatabase,
        metavar="路径",
        help="一个 OCFL 对象或存储根；不写则核对本系统的档案库及其数据库记录",
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    parser.add_argument(
        "--sweep", action="store_true", help="核对前清理中断的存入留下的临时文件（只对本系统的库）"
    )
    parser.set_defaults(run=run, needs_database=True)


def run(args: argparse.Namespace) -> int:
    """Check what was named; findings on stdout, progress on stderr, 0 sound, 1 damaged, 2 nothing to check."""
    progress = _Progress()
    if args.path is not None and not args.path.is_dir():
        sys.stderr.write(f"{args.path} 不是文件夹。请给出一个 OCFL 对象或存储根的路径。\n")
        return UNUSABLE
    if args.path is None:
        report = _verify_ours(progress, sweep=args.sweep)
    elif is_root(args.path):
        report = verify_root(args.path, each=progress.tick)
    else:
        report = RootReport(objects=1, findings=tuple(verify_object(args.path)))
    if args.json:
        found = [{"object": f.object, "code": f.code, "message": f.message} for f in report.findings]
        answer = {"sound": report.sound, "objects": report.objects, "findings": found}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    else:
        for finding in report.findings:
            sys.stdout.write(f"{finding.object}\t{finding.code}\t{finding.message}\n")
        sys.stderr.write(_summary(report) + "\n")
    return SOUND if report.sound else DAMAGED


def _verify_ours(progress: "_Progress", *, sweep: bool) -> RootReport:
    from nianlun.vault import checking, operations  # noqa: PLC0415  models can be imported only once Django is set up

    at = datetime.now(UTC)
    if sweep:
        for leftover in operations.sweep(by=None, at=at):
            sys.stderr.write(f"已清理 {leftover.object_id or leftover.path.name}：{leftover.size} 字节\n")
    return checking.verify(None, at=at, each=progress.tick)


def _summary(report: RootReport) -> str:
    if report.sound:
        return f"{report.objects} 个对象完好。" + (
            f"另有 {len(report.findings)} 条提示。" if report.findings else ""
        )
    damaged = {finding.object for finding in report.findings if finding.is_damage}
    return f"核对了 {report.objects} 个对象，{len(damaged)} 处有损坏。请从备份恢复所列对象，恢复前不要改动原处。"


class _Progress:
    """A line on stderr once a second, none for what is done sooner."""

    def __init__(self) -> None:
        self._count, self._said_at = 0, time.monotonic()

    def tick(self, object_id: str, found: list[Finding]) -> None:
        self._count += 1
        if time.monotonic() - self._said_at >= 1:
            self._said_at = time.monotonic()
            sys.stderr.write(f"已核对 {self._count} 个对象…\n")
