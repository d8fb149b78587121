"""Fills an empty database for the journeys; run as a program of its own, under the demo's settings.

    python -m tests.journeys.small_city city | registers

`city` is the sample city at its smallest, with papers on their way to the reader; `registers` has only agencies,
persons and accounts. Prints as JSON what tests need to find their way.
"""

import json
import os
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

SEED, PERSONS = 7, 10  # the fewest with which the inbox holds papers of more than one person
PAPERS = {
    "bare": "household_page",  # examined without scripts
    "contested": "enrolment",  # two people decide at once
    "shown": "hiring_approval",  # looked at
}
DPI = 130  # read as well as 200 when the paper is clean, in half the time


def main(kind: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "nianlun.config.settings.demo"
    django.setup()
    from django.utils import timezone

    from nianlun.sample.city import build_city
    from nianlun.sample.seeding import accounts, people
    from nianlun.sample.seeding.run import seed

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    demo, at = Path(os.environ["NIANLUN_VAR"]) / "demo", timezone.now()
    city = build_city(seed=SEED, persons=PERSONS)
    if kind == "city":
        seed(persons=PERSONS, number=SEED, at=at, folder=demo)
    registered = people.register(city, at=at)
    accounts.add_accounts(city, registered, at=at, folder=demo)
    found: dict[str, Any] = {
        "persons": {role: str(registered.persons[index]) for role, index in city.heroes.items()},
        "names": {role: city.persons[index].name for role, index in city.heroes.items()},
        "divisions": {role: city.persons[index].division for role, index in city.heroes.items()},
        "accounts": json.loads((demo / "accounts.json").read_text(encoding="utf-8")),
        "papers": _papers(city, registered, at=at) if kind == "city" else {},
        "kept": _kept(city, registered, at=at) if kind == "city" else {},
    }
    sys.stdout.write(json.dumps(found, ensure_ascii=False))


def _papers(city: Any, registered: Any, *, at: Any) -> dict[str, str]:
    """Bring clean scans of some papers of the inbox in and queue their reading; the sheets' ids by purpose."""
    from nianlun.digitization import operations
    from nianlun.sample.inbox import inbox_papers
    from nianlun.sample.truth import render_paper

    found = {}
    papers = {paper.kind.value: paper for paper in inbox_papers(city)}
    for purpose, kind in PAPERS.items():
        paper = papers[kind]
        person = city.persons[paper.person]
        batch = operations.open_batch(
            f"{person.name} {paper.title}",
            agency_id=registered.agency_of(person),
            person_id=registered.persons[paper.person],
            by=None,
            at=at,
        )
        scan = render_paper(paper, dpi=DPI, damage=0)[0]
        got = operations.receive(
            batch, name=f"{paper.title}.jpg", stream=BytesIO(scan.jpeg), by=None, at=at
        )
        found[purpose] = str(got.sheet_id)
    return found


def _kept(city: Any, registered: Any, *, at: Any) -> dict[str, str]:
    """File what the journeys through the vault are about; the items' ids by purpose."""
    from tests.journeys import small_vault

    from nianlun.sample.inbox import inbox_papers
    from nianlun.sample.truth import render_paper

    small_vault.add_people(at=at)
    papers = inbox_papers(city)[: len(small_vault.PAPERS)]
    scans = [render_paper(paper, dpi=DPI - 20, damage=0)[0] for paper in papers]
    return small_vault.add_papers(scans, agency_id=registered.agencies[min(registered.agencies)], at=at)


if __name__ == "__main__":
    main(sys.argv[1])
