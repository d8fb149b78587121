"""`nianlun cases unfiled`: ended cases that are not in the archive yet."""

import argparse
import json
import sys

from nianlun.cases.domain.filing import LATE


def add_to(questions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the group `cases`."""
    unfiled = questions.add_parser(
        "unfiled",
        help="列出办结没有归档的业务",
        description="没有超过天数的退出码为 0，有为 1。",
    )
    unfiled.add_argument(
        "--days", type=int, default=LATE, metavar="天数", help=f"超过几个工作日算超期，默认 {LATE}"
    )
    unfiled.add_argument("--json", action="store_true", help="输出 JSON")
    unfiled.set_defaults(run=run_unfiled, needs_database=True)


def run_unfiled(args: argparse.Namespace) -> int:
    """One line a case, the longest waiting first; exit 1 where one is late."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.cases import queries  # noqa: PLC0415  as above

    found = late = 0
    rows = []
    for line in queries.all_unfiled(on=timezone.localdate(), days=max(0, args.days)):
        found, late = found + 1, late + line.late
        if args.json:
            rows.append(
                {
                    "number": line.case.number,
                    "division": line.case.division,
                    "concluded_at": line.case.concluded_at.isoformat() if line.case.concluded_at else None,
                    "ready": line.description is not None,
                    "late": line.late,
                    "problem": line.problem,
                }
            )
            continue
        ended = timezone.localtime(line.case.concluded_at)
        state = line.problem or ("可以归档" if line.description else "正在生成阅读件")
        sys.stdout.write(
            f"{line.case.number}\t{ended:%Y-%m-%d}\t{'超期' if line.late else '　　'}\t{state}\n"
        )
    if args.json:
        sys.stdout.write(json.dumps({"unfiled": rows, "late": late}, ensure_ascii=False) + "\n")
        return 1 if late else 0
    sys.stderr.write(f"{found} 件没有归档，其中 {late} 件超过 {args.days} 个工作日。\n")
    return 1 if late else 0
