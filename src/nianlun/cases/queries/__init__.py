"""Reading cases: one in full, and what waits for whom."""

from nianlun.cases.queries.filing import (
    ContentsLine,
    FilingLine,
    FilingView,
    all_unfiled,
    case_of_item,
    count_late,
    count_to_file,
    filing,
    to_file,
)
from nianlun.cases.queries.lines import ActionLine, CaseLine, CaseView, MaterialLine, PauseLine, SlipLine
from nianlun.cases.queries.one import (
    case,
    case_numbered,
    cases_of_person,
    colleagues,
    material_file,
    number_of,
    open_cases_of,
    own_cases,
    search,
    slip_file,
)
from nianlun.cases.queries.piles import Pile, in_hand, pile_counts, states_for, waiting_for, worklist
from nianlun.cases.queries.received import cases_received
from nianlun.cases.queries.sight import withheld

__all__ = [
    "ActionLine",
    "CaseLine",
    "CaseView",
    "ContentsLine",
    "FilingLine",
    "FilingView",
    "MaterialLine",
    "PauseLine",
    "Pile",
    "SlipLine",
    "all_unfiled",
    "case",
    "case_numbered",
    "case_of_item",
    "cases_of_person",
    "cases_received",
    "colleagues",
    "count_late",
    "count_to_file",
    "filing",
    "in_hand",
    "material_file",
    "number_of",
    "open_cases_of",
    "own_cases",
    "pile_counts",
    "search",
    "slip_file",
    "states_for",
    "to_file",
    "waiting_for",
    "withheld",
    "worklist",
]
