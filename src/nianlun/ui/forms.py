"""Reading what a form or an address sent."""

LONGEST_NUMBER = 9


def whole_number(text: str) -> int | None:
    """A number of at most nine plain digits; None for anything else, so that no form makes the database refuse."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else None
