"""Booking contributions and taking them back, always by two people. Nothing is edited, nothing deleted."""

from nianlun.contributions.operations.booking import PERSON_CHANGED, Booked, book, tell_of_postings
from nianlun.contributions.operations.examining import ImportOutcome, PreviewLine
from nianlun.contributions.operations.reversals import (
    confirm_reversal,
    propose_reversal,
    send_reversal_back,
    visible_reversal,
    withdraw_reversal,
)
from nianlun.contributions.operations.rosters import (
    book_roster,
    check_roster,
    command_line,
    hand_in_roster,
    look_at_roster,
    send_roster_back,
    visible,
    withdraw_roster,
)
from nianlun.contributions.operations.second_hand import NotAllowedNow

__all__ = [
    "PERSON_CHANGED",
    "Booked",
    "ImportOutcome",
    "NotAllowedNow",
    "PreviewLine",
    "book",
    "book_roster",
    "check_roster",
    "command_line",
    "confirm_reversal",
    "hand_in_roster",
    "look_at_roster",
    "propose_reversal",
    "send_reversal_back",
    "send_roster_back",
    "tell_of_postings",
    "visible",
    "visible_reversal",
    "withdraw_reversal",
    "withdraw_roster",
]
