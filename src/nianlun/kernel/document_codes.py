"""The code printed on an issued document: sixteen characters that nobody guesses and few mistype.

Fifteen characters of Crockford's base 32 are random (75 bits), the sixteenth checks them. It is a sum over GF(32)
in which each place has a weight of its own, so that any one wrong character and any two exchanged ones are noticed.
"""

import secrets
import unicodedata

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U
_VALUES = {character: value for value, character in enumerate(_ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_RANDOM = 15
_GROUP = 4
_BETWEEN = frozenset("-‐‑‒–—―−﹣ー_· \t")
LONGEST = 64
"""More than this nobody types for a code, with blanks and dashes between."""


class NotACode(ValueError):
    """The text cannot be the code of a document."""


def new_code() -> str:
    """A fresh code as it is printed: `XXXX-XXXX-XXXX-XXXX`."""
    return _checked([secrets.randbelow(32) for _ in range(_RANDOM)])


def read_code(text: str) -> str:
    """The code somebody typed, in the printed form. Raises `NotACode`.

    Small and full-width letters, I and L for 1, O for 0, and any dashes and blanks are taken as meant.
    """
    if len(text) > LONGEST:
        raise NotACode
    typed = [one for one in unicodedata.normalize("NFKC", text).upper() if one not in _BETWEEN]
    values = [_VALUES.get(one, -1) for one in typed]
    if len(values) != _RANDOM + 1 or -1 in values or _sum(values):
        raise NotACode
    return _checked(values[:_RANDOM])


def _checked(values: list[int]) -> str:
    written = "".join(_ALPHABET[value] for value in [*values, _sum([*values, 0])])
    return "-".join(written[start : start + _GROUP] for start in range(0, len(written), _GROUP))


def _sum(values: list[int]) -> int:
    """The weighted sum; the last place has weight 1, each one before it the next power of the generator."""
    total = 0
    for value in values:
        total = _doubled(total) ^ value
    return total


def _doubled(value: int) -> int:
    """Times the generator x of GF(32), modulo x⁵ + x² + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value
