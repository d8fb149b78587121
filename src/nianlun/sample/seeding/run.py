"""The whole seeding in its order; the inbox comes last and marks that everything is there."""

import sys
import time
from datetime import datetime
from pathlib import Path

from nianlun.entitlements import operations as entitlements
from nianlun.sample.city import build_city
from nianlun.sample.seeding import accounts, cases, contractors, files, inbox, law, media, people, vault
from nianlun.vault import copies


class Progress:
    """A line a step on stderr, at most twice a second."""

    def __init__(self) -> None:
        self._told = 0.0
        self._began = time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if done < total and now - self._told < 0.5:
            return
        self._told = now
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r  {what} {done} / {total}（{now - self._began:.0f} 秒）{end}")
        sys.stderr.flush()


def seed(*, persons: int, number: int, at: datetime, folder: Path, processes: int = 2) -> None:
    """Make the sample city of a seed number with so many persons; run again, it adds what is missing."""
    tell = Progress()
    city = build_city(seed=number, persons=persons)
    registered = people.register(city, at=at)
    accounts.add_accounts(city, registered, at=at, folder=folder)
    law.make_editions(at=at)
    with copies.in_bulk(at=at):
        people.book(city, registered, at=at, tell=tell)
        files.file_past(city, registered, at=at, tell=tell, processes=processes)
    vault.keep_elsewhere(at=at, tell=tell)
    media.shelve_a_set(at=at, tell=tell)
    entitlements.refresh_careers(registered.persons.values(), at=at)
    tell("年轮", len(city.persons), len(city.persons))
    cases.open_cases(city, registered, at=at, tell=tell)
    centre = registered.agencies[min(registered.agencies)]
    inbox.receive_inbox(city, agency_id=centre, at=at, tell=tell, processes=processes)
    contractors.give_a_batch(agency_id=centre, at=at)
