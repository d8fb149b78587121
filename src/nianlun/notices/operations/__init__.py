"""Writing notices: telling people, where they are reached, the outbox, receipts, service on paper."""

from nianlun.notices.operations.codes import confirm_code, request_code
from nianlun.notices.operations.contacts import (
    reveal_address,
    set_at_counter,
    set_consent,
    set_contact,
)
from nianlun.notices.operations.delivering import ASK, conclude_asking, conclude_try, resume
from nianlun.notices.operations.reading import mark_read, mark_staff_read
from nianlun.notices.operations.receipts import PlayedAgain, Verdict, take_call
from nianlun.notices.operations.sending import SEND, send, tell_staff
from nianlun.notices.operations.serving import retry, serve_in_writing

__all__ = [
    "ASK",
    "SEND",
    "PlayedAgain",
    "Verdict",
    "conclude_asking",
    "conclude_try",
    "confirm_code",
    "mark_read",
    "mark_staff_read",
    "request_code",
    "resume",
    "retry",
    "reveal_address",
    "send",
    "serve_in_writing",
    "set_at_counter",
    "set_consent",
    "set_contact",
    "take_call",
    "tell_staff",
]
