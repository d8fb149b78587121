"""What a case tells those who check it and those who carry out its decision. No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from nianlun.cases.domain.flow import State
from nianlun.cases.domain.types import CaseType, Origin, Step


class How(StrEnum):
    """How a required paper was shown (经办条例 第三十一条; 证明事项告知承诺制)."""

    ORIGINAL_SEEN = "original_seen"
    COPY_KEPT = "copy_kept"
    SHARED_DATA = "shared_data"
    PROMISED = "promised"
    NOT_NEEDED = "not_needed"

    @property
    def label(self) -> str:
        """What stands on the list of materials."""
        return {
            How.ORIGINAL_SEEN: "已验原件",
            How.COPY_KEPT: "已留复印件",
            How.SHARED_DATA: "共享数据核验",
            How.PROMISED: "告知承诺",
            How.NOT_NEEDED: "不需要",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialFacts:
    """One paper of a case as it stands; `file_name` is its file in the vault, empty where no copy is kept."""

    code: str
    how: How
    file_name: str
    promised_until: date | None
    note: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedFacts:
    """A case of the same kind about the same person or employer that was granted."""

    number: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """A case as rules and effects see it. `details` holds what the form asked for, by the field's code, as text."""

    id: UUID
    number: str
    type: CaseType
    state: State
    origin: Origin
    person_id: UUID | None
    employer_id: UUID | None
    agency_id: UUID
    division: str
    details: Mapping[str, str]
    materials: tuple[MaterialFacts, ...]
    hands: Mapping[Step, int]
    received_on: date
    accepted_on: date | None
    corrects: UUID | None
    others_open: tuple[str, ...]
    """Numbers of other open cases of the same type about the same person or employer."""
    granted_before: tuple[GrantedFacts, ...] = ()
