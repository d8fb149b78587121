"""Commands of this component: `nianlun read FILE`, `nianlun quarantine`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from nianlun.digitization.reading import PageReading, Reader, Refused, examine, page_image


def add_parser(subparsers: Any) -> None:
    """Add this component's commands to `nianlun`."""
    _add_read(subparsers)
    _add_quarantine(subparsers)


def _add_quarantine(subparsers: Any) -> None:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "quarantine", help="隔离区里放着什么：未收的文件和无主的残留"
    )
    parser.add_argument("--sweep", action="store_true", help="清掉一小时以前的无主残留；未收的文件不动")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.set_defaults(run=quarantine, needs_database=True)


def quarantine(args: argparse.Namespace) -> int:
    """List what was set aside and what a broken upload left behind; 0."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.digitization import operations, queries  # noqa: PLC0415  as above

    at = timezone.now()
    swept = operations.sweep_quarantine(at=at) if args.sweep else []
    aside, leftovers = queries.set_aside(), queries.leftovers(at=at)
    if args.json:
        _print_json(
            {"set_aside": [vars_of(line) for line in aside], "leftovers": leftovers, "swept": swept}
        )
        return 0
    for line in aside:
        sys.stdout.write(f"{line.name}\t{line.size} 字节\t{line.sentence}\n")
    sys.stderr.write(f"未收 {len(aside)} 件，无主残留 {len(leftovers)} 个，清掉 {len(swept)} 个。\n")
    return 0


def vars_of(line: Any) -> dict[str, Any]:
    """A set-aside file as JSON."""
    return {
        "sheet": str(line.id),
        "name": line.name,
        "size": line.size,
        "code": line.code,
        "sentence": line.sentence,
    }


def _add_read(subparsers: Any) -> None:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "read", help="识读一个文件的各页：文字行、各项、印章；不用数据库"
    )
    parser.add_argument("file", metavar="文件", help="PDF、TIFF、JPEG、PNG 或 OFD")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.set_defaults(run=read, needs_database=False)


def read(args: argparse.Namespace) -> int:
    """Print what the pages of a file say; 2 with a sentence on stderr when the file is refused."""
    path = Path(args.file)
    try:
        examined = examine(path, name=path.name)
        pages = []
        with Reader() as reader:
            for number in range(1, examined.pages + 1):
                pages.append((number, reader.read(page_image(path, number))))
    except Refused as refused:
        sys.stderr.write(f"{refused.sentence}\n")
        if args.json:
            _print_json({"refused": refused.code, "sentence": refused.sentence})
        return 2
    if args.json:
        _print_json({"pages": [{"number": number, **page.to_json()} for number, page in pages]})
    else:
        for number, page in pages:
            _print_page(number, page)
    return 0


def _print_json(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")


def _print_page(number: int, page: PageReading) -> None:
    sys.stdout.write(f"第 {number} 页 {page.kind} {page.width}×{page.height}\n")
    for field in page.fields:
        sys.stdout.write(f"  {field.name}\t{field.value}\n")
    for line in page.lines:
        sys.stdout.write(f"    {line.text}\n")
