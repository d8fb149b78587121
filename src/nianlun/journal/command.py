"""`nianlun journal`: keep the log going, prove it, show how it stands, hand out receipts and proofs."""

import argparse
import base64
import json
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from nianlun.journal.checkpoint_files import CheckpointFiles
from nianlun.kernel.notes import LogKey

LONGEST_WAIT = timedelta(minutes=1)


class NotFound(LookupError):
    """What was asked for is not in the log."""


class KeyThere(Exception):
    """A key file is not written over."""


def add_parser(subparsers: Any) -> None:
    journal = subparsers.add_parser("journal", help="操作日志：排序签署、核对、回执、证明")
    actions = journal.add_subparsers(title="动作", metavar="动作", required=True, dest="action")

    run_parser = actions.add_parser("run", help="把新的留痕排进日志、签检查点、请见证方联署，直到 Ctrl-C")
    run_parser.add_argument("--once", action="store_true", help="做完现有的就结束")
    run_parser.set_defaults(run=run, needs_database=True)

    verify_parser = actions.add_parser("verify", help="核对整个日志；完好退出码 0，有问题 1")
    verify_parser.add_argument("--known", type=Path, action="append", default=[], metavar="文件",
                               help="另存的检查点（签名文），也要与它相符；可写多次")  # fmt: skip
    verify_parser.add_argument("--json", action="store_true", help="输出 JSON")
    verify_parser.set_defaults(run=verify, needs_database=True)

    receipt_parser = actions.add_parser("receipt", help="一条留痕的回执（JSON），不用本系统也能核对")
    receipt_parser.add_argument("entry", type=int, metavar="编号", help="留痕的编号")
    receipt_parser.set_defaults(run=receipt, needs_database=True)

    prove_parser = actions.add_parser("prove", help="证明两天之间日志只增不改")
    prove_parser.add_argument(
        "--from", dest="since", type=date.fromisoformat, required=True, metavar="日期"
    )
    prove_parser.add_argument("--to", dest="until", type=date.fromisoformat, required=True, metavar="日期")
    prove_parser.set_defaults(run=prove, needs_database=True)

    status_parser = actions.add_parser("status", help="日志多长、签到哪里、见证方怎样；有问题退出码 1")
    status_parser.add_argument("--json", action="store_true", help="输出 JSON")
    status_parser.set_defaults(run=status, needs_database=True)

    key_parser = actions.add_parser("key", help="建日志的签名密钥，或换新的；显示公钥")
    key_parser.add_argument("file", type=Path, metavar="文件", help="密钥文件，放在数据库之外")
    key_parser.add_argument("--create", metavar="名称", help="新建；名称如 nianlun.example.gov.cn/journal")
    key_parser.add_argument("--sm2", action="store_true", help="新建时，另用 SM2 签一份")
    key_parser.add_argument("--rotate", action="store_true", help="换新密钥，旧公钥留着核对旧检查点")
    key_parser.add_argument(
        "--rename", default="", metavar="名称", help="换密钥时改名：恢复旧备份后另起日志"
    )
    key_parser.set_defaults(run=key)


def run(args: argparse.Namespace) -> int:
    from nianlun.journal.sequencer import Sequencer  # noqa: PLC0415 models load only after Django is set up

    sequencer = Sequencer()
    if args.once:
        return 0 if sequencer.once() else 1
    sequencer.obey_signals()
    sequencer.run()
    return 0


def verify(args: argparse.Namespace) -> int:
    from nianlun.journal import queries  # noqa: PLC0415 as above

    began = told = time.monotonic()

    def tell(done: int, whole: int) -> None:
        nonlocal told
        if time.monotonic() - told >= 1:
            told = time.monotonic()
            sys.stderr.write(f"已核对 {done} / {whole} 条\n")

    known = [(f"另存的 {path.name} ", path.read_text(encoding="utf-8")) for path in args.known]
    report = queries.verify_log(known=known, tell=tell)
    report.losses += _waiting(queries.log_status().waiting_since)
    if args.json:
        found = {
            "sound": report.sound, "size": report.size, "entries": report.entries, "pending": report.pending,
            "emptied": report.emptied, "checkpoints": report.checkpoints, "cosignatures": report.cosignatures,
            "time_stamps": report.time_stamps, "signed_size": report.signed_size,
            "signed_at": report.signed_at.isoformat() if report.signed_at else None, "root": report.root.hex(),
            "fault_count": report.fault_count, "losses": report.losses,
            "faults": [{"entry": fault.entry_id or None, "sentence": fault.sentence} for fault in report.faults],
        }  # fmt: skip
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        return 0 if report.sound else 1
    for fault in report.faults:
        sys.stdout.write(f"{fault.entry_id or '—'}\t{fault.sentence}\n")
    for loss in report.losses:
        sys.stdout.write(f"说明\t{loss}\n")
    seconds = time.monotonic() - began
    signed = f"签到第 {report.signed_size} 条" if report.checkpoints else "还没有检查点"
    sys.stderr.write(
        f"核对了 {report.size} 条，{signed}，检查点 {report.checkpoints} 个，联署 {report.cosignatures} 个，"
        f"等待入日志 {report.pending} 条，内容依法销毁 {report.emptied} 条，用时 {seconds:.1f} 秒。\n"
    )
    sys.stderr.write(
        "日志完好。\n" if report.sound else f"发现 {report.fault_count} 处问题。请保全现场，不要改动。\n"
    )
    return 0 if report.sound else 1


