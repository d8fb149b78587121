"""`nianlun policy cases`: every worked example beside our own answer."""

import argparse
import json
import sys
from pathlib import Path

from nianlun.kernel.arguments import FAILED
from nianlun.policy.answer_text import table
from nianlun.policy.assess_command import Questions
from nianlun.policy.case_file import EXAMPLES, Line, Outcome, case_files, read_text, work_out
from nianlun.policy.cases import BadCase


def add_parsers(questions: Questions) -> None:
    """Add `policy cases`."""
    cases = questions.add_parser("cases", help="算例对照：公布的数、我们的数、差额、原因")
    cases.add_argument(
        "folder", metavar="文件夹", nargs="?", default="", help="案例文件夹；默认随程序的各类示例"
    )
    cases.add_argument("--json", action="store_true", help="输出 JSON")
    cases.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when every case comes out as published or explained, 1 when one does not, 2 when there is none."""
    folder = Path(args.folder) if args.folder else EXAMPLES
    paths = list(case_files(folder)) if folder.is_dir() else []
    if not paths:
        where = f"“{args.folder}”" if args.folder else "随程序的示例"
        sys.stderr.write(f"{where}里没有案例文件（*.toml）。请核对路径。\n")
        return FAILED
    outcomes = [_worked_out(path, folder) for path in paths]
    if args.json:
        print(json.dumps({"cases": [_as_json(one) for one in outcomes]}, ensure_ascii=False, indent=2))
    else:
        for one in outcomes:
            print(_as_text(one))
    broken = [one for one in outcomes if not one.kept]
    lines = [line for one in outcomes for line in one.lines]
    explained = sum(1 for line in lines if line.reason and not line.finding)
    sys.stderr.write(
        f"{len(outcomes)} 个案例，{len(lines)} 个公布的数，{explained} 个有说明的差额，{len(broken)} 个案例不符。\n"
    )
    return 1 if broken else 0


def _worked_out(path: Path, folder: Path) -> Outcome:
    name = path.relative_to(folder).as_posix()
    try:
        return work_out(read_text(path), name=name)
    except BadCase as reason:
        return Outcome(name=name, refused=str(reason))


def _as_text(one: Outcome) -> str:
    head = f"{one.name}  {one.title}".rstrip()
    if one.refused:
        return f"{head}\n  没有结果：{one.refused}"
    rows = [
        [f"  {line.label}", line.published, line.ours or "—", line.difference or "0", _said(line)]
        for line in one.lines
    ]
    return "\n".join([head, *table(rows, right=(1, 2, 3))])


def _said(line: Line) -> str:
    if line.finding:
        return f"不符：{line.finding}"
    return f"原因：{line.reason}" if line.reason else "相符"


def _as_json(one: Outcome) -> dict[str, object]:
    return {
        "file": one.name,
        "kind": one.kind,
        "title": one.title,
        "kept": one.kept,
        "refused": one.refused,
        "lines": [
            {
                "component": line.component,
                "label": line.label,
                "published": line.published,
                "ours": line.ours,
                "difference": line.difference,
                "reason": line.reason,
                "finding": line.finding,
            }
            for line in one.lines
        ],
    }
