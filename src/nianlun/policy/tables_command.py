"""`nianlun policy tables` and `check`: what is in force on a day in a region, and whether all tables hold together."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from nianlun.kernel.arguments import FAILED
from nianlun.policy import table_words
from nianlun.policy.answer_text import CONFIDENCE
from nianlun.policy.assess_command import Questions
from nianlun.policy.case_file import EXAMPLES, case_files, work_out
from nianlun.policy.in_force import RowInForce, in_force
from nianlun.policy.lawbook import LawBook, shipped
from nianlun.policy.tables import NotInForce, TableBroken, show_value

_UNKNOWN_REGION = "--region 应是六位行政区划代码，例如 130600。"


def add_parsers(questions: Questions) -> None:
    """Add `policy tables` and `policy check`."""
    tables = questions.add_parser("tables", help="某一天、某地区有效的政策数值")
    tables.add_argument("--on", metavar="YYYY-MM-DD", default="", help="哪一天，默认今天")
    tables.add_argument("--region", metavar="区划", default="", help="六位行政区划代码，默认全国")
    tables.add_argument("--topic", metavar="主题", default="", help="只看一个主题，如 计发")
    tables.add_argument("--json", action="store_true", help="输出 JSON，数字是文字")
    tables.set_defaults(run=run_tables)

    check = questions.add_parser("check", help="核对政策表：能否读入、各时段是否连续、示例是否照旧")
    check.add_argument(
        "folder",
        metavar="文件夹",
        nargs="?",
        default="",
        help="本地政策表，盖在随程序的表上；文件如 130000/pension_base.toml",
    )
    check.add_argument("--json", action="store_true", help="输出 JSON")
    check.set_defaults(run=run_check)


def run_tables(args: argparse.Namespace) -> int:
    """0 with the rows; 2 for a day, region or topic that is none."""
    book = shipped()
    try:
        day = date.fromisoformat(args.on) if args.on else date.today()  # noqa: DTZ011  the law of the calendar day
    except ValueError:
        return _refused(f"--on 应写成 2025-03-10 的形式，现在是“{args.on[:20]}”。")
    if args.region and not (args.region.isascii() and args.region.isdigit() and len(args.region) == 6):
        return _refused(_UNKNOWN_REGION)
    topics = sorted({table.topic for table in book.tables.values()})
    if args.topic and args.topic not in topics:
        return _refused(f"没有主题“{args.topic[:20]}”。可选：{'、'.join(topics)}。")
    rows = list(in_force(book, day, region=args.region, topic=args.topic))
    if args.json:
        content = {
            "on": day.isoformat(),
            "region": args.region,
            "rows": [row.to_json() for row in rows],
        }
        print(json.dumps(content, ensure_ascii=False, indent=2))
        return 0
    topic = ""
    for row in rows:
        if row.table.topic != topic:
            topic = row.table.topic
            print(f"【{topic}】")
        print(_line(row, day))
    absent = sum(1 for row in rows if not row.span)
    sys.stderr.write(f"{day}：{len(rows) - absent} 个数值有效，{absent} 个没有数值。\n")
    return 0


def run_check(args: argparse.Namespace) -> int:
    """0 when the tables load and the examples answer as before, 1 when an example does not, 2 for broken tables."""
    try:
        book = _amended(args.folder) if args.folder else shipped()
    except TableBroken as reason:
        return _refused(f"政策表读不进来：{reason}。请按这一处改正后再核对。")
    gaps = list(unknown_times(book))
    outcomes = [
        work_out(path.read_text(encoding="utf-8"), name=path.stem, book=book)
        for path in case_files(EXAMPLES)
    ]
    broken = [one for one in outcomes if not one.kept]
    if args.json:
        content = {
            "digest": book.digest,
            "tables": len(book.tables),
            "unknown": gaps,
            "examples": [{"kind": one.name, "kept": one.kept} for one in outcomes],
        }
        print(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        for gap in gaps:
            until = f"{gap['until']} 以前" if gap["until"] else "此后"
            place = table_words.region(gap["region"], on=date.fromisoformat(gap["since"]))
            where = "，".join(word for word in (place, table_words.group(gap["group"])) if word)
            print(
                f"{book.table(gap['table']).title}（{where}）{gap['since']} 起，{until}没有数值：{gap['reason']}"
            )
        for one in broken:
            said = one.refused or "；".join(
                f"{line.label} {line.finding}" for line in one.lines if line.finding
            )
            print(f"示例 {one.name} 的结果变了：{said}")
    spans = sum(len(table.spans) for table in book.tables.values())
    sys.stderr.write(
        f"{len(book.tables)} 张表、{spans} 个数值都能读入，没有未说明的空档；{len(gaps)} 段时间没有数值；"
        f"{len(outcomes)} 个示例，{len(broken)} 个结果变了。\n"
    )
    return 1 if broken else 0


def unknown_times(book: LawBook) -> Iterator[dict[str, str]]:
    """The times for which a region has nothing: absences named in the tables, and what follows a last span."""
    for table in book.tables.values():
        for absence in table.absences:
            yield {
                "table": table.name,
                "region": absence.region,
                "group": absence.group,
                "since": absence.since.isoformat(),
                "until": absence.until.isoformat() if absence.until else "",
                "reason": absence.reason,
            }
        for (group, region), spans in table.series().items():
            end = spans[-1].until
            if end is not None and not _answered(book, table.name, end, region=region, group=group):
                reason = "尚未公布" if table.lasts == "year" else "规定到此为止"
                yield {
                    "table": table.name,
                    "region": region,
                    "group": group,
                    "since": end.isoformat(),
                    "until": "",
                    "reason": reason,
                }


def _answered(book: LawBook, table: str, day: date, *, region: str, group: str) -> bool:
    """Whether a wider region has a value on the day, or the table itself names its absence."""
    try:
        book.on(table, day, region=region, group=group)
    except NotInForce:
        absences = book.table(table).absences
        return any(one.covers(day) and (one.group, one.region) == (group, region) for one in absences)
    return True


def _amended(folder: str) -> LawBook:
    root = Path(folder)
    paths = sorted(root.glob("*/*.toml")) if root.is_dir() else []
    if not paths:
        raise TableBroken(f"“{folder}”里没有 地区/表名.toml")
    try:
        files = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    except UnicodeDecodeError:
        raise TableBroken(f"“{folder}”里有文件不是 UTF-8 文字") from None
    return shipped().amended(files)


def _refused(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return FAILED


def _line(row: RowInForce, day: date) -> str:
    name = row.table.title + (f"（{table_words.group(row.group)}）" if row.group else "")
    if row.span is None:
        return f"  {name}：没有数值。{row.reason}"
    span = row.span
    until = f"，到 {span.until} 以前" if span.until else ""
    value = show_value(span.value)
    if not isinstance(span.value, Mapping | tuple | str) and row.table.unit not in ("rate", "index"):
        value = f"{value} {table_words.unit(row.table.unit)}"
    where = table_words.region(span.region, on=day)
    note = f"\n    {span.note}" if span.note else ""
    return (
        f"  {name}：{value}（{where}，{span.since} 起{until}）\n"
        f"    {span.source}（{CONFIDENCE[span.confidence]}）{note}"
    )
