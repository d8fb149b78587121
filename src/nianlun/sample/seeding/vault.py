"""The city's objects at every location, and how often they are checked."""

from datetime import datetime
from functools import partial

from nianlun.sample.seeding.people import Tell
from nianlun.vault import copies, locations, schedules

EVERY_DAYS, PACE = 30, 50  # megabytes a second


def keep_elsewhere(*, at: datetime, tell: Tell) -> None:
    """Fill every location beside the primary, so that a demo begins with whole copies; plan the checks of all."""
    for place in locations.copies():
        copies.fill(place.name, at=at, each=partial(tell, f"副本 {place.name}"))
    planned = schedules.schedules()
    for place in locations.locations():
        if place.name not in planned:
            schedules.set_schedule(place.name, every_days=EVERY_DAYS, pace=PACE, by=None, at=at)
