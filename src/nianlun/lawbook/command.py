"""Commands: the tables of a region as a folder of files, out and in."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from nianlun.policy import command as policy

FAILED = 2


def add_parser(subparsers: Any) -> None:
    """Add `nianlun policy export` and `nianlun policy import`."""
    questions = policy.questions(subparsers)
    export = questions.add_parser("export", help="把现行版本里一个地区的政策表写成文件")
    export.add_argument("region", metavar="地区", help="national 或六位行政区划代码")
    export.add_argument("folder", metavar="文件夹", help="写到其中以地区命名的文件夹里，同名文件会被替换")
    export.add_argument("--json", action="store_true", help="输出 JSON")
    export.set_defaults(run=run_export, needs_database=True)
    bring_in = questions.add_parser("import", help="把一个地区文件夹里的政策表收为修订草案")
    bring_in.add_argument("folder", metavar="文件夹", help="以 national 或六位代码命名，里面是 .toml 文件")
    bring_in.add_argument("--title", required=True, metavar="题名", help="草案的题名")
    bring_in.add_argument("--reason", default="", metavar="理由", help="不给则写明从哪个文件夹导入")
    bring_in.add_argument("--as", dest="account", required=True, metavar="账号", help="政策岗的账号")
    bring_in.add_argument("--json", action="store_true", help="输出 JSON")
    bring_in.set_defaults(run=run_import, needs_database=True)


def run_export(args: argparse.Namespace) -> int:
    """0 when the files are written, 2 where there is no such region or the folder cannot be written to."""
    from nianlun.lawbook import domain, queries  # noqa: PLC0415  models load only after Django is set up

    region = domain.folder(args.region)
    book = queries.current()
    files = book.of_region(region)
    if not files:
        return _refuse(f"现行版本里没有 {region} 的政策表。有哪些地区见“政策库”的“地区”页。")
    try:
        for path, text in files.items():
            target = Path(args.folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        return _refuse(f"写不进“{args.folder}”：{error.strerror}。请换一个文件夹。")
    if args.json:
        told = {"region": region, "edition": book.digest, "files": sorted(files)}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stderr.write(f"已写 {len(files)} 个文件到 {Path(args.folder) / region}。\n")
    return 0


def run_import(args: argparse.Namespace) -> int:
    """0 when a draft holds the changed files, 1 when nothing differs, 2 when nothing could be taken."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.access import queries as access  # noqa: PLC0415  as above
    from nianlun.access.domain import NotVisible  # noqa: PLC0415  as above
    from nianlun.lawbook import operations  # noqa: PLC0415  as above

    folder = Path(args.folder).resolve()
    if not folder.is_dir():
        return _refuse(f"没有文件夹“{args.folder}”。请核对路径。")
    try:
        viewer = access.viewer_named(args.account)
    except NotVisible:
        return _refuse(f"没有账号“{args.account}”，或已停用。账号见“工作人员”页。")
    outcome = operations.import_as_draft(
        viewer,
        title=args.title,
        reason=args.reason or f"从文件夹 {folder.name} 导入政策表",
        region=folder.name,
        uploads=[(path.name, path.read_bytes()) for path in sorted(folder.glob("*.toml"))],
        at=timezone.now(),
    )
    if outcome.refused:
        return _refuse(outcome.refused)
    if args.json:
        draft = str(outcome.draft_id) if outcome.draft_id else None
        sys.stdout.write(json.dumps({"draft": draft, "files": list(outcome.paths)}) + "\n")
    if not outcome.paths:
        sys.stderr.write("与现行版本没有差异，没有建草案。\n")
        return 1
    sys.stderr.write(
        f"草案《{args.title}》已建，改动 {len(outcome.paths)} 个文件。请在“政策库”里看过差异再提交。\n"
    )
    return 0


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return FAILED
