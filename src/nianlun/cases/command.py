"""Commands: the kinds of business, the working-day calendar, out and in, and what is not filed yet."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from nianlun.cases import filing_command, opening_command

FAILED = 2


def add_parser(subparsers: Any) -> None:
    """Add `nianlun cases types`, `calendar`, `import-calendar`, `unfiled` and `open`."""
    parser = subparsers.add_parser("cases", help="业务类型、工作日历、没有归档的办件")
    questions = parser.add_subparsers(title="命令", metavar="命令", required=True, dest="question")

    types = questions.add_parser("types", help="列出某一天办理的业务类型")
    types.add_argument("--on", type=_day, metavar="日期", help="哪一天，如 2026-03-01；不给就是今天")
    types.add_argument("--json", action="store_true", help="输出 JSON，含材料和法律依据")
    types.set_defaults(run=run_types)

    calendar = questions.add_parser("calendar", help="列出有工作日历的年份，或某一年的放假和上班")
    calendar.add_argument("year", nargs="?", type=int, metavar="年份", help="不给就列出各年")
    calendar.add_argument("--json", action="store_true", help="输出 JSON")
    calendar.set_defaults(run=run_calendar, needs_database=True)

    bring_in = questions.add_parser("import-calendar", help="导入一年的放假安排，重算未办结业务的到期日")
    bring_in.add_argument("file", metavar="文件", help="TOML，或首行是“日期,安排,节日”的 CSV")
    bring_in.add_argument("--source", default="", metavar="出处", help="抄自哪份通知；CSV 必须给出")
    bring_in.add_argument("--reason", default="", metavar="理由", help="更换已有年份的理由")
    bring_in.add_argument("--as", dest="account", required=True, metavar="账号", help="政策岗的账号")
    bring_in.add_argument("--json", action="store_true", help="输出 JSON")
    bring_in.set_defaults(run=run_import, needs_database=True)

    filing_command.add_to(questions)
    opening_command.add_to(questions)


def run_types(args: argparse.Namespace) -> int:
    """Print the kinds of business of a day; 0."""
    from nianlun.cases.type_files import case_types  # noqa: PLC0415  reads files only when asked

    on = args.on or date.today()  # noqa: DTZ011  the day where the command is typed
    found = case_types(on)
    if args.json:
        told = [{**json.loads(one.definition), "digest": one.digest} for one in found]
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        for one in found:
            term = f"{one.limit.days} 个工作日" if one.limit else "没有时限"
            steps = "→".join(step.label for step in one.steps)
            sys.stdout.write(f"{one.code}\t{one.name}\t{one.risk.label}\t{steps}\t{term}\n")
    sys.stderr.write(f"{on} 办理 {len(found)} 类业务。\n")
    return 0


def run_calendar(args: argparse.Namespace) -> int:
    """Print the years, or one year's days; 0, or 1 where that year is not there."""
    from nianlun.cases import calendars  # noqa: PLC0415  models load only after Django is set up

    found = calendars.in_force()
    if args.year is None:
        told = [_told(one) for one in found.values()]
        lines = [f"{one['year']}\t{one['source']}\t{one['confidence']}" for one in told]
    elif args.year in found:
        told = [_told(found[args.year])]
        lines = [f"{day}\t{kind}\t{name}" for name, days in told[0]["holidays"] for kind, day in days]
    else:
        sys.stderr.write(f"{calendars.CalendarMissing(args.year)}\n")
        return 1
    if args.json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Import a year; 0, 1 where it is in force already, 2 where it was not taken."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.access import queries as access  # noqa: PLC0415  as above
    from nianlun.cases import calendars  # noqa: PLC0415  as above

    try:
        text = Path(args.file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        sys.stderr.write(f"读不出“{args.file}”。请给出 UTF-8 的文本文件。\n")
        return FAILED
    told = calendars.import_year(
        access.viewer_named(args.account),
        text,
        source=args.source,
        reason=args.reason,
        at=timezone.now(),
    )
    moved = [
        {"number": one.number, "before": str(one.before), "after": str(one.after)} for one in told.moved
    ]
    if args.json:
        answer = {"year": told.arrangement.year, "changed": told.changed, "moved": moved}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{one['number']}\t{one['before']}\t{one['after']}\n" for one in moved))
    if not told.changed:
        sys.stderr.write(f"{told.arrangement.year} 年的工作日历已经是这样，没有改动。\n")
        return 1
    sys.stderr.write(f"已导入 {told.arrangement.year} 年的工作日历，{len(moved)} 件业务的到期日改变。\n")
    return 0


def _told(one: Any) -> dict[str, Any]:
    arrangement = one.arrangement
    return {
        "year": arrangement.year,
        "number": one.number,
        "source": arrangement.source,
        "confidence": arrangement.confidence,
        "holidays": [
            [
                holiday.name,
                sorted(
                    [("休", str(day)) for day in holiday.off] + [("班", str(day)) for day in holiday.work],
                    key=lambda pair: pair[1],
                ),
            ]
            for holiday in arrangement.holidays
        ],
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("日期应写成 2026-03-01。") from None
