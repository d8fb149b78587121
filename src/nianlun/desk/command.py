"""`nianlun ingest` and `nianlun search`: the desk's work from the command line."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any


def add_parser(subparsers: Any) -> None:
    ingest = subparsers.add_parser("ingest", help="把一个文件夹的扫描件收进来，识读，提出主张")
    ingest.add_argument("folder", metavar="文件夹", help="里面的文件逐件收下，子文件夹也算")
    ingest.add_argument(
        "--person", metavar="人", help="归属人的编号、证件号码或个人编号；不给则按识读的证件号码归人"
    )
    ingest.add_argument("--agency", metavar="区划", help="不给归属人时，收件的经办机构（区划代码）")
    ingest.add_argument("--json", action="store_true", help="输出 JSON")
    ingest.set_defaults(run=run_ingest, needs_database=True)
    search = subparsers.add_parser("search", help="查姓名、证件号码、档号、单位和档案原文")
    search.add_argument("text", metavar="词")
    search.add_argument("--as", dest="account", metavar="账号", help="以哪个账号的辖区去查；不给则查全部")
    search.add_argument("--json", action="store_true", help="输出 JSON")
    search.set_defaults(run=run_search, needs_database=True)


def run_ingest(args: argparse.Namespace) -> int:
    from nianlun.desk import ingest  # noqa: PLC0415  models load only after Django is set up

    outcomes = ingest.ingest_folder(
        args.folder,
        person=args.person or "",
        agency=args.agency or "",
        tell=lambda line: print(line, file=sys.stderr),
    )
    if args.json:
        print(json.dumps({"files": [asdict(o) for o in outcomes]}, ensure_ascii=False, indent=1))
    else:
        for o in outcomes:
            print(
                f"{o.file}\t{o.outcome}\t{o.archival_code or '—'}\t{o.pages} 页\t{o.claims} 条\t{o.sentence}"
            )
    refused = sum(o.outcome == "refused" for o in outcomes)
    print(f"共 {len(outcomes)} 件，未收 {refused} 件。", file=sys.stderr)
    return 1 if refused else 0


def run_search(args: argparse.Namespace) -> int:
    from nianlun.desk import command_search  # noqa: PLC0415  models load only after Django is set up

    found = command_search.search(args.text, account=args.account or "")
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
    for group, rows in found.items():
        for row in rows:
            print("\t".join([group, *(str(value) for value in row.values())]))
    print(f"共 {sum(len(rows) for rows in found.values())} 条。", file=sys.stderr)
    return 0
