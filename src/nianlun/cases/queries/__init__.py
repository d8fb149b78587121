"""Reading cases: one in full, and what waits for whom."""

from nianlun.cases.queries.lines import ActionLine, CaseLine, CaseView, MaterialLine, PauseLine, SlipLine
from nianlun.cases.queries.one import (
    case,
    case_numbered,
    cases_of_person,
    colleagues,
    material_file,
    own_cases,
    search,
    slip_file,
)
from nianlun.cases.queries.piles import Pile, in_hand, pile_counts, states_for, waiting_for, worklist

__all__ = [
    "ActionLine",
    "CaseLine",
    "CaseView",
    "MaterialLine",
    "PauseLine",
    "Pile",
    "SlipLine",
    "case",
    "case_numbered",
    "cases_of_person",
    "colleagues",
    "in_hand",
    "material_file",
    "own_cases",
    "pile_counts",
    "search",
    "slip_file",
    "states_for",
    "waiting_for",
    "worklist",
]
