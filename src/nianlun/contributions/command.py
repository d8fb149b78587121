"""Commands: check a roster of contributions and hand it in. Booking it is another person's, on the page."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nianlun.contributions.operations import ImportOutcome


def add_parser(subparsers: Any) -> None:
    """Add `nianlun contributions import`."""
    parser = subparsers.add_parser("contributions", help="导入单位的缴费名册")
    actions = parser.add_subparsers(title="动作", metavar="动作", required=True, dest="action")
    bring_in = actions.add_parser("import", help="核对一份名册，没有问题就提交，等另一人在页面上复核入账")
    bring_in.add_argument("file", metavar="文件.xlsx")
    bring_in.add_argument("--as", dest="account", metavar="账号", help="以哪个账号提交；只核对可以不给")
    bring_in.add_argument("--check", action="store_true", help="只核对，不写入")
    bring_in.add_argument("--skip-problems", action="store_true", help="略过有问题的行，提交其余")
    bring_in.add_argument("--json", action="store_true", help="输出 JSON")
    bring_in.set_defaults(run=run_import, needs_database=True)


def run_import(args: argparse.Namespace) -> int:
    """0 when all rows are handed in or known, 1 when rows have problems, 2 when nothing could be done."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.access import queries as access  # noqa: PLC0415  as above
    from nianlun.access.domain import NotVisible, Refused  # noqa: PLC0415  as above
    from nianlun.contributions import operations  # noqa: PLC0415  as above

    path = Path(args.file)
    if not path.is_file():
        sys.stderr.write(f"没有文件“{args.file}”。请核对路径。\n")
        return 2
    if not args.account and not args.check:
        sys.stderr.write("提交名册要写明经办人：请加 --as 账号，或加 --check 只核对。\n")
        return 2
    try:
        who = access.viewer_named(args.account) if args.account else operations.command_line()
    except NotVisible:
        sys.stderr.write(f"没有账号“{args.account}”，或已停用。账号见“工作人员”页。\n")
        return 2
    content, at = path.read_bytes(), timezone.now()
    try:
        if args.check:
            outcome = operations.check_roster(who, content=content, name=path.name, at=at)
        else:
            outcome = operations.hand_in_roster(
                who, content=content, name=path.name, at=at, skip_problems=args.skip_problems
            )
    except (operations.NotAllowedNow, Refused) as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    if args.json:
        sys.stdout.write(json.dumps(_as_json(outcome), ensure_ascii=False) + "\n")
    else:
        for problem in outcome.problems:
            sys.stdout.write(f"{problem.sheet}\t{problem.row}\t{problem.sentence}\n")
    sys.stderr.write(_sentence(outcome, checked=args.check) + "\n")
    if outcome.refused:
        return 2
    return 1 if outcome.problems else 0


def _as_json(outcome: "ImportOutcome") -> dict[str, object]:
    return {
        "name": outcome.name,
        "sha512": outcome.sha512,
        "refused": outcome.refused,
        "rows": len(outcome.lines),
        "persons": outcome.persons,
        "new_rows": outcome.news,
        "known_rows": outcome.known_rows,
        "import_id": str(outcome.import_id) if outcome.import_id else None,
        "problems": [{"sheet": p.sheet, "row": p.row, "sentence": p.sentence} for p in outcome.problems],
    }


def _sentence(outcome: "ImportOutcome", *, checked: bool) -> str:
    if outcome.refused:
        return outcome.refused
    rows = f"{len(outcome.lines)} 行可提交，{len(outcome.problems)} 行有问题"
    if checked:
        return f"{rows}，没有提交。"
    if outcome.import_id is None:
        return f"{rows}，没有提交。改好后重来，或加 --skip-problems 提交其余。"
    return f"{rows}，已提交，等另一位同事在“缴费复核”里入账。"
