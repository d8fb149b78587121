"""`nianlun sample write DIR`: the sample city as a folder of scans, with the truth in a folder of its own."""

import argparse
import json
import sys
from pathlib import Path

from nianlun.sample.city import build_city
from nianlun.sample.inbox import inbox, inbox_people
from nianlun.sample.people import City
from nianlun.sample.production import past, produce
from nianlun.sample.truth import truth_of
from nianlun.sample.workbook import contribution_workbook, rosters


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Hook `sample` into the command line; no database needed."""
    sample = subparsers.add_parser("sample", help="make the invented sample city")
    actions = sample.add_subparsers(required=True, metavar="ACTION")
    parser = actions.add_parser("write", help="write scans, inbox, rosters and ground truth to a folder")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--persons", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--inbox-only", action="store_true", help="only the unread inbox and its truth")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run, needs_database=False)


def run(args: argparse.Namespace) -> int:
    """Write the folder; exit 0. Existing files of the same name are replaced."""
    city = build_city(seed=args.seed, persons=args.persons)
    counts = {"inbox": write_inbox(city, args.folder, processes=args.processes)}
    if not args.inbox_only:
        counts["pages"] = write_past(city, args.folder, processes=args.processes)
        counts["rosters"] = write_rosters(city, args.folder)
    write_city(city, args.folder)
    counts["persons"], counts["contradictions"] = len(city.persons), len(city.contradictions)
    if args.json:
        sys.stdout.write(json.dumps(counts) + "\n")
    else:
        words = "、".join(f"{_LABELS[key]} {count}" for key, count in counts.items())
        sys.stdout.write(f"样例已写入 {args.folder}：{words}。\n")
    return 0


_LABELS = {
    "inbox": "待读文件", "pages": "已归档页", "rosters": "缴费名册", "persons": "人员", "contradictions": "预设矛盾",
}  # fmt: skip


def _put(path: Path, data: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


def write_inbox(city: City, folder: Path, *, processes: int) -> int:
    """The unread files, a folder a person; how many."""
    count = 0
    for file in inbox(city, processes=processes):
        owner = "无法读取" if file.person is None else f"{file.person:04d}-{city.persons[file.person].name}"
        _put(folder / "inbox" / owner / file.name, file.data)
        if file.paper:
            _put(folder / "truth" / "inbox" / f"{file.paper.id}.json", file.truth)
        count += 1
    return count


def write_past(city: City, folder: Path, *, processes: int) -> int:
    """The filed papers at 150 dpi, a folder a person; how many pages."""
    count = 0
    for produced in produce(past(city, unread=inbox_people(city)), processes=processes):
        paper = produced.paper
        names = []
        for scan in produced.scans:
            name = f"{paper.id}-{scan.number}.jpg"
            _put(folder / "scans" / f"{paper.person:04d}" / name, scan.jpeg)
            names.append(name)
        _put(folder / "truth" / "scans" / f"{paper.id}.json", truth_of(paper, produced.scans, files=names))
        count += len(names)
    return count


def write_rosters(city: City, folder: Path) -> int:
    """The latest yearly roster of each unit; how many."""
    latest = {unit.code: (unit, year) for unit, year in rosters(city)}
    for unit, year in latest.values():
        _put(folder / "rosters" / f"{unit.name} {year}.xlsx", contribution_workbook(city, unit, year))
    return len(latest)


def write_city(city: City, folder: Path) -> None:
    """Who lives here and what was put wrong on purpose."""
    content = {
        "seed": city.seed, "as_of": city.as_of.isoformat(), "heroes": city.heroes,
        "persons": [
            {
                "index": p.index, "name": p.name, "sex": p.sex, "birth_date": p.birth_date.isoformat(),
                "identity_number": p.identity_number, "scheme": p.scheme, "category": p.category,
                "division": p.division, "life": p.life,
                "work_start": p.work_start.isoformat() if p.work_start else None,
            }
            for p in city.persons
        ],
        "contradictions": [
            {"person": c.person, "kind": c.kind.value, "note": c.note, "stated": c.stated, "true": c.true}
            for c in city.contradictions
        ],
    }  # fmt: skip
    _put(folder / "truth" / "city.json", json.dumps(content, ensure_ascii=False, indent=1))
