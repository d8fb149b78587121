"""Who was looked at, what became an alarm, who stands on the list, and what was exported."""

from nianlun.watch.models.alarms import Alarm
from nianlun.watch.models.exports import Export
from nianlun.watch.models.listed import Listed
from nianlun.watch.models.sightings import HourTally, Pass, Sighting, Usual

__all__ = ["Alarm", "Export", "HourTally", "Listed", "Pass", "Sighting", "Usual"]
