"""The tables of the agency's business: cases with all that is done in them, and what they are measured by."""

from nianlun.cases.models.cases import (
    OBJECTS,
    PERSONS,
    STATES,
    STEPS,
    Action,
    Case,
    CloseCall,
    Duty,
    Material,
    Pause,
    Slip,
)
from nianlun.cases.models.filings import Filing
from nianlun.cases.models.measures import CalendarYear, Definition

__all__ = [
    "OBJECTS",
    "PERSONS",
    "STATES",
    "STEPS",
    "Action",
    "CalendarYear",
    "Case",
    "CloseCall",
    "Definition",
    "Duty",
    "Filing",
    "Material",
    "Pause",
    "Slip",
]
