"""Writes the sample city into a folder: scans and inbox here, what is true about them there."""

import json
from pathlib import Path

from nianlun.sample.inbox import inbox, inbox_people
from nianlun.sample.people import City
from nianlun.sample.production import past, produce
from nianlun.sample.truth import truth_of
from nianlun.sample.workbook import contribution_workbook, rosters


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
