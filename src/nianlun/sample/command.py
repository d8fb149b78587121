"""`nianlun sample`: the invented city, as a folder of scans with its truth beside, or filed in this system."""

import argparse
import json
import os
import sys
from pathlib import Path

_LABELS = {
    "inbox": "待读文件", "pages": "已归档页", "rosters": "缴费名册", "persons": "人员", "contradictions": "预设矛盾",
}  # fmt: skip


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Hook `sample` into the command line; writing a folder needs no database, seeding does."""
    sample = subparsers.add_parser("sample", help="生成虚构的样例城市")
    actions = sample.add_subparsers(required=True, metavar="ACTION", dest="action")
    parser = actions.add_parser("write", help="把扫描件、待读件、名册和标准答案写入文件夹")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--persons", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--inbox-only", action="store_true", help="只写待读件及其标准答案")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run, needs_database=False)
    seeder = actions.add_parser("seed", help="把样例城市登记、归档进本系统（只用于演示），再运行只补缺的")
    seeder.add_argument("--persons", type=int, default=int(os.environ.get("NIANLUN_SAMPLE_PERSONS") or 300))
    seeder.add_argument("--seed", type=int, default=7)
    seeder.add_argument("--processes", type=int, default=2)
    seeder.set_defaults(run=seed, needs_database=True)


def run(args: argparse.Namespace) -> int:
    """Write the folder; exit 0. Existing files of the same name are replaced."""
    # OpenCV, Typst and the rest take half a second to load; other commands should not wait for them.
    from nianlun.sample import folder  # noqa: PLC0415
    from nianlun.sample.city import build_city  # noqa: PLC0415

    city = build_city(seed=args.seed, persons=args.persons)
    counts = {"inbox": folder.write_inbox(city, args.folder, processes=args.processes)}
    if not args.inbox_only:
        counts["pages"] = folder.write_past(city, args.folder, processes=args.processes)
        counts["rosters"] = folder.write_rosters(city, args.folder)
    folder.write_city(city, args.folder)
    counts["persons"], counts["contradictions"] = len(city.persons), len(city.contradictions)
    if args.json:
        sys.stdout.write(json.dumps(counts) + "\n")
    else:
        words = "、".join(f"{_LABELS[key]} {count}" for key, count in counts.items())
        sys.stdout.write(f"样例已写入 {args.folder}：{words}。\n")
    return 0


def seed(args: argparse.Namespace) -> int:
    """File the city in this installation, which must be a demo; exit 0."""
    from django.conf import settings  # noqa: PLC0415  settings exist only after Django is set up
    from django.utils import timezone  # noqa: PLC0415  as above

    from nianlun.sample.seeding import run as seeding  # noqa: PLC0415  as above

    if not settings.DEMO:
        sys.stderr.write("样例城市只能装进演示环境。请用 make demo。\n")
        return 2
    seeding.seed(
        persons=args.persons,
        number=args.seed,
        at=timezone.now(),
        folder=Path(settings.VAR) / "demo",
        processes=args.processes,
    )
    return 0
