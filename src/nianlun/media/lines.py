"""What the rows tell to pages and commands. No database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from nianlun.media.domain import SOON, Action, Kind, MediumState, Outcome, SetState, kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """A line of a medium's register."""

    id: UUID
    action: Action
    at: datetime
    by_name: str
    outcome: Outcome
    source: str
    note: str
    findings: tuple[str, ...]

    @property
    def is_reading(self) -> bool:
        """Whether something was read, so that its outcome says anything."""
        reading = {Action.VERIFIED, Action.INSPECTED, Action.RESTORED}
        return self.action in reading or self.outcome is not Outcome.SOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumLine:
    """A medium as the register knows it; `sound` is None before it was read for the first time."""

    id: UUID
    set_id: UUID
    number: str
    letter: str
    generation: int
    kind_code: str
    serial: str
    state: MediumState
    size: int | None
    sha512: str
    sm3: str
    written_by: int | None
    written_by_name: str
    written_at: datetime | None
    verified_by_name: str
    verified_at: datetime | None
    location: str
    keeper: str
    checked_on: date | None
    next_check_on: date | None
    renew_by: date | None
    sound: bool | None

    @property
    def kind(self) -> Kind:
        """What kind of medium it is."""
        return kinds()[self.kind_code]

    @property
    def name(self) -> str:
        """Number and letter as they stand on the label; from the second generation on with it."""
        return f"{self.number} {self.letter}" + (
            f"（第 {self.generation} 代）" if self.generation > 1 else ""
        )

    @property
    def file_name(self) -> str:
        """The name of its image in the folder for burning."""
        return f"{self.number}-{self.letter}{self.generation if self.generation > 1 else ''}.iso"

    def is_due(self, on: date) -> bool:
        """Whether it is to be inspected by this day."""
        return self.next_check_on is not None and self.next_check_on <= on

    def is_due_soon(self, on: date) -> bool:
        """Whether an inspection or renewal comes within the month."""
        days = [day for day in (self.next_check_on, self.renew_by) if day]
        return bool(days) and min(days) <= on + SOON

    def must_renew(self, on: date) -> bool:
        """Whether its term is over, or ends within the month."""
        return self.renew_by is not None and self.renew_by <= on + SOON


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLine:
    """An object on a set."""

    object_id: str
    version: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLine:
    """A set with its media in use, by letter."""

    id: UUID
    number: str
    scope: str
    holder: str
    secrecy: str
    secrecy_label: str
    state: SetState
    capacity: int
    planned_by_name: str
    planned_at: datetime
    write_requested_by_name: str
    write_requested_at: datetime | None
    problem: str
    recipients: tuple[str, ...]
    package_name: str
    package_bytes: int
    package_sha512: str
    keys_proved_at: datetime | None
    offline_at: datetime | None
    is_sample: bool
    objects: int
    object_bytes: int
    media: tuple[MediumLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file or folder in the inbox for media that can be read."""

    name: str
    size: int
    is_folder: bool
