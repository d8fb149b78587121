"""The working-day calendar of the agency: the arrangements shipped with the program, year by year."""

from functools import cache
from importlib.resources import files

from nianlun.cases.domain.calendar import Calendar, CalendarMissing, YearArrangement
from nianlun.cases.domain.calendar_reading import read_arrangement

__all__ = ["Calendar", "CalendarMissing", "calendar", "shipped"]


@cache
def shipped() -> dict[int, YearArrangement]:
    """The arrangements that come with the program, by year."""
    folder = files("nianlun.cases").joinpath("calendar_years")
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".toml")]
    found = [read_arrangement(text) for text in texts]
    return {one.year: one for one in sorted(found, key=lambda one: one.year)}


def calendar() -> Calendar:
    """The working days of every year whose arrangement is known."""
    return Calendar(shipped())
