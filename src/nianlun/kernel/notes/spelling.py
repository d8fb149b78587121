"""What may stand in a note: its characters, its names, and base64 in one spelling only."""

import base64
import binascii
import re

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
"""ASCII control characters other than the newline: none may stand in a note."""

NAME = re.compile(r"[^\s+\x00-\x1f]{1,200}")
"""The name of a signer: no white space of any script and no plus."""


def exact_base64(text: str) -> bytes:
    """Standard base64 in its one right spelling, or `ValueError`."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise ValueError("not the canonical spelling")
    return data
