"""Commands: run a worker, look at the queue, try failed jobs again."""

import argparse
import json
import logging
import sys
from dataclasses import asdict
from typing import Any
from uuid import UUID


def add_parser(subparsers: Any) -> None:
    work_parser = subparsers.add_parser("work", help="处理后台工作，直到 Ctrl-C")
    work_parser.add_argument("--until-empty", action="store_true", help="做完排队的工作就结束")
    work_parser.set_defaults(run=work, needs_database=True)
    jobs_parser = subparsers.add_parser("jobs", help="后台工作的进度和没有做成的")
    jobs_parser.add_argument("--kind", default="", help="只看这一类（前缀）")
    jobs_parser.add_argument("--retry", type=UUID, metavar="编号", help="把一件没有做成的重新排队")
    jobs_parser.add_argument("--json", action="store_true", help="输出 JSON")
    jobs_parser.set_defaults(run=show, needs_database=True)


def work(args: argparse.Namespace) -> int:
    from nianlun.jobs import registry, worker  # noqa: PLC0415 models load only after Django is set up

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    one = worker.Worker(registry.handlers())
    one.obey_signals()
    taken = one.run(until_empty=args.until_empty)
    sys.stderr.write(f"处理了 {taken} 件。\n")
    return 0


def show(args: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415 as below

    from nianlun.jobs import operations, queries  # noqa: PLC0415 models load only after Django is set up

    if args.retry and not operations.retry(args.retry, at=timezone.now()):
        sys.stderr.write("没有这件工作，或它不在“没有做成”之列。编号见 nianlun jobs。\n")
        return 2
    counts = queries.progress(kind_prefix=args.kind)
    failed = queries.failed(kind_prefix=args.kind)
    if args.json:
        lines = [asdict(line) | {"id": str(line.id), "due_at": line.due_at.isoformat()} for line in failed]
        sys.stdout.write(
            json.dumps({"progress": asdict(counts), "failed": lines}, ensure_ascii=False) + "\n"
        )
        return 0
    sys.stdout.write(
        f"等待 {counts.waiting}　处理中 {counts.held}　完成 {counts.done}　没有做成 {counts.failed}\n"
    )
    for line in failed:
        sys.stdout.write(f"{line.id}\t{line.kind}\t{line.key}\t{line.sentence}\n")
    return 0