def receipt(args: argparse.Namespace) -> int:
    from nianlun.journal import operations  # noqa: PLC0415 as above

    sys.stdout.write(operations.receipt(args.entry, at=datetime.now(UTC)).to_json())
    return 0


def prove(args: argparse.Namespace) -> int:
    from nianlun.journal import queries  # noqa: PLC0415 as above
    from nianlun.kernel.merkle import verify_consistency  # noqa: PLC0415 beside its use

    old, new = (_checkpoint(queries.checkpoint_of_day(day), day) for day in (args.since, args.until))
    path = queries.consistency(old.size, new.size)
    verify_consistency(
        old_size=old.size, new_size=new.size, old_root=old.root, new_root=new.root, path=path
    )
    proof = {
        "from": queries.signed_note(old),
        "to": queries.signed_note(new),
        "path": [base64.b64encode(step).decode() for step in path],
    }
    sys.stdout.write(json.dumps(proof, ensure_ascii=False, indent=1) + "\n")
    sys.stderr.write(
        f"已核对：{args.since} 的 {old.size} 条是 {args.until} 的 {new.size} 条的开头，没有改动。\n"
    )
    return 0


def status(args: argparse.Namespace) -> int:
    from nianlun.journal import queries  # noqa: PLC0415 as above

    found = queries.log_status()
    problems = [line.problem for line in (found.sequencer, *found.witnesses) if line and line.problem]
    problems += [found.stamp_problem] if found.stamp_problem else []
    problems += _waiting(found.waiting_since)
    signed = found.checkpoint
    if args.json:
        content = {
            "size": found.size, "pending": found.pending, "signed_size": signed.size if signed else 0,
            "signed_at": signed.at.isoformat() if signed else None, "problems": problems,
            "witnesses": [{"name": w.name, "size": w.size, "problem": w.problem} for w in found.witnesses],
        }  # fmt: skip
        sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
        return 1 if problems else 0
    sys.stdout.write(f"日志 {found.size} 条，等待 {found.pending} 条\n")
    if signed:
        sys.stdout.write(f"检查点签到第 {signed.size} 条，{signed.at.isoformat(timespec='seconds')}\n")
    for witness in found.witnesses:
        sys.stdout.write(f"见证方 {witness.name} 联署到第 {witness.size} 条\n")
    for problem in problems:
        sys.stdout.write(f"问题：{problem}\n")
    return 1 if problems else 0


def key(args: argparse.Namespace) -> int:
    if args.create:
        try:
            made = LogKey.create(args.file, name=args.create, sm2=args.sm2)
        except FileExistsError:
            raise KeyThere(f"{args.file} 已经有密钥，没有另建。换新密钥用 --rotate。") from None
    else:
        made = LogKey.load(args.file)
        if args.rotate or args.rename:
            from django.conf import settings  # noqa: PLC0415 only here, where the checkpoints are asked for

            size = CheckpointFiles(settings.CHECKPOINTS).last_size(made.name)
            made = made.rotate(args.file, size=size, at=datetime.now(UTC), name=args.rename)
            sys.stderr.write(f"先前的密钥到第 {size} 条为止，此后用它签的不算数。\n")
    sys.stdout.write("".join(f"{vkey}\n" for vkey in made.vkeys))
    return 0


def _waiting(since: datetime | None) -> list[str]:
    """What is wrong where an entry waits for longer than any sequencer that works would let it."""
    if since is None or datetime.now(UTC) - since < LONGEST_WAIT:
        return []
    return [
        f"有留痕从 {since.isoformat(timespec='seconds')} 等到现在还没有入日志，其间可以改动而看不出来。"
        "请检查 nianlun journal run 是否在运行。"
    ]


def _checkpoint(found: Any, day: date) -> Any:
    if found is None:
        raise NotFound(f"{day} 还没有检查点。请换一个日志开始以后的日期。")
    return found
